"""What nbval needs to be trusted with the smoke runs; loaded with `-p tests.smoke_plugin`."""

import json
from collections import Counter
from pathlib import Path

import pytest

from common import kernels
from tests.smoke import EXECUTED, IMPORTED

_failed: set[str] = set()  # notebooks with a failed cell, in this worker
_passed: Counter[str] = Counter()  # notebook -> cells that passed, in the controlling process


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config):
    with kernels.serving(IMPORTED) as fast:  # the workers of xdist start later, and find it
        config.option.nbval_current_env = not fast  # which would start the plain kernel; `python3` is served
        return (yield)


def pytest_collection_modifyitems(items):
    for item in items:
        item.output_timeout = 60  # nbval waits 5 s for outputs, too short on a busy machine


def pytest_runtest_setup(item):
    if _notebook(item.nodeid) in _failed:
        pytest.skip("an earlier cell of this notebook failed")  # nbval would go on with a half-filled kernel


def pytest_runtest_makereport(item, call):
    if call.excinfo is not None and call.when == "call":
        _failed.add(_notebook(item.nodeid))


def pytest_runtest_logreport(report):
    if report.when == "call" and report.outcome == "passed" and not hasattr(report, "wasxfail"):
        _passed[_notebook(report.nodeid)] += 1


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):  # not in a worker of xdist
        Path(session.config.rootpath, EXECUTED).write_text(json.dumps(_passed), "utf-8")


def _notebook(nodeid: str) -> str:
    return nodeid.split("::")[0]
