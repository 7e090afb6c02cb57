import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import InfraredLook
from launchwatch.messages.releases import Release
from launchwatch.processing.observations.stage import ObservationsStage, ObservationsState
from unit.processing.made import T0, infrared

HOLD_S = 30.0


def admitted(looks: list[InfraredLook | Release], late_s: float = 0.0) -> tuple[ObservationsState, list[Output]]:
    stage = ObservationsStage(HOLD_S)
    state = stage.start()
    outputs: list[Output] = []
    for k, look in enumerate(looks):
        now = T0 + round(late_s * NS)
        state, made = stage.step(state, [Item(f"in/{k}", now, look)], now)
        outputs += made
    return state, outputs


def rows(outputs: list[Output]) -> list[int]:
    return [int(n) for output in outputs for n in output.payload.look.sequence]


def test_a_look_passes_once_and_a_repeat_changes_nothing() -> None:
    state, outputs = admitted([infrared([1, 2, 3]), infrared([1, 2, 3]), infrared([3, 4])])
    assert rows(outputs) == [1, 2, 3, 4]
    assert state.duplicates == 4
    assert [output.lineage for output in outputs] == [("in/0",), ("in/1",), ("in/2",)]


def test_a_number_that_a_look_has_twice_is_admitted_once() -> None:
    state, outputs = admitted([infrared([5, 3, 5, 4])])
    assert (rows(outputs), state.duplicates) == ([5, 3, 4], 1)


def test_the_same_numbers_of_another_sensor_are_no_repeat() -> None:
    state, outputs = admitted([infrared([1, 2]), infrared([1, 2], sensor="ir-2")])
    assert rows(outputs) == [1, 2, 1, 2]
    assert state.duplicates == 0


def test_a_look_without_detections_passes_for_it_is_evidence() -> None:
    state, outputs = admitted([infrared([]), infrared([])])
    assert len(outputs) == 2
    assert state.duplicates == 0


def test_late_data_is_counted_and_not_processed() -> None:
    state, outputs = admitted([infrared([1])], late_s=HOLD_S)
    assert (rows(outputs), state.late) == ([1], 0)
    state, outputs = admitted([infrared([1])], late_s=HOLD_S + 0.001)
    assert (rows(outputs), state.late) == ([], 1)


def test_what_a_partner_released_carries_its_sender_and_is_no_duplicate_of_nothing() -> None:
    release = Release(
        release="us/observations/1",
        sender="us",
        addressee="jp",
        level="observations",
        released_ns=T0,
        first_detection_ns=T0,
        item=infrared([1, 2]),
    )
    state, outputs = admitted([release, infrared([1, 2, 3])])
    assert [output.payload.sender for output in outputs] == ["us", None]
    assert rows(outputs) == [1, 2, 3]
    assert state.duplicates == 2


@given(st.lists(st.lists(st.integers(1, 30), unique=True, max_size=6).map(sorted), max_size=12))
def test_each_detection_is_admitted_once_whatever_the_order(batches: list[list[int]]) -> None:
    state, outputs = admitted([infrared(batch) for batch in batches])
    found = rows(outputs)
    assert sorted(found) == sorted({n for batch in batches for n in batch})
    assert state.duplicates == sum(map(len, batches)) - len(found)
    for seen in state.seen.values():
        assert np.all(np.diff(seen) > 0)
