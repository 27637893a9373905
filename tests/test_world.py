"""The invented world: passages that hold together, questions that must be understood, text to pretrain on."""

import functools
import hashlib
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.generators import world
from common.generators.world import pretraining, telling, vocabulary, words
from common.generators.world.facts import PARTS, Names
from common.generators.world.kinds import KINDS
from common.generators.world.shortcuts import SHORTCUTS, Text, guesses

seeds = st.integers(0, 2**130)


@pytest.fixture(scope="module")
def asked():
    return world.questions(2022, 200)


def test_the_same_bytes_on_every_machine():
    """Raise the version in hw07/data.py with these."""
    told = repr([(passage.text, some) for passage, some in world.questions(2022, 20, part="public test")])
    again = repr(pretraining.restated(2022, 20))
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (told, again)]
    assert digests == ["4e064c4856365b4a", "bd71e26bbf82c209"]


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from(PARTS))
def test_a_function_of_the_seed(seed, part):
    assert world.questions(seed, 2, part=part) == world.questions(seed, 2, part=part)
    assert world.passages(seed, 1, part) != world.passages(seed + 1, 1, part)


# --- passages ---------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_values_stand_where_they_are_said_to(seed):
    (passage,) = world.passages(seed, 1)
    assert telling.SHORTEST <= len(passage.text) <= telling.LONGEST
    for number, slot, start, end in passage.values:
        assert passage.text[start:end] == passage.subjects[number].facts[slot]


def test_passages_are_whole_sentences():
    for passage in world.passages(5, 200):
        assert passage.text.endswith("。") and not re.search(r"[{}A-Za-z ]|，。|。。|，，|。，", passage.text)
        assert not re.search(r"(.{3,})\1", passage.text.replace("目前", "")), passage.text


def test_years_in_order():
    """Of each subject what has a year is told oldest first; nobody learns as a baby or marries as a child."""
    for passage in world.passages(6, 200):
        for number, subject in enumerate(passage.subjects):
            slots = [v.slot for v in passage.values if v.subject == number]
            years = [int(subject.facts[s][:4]) for s in slots if subject.model.types[s] == "year"]
            assert years == sorted(years)
            life = [int(subject.facts[s][:4]) for s, what in subject.model.types.items() if what == "year"]
            assert min(life) == life[0] and max(life) <= 2022
            if subject.kind == "person":
                ages = {
                    slot: int(subject.facts[slot][:4]) - life[0] for slot in ("studied", "married", "moved", "taught")
                }
                assert 15 <= ages["studied"] <= 21 and min(ages["married"], ages["moved"], ages["taught"]) >= 24
                assert max(life) - life[0] < 70
            if subject.kind == "bridge":
                facts = subject.facts
                assert facts["built"] < facts["flooded"] < facts["rebuilt"] < facts["listed"]


def number(text):
    return int(re.match(r"\d+", text).group())


def test_numbers_go_together():
    for passage in world.passages(7, 200):
        for subject in passage.subjects:
            for more, less in (("pupils", "teachers"), ("pieces", "shown"), ("length", "width"), ("longer", "pages"),
                               ("visitors", "helpers"), ("staff", "engineers")):  # fmt: skip
                if more in subject.facts:
                    assert number(subject.facts[more]) > number(subject.facts[less])


def test_he_and_she_are_kept():
    women, men = {*words.WOMEN, *words.RARE_WOMEN}, {*words.MEN, *words.RARE_MEN}
    assert not women & men
    for passage in world.passages(8, 300):
        for subject in passage.subjects:
            if subject.kind == "person":
                assert subject.pronouns == (("她",) if subject.name[1:] in women else ("他",))
                assert (subject.facts["spouse"][1:] in women) != (subject.name[1:] in women)
        if not any(subject.pronouns == ("她",) for subject in passage.subjects):
            assert "她" not in passage.text


def test_a_name_stands_for_one_thing():
    for passage in world.passages(9, 200):
        values = [value for s in passage.subjects for value in (s.name, *s.facts.values())]
        assert len(values) == len(set(values))
        halves = [
            value[-2:] for s in passage.subjects for slot, value in s.facts.items() if s.model.types[slot] == "person"
        ]
        assert len(halves) == len(set(halves))


def test_the_subject_is_named_near_its_values(asked):
    """In nine of ten windows of 128 characters around an answer, wherever in the window it lies."""
    near = [
        question.subject in passage.text[start : start + 128]
        for passage, some in asked
        for question in some
        for start in range(max(0, question.end - 128), min(question.start, len(passage.text) - 128) + 1, 9)
    ]
    assert sum(near) / len(near) > 0.9


# --- questions --------------------------------------------------------------------------------------------------------


def test_answers_stand_once(asked):
    for passage, some in asked:
        assert len(some) == 5 and len({question.text for question in some}) == 5
        for text, answer, start, end, _, subject, _ in some:
            assert passage.text[start:end] == answer and passage.text.count(answer) == 1
            assert subject in text and subject in passage.text and answer not in text


def test_every_slot_can_be_asked():
    for kind in KINDS.values():
        slots = [slot for saying in kind.sayings for slot in saying.questions]
        assert sorted(slots) == sorted(kind.types)
        for saying in kind.sayings:
            assert len(saying.wordings) >= 2 and any(w.startswith("{S}") for w in saying.wordings)
            assert all(
                sorted(set(re.findall(r"\{(\w+)\}", w)) - {"S"}) == sorted(saying.questions) for w in saying.wordings
            )
            assert all(len(texts) >= 2 and all("{S}" in t for t in texts) for texts in saying.questions.values())


def test_of_most_types_a_subject_has_several():
    for kind in KINDS.values():
        types = list(kind.types.values())
        assert all(types.count(what) >= 2 for what in types)


def test_short_cuts_do_not_get_far(asked):
    """Measured on seeds 2022, 31 and 47, 1,200 questions each: nearest .16, overlap .25-.26, the others below .09."""
    right = dict.fromkeys(SHORTCUTS, 0)
    for passage, some in asked:
        text = Text(passage.text)
        for q in some:
            for name, guess in guesses(text, q.text, q.subject, q.type).items():
                right[name] += guess == q.answer
    assert max(right.values()) <= 0.3 * 1000 and right["nearest"] > 0.1 * 1000


def test_short_cuts_know_every_value(asked):
    for passage, _ in asked[:50]:
        known = {(e.start, e.end): e.type for e in Text(passage.text).entities}
        for v in passage.values:
            assert known[v.start, v.end] == passage.subjects[v.subject].model.types[v.slot]


def test_subjects_belong_to_one_part():
    names = {}
    for part in PARTS:
        for seed in (1, 2):
            for passage in world.passages(seed, 60, part):
                for subject in passage.subjects:
                    assert world.part_of(subject.name) == part == names.setdefault(subject.name, part)
    assert set(names.values()) == set(PARTS)


# --- text to pretrain on ----------------------------------------------------------------------------------------------


def test_blanks_are_filled_by_the_passage():
    absent = total = 0
    for one in pretraining.restated(3, 300):
        assert 4 <= len(one.blanks) <= 20
        for start, end, at, until in one.blanks:
            total += 1
            if at == -1:
                absent += 1
                assert until == -1
            else:
                assert one.text[start:end] == one.passage[at:until]
    assert 0.3 < absent / total < 0.5


SEVERAL = {
    "listed": pretraining.listed,
    "briefly": functools.partial(pretraining.compared, briefly=True),
    "compared": functools.partial(pretraining.compared, briefly=False),
}


@pytest.mark.parametrize("told", SEVERAL)
def test_where_the_same_is_told_of_several_the_name_decides(told):
    """Each blank is filled from the sentence that names its subject."""
    made = SEVERAL[told](3, 100)
    assert made == SEVERAL[told](3, 100)
    absent = 0
    for one in made:
        assert len(one.blanks) >= 2
        for start, end, at, until in one.blanks:
            if at == -1:
                absent += 1
                continue
            assert one.text[start:end] == one.passage[at:until]
            if told != "compared":  # there a pronoun may stand for the name
                sentence, line = (
                    text.split("。")[text[:k].count("。")] for text, k in ((one.text, start), (one.passage, at))
                )
                (name,) = (name for name in one.names if name in sentence)
                assert name in line
    assert absent > 50


def test_nothing_of_the_test_is_in_the_text_to_pretrain_on():
    several = [one for tell in SEVERAL.values() for one in tell(2022, 60)]
    text = "".join(one.passage + one.text for one in [*pretraining.restated(2022, 200), *several])
    for part in PARTS[1:]:
        for passage in world.passages(2022, 60, part):
            assert not any(subject.name in text for subject in passage.subjects)


def test_one_word_with_two_senses():
    read, unread = pretraining.two_senses(1, 2000), pretraining.two_senses_unread(1, 40)
    for text, start, end, *_ in read + unread:
        assert text[start:end] == words.FRUIT and text.count(words.FRUIT) == 1
    for found in (read, unread):
        assert [one.sense for one in found] == ["fruit", "firm"] * (len(found) // 2)
    both = [{one.wording for one in read if one.sense == sense} for sense in ("fruit", "firm")]
    assert len(both[0] & both[1]) >= 4 and min(map(len, both)) >= 6  # the same sentence with the word in either place
    before = [np.mean([one.start for one in read if one.sense == sense]) for sense in ("fruit", "firm")]
    behind = [np.mean([len(one.text) - one.end for one in read if one.sense == sense]) for sense in ("fruit", "firm")]
    assert abs(before[0] - before[1]) < 0.5 and abs(behind[0] - behind[1]) < 0.5
    assert read[:40] == pretraining.two_senses(1, 40) != pretraining.two_senses(2, 40)
    assert any(words.FRUIT_FIRM in p.text for p in world.passages(1, 300))
    assert world.part_of(words.FRUIT_FIRM) == "learn"


def test_the_vocabulary_lacks_rare_names_alone():
    known, bigrams = set(vocabulary.characters()), vocabulary.bigrams()
    rare = set("".join([*words.RARE_WOMEN, *words.RARE_MEN]))
    text = "".join(passage.text for passage in world.passages(10, 200))
    text += "".join(one.text for one in pretraining.two_senses(1, 100) + pretraining.two_senses_unread(1, 100))
    text += "".join(q.text for _, some in world.questions(10, 100) for q in some)
    assert set(text) - known <= rare and rare - known
    assert all(len(bigram) == 2 and set(bigram) <= known for bigram in bigrams) and len(known) + len(bigrams) < 1200
    assert all(place in bigrams for place in words.PLACES)


def test_names_run_out_of_nothing():
    """A passage needs far fewer names than there are."""
    names = Names(world.Dice("names"), "learn")
    assert len({names.person() for _ in range(30)}) == 30 and len({names.town() for _ in range(60)}) == 60
