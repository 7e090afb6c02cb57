import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.messages import codec
from launchwatch.messages.envelope import Envelope, Origin
from launchwatch.runtime import lane as lane_module
from launchwatch.runtime.journal import SqliteJournal
from launchwatch.runtime.lane import Lane
from unit.runtime.small_chain import Counting, Summing, heartbeat, make_lane


def test_the_door_refuses_another_purpose_and_says_why() -> None:
    post = make_lane()
    assert post.receive(heartbeat(1, 10))
    assert not post.receive(heartbeat(2, 10, purpose="operations"))
    assert not post.receive(heartbeat(3, 10, purpose="test"))
    assert [refusal.id for refusal in post.refused] == ["radar/2", "radar/3"]
    assert post.refusals == {
        "purpose operations at a lane for exercise": 1,
        "purpose test at a lane for exercise": 1,
    }
    assert post.tick(10)[0].lineage == ("radar/1",)


def test_the_door_of_an_operations_lane_refuses_what_is_declared_simulated() -> None:
    post = make_lane(purpose="operations")
    assert not post.receive(heartbeat(1, 10, purpose="operations", origin=("live", "simulated")))
    assert post.receive(heartbeat(2, 10, purpose="operations", origin=("live",)))
    assert post.refusals == {"declared simulated at a lane for operations": 1}
    assert [output.origin for output in post.tick(10)] == [("live",)] * 2


def test_outputs_are_stamped_labelled_and_numbered() -> None:
    post = make_lane()
    post.receive(heartbeat(1, 10, origin=("recorded",)))
    post.receive(heartbeat(2, 12, origin=("simulated",)))
    sums, counts = post.tick(20)
    assert (sums.id, sums.topic, sums.sequence, sums.lineage) == ("sums/1", "sums", 1, ("radar/1", "radar/2"))
    assert (sums.valid_ns, sums.observed_ns, sums.received_ns, sums.emitted_ns) == (19, 10, 12, 20)
    assert (sums.purpose, sums.origin) == ("exercise", ("recorded", "simulated"))
    # The second stage hears the first in the same tick; its stamps come down the lineage.
    assert (counts.id, counts.lineage) == ("counts/1", ("sums/1",))
    assert (counts.observed_ns, counts.received_ns) == (10, 12)


def test_inputs_come_by_arrival_then_in_the_order_of_the_door() -> None:
    post = make_lane()
    for sequence, received_ns in ((5, 12), (2, 11), (9, 11), (1, 12)):
        post.receive(heartbeat(sequence, received_ns))
    assert post.tick(12)[0].lineage == ("radar/2", "radar/9", "radar/5", "radar/1")


def test_what_has_not_arrived_waits_and_has_no_influence() -> None:
    post = make_lane()
    post.receive(heartbeat(1, 10, origin=("live",)))
    post.receive(heartbeat(2, 11, origin=("simulated",)))
    assert post.tick(10)[0].origin == ("live",)
    assert post.tick(11)[0].origin == ("live", "simulated")


def test_taint_stays_until_an_earlier_snapshot_is_restored() -> None:
    post = make_lane(purpose="operations")
    post.receive(heartbeat(1, 10, purpose="operations", origin=("live",)))
    post.tick(10)
    clean = post.snapshot()
    post.admit(heartbeat(2, 11, purpose="operations", origin=("simulated",)))  # slipped past the door
    post.tick(11)
    post.receive(heartbeat(3, 12, purpose="operations", origin=("live",)))
    assert {output.origin for output in post.tick(12)} == {("live", "simulated")}
    post.restore(clean)
    post.receive(heartbeat(3, 12, purpose="operations", origin=("live",)))
    assert {output.origin for output in post.tick(12)} == {("live",)}


@given(
    arrivals=st.lists(
        st.tuples(st.integers(0, 60), st.floats(0, 1e3), st.sampled_from(["live", "recorded"])), max_size=12
    ),
    slipped=st.integers(0, 60),
)
def test_whatever_a_simulated_item_changes_is_marked_simulated(
    arrivals: list[tuple[int, float, Origin]], slipped: int
) -> None:
    def play(with_simulated: bool) -> list[Envelope]:
        post = make_lane(purpose="operations")
        for number, (received_ns, latency_s, origin) in enumerate(arrivals):
            post.receive(heartbeat(number, received_ns, latency_s, purpose="operations", origin=(origin,)))
        if with_simulated:
            post.admit(heartbeat(99, slipped, 5.0, purpose="operations", origin=("simulated",)))
        return [output for now in range(0, 90, 3) for output in post.tick(now)]

    clean = {codec.pack(output) for output in play(False)}
    for output in play(True):
        assert codec.pack(output) in clean or "simulated" in output.origin


def test_time_only_advances() -> None:
    post = make_lane()
    post.receive(heartbeat(1, 5))
    post.tick(10)
    with pytest.raises(ValueError, match="time only advances"):
        post.tick(9)


def test_a_timer_wakes_its_stage_and_nothing_else_does() -> None:
    post = Lane("ru/alone", "ru", "exercise", [Summing()], None)
    assert post.tick(1) == []
    post.receive(heartbeat(1, 2))
    assert len(post.tick(2)) == 1
    assert post.tick(11) == []
    (said,) = post.tick(12)
    assert said.lineage == ()
    assert (said.observed_ns, said.received_ns) == (0, 2)
    assert post.tick(1000) == []


def test_a_stage_without_timers_of_its_own_is_stepped_on_every_tick() -> None:
    calls: list[int] = []

    class Watching(Counting):
        def step(self, state, inputs, now):  # type: ignore[no-untyped-def]
            calls.append(now)
            return super().step(state, inputs, now)

    post = Lane("ru/alone", "ru", "exercise", [Watching()], None)
    for now in (1, 2, 3):
        post.tick(now)
    assert calls == [1, 2, 3]


def test_the_next_timer_of_all_stages_is_known() -> None:
    post = make_lane()
    assert post.due_ns() is None
    post.receive(heartbeat(1, 5))
    post.tick(7)
    assert post.due_ns() == 17
    post.tick(17)
    assert post.due_ns() is None


def test_outputs_of_a_transient_stage_reach_the_next_stage_only(tmp_path: Path) -> None:
    class Passing(Summing):
        transient = True

    with SqliteJournal.create(tmp_path / "journal.sqlite") as journal:
        post = Lane("ru/alone", "ru", "exercise", [Passing(), Counting()], journal)
        post.receive(heartbeat(1, 5))
        (count,) = post.tick(5)
        assert (count.id, count.lineage) == ("counts/1", ("radar/1",))
        assert list(journal.read("ru/alone", role="output")) == [count]


def test_only_a_labelled_stage_sees_purpose_and_origin() -> None:
    seen = []

    class Releasing(Counting):
        topic = "releases"
        labelled = True

        def step(self, state, inputs, now):  # type: ignore[no-untyped-def]
            seen.extend(item.payload for item in inputs)
            return state, []

    post = Lane("ru/alone", "ru", "exercise", [Summing(), Releasing()], None)
    post.receive(heartbeat(1, 5))
    said, *_ = post.tick(5)
    assert seen == [said]


def test_a_lineage_that_never_came_this_way_is_an_error() -> None:
    class Inventing(Counting):
        def step(self, state, inputs, now):  # type: ignore[no-untyped-def]
            _, outputs = super().step(state, inputs, now)
            return state, [msgspec.structs.replace(output, lineage=("tracks/7",)) for output in outputs]

    post = Lane("ru/alone", "ru", "exercise", [Summing(), Inventing()], None)
    post.receive(heartbeat(1, 5))
    with pytest.raises(ValueError, match=r"counts names tracks/7 in a lineage"):
        post.tick(5)


def test_old_identifiers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module, "REMEMBERED", 3)
    post = make_lane()
    for number in range(10):
        post.receive(heartbeat(number, 5))
    sums, _ = post.tick(5)
    # All but the newest are forgotten, and the stamps of those that are known stand for the lineage.
    assert (sums.observed_ns, sums.received_ns) == (3, 5)


def test_two_stages_may_not_share_a_topic() -> None:
    with pytest.raises(ValueError, match="share a topic"):
        Lane("ru/alone", "ru", "exercise", [Summing(), Summing()], None)


events = st.lists(
    st.one_of(
        st.tuples(st.just("input"), st.integers(0, 8), st.floats(0.0, 1e3)),
        st.tuples(st.just("tick"), st.integers(0, 8), st.just(0.0)),
    ),
    max_size=30,
)


@given(before=events, after=events)
def test_a_restored_lane_goes_on_as_the_original_would(
    before: list[tuple[str, int, float]], after: list[tuple[str, int, float]]
) -> None:
    def play(post: Lane, moves: list[tuple[str, int, float]], now: int, number: int) -> tuple[list[Envelope], int]:
        made = []
        for kind, step, latency_s in moves:
            if kind == "input":
                number += 1
                post.receive(heartbeat(number, now + step, latency_s))
            else:
                now += step
                made += post.tick(now)
        return made, now

    original = make_lane()
    _, now = play(original, before, 0, 0)
    snapshot = original.snapshot()
    copy = make_lane()
    copy.restore(snapshot)
    assert copy.snapshot() == snapshot
    goes_on, _ = play(original, after, now, 1000)
    copies, _ = play(copy, after, now, 1000)
    assert [codec.pack(output) for output in copies] == [codec.pack(output) for output in goes_on]
    assert copy.snapshot() == original.snapshot()


def test_a_snapshot_of_another_lane_is_refused_and_changes_nothing() -> None:
    post = make_lane()
    post.receive(heartbeat(1, 5))
    post.tick(5)
    before = post.snapshot()
    for other, field in (
        (make_lane(purpose="test"), "purpose"),
        (Lane("cn/alone", "cn", "exercise", [Summing(), Counting()], None), "lane"),
        (Lane("ru/alone", "ru", "exercise", [Summing()], None), "stages"),
    ):
        with pytest.raises(ValueError, match=f"snapshot: {field} is"):
            post.restore(other.snapshot())
    with pytest.raises(msgspec.DecodeError):
        post.restore(b"nothing")
    assert post.snapshot() == before


def test_overhead_of_a_tick(measured: Callable[[str], None]) -> None:
    class Silent(Counting):
        def step(self, state, inputs, now):  # type: ignore[no-untyped-def]
            return state, []

    post = Lane("ru/alone", "ru", "exercise", [Silent()], None)
    ticks = 20_000
    start = time.perf_counter()
    for now in range(ticks):
        post.tick(now)
    measured(f"{(time.perf_counter() - start) / ticks * 1e6:.1f} us a tick of an idle stage, without journal")
