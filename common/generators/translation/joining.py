"""Sentences around a clause: questions, reasons and conditions, what somebody knows or says."""

from common.generators.translation import words
from common.generators.translation.clauses import (
    DOABLE,
    FEELINGS,
    Event,
    addressed,
    anaphor,
    completed_event,
    event,
    feeling,
    is_are,
    kind_of_thing,
    never_alone,
    object_of,
    often,
    place_of,
    planned,
    repeated_event,
    sentence,
    simple,
    state,
    text,
    time_of,
    verbs,
)
from common.generators.translation.phrases import (
    NOTHING,
    Dice,
    Person,
    Phrase,
    Word,
    acquaintance,
    anybody,
    definite,
    ing,
    measure,
    noun_word,
    pointed,
    sync,
    third_party,
    very,
    word,
)


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
    what, x = event(dice, DOABLE), dice.random()
    goal = definite(dice, what.noun, who)
    if x < 0.18:
        when = time_of(dice, "past", what)
        return sync("{w} {v} {o} {t} ?", "{t} {w} {v} 了 {o} ？", w=word("Who", "誰"), v=what.did(), o=goal, t=when)
    if x < 0.38:
        what = event(dice, verbs("buy", "read", "eat", "drink", "draw", "write", "receive", "sell", "sing"))
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
        what = event(dice, verbs("buy", "find", "lose", "see", "meet", "repair", "hide"))
        parts |= {"v": what.do(), "o": definite(dice, what.noun, who, lying=False)}
        return sync("{c} {w} did {s} {v} {o} ?", "{c} {s} 是 {w} {v} {o} 的 ？", w=word("where", "在哪裡"), **parts)
    what = event(dice, verbs("buy", "eat", "drink", "read", "raise", "grow", "receive", "draw", "bake"))
    many = sync("how many {n}", "幾 {m} {n}", m=measure(what.noun), n=noun_word(what.noun, True))
    if what.noun.unit:
        unit = word(words.plural(what.noun.unit), what.noun.measure)
        many = sync("how many {u} of {n}", "幾 {u} {n}", u=unit, n=noun_word(what.noun))
    parts |= {"v": what.do(), "o": many, "t": time_of(dice, "past", what)}
    return sync("{c} {o} did {s} {v} {t} ?", "{c} {s} {t} {v} 了 {o} ？", **parts)


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
    verb = verbs(base)[0]
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
        mood = dice.common(FEELINGS)
        first = feeling(who, mood)
        then = dice.pick(_SO[mood[0]])
        if isinstance(then[1], tuple):
            (verb,), noun = verbs(then[0]), dice.common(words.NOUNS[dice.pick(then[1])])
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
        first = feeling(who, dice.pick(FEELINGS[:2] + FEELINGS[7:8]))
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


_INDOORS = verbs(
    "read", "watch", "listen to", "write", "bake", "clean", "wash", "iron", "fold", "drink", "draw", "boil"
)

_WORK = verbs("wash", "write", "repair", "clean", "iron", "feed", "boil", "fold", "take care of", "translate", "fry")

_FINISHED = verbs("read", "write", "wash", "eat", "drink", "clean", "repair", "iron", "send", "sing")

_IF_WEATHER = (("it rains tomorrow", "明天下雨"), ("it is too hot", "天氣太熱"),
               ("there is a typhoon", "颱風來了"), ("it snows", "下雪"), ("the wind is too strong", "風太大"),
               ("the school is closed", "學校放假"), ("it gets cold", "天氣變冷"))  # fmt: skip

_MEANWHILE = (("the phone rang", "電話響了"), ("it began to rain", "開始下雨了"), ("somebody knocked at the door", "有人敲門"),
              ("the lights went out", "電燈熄了"), ("there was an earthquake", "發生了地震"),
              ("the baby began to cry", "嬰兒開始哭了"), ("the dog barked", "狗叫了"), ("the alarm went off", "警報響了"))  # fmt: skip


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
        sync("why {s} is {q}", "{s} 為什麼 {q}", s=owner.phrase, q=word(*dice.common(FEELINGS))),
        sync("when {s} will come back", "{s} 什麼時候 會 回來", s=owner.phrase),
    ))  # fmt: skip
    d = text(who.does())
    return sync("{s} {d} not {v} {c} .", "{s} 不 {v} {c} 。", s=who.phrase, d=d, v=word("know", "知道"), c=asked)


_SKILLS = verbs("play", "drive", "ride", "repair", "bake", "make", "grow", "iron", "sing", "fry")

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
