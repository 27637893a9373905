"""The papermill engine of the grader: saves now and then, counts what comes out, and knows which cells really ran.

Papermill itself writes the notebook twice per cell, waits without end, and takes in whatever a kernel sends. It is
registered as `homeworks-grading`, so that `papermill --engine homeworks-grading` runs a notebook the same way by hand.
"""

import contextlib
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from subprocess import DEVNULL

from jupyter_core.utils import run_sync
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets.config import Config

from common.grading.records import Limits, checksum
from common.notebooks.engine import save_now_and_then

OURS = "injected-parameters"  # tag of the cell that papermill puts into a student's notebook
MAX_MESSAGE = 64 << 20  # bytes; a longer message is dropped with its connection
MAX_GROWTH = 1 << 30  # bytes that messages waiting to be read may take in this process
# sent along with every cell, and answered with the reply: a checksum of the code as the kernel has taken it
_TAKEN = {"taken": "__import__('zlib').crc32(In[-1].encode('utf-8', 'replace'))"}


@dataclass
class Run:
    """What the worker learns of a run, whatever way it ends."""

    limits: Limits = field(default_factory=Limits)
    environment: dict[str, str] | None = None  # of the kernel; None: this process's
    folder: str = ""  # where the kernel's sockets are made; "": the working folder
    stage: str = "preparing"  # then "starting", then "running"
    stopped: str = ""  # the state in which the run was stopped from here, "" if it was not
    cells: int = 0  # code cells that have something to run
    ran: int = 0  # of these, the ones that ran as they are written
    # cells that ran otherwise: (the kernel's checksum, the source); IPython may have turned magics into Python
    changed: list[tuple[str, str]] = field(default_factory=list)
    reached: int = 0  # number of the last cell that was begun, as the student counts them


class GradingEngine(NBClientEngine):
    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, log_output=False, start_timeout=180, run=None, **_):
        run = run or Run()
        save_now_and_then(nb_man)
        run.cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in nb_man.nb.cells)
        config = Config({"KernelManager": {"transport": "ipc", "shutdown_wait_time": 2.0}})
        if os.name == "nt":
            config = Config()
        elif run.folder:
            config.KernelManager |= {"connection_file": f"{run.folder}/kernel.json", "ip": f"{run.folder}/k"}
        client = _Client(
            nb_man, run, config=config, kernel_name=kernel_name, startup_timeout=start_timeout, timeout=None,
            iopub_timeout=30, log=logger, log_output=log_output,
        )  # fmt: skip
        try:
            kernel = {} if run.environment is None else {"env": run.environment, "stdout": DEVNULL, "stderr": DEVNULL}
            executed = client.execute(**kernel)
            nb_man.save = lambda **_: None  # papermill writes it now, once more
            return executed
        finally:
            client.deadline.cancel()


class _Client(PapermillNotebookClient):
    def __init__(self, nb_man, run: Run, **options):
        super().__init__(nb_man, on_cell_executed=self._count, on_cell_start=self._begin, **options)
        self.run = run
        self.deadline = _Watch(self)
        self.received = 0  # bytes, of all cells
        self.kept: dict[int, int] = {}  # cell -> bytes of its outputs

    def create_kernel_manager(self):
        manager = super().create_kernel_manager()
        manager.context.maxmsgsize = MAX_MESSAGE  # for all sockets made from here on
        return manager

    async def async_start_new_kernel_client(self):
        self.run.stage = "starting"
        client = await super().async_start_new_kernel_client()
        plain = client.execute
        self.run.stage = "running"
        client.session.deserialize = partial(self._receive, client.session, client.session.deserialize)
        self.deadline.start()
        client.execute = lambda code, **options: plain(code, user_expressions=_TAKEN, **options)
        return client

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    def stop(self, state: str) -> None:
        """End the run from any thread: kill the kernel's process, and with it all that it has started."""
        self.run.stopped = self.run.stopped or state
        with contextlib.suppress(AttributeError, ProcessLookupError):
            self.km.provisioner.process.send_signal(signal.SIGKILL)

    def _receive(self, session, deserialize, frames: list, **options) -> dict:
        """A message of the kernel's, of whatever kind: counted, and unpacked only if it is not too large for that."""
        size = 100 + sum(len(frame) for frame in frames[3:]) + max(0, len(frames[1]) + len(frames[2]) - 4096)
        self.received += size
        if self.received > self.run.limits.output:
            self.stop("OUTPUT_LIMIT")
        if size > self.run.limits.output_per_cell:
            frames = self._without_content(session, frames)
        return deserialize(frames[:5], **options) | {"size": size}  # no buffers: nothing that is kept needs them

    def _without_content(self, session, frames: list) -> list:
        """The same message, if it shows something, with nothing to show. Raises ValueError for any other."""
        header = session.unpack(frames[1]) if len(frames[1]) < 4096 else {}
        if header.get("msg_type") not in _SHOWN or len(frames[2]) > 4096:
            self.stop("OUTPUT_LIMIT")
            raise ValueError("a message too large")
        header["msg_type"] = "stream"
        parts = [session.pack(header), frames[2], b"{}", session.pack({"name": "stderr", "text": ""})]
        return [session.sign(parts), *parts]

    def process_message(self, message, cell, cell_index):
        if message["msg_type"].startswith("comm_"):
            return None  # widgets are not kept
        size = message["size"]
        kept = self.kept.get(cell_index, 0) + size
        self.kept[cell_index] = kept
        if kept > self.run.limits.output_per_cell and message["msg_type"] in _SHOWN:
            if kept - size <= self.run.limits.output_per_cell:
                note = f"(more than {self.run.limits.output_per_cell:,} bytes of output; the rest was left out)\n"
                cell.outputs.append(new_output("stream", name="stderr", text=note))
            return None
        return super().process_message(message, cell, cell_index)

    def _begin(self, cell, cell_index) -> None:
        self.run.reached += OURS not in cell.metadata.get("tags", [])

    def _count(self, cell, cell_index, execute_reply) -> None:
        content = execute_reply["content"]
        taken = content.get("user_expressions", {}).get("taken", {}).get("data", {}).get("text/plain")
        if content.get("status") != "ok":
            return
        if taken == checksum(cell.source):
            self.run.ran += 1
        else:
            self.run.changed.append((str(taken)[:20], cell.source))


class _Watch(threading.Thread):
    """Stops a run whose time is over, or whose messages fill this process."""

    def __init__(self, client: _Client):
        super().__init__(daemon=True)
        self.client = client
        self.over = threading.Event()

    def run(self) -> None:
        end, most = time.monotonic() + self.client.run.limits.deadline, _resident() + MAX_GROWTH
        while not self.over.wait(min(0.2, max(0.0, end - time.monotonic()))):
            if time.monotonic() >= end:
                return self.client.stop("TIMEOUT")
            if _resident() > most:
                return self.client.stop("OUTPUT_LIMIT")

    def cancel(self) -> None:
        self.over.set()


def _resident() -> int:
    """Bytes that this process takes; 0 where that is not to be had."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


_SHOWN = ("stream", "display_data", "execute_result", "update_display_data")
