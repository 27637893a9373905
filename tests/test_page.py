"""The page that `hw run` ends with: what it shows of a run, what it does with what it cannot show, and its HTML."""

import base64
import io
from html.parser import HTMLParser
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from common.notebooks import page
from common.notebooks.run import Job, Result
from common.submission.card import find_card

VOID = {"meta", "img", "line", "circle", "path", "link", "br"}


class Reader(HTMLParser):
    """What a browser and a screen reader find: elements with their attributes, text; fails on an element left open."""

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def png(width, height, noisy=False):
    file = io.BytesIO()
    image = Image.effect_noise((width, height), 90) if noisy else Image.new("L", (width, height))
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def drawing(source, picture):
    return new_code_cell(source, outputs=[new_output("display_data", data={"image/png": picture})])


def run(tmp_path, name="hw01", cells=(), **result):
    card = find_card("hw01")
    job = Job(card, tmp_path / "hw01_regression.ipynb", tmp_path / name, {"PROFILE": "standard", "SEED": 2022})
    job.out.mkdir(exist_ok=True)
    if cells:
        nbformat.write(new_notebook(cells=list(cells)), job.out / job.notebook.name)
        (job.out / "hw01_regression.html").write_text("<p>executed")
    return Result(job, result.pop("seconds", 12.3), **result)


CELLS = (
    new_markdown_cell("## Data", id="data"),
    drawing("plt.title('the data')", png(400, 300, noisy=True)),
    new_markdown_cell("## Evaluate", id="evaluate"),
    drawing("axes.set(title='flat')", png(500, 400)),
    drawing("figure.suptitle('Wrong, and\\nsure of it')\naxes.set_title(f'{i}')", png(1500, 300, noisy=True)),
    new_markdown_cell("## Score", id="score"),
    drawing("homework.score(submission)", png(900, 900, noisy=True)),
)


def test_the_picture_is_the_richest_of_the_evaluation(tmp_path):
    result = run(tmp_path, cells=CELLS)
    found = page.picture(result.job.out / result.job.notebook.name)
    assert (found.title, found.width, found.height) == ("Wrong, and sure of it", page.WIDTH, 144)
    assert found.address.startswith("data:image/webp;base64,")


@pytest.mark.parametrize("text", ["", "[]", '{"cells": [{"outputs": 3}]}', '{"cells": []}'])
def test_no_picture_where_there_is_no_notebook(tmp_path, text):
    (tmp_path / "broken.ipynb").write_text(text)
    assert page.picture(tmp_path / "broken.ipynb") is None


def test_what_the_page_says(tmp_path):
    card = find_card("hw01")
    good = run(tmp_path, "hw01", CELLS, score=1.2, rung="medium")
    bad = run(tmp_path, "hw01 <again>", CELLS, error="cell 7: ValueError: no <b>luck</b>")
    unknown = run(tmp_path, "hw01-original", estimate="0.7 by the notebook's own validation")
    found = Reader(page.page([good, bad, unknown], tmp_path))
    assert "3 notebooks, 1 failed" in found.text and "profile standard · seed 2022 · 36.9 s in all" in found.text
    assert "no <b>luck</b>" in found.text, "what a run says is text, never HTML"
    assert "0.7 by the notebook's own validation" in found.text and "1.2000 MSE ↓" in found.text
    assert f"strong is {1.2 - card.ladder['builtin'].strong.threshold:.3g} away" in found.text
    links = [link["href"] for link in found.all("a")]
    assert {"hw01/hw01_regression.html", "hw01/hw01_regression.ipynb"} <= set(links)
    assert all("original/" not in link for link in links), "a link to what is not there"
    assert "hw01%20%3Cagain%3E/hw01_regression.ipynb" in links


def test_the_page_needs_nothing_else_and_is_for_everyone(tmp_path):
    found = Reader(page.page([run(tmp_path, cells=CELLS, score=1.2, rung="medium")], tmp_path))
    assert not found.all("script") and not found.all("link")
    assert found.all("html") == [{"lang": "en"}] and any("lang" in one for one in found.all("p"))
    assert all(image["alt"] and image["src"].startswith("data:") for image in found.all("img"))
    assert all(
        drawn["aria-label"].startswith("lower is better; reached medium; the rungs are simple 6.5,")
        for drawn in found.all("svg")
    )


def test_a_page_that_cannot_be_written_takes_nothing_down(tmp_path):
    (tmp_path / "out").write_text("a file")
    said = page.write([run(tmp_path, score=1.2)], tmp_path / "out")
    assert (
        said.startswith(f"No page to look at was written to {tmp_path / 'out' / 'index.html'}: ") and "\n" not in said
    )
    assert "No page" in page.write([SimpleNamespace(seconds="soon")], tmp_path)
    assert not (tmp_path / "index.html").exists()


def test_place_on_the_ladder():
    card = find_card("hw01")  # lower is better
    simple, medium, strong, boss = (rung.threshold for _, rung in card.ladder["builtin"].rungs())
    places = {99: -1, simple: 0, (simple + medium) / 2: 0.5, medium: 1, boss: 3, boss - (strong - boss) / 2: 3.5}
    for value, place in (places | {0: 4, -5: 4}).items():
        assert card.place_of(value) == pytest.approx(place), value


def test_place_where_more_is_better():
    card = find_card("hw02")
    rungs = [rung.threshold for _, rung in card.ladder["builtin"].rungs()]
    assert [card.place_of(value) for value in (0, *rungs, 1.0)] == pytest.approx([-1, 0, 1, 2, 3, 4])
