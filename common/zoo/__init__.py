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


def save_weights(model: torch.nn.Module | Mapping, file: Path) -> None:
    """Write a network's `state_dict` in half precision; the file appears whole or not at all."""
    state = model if isinstance(model, Mapping) else model.state_dict()
    half = {k: v.detach().cpu().half().contiguous() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as partial:
        save_file(half, partial)
