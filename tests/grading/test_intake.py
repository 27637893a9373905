"""What platforms export, and what students put into it."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from common.errors import HomeworkError
from common.grading import controller, intake
from common.kernels.sandbox import Probe
from common.submission.card import find_card
from tests.grading.battery import LOOK, notebook

CARD = find_card("hw01")
BOOK = notebook(LOOK)


def collect(source: Path, out: Path, how: str = "run", roster: Path | None = None) -> dict[str, intake.Handed]:
    return {h.student: h for h in intake.collect(source, out, CARD, how, roster, 1_000_000)}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


GRADESCOPE = b"""\
submission_11:
  :submitters:
  - :name: Ann
    :sid: r1
  :created_at: 2022-03-01
submission_12:
  :submitters:
  - :name: Bob
    :sid: r2
  - :name: Cid
    :sid: r3
"""
EXPORTS = {
    "a flat folder": ({"ann.ipynb": BOOK, "bob.ipynb": BOOK}, {"ann", "bob"}),
    "student folders": ({"ann/hw01.ipynb": BOOK, "bob/x/hw01.ipynb": BOOK}, {"ann", "bob"}),
    "in one folder": ({"hw1/ann/hw01.ipynb": BOOK, "hw1/bob/hw01.ipynb": BOOK}, {"ann", "bob"}),
    "Canvas": ({"ann_12_34_a.ipynb": BOOK, "bob_LATE_56_78_b-1.ipynb": BOOK}, {"ann_12", "bob_56"}),
    "Moodle": (
        {"Ann Lee_12_assignsubmission_file_/a.ipynb": BOOK, "Bob_56_assignsubmission_file/b.ipynb": BOOK},
        {"Ann Lee_12", "Bob_56"},
    ),
    "Gradescope": (
        {
            "assignment_9_export/submission_metadata.yml": GRADESCOPE,
            "assignment_9_export/submission_11/a.ipynb": BOOK,
            "assignment_9_export/submission_12/b.ipynb": BOOK,
        },
        {"r1", "r2+r3"},
    ),
    "a Mac's zip": ({"ann.ipynb": BOOK, "__MACOSX/ann.ipynb": b"x", "bob.ipynb": BOOK}, {"ann", "bob"}),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports(tmp_path, name):
    files, students = EXPORTS[name]
    handed = collect(zipped(tmp_path / "export.zip", files), tmp_path / "out")
    assert set(handed) == students
    assert all(h.sha and not h.problem for h in handed.values()), handed
    assert (tmp_path / "out" / "intake" / next(iter(handed.values())).sha / "notebook.ipynb").read_bytes() == BOOK
    for path, content in files.items():
        (tmp_path / "folder" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / path).write_bytes(content)
    assert collect(tmp_path / "folder", tmp_path / "out") == handed
    if name == "Canvas":
        assert handed["bob_56"].days_late == 1


def test_names_lead_nowhere(tmp_path):
    files = {
        "../../evil.ipynb": BOOK,
        "/etc/cron.d/x.ipynb": BOOK,
        "C:\\Windows\\y.ipynb": BOOK,
        "a/../../b/z.ipynb": BOOK,
    }
    out = tmp_path / "deep" / "out"
    handed = collect(zipped(tmp_path / "x.zip", files), out)
    assert len(handed) == 4
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "x.zip"]
    assert written and all(path.is_relative_to(out / "intake") for path in written)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    bomb = zipped(tmp_path / "bomb.zip", {"ann.ipynb": b"0" * (200 << 20)})
    assert bomb.stat().st_size < 1_000_000
    handed = collect(bomb, tmp_path / "out")
    (stored,) = (tmp_path / "out" / "intake").rglob("notebook.ipynb")
    assert handed["ann"].sha and stored.stat().st_size == 1_000_001  # one byte more than a worker takes


def test_a_link_in_a_zip(tmp_path):
    link = zipfile.ZipInfo("ann.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in collect(tmp_path / "x.zip", tmp_path / "out")["ann"].problem


@pytest.mark.skipif(os.name == "nt", reason="no links and pipes")
def test_only_regular_files_are_read(tmp_path):
    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "good.ipynb").write_bytes(BOOK)
    (folder / "locked.ipynb").write_bytes(BOOK)
    (folder / "locked.ipynb").chmod(0)
    handed = collect(folder, tmp_path / "out")
    assert "link or a pipe" in handed["link"].problem and "link or a pipe" in handed["pipe"].problem
    assert handed["good"].sha
    assert handed["locked"].sha if os.geteuid() == 0 else "cannot be read" in handed["locked"].problem


def test_a_hundred_thousand_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for number in range(3000):
            archive.writestr(f"ann/{number}.txt", b"")
        archive.writestr("bob/b.ipynb", BOOK)
    handed = collect(tmp_path / "x.zip", tmp_path / "out")
    assert "More than 1000 files" in handed["ann"].problem
    assert handed["bob"].sha


def test_what_is_no_archive(tmp_path):
    (tmp_path / "x.zip").write_text("<html>")
    with pytest.raises(HomeworkError, match="neither a folder nor a zip"):
        collect(tmp_path / "x.zip", tmp_path / "out")


def test_damaged_members_are_told(tmp_path):
    path = zipped(tmp_path / "x.zip", {"ann.ipynb": os.urandom(5000), "bob.ipynb": BOOK})
    content = bytearray(path.read_bytes())
    content[2000] ^= 255
    path.write_bytes(content)
    handed = collect(path, tmp_path / "out")
    assert "damaged" in handed["ann"].problem
    assert handed["bob"].sha


def test_roster(tmp_path):
    (tmp_path / "roster.csv").write_text("student,days_late\nann,2\nzoe,\n")
    handed = collect(
        zipped(tmp_path / "x.zip", {"ann.ipynb": BOOK, "bob.ipynb": BOOK}),
        tmp_path / "out",
        roster=tmp_path / "roster.csv",
    )
    assert handed["ann"].days_late == 2
    assert "Nothing was handed in" in handed["zoe"].problem
    (tmp_path / "roster.csv").write_text("name\nann\n")
    with pytest.raises(HomeworkError, match="column 'student'"):
        collect(tmp_path / "x.zip", tmp_path / "out", roster=tmp_path / "roster.csv")


def test_prediction_files(tmp_path):
    files = {
        "ann/submission.csv": b"id\n",
        "bob_12_34_submission.csv": b"id\n1\n",
        "cid/mine.csv": b"x",
        "dan/essay.pdf": b"x",
    }
    handed = collect(zipped(tmp_path / "x.zip", files), tmp_path / "out", "files")
    assert handed["ann"].sha and handed["bob_12"].sha and handed["cid"].sha
    assert "no file submission.csv" in handed["dan"].problem


def test_a_students_own_zip_and_several_attempts(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"work/a.ipynb": BOOK, "work/b.ipynb": notebook("2")})
    source = zipped(tmp_path / "x.zip", {"ann/all.zip": inner.read_bytes(), "bob/b.ipynb": BOOK})
    handed = intake.collect(source, tmp_path / "out", CARD, "run", None, 1_000_000)
    assert [h.student for h in handed] == ["ann", "ann", "bob"]
    assert handed[0].sha == handed[2].sha != handed[1].sha


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root grades as another user")
def test_tier_b_needs_inputs_that_other_users_may_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "anna.ipynb").write_bytes(notebook(LOOK))
    data = tmp_path / "exam"
    (data / "inputs").mkdir(parents=True)
    (data / "labels").mkdir()
    for name in ("inputs/covid.test.csv", "labels/reference.csv"):
        (data / name).write_text("")
    closed = next(path for path in (*reversed(data.parents), data) if not path.stat().st_mode & stat.S_IXOTH)
    with pytest.raises(HomeworkError, match=f"may not read {closed}:"):
        controller.plan("hw01", tmp_path / "in", tmp_path / "out", data=data, box=Probe("B", {}))
    controller.plan("hw01", tmp_path / "in", tmp_path / "out", data=data, box=Probe("A", {}))
