"""The three sources of data, and what is said when one is not there."""

import os

import pytest

from common import data
from common.errors import DataError


def test_unknown_homework_profile_and_source(tmp_path):
    with pytest.raises(DataError, match="no data for 'hw99'"):
        data.load("hw99")
    with pytest.raises(DataError, match="PROFILE = 'big' is unknown; choose one of 'smoke', 'standard'"):
        data.load("hw01", profile="big")
    with pytest.raises(DataError, match="neither 'builtin', 'original' nor a folder"):
        data.load("hw01", source=tmp_path / "none")


def test_missing_original_data_names_folder_and_way_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError) as error:
        data.load("hw01", source="original")
    message = str(error.value)
    assert str(tmp_path / "hw01") in message and 'DATA = "builtin"' in message and "covid" in message
    assert data.path("hw01") == tmp_path / "hw01"


def test_export_keeps_what_is_there(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("precious")
    with pytest.raises(DataError, match="exists and is not empty"):
        data.export("hw01", out, seed=1, profile="smoke")
    assert (out / "mine").read_text() == "precious" and os.listdir(tmp_path) == ["out"]


def test_a_failed_export_leaves_nothing(tmp_path, monkeypatch):
    def full(folder, profile, seed):
        (folder / "half").write_text("written")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data.module("hw01"), "write", full)
    with pytest.raises(DataError, match=r"Cannot write .*No space left on device"):
        data.export("hw01", tmp_path / "out", seed=1, profile="smoke")
    assert os.listdir(tmp_path) == []


def test_export_to_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="Cannot write to"):
        data.export("hw01", tmp_path / "file" / "out", seed=1, profile="smoke")


def test_foreign_labels_are_refused(tmp_path):
    first = data.export("hw01", tmp_path / "a", seed=1, profile="smoke")
    keys = data.reference("hw01", source=first / "inputs", profile="smoke")
    answers = first / "labels" / "reference.csv"
    assert len(data.read_reference(answers, keys)) == len(keys)
    answers.write_text("\n".join(answers.read_text().splitlines()[:-5]) + "\n")
    with pytest.raises(DataError, match="not those of this test set"):
        data.read_reference(answers, keys)
    answers.write_text("<html>")
    with pytest.raises(DataError, match="labels"):
        data.read_reference(answers, keys)


def test_two_seeds_two_worlds(tmp_path):
    first = data.export("hw01", tmp_path / "a", seed=1, profile="smoke")
    second = data.export("hw01", tmp_path / "b", seed=2, profile="smoke")
    texts = [(folder / "labels" / "reference.csv").read_text() for folder in (first, second)]
    assert texts[0] != texts[1]
