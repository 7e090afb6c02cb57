"""Command on observation files."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from launchwatch.cli.options import Folder, Json, Quiet, print_json


def process(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Observations: .ndjson, .parquet, .arrow or .tdm.")
    ],
    out: Annotated[Path | None, typer.Option(help="New folder for events, tracks and rejects.")] = None,
    hold_time_s: Annotated[
        float | None, typer.Option("--hold-time-s", metavar="S", help="By how much lines may be out of order.")
    ] = None,
    elements: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Element sets of what is in orbit; its plots are taken out.")
    ] = None,
    site: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=LAT,LON,ALT_M", help="Where a station of a Tracking Data Message stands."),
    ] = None,
    purpose: Annotated[str, typer.Option(help="Of Tracking Data Messages: operations, exercise or test.")] = "test",
    round_trip: Annotated[
        bool, typer.Option("--round-trip", help="Ranges of Tracking Data Messages are of the way there and back.")
    ] = False,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run observation files through the processing chain: tracks, events, assessments."""
    from launchwatch.assembly.process import known_objects, process_files, tracking_of
    from launchwatch.catalog.loader import load_catalog

    blocks = load_catalog(catalog)
    tracking = tracking_of(site or (), purpose, round_trip)
    known = None if elements is None else known_objects(elements)
    with _progress(quiet or json) as progress:
        done = process_files(files, blocks, out, hold_time_s, tracking, known=known, progress=progress)
    if json:
        print_json(done.document)
    elif not quiet:
        _print(done.document, out)


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[int], None] | None]:
    """Lines read so far, on a terminal."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.completed:,.0f} lines"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("lines", total=None)
        yield lambda lines: bar.update(task, completed=lines)


def _print(document: dict[str, Any], out: Path | None) -> None:
    taken = ", ".join(f"{count:,} {kind}" for kind, count in document["taken"].items()) or "none taken"
    typer.echo(f"{document['lines']:,} lines: {taken}; {document['looks']:,} looks")
    typer.echo(
        f"{document['rejects']:,} refused, {document['late']:,} after the hold time, {document['duplicates']:,} repeats"
    )
    if document["late_looks"]:
        typer.echo(f"{document['late_looks']:,} looks not taken: they were received after the hold time")
    for reason, count in document["refused"].items():
        typer.echo(f"{count:,} looks turned away at the door: {reason}")
    if document["unknown_keys"]:
        typer.echo(f"keys that the format does not know: {', '.join(document['unknown_keys'])}")
    for sensor in document["sensors"]:
        assumed = [
            f"{name} {figure['value']}" for name, figure in sensor["figures"].items() if figure["basis"] == "default"
        ]
        if assumed:
            typer.echo(f"{sensor['id']} ({sensor['kind']}), by default: {'; '.join(assumed)}")
    for event in document["events"]:
        likely = max(event["typing"], key=event["typing"].get, default="?")
        impact = event["impact"]
        fall = "" if impact is None else f", impact {impact['lat_deg']:.2f} {impact['lon_deg']:.2f} at {impact['time']}"
        typer.echo(
            f"{event['id']} version {event['version']}: {event['status']}, "
            f"{likely} {event['typing'].get(likely, 0.0):.2f}, "
            f"{event['detections']} detections of {', '.join(event['sensors'])}{fall}"
        )
    if not document["events"]:
        typer.echo("no events")
    if out is not None:
        typer.echo(f"Written: {out.resolve()}")
