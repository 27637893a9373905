"""What is one homework's alone: a room per homework, `common/homeworks/hwNN/`, with up to five modules.

- `data.py`: builtin, original and exported data (see `common.data`);
- `check.py`: what looks at a student's functions (see `common.check`);
- `judge.py`: `judge(reference, answers) -> float`, for a card whose metric is called "judge": a score that is more than
  a metric of two columns. Both tables have the columns of the card, the second is a submission whose file was
  well-formed. It raises SubmissionError where the submission breaks a rule that only the judge can check;
- `cheap.py`: answers that skip the lesson, each a function of the splits, named on the card (see `common.data.cheap`);
- `zoo.py`: trained networks that the homework starts from, and how they were made (see `common.zoo`).

Where a folder holds several starters, they share the room, and a starter's own module stands before the shared one:
`judge_gan.py` for `hw06_gan`, else `judge.py`.

Rooms never import each other; what two of them need stands below them.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType


def part(homework: str, name: str) -> ModuleType | None:
    """The module `name` ("data", "check", "judge", "cheap" or "zoo") of a homework ("hw01", "hw06_gan"), or None."""
    folder, several, starter = homework.partition("_")
    return (_module(folder, f"{name}_{starter}") if several else None) or _module(folder, name)


def room(homework: str) -> str:
    """Where a homework lives: "hw06" for the starter "hw06_gan"."""
    return homework.partition("_")[0]


def _module(folder: str, name: str) -> ModuleType | None:
    wanted = f"common.homeworks.{folder}.{name}"
    try:
        return import_module(wanted)
    except ModuleNotFoundError as error:
        if error.name not in (wanted, wanted.rpartition(".")[0]):
            raise
        return None


def having(name: str) -> list[str]:
    """The homeworks that have a module `name`, in order."""
    return sorted(file.parent.name for file in Path(__file__).parent.glob(f"hw*/{name}.py"))
