"""Reports: what students wrote stays text, and points follow the policy."""

import base64
import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import HomeworkError
from common.grading import reports
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
