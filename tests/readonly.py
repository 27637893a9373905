"""A folder that may be read and not written, for root too."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@contextmanager
def read_only_folder(files: dict[str, bytes]) -> Iterator[Path]:
    """A folder with these files and mode 0555; root, who may ignore modes, is somebody else meanwhile.

    Modules that the test uses must be loaded before: Python itself may lie where only root may read.
    """
    if not hasattr(os, "geteuid"):
        pytest.skip("folders have no read-only mode on Windows")
    folder = Path(tempfile.mkdtemp())  # not tmp_path, which lies below a folder of root alone
    for name, content in files.items():
        (folder / name).write_bytes(content)
    folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(NOBODY)
        if not os.access(folder, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            pytest.skip("the temporary folder is not open to other users")
        yield folder
    finally:
        if user == 0:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)
