"""Who and what a passage is about, and what is true of it: names, years in order, numbers that go together."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from common.generators.world import words
from common.generators.world.dice import Dice
from common.generators.world.kinds import KINDS, Kind

PARTS = ("learn", "public test", "secret test")
_SHARES = 12  # one twelfth of the names of subjects is for public tests, one for the tests of secret seeds
_THIS_YEAR = 2022


@dataclass(frozen=True)
class Subject:
    kind: str  # a key of KINDS
    name: str
    facts: dict[str, str]  # by slot
    pronouns: tuple[str, ...]

    @property
    def model(self) -> Kind:
        return KINDS[self.kind]


@dataclass
class Names:
    """Names and numbers of one passage: no two are alike, not even by half, so each stands for one thing."""

    dice: Dice
    part: str
    used: set[str] = field(default_factory=set)

    def fresh(self, draw: Callable[[], str]) -> str:
        """The first of what `draw` gives that was not used before."""
        while (found := draw()) in self.used:
            pass
        self.used.add(found)
        return found

    def place(self) -> str:
        return self.fresh(lambda: self.dice.pick(words.PLACES))

    def town(self) -> str:
        return self.place() + self.dice.pick(words.TOWN)

    def person(self, woman: bool | None = None) -> str:
        """Somebody who is not what a passage is about; in the text for learning nobody whom a test is about."""
        woman = self.dice.chance(0.5) if woman is None else woman
        return self._of(PARTS[:1] if self.part == PARTS[0] else PARTS, lambda: self._person(woman))

    def year(self, least: int, most: int) -> int:
        return int(self.fresh(lambda: str(self.dice.number(least, most))))

    def subject(self, kind: str, woman: bool) -> str:
        """A name that belongs to this part: no subject of a test stands in any text to learn from."""
        return self._of([self.part], lambda: self._name(kind, woman))

    def _of(self, parts: Sequence[str], draw: Callable[[], str]) -> str:
        """The first name that belongs to one of the parts."""
        while True:
            before = set(self.used)
            name = draw()
            if part_of(name) in parts:
                return name
            self.used = before

    def _person(self, woman: bool) -> str:
        usual, rare = (words.WOMEN, words.RARE_WOMEN) if woman else (words.MEN, words.RARE_MEN)
        given = self.fresh(lambda: self.dice.pick(rare if self.dice.chance(0.04) else usual))
        return self.fresh(lambda: self.dice.pick(words.SURNAMES)) + given

    def _name(self, kind: str, woman: bool) -> str:
        if kind == "person":
            return self._person(woman)
        if kind == "book":
            whose, what = (self.fresh(lambda things=things: self.dice.pick(things)) for things in words.BOOKS)
            return f"《{whose}{what}》"
        if kind == "firm" and words.FRUIT_FIRM not in self.used and self.dice.chance(0.03):
            return self.fresh(lambda: words.FRUIT_FIRM)
        return self.place() + self.dice.pick(words.ENDINGS[kind])


def part_of(name: str) -> str:
    """Which of PARTS a subject of this name belongs to, the same for every seed."""
    share = zlib.crc32(name.encode()) % _SHARES
    return PARTS[share + 1] if share < 2 else PARTS[0]


def subject(names: Names, kind: str) -> Subject:
    """A subject with all its facts."""
    dice, model = names.dice, KINDS[kind]
    woman = dice.chance(0.5)
    name = names.subject(kind, woman)
    facts = _years(names, model, kind)
    numbers = _numbers(names)
    for slot, what in model.types.items():
        if what == "year":
            continue
        if what in numbers:
            facts[slot] = numbers[what].pop(0)
        elif what == "person":
            facts[slot] = names.person(not woman if slot == "spouse" else None)
        elif what == "town":
            facts[slot] = names.town()
        elif what == "river":
            facts[slot] = names.place() + words.RIVER
        else:
            facts[slot] = names.fresh(lambda slot=slot, what=what: dice.pick(_THINGS.get(slot) or _THINGS[what]))
    pronouns = model.pronouns or (("她",) if woman else ("他",))
    return Subject(kind, name, facts, pronouns)


_THINGS = {
    "skill": words.SKILLS,
    "goods": words.GOODS,
    "piers": words.STONES,
    "rail": words.RAILS,
    "snack": words.SNACKS,
    "product": words.PRODUCTS,
}


def _years(names: Names, model: Kind, kind: str) -> dict[str, str]:
    first, *others = [slot for slot, what in model.types.items() if what == "year"]
    free = names.dice.some([slot for slot in others if slot not in model.fixed], len(others))
    start = names.year(1915, 1955)
    if kind == "person":  # learns young, and does the rest grown up
        later = [names.year(start + 15, start + 21)]
        later += sorted(names.year(start + 24, start + 62) for _ in others[1:])
    else:
        later = sorted(names.year(start + 4, _THIS_YEAR - 2) for _ in others)
    order = [first, *model.fixed, *free]
    return {slot: f"{year}年" for slot, year in zip(order, [start, *later], strict=True)}


def _numbers(names: Names) -> dict[str, list[str]]:
    """For each unit two numbers in the order of the slots."""
    dice = names.dice

    def two(unit, *ranges):
        return [
            names.fresh(lambda lo=lo, hi=hi, step=step: f"{dice.number(lo, hi) * step}{unit}")
            for lo, hi, step in ranges
        ]

    return {
        "students": two("名", (12, 180, 10), (21, 98, 1)),
        "pieces": two("件", (40, 950, 10), (60, 380, 1)),
        "metres": two("公尺", (61, 480, 1), (4, 18, 1)),
        "pages": two("頁", (120, 240, 1), (251, 420, 1)),
        "people": two("人", (20, 95, 10), (35, 180, 1)),
    }
