"""Two claims of speed of homework 7, with the solution notebook's own functions and network.

    python benchmarks/reading.py [--rounds 5] [--clock cpu]

- training: tokens per second in batches padded to their own longest sequence, against all padded to the longest that
  there is, and to the course's length (60 tokens of a question and 100 here of a window)
- answering: questions per second, windows of similar length in batches of 64, against the windows of one question in
  one batch, and against one window at a time, as the course's program does it

Rounds are interleaved, each way once per round in an order drawn anew; figures are medians, the ratio is taken within a
round. One thread.
"""

import argparse
import random
import statistics
import time

import torch
from reading_ladder import notebook
from turns import speeds

from common.homeworks.hw07 import data

LONGEST_QUESTION = 60  # of the course's program
ASKED = 24  # questions answered at once


def training(space: dict, n: int = 6, size: int = 16) -> dict:
    """Ways to learn from the same windows: each gives the tokens that are not padding."""
    windows = space["TrainingWindows"](space["anywhere"], size)
    some = [windows.example(row) for row in random.sample(range(len(space["train_spans"])), n * size)]
    net = space["bert"]()
    optimizer = torch.optim.AdamW(net.parameters(), 1e-4)
    longest = max(len(question.ids) for question in space["train_tokens"][1])

    def learn(examples, length=0):
        tokens = 0
        for k in range(0, len(examples), size):
            ids, types = space["padded"]([one for one, _ in examples[k : k + size]])
            short = max(0, length - ids.shape[1])
            ids = torch.nn.functional.pad(ids, (0, short), value=space["PAD"])
            types = torch.nn.functional.pad(types, (0, short))
            answers = torch.tensor([answer for _, answer in examples[k : k + size]])
            optimizer.zero_grad()
            space["span_loss"](*space["scores"](net, ids, types), answers).backward()
            optimizer.step()
            tokens += int((ids != space["PAD"]).sum())
        return tokens

    alike = sorted(some, key=lambda example: len(example[0][0]))
    return {
        "similar lengths": lambda: learn(alike),
        "as they come": lambda: learn(some),
        "to the longest": lambda: learn(some, space["SIZE"] + longest + 3),
        "to the course's length": lambda: learn(some, space["SIZE"] + LONGEST_QUESTION + 3),
    }


def answering(space: dict) -> dict:
    """Ways to answer the same questions: each gives how many."""
    part, net = space["validation"], space["bert"]().eval()
    encoded, rows = space["validation_tokens"], random.sample(range(len(part)), ASKED)

    def together():
        space["answer"]([net], part, encoded, space["SIZE"], rows)
        return len(rows)

    def by_question():
        for row in rows:
            space["answer"]([net], part, encoded, space["SIZE"], [row])
        return len(rows)

    @torch.no_grad()
    def by_window():
        for row in rows:
            paragraph = encoded[0][part.questions[row].paragraph_id]
            for begin in space["window_starts"](len(paragraph.ids), space["SIZE"], space["SIZE"]):
                ids, window = space["sequence"](encoded[1][row], paragraph, begin)
                start, end = space["scores"](net, *space["padded"]([(ids, window)]))
                space["best_span"](start[0, : len(ids) - 1], end[0, : len(ids) - 1], window)
        return len(rows)

    return {"batches of 64": together, "a question at a time": by_question, "a window at a time": by_window}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(0)
    space = notebook(1, data.builtin("standard")[0])
    clock = time.perf_counter if options.clock == "wall" else time.process_time
    claims = {"training (tokens/s)": training(space), "answering (questions/s)": answering(space)}
    print(f"{options.rounds} rounds, {options.clock} clock, one thread, fp32")
    for claim, ways in claims.items():
        found = speeds(ways, options.rounds, clock)
        print(claim)
        ours, *_ = found.values()
        for way, measured in found.items():
            ratio = statistics.median(a / b for a, b in zip(ours, measured, strict=True))
            print(f"  {way:24s} {statistics.median(measured):9,.1f}   the first is {ratio:.2f} times as fast")


if __name__ == "__main__":
    main()
