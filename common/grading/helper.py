"""A process of ours that answers questions, each a line of JSON; killed if it takes too long, and then started anew."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module

try:
    import resource
except ImportError:  # Windows
    resource = None


class Helper:
    """The module's `main` in a process of its own, started when it is first needed. Any thread may close it."""

    def __init__(self, module: str):
        self.module = module
        self.closed = False
        self.ended = 0  # how the last process ended that did not answer: its exit code, or minus the signal
        self._process: subprocess.Popen | None = None

    def ask(self, question: dict, seconds: float) -> dict | None:
        """The answer, or None if the process died or had to be killed."""
        if self.closed:
            return None
        process = self._process = self._process or self._start()
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())
        except (OSError, ValueError):
            self._end()
            return None
        finally:
            timer.cancel()

    def close(self) -> None:
        """End the process, also in the midst of an answer; nothing more is asked of it."""
        self.closed = True
        self._end()

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-P", "-m", "common.grading.helper", self.module, str(os.getpid())]
        # a group of its own: Ctrl-C is for the controller, which then closes this one in order
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self.ended = process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()


def questions() -> Iterator[tuple[dict, Callable[[dict], None]]]:
    """In the helper: each question, and the function to answer it with. Ends with the process that asks."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer

    def answer(values: dict) -> None:
        try:
            print(json.dumps(values), file=answers, flush=True)
        except BrokenPipeError:
            os._exit(1)  # who asked is gone

    for line in sys.stdin:
        yield json.loads(line), answer


def limit(what: str, amount: int) -> None:
    """Limit this process's memory ("DATA", bytes) or time of computing ("CPU", seconds), where the system can."""
    if resource is None or not hasattr(resource, f"RLIMIT_{what}"):
        return
    number = getattr(resource, f"RLIMIT_{what}")
    hard = resource.getrlimit(number)[1]
    soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(number, (soft, hard))


def _follow(parent: int) -> None:
    """Die with the parent, in the midst of an answer too."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    # before the module is loaded, which takes seconds
    threading.Thread(target=_follow, args=[int(sys.argv[2])], daemon=True).start()
    import_module(sys.argv[1]).main()
