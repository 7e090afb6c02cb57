"""One look at many bodies: rows are independent, places and losses are those of geometry."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.schema import Sector
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.radar import decibels, ratio
from launchwatch.physics.swerling import detection_probability
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, faces_of, off_boresight_deg, place

SITE = itrf_from_geodetic(52.0, 104.0, 0.0)


def at(azimuth: Any, elevation: Any, range_m: Any) -> FloatArray:
    return np.atleast_2d(itrf_from_azimuth_elevation_range(SITE, 52.0, 104.0, azimuth, elevation, range_m))


def test_rows_do_not_depend_on_each_other(sky: Any) -> None:
    sensor, mode = sky.radar_sensor(), sky.radar_mode()
    generator = np.random.default_rng(3)
    n = 200
    position = at(generator.uniform(0, 360, n), generator.uniform(0, 90, n), generator.uniform(1e5, 6e6, n))
    rcs, case, u = generator.uniform(0.1, 10, n), generator.choice([0, 1, 3], n), generator.random((n, DRAWS))
    together = echoes(sensor, mode, place(sensor, mode, position), rcs, case, u)
    assert 20 < together.detected.sum() < 180
    for i in range(0, n, 7):
        placed = place(sensor, mode, position[i : i + 1])
        alone = echoes(sensor, mode, placed, rcs[i : i + 1], case[i : i + 1], u[i : i + 1])
        for name in together._fields:
            # a matrix product of one row may round its last bit otherwise
            np.testing.assert_allclose(getattr(alone, name)[0], getattr(together, name)[i], rtol=1e-9, err_msg=name)


@given(
    azimuth=st.floats(0.1, 359.9), elevation=st.floats(4.0, 84.0), range_m=st.floats(2e5, 4.9e6),
    rcs=st.floats(1e-3, 1e3), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_larger_body_is_never_missed_where_a_smaller_one_is_seen(
    azimuth: float, elevation: float, range_m: float, rcs: float, seed: int, sky: Any
) -> None:
    sensor, mode = sky.radar_sensor(), sky.radar_mode()
    placed = place(sensor, mode, at(azimuth, elevation, range_m))
    np.testing.assert_allclose(placed.plot[0], [azimuth, elevation, range_m], rtol=1e-9, atol=1e-7)
    u = np.random.default_rng(seed).random((1, DRAWS))
    small, large = (echoes(sensor, mode, placed, size, 1, u) for size in (rcs, 2.0 * rcs))
    assert bool(small.detected[0]) <= bool(large.detected[0])
    assert np.all(large.sigma <= small.sigma)


def test_detected_as_often_as_the_probability_says(sky: Any) -> None:
    sensor, mode = sky.radar_sensor(), sky.radar_mode()
    n = 100_000
    placed = place(sensor, mode, np.repeat(at(120.0, 20.0, 3000e3), n, axis=0))
    for case in (0, 1, 3):
        found = echoes(sensor, mode, placed, 1.0, case, np.random.default_rng(4).random((n, DRAWS)))
        assert decibels(found.mean_snr[0]) == pytest.approx(13.0)  # the reference
        expected = float(detection_probability(ratio(13.0), float(ratio(13.0)), 1, case))
        # four standard errors of a binomial
        assert found.detected.mean() == pytest.approx(expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / n))


def test_faces_stand_in_the_middle_of_sectors_and_split_wide_ones(sky: Any) -> None:
    def faces(*sectors: tuple[float, float]) -> list[float]:
        return faces_of(sky.radar_sensor(sectors=tuple(Sector(from_deg=a, to_deg=b) for a, b in sectors))).tolist()

    assert faces((280, 340)) == [310.0]
    assert faces((347, 107), (107, 227)) == [47.0, 167.0]
    assert faces((41, 219)) == [85.5, 174.5]
    assert faces((0, 360)) == [60.0, 180.0, 300.0]


def test_snr_falls_off_boresight_and_the_beam_broadens(sky: Any) -> None:
    sensor = sky.radar_sensor(sectors=(Sector(from_deg=60.0, to_deg=180.0),))
    mode = sky.radar_mode(scan_loss_exponent=3.0, boresight_elevation_deg=20.0)
    assert off_boresight_deg(sensor, mode, np.array([120.0]), np.array([20.0]))[0] == pytest.approx(0.0, abs=1e-5)
    placed = place(sensor, mode, at([120.0, 179.9], [20.0, 20.0], [2000e3, 2000e3]))
    cosine = np.sin(np.radians(20)) ** 2 + np.cos(np.radians(20)) ** 2 * np.cos(np.radians(59.9))
    found = echoes(sensor, mode, placed, 1e6, 0, np.full((2, DRAWS), 0.5))
    assert found.mean_snr[1] / found.mean_snr[0] == pytest.approx(cosine**3, rel=1e-6)
    assert found.sigma[1, 1] / found.sigma[0, 1] == pytest.approx(1.0 / cosine, rel=1e-6)  # both at the floor


def test_late_echoes_fold_only_without_the_gate(sky: Any) -> None:
    sensor = sky.radar_sensor()
    far = at(120.0, 20.0, 7000e3)
    assert not place(sensor, sky.radar_mode(pulse_repetition_s=0.04), far).inside[0]
    folded = place(sensor, sky.radar_mode(pulse_repetition_s=0.04, range_gate=False), far)
    assert folded.inside[0]
    assert folded.plot[0, 2] == pytest.approx(7000e3 - 0.5 * 0.04 * 299_792_458.0)
    assert folded.range_m[0] == pytest.approx(7000e3)  # its strength is that of its true range
