"""Checks of what the tasks of homework 15 ask for."""

import torch

from common.check import Case, compare

_SUPPORT = (torch.tensor([[1.0, 0.5], [-0.5, 2.0], [0.3, -1.0]]), torch.tensor([0.7, -0.2, 0.4]))
_QUERY = (torch.tensor([[0.2, -0.4], [1.5, 0.1]]), torch.tensor([1.0, -0.6]))


def maml_loss(function, first_order: bool = False) -> bool:
    """Loss and gradient of a tiny model, a straight line with a squared slope, against formulas worked out by hand.

    first_order: check the first-order variant only; otherwise both.
    """

    def loss_and_gradient(params, support, query, steps, inner_lr, first):
        held = {name: value.clone().requires_grad_() for name, value in params.items()}
        loss = function(_loss, held, support, query, steps, inner_lr, first_order=first)
        if loss is None:
            return None  # `compare` has a sentence for it
        if not isinstance(loss, torch.Tensor) or loss.ndim:
            found = f"a tensor {tuple(loss.shape)}" if isinstance(loss, torch.Tensor) else repr(loss)
            raise TypeError(f"the result should be one loss, a tensor without axes, and is {found}")
        if not loss.requires_grad:
            raise ValueError("the result does not depend on `params` any more; was everything detached?")
        gradient = torch.autograd.grad(loss, list(held.values()), allow_unused=True)
        found = {
            f"the gradient of {n!r}": torch.zeros(()) if g is None else g for n, g in zip(held, gradient, strict=True)
        }
        return {"the loss": loss, **found}

    params = {"slope": torch.tensor([0.8, -0.3]), "offset": torch.tensor(0.1)}
    cases = []
    for first in (True, False)[: 1 if first_order else 2]:
        order = "first-order" if first else "second-order"
        for steps, inner_lr in ((1, 0.1), (3, 0.05)):
            expected = _reference(params, steps, inner_lr, first)
            plural = "s" if steps > 1 else ""
            words = f"a tiny model with {steps} inner step{plural} ({order})"
            cases.append(Case((params, _SUPPORT, _QUERY, steps, inner_lr, first), expected, words))
    return compare("maml_loss", loss_and_gradient, cases)


def rotate_classes(function) -> bool:
    """Pictures of three and of one character. In which order the new classes come, and which way they turn, is free."""
    cases = []
    for n_characters in (1, 3):
        images = torch.arange(n_characters * 2 * 3 * 3, dtype=torch.uint8).reshape(n_characters, 2, 3, 3)
        words = f"{n_characters} character{'s' if n_characters > 1 else ''} by two drawers"
        cases.append(Case((images,), _in_order(torch.cat(_turns(images))), words))
    turns = _turns(images)
    wrong = {
        "it gives the turned characters alone: behind those that there are": _in_order(torch.cat(turns[1:])),
        "it mirrors: a quarter of a turn is something else": _in_order(
            torch.cat([images, images.flip(2), images.flip(3), images.flip(2).flip(3)])
        ),
        "it gives more drawings of the same characters: a turned character is a class of its own, so more of axis 0": (
            _in_order(torch.cat(turns, dim=1))
        ),
        "it gives each character four times as it is": _in_order(torch.cat([images] * 4)),
    }

    def ordered(images):
        found = function(images)
        return _in_order(found) if isinstance(found, torch.Tensor) and found.ndim == 4 else found

    return compare("rotate_classes", ordered if callable(function) else function, cases, known=wrong)


def _turns(images: torch.Tensor) -> list[torch.Tensor]:
    """Images (C, D, S, S) turned by none, one, two and three quarters, without `rot90`."""
    turned = [images]
    for _ in range(3):
        turned.append(turned[-1].transpose(2, 3).flip(2))
    return turned


def _in_order(classes: torch.Tensor) -> torch.Tensor:
    """The same classes (K, D, S, S), sorted by what they show."""
    return torch.stack(sorted(classes, key=lambda one: one.flatten().tolist()))


def _loss(params, x, y):
    """Squared error of `x @ slope**2 + offset`: curved in the slope, so that second derivatives matter."""
    return ((x @ params["slope"] ** 2 + params["offset"] - y) ** 2).mean()


def _step(params: dict, inner_lr: float) -> tuple[dict, torch.Tensor]:
    """One inner step on the support set, and its Jacobian (3, 3), both written out."""
    (x, y), slope, offset = _SUPPORT, params["slope"], params["offset"]
    error = x @ slope**2 + offset - y  # (n,)
    inner = torch.cat([2 * slope * x, torch.ones(len(x), 1)], dim=1)  # d error / d params, (n, 3)
    gradient = 2 / len(x) * error @ inner
    curvature = 2 / len(x) * (inner.T @ inner + torch.diag(torch.cat([2 * error @ x, torch.zeros(1)])))
    moved = torch.cat([slope, offset[None]]) - inner_lr * gradient
    return {"slope": moved[:2], "offset": moved[2]}, torch.eye(3) - inner_lr * curvature


def _reference(params: dict, steps: int, inner_lr: float, first_order: bool) -> dict:
    """Query loss after `steps` inner steps, and its gradient by the chain rule."""
    chain = torch.eye(3)
    for _ in range(steps):
        params, jacobian = _step(params, inner_lr)
        chain = chain if first_order else jacobian @ chain
    (x, y), slope = _QUERY, params["slope"]
    error = x @ slope**2 + params["offset"] - y
    at_end = 2 / len(x) * error @ torch.cat([2 * slope * x, torch.ones(len(x), 1)], dim=1)
    gradient = at_end @ chain
    return {
        "the loss": (error**2).mean(),
        "the gradient of 'slope'": gradient[:2],
        "the gradient of 'offset'": gradient[2],
    }
