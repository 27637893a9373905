"""Homework 15, learning to learn: handwritten characters of many alphabets, and one-shot tests of five characters each.

Layout, as Omniglot and the course have it:

- `images_background/<Alphabet>/character01/0001_01.png`: the number of the character, the number of the drawer; as a
  folder or as `images_background.zip`. Black ink on white paper, square, at least 28 x 28 pixels (Omniglot's own are
  105 x 105; they are averaged down).
- `Omniglot-test/support/0000/image_0.png` ... `image_4.png` and `Omniglot-test/query/...`: the course's test episodes.
  Image i of the support set shows class i; what a query image shows is to be told.
- where there are no test episodes, but `images_evaluation` (folder or zip), episodes are drawn from its alphabets with
  a fixed seed, and the answers are known.

Everything is listed in sorted order, so that no file system has a say in who trains on what. Every fifth alphabet is
for validation.
"""

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import JUNK, entries, find_file, find_root, numbered, plain
from common.data.pictures import decode, write_pictures
from common.errors import DataError
from common.generators import glyphs
from common.generators.secrets import apart

SEED = 2022
WAYS = 5  # classes in an episode
# alphabets for training and validation, alphabets for the test, characters in each, test episodes; many for the
# test: on ten, the same network scored higher with one data seed than with another
SIZES = {"smoke": (10, 3, 8, 40), "standard": (20, 60, 12, 640)}
BACKGROUND, EVALUATION, EPISODES = "images_background", "images_evaluation", "Omniglot-test"
_SITE = "https://github.com/brendenlake/omniglot/raw/master/python/"
DOWNLOADS = (
    Download(
        "images_background.zip",
        (_SITE + "images_background.zip",),
        "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640",
        9_464_212,
    ),
    Download(
        "images_evaluation.zip",
        (_SITE + "images_evaluation.zip",),
        "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee",
        6_462_886,
    ),
)
COUNTS = {
    "2022": {"alphabets": 30, "characters": 964, "test episodes": 640},
    "Omniglot": {"alphabets": 30, "characters": 964, "other characters": 659},
}
HOW_TO_GET = (
    "`hw data fetch hw15` brings Omniglot (images_background.zip and images_evaluation.zip, 16 MB); the course's own "
    "test, a folder Omniglot-test with support and query, goes beside them (Kaggle competition 'ml2022spring-hw15')."
)


@dataclass(frozen=True)
class Characters:
    """C characters by D drawers each. Ink is 0 for paper and 255 for black."""

    images: np.ndarray  # (C, D, 28, 28) uint8
    alphabet: np.ndarray  # (C,) int64, index into names
    names: tuple[str, ...]  # of the alphabets

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Episodes:
    """E test episodes: one labelled image of each of five characters, and five images to be told which they show.

    A query image may show any of the five, whatever the other four show.
    """

    id: np.ndarray  # (5 E,) int64, of the query images
    support: np.ndarray  # (E, 5, 28, 28) uint8; image i shows class i
    query: np.ndarray  # (E, 5, 28, 28) uint8

    def __len__(self) -> int:
        return len(self.support)


@dataclass(frozen=True)
class Splits:
    """No alphabet is in two of the splits."""

    train: Characters
    validation: Characters
    test: Episodes
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated alphabets, and the classes of the query images."""
    background, test, classes = _made(profile, seed)
    about = (
        "generated: invented alphabets, each character a program of pen strokes, run by twenty drawers with their own "
        "hand and pen, cut from a page of text"
    )
    return _splits(background, test, about), _reference(test, classes)


def look(folder: Path) -> dict[str, int]:
    """How much there is to read. Raises DataError if files are missing or names not as they should be."""
    root = find_root(Path(folder), BACKGROUND, f"{BACKGROUND}.zip")
    background = _groups(root, BACKGROUND)[1]
    counts = {"alphabets": len({alphabet for alphabet, _ in background}), "characters": len(background)}
    if (root / EPISODES).is_dir():
        return counts | {"test episodes": len(_episode_names(root / EPISODES))}
    return counts | {"other characters": len(_groups(root, EVALUATION)[1])}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Omniglot, or what `write` wrote. Raises DataError if files are missing, too few, or not what they should be."""
    root = find_root(Path(folder), BACKGROUND, f"{BACKGROUND}.zip")
    background = _characters(root, BACKGROUND)
    about = f"handwritten characters of {len(background.names)} alphabets, from {root}"
    if (root / EPISODES).is_dir():
        test = _episodes(root / EPISODES)
        reference = pd.DataFrame({"id": test.id})
    else:
        evaluation = _characters(root, EVALUATION)
        test, classes = draw_test(evaluation.images, SIZES["standard"][3], SEED)
        reference = _reference(test, classes)
        about += f"; test episodes drawn from {len(evaluation.names)} others"
    reference.attrs["edition"] = "2022"
    return _splits(background, test, about), reference


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` as PNG files in the course's layout; returns the answers of the test set."""
    background, test, classes = _made(profile, seed)
    folder = Path(folder)
    for place in range(len(background)):
        name = background.names[background.alphabet[place]]
        number = place - int(np.argmax(background.alphabet == background.alphabet[place])) + 1
        images = background.images[place]
        names = [f"{place + 1:04d}_{drawer + 1:02d}" for drawer in range(len(images))]
        write_pictures(folder / BACKGROUND / name / f"character{number:02d}", names, 255 - images)
    for part, episodes in (("support", test.support), ("query", test.query)):
        for number, images in enumerate(episodes):
            write_pictures(
                folder / EPISODES / part / f"{number:04d}", [f"image_{i}" for i in range(WAYS)], 255 - images
            )
    return _reference(test, classes)


def draw_test(images: np.ndarray, n: int, seed: int) -> tuple[Episodes, np.ndarray]:
    """`n` episodes of the characters `images` (C, D, 28, 28), and the classes (n, 5) of their query images.

    The query images of an episode are drawn one by one: knowing four of them says nothing about the fifth. Support and
    query images of one character are by different drawers.
    """
    rng = np.random.default_rng([seed, 15])
    characters = rng.permuted(np.tile(np.arange(len(images)), (n, 1)), axis=1)[:, :WAYS]
    drawers = rng.permuted(np.tile(np.arange(images.shape[1]), (n, WAYS, 1)), axis=2)
    classes = apart(rng, seed, "classes").integers(0, WAYS, (n, WAYS))
    rows = np.arange(n)[:, None]
    support = images[characters, drawers[..., 0]]
    # the k-th query image takes the k-th next drawer of its class, so no image comes twice
    query = images[characters[rows, classes], drawers[rows, classes, 1 + np.arange(WAYS)]]
    return Episodes(np.arange(n * WAYS), support, query), classes


def _made(profile: str, seed: int) -> tuple[Characters, Episodes, np.ndarray]:
    n_background, n_test, n_characters, n_episodes = SIZES[profile]

    def build() -> dict[str, np.ndarray]:
        made = glyphs.alphabets(seed, n_background + n_test, n_characters)
        return {"images": made.images, "alphabet": made.alphabet, "names": np.array(made.names)}

    found = cached("hw15", "1", [seed, n_background + n_test, n_characters], build)
    images, alphabet = found["images"], found["alphabet"]
    known = alphabet < n_background
    names = tuple(str(name) for name in found["names"][:n_background])
    test, classes = draw_test(images[~known], n_episodes, seed)
    return Characters(images[known], alphabet[known], names), test, classes


def _reference(test: Episodes, classes: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"id": test.id, "class": classes.ravel()})


def _splits(background: Characters, test: Episodes, about: str) -> Splits:
    held_out = background.alphabet % 5 == 4
    return Splits(_part(background, ~held_out), _part(background, held_out), test, about)


def _part(characters: Characters, chosen: np.ndarray) -> Characters:
    kept, alphabet = np.unique(characters.alphabet[chosen], return_inverse=True)
    return Characters(characters.images[chosen], alphabet, tuple(characters.names[i] for i in kept))


# --- files ----------------------------------------------------------------------------------------------------------


def _groups(root: Path, name: str) -> tuple[Path, dict[tuple[str, str], list[str]], Callable]:
    """Folder or zip called `name`, its images as posix paths by alphabet and character, and what opens one."""
    place = root / name if (root / name).is_dir() else find_file(root, f"{name}.zip")
    if place is None:
        other = f"a folder {EPISODES} nor " if name == EVALUATION else ""
        raise DataError(f"There is neither {other}{name} nor {name}.zip in {root}. {HOW_TO_GET}")
    files, open_file = _listing(place)
    groups: dict[tuple[str, str], list[str]] = {}
    for file in sorted(files):
        parts = file.removeprefix(f"{name}/").split("/")
        if len(parts) != 3:
            raise DataError(f"{place}: expected <alphabet>/<character>/<image>.png, found {file!r}.")
        groups.setdefault((parts[0], parts[1]), []).append(file)
    if not groups:
        raise DataError(f"{place} holds no PNG images; expected <alphabet>/<character>/<image>.png. {HOW_TO_GET}")
    return place, groups, open_file


def _characters(root: Path, name: str) -> Characters:
    """The characters below `root/name`, or in `root/name.zip`, in sorted order."""
    place, groups, open_file = _groups(root, name)
    names = tuple(sorted({alphabet for alphabet, _ in groups}))
    if name == BACKGROUND and len(names) < WAYS:
        raise DataError(f"{place}: expected at least 5 alphabets (every fifth is for validation), found {len(names)}.")
    for (alphabet, character), found in groups.items():
        if len(found) != glyphs.DRAWERS:
            raise DataError(
                f"{place}: expected {glyphs.DRAWERS} images of {alphabet}/{character}, found {len(found)}; "
                "the copy seems incomplete."
            )
    images = [_ink(partial(open_file, file), f"{place}: {file}") for group in groups.values() for file in group]
    index = {alphabet: i for i, alphabet in enumerate(names)}
    return Characters(
        np.stack(images).reshape(len(groups), glyphs.DRAWERS, glyphs.SIZE, glyphs.SIZE),
        np.array([index[alphabet] for alphabet, _ in groups]),
        names,
    )


def _listing(place: Path) -> tuple[list[str], Callable]:
    """PNG files of a folder or a zip as posix paths below it, and a function that finds or opens one."""
    if place.is_dir():
        found = {path.relative_to(place).as_posix(): path for path in place.rglob("*.png")}
        return _without_junk(found), lambda file: found[file]
    try:
        archive = zipfile.ZipFile(place)
        files = _without_junk(file for file in archive.namelist() if file.endswith(".png"))
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{place} is not a complete zip file ({error}); get it again. {HOW_TO_GET}") from None
    return files, archive.open


def _without_junk(files: Iterable[str]) -> list[str]:
    """Without what file managers leave behind, and second downloads of what is there."""
    real = {file for file in files if not any(part in JUNK or part.startswith(".") for part in file.split("/"))}
    names = {file: PurePosixPath(file).with_name(plain(PurePosixPath(file))).as_posix() for file in real}
    return [file for file, name in names.items() if file == name or name not in real]


def _episode_names(folder: Path) -> list[str]:
    names = {part: [path.name for path in entries(folder / part) if path.is_dir()] for part in ("support", "query")}
    for part, found in names.items():
        if not found:
            raise DataError(f"{folder / part} holds no episodes; expected folders 0000, 0001, ... {HOW_TO_GET}")
    if names["support"] != names["query"]:
        odd = sorted(set(names["support"]) ^ set(names["query"]))[0]
        raise DataError(f"{folder}: expected the same episodes in support and query, found {odd} in one of them only.")
    return names["query"]


def _episodes(folder: Path) -> Episodes:
    """The course's test, its episodes in the order of their numbers, none of which may be skipped."""
    episodes = numbered({name: folder / "query" / name for name in _episode_names(folder)})
    parts = []
    for part in ("support", "query"):
        paths = [folder / part / one.name / f"image_{place}.png" for one in episodes.values() for place in range(WAYS)]
        images = [_ink(path, str(path)) for path in paths]
        parts.append(np.stack(images).reshape(len(episodes), WAYS, glyphs.SIZE, glyphs.SIZE))
    return Episodes(np.arange(len(parts[0]) * WAYS), *parts)


def _ink(file, called: str) -> np.ndarray:
    """One image as ink (28, 28) uint8: black on white becomes 255 on 0, larger images are averaged down."""
    image = decode(file, called, lambda image: image.convert("L"))
    height, width = image.shape
    if width != height or width < glyphs.SIZE:
        raise DataError(f"{called}: expected a square of at least {glyphs.SIZE} pixels, found {width} x {height}.")
    if width != glyphs.SIZE:
        from PIL import Image

        how = Image.Resampling.BOX
        image = np.asarray(Image.fromarray(image).resize((glyphs.SIZE, glyphs.SIZE), how))
    return 255 - image
