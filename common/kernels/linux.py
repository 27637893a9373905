"""The few system calls of Linux that a sandbox needs and Python does not offer."""

import contextlib
import ctypes
import os
import struct
import sys

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, BIND, REC, PRIVATE = 2, 4, 4096, 16384, 1 << 18
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_MOUNT_SETATTR = 442  # the same on every architecture
_PDEATHSIG, _DUMPABLE, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 36, 38

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    _libc.syscall.restype = ctypes.c_long


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(what: str, number: int, *arguments) -> int:
    return _check(_libc.syscall(ctypes.c_long(number), *arguments), what)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def unshare(flags: int) -> None:
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None) -> None:
    arguments = _bytes(source), _bytes(target), _bytes(kind), ctypes.c_ulong(flags), _bytes(options)
    _check(_libc.mount(*arguments), f"mount {target}")


def read_only(target: str, below: bool = True, device: bool = False) -> None:
    """Make a mount (and those `below` it) read-only, without set-uid programs, and without devices if it is none."""
    wanted = struct.pack("QQQQ", 1 | NOSUID | (0 if device else NODEV), 0, 0, 0)
    flags = 0x8000 if below else 0  # AT_RECURSIVE
    arguments = ctypes.c_int(-100), _bytes(target), ctypes.c_uint(flags), wanted, ctypes.c_size_t(len(wanted))
    _syscall(f"mount_setattr {target}", _MOUNT_SETATTR, *arguments)


def pivot(root: str) -> None:
    """Make the mount `root` the root folder, and let go of the old one."""
    os.chdir(root)
    _syscall("pivot_root", _PIVOT_ROOT[os.uname().machine], b".", b".")
    _check(_libc.umount2(b".", ctypes.c_int(2)), "umount2")  # 2: MNT_DETACH
    os.chdir("/")


def die_with_parent(number: int) -> None:
    _check(_libc.prctl(_PDEATHSIG, ctypes.c_ulong(number)), "prctl")


def adopt_orphans() -> None:
    _check(_libc.prctl(_SUBREAPER, ctypes.c_ulong(1)), "prctl")


def close_to_peers(closed: bool = True) -> None:
    """Keep processes of the same user out of this one's memory and descriptors (`/proc/PID/mem`, `/proc/PID/fd`)."""
    _check(_libc.prctl(_DUMPABLE, ctypes.c_ulong(not closed)), "prctl")


def no_new_privileges() -> None:
    _check(_libc.prctl(_NO_NEW_PRIVS, *[ctypes.c_ulong(n) for n in (1, 0, 0, 0)]), "prctl")


def new_keyring() -> None:
    """A session keyring of one's own: the one before may hold keys of whoever has logged in."""
    with contextlib.suppress(OSError):  # a kernel without keys
        _syscall("keyctl", _KEYCTL[os.uname().machine], ctypes.c_int(1), None)  # 1: KEYCTL_JOIN_SESSION_KEYRING


def drop_capabilities() -> None:
    header = struct.pack("Ii", 0x20080522, 0)
    _syscall("capset", _CAPSET[os.uname().machine], header, bytes(24))
