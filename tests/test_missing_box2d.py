"""Homework 12 where Box2D is missing (Python 3.14 without a compiler): one sentence, and no other homework minds."""

import sys

import pandas as pd
import pytest

from common import data
from common.errors import HomeworkError
from common.homeworks.hw12.judge import judge

SENTENCE = r"LunarLander needs Box2D, which is not installed.*pip install 'deep-learning-homeworks\[lander\]'"


@pytest.fixture
def without_box2d(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("Box2D", "gymnasium.envs.box2d"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "Box2D", None)  # an import of it fails now
    data.module("hw12")._flights.cache_clear()


def test_the_notebook_is_told(without_box2d):
    with pytest.raises(HomeworkError, match=SENTENCE):
        data.load("hw12", profile="smoke")


def test_the_judge_tells(without_box2d):
    flight = pd.DataFrame({"episode": [7, 7], "step": [0, 1], "action": [0, 0]})
    with pytest.raises(HomeworkError, match=SENTENCE):
        judge(flight, flight)
