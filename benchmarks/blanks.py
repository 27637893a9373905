"""What keeps homework 7's pretrained BERT from filling every blank: its mistakes, and which of them can be helped.

    python benchmarks/blanks.py [--network answers/hw07-bert-longer.safetensors] [--windows 1500] [--show 60]
                                [--seeds 31337 424242 99991] [--bias]

New windows of 100 tokens, as at the end of pretraining. A blank whose value stands in the window is *clear* if its
subject is named there before the value; else the window begins in the middle of what is told of that subject, under a
pronoun. A sentence about something else is clear if a name stands before what the network points at; else nobody can
rule out that it belongs to the pronoun under which the window begins. `--show` prints mistakes of both kinds with their
windows, a `*` before those that are clear.

`--bias` prints how both figures change with a number that is added to the score of [CLS]; the one at which the lower of
the two is highest is chosen on windows of seed CHOOSING, none of those that are asked for.
"""

import argparse
import functools
from pathlib import Path
from random import Random
from typing import NamedTuple

import torch

from common.generators.world import pretraining
from common.homeworks.hw07 import zoo

LONGEST = 12  # tokens of a value, as in the notebook
BIASES = (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 1, 2, 3)
CHOOSING = 4242
tokenizer = functools.cache(zoo.tokenizer)


class Filled(NamedTuple):
    """One blank, and what the network points at in its stead."""

    here: bool  # whether the window has it
    right: bool
    none: bool  # the network says that it is not here
    clear: bool
    text: str


def examples(n: int, seed: int) -> list[tuple[zoo.Example, tuple[str, ...]]]:
    """n windows with sentences, a third of these about something else, and the names of their passages' subjects."""
    encode, dice = tokenizer().backend_tokenizer.encode_batch, Random(f"mistakes {seed}")
    found = []
    for one in pretraining.restated(seed, n, sentences=8, absent=0.2):
        made = zoo.example(zoo.told(one, encode), 100, 0.35, dice)
        found += [(made, one.names)] if made else []
    return found


def fill(net, some: list, biases=()) -> dict[str | float, list[Filled]]:
    """What the network makes of the blanks that are asked, by how start and end are chosen; a pair also by its bias."""
    batch = zoo.collate([one for one, _ in some])
    with torch.no_grad():
        out = net(input_ids=batch.ids, token_type_ids=batch.types, attention_mask=(batch.ids != zoo.PAD).long())
    possible = batch.types == 1
    possible[:, 0] = True
    start, end = (part.masked_fill(~possible, -1e4) for part in (out.start_logits, out.end_logits))
    pairs = start[:, :, None] + end[:, None, :]
    spans = torch.ones_like(pairs[0], dtype=torch.bool).triu().tril(LONGEST - 1)
    spans[0, 1:] = False  # [CLS] goes with itself
    pairs = pairs.masked_fill(~spans, -torch.inf)
    chosen = {"each for itself": (start.argmax(1), end.argmax(1))}
    for way, bias in {"as a pair": 0, **{bias: bias for bias in biases}}.items():
        biased = pairs.clone()
        biased[:, 0, 0] += bias
        best = biased.flatten(1).argmax(1)
        chosen[way] = best // pairs.shape[2], best % pairs.shape[2]
    return {
        way: [
            judged(one, names, *place)
            for (one, names), *place in zip(some, *map(torch.Tensor.tolist, ends), strict=True)
        ]
        for way, ends in chosen.items()
    }


def judged(one: zoo.Example, names: tuple[str, ...], start: int, end: int) -> Filled:
    """Whether start to end is what belongs into the blank that is asked, and whether a reader could tell."""
    _, *right = one.blanks[one.asked]
    words = tokenizer().convert_ids_to_tokens(one.ids)
    sentence = next(part for part in "".join(words[1 : one.window - 1]).split("。") if "[MASK]" in part)
    here, found = right[0] > 0, "".join(words[start : end + 1]) if start else "not here"
    value, window = (right[0] if here else start), "".join(words[one.window : right[0] if here else start])
    known = [tokenizer().tokenize(name) for name in names]
    named = ["".join(name) for name in known if "".join(name) in window]
    clear = any(name in sentence for name in named) if here else bool(named) and value > 0
    wanted = "".join(words[right[0] : right[1] + 1]) if here else "not here"
    text = f"{sentence}。  wanted {wanted}, found {found}\n      {''.join(words[one.window : -1])}"
    return Filled(here, [start, end] == right, start == 0, clear, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default=zoo.BERT, help=f"{zoo.BERT}, or a file of weights")
    parser.add_argument("--windows", type=int, default=1500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[31337])
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--bias", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    name = arguments.network
    net = zoo.load(Path(name) if name.endswith(".safetensors") else name)
    biases = BIASES if arguments.bias else ()
    if biases:
        filled = all_filled(net, arguments.windows, CHOOSING, biases)
        chosen = max(biases, key=lambda bias: min(shares(filled[bias])))
        found, told = shares(filled[chosen])
        print(f"{name}, text of seed {CHOOSING}: [CLS] {chosen:+g} chosen, found {found:.3f}, told {told:.3f}")
    for seed in arguments.seeds:
        filled = all_filled(net, arguments.windows, seed, biases)
        for way in ("each for itself", "as a pair"):
            print(f"{name}, text of seed {seed}, start and end chosen {way}", flush=True)
            tell(filled[way], arguments.show if way == "as a pair" else 0)
        for bias in biases:
            found, told = shares(filled[bias])
            print(f"  [CLS] {bias:+4}: found {found:.3f}, told {told:.3f}{'  <- chosen' * (bias == chosen)}")


def all_filled(net, windows: int, seed: int, biases=()) -> dict[str | float, list[Filled]]:
    """What the network makes of so many new windows."""
    some = sorted(examples(windows, seed), key=lambda one: len(one[0].ids))
    filled = {}
    for k in range(0, len(some), 50):
        for way, found in fill(net, some[k : k + 50], biases).items():
            filled.setdefault(way, []).extend(found)
    return filled


def shares(filled: list[Filled]) -> tuple[float, float]:
    """How many are right, of blanks in the window and of those that are not here."""
    here, absent = ([one.right for one in filled if one.here == here] for here in (True, False))
    return sum(here) / len(here), sum(absent) / len(absent)


def tell(filled: list[Filled], show: int) -> None:
    """Print how many are right and `show` mistakes, of blanks in the window and of those that are not here."""
    for here, name in ((True, "in the window"), (False, "not here")):
        asked = [one for one in filled if one.here == here]
        wrong = [one for one in asked if not one.right]
        clear, none = sum(one.clear for one in wrong), sum(one.none for one in wrong)
        print(f"  {name}: {len(asked)} asked, right {1 - len(wrong) / len(asked):.3f}; {len(wrong)} mistakes: "
              f"{clear} clear, {len(wrong) - clear} not" + here * f"; {none} say that it is not here")  # fmt: skip
        for one in Random(0).sample(wrong, min(show, len(wrong))):
            print(f"    {'*' if one.clear else ' '} {one.text}")


if __name__ == "__main__":
    main()
