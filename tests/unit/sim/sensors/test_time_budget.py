"""What a radar does with its time, whatever comes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import ArrayMode
from launchwatch.sim.sensors.ground.time_budget import Budget, budget_of, schedule


def budget(**changes: Any) -> Budget:
    figures: dict[str, Any] = {
        "revisit_s": 5.0, "fence_periods_s": (5.0, 20.0), "beam_s": 0.05, "search_use": 0.5, "confirm_looks": 3,
        "search_share": 0.4,
    }  # fmt: skip
    return Budget(**(figures | changes))


def test_tracks_stretch_first_and_the_fence_with_them() -> None:
    one = budget()
    assert one.stretch(0) == (1, 1)
    assert one.stretch(50) == (1, 1)  # 2.5 s of 5: the other half is for the fence
    assert one.stretch(60) == (1, 2)  # 3 s of 5: as much as tracks may take
    assert one.stretch(61)[0] == 2


@given(st.integers(0, 2000), st.floats(0.01, 0.2), st.floats(0.05, 2.0), st.floats(0.1, 0.9))
def test_no_more_time_is_planned_than_there_is(tracks: int, beam_s: float, search: float, share: float) -> None:
    one = budget(beam_s=beam_s, search_use=search, search_share=share)
    track, fence = one.stretch(tracks)
    assert tracks * beam_s / (5.0 * track) + search / fence <= 1.0 + 1e-9
    assert one.stretch(tracks + 1) >= (track, 1)


@settings(max_examples=200)
@given(data=st.data())
def test_a_schedule_tracks_only_what_it_found_confirmed_and_still_sees(data: st.DataObject) -> None:
    looks, bodies = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 12))
    generator = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    inside = generator.random((looks, bodies)) < 0.8
    look, body = np.nonzero(inside)
    fence = generator.integers(-1, 2, len(look))
    detected, confirmed = generator.random(len(look)) < 0.7, generator.random(len(look)) < 0.5
    index = np.arange(looks) + data.draw(st.integers(0, 1000))
    done = schedule(budget(), 2, index, look, body, fence, detected, confirmed & detected)
    assert not (done.tracked & ~detected).any()
    assert np.all(done.use >= -1e-9)
    assert np.all(done.use.sum(axis=1) <= 1.0 + 1e-9)
    assert np.all(done.period_s >= [5.0, 5.0])
    for one in range(bodies):
        mine = body == one
        first = np.flatnonzero(mine & done.tracked)
        if len(first):
            before = mine & (look < look[first[0]])
            # found in a fence that was searched at that look, and confirmed
            due = np.where(fence == 1, index[look] % 4 == 0, True)
            assert (before & (fence >= 0) & due & detected & confirmed).any()


def test_a_track_ends_after_its_misses_and_when_its_body_leaves() -> None:
    look = np.array([0, 1, 2, 3, 4, 5, 6])
    body, fence = np.zeros(7, np.int64), np.array([0, -1, -1, -1, -1, -1, -1])
    sure = np.ones(7, bool)
    echo = np.array([True, True, False, False, True, True, True])
    index = np.arange(20)
    done = schedule(budget(), 2, index, look, body, fence, echo, sure)
    # lost after two looks without an echo; looked for at once, as it is known, and tracked from the look after
    assert done.tracked.tolist() == [False, True, False, False, False, True, True]
    left = schedule(budget(), 9, index, np.array([0, 1, 5, 6]), body[:4], fence[:4], np.ones(4, bool), sure[:4])
    assert left.tracked.tolist() == [False, True, False, True]


def test_every_radar_of_the_catalogue_has_time_for_its_fences() -> None:
    catalog = load_catalog()
    for radar in catalog.sensors_radar.values():
        mode = catalog.radar_modes[radar.mode]
        if isinstance(mode, ArrayMode):
            one = budget_of(radar, mode)
            assert one.stretch(0) == (1, 1), radar.id
            assert one.stretch(10) == (1, 1), radar.id
            assert 0.1 < one.search_use < 0.8, radar.id


def test_a_budget_from_its_figures(sky: Any) -> None:
    mode = sky.radar_mode(
        dwell_s=0.06, fences=(sky.fence(height_deg=2.2, period_s=5.0), sky.fence(height_deg=6.6, period_s=20.0))
    )
    one = budget_of(sky.radar_sensor(revisit_s=5.0), mode)
    assert one.beam_s == pytest.approx(0.02)  # three faces for the full circle
    assert one.search_use == pytest.approx(164 * 0.02 / 5.0 + 164 * 2 * 0.02 / 20.0)
    fan = budget_of(sky.radar_sensor(revisit_s=5.0), sky.radar_mode(dwell_s=0.06))
    assert fan.search_use == pytest.approx(164 * 0.02 / 1.0)
    fences = (sky.fence(height_deg=2.2, period_s=5.0), sky.fence(height_deg=None, period_s=20.0))
    rest = budget_of(sky.radar_sensor(revisit_s=5.0), sky.radar_mode(dwell_s=0.06, fences=fences))
    assert rest.search_use == pytest.approx(164 * 0.02 / 5.0 + 164 * 36 * 0.02 / 20.0)  # 79.8 degrees by 2.2
