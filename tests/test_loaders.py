"""`batches`: every row once, in the order that the seed says."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from common import batches
from common.errors import HomeworkError


@settings(deadline=None, max_examples=50)
@given(rows=st.integers(1, 40), batch_size=st.integers(1, 50), shuffle=st.booleans(), drop_last=st.booleans())
def test_every_row_once_and_rows_stay_together(rows, batch_size, shuffle, drop_last):
    x = torch.arange(rows * 3).reshape(rows, 3)
    y = x[:, 0] * 2
    if drop_last and rows < batch_size:
        with pytest.raises(HomeworkError, match="gives no batch"):
            batches(x, y, batch_size=batch_size, drop_last=True)
        return
    loop = batches(x, y, batch_size=batch_size, shuffle=shuffle, drop_last=drop_last)
    got = list(loop)
    assert len(got) == len(loop)
    assert all(len(xs) == len(ys) == batch_size for xs, ys in got[:-1])
    assert all(torch.equal(ys, xs[:, 0] * 2) for xs, ys in got)
    seen = torch.cat([xs for xs, _ in got])
    assert len(seen) == (rows // batch_size * batch_size if drop_last else rows)
    if not shuffle:
        assert torch.equal(seen, x[: len(seen)])
    assert len({tuple(row.tolist()) for row in seen}) == len(seen)


def test_the_order_is_torchs_seed_and_changes_every_epoch():
    x = torch.arange(1000)
    loop = batches(x, batch_size=64, shuffle=True)
    torch.manual_seed(5)
    first, second = (torch.cat([xs for (xs,) in loop]) for _ in range(2))
    assert not torch.equal(first, second) and not torch.equal(first, x)
    torch.manual_seed(5)
    assert torch.equal(torch.cat([xs for (xs,) in loop]), first)
    torch.manual_seed(5)
    assert torch.equal(first, x[torch.randperm(1000)])  # what a loop written by hand would do


def test_dtypes_are_kept_and_one_tensor_comes_as_a_tuple():
    (batch,) = batches(torch.zeros(5, 2, dtype=torch.uint8), batch_size=8, shuffle=True)
    assert isinstance(batch, tuple) and batch[0].dtype == torch.uint8 and batch[0].shape == (5, 2)


def test_shuffled_batches_are_copies():
    x = torch.zeros(4, 2)
    for (xs,) in batches(x, batch_size=2, shuffle=True):
        xs += 1
    assert x.sum() == 0


@pytest.mark.parametrize(
    ("tensors", "options", "message"),
    [
        ((), {}, "at least one tensor"),
        ((torch.zeros(3), torch.zeros(4)), {}, "have 3, 4"),
        ((torch.zeros(3), np.zeros(3)), {}, "argument 2 is a ndarray"),
        ((torch.tensor(1.0),), {}, "argument 1 is a single number"),
        ((torch.zeros(0, 3),), {}, "gives no batch"),
        ((torch.zeros(3),), {"batch_size": 0}, "batch_size must be at least 1, but is 0"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(tensors, options, message):
    with pytest.raises(HomeworkError, match=message) as caught:
        batches(*tensors, **({"batch_size": 2} | options))
    assert "\n" not in str(caught.value)
