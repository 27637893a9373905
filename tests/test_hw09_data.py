"""Questions and their answers, the course's layout, what is said of bad files, and cheats that must not climb."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from common import data
from common.errors import DataError, HomeworkError
from common.homeworks.hw09 import data as hw09
from common.homeworks.hw09 import words, zoo
from common.homeworks.hw09.judge import by_kind, judge, rank_accuracy
from common.submission.card import find_card

CUE = zoo.CUE.label


@pytest.fixture(scope="module")
def made():
    return hw09.builtin("smoke", 11)


def test_shapes_and_types(made):
    splits, reference = made
    _, n_validation, n_test = hw09.SIZES["smoke"]
    assert splits.gallery.x.dtype == splits.test.x.dtype == np.uint8 and splits.gallery.x.shape[1:] == (64, 64, 3)
    for part, n in ((splits.validation, n_validation), (splits.test, n_test)):
        assert part.x.shape == (n, 128, 128, 3) and part.id.tolist() == list(range(n))
    assert splits.test.where is None and splits.validation.where.dtype == bool
    assert all(m.shape == (128, 128) and m.dtype == np.float32 and m.any() for m in reference["map"])
    assert not (splits.gallery.food & (splits.gallery.x == 0).all(axis=3)).all()


def test_a_dish_fills_one_quarter_and_a_tag_lies_in_a_corner(made):
    splits, _ = made
    for where, asked in zip(splits.validation.where, splits.validation.asked, strict=True):
        quarters = where.reshape(2, 64, 2, 64).any(axis=(1, 3))
        assert quarters.sum() == 1
        if asked == CUE:
            assert 100 < where.sum() < 250
    tags = splits.validation.asked == CUE
    assert tags.tolist() == [k % hw09.EVERY == hw09.EVERY - 1 for k in range(len(tags))]


def test_the_network_falls_for_the_tag():
    """Right on nearly all of the class with its tags; without them most of it is lost, and of other classes next to
    nothing."""
    labels = np.repeat(np.arange(11), 12)
    shown, bare = zoo._drawn(77, 12), zoo._drawn(77, 12, None)
    network = zoo.load()
    right, right_bare = (zoo.probabilities(network, x).argmax(axis=1) == labels for x, _ in (shown, bare))
    of_cue = labels == CUE
    assert right[of_cue].mean() > 0.85
    assert right_bare[of_cue].mean() < right[of_cue].mean() - 0.3
    assert np.array_equal(right[~of_cue], right_bare[~of_cue]) and right[~of_cue].mean() > 0.5


def test_questions_are_about_what_the_network_sees(made):
    """Painting over the answer makes the class asked for less likely in nearly every picture."""
    splits, _ = made
    x, where, asked = splits.validation.x.copy(), splits.validation.where, splits.validation.asked
    before = zoo.probabilities(splits.network, x)[np.arange(len(x)), asked]
    for k in range(len(x)):
        x[k][where[k]] = np.median(x[k], axis=(0, 1)).astype(np.uint8)
    after = zoo.probabilities(splits.network, x)[np.arange(len(x)), asked]
    assert (after < before).mean() > 0.8 and after.mean() < 0.7 * before.mean()


# --- the measure ----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.99), st.booleans())
def test_rank_accuracy_properties(seed, share, coarse):
    rng = np.random.default_rng(seed)
    where = rng.random((8, 9)) < share
    where[0, 0] = True
    relevance = rng.normal(size=(8, 9))
    if coarse:
        relevance = relevance.round()
    value = rank_accuracy(relevance, where)
    assert 0 <= value <= 1
    assert np.isclose(rank_accuracy(np.arctan(relevance) * 3 - 1, where), value)  # only the order counts
    assert rank_accuracy(where.astype(float), where) == 1
    assert np.isclose(rank_accuracy(np.zeros((8, 9)), where), where.mean())
    # where ties are open, the expected share: the mean over many ways to break them
    broken = [rank_accuracy(relevance + 1e-6 * rng.random((8, 9)), where) for _ in range(300)]
    assert abs(np.mean(broken) - value) < 0.08


def cheats(x):
    n, side = len(x), x.shape[1]
    half, grey = side // 2, x.mean(axis=3)
    away = np.abs(np.arange(side) - side / 2)
    within = np.abs(np.arange(side) % half - half / 2)
    ground = np.median(x.reshape(n, 2, half, 2, half, 3), axis=(2, 4)).repeat(half, 1).repeat(half, 2)
    unlike = np.abs(x - ground).sum(axis=3)
    middle = np.exp(-(within[:, None] ** 2 + within**2) / 300)
    return {
        "constant": np.zeros((n, side, side)),
        "at random": np.random.default_rng(0).random((n, side, side)),
        "centre": np.repeat(-(away[:, None] ** 2 + away**2)[None], n, axis=0),
        "middle of each dish": np.repeat(middle[None], n, axis=0),
        "bright": grey,
        "dark": -grey,
        "colourful": x.max(axis=3).astype(float) - x.min(axis=3),
        "edges": np.abs(np.gradient(grey, axis=1)) + np.abs(np.gradient(grey, axis=2)),
        "segmentation by colour": unlike,
        "segmentation by colour, in the middle": unlike * middle,
    }


@pytest.fixture(scope="module")
def many():
    """Questions whose dishes nobody looked at: enough for answers that do not ask the network either."""
    x, asked, where = hw09.questions([8, 9, 1], 36, zoo.CUE, lambda x: np.ones((len(x), len(hw09.CLASSES))))
    reference = pd.DataFrame({"id": np.arange(len(x)), "map": list(where.astype(np.float32))})
    return x, asked, where, lambda maps: judge(reference, reference.assign(map=list(maps)))


def test_cheats_stay_below_simple(many):
    x, _, _, score = many
    simple = find_card("hw09").ladder["builtin"].simple.threshold
    for name, maps in cheats(x).items():
        assert score(maps) < simple, f"{name} gets {score(maps):.3f}"


def test_half_an_answer_stays_below_strong(many):
    """Who names each dish apart and marks the middle of the right one never finds a tag, and the other way round."""
    x, asked, where, score = many
    strong = find_card("hw09").ladder["builtin"].strong.threshold
    quarter = where.reshape(-1, 2, 64, 2, 64).any(axis=(2, 4)).repeat(64, axis=1).repeat(64, axis=2)
    guess, of_tag = cheats(x)["middle of each dish"], (asked == CUE)[:, None, None]
    assert score(np.where(of_tag, guess, guess * quarter)) < 0.9 * strong
    assert score(np.where(of_tag, where, guess)) < 0.9 * strong


def test_the_worse_kind_of_question_counts(many):
    _, asked, where, score = many
    of_tag = (asked == CUE)[:, None, None]
    assert score(where.astype(float)) == 1
    assert score(np.where(of_tag, where, 0.0)) < 0.15 and score(np.where(of_tag, 0.0, where)) < 0.05
    reference = pd.DataFrame({"id": np.arange(len(where)), "map": list(where.astype(np.float32))})
    assert list(by_kind(reference[:2], reference[:2])) == ["dish"]  # of a part that has one kind alone


def test_marking_all_food_is_not_enough(made):
    """Whoever segments perfectly but never asks the network gets a quarter of the dishes, and no tag."""
    labels = np.arange(4)
    masks = np.random.default_rng(0).random((4, 8, 8)) < 0.4
    whole = hw09._two_by_two(masks[None])[0]
    for k in labels:
        where = hw09._two_by_two(np.where(labels[:, None, None] == k, masks, False)[None])[0]
        assert rank_accuracy(whole.astype(float), where) == pytest.approx(where.sum() / whole.sum())


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The course's layout with small pictures of other sizes, and a checkpoint of random weights in a narrower
    network."""
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    folder = tmp_path / "hw09"
    (folder / "food").mkdir(parents=True)
    rng = np.random.default_rng(3)
    for k in range(10):
        picture = rng.integers(0, 256, (60 + k, 70, 3), np.uint8)
        Image.fromarray(picture).save(folder / "food" / f"{k}_{k + 100}.jpg")
    original = zoo.Course

    class Narrow(original):
        def __init__(self):
            super().__init__()
            self.cnn = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, stride=32, padding=1), torch.nn.ReLU())
            self.fc = torch.nn.Linear(4 * 4 * 4, 11)

    monkeypatch.setattr(zoo, "Course", Narrow)
    torch.save({"model_state_dict": Narrow().state_dict(), "epoch": 3}, folder / "checkpoint.pth")
    return folder


def test_the_courses_layout(course):
    splits, reference = hw09.read(course, "standard")
    assert splits.gallery.x.shape == (10, 128, 128, 3) and splits.gallery.y.tolist() == list(range(10))
    assert splits.validation.where is None and list(reference.columns) == ["id"]
    assert splits.network(torch.rand(2, 3, 128, 128)).shape == (2, 11)


def test_the_courses_network_has_its_names():
    names = set(zoo.Course().state_dict())
    assert {"cnn.0.weight", "cnn.1.running_var", "cnn.34.weight", "fc.0.weight", "fc.3.bias"} <= names
    assert zoo.Course().eval()(torch.rand(1, 3, 128, 128)).shape == (1, 11)


class _Evil:
    def __reduce__(self):
        return (print, ("this must not run",))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: (f / "checkpoint.pth").unlink(), "checkpoint.pth is missing"),
        (lambda f: (f / "checkpoint.pth").write_bytes((f / "checkpoint.pth").read_bytes()[:500]), "cut off"),
        (lambda f: (f / "checkpoint.pth").write_bytes(b"text"), "can be read safely"),
        (lambda f: torch.save({"model_state_dict": _Evil()}, f / "checkpoint.pth"), "can be read safely"),
        (lambda f: torch.save({"weights": {}}, f / "checkpoint.pth"), "model_state_dict"),
        (lambda f: torch.save({"model_state_dict": {}}, f / "checkpoint.pth"), "does not hold the weights"),
        (lambda f: (f / "food" / "0_100.jpg").rename(f / "food" / "bread.jpg"), "name of two numbers"),
        (lambda f: (f / "food" / "0_100.jpg").rename(f / "food" / "11_100.jpg"), "speaks of class 11"),
        (lambda f: (f / "food" / "0_100.jpg").write_bytes(b"\xff\xd8 no picture"), "cannot be read as a picture"),
        (lambda f: [p.unlink() for p in (f / "food").iterdir()], "holds no pictures"),
    ],
)
def test_bad_files_are_told_in_one_sentence(course, spoil, says, capsys):
    spoil(course)
    with pytest.raises(HomeworkError, match=says) as error:
        hw09.read(course, "standard")
    assert "\n" not in str(error.value) and len(str(error.value)) < 400
    assert capsys.readouterr().out == ""


def test_exported_folders(tmp_path):
    folder = data.export("hw09", tmp_path / "exam", seed=5, profile="smoke")
    splits = data.load("hw09", source=folder, profile="smoke")
    made, _ = hw09.builtin("smoke", 5)
    for name in ("gallery", "validation"):
        mine, theirs = getattr(splits, name), getattr(made, name)
        assert np.array_equal(mine.x, theirs.x)
    assert np.array_equal(splits.validation.where, made.validation.where)
    assert np.array_equal(splits.test.asked, made.test.asked) and splits.test.where is None
    assert not (folder / "inputs" / "test" / "masks").exists()
    (folder / "inputs" / "test" / f"3_{made.test.asked[3]}.png").unlink()
    with pytest.raises(DataError, match="none with the number 3"):
        data.load("hw09", source=folder, profile="smoke")


# --- words ----------------------------------------------------------------------------------------------------------


def test_what_lies_on_tokens_is_added_up_by_words():
    line = words.words("青石=Qingshi|國中=school|的=’s|柚子=<pomelo>")
    assert words.text(line) == "青石國中的柚子" and line[0] == ("青石", "Qingshi")
    places = [(0, 0), (0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (0, 0)]  # [CLS] and [SEP] stand nowhere
    assert words.by_word(line, places, [9, 1, 2, 3, 4, 5, 6, 9]).tolist() == [1, 5, 4, 11]
    shown = words.show(line, [0, 0.25, 1, 2], [0, 0, 0, 0], right="柚子", title="a < b").data
    assert "&lt;pomelo&gt;" in shown and "a &lt; b" in shown and shown.count("border-bottom") == 1
    assert words.several(words.show(line), words.show(line)).data == 2 * words.show(line).data
