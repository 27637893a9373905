"""Sentences of a very small language in which one word has two meanings: an apple is eaten, and Apple is sued.

What a sentence is about is told by a single word, its verb or its ending, before or behind the thing that it is
about; the other of the two is one that goes with both. All else (who, when, which) says nothing. So whether `apple`
is a fruit or a company can be told from one other word of the sentence, and only from that: what contextual word
vectors are for (Peters et al. 2018, "Deep contextualized word representations").
"""

from dataclasses import dataclass

import numpy as np

WORD = "apple"  # the word with two meanings
MEANINGS = ("fruit", "company")
PAD, MASK = "[pad]", "[mask]"
_THINGS = {
    "fruit": (WORD, "pear", "plum", "mango", "cherry"),
    "company": (WORD, "acme", "globex", "orion", "vertex"),
}
_VERBS = {
    "fruit": ("eats", "peels", "bakes", "picks"),
    "company": ("sues", "joins", "audits", "founds"),
    "either": ("likes", "sees", "finds", "wants"),
}
_ENDINGS = {
    "fruit": ("in the garden", "from the tree", "with honey", "for breakfast"),
    "company": ("in the office", "from the court", "with lawyers", "for profit"),
    "either": ("in the morning", "from the train", "with pleasure", "for years"),
}
_WHO = ("ada", "ben", "cleo", "dan", "eve", "finn")
_WHICH = ("the", "that", "this big", "the old", "the new", "a small")
_WHEN = ("", "", "today", "often", "now")


@dataclass(frozen=True)
class Sentences:
    """N sentences, one row each."""

    texts: tuple[str, ...]
    tokens: np.ndarray  # (N, T) int64, index into VOCABULARY, padded at the end
    meaning: np.ndarray  # (N,) int64, index into MEANINGS: what the thing in the sentence is
    place: np.ndarray  # (N,) int64, where the thing stands
    tells: np.ndarray  # (N,) int64, where the word (or the last word of the ending) stands that tells which

    def __len__(self) -> int:
        return len(self.tokens)


def sentences(seed: int, n: int, *, word: str | None = None) -> Sentences:
    """n sentences, a pure function of the seed; about all things alike, or all about `word` with either meaning in
    turn."""
    rng = np.random.default_rng([seed, 31])
    made = [_sentence(rng, k % 2 if word else int(rng.integers(2)), word) for k in range(n)]
    texts, meaning, place, tells = zip(*made, strict=True)
    return Sentences(texts, encode(texts), np.array(meaning), np.array(place), np.array(tells))


def encode(texts) -> np.ndarray:
    """Texts as rows of word numbers, (N, LENGTH) int64, padded at the end. Raises ValueError for an unknown word."""
    tokens = np.full((len(texts), LENGTH), VOCABULARY.index(PAD))
    for row, text in enumerate(texts):
        for column, word in enumerate(text.split()):
            tokens[row, column] = VOCABULARY.index(word)
    return tokens


def _sentence(rng, meaning: int, word: str | None) -> tuple[str, int, int, int]:
    def draw(words):
        return words[rng.integers(len(words))]

    kind = MEANINGS[meaning]
    verb_tells = rng.random() < 0.5
    thing = word or draw(_THINGS[kind])
    verb, ending = draw(_VERBS[kind if verb_tells else "either"]), draw(_ENDINGS["either" if verb_tells else kind])
    start = f"{draw(_WHEN)} {draw(_WHO)} {verb}".split()
    before = [*start, *draw(_WHICH).split()]
    whole = [*before, thing, *ending.split()]
    return " ".join(whole), meaning, len(before), len(start) - 1 if verb_tells else len(whole) - 1


_ALL = (*_WHO, *_THINGS["fruit"], *_THINGS["company"], *_WHICH, *_WHEN)
_ALL += tuple(phrase for table in (_VERBS, _ENDINGS) for phrases in table.values() for phrase in phrases)
VOCABULARY = (PAD, MASK, *sorted({word for phrase in _ALL for word in phrase.split()}))
LENGTH = 9  # words of the longest sentence
