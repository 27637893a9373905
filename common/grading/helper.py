"""A process of ours that answers questions, each a line of JSON; killed if it takes too long, and then started anew."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator


class Helper:
    """`python -m MODULE`, started when it is first needed."""

    def __init__(self, module: str):
        self.module = module
        self.process: subprocess.Popen | None = None

    def ask(self, question: dict, seconds: float, on_note: Callable[[dict], None] | None = None) -> dict | None:
        """The answer, or None if the process died or had to be killed. Lines with `note` before it go to `on_note`."""
        if self.process is None:
            command = [sys.executable, "-P", "-m", self.module]
            # a group of its own: Ctrl-C is for the controller, which then closes this one in order
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
            while True:
                answer = json.loads(self.process.stdout.readline())
                if "note" not in answer:
                    return answer
                if on_note:
                    on_note(answer["note"])
        except (OSError, ValueError):
            self.close()
            return None
        finally:
            timer.cancel()

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
            self.process = None


def questions() -> Iterator[tuple[dict, Callable[[dict], None]]]:
    """In the helper: each question, and the function to answer it with. Ends with the process that asks."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    threading.Thread(target=_follow, args=[os.getppid()], daemon=True).start()

    def answer(values: dict) -> None:
        try:
            print(json.dumps(values), file=answers, flush=True)
        except BrokenPipeError:
            os._exit(1)  # who asked is gone

    for line in sys.stdin:
        yield json.loads(line), answer


def _follow(parent: int) -> None:
    """Die with the parent, in the midst of an answer too."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
