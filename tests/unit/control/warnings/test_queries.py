"""When partners are asked, what they answer, and whether their sensors looked there."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.schema import Ask
from launchwatch.control.warnings.attacks.doubts import Surroundings, doubts_of
from launchwatch.control.warnings.queries import QueriesStage, QueriesState, answer_to, looked_at
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages import codec
from launchwatch.messages.assessments import Estimate
from launchwatch.messages.items import Item
from launchwatch.messages.observations import InfraredLook, RadarLook, Sector
from launchwatch.messages.queries import Query
from launchwatch.messages.warnings import Warning
from unit.control.made import DUAL, T0, assessment, ground_point

NONE_F, NONE_I = np.zeros(0), np.zeros(0, np.int64)
GEO_M = 35_786e3


def warning(**changes: Any) -> Warning:
    one = Warning(
        event="jp-1", number=1, supersedes=None, kind="new", confirmed=False, confirming_sensor=None,
        reason="impact in the region", region="jp", valid_until_ns=T0, assessment=assessment(event="jp-1"),
    )  # fmt: skip
    return msgspec.structs.replace(one, **changes)


def infrared(lon_deg: float, from_s: float = 0.0, until_s: float = 10.0) -> InfraredLook:
    return InfraredLook(
        sensor="us-sbirs-geo-1", look_from_ns=T0 + round(from_s * NS), look_until_ns=T0 + round(until_s * NS), looks=1,
        period_s=10.0, position_m=itrf_from_geodetic(0.0, lon_deg, GEO_M), band_um=(2.6, 2.9), bias_urad=10.0,
        threshold_snr=5.0, false_alarms_per_look=0.0, sequence=NONE_I, time_ns=NONE_I,
        sensor_position_m=np.zeros((0, 3)), line_of_sight=np.zeros((0, 3)), sigma_urad=NONE_F, irradiance_w_m2=NONE_F,
        snr=NONE_F,
    )  # fmt: skip


def radar(
    from_s: float, until_s: float, sectors: tuple[Sector, ...] = (Sector(0.0, 360.0),), far_m: float = 4e6
) -> RadarLook:
    return RadarLook(
        sensor="jp-fps5", look_from_ns=T0 + round(from_s * NS), look_until_ns=T0 + round(until_s * NS), looks=1,
        period_s=10.0, site_deg_m=(36.0, 138.0, 0.0), sectors=sectors, elevation_limits_deg=(2.0, 85.0),
        range_limits_m=(10e3, far_m), bias_range_m=10.0, bias_angle_deg=0.05, threshold_snr_db=13.0,
        false_alarms_per_look=0.0, sequence=NONE_I, time_ns=NONE_I, range_m=NONE_F, azimuth_deg=NONE_F,
        elevation_deg=NONE_F, sigma_range_m=NONE_F, sigma_azimuth_deg=NONE_F, sigma_elevation_deg=NONE_F,
        snr_db=NONE_F,
    )  # fmt: skip


FLIGHT: dict[str, Any] = {"apogee_km": Estimate(value=300.0, sigma=10.0)}


class Post:
    """A queries stage; its state goes through its codec at every step."""

    def __init__(self, automatic: bool = True, partners: tuple[str, ...] = ("us", "kr")) -> None:
        self.stage = QueriesStage("jp", "jp", partners, Ask(automatic=automatic, after_s=10.0))
        self.state = self.stage.start()

    def hears(self, at_s: float, *payloads: Warning) -> list[tuple[str, str]]:
        now = T0 + round(at_s * NS)
        state = codec.unpack(codec.pack(self.state), QueriesState)
        items = [Item(f"warnings/{at_s}", now, one) for one in payloads]
        self.state, outputs = self.stage.step(state, items, now)
        assert all(output.lineage for output in outputs)
        return [(output.payload.addressee, output.payload.event) for output in outputs]


def test_partners_are_asked_once_about_what_is_not_confirmed_in_time() -> None:
    post = Post()
    assert post.hears(0.0, warning()) == []
    assert post.stage.due(post.state) == T0 + 10 * NS
    assert post.hears(9.0, warning(number=2, kind="update")) == []
    assert post.hears(10.0) == [("us", "jp-1"), ("kr", "jp-1")]
    assert post.stage.due(post.state) is None
    assert post.hears(20.0, warning(number=3, kind="update")) == []
    assert post.hears(40.0) == []


@pytest.mark.parametrize("ends", [{"confirmed": True, "kind": "update"}, {"kind": "cancel"}, {"kind": "final"}])
def test_nobody_is_asked_about_what_is_confirmed_or_over(ends: dict[str, Any]) -> None:
    post = Post()
    post.hears(0.0, warning())
    post.hears(5.0, warning(number=2, **ends))
    assert post.hears(30.0) == []


def test_nobody_is_asked_where_the_policy_says_so_nor_about_another_region() -> None:
    elsewhere = warning(region="us")
    for post, one in ((Post(automatic=False), warning()), (Post(partners=()), warning()), (Post(), elsewhere)):
        post.hears(0.0, one)
        assert post.stage.due(post.state) is None
        assert post.hears(30.0) == []


def query() -> Query:
    return Query(query="jp/queries/1", asker="jp", addressee="us", event="jp-1", assessment=assessment(event="jp-1"))


def test_a_partner_reports_the_launch_that_it_sees_too() -> None:
    other = assessment(event="us-2", launch_point=ground_point(-30.0, 20.0, T0))
    first, second = assessment(event="us-1", detections=3), assessment(event="us-1", detections=9, version=2)
    answer = answer_to(query(), "us", [infrared(140.0)], [other, first, second], T0 + 60 * NS)
    assert answer.report is second
    assert (answer.partner, answer.query, answer.event) == ("us", "jp/queries/1", "jp-1")
    assert answer.looked == ("us-sbirs-geo-1",)


def test_what_is_merged_or_nothing_is_no_report() -> None:
    nothing = {"icbm": 0.1, "slv": 0.1, "sounding-rocket": 0.1, "other": 0.1, "not-a-missile": 0.6}
    told = [assessment(event="us-1", merged_into="us-0"), assessment(event="us-2", typing=nothing)]
    assert answer_to(query(), "us", [], told, T0).report is None
    # the newest version counts
    assert answer_to(query(), "us", [], [assessment(event="us-2"), told[1]], T0).report is None


@pytest.mark.parametrize(
    ("look", "looked"),
    [
        (infrared(140.0), True),
        (infrared(-60.0), False),  # the Earth is in the way
        (infrared(140.0, from_s=-120.0, until_s=-100.0), False),  # before lift-off, which is 30 s before T0
        (infrared(140.0, from_s=200.0, until_s=210.0), False),  # the plume is out
        (radar(250.0, 260.0), True),
        (radar(252.0, 252.1), True),
        (radar(250.0, 260.0, sectors=(Sector(90.0, 180.0),)), False),  # it comes from the north-west
        (radar(250.0, 260.0, far_m=100e3), False),
        (radar(2000.0, 2010.0), False),
    ],
)
def test_whether_a_sensor_looked_there_then(look: InfraredLook | RadarLook, looked: bool) -> None:
    assert looked_at(look, assessment(**FLIGHT)) is looked


def test_of_a_launch_point_that_is_not_known_nobody_can_say_that_he_looked() -> None:
    assert not looked_at(infrared(140.0), assessment(launch_point=None))
    assert not looked_at(radar(250.0, 260.0), assessment(apogee_km=None))


def test_that_a_partner_saw_nothing_is_a_doubt_about_that_event_alone() -> None:
    two = [assessment(event="jp-1", **DUAL), assessment(event="jp-2", **DUAL)]
    assert doubts_of(two, Surroundings(unseen=["jp-1"]))["partner-saw-nothing"] == ("jp-1",)
    assert "partner-saw-nothing" not in doubts_of(two, Surroundings())
