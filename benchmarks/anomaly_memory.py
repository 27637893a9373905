"""Homework 8: are the course's pictures held in memory twice? Linux only.

    python benchmarks/anomaly_memory.py [--pictures 100000] [--side 64]

Writes `trainingset.npy` and `testingset.npy` of the original's shape as sparse files into a temporary folder, reads
them as `DATA = "original"` does, brings them to the device as the notebook does, and goes through all batches once.
"own" is memory that belongs to the process alone; "mapped" are pages of files that the system drops when it needs room.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from common import batches
from common.homeworks.hw08 import data as hw08
from common.notebooks import books
from common.submission.card import find_card


def sparse(path: Path, shape: tuple[int, ...]) -> int:
    """An .npy file of zeros that takes no room on the disk; returns its size in bytes."""
    with open(path, "wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + int(np.prod(shape)))
    return path.stat().st_size


def memory() -> tuple[float, float]:
    """Own and mapped memory of this process, in MB."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return tuple(int(lines[name].split()[0]) / 1e3 for name in ("RssAnon", "RssFile"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=hw08.COUNTS["2022"]["training"])
    parser.add_argument("--side", type=int, default=64)
    options = parser.parse_args()
    torch.set_num_threads(1)
    book = books.definitions(books.paths(find_card("hw08"))[1])
    book["device"] = torch.device("cpu")
    print(f"{'':44}{'own':>9}{'mapped':>9}   MB")
    start, _ = memory()

    def show(what: str) -> None:
        own, mapped = memory()
        print(f"{what:44}{own - start:9,.0f}{mapped:9,.0f}", flush=True)

    show("before (own memory counts from here)")
    with tempfile.TemporaryDirectory() as folder:
        shape = (options.pictures, options.side, options.side, 3)
        size = sparse(Path(folder) / hw08.TRAIN, shape)
        sparse(Path(folder) / hw08.TEST, (hw08.COUNTS["2022"]["test"], *shape[1:]))
        began = time.perf_counter()
        splits, _ = hw08.read(Path(folder), "standard")
        show(f"{hw08.TRAIN} of {size / 1e6:,.0f} MB read in {time.perf_counter() - began:.1f} s")
        x = book["to_device"](splits.train)
        show("on the device")
        most = 0.0
        for (batch,) in batches(x, batch_size=256, shuffle=True):
            book["to_input"](batch)
            most = max(most, memory()[0] - start)
        show("all batches seen once")
        print(f"own memory at most {most:,.0f} MB; as floats the pictures would take {4 * size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
