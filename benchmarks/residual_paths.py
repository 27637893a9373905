"""Homework 3: what the way around does, in networks of 10, 22 and 34 convolutions.

    python benchmarks/residual_paths.py [--blocks 1 3 5] [--epochs 12] [--width 8] [--seeds 1]

Trains the solution's residual network, and the same without the `x +` in its blocks, by the cells of the notebook with
strong's settings; the narrow default takes a few minutes, the rung itself is `--blocks 1 --epochs 54 --width 16`.
"""

import argparse
import contextlib
import io

import torch
from cells import defined
from torch.nn import functional

from common import data

CELLS = (
    *("imports", "load", "resident", "augment", "block", "net", "make-model", "settings", "step", "train-network"),
    "vote",
    "predict",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Residual and plain networks of several depths.")
    parser.add_argument("--blocks", type=int, nargs="+", default=[1, 3, 5], help="in each of three stages")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--width", type=int, default=8, help="channels of the first stage")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    torch.set_num_threads(1)
    truth = torch.tensor(data.reference("hw03")["Category"].to_numpy())

    for seed in options.seeds:
        space = defined("hw03", CELLS, seed, "strong")
        space["epochs"] = options.epochs
        residual = space["ResidualBlock"]

        class Plain(residual):
            """The same layers, and no way around them."""

            def forward(self, x):
                return functional.relu(self.layers(x))

        kinds = [(kind, block, n) for n in options.blocks for kind, block in (("x +", residual), ("plain", Plain))]
        for kind, block, n_blocks in kinds:
            space["set_seed"](seed)
            space["ResidualBlock"] = block
            model = space["residual_network"](options.width, n_blocks)
            with contextlib.redirect_stdout(io.StringIO()):
                model, history = space["train_network"](model, space["train_rows"], space["validation_rows"])
            answers = space["predict"](model, space["x_test"]).argmax(dim=1)
            print(
                f"seed {seed}  {4 + 6 * n_blocks:3d} convolutions, {kind:28s}"
                f"training {history['accuracy'][-1]:.3f}  validation {max(history['val_accuracy']):.3f}  "
                f"test {(answers == truth).float().mean():.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
