"""Fetching from a server on this machine that behaves as badly as real ones do."""

import hashlib
import io
import os
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from common import data
from common.data import fetch as module
from common.data.fetch import Download, fetch
from common.errors import DataError, FetchError
from tests.readonly import read_only_folder

BODY = random.Random(1).randbytes(500_000)
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head>" + b"<p>quota exceeded</p>" * 100 + b"</html>"
ROOT = Path(module.__file__).parents[2]


class Handler(BaseHTTPRequestHandler):
    """Answers `/name` as `server.pages[name]` says, and remembers the names asked for."""

    def do_GET(self):
        name = self.path.strip("/")
        self.server.requests.append(name)
        self.server.pages[name](self)

    def log_message(self, *_):
        pass


def page(body=BODY, *, status=200, length=True, cut: list[int] = (), silent=False, kind="application/zip"):
    """What a server does with a request. cut: after how many bytes the connection breaks, one entry per request."""
    cuts = list(cut)

    def answer(handler: Handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        if length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: cuts.pop(0) if cuts else None])
        if silent:
            handler.server.closing.wait(5)
        handler.close_connection = True

    return answer


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.pages, server.requests, server.closing = {}, [], threading.Event()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(name: str, answer: Callable) -> str:
        server.pages[name] = answer
        return f"http://127.0.0.1:{server.server_port}/{name}"

    server.url = url
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    import pooch.core

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(module, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(pooch.core.time, "sleep", lambda seconds: None)


def download(*urls: str, body: bytes = BODY, name: str = "covid.zip") -> Download:
    return Download(name, urls, hashlib.sha256(body).hexdigest(), len(body))


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    """All but the lock."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.name != ".fetch.lock")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def fails(what: Download, folder: Path, *words: str) -> None:
    """The error is one line that names the file, what was expected, and what to do."""
    with pytest.raises(FetchError) as caught:
        fetch([what], folder, progress=False)
    text = str(caught.value)
    for word in (what.name, "expected", *words):
        assert word in text
    assert "\n" not in text and text.endswith(".") and len(text) < 900 and caught.value.__cause__ is None


def test_a_good_file_comes_once(server, tmp_path, capsys):
    what = [
        download(server.url("good", page())),
        download(server.url("two", page(b"2", length=False)), body=b"2", name="deep/two.txt"),
    ]
    for _ in range(2):
        assert fetch(what, tmp_path) == [tmp_path / "covid.zip", tmp_path / "deep/two.txt"]
    assert "500k/500k" in capsys.readouterr().err  # the bar
    assert files(tmp_path) == {"covid.zip": BODY, "deep/two.txt": b"2"}
    assert server.requests == ["good", "two"]


def test_the_second_mirror_serves_where_the_first_is_bad(server, tmp_path):
    bad = [page(status=404), page(PAGE), page(BODY[::-1]), page(BODY + BODY), page(BODY[:1000], length=False)]
    urls = [server.url(f"bad{i}", answer) for i, answer in enumerate(bad)]
    fetch([download(*urls, server.url("good", page()))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY}
    assert list(dict.fromkeys(server.requests)) == ["bad0", "bad1", "bad2", "bad3", "bad4", "good"]


def test_all_mirrors_failing_are_listed_each_with_its_reason(server, tmp_path):
    nowhere = "http://127.0.0.1:9/none"
    answers = {
        "gone": (page(status=404), "404 Client Error"),
        "page": (page(PAGE, kind="text/html"), f"expected 500,000 bytes, found {len(PAGE):,} of an HTML page"),
        "wrong": (page(BODY[::-1]), "expected another SHA-256"),
        "short": (page(BODY[:1000]), "expected 500,000 bytes, found 1,000"),
        "silent": (page(cut=[1000] * 9, silent=True), "ConnectionError"),
    }
    what = download(*(server.url(name, answer) for name, (answer, _) in answers.items()), nowhere)
    fails(what, tmp_path, "could not be fetched", f"{nowhere} (ConnectionError)", 'DATA="builtin" works meanwhile',
          *(reason for _, reason in answers.values()))  # fmt: skip
    fails(download("not an address"), tmp_path, "InvalidURL")
    fails(download(), tmp_path, "no mirror is known")
    assert files(tmp_path) == {}


def test_a_file_of_which_nobody_tells_size_or_checksum(server, tmp_path):
    unknown = Download("covid.zip", (server.url("good", page(length=False)),))
    assert [*map(fetch, [[unknown]] * 2, [tmp_path] * 2)] == [[tmp_path / "covid.zip"]] * 2
    assert files(tmp_path) == {"covid.zip": BODY} and server.requests == ["good"]
    urls = server.url("page", page(PAGE, kind="text/html")), server.url("gone", page(status=404))
    fails(Download("two.zip", urls), tmp_path, "size unknown", "of an HTML page", "404 Client Error", "by hand")
    fails(Download("two.zip", (server.url("short", page(cut=[1000] * 9)),)), tmp_path, "could not be fetched")
    assert "two.zip" not in files(tmp_path)


def test_archives_that_are_fetched_are_unpacked(server, tmp_path, monkeypatch):
    packed = zip_of({"Dataset/metadata.json": b"{}", "Dataset/uttr-1.pt": BODY})
    maker = data.module("hw04")
    parts = [packed[:1000], packed[1000:90_000], packed[90_000:]]
    urls = [server.url(f"part{n}", page(part)) for n, part in enumerate(parts)]
    wanted = [Download(f"Dataset.zip.parta{c}", (url,), unpack=True) for c, url in zip("abc", urls, strict=True)]
    monkeypatch.setattr(maker, "DOWNLOADS", wanted)
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    assert data.get("hw04")[-1] == data.path("hw04") / "Dataset"
    assert files(tmp_path / "hw04" / "Dataset") == {"metadata.json": b"{}", "uttr-1.pt": BODY}
    data.get("hw04")  # again: all is there
    assert len(server.requests) == 3


def test_the_faces_of_homework_6_come_as_one_archive(server, tmp_path, monkeypatch):
    packed = server.url("faces.zip", page(zip_of({"faces/0.jpg": BODY, "faces/1.jpg": BODY}), length=False))
    monkeypatch.setattr(data.module("hw06"), "DOWNLOADS", [Download("faces.zip", (packed,), unpack=True)])
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    assert data.get("hw06")[-1] == data.path("hw06") / "faces"
    assert set(files(tmp_path / "hw06" / "faces")) == {"0.jpg", "1.jpg"} and data.state("hw06").startswith("2")


def test_an_archive_put_there_by_hand_is_unpacked_and_nothing_is_fetched(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    data.path("hw05").mkdir()
    (data.path("hw05") / "cmn-eng.zip").write_bytes(zip_of({"cmn.txt": b"Hi.\t\xe5\x97\xa8\xe3\x80\x82\n"}))
    assert data.get("hw05") == [data.path("hw05") / "cmn.txt"]


def test_an_archive_put_there_by_hand_is_enough_where_files_are_fetched_as_they_are(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    folder, names = data.path("hw08"), ("trainingset.npy", "testingset.npy")
    folder.mkdir()
    monkeypatch.setattr(data.module("hw08"), "DOWNLOADS", [download("http://127.0.0.1:9", name=name) for name in names])
    pictures = io.BytesIO()
    np.save(pictures, np.zeros((200, 32, 32, 3), np.uint8))
    with pytest.raises(DataError, match=r"no trainingset.npy.*An archive that is put there is unpacked by `hw data f"):
        (folder / "data.zip").write_bytes(zip_of({f"data/{name}": pictures.getvalue() for name in names}))
        data.load("hw08", source="original")
    assert data.get("hw08") == [folder / "data"] and server.requests == []
    assert len(data.load("hw08", source="original").test) == 200 and data.get("hw08") == []


def test_what_an_archive_put_there_by_hand_lacks_is_fetched(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(data.module("hw08"), "DOWNLOADS", [download(server.url("good", page()), name="testingset.npy")])
    data.path("hw08").mkdir()
    (data.path("hw08") / "notes.zip").write_bytes(zip_of({"notes.txt": b"of mine"}))
    assert [path.name for path in data.get("hw08")] == ["notes.txt", "testingset.npy"]


@pytest.mark.parametrize(("homework", "other"), [
    ("hw06", "'ml2023spring-hw6'"), ("hw08", r"HW8_Dataset/releases.*data\.zip"), ("hw11", "'ml2022spring-hw11'"),
])  # fmt: skip
def test_a_dead_address_tells_other_ways(homework, other, server, tmp_path, monkeypatch):
    dead = Download("x.zip", (server.url("x", page(status=404)),), unpack=True)
    monkeypatch.setattr(data.module(homework), "DOWNLOADS", [dead])
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(FetchError, match=f"404 Client Error.*{other}"):
        data.get(homework)


def test_an_archive_that_came_damaged_says_what_to_do(server, tmp_path, monkeypatch):
    maker = data.module("hw11")
    broken = zip_of({"real_or_drawing/a.bmp": BODY})[:1000]
    monkeypatch.setattr(maker, "DOWNLOADS", [Download("x.zip", (server.url("x", page(broken)),), unpack=True)])
    monkeypatch.setenv("HW_DATA_DIR", str(tmp_path))
    with pytest.raises(DataError, match=r"was not unpacked, nothing was written: .*; get the archive again"):
        data.get("hw11")
    assert set(files(tmp_path / "hw11")) == {"x.zip"}


def test_a_cut_connection_starts_again(server, tmp_path):
    fetch([download(server.url("cut", page(cut=[300_000, 100_000])))], tmp_path, progress=False)
    assert files(tmp_path) == {"covid.zip": BODY} and len(server.requests) == 3


@pytest.mark.parametrize("found", [PAGE, BODY[:-1], BODY[::-1]])
def test_a_wrong_file_that_is_there_is_named_and_untouched(server, tmp_path, found):
    (tmp_path / "covid.zip").write_bytes(found)
    fails(download(server.url("good", page())), tmp_path, str(tmp_path / "covid.zip"), "untouched; move it away")
    (tmp_path / "folder").mkdir()
    fails(download(name="folder"), tmp_path, "found something else")
    assert files(tmp_path) == {"covid.zip": found} and server.requests == []


CHILD = """
import sys
from pathlib import Path
from common.data.fetch import Download, fetch
url, sha, size, folder = sys.argv[1:]
fetch([Download("covid.zip", (url,), sha, int(size))], Path(folder))
"""


def test_of_two_processes_one_fetches_and_the_other_waits(server, tmp_path):
    started, go_on = threading.Event(), threading.Event()

    def slow(handler):
        started.set()
        go_on.wait(20)
        page()(handler)

    def child() -> subprocess.Popen:
        what = download(server.url("slow", slow))
        command = [sys.executable, "-c", CHILD, what.urls[0], what.sha256, str(what.size), str(tmp_path)]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    first = child()
    assert started.wait(20)
    second = child()
    assert second.stderr.readline() == f"Another process is fetching into {tmp_path}: waiting for it.\n"
    go_on.set()
    errors = [p.communicate(timeout=20)[1] for p in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), errors
    assert server.requests == ["slow"] and files(tmp_path) == {"covid.zip": BODY}


def test_ctrl_c_leaves_nothing(server, tmp_path, monkeypatch):
    import requests

    def interrupted(*_, **__):
        yield BODY[:1000]
        raise KeyboardInterrupt  # a real signal could arrive inside a finalizer, where Python swallows what it raises

    monkeypatch.setattr(requests.Response, "iter_content", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch([download(server.url("good", page()))], tmp_path, progress=False)
    assert files(tmp_path) == {}


def test_a_full_disk(server, tmp_path):
    small = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", tmp_path]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(small, capture_output=True).returncode:
        pytest.skip("a small disk can be made by root on Linux only")
    try:
        fails(download(server.url("good", page())), tmp_path, "(No space left on device)", "for it (500,000 bytes)")
        assert files(tmp_path) == {}
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
    assert server.requests == []


def test_importing_the_module_is_light():
    heavy = {"pooch", "requests", "filelock", "tqdm", "torch"}
    code = f"import sys, common, common.data.fetch; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
