import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import BurstBand
from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import inside_95_2d
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.detections import Reentry
from launchwatch.messages.events import BreakUp, Event
from launchwatch.messages.items import Item
from launchwatch.messages.tracks import Track
from launchwatch.processing.assessments.far import DAY_S, Calibration
from launchwatch.processing.assessments.impact import (
    DEBRIS_DRAG,
    DEBRIS_LOG_SIGMA,
    descend,
    perigee_m,
    scatter,
    threats,
)
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.assessments.templates import templates
from launchwatch.processing.assessments.typing import CLASSES, ground_speed, speed_for_range, typing_of
from launchwatch.processing.motion import ballistic
from unit.processing.made import T0, launch_fit, state_above, track

SEEN_BY_RADAR: dict[str, Any] = {
    "phenomenologies": ("radar",), "kind_sensors": ("radar-1",), "sensors": ("radar-1",), "launch": None,
    "burnout_ns": None, "free_from_ns": T0 - 30 * NS,
}  # fmt: skip
LAND = np.zeros((180, 360), bool)
LAND[:, 180:310] = True  # east of Greenwich to 130 E
CATALOG = load_catalog()
KNOWN = templates(list(CATALOG.boosters.values()))
IN_ORBIT = state_above(30.0, 0.0, 300e3, 7400.0, 0.0, 0.0)


def assessed(found: Track) -> Assessment:
    stage = AssessmentsStage({"jp": load_catalog().regions["jp"]}, 1e6, LAND)
    event = Event(
        event="jp-20231114-001",
        aliases=(),
        version=3,
        status="update",
        tracks=(found.track,),
        preferred=found,
        partners=(),
    )
    _, (output,) = stage.step(stage.start(), [Item("events/1", T0, event)], T0)
    assert output.lineage == ("events/1",)
    made = output.payload
    assert isinstance(made, Assessment)
    return made


@given(
    height_km=st.floats(20.0, 2000.0),
    east=st.floats(-7500.0, 7500.0),
    north=st.floats(-7500.0, 7500.0),
    up=st.floats(-5000.0, 7000.0),
    detections=st.integers(1, 500),
    at_sea=st.floats(0.0, 1.0),
    boosting=st.booleans(),
    seen_by_radar=st.booleans(),
    burnout_s=st.floats(0.0, 2000.0),
    staging_s=st.lists(st.floats(0.0, 1000.0), max_size=3).map(sorted),
)
def test_typing_sums_to_one_over_all_classes(
    height_km: float,
    east: float,
    north: float,
    up: float,
    detections: int,
    at_sea: float,
    boosting: bool,
    seen_by_radar: bool,
    burnout_s: float,
    staging_s: list[float],
) -> None:
    found = track(
        state=state_above(40.0, 128.0, height_km * 1e3, east, north, up),
        detections=detections,
        phase="boost" if boosting else "ballistic",
        phenomenologies=("infrared", "radar") if seen_by_radar else ("infrared",),
        burnout_ns=None if boosting else T0 + round(burnout_s * NS),
        staging_ns=tuple(T0 + round(s * NS) for s in staging_s),
    )
    typing, boosters = typing_of(found, at_sea, KNOWN, T0)
    assert tuple(typing) == CLASSES
    for name in CLASSES[:-2]:
        own = sum(p for booster, p in boosters.items() if CATALOG.boosters[booster].booster_class == name)
        assert own <= typing[name] + 1e-12  # rounding
    assert math.fsum(typing.values()) == pytest.approx(1.0, abs=1e-12)  # rounding of ten terms
    assert all(0.0 <= p <= 1.0 for p in typing.values())
    assert typing["other"] > 0.0


def test_orbit_is_a_space_launch_without_impact() -> None:
    found = assessed(track(state=IN_ORBIT, detections=100))
    assert perigee_m(IN_ORBIT) > 100e3
    assert found.impact is None
    assert found.range_km is None
    assert [(one.impact_probability, one.burst_probability) for one in found.threats] == [(0.0, None)]
    assert found.typing["slv"] > 0.9


def test_a_perigee_that_is_badly_known_is_no_orbit() -> None:
    found = assessed(track(state=IN_ORBIT, covariance=1e6 * track().covariance, detections=100))
    assert found.impact is None
    assert found.threats == ()  # unknown, which is not harmless


@pytest.mark.parametrize(("range_km", "kind"), [(500, "srbm"), (2000, "mrbm"), (4200, "irbm"), (9000, "icbm")])
def test_bands_of_range_by_energy(range_km: float, kind: str) -> None:
    speed = speed_for_range(range_km * 1e3)
    # At 45 degrees, a hundredth faster or slower does not leave the middle of a band.
    found = track(state=state_above(0.0, 100.0, 100.0, 0.0, 0.7 * speed, 0.7 * speed), detections=100)
    assert ground_speed(found.state) == pytest.approx(speed, rel=0.03)
    typing = typing_of(found, 0.0, templates(()), T0).classes
    assert max(typing, key=lambda name: typing[name]) == kind


def test_a_launch_at_sea_is_a_submarines() -> None:
    land, sea = (assessed(track(launch=launch_fit(40.0, lon))) for lon in (126.0, 150.0))
    assert land.typing["slbm"] < 0.01
    assert sea.typing["slbm"] > 0.5
    assert assessed(track(launch=launch_fit(40.0, 130.0))).typing["slbm"] > land.typing["slbm"]


def test_no_impact_is_said_of_a_body_that_still_thrusts() -> None:
    found = assessed(track(phase="boost", burnout_ns=None))
    assert found.impact is None
    assert found.threats == ()
    assert found.launch_point is not None


def test_fall_against_the_mean_of_its_scatter() -> None:
    descent = descend(track())
    assert descent.impact is not None
    point = descent.impact
    rng = np.random.default_rng(7)
    falls = [
        descend(track(state=track().state + rng.normal(size=6) * np.sqrt(np.diag(track().covariance)))).impact
        for _ in range(30)
    ]
    distances = [inverse(point.lat_deg, point.lon_deg, f.lat_deg, f.lon_deg)[0] for f in falls if f is not None]
    assert len(distances) == 30
    # Root mean square against the covariance without drag's share; thirty draws know a spread to some 20 %.
    assert np.sqrt(np.mean(np.square(distances))) < 1.5 * np.sqrt(np.trace(point.covariance_m2))
    assert point.time_ns > T0
    assert descent.apogee.value > 150.0


def test_threat_to_a_region_is_the_share_of_the_impact_inside_it() -> None:
    regions = load_catalog().regions
    found = track()
    impact = descend(found).impact
    assert impact is not None
    around = {name: threats(found, impact, {name: regions[name]}, 1e6, BurstBand()) for name in ("jp", "fr")}
    assert 0.0 <= around["jp"][0].impact_probability <= 1.0
    assert around["fr"][0].impact_probability == 0.0
    assert around["fr"][0].overflight_probability == 0.0
    assert threats(found, None, regions, 1e6, BurstBand()) == ()


@pytest.mark.parametrize(
    ("status", "basis"), [("confirmed", "observed"), ("coasting", "predicted"), ("dropped", "lost")]
)
def test_basis_says_what_the_statement_rests_on(status: str, basis: str) -> None:
    assert assessed(track(status=status)).basis == basis


@pytest.mark.parametrize(
    ("changes", "confidence"),
    [
        ({"detections": 5}, "low"),
        ({"detections": 12}, "medium"),
        ({"detections": 5, "sensors": ("ir-1", "ir-2")}, "medium"),
        ({"phenomenologies": ("infrared", "radar")}, "high"),
    ],
)
def test_confidence_by_the_kinds_of_evidence(changes: dict[str, object], confidence: str) -> None:
    assert assessed(track(**changes)).confidence == confidence


def test_no_false_alarm_rate_is_stated_without_a_calibration() -> None:
    found = assessed(track())
    assert found.far_hz is None
    assert "not calibrated" in found.far_basis
    assert found.first_detection_ns == T0 - 80 * NS


def test_a_calibration_states_a_rate_and_holds_back_what_is_too_common() -> None:
    common = Calibration("c", np.full(240, 100.0), 10.0 * DAY_S)  # one an hour, above every ranking
    rare = Calibration("c", np.array([100.0]), 10.0 * DAY_S)
    regions, hourly = {"jp": CATALOG.regions["jp"]}, 1.0 / 3600.0
    found = track()

    def told(calibration: Calibration, bar_hz: float | None, state: Any = None) -> tuple[Any, list[Assessment]]:
        stage = AssessmentsStage(regions, 1e6, LAND, (), calibration, 1, bar_hz)
        event = Event(
            event="jp-1", aliases=(), version=1, status="new", tracks=("T",), preferred=found, partners=()
        )
        state, outputs = stage.step(state or stage.start(), [Item("events/1", T0, event)], T0)
        return state, [output.payload for output in outputs if isinstance(output.payload, Assessment)]

    _, (stated,) = told(common, None)
    assert stated.far_hz == pytest.approx(241 / (10.0 * DAY_S))
    assert stated.ranking is not None
    assert stated.ranking < 100.0
    assert told(common, hourly)[1] == []
    state, (opened,) = told(rare, hourly)
    assert opened.far_hz == pytest.approx(2 / (10.0 * DAY_S))
    # what was opened once is told of to its end
    assert len(told(common, hourly, state)[1]) == 1


def test_what_is_in_orbit_and_was_not_seen_to_rise_is_no_missile() -> None:
    # a circular orbit at 500 km, its speed known to 20 m/s: a perigee 70 km off is far above the air
    orbit = state_above(30.0, 0.0, 500e3, 7100.0, 0.0, 0.0)
    spread = np.diag([2e3, 2e3, 2e3, 20.0, 20.0, 20.0]) ** 2
    made = assessed(track(state=orbit, covariance=spread, detections=12, **SEEN_BY_RADAR))
    assert made.typing["not-a-missile"] > 0.85
    assert made.typing["slv"] < 0.15
    seen = assessed(track(state=orbit, covariance=spread, detections=40))
    assert seen.typing["slv"] > 0.9
    # a fire in the same event, that went out before the first plot, does not make it rise
    beside_fire = SEEN_BY_RADAR | {"phenomenologies": ("infrared", "radar"), "burnout_ns": T0 - 300 * NS}
    made = assessed(track(state=orbit, covariance=spread, detections=12, **beside_fire))
    assert made.typing["not-a-missile"] > 0.85


def test_a_missile_that_only_radars_saw_is_still_one() -> None:
    # perigees of missiles lie thousands of kilometres below ground: a speed known to 100 m/s does not hide that
    spread = np.diag([5e3, 5e3, 5e3, 100.0, 100.0, 100.0]) ** 2
    made = assessed(track(covariance=spread, detections=8, **SEEN_BY_RADAR))
    assert made.typing["not-a-missile"] < 0.01
    assert sum(made.typing.values()) == pytest.approx(1.0, abs=1e-12)


def test_an_event_where_a_reentry_was_seen_is_that_reentry() -> None:
    found = track(first_detection_ns=T0 - 20 * NS, detections=6)
    reentry = Reentry(
        object=58503, name="ONE", sensor="ir-1", phenomenology="infrared", first_ns=T0 - 20 * NS, last_ns=T0,
        detections=3, position_m=found.state[:3] + 50e3, late_s=float("nan"), reason="re-entry of 58503",
        typing={"not-a-missile": 1.0},
    )  # fmt: skip
    stage = AssessmentsStage({"jp": load_catalog().regions["jp"]}, 1e6, LAND)

    def told(seen: Track) -> Assessment:
        event = Event(
            event="jp-1", aliases=(), version=1, status="new", tracks=("T",), preferred=seen, partners=()
        )
        items = [Item("events/1", T0, event), Item("detections/1", T0, reentry)]
        _, (output,) = stage.step(stage.start(), items, T0)
        made = output.payload
        assert isinstance(made, Assessment)
        return made

    made = told(found)
    assert (made.reason, made.typing["not-a-missile"], sum(made.typing.values())) == ("re-entry of 58503", 1.0, 1.0)
    # a launch was seen before anything came down there, or is elsewhere
    assert told(track(first_detection_ns=T0 - 200 * NS)).reason == ""
    moved = found.state + np.array([600e3, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert told(track(first_detection_ns=T0 - 20 * NS, state=moved)).typing["not-a-missile"] < 0.5


def test_light_that_no_ascent_explains_is_mostly_no_missile() -> None:
    """A profile that misses by a chi-squared of 100 a degree, ten times the bound: one part in ten is left."""
    steady = typing_of(track(phenomenologies=("infrared",)), 0.0, KNOWN, T0).classes
    wild = typing_of(track(phenomenologies=("infrared",), chi2_per_degree=100.0), 0.0, KNOWN, T0).classes
    assert steady["not-a-missile"] < 0.1
    assert wild["not-a-missile"] == pytest.approx(1.0 - 0.1 * (1.0 - steady["not-a-missile"]))
    assert sum(wild.values()) == pytest.approx(1.0)
    seen = typing_of(track(phenomenologies=("infrared", "radar"), chi2_per_degree=100.0), 0.0, KNOWN, T0).classes
    assert seen["not-a-missile"] < 0.01  # radar tells by itself


BROKEN = BreakUp(
    epoch_ns=T0,
    state=state_above(40.0, 127.0, 60e3, 2000.0, 300.0, 1500.0),
    covariance=np.diag([500.0, 500.0, 500.0, 10.0, 10.0, 10.0]) ** 2,
    spread_m_s=80.0,
    pieces=3,
)


def test_debris_falls_where_drawn_pieces_fall() -> None:
    """Mean and covariance of the fall of 2000 pieces, each flown with its own velocity and drag."""
    point = scatter(BROKEN)
    assert point is not None
    rng = np.random.default_rng(1)
    spread = BROKEN.covariance + np.diag([0.0, 0.0, 0.0, 80.0, 80.0, 80.0]) ** 2
    states = rng.multivariate_normal(BROKEN.state, spread, 2000)
    drags = DEBRIS_DRAG * np.exp(DEBRIS_LOG_SIGMA * rng.normal(size=2000))
    falls = [ballistic.fall(state, float(drag)) for state, drag in zip(states, drags, strict=True)]
    axes = enu_axes(point.lat_deg, point.lon_deg)[:2]
    here = itrf_from_geodetic(point.lat_deg, point.lon_deg, 0.0)
    away = np.array([axes @ (f.position - here) for f in falls])
    seconds = np.array([f.seconds for f in falls])
    # four standard errors of a mean of 2000, and what the straight line in velocity leaves out: a tenth of a sigma
    sigma = np.sqrt(np.diag(point.covariance_m2))
    assert np.all(np.abs(away.mean(axis=0)) < (4.0 / np.sqrt(2000) + 0.1) * sigma)
    # the same for variances (standard error 3 %), and 10 % for the straight line
    np.testing.assert_allclose(np.cov(away.T)[[0, 1], [0, 1]], sigma**2, rtol=0.22)
    assert seconds.mean() == pytest.approx((point.time_ns - T0) / NS, abs=0.2 * point.sigma_s)
    assert seconds.std() == pytest.approx(point.sigma_s, rel=0.22)
    held = np.mean([inside_95_2d(one, point.covariance_m2) for one in away])
    assert 0.93 < held < 0.98  # the fall is no Gaussian: slow pieces trail behind


def test_a_break_up_is_lost_and_its_debris_is_what_falls() -> None:
    event = Event(
        event="jp-20231114-001", aliases=("jp-20231114-002",), version=3, status="update", tracks=("T0001",),
        preferred=track(), partners=(), break_up=BROKEN,
    )  # fmt: skip
    stage = AssessmentsStage({"jp": load_catalog().regions["jp"]}, 1e6, LAND)
    _, (output,) = stage.step(stage.start(), [Item("events/1", T0, event)], T0)
    told = output.payload
    assert (told.basis, told.reason, told.aliases) == ("lost", "broke up in flight", ("jp-20231114-002",))
    point = scatter(BROKEN)
    assert point is not None
    assert (told.impact.lat_deg, told.impact.lon_deg) == (point.lat_deg, point.lon_deg)


def test_what_broke_up_in_orbit_falls_nowhere_now() -> None:
    assert scatter(msgspec.structs.replace(BROKEN, state=IN_ORBIT)) is None
