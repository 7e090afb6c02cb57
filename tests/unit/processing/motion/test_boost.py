"""The boost fit on data of its own kind: lines of sight of profiles drawn from the prior, with noise and biases."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec
import numpy as np
import pytest
from generic_flights import satellites
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from validation_estimators import class_case
from validation_estimators import seen as looks_of

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion import ascents, boost, problem, vehicles
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    EAST,
    FIRST_KNOT,
    LIFTOFF,
    NORTH,
    PER_STAGE,
    PROGRAMME,
    boost_states,
)
from launchwatch.processing.motion.ascents import Profile
from launchwatch.processing.motion.guess import beyond_limb, ground_below
from launchwatch.processing.motion.measurements import LinesOfSight, bias_slopes, combine, sight_residuals, tangents_of
from launchwatch.processing.motion.problem import inverse_of
from launchwatch.processing.motion.vehicles import Staging, Timeline

EPOCH = 1_700_000_000_000_000_000
LAT, LON = 39.0, 126.0
LAUNCH, AXES = itrf_from_geodetic(LAT, LON, 0.0), enu_axes(LAT, LON)
SATELLITES = [itrf_from_geodetic(0.0, lon, 35_786e3) for lon in (80.0, 165.0)]
SIGMA, BIAS = 10e-6, 10e-6
TIMES = np.arange(30.0, 115.0, 3.0)
BURNOUT = (115.0, 0.5)
ONE_BURN = Timeline((), BURNOUT)
LATE = np.array([*np.arange(30.0, 102.0, 3.0), *np.arange(111.0, 180.0, 3.0)])
TWO_BURNS = Timeline((Staging((100.5, 0.8), (109.5, 0.8)),), (180.0, 0.5))
AT_ONCE = Timeline((Staging((105.0, 2.6), (105.0, 2.6)),), (180.0, 0.5))
LIFTOFF_S = -5.0
RUNS = 20


def drawn(rng: np.random.Generator, timeline: Timeline = ONE_BURN, last_s: float = float(TIMES[-1])) -> FloatArray:
    """Parameters of a profile drawn from the fit's own prior, flying roughly east."""
    mean, information, _, knots = vehicles.prior(float(TIMES[0]), last_s, timeline, None)
    first = FIRST_KNOT + len(knots)
    assert timeline.burnout is not None
    begins = [LIFTOFF_S, *(s.ignition[0] for s in timeline.staging)]
    ends = [*(s.burnout[0] for s in timeline.staging), timeline.burnout[0]]
    while True:
        truth = rng.multivariate_normal(mean, np.linalg.inv(information))
        stages = truth[first:-1].reshape(-1, PER_STAGE)
        # Stages burn half to four fifths of their mass: draws beyond are no vehicles, and near the whole the profile
        # bends so fast that no covariance describes it.
        if np.all(np.exp(stages[:, 0] - stages[:, 1]) * np.subtract(ends, begins) < 0.8):
            break
    truth[[EAST, NORTH]] = rng.normal(size=2) * 1e3
    truth[LIFTOFF] = LIFTOFF_S
    truth[AZIMUTH] = 1.4 + 0.3 * rng.normal()
    return np.asarray(truth)


def path(parameters: FloatArray, times: FloatArray, stages: int = 1) -> FloatArray:
    """States (n, 6) of a drawn profile, at the fit's own step."""
    knots = vehicles.KNOTS_S[: len(parameters) - FIRST_KNOT - PER_STAGE * stages - 1]
    where = (knots, LAUNCH, AXES, OMEGA_EARTH)
    return boost_states(parameters, stages, PROGRAMME, *where, times, ascents.STEP_S, TABLE, EDGES)


def seen(states: FloatArray, satellite: FloatArray, times: FloatArray, rng: np.random.Generator) -> LinesOfSight:
    """Lines of sight of one satellite with noise and one error that all share."""
    away = states[:, :3] - satellite
    true = away / np.linalg.norm(away, axis=1)[:, None]
    across = rng.normal(size=(len(true), 2)) * SIGMA + rng.normal(size=2) * BIAS
    direction = true + np.einsum("nc,nci->ni", across, tangents_of(true))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=times,
        sensor=np.zeros(len(times), np.int64),
        position=np.tile(satellite, (len(times), 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(len(times), SIGMA),
        bias_sigma=np.array([BIAS]),
    )


Case = tuple[FloatArray, FloatArray, LinesOfSight, Profile]


@lru_cache(maxsize=RUNS)
def stereo(seed: int) -> Case:
    """Truth, its states, what two satellites saw of it, and the fit."""
    rng = np.random.default_rng(seed)
    truth = drawn(rng)
    states = path(truth, TIMES)
    both = combine([seen(states, s, TIMES, rng) for s in SATELLITES])
    return truth, states, both, boost.fit(EPOCH, both, None, Timeline((), BURNOUT))


@lru_cache(maxsize=RUNS)
def coasting(seed: int) -> tuple[FloatArray, FloatArray, Profile, Profile]:
    """A two-stage truth with a coast, its last state, the fit that knows of the coast, and one that does not."""
    rng = np.random.default_rng(1000 + seed)
    truth = drawn(rng, TWO_BURNS, float(LATE[-1]))
    states = path(truth, LATE, 2)
    both = combine([seen(states, s, LATE, rng) for s in SATELLITES])
    return truth, states, boost.fit(EPOCH, both, None, TWO_BURNS), boost.fit(EPOCH, both, None, AT_ONCE)


def miss(truth: FloatArray, profile: Profile) -> FloatArray:
    """East and north of the fitted launch point less the true one, m."""
    here = itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0)
    pad = LAUNCH + truth[EAST] * AXES[0] + truth[NORTH] * AXES[1]
    there = enu_axes(profile.lat_deg, profile.lon_deg) @ (pad - here)
    return np.asarray(profile.parameters[:2] - there[:2])


def nees(error: FloatArray, covariance: FloatArray) -> float:
    """Normalised squared error."""
    return float(error @ np.linalg.solve(covariance, error))


def test_stereo_launch_points_are_consistent(measured: Callable[[str], None]) -> None:
    """Errors of the launch point are as large as said, over 20 draws of vehicle, noise and biases."""
    errors = [nees(miss(truth, p), p.covariance[:2, :2]) for truth, _, _, p in map(stereo, range(RUNS))]
    low, high = chi2.ppf([0.025, 0.975], 2 * RUNS)  # two-sided 95 %
    measured(f"mean NEES of (east, north) {np.mean(errors):.2f} for 2")
    assert low < sum(errors) < high, errors


def test_stereo_burnout_states_are_consistent(measured: Callable[[str], None]) -> None:
    """Position and velocity at the last look likewise."""
    errors = []
    for _, states, _, profile in map(stereo, range(RUNS)):
        state, covariance = ascents.state_at(profile, float(TIMES[-1]))
        errors.append(nees(state - states[-1], covariance))
    low, high = chi2.ppf([0.025, 0.975], 6 * RUNS)  # two-sided 95 %
    measured(f"mean NEES of the burnout state {np.mean(errors):.2f} for 6")
    assert low < sum(errors) < high, errors


def test_a_coast_between_stages_is_recovered(measured: Callable[[str], None]) -> None:
    """Launch point and burnout state are as good as said, over 20 draws of a vehicle that coasts for some 9 s."""
    launches, ends = [], []
    for truth, states, profile, _ in map(coasting, range(RUNS)):
        launches.append(nees(miss(truth, profile), profile.covariance[:2, :2]))
        state, covariance = ascents.state_at(profile, float(LATE[-1]))
        ends.append(nees(state - states[-1], covariance))
    measured(f"mean NEES with a coast: (east, north) {np.mean(launches):.2f} for 2, state {np.mean(ends):.2f} for 6")
    for degrees, errors in ((2, launches), (6, ends)):
        low, high = chi2.ppf([0.025, 0.975], degrees * RUNS)  # two-sided 95 %
        assert low < sum(errors) < high, errors


def test_thrust_through_a_coast_says_too_much(measured: Callable[[str], None]) -> None:
    """What the coast is for: a profile whose stages follow at once is wrong at burnout by more than it says."""
    errors = []
    for _, states, _, at_once in map(coasting, range(RUNS)):
        state, covariance = ascents.state_at(at_once, float(LATE[-1]))
        errors.append(nees(state - states[-1], covariance))
    measured(f"mean NEES of a coast fitted as none {np.mean(errors):.2f} for 6")
    assert sum(errors) > chi2.ppf(0.975, 6 * RUNS)  # outside of what honest covariances give in 39 of 40 ensembles


def cost(profile: Profile, parameters: FloatArray, sights: LinesOfSight) -> float:
    """Residuals and prior of motion parameters, with the biases that suit them best."""
    mean, information, _, _ = vehicles.prior(float(TIMES[0]), float(TIMES[-1]), Timeline((), BURNOUT), None)
    states = boost_states(
        parameters,
        1,
        PROGRAMME,
        profile.knots_s,
        itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
        enu_axes(profile.lat_deg, profile.lon_deg),
        OMEGA_EARTH,
        sights.time_s,
        ascents.STEP_S,
        TABLE,
        EDGES,
    )
    position = np.ascontiguousarray(states[:, :3])
    residual, _ = sight_residuals(sights, position, np.zeros((len(position), 3, 0)))
    slopes = bias_slopes(sights)
    bias = np.linalg.solve(slopes.T @ slopes + np.eye(4) * BIAS**-2, slopes.T @ residual)
    residual = residual - slopes @ bias
    away = parameters - mean
    stage = parameters[profile.first_stage :]
    share = stage[0] - stage[1] + np.log(stage[-1] - parameters[LIFTOFF])  # logarithm of the mass burnt
    burnt = (share - vehicles.LOG_BURNT[0]) / vehicles.LOG_BURNT[1]
    return float(residual @ residual + bias @ bias / BIAS**2 + away @ information @ away + burnt**2)


@pytest.mark.parametrize("seed", range(6))
def test_the_fit_is_no_worse_than_the_truth(seed: int) -> None:
    """The descent ends at or below the cost of the parameters that made the data."""
    truth, _, sights, profile = stereo(seed)
    profile = next(mode for _, mode in profile.modes if mode.steering == PROGRAMME)
    moved = truth.copy()
    moved[:2] = profile.parameters[:2] - miss(truth, profile)
    # The truth in the axes of the fit's reference point, kilometres away: azimuth and pitch turn by 1e-3 or less.
    assert cost(profile, profile.parameters, sights) <= cost(profile, moved, sights) + problem.SETTLED


@pytest.mark.parametrize("seed", range(6))
def test_the_residuals_are_noise(seed: int) -> None:
    """Chi-squared per residual is one, less what the parameters took up."""
    _, _, sights, profile = stereo(seed)
    assert profile.degrees == 2 * len(sights.time_s)
    low, high = chi2.ppf([0.0005, 0.9995], profile.degrees - 16)  # 99.9 %; some 16 directions are truly fitted
    assert low < profile.chi2 < high


@pytest.mark.parametrize("seed", range(4))
def test_one_satellite_finds_the_launch_point(seed: int) -> None:
    """Alone it is within 10 km, for it sees the plume low over the ground, and within what it says."""
    rng = np.random.default_rng(1000 + seed)
    truth = drawn(rng)
    early = np.arange(15.0, 115.0, 3.0)
    sights = seen(path(truth, early), SATELLITES[0], early, rng)
    profile = boost.fit(EPOCH, sights, None, Timeline((), BURNOUT))
    error = miss(truth, profile)
    assert np.linalg.norm(error) < 10e3
    assert nees(error, profile.covariance[:2, :2]) < chi2.ppf(1.0 - 0.01 / 4, 2)  # 99 % over the four


def test_a_fit_goes_on_from_an_earlier_one() -> None:
    """From the fit of the first half, the whole gives the launch point of a fit without a start."""
    _, _, sights, whole = stereo(0)
    half = sights.time_s <= 75.0
    part = LinesOfSight(
        **{f: getattr(sights, f)[half] for f in sights.__struct_fields__[:-1]}, bias_sigma=sights.bias_sigma
    )
    first = boost.fit(EPOCH, part, None, Timeline())
    again = boost.fit(EPOCH, sights, None, Timeline((), BURNOUT), first)
    here = (
        itrf_from_geodetic(again.lat_deg, again.lon_deg, 0.0)
        + again.parameters[:2] @ enu_axes(again.lat_deg, again.lon_deg)[:2]
    )
    there = (
        itrf_from_geodetic(whole.lat_deg, whole.lon_deg, 0.0)
        + whole.parameters[:2] @ enu_axes(whole.lat_deg, whole.lon_deg)[:2]
    )
    sigma = float(np.sqrt(np.trace(whole.covariance[:2, :2])))
    # Both settle where the cost falls by less than 0.1: a third of a sigma in any one direction.
    assert np.linalg.norm(here - there) < 0.5 * sigma


@pytest.mark.parametrize("off_deg", [0.3, -0.6])
def test_a_fit_finds_back_from_a_wrong_vertical(off_deg: float) -> None:
    """Begun from a reference point tens of kilometres away, it ends about the launch, with the same launch."""
    _, _, sights, whole = stereo(2)
    afar = ascents.about(whole, (whole.lat_deg + off_deg, whole.lon_deg + off_deg))
    again = boost.fit(EPOCH, sights, None, Timeline((), BURNOUT), afar)
    assert ascents.off(again) < boost.REFERENCE_M
    here = itrf_from_geodetic(*ascents.launch_deg(again), 0.0) - itrf_from_geodetic(*ascents.launch_deg(whole), 0.0)
    sigma = float(np.sqrt(np.trace(whole.covariance[:2, :2])))
    # Both settle where the cost falls by less than 0.1: a third of a sigma in any one direction.
    assert np.linalg.norm(here) < 0.5 * sigma
    assert again.chi2 == pytest.approx(whole.chi2, abs=10.0 * problem.SETTLED)


DEGREE = st.floats(-1.0, 1.0)


@given(st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), DEGREE, DEGREE, st.floats(-7.0, 7.0))
def test_a_launch_told_from_elsewhere_is_the_same(
    lat: float, lon: float, north: float, east: float, azimuth: float
) -> None:
    """Where it is and where it heads do not depend on the reference point, and no turn is added to the azimuth."""
    whole = stereo(3)[3]
    parameters = whole.parameters.copy()
    parameters[[EAST, NORTH, AZIMUTH]] = 500.0, -800.0, azimuth
    profile = msgspec.structs.replace(whole, lat_deg=lat, lon_deg=lon, parameters=parameters)
    moved = ascents.about(profile, (lat + north, lon + east))
    places = [itrf_from_geodetic(*ascents.launch_deg(p), 0.0) for p in (profile, moved)]
    # 157 km away on a sphere of another radius, looked at along another vertical, a tenth of a degree off the radius
    assert np.linalg.norm(places[0] - places[1]) < 10.0
    headings = []
    for p in (profile, moved):
        _, east_there, north_there, _ = ascents.frame_of(p)
        headings.append(np.sin(p.parameters[AZIMUTH]) * east_there + np.cos(p.parameters[AZIMUTH]) * north_there)
    # the verticals of both frames differ by what the ellipsoid is not a sphere
    assert np.linalg.norm(headings[0] - headings[1]) < 1e-3
    assert abs(moved.parameters[AZIMUTH] - azimuth) < 0.2  # meridians converge by 0.1 rad in a degree at 80 degrees


def test_slopes_of_what_stages_burnt() -> None:
    """Against differences; the last of several may have been cut off and counts for less below the usual."""
    rng = np.random.default_rng(5)
    truth, _, _, _ = coasting(0)
    mean, information, steps, knots = vehicles.prior(float(LATE[0]), float(LATE[-1]), TWO_BURNS, None)
    sights = seen(path(truth, LATE, 2), SATELLITES[0], LATE, rng)
    fit = problem.Problem(
        LAT, LON, sights, None, mean, information, steps, knots, TWO_BURNS, PROGRAMME, OMEGA_EARTH
    )
    for off in (0.0, -2.0):
        full = np.concatenate([mean, np.zeros(2)])
        full[-PER_STAGE - 3] += off  # log acceleration of the last stage
        _, by = fit._burnt(full)
        moved = np.eye(len(full)) * 1e-5
        differences = [(fit._burnt(full + m)[0] - fit._burnt(full - m)[0]) / 2e-5 for m in moved]
        np.testing.assert_allclose(by.T, differences, rtol=1e-7, atol=1e-8)  # of central differences
    share, _ = fit._burnt(full)
    usual, _ = fit._burnt(np.concatenate([mean, np.zeros(2)]))
    assert abs(share[1] - usual[1]) < 2.5  # 2 in the logarithm: 9 sigma of a stage that burns out
    unseen = problem.Problem(
        LAT, LON, sights, None, mean, information, steps, knots, Timeline(TWO_BURNS.staging), PROGRAMME, OMEGA_EARTH
    )
    assert len(unseen._burnt(full)[0]) == 1


@pytest.mark.parametrize("seed", range(6))
def test_near_the_limb_both_places_are_told(seed: int) -> None:
    """The sight of one satellite meets the height of the first looks twice, and nothing tells which it was."""
    rng = np.random.default_rng(3000 + seed)
    truth = drawn(rng)
    times = np.arange(38.0, 115.0, 3.0)
    limb = itrf_from_geodetic(0.0, LON + 75.5, 35_786e3)  # it goes down by 2.5 degrees
    profile = boost.fit(EPOCH, seen(path(truth, times), limb, times, rng), None, Timeline((), BURNOUT))
    parameters = np.concatenate([truth[:2], profile.parameters[2:]])
    pad = ascents.about(
        msgspec.structs.replace(profile, lat_deg=LAT, lon_deg=LON, parameters=parameters),
        (profile.lat_deg, profile.lon_deg),
    )
    mean, covariance = ascents.launch_of(profile)
    assert nees(mean[:2] - pad.parameters[:2], covariance[:2, :2]) < chi2.ppf(0.95, 2)
    # as far behind the limb as before it: twice 6371 km times the sine, less for what is seen 10 km up
    likely = [mode for weight, mode in profile.modes if weight > 0.1]
    apart = max(ascents.apart(profile, mode) for mode in likely)
    assert apart == pytest.approx(2.0 * 6371e3 * np.sin(np.radians(2.5)), rel=0.2)
    near = min(likely, key=lambda mode: float(np.hypot(*(_place(mode) - _place(pad)))))
    assert np.hypot(*(_place(near) - _place(pad))) < 1.0


@pytest.mark.parametrize("seed", [126, 145, 184])
def test_a_satellite_alone_looks_both_ways(seed: int) -> None:
    """Flights away from the satellite, for which a search from all around finds low ones towards it alone."""
    rng = np.random.default_rng([seed, 1])
    flown, times, timeline, end = class_case(seed, "mrbm", rng)
    sights = looks_of(flown, times, satellites()[0], 20e-6, rng)
    profile = boost.fit(0, sights, None, timeline)
    true = np.concatenate(flown.at(end + 1.0))
    state, covariance = ascents.state_at(profile, end + 1.0)
    assert np.linalg.norm(state[:3] - true[:3]) < 60e3  # 100 to 160 km the other way
    assert nees(state - true, covariance) < chi2.ppf(0.999, 6)


def _place(profile: Profile) -> FloatArray:
    """Latitude and longitude of the launch, deg."""
    return np.array(ascents.launch_deg(profile))


@given(st.floats(-60.0, 60.0), st.floats(0.0, 360.0), st.floats(-12.0, -0.5))
def test_the_place_beyond_the_limb_is_as_high(lat: float, azimuth: float, down_deg: float) -> None:
    """A straight line has the height of the first look again; of a steep one that is out of reach."""
    place = itrf_from_geodetic(lat, 20.0, 10e3)
    east, north, up = enu_axes(lat, 20.0)
    level = np.sin(np.radians(azimuth)) * east + np.cos(np.radians(azimuth)) * north
    direction = np.cos(np.radians(down_deg)) * level + np.sin(np.radians(down_deg)) * up
    eye = place - 3.6e7 * direction
    sights = seen(np.tile(np.concatenate([place, np.zeros(3)]), (3, 1)), eye, np.arange(3.0), np.random.default_rng(0))
    found = beyond_limb(sights)
    half = 6381e3 * np.sin(np.radians(-down_deg))
    if found is None:
        assert 2.0 * half > 1300e3  # the limit of 1,500 km, on a sphere and with noise
        return
    away = itrf_from_geodetic(*found, 0.0) - place
    far = float(np.linalg.norm(away))
    assert 150e3 < far < 1700e3
    assert away @ direction / far > 0.98  # behind


def test_a_fit_without_measurements_is_refused() -> None:
    """A start needs at least one measurement."""
    with pytest.raises(ValueError, match="no measurement"):
        ground_below(None, None)


def test_burnout_and_first_stage_read_the_parameters() -> None:
    """The named entries are where the kernels look for them."""
    _, _, _, profile = stereo(0)
    assert profile.first_stage == 6 + len(profile.knots_s)
    lat, lon, _ = geodetic_from_itrf(ascents.state_at(profile, -60.0)[0][:3])
    assert abs(lat - LAT) < 0.2  # some 20 km about the pad
    assert abs(lon - LON) < 0.2


@pytest.mark.parametrize("wrong", [np.nan, 1e12])
def test_a_fit_gone_wild_begins_anew(wrong: float) -> None:
    """An earlier fit that is no number, or lifts off in another age, is not gone on from, and the fit ends."""
    _, _, sights, good = stereo(1)
    parameters = good.parameters.copy()
    parameters[LIFTOFF] = wrong
    wild = msgspec.structs.replace(good, parameters=parameters)
    again = boost.fit(EPOCH, sights, None, Timeline((), BURNOUT), wild)
    assert np.isfinite(again.parameters).all()


def test_a_fit_that_ran_away_says_so() -> None:
    """A normal matrix of which rounding has eaten an eigenvalue has no inverse; one of any units has its own."""
    rng = np.random.default_rng(8)
    slopes = rng.normal(size=(40, 6)) * 10.0 ** np.array([-8.0, 8.0, 0.0, 3.0, -3.0, 5.0])
    normal = slopes.T @ slopes
    inverse, units = inverse_of(normal), np.outer(np.sqrt(np.diag(normal)), np.sqrt(np.diag(normal)))
    assert inverse is not None
    # of 40 random rows the six columns are nearly across each other: a condition of ten, and rounding
    np.testing.assert_allclose((inverse * units) @ (normal / units), np.eye(6), atol=1e-13)
    slopes[:, 1] = slopes[:, 0] * 1e16
    assert inverse_of(slopes.T @ slopes - 1e-10 * np.diag(np.diag(slopes.T @ slopes))) is None
