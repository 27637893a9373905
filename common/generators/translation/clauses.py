"""Clauses that the sentences are made of: who does what, where and when, and what is how. No full stops yet."""

from typing import NamedTuple

from common.generators.translation import words
from common.generators.translation.phrases import (
    HE,
    NOTHING,
    SHE,
    SINGLE,
    THEY,
    UNIQUE,
    WE,
    YOU,
    YOU_POLITE,
    Dice,
    I,
    Person,
    Phrase,
    Word,
    adjectives_of,
    anybody,
    bare,
    clear,
    count,
    counted,
    definite,
    described,
    given_name,
    ing,
    noun_word,
    one,
    pointed,
    something,
    sync,
    third_party,
    titled,
    very,
    word,
)
from common.generators.translation.words import Noun, Verb


def text(en: str, zh: str = "") -> Phrase:
    """Small words without a link."""
    return Phrase(tuple(en.split()), tuple(zh.split()))


def amount(n: int) -> Phrase:
    """A number on both sides, linked."""
    number_ = count(n)
    return Phrase((number_,), (number_,))


class Event(NamedTuple):
    """Somebody does something to something."""

    verb: Verb
    zh: str  # the verb in Chinese, with this object
    noun: Noun

    def did(self) -> Phrase:
        return word(self.verb.past, self.zh)

    def do(self) -> Phrase:
        return word(self.verb.base, self.zh)

    def doing(self) -> Phrase:
        return word(ing(self.verb.base), self.zh)

    def does(self, who: Person) -> Phrase:
        return word(who.verb(self.verb.base), self.zh)

    def done(self) -> Phrase:
        """With what it comes to, as 把 and 被 want it: 洗乾淨."""
        return word(self.verb.participle, words.COMPLETED[self.zh])


# verb -> its classes of objects; the nouns whose meaning the verb tells
_OBJECTS = {
    verb.base: tuple(
        tuple(noun for noun in words.NOUNS[kind] if clear(noun, verb.zh)) for kind in verb.zh
    )
    for verb in words.VERBS
}  # fmt: skip


def event(dice: Dice, verbs: tuple[Verb, ...] = words.VERBS) -> Event:
    verb = dice.common(verbs)
    nouns = dice.pick(_OBJECTS[verb.base])
    noun = dice.common(nouns)
    return Event(verb, verb.zh[noun.kind], noun)


DOABLE = tuple(verb for verb in words.VERBS if verb.base not in words.NOT_PROGRESSIVE)

COMPLETABLE = tuple(verb for verb in words.VERBS if any(zh in words.COMPLETED for zh in verb.zh.values()))

KNOWN_OBJECT = {"understand", "answer", "discuss", "play", "change", "feed", "take care of", "translate", "accept"}

_REPEATED = tuple(verb for verb in DOABLE if verb.base not in (
    "build", "lose", "sell", "raise", "change", "accept", "solve", "look for", "repair", "miss", "grow", "open", "hang",
    "cut down", "throw away", "paint",
))  # fmt: skip


def completed_event(dice: Dice, verbs=COMPLETABLE) -> Event:
    while True:
        found = event(dice, verbs)
        if found.zh in words.COMPLETED and found.noun.kind not in ("account", "business"):
            return found


# What nobody buys or makes every day, and what is not one's own before
_DEAR = set(words.classes("car, bicycle, device, furniture, INSTRUMENT, jewelry, picture, tie, spectacles, blade"))

_NOT_YET_OWN = {"buy", "receive", "bake", "grow", "build", "make", "see", "boil", "fry", "collect"}


def repeated_event(dice: Dice) -> Event:
    while True:
        found = event(dice, _REPEATED)
        if found.verb.base not in ("buy", "make") or found.noun.kind not in _DEAR:
            return found


def object_of(dice: Dice, what: Event, who: Person) -> Phrase:
    if what.verb.base in KNOWN_OBJECT:
        if what.noun.kind in ("strings", "bowed", "wind", "drum"):
            return sync("the {n}", "{n}", n=noun_word(what.noun))
        return definite(dice, what.noun, who, lying=False)
    if what.verb.base == "wear" and who.plural:
        return bare(what.noun)
    if what.verb.base == "wear":
        return one(what.noun, described(dice, what.noun) if dice.chance(0.5) else NOTHING)
    return something(dice, what.noun, None if what.verb.base in _NOT_YET_OWN else who)


def kind_of_thing(what: Event) -> Phrase:
    """The object of a habit: coffee, magazines, the piano, the bus."""
    if what.verb.base == "play" or what.noun.kind in ("transit", "room", "door", "sight"):
        return sync("the {n}", "{n}", n=noun_word(what.noun))
    return bare(what.noun)


def place_of(dice: Dice, what: Event, p: float) -> Phrase:
    if what.verb.where == "post" and what.noun.kind in ("e-mail", "message"):
        return NOTHING
    if what.verb.where == "home" and what.noun.kind in ("car", "bicycle", "farm animal"):
        return word(*dice.common(words.PLACES["yard"])) if dice.chance(p) else NOTHING
    where = words.SHOPS.get(what.noun.kind, "device shop") if what.verb.where == "shop" else what.verb.where
    return word(*dice.common(words.PLACES[where])) if where and dice.chance(p) else NOTHING


def time_of(dice: Dice, tense: str, what: Event | None = None) -> Phrase:
    return word(*dice.common(words.TIMES[f"{tense} {what.verb.when if what else 'day'}"]))


def never_alone(dice: Dice) -> Person:
    """Whom one speaks to, or about: the subject of a question."""
    return YOU if dice.chance(0.45) else third_party(dice)


def and_then(dice: Dice, who: Person, first: Event) -> Phrase:
    """... and then sold the piano."""
    then = event(dice)
    while then.verb is first.verb or then.verb.when != first.verb.when:
        then = event(dice)
    parts = {"v": then.did(), "o": object_of(dice, then, who)}
    return sync("{a} {v} {o}", "， {a} {v} 了 {o}", a=word("and then", "然後"), **parts)


def told(dice: Dice, who: Person) -> Phrase:
    """My sister bought two books at the bookstore yesterday. 時間 and 地點 come before the Chinese verb."""
    what = event(dice)
    parts = {
        "s": who.phrase,
        "v": what.did(),
        "o": object_of(dice, what, who),
        "p": place_of(dice, what, 0.6),
        "t": time_of(dice, "past", what),
    }
    if dice.chance(0.2):
        parts["x"] = and_then(dice, who, what)
        return sync("{t} {s} {v} {o} {p} {x}", "{t} {s} {p} {v} 了 {o} {x}", **parts)
    if dice.chance(0.25):
        return sync("{t} {s} {v} {o} {p}", "{t} {s} {p} {v} 了 {o}", **parts)
    return sync("{s} {v} {o} {p} {t}", "{s} {t} {p} {v} 了 {o}", **parts)


def planned(dice: Dice, who: Person, *, hoped: bool = False) -> Phrase:
    """She is going to sell her car next week: 打算; she will: 會."""
    what = event(dice, DOABLE)
    parts = {
        "s": who.phrase,
        "v": what.do(),
        "o": object_of(dice, what, who),
        "p": place_of(dice, what, 0.55),
        "t": time_of(dice, "future", what),
    }
    if hoped or dice.chance(0.5):
        return sync("{s} {will} {v} {o} {p} {t}", "{s} {t} {will} {p} {v} {o}", will=word("will", "會"), **parts)
    going = word(f"{who.be()} going to", "打算")
    return sync("{s} {going} {v} {o} {p} {t}", "{s} {t} {going} {p} {v} {o}", going=going, **parts)


def often(who: Person, adverb: tuple[str, str]) -> Phrase:
    """Of people with a title one says 經常."""
    return word("often", "經常") if adverb[0] == "often" and who.formal else word(*adverb)


def usual(dice: Dice, who: Person) -> Phrase:
    """He often drinks tea at home."""
    what = repeated_event(dice)
    parts = {"s": who.phrase, "v": what.does(who), "o": kind_of_thing(what), "p": place_of(dice, what, 0.5)}
    if dice.chance(0.5):
        adverb = often(who, dice.common(words.OFTEN))
        return sync("{s} {a} {v} {o} {p}", "{s} {a} {p} {v} {o}", a=adverb, **parts)
    when = time_of(dice, "habit", what)
    return sync("{s} {v} {o} {p} {t}", "{s} {t} {p} {v} {o}", t=when, **parts)


def quality_of(dice: Dice, noun: Noun) -> tuple[Phrase, Phrase]:
    """An adjective of `noun`, and "very" as it goes with it (or 很, which Chinese wants and English does not say)."""
    adjective = dice.common(adjectives_of(noun))
    zh = adjective.zh[noun.kind]
    if zh == "新":
        zh = "很新"
        return word(adjective.en, zh), NOTHING
    degree = word("very", very(zh)) if dice.chance(0.5) else text("", "很")
    return word(adjective.en, zh), degree


_KINDS_WITH_QUALITY = tuple(kind for kind, nouns in words.NOUNS.items() if any(adjectives_of(noun) for noun in nouns))


def noun_with_quality(dice: Dice) -> Noun:
    while True:
        noun = dice.common(words.NOUNS[dice.pick(_KINDS_WITH_QUALITY)])
        if adjectives_of(noun):
            return noun


def is_are(noun: Noun) -> str:
    return "are" if noun.unit == "pair" else "is"


def state(dice: Dice) -> Phrase:
    """This soup is very delicious: 好喝, and of a cake 好吃."""
    noun = noun_with_quality(dice)
    quality, degree = quality_of(dice, noun)
    goal = (
        pointed(*dice.pick((("this", "這"), ("that", "那"))), noun)
        if noun.kind in UNIQUE
        else definite(dice, noun, I, plain=True)
    )
    return sync("{o} {be} {d} {q}", "{o} {d} {q}", o=goal, be=text(is_are(noun)), d=degree, q=quality)


FEELINGS = (("tired", "累"), ("busy", "忙"), ("happy", "開心"), ("hungry", "餓"), ("nervous", "緊張"), ("angry", "生氣"),
             ("sad", "難過"), ("sleepy", "想睡"), ("bored", "無聊"), ("thirsty", "渴"), ("embarrassed", "尷尬"))  # fmt: skip


def feeling(who: Person, mood: tuple[str, str]) -> Phrase:
    be = text(who.was())
    return sync("{s} {be} {d} {q}", "{s} {d} {q}", s=who.phrase, be=be, d=word("very", "很"), q=word(*mood))


def simple(dice: Dice) -> Phrase:
    """Any plain clause."""
    x = dice.random()
    if x < 0.35:
        return told(dice, anybody(dice))
    if x < 0.6:
        return planned(dice, anybody(dice))
    return usual(dice, anybody(dice)) if x < 0.8 else state(dice)


_OPENINGS = (("in fact ,", "其實"), ("of course ,", "當然 ，"), ("unfortunately ,", "可惜"), ("to tell the truth ,", "老實說 ，"),
             ("fortunately ,", "幸好"), ("as far as I know ,", "據我所知 ，"), ("by the way ,", "對了 ，"), ("sure enough ,", "果然"),
             ("as a matter of fact ,", "事實上 ，"), ("strangely enough ,", "奇怪的是 ，"))  # fmt: skip


def opened(dice: Dice, clause: Phrase) -> Phrase:
    """Now and then with a word before it: fortunately 幸好."""
    if dice.chance(0.8):
        return sentence(clause)
    en, zh = dice.common(_OPENINGS)
    *said, last = zh.split()
    opening = Word(en.removesuffix(" ,"), "".join([*said, last]) if not said else said[0])
    parts = {"w": Phrase((opening, ","), (opening, last) if said else (opening,)), "c": clause}
    return sync("{w} {c} .", "{w} {c} 。", **parts)


def sentence(clause: Phrase) -> Phrase:
    return sync("{c} .", "{c} 。", c=clause)


_FOR_WOMEN = {"裙子", "洋裝", "旗袍", "高跟鞋"}


def worn(dice: Dice, by_a_man: bool) -> Event:
    while True:
        found = event(dice, _WEAR)
        if not (by_a_man and found.noun.zh in _FOR_WOMEN):
            return found


def verbs(*bases: str) -> tuple[Verb, ...]:
    return tuple(verb for verb in words.VERBS if verb.base in bases)


_WEAR = verbs("wear")


def addressed(dice: Dice) -> tuple[Phrase, Person]:
    """Tom, ... 你; Professor Lin, ... 您."""
    if dice.chance(0.5):
        return sync("{n} ,", "{n} ，", n=given_name(dice).phrase), YOU
    return sync("{n} ,", "{n} ，", n=titled(dice).phrase), YOU_POLITE


def anaphor(who: Person) -> Person:
    """Somebody named before, as a pronoun."""
    if who.plural:
        return who if who is WE else THEY
    if who.first or who.you:
        return who
    return SHE if who.pronoun[0] == "she" else HE


def some_new(dice: Dice, noun: Noun) -> Phrase:
    """Of which nothing was said before: one, or a few."""
    quality = described(dice, noun) if dice.chance(0.3) else NOTHING
    n = 1 if noun.kind in SINGLE or dice.chance(0.7) else dice.number(2, 4)
    return one(noun, quality) if n == 1 else counted(count(n), noun, n, quality)
