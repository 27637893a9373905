"""Every way a submission can be malformed gets one sentence; the frame that is written is the frame that is read."""

import os
import stat
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import SubmissionError
from common.submission.card import Column, Submission
from common.submission.table import read_submission, write_submission

SPEC = Submission(
    file="submission.csv",
    max_bytes=2000,
    columns=(
        Column(name="Id", dtype="str", key=True),
        Column(name="Class", dtype="int", min=0, max=10),
        Column(name="rate", dtype="float", min=-5),
    ),
)
REFERENCE = pd.DataFrame({"Id": ["0001", "0002", "0003"]})
GOOD = "Id,Class,rate\n0001,3,0.5\n0002,10,-1e-3\n0003,0,2\n"


@pytest.fixture
def file(tmp_path):
    def file(content):
        path = tmp_path / "submission.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


def test_good_file(file):
    quoted = GOOD.replace("Id,Class,rate", '"Id","Class","rate"')
    at_the_end = [GOOD.rstrip("\n"), GOOD + "\n", GOOD + "\r\n  \r\n", GOOD + ",,\n"]
    for text in (
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace(",10,", ",10.0,"),
        quoted,
        *at_the_end,
    ):
        frame = read_submission(file(text), SPEC, REFERENCE)
        assert frame["Id"].tolist() == ["0001", "0002", "0003"]
        assert frame["Class"].tolist() == [3, 10, 0] and frame["Class"].dtype == np.int64
        assert frame["rate"].tolist() == [0.5, -0.001, 2.0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "must begin with the line 'Id,Class,rate'; it begins with"),
        ("Id,rate,Class\n", "must begin with the line"),
        (GOOD.replace("Class", "class"), "it begins with 'Id,class,rate'"),
        ("Id,Class,rate\n", "has 0 rows below its header; the test set has 3"),
        (GOOD + "0004,1,1\n", "has 4 rows"),
        (GOOD.replace("0002,10,", "0002,10,7,"), "line 3: expected 3 values, found 4"),
        (GOOD.replace("0002,10,-1e-3", "0002,10"), "line 3: expected 3 values, found 2"),
        (GOOD.replace(",0,2", ",0,"), "line 4, column 'rate': expected a finite number, found an empty value"),
        (GOOD.replace("0.5", "nan"), "line 2, column 'rate': expected a finite number, found 'nan'"),
        (GOOD.replace("0.5", "inf"), "expected a finite number, found 'inf'"),
        (GOOD.replace("0.5", "1e999"), "expected a finite number"),
        (GOOD.replace("0.5", "=1+1"), "found '=1+1'"),
        (GOOD.replace(",3,", ",3.5,"), "line 2, column 'Class': expected a whole number, found '3.5'"),
        (GOOD.replace(",3,", ",cat,"), "expected a finite number, found 'cat'"),
        (GOOD.replace(",3,", ",-1,"), "expected at least 0, found '-1'"),
        (GOOD.replace(",10,", ",11,"), "line 3, column 'Class': expected at most 10, found '11'"),
        (GOOD.replace("0002", "0001"), "line 3, column 'Id': expected '0002', found '0001': a key stands there twice"),
        (
            "Id,Class,rate\n0002,3,0.5\n0001,10,1\n0003,0,2\n",
            "line 2, column 'Id': expected '0001', found '0002': the rows",
        ),
        (GOOD.replace("0003", "3"), "line 4, column 'Id': expected '0003', found '3': the test set has other keys"),
        (GOOD.replace("0002", "\n0002"), "line 3 is blank, with rows below it"),
        (GOOD + "x" * 3000, "at most 2,000 are allowed"),
        ("Id,Class,rate\n\xff\xfe".encode("latin-1"), "not a text file in UTF-8"),
        (GOOD.replace("0.5", "\0"), ""),
        ('Id,Class,rate\n"0001,3,0.5\n', "cannot be read as CSV"),
        (b"PK\x03\x04\x14\x00\x00\x00", "must begin with the line"),
    ],
)
def test_malformed_file(file, content, says):
    path = file(content)
    before = path.read_bytes()
    with pytest.raises(SubmissionError) as error:
        read_submission(path, SPEC, REFERENCE)
    message = str(error.value)
    assert says in message and message.startswith("submission.csv") and "\n" not in message and len(message) < 250
    assert path.read_bytes() == before


def test_one_long_value_costs_no_more_memory_than_its_bytes(file):
    """As NumPy's strings every value would be as wide as the widest: 252 KB asked for 24 GiB."""
    wide = SPEC.model_copy(update={"max_bytes": 2**20})
    rows = "".join(f"{k:04d},3,0.5\n" for k in range(20_000))
    path = file("Id,Class,rate\n" + rows + "x" * 100_000 + ",3,0.5\n")
    reference = pd.DataFrame({"Id": [f"{k:04d}" for k in range(20_001)]})
    tracemalloc.start()
    with pytest.raises(SubmissionError, match="line 20002, column 'Id': expected '20000', found 'xxx"):
        read_submission(path, wide, reference)
    with pytest.raises(SubmissionError, match="has 20001 rows below its header; the test set has 3"):
        read_submission(path, wide, REFERENCE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6


def test_missing_file_folder_link_pipe(tmp_path):
    with pytest.raises(SubmissionError, match=r"There is no file .*run the notebook to its end"):
        read_submission(tmp_path / "submission.csv", SPEC)
    (tmp_path / "submission.csv").mkdir()
    with pytest.raises(SubmissionError, match="not a regular file"):
        read_submission(tmp_path / "submission.csv", SPEC)
    (tmp_path / "real.csv").write_text(GOOD)
    if hasattr(os, "symlink") and os.name != "nt":
        (tmp_path / "link.csv").symlink_to("real.csv")
        with pytest.raises(SubmissionError, match="not a regular file"):
            read_submission(tmp_path / "link.csv", SPEC)
        os.mkfifo(tmp_path / "pipe.csv")  # opening it would wait for ever
        assert stat.S_ISFIFO(os.stat(tmp_path / "pipe.csv").st_mode)
        with pytest.raises(SubmissionError, match="not a regular file"):
            read_submission(tmp_path / "pipe.csv", SPEC)


rows = st.lists(st.tuples(st.integers(0, 10), st.floats(-5, 1e12, allow_nan=False)), min_size=1, max_size=20)


@given(rows)
def test_what_is_written_is_what_is_read(tmp_path_factory, rows):
    """Floats survive to the last bit, and a frame that breaks no rule is never refused."""
    folder = tmp_path_factory.mktemp("out")
    ids = [f"{i:04d}" for i in range(len(rows))]
    frame = pd.DataFrame({"Id": ids, "Class": [r[0] for r in rows], "rate": [r[1] for r in rows]})
    path = write_submission(frame, SPEC, folder)
    back = read_submission(path, SPEC, frame[["Id"]])
    pd.testing.assert_frame_equal(back, frame, check_dtype=False, check_exact=True)


def test_a_bad_frame_leaves_the_old_file(tmp_path):
    good = pd.DataFrame({"Id": ["a"], "Class": [1], "rate": [0.5]})
    path = write_submission(good, SPEC, tmp_path)
    before = path.read_bytes()
    with pytest.raises(SubmissionError, match="column 'rate': expected a finite number"):
        write_submission(good.assign(rate=np.nan), SPEC, tmp_path)
    with pytest.raises(SubmissionError, match="needs the columns"):
        write_submission(good[["Class", "Id", "rate"]], SPEC, tmp_path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["submission.csv"]


def test_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("")
    frame = pd.DataFrame({"Id": ["a"], "Class": [1], "rate": [0.5]})
    with pytest.raises(SubmissionError, match=r"Cannot write .*choose another OUTPUT_DIR"):
        write_submission(frame, SPEC, tmp_path / "file" / "below")


def test_free_rows_are_read_without_the_test_sets(file):
    free = SPEC.model_copy(update={"rows": "free"})
    assert len(read_submission(file("Id,Class,rate\n9,3,0.5\n"), free, REFERENCE)) == 1
