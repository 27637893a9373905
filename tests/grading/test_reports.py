"""Reports: what students wrote stays text, and points follow the policy."""

import base64
import csv
import io
import json
import re
import unicodedata
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import HomeworkError
from common.grading import intake, reports
from common.grading.intake import Handed
from common.grading.policy import Policy, read_policy
from common.grading.records import Record, read, write
from common.submission.card import find_card

CARD = find_card("hw01")
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def graded(name="ann", state="OK", rungs=("simple", "medium"), score=1.2, late=0.0, attempt="a.ipynb", **more):
    sha = f"{name}-{attempt}"
    record = Record(sha, "hw01", state, tier="A", score=score, public=score, private=score, rung=rungs[0],
                    public_rung=rungs[0], private_rung=rungs[1], cells=3, cells_run=3, **more)  # fmt: skip
    return Handed(name, attempt, sha, days_late=late), record


def table(*pairs, policy=None):
    handed = [attempt for attempt, _ in pairs]
    return reports.rows(handed, {attempt.sha: record for attempt, record in pairs}, CARD, policy or Policy())


def test_points_of_the_course():
    assert [row.points for row in table(graded())] == [0.5 * 1 + 0.5 * 2]
    assert Policy().most == 4
    assert table(graded(state="CRASHED"))[0].points == 0
    assert table(graded(state="CRASHED"), policy=Policy(points_for=("OK", "CRASHED")))[0].points == 1.5
    assert table(graded(rungs=(None, None)))[0].points == 0


def test_late_days():
    policy = Policy(penalty_per_day=0.4, last_day=3)
    assert [table(graded(late=days), policy=policy)[0].points for days in (0, 0.1, 2, 3, 3.5)] == [
        1.5,
        1.1,
        0.7,
        0.3,
        0,
    ]


def test_best_and_last_attempt():
    good, bad = graded(attempt="1.ipynb", rungs=("boss", "boss"), score=0.4), graded(attempt="2.ipynb")
    (row,) = table(good, bad)
    assert (row.points, row.attempts, row.attempt) == (4, 2, "1.ipynb")
    (row,) = table(good, bad, policy=Policy(attempts="last"))
    assert (row.points, row.attempt) == (1.5, "2.ipynb")


def test_policy_file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("penalty_per_day = 1\npoints_for = ['OK', 'CRASHED']\n")
    assert read_policy(path).penalty_per_day == 1
    for text, words in (("penalty = 1", "penalty"), ("points_for = ['FINE']", "no state"), ("x = ", "cannot be read")):
        path.write_text(text)
        with pytest.raises(HomeworkError, match=words):
            read_policy(path)


def test_twins_are_named():
    one, record = graded("ann")
    two = Handed("bob", "b.ipynb", one.sha)
    rows = reports.rows([one, two], {one.sha: record}, CARD, Policy())
    assert [row.flags for row in rows] == [("the same file as bob",), ("the same file as ann",)]


@given(st.text(max_size=40), st.text(max_size=80))
def test_no_cell_is_a_formula_and_no_line_breaks(student, message):
    attempt = Handed(student, student, "sha")
    record = Record("k", "hw01", "CRASHED", message)
    (row,) = reports.rows([attempt], {"sha": record}, CARD, Policy())
    text = reports.results_csv([row])
    (found,) = csv.DictReader(io.StringIO(text))
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in found.values())
    assert re.fullmatch(r"[A-Za-z0-9-]+", row.slug)


def test_pages_escape_what_students_write(tmp_path):
    executed = tmp_path / "x.ipynb"
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(50)).decode()
    outputs = [
        {"output_type": "error", "traceback": [EVIL, "\x1b[31mred"]},
        {"output_type": "display_data", "data": {"text/html": EVIL, "image/png": png, "image/svg+xml": EVIL}},
        {"output_type": "display_data", "data": {"image/png": '"><script>'}},
    ]
    executed.write_text(json.dumps({"cells": [{"metadata": {}, "source": EVIL, "outputs": outputs}]}))
    handed, record = graded(EVIL, message=EVIL, flags=(EVIL,))
    (row,) = table((handed, record))
    for page in (
        reports.feedback_html(row, CARD, Policy(), executed),
        reports.report_html([row], CARD, Policy(), EVIL),
    ):
        assert "<script" not in page and "<img src=x" not in page and 'onerror="' not in page
        assert "&lt;script&gt;" in page
        assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert png in reports.feedback_html(row, CARD, Policy(), executed)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"cells": [1]}', '{"cells": [{"outputs": [{"data": 3}], "metadata": {}}]}', "[" * 9999]
)
def test_an_executed_notebook_of_any_shape(tmp_path, content):
    (tmp_path / "x").write_text(content)
    assert reports.read_executed(tmp_path / "x")["failed"] is None


def test_gradescope():
    (row,) = table(graded())
    found = json.loads(reports.gradescope(row, CARD, Policy()))
    assert found["score"] == 1.5 == sum(test["score"] for test in found["tests"])
    assert found["leaderboard"][0]["order"] == "asc"
    assert len(found["tests"]) == 8


@pytest.mark.parametrize("score", [0.0, 0.4, 0.465, 0.9, 6.5, 1e9, float("nan")])
def test_histogram_takes_any_score(score):
    assert reports.histogram([score], CARD).endswith("</svg>")
    assert reports.histogram([score], CARD, marks=True).count("circle") == (score == score)


def test_records_are_read_whole_or_not_at_all(tmp_path):
    _, record = graded(flags=("a",))
    write(record, tmp_path / "r.json")
    assert read(tmp_path / "r.json") == record
    for length in (0, 10, 200):
        (tmp_path / "r.json").write_text((tmp_path / "r.json").read_text()[:length])
        assert read(tmp_path / "r.json") is None


# --- grade books ------------------------------------------------------------------------------------------------------


def imported(text: str, kind: str) -> dict[str, float]:
    """What a platform takes from a file, by its own rules: who is who -> points. An AssertionError: it refuses."""
    return {"canvas": _by_canvas, "moodle": _by_moodle, "gradescope": _by_gradescope}[kind](
        list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    )


def _by_canvas(rows: list[list[str]]) -> dict[str, float]:
    """Canvas's gradebook_importer.rb: three to seven columns of the student, then a column per assignment."""
    header, *rows = rows
    assert "Student" in header[0] and "ID" in header[1] and header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert len(header) == 6 and header[5], "one assignment"
    found = {}
    for row in rows:
        if "Points Possible" in row[0]:
            assert float(row[5]) == 4
            continue
        who = row[1] or row[2] or row[3]  # else it looks for an equal name, which we do not rely on
        assert who and who not in found
        found[who] = float(row[5])
    return found


def _by_moodle(rows: list[list[str]]) -> dict[str, float]:
    """Moodle's assignfeedback_offline: the worksheet is refused without these three; others are passed over."""
    header, *rows = rows
    who, grade, _ = (header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)"))
    assert all(len(row) == len(header) for row in rows)
    found = {row[who].removeprefix("Participant "): float(row[grade]) for row in rows}
    assert all(row[who].startswith("Participant ") for row in rows) and len(found) == len(rows)
    return found


def _by_gradescope(rows: list[list[str]]) -> dict[str, float]:
    """The columns of Gradescope's own downloads; somebody is found by SID, or by e-mail."""
    header, *rows = rows
    name, sid, email, total = (header.index(column) for column in ("Name", "SID", "Email", "Total Score"))
    found = {row[sid] or row[email]: float(row[total]) for row in rows}
    assert "" not in found and len(found) == len(rows) and all(row[name] for row in rows)
    return found


SUBMITTERS = b"submission_1:\n  :submitters:\n  - :name: Ann\n    :sid: r1\n    :email: a@x\n"
OF_CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\nLee Ann,12346,s6,a,A\nWu Bo,12347,s7,b,A\n"
OF_MOODLE = "Identifier,Full name,Email address,Status,Grade\nParticipant 1,Ann Lee,a@x,,\nParticipant 2,Bo Wu,b@x,,\n"
BOOKS = {  # files handed in, the roster, who must be found
    "canvas": (["wangxiaoming_12345_678901_hw1.ipynb", "leeann_12346_678902_hw1.ipynb"], "", {"12345", "12346"}),
    "moodle": (["王小明_1234567_assignsubmission_file/hw1.ipynb"], "", {"1234567"}),
    "gradescope": (["export/submission_metadata.yml", "export/submission_1/hw1.ipynb"], "", {"r1"}),
    "canvas, from its list": (["leeann_12346_678902_hw1.ipynb"], OF_CANVAS, {"12346", "12347"}),
    "moodle, from its list": (["Ann Lee_1_assignsubmission_file/x.ipynb"], OF_MOODLE, {"1", "2"}),
}


@pytest.mark.parametrize("name", BOOKS)
def test_platforms_take_the_grade_book(tmp_path, name):
    files, roster, expected = BOOKS[name]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for path in files:
            archive.writestr(path, SUBMITTERS if path.endswith(".yml") else path)
    (tmp_path / "roster.csv").write_text(roster, "utf-8-sig")
    known = tmp_path / "roster.csv" if roster else None
    handed = intake.collect(tmp_path / "x.zip", tmp_path, CARD, "run", known, 1000)
    _, record = graded(rungs=("boss", "boss"))
    rows = reports.rows(handed, {one.sha: record for one in handed if one.sha}, CARD, Policy())
    reports.write(rows, CARD, Policy(), "A", tmp_path, {})
    content = (tmp_path / "lms.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes it for another code page"
    found = imported(content.decode("utf-8"), name.split(",")[0])
    assert set(found) == expected
    here = sum(bool(one.sha) for one in handed)
    assert sorted(found.values()) == [0.0] * (len(expected) - here) + [4.0] * here


def test_who_is_missing_and_who_is_unknown_stands_in_the_report():
    here, record = graded("ann")
    unknown = Handed("zoe", "z.ipynb", here.sha, listed=False)
    rows = reports.rows([here, unknown, Handed("bo", "", problem=intake.NOTHING)], {here.sha: record}, CARD, Policy())
    page = reports.report_html(rows, CARD, Policy(), "A")
    assert "On the roster, not found" in page and "Found, not on the roster" in page
    assert [row.student for row in rows if row.missing] == ["bo"]
    assert "not on the roster" in rows[2].flags


def test_a_group_is_no_pair_of_twins():
    one, record = graded("ann")
    pair = [replace(one, group="g"), replace(one, student="bo", group="g"), replace(one, student="cid")]
    rows = reports.rows(pair, {one.sha: record}, CARD, Policy())
    assert [row.flags for row in rows] == [
        ("the same file as cid",), ("the same file as cid",), ("the same file as ann, bo",)
    ]  # fmt: skip


@pytest.mark.parametrize("formula", ["=1+1", "＝1+1", "＋1", "\u200b =1+1", "\x07\t@SUM(A1)", "\ufeff-1", "﹦1"])
def test_no_name_is_a_formula(formula):
    """A spreadsheet in Chinese computes what begins with a wide equals sign, too."""
    (row,) = reports.rows([Handed(formula, "x", "s")], {"s": Record("k", "hw01", "OK")}, CARD, Policy())
    (found,) = csv.DictReader(io.StringIO(reports.results_csv([row])))
    assert found["student"].startswith("'")


@pytest.mark.parametrize("trick", ["\x1b[2J", "\x9b31m", "\x1b]0;PWNED\x07", "\u202e", "\u2028", "\x07"])
def test_nothing_plays_with_a_terminal(trick):
    attempt = Handed(f"ann{trick}", "x", "sha")
    (row,) = reports.rows([attempt], {"sha": Record("k", "hw01", "CRASHED", f"a{trick}b")}, CARD, Policy())
    text = reports.results_csv([row])
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Zl") for letter in text.replace("\n", ""))
    assert "PWNED" not in text
