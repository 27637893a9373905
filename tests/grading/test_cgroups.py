"""Control groups of both versions, in trees of files that behave as Linux's do: no machine has both whole.

What a real one holds is tried in test_faults.
"""

import errno
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.kernels import cgroups

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Linux's")
VERSION_2 = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "memory.stat", "memory.events")
VERSION_1 = {
    "memory": ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.stat", "memory.oom_control"),
    "pids": ("pids.max",),
    "cpu": ("cpu.shares",),
}


class Tree:
    """A tree of control groups: a folder that is made in it has the files that Linux puts there."""

    def __init__(self, root: Path, own: str, monkeypatch):
        self.root, self.busy = root, set()
        (root / "own").write_text(own)
        monkeypatch.setattr(cgroups, "_ROOT", root)
        monkeypatch.setattr(cgroups, "_OWN", root / "own")
        monkeypatch.setattr(cgroups, "_write", self.write)
        monkeypatch.setattr(cgroups, "tempfile", SimpleNamespace(mkdtemp=self.mkdtemp))
        monkeypatch.setattr(cgroups, "os", SimpleNamespace(**{**vars(os), "rmdir": shutil.rmtree}))
        cgroups.parents.cache_clear()

    def folder(self, path: str, controllers: str = "", below: str = "") -> Path:
        """A group of version 2 with these controllers, of which groups below it have some already."""
        made = self.root / path
        made.mkdir(parents=True, exist_ok=True)
        (made / "cgroup.controllers").write_text(controllers)
        (made / "cgroup.subtree_control").write_text(below)
        return made

    def mkdtemp(self, prefix: str, dir: str) -> str:
        made = tempfile.mkdtemp(prefix=prefix, dir=dir)
        kind = Path(dir).relative_to(self.root).parts[:1]
        for name in ("cgroup.procs", *VERSION_1.get("".join(kind), VERSION_2)):
            Path(made, name).touch()
        return made

    def write(self, path, value) -> None:
        path = Path(path)
        if path.name != "cgroup.subtree_control":
            path.write_text(str(value)) if path.exists() else os.open(path, os.O_WRONLY)
        elif path.parent in self.busy:
            raise OSError(errno.EBUSY, "Device or resource busy")  # processes, and groups with limits: not both
        elif value.lstrip("+") not in (path.parent / "cgroup.controllers").read_text().split():
            raise OSError(errno.ENOENT, "No such file or directory")
        else:
            path.write_text(f"{path.read_text()} {value.lstrip('+')}")


@pytest.fixture(autouse=True)
def forget():
    yield
    cgroups.parents.cache_clear()


def limits(group: cgroups.Group) -> dict[str, str]:
    files = [path for folder in group.folders for path in Path(folder).iterdir()]
    return {path.name: path.read_text() for path in files if path.stat().st_size}


def test_version_2_in_a_scope_of_ones_own(tmp_path, monkeypatch):
    """`systemd-run --user --scope`: the scope holds this process, so groups are made beside it."""
    tree = Tree(tmp_path, "0::/user.slice/app.slice/run-1.scope\n", monkeypatch)
    tree.folder("", "cpu memory pids", "cpu memory pids")
    tree.folder("user.slice", "cpu memory pids", "cpu memory pids")
    slice_ = tree.folder("user.slice/app.slice", "cpu memory pids", "memory pids")
    tree.busy.add(tree.folder("user.slice/app.slice/run-1.scope", "memory pids"))
    assert cgroups.parents() == (str(slice_),)
    group = cgroups.make([str(slice_)], 1 << 30, 70)
    wanted = {"memory.max": str(1 << 30), "memory.swap.max": "0", "memory.oom.group": "1", "pids.max": "70"}
    assert limits(group) == wanted
    group.enter()
    assert limits(group) == {**wanted, "cgroup.procs": "0"}
    (stat,) = (Path(folder, "memory.stat") for folder in group.folders)
    stat.write_text("anon 1000\nfile 5000\nshmem 300\nslab 90\nslab_unreclaimable 20\npagetables 7\nsock 4\n")
    assert group.memory() == 1000 + 300 + 20 + 7 + 4
    assert not group.out_of_memory()
    stat.with_name("memory.events").write_text("low 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 1\n")
    assert group.out_of_memory()
    group.forget()
    group.remove()
    assert not stat.parent.exists()


def test_version_2_where_limits_are_not_switched_on_yet(tmp_path, monkeypatch):
    tree = Tree(tmp_path, "0::/jobs/mine\n", monkeypatch)
    tree.folder("", "cpu memory pids")
    jobs = tree.folder("jobs", "cpu memory pids")
    tree.busy.add(tree.folder("jobs/mine", "cpu memory pids"))
    assert cgroups.parents() == (str(jobs),)
    assert set((jobs / "cgroup.subtree_control").read_text().split()) == {"memory", "pids", "cpu"}


def test_version_2_in_a_plain_container(tmp_path, monkeypatch):
    """All that is seen of the tree is the group that holds this process: no groups, and no error."""
    tree = Tree(tmp_path, "0::/\n", monkeypatch)
    tree.busy.add(tree.folder("", "cpu memory pids"))
    assert cgroups.parents() == ()


def test_version_2_of_somebody_else(tmp_path, monkeypatch):
    tree = Tree(tmp_path, "0::/system.slice/ssh.service\n", monkeypatch)
    tree.folder("", "cpu memory pids", "memory pids")
    tree.folder("system.slice", "memory pids", "memory pids")
    tree.folder("system.slice/ssh.service", "memory pids")

    def refused(prefix, dir):
        raise PermissionError(errno.EACCES, "Permission denied")

    tree.busy.update(path for path in tmp_path.rglob("*") if path.is_dir())
    monkeypatch.setattr(cgroups, "tempfile", SimpleNamespace(mkdtemp=refused))
    assert cgroups.parents() == ()


@pytest.mark.parametrize("hybrid", [False, True])
def test_version_1(tmp_path, monkeypatch, hybrid):
    """A tree for each limit; beside them there may be one of version 2 that has none of the controllers."""
    own = "3:pids:/\n2:memory:/a\n1:cpu:/\n" + ("0::/\n" if hybrid else "")
    tree = Tree(tmp_path, own, monkeypatch)
    for name in ("pids", "memory/a", "cpu"):
        (tmp_path / name).mkdir(parents=True)
    if hybrid:
        tree.folder("unified", "hugetlb")
    parents = cgroups.parents()
    assert parents == tuple(sorted(str(tmp_path / name) for name in ("pids", "memory/a", "cpu")))
    group = cgroups.make(list(parents), 1 << 20, 9)
    size = str(1 << 20)
    assert limits(group) == {"memory.limit_in_bytes": size, "memory.memsw.limit_in_bytes": size, "pids.max": "9"}
    (stat,) = (path for folder in group.folders if (path := Path(folder, "memory.stat")).exists())
    stat.write_text("cache 9000\nrss 1000\nshmem 300\n")
    assert group.memory() == 1300
    stat.with_name("memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    assert group.out_of_memory()
    group.forget()


def test_no_groups_at_all(tmp_path, monkeypatch):
    Tree(tmp_path, "", monkeypatch)
    assert cgroups.parents() == ()
