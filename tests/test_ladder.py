from pathlib import Path

from common.notebooks import ladder
from common.notebooks.run import Job, Result
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
    assert ladder.faults(CARD, measured) == []
    assert "# boss: runs = [0.9000, 0.8000, 0.7000]" in ladder.toml(measured)


def test_faults_are_found():
    measured = ladder.collect(results({"simple": [4.5, 3.5, 2.9], "medium": [2.5, 2.5, 2.5], "boss": [1.5]}))
    assert ladder.faults(CARD, measured) == [
        "simple: 1 of 3 runs miss its threshold 4",
        "simple: 1 of 3 runs reach medium (3)",
        "boss: 1 of 1 runs miss its threshold 1",
    ]
