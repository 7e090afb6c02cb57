"""The ground track against simulated flights: how far it lies off, and how early or late it is."""

from collections.abc import Callable

import numpy as np
import pytest

from launchwatch.assembly.flight.launch import flown, truth_of
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.catalog.schema import Launch
from launchwatch.control.warnings.alerts.ground_track import PATH_M, PATH_S, ground_track, lat_lon
from launchwatch.core.epochs import NS
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.assessments import Estimate
from launchwatch.messages.truth import FlightTruth
from unit.control.made import T0, assessment, ground_point


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def truth(catalog: Catalog, launch: Launch) -> FlightTruth:
    booster = catalog.boosters[launch.booster]
    return truth_of(launch, booster, flown(launch, booster))


@pytest.mark.parametrize(
    ("scenario", "number"),
    [("northeast-asia", 0), ("northeast-asia", 1), ("joint-warning", 0), ("joint-warning", 6), ("allied-warning", 1)],
)
def test_it_is_where_and_when_a_simulated_flight_is(
    scenario: str, number: int, catalog: Catalog, measured: Callable[[str], None]
) -> None:
    flight = truth(catalog, load_scenario(scenario, catalog).launches[number])
    assert flight.impact_deg is not None
    assert flight.impact_s is not None
    track = ground_track(
        assessment(
            launch_point=ground_point(*flight.launch_deg, flight.time_ns),
            impact=ground_point(*flight.impact_deg, flight.time_ns + round(flight.impact_s * NS)),
            apogee_km=Estimate(value=flight.apogee_km, sigma=1.0),
        )
    )
    assert track is not None
    lat, lon, _ = geodetic_from_itrf(flight.position_m)
    below = itrf_from_geodetic(lat, lon, 0.0)
    nearest = np.argmin(np.linalg.norm(below[:, None] - track.position_m, axis=2), axis=1)
    away = below - track.position_m[nearest]
    across = np.abs(np.sum(away * track.right[nearest], axis=1))
    path = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(track.position_m, axis=0), axis=1))])
    ahead = np.cross(track.position_m / np.linalg.norm(track.position_m, axis=1)[:, None], track.right)
    done = path[nearest] + np.sum(away * ahead[nearest], axis=1)
    late = np.abs(flight.t_s - np.interp(done, path, track.seconds))
    measured(f"{flight.launch}: {across.max() / 1e3:.1f} km across, {late.max():.0f} s")
    assert across.max() < PATH_M
    assert late.max() < PATH_S


def test_a_great_circle_would_lie_where_the_docstring_says(catalog: Catalog) -> None:
    flight = truth(catalog, load_scenario("northeast-asia", catalog).launches[0])
    start, end = (itrf_from_geodetic(*point, 0.0) for point in (flight.launch_deg, flight.impact_deg))
    normal = np.cross(start, end)
    lat, lon, _ = geodetic_from_itrf(flight.position_m)
    off = np.abs(itrf_from_geodetic(lat, lon, 0.0) @ normal / np.linalg.norm(normal))
    assert 20e3 < off.max() < 40e3


def test_what_is_not_known_has_no_track() -> None:
    apogee = Estimate(value=500.0, sigma=1.0)
    assert ground_track(assessment(apogee_km=apogee)) is not None
    assert ground_track(assessment()) is None
    assert ground_track(assessment(apogee_km=apogee, launch_point=None)) is None
    assert ground_track(assessment(apogee_km=apogee, impact=None)) is None
    behind = ground_point(40.0, 126.0 - float(np.degrees(OMEGA_EARTH * 630.0)), T0 + 600 * NS)
    assert ground_track(assessment(apogee_km=apogee, impact=behind)) is None  # straight up, seen from space
    assert ground_track(assessment(apogee_km=apogee, impact=ground_point(36.0, 140.0, T0 - 60 * NS))) is None


def test_it_begins_at_the_launch_and_ends_at_the_impact_and_is_highest_at_the_apogee() -> None:
    track = ground_track(assessment(apogee_km=Estimate(value=500.0, sigma=1.0)))
    assert track is not None
    ends = lat_lon(track.position_m[[0, -1]])
    assert ends == pytest.approx(np.array([[40.0, 126.0], [36.0, 140.0]]), abs=1e-6)
    assert (track.seconds[0], track.seconds[-1]) == (0.0, pytest.approx(630.0))
    assert np.all(np.diff(track.seconds) > 0.0)
    assert track.height_m.max() == pytest.approx(500e3, rel=1e-3)
    assert track.height_m[[0, -1]] == pytest.approx([0.0, 0.0], abs=1.0)
