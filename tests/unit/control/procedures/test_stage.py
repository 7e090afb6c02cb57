"""The procedure of an event: two persons release, one cancels, and a person's word goes before the machine's."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.loader import load_catalog
from launchwatch.control.procedures.stage import MAY, ProceduresStage, ProceduresState
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.control import Act
from launchwatch.messages.items import Item
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.warnings import Warning
from unit.control.made import T0, assessment, policy

CONDUCT = load_catalog().procedures["conferences"]
EVENT = assessment().event


def warning(kind: str = "new", number: int = 1) -> Warning:
    stage = WarningsStage({"jp": policy()}, ("open",))
    _, (made,) = stage.step(stage.start(), [Item("assessments/1", T0, assessment())], T0)
    changed: Warning = msgspec.structs.replace(made.payload, kind=kind, number=number)
    return changed


def act(verb: Any, who: Any = "watch-officer", person: str = "", subject: str = EVENT) -> Act:
    return Act(person=person or f"jp-{who}", role=who, verb=verb, subject=subject)


class Post:
    """A procedures stage with its state and its clock; the state goes through its codec at every step."""

    def __init__(self, *without: str) -> None:
        self.stage = ProceduresStage("jp", policy(), CONDUCT, without)
        self.state = self.stage.start()
        self.at_ns = T0

    def hears(self, *payloads: Assessment | Warning | Act, after_s: float = 1.0) -> list[Procedure]:
        self.at_ns += round(after_s * NS)
        items = [Item(f"x/{self.at_ns}/{i}", self.at_ns, one) for i, one in enumerate(payloads)]
        state = codec.unpack(codec.pack(self.state), ProceduresState)
        self.state, outputs = self.stage.step(state, items, self.at_ns)
        return [output.payload for output in outputs]


def test_an_event_goes_up_by_two_persons_and_down_by_one() -> None:
    post = Post()
    (opened,) = post.hears(assessment())
    assert (opened.before, opened.state) == ("quiet", "event-conference")
    assert [(call.role, call.verb) for call in opened.calls] == [("watch-officer", "confirm")]
    (warned,) = post.hears(warning())
    assert warned.state == "threat-assessment"
    (confirmed,) = post.hears(act("confirm"))
    assert [(call.role, call.verb) for call in confirmed.calls] == [("commander", "release")]
    (released,) = post.hears(act("release", "commander"))
    assert (released.state, released.agreed) == ("warning", ("jp-watch-officer", "jp-commander"))
    (cancelled,) = post.hears(act("cancel"))
    assert cancelled.state == "cancelled"


def test_what_the_machine_took_back_it_may_raise_again_and_what_a_person_cancelled_not() -> None:
    post = Post()
    post.hears(assessment(), warning())
    (taken_back,) = post.hears(warning("cancel", 2))
    assert taken_back.state == "cancelled"
    (again,) = post.hears(warning("update", 3))
    assert (again.before, again.state) == ("cancelled", "threat-assessment")
    post.hears(act("confirm"))
    post.hears(act("release", "commander"))
    assert post.hears(act("cancel"))[0].state == "cancelled"
    assert post.hears(warning("update", 4))[0].state == "cancelled"


def test_entries_say_that_a_person_holds() -> None:
    post = Post()
    post.hears(assessment(), warning())
    assert post.hears(act("hold"))[0].held
    assert post.hears(warning("update", 2))[0].held
    assert not post.hears(act("confirm"))[0].held
    post.hears(act("hold"))
    assert not post.hears(warning("final", 3))[0].held


def test_no_person_releases_alone() -> None:
    post = Post()
    post.hears(assessment(), warning())
    (alone,) = post.hears(act("release", "commander"))
    assert alone.state == "threat-assessment"
    (again,) = post.hears(act("release", "commander"))
    assert again.state == "threat-assessment"
    (wrong,) = post.hears(act("release", "watch-officer"))
    assert wrong.state == "threat-assessment"
    assert wrong.reason == "refused: jp-watch-officer: a watch-officer may not release"
    post.hears(act("confirm"))
    (released,) = post.hears(act("release", "commander"))
    assert released.state == "warning"


def test_without_the_guard_one_person_does() -> None:
    post = Post("two-persons")
    post.hears(assessment(), warning())
    (released,) = post.hears(act("release", "watch-officer"))
    assert released.state == "warning"


def test_what_the_machine_does_not_know_is_not_released() -> None:
    post = Post()
    (refused,) = post.hears(act("release", "commander", subject="drill"))
    assert (refused.state, refused.reason) == ("quiet", "refused: jp-commander: the machine knows no event drill")
    assert not post.state.matters
    post = Post("event-bound", "two-persons")
    (released,) = post.hears(act("release", "watch-officer", subject="drill"))
    assert released.state == "warning"


def test_the_machine_takes_back_what_nobody_has_spoken_on_and_calls_a_person_else() -> None:
    post = Post()
    post.hears(assessment(), warning())
    (back,) = post.hears(warning("cancel", 2))
    assert back.state == "cancelled"
    post = Post()
    post.hears(assessment(), warning(), act("confirm"))
    (asked,) = post.hears(warning("cancel", 2))
    assert asked.state == "threat-assessment"
    assert [(call.role, call.verb) for call in asked.calls] == [("watch-officer", "cancel")]
    (refused,) = post.hears(act("release", "commander"))
    assert refused.reason.endswith("no warning of the machine stands")
    (ended,) = post.hears(act("cancel"))
    assert ended.state == "quiet"


def test_a_hold_stops_a_release_until_the_person_confirms() -> None:
    post = Post()
    post.hears(assessment(), warning(), act("confirm"), act("hold", "commander"))
    (refused,) = post.hears(act("release", "commander"))
    assert refused.reason.endswith("a person holds it")
    post.hears(act("confirm", "commander"))
    (released,) = post.hears(act("release", "commander"))
    assert released.state == "warning"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"threats": ()}, "it falls outside of the region, and no burst over it is left to fear"),
        ({"status": "final"}, "the flight has ended"),
        ({"merged_into": "jp-20231114-000"}, "one launch with jp-20231114-000"),
        ({"typing": {"slv": 0.0, "sounding-rocket": 0.0, "icbm": 0.0, "not-a-missile": 1.0}}, "no missile"),
    ],
)
def test_a_conference_ends_by_itself(change: dict[str, Any], reason: str) -> None:
    post = Post()
    post.hears(assessment())
    (closed,) = post.hears(assessment(**change))
    assert (closed.state, closed.reason) == ("quiet", reason)


def test_a_state_in_which_nobody_speaks_is_told_as_overdue_once() -> None:
    post = Post()
    post.hears(assessment())
    due = post.stage.due(post.state)
    assert due == post.at_ns + 300 * NS
    (late,) = post.hears(after_s=300.0)
    assert late.reason.startswith("overdue")
    assert post.stage.due(post.state) is None
    assert post.hears(after_s=300.0) == []


ACTS = st.builds(
    act, st.sampled_from(["confirm", "hold", "release", "cancel"]),
    st.sampled_from(["viewer", "watch-officer", "commander", "exercise-control", "administrator"]),
    st.sampled_from(["anna", "boris"]), st.sampled_from([EVENT, "drill"]),
)  # fmt: skip
MACHINE = st.sampled_from([assessment(), assessment(threats=()), warning(), warning("update", 2), warning("cancel", 3)])


@given(st.lists(ACTS | MACHINE, max_size=20))
def test_whatever_is_said_no_release_without_two_persons_and_a_warning_that_stands(heard: list[Any]) -> None:
    post, standing = Post(), None
    for payload in heard:
        if isinstance(payload, Warning):
            standing = None if payload.kind == "cancel" else payload.number
        for entry in post.hears(payload):
            if entry.state == "warning" and entry.before != "warning":
                assert isinstance(payload, Act)
                assert (payload.role, payload.verb) == ("commander", "release")
                assert set(entry.agreed) == {"anna", "boris"}
                assert entry.warning == standing is not None
            if isinstance(payload, Act) and payload.verb not in MAY.get(payload.role, frozenset()):
                assert entry.reason.startswith("refused")
                assert entry.state == entry.before
