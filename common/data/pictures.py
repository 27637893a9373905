"""Pictures of food in folders, as the course's food-11 has them: `<label>_<number>.jpg`, labels 0 to 10."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import DataError
from common.generators.food import CLASSES

SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class Pictures:
    """N pictures of one size."""

    x: np.ndarray  # (N, H, W, 3) uint8
    y: np.ndarray | None  # (N,) int64, index into CLASSES; None where nobody tells

    def __len__(self) -> int:
        return len(self.x)


def picture_files(folder: Path, how_to_get: str) -> list[Path]:
    """The pictures of a folder by name. Raises DataError if there is none."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. {how_to_get}")
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not found:
        raise DataError(f"{folder} holds no pictures; expected files that end in {', '.join(SUFFIXES)}.")
    return found


def label_of(file: Path) -> int:
    """The digits before the underscore of a file's name. Raises DataError for another name, or no class of food-11."""
    label, underscore, _ = file.stem.partition("_")
    if not underscore or not (label.isascii() and label.isdecimal()):
        raise DataError(f"{file}: expected a name such as 3_120{file.suffix}, with the label before the underscore.")
    if len(label) > 4 or int(label) >= len(CLASSES):
        raise DataError(f"{file}: expected a label from 0 to {len(CLASSES) - 1}, found {label}.")
    return int(label)


def read_pictures(files: Sequence[Path], side: int | None = None) -> np.ndarray:
    """All pictures in one array (N, side, side, 3) uint8, decoded by several threads straight into it.

    side: each is squeezed into a square of so many pixels; None takes them as they are, all as large as the first.
    Raises DataError naming the file that cannot be read, or has another size.
    """
    first = _picture(files[0], side)
    images = np.empty((len(files), *first.shape), np.uint8)
    with ThreadPoolExecutor() as pool:
        for k, image in enumerate(pool.map(lambda file: _picture(file, side), files)):
            if image.shape != first.shape:
                raise DataError(
                    f"{files[k]}: expected {first.shape[1]} x {first.shape[0]} pixels as in {files[0].name}, "
                    f"found {image.shape[1]} x {image.shape[0]}."
                )
            images[k] = image
    return images


def write_pictures(folder: Path, names: Sequence[str], images: np.ndarray) -> None:
    """Write images (N, H, W, 3) uint8 as `folder/<name>.png`, without loss."""
    from PIL import Image

    folder.mkdir(parents=True)
    for name, image in zip(names, images, strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")


def _picture(file: Path, side: int | None) -> np.ndarray:
    """(H, W, 3) uint8."""
    from PIL import Image

    try:
        with Image.open(file, formats=["JPEG", "PNG"]) as image:
            if side is not None:
                image.draft("RGB", (side, side))  # a JPEG need not be decoded much larger than wanted
            image = image.convert("RGB")
            return np.asarray(image if side is None else image.resize((side, side), Image.Resampling.BILINEAR))
    except Exception as error:  # a damaged picture can fail in many ways
        raise DataError(f"{file} cannot be read as a picture: is it cut off? ({str(error)[:100]})") from None
