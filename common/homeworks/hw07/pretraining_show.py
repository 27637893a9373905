"""Pictures of the lab on pretraining: masks, words that were guessed, and accuracies side by side."""

from collections.abc import Mapping, Sequence
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML

from common import plots
from common.homeworks.hw07 import show

GREEN, ORANGE = "#16a34a", "#dd6b20"


def masks(parts: Mapping[str, np.ndarray]) -> None:
    """parts: name -> (heads, T, T), the share of attention each word has for each before anything is learned."""
    heads = len(next(iter(parts.values())))
    figure, axes = plt.subplots(len(parts), heads, figsize=(2.2 * heads, 2.6 * len(parts)), squeeze=False)
    figure.get_layout_engine().set(hspace=0.08)  # a title is not taken for the label above it
    for row, (name, shares) in zip(axes, parts.items(), strict=True):
        for head, (axis, share) in enumerate(zip(row, shares, strict=True), 1):
            axis.imshow(np.where(share > 0, share, np.nan), cmap="Blues", vmin=0, vmax=0.6)
            axis.set_facecolor("#e2e8f0")  # where it may not look
            axis.set(title=f"{name}, head {head}", xlabel="looked at", ylabel="looks")
            axis.set_xticks(range(0, share.shape[1], 3))
            axis.set_yticks(range(0, share.shape[0], 3))
            axis.grid(False)
    plt.show()


def guessed(rows: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]) -> HTML:
    """Texts in which words were guessed: (title, [(word, guess, hint)]); guess "" where the word was given.

    A guess that is the word is green, another orange, with the hint small behind it.
    """
    shown = []
    for title, words in rows:
        text = "".join(_guess(*one) for one in words)
        shown.append(f"<div><span style='color:#64748b;font-size:13px'>{escape(title)} </span>{text}</div>")
    return HTML(f"<div style='font-size:16px;line-height:1.9;max-width:900px'>{''.join(shown)}</div>")


def _guess(word: str, guess: str, hint: str) -> str:
    if not guess:
        return escape(word)
    if guess == word:
        return f"<b style='color:{GREEN}'>{escape(guess)}</b>"
    return f"<b style='color:{ORANGE}'>{escape(guess)}</b><small style='color:#64748b'>{escape(hint)}</small>"


def bars(found: Mapping[str, Mapping[str, float]], cheap: Mapping[str, Mapping[str, float]], title: str) -> None:
    """A group of bars for each task: found[way][task]; a dashed line across the group for each cheap answer.

    cheap: cheap[task][name].
    """
    # a way without labels is paler; the figure stands at the foot of its bar, where no line runs through it
    colors = (plots.GREY, "#fbd38d", plots.ORANGE, "#90cdf4", plots.BLUE)
    of_figures = (plots.INK, plots.INK, "white", plots.INK, "white")
    figure, axes = plt.subplots(figsize=(8.6, 3.6))
    width = 0.8 / len(found)
    for k, ((way, scores), color, ink) in enumerate(zip(found.items(), colors, of_figures, strict=False)):
        places = np.arange(len(scores)) + (k - (len(found) - 1) / 2) * width
        axes.bar(places, scores.values(), width * 0.92, label=way, color=color)
        for place, score in zip(places, scores.values(), strict=True):
            axes.text(place, 0.03, f"{score:.2f}", ha="center", fontsize=9, color=ink)
    for k, lines in enumerate(cheap.values()):
        for (name, score), style in zip(lines.items(), ("-", "--", ":"), strict=False):
            axes.hlines(score, k - 0.45, k + 0.45, plots.RED, style, lw=1.2, label=name if k == 0 else None)
    axes.axhline(0.5, color=plots.INK, lw=0.8)
    axes.set_xticks(range(len(cheap)), list(cheap))
    axes.set(title=title, ylabel="accuracy", ylim=(0, 1.05))
    axes.set_axisbelow(True)
    figure.legend(loc="outside right center")
    plt.show()


def by_kind(shares: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """shares[task][way][kind of pair]: the share judged rightly, a table of colours for each task."""
    _, axes = plt.subplots(1, len(shares), figsize=(5.2 * len(shares), 2.9), squeeze=False)
    for axis, (task, ways) in zip(axes[0], shares.items(), strict=True):
        kinds = list(next(iter(ways.values())))
        table = np.array([[ways[way][kind] for kind in kinds] for way in ways])
        axis.imshow(table, cmap="RdYlGn", vmin=0, vmax=1, aspect="auto")
        for row, column in np.ndindex(*table.shape):
            axis.text(column, row, f"{table[row, column]:.2f}", ha="center", va="center")
        axis.set(title=f"{task}: judged rightly")
        axis.set_xticks(range(len(kinds)), [kind.replace(" ", "\n") for kind in kinds])
        axis.set_yticks(range(len(ways)), list(ways))
        axis.grid(False)
    plt.show()


def pairs(rows: Sequence[tuple[str, ...]]) -> HTML:
    """A table of pairs: kind, first, second."""
    return show.table(rows, ("kind", "first", "second"))


def replies(rows: Sequence[tuple[str, ...]]) -> HTML:
    """A table of answers: text, question, right answer, and what was said before and after questions were read."""
    heads = ("asked about", "question", "answer", "it says, having read reports", "and questions as well")
    return show.table(rows, heads)
