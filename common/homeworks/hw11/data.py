"""Homework 11, domain adaptation: colour photographs with labels, and line drawings without.

The course's layout, in `real_or_drawing/` or without it:

    train_data/0/*.bmp ... train_data/9/*.bmp       photographs, 32 x 32 pixels in colour, a folder per class
    test_data/0/00000.bmp, 00001.bmp, ...           drawings, 28 x 28 pixels in grey; the name is the id

The drawings are what is adapted to and what is to be answered: they are the test set. Every tenth photograph of a class
is kept for validation; nobody has labelled drawings. The course's 100,000 drawings are small files that take long to
open, so what was read is kept in the cache, for as long as names, sizes and times of the files stay the same.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import find_root, numbered
from common.data.pictures import picture_files, read_pictures
from common.errors import DataError
from common.generators.secrets import apart
from common.generators.sketches import CLASSES, PHOTO_SIDE, SKETCH_SIDE, photos, sketches

SEED = 2022
SIZES = {"smoke": (40, 60), "standard": (400, 1000)}  # photographs and drawings of each class
SMOKE_PHOTOS = 60  # of each class of a folder, at most
HELD_OUT = 10  # every so many-th photograph of a class is for validation
PHOTOS, DRAWINGS = "train_data", "test_data"
COUNTS = {"2022": {"photographs": 5000, "drawings": 100_000}}  # the same in 2023
_RELEASE = "https://github.com/redxouls/ml2020spring-hw11-dataset/releases/download/v1.0.0/"
DOWNLOADS = (  # the release tells neither size nor checksum
    Download("real_or_drawing.zip", (_RELEASE + "real_or_drawing.zip",), unpack=True),
)
HOW_TO_GET = (
    "Put real_or_drawing/ with its folders train_data and test_data there: `hw data fetch hw11` brings it from the "
    "releases of github.com/redxouls/ml2020spring-hw11-dataset; it comes with the Kaggle competition "
    "'ml2022spring-hw11', too."
)
_VERSION = "2"  # of the generated pictures: raise it whenever the generator's output changes


@dataclass(frozen=True)
class Photos:
    """N labelled photographs."""

    x: np.ndarray  # (N, 32, 32, 3) uint8
    y: np.ndarray  # (N,) int64, index into Splits.classes

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Drawings:
    """N drawings that nobody has labelled."""

    id: np.ndarray  # (N,) int64
    x: np.ndarray  # (N, 28, 28) uint8

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Splits:
    """Two domains: photographs to learn from, and to validate on; drawings to adapt to, and to answer."""

    train: Photos
    validation: Photos
    test: Drawings
    classes: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated pictures of both domains, and the classes of the drawings."""
    x, y, drawings, labels = _made(profile, seed)
    about = (
        "generated: ten kinds of things, drawn by one program in two styles, as photographs with clutter, light and "
        "colour, and as wobbling white strokes on black"
    )
    ids = np.arange(len(drawings))
    return _splits(x, y, Drawings(ids, drawings), about), pd.DataFrame({"id": ids, "label": labels})


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed` in the course's layout; returns the classes of the drawings."""
    from PIL import Image

    x, y, drawings, labels = _made(profile, seed)
    root = Path(folder) / "real_or_drawing"
    places = [root / PHOTOS / str(label) / f"{k:05d}.bmp" for k, label in enumerate(y)]
    places += [root / DRAWINGS / "0" / f"{k:05d}.bmp" for k in range(len(drawings))]
    for place in {place.parent for place in places}:
        place.mkdir(parents=True)
    for place, image in zip(places, [*x, *drawings], strict=True):
        Image.fromarray(image).save(place)
    return pd.DataFrame({"id": np.arange(len(drawings)), "label": labels})


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if a folder is missing or drawings skip a number."""
    by_class, drawn = _find(Path(folder))
    return {"photographs": sum(map(len, by_class)), "drawings": len(drawn)}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Pictures in the course's layout from `folder`; the reference has ids alone.

    The smoke profile keeps part of the photographs, and all drawings. Raises DataError with one sentence that names the
    file or folder, what was expected and what was found.
    """
    by_class, drawn = _find(Path(folder))
    taken = [file for files in by_class for file in files]

    def build():
        return {
            "x": read_pictures(taken, exact=PHOTO_SIDE),
            "drawings": read_pictures(list(drawn.values()), exact=SKETCH_SIDE, mode="L"),
        }

    arrays = cached("hw11-read", _VERSION, {"files": _fingerprint([*taken, *drawn.values()])}, build)
    y, ids = np.repeat(np.arange(len(CLASSES)), list(map(len, by_class))), np.array(list(drawn))
    keep = np.ones(len(y), bool) if profile != "smoke" else _number_in_class(y) < SMOKE_PHOTOS
    about = f"read from {taken[0].parents[2]}"
    splits = _splits(arrays["x"][keep], y[keep], Drawings(ids, arrays["drawings"]), about)
    reference = pd.DataFrame({"id": ids})
    reference.attrs["edition"] = "2022"
    return splits, reference


def _made(profile: str, seed: int) -> tuple[np.ndarray, ...]:
    """Photographs and their classes, class after class; drawings and their classes, in random order."""
    n_photos, n_drawings = SIZES[profile]

    def build():
        y = np.repeat(np.arange(len(CLASSES)), n_photos)
        labels = np.repeat(np.arange(len(CLASSES)), n_drawings)  # balanced, as the course's
        labels = apart(np.random.default_rng([seed, 11]), seed, "order of the drawings").permutation(labels)
        return {"x": photos(seed, y), "y": y, "drawings": sketches(seed, labels), "labels": labels}

    arrays = cached("hw11", _VERSION, {"sizes": SIZES[profile], "seed": seed}, build)
    return arrays["x"], arrays["y"], arrays["drawings"], arrays["labels"]


def _splits(x: np.ndarray, y: np.ndarray, drawings: Drawings, about: str) -> Splits:
    held_out = _number_in_class(y) % HELD_OUT == HELD_OUT - 1
    train, validation = Photos(x[~held_out], y[~held_out]), Photos(x[held_out], y[held_out])
    return Splits(train, validation, drawings, CLASSES, about)


def _number_in_class(y: np.ndarray) -> np.ndarray:
    """How many of the same class stand before each, for sorted y."""
    return np.arange(len(y)) - np.searchsorted(y, y)


def _find(folder: Path) -> tuple[list[list[Path]], dict[int, Path]]:
    """The photographs of each class by name, and the drawings by id, which is the number that a file is called by."""
    photos = find_root(find_root(folder, PHOTOS) / PHOTOS, "0")
    drawings = find_root(find_root(folder, DRAWINGS) / DRAWINGS, "0")
    for label, name in enumerate(CLASSES):
        if not (photos / str(label)).is_dir():
            raise DataError(
                f"There is no folder {photos / str(label)}, for the photographs of class {name}. {HOW_TO_GET}"
            )
    by_class = [list(picture_files(photos / str(k), HOW_TO_GET, [".bmp"]).values()) for k in range(len(CLASSES))]
    return by_class, numbered(picture_files(drawings / "0", HOW_TO_GET, [".bmp"]), first=[0])


def _fingerprint(files: list[Path]) -> str:
    """Changes when a file comes, goes or is written anew."""
    digest = hashlib.sha256()
    for file in files:
        status = os.stat(file)
        digest.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
