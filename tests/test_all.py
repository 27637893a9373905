"""How the checks are run: step after step, all to their end."""

import re

import pytest

from tests import all as checks


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("OMP_NUM_THREADS", "HW_PROGRESS"):  # which `do` sets
        monkeypatch.setenv(name, "1")


def step(code: str) -> list[str]:
    return ["-c", code]


def test_every_step_is_done_and_a_failure_is_told(capfd):
    assert checks.do({"wrong": step("raise SystemExit(3)"), "right": step("print('still here')")}) == 1
    said = capfd.readouterr().out
    assert "still here" in said and re.search("FAILED .* wrong\n", said) and re.search("ok .* right\n", said)
    assert checks.do({"right": step("")}) == 0


def test_it_stops_at_ctrl_c(monkeypatch):
    done = []

    def interrupted(words):
        done.append(words)
        raise KeyboardInterrupt

    monkeypatch.setattr(checks, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checks.do({"one": step("1"), "two": step("2")})
    assert done == [step("1")]
