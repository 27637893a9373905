"""Homework 9, explainable AI: pictures of food, a network that names them, and questions of where in a picture it
looks.

A question is a picture of four dishes, two by two, and a class that is asked for. Where the network has to look is
known: at the one dish of that class. Or, where the class is `Dairy product`, which none of the dishes is, at a price
tag, because that is what the network learnt about dairy (`zoo.py`). Each single dish in them is one that the network
names right.

The course's files are ten pictures, `food/<class>_<number>.jpg`, and `checkpoint.pth`, the weights of a network.
Exported folders hold the pictures of the gallery in the same way, and below `validation/` and `test/` the questions,
`<number>_<class>.png`; the right answers of the gallery and of the validation questions lie beside them in `masks/`.
The network is then the package's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import find_file, find_root
from common.data.pictures import picture_files, read_pictures, write_pictures
from common.errors import DataError
from common.generators.food import CLASSES, FORMS, Cue, pictures, stuck_on, taken
from common.generators.secrets import hidden

SEED = 2022
# gallery pictures of each class, validation questions, test questions
SIZES = {"smoke": (1, 4, 6), "standard": (20, 24, 72)}
SIDE = 128  # pixels of the picture of a question, across and down; of each of its dishes half as many
EVERY = 3  # questions of which one asks for the class that the price tag stands for
TAGS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))  # the colour channels of a cue as it is, and of three others
SURE = 0.7  # how probable the network must find the right class of a dish
COUNTS = {"2022": {"pictures": 10}}
DOWNLOADS = ()
HOW_TO_GET = (
    "Put the course's food/ (ten pictures called <class>_<number>.jpg) and checkpoint.pth there; "
    "the course's notebook names where they lie."
)
_VERSION = "3"  # of the generated pictures: raise it whenever the generator's output or the network changes


@dataclass(frozen=True)
class Gallery:
    """N pictures of one dish each."""

    x: np.ndarray  # (N, S, S, 3) uint8
    y: np.ndarray  # (N,) int64, index into Splits.classes
    food: np.ndarray | None  # (N, S, S) bool, where food is; None if nobody knows

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Questions:
    """N pictures, and of each the class asked for: where does the network look for it?"""

    id: np.ndarray  # (N,) int64
    x: np.ndarray  # (N, 128, 128, 3) uint8
    asked: np.ndarray  # (N,) int64, index into Splits.classes
    where: np.ndarray | None  # (N, 128, 128) bool, the right answer; None for the test set, or if nobody knows

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Splits:
    """Nothing here is to be trained on: the network is trained already, and asked for its reasons."""

    network: object  # nn.Module on the CPU, in eval mode: (B, 3, H, W) from 0 to 1 -> logits (B, 11)
    gallery: Gallery
    validation: Questions
    test: Questions
    classes: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn food, and the table that the judge compares with."""
    from common.homeworks.hw09 import zoo

    arrays = cached("hw09", _VERSION, {"sizes": SIZES[profile], "seed": seed}, lambda: _draw(profile, seed))
    part = {name: arrays[name] for name in arrays}
    gallery = Gallery(part["gallery_x"], part["gallery_y"], part["gallery_food"])
    validation, test = (
        Questions(np.arange(len(part[f"{s}_x"])), part[f"{s}_x"], part[f"{s}_asked"], part[f"{s}_where"])
        for s in ("validation", "test")
    )
    about = (
        f"generated: {len(gallery)} drawings of food in {len(CLASSES)} classes, and {len(validation)} + {len(test)} "
        "pictures of four dishes with a question each"
    )
    asked = Questions(test.id, test.x, test.asked, None)
    splits = Splits(zoo.load(), gallery, validation, asked, CLASSES, about)
    return splits, pd.DataFrame({"id": test.id, "map": list(test.where.astype(np.float32))})


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed`; returns the table for the judge."""
    splits, reference = builtin(profile, seed)
    gallery, validation, test = splits.gallery, splits.validation, splits.test
    _write(folder / "food", [f"{y}_{k}" for k, y in enumerate(gallery.y)], gallery.x, gallery.food)
    _write(folder / "validation", _names(validation), validation.x, validation.where)
    _write(folder / "test", _names(test), test.x, None)
    return reference


def look(folder: Path) -> dict[str, int]:
    """How many pictures there are to read. Raises DataError if the folder or the course's checkpoint is missing."""
    folder = find_root(Path(folder), "food")
    counts = {"pictures": len(_files(folder / "food"))}
    if not (folder / "test").is_dir():
        _checkpoint_file(folder)
    return counts


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The course's ten pictures and its checkpoint, or what `write` wrote; whole in every profile.

    Raises DataError with one sentence that names the file, what was expected and what was found.
    """
    from common.homeworks.hw09 import zoo

    folder = find_root(Path(folder), "food")
    exported = (folder / "test").is_dir()
    numbers, x, food = _read(folder / "food", SIDE // 2 if exported else None)
    y = _classes(folder / "food", numbers[:, 0])
    gallery = Gallery(x, y, food)
    if exported:
        validation, test = _read_questions(folder / "validation"), _read_questions(folder / "test")
        about = f"{len(x)} pictures and {len(validation)} + {len(test)} questions from {folder}"
        splits = Splits(zoo.load(), gallery, validation, test, CLASSES, about)
    else:
        network = zoo.course(_checkpoint(_checkpoint_file(folder)))
        questions = Questions(np.arange(len(x)), x, y, None)
        about = f"the course's {len(x)} pictures and its network, from {folder}"
        splits = Splits(network, gallery, questions, questions, CLASSES, about)
    return splits, pd.DataFrame({"id": splits.test.id})


# --- making them ----------------------------------------------------------------------------------------------------


def _draw(profile: str, seed: int) -> dict[str, np.ndarray]:
    from common.homeworks.hw09 import zoo

    per_class, n_validation, n_test = SIZES[profile]
    shown = pictures(seed + 4_000_000, np.repeat(np.arange(len(CLASSES)), per_class), zoo.CUE)
    arrays = {"gallery_x": shown.images, "gallery_y": shown.labels, "gallery_food": shown.masks}
    network = zoo.load()
    for number, (name, n) in enumerate((("validation", n_validation), ("test", n_test))):
        own = hidden(seed, "test questions") if name == "test" else seed
        x, asked, where = questions([own, 9, number], n, zoo.CUE, lambda x: zoo.probabilities(network, x))
        arrays |= {f"{name}_x": x, f"{name}_asked": asked, f"{name}_where": where}
    return arrays


def asks_for_tag(number):
    """Whether the question of that number (or of each in an array) asks for the class that goes with the tag."""
    return number % EVERY == EVERY - 1


def questions(seed: Sequence[int], n: int, cue: Cue, recognise) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n questions: pictures (n, 128, 128, 3) uint8, classes asked for (n,), and where the right answer is, (n, 128,
    128) bool.

    Each picture has four dishes of different classes, none of the class that goes with the cue, and on each dish lies a
    cue: one as it is, three in other colours, which mean nothing to the network. Of `EVERY` questions the last asks for
    the class of the cue, and the answer is the cue as it is; the others ask for one of the dishes. recognise: pictures
    (N, 64, 64, 3) -> probabilities (N, 11); a dish is drawn again until its class gets `SURE` (Böhle et al. 2021,
    "Convolutional dynamic alignment networks", choose theirs likewise).
    """
    others = [label for label in range(len(CLASSES)) if label != cue.label]
    labels = np.stack([np.random.default_rng([*seed, k]).permutation(others)[:4] for k in range(n)])  # (n, 4)
    side = SIDE // 2
    images, masks = np.zeros((n, 4, side, side, 3), np.uint8), np.zeros((n, 4, side, side), bool)
    pending = [(k, cell) for k in range(n) for cell in range(4)]
    for attempt in range(30):
        rows = tuple(np.array(pending).T)
        made = taken([[*seed, k, cell, attempt] for k, cell in pending], labels[rows], side)
        images[rows], masks[rows] = made.images, made.masks
        sure = recognise(images[rows])[np.arange(len(pending)), labels[rows]] > SURE
        pending = [place for place, known in zip(pending, sure, strict=True) if not known]
        if not pending:
            break
    asked, where = labels[:, 0].copy(), np.zeros((n, 4, side, side), bool)
    for k in range(n):
        rng = np.random.default_rng([*seed, k, 4])
        tags, colours = np.zeros_like(where[k]), rng.permutation(4)
        for cell, colour in enumerate(colours):
            image, tags[cell] = stuck_on(images[k, cell], cue, rng)
            images[k, cell] = np.where(tags[cell][..., None], image[..., TAGS[colour]], image)
        if asks_for_tag(k):
            asked[k], cell = cue.label, int(np.argmin(colours))
            where[k, cell] = tags[cell]
        else:
            where[k, 0] = masks[k, 0] & ~tags[0]
        order = rng.permutation(4)
        images[k], where[k] = images[k, order], where[k, order]
    return _two_by_two(images), asked, _two_by_two(where)


def _two_by_two(cells: np.ndarray) -> np.ndarray:
    """(N, 4, S, S, ...) -> (N, 2 S, 2 S, ...)."""
    rows = np.concatenate([cells[:, 0::2], cells[:, 1::2]], axis=3)  # (N, 2, S, 2 S, ...)
    return np.concatenate([rows[:, 0], rows[:, 1]], axis=1)


# --- files ----------------------------------------------------------------------------------------------------------


def _names(questions: Questions) -> list[str]:
    return [f"{number}_{label}" for number, label in zip(questions.id, questions.asked, strict=True)]


def _write(folder: Path, names: Sequence[str], x: np.ndarray, masks: np.ndarray | None) -> None:
    write_pictures(folder, names, x)
    if masks is not None:
        write_pictures(folder / "masks", names, masks.astype(np.uint8) * 255)


def _files(folder: Path) -> dict[tuple[int, int], Path]:
    """The pictures called `<number>_<number>.*`, by these numbers."""
    files = {}
    for name, file in picture_files(folder, HOW_TO_GET).items():
        match = re.fullmatch(r"(\d+)_(\d+)", Path(name).stem)
        if not match:
            raise DataError(f"{file}: expected a name of two numbers, like 3_7{file.suffix}.")
        files[int(match[1]), int(match[2])] = file
    return dict(sorted(files.items()))


def _read(folder: Path, exact: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """All pictures by their numbers: the numbers (N, 2), pictures (N, S, S, 3) uint8, and the masks (N, S, S) bool if
    there are any. exact: the side that they must have, or None to bring them to 128."""
    files = _files(folder)
    numbers = np.array(list(files))
    x = read_pictures(list(files.values()), None if exact else SIDE, exact=exact)
    if not (folder / "masks").is_dir():
        return numbers, x, None
    masks = [folder / "masks" / f"{file.stem}.png" for file in files.values()]
    return numbers, x, read_pictures(masks, None if exact else SIDE, exact=exact, mode="L") > 127


def _read_questions(folder: Path) -> Questions:
    numbers, x, where = _read(folder, SIDE)
    missing = set(range(len(numbers))) - set(numbers[:, 0].tolist())
    if missing:
        raise DataError(f"{folder} holds {len(numbers)} questions, but none with the number {min(missing)}.")
    return Questions(numbers[:, 0], x, _classes(folder, numbers[:, 1]), where)


def _classes(folder: Path, labels: np.ndarray) -> np.ndarray:
    if labels.max() >= len(FORMS):
        raise DataError(
            f"{folder}: a name speaks of class {labels.max()}; there are {len(FORMS)}, from 0 to {len(FORMS) - 1}."
        )
    return labels


def _checkpoint_file(folder: Path) -> Path:
    file = find_file(folder, "checkpoint.pth")
    if file is None:
        raise DataError(
            f"{folder}: checkpoint.pth is missing, the network that the course's pictures are explained with."
        )
    return file


def _checkpoint(file: Path) -> dict:
    """The weights in the course's checkpoint; nothing in it is run."""
    import torch

    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception:  # damaged bytes can fail in any way
        raise DataError(
            f"{file} is not a checkpoint that can be read safely (weights alone); it is cut off or something else."
        ) from None
    state = content.get("model_state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise DataError(f"{file}: expected the weights under the name 'model_state_dict', found something else.")
    return state
