"""The fork server: kernels as the plain one gives them, only sooner; gone when nobody needs them."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.provisioning import LocalProvisioner
from nbclient import NotebookClient

from common import kernels
from common.notebooks import books

pytestmark = pytest.mark.skipif(bool(kernels.why_not()), reason=f"no fork server here: {kernels.why_not()}")


@pytest.fixture(scope="module")
def served():
    with kernels.serving() as fast:
        assert fast
        yield


def run(folder: Path, *sources: str, **environment: str) -> list[str]:
    """What cells print, run as a notebook by whatever kernel `python3` is; the last text of each cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, kernel_name="python3", config=books.kernel_config(), timeout=60)
    before = os.getcwd()
    os.chdir(folder)  # where the sockets lie
    try:
        client.execute(env={**os.environ, **environment})
    finally:
        os.chdir(before)
    return [
        str(cell.outputs[-1].get("text") or cell.outputs[-1].get("data")) if cell.outputs else ""
        for cell in notebook.cells
    ]


def gone(pid: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True  # dead; whoever adopted it has not looked yet
        except OSError:
            return True
        time.sleep(0.05)
    return False


TRAINING = """
import random, numpy, torch, torch.nn as nn, matplotlib.pyplot as plt, hashlib, io
torch.manual_seed(1)
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 900, 10))
optimizer = torch.optim.AdamW(net.parameters())
loader = torch.utils.data.DataLoader(torch.rand(32, 3, 32, 32), batch_size=8, num_workers=2)
for x in loader:
    loss = net(x).logsumexp(1).mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
digest = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters()))
a = numpy.random.default_rng(0).normal(size=(700, 700))
digest.update((a @ a).tobytes())
print(digest.hexdigest(), torch.get_num_threads())
"""
PICTURE = """
plt.plot([1, 2, 4]); picture = io.BytesIO(); plt.savefig(picture); plt.close()
print(hashlib.sha256(picture.getvalue()).hexdigest())
"""


def test_results_are_equal_bit_for_bit(served, tmp_path):
    plain = {"HW_KERNEL_SERVER": ""}  # the client finds no server, and becomes a plain kernel
    forked, usual = (run(tmp_path, TRAINING, PICTURE, OMP_NUM_THREADS="2", **way) for way in ({}, plain))
    assert forked == usual
    assert forked[0].split()[1] == "2"


def test_each_kernel_has_its_own_process_environment_and_random_numbers(served, tmp_path):
    values = "os.environ['MARK'], os.getcwd(), os.getpid(), random.random(), numpy.random.rand()"
    source = f"import os, random, numpy\nprint({values})"
    first, second = (run(tmp_path, source, MARK=mark)[0].split() for mark in ("one", "two"))
    assert (first[0], second[0]) == ("one", "two")
    assert Path(first[1]) == tmp_path
    assert len({*first[2:], *second[2:]}) == 6


def test_pictures_are_shown_inline(served, tmp_path):
    shown = run(tmp_path, "import matplotlib.pyplot as plt\nplt.plot([1, 2])")[0]
    assert "image/png" in shown


DESCRIPTORS = """
import os
from pathlib import Path
listening = [line.split() for line in Path("/proc/net/unix").read_text().splitlines() if "hw-kernels-" in line]
mine = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{n}")]
print(len(listening) > 0, [line for line in listening if f"socket:[{line[6]}]" in mine])
"""


def test_a_kernel_does_not_hold_the_servers_sockets(served, tmp_path):
    assert run(tmp_path, DESCRIPTORS) == ["True []\n"]


INTERRUPTED = """
import signal, time
try:
    signal.raise_signal(signal.SIGINT)
    time.sleep(5)
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_kernel_can_be_interrupted(served, tmp_path):
    assert run(tmp_path, INTERRUPTED) == ["stopped\n"]


def test_a_kernel_is_asked_to_end_and_not_interrupted(served, tmp_path, monkeypatch):
    """Which it would complain of on the screen where it has not quite done with its last answer."""
    sent, plain = [], LocalProvisioner.send_signal
    monkeypatch.setattr(
        LocalProvisioner, "send_signal", lambda self, number: [sent.append(number), plain(self, number)][1]
    )
    assert run(tmp_path, "print(6 * 7)") == ["42\n"]
    assert signal.SIGINT not in sent


@contextlib.contextmanager
def asked(folder: Path, server: str) -> Iterator[socket.socket]:
    """A connection on which a server has been asked for a kernel."""
    request = {"argv": ["-f", "nowhere.json"], "env": dict(os.environ), "cwd": str(folder), "umask": 0o77}
    content = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as client, open(os.devnull) as nowhere:
        client.settimeout(20)
        client.connect(server)
        socket.send_fds(client, [struct.pack("I", len(content))], [nowhere.fileno()] * 3)
        client.sendall(content)
        yield client


FORKED = "import os\nprint('common.kernels.server' in open('/proc/self/cmdline').read())"


def test_who_asks_and_is_gone_does_no_harm(served, tmp_path):
    for _ in range(5):
        with asked(tmp_path, os.environ["HW_KERNEL_SERVER"]):
            pass
    run(tmp_path, "print(6 * 7)")
    assert run(tmp_path, FORKED) == ["True\n"]


SERVER = """
import socket, sys, time
from common.kernels import server
server.PRELOADED = ()
server._kernel = lambda *_: time.sleep(60)
become = server.main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), [])
if become is not None:
    become()
"""


@pytest.mark.parametrize("last_words", [b"", bytes([signal.SIGTERM])])
def test_a_starved_server_hears_all_at_once(tmp_path, last_words):
    """A kernel ends, and before the server comes to it, its client sends a signal or is gone."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        command = [sys.executable, "-P", "-c", SERVER, str(listener.fileno()), str(os.getpid())]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()])
    try:
        with asked(tmp_path, str(tmp_path / "s")) as client, socket.socket(socket.AF_UNIX) as silent:
            (pid,) = struct.unpack("i", client.recv(4))
            silent.connect(str(tmp_path / "s"))  # the server waits for what this one wants
            time.sleep(0.3)
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.3)
            client.send(last_words) if last_words else client.close()
        with asked(tmp_path, str(tmp_path / "s")) as client:
            assert len(client.recv(4)) == 4 and server.poll() is None
    finally:
        server.terminate()
        server.wait()


OWNER = """
import sys, time
from common import kernels
from jupyter_client.manager import start_new_kernel
with kernels.serving():
    manager, client = start_new_kernel()
    client.execute("import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    show = lambda message: print(message["content"].get("text", ""), flush=True)
    client.execute_interactive("print(os.getpid(), os.getppid())", output_hook=show)
    time.sleep(60)
"""


def test_server_and_kernels_end_with_their_owner(tmp_path, bare_server):
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    line = next(line for line in owner.stdout if line.strip())
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    for pid in map(int, line.split()):
        assert gone(pid), f"process {pid} still runs"


def test_a_plain_kernel_where_the_server_cannot_be(no_server, monkeypatch):
    monkeypatch.setenv("HW_FAST_KERNELS", "0")
    with kernels.serving() as fast:
        assert not fast
    assert "HW_FAST_KERNELS" in kernels.why_not()


def test_a_plain_kernel_where_an_import_starts_a_thread(tmp_path, no_server, monkeypatch):
    """The server gives up then, with the question of the first kernel unread."""
    starts_a_thread = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    guarded = f"import sys, threading, time\nif 'common.kernels.server' in sys.orig_argv:\n    {starts_a_thread}\n"
    (tmp_path / "sitecustomize.py").write_text(guarded, "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    with kernels.serving():
        assert run(tmp_path, "print(6 * 7)") == ["42\n"]
