"""The cache of generated data: right after every kind of damage, and never in the way."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from common.data import cache
from common.data.cache import cached
from tests.readonly import read_only_folder

KEY = {"profile": "smoke", "seed": 3}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "cache"


class Build:
    """Arrays of several kinds, and how often they were made."""

    def __init__(self, value: float = 1.0):
        self.count, self.value = 0, value

    def __call__(self) -> dict[str, np.ndarray]:
        self.count += 1
        return {
            "x": np.full((50, 3), self.value, np.float32),
            "file": np.array(["a", "音素", ""]),  # the name of an argument of np.savez
            "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
            "scalar": np.array(7, np.uint8),
            "none": np.zeros((0, 4), bool),
        }


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name in expected:
        assert found[name].dtype == expected[name].dtype
        np.testing.assert_array_equal(found[name], expected[name])


def test_built_once_and_equal_afterwards(folder):
    build = Build()
    first = cached("hw01", "v1", KEY, build)
    again = cached("hw01", "v1", dict(reversed(KEY.items())), build)  # the order of the keys does not count
    assert build.count == 1
    assert_same(first, Build()())
    assert_same(again, first)
    again["x"] += 1  # ours to change
    assert_same(cached("hw01", "v1", KEY, build), first)
    assert [p.name.split(".")[:2] for p in folder.iterdir()] == [["hw01", "v1"]]


def test_other_keys_and_names_live_side_by_side_and_old_versions_go(folder):
    build = Build()
    for name, version, key in [
        ("hw01", "v1", KEY),
        ("hw01", "v1", ("a", 1)),
        ("hw01-x", "v1", KEY),
        ("hw011", "v1", KEY),
    ]:
        cached(name, version, key, build)
    assert build.count == len(list(folder.iterdir())) == 4
    cached("hw01", "v2", KEY, build)
    assert sorted(p.name.split(".")[0] + p.name.split(".")[1] for p in folder.iterdir()) == [
        "hw01-xv1",
        "hw011v1",
        "hw01v2",
    ]


@pytest.mark.parametrize("damage", ["cut", "empty", "page", "pickle", "array", "other", "flipped", "folder"])
def test_damaged_and_foreign_files_are_built_anew(folder, damage):
    cached("hw01", "v1", KEY, Build())
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    if damage == "other":  # a right file, of something else, under this name
        cached("hw02", "v1", KEY, Build(9.0))
        os.replace(next(folder.glob("hw02*")), path)
    elif damage == "array":
        with open(path, "wb") as file:
            np.save(file, np.arange(3))
    elif damage == "pickle":
        with open(path, "wb") as file:
            np.savez(file, x=np.array([{"a": 1}], object))
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        spoilt = bytearray(whole)
        spoilt[whole.index(np.ones(10, np.float32).tobytes())] ^= 1
        path.write_bytes({"cut": whole[:-100], "empty": b"", "page": b"<html>", "flipped": bytes(spoilt)}[damage])
    build = Build()
    assert_same(cached("hw01", "v1", KEY, build), Build()())
    assert build.count == 1
    if damage != "folder":  # which is not ours to remove: then there is no cache
        assert_same(cached("hw01", "v1", KEY, build), Build()())
        assert build.count == 1


def test_where_nothing_can_be_written_it_is_just_built(folder, monkeypatch):
    build = Build()
    folder.parent.mkdir()
    folder.write_text("a file where the folder would be")  # what root meets too, who may write into read-only folders
    assert_same(cached("hw01", "v1", KEY, build), Build()())
    folder.unlink()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np.lib.format, "write_array", full)
    assert_same(cached("hw01", "v1", KEY, build), Build()())
    assert list(folder.iterdir()) == []
    assert build.count == 2


def test_a_read_only_folder(monkeypatch):
    with read_only_folder({}) as folder:
        monkeypatch.setenv("HW_DATA_DIR", str(folder))
        assert_same(cached("hw01", "v1", KEY, Build()), Build()())
        assert list(folder.iterdir()) == []


def test_mistakes_of_the_caller_are_not_silent(folder):
    for bad in ("../hw01", "v1.2", "", "a b"):
        with pytest.raises(ValueError, match="letters, digits"):
            cached(bad, "v1", KEY, Build())
        with pytest.raises(ValueError, match="letters, digits"):
            cached("hw01", bad, KEY, Build())
    with pytest.raises(ValueError, match="bject arrays"):
        cached("hw01", "v1", KEY, lambda: {"x": np.array([{}], object)})
    with pytest.raises(TypeError):
        cached("hw01", "v1", (np.arange(3),), Build())
    assert not folder.exists() or list(folder.iterdir()) == []


def test_what_a_killed_process_left_is_removed_after_an_hour(folder):
    folder.mkdir(parents=True)
    for name, age in (
        (".hw01.v1.old.npz.1.tmp", 7200),
        (".hw01.v1.new.npz.1.tmp", 60),
        (".hw02.v1.old.npz.1.tmp", 7200),
    ):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    cached("hw01", "v1", KEY, Build())
    assert sorted(p.name for p in folder.glob(".*")) == [".hw01.v1.new.npz.1.tmp", ".hw02.v1.old.npz.1.tmp"]


def test_many_at_once(folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(cached("hw02", "v1", KEY, Build()))) for _ in range(8)]
    code = (
        "import numpy as np; from common.data.cache import cached; key = {'profile': 'smoke'}\n"
        "for i in range(30): cached('hw01', 'v1', {**key, 'seed': i % 4}, lambda: {'x': np.full(1000, i % 4)})\n"
        "for i in range(4): assert (cached('hw01', 'v1', {**key, 'seed': i}, dict)['x'] == i).all()\n"
    )
    root = Path(cache.__file__).parents[2]
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=root) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.wait(60) for p in processes] == [0, 0]
    assert len(found) == 8 and len(list(folder.iterdir())) == 5
    for arrays in found:
        assert_same(arrays, Build()())
