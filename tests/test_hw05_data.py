"""Homework 5: the data module in its own words, in the course's files and in Tatoeba's, right and wrong; and BLEU."""

import gzip
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import data
from common.errors import DataError, SubmissionError
from common.homeworks.hw05 import cheap, judge
from common.homeworks.hw05 import data as hw05
from common.submission.card import Column, Submission
from common.submission.table import read_submission, write_submission


@pytest.fixture(scope="module")
def standard():
    return hw05.builtin("standard")


@pytest.fixture
def course(tmp_path):
    """A tiny set in the course's layout, which a test may spoil."""
    english = [f"This is sentence number {n}." for n in range(30)]
    chinese = [f"這是第{n}句。" for n in range(30)]
    for name, lines in (("raw.en", english), ("raw.zh", chinese), ("test.en", english[:5]), ("test.zh", ["。"] * 5)):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return tmp_path


def refused(folder, *parts):
    """The one sentence that reading the folder ends with."""
    with pytest.raises(DataError) as caught:
        hw05.read(folder, "standard")
    text = str(caught.value)
    assert "\n" not in text and all(part in text for part in parts), text
    return text


# --- right ------------------------------------------------------------------------------------------------------------


def test_the_public_set(standard):
    splits, reference = standard
    assert [len(p) for p in (splits.train, splits.validation, splits.test, splits.unseen)] == [2000, 600, 1500, 200]
    assert len(splits.monolingual) == 40_000
    assert list(reference.columns) == ["id", "translation", "structure", "held_out"]
    assert reference["held_out"].sum() == 500 and not reference["held_out"][:1000].any()
    assert splits.test.zh is splits.test.kind is splits.test.links is None
    assert len(splits.train.links) == len(splits.train.kind) == 2000


def test_no_sentence_is_in_two_splits(standard):
    splits, reference = standard
    english = [set(p.en) for p in (splits.train, splits.validation, splits.test, splits.unseen)]
    chinese = [set(splits.train.zh), set(splits.validation.zh), set(reference["translation"]), set(splits.unseen.zh)]
    for sides in (english, chinese):
        assert sum(map(len, sides)) == len(set.union(*sides))
    assert not set(splits.monolingual) & set.union(*chinese[1:])


def test_text_alone_knows_more_words(standard):
    """Of what the test asks for, the Chinese without English has what few pairs have."""
    splits, reference = standard
    pairs, alone = "".join(splits.train.zh), "".join(splits.monolingual)
    rare = [c for c in set("".join(reference["translation"])) if 0 < pairs.count(c) < 5]
    assert len(rare) > 30
    assert np.median([alone.count(c) / pairs.count(c) for c in rare]) > 25  # 20 would be its size alone


def test_what_is_written_is_read(tmp_path):
    reference = hw05.write(tmp_path, "smoke", 31)
    made, answers = hw05.builtin("smoke", 31)
    found, keys = hw05.read(tmp_path, "standard")
    for name in ("train", "validation", "unseen"):
        assert getattr(found, name).en == getattr(made, name).en and getattr(found, name).zh == getattr(made, name).zh
    assert found.test == made.test and found.monolingual == made.monolingual
    assert reference.equals(answers) and list(keys.columns) == ["id"] and keys["id"].equals(answers["id"])


def test_exported_data_is_scored(tmp_path):
    folder = data.export("hw05", tmp_path / "exam", seed=77, profile="smoke")
    splits, reference = data.load("hw05", source=folder), data.reference("hw05", source=folder)
    assert judge.judge(reference, reference) == pytest.approx(100)
    assert reference["held_out"].dtype == bool and len(reference) == len(splits.test)
    assert "translation" not in str(sorted(path.name for path in (folder / "inputs").rglob("*")))


def test_no_row_of_an_exam_is_public(standard, monkeypatch):
    splits, reference = standard
    public = {
        *splits.train.zh,
        *splits.validation.zh,
        *splits.unseen.zh,
        *splits.monolingual,
        *reference["translation"],
    }
    *sizes, _ = hw05.SIZES["standard"]
    monkeypatch.setitem(hw05.SIZES, "standard", (*sizes, 1))  # an exam does not ask for the Chinese alone
    for seed in (31, 2**127 + 5):
        exam = hw05._arrays("standard", seed)
        assert not public & set(str(exam["test.zh"]).split("\n"))


def test_the_same_from_the_cache():
    assert hw05.builtin("smoke", 8)[0] == hw05.builtin("smoke", 8)[0]


def test_the_course_s_layout(course):
    splits, reference = hw05.read(course, "standard")
    assert len(splits.train) + len(splits.validation) == 30 and len(splits.test) == 5
    assert list(reference.columns) == ["id"] and "edition" not in reference.attrs  # of the course's size none
    assert splits.monolingual == () and splits.unseen is None
    assert hw05.look(course) == {"training": 30, "test": 5}


def test_answers_that_are_there_are_used(course):
    (course / "test.zh").write_text("一。\n二。\n三。\n四。\n五。\n", "utf-8")
    _, reference = hw05.read(course, "standard")
    assert reference["translation"].tolist() == ["一。", "二。", "三。", "四。", "五。"]
    (course / "test.zh").unlink()
    assert list(hw05.read(course, "standard")[1].columns) == ["id"]


@pytest.mark.parametrize("name", ["ted_zh_corpus.deduped", "ted_zh_corpus.deduped.gz"])
def test_chinese_alone(course, name):
    text = "我們（笑聲）今天　說１２個故事。\n\n好。\n".encode()
    (course / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    assert hw05.read(course, "standard")[0].monolingual == ("我們今天說12個故事。", "好。")


def test_where_the_archives_put_them(course, tmp_path):
    for folder, names in (("ted2020", ("raw.en", "raw.zh")), ("test", ("test.en", "test.zh"))):
        (tmp_path / folder).mkdir()
        for name in names:
            (course / name).rename(tmp_path / folder / name)
    assert len(hw05.read(tmp_path, "standard")[0].test) == 5


def test_a_student_s_folder(tatoeba, monkeypatch, tmp_path_factory):
    """Tatoeba's file in data/hw05/, unzipped as it comes: no talk of missing parts of the course's data."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("HW_DATA_DIR", str(folder))
    (folder / "hw05").mkdir()
    (tatoeba / "cmn.txt").rename(folder / "hw05" / "cmn (1).txt")
    splits, reference = data.load("hw05", source="original"), data.reference("hw05", source="original")
    assert "Mind" not in splits.about and len(splits.test) == len(reference)
    assert reference.attrs["edition"] == "original" and data.state("hw05") == "402 pairs"


# --- quirks that are put up with --------------------------------------------------------------------------------------


def test_byte_order_marks_and_crlf(course):
    plain = hw05.read(course, "standard")[0]
    for name in ("raw.en", "raw.zh", "test.en"):
        content = (course / name).read_bytes()
        (course / name).write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    again = hw05.read(course, "standard")[0]
    assert (again.train, again.validation, again.test) == (plain.train, plain.validation, plain.test)


def test_blank_lines_at_the_end(course):
    plain = hw05.read(course, "standard")[0]
    for name in ("raw.en", "raw.zh", "test.en", "test.zh"):
        (course / name).write_text((course / name).read_text("utf-8") + "\n" * len(name), "utf-8")
    again = hw05.read(course, "standard")[0]
    assert (again.train, again.validation, again.test) == (plain.train, plain.validation, plain.test)
    assert hw05.look(course) == {"training": 30, "test": 5}


def test_other_text_beside_the_pairs(tatoeba):
    (tatoeba / "a note.txt").write_text("to do\n", "utf-8")
    assert hw05.look(tatoeba) == {"pairs": 402}
    (tatoeba / "cmn.txt").unlink()
    refused(tatoeba, "neither raw.en nor a file of tab-separated pairs")


def test_other_separators_end_no_line(course):
    """U+2028, a form feed or a lone carriage return inside a sentence does not shift the files against each other."""
    lines = (course / "raw.en").read_text("utf-8").split("\n")
    lines[3] = "One\u2028two\x0cthree\x85four\rfive."
    (course / "raw.en").write_text("\n".join(lines), "utf-8", newline="")
    splits, _ = hw05.read(course, "standard")
    pairs = dict(zip(splits.train.en + splits.validation.en, splits.train.zh + splits.validation.zh, strict=True))
    assert pairs["One two three four five."] == "這是第3句。"


def test_pairs_that_cannot_be_right_are_left_out(course):
    english, chinese = (course / f"raw.{x}" for x in ("en", "zh"))
    for path, line in ((english, "\n"), (chinese, "只有中文。\n"), (english, "English alone.\n"), (chinese, "\n")):
        path.write_text(path.read_text("utf-8") + line, "utf-8")
    english.write_text(english.read_text("utf-8") + "Yes.\n(Laughter)\n", "utf-8")
    chinese.write_text(chinese.read_text("utf-8") + "很長" * 30 + "\n（笑聲）\n", "utf-8")
    splits, _ = hw05.read(course, "standard")
    assert len(splits.train) + len(splits.validation) == 30


@pytest.mark.parametrize(
    ("text", "language", "cleaned"),
    [
        ("Ｈｅｌｌｏ　ｗｏｒｌｄ１２", "en", "Hello world12"),
        ("Well (laughter) — that's well-known.", "en", "Well that's well-known."),
        ("他說(笑聲)：「好 的」 !", "zh", '他說："好的"！'),
        ("我有 ３ 個蘋果,　你呢?", "zh", "我有3個蘋果，你呢？"),
        ("用 Python 3 寫的——很快", "zh", "用Python 3寫的很快"),
        ("a (b (c) d) e [f]", "en", "a e"),
        ("\ufeff好。", "zh", "好。"),
        ("", "zh", ""),
    ],
)
def test_clean(text, language, cleaned):
    assert hw05.clean(text, language) == cleaned


@given(st.text(max_size=60), st.sampled_from(["en", "zh"]))
def test_what_is_clean_stays(text, language):
    once = hw05.clean(text, language)
    assert hw05.clean(once, language) == once
    assert "\n" not in once and "\t" not in once and once == once.strip()


def test_generated_text_is_clean(standard):
    splits, reference = standard
    for pairs in (splits.train, splits.validation, splits.unseen):
        assert all(hw05.clean(text, "en") == text for text in pairs.en)
        assert all(hw05.clean(text, "zh") == text for text in pairs.zh)
        assert all(map(hw05.plausible, pairs.en, pairs.zh))
    assert all(hw05.clean(text, "zh") == text for text in (*reference["translation"], *splits.monolingual))


# --- tab-separated pairs ----------------------------------------------------------------------------------------------


@pytest.fixture
def tatoeba(tmp_path):
    rows = [f"Sentence {n}.\t第{n}句。\tCC-BY 2.0 (France) Attribution: tatoeba.org #{n}" for n in range(400)]
    rows += ["Sentence 1.\t第一个句子。", "Only two fields.\t只有两栏。"]
    (tmp_path / "cmn.txt").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "_about.txt").write_text("This file tells where the sentences come from.\n", "utf-8")
    return tmp_path


def test_tab_separated_pairs(tatoeba):
    splits, reference = hw05.read(tatoeba, "standard")
    english = [set(p.en) for p in (splits.train, splits.validation, splits.test)]
    assert all(english) and sum(map(len, english)) == len(set.union(*english))
    assert not set(reference["translation"]) & {*splits.train.zh, *splits.validation.zh}
    assert reference["id"].tolist() == list(range(len(splits.test))) and len(reference) == len(splits.test)
    assert "CC-BY" not in "".join(splits.train.zh)
    assert hw05.look(tatoeba) == {"pairs": 402}
    smoke = hw05.read(tatoeba, "smoke")
    assert smoke[0].test == splits.test and smoke[1].equals(reference)


def test_tab_separated_pairs_from_another_editor(tatoeba):
    """A byte order mark, CRLF, full-width spaces and blank lines at the end are no fault."""
    plain, path = hw05.read(tatoeba, "standard"), tatoeba / "cmn.txt"
    text = path.read_text("utf-8").replace("\t第", "\t\u3000第") + "\n\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    again = hw05.read(tatoeba, "standard")
    assert again == (plain[0], again[1]) and again[1].equals(plain[1])
    assert hw05.look(tatoeba) == {"pairs": 402}


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_tab_separated_pairs_in_other_encodings(tatoeba, encoding):
    text = "Some day.\t有一天。\n" * 400
    (tatoeba / "cmn.txt").write_bytes(text.encode(encoding))
    refused(tatoeba, "cmn.txt, line 1", "UTF-8")


@pytest.mark.parametrize("row", ["no tab at all", "a\tb\tc\td"])
def test_rows_that_are_no_pairs(tatoeba, row):
    path = tatoeba / "cmn.txt"
    path.write_text(path.read_text("utf-8").replace("\n", f"\n{row}\n", 1), "utf-8")
    refused(tatoeba, "cmn.txt, line 2", "field")


def test_too_few_pairs(tmp_path):
    (tmp_path / "cmn.txt").write_text("Hi.\t嗨。\n", "utf-8")
    refused(tmp_path, "some hundred pairs")


# --- wrong ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["raw.en", "raw.zh", "test.en"])
def test_missing_files(course, name):
    (course / name).unlink()
    refused(course, f"There is no {name}", "github.com")


def test_nothing_there(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    refused(tmp_path, "neither raw.en nor a file of tab-separated pairs")


def test_unequal_line_counts(course):
    (course / "raw.zh").write_text("一。\n", "utf-8")
    refused(course, "raw.en has 30 lines, raw.zh has 1;")


@pytest.mark.parametrize("name", ["raw.en", "raw.zh", "test.en"])
def test_empty_files(course, name):
    (course / name).write_bytes(b"")
    refused(course, name, "is empty")


def test_an_empty_line_of_the_test(course):
    (course / "test.en").write_text("One.\n \u3000\nThree.\n", "utf-8")
    refused(course, "test.en, line 2", "found nothing")


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_other_encodings(course, encoding):
    (course / "raw.zh").write_bytes(("這是一句話。\n" * 30).encode(encoding))
    refused(course, "raw.zh, line 1", "UTF-8")


def test_answers_of_another_length(course):
    (course / "test.zh").write_text("一。\n二。\n", "utf-8")
    refused(course, "test.zh has 2 lines, test.en has 5")


def test_a_damaged_archive(course):
    (course / "ted_zh_corpus.deduped.gz").write_bytes(gzip.compress("好。\n".encode() * 1000)[:40])
    refused(course, "ted_zh_corpus.deduped.gz", "cut off")


def test_pairs_of_which_none_can_be_right(course):
    (course / "raw.zh").write_text("\n" * 30, "utf-8")
    refused(course, "raw.en", "at least two pairs")


# --- what is handed in, and BLEU --------------------------------------------------------------------------------------

SPEC = Submission(
    file="submission.csv",
    max_bytes=2_000_000,
    columns=(Column(name="id", dtype="int", key=True), Column(name="translation", dtype="str")),
)


def test_a_submission_survives_commas_quotes_and_nothing(tmp_path):
    reference = pd.DataFrame({"id": [0, 1, 2, 3], "translation": ["我說：「好，走吧！」", 'a "b", c', "", "nan"]})
    path = write_submission(reference, SPEC, tmp_path)
    found = read_submission(path, SPEC, reference)
    assert found["translation"].tolist() == reference["translation"].tolist()


def sacrebleu_command(folder, found, right):
    """What the command of sacrebleu itself prints."""
    (folder / "found.zh").write_text("".join(f"{line}\n" for line in found), "utf-8")
    (folder / "right.zh").write_text("".join(f"{line}\n" for line in right), "utf-8")
    command = [sys.executable, "-m", "sacrebleu", "right.zh", "-i", "found.zh", "-tok", "zh", "-b", "-w", "6"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=True)
    return float(run.stdout)


def test_bleu_equals_sacrebleu_s_command(standard, tmp_path):
    splits, reference = standard
    right = reference["translation"][~reference["held_out"]].tolist()
    answers = pd.DataFrame({"id": reference["id"], "translation": cheap.copied_template(splits)})
    found = answers["translation"][:1000].tolist()
    theirs = sacrebleu_command(tmp_path, found, right)
    assert judge.judge(reference, answers) == pytest.approx(theirs, abs=1e-5)
    assert judge.bleu_of_files(tmp_path / "found.zh", tmp_path / "right.zh") == pytest.approx(theirs, abs=1e-5)
    assert 5 < theirs < 60


def test_held_out_structures_do_not_count_but_are_shown(standard):
    _, reference = standard
    answers = reference[["id", "translation"]].copy()
    answers.loc[reference["held_out"], "translation"] = "不知道。"
    assert judge.judge(reference, answers) == pytest.approx(100)
    table = judge.by_structure(reference, answers)
    assert table["sentences"].sum() == 1500 and (table["bleu"][~table["held_out"]] > 99).all()
    assert (table["bleu"][table["held_out"]] < 5).all() and table["held_out"].sum() == 5


def test_bleu_of_little():
    reference = pd.DataFrame({"id": [0, 1], "translation": ["我買了一本書。", "他喜歡喝茶。"]})
    for answers, least, most in (
        (["", ""], 0, 0),
        (["。", "。"], 0, 1),
        (["我買了一本書。", "他喜歡喝咖啡。"], 60, 99),
    ):
        assert least <= judge.judge(reference, pd.DataFrame({"id": [0, 1], "translation": answers})) <= most
    spread = pd.DataFrame({"id": [0, 1], "translation": ["我買了\n一本書。", "他喜歡喝茶。\n"]})
    assert judge.judge(reference, spread) == pytest.approx(100)
    with pytest.raises(SubmissionError, match="expected 2 translations, found 1"):
        judge.bleu(["一"], ["一", "二"])


def test_files_of_predictions_that_are_wrong(tmp_path):
    right, found = tmp_path / "right.zh", tmp_path / "prediction.txt"
    right.write_text("一。\n二。\n", "utf-8")
    with pytest.raises(SubmissionError, match="cannot be read"):
        judge.bleu_of_files(found, right)
    found.write_text("一。\n", "utf-8")
    with pytest.raises(SubmissionError, match=r"1 lines, expected 2"):
        judge.bleu_of_files(found, right)
    found.write_bytes("一。\n二。\n".encode("big5"))
    with pytest.raises(SubmissionError, match="UTF-8"):
        judge.bleu_of_files(found, right)
