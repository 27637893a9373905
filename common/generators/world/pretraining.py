"""Text of the world to learn its language from: facts told again with blanks, a word with two senses.

A blank in a sentence that tells again what a passage tells is filled by pointing at the passage: Ram et al. 2021,
"Few-shot question answering by pretraining span selection". Some of the sentences are about a subject that the passage
leaves out, so that "not here" is learned as well. All of it is about subjects of the text for learning alone.
"""

from typing import NamedTuple

from common.generators.world import telling, words
from common.generators.world.dice import Dice
from common.generators.world.facts import Names, Subject, subject
from common.generators.world.kinds import KINDS, Saying
from common.generators.world.telling import Passage, fill, passage


class Blank(NamedTuple):
    """text[start:end] of what is told again is passage[at:until]; both -1 where the passage does not tell it."""

    start: int
    end: int
    at: int
    until: int


class Restated(NamedTuple):
    passage: str
    text: str
    blanks: tuple[Blank, ...]
    names: tuple[str, ...]  # of the three subjects


class Sense(NamedTuple):
    """text[start:end] is the word."""

    text: str
    start: int
    end: int
    sense: str  # one of SENSES
    wording: str  # of its sentence: who tells the senses apart by wordings knows no others


def restated(seed: int, n: int, sentences: int = 5, absent: float = 0.4) -> list[Restated]:
    """n passages about two subjects, each with facts told again in other words, some ten blanks in all.

    absent: the share of sentences about a third subject, which the passage may name but says nothing about.
    """
    dice = Dice(f"world {seed} pretraining")
    found = []
    for _ in range(n):
        left_out = dice.number(0, 2)
        found.append(_restated(dice, passage(dice, left_out=left_out), left_out, sentences, absent))
    return found


def compared(seed: int, n: int, briefly: bool, sentences: int = 8, absent: float = 0.2) -> list[Restated]:
    """The same where a passage tells the same of two to four subjects, and a sentence can be about one more.

    What is asked for does not tell the answer there: of whom it is asked decides. briefly: a sentence for each subject.
    """
    dice = Dice(f"world {seed} compared {briefly}")
    found = []
    for _ in range(n):
        subjects = dice.number(3, 5)
        left_out = dice.number(0, subjects - 1)
        one = telling.compared(dice, left_out, subjects, briefly)
        found.append(_restated(dice, one, left_out, sentences, absent))
    return found


def listed(seed: int, n: int) -> list[Restated]:
    """The same in the plainest words: two or three subjects with a value each, told again in another order."""
    dice = Dice(f"world {seed} listed")
    return [_listed(dice) for _ in range(n)]


def _listed(dice: Dice) -> Restated:
    names = _names(dice)
    kind = dice.pick(list(KINDS))
    subjects = [subject(names, kind) for _ in range(dice.number(3, 4))]
    slot = dice.pick(list(KINDS[kind].types))
    lines = [f"{one.name}，{one.facts[slot]}。" for one in subjects]
    passage, text, blanks = "".join(lines[:-1]), "", []
    for k in dice.some(range(len(lines)), len(lines)):
        value = subjects[k].facts[slot]
        text += lines[k]
        at = passage.find(lines[k]) + len(lines[k]) - 1 - len(value) if lines[k] in passage else -1
        end = len(text) - 1
        blanks.append(Blank(end - len(value), end, at, at + len(value) if at >= 0 else -1))
    return Restated(passage, text, tuple(blanks), tuple(one.name for one in subjects))


def _restated(dice: Dice, one: Passage, left_out: int, sentences: int, absent: float) -> Restated:
    places = {(value.subject, value.slot): (value.start, value.end) for value in one.values}
    here = dice.some([said for said in one.said if said[0] != left_out], sentences)
    there = dice.some([said for said in one.said if said[0] == left_out], sentences)
    text, blanks = "", []
    for _ in range(sentences):
        if not here and not there:
            break
        kept = there if there and (dice.chance(absent) or not here) else here
        number, saying, wording = kept.pop()
        told, found = fill(_other(dice, saying, wording), one.subjects[number].name, one.subjects[number].facts)
        for slot, (a, b) in found.items():
            if slot != "S":
                blanks.append(Blank(len(text) + a, len(text) + b, *places.get((number, slot), (-1, -1))))
        text += told + "。"
    return Restated(one.text, text, tuple(blanks), tuple(subject.name for subject in one.subjects))


def _other(dice: Dice, saying: Saying, wording: str) -> str:
    """Another wording."""
    return dice.pick([text for text in saying.wordings if text != wording])


SENSES = ("fruit", "firm")
FRUIT = (
    "{t}的{w}在中秋節前成熟。", "{p}在院子裡種了一棵{w}樹。", "{p}剝開一顆{w}，分給客人吃。", "今年的{w}又甜又多汁。",
    "{p}用{w}的皮做成糖。", "市場裡一斤{w}賣三十元。", "颱風過後，{t}的{w}落了滿地。", "這籃{w}是{p}從{t}帶回來的。",
)  # fmt: skip
FIRM = (
    "{w}在{y}推出新的{g}。", "{p}在{w}擔任工程師。", "{w}的股價今天上漲了。", "{w}把總部遷到{t}。",
    "{p}是{w}的董事長。", "{w}今年雇用了三百名員工。", "{t}的居民抗議{w}擴建工廠。", "這台{g}是{w}在{t}製造的。",
)  # fmt: skip
_MACHINES = ("電扇", "收音機", "縫紉機", "電鍋")
_SOLD = ("product", "novelty", "snack", "second")  # slots of what is made and eaten
_BEFORE, _BEHIND = (30, 40), (25, 35)  # characters around the word


def two_senses(seed: int, n: int) -> list[Sense]:
    """n texts with one word, in turn as what is made or eaten and as a firm: 柚子, as 蘋果 is in the course.

    In the wordings of the text to learn from, which has 柚子公司 and 柚子糖, never the bare word. Other sentences stand
    around it, cut off, so that the place of the word and what is left of the text do not tell the sense.
    """
    dice = Dice(f"world {seed} two senses")
    as_firm = [("firm", wording, "S") for saying in KINDS["firm"].sayings for wording in saying.wordings]
    as_fruit = [
        (kind, wording, slot)
        for kind, model in KINDS.items()
        for saying in model.sayings
        for slot in _SOLD
        if slot in saying.questions
        for wording in saying.wordings
    ]
    return [_sense(dice, *dice.pick(as_firm if number % 2 else as_fruit)) for number in range(n)]


def _sense(dice: Dice, kind: str, wording: str, slot: str) -> Sense:
    names = _names(dice)
    one = subject(names, kind)
    text, places = fill(wording, one.name, one.facts)
    begin, end = places[slot]
    return _amid(dice, names, text[:begin], text[end:] + "。", SENSES[slot == "S"], wording)


def two_senses_unread(seed: int, n: int) -> list[Sense]:
    """The same with sentences unlike all in the text to learn from, some of whose characters it never has."""
    dice = Dice(f"world {seed} two senses")
    found = []
    for number in range(n):
        names = _names(dice)
        wording = dice.pick(FIRM if number % 2 else FRUIT)
        values = {
            "t": names.town(),
            "p": names.person(),
            "y": f"{dice.number(1960, 2020)}年",
            "g": dice.pick(_MACHINES),
            "w": words.FRUIT,
        }
        text, places = fill(wording, "", values)
        begin, end = places["w"]
        found.append(_amid(dice, names, text[:begin], text[end:], SENSES[number % 2], wording))
    return found


def _names(dice: Dice) -> Names:
    return Names(dice, "learn", {words.FRUIT_FIRM, words.FRUIT_SNACK})  # taken: they do not stand around the word


def _amid(dice: Dice, names: Names, front: str, behind: str, sense: str, wording: str) -> Sense:
    """The word between its own sentence's two parts, amid sentences about something else."""

    def another() -> str:
        other = subject(names, dice.pick(list(KINDS)))
        return _told(dice.pick(dice.pick(other.model.sayings).wordings), other)

    while len(front) < _BEFORE[1]:
        front = another() + front
    while len(behind) < _BEHIND[1]:
        behind += another()
    at = dice.number(*_BEFORE)
    text = front[-at:] + words.FRUIT + behind[: dice.number(*_BEHIND)]
    return Sense(text, at, at + len(words.FRUIT), sense, wording)


def _told(wording: str, one: Subject) -> str:
    return fill(wording, one.name, one.facts)[0] + "。"
