"""Findings of the chains, in the order in which they were told, as the summary holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from launchwatch.core.epochs import format_utc
from launchwatch.messages.assessments import Ellipse
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.warnings import Finding


def findings_of(case: str, outputs: Mapping[tuple[str, str], Sequence[Envelope]]) -> list[dict[str, Any]]:
    """Findings of a case.

    Parameters
    ----------
    outputs : what each chain made, by partner and chain.
    """
    return [
        {
            "case": case,
            "partner": partner,
            "chain": chain,
            "event": found.event,
            "version": found.version,
            "region": found.region,
            "at": format_utc(envelope.emitted_ns, 3),
            "arc_s": None if found.arc_s is None else round(found.arc_s, 3),
            "launch_ellipse_95": _ellipse(found.launch_ellipse),
            "impact_ellipse_95": _ellipse(found.impact_ellipse),
            "notice": found.notice,
            "notice_match": found.notice_match,
            "criteria": {
                one.name: {"fits": one.fits, "log_odds": round(one.log_odds, 3), "reason": one.reason}
                for one in found.criteria
            },
            "confidence": found.confidence,
            "burst": {
                "state": found.burst.state,
                "probability": found.burst.probability,
                "reason": found.burst.reason,
                "since": format_utc(found.burst.since_ns, 3),
            },
            "impact_probability": found.impact_probability,
            "settled": found.settled,
        }
        for (partner, chain), made in outputs.items()
        for envelope in made
        if isinstance(found := envelope.payload, Finding)
    ]


def _ellipse(ellipse: Ellipse | None) -> dict[str, float] | None:
    if ellipse is None:
        return None
    return {
        "semi_major_km": round(ellipse.semi_major_km, 3),
        "semi_minor_km": round(ellipse.semi_minor_km, 3),
        "azimuth_deg": round(ellipse.azimuth_deg, 3),
    }
