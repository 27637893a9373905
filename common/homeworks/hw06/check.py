"""Checks of what the tasks of homework 6 ask for: losses and penalties of GANs, paths and questions of diffusion."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional

from common.check import Case, compare

_REAL, _FAKE = torch.tensor([2.0, -0.5, 0.3, 1.0]), torch.tensor([-1.0, 0.4, -2.0, 0.5])


class _Bowl(torch.nn.Module):
    """D(x) = a |x|^2 / 2 for pictures x, whose gradient is a x."""

    def __init__(self, a: float):
        super().__init__()
        self.a = torch.nn.Parameter(torch.tensor(a))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.a * x.square() / 2).flatten(1).sum(1, keepdim=True)


def _pictures(n: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 3, 4, 4, generator=torch.Generator().manual_seed(seed)) * torch.arange(1, n + 1).view(
        -1, 1, 1, 1
    )


def relativistic_loss(critic: Callable, generator: Callable) -> bool:
    """Both take the scores of real and fake pictures (B,): by how much does one beat the other, picture by picture?"""
    to_critic, to_generator = (functional.softplus(sign * (_REAL - _FAKE)).mean() for sign in (-1, 1))
    means = functional.softplus(_FAKE.mean() - _REAL.mean())
    known = {
        "it is the other player's loss: exchange real and fake": to_generator,
        "it compares the means; compare pictures one by one, then take the mean": means,
    }
    words = "scores of four real and four fake pictures"
    right = compare("critic loss", critic, [Case((_REAL, _FAKE), to_critic, words)], known=known)
    known = {"it is the other player's loss: exchange real and fake": to_critic}
    return compare("generator loss", generator, [Case((_REAL, _FAKE), to_generator, words)], known=known) and right


def zero_centred_penalty(function: Callable) -> bool:
    """`function(critic, x)`: mean over pictures of |gradient|^2 at the pictures x themselves."""

    def asked(x, a):
        return _value_and_slope(function, _Bowl(a), x)

    def answer(norms, a, target=0.0):
        """The mean of (|gradient| - target)^2 for pictures of these norms, where the gradient is a x."""
        slope = 2 * norms * (a * norms - target)
        return {"the penalty": (a * norms - target).square().mean(), "its gradient for the critic": slope.mean()}

    cases = []
    for n, a in ((1, 0.2), (4, 0.1)):
        x = _pictures(n)
        words = f"{n} pictures and a critic whose gradient is {a} x"
        cases.append(Case((x, a), answer(x.flatten(1).norm(dim=1), a), words))
    right = cases[-1].expected
    known = {
        "the norm is taken over the channels alone; a picture's gradient is all of its numbers: flatten(1) first": (
            answer(x.norm(dim=1), a)
        ),
        "the sum over pictures is taken; take their mean": {name: len(x) * value for name, value in right.items()},
        "it is the penalty of WGAN-GP; here the gradient should be 0, not 1": answer(x.flatten(1).norm(dim=1), a, 1.0),
        "it is half of that: the factor 1/2 comes later, with gamma": {name: v / 2 for name, v in right.items()},
        "the value is right, but nothing flows back into the critic; autograd.grad needs create_graph=True": (
            right | {"its gradient for the critic": torch.zeros(())}
        ),
    }
    return compare("zero_centred_penalty", asked, cases, known=known)


def _value_and_slope(function: Callable, critic: _Bowl, x: torch.Tensor) -> dict | None:
    value = function(critic, x)
    if value is None:
        return None  # `compare` has a sentence for it
    if not isinstance(value, torch.Tensor) or value.numel() != 1:
        raise TypeError("the penalty should be one number, a tensor that can be differentiated")
    slope = torch.autograd.grad(value.sum(), critic.a, allow_unused=True)[0] if value.requires_grad else None
    return {"the penalty": value.detach(), "its gradient for the critic": torch.zeros(()) if slope is None else slope}


def follow(function: Callable) -> bool:
    """`function(average, generator, share)`: moves the weights of `average`, and what batch normalisation counted."""

    def asked(share):
        average, generator = _two_networks()
        before = {name: value.clone() for name, value in generator.state_dict().items()}
        function(average, generator, share)
        if any((value != before[name]).any() for name, value in generator.state_dict().items()):
            raise ValueError("it changes the generator, which goes on learning: change the average in place")
        return _state(average)

    def answer(share, statistics=True):
        average, generator = _two_networks()
        old, new = _state(average), _state(generator)
        moved = {name: old[name].lerp(new[name], share) for name in old}
        return {name: moved[name] if statistics or "running" not in name else old[name] for name in old}

    known = {
        "the shares are exchanged: `share` is how far the average goes towards the generator": answer(0.9),
        "running_mean and running_var stay behind; they are no parameters, so go over state_dict()": answer(0.1, False),
        "it is the generator now: go `share` of the way, no further": answer(1.0),
        "it has not moved; change its tensors in place, as with lerp_": answer(0.0),
    }
    cases = [Case((share,), answer(share), f"share {share:g}") for share in (1.0, 0.1)]
    return compare("follow", asked, cases, known=known)


def _two_networks() -> list[torch.nn.Module]:
    networks = [torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)) for _ in range(2)]
    for network, value in zip(networks, (1.0, 3.0), strict=True):
        for k, tensor in enumerate(network.state_dict().values()):
            tensor.copy_(torch.full_like(tensor, value + k))
    return networks


def _state(network: torch.nn.Module) -> dict:
    return {name: value.clone() for name, value in network.state_dict().items() if value.is_floating_point()}


# --- diffusion ------------------------------------------------------------------------------------------------------


def straight_path(function: Callable) -> bool:
    """`function(t)`: the shares of picture and noise at times t (B,), a pair."""
    t = torch.tensor([0.0, 0.2, 0.9, 1.0])
    known = {
        "the shares are exchanged; at t = 0 there is only picture, and its share comes first": (t, 1 - t),
        "the squares of the shares add up to one; on a straight line the shares themselves do": (
            (1 - t).sqrt(),
            t.sqrt(),
        ),
    }
    cases = [Case((t[:1],), (1 - t[:1], t[:1]), "t = 0"), Case((t,), (1 - t, t), "t = 0, 0.2, 0.9 and 1")]
    return compare("straight_path", function, cases, known=known)


def direction(function: Callable) -> bool:
    """`function(x, noise)` for pictures and noise (B, 3, S, S)."""
    x, noise = _pictures(3), _pictures(3, seed=1)
    known = {
        "it is the wrong way round: from the picture to the noise it is noise - x": x - noise,
        "it is the noise itself": noise,
        "it is the picture itself": x,
    }
    return compare("direction", function, [Case((x, noise), noise - x, "three pictures")], known=known)


def picture_of_direction(function: Callable) -> bool:
    """`function(found, x, a, s)` for x = a picture + s noise and found = noise - picture, all (B, 3, S, S)."""
    picture, noise = _pictures(3), _pictures(3, seed=1)

    def mixed(a, s):
        return noise - picture, a * picture + s * noise, torch.tensor(a), torch.tensor(s)

    cases = [
        Case(mixed(0.0, 1.0), picture, "noise alone, a = 0 and s = 1"),
        Case(mixed(0.7, 0.3), picture, "a = 0.7 and s = 0.3"),
        Case(mixed(0.6, 0.8), picture, "a = 0.6 and s = 0.8"),
    ]
    found, x, a, s = cases[-1].args
    known = {
        "the picture is still multiplied by a + s: divide by it": x - s * found,
        "it is right where a + s = 1 alone; in general both shares count": x - s * found / (a + s),
        "it is what would be right if the network were asked for the noise": (x - s * found) / a,
        "the direction has the wrong sign: x = (a + s) picture + s found": (x + s * found) / (a + s),
        "it is the noise, not the picture": noise,
    }
    return compare("picture_of_direction", function, cases, known=known)


def middle_times(function: Callable) -> bool:
    """`function(n)`: n random times, sigmoids of standard normal numbers."""

    def asked(n):
        t = function(n)
        if not isinstance(t, torch.Tensor):
            return t
        if t.shape != (n,):
            raise ValueError(f"expected the shape ({n},), found {tuple(t.shape)}")
        share = {"inside of 0 and 1": float(((t >= 0) & (t <= 1)).float().mean())}
        return share | {f"below {edge}": float((t < edge).float().mean()) for edge in (0.25, 0.5, 0.75)}

    def expected(cdf):
        return {"inside of 0 and 1": 1.0} | {f"below {edge}": cdf(edge) for edge in (0.25, 0.5, 0.75)}

    def normal(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    right = expected(lambda t: normal(math.log(t / (1 - t))))
    known = {
        "the times are spread evenly; most should lie in the middle": expected(lambda t: t),
        "these are normal numbers, many of them outside of 0 and 1; the sigmoid is missing": expected(normal)
        | {"inside of 0 and 1": normal(1) - 0.5},
        "a sigmoid of even numbers never comes below 0.5; it takes normal ones": expected(
            lambda t: 0.0 if t <= 0.5 else math.log(t / (1 - t))
        )
        | {"below 0.75": 1.0},
    }
    return compare("middle_times", asked, [Case((20_000,), right, "20,000 of them")], tolerance=0.02, known=known)
