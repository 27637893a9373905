"""Rotated digits: the angles, the IDX reader, what is said of a bad file, and writing and reading back."""

import gzip
import shutil
import struct

import numpy as np
import pandas as pd
import pytest

from common import data
from common.errors import DataError
from common.generators.rotations import angles, rotate
from common.homeworks.hw14 import data as hw14
from common.submission.card import find_card


def test_right_angles_are_exact():
    x = np.random.default_rng(0).integers(0, 256, (5, 8, 8), dtype=np.uint8)
    assert np.array_equal(rotate(x, 0), x)
    for quarter in (1, 2, 3):
        assert np.array_equal(rotate(x, 90 * quarter), np.rot90(x, quarter, (1, 2)))
    assert np.array_equal(rotate(x, -90), np.rot90(x, -1, (1, 2)))


@pytest.mark.parametrize("degrees", [20, -37.5, 80])
@pytest.mark.parametrize("side", [8, 11])
def test_rotation_equals_scipy(degrees, side):
    from scipy.ndimage import rotate as theirs

    x = np.random.default_rng(1).integers(0, 256, (4, side, side), dtype=np.uint8)
    expected = theirs(x.astype(float), degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    assert np.abs(rotate(x, degrees) - expected).max() <= 0.501  # ours is rounded to whole numbers


def test_rotation_in_pieces_and_of_nothing():
    x = np.random.default_rng(2).integers(0, 256, (5000, 4, 4), dtype=np.uint8)
    assert np.array_equal(rotate(x, 33)[4090:4100], rotate(x[4090:4100], 33))
    assert rotate(x[:0], 33).shape == (0, 4, 4)


def test_angles_are_thirty_apart():
    found = np.array([angles(seed) for seed in range(50)])
    assert np.allclose(np.diff(found, axis=1), 30, atol=0.11)
    assert (np.abs(found[:, 0]) <= 3).all() and len(np.unique(found[:, 0])) > 20


def test_the_public_set():
    splits = data.load("hw14")
    assert [task.degrees for task in splits.train] == [0, 30, 60, 90, 120]
    assert [len(part[0].x) for part in (splits.train, splits.validation, splits.test)] == [1038, 259, 500]
    assert all(task.y is None for task in splits.test)
    assert splits.train[0].x.dtype == np.uint8 and splits.train[0].x.max() == 255


@pytest.mark.parametrize("neighbours", [False, True])
def test_knowing_a_single_task_is_not_enough_for_medium(neighbours):
    """Learn one task and leave the others: also the middle one is no way round the ladder."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    splits = data.load("hw14")
    truth = data.reference("hw14").query("after_task == 5").groupby("task")["class"].agg(np.array)
    threshold = find_card("hw14").ladder["builtin"].medium.threshold
    for task in splits.train:
        model = KNeighborsClassifier(1) if neighbours else LogisticRegression(max_iter=100)
        model.fit(task.x.reshape(len(task.x), -1) / 255, task.y)
        said = [model.predict(other.x.reshape(len(other.x), -1) / 255) for other in splits.test]
        assert np.mean([a == b for a, b in zip(said, truth, strict=True)]) < threshold - 0.05, task.degrees


def test_no_image_is_in_two_splits():
    splits = data.load("hw14")
    seen = [{x.tobytes() for x in part[0].x} for part in (splits.train, splits.validation, splits.test)]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])


def test_every_task_shows_the_same_digits():
    splits, reference = hw14.builtin("smoke", 3)
    for task in splits.train:
        assert np.array_equal(task.y, splits.train[0].y) and np.array_equal(task.x, rotate(
            hw14._digits("smoke", 3)[0][0][: len(task.x)], task.degrees))  # fmt: skip
    tasks = reference.groupby("task")["class"].agg(list)
    assert (tasks.map(str).nunique(), len(reference)) == (1, 25 * len(splits.test[0].x))


@pytest.fixture
def folder(tmp_path):
    return data.export("hw14", tmp_path / "set", seed=5, profile="smoke") / "inputs"


def test_write_then_read_gives_equal_arrays(folder):
    made, made_reference = hw14.builtin("smoke", 5)
    found, keys = hw14.read(folder, "standard")
    for split in ("train", "validation", "test"):
        for a, b in zip(getattr(made, split), getattr(found, split), strict=True):
            assert a.degrees == b.degrees and np.array_equal(a.x, b.x) and np.array_equal(a.id, b.id)
            assert (a.y is None and b.y is None) or np.array_equal(a.y, b.y)
    pd.testing.assert_frame_equal(keys, made_reference[["after_task", "task", "id"]])


def test_exported_inputs_hold_no_test_labels(folder):
    names = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert names == [
        "rotations.csv",
        "t10k-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ]


def test_the_courses_files_unpacked_dotted_or_flat(folder, tmp_path):
    """With the labels of the test images and without angles: what torchvision leaves behind."""
    flat = tmp_path / "flat"
    flat.mkdir()
    raw = folder / "MNIST" / "raw"
    images = gzip.decompress((raw / "t10k-images-idx3-ubyte.gz").read_bytes())
    n = struct.unpack(">I", images[4:8])[0]
    (flat / "t10k-images.idx3-ubyte").write_bytes(images)
    (flat / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x0801, n) + bytes(i % 10 for i in range(n)))
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        shutil.copy(raw / name, flat)
    splits, reference = hw14.read(flat, "standard")
    assert [task.degrees for task in splits.train] == [0, 20, 40, 60, 80]
    assert reference["class"].tolist() == [i % 10 for i in range(n)] * 25


def _raw(folder, name):
    return folder / "MNIST" / "raw" / name


def _replace(path, change):
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


def _with(content):
    return lambda path: path.write_bytes(content)


def test_bad_files_get_one_sentence(folder):
    images, labels = _raw(folder, "train-images-idx3-ubyte.gz"), _raw(folder, "train-labels-idx1-ubyte.gz")
    cases = [  # file, what happens to it, what is said
        (images, lambda p: p.unlink(), "There is no train-images-idx3-ubyte"),
        (labels, lambda p: p.unlink(), "There is no train-labels-idx1-ubyte"),
        (images, lambda p: p.write_bytes(p.read_bytes()[:900]), "damaged or cut off"),
        (images, lambda p: p.write_bytes(p.read_bytes()[:-4] + b"oops"), "damaged or cut off"),
        (images, lambda p: _replace(p, lambda b: b[:-1]), "19,216 bytes for 300 x 8 x 8 values, found 19,215"),
        (images, lambda p: _replace(p, lambda b: b + b"x"), "found 19,217"),
        (images, lambda p: _replace(p, lambda b: b[:7]), "is no IDX file of images"),
        (images, _with(b""), "is no IDX file of images"),
        (images, _with(b"<!doctype html>" * 99), "is no IDX file of images: expected it to begin with"),
        (images, lambda p: p.write_bytes(labels.read_bytes()), "a file of labels"),
        (labels, lambda p: p.write_bytes(images.read_bytes()), "a file of images"),
        (labels, lambda p: _replace(p, lambda b: b[:8] + b"\x0a" + b[9:]), "label 1: expected a class .*, found 10"),
        (labels, _with(struct.pack(">II", 0x0801, 3) + b"\0\1\2"), "each of the 300 images, found 3"),
        (images, _with(struct.pack(">4I", 0x0803, 2**31, 2**31, 2**31)), "cut off"),
        (images, _with(struct.pack(">4I", 0x0803, 20, 2, 3) + bytes(120)), "square images, found 2 x 3"),
        (images, _with(struct.pack(">4I", 0x0803, 1, 8, 8) + bytes(64)), "at least 10 images, found 1"),
        (images, _with(struct.pack(">4I", 0x0803, 300, 4, 4) + bytes(4800)), "4 x 4 pixels, the test"),
        (folder / "rotations.csv", lambda p: p.write_text("angle\n3\n"), "expected the columns task,degrees"),
        (folder / "rotations.csv", lambda p: p.write_text("task,degrees\n1,0\n3,20\n"), "tasks 1, 2, … in order"),
        (folder / "rotations.csv", lambda p: p.write_text("task,degrees\n1,0\n2,\n"), "each with its degrees"),
        (folder / "rotations.csv", lambda p: p.write_text("task,degrees\n1,0\n"), "2 to 20 tasks, found 1"),
    ]  # fmt: skip
    for path, spoil, says in cases:
        before = path.read_bytes()
        spoil(path)
        with pytest.raises(DataError, match=says) as error:
            hw14.read(folder, "standard")
        assert "\n" not in str(error.value)
        path.write_bytes(before)
    hw14.read(folder, "standard")


def test_smoke_of_a_folder_learns_from_fewer_but_is_tested_whole(folder, monkeypatch):
    monkeypatch.setattr(hw14, "SMOKE_READ", 100)
    splits, reference = hw14.read(folder, "smoke")
    assert (len(splits.train[0].x), len(splits.validation[0].x), len(splits.test[0].x)) == (80, 20, 150)
    assert len(reference) == 150 * 25


def test_the_first_images_alone(folder):
    whole, _ = hw14.read(folder, "standard")
    splits = hw14.first(folder, 50)
    assert [(len(task.x), task.degrees) for task in splits.train] == [(40, task.degrees) for task in whole.train]
    assert np.array_equal(splits.train[2].x, whole.train[2].x[:40])
    assert [len(task.x) for task in (*splits.validation, *splits.test)] == [10] * 5 + [0] * 5


def test_downloads_are_where_the_reader_looks():
    assert {download.name for download in hw14.DOWNLOADS} == {
        f"MNIST/raw/{name}.gz" for name, _ in hw14.FILES.values()
    }  # fmt: skip
    assert all(len(download.sha256) == 64 and len(download.urls) == 2 for download in hw14.DOWNLOADS)
