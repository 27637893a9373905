"""The drawn objects, the course's layout, and what is said of pictures that are not as they should be."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from common import data
from common.errors import DataError
from common.generators.objects import CLASSES, FORMS, objects
from common.homeworks.hw10 import data as hw10


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**40), few=st.integers(1, 2))
def test_objects_are_a_pure_function_of_their_seed(seed, few):
    x, y = objects(seed, few)
    again, _ = objects(seed, few)
    assert x.shape == (10 * few, 32, 32, 3) and x.dtype == np.uint8 and np.array_equal(x, again)
    assert np.array_equal(y, np.repeat(np.arange(10), few))
    more, _ = objects(seed, few + 1)
    assert np.array_equal(more[:few], x[:few]), "the first pictures do not depend on how many there are"


def test_seeds_and_pictures_differ():
    x, _ = objects(1, 6)
    other, _ = objects(2, 6)
    assert len({picture.tobytes() for picture in [*x, *other]}) == 120
    assert x.std(axis=(1, 2)).min() > 2, "no picture is empty"


def test_every_class_has_forms_of_its_own():
    assert tuple(FORMS) == CLASSES
    forms = [form for kind in CLASSES for form in FORMS[kind]]
    assert len(set(forms)) == len(forms) == 29


def test_colours_and_pixels_alone_do_not_tell_the_class():
    """Linear model, nearest neighbour and colour statistics stay far below the networks, which reach nine in ten."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.preprocessing import StandardScaler

    (x, y), (x_new, y_new) = objects(11, 80), objects(12, 20)

    def small(x):
        return x.reshape(-1, 16, 2, 16, 2, 3).mean((2, 4)).reshape(len(x), -1) / 255

    def colours(x):
        flat = x.reshape(len(x), -1, 3) / 255.0
        spread = np.quantile(flat, (0.1, 0.5, 0.9), axis=1).transpose(1, 0, 2).reshape(len(x), -1)
        return np.concatenate([flat.mean(1), flat.std(1), spread], 1)

    scores = {
        "nearest neighbour": KNeighborsClassifier(1).fit(small(x), y).score(small(x_new), y_new),
        "linear": LogisticRegression(C=0.01, max_iter=300).fit(small(x), y).score(small(x_new), y_new),
    }
    scaler = StandardScaler().fit(colours(x))
    fitted = LogisticRegression(max_iter=500).fit(scaler.transform(colours(x)), y)
    scores["colours"] = fitted.score(scaler.transform(colours(x_new)), y_new)
    assert max(scores.values()) < 0.5, scores
    assert scores["colours"] < 0.35, scores


def test_builtin_is_the_courses_layout():
    splits, reference = hw10.builtin("standard")
    assert len(splits.test) == 500 and list(reference.columns) == ["file", "image", "label"]
    assert splits.test.files[0] == "airplane/airplane1.png" and splits.test.files[-1] == "truck/truck50.png"
    assert reference["label"].tolist() == np.repeat(np.arange(10), 50).tolist()


@pytest.fixture
def folder(tmp_path):
    return data.export("hw10", tmp_path / "set", seed=5, profile="smoke") / "inputs"


def test_write_then_read_gives_equal_pictures(folder):
    made, made_reference = hw10.builtin("smoke", 5)
    found, reference = hw10.read(folder, "standard")
    assert found.test.files == made.test.files
    assert np.array_equal(found.test.x, made.test.x) and np.array_equal(found.test.y, made.test.y)
    assert reference["label"].equals(made_reference["label"]) and "edition" not in reference.attrs


def test_the_original_is_found_by_its_place(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(DataError, match="No original data"):
        data.load("hw10", source="original")
    shutil.copytree(folder, tmp_path / "data" / "hw10" / "data")  # the course's archive has a folder called data
    (tmp_path / "data" / "hw10" / "networks").mkdir()
    assert len(data.load("hw10", source="original").test) == 50
    assert data.reference("hw10", source="original").attrs["edition"] == "2022"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: shutil.rmtree(f / "frog"), "frog is missing"),
        (lambda f: (f / "cat" / "cat3.png").unlink(), "cat3.png is missing"),
        (lambda f: (f / "cat" / "cat5.png").unlink(), "holds 4 pictures, but airplane holds 5"),
        (lambda f: [p.unlink() for p in (f / "dog").glob("*")], "holds no pictures; expected files that end in .png"),
        (
            lambda f: (f / "ship" / "ship2.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
            "ship2.png cannot be read as a picture",
        ),
        (lambda f: Image.new("RGB", (33, 32)).save(f / "bird" / "bird1.png"), "found 33 x 32"),
    ],
)
def test_pictures_that_are_not_as_they_should_be(folder, spoil, says):
    spoil(folder)
    with pytest.raises(DataError) as error:
        hw10.read(folder, "standard")
    assert says in str(error.value) and "\n" not in str(error.value)
