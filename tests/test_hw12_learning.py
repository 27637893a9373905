"""What the notebooks of homework 12 compute: what actions were worth, and rollouts that mask what is no step."""

import gymnasium
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from common import check, notebooks
from common.card import find_card
from common.data import hw12
from common.judges.hw12 import judge, replay

CARD = find_card("hw12")
pytestmark = pytest.mark.skipif(CARD.status != "ready", reason="the notebooks are not there yet")


@pytest.fixture(scope="module")
def notebook() -> dict:
    """What the solution defines, with a policy that tosses coins in place of the network."""
    defined = notebooks.definitions(notebooks.paths(CARD)[1])
    rng = np.random.default_rng(0)
    defined["device"] = torch.device("cpu")
    defined["splits"] = hw12.builtin("smoke", 5)[0]
    defined["act"] = lambda observations: rng.integers(4, size=len(observations))
    return defined


def slow_returns(rewards, ended, gamma):
    """From every step forward to the end of its episode, one environment and one step at a time."""
    out = np.zeros(rewards.shape)
    for n in range(rewards.shape[1]):
        for t in range(len(rewards)):
            for k in range(t, len(rewards)):
                out[t, n] += gamma ** (k - t) * rewards[k, n]
                if ended[k, n]:
                    break
    return out


def test_returns_by_hand(notebook):
    rewards = torch.tensor([[1.0, 0.0], [2.0, 10.0], [4.0, 20.0]])
    ended = torch.tensor([[False, True], [False, False], [True, False]])
    found = notebook["returns_to_go"](rewards, ended, 0.5)
    assert found.tolist() == [[3.0, 0.0], [4.0, 20.0], [4.0, 20.0]]


def test_gae_by_hand(notebook):
    """Column by column: flying on, a crash at step 1, the clock at step 1."""
    rewards = torch.tensor([[1.0] * 3, [2.0] * 3, [3.0] * 3])
    values = torch.tensor([[10.0] * 3, [20.0] * 3, [30.0] * 3, [40.0] * 3])
    terminated, ended = torch.zeros(3, 3, dtype=torch.bool), torch.zeros(3, 3, dtype=torch.bool)
    terminated[1, 1] = ended[1, 1] = ended[1, 2] = True
    found = notebook["gae"](rewards, values, terminated, ended, 0.5, 0.5)
    # surprises: 1 + 10 - 10 = 1; 2 + 15 - 20 = -3, after the crash 2 - 20 = -18; 3 + 20 - 30 = -7
    assert found.T.tolist() == [[-0.1875, -4.75, -7.0], [-3.5, -18.0, -7.0], [0.25, -3.0, -7.0]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(0, 1), st.floats(0, 1))
def test_returns_and_gae_against_slow_loops(notebook, seed, length, gamma, lam):
    rng = np.random.default_rng(seed)
    rewards, values = rng.normal(size=(length, 3)), rng.normal(size=(length + 1, 3))
    terminated = rng.random((length, 3)) < 0.2
    ended = terminated | (rng.random((length, 3)) < 0.2)
    tensors = [torch.from_numpy(array) for array in (rewards, values, terminated, ended)]
    found = notebook["returns_to_go"](tensors[0], tensors[3], gamma)
    assert np.allclose(found, slow_returns(rewards, ended, gamma))
    surprise = rewards + gamma * np.where(terminated, 0, values[1:]) - values[:-1]
    assert np.allclose(notebook["gae"](*tensors, gamma, lam), slow_returns(surprise, ended, gamma * lam))


def test_gae_at_its_ends(notebook):
    """With lam = 1 and no value anywhere it is the return; with a right critic and no luck it is zero."""
    rewards, ended = torch.rand(9, 4), torch.rand(9, 4) < 0.3
    nothing = torch.zeros(10, 4)
    found = notebook["gae"](rewards, nothing, ended, ended, 0.9, 1.0)
    assert torch.allclose(found, notebook["returns_to_go"](rewards, ended, 0.9))
    never = torch.zeros(10, 4, dtype=torch.bool)
    right = notebook["returns_to_go"](torch.cat([rewards, torch.zeros(1, 4)]), never, 0.9)
    found = notebook["gae"](rewards, right, never[:9], never[:9], 0.9, 0.7)
    assert torch.allclose(found, torch.zeros(9, 4), atol=1e-6)


def test_checks_say_right_and_wrong(notebook, capsys):
    returns, gae = notebook["returns_to_go"], notebook["gae"]
    assert check.hw12.returns_to_go(returns) and check.hw12.gae(gae)
    assert "right, on all" in capsys.readouterr().out
    never = torch.zeros(1, 1, dtype=torch.bool)
    wrong = {
        "an episode ending at step 1": lambda r, ended, g: returns(r, ended & never, g),
        "expected the shape": lambda r, ended, g: returns(r, ended, g)[0],
        "not done yet": notebooks.definitions(notebooks.paths(CARD)[0])["returns_to_go"],
    }
    for words, function in wrong.items():
        assert not check.hw12.returns_to_go(function)
        assert words in capsys.readouterr().out
    wrong = {
        "terminates at step 1": lambda r, v, terminated, ended, g, lam: gae(r, v, terminated & never, ended, g, lam),
        "cut off by the clock": lambda r, v, terminated, ended, g, lam: gae(r, v, ended, ended, g, lam),
        "not done yet": notebooks.definitions(notebooks.paths(CARD)[0])["gae"],
    }
    for words, function in wrong.items():
        assert not check.hw12.gae(function)
        assert words in capsys.readouterr().out


def test_rollouts_mask_the_step_of_the_reset(notebook):
    """Two rollouts in a row: masked is what follows an end, also across the seam; the rest is as flown alone."""
    envs = notebook["make_envs"](3)
    assert envs.metadata["autoreset_mode"] == gymnasium.vector.AutoresetMode.NEXT_STEP
    source = notebook["rollouts"](envs, 150)
    first, second = next(source), next(source)
    joined = {
        name: torch.cat([getattr(first, name), getattr(second, name)]).numpy()
        for name in ("actions", "rewards", "terminated", "ended", "valid")
    }
    assert first.observations.shape == (151, 3, 8) and torch.equal(first.observations[-1], second.observations[0])
    assert not joined["valid"].all() and joined["valid"][0].all()
    assert np.array_equal(joined["valid"][1:], ~joined["ended"][:-1])
    assert not joined["rewards"][~joined["valid"]].any()
    assert not (joined["terminated"] & ~joined["ended"]).any()
    for n, seed in enumerate(notebook["splits"].train[:3].tolist()):
        length = int(joined["ended"][:, n].argmax()) + 1
        alone = replay(seed, joined["actions"][:length, n].tolist())
        assert alone == pytest.approx(joined["rewards"][:length, n].sum(dtype=np.float64), abs=1e-3)
        assert any(score == pytest.approx(alone, abs=1e-6) for _, score in first.episodes + second.episodes)


def test_flight_and_judge_agree_to_the_last_digit(notebook):
    rng = np.random.default_rng(3)
    seed = int(notebook["splits"].test[0])
    flight = notebook["fly"](lambda _: int(rng.integers(4)), seed)
    assert len(flight.observations) == len(flight.actions) + 1 == len(flight.rewards) + 1
    assert replay(seed, flight.actions) == sum(flight.rewards)


def test_pilots_that_learn_nothing_stay_below_simple():
    splits, reference = hw12.builtin("standard", hw12.SEED)
    coin = np.random.default_rng(0)
    lazy = {f"always {action}": lambda _, action=action: action for action in range(4)}
    for name, policy in {**lazy, "random": lambda _: int(coin.integers(4))}.items():
        score = np.mean([hw12.fly(policy, seed)[1] for seed in splits.test])
        assert CARD.rung_of(score) is None, f"{name} gets {score:.0f}"
    assert CARD.rung_of(judge(reference, reference)) == "boss"
