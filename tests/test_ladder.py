from pathlib import Path

from common.notebooks import ladder
from common.notebooks.run import Estimate, Job, Result
from common.submission.card import find_card
from tests.test_homework import CARD


def results(scores: dict[str, list[float]]) -> list[Result]:
    found = []
    for rung, values in scores.items():
        for seed, value in reversed(list(enumerate(values, 1))):  # they end in any order
            job = Job(CARD, Path("x"), Path(f"hw01-{rung}-{seed}"), {"RUNG": rung, "SEED": seed})
            found.append(Result(job, 10.0, "", value))
    return found


def test_a_real_ladder():
    measured = ladder.collect(results({"boss": [0.9, 0.8, 0.7], "simple": [3.9, 3.5, 3.1]}))
    assert [rung.rung for rung in measured] == ["simple", "boss"]
    assert measured[0].scores == [3.9, 3.5, 3.1] and measured[0].mean == 3.5
    assert round(measured[0].spread, 3) == 0.4
    assert ladder.faults(CARD, measured, ["simple", "boss"]) == []
    assert (
        ladder.toml(measured, 31)
        == """\
[[ladder.builtin.fresh]]
seed = 31
simple = [3.9000, 3.5000, 3.1000]
boss = [0.9000, 0.8000, 0.7000]"""
    )
    assert "# boss: runs = [0.9000, 0.8000, 0.7000]" in ladder.toml(measured)


def test_faults_are_found():
    measured = ladder.collect(results({"simple": [4.5, 3.5, 2.9], "medium": [2.5, 2.5, 2.5], "boss": [1.5]}))
    assert ladder.faults(CARD, measured, ["simple", "medium", "strong", "boss"]) == [
        "strong: no run has a score",
        "simple: 1 of 3 runs miss its threshold 4",
        "simple: 1 of 3 runs reach medium (3)",
        "boss: 1 of 1 runs miss its threshold 1",
    ]


def test_thresholds_are_those_of_the_edition():
    measured = ladder.collect(results({"boss": [0.9, 0.8]}))
    assert ladder.faults(CARD, measured, ["boss"], "2022") == ["boss: 2 of 2 runs miss its threshold 0.1"]
    assert ladder.faults(CARD, measured, ["boss"], "2021") == [
        "The card has no thresholds for this data (edition: 2021)."
    ]


def test_an_empty_ladder_and_estimates_confirm_nothing():
    assert ladder.faults(CARD, [], ["simple"], "2022") == ["simple: no run has a score"]
    runs = [
        Result(result.job, 10.0, "", None, None, Estimate("5-fold MSE", 0.05 + i), "2022")
        for i, result in enumerate(results({"simple": [1.0, 1.0]}))
    ]
    measured = ladder.collect(runs)
    assert measured[0].estimated and measured[0].scores == [1.05, 0.05]
    (fault,) = ladder.faults(CARD, measured, ["simple"], "2022")
    assert "nothing is confirmed" in fault
    folds = "2022, cross-validated"
    own = CARD.model_copy(update={"ladder": {**CARD.ladder, folds: CARD.ladder["builtin"]}})
    assert ladder.faults(own, measured, ["simple"], folds) == ["simple: 2 of 2 runs reach medium (3)"]


def test_one_run_where_nothing_is_left_to_chance(tmp_path):
    card = find_card("hw10")  # only its upper two rungs draw anything
    names = [job.name for job in ladder.jobs(card, tmp_path, [1, 2, 3], ["simple", "strong"], "data31-")]
    assert names == ["hw10-simple-data31-seed1", *(f"hw10-strong-data31-seed{seed}" for seed in (1, 2, 3))]
