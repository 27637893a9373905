"""A small Chinese BERT, pretrained on text of the invented world: what homework 7 starts from.

It is transformers' own `BertForQuestionAnswering` (Devlin et al. 2019), four layers of 128 numbers, and lies in a
folder as bert-base-chinese does, so that one name is all that has to change for the real one. Weights: `hw07-bert`, and
`hw07-bert-longer`, which went on from there.

**What it learns from.** Sentences that tell again, in other words, what a passage tells, with blanks in them: Ram et
al. 2021, "Few-shot question answering by pretraining span selection". One blank, [MASK], is found by the two scores of
a token that question answering has afterwards, where its text begins and where it ends; the others, [BLANK], by a
pointer that is thrown away. What the passage does not tell is to be pointed at [CLS]. Besides, some tokens of the
passage are masked and guessed, as in BERT. No question is ever asked.

**Whose is it?** What such a network confuses is whose a value is: asked of a subject that the passage only names, it
points at the same fact of another one. The text seldom asks that. So the longer one is asked it often at the end: a
sentence that the window does tell is said of the subject of its kind that is left out (`Sentence.renamed`): "not here".

**How it begins.** To look something up takes two steps: to know what stands beside a token, and to find the token that
matches (Olsson et al. 2022, "In-context learning and induction heads"). The second waits for the first, and a
network as small as this waits long. So the heads of its first layer begin as a convolution of width five does: each
looks at one neighbour (`look_at_neighbours`). Nothing holds them there.
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
    rates = 0.05 + 3.0 * torch.rand(size // 2, generator=torch.Generator().manual_seed(0))
    angles = torch.arange(bert.config.max_position_embeddings)[:, None] * rates
    places = torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)
    embeddings.position_embeddings.weight.zero_()
    embeddings.position_embeddings.weight[:, :size] = 2**0.5 * bert.config.initializer_range * places
    for other in (embeddings.word_embeddings, embeddings.token_type_embeddings):
        other.weight[:, :size] = 0
    query, key = first.self.query.weight.zero_(), first.self.key.weight.zero_()
    for head, distance in enumerate(NEIGHBOURS):
        turns = distance * rates
        rows = head * size + torch.arange(0, size, 2)
        sines, cosines = torch.arange(0, size, 2), torch.arange(1, size, 2)
        query[rows, sines], query[rows, cosines] = sharpness * turns.cos(), sharpness * turns.sin()
        query[rows + 1, sines], query[rows + 1, cosines] = -sharpness * turns.sin(), sharpness * turns.cos()
        key[rows, sines] = key[rows + 1, cosines] = sharpness
    for layer in (first.self.value, first.output.dense):  # they carry what the neighbour is: louder than usual
        layer.weight.mul_(1.5)


@torch.no_grad()
def look_for_the_same(bert: nn.Module, ids: torch.Tensor, types: torch.Tensor, sharpness: float = 1.4) -> None:
    """Let the first layer's quietest head begin anew, by looking at the same token on the other side, if it is there.

    Its queries are its keys, some directions of the token alone (Trockman & Kolter 2023, "Mimetic initialization of
    self-attention layers"); one more tells the sides apart, and that it takes along. ids, types: (B, T), as an example.
    """
    attention, width = bert.encoder.layer[0].attention, bert.config.hidden_size
    size = width // bert.config.num_attention_heads
    query, key, value = attention.self.query, attention.self.key, attention.self.value
    output = attention.output.dense.weight
    heads = [slice(k, k + size) for k in range(0, width, size)]
    head = min(heads, key=lambda rows: float((output[:, rows] @ value.weight[rows]).norm()))
    some = functional.pad(torch.linalg.qr(torch.randn(width - size, size)).Q.T, (size, 0))
    hidden = bert(ids, (ids != PAD).long(), types, output_hidden_states=True).hidden_states[0]
    left, right = (hidden[(types == side) & (ids != PAD)].mean(0) for side in (0, 1))
    apart = (right - left) / (right - left).square().sum()  # 1/2 on the right, -1/2 on the left of the middle
    middle = apart @ (left + right) / 2
    for layer, sign in ((query, -1), (key, 1)):
        layer.weight[head], layer.bias[head] = sharpness * some, 0
        layer.weight[head.start], layer.bias[head.start] = sign * 6 * apart, -sign * 6 * middle
    value.weight[head.start], value.bias[head.start] = 4 * apart, -4 * middle


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


class Sentence(NamedTuple):
    """Token numbers of a sentence that tells something of a passage again, and what belongs into its blanks.

    A blank is (place, start, end): the place in the sentence, and the passage's first and last token of what belongs
    there, both -1 if the passage does not tell it.
    """

    ids: list[int]
    blanks: list[tuple[int, int, int]]
    part: tuple[int, int] = (-1, -1)  # the passage's first and last token about the subject, -1 if there is none
    named: int = -1  # the passage's token that the subject's name begins with, the last time before the first value
    renamed: "Sentence | None" = None  # the same of another subject of this kind, of which the passage tells nothing


class Told(NamedTuple):
    """Token numbers of a passage, and sentences that tell some of it again."""

    passage: list[int]
    sentences: list[Sentence]


class Example(NamedTuple):
    """[CLS] sentences [SEP] window [SEP], and (place, start, end) for each blank; start = end = 0 is "not here"."""

    ids: list[int]
    window: int  # where the window begins
    blanks: list[tuple[int, int, int]]
    asked: int  # which of the blanks is [MASK]
    part: tuple[int, int]  # first and last token of the window about the subject of the sentence with [MASK], or 0, -1


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
    subjects, others = zip(*(_another(one, text) for text in texts), strict=True)
    passage, *found = encode([one.passage, *texts, *others], add_special_tokens=False)
    starts = {a: k for k, (a, _) in enumerate(passage.offsets)}
    ends = {b: k for k, (_, b) in enumerate(passage.offsets)}
    sentences = []
    for tokens, some, number, other in zip(found[: len(texts)], blanks, subjects, found[len(texts) :], strict=True):
        spans = [(starts.get(b.at), ends.get(b.until)) if b.at >= 0 else (-1, -1) for b in some]
        if some and all(None not in span for span in spans):  # a value that begins within a token is left out
            named = starts.get(one.passage.rfind(one.names[number], 0, max(some[0].at, 0)), -1)
            part = starts.get(one.parts[number][0], -1), ends.get(one.parts[number][1], -1)
            renamed = Sentence(other.ids, _placed(other.ids, [(-1, -1)] * len(some))) if other.ids else None
            sentences.append(Sentence(tokens.ids, _placed(tokens.ids, spans), part, named, renamed))
    return Told(passage.ids, sentences)


def _placed(ids: list[int], spans: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Where in a sentence each blank stands, and the span that belongs there."""
    places = [k for k, token in enumerate(ids) if token == MASK]
    return [(place, *span) for place, span in zip(places, spans, strict=True)]


def _another(one: pretraining.Restated, text: str) -> tuple[int, str]:
    """Whom a sentence is about; the same of the subject that the passage leaves out, "" if that is of another kind."""
    number = next(k for k, name in enumerate(one.names) if name in text)
    alike = number != one.left_out and one.kinds[number] == one.kinds[one.left_out]
    return number, text.replace(one.names[number], one.names[one.left_out]) if alike else ""


def example(told: Told, size: int, absent: float, dice: Random, renamed: float = 0) -> Example | None:
    """A window of `size` tokens and one or two sentences: about it, or with probability `absent` not.

    renamed: how often what the window does tell is said of another subject, where the window has the right one's name.
    """
    passage, sentences = told
    here = [sentence for sentence in sentences if sentence.blanks[0][1] >= 0]
    if not here:
        return None
    spans = dice.choice(here).blanks  # of a sentence whose values the window shall hold
    last = max(0, len(passage) - size)
    first, final = min(start for _, start, _ in spans), max(end for *_, end in spans)
    begin = dice.randint(min(max(0, final + 1 - size), last), min(first, last))
    until = begin + size
    inside = [s for s in here if all(begin <= start and end < until for _, start, end in s.blanks)]
    outside = [s for s in sentences if all(end < begin or start >= until for _, start, end in s.blanks)]
    dice.shuffle(inside)
    dice.shuffle(outside)
    chosen = []
    while len(chosen) < 2 and (inside or outside):
        away = bool(outside) and (not inside or dice.random() < absent)
        sentence = (outside if away else inside).pop()
        if renamed and not away and sentence.renamed and sentence.named >= begin and dice.random() < renamed:
            sentence, away = sentence.renamed, True
        chosen.append((sentence, away))
        if not inside and dice.random() > absent:
            break
    if not chosen:
        return None
    ids, blanks, of_sentence = [CLS], [], []
    for number, (sentence, away) in enumerate(chosen):
        blanks += [
            (len(ids) + place, *((-1, -1) if away else (start - begin, end - begin)))
            for place, start, end in sentence.blanks
        ]
        of_sentence += [number] * len(sentence.blanks)
        ids += sentence.ids
    number = dice.randrange(len(chosen))
    asked = dice.choice([k for k, other in enumerate(of_sentence) if other == number])
    window = len(ids) + 1
    blanks = [(place, start + window, end + window) if start >= 0 else (place, 0, 0) for place, start, end in blanks]
    for k, (place, *_) in enumerate(blanks):
        ids[place] = MASK if k == asked else BLANK
    first, last = chosen[number][0].part
    part = max(first - begin, 0) + window, min(last, until - 1) - begin + window
    if first < 0 or part[0] > part[1] or part[1] < window:
        part = 0, -1
    return Example([*ids, SEP, *passage[begin:until], SEP], window, blanks, asked, part)


class Batch(NamedTuple):
    ids: torch.Tensor  # (B, T)
    types: torch.Tensor  # (B, T): 0 sentences, 1 window
    blanks: torch.Tensor  # (N, 4): row, place, start, end
    asked: torch.Tensor  # (B, 2): start, end
    about: torch.Tensor  # (B, T): whether a token is about the subject of the sentence with [MASK]


def collate(examples: list[Example]) -> Batch:
    """Pad examples to the longest."""
    ids = torch.zeros(len(examples), max(len(one.ids) for one in examples), dtype=torch.long)
    types = torch.zeros_like(ids)
    for row, one in enumerate(examples):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        types[row, one.window : len(one.ids)] = 1
    blanks = torch.tensor([(row, *blank) for row, one in enumerate(examples) for blank in one.blanks])
    first, last = torch.tensor([one.part for one in examples]).T[..., None]
    place = torch.arange(ids.shape[1])
    asked = torch.tensor([one.blanks[one.asked][1:] for one in examples])
    return Batch(ids, types, blanks, asked, (place >= first) & (place <= last))


def stream(
    seed: int, size: int, batch_size: int, absent: float = 0.25, renamed: float = 0, encode=None
) -> Iterator[Batch]:
    """Batches without end, a pure function of the arguments. Those of `example`: size, absent, renamed."""
    encode = encode or tokenizer().backend_tokenizer.encode_batch
    dice, number = Random(f"windows {seed}"), 0
    while True:
        some = pretraining.restated(1_000_000 * seed + number, 200, sentences=8, absent=0.2)
        passages = [told(one, encode) for one in some]
        rows = [example(one, size, absent, dice, renamed) for one in passages for _ in range(3)]
        rows = [row for row in rows if row]
        dice.shuffle(rows)
        for k in range(0, len(rows) - batch_size + 1, batch_size):
            yield collate(rows[k : k + batch_size])
        number += 1


# --- how it was trained -----------------------------------------------------------------------------------------------

EPOCH = 200  # steps
WEIGHTS = {"spans": 1, "words": 0.2, "whose": 1}  # of the losses


class Stage(NamedTuple):
    """A part of a course; see `example` for size, absent and renamed."""

    epochs: int
    size: int
    batch_size: int
    absent: float
    renamed: float = 0
    masked: float = 0.05  # the share of the window's tokens that are hidden, to be guessed
    whose: bool = False  # whether the network is told which tokens are about the subject


class Course(NamedTuple):
    """How one of the networks is pretrained: stages under one rise and fall of the learning rate."""

    stages: tuple[Stage, ...]
    lr: float
    draw: int = 0  # text that no other course has

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)


COURSES = {  # one after the other; the second network goes on from the first
    BERT: (Course((Stage(5, 56, 16, 0.25), Stage(7, 100, 12, 0.35)), 1.5e-3),),
    LONGER: (
        Course((Stage(40, 100, 12, 0.5),), 1e-3, draw=100),
        Course((Stage(12, 100, 12, 0.35, renamed=0.6, masked=0, whose=True),), 7e-4, draw=200),
    ),
}


class Pretraining(nn.Module):
    """The network, and what it needs while it is pretrained alone: a pointer for [BLANK], a guess for masked words."""

    def __init__(self):
        super().__init__()
        self.model = untrained()
        self.wanted, self.offered = (nn.Linear(WIDTH, 2 * WIDTH) for _ in range(2))  # of a blank, of a token
        self.guess = nn.Linear(WIDTH, WIDTH)
        self.whose: nn.Linear | None = None  # of a token, whether it is about the subject; where a course asks for it

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

    def losses(self, batch: Batch, stage: Stage) -> dict[str, torch.Tensor]:
        """Of all blanks; where a stage has them of the masked words of the windows, and of whom each token is about."""
        ids, types, blanks, right, about = batch
        masked = (torch.rand(ids.shape) < stage.masked) & (ids > BLANK) & (types == 1)
        hidden, asked, scores = self(batch._replace(ids=ids.masked_fill(masked, MASK)))
        found = {"spans": functional.cross_entropy(asked, right) + functional.cross_entropy(scores, blanks[:, 2:])}
        if stage.masked:
            words = self.model.bert.embeddings.word_embeddings.weight
            guessed = functional.gelu(self.guess(hidden[masked])) @ words.T
            found["words"] = functional.cross_entropy(guessed, ids[masked])
        if stage.whose:
            window = types == 1
            told = self.whose(hidden[window])[:, 0]
            found["whose"] = functional.binary_cross_entropy_with_logits(told, about[window].float())
        return found

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

    def __init__(self, seed: int, course: Course, schedule):
        self.seed, self.schedule, self.draw = seed, schedule, course.draw
        self.stages = [stage for stage in course.stages for _ in range(stage.epochs)]
        self.encode = tokenizer().backend_tokenizer.encode_batch

    def __len__(self) -> int:
        return EPOCH

    def __iter__(self) -> Iterator[tuple[Batch, Stage]]:
        epoch = self.schedule.last_epoch // EPOCH
        stage = self.stages[min(epoch, len(self.stages) - 1)]
        made = stream(
            1000 * self.seed + self.draw + epoch,
            stage.size,
            stage.batch_size,
            stage.absent,
            stage.renamed,
            self.encode,
        )
        for _ in range(EPOCH):
            yield next(made), stage


def train(out: Path, *, seed: int = 2022, only: str | None = None, pictures: Path | None = None) -> None:
    """Pretrain and write `out/hw07-bert.safetensors` and `out/hw07-bert-longer.safetensors`.

    Prints how often they find blanks in text they have not seen. A run that was cut off goes on where it was, from
    `out/NAME-1.partial` (of its first course). only: "bert" or "bert-longer".
    """
    names = {name.removeprefix("hw07-"): name for name in COURSES}
    if only not in (None, *names):
        raise HomeworkError(f"There is no network {only!r}; homework 7 has {' and '.join(names)}.")
    if pictures is not None:
        raise HomeworkError("The BERT learns from text; leave --pictures out.")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for name in COURSES if only is None else [names[only]]:
        set_seed(seed)
        whole, partials = Pretraining(), []
        if name == LONGER:
            made = out / f"{BERT}.safetensors"
            whole.model = load(made if made.is_file() else BERT)
        for number, course in enumerate(COURSES[name], 1):
            partials.append(out / f"{name}-{number}.partial")
            _follow(course, whole, seed, name, partials[-1])
        zoo.save_weights(whole.model, out / f"{name}.safetensors")
        for partial in partials:
            partial.unlink(missing_ok=True)
        print(f"{name}: {sum(p.numel() for p in whole.model.parameters()):,} parameters")


def _follow(course: Course, whole: Pretraining, seed: int, name: str, partial: Path) -> None:
    """Pretrain `whole` as the course says, or go on with that from the checkpoint `partial`."""
    new = next(stream(1000 * seed + 999, 100, 200, renamed=course.stages[-1].renamed))
    if any(stage.whose for stage in course.stages):
        whole.whose = nn.Linear(WIDTH, 1)
        look_for_the_same(whole.model.bert, new.ids, new.types)
    optimizer = torch.optim.AdamW(whole.parameters(), lr=course.lr, betas=(0.9, 0.98), weight_decay=0.01)
    steps = course.epochs * EPOCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.lr, total_steps=steps, pct_start=0.1)

    def step(made: tuple[Batch, Stage]) -> dict[str, torch.Tensor]:
        losses = whole.losses(*made)
        return {"loss": sum(WEIGHTS[name] * loss for name, loss in losses.items()), **losses}

    def validate() -> dict[str, float]:
        numbers = whole.measure(new)
        shown = "  ".join(f"{what} {value:.3f}" for what, value in numbers.items())
        print(f"{name}, step {schedule.last_epoch:5}  {shown}", flush=True)
        return numbers

    fit(step, _Batches(seed, course, schedule), optimizer, epochs=course.epochs, model=whole, validate=validate,
        schedule=schedule, clip=1.0, checkpoint=partial, progress=False)  # fmt: skip
