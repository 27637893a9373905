"""Pictures of homework 2: which phone was heard when."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import matplotlib.pyplot as plt
import numpy as np

# the phones of English by the way they are made, and a pale colour for each family
FAMILIES = {
    "SIL SPN": "#edf2f7",
    "IY IH EH AE AA AO AH UH UW ER EY AY OY AW OW": "#bee3f8",
    "Y W R L": "#c6f6d5",
    "M N NG": "#e9d8fd",
    "HH F TH S SH V DH Z ZH": "#fefcbf",
    "CH JH P T K B D G": "#fbd38d",
}
COLORS = {phone: color for phones, color in FAMILIES.items() for phone in phones.split()}
WRONG = "#fc8181"
NAMED = 5  # frames that a phone must last to have room for its name


def strips(rows: Mapping[str, np.ndarray], classes: Sequence[str], *, title: str) -> None:
    """A strip for each entry of `rows` (name -> class of each frame, (T,)), coloured by family.

    The first strip is the truth; in the others a frame is red where it is wrong.
    """
    _, axes = plt.subplots(figsize=(10, 0.9 + 0.42 * len(rows)))
    truth = next(iter(rows.values()))
    for row, labels in enumerate(rows.values()):
        wrong = np.flatnonzero(labels != truth)
        start = 0
        for label, frames in groupby(labels):
            length, name = len(list(frames)), classes[label]
            axes.barh(row, length, 0.9, start, color=COLORS[name])
            if length >= NAMED:
                axes.text(start + length / 2, row, name, ha="center", va="center", fontsize=6, zorder=3)
            start += length
        axes.barh(np.full(len(wrong), row), 1, 0.9, wrong, align="center", color=WRONG, zorder=2)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(title=title, xlabel="frame (10 ms each)", xlim=(0, len(truth)))
    axes.invert_yaxis()
    axes.grid(False)
    plt.show()
