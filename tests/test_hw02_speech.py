"""Homework 2: the model of speech, and the features made from it."""

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from common.generators import mfcc, phones, speech
from common.generators.phones import CLASSES, INDEX


@pytest.fixture(scope="module")
def corpus():
    return speech.speech(5, speakers=6, utterances=3)


# --- what is said ---------------------------------------------------------------------------------------------------


def test_classes_are_those_of_libriphone():
    assert len(CLASSES) == len(set(CLASSES)) == 41
    assert CLASSES[:3] == ("SIL", "SPN", "AE") and CLASSES[-2:] == ("ZH", "OY")


def test_every_pronunciation_is_made_of_phones():
    words = [word for part in phones.lexicon().values() for word in part]
    assert len(words) > 200
    for spelling, said in words:
        assert said and set(said) <= set(CLASSES[2:]), spelling


def test_every_phone_is_in_the_lexicon():
    assert {p for part in phones.lexicon().values() for _, said in part for p in said} == set(CLASSES[2:])


@given(st.integers(0, 2**32), st.floats(0, 1))
def test_clauses_are_pronounceable(seed, share):
    words = phones.clause(np.random.default_rng(seed), share)
    assert 3 <= len(words) <= 14
    assert all(said and set(said) <= set(CLASSES[2:]) for _, said in words)


# --- how it is spoken -----------------------------------------------------------------------------------------------


def test_same_seed_same_bytes(corpus):
    again = speech.speech(5, speakers=6, utterances=3)
    for one, other in zip(corpus, again, strict=True):
        assert (one.id, one.words) == (other.id, other.words)
        for name in ("x", "y", "formants"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert speech.speech(6, 1, 1)[0].x.tobytes() != speech.speech(7, 1, 1)[0].x.tobytes()


def test_utterances_are_well_formed(corpus):
    assert len({utterance.id for utterance in corpus}) == 18
    assert len({utterance.id.split("-")[0] for utterance in corpus}) == 6
    for utterance in corpus:
        frames = len(utterance.y)
        assert utterance.x.shape == (frames, 39) and utterance.x.dtype == np.float32
        assert utterance.formants.shape == (frames, 3) and utterance.y.dtype == np.int64
        assert np.isfinite(utterance.x).all() and utterance.y.min() >= 0 and utterance.y.max() < 41
        assert utterance.y[0] == utterance.y[-1] == INDEX["SIL"]
        np.testing.assert_allclose(utterance.x.mean(0), 0, atol=1e-4)
        np.testing.assert_allclose(utterance.x.std(0), 1, atol=1e-3)


def test_formants_are_those_of_a_voice(corpus):
    for utterance in corpus:
        f1, f2, f3 = utterance.formants.T
        assert (f1 < f2).all() and (f2 < f3).all() and f1.min() > 120 and f3.max() < 5000


def test_words_say_what_the_labels_say(corpus):
    """Under every word of the lexicon lie its phones, in order (very short ones may fall between two frames)."""
    lexicon = {spelling: said for part in phones.lexicon().values() for spelling, said in part}
    for utterance in corpus:
        for spelling, first, end in utterance.words:
            heard = utterance.y[first:end]
            heard = [CLASSES[c] for c in heard[np.flatnonzero(np.diff(heard, prepend=-1))]]
            if spelling != "*":
                said = iter(lexicon[spelling])
                assert all(phone in said for phone in heard), (spelling, heard)


def test_phones_last_as_long_as_they_should():
    corpus = speech.speech(1, 12, 6)
    frames = {name: [] for name in CLASSES}
    for utterance in corpus:
        edges = np.flatnonzero(np.diff(utterance.y)) + 1
        for stretch in np.split(utterance.y, edges):
            frames[CLASSES[stretch[0]]].append(len(stretch))
    assert np.mean(frames["DH"]) < np.mean(frames["S"]) < np.mean(frames["AY"])
    assert 4 < np.mean(np.concatenate([frames[name] for name in CLASSES[2:]])) < 14
    share = sum(frames["SIL"]) / sum(map(sum, frames.values()))
    assert 0.1 < share < 0.3  # the most frequent class, but not most of the speech


def test_women_have_shorter_tracts():
    rng = np.random.default_rng(0)
    people = speech.quasirandom(rng, 60)
    speakers = [speech._speaker(rng, i % 2 == 0, place, speech.Setting()) for i, place in enumerate(people)]
    women, men = speakers[::2], speakers[1::2]
    assert 1.1 < np.mean([s.tract for s in women]) / np.mean([s.tract for s in men]) < 1.25
    assert np.mean([s.pitch for s in women]) > 1.5 * np.mean([s.pitch for s in men])


@given(st.integers(0, 2**32))
def test_people_cover_the_ranges_evenly(seed):
    """In all of them, and in every third of them, each quarter of each range holds about a quarter."""
    people = speech.quasirandom(np.random.default_rng(seed), 60)
    assert people.shape == (60, 5) and people.min() > 0 and people.max() < 1
    for some in (people, people[::2], people[2::3]):
        for column in some.T:
            shares = np.histogram(column, bins=4, range=(0, 1))[0] / len(some)
            assert (abs(shares - 0.25) < 0.2).all()


def test_resonances_peak_at_the_formants():
    tracks = {
        "formants": np.array([[500.0, 1500.0, 2500.0]]),
        "nasal": np.zeros((1, 1)),
        "zero": np.full((1, 1), 1000.0),
    }
    power = speech._resonances(tracks, 1.0)[0]
    peaks = mfcc.BINS[1:-1][(power[1:-1] > power[:-2]) & (power[1:-1] > power[2:])]
    np.testing.assert_allclose(peaks[:3], [500, 1500, 2500], atol=35)
    assert power[0] == pytest.approx(1)


@given(st.integers(2, 60), st.floats(0.005, 0.05))
def test_blending_keeps_a_constant_and_stays_between_the_targets(n, width):
    rng = np.random.default_rng(n)
    pull = rng.uniform(0.05, 1, n + 40)
    targets = rng.normal(size=(n + 40, 1))
    blended = speech.blend(targets, pull, width)
    assert targets.min() - 1e-9 <= blended.min() and blended.max() <= targets.max() + 1e-9
    np.testing.assert_allclose(speech.blend(np.full((n + 40, 1), 3.0), pull, width), 3.0)


# --- features -------------------------------------------------------------------------------------------------------


def test_dct_is_scipys():
    x = np.random.default_rng(0).normal(size=(7, mfcc.N_MELS))
    expected = scipy.fft.dct(x, type=2, norm="ortho")[:, : mfcc.N_CEPSTRA]
    np.testing.assert_allclose(x @ mfcc.dct_matrix().T, expected, atol=1e-12)
    np.testing.assert_allclose(mfcc.cepstra(np.exp(x)), expected, atol=1e-12)


def test_mel_filters_share_every_frequency():
    """Between the first and the last peak the triangles add up to one; each has its peak where mel says."""
    filters = mfcc.mel_filters()
    peaks = mfcc.mel_to_hertz(np.linspace(mfcc.hertz_to_mel(64), mfcc.hertz_to_mel(8000), mfcc.N_MELS + 2))
    inside = (peaks[1] <= mfcc.BINS) & (peaks[-2] >= mfcc.BINS)
    np.testing.assert_allclose(filters[:, inside].sum(0), 1)
    assert filters.min() == 0 and filters.max() <= 1
    by_hand = np.array([np.interp(mfcc.BINS, peaks[i : i + 3], [0, 1, 0], 0, 0) for i in range(mfcc.N_MELS)])
    np.testing.assert_allclose(filters, by_hand, atol=1e-12)
    assert mfcc.hertz_to_mel(1000) == pytest.approx(1000, abs=0.1)


@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.floats(-9, 9)))
def test_deltas_are_slopes_of_a_regression(x):
    reach = mfcc.DELTA_REACH
    found = mfcc.deltas(x)
    steps = np.arange(-reach, reach + 1)
    for t in range(len(x)):
        window = x[np.clip(t + steps, 0, len(x) - 1)]
        np.testing.assert_allclose(found[t], np.polyfit(steps, window, 1)[0], atol=1e-9)


@settings(max_examples=20)
@given(st.floats(-8, 8), st.integers(0, 99))
def test_loudness_and_channel_vanish(gain, seed):
    """Normalised features do not change when every band is made louder by a factor of its own."""
    rng = np.random.default_rng(seed)
    energies = rng.gamma(2, size=(40, mfcc.N_MELS)) + 0.1
    channel = np.exp(rng.normal(size=mfcc.N_MELS) + gain)
    np.testing.assert_allclose(mfcc.features(energies), mfcc.features(energies * channel), atol=1e-4)
