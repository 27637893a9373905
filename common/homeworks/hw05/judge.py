"""Homework 5 is measured by BLEU over characters: how many runs of one to four are found in the right translation."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from common.errors import SubmissionError


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """BLEU, 0 to 100, of the column `translation` (Papineni et al. 2002; sacrebleu's tokenizer "zh").

    Where the reference says which structures were held out of the training text, those do not count: `by_structure`
    shows them apart.
    """
    counted = ~reference["held_out"].astype(bool) if "held_out" in reference else pd.Series(True, reference.index)
    right, found = reference["translation"][counted.to_numpy()], answers["translation"][counted.to_numpy()]
    return bleu(found.tolist(), right.tolist())


def by_structure(reference: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """BLEU of each structure: a row each with structure, held_out, sentences and bleu."""
    table = reference.assign(found=answers["translation"].to_numpy())
    rows = [
        (*names, len(group), bleu(group["found"].tolist(), group["translation"].tolist()))
        for names, group in table.groupby(["structure", "held_out"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["structure", "held_out", "sentences", "bleu"])


def bleu(found: Sequence[str], right: Sequence[str]) -> float:
    """Corpus BLEU, the figure that `sacrebleu right.zh -i found.zh -tok zh -b -w 4` prints for the same lines.

    A line is a sentence: line breaks inside of one count as spaces.
    """
    from sacrebleu.metrics import BLEU  # half a second to import

    found, right = ([" ".join(str(text).split()) for text in side] for side in (found, right))
    if len(found) != len(right) or not right:
        raise SubmissionError(f"expected {len(right)} translations, found {len(found)}.")
    return float(BLEU(tokenize="zh").corpus_score(found, [right]).score)


def bleu_of_files(found: str | Path, right: str | Path) -> float:
    """BLEU of a file with a translation per line (the course's `prediction.txt`) against another."""
    sides = []
    for path in (Path(found), Path(right)):
        try:
            sides.append(path.read_text("utf-8-sig").removesuffix("\n").split("\n"))
        except OSError as error:
            raise SubmissionError(f"{path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise SubmissionError(f"{path} is not text in UTF-8.") from None
    if len(sides[0]) != len(sides[1]):
        raise SubmissionError(
            f"{found} has {len(sides[0]):,} lines, expected {len(sides[1]):,}: a translation per line."
        )
    return bleu(*sides)
