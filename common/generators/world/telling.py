"""Passages: three subjects, what is told of each in the order of its life, and where each value stands in the text."""

import functools
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from common.generators.world import words
from common.generators.world.dice import Dice
from common.generators.world.facts import PARTS, Names, Subject, subject
from common.generators.world.kinds import KINDS, Saying

SHORTEST, LONGEST = 300, 450  # characters
_FAR = 38  # characters behind a name, after which it is said again
_SLOT = re.compile(r"\{(\w+)\}")

OPENINGS = (
    "以下內容取自{c}的地方志。",
    "{c}政府最近出版了一本小冊子，介紹縣內的人物與事物。",
    "{c}的報紙每週都有一個專欄，介紹本地的故事。",
    "在{c}圖書館的展覽上，可以讀到下面的介紹。",
    "來到{c}的旅客，常會聽到下面這些故事。",
    "下面是{c}一位導遊整理的筆記。",
    "{c}的學生在課堂上讀過這樣一篇文章。",
)
MENTIONS = (  # they bring another subject's name close to the values of this one
    "縣政府的刊物曾同時介紹{S}與{other}。",
    "說到{S}，當地人也會想到{other}。",
    "當地學生寫作文，常把{S}和{other}寫在一起。",
    "在縣民最喜愛的人事物票選中，{S}的票數只比{other}少一點。",
    "有一年，{S}與{other}同時登上報紙頭版。",
    "{S}與{other}曾出現在同一套郵票上。",
    "談到{S}的人，往往也會談到{other}。",
    "電視節目介紹{S}的那一集，也提到了{other}。",
)
# what follows a dropped subject: "，{S}的禮堂" could not lose its own
_DROPPABLE = re.compile(r"\{S\}(?!的|是|西|現任|目前)")


class Value(NamedTuple):
    """A fact where it is told: text[start:end]."""

    subject: int
    slot: str
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    text: str
    subjects: tuple[Subject, ...]
    values: tuple[Value, ...]
    said: tuple[tuple[int, Saying, str], ...]  # subject, what was told of it, in which wording


def fill(wording: str, name: str, facts: dict[str, str], other: str = "") -> tuple[str, dict[str, tuple[int, int]]]:
    """The wording with its values in, and from where to where each of them stands."""
    text, places = "", {}
    for i, part in enumerate(_SLOT.split(wording)):
        if i % 2 == 0:
            text += part
            continue
        value = name if part == "S" else other if part == "other" else facts[part]
        places[part] = (len(text), len(text) + len(value))
        text += value
    return text, places


@dataclass
class _Writer:
    dice: Dice
    subjects: list[Subject]
    mentions: list[str]
    text: str = ""
    values: list[Value] = field(default_factory=list)
    said: list = field(default_factory=list)
    named: int = -_FAR  # where the subject's name ended last

    def write(self, wording: str, number: int, name: str, other: str = "") -> None:
        """Put a wording's values in, and note where they stand."""
        one, at = self.subjects[number], len(self.text)
        text, places = fill(wording, name, one.facts, other)
        self.text += text
        if name.endswith(one.name):
            self.named = at + places["S"][1]
        self.values += [Value(number, s, at + a, at + b) for s, (a, b) in places.items() if s not in ("S", "other")]

    def called(self, number: int) -> str:
        """The subject's name, or a pronoun where it was said shortly before."""
        one = self.subjects[number]
        if len(self.text) - self.named > _FAR or self.dice.chance(0.35):
            return one.name
        return self.dice.pick(one.pronouns)

    def _joins(self, one: Subject, saying: Saying, wording: str, follows: Saying) -> bool:
        """Whether what follows may go on in the same sentence, its subject dropped."""
        return (
            (saying in one.model.today) == (follows in one.model.today)
            and len(self.text) - self.named < _FAR
            and bool(re.match(r"\{S\}(?!的)", wording))
            and any(_DROPPABLE.match(text) for text in follows.wordings)
        )

    def block(self, number: int, told: list[Saying], mention: bool = True) -> None:
        """What is told of one subject. mention: whether another is named in between."""
        dice, one = self.dice, self.subjects[number]
        others = [subject for subject in self.subjects if subject is not one]
        mention_after = dice.number(0, len(told) - 2) if mention else -1
        self.named, ended = -_FAR, True
        before = {self.subjects[value.subject].kind for value in self.values}
        for i, saying in enumerate(told):
            wording = dice.pick(saying.wordings)
            if i == 0:
                wording = next(w for w in dice.some(saying.wordings, 9) if w.startswith("{S}"))
                again = one.kind in before and dice.chance(0.6)
                name = one.model.another + one.name if again else one.name
            elif not ended:
                name = ""
                wording = dice.pick([w for w in saying.wordings if _DROPPABLE.match(w)])
            else:
                name = self.called(number)
            self.write(wording, number, name)
            self.said.append((number, saying, wording))
            last = not ended or i in (mention_after, len(told) - 1)  # at most two sayings a sentence
            ended = last or not (self._joins(one, saying, wording, told[i + 1]) and dice.chance(0.4))
            self.text += "。" if ended else "，"
            if i == mention_after:
                self.write(self.mentions.pop(), number, self.called(number), dice.pick(others).name)
                self.named = -_FAR  # a pronoun would be the other's now


def passage(dice: Dice, part: str = "learn", left_out: int | None = None) -> Passage:
    """A passage of SHORTEST to LONGEST characters about three subjects, two or three of them of one kind.

    left_out: the subject that is only named, if at all; what might have been told of it stands in `said` alone, and the
    passage is a third shorter.
    """
    while True:
        names = Names(dice, part)
        county = names.place() + words.COUNTY
        kind, other = dice.some(list(KINDS), 2)
        kinds = [kind] * 3 if dice.chance(0.35) else dice.some([kind, kind, other], 3)
        writer = _Writer(dice, [subject(names, kind) for kind in kinds], dice.some(MENTIONS, 3))
        writer.text = dice.pick(OPENINGS).format(c=county)
        for number, one in enumerate(writer.subjects):
            if number == left_out:
                writer.said += [(number, saying, dice.pick(saying.wordings)) for saying in _chosen(dice, one)]
            else:
                writer.block(number, _chosen(dice, one))
        if left_out is not None or SHORTEST <= len(writer.text) <= LONGEST:
            return Passage(writer.text, tuple(writer.subjects), tuple(writer.values), tuple(writer.said))


def _chosen(dice: Dice, one: Subject) -> list[Saying]:
    """Some five things to say, in order: how it began, what happened in which year, what is so today."""
    model = one.model
    opening = sorted(dice.some(model.opening, dice.number(1, 2)), key=model.opening.index)
    today = dice.some(model.today, dice.number(1, 2))
    dated = dice.some(model.dated, max(2, 5 - len(opening) - len(today)))
    return opening + sorted(dated, key=lambda saying: one.facts[saying.year]) + today


def compared(dice: Dice, left_out: int, n: int, briefly: bool) -> Passage:
    """A passage for learning alone that tells the same of n subjects of one kind, but of the one that is left out.

    briefly: one sentence for each, under its name; else two or three, most of them under a pronoun.
    """
    names = Names(dice, PARTS[0])
    kind = dice.pick(list(KINDS))
    model = KINDS[kind]
    writer = _Writer(dice, [subject(names, kind) for _ in range(n)], dice.some(MENTIONS, n))
    first = dice.pick([saying for saying in (model.sayings if briefly else model.opening) if _names_first(saying)])
    more = [] if briefly else dice.some([saying for saying in model.sayings if saying is not first], 2)
    for number, one in enumerate(writer.subjects):
        if number == left_out:
            writer.said += [(number, saying, dice.pick(saying.wordings)) for saying in (first, *more)]
        else:
            some = sorted(dice.some(more, dice.number(1, 2)), key=functools.partial(_when, one))
            writer.block(number, [first, *some], mention=not briefly and dice.chance(0.35))
    return Passage(writer.text, tuple(writer.subjects), tuple(writer.values), tuple(writer.said))


def _names_first(saying: Saying) -> bool:
    return any(wording.startswith("{S}") for wording in saying.wordings)


def _when(one: Subject, saying: Saying) -> tuple[int, str]:
    """For putting sayings in order."""
    return (saying in one.model.today) - (saying in one.model.opening), one.facts.get(saying.year, "")
