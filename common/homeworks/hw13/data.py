"""Homework 13, network compression: pictures of eleven kinds of food, few labelled, for a network that must stay small.

The course's layout (food-11, split anew for this homework in 2022 and again in 2023):

    training/<label>_<number>.jpg      labels 0 to 10, pictures of any size
    validation/<label>_<number>.jpg
    evaluation/<number>.jpg            without labels; Id k, in four digits, is the k-th file by name
    resnet18_teacher.ckpt              the course's teacher (see `common.homeworks.hw13.zoo`)
    unlabelled/<number>.jpg            not in the course: more pictures to learn from, without labels

All pictures of a split lie in one uint8 array. The builtin pictures are 32 x 32, the course's are
read at 224 x 224 (2.5 GB for all of them). The course labelled all that it has, so there `unlabelled` is empty.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.pictures import Pictures, label_of, picture_files
from common.errors import DataError
from common.generators.food import CLASSES
from common.homeworks.hw13.zoo import drawn

SEED = 2022
PARTS = ("training", "validation", "evaluation", "unlabelled")
SIZES = {"smoke": (110, 110, 110, 220), "standard": (330, 330, 1100, 1980)}  # pictures in each of PARTS
SMOKE_PICTURES = 330  # of each part of a folder, about; all of its test set
SIDE = 224  # of a photograph as the network sees it
EDITIONS = {(9866, 3430, 3347): "2022", (9993, 4432, 2218): "2023"}  # pictures in the three folders of the course
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
    from PIL import Image

    parts = dict(zip(PARTS, _made(profile, seed), strict=True))
    for name, part in parts.items():
        (Path(folder) / name).mkdir(parents=True)
        for k, (image, label) in enumerate(zip(part.x, part.y, strict=True)):
            called = f"{label}_{k}" if name in ("training", "validation") else f"{k:04d}"
            Image.fromarray(image).save(Path(folder) / name / f"{called}.png")
    return _reference(parts["evaluation"])


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Pictures in the course's layout from `folder`; the reference has Ids alone.

    The smoke profile reads part of what there is to learn from, and the whole test set. Raises DataError with one
    sentence that names the file, what was expected and what was found.
    """
    there = [name for name in PARTS if name != "unlabelled" or (Path(folder) / name).is_dir()]
    files = {name: picture_files(Path(folder) / name, HOW_TO_GET) for name in there}
    edition = EDITIONS.get(tuple(len(files[name]) for name in PARTS[:3]), "2023")
    if profile == "smoke":
        for name in set(there) - {"evaluation"}:
            files[name] = files[name][:: max(1, len(files[name]) // SMOKE_PICTURES)]
    labels = {name: np.array([label_of(file) for file in files[name]]) for name in PARTS[:2]}
    side = _side(files["training"][0])
    train, validation, test, unlabelled = (
        Pictures(_read(files.get(name, []), side), labels.get(name)) for name in PARTS
    )
    reference = _ids(len(test))
    reference.attrs["edition"] = edition
    about = f"the course's own layout, read from {folder}"
    return Splits(train, validation, test, unlabelled, CLASSES, about), reference


def _made(profile: str, seed: int) -> tuple[Pictures, ...]:
    """The pictures of each of PARTS, all with their labels."""

    def build():
        arrays = {}
        for part, count in enumerate(SIZES[profile]):
            arrays[f"x{part}"], arrays[f"y{part}"] = drawn(len(PARTS) * seed + part, count)
        return arrays

    arrays = cached("hw13", _VERSION, {"profile": profile, "seed": seed}, build)
    return tuple(Pictures(arrays[f"x{part}"], arrays[f"y{part}"]) for part in range(len(PARTS)))


def _ids(count: int) -> pd.DataFrame:
    return pd.DataFrame({"Id": [f"{k:04d}" for k in range(count)]})


def _reference(test: Pictures) -> pd.DataFrame:
    return _ids(len(test)).assign(Category=test.y)


# --- read -----------------------------------------------------------------------------------------------------------


def _side(file: Path) -> int:
    """Exported drawings are read as they are, photographs at SIDE."""
    height, width, _ = _picture(file, None).shape
    return height if height == width < 64 else SIDE


def _read(files: list[Path], side: int) -> np.ndarray:
    """(N, side, side, 3) uint8, decoded by several threads straight into one array."""
    pictures = np.empty((len(files), side, side, 3), np.uint8)
    with ThreadPoolExecutor() as pool:
        for k, picture in enumerate(pool.map(lambda file: _picture(file, side), files)):
            pictures[k] = picture
    return pictures


def _picture(file: Path, side: int | None) -> np.ndarray:
    """(H, W, 3) uint8: the largest square in the middle, made `side` pixels wide; None leaves the picture as it is."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file, formats=["JPEG", "PNG"]) as image:
            if side is not None:
                image.draft("RGB", (side, side))  # a JPEG need not be decoded larger than wanted
            image = image.convert("RGB")
            if side is not None and image.size != (side, side):
                image = ImageOps.fit(image, (side, side), Image.Resampling.BILINEAR)
            return np.array(image)
    except Exception as error:  # a damaged picture can fail in many ways
        raise DataError(f"{file} cannot be read as a picture; is it cut off? ({str(error)[:100]})") from None
