"""LunarLander: many environments at once against one, and our PPO against stable-baselines3's.

    python benchmarks/rl.py steps [--rounds 5]    environment steps per second, with a policy network in the loop
    python benchmarks/rl.py solve [--seeds 1]     time until the last 100 training episodes average 200
    python benchmarks/rl.py entropy [--seeds 5 --first 1 --only "PPO .01" --data-seed 2022]
    python benchmarks/rl.py controls [--seeds 5 --only "no critic"]   the rungs without their ideas
    python benchmarks/rl.py variance [--seeds 1]  noise of the policy gradient: returns, above their mean, advantages

`steps` interleaves its variants and gives medians. `solve` runs the cells of the solution notebook (rung boss) and, in
turn with them, stable-baselines3's PPO with the hyperparameters that rl-baselines3-zoo publishes for LunarLander, each
until it is there or its budget is spent. Both clocks are given: wall, and CPU time, which does not count what else the
machine does. The peer is left out where it is not installed (`pip install -e ".[bench]"` brings it). `entropy` trains
with the notebook's cells and flies the judge's episodes: between the rungs strong and boss method and entropy change
together, and this takes them apart; its last two lines give both one entropy, which falls to nothing in the first half.
`controls` does the same for the other steps: the starter's credit with medium's learning rate and the other way round,
medium with other training seeds, strong with an actor that learns from standardised returns and never asks the critic
that is trained beside it, strong with shorter rollouts, so that its actor takes more steps, and the starter's agent
that flies its likeliest actions.
`variance` trains an actor-critic for a third of the steps, holds it still, and takes the gradient of many rollouts,
each weighed in several ways. What all rollouts agree on is the signal, what they do not is the noise; their ratio is
how many rollouts one would have to average for as much of one as of the other.
"""

import argparse
import importlib.util
import itertools
import statistics
import time
from collections import Counter
from functools import partial
from typing import NamedTuple

import gymnasium
import numpy as np
import torch
from cells import defined
from torch import nn

from common.homeworks.hw12.data import builtin as episodes

# rl-baselines3-zoo, hyperparams/ppo.yml, entry LunarLander-v2; v3 flies the same, its reset was mended
ZOO = {
    "n_steps": 1024,
    "batch_size": 64,
    "gae_lambda": 0.98,
    "gamma": 0.999,
    "n_epochs": 4,
    "ent_coef": 0.01,
}
ZOO_ENVS, ZOO_STEPS = 16, 1_000_000
SOLVED, EPISODES = 200, 100
# what training needs, and nothing that draws (`solve` has a loop of its own, which stops when it is there)
CELLS = (
    *("imports", "load", "fly", "agent", "act", "settings", "rollouts", "returns-to-go", "gae", "ppo-loss"),
    *("reinforce", "critic-tools", "to-go", "actor-critic", "actor-critic-step", "ppo", "method", "make-optimizer"),
    "train-agent",
)


def policy() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 4))


@torch.no_grad()
def choose(net: nn.Module, observations: np.ndarray) -> np.ndarray:
    return torch.multinomial(net(torch.from_numpy(observations)).softmax(-1), 1).squeeze(-1).numpy()


def one_by_one(n_steps: int) -> None:
    net, env = policy(), gymnasium.make("LunarLander-v3")
    observation, _ = env.reset(seed=0)
    for _ in range(n_steps):
        action = int(choose(net, observation[None])[0])
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            observation, _ = env.reset()
    env.close()


def side_by_side(n_steps: int, n_envs: int, mode: str) -> None:
    net, envs = policy(), gymnasium.make_vec("LunarLander-v3", num_envs=n_envs, vectorization_mode=mode)
    observations, _ = envs.reset(seed=0)
    for _ in range(n_steps // n_envs):
        observations = envs.step(choose(net, observations))[0]
    envs.close()


VARIANTS = {
    "one environment": one_by_one,
    "8 in one process": lambda n: side_by_side(n, 8, "sync"),
    "16 in one process": lambda n: side_by_side(n, 16, "sync"),
    "32 in one process": lambda n: side_by_side(n, 32, "sync"),
    "8 processes": lambda n: side_by_side(n, 8, "async"),
}


def steps(rounds: int, n_steps: int = 8000) -> None:
    speeds: dict[str, list[float]] = {name: [] for name in VARIANTS}
    rng = np.random.default_rng(0)
    for _ in range(rounds):
        for name in rng.permutation(list(VARIANTS)):
            before = time.perf_counter()
            VARIANTS[name](n_steps)
            speeds[name].append(n_steps / (time.perf_counter() - before))
    print(f"{'LunarLander-v3, random network':32s}{'steps/s':>9s}{'against one':>13s}")
    for name, found in speeds.items():
        ratio = statistics.median(a / b for a, b in zip(found, speeds["one environment"], strict=True))
        print(f"{name:32s}{statistics.median(found):9,.0f}{ratio:13.2f}")


class Clock:
    """Wall and CPU seconds since it was made, and when the goal was reached."""

    def __init__(self):
        self.began = time.perf_counter(), time.process_time()
        self.solved = None

    def now(self) -> tuple[float, float]:
        return time.perf_counter() - self.began[0], time.process_time() - self.began[1]

    def watch(self, returns: list[float], n_steps: int) -> None:
        if self.solved is None and len(returns) >= EPISODES and np.mean(returns[-EPISODES:]) >= SOLVED:
            self.solved = (*self.now(), n_steps)

    def report(self, name: str, seed: int, returns: list[float], n_steps: int) -> None:
        wall, cpu = self.now()
        at = "not reached" if self.solved is None else "{:.0f} s, {:.0f} s CPU, {:,} steps".format(*self.solved)
        speed = f"{n_steps / wall:,.0f} steps/s ({n_steps / cpu:,.0f} per CPU s)"
        print(f"{name:26s} seed {seed}: {n_steps:,} steps in {wall:.0f} s ({cpu:.0f} s CPU), {speed};")
        print(f"{'':26s} {SOLVED} at {at}; last {EPISODES} episodes {np.mean(returns[-EPISODES:]):.0f}", flush=True)


def solution(seed: int) -> None:
    """The boss rung with the notebook's own cells; the loop is the notebook's without its progress line."""
    space = defined("hw12", CELLS, seed, "boss")
    n_steps, n_envs = space["n_steps"], space["n_envs"]
    n_updates = space["total_steps"] // (n_envs * n_steps)
    clock, returns = Clock(), []
    torch.manual_seed(seed)
    agent = space["Agent"]()
    optimizer, schedule = space["make_optimizer"](agent, space["method"]["lr"], n_updates)
    source = space["rollouts"](agent, space["make_envs"](n_envs), n_steps)
    for update in range(n_updates):
        rollout = next(source)
        space["method"]["learn"](agent, optimizer, rollout)
        schedule.step()
        returns += [score for _, score in rollout.episodes]
        n_flown = (update + 1) * n_envs * n_steps
        clock.watch(returns, n_flown)
        if clock.solved:
            break
    clock.report("this notebook, boss", seed, returns, n_flown)


def peer(seed: int) -> None:
    from stable_baselines3 import PPO
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    clock, returns = Clock(), []

    class Watch(BaseCallback):
        def _on_step(self) -> bool:
            found = [info["episode"]["r"] for info in self.locals["infos"] if "episode" in info]
            if found:
                returns.extend(found)
                clock.watch(returns, self.num_timesteps)
            return clock.solved is None

    envs = make_vec_env("LunarLander-v3", n_envs=ZOO_ENVS, seed=seed)
    model = PPO("MlpPolicy", envs, seed=seed, device="cpu", **ZOO).learn(ZOO_STEPS, callback=Watch())
    clock.report("stable-baselines3 PPO, zoo", seed, returns, model.num_timesteps)


class Compared(NamedTuple):
    """What `entropy` and `controls` train: a method of the notebook, and what is not the notebook's about it."""

    method: str
    entropy: float | None = None  # its weight
    falls: bool = False  # the weight, to nothing in the first half of training
    lr: float | None = None
    n_steps: int | None = None  # of each environment in a rollout
    times: int = 1  # as many environment steps as the notebook takes
    deaf: float | None = None  # the actor learns from returns with this gamma, whatever the critic says
    greedy: bool = False  # judged flying its likeliest actions


ENTROPY = {
    "actor-critic .01": Compared("actor-critic", entropy=0.01),
    "actor-critic .003": Compared("actor-critic", entropy=0.003),
    "actor-critic 0": Compared("actor-critic", entropy=0),
    # somewhat longer than PPO takes
    "actor-critic .01, as long": Compared("actor-critic", entropy=0.01, times=3),
    "PPO .01": Compared("PPO", entropy=0.01),
    "PPO .003": Compared("PPO", entropy=0.003),
    "actor-critic .01, falling": Compared("actor-critic", entropy=0.01, falls=True),
    "PPO .01, falling": Compared("PPO", entropy=0.01, falls=True),
}
CONTROLS = {
    "immediate reward, rate .003": Compared("immediate reward", lr=0.003),
    "immediate reward, likeliest actions": Compared("immediate reward", greedy=True),
    "return-to-go": Compared("return-to-go"),
    "return-to-go, rate .01": Compared("return-to-go", lr=0.01),
    "no critic": Compared("actor-critic", deaf=0.99),
    "actor-critic, 80 steps a rollout": Compared("actor-critic", n_steps=80),
}


def compare(table: dict[str, Compared], seeds: range, data_seed: int) -> None:
    """Each line of a table once per training seed, in the test episodes of a data seed."""
    found: dict[str, list[float]] = {}
    for seed, (name, how) in itertools.product(seeds, table.items()):
        space = defined("hw12", CELLS, seed, "boss")
        space["splits"], _ = episodes("standard", data_seed)
        space["total_steps"] *= how.times
        if how.deaf:
            space["estimate"] = partial(returns_alone, space, how.deaf)
        if how.n_steps:
            space["n_steps"] = how.n_steps
        method = space["METHODS"][how.method]
        method["lr"] = how.lr or method["lr"]
        if how.falls:
            n_updates = space["total_steps"] // (space["n_envs"] * space["n_steps"])
            method["learn"] = falling(method["learn"], how.entropy, n_updates)
        elif how.entropy is not None:
            method["learn"] = partial(method["learn"], entropy=how.entropy)
        began = time.process_time()
        agent, _ = space["train"](name, **method)
        seconds = time.process_time() - began
        policy = partial(space["act"], agent, greedy=how.greedy)
        flights = [space["fly"](policy, episode) for episode in space["splits"].test]
        ends = ", ".join(f"{count} {end}" for end, count in Counter(flight.end for flight in flights).items())
        found.setdefault(name, []).append(statistics.mean(flight.score for flight in flights))
        print(f"{name:28s} seed {seed}: {found[name][-1]:7.2f} ({ends}; {seconds:.0f} s CPU)", flush=True)
    for name, scores in found.items():
        print(f"{name:28s} mean {statistics.mean(scores):6.1f}, from {min(scores):.1f} to {max(scores):.1f}")


def falling(learn, entropy: float, n_updates: int):
    """`learn` with an entropy whose weight falls from `entropy` to nothing in the first half of the updates."""
    update = itertools.count()

    def one(agent, optimizer, rollout) -> None:
        learn(agent, optimizer, rollout, entropy=entropy * max(0, 1 - 2 * next(update) / n_updates))

    return one


def returns_alone(space: dict, far: float, agent, rollout, gamma: float, lam: float) -> tuple:
    """In place of the notebook's `estimate`: returns for the actor, and the same for the critic to learn."""
    returns = space["reward_scale"] * space["to_go"](rollout, far)
    return returns, returns


def variance(seed: int, n_rollouts: int = 40) -> None:
    """Noise over signal of the policy gradient of one rollout, by what an action's worth is taken to be."""
    space = defined("hw12", CELLS, seed, "strong")
    space["total_steps"] //= 3
    agent, _ = space["train"]("actor-critic", **space["METHODS"]["actor-critic"])

    def above_mean(rollout, gamma):
        returns = space["to_go"](rollout, gamma)
        return returns - returns[rollout.valid].mean()

    ways = {
        "returns, .99": lambda rollout: space["to_go"](rollout, 0.99),
        "returns, .999": lambda rollout: space["to_go"](rollout, 0.999),
        "above the mean, .99": lambda rollout: above_mean(rollout, 0.99),
        "above the mean, .999": lambda rollout: above_mean(rollout, 0.999),
        "advantage, .999 and .98": lambda rollout: space["estimate"](agent, rollout, 0.999, 0.98)[0],
        "advantage, .999 and 1": lambda rollout: space["estimate"](agent, rollout, 0.999, 1.0)[0],
        "advantage, .999 and 0": lambda rollout: space["estimate"](agent, rollout, 0.999, 0.0)[0],
    }
    gradients = {name: [] for name in ways}
    source = space["rollouts"](agent, space["make_envs"](space["n_envs"]), space["n_steps"])
    for rollout in itertools.islice(source, n_rollouts):
        valid = rollout.valid
        log_probs = agent.policy(rollout.observations[:-1][valid]).log_prob(rollout.actions[valid])
        for name, worth in ways.items():
            gain = (worth(rollout)[valid].detach() * log_probs).mean()
            parts = torch.autograd.grad(gain, list(agent.actor.parameters()), retain_graph=True)
            gradients[name].append(torch.cat([part.flatten() for part in parts]))
    print(f"seed {seed}, {n_rollouts} rollouts of {space['n_envs'] * space['n_steps']:,} steps: noise / signal")
    for name, found in gradients.items():
        each = torch.stack(found)
        noise = float(each.var(dim=0).sum())
        signal = float(each.mean(dim=0).square().sum()) - noise / n_rollouts  # the mean is noisy, too
        print(f"{name:26s}{noise / signal if signal > 0 else float('inf'):8.1f}", flush=True)


if __name__ == "__main__":
    PARTS = ("steps", "solve", "entropy", "controls", "variance")
    arguments = argparse.ArgumentParser()
    arguments.add_argument("part", nargs="?", choices=(*PARTS, "all"), default="all")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--first", type=int, default=1, help="the first training seed")
    arguments.add_argument("--data-seed", type=int, default=2022, help="whose episodes are flown")
    arguments.add_argument("--only", nargs="+", choices=ENTROPY | CONTROLS, help="what is trained, by its name")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    if chosen.part in ("steps", "all"):
        steps(chosen.rounds)
    for part, table in (("entropy", ENTROPY), ("controls", CONTROLS)):
        if chosen.part in (part, "all"):
            only = {name: how for name, how in table.items() if name in (chosen.only or table)}
            compare(only, range(chosen.first, chosen.first + chosen.seeds), chosen.data_seed)
    if chosen.part in ("variance", "all"):
        for number in range(chosen.first, chosen.first + chosen.seeds):
            variance(number)
    if chosen.part in ("solve", "all"):
        there = importlib.util.find_spec("stable_baselines3") is not None
        if not there:
            print("stable-baselines3 is not installed and is left out.")
        for number in range(1, chosen.seeds + 1):
            solution(number)
            if there:
                peer(number)
