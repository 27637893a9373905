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
    figure, axes = plt.subplots(1 + len(rows), ways, figsize=(3.6, 0.4 + 0.75 * (1 + len(rows))))
    for label, (axis, image) in enumerate(zip(axes[0], support[0], strict=True)):
        _draw(axis, image)
        axis.set_title(f"class {label}", fontsize=9)
    for k, (line, row) in enumerate(zip(axes[1:], rows, strict=True)):
        shuffled = row[torch.randperm(ways, generator=torch.Generator().manual_seed(k))]
        for axis, i in zip(line, shuffled.tolist(), strict=True):
            _draw(axis, query[0, i])
            if guesses is not None:
                _frame(axis, int(guesses[0, i]), int(y[0, i]))
    axes[0, 0].set_ylabel("support", rotation=0, ha="right")
    axes[1 + len(rows) // 2, 0].set_ylabel("query", rotation=0, ha="right")
    figure.suptitle(title, fontsize=11, fontweight="bold")
    plt.show()


def _draw(axis, image: torch.Tensor) -> None:
    axis.imshow(image[0].cpu(), cmap="gray_r", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])


def _frame(axis, said: int, true: int) -> None:
    color = plots.GREEN if said == true else plots.RED
    axis.set_xlabel(f"says {said}" + ("" if said == true else f", is {true}"), color=color, fontsize=9)
    axis.spines[:].set(visible=True, color=color, linewidth=2)
