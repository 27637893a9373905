"""Submissions of pictures, arrays and weights: what is written is what is read, and all that is wrong is told."""

import gzip
import io
import os
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch

from common import data
from common.errors import SubmissionError
from common.submission import bundles
from common.submission.card import Column, Submission, Weights
from common.submission.table import read_submission, write_submission

RNG = np.random.default_rng(7)
IMAGES = Submission(
    file="submission.tar.gz",
    kind="images",
    max_bytes=50_000,
    columns=(Column(name="file", dtype="str", key=True), Column(name="image", dtype="image", shape=(8, 6, 3))),
)
ARRAYS = Submission(
    file="submission.npz",
    kind="arrays",
    max_bytes=50_000,
    columns=(
        Column(name="id", dtype="int", key=True),
        Column(name="map", dtype="array", shape=(4, 5), min=-1, max=1),
    ),
)
WEIGHED = Submission(
    file="submission.csv",
    max_bytes=1000,
    columns=(Column(name="id", dtype="int", key=True), Column(name="label", dtype="int")),
    weights=Weights(file="student.safetensors", max_bytes=100_000, max_parameters=20),
)


@pytest.fixture
def pictures():
    names = [f"cat/cat{i}.png" for i in range(3)]
    return pd.DataFrame({"file": names, "image": list(RNG.integers(0, 256, (3, 8, 6, 3), np.uint8))})


@pytest.fixture
def maps():
    return pd.DataFrame({"id": [3, 1, 2], "map": list(RNG.uniform(-1, 1, (3, 4, 5)).astype(np.float32))})


def same(one, other):
    return all(np.array_equal(a, b) for name in one for a, b in zip(one[name], other[name], strict=True))


def refused(path, spec, frame, *words):
    with pytest.raises(SubmissionError) as error:
        read_submission(path, spec, frame[spec.keys])
    message = str(error.value)
    assert all(word in message for word in words), message
    assert "\n" not in message and len(message) < 300


def pack(path, members):
    """A tar.gz of `(name, bytes)`; a name with ` -> ` is a link."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name.split(" -> ")[0])
            if " -> " in name:
                member.type, member.linkname = tarfile.SYMTYPE, name.split(" -> ")[1]
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def png(array, kind="PNG"):
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(array).save(out, kind)
    return out.getvalue()


def test_pictures_survive(pictures, tmp_path):
    path = write_submission(pictures, IMAGES, tmp_path)
    first = path.read_bytes()
    shuffled = pictures.iloc[[2, 0, 1]].reset_index(drop=True)
    assert same(read_submission(path, IMAGES, shuffled[["file"]]), shuffled)
    write_submission(pictures, IMAGES, tmp_path)
    assert path.read_bytes() == first and os.listdir(tmp_path) == [path.name]


def test_pictures_packed_by_tar_are_read_too(pictures, tmp_path):
    members = [("./" + name, png(image)) for name, image in zip(*(pictures[c] for c in pictures), strict=True)]
    assert same(read_submission(pack(tmp_path / "x.tar.gz", members), IMAGES, pictures[["file"]]), pictures)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m[:2], "lacks 'cat/cat2.png'"),
        (lambda m: [*m[:2], ("dog/dog1.png", m[2][1])], "holds 'dog/dog1.png', which was not asked for"),
        (lambda m: [*m, ("more.png", m[0][1])], "more than the 3 pictures"),
        (lambda m: [m[0], *m[:2]], "'cat/cat0.png' twice"),
        (lambda m: [*m[:2], ("cat/cat2.png -> /etc/passwd", b"")], "not a regular file"),
        (lambda m: [*m[:2], (m[2][0], b"not a picture")], "not a PNG picture"),
        (lambda m: [*m[:2], (m[2][0], png(np.zeros((9, 6, 3), np.uint8)))], "expected a PNG of 6 x 8 pixels"),
        (lambda m: [*m[:2], (m[2][0], png(np.zeros((8, 6), np.uint8)))], "in L"),
        (lambda m: [*m[:2], (m[2][0], png(np.zeros((8, 6, 3), np.uint8), "JPEG"))], "not a PNG picture"),
        (lambda m: [*m[:2], (m[2][0], bytes(3_000_000))], "unpacks to more than"),
    ],
)
def test_malformed_pictures(pictures, tmp_path, change, says):
    members = [(name, png(image)) for name, image in zip(*(pictures[c] for c in pictures), strict=True)]
    refused(pack(tmp_path / "submission.tar.gz", change(members)), IMAGES, pictures, says, "submission.tar.gz")


def test_what_is_no_archive_at_all(pictures, tmp_path):
    path = write_submission(pictures, IMAGES, tmp_path)
    whole = path.read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2], gzip.compress(b"no tar file at all" * 100)):
        path.write_bytes(content)
        refused(path, IMAGES, pictures, "submission.tar.gz")
    path.unlink()
    refused(path, IMAGES, pictures, "There is no file")


def test_arrays_survive(maps, tmp_path):
    path = write_submission(maps, ARRAYS, tmp_path)
    first = path.read_bytes()
    assert same(read_submission(path, ARRAYS, maps[["id"]]), maps)
    write_submission(maps, ARRAYS, tmp_path)
    assert path.read_bytes() == first
    with np.load(path) as file:  # a plain .npz, for whoever wants to look
        assert file["map"].shape == (3, 4, 5)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"id": np.arange(3)}, "must hold the arrays id, map; it holds id"),
        ({"id": [3, 1, 2], "map": np.zeros((3, 4, 6), np.float32)}, "expected the shape (3, 4, 5), found (3, 4, 6)"),
        ({"id": [3, 1], "map": np.zeros((2, 4, 5), np.float32)}, "expected the shape (3)"),
        ({"id": [3, 1, 2], "map": np.zeros((3, 4, 5))}, "expected float32, found float64"),
        (
            {"id": [3, 1, 2], "map": np.full((3, 4, 5), 2, np.float32)},
            "at index (0, 0, 0): expected at most 1, found 2",
        ),
        ({"id": [3, 1, 2], "map": np.full((3, 4, 5), np.nan, np.float32)}, "expected finite numbers, found nan"),
        ({"id": [1, 2, 3], "map": np.zeros((3, 4, 5), np.float32)}, "the rows are in another order"),
        ({"id": np.array([3, 1, "x"], object), "map": np.zeros((3, 4, 5), np.float32)}, "expected numbers"),
    ],
)
def test_malformed_arrays(maps, tmp_path, arrays, says):
    np.savez(tmp_path / "submission.npz", **arrays)
    refused(tmp_path / "submission.npz", ARRAYS, maps, says, "submission.npz")


def test_a_header_that_lies_takes_no_memory(maps, tmp_path):
    """A .npy header of a petabyte in front of nothing."""
    header = np.lib.format.magic(1, 0)
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 5), }"
    header += (len(text) + 1).to_bytes(2, "little") + text + b"\n"
    with zipfile.ZipFile(tmp_path / "submission.npz", "w") as archive:
        archive.writestr("id.npy", header.replace(b"(3, 4, 5), ", b"(9" + b"9" * 9 + b",)"))
        archive.writestr("map.npy", header)
    refused(tmp_path / "submission.npz", ARRAYS, maps, "submission.npz")


def test_weights_are_counted_with_buffers(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "label": [0, 1]})
    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))  # 8 + 4 + 4 + 1 numbers
    path = write_submission(frame, WEIGHED, tmp_path, network.state_dict())
    assert same(read_submission(path, WEIGHED, frame[["id"]]), frame)
    assert bundles.check_weights(tmp_path / "student.safetensors", "student.safetensors", 10_000, 17) == 17
    two = {f"{i}.{name}": value for i in range(2) for name, value in network.state_dict().items()}
    before = path.read_bytes(), (tmp_path / "student.safetensors").read_bytes()
    with pytest.raises(SubmissionError, match=r"holds 34 numbers .*at most 20"):
        write_submission(frame.assign(label=1), WEIGHED, tmp_path, two)
    assert before == (path.read_bytes(), (tmp_path / "student.safetensors").read_bytes())
    with pytest.raises(SubmissionError, match="weights="):
        write_submission(frame, WEIGHED, tmp_path)
    (tmp_path / "student.safetensors").write_bytes(b"\x80\x04pickle")
    refused(path, WEIGHED, frame, "student.safetensors cannot be read as safetensors")
    (tmp_path / "student.safetensors").unlink()
    refused(path, WEIGHED, frame, "There is no file", "student.safetensors")


def test_frames_of_the_wrong_shape_are_refused_before_anything_is_written(maps, pictures, tmp_path):
    for spec, frame in ((ARRAYS, maps.assign(map=[np.zeros((4, 5))] * 3)), (IMAGES, pictures.assign(image=[None] * 3))):
        with pytest.raises(SubmissionError, match=r"Row 0, column '(map|image)': expected an array of shape"):
            write_submission(frame, spec, tmp_path)
    assert not os.listdir(tmp_path)


def test_a_card_that_contradicts_itself():
    for change in (
        {"kind": "csv"},
        {"columns": (ARRAYS.columns[0], Column(name="x", dtype="array"))},
        {"rows": "free"},
    ):
        with pytest.raises(ValueError, match=r"needs kind|have a shape|is for csv"):
            Submission(**{**ARRAYS.model_dump(), **change})


def test_reference_tables_keep_their_arrays(maps, tmp_path):
    answers = maps.assign(label=[1, 2, 3])
    data.write_reference(answers, tmp_path / "reference.csv")
    assert same(data.read_reference(tmp_path / "reference.csv", maps), answers)
    assert same(data.read_reference(tmp_path / "reference.csv", maps[["id"]]), answers)
