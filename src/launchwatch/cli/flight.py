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
    out: Annotated[
        Path | None, typer.Option(help="File for the trajectory; its ending says how: .parquet .oem .e .czml .kml.")
    ] = None,
    at: Annotated[str, typer.Option("--at", metavar="UTC", help="Lift-off, for the file.")] = "2000-01-01T12:00:00Z",
    frame: Annotated[str, typer.Option(metavar="NAME", help="Of an .oem or .e file: itrf, gcrf or teme.")] = "itrf",
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fly one booster: times, burnout, apogee, impact."""
    from launchwatch.assembly.flight.fly import fly_once
    from launchwatch.assembly.flight.output import Body, write_flight
    from launchwatch.catalog.loader import load_catalog

    blocks = load_catalog(catalog)
    path, figures = fly_once(blocks, booster, start, to, azimuth, range_km, apogee_km, depressed)
    if out is not None:
        write_flight([Body(booster, blocks.boosters[booster].name, path)], out, at, frame)
    if json:
        print_json(figures)
    elif not quiet:
        for name, value in figures.items():
            typer.echo(f"{name:22} {value}")
