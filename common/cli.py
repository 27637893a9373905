"""`hw`, the command line. Exit codes: 0 all well, 1 something failed, 2 wrong usage."""

import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from common.errors import CardError, HomeworkError, NotebookError
from common.homeworks import part, room
from common.submission.card import RUNGS, Card, Cheap, Folder, Lab, find_all, find_card, folders

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run, score and maintain the homeworks.")
data_app = typer.Typer(no_args_is_help=True, help="The data of the homeworks.")
app.add_typer(data_app, name="data")
console = Console(highlight=False)

Profile = Annotated[str, typer.Option(help="smoke: seconds, on little data; standard: the homework as it is meant")]
DataSource = Annotated[str, typer.Option("--data", help="builtin, original, or a folder that `hw data export` wrote")]
Out = Annotated[Path, typer.Option(help="folder for everything that the runs make")]
Jobs = Annotated[int, typer.Option(min=1, help="notebooks side by side")]


def main() -> None:
    """Entry point: errors that are meant for a person end in one sentence, not in a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a console of Western Windows has no Chinese, and not every arrow
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except HomeworkError as error:
        Console(stderr=True, highlight=False).print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2 if isinstance(error, CardError | NotebookError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command("list")
def list_homeworks(
    homeworks: Annotated[
        list[str] | None, typer.Argument(help="hw01 …: one homework with all that its card holds")
    ] = None,
) -> None:
    """The fifteen homeworks: what they measure, and their ladder on the builtin data."""
    if homeworks:
        for one in (one for name in homeworks for one in find_all(name)):
            _show_card(one)
        return
    table = Table("homework", "title", "metric", *RUNGS, box=None)
    for one in (one for folder in folders().values() for one in folder.notebooks):
        if one.status == "planned":
            table.add_row(one.id, one.title.en, "[dim]planned[/]")
        elif isinstance(one, Lab):
            table.add_row(one.id, one.title.en, "[dim]lab[/]")
        else:
            thresholds = [f"{rung.threshold:g}" for _, rung in one.ladder["builtin"].rungs()]
            arrow = "↓" if one.metric.direction == "lower" else "↑"
            table.add_row(one.id, one.title.en, f"{one.metric.label} {arrow}", *thresholds)
    console.print(table)


def _show_card(one: Card | Lab) -> None:
    """The ladder of one homework with its evidence: runs, fresh data, cheap answers, controls, rivals."""
    console.print(f"[bold]{one.id}[/]  {escape(one.title.en)}  [dim]{one.folder}/{one.notebooks[0]}[/]", soft_wrap=True)
    if one.status == "planned" or isinstance(one, Lab):
        console.print("planned" if one.status == "planned" else "a lab: nothing is handed in")
        return
    metric, ladder = one.metric, one.ladder["builtin"]
    better = "lower is better" if metric.direction == "lower" else "higher is better"
    console.print(f"{metric.label}, {better}; without learning {metric.chance:g}, perfect {metric.perfect:g}")
    table = Table("rung", "threshold", "runs", "on fresh data", "idea", box=None)
    for name, rung in ladder.rungs():
        runs = _shown(rung.runs) + (", always" if rung.deterministic else "")
        fresh = _shown([score for fresh in ladder.fresh for score in getattr(fresh, name)])
        table.add_row(name, f"{rung.threshold:g}", runs, fresh, getattr(one.rungs, name))
    console.print(table)
    fresh = f"; fresh data seeds {', '.join(str(fresh.seed) for fresh in ladder.fresh)}" if ladder.fresh else ""
    console.print(f"[dim]{ladder.source}, {ladder.measured}, {ladder.machine}{fresh}[/]", soft_wrap=True)
    rows = [(cheap, _limit(cheap)) for cheap in one.cheap]
    rows += [(control, f"below {control.rung}") for control in one.control]
    rows += [(rival, "anything") for rival in one.rival]
    if rows:
        table = Table("cheap answers, controls, rivals", "score", "reaches", "should be", box=None)
        for row, limit in rows:
            table.add_row(row.name, _shown(row.scores), one.best(row.scores) or "–", limit)
        console.print(table)
    for fault in one.faults():
        console.print(f"[red]{escape(fault.sentence)}.[/] {escape(fault.known)}", soft_wrap=True)


def _limit(cheap: Cheap) -> str:
    """What a cheap answer may reach, in words."""
    if cheap.forbidden:
        return f"forbidden ({cheap.forbidden})"
    return f"at most {cheap.may_reach}" if cheap.may_reach else "below simple"


def _shown(scores) -> str:
    """A score or two as they are, more as their mean and range."""
    if len(scores) > 2:
        return f"{sum(scores) / len(scores):.4g} ({min(scores):.4g} to {max(scores):.4g})"
    return ", ".join(f"{score:.4g}" for score in scores) or "–"


@app.command("run")
def run_notebooks(
    homeworks: Annotated[
        list[str] | None, typer.Argument(help="hw01 hw06_gan …; hw06 runs all that is in its folder")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="all homeworks that are ready")] = False,
    solution: Annotated[bool, typer.Option(help="the reference solution instead of the starter")] = False,
    rung: Annotated[str, typer.Option(help="with --solution: simple, medium, strong or boss")] = "boss",
    profile: Profile = "standard",
    data: DataSource = "builtin",
    seed: Annotated[int, typer.Option(help="seed of the training")] = 2022,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps")] = "auto",
    jobs: Jobs = 1,
    out: Out = Path("outputs"),
) -> None:
    """Run notebooks through papermill; keep executed copies, HTML pages, a table of results and a page to look at."""
    from common.notebooks import page, run

    if bool(homeworks) == all_:
        raise typer.BadParameter("name homeworks (hw01 hw02 …) or say --all")
    parameters = {"PROFILE": profile, "DATA": data, "DEVICE": device, "SEED": seed} | (
        {"RUNG": rung} if solution else {}
    )
    todo = []
    for one in _chosen(homeworks, solution):
        label = one.id + (f"-solution-{rung}" if solution else "")
        todo.append(run.make_job(one, out, solution=solution, label=label, **parameters))
    results = _watch(todo, jobs)
    table = Table("run", "state", "seconds", "metric", "score", "rung", box=None)
    for result in results:
        state = "[green]ok[/]" if result.ok else "[red]failed[/]"
        score = "–" if result.score is None else f"{result.score:.4f}"
        if result.estimate:
            score = f"≈ {result.estimate.value:.4f}"
        rung_shown = result.rung or "–"
        if result.edition != "builtin":
            rung_shown += f" ({result.edition})"
        metric = "lab" if isinstance(result.job.card, Lab) else result.job.card.metric.label
        table.add_row(result.job.name, state, f"{result.seconds:.1f}", metric, score, rung_shown)
    console.print(table)
    for result in results:
        for words in filter(None, (result.estimate, result.note)):
            console.print(f"{result.job.name}: {escape(str(words))}", soft_wrap=True)
        if not result.ok:
            console.print(f"[red]{result.job.name}:[/] {escape(result.error)}", soft_wrap=True)
    run.write_table(results, out / "results.csv")
    console.print(page.write(results, out), soft_wrap=True)
    if not all(result.ok for result in results):
        raise typer.Exit(1)


def _chosen(names: list[str] | None, solution: bool = False) -> list[Card | Lab]:
    """What is to be run, each once: what is ready in the folders named, or in all; and whatever is named by itself."""
    chosen = []
    for name in names or folders():
        found = find_all(name)
        ready = [one for one in found if one.status == "ready" and not (solution and isinstance(one, Lab))]
        chosen += ready or (found[:1] if names else [])  # which will say why it cannot be run
    return list({one.id: one for one in chosen}.values())


def _watch(todo: list, workers: int) -> list:
    """Run the jobs with a live bar for each; results in the order of the jobs."""
    from common.notebooks import run

    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
    ]
    results = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = {job.name: progress.add_task(job.name, total=None, start=True) for job in todo}

        def on_cell(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total)

        for result in run.run_all(todo, workers, on_cell):
            name = result.job.name
            results[name] = result
            progress.stop_task(tasks[name])
            color, word = ("green", "ok") if result.ok else ("red", "failed")
            progress.update(tasks[name], description=f"[{color}]{name}[/]")
            if not console.is_terminal:
                console.print(f"{name}: {word}, {result.seconds:.1f} s")
    return [results[job.name] for job in todo]


@app.command("score")
def score_file(
    homework: str,
    file: Path,
    profile: Profile = "standard",
    data: DataSource = "builtin",
    labels: Annotated[Path | None, typer.Option(help="reference.csv of an exported data set")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Score a submission file against the ladder."""
    from common import data as sources
    from common.submission.homework import Homework

    reference = sources.reference(find_card(homework).id, source=data, profile=profile)
    if labels is not None:
        reference = sources.read_reference(labels, reference)
    score = Homework(homework).evaluate(file, reference)
    if as_json:
        record = {"homework": score.card.id, "metric": score.card.metric.name, "value": score.value}
        record |= {"rung": score.rung, "edition": score.edition}
        print(json.dumps(record))
    else:
        print(score)


@app.command("ladder")
def measure_ladder(
    homework: str,
    seeds: Annotated[int, typer.Option(min=1, help="how many training seeds: 1, 2, 3 …")] = 3,
    rungs: Annotated[list[str] | None, typer.Option("--rung", help="only these rungs (repeat)")] = None,
    data: DataSource = "builtin",
    data_seeds: Annotated[
        str | None, typer.Option(help="on fresh builtin data: 2 (so many, drawn by chance), or 31,32 (these; one: 31,)")
    ] = None,
    profile: Profile = "standard",
    jobs: Jobs = 1,
    out: Out = Path("outputs/ladder"),
) -> None:
    """Measure every rung of a homework over several seeds, and tell whether the card's thresholds hold."""
    from common.notebooks import ladder, run

    card = find_card(homework)
    chosen, training = [rung for rung in RUNGS if rung in (rungs or RUNGS)], list(range(1, seeds + 1))
    if unknown := set(rungs or []) - set(RUNGS):
        raise NotebookError(f"RUNG = {unknown.pop()!r} is unknown; choose one of {', '.join(RUNGS)}.")
    if card.status != "ready" or data_seeds is None:
        sets = {None: data}
        todo = {None: ladder.jobs(card, out, training, chosen, DATA=data, PROFILE=profile)}
    else:
        sets = ladder.exported(card, out, _data_seeds(data_seeds), profile)
        todo = {
            number: ladder.jobs(card, out, training, chosen, f"data{number}-", DATA=str(folder), PROFILE=profile)
            for number, folder in sets.items()
        }
    results = _watch([job for some in todo.values() for job in some], jobs)
    run.write_table(results, out / f"{card.id}.csv")
    problems = [f"{result.job.name}: {result.error}" for result in results if not result.ok]
    for number, some in todo.items():
        names = {job.name for job in some}
        problems += _show_ladder(card, [r for r in results if r.job.name in names], chosen, number)
        problems += _show_cheap(card, str(sets[number]), profile)
    for problem in problems:
        console.print(f"[red]{escape(problem)}[/]", soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    console.print("[green]Every run reaches its own rung and none the next.[/]")


def _data_seeds(wanted: str) -> list[int]:
    """`"2"`: two seeds by chance; `"31,32"`: these."""
    import secrets

    try:
        numbers = [int(number) for number in wanted.split(",") if number.strip()]
    except ValueError:
        raise typer.BadParameter("--data-seeds is a number (how many), or seeds with commas: 31,32") from None
    return numbers if "," in wanted else [secrets.randbits(31) for _ in range(numbers[0])]


def _show_ladder(card: Card, results: list, rungs: list[str], data_seed: int | None) -> list[str]:
    """Print what was measured on one set of data; returns what contradicts the card."""
    from common.notebooks import ladder

    measured = ladder.collect(results)
    edition = next((result.edition for result in results if result.ok), "builtin")
    if any(row.estimated for row in measured):
        edition = card.for_estimates(edition)
    if data_seed is not None:
        console.print(f"data seed {data_seed}")
    title = "threshold" if edition == "builtin" else f"threshold ({edition})"
    table = Table("rung", title, "mean", "sd", "min", "max", "seconds", "idea", box=None)
    for row in measured:
        sign = "≈ " if row.estimated else ""
        numbers = [f"{sign}{value:.4f}" for value in (row.mean, row.spread, min(row.scores), max(row.scores))]
        threshold = f"{card.threshold(row.rung, edition):g}" if edition in card.ladder else "–"
        seconds = f"{sum(row.seconds) / len(row.seconds):.0f}"
        table.add_row(row.rung, threshold, *numbers, seconds, getattr(card.rungs, row.rung))
    console.print(table)
    if edition == "builtin":
        console.print(ladder.toml(measured, data_seed), soft_wrap=True, markup=False)
    where = "" if data_seed is None else f"data seed {data_seed}: "
    return [where + fault for fault in ladder.faults(card, measured, rungs, edition)]


def _show_cheap(card: Card, source: str, profile: str) -> list[str]:
    """Print where the quick cheap answers end on this data; returns those that climb too high and are not known to."""
    from common.submission.homework import Homework

    if source == "original" or profile != "standard":
        return []
    climbing = []
    for cheap, score in Homework(card.id).cheap(source=source):
        console.print(f"cheap answer, {escape(cheap.name)}: {score:.4f}", soft_wrap=True)
        if card.climbs(cheap, score) and not cheap.fault:
            climbing.append(f"cheap answer, {cheap.name}: {score:.4f} reaches {card.rung_of(score)}")
    return climbing


@app.command("grade")
def grade_submissions(
    homework: str,
    submissions: Annotated[
        Path, typer.Argument(help="folder or zip: notebooks, student folders, or a platform's export")
    ],
    out: Annotated[Path, typer.Option(help="folder for records and reports; call again with it to go on")] = Path(
        "report"
    ),
    data: Annotated[
        Path | None, typer.Option(help="what `hw data export` wrote; without, a secret test set is made in OUT/exam")
    ] = None,
    files_only: Annotated[bool, typer.Option(help="score the prediction files handed in, and run nothing")] = False,
    roster: Annotated[
        Path | None, typer.Option(help="CSV with the columns student and, if you like, days_late")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="TOML file of rules for points; without, the course's")] = None,
    jobs: Jobs = 1,
    shard: Annotated[str, typer.Option(help="k/n: only this share of the work, for arrays of jobs")] = "1/1",
    dask: Annotated[str | None, typer.Option(help="address of a Dask scheduler, instead of workers here")] = None,
    deadline: Annotated[float | None, typer.Option(help="seconds per notebook; three times boss, 600 at least")] = None,
    memory: Annotated[float, typer.Option(help="GiB per notebook")] = 4,
    threads: Annotated[int, typer.Option(min=1, help="per notebook; the scores of a notebook depend on it")] = 1,
    device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    seed: Annotated[int, typer.Option(help="seed of the training")] = 2022,
    profile: Profile = "standard",
    trust_submissions: Annotated[bool, typer.Option(help="go on where the machine has no real sandbox")] = False,
) -> None:
    """Grade what students handed in: run their notebooks in a sandbox, score their files, and write the reports."""
    from common.grading import command

    number, _, count = shard.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise typer.BadParameter("--shard is k/n, with k from 1 to n, for example 2/8")
    done = command.run(
        console, homework, submissions, out, data=data, how="files" if files_only else "run", roster=roster,
        policy=policy, workers=jobs, shard=(int(number), int(count)), dask=dask, deadline=deadline, memory=memory,
        trusted=trust_submissions, threads=threads, device=device, seed=seed, profile=profile,
    )  # fmt: skip
    if not done:
        raise typer.Exit(1)


@app.command("notebooks")
def keep_notebooks(
    homeworks: Annotated[list[str] | None, typer.Argument(help="hw01 hw02 …; all without")] = None,
    write: Annotated[bool, typer.Option("--write/--check", help="mend what can be mended, or only tell")] = False,
    execute: Annotated[
        bool, typer.Option(help="run both notebooks of these homeworks, and store their outputs")
    ] = False,
) -> None:
    """Check the notebooks and the README's table against the rules; with --write, bring them in step."""
    from common.notebooks import books, readme, rules

    chosen = [one for name in homeworks or folders() for one in find_all(name) if books.written(one)]
    if write:
        for path in [path for one in chosen for path in books.sync(one)] + readme.write():
            console.print(f"wrote {path}", soft_wrap=True)
    if execute:
        for one in chosen:
            if homeworks or one.status == "ready":
                books.execute(one)
                console.print(f"executed {one.folder} ({one.id})")
    problems = [problem for one in chosen for problem in rules.lint(one)] + readme.lint()
    for problem in problems:
        console.print(escape(problem), soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    console.print(f"{sum(len(one.notebooks) for one in chosen)} notebooks keep the rules.")


@app.command("doctor")
def doctor() -> None:
    """What this machine offers: Python, torch, device, memory, disk, versions."""
    from importlib.metadata import PackageNotFoundError, version

    from common import kernels
    from common.kernels import sandbox
    from common.paths import data_dir
    from common.training.device import pick_device

    table = Table(show_header=False, box=None)
    table.add_row("Python", f"{platform.python_version()} ({sys.executable})")
    table.add_row("system", f"{platform.system()} {platform.release()}, {os.cpu_count()} CPU cores")
    for package in ("deep-learning-homeworks", "torch", "torchvision", "numpy", "pandas", "papermill", "jupyterlab"):
        try:
            table.add_row(package, version(package))
        except PackageNotFoundError:
            table.add_row(package, "[red]missing[/]")
    table.add_row("memory", _memory())
    table.add_row(
        "fast kernels", f"no: {kernels.why_not()}" if kernels.why_not() else "yes (HW_FAST_KERNELS=0 switches them off)"
    )
    table.add_row("sandbox", str(sandbox.probe()))
    free = shutil.disk_usage(next(p for p in [data_dir(), *data_dir().parents] if p.exists())).free
    table.add_row("data folder", f"{data_dir()}, {free / 1e9:.0f} GB free")
    console.print(table)
    device = pick_device("auto")
    if device.type == "cpu":
        console.print("No GPU was found. Every homework runs on the CPU with the builtin data.")


def _memory() -> str:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    return "unknown here"


@data_app.command("list")
def list_data() -> None:
    """Which data is there: builtin always; original where its files were put."""
    from common import data

    table = Table("homework", "builtin", "original", "folder", box=None)
    for name in (name for folder in folders().values() if folder.status == "ready" for name in _sources(folder)):
        table.add_row(name, "always", escape(data.state(name)), str(data.path(name)))
    console.print(table)


def _sources(folder: Folder) -> list[str]:
    """The names under which a folder's data is known: its own, and that of a starter with data of its own."""
    modules = {}
    for name in (folder.id, *(card.id for card in folder.cards)):
        modules.setdefault(part(name, "data"), name)
    return [name for module, name in modules.items() if module is not None]


def _source(name: str) -> str:
    """The name of the data behind a starter, a lab or a folder."""
    found = find_all(name)
    return found[0].id if len(found) == 1 else room(found[0].id)


@data_app.command("path")
def data_path(homework: str) -> None:
    """The folder where the original files of a homework belong."""
    from common import data

    print(data.path(_source(homework)))


@data_app.command("fetch")
def fetch_data(homework: str) -> None:
    """Fetch the original files of a homework, unpack what was put there by hand, or tell how to get them."""
    from common import data

    for path in data.get(_source(homework)):
        console.print(f"{path}", soft_wrap=True)


@data_app.command("export")
def export_data(
    homework: str,
    out: Annotated[Path, typer.Option(help="a new folder")],
    seed: Annotated[int | None, typer.Option(help="to make a set once more; without, a secret is drawn")] = None,
    profile: Profile = "standard",
) -> None:
    """Make a data set that no student has seen: inputs in OUT/inputs, test labels apart in OUT/labels."""
    import secrets

    from common import data
    from common.generators.secrets import is_secret

    secret = secrets.randbits(128) if seed is None else seed
    folder = data.export(_source(homework), out, seed=secret, profile=profile)
    console.print(f"Give students {folder}/inputs; keep {folder}/labels and the seed to yourself.", soft_wrap=True)
    if not is_secret(secret):
        console.print("This seed can be guessed: good for practice, not for an exam. Without --seed one is drawn.")


if __name__ == "__main__":
    main()
