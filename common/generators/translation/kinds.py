"""All kinds of sentences. `KINDS` are those of the text for learning; `HELD_OUT` puts the same parts together as no
sentence of `KINDS` does: deeper, or in another place."""

from common.generators.translation import words
from common.generators.translation.being import (
    comparison,
    description,
    existence,
    kinship,
    number,
    relative,
    relative_object,
    relative_person,
    weather,
)
from common.generators.translation.clauses import is_are, quality_of, sentence, text
from common.generators.translation.doing import (
    already,
    ba,
    bei,
    duration,
    experience,
    future,
    game,
    giving,
    habit,
    manner,
    modal,
    negation,
    progress,
    request,
    statement,
    wanting,
)
from common.generators.translation.joining import connected, knowing, say, saying, wh_question, yes_no
from common.generators.translation.phrases import (
    HE,
    Dice,
    Phrase,
    adjectives_of,
    another,
    anybody,
    noun_word,
    pointed,
    sync,
    word,
)

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
