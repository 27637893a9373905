"""Chinese sentences for readers without Chinese: each word with its English under it, and what lies on its tokens."""

from collections.abc import Sequence
from html import escape

import numpy as np
from IPython.display import HTML

_BLUE, _ORANGE, _GREEN = "43,108,176", "221,107,32", "#2f855a"
_FONTS = "Helvetica,Arial,'Noto Sans TC','Noto Sans CJK TC','PingFang TC','Microsoft JhengHei',sans-serif"
_BOX = f"font-family:{_FONTS};font-size:17px;max-width:860px;background:white;color:#22313f;padding:4px 8px"
_WORD = "display:inline-block;vertical-align:top;text-align:center;margin:2px 1px;line-height:1.5"
_ENGLISH = "font-size:11px;color:#64748b;line-height:1.1"

Words = list[tuple[str, str]]  # a word of the text and its English, which may be ""


def words(line: str) -> Words:
    """Words with their English, from a line such as "今年=this year|的=’s|柚子=pomelos|。"."""
    pairs = (one.partition("=") for one in line.split("|"))
    return [(chinese, english) for chinese, _, english in pairs]


def text(line: Words) -> str:
    """The Chinese alone."""
    return "".join(chinese for chinese, _ in line)


def by_word(line: Words, places: Sequence[Sequence[int]], weights: Sequence[float]) -> np.ndarray:
    """What lies on the tokens of each word, in sum. places: (T, 2), where in the text each token begins and ends."""
    ends = np.cumsum([len(chinese) for chinese, _ in line])
    found = np.zeros(len(line))
    for (start, end), weight in zip(places, weights, strict=True):
        if end > start:  # [CLS], [SEP] and padding stand nowhere
            found[int(np.searchsorted(ends, int(start), side="right"))] += float(weight)
    return found


def show(
    line: Words,
    upper: Sequence[float] | None = None,
    lower: Sequence[float] | None = None,
    *,
    right: str = "",
    title: str = "",
) -> HTML:
    """Words with their English under them, each on a ground as strong as its weight (0 to 1).

    upper: the weights, in blue; with `lower` (orange) the two share the height of the word. right: a word to underline.
    """
    shown = []
    for k, (chinese, english) in enumerate(line):
        ground = ""
        if upper is not None:
            blue = f"rgba({_BLUE},{_seen(upper[k])})"
            ground = f"background:{blue};"
            if lower is not None:
                ground = f"background:linear-gradient({blue} 48%,rgba({_ORANGE},{_seen(lower[k])}) 52%);"
        under = f"border-bottom:3px solid {_GREEN};" if right and chinese == right else ""
        word = f"<div style='{ground}{under}padding:0 3px'>{escape(chinese)}</div>"
        shown.append(f"<div style='{_WORD}'>{word}<div style='{_ENGLISH}'>{escape(english)}&nbsp;</div></div>")
    head = f"<div style='font-weight:bold'>{escape(title)}</div>" if title else ""
    return HTML(f'<div style="{_BOX}">{head}{"".join(shown)}</div>')


def several(*shown: HTML) -> HTML:
    """One under the other."""
    return HTML("".join(one.data for one in shown))


def _seen(weight: float) -> str:
    """Opacity: the square root, so that small weights are seen beside large ones."""
    return f"{min(1.0, max(0.0, float(weight))) ** 0.5:.2f}"
