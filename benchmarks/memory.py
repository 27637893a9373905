"""How much memory does a command take? The largest resident size of any process that it starts, kernels included.

    python benchmarks/memory.py hw run hw08 hw11 --out outputs/memory
    python benchmarks/memory.py hw run hw08 --solution --out outputs/memory

Without a command it runs the first of these. Pages of mapped files count, though the system may drop them again.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

USUAL = ("hw", "run", "hw08", "hw11", "--out", "outputs/memory")


def main() -> int:
    command = sys.argv[1:] or list(USUAL)
    beside = Path(sys.executable).with_name(command[0])  # the `hw` of this environment
    began = time.perf_counter()
    code = subprocess.run([str(beside) if beside.exists() else command[0], *command[1:]], check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    seconds = used.ru_utime + used.ru_stime
    print(f"{' '.join(command)}: at most {used.ru_maxrss * unit / 1e6:,.0f} MB in one process, {seconds:.0f} CPU-s, "
          f"{time.perf_counter() - began:.0f} s")  # fmt: skip
    return code


if __name__ == "__main__":
    sys.exit(main())
