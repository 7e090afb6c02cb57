"""The commands of studies."""

from pathlib import Path
from typing import Annotated, Any

import typer

from launchwatch.cli.options import Folder, Json, Quiet, print_json

STUDIES = {
    "calibrate": "what non-launches alone make of events in a partner's chain: the false-alarm calibration",
    "far-check": "false-alarm rates as a calibration states them, against those counted under another sky",
    "guards": "what the guards cost in warnings of launches: paired runs with them and without",
}

app = typer.Typer(help="Ensembles of runs, resumable.", invoke_without_command=True)

Workers = Annotated[int, typer.Option(metavar="N", min=1, help="Processes that play days side by side.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the study; days in it are not played again.")]


@app.callback()
def studies(context: typer.Context, catalog: Folder = None, json: Json = False, quiet: Quiet = False) -> None:
    """List the studies, and the calibrations that the catalogue holds."""
    if context.invoked_subcommand is not None:
        return
    from launchwatch.catalog.loader import load_catalog
    from launchwatch.study.calibrate import calibrations_of

    held = calibrations_of(load_catalog(catalog))
    if json:
        listed = [{"id": name, "title": title} for name, title in STUDIES.items()]
        print_json({"studies": listed, "calibrations": held})
        return
    if quiet:
        return
    for name, title in STUDIES.items():
        typer.echo(f"{name:10}  {title}")
    for one in held:
        since = "; processing has changed since, calibrate again" if one["changed_since"] else ""
        typer.echo(
            f"calibration {one['id']}: {one['partner']} {one['chain']}, {one['events']} events in "
            f"{one['live_days']:.4g} days{since}"
        )


@app.command()
def calibrate(
    partner: Annotated[str, typer.Option(metavar="P", help="Whose chain, on its own sensors alone.")],
    out: Out,
    runs: Annotated[int, typer.Option(metavar="DAYS", min=1, help="Target-free days.")] = 30,
    workers: Workers = 1,
    hours: Annotated[float, typer.Option(metavar="H", help="Length of a day; less for a trial.")] = 24.0,
    sensor: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this sensor plays; may be repeated.")
    ] = None,
    sky: Annotated[str, typer.Option(metavar="ID", help="What non-launches are drawn from.")] = "calibration",
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play target-free days and write the false-alarm calibration of a chain."""
    from launchwatch.study.calibrate import calibrate as calibrated
    from launchwatch.study.ensemble import Ensemble

    ensemble = Ensemble(partner, sky, runs, hours, tuple(sensor) if sensor else None, (), catalog)
    document = calibrated(ensemble, out, workers, None if quiet else _progress)
    if json:
        print_json(document)
    elif not quiet:
        typer.echo(
            f"{document['events']} events of non-launches in {document['live_days']:.4g} days, "
            f"{document['warned']} of them warned of: {document['file']}"
        )


@app.command("far-check")
def far_check(
    calibration: Annotated[Path, typer.Option(metavar="FILE", help="The calibration, as `calibrate` wrote it.")],
    out: Out,
    runs: Annotated[int, typer.Option(metavar="DAYS", min=1, help="Target-free days.")] = 30,
    workers: Workers = 1,
    sky: Annotated[str, typer.Option(metavar="ID", help="What non-launches are drawn from.")] = "counting",
    fires: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Real fires below LAUNCHWATCH_DATA in place of drawn ones; may be repeated."),
    ] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Count under another sky what a calibration states."""
    from launchwatch.study.far_check import check

    document = check(calibration, runs, out, sky, tuple(fires or ()), catalog, workers, None if quiet else _progress)
    if json:
        print_json(document)
    elif not quiet:
        typer.echo("stated/day  counted  counted/day     95 %")
        for row in document["table"]:
            typer.echo(
                f"{row['stated']:10.3g}  {row['counted']:7}  {row['rate']:11.3g}  {row['low']:.3g} to {row['high']:.3g}"
            )
        typer.echo(
            f"within a factor 2 at {document['within_factor']} of {document['levels']} levels with 10 or more events; "
            f"{document['beyond_range']} events beyond the calibrated range"
        )


@app.command()
def guards(
    out: Out,
    runs: Annotated[int, typer.Option(metavar="N", min=1, help="Launches, drawn over all classes.")] = 5000,
    workers: Workers = 1,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of launches and of what sensors see.")] = 1,
    partner: Annotated[
        str, typer.Option(metavar="P", help="Whose region is threatened; its chain alone has to be calibrated.")
    ] = "cn",
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Packaged scenario played as well, in place of the usual; may be repeated."),
    ] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play launches with guards and without, and say what warnings the guards cost."""
    from launchwatch.study.guards import Plan
    from launchwatch.study.guards import guards as compared
    from launchwatch.study.guards_history import SCENARIOS

    plan = Plan(partner, runs, seed, catalog)
    tell = None if quiet else lambda done, of: typer.echo(f"{done} of {of} launches", err=True)
    document = compared(plan, out, workers, tuple(scenario) if scenario else SCENARIOS, tell)
    if json:
        print_json(document)
    elif not quiet:
        typer.echo((out / "guards.md").read_text())


def _progress(day: Any, left: int) -> None:
    typer.echo(f"day {day.day}: {len(day.events)} events; {left} days left", err=True)
