"""Homework 4: the checks, and the methods taken from both notebooks, against the plainest way to write them."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from common import check
from common.notebooks import books
from common.submission.card import find_card


def _convolution(x, inside, weight):
    x = x * inside[..., None]
    return F.conv1d(x.mT, weight, padding="same", groups=x.shape[2]).mT * inside[..., None]


def _by_utterance(x, inside, weight):
    out = torch.zeros_like(x)
    for b, n in enumerate(inside.sum(1)):
        out[b, :n] = F.conv1d(x[b : b + 1, :n].mT, weight, padding="same", groups=x.shape[2])[0].T
    return out


def _statistics(h, scores, inside):
    w = scores.masked_fill(~inside, -torch.inf).softmax(1)
    mean = torch.einsum("bt,btd->bd", w, h)
    return torch.cat([mean, (torch.einsum("bt,btd->bd", w, h**2) - mean**2).clamp(min=1e-6).sqrt()], 1)


def _weights_by_hand(h, scores, inside):
    w = torch.exp(scores - scores.max()) * inside
    w = (w / w.sum(1, keepdim=True))[..., None]
    mean = (w * h).sum(1)
    return torch.cat([mean, ((w * (h - mean[:, None]) ** 2).sum(1) + 1e-8).sqrt()], 1)


def _margin(cosines, y, margin, scale):
    cosines = cosines.clone()
    cosines[torch.arange(len(y)), y] -= margin
    return F.cross_entropy(scale * cosines, y)


def _margin_from_the_paper(cosines, y, margin, scale):
    own = cosines.gather(1, y[:, None])
    others = torch.exp(scale * cosines).sum(1) - torch.exp(scale * own)[:, 0]
    own = torch.exp(scale * (own[:, 0] - margin))
    return -(own / (own + others)).log().mean()


RIGHT = {
    "masked_convolution": [_convolution, _by_utterance],
    "attentive_statistics": [_statistics, _weights_by_hand],
    "am_softmax": [_margin, _margin_from_the_paper],
}
WRONG = {
    "masked_convolution": [
        (lambda x, i, w: F.conv1d(x.mT, w, padding="same", groups=x.shape[2]).mT, "leaks in, and"),
        (lambda x, i, w: F.conv1d(x.mT, w, padding="same", groups=x.shape[2]).mT * i[..., None], "the padding leaks"),
        (lambda x, i, w: F.conv1d((x * i[..., None]).mT, w, padding="same", groups=x.shape[2]).mT, "is not zero"),
        (lambda x, i, w: _convolution(x, i, w.flip(2)), "expected"),
        (lambda x, i, w: _convolution(x, i, w).mT, "expected the shape"),
    ],
    "attentive_statistics": [
        (lambda h, s, i: _statistics(h, s, torch.ones_like(i)), "padding takes part"),
        (
            lambda h, s, i: torch.cat([_statistics(h, s, i)[:, :4], _statistics(h, s, i)[:, 4:] ** 2], 1),
            "take its root",
        ),
        (lambda h, s, i: _statistics(h, s, i).roll(4, 1), "deviations come first"),
        (lambda h, s, i: _statistics(h, s, i)[:, :4], "expected the shape"),
        (lambda h, s, i: _statistics(h, s.masked_fill(~i, 0), torch.ones_like(i)), "expected"),
    ],
    "am_softmax": [
        (lambda c, y, m, s: _margin(c, y, -m, s), "margin helps"),
        (lambda c, y, m, s: F.cross_entropy(s * (c - m), y), "every class"),
        (lambda c, y, m, s: _margin(s * c, y, m, 1), "not scaled"),
        (lambda c, y, m, s: _margin(c, y, m, 1), "scale is missing"),
        (lambda c, y, m, s: len(y) * _margin(c, y, m, s), "expected"),
    ],
}


def _undone(*args):
    raise NotImplementedError


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, forms in RIGHT.items() for form in forms])
def test_a_check_accepts_every_right_form(name, form, capsys):
    verdict = getattr(check.hw04, name)(form)
    assert verdict, capsys.readouterr().out


@pytest.mark.parametrize(("name", "form", "says"), [(n, *pair) for n, pairs in WRONG.items() for pair in pairs])
def test_a_check_names_the_mistake(name, form, says, capsys):
    assert not getattr(check.hw04, name)(form)
    out = capsys.readouterr().out
    assert says in out and out.count("\n") == 1, out


@pytest.mark.parametrize("name", list(RIGHT))
def test_a_check_never_raises(name, capsys):
    assert not getattr(check.hw04, name)(_undone)
    assert capsys.readouterr().out == f"{name}: not done yet.\n"
    for other in (None, 3, lambda *args: None, lambda *args: "no", lambda: 1):
        assert not getattr(check.hw04, name)(other)


# --- the notebooks --------------------------------------------------------------------------------------------------


def _book(which: int) -> dict:
    found = books.definitions(books.paths(find_card("hw04"))[which])
    found.update(device="cpu", n_mels=40, speakers=tuple("abcdef"), RUNG="boss")
    return found


@pytest.fixture(scope="module")
def solution():
    return _book(1)


@pytest.fixture(scope="module")
def starter():
    return _book(0)


@pytest.fixture(scope="module")
def part(solution):
    """Utterances of 31, 1200, 2 and 80 frames."""
    lengths = [31, 1200, 2, 80]
    x = np.random.default_rng(4).normal(0, 3, (sum(lengths), 40)).astype(np.float32)
    starts = np.cumsum([0, *lengths])
    made = SimpleNamespace(x=x, starts=starts, y=np.array([0, 1, 2, 3]))
    return solution["resident"](type("Part", (), {**vars(made), "__len__": lambda self: 4})())


def _networks(solution, starter):
    conformer = partial(solution["Net"], block=solution["ConformerBlock"])
    yield "starter", starter["Net"]
    yield "simple", partial(solution["Net"], stacked=False)
    yield "medium", solution["Net"]
    yield "strong and boss", partial(solution["Net"], block=solution["Sandwich"])
    yield "question 2", conformer
    yield "question 4", partial(conformer, attentive=True)
    yield "question 5", partial(solution["CosineNet"], block=solution["Sandwich"])


def test_padding_changes_nothing(solution, starter, part):
    """An utterance alone and beside longer ones, in eval and in train mode (without dropout), at every rung.

    The longest is six times as long as a training crop: there is no table to run out of.
    """
    padded = solution["padded"]
    for name, make in _networks(solution, starter):
        torch.manual_seed(1)
        model = make()
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        for training in (False, True):
            model.train(training)
            with torch.no_grad():
                together = model(*padded(part, torch.arange(4)))
                for u in range(4):
                    alone = model(*padded(part, torch.tensor([u])))
                    assert torch.allclose(alone[0], together[u], atol=2e-5), (name, training, u)
                    assert torch.isfinite(alone).all()


def test_what_stands_in_the_padding_does_not_matter(solution, starter, part):
    x, inside = solution["padded"](part, torch.arange(4))
    other = torch.where(inside[..., None], x, 1e3)
    for name, make in _networks(solution, starter):
        model = make().eval()
        with torch.no_grad():
            assert torch.allclose(model(x, inside), model(other, inside), atol=2e-5), name


def test_crops_lie_inside_their_utterance(solution, part):
    torch.manual_seed(2)
    crops = solution["crops"](part, torch.tensor([0, 1, 2, 3]), 64)
    for u, crop in enumerate(crops):
        mine = part.x[part.starts[u] : part.starts[u] + part.lengths[u]]
        first = int((mine == crop[0]).all(1).nonzero()[0])
        assert first == 0 or len(mine) > 64
        assert torch.equal(crop, mine[(first + torch.arange(64)) % len(mine)])


def test_frames_are_not_copied(solution, part):
    x = np.zeros((10, 40), np.float32)
    made = type("Part", (), {"x": x, "starts": np.array([0, 10]), "y": None, "__len__": lambda self: 1})()
    assert solution["resident"](made).x.data_ptr() == x.ctypes.data


def test_whole_utterances_come_back_in_order(solution, part):
    solution["padded"](part, torch.arange(4))
    means = solution["over"](part, lambda x, inside: (x * inside[..., None]).sum(1) / inside.sum(1, keepdim=True))
    for u in range(4):
        mine = part.x[part.starts[u] : part.starts[u] + part.lengths[u]]
        assert torch.allclose(means[u], mine.mean(0), atol=1e-4)
    cut = solution["over"](part, lambda x, inside: inside.sum(1, keepdim=True), longest=50)
    assert cut[:, 0].tolist() == [31, 50, 2, 50]


def test_a_microphone_is_taken_away(solution, part):
    x, inside = solution["padded"](part, torch.arange(4))
    channel = torch.linspace(-4, 4, 40)
    assert torch.allclose(solution["centred"](x, inside), solution["centred"](x + channel, inside), atol=1e-4)


def _encoder_layer(block, d, heads):
    """torch's own layer with the same weights."""
    theirs = nn.TransformerEncoderLayer(d, heads, 2 * d, 0.0, F.silu, batch_first=True, norm_first=True)
    norm, first, _, second, _ = block.think
    pairs = [
        (theirs.self_attn.out_proj, block.attention.out),
        (theirs.norm1, block.norm),
        (theirs.norm2, norm),
        (theirs.linear1, first),
        (theirs.linear2, second),
    ]
    for own, other in pairs:
        own.load_state_dict(other.state_dict())
    theirs.self_attn.in_proj_weight.data = block.attention.qkv.weight.data
    theirs.self_attn.in_proj_bias.data = block.attention.qkv.bias.data
    return theirs.train()  # in eval it takes a fast path of its own


def test_a_block_is_torchs_encoder_layer(starter):
    torch.manual_seed(3)
    block = starter["Block"](16, 4).eval()
    x, inside = torch.randn(3, 12, 16), torch.arange(12) < torch.tensor([[12], [5], [9]])
    found, expected = block(x, inside), _encoder_layer(block, 16, 4)(x, src_key_padding_mask=~inside)
    assert torch.allclose(found[inside], expected[inside], atol=1e-5)


def _multihead_attention(own):
    """torch's own attention with the same weights."""
    theirs = nn.MultiheadAttention(own.out.in_features, own.heads, batch_first=True)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = own.qkv.weight.data, own.qkv.bias.data
    theirs.out_proj.load_state_dict(own.out.state_dict())
    return theirs


def test_attention_weights_are_those_of_torch(starter):
    torch.manual_seed(3)
    own = starter["SelfAttention"](16, 4)
    theirs = _multihead_attention(own)
    x, inside = torch.randn(2, 7, 16), torch.arange(7) < torch.tensor([[7], [4]])
    expected, weights = theirs(x, x, x, key_padding_mask=~inside, average_attn_weights=False)
    assert torch.allclose(own.weights(x, inside), weights, atol=1e-6)
    assert torch.allclose(own(x, inside), expected, atol=1e-5)


def test_the_convolution_module_against_torchs_layers(solution):
    torch.manual_seed(3)
    own = solution["Convolution"](8, 5).eval()
    depthwise = nn.Conv1d(8, 8, 5, padding=2, groups=8, bias=False)
    depthwise.weight.data = own.weight.data
    x = torch.randn(2, 9, 8)
    expected = own.mix(depthwise(own.gate(x).mT).mT)
    assert torch.allclose(own(x, torch.ones(2, 9, dtype=torch.bool)), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["Sandwich", "ConformerBlock"])
def test_a_conformer_block_is_made_of_torchs_modules(solution, name):
    """In the order of Gulati et al. 2020: each utterance alone, without a mask, is what a padded batch gives."""
    torch.manual_seed(3)
    own, lengths = solution[name](16, 4).eval(), torch.tensor([12, 5, 9])
    attention = _multihead_attention(own.attention)
    x, inside = torch.randn(3, 12, 16), torch.arange(12) < lengths[:, None]
    together = own(x, inside)
    for row, n in enumerate(lengths.tolist()):
        h = x[row : row + 1, :n]
        h = h + 0.5 * own.before(h)
        normed = own.norm(h)
        h = h + attention(normed, normed, normed)[0]
        if name == "ConformerBlock":
            depthwise = nn.Conv1d(16, 16, 7, padding="same", groups=16, bias=False)
            depthwise.weight.data = own.convolution.weight.data
            h = h + own.convolution.mix(depthwise(own.convolution.gate(h).mT).mT)
        h = F.layer_norm(h + 0.5 * own.think(h), (16,), own.after.weight, own.after.bias)
        assert torch.allclose(together[row, :n], h[0], atol=1e-5)


def test_the_margin_against_a_loop(solution):
    torch.manual_seed(3)
    cosines, y = 2 * torch.rand(7, 5) - 1, torch.tensor([0, 4, 2, 2, 1, 3, 0])
    losses = []
    for row, right in zip(cosines.tolist(), y.tolist(), strict=True):
        logits = [20 * (cosine - 0.2 if k == right else cosine) for k, cosine in enumerate(row)]
        losses.append(math.log(sum(map(math.exp, logits))) - logits[right])
    assert solution["am_softmax"](cosines, y, margin=0.2, scale=20).item() == pytest.approx(np.mean(losses), rel=1e-5)


def test_statistics_against_a_loop(solution):
    torch.manual_seed(3)
    h, scores, lengths = torch.randn(3, 6, 4), torch.randn(3, 6), [6, 1, 4]
    found = solution["attentive_statistics"](h, scores, torch.arange(6) < torch.tensor(lengths)[:, None])
    for row, n in enumerate(lengths):
        shares = np.exp(scores[row, :n].double().numpy())
        shares /= shares.sum()
        values = h[row, :n].double().numpy()
        mean = sum(share * value for share, value in zip(shares, values, strict=True))
        variance = sum(share * (value - mean) ** 2 for share, value in zip(shares, values, strict=True))
        expected = np.concatenate([mean, np.sqrt(np.maximum(variance, 1e-6))])
        np.testing.assert_allclose(found[row].numpy(), expected, atol=1e-5)


def test_only_a_convolution_hears_the_order(solution, part):
    """Shuffled fours of frames: attention answers as before, the Conformer does not."""
    x, inside = solution["padded"](part, torch.tensor([1, 3]), longest=80)
    for rung, (same, make) in {
        "medium": (True, solution["Net"]),
        "strong": (True, partial(solution["Net"], block=solution["Sandwich"])),
        "question 2": (False, partial(solution["Net"], block=solution["ConformerBlock"])),
    }.items():
        solution["model"] = model = make().eval()
        with torch.no_grad():
            gap = (model(x, inside) - solution["shuffled"](x, inside)).abs().max()
        assert (gap < 1e-4) == same, rung


def test_fours_of_frames_lose_none(solution):
    x, inside = torch.arange(1.0, 15).view(1, 7, 2), torch.arange(7) < torch.tensor([[7]])
    fours, which = solution["in_fours"](x, inside)
    assert torch.equal(fours[0].flatten(0, 1)[:7], x[0]) and (fours[0, 1, 3] == 0).all() and which.all()
    _, which = solution["in_fours"](x.expand(3, 7, 2), torch.arange(7) < torch.tensor([[7], [4], [5]]))
    assert which.tolist() == [[True, True], [True, False], [True, True]]


def test_the_learning_rate_warms_up_and_falls(starter):
    factors = [starter["learning_rate"](step, 200) for step in (0, 10, 20, 110, 200)]
    assert factors == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_pooling_weights_add_up(solution, part):
    model = solution["Net"](attentive=True).eval()
    with torch.no_grad():
        h, inside = model.frames(*solution["padded"](part, torch.arange(4)))
        weights = model.pool_weights(h, inside)
    assert torch.allclose(weights.sum(1), torch.ones(4)) and (weights[~inside] == 0).all()


def test_an_invented_recorder_changes_the_range_of_a_band_and_not_its_mean(solution):
    torch.manual_seed(5)
    x = torch.randn(64, 90, 40) + torch.randn(64, 1, 40)
    other = solution["change"](x)
    assert torch.allclose(other.mean(1), x.mean(1), atol=1e-5)
    factors = (other - x.mean(1, keepdim=True)) / (x - x.mean(1, keepdim=True))
    assert factors.std(1).max() < 1e-2 and (factors > 0).all()  # one for all frames of a band
    assert 0.15 < factors[:, 0].log().std() < 0.25


def test_equal_error_rate(solution):
    """Speakers on axes of their own are never confused; random directions are wrong about half of the time."""
    axes = torch.eye(6)

    def rate(of_validation):
        train = SimpleNamespace(y=torch.arange(6), rows=axes)
        validation = SimpleNamespace(y=torch.arange(6).repeat(20), rows=of_validation)
        solution.update(train_set=train, validation_set=validation, over=lambda part, function: part.rows)
        return solution["equal_error_rate"](SimpleNamespace(embed=None))

    kept = solution["over"]
    try:
        assert rate(axes.repeat(20, 1)) == 0
        torch.manual_seed(1)
        assert 0.4 < rate(torch.randn(120, 6)) < 0.6
    finally:
        solution["over"] = kept
