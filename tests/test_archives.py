"""Archives that want to leave their folder, fill the disk or lie about what they hold; and the good ones."""

import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.data import archives
from common.data.archives import extract
from common.errors import DataError


def make_zip(path: Path, members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return path


def make_tar(path: Path, members: dict[str, bytes | tuple[bytes, str]], mode: str = "w") -> Path:
    """`(type, target)` in place of the content makes a link or a device."""
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                info.type, info.linkname = content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(archive: Path, folder: Path, *expected: str, **limits) -> str:
    """The error: one line, a full stop, the file named; and nothing was written, in the folder or beside it."""
    before = files(archive.parent)
    existed = folder.exists()
    with pytest.raises(DataError) as caught:
        extract(archive, folder, **limits)
    text = str(caught.value)
    for word in (str(archive), *expected):
        assert word in text
    assert "\n" not in text and text.endswith(".") and "expected" in text
    assert any(todo in text for todo in ("get the archive elsewhere", "move that away", "get it again"))
    assert files(archive.parent) == before
    assert folder.exists() == existed and not list(folder.glob(".unpack-*"))
    return text


GOOD = {"covid.train.csv": b"id,x\n0,1\n", "feat/train/a.pt": b"\0" * 50, "leer.txt": b"", "食物/1.jpg": b"jpg"}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_good_archives_unpack(tmp_path, suffix):
    path = tmp_path / f"good.{suffix}"
    members = {"./": (tarfile.DIRTYPE, ""), "feat/": (tarfile.DIRTYPE, ""), **GOOD}
    if suffix == "zip":
        make_zip(path, {"feat/": b"", **GOOD})
    else:
        make_tar(path, members, "w:" + suffix.partition(".")[2])
    paths = extract(path, tmp_path / "data")
    assert files(tmp_path / "data") == GOOD
    assert [p.relative_to(tmp_path / "data").as_posix() for p in paths] == list(GOOD)
    assert not list((tmp_path / "data").glob(".unpack-*"))


def test_a_file_that_is_there_is_kept_and_a_missing_one_comes_back(tmp_path):
    path = make_zip(tmp_path / "good.zip", GOOD)
    first = extract(path, tmp_path / "data")
    (tmp_path / "data/leer.txt").unlink()
    kept = (tmp_path / "data/covid.train.csv").stat()
    assert extract(path, tmp_path / "data") == first
    assert files(tmp_path / "data") == GOOD
    assert (tmp_path / "data/covid.train.csv").stat().st_mtime_ns == kept.st_mtime_ns


def test_a_different_file_is_not_overwritten(tmp_path):
    path = make_zip(tmp_path / "good.zip", GOOD)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/covid.train.csv").write_bytes(b"mine")
    refused(path, tmp_path / "data", "'covid.train.csv'", "expected 9 bytes", "with 4 bytes")


def test_a_file_where_a_folder_must_be_and_the_other_way_round(tmp_path):
    path = make_zip(tmp_path / "good.zip", GOOD)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/feat").write_bytes(b"a file")
    refused(path, tmp_path / "data", "'feat/train/a.pt'", "the file " + str(tmp_path / "data/feat"))
    (tmp_path / "data/feat").unlink()
    (tmp_path / "data/covid.train.csv").mkdir()
    refused(path, tmp_path / "data", "'covid.train.csv'", "is not a file")


ESCAPES = [
    "../evil",
    "a/../../evil",
    "/tmp/evil",
    "\\evil",
    "..\\evil",
    "C:\\evil",
    "C:evil",
    "//host/share/evil",
    "a\\..\\b",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_names_that_leave_the_folder(tmp_path, name):
    expected = ("would land outside", str(tmp_path / "data"))
    refused(make_zip(tmp_path / "evil.zip", {"first.txt": b"1", name: b"2"}), tmp_path / "data", *expected)
    refused(make_tar(tmp_path / "evil.tar", {"first.txt": b"1", name: b"2"}), tmp_path / "data", *expected)


@pytest.mark.parametrize(
    "link",
    [(tarfile.SYMTYPE, "/etc/passwd"), (tarfile.SYMTYPE, "first.txt"), (tarfile.LNKTYPE, "first.txt"),
     (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, ""), (tarfile.FIFOTYPE, "")],
)  # fmt: skip
def test_tar_with_links_and_devices(tmp_path, link):
    path = make_tar(tmp_path / "links.tar.gz", {"first.txt": b"1", "inner/link": link, "inner/link/x": b"2"}, "w:gz")
    refused(path, tmp_path / "data", "'inner/link'", "is a link or a device")


def test_zip_with_a_symlink(tmp_path):
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path / "link.zip", tmp_path / "data", "'link'", "is a link or a device")


def test_zip_bombs(tmp_path):
    bomb = make_zip(tmp_path / "bomb.zip", {"zeros": bytes(20_000_000)})
    refused(bomb, tmp_path / "data", "'zeros'", "20,000,000 bytes", f"from {bomb.stat().st_size:,}")
    bomb = make_tar(tmp_path / "bomb.tar.gz", {"zeros": bytes(20_000_000)}, "w:gz")
    refused(bomb, tmp_path / "data", "'zeros'", "20,000,000 bytes")
    plain = make_zip(tmp_path / "plain.zip", {f"{i}": bytes(100) for i in range(20)}, zipfile.ZIP_STORED)
    refused(plain, tmp_path / "data", "'10'", "1,100 bytes", "at most 1,000", max_bytes=1000)
    refused(plain, tmp_path / "data", "'5'", "5 members", max_files=5)
    assert len(extract(plain, tmp_path / "data", max_bytes=2000, max_files=20)) == 20


def test_a_zip_that_understates_its_size_writes_no_more_than_it_says(tmp_path):
    path = make_zip(tmp_path / "liar.zip", {"zeros": bytes(1_000_000)})
    path.write_bytes(path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(DataError, match="cannot be unpacked"):
        extract(path, tmp_path / "data")
    assert files(tmp_path / "data") == {}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("Data.csv", "data.CSV"), ("a", "a/b"), ("a/b", "a"), ("ä", "a\u0308")])
def test_two_members_with_one_name(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for name in names:
            archive.writestr(name, name)
    refused(tmp_path / "twice.zip", tmp_path / "data", repr(names[1]), "has the name of another")


def test_damaged_archives(tmp_path):
    noise = bytes((7 * i * i + i // 3) % 256 for i in range(3000))
    whole_zip = make_zip(tmp_path / "whole.zip", {"a": noise}, zipfile.ZIP_STORED).read_bytes()
    whole_tar = make_tar(tmp_path / "whole.tar.gz", {"a": noise}, "w:gz").read_bytes()
    spoilt = bytearray(whole_zip)
    spoilt[500] ^= 1
    damaged = {
        "cut.zip": whole_zip[:1000], "spoilt.zip": bytes(spoilt), "cut.tar.gz": whole_tar[: len(whole_tar) // 2],
        "cut.tar": gzip.decompress(whole_tar)[:1500], "page.zip": b"<!doctype html>",
        "empty.zip": b"",
    }  # fmt: skip
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / "data").mkdir(exist_ok=True)
        refused(tmp_path / name, tmp_path / "data", "expected a complete zip or tar")
    encrypted = bytearray(whole_zip)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + offset] |= 1
    (tmp_path / "secret.zip").write_bytes(encrypted)
    refused(tmp_path / "secret.zip", tmp_path / "data", "password")


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(source, file, length):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives.shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        extract(make_zip(tmp_path / "good.zip", GOOD), tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


PIECES = st.lists(
    st.sampled_from(["..", ".", "", "a", "A", "b.txt", "C:", "nul\0", "é", "e\u0301"]), min_size=1, max_size=4
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.builds(lambda p, s: s.join(p), PIECES, st.sampled_from("/\\")), max_size=4),
    kinds=st.lists(st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE]), min_size=4, max_size=4),
)
def test_whatever_the_names_nothing_lands_outside(tmp_path_factory, names, kinds):
    root = tmp_path_factory.mktemp("any")
    with tarfile.open(root / "any.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind in zip(names, kinds, strict=False):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, ".."
            archive.addfile(info)
    try:
        paths = extract(root / "any.tar", root / "deep" / "data")
    except DataError as error:
        assert "\n" not in str(error)
        paths = []
    assert sorted(files(root)) == sorted(["any.tar", *(p.relative_to(root).as_posix() for p in paths)])
    assert all(p.is_file() and not p.is_symlink() and p.is_relative_to(root / "deep" / "data") for p in paths)
