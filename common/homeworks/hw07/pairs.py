"""What the lab on pretraining reads: text, pairs of sentences and questions, of the invented world or of real files.

`load("builtin", ...)` writes reports of homework 7's world. `load("original", ...)` reads from data/hw07:

    MRPC/train.tsv, dev.tsv        Quality, #1 ID, #2 ID, #1 String, #2 String (Dolan & Brockett 2005); 1: a paraphrase
    RTE/train.tsv, dev.tsv         index, sentence1, sentence2, label (Wang et al. 2019); entailment or not_entailment
    wiki.train.tokens, wiki.valid.tokens    a paragraph a line, headings between equals signs (Merity et al. 2017)

Quotation marks stand for themselves in these files: a reader of CSV files that takes them for quoting swallows rows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np

from common.data.originals import find_file, find_root, read_lines
from common.errors import DataError
from common.generators import world
from common.generators.world import reports, vocabulary
from common.generators.world.reports import Asked, Pair
from common.paths import data_dir

SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]")
PAD, CLS, SEP, MASK, UNK = range(len(SPECIAL))
TASKS = {"MRPC": reports.paraphrases, "RTE": reports.entailments}
# reports to pretrain on and to measure with, pairs to learn from and to be tested on, questions to learn from and asked
SIZES = {"smoke": (200, 40, 48, 40, 40, 4), "standard": (12_000, 300, 1200, 500, 4800, 60)}
SPLITS = {"train": "train.tsv", "validation": "dev.tsv"}
COLUMNS = {"MRPC": ("#1 String", "#2 String", "Quality"), "RTE": ("sentence1", "sentence2", "label")}
LABELS = {"0": 0, "1": 1, "not_entailment": 0, "entailment": 1}
TEXT = {"train": "wiki.train.tokens", "validation": "wiki.valid.tokens"}
_WORD = re.compile(rf"{'|'.join(vocabulary.bigrams())}|(?:19|20)\d\d年|<[a-z]+>|@.@|[a-z'-]+|\S")


@dataclass(frozen=True)
class Texts:
    """All that the lab reads. A pair of texts goes on: the second is about what the first is about."""

    train: list[tuple[str, str]]
    new: list[tuple[str, str]]  # to measure with
    tasks: dict[str, dict[str, list[Pair]]]  # "MRPC" -> "train", "validation"
    about: str
    asked: list[Asked] = field(default_factory=list)  # questions to learn the form from
    questions: dict[str, list[Asked]] = field(default_factory=dict)  # "a report" -> questions that are asked


def load(source: str | Path, profile: str, seed: int) -> Texts:
    """The lab's texts: `source` is "builtin", "original" (files in data/hw07), or a folder.

    Raises DataError in one sentence if a file is missing or not what it should be.
    """
    sizes = SIZES[profile]
    return _made(sizes, seed) if source == "builtin" else _read(_folder(source), sizes if profile == "smoke" else None)


def _made(sizes: Sequence[int], seed: int) -> Texts:
    n_text, n_new, n_pairs, n_tested, n_asked, n_questions = sizes
    text = reports.reports(seed, n_text + n_new)
    tasks = {
        name: {"train": make(seed, n_pairs), "validation": make(seed, n_tested, "public test")}
        for name, make in TASKS.items()
    }
    return Texts(
        text[n_new:],
        text[:n_new],
        tasks,
        "generated: two reports of one matter, from the invented world of homework 7",
        reports.asked(seed, n_asked),
        {
            "a report": reports.asked(seed, n_questions, "public test"),
            "a passage": _of_homework(seed, n_questions),
        },
    )


def _of_homework(seed: int, n: int) -> list[Asked]:
    """Questions of homework 7, a passage each, about what the reports are about as well."""
    found, draw = [], 0
    while len(found) < n:
        for passage, questions in world.questions(1000 * seed + draw, n, 1, "public test"):
            if all(one.kind in reports.ABOUT for one in passage.subjects):
                found += [Asked(passage.text, q.text, q.answer) for q in questions]
        draw += 1
    return found[:n]


def _folder(source: str | Path) -> Path:
    return data_dir("hw07") if source == "original" else Path(source)


def _read(folder: Path, sizes: Sequence[int] | None) -> Texts:
    text = {split: [pair for one in found for pair in _halves(one)] for split, found in read_text(folder).items()}
    tasks = {name: read_pairs(folder, name) for name in TASKS}
    if sizes:
        text = {"train": text["train"][: sizes[0]], "validation": text["validation"][: sizes[1]]}
        tasks = {
            name: {split: pairs[:n] for (split, pairs), n in zip(parts.items(), sizes[2:4], strict=True)}
            for name, parts in tasks.items()
        }
    return Texts(text["train"], text["validation"], tasks, "WikiText, and the pairs of MRPC and RTE")


def _halves(paragraph: str, size: int = 30) -> list[tuple[str, str]]:
    """Pieces of a paragraph, each with what follows it."""
    words = paragraph.split()
    pieces = [" ".join(words[k : k + size]) for k in range(0, len(words), size)]
    return list(zip(pieces[::2], pieces[1::2], strict=False))


def split(text: str) -> list[str]:
    """A text in words: names of places and given names, years, words in Latin letters, else single characters."""
    return _WORD.findall(text.lower())


class Vocabulary:
    """Numbers for the most frequent words of some texts; all others are [UNK]."""

    def __init__(self, texts: Iterable[str], size: int = 8000):
        counts = Counter(word for text in texts for word in split(text))
        self.words = [*SPECIAL, *(word for word, _ in counts.most_common(size))]
        self.numbers = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def numbers_of(self, text: str) -> list[int]:
        return [self.numbers.get(word, UNK) for word in split(text)]

    def row(self, first: str, second: str, longest: int = 128) -> list[int]:
        """[CLS] first [SEP] second [SEP]; the ends of what is longer than `longest` words together are left out."""
        first, second = self.numbers_of(first), self.numbers_of(second)[: longest // 2]
        return [CLS, *first[: longest - len(second)], SEP, *second, SEP]


# --- answers that need no network -------------------------------------------------------------------------------------


def guessed_by_counts(rows: list[list[int]], new: list[list[int]], n_words: int) -> dict[str, float]:
    """The loss, in nats a word, of two that count: how often a word is, and how often it follows the one before.

    rows: what is counted; new: what is guessed.
    """
    ones, twos = Counter(word for row in rows for word in row[1:]), Counter(p for row in rows for p in pairwise(row))
    before = Counter(word for row in rows for word in row[:-1])
    total = ones.total()

    def often(word: int) -> float:
        return (ones[word] + 0.5) / (total + 0.5 * n_words)

    pairs = [pair for row in new for pair in pairwise(row)]
    alone = [-log(often(word)) for _, word in pairs]
    behind = [-log((twos[a, b] + 5 * often(b)) / (before[a] + 5)) for a, b in pairs]
    return {"how often a word is": float(np.mean(alone)), "and what stands before it": float(np.mean(behind))}


def cheap(pairs: dict[str, list[Pair]]) -> dict[str, float]:
    """The accuracy on "validation" of answers that understand nothing, fitted to "train".

    Characters in common, the lengths, and words: which are in both texts, which in one alone.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.tree import DecisionTreeClassifier

    def overlap(pair: Pair) -> dict:
        return {"share": reports.in_common(pair.first, pair.second)}

    def length(pair: Pair) -> dict:
        return {"first": len(pair.first), "second": len(pair.second)}

    def bag(pair: Pair) -> dict:
        first, second = set(split(pair.first)), set(split(pair.second))
        # sorted: in one order whatever Python's hash seed, since the columns of a row are added up in theirs
        return {f"both {word}": 1 for word in sorted(first & second)} | {f"one {w}": 1 for w in sorted(first ^ second)}

    ways = {
        "words in common": (overlap, DecisionTreeClassifier(max_depth=2)),
        "lengths": (length, DecisionTreeClassifier(max_depth=3)),
        "bag of words": (bag, LogisticRegression(C=0.1, max_iter=500)),
    }
    found = {}
    for name, (look, model) in ways.items():
        fitted = make_pipeline(DictVectorizer(), model)
        fitted.fit([look(pair) for pair in pairs["train"]], [pair.label for pair in pairs["train"]])
        right = [pair.label for pair in pairs["validation"]]
        found[name] = float(fitted.score([look(pair) for pair in pairs["validation"]], right))
    return found


# --- real files -------------------------------------------------------------------------------------------------------


def read_pairs(folder: Path, task: str) -> dict[str, list[Pair]]:
    """The pairs "train" and "validation" of a task, "MRPC" or "RTE", from the folder of that name at or below `folder`.

    Raises DataError with one sentence that names the file and the line, what was expected and what was found.
    """
    root = find_root(Path(folder), task) / task
    return {split: _pairs(_file(root, name), COLUMNS[task]) for split, name in SPLITS.items()}


def read_text(folder: Path) -> dict[str, list[str]]:
    """The paragraphs of WikiText's "train" and "validation" at or below `folder`, without headings and empty lines.

    Raises DataError if a file is missing, no text, or has no paragraph.
    """
    root = find_root(Path(folder), *TEXT.values())
    return {split: _paragraphs(_file(root, name)) for split, name in TEXT.items()}


def _file(folder: Path, name: str) -> Path:
    path = find_file(folder, name)
    if path is None:
        raise DataError(f"There is no {name} in {folder}; get it again, or take the pairs and texts of the lab.")
    return path


def _pairs(path: Path, wanted: tuple[str, str, str]) -> list[Pair]:
    head, *lines = [line.split("\t") for line in read_lines(path)] or [[]]
    missing = [name for name in wanted if name not in head]
    if missing or not lines:
        raise DataError(
            f"{path}: expected the columns {', '.join(wanted)} and rows, found {', '.join(head) or 'nothing'}."
        )
    places = [head.index(name) for name in wanted]
    pairs = []
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(head):
            raise DataError(f"{path}, line {number}: expected {len(head)} cells, found {len(cells)}.")
        first, second, label = (cells[place].strip() for place in places)
        if label not in LABELS or not first or not second:
            raise DataError(f"{path}, line {number}: expected two sentences and a label, found {cells[places[2]]!r}.")
        pairs.append(Pair(first, second, LABELS[label]))
    return pairs


def _paragraphs(path: Path) -> list[str]:
    found = [line.strip() for line in read_lines(path)]
    found = [line for line in found if line and not line.startswith("= ")]
    if not found:
        raise DataError(f"{path}: expected paragraphs of text, found none.")
    return found
