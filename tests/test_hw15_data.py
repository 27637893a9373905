"""The alphabets of homework 15: their generator, their files, and how far answers without learning get."""

import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from common import data
from common.errors import DataError
from common.generators import glyphs
from common.homeworks.hw15 import data as hw15

TINY = (5, 2, 5, 8)  # alphabets to learn from, for the test, characters in each, test episodes


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hw15") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(hw15.SIZES, "smoke", TINY)
        patch.setattr(hw15, "cached", lambda name, version, key, build: build())
        return folder, hw15.write(folder, "smoke", 5), hw15.builtin("smoke", 5)


@pytest.fixture
def copy(exported, tmp_path):
    shutil.copytree(exported[0], tmp_path / "copy")
    return tmp_path / "copy"


# --- generator ------------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes():
    first, again, other = (glyphs.alphabets(seed, 2, 6) for seed in (4, 4, 5))
    assert first.images.tobytes() == again.images.tobytes() and first.names == again.names
    assert first.images.tobytes() != other.images.tobytes()


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_every_drawing_is_a_drawing(seed):
    made = glyphs.alphabets(seed, 2, 5)
    assert made.images.shape == (10, glyphs.DRAWERS, 28, 28) and made.images.dtype == np.uint8
    assert list(made.names) == sorted(set(made.names))
    ink = made.images.astype(float).mean(axis=(2, 3)) / 255
    assert ink.min() > 0.01 and ink.max() < 0.7


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_programs_fill_their_box_and_differ(seed):
    strokes = glyphs.programs(np.random.default_rng(seed), 8)
    assert strokes.shape == (8, glyphs.STROKES, glyphs.POINTS, 2)
    assert np.nanmax(np.abs(strokes)) <= 0.5 + 1e-9
    missing = np.isnan(strokes).all(axis=(2, 3))
    assert not missing[:, 0].any() and (missing == np.isnan(strokes).any(axis=(2, 3))).all()
    pictures = np.stack([glyphs._blurred(program) for program in strokes])
    assert np.max(pictures @ pictures.T - np.eye(8)) < 0.9


def test_drawers_have_habits():
    """One drawer's characters look alike in how much ink they use, one character's drawings less so."""
    images = glyphs.alphabets(3, 1, 16).images.astype(float)
    darkest = np.percentile(images, 99, axis=(2, 3))  # (characters, drawers)
    assert darkest.std(axis=0).mean() < 0.5 * darkest.std(axis=1).mean()


# --- splits ---------------------------------------------------------------------------------------------------------


def test_alphabets_are_disjoint():
    splits, _ = hw15.builtin("smoke")
    assert not set(splits.train.names) & set(splits.validation.names)
    seen = {image.tobytes() for image in splits.train.images.reshape(-1, 784)}
    for images in (splits.validation.images, splits.test.support, splits.test.query):
        assert not seen & {image.tobytes() for image in images.reshape(-1, 784)}


def test_queries_of_an_episode_are_independent():
    """Knowing that four queries are of other classes must not give the fifth away."""
    _, reference = hw15.builtin("standard")
    classes = reference["class"].to_numpy().reshape(-1, 5)
    each_once = np.mean([len(set(row)) == 5 for row in classes])
    assert each_once < 0.1 and classes.shape == (640, 5)
    assert np.abs(np.bincount(classes.ravel()) / classes.size - 0.2).max() < 0.03


def test_no_image_comes_twice_in_an_episode():
    images = np.arange(8 * 20, dtype=np.uint8).reshape(8, 20, 1, 1) * np.ones((1, 1, 28, 28), np.uint8)
    test, classes = hw15.draw_test(images, 50, 1)
    for support, query, row in zip(test.support[..., 0, 0], test.query[..., 0, 0], classes, strict=True):
        assert len({*support, *query}) == 10
        assert (support[row] // 20 == query // 20).all()


# --- files ----------------------------------------------------------------------------------------------------------


def _same(first, second):
    for split in ("train", "validation"):
        a, b = getattr(first, split), getattr(second, split)
        assert np.array_equal(a.images, b.images) and np.array_equal(a.alphabet, b.alphabet) and a.names == b.names
    for part in ("id", "support", "query"):
        assert np.array_equal(getattr(first.test, part), getattr(second.test, part))


def test_reading_gives_what_was_written(exported):
    folder, answers, (made, reference) = exported
    splits, keys = hw15.read(folder, "smoke")
    _same(splits, made)
    assert answers.equals(reference) and list(keys.columns) == ["id"] and keys.attrs["edition"] == "2022"


def test_zip_is_read_like_the_folder(exported, copy):
    background = copy / "images_background"
    with zipfile.ZipFile(copy / "images_background.zip", "w") as archive:
        for path in background.rglob("*.png"):
            archive.write(path, path.relative_to(copy))
        archive.writestr("__MACOSX/images_background/._x.png", "")
    shutil.rmtree(background)
    _same(hw15.read(copy, "smoke")[0], hw15.read(exported[0], "smoke")[0])


def test_official_size_and_evaluation_set(copy):
    """105 x 105 pixels, and test episodes drawn from images_evaluation, with answers."""
    shutil.rmtree(copy / "Omniglot-test")
    shutil.copytree(copy / "images_background", copy / "images_evaluation")
    path = min((copy / "images_background").rglob("*.png"))
    large = np.full((105, 105), 255, np.uint8)
    large[30:60, 30:60] = 0
    Image.fromarray(large > 127).save(path)  # one bit a pixel, as Omniglot's
    splits, reference = hw15.read(copy, "standard")
    assert splits.test.query.shape == (640, 5, 28, 28) and list(reference.columns) == ["id", "class"]
    image = splits.train.images[0, 0]
    assert image[12, 12] == 255 and image[0, 0] == 0


def _gone(copy):
    shutil.rmtree(copy / "images_background")


def _no_test(copy):
    shutil.rmtree(copy / "Omniglot-test")


def _short(copy):
    next((copy / "images_background").rglob("*.png")).unlink()


def _cut(copy):
    path = next((copy / "images_background").rglob("*.png"))
    path.write_bytes(path.read_bytes()[:60])


def _small(copy):
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(copy / "Omniglot-test" / "query" / "0003" / "image_2.png")


def _wide(copy):
    Image.fromarray(np.zeros((28, 40), np.uint8)).save(copy / "Omniglot-test" / "query" / "0003" / "image_2.png")


def _no_image(copy):
    (copy / "Omniglot-test" / "support" / "0003" / "image_4.png").unlink()


def _no_episode(copy):
    shutil.rmtree(copy / "Omniglot-test" / "support" / "0007")


def _deep(copy):
    (copy / "images_background").rename(copy / "moved")
    (copy / "moved").rename((copy / "images_background").mkdir() or copy / "images_background" / "again")


def _broken_zip(copy):
    shutil.rmtree(copy / "images_background")
    (copy / "images_background.zip").write_bytes(b"PK\x03\x04 nothing more")


def _few(copy):
    for folder in sorted((copy / "images_background").iterdir())[4:]:
        shutil.rmtree(folder)


FAULTS = {
    _gone: "neither images_background nor",
    _no_test: "neither a folder Omniglot-test nor",
    _short: "expected 20 images of .* found 19",
    _cut: "cut off",
    _small: "image_2.png: expected a square of at least 28 pixels, found 20 x 20",
    _wide: "found 40 x 28",
    _no_image: "image_4.png",
    _no_episode: "found 0007 in one of them only",
    _deep: "expected <alphabet>/<character>/<image>.png",
    _broken_zip: "not a complete zip",
    _few: "at least 5 alphabets",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__.strip("_"))
def test_what_is_wrong_is_told_in_one_sentence(spoil, copy):
    spoil(copy)
    with pytest.raises(DataError, match=FAULTS[spoil]) as error:
        hw15.read(copy, "smoke")
    assert "\n" not in str(error.value)


def test_downloads_are_what_the_reader_looks_for():
    assert {download.name for download in hw15.DOWNLOADS} == {"images_background.zip", "images_evaluation.zip"}
    assert all(len(download.sha256) == 64 for download in hw15.DOWNLOADS)


def test_load_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match="hw data fetch hw15"):
        data.load("hw15", source="original")
