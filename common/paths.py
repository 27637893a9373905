"""Where things lie, in a checkout and in an installed package alike."""

import os
from pathlib import Path


def checkout() -> Path | None:
    """The root of the checkout that `common` was imported from, or None if the package is installed (Colab)."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and any(root.glob("hw01_*")) else None


def data_dir(homework: str | None = None) -> Path:
    """Where original data is looked for: `$HW_DATA_DIR`, else the checkout's `data/`, else the working folder's.

    With a homework (`"hw01"`) its own folder below that. The folder need not exist.
    """
    root = Path(os.environ.get("HW_DATA_DIR") or (checkout() or Path.cwd()) / "data").expanduser()
    return root / homework if homework else root


def cache_dir() -> Path:
    """Where generated data is kept between runs."""
    return data_dir() / "cache"
