"""Typing: probabilities of the booster classes, always with "other" and "not-a-missile", and of the boosters.

Each booster of the catalogue is a hypothesis, and so is one of each class that the catalogue has not. Four things tell
them apart: when stages burned out, how fast the flight got by then, how high it would rise at that speed, and where it
rose (land or sea). What no class explains is "other".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.gaussians import normal_cdf
from launchwatch.messages.tracks import Track, before_air
from launchwatch.physics.gravity import MU
from launchwatch.processing.assessments.impact import ORBIT_PERIGEE_M, perigee_m
from launchwatch.processing.assessments.templates import CLASSES as BOOSTER_CLASSES
from launchwatch.processing.assessments.templates import Burns, Templates, likelihoods, of_none
from launchwatch.processing.motion.descent import GLIDES, SHARES

EARTH_M = 6371e3
S = 1_000_000_000
CLASSES = (*BOOSTER_CLASSES, "other", "not-a-missile")
BAND_LIMITS_M = (1000e3, 3000e3, 5500e3)  # of range on a minimum-energy path, as treaties draw them
BANDS = ("srbm", "mrbm", "irbm", "icbm")
OTHER, UNKNOWN = 0.02, 0.25  # prior of what is like none; of boosters of a class that the catalogue has not
CARRIERS = {
    name: [BOOSTER_CLASSES.index(missile) for missile in missiles]
    for name, missiles in {"slv": BANDS[3:], "hgv": BANDS[1:], "sounding-rocket": BANDS[:2]}.items()
}  # missiles that others may fly on
CARRIED, UNLIKE = 0.4, 0.4  # of the unknown ones: that fly on a known missile; that are like none of their class
SPEED_MARGIN = 0.04  # relative spread of speed that the band limits are blurred by: payload and path unknown
# error of speed, relative, and what of it does to how steep the path is, of a burn that was seen for so long or less
BRIEF_SHARE, BRIEF_STEEP, BRIEF_S = 0.2, 0.06, 18.0
UNEXPLAINED_CHI2 = 10.0  # a degree; vehicles of any kind leave less than 5 after their fit
# that three looks are of nothing that flies, and how many more halve that twice and more; where one satellite alone had
# them it is likelier: of fields of fires it makes some hundred motions a day (assumption)
DOUBT, DOUBT_LOOKS, ALONE_DOUBT, ALONE_LOOKS = 0.25, 4.0, 0.7, 8.0
# of what one satellite alone saw flare up and go out: no burn, where it lasted for so long or less (assumption)
FLASH, FLASH_S = 0.9, 12.0
UNSEEN_LAUNCHER = 0.1  # of what is in orbit and was not seen to rise: a launcher, and no satellite (assumption)
SATELLITE_ODDS = 20.0  # satellites to missiles among radar tracks that pass close over the ground (assumption)
FAR_SIGMAS, STEEP_S, STEEP = 8.0, 6000.0, 4.0  # no perigee moves by more for a speed or a height that is off: 4 a / v
STEPS = np.array([100.0, 100.0, 100.0, 0.1, 0.1, 0.1])  # m and m/s, for the slope of the perigee
# at burnout, over the ground; those of the others by their band
SPEEDS_M_S = {"slbm": (2300.0, 7900.0), "hgv": (2500.0, 8000.0), "slv": (1500.0, 8500.0),
              "sounding-rocket": (600.0, 5500.0), "other": (300.0, 9500.0)}  # fmt: skip
FASTEST_M_S = 7900.0
# time from lift-off to the last burnout (assumption)
LONGEST_S = {"srbm": 200.0, "mrbm": 250.0, "irbm": 300.0, "icbm": 450.0, "slbm": 400.0, "hgv": 450.0, "slv": 1500.0,
             "sounding-rocket": 200.0, "other": 1500.0}  # fmt: skip
AT_SEA = {"slbm": 0.9998, "slv": 0.3, "sounding-rocket": 0.3, "other": 0.4}
LAND_AT_SEA = 0.001  # part of other missiles whose launch point the map has far out at sea
NEARLY_UP_M, UP_SPREAD_M = -800e3, 150e3  # perigee that no missile of 15,000 km range reaches
PERIGEE_S = 3000.0  # perigee over speed, near a circular orbit
LOW_M, LOWEST_M, HIGHEST_M = 75e3, 15e3, 50_000e3  # apogee of what will glide; limits of all apogees
PARKED_M = 220e3  # apogee of launchers on their way
AIMED, AIMED_SPREAD = 0.75, 0.4  # missiles near least energy, and spread of ln apogee
LOFTED, DEPRESSED, EDGE = 0.22, 0.3, 0.2  # those lofted or depressed, to so much of the apogee of least energy; blur
STEEP_SPREAD, LOW_SPREAD, PARKED_SPREAD, STEEP_BLUR = 0.08, 0.45, 0.6, 2.5  # of ln apogee; over relative error of speed
SILENT_NS, SILENT_STEPS = 10 * S, 30  # silence is counted in such steps, up to so many
LEAST = 1e-6  # probability that is left to what the air speaks against
NAMED = 0.01  # boosters with a smaller probability are not told


class Typing(NamedTuple):
    """Probability of each class, and of each booster of the catalogue that has at least `NAMED`, greatest first."""

    classes: dict[str, float]
    boosters: dict[str, float]


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


def speed_over_ground(state: FloatArray) -> float:
    """Speed (m/s) over the turning Earth that a ballistic state (6,) ITRF would have at its surface, by energy."""
    axis = float(np.hypot(state[0], state[1]))
    radius = float(np.linalg.norm(state[:3]))
    turn = 0.5 * OMEGA_EARTH**2 * axis**2
    energy = 0.5 * float(state[3:] @ state[3:]) - MU / radius - turn
    return math.sqrt(max(2.0 * (energy + MU / EARTH_M + turn * (EARTH_M / radius) ** 2), 1.0))


def typing_of(track: Track, at_sea: float, known: Templates, now_ns: int) -> Typing:
    """What the flight is.

    Parameters
    ----------
    at_sea : probability that the launch point lies at sea.
    known : boosters of the catalogue.
    now_ns : ns TAI.
    """
    air, track = track.air, before_air(track)
    alone = "radar" not in track.phenomenologies and len(track.sensors) == 1
    doubt, looks = (ALONE_DOUBT, ALONE_LOOKS) if alone else (DOUBT, DOUBT_LOOKS)
    real = 1.0 - doubt * math.exp(-max(track.detections - 3, 0) / looks)
    if "radar" in track.phenomenologies:
        real = 1.0 - 0.02 * (1.0 - real)
    else:
        real *= min(1.0, UNEXPLAINED_CHI2 / track.chi2_per_degree)  # a fireball: light that no ascent explains
        if alone and track.phase != "boost":
            # the flare of a fire: burns that reach far are seen from the clouds up, for half a minute at least
            real *= 1.0 - FLASH * math.exp(-(((track.last_detection_ns - track.first_detection_ns) / S / FLASH_S) ** 2))
    lift = 1.0
    if air is not None:
        # what the air has told, over what the filter took for granted
        lift = float(air.glide / max(1.0 - air.glide, LEAST) * (1.0 - SHARES[GLIDES]) / SHARES[GLIDES])
    classes, boosters = _posterior(track, at_sea, known, now_ns, lift)
    up = 0.0
    if track.phase != "boost" and not _seen_to_rise(track) and (share := in_orbit(track)) > 0.0:
        # nobody saw it rise: what is up there to stay is a satellite that the catalogue has not, or has elsewhere
        real *= 1.0 - (1.0 - UNSEEN_LAUNCHER) * share
        up = 1.0 if share == 1.0 else UNSEEN_LAUNCHER * share / (1.0 - (1.0 - UNSEEN_LAUNCHER) * share)
    elif track.phase != "boost" and perigee_m(track.state) > ORBIT_PERIGEE_M:
        up = 1.0
    if up > 0.0:
        launchers = {name for name, kind in zip(known.names, known.classes, strict=True) if kind == "slv"}
        more = (up * (1.0 - OTHER)) / max(classes["slv"], 1e-300)
        boosters = {n: p * (1.0 - up + (more if n in launchers else 0.0)) for n, p in boosters.items()}
        classes = {name: (1.0 - up) * p for name, p in classes.items()}
        classes["slv"] += up * (1.0 - OTHER)
        classes["other"] += up * OTHER
    told = {name: real * p for name, p in sorted(boosters.items(), key=lambda item: -item[1]) if real * p >= NAMED}
    return Typing({name: real * classes.get(name, 0.0) for name in CLASSES} | {"not-a-missile": 1.0 - real}, told)


def _posterior(track: Track, at_sea: float, known: Templates, now_ns: int, lift: float) -> Typing:
    """Classes and boosters, given that it is a launch; `lift` is the odds that it glides, by what the air showed."""
    speed = speed_over_ground(track.state)
    sigma, level = (_speed_sigma(track, speed, share) for share in (BRIEF_SHARE, BRIEF_STEEP))
    burns = _burns_of(track, now_ns)
    exact, alike = likelihoods(known, burns, speed, sigma)
    paths = _paths(track, speed, sigma, level)
    paths["hgv"] *= lift
    count = known.member.sum(axis=1)
    listed, unlisted = known.member @ exact, known.member @ alike
    factors = np.zeros(len(BOOSTER_CLASSES))
    weights: dict[str, float] = {}
    for k, name in enumerate(BOOSTER_CLASSES):
        none = of_none(burns, LONGEST_S[name]) / FASTEST_M_S
        unknown = UNLIKE * none + (1.0 - UNLIKE) * float(unlisted[k] / count[k]) if count[k] else none
        unknown *= _in_reach(name, speed, sigma, track.phase == "boost")
        if name in CARRIERS and (carriers := float(count[CARRIERS[name]].sum())):
            unknown = (1.0 - CARRIED) * unknown + CARRIED * float(listed[CARRIERS[name]].sum()) / carriers
        factor = (1.0 - OTHER) * paths[name] * _by_area(name, at_sea)
        share = float(count[k]) / len(exact) if count[k] else 1.0 / len(BOOSTER_CLASSES)
        factors[k] = factor * (1.0 - UNKNOWN) / max(len(exact), 1)
        weights[name] = factor * UNKNOWN * share * unknown + float(factors[k] * listed[k])
    low, high = SPEEDS_M_S["other"]
    unlike = of_none(burns, LONGEST_S["other"]) / (high - low)
    weights["other"] = OTHER * unlike * paths["other"] * _by_area("other", at_sea)
    total = sum(weights.values())
    named = factors @ known.member * exact / total
    boosters = dict(zip(known.names, named.tolist(), strict=True))
    return Typing({name: value / total for name, value in weights.items()}, boosters)


def _burns_of(track: Track, now_ns: int) -> Burns | None:
    """What the track says of burns; null where no satellite saw them."""
    if track.launch is None or not (track.phase == "boost" or track.burnout_ns is not None):
        return None
    rose = track.launch.time_ns
    silent = 0 if track.burnout_ns is None else min((now_ns - track.burnout_ns) // SILENT_NS, SILENT_STEPS)
    return Burns(
        sigma_s=math.sqrt(float(track.launch.covariance[2, 2])),
        staging_s=tuple((t - rose) / S for t in track.staging_ns),
        burnout_s=None if track.burnout_ns is None else (track.burnout_ns - rose) / S,
        until_s=(track.epoch_ns - rose) / S,
        silent_s=silent * SILENT_NS / S,
    )


def _speed_sigma(track: Track, speed: float, share: float) -> float:
    """Standard deviation of speed; a profile of a burn that was seen for a few seconds knows less than it says."""
    formal = float(np.sqrt(np.trace(track.covariance[3:, 3:]) / 3.0))
    if "radar" in track.phenomenologies:
        return formal
    seen_s = (track.last_detection_ns - track.first_detection_ns) / S
    return math.hypot(formal, share * speed / (1.0 + (seen_s / BRIEF_S) ** 6))


def _in_reach(name: str, speed: float, sigma: float, boosting: bool) -> float:
    """Probability that a speed at burnout is one of the class; while it thrusts, that it is below its greatest."""
    if name in BANDS:
        edges = [0.0, *(speed_for_range(limit) for limit in BAND_LIMITS_M), FASTEST_M_S]
        low, high = edges[BANDS.index(name)], edges[BANDS.index(name) + 1]
    else:
        low, high = SPEEDS_M_S[name]
    blur = math.hypot(sigma, SPEED_MARGIN * speed)
    below = normal_cdf((high - speed) / blur)
    return below if boosting else max(below - normal_cdf((low - speed) / blur), 1e-9)


def _by_area(name: str, at_sea: float) -> float:
    """Likelihood of where it rose."""
    sea = AT_SEA.get(name, LAND_AT_SEA)
    return at_sea * sea + (1.0 - at_sea) * (1.0 - sea)


def _paths(track: Track, speed: float, sigma: float, level: float) -> dict[str, float]:
    """Likelihood of the path under each class: how high it rises at its speed, and how near an orbit it is.

    `level` is the error of speed that does to how steep it is: a profile that is too slow is as steep as it was.
    """
    orbital = 0.0
    if speed > 0.8 * FASTEST_M_S:
        spread = math.hypot(UP_SPREAD_M, PERIGEE_S * sigma)
        orbital = normal_cdf((perigee_m(track.state) - NEARLY_UP_M) / spread)
    # what glides may be as fast as a satellite: the air holds it down
    down = dict.fromkeys((*BANDS, "slbm", "sounding-rocket"), 1.0 - orbital) | {"hgv": 1.0}
    if track.phase == "boost":
        return down | {"slv": 1.0, "other": 1.0}
    high = math.log(min(max(apogee_m(track.state), LOWEST_M), HIGHEST_M))
    even = 1.0 / math.log(HIGHEST_M / LOWEST_M)

    def near(height_m: float, spread: float, error: float) -> float:
        spread = math.hypot(spread, STEEP_BLUR * error / speed)
        away = (high - math.log(max(height_m, LOWEST_M))) / spread
        return math.exp(-0.5 * away * away) / (spread * math.sqrt(2.0 * math.pi))

    least, most = heights_for_speed(speed)
    top, bottom = math.log(most), math.log(DEPRESSED * least)
    off_aim = (normal_cdf((top - high) / EDGE) - normal_cdf((bottom - high) / EDGE)) / (top - bottom)
    aimed = AIMED * near(least, AIMED_SPREAD, level) + LOFTED * off_aim + (1.0 - AIMED - LOFTED) * even
    shapes = dict.fromkeys((*BANDS, "slbm"), aimed) | {
        "hgv": 0.95 * near(LOW_M, LOW_SPREAD, sigma) + 0.05 * even,
        "sounding-rocket": 0.9 * near(most, STEEP_SPREAD, level) + 0.1 * even,
    }
    return {name: down[name] * shape for name, shape in shapes.items()} | {
        "slv": 0.7 * near(PARKED_M, PARKED_SPREAD, sigma) + 0.3 * even,
        "other": even,
    }


def apogee_m(state: FloatArray) -> float:
    """Height above a sphere of the highest point of the conic of a state (6,) ITRF; infinite where there is none."""
    position = state[:3]
    velocity = state[3:] + OMEGA_EARTH * np.array([-position[1], position[0], 0.0])
    r = float(np.linalg.norm(position))
    energy = 0.5 * float(velocity @ velocity) - MU / r
    if energy >= 0.0:
        return math.inf
    momentum = float(np.linalg.norm(np.cross(position, velocity)))
    eccentricity = math.sqrt(max(1.0 + 2.0 * energy * momentum**2 / MU**2, 0.0))
    return -0.5 * MU / energy * (1.0 + eccentricity) - EARTH_M


def heights_for_speed(speed_m_s: float) -> tuple[float, float]:
    """Apogee of the arc of least energy that a speed at the surface gives, and of the vertical one (Wheelon 1959)."""
    q = min(speed_m_s**2 * EARTH_M / MU, 0.99)
    cosine = math.cos(0.25 * math.pi - 0.5 * math.asin(q / (2.0 - q)))
    eccentricity = math.sqrt(max(1.0 - q * (2.0 - q) * cosine**2, 0.0))
    return EARTH_M * ((1.0 + eccentricity) / (2.0 - q) - 1.0), EARTH_M * q / (2.0 - q)


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
