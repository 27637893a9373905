import random

import numpy as np
import pytest
import torch

from common import pick_device, set_seed
from common.errors import DeviceError


def test_cpu_is_always_there(capsys):
    assert pick_device("cpu") == torch.device("cpu")
    assert capsys.readouterr().out == "device: cpu\n"


def test_auto_prefers_cuda_then_trusted_mps(monkeypatch):
    monkeypatch.setattr("common.training.device._available", lambda: ["mps", "cpu"])
    monkeypatch.setattr("common.training.device._torch_version", lambda: (2, 9))
    assert pick_device("auto").type == "mps"
    monkeypatch.setattr("common.training.device._torch_version", lambda: (2, 8))
    assert pick_device("auto").type == "cpu"
    assert pick_device("mps").type == "mps"  # asked for by name it is given
    monkeypatch.setattr("common.training.device._available", lambda: ["cuda", "cpu"])
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "a GPU")
    assert pick_device("auto").type == "cuda"


@pytest.mark.parametrize("name", ["gpu", "cuda:9", "", "cpu:3", "tpu"])
def test_a_wrong_device_is_told(name):
    with pytest.raises(DeviceError) as error:
        pick_device(name)
    assert "does not exist on this machine; choose one of 'auto'" in str(error.value)


def test_seed_reaches_every_source_of_chance():
    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()

    set_seed(3)
    first = draw()
    set_seed(3)
    assert draw() == first
    set_seed(4)
    assert all(a != b for a, b in zip(draw(), first, strict=True))
