"""Homework 4: the data module, in its own words and in the course's files, right and wrong."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from common.errors import DataError
from common.homeworks.hw04 import cheap
from common.homeworks.hw04 import data as hw04


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small set in the course's layout, written once."""
    folder = tmp_path_factory.mktemp("hw04")
    return folder, hw04.write(folder, "smoke", 31)


@pytest.fixture
def dataset(written, tmp_path):
    """A copy that a test may spoil."""
    shutil.copytree(written[0] / "Dataset", tmp_path / "Dataset")
    return tmp_path / "Dataset"


def refused(dataset, *parts, ask=hw04.read):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        ask(dataset.parent, *(["standard"] if ask is hw04.read else []))
    text = str(caught.value)
    assert "\n" not in text and all(part in text for part in parts), text
    return text


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def some_file(dataset) -> Path:
    return sorted(dataset.glob("uttr-*.pt"))[0]


# --- right ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(written):
    folder, reference = written
    made, answers = hw04.builtin("smoke", 31)
    for place in (folder, folder / "Dataset"):
        found, keys = hw04.read(place, "smoke")
        assert found.speakers == made.speakers and found.groups is None
        for name in ("train", "validation", "test"):
            one, other = getattr(made, name), getattr(found, name)
            assert one.names == other.names
            assert np.array_equal(one.starts, other.starts) and np.array_equal(one.x, other.x)
            assert (one.y is None) == (other.y is None) and np.array_equal(one.y, other.y)
            assert other.x.dtype == np.float32
        assert list(keys.columns) == ["Id"] and keys["Id"].equals(answers["Id"])
    assert reference.equals(answers)
    assert hw04.look(folder) == {"training": len(made.train) + len(made.validation), "test": len(made.test)}


def test_splits_are_in_order():
    splits, reference = hw04.builtin("smoke", 1)
    assert splits.test.y is None and splits.test.speaking is None
    names = [*splits.train.names, *splits.validation.names, *splits.test.names]
    assert len(set(names)) == len(names)
    assert set(splits.train.y) == set(splits.validation.y) == set(range(len(splits.speakers)))
    assert len(splits.groups) == len(splits.speakers) and set(reference["Category"]) == set(splits.speakers)
    assert reference["Category"].tolist() != sorted(reference["Category"])  # the order tells nothing


def test_frames_are_held_once(written):
    """Train and validation are views of one array, drawn or read."""
    for splits in (hw04.builtin("smoke", 1)[0], hw04.read(written[0], "standard")[0]):
        assert splits.train.x.base is not None and splits.train.x.base is splits.validation.x.base
        assert splits.train.x.dtype == np.float32


def test_smoke_reads_the_first_speakers_and_all_of_the_test_set(written, monkeypatch):
    monkeypatch.setattr(hw04, "SMOKE_SPEAKERS", 3)
    splits, keys = hw04.read(written[0], "smoke")
    assert len(splits.speakers) == 3 and set(splits.train.y) == {0, 1, 2} and len(keys) == 30


def test_nothing_of_an_exam_stands_in_public_data():
    public, _ = hw04.builtin("smoke", hw04.SEED)
    exam, _ = hw04.builtin("smoke", 2**127 + 5)
    assert not set(public.test.names) & set(exam.test.names)
    frames = {row.tobytes() for part in (public.train, public.validation, public.test) for row in part.x[::7]}
    assert not any(row.tobytes() in frames for row in exam.test.x)


def test_cheap_answers_name_speakers():
    splits, reference = hw04.builtin("smoke", 1)
    for name in ("constant", "nearest_mean", "linear_mean", "discriminant_mean", "discriminant_statistics"):
        answers = getattr(cheap, name)(splits)
        assert answers.shape == (len(reference),) and set(answers) <= set(splits.speakers)


# --- wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mapping.json", "testdata.json"])
def test_missing_lists(dataset, name):
    (dataset / name).unlink()
    refused(dataset, "There is no", name, "ml2023springhw4")


def test_missing_metadata(dataset):
    (dataset / "metadata.json").unlink()
    refused(dataset, "There is no", "ml2023springhw4")


@pytest.mark.parametrize("ask", [hw04.read, hw04.look])
def test_missing_utterance(dataset, ask):
    path = some_file(dataset)
    path.unlink()
    refused(dataset, f"There is no {path}", ask=ask)


def test_cut_off_list(dataset):
    path = dataset / "metadata.json"
    path.write_text(path.read_text()[:300])
    refused(dataset, str(path), "cannot be read as JSON", "cut off")


@pytest.mark.parametrize("ask", [hw04.read, hw04.look])
@pytest.mark.parametrize("where", ["training", "test"])
def test_doubled_utterances(dataset, ask, where):
    training = json.loads((dataset / "metadata.json").read_text())["speakers"]
    entry = next(iter(training.values()))[0]
    if where == "training":
        edit(dataset / "metadata.json", lambda content: next(iter(content["speakers"].values())).append(entry))
    else:
        edit(dataset / "testdata.json", lambda content: content["utterances"].append(entry))
    refused(dataset, entry["feature_path"], "is listed twice", ask=ask)


@pytest.mark.parametrize(
    "name, change, parts",
    [
        ("metadata.json", lambda c: c.update(n_mels=80), ["n_mels to be 40", "found 80"]),
        ("metadata.json", lambda c: c.pop("speakers"), ["'speakers' is missing"]),
        ("testdata.json", lambda c: c.update(utterances=[]), ["expected a list of utterances"]),
        ("testdata.json", lambda c: c["utterances"][0].update(feature_path="../secret.pt"), ["found '../secret.pt'"]),
        ("testdata.json", lambda c: c["utterances"][0].update(mel_len="long"), ["mel_len", "found 'long'"]),
        ("mapping.json", lambda c: c["speaker2id"].update(nobody=77), ["from 0 on, each number once"]),
        ("metadata.json", lambda c: c["speakers"].update(nobody=[]), ["do not name the same speakers", "'nobody'"]),
    ],
)
def test_wrong_lists(dataset, name, change, parts):
    edit(dataset / name, change)
    refused(dataset, *parts, ask=hw04.look)


def test_truncated_features(dataset):
    path = some_file(dataset)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(dataset, str(path))


@pytest.mark.parametrize(
    "content, parts",
    [
        (torch.zeros(50, 80), ["expected a tensor of shape (T, 40)", "(50, 80)"]),
        (torch.zeros(50), ["(50,)"]),
        (torch.full((50, 40), torch.nan), ["NaN"]),
        (torch.zeros(50, 40, dtype=torch.int64), ["torch.int64"]),
        ([1, 2], ["found a list"]),
        (torch.zeros(1, 40), ["has 1 frames, but its mel_len is"]),
    ],
)
def test_wrong_features(dataset, content, parts):
    path = some_file(dataset)
    torch.save(content, path)
    refused(dataset, str(path), *parts)


class _Runs:
    def __reduce__(self):
        return (Path.touch, (Path("/tmp/hw04-was-here"),))


def test_a_pickle_that_would_run_code_is_refused(dataset):
    path = some_file(dataset)
    for content in (pickle.dumps(_Runs(), 2), b"\x00" * 400):
        path.write_bytes(content)
        refused(dataset, str(path))
    torch.save(_Runs(), path)
    refused(dataset, str(path), "would run code")
    assert not Path("/tmp/hw04-was-here").exists()
