"""Checks of homework 2."""

import torch

from common.check import Case, compare


def stack_context(function) -> bool:
    """Check `stack_context(x, rows, first, last, context) -> (B, (2 * context + 1) * F)`."""
    x = torch.arange(14.0).reshape(7, 2)  # seven frames of two numbers: 0 1, 2 3, ... 12 13
    generator = torch.Generator().manual_seed(2)
    long = torch.randn(300, 39, generator=generator)
    starts = torch.tensor([0, 5, 6, 150, 300])
    rows = torch.randperm(300, generator=generator)[:64]
    which = torch.bucketize(rows, starts, right=True) - 1
    cases = [
        _case(x, [3], [0], [6], 1, "one frame in the middle, context 1 (its neighbours in order of time)"),
        _case(x, [2, 4], [0, 0], [6, 6], 2, "two frames in the middle, context 2"),
        _case(x, [4, 1, 4], [0, 0, 0], [6, 6, 6], 0, "context 0 (the frames themselves, in the order asked for)"),
        _case(x, [0, 6], [0, 0], [6, 6], 2, "the first and the last frame of an utterance (they are repeated)"),
        _case(x, [2, 3], [0, 3], [2, 6], 1, "two frames side by side, but of two utterances"),
        Case(
            (long, rows, starts[which], starts[which + 1] - 1, 5),
            _slowly(long, rows, starts[which], starts[which + 1] - 1, 5),
            "64 shuffled frames of four utterances, context 5",
        ),
    ]
    ends = starts[which], starts[which + 1] - 1
    window = rows[:, None] + torch.arange(-5, 6)
    inside = window.clamp(ends[0][:, None], ends[1][:, None])
    wrong = {
        "it gives the newest frame first: oldest first": long[inside.flip(1)].flatten(1),
        "it steps into other utterances: repeat the first or the last frame of the row's own": (
            long[window.clamp(0, len(long) - 1)].flatten(1)
        ),
        "it takes frames from the other end of the set: repeat the utterance's first or last frame": (
            long[window % len(long)].flatten(1)
        ),
        "it sorts by feature, then by time: all 39 numbers of a frame stay together": (
            long[inside].transpose(1, 2).flatten(1)
        ),
    }
    return compare("stack_context", function, cases, known=wrong)


def reverse(function) -> bool:
    """Check `reverse(x, lengths) -> (B, T, F)`."""
    x = torch.arange(12.0).reshape(2, 3, 2)
    longer = torch.randn(4, 9, 5, generator=torch.Generator().manual_seed(2))
    cases = [
        Case((x, torch.tensor([3, 3])), _reversed(x, [3, 3]), "two utterances of equal length"),
        Case((x, torch.tensor([3, 2])), _reversed(x, [3, 2]), "lengths 3 and 2 (the padding stays where it is)"),
        Case((longer, torch.tensor([9, 1, 4, 8])), _reversed(longer, [9, 1, 4, 8]), "lengths 9, 1, 4 and 8"),
    ]
    wrong = {
        "it turns the padding to the front: each utterance within its own length, the padding stays where it is": (
            longer.flip(1)
        ),
        "it turns the features around: turn the frames": longer.flip(2),
        "it changes the order of the utterances: turn the frames within each": longer.flip(0),
    }
    return compare("reverse", function, cases, known=wrong)


def _case(x, rows, first, last, context, words) -> Case:
    rows, first, last = torch.tensor(rows), torch.tensor(first), torch.tensor(last)
    return Case((x, rows, first, last, context), _slowly(x, rows, first, last, context), words)


def _slowly(x, rows, first, last, context) -> torch.Tensor:
    """The right answer, frame by frame and neighbour by neighbour."""
    stacked = []
    for row, low, high in zip(rows.tolist(), first.tolist(), last.tolist(), strict=True):
        window = [x[min(max(row + k, low), high)] for k in range(-context, context + 1)]
        stacked.append(torch.cat(window))
    return torch.stack(stacked)


def _reversed(x, lengths) -> torch.Tensor:
    return torch.stack([torch.cat([one[:n].flip(0), one[n:]]) for one, n in zip(x, lengths, strict=True)])
