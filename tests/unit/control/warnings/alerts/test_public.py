"""What the public is told: stages, and texts filled in."""

from typing import Any

import msgspec
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.control.warnings.alerts.footprint import Footprint
from launchwatch.control.warnings.alerts.public import alert_of, listed, stage_of
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.messages.alerts import Alert, AlertStage, RegionAtRisk
from launchwatch.messages.assessments import Basis, RegionThreat
from launchwatch.messages.events import EventStatus
from launchwatch.messages.warnings import Warning
from unit.control.made import assessment, ground_point

TEXTS = load_catalog().texts
AT = parse_utc("2026-08-20T21:00:30Z")
OVER = ("overflight", 300, 420)
FALLS = ("impact", 600, 700)


def risk(name: str = "Hokkaido", kind: Any = "overflight", first_s: float = 300, last_s: float = 420) -> RegionAtRisk:
    return RegionAtRisk(
        region=name.lower(),
        name=name,
        kind=kind,
        probability=0.7,
        earliest_ns=AT + round(first_s * NS),
        latest_ns=AT + round(last_s * NS),
    )


def warning(
    basis: Basis = "observed", kind: EventStatus = "update", reason: str = "flight over the region", **changes: Any
) -> Warning:
    base: dict[str, Any] = {
        "basis": basis,
        "launch_point": ground_point(39.0, 125.8, AT - 150 * NS),
        "impact": ground_point(42.0, 157.6, AT + 650 * NS),
    }
    return Warning(
        event="jp-20260820-001",
        number=3,
        supersedes=2,
        kind=kind,
        confirmed=False,
        confirming_sensor=None,
        reason=reason,
        region="jp",
        valid_until_ns=AT + 310 * NS,
        assessment=assessment(**(base | changes)),
    )


def alert(stage: AlertStage, *regions: RegionAtRisk, told: Warning | None = None) -> Alert:
    return alert_of(told or warning(), Footprint(regions, ()), stage, TEXTS, "Japan", 2, AT)


@pytest.mark.parametrize(
    ("basis", "kind", "regions", "now_s", "before", "stage"),
    [
        ("observed", "new", [OVER], 0, None, "launch"),
        ("predicted", "update", [OVER], 100, "launch", "launch"),
        ("observed", "update", [OVER], 419, "launch", "launch"),
        ("observed", "update", [OVER], 421, "launch", "passed"),
        ("predicted", "update", [OVER], 421, "launch", "launch"),  # what is not observed has not passed
        ("predicted", "final", [OVER], 421, "launch", "lost"),
        ("lost", "final", [OVER], 421, "launch", "lost"),
        ("lost", "final", [OVER], 800, "passed", "passed"),
        ("predicted", "final", [OVER], 800, "passed", "passed"),
        ("observed", "update", [OVER, FALLS], 500, "launch", "launch"),  # it may still fall on one of them
        ("observed", "final", [OVER, FALLS], 661, "launch", "fell"),
        ("observed", "final", [OVER, FALLS], 659, "launch", "launch"),
        ("lost", "final", [FALLS], 800, "launch", "lost"),
        ("lost", "final", [FALLS], 800, "fell", "fell"),
        ("observed", "update", [FALLS], 500, "passed", "launch"),  # it turned out to come down on one of them
        ("observed", "update", [], 800, "launch", "fell"),
        ("observed", "cancel", [OVER], 100, "launch", "cancelled"),
        ("lost", "cancel", [OVER], 100, "lost", "cancelled"),
    ],
)
def test_stages(
    basis: Basis, kind: EventStatus, regions: list[Any], now_s: int, before: AlertStage | None, stage: AlertStage
) -> None:
    found = [risk("Hokkaido", *entry) for entry in regions]
    assert stage_of(warning(basis, kind), found, AT + now_s * NS, before) == stage


@pytest.mark.parametrize("basis", ["predicted", "lost"])
@pytest.mark.parametrize("kind", ["new", "update", "final"])
@pytest.mark.parametrize("before", [None, "launch", "lost"])
@pytest.mark.parametrize("now_s", [0, 421, 661, 5000])
def test_without_observation_it_has_neither_passed_nor_fallen(
    basis: Basis, kind: EventStatus, before: AlertStage | None, now_s: int
) -> None:
    for entry in (OVER, FALLS):
        assert stage_of(warning(basis, kind), [risk("A", *entry)], AT + now_s * NS, before) in ("launch", "lost")


def test_a_launch_names_regions_and_times_by_kind() -> None:
    told = alert("launch", risk("Aomori"), risk("Hokkaido", "overflight", 310, 421), risk("Iwate", *FALLS))
    assert told.headline == "Missile launch. Take shelter now: Aomori, Hokkaido and Iwate."
    assert told.description == (
        "A missile was launched at about 20:58 UTC. It may fall in or near Iwate between 21:10 and 21:13 UTC. "
        "It may pass over Aomori and Hokkaido between 21:05 and 21:08 UTC. Parts of it may fall there. "
        "Times may change."
    )
    assert "strong building" in told.instruction
    assert (told.alert, told.number, told.supersedes, told.warning) == ("jp-20260820-001/jp", 2, 1, 3)
    assert told.expires_ns == AT + 700 * NS


@pytest.mark.parametrize(
    ("stage", "description"),
    [
        ("passed", "The missile passed over Aomori. It was seen beyond."),
        ("lost", "It is no longer tracked; where it is is not known. The warning for Aomori stays in force."),
        ("cancelled", "The missile warning for Aomori is withdrawn. No danger to them is known any more."),
    ],
)
def test_the_other_stages(stage: AlertStage, description: str) -> None:
    assert alert(stage, risk("Aomori")).description == description


def test_what_fell_is_told_where() -> None:
    told = alert("fell", risk("Iwate", *FALLS), risk("Aomori"))
    assert told.description == (
        "The missile was seen to fall. It fell in or near Iwate between 21:10 and 21:13 UTC. It passed over Aomori "
        "before."
    )


def test_without_a_region_the_whole_country_is_named() -> None:
    threats = (RegionThreat(region="jp", impact_probability=0.4, overflight_probability=1.0),)
    told = alert("launch", told=warning(reason="impact in the region", threats=threats))
    (entry,) = told.regions
    assert (entry.region, entry.name, entry.kind, entry.probability) == ("jp", "Japan", "impact", 0.4)
    assert "It may fall in or near Japan between 21:11 and 21:12 UTC." in told.description
    (entry,) = alert("launch", told=warning(threats=threats)).regions
    assert (entry.kind, entry.earliest_ns, entry.latest_ns) == ("overflight", AT - 150 * NS, AT + 660 * NS)


def test_an_impact_that_is_not_known_yet_leaves_the_time_open() -> None:
    (entry,) = alert("launch", told=warning(impact=None)).regions
    assert (entry.earliest_ns, entry.latest_ns) == (AT - 150 * NS, AT + 310 * NS)


def test_lists_of_names() -> None:
    names = [risk(name) for name in ("A", "B", "C", "D", "E", "F")]
    assert listed(names[:1]) == "A"
    assert listed([names[0], names[0], names[1]]) == "A and B"
    assert listed(names) == "A, B, C, D, E and F"
    assert listed(names[:4], 4) == "A, B, C and D"
    assert listed(names[:5], 4) == "A, B, C, D and 1 other region"
    assert listed(names, 4) == "A, B, C, D and 2 other regions"


def test_a_text_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        alert_of(warning(), Footprint((risk(),), ()), "launch", {}, "Japan", 1, AT)


def test_an_alert_is_frozen() -> None:
    told = alert("launch", risk())
    with pytest.raises(AttributeError):
        told.stage = "passed"  # type: ignore[misc]
    assert msgspec.structs.replace(told, number=3).number == 3
