"""Imports of the package point one way, and `import common` stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import common

PACKAGE = Path(common.__file__).parent
# from the ground up; a module may import from its own layer's package and from layers below, never from above
LAYERS = [
    ["errors", "files", "paths"],
    ["device", "seed", "metrics", "generators"],
    ["archives", "fetch", "kernels", "plots", "progress", "loaders", "checkpoint", "training"],
    ["data", "zoo"],
    ["card", "bundles", "submission", "judges", "homework", "check"],
    ["notebooks", "readme"],
    ["run", "ladder"],
    ["grading"],
    ["cli"],
]
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}


def modules() -> dict[str, Path]:
    paths = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix("/__init__"): path for name, path in paths.items() if name != "__init__"}


def imported(path: Path) -> set[str]:
    """Top-level modules of `common` that a file imports, wherever in the file the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "common":
            found |= {alias.name for alias in node.names if alias.name in HEIGHT}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("common."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("common.")}
    return found


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_downwards(name):
    own = name.split("/")[0]
    assert own in HEIGHT, f"common/{name}.py stands on no layer; give it one in this test"
    above = {other for other in imported(modules()[name]) if HEIGHT[other] > HEIGHT[own]}
    assert not above, f"common/{name}.py imports from above: {above}"


def test_no_circles_within_a_layer():
    graph = {}
    for name, path in modules().items():
        graph.setdefault(name.split("/")[0], set()).update(imported(path) - {name.split("/")[0]})
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
    for name, path in modules().items():
        if name.startswith("generators/"):
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
