"""The findings stage: what it tells, when, and which events a notice answers for."""

from __future__ import annotations

from typing import Any

import msgspec

from launchwatch.control.warnings.findings.findings import FindingsStage
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.assessments import Assessment, Ellipse, RegionThreat
from launchwatch.messages.control import Notice
from launchwatch.messages.items import Item
from launchwatch.messages.warnings import Finding
from unit.control.made import DUAL, T0, assessment, policy
from unit.control.warnings.findings.test_notices import launched, notice

AWAY = (
    RegionThreat(
        region="jp", impact_probability=0.0, overflight_probability=0.0, burst_probability=0.0, burst_distance_km=900.0
    ),
)
ROCKET = {"icbm": 0.1, "slv": 0.0, "sounding-rocket": 0.9, "other": 0.0, "not-a-missile": 0.0}


class Post:
    """A findings stage with its state and its clock; the state goes through its codec at each step."""

    def __init__(self) -> None:
        self.stage = FindingsStage("jp", policy())
        self.state = self.stage.start()
        self.count = 0

    def hears(self, *payloads: Assessment | Notice) -> list[Finding]:
        self.count += 1
        now = T0 + self.count * NS
        items = [Item(f"in/{self.count}/{i}", now, one) for i, one in enumerate(payloads)]
        state = codec.unpack(codec.pack(self.state), type(self.state))
        self.state, outputs = self.stage.step(state, items, now)
        assert all(output.lineage[0].startswith(f"in/{self.count}/") for output in outputs)
        return [output.payload for output in outputs]


def test_it_is_told_when_it_changes_and_only_then() -> None:
    post = Post()
    (first,) = post.hears(launched(impact=None, threats=()))
    assert (first.number, first.burst.state, first.confidence, first.settled) == (1, "open", "low", False)
    assert post.hears(launched(impact=None, threats=())) == []
    (second,) = post.hears(launched(threats=AWAY))
    assert (second.number, second.burst.state, second.confidence, second.settled) == (2, "excluded", "none", True)
    assert second.impact_probability == 0.0
    assert post.hears(launched(threats=AWAY)) == []
    assert post.hears(launched(threats=AWAY, status="final")) == []
    assert post.state.told == {}
    assert post.state.known.held == {}


def test_what_is_no_missile_and_matches_nothing_is_not_told_of() -> None:
    assert Post().hears(launched(typing=ROCKET)) == []
    post = Post()
    post.hears(notice(classes=("sounding-rocket",)))
    (found,) = post.hears(launched(typing=ROCKET))
    assert (found.notice, found.notice_match) == ("kp-1", "full")


def test_a_notice_that_comes_late_is_matched_to_what_still_flies() -> None:
    post = Post()
    (before,) = post.hears(launched(**DUAL))
    assert (before.notice, before.confidence) == (None, "high")
    (after,) = post.hears(notice())
    assert (after.notice, after.notice_match, after.confidence, after.number) == ("kp-1", "full", "low", 2)
    (cancelled,) = post.hears(notice(notice="kp-2", supersedes="kp-1", cancelled=True))
    assert (cancelled.notice, cancelled.notice_match, cancelled.confidence) == (None, "none", "high")


def test_the_second_launch_from_one_place_is_not_announced() -> None:
    post = Post()
    post.hears(notice())
    (first,) = post.hears(launched(event="jp-1", **DUAL))
    (second,) = post.hears(launched(event="jp-2", **DUAL))
    assert (first.notice_match, first.confidence) == ("full", "low")
    assert (second.notice_match, second.confidence) == ("none", "high")


def test_a_notice_is_given_back_when_its_event_contradicts_it_or_is_none() -> None:
    post = Post()
    post.hears(notice())
    post.hears(launched(event="jp-1"))
    elsewhere = msgspec.structs.replace(launched(event="jp-1").launch_point, lat_deg=43.0)
    (left,) = post.hears(launched(event="jp-1", launch_point=elsewhere))
    assert left.notice_match == "none"
    (next_one,) = post.hears(launched(event="jp-2"))
    assert next_one.notice_match == "full"
    post.hears(launched(event="jp-2", status="cancel"))
    assert post.hears(launched(event="jp-3"))[0].notice_match == "full"


def test_of_events_that_merge_the_older_keeps_the_notice() -> None:
    post = Post()
    post.hears(notice())
    post.hears(launched(event="jp-2"))
    post.hears(launched(event="jp-2", status="final", merged_into="jp-1"))
    assert post.state.known.answered == {"kp-1": ["jp-1"]}
    assert post.hears(launched(event="jp-3"))[0].notice_match == "none"
    assert post.hears(launched(event="jp-1"))[0].notice_match == "full"


def test_an_ended_launch_keeps_its_notice() -> None:
    post = Post()
    post.hears(notice())
    post.hears(launched(event="jp-1"))
    post.hears(launched(event="jp-1", status="final"))
    assert post.hears(launched(event="jp-2"))[0].notice_match == "none"


def test_a_sharper_impact_point_is_told_of() -> None:
    post = Post()
    points = [msgspec.structs.replace(launched().impact, ellipse_95=Ellipse(semi_major_km=major, semi_minor_km=5.0,
              azimuth_deg=0.0)) for major in (100.0, 60.0, 49.0, 30.0, 60.0, 24.0)]  # fmt: skip
    told = [one.impact_ellipse.semi_major_km for point in points for one in post.hears(launched(impact=point))]
    assert told == [100.0, 49.0, 24.0]


def test_the_arc_is_told() -> None:
    changes: dict[str, Any] = {"last_detection_ns": T0 + 90 * NS}
    assert Post().hears(assessment(**changes))[0].arc_s == 90.0
