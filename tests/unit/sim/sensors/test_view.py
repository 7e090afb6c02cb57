"""What is in the way, what blinds, and what lies behind."""

from typing import Any

import numpy as np
import pytest

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.background import STRUCTURE, sunlit_radiance
from launchwatch.physics.sun import sun_position
from launchwatch.physics.visibility import zenith_angle_deg
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space.geometry import crossing_ns
from launchwatch.sim.sensors.space.view import Heavens, colour_floor, solar_ratio, view

NOON, MIDNIGHT = parse_utc("2020-06-21T05:00:00Z"), parse_utc("2020-06-21T17:00:00Z")  # at 105 E
HERE = itrf_from_geodetic(0.0, 105.0, 35_786e3)


def look(sky: Any, scene: Scene, ns: int, target: Any, here: Any = HERE, **options: Any) -> Any:
    targets = np.atleast_2d(target)
    epochs = np.full(len(targets), ns)
    heavens = Heavens.over(ns - 900 * NS, ns + 900 * NS)
    return view(sky.payload(**options), scene, heavens, np.tile(here, (len(targets), 1)), targets, epochs)


def test_high_sunlit_cloud_raises_the_noise_and_night_does_not(sky: Any) -> None:
    target = itrf_from_geodetic(30.0, 105.0, 20e3)
    options = {"background_suppression": 0.05, "pixel_urad": 80.0, "noise_equivalent_irradiance_w_m2": 1e-12}
    noises = [float(look(sky, Scene(top), NOON, target, **options).noise[0]) for top in (0.0, 7e3, 10e3, 12e3)]
    assert np.all(np.diff(noises) > 0.0)
    # by hand at 12 km: the ground point lies within 20 km of the target, where the Sun's zenith angle is the same
    ground = itrf_from_geodetic(30.0, 105.0, 12e3)
    sun = sun_position(np.array(NOON))
    angles = (float(zenith_angle_deg(ground, other)) for other in (sun, HERE))
    radiance = float(sunlit_radiance((2.65, 2.95), 0.3, 12e3, *angles))
    left = 0.05 * STRUCTURE["cloud"] * radiance * (80e-6) ** 2
    assert noises[3] == pytest.approx(np.hypot(1e-12, left), rel=0.01)  # of that distance
    night = look(sky, Scene(12e3), MIDNIGHT, target, **options)
    assert night.noise[0] == pytest.approx(1e-12, rel=1e-6)  # the cloud is warm, which counts for nothing here


def test_a_gap_in_the_cloud_lets_see_and_cloud_does_not(sky: Any) -> None:
    scene = Scene(cloud_top_m=8e3, cover=0.5, seed=2)
    lat, lon = (axis.ravel() for axis in np.meshgrid(np.linspace(-5.0, 5.0, 60), np.linspace(100.0, 110.0, 60)))
    ns = np.full(len(lat), NOON)
    cloudy = scene.cloud_tops_m(lat, lon, ns) > 0.0
    low = look(sky, scene, NOON, itrf_from_geodetic(lat, lon, 100.0)).free
    high = look(sky, scene, NOON, itrf_from_geodetic(lat, lon, 8.1e3)).free
    assert high.all()
    assert not low[cloudy].any()
    # right below the satellite the line rises straight up: but for 1 km of slant, a gap is a gap
    assert low[~cloudy].mean() > 0.9


def test_a_slant_line_meets_the_cloud_next_door(sky: Any) -> None:
    scene = Scene(cloud_top_m=12e3, cover=0.5, seed=2)
    n = 4000
    lat = np.full(n, 68.0)
    lon = np.linspace(60.0, 150.0, n)
    clear = scene.cloud_tops_m(lat, lon, np.full(n, NOON)) == 0.0
    low = look(sky, scene, NOON, itrf_from_geodetic(lat, lon, 100.0)).free
    assert low[clear].mean() < 0.8  # 80 degrees from the zenith: the line is over 60 km away before it is above cloud
    assert not low[~clear].any()


def test_sun_and_moon_blind_within_their_angles_unless_the_earth_hides_them(sky: Any) -> None:
    # at an equinox the Sun passes behind the Earth as seen from a geostationary satellite, at local midnight
    for minutes, blinded in ((-60.0, True), (0.0, False)):
        ns = parse_utc("2020-03-20T17:07:00Z") + round(minutes * 60.0 * NS)
        toward = sun_position(np.array(ns)) - HERE
        toward /= np.linalg.norm(toward)
        target = HERE + 4e7 * toward
        lifted = itrf_from_geodetic(60.0, 105.0, 3e6)
        seen = look(sky, Scene(0.0), ns, np.stack([target, lifted]), sun_exclusion_deg=5.0)
        if blinded:
            assert not seen.free[0]
        assert seen.free[1]
    assert look(sky, Scene(0.0), ns, lifted, sun_exclusion_deg=5.0).free[0]


def test_two_colours_tell_sunlight_from_a_plume() -> None:
    wide, carbon = (2.65, 2.95), (4.17, 4.50)
    floor = colour_floor(wide, carbon)
    assert solar_ratio(wide, carbon) < floor / 2.0
    assert colour_floor(carbon, wide) == 0.0  # the other way round sunlight is the stronger: nothing is turned away


def test_a_step_scan_passes_each_part_of_its_field_in_its_turn(sky: Any) -> None:
    payload = sky.payload(scan="step-scan", steps=10, period_s=20.0)
    lon = np.linspace(40.0, 170.0, 200)
    line = itrf_from_geodetic(0.0, lon, 0.0) - HERE
    here = np.tile(HERE, (200, 1))
    at = crossing_ns(payload, np.zeros(200, np.int64), line, here, np.zeros((200, 3))) / NS
    assert np.all(np.diff(at) >= 0.0)  # from behind to ahead along the motion, eastward
    assert set(np.unique(at)) <= {1.0 + 2.0 * k for k in range(10)}
    assert len(np.unique(at)) == 10
