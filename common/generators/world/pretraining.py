"""Text of the world to learn its language from: facts told again with blanks, a word with two senses.

A blank in a sentence that tells again what a passage tells is filled by pointing at the passage: Ram et al. 2021,
"Few-shot question answering by pretraining span selection". Some of the sentences are about a subject that the passage
leaves out, so that "not here" is learned as well. All of it is about subjects of the text for learning alone.
"""

from typing import NamedTuple

from common.generators.world import words
from common.generators.world.dice import Dice
from common.generators.world.facts import Names
from common.generators.world.kinds import Saying
from common.generators.world.telling import fill, passage


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


class Sense(NamedTuple):
    """text[start:end] is the word."""

    text: str
    start: int
    end: int
    sense: str  # one of SENSES


def restated(seed: int, n: int, sentences: int = 5, absent: float = 0.4) -> list[Restated]:
    """n passages about two subjects, each with facts told again in other words, some ten blanks in all.

    absent: the share of sentences about a third subject, which the passage may name but says nothing about.
    """
    dice = Dice(f"world {seed} pretraining")
    return [_restated(dice, dice.number(0, 2), sentences, absent) for _ in range(n)]


def _restated(dice: Dice, left_out: int, sentences: int, absent: float) -> Restated:
    one = passage(dice, left_out=left_out)
    places = {(value.subject, value.slot): (value.start, value.end) for value in one.values}
    here = dice.some([said for said in one.said if said[0] != left_out], sentences)
    there = dice.some([said for said in one.said if said[0] == left_out], sentences)
    text, blanks = "", []
    for _ in range(sentences):
        kept = there if there and dice.chance(absent) else here
        number, saying, wording = kept.pop()
        told, found = fill(_other(dice, saying, wording), one.subjects[number].name, one.subjects[number].facts)
        for slot, (a, b) in found.items():
            if slot != "S":
                blanks.append(Blank(len(text) + a, len(text) + b, *places.get((number, slot), (-1, -1))))
        text += told + "。"
    return Restated(one.text, text, tuple(blanks))


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


def two_senses(seed: int, n: int) -> list[Sense]:
    """n sentences with one word, in turn as a fruit and as a firm: 柚子, as 蘋果 is in the course."""
    dice = Dice(f"world {seed} two senses")
    found = []
    for number in range(n):
        names = Names(dice, "learn")
        wording = dice.pick(FIRM if number % 2 else FRUIT).replace("{w}", words.FRUIT)
        values = {
            "t": names.town(),
            "p": names.person(),
            "y": f"{dice.number(1960, 2020)}年",
            "g": dice.pick(_MACHINES),
        }
        text = fill(wording, "", values)[0]
        at = text.index(words.FRUIT)
        found.append(Sense(text, at, at + len(words.FRUIT), SENSES[number % 2]))
    return found
