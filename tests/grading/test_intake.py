"""What platforms export, and what students put into it."""

import io
import os
import random
import stat
import struct
import unicodedata
import zipfile
import zlib
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
        {"r1", "r2", "r3"},
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
    (tmp_path / "roster.csv").write_text("phone\nann\n")
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
def test_inputs_that_other_users_may_not_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "anna.ipynb").write_bytes(notebook(LOOK))
    data = tmp_path / "exam"
    (data / "inputs").mkdir(parents=True)
    (data / "labels").mkdir()
    for name in ("inputs/covid.test.csv", "labels/reference.csv"):
        (data / name).write_text("")
    (data / "inputs" / "covid.test.csv").chmod(0o600)
    with pytest.raises(HomeworkError, match=r"may not read .*covid\.test\.csv: make"):
        controller.plan("hw01", tmp_path / "in", tmp_path / "out", data=data, box=Probe("A", {}))
    controller.plan("hw01", tmp_path / "in", tmp_path / "out", data=data, box=Probe("C", {}))


# --- names ------------------------------------------------------------------------------------------------------------


def oddly_zipped(path: Path, files: dict[bytes, bytes]) -> Path:
    """A zip whose names are these bytes, without the flag that says UTF-8, as Windows and macOS write them."""
    with zipfile.ZipFile(path, "w") as archive:
        for letter, (name, content) in zip("ABCDEFGH", files.items(), strict=False):
            archive.writestr(letter * len(name), content)
    content = path.read_bytes()
    for letter, name in zip("ABCDEFGH", files, strict=False):
        content = content.replace(letter.encode() * len(name), name)
    path.write_bytes(content)
    return path


NAMES = ("王小明 B11901001", "陳美玲 B11901002")


@pytest.mark.parametrize("encoding", ["big5", "gbk", "utf-8", "utf-8, taken apart"])
@pytest.mark.parametrize("with_roster", [True, False])
def test_names_in_zips_without_the_flag(tmp_path, encoding, with_roster):
    def spelled(name: str) -> bytes:
        taken_apart = "taken" in encoding
        text = unicodedata.normalize("NFD", name) if taken_apart else name
        return f"HW1/{text}/hw1.ipynb".encode(encoding.split(",")[0])

    names = NAMES if encoding in ("big5", "gbk") else (*NAMES, "Zoë Müller B11901003")
    source = oddly_zipped(tmp_path / "x.zip", {spelled(name): BOOK for name in names})
    (tmp_path / "roster.csv").write_text("student\n" + "\n".join(NAMES) + "\n", encoding="utf-8-sig")
    handed = collect(source, tmp_path / "out", roster=tmp_path / "roster.csv" if with_roster else None)
    if encoding != "gbk" or with_roster:  # without a roster, Big5 and GBK are told apart by how usual a character is
        assert set(handed) == set(names)
    assert all(one.sha for one in handed.values())


def test_western_names_stay(tmp_path):
    source = oddly_zipped(tmp_path / "x.zip", {"Müller/hw1.ipynb".encode("cp437"): BOOK, b"Ann/hw1.ipynb": BOOK})
    assert set(collect(source, tmp_path / "out")) == {"Müller", "Ann"}


def test_a_name_beside_the_name(tmp_path):
    """7-Zip, WinRAR and Info-ZIP write a name in UTF-8 beside the one in the country's own spelling."""
    raw, name = "王小明.ipynb".encode("big5"), "王小明.ipynb".encode()
    field = struct.pack("<BI", 1, zlib.crc32(raw)) + name
    info = zipfile.ZipInfo("A" * len(raw))
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, BOOK)
        archive.writestr("bo.ipynb", BOOK)
    content = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(content.replace(b"A" * len(raw), raw))
    assert set(collect(tmp_path / "x.zip", tmp_path / "out")) == {"王小明", "bo"}
    (tmp_path / "x.zip").write_bytes(content.replace(b"A" * len(raw), b"ann".ljust(len(raw), b"x")))  # renamed since
    assert set(collect(tmp_path / "x.zip", tmp_path / "out")) == {"ann".ljust(len(raw), "x"), "bo"}


@pytest.mark.parametrize(
    "written", ["B11901001", "b11901001", "Ｂ１１９０１００１", "B11901001\u200b", " B11901001\u3000"]
)
def test_one_name_written_in_many_ways(tmp_path, written):
    (tmp_path / "roster.csv").write_text(f"student\n{written}\nzoe\n", encoding="utf-8-sig")
    handed = collect(zipped(tmp_path / "x.zip", {"B11901001/a.ipynb": BOOK, "zoe/b.ipynb": BOOK}), tmp_path / "out",
                     roster=tmp_path / "roster.csv")  # fmt: skip
    assert len(handed) == 2 and all(one.sha and one.listed for one in handed.values())


CANVAS = {
    "anon_aB3dE_678901_hw1.ipynb": ("anon_aB3dE", 0),
    "anon_LATE_xY1zZ_678905_hw1.ipynb": ("anon_xY1zZ", 1),
    "team_a_LATE_12348_678904_hw1.ipynb": ("team_a_12348", 1),
    "leeann_12349_text.html": ("leeann_12349", 0),
    "doejane_LATE_12346_678902_hw1-2.ipynb": ("doejane_12346", 1),
}


def test_names_of_canvas(tmp_path):
    files = dict.fromkeys(CANVAS, BOOK) | {"team_a_LATE_12348_678905_notes.csv": b"x", "anon_aB3dE_678902_b.csv": b"x"}
    handed = collect(zipped(tmp_path / "x.zip", files), tmp_path / "out")
    assert {name: one.days_late for name, one in handed.items()} == dict(CANVAS.values())


def test_a_group_has_a_row_for_each_member(tmp_path):
    files = {"export/submission_metadata.yml": GRADESCOPE, "export/submission_11/a.ipynb": BOOK,
             "export/submission_12/b.ipynb": notebook("2")}  # fmt: skip
    (tmp_path / "roster.csv").write_text("student,days_late\nr1,0\nr2,0\nr3,0\n,\n,\n")
    handed = collect(zipped(tmp_path / "x.zip", files), tmp_path / "out", roster=tmp_path / "roster.csv")
    assert set(handed) == {"r1", "r2", "r3"} and all(one.sha for one in handed.values())
    assert handed["r2"].sha == handed["r3"].sha and handed["r2"].group == handed["r3"].group != handed["r1"].group


def test_the_roster_of_a_platform(tmp_path):
    canvas = 'Student,ID,SIS User ID,SIS Login ID,Section\nPoints Possible,,,,\n"Lee, Ann",12,s12,ann@x.tw,A\n'
    (tmp_path / "roster.csv").write_text(canvas + '"Wu, Bo",56,s56,bo@x.tw,A\n', encoding="utf-8-sig")
    files = {"leeann_12_34_a.ipynb": BOOK, "zoe_99_35_a.ipynb": BOOK}
    handed = collect(zipped(tmp_path / "x.zip", files), tmp_path / "out", roster=tmp_path / "roster.csv")
    assert handed["Lee, Ann"].sha and handed["Lee, Ann"].listed
    assert not handed["zoe_99"].listed
    assert handed["Wu, Bo"].problem == intake.NOTHING


def test_what_systems_leave_behind_is_nobody(tmp_path):
    junk = [
        "._ann.ipynb",
        "desktop.ini",
        "Thumbs.db",
        "__MACOSX/._ann.ipynb",
        ".DS_Store",
        "~$ann.docx",
        ".git/x.ipynb",
    ]
    files = {"ann.ipynb": BOOK, "bob.ipynb": BOOK} | dict.fromkeys(junk, b"x")
    for source in both(tmp_path, files):
        assert set(collect(source, tmp_path / "out")) == {"ann", "bob"}


def both(tmp_path: Path, files: dict[str, bytes]) -> list[Path]:
    """The same files as a folder and as a zip."""
    for name, content in files.items():
        (tmp_path / "handed" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "handed" / name).write_bytes(content)
    return [tmp_path / "handed", zipped(tmp_path / "handed.zip", files)]


def test_one_student_with_two_files(tmp_path):
    handed = collect(both(tmp_path, {"alice/hw1.ipynb": BOOK, "alice/model.py": b"x"})[0], tmp_path / "out")
    assert set(handed) == {"alice"}


def test_folders_within_folders(tmp_path):
    files = {"hw1/hw1/" + "/".join(["ann", *"abcdefgh", "x.ipynb"]): BOOK, "hw1/hw1/bob/x.ipynb": BOOK}
    for source in both(tmp_path, files):
        assert {name: bool(one.sha) for name, one in collect(source, tmp_path / "out").items()} == {
            "ann": True,
            "bob": True,
        }


def test_reports_among_the_submissions_are_no_student(tmp_path):
    files = {"ann/a.ipynb": BOOK, "bob/b.ipynb": BOOK, "old/records/x.json": b"", "old/intake/1/notebook.ipynb": BOOK}
    source = both(tmp_path, files)[0]
    (source / "report" / "executed").mkdir(parents=True)
    (source / "report" / "executed" / "x.ipynb").write_bytes(BOOK)
    assert set(collect(source, source / "report")) == {"ann", "bob"}


ARCHIVES = {
    "rar": ("hw1.rar", b"Rar!", "hw1.rar is an archive of a kind that is not unpacked"),
    "tar": ("hw1.tar.gz", b"x", "hw1.tar.gz is an archive of a kind that is not unpacked"),
    "a cut zip": ("hw1.zip", b"PK\3\4cut", "hw1.zip cannot be unpacked"),
    "upper case": ("HW1.IPYNB", BOOK, ""),
    "a browser's": ("hw1.ipynb.txt", BOOK, ""),
    "nothing": ("essay.pdf", b"x", "There is no notebook"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_files_of_other_kinds(tmp_path, kind):
    name, content, problem = ARCHIVES[kind]
    handed = collect(both(tmp_path, {f"ann/{name}": content, "bob/b.ipynb": BOOK})[0], tmp_path / "out")
    assert handed["bob"].sha
    assert problem in handed["ann"].problem and bool(handed["ann"].sha) == (not problem)


def test_a_zip_in_a_zip(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"work/a.ipynb": BOOK}).read_bytes()
    middle = zipped(tmp_path / "middle.zip", {"inner.zip": inner}).read_bytes()
    assert collect(both(tmp_path, {"ann/b.zip": middle, "bob/b.ipynb": BOOK})[0], tmp_path / "out")["ann"].sha


def test_too_many_attempts(tmp_path):
    handed = collect(zipped(tmp_path / "x.zip", {f"ann/{n}.ipynb": BOOK for n in range(99)} | {"bob/b.ipynb": BOOK}),
                     tmp_path / "out")  # fmt: skip
    assert "99 attempts" in handed["ann"].problem and handed["bob"].sha


def test_a_students_zip_unpacks_to_so_much_and_no_more(tmp_path):
    card = CARD
    bomb = zipped(tmp_path / "bomb.zip", {f"{n}.ipynb": bytes(20 << 20) + bytes([n]) for n in range(9)}).read_bytes()
    source = both(tmp_path, {"ann/b.zip": bomb, "bob/b.ipynb": BOOK})[0]
    intake.collect(source, tmp_path / "out", card, "run", None, 20 << 20)
    written = sum(path.stat().st_size for path in (tmp_path / "out" / "intake").rglob("*") if path.is_file())
    assert written <= intake.MAX_BYTES + (1 << 20)


def test_zips_in_a_zip_unpack_to_so_much_together(tmp_path, monkeypatch):
    """Each is small, and unpacks to little less than is allowed; together they would keep the class waiting."""
    monkeypatch.setattr(intake, "MAX_ZIP", 3 << 20)
    read, plain = [], intake._member
    monkeypatch.setattr(intake, "_member", lambda *parts: read.append(len(made := plain(*parts))) or made)
    many = zipped(tmp_path / "many.zip", {f"{n}.zip": bytes(2 << 20) for n in range(50)}).read_bytes()
    handed = collect(both(tmp_path, {"ann/m.zip": many, "bob/b.ipynb": BOOK})[0], tmp_path / "out")
    assert "cannot be unpacked" in handed["ann"].problem and handed["bob"].sha
    assert sum(read) < 5 << 20


def test_files_of_zips_in_zips_are_counted_together(tmp_path):
    small = zipped(tmp_path / "small.zip", {f"{n}.txt": b"" for n in range(400)}).read_bytes()
    files = {f"ann/{n}.zip": small for n in range(9)} | {"bob/b.ipynb": BOOK}
    handed = collect(both(tmp_path, files)[0], tmp_path / "out")
    assert "More than 1000 files" in handed["ann"].problem and handed["bob"].sha


@pytest.mark.parametrize("seed", range(4))
def test_no_damaged_zip_stops_the_class(tmp_path, seed):
    """A student's zip with bytes changed, cut or doubled: that student's line says so, and the others are graded."""
    dice = random.Random(seed)
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    (tmp_path / "handed" / "bob").mkdir(parents=True)
    (tmp_path / "handed" / "bob" / "b.ipynb").write_bytes(BOOK)
    for number in range(int(os.environ.get("HW_TEST_FUZZ", "200")) // 4):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", kinds[number % 4]) as archive:
            archive.writestr("work/王小明.ipynb", BOOK)
            archive.writestr("b.csv", b"x" * 99)
        content = bytearray(stream.getvalue())
        for _ in range(dice.randint(1, 6)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        cut = content[: dice.randrange(len(content))] if dice.random() < 0.2 else content
        (tmp_path / "handed" / f"s{number}").mkdir()
        (tmp_path / "handed" / f"s{number}" / "w.zip").write_bytes(bytes(cut))
    handed = collect(tmp_path / "handed", tmp_path / "out")
    assert (tmp_path / "out" / "intake" / handed["bob"].sha / "notebook.ipynb").read_bytes() == BOOK
    assert all(one.sha or one.problem for one in handed.values())
    assert not any("\n" in one.problem for one in handed.values())
