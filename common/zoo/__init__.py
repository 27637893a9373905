"""Trained networks that come with the project, as small safetensors files: `load_weights("hw10-plain")`.

Each homework that brings some has a module `zoo` (`common/homeworks/hw10/zoo.py`) with their architectures and the
function `train` that made the files; `python -m common.zoo.train hw10` runs it (see README.md in this folder).
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from common.errors import HomeworkError
from common.files import replacing

WEIGHTS = Path(__file__).parent / "weights"


def path(name: str) -> Path:
    """Where the weights called `name` lie. Raises HomeworkError listing what there is."""
    found = WEIGHTS / f"{name}.safetensors"
    if not found.is_file():
        known = ", ".join(sorted(file.stem for file in WEIGHTS.glob("*.safetensors")))
        raise HomeworkError(f"There are no weights called {name!r}; choose one of {known or 'none'}.")
    return found


def load_weights(name: str | Path) -> dict[str, torch.Tensor]:
    """A `state_dict` in float32 on the CPU: of weights by their name, or of a safetensors file by its path.

    Raises HomeworkError in one sentence if the file is missing or damaged.
    """
    file = path(name) if isinstance(name, str) else name
    try:
        return {key: value.float() for key, value in load_file(file).items()}
    except (OSError, SafetensorError) as error:
        raise HomeworkError(f"{file} cannot be read as safetensors: {error}.") from None


def frozen(model: torch.nn.Module, weights: str | Path | Mapping, called: str) -> torch.nn.Module:
    """`model` with these weights (as `load_weights` takes them, or a `state_dict`), in eval mode, frozen.

    called: what the network is, for the HomeworkError in one sentence where the weights do not fit.
    """
    state = weights if isinstance(weights, Mapping) else load_weights(weights)
    known = model.state_dict()
    missing = [key for key in known if key not in state and not key.endswith("num_batches_tracked")]
    wrong = [key for key, value in state.items() if key not in known or known[key].shape != value.shape]
    if missing or wrong:
        where = "The file" if isinstance(weights, Mapping) else weights
        problem = f"{wrong[0]} does not fit" if wrong else f"{missing[0]} is missing"
        raise HomeworkError(f"{where} does not hold the weights of {called}: {problem}.")
    model.load_state_dict(state, strict=False)
    return model.eval().requires_grad_(False)


def save_weights(model: torch.nn.Module | Mapping, file: Path) -> None:
    """Write a network's `state_dict` in half precision; the file appears whole or not at all."""
    state = model if isinstance(model, Mapping) else model.state_dict()
    half = {k: v.detach().cpu().half().contiguous() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as partial:
        save_file(half, partial)
