"""Mel-frequency cepstral coefficients and what is usually done to them: 39 numbers per frame from a power spectrum.

After Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word recognition in continuously
spoken sentences" (IEEE Trans. ASSP, 1980), and Furui's regression deltas (IEEE Trans. ASSP, 1986).
"""

import numpy as np

SAMPLE_RATE = 16_000  # Hz
FRAME_STEP = 0.010  # seconds from one frame to the next
N_FFT = 512
N_MELS = 26
N_CEPSTRA = 13
DELTA_REACH = 2  # frames to either side that a delta looks at
BINS = np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT  # Hz, the frequencies of a power spectrum's columns


def hertz_to_mel(hertz):
    """O'Shaughnessy's formula, the one of HTK: 1000 Hz are about 1000 mel."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def mel_to_hertz(mel):
    return 700 * (10 ** (np.asarray(mel) / 2595) - 1)


def mel_filters(low: float = 64.0, high: float = 8000.0, n_mels: int = N_MELS) -> np.ndarray:
    """(n_mels, len(BINS)) triangles, evenly spaced in mel, each reaching from one neighbour's peak to the other's."""
    edges = mel_to_hertz(np.linspace(hertz_to_mel(low), hertz_to_mel(high), n_mels + 2))
    left, peak, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (BINS - left) / (peak - left), (right - BINS) / (right - peak)
    return np.maximum(0, np.minimum(rising, falling))


def dct_matrix(n_out: int = N_CEPSTRA, n_in: int = N_MELS) -> np.ndarray:
    """(n_out, n_in): the first rows of the orthonormal DCT-II."""
    k, n = np.arange(n_out)[:, None], np.arange(n_in)[None]
    matrix = np.cos(np.pi * k * (2 * n + 1) / (2 * n_in)) * np.sqrt(2 / n_in)
    matrix[0] /= np.sqrt(2)
    return matrix


def cepstra(mel_energies: np.ndarray) -> np.ndarray:
    """(T, N_MELS) energies, all positive -> (T, N_CEPSTRA)."""
    return np.log(mel_energies) @ dct_matrix().T


def deltas(x: np.ndarray, reach: int = DELTA_REACH) -> np.ndarray:
    """Slope of the regression line through the frames t - reach ... t + reach, of each column of x (T, D), per frame.

    The first and last frame are repeated beyond the ends.
    """
    padded = np.pad(x, ((reach, reach), (0, 0)), mode="edge")
    steps = range(1, reach + 1)
    total = sum(s * (padded[reach + s : reach + s + len(x)] - padded[reach - s : reach - s + len(x)]) for s in steps)
    return total / (2 * sum(s * s for s in steps))


def normalise(x: np.ndarray) -> np.ndarray:
    """Cepstral mean and variance normalisation: every column of one utterance (T, D) to mean 0 and deviation 1."""
    return (x - x.mean(0)) / np.maximum(x.std(0), 1e-8)


def features(mel_energies: np.ndarray) -> np.ndarray:
    """One utterance's (T, N_MELS) energies -> (T, 39) float32: cepstra, deltas, deltas of deltas, normalised."""
    static = cepstra(mel_energies)
    first = deltas(static)
    return normalise(np.hstack([static, first, deltas(first)])).astype(np.float32)
