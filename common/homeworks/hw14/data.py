"""Homework 14, life-long learning: five tasks, the same digits turned further each time.

The course's files are MNIST as torchvision keeps it, four files in IDX format below `MNIST/raw/`, gzipped or not. A
file `rotations.csv` beside them (exported folders have one) gives the degrees of the tasks; without it they are the
course's: 0, 20, 40, 60 and 80. Without the labels of the test images the answers count as unknown.

The public builtin digits are scikit-learn's, which are real, and on every student's disk with their answers. So an
exam, the data of a secret seed, has digits that a generator wrote, as many and about as hard.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.fetch import Download
from common.data.originals import files_in, find_file, find_root, read_lines
from common.errors import DataError
from common.generators.digits import digits
from common.generators.rotations import angles, rotate
from common.generators.secrets import apart, is_secret

SEED = 2022
COURSE = (0.0, 20.0, 40.0, 60.0, 80.0)  # degrees of its tasks
DEGREES = (0.0, 30.0, 60.0, 90.0, 120.0)  # ours: further, or a network that learned the middle task alone would do
SIZES = {"smoke": (300, 150), "standard": (1297, 500)}  # training and validation images together, test images
REAL = 1797  # digits that scikit-learn has
SMOKE_READ = 2_000  # images to learn from, of a folder
VALIDATION = 5_000  # at most, and at most a fifth
IMAGES, LABELS = 0x0803, 0x0801  # the first four bytes of an IDX file: unsigned bytes, three dimensions or one
FILES = {
    "train images": ("train-images-idx3-ubyte", IMAGES),
    "train labels": ("train-labels-idx1-ubyte", LABELS),
    "test images": ("t10k-images-idx3-ubyte", IMAGES),
    "test labels": ("t10k-labels-idx1-ubyte", LABELS),
}
ROTATIONS = "rotations.csv"
COUNTS = {"MNIST": {"training": 60_000, "test": 10_000}}
HOW_TO_GET = (
    "Fetch MNIST with `hw data fetch hw14`, or put its four files (train-images-idx3-ubyte.gz and so on, "
    "9.9 MB the largest) into MNIST/raw there."
)
_MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist")
DOWNLOADS = tuple(
    Download(f"MNIST/raw/{name}", tuple(f"{mirror}/{name}" for mirror in _MIRRORS), sha256, size)
    for name, sha256, size in (
        ("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422),
        ("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881),
        ("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877),
        ("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542),
    )
)


@dataclass(frozen=True)
class Task:
    """The images of one task."""

    degrees: float
    id: np.ndarray  # (N,) int64, which digit; the same in every task
    x: np.ndarray  # (N, S, S) uint8, 0 is black
    y: np.ndarray | None  # (N,) int64, 0 to 9; None for the test set


@dataclass(frozen=True)
class Splits:
    """One `Task` per angle, in the order in which they are learned."""

    train: tuple[Task, ...]
    validation: tuple[Task, ...]
    test: tuple[Task, ...]
    side: int  # pixels of an image, across and down
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """scikit-learn's real handwritten digits, dealt out and turned by `seed`, and the answers of the test set."""
    (x, y), (x_test, y_test) = _digits(profile, seed)
    degrees = DEGREES if seed == SEED else tuple(angles(seed))  # the public set has round angles
    about = f"real: {len(x) + len(x_test):,} handwritten digits of scikit-learn (8 x 8 pixels), turned for each task"
    return turned(x, y, x_test, degrees, about), _reference(len(x_test), len(degrees), y_test)


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin digits of `seed`, upright, and the angles of the tasks; returns the answers of the test set."""
    (x, y), (x_test, y_test) = _digits(profile, seed)
    degrees = DEGREES if seed == SEED else tuple(angles(seed))
    raw = Path(folder) / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for part, array in (("train images", x), ("train labels", y.astype(np.uint8)), ("test images", x_test)):
        name, magic = FILES[part]
        header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
        (raw / f"{name}.gz").write_bytes(gzip.compress(header + array.tobytes(), mtime=0))
    table = pd.DataFrame({"task": np.arange(1, len(degrees) + 1), "degrees": degrees})
    table.to_csv(Path(folder) / ROTATIONS, index=False, lineterminator="\n")
    return _reference(len(x_test), len(degrees), y_test)


def look(folder: Path) -> dict[str, int]:
    """How many images there are to read. Raises DataError if a file is missing or none of these."""
    counts = {}
    for name, split in (("training", "train"), ("test", "test")):
        counts[name] = len(_read_idx(_path(Path(folder), f"{split} images"), IMAGES))
    _path(Path(folder), "train labels")
    return counts


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """MNIST's files in `folder`, or below it as in `MNIST/raw`. The test set is never cut down to a profile.

    Raises DataError with one sentence that names the file, what was expected and what was found.
    """
    folder = Path(folder)
    x, y = _read_pair(folder, "train")
    x_test, y_test = _read_pair(folder, "test")
    if x.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"The training images in {folder} have {x.shape[1]} x {x.shape[2]} pixels, "
            f"the test images {x_test.shape[1]} x {x_test.shape[2]}; all must come from one set."
        )
    if profile == "smoke":
        x, y = x[:SMOKE_READ], y[:SMOKE_READ]
    degrees = _read_rotations(folder)
    about = f"{len(x):,} + {len(x_test):,} digits from {folder}, turned for each task"
    return turned(x, y, x_test, degrees, about), _reference(len(x_test), len(degrees), y_test)


def first(folder: Path, images: int) -> Splits:
    """Tasks of the first `images` of a folder's training images, and none to be tested on: of MNIST, a short life."""
    x, y = _read_pair(Path(folder), "train")
    degrees, about = _read_rotations(Path(folder)), f"the first digits of {folder}, turned for each task"
    return turned(x[:images], y[:images], x[:0], degrees, about)


def _digits(profile: str, seed: int):
    """Images (N, 8, 8) uint8 and classes, to learn from and to be tested on: real, or for an exam made up."""
    images, classes = digits(seed, REAL) if is_secret(seed) else _real()
    order = apart(np.random.default_rng([seed, 14]), seed, "order").permutation(len(images))
    learn, test = SIZES[profile]
    rows, asked = order[:learn], order[learn : learn + test]
    return (images[rows], classes[rows]), (images[asked], classes[asked])


def _real() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits, which everybody has, with their classes."""
    from sklearn.datasets import load_digits  # a second to import

    found = load_digits()
    return np.rint(found.images * (255 / 16)).astype(np.uint8), found.target.astype(np.int64)


def turned(x, y, x_test, degrees: Sequence[float], about: str) -> Splits:
    """Upright images (N, S, S) uint8 with classes (N,), and images to be tested on, as tasks, turned by `degrees`.

    The last fifth of x, at most `VALIDATION` images, validates.
    """
    n = len(x) - min(len(x) // 5, VALIDATION)
    ids, test_ids = np.arange(len(x)), np.arange(len(x_test))
    seen = [(d, rotate(x, d), rotate(x_test, d)) for d in degrees]
    return Splits(
        train=tuple(Task(d, ids[:n], t[:n], y[:n]) for d, t, _ in seen),
        validation=tuple(Task(d, ids[n:], t[n:], y[n:]) for d, t, _ in seen),
        test=tuple(Task(d, test_ids, t, None) for d, _, t in seen),
        side=x.shape[1],
        about=about,
    )


def _reference(n: int, tasks: int, y: np.ndarray | None) -> pd.DataFrame:
    """A row for each test image of each task, after each task: the network's opinion is asked tasks x tasks times."""
    after, task, row = np.meshgrid(np.arange(1, tasks + 1), np.arange(1, tasks + 1), np.arange(n), indexing="ij")
    keys = {"after_task": after.ravel(), "task": task.ravel(), "id": row.ravel()}
    return pd.DataFrame(keys if y is None else {**keys, "class": y[row.ravel()]})


def _read_pair(folder: Path, split: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Images (N, S, S) uint8 and classes (N,) int64; None for test labels that are not there."""
    path = _path(folder, f"{split} images")
    images = _read_idx(path, IMAGES)
    if images.shape[1] != images.shape[2] or not 2 <= images.shape[1] <= 256:
        raise DataError(f"{path}: expected square images, found {images.shape[1]} x {images.shape[2]} pixels.")
    if len(images) < 10:
        raise DataError(f"{path}: expected at least 10 images, found {len(images)}.")
    if split == "test" and _find(folder, "test labels") is None:
        return images, None
    path = _path(folder, f"{split} labels")
    labels = _read_idx(path, LABELS)
    if len(labels) != len(images):
        raise DataError(f"{path}: expected a label for each of the {len(images):,} images, found {len(labels):,}.")
    if labels.max() > 9:
        first = int(np.argmax(labels > 9))
        raise DataError(f"{path}, label {first + 1}: expected a class from 0 to 9, found {labels[first]}.")
    return images, labels.astype(np.int64)


def _path(folder: Path, part: str) -> Path:
    path = _find(folder, part)
    if path is None:
        raise DataError(f"There is no {FILES[part][0]}(.gz) in {folder} or its MNIST/raw. {HOW_TO_GET}")
    return path


def _find(folder: Path, part: str) -> Path | None:
    name, _ = FILES[part]
    dotted = name.replace("-idx", ".idx")  # how some archives spell it
    spellings = (name, f"{name}.gz", dotted, f"{dotted}.gz")
    found = files_in(find_root(folder, *spellings))
    return next((found[spelling] for spelling in spellings if spelling in found), None)


def _read_idx(path: Path, magic: int) -> np.ndarray:
    """The array in an IDX file of unsigned bytes, gzipped or not."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{path} is damaged or cut off: it cannot be unpacked; fetch it again.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    dimensions = magic & 0xFF
    size = 4 + 4 * dimensions
    found = int.from_bytes(content[:4], "big")
    if len(content) < size or found != magic:
        kind = "images" if magic == IMAGES else "labels"
        other = " (a file of labels)" if found == LABELS else " (a file of images)" if found == IMAGES else ""
        raise DataError(
            f"{path} is no IDX file of {kind}: expected it to begin with {magic:#010x}, found {found:#010x}{other}."
        )
    shape = struct.unpack(f">{dimensions}I", content[4:size])
    expected = size + int(np.prod([int(n) for n in shape], dtype=object))
    if len(content) != expected:
        raise DataError(
            f"{path}: expected {expected:,} bytes for {' x '.join(map(str, shape))} values, found {len(content):,}; "
            "the file is cut off or holds something else."
        )
    return np.frombuffer(content, np.uint8, offset=size).reshape(shape)


def _read_rotations(folder: Path) -> tuple[float, ...]:
    path = find_file(find_root(folder, ROTATIONS), ROTATIONS)
    if path is None:
        return COURSE
    try:
        table = pd.read_csv(io.StringIO("\n".join(read_lines(path))))
        degrees = table["degrees"].to_numpy(np.float64)
    except (OSError, ValueError, KeyError):
        raise DataError(f"{path}: expected the columns task,degrees with a number per line.") from None
    if list(table.get("task", ())) != list(range(1, len(table) + 1)) or not np.isfinite(degrees).all():
        raise DataError(f"{path}: expected the tasks 1, 2, … in order, each with its degrees.")
    if not 2 <= len(degrees) <= 20:
        raise DataError(f"{path}: expected 2 to 20 tasks, found {len(degrees)}.")
    return tuple(degrees.tolist())
