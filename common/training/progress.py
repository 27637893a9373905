"""One line that says how far a loop is, overwritten as it goes, in a terminal and in a notebook alike."""

import os
import shutil
import sys
import time

from tqdm import tqdm

REFRESH = 0.2  # seconds between two pictures of the line: drawing it at every step would cost more than a small step


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel (JupyterLab, VS Code, Colab, papermill)."""
    ipython = sys.modules.get("IPython")  # a kernel has imported it long ago
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


class ProgressLine:
    """A progress bar drawn by tqdm's formatter, refreshed by time and replaced at the end by one sentence.

    In a notebook the line is one output that is updated in place, so that a saved notebook holds the last sentence and
    not hundreds of stale bars; it needs no widgets. In a terminal it is one line. Elsewhere (a log file), and with
    `HW_PROGRESS=0` in the environment, only the last sentence is written.

    Arguments:
        total: what counts as all of the work, in any unit (`fit` counts epochs).
        start: how much was already done before this line began (by the run that is being continued).
        show: False writes nothing at all.
    """

    def __init__(self, total: float, start: float = 0, show: bool = True):
        self.total, self.start, self.enabled = total, start, show
        self.began = self.drawn = time.perf_counter()
        self.output = None  # the notebook output that is being updated, once there is one
        self.width = 0  # columns that the terminal line covers
        self.live = show and os.environ.get("HW_PROGRESS") != "0" and (in_notebook() or sys.stdout.isatty())

    def due(self) -> bool:
        """Whether it is time to draw again; costs next to nothing, so ask at every step."""
        return self.live and time.perf_counter() - self.drawn > REFRESH

    def draw(self, done: float, label: str, note: str = "") -> None:
        """Show `label`, the bar at `done` of the total, the time taken and left, and `note`."""
        self.drawn = time.perf_counter()
        form = "{desc} |{bar:24}| {elapsed} < {remaining}{postfix}"
        self._put(
            tqdm.format_meter(
                done,
                self.total,
                self.drawn - self.began,
                initial=self.start,
                prefix=label,
                postfix=note,
                bar_format=form,
            )
        )

    def finish(self, sentence: str) -> None:
        """Replace the bar by `sentence`."""
        if self.output is not None:
            self._put(sentence)
        elif self.enabled:
            print("\r" * (self.width > 0) + sentence.ljust(self.width))
        self.live, self.width = False, 0

    def _put(self, text: str) -> None:
        if not in_notebook():
            text = text[: shutil.get_terminal_size().columns - 1]  # a line that wraps cannot be overwritten
            print("\r" + text.ljust(self.width), end="", flush=True)
            self.width = len(text)
        elif self.output is None:
            from IPython.display import display

            self.output = display({"text/plain": text}, raw=True, display_id=True)
        else:
            self.output.update({"text/plain": text}, raw=True)


def number(value: float) -> str:
    """A loss or a metric in as few characters as a person needs: `0.0312`, `12.41`, `1.2e-05`."""
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e5):
        return f"{value:.1e}"
    return f"{value:.4f}" if size < 10 else f"{value:.2f}"


def duration(seconds: float) -> str:
    """A time in as few characters as a person needs: `0.8 s`, `42 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
