"""How long does it take to make a homework's standard set, with nothing in the cache? One process, one thread.

    python benchmarks/drawing.py [hw03 hw08 ...] [--rounds 3]

Medians. Seconds of the processor as well as of the clock: on a busy machine compare the former.
"""

import argparse
import os
import statistics
import tempfile
import time

from common import data, homeworks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("homeworks", nargs="*", default=homeworks.having("data"))
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    print(f"{'':10}{'CPU s':>8}{'s':>8}")
    for name in options.homeworks:
        spent = [drawn(data.module(name)) for _ in range(options.rounds)]
        processor, clock = map(statistics.median, zip(*spent, strict=True))
        print(f"{name:10}{processor:8.1f}{clock:8.1f}", flush=True)


def drawn(module) -> tuple[float, float]:
    """Seconds of processor and clock that the standard set takes."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HW_DATA_DIR"] = folder  # an empty cache
        began = time.process_time(), time.perf_counter()
        module.builtin("standard")
        return time.process_time() - began[0], time.perf_counter() - began[1]


if __name__ == "__main__":
    main()
