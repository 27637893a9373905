"""LunarLander: many environments at once against one, and our PPO against stable-baselines3's.

    python benchmarks/rl.py steps [--rounds 5]    environment steps per second, with a policy network in the loop
    python benchmarks/rl.py solve [--seeds 1]     time until the last 100 training episodes average 200
    python benchmarks/rl.py ladder [--seeds 3 --first 1 --only boss --data-seed 2022]  rungs, and without their ideas
    python benchmarks/rl.py variance [--seeds 1]  noise of the policy gradient: returns, above their mean, advantages

`steps` interleaves its variants and gives medians. `solve` runs the cells of the solution notebook (rung boss) and, in
turn with them, stable-baselines3's PPO with the hyperparameters that rl-baselines3-zoo publishes for LunarLander, each
until it is there or its budget is spent. Both clocks are given: wall, and CPU time, which does not count what else the
machine does. The peer is left out where it is not installed (`pip install -e ".[bench]"` brings it). `ladder` trains
with the notebook's cells, as many agents as the notebook, and flies the test episodes: the four rungs, each of them
without its idea, with half of it or with another rate, and the same agents flown surer or less sure.
`variance` trains PPO for a third of the steps, holds it still, and takes the gradient of many rollouts, each weighed in
several ways. What all rollouts agree on is the signal, what they do not is the noise; their ratio is how many rollouts
one would have to average for as much of one as of the other.
"""

import argparse
import contextlib
import importlib.util
import io
import itertools
import statistics
import time
from collections import Counter
from dataclasses import replace
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
OUR_STEPS = 300_000  # more than the notebook takes, which stops before it is there
SOLVED, EPISODES = 200, 100
# what training needs, and nothing that draws (`solve` has a loop of its own, which stops when it is there)
CELLS = (
    *("imports", "load", "fly", "agent", "act", "settings", "rollouts", "returns-to-go", "gae", "ppo-loss"),
    *("mirror", "mirror-agent", "reinforce", "critic-tools", "to-go", "actor-critic", "ppo", "method"),
    *("make-optimizer", "train-agent", "take-turns"),
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
    n_updates = OUR_STEPS // (n_envs * n_steps)
    clock, returns = Clock(), []
    torch.manual_seed(seed)
    agent = space["method"]["make"]()
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


class Line(NamedTuple):
    """What `ladder` trains: a method of the notebook, and what is not the notebook's about it."""

    method: str
    lr: float | None = None
    gamma: float | None = None
    lam: float | None = None
    clip: float | None = None
    returns: bool = False  # the actor learns from returns with .99, the critic is not asked
    agent: str | None = None  # another kind of agent, as `other_agent` knows them
    both: bool = False  # each rollout is learned from together with its mirror image
    temperature: float | None = None  # of the flights


LADDER = {
    "simple": Line("immediate reward"),
    "medium": Line("return-to-go"),
    "strong": Line("PPO"),
    "boss": Line("PPO, mirrored"),
    "immediate reward, likeliest actions": Line("immediate reward", temperature=0),
    "immediate reward, temperature .5": Line("immediate reward", temperature=0.5),
    "immediate reward, rate .02": Line("immediate reward", lr=0.02),
    "return-to-go, likeliest actions": Line("return-to-go", temperature=0),
    "return-to-go, temperature .5": Line("return-to-go", temperature=0.5),
    "return-to-go, rate .006": Line("return-to-go", lr=0.006),
    "return-to-go, rate .02": Line("return-to-go", lr=0.02),
    "actor-critic": Line("actor-critic"),
    "actor-critic, temperature .5": Line("actor-critic", temperature=0.5),
    "actor-critic, looking as far as PPO": Line("actor-critic", gamma=0.999, lam=0.98),
    "PPO without a critic": Line("PPO", returns=True),
    "PPO without a clip": Line("PPO", clip=1e9),
    "PPO, temperature .5": Line("PPO", temperature=0.5),
    "PPO, likeliest actions": Line("PPO", temperature=0),
    "PPO, rate .004": Line("PPO", lr=0.004),
    "PPO, two networks for each": Line("PPO", agent="two", temperature=0.5),
    "PPO, rollouts and their mirror images": Line("PPO", both=True, temperature=0.5),
    "PPO, only the actor mirrored": Line("PPO, mirrored", agent="actor"),
    "PPO, mirrored, temperature 1": Line("PPO, mirrored", temperature=1),
    "PPO, mirrored, likeliest actions": Line("PPO, mirrored", temperature=0),
    "actor-critic, mirrored": Line("actor-critic", agent="mirrored"),
}


def ladder(names: list[str], seeds: range, data_seed: int) -> None:
    """Each line once per training seed: the mean return of its agents in the test episodes of a data seed.

    Lines that differ in the temperature of their flights alone fly the same agents.
    """
    found: dict[str, list[float]] = {}
    for seed in seeds:
        trained: dict[Line, list] = {}
        for name in names:
            began, line = time.process_time(), LADDER[name]
            space = defined("hw12", CELLS, seed, "boss")
            space["splits"], _ = episodes("standard", data_seed)
            method = different(space, line)
            key = line._replace(temperature=None)
            if key not in trained:
                with contextlib.redirect_stdout(io.StringIO()):
                    numbers = range(space["n_agents"])
                    trained[key] = [space["train"](name, **method, number=number)[0] for number in numbers]
            for agent in trained[key]:
                agent.temperature = type(agent).temperature if line.temperature is None else line.temperature
            torch.manual_seed(seed)
            flights = space["fly_all"](trained[key], space["splits"].test)
            scores = [flight.score for flight in flights]
            n = len(trained[key])
            each = " ".join(f"{statistics.mean(scores[k::n]):.0f}" for k in range(n))
            ends = ", ".join(f"{count} {end}" for end, count in Counter(flight.end for flight in flights).items())
            seconds = time.process_time() - began
            found.setdefault(name, []).append(statistics.mean(scores))
            print(f"{name:38s} seed {seed}: {found[name][-1]:7.2f} ({each}; {ends}; {seconds:.0f} s CPU)", flush=True)
    for name, scores in found.items():
        print(f"{name:38s} mean {statistics.mean(scores):6.1f}, from {min(scores):.1f} to {max(scores):.1f}")


def different(space: dict, line: Line) -> dict:
    """The method of a line, as `METHODS` has it, and what the line changes about the notebook changed in `space`."""
    if line.returns:
        space["estimate"] = partial(returns_alone, space)
    method = dict(space["METHODS"][line.method])
    options = {"gamma": line.gamma, "lam": line.lam, "clip": line.clip}
    learn = partial(method["learn"], **{name: value for name, value in options.items() if value is not None})
    if line.both:
        learn = partial(learn_both, space, learn)
    if line.agent:
        method["make"] = partial(other_agent, space, line.agent)
    return method | {"learn": learn, "lr": line.lr or method["lr"]}


def returns_alone(space: dict, agent, rollout, gamma: float, lam: float) -> tuple:
    """In place of the notebook's `estimate`: returns for the actor, and the same for the critic to learn."""
    returns = space["reward_scale"] * space["returns_to_go"](rollout.rewards, rollout.ended, 0.99)
    return returns, returns


def learn_both(space: dict, learn, agent, optimizer, rollout) -> None:
    """The learning rule on a rollout beside its mirror image, as if twice as many environments had flown."""
    swapped = torch.tensor([0, 3, 2, 1])[rollout.actions]
    changed = {
        name: torch.cat([getattr(rollout, name)] * 2, dim=1) for name in ("rewards", "terminated", "ended", "valid")
    }
    seen = torch.cat([rollout.observations, space["mirror"](rollout.observations)], dim=1)
    actions = torch.cat([rollout.actions, swapped], dim=1)
    learn(agent, optimizer, replace(rollout, observations=seen, actions=actions, **changed))


class Two(nn.Module):
    """The mean of two networks' answers, (..., 8) -> (..., K)."""

    def __init__(self, first: nn.Module, second: nn.Module):
        super().__init__()
        self.both = nn.ModuleList([first, second])

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return sum(network(observations) for network in self.both) / 2


def other_agent(space: dict, kind: str):
    """Two networks where there is one, or (parts of) an agent mirrored."""
    if kind == "two":
        agent, second = space["Agent"](), space["Agent"]()
        agent.actor, agent.critic = Two(agent.actor, second.actor), Two(agent.critic, second.critic)
        return agent
    agent = space["MirrorAgent"]()
    if kind == "actor":
        agent.value = partial(space["Agent"].value, agent)
    return agent


def variance(seed: int, n_rollouts: int = 40) -> None:
    """Noise over signal of the policy gradient of one rollout, by what an action's worth is taken to be."""
    space = defined("hw12", CELLS, seed, "boss")
    space["total_steps"] //= 3
    agent, _ = space["train"]("PPO", **space["METHODS"]["PPO"])

    def returns(rollout, gamma):
        return space["returns_to_go"](rollout.rewards, rollout.ended, gamma)

    def above_mean(rollout, gamma):
        found = returns(rollout, gamma)
        return found - found[rollout.valid].mean()

    ways = {
        "returns, .99": lambda rollout: returns(rollout, 0.99),
        "returns, .999": lambda rollout: returns(rollout, 0.999),
        "above the mean, .99": lambda rollout: above_mean(rollout, 0.99),
        "above the mean, .999": lambda rollout: above_mean(rollout, 0.999),
        "advantage, .999 and 1": lambda rollout: space["estimate"](agent, rollout, 0.999, 1.0)[0],
        "advantage, .999 and .98": lambda rollout: space["estimate"](agent, rollout, 0.999, 0.98)[0],
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
    PARTS = ("steps", "solve", "ladder", "variance")
    arguments = argparse.ArgumentParser()
    arguments.add_argument("part", nargs="?", choices=(*PARTS, "all"), default="all")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--first", type=int, default=1, help="the first training seed")
    arguments.add_argument("--data-seed", type=int, default=2022, help="whose episodes are flown")
    arguments.add_argument("--only", nargs="+", choices=LADDER, default=list(LADDER), help="what `ladder` trains")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    if chosen.part in ("steps", "all"):
        steps(chosen.rounds)
    if chosen.part in ("ladder", "all"):
        ladder(chosen.only, range(chosen.first, chosen.first + chosen.seeds), chosen.data_seed)
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
