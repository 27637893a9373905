"""Homework 4: the people who speak, the sessions, and the sound made from features."""

from dataclasses import replace

import numpy as np
import pytest

from common.generators import mfcc, vocoder, voices

SETTING = voices.Setting()


@pytest.fixture(scope="module")
def corpus():
    return voices.corpus(5, 10, (8, 12), 2)


def test_same_seed_same_bytes(corpus):
    _, training, test = voices.corpus(5, 10, (8, 12), 2)
    for one, other in zip([*corpus[1], *corpus[2]], [*training, *test], strict=True):
        assert one.x.tobytes() == other.x.tobytes() and (one.speaker, one.session) == (other.speaker, other.session)
    assert voices.corpus(6, 1, (1, 1), 1)[2][0].x.tobytes() != test[0].x.tobytes()


def test_utterances_are_well_formed(corpus):
    people, training, test = corpus
    assert [sum(u.speaker == k for u in test) for k in range(len(people))] == [2] * 10
    assert all(8 <= sum(u.speaker == k for u in training) <= 12 for k in range(len(people)))
    for one in (*training, *test):
        assert one.x.shape == (len(one.speaking), 40) and one.x.dtype == np.float32 and np.isfinite(one.x).all()
        assert not one.speaking[0] and not one.speaking[-1] and one.speaking.any()


def test_free_speech_is_longer_and_has_more_pauses(corpus):
    _, training, test = corpus
    length, speaking = (
        [np.mean([measure(u) for u in part]) for part in (training, test)]
        for measure in (lambda u: len(u.x), lambda u: u.speaking.mean())
    )
    assert length[1] > 1.3 * length[0] and speaking[1] < speaking[0] - 0.03


@pytest.mark.parametrize("n", [1, 2, 5, 8, 12, 94])
def test_the_last_fifth_is_a_session_of_its_own(n):
    numbers = voices.session_numbers(n)
    held_out = voices.held_out(n)
    assert len(numbers) == n and (np.diff(numbers) >= 0).all()
    assert (numbers[n - held_out :] == voices.SESSIONS - 1).all()
    assert (numbers[: n - held_out] < voices.SESSIONS - 1).all()


def test_groups_have_nearly_the_same_voice_and_their_own_habits():
    """What time shows differs within a group as much as between groups; what a mean shows does not."""
    people = voices.voices(3, 60)
    groups = np.array([person.group for person in people])
    assert np.bincount(groups).tolist() == [voices.GROUP] * 12

    def within(measure):
        values = np.array([measure(person) for person in people])
        return np.mean([values[groups == g].std() for g in range(12)]) / values.std()

    for static in (lambda p: np.log(p.pitch), lambda p: np.log(p.tract), lambda p: p.tilt):
        assert within(static) < 0.5
    for habit in (lambda p: np.log(p.rate), lambda p: p.stress, lambda p: np.log(p.coarticulation), lambda p: p.ending):
        assert within(habit) > 0.6


def _spoken(**changed) -> tuple[np.ndarray, np.ndarray]:
    """Features and speech of somebody with one habit changed, in a quiet studio."""
    person = voices.Voice(1.0, 210.0, 1.0, 0.0, -24.0, np.ones((41, 3)), **{k: v for k, v in changed.items()})
    studio = voices.Session(np.ones(40), np.ones(40), np.ones(40), 60.0, 0.05)
    setting = voices.Setting(grain=1e4, saying=voices.speech.Setting(token=0, timing=0, level=0, bursts=0))
    return voices.utter(np.random.default_rng(1), person, studio, 2, 0.0, setting)


def test_habits_are_heard():
    plain, speaking = _spoken()
    slower, _ = _spoken(drawl=1.6)
    assert len(slower) > 1.05 * len(plain)
    jump = lambda x: np.abs(np.diff(x, axis=0)).mean()  # noqa: E731
    assert jump(_spoken(coarticulation=0.05)[0]) < 0.95 * jump(plain)
    assert jump(_spoken(attack=0.02)[0]) < 0.95 * jump(plain)
    assert np.abs(_spoken(stress=0.3)[0] - plain).mean() > 0.05  # pitch moves harmonics through the lower bands
    assert plain[speaking].mean() > plain[~speaking].mean() + 3


def test_a_microphone_adds_a_constant():
    person = voices.voices(1, 5)[0]
    flat = voices.Session(np.ones(40), np.ones(40), np.ones(40), 20.0, 0.2)
    gain = np.exp(np.linspace(-2, 2, 40))
    one, _ = voices.utter(np.random.default_rng(3), person, flat, 1, 0.0, SETTING)
    other, _ = voices.utter(np.random.default_rng(3), person, replace(flat, channel=gain), 1, 0.0, SETTING)
    np.testing.assert_allclose(other - one, np.broadcast_to(np.log(gain), one.shape), atol=1e-3)


def test_a_compressor_changes_the_range_of_a_band_and_not_its_mean():
    person = voices.voices(1, 5)[0]
    flat = voices.Session(np.ones(40), np.ones(40), np.ones(40), 20.0, 0.2)
    squeeze = np.linspace(0.7, 1.3, 40)
    one, _ = voices.utter(np.random.default_rng(3), person, flat, 1, 0.0, SETTING)
    other, _ = voices.utter(np.random.default_rng(3), person, replace(flat, squeeze=squeeze), 1, 0.0, SETTING)
    np.testing.assert_allclose(other.mean(0), one.mean(0), atol=1e-3)
    np.testing.assert_allclose(other.std(0), squeeze * one.std(0), rtol=1e-3)


def test_secret_seeds_draw_every_person_apart():
    """Of two secret seeds that differ by one, nothing is alike."""
    seed = 2**127 + 11
    one, other = (voices.corpus(s, 5, (2, 2), 1) for s in (seed, seed + 1))
    assert one[1][0].x.tobytes() != other[1][0].x.tobytes()
    assert one[0][0].pitch != other[0][0].pitch


# --- sound ----------------------------------------------------------------------------------------------------------


def test_a_tone_sounds_at_its_frequency():
    """A steady band of energy becomes sound of that band."""
    band = 12
    log_mel = np.full((120, 40), -12.0)
    log_mel[:, band] = 2.0
    sound = vocoder.listen(log_mel)
    power = np.abs(np.fft.rfft(sound)) ** 2
    heard = np.fft.rfftfreq(len(sound), 1 / vocoder.RATE)[power.argmax()]
    edges = mfcc.mel_to_hertz(np.linspace(mfcc.hertz_to_mel(64), mfcc.hertz_to_mel(8000), 42))
    assert edges[band] - 32 <= heard <= edges[band + 2] + 32


def test_sound_has_the_length_and_the_loudness_of_the_features(corpus):
    x = corpus[1][0].x[:120]
    sound = vocoder.listen(x)
    assert len(sound) == pytest.approx(120 * vocoder.RATE * 0.01, abs=256) and np.abs(sound).max() == pytest.approx(1)
    loud = np.log([np.square(sound[80 * t : 80 * t + 256]).mean() + 1e-12 for t in range(110)])
    assert np.corrcoef(loud, np.log(np.exp(x[:110, :28]).sum(1)))[0, 1] > 0.8
    assert np.array_equal(sound, vocoder.listen(x))
