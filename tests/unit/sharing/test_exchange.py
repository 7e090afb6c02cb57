from typing import Any

import pytest

from launchwatch.control.releases.stage import ReleasesStage
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item
from launchwatch.messages.releases import Release
from launchwatch.sharing.exchange import FixedDelay, outgoing
from unit.control.made import assessment, policy
from unit.processing.made import T0, infrared, radar, track


def envelope(name: str, payload: Any, at_s: float) -> Envelope:
    at = T0 + round(at_s * NS)
    return Envelope(
        id=name,
        topic=name.split("/")[0],
        sequence=int(name.split("/")[1]),
        valid_ns=at,
        observed_ns=at,
        received_ns=at,
        emitted_ns=at,
        purpose="exercise",
        origin=("simulated",),
        lineage=(),
        payload=payload,
    )


def warning_release(addressee: str) -> Release:
    warnings = WarningsStage({"jp": policy()}, ("open",))
    _, (warned,) = warnings.step(warnings.start(), [Item("assessments/1", T0, assessment())], T0)
    releases = ReleasesStage("us", {"jp": addressee}, 10.0)
    labelled = envelope("warnings/1", warned.payload, 0.0)
    _, (released,) = releases.step(releases.start(), [Item("warnings/1", T0, labelled)], T0)
    release = released.payload
    assert isinstance(release, Release)
    return release


OWN = [
    envelope("ir/1", infrared([1]), 1.0),
    envelope("ir/2", infrared([]), 2.0),
    envelope("ir/3", radar([1], [20]), 3.0),
]
MADE = [
    envelope("tracks/1", track(), 4.0),
    envelope("tracks/2", track(version=2), 5.0),
    envelope("releases/1", warning_release("jp"), 6.0),
    envelope("releases/2", warning_release("us"), 6.0),
]
RECEIVED = envelope(
    "kr/1",
    Release(
        release="kr/observations/1",
        sender="kr",
        addressee="us",
        level="observations",
        released_ns=T0,
        first_detection_ns=T0,
        item=infrared([9], sensor="kr-ir"),
    ),
    2.5,
)


def sent(level: Any, delay_s: float = 2.0) -> list[Envelope]:
    return outgoing(level, "us", [*OWN, RECEIVED], MADE, "jp", FixedDelay(delay_s))


@pytest.mark.parametrize(
    ("level", "ids"),
    [
        ("observations", ["ir/1", "ir/2", "ir/3"]),
        ("tracks", ["tracks/1", "tracks/2"]),
        ("warnings", ["releases/1"]),
    ],
)
def test_each_level_passes_its_own_kind_and_no_echo(level: str, ids: list[str]) -> None:
    arriving = sent(level)
    assert [e.lineage for e in arriving] == [(name,) for name in ids]
    for e in arriving:
        release = e.payload
        assert isinstance(release, Release)
        assert (release.sender, release.addressee, release.level) == ("us", "jp", level)
        assert e.id == release.release
        assert (e.topic, e.purpose, e.origin) == ("releases", "exercise", ("simulated",))


@pytest.mark.parametrize("delay_s", [0.0, 2.0, 0.25, 1e6])
@pytest.mark.parametrize("level", ["observations", "tracks", "warnings"])
def test_everything_arrives_after_the_delay_and_in_order(level: str, delay_s: float) -> None:
    arriving = sent(level, delay_s)
    for e in arriving:
        assert isinstance(e.payload, Release)
        assert e.received_ns == e.payload.released_ns + round(delay_s * NS)
    assert [e.received_ns for e in arriving] == sorted(e.received_ns for e in arriving)


def test_names_of_releases_are_those_of_the_sender_whoever_they_go_to() -> None:
    to_jp, to_kr = (outgoing("tracks", "us", OWN, MADE, who, FixedDelay(1.0)) for who in ("jp", "kr"))
    assert [e.id for e in to_jp] == [e.id for e in to_kr] == ["us/tracks/1", "us/tracks/2"]
    assert len({e.id for e in sent("observations")}) == 3
