"""All checks, with make or without: the Makefile calls this too.

python -m tests.all                  what CI checks: lint, unit, smoke
python -m tests.all smoke hw03       a step alone; the smoke runs of some homeworks alone
python -m tests.all quick            what the change since `main` touches, in about a minute

Every step is done, also after one that failed; at the end stands which did, and what each took. Lint and unit tests go
beside the smoke runs: while the ones wait, for a kernel or a deadline, the others work.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

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


def do(*lanes: Steps) -> int:
    """Run the steps of each lane one after the other, the lanes side by side; 1 if any step failed."""
    os.environ |= {"OMP_NUM_THREADS": "1", "HW_PROGRESS": "0"}
    names = [name for lane in lanes for name in lane]
    with contextlib.ExitStack() as server:
        if runs := any(name.startswith(RUN_NOTEBOOKS) for name in names):
            server.enter_context(kernels.serving(IMPORTED))  # whoever would start one finds it there
        ended = _side_by_side(lanes)
        before = time.monotonic()
    if runs:
        ended["the kernels of all steps"] = (0, time.monotonic() - before, _cpu(ended))
    print("---")
    for name, (code, seconds, cpu) in ended.items():
        print(f"{'FAILED' if code else 'ok':6}  {seconds:6.1f} s, {cpu:6.1f} CPU-seconds  {name}")
    return int(any(code for code, *_ in ended.values()))


Ended = dict[str, tuple[int, float, float]]  # what a step is called -> its exit code, seconds, CPU-seconds


def _side_by_side(lanes: tuple[Steps, ...]) -> Ended:
    """Run the lanes; what a step prints is shown when it ends, and at once where there is one lane."""
    ended, printing, stopped = {}, threading.Lock(), threading.Event()

    def follow(steps: Steps) -> None:
        for name, words in steps.items():
            if stopped.is_set():
                return
            if len(lanes) == 1:
                print(f"--- {name}", flush=True)
                ended[name] = _run(words)
                continue
            print(f"    begins: {name}", flush=True)
            with tempfile.TemporaryFile() as said:
                ended[name] = _run(words, said)
                with printing:
                    print(f"--- {name}", flush=True)
                    said.seek(0)
                    print(said.read().decode("utf-8", "replace"), flush=True)

    with ThreadPoolExecutor(len(lanes)) as pool:
        try:
            list(pool.map(follow, lanes))
        except BaseException:
            stopped.set()  # Ctrl-C ends the steps that run; none is to follow
            raise
    return {name: ended[name] for lane in lanes for name in lane}


def _run(words: list[str], said: BinaryIO | None = None) -> tuple[int, float, float]:
    """Exit code, seconds and CPU-seconds of `python WORDS`."""
    before = time.monotonic()
    process = subprocess.Popen([sys.executable, *words], stdout=said, stderr=said and subprocess.STDOUT)
    if not hasattr(os, "wait4"):  # Windows does not tell CPU-seconds
        return process.wait(), time.monotonic() - before, 0.0
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - before, used.ru_utime + used.ru_stime


def _cpu(ended: Ended) -> float:
    """CPU-seconds of the fork server: of all processes that have been waited for, those that were no step."""
    times = os.times()
    return times.children_user + times.children_system - sum(cpu for *_, cpu in ended.values())


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
        return do(lint() | unit(jobs), smoke(wanted.jobs, []))
    steps = {"lint": lint, "unit": lambda: unit(jobs), "smoke": lambda: smoke(jobs, wanted.homeworks)}
    return do({"quick": lambda: quick(jobs), **steps}[wanted.step]())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
