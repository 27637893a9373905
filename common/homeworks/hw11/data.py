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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.errors import DataError
from common.generators.sketches import CLASSES, PHOTO_SIDE, SKETCH_SIDE, photos, sketches

SEED = 2022
SIZES = {"smoke": (40, 60), "standard": (400, 800)}  # photographs and drawings of each class
SMOKE_PHOTOS = 60  # of each class of a folder, at most
HELD_OUT = 10  # every so many-th photograph of a class is for validation
PHOTOS, DRAWINGS = "train_data", "test_data"
DOWNLOADS = ()  # the course's release tells no checksum, and nothing unchecked is fetched
HOW_TO_GET = (
    "Put real_or_drawing/ with its folders train_data and test_data there: it is the zip of the GitHub release "
    "'redxouls/ml2020spring-hw11-dataset', or comes with the Kaggle competition 'ml2022spring-hw11'."
)
_VERSION = "1"  # of the generated pictures: raise it whenever the generator's output changes


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


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Pictures in the course's layout from `folder`; the reference has ids alone.

    The smoke profile keeps part of the photographs, and all drawings. Raises DataError with one sentence that names the
    file or folder, what was expected and what was found.
    """
    root = _inside(Path(folder), "real_or_drawing")
    by_class = _photo_files(_inside(root, PHOTOS))
    taken, drawn = [file for files in by_class for file in files], _drawing_files(_inside(root, DRAWINGS))

    def build():
        return {"x": _pictures(taken, "RGB", PHOTO_SIDE), "drawings": _pictures(drawn, "L", SKETCH_SIDE)}

    arrays = cached("hw11-read", _VERSION, {"files": _fingerprint(taken + drawn)}, build)
    y = np.repeat(np.arange(len(CLASSES)), [len(files) for files in by_class])
    ids = np.array([int(file.stem) for file in drawn])
    keep = np.ones(len(y), bool) if profile != "smoke" else _number_in_class(y) < SMOKE_PHOTOS
    splits = _splits(arrays["x"][keep], y[keep], Drawings(ids, arrays["drawings"]), f"read from {root}")
    reference = pd.DataFrame({"id": ids})
    reference.attrs["edition"] = "2022"
    return splits, reference


def _made(profile: str, seed: int) -> tuple[np.ndarray, ...]:
    """Photographs and their classes, class after class; drawings and their classes, in random order."""
    n_photos, n_drawings = SIZES[profile]

    def build():
        y = np.repeat(np.arange(len(CLASSES)), n_photos)
        labels = np.repeat(np.arange(len(CLASSES)), n_drawings)  # balanced, as the course's
        labels = np.random.default_rng([seed, 11]).permutation(labels)
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


# --- the course's files ---------------------------------------------------------------------------------------------


def _inside(folder: Path, name: str) -> Path:
    """`folder/name` if it exists, also where an unzip has doubled it; else `folder`."""
    while (folder / name).is_dir():
        folder = folder / name
    return folder


def _photo_files(folder: Path) -> list[list[Path]]:
    """The pictures of each class, by name."""
    if folder.name != PHOTOS:
        raise DataError(f"There is no folder {PHOTOS} in {folder}. {HOW_TO_GET}")
    for label in range(len(CLASSES)):
        if not (folder / str(label)).is_dir():
            raise DataError(
                f"{folder} has no folder {label} (class {CLASSES[label]}); expected 0 to 9. Unzip it again."
            )
    return [_bmp_files(folder / str(label)) for label in range(len(CLASSES))]


def _drawing_files(folder: Path) -> list[Path]:
    """The drawings by id, which is the number that a file is called by."""
    if folder.name != DRAWINGS:
        raise DataError(f"There is no folder {DRAWINGS} in {folder}. {HOW_TO_GET}")
    files = _bmp_files(folder / "0" if (folder / "0").is_dir() else folder)
    for file in files:
        if not (file.stem.isascii() and file.stem.isdecimal() and len(file.stem) < 10):
            raise DataError(f"{file}: expected a name such as 00042.bmp, whose number is the drawing's id.")
    files.sort(key=lambda file: int(file.stem))
    numbers = [int(file.stem) for file in files]
    for k, number in enumerate(numbers):
        if number != k:
            what = f"there are two drawings {number}" if number < k else f"drawing {k} is missing"
            raise DataError(f"{files[k].parent}: {what}; expected 00000.bmp, 00001.bmp and so on. Unzip it again.")
    return files


def _bmp_files(folder: Path) -> list[Path]:
    """By name, without what macOS leaves behind (`._00000.bmp`)."""
    with os.scandir(folder) as entries:
        names = sorted(e.name for e in entries if e.name.lower().endswith(".bmp") and not e.name.startswith("."))
    if not names:
        raise DataError(f"{folder} holds no .bmp pictures. {HOW_TO_GET}")
    return [folder / name for name in names]


def _fingerprint(files: list[Path]) -> str:
    """Changes when a file comes, goes or is written anew."""
    digest = hashlib.sha256()
    for file in files:
        status = os.stat(file)
        digest.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _pictures(files: list[Path], mode: str, side: int) -> np.ndarray:
    """All pictures in one array, (N, side, side) or (N, side, side, 3) uint8."""
    images = np.empty((len(files), side, side, 3) if mode == "RGB" else (len(files), side, side), np.uint8)
    with ThreadPoolExecutor() as pool:
        for k, image in enumerate(pool.map(lambda file: _picture(file, mode, side), files, chunksize=256)):
            images[k] = image
    return images


def _picture(file: Path, mode: str, side: int) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(file, formats=["BMP"]) as image:
            if image.size != (side, side):
                raise DataError(
                    f"{file}: expected {side} x {side} pixels, found {image.width} x {image.height}; get it again."
                )
            return np.asarray(image.convert(mode))
    except DataError:
        raise
    except Exception as error:  # a damaged picture can fail in many ways
        raise DataError(f"{file} is not a BMP picture that can be read ({str(error)[:80]}); get it again.") from None
