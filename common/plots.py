"""Pictures that several homeworks draw. Each has a title and named axes; the notebook says what to see in it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

INK, BLUE, ORANGE, GREEN, RED, GREY = "#22313f", "#2b6cb0", "#dd6b20", "#2f855a", "#c53030", "#a0aec0"


def use_style() -> None:
    """The look of all pictures in the collection: small, light, readable in a notebook."""
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 3.4),
            "figure.dpi": 80,
            "figure.constrained_layout.use": True,
            "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, RED, "#6b46c1", "#319795", "#b7791f", GREY]),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "axes.grid": True,
            "grid.color": "#e2e8f0",
            "image.cmap": "magma",
            "legend.frameon": False,
            "font.size": 9.5,
        }
    )


def curves(
    lines: dict,
    *,
    title: str,
    x: str = "epoch",
    y: str = "loss",
    log: bool = False,
    levels: dict | None = None,
) -> Figure:
    """A line per entry of `lines` (name -> one value per epoch), a dashed level per entry of `levels`."""
    figure, axes = plt.subplots()
    for name, values in lines.items():
        axes.plot(np.arange(1, len(values) + 1), values, label=name, marker="o" if len(values) == 1 else None)
    for (name, level), color in zip((levels or {}).items(), (GREY, RED, GREEN, ORANGE), strict=False):
        axes.axhline(level, color=color, linestyle="--", linewidth=1, label=name)
    axes.set(title=title, xlabel=x, ylabel=y)
    if log:
        axes.set_yscale("log")
    axes.legend()
    plt.show()
    return figure


def confusion(matrix: np.ndarray, names: list[str], *, title: str = "What is taken for what") -> Figure:
    """Counts `matrix[true, predicted]` as shares of each true class; rows are what was said, columns what was heard."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    size = 2.2 + 0.13 * len(names) + 0.15 * min(len(names), 12)
    figure, axes = plt.subplots(figsize=(size + 0.6, size))
    image = axes.imshow(shares, vmin=0, vmax=1)
    ticks = range(len(names))
    small = {"fontsize": 6 if len(names) > 20 else 9}
    axes.set_xticks(ticks, names, rotation=90, **small)
    axes.set_yticks(ticks, names, **small)
    axes.grid(False)
    axes.set(title=title, xlabel="predicted class", ylabel="true class")
    figure.colorbar(image, ax=axes, label="share of the true class", shrink=0.8)
    plt.show()
    return figure


def ladder(score) -> Figure:
    """The four rungs, one step apart, and where `score` (a `common.submission.homework.Score`) stands between them."""
    metric, rungs = score.card.metric, score.card.ladder[score.edition].rungs()
    thresholds = [rung.threshold for _, rung in rungs]
    sign = -1 if metric.direction == "lower" else 1  # np.interp wants rising values; better is to the right
    beyond = 0.6  # of a step: where a score below the first or above the last rung is drawn
    reach = [2 * thresholds[0] - thresholds[1], *thresholds, 2 * thresholds[-1] - thresholds[-2]]
    places = [-beyond, *range(len(rungs)), len(rungs) - 1 + beyond]
    here = float(np.interp(sign * score.value, [sign * value for value in reach], places))
    figure, axes = plt.subplots(figsize=(6.4, 1.5))
    axes.hlines(0, places[0] - 0.1, places[-1] + 0.1, color=GREY, linewidth=2)
    for place, (name, rung) in enumerate(rungs):
        reached = metric.reaches(score.value, rung.threshold)
        axes.plot(place, 0, "o", color=GREEN if reached else "white", markeredgecolor=GREEN, markersize=9)
        label = f"{name}\n{rung.threshold:g}"
        axes.annotate(label, (place, 0), (0, -27), textcoords="offset points", ha="center", fontsize=8)
    axes.plot(here, 0, "v", color=ORANGE, markersize=9, zorder=3)
    axes.annotate(f"you: {score.value:.3f}", (here, 0), (0, 10), textcoords="offset points", ha="center", color=ORANGE)
    axes.set(title=f"{metric.label} against the ladder", ylim=(-1.2, 1))
    axes.axis("off")
    plt.show()
    return figure
