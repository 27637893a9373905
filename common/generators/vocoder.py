"""What is left of a voice in 40 numbers every 10 ms: log-mel features made audible again.

The magnitudes are guessed from the mel bands, the phases by Griffin and Lim's algorithm (IEEE Trans. ASSP, 1984): go
back and forth between sound and short-time spectrum, and keep the phases each time.
"""

import numpy as np

from common.generators.mfcc import FRAME_STEP, mel_filters

RATE = 8000  # Hz: half of what the features know, for half of the bytes
_HOP, _SIZE = int(RATE * FRAME_STEP), 256
_WINDOW = np.hanning(_SIZE)


def listen(log_mel: np.ndarray, rounds: int = 40) -> np.ndarray:
    """(T, M) natural logarithms of mel energies, T frames of 10 ms -> about 80 * T samples between -1 and 1 at RATE."""
    magnitude = np.sqrt(np.exp(log_mel.astype(np.float64)) @ _spread(log_mel.shape[1]))
    rng = np.random.default_rng(0)
    spectrum = magnitude * np.exp(2j * np.pi * rng.random(magnitude.shape))
    for _ in range(rounds):
        again = _analyse(_synthesise(spectrum), len(magnitude))
        spectrum = magnitude * again / np.maximum(np.abs(again), 1e-12)
    sound = _synthesise(spectrum)
    return (sound / np.maximum(np.abs(sound).max(), 1e-12)).astype(np.float32)


def _spread(n_mels: int) -> np.ndarray:
    """(n_mels, bins): the energy of a band over the frequencies below RATE / 2 that it is made of."""
    filters = mel_filters(n_mels=n_mels)
    shares = filters / filters.sum(axis=1, keepdims=True) / np.maximum(filters.sum(axis=0), 1e-3)
    return shares[:, : _SIZE // 2 + 1]


def _synthesise(spectrum: np.ndarray) -> np.ndarray:
    """Overlapping windows, added (the least-squares estimate)."""
    frames = np.fft.irfft(spectrum, _SIZE) * _WINDOW
    places = np.arange(len(frames))[:, None] * _HOP + np.arange(_SIZE)
    length = places[-1, -1] + 1
    sound = np.bincount(places.ravel(), frames.ravel(), length)
    weight = np.bincount(places.ravel(), np.broadcast_to(_WINDOW**2, frames.shape).ravel(), length)
    return sound / np.maximum(weight, 1e-2)


def _analyse(sound: np.ndarray, n_frames: int) -> np.ndarray:
    places = np.arange(n_frames)[:, None] * _HOP + np.arange(_SIZE)
    return np.fft.rfft(sound[places] * _WINDOW)
