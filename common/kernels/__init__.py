"""Kernels that start at once: within `with serving():` the kernel `python3` is forked from a process with torch.

A notebook that imports torch and torchvision pays about three seconds for that. Here one clean process (`server.py`)
pays them once and forks a kernel per notebook; `client.py` is the command of the kernelspec, so that papermill, nbval
and any other Jupyter program use it without knowing. Results are equal, bit for bit. Linux only: elsewhere, and with
HW_FAST_KERNELS=0 in the environment, the plain kernel starts as ever.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
PREFIX = "hw-kernels-"  # of the server's folder
_LOG = "server.log"  # what it says, in that folder
SOCKET = "HW_KERNEL_SERVER"  # environment variable: where the server listens


def why_not() -> str:
    """Why kernels are not forked here, in a few words; empty if they are."""
    if os.environ.get("HW_FAST_KERNELS", "1") == "0":
        return "switched off by HW_FAST_KERNELS=0"
    if sys.platform != "linux":
        return "only on Linux"  # elsewhere a fork of a process with such libraries is not safe, or there is none
    return ""


@contextlib.contextmanager
def serving(also: Sequence[str] = ()) -> Iterator[bool]:
    """Serve the kernel `python3` from a fork server, for this process and the ones it starts; True if it is so.

    also: modules that the server imports beside what every notebook needs, where many notebooks import them.

    The server ends with the block, and with this process, however that ends; its kernels end with it. A block within a
    block, or within a process started by one, uses the server that is there, if it has not died.
    """
    there = bool(os.environ.get(SOCKET))
    if why_not() or (there and not gone()):
        yield there
        return
    from common.kernels import scratch

    scratch.sweep(PREFIX)
    with scratch.folder(PREFIX) as folder:
        yield from _serve(folder, also)


def _serve(folder: Path, also: Sequence[str]) -> Iterator[bool]:
    before = {name: os.environ.get(name) for name in (SOCKET, "JUPYTER_PATH")}
    server = None
    try:
        server = _start(folder, also)
        spec = folder / "kernels" / "python3" / "kernel.json"
        spec.parent.mkdir(parents=True)
        argv = [sys.executable, "-I", "-S", str(_HERE / "client.py"), "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}), "utf-8")
        os.environ[SOCKET] = str(folder / "socket")
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(folder), before["JUPYTER_PATH"]]))
        yield True
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        if server is not None:
            server.send_signal(signal.SIGTERM)  # it ends its kernels first
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def gone() -> str:
    """In a few words that the server which this process would ask has ended, and of what; empty if it has not."""
    path = os.environ.get(SOCKET)
    if not path:
        return ""
    with socket.socket(socket.AF_UNIX) as asking, contextlib.suppress(OSError):
        asking.connect(path)
        return ""
    lines = []
    with contextlib.suppress(OSError):
        lines = Path(path).with_name(_LOG).read_text("utf-8", "replace").splitlines()
    errors = [line for line in lines if "Error" in line or "has started a thread" in line]
    return f"the process that kernels are forked from has ended ({errors[-1] if errors else 'without a word'})"


def _start(folder: Path, also: Sequence[str]) -> subprocess.Popen:
    """The server, listening from now on; it answers once it has imported everything."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen(128)
        environment = _environment() | _THREADLESS | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        command = [sys.executable, "-P", "-m", "common.kernels.server", str(listener.fileno()), str(os.getpid())]
        command += also
        with open(folder / _LOG, "w") as log:
            return subprocess.Popen(
                command,
                env=environment,
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the owner; this one follows when the owner is gone
            )


def _environment() -> dict[str, str]:
    """What the server needs of the environment; it runs in another folder, so paths of modules are made absolute."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    if kept.get("PYTHONPATH"):
        kept["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, kept["PYTHONPATH"].split(os.pathsep)))
    return kept


def search_path() -> list[str]:
    """Where the server, and so every kernel, looks for modules."""
    return _search_path(_environment().get("PYTHONPATH", ""))


@cache
def _search_path(_: str) -> list[str]:
    command = [sys.executable, "-P", "-c", "import json, sys; print(json.dumps(sys.path))"]
    run = subprocess.run(
        command, env=_environment(), cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    return json.loads(run.stdout)


# these would start threads when they are loaded; each kernel gets the environment of whoever asked for it
_THREADLESS = {
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pandas loads pyarrow where it is installed, as in Colab
}

# what the server itself needs of the environment; no secret of the owner's can then reach a kernel through it
_KEPT = {
    "HOME", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONHASHSEED", "LD_LIBRARY_PATH",
    "VIRTUAL_ENV", "MPLCONFIGDIR", "XDG_CACHE_HOME", "OMP_NUM_THREADS",
}  # fmt: skip
