"""Flights for homework 12 without learning."""

import numpy as np
import pandas as pd

from common.homeworks.hw12.data import ENVIRONMENT, pilot


def nothing(splits) -> pd.DataFrame:
    return _flown(splits, lambda observation, rng: 0)


def by_chance(splits) -> pd.DataFrame:
    return _flown(splits, lambda observation, rng: int(rng.integers(4)))


def pilot_by_hand(splits) -> pd.DataFrame:
    return _flown(splits, lambda observation, rng: pilot(observation))


def _flown(splits, choose) -> pd.DataFrame:
    import gymnasium

    rng, rows = np.random.default_rng(0), []
    env = gymnasium.make(ENVIRONMENT)
    for episode in splits.test.tolist():
        observation, _ = env.reset(seed=episode)
        over, step = False, 0
        while not over:
            action = choose(observation, rng)
            observation, _, terminated, truncated, _ = env.step(action)
            rows.append((episode, step, action))
            over, step = terminated or truncated, step + 1
    env.close()
    return pd.DataFrame(rows, columns=["episode", "step", "action"])
