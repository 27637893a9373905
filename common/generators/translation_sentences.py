"""The sentences of `translation.py`, one function for each kind: what it says in English, and how Chinese says it.

Each takes the dice and gives a `Phrase`. `KINDS` are those of the training text; `HELD_OUT` puts the same parts
together as no sentence of `KINDS` does: deeper, or in another place.
"""

from typing import NamedTuple

from common.generators import translation_words as words
from common.generators.translation_phrases import (
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
    acquaintance,
    adjectives_of,
    another,
    anybody,
    bare,
    clear,
    count,
    counted,
    definite,
    described,
    en_number,
    full_name,
    given_name,
    ing,
    measure,
    noun_word,
    one,
    owned,
    pointed,
    something,
    sync,
    the,
    third_party,
    titled,
    very,
    where_lies,
    word,
    zh_number,
    zh_year,
)
from common.generators.translation_words import Noun, Verb


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


_DOABLE = tuple(verb for verb in words.VERBS if verb.base not in words.NOT_PROGRESSIVE)
_COMPLETABLE = tuple(verb for verb in words.VERBS if any(zh in words.COMPLETED for zh in verb.zh.values()))
_KNOWN_OBJECT = {"understand", "answer", "discuss", "play", "change", "feed", "take care of", "translate", "accept"}
_REPEATED = tuple(verb for verb in _DOABLE if verb.base not in (
    "build", "lose", "sell", "raise", "change", "accept", "solve", "look for", "repair", "miss", "grow", "open", "hang",
    "cut down", "throw away", "paint",
))  # fmt: skip


def completed_event(dice: Dice, verbs=_COMPLETABLE) -> Event:
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
    if what.verb.base in _KNOWN_OBJECT:
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
    if what.verb.where == "home" and what.noun.kind in ("car", "bicycle", "farm animal"):
        return word(*dice.common(words.PLACES["yard"])) if dice.chance(p) else NOTHING
    where = words.SHOPS.get(what.noun.kind, "device shop") if what.verb.where == "shop" else what.verb.where
    return word(*dice.common(words.PLACES[where])) if where and dice.chance(p) else NOTHING


def time_of(dice: Dice, tense: str, what: Event | None = None) -> Phrase:
    return word(*dice.common(words.TIMES[f"{tense} {what.verb.when if what else 'day'}"]))


def never_alone(dice: Dice) -> Person:
    """Whom one speaks to, or about: the subject of a question."""
    return YOU if dice.chance(0.45) else third_party(dice)


# --- clauses, without a full stop --------------------------------------------------------------------------------------


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
    what = event(dice, _DOABLE)
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


_FEELINGS = (("tired", "累"), ("busy", "忙"), ("happy", "開心"), ("hungry", "餓"), ("nervous", "緊張"), ("angry", "生氣"),
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


# --- kinds of the training text ------------------------------------------------------------------------------------------


def statement(dice: Dice) -> Phrase:
    return opened(dice, told(dice, anybody(dice)))


def future(dice: Dice) -> Phrase:
    return opened(dice, planned(dice, anybody(dice)))


def habit(dice: Dice) -> Phrase:
    return opened(dice, usual(dice, anybody(dice)))


def description(dice: Dice) -> Phrase:
    return opened(dice, state(dice))


_FOR_WOMEN = {"裙子", "洋裝", "旗袍", "高跟鞋"}


def worn(dice: Dice, by_a_man: bool) -> Event:
    while True:
        found = event(dice, _WEAR)
        if not (by_a_man and found.noun.zh in _FOR_WOMEN):
            return found


def progress(dice: Dice) -> Phrase:
    """正在 for what goes on; what one wears is a state: 穿著."""
    who = anybody(dice)
    if dice.chance(0.25):
        what = worn(dice, who.pronoun[0] == "he")
        parts = {"s": who.phrase, "v": what.doing(), "o": object_of(dice, what, who)}
        if dice.chance(0.4):
            when = word("today", "今天")
            return sync("{s} {be} {v} {o} {t} .", "{s} {t} {v} 著 {o} 。", be=text(who.be()), t=when, **parts)
        return sync("{s} {be} {v} {o} .", "{s} {v} 著 {o} 。", be=text(who.be()), **parts)
    what = repeated_event(dice)
    place = place_of(dice, what, 0.5)
    goal = object_of(dice, what, who)
    if what.verb.base not in _KNOWN_OBJECT and what.noun.kind not in UNIQUE:  # two hands do one thing at a time
        goal = (
            one(what.noun, described(dice, what.noun))
            if dice.chance(0.6)
            else definite(dice, what.noun, who, lying=False)
        )
    parts = {"s": who.phrase, "be": text(who.be()), "v": what.doing(), "o": goal, "p": place}
    if place is not NOTHING and place.zh[0].zh.startswith("在"):
        leaf = place.zh[0]
        parts["p"] = word(leaf.en, leaf.zh[1:])  # 正在院子裡: one 在 is enough
    if dice.chance(0.3):
        return sync("{s} {be} {v} {o} {p} {now} .", "{s} {now} 正在 {p} {v} {o} 。", now=word("now", "現在"), **parts)
    return sync("{s} {be} {v} {o} {p} .", "{s} 正在 {p} {v} {o} 。", **parts)


def _verbs(*bases: str) -> tuple[Verb, ...]:
    return tuple(verb for verb in words.VERBS if verb.base in bases)


_WEAR = _verbs("wear")


_ACHIEVED = tuple(v for v in _COMPLETABLE if v.base not in ("lose", "break", "drive", "ride", "find", "throw away"))


def already(dice: Dice) -> Phrase:
    """Has already washed: 已經洗乾淨了; has not yet: 還沒."""
    who, what = anybody(dice), completed_event(dice, _ACHIEVED)
    goal = definite(dice, what.noun, who)
    parts = {"s": who.phrase, "have": text(who.has()), "v": what.done(), "o": goal}
    if dice.chance(0.55):
        return sync("{s} {have} {a} {v} {o} .", "{s} {a} 把 {o} {v} 了 。", a=word("already", "已經"), **parts)
    if dice.chance(0.5):
        return sync("{s} {have} not {v} {o} {y} .", "{s} {y} 把 {o} {v} 。", y=word("yet", "還沒"), **parts)
    return sync(
        "Has {s} {v} {o} {y} ?",
        "{s} 把 {o} {v} {y} ？",
        y=word("yet", "了沒"),
        **parts | {"s": third_party(dice).phrase},
    )


_EXPERIENCES = _verbs("read", "eat", "drink", "see", "watch", "visit", "grow", "raise", "write", "translate", "climb",
                      "ride", "drive", "repair", "bake", "listen to", "sing")  # fmt: skip


_AGAIN = ("read", "watch", "visit", "climb", "ride", "drive", "listen to", "sing", "repair")


def experience(dice: Dice) -> Phrase:
    """What somebody has ever done, and how often: 過."""
    what = event(dice, _EXPERIENCES)
    while what.noun.kind in ("acquaintance", "professional"):
        what = event(dice, _EXPERIENCES)
    v = word(what.verb.participle, "看" if what.zh == "看到" else what.zh)
    if dice.chance(0.4):
        who = never_alone(dice)
        ask = text("Have" if who.you else "Has")
        o = this_or_one(dice, what)
        return sync("{h} {s} {e} {v} {o} ?", "{s} {v} 過 {o} 嗎 ？", h=ask, s=who.phrase, e=text("ever"), v=v, o=o)
    who = anybody(dice)
    have = text(who.has())
    if dice.chance(0.4):
        o = this_or_one(dice, what)
        return sync(
            "{s} {h} {n} {v} {o} .",
            "{s} {n} {v} 過 {o} 。",
            s=who.phrase,
            h=have,
            n=word("never", "從來沒有"),
            v=v,
            o=o,
        )
    while what.verb.base not in _AGAIN:
        what = event(dice, _EXPERIENCES)
    while what.noun.kind in ("acquaintance", "professional"):
        what = event(dice, _EXPERIENCES)
    v = word(what.verb.participle, what.zh)
    n = dice.number(2, 5)
    times = sync("{n} times", "{n} 次", n=amount(n))
    if n == 2 and dice.chance(0.7):
        times = word("twice", "兩次")
    o = pointed(*dice.pick((("this", "這"), ("that", "那"))), what.noun)
    return sync("{s} {h} {v} {o} {n} .", "{s} {v} 過 {o} {n} 。", s=who.phrase, h=have, v=v, o=o, n=times)


def this_or_one(dice: Dice, what: Event) -> Phrase:
    """What one does again and again is always another one: never eaten mangoes, but: never read this book."""
    if what.verb.base in _AGAIN and dice.chance(0.6):
        return pointed("this", "這", what.noun)
    return bare(what.noun)


def negation(dice: Dice) -> Phrase:
    """Did not: 沒有; does not: 不; will not: 不會."""
    who, x = anybody(dice), dice.random()
    if x < 0.45:
        what = event(dice)
        parts = {"s": who.phrase, "v": what.do(), "o": definite(dice, what.noun, who), "t": time_of(dice, "past", what)}
        return sync("{s} did {n} {v} {o} {t} .", "{s} {t} {n} {v} {o} 。", n=word("not", "沒有"), **parts)
    if x < 0.75:
        what = repeated_event(dice)
        parts = {"s": who.phrase, "v": what.do(), "o": kind_of_thing(what), "does": text(who.does())}
        if dice.chance(0.4):
            return sync("{s} {does} {n} {v} {o} .", "{s} {n} {v} {o} 。", n=word("not", "不"), **parts)
        more = word("anymore", "了")
        return sync("{s} {does} {n} {v} {o} {m} .", "{s} {n} {v} {o} {m} 。", n=word("not", "不"), m=more, **parts)
    what = event(dice, _DOABLE)
    parts = {"s": who.phrase, "v": what.do(), "o": definite(dice, what.noun, who), "t": time_of(dice, "future", what)}
    return sync("{s} will {n} {v} {o} {t} .", "{s} {t} {n} {v} {o} 。", n=word("not", "不會"), **parts)


def addressed(dice: Dice) -> tuple[Phrase, Person]:
    """Tom, ... 你; Professor Lin, ... 您."""
    if dice.chance(0.5):
        return sync("{n} ,", "{n} ，", n=given_name(dice).phrase), YOU
    return sync("{n} ,", "{n} ，", n=titled(dice).phrase), YOU_POLITE


def yes_no(dice: Dice) -> Phrase:
    """嗎 at the end, and no change of order."""
    call, who = addressed(dice) if dice.chance(0.35) else (NOTHING, never_alone(dice))
    if dice.chance(0.6):
        what = event(dice)
        parts = {"v": what.do(), "o": definite(dice, what.noun, who), "t": time_of(dice, "past", what)}
        return sync("{c} did {s} {v} {o} {t} ?", "{c} {s} {t} {v} 了 {o} 嗎 ？", c=call, s=who.phrase, **parts)
    what = repeated_event(dice)
    parts = {"v": what.do(), "o": kind_of_thing(what), "d": text(who.does())}
    adverb = often(who, ("often", "常常"))
    return sync("{c} {d} {s} {a} {v} {o} ?", "{c} {s} {a} {v} {o} 嗎 ？", c=call, s=who.phrase, a=adverb, **parts)


def wh_question(dice: Dice) -> Phrase:
    """Who, what, where, when, how many, why: in Chinese where the answer would stand."""
    call, who = addressed(dice) if dice.chance(0.25) else (NOTHING, never_alone(dice))
    what, x = event(dice, _DOABLE), dice.random()
    goal = definite(dice, what.noun, who)
    if x < 0.18:
        when = time_of(dice, "past", what)
        return sync("{w} {v} {o} {t} ?", "{t} {w} {v} 了 {o} ？", w=word("Who", "誰"), v=what.did(), o=goal, t=when)
    if x < 0.38:
        what = event(dice, _verbs("buy", "read", "eat", "drink", "draw", "write", "receive", "sell", "sing"))
        place = place_of(dice, what, 0.8)
        when = time_of(dice, "past", what)
        parts = {"c": call, "w": word("what", "什麼"), "s": who.phrase, "v": what.do(), "p": place, "t": when}
        return sync("{c} {w} did {s} {v} {p} {t} ?", "{c} {s} {t} {p} {v} 了 {w} ？", **parts)
    parts = {"c": call, "s": who.phrase, "v": what.do(), "o": goal}
    if x < 0.54:
        return sync("{c} {w} did {s} {v} {o} ?", "{c} {s} 是 {w} {v} {o} 的 ？", w=word("when", "什麼時候"), **parts)
    if x < 0.7:
        return sync("{c} {w} did {s} {v} {o} ?", "{c} {s} {w} {v} {o} ？", w=word("why", "為什麼"), **parts)
    if x < 0.84:
        what = event(dice, _verbs("buy", "find", "lose", "see", "meet", "repair", "hide"))
        parts |= {"v": what.do(), "o": definite(dice, what.noun, who, lying=False)}
        return sync("{c} {w} did {s} {v} {o} ?", "{c} {s} 是 {w} {v} {o} 的 ？", w=word("where", "在哪裡"), **parts)
    what = event(dice, _verbs("buy", "eat", "drink", "read", "raise", "grow", "receive", "draw", "bake"))
    many = sync("how many {n}", "幾 {m} {n}", m=measure(what.noun), n=noun_word(what.noun, True))
    if what.noun.unit:
        unit = word(words.plural(what.noun.unit), what.noun.measure)
        many = sync("how many {u} of {n}", "幾 {u} {n}", u=unit, n=noun_word(what.noun))
    parts |= {"v": what.do(), "o": many, "t": time_of(dice, "past", what)}
    return sync("{c} {o} did {s} {v} {t} ?", "{c} {s} {t} {v} 了 {o} ？", **parts)


def relative_object(dice: Dice, *, inner: Person | None = None) -> tuple[Noun, Phrase]:
    """A thing told by what somebody did with it: the book that I bought yesterday, 我昨天買的那本書."""
    while True:
        what = event(dice, _RELATABLE)
        if adjectives_of(what.noun) and what.noun.kind not in (
            "room",
            "sight",
            "transit",
            "acquaintance",
            "professional",
        ):
            break
    who = inner or anybody(dice)
    when = time_of(dice, "past", what) if dice.chance(0.7) else NOTHING
    parts = {"n": noun_word(what.noun), "m": measure(what.noun), "s": who.phrase, "v": what.did(), "t": when}
    if dice.chance(0.4):
        return what.noun, sync("the {n} {s} {v} {t}", "{s} {t} {v} 的 那 {m} {n}", **parts)
    return what.noun, sync("the {n} that {s} {v} {t}", "{s} {t} {v} 的 那 {m} {n}", **parts)


_RELATABLE = _verbs("buy", "read", "write", "eat", "drink", "see", "make", "draw", "lose", "find", "repair", "build",
                    "receive", "sell", "watch", "sing", "bake", "send", "break", "translate", "wear", "grow")  # fmt: skip


# who may be whom
_MAY_BE = {"girl": ("younger sister", "daughter", "granddaughter"), "boy": ("younger brother", "son", "grandson"),
           "man": ("dad", "older brother", "boss", "father"), "woman": ("mom", "older sister", "mother")}  # fmt: skip
_FAMILY = {en: zh for en, zh, _ in words.FAMILY}
_FOR_ADULTS = {"liquor", "car", "brewed"}


def relative_person(dice: Dice) -> tuple[Noun, Phrase]:
    """A person told by what they do: the girl who is wearing a red hat, 戴著紅色帽子的那個女孩."""
    noun = dice.pick([noun for noun in words.NOUNS["person"] if noun.en in (*_MAY_BE, "student", "friend")])
    parts = {"n": noun_word(noun), "m": measure(noun)}
    x = dice.random()
    while True:
        what = (
            worn(dice, noun.en in ("man", "boy"))
            if x < 0.35
            else event(dice, _RELATABLE)
            if x < 0.7
            else repeated_event(dice)
        )
        if noun.en in ("man", "woman", "friend") or what.noun.kind not in _FOR_ADULTS:
            break
    if x < 0.35:
        parts |= {"v": what.doing(), "o": object_of(dice, what, HE)}
        return noun, sync("the {n} who is {v} {o}", "{v} 著 {o} 的 那 {m} {n}", **parts)
    if x < 0.7:
        parts |= {"v": what.did(), "o": object_of(dice, what, SHE if noun.en in ("girl", "woman") else HE)}
        return noun, sync("the {n} who {v} {o}", "{v} 了 {o} 的 那 {m} {n}", **parts)
    parts |= {"v": what.does(HE), "o": kind_of_thing(what), "t": time_of(dice, "habit", what)}
    return noun, sync("the {n} who {v} {o} {t}", "{t} {v} {o} 的 那 {m} {n}", **parts)


def relative(dice: Dice) -> Phrase:
    """Clauses with 的, of the subject alone: those of objects are held out."""
    if dice.chance(0.55):
        noun, what = relative_object(dice)
        if dice.chance(0.25):
            be = text(is_are(noun))
            if noun.kind in words.LYING:
                return sync("{o} {be} {p} .", "{o} 在 {p} 。", o=what, be=be, p=where_lies(dice, noun))
        quality, degree = quality_of(dice, noun)
        be = text(is_are(noun))
        return sync("{o} {be} {d} {q} .", "{o} {d} {q} 。", o=what, be=be, d=degree, q=quality)
    (noun, who), x = relative_person(dice), dice.random()
    if x < 0.45 and noun.en in _MAY_BE:
        relation, owner = dice.pick(_MAY_BE[noun.en]), dice.pick((("my", "我"), ("his", "他"), ("her", "她")))
        parts = {"s": who, "of": word(*owner), "o": word(relation, _FAMILY[relation])}
        return sync("{s} is {of} {o} .", "{s} 是 {of} {o} 。", **parts)
    if x < 0.75 and noun.en in ("man", "woman"):
        job = dice.common(words.NOUNS["professional"])
        return sync("{s} is {o} .", "{s} 是 {o} 。", s=who, o=one(job))
    return sync("{s} is from {o} .", "{s} 是 從 {o} 來 的 。", s=who, o=word(*dice.common(words.CITIES)))


def ba(dice: Dice) -> Phrase:
    """What is done with a thing that is known: 把."""
    who = anybody(dice)
    if dice.chance(0.5):
        noun = dice.common(words.NOUNS[dice.pick(words.LYING)])
        goal = owned(who.of, noun) if dice.chance(0.4) else the(noun)
        parts = {"s": who.phrase, "o": goal, "p": where_lies(dice, noun)}
        if dice.chance(0.6):
            when = time_of(dice, "past") if dice.chance(0.3) else NOTHING
            return sync("{s} {v} {o} {p} {t} .", "{s} {t} 把 {o} {v} {p} 了 。", v=word("put", "放在"), t=when, **parts)
        way = dice.pick((("left", "忘在"), ("left", "忘在"), ("hid", "藏在")))
        return sync("{s} {v} {o} {p} .", "{s} 把 {o} {v} {p} 。", v=word(*way), **parts)
    what = completed_event(dice)
    parts = {"s": who.phrase, "o": definite(dice, what.noun, who)}
    when = time_of(dice, "past") if dice.chance(0.4) else NOTHING
    finished = words.COMPLETED[what.zh]
    if finished.endswith("完") and what.verb.base in ("read", "write", "eat", "drink", "sing", "draw", "translate"):
        v = sync("finished {v}", "{v} 完", v=word(ing(what.verb.base), what.zh))
    else:
        v = word(what.verb.past, finished)
    return sync("{s} {v} {o} {t} .", "{s} {t} 把 {o} {v} 了 。", v=v, t=when, **parts)


_MISHAPS = (
    ("bitten", "咬", (("a dog", "一隻狗"), ("a snake", "一條蛇"), ("a mosquito", "一隻蚊子"), ("a hamster", "一隻倉鼠")), "傷"),
    ("praised", "稱讚", (("the teacher", "老師"), ("the boss", "老闆"), ("the coach", "教練"), ("the principal", "校長")), ""),
    ("scolded", "罵", (("the teacher", "老師"), ("the boss", "老闆"), ("the landlord", "房東"), ("the referee", "裁判")), ""),
    ("woken up", "吵醒", (("the alarm clock", "鬧鐘"), ("the thunder", "雷聲"), ("the baby", "嬰兒"), ("the rooster", "公雞")), ""),
    ("cheated", "騙", (("a stranger", "一個陌生人"), ("that man", "那個男人"), ("the salesman", "推銷員")), ""),
    ("invited", "邀請", (("the mayor", "市長"), ("the bride", "新娘"), ("the professor", "教授"), ("the ambassador", "大使")), ""),
)  # fmt: skip
_UNDONE = _verbs(
    "break", "eat", "drink", "sell", "cut", "cut down", "find", "open", "hide", "lose", "throw away", "pick"
)
_MADE = _verbs("write", "translate", "build", "draw", "bake", "make", "repair", "send", "grow")
_STOLEN = ("bag", "car", "bicycle", "jewelry", "device", "picture", "backpack", "bowed")


def bei(dice: Dice) -> Phrase:
    """What is done to somebody or something is 被, but what is made by somebody 是 ... 的."""
    x = dice.random()
    if x < 0.35:
        who = anybody(dice)
        en, zh, agents, end = dice.pick(_MISHAPS)
        parts = {"s": who.phrase, "be": text(who.was()), "v": word(en, zh + end), "a": word(*dice.common(agents))}
        when = time_of(dice, "past") if dice.chance(0.5) else NOTHING
        return sync("{s} {be} {v} by {a} {t} .", "{s} {t} 被 {a} {v} 了 。", t=when, **parts)
    if x < 0.5:
        noun = dice.common(words.NOUNS[dice.pick(_STOLEN)])
        owner = third_party(dice)
        goal = sync("{o} 's {n}", "{o} 的 {n}", o=owner.phrase, n=noun_word(noun))
        parts = {
            "o": goal if dice.chance(0.4) else definite(dice, noun, I),
            "v": word("stolen", "偷走"),
            "t": time_of(dice, "past"),
        }
        return sync("{o} was {v} {t} .", "{o} {t} 被 {v} 了 。", **parts)
    if x < 0.75:
        what = completed_event(dice, _UNDONE)
        be = text("were" if what.noun.unit == "pair" else "was")
        parts = {"o": definite(dice, what.noun, I), "be": be, "v": what.done(), "a": third_party(dice).phrase}
        when = time_of(dice, "past") if dice.chance(0.3) else NOTHING
        return sync("{o} {be} {v} by {a} {t} .", "{o} {t} 被 {a} {v} 了 。", t=when, **parts)
    what = event(dice, _MADE)
    this = pointed(*dice.pick((("this", "這"), ("that", "那"))), what.noun)
    be = text("were" if what.noun.unit == "pair" else "was")
    parts = {"o": this, "be": be, "v": word(what.verb.participle, what.zh), "a": third_party(dice).phrase}
    return sync("{o} {be} {v} by {a} .", "{o} 是 {a} {v} 的 。", **parts)


_BODY = (("taller", "高", "tall", "高"), ("older", "大", "old", "老"), ("younger", "小", "young", "年輕"), ("busier", "忙", "busy", "忙"),
         ("shorter", "矮", "short", "矮"), ("stronger", "強壯", "strong", "強壯"), ("smarter", "聰明", "smart", "聰明"),
         ("more patient", "有耐心", "patient", "有耐心"), ("more generous", "大方", "generous", "大方"),
         ("more humorous", "幽默", "humorous", "幽默"))  # fmt: skip
_MEASURED = (("older", "大", "years", "歲", 2, 9), ("younger", "小", "years", "歲", 2, 9),
             ("taller", "高", "centimeters", "公分", 2, 12), ("shorter", "矮", "centimeters", "公分", 2, 12),
             ("heavier", "重", "kilograms", "公斤", 2, 12))  # fmt: skip


def comparison(dice: Dice) -> Phrase:
    """比, 沒有 ... 那麼, 跟 ... 一樣, 最."""
    x = dice.random()
    if x < 0.45:
        one_of = third_party(dice)
        other = another(dice, one_of)
        more, zh, plain, zh_plain = dice.common(_BODY)
        parts = {"s": one_of.phrase, "o": other.other}
        if x < 0.2:
            return sync("{s} is {q} than {o} .", "{s} 比 {o} {q} 。", q=word(more, zh), **parts)
        if x < 0.28:
            degree = word("much", "得多")
            return sync("{s} is {d} {q} than {o} .", "{s} 比 {o} {q} {d} 。", d=degree, q=word(more, zh), **parts)
        if x < 0.34:
            return sync("{s} is as {q} as {o} .", "{s} 跟 {o} 一樣 {q} 。", q=word(plain, zh_plain), **parts)
        if x < 0.38:
            return sync("{s} is not as {q} as {o} .", "{s} 沒有 {o} 那麼 {q} 。", q=word(plain, zh_plain), **parts)
        more, zh, unit, zh_unit, least, most = dice.pick(_MEASURED)
        by = sync("{n} {u}", "{n} {u}", n=amount(dice.number(least, most)), u=word(unit, zh_unit))
        return sync("{s} is {by} {q} than {o} .", "{s} 比 {o} {q} {by} 。", by=by, q=word(more, zh), **parts)
    noun = noun_with_quality(dice)
    adjective = dice.common(adjectives_of(noun))
    quality = word(adjective.comparative, adjective.zh[noun.kind])
    plain = word(adjective.en, adjective.zh[noun.kind])
    be = text(is_are(noun))
    if noun.unit or noun.kind == "acquaintance":
        this, that = pointed("this", "這", noun), pointed("that", "那", noun)
    else:
        this = pointed("this", "這", noun)
        that = sync("that one", "那 {m}", m=measure(noun))
    parts = {"s": this, "be": be, "o": that}
    if x < 0.72:
        return sync("{s} {be} {q} than {o} .", "{s} 比 {o} {q} 。", q=quality, **parts)
    if x < 0.82:
        return sync("{s} {be} not as {q} as {o} .", "{s} 沒有 {o} 那麼 {q} 。", q=plain, **parts)
    best = superlative(adjective.en, adjective.comparative)
    top = word(best, f"最{adjective.zh[noun.kind]}")
    if noun.unit:
        return sync("{s} {be} as {q} as {o} .", "{s} 跟 {o} 一樣 {q} 。", q=plain, **parts)
    where = word("the shop", "店裡")
    if noun.kind in ("sight", "monument", "business", "house", "street", "mountain", "scenery", "river"):
        where = word(*dice.common(words.CITIES))
    elif noun.kind not in words.SHOPS:
        return sync("{s} {be} {q} than {o} .", "{s} 比 {o} {q} 。", q=quality, **parts)
    return sync("{s} {be} the {q} in {p} .", "{s} 是 {p} {q} 的 。", q=top, p=where, s=this, be=be)


def superlative(en: str, comparative: str) -> str:
    """`"old"` -> `"oldest"`; `"better"` -> `"best"`."""
    if comparative.startswith("more "):
        return f"most {en}"
    return "best" if en == "good" else f"{comparative[:-1]}st"


_OUTDOORS = ("pet", "farm animal", "person", "bicycle", "car", "tree", "flower", "wild animal", "wild animal")


def existence(dice: Dice) -> Phrase:
    """There are three cats under the tree: the place comes first, then 有."""
    while True:
        noun = dice.common(words.NOUNS[dice.pick(words.LYING if dice.chance(0.5) else _OUTDOORS)])
        if len(_meanings(noun)) == 1:
            break
    if noun.kind in words.LYING:
        place = where_lies(dice, noun)
    else:
        place = word(*dice.common(words.WILD if noun.kind == "wild animal" else words.OUTSIDE))
    n = 1 if dice.chance(0.4) else dice.number(2, 6)
    thing = one(noun) if n == 1 else counted(count(n), noun, n)
    be = "is" if n == 1 else "are"
    x = dice.random()
    if x < 0.65:
        return sync("There {be} {o} {p} .", "{p} 有 {o} 。", be=text(be), o=thing, p=place)
    if x < 0.8 and not noun.unit:
        return sync("{t} any {n} {p} ?", "{p} 有 {n} 嗎 ？", t=text("Are there"), n=noun_word(noun, True), p=place)
    if noun.unit:
        return sync("There {be} {o} {p} .", "{p} 有 {o} 。", be=text(be), o=thing, p=place)
    if x < 0.9:
        return sync("There are no {n} {p} .", "{p} 沒有 {n} 。", n=noun_word(noun, True), p=place)
    return sync(
        "How many {n} are there {p} ?", "{p} 有 幾 {m} {n} ？", n=noun_word(noun, True), m=measure(noun), p=place
    )


def _meanings(noun: Noun) -> set[str]:
    return {other.zh for nouns in words.NOUNS.values() for other in nouns if other.en == noun.en}


# what follows from a feeling: fixed phrases, or the verbs of what one does
_SO = {
    "tired": (("went to bed early", "很早就睡了"), ("did not go to work", "沒有去上班"), ("took a taxi home", "搭計程車回家了")),
    "busy": (("did not eat lunch", "沒有吃午餐"), ("did not come to the party", "沒有來參加派對"), ("came home late", "很晚才回家")),
    "happy": (("laughed out loud", "大聲笑了出來"), ("hugged the teacher", "抱了老師"), ("invited everybody to dinner", "請大家吃晚餐")),
    "nervous": (("could not sleep", "睡不著"), ("forgot the answer", "忘了答案"), ("spoke too fast", "說話說得太快")),
    "angry": (("did not answer the phone", "沒有接電話"), ("went home early", "提早回家了"), ("slammed the door", "用力把門關上了")),
    "sad": (("cried all night", "哭了一整晚"), ("did not say a word", "一句話也沒說"), ("stayed at home", "待在家裡")),
    "hungry": (("eat", ("snack", "meal", "fruit", "bread")),), "sleepy": (("drink", ("brewed",)),),
    "bored": (("watch", ("movie",)), ("read", ("book",)), ("listen to", ("song", "story"))), "thirsty": (("drink", ("drink",)),),
    "embarrassed": (("turned red", "臉紅了"), ("looked away", "把頭轉開了")),
}  # fmt: skip
# why one does something with a thing, or does not
_REASONS = (("expensive", "buy", False), ("cheap", "buy", True), ("heavy", "carry", False), ("boring", "read", False),
            ("interesting", "read", True), ("interesting", "watch", True), ("delicious", "eat", True), ("dirty", "wear", False),
            ("dangerous", "cross", False), ("hot", "drink", False), ("beautiful", "buy", True), ("boring", "watch", False),
            ("old", "wear", False), ("difficult", "answer", False), ("important", "read", True),
            ("valuable", "sell", False), ("warm", "wear", True), ("dangerous", "climb", False))  # fmt: skip


def reason(dice: Dice) -> tuple[Phrase, Phrase, bool]:
    """The book is very expensive; will (not) buy it: Chinese leaves out what English calls it."""
    why, base, does = dice.pick(_REASONS)
    adjective = next(a for a in words.ADJECTIVES if a.en == why)
    verb = _verbs(base)[0]
    kind = dice.pick([kind for kind in verb.zh if kind in adjective.zh])
    noun = dice.common(words.NOUNS[kind])
    this = dice.pick((("this", "這"), ("that", "那")))
    parts = {"o": pointed(*this, noun), "be": text(is_are(noun)), "q": word(why, adjective.zh[kind])}
    first = sync("{o} {be} {d} {q}", "{o} {d} {q}", d=word("very", very(adjective.zh[kind])), **parts)
    it = text("them" if noun.unit == "pair" else "it")
    return first, sync("{v} {it}", "{v}", v=word(base, verb.zh[kind]), it=it), does


def connected(dice: Dice) -> Phrase:
    """Because ... 所以, therefore 因此, if ... 就, although ... 但是, when ... 的時候, after ... 以後."""
    who, x = anybody(dice), dice.random()
    again = anaphor(who)
    if x < 0.22:
        mood = dice.common(_FEELINGS)
        first = feeling(who, mood)
        then = dice.pick(_SO[mood[0]])
        if isinstance(then[1], tuple):
            (verb,), noun = _verbs(then[0]), dice.common(words.NOUNS[dice.pick(then[1])])
            what = Event(verb, verb.zh[noun.kind], noun)
            acts = sync("{v} {o}", "{v} 了 {o}", v=what.did(), o=object_of(dice, what, again))
        else:
            acts = word(*then)
        parts = {"b": word("Because", "因為"), "a": first, "s": again.phrase, "c": acts}
        return sync("{b} {a} , {s} {c} .", "{b} {a} ， 所以 {s} {c} 。", **parts)
    if x < 0.42:
        first, acts, does = reason(dice)
        parts = {"a": first, "s": who.phrase, "v": acts}
        if does:
            parts["w"] = word(f"{who.verb('want')} to", "想")
            return sync("{a} , so {s} {w} {v} .", "{a} ， 所以 {s} {w} {v} 。", **parts)
        no = word("not", "不會")
        if dice.chance(0.5):
            d = text(f"{who.does()} not want to")
            return sync("{a} , so {s} {d} {v} .", "{a} ， 所以 {s} 不想 {v} 。", d=d, **parts)
        return sync(
            "{a} ; {t} , {s} will {n} {v} .", "{a} ， {t} {s} {n} {v} 。", t=word("therefore", "因此"), n=no, **parts
        )
    if x < 0.58:
        plan = event(dice, _INDOORS)
        parts = {"s": who.phrase, "v": plan.do(), "o": object_of(dice, plan, who)}
        then = sync("{s} will {v} {o} at home", "{s} 就 會 在家 {v} {o}", **parts)
        return sync(
            "{i} {a} , {c} .", "{i} {a} ， {c} 。", i=word("If", "如果"), a=word(*dice.common(_IF_WEATHER)), c=then
        )
    if x < 0.72:
        first = feeling(who, dice.pick(_FEELINGS[:2] + _FEELINGS[7:8]))
        what = event(dice, _WORK)
        parts = {"s": again.phrase, "v": what.did(), "o": object_of(dice, what, again)}
        second = sync("{s} still {v} {o}", "{s} 還是 {v} 了 {o}", **parts)
        return sync("{b} {a} , {c} .", "{b} {a} ， 但是 {c} 。", b=word("Although", "雖然"), a=first, c=second)
    if x < 0.88:
        what = repeated_event(dice)
        doing = sync("{s} {be} {v} {o}", "{s} 在 {v} {o}", s=who.phrase, be=text(who.was()), v=what.doing(),
                     o=object_of(dice, what, who))  # fmt: skip
        meanwhile = word(*dice.common(_MEANWHILE))
        return sync("{w} {a} , {c} .", "{a} {w} ， {c} 。", w=word("When", "的時候"), a=doing, c=meanwhile)
    what, then = completed_event(dice, _FINISHED), event(dice, _INDOORS)
    before = sync(
        "{v} {o}", "{v} {o}", v=word(ing(what.verb.base), words.COMPLETED[what.zh]), o=definite(dice, what.noun, who)
    )
    parts = {"s": who.phrase, "v": then.did(), "o": object_of(dice, then, who), "x": before}
    return sync("{b} {x} , {s} {v} {o} .", "{x} {b} ， {s} {v} 了 {o} 。", b=word("After", "以後"), **parts)


_INDOORS = _verbs(
    "read", "watch", "listen to", "write", "bake", "clean", "wash", "iron", "fold", "drink", "draw", "boil"
)
_WORK = _verbs("wash", "write", "repair", "clean", "iron", "feed", "boil", "fold", "take care of", "translate", "fry")
_FINISHED = _verbs("read", "write", "wash", "eat", "drink", "clean", "repair", "iron", "send", "sing")
_IF_WEATHER = (("it rains tomorrow", "明天下雨"), ("it is too hot", "天氣太熱"),
               ("there is a typhoon", "颱風來了"), ("it snows", "下雪"), ("the wind is too strong", "風太大"),
               ("the school is closed", "學校放假"), ("it gets cold", "天氣變冷"))  # fmt: skip
_MEANWHILE = (("the phone rang", "電話響了"), ("it began to rain", "開始下雨了"), ("somebody knocked at the door", "有人敲門"),
              ("the lights went out", "電燈熄了"), ("there was an earthquake", "發生了地震"),
              ("the baby began to cry", "嬰兒開始哭了"), ("the dog barked", "狗叫了"), ("the alarm went off", "警報響了"))  # fmt: skip


def anaphor(who: Person) -> Person:
    """Somebody named before, as a pronoun."""
    if who.plural:
        return who if who is WE else THEY
    if who.first or who.you:
        return who
    return SHE if who.pronoun[0] == "she" else HE


_MODALS = (("should", "應該"), ("can", "可以"), ("must", "必須"), ("may", "可以"), ("does not have to", "不必"),
           ("should not", "不應該"), ("would rather", "寧願"))  # fmt: skip


def modal(dice: Dice) -> Phrase:
    who, what = anybody(dice), event(dice, _DOABLE)
    en, zh = dice.common(_MODALS)
    if en.startswith("does"):
        en = en.replace("does", who.does())
    when = time_of(dice, "future", what) if dice.chance(0.4) else NOTHING
    parts = {"s": who.phrase, "m": word(en, zh), "v": what.do(), "o": definite(dice, what.noun, who), "t": when}
    return sync("{s} {m} {v} {o} {t} .", "{s} {t} {m} {v} {o} 。", **parts)


_REQUESTED = _verbs("open", "wash", "repair", "read", "clean", "send", "translate", "answer", "carry", "print", "iron",
                    "feed", "make", "cut", "look for")  # fmt: skip


def request(dice: Dice) -> Phrase:
    """Please: 請; would you mind, to people with a title: 麻煩您; don't: 不要."""
    what, x = event(dice, _REQUESTED), dice.random()
    while what.noun.kind in ("business", "account"):
        what = event(dice, _REQUESTED)
    goal = definite(dice, what.noun)
    when = word(*dice.pick((("first", "先"), ("again", "再"), ("now", "現在")))) if dice.chance(0.3) else NOTHING
    parts = {"v": what.do(), "o": goal, "t": when}
    if x < 0.35:
        return sync("{p} {v} {o} {t} .", "{p} {t} {v} {o} 。", p=word("Please", "請"), **parts)
    if x < 0.6:
        return sync("{p} {v} {o} {t} .", "{p} {t} {v} {o} 。", p=word("Do not", "不要"), **parts)
    if x < 0.8:
        call = sync("{n} ,", "{n} ，", n=titled(dice).phrase)
        return sync(
            "{c} {p} {v} {o} {t} ?",
            "{c} {p} {t} {v} {o} 好嗎 ？",
            c=call,
            p=word("would you please", "麻煩您"),
            **parts,
        )
    call = sync("{n} ,", "{n} ，", n=given_name(dice).phrase)
    return sync(
        "{c} {p} {v} {o} {t} ?", "{c} {p} {t} 幫 我 {v} {o} 嗎 ？", c=call, p=word("can you help me", "你可以"), **parts
    )


_LENT = ("book", "bicycle", "tool", "bag", "device", "pen", "clothes", "car", "blade", "strings", "bowed")
_GIVEN = ("book", "jewelry", "flower", "clothes", "device", "pen", "bag", "pet", "snack", "scarf", "bread", "picture")


def some_new(dice: Dice, noun: Noun) -> Phrase:
    """Of which nothing was said before: one, or a few."""
    quality = described(dice, noun) if dice.chance(0.3) else NOTHING
    n = 1 if noun.kind in SINGLE or dice.chance(0.7) else dice.number(2, 4)
    return one(noun, quality) if n == 1 else counted(count(n), noun, n, quality)


def giving(dice: Dice) -> Phrase:
    """Lend and borrow are both 借, given a present is 送, and what is taught is 教."""
    who, x = anybody(dice), dice.random()
    other = another(dice, who)
    when = time_of(dice, "past") if dice.chance(0.5) else NOTHING
    parts = {"s": who.phrase, "x": other.other, "t": when}
    if x < 0.25:
        noun = dice.common(words.NOUNS[dice.pick(_LENT)])
        if dice.chance(0.4):
            return sync(
                "{s} {v} {x} {o} {t} .",
                "{s} {t} 把 {o} {v} 給 {x} 了 。",
                v=word("lent", "借"),
                o=definite(dice, noun, who),
                **parts,
            )
        return sync(
            "{s} {v} {x} {o} {t} .", "{s} {t} {v} 給 {x} {o} 。", v=word("lent", "借"), o=some_new(dice, noun), **parts
        )
    if x < 0.5:
        noun = dice.common(words.NOUNS[dice.pick(_LENT)])
        return sync(
            "{s} {v} {o} from {x} {t} .",
            "{s} {t} 向 {x} {v} 了 {o} 。",
            v=word("borrowed", "借"),
            o=some_new(dice, noun),
            **parts,
        )
    if x < 0.62:
        noun = dice.common(words.NOUNS[dice.pick(_LENT)])
        return sync(
            "{s} {v} {o} to {x} {t} .",
            "{s} {t} 把 {o} {v} 給 {x} 了 。",
            v=word("returned", "還"),
            o=the(noun),
            **parts,
        )
    if x < 0.85:
        noun = dice.common(words.NOUNS[dice.pick(_GIVEN)])
        gift = some_new(dice, noun)
        if dice.chance(0.5):
            return sync("{s} {v} {x} {o} {t} .", "{s} {t} {v} 給 {x} {o} 。", v=word("gave", "送"), o=gift, **parts)
        return sync(
            "{s} {v} {o} for {x} {t} .", "{s} {t} {v} 了 {o} 給 {x} 。", v=word("bought", "買"), o=gift, **parts
        )
    if x < 0.93:
        subject = word(*dice.common(words.LANGUAGES))
        return sync("{s} {v} {x} {o} {t} .", "{s} {t} {v} {x} {o} 。", v=word("taught", "教"), o=subject, **parts)
    story = something(dice, dice.common(words.NOUNS["story"]))
    return sync("{s} {v} {x} {o} {t} .", "{s} {t} {v} 了 {o} 給 {x} 聽 。", v=word("told", "說"), o=story, **parts)


def knowing(dice: Dice) -> Phrase:
    """To know a person is 認識, a fact 知道, a skill 會, a place 熟."""
    who, x = anybody(dice), dice.random()
    parts = {"s": who.phrase, "v": who.verb("know")}
    knows = who.verb("know")
    if x < 0.3:
        if dice.chance(0.5):
            return sync(
                "{s} {v} {o} .", "{s} {v} {o} 。", s=who.phrase, v=word(knows, "認識"), o=acquaintance(dice).other
            )
        parts = {"s": who.phrase, "d": text(who.does()), "v": word("know", "認識"), "o": acquaintance(dice).other}
        return sync("{s} {d} not {v} {o} .", "{s} 不 {v} {o} 。", **parts)
    if x < 0.6:
        that = simple(dice)
        if dice.chance(0.5):
            return sync("{s} {v} that {c} .", "{s} {v} {c} 。", s=who.phrase, v=word(knows, "知道"), c=that)
        who = never_alone(dice)
        return sync(
            "{d} {s} {v} that {c} ?",
            "{s} {v} {c} 嗎 ？",
            d=text(who.does()),
            s=who.phrase,
            v=word("know", "知道"),
            c=that,
        )
    if x < 0.8:
        what = event(dice, _SKILLS)
        v, o = what.do(), kind_of_thing(what)
        return sync("{s} {k} how to {v} {o} .", "{s} {k} {v} {o} 。", s=who.phrase, k=word(knows, "會"), v=v, o=o)
    owner = third_party(dice)
    asked = dice.pick((
        sync("where {s} {v}", "{s} 住 在 哪裡", s=owner.phrase, v=text("lives")),
        sync("who {s} is", "{s} 是 誰", s=owner.phrase),
        sync("why {s} is {q}", "{s} 為什麼 {q}", s=owner.phrase, q=word(*dice.common(_FEELINGS))),
        sync("when {s} will come back", "{s} 什麼時候 會 回來", s=owner.phrase),
    ))  # fmt: skip
    d = text(who.does())
    return sync("{s} {d} not {v} {c} .", "{s} 不 {v} {c} 。", s=who.phrase, d=d, v=word("know", "知道"), c=asked)


_SKILLS = _verbs("play", "drive", "ride", "repair", "bake", "make", "grow", "iron", "sing", "fry")
_PARTS_OF_DAY = (
    ("in the morning", "早上", 8, 11),
    ("in the afternoon", "下午", 1, 5),
    ("in the evening", "晚上", 6, 9),
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_PRICES = (("book", 180, 900, 10), ("clothes", 500, 6000, 100), ("device", 3000, 60000, 500), ("car", 200_000, 2_000_000, 50_000),
           ("bicycle", 4000, 80_000, 1000), ("house", 4_000_000, 50_000_000, 500_000), ("bag", 300, 9000, 100),
           ("strings", 5000, 300_000, 1000), ("fruit", 15, 200, 5), ("snack", 20, 300, 5), ("furniture", 1500, 50_000, 500))  # fmt: skip
_HAPPENINGS = (("the concert", "音樂會"), ("the meeting", "會議"), ("the game", "比賽"), ("the exam", "考試"),
               ("the wedding", "婚禮"), ("the movie", "電影"), ("the exhibition", "展覽"), ("the interview", "面試"),
               ("the ceremony", "典禮"))  # fmt: skip


def number(dice: Dice) -> Phrase:
    """Prices, dates, times of day, ages, people: 三萬五千元, 三月五日, 七點半."""
    x = dice.random()
    if x < 0.25:
        kind, least, most, step = dice.pick(_PRICES)
        n = dice.number(least // step, most // step) * step
        noun = dice.common(words.NOUNS[kind])
        price = word(en_number(n), zh_number(n), open=True)
        costs = dice.pick((("costs", "要"), ("cost", "花了")))
        if costs[0] == "costs":
            return sync(
                "{o} {v} {n} dollars .", "{o} {v} {n} 元 。", o=pointed("this", "這", noun), v=word(*costs), n=price
            )
        return sync("{o} {v} {x} {n} dollars .", "{o} {v} {x} {n} 元 。", o=pointed("that", "那", noun), v=word(*costs), n=price,
                    x=third_party(dice).other)  # fmt: skip
    if x < 0.42:
        person, year, month, day = third_party(dice), dice.number(1940, 1995), dice.number(1, 12), dice.number(1, 28)
        date = sync("{m} {d} , {y}", "{y} 年 {m} {d} 日", m=word(_MONTHS[month - 1], zh_number(month, False) + "月"),
                    d=word(str(day), zh_number(day, False), open=True), y=word(str(year), zh_year(year), open=True))  # fmt: skip
        return sync("{s} was born on {d} .", "{s} {d} 出生 。", s=person.phrase, d=date)
    if x < 0.64:
        en, zh, earliest, latest = dice.pick(_PARTS_OF_DAY)
        hour, half, part = dice.number(earliest, latest), dice.chance(0.4), word(en, zh)
        clock = word(f"half past {en_number(hour)}" if half else f"{en_number(hour)} o'clock",
                     f"{zh_number(hour)}點{'半' if half else ''}")  # fmt: skip
        day = word(*dice.pick(_WEEKDAYS))
        return sync(
            "{e} begins at {c} {p} on {t} .",
            "{e} {t} {p} {c} 開始 。",
            e=word(*dice.common(_HAPPENINGS)),
            c=clock,
            p=part,
            t=day,
        )
    if x < 0.8:
        who, n = dice.pick((given_name, full_name))(dice), dice.number(4, 95)
        age = word(en_number(n), zh_number(n), open=n > 12)
        will = dice.chance(0.35)
        if will:
            return sync(
                "{s} will be {n} years old {t} .",
                "{s} {t} 就 {n} 歲 了 。",
                s=who.phrase,
                n=age,
                t=word("next year", "明年"),
            )
        return sync("{s} is {n} years old .", "{s} {n} 歲 。", s=who.phrase, n=age)
    if x < 0.9:
        n = dice.number(3, 90) * 10 ** dice.number(1, 4)
        crowd = word(en_number(n), zh_number(n), open=True)
        where = word(*dice.common(words.CITIES))
        return sync(
            "{n} people went to {p} {t} .", "{t} 有 {n} 人 去 了 {p} 。", n=crowd, p=where, t=time_of(dice, "past")
        )
    year = dice.number(1650, 2015)
    noun = dice.common(words.NOUNS[dice.pick(("monument", "institution"))])
    built = {"y": word(str(year), zh_year(year), open=True), "o": pointed("this", "這", noun), "v": word("built", "蓋")}
    return sync("{o} was {v} in {y} .", "{o} 是 {y} 年 {v} 的 。", **built)


_WEEKDAYS = (("Monday", "星期一"), ("Tuesday", "星期二"), ("Wednesday", "星期三"), ("Thursday", "星期四"), ("Friday", "星期五"),
             ("Saturday", "星期六"), ("Sunday", "星期天"))  # fmt: skip
# past, progressive, future, Chinese verb, Chinese noun, how much in English and in Chinese
_WEATHER = (("rain", "rained", "雨"), ("snow", "snowed", "雪"), ("hail", "hailed", "冰雹"))
_SEASONS = (
    ("summer", "夏天", (("hot", "hotter", "熱"), ("humid", "more humid", "潮濕"), ("sunny", "sunnier", "晴朗"))),
    ("winter", "冬天", (("cold", "colder", "冷"), ("dry", "drier", "乾燥"), ("gloomy", "gloomier", "陰沉"))),
    (
        "spring",
        "春天",
        (("warm", "warmer", "溫暖"), ("humid", "more humid", "潮濕"), ("pleasant", "more pleasant", "宜人")),
    ),
    ("autumn", "秋天", (("cool", "cooler", "涼爽"), ("dry", "drier", "乾燥"), ("beautiful", "more beautiful", "美"))),
)


def weather(dice: Dice) -> Phrase:
    """Chinese rain has no subject: 昨天下了大雨."""
    where, falls = dice.common(words.CITIES), dice.common(_WEATHER)
    base, past, noun = falls if where[0] in words.ABROAD else _WEATHER[0]
    where, x = sync("in {c}", "{c}", c=word(*where)), dice.random()
    if x < 0.3:
        hard = dice.chance(0.5)
        much = sync("heavily", "大") if hard else NOTHING
        when = time_of(dice, "past")
        return sync("It {v} {m} {p} {t} .", "{p} {t} 下 了 {m} {v} 。", v=word(past, noun), m=much, p=where, t=when)
    if x < 0.45:
        return sync("It is {v} {p} now .", "{p} 現在 正在 下 {v} 。", v=word(ing(base), noun), p=where)
    if x < 0.65:
        when = time_of(dice, "future")
        return sync("It will {v} {p} {t} .", "{p} {t} 會 下 {v} 。", v=word(base, noun), p=where, t=when)
    en, zh, climates = dice.pick(_SEASONS)
    (plain, more, quality), season = dice.common(climates), word(en, zh)
    if x < 0.85:
        q = word(plain, quality)
        return sync("It is very {q} {p} in {s} .", "{p} 的 {s} 很 {q} 。", q=q, p=where, s=season)
    city = other = dice.common(words.CITIES)
    while other == city:
        other = dice.common(words.CITIES)
    parts = {"a": word(*city), "b": word(*other), "q": word(more, quality), "s": season}
    return sync("{a} is {q} than {b} in {s} .", "{a} 的 {s} 比 {b} {q} 。", **parts)


_SPANS = (
    ("hour", "個小時", "hours"),
    ("day", "天", "days"),
    ("minute", "分鐘", "minutes"),
    ("week", "個星期", "weeks"),
)
_LASTING = (("read", "看", "a book", "書"), ("practiced", "練", "the piano", "鋼琴"), ("watched", "看", "TV", "電視"),
            ("studied", "讀", "English", "英文"), ("waited for", "等", "the bus", "公車"), ("played", "打", "basketball", "籃球"),
            ("listened to", "聽", "music", "音樂"), ("worked on", "寫", "the report", "報告"), ("played", "下", "chess", "棋"),
            ("practiced", "練", "calligraphy", "書法"), ("fished", "釣", "", "魚"), ("played", "拉", "the cello", "大提琴"))  # fmt: skip


def duration(dice: Dice) -> Phrase:
    """How long and how often: behind the Chinese verb, 看了三個小時的書."""
    who, x = anybody(dice), dice.random()
    n = dice.number(1, 10)
    if x < 0.5:
        unit, zh_unit, units = dice.pick((_SPANS[0], _SPANS[0], _SPANS[2]))
        n = dice.number(1, 6) if unit == "hour" else dice.number(2, 5) * 10
        long = sync("for {n} {u}", "{n} {u}", n=amount(n), u=word(unit if n == 1 else units, zh_unit))
        past, zh, goal, zh_goal = dice.common(_LASTING)
        parts = {
            "s": who.phrase,
            "v": word(past, zh),
            "o": word(goal, zh_goal) if goal else text("", zh_goal),
            "d": long,
        }
        when = word(*dice.pick(words.TIMES["past day"][:8]))
        return sync("{s} {v} {o} {d} {t} .", "{s} {t} {v} 了 {d} 的 {o} 。", t=when, **parts)
    if x < 0.75:
        where = word(*dice.common(words.CITIES))
        n = dice.number(2, 30)
        years = amount(n)
        verb = dice.pick((("lived", "住"), ("worked", "工作"), ("studied", "念")))
        parts = {"s": who.phrase, "h": text(who.has()), "v": word(*verb), "p": where, "n": years}
        return sync(
            "{s} {h} {v} in {p} for {n} years .",
            "{s} 在 {p} {v} 了 {n} 年 " + ("書 。" if verb[1] == "念" else "。"),
            **parts,
        )
    game, verb, zh_game = dice.common(words.GAMES)
    times = dice.pick((("once", "一次"), ("twice", "兩次"), ("three times", "三次"), ("four times", "四次")))
    per = dice.pick((("a week", "一個星期"), ("a month", "一個月"), ("a year", "一年")))
    play = word(who.verb("play"), verb)
    return sync(
        "{s} {v} {g} {n} {p} .",
        "{s} {p} {v} {n} {g} 。",
        s=who.phrase,
        v=play,
        g=word(game, zh_game),
        n=word(*times),
        p=word(*per),
    )


_SAY = (("said", "說"), ("think", "覺得"), ("heard", "聽說"), ("hope", "希望"), ("believe", "相信"))
_SAY_FORMALLY = (("announced", "宣布"), ("explained", "說明"), ("pointed out", "指出"))


def saying(dice: Dice) -> Phrase:
    """Somebody says that ...: once in a sentence; twice is held out."""
    return sentence(say(dice, anybody(dice)))


def said(dice: Dice, verb: str) -> Phrase:
    """One hopes for what is to come, and has opinions of what is."""
    if verb in ("希望", "宣布"):
        return planned(dice, third_party(dice), hoped=True)
    return state(dice) if verb == "覺得" else simple(dice)


def say(dice: Dice, who: Person, what: Phrase | None = None) -> Phrase:
    known = _SAY[:3] if what else _SAY
    en, zh = dice.common(_SAY_FORMALLY if who.formal and dice.chance(0.4) else known)
    verb = word(en if zh in ("說", "聽說", "宣布", "說明", "指出") else who.verb(en), zh)
    if what is None:
        what = said(dice, zh)
    if what.en[0] == "that" or (isinstance(what.en[0], Word) and what.en[0].en == "that"):
        return sync("{s} {v} {c}", "{s} {v} {c}", s=who.phrase, v=verb, c=what)
    return sync("{s} {v} that {c}", "{s} {v} {c}", s=who.phrase, v=verb, c=what)


_WELL = (("well", "好"), ("fast", "快"), ("badly", "差"))
_PERFORMED = (
    ("speak", "說"),
    ("play", ""),
    ("sing", "唱"),
    ("drive", "開"),
    ("cook", "煮"),
    ("draw", "畫"),
    ("swim", "游"),
)
_SLOWLY = (("slowly", "慢慢地"), ("quietly", "安靜地"), ("quickly", "很快地"), ("carefully", "小心地"), ("happily", "開心地"),
           ("secretly", "偷偷地"), ("patiently", "耐心地"), ("hurriedly", "匆忙地"))  # fmt: skip
_BY = (("by train", "搭火車"), ("by bus", "搭公車"), ("by car", "開車"), ("by high-speed train", "搭高鐵"), ("by bicycle", "騎腳踏車"),
       ("by taxi", "搭計程車"), ("on foot", "走路"), ("by motorcycle", "騎機車"))  # fmt: skip


def manner(dice: Dice) -> Phrase:
    """How: 地 before the verb, 得 behind it; by train 搭火車去."""
    who, x = anybody(dice), dice.random()
    if x < 0.35:
        how = dice.common(_WELL)
        degree = text("very", "很")
        if dice.chance(0.45):
            talk = dice.common(words.LANGUAGES)
            v, o = word(who.verb("speak"), "說"), word(*talk)
        elif dice.chance(0.5):
            game, verb, zh_game = dice.common(words.GAMES)
            v, o = word(who.verb("play"), verb), word(game, zh_game)
        else:
            what = event(dice, _verbs("play"))
            v, o = what.does(who), kind_of_thing(what)
        return sync(
            "{s} {v} {o} {d} {h} .", "{s} {o} {v} 得 {d} {h} 。", s=who.phrase, v=v, o=o, d=degree, h=word(*how)
        )
    if x < 0.65:
        what = event(dice, _verbs("open", "read", "eat", "drink", "write", "clean", "carry", "draw", "hide", "cut"))
        parts = {
            "s": who.phrase,
            "v": what.did(),
            "o": definite(dice, what.noun, who),
            "h": word(*dice.common(_SLOWLY)),
        }
        return sync("{s} {h} {v} {o} .", "{s} {h} {v} 了 {o} 。", **parts)
    city = dice.common(words.CITIES)
    by = ("by plane", "搭飛機") if city[0] in words.ABROAD else dice.common(_BY)
    where = word(*city)
    if dice.chance(0.5):
        went = time_of(dice, "past")
        return sync(
            "{s} {v} to {p} {b} {t} .",
            "{s} {t} {b} {v} 了 {p} 。",
            s=who.phrase,
            v=word("went", "去"),
            p=where,
            b=word(*by),
            t=went,
        )
    with_whom = sync("with {x}", "跟 {x}", x=third_party(dice).other)
    t = time_of(dice, "future")
    return sync(
        "{s} will {v} to {p} {b} {w} {t} .",
        "{s} {t} 會 {w} {b} {v} {p} 。",
        s=who.phrase,
        v=word("go", "去"),
        p=where,
        b=word(*by),
        w=with_whom,
        t=t,
    )


_WANTING = (("like", "喜歡", "ing"), ("want", "想", "to"), ("plan", "打算", "to"), ("decide", "決定", "to"), ("need", "需要", "to"),
            ("hate", "討厭", "ing"), ("intend", "打算", "to"), ("enjoy", "喜歡", "ing"), ("refuse", "拒絕", "to"))  # fmt: skip


def wanting(dice: Dice) -> Phrase:
    """To like, want, forget, remember or stop doing something."""
    who, what, x = anybody(dice), repeated_event(dice), dice.random()
    if x < 0.5:
        en, zh, form = dice.common(_WANTING)
        if form == "ing":
            parts = {
                "s": who.phrase,
                "w": word(who.verb(en), zh),
                "v": what.doing(),
                "o": kind_of_thing(what),
                "p": place_of(dice, what, 0.4),
            }
            return sync("{s} {w} {v} {o} {p} .", "{s} {w} {p} {v} {o} 。", **parts)
        parts = {
            "s": who.phrase,
            "w": word(who.verb(en), zh),
            "v": what.do(),
            "o": object_of(dice, what, who),
            "p": place_of(dice, what, 0.3),
        }
        return sync("{s} {w} to {v} {o} {p} .", "{s} {w} {p} {v} {o} 。", **parts)
    parts = {"s": who.phrase, "v": what.do(), "o": definite(dice, what.noun, who)}
    if x < 0.7:
        return sync("{s} {f} to {v} {o} .", "{s} {f} {v} {o} 。", f=word("forgot", "忘了"), **parts)
    if x < 0.8:
        return sync(
            "{r} to {v} {o} {t} .",
            "{t} {r} {v} {o} 。",
            r=word("Remember", "記得"),
            v=parts["v"],
            o=definite(dice, what.noun, YOU),
            t=time_of(dice, "future", what),
        )
    person = third_party(dice)
    ask = word(*dice.pick((("asked", "請"), ("told", "叫"), ("helped", "幫"))))
    return sync("{s} {a} {x} to {v} {o} .", "{s} {a} {x} {v} {o} 。", a=ask, x=person.other, **parts)


# (English, Chinese, what tells it): whose side, and older or younger
_UNCLES = (("uncle", "伯伯", "father", "爸爸", "older", "大"), ("uncle", "叔叔", "father", "爸爸", "younger", "小"),
           ("aunt", "姑姑", "father", "爸爸", "older", "大"), ("aunt", "姑姑", "father", "爸爸", "younger", "小"),
           ("uncle", "舅舅", "mother", "媽媽", "older", "大"), ("uncle", "舅舅", "mother", "媽媽", "younger", "小"),
           ("aunt", "阿姨", "mother", "媽媽", "older", "大"), ("aunt", "阿姨", "mother", "媽媽", "younger", "小"))  # fmt: skip


def kinship(dice: Dice) -> Phrase:
    """Which uncle? Chinese has a word for each, and another word of the sentence tells."""
    en, zh, parent, zh_parent, age, zh_age = dice.pick(_UNCLES)
    uncle, of = word(en, zh), dice.pick((("My", "我", "my"), ("His", "他", "his"), ("Her", "她", "her")))
    mine = word(of[0], of[1])
    x = dice.random()
    if x < 0.4 or zh in ("伯伯", "叔叔"):
        by = amount(dice.number(2, 9))
        parts = {"m": mine, "u": uncle, "p": word(parent, zh_parent), "n": by, "q": word(age, zh_age)}
        return sync(f"{{m}} {{u}} is {{n}} years {{q}} than {of[2]} {{p}} .", "{m} {u} 比 {p} {q} {n} 歲 。", **parts)
    who = dice.pick(_ON_SIDES)
    there = word(*dice.common(words.CITIES))
    if x < 0.7:
        side = word(f"on my {parent}'s side" if of[2] == "my" else f"on {of[2]} {parent}'s side", "")
        side = Phrase(side.en, ())
        return sync("{m} {u} {s} {v} {p} .", "{m} {u} {v} {p} 。", m=mine, u=uncle, s=side, v=word(*who), p=there)
    parts = {"m": mine, "p": word(parent, zh_parent), "u": uncle, "c": there}
    return sync(f"{{m}} {{p}} and {of[2]} {{u}} grew up in {{c}} .", "{m} {p} 和 {u} 是 在 {c} 長大 的 。", **parts)


_ON_SIDES = (("lives in", "住在"), ("moved to", "搬到了"), ("came back from", "回來了從"))[:2]


def game(dice: Dice) -> Phrase:
    """Play: 打, 踢, 下, 玩, each with its own games."""
    name, verb, zh_name = dice.common(words.GAMES)
    who, x = anybody(dice), dice.random()
    g, place = word(name, zh_name), word(*dice.common(words.PLACES["sport"]))
    parts = {"s": who.phrase, "g": g, "p": place}
    if x < 0.35:
        t = time_of(dice, "past")
        return sync("{s} {v} {g} {p} {t} .", "{s} {t} {p} {v} {g} 。", v=word("played", verb), t=t, **parts)
    if x < 0.6:
        a = often(who, dice.common(words.OFTEN))
        return sync("{s} {a} {v} {g} {p} .", "{s} {a} {p} {v} {g} 。", a=a, v=word(who.verb("play"), verb), **parts)
    if x < 0.75:
        a = word(*dice.pick((("can", "會"), ("cannot", "不會"))))
        return sync("{s} {a} {v} {g} .", "{s} {a} {v} {g} 。", a=a, v=word("play", verb), s=who.phrase, g=g)
    other = third_party(dice)
    v = word(ing("play"), verb)
    if x < 0.9:
        return sync(
            "{s} {be} {v} {g} with {x} .",
            "{s} 正在 跟 {x} {v} {g} 。",
            be=text(who.be()),
            v=v,
            x=other.other,
            s=who.phrase,
            g=g,
        )
    learn = word(f"{who.be()} learning to", "在學")
    return sync("{s} {l} {v} {g} .", "{s} {l} {v} {g} 。", l=learn, v=word("play", verb), s=who.phrase, g=g)


KINDS = {
    "statement": (statement, 12),
    "progress": (progress, 6),
    "habit": (habit, 6),
    "future": (future, 7),
    "already": (already, 4),
    "experience": (experience, 4),
    "negation": (negation, 5),
    "yes or no": (yes_no, 5),
    "wh question": (wh_question, 7),
    "relative clause": (relative, 10),
    "ba": (ba, 6),
    "bei": (bei, 5),
    "comparison": (comparison, 6),
    "existence": (existence, 4),
    "connective": (connected, 12),
    "modal": (modal, 4),
    "request": (request, 4),
    "giving": (giving, 6),
    "knowing": (knowing, 5),
    "number": (number, 5),
    "weather": (weather, 2),
    "duration": (duration, 4),
    "saying": (saying, 7),
    "manner": (manner, 4),
    "wanting": (wanting, 5),
    "description": (description, 5),
    "kinship": (kinship, 2),
    "game": (game, 3),
}  # what makes it, and its share


# --- held out: no sentence of the kinds above is built like these -----------------------------------------------------------


def relative_in_relative(dice: Dice) -> Phrase:
    """The cake that the girl who is wearing a red hat bought is delicious."""
    _, inner = relative_person(dice)
    who = HE._replace(phrase=inner)
    noun, what = relative_object(dice, inner=who)
    quality, degree = quality_of(dice, noun)
    return sync("{o} {be} {d} {q} .", "{o} {d} {q} 。", o=what, be=text(is_are(noun)), d=degree, q=quality)


def relative_as_object(dice: Dice) -> Phrase:
    """He liked the book that I bought yesterday: a clause with 的 behind the verb."""
    who = anybody(dice)
    if dice.chance(0.5):
        _, what = relative_object(dice)
        verb = dice.pick((("like", "喜歡"), ("remember", "記得")))
        return sync("{s} {v} {o} .", "{s} {v} {o} 。", s=who.phrase, v=word(who.verb(verb[0]), verb[1]), o=what)
    verb = dice.pick((("met", "遇到了"), ("knows", "認識"), ("saw", "看到了")))
    en = who.verb("know") if verb[0] == "knows" else verb[0]
    return sync("{s} {v} {o} .", "{s} {v} {o} 。", s=who.phrase, v=word(en, verb[1]), o=relative_person(dice)[1])


def said_that_said(dice: Dice) -> Phrase:
    """My mother said that Tom thinks that the soup is good."""
    who = anybody(dice)
    return sentence(say(dice, who, say(dice, another(dice, who))))


_FRIEND, _BOSS, _SISTER, _BROTHER = (
    ("friend", "朋友"),
    ("boss", "老闆"),
    ("younger sister", "妹妹"),
    ("older brother", "哥哥"),
)
_MOM, _SON, _ROOMMATE, _TEACHER = ("mom", "媽媽"), ("son", "兒子"), ("roommate", "室友"), ("teacher", "老師")
_CHAINS = ((_FRIEND, _BROTHER), (_BOSS, _SON), (_SISTER, _ROOMMATE), (_FRIEND, _MOM, _BOSS), (_BROTHER, _BOSS),
           (_SISTER, _FRIEND, _MOM), (_SON, _TEACHER), (_ROOMMATE, _SISTER, _BOSS), (_SON, _FRIEND, _MOM),
           (_TEACHER, _SON), (_MOM, _FRIEND, _SON), (_BROTHER, _FRIEND, _ROOMMATE))  # fmt: skip


def chain_of_owners(dice: Dice) -> Phrase:
    """My friend's brother's boss's car is very expensive; the kinds above have one 's at most."""
    noun = dice.common(words.NOUNS[dice.pick(("car", "device", "bag", "furniture", "clothes", "pet"))])
    while not adjectives_of(noun):
        noun = dice.common(words.NOUNS["bag"])
    quality, degree = quality_of(dice, noun)
    first, *others = dice.pick(_CHAINS)
    owner = sync(
        "{of} {x}", "{of} {x}", of=word(*dice.pick((("my", "我"), ("his", "他"), ("her", "她")))), x=word(*first)
    )
    for other in others:
        owner = sync("{x} 's {y}", "{x} 的 {y}", x=owner, y=word(*other))
    return sync(
        "{o} 's {n} {be} {d} {q} .",
        "{o} 的 {n} {d} {q} 。",
        o=owner,
        n=noun_word(noun),
        be=text(is_are(noun)),
        d=degree,
        q=quality,
    )


def relative_in_comparison(dice: Dice) -> Phrase:
    """This cake is sweeter than the one that my mother baked: 比我媽媽烤的那個甜."""
    noun, what = relative_object(dice)
    adjective = dice.common(adjectives_of(noun))
    quality = word(adjective.comparative, adjective.zh[noun.kind])
    return sync(
        "{s} {be} {q} than {o} .",
        "{s} 比 {o} {q} 。",
        s=pointed("this", "這", noun),
        be=text(is_are(noun)),
        q=quality,
        o=what,
    )


HELD_OUT = {
    "relative in relative": (relative_in_relative, 1),
    "relative as object": (relative_as_object, 1),
    "said that said": (said_that_said, 1),
    "chain of owners": (chain_of_owners, 1),
    "relative in comparison": (relative_in_comparison, 1),
}
