"""A raid of many missiles within two minutes, as a scenario."""

from __future__ import annotations

from pathlib import Path

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.schema import Scenario

PARTNER = "us"
SENSORS = ("us-sbirs-geo-2", "us-sbirs-geo-6", "us-capecod", "us-eglin", "us-cavalier")
"""Two satellites that stare, and three radars."""
SPAN_S = 120.0
PLACES = tuple((30.0 + 2.0 * row, -70.0 + 3.0 * column) for row in range(5) for column in range(2))
"""Ten places at sea on a grid of two degrees by three, more than 200 km apart."""
KINDS = (("generic-mrbm-liquid", 1250.0, 320.0), ("generic-mrbm-solid", 1400.0, 350.0))
"""Booster, range and apogee, km; half of the launches are of each."""
AZIMUTH_DEG, FAN_DEG = 300.0, 40.0
HEAD = """\
id: raid-of-many
title: A raid of {count} missiles within two minutes, watched by one partner
sources: ['Launch points on a grid, made for a benchmark; no plan, and no forecast']
partners: [{partner}]
purpose: test
weather: {{cloud_top_km: 7.0}}
sensors: {{only: [{sensors}]}}
launches:
"""


def raid(catalog: Catalog, count: int, folder: Path) -> Scenario:
    """The scenario of `count` launches, spread evenly over places, two minutes and a fan of azimuths."""
    lines = [HEAD.format(count=count, partner=PARTNER, sensors=", ".join(SENSORS))]
    for k in range(count):
        lat, lon = PLACES[k % len(PLACES)]
        booster, range_km, apogee_km = KINDS[k // len(PLACES) % len(KINDS)]
        minutes, seconds = divmod(k * SPAN_S / count, 60.0)
        azimuth = AZIMUTH_DEG + FAN_DEG * (k * 7 % count / count - 0.5)
        lines.append(
            f"  - {{id: m{k}, case: raid, booster: {booster},"
            f" time: '2024-06-01T12:{int(minutes):02d}:{seconds:06.3f}Z',"
            f" from: {{lat_deg: {lat}, lon_deg: {lon}}},"
            f" trajectory: {{azimuth_deg: {azimuth:.3f}, range_km: {range_km}, apogee_km: {apogee_km}}}}}\n"
        )
    file = folder / "raid-of-many.yaml"
    file.write_text("".join(lines))
    return load_scenario(file, catalog)
