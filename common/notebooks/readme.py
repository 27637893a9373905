"""The table of the fifteen homeworks in both READMEs, written from the cards."""

import re
from pathlib import Path

from common.errors import NotebookError
from common.paths import checkout
from common.submission.card import Card, Folder, Lab, folders

BEGIN, END = "<!-- homeworks: written by `hw notebooks --write` -->", "<!-- homeworks: end -->"
# file -> language of the titles, the word for a homework that is not there yet, and the header
LANGUAGES = {
    "README.md": ("en", "planned", "| | homework | measured in | cheap | simple | medium | strong | boss | |"),
    "README.zh.md": ("zh", "規劃中", "| | 作業 | 評分指標 | 取巧 | simple | medium | strong | boss | |"),
}


def write() -> list[Path]:
    """Bring the tables in step with the cards; returns the files that changed."""
    changed = []
    for path, text, wanted in _texts():
        if text != wanted:
            path.write_text(wanted, "utf-8")
            changed.append(path)
    return changed


def lint() -> list[str]:
    """One sentence per README whose table is out of step."""
    return [
        f"{path.name}: its table is out of step with the cards (`hw notebooks --write`)"
        for path, a, b in _texts()
        if a != b
    ]


def _texts():
    root = checkout()
    if root is None:
        raise NotebookError("The READMEs lie in a checkout of the project, not in an installed package.")
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    for name in LANGUAGES:
        path = root / name
        text = path.read_text("utf-8")
        table = f"{BEGIN}\n{_table(name)}\n{END}"
        yield path, text, pattern.sub(lambda _, table=table: table, text)


def _table(name: str) -> str:
    language, planned, header = LANGUAGES[name]
    rows = [row for folder in folders().values() for row in _rows(folder, language, planned)]
    return "\n".join([header, "|---|---|---|---|---|---|---|---|---|", *rows])


def _rows(folder: Folder, language: str, planned: str):
    """A row per starter, the number at the first alone, then one per lab."""
    for place, one in enumerate(folder.notebooks):
        cells = _lab(one, language, planned) if isinstance(one, Lab) else _starter(one, language, planned)
        row = [str(int(folder.id[2:])) if place == 0 else "", *cells]
        yield "".join(f"| {cell} " if cell else "| " for cell in row) + "|"


def _starter(card: Card, language: str, planned: str) -> list[str]:
    title, (starter, solution) = getattr(card.title, language), card.notebooks
    if card.status == "planned":
        return [title, planned, *[""] * 6]
    thresholds = [f"{rung.threshold:g}" for _, rung in card.ladder["builtin"].rungs()]
    arrow = "↓" if card.metric.direction == "lower" else "↑"
    return [
        f"[{title}]({card.folder}/{starter})",
        f"{card.metric.label} {arrow}",
        _cheap(card),
        *thresholds,
        f"[solution]({card.folder}/{solution})",
    ]


def _lab(lab: Lab, language: str, planned: str) -> list[str]:
    title = getattr(lab.title, language)
    if lab.status == "planned":
        return [title, planned, *[""] * 6]
    return [f"[{title}]({lab.folder}/{lab.notebooks[0]})", "lab", *[""] * 6]


def _cheap(card: Card) -> str:
    """The best score on the card that skips the lesson and keeps the rules, and the rung that it reaches, if any."""
    scores = [score for cheap in card.cheap if not cheap.forbidden for score in cheap.scores[:1]]
    if not scores:
        return ""
    score = (min if card.metric.direction == "lower" else max)(scores)
    reached = card.rung_of(score)
    return f"{score:.3g}" + (f" ({reached})" if reached else "")
