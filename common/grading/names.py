"""Who handed in what: the names that learning platforms give to files, the roster, and names in archives.

A name is compared as people compare it: without regard to case, to how many spaces, and to which of Unicode's ways of
writing the same letters was taken.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import HomeworkError

_CANVAS = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<rest>.+)$", re.IGNORECASE)
_CANVAS_TEXT = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<rest>(text|link)\.html)$", re.IGNORECASE)
_CANVAS_ANONYMOUS = re.compile(r"^(?P<name>anon)_(?P<late>LATE_)?(?P<id>[A-Za-z0-9]{5})_(?P<file>\d+)_(?P<rest>.+)$")
_MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)$")
_GRADESCOPE = re.compile(r"^submission_(?P<id>\d+)$")
# columns of a roster or grade book that say who somebody is; the first there is becomes the student's name in reports
_NAMES = (
    "student", "full name", "name", "sid", "sis user id", "sis login id", "id number", "identifier", "id", "email",
    "email address",
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What a platform says of a file: `student` names its owner in reports."""

    student: str
    platform: str = ""
    late: bool = False
    others: tuple[str, ...] = ()  # more names of the same student; the first is the platform's number


NOBODY = Name("")


def of_platform(part: str, in_folder: bool) -> Name:
    """Whose file that is, from the first part of its path: a folder's name, or the file's own."""
    part = composed(part)
    if match := _MOODLE.match(part):
        number = match["id"]
        return Name(f"{match['name']}_{number}", "moodle", False, (number, match["name"], f"Participant {number}"))
    if in_folder:
        return Name(part)
    for pattern in (_CANVAS_ANONYMOUS, _CANVAS, _CANVAS_TEXT):
        if match := pattern.match(part):
            student = f"{match['name']}_{match['id']}"
            return Name(student, "canvas", bool(match["late"]), (match["id"], match["name"]))
    return Name(part[: part.rindex(".")] if "." in part[1:] else part)


def is_export(part: str) -> bool:
    """Whether a folder's name is one that a platform gives to one submission."""
    return bool(_MOODLE.match(part) or _GRADESCOPE.match(part))


def composed(text: str) -> str:
    """One spelling for equal names: macOS takes é apart, others do not."""
    return unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    """What is compared: wide letters as narrow ones, nothing that cannot be seen."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(letter for letter in narrow if unicodedata.category(letter) != "Cf").split())


# --- the roster -------------------------------------------------------------------------------------------------------


@dataclass
class Roster:
    """Who ought to have handed in. `students`: name -> its row, as the file has it."""

    students: dict[str, dict[str, str]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)  # every name of a student, folded -> the one in reports

    def __bool__(self) -> bool:
        return bool(self.students)

    def find(self, *names: str) -> str | None:
        """The student of the roster whom one of these names means."""
        return next((self._known[name] for name in map(_folded, names) if name in self._known), None)

    def days_late(self, student: str) -> float | None:
        text = self.students.get(student, {}).get("days_late", "")
        return float(text) if text else None


def read_roster(path: Path | None) -> Roster:
    """The roster: a CSV with a column `student` (and `days_late`), or a list that Canvas, Moodle or Gradescope exports.

    Raises HomeworkError if it cannot be read.
    """
    if path is None:
        return Roster()
    try:
        rows = list(csv.DictReader(io.StringIO(_text(path.read_bytes()), newline="")))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise HomeworkError(f"The roster {path} cannot be read: {error}.") from None
    rows = [{_folded(k): (v or "").strip() for k, v in row.items() if isinstance(k, str) and not isinstance(v, list)}
            for row in rows]  # fmt: skip
    columns = [name for name in _NAMES if rows and name in rows[0]]
    if rows and not columns:
        raise HomeworkError(f"The roster {path} needs a column 'student'; it has {', '.join(rows[0])}.")
    roster, names = Roster(), Counter()
    for row in rows:
        values = [row.get(name, "") for name in columns]
        student = next(filter(None, values), "")
        if not student or student.casefold() in ("points possible", "student, test"):  # lines of Canvas's own
            continue
        student = composed(student)
        student = f"{student} ({len(roster.students)})" if student in roster.students else student
        roster.students[student] = row
        names.update({_folded(value): 1 for value in {*values, _first_and_last(row)} if value})
        for value in {*values, _first_and_last(row), student}:
            roster._known.setdefault(_folded(value), student)
    for name in [name for name, count in names.items() if count > 1] + [""]:  # says nothing of who it is
        roster._known.pop(name, None)
    for student in roster.students:
        try:
            roster.days_late(student)
        except ValueError:
            raise HomeworkError(f"The roster {path}: days_late of {student} is no number.") from None
    return roster


def _first_and_last(row: dict[str, str]) -> str:
    return f"{row.get('first name', '')} {row.get('last name', row.get('surname', ''))}".strip()


def _text(content: bytes) -> str:
    """Text of a CSV in UTF-8, with Excel's mark or without, or as Excel saves it in Taiwan or in China."""
    for encoding in ("utf-8-sig", "cp950", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8-sig")


# --- names in zip archives --------------------------------------------------------------------------------------------


def decoder(names: list[bytes], roster: Roster):
    """How the names of an archive that does not say so are spelled: a function from bytes to text.

    macOS writes UTF-8, Windows the code page of the country. Which it is shows in the roster, if one is there, or else
    in the characters: those in use, and no others.
    """

    def worth(encoding: str) -> tuple[int, float]:
        texts = [name.decode(encoding) for name in names]
        parts = {part for text in texts for part in re.split(r"[/\\]", text)}
        known = sum(roster.find(of_platform(part, True).student, of_platform(part, False).student) is not None
                    for part in parts)  # fmt: skip
        return known, _usual(texts, encoding)

    if all(name.isascii() for name in names):
        return lambda name: name.decode("ascii")
    possible = [encoding for encoding in ("utf-8", "cp950", "gb18030") if _decodes(names, encoding)]
    if possible[:1] == ["utf-8"]:
        return lambda name: composed(name.decode("utf-8"))
    best = max(possible, key=worth, default="cp437")
    if best != "cp437" and worth(best) <= (0, 0.5):
        best = "cp437"
    return lambda name: composed(name.decode(best))


def _decodes(names: list[bytes], encoding: str) -> bool:
    try:
        return all(name.decode(encoding) is not None for name in names)
    except UnicodeDecodeError:
        return False


def _usual(texts: list[str], encoding: str) -> float:
    """Which part of the characters outside ASCII are among those in daily use in that country."""
    first, last = (0xA4, 0xC6) if encoding == "cp950" else (0xB0, 0xD7)  # the first level of Big5, of GB 2312
    letters = [letter for text in texts for letter in text if not letter.isascii()]
    codes = [letter.encode(encoding, "ignore") for letter in letters]
    return sum(len(code) == 2 and first <= code[0] <= last for code in codes) / max(1, len(codes))
