"""The warden: a process beside each kernel in a sandbox, which the kernel cannot touch.

It watches what the kernel uses, kills at the end all that was started, copies the files that are wanted out of the
working folder, and says in `status.json` how it ended.
"""

import contextlib
import errno
import json
import os
import select
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from common.kernels import cgroups, linux

try:
    import resource
except ImportError:  # Windows, where none of this runs
    resource = None

STATUS = "status.json"
HEARD = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT} if hasattr(signal, "SIGCHLD") else set()
IMPORTS = 700 << 20  # bytes that torch and the rest take when a kernel has to load them itself
_LOOK = 0.2  # seconds between two looks at memory and files
_SOCKET = 2 * 212_992  # bytes that may wait in a socket's buffer; no process is charged for them
_FREE_SOCKETS = 64  # what a kernel needs for itself
# a pipe holds that much once those of the user hold 64 MB; other things behind a descriptor take less
_PIPE, _FREE_DESCRIPTORS = 8192, 128


class Warden:
    """Stands beside the kernel until it ends, or has to."""

    def __init__(self, sandbox, kernel: int, outbox_fd: int, group: cgroups.Group | None):
        self.sandbox, self.kernel, self.outbox_fd, self.group = sandbox, kernel, outbox_fd, group
        self.alone = os.getpid() == 1  # the first process of a namespace: all others in it are the kernel's
        # not counted: the pages of the fork server that this process has too, or what a kernel's own imports take
        self.imports = IMPORTS if sandbox.bubblewrap else 0
        self.shared = sum(_memory("self"))
        self.peak = 0
        self.exit: int | None = None
        # open, so that whatever becomes of their names they can be asked how full they are
        folders = sandbox.folders if sandbox.tier == "A" else ()
        self.folders = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders]

    def watch(self, ready_r: int, go_w: int) -> None:
        """Watch to the end, and end. ready_r: readable once the kernel's sockets are there; go_w: lets it go on."""
        reason, unready = "", [ready_r]
        while self.exit is None and not reason:
            if unready and select.select(unready, [], [], 0)[0]:
                unready = []
                # nothing else shall be written beside them, for that folder lies outside
                if self.sandbox.tier == "A" and not self.sandbox.bubblewrap:
                    linux.read_only(self.sandbox.sockets)
                with contextlib.suppress(OSError):
                    os.write(go_w, b".")
            heard = signal.sigtimedwait(HEARD, 0.005 if unready else _LOOK)
            if heard is not None and heard.si_signo == signal.SIGTERM:
                reason = "ended"
            elif heard is not None and heard.si_signo == signal.SIGINT:
                os.kill(self.kernel, signal.SIGINT)
            if self.sandbox.leash_fd >= 0 and select.select([self.sandbox.leash_fd], [], [], 0)[0]:
                reason = "ended"
            self._reap()
            reason = reason or self._excess()
        self._kill_all()
        self._report(reason)
        os._exit(0)

    def _report(self, reason: str) -> None:
        files = collect(self.sandbox.work, self.sandbox.wanted, self.outbox_fd)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = round(usage.ru_utime + usage.ru_stime, 3)
        status = {"reason": reason, "exit": self.exit, "peak_memory": self.peak, "files": files, "cpu_seconds": seconds}
        partial = os.open(f".{STATUS}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=self.outbox_fd)
        os.write(partial, json.dumps(status).encode())
        os.close(partial)
        os.rename(f".{STATUS}", STATUS, src_dir_fd=self.outbox_fd, dst_dir_fd=self.outbox_fd)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.kernel:
                    self.exit = ended[1]

    # --- limits ---

    def _excess(self) -> str:
        """Which limit is broken that the system does not hold by itself, if any."""
        if self.group is not None and self.group.out_of_memory():
            self.peak = self.sandbox.memory
            return "memory"
        if self.exit is not None:
            return ""
        used = [os.fstatvfs(folder) for folder in self.folders]
        if any(of.f_files - of.f_ffree > self.sandbox.files for of in used):
            return "disk"
        files = sum((of.f_blocks - of.f_bfree) * of.f_frsize for of in used)
        memory = self._counted(files) if self.group is None else self.group.memory() - self._free(self.imports)
        self.peak = max(self.peak, memory)
        if memory > self.sandbox.memory:
            return "memory"
        return "" if self.sandbox.tier == "A" else self._disk()

    def _counted(self, files: int) -> int:
        """Bytes in use where no control group counts them: of processes, their page tables, files, sockets, pipes."""
        pids = self._others()
        private, tables = (sum(parts) for parts in zip(*map(_memory, pids), strict=True)) if pids else (0, 0)
        beside = files + tables + sum(map(_descriptors, pids)) + (_sockets() if self.alone else 0)
        free = self._free(self.imports or self.shared)
        if beside + private - free > self.sandbox.memory:
            private = sum(map(_proportional, pids))  # pages that processes share were counted twice; this takes longer
        return beside + max(0, private - free)

    def _free(self, most: int) -> int:
        """Bytes that are not counted: once, in the kernel's own process, and no more than that has."""
        return min(most, sum(_memory(self.kernel)))

    def _disk(self) -> str:
        count = size = 0
        for size_of_one in _sizes(self.sandbox.folder):
            count, size = count + 1, size + size_of_one
            if count > self.sandbox.files or size > self.sandbox.disk:
                return "disk"
        return ""

    # --- the end ---

    def _others(self) -> list[int]:
        """All processes that the kernel has started, and itself."""
        if self.alone:
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        return below(os.getpid())

    def _kill_all(self) -> None:
        while True:
            with contextlib.suppress(ProcessLookupError):
                if self.alone:
                    os.kill(-1, signal.SIGKILL)  # all at once, in this namespace
            for pid in [] if self.alone else self._others():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            try:
                while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                    self.exit = ended[1] if ended[0] == self.kernel else self.exit
            except ChildProcessError:
                return  # none is left: orphans come to this process
            time.sleep(0.002)


def collect(work: str, wanted: dict[str, int], outbox_fd: int) -> dict[str, int | str]:
    """Copy the files that are wanted into the outbox: bytes copied, or a sentence that says why not."""
    found: dict[str, int | str] = {}
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        folder = os.open(f"{work}/outputs", flags | os.O_DIRECTORY)
    except OSError:
        return found
    for name, limit in wanted.items():
        try:
            found[name] = _copy(os.open(name, flags, dir_fd=folder), name, limit, outbox_fd)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
                raise  # no fault of the file's
            found[name] = f"{name} is not a regular file that can be read."
    os.close(folder)
    return found


def _copy(source: int, name: str, limit: int, outbox_fd: int) -> int | str:
    kind = os.fstat(source)
    if not stat.S_ISREG(kind.st_mode):
        return f"{name} is not a regular file."
    if kind.st_size > limit:
        return f"{name} has {kind.st_size:,} bytes; at most {limit:,} are allowed."
    target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600, dir_fd=outbox_fd)
    copied = 0
    while copied < limit and (part := os.read(source, min(limit - copied, 1 << 20))):
        copied += os.write(target, part)
    os.close(target)
    os.close(source)
    return copied


# --- what /proc says: bytes, for a process may call itself anything ---------------------------------------------------


def below(pid: int) -> list[int]:
    """All descendants of a process in which something still runs."""
    children: dict[int, list[int]] = {}
    alive = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(name))
                if fields[0] not in b"ZX" or int(fields[17]) > 1:  # a first thread can end before the others
                    alive.add(int(name))
    found, queue = [], [pid]
    while queue:
        mine = children.get(queue.pop(), [])
        queue += mine
        found += [child for child in mine if child in alive]
    return found


def _memory(pid: int | str) -> tuple[int, int]:
    """Bytes of a process's own memory, and of its page tables."""
    private, tables = _fields(f"/proc/{pid}/status", b"RssAnon", b"VmPTE")
    return private, tables


def _proportional(pid: int) -> int:
    """Bytes of a process's memory, where pages that several share count in parts."""
    return _fields(f"/proc/{pid}/smaps_rollup", b"Pss_Anon")[0] or _memory(pid)[0]


def _fields(path: str, *names: bytes) -> list[int]:
    """Numbers (kB, in bytes) behind names in a file of /proc; 0 where they are not."""
    found = dict.fromkeys(names, 0)
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(path).read_bytes().splitlines():
            name, _, value = line.partition(b":")
            if name in found:
                found[name] = int(value.split()[0]) << 10
    return list(found.values())


def _descriptors(pid: int) -> int:
    """Bytes that may lie behind a process's descriptors, beyond those that a kernel needs."""
    try:
        count = os.stat(f"/proc/{pid}/fd").st_size  # how many, or 0 before Linux 6.2
    except OSError:
        return 0
    count = count or _fields(f"/proc/{pid}/status", b"FDSize")[0] >> 10
    return max(0, count - _FREE_DESCRIPTORS) * _PIPE


def _sockets() -> int:
    """Bytes that may wait in the buffers of this network namespace's sockets, beyond those that a kernel needs."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        used = int(Path("/proc/net/sockstat").read_bytes().split()[2])
        return max(0, used - _FREE_SOCKETS) * _SOCKET
    return 0


def _sizes(folder: str) -> Iterator[int]:
    """Bytes on the disk of each file and folder below a folder, however deep."""
    queue = [folder]
    while queue:
        with contextlib.suppress(OSError), os.scandir(queue.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    yield entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        queue.append(entry.path)
