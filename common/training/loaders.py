"""Batches of data that fits in memory, as that of all the homeworks does."""

from collections.abc import Iterator

import torch

from common.errors import HomeworkError

PICKED_BYTES = 2**20  # of a tensor are shuffled at once, if a batch is smaller than that


def batches(*tensors: torch.Tensor, batch_size: int, shuffle: bool = False, drop_last: bool = False) -> "Batches":
    """Cut tensors that fit in memory into batches, without the cost of fetching row by row.

    Arguments:
        tensors: one or more of shape (n, ...), with the same n: `x`, `y`, ... Batches stay on the tensors' device and
            keep their dtype: move small data to the GPU once, and turn uint8 images into floats in `step`.
        batch_size: rows per batch; the last batch has what is left, unless `drop_last`.
        shuffle: a new order at every pass, drawn from torch's global generator (`set_seed` fixes it). Without it the
            batches are views of the tensors, so do not change them in place.

    Returns an object to loop over, as often as you like, with a length: `for x, y in batches(...)`. Each batch is a
    tuple with one tensor of shape (batch_size, ...) per argument, also when there is only one.

    Raises HomeworkError if the lengths differ, or if there would be no batch.
    """
    return Batches(tensors, batch_size, shuffle, drop_last)


class Batches:
    """What `batches` returns."""

    def __init__(self, tensors: tuple[torch.Tensor, ...], batch_size: int, shuffle: bool, drop_last: bool):
        if not tensors:
            raise HomeworkError("batches() needs at least one tensor, as in batches(x, y, batch_size=64).")
        for i, tensor in enumerate(tensors, start=1):
            if not isinstance(tensor, torch.Tensor) or tensor.ndim == 0:
                found = "a single number" if isinstance(tensor, torch.Tensor) else f"a {type(tensor).__name__}"
                raise HomeworkError(
                    f"batches() takes tensors of shape (n, ...), but argument {i} is {found}; see torch.as_tensor()."
                )
        lengths = [len(tensor) for tensor in tensors]
        if len(set(lengths)) > 1:
            listed = ", ".join(map(str, lengths))
            raise HomeworkError(f"batches() needs tensors with the same number of rows, but they have {listed}.")
        if batch_size < 1:
            raise HomeworkError(f"batch_size must be at least 1, but is {batch_size}.")
        if lengths[0] < (batch_size if drop_last else 1):
            raise HomeworkError(
                f"batches() of {lengths[0]} rows with batch_size={batch_size} and drop_last={drop_last} gives no batch."
            )
        self.tensors, self.batch_size, self.shuffle, self.drop_last = tensors, batch_size, shuffle, drop_last

    def __len__(self) -> int:
        full, rest = divmod(len(self.tensors[0]), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        rows = len(self) * self.batch_size if self.drop_last else len(self.tensors[0])
        if not self.shuffle:
            yield from zip(*(tensor[:rows].split(self.batch_size) for tensor in self.tensors), strict=True)
            return
        # The order goes to the device once an epoch, and index_select is much faster than tensor[rows]. Rows of small
        # batches are picked for several batches at once: that costs less than picking them for each by itself.
        order = torch.randperm(len(self.tensors[0]))[:rows]
        row_bytes = max(tensor[0].numel() * tensor.element_size() for tensor in self.tensors)
        at_once = self.batch_size * max(1, PICKED_BYTES // max(1, row_bytes * self.batch_size))
        orders = [order.to(tensor.device).split(at_once) for tensor in self.tensors]
        for picks in zip(*orders, strict=True):
            picked = [tensor.index_select(0, pick) for tensor, pick in zip(self.tensors, picks, strict=True)]
            yield from zip(*(tensor.split(self.batch_size) for tensor in picked), strict=True)
