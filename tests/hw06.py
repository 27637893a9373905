"""What the tests of homework 6's two starters share: a network that has learnt nothing, and what cheats hand in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from common import data
from common.homeworks.hw06 import judge_diffusion, judge_gan, zoo
from common.submission.homework import Homework

WALK = torch.tensor([[1.0, 0.0, 1.0], [0.5, 0.5, 0.5], [0.0, 1.0, 0.0]])  # straight, in two steps


@dataclass(frozen=True)
class Untrained:
    """A starter's smoke set and a network that has learnt nothing: what it draws, and the weights to hand in."""

    id: str
    net: torch.nn.Module
    weights: dict[str, torch.Tensor]
    draw: Callable  # (names of the pictures, seed of the noise) -> (N, 24, 24, 3)

    @property
    def splits(self):
        return data.load(self.id, profile="smoke")

    @property
    def reference(self) -> pd.DataFrame:
        """The scorer's table."""
        return data.reference(self.id, profile="smoke")

    def drawn(self, seed: int = 0) -> np.ndarray:
        return self.draw(self.reference["file"], seed)

    def score(self, images: np.ndarray, folder: Path, weights: dict | None = None) -> float:
        """What the scorer gives these pictures beside these weights (without: its own)."""
        homework, reference = Homework(self.id), self.reference
        frame = pd.DataFrame({"file": reference["file"], "image": list(images)})
        return homework.evaluate(homework.submit(frame, folder, weights=weights or self.weights), reference).value


@cache
def gan() -> Untrained:
    torch.manual_seed(0)
    net = judge_gan.make_generator(24, 3).eval()
    return Untrained("hw06_gan", net, net.state_dict(), lambda *noise: judge_gan.draw(net, judge_gan.noise(*noise)))


@cache
def diffusion() -> Untrained:
    torch.manual_seed(0)
    net = judge_diffusion.UNet(8).eval()

    def draw(*noise) -> np.ndarray:
        return judge_diffusion.draw(net, judge_diffusion.noise(*noise), WALK, "direction")

    return Untrained("hw06_diffusion", net, judge_diffusion.described(net, WALK, "direction"), draw)


def cheats(splits) -> Iterator[tuple[str, np.ndarray]]:
    """Pictures that no network has learnt to draw."""
    rng = np.random.default_rng(0)
    learnt, n = splits.train, len(splits.test)
    means = [sum(np.roll(learnt, 37 * k, axis=0)[:n].astype(int) for k in range(count)) // count for count in (2, 5)]
    components = zoo.Components(learnt)
    yield "noise", rng.integers(0, 256, (n, *learnt.shape[1:]), dtype=np.uint8)
    yield "one picture repeated", np.repeat(splits.validation[:1], n, axis=0)
    yield "ten pictures repeated", np.repeat(splits.validation[:10], n // 10, axis=0)
    yield "the mean picture", np.repeat(learnt.mean(0)[None].astype(np.uint8), n, axis=0)
    yield "means of two", means[0].astype(np.uint8)
    yield "means of five", means[1].astype(np.uint8)
    yield "halves of two people", zoo.halves(learnt[:n], rng)
    yield "blurred pictures", zoo.blurred(learnt[:n], rng)
    yield "mirrored pictures", np.ascontiguousarray(learnt[:n, :, ::-1])
    yield "training pictures", learnt[:n]
    yield "what the drawing program draws", splits.validation
    for k in (20, 100):
        yield f"Gaussian samples from {k} principal components", components.samples(k, n, rng)
