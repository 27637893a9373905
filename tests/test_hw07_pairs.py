"""The lab's original data: sentence pairs of GLUE, text of WikiText, and what may be wrong with the files."""

import re

import pytest

from common.errors import DataError
from common.homeworks.hw07.pairs import read_pairs, read_text

MRPC = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"
RTE = "index\tsentence1\tsentence2\tlabel"


@pytest.fixture
def glue(tmp_path):
    def write(name, *lines, end="\r\n"):
        path = tmp_path / "glue_data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + end for line in lines), "utf-8-sig", newline="")
        return tmp_path

    for name in ("train.tsv", "dev.tsv"):
        write(f"MRPC/{name}", MRPC, '1\t11\t12\tHe said, "No.\tNo, he said .', '0\t13\t14\t"A" is here .\tB is "here .')
        write(f"RTE/{name}", RTE, "0\tIt rains.\tIt is wet.\tentailment", "1\tIt rains.\tIt snows.\tnot_entailment")
    return write


def test_quotes_are_no_quoting(glue, tmp_path):
    for found in read_pairs(tmp_path, "MRPC").values():
        assert found == [('He said, "No.', "No, he said .", 1, ""), ('"A" is here .', 'B is "here .', 0, "")]


def test_entailed_or_not(glue, tmp_path):
    assert read_pairs(tmp_path, "RTE")["validation"][1] == ("It rains.", "It snows.", 0, "")


@pytest.mark.parametrize(
    "lines, sentence",
    [
        ((), "expected the columns sentence1, sentence2, label and rows, found nothing"),
        ((RTE,), "and rows"),
        (("index\tsentence1\tlabel", "0\ta\tentailment"), "found index, sentence1, label"),
        ((RTE, "0\ta\tb\tentailment", "1\ta\tentailment"), "line 3: expected 4 cells, found 3"),
        ((RTE, "0\ta\tb\tperhaps"), "line 2: expected two sentences and a label, found 'perhaps'"),
        ((RTE, "0\t\tb\tentailment"), "line 2: expected two sentences"),
    ],
)
def test_damaged_pairs(glue, tmp_path, lines, sentence):
    glue("RTE/dev.tsv", *lines)
    with pytest.raises(DataError, match=re.escape(sentence)) as raised:
        read_pairs(tmp_path, "RTE")
    assert "dev.tsv" in str(raised.value)


def test_no_pairs_at_all(tmp_path):
    with pytest.raises(DataError, match=r"There is no train\.tsv in"):
        read_pairs(tmp_path, "MRPC")


def test_text_without_headings(tmp_path):
    text = " \n = Valkyria = \n \n A game <unk> of 1 @,@ 500 words . \n = = Plot = = \n It ends . \n"
    for name in ("wiki.train.tokens", "wiki.valid.tokens"):
        (tmp_path / name).write_text(text, "utf-8")
    assert read_text(tmp_path)["train"] == ["A game <unk> of 1 @,@ 500 words .", "It ends ."]
    (tmp_path / "wiki.valid.tokens").write_text(" = Nothing = \n", "utf-8")
    with pytest.raises(DataError, match="expected paragraphs of text, found none"):
        read_text(tmp_path)
