"""Checks of what a student wrote: `check.hw02.stack_context(stack_context)` prints one human sentence and never raises.

A homework's checks live in `common/homeworks/hwNN/check.py`; each is a list of cases and a call of `compare`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from common import homeworks


def __getattr__(name: str):
    if not name.startswith("hw"):
        raise AttributeError(name)
    checks = homeworks.part(name, "check")
    if checks is None:
        raise AttributeError(f"there are no checks for {name}")
    return checks


@dataclass(frozen=True)
class Case:
    """One question to the student's function: its arguments, the right answer, and the input in words."""

    args: tuple
    expected: Any
    words: str


def compare(
    name: str,
    function: Callable,
    cases: Sequence[Case],
    tolerance: float = 1e-5,
    known: Mapping[str, Any] | None = None,
) -> bool:
    """Ask `function` every case, print one sentence about the first that differs, and tell whether all were right.

    A single number may come as a tensor of one value. known: mistakes that deserve words of their own, a clause ("it
    gives the sum: take the mean") and what such a function answers to the last case, where mistakes should show best.
    """
    verdict, right = _verdict(name, function, cases, tolerance, known or {})
    print(verdict)
    return right


def _verdict(
    name: str, function: Callable, cases: Sequence[Case], tolerance: float, known: Mapping
) -> tuple[str, bool]:
    if not callable(function):
        return f"{name}: expected a function, found {function!r}.", False
    mistake = _mistake(function, cases[-1], tolerance, known)
    if mistake:
        return f"{name}: on {cases[-1].words.rstrip(',')}, {mistake}.", False
    for case in cases:
        try:
            difference = _difference(case.expected, function(*case.args), tolerance)
        except Exception as error:
            if is_stub(error):
                return f"{name}: not done yet.", False
            return f"{name}: on {case.words} it stops with {type(error).__name__}: {error}", False
        if difference:
            return f"{name}: on {case.words} {difference}.", False
    tried = "the one input" if len(cases) == 1 else f"all {len(cases)} inputs"
    return f"{name}: right, on {tried} tried.", True


def is_stub(error: Exception) -> bool:
    """Whether it comes from `raise NotImplementedError` or `…("task 1")`, as stubs have it, and not from torch, which
    raises the same with a sentence where it lacks an operation."""
    return isinstance(error, NotImplementedError) and (not str(error) or str(error).startswith("task"))


def _mistake(function: Callable, case: Case, tolerance: float, known: Mapping) -> str | None:
    """Which of the known mistakes it makes, if any."""
    try:
        found = function(*case.args) if known else None
        if _difference(case.expected, found, tolerance):
            return next((what for what, wrong in known.items() if not _difference(wrong, found, tolerance)), None)
    except Exception:  # whatever it is, asking the cases one by one says it in words
        pass
    return None


def _difference(expected: Any, found: Any, tolerance: float) -> str | None:
    """How `found` differs from `expected`, in words; None if it does not."""
    if found is None:
        return "it returns nothing: a `return` is missing"
    if isinstance(expected, dict):
        if not isinstance(found, dict) or set(expected) != set(found):
            return f"expected a dict with the keys {sorted(expected)}, found {_shown(found)}"
        pairs = [(f" under {key!r}", expected[key], found[key]) for key in expected]
    elif isinstance(expected, list | tuple):
        if not isinstance(found, list | tuple) or len(expected) != len(found):
            return f"expected {len(expected)} values, found {_shown(found)}"
        pairs = [(f" in place {i}", e, f) for i, (e, f) in enumerate(zip(expected, found, strict=True))]
    else:
        return _array_difference(expected, found, tolerance)
    for where, e, f in pairs:
        difference = _difference(e, f, tolerance)
        if difference:
            return difference + where
    return None


def _array_difference(expected: Any, found: Any, tolerance: float) -> str | None:
    expected, found = _array(expected), _array(found)
    if expected.shape == () and found.size == 1:
        found = found.reshape(())
    if expected.shape != found.shape:
        return f"expected the shape {expected.shape}, found {found.shape}"
    if found.dtype.kind not in "biuf":
        return f"expected numbers, found {_shown(found)}"
    if not np.isfinite(found.astype(np.float64)).all():
        return "the result has NaN or infinite values"
    gap = np.abs(expected.astype(np.float64) - found.astype(np.float64))
    if gap.size == 0 or gap.max() <= tolerance * max(1.0, float(np.abs(expected).max())):
        return None
    place = np.unravel_index(int(gap.argmax()), gap.shape)
    where = f" at index {tuple(int(i) for i in place)}" if place else ""
    return f"expected {expected[place]:.5g}, found {found[place]:.5g}{where}"


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
