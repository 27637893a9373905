"""Answers to homework 7 that need no understanding: what they are worth, the ladder has to stand above.

Each takes the splits and gives the column `Answer` of the test set. They know the lexicon of the generated world, so
they find every name and number in a passage; those in `*_of_type` know besides from the wording what type is asked for.
All of that is more than a student is given.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import partial
from math import fsum, log

import numpy as np

from common.generators.world import vocabulary
from common.generators.world.shortcuts import SHORTCUTS, Text, guesses

# the first that is in the question tells the type of its answer
_ASKED_BY = (
    ("哪一?年", "year"),
    ("誰|哪一位|人是誰", "person"),
    ("哪一條河", "river"),
    ("(學生|教師|老師|幾).*名", "students"),
    ("多少件|幾件", "pieces"),
    ("有多長|有多寬|公尺", "metres"),
    ("頁", "pages"),
    ("多少人|幾人", "people"),
    ("哪裡|哪個地方", "town"),
    ("橋墩|欄杆", "material"),
    ("點心|賣得最多|銷量", "snack"),
    ("起家|最早賣|新產品|研發出", "product"),
    ("收藏|藏品|捐", "goods"),
)


def type_of(question: str) -> str:
    """What type of answer a generated question asks for."""
    return next((kind for pattern, kind in _ASKED_BY if re.search(pattern, question)), "skill")


def constant(splits) -> np.ndarray:
    """The most frequent answer of the training set, whatever is asked."""
    answers = [q.answer_text for q in splits.train.questions]
    return np.array([max(sorted(set(answers)), key=answers.count)] * len(splits.test), dtype=object)


def _answers(splits, *, name: str, typed: bool) -> np.ndarray:
    texts = [Text(paragraph) for paragraph in splits.test.paragraphs]
    found = []
    for q in splits.test.questions:
        text = texts[q.paragraph_id]
        kind = type_of(q.question_text) if typed else None
        found.append(guesses(text, q.question_text, _subject(text, q.question_text), kind)[name])
    return np.array(found, dtype=object)


def _subject(text: Text, question: str) -> str:
    """The name that the question asks about."""
    return max((e.text for e in text.entities if e.text in question), key=len, default=question)


# what they do is said in `shortcuts`
most_frequent, first, nearest, first_behind, overlap = (partial(_answers, name=name, typed=False) for name in SHORTCUTS)
most_frequent_of_type, first_of_type, nearest_of_type, first_behind_of_type, overlap_of_type = (
    partial(_answers, name=name, typed=True) for name in SHORTCUTS
)


def _by_rare_words(splits, *, typed: bool, before: int = 40, after: int = 10) -> np.ndarray:
    """The entity with the rarest words of the question around it, as the notebook's `evidence` counts them."""
    token = re.compile("|".join([*vocabulary.bigrams(), r"\S"]))
    seen = Counter(one for text in splits.train.paragraphs for one in {*token.findall(text)})

    def rarity(token):
        return log((len(splits.train.paragraphs) + 1) / (seen[token] + 1))

    found = []
    for q in splits.test.questions:
        asked, text = {*token.findall(q.question_text)}, splits.test.paragraph(q)
        kind = type_of(q.question_text) if typed else None
        tokens, starts = token.findall(text), [one.start() for one in token.finditer(text)]

        def evidence(entity, asked=asked, tokens=tokens, starts=starts):
            first, last = bisect_right(starts, entity.start) - 1, bisect_left(starts, entity.end) - 1
            return fsum(rarity(one) for one in asked.intersection(tokens[max(0, first - before) : last + 1 + after]))

        fitting = [e for e in Text(text).entities if kind in (None, e.type) and e.text not in q.question_text]
        found.append(max(fitting, key=evidence).text if fitting else "")
    return np.array(found, dtype=object)


rare_words, rare_words_of_type = partial(_by_rare_words, typed=False), partial(_by_rare_words, typed=True)
