"""The file that a learning platform takes in: its own columns, and the points.

Canvas (NTU COOL): *Grades, Import*, which wants the first five columns and takes any name for the sixth; the line below
says how many points there are. Moodle: the grading worksheet of the assignment (*Upload grading worksheet*), which it
refuses without *Identifier*, *Grade* and *Last modified (grade)*, or *Grades, Import, CSV file*, where one chooses the
column that says who is who. Gradescope: the columns of its own table of scores. Without a platform: student and points.

Who somebody is comes from the names of what was handed in and from the roster; the roster may be the platform's list.
"""

from collections import Counter

from common.grading.text import table
from common.submission.card import Card


def platform(rows: list) -> str:
    """Where a class comes from (`reports.Row`s): by its roster's columns, or by the names of most files."""
    columns = {name for row in rows for name in row.entry}
    if {"sis user id", "sis login id"} & columns:
        return "canvas"
    if "sid" in columns:
        return "gradescope"
    if {"identifier", "id number"} & columns:
        return "moodle"
    found = Counter(row.who.platform for row in rows if row.who.platform)
    return found.most_common(1)[0][0] if found else ""


def text(rows: list, card: Card, most: float) -> str:
    """The file's text, to be written in UTF-8 with the mark that Excel needs. most: points that can be had."""
    kind = platform(rows)
    if kind == "canvas":
        header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{card.id} {card.title.en}")
        return table(
            header, [["Points Possible", "", "", "", "", most], *([*_of_canvas(row), row.points] for row in rows)]
        )
    if kind == "moodle":
        modified = "Last modified (grade)"  # by which Moodle sees whether somebody has graded there since
        header = ("Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum Grade", modified)
        lines = [[*_of_moodle(row), row.points, most, row.entry.get(modified.casefold(), "")] for row in rows]
        return table(header, lines)
    if kind == "gradescope":
        header = ("Name", "SID", "Email", "Total Score", "Max Points")
        return table(header, [[*_of_gradescope(row), row.points, most] for row in rows])
    return table(("student", "points"), [[row.student, row.points] for row in rows])


def _of_canvas(row) -> list[str]:
    number = row.who.others[0] if row.who.platform == "canvas" and row.who.others else ""
    number = number if number.isdigit() else ""  # that of an anonymous submission is no one's
    names = ("student", "id", "sis user id", "sis login id", "section")
    student, known, *rest = (row.entry.get(name, "") for name in names)
    return [student or row.student, known or number, *rest]


def _of_moodle(row) -> list[str]:
    number = f"Participant {row.who.others[0]}" if row.who.platform == "moodle" else ""
    name = row.entry.get("full name") or f"{row.entry.get('first name', '')} {row.entry.get('last name', '')}".strip()
    name = name or (row.who.others[1] if row.who.platform == "moodle" else row.student)
    number = row.entry.get("identifier") or number
    return [number, name, row.entry.get("id number", ""), row.entry.get("email address", "")]


def _of_gradescope(row) -> list[str]:
    theirs = [row.who.student, *row.who.others] if row.who.platform == "gradescope" else []
    email = next((one for one in theirs if "@" in one), "")
    sid = theirs[0] if theirs and theirs[0] != email and len(theirs) > 1 else ""
    name = next((one for one in theirs[::-1] if one not in (email, sid)), "")
    first_and_last = f"{row.entry.get('first name', '')} {row.entry.get('last name', '')}".strip()
    name = row.entry.get("name") or first_and_last or name or row.student
    return [name, row.entry.get("sid") or sid, row.entry.get("email") or email]
