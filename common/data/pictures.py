"""Pictures in folders, read and written: all decoding of original data is done here."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.data.originals import files_in
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


def picture_files(folder: Path, how_to_get: str, suffixes: Sequence[str] = SUFFIXES) -> dict[str, Path]:
    """The pictures of a folder by name, in order, junk and second downloads left out. Raises DataError if none is."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. {how_to_get}")
    found = files_in(folder, suffixes)
    if not found:
        raise DataError(f"{folder} holds no pictures; expected files that end in {', '.join(suffixes)}.")
    return found


def food_labels(files: Mapping[str, Path]) -> np.ndarray:
    """(N,) int64: the classes of pictures of food-11, called `<label>_<number>.jpg`.

    Raises DataError for another name, for no class of food-11, and where a class has no picture at all.
    """
    labels = np.array([_label_of(name, file) for name, file in files.items()], dtype=np.int64)
    missing = sorted(set(range(len(CLASSES))) - set(labels.tolist()))
    if missing:
        raise DataError(
            f"{next(iter(files.values())).parent} holds no picture of class {', '.join(map(str, missing))} of 0 to "
            f"{len(CLASSES) - 1}; was it all unpacked?"
        )
    return labels


def _label_of(name: str, file: Path) -> int:
    label, underscore, _ = Path(name).stem.partition("_")
    if not underscore or not (label.isascii() and label.isdecimal()):
        raise DataError(f"{file}: expected a name such as 3_120{file.suffix}, with the label before the underscore.")
    if len(label) > 4 or int(label) >= len(CLASSES):
        raise DataError(f"{file}: expected a label from 0 to {len(CLASSES) - 1}, found {label}.")
    return int(label)


def read_pictures(
    files: Sequence[Path], side: int | None = None, *, exact: int | None = None, crop: bool = False, mode: str = "RGB"
) -> np.ndarray:
    """All pictures in one array (N, side, side, 3) uint8, decoded by several threads straight into it.

    side: each is squeezed into a square of so many pixels, or with `crop` its largest square in the middle is; None
    takes them as they are, all as large as the first. exact: what all must measure across and down. mode: "RGB", or "L"
    for (N, side, side). Raises DataError naming the file that cannot be read, or has another size.
    """
    shape = (exact, exact) if exact else decode(files[0], files[0], _prepared(side, crop, mode)).shape[:2]
    images = np.empty((len(files), *shape, *((3,) if mode == "RGB" else ())), np.uint8)
    with ThreadPoolExecutor() as pool:
        for k, image in enumerate(pool.map(lambda file: decode(file, file, _prepared(side, crop, mode)), files)):
            if image.shape[:2] != shape:
                as_where = "" if exact else f" as in {files[0].name}"
                raise DataError(
                    f"{files[k]}: expected {shape[1]} x {shape[0]} pixels{as_where}, "
                    f"found {image.shape[1]} x {image.shape[0]}."
                )
            images[k] = image
    return images


def write_pictures(folder: Path, names: Sequence[str], images: np.ndarray) -> None:
    """Write images (N, H, W, 3) or (N, H, W), uint8, as `folder/<name>.png`, without loss."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for name, image in zip(names, images, strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")


def decode(source, called: str | Path, prepare: Callable) -> np.ndarray:
    """The pixels of `prepare(PIL image)`. Raises DataError that names the file.

    source: a path, an open file, or a function that gives one of them.
    """
    from PIL import Image

    try:
        with Image.open(source() if callable(source) else source, formats=["JPEG", "PNG"]) as image:
            return np.asarray(prepare(image))
    except FileNotFoundError:
        raise DataError(f"{called} is missing.") from None
    except Exception as error:  # a damaged picture can fail in many ways
        raise DataError(f"{called} cannot be read as a picture: is it cut off? ({str(error)[:100]})") from None


def _prepared(side: int | None, crop: bool, mode: str) -> Callable:
    def prepare(image):
        from PIL import Image, ImageOps

        if side is not None:
            image.draft(mode, (side, side))  # a JPEG need not be decoded much larger than wanted
        image = image.convert(mode)
        if side is None or image.size == (side, side):
            return image
        how = Image.Resampling.BILINEAR
        return ImageOps.fit(image, (side, side), how) if crop else image.resize((side, side), how)

    return prepare
