"""Answers that need no training, on the public test set of homework 5: what they are worth, so that the ladder's lowest
rung can stand above them."""

import re
from collections import Counter, defaultdict

import pandas as pd
import pytest

from common.homeworks.hw05 import data as hw05
from common.homeworks.hw05.judge import judge


def words(text):
    return re.findall(r"[\w'-]+|[.,;?!]", text.lower())


def dictionary(pairs):
    """English word -> its most frequent translation, from the true links of the training pairs (better than any
    dictionary that could be learned from them)."""
    counts = defaultdict(Counter)
    for en, zh, links in zip(pairs.en, pairs.zh, pairs.links, strict=True):
        for a, b, c, d in links:
            counts[en[a:b].lower()][zh[c:d]] += 1
    found = {en: each.most_common(1)[0][0] for en, each in counts.items()}
    return found | {".": "。", "?": "？", ",": "，", ";": "；"}


def word_by_word(text, lexicon):
    """Longest match first, in the English order; what is unknown is left out."""
    tokens, found, at = words(text), [], 0
    while at < len(tokens):
        for length in range(4, 0, -1):
            entry = " ".join(tokens[at : at + length])
            if entry in lexicon and at + length <= len(tokens):
                found.append(lexicon[entry])
                at += length
                break
        else:
            at += 1
    return "".join(found)


class Nearest:
    """The training sentence that shares most words, and of those the most pairs of neighbouring words."""

    def __init__(self, pairs):
        self.pairs = pairs
        self.bags = [set(self.features(text)) for text in pairs.en]
        self.having = defaultdict(list)
        for row, bag in enumerate(self.bags):
            for feature in bag:
                self.having[feature].append(row)

    @staticmethod
    def features(text):
        tokens = words(text)
        return tokens + [f"{a} {b}" for a, b in zip(tokens, tokens[1:], strict=False)]

    def __call__(self, text):
        bag = set(self.features(text))
        shared = Counter()
        for feature in bag:
            if len(self.having[feature]) < 400:  # "the" tells nothing
                shared.update(self.having[feature])
        close = [row for row, _ in shared.most_common(50)]
        return max(close, key=lambda row: (len(bag & self.bags[row]) / len(bag | self.bags[row]), -row), default=0)


def copied_template(text, nearest, lexicon):
    """The nearest training sentence with its words exchanged for those asked for, where both stand at one place."""
    row = nearest(text)
    en, zh, asked = nearest.pairs.en[row], nearest.pairs.zh[row], words(text)
    given = words(en)
    if len(given) != len(asked):
        return zh
    for old, new in zip(given, asked, strict=True):
        if old != new and old in lexicon and new in lexicon:
            zh = zh.replace(lexicon[old], lexicon[new], 1)
    return zh


def cheap_answers(splits):
    lexicon, nearest = dictionary(splits.train), Nearest(splits.train)
    return {
        "English as it is": list(splits.test.en),
        "one sentence for all": ["我媽媽昨天買了一本書。"] * len(splits.test),
        "word by word": [word_by_word(text, lexicon) for text in splits.test.en],
        "nearest sentence": [splits.train.zh[nearest(text)] for text in splits.test.en],
        "copied template": [copied_template(text, nearest, lexicon) for text in splits.test.en],
    }


@pytest.fixture(scope="module")
def scores():
    splits, reference = hw05.builtin("standard")
    return {
        name: judge(reference, pd.DataFrame({"id": reference["id"], "translation": answers}))
        for name, answers in cheap_answers(splits).items()
    }


def test_cheap_answers_are_worth_little(scores):
    print({name: round(score, 2) for name, score in scores.items()})
    assert scores["one sentence for all"] < 5 and scores["English as it is"] < 5
    assert scores["nearest sentence"] < 30
    assert scores["word by word"] < 30 and scores["copied template"] < 40
