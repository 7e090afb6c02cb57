"""Alerts made by hand, for the tests of CAP."""

from typing import Any

import msgspec
import numpy as np

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.messages.alerts import Alert, Outline, RegionAtRisk

SENT = parse_utc("2026-08-20T21:00:30.400Z")


def risk(region: str = "jp-12", name: str = "Hokkaido", **changes: Any) -> RegionAtRisk:
    base = RegionAtRisk(
        region=region,
        name=name,
        kind="overflight",
        probability=0.7,
        earliest_ns=SENT + 300 * NS,
        latest_ns=SENT + 420 * NS,
    )
    return msgspec.structs.replace(base, **changes)


def alert(**changes: Any) -> Alert:
    ring = np.array([[42.0, 157.0], [41.5, 157.5], [42.0, 158.0], [42.5, 157.5], [42.0, 157.0]])
    base = Alert(
        alert="jp-20260820-001/jp",
        event="jp-20260820-001",
        number=1,
        supersedes=None,
        warning=1,
        stage="launch",
        basis="observed",
        regions=(risk(), risk("jp-03", "Aomori")),
        outlines=(Outline(kind="impact", points_deg=ring), Outline(kind="overflight", points_deg=ring - 5.0)),
        language="en",
        headline="Missile launch. Take shelter now: Hokkaido & Aomori.",
        description="A missile was launched.",
        instruction="Go into a strong building.",
        sent_ns=SENT,
        expires_ns=SENT + 600 * NS,
    )
    return msgspec.structs.replace(base, **changes)
