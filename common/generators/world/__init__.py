"""A small invented world in Chinese: passages about its people, places and works, and questions about the passages.

Three subjects a passage, two or three of them of one kind, each with several years, people, places and numbers: which
one is asked for is told by the subject and the relation together, and the relation is worded otherwise in the question
than in the passage. This is the form of SQuAD and DRCD (Rajpurkar et al. 2016; Shao et al. 2018), where models that
look at the type of the answer and the words beside the subject alone do far too well (Jia and Liang 2017; Weissenborn
et al. 2017): those short cuts are measured (`shortcuts`), and questions that they get right are asked more rarely.

From the ground up: `words` (the lexicon), `dice`, `kinds` (what can be said and asked), `facts` (what is true),
`telling` (passages), `shortcuts`, `pretraining` (text to learn the language from: restated sentences with blanks),
`reports` (things told twice, and pairs of sentences), and `vocabulary`.

Whether a subject belongs to the text for learning or to a test is decided by its name, with one rule for all seeds: no
question of a test is about anything that stands in the text for learning.
"""

from typing import NamedTuple

from common.generators.world.dice import Dice
from common.generators.world.facts import PARTS, part_of
from common.generators.world.shortcuts import Text, guesses
from common.generators.world.telling import Passage, passage

__all__ = ["PARTS", "Dice", "Passage", "Question", "part_of", "passage", "passages", "questions"]

_KEPT = 0.5  # how likely a question is asked that a short cut gets right: once for each that does
_YEARS = 0.5  # and one that asks for a year: there are so many of them


class Question(NamedTuple):
    """A question whose answer is text[start:end] of its passage."""

    text: str
    answer: str
    start: int
    end: int
    type: str  # of the answer: year, person, town ...
    subject: str
    slot: str


def passages(seed: int, n: int, part: str = "learn", stream: str = "passages") -> list[Passage]:
    """n passages of a part (one of PARTS), a pure function of the seed; streams of one seed share nothing."""
    dice = Dice(f"world {seed} {part} {stream}")
    return [passage(dice, part) for _ in range(n)]


def questions(seed: int, n: int, per_passage: int = 5, part: str = "learn") -> list[tuple[Passage, list[Question]]]:
    """n passages with questions about values that each tells once, a pure function of the seed."""
    dice = Dice(f"world {seed} {part} questions")
    return [(one, _asked(dice, one, per_passage)) for one in (passage(dice, part) for _ in range(n))]


def _asked(dice: Dice, one: Passage, n: int) -> list[Question]:
    """n questions in random order; those that short cuts get right, and those for years, are passed over at first."""
    seen, asked, passed = Text(one.text), [], []
    for value in dice.some(one.values, len(one.values)):
        if len(asked) == n:
            break
        question = _question(dice, one, value)
        if one.text.count(question.answer) > 1:
            continue
        right = [*guesses(seen, question.text, question.subject, question.type).values()].count(question.answer)
        keep = _KEPT**right * (_YEARS if question.type == "year" else 1)
        (asked if dice.chance(keep) else passed).append(question)
    return (asked + passed)[:n]


def _question(dice: Dice, one: Passage, value) -> Question:
    about = one.subjects[value.subject]
    wordings = next(s.questions[value.slot] for s in about.model.sayings if value.slot in s.questions)
    return Question(
        text=dice.pick(wordings).replace("{S}", about.name),
        answer=one.text[value.start : value.end],
        start=value.start,
        end=value.end,
        type=about.model.types[value.slot],
        subject=about.name,
        slot=value.slot,
    )
