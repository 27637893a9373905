"""Homework 5: the checks, the pictures, and the networks of the solution notebook against the plainest way to do it."""

import math
import xml.etree.ElementTree as ElementTree
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from common import check
from common.homeworks.hw05 import show
from common.notebooks import books
from common.submission.card import find_card

torch.set_num_threads(1)


# --- the checks -------------------------------------------------------------------------------------------------------


def _smooth_by_hand(logits, targets, smoothing=0.1):
    log_p, inside = logits.log_softmax(2), targets != 0
    right = log_p.gather(2, targets[..., None])[..., 0]
    return -((1 - smoothing) * right + smoothing * log_p.mean(2))[inside].mean()


def _smooth_by_kl(logits, targets, smoothing):
    wanted = (1 - smoothing) * F.one_hot(targets, logits.shape[2]) + smoothing / logits.shape[2]
    return -(wanted * logits.log_softmax(2)).sum(2)[targets != 0].mean()


def _attend(q, k, v, allowed):
    weights = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~allowed, -torch.inf).softmax(-1)
    return weights @ v, weights


def _attend_by_sum(q, k, v, allowed):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1]) + torch.where(allowed, 0.0, -1e9)
    return torch.einsum("bhts,bhsd->bhtd", scores.softmax(-1), v), scores.softmax(-1)


def _best(scores, log_probs):
    values, places = (scores[..., None] + log_probs).flatten(1).topk(scores.shape[1])
    return values, places // log_probs.shape[2], places % log_probs.shape[2]


RIGHT = {
    "label_smoothing": [
        _smooth_by_hand,
        _smooth_by_kl,
        lambda x, y, s: F.cross_entropy(x.mT, y, ignore_index=0, label_smoothing=s),
    ],
    "rise_and_fall": [
        lambda step, warmup, total: min(step / warmup, (total - step) / (total - warmup)),
        lambda step, warmup, total: step / warmup if step < warmup else 1 - (step - warmup) / (total - warmup),
        lambda step, warmup, total: float(np.interp(step, [0, warmup, total], [0, 1, 0])),
    ],
    "causal_mask": [
        lambda n: torch.ones(n, n, dtype=torch.bool).tril(),
        lambda n: torch.arange(n)[:, None] >= torch.arange(n),
        lambda n: ~torch.ones(n, n, dtype=torch.bool).triu(1),
    ],
    "attention": [_attend, _attend_by_sum],
    "best_continuations": [_best, lambda s, p: [x.int() if x.dtype == torch.long else x for x in _best(s, p)]],
}
WRONG = {
    "label_smoothing": [
        (lambda x, y, s: F.cross_entropy(x.mT, y, label_smoothing=s), "counts the padding"),
        (lambda x, y, s: F.cross_entropy(x.mT, y, ignore_index=0), "smooths nothing"),
        (lambda x, y, s: F.cross_entropy(x.mT, y, ignore_index=0, label_smoothing=s, reduction="sum"), "a sum"),
        (lambda x, y, s: F.cross_entropy(x.mT, y, ignore_index=0, label_smoothing=s, reduction="none").mean(),
         "divides by all tokens"),
        (lambda x, y, s: -_smooth_by_hand(x, y, s), "wrong sign"),
        (lambda x, y, s: F.cross_entropy(x.mT, y, ignore_index=0, label_smoothing=2 * s), "expected"),
    ],
    "rise_and_fall": [
        (lambda step, warmup, total: min(1.0, step / warmup), "does not fall"),
        (lambda step, warmup, total: step / warmup, "goes on rising"),
        (lambda step, warmup, total: min(step / warmup, (total - step) / total), "from the first step on"),
        (lambda step, up, total: step / up if step < up else (step - up) / (total - up), "share of"),
        (lambda step, warmup, total: min(step / warmup, math.sqrt(warmup / step)), "straight line"),
        (lambda step, warmup, total: (total - step) / (total - warmup), "step 1 of"),
    ],
    "causal_mask": [
        (lambda n: torch.ones(n, n, dtype=torch.bool).tril(-1), "look at itself"),
        (lambda n: torch.ones(n, n, dtype=torch.bool).triu(), "look ahead"),
        (lambda n: torch.ones(n, n, dtype=torch.bool).triu(1), "forbidden"),
        (lambda n: torch.ones(n, n, dtype=torch.bool), "all others"),
        (lambda n: torch.ones(1, n, n, dtype=torch.bool).tril(), "shape"),
    ],
    "attention": [
        (lambda q, k, v, a: _attend(q * q.shape[-1] ** 0.5, k, v, a), "not divided"),
        (lambda q, k, v, a: _attend(q / q.shape[-1] ** 0.5, k, v, a), "divided by D"),
        (lambda q, k, v, a: _attend(q, k, v, torch.ones_like(a)), "ignores"),
        (lambda q, k, v, a: _attend(q, k, v, ~a), "expected|NaN"),
        (lambda q, k, v, a: _attend(q, k, v, a)[::-1], "values first"),
        (lambda q, k, v, a: ((w := _attend(q, k, v, torch.ones_like(a))[1] * a) @ v, w), "after the softmax"),
        (lambda q, k, v, a: _attend(q, k, v, a)[0], "expected 2 values"),
    ],
    "best_continuations": [
        (lambda s, p: _best(torch.zeros_like(s), p), "scored so far"),
        (lambda s, p: ((t := (s[..., None] + p).max(2)).values, torch.arange(s.shape[1]).expand_as(s), t.indices),
         "own best token"),
        (lambda s, p: (_best(s, p)[0], _best(s, p)[2], _best(s, p)[1]), "mixes up"),
        (lambda s, p: _best(s, p)[:2], "expected 3 values"),
    ],
}  # fmt: skip


def _undone(*args):
    raise NotImplementedError


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, forms in RIGHT.items() for form in forms])
def test_a_check_accepts_every_right_form(name, form, capsys):
    assert getattr(check.hw05, name)(form), capsys.readouterr().out


@pytest.mark.parametrize(("name", "form", "says"), [(n, *pair) for n, pairs in WRONG.items() for pair in pairs])
def test_a_check_names_the_mistake(name, form, says, capsys):
    assert not getattr(check.hw05, name)(form)
    out = capsys.readouterr().out
    assert any(part in out for part in says.split("|")) and out.count("\n") == 1, out


@pytest.mark.parametrize("name", list(RIGHT))
def test_what_is_not_done_is_said(name, capsys):
    assert not getattr(check.hw05, name)(_undone)
    assert capsys.readouterr().out == f"{name}: not done yet.\n"


# --- the pictures -----------------------------------------------------------------------------------------------------


def texts(svg) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg.data).iter() if node.tag.endswith("text")]


def test_an_alignment_shows_all_of_both_sentences():
    en, zh = "The book I bought is <new> & old.", "我買的那本書很新。"
    drawn = texts(show.alignment(en, zh, [(0, 8, 5, 6), (9, 10, 0, 1), (11, 17, 1, 2)]))
    for character in zh:
        assert any(character in text for text in drawn)
    assert "The book" in drawn and "<new>" in drawn and show.crossings([(0, 8, 5, 6), (9, 10, 0, 1)]) == 1


def test_without_links_there_are_no_lines():
    svg = show.alignment("Good morning.", "早安。", ())
    assert "path" not in svg.data and texts(svg)


def test_a_heat_map_has_a_frame_per_row():
    svg = show.heat(np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]), ["一", "二", "三"], ["one", "two"], "a < b")
    assert svg.data.count(show.ORANGE) == 3 and {"一", "two", "a < b"} <= set(texts(svg))


def test_a_beam_is_drawn_with_the_way_that_won():
    steps = [([0, 0], ["他", "她"], [-1.0, -1.2]), ([1, 0], ["來", "去"], [-1.5, -1.9])]
    svg = show.tree(steps, (1, 0))
    won = [n.text for n in ElementTree.fromstring(svg.data).iter() if n.attrib.get("fill") == show.GREEN]
    assert won == ["她", "來"]


def test_a_beam_is_drawn_as_far_as_what_won():
    steps = [
        ([0, 0], ["他", "她"], [-1.0, -1.2]),
        ([0, 1], ["■", "去"], [-1.1, -1.9]),
        ([0, 1], ["", "了"], [-1.1, -2.0]),
    ]
    shown = texts(show.tree(steps, (2, 0)))
    assert {"他", "她", "■", "去"} <= set(shown) and "了" not in shown and "" not in shown


def test_a_table_escapes_what_it_shows():
    html = show.table([("<b>", "一 & 二")], ["English", "Chinese"], mark=1).data
    assert "&lt;b&gt;" in html and "<b>一 &amp; 二</b>" in html


# --- the solution's cells ---------------------------------------------------------------------------------------------


@cache
def notebook() -> dict:
    """What the solution defines, around a vocabulary of 40."""
    space = books.definitions(books.paths(find_card("hw05"))[1])
    space.update(device=torch.device("cpu"), n_tokens=40, PAD=0, BOS=1, EOS=2, UNKNOWN=3)
    return space


@pytest.fixture(params=["GRUTranslator", "Transformer"])
def net(request):
    torch.manual_seed(4)
    made = notebook()[request.param](16).eval()
    with torch.no_grad():  # sure of itself, so that answers end and no two scores are nearly equal
        made.embedding.weight *= 4
    return made


def sentences(n, most=9):
    generator = torch.Generator().manual_seed(n)
    lengths = torch.randint(1, most, (n,), generator=generator).tolist()
    return [torch.randint(4, 40, (length,), generator=generator) for length in lengths]


def uncached(net, source, k=40):
    """Greedy, computing everything anew for each token."""
    written = torch.tensor([[1]])
    for _ in range(2 * len(source) + 10):
        token = net(source[None], written)[:, -1, 2:].argmax(1) + 2
        written = torch.cat([written, token[None]], dim=1)
        if token == 2:
            break
    return written[0][written[0] > 2]


@torch.no_grad()
def test_greedy_with_a_cache_equals_greedy_without(net):
    some = sentences(30)
    for found, source in zip(notebook()["translate"](net, some, size=7), some, strict=True):
        assert torch.equal(found, uncached(net, source))


def test_a_beam_of_one_is_greedy(net):
    some = sentences(30)
    found, _, _ = notebook()["beam_search"](net, some, 1)
    for one, other in zip(found, notebook()["translate"](net, some), strict=True):
        assert torch.equal(one, other)


@torch.no_grad()
def test_a_wide_beam_finds_the_best_of_all_short_sentences(net):
    """Against a search through all sentences of at most two tokens."""
    source = sentences(1)
    _, steps, _ = notebook()["beam_search"](net, source, 40)
    log_p = net(source[0][None], torch.tensor([[1]])).log_softmax(2)[0, -1]
    first = torch.tensor([float(log_p[t]) if t >= 2 else -math.inf for t in range(40)])
    # log_softmax after padding and begin are forbidden
    first = first - torch.logsumexp(first, 0)
    best = []
    for t in range(2, 40):
        if t == 2:
            best.append(float(first[t]))
            continue
        logits = net(source[0][None], torch.tensor([[1, t]]))[0, -1]
        logits[:2] = -math.inf
        best += (float(first[t]) + logits.log_softmax(0)[2:]).tolist()
    assert torch.allclose(steps[1][2][0][:10], torch.tensor(sorted(best, reverse=True)[:10]), atol=1e-4)


@torch.no_grad()
def test_padding_changes_nothing(net):
    some, targets = sentences(6), [torch.cat([torch.tensor([1]), t]) for t in sentences(6)]
    padded = notebook()["padded"]
    together = net(padded(some), padded(targets))
    for row, (source, target) in enumerate(zip(some, targets, strict=True)):
        alone = net(source[None], target[None])
        assert torch.allclose(together[row, : len(target)], alone[0], atol=1e-5)


@pytest.mark.parametrize("name", ["GRUTranslator", "Transformer"])
def test_train_mode_without_dropout_agrees_with_eval(name):
    net = notebook()[name](16, dropout=0.0)
    source, target = notebook()["padded"](sentences(5)), notebook()["padded"](sentences(5))
    trained = net.train()(source, target)
    assert torch.equal(trained, net.eval()(source, target))


@torch.no_grad()
def test_no_token_sees_what_comes_later(net):
    source, target = sentences(1), torch.randint(4, 40, (1, 6))
    other = target.clone()
    other[0, 4] = 39 if target[0, 4] != 39 else 38
    one, two = net(source[0][None], target), net(source[0][None], other)
    assert torch.equal(one[0, :4], two[0, :4]) and not torch.allclose(one[0, 4], two[0, 4])


@torch.no_grad()
def test_heads_equal_torch_s_own():
    torch.manual_seed(1)
    ours, theirs = notebook()["Heads"](16, 4), nn.MultiheadAttention(16, 4, bias=False, batch_first=True)
    theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.memory.weight]))
    theirs.out_proj.weight.copy_(ours.out.weight)
    x, y = torch.randn(3, 5, 16), torch.randn(3, 7, 16)
    inside = torch.arange(7) < torch.tensor([[7], [4], [2]])
    found = ours(x, *ours.remember(y), inside[:, None, None])
    right, weights = theirs(x, y, y, key_padding_mask=~inside)
    assert torch.allclose(found, right, atol=1e-6) and torch.allclose(ours.looked, weights, atol=1e-6)


@torch.no_grad()
def test_a_layer_equals_torch_s_own():
    torch.manual_seed(2)
    ours = notebook()["Layer"](16, 4, 0.0, decoder=True)
    theirs = nn.TransformerDecoderLayer(16, 4, 32, 0.0, batch_first=True, norm_first=True).eval()
    for mine, other in ((ours.own, theirs.self_attn), (ours.other, theirs.multihead_attn)):
        other.in_proj_weight.copy_(torch.cat([mine.query.weight, mine.memory.weight]))
        other.out_proj.weight.copy_(mine.out.weight)  # its biases begin at 0
    theirs.linear1.load_state_dict(ours.think[0].state_dict())
    theirs.linear2.load_state_dict(ours.think[2].state_dict())
    x, y = torch.randn(3, 5, 16), torch.randn(3, 7, 16)
    causal, everything = notebook()["causal_mask"](5), torch.ones(1, 1, dtype=torch.bool)
    found, _ = ours(x, causal, ours.other.remember(y), everything)
    assert torch.allclose(found, theirs(x, y, tgt_mask=~causal), atol=1e-5)


def test_batches_hold_every_pair_once_and_keep_the_limit():
    sources, targets = sentences(200), sentences(201)[:200]
    made = notebook()["TokenBatches"](sources, targets, 150)
    for _ in range(2):
        pairs = []
        for source, target in made:
            assert len(source) * (source.shape[1] + target.shape[1]) <= 2 * 150 and (target[:, 0] == 1).all()
            pairs += [(s[s > 0].tolist(), t[t > 2].tolist()) for s, t in zip(source, target, strict=True)]
        assert sorted(pairs) == sorted((s.tolist(), t.tolist()) for s, t in zip(sources, targets, strict=True))
    assert len(list(made)) == len(made)


def test_label_smoothing_has_torch_s_gradient():
    logits = torch.randn(3, 5, 40, requires_grad=True)
    targets = notebook()["padded"](sentences(3, 5))
    targets = F.pad(targets, (0, 5 - targets.shape[1]))
    right = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0, label_smoothing=0.1)
    found = notebook()["label_smoothing"](logits, targets, smoothing=0.1)
    assert torch.allclose(found, right)
    assert torch.allclose(*(torch.autograd.grad(loss, logits)[0] for loss in (found, right)), atol=1e-7)
