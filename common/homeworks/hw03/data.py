"""Homework 3, image classification: pictures of eleven kinds of food.

The course's layout (food-11, split anew in 2023), in `food11/` or without it:

    training/<label>_<number>.jpg      2023: train/      labels 0 to 10, pictures of any size
    validation/<label>_<number>.jpg    2023: valid/
    test/<number>.jpg                  2023: test/       without labels; the first number is Id 0001 (2023: 0000)

All labelled pictures lie in one uint8 array, of which training and validation set are parts. The builtin pictures have
48 x 48 pixels (32 x 32 in the smoke profile), the course's are read at 128 x 128 (0.8 GB in all).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import find_root, numbered
from common.data.pictures import Pictures, food_labels, picture_files, read_pictures, write_pictures
from common.errors import DataError
from common.generators.food import CLASSES, pictures
from common.generators.secrets import apart

SEED = 2022
SIZES = {"smoke": (176, 66, 66), "standard": (2200, 2200, 1100)}  # training, validation and test pictures
SMOKE_PICTURES = 330  # of a folder's training set, at most, and a third of that for validation
DRAWN, SIDE = {"smoke": 32, "standard": 48}, 128  # pixels across of a drawn picture; of a photograph as it is read
FOLDERS = {"2022": ("training", "validation", "test"), "2023": ("train", "valid", "test")}
FIRST_ID = {"2022": 1, "2023": 0}
COUNTS = {
    "2022": {"training": 9866, "validation": 3430, "test": 3347},
    "2023": {"training": 10000, "validation": 3643, "test": 3000},
}
DOWNLOADS = ()
HOW_TO_GET = (
    "Put food11/ with its folders training, validation and test there (2023: train, valid, test); it comes with the "
    "Kaggle competition 'ml2022spring-hw3b' or 'ml2023spring-hw3'."
)
_VERSION = "1"  # of the generated pictures: raise it whenever the generator's output changes


@dataclass(frozen=True)
class Splits:
    """What there is to learn from, and what to answer. `train` and `validation` are the two parts of `labelled`."""

    labelled: Pictures
    n_train: int
    test: Pictures
    classes: tuple[str, ...]
    about: str

    @property
    def train(self) -> Pictures:
        return Pictures(self.labelled.x[: self.n_train], self.labelled.y[: self.n_train])

    @property
    def validation(self) -> Pictures:
        return Pictures(self.labelled.x[self.n_train :], self.labelled.y[self.n_train :])


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn pictures of food, and the classes of the test set."""
    x, y = _made(profile, seed)
    n_train, n_validation, _ = SIZES[profile]
    n = n_train + n_validation
    about = "generated: drawings of food that look photographed, of the eleven classes of the course's food-11"
    splits = Splits(Pictures(x[:n], y[:n]), n_train, Pictures(x[n:], None), CLASSES, about)
    return splits, _ids(len(splits.test), "2022").assign(Category=y[n:])


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed` in the course's layout of 2022, as PNG; returns the test set's classes."""
    splits, reference = builtin(profile, seed)
    for name, part in (("training", splits.train), ("validation", splits.validation)):
        names = [f"{label}_{k}" for k, label in enumerate(part.y)]
        write_pictures(Path(folder) / "food11" / name, names, part.x)
    write_pictures(Path(folder) / "food11" / "test", reference["Id"].tolist(), splits.test.x)
    return reference


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if a folder, a class or a number is missing."""
    _, files, _ = _find(Path(folder))
    return {part: len(found) for part, found in zip(FOLDERS["2022"], files, strict=True)}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Pictures in the course's layout from `folder`; the reference has Ids alone.

    The smoke profile reads part of what there is to learn from, and the whole test set. Raises DataError with one
    sentence that names the file, what was expected and what was found.
    """
    edition, (train, validation, test), labels = _find(Path(folder))
    if profile == "smoke":
        train, labels[0] = _some(train, SMOKE_PICTURES), _some(labels[0], SMOKE_PICTURES)
        validation, labels[1] = _some(validation, SMOKE_PICTURES // 3), _some(labels[1], SMOKE_PICTURES // 3)
    side = None if _is_drawn(train[0]) else SIDE
    x, x_test = read_pictures(train + validation, side), read_pictures(test, side)
    root = test[0].parents[1]
    if x.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"{root}: the labelled pictures have {x.shape[2]} x {x.shape[1]} pixels, those of the test set "
            f"{x_test.shape[2]} x {x_test.shape[1]}; all must come from one set."
        )
    about = f"{len(x):,} + {len(x_test):,} pictures from {root}"
    reference = _ids(len(test), edition)
    reference.attrs["edition"] = edition
    return Splits(Pictures(x, np.concatenate(labels)), len(train), Pictures(x_test, None), CLASSES, about), reference


def _made(profile: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All pictures (N, S, S, 3) uint8 and their classes (N,): training, validation, test."""

    def build():
        rng, (*shown, hidden) = np.random.default_rng([seed, 3]), SIZES[profile]
        labels = rng.integers(len(CLASSES), size=sum(shown))
        asked = apart(rng, seed, "classes").integers(len(CLASSES), size=hidden)
        labels = np.concatenate([labels, asked])
        made = pictures(seed, labels, side=DRAWN[profile])
        return {"x": made.images, "y": made.labels}

    arrays = cached("hw03", _VERSION, {"sizes": SIZES[profile], "side": DRAWN[profile], "seed": seed}, build)
    return arrays["x"], arrays["y"]


def _ids(n: int, edition: str) -> pd.DataFrame:
    first = FIRST_ID[edition]
    return pd.DataFrame({"Id": [f"{k:04d}" for k in range(first, first + n)]})


def _find(folder: Path) -> tuple[str, list[list[Path]], list[np.ndarray]]:
    """Whose folders these are, the pictures of each, and the labels of training and validation pictures."""
    for edition, names in FOLDERS.items():
        root = find_root(folder, names[0])
        if (root / names[0]).is_dir():
            *labelled, test = (picture_files(root / name, HOW_TO_GET) for name in names)
            files = [list(found.values()) for found in (*labelled, numbered(test))]
            return edition, files, [food_labels(found) for found in labelled]
    raise DataError(f"There is neither {folder / 'training'} nor {folder / 'train'}. {HOW_TO_GET}")


def _some(entries, n: int):
    """Every so-many-th, about n of them: pictures come sorted by label."""
    return entries[:: max(1, len(entries) // n)]


def _is_drawn(file: Path) -> bool:
    """Exported drawings are read as they are, photographs are squeezed into a square."""
    _, height, width, _ = read_pictures([file]).shape
    return height == width <= 64
