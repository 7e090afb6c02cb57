import msgspec
import pytest

from launchwatch.catalog.schema import Policy
from launchwatch.control.warnings.stage import (
    WarningsStage,
    conditions_met,
    confirming_sensor,
    moved,
    same_launch,
    threat_to,
)
from launchwatch.core.epochs import NS
from launchwatch.messages.assessments import Assessment, RegionThreat, missile_probability
from launchwatch.messages.items import Item
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning
from unit.control.made import DUAL, T0, assessment, ground_point, policy


class Centre:
    """A warnings stage with its state and its clock."""

    def __init__(self, policy_: Policy | None = None, trust: tuple[str, ...] = ("open", "count")) -> None:
        self.stage = WarningsStage({"jp": policy_ or policy()}, trust)
        self.state = self.stage.start()
        self.count = 0

    def hears(self, payload: Assessment | Release, at_s: float) -> list[Warning]:
        self.count += 1
        now = T0 + round(at_s * NS)
        self.state, outputs = self.stage.step(self.state, [Item(f"in/{self.count}", now, payload)], now)
        assert all(output.lineage == (f"in/{self.count}",) for output in outputs)
        return [output.payload for output in outputs]


def test_life_cycle_new_update_final() -> None:
    centre = Centre()
    (new,) = centre.hears(assessment(), 110.0)
    assert (new.kind, new.number, new.supersedes, new.confirmed) == ("new", 1, None, False)
    (update,) = centre.hears(assessment(**DUAL), 111.0)
    assert (update.kind, update.number, update.supersedes, update.confirmed) == ("update", 2, 1, True)
    assert update.confirming_sensor == "jp-fps5-sado"
    (final,) = centre.hears(assessment(status="final", **DUAL), 500.0)
    assert (final.kind, final.number, final.supersedes, final.confirmed) == ("final", 3, 2, True)
    assert centre.hears(assessment(**DUAL), 600.0) == []


@pytest.mark.parametrize(
    ("far_hz", "warns"),
    [(None, True), (1e-7, True), (1e-6, True), (2e-6, False)],
    ids=["not stated", "rare", "at the bar", "too common"],
)
def test_the_strict_bar_holds_back_what_non_launches_make_too_often(far_hz: float | None, warns: bool) -> None:
    barred = policy(warn=msgspec.structs.replace(policy().warn, far_hz=1e-6))
    made = Centre(barred).hears(assessment(far_hz=far_hz), 110.0)
    assert bool(made) == warns
    without = policy(warn=msgspec.structs.replace(policy().warn, far_hz=None))
    assert Centre(without).hears(assessment(far_hz=far_hz), 110.0)


def test_a_warning_that_stands_is_not_taken_back_by_the_bar() -> None:
    centre = Centre(policy(warn=msgspec.structs.replace(policy().warn, far_hz=1e-6)))
    (new,) = centre.hears(assessment(far_hz=1e-7), 110.0)
    assert new.kind == "new"
    assert all(w.kind != "cancel" for w in centre.hears(assessment(far_hz=1e-3), 150.0))


def test_cancel_when_the_threat_has_gone_and_nothing_after_it_while_it_stays_away() -> None:
    centre = Centre()
    centre.hears(assessment(**DUAL), 110.0)
    (cancel,) = centre.hears(assessment(threat=0.0, **DUAL), 120.0)
    assert (cancel.kind, cancel.number, cancel.confirmed, cancel.confirming_sensor) == ("cancel", 2, False, None)
    assert cancel.next_update_ns is None
    bar = policy().warn.impact_probability
    assert centre.hears(assessment(threat=0.99 * bar, **DUAL), 200.0) == []
    assert centre.hears(assessment(status="final", **DUAL), 300.0) == []
    assert centre.hears(assessment(status="final", merged_into="jp-20231114-000", **DUAL), 310.0) == []


def test_a_cancelled_warning_reopens_at_the_bar_to_warn_and_no_sooner_than_an_update() -> None:
    bar, wait_s = policy().warn.impact_probability, policy().update_min_interval_s
    centre = Centre()
    centre.hears(assessment(**DUAL), 110.0)
    centre.hears(assessment(threat=0.0, **DUAL), 120.0)
    assert centre.hears(assessment(threat=bar, **DUAL), 120.0 + 0.9 * wait_s) == []
    (again,) = centre.hears(assessment(threat=bar, **DUAL), 120.0 + wait_s)
    assert (again.event, again.kind, again.number, again.supersedes) == (assessment().event, "update", 3, 2)
    assert again.confirmed
    assert again.reason == "reopened: impact in the region"
    # and it can be cancelled and end as before
    assert centre.hears(assessment(threat=0.0, **DUAL), 140.0)[0].kind == "cancel"
    assert centre.hears(assessment(**DUAL), 160.0)[0].number == 5
    assert centre.hears(assessment(status="final", **DUAL), 500.0)[0].kind == "final"
    assert centre.hears(assessment(**DUAL), 600.0) == []


def test_a_threat_that_comes_and_goes_is_told_once_an_interval_at_most() -> None:
    centre = Centre()
    said = [w for k in range(600) for w in centre.hears(assessment(threat=0.9 * (k % 2)), 100.0 + 0.5 * k)]
    opened = [w for w in said if w.kind != "cancel"]
    assert len(opened) <= 1 + 300.0 / policy().update_min_interval_s
    assert len(said) - len(opened) in (len(opened), len(opened) - 1)


def test_a_version_says_how_long_it_holds_and_when_the_next_may_come() -> None:
    (new,) = Centre(policy(update_min_interval_s=20.0)).hears(assessment(), 110.0)
    assert new.next_update_ns == T0 + 130 * NS
    assert new.valid_until_ns > new.next_update_ns


def test_a_merged_event_ends_its_warning_and_names_the_event_that_goes_on() -> None:
    merged = {"status": "final", "merged_into": "jp-20231114-000"}
    centre = Centre()
    centre.hears(assessment(), 110.0)
    (final,) = centre.hears(assessment(threat=0.0, **merged), 120.0)
    assert (final.kind, final.reason) == ("final", "one launch with jp-20231114-000")
    assert Centre().hears(assessment(**merged), 120.0) == []


def test_cancel_when_it_turns_out_to_be_no_missile() -> None:
    centre = Centre()
    centre.hears(assessment(), 110.0)
    launcher = {"icbm": 0.02, "slv": 0.95, "sounding-rocket": 0.0, "other": 0.03, "not-a-missile": 0.0}
    (cancel,) = centre.hears(assessment(typing=launcher), 120.0)
    assert cancel.kind == "cancel"


def test_a_threat_between_the_two_bars_neither_opens_nor_cancels() -> None:
    bar = policy().warn.impact_probability
    centre = Centre()
    assert centre.hears(assessment(threat=0.9 * bar), 100.0) == []
    assert centre.hears(assessment(threat=1.0 * bar), 110.0)[0].kind == "new"
    for k, share in enumerate((0.5, 0.99, 0.3, 1.5, 0.26)):
        assert centre.hears(assessment(threat=share * bar), 111.0 + k) == []
    assert centre.hears(assessment(threat=0.2 * bar), 120.0)[0].kind == "cancel"


def test_a_second_ignition_makes_the_impact_unknown_not_harmless() -> None:
    centre = Centre()
    centre.hears(assessment(), 110.0)
    thrusting = assessment(impact=None, burnout_ns=None, threats=())
    assert "cancel" not in [warning.kind for warning in centre.hears(thrusting, 120.0)]


def test_updates_wait_for_the_interval_and_for_a_move() -> None:
    centre = Centre(policy(update_min_interval_s=10.0, update_min_shift_sigma=1.0))
    far = ground_point(36.5, 140.0, T0 + 600 * NS)  # 55 km, eleven sigma
    near = ground_point(36.01, 140.0, T0 + 600 * NS)  # 1.1 km, a fifth of a sigma
    centre.hears(assessment(), 100.0)
    assert centre.hears(assessment(impact=far), 105.0) == []
    assert centre.hears(assessment(impact=near), 115.0) == []
    assert centre.hears(assessment(impact=far), 116.0)[0].kind == "update"


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({}, True),
        ({"threat": 0.19}, False),
        ({"threat": 0.2}, True),
        ({"detections": 3}, False),
        ({"detections": 4}, True),
        ({"threats": ()}, False),
        ({"typing": {"icbm": 0.49, "slv": 0.51, "sounding-rocket": 0.0, "not-a-missile": 0.0}}, False),
        ({"typing": {"icbm": 0.51, "slv": 0.49, "sounding-rocket": 0.0, "not-a-missile": 0.0}}, True),
        ({"burnout_ns": None}, True),
    ],
)
def test_conditions_of_the_default_policy(changes: dict[str, object], met: bool) -> None:
    found = assessment(**changes)  # type: ignore[arg-type]
    assert conditions_met(found, policy(), threat_to(found, "jp", policy())[0]) is met
    assert bool(Centre().hears(found, 100.0)) is met


def test_a_policy_that_needs_burnout_waits_for_it_or_for_radar() -> None:
    strict = policy(warn=msgspec.structs.replace(policy().warn, needs_burnout=True))
    assert not conditions_met(assessment(burnout_ns=None), strict, 0.9)
    assert conditions_met(assessment(), strict, 0.9)
    assert conditions_met(assessment(burnout_ns=None, **DUAL), strict, 0.9)


ONE: dict[str, object] = {}
TWO = {"sensors": ("us-sbirs-geo-1", "us-sbirs-geo-2")}


@pytest.mark.parametrize(
    ("rule", "evidence", "sensor"),
    [
        ("any", ONE, "us-sbirs-geo-1"),
        ("two-sensors", ONE, None),
        ("two-sensors", TWO, "us-sbirs-geo-2"),
        ("two-sensors", DUAL, "us-sbirs-geo-2"),
        ("dual-phenomenology", ONE, None),
        ("dual-phenomenology", TWO, None),
        ("dual-phenomenology", DUAL, "jp-fps5-sado"),
    ],
)
def test_rules_of_confirmation(rule: str, evidence: dict[str, object], sensor: str | None) -> None:
    found = assessment(**evidence)  # type: ignore[arg-type]
    assert confirming_sensor(found, policy(confirm=rule)) == sensor
    (new,) = Centre(policy(confirm=rule)).hears(found, 100.0)
    assert (new.confirmed, new.confirming_sensor) == (sensor is not None, sensor)


def test_overflight_counts_only_where_the_policy_says_so() -> None:
    over = assessment(threats=(RegionThreat(region="jp", impact_probability=0.0, overflight_probability=1.0),))
    assert Centre(policy("default")).hears(over, 100.0) == []
    (new,) = Centre(policy("overflight")).hears(over, 100.0)
    assert "flight over" in new.reason


def reported(found: Assessment) -> Release:
    told = Centre().hears(found, 100.0)[0]
    return Release(
        release="us/warnings/1",
        sender="us",
        addressee="jp",
        level="warnings",
        released_ns=T0,
        first_detection_ns=T0,
        item=told,
    )


def test_a_partners_warning_opens_one_here_and_says_whose_it_is() -> None:
    release = reported(assessment(event="us-20231114-001"))
    (new,) = Centre().hears(release, 100.0)
    assert new.kind == "new"
    assert new.event == "us-20231114-001"
    assert "reported by us" in new.reason
    assert Centre(trust=("cue",)).hears(release, 100.0) == []


def test_a_partners_warning_of_a_launch_that_is_warned_of_here_says_nothing_new() -> None:
    centre = Centre()
    centre.hears(assessment(), 100.0)
    assert centre.hears(reported(assessment(event="us-20231114-001")), 105.0) == []
    elsewhere = {"launch_point": ground_point(50.0, 126.0, T0), "event": "us-20231114-002"}
    assert centre.hears(reported(assessment(**elsewhere)), 106.0)[0].kind == "new"  # type: ignore[arg-type]


def test_a_partners_cancel_that_comes_first_is_not_undone_by_what_it_cancels() -> None:
    first = reported(assessment(event="us-20231114-001"))
    told = first.item
    assert isinstance(told, Warning)
    gone = assessment(event="us-20231114-001", threat=0.0)
    taken_back = msgspec.structs.replace(told, number=2, supersedes=1, kind="cancel", assessment=gone)
    cancel = msgspec.structs.replace(first, release="us/warnings/2", item=taken_back)
    centre = Centre()
    assert centre.hears(cancel, 100.0) == []
    assert centre.hears(first, 101.0) == []
    in_order = Centre()
    assert [in_order.hears(one, 100.0 + k)[0].kind for k, one in enumerate((first, cancel))] == ["new", "cancel"]
    assert in_order.hears(first, 150.0) == []


def test_probabilities_and_moves() -> None:
    assert missile_probability(assessment().typing) == pytest.approx(0.93)
    assert not moved(assessment(), assessment(), 1.0)
    assert moved(assessment(), assessment(impact=None), 1.0)
    smaller = ground_point(36.0, 140.0, T0 + 600 * NS, sigma_m=2e3)
    assert moved(assessment(), assessment(impact=smaller), 1.0)
    assert not same_launch(assessment(launch_point=None, impact=None), assessment())


def test_the_state_goes_on_after_a_snapshot() -> None:
    from launchwatch.messages import codec

    centre = Centre()
    centre.hears(assessment(), 100.0)
    centre.state = codec.unpack(codec.pack(centre.state), type(centre.state))
    assert centre.hears(assessment(**DUAL), 101.0)[0].number == 2
