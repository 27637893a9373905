"""Tier A by bubblewrap, for machines that let it make namespaces and nobody else (Ubuntu with its AppArmor rule).

Started in the place of the kernel, as `python -m common.kernels.bubblewrap` with the sandbox in HW_SANDBOX: it becomes
`bwrap`, which starts the module once more, inside, to be warden and plain kernel. No fork server, so torch is loaded
each time.
"""

import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import replace

from common.kernels.sandbox import _SYSTEM, Sandbox, _masked, enter, try_out


def command(sandbox: Sandbox, arguments: list[str]) -> list[str]:
    """The command line of bwrap, which inherits `outbox_fd` and `leash_fd`."""
    size = str(sandbox.disk)
    # the capability is the warden's alone, to close the folder of the sockets
    words = ["bwrap", "--unshare-all", "--as-pid-1", "--cap-add", "CAP_SYS_ADMIN", "--proc", "/proc", "--dev", "/dev"]
    words += ["--bind", "/dev/null", "/dev/zero"]  # mapped, that is memory that nobody counts
    for folder in sandbox.folders:
        words += ["--size", size, "--tmpfs", folder]
    words += ["--bind", sandbox.sockets, sandbox.sockets]
    for path in sandbox.readable:
        if os.path.islink(path) and path in _SYSTEM:
            words += ["--symlink", os.readlink(path), path]
        else:
            words += ["--ro-bind", path, path]
    for path in _masked(sandbox):
        words += ["--ro-bind", "/dev/null", path]
    for path in sandbox.devices:
        words += ["--dev-bind", path, path]
    inside = [sys.executable, "-P", "-m", "common.kernels.bubblewrap", *arguments]
    return [*words, "--setenv", "HW_SANDBOX", sandbox.to_json(), "--chdir", "/", "--", *inside]


def _hold(sandbox: Sandbox) -> int:
    """Run bwrap, with the warden inside on a leash: it ends in order as soon as this process or its parent is gone."""
    outbox = os.open(sandbox.outbox, os.O_RDONLY | os.O_DIRECTORY)
    leash, held = os.pipe()
    words = command(replace(sandbox, outbox_fd=outbox, leash_fd=leash), sys.argv[1:])
    parent = os.pidfd_open(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.close(held))
    running = subprocess.Popen(words, pass_fds=[outbox, leash])
    os.close(leash)
    select.select([os.pidfd_open(running.pid), parent], [], [])
    if running.poll() is None:
        return 1  # the parent is gone
    return running.returncode


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
