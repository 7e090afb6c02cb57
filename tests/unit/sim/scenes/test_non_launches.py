"""Fires, fireballs and lightning: energy in is light out, and the infrared share is that of the black body."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.sim.scenes.non_launches import (
    AIR_SCALE_M,
    BURNS_S,
    PUPIL_M2,
    FireballLight,
    band_fraction,
    fireballs,
    fires,
    joined,
    strokes,
)

T0 = 1_700_000_000 * NS


@pytest.mark.parametrize(
    ("band_um", "kelvin", "fraction"),
    [((2.0, 4.0), 1000.0, 0.480877 - 0.066728), ((3.0, 6.0), 1000.0, 0.737818 - 0.273232)],
)
def test_published_fractions(band_um, kelvin, fraction):
    """Incropera and DeWitt, blackbody radiation functions, six decimals; Simpson's rule loses 1e-3 over octaves."""
    assert band_fraction(band_um, kelvin) == pytest.approx(fraction, rel=2e-3)


def _fires(lat, lon, minutes, megawatts, seed=1):
    times = T0 + np.array(minutes, np.int64) * 60 * NS
    return fires(times, np.array(lat, float), np.array(lon, float), np.array(megawatts, float) * 1e6, seed)


def test_touching_pixels_are_one_fire_and_passes_are_averaged():
    # two pixels 1.1 km apart in one pass, one of them again twelve hours later, and one far off
    found = _fires([10.0, 10.01, 10.0, -20.0], [30.0, 30.0, 30.0, 30.0], [0, 0, 720, 5], [10.0, 30.0, 20.0, 7.0])
    assert len(found.id) == 2
    np.testing.assert_allclose(np.sort(found.power_w), [7e6, 30e6], rtol=1e-12)  # (10 + 30 + 20) / 2 passes
    first = int(np.argmax(found.power_w))
    assert found.end_ns[first] - found.begin_ns[first] == (12 * 3600 + BURNS_S) * NS
    assert found.begin_ns[first] <= T0
    assert found.end_ns[first] >= T0 + 720 * 60 * NS


@given(
    st.lists(
        st.tuples(st.floats(-80, 80), st.floats(-180, 180), st.integers(0, 1439), st.floats(0, 500)),
        min_size=1,
        max_size=30,
    )
)
def test_no_power_is_made_or_lost(rows):
    lat, lon, minutes, power = zip(*rows, strict=True)
    found = _fires(lat, lon, minutes, power)
    burning = [i for i, p in enumerate(power) if p > 0.0]
    # each fire is the mean of its passes: with one pass each, the sum; with more, less
    assert found.power_w.sum() <= sum(power) * 1e6 * (1.0 + 1e-9)
    assert len(found.id) <= len(burning)
    assert (found.begin_ns <= found.end_ns).all()
    if burning:
        assert len(found.id) > 0


def test_intensity_of_a_fire_is_its_power_through_the_black_body():
    """100 MW at 1,000 K: 6.77 % of the power lies in 2.65-2.95 um by the published fractions of the black body."""
    found = _fires([0.0], [0.0], [0], [100.0])
    published = 0.0677  # from F(2950) - F(2650) of the tables, interpolated: good to 1 %
    assert found.intensity_w_sr((2.65, 2.95))[0] == pytest.approx(1e8 * published / math.pi, rel=0.01)


@given(st.floats(1e9, 1e15), st.floats(0.1, 20.0))
def test_the_light_curve_holds_all_the_light(radiated_j, e_fold_s):
    light = FireballLight(radiated_j, e_fold_s)
    ((begin, end),) = light.spans_s
    t = np.linspace(begin, end, 20_001)
    total = np.trapezoid(light.power_w(t), t)
    # before its begin lies 1 % of the light: x from 0 to 0.01 of x (1 - x/3)^2 over x
    assert total == pytest.approx(radiated_j * 0.99, rel=1e-3)
    assert t[np.argmax(light.power_w(t))] == pytest.approx(0.0, abs=2 * (t[1] - t[0]))


def test_chelyabinsk():
    """Brown et al. (2013): peak 2.7e13 W/sr from 3.75e14 J at 29.7 km, 19.2 km/s, 18 degrees to the horizon.

    One body that does not break is too short a model of it: within a factor of 3.
    """
    up = enu_axes(54.8, 61.1)
    fall = 19.2e3 * math.sin(math.radians(18.0))
    velocity = np.array([19.2e3 * math.cos(math.radians(18.0)), 0.0, -fall]) @ up
    (one,) = fireballs(
        np.array([T0]), np.array([54.8]), np.array([61.1]), np.array([29.7e3]), velocity[None], np.array([3.75e14]), 1
    )
    peak = one.emission.power_w(np.array([0.0]))[0] / (4.0 * math.pi)
    assert 2.7e13 / 3.0 < peak < 2.7e13 * 3.0
    where, _ = one.motion(np.array([-1.0, 0.0]))
    height = geodetic_from_itrf(where)[2]
    assert height[1] == pytest.approx(29.7e3, abs=1.0)
    assert height[0] - height[1] == pytest.approx(fall, rel=0.01)  # the vertical turns by 0.2 degrees in 19 km


def test_fireballs_without_velocity_fall_and_without_place_are_left_out():
    n = 200
    lat, nothing = np.full(n, 10.0), np.full((n, 3), np.nan)
    lat[0] = np.nan
    found = fireballs(np.full(n, T0), lat, np.full(n, 20.0), np.full(n, np.nan), nothing, np.full(n, 1e11), 3)
    assert len(found) == n - 1
    up = enu_axes(10.0, 20.0)[2]
    falls = np.array([-one.motion(np.zeros(1))[1][0] @ up for one in found])
    assert (falls > 0.0).all()
    assert [one.end_s for one in found] == [
        one.end_s
        for one in fireballs(np.full(n, T0), lat, np.full(n, 20.0), np.full(n, np.nan), nothing, np.full(n, 1e11), 3)
    ]
    # the height falls by one scale in the time in which the light grows by e
    assert found[0].end_s * falls[0] == pytest.approx(AIR_SCALE_M * math.log(3.0), rel=1e-9)


def test_strokes_are_as_bright_as_the_mapper_measured():
    mapper = itrf_from_geodetic(0.0, -75.0, 35_786e3)
    found = strokes("a", np.array([T0]), np.array([0.0]), np.array([-75.0]), np.array([1e-14]), np.array([4]), mapper)
    # straight below: 1e-14 J through the pupil at 35,774 km
    assert found.line_j_sr[0] == pytest.approx(1e-14 * 35_774e3**2 / PUPIL_M2, rel=1e-6)
    assert found.id == ("lightning-a-4",)


def test_files_are_joined_in_order_of_time():
    mapper = itrf_from_geodetic(0.0, -75.0, 35_786e3)
    one = [
        strokes(name, np.array([t]), np.zeros(1), np.array([-75.0]), np.array([1e-14]), np.zeros(1, np.int64), mapper)
        for name, t in (("late", T0 + 5), ("early", T0))
    ]
    assert joined(one).id == ("lightning-early-0", "lightning-late-0")
    assert joined([]).id == ()
