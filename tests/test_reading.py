"""One reader of notebooks: what is thrown away is not asked for, and what becomes of the parameters is said."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import NotebookError
from common.notebooks import reading

LINES = [f"{name} = {value!r}" for name, value in reading.PARAMETERS.items()]
PARAMETERS = "\n".join(LINES)
USE = "print(PROFILE, DATA, DEVICE, SEED, OUTPUT_DIR)"


def cell(source, *tags, kind="code", **more):
    outputs = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source, **outputs, **more}


def content(*cells, **more) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}).encode()


def read(*cells, **more):
    """Sources of the code cells and flags; the notebook itself is checked on the way."""
    notebook, flags = reading.runnable(content(*cells, **more))
    nbformat.validate(notebook)
    assert len({one.id for one in notebook.cells}) == len(notebook.cells)
    assert [one.source for one in notebook.cells if reading.tagged(one, "parameters")] != []
    assert sum(reading.tagged(one, "parameters") for one in notebook.cells) == 1
    assert all("\n" not in flag and len(flag) < 200 for flag in flags)
    return [one.source for one in notebook.cells if one.cell_type == "code"], flags


GOOD = (cell(PARAMETERS, "parameters"), cell(USE))


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"kernelspec": None}},
        {"metadata": {"kernelspec": {"name": "ml2022"}}},
        {"metadata": None},
        {"metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {}}, "colab": 7}},
        {"nbformat_minor": 0},
        {"nbformat_minor": 99},
        {"surprise": [1]},
    ],
)
def test_metadata_of_the_notebook_is_not_asked_for(more):
    assert read(*GOOD, **more) == ([PARAMETERS, USE], [])


@pytest.mark.parametrize(
    "more",
    [
        {"id": "same"},
        {"id": 7},
        {"id": ""},
        {"id": "no id can hold this"},
        {"metadata": None},
        {"metadata": {"tags": "task"}},
        {"metadata": {"tags": ["task", "task", 3]}},
        {"outputs": None},
        {"outputs": [{"output_type": "nonsense"}]},
        {"execution_count": "many"},
        {"attachments": 3},
    ],
)
def test_metadata_ids_and_outputs_of_cells_are_not_asked_for(more):
    assert read(cell(PARAMETERS, "parameters", id="same"), cell(USE) | more)[0] == [PARAMETERS, USE]
    assert read(cell(PARAMETERS, "parameters"), cell(USE) | more, cell("text", kind="markdown") | more)[1] == []


def test_a_byte_order_mark_half_characters_and_lists_of_lines():
    text = cell("half a character: \ud83d", kind="markdown")
    found = content(cell([f"{line}\n" for line in LINES], "parameters"), cell(USE), text)
    notebook, flags = reading.runnable(b"\xef\xbb\xbf" + found)
    assert notebook.cells[0].source == PARAMETERS + "\n" and flags == []
    assert nbformat.writes(notebook).encode("utf-8")


def test_format_3():
    cells = [{"cell_type": "code", "input": source, "language": "python", "metadata": {"tags": tags}, "outputs": 9}
             for source, tags in ((PARAMETERS, ["parameters"]), (USE, []))]  # fmt: skip
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}
    notebook, flags = reading.runnable(json.dumps(old).encode())
    assert [one.source for one in notebook.cells] == [PARAMETERS, USE] and flags == []


@pytest.mark.parametrize(
    ("damaged", "says"),
    [
        (b"", "empty file"),
        (b"<!DOCTYPE html>", "HTML page"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "empty file"),
        (b"\xff\xfe\x00\xd8", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3}', "has no cells"),
        (b'{"worksheets": [3]}', "not a valid notebook"),
        (content(7), "cell 1 is none of code, markdown and raw text"),
        (content(cell("x", kind="heading")), "cell 1 is none of"),
        (content(cell([1])), "source of cell 1 is no text"),
        (content(cell("x = 1")), "no cell of parameters"),
        (content(), "no cell of parameters"),
    ],
)
def test_what_is_no_notebook_gets_one_sentence(damaged, says):
    with pytest.raises(NotebookError) as error:
        reading.runnable(damaged)
    assert says in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_notebook_that_a_text_editor_has_saved(encoding):
    text = content(*GOOD, cell(None, kind="markdown")).decode()
    notebook, flags = reading.runnable(text.encode(encoding))
    assert [one.source for one in notebook.cells] == [PARAMETERS, USE, ""] and flags == []


def test_papermills_cell_of_an_earlier_run_is_taken_out():
    injected = '# Parameters\nPROFILE = "smoke"\nDATA = "builtin"\nOUTPUT_DIR = "/home/alice/outputs"\n'
    for tags in (["injected-parameters"], []):  # where tags are not kept its words tell it
        sources, flags = read(GOOD[0], cell(injected, *tags), GOOD[1])
        assert sources == [PARAMETERS, USE]
        assert flags == ["cell 2 was papermill's, of an earlier run; it was taken out"]


def test_a_split_cell_is_taken_as_one():
    first, second = "\n".join(LINES[:2]), "\n".join(LINES[2:])
    sources, flags = read(
        cell(first, "parameters"), cell("why", kind="markdown"), cell(second, "parameters"), cell(USE)
    )
    assert sources == [PARAMETERS, USE]
    assert flags == ["cell 3 is a second one of parameters; the two were taken as one"]
    sources, flags = read(cell(first), cell(second), cell(USE))
    assert sources == [PARAMETERS, USE] and len(flags) == 2 and "no cell is tagged" in flags[0]


def test_a_copied_cell_that_kept_the_tag_stays_where_it_is():
    sources, flags = read(*GOOD, cell("print(DATA)", "parameters"))
    assert sources == [PARAMETERS, USE, "print(DATA)"]
    assert flags == ["cell 3 is tagged 'parameters' too, and is no cell of parameters"]


@pytest.mark.parametrize(("more", "how"), [({"id": "parameters"}, "its id"), ({}, "what it sets")])
def test_a_cell_without_its_tag_is_found(more, how):
    sources, flags = read(cell("import torch"), cell(PARAMETERS) | more, cell(USE))
    assert sources == ["import torch", PARAMETERS, USE]
    assert flags == [f"no cell is tagged 'parameters'; cell 2 was taken, by {how}"]


def test_other_constants_are_no_parameters():
    sources, _ = read(cell("EPOCHS = 3"), cell(PARAMETERS), cell(USE), cell("SEED = 7"))
    assert sources == ["EPOCHS = 3", PARAMETERS, USE, "SEED = 7"]
    with pytest.raises(NotebookError, match="no cell of parameters"):
        read(cell("SEED = 7\nDATA = 'x'"), cell(USE))


@pytest.mark.parametrize(
    "source",
    ["DATA = 'x'", "DATA: str = 'x'", "DATA += 'x'", "(DATA := 'x')", "for DATA in 'xy': pass",
     "a, [DATA, *b] = 1, [2]", "import numpy as DATA", "from os import path as DATA", "def DATA(): pass",
     "class DATA: pass", "del DATA", "with open('x') as DATA: pass", "def f():\n    global DATA\n    DATA = 'x'",
     "try: pass\nexcept OSError as DATA: pass",
     "match 1:\n    case DATA: pass", "match []:\n    case [*DATA]: pass", "match {}:\n    case {**DATA}: pass",
     "%matplotlib inline\nDATA = 'x'", "if True:\n    !ls\n    DATA = 'x'"],
)  # fmt: skip
def test_a_parameter_set_anew_by_any_way_is_told(source):
    assert read(*GOOD, cell(source))[1] == ["cell 3 sets DATA anew, over the value it was run with"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("globals()['DATA'] = 'x'", "uses globals, which may set any name"),
        ("exec('DATA = 1')", "uses exec, which may set any name"),
        ("get_ipython().user_ns['DATA'] = 'x'", "uses user_ns, which may set any name"),
        ("import sys\nsetattr(sys.modules['__main__'], 'DATA', 1)", "uses __main__, which may set any name"),
        ("import __main__\n__main__.DATA = 1", "uses __main__, which may set any name"),
        ("locals()['DATA'] = 1", "uses locals, which may set any name"),
        ("get_ipython().run_cell('DATA = 1')", "uses run_cell, which may set any name"),
        ("from mine import *", "imports * from mine, which may set any name"),
        ("%run other.py", "has the magic %run"),
        ("__import__('__main__').DATA = 1", "uses __main__, which may set any name"),
        ("get_ipython().push({'DATA': 1})", "uses push, which may set any name"),
        ("get_ipython().run_line_magic('run', 'x.py')", "uses a magic, which may set any name"),
        ("(lambda: 0).__globals__['DATA'] = 1", "uses __globals__, which may set any name"),
        ("sys._getframe().f_globals['DATA'] = 1", "uses f_globals, which may set any name"),
        ("do = exec\ndo('DATA = 1')", "uses exec, which may set any name"),
        ("import builtins\nbuiltins.exec('DATA = 1')", "uses exec, which may set any name"),
        ("data.load('hw01', source='builtin')", "says source='builtin' in place of DATA"),
        ("data.load('hw01', profile='smoke')", "says profile='smoke' in place of PROFILE"),
    ],
)
def test_other_ways_round_a_parameter_are_told(source, says):
    assert read(*GOOD, cell(source))[1] == [f"cell 3 {says}"]


@pytest.mark.parametrize(
    "source",
    ["print(DATA)", "def f(DATA):\n    return DATA", "def f():\n    DATA = 1", "[DATA for DATA in 'ab']",
     "model.eval()", "from common import *", "x.DATA = 1", "f(DATA=1)", "class A:\n    DATA = 1",
     "data.load('hw01', source=DATA)", "setattr(model, 'a', 1)", "vars(model)", "def f():\n    return locals()",
     "def push(x):\n    pass\npush(1)", "heap.push(1)", "if __name__ == '__main__': pass",
     "get_ipython().run_line_magic('matplotlib', 'inline')", "train, eval = 1, 2\nprint(eval)"],
)  # fmt: skip
def test_what_only_looks_like_it_is_not_told(source):
    assert read(*GOOD, cell(source))[1] == []


def test_parameters_that_are_never_read_or_read_too_early():
    assert read(GOOD[0], cell("print(PROFILE, OUTPUT_DIR, DEVICE)"))[1] == [
        "never reads DATA, SEED, so what it was run with changes nothing there"
    ]
    assert read(cell("print(SEED)"), *GOOD)[1] == ["cell 1 uses SEED above the parameters cell"]
    assert reading.runnable(content(GOOD[0], cell("print(SEED)")), needed=["SEED"])[1] == []


def test_code_that_is_no_python_hides_nothing_else():
    _, flags = read(*GOOD, cell("SEED = ("), cell("SEED = 3"), cell("(" * 5000))
    assert flags == ["cell 4 sets SEED anew, over the value it was run with"]


def test_another_language_is_told():
    for metadata in ({"kernelspec": {"language": "R"}}, {"language_info": {"name": "r"}, "kernelspec": None}):
        assert read(*GOOD, metadata=metadata)[1] == ["was written for the language 'r'; it was run as Python"]


KEYS = ["cell_type", "source", "metadata", "tags", "id", "cells", "outputs", "worksheets", "nbformat"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(cells=st.lists(json_values, max_size=3), metadata=json_values, place=st.integers(0, 3))
def test_damaged_notebooks_are_read_or_refused_in_one_sentence(cells, metadata, place):
    cells[place:place] = GOOD
    try:
        notebook, _ = reading.runnable(content(*cells, metadata=metadata))
    except NotebookError as error:
        assert "\n" not in str(error)
    else:
        nbformat.validate(notebook)
