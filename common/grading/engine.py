"""The papermill engine of the grader: saves now and then, counts what comes out, and knows which cells really ran.

Papermill itself writes the notebook twice per cell, waits without end, and takes in whatever a kernel sends. It is
registered as `homeworks-grading`, so that `papermill --engine homeworks-grading` runs a notebook the same way by hand.
"""

import contextlib
import os
import signal
import threading
import time
import zlib
from dataclasses import dataclass, field
from subprocess import DEVNULL

from IPython.core.inputtransformer2 import TransformerManager
from jupyter_core.utils import run_sync
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets.config import Config

from common.grading.records import Limits

OURS = "injected-parameters"  # tag of the cell that papermill puts into a student's notebook
SAVE_EVERY = 10.0  # seconds
MAX_MESSAGE = 64 << 20  # bytes; a longer message is dropped with its connection
# sent along with every cell, and answered with the reply: a checksum of the code as the kernel has taken it
_TAKEN = {"taken": "__import__('zlib').crc32(In[-1].encode('utf-8', 'replace'))"}


@dataclass
class Run:
    """What the worker learns of a run, whatever way it ends."""

    limits: Limits = field(default_factory=Limits)
    environment: dict[str, str] | None = None  # of the kernel; None: this process's
    folder: str = ""  # where the kernel's sockets are made; "": the working folder
    on_cell: object = None  # called with (cells done, cells in all)
    stage: str = "preparing"  # then "starting", then "running"
    stopped: str = ""  # the state in which the run was stopped from here, "" if it was not
    cells: int = 0  # code cells that have something to run
    ran: int = 0  # of these, the ones that ran as they are written
    reached: int = 0  # number of the last cell that was begun, as the student counts them


class GradingEngine(NBClientEngine):
    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, log_output=False, start_timeout=180, run=None, **_):
        run = run or Run()
        _save_now_and_then(nb_man)
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
        self.deadline = threading.Timer(run.limits.deadline, self.stop, ["TIMEOUT"])
        self.deadline.daemon = True
        self.received = 0  # bytes, of all cells
        self.kept: dict[int, int] = {}  # cell -> bytes of its outputs
        self.transform = TransformerManager().transform_cell

    def create_kernel_manager(self):
        manager = super().create_kernel_manager()
        manager.context.maxmsgsize = MAX_MESSAGE  # for all sockets made from here on
        return manager

    async def async_start_new_kernel_client(self):
        self.run.stage = "starting"
        client = await super().async_start_new_kernel_client()
        plain = client.execute
        self.run.stage = "running"
        self.deadline.start()
        client.execute = lambda code, **options: plain(code, user_expressions=_TAKEN, **options)
        return client

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    def stop(self, state: str) -> None:
        """End the run from any thread: kill the kernel's process, and with it all that it has started."""
        self.run.stopped = self.run.stopped or state
        with contextlib.suppress(AttributeError, ProcessLookupError):
            self.km.provisioner.process.send_signal(signal.SIGKILL)

    def process_message(self, message, cell, cell_index):
        size = _size(message["content"])
        self.received += size
        kept = self.kept.get(cell_index, 0) + size
        self.kept[cell_index] = kept
        if self.received > self.run.limits.output:
            self.stop("OUTPUT_LIMIT")
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
        # most cells hold no magic and are taken as they stand; to transform one takes longer than to run it
        as_written = taken == _checksum(cell.source) or taken == _checksum(self.transform(cell.source))
        if content.get("status") == "ok" and as_written:
            self.run.ran += 1
        if self.run.on_cell:
            self.run.on_cell(cell_index + 1, len(self.nb.cells))


_SHOWN = ("stream", "display_data", "execute_result", "update_display_data")


def _checksum(source: str) -> str:
    return str(zlib.crc32(source.rstrip("\n").encode("utf-8", "replace")))


def _size(content: dict) -> int:
    """About how many bytes a message brings."""
    parts = [content.get("text", ""), *(content.get("data") or {}).values(), *(content.get("traceback") or [])]
    return 100 + sum(len(part) if isinstance(part, str) else len(str(part)) for part in parts)


def _save_now_and_then(nb_man) -> None:
    """Papermill saves before and after each cell; with many cells and much output that takes longer than the cells."""
    save, last = nb_man.save, 0.0

    def seldom(**options):
        nonlocal last
        if nb_man.end_time is not None or time.monotonic() - last > SAVE_EVERY:
            save(**options)
            last = time.monotonic()

    nb_man.save = seldom
    nb_man.autosave_cell_every = 0
