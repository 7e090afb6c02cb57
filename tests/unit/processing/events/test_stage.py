import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS
from launchwatch.messages.events import Event, Raid
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import LaunchFit, Track
from launchwatch.processing.events.joining import (
    STATE_GATE,
    fell_behind,
    fuse,
    independent,
    preference,
    same_launch,
    state_distance,
    two_launches,
)
from launchwatch.processing.events.stage import EventsStage, EventsState
from launchwatch.processing.motion import ballistic
from unit.processing.made import T0, launch_fit, state_above, track

OTHER = {"sensors": ("ir-2",), "kind_sensors": ("ir-2",)}  # two of one sensor at once are two plumes
ELSEWHERE = {
    "state": state_above(40.0, 138.0, 150e3, 3500.0, 0.0, 2500.0),
    "launch": launch_fit(lat_deg=40.0, lon_deg=136.0),
}


def heard(*payloads: Track | Release, trust: tuple[str, ...] = ("open", "count")) -> tuple[EventsState, list[Output]]:
    stage = EventsStage("jp", trust)
    state = stage.start()
    outputs: list[Output] = []
    for k, payload in enumerate(payloads):
        state, made = stage.step(state, [Item(f"in/{k}", T0, payload)], T0)
        outputs += made
    return state, outputs


def released(item: Track, sender: str = "us") -> Release:
    return Release(
        release=f"{sender}/tracks/1",
        sender=sender,
        addressee="jp",
        level="tracks",
        released_ns=T0,
        first_detection_ns=item.first_detection_ns,
        item=item,
    )


def ids(outputs: list[Output]) -> list[str]:
    return [output.payload.event for output in outputs if isinstance(output.payload, Event)]


def test_one_launch_is_one_event_with_numbered_versions() -> None:
    _, outputs = heard(track(), track(version=2), track("T0002", **OTHER), track(version=3, status="dropped"))
    assert ids(outputs) == ["jp-20231114-001"] * 4
    assert [output.payload.version for output in outputs] == [1, 2, 3, 4]
    assert [output.payload.status for output in outputs] == ["new", "update", "update", "update"]
    assert outputs[-1].payload.tracks == ("T0001", "T0002")


def test_two_launches_stay_two() -> None:
    _, outputs = heard(track(), track("T0002", **ELSEWHERE), track(version=2), track("T0002", version=2, **ELSEWHERE))
    assert ids(outputs) == ["jp-20231114-001", "jp-20231114-002"] * 2


def test_two_plumes_that_one_satellite_saw_at_once_are_two_launches() -> None:
    """However near their launches are; but not those of two satellites, nor one after the other."""
    near = {"launch": launch_fit(lon_deg=126.02), "state": track().state}
    later = {"first_detection_ns": T0 - NS, "last_detection_ns": T0 + 60 * NS, "burnout_ns": None}
    for changes, events in ((near, 2), (near | OTHER, 1), (near | later, 1)):
        _, outputs = heard(track(phase="boost"), track("T0002", phase="boost", **changes))
        assert len(set(ids(outputs))) == events


def test_what_may_be_anywhere_joins_nothing() -> None:
    """Fits that ran away agree with every launch; a crowd of fires once became one event with them."""
    nowhere = launch_fit(lat_deg=37.0, lon_deg=130.0)
    nowhere = msgspec.structs.replace(nowhere, covariance=np.diag([4e6, 4e6, 2e3, 2.0]) ** 2)
    lost = {"launch": nowhere, "state": track().state, "covariance": np.diag([5e6] * 3 + [3e4] * 3) ** 2}
    boosting = {"phase": "boost", "burnout_ns": None, "free_from_ns": None}
    for changes in ({}, boosting):
        _, outputs = heard(track(**changes), track("T0002", **lost, **changes), track("T0003", **ELSEWHERE, **changes))
        assert len(set(ids(outputs))) == 3


def test_an_event_ends_with_its_last_track_and_is_not_opened_again() -> None:
    state, outputs = heard(track(), track(version=2, status="dropped"), track(version=3))
    assert [output.payload.status for output in outputs] == ["new", "final"]
    assert state.events[0].closed


def test_tracks_of_one_step_make_one_version_with_all_of_them_in_its_lineage() -> None:
    stage = EventsStage("jp", ("open",))
    items = [Item("tracks/1", T0, track()), Item("tracks/2", T0, track("T0002", **OTHER))]
    _, (output,) = stage.step(stage.start(), items, T0)
    assert output.lineage == ("tracks/1", "tracks/2")


def test_a_partners_track_joins_and_opens_only_where_it_is_trusted_to() -> None:
    _, outputs = heard(track(), released(track("T0009")))
    assert ids(outputs) == ["jp-20231114-001"] * 2
    assert outputs[-1].payload.partners == ("us",)
    assert outputs[-1].payload.tracks == ("T0001", "us:T0009")
    assert len(heard(released(track()))[1]) == 1
    assert heard(released(track()), trust=("cue",))[1] == []


def test_states_at_other_epochs_are_compared_at_one() -> None:
    later = track("T0002", epoch_ns=T0 + 60 * NS, state=ballistic.state_after(track().state, 60.0))
    assert same_launch(track(), later)
    assert same_launch(later, track())
    assert not same_launch(track(), track("T0002", **ELSEWHERE))


@given(st.floats(-250.0, 250.0), st.tuples(*[st.floats(-1.0, 1.0)] * 6), st.floats(0.1, 30.0))
def test_the_quick_look_drops_no_pair_within_the_gate(seconds: float, step: tuple[float, ...], blur: float) -> None:
    """A state run on and moved by up to the edge of the gate is never called far."""
    covariance = blur**2 * track().covariance
    move = np.linalg.cholesky(covariance) @ (np.array(step) / max(np.linalg.norm(step), 1.0)) * np.sqrt(STATE_GATE)
    moved = ballistic.state_after(track().state + move, seconds)
    later = track("T0002", epoch_ns=T0 + round(seconds * NS), state=moved, covariance=covariance)
    assert np.isfinite(state_distance(track(covariance=covariance), later))
    assert np.isfinite(state_distance(later, track(covariance=covariance)))


def test_boosting_tracks_are_told_apart_by_their_launches() -> None:
    boosting = track(phase="boost", burnout_ns=None)
    assert same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(40.01, 126.01)))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(40.0, 128.0)))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(time_ns=T0 + 300 * NS)))
    # what only radars saw to thrust is told by where it is
    assert same_launch(boosting, track("T0002", phase="boost", launch=None))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=None, state=ELSEWHERE["state"]))
    late = track("T0002", phase="boost", launch=None, epoch_ns=T0 + 60 * NS)
    assert not same_launch(boosting, late)


def test_an_arc_that_comes_from_where_radars_saw_thrust_is_of_it() -> None:
    """Thrust ended 10 s after it was last seen: the arc run back misses by what that bent, some kilometres."""
    start = track()
    arc = track("T0002", epoch_ns=T0 + 600 * NS, state=ballistic.state_after(start.state, 600.0), launch=None)
    arc = msgspec.structs.replace(arc, phenomenologies=("radar",))
    seen = start.state - np.array([0.0, 0.0, 3e3, 0.0, 0.0, 300.0])
    thrust = track("T0001", state=seen, phase="boost", burnout_ns=None, launch=None, phenomenologies=("radar",))
    assert same_launch(arc, thrust)
    assert same_launch(thrust, arc)
    elsewhere = msgspec.structs.replace(thrust, state=seen + np.array([0.0, 0.0, 300e3, 0.0, 0.0, 0.0]))
    assert not same_launch(arc, elsewhere)
    before = msgspec.structs.replace(thrust, epoch_ns=T0 + 700 * NS)
    assert not same_launch(arc, before)


def test_an_arc_that_comes_from_where_the_plume_went_out_is_of_that_launch() -> None:
    """Thrown to the side, its blind launch no longer fits; where it came from does."""
    vehicle = track(burnout_ns=T0, free_from_ns=T0)
    thrown = track().state + np.array([0.0, 0.0, 0.0, 0.0, 60.0, 60.0])
    elsewhere = launch_fit(lat_deg=41.0)
    piece = track(
        "T0002", epoch_ns=T0 + 100 * NS, state=ballistic.state_after(thrown, 100.0), phenomenologies=("radar",),
        launch=elsewhere, burnout_ns=None,
    )  # fmt: skip
    assert same_launch(vehicle, piece)
    assert same_launch(piece, vehicle)
    passing = msgspec.structs.replace(piece, state=piece.state + np.array([0.0, 0.0, 40e3, 0.0, 0.0, 0.0]))
    assert not same_launch(vehicle, passing)


def test_a_launch_that_is_known_to_no_place_tells_nothing_apart() -> None:
    """A wild fit of one satellite is not told from another launch, however small it says its errors are."""
    wild = msgspec.structs.replace(
        launch_fit(lat_deg=42.0), covariance=np.diag([25e3, 25e3, 1.0, 0.01]) ** 2
    )
    sharp = msgspec.structs.replace(wild, covariance=np.diag([2e3, 2e3, 1.0, 0.01]) ** 2)
    first = track(phase="boost", burnout_ns=None)
    assert two_launches(first, track("T0002", phase="boost", burnout_ns=None, launch=sharp))
    assert not two_launches(first, track("T0002", phase="boost", burnout_ns=None, launch=wild))


def test_fusion_of_tracks_that_share_a_sensor_is_never_surer_than_the_evidence() -> None:
    sure = track(covariance=np.diag([100.0, 900.0, 300.0, 2.0, 8.0, 5.0]) ** 2)
    other = track("T0002", covariance=np.diag([900.0, 100.0, 300.0, 8.0, 2.0, 5.0]) ** 2)
    fused = fuse([sure, other])
    assert np.trace(fused.covariance) < np.trace(sure.covariance)
    # Something is taken for shared, so it is nowhere below what independence would give.
    independent = np.linalg.inv(np.linalg.inv(sure.covariance) + np.linalg.inv(other.covariance))
    assert np.all(np.linalg.eigvalsh(fused.covariance - independent) > 0.0)


def test_information_of_tracks_without_a_common_sensor_adds_up() -> None:
    radar = {"sensors": ("radar-1",), "phenomenologies": ("radar",), "kind_sensors": ("radar-1",)}
    fused = fuse([track(), track("T0002", **radar)])
    np.testing.assert_allclose(fused.covariance, 0.5 * track().covariance, rtol=1e-9)  # rounding of two inversions
    # a third track on a sensor of the first two brings nothing new
    both = {name: (*getattr(track(), name), *sensors) for name, sensors in radar.items()}
    again = fuse([track(), track("T0002", **radar), track("us:T0001", covariance=0.5 * track().covariance, **both)])
    assert np.trace(again.covariance) > 0.49 * np.trace(track().covariance)
    # two satellites share the model of the ascent
    assert not independent(track(), track("T0002", sensors=("ir-2",), kind_sensors=("ir-2",)))


def test_a_track_fused_with_its_own_copy_is_no_surer() -> None:
    fused = fuse([track(), track("us:T0001")])
    np.testing.assert_allclose(fused.covariance, track().covariance, rtol=1e-9)  # rounding of two inversions
    np.testing.assert_allclose(fused.state, track().state, rtol=1e-12)


def test_fused_evidence_is_the_union_in_order_of_time() -> None:
    seen = track(
        "T0002",
        sensors=("radar-1",),
        phenomenologies=("radar",),
        kind_sensors=("radar-1",),
        first_detection_ns=T0 - 20 * NS,
    )
    fused = fuse([seen, track()])
    assert fused.phenomenologies == ("infrared", "radar")
    assert fused.kind_sensors == ("ir-1", "radar-1")
    assert set(fused.sensors) == {"ir-1", "radar-1"}
    assert fused.first_detection_ns == T0 - 80 * NS


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"status": "dropped"}),
        ({}, {"phase": "boost"}),
        ({"phenomenologies": ("infrared", "radar"), "detections": 5}, {}),
        ({"detections": 21}, {}),
        ({"phase": "boost"}, {"status": "dropped", "detections": 100}),
    ],
)
def test_preference(better: dict[str, object], worse: dict[str, object]) -> None:
    assert preference(track(**better)) > preference(track(**worse))


def test_a_spent_stage_never_speaks_for_its_launch() -> None:
    """A stage that flies freely while the plume burns on is there, but the vehicle speaks: boosting, and after it."""
    stage = track(
        "T0002", phenomenologies=("radar",), free_from_ns=T0 - 60 * NS, burnout_ns=None, detections=500
    )
    boosting = track(phase="boost", burnout_ns=None, free_from_ns=None, last_detection_ns=T0)
    flying = track(burnout_ns=T0, free_from_ns=T0, status="coasting")
    for vehicle in (boosting, flying, track(burnout_ns=T0, free_from_ns=T0, status="dropped")):
        assert fell_behind(stage, [vehicle, stage])
        assert not fell_behind(vehicle, [vehicle, stage])
        assert fuse([stage, vehicle]).track == "T0001"
    # beside a plume last seen before it, it may be the vehicle itself
    early = track(phase="boost", burnout_ns=None, free_from_ns=None, last_detection_ns=T0 - 58 * NS)
    assert not fell_behind(stage, [early, stage])


def wide(lon_deg: float = 126.0, sigma_m: float = 80e3) -> LaunchFit:
    """A launch at 40 N known to `sigma_m`."""
    return msgspec.structs.replace(
        launch_fit(lon_deg=lon_deg), covariance=np.diag([sigma_m, sigma_m, 10.0, 0.1]) ** 2
    )


RISING = {"phase": "boost", "burnout_ns": None, "free_from_ns": None}


def test_events_that_turn_out_to_be_one_launch_merge_and_the_older_goes_on() -> None:
    """Two sensors begin a track each while both misjudge the launch; a better fit of one brings them together."""
    first = track(launch=launch_fit(), **RISING)
    second = track("T0002", **OTHER, launch=launch_fit(lon_deg=127.0), **RISING)
    better = track("T0002", **OTHER, version=2, launch=launch_fit(lon_deg=126.01), detections=40, **RISING)
    state, outputs = heard(first, second, better, track("T0002", **OTHER, version=3, launch=launch_fit(), **RISING))
    events = [output.payload for output in outputs if isinstance(output.payload, Event)]
    assert [(e.event[-3:], e.version, e.status) for e in events] == [
        ("001", 1, "new"),
        ("002", 1, "new"),
        ("002", 2, "final"),
        ("001", 2, "update"),
        ("001", 3, "update"),
    ]
    assert events[2].merged_into == events[3].event
    assert events[3].aliases == (events[2].event,)
    assert events[3].tracks == ("T0001", "T0002")
    assert state.events[1].closed
    assert [output.payload.probable for output in outputs if isinstance(output.payload, Raid)] == [2, 0]


def test_what_could_be_part_of_two_launches_makes_no_one_of_them() -> None:
    one, other = track(launch=launch_fit(), **RISING), track("T0002", launch=launch_fit(lon_deg=127.0), **RISING)
    between = track("T0003", launch=launch_fit(lon_deg=131.0), phenomenologies=("radar",), **RISING)
    vague = msgspec.structs.replace(between, version=2, launch=wide(126.5))
    state, _ = heard(one, other, between, vague, one, other)
    assert [record.merged_into for record in state.events] == [None, None, None]


def test_a_track_that_turns_out_another_launch_leaves_its_event() -> None:
    mine, young = track(launch=launch_fit(), **RISING), track("T0002", **OTHER, launch=wide(127.0), **RISING)
    foreign = track("T0007", launch=wide(127.0), **RISING)
    grown = [track("T0002", **OTHER, version=k, launch=launch_fit(lon_deg=127.0), **RISING) for k in (2, 3, 4)]
    state, outputs = heard(mine, young, released(foreign), *grown)
    events = [output.payload for output in outputs if isinstance(output.payload, Event)]
    assert [e.event[-3:] for e in events] == ["001", "001", "001", "001", "001", "002", "002"]
    left = events[-2]
    assert left.split_from == events[0].event
    assert left.tracks == ("T0002",)  # the partner's vague track speaks against neither, and stays
    assert events[-3].tracks == ("T0001", "us:T0007")
    assert state.events[0].partners == ["us"]
    assert state.events[1].partners == []


def test_one_stray_version_splits_nothing() -> None:
    stray = track("T0002", **OTHER, version=2, launch=launch_fit(lon_deg=127.0), **RISING)
    back = track("T0002", **OTHER, version=3, launch=launch_fit(), **RISING)
    first = track("T0002", **OTHER, launch=launch_fit(), **RISING)
    _, outputs = heard(track(launch=launch_fit(), **RISING), first, stray, back)
    assert len(set(ids(outputs))) == 1


@given(st.permutations(range(6)))
def test_every_track_is_in_one_open_event_and_ids_are_not_used_again(order: list[int]) -> None:
    """Six tracks of three launches, vague and then sharp, in any order: three events go on, whatever was before."""
    lons = [126.0, 126.0, 129.0, 129.0, 133.0, 133.0]
    own = [{"sensors": (f"ir-{k}",), "kind_sensors": (f"ir-{k}",)} for k in range(6)]
    vague = [track(f"T{k:04d}", launch=wide(lons[k], 40e3), **own[k], **RISING) for k in order]
    fits = [launch_fit(lon_deg=lon) for lon in lons]
    sharp = [track(f"T{k:04d}", version=v, launch=fits[k], **own[k], **RISING) for v in (2, 3, 4) for k in order]
    state, outputs = heard(*vague, *sharp)
    going_on = [record for record in state.events if record.merged_into is None]
    names = sorted(name for record in going_on for name in record.tracks)
    assert names == [f"T{k:04d}" for k in range(6)]
    assert sorted(len(record.tracks) for record in going_on) == [2, 2, 2]
    assert len({record.event for record in state.events}) == len(state.events)
    versions: dict[str, list[int]] = {}
    for output in outputs:
        if isinstance(output.payload, Event):
            versions.setdefault(output.payload.event, []).append(output.payload.version)
    assert all(said == list(range(1, len(said) + 1)) for said in versions.values())


def test_what_was_lost_and_is_found_again_is_a_new_event_with_the_old_name_and_no_raid() -> None:
    lost = track(version=2, status="dropped")
    again = track("T0002", epoch_ns=T0 + 900 * NS, phenomenologies=("radar",), kind_sensors=("radar-1",))
    elsewhere = track("T0003", **(ELSEWHERE | {"launch": launch_fit(lon_deg=136.0, time_ns=T0 + 2000 * NS)}))
    _, outputs = heard(track(), lost, again, elsewhere)
    events = [output.payload for output in outputs if isinstance(output.payload, Event)]
    assert [(e.event[-3:], e.status, len(e.aliases)) for e in events] == [
        ("001", "new", 0), ("001", "final", 0), ("002", "new", 1), ("003", "new", 0)
    ]  # fmt: skip
    assert events[2].aliases == (events[0].event,)
    assert not [output for output in outputs if isinstance(output.payload, Raid)]


def test_launches_close_in_time_are_a_raid_with_bounds() -> None:
    faint = {"detections": 3, **ELSEWHERE}
    _, outputs = heard(track(), track("T0002", **faint), track("T0002", **(faint | {"detections": 30})))
    raids = [output.payload for output in outputs if isinstance(output.payload, Raid)]
    assert [(r.version, r.lowest, r.probable, r.highest) for r in raids] == [(1, 1, 2, 2), (2, 2, 2, 2)]
    assert raids[0].events == tuple(ids(outputs)[:2])
    assert raids[0].raid == f"{raids[0].events[0]}/raid"


def test_launches_far_apart_in_time_are_no_raid() -> None:
    later = T0 + 1200 * NS
    other = track("T0002", launch=launch_fit(lon_deg=136.0, time_ns=later), epoch_ns=later + 120 * NS)
    _, outputs = heard(track(), other)
    assert not [output for output in outputs if isinstance(output.payload, Raid)]


def test_a_raid_may_hold_as_many_launches_as_one_chain_has_tracks() -> None:
    """Two tracks of one event may be two launches; a partner's track of them is not one more."""
    beside = track("T0003", state=state_above(40.0, 128.2, 150e3, 3500.0, 0.0, 2500.0), phenomenologies=("radar",))
    _, outputs = heard(track(), beside, released(track("T0009")), track("T0002", **ELSEWHERE))
    assert len(set(ids(outputs))) == 2
    raid = outputs[-1].payload
    assert isinstance(raid, Raid)
    assert (raid.lowest, raid.probable, raid.highest) == (2, 2, 3)
