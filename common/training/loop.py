"""The training loop that the homeworks share: `fit`."""

import copy
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path

import torch

from common.errors import HomeworkError
from common.training import checkpoint as checkpoints
from common.training.progress import ProgressLine, duration, number

SAVING_SHARE = 0.05  # of the time at most is spent on writing checkpoints: after very short epochs not each is written


class History(dict):
    """What `fit` returns: for each of `"loss"`, `"val_loss"`, ... a list with one number per epoch.

    `best_epoch` is the epoch with the best monitored value, counted from 1, or None without validation. As a table:
    `pandas.DataFrame(history)`.
    """

    best_epoch: int | None = None

    @property
    def epochs(self) -> int:
        """Epochs trained so far."""
        return len(self.get("loss", ()))

    def append(self, values: dict[str, float]) -> None:
        """Add one epoch's number to each list."""
        for name, value in values.items():
            self.setdefault(name, []).append(value)


def fit(
    step: Callable,
    train_batches: Iterable,
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int,
    model: torch.nn.Module | None = None,
    validate: Callable | None = None,
    monitor: str = "loss",
    mode: str = "min",
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
    clip: float | None = None,
    accumulate: int = 1,
    precision: str = "fp32",
    patience: int | None = None,
    checkpoint: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Train: for every batch call `step` and follow the gradient of the loss; keep the weights that validate best.

    Arguments:
        step: `step(batch)` returns the loss, a tensor with one number, or a dict with `"loss"` and other numbers to
            follow (tensors or floats).
        train_batches: what to loop over in every epoch, as `batches` or a DataLoader; a batch is handed on as it comes.
        optimizer: of the parameters to train.
        epochs: passes over `train_batches`.
        model: the module that holds these parameters. Given it, `fit` switches between train() and eval(), loads the
            weights of the best epoch at the end (if there is `validate`), and leaves it in eval(), ready to predict.
        validate: `validate()`, called after every epoch without gradients and in fp32, returns a number (`"val_loss"`
            in the history) or a dict of numbers (`"val_..."` each).
        monitor, mode: which of them says how good an epoch was, and whether its "min" or its "max" is best.
        schedule: a learning-rate schedule of torch. It moves at every optimizer step, not once an epoch, so its lengths
            count steps: `epochs * len(train_batches)` in all, unless gradients are accumulated.
        clip: shorten the gradient to this 2-norm over all parameters where it is longer (Pascanu et al., 2013).
        accumulate: batches per optimizer step. Their gradients are averaged, which is the gradient of one big batch if
            batches are equally large and `step` returns a mean. The last group of an epoch may have fewer.
        precision: "fp32"; "bf16" runs `step` under torch.autocast; "auto" does so where the hardware is fast at it. It
            pays where a step takes more than a few milliseconds.
        patience: stop after so many epochs in a row without a better one.
        checkpoint: for runs of hours, as on the original data on Colab, which disconnects: a file (there on your Drive)
            to write after every epoch (every few, if they are very short). If it exists the run
            continues from it and ends with the same weights as if it had never stopped, bit for bit on a CPU, as long
            as all chance comes from the global generators of Python, NumPy and torch. A finished run is loaded, not
            repeated.
        progress: show a bar, and one sentence at the end (with HW_PROGRESS=0 in the environment the sentence alone).

    Returns a History; training numbers are plain means over the batches of an epoch, while the weights still change.

    Raises HomeworkError if an argument makes no sense or the loss of an epoch is not finite, and CheckpointError if the
    checkpoint is damaged, belongs to another run, or can't be written.
    """
    _check_arguments(step, optimizer, epochs, model, validate, mode, schedule, accumulate, patience, checkpoint)
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    autocast = _autocast(precision, parameters[0].device)
    history, best_weights, run = History(), None, None
    if checkpoint is not None:
        settings = {"epochs": epochs, "batches": _length(train_batches), "accumulate": accumulate, "clip": clip}
        settings |= {"precision": precision, "monitor": monitor, "mode": mode, "patience": patience}
        run = checkpoints.describe_run(model, optimizer, schedule, **settings)
        history, best_weights = _continue_from(checkpoint, run, model, optimizer, schedule)
    save_again_at = 0.0
    bar = ProgressLine(total=epochs, start=history.epochs, show=progress)

    while not _finished(history, epochs, patience):
        epoch = history.epochs + 1
        if model is not None:
            model.train()
        losses, others = [], defaultdict(list)  # tensors: to read a number from the device at every step would be slow
        for group in _groups(train_batches, accumulate):
            optimizer.zero_grad()
            for batch in group:
                with autocast:
                    result = step(batch)
                loss = result.get("loss") if isinstance(result, dict) else result
                if not losses:
                    _check_loss(loss, result)
                (loss if len(group) == 1 else loss / len(group)).backward()
                losses.append(loss.detach())
                if isinstance(result, dict):
                    for name, value in result.items():
                        if name != "loss":
                            others[name].append(torch.as_tensor(value).detach())
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, clip)
            optimizer.step()
            if schedule is not None:
                schedule.step()
            if bar.due():
                share = len(losses) / (_length(train_batches) or math.inf)
                note = _note(history, _mean(losses[-50:]), monitor)
                bar.draw(epoch - 1 + share, f"epoch {epoch}/{epochs}", note)
        history.append(_epoch_means({"loss": losses, **others}, epoch))

        if validate is not None:
            if model is not None:
                model.eval()
            with torch.no_grad():
                history.append(_validation_values(validate(), monitor))
            if _is_best(history, monitor, mode):
                history.best_epoch = epoch
                best_weights = copy.deepcopy(model.state_dict()) if model is not None else None

        finished = _finished(history, epochs, patience)
        if checkpoint is not None and (finished or time.perf_counter() >= save_again_at):
            save_again_at = _save(checkpoint, run, history, best_weights, finished, model, optimizer, schedule)

    if best_weights is not None:
        model.load_state_dict(best_weights)
    if model is not None:
        model.eval()
    bar.finish(_summary(history, epochs, bar, monitor, kept=best_weights is not None))
    return history


def _groups(train_batches: Iterable, size: int) -> Iterator[list]:
    """The batches in lists of `size`; the last list may be shorter."""
    rest = iter(train_batches)
    while group := list(islice(rest, size)):
        yield group


def _check_loss(loss, result) -> None:
    """Refuse a `loss` that can't be one, in words about the `result` of `step`."""
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1 or not loss.requires_grad:
        raise HomeworkError(
            "step(batch) must return the loss, one number as a tensor that was computed from the parameters, or a dict "
            f"with it under 'loss'; it returned {_in_words(result)}."
        )


def _in_words(result) -> str:
    if result is None:
        return "None (is there a `return loss`?)"
    if isinstance(result, dict):
        return f"a dict with {', '.join(map(repr, result)) or 'nothing'}" + (
            f", and under 'loss' {_in_words(result['loss'])}" if "loss" in result else ""
        )
    if not isinstance(result, torch.Tensor):
        return f"a {type(result).__name__}"
    if result.numel() != 1:
        return f"a tensor of shape {list(result.shape)} (take its mean?)"
    return "a tensor without a gradient (detached, or computed under no_grad?)"


def _mean(values: list[torch.Tensor]) -> float:
    stacked = torch.stack(values)
    return stacked.to(torch.promote_types(stacked.dtype, torch.float32)).mean().item()


def _epoch_means(seen: dict[str, list], epoch: int) -> dict[str, float]:
    """The mean of every number over an epoch's batches."""
    if not seen["loss"]:
        raise HomeworkError(
            f"train_batches gave no batch in epoch {epoch}: it must be something to loop over again and again, as "
            "batches() or a DataLoader, and not empty."
        )
    means = {name: _mean(values) for name, values in seen.items()}
    if not math.isfinite(means["loss"]):
        raise HomeworkError(
            f"The loss became {means['loss']} in epoch {epoch}, so training stopped: lower the learning rate, shorten "
            "the gradients (clip=1.0), or look for a logarithm of zero or a division by zero in step()."
        )
    return means


def _validation_values(result, monitor: str) -> dict[str, float]:
    """What `validate` returned, with `val_` before the names."""
    try:
        values = {
            name: float(value) for name, value in (result if isinstance(result, dict) else {"loss": result}).items()
        }
    except (TypeError, ValueError, RuntimeError) as error:
        raise HomeworkError(
            f"validate() must return a number or a dict of numbers; it returned {_in_words(result)}."
        ) from error
    if monitor not in values:
        raise HomeworkError(
            f"monitor={monitor!r} is not among what validate() returned: {', '.join(map(repr, values))}."
        )
    return {f"val_{name}": value for name, value in values.items()}


def _is_best(history: History, monitor: str, mode: str) -> bool:
    """Whether the last epoch is better than all before it."""
    values = history[f"val_{monitor}"]
    value, best = values[-1], values[history.best_epoch - 1] if history.best_epoch else math.nan
    return not math.isnan(value) and (math.isnan(best) or (value < best if mode == "min" else value > best))


def _finished(history: History, epochs: int, patience: int | None) -> bool:
    waited = history.epochs - (history.best_epoch or 0)
    return history.epochs >= epochs or (patience is not None and waited >= patience)


def _save(path, run, history, best_weights, finished, model, optimizer, schedule) -> float:
    """Write all that the rest of the run hangs on; the clock time from which the next one is worth its time."""
    began = time.perf_counter()
    checkpoints.save(
        path,
        run,
        finished=finished,
        history=dict(history),
        best_epoch=history.best_epoch,
        best_weights=best_weights,
        model=model.state_dict(),
        optimizer=optimizer.state_dict(),
        schedule=schedule.state_dict() if schedule is not None else None,
    )
    now = time.perf_counter()
    return now + (now - began) / SAVING_SHARE


def _continue_from(path, run, model, optimizer, schedule) -> tuple[History, dict | None]:
    """Put everything where the checkpoint at `path` left it, if there is one; the history and the best weights."""
    checkpoints.prepare(path)
    saved = checkpoints.load(path, run)
    if saved is None:
        return History(), None
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    if schedule is not None:
        schedule.load_state_dict(saved["schedule"])
    checkpoints.resume_random(saved)
    history = History(saved["history"])
    history.best_epoch = saved["best_epoch"]
    if saved["finished"]:
        print(f"{path} holds this run, finished: it is loaded, nothing is trained. Delete the file to train anew.")
    else:
        print(f"{path}: continuing after epoch {history.epochs}.")
    return history, saved["best_weights"]


def _autocast(precision: str, device: torch.device) -> AbstractContextManager:
    if precision not in ("fp32", "bf16", "auto"):
        raise HomeworkError(f'precision must be "fp32", "bf16" or "auto", but is {precision!r}.')
    if precision == "bf16" or (precision == "auto" and has_fast_bf16(device)):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def has_fast_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware (elsewhere it is emulated, and slower than fp32)."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":  # torch tells this by functions that it does not promise to keep
        probes = [getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")]
        return any(probe() for probe in probes if probe is not None)
    return False


def _length(train_batches: Iterable) -> int | None:
    try:
        return len(train_batches)
    except TypeError:  # a stream does not know its length
        return None


def _note(history: History, loss: float, monitor: str) -> str:
    """What the bar says beside itself: the loss of now, and the last validation."""
    values = history.get(f"val_{monitor}")
    return f"loss {number(loss)}" + (f", val_{monitor} {number(values[-1])}" if values else "")


def _summary(history: History, epochs: int, bar: ProgressLine, monitor: str, kept: bool) -> str:
    """One sentence about the whole run."""
    now = history.epochs - bar.start
    text = (
        f"{history.epochs} epochs" if history.epochs == epochs else f"stopped after {history.epochs} of {epochs} epochs"
    )
    text += f" ({now} of them now)" if bar.start else ""
    text += f" in {duration(time.perf_counter() - bar.began)}: {_note(history, history['loss'][-1], monitor)}"
    if history.best_epoch:
        best = number(history[f"val_{monitor}"][history.best_epoch - 1])
        text += f"; best {best} at epoch {history.best_epoch}" + (" (these weights are kept)" if kept else "")
    return text


def _check_arguments(
    step, optimizer, epochs, model, validate, mode, schedule, accumulate, patience, checkpoint
) -> None:
    """Refuse what can't work, before anything is trained."""
    optimized = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    own = {id(parameter) for parameter in (model.parameters() if model is not None else optimized)}
    plateau = isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau)
    problems = [
        (not callable(step), "step must be a function of one batch."),
        (
            validate is not None and not callable(validate),
            "validate must be a function: pass validate=evaluate, without parentheses.",
        ),
        (epochs < 1, f"epochs must be at least 1, but is {epochs}."),
        (accumulate < 1, f"accumulate must be at least 1, but is {accumulate}."),
        (mode not in ("min", "max"), f'mode must be "min" or "max", but is {mode!r}.'),
        (patience is not None and patience < 1, f"patience must be at least 1, but is {patience}."),
        (patience is not None and validate is None, "patience needs validate=, to see whether an epoch was better."),
        (checkpoint is not None and model is None, "checkpoint needs model=: its weights are what is saved."),
        (plateau, "ReduceLROnPlateau moves by a validated value, once an epoch; fit moves schedules at every step."),
        (
            schedule is not None and schedule.optimizer is not optimizer,
            "schedule was made for another optimizer than the one given.",
        ),
        (
            any(id(parameter) not in own for parameter in optimized),
            "the optimizer trains parameters that model= does not hold; several models go into one nn.ModuleList.",
        ),
    ]
    for applies, sentence in problems:
        if applies:
            raise HomeworkError(f"fit: {sentence}")
