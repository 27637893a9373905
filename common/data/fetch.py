"""Fetch the files of a homework's original data: mirrors, size and checksum, one process at a time.

pooch does the work; what stands here is that no file that is there is touched, and that failures are sentences.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.errors import FetchError

TIMEOUT_S = 30  # without a byte
RETRIES = 2  # at each mirror, from the start, after one and two seconds


@dataclass(frozen=True)
class Download:
    """One file of a homework's original data."""

    name: str  # file name below data/hwNN/
    urls: tuple[str, ...]  # mirrors, tried in order
    sha256: str | None = None  # None where nobody tells: then any file that is no HTML page passes
    size: int | None = None  # bytes; likewise
    unpack: bool = False  # whether what is read is what the archive holds

    @property
    def said_size(self) -> str:
        return "size unknown" if self.size is None else f"{self.size:,} bytes"


def fetch(downloads: Sequence[Download], folder: Path, *, progress: bool = True) -> list[Path]:
    """Bring the files into `folder` and return their paths.

    A file that is there and right is not fetched again, and a wrong one is never touched. A second process waits for
    the first and takes what it brought. The final name only ever holds the whole, checked file.

    Raises FetchError with one sentence: a different file is in the way, no mirror gave the file, the disk is full or
    the folder read-only.
    """
    paths = [folder / download.name for download in downloads]
    for download, target in zip(downloads, paths, strict=True):
        try:
            if not _is_there(download, target):
                with _locked(target.parent, progress):
                    if not _is_there(download, target):  # the process waited for may have brought it
                        _from_mirrors(download, target, progress)
        except OSError as error:
            raise FetchError(
                f"{download.name} could not be written into {target.parent} ({error.strerror or error}): expected a "
                f"folder that can be written, with room for it ({download.said_size}); make room or set HW_DATA_DIR to "
                'another folder, then fetch again; DATA="builtin" works meanwhile.'
            ) from None
    return paths


def _is_there(download: Download, target: Path) -> bool:
    """Whether the right file is there already; FetchError if it is another one."""
    from pooch import file_hash

    if not os.path.lexists(target):
        return False
    size = target.stat().st_size
    if not target.is_file():
        problem = "expected a file, found something else"
    elif download.size is not None and size != download.size:
        problem = f"expected {download.size:,} bytes, found {size:,}"
    elif download.sha256 and file_hash(str(target)) != download.sha256:
        problem = f"expected another SHA-256, {download.sha256[:16]}…"
    else:
        return True
    raise FetchError(f"{target} is not the file expected ({problem}): it is untouched; move it away and fetch again.")


def _from_mirrors(download: Download, target: Path, progress: bool) -> None:
    import pooch
    from requests import RequestException

    def refuse_other_sizes(response, **_) -> None:
        length = response.headers.get("Content-Length")
        page = "html" in response.headers.get("Content-Type", "")
        wrong = download.size is not None and length is not None and int(length) != download.size
        if response.status_code == 200 and (wrong or (page and download.size is None)):
            found = "an unknown number" if length is None else f"{int(length):,}"
            raise ValueError(f"expected {download.said_size}, found {found}{' of an HTML page' * page}")

    pooch.get_logger().setLevel("WARNING")
    options = {"timeout": TIMEOUT_S, "hooks": {"response": refuse_other_sizes}, "chunk_size": 2**16}
    downloader = pooch.HTTPDownloader(progress, headers={"Accept-Encoding": "identity"}, **options)
    reasons = []
    for url in download.urls:
        checksum = download.sha256 and f"sha256:{download.sha256}"
        files = {"registry": {target.name: checksum}, "urls": {target.name: url}}
        mirror = pooch.Pooch(target.parent, base_url="", retry_if_failed=RETRIES, **files)
        try:
            mirror.fetch(target.name, downloader=downloader)
            return
        except RequestException as error:
            reasons.append(f"{url} ({error if error.response is not None else type(error).__name__})")
        except ValueError as error:  # pooch's own says for a paragraph that the checksum is another
            reasons.append(f"{url} ({'expected another SHA-256' if 'hash' in str(error) else error})")
    raise FetchError(
        f"{download.name} (expected {download.said_size}) could not be fetched: "
        f"{'; '.join(reasons) or 'no mirror is known'}; try again later or put the file into {target.parent} by hand, "
        'and DATA="builtin" works meanwhile.'
    )


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
