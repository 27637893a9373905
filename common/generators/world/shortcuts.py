"""Answers found without understanding the question. They know more than a student may: what a name looks like, and
what type of answer is wanted. Questions are chosen so that none of them gets far; `cheap` of homework 7 scores them."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from common.generators.world import words


class Entity(NamedTuple):
    start: int
    end: int
    type: str
    text: str


def _any(things) -> str:
    return "|".join(map(re.escape, things))


_PERSON = f"[{words.SURNAMES}](?:{_any([*words.WOMEN, *words.MEN, *words.RARE_WOMEN, *words.RARE_MEN])})"
_PLACE = f"(?:{_any(words.PLACES)})"
_TYPES = {
    "year": r"\d{4}年",
    "person": _PERSON,
    "town": f"{_PLACE}[{''.join(words.TOWN)}]",
    "river": f"{_PLACE}{words.RIVER}",
    "students": r"\d+名",
    "pieces": r"\d+件",
    "metres": r"\d+公尺",
    "pages": r"\d+頁",
    "people": r"\d+人",
    "skill": _any(words.SKILLS),
    "goods": _any(words.GOODS),
    "material": _any([*words.STONES, *words.RAILS]),
    "snack": _any(words.SNACKS),
    "product": _any(words.PRODUCTS),
    "name": f"《[^》]+》|{words.FRUIT_FIRM}|{_PLACE}(?:{_any(sum(words.ENDINGS.values(), ()))})",
}
_ENTITY = re.compile("|".join([f"(?P<{name}>{pattern})" for name, pattern in _TYPES.items()]))


class Text:
    """A passage as a short cut sees it: `entities` (every name, year, number and thing in order), and its sentences."""

    def __init__(self, text: str):
        self.text = text
        self.entities = [Entity(*found.span(), found.lastgroup, found.group()) for found in _ENTITY.finditer(text)]
        self.counts = Counter(entity.text for entity in self.entities)
        ends = [found.end() for found in re.finditer("。|$", text)]
        self.sentences = [(a, b, {*pairwise(text[a:b])}) for a, b in pairwise([0, *ends])]


def most_frequent(text: Text, found: list[Entity], question: str, subject: str) -> Entity:
    """Of equally frequent ones the first."""
    return max(found, key=lambda entity: text.counts[entity.text])


def first(text: Text, found: list[Entity], question: str, subject: str) -> Entity:
    return found[0]


def nearest(text: Text, found: list[Entity], question: str, subject: str) -> Entity:
    """The one with fewest characters between it and any mention of the subject."""
    places = [m.span() for m in re.finditer(re.escape(subject), text.text)] or [(0, 0)]
    return min(found, key=lambda e: min(max(e.start - end, start - e.end) for start, end in places))


def first_behind(text: Text, found: list[Entity], question: str, subject: str) -> Entity:
    """The first one after the first mention of the subject."""
    at = text.text.find(subject)
    return next((entity for entity in found if entity.start > at), found[0])


def overlap(text: Text, found: list[Entity], question: str, subject: str) -> Entity:
    """The first one in the sentence that shares most pairs of neighbouring characters with the question."""
    asked, best, chosen = {*pairwise(question)}, -1, found[0]
    for start, end, here in text.sentences:
        shared = len(asked & here)
        if shared > best:
            inside = next((entity for entity in found if start <= entity.start < end), None)
            if inside:
                best, chosen = shared, inside
    return chosen


SHORTCUTS = {f.__name__: f for f in (most_frequent, first, nearest, first_behind, overlap)}


def guesses(text: Text, question: str, subject: str, type: str | None) -> dict[str, str]:
    """What each short cut answers, choosing among the entities of the type (None: of any) that are not asked about."""
    found = [entity for entity in text.entities if type in (None, entity.type) and entity.text not in question]
    return {name: f(text, found, question, subject).text if found else "" for name, f in SHORTCUTS.items()}
