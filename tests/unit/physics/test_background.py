"""Backgrounds in the infrared against figures and laws from elsewhere."""

import numpy as np
import pytest

from launchwatch.physics.background import (
    SUN_K,
    air_temperature,
    fresnel,
    glint_radiance,
    limb_radiance,
    slope_density,
    solar_irradiance,
    sunlit_radiance,
    thermal_radiance,
)
from launchwatch.physics.radiometry import black_body_radiance

WIDE, NARROW = (2.65, 2.95), (2.65, 2.80)


@pytest.mark.parametrize(
    ("band", "top_km", "kw_sr_km2", "rel"),
    [
        (WIDE, 2.0, 7.0, 0.08), (WIDE, 7.0, 103.0, 0.01), (WIDE, 10.0, 265.0, 0.01), (WIDE, 12.0, 355.0, 0.01),
        (NARROW, 7.0, 3.0, 0.05), (NARROW, 10.0, 49.0, 0.02),
    ],
)  # fmt: skip
def test_sunlit_cloud(band: tuple[float, float], top_km: float, kw_sr_km2: float, rel: float) -> None:
    """Apparent kW/sr of a square kilometre: albedo 0.3, 26 W/m^2/um of sunlight from overhead, seen from overhead.

    The figures are rounded to a digit or three; the tolerance is that rounding, and 1 % of their transmission.
    """
    ours = sunlit_radiance(band, 0.3, top_km * 1e3, 0.0, 0.0, solar_w_m2=26.0 * (band[1] - band[0]))
    assert float(ours) * 1e3 == pytest.approx(kw_sr_km2, rel=rel)


def test_the_whole_sun_is_the_solar_constant() -> None:
    # 1361 W/m^2 (Kopp and Lean, 2011); the share outside 0.2-50 um is 1e-4 and less
    edges = 0.2 * 1.2 ** np.arange(31)
    total = sum(solar_irradiance((a, b)) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    assert total == pytest.approx(1361.0, rel=2e-3)
    assert SUN_K == 5772.0


def test_cloud_is_dark_at_night_and_low_sun_lights_it_less() -> None:
    sun = np.array([0.0, 40.0, 70.0, 85.0, 89.0, 91.0, 130.0])
    light = sunlit_radiance(WIDE, 0.3, 10e3, sun, 30.0)
    assert np.all(np.diff(light[:6]) < 0.0)
    assert np.all(light[5:] == 0.0)


def test_warm_cloud_counts_in_the_window_and_not_in_the_water_band() -> None:
    warm = float(thermal_radiance((3.8, 4.0), 288.0, 0.0, 0.0))
    # Planck by wavenumber: 1.191e-8 nu^3 / (exp(1.4388 nu / T) - 1) W/m^2/sr/cm^-1 at the middle, over 131.6 cm^-1
    nu = 1e4 / 3.9
    planck = 1.191043e-8 * nu**3 / np.expm1(1.438777 * nu / 288.0) * (1e4 / 3.8 - 1e4 / 4.0)
    assert warm == pytest.approx(planck * 0.8462, rel=0.01)  # 1 %: the curve bends over the band
    assert float(thermal_radiance(WIDE, 223.0, 10e3, 0.0)) < 1e-4 * float(sunlit_radiance(WIDE, 0.3, 10e3, 30.0, 0.0))


def test_air_temperature_is_that_of_the_standard() -> None:
    # US Standard 1976, table: 288.15, 223.25, 216.65, 226.51 K
    np.testing.assert_allclose(air_temperature([0.0, 10e3, 15e3, 30e3]), [288.15, 223.25, 216.65, 226.51], atol=0.15)


def test_the_limb_is_a_black_body_in_thick_air_and_fades_in_thin() -> None:
    carbon_dioxide, window = (4.25, 4.35), (3.8, 4.0)
    black = float(black_body_radiance(carbon_dioxide, 223.25))
    # the depth of the table's zero, 11.5 straight up, is hundreds along the limb
    assert float(limb_radiance(carbon_dioxide, 10e3)) == pytest.approx(black, rel=0.01)  # of the temperature
    bright = limb_radiance(window, [5e3, 10e3, 20e3, 40e3])
    assert np.all(np.diff(bright) < 0.0)
    assert bright[3] < 0.01 * float(black_body_radiance(window, 250.0))


def test_slopes_are_a_density() -> None:
    slope = np.linspace(0.0, 3.0, 30_001)
    mass = np.trapezoid(2.0 * np.pi * slope * slope_density(slope, 7.0), slope)
    assert mass == pytest.approx(1.0, rel=1e-6)  # of the quadrature
    square = np.trapezoid(2.0 * np.pi * slope**3 * slope_density(slope, 7.0), slope)
    assert square == pytest.approx(0.003 + 0.00512 * 7.0, rel=1e-5)  # Cox and Munk's mean square slope


def test_fresnel_for_water() -> None:
    # 2.0 % straight down, 2.1 % at 30, 6 % at 60, 13 % at 70 degrees (Born and Wolf, for 1.33)
    angles = np.cos(np.radians([0.0, 30.0, 60.0, 70.0, 90.0]))
    np.testing.assert_allclose(fresnel(angles), [0.0201, 0.0211, 0.0591, 0.1326, 1.0], rtol=0.02)


def toward(zenith_deg: float, azimuth_deg: float) -> list[float]:
    z, a = np.radians(zenith_deg), np.radians(azimuth_deg)
    return [float(np.sin(z) * np.cos(a)), float(np.sin(z) * np.sin(a)), float(np.cos(z))]


def test_glint_stands_where_the_sun_is_mirrored() -> None:
    up, sun, band = [0.0, 0.0, 1.0], toward(35.0, 0.0), (3.8, 4.0)
    views = [toward(z, a) for z in (15.0, 25.0, 35.0, 45.0) for a in (150.0, 165.0, 180.0, 195.0, 210.0)]
    light = glint_radiance(band, np.tile(sun, (len(views), 1)), np.array(views), np.tile(up, (len(views), 1)), 2.0)
    best = np.argmax(light)
    assert np.allclose(views[int(best)], toward(35.0, 180.0))
    # at the mirror itself: rho E / (4 pi s^2 cos 35), through the air both ways
    air = np.exp(np.log(0.8462) * (1.0 / np.cos(np.radians(35.0))) ** 0.74)  # fit of the band's slant transmission
    bent = np.arcsin(np.sin(np.radians(35.0)) / 1.33)
    minus, plus = np.radians(35.0) - bent, np.radians(35.0) + bent
    rho = 0.5 * (np.sin(minus) ** 2 / np.sin(plus) ** 2 + np.tan(minus) ** 2 / np.tan(plus) ** 2)
    peak = rho * solar_irradiance(band) * air**2 / (4.0 * np.pi * (0.003 + 0.00512 * 2.0) * np.cos(np.radians(35.0)))
    assert float(light[best]) == pytest.approx(float(peak), rel=0.02)  # 2 %: of that fit
    assert glint_radiance(band, toward(100.0, 0.0), toward(10.0, 0.0), up) == 0.0


def test_the_sea_mirrors_what_its_facets_do() -> None:
    """Over all views, a calm sea under a high Sun sends back Fresnel's part of the light."""
    sun, band = toward(20.0, 0.0), (3.8, 4.0)
    z, a = np.meshgrid(np.radians(np.arange(0.25, 80.0, 0.5)), np.radians(np.arange(0.5, 360.0, 1.0)))
    view = np.stack([np.sin(z) * np.cos(a), np.sin(z) * np.sin(a), np.cos(z)], axis=-1).reshape(-1, 3)
    n = len(view)
    # 30 km up there is no air to speak of
    light = glint_radiance(band, np.tile(sun, (n, 1)), view, np.tile([0.0, 0.0, 1.0], (n, 1)), 1.0, height_m=50e3)
    solid = (np.sin(z) * np.cos(z)).ravel() * np.radians(0.5) * np.radians(1.0)
    sent = float(light @ solid)
    got = solar_irradiance(band) * np.cos(np.radians(20.0))
    assert sent / got == pytest.approx(0.0204, rel=0.03)  # facets tilt by 5 degrees, which moves Fresnel by 2 %
