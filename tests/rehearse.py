"""Rehearsals of what cannot be a unit test: a real JupyterLab in a browser, and Colab with a stand-in.

`python -m tests.rehearse lab hw01 picture.png` opens the starter in JupyterLab in headless Chromium, runs all cells and
takes a picture. It needs chromium, chromedriver and the package selenium.
`python -m tests.rehearse colab hw01` runs the starter alone in an empty folder, in an environment without this package,
with a stand-in for the module google.colab, installing from this checkout.
"""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from pathlib import Path

import nbformat

from common.notebooks import books
from common.paths import checkout
from common.submission.card import find_card

STAND_IN = """
import sys, types
sys.modules["google"] = types.ModuleType("google")
sys.modules["google.colab"] = types.ModuleType("google.colab")
"""


def colab(homework: str) -> None:
    """The notebook alone finds its card and its data, and runs to the end."""
    starter, _ = books.paths(find_card(homework))
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        # like Colab: torch and Jupyter are there, this package is not
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        site = Path(subprocess.check_output([python, "-c", ask], text=True).strip())
        (site / "preinstalled.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
        startup = place / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "00-colab.py").write_text(STAND_IN)

        empty = place / "content"
        empty.mkdir()
        notebook = books.read(starter)
        setup = next(cell for cell in notebook.cells if cell.id == "setup")
        local = f"deep-learning-homeworks @ {checkout().as_uri()}"
        setup.source = setup.source.replace(books.settings()["install"], local)
        parameters = next(cell for cell in notebook.cells if cell.id == "parameters")
        parameters.source = parameters.source.replace('PROFILE = "standard"', 'PROFILE = "smoke"')
        nbformat.write(notebook, empty / starter.name)
        # not by papermill, which Colab does not use: it would ask this environment's own entry point for an engine
        command = [python, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "executed", starter.name]
        environment = {**os.environ, "IPYTHONDIR": str(place / "ipython")}
        before = time.monotonic()
        subprocess.run(command, cwd=empty, env=environment, check=True)
        where = [python, "-c", "import common; print(common.__file__)"]
        print("common was imported from", subprocess.check_output(where, text=True, cwd=empty).strip())
        made = sorted(str(path.relative_to(empty)) for path in empty.rglob("*") if path.is_file())
        print(f"{time.monotonic() - before:.0f} s; files:", ", ".join(made))


def lab(homework: str, picture: str) -> None:
    """Open, Run All, wait for the end, take pictures of the top and the bottom of the notebook."""
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    card = find_card(homework)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # a copy of the notebook, so that JupyterLab's saving does not touch the checkout
    scratch = Path(tempfile.mkdtemp())
    name = books.paths(card)[0].name
    shutil.copy(books.paths(card)[0], scratch / name)
    options = [
        f"--port={port}",
        "--no-browser",
        "--ServerApp.token=",
        "--allow-root",
        f"--ServerApp.root_dir={scratch}",
    ]
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], stderr=subprocess.DEVNULL)
    chrome = webdriver.ChromeOptions()
    quiet = ["background-networking", "component-update", "sync", "quic", "gpu"]
    for flag in ["--headless=new", "--no-sandbox", "--no-first-run", *[f"--disable-{name}" for name in quiet]]:
        chrome.add_argument(flag)
    chrome.add_argument("--window-size=1280,1500")
    chrome.binary_location = shutil.which("chromium") or ""
    browser = webdriver.Chrome(options=chrome, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        _wait(lambda: socket.create_connection(("127.0.0.1", port)).close() or True, 60)
        browser.get(f"http://127.0.0.1:{port}/lab/tree/{name}?reset")
        _wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-CodeCell"), 120)
        _wait(
            lambda: (
                "Idle"
                in browser.find_element(By.CSS_SELECTOR, ".jp-Notebook-ExecutionIndicator").get_attribute("innerHTML")
                or browser.find_elements(By.CSS_SELECTOR, "[data-status='idle']")
            ),
            60,
        )
        menu = "//div[contains(@class, 'lm-MenuBar-itemLabel')][text()='Run']"
        for how, what in (
            (By.CSS_SELECTOR, ".jp-Notebook .jp-Cell"),
            (By.XPATH, menu),
            (By.CSS_SELECTOR, ".lm-Menu [data-command='runmenu:run-all']"),
        ):
            _wait(lambda how=how, what=what: browser.find_element(how, what).click() or True, 30)
        before = time.monotonic()
        total = sum(cell.cell_type == "code" for cell in books.read(scratch / name).cells)

        def executed() -> int:
            browser.find_element(By.TAG_NAME, "body").send_keys(Keys.CONTROL, "s")
            time.sleep(1)
            cells = nbformat.read(scratch / name, 4).cells
            return sum(cell.cell_type == "code" and cell.execution_count is not None for cell in cells)

        _wait(lambda: executed() == total, 300)
        print(f"all {total} code cells ran in JupyterLab in {time.monotonic() - before:.0f} s")
        saved = nbformat.read(scratch / name, 4)
        outputs = [output for cell in saved.cells for output in cell.get("outputs", [])]
        errors = sum(output.output_type == "error" for output in outputs)
        print(f"{errors} errors, {sum('image/png' in output.get('data', {}) for output in outputs)} pictures")
        _scroll(browser, 0)
        browser.save_screenshot(picture)
        for share in (0.35, 0.65, 1):
            _scroll(browser, share)
            browser.save_screenshot(picture.replace(".png", f"-{int(share * 100)}.png"))
    finally:
        browser.quit()
        server.terminate()
        shutil.rmtree(scratch)


def _scroll(browser, share: float) -> None:
    scroller = "document.querySelector('.jp-WindowedPanel-outer')"
    for _ in range(4):  # cells are drawn as they come into view, which moves the rest
        browser.execute_script(f"let e = {scroller}; e.scrollTop = {share} * e.scrollHeight")
        time.sleep(0.7)


def _wait(ready, seconds: float):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = ready()
        except Exception:  # not there yet
            found = None
        if found:
            return found
        time.sleep(0.3)
    raise TimeoutError(f"nothing after {seconds} s")


if __name__ == "__main__":
    {"lab": lab, "colab": colab}[sys.argv[1]](*sys.argv[2:])
