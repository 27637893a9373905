"""Pictures that several homeworks draw. Each has a title and named axes; the notebook says what to see in it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

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
            "axes.axisbelow": True,  # no white lines across bars
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
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 2.5
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.legend()
    plt.show()
    return figure


def confusion(matrix: np.ndarray, names: list[str], *, title: str = "What is taken for what") -> Figure:
    """Counts `matrix[true, predicted]` as shares of each true class, in percent where few classes leave room for it."""
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
    if len(names) <= 12:  # room for numbers, in percent
        for row, column in zip(*np.nonzero(shares >= 0.005), strict=True):
            share, middle = shares[row, column], {"ha": "center", "va": "center", "fontsize": 7}
            axes.text(column, row, f"{100 * share:.0f}", color=INK if share > 0.6 else "white", **middle)
    figure.colorbar(image, ax=axes, label="share of the true class", shrink=0.8)
    plt.show()
    return figure


def ladder(score) -> Figure:
    """The four rungs, one step apart, and where `score` (a `common.submission.homework.Score`) stands between them.

    On builtin data also where the card's cheap answers stand, those that skip the lesson.
    """
    card, beyond = score.card, 0.6  # of a step: as far below the first or above the last rung a score is drawn
    rungs = card.ladder[score.edition].rungs()
    last = len(rungs) - 1

    def place(value):
        found = card.place_of(value, score.edition)
        return beyond * found if found < 0 else last + beyond * max(0.0, found - last) + min(0.0, found - last)

    here = place(score.value)
    cheap = [place(answer.scores[0]) for answer in card.cheap] if score.edition == "builtin" else []
    figure, axes = plt.subplots(figsize=(6.4, 1.6))
    axes.hlines(0, -beyond - 0.1, last + beyond + 0.1, color=GREY, linewidth=2)
    for step, (name, rung) in enumerate(rungs):
        reached = card.metric.reaches(score.value, rung.threshold)
        axes.plot(step, 0, "o", color=GREEN if reached else "white", markeredgecolor=GREEN, markersize=9)
        label = f"{name}\n{rung.threshold:g}"
        axes.annotate(label, (step, 0), (0, -27), textcoords="offset points", ha="center", fontsize=8)
    above = {"textcoords": "offset points", "ha": "center"}
    if cheap:
        axes.plot(cheap, [0] * len(cheap), "|", color=INK, markersize=11, markeredgewidth=1.2, zorder=2)
        lift = 24 if abs(max(cheap) - here) < 1 else 10
        axes.annotate("cheap answers", (max(cheap), 0), (0, lift), **above, color=INK, fontsize=8)
    axes.plot(here, 0, "v", color=ORANGE, markersize=9, zorder=3)
    axes.annotate(f"you: {score.value:.3f}", (here, 0), (0, 10), **above, color=ORANGE)
    axes.set(title=f"{card.metric.label} against the ladder", ylim=(-1.2, 1.2))
    axes.axis("off")
    plt.show()
    return figure


def measured(card) -> Figure:
    """All that the card holds of the builtin ladder: each rung's runs between its own threshold and the next one's.

    card: a `common.submission.card.Card`. Dots are training seeds on the public data, rings runs on fresh data, crosses
    controls (what else might explain the gain), strokes cheap answers, diamonds rivals (other honest methods).
    """
    found, rungs = card.ladder["builtin"], card.ladder["builtin"].rungs()
    figure, axes = plt.subplots(figsize=(6.4, 2.8))
    named = set()  # in the legend
    kinds = {"runs": ("o", BLUE, BLUE), "fresh data": ("o", "none", BLUE), "controls": ("x", RED, RED)}
    for row, (name, rung) in enumerate(rungs, 1):
        fresh = [score for data in found.fresh for score in getattr(data, name)]
        controls = [score for control in card.control if control.rung == name for score in control.scores]
        for (kind, (marker, face, edge)), scores in zip(kinds.items(), (rung.runs, fresh, controls), strict=True):
            marks = {"marker": marker, "facecolors": edge if marker == "x" else face, "s": 28, "linewidths": 1.2}
            if marker == "o":
                marks["edgecolors"] = edge
            if scores:
                axes.scatter(scores, [row] * len(scores), **marks, label=kind if kind not in named else None, zorder=3)
                named.add(kind)
        threshold = {"color": GREEN, "linewidth": 2, "label": "threshold" if row == 1 else None}
        axes.vlines(rung.threshold, row - 0.95, row + 0.4, **threshold)  # between this rung and the row below it
    cheap = [answer.scores[0] for answer in card.cheap]
    axes.scatter(cheap, [0] * len(cheap), marker="|", color=INK, s=60)
    rows = ["cheap answers", *(name for name, _ in rungs)]
    if rivals := [score for rival in card.rival for score in rival.scores]:
        axes.scatter(rivals, [len(rows)] * len(rivals), marker="D", color=ORANGE, s=22)
        rows.append("rivals")
    axes.set_yticks(range(len(rows)), rows)
    axes.set(title="The ladder, as measured", xlabel=card.metric.label, ylim=(-0.6, len(rows) - 0.4))
    if card.metric.direction == "lower":
        axes.invert_xaxis()
    figure.legend(loc="outside lower center", ncols=4)
    plt.show()
    return figure
