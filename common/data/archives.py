"""Unpack archives that come from elsewhere: nothing escapes the folder, is overwritten, or is left half done."""

import gzip
import lzma
import os
import shutil
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import IO, Any, NamedTuple

from common.errors import DataError

MAX_BYTES = 64 * 2**30  # of all members together, unpacked
MAX_FILES = 200_000
MAX_RATIO = 300  # unpacked : packed; real tables and images stay below 50, a bomb reaches 1000
# the last two are how zipfile says "encrypted" and "unknown compression"
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, EOFError)
_DAMAGED += (RuntimeError, NotImplementedError)


class _Member(NamedTuple):
    name: str
    kind: str  # "file", "folder" or "other"
    size: int
    open: Callable[[], IO[Any]]


def extract(archive: Path, folder: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> list[Path]:
    """Unpack a zip or tar (plain, gz, bz2, xz) into `folder` and return the paths of its files there.

    All members are judged first; then the files are written to a temporary folder and, when all are complete, moved
    from there. A file that is already there in the right size is kept as it is.

    Raises DataError, with nothing written: a member with an absolute path, with `..`, a link or a device, two members
    with one name, more than `max_bytes` or `max_files`, a suspicious ratio, a damaged archive, or a different file in
    the way. Raises OSError if the disk is full or the folder read-only, again with nothing left behind.
    """
    try:
        with _members(archive) as members:
            plan = _plan(archive, members, folder, max_bytes, max_files)
            new = {path: member for path, member in plan.items() if not (folder / path).exists()}
            if new:
                _unpack(new, folder)
    except _DAMAGED as error:
        why = (str(error) or type(error).__name__).splitlines()[0]  # tarfile writes a paragraph
        raise DataError(
            f"{archive} cannot be unpacked ({why}): expected a complete zip or tar, "
            "without password; nothing was written, so move it away and get it again."
        ) from None
    return [folder / path for path in plan]


@contextmanager
def _members(archive: Path) -> Iterator[Iterable[_Member]]:
    with open(archive, "rb") as file:
        is_zip = file.read(2) == b"PK"  # zipfile.is_zipfile would also take a tar that ends with a zip
    if is_zip:
        with zipfile.ZipFile(archive) as z:
            yield [_Member(i.filename, _zip_kind(i), i.file_size, lambda i=i: z.open(i)) for i in z.infolist()]
    else:
        with tarfile.open(archive) as t:  # read lazily: a bomb is refused at its header
            kinds = ((m, "file" if m.isreg() else "folder" if m.isdir() else "other") for m in t)
            yield (_Member(m.name, kind, m.size, lambda m=m: t.extractfile(m)) for m, kind in kinds)


def _zip_kind(info: zipfile.ZipInfo) -> str:
    unix_type = (info.external_attr >> 16) & 0o170000  # 0 where the zip was not made on Unix
    return "other" if unix_type not in (0, 0o100000, 0o040000) else "folder" if info.is_dir() else "file"


def _plan(archive: Path, members: Iterable[_Member], folder: Path, max_bytes: int, max_files: int) -> dict:
    """Path below `folder` -> member, of all files; DataError at the first member that is not as it should be."""
    plan, files, folders, total = {}, set(), set(), 0
    packed = archive.stat().st_size
    limit = min(max_bytes, max(MAX_RATIO * packed, 2**20))
    for count, member in enumerate(members, start=1):
        path = PureWindowsPath(member.name)  # the stricter reading: both slashes separate, `C:` is a drive
        same = PureWindowsPath(unicodedata.normalize("NFC", member.name).casefold())  # equal on Windows and macOS
        is_folder = member.kind == "folder"
        total += max(member.size, 0)
        why = None
        if path.anchor or ".." in path.parts or "\0" in member.name or not (path.parts or is_folder):
            why = f"would land outside {folder}, expected plain names below it; get the archive elsewhere"
        elif member.kind == "other" or member.size < 0:
            why = "is a link or a device, expected files and folders only; get the archive elsewhere"
        elif count > max_files:
            why = f"is one more than the {max_files:,} members expected at most; get the archive elsewhere"
        elif total > limit:
            why = f"brings it to {total:,} bytes from {packed:,}, expected at most {limit:,}; get the archive elsewhere"
        elif same in files or (same in folders and not is_folder) or not files.isdisjoint(same.parents):
            why = "has the name of another (upper and lower case count as one), expected one; get the archive elsewhere"
        elif not is_folder and (found := _in_the_way(folder, folder.joinpath(*path.parts), member.size)):
            why = f"cannot take its place: expected {member.size:,} bytes or nothing, found {found}; move that away"
        if why:
            raise DataError(f"{archive} was not unpacked, nothing was written: its member {member.name!r} {why}.")
        folders.update(same.parents, [same] if is_folder else [])
        if not is_folder:  # folders come with their files
            files.add(same)
            plan[Path(*path.parts)] = member
    return plan


def _in_the_way(folder: Path, target: Path, size: int) -> str | None:
    if target.is_file():
        found = target.stat().st_size
        return None if found == size else f"{target} with {found:,} bytes"
    if os.path.lexists(target):
        return f"{target}, which is not a file"
    above = target.relative_to(folder).parents
    return next((f"the file {folder / p}" for p in above if (folder / p).is_file()), None)


def _unpack(new: dict[Path, _Member], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".unpack-", dir=folder))
    try:
        for path, member in new.items():
            (temporary / path).parent.mkdir(parents=True, exist_ok=True)
            with member.open() as source, open(temporary / path, "xb") as file:
                shutil.copyfileobj(source, file, 2**20)
        for path in new:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(temporary / path, folder / path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
