"""The bricks of the grammar: phrases said in two languages at once, people, things and numbers.

A rule of a *synchronous grammar* (Aho & Ullman 1969; Chiang 2007, "Hierarchical phrase-based translation") builds both
languages side by side: the same parts, in the order and with the small words of each.

    sync("{who} put {what} {where} .", "{who} 把 {what} 放在 {where} 。", who=..., what=..., where=...)
"""

import random
from functools import cache
from typing import NamedTuple

from common.generators.translation import words
from common.generators.translation.words import Noun


class Word:
    """A word or name and its translation: what is linked in an alignment."""

    __slots__ = ("en", "open", "zh")

    def __init__(self, en: str, zh: str, open: bool = False):
        self.en, self.zh = en, zh
        self.open = open  # a name or a number: one of endlessly many that could stand here


class Phrase(NamedTuple):
    """The two sides: words, and strings for what stands in one language alone."""

    en: tuple
    zh: tuple


NOTHING = Phrase((), ())


def word(en: str, zh: str, open: bool = False) -> Phrase:
    leaf = Word(en, zh, open)
    return Phrase((leaf,), (leaf,))


def sync(en: str, zh: str, **parts: Phrase) -> Phrase:
    """One rule: `{name}` takes a part on that side, everything else stands as it is."""
    return Phrase(_filled(_template(en), parts, 0), _filled(_template(zh), parts, 1))


@cache
def _template(text: str) -> tuple[tuple[bool, str], ...]:
    return tuple((token[0] == "{", token.strip("{}")) for token in text.split())


def _filled(template, parts, side: int) -> tuple:
    tokens: list = []
    for is_part, token in template:
        if is_part:
            tokens += parts[token][side]
        else:
            tokens.append(token)
    return tuple(tokens)


class Dice:
    """All chance in one place: a pure function of the seed on every version of Python."""

    def __init__(self, seed, steepness: float):
        self.random = random.Random(seed).random  # this method, alone, is promised never to change
        self.steepness = steepness  # 1: rare words are as frequent as common ones

    def chance(self, p: float) -> bool:
        return self.random() < p

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def common(self, items):
        """One of `items`, the first ones more often: about as word frequencies fall (Zipf)."""
        return items[int(self.random() ** self.steepness * len(items))]

    def number(self, first: int, last: int) -> int:
        return first + int(self.random() * (last - first + 1))


# --- numbers -----------------------------------------------------------------------------------------------------------

_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_DIGITS = "零一二三四五六七八九"


def en_number(n: int) -> str:
    """12 -> "twelve", 35000 -> "35,000"."""
    return _SMALL[n] if n < len(_SMALL) else f"{n:,}"


def zh_number(n: int, counting: bool = True) -> str:
    """35000 -> "三萬五千"; two of something is 兩, also before 百, 千 and 萬. 0 <= n < 10**8."""
    if counting and n == 2:
        return "兩"
    if n >= 10_000:
        high, low = divmod(n, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return zh_number(high) + "萬" + (gap + _below_10000(low, inside=True) if low else "")
    return _below_10000(n)


def _below_10000(n: int, inside: bool = False) -> str:
    if n < 10:
        return _DIGITS[n]
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            spoken = "兩" if digit == 2 and unit >= 100 else _DIGITS[digit]
            first_ten = unit == 10 and digit == 1 and not text and not inside
            text += ("零" if gap else "") + ("" if first_ten else spoken) + name
            gap = False
        elif text and n:
            gap = True
    return text


def zh_year(year: int) -> str:
    """2019 -> "二〇一九"."""
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))


def count(n: int) -> Word:
    return Word(en_number(n), zh_number(n), open=True)


# --- people ------------------------------------------------------------------------------------------------------------


class Person(NamedTuple):
    """Somebody, or several: what a sentence has to know to agree with them."""

    phrase: Phrase  # as a subject
    other: Phrase  # as an object
    of: Word  # "my" book, 我的
    plural: bool = False
    first: bool = False  # "I" am
    you: bool = False
    pronoun: tuple[str, str] = ("they", "他們")  # said again
    formal: bool = False

    @property
    def third(self) -> bool:
        """Does the English verb take an -s?"""
        return not (self.plural or self.first or self.you)

    def be(self) -> str:
        return "am" if self.first else "is" if self.third else "are"

    def was(self) -> str:
        return "were" if self.plural or self.you else "was"

    def does(self) -> str:
        return "does" if self.third else "do"

    def has(self) -> str:
        return "has" if self.third else "have"

    def verb(self, base: str) -> str:
        """`"carry"` -> `"carries"` where it has to agree; of `"listen to"` the first word changes."""
        return third_person(base) if self.third else base


def third_person(base: str) -> str:
    first, *rest = base.split(" ", 1)
    if first.endswith(("s", "x", "ch", "sh", "o")):
        first += "es"
    elif first.endswith("y") and first[-2] not in "aeiou":
        first = first[:-1] + "ies"
    else:
        first = "has" if first == "have" else first + "s"
    return " ".join([first, *rest])


_DOUBLED = {"cut", "sit", "run", "swim", "get", "put", "stop", "plan", "shop", "chat", "jog"}


def ing(base: str) -> str:
    """`"write"` -> `"writing"`."""
    first, *rest = base.split(" ", 1)
    if first in _DOUBLED:
        first += first[-1]
    elif first.endswith("e") and not first.endswith("ee"):
        first = first[:-1]
    return " ".join([first + "ing", *rest])


_HE, _SHE = ("he", "他"), ("she", "她")
_HIS, _HER = Word("his", "他的"), Word("her", "她的")


def _pronoun(en, zh, object_en, of_en, **features) -> Person:
    subject = word(en, zh)
    return Person(subject, word(object_en, zh), Word(of_en, zh + "的"), pronoun=(en, zh), **features)


I = _pronoun("I", "我", "me", "my", first=True)  # noqa: E741
YOU = _pronoun("you", "你", "you", "your", you=True)
YOU_POLITE = _pronoun("you", "您", "you", "your", you=True, formal=True)
HE, SHE = _pronoun("he", "他", "him", "his"), _pronoun("she", "她", "her", "her")
WE, THEY = (
    _pronoun("we", "我們", "us", "our", plural=True),
    _pronoun("they", "他們", "them", "their", plural=True),
)
PRONOUNS = (I, HE, SHE, WE, THEY, YOU)
_POSSESSORS = (("my", "我"), ("his", "他"), ("her", "她"), ("our", "我們"), ("your", "你"), ("their", "他們"))


def _somebody(phrase: Phrase, sex: str, formal: bool = False) -> Person:
    return Person(phrase, phrase, _HER if sex == "f" else _HIS, pronoun=_SHE if sex == "f" else _HE, formal=formal)


_SPOUSES = {"先生": ("her", "她"), "太太": ("his", "他"), "未婚妻": ("his", "他")}


def family(dice: Dice) -> Person:
    """My mother, his older brother: in Chinese without 的."""
    en, zh, sex = dice.common(words.FAMILY)
    owner_en, owner_zh = ("my", "我") if dice.chance(0.6) else dice.pick(_POSSESSORS)
    owner_en, owner_zh = _SPOUSES.get(zh, (owner_en, owner_zh))
    if len(owner_zh) == 2 and "的" not in zh:  # 他們的媽媽, but 他媽媽
        owner_zh += "的"
    return _somebody(sync("{of} {who}", "{of} {who}", of=word(owner_en, owner_zh), who=word(en, zh)), sex)


def full_name(dice: Dice) -> Person:
    """Chen Mei-ling 陳美玲: spelled by its syllables, so that few names are seen twice."""
    surname, first, last = (dice.common(t) for t in (words.SURNAMES, words.FIRST_SYLLABLES, words.LAST_SYLLABLES))
    name = word(f"{surname[0]} {first[0]}-{last[0]}", surname[1] + first[1] + last[1], open=True)
    return _somebody(name, last[2])


def given_name(dice: Dice) -> Person:
    en, zh, sex = dice.common(words.GIVEN)
    return _somebody(word(en, zh, open=True), sex)


def titled(dice: Dice) -> Person:
    """Professor Lin 林教授: the family name comes first in Chinese."""
    en, zh, sex = dice.common(words.TITLES)
    surname = dice.common(words.SURNAMES)
    name = sync("{title} {name}", "{name} {title}", title=word(en, zh), name=word(surname[0], surname[1], open=True))
    return _somebody(name, sex, formal=True)


def stranger(dice: Dice) -> Person:
    """That nurse 那位護理師, two children 兩個小孩."""
    noun = dice.common(words.NOUNS["professional" if dice.chance(0.6) else "person"])
    sex = "f" if noun.zh in ("護理師", "女孩", "女人") else "m"
    if dice.chance(0.15):
        n = dice.number(2, 4)
        phrase = counted(count(n), noun, n)
        return Person(phrase, phrase, Word("their", "他們的"), plural=True)
    if noun.kind == "professional" and dice.chance(0.5):
        return _somebody(sync("the {n}", "那 {m} {n}", n=word(noun.en, noun.zh), m=measure(noun)), sex)
    return _somebody(pointed("that", "那", noun), sex)


def anybody(dice: Dice) -> Person:
    """Whom a sentence is about."""
    x = dice.random()
    if x < 0.38:
        return dice.pick(PRONOUNS[:5])
    if x < 0.62:
        return family(dice)
    if x < 0.74:
        return given_name(dice)
    if x < 0.83:
        return full_name(dice)
    return titled(dice) if x < 0.91 else stranger(dice)


def third_party(dice: Dice) -> Person:
    """Somebody who is neither I nor you nor a crowd."""
    return dice.pick((family, family, given_name, full_name, titled))(dice)


def another(dice: Dice, than: Person) -> Person:
    """A third party, and not the same one."""
    while True:
        found = third_party(dice)
        if [leaf.zh for leaf in found.phrase.zh] != [getattr(leaf, "zh", leaf) for leaf in than.phrase.zh]:
            return found


def acquaintance(dice: Dice) -> Person:
    """Somebody whom one may know or not."""
    return dice.pick((given_name, full_name, titled))(dice)


# --- things ------------------------------------------------------------------------------------------------------------


def article(following: str) -> str:
    """a or an; an hour and a uniform are told by their sound."""
    sound = following.lower()
    vowel = sound[0] in "aeiou" and not sound.startswith(("uni", "ukulele", "eu", "one"))
    return "an" if vowel or sound.startswith(("hour", "honest", "mri")) else "a"


def measure(noun: Noun) -> Phrase:
    """The measure word stands in Chinese alone, but for a cup or a bottle."""
    return Phrase((), (noun.measure,))


def noun_word(noun: Noun, plural: bool = False) -> Phrase:
    return word(noun.plural if plural else noun.en, noun.zh)


def counted(number: Word, noun: Noun, n: int, quality: Phrase = NOTHING) -> Phrase:
    """Two old books 兩本舊書; two cups of coffee 兩杯咖啡."""
    amount = Phrase((number,), (number,))
    if noun.unit:
        unit = word(noun.unit if n == 1 else words.plural(noun.unit), noun.measure)
        return sync("{a} {u} of {q} {n}", "{a} {u} {q} {n}", a=amount, u=unit, q=quality, n=noun_word(noun))
    return sync("{a} {q} {n}", "{a} {m} {q} {n}", a=amount, m=measure(noun), q=quality, n=noun_word(noun, n != 1))


def one(noun: Noun, quality: Phrase = NOTHING) -> Phrase:
    """An old book 一本舊書."""
    first = noun.unit or _first_english(quality) or noun.en
    return counted(Word(article(first), "一"), noun, 1, quality)


def _first_english(phrase: Phrase) -> str:
    return next((t if isinstance(t, str) else t.en for t in phrase.en), "")


def pointed(en: str, zh: str, noun: Noun, quality: Phrase = NOTHING) -> Phrase:
    """This old book 這本舊書; this cup of coffee 這杯咖啡; these shoes 這雙鞋子."""
    which = word(en, zh)
    if noun.unit == "pair":
        which = word({"this": "these", "that": "those"}.get(en, en), zh)
    elif noun.unit:
        unit = word(noun.unit, noun.measure)
        return sync("{w} {u} of {q} {n}", "{w} {u} {q} {n}", w=which, u=unit, q=quality, n=noun_word(noun))
    return sync("{w} {q} {n}", "{w} {m} {q} {n}", w=which, m=measure(noun), q=quality, n=noun_word(noun))


def owned(of: Word, noun: Noun, quality: Phrase = NOTHING) -> Phrase:
    """My book 我的書, my new book 我的新書, but with one 的 only: my very old book 我那本很舊的書."""
    if quality.zh and quality.zh[-1] == "的":
        of = Word(of.en, of.zh[:-1] + "那")
        return sync(
            "{of} {q} {n}", "{of} {m} {q} {n}", of=Phrase((of,), (of,)), m=measure(noun), q=quality, n=noun_word(noun)
        )
    return sync("{of} {q} {n}", "{of} {q} {n}", of=Phrase((of,), (of,)), q=quality, n=noun_word(noun))


def bare(noun: Noun) -> Phrase:
    """Books 書, coffee 咖啡: of the kind in general."""
    return noun_word(noun, plural=True)


# In Chinese these need no 那: there is one that is meant
UNIQUE = {"transit", "door", "street", "room", "river", "sight"}


def the(noun: Noun, quality: Phrase = NOTHING) -> Phrase:
    """The book 那本書, but the bus 公車."""
    if noun.kind in UNIQUE or noun.unit in ("cup", "glass", "bowl", "plate", "slice", "pack"):
        return sync("the {q} {n}", "{q} {n}", q=quality, n=noun_word(noun))
    return sync("the {q} {n}", "那 {m} {q} {n}", m=measure(noun), q=quality, n=noun_word(noun))


_OWNABLE = frozenset(words.classes(
    "book, writing, mail, CLOTHING, jewelry, scarf, tie, car, bicycle, INSTRUMENT, pet, device, furniture, "
    "HOUSEHOLD, spectacles, paper, acquaintance, plan, proposal, room"
))  # fmt: skip


# Many of these is more than anybody wants
SINGLE = {"scenery", "mountain", "monument", "house", "match", "talk", "car", "bed", "strings", "bowed", "wind", "drum",
           "tree", "acquaintance", "professional", "bicycle", "account", "business", "problem"}  # fmt: skip
_BY_THE_DOZEN = {"book", "pen", "paper", "fruit", "vegetable", "mail", "flower", "baked", "egg", "stamp"}


def something(dice: Dice, noun: Noun, owner: Person | None = None) -> Phrase:
    """`noun` with a determiner that suits it, sometimes with an adjective or a colour."""
    quality = described(dice, noun) if dice.chance(0.35) else NOTHING
    if noun.kind in UNIQUE:
        return the(noun, quality)
    x = dice.random()
    if noun.kind == "acquaintance":
        return owned((owner or I).of, noun, quality) if x < 0.6 else one(noun, quality)
    if x < 0.34:
        return one(noun, quality)
    if x < 0.5 and owner and noun.kind in _OWNABLE:
        return owned(owner.of, noun, quality)
    if x < 0.66 and noun.kind not in SINGLE:
        n = dice.number(10, 30) if noun.kind in _BY_THE_DOZEN and dice.chance(0.2) else dice.number(2, 5)
        return counted(count(n), noun, n, quality)
    if x < 0.76:
        return the(noun, quality)
    if x < 0.88:
        return pointed(*dice.pick((("this", "這"), ("that", "那"))), noun, quality)
    if noun.unit == "pair" or noun.kind in SINGLE:
        return one(noun, quality)
    if noun.unit:
        return sync("some {n}", "一些 {n}", n=noun_word(noun))
    few = dice.pick((("several", "好幾"), ("a few", "幾")))
    return sync("{f} {q} {n}", "{f} {m} {q} {n}", f=word(*few), m=measure(noun), q=quality, n=noun_word(noun, True))


def definite(dice: Dice, noun: Noun, owner: Person | None = None, *, lying: bool = True, plain: bool = False) -> Phrase:
    """`noun` as something that is known already; lying: perhaps by the place where it lies; plain: without more ado."""
    if noun.kind in UNIQUE:
        return the(noun)
    if noun.kind == "acquaintance":
        return owned((owner or I).of, noun)
    if lying and not plain and noun.kind in words.LYING and dice.chance(0.2):
        return located(dice, noun)
    quality = described(dice, noun) if not plain and dice.chance(0.2) else NOTHING
    x = dice.random()
    if x < 0.4 and owner and noun.kind in _OWNABLE:
        return owned(owner.of, noun, quality)
    if x < 0.7:
        return the(noun, quality)
    return pointed(*dice.pick((("this", "這"), ("that", "那"))), noun, quality)


def where_lies(dice: Dice, noun: Noun) -> Phrase:
    """Where one would look for it."""
    if noun.kind == "bag":
        return word(*dice.common(words.ON_BAG))
    if noun.kind == "dish":
        return word(*dice.common(words.ON_DISH))
    return word(*dice.common(words.ON_FOOD if noun.kind in ("fruit", "baked") else words.ON))


def located(dice: Dice, noun: Noun) -> Phrase:
    """The cup on the table 桌上的那個杯子."""
    parts = {"n": noun_word(noun), "m": measure(noun), "p": where_lies(dice, noun)}
    if noun.unit and noun.unit != "pair":
        unit = word(noun.unit, noun.measure)
        return sync("the {u} of {n} {p}", "{p} 的 那 {u} {n}", u=unit, **parts)
    return sync("the {n} {p}", "{p} 的 那 {m} {n}", **parts)


# --- qualities ---------------------------------------------------------------------------------------------------------

# class -> the adjectives that go with it
_ADJECTIVES_OF = {
    kind: tuple(adjective for adjective in words.ADJECTIVES if kind in adjective.zh) for kind in words.NOUNS
}


def adjectives_of(noun: Noun) -> tuple:
    """The adjectives that `noun` can have; for one that has two meanings, those that tell which is meant."""
    return tuple(a for a in _ADJECTIVES_OF[noun.kind] if clear(noun, a.zh))


def clear(noun: Noun, goes_with: dict[str, str]) -> bool:
    """Does a word that goes with these classes tell which of its meanings the English noun has here?"""
    return all(other.zh == noun.zh or other.kind not in goes_with for other in _SENSES[noun.en])


_SENSES: dict[str, list[Noun]] = {}
for _noun in (noun for nouns in words.NOUNS.values() for noun in nouns):
    _SENSES.setdefault(_noun.en, []).append(_noun)


def very(zh: str) -> str:
    """The Chinese for "very" that goes with an adjective."""
    return words.VERY.get(zh, "很")


def described(dice: Dice, noun: Noun) -> Phrase:
    """Before a noun: old 舊, blue 藍色的, very interesting 非常有趣的."""
    if noun.kind in words.COLORED and dice.chance(0.4):
        color = word(*dice.common(words.COLORS))
        return color if len(noun.zh) > 1 else sync("{c}", "{c} 的", c=color)  # 黃色的花, but 黃色洋裝
    options = adjectives_of(noun)
    if not options:
        return NOTHING
    adjective = dice.common(options)
    zh = adjective.zh[noun.kind]
    quality = word(adjective.en, zh)
    if dice.chance(0.2):
        return sync("{v} {q}", "{v} {q} 的", v=word("very", very(zh)), q=quality)
    if zh in words.BARE:
        return quality
    if len(zh) == 1:
        return sync("{q}", "很 {q} 的", q=quality)
    return sync("{q}", "{q} 的", q=quality)
