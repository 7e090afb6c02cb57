"""Command on real imagery."""

from pathlib import Path
from typing import Annotated

import typer

from launchwatch.cli.options import Json, Quiet, print_json


def detect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="GOES-R ABI L1b netCDF: band 7 of each scene, helper bands.")
    ],
    out: Annotated[Path | None, typer.Option(help="Observation file to write, .ndjson or .parquet.")] = None,
    purpose: Annotated[str, typer.Option(help="operations, exercise or test.")] = "test",
    persistent: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Map of persistent sources, read and brought up to date.")
    ] = None,
    contrast_k: Annotated[
        float, typer.Option("--contrast-k", metavar="K", help="Least contrast in brightness temperature.")
    ] = 6.0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find hot spots in satellite imagery and place them on the Earth."""
    from launchwatch.assembly.detect import detect as detect_files

    document = detect_files(files, out, purpose, persistent, contrast_k)
    if json:
        print_json(document)
    elif not quiet:
        for scene in document["scenes"]:
            typer.echo(
                f"{scene['sensor']} {scene['time']}: {scene['hot_spots']} hot spots in {scene['valid']:,} pixels, "
                f"{scene['persistent']} of them persistent, {scene['in_glint']} more in glint"
            )
        for spot in document["hot_spots"]:
            typer.echo(
                f"  {spot['time']}  {spot['lat_deg']:8.3f} {spot['lon_deg']:9.3f}"
                f"  {spot['brightness_temperature_k']:6.1f} K, {spot['contrast_k']:+5.1f} K, SNR {spot['snr']:.1f}"
                f"{', persistent' if spot['persistent'] else ''}"
            )
