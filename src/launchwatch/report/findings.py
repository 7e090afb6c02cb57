"""What centres held of events beside their warnings, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launchwatch.report.run import RunView, scenario_of
from launchwatch.report.words import kilometres

MATCHES = {"full": "is the launch of notice {notice}", "possible": "may be the launch of notice {notice}"}


def finding_words(view: RunView) -> tuple[str, ...]:
    """One sentence for each finding of a scenario with notices, in order of time within a chain."""
    if not scenario_of(view).get("notices"):
        return ()
    return tuple(_words(one) for one in view.summary.get("findings", ()))


def _words(one: Mapping[str, Any]) -> str:
    parts = []
    if one["notice"] is not None:
        parts.append(MATCHES[one["notice_match"]].format(notice=one["notice"]))
    threat, ellipse = one["impact_probability"], one["impact_ellipse_95"]
    if ellipse is None:
        parts.append("impact point not known")
    else:
        axes = " by ".join(kilometres(ellipse[f"semi_{axis}_km"]) for axis in ("major", "minor"))
        parts.append(f"impact ellipse {axes} km")
    if threat is not None:
        parts.append(f"impact in the region with {threat:.2f}")
    burst = one["burst"]
    parts.append(f"high-altitude burst {burst['state']}: {burst['reason']}")
    parts.append(f"confidence {one['confidence']}")
    if one["settled"]:
        parts.append("settled")
    seen = "" if one["arc_s"] is None else f" (seen for {one['arc_s']:.0f} s)"
    return f"{one['at'][11:19]} UTC, {one['partner']} ({one['chain']}), {one['event']}{seen}: {'; '.join(parts)}."
