"""The episodes of homework 12, and the judge that flies them."""

import json

import numpy as np
import pandas as pd
import pytest

from common.errors import DataError, SubmissionError
from common.homeworks.hw12 import data as hw12
from common.homeworks.hw12.judge import judge, replay


@pytest.fixture(scope="module")
def flown() -> pd.DataFrame:
    """The pilot's action lists: a right submission."""
    return hw12.builtin("smoke", 5)[1]


def test_seeds_are_of_their_own_and_fixed():
    splits, reference = hw12.builtin("standard", 5)
    again, _ = hw12.builtin("smoke", 5)
    seeds = np.concatenate([splits.train, splits.validation, splits.test])
    assert len(np.unique(seeds)) == len(seeds) == hw12.TRAIN + hw12.VALIDATION + hw12.TEST
    assert np.array_equal(splits.validation[: hw12.SMOKE_VALIDATION], again.validation)
    assert np.array_equal(splits.test, again.test) and not np.array_equal(splits.test, hw12.builtin("smoke", 6)[0].test)
    assert reference["episode"].unique().tolist() == splits.test.tolist()


def test_what_is_written_is_read(tmp_path):
    made, reference = hw12.builtin("standard", 5)
    written = hw12.write(tmp_path, "standard", 5)
    pd.testing.assert_frame_equal(written, reference)
    found, keys = hw12.read(tmp_path, "standard")
    for name in ("train", "validation", "test", "pilot"):
        assert np.array_equal(getattr(made, name), getattr(found, name)), name
    assert made.about == found.about
    pd.testing.assert_frame_equal(keys, reference[["episode", "step"]])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"environment": "LunarLander-v2"}, "expected the environment LunarLander-v3"),
        ({"train": []}, "'train' must be a list"),
        ({"test": "all"}, "'test' must be a list"),
        ({"validation": [1, 2.5]}, "'validation' has 2.5"),
        ({"validation": [-1]}, "'validation' has -1"),
        ({"validation": [True]}, "'validation' has True"),
        ({"pilot": None}, "'pilot' needs a list 'steps'"),
        ({"pilot": {"steps": [1] * hw12.TEST, "returns": [None] * hw12.TEST}}, "not numbers"),
        ({"pilot": {"steps": [0] * hw12.TEST, "returns": [1.0] * hw12.TEST}}, "no episode can have"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, change, words):
    hw12.write(tmp_path, "smoke", 5)
    path = tmp_path / hw12.FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DataError, match=words):
        hw12.read(tmp_path, "smoke")


def test_a_missing_truncated_or_foreign_file_is_told(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        hw12.read(tmp_path, "smoke")
    hw12.write(tmp_path, "smoke", 5)
    path = tmp_path / hw12.FILE
    whole = json.loads(path.read_text())
    path.write_text(path.read_text()[:200])
    with pytest.raises(DataError, match="cannot be read as JSON"):
        hw12.read(tmp_path, "smoke")
    path.write_text("[1]")
    with pytest.raises(DataError, match="expected one object"):
        hw12.read(tmp_path, "smoke")
    path.write_text(json.dumps(whole | {"train": whole["test"][:1] + whole["train"]}))
    with pytest.raises(DataError, match="twice"):
        hw12.read(tmp_path, "smoke")


def test_replay_gives_the_very_return(flown):
    """Bit for bit, in whatever order episodes are flown: nothing of one is left over for the next."""
    splits, _ = hw12.builtin("smoke", 5)
    for episode, expected in list(zip(splits.test.tolist(), splits.pilot, strict=True))[::-4]:
        assert replay(episode, flown.loc[flown["episode"] == episode, "action"].tolist()) == expected
    assert judge(flown, flown) == round(splits.pilot.mean(), 2)
    shuffled = pd.concat([rows for _, rows in flown.groupby("episode")])
    assert judge(flown, shuffled) == judge(flown, flown)


def first_episode(table: pd.DataFrame) -> np.ndarray:
    return (table["episode"] == table["episode"].iloc[0]).to_numpy()


def test_judge_refuses(flown):
    first = first_episode(flown)
    length = int(first.sum())
    rows = np.flatnonzero(first)

    def refuses(table, words):
        with pytest.raises(SubmissionError, match=words) as error:
            judge(flown, table)
        assert "\n" not in str(error.value)

    refuses(flown.drop(index=rows[-1]), f"not over after the {length - 1} actions")
    longer = pd.concat([flown.iloc[:length], flown.iloc[[length - 1]].assign(step=length), flown.iloc[length:]])
    refuses(longer, f"over after {length} steps, but {length + 1} actions")
    refuses(flown[~first], "is missing; all 40 are judged")
    refuses(flown.iloc[:0], "is missing")
    refuses(flown.assign(episode=flown["episode"] + 1), "is not one of the 40")
    refuses(flown.assign(step=flown["step"] + 1), "expected step 0 in row 1, found 1")
    swapped = flown.copy()
    swapped.loc[rows[[3, 4]], "step"] = [4, 3]
    refuses(swapped, "expected step 3 in row 4, found 4")
    refuses(pd.concat([flown, flown]), "expected step")
    for action in (-1, 4):
        illegal = flown.copy()
        illegal.loc[rows[7], "action"] = action
        refuses(illegal, f"step 7: expected an action from 0 to 3, found {action}")
    endless = pd.DataFrame({"episode": flown["episode"].iloc[0], "step": np.arange(5000), "action": 0})
    refuses(pd.concat([endless, flown[~first]]), "has 5000 actions")


def test_the_hand_written_pilot_lands():
    assert np.mean(hw12.builtin("smoke", hw12.SEED)[0].pilot > 195) >= 0.9  # nine of ten; a few drift off or tip over
