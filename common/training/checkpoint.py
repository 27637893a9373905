"""Checkpoints of a training run: written whole or not at all, and refused unless they belong to this run."""

import copy
import glob
import hashlib
import random
import re
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from common.errors import CheckpointError
from common.files import replacing

HEADER = b"homework training checkpoint 1, sha256 "  # then the checksum, a line end, and what torch.save writes
STALE = 600  # seconds after which a half-written file is surely of a process that died


def describe_run(model, optimizer, schedule=None, **settings) -> dict[str, str]:
    """What makes two runs the same: name and text of every setting, to be compared with a checkpoint's.

    Call it before training starts: `settings`, the seed that torch was given, the optimizer's and the schedule's class
    and starting values, and the shape of every tensor in the model.
    """
    run = {name: repr(_plain(value)) for name, value in settings.items()}
    run["seed"] = repr(torch.initial_seed())
    run["optimizer"] = type(optimizer).__name__
    for i, group in enumerate(optimizer.param_groups):
        for name, value in (group | {"params": len(group["params"])}).items():
            run[name if i == 0 else f"{name} of group {i + 1}"] = repr(_plain(value))
    run["schedule"] = type(schedule).__name__
    for name, value in (schedule.state_dict() if schedule is not None else {}).items():
        run[f"schedule.{name}"] = repr(_plain(value))
    for name, tensor in model.state_dict().items():
        if isinstance(tensor, torch.Tensor):
            run[f"the shape of {name}"] = f"{list(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
    return {name: re.sub(r" at 0x[0-9a-f]+", "", text) for name, text in run.items()}  # addresses differ every time


def prepare(path: str | Path) -> None:
    """Make sure that a checkpoint can be written at `path`, before hours are spent; raises CheckpointError if not."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        for leftover in path.parent.glob(f".{glob.escape(path.name)}-*"):  # of a process killed while it wrote
            if time.time() - leftover.stat().st_mtime > STALE:
                leftover.unlink()
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise CheckpointError(
            f"No checkpoint can be written to {path} ({_reason(error)}): give checkpoint= a file in a folder that you "
            "may write to."
        ) from error


def save(path: str | Path, run: dict[str, str], **state) -> None:
    """Write `state` (tensors, and numbers, strings, lists and dicts of them), with the random states, to `path`.

    `path` always holds a whole checkpoint, the new one or the one before. Raises CheckpointError if it can't be written
    (a full disk).
    """
    path, buffer = Path(path), BytesIO()
    torch.save(_plain({"run": run, "random": _random_states(), **state}), buffer)
    buffer.seek(0)
    unreadable = torch.serialization.get_unsafe_globals_in_checkpoint(buffer)
    if unreadable:
        raise CheckpointError(
            f"A checkpoint can hold tensors, numbers, strings, lists and dicts, but model, optimizer or schedule also "
            f"keep {', '.join(unreadable)}: train without checkpoint=, or keep plain numbers there."
        )
    try:
        with replacing(path) as partial:
            content = buffer.getbuffer()
            with open(partial, "wb") as file:
                file.write(HEADER + hashlib.sha256(content).hexdigest().encode() + b"\n")
                file.write(content)
    except OSError as error:
        kept = "; the one written before is whole, and running again continues from it" if path.exists() else ""
        raise CheckpointError(
            f"The checkpoint {path} could not be written ({_reason(error)}): make room or choose another place{kept}."
        ) from error


def load(path: str | Path, run: dict[str, str]) -> dict | None:
    """The state that `save` wrote to `path`, on the CPU, or None if there is no file. `resume_random` comes after it.

    Raises CheckpointError if the file is cut short, damaged, of another program, or of another run than `run`. The file
    itself is never changed or deleted.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path} can't be read ({_reason(error)}).") from error
    way_out = "give checkpoint= another name, or delete the file to start anew"
    if not content.startswith(HEADER):
        raise CheckpointError(f"{path} ({len(content):,} bytes) is not a checkpoint of this training loop: {way_out}.")
    start = len(HEADER) + 65
    body = memoryview(content)[start:]
    if hashlib.sha256(body).hexdigest().encode() + b"\n" != content[len(HEADER) : start]:
        raise CheckpointError(f"{path} ({len(content):,} bytes) was cut short or is damaged: {way_out}.")
    try:
        state = torch.load(BytesIO(body), map_location="cpu", weights_only=True)
    except Exception as error:  # whole, as its checksum says, and yet torch refuses it
        raise CheckpointError(f"{path} holds what torch {torch.__version__} can't load safely: {way_out}.") from error
    old = state["run"]
    changed = [name for name in [*run, *(name for name in old if name not in run)] if old.get(name) != run.get(name)]
    if changed:
        shown = [f"{name} was {old.get(name, 'absent')} and is now {run.get(name, 'absent')}" for name in changed[:3]]
        more = f"; {len(changed) - 3} more differ" if len(changed) > 3 else ""
        if "schedule.last_epoch" in changed:
            way_out += " (did you run this cell again by itself? then first build the model and the optimizer anew)"
        raise CheckpointError(f"{path} is the checkpoint of another run ({'; '.join(shown)}{more}): {way_out}.")
    return state


def resume_random(state: dict) -> None:
    """Put the random generators of Python, NumPy and torch (all devices) where they were when `state` was saved."""
    saved = state["random"]
    version, numbers, gauss = saved["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, *rest = saved["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(saved["torch"])
    if saved["cuda"] and torch.cuda.is_available():
        for i, generator in enumerate(saved["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(generator, i)
    if saved["mps"] is not None and torch.backends.mps.is_available():
        torch.mps.set_rng_state(saved["mps"])


def _random_states() -> dict:
    name, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": (name, torch.from_numpy(keys.astype(np.int64)), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
        "mps": torch.mps.get_rng_state() if torch.backends.mps.is_available() else None,
    }


def _plain(value):
    """`value` with NumPy's numbers as Python's: `torch.load(weights_only=True)` refuses the former."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        same = copy.copy(value)  # keeps the kind of dict, and the version notes that torch hangs on a model's
        same.update((key, _plain(entry)) for key, entry in value.items())
        return same
    if isinstance(value, list | tuple):
        return (list if isinstance(value, list) else tuple)(_plain(entry) for entry in value)
    return value


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
