"""Fits to 31 measured ascents of Falcon 9 (shahar603/Telemetry-Data, public domain; read off public webcasts)."""

from pathlib import Path

import numpy as np
import pytest
from falcon_ascents import ALTITUDE_KM, ENGINES_S, SPEED_PART, flights, scored

from launchwatch.assembly.flight.fit import FitError, engine_times, fit_ascent
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.sim.truth.flight import fly
from launchwatch.sim.truth.plan import FlightPlan

FALCON = load_catalog().blocks("boosters")["falcon-9"]
CAPE = (28.6, -80.6)


def test_fits_follow_the_telemetry(data_folder: Path, measured) -> None:
    rows = [scored(flight) for flight in flights(data_folder / "falcon_telemetry")]
    assert len(rows) == 31
    good = [row for row in rows if row.speed_part <= SPEED_PART and row.altitude_km <= ALTITUDE_KM]
    worst = max(rows, key=lambda row: row.speed_part)
    measured(f"{len(good)} of 31 fits within the bars; worst speed {100 * worst.speed_part:.2f} % ({worst.name})")
    assert len(good) >= 28


def test_engines_stop_and_start_when_the_webcast_says(data_folder: Path, measured) -> None:
    scores = [scored(flight) for flight in flights(data_folder / "falcon_telemetry")]
    errors = [error for score in scores for error in score.engine_errors_s.values()]
    measured(f"{len(errors)} engine times scored, worst {max(map(abs, errors)):.1f} s")
    assert len(errors) >= 55
    assert max(map(abs, errors)) <= ENGINES_S


def test_a_known_vehicle_is_found_again() -> None:
    """What our own model flies, the fit flies again: a tenth of the bars for real flights."""
    path = fly(FALCON, FlightPlan(*CAPE, azimuth_deg=60.0, final_pitch_deg=-5.0, cutoff=0.9))
    t = np.arange(0.0, 260.0)
    position, velocity = path.at(t)
    speed, altitude = np.linalg.norm(velocity, axis=1), geodetic_from_itrf(position)[2]
    fit = fit_ascent(FALCON, CAPE, 60.0, t, speed, altitude)
    assert fit.times.first_cutoff_s == pytest.approx(162.0, abs=1.0)  # between two samples
    assert fit.times.second_ignition_s == pytest.approx(170.0, abs=1.0)
    fast = fit.speed_m_s > 100.0
    assert np.abs(fit.fitted_speed_m_s / fit.speed_m_s - 1.0)[fast].max() < 0.1 * SPEED_PART
    assert np.abs(fit.fitted_altitude_m - fit.altitude_m).max() < 0.1 * 1e3 * ALTITUDE_KM
    assert fit.booster.stages[0].isp_vac_s == pytest.approx(FALCON.stages[0].isp_vac_s, rel=0.05)


def test_ascents_that_cannot_be_fitted() -> None:
    t = np.arange(0.0, 120.0)
    with pytest.raises(FitError, match="no cutoff"):
        engine_times(t, 20.0 * t, 5.0 * t**2)
    with pytest.raises(FitError, match="one length"):
        fit_ascent(FALCON, CAPE, 60.0, t, t[:-1], t)
    with pytest.raises(FitError, match="finite"):
        fit_ascent(FALCON, CAPE, 60.0, t, np.full(120, np.nan), t)
