"""English and Chinese side by side: sentence pairs of a small world, and more Chinese of the same world alone.

A synchronous grammar over tables of words that go together says each sentence in both languages at once. What makes
translation hard is in it: the time and the place come before the Chinese verb, clauses with 的 before their noun;
English agrees and has tenses, Chinese has measure words, 了, 過 and 正在; and the right Chinese word often hangs on
another word of the sentence.

From the ground up: `words` (the tables), `phrases` (numbers, people, things, and `sync`, which builds both sides),
`clauses`, and the sentences: `doing`, `being`, `joining`, all listed in `kinds`.

Which Chinese word that is can be read off Chinese text alone (this verb goes with this noun, this "very" with this
adjective), and the text without English is larger and tells more of the rare words: so back-translation has something
to give (Sennrich et al. 2016, "Improving neural machine translation models with monolingual data").

Whether a sentence belongs to the text for learning or to a test is decided by what it says (names and numbers aside),
with one and the same rule for all seeds: no test of any seed meets the training text of any other.
"""

import zlib
from bisect import bisect
from itertools import accumulate
from typing import NamedTuple

from common.generators.secrets import hidden, is_secret
from common.generators.translation.kinds import HELD_OUT, KINDS
from common.generators.translation.phrases import Dice, Phrase, Word
from common.generators.translation.script import simplified

RARE, COMMON = 1.3, 2.6  # how steeply word frequencies fall: in the text without English and the tests; in the pairs
_SHARES = 12  # of all that can be said, one twelfth is for public tests, one for the tests of secret seeds
PARTS = ("learn", "public test", "secret test")


class Pair(NamedTuple):
    """A sentence in both languages."""

    en: str
    zh: str
    kind: str  # a key of KINDS or HELD_OUT
    links: tuple[tuple[int, int, int, int], ...]  # what translates what: en[a:b] and zh[c:d]


def pairs(
    seed: int,
    n: int,
    part: str = "learn",
    *,
    steepness: float = COMMON,
    held_out: bool = False,
    script: str = "traditional",
    shown: int = -1,
) -> list[Pair]:
    """n different pairs of a part (one of PARTS), a pure function of the seed.

    steepness: of the word frequencies; held_out: of structures that no other pair has; script: "traditional" or
    "simplified" characters. No two pairs are equal, and pairs of different parts differ in more than names and numbers,
    whatever their seeds; so do the pairs of a test among each other. shown: of a secret seed (see `secrets`), so many of
    the first are shown to all, and the others are drawn apart from them.
    """
    written = _SCRIPTS[script]
    found = []
    for kind, phrase in _sentences(seed, n, part, steepness, HELD_OUT if held_out else KINDS, shown=shown):
        (en, en_places), (zh, zh_places) = _english(phrase.en), _chinese(phrase.zh)
        links = tuple((*en_places[word], *zh_places[word]) for word in en_places if word in zh_places)
        found.append(Pair(en, written(zh), kind, links))
    return found


def monolingual(seed: int, n: int, *, steepness: float = RARE, script: str = "traditional") -> list[str]:
    """n different Chinese sentences for learning, with more of the rare words than the pairs have."""
    written = _SCRIPTS[script]
    return [
        written(_chinese(phrase.zh)[0]) for _, phrase in _sentences(seed, n, "learn", steepness, KINDS, "monolingual")
    ]


_SCRIPTS = {"traditional": str, "simplified": simplified}


def _sentences(seed, n, part, steepness, kinds, stream="pairs", shown=-1):
    """n times kind and phrase; no two say the same."""
    # hashed where it is a secret: from enough choices the stream's name could be worked out
    dice = Dice(f"{hidden(seed, 'what is shown')} {part} {stream} {len(kinds)}", steepness)
    names = list(kinds)
    upto = list(accumulate(share for _, share in kinds.values()))
    wanted, seen, found = PARTS.index(part), set(), []
    while len(found) < n:
        if len(found) == shown and is_secret(seed):
            dice, shown = Dice(f"{hidden(seed, 'what is asked')} {part} {stream} {len(kinds)}", steepness), -1
        kind = names[bisect(upto, dice.random() * upto[-1])]
        phrase = kinds[kind][0](dice)
        said = signature(phrase)
        if _part(said) != wanted:
            continue
        key = said if wanted else _chinese(phrase.zh)[0]  # for learning, the same may be said of other people
        if key not in seen:
            seen.add(key)
            found.append((kind, phrase))
    return found


def signature(phrase: Phrase) -> str:
    """What a sentence says, with every name and number taken out. In Chinese: "the" and "that" are no difference."""
    return "".join([token if isinstance(token, str) else "#" if token.open else token.zh for token in phrase.zh])


def _part(said: str) -> int:
    """Index into PARTS."""
    share = zlib.crc32(said.encode()) % _SHARES
    return share + 1 if share < 2 else 0


# --- spelling ------------------------------------------------------------------------------------------------------

_CLINGING = frozenset(".,;?!") | {"'s"}


def _english(tokens) -> tuple[str, dict[Word, tuple[int, int]]]:
    """The text, and from where to where each word stands in it."""
    text, places = "", {}
    for token in tokens:
        word = token if isinstance(token, str) else token.en
        if not word:
            continue
        if text and word not in _CLINGING:
            text += " "
        if not isinstance(token, str):
            places[token] = (len(text), len(text) + len(word))
        text += word
    return text[:1].upper() + text[1:], places


def _chinese(tokens) -> tuple[str, dict[Word, tuple[int, int]]]:
    text, places = "", {}
    for token in tokens:
        word = token if isinstance(token, str) else token.zh
        if not isinstance(token, str):
            places[token] = (len(text), len(text) + len(word))
        text += word
    return text, places
