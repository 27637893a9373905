"""Data of homework 8: the drawn faces, the course's two arrays, and the metric."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from common import data
from common.errors import DataError
from common.generators import faces, odd_faces
from common.homeworks.hw08 import data as hw08
from common.submission.metrics import roc_auc


@pytest.fixture(scope="module")
def made():
    return hw08.builtin("smoke")


# --- the drawn faces --------------------------------------------------------------------------------------------------


def test_shapes_and_kinds(made):
    splits, reference = made
    for part in (splits.train, splits.validation, splits.test):
        assert part.x.shape[1:] == (32, 32, 3) and part.x.dtype == np.uint8
    assert not splits.train.kind.any() and splits.test.kind is None
    counts = np.bincount(splits.validation.kind, minlength=len(splits.kinds))
    assert counts[0] == counts[1:].sum() and (counts[1:] == counts[1]).all()
    assert reference.columns.tolist() == ["ID", "score"] and reference["ID"].tolist() == list(range(len(splits.test)))
    assert reference["score"].mean() == 0.5


def test_no_picture_stands_in_two_splits(made):
    splits, _ = made
    seen = [image.tobytes() for part in (splits.train, splits.validation, splits.test) for image in part.x]
    assert len(set(seen)) == len(seen)


def test_the_order_of_the_test_set_tells_nothing(made):
    score = made[1]["score"].to_numpy()
    assert abs(np.corrcoef(np.arange(len(score)), score)[0, 1]) < 0.15
    assert abs(np.corrcoef(score[:-1], score[1:])[0, 1]) < 0.15


def test_other_seeds_share_no_picture(made):
    other, _ = hw08.builtin("smoke", 2**100 + 1)
    seen = {image.tobytes() for part in (made[0].train, made[0].test) for image in part.x}
    assert not any(image.tobytes() in seen for part in (other.train, other.test) for image in part.x)


def test_odd_faces_are_a_pure_function_of_the_seed():
    kinds = np.arange(len(odd_faces.KINDS))
    first, again, other = (odd_faces.odd_faces(seed, kinds) for seed in (5, 5, 6))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("name", odd_faces.KINDS)
def test_an_odd_face_differs_from_its_normal_one_about_the_head_alone(name):
    rows = odd_faces.people(3, 12)
    images = faces.draw(rows, 64)
    others = faces.draw(odd_faces.strangers(rows, odd_faces.people(4, 12)), 64)
    kinds = np.full(12, odd_faces.KINDS.index(name))
    odd = odd_faces.put_together(images, others, kinds, odd_faces.Frame(rows, 64), np.random.default_rng(0))
    change = np.abs(odd - images).max(axis=3) > 12
    assert (change.mean(axis=(1, 2)) > 0.005).mean() > 0.8  # hair may hide a mouth, and both people may wink
    if name not in ("colors", "halves", "top_bottom"):
        assert not change[:, 0, [0, -1]].any() and change.mean() < 0.4


def test_two_people_in_one_picture_share_the_scene_and_neither_hair_nor_skin():
    rows = odd_faces.people(3, 200)
    others = odd_faces.strangers(rows, odd_faces.people(4, 200))
    assert all(np.array_equal(others[name], rows[name]) for name in odd_faces.SCENE)
    assert not (others["hair_color"] == rows["hair_color"]).any() and not (others["skin"] == rows["skin"]).any()


# --- the metric -------------------------------------------------------------------------------------------------------


def test_roc_auc_equals_scikit_learn():
    rng = np.random.default_rng(0)
    for digits in (0, 1, 8):  # with many ties, some, and none
        for _ in range(20):
            true = np.r_[0, 1, rng.integers(0, 2, 60)]
            values = np.round(rng.normal(size=62), digits)
            assert roc_auc(true, values) == pytest.approx(roc_auc_score(true, values), abs=1e-12)
    assert roc_auc([0, 1], [1, 1]) == 0.5
    for true in ([0, 0], [1, 1], [0, 2]):
        with pytest.raises(ValueError, match="zeros and ones"):
            roc_auc(true, [0.1, 0.2])
    with pytest.raises(ValueError, match="1 of the 2 numbers to put in order are NaN"):
        roc_auc([0, 1], [0.1, float("nan")])


# --- the course's files -----------------------------------------------------------------------------------------------


def save(folder, n=240, n_test=30, side=32, names=(hw08.TRAIN, hw08.TEST)):
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in zip(names, (n, n_test), strict=True):
        np.save(folder / name, rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8))


def test_the_courses_layout(tmp_path):
    save(tmp_path)
    splits, reference = hw08.read(tmp_path, "standard")
    assert len(splits.train) == 216 and len(splits.validation) == 24 and len(splits.test) == 30
    assert (splits.validation.kind == 0).sum() == 12
    assert reference.columns.tolist() == ["ID"] and reference.attrs["edition"] == "2022"
    whole = np.load(tmp_path / hw08.TRAIN)
    assert np.array_equal(splits.train.x, whole[:216]) and np.array_equal(splits.validation.x[:12], whole[216:228])


@pytest.mark.parametrize("inside", ["data", "data/data", "ml2023spring-hw8/data", hw08.TRAIN])
def test_files_are_found_where_archives_leave_them(tmp_path, inside):
    save(tmp_path / inside)
    if inside == hw08.TRAIN:  # each file in a folder that is called like it
        (tmp_path / hw08.TEST).mkdir()
        (tmp_path / inside / hw08.TEST).rename(tmp_path / hw08.TEST / hw08.TEST)
    for junk in ("__MACOSX", ".hidden"):
        save(tmp_path / junk, side=48)
    (tmp_path / f"._{hw08.TRAIN}").write_bytes(b"junk")
    splits, _ = hw08.read(tmp_path, "standard")
    assert splits.test.x.shape == (30, 32, 32, 3)


def test_export_and_read_again(tmp_path):
    data.export("hw08", tmp_path / "exam", seed=7, profile="smoke")
    splits, reference = hw08.builtin("smoke", 7)
    again = data.load("hw08", source=tmp_path / "exam", profile="smoke")
    for name in ("train", "validation", "test"):
        assert np.array_equal(getattr(splits, name).x, getattr(again, name).x)
    assert np.array_equal(splits.validation.kind, again.validation.kind)
    found = data.reference("hw08", source=tmp_path / "exam", profile="smoke")
    pd.testing.assert_frame_equal(found, reference, check_dtype=False)
    assert not any(
        "score" in path.read_bytes().decode("latin-1")[:200] for path in (tmp_path / "exam/inputs").iterdir()
    )


def sparse(path, shape):
    """An .npy file of zeros that takes no room on the disk."""
    with open(path, "wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + int(np.prod(shape)))


def test_arrays_of_the_courses_size_are_mapped_and_not_read(tmp_path):
    sparse(tmp_path / hw08.TRAIN, (100_000, 64, 64, 3))
    sparse(tmp_path / hw08.TEST, (19_636, 64, 64, 3))
    tracemalloc.start()
    splits, reference = hw08.read(tmp_path, "standard")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(splits.train) == 98_800 and len(reference) == 19_636
    assert isinstance(splits.train.x, np.memmap) and isinstance(splits.test.x, np.memmap)
    assert peak < 300e6, f"{peak / 1e6:.0f} MB"  # the 1,200 pictures held out, and what is made of them

    import torch

    assert torch.from_numpy(splits.train.x).data_ptr() == splits.train.x.ctypes.data  # no copy on the way to torch


def spoil(folder, what):
    path = folder / hw08.TRAIN
    array = np.load(path)
    if what == "floats":
        np.save(path, array.astype(np.float32) / 255)
    elif what == "channels first":
        np.save(path, array.transpose(0, 3, 1, 2))
    elif what == "grey":
        np.save(path, array[..., 0])
    elif what == "oblong":
        np.save(path, array[:, :, :16])
    elif what == "Fortran":
        np.save(path, np.asfortranarray(array))
    elif what == "cut off":
        path.write_bytes(path.read_bytes()[:-1000])
    elif what == "cut in its header":
        path.write_bytes(path.read_bytes()[:40])
    elif what == "longer":
        path.write_bytes(path.read_bytes() + b"\0")
    elif what == "no npy":
        path.write_text("<!doctype html>")
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "LFS":
        path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1228800128\n")
    elif what == "objects":
        np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    elif what == "few":
        np.save(path, array[:5])
    elif what == "other size":
        save(folder, side=48, names=(hw08.TRAIN, "other.npy"))
    elif what == "missing":
        path.unlink()
    elif what == "folder":
        path.unlink()
        path.mkdir()
    elif what == "labels missing":
        np.save(folder / hw08.VALIDATION, array[:3])
    elif what == "labels short":
        np.save(folder / hw08.VALIDATION, array[:3])
        (folder / hw08.LABELS).write_text("kind\nnormal\n")
    elif what == "label unknown":
        np.save(folder / hw08.VALIDATION, array[:2])
        (folder / hw08.LABELS).write_text("kind\nnormal\nstrange\n")
    elif what == "labels without a name":
        np.save(folder / hw08.VALIDATION, array[:1])
        (folder / hw08.LABELS).write_text("sort\nnormal\n")


@pytest.mark.parametrize(
    ("what", "words"),
    {
        "floats": "expected pictures .* of type uint8, found .* of type float32",
        "channels first": "expected the colours last",
        "grey": r"expected pictures \(N, S, S, 3\) of type uint8, found \(240, 32, 32\)",
        "oblong": "expected square pictures",
        "Fortran": "Fortran order; save it again",
        "cut off": "it is cut off",
        "cut in its header": "its beginning is damaged",
        "longer": "something stands behind the array",
        "no npy": "is no .npy file",
        "empty": "is no .npy file",
        "LFS": "pointer of Git LFS",
        "objects": "of type object",
        "few": "expected at least 100 pictures",
        "other size": "have 48 x 48 pixels, those in testingset.npy 32 x 32",
        "missing": "There is no trainingset.npy",
        "folder": "There is no trainingset.npy",
        "labels missing": "There is no validationset.csv",
        "labels short": "expected a line for each of the 3 pictures, found 1",
        "label unknown": "line 3: expected one of normal",
        "labels without a name": "expected the column kind",
    }.items(),
)
def test_bad_files_end_in_one_sentence(tmp_path, what, words):
    save(tmp_path)
    spoil(tmp_path, what)
    with pytest.raises(DataError, match=words) as error:
        hw08.read(tmp_path, "standard")
    assert str(tmp_path) in str(error.value) and "\n" not in str(error.value)
