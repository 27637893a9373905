"""Reports that tell a thing twice, and pairs of sentences: to learn a language from, and to be asked about it.

Text as newspapers have it: two reports of one matter, in other words. The Microsoft Research Paraphrase Corpus was
found so (Dolan and Brockett 2005), and a word that is hidden in one report can be looked up in the other. The pairs
have the forms of MRPC, two sentences, and of RTE, a text and a sentence (Wang et al. 2019). Wrong ones tell something
else, and have about as many words in common as right ones have (Zhang et al. 2019, "PAWS").
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from common.generators.world.dice import Dice
from common.generators.world.facts import Names, Subject, subject
from common.generators.world.kinds import Saying
from common.generators.world.telling import fill

ABOUT = ("school", "museum", "bridge", "book", "person")  # five kinds: a language that is learned in half a minute
RIGHT = ("other words",)
WRONG = ("another value", "exchanged values", "another event")
_MIX = ("another value", "another value", "exchanged values", "another event", "another event")  # before balancing


class Pair(NamedTuple):
    first: str
    second: str
    label: int  # 1: a paraphrase, or entailed; 0: not
    kind: str = ""  # one of RIGHT or WRONG, where it is known


class Asked(NamedTuple):
    text: str
    question: str
    answer: str


class Told(NamedTuple):
    """A saying in one of its wordings."""

    saying: Saying
    wording: str


def reports(seed: int, n: int) -> list[tuple[str, str]]:
    """n times one or two facts about a subject, and one of them again in other words."""
    dice = Dice(f"world {seed} reports")
    return [_twice(dice) for _ in range(n)]


def _twice(dice: Dice) -> tuple[str, str]:
    one = _subject(Names(dice, "learn"))
    told = _told(dice, one, dice.number(1, 2))
    return _text(told, one), _text([_other(dice, dice.pick(told))], one)


def asked(seed: int, n: int, part: str = "learn") -> list[Asked]:
    """n times one or two facts, a question about one of them as homework 7 asks it, and the answer."""
    dice = Dice(f"world {seed} {part} asked")
    found = []
    for _ in range(n):
        one = _subject(Names(dice, part))
        told = _told(dice, one, dice.number(1, 2))
        slot, wordings = dice.pick([*dice.pick(told).saying.questions.items()])
        found.append(Asked(_text(told, one), dice.pick(wordings).replace("{S}", one.name), one.facts[slot]))
    return found


def paraphrases(seed: int, n: int, part: str = "learn") -> list[Pair]:
    """n times a fact, and the same in other words (1) or something else (0), as in MRPC; half of them right."""
    return _balanced(Dice(f"world {seed} {part} paraphrases"), part, n, told=1)


def entailments(seed: int, n: int, part: str = "learn") -> list[Pair]:
    """n times two facts, and one that follows from them (1) or does not (0), as in RTE; half of them right."""
    return _balanced(Dice(f"world {seed} {part} entailments"), part, n, told=2)


def in_common(first: str, second: str) -> float:
    """The share of the second text's characters that the first has as well."""
    return (Counter(first) & Counter(second)).total() / len(second)


def _balanced(dice: Dice, part: str, n: int, told: int) -> list[Pair]:
    """n pairs, as many right as wrong among those that look alike: in what is told, common characters, and length."""
    waiting: dict[tuple, list[Pair]] = defaultdict(list)
    found: list[Pair] = []
    while len(found) < n:
        pair, saying = _pair(dice, part, told)
        longer = len(pair.second) - len(pair.first)
        looks = saying.wordings, round(8 * in_common(pair.first, pair.second)), longer // 5
        if partners := waiting[*looks, 1 - pair.label]:
            found += [partners.pop(), pair]
        else:
            waiting[*looks, pair.label].append(pair)
    return dice.some(found, n)


def _pair(dice: Dice, part: str, n: int) -> tuple[Pair, Saying]:
    """n facts about a subject, and a sentence that tells one of them in other words, or something else."""
    kind = dice.pick(RIGHT if dice.chance(0.5) else _MIX)
    while True:
        names = Names(dice, part)
        one = _subject(names)
        told = _told(dice, one, n)
        chosen = dice.pick(told)
        second, changed = _other(dice, chosen), {}
        if kind == "another value":
            slot = dice.pick([*chosen.saying.questions])
            changed = {slot: subject(names, one.kind).facts[slot]}
        elif kind == "exchanged values":
            changed = _exchanged(dice, one, told, chosen)
        elif kind == "another event":
            second, changed = _another_event(dice, one, told, chosen)
        if changed or kind in RIGHT:
            return Pair(_text(told, one), _text([second], one, changed), int(kind in RIGHT), kind), second.saying


def _exchanged(dice: Dice, one: Subject, told: list[Told], chosen: Told) -> dict[str, str]:
    """A value of the chosen fact exchanged for another of its type that was told; nothing if there is none."""
    types, slots = one.model.types, [slot for each in told for slot in each.saying.questions]
    alike = [(a, b) for a in chosen.saying.questions for b in slots if a != b and types[a] == types[b]]
    if not alike:
        return {}
    a, b = dice.pick(alike)
    return {a: one.facts[b], b: one.facts[a]}


def _another_event(dice: Dice, one: Subject, told: list[Told], chosen: Told) -> tuple[Told, dict[str, str]]:
    """Something else of the subject with the values of the chosen fact; no values if nothing else takes such."""
    types, said = one.model.types, [each.saying for each in told]

    def slots(saying: Saying) -> list[str]:
        return sorted(saying.questions, key=types.get)

    def needs(saying: Saying) -> list[str]:
        return [types[slot] for slot in slots(saying)]

    alike = [saying for saying in one.model.sayings if saying not in said and needs(saying) == needs(chosen.saying)]
    if not alike:
        return chosen, {}
    event = dice.pick(alike)
    values = {new: one.facts[old] for new, old in zip(slots(event), slots(chosen.saying), strict=True)}
    return Told(event, dice.pick(event.wordings)), values


def _text(told: list[Told], one: Subject, changed: dict[str, str] | None = None) -> str:
    facts = one.facts | (changed or {})
    return "".join(fill(each.wording, one.name, facts)[0] + "。" for each in told)


def _told(dice: Dice, one: Subject, n: int) -> list[Told]:
    return [Told(saying, dice.pick(saying.wordings)) for saying in dice.some(one.model.sayings, n)]


def _other(dice: Dice, told: Told) -> Told:
    """The same fact in other words."""
    return Told(told.saying, dice.pick([wording for wording in told.saying.wordings if wording != told.wording]))


def _subject(names: Names) -> Subject:
    return subject(names, names.dice.pick(ABOUT))
