"""Sentences of what somebody does: in Chinese with 了, 過, 正在 and 會, with 把 and 被, and the time and place up front."""

from common.generators.translation import words
from common.generators.translation.clauses import (
    COMPLETABLE,
    DOABLE,
    KNOWN_OBJECT,
    Event,
    amount,
    completed_event,
    event,
    kind_of_thing,
    never_alone,
    object_of,
    often,
    opened,
    place_of,
    planned,
    repeated_event,
    some_new,
    text,
    time_of,
    told,
    usual,
    verbs,
    worn,
)
from common.generators.translation.phrases import (
    NOTHING,
    UNIQUE,
    YOU,
    Dice,
    I,
    Phrase,
    another,
    anybody,
    bare,
    definite,
    described,
    given_name,
    ing,
    noun_word,
    one,
    owned,
    pointed,
    something,
    sync,
    the,
    third_party,
    titled,
    where_lies,
    word,
)


def statement(dice: Dice) -> Phrase:
    return opened(dice, told(dice, anybody(dice)))


def future(dice: Dice) -> Phrase:
    return opened(dice, planned(dice, anybody(dice)))


def habit(dice: Dice) -> Phrase:
    return opened(dice, usual(dice, anybody(dice)))


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
    if what.verb.base not in KNOWN_OBJECT and what.noun.kind not in UNIQUE:  # two hands do one thing at a time
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


_ACHIEVED = tuple(v for v in COMPLETABLE if v.base not in ("lose", "break", "drive", "ride", "find", "throw away"))


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


_EXPERIENCES = verbs("read", "eat", "drink", "see", "watch", "visit", "grow", "raise", "write", "translate", "climb",
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
    what = event(dice, DOABLE)
    parts = {"s": who.phrase, "v": what.do(), "o": definite(dice, what.noun, who), "t": time_of(dice, "future", what)}
    return sync("{s} will {n} {v} {o} {t} .", "{s} {t} {n} {v} {o} 。", n=word("not", "不會"), **parts)


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

_UNDONE = verbs(
    "break", "eat", "drink", "sell", "cut", "cut down", "find", "open", "hide", "lose", "throw away", "pick"
)

_MADE = verbs("write", "translate", "build", "draw", "bake", "make", "repair", "send", "grow")

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


_MODALS = (("should", "應該"), ("can", "可以"), ("must", "必須"), ("may", "可以"), ("does not have to", "不必"),
           ("should not", "不應該"), ("would rather", "寧願"))  # fmt: skip


def modal(dice: Dice) -> Phrase:
    who, what = anybody(dice), event(dice, DOABLE)
    en, zh = dice.common(_MODALS)
    if en.startswith("does"):
        en = en.replace("does", who.does())
    when = time_of(dice, "future", what) if dice.chance(0.4) else NOTHING
    parts = {"s": who.phrase, "m": word(en, zh), "v": what.do(), "o": definite(dice, what.noun, who), "t": when}
    return sync("{s} {m} {v} {o} {t} .", "{s} {t} {m} {v} {o} 。", **parts)


_REQUESTED = verbs("open", "wash", "repair", "read", "clean", "send", "translate", "answer", "carry", "print", "iron",
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
            what = event(dice, verbs("play"))
            v, o = what.does(who), kind_of_thing(what)
        return sync(
            "{s} {v} {o} {d} {h} .", "{s} {o} {v} 得 {d} {h} 。", s=who.phrase, v=v, o=o, d=degree, h=word(*how)
        )
    if x < 0.65:
        what = event(dice, verbs("open", "read", "eat", "drink", "write", "clean", "carry", "draw", "hide", "cut"))
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
