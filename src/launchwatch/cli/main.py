"""Commands of `launchwatch`."""

import gc
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from launchwatch.cli import coverage, detect, flight, process, study
from launchwatch.cli.options import Folder, Json, Quiet, print_json

# One thread for linear algebra: sums keep their order, and small matrices are faster so.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

app = typer.Typer(
    help="Open missile launch detection and early warning: from plume and echo to a warning with its uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
catalog_app = typer.Typer(help="What the catalogue knows, each figure with its source.", no_args_is_help=True)
app.add_typer(catalog_app, name="catalog")


@app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(help="Name of a scenario of the catalogue, or a YAML file; history: all cases of history.")
    ],
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of all draws; the scenario's own by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the run; without it nothing is kept.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override, such as sharing.level=tracks.")
    ] = None,
    report: Annotated[bool, typer.Option(help="Write report.html and globe.czml into the run directory.")] = True,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a scenario: each partner on its own sensors, then with what the others share."""
    from launchwatch.assembly.museum import MUSEUM, shown
    from launchwatch.assembly.stopwatch import Stopwatch
    from launchwatch.catalog.loader import load_catalog, load_scenario

    watch = Stopwatch()
    with watch.part("catalog"):
        blocks = load_catalog(catalog)
        if scenario == MUSEUM:
            _print_museum(blocks, json, quiet)
            return
        chosen = load_scenario(scenario, blocks, setting or ())
    number = chosen.seed if seed is None else seed
    if out is None:
        played = shown(blocks, chosen, number, None, watch)
    else:
        from launchwatch.assembly.rundir import run_to

        played = run_to(out, blocks, chosen, number, report, watch)
    if json:
        print_json(played.summary)
    elif not quiet:
        from rich.console import Console

        from launchwatch.assembly.rundir import view_of
        from launchwatch.report.table import latency_table, terminal_table

        console = Console()
        console.print(terminal_table(view_of(played, blocks, [])))
        if "museum" in played.summary:
            from launchwatch.report.watch import exhibit_text

            console.print(exhibit_text([played.summary["museum"]]), markup=False, highlight=False)
        console.print(latency_table(watch.latencies()))
        if out is None:
            console.print("Nothing was kept; give --out DIR for the report, the journal and the globe.")
        elif report:
            console.print(f"Report: {(out / 'report.html').resolve()}", soft_wrap=True)
        else:
            console.print(f"Run directory: {out.resolve()}", soft_wrap=True)


@app.command()
def scenarios(catalog: Folder = None, json: Json = False, quiet: Quiet = False) -> None:
    """List the scenarios of the catalogue."""
    from launchwatch.catalog.loader import list_records, load_catalog

    rows = list_records("scenarios", load_catalog(catalog))
    if json:
        print_json(rows)
    elif not quiet:
        _print_rows(rows, ("id", "title", "partners", "launches"))


@catalog_app.command("list")
def catalog_list(
    kind: Annotated[str | None, typer.Argument(help="Kind of block; all kinds are named without it.")] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the blocks of a kind."""
    from launchwatch.catalog.catalogue import KINDS
    from launchwatch.catalog.loader import list_records, load_catalog

    blocks = load_catalog(catalog)
    if kind is None:
        rows: list[dict[str, Any]] = [{"kind": k, "blocks": len(blocks.blocks(k))} for k in (*KINDS, "scenarios")]
    else:
        rows = list_records(kind, blocks)
    if json:
        print_json(rows)
    elif not quiet:
        _print_rows(rows, tuple(dict.fromkeys(key for row in rows for key in row if key != "sources")))


@catalog_app.command("show")
def catalog_show(
    kind: Annotated[str, typer.Argument(help="Kind of block.")],
    name: Annotated[str, typer.Argument(metavar="ID", help="Identifier of the block.")],
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show one block with its source."""
    from launchwatch.catalog.loader import load_catalog, show_record

    record = show_record(kind, name, load_catalog(catalog))
    if json:
        print_json(record)
    elif not quiet:
        from io import StringIO

        from ruamel.yaml import YAML

        text = StringIO()
        YAML(typ="safe", pure=True).dump(record, text)
        typer.echo(text.getvalue().rstrip())


@catalog_app.command("check")
def catalog_check(
    catalog: Annotated[Path, typer.Option("--catalog", help="Folder of own YAML.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a folder of own YAML: every error with its file, line and field."""
    from launchwatch.catalog.loader import check_folder

    errors = check_folder(catalog)
    if json:
        print_json({"folder": str(catalog), "errors": errors})
    else:
        for error in errors:
            typer.echo(error, err=True)
        if not errors and not quiet:
            typer.echo(f"{catalog}: no errors")
    if errors:
        raise typer.Exit(2)


app.command()(flight.fly)
app.command("testflight")(flight.check_test)
app.command()(coverage.coverage)
app.command("detect")(detect.detect)
app.command("process")(process.process)
app.add_typer(study.app, name="study")


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run directory.")],
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a run's journal through the chain again and compare every message field by field."""
    from launchwatch.assembly.again import replay_run
    from launchwatch.catalog.loader import load_catalog

    result = replay_run(folder, load_catalog(catalog))
    if json:
        print_json(result)
    elif not quiet:
        for line in result["differences"]:
            typer.echo(line, err=True)
        typer.echo(f"{result['lanes']} lanes, {result['messages']} messages, {len(result['differences'])} differences")
    if result["differences"]:
        raise typer.Exit(1)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run directory.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check the integrity of a run's journal."""
    from launchwatch.assembly.again import journal_of
    from launchwatch.runtime.journal import verify as verify_journal

    faults = [str(fault) for fault in verify_journal(journal_of(folder))]
    if json:
        print_json({"run": str(folder), "faults": faults})
    elif not quiet or faults:
        for line in faults:
            typer.echo(line, err=True)
        if not faults:
            typer.echo(f"{folder}: the journal is whole")
    if faults:
        raise typer.Exit(1)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run directory.")],
    form: Annotated[str, typer.Option("--format", help="cap, czml, kml, oem or parquet.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    catalog: Folder = None,
    quiet: Quiet = False,
) -> None:
    """Write a run in a standard format."""
    from launchwatch.assembly.again import export_run

    for file in export_run(folder, form, out, catalog):
        if not quiet:
            typer.echo(str(file))


def _print_museum(blocks: Any, json: bool, quiet: bool) -> None:
    from launchwatch.assembly.museum import matrix

    found = matrix(blocks)
    if json:
        print_json(found)
    elif not quiet:
        from launchwatch.report.watch import exhibit_text

        typer.echo(exhibit_text(found["cases"]))


def _print_rows(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for key in keys:
        table.add_column(key, overflow="fold")
    for row in rows:
        values = (row.get(key, "") for key in keys)
        table.add_row(*(", ".join(v) if isinstance(v, list) else "" if v is None else str(v) for v in values))
    Console().print(table)


def main() -> None:
    """Entry point: a refused input is one line on standard error and exit code 2, a file that fails one and code 1."""
    # A command makes records by the ten thousand and no cycles; looking for some costs a tenth of its time.
    gc.disable()
    try:
        app()
    except ValueError as error:
        typer.echo(f"launchwatch: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        typer.echo(f"launchwatch: {error.filename or 'input or output'}: {error.strerror}", err=True)
        raise SystemExit(1) from None
    finally:
        gc.freeze()  # nor does the interpreter's last look on its way out find any
