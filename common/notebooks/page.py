"""`outputs/index.html`: what `hw run` has run, to look at: pictures, scores on their ladders, times, links.

One file that needs no script and no other file; what it links to lies beside it.
"""

import ast
import base64
import datetime
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from common.files import replacing
from common.notebooks.run import Result
from common.submission.card import RUNGS, Lab

WIDTH = 720  # pixels of a picture: twice as many as it is shown with, for fine screens
SECTIONS = ("evaluate", "train", "model", "data")  # where a picture is looked for, the best place first


@dataclass(frozen=True)
class Picture:
    """A picture of a run as a `data:` address, and the title that stands in it, for those who cannot see it."""

    address: str
    width: int
    height: int
    title: str


def write(results: list[Result], out: Path) -> str:
    """Write `out/index.html`; returns one sentence for a person: where it is, or why there is none.

    It is a side step: whatever goes wrong here, the results stand.
    """
    path = out / "index.html"
    try:
        with replacing(path) as partial:
            partial.write_text(page(results, out), "utf-8")
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return f"No page to look at was written to {path}: {reason}"
    return f"To look at, with links to the executed notebooks: {path}"


def page(results: list[Result], out: Path) -> str:
    """The page as HTML, with links relative to `out`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("common.notebooks"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    slowest = max((result.seconds for result in results), default=0) or 1
    return environment.get_template("index.html").render(
        runs=[_shown(result, out, slowest) for result in results],
        failed=sum(not result.ok for result in results),
        minutes=_duration(sum(result.seconds for result in results)),
        settings=_settings(results),
        when=f"{datetime.datetime.now():%Y-%m-%d %H:%M}",
        rungs=RUNGS,
    )


def _shown(result: Result, out: Path, slowest: float) -> dict:
    """What the template says of one run."""
    job = result.job
    executed = job.out / job.notebook.name
    files = {"page": executed.with_suffix(".html"), "notebook": executed}
    return {
        "name": job.name,
        "title": job.card.title,
        "lab": isinstance(job.card, Lab),
        "result": result,
        "picture": picture(executed),
        "standing": _standing(result),
        "time": _duration(result.seconds),
        "share": 100 * result.seconds / slowest,
        "links": {name: _link(path, out) for name, path in files.items()},
    }


def _link(path: Path, out: Path) -> str:
    """The way to a file from `out`, as an address; empty if it is not there."""
    return quote(os.path.relpath(path, out).replace(os.sep, "/")) if path.is_file() else ""


def _standing(result: Result) -> dict | None:
    """The score on the ladder of its edition, in steps from rung to rung; None without a score or a ladder."""
    card = result.job.card
    if result.score is None or result.edition not in card.ladder:
        return None
    reached = -1 if result.rung is None else RUNGS.index(result.rung)
    ladder = card.ladder[result.edition].rungs()
    following = None
    if reached + 1 < len(RUNGS):
        name, rung = ladder[reached + 1]
        following = {"name": name, "away": abs(rung.threshold - result.score)}
    return {
        "label": card.metric.label,
        "better": card.metric.direction,
        "place": card.place_of(result.score, result.edition),
        "rungs": [(name, f"{rung.threshold:g}", step <= reached) for step, (name, rung) in enumerate(ladder)],
        "following": following,
    }


def _settings(results: list[Result]) -> dict[str, str]:
    """The parameters that all runs share, as a person says them."""
    words = {"PROFILE": "profile", "DATA": "data", "DEVICE": "device", "SEED": "seed", "RUNG": "rung"}
    found = {}
    for name, word in words.items():
        values = {str(result.job.parameters[name]) for result in results if name in result.job.parameters}
        if len(values) == 1:
            found[word] = values.pop()
    return found


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


# --- the picture ------------------------------------------------------------------------------------------------------


def picture(executed: Path) -> Picture | None:
    """The picture that says most of a run: of those under its evaluation the one with most in it (the largest file).

    Failing that, of an earlier section. Never the one of the score, which the page draws itself.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    section = ""
    try:
        for cell in json.loads(executed.read_text("utf-8"))["cells"]:
            section = cell.get("id", "") if cell.get("id") in (*SECTIONS, "score") else section
            for output in cell.get("outputs", []):
                for kind in ("image/png", "image/jpeg"):
                    if drawn := output.get("data", {}).get(kind):
                        found.setdefault(section, []).append(("".join(drawn), "".join(cell["source"])))
        for name in SECTIONS:
            if name in found:
                drawn, source = max(found[name], key=lambda one: len(one[0]))
                return _small(base64.b64decode(drawn), _title(source))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # a notebook cut off in the middle has no picture to show
    return None


def _small(drawn: bytes, title: str) -> Picture:
    from PIL import Image

    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    image.thumbnail((WIDTH, 10 * WIDTH))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=82, method=6)
    address = "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
    return Picture(address, *image.size, title)


def _title(source: str) -> str:
    """The title that a cell gives its figure, if it is there as plain text."""
    titles: dict[str, str] = {}
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return ""
    for call in calls:
        name = getattr(call.func, "attr", "")
        given = {word.arg: word.value for word in call.keywords}
        text = call.args[0] if name in ("suptitle", "set_title") and call.args else given.get("title")
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            titles.setdefault("suptitle" if name == "suptitle" else "title", " ".join(text.value.split()))
    return titles.get("suptitle") or titles.get("title", "")
