"""Checkpoints: a run that is killed and continued ends as if nothing had happened, and bad files are refused."""

import errno
import hashlib
import json
import math
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from common import batches, fit, set_seed
from common.errors import CheckpointError
from common.training import checkpoint
from common.training import loop as training

EPOCHS, STEPS = 8, 5


def build(seed=7, hidden=16, lr=0.02, max_lr=0.03, epochs=EPOCHS):
    """A small problem with every kind of chance and state: dropout, batch norm, shuffling, noise, momenta, schedule."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 4, generator=generator)
    y = x[:, :1] - x[:, 1:2].abs()
    set_seed(seed)
    layers = [nn.Linear(4, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, 1)]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=max_lr, total_steps=epochs * STEPS)
    return x, y, model, optimizer, schedule


def train(path=None, before_step=lambda: None, batch_size=8, epochs=EPOCHS, options=None, **changes):
    """Train, and put all that must not depend on interruptions into one number."""
    x, y, model, optimizer, schedule = build(epochs=epochs, **changes)

    def step(batch):
        before_step()
        x, y = batch
        noise = random.gauss(0, 0.1) + np.random.normal(0, 0.1)
        return functional.mse_loss(model(x + noise), y)

    def validate():
        return functional.mse_loss(model(x), y).item() * np.random.uniform(0.5, 1.5)  # so that the best is not the last

    history = fit(
        step,
        batches(x, y, batch_size=batch_size, shuffle=True),
        optimizer,
        **{"epochs": epochs, "model": model, "validate": validate, "schedule": schedule, "checkpoint": path}
        | {"patience": 6, "clip": 1.0, "progress": False}
        | (options or {}),
    )
    digest = hashlib.sha256()
    for tensor in model.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    for state in optimizer.state.values():
        for tensor in state.values():
            digest.update(tensor.numpy().tobytes())
    rest = [dict(history), history.best_epoch, schedule.state_dict()]
    rest += [random.random(), np.random.random(), np.random.normal(), torch.rand(3).tolist()]
    digest.update(repr(rest).encode())
    return digest.hexdigest()


@pytest.fixture(autouse=True)
def every_epoch_is_saved(monkeypatch):
    monkeypatch.setattr(training, "SAVING_SHARE", math.inf)


class Interrupted(Exception):
    pass


def interrupt_after(steps):
    count = iter(range(steps))

    def before_step():
        if next(count, None) is None:
            raise Interrupted

    return before_step


@pytest.mark.parametrize("seed", range(4))
def test_interrupted_at_random_steps_again_and_again(tmp_path, seed, capsys):
    path, chance, interruptions = tmp_path / "run.ckpt", random.Random(seed), 0
    while True:
        try:
            result = train(path, interrupt_after(chance.randint(1, 3 * STEPS)))
            break
        except Interrupted:
            interruptions += 1
    assert interruptions >= 2 and "continuing after epoch" in capsys.readouterr().out
    assert result == train()
    assert train(path, interrupt_after(0)) == result  # finished: no step is taken
    assert [file.name for file in tmp_path.iterdir()] == ["run.ckpt"]


# Real kills. This file, run as a program, forks processes that train, and kills them: torch is imported only once.


def kill_myself(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def torn_write(path, mode):
    """Half a file, on the disk, and then the end."""
    with open(path, mode) as file:
        file.write(checkpoint.HEADER * 50)
        file.flush()
        os.fsync(file.fileno())
    kill_myself()


def die_somewhere(chance):
    """Arrange for this process to be killed: at a step, while it writes a checkpoint, or right before the rename."""
    countdown = iter(range(chance.randint(1, 3 * STEPS)))
    way = chance.choice(["step", "write", "rename"])

    def before_step():
        if next(countdown, None) is None:
            if way == "step":
                kill_myself()
            elif way == "write":
                checkpoint.open = torn_write
            else:
                os.replace = kill_myself

    return before_step


def in_a_child(work):
    """Run `work()` in a fork; its result, or None if it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, work().encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        result = pipe.read()
    _, status = os.waitpid(child, 0)
    assert result or os.WIFSIGNALED(status), "the child failed without being killed"
    return result or None


def killed_from_outside(path, chance):
    """Fork a run and kill it at a moment that has nothing to do with what it is doing."""
    child = os.fork()
    if child == 0:
        try:
            train(path)
        finally:
            os._exit(0)
    time.sleep(chance.uniform(0, 0.08))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    training.SAVING_SHARE = math.inf
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    build()  # imports what the first optimizer needs, before the forks
    expected, rounds = in_a_child(train), []
    for seed in range(6):
        path, chance, kills, result = folder / f"{seed}.ckpt", random.Random(seed), 0, None
        while result is None:
            if seed % 2:
                killed_from_outside(path, chance)
            result = in_a_child(lambda path=path, chance=chance: train(path, die_somewhere(chance)))
            kills += result is None
            chance.random()  # the child drew from a copy: move on
        rounds.append({"kills": kills, "same": result == expected})
    sys.__stdout__.write(json.dumps(rounds))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_killed_runs_end_with_the_same_bits(tmp_path):
    command = [sys.executable, __file__, str(tmp_path)]
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert run.returncode == 0, run.stderr
    rounds = json.loads(run.stdout)
    assert len(rounds) == 6 and all(one["same"] for one in rounds)
    assert sum(one["kills"] for one in rounds) >= 6, rounds


def test_a_finished_run_is_loaded_and_says_so(tmp_path, capsys):
    path = tmp_path / "run.ckpt"
    result = train(path)
    before = path.read_bytes()
    capsys.readouterr()
    assert train(path, interrupt_after(0)) == result
    assert "holds this run, finished" in capsys.readouterr().out and path.read_bytes() == before


def test_early_stopping_goes_on_counting(tmp_path):
    """Interrupted while it waits for a better epoch, the run stops where it would have stopped."""
    values = [5.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

    def run(path, before_step=lambda: None):
        x, y, model, optimizer, _ = build()
        done = json.loads((tmp_path / "calls").read_text()) if (tmp_path / "calls").exists() else 0

        def step(batch):
            before_step()
            return functional.mse_loss(model(batch[0]), batch[1])

        def validate():
            nonlocal done
            done += 1
            (tmp_path / "calls").write_text(json.dumps(done))
            return values[done - 1]

        loop = batches(x, y, batch_size=8)
        options = {"model": model, "validate": validate, "patience": 4, "checkpoint": path, "progress": False}
        return fit(step, loop, optimizer, epochs=8, **options)

    path = tmp_path / "run.ckpt"
    with pytest.raises(Interrupted):
        run(path, interrupt_after(4 * STEPS + 2))
    history = run(path)
    assert history["val_loss"] == values[:6] and history.best_epoch == 2


def half_done(path):
    with pytest.raises(Interrupted):
        train(path, interrupt_after(3 * STEPS + 2))
    return path.read_bytes()


def refused(path, message, **options):
    """The file is refused with one sentence and stays as it is."""
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match=message) as caught:
        train(path, interrupt_after(0), **options)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_truncated_and_damaged_files(tmp_path):
    path = tmp_path / "run.ckpt"
    whole, chance = half_done(path), random.Random(0)
    for size in (0, 1, len(checkpoint.HEADER) - 1):
        path.write_bytes(whole[:size])
        refused(path, rf"\({size} bytes\) is not a checkpoint of this training loop")
    for size in (len(checkpoint.HEADER), 80, 104, 1000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refused(path, f"{size:,} bytes.*cut short or is damaged.*delete the file to start anew")
    for _ in range(20):  # one wrong bit
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        refused(path, "damaged|not a checkpoint")
    path.write_bytes(whole)
    assert train(path) == train()


class Trap:
    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


def test_foreign_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TRAP", str(tmp_path / "trapped"))
    path = tmp_path / "run.ckpt"
    path.write_text("id,tested_positive\n1,2.5\n")
    refused(path, "not a checkpoint of this training loop.*another name")
    torch.save(nn.Linear(2, 2).state_dict(), path)
    refused(path, "not a checkpoint of this training loop")
    torch.save(Trap(), path)
    refused(path, "not a checkpoint of this training loop")
    body = path.read_bytes()
    path.write_bytes(checkpoint.HEADER + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    refused(path, "can't load safely")  # made by hand to look like ours
    assert not (tmp_path / "trapped").exists()  # no code of the file was run


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": 0.01, "options": {"schedule": None}}, r"schedule was OneCycleLR and is now NoneType"),
        ({"max_lr": 0.05}, r"max_lr was 0.03 and is now 0.05"),
        ({"epochs": 9}, r"epochs was 8 and is now 9"),
        ({"seed": 8}, r"seed was 7 and is now 8"),
        ({"hidden": 17}, r"the shape of 0.weight was \[16, 4\] float32 and is now \[17, 4\] float32.*more differ"),
        ({"batch_size": 10}, r"batches was 5 and is now 4"),
        ({"options": {"clip": None}}, r"clip was 1.0 and is now None"),
        ({"options": {"patience": 7}}, r"patience was 6 and is now 7"),
    ],
)
def test_checkpoints_of_another_run(tmp_path, change, message):
    path = tmp_path / "run.ckpt"
    half_done(path)
    refused(path, f"the checkpoint of another run .*{message}.*delete the file to start anew", **change)


def test_the_cell_run_twice_gets_a_hint(tmp_path):
    """Optimizer and schedule that have trained already are not those the checkpoint began with."""
    x, y, model, optimizer, schedule = build()
    options = {"epochs": EPOCHS, "model": model, "schedule": schedule, "checkpoint": tmp_path / "x", "progress": False}
    for again in (False, True):
        step = lambda batch: functional.mse_loss(model(batch[0]), batch[1])  # noqa: E731
        if again:
            with pytest.raises(CheckpointError, match="first build the model and the optimizer anew"):
                fit(step, batches(x, y, batch_size=8), optimizer, **options)
        else:
            fit(step, batches(x, y, batch_size=8), optimizer, **options)


def test_a_place_that_cannot_be_written_is_found_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "run.ckpt", tmp_path / "folder"):
        with pytest.raises(CheckpointError, match=r"No checkpoint can be written to .*give checkpoint= a file"):
            train(path, interrupt_after(0))


def test_a_read_only_folder(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(CheckpointError, match="Permission denied"):
            train(folder / "run.ckpt", interrupt_after(0))
    finally:
        folder.chmod(0o700)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "run.ckpt"
    before = half_done(path)

    def full(path, mode):
        Path(path).write_bytes(b"some of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "open", full, raising=False)
        with pytest.raises(CheckpointError, match=r"No space left.*running again continues from it"):
            train(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert train(path) == train()


def test_leftovers_of_killed_writers_are_swept_when_old(tmp_path):
    old, new = tmp_path / ".run.ckpt-abc.ckpt", tmp_path / ".run.ckpt-def.ckpt"
    for file in (old, new):
        file.write_text("half")
    os.utime(old, (time.time() - 3600,) * 2)
    train(tmp_path / "run.ckpt")
    assert not old.exists() and new.exists()  # the new one may be of another process that is just writing


def test_short_epochs_are_not_all_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "SAVING_SHARE", 0.05)
    saves, save = [], checkpoint.save

    def slow_save(*arguments, **state):
        saves.append(len(state["history"]["loss"]))
        save(*arguments, **state)
        time.sleep(0.05)

    monkeypatch.setattr(checkpoint, "save", slow_save)
    train(tmp_path / "run.ckpt", epochs=10, options={"patience": None})
    assert saves[0] == 1 and saves[-1] == 10 and len(saves) < 10


def test_numpy_numbers_are_saved_as_numbers(tmp_path):
    path = tmp_path / "run.ckpt"
    with pytest.raises(Interrupted):
        train(path, interrupt_after(12), lr=np.float64(0.02), max_lr=np.float64(0.03))
    assert train(path) == train()


def test_what_could_not_be_loaded_is_not_saved(tmp_path):
    x, y, model, _, _ = build()
    optimizer = torch.optim.SGD([{"params": list(model.parameters()), "note": Path("a")}], lr=0.1)
    step = lambda batch: functional.mse_loss(model(batch[0]), batch[1])  # noqa: E731
    path = tmp_path / "run.ckpt"
    with pytest.raises(CheckpointError, match=r"also keep .*Path"):
        fit(step, batches(x, y, batch_size=8), optimizer, epochs=1, model=model, checkpoint=path, progress=False)
    assert not path.exists()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
