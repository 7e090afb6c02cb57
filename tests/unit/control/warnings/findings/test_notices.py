"""Matching to notices on file: what fits, what contradicts, and that no notice holds a warning back."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.schema import NoticeMatching
from launchwatch.control.warnings.findings.notices import compare, nearest, on_file
from launchwatch.control.warnings.stage import WarningsStage
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import direct
from launchwatch.messages.assessments import Assessment, Estimate, RegionThreat
from launchwatch.messages.control import Notice, NoticeArea
from launchwatch.messages.items import Item
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning
from unit.control.made import DUAL, T0, assessment, ground_point, policy

RULE = NoticeMatching()
DAY = 86_400 * NS
HERE = NoticeArea(lat_deg=40.0, lon_deg=126.0, radius_km=50.0)
THERE = NoticeArea(lat_deg=36.0, lon_deg=140.0, radius_km=80.0)


def notice(**changes: Any) -> Notice:
    """A notice of the launch of `launched`."""
    base = Notice(
        notice="kp-1",
        agreement="hcoc",
        sender="kp",
        classes=("icbm",),
        window_from_ns=T0 - DAY,
        window_until_ns=T0 + DAY,
        launch_area=HERE,
        azimuths_deg=(80.0, 110.0),
        impact_area=None,
    )
    return msgspec.structs.replace(base, **changes)


def launched(**changes: Any) -> Assessment:
    return assessment(**({"azimuth_deg": Estimate(value=100.0, sigma=3.0)} | changes))


@pytest.mark.parametrize(
    ("changes", "announced", "match"),
    [
        ({}, {}, "full"),
        ({}, {"impact_area": THERE}, "full"),
        ({}, {"azimuths_deg": None}, "full"),  # a form without a direction
        ({}, {"azimuths_deg": (350.0, 120.0)}, "full"),  # a sector across north
        # what is not known yet leaves a match possible
        ({"azimuth_deg": None}, {}, "possible"),
        ({"impact": None, "threats": ()}, {"impact_area": THERE}, "possible"),
        # but for the place
        ({"launch_point": None}, {}, "none"),
        # each criterion alone contradicts
        ({"launch_point": ground_point(40.0, 126.0, T0 + 3 * DAY)}, {}, "none"),
        ({"launch_point": ground_point(42.0, 126.0, T0)}, {}, "none"),
        ({"azimuth_deg": Estimate(value=130.0, sigma=3.0)}, {}, "none"),
        ({}, {"azimuths_deg": (270.0, 60.0)}, "none"),
        ({}, {"classes": ("sounding-rocket",), "azimuths_deg": None, "launch_area": HERE}, "full"),  # 2 % is the bound
        ({"typing": {"icbm": 0.99, "slv": 0.0, "sounding-rocket": 0.01, "other": 0.0, "not-a-missile": 0.0}},
         {"classes": ("sounding-rocket",)}, "none"),
        ({}, {"impact_area": NoticeArea(lat_deg=30.0, lon_deg=150.0, radius_km=80.0)}, "none"),
        # a wide ellipse contradicts nothing, and says little
        ({"launch_point": ground_point(42.0, 126.0, T0, sigma_m=150e3)}, {}, "full"),
        ({"azimuth_deg": Estimate(value=130.0, sigma=90.0)}, {}, "full"),
        ({}, {"launch_area": NoticeArea(lat_deg=40.0, lon_deg=126.0, radius_km=4000.0), "azimuths_deg": (0.0, 360.0),
              "classes": ("icbm", "slv", "irbm", "mrbm"), "window_from_ns": T0 - 30 * DAY, "window_until_ns": T0 + DAY},
         "none"),  # a notice of nearly anything says nothing: odds of two
    ],
)  # fmt: skip
def test_matches(changes: dict[str, Any], announced: dict[str, Any], match: str) -> None:
    assert compare(launched(**changes), notice(**announced), RULE).match == match


def test_every_criterion_has_its_reason_and_its_odds() -> None:
    found = compare(launched(), notice(impact_area=THERE), RULE)
    assert [one.name for one in found.criteria] == ["time", "place", "class", "direction", "impact"]
    assert all(one.fits and one.reason and one.log_odds > 0.0 for one in found.criteria)
    assert found.log_odds == pytest.approx(sum(one.log_odds for one in found.criteria))
    far = compare(launched(launch_point=ground_point(42.0, 126.0, T0)), notice(), RULE)
    assert [one.reason for one in far.criteria if one.fits is False] == ["launched 172 km outside of the area"]


def test_odds_of_a_place_are_those_of_areas() -> None:
    """Known to a kilometre, in a circle of 50 km, where others come from anywhere within 2,000 km."""
    (_, place, *_) = compare(launched(launch_point=ground_point(40.0, 126.0, T0, sigma_m=1e3)), notice(), RULE).criteria
    assert place.log_odds == pytest.approx(2.0 * math.log(2000.0 / 50.0), rel=1e-9)
    (_, wide, *_) = compare(
        launched(launch_point=ground_point(40.0, 126.0, T0, sigma_m=500e3)), notice(), RULE
    ).criteria
    # the density of the Gaussian at its centre over the uniform one, whatever the circle
    assert wide.log_odds == pytest.approx(math.log(0.5 * (2000.0 / 500.0) ** 2), abs=0.02)


@pytest.mark.parametrize("radius_km", [20.0, 60.0, 140.0, 240.0, 260.0, 500.0])
@pytest.mark.parametrize("away_km", [0.0, 200.0])
def test_the_share_in_a_circle_is_that_of_draws(radius_km: float, away_km: float) -> None:
    lat, lon = direct(40.0, 126.0, 90.0, 1e3 * away_km)
    point = msgspec.structs.replace(
        ground_point(lat, lon, T0), covariance_m2=np.array([[250e3**2, 3e9], [3e9, 60e3**2]])
    )
    area = NoticeArea(lat_deg=40.0, lon_deg=126.0, radius_km=radius_km)
    (_, place, *_) = compare(launched(launch_point=point), notice(launch_area=area), RULE).criteria
    share = math.exp(place.log_odds) * (radius_km / 2000.0) ** 2
    rng = np.random.default_rng(3)
    draws = rng.multivariate_normal((0.0, 0.0), point.covariance_m2, 200_000)
    counted = float(np.mean(np.hypot(draws[:, 0] + 1e3 * away_km, draws[:, 1]) < 1e3 * radius_km))
    assert share == pytest.approx(counted, abs=0.04 * counted + 0.012)


def test_the_nearest_notice_is_the_best_match_then_the_likeliest() -> None:
    wide = notice(notice="kp-2", launch_area=NoticeArea(lat_deg=40.0, lon_deg=126.0, radius_km=400.0))
    wrong = notice(notice="kp-3", azimuths_deg=(200.0, 220.0))
    unknown = notice(notice="kp-4", impact_area=THERE)
    for files in ((wide, wrong, notice()), (notice(), wrong, wide)):
        found = nearest(launched(), files, {}, RULE)
        assert found is not None
        assert found.notice == "kp-1"
    seen = launched(impact=None, threats=())
    assert [nearest(seen, files, {}, RULE).match for files in ((unknown,), (unknown, wide))] == [  # type: ignore[union-attr]
        "possible", "full",
    ]  # fmt: skip
    assert nearest(launched(), (wrong,), {}, RULE) is None


def test_a_notice_answers_for_no_more_launches_than_it_announces() -> None:
    answered = {"kp-1": ["kp-a", "kp-b"]}
    for launches, matched in ((None, False), (2, False), (3, True)):
        assert (nearest(launched(), [notice(launches=launches)], answered, RULE) is not None) is matched
    assert nearest(launched(event="kp-b"), [notice(launches=2)], answered, RULE) is not None


def test_only_its_sender_corrects_or_cancels_a_notice() -> None:
    first = notice()
    corrected = notice(notice="kp-2", supersedes="kp-1")
    assert on_file([first], corrected) == [corrected]
    cancelled = notice(notice="kp-3", supersedes="kp-1", cancelled=True)
    assert on_file([first], cancelled) == []
    stranger = notice(notice="xx-1", sender="xx", supersedes="kp-1", cancelled=True)
    assert on_file([first], stranger) == [first]
    assert on_file([first], first) == [first]


PROBABILITY = st.floats(0.0, 1.0)
LATITUDE, LONGITUDE = st.floats(-80.0, 80.0), st.floats(-180.0, 179.9)
POINTS = st.builds(
    ground_point, LATITUDE, LONGITUDE, st.integers(-2, 2).map(lambda days: T0 + days * DAY), st.floats(1e2, 1e6)
)
AREAS = st.builds(NoticeArea, lat_deg=LATITUDE, lon_deg=LONGITUDE, radius_km=st.floats(1.0, 1e4))
FIELDS = st.fixed_dictionaries(
    {
        "threats": PROBABILITY.map(
            lambda p: (RegionThreat(region="jp", impact_probability=p, overflight_probability=0.0),)
        ),
        "launch_point": st.none() | POINTS,
        "impact": st.none() | POINTS,
        "azimuth_deg": st.none() | st.builds(Estimate, value=st.floats(0.0, 360.0), sigma=st.floats(0.01, 300.0)),
        "typing": st.sampled_from(
            [
                {"icbm": p, "slv": 0.0, "sounding-rocket": 1.0 - p, "other": 0.0, "not-a-missile": 0.0}
                for p in (0.0, 0.6, 1.0)
            ]
        ),
        "status": st.sampled_from(("update", "update", "update", "final")),
        "detections": st.integers(1, 20),
    }
)
STEPS = st.lists(FIELDS | FIELDS.map(lambda found: found | DUAL), min_size=1, max_size=6)
NOTICES = st.lists(
    st.builds(
        notice,
        notice=st.sampled_from(("kp-1", "kp-2", "kp-3")),
        classes=st.sampled_from((("icbm",), ("sounding-rocket",), ("icbm", "sounding-rocket"))),
        launch_area=st.just(HERE) | AREAS,
        impact_area=st.none() | st.just(THERE) | AREAS,
        azimuths_deg=st.none() | st.tuples(st.floats(0.0, 360.0), st.floats(0.0, 360.0)),
        launches=st.none() | st.integers(1, 3),
    ),
    max_size=4,
)


def said(steps: list[dict[str, Any]], notices: list[Notice], overflight: bool) -> list[Warning]:
    stage = WarningsStage({"jp": policy("overflight" if overflight else "default")}, ("open", "count"))
    state = stage.start()
    state, _ = stage.step(state, [Item(f"notice/{i}", T0, one) for i, one in enumerate(notices)], T0)
    told = []
    for k, changes in enumerate(steps):
        now = T0 + (120 + 15 * k) * NS
        state, outputs = stage.step(state, [Item(f"in/{k}", now, launched(**changes))], now)
        told += [output.payload for output in outputs]
    return told


@given(STEPS, NOTICES, st.booleans())
def test_no_notice_on_file_ever_removes_or_delays_a_warning(
    steps: list[dict[str, Any]], notices: list[Notice], overflight: bool
) -> None:
    """Any launch, any notices: the versions are the same but for what they show of the match."""
    without, with_notices = said(steps, [], overflight), said(steps, notices, overflight)
    assert [(one.kind, one.number, one.reason, one.confirmed) for one in with_notices] == [
        (one.kind, one.number, one.reason, one.confirmed) for one in without
    ]
    bar = policy().warn.impact_probability
    first = steps[0]
    if first["threats"][0].impact_probability >= bar and first["typing"]["icbm"] > 0.5 and first["detections"] >= 4:
        assert with_notices[0].kind == "new"


def test_a_partners_report_of_a_launch_takes_no_notice_from_the_own_event() -> None:
    stage = WarningsStage({"jp": policy()}, ("open", "count"))
    state = stage.start()
    state, _ = stage.step(state, [Item("notice/1", T0, notice())], T0)
    told = said([{"event": "us-1"}], [], False)[0]
    report = Release(
        release="us/warnings/1", sender="us", addressee="jp", level="warnings", released_ns=T0, first_detection_ns=T0,
        item=told,
    )  # fmt: skip
    state, (reported,) = stage.step(state, [Item("release/1", T0, report)], T0)
    state, (own,) = stage.step(state, [Item("in/1", T0, launched(event="jp-1"))], T0)
    for output in (reported, own):
        assert (output.payload.notice, output.payload.notice_match) == ("kp-1", "full")
    state, (second,) = stage.step(state, [Item("in/2", T0, launched(event="jp-2"))], T0)
    assert second.payload.notice_match == "none"


@given(STEPS)
def test_the_most_fitting_notice_is_shown_and_caps_confidence(steps: list[dict[str, Any]]) -> None:
    """A notice that fits perfectly: shown on every warning that knows enough to match it."""
    fitting = {"launch_point": ground_point(40.0, 126.0, T0), "azimuth_deg": Estimate(value=95.0, sigma=1.0)}
    typing = {"icbm": 1.0, "slv": 0.0, "sounding-rocket": 0.0, "other": 0.0, "not-a-missile": 0.0}
    for warning in said([one | fitting | {"typing": typing} for one in steps], [notice()], False):
        assert (warning.notice, warning.notice_match) == ("kp-1", "full")
        assert warning.confidence in ("none", "low")
