"""A kernel in a sandbox, and the warden beside it: what untrusted code may see, use and leave behind.

Two tiers. A, for anybody's code: namespaces of its own (no network, a read-only system, nothing else to be seen, no
other processes), a filter of system calls, limits on everything. C, for code that somebody has read: limits alone,
which hold an accident and not an attack. A machine that cannot give A can run a container or a virtual machine.

In both tiers a warden (`warden.py`) watches beside the kernel, and ends it.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from common import kernels
from common.errors import HomeworkError
from common.kernels import cgroups, linux, scratch, syscalls
from common.kernels.warden import HEARD, IMPORTS, STATUS, Warden

try:
    import resource
except ImportError:  # Windows, where none of this runs
    resource = None

TIERS = {
    "A": "namespaces: no network, read-only system, own files and processes",
    "C": "limits alone: holds accidents, not attacks",
}
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
_DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")  # mapped, /dev/zero is memory that nobody counts
_STD = ("in", "out", "err")
_OF_ALL = ("/proc/keys", "/proc/key-users", "/proc/kcore", "/proc/timer_list", "/proc/sysrq-trigger")
_USERS = 3_000_000_000  # user ids above 2^31 are given to nobody: not by directory services, not by containers
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Sandbox:
    """What a kernel gets. The folder has `s` for its sockets, `work` for what it does; `outbox` is for the warden."""

    tier: str
    folder: str
    outbox: str
    wanted: dict[str, int]  # files below work/outputs -> bytes they may have
    readable: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)  # files below the readable folders that are secrets
    devices: list[str] = field(default_factory=list)  # of a GPU
    memory: int = 4 << 30  # bytes, of all processes together, on top of what importing takes
    disk: int = 1 << 30  # bytes of all files together, and of any single one
    files: int = 20_000
    processes: int = 256  # threads count
    groups: list[str] = field(default_factory=list)  # where control groups may be made: `cgroups.parents()`
    cores: list[int] = field(default_factory=list)  # the CPU cores that it may use; all, where groups share them out
    bubblewrap: bool = False  # tier A by the program of that name, where namespaces cannot be had without it
    outbox_fd: int = -1  # the outbox, where another process has opened it
    leash_fd: int = -1  # a pipe; when its other end is closed, it is over

    @property
    def sockets(self) -> str:
        return f"{self.folder}/s"

    @property
    def work(self) -> str:
        return f"{self.folder}/work"

    @property
    def folders(self) -> tuple[str, ...]:
        """What a kernel in tier A may write to: each lies in memory, and is gone with it."""
        return (self.work, "/tmp", "/dev/shm")

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def readable_paths(secret: Iterable[Path] = ()) -> list[str]:
    """What every kernel may read: system, Python, its packages, this one and the cards; no notebook, no data.

    Raises HomeworkError if one of the folders in `secret` lies where a kernel could read it then.
    """
    from common.paths import checkout

    root = checkout()
    own = [root / "pyproject.toml", root / "common", *root.glob("hw*/homework.toml")] if root else []
    packages = [path for path in kernels.search_path() if not _in_or_around(os.path.realpath(path), root)]
    paths = [*_SYSTEM, *(f"/etc/{name}" for name in _ETC), sys.base_prefix, sys.prefix, *packages, *own]
    paths = [os.path.abspath(path) for path in paths]
    found: list[str] = []
    for path in [*paths, *map(os.path.realpath, paths)]:
        if os.path.exists(path) and not any(Path(path).is_relative_to(other) for other in found):
            found.append(path)
    for folder in secret:
        for path in found:
            if folder.resolve().is_relative_to(os.path.realpath(path)):
                raise HomeworkError(
                    f"{folder} lies in {path}, where notebooks find Python and its packages and may read everything; "
                    "choose another folder (or take that one out of PYTHONPATH)."
                )
    return found


def _in_or_around(path: str, root: Path | None) -> bool:
    """Whether a folder of modules is the checkout, or a part of it (its environment apart), or holds it."""
    if root is None or Path(path).is_relative_to(os.path.realpath(sys.prefix)):
        return False
    own = os.path.realpath(root)
    return Path(path).is_relative_to(own) or Path(own).is_relative_to(path)


# --- going in ---------------------------------------------------------------------------------------------------------


def enter(sandbox: Sandbox) -> Callable[[], None]:
    """Split this process into warden and kernel; returns in the kernel, with what to call once its sockets are there.

    Raises OSError where the tier cannot be had; nothing untrusted has run then.
    """
    outbox_fd = sandbox.outbox_fd if sandbox.bubblewrap else os.open(sandbox.outbox, os.O_RDONLY | os.O_DIRECTORY)
    root = os.geteuid() == 0
    uid = _USERS + os.getpid() if root and sandbox.tier == "A" else os.geteuid()  # nobody else's, while this lives
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    group = cgroups.make(sandbox.groups, sandbox.memory, sandbox.processes)
    if sandbox.tier == "A" and not sandbox.bubblewrap:
        _namespaces(root, group)
        _new_root(sandbox)
    else:
        linux.adopt_orphans()
    if sandbox.bubblewrap:
        with contextlib.suppress(PermissionError):  # the first of a group already
            os.setsid()  # who kills the group of the client, outside, leaves the warden its last words
    _working_folder(sandbox, uid)
    ready_r, ready_w = os.pipe()
    go_r, go_w = os.pipe()
    kernel = os.fork()
    if kernel:
        os.close(ready_w)
        os.close(go_r)
        linux.close_to_peers()
        Warden(sandbox, kernel, outbox_fd, group).watch(ready_r, go_w)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    for fd in (outbox_fd, ready_r, go_w, *([sandbox.leash_fd] if sandbox.leash_fd >= 0 else [])):
        os.close(fd)
    _give_up_rights(sandbox, uid, group)
    os.chdir(sandbox.work)

    def ready() -> None:
        os.write(ready_w, b".")
        os.read(go_r, 1)
        os.close(ready_w)
        os.close(go_r)

    return ready


def _give_up_rights(sandbox: Sandbox, uid: int, group: cgroups.Group | None) -> None:
    """In the kernel's process: limits, another user, no privileges, and the filter that keeps it so."""
    os.setsid()
    if group is not None:
        group.enter()
        group.forget()
    _limit(sandbox, uid)
    if uid != os.geteuid():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    linux.no_new_privileges()
    linux.drop_capabilities()
    if sandbox.tier == "A":
        linux.new_keyring()
        syscalls.restrict(gpu=bool(sandbox.devices))


def enter_or_tell(sandbox: Sandbox) -> Callable[[], None]:
    """`enter`; a failure is told in the outbox, and ends the process."""
    try:
        return enter(sandbox)
    except OSError as error:
        status = {"reason": "failed", "error": str(error)}
        with open(f"{sandbox.outbox}/{STATUS}", "w") as file:
            json.dump(status, file)
        os._exit(1)


def _namespaces(root: bool, group: cgroups.Group | None) -> None:
    """Go on as the first process of namespaces of one's own; the process before stays outside and passes on the end."""
    uid, gid = os.geteuid(), os.getegid()
    flags = linux.NEWNS | linux.NEWPID | linux.NEWNET | linux.NEWIPC | linux.NEWUTS
    linux.unshare(flags if root else flags | linux.NEWUSER)
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    linux.die_with_parent(signal.SIGTERM)  # once more: a namespace of users takes that back
    first = os.fork()
    if first == 0:
        linux.die_with_parent(signal.SIGKILL)
        return
    while os.waitpid(first, os.WNOHANG)[0] == 0:
        number = signal.sigwait(HEARD)
        if number != signal.SIGCHLD:
            os.kill(first, number)
    if group is not None:
        group.remove()
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
    for path in _masked(sandbox):
        linux.mount("/dev/null", root + path, None, linux.BIND)
    for path in (*_DEVICES, *sandbox.devices):
        _show(path, root, device=True)
    os.mkdir(f"{root}/dev/pts")
    linux.mount("devpts", f"{root}/dev/pts", "devpts", linux.NOSUID, "newinstance,ptmxmode=0666,mode=620")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd"} | {f"std{n}": f"/proc/self/fd/{i}" for i, n in enumerate(_STD)}
    for name, target in links.items():
        os.symlink(target, f"{root}/dev/{name}")
    user = f"student:x:{{0}}:{{0}}::{sandbox.work}:/bin/sh\n".format(os.geteuid() or 65534)
    Path(f"{root}/etc/passwd").write_text(user)
    linux.read_only(root, below=False)
    linux.pivot(root)


def _masked(sandbox: Sandbox) -> Iterator[str]:
    """Each hidden file, under every name that the readable folders give it, and what /proc says of the machine."""
    yield from filter(os.path.exists, _OF_ALL)
    for file in map(os.path.realpath, sandbox.hidden):
        for path in sandbox.readable:
            if os.path.isfile(file) and Path(file).is_relative_to(os.path.realpath(path)):
                yield os.path.normpath(f"{path}/{os.path.relpath(file, os.path.realpath(path))}")


def _show(path: str, root: str, device: bool = False) -> None:
    """Let `path` be seen at the same place below the new root, to be read alone."""
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
    linux.read_only(target, device=device)  # also where `path` is a link: what is mounted is what it leads to


def _working_folder(sandbox: Sandbox, uid: int) -> None:
    another = hasattr(os, "geteuid") and uid != os.geteuid()
    for path in (sandbox.sockets, sandbox.work, *(f"{sandbox.work}/{name}" for name in ("home", "outputs", "tmp"))):
        os.makedirs(path, 0o700, exist_ok=True)
        os.chmod(path, 0o700)
        if another:
            os.chown(path, uid, uid)
    if another:
        for name in os.listdir(sandbox.sockets):  # the file that says how to be spoken to
            os.chown(f"{sandbox.sockets}/{name}", uid, uid)


def _limit(sandbox: Sandbox, uid: int) -> None:
    imported = int(Path("/proc/self/statm").read_text().split()[5]) * _PAGE  # what the libraries take already
    imported += IMPORTS if sandbox.bubblewrap else 0
    others = 0 if sandbox.tier == "A" else _threads_of(uid)
    limits = {
        # not RLIMIT_AS: importing torch alone asks for gigabytes there
        resource.RLIMIT_DATA: imported + sandbox.memory,
        resource.RLIMIT_FSIZE: sandbox.disk,
        resource.RLIMIT_NPROC: others + sandbox.processes,
        resource.RLIMIT_NOFILE: 4096,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        limits |= {resource.RLIMIT_MSGQUEUE: 0, resource.RLIMIT_SIGPENDING: 4096, resource.RLIMIT_MEMLOCK: 64 << 10}
    for what, limit in limits.items():
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out all the same, this goes first
    if sandbox.cores:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, sandbox.cores)


def _threads_of(uid: int) -> int:
    """How many threads a user has: where the kernel shares the user with others, they count for its limit too."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == uid:
                count += len(os.listdir(process / "task"))
    return count


# --- tier C where kernels are not forked (macOS, Windows) -------------------------------------------------------------


def plain_folder(sandbox: Sandbox) -> str:
    """The working folder for a kernel that starts by itself; its time and its output are limited, and nothing else."""
    _working_folder(sandbox, os.geteuid() if hasattr(os, "geteuid") else 0)
    return sandbox.work


def collect_plainly(sandbox: Sandbox) -> None:
    """After the end of such a kernel: its files into the outbox, and a status as a warden writes it."""
    files: dict[str, int | str] = {}
    for name, most in sandbox.wanted.items():
        path = Path(sandbox.work, "outputs", name)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            files[name] = f"{name} is not a regular file."
        elif path.is_file():
            files[name] = size = path.stat().st_size
            if size > most:
                files[name] = f"{name} has {size:,} bytes; at most {most:,} are allowed."
            else:
                shutil.copyfile(path, Path(sandbox.outbox, name))
    status = {"reason": "", "exit": None, "peak_memory": 0, "cpu_seconds": 0.0, "files": files}
    Path(sandbox.outbox, STATUS).write_text(json.dumps(status), "utf-8")


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
    for tier, bubblewrap in (("A", False), ("A", True)):
        why = why_not(tier, bubblewrap)
        if not why:
            return Probe(tier, {} if tier == "A" else missing, bubblewrap)
        missing[tier] = "; ".join(filter(None, [missing.get(tier), why]))
    return Probe("C", missing)


@cache
def why_not(tier: str, bubblewrap: bool = False) -> str:
    """Why a tier cannot be had on this machine; empty if it can."""
    if bubblewrap and hasattr(os, "geteuid") and os.geteuid() == 0:
        return "root makes namespaces without bubblewrap, and limits the processes of users alone"
    if bubblewrap and shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    if tier == "A" and syscalls.why_not():
        return syscalls.why_not()
    if kernels.why_not():
        return f"no fork server: {kernels.why_not()}"
    with scratch.folder("hw-probe-") as folder:
        os.chmod(folder, 0o711)
        os.mkdir(f"{folder}/out")
        os.mkdir(f"{folder}/s")
        Path(f"{folder}/secret").write_text("secret")
        made = Sandbox(
            tier, str(folder), f"{folder}/out", {"answer": 1000}, readable_paths(), groups=list(cgroups.parents()),
            bubblewrap=bubblewrap,
        )  # fmt: skip
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            module = "common.kernels.bubblewrap" if bubblewrap else "common.kernels.sandbox"
            outside = os.stat("/proc/self/ns/pid").st_ino  # of processes; ids would be equal by chance in a container
            command = [sys.executable, "-P", "-m", module, str(listener.getsockname()[1]), str(outside)]
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
        yield "the network can be reached"
    except OSError:
        pass
    if os.stat("/proc/self/ns/pid").st_ino == outside:
        yield "processes outside can be seen"


def try_out(made: Sandbox, port: int, outside: int) -> None:
    """Enter the sandbox, look around, and hand in what is wrong with it."""
    enter(made)()
    Path("outputs/answer").write_text("; ".join(filter(None, _look_around(made, port, outside))))


if __name__ == "__main__":
    try_out(Sandbox(**json.loads(os.environ["HW_SANDBOX"])), int(sys.argv[1]), int(sys.argv[2]))
