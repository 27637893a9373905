"""A check says one human sentence and never raises, whatever a student's function does."""

import numpy as np
import pytest
import torch

from common.check import Case, compare

CASES = [
    Case((torch.arange(4.0),), torch.tensor([0.0, 2.0, 4.0, 6.0]), "four numbers"),
    Case((torch.zeros(2, 3),), torch.zeros(2, 3), "a table of zeros"),
]


def todo(x):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: 2 * x, "double: right, on all 2 inputs tried."),
        (lambda x: (2 * x).numpy(), "right"),
        (todo, "double: not done yet."),
        (lambda x: x.long().lerp_(x.long(), 0.5), "on four numbers it stops with NotImplementedError"),  # torch's own
        (lambda x: x**2, "double: on four numbers expected 6, found 9 at index (3,)."),
        (lambda x: 2 * x[:2], "on four numbers expected the shape (4,), found (2,)."),
        (lambda x: None, "it returns nothing: a `return` is missing."),
        (lambda x: x / 0, "NaN or infinite"),
        (lambda x: 1 / 0, "it stops with ZeroDivisionError"),
        (lambda: 0, "it stops with TypeError"),
        (lambda x: "six", "expected the shape"),
        (7, "expected a function, found 7"),
    ],
)
def test_sentences(function, says, capsys):
    right = compare("double", function, CASES)
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1
    assert right == ("right" in out)


def test_scalars_lists_dicts_and_tolerance(capsys):
    assert compare("f", lambda: [1.0, np.array([2.0])], [Case((), [1.0 + 1e-7, np.array([2.0])], "nothing")])
    assert not compare("f", lambda: [1.0, 2.0], [Case((), [1.0, 2.1], "nothing")])
    assert "expected 2.1, found 2 in place 1" in capsys.readouterr().out
    assert not compare("f", lambda: {"a": 1}, [Case((), {"a": 1, "b": 2}, "nothing")])
    assert not compare("f", lambda: {"a": 1, "b": 3}, [Case((), {"a": 1, "b": 2}, "nothing")])
    assert "expected 2, found 3 under 'b'" in capsys.readouterr().out
    assert not compare("f", lambda: 3, [Case((), [1, 2], "nothing")])
    assert not compare("f", lambda: "x", [Case((), 1.0, "nothing")])
    assert compare("f", lambda: True, [Case((), True, "nothing")])
    assert compare("f", lambda: torch.tensor([3.0]), [Case((), torch.tensor(3.0), "nothing")])


def test_known_mistakes_have_words_of_their_own(capsys):
    known = {
        "it gives the cubes": torch.tensor([0.0, 1.0, 8.0, 27.0]),
        "it adds one": torch.tensor([1.0, 3.0, 5.0, 7.0]),
    }
    cases = CASES[::-1]
    for function, says in (
        (lambda x: x**3, "double: on four numbers, it gives the cubes."),
        (lambda x: 2 * x + 1, "double: on four numbers, it adds one."),
        (lambda x: x + 5, "double: on a table of zeros expected 0, found 5 at index (0, 0)."),
        (lambda x: 2 * x, "double: right, on all 2 inputs tried."),
        (todo, "double: not done yet."),
        (lambda x: 1 / 0, "it stops with ZeroDivisionError"),
    ):
        assert compare("double", function, cases, known=known) == ("right" in says)
        assert says in capsys.readouterr().out


def test_an_unknown_homework_has_no_checks():
    from common import check

    with pytest.raises(AttributeError, match="no checks for hw99"):
        _ = check.hw99
