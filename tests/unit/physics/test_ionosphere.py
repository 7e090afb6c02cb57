"""Delay in the ionosphere, the aurora, and what the layer reflects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.ionosphere import (
    AURORA_HEIGHT_M,
    auroral_echo,
    auroral_oval_deg,
    auroral_strength,
    electron_density,
    ionospheric_delay,
    magnetic_latitude_deg,
    usable_frequency_hz,
)
from launchwatch.physics.refraction import plasma, range_error_m


def test_ionospheric_delay_at_150_mhz() -> None:
    # 0.4 to 1.8 km is what a quiet and an active ionosphere give straight up; two digits
    assert ionospheric_delay(150e6, 22e16, 90.0, 2000e3) == pytest.approx(400.0, rel=0.02)
    assert ionospheric_delay(150e6, 100e16, 90.0, 2000e3) == pytest.approx(1800.0, rel=0.02)


def test_ionospheric_delay_by_frequency_elevation_and_height() -> None:
    low, high = ionospheric_delay(150e6, 3e17, 20.0, 1000e3), ionospheric_delay(450e6, 3e17, 20.0, 1000e3)
    assert low / high == pytest.approx(9.0)
    by_height = ionospheric_delay(150e6, 3e17, 30.0, np.array([0.0, 80e3, 200e3, 350e3, 600e3, 2000e3]))
    assert np.all(np.diff(by_height) > 0.0)
    assert by_height[1] < 1e-3  # m: no electrons below 80 km
    slant = ionospheric_delay(150e6, 3e17, np.array([0.0, 3.0, 30.0, 90.0]), 2000e3)
    assert np.all(np.diff(slant) < 0.0)
    assert slant[0] / slant[-1] == pytest.approx(2.8, abs=0.1)  # thin shell at 450 km: 1 / sqrt(1 - (6371/6821)^2)


def test_the_layer_holds_its_content() -> None:
    total, _ = quad(lambda h: float(electron_density(h, 3e17)), 0.0, 4e6, points=[300e3, 350e3, 500e3])
    assert total == pytest.approx(3e17, rel=1e-6)  # of the quadrature


def test_delay_of_the_thin_shell_against_the_integral_through_the_layer() -> None:
    elevation = np.array([3.0, 10.0, 30.0, 90.0])
    through = range_error_m(elevation, 2000e3, plasma(150e6, -3e17))  # a pulse is late by as much as phase is early
    # 6 %: the layer is at 350 km and thick, the shell at 450 km and thin
    np.testing.assert_allclose(ionospheric_delay(150e6, 3e17, elevation, 2000e3), through, rtol=0.06)


def test_magnetic_latitudes_of_known_places() -> None:
    # Tromso 67, Fairbanks 65, Thule 88, Huancayo 0 by the dipole of about 2000 (World Data Center Kyoto), to 2 degrees:
    # the pole moves
    places = np.array([(69.7, 18.9), (64.9, -147.9), (77.5, -69.2), (-12.0, -75.3)])
    np.testing.assert_allclose(magnetic_latitude_deg(*places.T), [67.0, 65.0, 88.0, -2.0], atol=2.0)


def test_the_oval_moves_towards_the_equator_with_activity() -> None:
    assert auroral_oval_deg(0.0)[0] == 67.2
    assert auroral_oval_deg(9.0)[0] == pytest.approx(48.75)


def test_aurora_echoes_north_of_a_northern_radar_and_not_south_of_it() -> None:
    site = itrf_from_geodetic(60.3, 30.5, 0.0)  # below the oval, looking across the field
    north = itrf_from_geodetic(np.linspace(62.0, 72.0, 60), 30.5, AURORA_HEIGHT_M)
    south = itrf_from_geodetic(np.linspace(50.0, 59.0, 60), 30.5, AURORA_HEIGHT_M)
    active = auroral_echo(site, north, 5.0)
    assert active.max() > 0.1
    assert auroral_echo(site, south, 0.0).max() == 0.0
    equator = itrf_from_geodetic(0.0, 30.5, 0.0)
    assert auroral_echo(equator, north, 5.0).max() < 1e-6


def test_aurora_is_a_thing_of_vhf() -> None:
    assert auroral_strength(150e6) == 1.0
    assert auroral_strength(435e6) < 0.02


@given(range_m=st.floats(8e5, 4e6), sun=st.floats(-90.0, 90.0), spots=st.floats(0.0, 200.0))
def test_usable_frequency_is_lowest_at_night_and_rises_with_distance(range_m: float, sun: float, spots: float) -> None:
    here = float(usable_frequency_hz(range_m, sun, spots))
    assert float(usable_frequency_hz(range_m, -90.0, spots)) <= here <= float(usable_frequency_hz(range_m, 90.0, spots))
    assert here <= float(usable_frequency_hz(min(1.1 * range_m, 3.5e6), sun, spots)) or range_m > 3.5e6
    assert 3e6 <= here <= 37.4e6  # 3 MHz straight up at night to 3.4 times 11 MHz; one hop ends at 3,900 km
