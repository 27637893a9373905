"""Which device to train on."""

import torch

from common.errors import DeviceError


def pick_device(name: str = "auto") -> torch.device:
    """The device called `name`, or with `"auto"` the best one here: CUDA, then Apple's MPS, then the CPU.

    MPS is taken on its own accord only from torch 2.9 on; before that, some operations gave wrong numbers silently.
    Prints one line saying what was picked. Raises DeviceError if the device asked for does not exist here.
    """
    found = _available()
    if name == "auto":
        trusted = [kind for kind in found if kind != "mps" or _torch_version() >= (2, 9)]
        name = trusted[0]
    kind, _, index = name.partition(":")
    if kind not in found or (index and index not in _indices(kind)):
        choices = ", ".join(repr(choice) for choice in ["auto", *found])
        raise DeviceError(f"DEVICE = {name!r} does not exist on this machine; choose one of {choices}.")
    device = torch.device(name)
    detail = f" ({torch.cuda.get_device_name(device)})" if kind == "cuda" else ""
    print(f"device: {device}{detail}")
    return device


def _available() -> list[str]:
    """Kinds of device that work here, best first."""
    kinds = []
    if torch.cuda.is_available():
        kinds.append("cuda")
    if torch.backends.mps.is_available():
        kinds.append("mps")
    return [*kinds, "cpu"]


def _torch_version() -> tuple[int, int]:
    major, minor = torch.__version__.split(".")[:2]
    return int(major), int(minor)


def _indices(kind: str) -> list[str]:
    count = torch.cuda.device_count() if kind == "cuda" else 1
    return [str(i) for i in range(count)]
