"""What reaches a post and came from no sensor: a tape of another play, a spoilt line, documented acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from launchwatch.assembly.posting import posted
from launchwatch.catalog.catalogue import Catalog, scenario_of
from launchwatch.catalog.history import LineFault, Tape
from launchwatch.catalog.schema import Scenario
from launchwatch.core.draws import look_uniforms
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.messages.assessments import Assessment, RegionThreat
from launchwatch.messages.control import Act, Heartbeat
from launchwatch.messages.envelope import Envelope, Record
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning
from launchwatch.processing.assessments.typing import CLASSES
from launchwatch.sharing.wire import WireError, opened, sealed

DOOR, INTEGRITY, TEST_APART = "purpose-door", "message-integrity", "line-test-apart"
COUNT_DIGITS = 4
"""Digits of the count that the circuit of 1980 wrote into."""
_FIELDS = re.compile(rb'"(detections|number|impact_probability)":(0\.0|0)(?=[,}])')


Recording = Callable[[Scenario, str], Iterable[Envelope]]
"""Outputs of a partner's own chain in a play of a scenario."""


class Spoilt(msgspec.Struct, frozen=True):
    """A message that a post refused on its line, and why."""

    id: str
    reason: str


def brought(
    catalog: Catalog, scenario: Scenario, seed: int, partner: str, recording: Recording
) -> tuple[list[Envelope], list[Spoilt]]:
    """What reaches a partner's post besides looks and releases, and what its line refused.

    Parameters
    ----------
    seed : of what a spoilt line writes.
    recording : what a partner's own chain makes of another scenario: the play on a tape.
    """
    found: list[Envelope] = []
    refused: list[Spoilt] = []
    for number, tape in enumerate(scenario.tapes):
        if tape.partner == partner:
            found += _of_tape(catalog, scenario, tape, number, recording)
    for number, fault in enumerate(scenario.line_faults):
        if fault.partner == partner:
            for data, envelope in _line(catalog, scenario, seed, fault, number):
                try:
                    found.append(opened(data, checked=INTEGRITY not in scenario.guards_off))
                except WireError as error:
                    refused.append(Spoilt(envelope.id, str(error)))
    for number, act in enumerate(scenario.acts, 1):
        if act.partner == partner:
            said = Act(person=act.person, role=act.role, verb=act.verb, subject=act.subject or "")
            found.append(_envelope(scenario, f"documented/act/{number}", "act", parse_utc(act.at), said))
    return found, refused


def _of_tape(
    catalog: Catalog, scenario: Scenario, tape: Tape, number: int, recording: Recording
) -> Iterator[Envelope]:
    """The warnings of the tape, moved to its time here; without a guard at the door its mark is not looked at."""
    recorded = scenario_of(catalog.scenarios[tape.scenario], catalog)
    later_ns = parse_utc(tape.at) - recorded.begin_ns
    purpose = scenario.purpose if DOOR in scenario.guards_off else tape.purpose
    serial = 0
    for envelope in recording(recorded, tape.partner):
        release = envelope.payload
        if not isinstance(release, Release) or release.addressee != tape.partner:
            continue
        serial += 1
        assert isinstance(release.item, Warning)
        said = msgspec.structs.replace(
            release,
            release=f"{tape.sender}/warnings/{serial}",
            sender=tape.sender,
            released_ns=release.released_ns + later_ns,
            first_detection_ns=release.first_detection_ns + later_ns,
            item=_shifted(release.item, later_ns, tape.sender),
        )
        made = _envelope(scenario, f"tape-{number}/{serial}", "releases", said.released_ns, said)
        yield msgspec.structs.replace(made, purpose=purpose)


def _shifted(warning: Warning, later_ns: int, sender: str) -> Warning:
    """A warning of another day as if it were of this one, its event named after the sender."""
    a = warning.assessment
    points = {
        key: None if point is None else msgspec.structs.replace(point, time_ns=point.time_ns + later_ns)
        for key, point in (("launch_point", a.launch_point), ("impact", a.impact))
    }
    event = f"{sender}-{a.event.rpartition('-')[2]}"
    moved = msgspec.structs.replace(
        a,
        event=event,
        first_detection_ns=a.first_detection_ns + later_ns,
        burnout_ns=None if a.burnout_ns is None else a.burnout_ns + later_ns,
        staging_ns=tuple(t + later_ns for t in a.staging_ns),
        **points,
    )
    return msgspec.structs.replace(
        warning, event=event, valid_until_ns=warning.valid_until_ns + later_ns, assessment=moved
    )


def _line(
    catalog: Catalog, scenario: Scenario, seed: int, fault: LineFault, number: int
) -> Iterator[tuple[bytes, Envelope]]:
    """Tests of a line as they leave its spoilt end, each with the message that was meant."""
    region = catalog.partners[fault.partner].region
    period_ns = round(fault.period_s * NS)
    for k, at_ns in enumerate(range(fault.from_ns, fault.until_ns, period_ns), 1):
        test: Record = Heartbeat(
            component=fault.sender, sequence=k, status="ready", latency_s=0.0, interval_s=fault.period_s
        )
        topic = "heartbeat"
        if TEST_APART in scenario.guards_off:
            topic, test = "releases", _empty_warning(fault, region, k, at_ns)
        envelope = _envelope(scenario, f"line-{number}/{k}", topic, at_ns, test)
        draws = look_uniforms(seed, fault.sender, f"line-{number}", k, 1, 1 + 3 * COUNT_DIGITS)[0].tolist()
        data = sealed(envelope)
        if draws[0] < fault.share:
            data = _spoilt(data, draws[1:])
        yield data, envelope


def _spoilt(data: bytes, draws: list[float]) -> bytes:
    """A message with twos at random in the digits of its figures that are zero."""
    left = iter(draws)

    def twos(match: re.Match[bytes]) -> bytes:
        digits = "".join("2" if next(left, 1.0) < 0.5 else "0" for _ in range(COUNT_DIGITS))
        if b"." in match[2]:
            return b'"%s":0.%s' % (match[1], digits.encode())
        return b'"%s":%d' % (match[1], int(digits))

    text, _, mark = data.rpartition(b" ")
    return _FIELDS.sub(twos, text) + b" " + mark


def _empty_warning(fault: LineFault, region: str, number: int, at_ns: int) -> Release:
    """A test of a line in the form of an attack without missiles, as it was sent before 1980."""
    nothing = Assessment(
        event=f"{fault.sender}-line",
        version=number,
        status="update",
        basis="observed",
        first_detection_ns=at_ns,
        typing=dict.fromkeys(CLASSES, 0.0),
        boosters={},
        launch_point=None,
        azimuth_deg=None,
        burnout_ns=None,
        staging_ns=(),
        apogee_km=None,
        range_km=None,
        impact=None,
        threats=(RegionThreat(region=region, impact_probability=0.0, overflight_probability=0.0),),
        far_hz=None,
        far_basis="not calibrated",
        confidence="none",
        phenomenologies=("infrared", "radar"),
        kind_sensors=(fault.sender, fault.sender),
        sensors=(fault.sender,),
        detections=0,
        aliases=(),
        partners=(),
    )
    empty = Warning(
        event=nothing.event,
        number=number,
        supersedes=None,
        kind="update",
        confirmed=False,
        confirming_sensor=None,
        reason="line test",
        region=region,
        valid_until_ns=at_ns,
        assessment=nothing,
    )
    return Release(
        release=f"{fault.sender}/warnings/{number}",
        sender=fault.sender,
        addressee=fault.partner,
        level="warnings",
        released_ns=at_ns,
        first_detection_ns=at_ns,
        item=empty,
    )


def _envelope(scenario: Scenario, name: str, topic: str, at_ns: int, payload: Record) -> Envelope:
    return posted(name, topic, 1, at_ns, scenario.purpose, payload)
