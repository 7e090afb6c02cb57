"""Which arcs of plots are the object of a track: a badly known track, run on for long, and arcs of it and of others."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.tracks import LaunchFit
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.launches import fuse_launches
from launchwatch.processing.motion.vehicles import Timeline
from launchwatch.processing.tracks.flying import loose, same_object
from launchwatch.processing.tracks.record import TrackRecord
from launchwatch.processing.tracks.stage import BLIND_SIGMA_RAD, _blind_launch

EPOCH, S = 1_700_000_000_000_000_000, 1_000_000_000
AXES = enu_axes(38.0, -60.0)
# In orbit at 300 km, heading north-east; known as one satellite knows the end of a long burn.
INJECTED = np.concatenate([itrf_from_geodetic(38.0, -60.0, 300e3), AXES.T @ np.array([5600.0, 4800.0, 0.0])])
SPREAD = np.diag([170e3**2] * 3 + [680.0**2] * 3)
ARC = np.diag([1e3**2] * 3 + [75.0**2] * 3)  # four plots over 15 s
LATER_S = 730.0


def track_at(state: FloatArray, covariance: FloatArray) -> TrackRecord:
    """A track in free flight with a state."""
    return TrackRecord(
        track="T0001",
        version=1,
        status="coasting",
        phase="ballistic",
        profile=None,
        timeline=Timeline(),
        reignitions=[],
        ballistic=flight.from_state(EPOCH, state, covariance),
        ballistic_since_ns=EPOCH,
        free_from_ns=EPOCH,
        arc=False,
        company=0,
        launch=None,
        impact_ns=None,
        first_detection_ns=EPOCH,
        last_detection_ns=EPOCH,
        plots=100,
        sensors=["one"],
        phenomenologies=["infrared"],
        kind_sensors=["one"],
        chi2_per_degree=1.0,
        fitted_s=0.0,
        next_fit_ns=0,
        next_say_ns=0,
        fresh=[],
    )


def arc_of(state: FloatArray, rng: np.random.Generator) -> flight.Ballistic:
    """The arc of a few plots of an object that has the state at the epoch, `LATER_S` later."""
    later = flight.state_after(state, LATER_S)
    return flight.from_state(EPOCH + round(LATER_S * S), rng.multivariate_normal(later, ARC), ARC)


def test_an_object_met_again_is_the_loose_track_that_was_lost() -> None:
    """Over draws of what a loose track may be wrong by, an arc twelve minutes later is recognised."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(40):
        believed = rng.multivariate_normal(INJECTED, SPREAD)
        track = track_at(believed, SPREAD)
        arc = arc_of(INJECTED, rng)
        assert loose(track, arc.epoch_ns)
        found += same_object(track, arc)
    # A gate of 60 at four times the covariance: of chi-squared (6) next to nothing lies outside of 240.
    assert found == 40


def test_another_object_is_none_of_a_loose_track() -> None:
    """What crosses in another plane, or a long way ahead in the same, is another object."""
    rng = np.random.default_rng(6)
    track = track_at(INJECTED, SPREAD)
    crossing = np.concatenate([INJECTED[:3], AXES.T @ np.array([-5600.0, 4800.0, 0.0])])
    assert not same_object(track, arc_of(crossing, rng))
    assert not same_object(track, arc_of(flight.state_after(INJECTED, 800.0), rng))


def test_a_well_known_track_takes_its_own_arc_only() -> None:
    """Without a margin: its own arc, not one 60 km beside it."""
    rng = np.random.default_rng(7)
    known = np.diag([50.0**2] * 3 + [0.5**2] * 3)
    track = track_at(INJECTED, known)
    assert not loose(track, EPOCH + round(LATER_S * S))
    assert same_object(track, arc_of(INJECTED, rng))
    beside = INJECTED + np.concatenate([AXES[2] * 60e3, np.zeros(3)])
    assert not same_object(track, arc_of(beside, rng))


def test_a_blind_launch_is_as_uncertain_as_its_arc() -> None:
    """Beyond the class of ascents, the spread of the launch is that of arcs drawn about the mean and run back."""
    rng = np.random.default_rng(8)
    state = np.concatenate([itrf_from_geodetic(45.0, 135.0, 800e3), AXES.T @ np.array([1500.0, 3500.0, 1500.0])])
    covariance = np.diag([500.0**2] * 3 + [12.0**2] * 3)
    told = _blind_launch(state, covariance, EPOCH)
    sure = _blind_launch(state, np.zeros((6, 6)), EPOCH)
    assert told is not None
    assert sure is not None
    axes = enu_axes(sure.lat_deg, sure.lon_deg)
    here = itrf_from_geodetic(sure.lat_deg, sure.lon_deg, 0.0)
    rows = []
    for drawn in rng.multivariate_normal(state, covariance, size=400):
        back = flight.fall(np.concatenate([drawn[:3], -drawn[3:]]), 0.0, 3600.0, -OMEGA_EARTH)
        heading = axes @ -back.velocity
        rows.append([*(axes[:2] @ (back.position - here)), -back.seconds, np.arctan2(heading[0], heading[1])])
    drawn_sigma = np.std(rows, axis=0)
    added = np.sqrt(np.diag(told.covariance - sure.covariance))
    # 400 draws give a sigma to 3.5 %; four times that, and steps of the fall, which are not smooth to a few metres.
    np.testing.assert_allclose(added, drawn_sigma, rtol=0.15)
    assert sure.covariance[3, 3] == BLIND_SIGMA_RAD**2


def test_what_came_from_no_ground_has_no_launch() -> None:
    """An arc in orbit tells of no launch point."""
    circular = np.concatenate([INJECTED[:3], AXES.T @ np.array([5700.0, 4850.0, 0.0])])
    assert _blind_launch(circular, ARC, EPOCH) is None


def launch(lat_deg: float, sigma_m: tuple[float, float], azimuth_deg: float, azimuth_sigma: float) -> LaunchFit:
    """A launch with independent errors."""
    covariance = np.diag([*sigma_m, 20.0, azimuth_sigma]) ** 2
    return LaunchFit(lat_deg=lat_deg, lon_deg=120.0, time_ns=EPOCH, azimuth_deg=azimuth_deg, covariance=covariance)


def test_launches_fuse_into_what_both_allow() -> None:
    """One known in the one direction and one in the other make a point; what one does not know, the other tells."""
    wide = launch(40.0, (300e3, 10e3), 10.0, 4.0)
    narrow = launch(40.1, (20e3, 90e3), 350.0, 0.05)
    fused = fuse_launches(wide, narrow)
    assert fused is not None
    sigma = np.sqrt(np.diag(fused.covariance))
    # Weights of intersection are one half at best: no direction gets better than the better of the two.
    assert 20e3 <= sigma[0] < 60e3
    assert 10e3 <= sigma[1] < 60e3
    lat, _, _ = geodetic_from_itrf(itrf_from_geodetic(fused.lat_deg, fused.lon_deg, 0.0))
    assert 40.0 < lat < 40.1
    assert sigma[3] < 0.1
    assert 349.0 < fused.azimuth_deg < 351.0
    assert fuse_launches(None, narrow) is narrow
    assert fuse_launches(wide, None) is wide
    assert fuse_launches(None, None) is None
