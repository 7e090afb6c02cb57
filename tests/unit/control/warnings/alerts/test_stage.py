"""What the public hears: with the word of people, by the footprint, and how it ends by what was seen."""

from typing import Any

import msgspec
import pytest

from launchwatch.catalog.alert_regions import place_table
from launchwatch.catalog.loader import load_catalog
from launchwatch.control.warnings.alerts.stage import DOWN_S, AlertsStage, AlertsState
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.alerts import Alert
from launchwatch.messages.items import Item
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.warnings import Warning
from unit.control.made import T0, assessment, policy

CATALOG = load_catalog()
EVENT = assessment().event
IMPACT_NS = T0 + 600 * NS


def warning(kind: str = "new", number: int = 1, **changes: Any) -> Warning:
    stage = WarningsStage({"jp": policy()}, ("open",))
    _, (made,) = stage.step(stage.start(), [Item("assessments/1", T0, assessment(**changes))], T0)
    changed: Warning = msgspec.structs.replace(made.payload, kind=kind, number=number)
    return changed


def entry(state: Any, before: Any, event: str = EVENT) -> Procedure:
    return Procedure(
        event=event, state=state, before=before, reason="", calls=(), agreed=(), warning=1, confirmed=False,
        overdue_ns=None,
    )  # fmt: skip


class Public:
    """An alerts stage with its state and its clock; the state goes through its codec at every step."""

    def __init__(self, *without: str) -> None:
        places = place_table(region for region in CATALOG.alert_regions.values() if region.country == "jp")
        self.stage = AlertsStage("jp", "Japan", places, 1e6, CATALOG.texts, ("jp-40-islands",), without)
        self.state = self.stage.start()

    def hears(self, at_ns: int, *payloads: Any) -> list[Alert]:
        items = [Item(f"x/{at_ns}/{i}", at_ns, one) for i, one in enumerate(payloads)]
        state = codec.unpack(codec.pack(self.state), AlertsState)
        self.state, outputs = self.stage.step(state, items, at_ns)
        return [output.payload for output in outputs]

    def released(self) -> Alert:
        assert self.hears(T0, warning()) == []
        (alert,) = self.hears(T0 + 10 * NS, entry("warning", "threat-assessment"))
        return alert


def test_nothing_is_told_before_people_have_released() -> None:
    alert = Public().released()
    assert (alert.stage, alert.number, alert.supersedes) == ("launch", 1, None)
    assert "jp-14" in {region.region for region in alert.regions}  # Ibaraki, below the impact point


def test_by_hand_the_list_is_warned_and_not_the_footprint() -> None:
    assert [region.region for region in Public("footprint").released().regions] == ["jp-40-islands"]


def test_out_of_sight_when_it_should_be_over_is_lost_and_not_fallen() -> None:
    public = Public()
    alert = public.released()
    public.hears(T0 + 300 * NS, assessment(basis="predicted", status="update"))
    due = public.stage.due(public.state)
    assert due == max(region.latest_ns for region in alert.regions)
    (lost,) = public.hears(due)
    assert (lost.stage, lost.number, lost.supersedes) == ("lost", 2, 1)
    assert public.stage.due(public.state) is None


def test_without_the_guard_it_is_told_as_fallen() -> None:
    public = Public("basis-apart")
    public.released()
    public.hears(T0 + 300 * NS, assessment(basis="predicted", status="update"))
    due = public.stage.due(public.state)
    assert due is not None
    (told,) = public.hears(due)
    assert told.stage == "fell"


def test_seen_to_fall_is_told_as_fallen_to_all_who_were_warned() -> None:
    public = Public()
    first = public.released()
    (fell,) = public.hears(IMPACT_NS + 30 * NS, assessment(basis="observed"))
    assert fell.stage == "fell"
    assert {r.region for r in first.regions} <= {r.region for r in fell.regions}
    assert public.stage.due(public.state) is None


@pytest.mark.parametrize("ends", [True, False])
def test_a_lost_missile_ends_when_nothing_can_be_in_the_air(ends: bool) -> None:
    public = Public(*(() if ends else ("silence-ends",)))
    public.released()
    over = warning("final", 2, basis="lost", status="final")
    public.hears(IMPACT_NS + 20 * NS, msgspec.structs.replace(over, kind="final"))
    later = public.hears(IMPACT_NS + round((2 * 5.0 + DOWN_S + 1.0) * NS))
    assert ("cancelled" in [alert.stage for alert in later]) is ends


def test_a_cancel_of_the_machine_waits_for_a_person() -> None:
    public = Public()
    public.released()
    assert public.hears(T0 + 60 * NS, warning("cancel", 2)) == []
    (alert,) = public.hears(T0 + 70 * NS, entry("cancelled", "warning"))
    assert alert.stage == "cancelled"
    assert public.hears(T0 + 80 * NS, entry("cancelled", "warning")) == []


def test_what_no_machine_knows_is_told_of_the_whole_country_and_never_loops() -> None:
    public = Public()
    (alert,) = public.hears(T0, entry("warning", "quiet", "drill"))
    assert [region.name for region in alert.regions] == ["Japan"]
    due = public.stage.due(public.state)
    assert due is not None
    (lost,) = public.hears(due)
    assert lost.stage == "lost"
    assert public.stage.due(public.state) is None
