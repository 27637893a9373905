"""Submissions that a class of three hundred brings sooner or later, and some that only a clever one does.

Each is a notebook around a payload, with the states in which it may end. All are honest apart from their payload: before or
after it they write predictions, so that a run which should come through has something to score.
"""

import json
from dataclasses import dataclass, field

PARAMETERS = 'PROFILE = "standard"\nDATA = "builtin"\nDEVICE = "auto"\nSEED = 1\nOUTPUT_DIR = "outputs"'
LOOK = """\
import os, sys, time
from pathlib import Path
test = [line.split(",")[0] for line in Path(DATA, "covid.test.csv").read_text().splitlines()[1:]]
out = Path(OUTPUT_DIR); out.mkdir(exist_ok=True)
"""
WRITE = """\
lines = ["id,tested_positive", *(f"{key},16.0" for key in test)]
(out / "submission.csv").write_text("\\n".join(lines) + "\\n")
print("written")
"""
OK, BAD_FILE, BAD_NOTEBOOK = {"OK"}, {"INVALID_SUBMISSION"}, {"INVALID_NOTEBOOK"}
CRASHED, TIMEOUT, MEMORY, OUTPUT = {"CRASHED"}, {"TIMEOUT"}, {"MEMORY"}, {"OUTPUT_LIMIT"}


@dataclass(frozen=True)
class Case:
    name: str
    states: set[str]
    content: bytes
    limits: dict = field(default_factory=dict)
    says: str = ""  # words that the message must hold
    flag: str = ""  # words that one of the flags must hold
    silent: tuple[str, ...] = ()  # words that its outputs must not hold


CASES: list[Case] = []


def notebook(*cells: str, tags: dict[int, list[str]] | None = None, parameters: bool = True, **metadata) -> bytes:
    """A notebook of these code cells; tags: number of a cell -> its tags."""
    sources = [PARAMETERS, *cells] if parameters else list(cells)
    made = []
    for number, source in enumerate(sources):
        kind = {"tags": ["parameters"]} if parameters and number == 0 else {"tags": (tags or {}).get(number, [])}
        made.append({"cell_type": "code", "id": f"c{number}", "metadata": kind, "source": source, "outputs": [],
                     "execution_count": None})  # fmt: skip
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def case(name: str, states: set[str], *payload: str, before: bool = True, **options) -> None:
    """A notebook that writes its predictions, then runs the payload (or the other way round)."""
    cells = [LOOK, WRITE, *payload] if before else [LOOK, *payload, WRITE]
    CASES.append(Case(name, states, notebook(*cells), **options))


def file(name: str, states: set[str], content: bytes, **options) -> None:
    CASES.append(Case(name, states, content, **options))


def predictions(name: str, source: str, says: str = "", states: set[str] = BAD_FILE) -> None:
    """A notebook that hands in something else than predictions."""
    CASES.append(Case(name, states, notebook(LOOK, source), says=says))


# --- that do not end --------------------------------------------------------------------------------------------------
SHORT = {"deadline": 4.0}
case("endless loop", TIMEOUT, "while True: pass", limits=SHORT, says="cell 4")
case(
    "signals ignored",
    TIMEOUT,
    "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
    "while True:\n    try: time.sleep(9)\n    except BaseException: pass",
    limits=SHORT,
)
case("hang in C, holding the interpreter", TIMEOUT, "import ctypes; ctypes.PyDLL(None).sleep(999)", limits=SHORT)
case("its answers cut off", TIMEOUT, "get_ipython().kernel.iopub_thread.stop()\ntime.sleep(99)", limits=SHORT)
case("a thread that will not end", OK, "import threading\nthreading.Thread(target=time.sleep, args=[999]).start()")

# --- that take too much -----------------------------------------------------------------------------------------------
SMALL = {"memory": 300 << 20}
case("memory bomb", MEMORY, "hoard = []\nwhile True: hoard.append(bytearray(16 << 20))", limits=SMALL)
case("memory bomb of torch", MEMORY, "import torch\nhoard = [torch.ones(1 << 24) for _ in range(99)]", limits=SMALL)
case(
    "memory bomb of many processes",
    MEMORY,
    "for n in range(20):\n    if os.fork() == 0:\n        hoard = os.urandom(60 << 20)\n        time.sleep(60)\n        os._exit(0)\n"
    "time.sleep(60)",
    limits=SMALL,
)
case(
    "memory bomb of files in memory",
    MEMORY | CRASHED,
    "with open('/dev/shm/x', 'wb') as f:\n    for _ in range(400): f.write(os.urandom(1 << 20))\ntime.sleep(20)",
    limits=SMALL,
)
case("fork bomb", CRASHED | MEMORY | TIMEOUT, "while True: os.fork()", limits={"processes": 64, "deadline": 8.0})
case("threads without end", CRASHED, "import threading\nwhile True: threading.Thread(target=time.sleep, args=[99]).start()",
     limits={"processes": 64})  # fmt: skip
case("200 MB of output", OUTPUT, "for _ in range(2000): print('x' * 100_000, flush=True)")
case("200 MB of output at once", OUTPUT, "print('x' * 200_000_000)")
case(
    "pictures without end",
    OUTPUT,
    "from IPython.display import display, HTML\nwhile True: display(HTML('x' * 100_000))",
)
case("an error of 30 MB", CRASHED | OUTPUT, "raise ValueError('x' * 30_000_000)")
case("a huge file", CRASHED | OUTPUT, "with open('big', 'wb') as f:\n    for _ in range(4000): f.write(bytes(1 << 20))",
     limits={"disk": 64 << 20})  # fmt: skip
case("100,000 files", CRASHED | OUTPUT, "for n in range(100_000): open(f'{n}.txt', 'w').close()", says="cell 4")

# memory that is nobody's, or that nobody counts: who gets hold of three times as much as is allowed says HELD
HELD = ("HELD",)


def hoard(name: str, payload: str) -> None:
    case(f"memory: {name}", MEMORY | CRASHED | OK, payload, limits=SMALL, silent=HELD)


hoard("files of no folder (memfd)", "for n in range(9):\n    f = os.memfd_create('x')\n    for _ in range(100): os.write(f, bytes(1 << 20))\n"
      "time.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("a shared mapping of no file", "import mmap\nm = mmap.mmap(-1, 900 << 20)\nfor i in range(0, 900 << 20, 4096): m[i] = 1\n"
      "time.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("a shared mapping of /dev/zero", "import mmap\nm = mmap.mmap(os.open('/dev/zero', os.O_RDWR), 900 << 20)\n"
      "for i in range(0, 900 << 20, 4096): m[i] = 1\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("segments of System V", "import ctypes\nlibc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p\nfor n in range(9):\n"
      "    k = libc.shmget(0, ctypes.c_size_t(100 << 20), 0o1600)\n    if k < 0: raise OSError('none')\n"
      "    ctypes.memset(libc.shmat(k, None, 0), 1, 100 << 20)\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("a tmpfs in a namespace of its own", "import ctypes\nlibc = ctypes.CDLL(None)\nif libc.unshare(0x10020000): raise OSError('none')\n"
      "os.mkdir('t')\nif libc.mount(b'none', b't', b'tmpfs', 0, b''): raise OSError('none')\nwith open('t/x', 'wb') as f:\n"
      "    for _ in range(900): f.write(bytes(1 << 20))\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("children that start anew", "import subprocess\nps = [subprocess.Popen([sys.executable, '-S', '-I', '-c', 'import os, time; h = os.urandom(1 << 20) * 90; time.sleep(9)'])"
      " for _ in range(10)]\ntime.sleep(4)\nif all(p.poll() is None for p in ps): print('HE' + 'LD')")  # fmt: skip
hoard("data that waits in sockets", "import socket\npairs, size = [], 0\nwhile size < 900 << 20:\n    a, b = socket.socketpair(); a.setblocking(False); pairs.append((a, b))\n"
      "    try:\n        while True: size += a.send(bytes(1 << 16))\n    except BlockingIOError: pass\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
hoard("deleted files, still open", "fs = []\nfor n in range(9):\n    f = open(f'/tmp/{n}', 'wb'); fs.append(f); os.unlink(f.name)\n"
      "    for _ in range(100): f.write(bytes(1 << 20))\n    f.flush()\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
case(
    "300 processes with 64 allowed",
    OK | CRASHED | MEMORY,
    "pids = []\ntry:\n    for n in range(300):\n        pid = os.fork()\n        if pid == 0: time.sleep(9); os._exit(0)\n        pids.append(pid)\n"
    "except OSError: pass\nif len(pids) > 64: print('HE' + 'LD', len(pids))",
    limits={"processes": 64},
    silent=HELD,
)
case("metadata of 20 MB", OUTPUT, "from IPython.display import publish_display_data\n"
     "for n in range(9): publish_display_data({'text/plain': 'x'}, metadata={'a': 'y' * 20_000_000})")  # fmt: skip
case(
    "a reply of 80 MB",
    OUTPUT | CRASHED | TIMEOUT,
    "get_ipython().user_expressions = lambda e: {'taken': {'status': 'ok', 'data': {'text/plain': 'x' * 80_000_000}}}",
)
case("attachments of 20 MB to messages of widgets", OUTPUT | CRASHED, "k = get_ipython().kernel\n"
     "for n in range(9): k.session.send(k.iopub_socket, 'comm_msg', content={'comm_id': 'x', 'data': {}}, buffers=[bytes(20_000_000)])")  # fmt: skip

# --- that end the wrong way -------------------------------------------------------------------------------------------
case("os._exit", CRASHED, "os._exit(0)", "print('never')")
case("segfault", CRASHED, "import ctypes; ctypes.string_at(0)", says="signal 11")
case("kills its parent", OK | CRASHED, "import signal\nfor n in (9, 15): os.kill(os.getppid(), n)\ntime.sleep(.3)")
case("kills all it can", OK | CRASHED, "import signal\ntry: os.kill(-1, 9)\nexcept OSError: pass")
case("kills itself", CRASHED, "os.kill(os.getpid(), 9)", says="signal 9")
case("exit()", CRASHED, "exit()", "print('never')", "print('never')")
case("sys.exit in the midst", CRASHED, "sys.exit(0)", "print('never')", says="did not run")
case(
    "stops the kernel's loop",
    CRASHED,
    "get_ipython().kernel.io_loop.stop()",
    "time.sleep(1)",
    "print(1)",
    limits={"deadline": 20.0},
)
case("shuts its kernel down", CRASHED, "get_ipython().kernel.do_shutdown(False)\nget_ipython().kernel.io_loop.stop()", "1", "2",
     limits={"deadline": 20.0})  # fmt: skip
case("input()", CRASHED, "name = input('who? ')", says="StdinNotImplementedError")
case("an honest error", CRASHED, "x = 1 / 0", says="ZeroDivisionError")
file("an error that a tag lets pass", CRASHED, notebook(LOOK, WRITE, "1 / 0", tags={3: ["raises-exception"]}))
file("a cell that a tag skips", OK, notebook(LOOK, WRITE, tags={2: ["skip-execution"]}))
case(
    "input transformers that skip cells",
    CRASHED,
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "raise RuntimeError('skipped')",
    says="did not run as they are written",
)
case("messages that are none", CRASHED | OK | TIMEOUT,
     "k = get_ipython().kernel\nk.iopub_socket.send(b'junk')\nk.iopub_socket.send_multipart([b'<IDS|MSG>', b'x', b'{', b'}', b'', b''])",
     "print(1)", limits={"deadline": 20.0})  # fmt: skip

# --- that look where they should not ----------------------------------------------------------------------------------
LEAK = ("LEAK",)
case(
    "reads the answers",
    OK,
    "for path in ['{labels}', '{out}/exam-seed.txt', '/etc/shadow', '/proc/1/mem', '{secret}']:\n"
    "    try: print('LEAK', path, open(path).read()[:50])\n"
    "    except OSError: pass",
    silent=LEAK,
)
case(
    "looks for the answers everywhere",
    OK,
    "for folder, _, names in os.walk('/'):\n"
    "    if folder.startswith(('/proc', '/sys', '/usr', '/lib', sys.prefix, sys.base_prefix)): continue\n"
    "    if 'reference.csv' in names or 'notebook.ipynb' in names or 'solution.ipynb' in names: print('LEAK', folder)",
    silent=LEAK,
)
case(
    "peeks into other processes",
    OK,
    "for p in Path('/proc').glob('[0-9]*'):\n"
    "    for name in ('environ', 'cmdline'):\n"
    "        try: found = (p / name).read_bytes()\n"
    "        except OSError: continue\n"
    "        if b'canary-of-the-grader' in found: print('LEAK', p)\n"
    "if 'HW_TEST_SECRET' in os.environ: print('LEAK')",
    silent=LEAK,
)
case(
    "network and localhost",
    OK,
    "import socket\nfor address in (('127.0.0.1', {port}), ('1.1.1.1', 53), ('localhost', {port})):\n"
    "    try: socket.create_connection(address, 2); print('LEAK', address)\n"
    "    except OSError: pass",
    silent=LEAK,
)
case(
    "opens the warden with a debugger",
    OK,
    "import ctypes\nlibc = ctypes.CDLL(None)\nfor pid in (1, os.getppid()):\n"
    "    if libc.ptrace(16, pid, 0, 0) == 0: print('LEAK', pid)\n"
    "    for fd in range(32):\n"
    "        try: print('LEAK', os.listdir(f'/proc/{pid}/fd/{fd}/'))\n"
    "        except OSError: pass",
    silent=LEAK,
)
case(
    "makes namespaces of its own",
    OK,
    "import ctypes\nlibc = ctypes.CDLL(None)\nif os.fork() == 0:\n    libc.unshare(0x10000000 | 0x20000)\n"
    "    libc.mount(b'none', b'/usr', b'tmpfs', 0, b'')\n    libc.mount(None, b'/usr', None, 32 | 4096, None)\n"
    "    try: open('/usr/planted', 'w').close()\n    except OSError: pass\n    os._exit(0)\nos.wait()",
)

case(
    "keys of whoever logged in",
    OK,
    "import ctypes\nlibc = ctypes.CDLL(None); call = libc.syscall; call.restype = ctypes.c_long\n"
    "if call(250, 10, -3, b'user', b'canary-of-the-grader', 0) > 0: print('LEAK a key')\n"
    "if call(248, b'user', b'left', b'x', ctypes.c_size_t(1), -3) > 0: print('LEAK left a key')\n"
    "try: print('LEAK' if Path('/proc/keys').read_bytes() else '')\nexcept OSError: pass",
    silent=LEAK,
)
case(
    "limits and priority of the warden",
    OK,
    "import resource\nfor p in {1, os.getppid()}:\n"
    "    try: resource.prlimit(p, resource.RLIMIT_CPU, (0, 0)); print('LEAK limited')\n    except OSError: pass\n"
    "    before = os.getpriority(os.PRIO_PROCESS, p)\n    try: os.setpriority(os.PRIO_PROCESS, p, 19)\n    except OSError: pass\n"
    "    if os.getpriority(os.PRIO_PROCESS, p) != before: print('LEAK priority')\ntime.sleep(1)",
    silent=LEAK,
)
case(
    "sockets that no namespace holds",
    OK,
    "import socket\nfor family in (socket.AF_VSOCK, socket.AF_PACKET, socket.AF_ALG, 30, 21):\n"
    "    try: socket.socket(family, socket.SOCK_STREAM if family != socket.AF_ALG else socket.SOCK_SEQPACKET); print('LEAK', family)\n"
    "    except OSError: pass",
    silent=LEAK,
)
case(
    "writes wherever Python looks",
    OK,
    "for base in {sys.prefix, sys.base_prefix, '/', '/etc', '/usr', '/dev', '/proc/sys/kernel', *sys.path}:\n    for path in {base, os.path.realpath(base)}:\n"
    "        if path.startswith(os.getcwd()) or not path: continue\n"
    "        try: Path(path, 'planted_by_a_student.py').write_text('1'); print('LEAK', path)\n        except OSError: pass\n"
    "try: open('/proc/sys/kernel/core_pattern', 'w').close(); print('LEAK core_pattern')\nexcept OSError: pass",
    silent=LEAK,
)

# --- that leave something behind --------------------------------------------------------------------------------------
case(
    "deletes what it can",
    OK | CRASHED | BAD_FILE,
    "import shutil\nfor path in ('{secret}', '{out}', DATA, '/tmp', '/work', os.path.expanduser('~'), sys.prefix):\n"
    "    shutil.rmtree(path, ignore_errors=True)\n    try: os.unlink(path)\n    except OSError: pass",
    before=False,
)
case(
    "a daemon by setsid",
    OK,
    "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import signal\n"
    "        for n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
    "        os.execv('/bin/sleep', ['sleep', '98765'])\n    os._exit(0)",
)
case(
    "plants code for the next student",
    OK,
    "import site\nplaces = ['~/.ipython/profile_default/startup/00.py', '~/.bashrc', '~/.config/matplotlib/matplotlibrc', '/tmp/planted.py',\n"
    "          *(f'{p}/planted.pth' for p in site.getsitepackages()), *(f'{p}/sitecustomize.py' for p in sys.path if p)]\n"
    "for place in places:\n    place = Path(os.path.expanduser(place))\n"
    "    try: place.parent.mkdir(parents=True, exist_ok=True); place.write_text('print(\"LEAK\")')\n    except OSError: pass",
)
case(
    "the student after that",
    OK,
    "found = [p for p in ('/tmp/planted.py', os.path.expanduser('~/.bashrc')) if os.path.exists(p)]\nif found: print('LEAK', found)",
    silent=LEAK,
)
case(
    "a process whose name is no text",
    OK,
    "import ctypes\nif os.fork() == 0:\n    os.setsid(); ctypes.CDLL(None).prctl(15, b'\\xff\\xfe)', 0, 0, 0)\n    time.sleep(99)\ntime.sleep(1)",
)
case(
    "an honest program with a Chinese name",
    OK,
    "import shutil, subprocess\nshutil.copy('/bin/sleep', 'a資料處理程式')\nsubprocess.run(['./a資料處理程式', '1'], check=True)",
)
case(
    "a process whose first thread has ended",
    OK,
    "import ctypes, threading\nif os.fork() == 0:\n    os.setsid(); threading.Thread(target=time.sleep, args=[98765]).start()\n    time.sleep(.3); ctypes.CDLL(None).syscall(60, 0)\ntime.sleep(1)",
)
case("folders 5,000 deep", OK, "here = os.getcwd()\nfor _ in range(5000): os.mkdir('d'); os.chdir('d')\nos.chdir(here)")
case(
    "closed folders",
    OK,
    "os.makedirs('a/b/c')\nopen('a/b/c/d', 'w').close()\nfor p in ('a/b/c', 'a/b', 'a'): os.chmod(p, 0)",
)
case("writes into an installed package", OK | CRASHED,
     "import common\ntry: Path(common.__file__).write_text('LEAK')\nexcept OSError: pass")  # fmt: skip

# --- notebooks that are none, or odd ----------------------------------------------------------------------------------
file("an HTML page", BAD_NOTEBOOK, b"<!DOCTYPE html><html>Sign in</html>", says="HTML page")
file("an empty file", BAD_NOTEBOOK, b"", says="empty")
file("half a notebook", BAD_NOTEBOOK, notebook(LOOK, WRITE)[:400], says="not a valid notebook")
file("JSON that is no notebook", BAD_NOTEBOOK, b'{"a": 1}', says="no cells")
file("JSON without a bottom", BAD_NOTEBOOK, b'{"cells": ' + b"[" * 200_000)
file("bytes that are no text", BAD_NOTEBOOK, bytes(range(256)) * 10)
file("too large a file", BAD_NOTEBOOK, b'{"cells": [], "x": "' + b"x" * 3_000_000 + b'"}', limits={"notebook": 2 << 20})
file("no parameters cell", BAD_NOTEBOOK, notebook(LOOK, WRITE, parameters=False), says="parameters")
file(
    "a foreign kernel",
    OK,
    notebook(LOOK, WRITE, kernelspec={"name": "ir", "display_name": "R", "language": "R"}),
    flag="language",
)
file("500 cells", OK, notebook(LOOK, WRITE, *["x = 1"] * 500), limits={"deadline": 120.0})
file(
    "parameters set anew", OK | BAD_FILE, notebook(LOOK, 'SEED = 5\nPROFILE = "smoke"', WRITE), flag="sets PROFILE anew"
)
_OLD = json.loads(notebook(LOOK, WRITE)) | {"nbformat_minor": 0}
for _cell in _OLD["cells"]:
    del _cell["id"]
file("an old format", OK, json.dumps(_OLD).encode())
_V3 = [{"cell_type": "code", "language": "python", "input": c["source"], "outputs": [], "metadata": c["metadata"],
        "collapsed": False, "prompt_number": None} for c in _OLD["cells"]]  # fmt: skip
file("a very old format", OK, json.dumps({"worksheets": [{"cells": _V3, "metadata": {}}], "metadata": {}, "nbformat": 3,
                                          "nbformat_minor": 0}).encode())  # fmt: skip

# --- predictions that are none ----------------------------------------------------------------------------------------
predictions("nothing handed in", "print('done')", "no submission.csv")
predictions("a pipe", "os.mkfifo(out / 'submission.csv')", "not a regular file")
predictions("a link to the answers", "os.symlink('{labels}', out / 'submission.csv')", "not a regular file")
predictions("a folder of links", "out.rmdir(); os.symlink('/etc', out)", "no submission.csv")
predictions("a folder", "(out / 'submission.csv').mkdir()", "not a regular file")
predictions(
    "a sparse file of 10 GB",
    "with open(out / 'submission.csv', 'wb') as f: os.truncate(f.fileno(), 150 << 20)",
    "bytes",
)
predictions("a pickle", "import pickle; (out / 'submission.csv').write_bytes(pickle.dumps(print))", "submission.csv")
predictions("not a number", WRITE.replace("16.0", "nan"), "finite number")
predictions("keys twice", "test = [test[0]] * len(test)\n" + WRITE, "twice")
predictions("in another order", "test.reverse()\n" + WRITE, "another order")
predictions("a column too many", WRITE.replace("16.0", "16.0,1"), "values")
predictions("no header", WRITE.replace('"id,tested_positive", ', ""), "must begin")
predictions("nobody may read it", WRITE + "(out / 'submission.csv').chmod(0)", states=OK | BAD_FILE)
predictions(
    "a terabyte in one line",
    "(out / 'submission.csv').write_text('id,tested_positive\\n' + '9' * 900_000)",
    "submission.csv",
)

# --- scores that are forged -------------------------------------------------------------------------------------------
FORGE = 'import json\n(out / "metrics.json").write_text(json.dumps({"score": 0.0, "rung": "boss", "points": 99}))\nprint("score: 0.0 boss")'
case("a forged score and no predictions", BAD_FILE, FORGE + "\n(out / 'submission.csv').unlink()")
case("a forged score", OK, FORGE)
case(
    "an error that plays with the terminal",
    CRASHED,
    "raise ValueError('\\x1b[2J\\x1b]0;PWNED\\x07 fine \\x9b31m \\u202egnp')",
    says="fine 31m gnp",
)
case(
    "patched metrics",
    OK,
    "import common.submission.metrics, common.submission.homework\n"
    "common.submission.metrics.METRICS = {k: (lambda *a: 0.0) for k in common.submission.metrics.METRICS}\n"
    "common.submission.homework.Homework.evaluate = lambda *a, **k: 0.0\nimport numpy\nnumpy.mean = lambda *a, **k: 0.0",
)
case("leaves before anyone looks", CRASHED, "import atexit\natexit.register(lambda: os._exit(0))\nos._exit(0)")

# --- more of the same kinds, run where every tier is tried ------------------------------------------------------------
COMMON, CASES = CASES, []

hoard("pipes of many processes", "for n in range(60):\n    if os.fork() == 0:\n        pipes = []\n        try:\n            while True:\n"
      "                pipes.append(os.pipe()); os.set_blocking(pipes[-1][1], False)\n                try:\n"
      "                    while True: os.write(pipes[-1][1], bytes(4096))\n                except BlockingIOError: pass\n"
      "        except OSError: pass\n        time.sleep(30); os._exit(0)\ntime.sleep(12); print('HE' + 'LD')")  # fmt: skip
hoard("descriptors of many processes", "import select\nfor n in range(200):\n    if os.fork() == 0:\n        polls = []\n        try:\n"
      "            while True: polls.append(select.epoll())\n        except OSError: pass\n        time.sleep(30); os._exit(0)\n"
      "time.sleep(12); print('HE' + 'LD')")  # fmt: skip
hoard("a mapping that may be dropped", "import ctypes\nlibc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p\n"
      "p = libc.mmap(None, ctypes.c_size_t(900 << 20), 3, 0x28, -1, 0)\nif p in (None, 2**64 - 1): raise OSError('none')\n"
      "ctypes.memset(p, 1, 900 << 20)\ntime.sleep(1); print('HE' + 'LD')")  # fmt: skip
case("memory: attributes of files", CRASHED | MEMORY | OUTPUT, "for n in range(19_000):\n    open(f'/tmp/{n}', 'w').close(); os.setxattr(f'/tmp/{n}', 'user.a', bytes(60_000))\n"
      "time.sleep(1); print('HE' + 'LD')",
     limits=SMALL, silent=HELD)  # fmt: skip
hoard("mappings of files in three folders", "import mmap\nmaps = []\nfor place in ('/dev/shm/x', '/tmp/x', 'x'):\n    f = open(place, 'w+b'); f.truncate(190 << 20)\n"
      "    m = mmap.mmap(f.fileno(), 190 << 20); maps.append(m)\n    for i in range(0, 190 << 20, 4096): m[i] = 1\n"
      "time.sleep(1); print('HE' + 'LD')")  # fmt: skip
file("2,000 cells", OK, notebook(LOOK, WRITE, *["x = 1"] * 2000), limits={"deadline": 120.0})
case(
    "another program in the kernel's place",
    TIMEOUT | CRASHED,
    "os.execv('/bin/sleep', ['sleep', '98765'])",
    limits=SHORT,
)
case(
    "stops every process",
    OK | TIMEOUT,
    "import signal\ntry: os.kill(-1, signal.SIGSTOP)\nexcept OSError: pass",
    limits=SHORT,
)
case("signals without end for the warden", OK | CRASHED, "import signal\nfor _ in range(3000):\n    for n in (signal.SIGCHLD, signal.SIGUSR1, 40):\n"
     "        try: os.kill(os.getppid(), n)\n        except OSError: pass")  # fmt: skip
case("forty daemons", CRASHED, "for _ in range(40):\n    if os.fork() == 0:\n        os.setsid()\n"
     "        if os.fork() == 0: os.execv('/bin/sleep', ['sleep', '98765'])\n        os._exit(0)\nos._exit(3)")  # fmt: skip
case("takes all cores", OK, "before = len(os.sched_getaffinity(0))\nos.sched_setaffinity(0, range(64))\n"
     "if len(os.sched_getaffinity(0)) != before: print('LEAK')", silent=LEAK)  # fmt: skip
case(
    "descriptors that were left open",
    OK,
    "for n in os.listdir('/proc/self/fd'):\n    try: leads = os.readlink(f'/proc/self/fd/{n}')\n    except OSError: continue\n"
    "    if not leads.startswith(('socket:', 'pipe:', 'anon_inode:', '/dev/null', '/proc/')): print('LEAK', leads)",
    silent=LEAK,
)
case(
    "writes into /proc",
    OK,
    "for p in ('1/oom_score_adj', '1/comm', '1/clear_refs', 'sys/kernel/pid_max', 'sys/kernel/ns_last_pid', 'self/uid_map', 'sysrq-trigger'):\n"
    "    try:\n        with open(f'/proc/{p}', 'w') as f: f.write('0')\n        print('LEAK', p)\n    except OSError: pass",
    silent=LEAK,
)
case(
    "what /proc tells of the warden",
    OK,
    "for p in ('environ', 'maps', 'cwd', 'root', 'exe', 'fd', 'mem', 'auxv', 'io'):\n"
    "    p = f'/proc/1/{p}'\n    try: print('LEAK', p, os.listdir(p) if os.path.isdir(p) else open(p, 'rb').read(9))\n    except OSError: pass",
    silent=LEAK,
)
case(
    "programs that make namespaces",
    OK,
    "import subprocess\nfor words in (['bwrap', '--ro-bind', '/', '/', 'true'], ['unshare', '-Ur', 'true'], ['sudo', '-n', 'true'], ['su', '-c', 'true']):\n"
    "    try: ended = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=5).returncode\n    except OSError: continue\n"
    "    if ended == 0: print('LEAK', words)",
    silent=LEAK,
)
RAW = """\
k = get_ipython().kernel; s = k.session
def send(kind, content, place=k.iopub_socket):
    parts = [s.pack(s.msg_header(kind)), s.pack(k.get_parent()['header']), b'{}', content]
    place.send_multipart([b'<IDS|MSG>', s.sign(parts), *parts]); time.sleep(.5)
"""
case("a message nested 100,000 deep", CRASHED | OUTPUT, RAW + "send('stream', b'{\"name\": \"stdout\", \"text\": ' + b'[' * 100_000 + b']' * 100_000 + b'}')", "1")  # fmt: skip
case("a message with a number of 500,000 digits", CRASHED | OUTPUT, RAW + "send('stream', b'{\"name\": \"stdout\", \"text\": 1' + b'0' * 500_000 + b'}')", "1")  # fmt: skip
case("messages of the wrong types", CRASHED | OK, RAW + "for kind, content in (('stream', b'{}'), ('stream', b'{\"name\": \"stdout\", \"text\": [1]}'),\n"
     "    ('display_data', b'{\"data\": []}'), ('error', b'{\"ename\": 1}'), ('clear_output', b'7'), ('update_display_data', b'{\"transient\": {\"display_id\": []}}')):\n"
     "    send(kind, content)", "1")  # fmt: skip
case("says that it has ended, and fails", CRASHED, RAW + "send('status', b'{\"execution_state\": \"idle\"}')\nraise ValueError('hidden')", "1")  # fmt: skip
case("half a character, and a name that is no text", OK, "print('a\\udcff')\nos.mkdir(b'\\xff\\xfe'); print(os.listdir('.'))")  # fmt: skip
predictions("a hard link", "for path in ('/etc/passwd', DATA + '/covid.test.csv', sys.executable):\n    try: os.link(path, out / 'submission.csv')\n"
            "    except OSError: pass", "no submission.csv")  # fmt: skip
predictions("a file that grows", WRITE + "if os.fork() == 0:\n    f = os.open(out / 'submission.csv', os.O_WRONLY | os.O_APPEND)\n    try:\n        while True: os.write(f, b'x' * 100_000)\n    except OSError: os._exit(0)  # full\ntime.sleep(1)",
            states=BAD_FILE | OUTPUT)  # fmt: skip
predictions("a file that is swapped", WRITE + "if os.fork() == 0:\n    while True:\n        os.rename(out / 'submission.csv', out / 't'); os.symlink('/dev/urandom', out / 'submission.csv')\n"
            "        os.unlink(out / 'submission.csv'); os.rename(out / 't', out / 'submission.csv')\ntime.sleep(1)",
            states=OK | BAD_FILE)  # fmt: skip
MORE, CASES = CASES, COMMON


def filled(content: bytes, **places) -> bytes:
    """The content with {labels}, {out}, {secret} and {port} filled in, and other braces left alone."""
    for name, value in places.items():
        content = content.replace(b"{" + name.encode() + b"}", str(value).encode())
    return content
