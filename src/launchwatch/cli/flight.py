"""Commands on single flights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from launchwatch.cli.options import Folder, Json, Quiet, print_json


def fly(
    booster: Annotated[str, typer.Option(help="Booster of the catalogue.")],
    start: Annotated[str, typer.Option("--from", metavar="LAT,LON", help="Launch point, degrees.")],
    to: Annotated[str | None, typer.Option(metavar="LAT,LON", help="Impact point, degrees.")] = None,
    azimuth: Annotated[float | None, typer.Option("--azimuth", metavar="DEG", help="Azimuth, with --range-km.")] = None,
    range_km: Annotated[float | None, typer.Option("--range-km", metavar="R", help="Range over ground.")] = None,
    apogee_km: Annotated[float | None, typer.Option("--apogee-km", metavar="H", help="Apogee, flown lofted.")] = None,
    depressed: Annotated[bool, typer.Option(help="Fly low.")] = False,
    out: Annotated[Path | None, typer.Option(help="Parquet file for the trajectory.")] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fly one booster: times, burnout, apogee, impact."""
    from launchwatch.assembly.flight.fly import fly_once, write_trajectory
    from launchwatch.catalog.loader import load_catalog

    path, figures = fly_once(load_catalog(catalog), booster, start, to, azimuth, range_km, apogee_km, depressed)
    if out is not None:
        write_trajectory(path, out)
    if json:
        print_json(figures)
    elif not quiet:
        for name, value in figures.items():
            typer.echo(f"{name:22} {value}")


def check_test(
    apogee_km: Annotated[float, typer.Option("--apogee-km", metavar="H", help="Reported apogee.")],
    range_km: Annotated[float, typer.Option("--range-km", metavar="R", help="Reported range over ground.")],
    flight_time_s: Annotated[
        float | None, typer.Option("--flight-time-s", metavar="T", help="Reported time from lift-off to impact.")
    ] = None,
    booster_class: Annotated[
        str | None, typer.Option("--booster-class", metavar="CLASS", help="Class; inferred without it.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="LAT,LON", help="Launch point, degrees.")] = None,
    azimuth: Annotated[float | None, typer.Option("--azimuth", metavar="DEG", help="Of impact, with --from.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="PLOT", help="Figure to write, PNG or SVG.")] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check the figures of a reported missile test, and how far it would reach on a normal trajectory."""
    from launchwatch.assembly.flight.fly import point
    from launchwatch.assembly.flight.reported import Report
    from launchwatch.assembly.flight.testflight import check_report
    from launchwatch.catalog.loader import load_catalog

    if out is not None:
        from launchwatch.report.testflight import FORMS, write_figure

        if out.suffix not in FORMS:
            raise ValueError(f"--out {out}: give a file that ends in {' or '.join(FORMS)}")
    launch = None if start is None else point(start, "--from")
    report = Report(apogee_km, range_km, flight_time_s, booster_class, launch, azimuth)
    document = check_report(load_catalog(catalog), report)
    if out is not None:
        write_figure(document, out)
    if json:
        print_json(document)
    elif not quiet:
        from launchwatch.report.testflight import lines_of

        for line in lines_of(document):
            typer.echo(line)
