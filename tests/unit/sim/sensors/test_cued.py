"""Cues at a phased array: found sooner, nothing before they arrive, no draw shifted, only time that is left over."""

from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import itrf_from_azimuth_elevation_range
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages import codec
from launchwatch.messages.control import Cue
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.free_flight import free_flight
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun
from launchwatch.sim.sensors.ground import Arrived, observe_radar
from launchwatch.sim.sensors.ground.cued import Searches, Sought

SITE = itrf_from_geodetic(52.0, 104.0, 0.0)
LAST_S = 240.0
COVARIANCE = np.diag([3e3, 3e3, 3e3, 15.0, 15.0, 15.0]) ** 2


class Falling:
    """A body in free flight above the fence, of one cross section."""

    def __init__(self, rcs_m2: float, azimuth_deg: float = 60.0) -> None:
        position = itrf_from_azimuth_elevation_range(SITE, 52.0, 104.0, azimuth_deg, 25.0, 2.2e6)
        toward = (SITE - position) / np.linalg.norm(SITE - position)
        self.state = np.concatenate([position, 3000.0 * toward + 2000.0 * position / np.linalg.norm(position)])
        self.rcs = rcs_m2

    def motion(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        states = np.array([free_flight(self.state, float(t)) for t in t_s]).reshape(-1, 6)
        return states[:, :3], states[:, 3:]

    def swerling(self, t_s: FloatArray) -> FloatArray:
        return np.ones(len(t_s))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        return np.full(len(t_s), self.rcs)

    def seen(self, sky: Any, name: str = "body") -> SeenObject:
        return SeenObject(
            id=name, kind="payload", launch=name, epoch_ns=sky.lift_off_ns, begin_s=0.0, end_s=LAST_S,
            motion=self.motion, emission=None, echo=self,
        )  # fmt: skip


def cue(sky: Any, body: Falling, event: str = "event", off_m: float = 0.0, **changes: Any) -> Cue:
    state = body.state.copy()
    state[:3] += off_m * np.cross(state[:3] - SITE, [0.0, 0.0, 1.0]) / np.linalg.norm(state[:3] - SITE)
    base = Cue(
        sensor="radar", event=event, epoch_ns=sky.lift_off_ns, state=state, covariance=COVARIANCE,
        from_ns=sky.lift_off_ns, until_ns=sky.lift_off_ns + round(LAST_S * NS), acceleration_m_s2=0.0, weight=1.0,
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def watch(
    sky: Any, bodies: list[SeenObject], cues: list[tuple[float, Cue]], dwell_s: float = 0.01, **options: Any
) -> SensorRun:
    """A radar that searches a fence of two degrees alone, with cues by the seconds at which they arrive."""
    mode = sky.radar_mode(
        dwell_s=dwell_s, cued_dwells=4, fences=(sky.fence(height_deg=2.0, period_s=2.0),),
        confirm=sky.confirmation(2, 3), drop_misses=5, search_share=0.4,
    )  # fmt: skip
    arrived = [Arrived(sky.lift_off_ns + round(at_s * NS), one) for at_s, one in cues]
    sensor = sky.radar_sensor(reference=sky.radar_sensor().reference, **options)
    stop = sky.lift_off_ns + round((LAST_S + 20.0) * NS)
    return observe_radar(sensor, mode, bodies, Scene(7000.0), 1, sky.lift_off_ns - 10 * NS, stop, None, arrived)


def plots(run: SensorRun) -> dict[int, tuple[float, ...]]:
    """Plots of the first body by epoch."""
    table = {}
    first = 0
    for delivery in run.deliveries:
        look = delivery.observation
        assert isinstance(look, RadarLook)
        for k, at_ns in enumerate(look.time_ns.tolist()):
            if run.truth.source[first + k] == 0:
                table[at_ns] = (float(look.range_m[k]), float(look.azimuth_deg[k]), float(look.snr_db[k]))
        first += len(look.time_ns)
    return table


def test_a_cue_finds_what_the_fence_does_not_search(sky: Any) -> None:
    body = Falling(10.0)
    assert plots(watch(sky, [body.seen(sky)], [])) == {}
    found = plots(watch(sky, [body.seen(sky)], [(40.0, cue(sky, body))]))
    assert len(found) > 100
    assert sky.lift_off_ns + 40 * NS <= min(found) < sky.lift_off_ns + 60 * NS


def test_longer_looks_see_what_is_too_weak_for_one_dwell(sky: Any) -> None:
    body = Falling(0.25)
    whole = {"fences": (sky.fence(height_deg=None, period_s=1.0),), "drop_misses": 200}
    radar, stop = sky.radar_sensor(), sky.lift_off_ns + round(LAST_S * NS)
    told = [Arrived(sky.lift_off_ns, cue(sky, body))]
    first = []
    for dwells in (1, 16):
        mode = sky.radar_mode(cued_dwells=dwells, confirm=sky.confirmation(3, 3), **whole)
        run = observe_radar(radar, mode, [body.seen(sky)], Scene(7000.0), 1, sky.lift_off_ns, stop, None, told)
        first.append(min(plots(run)))
    assert first[1] < first[0]


@pytest.mark.parametrize("at_s", [20.3, 90.0, 200.0])
def test_no_look_before_a_cue_arrives_depends_on_it(sky: Any, at_s: float) -> None:
    low, high = Falling(10.0), Falling(10.0, 100.0)
    rising = sky.flight("rising")
    bodies = [low.seen(sky, "low"), high.seen(sky, "high"), rising]
    # the first cue is there in both; noise makes deliveries of its own
    early = (10.0, cue(sky, low, "first"))
    options = {"false_alarms_per_look": 0.05}
    without = watch(sky, bodies, [early], **options)
    told = watch(sky, bodies, [early, (at_s, cue(sky, high, "second"))], **options)
    arrival = sky.lift_off_ns + round(at_s * NS)

    def before(run: SensorRun) -> list[bytes]:
        return [codec.pack(d.observation) for d in run.deliveries if d.observation.look_until_ns < arrival]

    assert before(told)
    assert before(told) == before(without)[: len(before(told))]
    # what stands behind the last of these is a batch of silent looks that a detection cut short
    assert len(before(without)) - len(before(told)) <= 1
    count = sum(len(d.observation.time_ns) for d in told.deliveries if d.observation.look_until_ns < arrival)
    assert np.array_equal(told.truth.source[:count], without.truth.source[:count])
    last = told.deliveries[-1].received_ns + 1
    arrival = last
    assert before(told) != before(without)  # and after it they differ


def test_a_cue_shifts_no_draw_of_another_look(sky: Any) -> None:
    rising, body = sky.flight("rising"), Falling(10.0)
    alone = plots(watch(sky, [rising, body.seen(sky)], []))
    cued = plots(watch(sky, [rising, body.seen(sky)], [(40.0, cue(sky, body))]))
    assert len(alone) > 100
    assert cued == alone


def test_a_cue_to_the_wrong_place_finds_nothing(sky: Any) -> None:
    body = Falling(10.0)
    run = watch(sky, [body.seen(sky)], [(40.0, cue(sky, body, off_m=400e3))])
    assert plots(run) == {}
    assert max(d.observation.time_use.cues for d in run.deliveries) > 0.0


def test_the_newest_state_counts_not_the_last_to_arrive(sky: Any) -> None:
    body = Falling(10.0)
    flown = free_flight(body.state, 30.0)
    newer = cue(sky, body, epoch_ns=sky.lift_off_ns + 30 * NS, state=flown)
    older = cue(sky, body, off_m=400e3)
    assert plots(watch(sky, [body.seen(sky)], [(40.0, newer), (41.0, older)]))
    assert not plots(watch(sky, [body.seen(sky)], [(40.0, cue(sky, body, off_m=400e3)), (41.0, older)]))


@pytest.mark.parametrize("dwell_s", [0.005, 0.02, 0.0362])
def test_cues_take_only_the_time_that_is_left(sky: Any, dwell_s: float) -> None:
    far = cue(sky, Falling(10.0), covariance=400.0 * COVARIANCE)
    without = watch(sky, [], [], dwell_s)
    run = watch(sky, [], [(10.0, far)], dwell_s)
    uses = [d.observation.time_use for d in run.deliveries]
    fences = {(d.observation.time_use.search, d.observation.time_use.fence_period_s) for d in without.deliveries}
    assert {(use.search, use.fence_period_s) for use in uses} == fences
    assert all(use.search + use.confirm + use.track + use.cues <= 1.0 + 1e-9 for use in uses)
    # three faces: 164 beams of 12 ms all but fill the two seconds of the fence, and leave none for a cue
    assert (max(use.cues for use in uses) > 0.0) is (dwell_s < 0.03)
    if dwell_s > 0.03:
        assert sum(use.waiting for use in uses) > 100  # and that is told


def test_a_search_goes_on_until_its_cue_ends(sky: Any) -> None:
    body = Falling(10.0)
    until = sky.lift_off_ns + 100 * NS
    run = watch(sky, [], [(40.0, cue(sky, body, until_ns=until))])
    busy = [d.observation for d in run.deliveries if d.observation.time_use.cues > 0.0]
    assert busy[0].look_until_ns >= sky.lift_off_ns + 40 * NS
    assert busy[-1].look_from_ns <= until
    assert run.deliveries[-1].observation.time_use.cues == 0.0


def test_searches_take_turns() -> None:
    # a small ellipse where nothing is takes the time of a look, and does not keep the radar from the larger one
    asked = (Sought("small", 1.0, 5, ()), Sought("large", 1.0, 6, ((0, 5),)))
    one = Searches(dict.fromkeys(range(8), asked), [True], [True], 0.1, 0.3)
    found = [one.step(row, 0.8, {0: False}) for row in range(8)]
    assert [rows for rows, _, _ in found[:3]] == [[], [], [0]]  # small whole, large but for a beam, its last
    assert all(spent <= 0.8 + 1e-9 for _, spent, _ in found)
    assert [waiting for _, _, waiting in found[:2]] == [1, 2]


def test_what_threatens_is_searched_more_often() -> None:
    asked = (Sought("one", 1.0, 5, ((0, 4),)), Sought("threat", 3.0, 5, ((1, 4),)))
    one = Searches(dict.fromkeys(range(40), asked), [True, True], [True, True], 0.1, 0.3)
    found = [k for row in range(40) for k in one.step(row, 0.8, {0: False, 1: False})[0]]
    assert found.count(1) == 3 * found.count(0)
