"""The fork server: a clean process that has imported what notebooks import, and forks a kernel for each request.

It never runs an operation of torch, starts a thread or touches CUDA, or its children could hang. It gives up if
an import starts a thread, and its clients fall back to plain kernels. It ends with its owner.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable

from common.kernels import linux, sandbox

PRELOADED = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "torch",
    "torchvision.transforms.v2",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    # what a kernel imports only when it starts
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "IPython.core.completer",
    "tqdm.auto",
)

SANDBOX = "HW_SANDBOX"  # environment variable of a request: the sandbox to start the kernel in, as JSON
_THREADS = os.environ.get("OMP_NUM_THREADS")  # what torch has read when it was loaded


def main(listener: socket.socket, owner: int, also: list[str]) -> Callable[[], None] | None:
    """Serve until the owner is gone or SIGTERM. In the process of a new kernel it returns what that has to run."""
    gc.disable()
    for name in (*PRELOADED, *also):
        with contextlib.suppress(ModuleNotFoundError):  # an older IPython calls it otherwise; then each kernel loads it
            importlib.import_module(name)
        if len(os.listdir("/proc/self/task")) > 1:
            sys.exit(f"The import of {name} has started a thread, so kernels cannot be forked.")
    gc.collect()
    gc.freeze()  # so that a collection in a kernel leaves the shared pages alone
    gc.enable()
    return _Server(listener, owner).serve()


class _Server:
    def __init__(self, listener: socket.socket, owner: int):
        self.kernels: dict[int, socket.socket] = {}  # process id -> who asked for it
        self.wardens: set[int] = set()  # those that are in a sandbox, and end in order when told to
        self.doomed: dict[int, float] = {}  # told to, and when that must have happened
        self.wake, self.waker = os.pipe()
        os.set_blocking(self.waker, False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, self._accept)
        self.selector.register(os.pidfd_open(owner), selectors.EVENT_READ, self._stop)
        self.selector.register(self.wake, selectors.EVENT_READ, self._signalled)
        self.listener = listener
        self.stopping = False
        self.child: Callable[[], None] | None = None  # set in the process of a new kernel alone
        self.handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGCHLD, signal.SIGTERM)}
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)

    def serve(self) -> Callable[[], None] | None:
        while not self.stopping or self.kernels:
            for key, _ in self.selector.select(1 if self.doomed else None):
                if self.selector.get_map().get(key.fd) is not key:
                    continue  # closed by what was heard a moment ago, such as the end of its kernel
                key.data(key.fileobj)
                if self.child is not None:
                    return self.child
            for pid in [pid for pid, end in self.doomed.items() if time.monotonic() > end]:
                del self.doomed[pid]
                os.kill(pid, signal.SIGKILL)
        return None

    def _stop(self, _=None) -> None:
        self.stopping = True
        for pid in self.kernels:
            self._kill(pid)
        for key in list(self.selector.get_map().values()):
            if key.fileobj != self.wake:
                self.selector.unregister(key.fileobj)

    def _signalled(self, wake: int) -> None:
        if signal.SIGTERM in os.read(wake, 1000) and not self.stopping:
            self._stop()
        while self.kernels:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            connection = self.kernels.pop(pid)
            self.wardens.discard(pid)
            self.doomed.pop(pid, None)
            with contextlib.suppress(OSError):  # nobody wants to know any more
                connection.sendall(struct.pack("i", status))
            self._hang_up(connection)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(10)
        peer = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        try:
            if _descends(peer, os.getpid()):
                raise ValueError("a kernel may not ask for another, which would be outside its sandbox")
            head, descriptors, _, _ = socket.recv_fds(connection, 4, 3)
            content = b""
            while len(content) < struct.unpack("I", head)[0]:
                part = connection.recv(1 << 20)
                if not part:
                    raise ValueError("cut off")
                content += part
            request = json.loads(content)
        except (OSError, ValueError, struct.error):
            connection.close()
            return
        try:
            pid = os.fork()
        except OSError:  # no more processes or memory for now
            pid = -1
        if pid == 0:
            self._become(connection)
            self.child = lambda: _kernel(request, descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        if pid < 0:
            connection.close()
            return
        self.kernels[pid] = connection
        if SANDBOX in request["env"]:
            self.wardens.add(pid)
        self.selector.register(connection, selectors.EVENT_READ, self._hear)
        with contextlib.suppress(OSError):  # who asked was killed meanwhile; then we hear so
            connection.sendall(struct.pack("i", pid))

    def _become(self, connection: socket.socket) -> None:
        """Forget in a child what belongs to the server."""
        signal.set_wakeup_fd(-1)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        for key in list(self.selector.get_map().values()):
            os.close(key.fd)
        connection.close()
        self.selector.close()
        os.close(self.waker)

    def _hear(self, connection: socket.socket) -> None:
        """A signal for a kernel; or its client is gone, and so must it be."""
        (pid,) = (pid for pid, other in self.kernels.items() if other is connection)
        try:
            numbers = connection.recv(100)
        except OSError:
            numbers = b""
        if not numbers:
            self.selector.unregister(connection)
            self._kill(pid)
        for number in numbers:
            os.kill(pid, number)

    def _kill(self, pid: int) -> None:
        """End a kernel and its process group; one in a sandbox through its warden, which kills all it has started."""
        if pid in self.wardens:
            os.kill(pid, signal.SIGTERM)
            self.doomed.setdefault(pid, time.monotonic() + 30)
            return
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)  # it has not made its group yet; it is ours until waited for

    def _hang_up(self, connection: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(connection)
        connection.close()


def _descends(pid: int, ancestor: int) -> bool:
    """Whether a process is `ancestor` or below it, or gone already."""
    try:
        while pid > 1 and pid != ancestor:
            with open(f"/proc/{pid}/stat", "rb") as file:  # bytes: a process may call itself anything
                pid = int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return True
    return pid == ancestor


def _kernel(request: dict, descriptors: list[int]) -> None:
    """Be the kernel that was asked for, from here to the end of the process."""
    # for the server watches who has asked for it; a warden ends in order
    linux.die_with_parent(signal.SIGTERM if SANDBOX in request["env"] else signal.SIGKILL)
    os.setsid()
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.umask(request["umask"])
    environment = dict(request["env"])
    made = environment.pop(SANDBOX, None)
    if made is None:
        os.chdir(request["cwd"])
        ready = None
    else:
        ready = sandbox.enter_or_tell(sandbox.Sandbox(**json.loads(made)))
    take_environment(environment)
    run_kernel(request["argv"], ready)


def take_environment(environment: dict[str, str]) -> None:
    """Take over an environment, also where libraries have read the old one, and random states of one's own."""
    import matplotlib
    import numpy
    import torch

    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    numpy.random.seed()
    if "MPLBACKEND" in environment:
        matplotlib.rcParams["backend"] = environment["MPLBACKEND"]
    if environment.get("OMP_NUM_THREADS") != _THREADS:
        torch.set_num_threads(_wanted(environment, "OMP_NUM_THREADS"))
    with contextlib.suppress(ImportError):
        from threadpoolctl import ThreadpoolController

        threads = _wanted(environment, "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        ThreadpoolController().select(internal_api="openblas").limit(limits=threads)


def _wanted(environment: dict[str, str], *names: str) -> int:
    """How many threads a library takes that reads these variables when it is loaded."""
    for name in names:
        first = environment.get(name, "").split(",")[0]
        if first.isdigit() and int(first):
            return int(first)
    return len(os.sched_getaffinity(0))


def run_kernel(argv: list[str], ready: Callable[[], None] | None = None) -> None:
    """An IPython kernel in this process; `ready` is called once its sockets are there, before any cell runs."""
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(parent_handle=1)  # 1: no watching of a parent, its client is watched
    app.initialize(argv)
    if ready is not None:
        ready()
    app.start()
    # The end of an interpreter, without taking all modules apart: that would copy every page shared with the server.
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


if __name__ == "__main__":
    become = main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3:])
    if become is not None:
        become()
