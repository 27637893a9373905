"""Generators for homework 6 that have learnt nothing, or next to nothing."""

import pandas as pd
import torch

from common.homeworks.hw06 import judge_gan


def untrained(splits) -> pd.DataFrame:
    """As the weights are before the first step."""
    torch.manual_seed(0)
    return _handed_in(judge_gan.make_generator(24, splits.train.shape[1] // 8), splits)


def grey(splits) -> pd.DataFrame:
    """All weights are zero, and so is every picture: grey."""
    generator = judge_gan.make_generator(24, splits.train.shape[1] // 8)
    for weight in generator.parameters():
        torch.nn.init.zeros_(weight)
    return _handed_in(generator, splits)


def mean_colour(splits) -> pd.DataFrame:
    """All weights are zero but the last bias: every pixel has the mean colour of the training pictures."""
    generator = judge_gan.make_generator(24, splits.train.shape[1] // 8)
    for weight in generator.parameters():
        torch.nn.init.zeros_(weight)
    mean = torch.from_numpy(splits.train.mean((0, 1, 2))).float() / 127.5 - 1
    generator[-2].bias.data = torch.atanh(mean)  # a tanh follows
    return _handed_in(generator, splits)


def _handed_in(generator, splits) -> pd.DataFrame:
    images = judge_gan.draw(generator.eval(), judge_gan.noise(splits.test))
    frame = pd.DataFrame({"file": splits.test, "image": list(images)})
    frame.attrs["weights"] = generator.state_dict()
    return frame
