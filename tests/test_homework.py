import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import plots
from common.errors import SubmissionError
from common.submission import card, metrics
from common.submission.card import Card
from common.submission.homework import Homework, Score

CARD = Card(
    id="hw01",
    folder="hw01_regression",
    status="ready",
    title={"en": "T", "zh": "題"},
    metric={"name": "mse", "label": "MSE", "direction": "lower", "chance": 10, "perfect": 0},
    submission={
        "file": "submission.csv",
        "max_bytes": 1000,
        "columns": [{"name": "id", "dtype": "int", "key": True}, {"name": "y", "dtype": "float"}],
    },
    rungs={"simple": "a", "medium": "b", "strong": "c", "boss": "d"},
    time={"starter": 1, "boss": 1},
    ladder={
        year: {
            "source": "x",
            **{name: {"threshold": t * scale} for name, t in zip(card.RUNGS, (4, 3, 2, 1), strict=True)},
        }
        for year, scale in (("builtin", 1), ("2022", 0.1))
    },
)
REFERENCE = pd.DataFrame({"id": [0, 1, 2], "y": [1.0, 2.0, 3.0]})


@pytest.fixture
def homework(monkeypatch):
    monkeypatch.setattr("common.submission.homework.find_card", lambda name: CARD)
    return Homework("hw01")


def test_submit_and_evaluate(homework, tmp_path, capsys):
    path = homework.submit(REFERENCE.assign(y=[1.0, 2.0, 6.0]), tmp_path / "new")
    assert "wrote" in capsys.readouterr().out
    score = homework.evaluate(path, REFERENCE)
    assert score.value == 3.0 and score.rung == "medium"
    assert "You have reached medium; strong is 1 away." in str(score)
    of_2022 = REFERENCE.copy()
    of_2022.attrs["edition"] = "2022"
    assert homework.evaluate(path, of_2022).rung is None
    of_2022.attrs["edition"] = "2021"
    score = homework.evaluate(path, of_2022)
    assert score.rung is None and "no thresholds for this data (edition: 2021)" in str(score)
    assert homework.evaluate(path, REFERENCE[["id"]]).value is None
    with pytest.raises(SubmissionError, match="has 3 rows"):
        homework.evaluate(path, REFERENCE[:2])


def test_words_at_both_ends_of_the_ladder():
    assert "not reached simple yet; simple is 1 away" in str(Score(CARD, 5.0, "builtin"))
    assert "reached boss: the top" in str(Score(CARD, 1.0, "builtin"))
    assert "not public" in str(Score(CARD, None, "builtin"))


def test_score_prints_draws_and_never_raises_on_a_bad_file(homework, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("common.data.reference", lambda *args, **kwargs: REFERENCE)
    path = homework.submit(REFERENCE, tmp_path)
    assert homework.score(path, profile="smoke").rung == "boss"
    assert "a short run" in capsys.readouterr().out
    path.write_text("id,y\n0,1\n1,2\n2,cat\n")
    assert homework.score(path) is None
    assert "Not scored: submission.csv, line 4" in capsys.readouterr().out


def test_an_estimate_stands_in_where_answers_are_not_public(homework, tmp_path, monkeypatch, capsys):
    keys = REFERENCE[["id"]]
    keys.attrs["edition"] = "2022"
    monkeypatch.setattr("common.data.reference", lambda *args, **kwargs: keys)
    path = homework.submit(REFERENCE, tmp_path)
    homework.write_metrics(tmp_path, [2.0, 1.0])
    score = homework.score(path, source="original", estimate=("5-fold MSE", 0.25))
    assert (score.value, score.rung, score.edition) == (0.25, "medium", "2022")
    said = capsys.readouterr().out
    assert "an estimate: the test answers are not public" in said and "By this estimate you would stand at med" in said
    assert json.loads((tmp_path / "metrics.json").read_text())["estimate"] == ["5-fold MSE", 0.25]


def test_cross_validation_never_stands_on_the_ladder_of_the_test_set():
    own = CARD.model_copy(update={"ladder": {**CARD.ladder, "2022, cross-validated": CARD.ladder["builtin"]}})
    assert CARD.for_estimates("2022") == "2022" and own.for_estimates("2022") == "2022, cross-validated"
    assert Score(own, 0.25, own.for_estimates("2022"), "5-fold MSE").rung == "boss"
    assert "has no thresholds" in str(Score(own, 0.25, own.for_estimates("2023"), "5-fold MSE"))


def test_metrics_file(homework, tmp_path):
    path = homework.write_metrics(tmp_path, {"loss": [2.0, 1.5]}, validation=np.float32(0.5))
    numbers = json.loads(path.read_text())
    assert (numbers["loss_first"], numbers["loss_last"], numbers["validation"]) == (2.0, 1.5, 0.5)
    assert json.loads(homework.write_metrics(tmp_path, [3.0, 1.0]).read_text())["loss_last"] == 1.0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-100, 100))
def test_mse_of_a_shift_is_its_square(values, shift):
    values = np.array(values)
    assert metrics.mse(values, values) == 0
    assert np.isclose(metrics.mse(values, values + shift), shift**2, rtol=1e-6, atol=1e-6)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_accuracy_is_sklearns(labels):
    from sklearn.metrics import accuracy_score

    other = labels[::-1]
    assert metrics.accuracy(labels, other) == accuracy_score(labels, other)


@pytest.mark.parametrize("metric", metrics.METRICS.values())
def test_metrics_refuse_unequal_shapes(metric):
    with pytest.raises(ValueError, match="one shape"):
        metric([1, 2], [1])
    with pytest.raises(ValueError, match="at least one entry"):
        metric([], [])


def test_a_judge_scores_rows_that_are_free(tmp_path, monkeypatch):
    free = CARD.model_copy(
        update={
            "metric": CARD.metric.model_copy(update={"name": "judge"}),
            "submission": CARD.submission.model_copy(update={"rows": "free"}),
        }
    )
    monkeypatch.setattr("common.submission.homework.find_card", lambda name: free)
    module = type("module", (), {"judge": staticmethod(lambda reference, answers: float(len(answers)))})
    monkeypatch.setattr("common.homeworks.part", lambda *which: {("hw01", "judge"): module}[which])
    homework = Homework("hw01")
    path = homework.submit(REFERENCE[:1], tmp_path)
    assert homework.evaluate(path, REFERENCE).value == 1.0


def test_the_drawn_ladder_marks_cheap_answers_on_builtin_data_alone():
    yesterday = {"name": "yesterday", "scores": [2.5], "source": "by hand"}
    marked = CARD.model_copy(update={"cheap": (card.Cheap(**yesterday),)})

    def texts(edition):
        return [text.get_text() for text in plots.ladder(Score(marked, 2.4, edition)).axes[0].texts]

    assert "cheap answers" in texts("builtin") and "you: 2.400" in texts("builtin")
    assert "cheap answers" not in texts("2022")


def test_the_measured_ladder_shows_every_kind_of_evidence():
    ladder = CARD.ladder["builtin"]
    boss = ladder.boss.model_copy(update={"runs": (0.8, 0.9, 0.7)})
    fresh = card.Fresh(seed=31, boss=(0.95,))
    control = {"rung": "boss", "name": "patience", "scores": [1.5, 1.6], "source": "by hand"}
    told = CARD.model_copy(
        update={
            "ladder": {"builtin": ladder.model_copy(update={"boss": boss, "fresh": (fresh,)})},
            "control": (card.Control(**control),),
            "cheap": (card.Cheap(name="yesterday", scores=[2.5], source="by hand"),),
            "rival": (card.Rival(name="another method", scores=[0.6], source="by hand"),),
        }
    )
    figure = plots.measured(told)
    points = [tuple(map(tuple, part.get_offsets())) for part in figure.axes[0].collections if len(part.get_offsets())]
    for wanted in (((0.8, 4), (0.9, 4), (0.7, 4)), ((0.95, 4),), ((1.5, 4), (1.6, 4)), ((2.5, 0),), ((0.6, 5),)):
        assert wanted in points
    assert figure.axes[0].xaxis_inverted()  # lower is better: better is at the right


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edit_distance_is_a_metric(a, b, c):
    distance = metrics.edit_distance
    assert (distance(a, b) == 0) == (a == b) and distance(a, b) == distance(b, a)
    assert abs(len(a) - len(b)) <= distance(a, b) <= max(len(a), len(b))
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_edit_distance_of_the_textbook():
    assert metrics.edit_distance("kitten", "sitting") == 3
