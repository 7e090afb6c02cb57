"""Shapes on the map, and the series of errors."""

import numpy as np
import pytest

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import direct, inverse
from launchwatch.report.estimates import estimate_series
from launchwatch.report.maps import (
    ellipse_km,
    ellipse_lon_lat,
    ground_reach_deg,
    ground_track,
    offset_km,
    sector_outline,
)
from launchwatch.report.run import cases_of, histories

RADAR = {"lat_deg": 60.0, "lon_deg": 30.0, "range_max_km": 4000.0, "elevation_min_deg": 2.0}


def test_reach_on_the_ground():
    # straight up: below the target; along the horizon of a sphere: arctan of range over radius
    assert ground_reach_deg(1000.0, 90.0) == pytest.approx(0.0, abs=1e-9)
    assert ground_reach_deg(6371.0, 0.0) == pytest.approx(45.0)


@pytest.mark.parametrize(("start", "end"), [(300.0, 60.0), (100.0, 220.0), (0.0, 360.0)])
def test_a_sector_lies_between_its_azimuths_and_within_reach(start, end):
    lon, lat = sector_outline(RADAR, start, end)
    reach_m = np.radians(float(ground_reach_deg(4000.0, 2.0))) * 6.371e6
    for x, y in zip(lon, lat, strict=True):
        distance, azimuth, _ = inverse(60.0, 30.0, y, x)
        assert distance <= 1.006 * reach_m  # 0.6 %: the outline is made on a sphere
        width = (end - start) % 360.0 or 360.0
        # half a degree: azimuths on the sphere and the ellipsoid differ by so much
        assert distance < 1e3 or ((azimuth - start + 0.5) % 360.0) <= width + 1.0


def test_an_ellipse_has_its_axes_and_its_azimuth():
    outline = ellipse_km({"semi_major_km": 5.0, "semi_minor_km": 2.0, "azimuth_deg": 30.0})
    reach = np.hypot(*outline.T)
    assert reach.max() == pytest.approx(5.0)
    assert reach.min() == pytest.approx(2.0, rel=1e-3)  # the outline has a point near the minor axis, not on it
    east, north = outline[0]
    assert np.degrees(np.arctan2(east, north)) == pytest.approx(30.0)


def test_an_ellipse_on_the_globe_keeps_distances():
    centre = {"lat_deg": 80.0, "lon_deg": 170.0}
    lon, lat = ellipse_lon_lat(centre, {"semi_major_km": 2000.0, "semi_minor_km": 1.0, "azimuth_deg": 45.0})
    distance, azimuth, _ = inverse(80.0, 170.0, lat[0], lon[0])
    assert distance == pytest.approx(2000e3, rel=0.006)  # sphere against ellipsoid
    assert azimuth == pytest.approx(45.0, abs=0.5)


def test_offsets_point_from_the_origin_to_the_estimate():
    lat, lon = direct(40.0, 179.9, 90.0, 30e3)
    east, north = offset_km((40.0, 179.9), {"lat_deg": lat, "lon_deg": lon})
    assert east == pytest.approx(30.0)
    assert north == pytest.approx(0.0, abs=1e-6)


def test_a_ground_track_begins_and_ends_with_its_flight(lofted):
    flight = lofted.flights["lofted"]
    lon, lat = ground_track(flight)
    # 0.1 degree: the sample flies over a sphere
    assert (lat[0], lon[0]) == pytest.approx(flight.launch_deg, abs=0.1)
    assert (lat[-1], lon[-1]) == pytest.approx(flight.impact_deg, abs=0.1)


def test_series_of_errors(lofted):
    case = cases_of(lofted)[0]
    events = histories(case, "jp", "integrated", 0)[0]
    series = estimate_series(events, "launch_point", case.flights[0].launch_deg, case.start_ns)
    assert len(series) == len(events)
    assert series[:, 0] == pytest.approx([(parse_utc(e["emitted"]) - case.start_ns) / NS for e in events])
    assert (series[:, 2] >= series[:, 3]).all()
    bare = [{key: value for key, value in event.items() if key != "emitted"} for event in events]
    by_version = estimate_series(bare, "launch_point", case.flights[0].launch_deg, case.start_ns)
    assert by_version[:, 0].tolist() == [event["version"] for event in events]
    assert estimate_series([{"version": 1, "impact": None}], "impact", (0.0, 0.0), 0).shape == (0, 4)
