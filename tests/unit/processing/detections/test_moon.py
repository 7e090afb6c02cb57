"""Plots from where the Moon stands are put aside, others are not."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.items import Item
from launchwatch.messages.observations import Admitted, RadarLook
from launchwatch.physics.sun import moon_position
from launchwatch.processing.detections.moon import MARGIN_DEG, from_the_moon
from launchwatch.processing.detections.stage import DetectionsStage
from unit.processing.made import T0, radar


def moon_from(look: RadarLook) -> tuple[float, float]:
    """Azimuth and elevation of the Moon from a radar, degrees."""
    lat, lon, alt = look.site_deg_m
    middle = np.array([(look.look_from_ns + look.look_until_ns) // 2])
    east, north, up = enu_axes(lat, lon) @ (moon_position(middle)[0] - itrf_from_geodetic(lat, lon, alt))
    return float(np.degrees(np.arctan2(east, north))) % 360.0, float(np.degrees(np.arctan2(up, np.hypot(east, north))))


def toward(azimuth_deg: float, elevation_deg: float) -> RadarLook:
    look = radar([1], [20.0])
    changed: RadarLook = msgspec.structs.replace(
        look, azimuth_deg=np.array([azimuth_deg]), elevation_deg=np.array([elevation_deg])
    )
    return changed


@given(off_deg=st.floats(-30.0, 30.0))
def test_only_its_direction_counts(off_deg: float) -> None:
    azimuth, elevation = moon_from(radar([1], [20.0]))
    look = toward(azimuth, elevation + off_deg)
    reach = MARGIN_DEG + 3.0 * float(look.sigma_elevation_deg[0])
    found = bool(from_the_moon(look)[0])
    if abs(off_deg) < MARGIN_DEG:
        assert found
    elif abs(off_deg) > reach + 3.0 * float(look.sigma_azimuth_deg[0]):
        assert not found


def test_the_stage_puts_them_aside_and_counts_them_unless_the_guard_is_left_out() -> None:
    look = toward(*moon_from(radar([1], [20.0])))
    item = Item("observations/1", T0, Admitted(look=look, sender=None))
    for guarded, left in ((True, 0), (False, 1)):
        stage = DetectionsStage(moon=guarded)
        state, (output,) = stage.step(stage.start(), [item], T0)
        assert len(output.payload.look.sequence) == left
        assert state.moon == 1 - left


def test_a_radar_over_the_horizon_has_no_elevation_to_compare() -> None:
    look = toward(moon_from(radar([1], [20.0]))[0], float("nan"))
    assert not from_the_moon(look)[0]


def test_it_costs_little_of_the_sky() -> None:
    # a cap of the margin, three standard deviations wider, over a hemisphere
    look = radar([1], [20.0])
    wide = np.radians(MARGIN_DEG + 3.0 * np.hypot(look.sigma_azimuth_deg[0], look.sigma_elevation_deg[0]))
    assert 1.0 - np.cos(wide) < 1e-2
    assert pytest.approx(1.0) == MARGIN_DEG
