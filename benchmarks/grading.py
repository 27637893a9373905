"""What grading costs beside the student's own computing: papermill's usual way, and `hw grade`'s.

    python benchmarks/grading.py [--rounds 5] [--cells 300] [--kernels 4]

Linux. Three tables, each from one interleaved run: seconds and CPU-seconds of a trivial torch notebook (imports, a
small net, twenty steps, predictions); private memory of kernels that have torch loaded; a notebook of many cells with
output. CPU-seconds are those of all processes, the fork server's kernels and the scorer included.
"""

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import papermill
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from common import data, kernels
from common.grading import records
from common.grading.worker import Worker
from common.kernels import sandbox
from common.notebooks import books

os.environ["OMP_NUM_THREADS"] = "1"
PARAMETERS = 'PROFILE = "smoke"\nDATA = "builtin"\nDEVICE = "cpu"\nSEED = 1\nOUTPUT_DIR = "."'
TORCH = """\
import torch, torchvision
net = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
x, y = torch.randn(256, 32), torch.randn(256, 1)
for _ in range(20):
    loss = (net(x) - y).square().mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
print(loss.item())"""
WRITE = """\
from pathlib import Path
keys = [line.split(",")[0] for line in Path(DATA, "covid.test.csv").read_text().splitlines()[1:]]
Path(OUTPUT_DIR, "submission.csv").write_text("id,tested_positive\\n" + "".join(f"{k},16.0\\n" for k in keys))"""
TICK = os.sysconf("SC_CLK_TCK")


def notebook(path: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def tree() -> dict[int, list[str]]:
    """Process -> the fields of its `stat` behind the name."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found[int(path.name)] = (path / "stat").read_text().rpartition(")")[2].split()
    return found


def below(pid: int) -> list[int]:
    processes = tree()
    children = [child for child, fields in processes.items() if int(fields[1]) == pid]
    return children + [grandchild for child in children for grandchild in below(child)]


def cpu_seconds() -> float:
    """Of this process and all its children, living (the fork server, the scorer) and dead."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    living = sum(sum(map(int, tree()[pid][11:15])) for pid in below(os.getpid()))
    return sum(usage.ru_utime + usage.ru_stime for usage in own) + living / TICK


@contextlib.contextmanager
def plain():
    """Without the fork server, though it is there."""
    before = os.environ.pop(kernels.SOCKET)
    path = os.environ.pop("JUPYTER_PATH")
    try:
        yield
    finally:
        os.environ[kernels.SOCKET], os.environ["JUPYTER_PATH"] = before, path


def run(source: Path, folder: Path, inputs: Path, **options) -> None:
    papermill.execute_notebook(
        source, folder / "out.ipynb", {"DATA": str(inputs), "OUTPUT_DIR": str(folder)}, kernel_name="python3",
        progress_bar=False, cwd=folder, config=books.kernel_config(), **options,
    )  # fmt: skip


def measured(ways: dict, rounds: int) -> dict[str, list[tuple[float, float]]]:
    found = {name: [] for name in ways}
    for way in ways.values():
        way()  # once to warm up
    for _ in range(rounds):
        for name, way in ways.items():
            seconds, cpu = time.perf_counter(), cpu_seconds()
            way()
            found[name].append((time.perf_counter() - seconds, cpu_seconds() - cpu))
    return found


def table(title: str, found: dict, column: int, columns: tuple[str, ...] = ("seconds", "CPU-seconds")) -> None:
    """Medians, and how many times the first row each of them is, in the given column."""
    first = statistics.median(pair[column] for pair in next(iter(found.values())))
    print(f"\n{title}\n{'':48}{''.join(f'{c:>14}' for c in columns)}{'first / this':>14}")
    for name, pairs in found.items():
        middle = [statistics.median(pair[n] for pair in pairs) for n in range(len(columns))]
        print(f"{name:48}{''.join(f'{m:14.2f}' for m in middle)}{first / middle[column]:14.1f}")


def memory(count: int) -> list[tuple[float]]:
    """Private MB of each of `count` kernels that have torch loaded and are alive together."""
    before = set(tree())
    started = [start_new_kernel(stderr=subprocess.DEVNULL) for _ in range(count)]
    for _, client in started:
        client.execute_interactive(TORCH, output_hook=lambda message: None)
    found = []
    for pid in set(tree()) - before:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            private = sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
            if private > 20:  # not the small client
                found.append((private,))
    for manager, client in started:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cells", type=int, default=300)
    parser.add_argument("--kernels", type=int, default=4)
    options = parser.parse_args()
    if kernels.why_not():
        sys.exit(f"There is no fork server here: {kernels.why_not()}.")
    with tempfile.TemporaryDirectory() as name, kernels.serving():
        folder = Path(name)
        exam = data.export("hw01", folder / "exam", seed=3, profile="smoke")
        (folder / "handed").mkdir()
        trivial = notebook(folder / "handed" / "notebook.ipynb", PARAMETERS, TORCH, WRITE)
        worker, box = Worker(), sandbox.probe()
        job = records.Job("k", "hw01", "run", str(folder / "handed"), name, str(exam), "smoke", tier=box.tier)

        def usual():
            with plain():
                run(trivial, folder, exam / "inputs")

        def graded():
            record = worker.grade(job)
            assert record.state == "OK", record

        ways = {
            "papermill's API, plain kernel": usual,
            "papermill's API, kernel of the fork server": lambda: run(trivial, folder, exam / "inputs"),
            f"hw grade: sandbox {box.tier}, file scored": graded,
        }
        table(f"A trivial torch notebook, {options.rounds} rounds", measured(ways, options.rounds), 1)
        worker.close()

        with plain():
            usual_kernels = memory(options.kernels)
        found = {"plain kernel": usual_kernels, "kernel of the fork server": memory(options.kernels)}
        table(f"Private memory of {options.kernels} living kernels", found, 0, ("MB each",))

        many = notebook(folder / "many.ipynb", PARAMETERS, *["print('x' * 79 + '\\n', end='')\n" * 100] * options.cells)
        before = os.getcwd()
        os.chdir(folder)

        def nbclient():
            NotebookClient(nbformat.read(many, 4), kernel_name="python3", config=books.kernel_config()).execute()

        ways = {
            "nbclient": nbclient,
            "papermill": lambda: run(many, folder, exam),
            "papermill, engine homeworks-grading": lambda: run(many, folder, exam, engine_name="homeworks-grading"),
        }
        rounds = max(2, options.rounds // 2)
        table(f"{options.cells} cells with 8 kB of output each, {rounds} rounds", measured(ways, rounds), 0)
        os.chdir(before)


if __name__ == "__main__":
    main()
