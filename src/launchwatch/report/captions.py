"""The words below the figures: what is drawn, in which units, and what every mark means; the same for every partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from launchwatch.report.looks import MOST_ROWS
from launchwatch.report.run import Case
from launchwatch.report.sightings import Sightings


def map_caption(case: Case, sensors: Sequence[Sightings]) -> str:
    """Caption of the map."""
    seeing = [f"{one.number} {one.name} ({one.owner})" for one in sensors if len(one.time_s)]
    who = f"Sensors that detected it, by time of first detection: {'; '.join(seeing)}." if seeing else _NOBODY
    return (
        f"Left: ground track of {_launches(case)} (Lambert azimuthal equal-area projection about the middle of what is "
        "shown, north up there). Blue outlines are the radars' sectors out to their greatest range at their lowest "
        "elevation; triangles stand below the satellites, on the rim where that point lies beyond the map. Site "
        "positions are rounded to 0.1 degree. Shaded areas are the partners' warning regions, coarse outlines for "
        f"computing. {who} Right: estimates of {case.partners[0]}, the first partner of the scenario, around the true "
        "points: the last 95 % ellipse alone and integrated, and dashed the first one where it fits."
    )


def timeline_caption(case: Case, launch: Mapping[str, Any]) -> str:
    """Caption of the timeline."""
    end = "" if launch["impact_s"] is not None else " The flight does not fall back, so there is no decision time."
    return (
        f"Timeline of {launch['id']} for each partner, alone (its own sensors) above integrated (with what the others "
        "release). Times are minutes:seconds after lift-off; the shaded span is the boost phase. Circle: the first "
        "detection reaches the node; dot: the event is set up. Diamond: first warning released; star: confirmed; "
        "cross: cancelled; ticks below: later versions of the warning. Dotted: the partner's procedure, until the "
        f"decision can be taken; bar: decision time left until impact.{end}"
    )


def looks_caption(case: Case, sensors: Sequence[Sightings]) -> str:
    """Caption of the heights, signals and looks."""
    text = (
        f"What the sensors saw of {_launches(case)}. Top: height above the ellipsoid against time, with the parts that "
        "infrared and radar detected. Middle: irradiance of the detections in each infrared sensor's band, and "
        "signal-to-noise ratio of the radars' detections, medians over 1/100 of the axis; numbers name the sensors. "
        "Bottom: every look, each drawn as wide as the time to the next one: coloured where it detected a flight, grey "
        "where the sensor looked and saw none of it, white where it did not look; black ticks are detections that "
        "match no flight."
    )
    silent = [one.name for one in sensors[MOST_ROWS:] if not len(one.time_s)]
    left_out = [one.name for one in sensors[MOST_ROWS:] if len(one.time_s)]
    if left_out:
        text += f" Not drawn for want of room, though they detected it: {'; '.join(left_out)}."
    if silent:
        text += f" Looked and saw nothing of it, not drawn: {'; '.join(silent)}."
    return text if sensors else f"{text} {_NOBODY}"


def estimates_caption(launch: Mapping[str, Any], timed: bool) -> str:
    """Caption of the errors and ellipses."""
    when = "the time at which the version was made" if timed else "the number of the version"
    return (
        f"Estimated launch point (top) and impact point (bottom) of {launch['id']}, by partner, against {when}, on "
        "logarithmic axes. Lines: distance of the estimate from the truth, one line for each event, held until its "
        "next version; bands: from the minor to the major semi-axis of the stated 95 % ellipse. Bands of alone and "
        "integrated that coincide mix to grey. An honest ellipse has the error below its upper edge in most versions."
    )


def globe_caption(partner: str) -> str:
    """Caption of the globe."""
    return (
        "Orthographic view of the case chosen above. Drag to turn, scroll to zoom, move the slider or press play for "
        "time. Line: flight, drawn at its height; thick: so far. Green: lines of sight of the sensors that detect it "
        f"now. Orange: 95 % ellipses of the launch and impact point in the warning that {partner}, integrated, has out."
    )


KNOWLEDGE_FIGURE = (
    "When each chain knew what: from then on what it said was right and stayed so. Full marks: median over the "
    "launches that reached the state; pale ones: each launch. The time is on a logarithmic axis."
)
KNOWLEDGE_TABLE = (
    "When each chain knew what (median in minutes:seconds after lift-off, with the number of launches that got there), "
    "and what its picture of all of them was worth: GOSPA, mean over the times, and T-GOSPA, root of its mean (20 km "
    "where an object is missed or false counts half of its square, 10 km for a change of track); part of the objects' "
    "time with a track, part of the tracks' time that is of nothing (SIAP, gate 20 km), and changes of track. Then "
    "whether it was as sure as it should be: mean squared error of its states over what they stated (NEES, 6 if that "
    "was right), the share of states and the number of launch and impact points, in the end, that lie in their 95 % "
    "ellipses, and chi-squared of the fitted ascents over its degrees of freedom (NIS, 1 if the model holds)."
)

_NOBODY = "No sensor detected it."


def _launches(case: Case) -> str:
    return " and ".join(str(launch["id"]) for launch in case.launches)
