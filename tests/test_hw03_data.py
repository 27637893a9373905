"""Homework 3: the data module, in its own words and in the course's files, right and wrong; and cheap answers."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.data.pictures import food_labels, read_pictures
from common.errors import DataError
from common.homeworks.hw03 import data as hw03

SQUARE = f"{hw03.DRAWN['smoke']} x {hw03.DRAWN['smoke']}"
NAMES = {"2022": ("training", "validation", "test"), "2023": ("train", "valid", "test")}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small set as `hw data export` writes it, written once."""
    folder = tmp_path_factory.mktemp("hw03")
    return folder, hw03.write(folder, "smoke", 31)


@pytest.fixture
def exported(written, tmp_path):
    """A copy that a test may spoil."""
    shutil.copytree(written[0] / "food11", tmp_path / "food11")
    return tmp_path / "food11"


def course_files(root, edition):
    """A few photographs in the course's layout of a year: JPEG, of any size."""
    rng = np.random.default_rng(0)
    for name in NAMES[edition]:
        (root / name).mkdir(parents=True)
        for k in range(22):
            height, width = rng.integers(90, 400, 2)
            picture = np.full((height, width, 3), (20 * (k % 11), 90, 200 - 9 * (k % 11)), np.uint8)
            called = f"{k + 1:04d}" if name == "test" else f"{k % 11}_{k}"
            Image.fromarray(picture).save(root / name / f"{called}.jpg", quality=95)
    return root


def refused(folder, *parts):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        hw03.read(folder, "standard")
    text = str(caught.value)
    assert "\n" not in text and all(part in text for part in parts), text


# --- right ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(written):
    folder, reference = written
    made, answers = hw03.builtin("smoke", 31)
    for place in (folder, folder / "food11"):
        found, keys = hw03.read(place, "standard")
        assert np.array_equal(found.test.x, made.test.x) and found.test.y is None
        assert list(keys.columns) == ["Id"] and keys["Id"].equals(answers["Id"])
        for one, other in ((made.train, found.train), (made.validation, found.validation)):
            assert sorted(one.y) == sorted(other.y)
            assert {i.tobytes() for i in one.x} == {i.tobytes() for i in other.x}
    assert reference.equals(answers)


@pytest.mark.parametrize("edition", ["2022", "2023"])
@pytest.mark.parametrize("inner", ["", "food11"])
def test_the_courses_layout_of_both_years(edition, inner, tmp_path):
    course_files(tmp_path / inner, edition)
    splits, reference = hw03.read(tmp_path, "standard")
    assert reference.attrs["edition"] == edition
    assert splits.train.x.shape == splits.validation.x.shape == splits.test.x.shape == (22, 128, 128, 3)
    assert splits.train.x.dtype == np.uint8 and reference["Id"][0] == {"2022": "0001", "2023": "0000"}[edition]
    for part in (splits.train, splits.validation):
        middle = part.x[:, 64, 64].astype(int)
        assert np.abs(middle - np.stack([20 * part.y, 0 * part.y + 90, 200 - 9 * part.y], 1)).max() < 12
    assert splits.classes == hw03.CLASSES and str(tmp_path) in splits.about


def test_pictures_are_held_once():
    """Training and validation set are views of one array of bytes."""
    splits, _ = hw03.builtin("smoke", 1)
    for part in (splits.train, splits.validation):
        assert np.shares_memory(part.x, splits.labelled.x) and part.x.dtype == np.uint8
    assert len(splits.train) + len(splits.validation) == len(splits.labelled)


def test_no_picture_is_met_twice():
    splits, _ = hw03.builtin("smoke", 1)
    every = [image.tobytes() for image in (*splits.labelled.x, *splits.test.x)]
    assert len(set(every)) == len(every)
    assert splits.test.y is None


def test_smoke_reads_a_part_of_every_class(tmp_path, monkeypatch):
    course_files(tmp_path, "2022")
    monkeypatch.setattr(hw03, "SMOKE_PICTURES", 11)
    splits, reference = hw03.read(tmp_path, "smoke")
    assert len(splits.train) == 11 and len(set(splits.train.y)) > 5 and len(reference) == 22


def test_other_suffixes_and_files_beside(tmp_path):
    course_files(tmp_path, "2023")
    (tmp_path / "train" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "train" / "Thumbs.db").write_bytes(b"\0")
    (tmp_path / "train" / "0_0.jpg").rename(tmp_path / "train" / "0_0.JPG")
    assert len(hw03.read(tmp_path, "standard")[0].train) == 22


def test_grey_and_transparent_pictures(tmp_path):
    course_files(tmp_path, "2022")
    Image.new("L", (50, 70), 99).save(tmp_path / "test" / "0001.jpg")
    (tmp_path / "test" / "0002.jpg").unlink()
    Image.new("RGBA", (50, 70), (1, 2, 3, 4)).save(tmp_path / "test" / "0002.png")
    assert (hw03.read(tmp_path, "standard")[0].test.x[0] == 99).all()


# --- wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["validation", "test"])
def test_missing_folder(exported, name):
    shutil.rmtree(exported / name)
    refused(exported.parent, str(exported / name), "Kaggle")


def test_no_training_folder_of_either_year(exported):
    shutil.rmtree(exported / "training")
    refused(exported.parent, "training", "train", "Kaggle")


@pytest.mark.parametrize("name", ["training", "validation", "test"])
def test_empty_folder(exported, name):
    shutil.rmtree(exported / name)
    (exported / name).mkdir()
    refused(exported.parent, str(exported / name), "no pictures")


def first(exported, name):
    return min((exported / name).iterdir())


@pytest.mark.parametrize("name", ["training", "validation", "test"])
@pytest.mark.parametrize("keep", [0, 20, 1000])
def test_truncated_picture(exported, name, keep):
    path = first(exported, name)
    os.truncate(path, keep)
    refused(exported.parent, str(path), "cut off")


def test_no_picture_at_all(exported):
    path = first(exported, "test")
    path.write_text("<html>Sign in to download</html>")
    refused(exported.parent, str(path), "cannot be read as a picture")


@pytest.mark.parametrize(
    ("called", "words"),
    [
        ("11_5", "found 11"),
        ("99999_1", "from 0 to 10"),
        ("bread_1", "3_120"),
        ("5", "3_120"),
        ("-1_3", "3_120"),
        ("²_3", "3_120"),
        ("_3", "3_120"),
    ],
)
def test_wrong_label(exported, called, words):
    path = first(exported, "training")
    path.rename(path.with_stem(called))
    refused(exported.parent, called, words)


def test_pictures_of_other_sizes(exported):
    Image.new("RGB", (40, 64)).save(first(exported, "validation"))
    refused(exported.parent, str(first(exported, "validation")), "40 x 64", SQUARE)


def test_test_pictures_of_another_size(exported):
    for path in (exported / "test").iterdir():
        Image.new("RGB", (40, 40)).save(path)
    refused(exported.parent, "40 x 40", SQUARE)


def test_labels():
    names = [f"{label}_{label}_1.png" for label in (10, *range(10))]
    assert food_labels({name: Path(name) for name in names}).tolist() == [10, *range(10)]


def test_as_they_are(tmp_path):
    Image.new("RGB", (7, 5), (1, 2, 3)).save(tmp_path / "0_1.png")
    assert read_pictures([tmp_path / "0_1.png"]).shape == (1, 5, 7, 3)
    assert (read_pictures([tmp_path / "0_1.png"], 4) == (1, 2, 3)).all()
