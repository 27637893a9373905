"""Pictures in draft, for smoke runs of what is drawn as a whole elsewhere: they are half of what a run costs.

ROUGH draws every line and letter of a figure, but moves nothing to where it fits best: arranging (matplotlib's
constrained layout, and the box around what was drawn) takes as long as drawing. BLANK draws nothing at all. The fork
server imports this, so that kernels have it; those with HW_TEST_DRAFT in their environment draw so, all others as ever.
"""

import functools
import os

from matplotlib.backend_bases import FigureCanvasBase

DRAFT = "HW_TEST_DRAFT"
ROUGH, BLANK = "rough", "blank"

_print_figure = FigureCanvasBase.print_figure


@functools.wraps(_print_figure)
def print_figure(self, *words, **options):
    if os.environ.get(DRAFT) == BLANK:
        return None
    if os.environ.get(DRAFT) == ROUGH:
        self.figure.set_layout_engine("none")
        options["bbox_inches"] = None
    return _print_figure(self, *words, **options)


FigureCanvasBase.print_figure = print_figure
