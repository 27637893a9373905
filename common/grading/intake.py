"""What students handed in: a folder of notebooks, of student folders, or a zip as learning platforms give it.

Moodle, Canvas (NTU COOL is one) and Gradescope are known by the names in their exports (`names.py`). Nothing is run, or
unpacked to where an archive says. Only regular files of bounded size are read; what counts of them is copied to
`intake/<SHA-256>/` in the report folder, so that the results do not depend on the folder any more. Whatever is wrong
with the files of one student is said on that student's line.
"""

import hashlib
import io
import itertools
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from common.errors import HomeworkError
from common.files import replacing
from common.grading.names import NOBODY, Name, Roster, composed, decoder, is_export, of_platform, read_roster
from common.grading.text import clean
from common.submission.card import Card, folders

MAX_FILES = 1000  # of one student
MAX_DEPTH = 20
MAX_ATTEMPTS = 10  # of one student
MAX_BYTES = 100 << 20  # that are kept of one student's attempts
MAX_ZIP, MAX_DIRECTORY = 500 << 20, 1 << 20  # bytes of a student's zips in all, and of the list of members of one
NOTHING = "Nothing was handed in."
_SKIPPED = {"__macosx", "__pycache__", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information"}
_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
_NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json")  # the last two are what some browsers make of a download


@dataclass(frozen=True)
class Handed:
    """One attempt of one student. `sha` names its copy in `intake/`; without one, `problem` says why."""

    student: str
    name: str  # as it was handed in, for people to read
    sha: str = ""
    problem: str = ""
    days_late: float = 0.0
    group: str = ""  # equal for those who handed in together
    listed: bool = True  # on the roster, if there is one
    who: Name = NOBODY  # as the platform that they come from has it
    entry: dict[str, str] = field(default_factory=dict)  # the line of the roster


@dataclass
class _File:
    """A file of a submission, in a folder or in an archive, that has not been read yet."""

    path: PurePosixPath
    size: int
    read: Callable[[int], bytes] | None  # at most so many bytes
    problem: str = ""


@dataclass
class _Student:
    files: list[_File] = field(default_factory=list)
    late: bool = False
    problem: str = ""
    group: str = ""
    listed: bool = True
    who: Name = NOBODY


def collect(source: Path, out: Path, card: Card, how: str, roster: Path | None, max_notebook: int) -> list[Handed]:
    """All that was handed in, in a fixed order. Raises HomeworkError if `source` or `roster` cannot be read."""
    known = read_roster(roster)
    students = _group(list(_files(source, out, known)), known, from_zip=source.is_file())
    handed = []
    for student in sorted(students):
        entry = students[student]
        days = known.days_late(student)
        late = days if days is not None else 1.0 if entry.late else 0.0
        told = {"group": entry.group, "listed": entry.listed, "who": entry.who}
        for attempt in _safely(_attempts, entry, out, card, how, max_notebook):
            handed.append(Handed(student, *attempt, days_late=late, entry=known.students.get(student, {}), **told))
    for student in sorted(set(known.students) - set(students)):
        handed.append(Handed(student, "", problem=NOTHING, entry=known.students[student]))
    return handed


def _safely(attempts, *arguments) -> list[tuple[str, str, str]]:
    """A student's attempts; whatever goes wrong with the files is that student's, and nobody else's."""
    try:
        return list(attempts(*arguments))
    except HomeworkError:
        raise  # ours: the report folder cannot be written
    except Exception as error:
        return [("", "", f"What was handed in cannot be read ({type(error).__name__}: {clean(error, 200)}).")]


# --- from folders and archives to files -------------------------------------------------------------------------------


def _files(source: Path, out: Path, roster: Roster) -> Iterator[_File]:
    if source.is_dir():
        yield from _walk(source, PurePosixPath(), 0, out.resolve())
        return
    try:
        archive = zipfile.ZipFile(source)
    except Exception as error:  # damaged bytes can fail in any way
        raise HomeworkError(f"{source} is neither a folder nor a zip file that can be read ({error}).") from None
    yield from _unzip(archive, roster)


def _walk(folder: Path, below: PurePosixPath, depth: int, out: Path) -> Iterator[_File]:
    """Files below a folder; links and pipes are named and not followed, of a huge folder only so much is looked at."""
    if folder.resolve() == out or _is_report(folder):
        return
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
        path = below / composed(entry.name)
        if _is_junk(entry.name):
            continue
        kind = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(kind.st_mode) and depth == MAX_DEPTH:
            yield _File(path, 0, None, f"Its folders are nested more than {MAX_DEPTH} deep.")
        elif stat.S_ISDIR(kind.st_mode):
            yield from _walk(folder / entry.name, path, depth + 1, out)
        elif not stat.S_ISREG(kind.st_mode):
            yield _File(path, 0, None, f"{path.name} is a link or a pipe; hand in the file itself.")
        else:
            yield _File(path, kind.st_size, lambda limit, name=folder / entry.name: _read(name, limit))


def _is_junk(name: str) -> bool:
    """What systems leave beside people's files."""
    return name.startswith((".", "~$")) or name.casefold() in _SKIPPED


def _is_report(folder: Path) -> bool:
    """Whether a folder is one that this command has written, or an exam, left among the submissions."""
    ours = ({"records", "intake"}, {"inputs", "labels"})
    return any(all((folder / part).is_dir() for part in parts) for parts in ours)


def _read(path: Path, limit: int) -> bytes:
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        return file.read(limit)


def _unzip(archive: zipfile.ZipFile, roster: Roster) -> Iterator[_File]:
    """Members of an archive, under names that cannot lead anywhere; nothing is unpacked before it is asked for."""
    members = archive.infolist()
    raw = {id(info): _raw_name(info) for info in members}
    decode = decoder([name for name in raw.values() if name is not None], roster)
    named = [(info.filename if raw[id(info)] is None else decode(raw[id(info)]), info) for info in members]
    for name, info in sorted(named, key=lambda pair: pair[0]):
        parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..") and ":" not in part]
        if info.is_dir() or not parts or any(map(_is_junk, parts)):
            continue
        kind = info.external_attr >> 16
        problem = f"{parts[-1]} is a link; hand in the file itself." if kind and stat.S_ISLNK(kind) else ""
        path = PurePosixPath(*map(composed, parts))
        yield _File(path, info.file_size, lambda limit, i=info: _member(archive, i, limit), problem)


def _raw_name(info: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name whose spelling the archive does not say; None where it does."""
    if info.flag_bits & 0x800:
        return None
    raw = info.orig_filename.encode("cp437", "replace")
    return _name_beside(info.extra, raw) or raw.partition(b"\0")[0]


def _name_beside(extra: bytes, raw: bytes) -> bytes | None:
    """The name in UTF-8 that 7-Zip, WinRAR and Info-ZIP write beside the one in the country's own spelling."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == 0x7075 and field[1:5] == struct.pack("<I", zlib.crc32(raw)):  # it is of this name, not of an older
            return field[5:]
    return None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(limit)  # unpacks no more than that, whatever the archive promises
    except Exception as error:  # damaged bytes can fail in any way
        raise OSError(0, f"it is damaged or encrypted ({clean(error, 200)})") from None


# --- from files to students -------------------------------------------------------------------------------------------


def _group(found: list[_File], roster: Roster, from_zip: bool) -> dict[str, _Student]:
    """Files by student: by folder, or by the names that a learning platform gives."""
    while _has_wrapper(found, roster, from_zip):
        for file in found:
            file.path = PurePosixPath(*file.path.parts[1:])
    groups = _gradescope(found)
    students: dict[str, _Student] = {}
    for file in found:
        first, in_folder = file.path.parts[0], len(file.path.parts) > 1
        if not in_folder and file.path.name in ("submission_metadata.yml", "roster.csv"):
            continue
        owners = groups.get(first) or [of_platform(first, in_folder)]
        for name in owners:
            student = roster.find(name.student, *name.others)
            entry = students.setdefault(
                student or name.student, _Student(listed=not roster or student is not None, who=name)
            )
            entry.late |= name.late
            entry.group = first if len(owners) > 1 else ""
            if len(entry.files) < MAX_FILES:
                entry.files.append(file)
            else:
                entry.problem = f"More than {MAX_FILES} files were handed in."
    return students


def _has_wrapper(found: list[_File], roster: Roster, from_zip: bool) -> bool:
    """Whether all lies in one folder that is nobody's, as in the zip of a folder, or unpacked twice."""
    tops = {file.path.parts[0] for file in found}
    if len(tops) != 1 or any(len(file.path.parts) == 1 for file in found):
        return False
    (top,) = tops
    if is_export(top) or roster.find(of_platform(top, True).student) is not None:
        return False
    if any(file.path.parts[1:] == ("submission_metadata.yml",) for file in found):
        return True
    if any(len(file.path.parts) == 2 for file in found):  # files lie in it: a class, or what one student handed in?
        return from_zip and len(found) > 1
    below = {file.path.parts[1] for file in found}
    return from_zip or len(below) > 1 or below == {top}


def _gradescope(files: list[_File]) -> dict[str, list[Name]]:
    """Who handed in which folder, as the export's `submission_metadata.yml` says."""
    import yaml

    for file in files:
        if file.path.parts != ("submission_metadata.yml",) or file.read is None:
            continue
        try:
            entries = yaml.safe_load(file.read(20 << 20))
            return {
                str(folder): [_member_of_group(who) for who in values[":submitters"]]
                for folder, values in entries.items()
                if values.get(":submitters")
            }
        except (yaml.YAMLError, AttributeError, TypeError, OSError, RecursionError) as error:
            raise HomeworkError(f"submission_metadata.yml cannot be read: {clean(error, 200)}.") from None
    return {}


def _member_of_group(who: dict) -> Name:
    names = [composed(str(who[key])) for key in (":sid", ":email", ":name") if who.get(key)]
    return Name(names[0] if names else "unknown", "gradescope", others=tuple(names[1:]))


# --- from a student's files to attempts -------------------------------------------------------------------------------


def _attempts(entry: _Student, out: Path, card: Card, how: str, max_notebook: int) -> Iterator[tuple[str, str, str]]:
    """(name, sha, problem) of each attempt: every notebook is one; so is every folder with prediction files."""
    if entry.problem:
        yield "", "", entry.problem
        return
    room = _Room(MAX_ZIP)
    opened = (other for file in entry.files for other in _opened(file, room))
    files = list(itertools.islice(opened, MAX_FILES + 1))
    if len(files) > MAX_FILES:
        yield "", "", f"More than {MAX_FILES} files were handed in."
        return
    if how == "run":
        wanted = [[("notebook.ipynb", file)] for file in files if _is_notebook(file, card)]
        limits = {"notebook.ipynb": max_notebook + 1}  # one more, so that the worker sees that it is too long
    else:
        limits = {name: size + 1 for name, size in card.submission.files.items()}
        wanted = _prediction_files(files, list(limits))
    if len(wanted) > MAX_ATTEMPTS:
        yield "", "", f"There are {len(wanted)} attempts among what was handed in; at most {MAX_ATTEMPTS} are taken."
        return
    left = MAX_BYTES
    for attempt in wanted:
        shown, sha, problem, size = _take(attempt, limits, left, out, how)
        left -= size
        yield shown, sha, problem
    if not wanted:
        yield "", "", _why_nothing(files, card, how)


def _is_notebook(file: _File, card: Card) -> bool:
    """Whether a file is a notebook, and not that of another starter of the same homework."""
    name = file.path.name.casefold()
    if not name.endswith(_NOTEBOOKS):
        return False
    stem = name[: name.index(".ipynb")]
    siblings = [one for folder in folders().values() if folder.name == card.folder for one in folder.notebooks]
    others = [name.removesuffix(".ipynb") for one in siblings if one.id != card.id for name in one.notebooks]
    return not stem.endswith(tuple(other for other in others if other != "solution"))


def _why_nothing(files: list[_File], card: Card, how: str) -> str:
    problem = next((file.problem for file in files if file.problem), "")
    what = "no notebook (.ipynb)" if how == "run" else f"no file {card.submission.file}"
    archive = next((file.path.name for file in files if file.path.name.casefold().endswith(_ARCHIVES)), "")
    if not problem and archive:
        return f"{archive} is an archive of a kind that is not unpacked: hand in the file itself, or a .zip."
    return problem or f"There is {what} among what was handed in."


@dataclass
class _Room:
    """Bytes of zips that may still be read for one student: a small zip can hold many that unpack to much."""

    left: int


def _opened(file: _File, room: _Room, depth: int = 0) -> Iterator[_File]:
    """The file, or what it holds if it is a student's own zip (in a zip)."""
    if file.path.suffix.lower() != ".zip" or file.problem or depth == 3:
        yield file
        return
    try:
        content = file.read(room.left + 1)
        room.left = max(0, room.left - len(content))
        if not room.left or _directory_size(content) > MAX_DIRECTORY:
            raise ValueError(f"zips have more than {MAX_ZIP >> 20} MB in all, or too many files")
        members = list(_unzip(zipfile.ZipFile(io.BytesIO(content)), Roster()))[:MAX_FILES]
    except Exception as error:  # damaged bytes can fail in any way
        file.problem = f"{file.path.name} cannot be unpacked: {clean(error, 200) or type(error).__name__}."
        yield file
        return
    for member in members:
        member.path = file.path.with_suffix("") / member.path
        yield from _opened(member, room, depth + 1)


def _directory_size(content: bytes) -> int:
    """Bytes of the list of a zip's members, from its last lines: it is read as a whole, however long."""
    place = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[place + 12 : place + 16], "little") if place >= 0 else 0


def _prediction_files(files: list[_File], names: list[str]) -> list[list[tuple[str, _File]]]:
    """Per folder the files that the card asks for; a platform may have put something before their names."""
    places: dict[PurePosixPath, dict[str, _File]] = {}
    for file in files:
        for name in names:
            if file.path.name == name or file.path.name.endswith(f"_{name}"):
                places.setdefault(file.path.parent, {})[name] = file
    if not places:  # one file of the right kind under any name
        same = [file for file in files if file.path.name.endswith(PurePosixPath(names[0]).suffix)]
        places = {file.path: {names[0]: file} for file in same}
    return [list(found.items()) for _, found in sorted(places.items()) if names[0] in found]


def _take(
    attempt: list[tuple[str, _File]], limits: dict[str, int], room: int, out: Path, how: str
) -> tuple[str, str, str, int]:
    """Copy an attempt's files to `intake/`; returns (name, sha, problem, bytes). Raises HomeworkError if it cannot."""
    shown = str(attempt[0][1].path)
    digest, contents = hashlib.sha256(how.encode()), {}
    for name, file in attempt:
        if file.problem:
            return shown, "", file.problem, 0
        try:
            contents[name] = file.read(limits[name])
        except OSError as error:
            return shown, "", f"{file.path.name} cannot be read: {error.strerror or error}.", 0
        digest.update(f"{name}:{len(contents[name])}:".encode() + contents[name])
    size = sum(map(len, contents.values()))
    if size > room:
        return shown, "", f"What was handed in has more than {MAX_BYTES >> 20} MB in all.", 0
    sha = digest.hexdigest()
    for name, content in contents.items():
        target = out / "intake" / sha / name
        if target.exists():
            continue
        try:
            with replacing(target) as partial:
                partial.write_bytes(content)
        except OSError as error:
            raise HomeworkError(f"Cannot write {target}: {error.strerror}.") from None
    return shown, sha, "", size
