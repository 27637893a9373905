"""Homework 5, translation: English sentences, their Chinese, and more Chinese without English.

The course's layout (TED2020), a sentence per line, the same line in both files:

    raw.en raw.zh             pairs to learn from
    test.en test.zh           test.zh holds a full stop per line, because nobody outside knows the answers
    ted_zh_corpus.deduped.gz  Chinese alone (optional; also unpacked, or called mono.zh)

The archives of the course unpack into folders (`ted2020/`, `test/`); those are looked into as well. Exported folders
have `valid.en`, `valid.zh`, `unseen.en` and `unseen.zh` besides.

Or the layout of Tatoeba's pairs as manythings.org has them: one `.txt` or `.tsv` file, English and Chinese with a tab
between, and perhaps an attribution behind a second tab. Its sentences are divided here, so its test has answers.
"""

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.fetch import Download
from common.data.originals import against, files_in, find_file, find_root
from common.errors import DataError
from common.generators import translation

SEED = 2022
# pairs to learn from, to validate, to be tested on, of unseen structures to look at and in the test; Chinese alone
SIZES = {"smoke": (600, 100, 120, 30, 60, 2000), "standard": (2000, 600, 1000, 200, 500, 40_000)}
SMOKE_READ = 2000  # pairs, and Chinese lines, of a folder
LONGEST, RATIO = 1000, 9  # words of English or characters of Chinese; how many times longer one side may be
_RELEASE = "https://github.com/figisiwirf/ml2023-hw5-dataset/releases/download/v1.0.1/"
DOWNLOADS = tuple(  # the release tells neither size nor checksum
    Download(name, (_RELEASE + name,), unpack=True) for name in ("ml2023.hw5.data.tgz", "ml2023.hw5.test.tgz")
)
HOW_TO_GET = (
    "Put raw.en, raw.zh, test.en and test.zh there (TED2020 as the course cut it; `hw data fetch hw05` brings it from "
    "the releases of github.com/figisiwirf/ml2023-hw5-dataset), or cmn.txt of cmn-eng.zip from manythings.org/anki."
)
_VERSION = "8"  # of the generated data: raise it whenever the sentences change
COUNTS = {"2022": {"training": 398_066, "test": 4000}, "2023": {"training": 400_726, "test": 4000}}


@dataclass(frozen=True)
class Pairs:
    """N sentences."""

    en: tuple[str, ...]
    zh: tuple[str, ...] | None  # None for the test set
    kind: tuple[str, ...] | None = None  # which structure; known for generated pairs alone, and not for the test set
    # likewise: what translates what, as (from, to) in the characters of en and (from, to) in those of zh
    links: tuple[tuple[tuple[int, int, int, int], ...], ...] | None = None

    def __len__(self) -> int:
        return len(self.en)


@dataclass(frozen=True)
class Splits:
    """No sentence of one split stands in another, in either language."""

    train: Pairs
    validation: Pairs
    test: Pairs
    unseen: Pairs | None  # structures that no other pair has but for some of the test, with their translations
    monolingual: tuple[str, ...]  # Chinese without English; may be empty
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated pairs, and the translations of the test set with their structures."""
    parts = _made(profile, seed)
    about = (
        "generated: everyday sentences of a grammar that says each in English and in Chinese, "
        "and more Chinese of the same world"
    )
    return _splits(parts, about), _reference(parts["test"])


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` in the course's layout; returns the translations of the test set."""
    folder = Path(folder)
    parts = _made(profile, seed)
    for name, part in (("raw", "train"), ("valid", "validation"), ("unseen", "unseen")):
        _write_lines(folder / f"{name}.en", parts[part].en)
        _write_lines(folder / f"{name}.zh", parts[part].zh)
    _write_lines(folder / "test.en", parts["test"].en)
    _write_lines(folder / "test.zh", ["。"] * len(parts["test"]))
    _write_lines(folder / "mono.zh", parts["monolingual"])
    return _reference(parts["test"])


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The course's files in `folder`, or a file of tab-separated pairs.

    All text is cleaned (`clean`), and pairs that cannot be right are left out (`plausible`). The smoke profile reads
    part of what is to be learned from, and the whole test set. Raises DataError with one sentence that names the file,
    the line, what was expected and what was found.
    """
    folder = Path(folder)
    return _read_course(folder, profile) if _is_course(folder) else _read_table(_table(folder), profile)


def look(folder: Path) -> dict[str, int]:
    """How many sentences are there: "training" and "test", before any cleaning, or "pairs" of a table."""
    folder = Path(folder)
    if not _is_course(folder):
        return {"pairs": len(_without_end(_read_lines(_table(folder))))}
    return {
        "training": len(_read_pairs(folder, "raw")[0]),
        "test": len(_without_end(_read_lines(_must_find(folder, "test.en")))),
    }


# --- cleaning ---------------------------------------------------------------------------------------------------------

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}  # full-width ASCII, and the wide space
_WIDE = str.maketrans(",?!;:", "，？！；：")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "『": '"', "』": '"'})
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>")
_AROUND_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")


def clean(text: str, language: str) -> str:
    """One sentence as the course cleans it, for `language` "en" or "zh".

    Full-width letters and digits become half-width, quotation marks straight; what stands in brackets is dropped, and
    so are dashes (not hyphens). Chinese loses its spaces and keeps full-width ，？！；： (the course makes those
    half-width too, and puts spaces around them: today's tokenizers need no such help). What is clean stays as it is.
    """
    text = text.translate(_HALF).translate(_QUOTES).replace("\ufeff", "")
    while (shorter := _BRACKETS.sub(" ", text)) != text:
        text = shorter
    text = re.sub(r"[—–―_]+|-{2,}", " ", text)
    text = " ".join(text.split())
    if language == "zh":
        text = re.sub(r" +(?=[,?!;:])", "", text)
        text = re.sub(r'(?<=[^\x00-\x7f]|")[,?!;:]+', lambda found: found.group().translate(_WIDE), text)
        text = _AROUND_CHINESE.sub("", text)
    return text


def plausible(en: str, zh: str) -> bool:
    """Can one be the translation of the other? Neither empty nor very long, and their lengths alike."""
    words, characters = len(en.split()), len(zh)
    return (
        1 <= words <= LONGEST
        and 1 <= characters <= LONGEST
        and words <= RATIO * characters
        and characters <= RATIO * words
    )


# --- generated --------------------------------------------------------------------------------------------------------


def _made(profile: str, seed: int) -> dict:
    """All parts, with what the generator knows of them; `monolingual` is a tuple of sentences."""
    arrays = cached("hw05", _VERSION, {"profile": profile, "seed": seed}, lambda: _arrays(profile, seed))
    parts: dict = {}
    for name in ("train", "validation", "test", "unseen"):
        en, zh, kind = (tuple(str(arrays[f"{name}.{field}"]).split("\n")) for field in ("en", "zh", "kind"))
        links = np.split(arrays[f"{name}.links"], arrays[f"{name}.ends"][:-1])
        parts[name] = Pairs(en, zh, kind, tuple(tuple(map(tuple, rows.tolist())) for rows in links))
    parts["monolingual"] = tuple(str(arrays["monolingual"]).split("\n"))
    return parts


def _arrays(profile: str, seed: int) -> dict[str, np.ndarray]:
    train, validation, test, unseen, deeper, alone = SIZES[profile]
    part = "public test" if seed == SEED else "secret test"
    rare = translation.RARE
    likely = translation.pairs(seed, validation + test, part, steepness=rare, shown=validation)
    strange = translation.pairs(seed, unseen + deeper, part, steepness=rare, held_out=True, shown=unseen)
    made = {
        "train": translation.pairs(seed, train),
        "validation": likely[:validation],
        "test": likely[validation:] + strange[unseen:],
        "unseen": strange[:unseen],
    }
    arrays = {"monolingual": np.array("\n".join(translation.monolingual(seed, alone)))}
    for name, pairs in made.items():
        for field in ("en", "zh", "kind"):
            arrays[f"{name}.{field}"] = np.array("\n".join(getattr(pair, field) for pair in pairs))
        arrays[f"{name}.links"] = np.array([link for pair in pairs for link in pair.links], dtype=np.int16)
        arrays[f"{name}.ends"] = np.cumsum([len(pair.links) for pair in pairs])
    return arrays


def _splits(parts: dict, about: str) -> Splits:
    return Splits(
        train=parts["train"],
        validation=parts["validation"],
        test=Pairs(parts["test"].en, None),
        unseen=parts["unseen"],
        monolingual=parts["monolingual"],
        about=about,
    )


def _reference(test: Pairs) -> pd.DataFrame:
    """The translations; for the judge alone, each one's structure and whether it was held out of all other pairs."""
    table = pd.DataFrame({"id": np.arange(len(test)), "translation": test.zh})
    return table.assign(structure=test.kind, held_out=[kind in translation.HELD_OUT for kind in test.kind])


# --- read -------------------------------------------------------------------------------------------------------------


def _is_course(folder: Path) -> bool:
    return any(_find(folder, name) for name in ("raw.en", "raw.zh", "test.en"))


def _table(folder: Path) -> Path:
    """The file of tab-separated pairs; `_about.txt`, which lies beside it in the archive, is none."""
    root = find_root(folder, "cmn.txt")
    files = [path for name, path in files_in(root, (".txt", ".tsv")).items() if not name.startswith("_")]
    found = [path for path in files if "\t" in _read_lines(path)[0]]
    if not found:
        raise DataError(
            f"There is neither raw.en nor a file of tab-separated pairs (cmn.txt) in {folder}. {HOW_TO_GET}"
        )
    return found[0]


def _read_course(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    en, zh = _read_pairs(folder, "raw")
    count = len(en)
    pairs = _cleaned(en, zh, SMOKE_READ if profile == "smoke" else None)
    if len(pairs) < 2:
        raise DataError(
            f"{_find(folder, 'raw.en')}: expected at least two pairs that can be right, found {len(pairs)}."
        )
    if _find(folder, "valid.en") or _find(folder, "valid.zh"):
        train, validation = pairs, _cleaned(*_read_pairs(folder, "valid"))
    else:
        train, validation = _divided(pairs)
    unseen = None
    if _find(folder, "unseen.en") or _find(folder, "unseen.zh"):
        unseen = _cleaned(*_read_pairs(folder, "unseen"))
    path = _must_find(folder, "test.en")
    test = Pairs(tuple(clean(line, "en") for line in _without_end(_read_lines(path))), None)
    if "" in test.en:
        raise DataError(f"{path}, line {test.en.index('') + 1}: expected an English sentence, found nothing.")
    splits = Splits(train, validation, test, unseen, _read_monolingual(folder, profile), f"sentence pairs of {folder}")
    reference = pd.DataFrame({"id": np.arange(len(test))})
    answers = _read_answers(folder, len(test))
    if answers:
        reference["translation"] = answers
    edition, _ = against(COUNTS, {"training": count, "test": len(test)})
    if edition:
        reference.attrs["edition"] = edition
    return splits, reference


def _read_table(path: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """Tab-separated pairs. Which split a pair goes to is told by its English, so that no sentence is in two."""
    en, zh = [], []
    for number, line in enumerate(_without_end(_read_lines(path)), start=1):
        fields = line.split("\t")
        if len(fields) not in (2, 3):
            raise DataError(
                f"{path}, line {number}: expected English and Chinese with a tab between (and perhaps an attribution), "
                f"found {len(fields)} field{'s' if len(fields) > 1 else ''}."
            )
        en.append(fields[0])
        zh.append(fields[1])
    pairs = _cleaned(en, zh)
    shares = [zlib.crc32(re.sub(r"\W", "", text.lower()).encode()) % 20 for text in pairs.en]
    test, validation = _where(pairs, [s == 0 for s in shares]), _where(pairs, [s == 1 for s in shares])
    if not len(test) or not len(validation):
        raise DataError(f"{path}: expected some hundred pairs at least, found {len(pairs)}.")
    asked = dict(zip(test.en, test.zh, strict=True))  # one of its translations, where a sentence has several
    test = Pairs(tuple(asked), tuple(asked.values()))
    elsewhere = {*test.zh, *validation.zh}
    train = _where(pairs, [s > 1 and text not in elsewhere for s, text in zip(shares, pairs.zh, strict=True)])
    validation = _where(validation, [text not in set(test.zh) for text in validation.zh])
    if profile == "smoke":
        train = Pairs(train.en[:: max(1, len(train) // SMOKE_READ)], train.zh[:: max(1, len(train) // SMOKE_READ)])
    about = f"{len(pairs):,} sentence pairs of {path}, in traditional and simplified characters as they come"
    reference = pd.DataFrame({"id": np.arange(len(test)), "translation": test.zh})
    return Splits(train, validation, Pairs(test.en, None), None, (), about), reference


def _cleaned(en, zh, most: int | None = None) -> Pairs:
    """The plausible pairs, cleaned, each once; the first `most`."""
    found: dict[tuple[str, str], None] = {}
    for one, other in zip(en, zh, strict=True):
        pair = clean(one, "en"), clean(other, "zh")
        if plausible(*pair):
            found[pair] = None
            if len(found) == most:
                break
    return Pairs(tuple(pair[0] for pair in found), tuple(pair[1] for pair in found))


def _where(pairs: Pairs, chosen) -> Pairs:
    rows = [row for row, is_chosen in enumerate(chosen) if is_chosen]
    return Pairs(tuple(pairs.en[row] for row in rows), tuple(pairs.zh[row] for row in rows))


def _divided(pairs: Pairs) -> tuple[Pairs, Pairs]:
    """One pair in a hundred for validation, as in the course (of few pairs, one in ten)."""
    n = max(len(pairs) // 100, min(500, len(pairs) // 10), 1)
    held = np.zeros(len(pairs), dtype=bool)
    held[np.random.default_rng(0).permutation(len(pairs))[:n]] = True
    return _where(pairs, ~held), _where(pairs, held)


def _read_pairs(folder: Path, name: str) -> tuple[list[str], list[str]]:
    paths = [_must_find(folder, f"{name}.{language}") for language in ("en", "zh")]
    en, zh = map(_read_lines, paths)
    last = max(len(_without_end(en)), len(_without_end(zh)))  # blank lines behind the last pair are none
    en, zh = en[:last], zh[:last]
    if len(en) != len(zh):
        raise DataError(
            f"{paths[0]} has {len(en):,} lines, {paths[1].name} has {len(zh):,}; "
            "line by line they must be translations."
        )
    return en, zh


def _read_answers(folder: Path, n: int) -> list[str] | None:
    """The translations in test.zh, or None where it is missing or holds the same full stop in every line."""
    path = _find(folder, "test.zh")
    if path is None:
        return None
    lines = [clean(line, "zh") for line in _without_end(_read_lines(path), least=n)]
    if len(lines) != n:
        raise DataError(f"{path} has {len(lines):,} lines, test.en has {n:,}.")
    return lines if len(set(lines)) > 1 else None


def _read_monolingual(folder: Path, profile: str) -> tuple[str, ...]:
    names = ("mono.zh", "ted_zh_corpus.deduped", "ted_zh_corpus.deduped.gz")
    path = next((found for name in names if (found := _find(folder, name))), None)
    if path is None:
        return ()
    lines = _read_lines(path)[: SMOKE_READ if profile == "smoke" else None]
    return tuple(text for line in lines if 1 <= len(text := clean(line, "zh")) <= LONGEST)


def _find(folder: Path, name: str) -> Path | None:
    """In the folder or in one that an archive made below it."""
    return find_file(find_root(folder, name), name)


def _must_find(folder: Path, name: str) -> Path:
    path = _find(folder, name)
    if path is None:
        raise DataError(f"There is no {name} in {folder}. {HOW_TO_GET}")
    return path


def _read_lines(path: Path) -> list[str]:
    """The lines of a text in UTF-8, with or without byte order mark, ended by LF or CRLF.

    They end there alone (not as in `originals.read_lines`), and blank ones count: a stray separator inside a sentence
    (U+2028 and its like) must not shift one file against the other.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, line {number}: expected text in UTF-8; save the file in that encoding.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{path} is damaged or cut off: it cannot be unpacked; fetch it again.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise DataError(f"{path} is empty; expected a sentence per line.")
    return lines


def _without_end(lines: list[str], least: int = 0) -> list[str]:
    """Without the blank lines that an editor left at the end, but for the first `least` lines."""
    last = len(lines)
    while last > least and not lines[last - 1].strip():
        last -= 1
    return lines[:last]


def _write_lines(path: Path, lines) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")
