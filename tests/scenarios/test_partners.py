"""Alone and integrated: a link that never delivers changes nothing, and each gain has a partner's release behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launchwatch.assembly.rundir import events_of
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Track
from launchwatch.messages.warnings import Warning

LEVELS = ("warnings", "tracks", "observations")


def lines_of(run: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for launch in run.summary["launches"]:
        yield from launch["partners"].items()


def subject(envelope: Envelope) -> tuple[str, str] | None:
    """What an output speaks of: every version of one track or event, for a statement rests on what was known before."""
    record = envelope.payload
    if isinstance(record, Track):
        return "track", record.track
    if isinstance(record, Event | Assessment | Warning):
        return "event", record.event
    return None


def behind(envelope: Envelope, inputs: list[Envelope], outputs: list[Envelope]) -> list[Envelope]:
    """Inputs that had a part in an output: by its lineage and that of earlier versions of the same track or event."""
    known = {e.id: e for e in (*inputs, *outputs)}
    heard = {e.id for e in inputs}
    waiting, seen = [envelope], set()
    while waiting:
        made = waiting.pop()
        if made.id in seen:
            continue
        seen.add(made.id)
        waiting += [known[name] for name in made.lineage if name in known and made.id not in heard]
        if (about := subject(made)) is not None:
            waiting += [
                e for e in outputs if subject(e) == about and (e.topic, e.sequence) <= (made.topic, made.sequence)
            ]
    return [known[name] for name in seen if name in heard]


def test_with_a_link_delay_beyond_the_run_integrated_equals_alone(one_case: Path, played: Any) -> None:
    run = played(one_case, "sharing.delay_s=1e6")
    events = events_of(run)
    assert events
    for partner in run.scenario.partners:
        alone, integrated = (
            [{**e, "chain": ""} for e in events if (e["node"], e["chain"]) == (partner, chain)]
            for chain in ("alone", "integrated")
        )
        assert integrated == alone
    for _, line in lines_of(run):
        assert line["integrated"] == line["alone"]


@pytest.mark.parametrize("level", LEVELS)
def test_first_detection_integrated_is_never_later_than_alone(level: str, one_case: Path, played: Any) -> None:
    run = played(one_case, f"sharing.level={level}")
    assert run.summary["sharing_level"] == level
    for _, line in lines_of(run):
        if line["alone"]["first_detection_s"] is not None:
            assert line["integrated"]["first_detection_s"] <= line["alone"]["first_detection_s"]
            assert line["gain_s"]["first_detection"] >= 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_what_passes_is_of_the_level_and_the_partners_own(level: str, one_case: Path, played: Any) -> None:
    run = played(one_case, f"sharing.level={level}")
    (case,) = run.cases
    kinds = {"warnings": Warning, "tracks": Track, "observations": InfraredLook | RadarLook}[level]
    owned = {
        partner: {
            e.payload.sensor
            for e in case.chains[partner, "alone"].inputs
            if isinstance(e.payload, InfraredLook | RadarLook)
        }
        for partner in run.scenario.partners
    }
    received = 0
    for partner in run.scenario.partners:
        assert not any(isinstance(e.payload, Release) for e in case.chains[partner, "alone"].inputs)
        for envelope in case.chains[partner, "integrated"].inputs:
            release = envelope.payload
            if isinstance(release, Release):
                received += 1
                assert isinstance(release.item, kinds)
                assert (release.level, release.addressee) == (level, partner)
                assert release.sender != partner
                assert sensors_of(release.item) <= owned[release.sender]
                assert envelope.received_ns == release.released_ns + round(run.scenario.sharing.delay_s * 1e9)
    assert received or level == "warnings"


def sensors_of(item: Any) -> set[str]:
    if isinstance(item, Warning):
        return set(item.assessment.sensors)
    return set(item.sensors) if isinstance(item, Track) else {item.sensor}


@pytest.mark.parametrize("level", LEVELS)
def test_every_gain_has_a_foreign_release_in_its_lineage(level: str, one_case: Path, played: Any) -> None:
    run = played(one_case, f"sharing.level={level}")
    gains = 0
    for case in run.cases:
        (flight,) = case.flights
        (launch,) = [x for x in run.summary["launches"] if x["id"] == flight.launch]
        for partner, line in launch["partners"].items():
            chain = case.chains[partner, "integrated"]
            inputs, outputs = list(chain.inputs), list(chain.outputs)
            heard_s = line["integrated"]["first_detection_s"]
            if line["gain_s"]["first_detection"] is not None and line["gain_s"]["first_detection"] > 0.0:
                arrived = [e for e in inputs if e.received_ns == flight.time_ns + round(heard_s * 1e9)]
                assert any(isinstance(e.payload, Release) for e in arrived)
                gains += 1
            for gain, field in (("warning", "warning_s"), ("confirmed", "confirmed_s")):
                alone, integrated = line["alone"][field], line["integrated"][field]
                if integrated is None or (alone is not None and line["gain_s"][gain] <= 0.0):
                    continue
                released_ns = flight.time_ns + round(integrated * 1e9)
                made = next(
                    e
                    for e in outputs
                    if isinstance(e.payload, Release)
                    and isinstance(e.payload.item, Warning)
                    and e.payload.addressee == partner
                    and abs(e.payload.released_ns - released_ns) < 1_000_000  # the summary rounds to a millisecond
                )
                foreign = [e for e in behind(made, inputs, outputs) if isinstance(e.payload, Release)]
                assert foreign, (partner, gain)
                assert all(e.payload.sender != partner for e in foreign)
                gains += 1
    assert gains or level == "warnings"
