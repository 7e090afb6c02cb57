"""What `launchwatch testflight` says: whether the figures of a report agree, and how far the same vehicle reaches.

Apogee and range fix the arc in free flight, but not what gravity took while the engines burned, which a vehicle on a
normal trajectory gets back. So the answer is a band over stated burn times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from launchwatch.assembly.flight.notional import (
    Ground,
    Member,
    Vehicle,
    highest_apogee,
    longest_range,
    member_through,
    still_ground,
    turning_ground,
)
from launchwatch.assembly.flight.reported import (
    BURNS,
    FASTEST,
    SLOWEST,
    Burns,
    Report,
    TestflightError,
    rounding,
    usual_class,
)
from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A
from launchwatch.physics.arcs import HALF_ROUND_M, Arc, arc_at_elevation, arc_through, minimum_energy
from launchwatch.physics.arcs import longest_range as arc_range
from launchwatch.physics.gravity import OMEGA

SCHEMA = "launchwatch/testflight/1"
PAYLOADS = (0.7, 1.0, 1.3)
"""Payloads of the grid, as parts of what was flown."""


COASTS_S = 10.0
"""What coasts between the stages may add to the time, s; the notional vehicles fly without."""

FLATTEST_RAD = math.radians(5.0)
"""Flatter arcs count as no ballistic flights: a convention, near the flattest depressed ones that are discussed."""

_SAMPLES = 5  # burns of a band over which the middle is taken
_AZIMUTHS_DEG = np.arange(0.0, 360.0, 45.0)


@dataclass(frozen=True)
class _Curve:
    """A propellant's vehicles by burn; ranges (n, 3) over `PAYLOADS`, m, infinite where nothing bounds them."""

    propellant: str
    usual_s: float
    members: tuple[Member, ...]
    ranges_m: FloatArray

    @property
    def burn_s(self) -> FloatArray:
        return np.array([member.vehicle.burn_s for member in self.members])

    @property
    def time_s(self) -> FloatArray:
        return np.array([member.time_s for member in self.members])

    @property
    def stated_s(self) -> tuple[float, float]:
        """Burns from the fastest that flies to the usual one, or to the slowest that flies."""
        first, last = float(self.burn_s[0]), float(self.burn_s[-1])
        return first, max(first, min(self.usual_s, last))

    def at(self, burn_s: FloatArray, values: FloatArray) -> FloatArray:
        return np.interp(burn_s, self.burn_s, values)

    def range_at(self, burn_s: FloatArray) -> FloatArray:
        """Ranges with the flown payload, m; between nodes straight in 1 / range, which is 0 where nothing bounds it."""
        inverse = self.at(burn_s, 1.0 / self.ranges_m[:, 1])
        return np.where(inverse > 1.0 / HALF_ROUND_M, 1.0 / np.maximum(inverse, 1.0 / HALF_ROUND_M), np.inf)

    def burns_for(self, low_s: float, high_s: float) -> tuple[float, float] | None:
        """Burns whose flights last from one time to another, or the slowest if too short; None if all are too long."""
        if self.time_s[0] > high_s:
            return None
        first, last = np.interp([low_s, high_s], self.time_s, self.burn_s)
        return float(first), float(last)


def check_report(catalog: Catalog, report: Report) -> dict[str, Any]:
    """The document of `launchwatch testflight --json`.

    Parameters
    ----------
    catalog : Catalog
        Its synthetic boosters ``generic-<class>-solid`` and ``-liquid`` lend their stages.
    report : Report

    Returns
    -------
    dict
        Keys in docs/reference/commands.md.

    Raises
    ------
    TestflightError
        Figures that no ballistic flight of the class can have.
    """
    name = report.booster_class or usual_class(report.arc)
    burns = BURNS[name]
    least = minimum_energy(report.range_km * 1e3)
    ground = still_ground()
    if report.launch_deg is not None and report.azimuth_deg is not None:
        ground = turning_ground(*report.launch_deg, report.azimuth_deg)
    curves = [] if report.apogee_km * 1e3 < _flattest_m(least) else _curves(catalog, name, ground, report)
    if not curves:
        raise _refusal(catalog, name, ground, report)
    time, coarse = _times(report, curves)
    consistent = None
    if report.flight_time_s is not None:
        consistent = time["low"] <= report.flight_time_s + coarse["flight_time_s"] and (
            report.flight_time_s - coarse["flight_time_s"] <= time["high"]
        )
    corrections = _corrections(report, time) if consistent is False else {}
    implied = _implied(report, curves, time, coarse) if consistent else {}
    bands = _bands(curves, implied)
    used = [(curve, band) for curve in curves if (band := bands[curve.propellant]) is not None]
    samples = [(curve, np.linspace(*band, _SAMPLES)) for curve, band in used]
    speeds = np.concatenate([c.at(b, np.array([m.burnout_speed_m_s for m in c.members])) for c, b in samples])
    heights = np.concatenate([c.at(b, np.array([m.burnout_altitude_m for m in c.members])) for c, b in samples])
    impulsive = arc_range(report.arc.speed_m_s)
    reached = np.concatenate([c.range_at(b) for c, b in samples])
    # short flights lose more to the air than gravity gives back, westward ones to rotation: then the least counts
    floor = min(impulsive, HALF_ROUND_M, float(reached.min()))
    rotation = _rotation(ground, curves[0])
    return {
        "schema": SCHEMA,
        "reported": {
            "apogee_km": report.apogee_km,
            "range_km": report.range_km,
            "flight_time_s": report.flight_time_s,
            "from": None
            if report.launch_deg is None
            else {"lat_deg": report.launch_deg[0], "lon_deg": report.launch_deg[1]},
            "azimuth_deg": report.azimuth_deg,
        },
        "rounding": {key: round(value, 3) for key, value in coarse.items()},
        "booster_class": name,
        "class_inferred": report.booster_class is None,
        "two_body_time_s": round(report.arc.time_s, 1),
        "minimum_energy_apogee_km": round(least.apogee_m / 1e3, 1),
        "flight_time_s": {key: round(value, 1) for key, value in time.items()},
        "consistent": consistent,
        "doubtful": _doubtful(corrections),
        "corrections": corrections,
        "burn_s": {
            curve.propellant: {
                "stated": _pair(curve.stated_s),
                "implied": _pair(implied.get(curve.propellant)),
                "used": _pair(bands[curve.propellant]),
            }
            for curve in curves
        },
        "burnout_speed_m_s": _triple(speeds, 1.0, 1),
        "burnout_altitude_km": _triple(heights, 1e3, 1),
        "impulsive_range_km": _km(impulsive),
        "max_range_km": {
            "value": _km(float(np.median(reached))),
            "low": round(floor / 1e3, 1),
            "high": _km(float(reached.max())),
        },
        "rotation": rotation,
        "family": [
            {
                "vehicle": member.vehicle.booster.id,
                "burn_s": round(member.vehicle.burn_s, 1),
                "flight_time_s": round(member.time_s, 1),
                "burnout_speed_m_s": round(member.burnout_speed_m_s, 1),
                "burnout_altitude_km": round(member.burnout_altitude_m / 1e3, 1),
            }
            for curve in curves
            for member in curve.members
        ],
        "grid": [
            {
                "vehicle": member.vehicle.booster.id,
                "burn_s": round(member.vehicle.burn_s, 1),
                "payload_factor": factor,
                "range_km": _km(reach),
            }
            for curve in curves
            for member, row in zip(curve.members, curve.ranges_m, strict=True)
            for factor, reach in zip(PAYLOADS, row.tolist(), strict=True)
        ],
        "assumptions": _assumptions(report, name, burns, curves, coarse, rotation),
    }


def _nodes(burns: Burns) -> list[float]:
    """Burns at which the vehicles fly, s."""
    slowest = SLOWEST * burns.liquid_s
    middle, slower = 0.5 * (burns.solid_s + burns.liquid_s), 0.5 * (burns.liquid_s + slowest)
    return [FASTEST * burns.solid_s, burns.solid_s, middle, burns.liquid_s, slower, slowest]


def _curves(catalog: Catalog, name: str, ground: Ground, report: Report) -> list[_Curve]:
    """One curve for each propellant whose vehicles fly what was reported."""
    burns, curves = BURNS[name], []
    for propellant, usual in (("solid", burns.solid_s), ("liquid", burns.liquid_s)):
        booster = catalog.boosters[f"generic-{name}-{propellant}"]
        members: list[Member] = []
        for burn in _nodes(burns):
            begin = members[-1] if members else None
            found = member_through(Vehicle(booster, burn), ground, report.apogee_km * 1e3, report.range_km * 1e3, begin)
            # one that comes down after a revolution is another flight
            if found is not None and found.time_s < 1.5 * report.arc.time_s + 2.0 * burn:
                members.append(found)
        if members:
            ranges = [[longest_range(m.vehicle, ground, m.payload_kg * factor) for factor in PAYLOADS] for m in members]
            curves.append(_Curve(propellant, usual, tuple(members), np.array(ranges)))
    return curves


def _flattest_m(least: Arc) -> float:
    """Apogee below which a range is flown too flat, m."""
    return arc_at_elevation(least.range_m, min(FLATTEST_RAD, 0.5 * least.elevation_rad)).apogee_m


def _refusal(catalog: Catalog, name: str, ground: Ground, report: Report) -> TestflightError:
    """Why no vehicle of a class flies what was reported, and what one would fly."""
    boosters = [catalog.boosters[f"generic-{name}-{propellant}"] for propellant in ("solid", "liquid")]
    vehicle = Vehicle(boosters[0], BURNS[name].solid_s)
    least = minimum_energy(report.range_km * 1e3)
    said = f"--apogee-km {report.apogee_km:g} --range-km {report.range_km:g}: "
    possible = f"the least energy for this range has an apogee of {least.apogee_m / 1e3:,.0f} km"
    if report.apogee_km * 1e3 < least.apogee_m:
        low, high = max(report.apogee_km * 1e3, _flattest_m(least)), least.apogee_m
        for _ in range(8):
            middle = math.sqrt(low * high)
            flies = member_through(vehicle, ground, middle, least.range_m) is not None
            low, high = (low, middle) if flies else (middle, high)
        return TestflightError(
            f"{said}no ballistic flight is so flat; {possible}, depressed flights go down to about {high / 1e3:,.0f} km"
        )
    top = max(highest_apogee(Vehicle(booster, BURNS[name].solid_s), ground) for booster in boosters) / 1e3
    if report.apogee_km > 0.9 * top:
        return TestflightError(f"{said}out of reach of class {name}; without payload it rises to about {top:,.0f} km")
    usual = usual_class(report.arc)
    other = usual if usual != name else " or ".join(key for key in BURNS if key != name)
    return TestflightError(
        f"{said}no notional vehicle of class {name} flies that at full burn; try --booster-class {other}"
    )


def _times(report: Report, curves: Sequence[_Curve]) -> tuple[dict[str, float], dict[str, float]]:
    """Flight time with its bounds, s, and what the figures were rounded to."""
    coarse = {"apogee_km": rounding(report.apogee_km), "range_km": rounding(report.range_km)}
    if report.flight_time_s is not None:
        coarse["flight_time_s"] = rounding(report.flight_time_s, minutes=True)
    arc = report.arc
    ahead, behind = _two_body_s(report, 1.0) - arc.time_s, _two_body_s(report, -1.0) - arc.time_s
    east, west = _drifts(report)
    coasts = COASTS_S if any(len(m.vehicle.booster.stages) > 1 for c in curves for m in c.members) else 0.0
    times = np.concatenate([curve.time_s for curve in curves])
    usual = np.concatenate([c.at(np.linspace(*c.stated_s, _SAMPLES), c.time_s) for c in curves])
    return (
        {
            "value": float(np.median(usual)),
            "low": float(times.min()) + behind + west,
            "high": float(times.max()) + ahead + east + coasts,
        },
        coarse,
    )


def _two_body_s(report: Report, sign: float) -> float:
    """Free flight through the figures at an end of their rounding."""
    apogee = report.apogee_km + sign * rounding(report.apogee_km)
    return arc_through(apogee * 1e3, max(report.range_km + sign * rounding(report.range_km), 1e-3) * 1e3).time_s


def _drifts(report: Report) -> tuple[float, float]:
    """What rotation adds to the time at most, to the east and to the west, s; nothing where it was flown.

    Over the turning Earth the arc in space is longer or shorter by what the ground moves meanwhile.
    """
    if report.launch_deg is not None:
        return 0.0, 0.0
    arc = report.arc
    moved = OMEGA * A * arc.time_s
    east = arc_through(arc.apogee_m, min(arc.range_m + moved, 1.99 * HALF_ROUND_M)).time_s
    west = arc_through(arc.apogee_m, max(arc.range_m - moved, 1.0)).time_s
    return east - arc.time_s, west - arc.time_s


def _corrections(report: Report, time: dict[str, float]) -> dict[str, Any]:
    """To what each figure alone would have to change for the report to be consistent, and by how much."""
    assert report.flight_time_s is not None
    edge = time["low"] if report.flight_time_s < time["low"] else time["high"]
    wanted = report.flight_time_s - (edge - report.arc.time_s)  # of free flight
    apogee, distance = report.apogee_km * 1e3, report.range_km * 1e3
    scales = {
        "flight_time_s": edge / report.flight_time_s,
        "apogee_km": _root(lambda scale: arc_through(scale * apogee, distance).time_s - wanted, 0.05, 20.0),
        "range_km": _root(
            lambda scale: arc_through(apogee, scale * distance).time_s - wanted, 1e-3, HALF_ROUND_M / distance
        ),
    }
    given = {"flight_time_s": report.flight_time_s, "apogee_km": report.apogee_km, "range_km": report.range_km}
    return {
        key: None if scale is None else {"to": round(scale * given[key], 1), "percent": round(100.0 * (scale - 1.0), 2)}
        for key, scale in scales.items()
    }


def _root(function: Callable[[float], float], low: float, high: float) -> float | None:
    """Where a rising function is 0, by halving; None where it is not between its ends."""
    if not function(low) <= 0.0 <= function(high):
        return None
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) < 0.0 else (low, middle)
    return high


def _doubtful(corrections: dict[str, Any]) -> list[str]:
    """The figure that the smallest change would mend."""
    sizes = {key: abs(one["percent"]) for key, one in corrections.items() if one is not None}
    return [min(sizes, key=lambda key: sizes[key])] if sizes else []


def _implied(
    report: Report, curves: Sequence[_Curve], time: dict[str, float], coarse: dict[str, float]
) -> dict[str, tuple[float, float] | None]:
    """Burns that a reported time allows, by propellant."""
    assert report.flight_time_s is not None
    times = np.concatenate([curve.time_s for curve in curves])
    low = report.flight_time_s - coarse["flight_time_s"] - (time["high"] - float(times.max()))
    high = report.flight_time_s + coarse["flight_time_s"] + (float(times.min()) - time["low"])
    return {curve.propellant: curve.burns_for(low, high) for curve in curves}


def _bands(
    curves: Sequence[_Curve], implied: dict[str, tuple[float, float] | None]
) -> dict[str, tuple[float, float] | None]:
    """Burns that count, by propellant: the stated ones, narrowed to what a time allows.

    A propellant that the time speaks against does not count. A time beyond the stated burns of both widens them
    instead: that vehicle burned slower, or coasted between its stages.
    """
    stated = {curve.propellant: curve.stated_s for curve in curves}
    allowed = {name: band for name, band in implied.items() if band is not None}
    if not allowed:
        return dict(stated)
    bands: dict[str, tuple[float, float] | None] = {}
    for name, (low, high) in stated.items():
        first, last = allowed.get(name, (math.inf, -math.inf))
        bands[name] = (max(low, first), min(high, last)) if first <= high and last >= low else None
    if any(bands.values()):
        return bands
    return {name: (stated[name][0], allowed[name][1]) if name in allowed else None for name in stated}


def _rotation(ground: Ground, curve: _Curve) -> dict[str, Any]:
    """What the Earth's rotation does to the range, of the vehicle with the usual burn and the flown payload."""
    i = int(np.argmin(np.abs(curve.burn_s - curve.stated_s[1])))
    member, still = curve.members[i], float(curve.ranges_m[i, 1])
    vehicle = f"{member.vehicle.booster.id}, burn {member.vehicle.burn_s:.0f} s"

    def reach(where: Ground) -> float:
        return longest_range(member.vehicle, where, member.payload_kg)

    if ground == still_ground():
        west, east = (reach(turning_ground(0.0, 0.0, azimuth)) for azimuth in (270.0, 90.0))
        percents = [
            None if math.isinf(r) or math.isinf(still) else round(100.0 * (r / still - 1.0), 1) for r in (west, east)
        ]
        return {"included": False, "vehicle": vehicle, "west_percent": percents[0], "east_percent": percents[1]}
    rows = [
        {"azimuth_deg": azimuth, "range_km": _km(reach(replace(ground, azimuth_deg=azimuth)))}
        for azimuth in _AZIMUTHS_DEG.tolist()
    ]
    return {"included": True, "vehicle": vehicle, "by_azimuth": rows}


def _assumptions(
    report: Report,
    name: str,
    burns: Burns,
    curves: Sequence[_Curve],
    coarse: dict[str, float],
    rotation: dict[str, Any],
) -> list[str]:
    """What the figures rest on, a sentence each."""
    nodes = _nodes(burns)
    flown = ", ".join(f"{c.members[0].vehicle.booster.id} {c.burn_s[0]:.0f} to {c.burn_s[-1]:.0f} s" for c in curves)
    lines = [
        f"class {name}, "
        + ("inferred from the impulsive range by the usual limits" if report.booster_class is None else "as given"),
        f"vehicles: notional, with the stages of generic boosters ({flown}); payload solved for, so that "
        "the full burn through the air reaches the reported apogee and range",
        f"burns: usual up to {burns.solid_s:.0f} s (solid) and {burns.liquid_s:.0f} s (liquid), {burns.source}; for "
        f"the check of the time {nodes[0]:.0f} to {nodes[-1]:.0f} s, and {COASTS_S:g} s for coasts between stages",
        "max_range_km is for the payload that was flown, whatever it was, on its best pitch programme: low is the "
        "impulsive range, that of a burn in no time, or the least over the burns that count where air or rotation "
        "takes more; high is the most over them; null is not bounded",
        "a vehicle tested light reaches less with its real payload: see payload_factor 1.3 of grid",
        "energy that the test did not use (a first stage flown flat, an early cutoff, a turn out of the plane) is not "
        "seen: the apogee is then a lower bound of what the vehicle can do",
        "rounding: half of the last digit given, trailing zeros and whole minutes taken as rounded: "
        + ", ".join(f"{key} +-{value:g}" for key, value in coarse.items()),
    ]
    if rotation["included"]:
        lines.append(
            "rotating WGS-84 Earth; ranges along the azimuth of the test, others under rotation; measured on the mean "
            "sphere, within 0.3 % of the geodesic"
        )
    else:
        lines.append(
            "Earth round and without rotation, since no launch point is given; rotation at the equator, where it is "
            "largest, is stated under rotation and widens the bounds of the time"
        )
    return lines


def _km(metres: float) -> float | None:
    """Kilometres, or None where nothing bounds them."""
    return round(metres / 1e3, 1) if metres < HALF_ROUND_M * (1.0 + 1e-12) else None


def _pair(band: tuple[float, float] | None) -> dict[str, float] | None:
    return None if band is None else {"low": round(band[0], 1), "high": round(band[1], 1)}


def _triple(values: FloatArray, unit: float, digits: int) -> dict[str, float]:
    parts = {"value": np.median(values), "low": values.min(), "high": values.max()}
    return {key: round(float(value) / unit, digits) for key, value in parts.items()}
