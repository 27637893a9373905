"""The reader of homework 6: one small network that judges generated faces. It sees what is drawn, and what is wrong.

It takes pictures (B, 3, 24, 24) with values from 0 to 1 and has two heads on the same 64 features: one says *what is
drawn* (colours of hair, eyes and skin, the hair's cut, the mouth, where the head looks), the other *whether it is a
face as they are drawn here, or not*. So the features know of both, and a Fréchet distance on them (Heusel et al. 2017)
punishes pictures that are wrong as well as pictures that lack variety. A detector alone is easily fooled: it learns
only the mistakes that it is shown. Ours saw blurs, noise, warps, exchanged patches, halves of two people, Gaussian
samples from principal components, and pictures of a generator at every stage of its training (another than the
homework's: other architecture, other loss, other pictures). Weights: `hw06-reader`.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from common import zoo
from common.errors import HomeworkError
from common.generators import faces
from common.training.seed import set_seed

SIDE, WIDTH = 24, 64
READER = "hw06-reader"
NAMED = {name: len(faces.KINDS[name][0]) for name in ("hair_color", "back", "fringe", "skin", "eye_color", "mouth")}
SIZED = ("yaw", "hair_length")  # and the background's hue, as a point on a circle
REALS, EPOCHS, BATCH_SIZE, LR = 6000, 10, 128, 3e-3


class Reader(nn.Module):
    """A look out of focus, three convolutions and a linear layer give the features; two linear heads read them.

    Out of focus, because the grain of single pixels should weigh less than a wrong shape.
    """

    def __init__(self):
        super().__init__()
        layers, inputs = [], 3
        for outputs in (32, 48, 64):
            layers += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.1)]
            inputs = outputs
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(9 * inputs, WIDTH), nn.BatchNorm1d(WIDTH))
        self.factors = nn.Linear(WIDTH, sum(NAMED.values()) + len(SIZED) + 2)
        self.face = nn.Linear(WIDTH, 1)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(B, 3, 24, 24) with values from 0 to 1 -> (B, 64)."""
        for _ in range(2):
            x = functional.avg_pool2d(x, 2, stride=1)  # twice the mean of neighbours: weights 1, 2, 1
        return self.body((x - 0.5) / 0.25)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of the factors (B, F), and the logit of being a face (B,)."""
        features = self.features(x)
        return self.factors(features), self.face(features).squeeze(1)


def load(file: Path | None = None) -> Reader:
    """The reader with its weights, from the package or from `file`. Raises HomeworkError in one sentence."""
    model = Reader()
    missing, unexpected = model.load_state_dict(zoo.load_weights(READER if file is None else file), strict=False)
    wrong = [*unexpected, *(key for key in missing if not key.endswith("num_batches_tracked"))]
    if wrong:
        raise HomeworkError(f"{file or READER} does not hold the weights of the reader: {wrong[0]} does not fit.")
    return model.eval().requires_grad_(False)


@torch.no_grad()
def read(model: Reader, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, 64) float64 and logits of being a face (N,) of images (N, 24, 24, 3) uint8."""
    features = torch.cat([model.features(part) for part in pictures(images).split(500)])
    return features.double().numpy(), model.face(features).squeeze(1).numpy()


def pictures(images: np.ndarray) -> torch.Tensor:
    """(N, 24, 24, 3) uint8 -> (N, 3, 24, 24) from 0 to 1."""
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float() / 255


# --- how it was trained ---------------------------------------------------------------------------------------------


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Train the reader and write `out/hw06-reader.safetensors`; prints how well it reads new drawings."""
    if only not in (None, "reader"):
        raise HomeworkError(f"There is no network {only!r}; homework 6 has the reader alone.")
    if pictures is not None:
        raise HomeworkError("The reader learns from drawn faces, whose factors are known; leave --pictures out.")
    real = faces.faces(seed + 6_000_000, REALS, SIDE, plain=True)
    model = trained(real.images, real.factors, negatives(real.images, seed), seed=seed)
    zoo.save_weights(model, out / f"{READER}.safetensors")
    model = load(out / f"{READER}.safetensors")
    new = faces.faces(seed + 6_500_000, 1000, SIDE, plain=True)
    print(f"reader: {sum(p.numel() for p in model.parameters()):,} parameters")
    print(report(model, new.images, new.factors, negatives(new.images, seed + 1, generated=False)))


def trained(images: np.ndarray, factors: np.ndarray, wrong: np.ndarray, *, seed: int, epochs: int = EPOCHS) -> Reader:
    """A reader that learnt from faces (N, 24, 24, 3) with their factors, and from as many pictures that are none."""
    set_seed(seed)
    model = Reader().to(memory_format=torch.channels_last)
    x, no_face, targets = pictures(images), pictures(wrong), _targets(factors)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=0.02, fused=True)
    steps = epochs * (len(x) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps, pct_start=0.2)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(BATCH_SIZE)[: len(x) // BATCH_SIZE]:
            others = torch.randint(len(no_face), (len(rows),))
            batch = _relit(torch.cat([x[rows], no_face[others]])).contiguous(memory_format=torch.channels_last)
            scores, logits = model(batch)
            face = (torch.arange(2 * len(rows)) < len(rows)).float()
            loss = functional.binary_cross_entropy_with_logits(logits, 0.02 + 0.96 * face)
            loss = loss + 0.5 * _factor_loss(scores[: len(rows)], {k: v[rows] for k, v in targets.items()})
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval().to(memory_format=torch.contiguous_format)


def _targets(factors: np.ndarray) -> dict[str, torch.Tensor]:
    named = {name: torch.from_numpy(factors[name].astype(np.int64)) for name in NAMED}
    hue = 2 * np.pi * factors["background_hue"]
    spread = [faces.PLAIN_SIZES[name][1] for name in SIZED]
    sizes = [factors[name] / most for name, most in zip(SIZED, spread, strict=True)]
    return named | {"sizes": torch.from_numpy(np.stack([*sizes, np.cos(hue), np.sin(hue)], 1).astype(np.float32))}


def _factor_loss(scores: torch.Tensor, targets: dict[str, torch.Tensor]) -> torch.Tensor:
    *named, sizes = scores.split([*NAMED.values(), len(SIZED) + 2], dim=1)
    losses = [functional.cross_entropy(part, targets[name]) for name, part in zip(NAMED, named, strict=True)]
    return sum(losses) + 2 * functional.mse_loss(sizes, targets["sizes"])


def _relit(x: torch.Tensor) -> torch.Tensor:
    """Brighter or darker, with more or less contrast, a little grainy: none of these makes or spoils a face."""
    gain, shift = 1 + 0.06 * torch.randn(len(x), 1, 1, 1), 0.03 * torch.randn(len(x), 1, 1, 1)
    grain = 0.08 * torch.rand(len(x), 1, 1, 1) * torch.randn_like(x)
    return (x * gain + shift + grain).clamp(0, 1)


def report(model: Reader, images: np.ndarray, factors: np.ndarray, wrong: np.ndarray) -> str:
    """How often the reader is right on new drawings, factor by factor, and on new pictures that are none."""
    with torch.no_grad():
        scores, logits = model(pictures(images))
        none = model(pictures(wrong))[1]
    *named, _ = scores.split([*NAMED.values(), len(SIZED) + 2], dim=1)
    targets = _targets(factors)
    lines = [
        f"{name} {(part.argmax(1) == targets[name]).float().mean():.3f}"
        for name, part in zip(NAMED, named, strict=True)
    ]
    return (
        ", ".join(lines)
        + f"; faces found in drawings {(logits > 0).float().mean():.3f}, in others {(none > 0).float().mean():.3f}"
    )


# --- pictures that are no faces ---------------------------------------------------------------------------------------


def negatives(images: np.ndarray, seed: int, generated: bool = True) -> np.ndarray:
    """About as many pictures as `images` (N, 24, 24, 3), each wrong in one way of several."""
    rng = np.random.default_rng([seed, 6])
    kinds = [blurred, noisy, warped, patched, halves, averaged, flipped, washed]
    share = len(images) // 16
    parts = [kind(images[rng.choice(len(images), share)], rng) for kind in kinds]
    components = Components(images)
    parts += [components.samples(k, share // 2, rng) for k in (15, 40, 100, 250, 500, 1000)]
    if generated:
        parts.append(pictures_of_a_generator(images, seed, each=share // 4))
    return np.concatenate(parts)


def blurred(images: np.ndarray, rng) -> np.ndarray:
    """Each by another Gaussian, 1 to 3 pixels wide."""
    from scipy.ndimage import gaussian_filter

    return np.stack(
        [gaussian_filter(image, (s, s, 0)) for image, s in zip(images, rng.uniform(1, 3, len(images)), strict=True)]
    )


def noisy(images: np.ndarray, rng) -> np.ndarray:
    """Noise of 25 to 80 grey levels, of single pixels or of patches."""
    coarse = rng.normal(size=(len(images), 12, 12, 3)).repeat(2, 1).repeat(2, 2)
    fine = rng.normal(size=images.shape)
    noise = np.where(rng.random((len(images), 1, 1, 1)) < 0.5, coarse, fine)
    return _bytes(images + rng.uniform(25, 80, (len(images), 1, 1, 1)) * noise)


def warped(images: np.ndarray, rng) -> np.ndarray:
    """Every pixel taken from a little way off, by a smooth random field."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    grid = np.mgrid[:SIDE, :SIDE].astype(float)
    out = np.empty_like(images)
    for k, image in enumerate(images):
        field = np.stack([gaussian_filter(rng.normal(size=(SIDE, SIDE)), 2.0) for _ in range(2)])
        field *= rng.uniform(1.2, 3) / field.std()
        for channel in range(3):
            out[k, ..., channel] = map_coordinates(image[..., channel], grid + field, order=1, mode="nearest")
    return out


def patched(images: np.ndarray, rng) -> np.ndarray:
    """A patch of 6 to 12 pixels comes from another picture."""
    out = images.copy()
    for k, other in enumerate(np.roll(images, 1, axis=0)):
        side = rng.integers(6, 13)
        y, x = rng.integers(2, SIDE - side - 1, 2)
        out[k, y : y + side, x : x + side] = other[y : y + side, x : x + side]
    return out


def halves(images: np.ndarray, rng) -> np.ndarray:
    """One person's left or upper half, another's right or lower one."""
    other = np.roll(images, 1, axis=0)
    beside = rng.random((len(images), 1, 1, 1)) < 0.5
    place = np.where(beside, np.arange(SIDE)[None, None, :, None], np.arange(SIDE)[None, :, None, None])
    return np.where(place < SIDE // 2, images, other)


def averaged(images: np.ndarray, rng) -> np.ndarray:
    """Two people at once."""
    share = rng.uniform(0.3, 0.5, (len(images), 1, 1, 1))
    return _bytes(share * images + (1 - share) * np.roll(images, 1, axis=0))


def flipped(images: np.ndarray, rng) -> np.ndarray:
    """The part with eyes and mouth upside down, or the whole picture."""
    out = images.copy()
    out[:, 8:20, 5:19] = out[:, 8:20, 5:19][:, ::-1]
    return np.where(rng.random((len(images), 1, 1, 1)) < 0.7, out, images[:, ::-1])


def washed(images: np.ndarray, rng) -> np.ndarray:
    """Half or more of the contrast is gone."""
    return _bytes(
        images.mean((1, 2), keepdims=True)
        + rng.uniform(0, 0.5, (len(images), 1, 1, 1)) * (images - images.mean((1, 2), keepdims=True))
    )


class Components:
    """The principal components of pictures: Gaussian samples with their mean and their largest variances."""

    def __init__(self, images: np.ndarray):
        flat = images.reshape(len(images), -1).astype(np.float32)
        self.mean, self.shape = flat.mean(0), images.shape[1:]
        values, vectors = np.linalg.eigh(np.cov(flat, rowvar=False).astype(np.float32))
        self.spread, self.directions = np.sqrt(np.maximum(values[::-1], 0)), vectors[:, ::-1].T

    def samples(self, k: int, n: int, rng) -> np.ndarray:
        """n pictures in the space of the first k components."""
        z = rng.normal(size=(n, len(self.spread[:k]))).astype(np.float32)
        return _bytes(self.mean + (z * self.spread[:k]) @ self.directions[:k]).reshape(n, *self.shape)


def pictures_of_a_generator(images: np.ndarray, seed: int, each: int, steps: int = 600, every: int = 40) -> np.ndarray:
    """`each` pictures at every stage of a small GAN's training.

    It has the hinge loss, and a generator that enlarges by nearest neighbours: the mistakes are not the homework's own.
    """
    set_seed(seed + 1)
    layers = [nn.Linear(32, 48 * 9), nn.Unflatten(1, (48, 3, 3)), nn.BatchNorm2d(48), nn.ReLU()]
    for inputs, outputs in ((48, 40), (40, 32), (32, 24)):
        layers += [nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs), nn.ReLU()]
    generator = nn.Sequential(*layers, nn.Conv2d(24, 3, 3, 1, 1), nn.Sigmoid())
    layers, inputs = [], 3
    for outputs in (24, 40, 56):
        layers += [nn.utils.spectral_norm(nn.Conv2d(inputs, outputs, 4, 2, 1)), nn.LeakyReLU(0.1)]
        inputs = outputs
    critic = nn.Sequential(*layers, nn.Flatten(), nn.utils.spectral_norm(nn.Linear(9 * inputs, 1)))
    optimizers = [torch.optim.Adam(net.parameters(), 5e-4, (0.0, 0.9), fused=True) for net in (generator, critic)]
    x, stages = pictures(images), []
    for step in range(1, steps + 1):
        real, fake = x[torch.randint(len(x), (32,))], generator(torch.randn(32, 32))
        hinge = functional.relu(1 - critic(real)).mean() + functional.relu(1 + critic(fake.detach())).mean()
        _step(optimizers[1], hinge)
        _step(optimizers[0], -critic(fake).mean())
        if step % every == 0:
            with torch.no_grad():
                stages.append(_bytes(255 * generator(torch.randn(each, 32)).permute(0, 2, 3, 1).numpy()))
    return np.concatenate(stages)


def _step(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.clip(np.round(images), 0, 255).astype(np.uint8)
