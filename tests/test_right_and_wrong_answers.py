"""Checks of homeworks 1, 2 and 12 accept what is right, however it is written, and name the mistakes that one makes."""

from functools import partial

import pytest
import torch
from sklearn.preprocessing import StandardScaler
from torch.distributions import Categorical

from common import check
from common.check import hw01, hw02, hw12


def _spread(x_known):
    deviation = x_known.std(dim=0)
    return torch.where(deviation > 0, deviation, 1.0)


def _loop_over_columns(x_known, x):
    found = torch.empty_like(x)
    for k in range(x.shape[1]):
        column = x_known[:, k]
        found[:, k] = (x[:, k] - column.mean()) / (column.std() if column.std() > 0 else 1.0)
    return found


def _stacked_by_shifts(x, rows, first, last, context):
    shifts = range(-context, context + 1)
    return torch.cat([x[torch.minimum(torch.maximum(rows + k, first), last)] for k in shifts], dim=1)


def _stacked_by_unfolding(x, rows, first, last, context):
    stacked = []
    for row, low, high in zip(rows.tolist(), first.tolist(), last.tolist(), strict=True):
        own = x[low : high + 1]
        padded = torch.cat([own[:1].expand(context, -1), own, own[-1:].expand(context, -1)])
        stacked.append(padded.unfold(0, 2 * context + 1, 1)[row - low].T.flatten())
    return torch.stack(stacked)


def _stacked_row_by_row(x, rows, first, last, context):
    return torch.stack([
        torch.cat([x[min(max(int(r) + k, int(a)), int(b))] for k in range(-context, context + 1)])
        for r, a, b in zip(rows, first, last, strict=True)
    ])  # fmt: skip


def _reversed_in_place(x, lengths):
    found = x.clone()
    for one, n in zip(found, lengths.tolist(), strict=True):
        one[:n] = one[:n].flip(0)
    return found


def _reversed_by_rolling(x, lengths):
    flipped = x.flip(1)
    rolled = torch.stack([one.roll(int(n), 0) for one, n in zip(flipped, lengths, strict=True)])
    padding = torch.arange(x.shape[1]) >= lengths[:, None]
    return torch.where(padding[..., None], x, rolled)


def _reversed_by_cutting(x, lengths):
    return torch.stack([torch.cat([one[:n].flip(0), one[n:]]) for one, n in zip(x, lengths.tolist(), strict=True)])


def _returns_by_matrix(rewards, ended, gamma):
    """A triangle of discounts for each environment, cut where an episode ends."""
    steps = len(rewards)
    weights = torch.zeros(rewards.shape[1], steps, steps)
    for n in range(rewards.shape[1]):
        for t in range(steps):
            for k in range(t, steps):
                weights[n, t, k] = gamma ** (k - t)
                if ended[k, n]:
                    break
    return torch.einsum("ntk,kn->tn", weights, rewards)


def _returns_backwards(rewards, ended, gamma):
    found = rewards.clone()
    for t in range(len(rewards) - 2, -1, -1):
        found[t] += torch.where(ended[t], 0.0, gamma * found[t + 1])
    return found


def _returns_by_episodes(rewards, ended, gamma):
    found = torch.zeros_like(rewards)
    for n in range(rewards.shape[1]):
        total = 0.0
        for t in reversed(range(len(rewards))):
            total = float(rewards[t, n]) + (0.0 if ended[t, n] else gamma * total)
            found[t, n] = total
    return found


def _gae_from(returns):
    def gae(rewards, values, terminated, ended, gamma, lam):
        surprises = rewards + gamma * torch.where(terminated, 0.0, values[1:]) - values[:-1]
        return returns(surprises, ended, gamma * lam)

    return gae


_right_gae = _gae_from(_returns_backwards)


def _ppo_by_cases(new, old, advantages, clip):
    ratio = (new - old).exp()
    capped = torch.where(advantages > 0, ratio.clamp(max=1 + clip), ratio.clamp(min=1 - clip))
    return -(capped * advantages).mean()


def _ppo_as_a_maximum(new, old, advantages, clip):
    ratio = torch.exp(new) / torch.exp(old)
    return torch.max(-advantages * ratio, -advantages * torch.clamp(ratio, 1 - clip, 1 + clip)).mean()


def _ppo_stacked(new, old, advantages, clip):
    ratio = (new - old).exp()
    return -torch.stack([ratio * advantages, ratio.clip(1 - clip, 1 + clip) * advantages]).amin(dim=0).mean()


def _mirror_by_columns(seen):
    x, y, fast, down, angle, spin, left, right = seen.unbind(dim=-1)
    return torch.stack([-x, y, -fast, down, -angle, -spin, right, left], dim=-1)


def _mirror_by_matrix(seen):
    swap = torch.diag(torch.tensor([-1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 0.0, 0.0]))
    swap[6, 7] = swap[7, 6] = 1
    return seen @ swap


def _mirror_in_a_copy(seen):
    found = seen.clone()
    found[..., [0, 2, 4, 5]] *= -1
    found[..., 6], found[..., 7] = seen[..., 7], seen[..., 6]
    return found


class _Pilot(torch.nn.Module):
    """An agent that is told how to join what its networks say here and in the mirror."""

    def __init__(self, policy=None, value=None):
        super().__init__()
        self.actor, self.critic = torch.nn.Linear(8, 4), torch.nn.Linear(8, 1)
        self.join_policy, self.join_value = policy or _mean_of_logits, value or (lambda here, there: (here + there) / 2)

    def policy(self, seen):
        return self.join_policy(self.actor(seen), self.actor(_mirror_by_columns(seen)))

    def value(self, seen):
        return self.join_value(self.critic(seen), self.critic(_mirror_by_columns(seen))).squeeze(-1)


def _mean_of_logits(here, there):
    return Categorical(logits=(here + there[..., [0, 3, 2, 1]]) / 2)


def _mean_of_odds(here, there):
    return Categorical(probs=(here.softmax(-1) + there.softmax(-1)[..., [0, 3, 2, 1]]) / 2)


class _Folded(_Pilot):
    """It flies the mirrored world wherever x is negative."""

    def policy(self, seen):
        left = seen[..., :1] < 0
        logits = self.actor(torch.where(left, _mirror_by_columns(seen), seen))
        return Categorical(logits=torch.where(left, logits[..., [0, 3, 2, 1]], logits))

    def value(self, seen):
        return self.critic(torch.where(seen[..., :1] < 0, _mirror_by_columns(seen), seen)).squeeze(-1)


class _Third(_Pilot):
    def __init__(self):
        super().__init__()
        self.more = torch.nn.Linear(8, 4)


class _Careless(_Pilot):
    def value(self, seen):
        found = super().value(seen)
        seen[..., 0] *= -1
        return found


class _Untold(_Pilot):
    def policy(self, seen):
        raise NotImplementedError


RIGHT = {
    hw01.standardise: [
        _loop_over_columns,
        lambda known, x: (x - known.mean(dim=0, keepdim=True)) / _spread(known),
        lambda known, x: torch.from_numpy(StandardScaler().fit(known.numpy()).transform(x.numpy())),
    ],
    hw02.stack_context: [_stacked_by_shifts, _stacked_by_unfolding, _stacked_row_by_row],
    hw02.reverse: [_reversed_in_place, _reversed_by_rolling, _reversed_by_cutting],
    hw12.returns_to_go: [_returns_by_matrix, _returns_backwards, _returns_by_episodes],
    hw12.gae: [_gae_from(_returns_by_matrix), _gae_from(_returns_backwards), _gae_from(_returns_by_episodes)],
    hw12.ppo_loss: [_ppo_by_cases, _ppo_as_a_maximum, _ppo_stacked],
    hw12.mirror: [_mirror_by_columns, _mirror_by_matrix, _mirror_in_a_copy],
    hw12.mirror_agent: [_Pilot, partial(_Pilot, policy=_mean_of_odds), _Folded],
}


def _without_end(returns):
    return lambda rewards, ended, gamma: returns(rewards, torch.zeros_like(ended), gamma)


def _from_the_beginning(rewards, ended, gamma):
    found, total = torch.zeros_like(rewards), torch.zeros(rewards.shape[1])
    for t in range(len(rewards)):
        before = ended[t - 1] if t else torch.ones_like(ended[0])
        total = rewards[t] + gamma * torch.where(before, 0.0, total)
        found[t] = total
    return found


def _turned(seen, *columns):
    found = seen.clone()
    found[..., list(columns)] *= -1
    return found


def _ratio(new, old):
    return (new - old).exp()


WRONG = {
    hw01.standardise: {
        "those of x_known": lambda known, x: (x - x.mean(dim=0)) / _spread(x),
        "take its root": lambda known, x: (x - known.mean(dim=0)) / _spread(known) ** 2,
        "does not shift": lambda known, x: x / _spread(known),
        "does not scale": lambda known, x: x - known.mean(dim=0),
        "NaN or infinite": lambda known, x: (x - known.mean(dim=0)) / known.std(dim=0),
    },
    hw02.reverse: {
        "the padding to the front": lambda x, lengths: x.flip(1),
        "turns the features": lambda x, lengths: x.flip(2),
        "the order of the utterances": lambda x, lengths: x.flip(0),
    },
    hw12.returns_to_go: {
        "into the one before": _without_end(_returns_backwards),
        "from the beginning": _from_the_beginning,
        "the step's own reward out": lambda r, ended, gamma: _returns_backwards(r, ended, gamma) - r,
        "does not discount": lambda r, ended, gamma: _returns_backwards(r, ended, 1.0),
    },
    hw12.gae: {
        "after a crash": lambda r, v, done, ended, g, lam: _right_gae(r, v, done & ~done, ended, g, lam),
        "after the clock": lambda r, v, done, ended, g, lam: _right_gae(r, v, ended, ended, g, lam),
        "surprises flow": lambda r, v, done, ended, g, lam: _gae_from(_without_end(_returns_backwards))(
            r, v, done, ended, g, lam
        ),
        "what exceeds V": lambda r, v, done, ended, g, lam: _right_gae(r, v, done, ended, g, lam) + v[:-1],
    },
    hw12.ppo_loss: {
        "it has no clip": lambda new, old, a, clip: -(_ratio(new, old) * a).mean(),
        "it only clips": lambda new, old, a, clip: -(_ratio(new, old).clamp(1 - clip, 1 + clip) * a).mean(),
        "the larger of both": lambda new, old, a, clip: (
            -torch.maximum(_ratio(new, old) * a, _ratio(new, old).clamp(1 - clip, 1 + clip) * a).mean()
        ),
        "it gives the gain": lambda new, old, a, clip: -_ppo_stacked(new, old, a, clip),
        "old to new": lambda new, old, a, clip: _ppo_stacked(old, new, a, clip),
    },
    hw12.mirror: {
        "the legs are not swapped": lambda seen: torch.cat([_mirror_by_columns(seen)[..., :6], seen[..., 6:]], dim=-1),
        "speed x keeps its sign": lambda seen: _turned(_mirror_by_columns(seen), 2),
        "angle and spin keep": lambda seen: _turned(_mirror_by_columns(seen), 4, 5),
        "the angle keeps its sign": lambda seen: _turned(_mirror_by_columns(seen), 4),
        "spin keeps its sign": lambda seen: _turned(_mirror_by_columns(seen), 5),
        "a mirror at the side": lambda seen: _turned(_mirror_by_columns(seen), 1, 3),
        "a mirror on the ground": lambda seen: _turned(seen, 1, 3)[..., [0, 1, 2, 3, 4, 5, 7, 6]],
        "only the legs": lambda seen: seen[..., [0, 1, 2, 3, 4, 5, 7, 6]],
        "a `return` is missing": lambda seen: None,
        "x keeps its sign": lambda seen: _turned(_mirror_by_columns(seen), 0),
        "work on a copy": lambda seen: seen.mul_(torch.tensor([-1.0, 1, -1, 1, -1, -1, 1, 1])),
    },
    hw12.mirror_agent: {
        "the engines are not swapped": partial(_Pilot, policy=lambda here, there: Categorical(logits=here + there)),
        "the policy differs": partial(_Pilot, policy=lambda here, there: Categorical(logits=here)),
        "the value differs": partial(_Pilot, value=lambda here, there: here),
        "the value changes its sign": partial(_Pilot, value=lambda here, there: here - there),
        "the same whatever": partial(_Pilot, policy=lambda here, there: _mean_of_logits(here * 0, there * 0)),
        "the gradient is cut off": partial(_Pilot, value=lambda here, there: (here + there).detach()),
        "expected probs of shape": partial(_Pilot, value=lambda here, there: (here + there)[:8]),
        "not done yet": _Untold,
        "it stops with": lambda: 3,
        "expected the class": _Pilot(),
        "expected a Categorical": partial(_Pilot, policy=lambda here, there: here + there[..., [0, 3, 2, 1]]),
        "weights outside": _Third,
        "work on a copy": _Careless,
    },
}


def _each(answers):
    return [
        pytest.param(ask, answer, id=f"{ask.__module__[-10:-6]}-{ask.__name__}-{k}")
        for ask, some in answers.items()
        for k, answer in enumerate(some.items() if isinstance(some, dict) else some)
    ]


@pytest.mark.parametrize(("ask", "answer"), _each(RIGHT))
def test_what_is_right_is_accepted_however_it_is_written(ask, answer, capsys):
    assert ask(answer), capsys.readouterr().out


@pytest.mark.parametrize(("ask", "answer"), _each(WRONG))
def test_what_is_wrong_is_named(ask, answer, capsys):
    says, function = answer
    assert not ask(function)
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1, out


def test_at_least_three_of_each():
    assert all(len(forms) >= 3 for answers in (RIGHT, WRONG) for forms in answers.values())
    assert check.hw01.standardise is hw01.standardise
