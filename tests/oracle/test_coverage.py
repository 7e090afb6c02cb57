"""Coverage against closed forms, skyfield and published figures."""

from collections.abc import Callable

import numpy as np
import pytest

from coverage_sky import CATALOG, cells, hovering, payload, radar, stationary
from launchwatch.assembly.coverage.watch import infrared_watch, radar_watch
from launchwatch.catalog.schema import Elements, Reference
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.physics.visibility import MEAN_RADIUS
from launchwatch.sim.truth.orbits import satellite_positions

SHARP = {"noise_equivalent_irradiance_w_m2": 1e-30, "scan": "staring", "period_s": 1.0}
LIT = np.full(4, 0.0)


def test_cap_of_a_geostationary_sensor() -> None:
    fine = np.arange(80.5, 82.0, 0.01)
    seen, _ = infrared_watch(cells(fine, 0.0), hovering(LIT), [(payload(**SHARP), stationary(0.0))], 1)
    north = fine[seen.count[:, 0, 0, 0] > 0].max()
    seen, _ = infrared_watch(cells(0.0, fine), hovering(LIT), [(payload(**SHARP), stationary(0.0))], 1)
    east = fine[seen.count[0, :, 0, 0] > 0].max()
    # acos(R / r) = 81.30 degrees; 1 m of rounding below the ground moves the horizon by 0.03, the grid by 0.01
    assert east == pytest.approx(np.degrees(np.arccos(6_378.137 / 42_164.17)), abs=0.045)
    # northward by geodetic latitude, where r cos(lat) = a sqrt(1 - e^2 sin^2(lat)) on the ellipsoid
    lat = np.radians(81.3)
    for _ in range(20):
        lat = np.arccos(6_378.137 / 42_164.17 * np.sqrt(1.0 - 0.00669438 * np.sin(lat) ** 2))
    assert north == pytest.approx(np.degrees(lat), abs=0.045)


@pytest.mark.parametrize("place", [(47.5, -102.5), (-22.5, 17.5), (12.5, 77.5), (-47.5, -72.5)])
def test_fraction_of_the_day_of_a_molniya_sensor(place: tuple[float, float], measured: Callable[[str], None]) -> None:
    api = pytest.importorskip("skyfield.api")
    model = pytest.importorskip("sgp4.api")
    orbit = CATALOG.orbits["ru-eks-5-2026"]
    assert isinstance(orbit, Elements)
    start_ns = parse_utc("2026-08-19T00:00:00Z")
    minutes = np.arange(1440) + 0.5
    height_m = 20e3

    satellite = model.Satrec()
    degrees = np.pi / 180.0
    scale = api.load.timescale(builtin=True)
    epoch = format_utc(orbit.epoch_ns, 6)
    day = model.jday(int(epoch[:4]), int(epoch[5:7]), int(epoch[8:10]), int(epoch[11:13]), int(epoch[14:16]),
                     float(epoch[17:26]))  # fmt: skip
    satellite.sgp4init(
        model.WGS72, "i", 1, sum(day) - 2_433_281.5, 0.0, 0.0, 0.0, orbit.eccentricity,
        orbit.argument_of_perigee_deg * degrees, orbit.inclination_deg * degrees, orbit.mean_anomaly_deg * degrees,
        orbit.mean_motion_rev_day * 2.0 * np.pi / 1440.0, orbit.raan_deg * degrees,
    )  # fmt: skip
    craft = api.EarthSatellite.from_satrec(satellite, scale)
    here = api.wgs84.latlon(*place, elevation_m=height_m)
    elevation = (craft - here).at(scale.utc(2026, 8, 19, 0, minutes)).altaz()[0].degrees
    dip = np.degrees(np.arccos(MEAN_RADIUS / (MEAN_RADIUS + height_m)))
    theirs = float((elevation >= -dip).mean())

    epochs = start_ns + (minutes * 60.0 * NS).astype(np.int64)
    flight = hovering(np.full(4, height_m))
    seen, _ = infrared_watch(
        cells(*place), flight, [(payload(**SHARP), satellite_positions(orbit, epochs)[0])], len(epochs)
    )
    ours = float((seen.count > 0).mean())
    measured(f"seen {100.0 * ours:.2f} % of the day, skyfield {100.0 * theirs:.2f} %")
    # up to four rises and sets, each told to one of 1440 minutes: 0.14 % for two of them; the limb of the air is black
    # in the table of transmission only within 0.1 degree, which is 10 s of such a pass
    assert ours == pytest.approx(theirs, abs=0.0025)
    assert 0.0 < ours < 1.0


@pytest.mark.parametrize(
    ("range_km", "height_km"),
    [(1_000.0, 130.0), (2_000.0, 406.0), (3_000.0, 812.0), (4_000.0, 1_327.0), (5_000.0, 1_931.0)],
)
def test_heights_from_which_a_radar_sees(range_km: float, height_km: float) -> None:
    slant, low = range_km * 1e3, np.radians(3.0)
    there = np.arctan2(slant * np.cos(low), MEAN_RADIUS + slant * np.sin(low))
    rising = hovering(np.arange(0.0, 2.2e6, 250.0), burns=False)
    keen = radar(reference=Reference(rcs_m2=1e-4, range_km=6_000.0, snr_db=13.0))
    seen, _ = radar_watch(cells(0.0, float(np.degrees(there))), rising, [keen])
    # 1 %: published figures are rounded to 1 km; the equator is 0.1 % rounder, and a step is 0.25 km
    assert seen.height_m[0, 0, 0, 0] == pytest.approx(height_km * 1e3, rel=0.01)


def test_a_scanner_and_the_cloud() -> None:
    from launchwatch.assembly.coverage.flights import BOOST_STEP_S, ClassFlight, plume_of, profile
    from launchwatch.core.geodesy import direct
    from launchwatch.sim.truth.aim import aim_impact
    from launchwatch.sim.truth.flight import fly

    bench = CATALOG.boosters["bench-1"]
    path = fly(bench, aim_impact(bench, (0.0, 0.0), direct(0.0, 0.0, 0.0, 8e6)))
    boost = profile(path, BOOST_STEP_S, path.burnout_s)
    flight = ClassFlight(bench, path, plume_of(CATALOG, bench, path), boost, boost)
    seen, _ = infrared_watch(
        cells(40.0, 100.0, cloud_top_m=7e3), flight, [(CATALOG.payloads["dsp-scanning"], stationary(70.0))], 1
    )
    # cloud break at 7 km comes after 30 s (APS, 2003, and the problem's own profile); a scanner of 10 s then gives a
    # first look within 30 to 50 s and the third within 51 to 61 s
    assert 30.0 <= seen.first_s[0, 0, 0, 0] <= 50.0
    assert 51.0 <= seen.track_s[0, 0, 0, 0] <= 61.0
