"""The hypothesis of a high-altitude burst: one missile whose payload bursts high over a region and never falls.

An impact point far off does not answer it. It stays open from the first assessment on, until the path ahead, with all
that is not known of it, keeps away from the region wherever it is at the heights of such a burst.
"""

from __future__ import annotations

from launchwatch.catalog.schema import BurstBand
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.warnings import Burst, BurstState


def burst_of(assessment: Assessment, region: str, band: BurstBand, before: Burst | None, now: int) -> Burst:
    """State of the hypothesis for one region.

    Parameters
    ----------
    before : its state until now, or None; as long as it stays the same, it keeps since when it is so.
    now : epoch, ns TAI.
    """
    state, probability, reason = _judged(assessment, region, band)
    since_ns = before.since_ns if before is not None and before.state == state else now
    return Burst(state=state, probability=probability, reason=reason, since_ns=since_ns)


def _judged(assessment: Assessment, region: str, band: BurstBand) -> tuple[BurstState, float | None, str]:
    found = next((threat for threat in assessment.threats if threat.region == region), None)
    if found is None or found.burst_probability is None:
        # under thrust, in orbit, or too short an arc: it may still go anywhere
        return "open", None, "no fall is known: it thrusts, is in orbit, or was seen too briefly"
    heights = f"at {band.min_altitude_km:g} to {band.max_altitude_km:g} km"
    nearest = found.burst_distance_km
    if found.burst_probability < band.exclude_below:
        if nearest is None:
            return "excluded", found.burst_probability, f"the path ahead is nowhere {heights}"
        return "excluded", found.burst_probability, f"{heights} the path ahead keeps {nearest:.0f} km off the region"
    where = "over" if nearest == 0.0 else "near"
    return "open", found.burst_probability, f"the path ahead may pass {where} the region {heights}"
