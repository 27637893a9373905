"""A class of thirty over five homeworks, end to end: killed, resumed, spread, and the grade book read back.

`HW_TEST_KILLS=20` runs it, with so many kills in all; it takes about five minutes of computing.
"""

import base64
import contextlib
import csv
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import data, kernels
from common.submission.homework import Homework
from tests.grading.battery import notebook
from tests.grading.test_every_homework import hand_in
from tests.grading.test_reports import imported

KILLS = int(os.environ.get("HW_TEST_KILLS", "1"))
pytestmark = [
    pytest.mark.skipif(bool(kernels.why_not()), reason=f"no sandbox here: {kernels.why_not()}"),
    pytest.mark.skipif(KILLS < 5, reason="long; HW_TEST_KILLS=20 runs it"),
]
STUDENTS = 30
# homework -> where its class comes from, and how the run that is killed is spread
CLASSES = {
    "hw01": ("canvas", ["--jobs", "1"]),
    "hw03": ("moodle", ["--jobs", "4"]),
    "hw08": ("gradescope", ["--shard", "{}/3"]),
    "hw13": ("", ["--dask"]),
    "hw14": ("canvas", ["--jobs", "2"]),
}


def handing_in(files: dict[str, bytes], slow: float) -> bytes:
    """A notebook that hands in these files."""
    packed = {name: base64.b85encode(content).decode() for name, content in files.items()}
    cell = (
        "import base64, time\nfrom pathlib import Path\nprint(PROFILE, DATA, DEVICE, SEED)\n"
        f"time.sleep({slow})\nPath(OUTPUT_DIR).mkdir(exist_ok=True)\n"
        f"for name, text in {packed!r}.items(): Path(OUTPUT_DIR, name).write_bytes(base64.b85decode(text))"
    )
    return notebook(cell)


def work_of_a_class(name: str, exam: Path, folder: Path) -> list[bytes]:
    """Thirty notebooks: ever fewer answers right, two alike, one that crashes, one empty, one that is a page."""
    homework, reference = Homework(name), data.reference(name, source=exam, profile="smoke")
    dice, made = random.Random(name), []
    for number in range(STUDENTS - 4):
        spoiled = reference.copy()
        wrong = dice.sample(range(len(reference)), len(reference) * number // STUDENTS)
        for column in homework.card.submission.answers:
            values = spoiled[column].to_numpy(copy=True)
            values[wrong] = dice.choices(reference[column].tolist(), k=len(wrong))
            spoiled[column] = values
        hand_in(homework, spoiled, folder / str(number))
        files = {path.name: path.read_bytes() for path in (folder / str(number)).iterdir()}
        made.append(handing_in({name: files[name] for name in homework.card.submission.files}, dice.random() / 4))
    crash = notebook("print(PROFILE, DATA, DEVICE, SEED, OUTPUT_DIR)\n1 / 0")
    return [*made, made[3], crash, b"", b"<html>Your session has expired</html>"]


def packed(path: Path, platform: str, books: list[bytes]) -> None:
    """The class as its platform exports it."""
    folders = {
        "canvas": "student{0}_{1}_{2}_hw.ipynb",
        "moodle": "Student {0}_{1}_assignsubmission_file/hw.ipynb",
        "gradescope": "export/submission_{1}/hw.ipynb",
        "": "student{0}/hw.ipynb",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(books):
            archive.writestr(folders[platform].format(number, 1000 + number, 5000 + number), content)
        if platform == "gradescope":
            who = "submission_{1}:\n  :submitters:\n  - :name: Student {0}\n    :sid: s{0}\n    :email: s{0}@x.tw\n"
            text = "".join(who.format(number, 1000 + number) for number in range(len(books)))
            archive.writestr("export/submission_metadata.yml", text)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class(name, tmp_path):
    platform, spread = CLASSES[name]
    tmp_path.chmod(0o711)
    exam = data.export(name, tmp_path / "exam", seed=2**127 + 5, profile="smoke")
    packed(tmp_path / "class.zip", platform, work_of_a_class(name, exam, tmp_path / "work"))
    words = ["grade", name, str(tmp_path / "class.zip"), "--data", str(exam), "--profile", "smoke"]
    with kernels.serving():
        run([*words, "--out", str(tmp_path / "whole"), "--jobs", "2"])
        for kind in (["--jobs", "1"], ["--jobs", "4"]) if name == "hw01" else ():
            run([*words, "--out", str(tmp_path / kind[1]), *kind])
            assert table(tmp_path / kind[1]) == table(tmp_path / "whole")
        killed_again_and_again(words, tmp_path / "killed", spread, random.Random(name))
    assert table(tmp_path / "killed") == table(tmp_path / "whole")
    rows = list(csv.DictReader(table(tmp_path / "whole").decode().splitlines()))
    assert len(rows) == len({row["student"] for row in rows}) == STUDENTS
    states = [row["state"] for row in rows]
    assert [states.count(s) for s in ("OK", "CRASHED", "INVALID_NOTEBOOK")] == [STUDENTS - 3, 1, 2]
    assert max(float(row["points"]) for row in rows) == 4
    read_back(tmp_path / "killed", platform)


def killed_again_and_again(words: list[str], out: Path, spread: list[str], dice: random.Random) -> None:
    """`hw grade` killed at random moments; then once more, to its end. What was graded is not graded again."""
    kept: dict[Path, bytes] = {}
    for number in range(KILLS // len(CLASSES)):
        with spreading(spread, number) as options:
            running = subprocess.Popen(command([*words, "--out", str(out), *options]), stdout=subprocess.DEVNULL)
            most = len(kept) + dice.randint(1, 4)
            while running.poll() is None and len(records(out)) < most:
                time.sleep(0.02)
            time.sleep(dice.random() / 2)
            running.kill()
            running.wait()
            time.sleep(1.5)  # workers follow; one may have a record to finish
        now = records(out)
        assert kept.items() <= now.items(), "a record was lost, or made twice"
        kept = now
    with spreading([] if "--shard" in spread else spread, 0) as options:
        run([*words, "--out", str(out), *options])
    assert kept and kept.items() <= records(out).items()
    assert len(records(out)) == STUDENTS - 1  # two are alike


@contextlib.contextmanager
def spreading(spread: list[str], number: int) -> Iterator[list[str]]:
    """The options of a run: of a shard its number, of Dask the address of a cluster that outlives the run."""
    if spread != ["--dask"]:
        yield [word.format(number % 3 + 1) for word in spread]
        return
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None,
               "protocol": "tcp", "host": "127.0.0.1"}  # fmt: skip
    with distributed.LocalCluster(**options) as cluster:
        yield ["--dask", cluster.scheduler_address]


def records(out: Path) -> dict[Path, bytes]:
    """What was graded; the note of a failure of ours (KEY.failed.json) is none, and may be written anew."""
    found = (out / "records").glob("[0-9a-f]*.json")
    return {path: path.read_bytes() for path in found if not path.name.endswith(".failed.json")}


def command(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "common.cli", *words]


def run(words: list[str]) -> None:
    ended = subprocess.run(command(words), capture_output=True, text=True)
    assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stdout + ended.stderr


def table(out: Path) -> bytes:
    return (out / "results.csv").read_bytes()


def read_back(out: Path, platform: str) -> None:
    """Whoever has points has the same points in the grade book, as the platform reads it."""
    rows = json.loads((out / "results.json").read_text("utf-8"))
    text = (out / "lms.csv").read_text("utf-8")
    if platform:
        who = {"gradescope": lambda row: row["student"]}.get(platform, lambda row: row["student"].rpartition("_")[2])
        assert imported(text, platform) == {who(row): row["points"] for row in rows}
    else:
        found = csv.DictReader(text.removeprefix("\ufeff").splitlines())
        assert {line["student"]: float(line["points"]) for line in found} == {r["student"]: r["points"] for r in rows}
