"""The command on coverage."""

from pathlib import Path
from typing import Annotated

import typer

from launchwatch.cli.options import Folder, Json, Quiet, print_json


def coverage(
    partner: Annotated[str | None, typer.Option(metavar="P", help="All sensors of a partner.")] = None,
    sensor: Annotated[str | None, typer.Option(metavar="S", help="One sensor by itself.")] = None,
    at: Annotated[
        str, typer.Option("--at", metavar="UTC", help="The window begins with the day of this time.")
    ] = "2026-08-19T00:00:00Z",
    hours: Annotated[float, typer.Option(metavar="H", help="24, 48 or 72: whole days only.")] = 24.0,
    booster_class: Annotated[
        str, typer.Option("--booster-class", metavar="CLASS", help="What is launched, such as icbm or srbm.")
    ] = "icbm",
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Switch off infrared, radar or over-the-horizon; may be repeated."),
    ] = None,
    cloud_top_km: Annotated[
        float, typer.Option("--cloud-top-km", metavar="H", help="Tops of a closed deck of cloud; 0 for none.")
    ] = 7.0,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for coverage.json and maps.")] = None,
    catalog: Folder = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Map where, how soon and by which kinds of sensor a launch would be seen, as fractions of the day."""
    from launchwatch.assembly.coverage.cover import Request
    from launchwatch.assembly.coverage.cover import coverage as covered
    from launchwatch.assembly.coverage.folder import refuse_full, write_coverage
    from launchwatch.catalog.loader import load_catalog

    if out is not None:
        refuse_full(out)
    request = Request(partner, sensor, at, hours, booster_class, tuple(without or ()), cloud_top_km)
    document = covered(load_catalog(catalog), request)
    if out is not None:
        write_coverage(document, out)
    if json:
        print_json(document)
    elif not quiet:
        from launchwatch.report.coverage import lines_of

        for line in lines_of(document):
            typer.echo(line)
        if out is not None:
            typer.echo(f"Maps: {(out / 'coverage.html').resolve()}")
