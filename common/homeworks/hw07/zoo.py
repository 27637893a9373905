"""A small Chinese BERT, pretrained on text of the invented world: what homework 7 starts from.

It is transformers' own `BertForQuestionAnswering` (Devlin et al. 2019), four layers of 128 numbers, and lies in a
folder as bert-base-chinese does, so that one name is all that has to change for the real one. Weights: `hw07-bert`.

**What it learns from.** Sentences that tell again, in other words, what a passage tells, with blanks in them: Ram et
al. 2021, "Few-shot question answering by pretraining span selection". One blank, [MASK], is found by the two scores of
a token that question answering has afterwards, where its text begins and where it ends; the others, [BLANK], by a
pointer that is thrown away. What the passage does not tell is to be pointed at [CLS]. Besides, some tokens of the
passage are masked and guessed, as in BERT. No question is ever asked.

**How it begins.** To look something up takes two steps: to know what stands beside a token, and to find the token that
matches (Olsson et al. 2022, "In-context learning and induction heads"). The second waits for the first, and a
network as small as this waits long. So the heads of its first layer begin as a convolution of width five does: each
looks at one neighbour (`look_at_neighbours`). Nothing holds them there.

That is how it learns *what* is asked for, but not *of whom*: where a window tells the same of two subjects, it takes
either. `hw07-bert-longer` learns that, too. It reads text that tells the same of several, lists first. One head of its
second layer begins by looking in the sentences for the token that it stands on, and two of the third hand on what was
found (`look_for_the_same`): readers before BERT were told as a feature whether the question has a word (Chen et al.
2017, "Reading Wikipedia to answer open-domain questions"). Without either, 400 steps of lists teach it nothing.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from common import zoo
from common.errors import HomeworkError
from common.files import replacing
from common.generators.world import pretraining, vocabulary
from common.paths import cache_dir
from common.training.loop import fit
from common.training.seed import set_seed

BERT, LONGER = "hw07-bert", "hw07-bert-longer"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[BLANK]")
PAD, UNK, CLS, SEP, MASK, BLANK = range(len(SPECIAL))
LAYERS, HEADS, WIDTH, LONGEST = 4, 4, 128, 256
NEIGHBOURS = (-2, -1, 1, 2)  # what a head of the first layer looks at, at first


# --- the network ------------------------------------------------------------------------------------------------------


def tokenizer():
    """The tokenizer, as `AutoTokenizer` gives it: a token is a character, or two that make a name."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pairs = vocabulary.bigrams()
    ids = {token: k for k, token in enumerate([*SPECIAL, *vocabulary.characters(), *pairs])}
    made = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("|".join(pairs) + "|."), "isolated")]
    )
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    names = {f"{name[1:-1].lower()}_token": name for name in SPECIAL[:5]}
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=LONGEST,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        extra_special_tokens=["[BLANK]"],
        **names,
    )


def untrained(tokens: int | None = None) -> nn.Module:
    """A `BertForQuestionAnswering` that has learnt nothing, drawn by torch's global generator.

    tokens: how many there are, if not those of `tokenizer`.
    """
    from transformers import BertConfig, BertForQuestionAnswering

    config = BertConfig(
        vocab_size=tokens or len(tokenizer()),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=LONGEST,
        initializer_range=0.05,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertForQuestionAnswering(config)
    look_at_neighbours(model.bert)
    return model


@torch.no_grad()
def look_at_neighbours(bert: nn.Module, sharpness: float = 1.45) -> None:
    """Let each head of the first layer begin by looking at one of the NEIGHBOURS.

    The first dimensions of the embeddings tell the place and nothing else: sine and cosine of the place at some
    frequencies. A key is these numbers; a query is the same turned by the neighbour's distance, so the two agree most
    where the neighbour stands.
    """
    embeddings, first = bert.embeddings, bert.encoder.layer[0].attention
    size = bert.config.hidden_size // bert.config.num_attention_heads  # of a head
    rates = _rates(size)
    angles = torch.arange(bert.config.max_position_embeddings)[:, None] * rates
    places = torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)
    embeddings.position_embeddings.weight.zero_()
    embeddings.position_embeddings.weight[:, :size] = 2**0.5 * bert.config.initializer_range * places
    for other in (embeddings.word_embeddings, embeddings.token_type_embeddings):
        other.weight[:, :size] = 0
    first.self.query.weight.zero_(), first.self.key.weight.zero_()
    look(first, NEIGHBOURS, rates, sharpness)
    for layer in (first.self.value, first.output.dense):  # they carry what the neighbour is: louder than usual
        layer.weight.mul_(1.5)


def _rates(size: int) -> torch.Tensor:
    """Of the sines and cosines that tell a token's place to a head of this size."""
    return 0.05 + 3.0 * torch.rand(size // 2, generator=torch.Generator().manual_seed(0))


def look(
    attention: nn.Module, distances: tuple[int, ...], rates: torch.Tensor, sharpness: float | torch.Tensor
) -> None:
    """Let each of the first heads look so many tokens away."""
    query, key, size = attention.self.query.weight, attention.self.key.weight, 2 * len(rates)
    sines, cosines = torch.arange(0, size, 2), torch.arange(1, size, 2)
    for head, distance in enumerate(distances):
        turns, rows = distance * rates, head * size + sines
        query[head * size : (head + 1) * size] = key[head * size : (head + 1) * size] = 0
        query[rows, sines], query[rows, cosines] = sharpness * turns.cos(), sharpness * turns.sin()
        query[rows + 1, sines], query[rows + 1, cosines] = -sharpness * turns.sin(), sharpness * turns.cos()
        key[rows, sines] = key[rows + 1, cosines] = sharpness


@torch.no_grad()
def look_for_the_same(bert: nn.Module, sharpness: float = 1.7, segment: float = 2.3, back: float = 5.0) -> None:
    """Let a head of the second layer begin by looking for its own token in the sentences; two of the third look back.

    The second quarter of the numbers tells the token alone: what the neighbours are is kept to the upper half. Queries
    and keys are that quarter, and a key is louder in the sentences (the first segment), so that a token finds itself
    there if it is there, and stays with itself if not. Then the third layer hands what was found on to what follows: it
    looks some three and eight tokens back, by those frequencies that tell places roughly.
    """
    embeddings, (first, second, third) = bert.embeddings, (layer.attention for layer in bert.encoder.layer[:3])
    size = bert.config.hidden_size // bert.config.num_attention_heads  # of a head
    first.output.dense.weight[: 2 * size] = 0
    for weight in (second.self.query.weight, second.self.key.weight):
        weight[:size] = 0
        weight[1:size, size + 1 : 2 * size] = sharpness * torch.eye(size - 1)
    segments = embeddings.token_type_embeddings.weight
    second.self.query.bias[0] = segment
    second.self.key.weight[0] = segment * functional.normalize(segments[0] - segments[1], dim=0)
    second.output.dense.weight[:size] = 0  # places stay what they are
    rates = _rates(size)
    look(third, (-3, -8), rates, back * torch.exp(-((rates / 0.7) ** 2)))
    for layer in (second, third):
        for part in (layer.self.value, layer.output.dense):
            part.weight.mul_(1.5)


def load(weights: str | Path = BERT) -> nn.Module:
    """A pretrained network, of the package (by its name) or of a file. Raises HomeworkError in one sentence."""
    return zoo.frozen(untrained(), weights, "the BERT of homework 7").requires_grad_(True)


def folder(weights: str | Path = BERT, where: Path | None = None) -> Path:
    """A pretrained network as transformers keeps one, with its tokenizer; written if it is not there yet.

    `AutoTokenizer.from_pretrained` and `AutoModelForQuestionAnswering.from_pretrained` read it. weights: as for `load`;
    where: the folder, one in the cache if not given.
    """
    file = zoo.path(weights) if isinstance(weights, str) else weights
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]  # other weights, another folder
    where = where or cache_dir() / f"{file.stem}-{digest}"
    if not (where / "model.safetensors").is_file():
        where.mkdir(parents=True, exist_ok=True)
        tokenizer().save_pretrained(where)
        model = load(weights)
        model.config.architectures = [type(model).__name__]
        model.config.to_json_file(where / "config.json")
        with replacing(where / "model.safetensors") as partial:  # last: whoever sees it sees the others as well
            save_file({k: v.contiguous() for k, v in model.state_dict().items()}, partial, metadata={"format": "pt"})
    return where


NEEDED = {  # by transformers, in a folder: any of these files
    "its configuration": ("config.json",),
    "its vocabulary": ("tokenizer.json", "vocab.txt"),
    "its weights": ("model.safetensors", "pytorch_model.bin"),
}


def usable(name: str | Path) -> str:
    """`name` again, once it is sure that transformers can read it: a folder, or the name of a model at Hugging Face.

    Raises HomeworkError in one sentence that says what is missing or damaged and what to do.
    """
    from transformers.utils import cached_file

    where = Path(name)
    if not where.is_dir():
        try:
            cached_file(str(name), "config.json")
        except (OSError, ValueError):
            raise HomeworkError(
                f"There is no folder {name}, and no model of this name can be had from Hugging Face; without network, "
                "put its files into a folder and name that, or take str(zoo.folder()), which needs none."
            ) from None
        return str(name)
    for what, files in NEEDED.items():
        if not any((where / file).is_file() for file in files):
            raise HomeworkError(f"The model in {where} lacks {what}: put {' or '.join(files)} there.")
    try:
        json.loads((where / "config.json").read_text("utf-8"))
    except ValueError:
        raise HomeworkError(f"{where / 'config.json'} is damaged: it is not JSON; get it again.") from None
    weights = where / "model.safetensors"
    try:
        if weights.is_file():
            safe_open(weights, "pt")
    except (OSError, SafetensorError) as error:
        raise HomeworkError(f"{weights} is damaged or cut off ({error}); get it again.") from None
    return str(name)


# --- what it learns from ----------------------------------------------------------------------------------------------


class Told(NamedTuple):
    """Token numbers of a passage, and of sentences that tell some of it again.

    A sentence comes with (place, start, end) for each of its blanks: the place in the sentence, and the passage's first
    and last token of what belongs there, both -1 if the passage does not tell it.
    """

    passage: list[int]
    sentences: list[tuple[list[int], list[tuple[int, int, int]]]]


class Example(NamedTuple):
    """[CLS] sentences [SEP] window [SEP], and (place, start, end) for each blank; start = end = 0 is "not here"."""

    ids: list[int]
    window: int  # where the window begins
    blanks: list[tuple[int, int, int]]
    asked: int  # which of the blanks is [MASK]


def told(one: pretraining.Restated, encode) -> Told:
    """Take a passage and its sentences apart into tokens. encode: the fast tokenizer's encode_batch."""
    texts, blanks, begin = [], [], 0
    for sentence in one.text.split("。")[:-1]:
        end = begin + len(sentence) + 1
        some = [blank for blank in one.blanks if begin <= blank.start < end]
        text, at = "", begin
        for blank in some:
            text, at = text + one.text[at : blank.start] + "[MASK]", blank.end
        texts.append(text + one.text[at:end])
        blanks.append(some)
        begin = end
    passage, *found = encode([one.passage, *texts], add_special_tokens=False)
    starts = {a: k for k, (a, _) in enumerate(passage.offsets)}
    ends = {b: k for k, (_, b) in enumerate(passage.offsets)}
    sentences = []
    for tokens, some in zip(found, blanks, strict=True):
        places = [k for k, token in enumerate(tokens.ids) if token == MASK]
        spans = [(starts.get(b.at), ends.get(b.until)) if b.at >= 0 else (-1, -1) for b in some]
        if some and all(None not in span for span in spans):  # a value that begins within a token is left out
            sentences.append((tokens.ids, [(place, *span) for place, span in zip(places, spans, strict=True)]))
    return Told(passage.ids, sentences)


def example(told: Told, size: int, absent: float, dice: Random, most: int = 2) -> Example | None:
    """A window of `size` tokens and at most `most` sentences: about it, or with probability `absent` not."""
    passage, sentences = told
    here = [sentence for sentence in sentences if sentence[1][0][1] >= 0]
    if not here:
        return None
    _, spans = dice.choice(here)  # a sentence whose values the window shall hold
    last = max(0, len(passage) - size)
    first, final = min(start for _, start, _ in spans), max(end for *_, end in spans)
    begin = dice.randint(min(max(0, final + 1 - size), last), min(first, last))
    until = begin + size
    inside = [s for s in here if all(begin <= start and end < until for _, start, end in s[1])]
    outside = [s for s in sentences if all(end < begin or start >= until for _, start, end in s[1])]
    dice.shuffle(inside)
    dice.shuffle(outside)
    chosen = []
    while len(chosen) < most and (inside or outside):
        away = bool(outside) and (not inside or dice.random() < absent)
        chosen.append(((outside if away else inside).pop(), away))
        if not inside and dice.random() > absent:
            break
    if not chosen:
        return None
    ids, blanks, of_sentence = [CLS], [], []
    for number, ((tokens, spans), away) in enumerate(chosen):
        blanks += [
            (len(ids) + place, *((-1, -1) if away else (start - begin, end - begin))) for place, start, end in spans
        ]
        of_sentence += [number] * len(spans)
        ids += tokens
    number = dice.randrange(len(chosen))
    asked = dice.choice([k for k, other in enumerate(of_sentence) if other == number])
    window = len(ids) + 1
    blanks = [(place, start + window, end + window) if start >= 0 else (place, 0, 0) for place, start, end in blanks]
    for k, (place, *_) in enumerate(blanks):
        ids[place] = MASK if k == asked else BLANK
    return Example([*ids, SEP, *passage[begin:until], SEP], window, blanks, asked)


class Batch(NamedTuple):
    ids: torch.Tensor  # (B, T)
    types: torch.Tensor  # (B, T): 0 sentences, 1 window
    blanks: torch.Tensor  # (N, 4): row, place, start, end
    asked: torch.Tensor  # (B, 2): start, end


def collate(examples: list[Example]) -> Batch:
    """Pad examples to the longest."""
    ids = torch.zeros(len(examples), max(len(one.ids) for one in examples), dtype=torch.long)
    types = torch.zeros_like(ids)
    for row, one in enumerate(examples):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        types[row, one.window : len(one.ids)] = 1
    blanks = torch.tensor([(row, *blank) for row, one in enumerate(examples) for blank in one.blanks])
    return Batch(ids, types, blanks, torch.tensor([one.blanks[one.asked][1:] for one in examples]))


class Texts(NamedTuple):
    """Of 200 passages, how many are lists, and tell the same of several subjects, in a sentence each or in more."""

    listed: int = 0
    briefly: int = 0
    compared: int = 0


def stream(
    seed: int,
    size: int,
    batch_size: int,
    absent: float = 0.25,
    texts: Texts | None = None,
    sentences: tuple[int, int] = (2, 2),
    encode=None,
) -> Iterator[Batch]:
    """Batches without end, a pure function of the arguments. sentences: how many to a window, at least and at most."""
    encode = encode or tokenizer().backend_tokenizer.encode_batch
    dice, number = Random(f"windows {seed}"), 0
    some, (least, most) = texts or Texts(), sentences
    while True:
        draw = 1_000_000 * seed + number
        read = pretraining.restated(draw, 200 - sum(some), sentences=8, absent=0.2)
        read += pretraining.listed(draw, some.listed)
        read += pretraining.compared(draw, some.briefly, briefly=True)
        read += pretraining.compared(draw, some.compared, briefly=False)
        rows = [
            example(one, size, absent, dice, most if least == most else dice.randint(least, most))
            for one in (told(one, encode) for one in read)
            for _ in range(3)
        ]
        rows = [row for row in rows if row]
        dice.shuffle(rows)
        for k in range(0, len(rows) - batch_size + 1, batch_size):
            yield collate(rows[k : k + batch_size])
        number += 1


# --- how it was trained -----------------------------------------------------------------------------------------------

EPOCH = 200  # steps
MASKED = 0.05


class Stage(NamedTuple):
    epochs: int
    size: int  # tokens of a window
    batch_size: int
    absent: float  # how often a sentence is about something else
    texts: Texts | None = None  # if not passages alone
    sentences: tuple[int, int] = (
        2,
        2,
    )  # to a window; were all its subjects asked about, their names would tell nothing


class Part(NamedTuple):
    """A part of a course: its rate rises from nothing and falls again."""

    stages: tuple[Stage, ...]
    lr: float
    warm: float = 0.1  # the share of its steps in which the rate rises

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)


class Course(NamedTuple):
    """How one of the networks is pretrained."""

    parts: tuple[Part, ...]
    matching: bool = False  # whether a head begins by looking for the same token
    draw: int = 0  # text that no other course has


COURSES = {
    BERT: Course((Part((Stage(5, 56, 16, 0.25), Stage(7, 100, 12, 0.35)), 1.5e-3),)),
    LONGER: Course(
        (
            Part((Stage(3, 40, 64, 0.15, Texts(listed=200), (1, 3)),), 1.5e-3),
            Part(
                (Stage(3, 64, 24, 0.2, Texts(40, 80, 40), (1, 3)), Stage(28, 100, 12, 0.4, Texts(10, 30, 70), (1, 3))),
                7e-4,
                warm=0.03,
            ),
        ),
        matching=True,
        draw=100,
    ),
}


class Pretraining(nn.Module):
    """The network, and what it needs while it is pretrained alone: a pointer for [BLANK], a guess for masked words."""

    def __init__(self, matching: bool = False):
        super().__init__()
        self.model = untrained()
        if matching:
            look_for_the_same(self.model.bert)
        self.wanted, self.offered = (nn.Linear(WIDTH, 2 * WIDTH) for _ in range(2))  # of a blank, of a token
        self.guess = nn.Linear(WIDTH, WIDTH)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Hidden states (B, T, D), scores of start and end for [MASK] (B, T, 2), for every blank (N, T, 2)."""
        inside = batch.ids != PAD
        hidden = self.model.bert(batch.ids, inside.long(), batch.types).last_hidden_state
        possible = inside & (batch.types == 1)
        possible[:, 0] = True
        asked = self.model.qa_outputs(hidden).masked_fill(~possible[..., None], -1e4)
        row, place = batch.blanks[:, 0], batch.blanks[:, 1]
        wanted = self.wanted(hidden[row, place]).view(-1, 2, WIDTH)
        offered = self.offered(hidden).unflatten(2, (2, WIDTH))[row]
        scores = torch.einsum("nsd,ntsd->nts", wanted, offered) / WIDTH**0.5
        return hidden, asked, scores.masked_fill(~possible[row][..., None], -1e4)

    def losses(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Of all blanks, and of the masked words of the windows."""
        ids, types, blanks, right = batch
        masked = (torch.rand(ids.shape) < MASKED) & (ids > BLANK) & (types == 1)
        hidden, asked, scores = self(batch._replace(ids=ids.masked_fill(masked, MASK)))
        spans = functional.cross_entropy(asked, right) + functional.cross_entropy(scores, blanks[:, 2:])
        words = self.model.bert.embeddings.word_embeddings.weight
        guessed = functional.gelu(self.guess(hidden[masked])) @ words.T
        return spans, functional.cross_entropy(guessed, ids[masked])

    @torch.no_grad()
    def measure(self, batch: Batch) -> dict[str, float]:
        """The loss of the blanks, and the share found: of [MASK] and of all blanks, in the window and not there."""
        _, asked, scores = self(batch)
        loss = functional.cross_entropy(asked, batch.asked) + functional.cross_entropy(scores, batch.blanks[:, 2:])
        numbers = {"loss": loss.item()}
        for name, found, right in (("asked", asked, batch.asked), ("blank", scores, batch.blanks[:, 2:])):
            hit, here = (found.argmax(1) == right).all(1).float(), right[:, 0] > 0
            numbers |= {name: hit[here].mean().item(), f"{name}_absent": hit[~here].mean().item()}
        return numbers


class _Batches:
    """EPOCH batches at a pass. Which stage it is, the schedule knows: so a run that was cut off goes on as it would."""

    def __init__(self, part: Part, draw: int, schedule):
        self.draw, self.schedule = draw, schedule
        self.stages = [stage for stage in part.stages for _ in range(stage.epochs)]
        self.encode = tokenizer().backend_tokenizer.encode_batch

    def __len__(self) -> int:
        return EPOCH

    def __iter__(self) -> Iterator[Batch]:
        epoch = self.schedule.last_epoch // EPOCH
        _, *stage = self.stages[min(epoch, len(self.stages) - 1)]
        made = stream(self.draw + epoch, *stage, self.encode)
        for _ in range(EPOCH):
            yield next(made)


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Pretrain and write `out/hw07-bert.safetensors` and `out/hw07-bert-longer.safetensors`.

    Prints how often they find blanks in text they have not seen. A run that was cut off goes on where it was, from
    `out/NAME-PART.partial`. only: "bert" or "bert-longer".
    """
    names = {name.removeprefix("hw07-"): name for name in COURSES}
    if only not in (None, *names):
        raise HomeworkError(f"There is no network {only!r}; homework 7 has {' and '.join(names)}.")
    if pictures is not None:
        raise HomeworkError("The BERT learns from text; leave --pictures out.")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for name in COURSES if only is None else [names[only]]:
        _train(out, name, COURSES[name], seed)


def _train(out: Path, name: str, course: Course, seed: int) -> None:
    set_seed(seed)
    whole = Pretraining(course.matching)
    draw = 1000 * seed + course.draw
    partial = [out / f"{name}-{number}.partial" for number, _ in enumerate(course.parts, 1)]
    for file, part in zip(partial, course.parts, strict=True):
        last = part.stages[-1]
        new = next(stream(1000 * seed + 999, last.size, 200, texts=last.texts, sentences=last.sentences))
        _learn(whole, part, file, draw, new)
        draw += part.epochs
    zoo.save_weights(whole.model, out / f"{name}.safetensors")
    for file in partial:
        file.unlink(missing_ok=True)
    print(f"{name}: {sum(p.numel() for p in whole.model.parameters()):,} parameters")


def _learn(whole: Pretraining, part: Part, partial: Path, draw: int, new: Batch) -> None:
    """One part of a course, or what is left of it in `partial`; `new` is text that it does not see."""
    optimizer = torch.optim.AdamW(whole.parameters(), lr=part.lr, betas=(0.9, 0.98), weight_decay=0.01)
    steps = part.epochs * EPOCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, part.lr, total_steps=steps, pct_start=part.warm)

    def step(batch: Batch) -> dict[str, torch.Tensor]:
        spans, words = whole.losses(batch)
        return {"loss": spans + 0.2 * words, "words": words}

    def validate() -> dict[str, float]:
        numbers = whole.measure(new)
        shown = "  ".join(f"{name} {value:.3f}" for name, value in numbers.items())
        print(f"{partial.stem}, step {schedule.last_epoch:5}  {shown}", flush=True)
        return numbers

    fit(step, _Batches(part, draw, schedule), optimizer, epochs=part.epochs, model=whole, validate=validate,
        schedule=schedule, clip=1.0, checkpoint=partial, progress=False)  # fmt: skip
