"""The judge of LunarLander: flies the submitted actions in an environment of its own and averages the returns."""

import numpy as np
import pandas as pd

from common.errors import SubmissionError
from common.homeworks.hw12.data import MAX_STEPS, environment


def judge(reference: pd.DataFrame, answers: pd.DataFrame) -> float:
    """Mean return of the episodes in `reference`, flown with the actions in `answers`, to two decimals.

    Both tables have the columns `episode` (the seed that the environment is reset with), `step` and `action`. Each
    episode needs its steps 0, 1, 2 … in order, as many as it takes to its end and none after; the episodes themselves
    may stand in any order. Raises SubmissionError for anything else. The score is rounded because the last digits of
    the physics differ between machines.
    """
    flights = _flights(answers, reference["episode"].unique().tolist())
    returns = [replay(episode, actions) for episode, actions in flights.items()]
    return round(float(np.mean(returns)), 2)


def replay(episode: int, actions: list[int]) -> float:
    """The return of one episode, summed step by step in float64. Raises SubmissionError if the actions do not fit."""
    env = environment()
    try:
        env.reset(seed=int(episode))
        total = 0.0
        for step, action in enumerate(actions):
            _, reward, terminated, truncated, _ = env.step(int(action))
            total += float(reward)
            if (terminated or truncated) and step + 1 < len(actions):
                raise SubmissionError(
                    f"Episode {episode} is over after {step + 1} steps, but {len(actions)} actions were handed in; "
                    "stop when terminated or truncated."
                )
            if terminated or truncated:
                return total
    finally:
        env.close()
    raise SubmissionError(
        f"Episode {episode} is not over after the {len(actions)} actions handed in; "
        "fly until terminated or truncated, and hand in every action."
    )


def _flights(answers: pd.DataFrame, episodes: list[int]) -> dict[int, list[int]]:
    """The actions of each episode, in the judge's order, once the rows keep the rules."""
    found = answers["episode"].unique().tolist()
    for episode in found:
        if episode not in episodes:
            raise SubmissionError(
                f"Episode {episode} is not one of the {len(episodes)} that are judged (data.load gives them as test)."
            )
    for episode in episodes:
        if episode not in found:
            raise SubmissionError(f"Episode {episode} is missing; all {len(episodes)} are judged.")
    flights = {}
    for episode in episodes:
        rows = answers[answers["episode"] == episode]
        steps, actions = rows["step"].to_numpy(), rows["action"].to_numpy()
        wrong = np.flatnonzero(steps != np.arange(len(steps)))
        if len(wrong):
            first = int(wrong[0])
            raise SubmissionError(f"Episode {episode}: expected step {first} in row {first + 1}, found {steps[first]}.")
        if len(actions) > MAX_STEPS:
            raise SubmissionError(f"Episode {episode} has {len(actions)} actions; no episode lasts over {MAX_STEPS}.")
        illegal = np.flatnonzero(~np.isin(actions, range(4)))
        if len(illegal):
            first = int(illegal[0])
            raise SubmissionError(
                f"Episode {episode}, step {first}: expected an action from 0 to 3, found {actions[first]}."
            )
        flights[episode] = actions.tolist()
    return flights
