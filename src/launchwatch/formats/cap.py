"""Common Alerting Protocol 1.2: an alert as the message that warning systems take.

Format: OASIS Standard CAP-v1.2 (1 July 2010). There is no connector to a warning system here: a message is bytes. Its
status is ``Exercise``, or ``Test`` in a lane for tests, unless the lane is for operations and a person has armed the
node; a message that is not ``Actual`` says so first in every text.

How the three figures of urgency follow from an alert:

- urgency: Immediate while the object flies or is lost, Past once it passed, fell, or the alert is cancelled;
- severity: Extreme where it may fall or fell in a region, Severe where it passes over, Minor once it passed or the
  alert is cancelled;
- certainty: Observed only for what was observed to pass or fall; else Likely where some region is in danger with more
  than one half, Possible below that and of what is lost, Unlikely once cancelled. It is never Unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from html import escape
from typing import Literal, NamedTuple

from launchwatch.core.epochs import format_utc
from launchwatch.messages.alerts import Alert, DangerKind
from launchwatch.messages.envelope import Origin, Purpose
from launchwatch.messages.watermarks import watermark

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
REGION_CODE = "launchwatch-region"
PROBABILITY = "probability"
LIKELY_ABOVE = 0.5
S = 1_000_000_000
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IDENTIFIER = re.compile(r"[\s,<&]")
_RESPONSE = {"launch": "Shelter", "passed": "AllClear", "fell": "Avoid", "lost": "Shelter", "cancelled": "AllClear"}
_AREAS: tuple[tuple[DangerKind, str], ...] = (("impact", "Impact"), ("overflight", "Flight over"))

Status = Literal["Actual", "Exercise", "Test"]


class CapError(ValueError):
    """An alert that cannot be written, or a message that is refused; one line says why."""


class Reference(NamedTuple):
    """An earlier message: who sent it, its identifier, and when, as it was written."""

    sender: str
    identifier: str
    sent: str


def status_of(purpose: Purpose, origin: Collection[Origin], armed: bool) -> Status:
    """Status of a message.

    Parameters
    ----------
    purpose, origin : of the alert, from its envelope.
    armed : whether a person has armed the node for operations.

    Raises
    ------
    CapError
        Simulated data had a part in an alert of a lane for operations: there is no status for that.
    """
    if purpose == "operations" and "simulated" in origin:
        raise CapError("simulated data had a part in this alert for operations; it is not written")
    if purpose == "operations" and armed:
        return "Actual"
    return "Test" if purpose == "test" else "Exercise"


def reference_to(alert: Alert, sender: str) -> Reference:
    """How later messages refer to that of an alert."""
    return Reference(sender, f"{alert.alert.replace('/', '.')}.{alert.number}", cap_time(alert.sent_ns))


def cap_message(
    alert: Alert,
    earlier: Sequence[Reference],
    sender: str,
    purpose: Purpose,
    origin: Collection[Origin],
    *,
    armed: bool = False,
    exercise: str = "",
) -> bytes:
    """An alert as a CAP message.

    Parameters
    ----------
    alert : what is told.
    earlier : every earlier message of the same alert, the first one first.
    sender : unique name of the node, like `jp.launchwatch.invalid`: no space, comma, `<` or `&`.
    purpose, origin : of the alert, from its envelope.
    armed : whether a person has armed the node; without it no message is `Actual`.
    exercise : name of the exercise or of the test, for those who play it.

    Returns
    -------
    bytes
        UTF-8 XML, the same bytes for the same input.

    Raises
    ------
    CapError
        Simulated data in an alert for operations, a name that CAP forbids, or earlier messages that do not fit.
    """
    status = status_of(purpose, origin, armed)
    this = reference_to(alert, sender)
    if (alert.number > 1) != bool(earlier):
        raise CapError(f"{alert.alert}: version {alert.number} has {len(earlier)} earlier messages; give them all")
    for reference in (this, *earlier):
        for text in (reference.sender, reference.identifier):
            if not text or _NOT_IDENTIFIER.search(text):
                raise CapError(f"{text!r} is no name in CAP; use no space, comma, < or &")
    words = watermark("exercise" if status == "Exercise" else "test" if status == "Test" else purpose, origin)
    kind = "Cancel" if alert.stage == "cancelled" else "Update" if earlier else "Alert"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<alert xmlns="{NAMESPACE}">']
    lines += _element("identifier", this.identifier)
    lines += _element("sender", sender)
    lines += _element("sent", this.sent)
    lines += _element("status", status)
    lines += _element("msgType", kind)
    lines += _element("scope", "Public")
    if status != "Actual":
        lines += _element("note", f"{words} {exercise}".strip())
    if earlier:
        lines += _element("references", " ".join(",".join(reference) for reference in earlier))
    lines += _element("incidents", alert.event)
    lines += _info(alert, words)
    return "\n".join([*lines, "</alert>", ""]).encode("utf-8")


def _info(alert: Alert, words: str) -> list[str]:
    onset = min(entry.earliest_ns for entry in alert.regions)
    lines = ["<info>"]
    lines += _element("language", alert.language)
    lines += _element("category", "Security")
    lines += _element("category", "Safety")
    lines += _element("event", f"{words} Missile warning".strip())
    lines += _element("responseType", _RESPONSE[alert.stage])
    lines += _element("urgency", urgency_of(alert))
    lines += _element("severity", severity_of(alert))
    lines += _element("certainty", certainty_of(alert))
    lines += _element("effective", cap_time(alert.sent_ns))
    lines += _element("onset", cap_time(onset))
    lines += _element("expires", cap_time(alert.expires_ns))
    lines += _element("headline", f"{words} {alert.headline}".strip())
    lines += _element("description", f"{words} {alert.description}".strip())
    lines += _element("instruction", f"{words} {alert.instruction}".strip())
    lines += _pair("parameter", "stage", alert.stage)
    lines += _pair("parameter", "basis", alert.basis)
    for entry in alert.regions:
        lines += _pair("parameter", f"{PROBABILITY} {entry.region}", f"{entry.probability:.2f}")
    for kind, name in _AREAS:
        lines += _area(alert, kind, name)
    return [*lines, "</info>"]


def _area(alert: Alert, kind: DangerKind, name: str) -> list[str]:
    members = [entry for entry in alert.regions if entry.kind == kind]
    outlines = [outline for outline in alert.outlines if outline.kind == kind]
    if not members and not outlines:
        return []
    names = "; ".join(entry.name for entry in members) or "outside the warned regions"
    lines = ["<area>", *_element("areaDesc", f"{name}: {names}")]
    for outline in outlines:
        points = [f"{lat:z.4f},{lon:z.4f}" for lat, lon in outline.points_deg.tolist()]
        lines += _element("polygon", " ".join([*points[:-1], points[0]]))
    for entry in members:
        lines += _pair("geocode", REGION_CODE, entry.region)
    return [*lines, "</area>"]


def urgency_of(alert: Alert) -> Literal["Immediate", "Past"]:
    """Whether there is still time to act."""
    return "Immediate" if alert.stage in ("launch", "lost") else "Past"


def severity_of(alert: Alert) -> Literal["Extreme", "Severe", "Minor"]:
    """How bad it may be."""
    if alert.stage in ("passed", "cancelled"):
        return "Minor"
    return "Extreme" if any(entry.kind == "impact" for entry in alert.regions) else "Severe"


def certainty_of(alert: Alert) -> Literal["Observed", "Likely", "Possible", "Unlikely"]:
    """How sure it is."""
    if alert.stage in ("passed", "fell"):
        return "Observed"
    if alert.stage == "cancelled":
        return "Unlikely"
    if alert.stage == "lost":
        return "Possible"
    return "Likely" if max(entry.probability for entry in alert.regions) > LIKELY_ABOVE else "Possible"


def cap_time(ns: int) -> str:
    """An epoch in whole seconds, UTC with the offset that CAP writes for it; a leap second as the one before it."""
    text = format_utc(ns - ns % S, 0).removesuffix("Z")
    return f"{text[:-2]}59-00:00" if text.endswith(":60") else f"{text}-00:00"


def _element(tag: str, text: str) -> list[str]:
    found = _NOT_XML.search(text)
    if found is not None:
        raise CapError(f"{tag}: {text!r} holds {found[0]!r}, which XML cannot; leave it out")
    return [f"<{tag}>{escape(text, quote=False)}</{tag}>"]


def _pair(tag: str, name: str, value: str) -> list[str]:
    return [f"<{tag}>", *_element("valueName", name), *_element("value", value), f"</{tag}>"]
