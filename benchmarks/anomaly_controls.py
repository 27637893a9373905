"""What else might explain the ladder of homework 8: cheap answers, and a control of each rung (test AUC).

    python benchmarks/anomaly_controls.py [--seeds 1] [--data-seed 2022] [--only WORD] [--profile standard]
    python benchmarks/anomaly_controls.py --data-seed 7 --only "("       # the four rungs on other data

The networks are trained by the functions of the solution notebook. Each control trains as long as the rung it belongs
to (in processor time, as near as whole epochs allow) and lacks its idea: a divergence on another scale than the error,
a VAE instead of the fully connected bottleneck, the plain error instead of that from afar, fine noise, a
denoiser alone.
"""

import argparse
import contextlib
import io
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from common import metrics
from common.homeworks.hw08 import cheap as cheaply
from common.homeworks.hw08 import data as hw08
from common.notebooks import books
from common.submission.card import find_card


def cheap(splits) -> dict[str, Callable]:
    """Answers that need no network: name -> a function that gives scores (N,) of the test pictures."""
    found = {
        "brightness": cheaply.brightness,
        "contrast": cheaply.contrast,
        "edges": cheaply.edges,
        "distance from the mean face": cheaply.far_from_the_mean,
    }
    for bins in (4, 6):
        found[f"nearest face by its colours, {bins} steps a channel"] = partial(cheaply.nearest_colors, bins=bins)
    for across in (4, 8, 16, 32):
        found[f"nearest face, {across} x {across} pixels"] = partial(cheaply.nearest_face, across=across)
    for k in (4, 8, 16, 32, 64, 128, 256, 512, 1024):
        found[f"{k} components"] = partial(cheaply.components, k=k)
        found[f"{k} components, error over 4 x 4"] = partial(cheaply.components, k=k, square=4)
    return found


def fine_noise(x, strength):
    """As strong as the coarse noise of the solution, but each pixel by itself."""
    return 0.67 * strength * torch.randn_like(x)


def methods(book) -> dict[str, dict]:
    """The rungs of the solution, and their controls. `epochs` makes equal time of unequal steps."""
    vae = {"make": book["VAE"], "loss": book["vae_loss"], "restore": book["vae_restore"], "lr": 2e-3}
    bottleneck = vae | {"make": book["Bottleneck"], "loss": book["bottleneck_loss"], "lr": 1e-3}
    afar = {"surprise": book["error_from_afar"]}
    denoiser = {"loss": book["denoiser_loss"], "restore": book["denoiser_restore"], "lr": 2e-3}
    denoiser["make"] = lambda: book["UNet"](3)
    pair = {"make": book["Pair"], "loss": book["pair_loss"], "restore": book["pair_restore"], "lr": 2e-3}
    pair["surprise"] = book["pair_surprise"]

    def summed_loss(model, x):
        mean, log_variance = model.encode(x)
        error = functional.mse_loss(model.decode(book["draw_code"](mean, log_variance)), x)
        return error + book["kl_divergence"](mean, log_variance)

    class Detector(nn.Module):
        def __init__(self):
            super().__init__()
            self.detector = book["UNet"](1)

        def forward(self, x):  # no denoiser
            return torch.zeros_like(x)

    def detector_loss(model, x):
        pasted, mask = book["cut_paste"](x)
        some = (torch.rand(len(x), 1, 1, 1) < 0.5).float()
        logits = model.detector(torch.where(some > 0, pasted, x))
        return functional.binary_cross_entropy_with_logits(logits, some * mask)

    detector = {"make": Detector, "loss": detector_loss, "restore": lambda model, x: x, "lr": 2e-3}
    detector["surprise"] = lambda model, x, restored: model.detector(x).sigmoid()
    return {
        "... VAE, the divergence a sum beside a mean error": vae | {"loss": summed_loss, "epochs": EPOCHS["VAE"]},
        "VAE (simple)": vae | {"epochs": EPOCHS["VAE"]},
        "... VAE, from afar, as long as medium": vae | afar | {"epochs": EPOCHS["VAE, longer"]},
        "... bottleneck, not from afar": bottleneck | {"epochs": EPOCHS["bottleneck"]},
        "bottleneck, from afar (medium)": bottleneck | afar | {"epochs": EPOCHS["bottleneck"]},
        "... bottleneck, from afar, as long as strong": bottleneck | afar | {"epochs": EPOCHS["bottleneck, longer"]},
        "... fine noise instead of coarse": denoiser | {"epochs": EPOCHS["noise"], "noise": fine_noise},
        "coarse noise (strong)": denoiser | {"epochs": EPOCHS["noise"]},
        "... coarse noise, as long as boss": denoiser | {"epochs": EPOCHS["noise, longer"]},
        "... the classifier alone, as long": detector | {"epochs": EPOCHS["noise, longer"]},
        "coarse noise and classifier (boss)": pair | {"epochs": EPOCHS["pair"]},
    }


EPOCHS = {
    "VAE": 8, "VAE, longer": 12, "bottleneck": 5, "bottleneck, longer": 34,
    "noise": 12, "noise, longer": 16, "pair": 8,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Cheap answers and controls of homework 8.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--data-seed", type=int, default=hw08.SEED)
    parser.add_argument("--only", default="", help="only the lines with this in their name")
    parser.add_argument("--profile", default="standard")
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits, reference = hw08.builtin(options.profile, options.data_seed)
    true, card = reference["score"].to_numpy(), find_card("hw08")
    print(f"{'':46}{'mean':>7}{'lowest':>8}{'highest':>9}{'CPU s':>7}  rung")

    def show(name, scores, seconds=0.0):
        low, high = min(scores), max(scores)
        rung = card.rung_of(high) or "-"
        print(f"{name:46}{statistics.mean(scores):7.3f}{low:8.3f}{high:9.3f}{seconds:7.0f}  {rung}", flush=True)

    for name, answer in cheap(splits).items():
        if options.only in name:
            show(name, [metrics.roc_auc(true, answer(splits))])

    book = books.definitions(books.paths(card)[1])
    book.update(
        side=splits.test.x.shape[1],
        device=torch.device("cpu"),
        noise_level=0.7,
        STRENGTH=0.5,
        batch_size=64,
        n_usual=250,
    )
    x, x_validation, x_test = (book["to_device"](part) for part in (splits.train, splits.validation, splits.test))
    asked = [k for k, name in enumerate(splits.kinds) if k and name not in hw08.UNASKED]
    book.update(x=x, x_validation=x_validation, kind=splits.validation.kind, asked=asked)
    coarse = book["coarse_noise"]
    for name, method in methods(book).items():
        if options.only not in name:
            continue
        method = {"surprise": book["squared_error"], **method}
        book["coarse_noise"] = method.get("noise", coarse)
        scores, began = [], time.process_time()
        for seed in options.seeds:
            book["SEED"] = seed
            with contextlib.redirect_stdout(io.StringIO()):
                model, _ = book["train"](method)
            scores.append(metrics.roc_auc(true, book["judge"](model, method, x_test)))
        show(name, scores, (time.process_time() - began) / len(options.seeds))


if __name__ == "__main__":
    main()
