"""Homework 2, phonemes frame by frame: utterances of 39 features every 10 ms, and for each frame which phone is spoken.

The course's layout (LibriPhone, cut from LibriSpeech):

    libriphone/train_split.txt    one utterance id (speaker-chapter-number) per line
    libriphone/train_labels.txt   an utterance id, then one class number per frame
    libriphone/test_split.txt     utterance ids; the test frames are numbered in this order
    libriphone/feat/train/ID.pt   a float tensor (T, 39) each; feat/test/ID.pt likewise

All frames of a split lie one after the other in one float32 array (413 MB for the whole of LibriPhone); windows of
neighbouring frames are cut from it batch by batch, never stored.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import against, find_file, find_root, read_frames, read_lines
from common.errors import DataError
from common.generators import speech
from common.generators.phones import CLASSES

SEED = 2022
SIZES = {"smoke": (12, 3), "standard": (60, 8)}  # speakers, of whom every third is a test speaker; sentences of each
SMOKE_UTTERANCES = 300  # of a folder's training set, at most
N_FEATURES = 39
COUNTS = {"2022": {"training": 4286, "test": 1078}, "2023": {"training": 3429, "test": 857}}  # utterances
DOWNLOADS = ()
HOW_TO_GET = (
    "Put the folder libriphone/ there (train_split.txt, train_labels.txt, test_split.txt and feat/); it comes with the "
    "Kaggle competition 'ml2022spring-hw2' or 'ml2023spring-hw2'."
)
_VERSION = "1"  # of the generated data: raise it whenever the generator's numbers change


@dataclass(frozen=True)
class Frames:
    """U utterances, N frames in all, one utterance after the other."""

    ids: tuple[str, ...]  # U utterance ids
    starts: np.ndarray  # (U + 1,) int64: utterance u owns the frames starts[u] ... starts[u + 1] - 1
    x: np.ndarray  # (N, 39) float32
    y: np.ndarray | None  # (N,) int64, index into Splits.classes; None for the test set
    formants: np.ndarray | None = None  # (N, 3) float32, Hz; known for generated training speech alone
    words: tuple[tuple[tuple[str, int, int], ...], ...] | None = None  # likewise: (word, first frame, last + 1) each

    def __len__(self) -> int:
        return len(self.x)

    @property
    def lengths(self) -> np.ndarray:
        """(U,) frames of each utterance."""
        return np.diff(self.starts)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks each utterance: its id up to the first hyphen."""
        return tuple(speaker_of(name) for name in self.ids)


@dataclass(frozen=True)
class Splits:
    """No speaker of `validation` is heard in `train`, if the ids name speakers; in the builtin data none of `test` is
    either. (In the course's own files of 2023 every test speaker is heard in training.)"""

    train: Frames
    validation: Frames
    test: Frames
    classes: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated speech in the layout of LibriPhone, and the classes of its test frames."""
    training, test = _made(profile, seed)
    about = (
        "generated: sentences spoken by a model of the vocal tract, heard through a noisy room; "
        "39 features and 41 classes as in LibriPhone"
    )
    return _splits(training, _without_answers(test), about), _reference(test)


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` in the course's layout; returns the classes of the test frames."""
    import torch

    training, test = _made(profile, seed)
    root = Path(folder) / "libriphone"
    for name, frames in (("train", training), ("test", test)):
        features = root / "feat" / name
        features.mkdir(parents=True, exist_ok=True)
        for utterance, x in zip(frames.ids, np.split(frames.x, frames.starts[1:-1]), strict=True):
            torch.save(torch.tensor(x), features / f"{utterance}.pt")
        (root / f"{name}_split.txt").write_text("".join(f"{u}\n" for u in frames.ids), "utf-8")
    labels = np.split(training.y, training.starts[1:-1])
    lines = [" ".join([u, *map(str, y.tolist())]) for u, y in zip(training.ids, labels, strict=True)]
    (root / "train_labels.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return _reference(test)


def look(folder: Path) -> dict[str, int]:
    """How many utterances there are to read. Raises DataError if a file is missing."""
    root = find_root(Path(folder), "train_split.txt")
    _lines(root, "train_labels.txt")
    counts = {}
    for part, split in (("training", "train"), ("test", "test")):
        ids = _read_ids(root, f"{split}_split.txt")
        for name in ids:
            if not _features_path(root, split, name).is_file():
                raise DataError(f"There is no {_features_path(root, split, name)}; was it all unpacked?")
        counts[part] = len(ids)
    return counts


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """LibriPhone from `folder` (libriphone itself, or a folder around it); the reference has row numbers alone.

    The smoke profile reads part of the training set, and the whole test set. Raises DataError with one sentence that
    names the file, what was expected and what was found.
    """
    root = find_root(Path(folder), "train_split.txt")
    labels = _read_labels(root, "train_labels.txt")
    ids = _read_ids(root, "train_split.txt")
    n = len(ids)
    for name in ids:
        if name not in labels:
            raise DataError(f"{root / 'train_labels.txt'} has no labels for the utterance {name!r} of train_split.txt.")
    ids = ids[:SMOKE_UTTERANCES] if profile == "smoke" else ids
    held_out = validation_utterances(ids)
    ids = [u for u, out in zip(ids, held_out, strict=True) if not out] + [
        u for u, out in zip(ids, held_out, strict=True) if out
    ]
    starts = np.concatenate([[0], np.cumsum([len(labels[name]) for name in ids])]).astype(np.int64)
    x = np.empty((int(starts[-1]), N_FEATURES), dtype=np.float32)
    for name, start, end in zip(ids, starts, starts[1:], strict=False):
        path = _features_path(root, "train", name)
        features = read_frames(path, N_FEATURES, "the split file")
        if len(features) != end - start:
            raise DataError(f"{path} has {len(features)} frames, but train_labels.txt has {end - start} labels for it.")
        x[start:end] = features
    training = Frames(tuple(ids), starts, x, np.concatenate([labels[name] for name in ids]))
    splits = _splits(training, _read_test(root), f"the course's own layout, read from {root}")
    reference = pd.DataFrame({"Id": np.arange(len(splits.test))})
    edition, _ = against(COUNTS, {"training": n, "test": len(splits.test.ids)})
    if edition:
        reference.attrs["edition"] = edition
    return splits, reference


def speaker_of(utterance: str) -> str:
    """`"1034-121119-0005"` was spoken by `"1034"`."""
    return utterance.split("-")[0]


def validation_utterances(ids) -> np.ndarray:
    """(U,) bool: all utterances of every fifth speaker, in order of their numbers; with one speaker, every fifth."""
    speakers = sorted({speaker_of(name) for name in ids}, key=lambda s: (len(s), s) if s.isdigit() else (99, s))
    if len(speakers) < 2:
        return np.arange(len(ids)) % 5 == 0
    chosen = set(speakers[::5])
    return np.array([speaker_of(name) in chosen for name in ids])


# --- generated ------------------------------------------------------------------------------------------------------


def _made(profile: str, seed: int) -> tuple[Frames, Frames]:
    """Training and test utterances with all that the generator knows of them."""
    arrays = cached("hw02", _VERSION, {"sizes": SIZES[profile], "seed": seed}, lambda: _arrays(profile, seed))
    speakers = sorted({speaker_of(str(name)) for name in arrays["ids"]}, key=int)
    heard_in_test = set(speakers[2::3])
    is_test = np.array([speaker_of(str(name)) in heard_in_test for name in arrays["ids"]])
    return _picked(arrays, np.flatnonzero(~is_test)), _picked(arrays, np.flatnonzero(is_test))


def _arrays(profile: str, seed: int) -> dict[str, np.ndarray]:
    corpus = speech.speech(seed, *SIZES[profile])
    words = [(number, *word) for number, utterance in enumerate(corpus) for word in utterance.words]
    return {
        "ids": np.array([utterance.id for utterance in corpus]),
        "starts": np.cumsum([0, *(len(utterance.y) for utterance in corpus)]),
        "x": np.concatenate([utterance.x for utterance in corpus]),
        "y": np.concatenate([utterance.y for utterance in corpus]),
        "formants": np.concatenate([utterance.formants for utterance in corpus]),
        "words": np.array([word[1] for word in words]),
        "spans": np.array([(word[0], word[2], word[3]) for word in words]),
    }


def _picked(arrays: dict[str, np.ndarray], chosen: np.ndarray) -> Frames:
    """Some utterances, in the order given."""
    starts = arrays["starts"]
    rows = np.concatenate([np.arange(starts[u], starts[u + 1]) for u in chosen])
    words: dict[int, list] = {u: [] for u in range(len(arrays["ids"]))}
    for word, (u, first, end) in zip(arrays["words"].tolist(), arrays["spans"].tolist(), strict=True):
        words[u].append((word, first, end))
    return Frames(
        ids=tuple(str(arrays["ids"][u]) for u in chosen),
        starts=np.cumsum([0, *(starts[u + 1] - starts[u] for u in chosen)]),
        x=arrays["x"][rows],
        y=arrays["y"][rows],
        formants=arrays["formants"][rows],
        words=tuple(tuple(words[u]) for u in chosen),
    )


def _without_answers(test: Frames) -> Frames:
    return Frames(test.ids, test.starts, test.x, None)


def _reference(test: Frames) -> pd.DataFrame:
    return pd.DataFrame({"Id": np.arange(len(test)), "Class": test.y})


def _splits(training: Frames, test: Frames, about: str) -> Splits:
    """Train and validation are views of `training`, whose utterances are put in order for that first."""
    held_out = validation_utterances(training.ids)
    if np.any(np.diff(held_out.astype(int)) < 0):
        training = _reordered(training, np.argsort(held_out, kind="stable"))
    n = int((~held_out).sum())
    return Splits(_part(training, 0, n), _part(training, n, len(held_out)), test, tuple(CLASSES), about)


def _reordered(frames: Frames, order: np.ndarray) -> Frames:
    rows = np.concatenate([np.arange(frames.starts[u], frames.starts[u + 1]) for u in order])
    return Frames(
        ids=tuple(frames.ids[u] for u in order),
        starts=np.cumsum([0, *frames.lengths[order]]),
        x=frames.x[rows],
        y=frames.y[rows],
        formants=None if frames.formants is None else frames.formants[rows],
        words=None if frames.words is None else tuple(frames.words[u] for u in order),
    )


def _part(frames: Frames, first: int, end: int) -> Frames:
    """Utterances `first` up to `end`, as views."""
    rows = slice(int(frames.starts[first]), int(frames.starts[end]))
    return Frames(
        ids=frames.ids[first:end],
        starts=frames.starts[first : end + 1] - frames.starts[first],
        x=frames.x[rows],
        y=frames.y[rows],
        formants=None if frames.formants is None else frames.formants[rows],
        words=None if frames.words is None else frames.words[first:end],
    )


# --- read -----------------------------------------------------------------------------------------------------------


def _lines(root: Path, name: str) -> list[str]:
    path = find_file(root, name)
    if path is None:
        raise DataError(f"There is no {root / name}. {HOW_TO_GET}")
    lines = read_lines(path)
    if not lines:
        raise DataError(f"{path} is empty; expected one line per utterance.")
    return lines


def _features_path(root: Path, split: str, utterance: str) -> Path:
    return root / "feat" / split / f"{utterance}.pt"


def _read_ids(root: Path, name: str) -> list[str]:
    """The utterance ids in a split file, each once."""
    path, seen = root / name, {}
    for number, line in enumerate(_lines(root, name), start=1):
        name = line.strip()
        if not name:
            continue
        if name in seen:
            raise DataError(f"{path}, line {number}: the utterance {name!r} stands in line {seen[name]} already.")
        if len(name.split()) > 1 or "/" in name or "\\" in name:
            raise DataError(f"{path}, line {number}: expected one utterance id, found {name[:60]!r}.")
        seen[name] = number
    return list(seen)


def _read_labels(root: Path, name: str) -> dict[str, np.ndarray]:
    """Utterance id -> class of each frame."""
    path, labels = root / name, {}
    for number, line in enumerate(_lines(root, name), start=1):
        name, _, rest = line.strip().partition(" ")
        if not name:
            continue
        try:
            y = np.array(rest.split(), dtype=np.int64)
        except (ValueError, OverflowError):
            wrong = next(value for value in rest.split() if not value.isdecimal() or len(value) > 9)
            raise DataError(
                f"{path}, line {number}: expected whole numbers after the id, found {wrong[:40]!r}."
            ) from None
        if len(y) == 0:
            raise DataError(f"{path}, line {number}: the utterance {name!r} has no labels.")
        wrong = np.flatnonzero((y < 0) | (y >= len(CLASSES)))
        if len(wrong):
            raise DataError(
                f"{path}, line {number}: frame {wrong[0]} of {name!r} has the class {y[wrong[0]]}; "
                f"expected 0 to {len(CLASSES) - 1}."
            )
        labels[name] = y
    return labels


def _read_test(root: Path) -> Frames:
    ids = _read_ids(root, "test_split.txt")
    features = [read_frames(_features_path(root, "test", name), N_FEATURES, "the split file") for name in ids]
    return Frames(tuple(ids), np.cumsum([0, *map(len, features)]), np.concatenate(features), None)
