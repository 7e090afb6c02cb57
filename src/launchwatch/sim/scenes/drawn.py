"""Non-launches that are drawn, where no files of real ones are named: fires, lightning, fireballs, glints, faults.

Each kind has a stream of numbers of its own under (seed, kind), so that leaving one out changes no other. How many
there are in a window is Poisson; what a `Sky` says of their size, place and length is in the catalogue.
"""

from __future__ import annotations

import math
from hashlib import blake2b

import numpy as np

from launchwatch.catalog.skies import DrawnFireballs, DrawnFires, DrawnLightning, Field, Spread
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.sun import sun_direction
from launchwatch.sim.scenes.non_launches import Fires, Strokes, fireballs
from launchwatch.sim.scenes.objects import SeenObject

DAY_S = 86_400.0
YEAR_DAYS = 365.25
KT_J = 4.184e12
EARTH_KM = 6371.0

FLASH_S = 0.5
"""Strokes of a flash lie within so long (Christian et al., 2003: flashes of the mapper end after 0.33 s of silence)."""
STORM_HOURS = (15.0, 0.7)
"""Storms peak in the afternoon, local solar time, and by so much of their mean (assumption)."""


def generator(seed: int, kind: str) -> np.random.Generator:
    """Numbers of one kind."""
    digest = blake2b(f"{seed}\x1fsky\x1f{kind}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def spread(law: Spread, rng: np.random.Generator, count: int) -> FloatArray:
    """Values (count,) of a law."""
    if law.law == "log-normal":
        assert law.median is not None
        assert law.sigma is not None
        return law.median * np.exp(law.sigma * rng.standard_normal(count))
    assert law.least is not None
    assert law.most is not None
    assert law.exponent is not None
    far = (law.least / law.most) ** law.exponent
    return np.asarray(law.least * (1.0 - rng.random(count) * (1.0 - far)) ** (-1.0 / law.exponent))


def drawn_fires(
    law: DrawnFires, land: np.ndarray[tuple[int, int], np.dtype[np.bool_]], start_ns: int, stop_ns: int, seed: int
) -> Fires:
    """Fires that begin between two epochs, ns TAI.

    Parameters
    ----------
    land : (180, 360) cells of one degree, rows from 90 S north, columns from 180 W east (`catalog.land.land_mask`).
    """
    rng = generator(seed, "fires")
    days = (stop_ns - start_ns) / NS / DAY_S
    groups = law.per_day * days * (1.0 - law.fields.share + law.fields.share / law.fields.mean)
    lone = (1.0 - law.fields.share) / (1.0 - law.fields.share + law.fields.share / law.fields.mean)
    n = int(rng.poisson(groups))
    lat, lon, begin_s = _places(rng, n, land, 90.0, (stop_ns - start_ns) / NS, start_ns, law.peak_h, law.by_day)
    of_field = rng.random(n) >= lone
    size = np.where(of_field, rng.geometric(1.0 / law.fields.mean, n), 1)
    lat, lon, begin_s = (np.repeat(column, size) for column in (lat, lon, begin_s))
    turn = np.repeat(rng.random(n), size) * 2.0 * math.pi
    inside = np.repeat(of_field, size)
    lat, lon = _scattered(rng, law.fields, lat, lon, turn, inside)
    begin_s = begin_s + np.where(inside, rng.random(len(lat)) * law.fields.within_s, 0.0)
    begin_ns = start_ns + np.rint(begin_s * NS).astype(np.int64)
    power_w = 1e6 * spread(law.power_mw, rng, len(lat))
    end_ns = begin_ns + np.rint(spread(law.burn_s, rng, len(lat)) * NS).astype(np.int64)
    ids = tuple(f"fire-{i}" for i in range(len(lat)))
    return Fires(ids, lat, lon, begin_ns, end_ns, power_w).beginning(start_ns, stop_ns)


def drawn_strokes(
    law: DrawnLightning, land: np.ndarray[tuple[int, int], np.dtype[np.bool_]], start_ns: int, stop_ns: int, seed: int
) -> Strokes:
    """Strokes of storms that begin between two epochs, in order of time; none after the second."""
    rng = generator(seed, "lightning")
    window_s = (stop_ns - start_ns) / NS
    n = int(rng.poisson(law.storms_per_day * window_s / DAY_S))
    lat, lon, begin_s = _places(rng, n, land, law.within_deg, window_s, start_ns, *STORM_HOURS)
    lasts_s = spread(law.storm_s, rng, n)
    flashes = rng.poisson(lasts_s / law.each_s)
    lat, lon, begin_s, lasts_s = (np.repeat(column, flashes) for column in (lat, lon, begin_s, lasts_s))
    m = len(lat)
    at_s = begin_s + lasts_s * rng.random(m)
    disk = Field(form="disk", share=1.0, mean=1.0, radius_km=law.radius_km, within_s=1.0)
    lat, lon = _scattered(rng, disk, lat, lon, np.zeros(m), np.ones(m, bool))
    energy = spread(law.line_j_sr, rng, m)
    parts = rng.dirichlet(np.ones(law.strokes), m)
    time_s = (at_s[:, None] + FLASH_S * rng.random((m, law.strokes))).ravel()
    order = np.argsort(time_s, kind="stable")
    order = order[time_s[order] < window_s]
    flash = np.repeat(np.arange(m), law.strokes)[order]
    return Strokes(
        id=tuple(f"lightning-{k}" for k in flash.tolist()),
        time_ns=start_ns + np.rint(time_s[order] * NS).astype(np.int64),
        lat_deg=lat[flash],
        lon_deg=lon[flash],
        line_j_sr=(energy[:, None] * parts).ravel()[order],
    )


def drawn_fireballs(law: DrawnFireballs, start_ns: int, stop_ns: int, seed: int) -> tuple[SeenObject, ...]:
    """Fireballs of a window, from all sides and over all the Earth alike.

    A body of energy E (kt) gives off ``0.1212 E_o^0.115`` of it as light E_o (Brown et al., 2002).
    """
    rng = generator(seed, "fireballs")
    window_s = (stop_ns - start_ns) / NS
    yearly = law.number * law.least_kt**-law.exponent
    n = int(rng.poisson(yearly * window_s / DAY_S / YEAR_DAYS))
    energy_kt = law.least_kt * (1.0 - rng.random(n)) ** (-1.0 / law.exponent)
    light_kt = (0.1212 * energy_kt) ** (1.0 / (1.0 - 0.115))
    time_ns = start_ns + np.rint(rng.random(n) * window_s * NS).astype(np.int64)
    lat, lon = np.degrees(np.arcsin(2.0 * rng.random(n) - 1.0)), 360.0 * rng.random(n) - 180.0
    speed = 1e3 * spread(law.speed_km_s, rng, n)
    turn = 2.0 * math.pi * rng.random(n)
    sine = np.sqrt(rng.random(n)) * math.cos(math.radians(10.0))
    local = speed[:, None] * np.stack([sine * np.cos(turn), sine * np.sin(turn), -np.sqrt(1.0 - sine**2)], axis=1)
    velocity = np.array([local[i] @ enu_axes(lat[i], lon[i]) for i in range(n)]).reshape(n, 3)
    height_m = 1e3 * spread(law.peak_km, rng, n)
    return tuple(fireballs(time_ns, lat, lon, height_m, velocity, light_kt * KT_J, seed))


def _places(
    rng: np.random.Generator,
    count: int,
    land: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    within_deg: float,
    window_s: float,
    start_ns: int,
    peak_h: float,
    by_day: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Latitudes, longitudes and times (count,) s: on land, even over its area, more often near an hour of the day."""
    found: list[FloatArray] = []
    have = 0
    high = math.sin(math.radians(within_deg))
    while have < count:
        m = 8 * (count - have) + 64
        lat = np.degrees(np.arcsin(high * (2.0 * rng.random(m) - 1.0)))
        lon = 360.0 * rng.random(m) - 180.0
        time_s = window_s * rng.random(m)
        dry = land[np.clip((lat + 90.0).astype(np.int64), 0, 179), (lon + 180.0).astype(np.int64) % 360]
        likely = 1.0 + by_day * np.cos(_hour_angle(start_ns, time_s, lon, peak_h))
        keep = dry & (rng.random(m) * (1.0 + by_day) < likely)
        found.append(np.stack([lat, lon, time_s])[:, keep])
        have += int(keep.sum())
    lat, lon, time_s = np.concatenate([np.empty((3, 0)), *found], axis=1)[:, :count]
    return lat, lon, time_s


def _hour_angle(start_ns: int, time_s: FloatArray, lon_deg: FloatArray, peak_h: float) -> FloatArray:
    """Angle (n,) rad of local solar time from an hour of the day."""
    sun = sun_direction(start_ns)
    noon_lon = math.degrees(math.atan2(sun[1], sun[0]))
    hours = 12.0 + (lon_deg - noon_lon) / 15.0 + time_s / 3600.0
    return np.asarray(2.0 * math.pi * (hours - peak_h) / 24.0)


def _scattered(
    rng: np.random.Generator,
    field: Field,
    lat_deg: FloatArray,
    lon_deg: FloatArray,
    turn: FloatArray,
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> tuple[FloatArray, FloatArray]:
    """Places (n,) of things of a field about its middle; `turn` (n,) is the way that its front runs."""
    n = len(lat_deg)
    if field.form == "gaussian":
        east, north = rng.standard_normal((2, n)) * field.radius_km / math.sqrt(2.0)
    elif field.form == "disk":
        angle, away = 2.0 * math.pi * rng.random(n), field.radius_km * np.sqrt(rng.random(n))
        east, north = away * np.cos(angle), away * np.sin(angle)
    else:
        along, across = field.radius_km * (2.0 * rng.random(n) - 1.0), 0.1 * field.radius_km * rng.standard_normal(n)
        east = along * np.cos(turn) - across * np.sin(turn)
        north = along * np.sin(turn) + across * np.cos(turn)
    lat = np.clip(lat_deg + np.where(inside, np.degrees(north / EARTH_KM), 0.0), -89.9, 89.9)
    lon = lon_deg + np.where(inside, np.degrees(east / EARTH_KM) / np.cos(np.radians(lat)), 0.0)
    return lat, (lon + 180.0) % 360.0 - 180.0


def mirror_point(here: FloatArray, sun: FloatArray) -> FloatArray | None:
    """Where a sphere mirrors the Sun to a satellite: unit vector (3,), or None where it cannot.

    Parameters
    ----------
    here : (3,) the satellite, ITRF m.
    sun : (3,) unit vector to the Sun.
    """
    up = here / np.linalg.norm(here) + sun
    if np.linalg.norm(up) < 1e-3:
        return None
    for _ in range(50):
        up /= np.linalg.norm(up)
        away = here - up * EARTH_KM * 1e3
        up = sun + away / np.linalg.norm(away)
    up /= np.linalg.norm(up)
    away = here - up * EARTH_KM * 1e3
    return up if up @ sun > 0.02 and up @ away / np.linalg.norm(away) > 0.02 else None


def somewhere(rng: np.random.Generator, up: FloatArray, off_km: float, height_m: float) -> FloatArray:
    """A point (3,) ITRF m, at a height, some way off the foot of a direction."""
    lat, lon = math.degrees(math.asin(up[2])), math.degrees(math.atan2(up[1], up[0]))
    east, north = rng.standard_normal(2) * off_km / EARTH_KM
    lat = min(max(lat + math.degrees(north), -89.9), 89.9)
    lon += math.degrees(east) / math.cos(math.radians(lat))
    return itrf_from_geodetic(lat, lon, height_m)


def times_in(rng: np.random.Generator, per_day: float, start_ns: int, stop_ns: int) -> IntArray:
    """Epochs of a Poisson number of things in a window, ascending."""
    span = stop_ns - start_ns
    n = int(rng.poisson(per_day * span / NS / DAY_S))
    return np.sort(start_ns + np.rint(rng.random(n) * span).astype(np.int64))
