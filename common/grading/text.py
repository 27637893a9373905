"""What students wrote, as text that harms nobody: not a terminal, not a reader, not a spreadsheet."""

import csv
import io
import re
import unicodedata

_CONTROL = re.compile(
    "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b\\[[0-9;?]*[ -/]*[@-~]"  # what terminals obey: titles, links, colours
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str, most: int = 500) -> str:
    """Text of a student's on one line, without control characters and tricks with the direction of writing."""
    visible = _CONTROL.sub("", " ".join(str(text)[: 4 * most].split()))
    return " ".join(visible.split())[:most]


def cell(value) -> str:
    """A value for a CSV that a spreadsheet shows and does not compute."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return str(value)
    text = clean(value)
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]) in ("=", "+", "-", "@") else text  # wide ones too


def table(header: tuple[str, ...], lines: list[list]) -> str:
    """A CSV of these lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[cell(value) for value in line] for line in lines])
    return text.getvalue()
