"""Hot spots of real imagery as observation lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from launchwatch.core.epochs import format_utc
from launchwatch.feeds.imagery.abi import BANDS_UM
from launchwatch.feeds.imagery.hotspots import HotSpots, Rule, hot_spots
from launchwatch.feeds.imagery.persistent import PersistentMap, load_map, save_map
from launchwatch.feeds.imagery.scenes import Scene, scenes
from launchwatch.formats.observations import (
    ENDINGS,
    Infrared,
    Look,
    ObservationError,
    Purpose,
    Record,
    row_of,
    write_observations,
)

SCHEMA = "launchwatch/detect/1"

_PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
_TICK_NS = 100_000_000  # file names give the start of a scene to so much
_PER_SCENE = 10_000  # sequence numbers of a scene; more hot spots than that are no hot spots


def detect(
    paths: Sequence[Path],
    out: Path | None = None,
    purpose: str = "test",
    persistent: Path | None = None,
    least_contrast_k: float = Rule.least_contrast_k,
) -> dict[str, Any]:
    """Find the hot spots of scenes, one after another in the order of time.

    Parameters
    ----------
    paths : files of GOES-R ABI L1b: band 7 of each scene, and helper bands.
    out : observation file to write, .ndjson or .parquet.
    purpose : operations, exercise or test; goes into every line.
    persistent : map of persistent sources; read if it is there, written when all scenes are done.
    least_contrast_k : of a hot spot over its surroundings, in brightness temperature.

    Returns
    -------
    dict
        Document of ``detect --json``.

    Raises
    ------
    ValueError
        A file, a purpose or an ending that cannot be used.
    """
    asked = next((known for known in _PURPOSES if known == purpose), None)
    if asked is None:
        raise ObservationError(f"--purpose {purpose}: is unknown; use one of {', '.join(_PURPOSES)}")
    if out is not None and out.suffix not in ENDINGS:
        raise ObservationError(f"--out {out}: the ending {out.suffix!r} names no format; use {' or '.join(ENDINGS)}")
    rule = Rule(least_contrast_k=least_contrast_k)
    known = load_map(persistent) if persistent is not None and persistent.exists() else PersistentMap()
    records: list[Record] = []
    rows: list[dict[str, Any]] = []
    for scene in scenes(paths):
        spots = hot_spots(scene, rule)
        start = scene.main.start_ns
        again = known.holds(spots.lat_deg, spots.lon_deg, start)
        known = known.seen(spots.lat_deg, spots.lon_deg, start)
        lines = lines_of(scene, spots, again, asked, rule)
        records += lines
        rows.append(_row(scene, spots, again))
    if out is not None:
        write_observations(records, out)
    if persistent is not None:
        save_map(persistent, known)
    return {
        "schema": SCHEMA,
        "purpose": purpose,
        "false_alarm_probability": rule.false_alarm_probability,
        "least_contrast_k": rule.least_contrast_k,
        "scenes": rows,
        "hot_spots": [row_of(record) for record in records if isinstance(record, Infrared)],
    }


def lines_of(scene: Scene, spots: HotSpots, again: np.ndarray[Any, Any], purpose: Purpose, rule: Rule) -> list[Record]:
    """The look of a scene and its hot spots as records of an observation file."""
    band = scene.main
    sensor = sensor_of(scene)
    first = band.start_ns // _TICK_NS * _PER_SCENE
    x, y = band.grid.angles([0, band.grid.rows - 1], [0, band.grid.columns - 1])
    look = Look(
        sensor=sensor,
        sequence=first,
        time_ns=band.start_ns,
        purpose=purpose,
        origin="recorded",
        field={
            "until": format_utc(band.end_ns),
            "fixed_grid_lon_deg": band.grid.lon_deg,
            "x_rad": sorted(x.tolist()),
            "y_rad": sorted(y.tolist()),
        },
        false_alarm_density=rule.false_alarm_probability / band.grid.solid_angle_sr,
        detections=len(spots),
    )
    position = tuple(float(value) for value in band.satellite_m)
    low, high = rule.height_span_km
    lines: list[Record] = [look]
    for k in range(min(len(spots), _PER_SCENE - 1)):
        band6 = float(spots.band6_snr[k])
        lines.append(
            Infrared(
                sensor=sensor,
                sequence=first + 1 + k,
                time_ns=int(spots.time_ns[k]),
                purpose=purpose,
                origin="recorded",
                sensor_position_m=(position[0], position[1], position[2]),
                line_of_sight=tuple(spots.line_of_sight[k].tolist()),
                sigma_urad=round(float(spots.sigma_urad[k]), 3),
                irradiance_w_m2=float(spots.irradiance_w_m2[k]),
                band_um=BANDS_UM[band.number],
                snr=round(float(spots.snr[k]), 3),
                extra={
                    "lat_deg": round(float(spots.lat_deg[k]), 5),
                    "lon_deg": round(float(spots.lon_deg[k]), 5),
                    "brightness_temperature_k": round(float(spots.brightness_temperature_k[k]), 3),
                    "contrast_sigma": round(float(spots.contrast_sigma[k]), 3),
                    "contrast_k": round(float(spots.contrast_k[k]), 3),
                    "intensity_w_sr": round(float(spots.intensity_w_sr[k])),
                    "height_bounds_km": [low, high],
                    "lat_bounds_deg": [round(value, 5) for value in spots.lat_bounds_deg[k].tolist()],
                    "lon_bounds_deg": [round(value, 5) for value in spots.lon_bounds_deg[k].tolist()],
                    "point_like": bool(spots.point_like[k]),
                    "persistent": bool(again[k]),
                    **({"band6_snr": round(band6, 3)} if np.isfinite(band6) else {}),
                },
            )
        )
    return lines


def sensor_of(scene: Scene) -> str:
    """Identifier of the imager and its kind of scene: two mesoscale scenes may start together."""
    return f"{scene.main.platform}-abi-{scene.main.scene}".lower()


def _row(scene: Scene, spots: HotSpots, again: np.ndarray[Any, Any]) -> dict[str, Any]:
    band = scene.main
    return {
        "file": band.file,
        "sensor": sensor_of(scene),
        "time": format_utc(band.start_ns),
        "until": format_utc(band.end_ns),
        "helper_bands": sorted(scene.helpers),
        "pixels": int(band.valid.size),
        "valid": int(band.valid.sum()),
        "hot_spots": len(spots),
        "persistent": int(np.sum(again)),
        "in_glint": spots.in_glint,
    }
