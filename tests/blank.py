"""Smoke runs without pictures: the figures are made, and never drawn, which is half of what a run costs.

For the runs whose pictures are looked at elsewhere: a middle rung draws by the same cells as its boss rung. The fork
server imports this, so that kernels have it; those with HW_TEST_BLANK in their environment draw nothing.
"""

import functools
import os

from matplotlib.backend_bases import FigureCanvasBase

BLANK = "HW_TEST_BLANK"

_print_figure = FigureCanvasBase.print_figure


@functools.wraps(_print_figure)
def print_figure(self, *words, **options):
    return None if os.environ.get(BLANK) else _print_figure(self, *words, **options)


FigureCanvasBase.print_figure = print_figure
