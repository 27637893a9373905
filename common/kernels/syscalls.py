"""A system-call filter (seccomp): what a notebook has no use for, and what memory limits cannot count.

The second kind: memory that belongs to no process and to no folder (memfd, System V, shared anonymous mappings) would
be held where control groups are to be had, and nowhere else; so it is refused everywhere, and a notebook sees the same
system on every machine. The rules are turned into BPF by libseccomp.
"""

import errno
import sys

try:
    import pyseccomp
except (ImportError, RuntimeError, OSError):  # not Linux, or libseccomp is not installed
    pyseccomp = None

# namespaces, mounts, other processes, the kernel's own keys and settings, counters, clocks
_FORBIDDEN = (
    "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick", "open_tree", "move_mount",
    "mount_setattr", "unshare", "setns", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp",
    "pidfd_getfd", "move_pages", "migrate_pages", "keyctl", "add_key", "request_key", "bpf",
    "perf_event_open", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot",
    "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "settimeofday", "clock_settime",
    "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt", "name_to_handle_at",
    "open_by_handle_at", "fanotify_init", "lookup_dcookie", "vhangup",
)  # fmt: skip
# as if this Linux did not have them: libraries know another way, or say so
_MISSING = (
    "clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "memfd_secret", "inotify_init",
    "inotify_init1", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop",
    "semtimedop", "semctl", "mq_open",
)  # fmt: skip
_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)  # flags of clone
_FAMILIES = {1, 2, 10, 16}  # of sockets: unix, internet (there is none), netlink; all others are no namespace's
_SHARED, _SHARED_VALIDATE, _ANONYMOUS = 1, 3, 0x20  # of mmap
# done for oneself or not at all, but they answer that all is well: a library asks for its own threads, by number, and
# one of these processes is the warden
_IGNORED = {name: (0, 0) for name in ("sched_setscheduler", "sched_setparam", "sched_setattr")}
_IGNORED |= {"setpriority": (1, 0), "ioprio_set": (1, 0)}  # call -> (argument, the value that means oneself)


def why_not() -> str:
    """Why system calls cannot be filtered here; empty if they can."""
    if sys.platform != "linux":
        return "only Linux filters system calls"
    return "" if pyseccomp else "pyseccomp finds no libseccomp (apt-get install libseccomp2)"


def restrict(gpu: bool = False) -> None:
    """Filter this process and all that it starts, for good. gpu: let through what the drivers of a card need."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)  # calls of other architectures (32 bits) kill
    denied, missing = pyseccomp.ERRNO(errno.EPERM), pyseccomp.ERRNO(errno.ENOSYS)
    for name in _FORBIDDEN:
        _add(rules, denied, name)
    for name in _MISSING if gpu else [*_MISSING, "memfd_create"]:
        _add(rules, missing, name)
    for flag in _NAMESPACES:
        _add(rules, denied, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    _add(rules, denied, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
    for name, (place, oneself) in _IGNORED.items():
        _add(rules, pyseccomp.ERRNO(0), name, pyseccomp.Arg(place, pyseccomp.NE, oneself))
    _add(rules, pyseccomp.ERRNO(0), "sched_setaffinity")
    _add(rules, pyseccomp.ERRNO(0), "setpriority", pyseccomp.Arg(0, pyseccomp.NE, 0))  # groups, users
    _add(rules, pyseccomp.ERRNO(0), "ioprio_set", pyseccomp.Arg(0, pyseccomp.NE, 1))
    refused = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    for name in ("socket", "socketpair"):
        for family in set(range(64)) - _FAMILIES:
            _add(rules, refused, name, pyseccomp.Arg(0, pyseccomp.EQ, family))
        _add(rules, refused, name, pyseccomp.Arg(0, pyseccomp.GE, 64))
    for kind in () if gpu else (_SHARED, _SHARED_VALIDATE):
        shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, 0xF | _ANONYMOUS, kind | _ANONYMOUS)
        _add(rules, pyseccomp.ERRNO(errno.ENOMEM), "mmap", shared)
    rules.load()


def _add(rules, action: int, name: str, *arguments) -> None:
    """A rule, unless this architecture or this libseccomp does not know the call."""
    try:
        known = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) >= 0
    except (OSError, ValueError):
        known = False
    if known:
        rules.add_rule(action, name, *arguments)
