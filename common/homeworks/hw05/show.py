"""Pictures with Chinese in them, as SVG and HTML: the browser has the characters, matplotlib's fonts often do not.

Each function returns something that a notebook shows when it stands last in a cell.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from IPython.display import HTML, SVG

from common.plots import BLUE, GREEN, GREY, INK, ORANGE, RED

_FONT = "font-family='Helvetica, Arial, Noto Sans TC, Noto Sans CJK TC, PingFang TC, Microsoft JhengHei, sans-serif'"
Link = tuple[int, int, int, int]


def table(rows: Sequence[Sequence], heads: Sequence[str], mark: int | None = None) -> HTML:
    """Rows of text under headings, aligned at the left; column `mark` is bold."""

    def cell(tag: str, content, k: int) -> str:
        text = escape(str(content))
        return f"<{tag} style='text-align:left'>{f'<b>{text}</b>' if tag == 'td' and k == mark else text}</{tag}>"

    lines = [("th", heads), *(("td", row) for row in rows)]
    body = "".join("<tr>" + "".join(cell(tag, c, k) for k, c in enumerate(row)) + "</tr>" for tag, row in lines)
    return HTML(f"<table>{body}</table>")


def crossings(links: Sequence[Link]) -> int:
    """How many pairs of links cross: what comes first in English comes second in Chinese."""
    spans = sorted(links)
    return sum(one[2] > other[2] for k, one in enumerate(spans) for other in spans[k + 1 :])


def alignment(en: str, zh: str, links: Sequence[Link]) -> SVG:
    """The English words above, the Chinese below, a line from each to its translation; 的 is marked.

    links: (a, b, c, d) each, for en[a:b] and zh[c:d]. Lines that cross another are orange, what has no line is grey.
    """
    above, width_above = _placed(en, [(a, b) for a, b, _, _ in links], 16)
    below, width_below = _placed(zh, [(c, d) for _, _, c, d in links], 22)
    width = max(width_above, width_below) + 20
    shift_above, shift_below = ((width - w) / 2 for w in (width_above, width_below))
    drawn = []
    for link in links:
        a, b, c, d = link
        crosses = any((a - other[0]) * (c - other[2]) < 0 for other in links)
        x, y = above[a, b] + shift_above, below[c, d] + shift_below
        drawn.append(_line(x, 34, y, 96, ORANGE if crosses else BLUE, 1.8))
    linked = {(a, b) for a, b, _, _ in links}, {(c, d) for _, _, c, d in links}
    for (a, b), x in above.items():
        drawn.append(_text(x + shift_above, 26, en[a:b], 15, INK if (a, b) in linked[0] else GREY))
    for (c, d), x in below.items():
        color = INK if (c, d) in linked[1] else RED if zh[c:d] == "的" else GREY
        drawn.append(_text(x + shift_below, 116, zh[c:d], 19, color))
    return _svg(width, 130, drawn)


def heat(weights, rows: Sequence[str], columns: Sequence[str], title: str) -> SVG:
    """weights[r][c] between 0 and 1, from white to blue; the largest of each row has a frame."""
    side, left, top = 24, 16 + 16 * max(map(len, rows)), 40 + 8 * max(map(len, columns))
    drawn = [_text(8, 20, title, 14, INK, "start", bold=True)]
    for c, name in enumerate(columns):
        x = left + side * (c + 0.6)
        drawn.append(
            f"<text x='{x:.0f}' y='{top - 6}' font-size='13' fill='{INK}' {_FONT} "
            f"transform='rotate(-60 {x:.0f} {top - 6})'>{escape(name)}</text>"
        )
    for r, name in enumerate(rows):
        y = top + side * r
        drawn.append(_text(left - 8, y + 17, name, 15, INK, "end"))
        best = max(range(len(columns)), key=lambda c: float(weights[r][c]))
        for c in range(len(columns)):
            frame = f"stroke='{ORANGE}' stroke-width='1.6'" if c == best else "stroke='#e2e8f0' stroke-width='0.6'"
            drawn.append(
                f"<rect x='{left + side * c + 1}' y='{y + 1}' width='{side - 2}' height='{side - 2}' fill='{BLUE}' "
                f"fill-opacity='{float(weights[r][c]):.2f}' {frame}/>"
            )
    return _svg(left + side * len(columns) + 12 + 5 * len(columns[-1]), top + side * len(rows) + 10, drawn)


def tree(steps: Sequence[tuple[Sequence[int], Sequence[str], Sequence[float]]], best: tuple[int, int]) -> SVG:
    """A beam, from left to right: at each step the sentences that are kept, the likeliest on top.

    steps: for each step the places of the parents in the step before, the tokens ("" behind the end of a sentence), and
    the scores, K each; best: step and place of the last token of the sentence that won. Its way is green, and the
    picture ends with it.
    """
    wide, high, left, top = 92, 46, 60, 34
    way, place = {}, best[1]
    for step in range(best[0], -1, -1):
        way[step] = place
        place = steps[step][0][place]
    steps = [step for k, step in enumerate(steps) if k in way and step[1][way[k]]]
    drawn = [_text(14, top + 5, "(start)", 13, GREY, "start")]
    for step, (parents, tokens, scores) in enumerate(steps):
        x = left + wide * (step + 0.5)
        for k, (parent, token, score) in enumerate(zip(parents, tokens, scores, strict=True)):
            if not token:
                continue
            y, won = top + high * k, way.get(step) == k
            before = top + high * (parent if step else 0)
            color = GREEN if won else GREY
            drawn.append(_line(x - wide + 24 if step else 58, before, x - 24, y, color, 2.4 if won else 1.2))
            drawn.append(_text(x, y + 6, token, 16, GREEN if won else INK, bold=won))
            drawn.append(_text(x, y + 20, f"{score:.2f}", 10, GREY))
    rows = max(len(tokens) for _, tokens, _ in steps)
    return _svg(left + wide * len(steps) + 10, top + high * rows, drawn)


def _placed(text: str, spans: Sequence[tuple[int, int]], unit: float) -> tuple[dict[tuple[int, int], float], float]:
    """The middle of each span, of what stands between them as well, and the width of all."""
    edges = sorted({0, len(text), *(edge for span in spans for edge in span)})
    pieces = []
    for a, b in pairwise(edges):
        if (a, b) in spans or not (text[a:b].isascii() or len(text[a:b]) == 1):
            pieces += [(a, b)] if (a, b) in spans else [(k, k + 1) for k in range(a, b)]
        else:
            start = a
            for word in text[a:b].split(" "):
                pieces += [(start, start + len(word))] if word else []
                start += len(word) + 1
    places, x = {}, 10.0
    for a, b in pieces:
        width = sum(0.56 if character.isascii() else 1.0 for character in text[a:b]) * unit
        places[a, b] = x + width / 2
        x += width + unit * 0.45
    return places, x


def _text(x, y, content, size, color, anchor="middle", bold=False) -> str:
    weight = " font-weight='bold'" if bold else ""
    return (
        f"<text x='{x:.0f}' y='{y:.0f}' font-size='{size}' fill='{color}' text-anchor='{anchor}'{weight} {_FONT}>"
        f"{escape(content)}</text>"
    )


def _line(x, y, to_x, to_y, color, width) -> str:
    return f"<path d='M{x:.0f} {y:.0f} L{to_x:.0f} {to_y:.0f}' stroke='{color}' stroke-width='{width}' fill='none'/>"


def _svg(width: float, height: float, drawn: Sequence[str]) -> SVG:
    size = f"width='{width:.0f}' height='{height:.0f}' viewBox='0 0 {width:.0f} {height:.0f}'"
    body = "".join(drawn)
    return SVG(
        f"<svg xmlns='http://www.w3.org/2000/svg' {size}><rect width='100%' height='100%' fill='white'/>{body}</svg>"
    )
