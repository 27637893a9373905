"""Tier A by bubblewrap, for users on machines that let it make namespaces and nobody else (Ubuntu's AppArmor rule).

Started in the place of the kernel, as `python -m common.kernels.bubblewrap` with the sandbox in HW_SANDBOX: it becomes
`bwrap`, which starts the module once more, inside, to be warden and plain kernel. No fork server, so torch is loaded
each time.

The kernel's sockets lie in memory of the sandbox, like all that it can write to. Links in the folder of the same name
outside lead to them, through the root folder that /proc shows of a process.
"""

import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from common.kernels.sandbox import _SYSTEM, Sandbox, _masked, enter, try_out


def command(sandbox: Sandbox, arguments: list[str]) -> list[str]:
    """The command line of bwrap, which inherits `outbox_fd` and `leash_fd`."""
    words = ["bwrap", "--unshare-all", "--as-pid-1", "--proc", "/proc", "--dev", "/dev"]
    words += ["--bind", "/dev/null", "/dev/zero"]  # mapped, that is memory that nobody counts
    for folder in sorted((*sandbox.folders, sandbox.sockets), key=len):  # one over another would hide it
        words += ["--size", str(sandbox.disk if folder != sandbox.sockets else 1 << 20), "--tmpfs", folder]
    for path in sandbox.readable:
        if os.path.islink(path) and path in _SYSTEM:
            words += ["--symlink", os.readlink(path), path]
        else:
            words += ["--ro-bind", path, path]
    for path in _masked(sandbox):
        words += ["--ro-bind", "/dev/null", path]
    for path in sandbox.devices:
        words += ["--dev-bind", path, path]
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]  # they lie in memory, and nobody counts them
    inside = [sys.executable, "-P", "-m", "common.kernels.bubblewrap", *arguments]
    return [*words, "--setenv", "HW_SANDBOX", sandbox.to_json(), "--chdir", "/", "--", *inside]


def _hold(sandbox: Sandbox) -> int:
    """Run bwrap, with the warden inside on a leash: it ends in order as soon as this process or its parent is gone."""
    outbox_fd = os.open(sandbox.outbox, os.O_RDONLY | os.O_DIRECTORY)
    leash_r, leash_w = os.pipe()
    status_r, status_w = os.pipe()
    words = command(replace(sandbox, outbox_fd=outbox_fd, leash_fd=leash_r), sys.argv[1:])
    passed = [outbox_fd, leash_r, status_w]
    connection = Path(sandbox.sockets, "kernel.json")
    if connection.exists():
        passed.append(os.open(connection, os.O_RDONLY))
        words[words.index("--setenv") : words.index("--setenv")] = ["--file", str(passed[-1]), str(connection)]
    words[1:1] = ["--json-status-fd", str(status_w)]
    parent_fd = os.pidfd_open(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.close(leash_w))
    running = subprocess.Popen(words, pass_fds=passed)
    for fd in passed:
        os.close(fd)
    if connection.exists():
        _link(connection, status_r)
    select.select([os.pidfd_open(running.pid), parent_fd], [], [])
    if running.poll() is None:
        return 1  # the parent is gone
    return running.returncode


def _link(connection: Path, status_r: int) -> None:
    """Let the names of the sockets outside lead to the sockets inside."""
    with open(status_r) as status:
        line = status.readline()
    if not line:
        return  # bwrap could not start
    root = f"/proc/{json.loads(line)['child-pid']}/root"
    kernel = json.loads(connection.read_text("utf-8"))
    for name in ("shell", "iopub", "stdin", "control", "hb"):
        path = f"{kernel['ip']}-{kernel[f'{name}_port']}"
        os.symlink(root + path, path)


def main() -> None:
    sandbox = Sandbox(**json.loads(os.environ["HW_SANDBOX"]))
    if sandbox.outbox_fd < 0:
        sys.exit(_hold(sandbox))
    os.environ.pop("HW_SANDBOX")
    if os.environ.pop("HW_SANDBOX_PROBE", ""):
        try_out(sandbox, int(sys.argv[1]), int(sys.argv[2]))
        return
    ready = enter(sandbox)
    from common.kernels.server import run_kernel

    run_kernel(sys.argv[1:], ready)


if __name__ == "__main__":
    main()
