"""Passages as HTML: the browser has the characters, matplotlib's fonts often do not.

Each function returns something that a notebook shows when it stands last in a cell.
"""

from collections.abc import Sequence
from html import escape

from IPython.display import HTML

_BLUE, _ORANGE = "37,99,235", "234,108,20"
_BOX = (
    "font-family:Helvetica,Arial,'Noto Sans TC','Noto Sans CJK TC','PingFang TC','Microsoft JhengHei',sans-serif;"
    "font-size:16px;line-height:2.1;max-width:860px;background:white;color:#1f2937;padding:4px 8px"
)


def passage(text: str, marks: Sequence[tuple[int, int]] = (), question: str = "") -> HTML:
    """A passage in which text[start:end] of each mark stands out, under its question."""
    parts, at = [], 0
    for start, end in sorted(marks):
        parts += [escape(text[at:start]), f"<b style='background:rgba({_ORANGE},.3)'>{escape(text[start:end])}</b>"]
        at = end
    return _box(_title(question) + "".join(parts) + escape(text[at:]))


def pieces(tokens: Sequence[str]) -> HTML:
    """Each token in a frame of its own."""
    style = "border:1px solid #94a3b8;border-radius:3px;padding:1px 3px;margin:1px;white-space:nowrap"
    return _box(" ".join(f"<span style='{style}'>{escape(token)}</span>" for token in tokens))


def heat(
    tokens: Sequence[str],
    upper: Sequence[float],
    lower: Sequence[float] | None = None,
    right: tuple[int, int] | None = None,
    title: str = "",
) -> HTML:
    """Tokens in running text, each on a ground as strong as its weight (0 to 1).

    upper: the weights, in blue; with `lower` (orange) the two share the height of the line. The tokens from right[0] to
    right[1] are underlined.
    """
    shown = []
    for k, token in enumerate(tokens):
        blue = f"rgba({_BLUE},{_seen(upper[k])})"
        ground = f"background:{blue}"
        if lower is not None:
            ground = f"background:linear-gradient({blue} 48%,rgba({_ORANGE},{_seen(lower[k])}) 52%)"
        line = ";border-bottom:3px solid #16a34a" if right and right[0] <= k <= right[1] else ""
        shown.append(f"<span style='{ground}{line}'>{escape(token)}</span>")
    return _box(_title(title) + "".join(shown))


def several(*shown: HTML) -> HTML:
    """One under the other."""
    return HTML("".join(one.data for one in shown))


def table(rows: Sequence[Sequence], heads: Sequence[str]) -> HTML:
    """Rows of text under headings, aligned at the left."""

    def line(tag: str, cells: Sequence) -> str:
        return "".join(f"<{tag} style='text-align:left'>{escape(str(cell))}</{tag}>" for cell in cells)

    body = "".join(f"<tr>{line(tag, row)}</tr>" for tag, row in [("th", heads), *(("td", row) for row in rows)])
    return HTML(f"<table>{body}</table>")


def _seen(weight: float) -> str:
    """Opacity: the square root, so that small weights are seen beside large ones."""
    return f"{min(1.0, max(0.0, float(weight))) ** 0.5:.2f}"


def _title(text: str) -> str:
    return f"<div style='font-weight:bold'>{escape(text)}</div>" if text else ""


def _box(body: str) -> HTML:
    return HTML(f'<div style="{_BOX}">{body}</div>')
