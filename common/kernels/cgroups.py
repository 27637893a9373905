"""Control groups: limits that Linux itself holds for all processes of a kernel together, where groups may be made.

As root that is nearly everywhere (not in most containers); a user needs a part of the tree for himself, as `systemd-run
--user --scope hw grade …` has it. Both versions are known: in version 1 each limit has a tree of its own. What is
counted there is everything: memory that files, sockets, page tables and locks take, too.
"""

import contextlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_VERSION_1 = ("memory", "pids", "cpu")


@dataclass
class Group:
    """One group, which is a folder in each of the trees."""

    folders: list[str]

    def __post_init__(self):
        # opened while the tree can be seen; in a sandbox it can't
        self._fds = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in self.folders]

    def enter(self) -> None:
        """Move this process into the group."""
        for fd in self._fds:
            procs = os.open("cgroup.procs", os.O_WRONLY, dir_fd=fd)
            os.write(procs, b"0")
            os.close(procs)

    def forget(self) -> None:
        """Close what leads to the group, so that nobody can change it from within."""
        for fd in self._fds:
            os.close(fd)

    def memory(self) -> int:
        """Bytes that the group's processes and files in memory take, without what the system can drop at any time."""
        found = {name: int(value) for line in self._read("memory.stat") for name, value in [line.split()]}
        wanted = ("anon", "rss", "shmem", "slab", "slab_unreclaimable", "pagetables", "sock")
        return sum(found.get(name, 0) for name in wanted if not (name == "slab" and "slab_unreclaimable" in found))

    def out_of_memory(self) -> bool:
        """Whether a process was killed for want of memory."""
        lines = [*self._read("memory.events"), *self._read("memory.oom_control")]
        return any(int(value) for name, value in map(str.split, lines) if name == "oom_kill")

    def remove(self) -> None:
        """Remove the group, whose processes have all ended."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                os.rmdir(folder)

    def _read(self, name: str) -> list[str]:
        for fd in self._fds:
            with contextlib.suppress(OSError), open(os.open(name, os.O_RDONLY, dir_fd=fd)) as file:
                return file.read().splitlines()
        return []


def make(parents: list[str], memory: int, processes: int) -> Group | None:
    """A new group with limits below these folders; None where there are none. Raises OSError if it cannot be made."""
    if not parents:
        return None
    limits = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory, "memory.max": memory,
              "memory.swap.max": 0, "memory.oom.group": 1, "pids.max": processes}  # fmt: skip
    folders = [tempfile.mkdtemp(prefix=f"hw-{os.getpid()}-", dir=parent) for parent in parents]
    for folder in folders:
        for name, limit in limits.items():
            with contextlib.suppress(FileNotFoundError):
                _write(f"{folder}/{name}", limit)
    return Group(folders)


@cache
def parents() -> tuple[str, ...]:
    """Folders in which groups can be made, with limits of memory and processes; none where that is not possible."""
    for candidates in _candidates():
        try:
            group = make(list(candidates), 1 << 30, 1000)
            _sweep(candidates)
        except OSError:
            continue
        works = _can_enter(group)
        group.forget()
        group.remove()
        if works:
            return candidates
    return ()


def _candidates():
    try:
        lines = _OWN.read_text().splitlines()
    except OSError:
        return
    places = {kind: path for _, kind, path in (line.split(":", 2) for line in lines)}
    for own in (Path(places.get("", "/").lstrip("/")),):  # version 2: the nearest group that may have groups below it
        for part in (own, *own.parents):
            folder = _ROOT / part
            with contextlib.suppress(OSError):
                if {"memory", "pids"} <= set((folder / "cgroup.controllers").read_text().split()):
                    for name in ("memory", "pids", "cpu"):
                        with contextlib.suppress(OSError):
                            _write(folder / "cgroup.subtree_control", f"+{name}")
                    if {"memory", "pids"} <= set((folder / "cgroup.subtree_control").read_text().split()):
                        yield (str(folder),)
    trees = {name: path for kind, path in places.items() for name in kind.split(",") if name in _VERSION_1}
    folders = {str(_ROOT / name / path.lstrip("/")) for name, path in trees.items()}
    if set(trees) == set(_VERSION_1) and all(map(os.path.isdir, folders)):
        yield tuple(sorted(folders))


def _can_enter(group: Group) -> bool:
    """Whether a process of ours can be moved into the group."""
    child = os.fork()
    if child == 0:
        try:
            group.enter()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _sweep(folders: tuple[str, ...]) -> None:
    """Remove empty groups whose maker was killed before it could."""
    for folder in folders:
        for path in Path(folder).glob("hw-*-*"):
            if not Path(f"/proc/{path.name.split('-')[1]}").exists():
                with contextlib.suppress(OSError):
                    path.rmdir()


def _write(path, value) -> None:
    fd = os.open(path, os.O_WRONLY)  # no O_CREAT, which such a tree refuses
    try:
        os.write(fd, str(value).encode())
    finally:
        os.close(fd)
