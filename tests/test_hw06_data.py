"""Homework 6's data: drawn faces, exported folders, the course's folders of numbered pictures, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from common import data as loader
from common.errors import DataError
from common.homeworks.hw06 import data


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(data, "SIZES", {"smoke": (8, 4, 4), "standard": (12, 4, 4)})


def folder_of(path, names, side=64):
    path.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for k, name in enumerate(names):
        Image.fromarray(np.full((side, side, 3), k * 10, np.uint8) + rng.integers(0, 5, 3, np.uint8)).save(path / name)
    return path


def test_the_splits_share_no_picture_and_the_test_is_names_alone(small):
    splits, reference = data.builtin("smoke", 5)
    assert splits.train.shape == (8, 24, 24, 3) and splits.validation.shape == (4, 24, 24, 3)
    assert splits.test == ("0.png", "1.png", "2.png", "3.png")
    everything = [*splits.train, *splits.validation, *reference["image"]]
    assert len({image.tobytes() for image in everything}) == len(everything)
    assert (np.concatenate(reference["learnt"].tolist()) == splits.train).all()


def test_other_seeds_draw_other_faces(small):
    seen = {image.tobytes() for image in data.builtin("smoke", 5)[0].train}
    other, reference = data.builtin("smoke", 2**127 + 5)
    assert not seen & {image.tobytes() for image in (*other.train, *other.validation, *reference["image"])}


def test_what_is_exported_is_read_back(small, tmp_path):
    out = loader.export("hw06_gan", tmp_path / "exam", seed=9, profile="smoke")
    splits, reference = data.builtin("smoke", 9)
    read = loader.load("hw06_gan", source=out, profile="smoke")
    assert (read.train == splits.train).all() and (read.validation == splits.validation).all()
    assert read.test == splits.test
    known = loader.reference("hw06_gan", source=out, profile="smoke")
    for name in ("image", "learnt"):
        assert (np.stack(known[name].tolist()) == np.stack(reference[name].tolist())).all()
    keys = loader.reference("hw06_gan", source=out / "inputs", profile="smoke")
    assert list(keys.columns) == ["file"]


@pytest.mark.parametrize("inner", ["", "faces", "faces/faces"])
def test_the_courses_folder_is_found_however_it_was_unzipped(small, inner, tmp_path):
    folder_of(tmp_path / "raw" / inner, [f"{k}.jpg" for k in range(20)])
    assert data.look(tmp_path / "raw") == {"faces": 20}
    splits, reference = data.read(tmp_path / "raw", "standard")
    assert splits.train.shape == (12, 64, 64, 3) and len(splits.validation) == len(reference) == 4
    order = [int(image.mean()) for image in splits.train]
    assert order == sorted(order), "pictures are in the order of their numbers, 2.jpg before 10.jpg"
    assert reference["image"].iloc[0].shape == (64, 64, 3)


def test_larger_pictures_are_shrunk(small, tmp_path):
    folder_of(tmp_path / "faces", [f"{k}.jpg" for k in range(20)], side=96)
    assert data.read(tmp_path, "standard")[0].train.shape[1:] == (64, 64, 3)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "holds no pictures"),
        (["0.jpg", "face.jpg"], r"face\.jpg: expected a name of a number"),
        (["0.jpg", "1.jpg", "3.jpg"], r"2\.jpg is missing"),
        (["0.jpg", "1.jpg"], "holds 2 pictures, at least 20 are needed"),
    ],
)
def test_what_is_not_the_courses_folder_is_told_in_one_sentence(small, names, words, tmp_path):
    folder_of(tmp_path / "faces", names)
    with pytest.raises(DataError, match=words):
        data.read(tmp_path, "standard")


def test_a_damaged_picture_is_named(small, tmp_path):
    folder = folder_of(tmp_path / "faces", [f"{k}.jpg" for k in range(20)])
    (folder / "7.jpg").write_bytes((folder / "7.jpg").read_bytes()[:200])
    with pytest.raises(DataError, match=r"7\.jpg"):
        data.read(tmp_path, "standard")


@pytest.mark.parametrize("table", ["", "name\n0.png\n", "file\n", "file\n0.png\n\n"])
def test_a_damaged_list_of_names_is_told(small, table, tmp_path):
    folder_of(tmp_path / "faces", [f"{k}.png" for k in range(12)], side=24)
    (tmp_path / "test.csv").write_text(table)
    if table == "file\n0.png\n\n":  # an empty line at the end is none
        assert data.read(tmp_path, "smoke")[1].equals(pd.DataFrame({"file": ["0.png"]}))
        return
    with pytest.raises(DataError, match=r"test\.csv"):
        data.read(tmp_path, "smoke")


def test_too_few_exported_pictures_are_told(small, tmp_path):
    folder_of(tmp_path / "faces", ["0.png", "1.png"], side=24)
    (tmp_path / "test.csv").write_text("file\n0.png\n1.png\n")
    with pytest.raises(DataError, match="at least 4 pictures, found 2"):
        data.read(tmp_path, "smoke")
