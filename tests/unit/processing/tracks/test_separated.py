"""What falls behind a boosting vehicle: a stage in free flight among the plots of one that thrusts."""

from __future__ import annotations

import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import azimuth_elevation_range, enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.measurements import Plots
from launchwatch.processing.tracks.separated import sort_plots
from launchwatch.processing.tracks.tracklets import Tracklet

EPOCH = 1_700_000_000_000_000_000
SITE = (38.0, 138.0, 0.0)
AXES = enu_axes(40.0, 130.0)
STAGING_S = 120.0
STATE = np.concatenate([itrf_from_geodetic(40.0, 130.0, 90e3), AXES.T @ np.array([900.0, 300.0, 1500.0])])
"""The vehicle at its staging."""
THRUST_M_S2 = 15.0


def thrusting(t_s: float) -> FloatArray:
    """State under constant thrust along the velocity at staging, beside gravity."""
    ahead = STATE[3:] / np.linalg.norm(STATE[3:])
    free = flight.state_after(STATE, t_s - STAGING_S)
    dt = max(t_s - STAGING_S, 0.0)
    return np.concatenate([free[:3] + 0.5 * THRUST_M_S2 * dt**2 * ahead, free[3:] + THRUST_M_S2 * dt * ahead])


def falling(t_s: float) -> FloatArray:
    return flight.state_after(STATE, t_s - STAGING_S)


def tracklet(path: object, times_s: FloatArray, sigma_deg: float, rng: np.random.Generator) -> Tracklet:
    """Plots of a radar of 60 m in range."""
    states = np.array([path(float(t)) for t in times_s])  # type: ignore[operator]
    site = itrf_from_geodetic(*SITE)
    azimuth, elevation, distance = azimuth_elevation_range(site, SITE[0], SITE[1], states[:, :3])
    sigma = np.tile([np.radians(sigma_deg), np.radians(sigma_deg), 60.0], (len(times_s), 1))
    measured = np.column_stack([np.radians(azimuth), np.radians(elevation), distance])
    measured = measured + sigma * rng.standard_normal(sigma.shape)
    rows = Plots(
        time_s=times_s,
        sensor=np.zeros(len(times_s), np.int64),
        site_deg_m=np.tile(SITE, (len(times_s), 1)),
        measured=measured,
        sigma=sigma,
        bias_sigma=np.tile([1e-4, 1e-4, 50.0], (len(times_s), 1)),
    )
    return Tracklet(
        serial=1, sensor="radar", epoch_ns=EPOCH, period_s=2.0, rows=rows, position=states[:, :3],
        irradiance=np.empty(0), snr=np.empty(0), looks=len(times_s), silent_looks=0, silent_ns=0, track="T0001",
        tried=(0, 0, 0), refused_s=-np.inf, aside=False, fresh=[],
    )  # fmt: skip


@pytest.mark.parametrize(("sigma_deg", "after_s"), [(0.05, 60.0), (0.2, 100.0)])
def test_a_spent_stage_is_told_from_the_vehicle(sigma_deg: float, after_s: float) -> None:
    """Over draws of noise each of the two is told for what it is, sooner by the finer radar."""
    rng = np.random.default_rng(3)
    times = np.arange(STAGING_S - 10.0, STAGING_S + after_s, 2.0)
    right = 0
    for _ in range(20):
        stage, vehicle = (tracklet(path, times, sigma_deg, rng) for path in (falling, thrusting))
        behind, mine = sort_plots([stage, vehicle], STAGING_S, STAGING_S + after_s, EPOCH)
        right += [t is stage for t, _ in behind] == [True] and len(mine) == 1 and len(mine[0].time_s) == len(times)
    # thrust is called for at 4 sigma: of 20 draws of two, one may fall short
    assert right >= 19


def test_what_noise_hides_waits() -> None:
    """Plots too coarse to show either are left out until they can; those before the staging count."""
    rng = np.random.default_rng(4)
    times = np.arange(STAGING_S - 10.0, STAGING_S + 20.0, 2.0)
    behind, mine = sort_plots([tracklet(falling, times, 1.0, rng)], STAGING_S, STAGING_S + 20.0, EPOCH)
    assert behind == []
    assert [p.time_s.max() for p in mine] == [STAGING_S]


def test_before_the_first_staging_all_plots_are_of_the_vehicle() -> None:
    rng = np.random.default_rng(5)
    times = np.arange(STAGING_S, STAGING_S + 60.0, 2.0)
    behind, mine = sort_plots([tracklet(falling, times, 0.05, rng)], None, STAGING_S + 50.0, EPOCH)
    assert behind == []
    assert [p.time_s.max() for p in mine] == [STAGING_S + 50.0]  # not past the last sight of the plume
