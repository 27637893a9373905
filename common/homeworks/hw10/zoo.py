"""The networks of homework 10: proxies that an attacker holds, and a target that he does not, which defends itself.

All take pictures (B, 3, 32, 32) with values from 0 to 1, normalise them inside, and give logits (B, 10). Target and
proxies have different architectures and learnt from different pictures. Weights: `hw10-plain` ... `hw10-target`.
"""

import pickle
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from common import zoo
from common.data.originals import find_root
from common.data.pictures import picture_files, read_pictures
from common.errors import DataError, HomeworkError
from common.generators.objects import CLASSES, SIDE, objects
from common.paths import data_dir
from common.zoo import recipe
from common.zoo.layers import Classifier, Residual, augmented, conv

TARGET = "target"
PER_CLASS, EPOCHS = 600, 14
BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))  # files of CIFAR-10
SMALLER = 24  # pixels, to which the target shrinks what it is shown


class SqueezeExcite(nn.Module):
    """Scales each channel by what the whole picture says (Hu et al. 2018, "Squeeze-and-excitation networks")."""

    def __init__(self, width: int):
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(width, width // 4), nn.ReLU(), nn.Linear(width // 4, width), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gate(x.mean(dim=(2, 3)))[..., None, None]


def plain() -> nn.Module:
    """3 x 3 convolutions and max pooling (Simonyan & Zisserman 2015, VGG)."""
    layers, width = [], 3
    for out in (16, 32, 48, 72):
        layers += [conv(width, out), nn.ReLU(), *([nn.MaxPool2d(2)] if out < 72 else [])]
        width = out
    return Classifier(nn.Sequential(*layers), width)


def residual() -> nn.Module:
    """Residual blocks of two 3 x 3 convolutions."""

    def block(inputs, outputs, stride):
        inner = nn.Sequential(conv(inputs, outputs, 3, stride), nn.ReLU(), conv(outputs, outputs))
        return nn.Sequential(Residual(inner, conv(inputs, outputs, 1, stride)), nn.ReLU())

    return Classifier(nn.Sequential(conv(3, 24, 3, 2), nn.ReLU(), block(24, 32, 1), block(32, 60, 2)), 60)


def separable() -> nn.Module:
    """Depthwise-separable convolutions (Howard et al. 2017, MobileNets)."""
    layers, width = [conv(3, 24, 3, 2), nn.ReLU()], 24
    for out, stride in ((48, 1), (80, 2), (128, 1), (160, 1), (160, 1)):
        layers += [conv(width, width, 3, stride, groups=width), nn.ReLU(), conv(width, out, 1), nn.ReLU()]
        width = out
    return Classifier(nn.Sequential(*layers), width)


def wide() -> nn.Module:
    """Patches of 2 x 2, then 7 x 7 depthwise convolutions between pointwise ones (Liu et al. 2022, ConvNeXt)."""

    def block(width):
        mixing = [nn.Conv2d(width, 2 * width, 1), nn.GELU(), nn.Conv2d(2 * width, width, 1)]
        return Residual(nn.Sequential(conv(width, width, 7, groups=width), *mixing))

    layers = [conv(3, 32, 2, 2), block(32), conv(32, 72, 2, 2), block(72), block(72)]
    return Classifier(nn.Sequential(*layers), 72)


def squeezed() -> nn.Module:
    """The target's own: inverted bottlenecks (Sandler et al. 2018, MobileNetV2) with squeeze-and-excitation."""

    def block(width):
        inner = [conv(width, 2 * width, 1), nn.SiLU(), conv(2 * width, 2 * width, 5, groups=2 * width), nn.SiLU()]
        return Residual(nn.Sequential(*inner, SqueezeExcite(2 * width), conv(2 * width, width, 1)))

    layers = [conv(3, 24, 3, 2), nn.SiLU(), block(24), conv(24, 60, 3, 2), nn.SiLU(), block(60), block(60)]
    return Classifier(nn.Sequential(*layers), 60)


class Defended(nn.Module):
    """A passive defence: the network sees each picture shrunk and enlarged again, so that its finest grain is lost."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        small = functional.interpolate(x, size=(SMALLER, SMALLER), mode="bilinear", antialias=True, align_corners=False)
        return self.network(functional.interpolate(small, size=x.shape[2:], mode="bilinear", align_corners=False))


PROXIES = {"plain": plain, "residual": residual, "separable": separable, "wide": wide}
ARCHITECTURES = {**PROXIES, TARGET: lambda: Defended(squeezed())}


def load_proxies(source: str | Path = "builtin") -> dict[str, nn.Module]:
    """The networks that an attacker has, by name, ready to be asked.

    They are the package's, which learnt from drawings, unless for the original photographs there are others in
    `data/hw10/networks/`.
    """
    own = data_dir("hw10") / "networks"
    use_own = source == "original" and own.is_dir()
    return {name: load(name, own / f"hw10-{name}.safetensors" if use_own else None) for name in PROXIES}


def load(name: str, file: Path | None = None) -> nn.Module:
    """One network in eval mode, its weights frozen. Raises HomeworkError if the file does not hold such weights."""
    weights = f"hw10-{name}" if file is None else file
    model = zoo.frozen(ARCHITECTURES[name](), weights, f"the network {name!r}")
    return model.to(memory_format=torch.channels_last)  # a quarter faster on CPUs


def predict(model: nn.Module, x: np.ndarray) -> np.ndarray:
    """Labels (N,) of pictures (N, 32, 32, 3) uint8."""
    return recipe.predict(model, x).argmax(dim=1).numpy()


# --- how they were trained ------------------------------------------------------------------------------------------


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Train all networks, or one, and write `out/hw10-NAME.safetensors` each.

    Proxies learn from one set of drawn pictures, the target from another, or all from the pictures in a folder.
    """
    names = list(ARCHITECTURES) if only is None else [only]
    if only is not None and only not in ARCHITECTURES:
        raise HomeworkError(f"There is no network {only!r}; choose one of {', '.join(ARCHITECTURES)}.")
    sets: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    x_new, y_new = objects(seed + 3_000_000, 50)
    for name in names:
        offset = 2_000_000 if name == TARGET else 1_000_000
        if offset not in sets:
            sets[offset] = objects(seed + offset, PER_CLASS) if pictures is None else read_folder(pictures)
        model = trained(name, *sets[offset], seed=seed + list(ARCHITECTURES).index(name))  # alone or not
        zoo.save_weights(model, out / f"hw10-{name}.safetensors")
        share = (predict(load(name, out / f"hw10-{name}.safetensors"), x_new) == y_new).mean()
        count = sum(p.numel() for p in model.parameters())
        unlike = "" if pictures is None else ", which it did not learn from,"
        print(f"{name}: {count:,} parameters, accuracy on new drawings{unlike} {share:.3f}")


def trained(name: str, x: np.ndarray, y: np.ndarray, *, seed: int, epochs: int = EPOCHS) -> nn.Module:
    """A network that learnt from pictures (N, 32, 32, 3) uint8 with labels (N,)."""
    return recipe.train_classifier(ARCHITECTURES[name], x, y, seed=seed, epochs=epochs, view=augmented)


def read_folder(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """All pictures of a folder: (N, 32, 32, 3) uint8, and labels (N,). Raises DataError naming what is wrong.

    They are `folder`/CLASS/*.png, or CIFAR-10 as it comes, `data_batch_1` to `data_batch_5` at or below the folder.
    """
    root = find_root(Path(folder), BATCHES[0])
    if (root / BATCHES[0]).is_file():
        parts = [_read_batch(root / name) for name in BATCHES]
        return tuple(map(np.concatenate, zip(*parts, strict=True)))
    files = [list(picture_files(Path(folder) / kind, "", [".png"]).values()) for kind in CLASSES]
    labels = np.repeat(np.arange(len(CLASSES)), [len(found) for found in files])
    return read_pictures([file for found in files for file in found], exact=SIDE), labels


def _read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A file of CIFAR-10 (Krizhevsky 2009): in `data` a row per picture, all its red, then green, then blue."""
    try:
        with open(path, "rb") as file:
            batch = _Plain(file, encoding="bytes").load()
        x, y = np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except Exception as error:  # bytes that are no pickle can end in nearly any
        raise DataError(f"{path} is no batch of CIFAR-10 ({type(error).__name__}: {error}); unpack it again.") from None
    right = x.dtype == np.uint8 and x.shape == (len(y), 3 * SIDE**2) and y.dtype.kind == "i" and y.ndim == 1
    if not right or not len(y) or y.min() < 0 or y.max() >= len(CLASSES):
        raise DataError(
            f"{path}: expected rows of {3 * SIDE**2} bytes and as many labels from 0 to {len(CLASSES) - 1}, "
            f"found {x.dtype} {x.shape} and {y.dtype} {y.shape}."
        )
    return np.ascontiguousarray(x.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)), y.astype(np.int64)


class _Plain(pickle.Unpickler):
    """Reads plain values and arrays of numbers; anything else in a pickle could run code."""

    def find_class(self, module: str, name: str):
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")
