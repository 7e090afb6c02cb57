"""Typing: probabilities of the booster classes, always with "other" and "not-a-missile".

Classes are told apart by what the flight itself shows: the energy at burnout, whether it stays in orbit, how steep it
is, where it rose; and by when stages burned out, against the boosters of the catalogue. The numbers below are shares of
a prior, not tuned to a case; they move only as the evidence does.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.messages.tracks import Track, before_air
from launchwatch.physics.gravity import MU
from launchwatch.processing.assessments.impact import ORBIT_PERIGEE_M, perigee_m
from launchwatch.processing.assessments.templates import Templates, class_factors
from launchwatch.processing.motion.descent import GLIDES, SHARES

EARTH_M = 6371e3
CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv", "sounding-rocket", "other", "not-a-missile")
BAND_LIMITS_M = (1000e3, 3000e3, 5500e3)  # of range on a minimum-energy path, as treaties draw them
BANDS = ("srbm", "mrbm", "irbm", "icbm")
OTHER = 0.03
STILL_THRUSTING = {"srbm": 0.15, "mrbm": 0.15, "irbm": 0.12, "icbm": 0.22, "slbm": 0.0, "hgv": 0.04, "slv": 0.2}
SPEED_MARGIN = 0.04  # relative spread of speed that the band limits are blurred by: payload and path unknown
UNEXPLAINED_CHI2 = 10.0  # a degree; vehicles of any kind leave less than 5 after their fit
UNSEEN_LAUNCHER = 0.1  # of what is in orbit and was not seen to rise: a launcher, and no satellite (assumption)
SATELLITE_ODDS = 20.0  # satellites to missiles among radar tracks that pass close over the ground (assumption)
FAR_SIGMAS, STEEP_S, STEEP = 8.0, 6000.0, 4.0  # no perigee moves by more for a speed or a height that is off: 4 a / v
STEPS = np.array([100.0, 100.0, 100.0, 0.1, 0.1, 0.1])  # m and m/s, for the slope of the perigee
LEAST = 1e-6  # probability that is left to what the air speaks against
UNLIKELY_GLIDER = 0.01  # share of glide bodies among what does not fly like one until it meets the air (assumption)
FAST = 7400.0  # m/s inertial: faster than any missile's burnout
STEEP_FLIGHT, STEEP_SOUNDING = 1.5, 3.0  # apogee over range of what is fired to go up; soundings to lofted tests
NEARLY_UP_M, UP_SPREAD_M = -800e3, 150e3  # perigee that no missile of 15,000 km range reaches, and its blur


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def speed_for_range(range_m: float) -> float:
    """Speed on the ground of a minimum-energy flight, m/s (Wheelon 1959)."""
    half = 0.5 * range_m / EARTH_M
    q = 2.0 * math.sin(half) / (1.0 + math.sin(half))
    return math.sqrt(q * MU / EARTH_M)


def ground_speed(state: FloatArray) -> float:
    """Inertial speed (m/s) that a ballistic state (6,) ITRF would have at the Earth's surface, by energy."""
    position = state[:3]
    velocity = state[3:] + OMEGA_EARTH * np.array([-position[1], position[0], 0.0])
    energy = 0.5 * velocity @ velocity - MU / np.linalg.norm(position)
    return math.sqrt(max(2.0 * float(energy + MU / EARTH_M), 0.0))


def typing_of(
    track: Track, at_sea: float, apogee_m: float, range_m: float | None, known: Templates
) -> dict[str, float]:
    """Probability of each class.

    Parameters
    ----------
    known : the boosters of the catalogue.
    at_sea : probability that the launch point lies at sea.
    apogee_m, range_m : of the flight as predicted; range null in orbit or with no launch point.
    """
    air, track = track.air, before_air(track)
    real = 1.0 - 0.25 * math.exp(-max(track.detections - 3, 0) / 4.0)
    if "radar" in track.phenomenologies:
        real = 1.0 - 0.02 * (1.0 - real)
    else:
        real *= min(1.0, UNEXPLAINED_CHI2 / track.chi2_per_degree)  # a fireball: light that no ascent explains
    up = False  # in orbit, whatever its times
    if track.phase == "boost":
        weights = _thrusting(track)
    elif not _seen_to_rise(track) and (share := in_orbit(track)) > 0.0:
        # nobody saw it rise: what is up there to stay is a satellite that the catalogue has not, or has elsewhere
        real *= 1.0 - (1.0 - UNSEEN_LAUNCHER) * share
        weights = _ballistic(track, apogee_m, range_m) if share < 1.0 else {}
        total = sum(weights.values())
        launcher = UNSEEN_LAUNCHER * share / (1.0 - (1.0 - UNSEEN_LAUNCHER) * share)
        weights = {name: (1.0 - launcher) * value / total for name, value in weights.items()}
        weights["slv"] = weights.get("slv", 0.0) + launcher
    elif perigee_m(track.state) > ORBIT_PERIGEE_M:
        weights, up = {"slv": 1.0}, True
    else:
        weights = _ballistic(track, apogee_m, range_m)
        if air is not None:
            # what the air has told, over what the filter took for granted
            odds = air.glide / max(1.0 - air.glide, LEAST) * (1.0 - SHARES[GLIDES]) / SHARES[GLIDES]
            weights["hgv"] = odds * max(weights.get("hgv", 0.0), UNLIKELY_GLIDER * sum(weights.values()))
    land = {name: value for name, value in weights.items() if name in BANDS}
    weights["slbm"] = weights.get("slbm", 0.0) + at_sea * sum(land.values())
    for name, value in land.items():
        weights[name] = value * (1.0 - at_sea)
    total = sum(weights.values())
    factors = {"other": 1.0} if up else class_factors(known, track, ground_speed(track.state))
    shares = {n: (1.0 - OTHER) * value / total * factors.get(n, factors["other"]) for n, value in weights.items()}
    shares["other"] = OTHER * factors["other"]
    total = sum(shares.values())
    result = {name: float(real * shares.get(name, 0.0) / total) for name in CLASSES}
    result["not-a-missile"] = float(1.0 - real)
    return result


def _seen_to_rise(track: Track) -> bool:
    """Whether its flight was taken over from a plume's end: infrared of the same event may be of something else."""
    return track.burnout_ns is not None and track.free_from_ns == track.burnout_ns


def in_orbit(track: Track) -> float:
    """Probability that a track in free flight stays up: how high its perigee is, with the odds of what is there.

    The perigee of a short track is known badly. That of a missile lies thousands of kilometres below ground, even on a
    low path over 15,000 km no higher than `NEARLY_UP_M`; that of a satellite is above the air. The likelihood of either
    is weighed with how many there are of each; the errors of a few plots have tails, which `UP_SPREAD_M` stands for.
    """
    perigee = perigee_m(track.state)
    spread = np.sqrt(np.diag(track.covariance))
    if NEARLY_UP_M - perigee > FAR_SIGMAS * (UP_SPREAD_M + STEEP_S * spread[3:].max() + STEEP * spread[:3].max()):
        return 0.0
    slope = np.array([(perigee_m(track.state + step) - perigee) / step.sum() for step in np.diag(STEPS)])
    sigma = math.sqrt(max(float(slope @ track.covariance @ slope), 0.0) + UP_SPREAD_M**2)
    up = normal_cdf((perigee - NEARLY_UP_M) / sigma)
    return SATELLITE_ODDS * up / (SATELLITE_ODDS * up + 1.0 - up)


def _thrusting(track: Track) -> dict[str, float]:
    """While it thrusts: what its speed so far rules out, and what cannot be told yet."""
    speed = ground_speed(track.state)
    sigma = math.hypot(float(np.sqrt(np.trace(track.covariance[3:, 3:]) / 3.0)), SPEED_MARGIN * speed)
    weights = dict(STILL_THRUSTING)
    for name, limit in zip(BANDS, (*BAND_LIMITS_M, None), strict=True):
        if limit is not None:
            weights[name] *= normal_cdf((speed_for_range(limit) - speed) / sigma)
    flown_out = normal_cdf((FAST - speed) / max(sigma, 50.0))
    weights["icbm"] *= flown_out
    weights["hgv"] *= flown_out
    return weights


def _ballistic(track: Track, apogee_m: float, range_m: float | None) -> dict[str, float]:
    """After burnout: the band of its energy; steep and slow flights may be soundings, low and fast ones gliders."""
    speed = ground_speed(track.state)
    sigma = math.hypot(float(np.sqrt(np.trace(track.covariance[3:, 3:]) / 3.0)), SPEED_MARGIN * speed)
    edges = [0.0, *(normal_cdf((speed - speed_for_range(limit)) / sigma) for limit in BAND_LIMITS_M)]
    shares = [1.0 - edges[1], edges[1] - edges[2], edges[2] - edges[3], edges[3]]
    weights = {name: max(value, 1e-6) for name, value in zip(BANDS, shares, strict=True)}
    if range_m is not None and apogee_m > STEEP_FLIGHT * range_m:
        weights["sounding-rocket"] = STEEP_SOUNDING * (weights["srbm"] + weights["mrbm"] + weights["irbm"])
    if apogee_m < 150e3 and speed > speed_for_range(1500e3):
        weights["hgv"] = 0.5
    # nearly in orbit: missiles come down within half a turn, from a perigee deep in the ground
    orbital = normal_cdf((perigee_m(track.state) - NEARLY_UP_M) / UP_SPREAD_M)
    for name in BANDS:
        weights[name] *= 1.0 - orbital
    weights["slv"] = max(0.5 * normal_cdf((speed - FAST) / sigma), orbital)
    return weights
