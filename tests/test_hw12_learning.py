"""What the notebooks of homework 12 compute: what actions were worth, and rollouts that mask what is no step."""

from types import SimpleNamespace

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
    defined["act of the notebook"] = defined["act"]
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
        check.hw12.mirror: {"right, on all": notebook["mirror"], "not done yet": starter["mirror"]},
        check.hw12.mirror_agent: {
            "right, mirrored": notebook["MirrorAgent"],
            "not done yet": starter["MirrorAgent"],
            "the policy differs": notebook["Agent"],
        },
    }
    for ask, answers in questions.items():
        for words, function in answers.items():
            assert ask(function) == words.startswith("right")
            assert words in capsys.readouterr().out


@pytest.mark.parametrize("learn", ["immediate", "actor_critic", "ppo"])
def test_learning_finds_the_better_action(notebook, learn):
    """A world of one state, where action 2 is rewarded: a few rollouts make it the likeliest."""
    torch.manual_seed(0)
    agent = notebook["Agent"]()
    optimizer = torch.optim.Adam(agent.parameters(), lr=0.01)
    observations, never = torch.ones(17, 4, 8), torch.zeros(16, 4, dtype=torch.bool)
    for _ in range(30):
        actions = agent.policy(observations[:-1]).sample()
        fields = actions, 100.0 * (actions == 2), never, never, ~never
        notebook[learn](agent, optimizer, notebook["Rollout"](observations, *fields, []))
    assert agent.policy(observations[0, 0]).probs[2] > 0.6


def test_what_did_not_happen_teaches_nothing(notebook):
    """Whatever stands in the steps of a reset, the weights after a step are the same."""
    torch.manual_seed(0)
    observations, actions, rewards = torch.randn(9, 2, 8), torch.randint(4, (8, 2)), torch.randn(8, 2)
    ended = torch.zeros(8, 2, dtype=torch.bool)
    ended[3] = True
    valid = torch.ones(8, 2, dtype=torch.bool)
    valid[4] = False
    for learn in ("to_go", "actor_critic", "ppo"):
        after = []
        for action in (0, 3):
            torch.manual_seed(1)
            agent = notebook["Agent"]()
            actions[4] = action
            rollout = notebook["Rollout"](observations, actions, rewards, ended, ended, valid, [])
            notebook[learn](agent, torch.optim.Adam(agent.parameters()), rollout)
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


class InTheMirror:
    """Draws as a generator does, of an environment that swaps left and right: the ground from its other end, the first
    push and the sideways scatter of the engines with the other sign."""

    def __init__(self, seed: int):
        self.generator, self.n_drawn = np.random.default_rng(seed), 0

    def uniform(self, low, high, size=None):
        drawn = self.generator.uniform(low, high, size)
        if size is not None:  # heights of the ground; the last one stands before the first
            return np.append(drawn[-2::-1], drawn[-1])
        self.n_drawn += 1
        # push to the side, push upwards; then two for each firing engine, along it and across
        return -drawn if self.n_drawn == 1 or (self.n_drawn > 2 and self.n_drawn % 2 == 0) else drawn


@pytest.mark.parametrize("seed", range(4))
def test_the_world_is_its_own_mirror_image(notebook, seed):
    """What task 4 takes for granted: the mirrored actions in the mirrored world are the mirrored flight."""
    here, there = (gymnasium.make(hw12.ENVIRONMENT) for _ in range(2))
    for world, generator in ((here, np.random.default_rng(seed)), (there, InTheMirror(seed))):
        world.reset(seed=seed)
        world.unwrapped.np_random = generator
    mirror = notebook["mirror"]
    seen, mirrored = (torch.from_numpy(world.reset()[0]) for world in (here, there))
    torch.testing.assert_close(mirrored, mirror(seen), atol=1e-3, rtol=0)
    for action in np.random.default_rng(seed + 100).integers(4, size=50).tolist():
        (seen, reward, *_), (mirrored, the_same, *_) = here.step(action), there.step([0, 3, 2, 1][action])
        torch.testing.assert_close(torch.from_numpy(mirrored), mirror(torch.from_numpy(seen)), atol=1e-3, rtol=0)
        assert the_same == pytest.approx(reward, abs=0.1)


def test_a_temperature_makes_draws_surer(notebook):
    """0: the likeliest action; 0.5: the odds squared; whatever it is, actions of the shape asked for."""
    act = notebook["act of the notebook"]
    agent, seen = notebook["Agent"](), np.zeros((4000, 8), dtype=np.float32)
    with torch.no_grad():
        agent.actor[-1].weight.zero_()
        agent.actor[-1].bias[:] = torch.tensor([0.1, 0.2, 0.3, 0.4]).log()
    torch.manual_seed(0)
    shares = {t: np.bincount(act(agent, seen, temperature=t), minlength=4) / len(seen) for t in (1.0, 0.5, 0)}
    assert shares[1.0] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.03)
    assert shares[0.5] == pytest.approx(np.array([1, 4, 9, 16]) / 30, abs=0.03)
    assert shares[0].tolist() == [0, 0, 0, 1] and act(agent, seen[0]).shape == ()


def test_agents_take_turns(notebook):
    """Agent k flies every flight whose number leaves k, and no agent is asked about another's."""
    asked = []
    notebook["act"] = lambda agent, observation, temperature: asked.append((agent.name, temperature)) or 0
    agents = [SimpleNamespace(name="first", temperature=1.0), SimpleNamespace(name="second", temperature=0.5)]
    flights = notebook["fly_all"](agents, notebook["splits"].test[:3])
    who = (("first", 1.0), ("second", 0.5), ("first", 1.0))
    turns = [each for each, flight in zip(who, flights, strict=True) for _ in flight.actions]
    assert asked == turns and [flight.seed for flight in flights] == notebook["splits"].test[:3].tolist()


def test_pilots_that_learn_nothing_stay_below_simple():
    """But for the one that does nothing: the starter's agents are no better, and the card says so."""
    splits, reference = hw12.builtin("standard", hw12.SEED)
    coin = np.random.default_rng(0)
    lazy = {f"always {action}": lambda _, action=action: action for action in range(4)}
    for name, policy in {**lazy, "random": lambda _: int(coin.integers(4))}.items():
        score = np.mean([hw12.fly(policy, seed)[1] for seed in splits.test])
        assert CARD.rung_of(score) == ("simple" if name == "always 0" else None), f"{name} gets {score:.0f}"
    assert CARD.rung_of(judge(reference, reference)) == "boss"
