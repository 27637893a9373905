"""What every homework promises, whichever it is: a new folder is tested here without new test code."""

import ast
import math
import re

import numpy as np
import pandas as pd
import pytest
import torch

from common import data
from common.errors import SubmissionError
from common.notebooks import books, readme, rules
from common.submission.card import cards, folders
from common.submission.homework import Homework
from common.submission.table import read_submission

SEED = 5  # of the sets that tests look at: the same in all of them, so that it is drawn once
READY = [card for card in cards().values() if card.status == "ready"]
WRITTEN = [one for folder in folders().values() for one in folder.notebooks if books.written(one)]
LABS = [lab for folder in folders().values() for lab in folder.labs if lab.status == "ready"]
by_id = pytest.mark.parametrize("card", READY, ids=lambda card: card.id)


def hand_in(card, reference, folder):
    """The reference table as a submission; any small network will do where the card asks for weights."""
    names = [column.name for column in card.submission.columns]
    weights = {"weight": torch.zeros(3)} if card.submission.weights else None
    return Homework(card.id).submit(reference[names], folder, weights)


def same(one, other):
    """Whether two columns are equal, also if they hold an array per row."""
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_fifteen_are_there():
    """Of the course; whoever adds more is welcome."""
    assert list(folders())[:15] == [f"hw{number:02d}" for number in range(1, 16)]


def test_readme_is_in_step():
    assert readme.lint() == []


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: one.id)
def test_notebooks_keep_the_rules(one):
    assert rules.lint(one) == []


@by_id
def test_ladder_is_real(card):
    """The thresholds on the card stand between all that it gives as evidence; what it admits is an expected failure."""
    ladder = card.ladder["builtin"]
    assert len(ladder.seeds) >= 3 and ladder.measured and ladder.machine and "hw ladder" in ladder.source
    assert all(rung.runs for _, rung in ladder.rungs())
    assert card.cheap, "the card names no cheap answer"
    faults = card.faults()
    assert [fault.sentence for fault in faults if not fault.known] == []
    excused = [entry for entry in (*ladder.fresh, *card.cheap, *card.control) if entry.fault]
    assert {fault.known for fault in faults} == {entry.fault for entry in excused}, "a fault is mended: take it off"
    if faults:
        pytest.xfail("; ".join(fault.sentence for fault in faults))


@by_id
def test_cheap_answers_end_where_the_card_says(card):
    """All of a homework in one test, which draws the standard set once."""
    scores = {cheap.quick: (score, cheap.scores[0]) for cheap, score in Homework(card.id).cheap()}
    assert {name: pair for name, pair in scores.items() if not math.isclose(*pair, rel_tol=0.03, abs_tol=0.003)} == {}


@by_id
def test_time_budgets(card):
    assert card.time.starter <= 60 and card.time.boss <= 480


def test_labs_are_short():
    assert all(lab.time <= 120 for lab in LABS)


@by_id
def test_builtin_data(card):
    """Same bytes on every run; the truth is a well-formed submission and scores perfectly; test holds no answers."""
    _, reference = data.module(card.id).builtin("smoke", SEED)
    _, again = data.module(card.id).builtin("smoke", SEED)
    pd.testing.assert_frame_equal(reference, again)
    _, other = data.module(card.id).builtin("smoke", SEED + 1)
    names = [column.name for column in card.submission.columns]
    assert list(reference.columns)[: len(names)] == names
    assert any(not same(reference[name], other[name]) for name in card.submission.answers)


@by_id
def test_the_reference_scores_as_the_card_says(card, tmp_path):
    reference = data.reference(card.id, profile="smoke")
    submission = hand_in(card, reference, tmp_path)
    if card.metric.reference == "refused":
        with pytest.raises(SubmissionError):
            Homework(card.id).evaluate(submission, reference)
        return
    value = Homework(card.id).evaluate(submission, reference).value
    if card.metric.reference == "perfect":
        assert math.isclose(value, card.metric.perfect, abs_tol=1e-9)
    else:
        assert card.rung_of(value) is None


@by_id
def test_export_and_read_back(card, tmp_path):
    """What an instructor exports is what the notebook reads: the same test set, the answers apart."""
    folder = data.export(card.id, tmp_path / "secret", seed=SEED, profile="smoke")
    _, made = data.module(card.id).builtin("smoke", SEED)
    keys = data.reference(card.id, source=folder / "inputs", profile="smoke")
    known = data.reference(card.id, source=folder, profile="smoke")
    if card.metric.reference == "perfect":
        assert not set(card.submission.answers) & set(keys.columns)
    for column in card.submission.columns:
        assert same(known[column.name], made[column.name])
    names = [path.name for path in (folder / "inputs").rglob("*")]
    assert names and not any("reference" in name for name in names)


@by_id
def test_notebook_definitions_can_be_imported(card):
    for path in books.paths(card):
        assert any(callable(value) for value in books.definitions(path).values())


@by_id
def test_submission_rules_fit_the_test_set(card, tmp_path):
    """The size limit on the card leaves room for the standard test set, with 17 digits a number.

    How many rows that has stands in the solution's stored outputs; to make it would take long in some homeworks.
    """
    reference = data.reference(card.id, profile="smoke")
    path = hand_in(card, reference, tmp_path)
    assert len(read_submission(path, card.submission, reference)) == len(reference)
    stored = "".join(
        output.get("text", "") for cell in books.read(books.paths(card)[1]).cells for output in cell.get("outputs", [])
    )
    rows = int(re.search(r"wrote \S+ \(([\d,]+) rows\)", stored)[1].replace(",", ""))
    assert card.submission.max_bytes >= 1.2 * path.stat().st_size * rows / len(reference)


@by_id
def test_stubs_alone_raise_and_nothing_calls_them(card):
    """A stub raises NotImplementedError; the starter never needs it: only a check cell hands it over."""
    for path in books.paths(card)[:1]:
        cells = [cell for cell in books.read(path).cells if cell.cell_type == "code" and cell.id != "setup"]
        trees = [ast.parse(cell.source) for cell in cells]
        stubs = {
            node.name
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and "NotImplementedError" in ast.unparse(node)
        }
        calls = {
            n.func.id
            for tree in trees
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert not stubs & calls
