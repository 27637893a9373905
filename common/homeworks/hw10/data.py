"""Homework 10, adversarial attack: small pictures of ten classes, to be changed so little that nobody sees it.

The course's layout, 20 pictures of each class of CIFAR-10, all of them handed out with their labels (the builtin set
has 50 of each, so that its accuracy hangs less on which pictures they are):

    <class>/<class>1.png ... <class>/<class>20.png    32 x 32 pixels, RGB

Nothing is secret but the network that is attacked. For builtin pictures it comes with the package (`common.zoo`); the
course's own target was never public, so attacks on the original pictures get no score here.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import find_root, numbered
from common.data.pictures import picture_files, read_pictures, write_pictures
from common.errors import DataError
from common.generators.objects import CLASSES, SIDE, objects
from common.paths import data_dir

SEED = 2022
PER_CLASS = {"smoke": 5, "standard": 50}
COUNTS = {"2022": {"pictures": 200}}
EPSILON = 8  # how far a pixel's colour may move, of 255
DOWNLOADS = ()
HOW_TO_GET = (
    "Put the course's ten folders there, airplane/airplane1.png to truck/truck20.png (the 2022 and 2023 homeworks give "
    "them as one archive called data)."
)
# an instructor's own target, as `python -m common.zoo.train hw10 --only target` made it
TARGET_VARIABLE = "HW10_TARGET"
_VERSION = "1"  # of the generated pictures: raise it whenever the generator's output changes


def secrets() -> list[Path]:
    """The files with weights of the hidden target, the package's own and an instructor's: none is for notebooks."""
    chosen = os.environ.get(TARGET_VARIABLE)
    own = Path(__file__).parents[2] / "zoo" / "weights" / "hw10-target.safetensors"
    return [own, Path(chosen)] if chosen else [own]


@dataclass(frozen=True)
class Pictures:
    """N pictures, classes in order, and within a class by number."""

    files: tuple[str, ...]  # N names, as "cat/cat7.png"
    x: np.ndarray  # (N, 32, 32, 3) uint8
    y: np.ndarray  # (N,) int64, index into Splits.classes

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Splits:
    """There is nothing to train on: the networks are trained already, and attacked on these pictures."""

    test: Pictures
    classes: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn pictures of the ten classes, and the table that the judge compares with."""
    count = PER_CLASS[profile]
    key = {"count": count, "seed": seed}
    arrays = cached("hw10", _VERSION, key, lambda: dict(zip("xy", objects(seed, count), strict=True)))
    files = tuple(f"{name}/{name}{number}.png" for name in CLASSES for number in range(1, count + 1))
    about = (
        "generated: drawings of ten kinds of things, photographed small; names and layout as the course's CIFAR-10 set"
    )
    return _both(Pictures(files, arrays["x"], arrays["y"]), about)


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed` in the course's layout; returns the table for the judge."""
    splits, reference = builtin(profile, seed)
    for label, name in enumerate(CLASSES):
        images = splits.test.x[splits.test.y == label]
        write_pictures(Path(folder) / name, [f"{name}{number + 1}" for number in range(len(images))], images)
    return reference


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if a folder is missing or the numbers skip one."""
    return {"pictures": sum(map(len, _find(Path(folder)).values()))}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The ten class folders in `folder` or one below it, whole in every profile.

    Raises DataError with one sentence that names the file or folder, what was expected and what was found.
    """
    found = _find(Path(folder))
    files = [file for numbers in found.values() for file in numbers.values()]
    names = tuple(f"{name}/{name}{number}.png" for name, numbers in found.items() for number in numbers)
    y = np.repeat(np.arange(len(CLASSES)), len(files) // len(CLASSES))
    pictures = Pictures(names, read_pictures(files, exact=SIDE), y)
    splits, reference = _both(pictures, f"the course's own layout, read from {files[0].parents[1]}")
    if Path(folder).resolve() == data_dir("hw10").resolve():  # photographs, not drawings: no target here knows them
        reference.attrs["edition"] = "2022"
        reference.attrs["note"] = "the labels are public, the course's hidden target never was."
    return splits, reference


def _both(pictures: Pictures, about: str) -> tuple[Splits, pd.DataFrame]:
    reference = pd.DataFrame({"file": pictures.files, "image": list(pictures.x), "label": pictures.y})
    return Splits(pictures, CLASSES, about), reference


def _find(folder: Path) -> dict[str, dict[int, Path]]:
    """The pictures of each class by their numbers, equally many and from 1 without a gap."""
    root = find_root(folder, CLASSES[0])
    missing = [name for name in CLASSES if not (root / name).is_dir()]
    if missing:
        raise DataError(f"{root / missing[0]} is missing; expected the ten folders {', '.join(CLASSES)} in {root}.")
    found = {
        name: numbered(picture_files(root / name, HOW_TO_GET, [".png"]), prefix=name, first=[1]) for name in CLASSES
    }
    ragged = [name for name in CLASSES if len(found[name]) != len(found[CLASSES[0]])]
    if ragged:
        raise DataError(
            f"{root / ragged[0]} holds {len(found[ragged[0]])} pictures, but {CLASSES[0]} holds "
            f"{len(found[CLASSES[0]])}; every class must have equally many."
        )
    return found
