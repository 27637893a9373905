"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: str | Path, mode: int = 0o666) -> Iterator[Path]:
    """A temporary path beside `path`, to be written inside the `with`; it takes `path`'s place once all went well.

    Whoever reads `path` sees the old file or the new one, never half of it, also after a crash or with two writers. The
    folder is made if need be. mode: who may read and write it, as far as the umask allows. Raises OSError where the
    folder cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # a disk that knows no permissions is no reason to fail
            partial.chmod(mode & ~_umask())  # mkstemp makes files that the owner alone may read
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
