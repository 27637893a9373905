"""Imports of the package point one way, and `import common` stays light."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import common

PACKAGE = Path(common.__file__).parent
# From the ground up, by the longest name that fits; a module imports from its own layer and from layers below, never
# from above. `homeworks` itself is on the ground: it finds the rooms above it by their names.
LAYERS = [
    ["errors", "files", "paths", "homeworks"],
    ["training.device", "training.seed", "submission.metrics", "generators"],
    ["check", "data.archives", "data.fetch", "data.originals", "kernels", "plots", "training"],
    ["data", "zoo"],
    ["homeworks.hw"],  # every room
    ["submission"],
    ["notebooks"],
    ["grading"],
    ["cli"],
]
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}


def modules() -> dict[str, Path]:
    """Dotted name below `common` -> file."""
    paths = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in paths.items() if name != "__init__"}


MODULES = modules()


def imported(path: Path) -> set[str]:
    """Modules of `common` that a file imports, wherever in the file the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("common."):
            base = node.module.removeprefix("common").lstrip(".")
            inner = {f"{base}.{alias.name}".lstrip(".") for alias in node.names} & set(MODULES)
            found |= inner or ({base} if base else set())
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("common.") for alias in node.names if alias.name.startswith("common.")}
    return found


def height(name: str) -> int:
    parts = re.sub(r"^homeworks\.hw\d\d", "homeworks.hw", name).split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in HEIGHT:
            return HEIGHT[".".join(parts[:length])]
    raise AssertionError(f"common.{name} stands on no layer; give it one in this test")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_downwards(name):
    above = {other for other in imported(MODULES[name]) if height(other) > height(name)}
    assert not above, f"common.{name} imports from above: {above}"


def test_rooms_do_not_know_each_other():
    for name, path in MODULES.items():
        if name.startswith("homeworks.hw"):
            room = ".".join(name.split(".")[:2])
            others = {other for other in imported(path) if other.startswith("homeworks.hw") and room not in other}
            assert not others, f"common.{name} imports another homework's {others}"


def test_no_circles():
    graph = {name: imported(path) - {name} for name, path in MODULES.items()}
    done: set[str] = set()

    def visit(name, trail):
        assert name not in trail, f"a circle: {' -> '.join([*trail, name])}"
        if name not in done:
            for other in graph.get(name, ()):
                visit(other, [*trail, name])
            done.add(name)

    for name in graph:
        visit(name, [])


def test_generators_know_numpy_alone():
    for name, path in MODULES.items():
        if name.startswith("generators."):
            text = path.read_text("utf-8")
            assert "import torch" not in text and "import pandas" not in text, name


def test_import_is_light():
    heavy = ("torch", "torchvision", "transformers", "sklearn", "pandas", "matplotlib", "papermill")
    code = f"import sys, common; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    heavy = ("torchvision", "transformers", "sklearn")
    code = f"import sys; from common import *; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_require():
    from common.errors import HomeworkError

    common.require("0.1")
    with pytest.raises(HomeworkError, match="install it again"):
        common.require("99.0")
