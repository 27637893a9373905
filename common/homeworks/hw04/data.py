"""Homework 4, who is speaking: utterances of 40 log-mel energies every 10 ms, and for each which speaker it is.

The course's layout (a subset of VoxCeleb), all in one folder:

    metadata.json    {"n_mels": 40, "speakers": {"id00464": [{"feature_path": "uttr-....pt", "mel_len": 435}, ...]}}
    mapping.json     {"speaker2id": {"id00464": 73, ...}, "id2speaker": {"73": "id00464", ...}}
    testdata.json    {"n_mels": 40, "utterances": [{"feature_path": "uttr-....pt", "mel_len": 490}, ...]}
    uttr-*.pt        a float tensor (T, 40) each

All frames of a split lie one after the other in one float32 array, which is filled once, file by file (the course's set
takes 6 GB); crops are cut from it batch by batch, never stored. The last fifth of each speaker's utterances, in the
order of metadata.json, is validation: in the builtin data these come from a session of their own.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import against, find_file, find_root, read_frames, read_json
from common.errors import DataError
from common.generators import voices
from common.generators.secrets import apart

SEED = 2022
# speakers; utterances of each, a fifth of them for validation (at standard size 12 and 3); test utterances of each
SIZES = {"smoke": (10, (8, 12), 3), "standard": (60, (15, 15), 7)}
SMOKE_SPEAKERS = 20  # of a folder's training set, at most
N_MELS = voices.N_MELS
COUNTS = {"2022": {"training": 56_666, "test": 8000}}  # utterances
_RELEASE = "https://github.com/googly-mingto/ML2023HW4/releases/download/data/"
DOWNLOADS = tuple(  # the release tells neither size nor checksum
    Download(name, (_RELEASE + name,), unpack=True)
    for name in (f"Dataset.tar.gz.part{part}" for part in ("aa", "ab", "ac", "ad"))
)
HOW_TO_GET = (
    "Put the folder Dataset/ there (metadata.json, mapping.json, testdata.json and the files uttr-*.pt): "
    "`hw data fetch hw04` brings it from the releases of github.com/googly-mingto/ML2023HW4; it comes with "
    "the Kaggle competition 'ml2022spring-hw4' or 'ml2023springhw4', too."
)
_VERSION = "9"  # of the generated data: raise it whenever the generator's numbers change


@dataclass(frozen=True)
class Utterances:
    """U utterances, N frames in all, one utterance after the other."""

    names: tuple[str, ...]  # of the U feature files
    starts: np.ndarray  # (U + 1,) int64: utterance u owns the frames starts[u] ... starts[u + 1] - 1
    x: np.ndarray  # (N, 40) float32, logarithm of mel energies
    y: np.ndarray | None  # (U,) int64, index into Splits.speakers; None for the test set
    speaking: np.ndarray | None = None  # (N,) bool, where it is no pause; known for generated training speech alone

    def __len__(self) -> int:
        return len(self.names)

    @property
    def lengths(self) -> np.ndarray:
        """(U,) frames of each utterance."""
        return np.diff(self.starts)


@dataclass(frozen=True)
class Splits:
    """The same speakers in all three; in the builtin data no session of one is in another."""

    train: Utterances
    validation: Utterances
    test: Utterances
    speakers: tuple[str, ...]
    groups: np.ndarray | None  # (speakers,) int64: which of them have nearly the same voice; None if nobody knows
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated speech in the layout of the course's data, and who speaks the test utterances."""
    speakers, groups, training, test = _made(profile, seed)
    about = (
        "generated: people who differ in voice and in habits of speaking, each heard in several sessions with "
        "different rooms and recorders; 40 log-mel energies every 10 ms, as in the course's data"
    )
    splits = _splits(training, Utterances(test.names, test.starts, test.x, None), speakers, groups, about)
    return splits, _reference(test, speakers)


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` in the course's layout; returns who speaks the test utterances."""
    import torch

    speakers, _, training, test = _made(profile, seed)
    root = Path(folder) / "Dataset"
    root.mkdir(parents=True, exist_ok=True)
    entries = {}
    for part in (training, test):
        for name, x in zip(part.names, np.split(part.x, part.starts[1:-1]), strict=True):
            torch.save(torch.tensor(x), root / name)
            entries[name] = {"feature_path": name, "mel_len": len(x)}
    spoken = {speaker: [] for speaker in speakers}
    for name, y in zip(training.names, training.y, strict=True):
        spoken[speakers[y]].append(entries[name])
    numbers = {speaker: number for number, speaker in enumerate(speakers)}
    files = {
        "metadata.json": {"n_mels": N_MELS, "speakers": spoken},
        "mapping.json": {"speaker2id": numbers, "id2speaker": {str(k): name for name, k in numbers.items()}},
        "testdata.json": {"n_mels": N_MELS, "utterances": [entries[name] for name in test.names]},
    }
    for name, content in files.items():
        (root / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return _reference(test, speakers)


def look(folder: Path) -> dict[str, int]:
    """How many utterances there are to read. Raises DataError if a file is missing."""
    root = find_root(Path(folder), "metadata.json")
    speakers = _read_speakers(root)
    spoken, asked = _read_training(root, speakers), _read_test_list(root)
    _refuse_doubles(spoken, asked)
    counts = {"training": sum(map(len, spoken)), "test": len(asked)}
    for entry in (*(entry for mine in spoken for entry in mine), *asked):
        if not (root / entry[0]).is_file():
            raise DataError(f"There is no {root / entry[0]}, though the list of utterances names it; unpack it again.")
    return counts


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The course's data from `folder` (Dataset itself, or a folder around it); the reference has the file names alone.

    The smoke profile reads the first speakers alone, and the whole test set. Raises DataError with one sentence that
    names the file, what was expected and what was found.
    """
    root = find_root(Path(folder), "metadata.json")
    speakers = _read_speakers(root)
    spoken, asked = _read_training(root, speakers), _read_test_list(root)
    _refuse_doubles(spoken, asked)
    n = sum(map(len, spoken))
    if profile == "smoke":
        speakers, spoken = speakers[:SMOKE_SPEAKERS], spoken[:SMOKE_SPEAKERS]
    y = np.repeat(np.arange(len(spoken)), [len(mine) for mine in spoken])
    entries = [entry for mine in spoken for entry in mine]
    order = np.argsort(_is_validation(y), kind="stable")  # training in front, so that both are views of one array
    training = _read_features(root, [entries[u] for u in order], y[order])
    test = _read_features(root, asked, None)
    splits = _splits(training, test, speakers, None, f"the course's own layout, read from {root}")
    reference = pd.DataFrame({"Id": list(test.names)})
    edition, _ = against(COUNTS, {"training": n, "test": len(test)})
    if edition:
        reference.attrs["edition"] = edition
    return splits, reference


def _is_validation(y: np.ndarray) -> np.ndarray:
    """(U,) bool: the last fifth of each speaker's utterances."""
    chosen = np.zeros(len(y), dtype=bool)
    for speaker in np.unique(y):
        mine = np.flatnonzero(y == speaker)
        chosen[mine[len(mine) - voices.held_out(len(mine)) :]] = True
    return chosen


# --- generated ------------------------------------------------------------------------------------------------------


def _made(profile: str, seed: int) -> tuple[tuple[str, ...], np.ndarray, Utterances, Utterances]:
    """Speakers, their groups, training and test utterances with all that the generator knows of them."""
    arrays = cached("hw04", _VERSION, {"sizes": SIZES[profile], "seed": seed}, lambda: _arrays(profile, seed))
    n = int((~arrays["asked"]).sum())
    whole = Utterances(tuple(map(str, arrays["names"])), arrays["starts"], arrays["x"], arrays["y"], arrays["speaking"])
    return tuple(map(str, arrays["speakers"])), arrays["groups"], _part(whole, 0, n), _part(whole, n, len(whole))


def _arrays(profile: str, seed: int) -> dict[str, np.ndarray]:
    people, training, test = voices.corpus(seed, *SIZES[profile])
    rng = np.random.default_rng([seed, 6])
    speakers = np.sort(rng.choice(np.arange(10, 9999), len(people), replace=False))
    rng = apart(rng, seed, "names")
    names = [f"uttr-{rng.bytes(16).hex()}.pt" for _ in range(len(training) + len(test))]
    rng = apart(rng, seed, "order")
    shuffled = rng.permutation(len(test))
    held_out = _is_validation(np.array([utterance.speaker for utterance in training]))
    utterances = [training[u] for u in np.argsort(held_out, kind="stable")] + [test[u] for u in shuffled]
    return {
        "speakers": np.array([f"id{number:05d}" for number in speakers]),
        "groups": np.array([voice.group for voice in people]),
        "names": np.array(names),
        "starts": np.cumsum([0, *(len(utterance.x) for utterance in utterances)]),
        "x": np.concatenate([utterance.x for utterance in utterances]),
        "y": np.array([utterance.speaker for utterance in utterances]),
        "speaking": np.concatenate([utterance.speaking for utterance in utterances]),
        "asked": np.arange(len(utterances)) >= len(training),
    }


def _reference(test: Utterances, speakers: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"Id": list(test.names), "Category": [speakers[y] for y in test.y]})


def _splits(training: Utterances, test: Utterances, speakers, groups, about: str) -> Splits:
    """`training` has the utterances of validation at its end."""
    n = int((~_is_validation(training.y)).sum())
    train, validation = _part(training, 0, n), _part(training, n, len(training))
    return Splits(train, validation, test, tuple(speakers), groups, about)


def _part(whole: Utterances, first: int, end: int) -> Utterances:
    """Utterances `first` up to `end`, as views."""
    rows = slice(int(whole.starts[first]), int(whole.starts[end]))
    return Utterances(
        names=whole.names[first:end],
        starts=whole.starts[first : end + 1] - whole.starts[first],
        x=whole.x[rows],
        y=whole.y[first:end],
        speaking=None if whole.speaking is None else whole.speaking[rows],
    )


# --- read -----------------------------------------------------------------------------------------------------------

_Entry = tuple[str, int]  # the name of a feature file, its frames


def _read_json(root: Path, name: str, *keys: str) -> tuple[Path, dict]:
    path = find_file(root, name)
    if path is None:
        raise DataError(f"There is no {root / name}. {HOW_TO_GET}")
    content = read_json(path)
    missing = [key for key in keys if not isinstance(content, dict) or key not in content]
    if missing:
        raise DataError(f"{path}: expected an object with {', '.join(map(repr, keys))}, and {missing[0]!r} is missing.")
    if "n_mels" in keys and content["n_mels"] != N_MELS:
        raise DataError(f"{path}: expected n_mels to be {N_MELS}, found {content['n_mels']!r}.")
    return path, content


def _read_speakers(root: Path) -> tuple[str, ...]:
    """The speakers in the order of their numbers."""
    path, content = _read_json(root, "mapping.json", "speaker2id")
    numbers = content["speaker2id"]
    if not isinstance(numbers, dict) or sorted(map(str, numbers.values())) != sorted(map(str, range(len(numbers)))):
        raise DataError(f"{path}: expected speaker2id to number its speakers from 0 on, each number once.")
    return tuple(sorted(numbers, key=lambda name: int(numbers[name])))


def _read_training(root: Path, speakers: tuple[str, ...]) -> list[list[_Entry]]:
    """The utterances of each speaker, in the order of the file."""
    path, content = _read_json(root, "metadata.json", "n_mels", "speakers")
    spoken = content["speakers"]
    if not isinstance(spoken, dict) or set(spoken) != set(speakers):
        odd = sorted(set(spoken) ^ set(speakers))[0] if isinstance(spoken, dict) else "a list"
        raise DataError(f"{path} and mapping.json beside it do not name the same speakers: see {odd!r}.")
    return [_entries(path, f"speaker {name!r}", spoken[name]) for name in speakers]


def _read_test_list(root: Path) -> list[_Entry]:
    path, content = _read_json(root, "testdata.json", "n_mels", "utterances")
    return _entries(path, "utterances", content["utterances"])


def _entries(path: Path, where: str, listed) -> list[_Entry]:
    if not isinstance(listed, list) or not listed:
        raise DataError(f"{path}, {where}: expected a list of utterances, found {str(listed)[:40]!r}.")
    found = []
    for entry in listed:
        name, length = (entry.get("feature_path"), entry.get("mel_len")) if isinstance(entry, dict) else (None, None)
        if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+\.pt", name):
            raise DataError(f"{path}, {where}: expected a feature_path like 'uttr-0f3a.pt', found {str(name)[:60]!r}.")
        if type(length) is not int or length < 1:
            raise DataError(f"{path}, {where}: expected mel_len of {name} to be its frames, found {length!r}.")
        found.append((name, length))
    return found


def _refuse_doubles(spoken: list[list[_Entry]], asked: list[_Entry]) -> None:
    seen = {}
    lists = [("metadata.json", entry) for mine in spoken for entry in mine] + [("testdata.json", e) for e in asked]
    for file, (name, _) in lists:
        if name in seen:
            raise DataError(f"The utterance {name} is listed twice, in {seen[name]} and in {file}; get both again.")
        seen[name] = file


def _read_features(root: Path, entries: list[_Entry], y: np.ndarray | None) -> Utterances:
    starts = np.cumsum([0, *(length for _, length in entries)])
    x = np.empty((int(starts[-1]), N_MELS), dtype=np.float32)
    for (name, length), start in zip(entries, starts[:-1], strict=True):
        features = read_frames(root / name, N_MELS, "the list of utterances")
        if len(features) != length:
            raise DataError(f"{root / name} has {len(features)} frames, but its mel_len is {length}.")
        x[start : start + length] = features
    return Utterances(tuple(name for name, _ in entries), starts, x, y)
