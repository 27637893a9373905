"""Homework 15: an episode as a picture."""

import matplotlib.pyplot as plt
import torch

from common import plots


def episode(tasks, title: str, guesses: torch.Tensor | None = None) -> None:
    """The first of the tasks: its support set above, its queries below.

    tasks: (support, query), each (x, y) with x (T, N, 1, 28, 28) and classes y (T, N); the queries come class by class,
    equally many of each. A row shows one query of each class, always shuffled alike. guesses: (T, Q), classes
    said about the queries: a frame is green where one is right, red where it is not, and below it stands what was said.
    """
    (support, _), (query, y) = tasks
    ways = support.shape[1]
    rows = torch.arange(query.shape[1]).reshape(ways, -1).T  # a row holds one query of each class
    figure = plt.figure(figsize=(3.3, 1.3 + 0.64 * (1 + len(rows))))
    figure.suptitle(title, fontsize=11, fontweight="bold")
    above, below = figure.subfigures(2, 1, height_ratios=[1.5, len(rows) + 0.4])
    above.set_facecolor("#edf2f7")  # what it may learn from stands apart from what it is asked
    above.suptitle("support: one drawing of each class", fontsize=9)
    for label, (axis, image) in enumerate(zip(above.subplots(1, ways), support[0], strict=True)):
        _draw(axis, image)
        axis.set_xlabel(f"class {label}", fontsize=9)
    below.suptitle("query: by other hands, in any order", fontsize=9)
    for k, (line, row) in enumerate(zip(below.subplots(len(rows), ways, squeeze=False), rows, strict=True)):
        shuffled = row[torch.randperm(ways, generator=torch.Generator().manual_seed(k))]
        for axis, i in zip(line, shuffled.tolist(), strict=True):
            _draw(axis, query[0, i])
            if guesses is not None:
                _frame(axis, int(guesses[0, i]), int(y[0, i]))
    plt.show()


def _draw(axis, image: torch.Tensor) -> None:
    axis.imshow(image[0].cpu(), cmap="gray_r", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])


def _frame(axis, said: int, true: int) -> None:
    color = plots.GREEN if said == true else plots.RED
    axis.set_xlabel(f"says {said}" + ("" if said == true else f", is {true}"), color=color, fontsize=9)
    axis.spines[:].set(visible=True, color=color, linewidth=2)
