"""Homework 9: questions, relevance maps, and bars that tell two kinds of questions or two states of things apart."""

from collections.abc import Mapping, Sequence

import numpy as np

from common import plots

COLORS = (plots.BLUE, plots.ORANGE)


def question(axis, questions, k: int, classes: Sequence[str]) -> None:
    """The picture of question k, what is asked above it, and the right answer outlined if it is known."""
    picture(axis, questions.x[k], f"where is\n{classes[questions.asked[k]]}?")
    if questions.where is not None:
        outline(axis, questions.where[k])


def picture(axis, pixels: np.ndarray, title: str = "") -> None:
    """Pixels (H, W, 3)."""
    axis.imshow(pixels)
    axis.set_title(title, fontsize=9, weight="normal")
    axis.axis("off")


def relevance(axis, values: np.ndarray, where: np.ndarray | None = None, title: str = "") -> None:
    """A map (H, W), brighter where it is larger. The brightest hundredth is cut: single pixels would outshine all."""
    axis.imshow(values, vmin=0, vmax=max(np.quantile(values, 0.99), 1e-12))
    axis.set_title(title, fontsize=9, weight="normal")
    axis.axis("off")
    if where is not None:
        outline(axis, where)


def outline(axis, where: np.ndarray) -> None:
    """The border of a mask (H, W): white with a dark rim, to be seen on a white plate as well as on a dark table."""
    for color, width in ((plots.INK, 2.8), ("white", 1.2)):
        axis.contour(where, levels=[0.5], colors=color, linewidths=width)


def bars(axis, groups: Mapping[str, Mapping[str, float]], title: str, xlabel: str) -> None:
    """Two bars a row: groups is label -> {row: length}; both have the same rows, shown from the top in their order."""
    rows = list(next(iter(groups.values())))
    for k, (label, values) in enumerate(groups.items()):
        places = np.arange(len(rows)) + 0.4 * k - 0.2 * (len(groups) - 1)
        axis.barh(places, [values[row] for row in rows], height=0.4, color=COLORS[k], label=label)
    axis.set_yticks(range(len(rows)), rows)
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.set(title=title, xlabel=xlabel, xlim=(0, 1))
    if len(groups) > 1:
        axis.legend(loc="upper left", bbox_to_anchor=(1, 1))
