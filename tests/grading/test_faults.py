"""A fault of the grader is never a student's result: it is INFRA_ERROR, tried again, and not kept."""

import contextlib
import errno
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from common import data, kernels
from common.errors import HomeworkError, NotebookError
from common.grading import controller, prepare, records, scorer
from common.grading.helper import Helper
from common.grading.worker import Worker
from common.kernels import cgroups, sandbox, scratch, warden
from tests.grading.battery import LOOK, WRITE, notebook

LINUX = pytest.mark.skipif(bool(kernels.why_not()), reason=f"no sandbox here: {kernels.why_not()}")


@pytest.fixture
def exam(tmp_path):
    return data.export("hw01", tmp_path / "exam", seed=5, profile="smoke")


def handed_in(tmp_path: Path, exam: Path) -> controller.Plan:
    """Two students' prediction files: the answers, and a file that is none."""
    for name, content in (("ann", (exam / "labels" / "reference.csv").read_bytes()), ("bob", b"no table\n")):
        (tmp_path / "in" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name / "submission.csv").write_bytes(content)
    return controller.plan("hw01", tmp_path / "in", tmp_path / "out", how="files", data=exam, profile="smoke")


def states(plan: controller.Plan) -> list[str]:
    graded = list(controller.grade(plan.waiting(), 1))
    return sorted(record.state for record in graded)


def test_damaged_labels(tmp_path, exam):
    labels = exam / "labels" / "reference.csv"
    content = labels.read_bytes()
    plan = handed_in(tmp_path, exam)
    labels.write_bytes(content[:40])
    assert states(plan) == ["INFRA_ERROR", "INFRA_ERROR"]
    assert len(plan.waiting()) == 2, "a failure of ours was kept as a result"
    labels.write_bytes(content)
    assert states(plan) == ["INVALID_SUBMISSION", "OK"]
    assert not plan.waiting()


def job(tmp_path: Path, exam: Path, content: bytes, **more) -> records.Job:
    source = tmp_path / "source"
    source.mkdir(exist_ok=True)
    (source / "notebook.ipynb").write_bytes(content)
    return records.Job("k" * 64, "hw01", "run", str(source), str(tmp_path / "out"), str(exam), "smoke", **more)


class Dies:
    """A helper that dies of every question."""

    ended = -9
    closed = False

    def ask(self, question, seconds):
        return None

    def close(self):
        pass


@pytest.mark.parametrize("what", ["the scorer dies", "the reader dies", "a full disk", "no home", "the warden dies"])
def test_faults_of_ours(tmp_path, exam, monkeypatch, what):
    worker, how = Worker(), "files" if what == "the scorer dies" else "run"
    one = job(tmp_path, exam, notebook(LOOK, WRITE))
    if what == "the scorer dies":
        worker.scorer = Dies()
        (Path(one.source) / "submission.csv").write_bytes((exam / "labels" / "reference.csv").read_bytes())
        one = records.Job(**{**one.__dict__, "how": how})
    elif what == "the reader dies":
        worker.reader = Dies()
    elif what == "a full disk":
        monkeypatch.setattr(scratch.tempfile, "mkdtemp", fails(OSError(errno.ENOSPC, "No space left on device")))
    elif what == "no home":
        worker.papermill = Runs(fails(RuntimeError("Could not determine home directory.")))
    else:
        monkeypatch.setattr("common.grading.worker.time.sleep", lambda seconds: None)
        monkeypatch.setattr("common.grading.worker.time.monotonic", Clock())

        def begins(*args, run, **options):
            run.stage = "running"

        worker.papermill = Runs(begins)
    record = worker.grade(one)
    worker.close()
    assert record.state == "INFRA_ERROR", record
    assert not one.record_path.exists(), "a failure of ours was kept as a result"


@LINUX
@pytest.mark.usefixtures("bare_server")
def test_a_fork_server_that_dies_is_told_and_started_anew(tmp_path, exam):
    """It takes along what it has forked, and is no student's fault; the next try has another."""
    worker, one = Worker(), job(tmp_path, exam, notebook(LOOK, "time.sleep(97530)", WRITE))
    forked = []

    def kill() -> None:
        while len(forked) < 2:
            time.sleep(0.2)
            mine = {pid: Path(f"/proc/{pid}/cmdline") for pid in warden.below(os.getpid())}
            servers = [pid for pid, words in mine.items() if words.exists() and b"kernels.server" in words.read_bytes()]
            server = min(servers, default=0)  # what it forks has the same words
            forked[:] = warden.below(server) if server else []
        time.sleep(1)
        os.kill(server, signal.SIGKILL)

    threading.Thread(target=kill, daemon=True).start()
    record = worker.grade(one)
    assert record.state == "INFRA_ERROR" and "forked from has ended (without a word)" in record.message
    end = time.monotonic() + 20
    while (left := [pid for pid in forked if Path(f"/proc/{pid}").exists()]) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left
    (Path(one.source) / "notebook.ipynb").write_bytes(notebook(LOOK, WRITE))
    assert worker.grade(one).state == "OK"
    worker.close()


class Runs:
    def __init__(self, execute):
        self.execute_notebook = execute


class Clock:
    """Each look at it is a second later."""

    now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def fails(error):
    def raising(*args, **options):
        raise error

    return raising


def test_a_worker_is_asked_three_times_and_a_failure_is_noted(tmp_path, exam):
    asked = []

    class Broken(Dies):
        def ask(self, question, seconds):
            asked.append(question["key"])
            return None

    one = job(tmp_path, exam, b"")
    station = controller.Station()
    station.worker = Broken()
    assert station.grade(one).state == "INFRA_ERROR"
    assert len(asked) == controller.TRIES
    assert records.read(one.failed_path).state == "INFRA_ERROR" and records.read(one.record_path) is None


def test_a_report_folder_without_room(tmp_path, exam, monkeypatch):
    """One sentence where the test set cannot be made; a record that cannot be written ends nobody else's run."""
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(controller, "replacing", fails(full))
    with pytest.raises(HomeworkError, match=r"cannot be made in .*No space left"):
        controller._exam(controller.find_card("hw01"), tmp_path, "smoke")
    monkeypatch.setattr(controller.records, "write", fails(full))
    station = controller.Station()
    station.worker = Dies()
    assert station.grade(job(tmp_path, exam, b"")).state == "INFRA_ERROR"


def test_what_takes_long_to_read_is_its_makers_fault(tmp_path, monkeypatch):
    """Parsing a student's source is limited in time and in memory, in another process than the worker."""
    helper, path = Helper("common.grading.prepare"), tmp_path / "x.ipynb"
    try:
        path.write_bytes(notebook("x = " + "1 + " * 1_500_000 + "1"))  # takes gigabytes to parse
        with contextlib.suppress(NotebookError):
            prepare.ask(helper, path, records.Limits())
        monkeypatch.setattr(prepare, "SUMS_SECONDS", 1)
        assert prepare.ask_sums(helper, ["\n".join(f"x{n} = %pwd" for n in range(20_000))]) == []
        assert helper.ended == -signal.SIGXCPU
        monkeypatch.undo()
        path.write_bytes(notebook(LOOK))
        limits = records.Limits()
        assert prepare.ask(helper, path, limits) == prepare.prepare(path.read_bytes(), limits)  # the next, as ever
    finally:
        helper.close()


@pytest.mark.usefixtures("no_server")
def test_limits_alone_without_a_fork_server(tmp_path, exam, monkeypatch):
    """Tier C as macOS and Windows have it: a plain kernel, its time and its output limited, its file scored."""
    monkeypatch.setenv("HW_FAST_KERNELS", "0")
    worker, seen = Worker(), []
    for number, (cell, limits) in enumerate(
        [("pass", records.Limits()), ("while True: pass", records.Limits(deadline=2.0)), ("1 / 0", records.Limits())]
    ):
        source = tmp_path / str(number)
        source.mkdir()
        one = job(source, exam, notebook(LOOK, WRITE, cell), tier="C", limits=limits)
        seen.append(worker.grade(one))
    worker.close()
    assert [record.state for record in seen] == ["OK", "TIMEOUT", "CRASHED"], seen
    assert seen[0].score is not None and seen[0].tier == "C"


# --- being stopped ----------------------------------------------------------------------------------------------------


def test_a_helper_that_is_closed_stays_closed():
    """Ctrl-C closes a worker while another thread waits for its answer: that one gets none, and starts no other."""
    helper = Helper("tests.grading.sleeper")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(helper.ask({}, 60)))
    thread.start()
    while helper._process is None:
        time.sleep(0.01)
    helper.close()
    thread.join(10)
    assert answers == [None]
    assert helper.ask({}, 60) is None and helper._process is None


@pytest.mark.skipif(os.name == "nt", reason="no signals")
def test_a_helper_follows_its_parent_from_its_start():
    """Killed while the helper still loads what it needs: it ends at once, not when it has loaded."""
    code = (
        "import os, sys, time; from common.grading.helper import Helper; h = Helper('tests.grading.sleeper')\n"
        "import threading; threading.Thread(target=h.ask, args=[{}, 60], daemon=True).start()\n"
        "while h._process is None: time.sleep(.01)\n"
        "print(h._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 20
    while _lives(pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        return b" Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


def test_what_is_written_stays(tmp_path, exam):
    """A worker whose controller was killed may end its job after the next one has begun it: the first record counts."""
    worker, one = Worker(), records.Job(**{**job(tmp_path, exam, b"").__dict__, "how": "files"})
    first = worker.grade(one)
    content = one.record_path.read_bytes()
    (Path(one.source) / "submission.csv").write_bytes((exam / "labels" / "reference.csv").read_bytes())
    assert worker.grade(one) == first and one.record_path.read_bytes() == content
    worker.close()


@LINUX
@pytest.mark.usefixtures("bare_server")
def test_ctrl_c_leaves_nothing(tmp_path, exam):
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"s{number}.ipynb").write_bytes(notebook(LOOK, f"time.sleep({97531 + number})"))
    words = ["grade", "hw01", tmp_path / "in", "--data", exam, "--out", tmp_path / "out", "--profile", "smoke"]
    command = [sys.executable, "-m", "common.cli", *map(str, words), "--trust-submissions"]
    env = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731  (a shell's background ignores it)
    run = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, preexec_fn=heard
    )
    end = time.monotonic() + 120
    while not _kernels(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 130 and "Traceback" not in output, output
    end = time.monotonic() + 20
    while (left := _kernels(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left
    assert not list((tmp_path / "tmp").glob("hw-*")) or scratch.sweep("hw-") is None
    assert not list((tmp_path / "out" / "records").glob("*.json"))


def _kernels(tmp_path: Path) -> list[int]:
    """Processes of kernels and servers whose temporary folder is this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(tmp_path / "tmp").encode() in environment and b"kernels" in words and process.name != str(os.getpid()):
            found.append(int(process.name))
    return found


# --- folders ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="paths have an end there")
def test_any_tree_is_removed(tmp_path):
    deep = tmp_path / "tree"
    deep.mkdir()
    here = os.getcwd()
    os.chdir(deep)
    try:
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    (deep / "closed" / "below").mkdir(parents=True)
    (deep / "closed" / "below").chmod(0)
    (deep / "closed").chmod(0)
    scratch.remove(deep)
    assert not deep.exists()


@pytest.mark.skipif(scratch.fcntl is None, reason="no locks")
def test_folders_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    (tmp_path / "hw-test-dead").mkdir()
    (tmp_path / "other").mkdir()
    with scratch.folder("hw-test-") as mine:
        scratch.sweep("hw-test-")
        assert mine.exists() and (tmp_path / "other").exists()
        assert not (tmp_path / "hw-test-dead").exists()
    assert not mine.exists()


@LINUX
def test_a_long_folder_for_temporary_files(tmp_path, monkeypatch):
    """A socket's path may have 107 letters."""
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(long))
    with scratch.folder("hw-test-") as folder:
        assert len(str(folder)) < 90


# --- what a notebook may read -----------------------------------------------------------------------------------------


@LINUX
def test_a_path_of_modules_that_holds_the_report_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(HomeworkError, match="where notebooks find Python"):
        sandbox.readable_paths([tmp_path / "report"])
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'elsewhere'}{os.pathsep}.")
    assert sandbox.readable_paths([tmp_path / "report"])


@LINUX
@pytest.mark.parametrize("path", [".", "", str(Path(__file__).parents[2]), "tests", "/"])
def test_the_checkout_is_never_readable_as_a_whole(path, monkeypatch):
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", path)
    found = [Path(os.path.realpath(one)) for one in sandbox.readable_paths([root / "report"])]
    solution = root / "hw01_regression" / "solution.ipynb"
    assert not any(solution.is_relative_to(one) or (root / "tests").is_relative_to(one) for one in found)


def test_a_hidden_file_is_masked_under_all_its_names(tmp_path):
    (tmp_path / "real" / "weights").mkdir(parents=True)
    secret = tmp_path / "real" / "weights" / "target"
    secret.write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    made = sandbox.Sandbox("A", "", "", {}, [str(tmp_path / "real"), str(tmp_path / "link")], [str(secret)])
    names = {str(secret), str(tmp_path / "link" / "weights" / "target")}
    assert {name for name in sandbox._masked(made) if not name.startswith("/proc")} == names


def test_the_hidden_target_is_in_the_key_of_a_job(tmp_path, exam, monkeypatch):
    card = controller.find_card("hw10")
    one = records.Job("", "hw10", "files", "", str(tmp_path), str(exam))
    keys = [str(controller._common_key(card, one))]
    for number in range(2):
        target = tmp_path / f"target{number}"
        target.write_text(str(number))
        monkeypatch.setenv("HW10_TARGET", str(target))
        keys.append(str(controller._common_key(card, one)))
    assert len(set(keys)) == 3


@LINUX
def test_what_lies_behind_descriptors_is_counted():
    """Where no control group counts it: a pipe holds bytes that are no process's."""
    before = warden._descriptors(os.getpid())
    pipes = [os.pipe() for _ in range(200)]
    try:
        assert warden._descriptors(os.getpid()) - before >= 200 * warden._PIPE
    finally:
        for fd in itertools.chain.from_iterable(pipes):
            os.close(fd)
    assert warden._descriptors(2**22 + 1) == 0  # it has ended


# --- shares of the machine --------------------------------------------------------------------------------------------


def test_cores_are_shared_out_where_no_group_does_it(monkeypatch):
    monkeypatch.setattr(controller.os, "sched_getaffinity", lambda pid: {0, 1, 2, 3, 4}, raising=False)
    monkeypatch.setattr(controller.cgroups, "parents", lambda: ())
    assert controller._shares(2, 1) == [(0, 1), (2, 3)]
    assert controller._shares(1, 1) == [()]
    assert controller._shares(4, 2) == [()] * 4  # too few to divide
    monkeypatch.setattr(controller.cgroups, "parents", lambda: ("/somewhere",))
    assert controller._shares(2, 1) == [(), ()]


@pytest.mark.skipif(not (os.name == "posix" and cgroups.parents()), reason="no control groups can be made here")
def test_a_control_group_holds_all_memory_together():
    group = cgroups.make(list(cgroups.parents()), 64 << 20, 50)
    child = os.fork()
    if child == 0:
        group.enter()
        hoard = [os.urandom(1 << 20) for _ in range(200)]
        os._exit(len(hoard) > 1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) and group.out_of_memory()
    group.forget()
    group.remove()
    assert not any(map(os.path.exists, group.folders))


def test_the_score_is_asked_of_a_process_that_answers(tmp_path, exam):
    with pytest.raises(HomeworkError, match="was not scored"):
        scorer.ask(Dies(), "hw01", tmp_path / "submission.csv", str(exam), "smoke")
