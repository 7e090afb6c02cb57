"""CAP messages: status and marks of exercises, references, urgency, and what an alert becomes when it is read again."""

from typing import Any

import pytest

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.formats.cap import (
    REGION_CODE,
    CapError,
    Reference,
    cap_message,
    cap_time,
    certainty_of,
    reference_to,
    severity_of,
    status_of,
    urgency_of,
)
from launchwatch.formats.cap_reader import CapInfo, CapMessage, read_cap
from launchwatch.messages.alerts import Alert
from unit.formats.alerts import SENT, alert, risk

SENDER = "jp.launchwatch.invalid"


def message(told: Alert, earlier: list[Reference] | None = None, **changes: Any) -> CapMessage:
    said: dict[str, Any] = {"purpose": "exercise", "origin": ("simulated",), "exercise": "Keen Watch"} | changes
    return read_cap(cap_message(told, earlier or [], SENDER, **said), "alert.xml")


def info(told: Alert, **changes: Any) -> CapInfo:
    (found,) = message(told, **changes).infos
    return found


def texts(found: CapInfo) -> tuple[str, ...]:
    return (found.event, found.headline, found.description, found.instruction)


@pytest.mark.parametrize(
    ("purpose", "origin", "armed", "status"),
    [
        ("exercise", ("simulated",), False, "Exercise"),
        ("exercise", ("live",), True, "Exercise"),  # arming a node makes no exercise earnest
        ("test", ("simulated",), False, "Test"),
        ("test", ("recorded",), True, "Test"),
        ("operations", ("live",), False, "Exercise"),
        ("operations", ("live",), True, "Actual"),
        ("operations", ("live", "recorded"), True, "Actual"),
    ],
)
def test_status(purpose: Any, origin: Any, armed: bool, status: str) -> None:
    assert status_of(purpose, origin, armed) == status
    told = message(alert(), purpose=purpose, origin=origin, armed=armed)
    assert told.status == status
    mark = {"Exercise": "EXERCISE EXERCISE EXERCISE.", "Test": "TEST TEST TEST.", "Actual": ""}[status]
    for text in texts(told.infos[0]):
        assert text.startswith(mark)
        assert ("Simulated data." in text) == ("simulated" in origin)
    assert (told.note == "") == (status == "Actual")


def test_nothing_is_armed_unless_somebody_says_so() -> None:
    content = cap_message(alert(), [], SENDER, "operations", ("live",))
    assert b"<status>Exercise</status>" in content
    assert b"Actual" not in content


@pytest.mark.parametrize("armed", [False, True])
def test_simulated_data_make_no_alert_for_operations(armed: bool) -> None:
    with pytest.raises(CapError, match="simulated data had a part in this alert for operations"):
        cap_message(alert(), [], SENDER, "operations", ("live", "simulated"), armed=armed)


def test_an_exercise_is_named_in_the_note_and_first_in_every_text() -> None:
    told = message(alert())
    assert told.note == "EXERCISE EXERCISE EXERCISE. Simulated data. Keen Watch"
    assert told.infos[0].headline == (
        "EXERCISE EXERCISE EXERCISE. Simulated data. Missile launch. Take shelter now: Hokkaido & Aomori."
    )


def test_messages_of_one_alert_refer_to_all_before_them() -> None:
    earlier: list[Reference] = []
    kinds = []
    for number, stage in enumerate(("launch", "launch", "lost", "cancelled"), 1):
        told = alert(number=number, stage=stage, sent_ns=SENT + number * NS)
        said = message(told, earlier)
        kinds.append(said.kind)
        assert said.references == tuple(earlier)
        earlier.append(reference_to(told, SENDER))
        assert (said.sender, said.identifier, said.sent) == earlier[-1]
    assert kinds == ["Alert", "Update", "Update", "Cancel"]
    assert len({one.identifier for one in earlier}) == 4


def test_earlier_messages_have_to_fit_the_number() -> None:
    with pytest.raises(CapError, match="version 2 has 0 earlier messages; give them all"):
        message(alert(number=2))
    with pytest.raises(CapError, match="version 1 has 1 earlier"):
        message(alert(), [reference_to(alert(), SENDER)])
    with pytest.raises(CapError, match="is no name in CAP"):
        cap_message(alert(), [], "a b", "exercise", ())


def test_times_are_whole_seconds_with_the_offset_of_utc() -> None:
    told = message(alert())
    assert told.sent == "2026-08-20T21:00:30-00:00"
    assert told.sent_ns == parse_utc("2026-08-20T21:00:30Z")
    found = told.infos[0]
    assert found.effective_ns == told.sent_ns
    assert found.onset_ns == told.sent_ns + 300 * NS
    assert found.expires_ns == told.sent_ns + 600 * NS
    assert cap_time(parse_utc("2016-12-31T23:59:60.5Z")) == "2016-12-31T23:59:59-00:00"


@pytest.mark.parametrize(
    ("stage", "kind", "probability", "expected"),
    [
        ("launch", "impact", 0.51, ("Immediate", "Extreme", "Likely")),
        ("launch", "impact", 0.50, ("Immediate", "Extreme", "Possible")),
        ("launch", "overflight", 0.9, ("Immediate", "Severe", "Likely")),
        ("lost", "overflight", 0.9, ("Immediate", "Severe", "Possible")),
        ("passed", "overflight", 0.9, ("Past", "Minor", "Observed")),
        ("fell", "impact", 0.9, ("Past", "Extreme", "Observed")),
        ("fell", "overflight", 0.9, ("Past", "Severe", "Observed")),
        ("cancelled", "impact", 0.9, ("Past", "Minor", "Unlikely")),
    ],
)
def test_urgency_severity_certainty(stage: Any, kind: Any, probability: float, expected: tuple[str, str, str]) -> None:
    told = alert(stage=stage, regions=(risk(kind=kind, probability=probability),))
    assert (urgency_of(told), severity_of(told), certainty_of(told)) == expected
    assert "Unknown" not in expected


def test_areas_have_closed_polygons_with_the_latitude_first_and_codes_of_regions() -> None:
    impact, overflight = info(alert()).areas
    assert impact.description == "Impact: outside the warned regions"
    assert impact.polygons[0][:2] == ((42.0, 157.0), (41.5, 157.5))
    assert impact.polygons[0][0] == impact.polygons[0][-1]
    assert overflight.description == "Flight over: Hokkaido; Aomori"
    assert overflight.geocodes == ((REGION_CODE, "jp-12"), (REGION_CODE, "jp-03"))
    assert info(alert()).parameters == (
        ("stage", "launch"), ("basis", "observed"), ("probability jp-12", "0.70"), ("probability jp-03", "0.70"),
    )  # fmt: skip
    (area,) = info(alert(outlines=(), regions=(risk(kind="impact"),))).areas
    assert (area.description, area.polygons) == ("Impact: Hokkaido", ())


def test_the_same_alert_makes_the_same_bytes_and_signs_xml_cannot_hold_are_refused() -> None:
    assert cap_message(alert(), [], SENDER, "test", ()) == cap_message(alert(), [], SENDER, "test", ())
    with pytest.raises(CapError, match=r"headline: .* which XML cannot; leave it out"):
        message(alert(headline="a\x00b"))
    assert info(alert(headline="<x> & \u2028 y")).headline.endswith(" <x> & \u2028 y")
