"""Sentences of what something is: descriptions, clauses with 的, comparisons with 比, numbers, weather, kin."""

from common.generators.translation import words
from common.generators.translation.clauses import (
    amount,
    event,
    is_are,
    kind_of_thing,
    noun_with_quality,
    object_of,
    opened,
    quality_of,
    repeated_event,
    state,
    text,
    time_of,
    verbs,
    worn,
)
from common.generators.translation.phrases import (
    HE,
    NOTHING,
    SHE,
    Dice,
    Person,
    Phrase,
    adjectives_of,
    another,
    anybody,
    count,
    counted,
    en_number,
    full_name,
    given_name,
    ing,
    measure,
    noun_word,
    one,
    pointed,
    sync,
    third_party,
    where_lies,
    word,
    zh_number,
    zh_year,
)
from common.generators.translation.words import Noun


def description(dice: Dice) -> Phrase:
    return opened(dice, state(dice))


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


_RELATABLE = verbs("buy", "read", "write", "eat", "drink", "see", "make", "draw", "lose", "find", "repair", "build",
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
        h = word(en_number(hour), zh_number(hour), open=True)
        clock = sync("half past {h}", "{h} 點 半", h=h) if half else sync("{h} o'clock", "{h} 點", h=h)
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
        age = word(en_number(n), zh_number(n), open=True)
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
