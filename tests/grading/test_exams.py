"""Exams are secrets: their seeds, their rows, their files."""

import os
import pickle
import random
import stat

import numpy as np
import pytest

from common import data
from common.data.cache import cached
from common.generators.secrets import apart, hidden, is_secret
from common.grading import controller
from common.paths import cache_dir
from common.submission.card import cards, find_card

READY = [card.id for card in cards().values() if card.status == "ready"]
SEED = 2**127 + 12345  # as an exam has it
LOOKED_UP = {"hw12"}  # shows no rows: episodes are seeds of the simulator


def rows(split) -> set[bytes]:
    """What a test split holds, row by row, whatever its shape: arrays with a first axis, such in arrays, sentences."""
    parts = split if isinstance(split, tuple | list) else [split]
    found = set()
    for part in parts:
        values = [part] if isinstance(part, np.ndarray | str) else vars(part).values()  # homework 6 shows names alone
        for array in (value for value in values if isinstance(value, np.ndarray) and value.ndim > 1):
            found |= {row.tobytes() for row in array if np.asarray(row).size > 8}
        texts = (*getattr(part, "en", ()), *getattr(part, "paragraphs", ()))  # homeworks 5 and 7
        found |= {text.encode() for text in texts}
    return found


@pytest.mark.parametrize("name", [name for name in READY if name not in LOOKED_UP])
def test_no_row_of_an_exam_is_public(name, tmp_path):
    exam = data.export(name, tmp_path / "exam", seed=SEED, profile="smoke")
    asked = rows(data.load(name, source=exam, profile="smoke").test)
    compared = data.reference(name, source=exam, profile="smoke")
    asked |= rows(np.stack(compared["image"])) if "image" in compared else set()
    public = data.load(name, profile="smoke")
    known = rows(public.test) | rows(getattr(public, "train", ())) | rows(getattr(public, "validation", ()))
    assert asked and known
    assert not asked & known


def test_the_exam_of_homework_14_has_no_public_digit(tmp_path):
    from sklearn.datasets import load_digits

    exam = data.export("hw14", tmp_path / "exam", seed=SEED, profile="smoke")
    upright = (exam / "inputs" / "MNIST" / "raw" / "t10k-images-idx3-ubyte.gz").exists()
    digits = {np.rint(image * (255 / 16)).astype(np.uint8).tobytes() for image in load_digits().images}
    shown = data.load("hw14", source=exam, profile="smoke")
    assert upright and not digits & {image.tobytes() for image in shown.test[0].x}
    assert shown.test[0].x.shape[1:] == (8, 8)


def test_what_is_hidden_is_drawn_by_a_generator_of_its_own():
    def draw(seed):
        rng = np.random.default_rng([seed, 3])
        shown = rng.integers(11, size=20)
        return shown, apart(rng, seed, "classes").integers(11, size=20), rng.integers(11, size=20)

    _, hidden, following = draw(SEED)
    assert (hidden != following).any(), "the hidden ones follow the others in their stream"
    first, second = draw(2022)[1], np.random.default_rng([2022, 3]).integers(11, size=40)[20:]
    assert (first == second).all(), "public data has changed"
    assert not is_secret(2**31) and is_secret(SEED)


SEEDED = {  # homework -> the module that asks for the seed of what is hidden
    "hw05": "common.generators.translation",
    "hw06": "common.homeworks.hw06.data",
    "hw07": "common.homeworks.hw07.data",
    "hw08": "common.homeworks.hw08.data",
    "hw13": "common.homeworks.hw13.data",
}
SHOWN = ("to learn from", "for validation", "is shown")


@pytest.mark.parametrize("name", SEEDED)
def test_what_is_hidden_has_a_seed_of_its_own(name, tmp_path, monkeypatch):
    """Another one gives other answers, and the same to learn from."""
    answers, shown = [], []
    for number in range(2):
        seed_of = lambda seed, what, n=number: 2**70 + (9 if what.endswith(SHOWN) else n)  # noqa: E731
        monkeypatch.setattr(f"{SEEDED[name]}.hidden", seed_of)
        folder = data.export(name, tmp_path / str(number), seed=SEED, profile="smoke")
        answers.append([path.read_bytes() for path in sorted((folder / "labels").iterdir())])
        splits = data.load(name, source=folder, profile="smoke")
        shown.append(pickle.dumps([splits.train, splits.validation]))
    assert answers[0] != answers[1] and shown[0] == shown[1]
    assert hidden(7, "x") == 7 and is_secret(hidden(SEED, "x")) and hidden(SEED, "x") != hidden(SEED, "y")


@pytest.mark.parametrize("name", ["hw05", "hw07"])
def test_no_name_of_a_stream_holds_a_secret_seed(name, tmp_path, monkeypatch):
    """Python's generator can be run backwards to what it was started with."""
    streams = []

    class Noted(random.Random):
        def __init__(self, stream):
            streams.append(stream)
            super().__init__(stream)

    monkeypatch.setattr("random.Random", Noted)
    data.export(name, tmp_path / "exam", seed=SEED, profile="smoke")
    assert len(streams) > 1 and not any(str(SEED) in stream for stream in streams)


@pytest.mark.parametrize("name", ["hw01", "hw03", "hw04"])
def test_hidden_answers_do_not_follow_from_the_shown_stream(name, tmp_path, monkeypatch):
    """With the stream of what is shown known to the last bit, another stream for what is hidden gives other answers."""
    module = {"hw01": "common.generators.covid"}.get(name, f"common.homeworks.{name}.data")
    answers = []
    for number in range(2):
        other = lambda rng, seed, what, n=number: (  # noqa: E731
            np.random.default_rng([n, 77]) if what in ("answers", "classes", "order") else apart(rng, seed, what)
        )
        monkeypatch.setattr(f"{module}.apart", other)
        folder = data.export(name, tmp_path / str(number), seed=SEED, profile="smoke")
        answers.append((folder / "labels" / "reference.csv").read_bytes())
    assert answers[0] != answers[1]


def test_an_exam_made_by_the_grader(tmp_path):
    card = find_card("hw01")
    umask = os.umask(0o77)
    try:
        exam = controller._exam(card, tmp_path, "smoke")
    finally:
        os.umask(umask)
    assert int((tmp_path / "exam-seed.txt").read_text()).bit_length() > 100
    assert controller._exam(card, tmp_path, "smoke") == exam
    if os.name == "nt":
        return
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "exam-seed.txt", exam, *exam.rglob("*"))}
    for path, mode in modes.items():
        if path.is_relative_to(exam / "labels") or path.name == "exam-seed.txt":
            assert not mode & 0o077, f"others may look into {path}"
        elif path.is_dir():
            assert mode & 0o055 == 0o055, f"a notebook of another user cannot enter {path}"
        else:
            assert mode & 0o044 == 0o044, f"a notebook of another user cannot read {path}"


@pytest.mark.skipif(os.name == "nt", reason="no permissions")
def test_a_report_is_for_whoever_made_it(tmp_path):
    """Grades and other people's work: a new report folder is closed to others, one that is there stays as it is."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.csv").write_text("id\n")
    exam = data.export("hw01", tmp_path / "exam", seed=5, profile="smoke")
    for out, mode in (("new", 0o700), ("old", 0o750)):
        if out == "old":
            (tmp_path / out).mkdir(mode)
        controller.plan("hw01", tmp_path / "in", tmp_path / out, how="files", data=exam, profile="smoke")
        assert stat.S_IMODE((tmp_path / out).stat().st_mode) == mode


def test_nothing_of_a_secret_seed_is_kept_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    cached("test", "1", {"seed": SEED}, lambda: {"x": np.zeros(3)})
    cached("test", "1", [SEED, 3], lambda: {"x": np.zeros(3)})
    assert not list(cache_dir().glob("*")) if cache_dir().exists() else True
    cached("test", "1", {"seed": 1}, lambda: {"x": np.zeros(3)})
    assert len(list(cache_dir().glob("*.npz"))) == 1
