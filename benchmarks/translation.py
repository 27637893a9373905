"""Three claims of speed of homework 5, with the solution notebook's own networks.

    python benchmarks/translation.py [--rounds 5] [--threads 1] [--clock cpu]

- training: tokens per second in batches of similar length, against batches of as many pairs as they come
- greedy and a beam of five: sentences per second with the key-value cache, against computing everything anew
- a GRU over padded sentences, against the same through `pack_padded_sequence`: forward and backward

Rounds are interleaved, each way once per round in an order drawn anew; figures are medians, the ratio is taken within a
round.
"""

import argparse
import random
import statistics
import time

import torch
from torch import nn
from torch.nn.utils import rnn
from translation_ladder import notebook
from turns import speeds

from common.homeworks.hw05 import data as hw05

SENTENCES, WIDTH = 100, 5  # translated at once; of a beam


def training(space: dict, kind: str) -> dict:
    """Ways to train on the same pairs: each gives the tokens it has learned from."""
    sorted_batches = space["TokenBatches"](space["english"], space["chinese"], space["batch_tokens"])
    net = space[kind](space["d_model"])
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3)
    pairs, size = sorted_batches.pairs, len(sorted_batches.pairs) // len(sorted_batches)

    def learn(batches):
        tokens = 0
        for source, target in batches:
            optimizer.zero_grad()
            space["cross_entropy"](net(source, target[:, :-1]), target[:, 1:]).backward()
            optimizer.step()
            tokens += int((source != 0).sum() + (target != 0).sum())
        return tokens

    def similar(k=24):
        return learn(batch for batch, _ in zip(sorted_batches, range(k), strict=False))

    def by_chance(k=24):
        rows = random.sample(range(len(pairs)), k * size)
        groups = [[pairs[row] for row in rows[i * size : (i + 1) * size]] for i in range(k)]
        return learn([space["padded"](side) for side in zip(*group, strict=True)] for group in groups)

    return {"similar lengths": similar, "as they come": by_chance}


class Anew(nn.Module):
    """A network that keeps, in place of keys and values, what was written: every step computes all of it again."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def start(self, source):
        return [source, source[:, :0]]

    def step(self, token, state):
        source, written = state
        written = torch.cat([written, token[:, None]], dim=1)
        return self.net(source, written)[:, -1], [source, written]


def writing(space: dict, width: int) -> dict:
    """Ways to translate the same sentences: each gives how many."""
    net, some = space["Transformer"](space["d_model"]).eval(), space["encode"](space["validation"].en[:SENTENCES])

    def by(net):
        if width == 1:
            space["translate"](net, some)
        else:
            space["beam_search"](net, some, width)
        return len(some)

    return {"cached": lambda: by(net), "anew": lambda: by(Anew(net))}


def reading(space: dict, d_model: int = 96) -> dict:
    """Ways to run one GRU over a batch forward and backward: each gives the tokens."""
    gru = nn.GRU(d_model, d_model, batch_first=True)
    source = space["padded"](space["english"][:64])
    lengths, x = (source != 0).sum(1), torch.randn(*source.shape, d_model)

    def plain():
        gru(x)[0].sum().backward()
        return int(lengths.sum())

    def packed():
        states, _ = gru(rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        rnn.pad_packed_sequence(states, batch_first=True)[0].sum().backward()
        return int(lengths.sum())

    return {"padded": plain, "packed": packed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    options = parser.parse_args()
    torch.manual_seed(0)
    space = notebook(1, hw05.builtin("standard")[0], ("beam", "beam-search"))
    torch.set_num_threads(options.threads)
    clock = time.perf_counter if options.clock == "wall" else time.process_time
    claims = {
        "training, GRU (tokens/s)": training(space, "GRUTranslator"),
        "training, Transformer (tokens/s)": training(space, "Transformer"),
        "greedy (sentences/s)": writing(space, 1),
        "beam of five (sentences/s)": writing(space, WIDTH),
        "one GRU, both ways (tokens/s)": reading(space),
    }
    print(f"{options.rounds} rounds, {options.clock} clock, {options.threads} thread(s), fp32")
    for claim, ways in claims.items():
        found = speeds(ways, options.rounds, clock)
        ours, theirs = found.values()
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        shown = "   ".join(f"{way} {statistics.median(values):9,.0f}" for way, values in found.items())
        print(f"{claim:34}{shown}   {ratio:5.1f} times", flush=True)


if __name__ == "__main__":
    main()
