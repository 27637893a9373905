"""Homework 6, generation: faces to learn from, and the names of the pictures to hand in.

The course's layout, in both years one folder of pictures that are numbered from 0 (71,314 of them, 64 x 64 pixels):

    faces/0.jpg  faces/1.jpg  ...

Its pictures are read once, shrunk to 64 x 64 where they are larger, and kept. The last 1,000 are what the scorer
compares with, the 1,000 before them are for validation. An exported folder holds `faces/0.png ...` and `test.csv`, the
names of the pictures to hand in; what the scorer compares with lies apart.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import find_file, find_root, numbered
from common.data.pictures import picture_files, read_pictures, write_pictures
from common.errors import DataError
from common.generators.faces import faces
from common.generators.secrets import hidden, is_secret

SEED = 2022
SIDE, ORIGINAL_SIDE = 24, 64
SIZES = {"smoke": (300, 100, 100), "standard": (3000, 1000, 1000)}  # to learn from, for validation, to hand in
COUNTS = {"2022": {"faces": 71_314}, "2023": {"faces": 71_314}}
_HUB = "huggingface.co/datasets/LeoFeng/MLHW_6"  # what the course's notebook of 2022 clones
DOWNLOADS = (  # the hub's address of one file; it tells neither size nor checksum
    Download("faces.zip", (f"https://{_HUB}/resolve/main/faces.zip",), unpack=True),
)
HOW_TO_GET = (
    "Put the course's folder faces there, with 0.jpg, 1.jpg and so on: `hw data fetch hw06` brings it in faces.zip of "
    f"{_HUB}, where the course's notebook of 2022 takes it from; it comes with the Kaggle competition "
    "'ml2023spring-hw6', too."
)
_VERSION = "1"  # of the generated pictures: raise it whenever the generator's output changes


@dataclass(frozen=True)
class Splits:
    """Pictures are (N, S, S, 3) uint8; S is 24, or 64 for the course's own."""

    train: np.ndarray
    validation: np.ndarray
    test: tuple[str, ...]  # the names of the pictures to hand in
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn faces, and the table that the judge compares with."""
    sizes = SIZES[profile]
    images = cached("hw06", _VERSION, {"sizes": sizes, "seed": seed}, lambda: {"images": _drawn(seed, sizes)})["images"]
    about = (
        "generated: drawings of faces in the manner of Japanese comics, 24 x 24 pixels, by a program with 33 factors"
    )
    return _splits(images, sizes, about)


def _drawn(seed: int, sizes: tuple[int, int, int]) -> np.ndarray:
    """Three streams, so that nothing to learn from tells how the scorer's pictures were drawn."""
    streams = np.random.SeedSequence(seed).spawn(3)
    keys = [int(stream.generate_state(2, np.uint64) @ (1, 0)) for stream in streams]
    if is_secret(seed):
        keys = [hidden(seed, what) for what in ("faces to learn from", "faces for validation", "test faces")]
    return np.concatenate([faces(key, n, SIDE, plain=True).images for key, n in zip(keys, sizes, strict=True)])


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed`; returns the table for the judge."""
    splits, reference = builtin(profile, seed)
    shown = np.concatenate([splits.train, splits.validation])
    write_pictures(Path(folder) / "faces", [str(k) for k in range(len(shown))], shown)
    reference[["file"]].to_csv(Path(folder) / "test.csv", index=False, lineterminator="\n")
    return reference


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if there is none, or the numbers skip one."""
    return {"faces": len(_find(Path(folder)))}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The numbered pictures in `folder`, or in a folder called faces at or below it (as an unzip leaves them).

    Raises DataError with one sentence that names the file or folder, what was expected and what was found.
    """
    folder = Path(folder)
    files = _find(folder)
    listed = find_file(find_root(folder, "test.csv"), "test.csv")
    if listed is not None:
        names = _names(listed)
        count = len(names)
        if len(files) < 2 * count:
            raise DataError(f"{folder}: expected at least {2 * count} pictures, found {len(files)}; export them again.")
        images = read_pictures(files)
        splits = Splits(images[:-count], images[-count:], names, f"exported: {len(files)} drawings, read from {folder}")
        return splits, pd.DataFrame({"file": names})
    _, validation, test = sizes = SIZES[profile]
    if len(files) < sum(sizes):
        raise DataError(
            f"{files[0].parent} holds {len(files)} pictures, at least {sum(sizes)} are needed (the course's set has "
            f"71,314); put all of them there."
        )
    if profile == "smoke":
        files = files[: sum(sizes)]
    stamp = [len(files), files[0].stat().st_mtime_ns, files[-1].stat().st_mtime_ns, str(files[0].parent)]
    key = {"side": ORIGINAL_SIDE, "files": stamp}
    images = cached("hw06-faces", _VERSION, key, lambda: {"images": read_pictures(files, ORIGINAL_SIDE)})["images"]
    about = f"the course's own faces, {ORIGINAL_SIDE} x {ORIGINAL_SIDE} pixels, read from {files[0].parent}"
    return _splits(images, (len(images) - validation - test, validation, test), about)


def _splits(images: np.ndarray, sizes: tuple[int, int, int], about: str) -> tuple[Splits, pd.DataFrame]:
    """The reference has a picture nobody saw per row and, to recognise copies, an equal share of those learnt from."""
    train, validation, test = np.split(images, np.cumsum(sizes)[:2])
    names = tuple(f"{k}.png" for k in range(len(test)))
    share = len(train) // len(test)
    learnt = train[: share * len(test)].reshape(len(test), share, *train.shape[1:])
    reference = pd.DataFrame({"file": names, "image": list(test), "learnt": list(learnt)})
    return Splits(train, validation, names, about), reference


def _find(folder: Path) -> list[Path]:
    """The pictures in the order of their numbers, in the innermost folder called faces."""
    place = folder
    while (inside := find_root(place, "faces") / "faces").is_dir():
        place = inside
    return list(numbered(picture_files(place, HOW_TO_GET)).values())


def _names(path: Path) -> tuple[str, ...]:
    try:
        table = pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a table: {error}.") from None
    if list(table.columns) != ["file"] or table.empty or table["file"].isna().any():
        raise DataError(f"{path}: expected one column called file with a name per row, found {list(table.columns)}.")
    return tuple(table["file"])
