"""Homework 7, question answering: passages in Chinese, and questions whose answer is a span of one of them.

The course's layout, of both years:

    hw7_train.json hw7_dev.json hw7_test.json

each with `paragraphs`, a list of texts, and `questions`, a list of objects with `id`, `paragraph_id` (which of the
texts), `question_text`, `answer_text`, `answer_start` and `answer_end`, the place of the answer's first and of its last
character. In the test file the three of the answer are null.

Or the layout of SQuAD, as DRCD (github.com/DRCKnowledgeTeam/DRCD) and CMRC 2018 (github.com/ymcui/cmrc2018) have it:
one or more `.json` files. Their paragraphs are divided here, so that the test has answers and no paragraph is in two
splits; questions are numbered in the order of the files.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.cache import cached
from common.data.originals import against, files_in, find_file, find_root
from common.errors import DataError
from common.generators import world
from common.generators.secrets import hidden

SEED = 2022
# passages to learn from, to validate and to be tested on
SIZES = {"smoke": (8, 3, 5), "standard": (500, 60, 200)}
PER_PASSAGE = 5  # questions
SMOKE_READ = 300  # questions to learn from, of a folder
FILES = {"train": "hw7_train.json", "validation": "hw7_dev.json", "test": "hw7_test.json"}
DOWNLOADS = ()
HOW_TO_GET = (
    "Put hw7_train.json, hw7_dev.json and hw7_test.json there (the course's ml2023spring-hw7, on Kaggle), or a file of "
    "DRCD (DRCD_dev.json of github.com/DRCKnowledgeTeam/DRCD) or of CMRC 2018 in SQuAD's form."
)
COUNTS = {
    "2022": {"training": 31_690, "validation": 4131, "test": 4957},
    "2023": {"training": 26_918, "validation": 2863, "test": 3524},
}
_VERSION = "6"  # of the generated data: raise it whenever the passages or questions change


@dataclass(frozen=True)
class Question:
    """In the names of the course's files. The answer is paragraph[answer_start : answer_end + 1]; None in the test."""

    id: int
    paragraph_id: int
    question_text: str
    answer_text: str | None
    answer_start: int | None
    answer_end: int | None  # the last character's place, not the one behind it
    answer_type: str | None = None  # person, year ...; known of generated questions alone, and not in the test


@dataclass(frozen=True)
class Part:
    """Questions about the texts `paragraphs`."""

    questions: tuple[Question, ...]
    paragraphs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.questions)

    def paragraph(self, question: Question) -> str:
        return self.paragraphs[question.paragraph_id]


@dataclass(frozen=True)
class Splits:
    """No paragraph of one split stands in another."""

    train: Part
    validation: Part
    test: Part
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Generated passages and questions, and the answers of the test set with their types."""
    parts = _made(profile, seed)
    about = "generated: passages about people, places and works of an invented world, and questions about them"
    return Splits(parts["train"], parts["validation"], _hidden(parts["test"]), about), _reference(parts["test"])


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the builtin data of `seed` in the course's layout; returns the answers of the test set."""
    parts = _made(profile, seed)
    for name, file in FILES.items():
        part = _hidden(parts[name]) if name == "test" else parts[name]
        questions = [{k: v for k, v in asdict(q).items() if k != "answer_type" or v} for q in part.questions]
        text = json.dumps({"questions": questions, "paragraphs": part.paragraphs}, ensure_ascii=False, indent=1)
        (Path(folder) / file).write_text(text + "\n", "utf-8", newline="\n")
    return _reference(parts["test"])


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The course's three files in `folder`, or files in SQuAD's form.

    Texts stay as they are, to the last space: places count their characters. The smoke profile reads part of what is to
    be learned from, and the whole test set. Raises DataError with one sentence that names the file and the question,
    what was expected and what was found.
    """
    folder = Path(folder)
    splits, reference = _read_course(folder) if _is_course(folder) else _read_squad(folder)
    if profile == "smoke":
        splits = replace(splits, train=_first(splits.train, SMOKE_READ), validation=_first(splits.validation, 100))
    return splits, reference


def look(folder: Path) -> dict[str, int]:
    """How many questions are there: "training", "validation" and "test", or "questions" in SQuAD's form."""
    folder = Path(folder)
    if not _is_course(folder):
        return {"questions": sum(len(part) for part in _squad_parts(folder))}
    names = {"train": "training", "validation": "validation", "test": "test"}
    return {names[name]: len(_objects(_course_file(folder, file), "questions")) for name, file in FILES.items()}


# --- generated --------------------------------------------------------------------------------------------------------


def _made(profile: str, seed: int) -> dict[str, Part]:
    """All parts with their answers."""
    arrays = cached("hw07", _VERSION, {"profile": profile, "seed": seed}, lambda: _arrays(profile, seed))
    parts = {}
    for name in FILES:
        content = json.loads(str(arrays[name]))
        parts[name] = Part(tuple(Question(*row) for row in content["questions"]), tuple(content["paragraphs"]))
    return parts


def _arrays(profile: str, seed: int) -> dict[str, np.ndarray]:
    """For each part its questions and paragraphs as text, which the cache can hold."""
    train, validation, test = SIZES[profile]
    part = "public test" if seed == SEED else "secret test"
    told = world.questions(hidden(seed, "passages to learn from"), train + validation, PER_PASSAGE)
    made = {
        "train": told[:train],
        "validation": told[train:],
        "test": world.questions(hidden(seed, "test passages"), test, PER_PASSAGE, part),
    }
    return {name: np.array(json.dumps(_rows(asked), ensure_ascii=False)) for name, asked in made.items()}


def _rows(asked) -> dict:
    questions: list[tuple] = []
    for number, (_, some) in enumerate(asked):
        for q in some:
            questions.append((len(questions), number, q.text, q.answer, q.start, q.end - 1, q.type))
    return {"questions": questions, "paragraphs": [passage.text for passage, _ in asked]}


def _hidden(part: Part) -> Part:
    """The questions alone."""
    return Part(
        tuple(Question(q.id, q.paragraph_id, q.question_text, None, None, None) for q in part.questions),
        part.paragraphs,
    )


def _reference(test: Part) -> pd.DataFrame:
    """The answers; for the judge alone, their types where they are known."""
    table = pd.DataFrame({"ID": [q.id for q in test.questions], "Answer": [q.answer_text for q in test.questions]})
    types = [q.answer_type for q in test.questions]
    return table.assign(type=types) if all(types) else table


# --- the course's files -----------------------------------------------------------------------------------------------


def _is_course(folder: Path) -> bool:
    root = find_root(folder, *FILES.values())
    return any(find_file(root, name) for name in FILES.values())


def _course_file(folder: Path, name: str) -> Path:
    path = find_file(find_root(folder, name), name)
    if path is None:
        raise DataError(f"There is no {name} in {folder}. {HOW_TO_GET}")
    return path


def _read_course(folder: Path) -> tuple[Splits, pd.DataFrame]:
    parts = {name: _read_part(_course_file(folder, file), name == "test") for name, file in FILES.items()}
    test = parts["test"]
    if all(q.answer_text is not None for q in test.questions):
        reference = _reference(test)
    else:
        reference = pd.DataFrame({"ID": [q.id for q in test.questions]})
    splits = Splits(parts["train"], parts["validation"], _hidden(test), f"passages and questions of {folder}")
    counts = {"training": len(splits.train), "validation": len(splits.validation), "test": len(test)}
    edition, _ = against(COUNTS, counts)
    if edition:
        reference.attrs["edition"] = edition
    return splits, reference


def _read_part(path: Path, may_lack_answers: bool) -> Part:
    paragraphs, questions = _objects(path, "paragraphs"), _objects(path, "questions")
    for number, text in enumerate(paragraphs):
        _check_paragraph(f"{path}, paragraph {number}", text)
    made = []
    for row, found in enumerate(questions):
        where = f"{path}, question {found.get('id', row) if isinstance(found, dict) else row}"
        made.append(_question(where, found, paragraphs, may_lack_answers))
    _check_ids(path, [q.id for q in made])
    return Part(tuple(made), tuple(paragraphs))


def _question(where: str, found, paragraphs: list[str], may_lack_answer: bool) -> Question:
    fields = ("id", "paragraph_id", "question_text", "answer_text", "answer_start", "answer_end")
    if not isinstance(found, dict) or not set(fields) <= set(found):
        missing = [name for name in fields if not isinstance(found, dict) or name not in found]
        raise DataError(f"{where}: expected {', '.join(fields)}; {missing[0]} is missing.")
    made = Question(*(found[name] for name in fields), found.get("answer_type"))
    if not _is_number(made.id):
        raise DataError(f"{where}: expected a number as id, found {made.id!r}.")
    if not _is_number(made.paragraph_id) or not 0 <= made.paragraph_id < len(paragraphs):
        raise DataError(f"{where}: expected paragraph_id from 0 to {len(paragraphs) - 1}, found {made.paragraph_id!r}.")
    if not isinstance(made.question_text, str) or not made.question_text.strip():
        raise DataError(f"{where}: question_text is empty.")
    if may_lack_answer and made.answer_text is None:
        return made
    start, end = made.answer_start, made.answer_end
    _check_answer(where, paragraphs[made.paragraph_id], made.answer_text, start, end)
    return made


# --- files in SQuAD's form --------------------------------------------------------------------------------------------


def _read_squad(folder: Path) -> tuple[Splits, pd.DataFrame]:
    """Which split a paragraph goes to is told by its text: eight of ten are to learn from."""
    parts: dict[str, list[tuple[str, list]]] = {name: [] for name in FILES}
    paths = _squad_files(folder)
    seen: dict[str, list] = {}
    for path in paths:
        for text, asked in _squad_paragraphs(path):
            seen.setdefault(text, []).extend(asked)
    for text, asked in seen.items():
        share = zlib.crc32(text.encode("utf-8", "surrogatepass")) % 10
        parts["test" if share == 0 else "validation" if share == 1 else "train"].append((text, asked))
    made = {name: _numbered(some) for name, some in parts.items()}
    if not all(map(len, made.values())):
        raise DataError(f"{paths[0]}: expected some dozens of paragraphs with questions, found {len(seen)} in all.")
    also = ["\n".join(answer for answer in q["others"]) for _, asked in parts["test"] for q in asked]
    about = f"{sum(map(len, made.values())):,} questions about {len(seen):,} paragraphs of {folder}, divided here"
    reference = _reference(made["test"]).assign(also=also)
    return Splits(made["train"], made["validation"], _hidden(made["test"]), about), reference


def _numbered(some: Iterable[tuple[str, list]]) -> Part:
    questions: list[Question] = []
    texts = []
    for text, asked in some:
        for q in asked:
            end = q["start"] + len(q["answer"]) - 1
            questions.append(Question(len(questions), len(texts), q["question"], q["answer"], q["start"], end))
        texts.append(text)
    return Part(tuple(questions), tuple(texts))


def _squad_parts(folder: Path) -> list[list]:
    return [asked for path in _squad_files(folder) for _, asked in _squad_paragraphs(path)]


def _squad_files(folder: Path) -> list[Path]:
    """The `.json` files, in the folder or in the first below it that has any."""
    for place in (folder, *sorted(path for path in folder.rglob("*") if path.is_dir())):
        found = list(files_in(place, (".json",)).values())
        if found:
            return found
    raise DataError(f"There is neither hw7_train.json nor another .json file with questions in {folder}. {HOW_TO_GET}")


def _squad_paragraphs(path: Path) -> list[tuple[str, list]]:
    """Each paragraph with its questions; of several answers the first, and the `others`."""
    found, ids = [], []
    for title in _objects(path, "data"):
        for paragraph in _list_in(path, title, "paragraphs"):
            text, asked = paragraph.get("context") if isinstance(paragraph, dict) else None, []
            name = paragraph.get("id", len(found)) if isinstance(paragraph, dict) else len(found)
            _check_paragraph(f"{path}, paragraph {name}", text)
            for q in _list_in(path, paragraph, "qas"):
                where = f"{path}, question {q.get('id') if isinstance(q, dict) else q}"
                answers = [a for a in _list_in(path, q, "answers") if isinstance(a, dict)]
                if not isinstance(q.get("question"), str) or not q["question"].strip() or not answers:
                    raise DataError(f"{where}: expected a question and at least one answer.")
                first = answers[0]
                start, answer = first.get("answer_start"), first.get("text")
                _check_answer(where, text, answer, start, start + len(answer) - 1 if _fits(start, answer) else None)
                others = {str(a.get("text")): None for a in answers[1:] if a.get("text") != answer}
                asked.append({"question": q["question"], "answer": answer, "start": start, "others": list(others)})
                ids.append(q.get("id"))
            found.append((text, asked))
    _check_ids(path, ids)
    return found


# --- checks -----------------------------------------------------------------------------------------------------------


def _objects(path: Path, name: str) -> list:
    """The list called `name` at the top of a JSON file."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(f"{path}: expected text in UTF-8; get the file again.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path} is damaged or cut off: no JSON at line {error.lineno}, column {error.colno}; get it again."
        ) from None
    except RecursionError:
        raise DataError(f"{path} is not the JSON that was expected: lists within lists without end.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    return _list_in(path, content, name)


def _list_in(path: Path, content, name: str) -> list:
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        raise DataError(f"{path}: expected a list {name!r} with something in it, found {_shown(found)}.")
    return found


def _check_paragraph(where: str, text) -> None:
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{where}: expected a text, found {_shown(text)}.")


def _check_answer(where: str, text: str, answer, start, end) -> None:
    if not isinstance(answer, str) or not answer:
        raise DataError(f"{where}: expected an answer, found {_shown(answer)}.")
    if not _is_number(start) or not _is_number(end) or not 0 <= start <= end < len(text):
        raise DataError(f"{where}: the answer lies at {start} to {end}, outside of its text of {len(text)} characters.")
    if text[start : end + 1] != answer:
        raise DataError(
            f"{where}: expected {_shown(answer)} at {start} to {end}, found {_shown(text[start : end + 1])} there."
        )


def _check_ids(path: Path, ids: list) -> None:
    seen: set = set()
    for name in ids:
        if name is not None and str(name) in seen:
            raise DataError(f"{path}: two questions have the id {name}.")
        seen.add(str(name))


def _fits(start, answer) -> bool:
    return _is_number(start) and isinstance(answer, str)


def _is_number(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value) -> str:
    """A value in a message, on one line and not too long."""
    text = "nothing" if value is None or value == "" or value == [] else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _first(part: Part, n: int) -> Part:
    """The first n questions, with the paragraphs up to the last that they are about."""
    questions = part.questions[:n]
    return Part(questions, part.paragraphs[: 1 + max(q.paragraph_id for q in questions)])
