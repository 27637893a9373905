"""Original files as people have them: whatever happened to them on their way, each homework reads the same."""

import dataclasses
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common import data, homeworks
from common.data import originals
from common.errors import DataError

ALL = [name for name in homeworks.having("data") if hasattr(data.module(name), "look")]


@pytest.fixture(scope="module", params=ALL)
def homework(request):
    """Of the module, so that tests of one homework follow each other, and find what the one before has written."""
    return request.param


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A small set of a homework in the course's layout, made once."""

    @cache
    def write(homework: str) -> Path:
        folder = tmp_path_factory.mktemp(homework)
        data.module(homework).write(folder, "smoke", 5)
        return folder

    return write


@pytest.fixture(scope="module")
def as_it_is(written):
    """What a homework reads and counts in that set, before anything happens to it."""

    @cache
    def find(homework: str):
        maker, folder = data.module(homework), written(homework)
        return maker.read(folder, "smoke"), maker.look(folder)

    return find


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def junk(folder: Path) -> None:
    """What macOS and Windows leave in every folder, and in a zip of their own."""
    for path in files(folder):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7" * 20)
    shutil.copytree(folder, folder / "__MACOSX", ignore=lambda _, names: [n for n in names if not n.startswith("._")])
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        (place / ".DS_Store").write_bytes(b"\0")
        (place / "Thumbs.db").write_bytes(b"\0")


def edited(folder: Path) -> None:
    """Text files saved by Notepad: a mark in front, other line ends, blank lines behind; and a quoted header."""
    for path in files(folder):
        if path.suffix in (".txt", ".csv", ".json"):
            first, *lines = path.read_text("utf-8").splitlines()
            if path.suffix == ".csv":
                first = ",".join(f'"{name}"' for name in first.split(","))
            path.write_bytes(("\ufeff" + "\r\n".join([first, *lines, "", "  ", ""])).encode())


def nested(folder: Path) -> None:
    """Unpacked by a tool that makes a folder for every archive."""
    inside = [*folder.iterdir()]
    (folder / "ml2022spring" / "data").mkdir(parents=True)
    for path in inside:
        path.rename(folder / "ml2022spring" / "data" / path.name)


def downloaded_twice(folder: Path) -> None:
    for path in files(folder):
        shutil.copy(path, path.with_stem(f"{path.stem} (1)"))


def second_download_alone(folder: Path) -> None:
    """The browser found the first one in the way, and the person deleted that."""
    for path in files(folder):
        if path.suffix in (".txt", ".csv", ".json", ".gz"):
            path.rename(path.with_stem(f"{path.stem} (1)"))


def same(one, other) -> bool:
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one) if field.name not in ("about", "network")]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple | list) and one and dataclasses.is_dataclass(one[0]):
        return all(map(same, one, other))
    return np.array_equal(one, other)


@pytest.mark.parametrize("happened", [junk, edited, nested, downloaded_twice, second_download_alone])
def test_what_happens_to_files_changes_nothing(written, as_it_is, tmp_path, homework, happened):
    maker = data.module(homework)
    (right, keys), counts = as_it_is(homework)
    shutil.copytree(written(homework), tmp_path / "set")
    happened(tmp_path / "set")
    found, found_keys = maker.read(tmp_path / "set", "smoke")
    assert same(right, found) and keys.equals(found_keys) and found_keys.attrs == keys.attrs
    assert maker.look(tmp_path / "set") == counts


def test_the_list_agrees_with_the_loader(written, tmp_path, monkeypatch, homework):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    assert data.state(homework).startswith("missing")
    (tmp_path / homework).mkdir()
    (tmp_path / homework / ".fetch.lock").touch()
    assert data.state(homework).startswith("missing")
    (tmp_path / homework / "notes.txt").write_text("to do")
    with pytest.raises(DataError) as error:
        data.load(homework, source="original", profile="smoke")
    assert data.state(homework) == str(error.value) and "\n" not in str(error.value)
    shutil.copytree(written(homework), tmp_path / homework, dirs_exist_ok=True)
    if homework != "hw09":  # exported questions have no checkpoint of the course
        counts = data.module(homework).look(tmp_path / homework)
        assert originals.counted(counts) in data.state(homework)


def test_a_set_of_another_size_says_so(written, tmp_path, monkeypatch):
    """Cut off at the end of a line, a table looks whole."""
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    shutil.copytree(written("hw01"), tmp_path / "hw01")
    known = "2,700 + 893 (2021) or 2,699 + 1,078 (2022) or 3,009 + 997 (2023)"
    note = f"640 training + 250 test are there, and the course has {known}: is part of it missing?"
    assert data.state("hw01") == note
    assert data.load("hw01", source="original").about.endswith(f"Mind: {note}")
    assert data.reference("hw01", source="original").attrs["note"] == note
    assert "note" not in data.reference("hw01", source=tmp_path / "hw01").attrs  # a folder is what it is


@pytest.mark.parametrize(("homework", "part"), [("hw03", "food11/test"), ("hw13", "evaluation")])
def test_a_lost_picture_is_named_and_shifts_nothing(written, tmp_path, homework, part):
    shutil.copytree(written(homework), tmp_path / "set")
    lost = sorted((tmp_path / "set" / part).iterdir())[2]
    lost.unlink()
    left = len(list((tmp_path / "set" / part).iterdir()))
    for ask in (data.module(homework).look, lambda folder: data.module(homework).read(folder, "standard")):
        with pytest.raises(DataError, match=f"{part}: {lost.name} is missing, though {left} files up to"):
            ask(tmp_path / "set")


@pytest.mark.parametrize(("homework", "part"), [("hw03", "food11/training"), ("hw13", "validation")])
def test_missing_classes_are_named(written, tmp_path, homework, part):
    shutil.copytree(written(homework), tmp_path / "set")
    for path in [*(tmp_path / "set" / part).glob("6_*"), *(tmp_path / "set" / part).glob("10_*")]:
        path.unlink()
    with pytest.raises(DataError, match=f"{part} holds no picture of class 6, 10 of 0 to 10"):
        data.module(homework).read(tmp_path / "set", "standard")


def test_two_different_files_for_one_are_named(written, tmp_path):
    shutil.copytree(written("hw03"), tmp_path / "set")
    first = tmp_path / "set/food11/test/0001.png"
    Image.new("RGB", (32, 32)).save(first.with_stem("0001 (1)"))
    with pytest.raises(DataError, match=r"0001.png and 0001 \(1\).png beside it are not the same"):
        data.module("hw03").read(tmp_path / "set", "standard")
    (first.with_stem("0001 (1)")).rename(first.with_name("1.jpg"))
    with pytest.raises(DataError, match="have one number"):
        data.module("hw03").read(tmp_path / "set", "standard")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("0001 (1).png", "0001.png"), ("0001(2).png", "0001.png"), ("a - Copy.csv", "a.csv"), ("a copy 2.csv", "a.csv"),
     ("a - 複製 (3).csv", "a.csv"), ("a 副本.csv", "a.csv"), ("covid.train.csv", "covid.train.csv"),
     ("a(b).csv", "a(b).csv")],
)  # fmt: skip
def test_second_names(name, plain):
    assert originals.plain(Path(name)) == plain


def test_no_text_and_names_that_are_no_numbers(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"PK\x03\x04\xff\xfe\x80")
    with pytest.raises(DataError, match="cannot be read as text"):
        originals.read_lines(tmp_path / "a.txt")
    for name in ("cat.png", "²1.png", "-1.png", "1_2.png"):
        with pytest.raises(DataError, match="expected a name of a number"):
            originals.numbered({name: tmp_path / name})
    with pytest.raises(DataError, match=r"0000\.png is missing"):
        originals.numbered({f"{k:04d}.png": tmp_path / f"{k:04d}.png" for k in (2, 3)}, first=[0])
