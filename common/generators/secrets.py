"""Seeds of exams.

All data is a function of its seed, so a seed that can be guessed gives the answers away; and so would draws that are
shown, if those that are hidden followed them in one stream.

A seed of 64 bits or more counts as a secret: what nobody may see is then drawn by a generator of its own, from which no
way leads to the others. Smaller seeds are public: their data stands on the cards, bytes and all.
"""

import hashlib

import numpy as np

SECRET = 2**63  # the least


def is_secret(seed: int) -> bool:
    """Whether a seed is one that nobody can guess."""
    return seed >= SECRET


def apart(rng: np.random.Generator, seed: int, what: str) -> np.random.Generator:
    """The generator that draws what stays hidden (`what`, in a word): `rng`, or for a secret seed one of its own."""
    return rng if not is_secret(seed) else np.random.default_rng(hidden(seed, what))


def hidden(seed: int, what: str) -> int:
    """The seed of what stays hidden: `seed`, or for a secret one another, from which no way leads back to it."""
    if not is_secret(seed):
        return seed
    return int.from_bytes(hashlib.sha256(f"{what} of {seed}".encode()).digest())
