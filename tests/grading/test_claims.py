"""Whatever docs/grading.md names as its test is there."""

import re
from pathlib import Path

import pytest

from common.paths import checkout
from tests.grading import battery

TESTS = checkout() / "tests"
PAGE = (checkout() / "docs" / "grading.md").read_text("utf-8")
FUNCTIONS = [
    name for path in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
]
CASES = [case.name for case in (*battery.CASES, *battery.COMMON)]


def is_there(name: str, names: list[str]) -> bool:
    """Whether one of the names is this one; … stands for any letters."""
    return any(re.fullmatch(re.escape(name).replace("…", ".*"), other) for other in names)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(?:test_|…)[\w…]+`", PAGE))))
def test_a_test_function_is_there(name):
    assert is_there(name.strip("`"), FUNCTIONS)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(?:tests/[\w/]*)?test_\w+\.py`", PAGE))))
def test_a_file_of_tests_is_there(name):
    assert list(TESTS.rglob(Path(name.strip("`")).name))


def test_each_claim_of_the_threat_model_names_a_test():
    rows = [row.split("|")[1:-1] for row in re.findall(r"^\|.*\|$", PAGE[PAGE.index("| claim |") :], re.M)[2:]]
    assert len(rows) > 10
    for claim, _, held in rows:
        cases, tests = re.findall(r'"([^"]+)"', held), re.findall(r"`[^`]+`", held)
        assert cases or tests, claim
        for case in cases:
            assert is_there(case, CASES), f"{claim}: there is no case {case!r}"
