"""What Jupyter and papermill do too often, or aloud: wherever a notebook is run, it is run without that."""

import time

from jupyter_client.manager import AsyncKernelManager

SAVE_EVERY = 10.0  # seconds


class QuietManager(AsyncKernelManager):
    """Asks a kernel to end, and does not interrupt it before.

    Jupyter's own does both. A kernel that has just given its last answer is still busy for a moment, and then complains
    on the screen: "KeyboardInterrupt caught in kernel". One that does not end when asked, in the middle of a long cell,
    is told so by SIGTERM as ever.
    """

    async def _async_interrupt_kernel(self) -> None:
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel


def save_now_and_then(nb_man) -> None:
    """Papermill saves before and after each cell; with many cells and much output that takes longer than the cells."""
    save, last = nb_man.save, 0.0

    def seldom(**options):
        nonlocal last
        if nb_man.end_time is not None or time.monotonic() - last > SAVE_EVERY:
            save(**options)
            last = time.monotonic()

    nb_man.save = seldom
    nb_man.autosave_cell_every = 0
