"""The shape of the package in numbers: modules, lines, imports between packages, long functions, homeworks' places.

    python benchmarks/structure.py                  the working tree
    python benchmarks/structure.py d164050 HEAD     commits, side by side

An arrow is "this module imports that one of `common`", wherever in the file it says so. A package is a folder of
`common`, or a module that lies in none; the folders of the homeworks count as one.
"""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

LONG = 40  # lines of a function


def sources(commit: str) -> dict[str, str]:
    """Path -> text of the modules of `common` and of the tests, in a commit or, without one, in the working tree."""
    if not commit:
        return {str(path): path.read_text("utf-8") for top in ("common", "tests") for path in Path(top).rglob("*.py")}
    listed = _git("ls-tree", "-r", "--name-only", commit, "common", "tests").splitlines()
    return {path: _git("show", f"{commit}:{path}") for path in listed if path.endswith(".py")}


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, encoding="utf-8", check=True).stdout


def arrows(modules: dict[str, ast.Module]) -> set[tuple[str, str]]:
    """(importing, imported) for modules named `a.b` below `common`."""
    found = set()
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("common."):
                base = node.module.removeprefix("common").lstrip(".")
                inner = {f"{base}.{alias.name}".lstrip(".") for alias in node.names} & set(modules)
                found |= {(name, other) for other in inner or ({base} & set(modules))}
    return {(one, other) for one, other in found if one != other}


def package(name: str) -> str:
    return "a homework" if name.startswith("homeworks.hw") else name.split(".")[0]


def places(paths: list[str]) -> Counter:
    """hwNN -> in how many folders of `common` its modules lie."""
    found = {}
    for path in map(Path, paths):
        for part in (*path.parts[1:-1], path.stem):
            if part[:2] == "hw" and part[2:4].isdigit():
                found.setdefault(part[:4], set()).add(path.parent)
    return Counter({name: len(folders) for name, folders in found.items()})


def figures(commit: str) -> dict[str, object]:
    texts = sources(commit)
    own = {path: text for path, text in texts.items() if path.startswith("common/")}
    dotted = {path: path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")[7:] for path in own}
    trees = {dotted[path]: ast.parse(text) for path, text in own.items() if dotted[path]}
    between = arrows(trees)
    crossing = {(package(one), package(other)) for one, other in between if package(one) != package(other)}
    lengths = sorted(
        (
            (node.end_lineno - node.lineno + 1, f"{name}.{node.name}")
            for name, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
        ),
        reverse=True,
    )
    spread = places(list(own))
    return {
        "modules": len(own),
        "lines": sum(len(text.splitlines()) for text in own.values()),
        "lines of the longest module": max(len(text.splitlines()) for text in own.values()),
        "lines of tests": sum(len(text.splitlines()) for path, text in texts.items() if path not in own),
        "packages": len({package(name) for name in trees}),
        "arrows between modules": len(between),
        "arrows between packages": len(crossing),
        "of these, pairs that point both ways": sum((other, one) in crossing for one, other in crossing) // 2,
        "folders that a homework's code lies in": f"{min(spread.values())} to {max(spread.values())}",
        f"functions over {LONG} lines": sum(length > LONG for length, _ in lengths),
        "the longest of the grader, lines": max(n for n, name in lengths if name.startswith(("grading", "kernels"))),
        "the longest": ", ".join(f"{name} {length}" for length, name in lengths[:3]),
    }


def main() -> None:
    commits = sys.argv[1:] or [""]
    columns = [figures(commit) for commit in commits]
    print(f"{'':40}" + "".join(f"{commit or 'working tree':>16}" for commit in commits))
    for name in columns[0]:
        values = [str(column[name]) for column in columns]
        print(f"{name:40}" + ("".join(f"{value:>16}" for value in values) if name != "the longest" else ""))
        if name == "the longest":
            for commit, value in zip(commits, values, strict=True):
                print(f"    {commit or 'working tree'}: {value}")


if __name__ == "__main__":
    main()
