"""Keep what a generator made, so that the next run need not wait for it."""

import contextlib
import hashlib
import json
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from common.files import replacing
from common.generators.secrets import is_secret
from common.paths import cache_dir

_LABEL = "cached-for"  # the member that says whose the arrays are


def cached(
    name: str, version: str, key: Mapping | tuple, build: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The arrays of `build()`, from the cache if they were built before with the same name, version and key.

    name, version: letters, digits, `_` and `-`; raise the version with every change of what `build` gives, and files
    of other versions of the name are removed. key: plain values (str, int, float, bool, None, lists of them) that
    `build` depends on: profile, seed. Arrays of numbers or strings, not of objects (ValueError).

    What a secret seed makes is never kept: the cache is for everybody. A file that is truncated or foreign is built
    anew, and where nothing can be written nothing is kept, both silently. Two processes at once both build, and either
    file is right.
    """
    for text in (name, version):
        if not re.fullmatch(r"[\w-]+", text):
            raise ValueError(f"name and version of a cache are letters, digits, _ and -, found {text!r}")
    if _holds_secret(key):
        return {k: np.asarray(v) for k, v in build().items()}
    label = json.dumps([name, version, key], sort_keys=True)
    path = cache_dir() / f"{name}.{version}.{hashlib.sha256(label.encode()).hexdigest()[:12]}.npz"
    arrays = _read(path, label)
    if arrays is None:
        arrays = {k: np.asarray(v) for k, v in build().items()}
        with contextlib.suppress(OSError):  # read-only folder, full disk: then without
            _write(path, label, arrays)
            _remove_old(path.parent, name, version)
    return arrays


def _holds_secret(key) -> bool:
    values = key.values() if isinstance(key, Mapping) else key if isinstance(key, list | tuple) else []
    return (isinstance(key, int) and is_secret(key)) or any(map(_holds_secret, values))


def _read(path: Path, label: str) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file[_LABEL]) != label:
                return None
            return {k: file[k] for k in file.files if k != _LABEL}
    except Exception:  # damaged bytes can fail in any way at all, and building is always right
        return None


def _write(path: Path, label: str, arrays: dict[str, np.ndarray]) -> None:
    # np.savez would pickle objects, and take no array with the name of one of its arguments ("file")
    with replacing(path) as partial, zipfile.ZipFile(partial, "w", allowZip64=True) as archive:
        for key, array in {_LABEL: np.array(label), **arrays}.items():
            with archive.open(f"{key}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _remove_old(folder: Path, name: str, version: str) -> None:
    """Other versions of `name`, and what a killed process left an hour ago or more."""
    for path in folder.glob(f"{name}.*.npz"):
        if not path.name.startswith(f"{name}.{version}."):
            path.unlink(missing_ok=True)
    for path in folder.glob(f".{name}.*"):
        if time.time() - path.stat().st_mtime > 3600:
            path.unlink(missing_ok=True)
