import math

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.land import land_mask
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.skies import Spread
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.sun import sun_direction
from launchwatch.sim.scenes.drawn import (
    KT_J,
    drawn_fireballs,
    drawn_fires,
    drawn_strokes,
    generator,
    mirror_point,
    spread,
)
from launchwatch.sim.scenes.non_launches import FireballLight
from launchwatch.sim.scenes.own import EvenLight, faults, glints
from launchwatch.sim.truth.orbits import satellite_positions

SKIES = load_catalog().skies
START = parse_utc("2026-08-05T00:00:00Z")
STOP = START + 86_400 * NS
SLOT = next(o for o in load_catalog().orbits.values() if type(o).__name__ == "Geostationary")


def _positions(ns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return satellite_positions(SLOT, ns)


def test_laws_have_their_quantiles() -> None:
    rng = generator(1, "law")
    power = spread(Spread(law="power-law", least=10.0, most=1e6, exponent=1.0), rng, 40_000)
    assert power.min() >= 10.0
    assert power.max() <= 1e6
    assert np.mean(power > 100.0) == pytest.approx(0.1, abs=0.01)
    log = spread(Spread(law="log-normal", median=7.0, sigma=0.5), rng, 40_000)
    assert np.median(log) == pytest.approx(7.0, rel=0.02)
    assert np.std(np.log(log)) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("sky", ["calibration", "counting"])
def test_fires_are_as_many_as_the_sky_says_on_land_and_in_fields(sky: str) -> None:
    law = SKIES[sky].fires
    assert law is not None
    found = [drawn_fires(law, land_mask(), START, STOP, seed) for seed in range(3)]
    assert np.mean([len(fires.id) for fires in found]) == pytest.approx(law.per_day, rel=0.1)
    fires = found[0]
    assert (fires.begin_ns >= START).all()
    assert (fires.begin_ns <= STOP).all()
    assert (fires.end_ns > fires.begin_ns).all()
    assert len(set(fires.id)) == len(fires.id)
    row, column = (fires.lat_deg + 90.0).astype(int), (fires.lon_deg + 180.0).astype(int)
    assert land_mask()[row, column].mean() > 0.97  # fields at a coast may reach over it
    # neighbours within a field's radius are there far more often than by chance
    lat, lon = np.radians(fires.lat_deg), np.radians(fires.lon_deg)
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    near = (unit @ unit.T > math.cos(2.0 * law.fields.radius_km / 6371.0)).sum(axis=1) > 1
    assert near.mean() > 0.8 * law.fields.share


def test_fires_begin_by_day() -> None:
    law = SKIES["calibration"].fires
    assert law is not None
    fires = drawn_fires(law, land_mask(), START, STOP, 1)
    hours = ((fires.begin_ns - START) / NS / 3600.0 + fires.lon_deg / 15.0) % 24.0
    assert np.mean((hours > 7.5) & (hours < 19.5)) == pytest.approx(0.5 + law.by_day / math.pi, abs=0.04)


def test_one_seed_gives_one_sky_and_another_seed_another() -> None:
    law = SKIES["counting"].fires
    assert law is not None
    first, same, other = (drawn_fires(law, land_mask(), START, STOP, seed) for seed in (4, 4, 5))
    assert np.array_equal(first.lat_deg, same.lat_deg)
    assert np.array_equal(first.power_w, same.power_w)
    assert not np.array_equal(first.lat_deg[:100], other.lat_deg[:100])


@pytest.mark.parametrize("sky", ["calibration", "counting"])
def test_strokes_come_in_order_with_all_of_their_light(sky: str) -> None:
    law = SKIES[sky].lightning
    assert law is not None
    found = drawn_strokes(law, land_mask(), START, STOP, 2)
    assert (np.diff(found.time_ns) >= 0).all()
    assert found.time_ns[-1] < STOP
    flashes = len(set(found.id))
    assert len(found.id) == pytest.approx(law.strokes * flashes, rel=0.01)
    assert flashes > 20 * law.storms_per_day
    assert np.abs(found.lat_deg).max() < law.within_deg + 1.0


def test_fireballs_are_as_many_as_brown_and_others_counted() -> None:
    law = SKIES["calibration"].fireballs
    assert law is not None
    found = [ball for seed in range(20) for ball in drawn_fireballs(law, START, STOP, seed)]
    # N(> 1e-4 kt) = 3.7 (1e-4)^-0.9 = 14,700 a year
    assert len(found) / 20.0 == pytest.approx(14_730 / 365.25, rel=0.12)
    light = [ball.emission.radiated_j for ball in found if isinstance(ball.emission, FireballLight)]
    # of the faintest 1e-4 kt, 0.1212 E_o^0.115 leaves as light
    least = (0.1212e-4) ** (1.0 / 0.885) * KT_J
    assert min(light) == pytest.approx(least, rel=0.05)
    assert np.mean(np.array(light) > 10.0 ** (1.0 / 0.885) * least) == pytest.approx(10.0**-0.9, abs=0.04)


def test_a_mirror_point_mirrors() -> None:
    dark = 0
    for hour in range(48):
        # at the equinox the satellite passes through the shadow of the Earth, or near enough for light to graze it only
        ns = (START if hour < 24 else parse_utc("2026-09-22T00:00:00Z")) + hour % 24 * 3600 * NS
        here, sun = _positions(np.array([ns]))[0][0], sun_direction(ns)
        up = mirror_point(here, sun)
        if up is None:
            assert here @ sun < -0.95 * np.linalg.norm(here)
            dark += 1
            continue
        away = here - 6371e3 * up
        away /= np.linalg.norm(away)
        assert up @ away == pytest.approx(float(up @ sun), abs=1e-6)
        assert np.linalg.norm(np.cross(up, away + sun)) < 1e-6
    assert 0 < dark < 4


def test_glints_are_near_where_the_sun_is_mirrored_to_their_sensor() -> None:
    law = SKIES["counting"].glints
    assert law is not None
    found = glints(law, "ir-1", _positions, START, STOP, 3)
    assert 3 < len(found) < law.per_day * 1.6
    still = 0
    for one in found:
        up = mirror_point(_positions(np.array([one.epoch_ns]))[0][0], sun_direction(one.epoch_ns))
        assert up is not None
        where, velocity = one.motion(np.zeros(1))
        turn = math.acos(min(1.0, float(up @ where[0]) / float(np.linalg.norm(where[0]))))
        assert 6371.0 * turn < 6.0 * law.off_km
        still += not velocity.any()
        assert np.linalg.norm(velocity) < 3000.0  # near the limb the point runs
    assert 0 < still < len(found)
    assert glints(law, "ir-2", _positions, START, STOP, 3)[0].epoch_ns != found[0].epoch_ns


def test_faults_give_the_irradiance_that_was_drawn_and_lie_in_view() -> None:
    law = SKIES["calibration"].faults
    assert law is not None
    many = msgspec.structs.replace(law, bursts_per_day=10.0, hot_per_day=20.0)
    found = faults(many, "ir-1", 1e-12, 2.0, _positions, START, STOP, 3)
    bursts = [one for one in found if "burst" in one.id]
    assert bursts
    assert len(bursts) % law.flashes == 0
    assert {one.end_s for one in bursts} == {2.0}
    for one in found:
        here = _positions(np.array([one.epoch_ns]))[0][0]
        where = one.motion(np.zeros(1))[0][0]
        assert where @ (here - where) > 0.0
        assert geodetic_from_itrf(where)[2] == pytest.approx(30e3, abs=50.0)
        assert isinstance(one.emission, EvenLight)
        snr = one.emission.intensity / float(np.sum((here - where) ** 2)) / 1e-12
        assert 6.0 <= snr <= 200.0 + 1e-6
