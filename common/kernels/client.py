"""The command of the kernelspec: asks the fork server for a kernel, and stands in for it as a process.

Its descriptors, arguments and environment go to the kernel, signals too. It ends when the kernel ends; the kernel ends
when it is killed; both end with the process that started it. Without a server it becomes a plain kernel. Only the
standard library, and started with `-I -S`: it costs a hundredth of a second.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def main() -> int:
    if json.loads(os.environ.get("HW_SANDBOX", "{}")).get("bubblewrap"):  # that starts another program: no fork
        os.execv(sys.executable, [sys.executable, "-P", "-m", "common.kernels.bubblewrap", *sys.argv[1:]])
    owner = os.pidfd_open(os.getppid())
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in FORWARDED:
        signal.signal(number, lambda *_: None)
    connection = _ask()
    started = False
    while connection is not None:
        ready = select.select([connection, owner, wake], [], [])[0]
        if wake in ready:
            for number in os.read(wake, 100):
                with contextlib.suppress(OSError):  # the server is gone; below we hear of it
                    connection.send(bytes([number]))
        if connection in ready:
            answer = _hear(connection)
            if not answer:
                if started:
                    return 1  # the server was killed, and the kernel with it
                break  # the server could not load what it should
            if started:
                return _end_like(struct.unpack("i", answer)[0])
            started = True
        elif owner in ready:
            return 1
    for number in FORWARDED:
        signal.signal(number, signal.SIG_DFL)
    if "HW_SANDBOX" in os.environ:
        return 1  # never outside the sandbox
    os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]])


def _ask() -> socket.socket | None:
    """A connection on which a kernel has been asked for, or None if nobody serves them."""
    connection = socket.socket(socket.AF_UNIX)
    environment = dict(os.environ)
    try:
        server = environment.pop("HW_KERNEL_SERVER")
        umask = os.umask(0o77)
        os.umask(umask)
        request = {"argv": sys.argv[1:], "env": environment, "cwd": os.getcwd(), "umask": umask}
        content = json.dumps(request).encode()
        connection.connect(server)  # from here on it waits for what comes
        socket.send_fds(connection, [struct.pack("I", len(content))], [0, 1, 2])
        connection.sendall(content)
    except (KeyError, OSError):
        return None
    return connection


def _hear(connection: socket.socket) -> bytes:
    """What the server says; nothing if it is gone (with our question unread, that is an error to the socket)."""
    try:
        return connection.recv(4)
    except OSError:
        return b""


def _end_like(status: int) -> int:
    """End as the kernel ended: with its exit code, or killed by the same signal."""
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL) if os.WTERMSIG(status) != signal.SIGKILL else None
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
