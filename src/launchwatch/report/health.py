"""Components that failed, and when it was noticed, in words."""

from __future__ import annotations

from launchwatch.report.run import RunView

STATES = {
    "silent": "silent, last heard at {heard}",
    "ready": "heard again after {lost} lost heartbeats",
    "degraded": "degraded",
    "stopping": "stopping",
}


def health_words(view: RunView) -> tuple[str, ...]:
    """One sentence for each change of health, in order of time within a chain."""
    return tuple(
        f"{one['at'][11:19]} UTC, {one['partner']} ({one['chain']}): {one['component']} "
        + (
            f"{one['status']}: {one['reason']}"
            if one.get("reason")
            else STATES[one["status"]].format(heard=f"{one['heard'][11:19]} UTC", lost=one["lost"])
        )
        + "."
        for one in view.summary.get("health", ())
    )
