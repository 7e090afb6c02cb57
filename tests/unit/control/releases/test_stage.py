from typing import Any

import msgspec
import pytest

from launchwatch.control.releases.stage import ReleasesStage
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.releases import authority_of
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
