"""The lab on pretraining: the notebook's functions against the plainest way, and the texts that it reads."""

import pytest
import torch
from torch.nn import functional

from common.generators.world import reports
from common.generators.world.facts import PARTS
from common.generators.world.shortcuts import Text
from common.homeworks.hw07 import pairs
from common.homeworks.hw07.pairs import MASK, PAD, SEP, UNK
from common.notebooks import books
from common.submission.card import find_all

torch.set_num_threads(1)


# --- the notebook's functions -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def space():
    cells = {cell.id: cell.source for cell in books.read(books.paths(find_all("hw07_lab_pretraining")[0])[0]).cells}
    space = {"PROFILE": "smoke", "DATA": "builtin", "DEVICE": "cpu", "SEED": 5, "__name__": "notebook"}
    for name in ("imports", "read", "layer", "mask", "network-of", "hide", "losses", "batches", "loop", "judge"):
        exec(cells[name], space)
    return space


@pytest.fixture
def ids(space):
    return space["padded"](space["new"][:8])


def network(space, causal):
    torch.manual_seed(1)
    return space["LanguageModel"](len(space["vocabulary"]), causal)


def test_of_the_hidden_80_10_10(space):
    torch.manual_seed(0)
    n_words, ids = 500, torch.randint(UNK + 1, 500, (400, 100))
    ids[:, ::10], ids[:, 99] = SEP, PAD
    hidden, chosen = space["hide"](ids, n_words)
    words = ids > UNK
    assert not chosen[~words].any() and torch.equal(hidden[~chosen], ids[~chosen])
    assert chosen[words].float().mean() == pytest.approx(0.3, abs=0.01)
    of_chosen, stayed = hidden[chosen], (hidden == ids)[chosen]
    assert (of_chosen == MASK).float().mean() == pytest.approx(0.8, abs=0.01)
    assert stayed.float().mean() == pytest.approx(0.1, abs=0.01)
    assert (of_chosen[of_chosen != MASK] > UNK).all()


def test_the_causal_network_cannot_see_ahead(space, ids):
    model, changed = network(space, causal=True), ids.clone()
    changed[:, 12:] = torch.randint(UNK + 1, 400, changed[:, 12:].shape)
    states, others = model(ids), model(changed)
    assert torch.allclose(states[:, :12], others[:, :12], atol=1e-5)
    assert not torch.allclose(states[:, 12:], others[:, 12:], atol=1e-2)
    model = network(space, causal=False)
    assert not torch.allclose(model(ids)[:, :12], model(changed)[:, :12], atol=1e-2)


@pytest.mark.parametrize("causal", [False, True])
def test_padding_changes_nothing(space, ids, causal):
    model, length = network(space, causal), ids.shape[1]
    longer = functional.pad(ids, (0, 7), value=PAD)
    inside = ids != PAD
    assert torch.allclose(model(ids)[inside], model(longer)[:, :length][inside], atol=1e-5)


def test_losses_are_torch_s_own(space, ids):
    model = network(space, causal=True)
    scores = model.guesses(model(ids))
    right = functional.cross_entropy(scores[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), ignore_index=PAD)
    assert torch.allclose(space["causal_loss"](model, ids), right, atol=1e-5)

    model = network(space, causal=False)
    torch.manual_seed(3)
    found = space["masked_loss"](model, ids)
    torch.manual_seed(3)
    hidden, chosen = space["hide"](ids, len(space["vocabulary"]))
    wanted = ids.masked_fill(~chosen, -100).flatten()
    assert torch.allclose(
        found, functional.cross_entropy(model.guesses(model(hidden)).flatten(0, 1), wanted), atol=1e-5
    )


def test_attention_against_the_formula(space, ids):
    layer, width = space["Layer"](8, 2), 8
    x, mask = torch.randn(3, 5, width), torch.zeros(3, 2, 5, 5)
    query, key, value = layer.read(layer.before(x)).split(width, dim=2)
    seen = []
    for head in (slice(0, 4), slice(4, 8)):
        share = (query[..., head] @ key[..., head].transpose(1, 2) / 4**0.5).softmax(-1)
        seen.append(share @ value[..., head])
    y = x + layer.write(torch.cat(seen, dim=2))
    assert torch.allclose(layer(x, mask), y + layer.think(layer.between(y)), atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_the_judge_begins_with_the_least_likely_word(space, ids, causal):
    model = network(space, causal)
    scores = space["Judge"](model)(ids).detach()
    for row, score in zip(ids.tolist(), scores, strict=True):
        row = [word for word in row if word != PAD]
        likely = model.guesses(model(torch.tensor([row])))[0].log_softmax(-1).detach()
        places = range(row.index(SEP) + 1, len(row) - 1)
        least = min(float(likely[k - causal, row[k]]) for k in places)
        assert float(score) == pytest.approx(0.5 * least + 2, abs=1e-4)


# --- texts ------------------------------------------------------------------------------------------------------------


def test_what_is_told_twice_has_the_same_values():
    for first, second in reports.reports(3, 100):
        assert second not in first
        assert all(entity.text in first for entity in Text(second).entities)


@pytest.mark.parametrize("make", [reports.paraphrases, reports.entailments])
def test_pairs(make):
    made = make(4, 200)
    assert made == make(4, 200) and sum(pair.label for pair in made) == 100
    assert {pair.kind for pair in made} == {*reports.RIGHT, *reports.WRONG}
    assert all(pair.second not in pair.first and (pair.kind in reports.RIGHT) == pair.label for pair in made)
    assert {pair.second for pair in made}.isdisjoint(pair.second for pair in make(4, 200, PARTS[1]))


def test_a_pair_that_is_wrong_has_as_much_in_common():
    for make in (reports.paraphrases, reports.entailments):
        shares = {0: [], 1: []}
        for pair in make(6, 600):
            shares[pair.label].append(reports.in_common(pair.first, pair.second))
        assert sum(shares[0]) / 300 == pytest.approx(sum(shares[1]) / 300, abs=0.03)


def test_a_question_is_answered_by_its_report():
    for one in reports.asked(2, 100):
        assert one.answer in one.text and one.question.endswith("？")


def test_questions_of_homework_7():
    (first, *others) = pairs.load("builtin", "smoke", 2022).questions["a passage"]
    assert first.answer in first.text and len(first.text) > 200 and len(others) == 3


def test_a_row_and_its_words():
    vocabulary = pairs.Vocabulary(["青石國小創立於1950年。"])
    row = vocabulary.row("青石國小。", "1950年，")
    assert " ".join(vocabulary.words[k] for k in row) == "[CLS] 青石 國 小 。 [SEP] 1950年 [UNK] [SEP]"
    assert len(vocabulary.row("小" * 300, "年" * 300)) == 128 + 3
    assert " ".join(pairs.split("A game <unk> of 1 @,@ 500")) == "a game <unk> of 1 @,@ 5 0 0"


def test_what_counting_reaches():
    found = pairs.guessed_by_counts([[1, 5, 6] * 50], [[1, 5, 6]], 7)
    assert found["how often a word is"] == pytest.approx(1.1, abs=0.1)
    assert found["and what stands before it"] < 0.1


def test_real_files(tmp_path):
    for name in ("wiki.train.tokens", "wiki.valid.tokens"):
        (tmp_path / name).write_text(" = A = \n" + "a b c d e " * 20 + "\n", "utf-8")
    for name, lines in {
        "MRPC": "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\tA b.\tB a.\n",
        "RTE": "index\tsentence1\tsentence2\tlabel\n0\tA b.\tB.\tentailment\n",
    }.items():
        (tmp_path / name).mkdir()
        for split in ("train", "dev"):
            (tmp_path / name / f"{split}.tsv").write_text(lines, "utf-8")
    texts = pairs.load(tmp_path, "smoke", 1)
    assert texts.train[0] == (" ".join("abcde" * 6), " ".join("abcde" * 6)) and not texts.questions
    assert texts.tasks["RTE"]["validation"] == [("A b.", "B.", 1, "")]
