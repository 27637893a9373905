"""A made class for a rehearsal: `python -m tests.grading.make_class hw01 FOLDER` writes ten submissions.

A starter, a twin of it, the four rungs of the solution, and four that go wrong, under names as Canvas exports them.
"""

import re
import sys
from pathlib import Path

import nbformat

from common.notebooks import books
from common.submission.card import RUNGS, find_card


def make(homework: str, folder: Path) -> list[Path]:
    starter, solution = (path.read_text("utf-8") for path in books.paths(find_card(homework)))
    class_ = {"chen": starter, "lin_LATE": starter}
    for name, rung in zip(("huang", "wu", "tsai", "yang"), RUNGS, strict=True):
        class_[name] = re.sub(r'RUNG = \\"\w+\\"', f'RUNG = \\\\"{rung}\\\\"', solution)
    class_["cheng"] = edited(starter, lambda cells: cells.pop(len(cells) // 2))  # a cell deleted in the midst
    class_["<b>hsu</b>"] = edited(starter, lambda cells: cells.insert(9, nbformat.v4.new_code_cell("while True: pass")))
    class_["=1+1"] = edited(starter, lambda cells: cells[-1].update(source="1 / 0", cell_type="code", outputs=[]))
    class_["liu"] = "<html>Your session has expired</html>"
    folder.mkdir(parents=True)
    written = []
    for number, (name, text) in enumerate(class_.items()):
        who, _, late = name.replace("/", "").partition("_")
        path = folder / f"{who}_{'LATE_' if late else ''}{1000 + number}_{5000 + number}_{homework}.ipynb"
        path.write_text(text, "utf-8")
        written.append(path)
    return written


def edited(text: str, edit) -> str:
    notebook = nbformat.reads(text, as_version=4)
    edit(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.setdefault("execution_count", None)
    return nbformat.writes(notebook)


if __name__ == "__main__":
    print("\n".join(map(str, make(sys.argv[1], Path(sys.argv[2])))))
