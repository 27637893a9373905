"""Unpack archives that a person got by hand: nothing escapes the folder, is overwritten, or is left half done."""

import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from common.errors import DataError

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MAX_BYTES = 64 * 2**30  # of all members together, unpacked
MAX_FILES = 300_000


def unpack(archive: Path, folder: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> list[Path]:
    """Unpack a zip or tar (plain, gz, bz2, xz) into `folder`; returns what appeared there, nothing if all was there.

    Raises DataError, with nothing written: members that would land outside, links out, devices (tarfile's filter
    "data"), more than `max_bytes` or `max_files`, a damaged archive, or other files in the way. Raises OSError if the
    disk is full or the folder read-only, again with nothing left behind.
    """
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder) as temporary:
        try:
            _into(archive, Path(temporary), max_bytes, max_files)
        except OSError as error:
            if error.errno is not None:  # the disk; a damaged archive has no number
                raise
            raise _not_unpacked(archive, error) from None
        except Exception as error:  # damaged bytes can fail in any way
            raise _not_unpacked(archive, error) from None
        made = sorted(path for path in Path(temporary).iterdir() if path.name != "__MACOSX")
        taken = [path for path in made if os.path.lexists(folder / path.name)]
        if len(taken) == len(made):
            return []
        if taken:
            raise DataError(f"{archive} was not unpacked: {folder / taken[0].name} is in the way; move it away.")
        for path in made:
            os.replace(path, folder / path.name)
        return [folder / path.name for path in made]


def joined(parts: Sequence[Path]) -> Path:
    """One archive of the parts that `split` made of it (`x.tar.gz.partaa`, `…partab`, …); as it is, if it is there.

    Raises OSError if the disk is full or the folder read-only, with nothing left behind.
    """
    whole = parts[0].with_suffix("")
    if not whole.exists():
        partial = whole.with_name(f".{whole.name}.partial")
        try:
            with partial.open("wb") as out:
                for part in sorted(parts):
                    with part.open("rb") as piece:
                        shutil.copyfileobj(piece, out, 2**20)
            os.replace(partial, whole)
        finally:
            partial.unlink(missing_ok=True)
    return whole


def _into(archive: Path, folder: Path, max_bytes: int, max_files: int) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            _refuse_bombs(((m.filename, m.file_size) for m in packed.infolist()), max_bytes, max_files)
            packed.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            _refuse_bombs(((m.name, m.size) for m in packed), max_bytes, max_files)
            packed.extractall(folder, filter="data")


def _refuse_bombs(members, max_bytes: int, max_files: int) -> None:
    total = 0
    for count, (name, size) in enumerate(members, start=1):
        path = PureWindowsPath(name)  # the stricter reading: both slashes separate, `C:` is a drive
        total += size
        if path.anchor or ".." in path.parts:
            raise ValueError(f"its member {name!r} would land outside")
        if count > max_files or total > max_bytes:
            raise ValueError(f"it holds more than {max_files:,} files or {max_bytes:,} bytes")


def _not_unpacked(archive: Path, error: Exception) -> DataError:
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return DataError(
        f"{archive} was not unpacked, nothing was written: {reason}; get the archive again (away with this one first)."
    )
