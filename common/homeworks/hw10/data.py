"""Homework 10, adversarial attack: small pictures of ten classes, to be changed so little that nobody sees it.

The course's layout, 20 pictures of each class of CIFAR-10, all of them handed out with their labels (the builtin set
has 50 of each, so that its accuracy hangs less on which pictures they are):

    <class>/<class>1.png ... <class>/<class>20.png    32 x 32 pixels, RGB

Nothing is secret but the network that is attacked. For builtin pictures it comes with the package (`common.zoo`); the
course's own target was never public, so attacks on the original pictures get no score here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.errors import DataError
from common.generators.objects import CLASSES, SIDE, objects
from common.paths import data_dir

SEED = 2022
PER_CLASS = {"smoke": 5, "standard": 50}
EPSILON = 8  # how far a pixel's colour may move, of 255
DOWNLOADS = ()
HOW_TO_GET = (
    "Put the course's ten folders there, airplane/airplane1.png to truck/truck20.png (the 2022 and 2023 homeworks give "
    "them as one archive called data)."
)
_VERSION = "1"  # of the generated pictures: raise it whenever the generator's output changes


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
    from PIL import Image

    splits, reference = builtin(profile, seed)
    for file, image in zip(splits.test.files, splits.test.x, strict=True):
        (Path(folder) / file).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(Path(folder) / file)
    return reference


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The ten class folders in `folder` or `folder/data`, whole in every profile.

    Raises DataError with one sentence that names the file or folder, what was expected and what was found.
    """
    root = Path(folder) / "data" if (Path(folder) / "data").is_dir() else Path(folder)
    counts = {name: _count(root, name) for name in CLASSES}
    ragged = [name for name in CLASSES if counts[name] != counts[CLASSES[0]]]
    if ragged:
        raise DataError(
            f"{root / ragged[0]} holds {counts[ragged[0]]} pictures, but {CLASSES[0]} holds {counts[CLASSES[0]]}; "
            "every class must have equally many."
        )
    count = counts[CLASSES[0]]
    files = tuple(f"{name}/{name}{number}.png" for name in CLASSES for number in range(1, count + 1))
    x = np.stack([_picture(root / file) for file in files])
    splits, reference = _both(
        Pictures(files, x, np.repeat(np.arange(len(CLASSES)), count)), f"the course's own layout, read from {root}"
    )
    if Path(folder).resolve() == data_dir("hw10").resolve():  # photographs, not drawings: no target here knows them
        reference.attrs["edition"] = "2022"
    return splits, reference


def _both(pictures: Pictures, about: str) -> tuple[Splits, pd.DataFrame]:
    reference = pd.DataFrame({"file": pictures.files, "image": list(pictures.x), "label": pictures.y})
    return Splits(pictures, CLASSES, about), reference


def _count(root: Path, name: str) -> int:
    """How many pictures a class has, numbered from 1 without a gap."""
    folder = root / name
    if not folder.is_dir():
        raise DataError(f"{folder} is missing; expected the ten folders {', '.join(CLASSES)} in {root}.")
    found = {file.name for file in folder.glob("*.png")}
    for number in range(1, len(found) + 1):
        if f"{name}{number}.png" not in found:
            raise DataError(
                f"{folder} holds {len(found)} .png, so {name}1.png to {name}{len(found)}.png are expected, "
                f"but {name}{number}.png is missing."
            )
    if not found:
        raise DataError(f"{folder} holds no .png; expected {name}1.png, {name}2.png and so on.")
    return len(found)


def _picture(file: Path) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(file, formats=["PNG"]) as image:
            if image.size != (SIDE, SIDE) or image.mode != "RGB":
                raise DataError(
                    f"{file}: expected {SIDE} x {SIDE} pixels in RGB, "
                    f"found {image.width} x {image.height} in {image.mode}."
                )
            return np.array(image)
    except DataError:
        raise
    except Exception:  # a damaged picture can fail in many ways
        raise DataError(f"{file} is not a PNG picture that can be read; get it again.") from None
