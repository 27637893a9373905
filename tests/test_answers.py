"""Model answers fit the questions, and an archive for students does not hold them."""

import re
import subprocess

import pytest

from common.notebooks import books
from common.paths import checkout
from common.submission.card import find_card

ROOT = checkout()
FILES = sorted((ROOT / "answers").glob("hw*.md"))  # none in an archive


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_answer_to_each_question(path):
    cells = {cell.id: cell.source for cell in books.read(books.paths(find_card(path.stem))[0]).cells}
    asked = numbers(cells["report"])
    assert asked and numbers(path.read_text("utf-8")) == asked == list(range(1, len(asked) + 1))


@pytest.mark.skipif(not (FILES and (ROOT / ".git").exists()), reason="no answers, or not a clone")
def test_archives_are_without_answers(tmp_path):
    made = subprocess.run(
        ["git", "archive", "--worktree-attributes", "HEAD"], cwd=ROOT, capture_output=True, check=True
    )
    (tmp_path / "class.tar").write_bytes(made.stdout)
    listed = subprocess.run(["tar", "tf", "class.tar"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "hw01_regression/" in listed and not re.search("^answers/", listed, re.MULTILINE)
