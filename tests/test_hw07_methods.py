"""Homework 7: the checks, the pretrained BERT, and the solution notebook's functions against the plainest way."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from common import check
from common.errors import HomeworkError
from common.generators import world
from common.generators.world import pretraining
from common.homeworks.hw07 import data, show, zoo
from common.notebooks import books
from common.submission.card import find_card
from common.training.seed import set_seed

torch.set_num_threads(1)
LONGER = Path(__file__).parents[1] / "answers" / f"{zoo.LONGER}.safetensors"


# --- the notebook's functions -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def space():
    """What the solution's cells define, on the smoke profile's data."""
    splits, _ = data.builtin("smoke", 5)
    cells = {cell.id: cell.source for cell in books.read(books.paths(find_card("hw07"))[1]).cells}
    space = {"PROFILE": "smoke", "DEVICE": "cpu", "SEED": 5, "LARGE": False, "__name__": "notebook"}
    space |= {"splits": splits, "train": splits.train, "validation": splits.validation, "test": splits.test}
    for name in ("imports", "tokenizer", "pieces", "windows", "lengths", "model-of", "training-window", "anywhere",
                 "without", "batches", "span-loss", "learn", "best-span", "read", "answers", "rare", "evidence",
                 "marked", "shown-marked", "weighed", "answering", "methods"):  # fmt: skip
        exec(cells[name], space)
    return space


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(10, 120), st.data())
def test_every_token_is_in_a_window(space, n_tokens, size, draw):
    stride = draw.draw(st.integers(1, size))
    starts = space["window_starts"](n_tokens, size, stride)
    covered = {place for begin in starts for place in range(begin, min(begin + size, n_tokens))}
    assert covered == set(range(n_tokens)) and starts[0] == 0
    assert all(begin + size < n_tokens for begin in starts[:-1]), "a window more than is needed"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(3, 30), st.integers(1, 8), st.integers(1, 14))
def test_best_span_is_the_best_of_all_pairs(space, seed, n, window, longest):
    start, end = torch.randn(2, window + n, generator=torch.Generator().manual_seed(seed))
    pairs = [(i, j) for i in range(window, window + n) for j in range(i, min(i + longest, window + n))]
    first, last = max(pairs, key=lambda pair: float(start[pair[0]] + end[pair[1]]))
    score, *found = space["best_span"](start, end, window, longest)
    assert found == [first, last]
    assert score == pytest.approx(float(start[first] + end[last]), abs=1e-5)


ODD = "　ＡＢ１２，！\r\n \t潘雩雯𠮷é"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**40), st.lists(st.sampled_from(ODD), max_size=6))
def test_answers_are_found_again_through_their_tokens(space, seed, odd):
    """Also with rare characters, full-width signs, and line ends in two characters."""
    ((passage, asked),) = world.questions(seed, 1)
    extra = "".join(odd)
    text = extra + passage.text + extra
    (paragraph,) = space["tokens"]([text])
    for q in asked:
        start, end = q.start + len(extra), q.end + len(extra)
        first, last = space["token_span"](paragraph, start, end - 1)
        assert text[paragraph.places[first][0] : paragraph.places[last][1]] == q.answer
    together = "".join(text[a:b] for a, b in paragraph.places)
    assert together == "".join(text.split()), "tokens are all of the text but its spaces"


@settings(max_examples=30, deadline=None)
@given(st.text(st.sampled_from(ODD + "林年在。"), min_size=1, max_size=300), st.integers(1, 100))
def test_windows_put_together_are_the_passage(space, text, stride):
    """To the last character but spaces, cut out of the text by the places of the windows' tokens."""
    (paragraph,) = space["tokens"]([text])
    (question,) = space["tokens"](["誰？"])
    characters = {}
    for begin in space["window_starts"](len(paragraph.ids), space["SIZE"], stride):
        ids, window = space["sequence"](question, paragraph, begin)
        places = paragraph.places[begin : begin + space["SIZE"]]
        assert ids[window:-1] == paragraph.ids[begin : begin + space["SIZE"]] and len(ids[window:-1]) == len(places)
        characters |= {at: text[at] for start, end in places for at in range(start, end)}
    assert "".join(characters[at] for at in sorted(characters)) == "".join(text.split())


@pytest.mark.parametrize("begin", ["centred", "anywhere"])
@pytest.mark.parametrize("absent", [0.0, 0.5])
def test_training_windows_hold_the_answer_or_point_at_cls(space, begin, absent):
    part, tokens = space["train"], space["train_tokens"]
    made = space["TrainingWindows"](space[begin], 8, absent)
    set_seed(1)
    seen = 0
    for row, q in enumerate(part.questions):
        (ids, window), (start, end) = made.example(row)
        first, last = space["train_spans"][row]
        answer = tokens[0][q.paragraph_id].ids[first : last + 1]
        runs = [ids[k : k + len(answer)] for k in range(window, len(ids))]
        seen += answer in runs
        if start:
            assert ids[start : end + 1] == answer
    assert seen == len(part) if not absent else 0.3 < seen / len(part) < 0.75
    assert sum(len(ids) for ids, *_ in made) == len(part)


def test_windows_without_the_answer_have_nothing_of_it(space):
    for n_tokens in (50, 100, 101, 250):
        for first in range(0, n_tokens - 3, 7):
            begin = space["without_answer"](first, first + 2, n_tokens, 100)
            assert begin is None if n_tokens < 101 else begin is None or not begin - 3 < first < begin + 100
            assert begin is None or 0 <= begin <= n_tokens - 100


def test_a_network_that_knows_gets_everything_right(space, monkeypatch):
    """Windows put together give every answer back."""
    part, tokens, spans = space["validation"], space["validation_tokens"], space["validation_spans"]
    sequences = {}

    def knowing(net, ids, types):
        start, end = torch.zeros(2, *ids.shape)
        start[:, 0] = end[:, 0] = 1.0
        for k, row in enumerate(ids.tolist()):
            where = sequences.get(tuple(row[: row.index(space["PAD"])] if space["PAD"] in row else row))
            if where:
                start[k, where[0]] = end[k, where[1]] = 5.0
        return start, end

    for row, (first, last) in enumerate(spans):
        paragraph = tokens[0][part.questions[row].paragraph_id]
        for begin in range(max(0, last + 1 - space["SIZE"]), first + 1):
            ids, window = space["sequence"](tokens[1][row], paragraph, begin)
            sequences[tuple(ids)] = (first - begin + window, last - begin + window)
    monkeypatch.setitem(space, "scores", knowing)
    right = [q.answer_text for q in part.questions]
    assert space["answer"]([None], part, tokens, 50) == right
    whole = [row for row, (first, last) in enumerate(spans) if first // 100 == last // 100][1::-1]  # in one window
    assert space["answer"]([None, None], part, tokens, 100, whole) == [right[row] for row in whole]


# --- the checks -------------------------------------------------------------------------------------------------------


def _anywhere(first, last, n, size):
    earliest, latest = max(0, last + 1 - size), min(first, max(0, n - size))
    return int(torch.randint(min(earliest, latest), latest + 1, ()))


def _evidence(question, paragraph, first, last, rarity, before=40, after=10):
    near = [token for k, token in enumerate(paragraph) if first - before <= k <= last + after]
    return sum(rarity[token] for token in range(len(rarity)) if token in near and token in question)


def _marked(ids, types, rare):
    made = types.clone()
    for row in range(len(ids)):
        question = [t for t, kind in zip(ids[row].tolist(), types[row].tolist(), strict=True) if kind == 0]
        for k, token in enumerate(ids[row].tolist()):
            if types[row, k] == 1 and token in question and rare[token]:
                made[row, k] = 0
    return made


@pytest.mark.parametrize("name, function", [("anywhere", _anywhere), ("evidence", _evidence), ("marked", _marked)])
def test_right_ones_pass(space, name, function, capsys):
    for one in (function, space[name]):
        assert getattr(check.hw07, name)(one), capsys.readouterr().out


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_marked_and_evidence_are_the_plainest_way(space, seed):
    draw = np.random.default_rng(seed)
    ids = torch.from_numpy(draw.integers(0, 12, (3, 30)))
    types = (torch.arange(30) >= torch.from_numpy(draw.integers(3, 9, (3, 1)))).long()
    rare = torch.from_numpy(draw.random(12) < 0.6)
    assert torch.equal(space["marked"](ids, types, rare), _marked(ids, types, rare))
    question, paragraph, rarity = draw.integers(0, 12, 5).tolist(), draw.integers(0, 12, 40).tolist(), draw.random(12)
    first, reach = int(draw.integers(0, 37)), draw.integers(0, 20, 2).tolist()
    place = question, paragraph, first, first + 2, rarity, *reach
    assert space["evidence"](*place) == pytest.approx(_evidence(*place))


def test_rare_words(space):
    """A word of every paragraph weighs nothing, one of none the most."""
    tokens = space["tokens"](["青石在", "青石", "青石"])
    rarity = space["rarities"](tokens)
    known, rare = tokens[0].ids
    assert rarity[known] == 0 < rarity[rare] < rarity.max() == pytest.approx(np.log(4))


def test_a_network_sees_what_is_marked(space, monkeypatch):
    """Rare words of the question, and neither common ones nor the token that ends both question and window."""
    common, rare, other = space["tokenizer"].convert_tokens_to_ids(["在", "青石", "林"])
    rarity = np.full(len(space["tokenizer"]), 5.0)
    rarity[common] = 0.1
    monkeypatch.setitem(space, "rarity", rarity)
    seen = []
    net = space["Marked"](lambda **inputs: seen.append(inputs["token_type_ids"]))
    ids = torch.tensor([[zoo.CLS, rare, common, zoo.SEP, other, rare, common, zoo.SEP, zoo.PAD]])
    net(input_ids=ids, token_type_ids=torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1, 0]]))
    assert seen[0].tolist() == [[0, 0, 0, 0, 1, 0, 1, 1, 0]]


def _pairs(ids, types):
    """Whether the first token stands in the question as the second (B, T, T)."""
    return (ids[..., None] == ids[:, None]) & (types == 0)[:, None]


@pytest.mark.parametrize(
    "name, function, sentence",
    [
        (
            "evidence",
            lambda q, p, a, b, r, m, n: sum(r[t] for t in p[max(0, a - m) : b + 1 + n] if t in q),
            "each once",
        ),
        ("evidence", lambda q, p, a, b, r, m, n: sum(r[t] for t in {*p} & {*q}), "the whole paragraph"),
        ("evidence", lambda q, p, a, b, r, m, n: len({*p[a - m : b + 1 + n]} & {*q}), "add up how rare"),
        ("evidence", lambda q, p, a, b, r, m, n: sum(r[t] for t in {*p[a - m : b + 1 + n]} & {*q}), "beginning"),
        ("marked", lambda ids, types, rare: types, "nothing is marked"),
        ("marked", lambda ids, types, rare: types * ~_pairs(ids, types).any(2), "only the rare ones"),
        ("marked", lambda ids, types, rare: types * ~rare[ids], "stand in the question as well"),
        (
            "marked",
            lambda ids, types, rare: types * ~(torch.isin(ids, ids[types == 0]) & rare[ids]),
            "other rows count",
        ),
        ("anywhere", lambda a, b, n, size: max(0, min((a + b) // 2 - size // 2, n - size)), "always the same"),
        ("anywhere", lambda a, b, n, size: np.random.randint(max(0, b + 1 - size), a + 1), "near the end"),
        ("anywhere", lambda a, b, n, size: np.random.randint(max(0, b + 1 - size), min(a, n - size)), "up to `first`"),
    ],
)
def test_wrong_ones_are_told(name, function, sentence, capsys):
    assert not getattr(check.hw07, name)(function)
    assert sentence in capsys.readouterr().out


# --- the BERT ---------------------------------------------------------------------------------------------------------


def test_the_folder_is_one_of_transformers(tmp_path):
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    folder = zoo.folder(where=tmp_path / "bert")
    assert zoo.folder(where=tmp_path / "bert") == folder
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForQuestionAnswering.from_pretrained(folder)
    found = tokenizer("赤崁高中的校長是誰？", "晴川工業的第一間工廠設在麥浪鎮。", return_tensors="pt")
    assert found["token_type_ids"].unique().tolist() == [0, 1]
    with torch.no_grad():
        mine, theirs = zoo.load()(**found), model.eval()(**found)
    assert torch.equal(mine.start_logits, theirs.start_logits) and torch.equal(mine.end_logits, theirs.end_logits)
    assert zoo.zoo.path(zoo.BERT).stat().st_size < 3_000_000


def test_a_model_that_can_be_used(tmp_path, monkeypatch):
    folder = zoo.folder(where=tmp_path / "bert")
    assert zoo.usable(str(folder)) == str(folder)

    def unreachable(*_):
        raise OSError("no network")

    monkeypatch.setattr("transformers.utils.cached_file", unreachable)
    with pytest.raises(HomeworkError, match=r"no folder bert-of-nobody.*Hugging Face.*zoo\.folder\(\)"):
        zoo.usable("bert-of-nobody")


@pytest.mark.parametrize(
    "file, content, sentence",
    [
        ("tokenizer.json", None, "lacks its vocabulary: put tokenizer.json or vocab.txt there"),
        ("config.json", None, "lacks its configuration"),
        ("model.safetensors", None, "lacks its weights"),
        ("config.json", b"{", r"config\.json is damaged: it is not JSON"),
        ("model.safetensors", b"\0" * 40, "is damaged or cut off"),
    ],
)
def test_a_model_that_is_damaged(tmp_path, file, content, sentence):
    folder = zoo.folder(where=tmp_path / "bert")
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(HomeworkError, match=sentence) as raised:
        zoo.usable(folder)
    assert str(folder) in str(raised.value) and "\n" not in str(raised.value)


def pretrained(weights):
    """How often it finds blanks in text that it has not seen, and tells what is not there; passages, lists."""
    whole = zoo.Pretraining()
    whole.model = zoo.load(weights)
    passages, lists = zoo.stream(77, 100, 150, 0.5), zoo.stream(77, 100, 150, 0.5, zoo.Texts(listed=200), (1, 1))
    return [
        (found["asked"], found["asked_absent"]) for found in (whole.measure(next(text)) for text in (passages, lists))
    ]


def test_it_was_pretrained():
    passages, lists = pretrained(zoo.BERT)
    assert passages[0] > 0.7 and passages[1] > 0.4
    assert lists[0] < 0.5  # what is asked, but not of whom


@pytest.mark.skipif(not LONGER.is_file(), reason="a copy for students has no answers")
def test_the_longer_one_tells_of_whom():
    passages, lists = pretrained(LONGER)
    assert min(passages) > 0.88 and min(lists) > 0.95


def test_heads_begin_by_looking_at_neighbours():
    torch.manual_seed(1)
    bert = zoo.untrained().bert
    bert.set_attn_implementation("eager")
    weights = bert(torch.randint(6, 1000, (1, 90)), output_attentions=True).attentions[0][0]
    for head, distance in enumerate(zoo.NEIGHBOURS):
        assert weights[head].diagonal(distance)[5:-5].mean() > 0.7


def test_a_head_begins_by_looking_for_the_same_token():
    """Of the window's tokens those that the sentences have look there, the others at themselves."""
    found, elsewhere, stays = [], [], []
    again, at = torch.arange(12, 52, 8), torch.arange(1, 11, 2)  # every eighth token of the window is in the sentences
    others = torch.tensor([k for k in range(12, 52) if k not in again])
    for seed in range(5):
        torch.manual_seed(seed)
        bert = zoo.Pretraining(matching=True).model.bert
        bert.set_attn_implementation("eager")
        words = torch.randperm(900)[:50] + 20
        words[10 + again - 12] = words[at - 1]
        ids = torch.cat([torch.tensor([zoo.CLS]), words[:10], torch.tensor([zoo.SEP]), words[10:]])[None]
        with torch.no_grad():
            types = (torch.arange(52) > 11).long()[None]
            looks = bert(ids, token_type_ids=types, output_attentions=True).attentions[1][0, 0]
        found.append(looks[again, at].mean())
        elsewhere.append(looks[others][:, at].mean())
        stays.append(looks[others, others].mean())
    found, elsewhere, stays = (torch.stack(some).mean() for some in (found, elsewhere, stays))
    assert found > 10 * elsewhere and stays > 0.5


@pytest.mark.parametrize("size", [56, 100])
def test_blanks_point_at_what_belongs_there(size):
    tokenizer = zoo.tokenizer()
    decode = tokenizer.convert_ids_to_tokens
    one = pretraining.restated(8, 1, sentences=8)[0]
    told = zoo.told(one, tokenizer.backend_tokenizer.encode_batch)
    values = {one.text[blank.start : blank.end] for blank in one.blanks}
    for ids, spans in told.sentences:
        assert [ids[place] for place, *_ in spans] == [zoo.MASK] * len(spans)
    dice = zoo.Random(3)
    for _ in range(20):
        made = zoo.example(told, size, 0.3, dice)
        assert len(made.ids) <= made.window + size + 1 and made.ids.count(zoo.MASK) == 1
        assert made.ids[made.blanks[made.asked][0]] == zoo.MASK
        for place, start, end in made.blanks:
            assert made.ids[place] in (zoo.MASK, zoo.BLANK) and (start == end == 0 or made.window <= start <= end)
            text = "".join(decode(made.ids[start : end + 1]))
            assert text == "[CLS]" or text in values or "[UNK]" in text


def test_batches_are_a_function_of_the_seed():
    texts = zoo.Texts(50, 50, 50)
    one, again, other = (next(zoo.stream(seed, 56, 4, texts=texts)) for seed in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert one.ids.shape != other.ids.shape or not torch.equal(one.ids, other.ids)


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_what_is_shown_is_escaped():
    html = show.passage("甲<b>乙&丙", [(0, 1)], "<i>").data + show.heat(["<", "丁"], [0.5, 2.0], [0, 0], (0, 0)).data
    assert "<i>" not in html and "&lt;b&gt;" in html and "&amp;" in html
    assert "&lt;" in show.pieces(["<"]).data + show.table([["<"]], ["a"]).data
