"""The table of the fifteen homeworks in both READMEs, written from the cards."""

import re
from pathlib import Path

from common.errors import NotebookError
from common.paths import checkout
from common.submission.card import RUNGS, Card, cards

BEGIN, END = "<!-- homeworks: written by `hw notebooks --write` -->", "<!-- homeworks: end -->"
# file -> language of the titles, the word for a homework that is not there yet, and the header
LANGUAGES = {
    "README.md": ("en", "planned", "| | homework | measured in | simple | medium | strong | boss | |"),
    "README.zh.md": ("zh", "規劃中", "| | 作業 | 評分指標 | simple | medium | strong | boss | |"),
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
    rows = [_row(card, language, planned) for card in cards().values()]
    return "\n".join([header, "|---|---|---|---|---|---|---|---|", *rows])


def _row(card: Card, language: str, planned: str) -> str:
    number, title = int(card.id[2:]), getattr(card.title, language)
    if card.status == "planned":
        return f"| {number} | {title} | {planned} | | | | | |"
    ladder = card.ladder["builtin"]
    thresholds = " | ".join(f"{getattr(ladder, rung).threshold:g}" for rung in RUNGS)
    arrow = "↓" if card.metric.direction == "lower" else "↑"
    starter, solution = f"{card.folder}/{card.folder}.ipynb", f"{card.folder}/solution.ipynb"
    return f"| {number} | [{title}]({starter}) | {card.metric.label} {arrow} | {thresholds} | [solution]({solution}) |"
