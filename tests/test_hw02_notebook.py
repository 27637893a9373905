"""Homework 2: what the notebooks define, run tiny and against slower or trusted ways to the same end."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from torch import nn

from common import check
from common.homeworks.hw02 import check as checks
from common.homeworks.hw02 import data as hw02
from common.homeworks.hw02 import show
from common.notebooks import books
from common.submission.card import find_card


@pytest.fixture(scope="module")
def solution():
    namespace = books.definitions(books.paths(find_card("hw02"))[1])
    namespace |= {"n_features": 39, "n_classes": 41, "device": torch.device("cpu"), "context": 2}
    return namespace


@pytest.fixture(scope="module")
def part(solution):
    """A split as the notebook holds it."""
    return solution["resident"](hw02.builtin("smoke", 4)[0].validation)


def test_checks_say_right(solution, capsys):
    assert check.hw02.stack_context(solution["stack_context"])
    assert check.hw02.reverse(solution["reverse"])
    assert capsys.readouterr().out.count("right") == 2


def test_the_stub_is_not_done_yet(capsys):
    starter = books.definitions(books.paths(find_card("hw02"))[0])
    assert not check.hw02.stack_context(starter["stack_context"])
    assert capsys.readouterr().out == "stack_context: not done yet.\n"


def wrap_around(x, rows, first, last, context):  # forgets the ends
    neighbours = rows[:, None] + torch.arange(-context, context + 1)
    return x[neighbours % len(x)].flatten(1)


def other_order(x, rows, first, last, context):
    neighbours = rows[:, None] + torch.arange(context, -context - 1, -1)
    return x[neighbours.clamp(first[:, None], last[:, None])].flatten(1)


def of_the_set(x, rows, first, last, context):  # stops at the ends of the set, not of the utterance
    neighbours = rows[:, None] + torch.arange(-context, context + 1)
    return x[neighbours.clamp(0, len(x) - 1)].flatten(1)


def unflattened(x, rows, first, last, context):
    neighbours = rows[:, None] + torch.arange(-context, context + 1)
    return x[neighbours.clamp(first[:, None], last[:, None])]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (wrap_around, "from the other end of the set"),
        (other_order, "oldest first"),
        (of_the_set, "steps into other utterances"),
        (unflattened, "shape"),
        (lambda *arguments: None, "return"),
        (lambda *arguments: 1 / 0, "ZeroDivisionError"),
        (None, "expected a function"),
    ],
)
def test_checks_say_what_is_wrong(wrong, words, capsys):
    assert not check.hw02.stack_context(wrong)
    text = capsys.readouterr().out
    assert words in text and text.count("\n") == 1


def test_check_of_reverse_says_what_is_wrong(capsys):
    assert not check.hw02.reverse(lambda x, lengths: x.flip(1))
    assert "the padding stays where it is" in capsys.readouterr().out


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 6), st.integers(0, 99))
def test_stack_context_against_a_slow_loop(solution, lengths, context, seed):
    torch.manual_seed(seed)
    starts = torch.tensor([0, *lengths]).cumsum(0)
    x = torch.randn(int(starts[-1]), 3)
    first = starts[:-1].repeat_interleave(torch.tensor(lengths))
    last = (starts[1:] - 1).repeat_interleave(torch.tensor(lengths))
    rows = torch.randint(len(x), (7,))
    arguments = (x, rows, first[rows], last[rows], context)
    assert torch.equal(solution["stack_context"](*arguments), checks._slowly(*arguments))


def test_ends_of_utterances(part):
    assert part.first[0] == 0 and part.last[-1] == part.n - 1
    assert torch.equal(part.first.unique(), part.starts[:-1]) and torch.equal(part.last.unique(), part.starts[1:] - 1)


def test_reading_both_ways_is_a_packed_bidirectional_lstm(solution):
    """At equal weights the two layers of the boss network give what nn.LSTM gives on packed sequences."""
    torch.manual_seed(0)
    net = solution["UtteranceNet"](8, 2, dropout=0.5).eval()
    whole = nn.LSTM(39, 8, num_layers=2, batch_first=True, bidirectional=True)
    for layer in range(2):
        for direction, suffix in ((net.forwards, ""), (net.backwards, "_reverse")):
            for name, parameter in direction[layer].named_parameters():
                getattr(whole, name.replace("_l0", f"_l{layer}{suffix}")).data.copy_(parameter.data)
    x, lengths = torch.randn(3, 11, 39), torch.tensor([11, 4, 7])
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    expected, _ = nn.utils.rnn.pad_packed_sequence(whole(packed)[0], batch_first=True)
    inside = torch.arange(11) < lengths[:, None]
    torch.testing.assert_close(net(x, lengths), net.output(expected[inside]))


def frame_net(solution):
    return solution["FrameNet"](8, 2, batch_norm=True, dropout=0.5, input_dropout=0.2)


@pytest.mark.parametrize("context", [0, 2, 3, None])
def test_batches_hold_every_frame_once(solution, part, context):
    """At every rung an epoch is every frame once, and the network gives one row of scores per frame."""
    solution |= {"context": context}
    if context is None:
        net, train_batches = solution["UtteranceNet"](4, 2, dropout=0.5), solution["UtteranceBatches"](part, True, 3)
        prepare = solution["utterances"]
    else:
        net, train_batches = frame_net(solution), solution["frame_batches"](part, shuffle=True)
        prepare = solution["windows"]
    seen = []
    for batch in train_batches:
        inputs, rows = prepare(part, batch)
        assert net(*inputs).shape == (len(rows), 41)
        seen.append(rows)
    assert torch.equal(torch.cat(seen).sort().values, torch.arange(part.n))


def test_batches_of_utterances_are_resumable(solution, part):
    """All their chance comes from torch's global generator, and every pass is a new order."""
    train_batches = solution["UtteranceBatches"](part, shuffle=True, batch_size=3)
    torch.manual_seed(1)
    passes = [[batch[0].tolist() for batch in train_batches] for _ in range(9)]
    torch.manual_seed(1)
    assert passes[0] == [batch[0].tolist() for batch in train_batches]
    assert any(one != passes[0] for one in passes) and len(passes[0]) == len(train_batches)


def test_padding_does_not_change_the_answer(solution, part):
    """An utterance alone and in a padded batch of others gets the same scores."""
    torch.manual_seed(0)
    net = solution["UtteranceNet"](4, 2, dropout=0.0).eval()
    alone, rows = solution["utterances"](part, (torch.tensor([1]),))
    together, all_rows = solution["utterances"](part, (torch.tensor([0, 1, 2, 3]),))
    mine = torch.isin(all_rows, rows)
    torch.testing.assert_close(net(*together)[mine], net(*alone), atol=1e-5, rtol=1e-4)


def test_runs_and_distances(solution):
    y = np.array([3, 3, 3, 1, 1, 2, 2, 2, 2])
    assert solution["runs"](y) == [(0, 3, 3), (3, 5, 1), (5, 9, 2)]

    class Part(SimpleNamespace):
        def __len__(self):
            return len(self.y)

    part = Part(y=y, ids=("a", "b"), starts=np.array([0, 5, 9]))
    assert solution["distance_to_edge"](part).tolist() == [0, 1, 0, 0, 0, 0, 1, 1, 0]


def test_three_measures(solution):
    """One frame of a rare class is half of its class, a ninth of all frames, and one edit in four phones."""
    part = SimpleNamespace(y=np.array([3, 3, 3, 3, 3, 1, 1, 2, 2]), starts=np.array([0, 5, 9]))
    heard = np.array([3, 3, 3, 3, 3, 1, 2, 2, 2])
    assert solution["macro_accuracy"](part.y, heard) == pytest.approx(np.mean([1, 0.5, 1]))
    assert solution["phone_error_rate"](part, heard) == 0  # a boundary that is off by one costs nothing here
    flicker = np.array([3, 3, 1, 3, 3, 1, 1, 2, 2])
    assert solution["phone_error_rate"](part, flicker) == pytest.approx(2 / 3)


def test_strips_are_red_where_they_are_wrong(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    names = list(show.COLORS)
    truth = np.array([0] * 6 + [4] * 6)
    show.strips({"spoken": truth, "answer": np.where(np.arange(12) == 8, 0, truth)}, names, title="x")
    axes = plt.gca()
    red = [bar for bar in axes.patches if bar.get_facecolor() == to_rgba(show.WRONG)]
    assert [(bar.get_x(), bar.get_width()) for bar in red] == [(8, 1)]
    assert [text.get_text() for text in axes.texts] == [names[0], names[4], names[0]]
    plt.close()
