"""Temporary folders that do not outlive their process, whatever was put into them, and however it ended."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_LONGEST = 60  # letters of the folder for temporary files; a socket's path may have 107, and some are ours to add


@contextlib.contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """A folder for this process's eyes alone, removed at the end; `sweep(prefix)` removes it after a kill."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=_where()))
    lock = _lock(path)
    try:
        yield path
    finally:
        remove(path)
        if lock is not None:
            os.close(lock)


def remove(path: str | Path) -> None:
    """Remove a tree of any depth, also one whose folders are closed to their owner; what cannot be removed stays."""
    shutil.rmtree(path, ignore_errors=True) if sys.platform == "win32" else _remove_any(str(path))


def sweep(prefix: str) -> None:
    """Remove such folders of this user's processes that are no more: the lock on them is free."""
    if fcntl is None:
        return
    for place in {_where(), tempfile.gettempdir()}:
        for path in Path(place).glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                kind = path.lstat()
                if not stat.S_ISDIR(kind.st_mode) or kind.st_uid != os.geteuid():
                    continue
                lock = _lock(path)
                if lock is not None:
                    remove(path)
                    os.close(lock)


def _where() -> str:
    """The folder for temporary files, or /tmp where paths of sockets below that would be too long for Linux."""
    usual = tempfile.gettempdir()
    short = len(usual) <= _LONGEST or not os.access("/tmp", os.W_OK)
    return usual if short else "/tmp"


def _lock(path: Path) -> int | None:
    """A descriptor that holds the lock on a folder, or None if another process does, or there are no locks."""
    if fcntl is None:
        return None
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        return None
    return fd


def _remove_any(path: str) -> None:
    """By `rm`, which walks trees of any depth; a Python function calls itself for each level."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["rm", "-rf", "--", path], **quiet)
    if os.path.lexists(path):
        subprocess.run(["chmod", "-R", "u+rwX", "--", path], **quiet)
        subprocess.run(["rm", "-rf", "--", path], **quiet)
