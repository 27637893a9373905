"""The few system calls of Linux that a sandbox needs and Python does not offer."""

import ctypes
import os
import struct
import sys

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, BIND, REC, PRIVATE = 2, 4, 4096, 16384, 1 << 18
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_MOUNT_SETATTR, _CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 442, 444, 445, 446  # the same on every architecture
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


def read_only(target: str) -> None:
    """Make a mount, and those below it, read-only, without set-uid programs and devices."""
    wanted = struct.pack("QQQQ", 1 | NOSUID | NODEV, 0, 0, 0)
    flags = 0x8000  # AT_RECURSIVE
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


def drop_capabilities() -> None:
    header = struct.pack("Ii", 0x20080522, 0)
    _syscall("capset", _CAPSET[os.uname().machine], header, bytes(24))


# --- Landlock ---------------------------------------------------------------------------------------------------------

_READ, _WRITE = 0b1101, 0b1111111110010  # execute, read file, read folder; write, remove, make
_READ_FILE, _WRITE_FILE = 0b101, 0b10
_SINCE = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # rename across folders, truncate, ioctl of devices


def landlock_version() -> int:
    """Version of the kernel's Landlock, 0 where there is none."""
    try:
        return _syscall("landlock", _CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        return 0


def landlock(readable: list[str], writable: list[str]) -> None:
    """For this process and its children: no other files than these, no TCP (version 4), no signals out (version 6)."""
    version = landlock_version()
    later = sum(bit for since, bit in _SINCE.items() if version >= since)
    everything = _READ | _WRITE | later
    attributes = struct.pack("QQQ", everything, 0b11, 0b11)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    size = ctypes.c_size_t(len(attributes))
    rules = _syscall("landlock", _CREATE_RULESET, attributes, size, ctypes.c_uint(0))
    for paths, access in ((readable, _READ), (writable, everything)):
        for path in filter(os.path.exists, paths):
            beneath = os.open(path, os.O_PATH)
            of_files = _READ_FILE | _WRITE_FILE | (_SINCE[3] | _SINCE[5]) & later
            rule = struct.pack("=Qi", access if os.path.isdir(path) else access & of_files, beneath)
            _syscall(f"landlock {path}", _ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint(0))
            os.close(beneath)
    no_new_privileges()
    _syscall("landlock", _RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint(0))
    os.close(rules)
