"""Commands on single flights."""

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
    apogee_km: Annotated[float | None, typer.Option("--apogee-km", metavar="H", help="Apogee to be reached.")] = None,
    flight_time_s: Annotated[
        float | None, typer.Option("--flight-time-s", metavar="T", help="Time to impact to be met.")
    ] = None,
    depressed: Annotated[bool, typer.Option(help="Fly low.")] = False,
    orbit_km: Annotated[float | None, typer.Option("--orbit-km", metavar="H", help="Height of an orbit.")] = None,
    inclination_deg: Annotated[
        float | None, typer.Option("--inclination-deg", metavar="I", help="Of the orbit.")
    ] = None,
    southward: Annotated[bool, typer.Option(help="Toward the orbit's descending node.")] = False,
    injection_apogee_km: Annotated[
        float | None, typer.Option("--injection-apogee-km", metavar="H", help="Apogee by a second burn from the orbit.")
    ] = None,
    fail: Annotated[
        str | None, typer.Option(metavar="KIND@S", help="thrust-end, break-up or failed-staging, and when.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the trajectory; its ending says how: .parquet .oem .e .czml .kml.")
    ] = None,
    at: Annotated[str, typer.Option("--at", metavar="UTC", help="Lift-off, for the file.")] = "2000-01-01T12:00:00Z",
    every_body: Annotated[
        bool, typer.Option("--every-body", help="Spent stages and deployed objects go into the file too.")
    ] = False,
    frame: Annotated[str, typer.Option(metavar="NAME", help="Of an .oem or .e file: itrf, gcrf or teme.")] = "itrf",
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fly one booster: times, burnout, apogee, impact."""
    from launchwatch.assembly.flight.fly import Request, fly_once
    from launchwatch.assembly.flight.output import write_flight
    from launchwatch.catalog.loader import load_catalog

    request = Request(
        booster,
        start,
        to,
        azimuth,
        range_km,
        apogee_km,
        flight_time_s,
        depressed,
        orbit_km,
        inclination_deg,
        southward,
        injection_apogee_km,
        fail,
    )
    flown, figures = fly_once(load_catalog(catalog), request)
    if out is not None:
        write_flight(flown if every_body else flown[:1], out, at, frame)
    if json:
        print_json(figures)
    elif not quiet:
        others = figures.pop("bodies")
        for name, value in figures.items():
            typer.echo(f"{name:22} {value}")
        for body in others:
            down = "stays up" if body["impact"] is None else f"down at {body['impact_s']} s, {body['range_km']} km away"
            typer.echo(f"{body['id']:22} {body['kind']}, alone from {body['start_s']} s, {down}")


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
