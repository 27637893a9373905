"""What a change touches: the files that differ from `main`, the tests that import them, whose homeworks they are."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def changed(root: Path = ROOT) -> list[str]:
    """Files that differ from where this branch left `main`, saved and not yet committed ones too; not those deleted."""

    def git(*words: str) -> list[str]:
        answer = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, encoding="utf-8")
        return answer.stdout.split("\0" if "-z" in words else None) if answer.returncode == 0 else []

    base = next((found[0] for name in ("main", "origin/main") if (found := git("merge-base", "HEAD", name))), "HEAD")
    names = git("diff", "--name-only", "-z", base) + git("ls-files", "--others", "--exclude-standard", "-z")
    return sorted({name for name in names if (root / name).is_file()})


def homeworks(files: list[str]) -> list[str]:
    """Homeworks that changed files belong to: by the notebooks' folder, and by the room in the package."""
    found = {match[1] for name in files if (match := re.match(r"(?:common/homeworks/)?(hw\d\d)[_/]", name))}
    return sorted(found)


def tests(files: list[str], root: Path = ROOT) -> list[str]:
    """The test files that changed, that import what changed, or that are called after a homework that changed."""
    modules = {".".join(Path(name).with_suffix("").parts).removesuffix(".__init__") for name in files}
    called = tuple(f"test_{name}_" for name in homeworks(files))
    found = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        name = path.relative_to(root).as_posix()
        if name in files or path.name.startswith(called) or _imported(path) & modules:
            found.append(name)
    return found


def _imported(path: Path) -> set[str]:
    """Every module that a file names in an import, `from package import module` included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
