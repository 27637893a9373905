import gc
import os

import matplotlib
import pytest
from hypothesis import settings

import common.notebooks  # noqa: F401 (before the tests import nbformat, which is dear without it)
from common import kernels
from tests.missing import why_not

matplotlib.use("Agg")  # tests draw, and nobody looks
# a busy machine is no failure; CI tries the same examples each time: new ones are for who can look at what they find
settings.register_profile("homeworks", deadline=None, max_examples=50, derandomize="CI" in os.environ)
settings.load_profile("homeworks")
gc.disable()  # until all is imported: to look for garbage among half a million objects takes long, and finds none


@pytest.fixture
def no_server(monkeypatch):
    """As if no fork server were there, also in `make test`, where all tests share one."""
    if kernels.SOCKET in os.environ:
        folder = os.path.dirname(os.environ[kernels.SOCKET])
        paths = [path for path in os.environ["JUPYTER_PATH"].split(os.pathsep) if path != folder]
        monkeypatch.setenv("JUPYTER_PATH", os.pathsep.join(paths))
        monkeypatch.delenv(kernels.SOCKET)


EMPTY = """
import sys, types
if 'common.kernels.server' in sys.orig_argv:
    sys.modules |= {name: types.ModuleType(name) for name in ('torch', 'torchvision', 'pandas')}
    sys.modules['torch'].set_num_threads = lambda number: None
"""


@pytest.fixture
def bare_server(no_server, tmp_path_factory, monkeypatch):
    """Fork servers of this test know nothing of torch, which takes seconds to import: it is about processes."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text(EMPTY, "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))


def pytest_collection_modifyitems(items):
    for item in items:
        if reason := why_not(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish():
    gc.collect()
    gc.freeze()  # what is there now stays: collections during the tests leave it alone
    gc.enable()
