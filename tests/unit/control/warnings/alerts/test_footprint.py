"""Footprints: which regions a flight endangers, with properties that hold for all flights."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.alert_regions import AlertRegion, place_table
from launchwatch.catalog.loader import load_catalog
from launchwatch.control.warnings.alerts.footprint import REACH_M, Footprint, footprint
from launchwatch.core.epochs import NS
from launchwatch.core.gaussians import ellipse_95
from launchwatch.core.geodesy import direct, inverse
from launchwatch.messages.assessments import Assessment, Ellipse, Estimate, GroundPoint
from unit.control.made import T0, assessment, ground_point

JAPAN = place_table(r for r in load_catalog().alert_regions.values() if r.country == "jp")


def region(name: str, *places: tuple[float, float]) -> AlertRegion:
    return AlertRegion(
        id=name, name=name, source="made", confidence="none", status="synthetic", country="jp", code="1", places=places
    )


def falling(lat: float, lon: float, major_m: float, minor_m: float, azimuth_deg: float) -> Assessment:
    """An assessment with an impact point whose ellipse has standard deviations along and across an azimuth."""
    a = math.radians(azimuth_deg)
    axes = np.array([[math.sin(a), math.cos(a)], [math.cos(a), -math.sin(a)]])
    covariance = axes.T @ np.diag([major_m**2, minor_m**2]) @ axes
    major, minor, azimuth = ellipse_95(covariance)
    point = GroundPoint(
        lat_deg=lat,
        lon_deg=lon,
        time_ns=T0 + 600 * NS,
        sigma_s=5.0,
        covariance_m2=covariance,
        ellipse_95=Ellipse(semi_major_km=major / 1e3, semi_minor_km=minor / 1e3, azimuth_deg=azimuth),
    )
    return assessment(impact=point)


def widened(at: Assessment, factor: float) -> Assessment:
    assert at.impact is not None
    return msgspec.structs.replace(
        at, impact=msgspec.structs.replace(at.impact, covariance_m2=factor * at.impact.covariance_m2)
    )


def kinds(found: Footprint) -> dict[str, str]:
    return {entry.name: entry.kind for entry in found.regions}


sigma = st.floats(10.0, 300e3)
flights = st.builds(
    falling, st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), sigma, sigma, st.floats(0.0, 180.0)
)


@given(flights, st.floats(-85.0, 85.0), st.floats(-180.0, 180.0))
def test_probabilities_lie_between_none_and_one(at: Assessment, lat: float, lon: float) -> None:
    found = footprint(at, place_table([region("far", (lat, lon)), region("centre", (at.impact.lat_deg, 0.0))]), 1e6)
    for entry in found.regions:
        assert 0.0 <= entry.probability <= 1.0
        assert entry.earliest_ns < entry.latest_ns


@given(flights, st.floats(1.0, 9.0))
def test_the_region_under_the_centre_is_in_however_large_the_ellipse(at: Assessment, factor: float) -> None:
    assert at.impact is not None
    places = place_table([region("centre", (at.impact.lat_deg, at.impact.lon_deg))])
    for one in (at, widened(at, factor)):
        (entry,) = footprint(one, places, None).regions
        assert (entry.region, entry.kind) == ("centre", "impact")


@given(flights, st.floats(0.0, 360.0))
def test_a_region_three_times_as_far_as_the_danger_area_is_out(at: Assessment, azimuth: float) -> None:
    assert at.impact is not None
    far = 3.0 * (1e3 * at.impact.ellipse_95.semi_major_km + REACH_M)
    place = direct(at.impact.lat_deg, at.impact.lon_deg, azimuth, far)
    assert footprint(at, place_table([region("far", place)]), None).regions == ()


@given(flights)
def test_outlines_close_and_stay_on_the_map(at: Assessment) -> None:
    assert at.impact is not None
    outlines = footprint(at, place_table([region("one", (0.0, 0.0))]), None).outlines
    for outline in outlines:
        points = outline.points_deg
        assert len(points) >= 4
        assert points[0].tolist() == points[-1].tolist()
        assert np.abs(points[:, 0]).max() <= 90.0
        assert np.abs(points[:, 1]).max() <= 180.0
    if len(outlines) == 1:
        away = [inverse(at.impact.lat_deg, at.impact.lon_deg, *point)[0] for point in outlines[0].points_deg.tolist()]
        assert max(away) == pytest.approx(1e3 * at.impact.ellipse_95.semi_major_km + REACH_M, rel=0.01)
        assert min(away) == pytest.approx(1e3 * at.impact.ellipse_95.semi_minor_km + REACH_M, rel=0.01)


def test_the_antipode_is_not_in_danger() -> None:
    places = place_table([region("antipode", (-36.0, -40.0)), region("here", (36.0, 140.0))])
    assert kinds(footprint(falling(36.0, 140.0, 200e3, 200e3, 0.0), places, None)) == {"here": "impact"}


def test_an_outline_across_longitude_180_is_two() -> None:
    outlines = footprint(falling(52.0, 179.9, 20e3, 20e3, 0.0), place_table([region("x", (0.0, 0.0))]), None).outlines
    assert len(outlines) == 2
    west, east = sorted(outlines, key=lambda outline: float(outline.points_deg[:, 1].mean()))
    assert (west.points_deg[:, 1].min(), east.points_deg[:, 1].max()) == (-180.0, 180.0)
    assert footprint(falling(89.9, 10.0, 20e3, 20e3, 0.0), place_table([region("x", (0, 0))]), None).outlines == ()


def test_the_chance_of_a_place_is_that_of_the_disc_about_it() -> None:
    # a round Gaussian falls within r of its mean with 1 - exp(-r^2 / 2 sigma^2)
    places = place_table([region("here", (36.0, 140.0))])
    for spread in (20e3, 40e3, 80e3):
        (entry,) = footprint(falling(36.0, 140.0, spread, spread, 0.0), places, None).regions
        assert entry.probability == pytest.approx(1.0 - math.exp(-(REACH_M**2) / (2.0 * spread**2)), abs=0.01)


def test_a_region_along_the_long_axis_is_in_and_one_across_is_not() -> None:
    along, across = direct(40.0, 140.0, 45.0, 230e3), direct(40.0, 140.0, 135.0, 230e3)
    places = place_table([region("along", along), region("across", across)])
    assert kinds(footprint(falling(40.0, 140.0, 100e3, 5e3, 45.0), places, None)) == {"along": "impact"}


OVER_JAPAN = assessment(
    launch_point=ground_point(39.0, 125.8, T0),
    impact=ground_point(42.0, 157.6, T0 + 930 * NS),
    apogee_km=Estimate(value=550.0, sigma=5.0),
)


def test_a_flight_over_the_north_of_japan() -> None:
    found = footprint(OVER_JAPAN, JAPAN, 1e6)
    assert kinds(found)["Hokkaido"] == "overflight"
    assert "Tokyo" not in kinds(found)
    assert {outline.kind for outline in found.outlines} == {"impact", "overflight"}
    assert kinds(footprint(OVER_JAPAN, JAPAN, None)) == {}
    assert kinds(footprint(OVER_JAPAN, JAPAN, 400e3)) == {}  # it is higher there


def test_a_less_certain_track_passes_over_more_regions_with_less_certainty() -> None:
    wide = msgspec.structs.replace(OVER_JAPAN, impact=ground_point(42.0, 157.6, T0 + 930 * NS, 150e3))
    narrow, broad = footprint(OVER_JAPAN, JAPAN, 1e6), footprint(wide, JAPAN, 1e6)
    assert set(kinds(narrow)) < set(kinds(broad))
    chance = {entry.name: entry.probability for entry in broad.regions}
    assert chance["Hokkaido"] < {entry.name: entry.probability for entry in narrow.regions}["Hokkaido"]


def test_a_region_that_it_may_fall_in_is_named_once() -> None:
    at = msgspec.structs.replace(OVER_JAPAN, impact=ground_point(43.0, 144.4, T0 + 700 * NS))
    found = footprint(at, JAPAN, 1e6)
    names = [entry.name for entry in found.regions]
    assert len(set(names)) == len(names)
    assert kinds(found)["Hokkaido"] == "impact"


def test_of_regions_with_one_time_the_likeliest_comes_first() -> None:
    places = place_table([region("a-edge", (36.9, 140.0)), region("z-centre", (36.0, 140.0))])
    found = footprint(falling(36.0, 140.0, 40e3, 40e3, 0.0), places, None)
    assert [entry.region for entry in found.regions] == ["z-centre", "a-edge"]
    assert found.regions[0].probability > 5.0 * found.regions[1].probability


def test_without_an_impact_point_nothing_is_in_danger() -> None:
    assert footprint(assessment(impact=None), JAPAN, 1e6) == Footprint((), ())
