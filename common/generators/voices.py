"""Who is speaking: log-mel features of people who differ in their voices a little, and in their habits of speaking.

It is the model of speech of homework 2 (speech.py) with more of the person in it:

1. *A voice* is what a picture of the vocal tract would tell: its length, the pitch, the spectral tilt of the glottis,
   breath (Fant 1960). People come in groups with nearly the same voice, as sisters or brothers on the telephone; what
   tells them apart is an accent (how each phone is formed, Labov 1994), and above all
2. *habits*, which only time shows: how fast they speak and how much they draw out stressed vowels and the ends of
   sentences (Dellwo et al. 2015), how pitch moves (by how much it rises or falls on a stressed syllable, and when; how
   it sinks along the sentence; whether it ends high: the parameters of Fujisaki 1983), a tremor of the voice, how far
   one sound runs into the next (coarticulation differs between people: Nolan 1983; here the width over which targets
   blend), and how abruptly the voice sets in.
3. *Sessions* are the nuisance. Each has its own room, microphone and noise, and its own compressor, which presses the
   loud and the quiet of each band together or draws them apart, as recorders and telephones do. So neither the mean of
   a band nor its deviation says who speaks. A person's training utterances come from several sessions, as those of
   VoxCeleb come from several videos; test utterances come from others, each from one of its own. They are longer and
   have more pauses: training is read, test is free speech.
4. *Features*: 40 mel bands, the natural logarithm of their energies, every 10 ms. Nothing is normalised.

What it leaves out: choice of words, laughter, mood, the difference between the same person today and in ten years.
"""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from common.generators import phones, speech
from common.generators.mfcc import FRAME_STEP, mel_filters
from common.generators.phones import CLASSES, INDEX
from common.generators.secrets import apart

N_MELS = 40
GROUP = 5  # people with nearly the same voice
SESSIONS = 17  # of each person in training, the last of them for validation
_VOWELS = np.isin(CLASSES, ("AE", "UW", "IH", "EY", "EH", "AY", "AH", "AO", "UH", "AW", "IY", "AA", "OW", "ER", "OY"))


@dataclass(frozen=True)
class Utterance:
    """T frames of 10 ms."""

    speaker: int  # from 0
    session: int  # from 0, of this speaker; -1 in the test set, where every utterance has one of its own
    x: np.ndarray  # (T, 40) float32, natural logarithm of mel energies
    speaking: np.ndarray  # (T,) bool, where it is not a pause


_SAYING = speech.Setting(token=0.04, timing=0.2, level=2.0, names=0.03, bursts=0.6)


@dataclass(frozen=True)
class Setting:
    """How far people, tries and sessions are apart; the defaults make the homework's ladder."""

    voice: float = 0.25  # within a group, as a share of what there is between groups
    accent: float = 0.04  # per person and phone, relative change of a formant
    habits: float = 1.3  # all habits times this
    saying: speech.Setting = _SAYING
    tilt: float = 6.0  # dB, of a session's microphone at the ends of the spectrum
    ripple: float = 4.0  # dB
    rough: float = 2.5  # dB, from band to band
    squeeze: float = 0.2  # of a session's compressor: how far the range of a band is pressed or drawn, in ln
    snr: tuple[float, float] = (12.0, 28.0)  # dB
    colour: float = 2.5  # dB, of the noise, from band to band
    echo: tuple[float, float] = (0.1, 0.35)  # seconds until it has fallen by 60 dB
    read_pauses: float = 0.04  # the chance of a pause after a word, in training
    free_pauses: float = 0.20  # and in the test set
    grain: float = 8.0  # shape of the gamma law by which the power in a band scatters; large is smooth


@dataclass(frozen=True)
class Voice(speech.Speaker):
    """A person: what `speech` knows of one, and habits."""

    group: int = 0
    stress: float = 0.0  # by how much (in ln Hz) pitch rises on a stressed vowel; it falls where negative
    lag: float = 0.0  # seconds from the middle of a stressed vowel to the peak
    sinking: float = 0.0  # ln Hz a second
    ending: float = 0.0  # ln Hz, at the end of a clause
    tremor: float = 0.0  # ln Hz
    wobble: float = 5.0  # Hz, how fast that is
    drawl: float = 1.0  # stressed vowels last so many times as long
    final: float = 1.0  # likewise the last two phones of a clause
    swing: float = 0.0  # dB by which stressed vowels are louder


def corpus(
    seed: int, people: int, heard: tuple[int, int], asked: int, setting: Setting | None = None
) -> tuple[list[Voice], list[Utterance], list[Utterance]]:
    """The people; between heard[0] and heard[1] training utterances of each; and `asked` test utterances of each.

    A speaker's training utterances come session by session, and the last session holds the last fifth of them. A pure
    function of its arguments: the same bytes on every run. About 8 microseconds a frame.
    """
    setting = setting or Setting()
    everybody = voices(seed, people, setting)
    rng = np.random.default_rng([seed, 5])
    training, test = [], []
    for speaker, voice in enumerate(everybody):
        rng = apart(rng, seed, f"utterances of {speaker}")
        n = int(rng.integers(heard[0], heard[1] + 1))
        sessions = [session(rng, setting) for _ in range(SESSIONS)]
        for number in session_numbers(n):
            clauses = int(rng.integers(1, 3))
            x, speaking = utter(rng, voice, sessions[number], clauses, setting.read_pauses, setting)
            training.append(Utterance(speaker, int(number), x, speaking))
        rng = apart(rng, seed, f"test utterances of {speaker}")
        for _ in range(asked):
            x, speaking = utter(rng, voice, session(rng, setting), 2, setting.free_pauses, setting)
            test.append(Utterance(speaker, -1, x, speaking))
    return everybody, training, test


def held_out(n: int) -> int:
    """How many of a speaker's n utterances the last session has: a fifth, if there are two or more."""
    return max(1, round(n / 5)) if n > 1 else 0


def session_numbers(n: int) -> np.ndarray:
    """(n,) from 0 to SESSIONS - 1: the sessions of a speaker's training utterances, in order."""
    last = held_out(n)
    return np.concatenate([np.arange(n - last) * (SESSIONS - 1) // max(1, n - last), np.full(last, SESSIONS - 1)])


def voices(seed: int, people: int, setting: Setting | None = None) -> list[Voice]:
    """The `people` of a seed, group by group in turn: person i has the voice of group i % (people // GROUP)."""
    setting = setting or Setting()
    rng = apart(np.random.default_rng([seed, 4]), seed, "voices")
    groups = max(1, people // GROUP)
    between = _quantiles(speech.quasirandom(rng, groups, 4))
    within = rng.normal(0, setting.voice, (people, 4))
    spread = speech.quasirandom(rng, groups * -(-people // groups), 10).reshape(groups, -1, 10)  # within each group too
    habits = setting.habits * _quantiles(spread.swapaxes(0, 1).reshape(-1, 10))
    accents = np.exp(rng.normal(0, setting.accent, (people, len(CLASSES), 3)))
    return [
        _person(i % groups, between[i % groups] + within[i], habits[i], accents[i], female=i % groups % 2 == 0)
        for i in range(people)
    ]


def _quantiles(points: np.ndarray) -> np.ndarray:
    """Normal deviates for numbers between 0 and 1, none beyond two deviations."""
    return np.clip(np.vectorize(NormalDist().inv_cdf)(points), -2, 2)


def _person(group: int, voice: np.ndarray, habit: np.ndarray, accent: np.ndarray, female: bool) -> Voice:
    tract, pitch, tilt, breath = voice
    return Voice(
        group=group,
        tract=(1.17 if female else 1.0) * np.exp(0.06 * tract),
        pitch=(210 if female else 130) * np.exp(0.18 * pitch),
        tilt=float(1.8 * tilt),  # NumPy's own numbers would make a spectrum of float32 one of float64
        breath=float(-24 + 4 * breath),
        accent=accent,
        rate=np.exp(0.2 * habit[0]),
        coarticulation=0.022 * np.exp(0.5 * habit[1]),
        attack=0.008 * np.exp(0.5 * habit[2]),
        stress=0.18 * habit[3],
        lag=0.04 * habit[4],
        sinking=-0.08 + 0.1 * habit[5],
        ending=0.18 * habit[6],
        tremor=0.04 * np.exp(0.5 * habit[7]),
        wobble=5.5 * np.exp(0.2 * habit[8]),
        drawl=1.2 * np.exp(0.25 * habit[9]),
        final=1.4 * np.exp(0.25 * habit[1]),
        swing=3 + 2 * habit[2],
    )


@dataclass(frozen=True)
class Session:
    """Where and with what it was recorded."""

    channel: np.ndarray  # (40,) power
    squeeze: np.ndarray  # (40,) exponent of the power, in each band; 1 changes nothing
    colour: np.ndarray  # (40,) power of the noise
    snr: float  # dB
    echo: float  # seconds


def session(rng: np.random.Generator, setting: Setting) -> Session:
    height = np.linspace(-1, 1, N_MELS)
    ripple = np.cos(np.pi * (height + 1) * rng.uniform(0.7, 2.5) + rng.uniform(0, 2 * np.pi))
    gain = rng.normal(0, setting.tilt) * height + rng.normal(0, setting.ripple) * ripple + rng.normal(0, 4)
    gain = gain + rng.normal(0, setting.rough, N_MELS)
    noise = rng.normal(-3, 4) * height + rng.normal(0, setting.colour, N_MELS)
    return Session(
        channel=10 ** (gain / 10),
        squeeze=np.exp(rng.normal(0, setting.squeeze, N_MELS)),
        colour=10 ** (noise / 10),
        snr=rng.uniform(*setting.snr),
        echo=rng.uniform(*setting.echo),
    )


def utter(
    rng: np.random.Generator, voice: Voice, where: Session, clauses: int, pauses: float, setting: Setting
) -> tuple[np.ndarray, np.ndarray]:
    """One utterance: (T, 40) float32 log-mel features, and (T,) bool, where the person speaks.

    pauses: the chance of one after a word.
    """
    said, stressed, ends, factors = _script(rng, clauses, pauses, setting)
    factors = factors * np.where(stressed, voice.drawl, 1.0) * np.where(ends, voice.final, 1.0)
    slips = np.exp(rng.normal(0, setting.saying.timing, len(said)))
    seconds = np.maximum(speech.states().duration[said] * factors * voice.rate * slips, 0.030)
    seconds[[0, -1]] = np.maximum(seconds[[0, -1]], (speech.REACH + 2) * speech.TICK)
    bounds = np.cumsum(seconds)
    n_frames = int(bounds[-1] / FRAME_STEP)
    tracks = speech.articulate(rng, voice, said, seconds, n_frames, setting.saying)
    middles = bounds - seconds / 2
    tracks["levels"][:, 0] += voice.swing * _bumps(middles[stressed], 0.04, n_frames)
    pitch = _pitch(rng, voice, middles[stressed], bounds[ends & np.roll(~ends, -1)], said, bounds, n_frames)
    x = _record(rng, speech.spectrum(rng, voice, tracks, pitch) @ _mel(), where, setting)
    at = np.searchsorted(bounds, (np.arange(n_frames) + 0.5) * FRAME_STEP)
    return x, said[at] != INDEX["SIL"]


def _script(rng, clauses: int, pauses: float, setting: Setting):
    """Phones (n,), which are stressed vowels, which the last two of a clause, and factors on their durations."""
    silence = INDEX["SIL"]
    said, stressed, ends, factors = [silence], [False], [False], [rng.uniform(0.8, 2.0)]

    def add(sound: int, stress=False, factor=1.0):
        said.append(sound), stressed.append(stress), ends.append(False), factors.append(factor)

    for clause in range(clauses):
        if clause:
            add(silence, factor=rng.uniform(1, 3))
        for _, sounds in phones.clause(rng, setting.saying.names):
            if rng.random() < pauses and said[-1] != silence:
                add(silence, factor=rng.uniform(0.5, 4))
            numbers = [INDEX[sound] for sound in sounds]
            first = next((k for k, number in enumerate(numbers) if _VOWELS[number]), None) if len(sounds) > 2 else None
            for k, number in enumerate(numbers):
                add(number, stress=k == first)
        ends[-2:] = [True, True]
    add(silence, factor=rng.uniform(0.8, 2.0))
    return np.array(said), np.array(stressed), np.array(ends), np.array(factors)


def _pitch(rng, voice: Voice, stressed, ends, said, bounds, n_frames: int) -> np.ndarray:
    """(T,) Hz: sinking from clause to clause, moving on stressed vowels and at the ends, trembling."""
    t = (np.arange(n_frames) + 0.5) * FRAME_STEP
    starts = np.concatenate([[0.0], ends])
    since = t - starts[np.searchsorted(ends, t)]
    moves = voice.stress * _bumps(stressed + voice.lag, 0.05, n_frames)
    until = np.append(ends, np.inf)[np.searchsorted(ends, t)] - t
    moves += voice.ending * np.clip(1 - until / 0.3, 0, 1)
    trembling = voice.tremor * np.sin(2 * np.pi * (voice.wobble * t + rng.random()))
    drift = np.cumsum(rng.normal(0, 0.006, n_frames))
    mood = rng.normal(0, 0.04)  # of the day
    return voice.pitch * np.exp(mood + voice.sinking * (since - 1) + moves + trembling + drift - drift.mean())


def _bumps(places: np.ndarray, width: float, n_frames: int) -> np.ndarray:
    """(T,) a bell of height 1 around each of `places`, in seconds."""
    t = (np.arange(n_frames) + 0.5) * FRAME_STEP
    return np.exp(-0.5 * ((t[:, None] - places) / width) ** 2).sum(1)


def _record(rng, mel: np.ndarray, where: Session, setting: Setting) -> np.ndarray:
    """(T, 40) what the recorder keeps: an echo, noise that swells, grain, then its compressor and its channel."""
    n_frames = len(mel)
    heard = speech.echoed(mel, where.echo)
    swell = 10 ** (speech.blend(rng.normal(0, 6.0, (n_frames, 1)), np.ones(n_frames), 0.03) / 10)
    noise = heard.mean() * 10 ** (-where.snr / 10) * where.colour * swell
    noise = noise + speech.bursts(rng, n_frames, N_MELS, setting.saying) * heard.mean()
    level = np.log((heard + noise) * _grain(rng, mel.shape, setting.grain) + 1e-9)
    usual = level.mean(axis=0)
    return (usual + where.squeeze * (level - usual) + np.log(where.channel)).astype(np.float32)


def _grain(rng, shape: tuple[int, int], smooth: float) -> np.ndarray:
    """Factors of mean 1 that scatter as a gamma law of shape `smooth`: its cube root is nearly normal.

    (Wilson and Hilferty, PNAS 1931: at 8, the quantiles from .01 to .99 are within a percent; and it is faster.)
    """
    root = 1 / (9 * smooth)
    scatter = rng.standard_normal(shape, dtype=np.float32)
    return np.maximum(1 - root + np.float32(root**0.5) * scatter, 0) ** 3


@cache
def _mel() -> np.ndarray:
    """(len(BINS), 40)"""
    return mel_filters(n_mels=N_MELS).T.astype(np.float32)
