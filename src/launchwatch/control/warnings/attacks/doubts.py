"""Sources of doubt about what threatens: what else it might be, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, missile_probability
from launchwatch.messages.attacks import DoubtCode, Sureness
from launchwatch.messages.control import Notice
from launchwatch.messages.health import HealthStatus
from launchwatch.physics.sun import glint_angle_deg, sun_direction

S = 1_000_000_000
SHORT_DETECTIONS = 12
"""Fewer detections than these are a short arc; from so many on the chain has medium confidence in one sensor."""
LARGE_KM = 300.0
"""Half a major axis beyond which an ellipse covers more than a country's region (assumption)."""
OPEN_BELOW = 0.8
"""Probability of a missile below which the kind of object is open (assumption)."""
GLINT_DEG = 12.0
"""Closer to the Sun's mirror image than this, a light may be its glint (Giglio et al., 2003)."""

ORDER: tuple[DoubtCode, ...] = (
    "partner-saw-nothing", "notice-on-file", "sun-glint", "one-sensor", "one-kind", "typing-open", "lost",
    "impact-open", "large-ellipse", "short-arc", "health-degraded", "not-calibrated",
)  # fmt: skip
"""The gravest first: what may be something else, what one fault may have made, what is not known."""
WORDS: Mapping[DoubtCode, str] = {
    "partner-saw-nothing": "a partner looked and saw nothing",
    "notice-on-file": "a launch was announced there",
    "sun-glint": "may be glint of the Sun",
    "one-sensor": "one sensor only",
    "one-kind": "one kind of sensor only",
    "typing-open": "kind of object open",
    "lost": "no longer tracked",
    "impact-open": "impact point not known yet",
    "large-ellipse": "impact point poorly known",
    "short-arc": "seen for a short time",
    "health-degraded": "sensors or links out of order",
    "not-calibrated": "false-alarm rate not known",
}
LIMITS: Mapping[DoubtCode, Sureness] = {
    "partner-saw-nothing": "possible",
    "notice-on-file": "possible",
    "sun-glint": "possible",
    "one-sensor": "possible",
    "one-kind": "likely",
}
"""How sure it can be at most where a doubt is about every event: one physical kind of evidence can be wrong at once."""


class Surroundings(NamedTuple):
    """What bears on how sure an assessment is, beside the assessments.

    Attributes
    ----------
    notices : pre-launch notices on file.
    health : status of components of the node, by name.
    infrared_m : position (3,) of each infrared sensor when the events began, ITRF m.
    unseen : events of which a partner said that its sensors looked and saw no launch.
    """

    notices: Sequence[Notice] = ()
    health: Mapping[str, HealthStatus] = {}
    infrared_m: Mapping[str, FloatArray] = {}
    unseen: Collection[str] = ()


def doubts_of(assessments: Sequence[Assessment], surroundings: Surroundings) -> dict[DoubtCode, tuple[str, ...]]:
    """Codes of all doubts, and the events that each is about; health is about all.

    Parameters
    ----------
    assessments : newest version of each event that threatens.
    surroundings : what else bears on them.
    """
    tests: dict[DoubtCode, Callable[[Assessment], bool]] = {
        "partner-saw-nothing": lambda a: a.event in surroundings.unseen,
        "notice-on-file": lambda a: any(announced(a, notice) for notice in surroundings.notices),
        "sun-glint": lambda a: in_glint(a, surroundings.infrared_m),
        "one-sensor": lambda a: len(a.sensors) == 1,
        "one-kind": lambda a: len(a.phenomenologies) == 1,
        "typing-open": lambda a: missile_probability(a.typing) < OPEN_BELOW,
        "lost": lambda a: a.basis == "lost",
        "impact-open": lambda a: a.impact is None,
        "large-ellipse": lambda a: a.impact is not None and a.impact.ellipse_95.semi_major_km > LARGE_KM,
        "short-arc": lambda a: a.detections < SHORT_DETECTIONS,
        "not-calibrated": lambda a: a.far_hz is None,
    }
    found = {code: tuple(a.event for a in assessments if test(a)) for code, test in tests.items()}
    if any(status != "ready" for status in surroundings.health.values()):
        found["health-degraded"] = tuple(a.event for a in assessments)
    return {code: events for code, events in found.items() if events}


def announced(assessment: Assessment, notice: Notice) -> bool:
    """Whether a notice speaks of the launch: its point may lie in the area announced, its time in the window."""
    launch, area = assessment.launch_point, notice.launch_area
    if launch is None or area is None or notice.window_from_ns is None or notice.window_until_ns is None:
        return False
    slack = round(2.0 * launch.sigma_s * S)
    if not notice.window_from_ns - slack <= launch.time_ns <= notice.window_until_ns + slack:
        return False
    distance, _, _ = inverse(area.lat_deg, area.lon_deg, launch.lat_deg, launch.lon_deg)
    return distance <= 1e3 * (area.radius_km + launch.ellipse_95.semi_major_km)


def in_glint(assessment: Assessment, infrared_m: Mapping[str, FloatArray]) -> bool:
    """Whether the Sun's mirror image lay at the launch point for every sensor that saw it, all of them infrared."""
    launch = assessment.launch_point
    if launch is None or not assessment.sensors or any(name not in infrared_m for name in assessment.sensors):
        return False
    up = enu_axes(launch.lat_deg, launch.lon_deg)[2]
    sun = sun_direction(launch.time_ns)
    place = itrf_from_geodetic(launch.lat_deg, launch.lon_deg, 0.0)
    to = np.array([infrared_m[name] - place for name in assessment.sensors])
    to /= np.linalg.norm(to, axis=1)[:, None]
    return bool(np.all(glint_angle_deg(up, sun, to) < GLINT_DEG))
