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
