"""What `fit` and `batches` cost, against loops written by hand and against other training libraries.

    python benchmarks/fit_overhead.py [--rounds 9] [--threads 1] [--task mlp] [--clock cpu]

Every variant trains the same model on the same data, the set-up of its library included. Rounds are interleaved: each
variant once per round, in an order drawn anew, so that a slow moment of the machine hits all alike. The table gives the
time against the bare loop of the same round, as median and quartiles over the rounds, and best time against best time,
which is what remains when nothing else runs. Peers that are not installed are named and left out
(`pip install -e ".[bench]"` brings them).
"""

import argparse
import contextlib
import gc
import importlib.util
import io
import logging
import os
import random
import statistics
import time
import warnings

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from common import batches, fit

TASKS = {
    "mlp": {
        "title": "MLP 88-64-64-1, 2,700 rows, batch 256",
        "rows": 2700,
        "batch_size": 256,
        "epochs": 20,
        "rounds": 9,
    },
    "cnn": {
        "title": "CNN 3x32x32, conv 16-32-64 + BN, 640 images, batch 64",
        "rows": 640,
        "batch_size": 64,
        "epochs": 1,
        "rounds": 7,
    },
}
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def make(task: str):
    """x, y, a fresh model and its loss, always with the same numbers."""
    torch.manual_seed(0)
    rows = TASKS[task]["rows"]
    if task == "mlp":
        x, y = torch.randn(rows, 88), torch.randn(rows, 1)
        layers = [nn.Linear(88, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1)]
        return x, y, nn.Sequential(*layers), functional.mse_loss
    x, y = torch.randn(rows, 3, 32, 32), torch.randint(0, 10, (rows,))
    layers = []
    for inputs, outputs in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return x, y, nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 4 * 4, 10)), functional.cross_entropy


def adam(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), lr=1e-3)


def train(model, optimizer, criterion, x, y) -> None:
    """One step of a loop written by hand."""
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def bare(x, y, model, criterion, batch_size, epochs):
    """The least one can do: consecutive slices, nothing shuffled, nothing recorded."""
    optimizer = adam(model)
    model.train()
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            train(model, optimizer, criterion, x[i : i + batch_size], y[i : i + batch_size])


def bare_shuffled(x, y, model, criterion, batch_size, epochs):
    """As most would write it: a new order every epoch, rows picked by index."""
    optimizer = adam(model)
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for i in range(0, len(x), batch_size):
            rows = order[i : i + batch_size]
            train(model, optimizer, criterion, x[rows], y[rows])


def with_fit(make_batches):
    def run(x, y, model, criterion, batch_size, epochs):
        def step(batch):
            x, y = batch
            return criterion(model(x), y)

        fit(step, make_batches(x, y, batch_size), adam(model), epochs=epochs, model=model, progress=False)

    return run


def resident(x, y, batch_size):
    return batches(x, y, batch_size=batch_size, shuffle=True)


def loader(x, y, batch_size):
    return DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)


def loader_by_hand(x, y, model, criterion, batch_size, epochs):
    optimizer, data = adam(model), loader(x, y, batch_size)
    model.train()
    for _ in range(epochs):
        for xs, ys in data:
            train(model, optimizer, criterion, xs, ys)


def accelerate(make_batches):
    def run(x, y, model, criterion, batch_size, epochs):
        from accelerate import Accelerator

        accelerator = Accelerator(cpu=True)
        data = make_batches(x, y, batch_size)
        optimizer = adam(model)
        if isinstance(data, DataLoader):
            model, optimizer, data = accelerator.prepare(model, optimizer, data)
        else:
            model, optimizer = accelerator.prepare(model, optimizer)
        model.train()
        for _ in range(epochs):
            for xs, ys in data:
                loss = criterion(model(xs), ys)
                optimizer.zero_grad()
                accelerator.backward(loss)
                optimizer.step()

    return run


def skorch(x, y, model, criterion, batch_size, epochs):
    from skorch import NeuralNet

    kind = nn.MSELoss if criterion is functional.mse_loss else nn.CrossEntropyLoss
    net = NeuralNet(
        model,
        kind,
        optimizer=torch.optim.AdamW,
        lr=1e-3,
        max_epochs=epochs,
        batch_size=batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    net.fit(x, y)


def lightning(make_batches):
    def run(x, y, model, criterion, batch_size, epochs):
        from lightning.pytorch import LightningModule, Trainer

        class Module(LightningModule):
            def __init__(self):
                super().__init__()
                self.model = model

            def training_step(self, batch, _):
                xs, ys = batch
                return criterion(self.model(xs), ys)

            def configure_optimizers(self):
                return adam(self.model)

        off = {
            name: False for name in ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
        }
        trainer = Trainer(max_epochs=epochs, accelerator="cpu", **off)
        trainer.fit(Module(), make_batches(x, y, batch_size))

    return run


VARIANTS = [  # name, package that must be there, function
    ("bare loop, slices in order", None, bare),
    ("bare loop, shuffled x[rows]", None, bare_shuffled),
    ("fit + batches, shuffled", None, with_fit(resident)),
    ("bare loop + DataLoader", None, loader_by_hand),
    ("fit + DataLoader", None, with_fit(loader)),
    ("Accelerate + batches", "accelerate", accelerate(resident)),
    ("Accelerate + DataLoader", "accelerate", accelerate(loader)),
    ("skorch (its own loader)", "skorch", skorch),
    ("Lightning, all extras off, + batches", "lightning", lightning(resident)),
    ("Lightning, all extras off, + DataLoader", "lightning", lightning(loader)),
]


def measure(run, task: str, clock) -> float:
    """Seconds that one training takes."""
    x, y, model, criterion = make(task)
    gc.collect()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        began = clock()
        run(x, y, model, criterion, TASKS[task]["batch_size"], TASKS[task]["epochs"])
        return clock() - began


def compare(task: str, rounds: int, clock) -> None:
    """Run all variants in turn, and print the table."""
    about = TASKS[task]
    steps = about["epochs"] * -(-about["rows"] // about["batch_size"])
    present = [(name, run) for name, package, run in VARIANTS if package is None or importlib.util.find_spec(package)]
    skipped = sorted({package for _, package, _ in VARIANTS if package and not importlib.util.find_spec(package)})
    seconds = {name: [] for name, _ in present}
    for _, run in present:  # warm up: imports, first optimizer, memory
        measure(run, task, clock)
    for _ in range(rounds):
        for name, run in random.sample(present, len(present)):
            seconds[name].append(measure(run, task, clock))
    print(
        f"\n{about['title']}: {steps} steps of AdamW, {rounds} interleaved rounds, {torch.get_num_threads()} thread(s)"
    )
    print(f"{'':41} {'steps/s':>8} {'time / bare':>12} {'quartiles':>14} {'best / best':>12}")
    first = seconds[present[0][0]]
    for name, times in seconds.items():
        ratios = [mine / bare for mine, bare in zip(times, first, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
        best, spread = min(times) / min(first), f"[{low:.2f}, {high:.2f}]"
        print(f"{name:41} {steps / statistics.median(times):8.0f} {middle:12.2f} {spread:>14} {best:12.2f}")
    if skipped:
        print(f"not installed, so left out: {', '.join(skipped)}")


def main() -> None:
    parser = argparse.ArgumentParser(description="What fit costs, against a bare loop and against other libraries.")
    parser.add_argument("--rounds", type=int, help="instead of 9 (MLP) and 7 (CNN)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: where other programs share the machine")
    parser.add_argument("--task", choices=[*TASKS, "all"], default="all")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.environ["HW_PROGRESS"] = "0"
    print(f"torch {torch.__version__}, {options.clock} time")
    for task in TASKS if options.task == "all" else [options.task]:
        compare(task, options.rounds or TASKS[task]["rounds"], CLOCKS[options.clock])


if __name__ == "__main__":
    main()
