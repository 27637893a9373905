"""What the notebooks of homework 12 compute: what actions were worth, and rollouts that mask what is no step."""

import gymnasium
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from common import check
from common.homeworks.hw12 import data as hw12
from common.homeworks.hw12.judge import judge, replay
from common.notebooks import books
from common.submission.card import find_card

CARD = find_card("hw12")
pytestmark = pytest.mark.skipif(CARD.status != "ready", reason="the notebooks are not there yet")


@pytest.fixture(scope="module")
def notebook() -> dict:
    """What the solution defines, with a policy that tosses coins in place of the network."""
    defined = books.definitions(books.paths(CARD)[1])
    rng = np.random.default_rng(0)
    defined["device"] = torch.device("cpu")
    defined["splits"] = hw12.builtin("smoke", 5)[0]
    defined["act"] = lambda agent, observations: rng.integers(4, size=len(observations))
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


def test_ppo_loss_by_hand(notebook):
    """Twice as likely as before: a good action gains no more than the clip allows, a bad one loses all of it."""
    double, same = torch.full((1,), 2.0).log(), torch.zeros(1)
    for advantage, expected in ((1.0, -1.2), (-1.0, 2.0)):
        assert notebook["ppo_loss"](double, same, torch.tensor([advantage]), 0.2) == pytest.approx(expected)
    log_probs = double.clone().requires_grad_()
    notebook["ppo_loss"](log_probs, same, torch.ones(1), 0.2).backward()
    assert log_probs.grad == 0  # beyond the clip nothing pulls any more


def test_checks_say_right_and_wrong(notebook, capsys):
    starter = books.definitions(books.paths(CARD)[0])
    returns, gae, ppo = (notebook[name] for name in ("returns_to_go", "gae", "ppo_loss"))
    never = torch.zeros(1, 1, dtype=torch.bool)
    questions = {
        check.hw12.returns_to_go: {
            "right, on all": returns,
            "not done yet": starter["returns_to_go"],
            "flow from one episode into the one before": lambda r, ended, g: returns(r, ended & never, g),
            "expected the shape": lambda r, ended, g: returns(r, ended, g)[0],
        },
        check.hw12.gae: {
            "right, on all": gae,
            "not done yet": starter["gae"],
            "after a crash or a landing": lambda r, v, terminated, ended, g, lam: gae(
                r, v, terminated & never, ended, g, lam
            ),
            "after the clock cut": lambda r, v, terminated, ended, g, lam: gae(r, v, ended, ended, g, lam),
        },
        check.hw12.ppo_loss: {
            "right, on all": ppo,
            "not done yet": starter["ppo_loss"],
            "it has no clip": lambda new, old, a, clip: -((new - old).exp() * a).mean(),
            "it only clips": lambda new, old, a, clip: -((new - old).exp().clamp(1 - clip, 1 + clip) * a).mean(),
        },
    }
    for ask, answers in questions.items():
        for words, function in answers.items():
            assert ask(function) == (words == "right, on all")
            assert words in capsys.readouterr().out


@pytest.mark.parametrize("learn", ["reinforce", "actor_critic", "ppo"])
def test_learning_finds_the_better_action(notebook, learn):
    """A world of one state, where action 2 is rewarded: a few rollouts make it the likeliest."""
    torch.manual_seed(0)
    agent = notebook["Agent"]()
    optimizer = torch.optim.Adam(agent.parameters(), lr=0.01)
    observations, never = torch.ones(17, 4, 8), torch.zeros(16, 4, dtype=torch.bool)
    more = {"worth": notebook["immediate"]} if learn == "reinforce" else {}
    for _ in range(30):
        actions = agent.policy(observations[:-1]).sample()
        fields = actions, 100.0 * (actions == 2), never, never, ~never
        notebook[learn](agent, optimizer, notebook["Rollout"](observations, *fields, []), **more)
    assert agent.policy(observations[0, 0]).probs[2] > 0.6


def test_what_did_not_happen_teaches_nothing(notebook):
    """Whatever stands in the steps of a reset, the weights after a step are the same."""
    torch.manual_seed(0)
    observations, actions, rewards = torch.randn(9, 2, 8), torch.randint(4, (8, 2)), torch.randn(8, 2)
    ended = torch.zeros(8, 2, dtype=torch.bool)
    ended[3] = True
    valid = torch.ones(8, 2, dtype=torch.bool)
    valid[4] = False
    for learn, more in (("reinforce", {"worth": notebook["to_go"]}), ("actor_critic", {}), ("ppo", {})):
        after = []
        for action in (0, 3):
            torch.manual_seed(1)
            agent = notebook["Agent"]()
            actions[4] = action
            rollout = notebook["Rollout"](observations, actions, rewards, ended, ended, valid, [])
            notebook[learn](agent, torch.optim.Adam(agent.parameters()), rollout, **more)
            after.append(torch.cat([p.detach().flatten() for p in agent.parameters()]))
        assert torch.equal(*after), learn


def test_rollouts_mask_the_step_of_the_reset(notebook):
    """Two rollouts in a row: masked is what follows an end, also across the seam; the rest is as flown alone."""
    envs = notebook["make_envs"](3)
    assert envs.metadata["autoreset_mode"] == gymnasium.vector.AutoresetMode.NEXT_STEP
    source = notebook["rollouts"](None, envs, 150)
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
    assert replay(seed, flight.actions) == flight.score
    assert flight.end == "crashed or lost"
    assert len(notebook["film"](flight, every=20)) == 1 + -(-len(flight.actions) // 20)


def test_pilots_that_learn_nothing_stay_below_simple():
    splits, reference = hw12.builtin("standard", hw12.SEED)
    coin = np.random.default_rng(0)
    lazy = {f"always {action}": lambda _, action=action: action for action in range(4)}
    for name, policy in {**lazy, "random": lambda _: int(coin.integers(4))}.items():
        score = np.mean([hw12.fly(policy, seed)[1] for seed in splits.test])
        assert CARD.rung_of(score) is None, f"{name} gets {score:.0f}"
    assert CARD.rung_of(judge(reference, reference)) == "boss"
