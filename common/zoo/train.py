"""Train the networks of a homework: `python -m common.zoo.train hw10`.

    --only NAME       one network alone
    --seed S          of pictures and first weights: with a secret one an instructor gets a target that nobody knows
    --out FOLDER      where the files go (the folder of the package, if not given)
    --pictures FOLDER train on CLASS/*.png, 32 x 32, or on CIFAR-10's data_batch_1 to 5, instead of drawn pictures

The same seed and one thread give the same bytes on the same machine.
"""

import argparse
import sys
from pathlib import Path

import torch

from common import homeworks, zoo
from common.errors import HomeworkError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m common.zoo.train", description=__doc__.splitlines()[0])
    parser.add_argument("homework", choices=homeworks.having("zoo"))
    parser.add_argument("--only", help="one network alone")
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--out", type=Path, default=zoo.WEIGHTS)
    parser.add_argument("--pictures", type=Path, help="train on CLASS/*.png or CIFAR-10's files in this folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        homeworks.part(options.homework, "zoo").train(
            options.out, seed=options.seed, only=options.only, pictures=options.pictures
        )
    except HomeworkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
