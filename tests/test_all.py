"""How the checks are run: step after step in each lane, the lanes side by side, all to their end."""

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


def test_lanes_go_side_by_side_and_what_they_print_stays_together(tmp_path, capfd):
    """Each waits for a file that the other writes."""
    meet = "import pathlib, sys, time\nprint('first {0}')\npathlib.Path(r'{2}', '{0}').touch()\n"
    meet += "while not pathlib.Path(r'{2}', '{1}').exists(): time.sleep(.01)\nprint('last {0}', file=sys.stderr)"
    lanes = [{f"lane {a}": step(meet.format(a, b, tmp_path))} for a, b in ("xy", "yx")]
    assert checks.do(*lanes) == 0
    said = capfd.readouterr().out
    for name in "xy":
        assert f"--- lane {name}\nfirst {name}\nlast {name}\n" in said.replace("\r", "")


def test_a_lane_stops_at_ctrl_c(monkeypatch):
    done = []

    def interrupted(words, said=None):
        done.append(words)
        raise KeyboardInterrupt

    monkeypatch.setattr(checks, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checks.do({"one": step("1"), "two": step("2")})
    assert done == [step("1")]
