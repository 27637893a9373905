"""How the classifiers of the zoo were trained: the same recipe for all."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from common.training.device import pick_device
from common.training.loaders import batches
from common.training.loop import fit
from common.training.seed import set_seed

BATCH_SIZE, LR, WEIGHT_DECAY = 64, 4e-3, 0.02


def as_tensor(x: np.ndarray) -> torch.Tensor:
    """Pictures (N, H, W, 3) uint8 as a tensor (N, 3, H, W), the same memory."""
    return torch.from_numpy(x).permute(0, 3, 1, 2)


def train_classifier(
    make: Callable[[], nn.Module],
    x: np.ndarray,
    y: np.ndarray,
    *,
    seed: int,
    epochs: int,
    view: Callable[[torch.Tensor], torch.Tensor],
    smoothing: float = 0.05,
    precision: str = "fp32",
) -> nn.Module:
    """A network that learnt from pictures (N, H, W, 3) uint8 with labels (N,), on the CPU.

    make: builds the network, after the seed is set. view: pictures (B, 3, H, W) from 0 to 1, each made different.
    smoothing: of the labels. AdamW on one cycle of the learning rate (Smith & Topin 2019, "Super-convergence").
    """
    set_seed(seed)
    device = pick_device()
    model = make().to(device, memory_format=torch.channels_last)
    train_batches = batches(
        as_tensor(x).to(device), torch.from_numpy(y).to(device), batch_size=BATCH_SIZE, shuffle=True
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=WEIGHT_DECAY)
    steps = epochs * len(train_batches)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps, pct_start=0.2)

    def step(batch):
        x, y = batch
        logits = model(view(x.float() / 255).contiguous(memory_format=torch.channels_last))
        return {
            "loss": functional.cross_entropy(logits, y, label_smoothing=smoothing),
            "accuracy": (logits.detach().argmax(dim=1) == y).float().mean(),
        }

    fit(step, train_batches, optimizer, epochs=epochs, model=model, schedule=schedule, precision=precision)
    return model.to("cpu", memory_format=torch.contiguous_format)


@torch.no_grad()
def predict(model: nn.Module, x: np.ndarray) -> torch.Tensor:
    """Logits (N, C) of pictures (N, H, W, 3) uint8."""
    return torch.cat([model(part.float() / 255) for part in as_tensor(x).split(100)])
