import numpy as np
import pytest

from launchwatch.core.epochs import NS
from launchwatch.messages.events import Event, Raid
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.joining import fell_behind, fuse, independent, preference, same_launch
from launchwatch.processing.events.stage import EventsStage, EventsState
from launchwatch.processing.motion import ballistic
from unit.processing.made import T0, launch_fit, state_above, track

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
    _, outputs = heard(track(), track(version=2), track("T0002"), track(version=3, status="dropped"))
    assert ids(outputs) == ["jp-20231114-001"] * 4
    assert [output.payload.version for output in outputs] == [1, 2, 3, 4]
    assert [output.payload.status for output in outputs] == ["new", "update", "update", "update"]
    assert outputs[-1].payload.tracks == ("T0001", "T0002")


def test_two_launches_stay_two() -> None:
    _, outputs = heard(track(), track("T0002", **ELSEWHERE), track(version=2), track("T0002", version=2, **ELSEWHERE))
    assert ids(outputs) == ["jp-20231114-001", "jp-20231114-002"] * 2


def test_an_event_ends_with_its_last_track_and_is_not_opened_again() -> None:
    state, outputs = heard(track(), track(version=2, status="dropped"), track(version=3))
    assert [output.payload.status for output in outputs] == ["new", "final"]
    assert state.events[0].closed


def test_tracks_of_one_step_make_one_version_with_all_of_them_in_its_lineage() -> None:
    stage = EventsStage("jp", ("open",))
    items = [Item("tracks/1", T0, track()), Item("tracks/2", T0, track("T0002"))]
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


def test_boosting_tracks_are_told_apart_by_their_launches() -> None:
    boosting = track(phase="boost", burnout_ns=None)
    assert same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(40.01, 126.01)))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(40.0, 128.0)))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=launch_fit(time_ns=T0 + 300 * NS)))
    assert not same_launch(boosting, track("T0002", phase="boost", launch=None))


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
