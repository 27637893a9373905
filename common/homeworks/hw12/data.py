"""LunarLander: the data of a homework without data is which episodes are flown, and an episode is its seed.

The environment is Gymnasium's LunarLander-v3, the real one. A seed fixes the terrain, the first push and the scatter of
the engines, so that a seed and a list of actions fix an episode to the last digit, on one machine. Between machines the
physics can differ in rounding.

In a folder: `episodes.json`, one object with `environment`, the lists of seeds `train`, `validation` and `test`, and
`pilot`, what a hand-written pilot gets in the test episodes (`steps` and `returns`, one number per episode).
"""

import json
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from common.data.originals import find_file, find_root, read_json
from common.errors import DataError, HomeworkError
from common.files import replacing

ENVIRONMENT = "LunarLander-v3"
FILE = "episodes.json"
SEED = 2022
TRAIN, VALIDATION, TEST = 64, 32, 40  # episodes; the course judged five, which leaves a rung's score to luck
SMOKE_VALIDATION = 8  # of them in the smoke profile
MAX_STEPS = 1000  # the environment's own limit
SEED_LIMIT = 10**9  # seeds lie below

DOWNLOADS = ()
HOW_TO_GET = (
    "The course hands out no files: an episode is a seed of the environment. For episodes of your own run "
    f"`hw data export hw12 --seed S --out DIR` and put DIR/inputs/{FILE} there, or say DATA = 'DIR'."
)


@dataclass(frozen=True)
class Splits:
    """Seeds of episodes: `envs.reset(seed=...)` takes them. All int64 arrays, no seed twice."""

    train: np.ndarray  # (64,), one for each of as many environments; later episodes follow from it
    validation: np.ndarray  # (32,), to compare agents and hyperparameters; 8 in the smoke profile
    test: np.ndarray  # (40,), the judge's
    pilot: np.ndarray  # (40,), the return of a hand-written pilot in each test episode, to compare with
    about: str


def builtin(profile: str, seed: int = SEED) -> tuple[Splits, pd.DataFrame]:
    """Seeds drawn from `seed`, and the pilot's action lists on the test seeds, the same in both profiles."""
    return _splits(_episodes(seed), profile), _flights(seed)[0].copy()


def write(folder: Path, profile: str, seed: int) -> pd.DataFrame:
    """Write the seeds into `folder`; returns the pilot's action lists."""
    with replacing(Path(folder) / FILE) as partial:
        partial.write_text(json.dumps(_episodes(seed), indent=1) + "\n", "utf-8")
    return _flights(seed)[0].copy()


def look(folder: Path) -> dict[str, int]:
    """How many episodes the file in `folder` names. Raises DataError."""
    return {part: len(_read(Path(folder))[part]) for part in ("train", "validation", "test")}


def read(folder: Path, profile: str) -> tuple[Splits, pd.DataFrame]:
    """The seeds in `folder`; the reference has the keys alone. Raises DataError."""
    episodes = _read(Path(folder))
    steps = episodes["pilot"]["steps"]
    keys = {"episode": np.repeat(episodes["test"], steps), "step": np.concatenate([np.arange(n) for n in steps])}
    return _splits(episodes, profile), pd.DataFrame(keys).astype(np.int64)


def environment():
    """LunarLander, to be reset. Raises HomeworkError where the library of its physics is missing."""
    import gymnasium

    try:
        return gymnasium.make(ENVIRONMENT)
    except gymnasium.error.DependencyNotInstalled:
        raise HomeworkError(
            f"LunarLander needs Box2D, which is not installed: for Python {platform.python_version()} on "
            f"{platform.system()} {platform.machine()} there may be no build to download. Take Python 3.13, or, "
            "with a C++ compiler, `pip install 'deep-learning-homeworks[lander]'`. No other homework needs it."
        ) from None


def pilot(observation: np.ndarray) -> int:
    """A pilot written by hand, for comparison: lean towards the pad, and never sink faster than the height allows.

    observation: (8,), position x and y, their speeds, angle and its speed, and whether the legs touch the ground.
    Returns an action: 0 nothing, 1 left engine, 2 main engine, 3 right engine.
    """
    x, y, speed_x, speed_y, angle, spin, left, right = observation.tolist()
    if left or right:
        return 2 if speed_y < -0.05 and not (left and right) else 0
    lean = min(max(0.4 * x + 0.8 * speed_x, -0.4), 0.4)
    turn = lean - angle - spin
    slowest = -0.1 - 0.6 * max(y, 0.0)
    if abs(turn) > 0.05 and speed_y >= slowest - 0.15:
        return 1 if turn > 0 else 3
    return 2 if speed_y < slowest else 0


def fly(policy, seed: int) -> tuple[list[int], float]:
    """One episode from `seed` with `policy(observation) -> action`: the actions taken, and the return."""
    env = environment()
    observation, _ = env.reset(seed=int(seed))
    actions, total, over = [], 0.0, False
    while not over:
        actions.append(int(policy(observation)))
        observation, reward, terminated, truncated, _ = env.step(actions[-1])
        total += float(reward)
        over = terminated or truncated
    env.close()
    return actions, total


@cache
def _flights(seed: int) -> tuple[pd.DataFrame, list[float]]:
    """The pilot's submission on the test episodes of `seed`, and its returns."""
    frames, returns = [], []
    for episode in _seeds(seed)["test"]:
        actions, total = fly(pilot, episode)
        frames.append(pd.DataFrame({"episode": episode, "step": np.arange(len(actions)), "action": actions}))
        returns.append(total)
    return pd.concat(frames, ignore_index=True).astype(np.int64), returns


def _seeds(seed: int) -> dict[str, list[int]]:
    rng = np.random.default_rng([seed, 12])
    drawn = rng.choice(SEED_LIMIT, size=TRAIN + VALIDATION + TEST, replace=False).tolist()
    return {"train": drawn[:TRAIN], "validation": drawn[TRAIN:-TEST], "test": drawn[-TEST:]}


def _episodes(seed: int) -> dict:
    """What the file holds."""
    reference, returns = _flights(seed)
    steps = reference.groupby("episode", sort=False).size().tolist()
    return {"environment": ENVIRONMENT, **_seeds(seed), "pilot": {"steps": steps, "returns": returns}}


def _splits(episodes: dict, profile: str) -> Splits:
    train, validation, test = (np.array(episodes[name], dtype=np.int64) for name in ("train", "validation", "test"))
    if profile == "smoke":
        validation = validation[:SMOKE_VALIDATION]
    about = (
        f"Gymnasium's {ENVIRONMENT}, the real environment: seeds of {len(train)} training environments, "
        f"{len(validation)} validation episodes and the judge's {len(test)} episodes."
    )
    return Splits(train, validation, test, np.array(episodes["pilot"]["returns"], dtype=np.float64), about)


def _read(folder: Path) -> dict:
    """What the file holds, checked."""
    path = find_file(find_root(folder, FILE), FILE)
    if path is None:
        raise DataError(f"There is no file {folder / FILE}. {HOW_TO_GET}")
    episodes = read_json(path)
    fault = _fault(episodes)
    if fault:
        raise DataError(f"{path}: {fault}.")
    return episodes


def _fault(episodes) -> str:
    """What is wrong with the content of the file, in words; empty if nothing is."""
    if not isinstance(episodes, dict):
        return f"expected one object with environment, seeds and pilot, found {type(episodes).__name__}"
    if episodes.get("environment") != ENVIRONMENT:
        return f"expected the environment {ENVIRONMENT}, found {episodes.get('environment')!r}"
    for name in ("train", "validation", "test"):
        seeds = episodes.get(name)
        if not isinstance(seeds, list) or not seeds:
            return f"{name!r} must be a list of seeds, found {str(seeds)[:40]!r}"
        wrong = [seed for seed in seeds if type(seed) is not int or not 0 <= seed < SEED_LIMIT]
        if wrong:
            return f"{name!r} has {wrong[0]!r}, expected whole numbers from 0 to {SEED_LIMIT - 1}"
    seeds = episodes["train"] + episodes["validation"] + episodes["test"]
    if len(set(seeds)) < len(seeds):
        return "a seed stands there twice, so that one episode would be trained on and judged"
    known = episodes.get("pilot")
    steps, returns = (known.get("steps"), known.get("returns")) if isinstance(known, dict) else (None, None)
    for name, values, kinds in (("steps", steps, (int,)), ("returns", returns, (int, float))):
        if not isinstance(values, list) or len(values) != len(episodes["test"]):
            return f"'pilot' needs a list {name!r} with a number for each of the {len(episodes['test'])} test episodes"
        if any(type(value) not in kinds for value in values):
            return f"'pilot' has {name!r} that are not numbers"
    if not all(0 < count <= MAX_STEPS for count in steps) or not np.isfinite(returns).all():
        return f"'pilot' has numbers that no episode can have (1 to {MAX_STEPS} steps, finite returns)"
    return ""
