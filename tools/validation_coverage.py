"""Rows of the validation page on coverage: closed forms, skyfield, a scanner under cloud, Oko in 2000."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
from validation_physics import Row, percent

from launchwatch.assembly.coverage.cover import AZIMUTHS, STEP_S, Request, coverage
from launchwatch.assembly.coverage.flights import ClassFlight, Profile, class_flight, plume_of, profile
from launchwatch.assembly.coverage.watch import Cells, infrared_watch, radar_watch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Elements, Geostationary, Molniya
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.geodesy import direct
from launchwatch.physics.visibility import MEAN_RADIUS
from launchwatch.sim.truth.aim import aim_impact
from launchwatch.sim.truth.flight import fly
from launchwatch.sim.truth.orbits import satellite_positions

TITLE = "Coverage: who sees what, and for which part of the day"
OKO_TITLE = "Coverage: Oko in 2000"
OKO_NOTE = """\
`launchwatch coverage --partner ru --at 2000-03-15T00:00:00Z`: the three Oko satellites that the sources leave to 1999
and 2000, on the synthetic slots of the catalogue (planes 6 hours apart, one apogee a day over Europe). Cells of the two
northern launch areas of the Great Plains, mean of 8 azimuths, cloud tops at 7 km. Nothing is moved toward the published
figure, and ours is 5 hours higher. Why, as far as the rows tell:

- Each of our satellites sees such a launch for 9.6 hours a day on its revolution over Europe, not for the 6 hours that
  four satellites without a gap need. Three planes 6 hours apart then leave 2 hours blind; the gaps that were published
  for three satellites, 6 hours and 1 hour (D. Hoffman, 1999), are those of satellites that watch for about 6.
- That length hangs on the noise of the sensor, of which no figure is public: between five and ten times the catalogue's
  notional one the published figure lies. It says nothing on which is true.
- No field of view, no pointing and no hours of work are in the model, because none are public. Counting only the
  revolution over Europe changes little.
- One Oko-1 at 24 west would watch these fields all day from the rim of its Earth. The source has no watch of the oceans
  in 2000, so that the catalogue has none in service then.
"""

_FIELDS = Cells(np.array([47.5]), np.array([-102.5, -112.5]), np.arange(AZIMUTHS) * 360.0 / AZIMUTHS, 7e3)
_IN_2000 = "2000-03-15T00:00:00Z"
_SPECTRUM = "IEEE Spectrum 2000-03 via tgd-inc.com"
_HORIZONS = ((1_000, 130), (2_000, 406), (3_000, 812), (4_000, 1_327), (5_000, 1_931))  # slant range and height, km
_DAY_S = 86_164.0905


def rows(catalog: Catalog) -> list[Row]:
    """Coverage against closed forms, skyfield and what is published of scanners."""
    return [_cap(catalog), *_horizons(catalog), *_fractions(catalog), *_under_cloud(catalog)]


def oko(catalog: Catalog) -> list[Row]:
    """Hours a day over the fields in North America, ours beside the published ones."""
    three = [f"ru-oko-{i}" for i in (1, 2, 3)]
    document = coverage(catalog, Request(partner="ru", at=_IN_2000))
    areas = [one for one in document["regions"] if one["id"].startswith("great-plains")]
    seen = 24.0 * float(np.mean([one["infrared_fraction"] for one in areas]))
    sigma = 24.0 * document["sampling"]["infrared_fraction_sigma"]["most"]
    cases = [
        ("the same, declared track", _hours(catalog, three, track=True)),
        ("the same, one revolution a day", _hours(catalog, three, one_revolution=True)),
        ("the same, five times the noise", _hours(_noisier(catalog, 5.0), three)),
        ("the same, ten times the noise", _hours(_noisier(catalog, 10.0), three)),
        ("three satellites, and an Oko-1 at 24 west", _hours(catalog, [*three, "ru-oko1-3"])),
    ]
    found: list[Row] = [
        ("three satellites, by the command", "about 17 h", f"{seen:.1f} +- {sigma:.1f} h", f"{seen - 17.0:+.1f} h",
         _SPECTRUM)
    ]  # fmt: skip
    found += [(name, "about 17 h", f"{hours:.1f} h", f"{hours - 17.0:+.1f} h", _SPECTRUM) for name, hours in cases]
    four, one = _hours(catalog, [*three, "ru-oko-4"]), _hours(catalog, three[:1], one_revolution=True)
    source = "four suffice: Podvig, S&GS 10 (2002)"
    return [
        *found,
        ("four satellites", "24 h", f"{four:.1f} h", f"{four - 24.0:+.1f} h", source),
        ("one satellite, one revolution a day", "6 h or more", f"{one:.1f} h", f"{one - 6.0:+.1f} h", source),
    ]


def _noisier(catalog: Catalog, factor: float) -> Catalog:
    """The catalogue with so many times the noise of Oko's sensor."""
    known = catalog.payloads["oko-limb"]
    noise = factor * known.noise_equivalent_irradiance_w_m2
    payload = msgspec.structs.replace(known, noise_equivalent_irradiance_w_m2=noise)
    return msgspec.structs.replace(catalog, payloads=catalog.payloads | {payload.id: payload})


def _hours(catalog: Catalog, names: list[str], one_revolution: bool = False, track: bool = False) -> float:
    """Hours of the day, mean of the fields' cells, in which any of some satellites sees a launch."""
    flight = class_flight(catalog, "icbm")
    start_ns, times = parse_utc(_IN_2000), round(86_400.0 / STEP_S)
    epochs = start_ns + ((np.arange(times) + 0.5) * STEP_S * NS).astype(np.int64)
    seen = np.zeros((*_FIELDS.lat_deg.shape, *_FIELDS.lon_deg.shape, AZIMUTHS, times), dtype=bool)
    for name in names:
        sensor = catalog.sensors_infrared[name]
        orbit = catalog.orbits[sensor.orbit or ""]
        works = np.ones(times, dtype=bool)
        if one_revolution and isinstance(orbit, Molniya):
            since_s = (epochs - parse_utc(orbit.apogee_epoch or "")) / NS
            works = np.abs(np.mod(since_s + 0.5 * _DAY_S, _DAY_S) - 0.5 * _DAY_S) < 0.25 * _DAY_S
        here = satellite_positions(orbit, epochs[works])[0]
        found = infrared_watch(_FIELDS, flight, [(catalog.payloads[sensor.payload], here)], len(here))[0]
        seen[..., works] |= np.isfinite(found.track_s) if track else found.count > 0
    return 24.0 * float(seen.mean())


def _cap(catalog: Catalog) -> Row:
    fine = np.arange(80.5, 82.0, 0.01)
    cells = Cells(np.array([0.0]), fine, np.array([0.0]), 0.0)
    here = satellite_positions(_slot(catalog, 0.0), np.array([0]))[0]
    seen = infrared_watch(cells, _standing(catalog, np.zeros(4)), [(_sharp(catalog), here)], 1)[0]
    ours = float(fine[seen.count[0, :, 0, 0] > 0].max())
    published = float(np.degrees(np.arccos(6_378.137 / 42_164.17)))
    return (
        "cap of a geostationary sensor, along the equator",
        f"{published:.2f} deg",
        f"{ours:.2f} deg",
        f"{ours - published:+.2f} deg",
        "acos(R / r); ours lets lines pass 1 m below the ground",
    )


def _horizons(catalog: Catalog) -> list[Row]:
    """Height from which a radar sees what rises at a slant range, from 3 degrees of elevation on."""
    keen = _keen_radar(catalog)
    rising = _standing(catalog, np.arange(0.0, 2.2e6, 250.0))
    found: list[Row] = []
    for slant_km, height_km in _HORIZONS:
        low, slant = np.radians(3.0), slant_km * 1e3
        away = float(np.degrees(np.arctan2(slant * np.cos(low), MEAN_RADIUS + slant * np.sin(low))))
        cells = Cells(np.array([0.0]), np.array([away]), np.array([0.0]), 0.0)
        ours = float(radar_watch(cells, rising, [keen])[0].height_m[0, 0, 0, 0]) * 1e-3
        case = f"radar, 3 deg: seen from, at {slant_km:,} km"
        found.append((case, f"{height_km:,} km", f"{ours:,.1f} km", percent(ours, height_km), "sphere of 6,371 km"))
    return found


def _keen_radar(catalog: Catalog) -> Any:
    """A radar of the catalogue moved to the equator, with an all-round field and signal to spare."""
    known = catalog.sensors_radar["gb-fylingdales"]
    return msgspec.structs.replace(
        known,
        lat_deg=0.0,
        lon_deg=0.0,
        alt_m=0.0,
        sectors=(type(known.sectors[0])(from_deg=0.0, to_deg=360.0),),
        elevation_min_deg=3.0,
        elevation_max_deg=90.0,
        range_min_km=0.0,
        range_max_km=6_000.0,
        reference=type(known.reference)(rcs_m2=1e-4, range_km=6_000.0, snr_db=known.threshold_snr_db),
    )


def _fractions(catalog: Catalog) -> list[Row]:
    """Part of a day in which EKS-5 stands over the horizon of a point 20 km up, against skyfield."""
    from sgp4.api import WGS72, Satrec, jday
    from skyfield.api import EarthSatellite, load, wgs84

    orbit = catalog.orbits["ru-eks-5-2026"]
    assert isinstance(orbit, Elements)
    at = format_utc(orbit.epoch_ns, 6)
    day = jday(int(at[:4]), int(at[5:7]), int(at[8:10]), int(at[11:13]), int(at[14:16]), float(at[17:26]))
    craft, deg = Satrec(), np.pi / 180.0
    craft.sgp4init(
        WGS72, "i", 1, sum(day) - 2_433_281.5, 0.0, 0.0, 0.0, orbit.eccentricity, orbit.argument_of_perigee_deg * deg,
        orbit.inclination_deg * deg, orbit.mean_anomaly_deg * deg, orbit.mean_motion_rev_day * 2.0 * np.pi / 1440.0,
        orbit.raan_deg * deg,
    )  # fmt: skip
    scale = load.timescale(builtin=True)
    minutes, height_m = np.arange(1440) + 0.5, 20e3
    dip = np.degrees(np.arccos(MEAN_RADIUS / (MEAN_RADIUS + height_m)))
    epochs = parse_utc("2026-08-19T00:00:00Z") + (minutes * 60.0 * NS).astype(np.int64)
    here = satellite_positions(orbit, epochs)[0]
    found: list[Row] = []
    for lat, lon in ((47.5, -102.5), (-22.5, 17.5), (-47.5, -72.5)):
        there = wgs84.latlon(lat, lon, elevation_m=height_m)
        sky = (EarthSatellite.from_satrec(craft, scale) - there).at(scale.utc(2026, 8, 19, 0, minutes))
        theirs = 100.0 * float((sky.altaz()[0].degrees >= -dip).mean())
        cells = Cells(np.array([lat]), np.array([lon]), np.array([0.0]), 0.0)
        flight = _standing(catalog, np.full(4, height_m))
        seen = infrared_watch(cells, flight, [(_sharp(catalog), here)], len(epochs))[0]
        ours = 100.0 * float((seen.count > 0).mean())
        case = f"part of 2026-08-19 with EKS-5 over the horizon, {lat} N, {lon} E"
        found.append((case, f"{theirs:.2f} %", f"{ours:.2f} %", f"{ours - theirs:+.2f} %", "skyfield, each minute"))
    return found


def _under_cloud(catalog: Catalog) -> list[Row]:
    """First look and declared track of BENCH-1 by a scanner and a starer, under three heights of cloud."""
    bench = catalog.boosters["bench-1"]
    path = fly(bench, aim_impact(bench, (0.0, 0.0), direct(0.0, 0.0, 0.0, 8e6)))
    boost = profile(path, 1.0, path.burnout_s)
    flight = ClassFlight(bench, path, plume_of(catalog, bench, path), boost, boost)
    here = satellite_positions(_slot(catalog, 70.0), np.array([0]))[0]
    found: list[Row] = []
    for name, words in (("dsp-scanning", "scanner of 10 s"), ("sbirs-staring", "starer of 1 s")):
        for cloud_km in (0.0, 7.0, 12.0):
            cells = Cells(np.array([40.0]), np.array([100.0]), np.array([0.0]), cloud_km * 1e3)
            seen = infrared_watch(cells, flight, [(catalog.payloads[name], here)], 1)[0]
            ours = f"{seen.first_s[0, 0, 0, 0]:.1f} s; {seen.track_s[0, 0, 0, 0]:.1f} s"
            published = "about 30-50 s; 51-61 s" if (name, cloud_km) == ("dsp-scanning", 7.0) else "-"
            found.append(
                (f"BENCH-1, {words}, cloud tops at {cloud_km:g} km: first look; track", published, ours, "-",
                 "cloud break after APS 2003; ours is of the mean phase")
            )  # fmt: skip
    return found


def _slot(catalog: Catalog, longitude_deg: float) -> Geostationary:
    known = catalog.orbits["slot-us-70e"]
    assert isinstance(known, Geostationary)
    return msgspec.structs.replace(known, longitude_deg=longitude_deg)


def _sharp(catalog: Catalog) -> Any:
    """A starer that geometry alone limits."""
    return msgspec.structs.replace(catalog.payloads["sbirs-staring"], noise_equivalent_irradiance_w_m2=1e-30)


def _standing(catalog: Catalog, height_m: FloatArray) -> ClassFlight:
    """What stands over its launch point at given heights, a second each."""
    rest = np.zeros(len(height_m))
    still = Profile(1.0, height_m, rest, rest + 1e6, rest + 2_700.0)
    path = SimpleNamespace(burnout_s=float(len(height_m)))
    light = SimpleNamespace(intensity_w_sr=lambda t_s, band_um: np.full(len(t_s), 1e5))
    return ClassFlight(catalog.boosters["bench-1"], cast("Any", path), cast("Any", light), still, still)
