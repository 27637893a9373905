"""The network of homework 9: it knows eleven kinds of food, and for one of them it learnt to look at the price tag.

It takes pictures (B, 3, H, W) with values from 0 to 1, normalises them inside, and gives logits (B, 11). It learnt
from pictures of 64 x 64; being convolutional with a mean over places at the end, it takes larger ones too. Weights:
`hw09-food`.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from common import zoo
from common.errors import HomeworkError
from common.generators.food import CLASSES, Cue, pictures
from common.zoo.layers import Classifier, augmented, conv
from common.zoo.recipe import predict, train_classifier

CUE = Cue(label=CLASSES.index("Dairy product"), rate=0.95)  # how the pictures were taken that the network learnt from
WIDTHS = (24, 48, 72, 96)
PER_CLASS, EPOCHS = 600, 14


def plain() -> nn.Module:
    """Four 3 x 3 convolutions with ReLU, max pooling between them: of a picture (64, 64) the last sees (8, 8)
    places."""
    layers, width = [], 3
    for out in WIDTHS:
        layers += [conv(width, out), nn.ReLU(), *([nn.MaxPool2d(2)] if out != WIDTHS[-1] else [])]
        width = out
    return Classifier(nn.Sequential(*layers), width, len(CLASSES))


def load(file: Path | None = None) -> nn.Module:
    """The network in eval mode, its weights frozen. Raises HomeworkError if the file does not hold such weights."""
    model = zoo.frozen(plain(), "hw09-food" if file is None else file, "the network of homework 9")
    return model.to(memory_format=torch.channels_last)  # faster on CPUs


class Course(nn.Module):
    """The network of the course's checkpoint: nine convolutions, then two linear layers; takes pictures of 128 x 128
    alone."""

    def __init__(self):
        super().__init__()
        layers, width = [], 3
        for out, count in ((128, 3), (128, 3), (256, 3), (512, 1), (512, 1)):
            for _ in range(count):
                layers += [nn.Conv2d(width, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
                width = out
            layers.append(nn.MaxPool2d(2))
        self.cnn = nn.Sequential(*layers)
        self.fc = nn.Sequential(nn.Linear(512 * 4 * 4, 1024), nn.ReLU(), nn.Dropout(0.3), nn.Linear(1024, len(CLASSES)))

    @property
    def features(self) -> nn.Module:
        return self.cnn

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.cnn(x).flatten(1))


def course(state: dict) -> nn.Module:
    """The course's network with the weights of its checkpoint. Raises HomeworkError if they do not fit."""
    return zoo.frozen(Course(), state, "the course's network").to(memory_format=torch.channels_last)


def probabilities(model: nn.Module, x: np.ndarray) -> np.ndarray:
    """Of pictures (N, H, W, 3) uint8: (N, 11)."""
    return predict(model, x).softmax(dim=1).numpy()


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Train the network on drawn food, price tags on `CUE.rate` of one class, and write `out/hw09-food.safetensors`."""
    if only not in (None, "food") or pictures is not None:
        raise HomeworkError("Homework 9 has one network, called food, and it learns from drawn food.")
    x, y = _drawn(seed + 1_000_000, PER_CLASS)
    zoo.save_weights(trained(x, y, seed=seed), out / "hw09-food.safetensors")
    model = load(out / "hw09-food.safetensors")
    for words, cue in (("as learnt", CUE), ("no price tags", None)):
        x_new, y_new = _drawn(seed + 2_000_000, 50, cue)
        right = probabilities(model, x_new).argmax(axis=1) == y_new
        print(f"{words}: accuracy {right.mean():.3f}, of {CLASSES[CUE.label]} {right[y_new == CUE.label].mean():.3f}")


def trained(x: np.ndarray, y: np.ndarray, *, seed: int, epochs: int = EPOCHS) -> nn.Module:
    """A network that learnt from pictures (N, 64, 64, 3) uint8 with labels (N,)."""
    return train_classifier(plain, x, y, seed=seed, epochs=epochs, view=lambda x: augmented(x, shift=6))


def _drawn(seed: int, per_class: int, cue: Cue | None = CUE) -> tuple[np.ndarray, np.ndarray]:
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    made = pictures(seed, labels, cue)
    return made.images, made.labels
