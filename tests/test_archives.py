"""Archives got by hand are unpacked whole and inside their folder, or not at all."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from common import data
from common.data.archives import unpack
from common.errors import DataError


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes | str]) -> Path:
    """A value that is a str makes a link to it."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


MAKE = {"zip": zipped, "tar.gz": tarred}
GOOD = {"food11/training/0_0.jpg": b"a", "food11/test/0001.jpg": b"b", "__MACOSX/food11/._x": b"", "README": b"c"}


@pytest.mark.parametrize("kind", MAKE)
def test_a_good_archive_is_unpacked_once(tmp_path, kind):
    archive = MAKE[kind](tmp_path / f"food.{kind}", GOOD)
    assert unpack(archive, tmp_path) == [tmp_path / "README", tmp_path / "food11"]
    assert (tmp_path / "food11/test/0001.jpg").read_bytes() == b"b"
    assert unpack(archive, tmp_path) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["README", "food11", archive.name])


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "C:/evil", "..\\evil"])
def test_nothing_escapes(tmp_path, kind, name):
    (tmp_path / "in").mkdir()
    archive = MAKE[kind](tmp_path / f"food.{kind}", {"good": b"", name: b"evil"})
    with pytest.raises(DataError, match=r"was not unpacked, nothing was written: .* would land outside; get the arch"):
        unpack(archive, tmp_path / "in")
    assert not list((tmp_path / "in").iterdir()) and not list(tmp_path.rglob("*evil*"))


def test_no_link_leads_out(tmp_path):
    with pytest.raises(DataError, match="not unpacked"):
        unpack(tarred(tmp_path / "a.tar.gz", {"link": "/etc", "link/passwd": b"x"}), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar.gz"]


@pytest.mark.parametrize("kind", MAKE)
def test_too_large_damaged_and_in_the_way(tmp_path, kind):
    archive = MAKE[kind](tmp_path / f"food.{kind}", {"a": bytes(10**6), "b": b"b"})
    for limit in ({"max_bytes": 10**6}, {"max_files": 1}):
        with pytest.raises(DataError, match="holds more than"):
            unpack(archive, tmp_path, **limit)
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(DataError, match="b is in the way; move it away"):
        unpack(archive, tmp_path)
    assert (tmp_path / "b").read_bytes() == b"mine" and not (tmp_path / "a").exists()
    content = archive.read_bytes()
    for damaged in (content[: len(content) // 2], b"no archive", b"", content[:60] + b"\xff" * 40 + content[100:]):
        archive.write_bytes(damaged)
        with pytest.raises(DataError, match="was not unpacked, nothing was written"):
            unpack(archive, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["b", archive.name])


def test_an_archive_put_into_a_homeworks_folder_is_unpacked_by_fetch(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(
        DataError, match=r"hw03 cannot be fetched freely.*ml2022spring-hw3b.*an archive that lies there"
    ):
        data.get("hw03")
    (tmp_path / "hw03").mkdir()
    zipped(tmp_path / "hw03/ml2022spring-hw3b.zip", GOOD)
    assert data.get("hw03") == [tmp_path / "hw03/README", tmp_path / "hw03/food11"]
