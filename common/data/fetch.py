"""Fetch the files of a homework's original data: mirrors, sizes and checksums, resume, one process at a time."""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.data.archives import extract
from common.errors import FetchError

TIMEOUT_S = 30  # without a byte
ATTEMPTS = 5  # at one mirror, once it has begun to send
PAUSE_S = 1.0  # before the second attempt; twice as long before the third
CHUNK = 2**16


@dataclass(frozen=True)
class Download:
    """One file of a homework's original data."""

    name: str  # file name below data/hwNN/
    urls: tuple[str, ...]  # mirrors, tried in order
    sha256: str
    size: int  # bytes
    extract: bool = False  # unpack (zip, tar, tar.gz) into the folder after checking


def fetch(downloads: Sequence[Download], folder: Path, *, progress: bool = True) -> list[Path]:
    """Bring the files into `folder` and return their paths (of the archives, for those that are unpacked).

    A file that is there and right is not fetched again, and a wrong one is never touched. A second process waits for
    the first and takes what it brought. Bytes that came before a cut are kept as `.NAME.part`, and the next call (or
    the next mirror) goes on from there; the final name only ever holds the whole, checked file.

    Raises FetchError with one sentence: a different file is in the way, no mirror gave the file, the disk is full or
    the folder read-only; DataError if an archive cannot be unpacked safely.
    """
    paths = []
    for download in downloads:
        target = folder / download.name
        with _plain_errors(download, target):
            there = _is_there(target, download)
            if not there or download.extract:
                with _locked(target.parent, progress):
                    if not there and not _is_there(target, download):  # the process waited for may have brought it
                        _from_mirrors(download, target, progress)
                    if download.extract:
                        extract(target, folder)
        paths.append(target)
    return paths


def verify(downloads: Sequence[Download], folder: Path, *, deep: bool = False) -> list[tuple[str, str]]:
    """Name and state of each file: "ok", "missing", "wrong size: expected .. found ..", and with `deep`, which reads
    the files whole, "wrong checksum: expected .. found ..". An archive is judged, not what was unpacked from it."""
    return [(d.name, _problem(folder / d.name, d, deep=deep) or "ok") for d in downloads]


def _problem(path: Path, download: Download, deep: bool = True) -> str | None:
    """What is wrong with a file, with expected and found, or None."""
    import pooch

    if not os.path.lexists(path):
        return "missing"
    if not path.is_file():
        return "wrong kind: expected a file, found something else"
    if (size := path.stat().st_size) != download.size:
        found = f"an HTML page of {size:,} bytes" if _is_html(path) else f"{size:,} bytes"
        return f"wrong size: expected {download.size:,} bytes, found {found}"
    if deep and (found := pooch.file_hash(str(path))) != download.sha256.lower():
        return f"wrong checksum: expected SHA-256 {download.sha256[:16]}…, found {found[:16]}…"
    return None


def _is_html(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))


def _is_there(target: Path, download: Download) -> bool:
    """Whether the right file is there already; FetchError if it is another one."""
    problem = _problem(target, download)
    if problem not in (None, "missing"):
        raise FetchError(
            f"{target} is there but is not the file expected ({problem}): it was left untouched, so move it away and "
            "fetch again."
        )
    return not problem


def _from_mirrors(download: Download, target: Path, progress: bool) -> None:
    """Bring the file to `target`, where nothing is; called with the lock held."""
    part = target.with_name(f".{target.name}.part")
    reasons = []
    for url in download.urls:
        try:
            reason = _from_mirror(url, part, download, progress)
            if reason is None:
                return os.replace(part, target)
            reasons.append(f"{url} ({reason})")
        except OSError:
            part.unlink(missing_ok=True)  # a full disk is not made fuller
            raise
    kept = f" ({part.stat().st_size:,} bytes are kept for it)" if part.exists() else ""
    reasons = reasons or ["no mirror is known"]
    raise FetchError(
        f"{download.name} (expected {download.size:,} bytes) could not be fetched: "
        f"{'; '.join(reasons)}; try again later{kept} or put the file into {target.parent} by hand, "
        'and DATA="builtin" works meanwhile.'
    )


def _from_mirror(url: str, part: Path, download: Download, progress: bool) -> str | None:
    """Fill `part` from one mirror: None, or why it is not the right file. A wrong file is removed, a short one kept."""
    reason, begun = None, False
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE_S * attempt)
        resumed = part.exists()
        received, cut = _transfer(url, part, download, progress)
        begun = begun or received > 0
        size = part.stat().st_size
        if (problem := _problem(part, download)) is None:
            return None
        if cut and size < download.size and not _is_html(part):
            reason = f"{cut} after {size:,} of {download.size:,} bytes" if begun else cut
            if size == 0:
                part.unlink()
            if not begun:
                break  # no use in asking the same again
        else:  # the server sent what it had, and that is another file
            part.unlink()
            reason = problem
            if not resumed:  # otherwise the bytes from before may be at fault: once more from the start
                break
    return reason


def _transfer(url: str, part: Path, download: Download, progress: bool) -> tuple[int, str | None]:
    """Append to `part` what the server sends: bytes received, and what stopped it early, if anything did."""
    import requests
    from pooch import HTTPDownloader
    from tqdm import tqdm

    start = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # a server that compresses on the way has other sizes and ranges
    if start:
        headers["Range"] = f"bytes={start}-"
    look = {"desc": download.name, "unit": "B", "unit_scale": True, "leave": False, "disable": not progress}
    bar = tqdm(total=download.size, initial=start, **look)
    with open(part, "ab") as file, bar:
        sink = _Sink(file, bar, download.size)
        hooks = {"response": sink.begin}
        try:
            HTTPDownloader(chunk_size=CHUNK, timeout=TIMEOUT_S, headers=headers, hooks=hooks)(url, sink, None)
            cut = None
        except OverflowError:
            cut = "more came than expected"
        except requests.HTTPError as error:
            cut = f"HTTP {error.response.status_code} {error.response.reason}"
            if error.response.status_code == 416:  # what was kept is not a beginning of the server's file
                file.truncate(0)
                cut = None
        except requests.RequestException as error:
            silent = isinstance(error, requests.Timeout) or "timed out" in str(error)
            came = sink.received or isinstance(error, requests.exceptions.ChunkedEncodingError)
            cut = "the connection was cut" if came else f"no connection, {type(error).__name__}"
            cut = f"silent for {TIMEOUT_S} s" if silent else cut
        finally:
            sink.close()
    return sink.received, cut


class _Sink:
    """The temporary file as pooch sees it: moves the bar, and stops a server that sends too much."""

    def __init__(self, file, bar, size: int):
        self.file, self.bar, self.size, self.received = file, bar, size, 0
        self.flush, self.close = file.flush, lambda: None

    def begin(self, response, **_) -> None:
        self.close = response.close  # of the connection: pooch leaves it open where it stops early
        if response.status_code == 200:  # the whole file, whatever range was asked for
            self.file.seek(0)
            self.file.truncate()
            self.bar.reset()

    def write(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.received += len(chunk)
        self.bar.update(len(chunk))
        if self.file.tell() > self.size:
            raise OverflowError


@contextmanager
def _locked(folder: Path, progress: bool):
    """One process at a time; the lock is the system's, so it goes with its process even when that is killed."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".fetch.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if progress:
            print(f"Another process is fetching into {folder}: waiting for it.", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _plain_errors(download: Download, target: Path):
    """Errors of the file system (full disk, read-only folder) as one sentence."""
    try:
        yield
    except OSError as error:
        room = f"{download.size:,} bytes" + (" and what they unpack to" if download.extract else "")
        raise FetchError(
            f"{download.name} could not be written into {target.parent} ({error.strerror or error}): expected a folder "
            f"that can be written, with room for {room}; make room or set HW_DATA_DIR to another folder, then fetch "
            'again; DATA="builtin" works meanwhile.'
        ) from None
