"""Checks of homework 12: what an action was worth, and how far to follow it."""

import contextlib

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

from common.check import Case, compare, is_stub

LEGS, ENGINES = [0, 1, 2, 3, 4, 5, 7, 6], [0, 3, 2, 1]  # what stands where in a mirror
SIGNS = torch.tensor([-1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0])  # x, speed x, angle and spin turn round


def returns_to_go(function) -> bool:
    """`returns_to_go(rewards, ended, gamma) -> (T, N)`: discounted sums that stop where an episode ends."""
    cases = []
    one = torch.ones(4, 1)
    never = torch.zeros(4, 1, dtype=torch.bool)
    middle = torch.tensor([[False], [True], [False], [False]])
    words = "four rewards of 1, no episode ending, gamma = {}"
    cases.append(Case((one, never, 0.0), one, words.format("0")))
    cases.append(Case((one, never, 1.0), torch.tensor([[4.0], [3], [2], [1]]), words.format("1")))
    cases.append(Case((one, never, 0.5), torch.tensor([[1.875], [1.75], [1.5], [1]]), words.format("0.5")))
    expected = torch.tensor([[1.5], [1], [1.5], [1]])
    cases.append(
        Case((one, middle, 0.5), expected, "the same with an episode ending at step 1: nothing may flow past an end")
    )
    rewards, _, _, ended = _rollout()
    expected = torch.from_numpy(_slow_returns(rewards.numpy(), ended.numpy(), 0.9))
    cases.append(Case((rewards, ended, 0.9), expected, "random rewards of 3 environments, gamma = 0.9"))
    never, arrays = np.zeros(ended.shape, dtype=bool), (rewards.numpy(), ended.numpy())
    wrong = {
        "rewards flow from one episode into the one before: nothing may pass where `ended` is true": (
            _slow_returns(arrays[0], never, 0.9)
        ),
        "it sums from the beginning to each step: sum from each step to the end": (
            _sums_from_the_beginning(*arrays, 0.9)
        ),
        "it leaves the step's own reward out": expected.numpy() - arrays[0],
        "it does not discount": _slow_returns(*arrays, 1.0),
    }
    return compare("returns_to_go", function, cases, known=wrong)


def gae(function) -> bool:
    """`gae(rewards, values, terminated, ended, gamma, lam) -> (T, N)`: generalised advantage estimates."""
    rewards, values = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[10.0], [20.0], [30.0], [40.0]])
    no = torch.zeros(3, 1, dtype=torch.bool)
    second = torch.tensor([[False], [True], [False]])
    cases = [
        Case(
            (rewards, values, no, no, 0.5, 0.0),
            torch.tensor([[1.0], [-3.0], [-7.0]]),
            "lam = 0, where it is r + gamma V(next) - V,",
        ),
        Case(
            (rewards, values, no, no, 0.5, 1.0),
            torch.tensor([[-2.25], [-6.5], [-7.0]]),
            "lam = 1, where it is the discounted return (with V at the end) minus V,",
        ),
        Case(
            (rewards, values, second, second, 0.5, 1.0),
            torch.tensor([[-8.0], [-18.0], [-7.0]]),
            "an episode that terminates at step 1: no V(next) after a crash, and nothing flows past it,",
        ),
        Case(
            (rewards, values, no, second, 0.5, 1.0),
            torch.tensor([[-0.5], [-3.0], [-7.0]]),
            "an episode cut off by the clock at step 1 (ended, not terminated): V(next) still counts,",
        ),
    ]
    rewards, values, terminated, ended = _rollout()
    arrays = [x.numpy() for x in (rewards, values, terminated, ended)]
    expected = torch.from_numpy(_slow_gae(*arrays, 0.9, 0.8))
    words = "random numbers of 3 environments, gamma = 0.9, lam = 0.8,"
    cases.append(Case((rewards, values, terminated, ended, 0.9, 0.8), expected, words))
    never = np.zeros(ended.shape, dtype=bool)
    wrong = {
        "V(next) counts after a crash or a landing: there nothing more is to come": (
            _slow_gae(arrays[0], arrays[1], never, arrays[3], 0.9, 0.8)
        ),
        "V(next) does not count after the clock cut an episode off: there more was to come": (
            _slow_gae(arrays[0], arrays[1], arrays[3], arrays[3], 0.9, 0.8)
        ),
        "surprises flow from one episode into the one before: stop where `ended` is true": (
            _slow_gae(*arrays[:3], never, 0.9, 0.8)
        ),
        "it gives the return and not what exceeds V: subtract it": expected.numpy() + arrays[1][:-1],
    }
    return compare("gae", function, cases, known=wrong)


def ppo_loss(function) -> bool:
    """`ppo_loss(log_probs, old_log_probs, advantages, clip) -> scalar`: minus the mean of the clipped objective."""
    up, down, zero = torch.full((1,), 0.5), torch.full((1,), -0.5), torch.zeros(1)  # ratios of 1.65 and 0.61
    good, bad = torch.full((1,), 2.0), torch.full((1,), -2.0)
    cases = [
        Case((zero, zero, good, 0.2), np.array(-2.0), "a policy that has not changed, advantage 2,"),
        Case((up, zero, good, 0.2), np.array(-2.4), "a good action (2) that is 1.65 times as likely now, clip 0.2,"),
        Case((down, zero, bad, 0.2), np.array(1.6), "a bad action (-2) that is 0.61 times as likely now, clip 0.2,"),
        Case(
            (up, zero, bad, 0.2),
            np.array(2 * np.exp(0.5)),
            "a bad action (-2) that has become likelier, which no clip excuses,",
        ),
        Case(
            (down, zero, good, 0.2),
            np.array(-2 * np.exp(-0.5)),
            "a good action (2) that has become less likely, which no clip excuses,",
        ),
    ]
    rng = np.random.default_rng(12)
    new, old, advantages = rng.normal(scale=0.3, size=(3, 64))
    ratio = np.exp(new - old)
    gains = [min(r * a, min(max(r, 0.9), 1.1) * a) for r, a in zip(ratio, advantages, strict=True)]
    tensors = tuple(torch.from_numpy(array) for array in (new, old, advantages))
    cases.append(Case((*tensors, 0.1), np.array(-np.mean(gains)), "64 random steps, clip 0.1,"))
    clipped = np.clip(ratio, 0.9, 1.1)
    wrong = {
        "it has no clip": np.array(-np.mean(ratio * advantages)),
        "it only clips: a step in the wrong direction must count whole, so take the smaller of both gains": (
            np.array(-np.mean(clipped * advantages))
        ),
        "it takes the larger of both gains: the smaller, or the clip protects from nothing": (
            np.array(-np.mean(np.maximum(ratio * advantages, clipped * advantages)))
        ),
        "it gives the gain: a loss is to be lowered, so take minus the mean": np.array(np.mean(gains)),
        "its ratio is old to new: new to old": np.array(
            -np.mean(np.minimum(advantages / ratio, np.clip(1 / ratio, 0.9, 1.1) * advantages))
        ),
    }
    return compare("ppo_loss", function, cases, known=wrong)


def mirror(function) -> bool:
    """`mirror(observations) -> (..., 8)`: what is observed in a mirror that swaps left and right."""
    still = torch.tensor([0.5, 1.0, 0.25, -0.75, 0.125, -0.375, 1.0, 0.0])
    seen = torch.tensor([-0.5, 1.0, -0.25, -0.75, -0.125, 0.375, 0.0, 1.0])
    grid = torch.randn(3, 2, 8, generator=torch.Generator().manual_seed(12))
    grid[..., 6:] = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
    expected = (grid * SIGNS)[..., LEGS]
    cases = [
        Case((still,), seen, "one observation with one leg down, (8,),"),
        Case((grid[0],), expected[0], "two observations, (2, 8),"),
        Case((grid,), expected, "a rollout of three steps of two landers, (3, 2, 8),"),
    ]

    def wrong(*turned: int, legs: list[int] = LEGS) -> torch.Tensor:
        signs = torch.ones(8)
        signs[list(turned)] = -1
        return (grid * signs)[..., legs]

    known = {
        "the legs are not swapped: they change places": wrong(0, 2, 4, 5, legs=list(range(8))),
        "speed x keeps its sign: who drifts left here drifts right there": wrong(0, 4, 5),
        "angle and spin keep their signs: who leans left here leans right there": wrong(0, 2),
        "spin keeps its sign: what turns one way here turns the other way there": wrong(0, 2, 4),
        "the angle keeps its sign: who leans left here leans right there": wrong(0, 2, 5),
        "up and down are swapped, too: a mirror at the side leaves y and speed y alone": wrong(0, 1, 2, 3, 4, 5),
        "x keeps its sign: who is left of the pad here is right of it there": wrong(2, 4, 5),
        "only the legs are swapped: x, speed x, angle and spin change their signs": wrong(),
        "it is a mirror on the ground: left and right are to be swapped, not up and down": wrong(1, 3),
    }
    if _changes(function, grid):
        print("mirror: it changes the observations that it is given: work on a copy.")
        return False
    return compare("mirror", function, cases, known=known)


def _changes(function, given: torch.Tensor) -> bool:
    """Whether a function writes into what it is given."""
    own = given.clone()
    with contextlib.suppress(Exception):  # what it stops with is said where the cases are asked
        function(own)
    return not torch.equal(own, given)


def mirror_agent(make) -> bool:
    """`make() -> agent` whose `policy(observations)` and `value(observations)` respect the mirror."""
    verdict = _mirror_verdict(make)
    print(f"MirrorAgent: {verdict or 'right, mirrored in the mirror, on 64 observations tried'}.")
    return verdict is None


def _mirror_verdict(make) -> str | None:
    """What is wrong with such an agent, in words; None if nothing is."""
    if isinstance(make, nn.Module):
        return "expected the class, found an agent"
    here = torch.randn(64, 8, generator=torch.Generator().manual_seed(12))
    here[:, 6:] = (here[:, 6:] > 0).float()
    there = (here * SIGNS)[:, LEGS]
    try:
        agent = make()
        for p in agent.parameters():  # as if it had learned something: a fresh one may say the same everywhere
            nn.init.normal_(p, std=0.3)
        place = next(agent.parameters()).device
        if any(_changes(ask, here.to(place)) for ask in (agent.policy, agent.value)):
            return "it changes the observations that it is given: work on a copy"
        policies = [agent.policy(seen.to(place)) for seen in (here, there)]
        if not isinstance(policies[0], Categorical):
            return f"expected a Categorical of `policy`, found {type(policies[0]).__name__}"
        probs, probs_there = (policy.probs.cpu() for policy in policies)
        value, value_there = (agent.value(seen.to(place)).cpu() for seen in (here, there))
        learned = [*agent.actor.parameters(), *agent.critic.parameters()]
    except Exception as error:
        if is_stub(error):
            return "not done yet"
        return f"it stops with {type(error).__name__}: {' '.join(str(error).split())[:120]}"
    if {id(p) for p in learned} != {id(p) for p in agent.parameters()}:
        return "it has weights outside `actor` and `critic`, which `make_optimizer` does not train"
    if probs.shape != (64, 4) or value.shape != (64,):
        shapes = f"{tuple(probs.shape)} and {tuple(value.shape)}"
        return f"for 64 observations expected probs of shape (64, 4) and values of shape (64,), found {shapes}"
    if not (probs.requires_grad and value.requires_grad):
        return "nothing can be learned through it: the gradient is cut off, by `detach` or `no_grad`"

    def same(first: torch.Tensor, second: torch.Tensor) -> bool:
        return torch.allclose(first, second, atol=1e-5)

    if same(probs, probs.mean(dim=0)) or same(value, value.mean(dim=0)):
        return "it says the same whatever it observes"
    if same(probs, probs_there):
        return "the engines are not swapped: where it fires the left one here, it must fire the right one there"
    if not same(probs, probs_there[:, ENGINES]):
        return "the policy differs: an action must be as likely here as the mirrored action is there"
    if same(value, -value_there):
        return "the value changes its sign in the mirror: what is to come is the same there"
    return None if same(value, value_there) else "the value differs: it must be the same here and there"


def _rollout():
    """Seven steps of three environments: rewards, values (one more), terminated, ended."""
    rng = np.random.default_rng(12)
    terminated = rng.random((7, 3)) < 0.2
    ended = terminated | (rng.random((7, 3)) < 0.2)
    arrays = rng.normal(size=(7, 3)).astype(np.float32), rng.normal(size=(8, 3)).astype(np.float32), terminated, ended
    return tuple(torch.from_numpy(array) for array in arrays)


def _slow_returns(rewards: np.ndarray, ended: np.ndarray, gamma: float) -> np.ndarray:
    """By the definition: from each step forward to the end of its episode."""
    returns = np.zeros(rewards.shape)
    for t, n in np.ndindex(rewards.shape):
        for k in range(t, len(rewards)):
            returns[t, n] += gamma ** (k - t) * rewards[k, n]
            if ended[k, n]:
                break
    return returns


def _sums_from_the_beginning(rewards: np.ndarray, ended: np.ndarray, gamma: float) -> np.ndarray:
    """What somebody gets who runs through the steps forward."""
    sums = rewards.copy()
    for t in range(1, len(sums)):
        sums[t] += np.where(ended[t - 1], 0.0, gamma * sums[t - 1])
    return sums


def _slow_gae(rewards, values, terminated, ended, gamma: float, lam: float) -> np.ndarray:
    """By the definition, equation 16 of Schulman et al., "High-dimensional continuous control using GAE"."""
    advantages = np.zeros(rewards.shape)
    for t, n in np.ndindex(rewards.shape):
        for k in range(t, len(rewards)):
            following = 0.0 if terminated[k, n] else values[k + 1, n]
            advantages[t, n] += (gamma * lam) ** (k - t) * (rewards[k, n] + gamma * following - values[k, n])
            if ended[k, n]:
                break
    return advantages
