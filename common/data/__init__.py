"""Data of all homeworks, from three sources, through one function: `load("hw01", source=DATA, profile=PROFILE)`.

Each homework has a module of its own (`common/homeworks/hw01/data.py`) that offers

- `builtin(profile, seed) -> (splits, reference)`: made by a generator, no network;
- `read(folder, profile) -> (splits, reference)`: the course's own file layout, for the original data and for exported
  folders alike;
- `write(folder, profile, seed) -> reference`: the builtin data in that layout;
- `look(folder) -> {"training": 9866, ...}`: how much `read` would find there, raising what it would raise where files
  are missing; and `COUNTS`, these numbers for each of the course's editions;
- perhaps `secrets() -> list[Path]`, files that a graded notebook may not see;
- `SEED`, the seed of the public builtin data; `DOWNLOADS`, what can be fetched; `HOW_TO_GET`, what to say otherwise.

`splits` has `train`, `validation`, `test` (inputs only) and `about`, one sentence that says what the data is.
`reference` is a table with the columns of the submission file, in order: the right answers, or the key columns
alone where nobody outside knows the answers. Columns behind these are for the judge alone, and a column may hold an
array per row. For original data `reference.attrs["edition"]` names the course's year ("2022"), if the files tell it,
and `reference.attrs["note"]` says what else there is to know of it. A score is measured against the ladder of that
edition: see `edition_of`.
"""

import contextlib
import dataclasses
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from common import homeworks
from common.data import archives, fetch, originals
from common.errors import DataError, FetchError
from common.paths import data_dir

PROFILES = ("smoke", "standard")


def load(homework: str, *, source: str | Path = "builtin", profile: str = "standard"):
    """Train, validation and test splits of a homework.

    source: `"builtin"`, `"original"` (the course's files in `data/hwNN/`), or a folder that `hw data export` wrote.
    Raises DataError with one sentence if the files are missing or not what they should be.
    """
    return both(homework, source=source, profile=profile)[0]


def reference(homework: str, *, source: str | Path = "builtin", profile: str = "standard") -> pd.DataFrame:
    """What the scorer compares with: the test set's keys and, where they are known, its answers."""
    return both(homework, source=source, profile=profile)[1]


def edition_of(reference: pd.DataFrame) -> str:
    """Which ladder a reference belongs to: "builtin", the course's year, or "original" where that is not known."""
    return reference.attrs.get("edition", "builtin")


def path(homework: str) -> Path:
    """The folder where the original files of a homework belong."""
    module(homework)
    return data_dir(homeworks.room(homework))


def state(homework: str) -> str:
    """What is there of a homework's original data, in words, as its loader finds it."""
    folder = path(homework)
    if not _holds_files(folder):
        return "missing (`hw data fetch` tells how to get it)"
    try:
        counts, note = _look(module(homework), folder)
    except DataError as error:
        return str(error)
    return note or counts


def get(homework: str) -> list[Path]:
    """Fetch the original files of a homework, or unpack the archives that a person put into its folder.

    What such archives hold is not fetched again: where the homework's loader finds all it needs, they are enough.

    Returns the files and folders that are there now. Raises DataError that tells how to get them, where neither can be.
    """
    maker, folder = module(homework), path(homework)
    as_it_is = {download.name for download in maker.DOWNLOADS if not download.unpack}
    packed = sorted(f for f in folder.glob("*") if f.name.endswith(archives.ENDINGS) and f.name not in as_it_is)
    ours = {Path(download.name).name for download in maker.DOWNLOADS}
    # an archive that a person put there goes first; what `joined` made of our parts is none
    by_hand = [file for file in packed if not any(name.startswith(file.name) for name in ours)]
    made = [new for archive in packed for new in archives.unpack(archive, folder)] if by_hand else []
    if by_hand and (not as_it_is or _is_found(maker, folder)):
        return made
    if not maker.DOWNLOADS:
        raise DataError(
            f"{homework} cannot be fetched freely. {maker.HOW_TO_GET} The folder is {folder}; an archive that lies "
            f"there as it came is unpacked by `hw data fetch {homework}`."
        )
    try:
        return made + _fetch(maker.DOWNLOADS, folder)
    except FetchError as error:
        raise FetchError(f"{error} {maker.HOW_TO_GET}") from None


def _is_found(maker, folder: Path) -> bool:
    """Whether the loader finds all its files in the folder."""
    try:
        maker.look(folder)
    except DataError:
        return False
    return True


def _fetch(downloads: Sequence[fetch.Download], folder: Path) -> list[Path]:
    """What was fetched, and what was unpacked of it."""
    files = fetch.fetch(downloads, folder)
    packed = [file for download, file in zip(downloads, files, strict=True) if download.unpack]
    parts = [file for file in packed if file.suffix.startswith(".part")]
    whole = [file for file in packed if file not in parts]
    try:
        if parts:
            whole.append(archives.joined(parts))
        return [*files, *(made for archive in whole for made in archives.unpack(archive, folder))]
    except OSError as error:
        raise DataError(f"Cannot unpack in {folder}: {error.strerror}; make room, then fetch again.") from None


def export(homework: str, out: str | Path, *, seed: int, profile: str = "standard") -> Path:
    """Write the builtin data of a (secret) seed: `out/inputs/` for students, `out/labels/reference.csv` for the scorer.

    The folder appears whole or not at all. Raises DataError if `out` exists already and is not empty.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} exists and is not empty; choose a new folder for the exported data.")
    source = module(homework)
    _check_profile(profile)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise DataError(f"Cannot write to {out.parent}: {error.strerror}.") from None
    try:
        (partial / "inputs").mkdir()
        (partial / "labels").mkdir()
        write_reference(source.write(partial / "inputs", profile, seed), partial / "labels" / "reference.csv")
        _only_inputs_for_others(partial)
        if out.exists():
            out.rmdir()
        os.replace(partial, out)
    except OSError as error:
        raise DataError(f"Cannot write {out}: {error.strerror}.") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return out


def _only_inputs_for_others(folder: Path) -> None:
    """Permissions of an exported set, whatever the umask: everybody may read the inputs, its owner alone the labels."""
    with contextlib.suppress(PermissionError):  # a disk that knows no permissions
        for path in (folder, folder / "inputs", *(folder / "inputs").rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        for path in (folder / "labels").iterdir():
            path.chmod(0o600)
        (folder / "labels").chmod(0o700)


def module(homework: str):
    """The data module of a homework. Raises DataError for an unknown one."""
    source = homeworks.part(homework, "data")
    if source is None:
        raise DataError(f"There is no data for {homework!r}; `hw list` names the homeworks that are ready.")
    return source


def secrets(homework: str) -> list[Path]:
    """Files beside the exam's labels that a graded notebook may not see, and on which its score depends."""
    return getattr(module(homework), "secrets", list)()


def both(homework: str, *, source: str | Path = "builtin", profile: str = "standard"):
    """What `load` and what `reference` give, made once."""
    _check_profile(profile)
    maker = module(homework)
    if source == "builtin":
        return maker.builtin(profile, maker.SEED)
    if source == "original":
        folder = data_dir(homeworks.room(homework))
        if not _holds_files(folder):
            raise DataError(
                f'No original data in {folder}. {maker.HOW_TO_GET} Meanwhile DATA = "builtin" needs no download.'
            )
        splits, known = maker.read(folder, profile)
        known.attrs.setdefault("edition", "original")
        _, note = _look(maker, folder)
        if note:
            splits = dataclasses.replace(splits, about=f"{splits.about}. Mind: {note}")
            known.attrs["note"] = note
        return splits, known
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise DataError(f"DATA = {str(source)!r} is neither 'builtin', 'original' nor a folder that exists.")
    exported = (folder / "inputs").is_dir()
    splits, keys = maker.read(folder / "inputs" if exported else folder, profile)
    keys.attrs.pop("edition", None)  # the course's layout, but builtin data
    answers = folder / "labels" / "reference.csv"
    return splits, read_reference(answers, keys) if exported and answers.is_file() else keys


def write_reference(answers: pd.DataFrame, path: Path) -> None:
    """Write a reference table: numbers and texts to the CSV `path`, columns of arrays to an .npz beside it."""
    arrays = [name for name in answers.columns if _holds_arrays(answers[name])]
    answers.drop(columns=arrays).to_csv(path, index=False, lineterminator="\n")
    if arrays:
        np.savez_compressed(path.with_suffix(".npz"), **{name: np.stack(answers[name].tolist()) for name in arrays})


def read_reference(path: str | Path, keys: pd.DataFrame) -> pd.DataFrame:
    """The answers that `export` wrote, checked against the test set's `keys`."""
    path = Path(path)
    known = [name for name in keys.columns if not _holds_arrays(keys[name])]
    try:
        answers = pd.read_csv(path, dtype={name: keys[name].dtype for name in known})
        if path.with_suffix(".npz").is_file():
            with np.load(path.with_suffix(".npz"), allow_pickle=False) as file:
                answers = answers.assign(**{name: list(file[name]) for name in file.files})
    except (OSError, ValueError) as error:
        raise DataError(f"Cannot read the answers in {path}: {error}.") from None
    if not set(keys.columns) <= set(answers.columns) or not answers[known].equals(keys.reset_index(drop=True)[known]):
        raise DataError(f"The answers in {path} are not those of this test set; export inputs and labels together.")
    return answers


def _holds_arrays(column: pd.Series) -> bool:
    return column.dtype == object and len(column) > 0 and isinstance(column.iloc[0], np.ndarray)


def _look(maker, folder: Path) -> tuple[str, str]:
    """How much there is, in words; and a sentence if that is not what an edition of the course has."""
    if not hasattr(maker, "look"):
        return f"{sum(path.is_file() for path in folder.rglob('*')):,} files", ""
    counts = maker.look(folder)
    editions = getattr(maker, "COUNTS", {})
    if not any(set(known) <= set(counts) for known in editions.values()):  # none known, or data of another source
        return originals.counted(counts), ""
    year, note = originals.against(editions, counts)
    return originals.counted(counts) + (f" ({year})" if year else ""), note


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir())


def _check_profile(profile: str) -> None:
    if profile not in PROFILES:
        raise DataError(f"PROFILE = {profile!r} is unknown; choose one of {', '.join(map(repr, PROFILES))}.")
