"""Whether a chain was as sure as it should be: errors of its states and points beside the errors that it stated."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import inside_95_2d
from launchwatch.core.gaussians import nees as nees_of_one
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.evaluation.gospa import nees
from launchwatch.evaluation.matching import true_state
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.truth import FlightTruth

CHI2_95_6D = 12.591587243743977
"""95 % point of the chi-squared distribution with six degrees of freedom."""
OF_IT_M = 50e3
"""A state farther than this from every true one is false, not inconsistent."""


class GroundError(msgspec.Struct, frozen=True):
    """A ground point against the truth: distance km, whether its 95 % ellipse holds it, NEES(2), semi-major axis km."""

    km: float
    inside: bool
    nees: float
    major_km: float


def ground_error(point: GroundPoint | None, place: tuple[float, float] | None) -> GroundError | None:
    """Error of a ground point; `place` is the true latitude and longitude, deg. Null where there is not both."""
    if point is None or place is None:
        return None
    axes = enu_axes(point.lat_deg, point.lon_deg)[:2]
    away = axes @ (itrf_from_geodetic(*place, 0.0) - itrf_from_geodetic(point.lat_deg, point.lon_deg, 0.0))
    distance, _, _ = inverse(point.lat_deg, point.lon_deg, *place)
    return GroundError(
        km=round(distance / 1e3, 4),
        inside=inside_95_2d(away, point.covariance_m2),
        nees=round(nees_of_one(away, point.covariance_m2), 4),
        major_km=round(point.ellipse_95.semi_major_km, 4),
    )


def consistency(
    outputs: Sequence[Envelope], flights: Sequence[FlightTruth], last: Mapping[str, Assessment]
) -> dict[str, Any]:
    """What one chain of a case stated beside what was.

    Parameters
    ----------
    outputs : of the chain. flights : the true ones.
    last : by launch, what the chain said of it in the end.

    Returns
    -------
    dict
        `nees_6` of the states of all versions of all events at their epochs: `mean`, `median`, the share `inside_95`,
        and `of` how many. `nis_per_degree`: chi-squared over its degrees of freedom, mean of the last fit of each
        ascent.
        `launch_point` and `impact_point` in the end: `median_km`, `inside_95`, mean `nees_2`, and `of` how many
        launches. Null where there is none.
    """
    errors, covariances, fitted = [], [], {}
    for envelope in outputs:
        if not isinstance(envelope.payload, Event):
            continue
        track = envelope.payload.preferred
        if track.launch is not None and track.phase == "boost":
            fitted[envelope.payload.event] = track.chi2_per_degree
        apart = [
            track.state - state
            for state in (true_state(flight, track.epoch_ns) for flight in flights)
            if state is not None
        ]
        away = min(apart, key=lambda e: float(np.linalg.norm(e[:3])), default=None)
        if away is not None and np.linalg.norm(away[:3]) < OF_IT_M:
            errors.append(away)
            covariances.append(track.covariance)
    of_states = nees(np.array(errors), np.array(covariances)).tolist() if errors else []
    by_launch = {flight.launch: flight for flight in flights}
    return {
        "nees_6": {
            "mean": _mean(of_states),
            "median": round(statistics.median(of_states), 4) if of_states else None,
            "inside_95": _mean([value < CHI2_95_6D for value in of_states]),
            "of": len(of_states),
        },
        "nis_per_degree": _mean(list(fitted.values())),
        "launch_point": _points(
            [ground_error(said.launch_point, by_launch[name].launch_deg) for name, said in last.items()]
        ),
        "impact_point": _points([ground_error(said.impact, by_launch[name].impact_deg) for name, said in last.items()]),
    }


def _points(errors: Sequence[GroundError | None]) -> dict[str, Any]:
    found = [error for error in errors if error is not None]
    return {
        "median_km": round(statistics.median(error.km for error in found), 4) if found else None,
        "inside_95": _mean([error.inside for error in found]),
        "nees_2": _mean([error.nees for error in found]),
        "of": len(found),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None
