"""Homework 11: the generator, and the data module in its own words and in the course's files, right and wrong."""

import shutil

import numpy as np
import pytest
from PIL import Image

from common.errors import DataError
from common.generators import sketches
from common.homeworks.hw11 import data as hw11

COURSE = "real_or_drawing"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small set as `hw data export` writes it, written once."""
    folder = tmp_path_factory.mktemp("hw11")
    return folder, hw11.write(folder, "smoke", 31)


@pytest.fixture
def course(tmp_path):
    """The course's layout in little: two photographs of each class, six drawings."""
    root = tmp_path / "files" / COURSE
    for label in range(10):
        (root / "train_data" / str(label)).mkdir(parents=True)
        for k in range(2):
            Image.new("RGB", (32, 32), (20 * label, 100, 50 * k)).save(root / "train_data" / str(label) / f"{k}.bmp")
    (root / "test_data" / "0").mkdir(parents=True)
    for k in range(6):
        Image.new("L", (28, 28), 40 * k).save(root / "test_data" / "0" / f"{k:05d}.bmp")
    return root


def refused(folder, *parts):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        hw11.read(folder, "standard")
    text = str(caught.value)
    assert "\n" not in text and all(str(part) in text for part in parts), text


# --- the generator --------------------------------------------------------------------------------------------------


def test_pictures_depend_on_seed_number_and_label_alone():
    labels = [0, 3, 9, 7]
    for make in (sketches.photos, sketches.sketches):
        whole = make(5, labels)
        assert np.array_equal(whole, make(5, labels)) and np.array_equal(whole[:2], make(5, labels[:2]))
        assert not np.array_equal(whole, make(6, labels))
    assert sketches.photos(5, [1]).shape == (1, 32, 32, 3) and sketches.sketches(5, [1]).shape == (1, 28, 28)


def test_drawings_are_white_strokes_on_black():
    x = sketches.sketches(2, np.repeat(np.arange(10), 10))
    assert x.dtype == np.uint8 and (x.max(axis=(1, 2)) > 100).all()
    ink = (x > 100).mean(axis=(1, 2))
    assert ink.min() > 0.02 and ink.max() < 0.6 and 0.5 < (x == 0).mean() < 0.95


def test_every_form_can_be_drawn_in_both_styles():
    for kind, forms in sketches.FORMS.items():
        for form in forms:
            rng = np.random.default_rng(1)
            pen = sketches.SketchPen.on_sheet()
            form(pen, rng)
            assert sketches.drawn([pen.strokes], 28, [rng]).any(), kind


# --- the data module ------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(written):
    folder, reference = written
    made, answers = hw11.builtin("smoke", 31)
    for place in (folder, folder / COURSE):
        found, keys = hw11.read(place, "standard")
        for one, other in ((made.train, found.train), (made.validation, found.validation)):
            assert np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y)
        assert np.array_equal(made.test.x, found.test.x) and np.array_equal(made.test.id, found.test.id)
        assert list(keys.columns) == ["id"] and keys["id"].equals(answers["id"])
    assert reference.equals(answers)


def test_the_domains_are_balanced_and_drawings_shuffled():
    splits, reference = hw11.builtin("smoke", 3)
    for labels in (splits.train.y, splits.validation.y, reference["label"]):
        assert len(set(np.bincount(labels, minlength=10))) == 1
    assert (np.diff(reference["label"]) < 0).any() and not hasattr(splits.test, "y")
    assert len(splits.validation) * hw11.HELD_OUT == len(splits.validation) + len(splits.train)


def test_no_picture_of_an_exam_is_public():
    public, private = (hw11.builtin("smoke", seed)[0] for seed in (hw11.SEED, 12345))
    for name in ("train", "validation", "test"):
        seen = {image.tobytes() for image in getattr(public, name).x}
        assert not seen & {image.tobytes() for image in getattr(private, name).x}


def test_the_courses_layout(course):
    splits, keys = hw11.read(course.parent, "standard")
    assert keys.attrs["edition"] == "2022" and keys["id"].tolist() == list(range(6))
    assert splits.train.x.shape == (20, 32, 32, 3) and splits.test.x.shape == (6, 28, 28)
    assert (splits.train.x[:, 0, 0, 0] == 20 * splits.train.y).all()
    assert splits.test.x[:, 0, 0].tolist() == [0, 40, 80, 120, 160, 200]


def test_ids_come_from_names(course):
    """Names of different lengths sort otherwise than their numbers."""
    for k in range(6):
        (course / "test_data" / "0" / f"{k:05d}.bmp").unlink()
    for k in range(12):
        Image.new("L", (28, 28), 10 * k).save(course / "test_data" / "0" / f"{k}.bmp")
    splits, keys = hw11.read(course, "standard")
    assert keys["id"].tolist() == list(range(12)) and splits.test.x[:, 0, 0].tolist() == [10 * k for k in range(12)]


def test_what_an_unzip_leaves(course, tmp_path):
    """Doubled folders, and the shadow files of macOS."""
    outer = tmp_path / "doubled" / COURSE
    outer.mkdir(parents=True)
    shutil.copytree(course, outer / COURSE)
    (outer / COURSE / "test_data" / "test_data").mkdir()
    shutil.move(outer / COURSE / "test_data" / "0", outer / COURSE / "test_data" / "test_data" / "0")
    (outer / COURSE / "train_data" / "3" / "._0.bmp").write_bytes(b"\0\5\26\7")
    (outer / COURSE / "test_data" / "test_data" / "0" / "._00000.bmp").write_bytes(b"\0\5\26\7")
    splits, _ = hw11.read(outer.parent, "standard")
    assert len(splits.train) + len(splits.validation) == 20 and len(splits.test) == 6


def test_files_are_read_once(course, monkeypatch):
    first, _ = hw11.read(course, "standard")
    monkeypatch.setattr(hw11, "read_pictures", lambda *args, **how: pytest.fail("opened again"))
    second, _ = hw11.read(course, "standard")
    assert np.array_equal(first.test.x, second.test.x)


def test_a_changed_file_is_read_anew(course):
    hw11.read(course, "standard")
    Image.new("L", (28, 28), 255).save(course / "test_data" / "0" / "00003.bmp")
    (course / "test_data" / "0" / "00003.bmp").touch()
    assert (hw11.read(course, "standard")[0].test.x[3] == 255).all()


def test_pictures_in_other_modes(course):
    Image.new("RGB", (28, 28), (9, 9, 9)).save(course / "test_data" / "0" / "00000.bmp")
    Image.new("L", (32, 32), 7).save(course / "train_data" / "0" / "0.bmp")
    splits, _ = hw11.read(course, "standard")
    assert (splits.test.x[0] == 9).all() and (splits.train.x[0] == 7).all()


# --- bad files ------------------------------------------------------------------------------------------------------


def test_no_folders(tmp_path):
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "no folder", "train_data", "Put real_or_drawing/")


def test_no_drawings(course):
    shutil.rmtree(course / "test_data")
    refused(course.parent, "no folder", "test_data", "Put real_or_drawing/")


def test_a_missing_class(course):
    shutil.rmtree(course / "train_data" / "4")
    refused(course, course / "train_data" / "4", "class cat")


def test_an_empty_class(course):
    for file in (course / "train_data" / "4").iterdir():
        file.unlink()
    refused(course, course / "train_data" / "4", "holds no pictures")


def test_a_bmp_that_is_none(course):
    (course / "train_data" / "2" / "1.bmp").write_bytes(b"not a picture")
    refused(course, course / "train_data" / "2" / "1.bmp", "cannot be read as a picture")


def test_a_bmp_cut_off(course):
    file = course / "test_data" / "0" / "00002.bmp"
    file.write_bytes(file.read_bytes()[:1200])
    refused(course, file, "cannot be read as a picture")


@pytest.mark.parametrize("place, size", [("train_data/1/0.bmp", (28, 28)), ("test_data/0/00001.bmp", (32, 32))])
def test_a_wrong_size(course, place, size):
    Image.new("RGB", size).save(course / place)
    refused(course, course / place, "expected", "found {} x {}".format(*size))


def test_a_missing_drawing(course):
    (course / "test_data" / "0" / "00002.bmp").unlink()
    refused(course, "00002.bmp is missing")


def test_a_drawing_twice(course):
    shutil.copy(course / "test_data" / "0" / "00002.bmp", course / "test_data" / "0" / "2.bmp")
    refused(course, "have one number")


def test_a_drawing_without_a_number(course):
    (course / "test_data" / "0" / "00005.bmp").rename(course / "test_data" / "0" / "five.bmp")
    refused(course, "five.bmp", "expected a name of a number")


def test_what_there_is_can_be_counted(course):
    assert hw11.look(course.parent) == {"photographs": 20, "drawings": 6}
