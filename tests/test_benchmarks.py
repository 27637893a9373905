"""Benchmarks run cells of a solution by their names: all of them are there, and define whatever they use."""

import ast
import builtins
import importlib.util
import symtable
import sys
from pathlib import Path

import pytest

from common.notebooks import books
from common.submission.card import find_all

PICTURES = {"splits", "side", "train_pictures"}
BENCHMARKS = {  # those that use cells.py: whose cells, and what is there before they run
    "adaptation_ladder": ("hw11", {"splits", "known", "runs"}),
    "attack_ladder": ("hw10", set()),
    "covid_baselines": ("hw01", set()),
    "covid_ladder": ("hw01", {"splits", "labelled", "train", "validation", "test"}),
    "diffusion_ladder": ("hw06_diffusion", PICTURES),
    "explain_ladder": ("hw09", set()),
    "food_ladder": ("hw03", {"splits", "classes", "side"}),
    "gan_ladder": ("hw06_gan", PICTURES),
    "phoneme_ladder": ("hw02", {"splits", "train", "validation", "test", "classes"}),
    "pretraining": ("hw07_lab_pretraining", set()),
    "reading_ladder": ("hw07", {"splits", "train", "validation", "test", "LARGE"}),
    "residual_paths": ("hw03", set()),
    "rl": ("hw12", set()),
    "speakers_ladder": ("hw04", {"splits", "speakers", "groups", "n_mels"}),
    "translation_ladder": ("hw05", {"splits", "train", "validation", "test", "unseen", "LARGE", "shown"}),
}
GIVEN = {"PROFILE", "DATA", "DEVICE", "SEED", "OUTPUT_DIR", "RUNG", *dir(builtins)}


def cells_of(benchmark: str) -> list[str]:
    """The names in its CELLS, without running it."""
    module = ast.parse((Path(__file__).parents[1] / "benchmarks" / f"{benchmark}.py").read_text("utf-8"))
    keep = [node for node in module.body if isinstance(node, ast.Assign | ast.AugAssign) and _target(node) == "CELLS"]
    space: dict = {}
    exec(compile(ast.Module(keep, []), benchmark, "exec"), space)
    return list(space["CELLS"])


def _target(node: ast.Assign | ast.AugAssign) -> str:
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    return getattr(target, "id", "")


def names(source: str) -> tuple[set[str], set[str]]:
    """What a cell binds for the whole notebook, and what it reads from it, functions included."""
    top = symtable.symtable(source, "cell", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    read = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    inner = list(top.get_children())
    while inner:
        table = inner.pop()
        inner += table.get_children()
        read |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return bound, read


@pytest.mark.parametrize(("benchmark", "homework", "given"), [(name, *rest) for name, rest in BENCHMARKS.items()])
def test_cells_that_a_benchmark_runs_define_what_they_use(benchmark, homework, given):
    (card,) = (one for one in find_all(homework) if one.id == homework)
    sources = {cell.id: cell.source for cell in books.read(books.paths(card)[-1]).cells}
    wanted = cells_of(benchmark)
    assert set(wanted) <= set(sources)
    bound, read = zip(*(names(sources[name]) for name in wanted), strict=True)
    assert set().union(*read) - set().union(*bound) <= GIVEN | given


@pytest.mark.parametrize(
    ("only", "lines"),
    [
        (["medium"], ["medium"]),  # a line's whole name is that line alone
        (["medium", "wide"], ["medium", "medium, twice as wide"]),
        (["medium,"], ["medium, twice as wide", "medium, longer"]),
        ([], ["simple", "medium", "medium, twice as wide", "medium, longer"]),
    ],
)
def test_a_ladder_trains_the_lines_that_are_named(only, lines, monkeypatch):
    spec = importlib.util.spec_from_file_location("cells", Path(__file__).parents[1] / "benchmarks" / "cells.py")
    cells = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cells)
    monkeypatch.setattr(sys, "argv", ["ladder", *(["--only", *only] if only else [])])
    assert cells.asked("", ["simple", "medium", "medium, twice as wide", "medium, longer"], 2022).only == lines
