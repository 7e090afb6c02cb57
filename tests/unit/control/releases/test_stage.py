from typing import Any

import msgspec
import pytest

from launchwatch.control.releases.stage import ReleasesStage, ReleasesState
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.releases import authority_of
from launchwatch.messages.warnings import Warning
from unit.control.made import T0, assessment, policy


def warned(purpose: Any, origin: tuple[Any, ...]) -> Item:
    stage = WarningsStage({"jp": policy()}, ("open",))
    _, outputs = stage.step(stage.start(), [Item("assessments/1", T0, assessment())], T0)
    envelope = Envelope(
        id="warnings/1",
        topic="warnings",
        sequence=1,
        valid_ns=T0,
        observed_ns=T0,
        received_ns=T0,
        emitted_ns=T0,
        purpose=purpose,
        origin=origin,
        lineage=(),
        payload=outputs[0].payload,
    )
    return Item("warnings/1", T0, envelope)


@pytest.mark.parametrize(
    ("purpose", "origin", "released"),
    [
        ("operations", ("live",), 1),
        ("operations", ("live", "recorded"), 1),
        ("operations", ("simulated",), 0),
        ("operations", ("live", "simulated"), 0),
        ("exercise", ("simulated",), 1),
        ("test", ("live", "simulated"), 1),
    ],
)
def test_nothing_simulated_leaves_a_lane_for_operations(purpose: str, origin: tuple[str, ...], released: int) -> None:
    stage = ReleasesStage("jp", {"jp": "jp"}, 10.0)
    state, outputs = stage.step(stage.start(), [warned(purpose, origin)], T0)
    assert len(outputs) == released
    assert (state.number, state.withheld) == (released, 1 - released)


def test_a_release_names_its_addressee_and_waits_for_the_machines() -> None:
    stage = ReleasesStage("us", {"jp": "jp", "us": "us"}, 10.0)
    state, (first,) = stage.step(stage.start(), [warned("exercise", ("simulated",))], T0)
    _, (second,) = stage.step(state, [warned("exercise", ("simulated",))], T0 + NS)
    assert (first.payload.release, second.payload.release) == ("us/warnings/1", "us/warnings/2")
    assert (first.payload.sender, first.payload.addressee, first.payload.level) == ("us", "jp", "warnings")
    assert first.payload.released_ns == T0 + 10 * NS == first.valid_ns
    assert first.lineage == ("warnings/1",)


def entry(state: Any, before: Any) -> Item:
    said = Procedure(
        event=assessment().event, state=state, before=before, reason="cancel by anna", calls=(), agreed=(), warning=1,
        confirmed=False, overdue_ns=None,
    )  # fmt: skip
    wrapped = msgspec.structs.replace(warned("exercise", ("simulated",)).payload, id="procedures/1", payload=said)
    return Item("procedures/1", T0, wrapped)


def test_the_authority_hears_what_people_released_and_the_cancel_is_ready() -> None:
    stage = ReleasesStage("jp", {"jp": "jp"}, 10.0)
    state, outputs = stage.step(stage.start(), [warned("exercise", ("simulated",))], T0)
    assert [output.payload.addressee for output in outputs] == ["jp"]
    assert not state.prepared
    state, (told,) = stage.step(state, [entry("warning", "threat-assessment")], T0 + NS)
    assert (told.payload.addressee, told.payload.item.kind) == (authority_of("jp"), "new")
    assert told.payload.released_ns == T0 + NS
    ready = state.prepared[assessment().event]
    assert (ready.kind, ready.number, ready.supersedes) == ("cancel", 2, 1)
    state, (ended,) = stage.step(state, [entry("cancelled", "warning")], T0 + 2 * NS)
    assert (ended.payload.addressee, ended.payload.item.kind) == (authority_of("jp"), "cancel")
    assert ended.payload.item.reason == "cancel by anna"
    assert stage.step(state, [entry("cancelled", "warning")], T0 + 3 * NS)[1] == []


class Node:
    """A releases stage; its state goes through its codec at every step."""

    def __init__(self) -> None:
        self.stage = ReleasesStage("jp", {"jp": "jp"}, 10.0)
        self.state = self.stage.start()
        self.count = 0

    def hears(self, payload: Warning | Procedure) -> list[tuple[int, str, str]]:
        """Number, kind and reason of what the authority is told."""
        self.count += 1
        envelope = msgspec.structs.replace(warned("exercise", ("simulated",)).payload, payload=payload)
        item = Item(f"x/{self.count}", T0 + self.count, envelope)
        state = codec.unpack(codec.pack(self.state), ReleasesState)
        self.state, outputs = self.stage.step(state, [item], T0 + self.count)
        told = [o.payload.item for o in outputs if o.payload.addressee == authority_of("jp")]
        return [(one.number, one.kind, one.reason) for one in told]


def version(number: int, kind: Any = "update") -> Warning:
    item: Warning = warned("exercise", ("simulated",)).payload.payload
    return msgspec.structs.replace(item, number=number, supersedes=number - 1 or None, kind=kind, reason=f"v{number}")


def log_entry(state: Any, before: Any, held: bool = False, reason: str = "said") -> Procedure:
    return Procedure(
        event=assessment().event, state=state, before=before, reason=reason, calls=(), agreed=(), warning=1,
        confirmed=False, overdue_ns=None, held=held,
    )  # fmt: skip


def released_to_the_authority() -> Node:
    node = Node()
    assert node.hears(version(1, "new")) == []
    assert node.hears(log_entry("warning", "threat-assessment")) == [(1, "new", "v1")]
    return node


def test_while_held_the_authority_is_told_nothing_newer_and_then_the_newest() -> None:
    node = released_to_the_authority()
    assert node.hears(version(2)) == [(2, "update", "v2")]
    assert node.hears(log_entry("warning", "warning", held=True)) == []
    assert node.hears(version(3)) == []
    assert node.hears(version(4)) == []
    assert node.hears(log_entry("warning", "warning")) == [(4, "update", "v4")]
    assert node.hears(log_entry("warning", "warning")) == []
    assert node.hears(version(5)) == [(5, "update", "v5")]


def test_the_end_of_a_hold_tells_nothing_where_nothing_is_new() -> None:
    node = released_to_the_authority()
    node.hears(log_entry("warning", "warning", held=True))
    assert node.hears(log_entry("warning", "warning")) == []


def test_the_end_of_the_flight_ends_the_hold_and_is_told() -> None:
    node = released_to_the_authority()
    node.hears(log_entry("warning", "warning", held=True))
    assert node.hears(version(2, "final")) == []
    assert node.hears(log_entry("quiet", "warning")) == [(2, "final", "v2")]


def test_a_person_cancels_what_is_held_and_what_is_released_anew_bears_a_higher_number() -> None:
    node = released_to_the_authority()
    node.hears(log_entry("warning", "warning", held=True))
    node.hears(version(2))
    assert node.hears(log_entry("cancelled", "warning", reason="cancel by jp-commander")) == [
        (2, "cancel", "cancel by jp-commander")
    ]
    # version 2 of the machine was never told; released anew it stands above the cancel
    assert node.hears(log_entry("warning", "threat-assessment")) == [(3, "update", "v2")]
    assert node.hears(version(3)) == [(4, "update", "v3")]
    assert node.hears(version(4, "cancel")) == []
    assert node.hears(log_entry("cancelled", "warning")) == [(5, "cancel", "v4")]
