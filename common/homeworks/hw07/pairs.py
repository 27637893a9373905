"""Original data of the lab on pretraining: sentence pairs of GLUE, and text of WikiText.

    MRPC/train.tsv, dev.tsv        Quality, #1 ID, #2 ID, #1 String, #2 String (Dolan & Brockett 2005); 1: a paraphrase
    RTE/train.tsv, dev.tsv         index, sentence1, sentence2, label (Wang et al. 2019); entailment or not_entailment
    wiki.train.tokens, wiki.valid.tokens    a paragraph a line, headings between equals signs (Merity et al. 2017)

Quotation marks stand for themselves in these files: a reader of CSV files that takes them for quoting swallows rows.
"""

from pathlib import Path

from common.data.originals import find_file, find_root, read_lines
from common.errors import DataError
from common.generators.world.pretraining import Pair

SPLITS = {"train": "train.tsv", "validation": "dev.tsv"}
COLUMNS = {"MRPC": ("#1 String", "#2 String", "Quality"), "RTE": ("sentence1", "sentence2", "label")}
LABELS = {"0": 0, "1": 1, "not_entailment": 0, "entailment": 1}
TEXT = {"train": "wiki.train.tokens", "validation": "wiki.valid.tokens"}


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
