"""What students handed in: a folder of notebooks, of student folders, or a zip as learning platforms give it.

Moodle, Canvas (NTU COOL is one) and Gradescope are known by the names in their exports. Nothing is run, or unpacked to
where an archive says. Only regular files of bounded size are read; what counts of them is copied to `intake/<SHA-256>/`
in the report folder, so that the results do not depend on the folder any more.
"""

import contextlib
import csv
import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zlib import error as zlib_error

from common.errors import HomeworkError
from common.files import replacing
from common.submission.card import Card

MAX_FILES = 1000  # of one student
MAX_DEPTH = 6
_SKIPPED = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", ".git", "__pycache__"}
_CANVAS = re.compile(r"^(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<rest>.+)$", re.IGNORECASE)
_MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)$")
_GRADESCOPE = re.compile(r"^submission_(?P<id>\d+)$")


@dataclass(frozen=True)
class Handed:
    """One attempt of one student. `sha` names its copy in `intake/`; without one, `problem` says why."""

    student: str
    name: str  # as it was handed in, for people to read
    sha: str = ""
    problem: str = ""
    days_late: float = 0.0


@dataclass
class _File:
    """A file of a submission, in a folder or in an archive, that has not been read yet."""

    path: PurePosixPath
    size: int
    read: object  # at most so many bytes -> bytes
    problem: str = ""


@dataclass
class _Student:
    files: list[_File] = field(default_factory=list)
    late: bool = False
    problem: str = ""


def collect(source: Path, out: Path, card: Card, how: str, roster: Path | None, max_notebook: int) -> list[Handed]:
    """All that was handed in, in a fixed order. Raises HomeworkError if `source` or `roster` cannot be read."""
    students = _group(_files(source))
    known = _roster(roster)
    handed = []
    for student in sorted(students):
        entry = students[student]
        late = known.get(student, {}).get("days_late", 1.0 if entry.late else 0.0)
        for attempt in _attempts(student, entry, out, card, how, max_notebook):
            handed.append(Handed(student, *attempt, days_late=late))
    for student in sorted(set(known) - set(students)):
        handed.append(Handed(student, "", problem="Nothing was handed in."))
    return handed


# --- from folders and archives to files -------------------------------------------------------------------------------


def _files(source: Path) -> Iterator[_File]:
    if source.is_dir():
        yield from _walk(source, PurePosixPath(), 0)
    elif source.is_file() and zipfile.is_zipfile(source):
        yield from _unzip(zipfile.ZipFile(source))
    else:
        raise HomeworkError(f"{source} is neither a folder nor a zip file.")


def _walk(folder: Path, below: PurePosixPath, depth: int) -> Iterator[_File]:
    """Files below a folder; links and pipes are named and not followed, of a huge folder only so much is looked at."""
    try:
        entries = []
        with os.scandir(folder) as found:
            for entry in found:
                entries.append(entry)
                if len(entries) > MAX_FILES and depth > 0:
                    break
    except OSError as error:
        yield _File(below / "folder", 0, None, f"The folder cannot be read: {error.strerror}.")
        return
    for entry in sorted(entries, key=lambda e: e.name):
        if entry.name in _SKIPPED:
            continue
        kind = entry.stat(follow_symlinks=False)
        path = below / entry.name
        if stat.S_ISDIR(kind.st_mode):
            if depth < MAX_DEPTH:
                yield from _walk(folder / entry.name, path, depth + 1)
        elif not stat.S_ISREG(kind.st_mode):
            yield _File(path, 0, None, f"{path.name} is a link or a pipe; hand in the file itself.")
        else:
            yield _File(path, kind.st_size, lambda limit, name=folder / entry.name: _read(name, limit))


def _read(path: Path, limit: int) -> bytes:
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        return file.read(limit)


def _unzip(archive: zipfile.ZipFile) -> Iterator[_File]:
    """Members of an archive, under names that cannot lead anywhere; nothing is unpacked before it is asked for."""
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        parts = [part for part in re.split(r"[/\\]", info.filename) if part not in ("", ".", "..") and ":" not in part]
        if info.is_dir() or not parts or _SKIPPED & set(parts):
            continue
        kind = info.external_attr >> 16
        problem = f"{parts[-1]} is a link; hand in the file itself." if kind and stat.S_ISLNK(kind) else ""
        yield _File(PurePosixPath(*parts), info.file_size, lambda limit, i=info: _member(archive, i, limit), problem)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(limit)  # unpacks no more than that, whatever the archive promises
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, zlib_error) as error:
        raise OSError(0, f"it is damaged or encrypted ({error})") from None


# --- from files to students -------------------------------------------------------------------------------------------


def _group(files: Iterator[_File]) -> dict[str, _Student]:
    """Files by student: by folder, or by the names that a learning platform gives."""
    found = list(files)
    tops = {file.path.parts[0] for file in found}
    if len(tops) == 1 and all(len(file.path.parts) > 1 for file in found):
        top = next(iter(tops))
        if not (_MOODLE.match(top) or _GRADESCOPE.match(top)) and (
            any(len(file.path.parts) > 2 for file in found) or len(found) > 1
        ):
            for file in found:  # the one folder that a zip of a folder has
                file.path = PurePosixPath(*file.path.parts[1:])
    owners = _gradescope(found)
    students: dict[str, _Student] = {}
    for file in found:
        first = file.path.parts[0]
        student, late = first, False
        if len(file.path.parts) == 1:
            if file.path.name in ("submission_metadata.yml", "roster.csv"):
                continue
            student = file.path.stem
            if match := _CANVAS.match(first):
                student, late = f"{match['name']}_{match['id']}", bool(match["late"])
            elif match := _MOODLE.match(first):
                student = f"{match['name']}_{match['id']}"
        elif match := _MOODLE.match(first):
            student = f"{match['name']}_{match['id']}"
        elif first in owners:
            student = owners[first]
        entry = students.setdefault(student, _Student())
        entry.late |= late
        if len(entry.files) < MAX_FILES:
            entry.files.append(file)
        else:
            entry.problem = f"More than {MAX_FILES} files were handed in."
    return students


def _gradescope(files: list[_File]) -> dict[str, str]:
    """Who handed in which folder, as the export's `submission_metadata.yml` says."""
    import yaml

    for file in files:
        if file.path.parts == ("submission_metadata.yml",):
            try:
                entries = yaml.safe_load(file.read(20 << 20))
                return {
                    str(folder): "+".join(
                        str(who.get(":sid") or who.get(":email") or who.get(":name")) for who in submitters
                    )
                    for folder, values in entries.items()
                    if (submitters := values.get(":submitters"))
                }
            except (yaml.YAMLError, AttributeError, OSError) as error:
                raise HomeworkError(f"submission_metadata.yml cannot be read: {str(error).splitlines()[0]}.") from None
    return {}


def _roster(path: Path | None) -> dict[str, dict]:
    """The roster: a CSV with a column `student`, and perhaps `days_late`."""
    if path is None:
        return {}
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        if rows and "student" not in rows[0]:
            raise HomeworkError(f"{path} needs a column 'student'; it has {', '.join(rows[0])}.")
        return {
            row["student"]: ({"days_late": float(row["days_late"])} if row.get("days_late") else {}) for row in rows
        }
    except (OSError, ValueError, csv.Error) as error:
        raise HomeworkError(f"The roster {path} cannot be read: {error}.") from None


# --- from a student's files to attempts -------------------------------------------------------------------------------


def _attempts(student: str, entry: _Student, out: Path, card: Card, how: str, max_notebook: int):
    """(name, sha, problem) of each attempt: every notebook is one; so is every folder with prediction files."""
    if entry.problem:
        yield "", "", entry.problem
        return
    files = [other for file in entry.files for other in _opened(file)]
    if how == "run":
        wanted = [[("notebook.ipynb", file)] for file in files if file.path.suffix == ".ipynb"]
        limits = {"notebook.ipynb": max_notebook + 1}  # one more, so that the worker sees that it is too long
    else:
        limits = {name: size + 1 for name, size in card.submission.files.items()}
        wanted = _prediction_files(files, list(limits))
    for attempt in wanted:
        yield _take(attempt, limits, out, how)
    if not wanted:
        what = "no notebook (.ipynb)" if how == "run" else f"no file {card.submission.file}"
        first = next((file.problem for file in files if file.problem), "")
        yield "", "", first or f"There is {what} among what was handed in."


def _opened(file: _File) -> Iterator[_File]:
    """The file, or what it holds if it is a student's own zip."""
    if file.path.suffix.lower() != ".zip" or file.problem or file.size > 500 << 20:
        yield file
        return
    with contextlib.suppress(OSError, zipfile.BadZipFile):
        for count, member in enumerate(_unzip(zipfile.ZipFile(io.BytesIO(file.read(500 << 20))))):
            if count == MAX_FILES:
                break
            member.path = file.path.with_suffix("") / member.path
            yield member


def _prediction_files(files: list[_File], names: list[str]) -> list[list[tuple[str, _File]]]:
    """Per folder the files that the card asks for; a platform may have put something before their names."""
    folders: dict[PurePosixPath, dict[str, _File]] = {}
    for file in files:
        for name in names:
            if file.path.name == name or file.path.name.endswith(f"_{name}"):
                folders.setdefault(file.path.parent, {})[name] = file
    if not folders:  # one file of the right kind under any name
        same = [file for file in files if file.path.name.endswith(PurePosixPath(names[0]).suffix)]
        folders = {file.path: {names[0]: file} for file in same}
    return [list(found.items()) for _, found in sorted(folders.items()) if names[0] in found]


def _take(attempt: list[tuple[str, _File]], limits: dict[str, int], out: Path, how: str) -> tuple[str, str, str]:
    """Copy an attempt's files to `intake/`; returns (name, sha, problem)."""
    shown = str(attempt[0][1].path)
    digest, contents = hashlib.sha256(how.encode()), {}
    for name, file in attempt:
        if file.problem:
            return shown, "", file.problem
        try:
            contents[name] = file.read(limits[name])
        except OSError as error:
            return shown, "", f"{file.path.name} cannot be read: {error.strerror or error}."
        digest.update(f"{name}:{len(contents[name])}:".encode() + contents[name])
    sha = digest.hexdigest()
    for name, content in contents.items():
        target = out / "intake" / sha / name
        if not target.exists():
            with replacing(target) as partial:
                partial.write_bytes(content)
    return shown, sha, ""
