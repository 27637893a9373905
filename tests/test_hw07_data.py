"""Homework 7: the data module in its own words, in the course's files and in SQuAD's, right and wrong; exact match."""

import csv
import json
import shutil
import string
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import data
from common.errors import DataError, SubmissionError
from common.homeworks.hw07 import cheap, judge
from common.homeworks.hw07 import data as hw07
from common.submission.card import Column, Submission
from common.submission.table import read_submission, write_submission


@pytest.fixture(scope="module")
def standard():
    return hw07.builtin("standard")


def question(number, text, answer, paragraph_id=0, paragraph="", **more):
    start = paragraph.index(answer) if answer is not None else None
    end = start + len(answer) - 1 if answer is not None else None
    found = {"id": number, "paragraph_id": paragraph_id, "question_text": text, "answer_text": answer}
    return found | {"answer_start": start, "answer_end": end} | more


TEXTS = ("林秋雨在1934年搬到青石鎮。", "白鷺國小有1,200名學生。")


@pytest.fixture
def course(tmp_path):
    """A tiny set in the course's layout, which a test may spoil."""
    asked = (("誰搬家？", "林秋雨", 0), ("哪一年搬家？", "1934年", 0), ("有多少學生？", "1,200名", 1))
    for name in hw07.FILES.values():
        questions = [question(n, q, None if "test" in name else a, p, TEXTS[p]) for n, (q, a, p) in enumerate(asked)]
        save(tmp_path / name, {"questions": questions, "paragraphs": list(TEXTS)})
    return tmp_path


def save(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def change(path, **fields):
    """Give the second question of a file other values."""
    content = json.loads(path.read_text("utf-8"))
    content["questions"][1] |= fields
    save(path, content)


def refused(folder, *parts):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        hw07.read(folder, "standard")
    text = str(caught.value)
    assert "\n" not in text and all(part in text for part in parts), text
    return text


def right_places(part):
    """Whether every answer is where it says."""
    return all(part.paragraph(q)[q.answer_start : q.answer_end + 1] == q.answer_text for q in part.questions)


# --- right ------------------------------------------------------------------------------------------------------------


def test_the_public_set(standard):
    splits, reference = standard
    assert [len(p) for p in (splits.train, splits.validation, splits.test)] == [2500, 300, 1000]
    assert list(reference.columns) == ["ID", "Answer", "type"] and reference["ID"].tolist() == list(range(1000))
    assert right_places(splits.train) and right_places(splits.validation)
    assert all(q.answer_text is q.answer_start is q.answer_end is q.answer_type is None for q in splits.test.questions)
    places = zip(splits.test.questions, reference["Answer"], strict=True)
    assert all(answer in splits.test.paragraph(q) for q, answer in places)
    assert all(300 <= len(text) <= 450 for text in splits.train.paragraphs)
    assert reference["type"].nunique() > 10 and reference["type"].value_counts(normalize=True).max() < 0.4


def test_no_paragraph_is_in_two_splits(standard):
    splits, _ = standard
    texts = [set(part.paragraphs) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, texts)) == len(set.union(*texts)) == 760


def test_no_row_of_an_exam_is_public(standard):
    splits, _ = standard
    parts = (splits.train, splits.validation, splits.test)
    public = {text for part in parts for text in part.paragraphs} | {
        q.question_text for p in parts for q in p.questions
    }
    for seed in (31, 2**127 + 5):
        exam = hw07.builtin("standard" if seed == 31 else "smoke", seed)[0].test
        assert not public & {*exam.paragraphs, *(q.question_text for q in exam.questions)}


def test_what_is_written_is_read(tmp_path):
    reference = hw07.write(tmp_path, "smoke", 31)
    made, answers = hw07.builtin("smoke", 31)
    found, keys = hw07.read(tmp_path, "standard")
    assert (found.train, found.validation, found.test) == (made.train, made.validation, made.test)
    assert reference.equals(answers) and list(keys.columns) == ["ID"] and keys["ID"].equals(answers["ID"])
    assert hw07.look(tmp_path) == {"training": 40, "validation": 15, "test": 25}
    assert "answer_type" not in (tmp_path / "hw7_test.json").read_text("utf-8")


def test_exported_data_is_scored(tmp_path):
    folder = data.export("hw07", tmp_path / "exam", seed=2**64 + 9, profile="smoke")
    splits, reference = data.load("hw07", source=folder), data.reference("hw07", source=folder)
    assert judge.judge(reference, reference) == 1 and len(reference) == len(splits.test) == 25
    assert judge.by_type(reference, reference)["questions"].sum() == 25
    hidden = (folder / "inputs" / "hw7_test.json").read_text("utf-8")
    assert set(json.loads(hidden)["questions"][0]) == set(question(0, "", None))
    assert json.loads(hidden)["questions"][0]["answer_text"] is None


def test_the_same_from_the_cache():
    assert hw07.builtin("smoke", 8)[0] == hw07.builtin("smoke", 8)[0]


def test_the_course_s_layout(course):
    splits, reference = hw07.read(course, "standard")
    assert len(splits.train) == len(splits.test) == 3 and right_places(splits.train)
    assert list(reference.columns) == ["ID"] and "edition" not in reference.attrs
    assert hw07.look(course) == {"training": 3, "validation": 3, "test": 3}


def test_where_archives_and_browsers_put_them(course, tmp_path):
    (tmp_path / "ml2023spring-hw7").mkdir()
    for name in hw07.FILES.values():
        (course / name).rename(tmp_path / "ml2023spring-hw7" / name.replace(".json", " (1).json"))
    save(tmp_path / "ml2023spring-hw7" / "hw7_in-context-learning-examples.json", {"questions": []})
    assert len(hw07.read(tmp_path, "standard")[0].test) == 3


def test_answers_of_the_test_are_used_where_they_are(course):
    shutil.copy(course / "hw7_dev.json", course / "hw7_test.json")
    splits, reference = hw07.read(course, "standard")
    assert (
        reference["Answer"].tolist() == ["林秋雨", "1934年", "1,200名"] and splits.test.questions[0].answer_text is None
    )


def test_a_byte_order_mark(course):
    path = course / "hw7_train.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b", ", b",\r\n"))
    assert right_places(hw07.read(course, "standard")[0].train)


# rare characters (some outside of the basic plane), full-width signs, line ends, combining marks
odd = st.text(st.sampled_from("林年　，。（）！１Ａ\r\n\t 𠮷𡘙龘a\u0301é🙂﹏·\u200b\u2028"), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(odd.filter(lambda text: text.strip()), min_size=1, max_size=4), st.data())
def test_every_answer_is_where_it_says(tmp_path, texts, drawn):
    questions = []
    for number, text in enumerate(texts):
        start = drawn.draw(st.integers(0, len(text) - 1))
        end = drawn.draw(st.integers(start, len(text) - 1))
        fields = (number, number, "何處？", text[start : end + 1], start, end)
        names = ("id", "paragraph_id", "question_text", "answer_text", "answer_start", "answer_end")
        questions.append(dict(zip(names, fields, strict=True)))
    for name in hw07.FILES.values():
        save(tmp_path / name, {"questions": questions, "paragraphs": texts})
    splits, reference = hw07.read(tmp_path, "standard")
    assert list(splits.train.paragraphs) == texts and right_places(splits.train) and right_places(splits.validation)
    assert reference["Answer"].tolist() == [q["answer_text"] for q in questions]


# --- SQuAD's form -----------------------------------------------------------------------------------------------------


@pytest.fixture
def drcd(tmp_path):
    """Forty paragraphs in the form of DRCD, with second answers."""
    titles = []
    for n in range(40):
        context = f"第{n}座橋在{1900 + n}年完工，長{n + 10}公尺。"
        year, length = f"{1900 + n}年", f"{n + 10}公尺"
        spans = [{"id": str(i), "text": t, "answer_start": context.index(t)} for i, t in enumerate((year, f"在{year}"))]
        asked = [
            {"id": f"{n}-1", "question": "哪一年完工？", "answers": spans},
            {
                "id": f"{n}-2",
                "question": "多長？",
                "answers": [{"text": length, "answer_start": context.index(length)}],
            },
        ]
        titles.append({"title": f"橋{n}", "paragraphs": [{"context": context, "id": f"{n}-0", "qas": asked}]})
    save(tmp_path / "DRCD_dev.json", {"version": "1.3", "data": titles})
    return tmp_path


def test_files_in_squad_s_form(drcd):
    splits, reference = hw07.read(drcd, "standard")
    parts = (splits.train, splits.validation, splits.test)
    assert sum(map(len, parts)) == 80 and min(map(len, parts)) > 0 and len(splits.train) > 50
    texts = [set(part.paragraphs) for part in parts]
    assert sum(map(len, texts)) == len(set.union(*texts)) == 40
    assert right_places(splits.train) and right_places(splits.validation)
    assert reference["ID"].tolist() == list(range(len(splits.test))) and hw07.look(drcd) == {"questions": 80}
    assert judge.judge(reference, reference[["ID", "Answer"]]) == 1
    second = reference.assign(
        Answer=[also or answer for answer, also in zip(reference.Answer, reference.also, strict=True)]
    )
    assert (second["Answer"] != reference["Answer"]).any() and judge.judge(reference, second) == 1
    assert hw07.read(drcd, "smoke")[1].equals(reference)


def test_a_student_s_folder(drcd, monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("HW_DATA_DIR", str(folder))
    (folder / "hw07" / "DRCD").mkdir(parents=True)
    (drcd / "DRCD_dev.json").rename(folder / "hw07" / "DRCD" / "DRCD_dev (1).json")
    splits, reference = data.load("hw07", source="original"), data.reference("hw07", source="original")
    assert len(splits.test) == len(reference) and reference.attrs["edition"] == "original"


@pytest.mark.parametrize(
    ("damage", "parts"),
    [
        ({"answers": [{"text": "1901年", "answer_start": 0}]}, ("question 1-1", "at 0 to 4")),
        ({"answers": []}, ("DRCD_dev.json", "'answers'", "nothing")),
        ({"answers": [{"text": "", "answer_start": 0}]}, ("question 1-1", "expected an answer")),
        ({"answers": [{"text": "橋"}]}, ("question 1-1", "outside")),
        ({"question": " "}, ("question 1-1", "expected a question")),
        ({"id": "0-1"}, ("two questions have the id 0-1",)),
    ],
)
def test_damaged_squad(drcd, damage, parts):
    path = drcd / "DRCD_dev.json"
    content = json.loads(path.read_text("utf-8"))
    content["data"][1]["paragraphs"][0]["qas"][0] |= damage
    save(path, content)
    refused(drcd, *parts)


def test_an_empty_context(drcd):
    path = drcd / "DRCD_dev.json"
    content = json.loads(path.read_text("utf-8"))
    content["data"][2]["paragraphs"][0]["context"] = "\u3000\n"
    save(path, content)
    refused(drcd, "paragraph 2-0", "expected a text")


def test_too_few_paragraphs(drcd):
    path = drcd / "DRCD_dev.json"
    content = json.loads(path.read_text("utf-8"))
    save(path, content | {"data": content["data"][:1]})
    refused(drcd, "some dozens of paragraphs")


# --- wrong ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(hw07.FILES.values()))
def test_missing_files(course, name):
    (course / name).unlink()
    refused(course, f"There is no {name}", "Kaggle")


def test_nothing_there(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    refused(tmp_path, "neither hw7_train.json nor")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b'{"questions": [', "damaged or cut off"),
        (b"", "damaged or cut off"),
        ('{"questions": "林"}'.encode("big5"), "UTF-8"),
        (b"[1, 2]", "expected a list 'paragraphs'"),
        (b'{"paragraphs": [], "questions": []}', "expected a list 'paragraphs'"),
        (b'{"paragraphs": ["a", "  "], "questions": [1]}', "paragraph 1: expected a text"),
        (b'{"paragraphs": ["a", 7], "questions": [1]}', "paragraph 1: expected a text"),
        (b'{"paragraphs": ["a"], "questions": [1]}', "question 0: expected id"),
        (b'{"paragraphs": ["a"], "questions": [{"id": 4}]}', "paragraph_id is missing"),
        (b"[" * 200_000, "hw7_dev.json"),
    ],
)
def test_damaged_json(course, content, part):
    (course / "hw7_dev.json").write_bytes(content)
    refused(course, "hw7_dev.json", part)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"answer_start": 3}, "question 1: expected '1934年' at 3 to 8, found '在1934年'"),
        ({"answer_end": 9}, "question 1: expected '1934年' at 4 to 9"),  # the place behind the answer
        ({"answer_end": 99}, "outside of its text of 15 characters"),
        ({"answer_start": -1}, "outside of its text"),
        ({"answer_start": "4"}, "outside of its text"),
        ({"answer_text": ""}, "expected an answer, found nothing"),
        ({"answer_text": None}, "expected an answer, found nothing"),
        ({"paragraph_id": 2}, "expected paragraph_id from 0 to 1, found 2"),
        ({"question_text": " "}, "question_text is empty"),
        ({"id": 0}, "two questions have the id 0"),
        ({"id": "one"}, "expected a number as id"),
    ],
)
def test_questions_that_are_wrong(course, fields, part):
    change(course / "hw7_train.json", **fields)
    refused(course, "hw7_train.json", part)


# --- what is handed in, and exact match -------------------------------------------------------------------------------

SPEC = Submission(
    file="submission.csv",
    max_bytes=2_000_000,
    columns=(Column(name="ID", dtype="int", key=True), Column(name="Answer", dtype="str")),
)


def test_a_submission_survives_commas_quotes_and_nothing(tmp_path):
    reference = pd.DataFrame({"ID": [0, 1, 2, 3], "Answer": ["1,200名", "「好，走吧！」", "", "nan"]})
    found = read_submission(write_submission(reference, SPEC, tmp_path), SPEC, reference)
    assert found["Answer"].tolist() == reference["Answer"].tolist()


def independent(pairs):
    """Exact match written another way: character by character."""
    ignored = string.whitespace + ",\x85\xa0\u2028\u3000"
    score = 0
    for found, right in pairs:
        found, right = (Counter(enumerate(c for c in text if c not in ignored)) for text in (found, right))
        score += bool(right) and found == right
    return score / len(pairs)


answer = st.text(st.sampled_from("林年1,， \t\u3000𠮷"), max_size=4)


@given(st.lists(st.tuples(answer, answer), min_size=1, max_size=8))
def test_exact_match_equals_an_independent_one(pairs):
    table = pd.DataFrame({"ID": range(len(pairs)), "Answer": [right for _, right in pairs]})
    found = table.assign(Answer=[found for found, _ in pairs])
    assert judge.judge(table, found) == pytest.approx(independent(pairs))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(answer, answer), min_size=1, max_size=8))
def test_the_same_files_give_the_same_exact_match(tmp_path, pairs):
    """A submission as it is handed in, read by Python's own csv, against the scorer that reads it its way."""
    reference = pd.DataFrame({"ID": range(len(pairs)), "Answer": [right for _, right in pairs]})
    path = write_submission(reference.assign(Answer=[found for found, _ in pairs]), SPEC, tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row["Answer"] for row in csv.DictReader(file)]
    scored = judge.judge(reference, read_submission(path, SPEC, reference))
    assert scored == pytest.approx(independent(list(zip(rows, reference["Answer"], strict=True))))


def test_exact_match_as_the_course_has_it():
    reference = pd.DataFrame({"ID": [0, 1, 2, 3], "Answer": ["1,200名", "林 秋雨", "青石鎮", "DNA"]})
    answers = reference.assign(Answer=["1200名", "林秋雨", "青石", "dna"])
    assert judge.judge(reference, answers) == 0.5
    with pytest.raises(SubmissionError, match="expected 2 answers, found 1"):
        judge.exact_match(["一"], ["一", "二"])


# --- answers that need no training ------------------------------------------------------------------------------------


def test_types_are_told_by_the_wording(standard):
    splits, reference = standard
    assert [cheap.type_of(q.question_text) for q in splits.test.questions] == reference["type"].tolist()
    assert all(cheap.type_of(q.question_text) == q.answer_type for q in splits.train.questions)
