"""What a receiver makes of versions of warnings, whatever their order and repetition."""

from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.control.warnings.receiving import key_of, newest, rank
from launchwatch.messages.alerts import Alert
from launchwatch.messages.events import EventStatus
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning
from unit.control.made import T0, assessment


def told(number: int = 1, kind: Any = "new", sender: str = "us", event: str = "us-1", region: str = "jp") -> Release:
    item = Warning(
        event=event, number=number, supersedes=number - 1 or None, kind=kind, confirmed=False, confirming_sensor=None,
        reason="impact in the region", region=region, valid_until_ns=T0, assessment=assessment(event=event),
    )  # fmt: skip
    return Release(
        release=f"{sender}/{event}/{region}/{number}", sender=sender, addressee="jp", level="warnings",
        released_ns=T0 + number, first_detection_ns=T0, item=item,
    )  # fmt: skip


lives = st.dictionaries(
    st.tuples(st.sampled_from(["us", "kr"]), st.sampled_from(["e-1", "e-2"]), st.sampled_from(["jp", "us"])),
    st.lists(st.sampled_from(get_args(EventStatus)), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


@given(life=lives, data=st.data())
def test_order_and_repetition_change_nothing(life: dict[tuple[str, str, str], list[str]], data: st.DataObject) -> None:
    sent = [told(k, kind, *key) for key, kinds in life.items() for k, kind in enumerate(kinds, 1)]
    arriving = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))))
    found = newest(arriving)
    assert list(found.items()) == list(newest(sent).items())
    assert {key: (r.item.number, r.item.kind) for key, r in found.items() if isinstance(r.item, Warning)} == {
        key: (len(kinds), kinds[-1]) for key, kinds in life.items()
    }
    # what stands may be given again with what came later
    cut = data.draw(st.integers(0, len(arriving)))
    assert newest([*newest(arriving[:cut]).values(), *arriving[cut:]]) == found


def test_a_cancel_that_comes_before_the_warning_that_it_cancels_stands() -> None:
    warned, cancel, again = told(1), told(2, "cancel"), told(3, "update")
    assert newest([cancel, warned]) == {key_of(cancel): cancel}
    assert newest([again, cancel, warned]) == {key_of(again): again}


@given(st.permutations([told(2, "cancel"), told(2, "update"), told(2, "final"), told(1)]))
def test_of_two_with_one_number_the_one_that_warns_stands(arriving: list[Release]) -> None:
    (found,) = newest(arriving).values()
    assert isinstance(found.item, Warning)
    assert found.item.kind == "update"


def test_what_is_no_warning_is_passed_over_and_ranks_differ() -> None:
    alert = Alert(
        alert="a", event="us-1", number=1, supersedes=None, warning=1, stage="launch", basis="observed", regions=(),
        outlines=(), language="en", headline="h", description="d", instruction="i", sent_ns=T0, expires_ns=T0,
    )  # fmt: skip
    assert newest([msgspec.structs.replace(told(), item=alert)]) == {}
    assert rank(told(2, "cancel")) > rank(told(1))
