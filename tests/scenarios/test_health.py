"""What fails is noticed: a sensor, a link, and one that says that it is well."""

from __future__ import annotations

from typing import Any

import pytest

from launchwatch.assembly.run import play
from launchwatch.assembly.rundir import view_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.records import CatalogError
from launchwatch.control.releases.listening import OUTGOING
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.messages.health import Health
from launchwatch.messages.releases import Release
from launchwatch.report.html import render_html

FROM, UNTIL = "2017-11-28T18:20:00Z", "2017-11-28T18:30:00Z"
SENSORS = ("us-sbirs-geo-1", "us-sbirs-geo-2", "us-sbirs-geo-3")


def played(catalog: Catalog, *faults: tuple[str, str]) -> Any:
    told = ", ".join(f"{{component: {name}, kind: {kind}, from: '{FROM}', until: '{UNTIL}'}}" for name, kind in faults)
    return play(catalog, load_scenario("hwasong-15-2017", catalog, (f"faults=[{told}]",)), 1, None, Stopwatch())


def changes(run: Any, chain: tuple[str, str], outgoing: bool = False) -> list[tuple[float, Health]]:
    (case,) = run.cases
    begin = parse_utc(FROM)
    return [
        ((e.emitted_ns - begin) / NS, e.payload)
        for e in case.chains[chain].outputs
        if isinstance(e.payload, Health) and (e.payload.component == OUTGOING) == outgoing
    ]


@pytest.fixture(scope="module")
def failed(catalog: Catalog) -> Any:
    return played(catalog, ("us-sbirs-geo-1", "silent"), ("us", "silent"))


def test_a_silent_sensor_is_told_within_three_heartbeats(failed: Any) -> None:
    for chain in (("us", "alone"), ("us", "integrated")):
        (silent, heard) = changes(failed, chain)
        assert [one.component for _, one in (silent, heard)] == ["us-sbirs-geo-1"] * 2
        assert silent[1].status == "silent"
        assert 60.0 <= silent[0] <= 91.0  # the last heartbeat came up to 30 s before, and a second late
        assert heard[1].status == "ready"
        assert heard[1].lost == 20  # ten minutes of them


def test_a_sensor_lost_under_thrust_costs_its_looks_and_no_more(failed: Any) -> None:
    """The only starer goes silent 106 s after lift-off; slow scanners date the staging that comes after."""
    (pictures,) = failed.summary["evaluation"]["pictures"]
    # 0.95 with it; what is left is the time before the first track
    assert pictures["partners"]["us"]["alone"]["siap"]["completeness"] > 0.9


def test_a_lost_link_is_told_to_who_hears_it(failed: Any) -> None:
    for partner in ("jp", "kr"):
        assert changes(failed, (partner, "alone")) == []
        assert [(one.component, one.status) for _, one in changes(failed, (partner, "integrated"))] == [
            ("us", "silent"), ("us", "ready"),
        ]  # fmt: skip


def test_who_is_silent_hears_that_nothing_of_its_own_is_on_the_channel(failed: Any) -> None:
    released = [
        e.payload
        for e in failed.cases[0].chains["us", "integrated"].outputs
        if isinstance(e.payload, Release) and e.payload.addressee != "us"
    ]
    lost = [r for r in released if parse_utc(FROM) <= r.released_ns < parse_utc(UNTIL)]
    told = [one.reason for _, one in changes(failed, ("us", "integrated"), outgoing=True)]
    assert lost
    for release in lost:
        assert f"{release.release} to {release.addressee} was released and not heard" in told
        assert f"{release.release} to {release.addressee} was not acknowledged" in told
    assert changes(failed, ("jp", "integrated"), outgoing=True) == []


def test_without_faults_nothing_is_told_and_what_is_lost_is_missed(catalog: Catalog, failed: Any) -> None:
    whole = played(catalog)
    assert not any(changes(whole, chain) for chain in whole.cases[0].chains)
    assert whole.summary["health"] == []
    later = failed.summary["launches"][0]["partners"]["jp"]["integrated"]["first_detection_s"]
    assert later >= whole.summary["launches"][0]["partners"]["jp"]["integrated"]["first_detection_s"]


def test_a_sensor_that_is_blank_says_that_it_is_well(catalog: Catalog) -> None:
    """Heartbeats do not tell it: its looks arrive, and hold nothing."""
    run = played(catalog, *((name, "blank") for name in SENSORS))
    assert changes(run, ("us", "alone")) == []
    inputs = run.cases[0].chains["us", "alone"].inputs
    heard = [e.payload for e in inputs if getattr(e.payload, "sensor", "") in SENSORS]
    during = [look for look in heard if parse_utc(FROM) <= look.look_until_ns < parse_utc(UNTIL)]
    assert during
    assert all(len(look.sequence) == 0 for look in during)


def test_the_report_tells_it(catalog: Catalog, failed: Any) -> None:
    html = render_html(view_of(failed, catalog, []))
    assert "Components that failed" in html
    assert "us-sbirs-geo-1 silent, last heard at 18:19" in html


@pytest.mark.parametrize(
    ("component", "kind", "until", "wrong"),
    [
        ("nobody", "silent", UNTIL, "nobody"),
        ("us", "blank", UNTIL, "a link can only be silent"),
        ("us-sbirs-geo-1", "altered", UNTIL, "a sensor can only be silent or blank"),
        ("us", "silent", "2017-11-28T18:10:00Z", "is not after from"),
    ],
)
def test_faults_that_cannot_be_are_refused(
    catalog: Catalog, component: str, kind: str, until: str, wrong: str
) -> None:
    told = f"faults=[{{component: {component}, kind: {kind}, from: '{FROM}', until: '{until}'}}]"
    with pytest.raises(CatalogError, match=wrong):
        load_scenario("hwasong-15-2017", catalog, (told,))
