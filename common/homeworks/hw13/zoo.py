"""The teacher of homework 13: it knows eleven kinds of food from far more labelled pictures than its students get.

It is far larger than they may be, so it teaches, and cannot be handed in. It takes pictures (B, 3, H, W) with values
from 0 to 1, normalises them inside, and gives logits (B, 11). As every network of the homework it comes in two halves:
`features(x)` (B, C, h, w), a map of what is seen where, and `head(features)`, the logits. Weights: `hw13-teacher`.
"""

import math
import pickle
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from common import zoo
from common.errors import HomeworkError
from common.generators.food import CLASSES
from common.homeworks.hw13.data import drawn
from common.paths import data_dir
from common.zoo.layers import conv
from common.zoo.recipe import predict, train_classifier

PER_CLASS, EPOCHS = 2000, 22
Inner = list[tuple[nn.Conv2d, nn.BatchNorm2d, nn.Conv2d]]
CHECKPOINT = "resnet18_teacher.ckpt"  # the course's own teacher, among its files


class Block(nn.Module):
    """Two 3 x 3 convolutions and a way around them (He et al. 2016, "Deep residual learning for image recognition")."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.first, self.second = conv(inputs, outputs, 3, stride), conv(outputs, outputs)
        self.shortcut = nn.Identity() if (inputs, stride) == (outputs, 1) else conv(inputs, outputs, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.shortcut(x) + self.second(torch.relu(self.first(x))))


class Teacher(nn.Module):
    """Of a picture of 32 x 32 `features` makes 88 maps of 4 x 4; the largest value of each is what the head reads."""

    def __init__(self, widths: tuple[int, int, int] = (24, 48, 88)):
        super().__init__()
        a, b, c = widths
        self.width = c
        self.body = nn.Sequential(
            conv(3, a), nn.ReLU(), nn.MaxPool2d(2), Block(a, b, 2), Block(b, c, 2), Block(c, c, 1)
        )
        self.output = nn.Linear(c, len(CLASSES))

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return self.body((x - 0.5) / 0.25)

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return self.output(features.amax(dim=(2, 3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x))

    def inner(self) -> Inner:
        """Of each block the first convolution, its norm, and the convolution that alone reads them."""
        return [(*block.first, block.second[0]) for block in self.body if isinstance(block, Block)]


class CourseTeacher(nn.Module):
    """ResNet-18 with eleven outputs, cut into the same two halves; it wants pictures as ImageNet's are normalised."""

    width = 512  # maps that come out of `features`

    def __init__(self):
        super().__init__()
        from torchvision.models import resnet18

        self.resnet = resnet18(weights=None, num_classes=len(CLASSES))
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1), persistent=False)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        x = (x - self.mean) / self.std
        for name, layer in self.resnet.named_children():
            if name not in ("avgpool", "fc"):
                x = layer(x)
        return x

    def head(self, features: torch.Tensor) -> torch.Tensor:
        return self.resnet.fc(features.mean(dim=(2, 3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x))

    def inner(self) -> Inner:
        blocks = [block for name, part in self.resnet.named_children() if name.startswith("layer") for block in part]
        return [(block.conv1, block.bn1, block.conv2) for block in blocks]


def load_teacher(source: str | Path = "builtin", file: Path | None = None) -> nn.Module:
    """The teacher for the pictures of a source, in eval mode, its weights frozen.

    source: as in `common.data.load`. For `"original"` it is the course's own checkpoint in `data/hw13/`, for everything
    else the one that comes with the package. file: other weights instead. Raises HomeworkError if they do not fit.
    """
    if source == "original":
        file = file or data_dir("hw13") / CHECKPOINT
        model = CourseTeacher()
        zoo.frozen(model.resnet, _read_checkpoint(file), f"the course's teacher, {CHECKPOINT}")
        return model.eval().requires_grad_(False)
    return zoo.frozen(Teacher(), "hw13-teacher" if file is None else file, "the teacher of homework 13")


def _read_checkpoint(file: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise HomeworkError(
            f"There is no {file}; the course's teacher, {CHECKPOINT}, comes with its pictures and belongs beside them."
        ) from None
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise HomeworkError(f"{file} cannot be read as a checkpoint of torch; is it cut off? ({reason})") from None
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise HomeworkError(f"{file}: expected the state_dict of a ResNet-18, found a {type(state).__name__}.")
    return state


# --- how it was trained -----------------------------------------------------------------------------------------------


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Train the teacher on drawn food and write `out/hw13-teacher.safetensors`."""
    if only not in (None, "teacher") or pictures is not None:
        raise HomeworkError("Homework 13 has one network, called teacher, and it learns from drawn food.")
    model = trained(*drawn(seed + 4_000_000, PER_CLASS * len(CLASSES)), seed=seed)
    zoo.save_weights(model, out / "hw13-teacher.safetensors")
    model = load_teacher(file=out / "hw13-teacher.safetensors")
    x, y = drawn(seed + 5_000_000, 100 * len(CLASSES))
    right = predict(model, x).argmax(dim=1).numpy() == y
    count = sum(value.numel() for value in model.state_dict().values())
    print(f"teacher: {count:,} parameters and buffers, accuracy on new drawings {right.mean():.3f}")


def trained(x: np.ndarray, y: np.ndarray, *, seed: int, epochs: int = EPOCHS) -> nn.Module:
    """A teacher that learnt from pictures (N, 32, 32, 3) uint8 with labels (N,)."""
    recipe = {"view": another_view, "smoothing": 0.0, "precision": "auto"}
    return train_classifier(Teacher, x, y, seed=seed, epochs=epochs, **recipe)


def another_view(x: torch.Tensor) -> torch.Tensor:
    """Each picture (B, 3, H, W) turned, mirrored, nearer or farther, moved, in another light."""
    n = len(x)

    def between(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(n, *shape, device=x.device)

    angle, zoom, flip = between(-math.pi, math.pi), between(-0.2, 0.2).exp(), between(-1, 1).sign()
    cos, sin, shift = angle.cos() * zoom, angle.sin() * zoom, between(-0.1, 0.1, 2)
    rows = torch.stack([cos * flip, -sin, shift[:, 0]], 1), torch.stack([sin * flip, cos, shift[:, 1]], 1)
    grid = functional.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    x = functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    return (x * (between(-0.12, 0.12, 3, 1, 1) + between(-0.2, 0.2, 1, 1, 1)).exp()).clamp(0, 1)
