"""The course's own files as people have them: one reader, for all homeworks, of what happens to files on their way.

Unzippers nest folders in themselves, browsers number second downloads, file managers leave their own files behind, and
editors add marks, line ends and blank lines. Nothing of that is a fault of the data. What is a fault: a file that is
missing, two different files for one, a number that was skipped.
"""

import filecmp
import json
import pickle
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np

from common.errors import DataError

JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # and every name that begins with a dot: .DS_Store, ._0001.jpg
DEPTH = 4  # folders in folders that an archive may have made
# "0001 (1)" of browsers, "0001 - Copy" and "0001 copy 2" of file managers, in English and Chinese
_SECOND = re.compile(r"(?: ?\(\d+\)| - (?:Copy|副本|複製)(?: \(\d+\))?| copy(?: \d+)?| ?(?:的)?副本(?: \d+)?)$")


def plain(path: PurePath) -> str:
    """The name that a file had before it was downloaded or copied a second time."""
    return _SECOND.sub("", path.stem) + path.suffix


def entries(folder: Path) -> list[Path]:
    """Files and folders in `folder`, sorted by name, without what file managers leave there."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name not in JUNK and not path.name.startswith("."))


def files_in(folder: Path, suffixes: Sequence[str] = ()) -> dict[str, Path]:
    """The files in `folder` by their plain names, in order of these; of those `suffixes` (".jpg") if any are given.

    Of equal copies one counts. Raises DataError if two that differ claim one name.
    """
    found: dict[str, Path] = {}
    for path in sorted(entries(folder), key=lambda path: path.name != plain(path)):  # copies behind what they copy
        if not path.is_file() or (suffixes and path.suffix.lower() not in suffixes):
            continue
        first = found.setdefault(plain(path), path)
        if first is not path and not filecmp.cmp(first, path, shallow=False):
            raise DataError(f"{first} and {path.name} beside it are not the same; keep the right one alone.")
    return dict(sorted(found.items()))


def find_file(folder: Path, *names: str) -> Path | None:
    """The first of `names` that is in `folder`, under its own name or that of a second download."""
    found = files_in(folder, [Path(name).suffix.lower() for name in names])
    return next((found[name] for name in names if name in found), None)


def find_root(folder: Path, *wanted: str) -> Path:
    """The folder at or below `folder` that holds one of `wanted` (files or folders); the shallowest, else `folder`."""
    level = [Path(folder)]
    for _ in range(DEPTH + 1):
        for place in level:
            if {plain(path) for path in entries(place)} & set(wanted):
                return place
        below = [path for place in level for path in entries(place) if path.is_dir()]
        level = sorted(below, key=lambda path: path.name != plain(path))
    return Path(folder)


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, without byte order mark, line ends, and blank lines at the end.

    Raises FileNotFoundError, and DataError if it is no text.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise
    except (UnicodeError, OSError) as error:
        raise DataError(f"{path} cannot be read as text ({error}); get it again.") from None
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def read_json(path: Path):
    """What a JSON file holds. Raises FileNotFoundError, and DataError if it is no JSON."""
    try:
        return json.loads("\n".join(read_lines(path)))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read as JSON ({error}); is it cut off? Get it again.") from None


def read_frames(path: Path, width: int, listed_in: str) -> np.ndarray:
    """The (T, width) float32 frames of an utterance, from a file that torch.save wrote of a tensor.

    listed_in: what names the file, for the sentence if it is missing. Raises DataError where it is damaged, would run
    code when loaded, has another shape, or numbers that are not finite.
    """
    import torch

    try:
        x = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise DataError(f"There is no {path}, though {listed_in} names it; unpack it again.") from None
    except pickle.UnpicklingError:
        raise DataError(
            f"{path} cannot be read as a saved tensor; is it cut off? "
            "(It is no plain tensor, and what would run code is not loaded.)"
        ) from None
    except (RuntimeError, EOFError, ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path} cannot be read as a saved tensor; is it cut off? ({reason[:120]})") from None
    if not isinstance(x, torch.Tensor) or x.ndim != 2 or x.shape[1] != width or len(x) == 0:
        found = f"a tensor of shape {tuple(x.shape)}" if isinstance(x, torch.Tensor) else f"a {type(x).__name__}"
        raise DataError(f"{path}: expected a tensor of shape (T, {width}), found {found}.")
    if not x.is_floating_point() or not bool(torch.isfinite(x).all()):
        raise DataError(f"{path}: expected finite floating-point numbers, found NaN, infinity or {x.dtype}.")
    return x.to(torch.float32).numpy()


def numbered(files: Mapping[str, Path], prefix: str = "", first: Sequence[int] = (0, 1)) -> dict[int, Path]:
    """Files called `<prefix><number>.<suffix>` by their numbers, which must not skip one.

    So the key of a file comes from its name: if one were lost, counting files would shift all behind it. first: where
    the numbers may start. Raises DataError that names what is missing, or a name that is no number.
    """
    found: dict[int, Path] = {}
    for name, path in files.items():
        text = Path(name).stem.removeprefix(prefix)
        if not (name.startswith(prefix) and text.isascii() and text.isdecimal() and len(text) < 10):
            raise DataError(f"{path}: expected a name of {f'{prefix!r} and ' if prefix else ''}a number.")
        if found.setdefault(int(text), path) is not path:
            raise DataError(f"{found[int(text)]} and {path.name} beside it have one number; keep the right one alone.")
    start, last = next((k for k in first if k in found), first[-1]), max(found, default=0)
    missing = [k for k in range(start, last) if k not in found]
    if missing or min(found, default=start) < start:
        widths = {len(Path(name).stem) for name in files}
        width = widths.pop() - len(prefix) if len(widths) == 1 else 0  # 0001, or 1
        lost = (
            f"{prefix}{missing[0]:0{width}d}{found[last].suffix}"
            if missing
            else f"a file with a number from {start} on"
        )
        raise DataError(
            f"{found[last].parent}: {lost} is missing, though {len(found):,} files up to {found[last].name} are there; "
            "unpack it again."
        )
    return dict(sorted(found.items()))


def counted(counts: Mapping[str, int]) -> str:
    """`{"training": 9866, "test": 3347}` in words."""
    return " + ".join(f"{count:,} {part}" for part, count in counts.items())


def against(editions: Mapping[str, Mapping[str, int]], counts: Mapping[str, int]) -> tuple[str, str]:
    """The year of the course's edition that these counts are of, and a sentence if they are of none ("" and why)."""
    for year, known in editions.items():
        if all(counts.get(part) == count for part, count in known.items()):
            return year, ""
    theirs = " or ".join(f"{' + '.join(f'{n:,}' for n in known.values())} ({year})" for year, known in editions.items())
    return "", f"{counted(counts)} are there, and the course has {theirs}: is part of it missing?"
