"""What else is published of whole flights; their times are in test_lofted_flights."""

import numpy as np
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.sim.truth.aim import aim_apogee_range, aim_impact
from launchwatch.sim.truth.flight import fly

BOOSTERS = load_catalog().blocks("boosters")


def test_hwasong_15_climbs_through_the_clouds_in_time() -> None:
    booster = BOOSTERS["hwasong-15"]
    path = fly(booster, aim_apogee_range(booster, (39.3, 125.9), 76.0, 4_475.0, 950.0))
    t = np.arange(0.0, 120.0, 0.5)
    heights = geodetic_from_itrf(path.at(t)[0])[2]
    assert t[np.argmax(heights > 7e3)] <= 60.0
    assert t[np.argmax(heights > 12e3)] <= 75.0
    assert 250.0 <= path.burnout_s <= 300.0
    assert [stage.propellant for stage in booster.stages] == ["liquid", "liquid"]


def test_ten_thousand_kilometres_take_about_thirty_minutes() -> None:
    booster = BOOSTERS["minuteman-3"]
    path = fly(booster, aim_impact(booster, (48.0, -101.0), (42.0, 93.0)))
    # the vacuum arc of this range takes 32.1 min by 1,319 km; the ascent adds a minute or two and lowers the optimum
    assert path.impact_s / 60.0 == pytest.approx(32.5, abs=2.0)
    assert path.apogee_km == pytest.approx(1_250.0, abs=100.0)
