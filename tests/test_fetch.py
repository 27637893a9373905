"""Fetching from a server on this machine that behaves as badly as real ones do."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from common.data import fetch as module
from common.data.fetch import Download, fetch, verify
from common.errors import DataError, FetchError
from common.paths import data_dir
from tests.readonly import read_only_folder

BODY = random.Random(1).randbytes(500_000)
PAGE = b"\n<!DOCTYPE html><html><head><title>Sign in</title></head>" + b"<p>quota exceeded</p>" * 100 + b"</html>"
ROOT = Path(module.__file__).parents[1]


class Server(ThreadingHTTPServer):
    """Answers `/name` as `pages[name]` says, and remembers the requests as (name, Range header)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Callable[[Handler], None]] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.closing = threading.Event()

    def url(self, name: str, answer: Callable) -> str:
        self.pages[name] = answer
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        name = self.path.strip("/")
        self.server.requests.append((name, self.headers.get("Range")))
        self.server.pages[name](self)

    def log_message(self, *_):
        pass


def page(
    body=BODY, *, status=200, ranges=False, length=True, cut: list[int | None] = (), stall: list[int] = (), delay=0.0
):
    """What a server does with a request.

    ranges: answers Range with 206. length: sends Content-Length. cut: after how many bytes the connection breaks, one
    entry per request (None: not). stall: after how many bytes it falls silent, likewise. delay: seconds in the middle.
    """
    cuts, stalls = list(cut), list(stall)

    def answer(handler: Handler):
        part, code = body, status
        asked = handler.headers.get("Range")
        if asked and ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            part, code = (body[start:], 206) if start < len(body) else (b"", 416)
        handler.send_response(code)
        if length:
            handler.send_header("Content-Length", str(len(part)))
        handler.end_headers()
        stop = cuts.pop(0) if cuts else None
        silence = stalls.pop(0) if stalls else None
        sent = part[:stop][:silence]
        try:
            handler.wfile.write(sent[: len(sent) // 2])
            time.sleep(delay)
            handler.wfile.write(sent[len(sent) // 2 :])
            if silence is not None:
                handler.server.closing.wait(5)
        except OSError:
            pass  # the other side has gone
        handler.close_connection = True

    return answer


@pytest.fixture
def server():
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    monkeypatch.setattr(module, "TIMEOUT_S", 0.3)


def download(*urls: str, body: bytes = BODY, name: str = "covid.zip", extract: bool = False) -> Download:
    return Download(name, urls, hashlib.sha256(body).hexdigest(), len(body), extract)


def files(folder: Path) -> dict[str, bytes]:
    """All but the lock."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != ".fetch.lock"
    }


def fails(what: Download, folder: Path, *words: str, kind=FetchError) -> str:
    """The error: one line that names the file, what was expected and found, and what to do."""
    with pytest.raises(kind) as caught:
        fetch([what], folder, progress=False)
    text = str(caught.value)
    for word in (what.name, "expected", *words):
        assert word in text
    assert "\n" not in text and text.endswith(".") and len(text) < 900
    assert any(
        todo in text
        for todo in ("try again later", "move it away", "move that away", "fetch again", "get the archive elsewhere")
    )
    assert caught.value.__cause__ is None
    return text


def no_mirror(what: Download, folder: Path, *words: str) -> str:
    text = fails(
        what, folder, "could not be fetched", str(folder), 'DATA="builtin" works meanwhile', "500,000 bytes", *words
    )
    assert what.name not in files(folder)
    return text


def test_a_good_file_comes_once(server, tmp_path, capsys):
    what = [
        download(server.url("good", page())),
        download(server.url("two", page(b"2")), body=b"2", name="deep/two.txt"),
    ]
    assert verify(what, tmp_path) == [("covid.zip", "missing"), ("deep/two.txt", "missing")]
    for _ in range(2):
        assert fetch(what, tmp_path) == [tmp_path / "covid.zip", tmp_path / "deep/two.txt"]
    assert "covid.zip" in capsys.readouterr().err  # the bar
    assert files(tmp_path) == {"covid.zip": BODY, "deep/two.txt": b"2"}
    assert server.requests == [("good", None), ("two", None)]
    assert verify(what, tmp_path, deep=True) == [("covid.zip", "ok"), ("deep/two.txt", "ok")]


def test_without_content_length_and_without_a_bar(server, tmp_path, capsys):
    fetch([download(server.url("good", page(length=False)))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert capsys.readouterr() == ("", "")


def test_the_second_mirror_serves_where_the_first_is_bad(server, tmp_path):
    bad = [page(status=404), page(PAGE), page(BODY[::-1]), page(BODY + BODY), page(BODY[:1000])]
    urls = [server.url(f"bad{i}", answer) for i, answer in enumerate(bad)]
    fetch([download(*urls, server.url("good", page()))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert [name for name, _ in server.requests] == ["bad0", "bad1", "bad2", "bad3", "bad4", "good"]


def test_all_mirrors_failing_are_listed_each_with_its_reason(server, tmp_path):
    nowhere = "http://127.0.0.1:9/none"
    answers = {
        "gone": (page(status=404), "HTTP 404"),
        "forbidden": (page(PAGE, status=403), "HTTP 403"),
        "page": (page(PAGE), f"wrong size: expected 500,000 bytes, found an HTML page of {len(PAGE):,} bytes"),
        "wrong": (page(BODY[::-1]), f"wrong checksum: expected SHA-256 {hashlib.sha256(BODY).hexdigest()[:16]}"),
        "short": (page(BODY[:1000]), "wrong size: expected 500,000 bytes, found 1,000 bytes"),
    }
    urls = [server.url(name, answer) for name, (answer, _) in answers.items()]
    text = no_mirror(download(*urls, nowhere), tmp_path, f"{nowhere} (no connection, ConnectionError)")
    for url, (_, reason) in zip(urls, answers.values(), strict=True):
        assert f"{url} ({reason}" in text
    assert files(tmp_path) == {}
    no_mirror(download("not an address"), tmp_path, "InvalidURL")
    no_mirror(download(), tmp_path, "no mirror is known")
    assert files(tmp_path) == {}


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("big", [True, False])
def test_an_html_page_is_told_as_such_whatever_its_size(server, tmp_path, length, big):
    body = PAGE * 300 if big else PAGE
    no_mirror(download(server.url("page", page(body, length=length))), tmp_path, "found an HTML page of")
    assert files(tmp_path) == {}


def test_a_server_that_sends_without_end_is_stopped(server, tmp_path):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while not handler.server.closing.is_set():
                handler.wfile.write(bytes(100_000))
        except OSError:
            pass

    no_mirror(download(server.url("endless", endless)), tmp_path, "wrong size")
    assert files(tmp_path) == {}


def test_a_cut_connection_goes_on_where_it_was(server, tmp_path):
    url = server.url("cut", page(ranges=True, cut=[300_000, 100_000]))
    fetch([download(url)], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    starts = [int(r.removeprefix("bytes=").rstrip("-")) for _, r in server.requests[1:]]
    assert server.requests[0] == ("cut", None) and len(starts) == 2
    assert 200_000 < starts[0] <= 300_000 < starts[1] <= 400_000  # a chunk may be lost at each cut


def test_a_cut_connection_starts_again_where_ranges_are_unknown(server, tmp_path):
    fetch([download(server.url("cut", page(cut=[300_000, 100_000])))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert len(server.requests) == 3


def test_a_silent_server_is_left_after_the_timeout(server, tmp_path):
    url = server.url("silent", page(ranges=True, stall=[200_000]))
    fetch([download(url)], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert len(server.requests) == 2 and server.requests[1][1].startswith("bytes=")
    never = server.url("never", lambda handler: handler.server.closing.wait(5))
    no_mirror(download(never, name="other.zip"), tmp_path, "silent for 0.3 s")


def test_what_came_before_the_cut_is_kept_for_the_next_call_and_mirror(server, tmp_path):
    always = page(ranges=True, cut=[70_000] + [0] * 20)
    text = no_mirror(
        download(server.url("always", always)), tmp_path, "the connection was cut after", "of 500,000 bytes", "kept"
    )
    assert list(files(tmp_path)) == [".covid.zip.part"] and len(server.requests) == module.ATTEMPTS
    kept = files(tmp_path)[".covid.zip.part"]
    assert BODY.startswith(kept) and f"{len(kept):,} bytes are kept" in text
    urls = server.url("gone", page(status=404)), server.url("good", page(ranges=True))
    fetch([download(*urls)], tmp_path, progress=False)
    assert server.requests[-1] == ("good", f"bytes={len(kept)}-")
    assert files(tmp_path) == {"covid.zip": BODY}


@pytest.mark.parametrize("kept", [b"x" * 1000, BODY[:1000] + b"x", b"x" * len(BODY), b"x" * 600_000, BODY, b""])
@pytest.mark.parametrize("ranges", [True, False])
def test_whatever_is_kept_from_before_the_file_comes_right(server, tmp_path, kept, ranges):
    (tmp_path / ".covid.zip.part").write_bytes(kept)
    fetch([download(server.url("good", page(ranges=ranges)))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert len(server.requests) <= 2


@pytest.mark.parametrize(
    ("found", "state"),
    [(PAGE, f"wrong size: expected 500,000 bytes, found an HTML page of {len(PAGE):,} bytes"),
     (BODY[:-1], "wrong size: expected 500,000 bytes, found 499,999 bytes"),
     (BODY[::-1], f"wrong checksum: expected SHA-256 {hashlib.sha256(BODY).hexdigest()[:16]}…, found ")],
)  # fmt: skip
@pytest.mark.parametrize("extract", [True, False])
def test_a_wrong_file_that_is_there_is_named_and_untouched(server, tmp_path, found, state, extract):
    what = download(server.url("good", page()), extract=extract)
    (tmp_path / "covid.zip").write_bytes(found)
    before = (tmp_path / "covid.zip").stat().st_mtime_ns
    fails(what, tmp_path, str(tmp_path / "covid.zip"), state, "left untouched", "move it away and fetch again")
    assert files(tmp_path) == {"covid.zip": found} and (tmp_path / "covid.zip").stat().st_mtime_ns == before
    assert server.requests == []
    ((name, told),) = verify([what], tmp_path, deep=True)
    assert name == "covid.zip" and told.startswith(state)
    assert verify([what], tmp_path) == [("covid.zip", "ok" if "checksum" in state else state)]


def test_a_folder_under_the_name_of_the_file(server, tmp_path):
    (tmp_path / "covid.zip").mkdir()
    fails(download(server.url("good", page())), tmp_path, "wrong kind: expected a file")


CHILD = """
import sys
from pathlib import Path
from common.data.fetch import Download, fetch
url, sha, size, folder = sys.argv[1:]
fetch([Download("covid.zip", (url,), sha, int(size))], Path(folder))
"""


def child(url: str, folder: Path) -> subprocess.Popen:
    what = download(url)
    command = [sys.executable, "-c", CHILD, url, what.sha256, str(what.size), str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_of_two_processes_one_fetches_and_the_other_waits(server, tmp_path):
    started, go_on = threading.Event(), threading.Event()

    def slow(handler):
        started.set()
        go_on.wait(20)
        page()(handler)

    first = child(server.url("slow", slow), tmp_path)
    assert started.wait(20)
    second = child(server.url("slow", slow), tmp_path)
    assert second.stderr.readline() == f"Another process is fetching into {tmp_path}: waiting for it.\n"
    go_on.set()
    errors = [p.communicate(timeout=20)[1] for p in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), errors
    assert server.requests == [("slow", None)]
    assert files(tmp_path) == {"covid.zip": BODY}


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_process_leaves_neither_lock_nor_half_file(server, tmp_path):
    process = child(server.url("file", page(ranges=True, stall=[200_000])), tmp_path)
    deadline = time.monotonic() + 20
    while not any(files(tmp_path).values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert list(files(tmp_path)) == [".covid.zip.part"]
    fetch([download(server.url("file", page(ranges=True)))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert server.requests[-1][1].startswith("bytes=")


def test_ctrl_c_leaves_nothing_under_the_final_name(server, tmp_path, monkeypatch):
    what = download(server.url("good", page(ranges=True)))
    write = module._Sink.write

    def interrupted(self, chunk):
        write(self, chunk)
        raise KeyboardInterrupt  # a real signal could arrive inside a finalizer, where Python swallows what it raises

    with monkeypatch.context() as patch:
        patch.setattr(module._Sink, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch([what], tmp_path, progress=False)
    assert list(files(tmp_path)) == [".covid.zip.part"]
    fetch([what], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY} and server.requests[1] == ("good", f"bytes={module.CHUNK}-")


def test_a_full_disk(server, tmp_path, monkeypatch):
    write = module._Sink.write

    def full(self, chunk):
        write(self, chunk)
        if self.received > 200_000:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(module._Sink, "write", full)
    what = download(server.url("good", page()))
    fails(
        what, tmp_path, str(tmp_path), "(No space left on device)", "room for 500,000 bytes", "HW_DATA_DIR", "builtin"
    )
    assert files(tmp_path) == {}


def test_a_really_full_disk(server, tmp_path):
    mounted = sys.platform == "linux" and os.geteuid() == 0
    if (
        not mounted
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", tmp_path], capture_output=True).returncode
    ):
        pytest.skip("a small disk can be made by root on Linux only")
    try:
        fails(download(server.url("good", page())), tmp_path, "(No space left on device)")
        assert files(tmp_path) == {}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:  # the archive fits, its content does not fit beside it
            archive.writestr("a.bin", BODY[:150_000])
        body = buffer.getvalue()
        what = download(server.url("zip", page(body)), body=body, extract=True)
        fails(what, tmp_path, "(No space left on device)", "and what they unpack to")
        assert files(tmp_path) == {"covid.zip": body}
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_read_only_folder(server):
    import filelock  # noqa: F401  (loaded now: see read_only_folder)
    import pooch  # noqa: F401

    what = download(server.url("good", page()))
    with read_only_folder({}) as folder:
        fails(what, folder, str(folder), "(Permission denied)", "a folder that can be written", "HW_DATA_DIR")
        assert list(folder.iterdir()) == []
    with read_only_folder({"covid.zip": BODY}) as folder:  # what is there is used
        assert fetch([what], folder, progress=False) == [folder / "covid.zip"]
    with read_only_folder({"covid.zip": BODY[1:]}) as folder:
        fails(what, folder, "left untouched")
    assert server.requests == []


def covid_zip(**others: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("covid.train.csv", "id,AL,tested_positive\n0,1,19.6\n")
        archive.writestr("covid.test.csv", "id,AL\n0,1\n")
        for name, content in others.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_archive_lands_unpacked_where_the_homework_reads_it(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path / "data"))
    body = covid_zip()
    what = download(server.url("zip", page(body)), body=body, extract=True)
    for _ in range(2):
        assert fetch([what], data_dir("hw01"), progress=False) == [tmp_path / "data/hw01/covid.zip"]
        assert (tmp_path / "data/hw01/covid.train.csv").read_text() == "id,AL,tested_positive\n0,1,19.6\n"
        assert (tmp_path / "data/hw01/covid.test.csv").read_text() == "id,AL\n0,1\n"
        assert sorted(files(tmp_path / "data/hw01")) == ["covid.test.csv", "covid.train.csv", "covid.zip"]
        (tmp_path / "data/hw01/covid.train.csv").unlink()  # and comes back
    assert len(server.requests) == 1
    (tmp_path / "data/hw01/covid.test.csv").write_text("mine")
    fails(what, data_dir("hw01"), "'covid.test.csv'", "move that away", kind=DataError)


def test_an_archive_that_escapes_or_meets_other_files_unpacks_nothing(server, tmp_path):
    body = covid_zip(**{"../../evil.txt": b"evil"})
    what = download(server.url("zip", page(body)), body=body, extract=True)
    fails(what, tmp_path / "data", "'../../evil.txt'", "would land outside", "nothing was written", kind=DataError)
    assert files(tmp_path) == {"data/covid.zip": body}


def test_importing_the_module_is_light():
    heavy = {"pooch", "requests", "filelock", "tqdm", "torch"}
    code = f"import sys, common, common.data.fetch; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
