"""Homework 13, network compression: pictures of eleven kinds of food, few labelled, for a network that must stay small.

The course's layout (food-11, split anew for this homework in 2022 and again in 2023):

    training/<label>_<number>.jpg      labels 0 to 10, pictures of any size
    validation/<label>_<number>.jpg
    evaluation/<number>.jpg            without labels; the first number is Id 0000
    resnet18_teacher.ckpt              the course's teacher (see `common.homeworks.hw13.zoo`)
    unlabelled/<number>.jpg            not in the course: more pictures to learn from, without labels

All pictures of a split lie in one uint8 array. The builtin pictures are 32 x 32, the course's are
read at 224 x 224 (2.5 GB for all of them). The course labelled all that it has, so there `unlabelled` is empty.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import against, find_root, numbered
from common.data.pictures import Pictures, food_labels, picture_files, read_pictures, write_pictures
from common.generators.food import CLASSES, pictures
from common.generators.secrets import hidden

SEED = 2022
PARTS = ("training", "validation", "evaluation", "unlabelled")
SIZES = {"smoke": (110, 110, 110, 220), "standard": (330, 330, 1100, 1980)}  # pictures in each of PARTS
SMOKE_PICTURES = 330  # of each part of a folder, about; all of its test set
SMALL, SIDE = 32, 224  # pixels across of a drawn picture, and of a photograph as the network sees it
COUNTS = {  # of pictures in the three folders of the course
    "2022": {"training": 9866, "validation": 3430, "evaluation": 3347},
    "2023": {"training": 9993, "validation": 4432, "evaluation": 2218},
}
DOWNLOADS = ()
HOW_TO_GET = (
    "Put the folders training, validation and evaluation there, and resnet18_teacher.ckpt beside them; they come with "
    "the Kaggle competition 'ml2022spring-hw13' or 'ml2023spring-hw13'."
)
_VERSION = "2"  # of the generated pictures: raise it whenever the generator's output changes


@dataclass(frozen=True)
class Splits:
    """What there is to learn from, to choose by, and to be tested on."""

    train: Pictures
    validation: Pictures
    test: Pictures
    unlabelled: Pictures  # to learn from as well
    classes: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn pictures of food, and the classes of the test set."""
    train, validation, test, unlabelled = _made(profile, seed)
    about = "generated: drawings of food that look photographed, of the eleven classes of the course's food-11"
    untold = (Pictures(part.x, None) for part in (test, unlabelled))
    return Splits(train, validation, *untold, CLASSES, about), _reference(test)


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed` in the course's layout, as PNG; returns the classes of the test set."""
    parts = dict(zip(PARTS, _made(profile, seed), strict=True))
    for name, part in parts.items():
        labelled = name in ("training", "validation")
        names = [f"{label}_{k}" if labelled else f"{k:04d}" for k, label in enumerate(part.y)]
        write_pictures(Path(folder) / name, names, part.x)
    return _reference(parts["evaluation"])


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if a folder, a class or a number is missing."""
    return {name: len(files) for name, files in _find(Path(folder))[0].items()}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Pictures in the course's layout from `folder`; the reference has Ids alone.

    The smoke profile reads part of what there is to learn from, and the whole test set. Raises DataError with one
    sentence that names the file, what was expected and what was found.
    """
    files, labels = _find(Path(folder))
    edition = against(COUNTS, {name: len(found) for name, found in files.items()})[0]
    if profile == "smoke":
        for name in set(files) - {"evaluation"}:
            step = max(1, len(files[name]) // SMOKE_PICTURES)
            files[name] = files[name][::step]
            labels |= {name: labels[name][::step]} if name in labels else {}
    side = _side(files["training"][0])
    train, validation, test, unlabelled = (Pictures(_read(files.get(name), side), labels.get(name)) for name in PARTS)
    reference = _ids(len(test))
    if edition:
        reference.attrs["edition"] = edition
    about = f"the course's own layout, read from {folder}"
    return Splits(train, validation, test, unlabelled, CLASSES, about), reference


def drawn(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` pictures (count, 32, 32, 3) uint8, drawings of twice the size, and labels (count,), all classes alike."""
    labels = np.random.default_rng([seed, 13]).permutation(np.arange(count) % len(CLASSES))
    images = pictures(seed, labels, side=2 * SMALL).images
    blocks = images.reshape(count, SMALL, 2, SMALL, 2, 3)
    return blocks.mean(axis=(2, 4), dtype=np.float32).round().astype(np.uint8), labels


def _made(profile: str, seed: int) -> tuple[Pictures, ...]:
    """The pictures of each of PARTS, all with their labels."""

    def build():
        arrays = {}
        for part, count in enumerate(SIZES[profile]):
            own = seed if PARTS[part] in ("training", "validation") else hidden(seed, PARTS[part])
            arrays[f"x{part}"], arrays[f"y{part}"] = drawn(len(PARTS) * own + part, count)
        return arrays

    arrays = cached("hw13", _VERSION, {"profile": profile, "seed": seed}, build)
    return tuple(Pictures(arrays[f"x{part}"], arrays[f"y{part}"]) for part in range(len(PARTS)))


def _ids(count: int) -> pd.DataFrame:
    return pd.DataFrame({"Id": [f"{k:04d}" for k in range(count)]})


def _reference(test: Pictures) -> pd.DataFrame:
    return _ids(len(test)).assign(Category=test.y)


# --- read -----------------------------------------------------------------------------------------------------------


def _find(folder: Path) -> tuple[dict[str, list[Path]], dict[str, np.ndarray]]:
    """The pictures of each part, and the labels of those that have some."""
    root = find_root(folder, "training")
    there = [name for name in PARTS if name != "unlabelled" or (root / name).is_dir()]
    found = {name: picture_files(root / name, HOW_TO_GET) for name in there}
    labels = {name: food_labels(found[name]) for name in ("training", "validation")}
    found["evaluation"] = numbered(found["evaluation"])
    return {name: list(files.values()) for name, files in found.items()}, labels


def _side(file: Path) -> int:
    """Exported drawings are read as they are, photographs at SIDE."""
    _, height, width, _ = read_pictures([file]).shape
    return height if height == width < 64 else SIDE


def _read(files: list[Path] | None, side: int) -> np.ndarray:
    return read_pictures(files, side, crop=True) if files else np.empty((0, side, side, 3), np.uint8)
