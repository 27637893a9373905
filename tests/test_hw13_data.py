"""Data of homework 13: the drawn pictures, the course's folders, and what cheap answers are worth."""

import numpy as np
import pytest
from PIL import Image

from common import data
from common.errors import DataError
from common.homeworks.hw13 import data as hw13


@pytest.fixture(scope="module")
def splits():
    return hw13.builtin("smoke")


def test_shapes_and_balance(splits):
    found, reference = splits
    for part in (found.train, found.validation):
        assert part.x.shape[1:] == (32, 32, 3) and part.x.dtype == np.uint8
        counts = np.bincount(part.y, minlength=11)
        assert counts.max() - counts.min() <= 1
    assert found.test.y is None and found.unlabelled.y is None and len(found.classes) == 11
    assert len(found.unlabelled) >= 2 * len(found.train)
    assert reference["Id"].tolist()[:2] == ["0000", "0001"] and len(reference) == len(found.test)
    assert np.bincount(reference["Category"], minlength=11).min() >= len(reference) // 11


def test_no_picture_stands_in_two_splits(splits):
    found, _ = splits
    seen = [image.tobytes() for part in vars(found).values() if isinstance(part, hw13.Pictures) for image in part.x]
    assert len(set(seen)) == len(seen)


def test_labels_do_not_stand_in_order(splits):
    y = splits[0].train.y
    assert abs(np.corrcoef(y[:-1], y[1:])[0, 1]) < 0.2
    assert abs(np.corrcoef(np.arange(len(y)), y)[0, 1]) < 0.2


# --- the course's folders ---------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A few photographs of unlike sizes, named as in the course."""
    rng = np.random.default_rng(0)
    for part, names in {
        "training": [f"{label}_{k}.jpg" for label in range(11) for k in range(2)],
        "validation": [f"{label}_0.jpg" for label in range(11)],
        "evaluation": [f"{k:04d}.jpg" for k in range(5)],
    }.items():
        (tmp_path / part).mkdir()
        for name in names:
            size = (*rng.integers(100, 400, 2), 3)
            Image.fromarray(rng.integers(0, 255, size, dtype=np.uint8)).save(tmp_path / part / name)
    return tmp_path


def test_the_courses_layout(folder):
    splits, reference = hw13.read(folder, "standard")
    assert splits.train.x.shape == (22, 224, 224, 3) and splits.test.x.shape == (5, 224, 224, 3)
    assert np.bincount(splits.train.y).tolist() == [2] * 11
    assert reference["Id"].tolist() == ["0000", "0001", "0002", "0003", "0004"]
    assert splits.unlabelled.x.shape == (0, 224, 224, 3)  # the course labelled all
    assert list(reference.columns) == ["Id"] and "edition" not in reference.attrs


def test_exported_pictures_come_back_as_they_were(tmp_path):
    folder = data.export("hw13", tmp_path / "exam", seed=5, profile="smoke")
    splits, reference = hw13.builtin("smoke", 5)
    read = data.load("hw13", source=folder)
    assert np.array_equal(read.test.x, splits.test.x)
    assert np.array_equal(read.unlabelled.x, splits.unlabelled.x) and read.unlabelled.y is None
    assert sorted(map(bytes, read.train.x)) == sorted(map(bytes, splits.train.x))
    assert data.reference("hw13", source=folder)["Category"].tolist() == reference["Category"].tolist()


def _remove(folder):
    for file in (folder / "validation").iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "training" / "3_0.jpg").rename(f / "training" / "three.jpg"), "label before the underscore"),
        (lambda f: (f / "training" / "3_0.jpg").rename(f / "training" / "11_0.jpg"), "a label from 0 to 10, found 11"),
        (lambda f: (f / "training" / "3_0.jpg").write_bytes(b"no picture"), "cannot be read as a picture"),
        (lambda f: (f / "evaluation" / "0003.jpg").write_bytes((f / "evaluation" / "0003.jpg").read_bytes()[:900]),
         "cut off"),
        (lambda f: (f / "evaluation").rename(f / "testing"), "There is no folder"),
        (_remove, "holds no pictures"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(folder, damage, words):
    damage(folder)
    with pytest.raises(DataError, match=words):
        hw13.read(folder, "standard")
