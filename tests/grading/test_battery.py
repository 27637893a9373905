"""The battery, through the whole grader: it lives, ends in time, leaves nothing behind, and no forgery scores.

It runs under the best tier of this machine; with `HW_TEST_TIERS=all` under every one that holds a hostile notebook, and
with more cases.
`pytest -rP` shows case by case the tier and how it ended.
"""

import json
import os
import socket
import tempfile
import unicodedata
from pathlib import Path

import pytest

from common import data, kernels
from common.grading import controller, records, reports
from common.grading.intake import Handed
from common.grading.policy import Policy
from common.kernels import sandbox
from tests.grading import battery

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=f"no sandbox here: {kernels.why_not()}")
WAYS = {"A": ("A", False), "A by bubblewrap": ("A", True), "C": ("C", False)}
ALL = os.environ.get("HW_TEST_TIERS") == "all"
IN_SIGHT_OF_C = (
    "answers", "peeks", "network", "debugger", "deletes", "kills", "plants", "student after", "package", "memory:",
    "keys", "warden", "sockets", "wherever", "64 allowed",
)  # fmt: skip


def skip_unless_wanted(way: str) -> None:
    tier, bubblewrap = WAYS[way]
    best = sandbox.probe()
    if tier != "C" and (why := sandbox.why_not(tier, bubblewrap)):
        pytest.skip(f"this machine lacks tier {way}: {why}")
    if not (ALL and tier != "C") and (tier, bubblewrap) != (best.tier, best.bubblewrap):
        pytest.skip(f"this machine has a better tier: {best}")


def chosen(tier: str) -> list[battery.Case]:
    """Under tier C a machine is not put at risk by the cases that this tier does not hold."""
    cases = battery.CASES + (battery.MORE if ALL and tier != "C" else [])
    return [case for case in cases if tier != "C" or not any(word in case.name for word in IN_SIGHT_OF_C)]


def grade_them_all(way: str, out: Path, listener: socket.socket) -> dict[str, tuple[records.Record, str]]:
    """The battery in one go: name of a case -> its record, and everything that its notebook showed."""
    exam = out / "exam"
    places = {"labels": exam / "labels" / "reference.csv", "out": out, "secret": out / "secret"}
    jobs = {}
    tier, bubblewrap = WAYS[way]
    for number, case in enumerate(chosen(tier)):
        source = out / "intake" / str(number)
        source.mkdir(parents=True)
        content = battery.filled(case.content, port=listener.getsockname()[1], **places)
        (source / "notebook.ipynb").write_bytes(content)
        limits = records.Limits(**{"deadline": 60.0, "disk": 200 << 20, "memory": 1 << 30} | case.limits)
        key = f"{number:064d}"
        jobs[key] = records.Job(key, "hw01", "run", str(source), str(out), str(exam), "smoke", tier=tier,
                                bubblewrap=bubblewrap, limits=limits)  # fmt: skip
    names = {key: case.name for key, case in zip(jobs, chosen(tier), strict=True)}
    graded = controller.grade(list(jobs.values()), workers=4)  # most wait, for a deadline or for an end
    return {names[record.key]: (record, shown(jobs[record.key].executed_path)) for record in graded}


def snapshot(out: Path) -> dict[str, bytes]:
    """What must not change: the exam, the secret, Python's search path, this package."""
    import common

    places = [out / "exam", out / "secret", out / "exam-seed.txt", Path(common.__file__)]
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()]
    names = {str(path): b"" for path in Path(pytest.__file__).parent.parent.glob("*.pth")}
    return names | {str(path): path.read_bytes() for path in files}


def shown(path: Path) -> str:
    if not path.exists():
        return ""
    return json.dumps([cell.get("outputs") for cell in json.loads(path.read_text("utf-8"))["cells"]])


@pytest.fixture
def tmp_path():
    """A folder that other users may enter, as root needs it for other users; pytest's own is for its owner alone."""
    with tempfile.TemporaryDirectory(prefix="battery-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        yield Path(folder)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("no_server")
def test_battery(way, tmp_path, monkeypatch):
    """One test per tier, so that one worker of xdist runs it; it names every case that goes wrong.

    It has a fork server of its own: no other test shall depend on one that was under attack.
    """
    skip_unless_wanted(way)
    cases = chosen(WAYS[way][0])
    data.export("hw01", tmp_path / "exam", seed=5, profile="smoke")
    (tmp_path / "exam-seed.txt").write_text("5")
    (tmp_path / "secret").write_text("LEAK")
    monkeypatch.setenv("HW_TEST_SECRET", "canary-of-the-grader")
    before = snapshot(tmp_path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        graded = grade_them_all(way, tmp_path, listener)
        with pytest.raises(OSError):
            listener.accept()  # nobody has come
    assert snapshot(tmp_path) == before
    for name, (record, _) in graded.items():
        print(f"tier {record.tier}  {record.state:18}  {name}")
    assert len(graded) == len(cases) >= 40
    honest = graded["a forged score"][0].score
    problems = [f"{case.name}: {problem}" for case in cases for problem in faults(case, *graded[case.name], honest)]
    problems += [f"{name}: ran under tier {r.tier}" for name, (r, _) in graded.items() if r.tier != WAYS[way][0]]
    assert not problems, f"under tier {way}:\n" + "\n".join(problems)
    assert not left_over()
    assert all(row.points == 0 for row in points(graded)), "a constant has reached a baseline, or a forgery has"


def faults(case: battery.Case, record: records.Record, outputs: str, honest: float):
    """What is not as it should be."""
    if record.state not in case.states or case.says not in record.message:
        yield f"{record.state}, {record.message}"
    if case.flag and not any(case.flag in flag for flag in record.flags):
        yield f"lacks the flag {case.flag!r}"
    for word in case.silent:
        if word in outputs:
            yield f"saw what it should not: {outputs[-300:]}"
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in record.message) or len(record.message) > 500:
        yield f"an odd record: {record}"
    if record.score is not None and record.score != pytest.approx(honest):
        yield f"its payload has changed its score to {record.score}"
    if record.state == "TIMEOUT" and record.seconds > case.limits.get("deadline", 60.0) + 5 * (1 + os.getloadavg()[0]):
        yield f"took {record.seconds} s"  # five seconds to end it, and what a loaded machine adds to them


def left_over() -> list:
    """Processes that a submission has left behind."""
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            orphan = (process / "stat").read_text().rpartition(")")[2].split()[1] == "1"
            theirs = process.stat().st_uid >= 1_000_000  # the sandbox's users, where root grades
        except OSError:
            continue
        if b"98765" in words or (theirs and orphan):
            left.append((process.name, words))
    return left


def points(graded: dict) -> list[reports.Row]:
    handed = [Handed(name, "x.ipynb", sha=name) for name in graded]
    found = {name: record for name, (record, _) in graded.items()}
    return reports.rows(handed, found, controller.find_card("hw01"), Policy())
