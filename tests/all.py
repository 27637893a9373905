"""All checks, with make or without: the Makefile calls this too.

python -m tests.all                  what CI checks: lint, unit, smoke
python -m tests.all smoke hw03       a step alone; the smoke runs of some homeworks alone
python -m tests.all quick            what the change since `main` touches, in about a minute

Every step is done, also after one that failed; at the end stands which did, and what each took. They go one after the
other: side by side, on two cores, they cost a quarter more and take longer.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from common import kernels
from tests import touched
from tests.missing import why_not
from tests.smoke import IMPORTED

SMOKE = "build/smoke"
RUN_NOTEBOOKS = ("unit", "smoke", "starters")  # steps that begin so
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=120", "-p", "tests.smoke_plugin"]

# notebooks have lines of 100 characters, Python files of 120; --isolated, since pyproject.toml speaks of the latter
FORMAT = ["-m", "ruff", "format", "--check"]
FORMAT_NOTEBOOKS = [*FORMAT, "--isolated", "--line-length", "100", "--target-version", "py311"]

PLAIN = ["-p", "no:nbval"]  # which imports a good deal, in every process

Steps = dict[str, list[str]]  # what it is called -> arguments of `python`


def lint() -> Steps:
    return {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": [*FORMAT, "."],
        "ruff format of the notebooks": [*FORMAT_NOTEBOOKS, *_notebooks()],
        "rules of the notebooks": ["-m", "common.cli", "notebooks", "--check"],
    }


def unit(jobs: int) -> Steps:
    return {"unit tests": ["-m", "pytest", *PLAIN, "tests", "-n", str(jobs), "--dist", "worksteal"]}


def smoke(jobs: int, names: list[str]) -> Steps:
    """Every starter, and every rung of every solution, at smoke size; then a look at what they left, all graded."""
    nbval = [*NBVAL, "-n", str(jobs), "--dist", "loadscope", "--rootdir", SMOKE, SMOKE]
    return {
        "smoke: copies": ["-m", "tests.smoke", "prepare", SMOKE, *names],
        "smoke: nbval": ["-m", "pytest", *nbval],
        "smoke: papermill": ["-m", "tests.smoke", "papermill", SMOKE, *names, "--jobs", str(jobs)],
        "smoke: what they left, graded": ["-m", "tests.smoke", "verify", SMOKE, *names, "--jobs", str(jobs)],
    }


def quick(jobs: int) -> Steps:
    """Lint of the changed files, tests that import them, and the starters of the homeworks that they belong to."""
    files = touched.changed()
    names, tests = touched.homeworks(files), touched.tests(files)
    modules = [name for name in files if name.endswith(".py")]
    notebooks = [name for name in files if name.endswith(".ipynb")]
    ready = _ready(names)
    steps = {}
    if modules or notebooks:
        steps["ruff check"] = ["-m", "ruff", "check", *modules, *notebooks]
    if modules:
        steps["ruff format"] = [*FORMAT, *modules]
    if notebooks:
        steps["ruff format of the notebooks"] = [*FORMAT_NOTEBOOKS, *notebooks]
    if names:
        steps["rules of the notebooks"] = ["-m", "common.cli", "notebooks", "--check", *names]
    if tests:
        steps["unit tests"] = ["-m", "pytest", *PLAIN, *tests, "-n", str(jobs), "--dist", "worksteal"]
    if ready:
        wanted = " or ".join(ready)
        steps["what all homeworks promise"] = ["-m", "pytest", *PLAIN, "tests/test_contract.py", "-k", wanted]
        out = ["--profile", "smoke", "--device", "cpu", "--out", "build/quick", "--jobs", str(jobs)]
        steps["starters"] = ["-m", "common.cli", "run", *ready, *out]
    print(f"{len(files)} files differ from main; {len(tests)} files of tests and {len(ready)} homeworks are touched.")
    return steps


def _notebooks() -> list[str]:
    from common.notebooks import books
    from common.submission.card import folders

    written = [one for folder in folders().values() for one in folder.notebooks if books.written(one)]
    return [str(path.relative_to(Path.cwd())) for one in written for path in books.paths(one)]


def _ready(names: list[str]) -> list[str]:
    from common.submission.card import find_all

    return [name for name in names if any(one.status == "ready" and not why_not(one.id) for one in find_all(name))]


def do(steps: Steps) -> int:
    """Run the steps one after the other; 1 if any of them failed."""
    os.environ |= {"OMP_NUM_THREADS": "1", "HW_PROGRESS": "0"}
    ended: dict[str, tuple[int, float, float]] = {}  # what a step is called -> its exit code, seconds, CPU-seconds
    with contextlib.ExitStack() as server:
        if runs := any(name.startswith(RUN_NOTEBOOKS) for name in steps):
            server.enter_context(kernels.serving(IMPORTED))  # whoever would start one finds it there
        for name, words in steps.items():
            print(f"--- {name}", flush=True)
            ended[name] = _run(words)
        before = time.monotonic()
    if runs:
        known = sum(cpu for *_, cpu in ended.values())
        ended["the kernels of all steps"] = (0, time.monotonic() - before, _cpu_of_children() - known)
    print("---")
    for name, (code, seconds, cpu) in ended.items():
        print(f"{'FAILED' if code else 'ok':6}  {seconds:6.1f} s, {cpu:6.1f} CPU-seconds  {name}")
    return int(any(code for code, *_ in ended.values()))


def _run(words: list[str]) -> tuple[int, float, float]:
    """Exit code, seconds and CPU-seconds of `python WORDS`."""
    before, cpu = time.monotonic(), _cpu_of_children()
    code = subprocess.run([sys.executable, *words]).returncode
    return code, time.monotonic() - before, _cpu_of_children() - cpu


def _cpu_of_children() -> float:
    """CPU-seconds of all processes that have been waited for, and of theirs; Windows does not tell."""
    times = os.times()
    return times.children_user + times.children_system


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", nargs="?", default="all", choices=["all", "lint", "unit", "smoke", "quick"])
    parser.add_argument("homeworks", nargs="*", help="with smoke: these alone")
    parser.add_argument("--jobs", type=int, default=2, help="processor cores to keep busy")
    wanted = parser.parse_args(arguments)
    if wanted.homeworks and wanted.step != "smoke":
        parser.error("homeworks can be named for the step smoke alone")
    os.chdir(Path(__file__).parents[1])
    jobs = wanted.jobs + 1  # side by side: now and then one waits for a kernel, for a deadline, or for the last of all
    if wanted.step == "all":
        return do(lint() | unit(jobs) | smoke(wanted.jobs, []))
    steps = {"lint": lint, "unit": lambda: unit(jobs), "smoke": lambda: smoke(jobs, wanted.homeworks)}
    return do({"quick": lambda: quick(jobs), **steps}[wanted.step]())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
