"""Speech features from a model of speech: who speaks, what is said, how the vocal tract moves, what a microphone hears.

The model, in the order in which it is computed:

1. *Words and phones* (phones.py), with pauses and coughs between them. Durations are log-normal around typical ones
   (Crystal and House, JASA 1988), times the speaker's rate; the end of a clause is drawn out.
2. *Targets.* A phone is one or two states (a stop is a closure and a burst, a diphthong goes from one vowel to another)
   with formants, voicing and noise. Vowels after Peterson and Barney (JASA 1952) and Hillenbrand et al. (JASA 1995),
   consonants after the tables of Klatt's synthesiser (JASA 1980). A speaker's vocal-tract length scales them, an accent
   moves each phone a little for good, and every single try at it misses by a little more.
3. *Coarticulation.* What is reached is an average over the neighbourhood in which each target pulls with its own
   strength (dominance functions, Cohen and Massaro 1993): an /h/ takes the shape of its neighbours, short vowels fall
   short.
4. *Spectrum.* Source times filter (Fant 1960): a falling glottal spectrum with harmonics of the pitch, through five
   resonances; a zero for nasals; bands of noise for fricatives and bursts, which fluctuate as a periodogram does.
5. *Room and microphone.* An exponential echo, background noise, passing noises that drown what is said, the channel's
   tilt; and the power in each band scatters from frame to frame, as where many reflections meet (Schroeder 1954).
6. *Features.* 26 mel bands, 13 cepstra, deltas, normalised per utterance (mfcc.py).

What it leaves out: phase, glottal detail, creak, intonation, and all of language beyond a 200-word nonsense grammar.
"""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from common.generators import phones
from common.generators.mfcc import BINS, FRAME_STEP, features, mel_filters
from common.generators.phones import CLASSES, INDEX
from common.generators.secrets import apart

TICK = FRAME_STEP / 2  # seconds: articulation moves faster than frames
REACH = 16  # ticks to either side over which targets blend; shorter than the silence at the ends
QUIET = -50.0  # dB: off


@dataclass(frozen=True)
class Utterance:
    """One sentence, T frames of 10 ms."""

    id: str  # speaker-chapter-number, as in LibriSpeech
    x: np.ndarray  # (T, 39) float32, normalised per utterance
    y: np.ndarray  # (T,) int64, index into CLASSES
    formants: np.ndarray  # (T, 3) float32, Hz, where the vocal tract resonates, also while nothing sounds
    words: tuple[tuple[str, int, int], ...]  # spelling ("*" for a name), first frame, frame after the last


@dataclass(frozen=True)
class Setting:
    """The nuisances, mostly as deviations; the defaults make the homework's ladder."""

    accent: float = 0.04  # per speaker and phone, relative change of a formant
    token: float = 0.05  # per phone spoken, likewise
    tract: float = 0.05  # per speaker, relative to the mean of their sex
    rate: float = 0.15  # per speaker, relative
    timing: float = 0.28  # per phone spoken, relative
    boundary: float = 0.006  # seconds, how far off an aligner's boundaries are
    level: float = 3.0  # dB, per phone spoken, of voicing and noise
    names: float = 0.03  # share of noun phrases that no lexicon holds
    echo: tuple[float, float] = (0.1, 0.4)  # seconds until it has fallen by 60 dB
    snr: tuple[float, float] = (10.0, 30.0)  # dB, the noisiest and the cleanest utterance of each speaker
    bursts: float = 2.0  # per second, of noise that drowns what is said
    burst: tuple[float, float] = (0.01, 0.04)  # seconds, the shortest and the longest
    grain: float = 1.5  # shape of the gamma law by which the power in a band of a frame scatters; large is smooth


# A phone is its typical duration in ms and its states. A state: share of the duration, F1, F2, F3 in Hz (a man's), how
# strongly they pull, voicing, aspiration and frication in dB, the frication's centre in Hz and width in octaves, and
# the frequency in Hz of the zero that an open nose adds, or 0.


def _vowel(ms, *targets, pull=1.0):
    return ms, [(1 / len(targets), *target, pull, 0.0, QUIET, QUIET, 4000, 0.5, 0) for target in targets]


def _liquid(ms, level, *target):
    return ms, [(1.0, *target, 1.0, level, QUIET, QUIET, 4000, 0.5, 0)]


def _nasal(ms, f2, f3, pull, zero):
    return ms, [(1.0, 260, f2, f3, pull, -7.0, QUIET, QUIET, 4000, 0.5, zero)]


def _fricative(ms, voicing, level, centre, width, *target, pull=0.7):
    return ms, [(1.0, *target, pull, voicing, QUIET, level, centre, width, 0)]


def _stop(ms, voiced, level, centre, width, *target, pull=0.7):
    bar, breath, share = (-20.0, -18.0, 0.75) if voiced else (QUIET, -10.0, 0.6)
    closure = (share, *target, pull, bar, QUIET, QUIET, centre, width, 0)
    release = (1 - share, *target, pull, -8.0 if voiced else QUIET, breath, level, centre, width, 0)
    return ms, [closure, release]


def _affricate(ms, voiced, level):
    bar = -20.0 if voiced else QUIET
    closure = (0.4, 300, 1800, 2820, 0.7, bar, QUIET, QUIET, 3300, 0.35, 0)
    return ms, [closure, (0.6, 300, 1800, 2820, 0.7, bar + 6 if voiced else QUIET, QUIET, level, 3300, 0.35, 0)]


_PHONES = {
    "SIL": (150, [(1.0, 500, 1500, 2500, 0.02, QUIET, QUIET, QUIET, 4000, 0.5, 0)]),
    "SPN": (250, [(1.0, 600, 1400, 2400, 0.3, QUIET, -6.0, -14.0, 2500, 1.2, 0)]),
    "IY": _vowel(95, (270, 2290, 3010)),
    "IH": _vowel(75, (390, 1990, 2550), pull=0.7),
    "EH": _vowel(90, (530, 1840, 2480)),
    "AE": _vowel(125, (660, 1720, 2410)),
    "AA": _vowel(120, (730, 1090, 2440)),
    "AO": _vowel(115, (570, 840, 2410)),
    "UH": _vowel(75, (440, 1020, 2240), pull=0.8),
    "UW": _vowel(100, (300, 870, 2240)),
    "AH": _vowel(60, (600, 1190, 2390), pull=0.45),
    "ER": _vowel(95, (490, 1350, 1690)),
    "EY": _vowel(120, (480, 2050, 2600), (330, 2260, 2900)),
    "AY": _vowel(150, (730, 1200, 2450), (390, 1990, 2550)),
    "OY": _vowel(160, (570, 840, 2410), (390, 1990, 2550)),
    "AW": _vowel(150, (730, 1250, 2450), (430, 980, 2300)),
    "OW": _vowel(120, (500, 930, 2450), (380, 850, 2300)),
    "W": _liquid(65, -7.0, 290, 610, 2150),
    "Y": _liquid(60, -6.0, 260, 2070, 3020),
    "R": _liquid(65, -5.0, 310, 1060, 1380),
    "L": _liquid(65, -5.0, 310, 1050, 2880),
    "M": _nasal(65, 1270, 2130, 0.6, 1000),
    "N": _nasal(58, 1340, 2470, 0.6, 1600),
    "NG": _nasal(65, 2000, 2700, 0.4, 3000),
    "HH": (65, [(1.0, 500, 1500, 2500, 0.05, -14.0, -8.0, QUIET, 4000, 0.5, 0)]),
    "F": _fricative(95, QUIET, -19.0, 6500, 1.2, 340, 1100, 2080),
    "V": _fricative(60, -10.0, -24.0, 6500, 1.2, 220, 1100, 2080),
    "TH": _fricative(85, QUIET, -21.0, 5500, 0.8, 320, 1290, 2540),
    "DH": _fricative(42, -9.0, -26.0, 5500, 0.8, 270, 1290, 2540),
    "S": _fricative(105, QUIET, -5.0, 5300, 0.3, 320, 1390, 2530),
    "Z": _fricative(80, -12.0, -10.0, 5300, 0.3, 240, 1390, 2530),
    "SH": _fricative(110, QUIET, -5.0, 3300, 0.35, 300, 1840, 2750),
    "ZH": _fricative(80, -12.0, -10.0, 3300, 0.35, 280, 1840, 2750),
    "CH": _affricate(110, False, -6.0),
    "JH": _affricate(95, True, -11.0),
    "P": _stop(90, False, -16.0, 900, 1.2, 400, 1100, 2150),
    "T": _stop(80, False, -8.0, 4300, 0.5, 400, 1600, 2600),
    "K": _stop(95, False, -9.0, 1900, 0.35, 300, 1990, 2850, pull=0.35),
    "B": _stop(75, True, -18.0, 900, 1.2, 200, 1100, 2150),
    "D": _stop(65, True, -13.0, 4300, 0.5, 200, 1600, 2600),
    "G": _stop(75, True, -14.0, 1900, 0.35, 200, 1990, 2850, pull=0.35),
}


@dataclass(frozen=True)
class _States:
    """The table above as arrays, one row per state; phone p owns the rows first[p] ... first[p] + count[p] - 1."""

    first: np.ndarray
    count: np.ndarray
    duration: np.ndarray  # per phone, seconds
    share: np.ndarray
    formants: np.ndarray  # (S, 3) Hz
    pull: np.ndarray
    levels: np.ndarray  # (S, 3) dB: voicing, aspiration, frication
    band: np.ndarray  # (S, 2) log2 of the centre in Hz, width in octaves
    nasal: np.ndarray  # (S,) 0 or 1
    zero: np.ndarray  # (S,) Hz


@cache
def states() -> _States:
    count = np.array([len(_PHONES[name][1]) for name in CLASSES])
    rows = np.array([state for name in CLASSES for state in _PHONES[name][1]], dtype=float)
    return _States(
        first=np.cumsum(count) - count,
        count=count,
        duration=np.array([_PHONES[name][0] for name in CLASSES]) / 1000,
        share=rows[:, 0],
        formants=rows[:, 1:4],
        pull=rows[:, 4],
        levels=rows[:, 5:8],
        band=np.column_stack([np.log2(rows[:, 8]), rows[:, 9]]),
        nasal=(rows[:, 10] > 0).astype(float),
        zero=np.where(rows[:, 10] > 0, rows[:, 10], 1500.0),
    )


@dataclass(frozen=True)
class Speaker:
    tract: float  # all resonances times this
    pitch: float  # Hz
    rate: float  # durations times this
    tilt: float  # dB per octave, on top of the usual
    breath: float  # dB, aspiration under the voice
    accent: np.ndarray  # (41, 3), formants times this
    coarticulation: float = 0.024  # seconds over which the targets of the tongue blend
    attack: float = 0.007  # seconds in which the voice comes and goes


def speech(
    seed: int, speakers: int, utterances: int, clauses: tuple[int, int] = (1, 3), setting: Setting | None = None
) -> list[Utterance]:
    """`utterances` sentences by each of `speakers` people, each of between `clauses[0]` and `clauses[1]` clauses.

    A pure function of its arguments: the same bytes on every run. About 10 microseconds per frame.
    """
    setting = setting or Setting()
    rng = np.random.default_rng([seed, 2])
    numbers = np.sort(rng.choice(np.arange(100, 9000), speakers, replace=False))
    people = quasirandom(rng, speakers)
    corpus = []
    for i, number in enumerate(numbers):
        rng = apart(rng, seed, f"speaker {i}")
        speaker = _speaker(rng, female=i % 2 == 0, place=people[i], setting=setting)
        chapter = int(rng.integers(10_000, 200_000))
        # each speaker's utterances cover the ranges of noise and echo evenly
        places = np.stack([rng.permutation(utterances) for _ in range(2)], axis=1) + rng.random((utterances, 2))
        for k, (noise, echo) in enumerate(places / utterances):
            room = (np.interp(noise, (0, 1), setting.snr), np.interp(echo, (0, 1), setting.echo))
            corpus.append(_utter(rng, speaker, f"{number}-{chapter}-{k:04d}", clauses, room, setting))
    return corpus


def quasirandom(rng, n: int, numbers: int = 5) -> np.ndarray:
    """(n, numbers) points between 0 and 1, spread more evenly than chance would, and so is every second or third.

    Richtmyer's sequence (1951), steps by roots of primes, from a random start; at most ten numbers. It makes data sets
    of different seeds about equally hard, though each has few speakers.
    """
    roots = np.sqrt([2, 3, 5, 7, 11, 13, 17, 19, 23, 29])[:numbers]
    points = (rng.random(numbers) + np.arange(n)[:, None] * roots) % 1
    return np.clip(points, 1e-3, 1 - 1e-3)


def _speaker(rng, female: bool, place: np.ndarray, setting: Setting) -> Speaker:
    """The person at `place` (5,) among all people, each number a quantile."""
    tract, pitch, rate, tilt = (NormalDist().inv_cdf(p) for p in place[:4])
    return Speaker(
        tract=(1.17 if female else 1.0) * np.exp(setting.tract * tract),
        pitch=(205 if female else 120) * np.exp(0.14 * pitch),
        rate=np.exp(setting.rate * rate),
        tilt=1.5 * tilt,
        breath=np.interp(place[4], (0, 1), (-32, -16)),
        accent=np.exp(rng.normal(0, setting.accent, (len(CLASSES), 3))),
    )


def _utter(
    rng, speaker: Speaker, name: str, clauses: tuple[int, int], room: tuple[float, float], setting: Setting
) -> Utterance:
    said, factors, words = _script(rng, int(rng.integers(clauses[0], clauses[1] + 1)), setting.names)
    table = states()
    seconds = table.duration[said] * factors * speaker.rate * np.exp(rng.normal(0, setting.timing, len(said)))
    seconds = np.maximum(seconds, 0.030)
    seconds[[0, -1]] = np.maximum(seconds[[0, -1]], (REACH + 2) * TICK)  # silence enough for the ends to be silent
    ends = np.cumsum(seconds)
    n_frames = int(ends[-1] / FRAME_STEP)
    tracks = articulate(rng, speaker, said, seconds, n_frames, setting)
    power = spectrum(rng, speaker, tracks)
    x = features(_record(rng, power @ _mel(), room, setting))

    # what an aligner would say: boundaries a little off, never past the middle of a phone
    heard = ends[:-1] + np.clip(rng.normal(0, setting.boundary, len(said) - 1), -0.4 * seconds[:-1], 0.4 * seconds[1:])
    centres = (np.arange(n_frames) + 0.5) * FRAME_STEP
    y = said[np.searchsorted(heard, centres)]
    edges = np.concatenate([[0.0], heard, [ends[-1]]])
    frames = np.searchsorted(centres, edges)
    spans = tuple((word, int(frames[first]), int(frames[last])) for word, first, last in words)
    return Utterance(name, x, y.astype(np.int64), tracks["formants"].astype(np.float32), spans)


def _script(rng, n_clauses: int, name_share: float):
    """Phone numbers (n,), factors on their durations (n,), and words as (spelling, first phone, last + 1)."""
    said, factors, words = [INDEX["SIL"]], [rng.uniform(0.8, 2.5)], []
    for i in range(n_clauses):
        spoken = phones.clause(rng, name_share)
        if i:
            spoken = [phones.conjunction(rng), *spoken]
            if rng.random() < 0.6:
                said.append(INDEX["SIL"])
                factors.append(rng.uniform(1, 3))
        for spelling, sounds in spoken:
            aside = rng.random()
            if aside < 0.06 and said[-1] != INDEX["SIL"]:  # a short pause, or a cough
                said.append(INDEX["SIL" if aside < 0.04 else "SPN"])
                factors.append(rng.uniform(0.4, 1.2))
            words.append((spelling, len(said), len(said) + len(sounds)))
            said += [INDEX[sound] for sound in sounds]
            factors += [1.0] * len(sounds)
        factors[-2:] = [1.3, 1.4]  # the end of a clause is drawn out
    said.append(INDEX["SIL"])
    factors.append(rng.uniform(0.8, 2.5))
    return np.array(said), np.array(factors), words


def articulate(rng, speaker: Speaker, said, seconds, n_frames: int, setting: Setting) -> dict[str, np.ndarray]:
    """Targets of all states laid out in time and blended; one row per frame."""
    table = states()
    count = table.count[said]
    phone = np.repeat(np.arange(len(said)), count)  # which phone of the utterance a state belongs to
    state = np.repeat(table.first[said] - np.cumsum(count) + count, count) + np.arange(count.sum())

    missed = np.exp(rng.normal(0, setting.token, (len(said), 3)))
    formants = np.log(table.formants[state] * (missed * speaker.accent[said])[phone] * speaker.tract)
    louder = rng.normal(0, setting.level, (len(said), 3))
    levels = np.maximum(table.levels[state] + louder[phone] * (table.levels[state] > QUIET), QUIET)
    levels[rng.random(len(state)) < 0.15 * (table.count[said] > 1)[phone], 2] = QUIET  # some bursts never come
    band = table.band[state] + np.column_stack(
        [louder[phone, 2] * 0.03 + 0.5 * np.log2(speaker.tract), np.zeros(len(state))]
    )

    ends = np.cumsum(table.share[state] * seconds[phone])
    at = np.searchsorted(ends, (np.arange(2 * n_frames) + 0.5) * TICK)  # the state at each tick
    pull = table.pull[state][at]
    sounding = np.max(levels, axis=1)[at] > QUIET + 1
    return {
        "formants": _apart(np.exp(blend(formants[at], pull, speaker.coarticulation))[::2]),
        "levels": blend(levels[at], np.ones(len(at)), speaker.attack)[::2],
        "band": blend(band[at], np.where(sounding, 1.0, 0.05), 0.012)[::2],
        "nasal": blend(table.nasal[state][at][:, None], np.ones(len(at)), 0.015)[::2],
        "zero": blend(table.zero[state][at][:, None], 0.01 + table.nasal[state][at], 0.015)[::2] * speaker.tract,
    }


def _apart(formants: np.ndarray) -> np.ndarray:
    """(T, 3): resonances come close to each other but never cross."""
    f1, f2, f3 = formants.T
    f2 = np.maximum(f2, 1.25 * f1)
    return np.stack([f1, f2, np.maximum(f3, 1.15 * f2)], axis=1)


def blend(targets: np.ndarray, pull: np.ndarray, width: float) -> np.ndarray:
    """Weighted moving average of (ticks, D): a Gaussian of deviation `width` seconds, times each tick's pull."""
    kernel = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) * TICK / width) ** 2)
    total = np.convolve(pull, kernel, mode="same")[:, None]
    columns = [np.convolve(pull * column, kernel, mode="same") for column in targets.T]
    return np.stack(columns, axis=1) / total


def spectrum(rng, speaker: Speaker, tracks, pitch: np.ndarray | None = None) -> np.ndarray:
    """(T, len(BINS)) power: voice and breath through the resonances, plus bands of noise.

    pitch: (T,) Hz; without it, it sinks and wanders around the speaker's.
    """
    n_frames = len(tracks["levels"])
    f = BINS.astype(np.float32)
    octaves = np.log2(np.maximum(f, 60) / 1000)
    power = 10 ** (tracks["levels"].astype(np.float32) / 10)
    tract = _resonances(tracks, speaker.tract)

    if pitch is None:
        drift = np.cumsum(rng.normal(0, 0.01, n_frames)) - 0.15 * np.arange(n_frames) / n_frames
        pitch = speaker.pitch * np.exp(drift - drift.mean())
    pitch = pitch.astype(np.float32)[:, None]
    # in place from here on, and in `table` again and again: fresh memory takes time as well
    table = np.divide(2 * np.pi * f, pitch)
    ripple = np.cos(table, out=table)
    ripple *= np.clip((pitch - 60) / 120, 0, 0.9)  # how well a 25 ms window tells the harmonics apart
    ripple += 1
    voice = tract * 10 ** ((-6 + speaker.tilt) * octaves / 10)
    voice *= ripple
    voice *= power[:, 0:1]
    hiss = np.subtract(octaves + np.log2(np.float32(1000)), tracks["band"][:, 0:1].astype(np.float32), out=table)
    hiss /= tracks["band"][:, 1:2].astype(np.float32)
    np.square(hiss, out=hiss)
    hiss *= -0.5
    np.exp(hiss, out=hiss)
    hiss *= power[:, 2:3] * 10
    noise = tract
    noise *= (power[:, 1:2] + power[:, 0:1] * 10 ** (speaker.breath / 10)).astype(np.float32)
    noise += hiss
    noise *= rng.standard_exponential(dtype=np.float32, out=table)
    voice += noise
    return voice


def _resonances(tracks, scale: float) -> np.ndarray:
    """(T, len(BINS)) |H|^2 of five formants in cascade, 1 at 0 Hz, with an antiresonance where the nose is open."""
    f2 = (BINS**2).astype(np.float32)
    nasal = tracks["nasal"].astype(np.float32)
    broader = 1 + nasal * 0.8
    first, second, third = tracks["formants"].T
    power = _resonator(f2, first, 70 * broader)
    table = _resonator(f2, second, 100 * broader)
    power *= table
    power *= _resonator(f2, third, 150 * broader, table)
    # the upper two stay where they are: frames with an equally open nose share them, and most noses are closed
    openings, which = np.unique(broader, return_inverse=True)
    for hertz, bandwidth in ((3500, 250), (4500, 350)):
        formant = np.full(len(openings), hertz) * scale
        power *= _resonator(f2, formant, bandwidth * openings[:, None])[which.ravel()]
    is_open = nasal[:, 0] > 0
    power[is_open] /= _resonator(f2, tracks["zero"][is_open, 0], np.float32(300)) ** nasal[is_open]
    return power


def _resonator(f2: np.ndarray, formant: np.ndarray, bandwidth, out: np.ndarray | None = None) -> np.ndarray:
    """|H(f)|^2 of a second-order resonance: peak at `formant`, 1 at 0 Hz; in `out` if given."""
    squared = (formant.astype(np.float32) ** 2)[:, None]
    away = np.subtract(f2, squared, out=out)
    np.square(away, out=away)
    away += bandwidth**2 * f2
    return np.divide(squared**2, away, out=away)


def _record(rng, mel: np.ndarray, room: tuple[float, float], setting: Setting) -> np.ndarray:
    """(T, N_MELS) energies as a microphone in a room hears them."""
    n_frames, n_mels = mel.shape
    snr, echo = room
    heard = echoed(mel, echo)
    height = np.linspace(-1, 1, n_mels)
    channel = 10 ** (
        (rng.normal(0, 5) * height + rng.normal(0, 3) * np.cos(np.pi * (height + 1) * rng.uniform(1, 3))) / 10
    )
    colour = 10 ** ((rng.normal(0, 4) * height) / 10)
    swell = 10 ** (blend(rng.normal(0, 8.0, (n_frames, 1)), np.ones(n_frames), 0.03) / 10)
    level = heard.mean() * 10 ** (-snr / 10)
    noise = level * colour * swell + bursts(rng, n_frames, n_mels, setting) * heard.mean()
    return (heard + noise) * rng.gamma(setting.grain, 1 / setting.grain, (n_frames, n_mels)) * channel + 1e-12


def echoed(mel: np.ndarray, seconds: float) -> np.ndarray:
    """Energies (T, D) with the tail of a room in which sound falls by 60 dB in `seconds`."""
    n_frames = len(mel)
    fall = 10 ** (-6 * FRAME_STEP / seconds)  # of power, per frame
    tail = mel * 0.3 * (1 - fall)  # 5 dB below the direct sound
    for step in (1, 2, 4, 8, 16, 32):  # adds up fall**k times the frame k before, for all k below 64
        tail[step:] += fall**step * tail[: max(0, n_frames - step)]
    return mel + tail


def bursts(rng, n_frames: int, n_mels: int, setting: Setting) -> np.ndarray:
    """(T, N_MELS) power of passing noises, each with its own length, loudness and colour, relative to mean speech."""
    n = rng.poisson(setting.bursts * n_frames * FRAME_STEP)
    start = rng.uniform(0, n_frames, n)
    stop = start + rng.uniform(*setting.burst, n) / FRAME_STEP
    level = 10 ** (rng.uniform(0, 20, n) / 10)
    colour = 10 ** (rng.normal(0, 5, (n, 1)) * np.linspace(-1, 1, n_mels) / 10)
    t = np.arange(n_frames)[:, None]
    covered = np.clip(np.minimum(stop, t + 1) - np.maximum(start, t), 0, 1)  # (T, n) share of each frame
    return (covered * level) @ colour


@cache
def _mel() -> np.ndarray:
    """(len(BINS), N_MELS)"""
    return mel_filters().T.astype(np.float32)
