"""A kernel in a sandbox, and the warden beside it: what untrusted code may see, use and leave behind.

Three tiers. A: namespaces of its own: no network, a read-only system, nothing else to be seen, no other processes.
B: limits, another user where that is possible, and Landlock: no other files, no TCP. C: limits alone, which hold an
accident and not an attack.

In every tier the *warden*, a process that the kernel cannot touch (in C it can), watches memory, kills at the end all
that was started, copies the files that are wanted out of the working folder, and says in `status.json` how it ended.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from common import kernels
from common.kernels import linux

try:
    import resource
except ImportError:  # Windows, where none of this runs
    resource = None

TIERS = {
    "A": "namespaces: no network, read-only system, own files and processes",
    "B": "limits, Landlock, another user: no other files, no TCP",
    "C": "limits alone: holds accidents, not attacks",
}
STATUS = "status.json"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt/cuda", "/sys/devices/system")
_ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "alternatives",
    "fonts",
    "ssl",
    "mime.types",
    "os-release",
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_STD = ("in", "out", "err")
_IMPORTS = 700 << 20  # bytes that torch and the rest take when a kernel has to load them itself
_LOOK = 0.2  # seconds between two looks at memory and files
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_HEARD = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT} if hasattr(signal, "SIGCHLD") else set()


@dataclass(frozen=True)
class Sandbox:
    """What a kernel gets. The folder has `s` for its sockets, `work` for what it does; `outbox` is for the warden."""

    tier: str
    folder: str
    outbox: str
    wanted: dict[str, int]  # files below work/outputs -> bytes they may have
    readable: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)  # of a GPU
    memory: int = 4 << 30  # bytes, of all processes together, on top of what importing takes
    disk: int = 1 << 30  # bytes of all files together, and of any single one
    files: int = 20_000
    processes: int = 256  # threads count
    bubblewrap: bool = False  # tier A by the program of that name, where namespaces cannot be had without it
    outbox_fd: int = -1  # the outbox, where another process has opened it
    leash_fd: int = -1  # a pipe; when its other end is closed, it is over

    @property
    def sockets(self) -> str:
        return f"{self.folder}/s"

    @property
    def work(self) -> str:
        return f"{self.folder}/work"

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def readable_paths() -> list[str]:
    """What every kernel may read: system, Python, its packages, this one and the cards; no notebook, no data."""
    from common.paths import checkout

    root = checkout()
    own = [root / "pyproject.toml", root / "common", *root.glob("hw*/homework.toml")] if root else []
    search = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and Path(path) != root]
    paths = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), sys.base_prefix, sys.prefix, *search, *map(str, own)]
    found: list[str] = []
    for path in [*paths, *map(os.path.realpath, paths)]:
        if os.path.exists(path) and not any(Path(path).is_relative_to(other) for other in found):
            found.append(path)
    return found


# --- going in ---------------------------------------------------------------------------------------------------------


def enter(sandbox: Sandbox) -> Callable[[], None]:
    """Split this process into warden and kernel; returns in the kernel, with what to call once its sockets are there.

    Raises OSError where the tier cannot be had; nothing untrusted has run then.
    """
    outbox = sandbox.outbox_fd if sandbox.bubblewrap else os.open(sandbox.outbox, os.O_RDONLY | os.O_DIRECTORY)
    root = os.geteuid() == 0
    uid = (
        1_000_000 + os.getpid() if root and sandbox.tier != "C" and not sandbox.bubblewrap else os.geteuid()
    )  # nobody else's, while this lives
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    if sandbox.tier == "A" and not sandbox.bubblewrap:
        _namespaces(root)
        _new_root(sandbox)
    else:
        linux.adopt_orphans()
    _working_folder(sandbox, uid)
    told, tells = os.pipe()
    waits, go = os.pipe()
    kernel = os.fork()
    if kernel:
        os.close(tells)
        os.close(waits)
        linux.close_to_peers()
        _Warden(sandbox, kernel, outbox).watch(told, go)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
    for descriptor in (outbox, told, go, *([sandbox.leash_fd] if sandbox.leash_fd >= 0 else [])):
        os.close(descriptor)
    os.setsid()
    _limit(sandbox, uid)
    if uid != os.geteuid():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if sandbox.tier == "B":
        writable = [*_DEVICES, "/dev/shm", *sandbox.devices, sandbox.sockets, sandbox.work]
        linux.landlock([*sandbox.readable, "/proc"], writable)
    linux.no_new_privileges()
    linux.drop_capabilities()
    os.chdir(sandbox.work)

    def ready() -> None:
        os.write(tells, b".")
        os.read(waits, 1)
        os.close(tells)
        os.close(waits)

    return ready


def enter_or_tell(sandbox: Sandbox) -> Callable[[], None]:
    """`enter`; a failure is told in the outbox, and ends the process."""
    try:
        return enter(sandbox)
    except OSError as error:
        status = {"reason": "failed", "error": str(error)}
        with open(f"{sandbox.outbox}/{STATUS}", "w") as file:
            json.dump(status, file)
        os._exit(1)


def _namespaces(root: bool) -> None:
    """Go on as the first process of namespaces of one's own; the process before stays outside and passes on the end."""
    uid, gid = os.geteuid(), os.getegid()
    flags = linux.NEWNS | linux.NEWPID | linux.NEWNET | linux.NEWIPC | linux.NEWUTS
    linux.unshare(flags if root else flags | linux.NEWUSER)
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    first = os.fork()
    if first == 0:
        linux.die_with_parent(signal.SIGKILL)
        return
    while os.waitpid(first, os.WNOHANG)[0] == 0:
        number = signal.sigwait(_HEARD)
        if number != signal.SIGCHLD:
            os.kill(first, number)
    os._exit(0)


def _new_root(sandbox: Sandbox) -> None:
    """A root folder that holds what may be read, empty folders in memory to write to, and nothing else."""
    root, memory = f"{sandbox.folder}/root", f"size={sandbox.disk},nr_inodes={sandbox.files},mode=1777"
    os.mkdir(root)
    linux.mount(None, "/", None, linux.REC | linux.PRIVATE)
    linux.mount("none", root, "tmpfs", linux.NOSUID | linux.NODEV, "size=8m,mode=755")
    for path in ("/tmp", "/dev", "/dev/shm", "/proc", "/etc", sandbox.work, sandbox.sockets):
        os.makedirs(root + path, exist_ok=True)
        if path in ("/tmp", "/dev/shm"):
            linux.mount("none", root + path, "tmpfs", linux.NOSUID | linux.NODEV, memory)
    linux.mount("none", root + sandbox.work, "tmpfs", linux.NOSUID | linux.NODEV, memory)
    linux.mount(sandbox.sockets, root + sandbox.sockets, None, linux.BIND)
    linux.mount("proc", f"{root}/proc", "proc", linux.NOSUID | linux.NODEV)
    for path in sandbox.readable:
        _show(path, root)
        if not os.path.islink(path):
            linux.read_only(root + path)
    for path in (*_DEVICES, *sandbox.devices):
        _show(path, root)
    os.mkdir(f"{root}/dev/pts")
    linux.mount("devpts", f"{root}/dev/pts", "devpts", linux.NOSUID, "newinstance,ptmxmode=0666,mode=620")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd"} | {f"std{n}": f"/proc/self/fd/{i}" for i, n in enumerate(_STD)}
    for name, target in links.items():
        os.symlink(target, f"{root}/dev/{name}")
    user = f"student:x:{{0}}:{{0}}::{sandbox.work}:/bin/sh\n".format(os.geteuid() or 65534)
    Path(f"{root}/etc/passwd").write_text(user)
    linux.pivot(root)


def _show(path: str, root: str) -> None:
    """Let `path` be seen at the same place below the new root."""
    target = root + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path) and path in _SYSTEM:
        os.symlink(os.readlink(path), target)  # /bin -> usr/bin
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        Path(target).touch()
    linux.mount(path, target, None, linux.BIND | linux.REC)


def _working_folder(sandbox: Sandbox, uid: int) -> None:
    for path in (sandbox.sockets, sandbox.work, *(f"{sandbox.work}/{name}" for name in ("home", "outputs", "tmp"))):
        os.makedirs(path, 0o700, exist_ok=True)
        os.chmod(path, 0o700)
        if uid != os.geteuid():
            os.chown(path, uid, uid)
    if uid != os.geteuid():
        for name in os.listdir(sandbox.sockets):  # the file that says how to be spoken to
            os.chown(f"{sandbox.sockets}/{name}", uid, uid)


def _limit(sandbox: Sandbox, uid: int) -> None:
    imported = int(Path("/proc/self/statm").read_text().split()[5]) * _PAGE  # what the libraries take already
    imported += _IMPORTS if sandbox.bubblewrap else 0
    others = 0 if sandbox.tier == "A" or uid >= 1_000_000 else _threads_of(uid)
    limits = {
        resource.RLIMIT_DATA: imported
        + sandbox.memory,  # not RLIMIT_AS: importing torch alone asks for gigabytes there
        resource.RLIMIT_FSIZE: sandbox.disk,
        resource.RLIMIT_NPROC: others + sandbox.processes,
        resource.RLIMIT_NOFILE: 4096,
        resource.RLIMIT_CORE: 0,
    }
    for what, limit in limits.items():
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out all the same, this goes first


def _threads_of(uid: int) -> int:
    """How many threads a user has: where the kernel shares the user with others, they count for its limit too."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == uid:
                count += len(os.listdir(process / "task"))
    return count


# --- the warden -------------------------------------------------------------------------------------------------------


class _Warden:
    """Stands beside the kernel until it ends, or has to."""

    def __init__(self, sandbox: Sandbox, kernel: int, outbox: int):
        self.sandbox, self.kernel, self.outbox = sandbox, kernel, outbox
        # not counted: in each process the pages of the fork server that all share, or once what a kernel's imports take
        self.shared, self.imports = (0, _IMPORTS) if sandbox.bubblewrap else (_anonymous("self"), 0)
        self.peak = 0
        self.exit: int | None = None

    def watch(self, told: int, go: int) -> None:
        reason, handshake = "", [told]
        while self.exit is None and not reason:
            if handshake and select.select(handshake, [], [], 0)[0]:
                handshake = []
                self._close_the_sockets_folder()
                with contextlib.suppress(OSError):
                    os.write(go, b".")
            got = signal.sigtimedwait(_HEARD, 0.005 if handshake else _LOOK)
            if got is not None and got.si_signo == signal.SIGTERM:
                reason = "ended"
            elif got is not None and got.si_signo == signal.SIGINT:
                os.kill(self.kernel, signal.SIGINT)
            if self.sandbox.leash_fd >= 0 and select.select([self.sandbox.leash_fd], [], [], 0)[0]:
                reason = "ended"
            self._reap()
            reason = reason or ("" if self.exit is not None else self._excess())
        self._kill_all()
        status = {"reason": reason, "exit": self.exit, "peak_memory": self.peak, "files": self._collect()}
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        status["cpu_seconds"] = round(usage.ru_utime + usage.ru_stime, 3)
        partial = os.open(f".{STATUS}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=self.outbox)
        os.write(partial, json.dumps(status).encode())
        os.close(partial)
        os.rename(f".{STATUS}", STATUS, src_dir_fd=self.outbox, dst_dir_fd=self.outbox)
        os._exit(0)

    def _close_the_sockets_folder(self) -> None:
        """The sockets are there; nothing else shall be written beside them, for that folder lies outside."""
        if self.sandbox.tier == "A" and not self.sandbox.bubblewrap:
            linux.read_only(self.sandbox.sockets)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.kernel:
                    self.exit = ended[1]

    def _excess(self) -> str:
        """Which limit is broken that the system does not hold by itself, if any."""
        pids = _below(os.getpid())
        folders = {self.sandbox.work, "/tmp", "/dev/shm"} if self.sandbox.tier == "A" else set()
        used = [os.statvfs(folder) for folder in folders]
        files = sum((of.f_blocks - of.f_bfree) * of.f_frsize for of in used)
        if any(of.f_files - of.f_ffree > self.sandbox.files for of in used):
            return "disk"
        private = sum(max(0, _anonymous(pid) - self.shared) for pid in pids)
        if files + private - self.imports > self.sandbox.memory:
            private = sum(map(_proportional, pids))  # pages that processes share were counted twice; this takes longer
        memory = files + max(0, private - self.imports)
        self.peak = max(self.peak, memory)
        if memory > self.sandbox.memory:
            return "memory"
        if self.sandbox.tier != "A" or self.sandbox.bubblewrap:
            count = size = 0
            for size_of_one in _sizes(self.sandbox.sockets if self.sandbox.tier == "A" else self.sandbox.folder):
                count, size = count + 1, size + size_of_one
                if count > self.sandbox.files or size > self.sandbox.disk:
                    return "disk"
        return ""

    def _kill_all(self) -> None:
        while pids := _below(os.getpid()):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._reap()
            time.sleep(0.002)
        with contextlib.suppress(ChildProcessError):
            while True:  # all are dead, and wait for this alone
                pid, status = os.waitpid(-1, 0)
                self.exit = status if pid == self.kernel else self.exit

    def _collect(self) -> dict[str, int | str]:
        """Copy the files that are wanted into the outbox: bytes copied, or a sentence that says why not."""
        found: dict[str, int | str] = {}
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            folder = os.open(f"{self.sandbox.work}/outputs", flags | os.O_DIRECTORY)
        except OSError:
            return found
        for name, limit in self.sandbox.wanted.items():
            try:
                found[name] = self._copy(os.open(name, flags, dir_fd=folder), name, limit)
            except FileNotFoundError:
                continue
            except OSError:
                found[name] = f"{name} is not a regular file that can be read."
        return found

    def _copy(self, source: int, name: str, limit: int) -> int | str:
        kind = os.fstat(source)
        if not stat.S_ISREG(kind.st_mode):
            return f"{name} is not a regular file."
        if kind.st_size > limit:
            return f"{name} has {kind.st_size:,} bytes; at most {limit:,} are allowed."
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600, dir_fd=self.outbox)
        copied = 0
        while copied < limit and (sent := os.sendfile(target, source, None, limit - copied)):
            copied += sent
        os.close(target)
        os.close(source)
        return copied


def _below(pid: int) -> list[int]:
    """All descendants of a process that are not dead."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                state, parent = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[:2]
                children.setdefault(int(parent), []).append(int(name) if state not in "ZX" else -int(name))
    found, queue = [], [pid]
    while queue:
        mine = children.get(abs(queue.pop()), [])
        queue += mine
        found += [child for child in mine if child > 0]
    return found


def _anonymous(pid: int | str) -> int:
    with contextlib.suppress(OSError, IndexError):
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
        return (int(resident) - int(shared)) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) << 10
    return _anonymous(pid)


def _sizes(folder: str) -> Iterator[int]:
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                yield os.lstat(f"{path}/{name}").st_blocks * 512


# --- which tier there is ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Probe:
    """What a machine offers: the best tier, and why the better ones are not to be had."""

    tier: str
    missing: dict[str, str]
    bubblewrap: bool = False

    def __str__(self) -> str:
        how = f"{self.tier} ({TIERS[self.tier]}{'; by bubblewrap' if self.bubblewrap else ''})"
        return "; ".join([how, *(f"not {tier}: {why}" for tier, why in self.missing.items())])


@cache
def probe() -> Probe:
    """Try the tiers from the best down, each with a real process that checks what it can see and reach."""
    missing: dict[str, str] = {}
    for tier, bubblewrap in (("A", False), ("A", True), ("B", False)):
        why = why_not(tier, bubblewrap)
        if not why:
            return Probe(tier, {} if tier == "A" else missing, bubblewrap)
        missing[tier] = "; ".join(filter(None, [missing.get(tier), why]))
    return Probe("C", missing)


@cache
def why_not(tier: str, bubblewrap: bool = False) -> str:
    """Why a tier cannot be had on this machine; empty if it can."""
    if bubblewrap and shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    if kernels.why_not():
        return f"no fork server: {kernels.why_not()}"
    with tempfile.TemporaryDirectory(prefix="hw-") as folder:
        os.chmod(folder, 0o711)
        os.mkdir(f"{folder}/out")
        os.mkdir(f"{folder}/s")
        Path(f"{folder}/secret").write_text("secret")
        made = Sandbox(tier, folder, f"{folder}/out", {"answer": 1000}, readable_paths(), bubblewrap=bubblewrap)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            module = "common.kernels.bubblewrap" if bubblewrap else "common.kernels.sandbox"
            command = [sys.executable, "-P", "-m", module, str(listener.getsockname()[1]), str(os.getpid())]
            environment = os.environ | {"HW_SANDBOX": made.to_json(), "HW_SANDBOX_PROBE": "1"}
            run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        answer = Path(f"{folder}/out/answer")
        if answer.is_file():
            return answer.read_text()
        return (run.stderr.strip().splitlines() or ["the test process died"])[-1]


def _look_around(sandbox: Sandbox, port: int, outside: int) -> Iterator[str]:
    """What a process in the sandbox can do and should not be able to, or cannot and should."""
    for path in (os.__file__, linux.__file__):
        try:
            Path(path).read_bytes()
        except OSError:
            yield f"{path} cannot be read by another user; install Python and this package where all may read them"
            return
    try:
        Path(f"{sandbox.folder}/secret").read_text()
        yield "files outside can be read"
    except OSError:
        pass
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        yield "the network can be reached" if sandbox.tier == "A" or linux.landlock_version() >= 4 else ""
    except OSError:
        pass
    try:
        os.kill(outside, 0)
        yield "processes outside can be signalled"
    except OSError:
        pass


def try_out(made: Sandbox, port: int, outside: int) -> None:
    """Enter the sandbox, look around, and hand in what is wrong with it."""
    enter(made)()
    Path("outputs/answer").write_text("; ".join(filter(None, _look_around(made, port, outside))))


if __name__ == "__main__":
    try_out(Sandbox(**json.loads(os.environ["HW_SANDBOX"])), int(sys.argv[1]), int(sys.argv[2]))
