"""Homework 8, anomaly detection: pictures of faces to learn from, and a test set half of which has something wrong.

The course's layout:

    trainingset.npy    (100000, 64, 64, 3) uint8, faces, and nothing said about them
    testingset.npy     (19636, 64, 64, 3) uint8, half of them of another kind

An exported folder has 32 x 32 pixels and, beside these, `validationset.npy` with `validationset.csv`, which says what
each picture is. Where these are missing (the course gives no labels at all) the last pictures to learn from are held
out, and half of them are spoiled.

The arrays are mapped, not read: pages come from the disk when they are touched, and the system may drop them again.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import find_file, find_root, read_lines
from common.errors import DataError
from common.generators import odd_faces
from common.generators.secrets import hidden

SEED = 2022
KINDS = ("normal", *odd_faces.KINDS)
UNASKED = ("top_bottom", "eye", "blurred")  # kinds to look at in the validation set, not in the test
# pictures to learn from; in the validation set of each odd kind, and in the test set (and as many normal ones in all)
SIZES = {"smoke": (256, 8, 25), "standard": (6000, 80, 250)}
SMOKE_READ = 2_000  # pictures to learn from, of a folder
HELD_OUT = 1_200  # of a folder without a validation set, at most, and at most a tenth
TRAIN, VALIDATION, TEST = "trainingset.npy", "validationset.npy", "testingset.npy"
LABELS = "validationset.csv"
SIDES = range(32, 257, 16)  # pixels across
FEWEST = 100  # pictures to learn from
_REPOSITORY = "chiyuanhsiao/ml2023spring-hw8"
_COMMIT = "9345bded5e86e803297b2d892a491d25dc89cd3f"
_MIRRORS = (
    f"https://media.githubusercontent.com/media/{_REPOSITORY}/{_COMMIT}",
    f"https://github.com/{_REPOSITORY}/raw/{_COMMIT}",
)
_RELEASE = "https://github.com/MachineLearningHW/HW8_Dataset/releases/download/v1.0.0/data.zip"
COUNTS = {"2022": {"training": 100_000, "test": 19_636}}  # the same in 2023
DOWNLOADS = tuple(
    Download(name, tuple(f"{mirror}/{name}" for mirror in _MIRRORS), sha256, size)
    for name, sha256, size in (
        (TRAIN, "eb895c5e8fea408002b2b6802552124163164b3b6438af9eb02b001bbfa9e0ed", 1_228_800_128),
        (TEST, "3275f9bb71649eb54b007873bfd56b3cf55ff1f1b66592818a3d103988a96bbb", 241_287_296),
    )
)
HOW_TO_GET = (
    f"`hw data fetch hw08` brings {TRAIN} (1.2 GB) and {TEST} (0.2 GB); where it cannot, put both there, from the "
    f"Kaggle competition 'ml2022spring-hw8' or 'ml2023spring-hw8', from github.com/{_REPOSITORY} (with Git LFS), or "
    f"from data.zip, which the course's notebook takes from {_RELEASE}. An archive that is put there is unpacked by "
    "`hw data fetch hw08`."
)
_VERSION = "3"  # of the generated pictures: raise it whenever the generator's output changes


@dataclass(frozen=True)
class Faces:
    """N pictures of one size."""

    x: np.ndarray  # (N, S, S, 3) uint8
    kind: np.ndarray | None  # (N,) int64, index into KINDS, 0 is normal; None where nobody tells

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Splits:
    """What there is to learn from (normal faces), to choose by, and to be tested on."""

    train: Faces
    validation: Faces
    test: Faces
    kinds: tuple[str, ...]
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Drawn faces, and which of the test set are odd."""
    made = _made(profile, seed)
    about = "generated: drawn faces, turned, tilted and lit in many ways, the odd ones put together from normal ones"
    train = Faces(made["train"], np.zeros(len(made["train"]), np.int64))
    splits = Splits(train, Faces(made["validation"], made["kinds"]), Faces(made["test"], None), KINDS, about)
    return splits, _ids(len(splits.test)).assign(score=(made["answers"] > 0).astype(np.int64))


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin pictures of `seed` in the course's layout, and the validation set; returns the answers."""
    splits, reference = builtin(profile, seed)
    for name, part in ((TRAIN, splits.train), (VALIDATION, splits.validation), (TEST, splits.test)):
        np.save(Path(folder) / name, part.x)
    labels = pd.DataFrame({"kind": [KINDS[kind] for kind in splits.validation.kind]})
    labels.to_csv(Path(folder) / LABELS, index=False, lineterminator="\n")
    return reference


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Faces in the course's layout from `folder`, or from folders in it; the reference has IDs alone.

    The smoke profile learns from the first pictures alone; the test set is never cut. Raises DataError with one
    sentence that names the file, what was expected and what was found.
    """
    x, test = _course(Path(folder))
    if len(x) < FEWEST:
        raise DataError(f"{folder}: expected at least {FEWEST} pictures to learn from in {TRAIN}, found {len(x)}.")
    labelled = _file(Path(folder), VALIDATION)
    if labelled is None:
        x, validation = _held_out(x)
    else:
        validation = _labelled(labelled, _file(Path(folder), LABELS))
    for name, part in ((TEST, test), (VALIDATION, validation.x)):
        if part.shape[1:] != x.shape[1:]:
            raise DataError(
                f"{folder}: the pictures in {TRAIN} have {x.shape[1]} x {x.shape[2]} pixels, those in {name} "
                f"{part.shape[1]} x {part.shape[2]}; all must come from one set."
            )
    if profile == "smoke":
        x = x[:SMOKE_READ]
    about = f"{len(x):,} + {len(test):,} pictures from {folder}"
    reference = _ids(len(test))
    reference.attrs["edition"] = "2022"
    return Splits(Faces(x, np.zeros(len(x), np.int64)), validation, Faces(test, None), KINDS, about), reference


def look(folder: Path) -> dict[str, int]:
    """How many pictures `read` would find."""
    x, test = _course(Path(folder))
    return {"training": len(x), "test": len(test)}


def _made(profile: str, seed: int) -> dict[str, np.ndarray]:
    """All pictures, uint8, and the kinds of those of the validation set and of the test set."""
    n_train, n_each, n_asked = SIZES[profile]

    def build():
        streams = np.random.SeedSequence([seed, 8]).spawn(2)
        asked = np.random.SeedSequence([hidden(seed, "test pictures"), 8]).spawn(4)[2:]
        of_train, of_validation, of_test = (
            int.from_bytes(s.generate_state(4).tobytes(), "little") for s in (*streams, asked[0])
        )
        validation, kinds = _mixed(of_validation, n_each, KINDS[1:])
        test, answers = _mixed(of_test, n_asked, [name for name in KINDS[1:] if name not in UNASKED])
        order = np.random.default_rng(asked[1]).permutation(len(test))
        return {
            "train": odd_faces.normal_faces(of_train, n_train),
            "validation": validation, "kinds": kinds,
            "test": test[order], "answers": answers[order],
        }  # fmt: skip

    return cached("hw08", _VERSION, {"sizes": SIZES[profile], "seed": seed}, build)


def _mixed(seed: int, n_each: int, odd: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """`n_each` pictures of each of the kinds `odd`, behind as many normal ones in all, and their kinds."""
    kinds = np.repeat([KINDS.index(name) for name in odd], n_each)
    normal = odd_faces.normal_faces(2 * seed, len(kinds))
    images = np.concatenate([normal, odd_faces.odd_faces(2 * seed + 1, kinds - 1)])
    return images, np.concatenate([np.zeros_like(kinds), kinds])


def _ids(n: int) -> pd.DataFrame:
    return pd.DataFrame({"ID": np.arange(n)})


# --- the course's files -----------------------------------------------------------------------------------------------


def _course(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The pictures to learn from, and those of the test set."""
    paths = {name: _file(folder, name) for name in (TRAIN, TEST)}
    missing = " and no ".join(name for name, path in paths.items() if path is None)
    if missing:
        raise DataError(f"There is no {missing} in {folder} or a folder in it. {HOW_TO_GET}")
    return _mapped(paths[TRAIN]), _mapped(paths[TEST])


def _file(folder: Path, name: str) -> Path | None:
    """Where the file is; some archives leave it in a folder that is called like it."""
    root = find_root(folder, name)
    if (root / name).is_dir():
        root = find_root(root / name, name)
    return find_file(root, name)


def _mapped(path: Path) -> np.ndarray:
    """The pictures (N, S, S, 3) uint8 in an .npy file, without reading them.

    Mapped copy-on-write: torch takes the array as it is, and nobody can change the file through it.
    """
    shape, dtype, fortran, offset = _header(path)
    if dtype != np.uint8 or len(shape) != 4:
        raise DataError(f"{path}: expected pictures (N, S, S, 3) of type uint8, found {_shown(shape)} of type {dtype}.")
    n, height, width, channels = shape
    if channels != 3 and height == 3:
        raise DataError(f"{path}: expected the colours last, (N, S, S, 3), found {_shown(shape)}; transpose it.")
    if channels != 3 or height != width or height not in SIDES:
        raise DataError(
            f"{path}: expected square pictures of three colours, 32 to 256 pixels across in steps of 16, "
            f"found {_shown(shape)}."
        )
    if fortran:
        raise DataError(f"{path} is in Fortran order; save it again with np.save(path, np.ascontiguousarray(array)).")
    expected, found = offset + n * height * width * 3, path.stat().st_size
    if found != expected:
        state = "cut off" if found < expected else "something stands behind the array"
        raise DataError(f"{path}: expected {expected:,} bytes for {_shown(shape)}, found {found:,}; it is {state}.")
    if n == 0:
        raise DataError(f"{path} holds no pictures.")
    return np.memmap(path, np.uint8, mode="c", offset=offset, shape=shape)


def _header(path: Path) -> tuple[tuple[int, ...], np.dtype, bool, int]:
    """Shape, type, whether in Fortran order, and where the numbers begin."""
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        with open(path, "rb") as file:
            if file.read(20).startswith(b"version https://git"):
                raise DataError(f"{path} is a pointer of Git LFS and not the data; fetch it with `git lfs pull`.")
            file.seek(0)
            version = np.lib.format.read_magic(file)
            shape, fortran, dtype = readers[version](file)
            return shape, dtype, fortran, file.tell()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, KeyError):
        raise DataError(f"{path} is no .npy file, or its beginning is damaged; expected what np.save writes.") from None


def _labelled(path: Path, labels: Path | None) -> Faces:
    """The validation set of an exported folder."""
    x = _mapped(path)
    if labels is None:
        raise DataError(f"There is no {LABELS}, though {path} is there; put them side by side.")
    first, *names = read_lines(labels) or [""]
    if first.strip('"') != "kind":
        raise DataError(f"{labels}: expected the column kind with a name in each line, found {first[:40]!r}.")
    if len(names) != len(x):
        raise DataError(f"{labels}: expected a line for each of the {len(x):,} pictures, found {len(names):,}.")
    for line, name in enumerate(names, start=2):
        if name not in KINDS:
            raise DataError(f"{labels}, line {line}: expected one of {', '.join(KINDS)}, found {name[:40]!r}.")
    return Faces(x, np.array([KINDS.index(name) for name in names], np.int64))


def _held_out(x: np.ndarray) -> tuple[np.ndarray, Faces]:
    """The pictures without the last ones, and these as a validation set: half of them as they are, half spoiled."""
    n = min(HELD_OUT, len(x) // 10) // 2
    normal, spoiled = x[-2 * n : -n], x[-n:]
    kinds = np.sort(1 + np.arange(n) % (len(KINDS) - 1))
    images = np.concatenate([normal, odd_faces.oddities_of(spoiled, kinds - 1, SEED)])
    return x[: -2 * n], Faces(images, np.concatenate([np.zeros_like(kinds), kinds]))


def _shown(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(f"{n}" for n in shape) + ")"
