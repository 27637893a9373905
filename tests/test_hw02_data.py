"""Homework 2: the data module, in its own words and in the course's files, right and wrong."""

import os
import shutil

import numpy as np
import pytest
import torch

from common.errors import DataError
from common.homeworks.hw02 import data as hw02


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small set in the course's layout, written once."""
    folder = tmp_path_factory.mktemp("hw02")
    reference = hw02.write(folder, "smoke", 31)
    return folder, reference


@pytest.fixture
def libriphone(written, tmp_path):
    """A copy that a test may spoil."""
    shutil.copytree(written[0] / "libriphone", tmp_path / "libriphone")
    return tmp_path / "libriphone"


def refused(libriphone, *parts):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        hw02.read(libriphone.parent, "standard")
    text = str(caught.value)
    assert "\n" not in text and all(part in text for part in parts), text
    return text


def edit(path, change):
    path.write_text(change(path.read_text()))


# --- right ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(written):
    folder, reference = written
    made, answers = hw02.builtin("smoke", 31)
    for place in (folder, folder / "libriphone"):
        found, keys = hw02.read(place, "smoke")
        for name in ("train", "validation", "test"):
            one, other = getattr(made, name), getattr(found, name)
            assert one.ids == other.ids
            assert np.array_equal(one.starts, other.starts) and np.array_equal(one.x, other.x)
            assert (one.y is None) == (other.y is None) and np.array_equal(one.y, other.y)
            assert other.x.dtype == np.float32
        assert list(keys.columns) == ["Id"] and keys["Id"].equals(answers["Id"])
    assert reference.equals(answers)


def test_nobody_is_heard_twice():
    for seed in (1, 2, 3):
        splits, _ = hw02.builtin("smoke", seed)
        people = [set(part.speakers) for part in (splits.train, splits.validation, splits.test)]
        assert all(people) and not people[0] & people[1] and not (people[0] | people[1]) & people[2]


def test_the_test_set_holds_no_answers():
    splits, reference = hw02.builtin("smoke", 1)
    test = splits.test
    assert test.y is None and test.words is None and test.formants is None
    assert len(test) == len(reference) == test.starts[-1] and reference["Id"].tolist() == list(range(len(test)))


def test_frames_are_held_once():
    """Train and validation are views of one array, and the array has 4 bytes a number."""
    splits, _ = hw02.builtin("smoke", 1)
    assert splits.train.x.base is not None and splits.train.x.base is splits.validation.x.base
    assert splits.train.x.dtype == np.float32


def test_words_lie_on_frames_that_are_no_silence():
    train = hw02.builtin("smoke", 1)[0].train
    for u, words in enumerate(train.words):
        y = train.y[train.starts[u] : train.starts[u + 1]]
        assert words and all(0 <= first <= end <= len(y) for _, first, end in words)
        assert not any((y[first:end] == 0).any() for _, first, end in words)


def test_validation_speakers_without_speakers():
    assert hw02.validation_utterances([f"1-2-{i}" for i in range(10)]).sum() == 2  # one speaker: by utterance
    assert hw02.validation_utterances(["10-1-1", "9-1-1", "9-1-2"]).tolist() == [False, True, True]
    assert hw02.validation_utterances(["a-1", "b-1"]).tolist() == [True, False]


def test_blank_lines_and_order_do_not_matter(libriphone, written):
    """Utterances of the training files in another order: the same frames for each of them."""
    edit(libriphone / "train_split.txt", lambda text: "\n".join(reversed(text.splitlines())) + "\n\n")
    found, straight = hw02.read(libriphone, "smoke")[0].train, hw02.read(written[0], "smoke")[0].train
    assert sorted(found.ids) == sorted(straight.ids) and found.ids != straight.ids
    for one, other in ((u, straight.ids.index(name)) for u, name in enumerate(found.ids)):
        assert np.array_equal(
            found.x[found.starts[one] : found.starts[one + 1]],
            straight.x[straight.starts[other] : straight.starts[other + 1]],
        )


# --- cheats ---------------------------------------------------------------------------------------------------------


def test_answers_without_listening_stay_low():
    """The most frequent class, and the most frequent class at each place of an utterance, are far below simple."""
    splits, reference = hw02.builtin("standard", 5)
    train, truth = splits.train, reference["Class"].to_numpy()
    constant = np.bincount(train.y).argmax()
    assert np.mean(truth == constant) < 0.25

    def place(part):  # ten places from the start, ten from the end, and the middle
        t = np.arange(len(part)) - np.repeat(part.starts[:-1], part.lengths)
        left = np.repeat(part.lengths, part.lengths) - 1 - t
        return np.where(t < 30, t // 3, np.where(left < 30, 10 + left // 3, 20))

    table = np.zeros((21, 41))
    np.add.at(table, (place(train), train.y), 1)
    assert np.mean(truth == table.argmax(1)[place(splits.test)]) < 0.3


# --- wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["train_split.txt", "train_labels.txt", "test_split.txt"])
def test_missing_file(libriphone, name):
    (libriphone / name).unlink()
    refused(libriphone, name, "Kaggle")


@pytest.mark.parametrize("name", ["train_split.txt", "train_labels.txt", "test_split.txt"])
def test_empty_and_binary_file(libriphone, name):
    (libriphone / name).write_text("\n")
    refused(libriphone, name, "empty")
    (libriphone / name).write_bytes(b"\xff\xfe\x00\x81")
    refused(libriphone, name, "cannot be read as text")


def first(libriphone, split):
    return (libriphone / f"{split}_split.txt").read_text().split()[0]


@pytest.mark.parametrize("split", ["train", "test"])
def test_missing_features(libriphone, split):
    name = first(libriphone, split)
    (libriphone / "feat" / split / f"{name}.pt").unlink()
    refused(libriphone, f"{name}.pt", "There is no")


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("keep", [0, 100, 20_000])
def test_truncated_features(libriphone, split, keep):
    path = libriphone / "feat" / split / f"{first(libriphone, split)}.pt"
    os.truncate(path, keep)
    refused(libriphone, path.name, "cut off")


def test_not_a_saved_tensor(libriphone):
    path = libriphone / "feat" / "test" / f"{first(libriphone, 'test')}.pt"
    path.write_text("<html>Sign in to download</html>")
    refused(libriphone, path.name, "cannot be read as a saved tensor")
    torch.save({"x": 1}, path)
    refused(libriphone, path.name, "expected a tensor of shape (T, 39), found a dict")
    torch.save(torch.device, path)  # code is never loaded
    refused(libriphone, path.name)


@pytest.mark.parametrize(
    ("tensor", "found"),
    [
        (torch.zeros(50, 40), "(50, 40)"),
        (torch.zeros(50), "(50,)"),
        (torch.zeros(0, 39), "(0, 39)"),
        (torch.full((50, 39), torch.nan), "NaN"),
        (torch.zeros(50, 39, dtype=torch.int64), "int64"),
    ],
)
def test_wrong_tensor(libriphone, tensor, found):
    path = libriphone / "feat" / "test" / f"{first(libriphone, 'test')}.pt"
    torch.save(tensor, path)
    refused(libriphone, path.name, found)


def test_labels_and_features_of_different_length(libriphone):
    name = first(libriphone, "train")
    edit(libriphone / "train_labels.txt", lambda text: text.replace(f"{name} ", f"{name} 0 ", 1))
    refused(libriphone, f"{name}.pt", "frames", "labels")


@pytest.mark.parametrize("label", ["41", "-1", "999999999999999999999999"])
def test_label_out_of_range(libriphone, label):
    name = first(libriphone, "train")
    edit(libriphone / "train_labels.txt", lambda text: text.replace(f"{name} ", f"{name} {label} ", 1))
    refused(libriphone, "train_labels.txt, line 1", label)


def test_label_that_is_no_number(libriphone):
    name = first(libriphone, "train")
    edit(libriphone / "train_labels.txt", lambda text: text.replace(f"{name} ", f"{name} AE ", 1))
    refused(libriphone, "train_labels.txt, line 1", "'AE'")


def test_utterance_without_labels(libriphone):
    name = first(libriphone, "train")
    edit(libriphone / "train_labels.txt", lambda text: "\n".join(text.splitlines()[1:]))
    refused(libriphone, "train_labels.txt", repr(name))
    edit(libriphone / "train_labels.txt", lambda text: f"{name}\n{text}")
    refused(libriphone, "train_labels.txt, line 1", "no labels")


def test_utterance_named_twice_or_oddly(libriphone):
    name = first(libriphone, "test")
    edit(libriphone / "test_split.txt", lambda text: f"{text}{name}\n")
    refused(libriphone, "test_split.txt", "already")
    (libriphone / "test_split.txt").write_text("../../secret\n")
    refused(libriphone, "test_split.txt, line 1", "one utterance id")


def test_unknown_utterance(libriphone):
    edit(libriphone / "test_split.txt", lambda text: "1-2-3\n" + text)
    refused(libriphone, "1-2-3.pt")
