"""The watch log in words: what people did about each event, what the public heard, what was turned away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from launchwatch.report.run import RunView
from launchwatch.report.words import NEVER, NONE, clock

COLUMNS = ("UTC", "event", "state", "what happened", "waits for", "agreed")
EXHIBIT_COLUMNS = (
    "guards", "highest state", "reached", "all quiet again", "public told", "false alert lasted", "wrong"
)  # fmt: skip
WAS = {
    "sensor-fault": "fault of a sensor",
    "data-fault": "fault in the data",
    "launch-misread": "real launch, misread",
    "people": "people and alerting",
    "unannounced-test": "correct detection of a test that nobody had announced",
    "true-attack": "true attack",
}


@dataclass(frozen=True)
class WatchLog:
    """The log of one post in one case: who, in which chain, and its rows."""

    partner: str
    chain: str
    case: str
    rows: tuple[tuple[str, ...], ...]


def watch_logs(view: RunView) -> tuple[WatchLog, ...]:
    """Logs of all posts that conferred about something, in the order of the play."""
    found: dict[tuple[str, str, str], list[tuple[str, ...]]] = {}
    for one in view.summary.get("procedures", ()):
        rows = found.setdefault((one["case"], one["partner"], one["chain"]), [])
        rows += [
            (
                entry["at"][11:19],
                one["event"],
                entry["state"],
                entry["reason"],
                ", ".join(entry["calls"]) or NONE,
                ", ".join(entry["agreed"]) or NONE,
            )
            for entry in one["entries"]
        ]
    return tuple(WatchLog(p, chain, case, tuple(sorted(rows))) for (case, p, chain), rows in found.items())


def blind_zones(view: RunView) -> tuple[str, ...]:
    """One sentence for each launch, partner and chain with places that could not be warned in time."""
    return tuple(
        f"{launch['id']}, {partner} ({chain}): {', '.join(names)}."
        for launch in view.summary.get("launches", ())
        for partner, entry in launch["partners"].items()
        for chain, names in entry.get("blind", {}).items()
        if names
    )


def refusals(view: RunView) -> tuple[str, ...]:
    """One sentence for each reason for which a post turned messages away."""
    return tuple(
        f"{one['partner']} ({one['chain']}): {one['messages']:,} messages turned away: {one['reason']}."
        for one in view.summary.get("refused", ())
    )


LEGS = {
    "tracked": "track", "warned": "warning", "assessed": "threat assessment", "agreed": "first person",
    "released": "release", "received": "receipt", "cancelled": "cancel", "cancel_received": "receipt of the cancel",
}  # fmt: skip
TEST_COLUMNS = ("test launch", "UTC", "post", *LEGS.values(), "result")


def test_rows(view: RunView) -> tuple[tuple[str, ...], ...]:
    """A row for each test launch: when each leg of the path was reached, after lift-off."""
    return tuple(
        (
            one["id"],
            one["at"][11:19],
            one["partner"],
            *(clock(one["legs"][leg]) for leg in LEGS),
            "ok" if one["ok"] else f"missing: {LEGS[one['missing']]}",
        )
        for one in view.summary.get("test_launches", ())
    )


def exhibit_rows(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """A case of history as two lines: with all guards, and without those that decide it."""
    lines = [("all", row["on"])]
    if row["off"] is not None:
        lines.append((f"without {', '.join(row['guards'])}", row["off"]))
    return tuple(
        (
            label,
            found["highest"],
            clock(found["reached_s"]),
            clock(found["settled_s"]),
            _told(found["alerts"]),
            clock(found["false_alert_s"]),
            {True: "yes", False: "no", None: NONE}[found.get("wrong")],
        )
        for label, found in lines
    )


def _told(alerts: Sequence[Mapping[str, Any]]) -> str:
    if not alerts:
        return "nothing"
    first = alerts[0]
    others = len({region for alert in alerts for region in alert["regions"]})
    stages = ", then ".join(dict.fromkeys(alert["stage"] for alert in alerts))
    return f"{stages} ({others} region{'s' if others != 1 else ''}, first at {clock(first['after_s'])})"


def exhibit_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Cases of history in words for the terminal, three lines each."""
    parts = []
    for row in rows:
        parts.append(f"{row['title']} ({WAS[row['was']]})")
        for label, highest, reached, settled, told, lasted, wrong in exhibit_rows(row):
            words = highest if reached == NEVER else f"{highest} at {reached}, all quiet again: {settled}"
            words += "" if told == "nothing" else f"; the public heard: {told}"
            words += "" if lasted == NEVER else f"; a false alert for {lasted}"
            words += " - WRONG, as then" if wrong == "yes" else ""
            parts.append(f"  guards {label}: {words}" if label == "all" else f"  {label}: {words}")
    return "\n".join(parts)
