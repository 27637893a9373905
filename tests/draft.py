"""Pictures in draft: every line and letter of a figure is drawn, but nothing is moved to where it fits best.

Arranging (matplotlib's constrained layout, and the box around what was drawn) takes as long as drawing. The fork server
imports this, so that kernels have it; those with HW_TEST_DRAFT in their environment draw so, all others as ever.
"""

import functools
import os

from matplotlib.backend_bases import FigureCanvasBase

DRAFT = "HW_TEST_DRAFT"

_print_figure = FigureCanvasBase.print_figure


@functools.wraps(_print_figure)
def print_figure(self, *words, **options):
    if DRAFT in os.environ:
        self.figure.set_layout_engine("none")
        options["bbox_inches"] = None
    return _print_figure(self, *words, **options)


FigureCanvasBase.print_figure = print_figure
