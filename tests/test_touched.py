"""What `quick` does for a change."""

import subprocess

import pytest

from tests import touched


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "main")
    for name, text in {
        "common/loop.py": "",
        "common/data/__init__.py": "",
        "tests/test_loop.py": "from common import loop\n",
        "tests/deep/test_data.py": "def test():\n    import common.data\n",
        "tests/test_hw13_methods.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git("add", ".")
    git("commit", "-m", "first")
    return tmp_path, git


def test_changed_files(repository):
    root, git = repository
    assert touched.changed(root) == []
    git("checkout", "-b", "mine")
    (root / "common/loop.py").write_text("1")
    git("commit", "-am", "committed")
    (root / "common/data/__init__.py").write_text("2")
    (root / "a new file.py").write_text("3")
    (root / "tests/test_loop.py").unlink()
    assert touched.changed(root) == ["a new file.py", "common/data/__init__.py", "common/loop.py"]


def test_tests_that_a_change_touches(repository):
    root, _ = repository
    assert touched.tests(["common/loop.py"], root) == ["tests/test_loop.py"]
    assert touched.tests(["common/data/__init__.py"], root) == ["tests/deep/test_data.py"]
    assert touched.tests(["hw13_compression/solution.ipynb"], root) == ["tests/test_hw13_methods.py"]
    assert touched.tests(["tests/test_loop.py", "README.md"], root) == ["tests/test_loop.py"]


def test_homeworks_that_a_change_touches():
    files = ["common/homeworks/hw03/data.py", "hw13_compression/homework.toml", "tests/test_hw05_data.py", "README.md"]
    assert touched.homeworks(files) == ["hw03", "hw13"]
