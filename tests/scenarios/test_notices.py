"""25 January 1995 with and without its notice, and the launch that it was taken for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from launchwatch.assembly.run import Run, play
from launchwatch.assembly.rundir import events_of, view_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.core.epochs import NS, format_utc
from launchwatch.messages.warnings import Finding, Warning
from launchwatch.report.html import render_html
from scenarios.conftest import Play

NOTICE = "no-1994-12-21"
ON_FILE = f"notices.{NOTICE}.delivered.ru=1994-12-22T12:00:00Z"
OLENEGORSK_ALONE = "sensors.exclude=[ru-oko1-1, ru-oko1-2, ru-pechora]"
FITS = (
    ON_FILE,
    f"notices.{NOTICE}.class=[slbm]",
    f"notices.{NOTICE}.launch_area={{lat_deg: 70.0, lon_deg: 8.0, radius_km: 100}}",
    f"notices.{NOTICE}.direction={{from_deg: 100, until_deg: 135}}",
)
"""A notice that announces just what flies: the waters, the day, the class, the direction."""


def told(run: Run, kind: type, chain: tuple[str, str] = ("ru", "alone")) -> list[tuple[float, Any]]:
    """Seconds after lift-off and records of a kind."""
    (case,) = run.cases
    begin = run.scenario.launches[0].time_ns
    outputs = case.chains[chain].outputs
    return [((e.emitted_ns - begin) / NS, e.payload) for e in outputs if isinstance(e.payload, kind)]


# --- the sounding rocket


@pytest.mark.parametrize("chain", ["alone", "integrated"])
def test_with_its_notice_on_file_the_rocket_is_matched_shown_and_never_above_low(played: Play, chain: str) -> None:
    run = played("andoya-1995", ON_FILE)
    findings = told(run, Finding, ("ru", chain))
    matched = [(at, one) for at, one in findings if one.notice_match == "full"]
    assert matched[0][0] <= 130.0  # with the first launch point, 20 s after the first track
    assert findings[-1][1].notice == NOTICE
    assert [one.name for one in findings[-1][1].criteria] == ["time", "place", "class", "direction"]
    assert all(one.fits for one in findings[-1][1].criteria)
    assert {one.confidence for _, one in findings} <= {"none", "low"}
    assert told(run, Warning, ("ru", chain)) == []
    events = [one for one in events_of(run) if one["chain"] == chain]
    assert {one["confidence"] for one in events} <= {"none", "low"}
    assert events[-1]["notice"] == NOTICE
    assert events[-1]["notice_match"] == "full"


def test_with_its_notice_the_report_shows_the_match(played: Play, catalog: Catalog) -> None:
    run = played("andoya-1995", ON_FILE)
    html = render_html(view_of(run, catalog, events_of(run)))
    assert f"is the launch of notice {NOTICE}" in html
    assert "(seen for 25 s): impact point not known; high-altitude burst open: no fall is known" in html
    assert "(seen for 45 s): is the launch of notice" in html
    assert len(set(re.findall(r"impact ellipse [\d.]+ by [\d.]+ km; impact in the region with 0\.00", html))) >= 4
    assert "high-altitude burst excluded: at 30 to 500 km the path ahead keeps" in html


@pytest.mark.parametrize("sensors", ["sensors.exclude=[ru-oko1-1, ru-oko1-2]", OLENEGORSK_ALONE])
def test_without_it_the_rocket_is_settled_by_impact_probability_within_ten_minutes(played: Play, sensors: str) -> None:
    run = played("andoya-1995", sensors)
    findings = told(run, Finding)
    assert {one.notice for _, one in findings} == {None}
    first, last = findings[0][1], findings[-1]
    # at first nothing is excluded
    assert (first.burst.state, first.impact_probability, first.settled) == ("open", None, False)
    assert next(at for at, one in findings if one.settled) < 600.0
    assert last[1].settled
    assert (last[1].burst.state, last[1].impact_probability) == ("excluded", 0.0)
    settled = [one.settled for _, one in findings]
    assert settled == sorted(settled)  # and stays so
    assert told(run, Warning) == []


def test_what_a_two_minute_arc_supports_is_in_the_output(played: Play) -> None:
    """One radar, the passage of some two minutes through its field: ellipses shrink as the arc grows."""
    run = played("andoya-1995", OLENEGORSK_ALONE)
    begin = run.scenario.launches[0].time_ns
    until = format_utc(begin + 300 * NS, 3)
    known = [one for one in events_of(run) if one["impact"] is not None and one["emitted"] < until]
    arcs = [one["arc_s"] for one in known if one["chain"] == "alone"]
    major = [one["impact"]["ellipse_95"]["semi_major_km"] for one in known if one["chain"] == "alone"]
    assert arcs == sorted(arcs)
    assert arcs[0] < 60.0
    assert 110.0 < arcs[-1] < 150.0
    assert major == sorted(major, reverse=True)
    assert major[0] > 50.0
    assert major[-1] < 15.0
    assert all(one["launch_point"]["ellipse_95"]["semi_major_km"] > 0.0 for one in known)
    threats = [threat for one in known for threat in one["threats"]]
    assert {threat["region"] for threat in threats} == {"ru"}
    assert all(threat["burst_distance_km"] > 300.0 for threat in threats)


def test_a_notice_that_comes_while_the_rocket_flies_is_matched_then(played: Play) -> None:
    run = played("andoya-1995", f"notices.{NOTICE}.delivered.ru=1995-01-25T06:30:00Z")
    matched = [at for at, one in told(run, Finding) if one.notice == NOTICE]
    assert matched[0] == 360.0


# --- the missile that it was taken for


@pytest.fixture(scope="module", params=[1, 6, 8])
def missiles(request: pytest.FixtureRequest, catalog: Catalog) -> dict[str, Run]:
    """The launch from the Norwegian Sea without a notice, with that of the rocket, and with one that fits it."""
    settings = {"none": (), "rocket": (ON_FILE,), "fits": FITS}
    return {
        name: play(catalog, load_scenario("norwegian-sea-1995", catalog, keys), request.param, None, Stopwatch())
        for name, keys in settings.items()
    }


@pytest.mark.parametrize("notice", ["none", "rocket", "fits"])
def test_a_missile_from_the_same_waters_is_warned_of_all_the_same(missiles: dict[str, Run], notice: str) -> None:
    without, found = (told(missiles[name], Warning) for name in ("none", notice))
    assert found[0][1].kind == "new"
    assert found[0][0] <= without[0][0] + 10.0
    assert found[0][0] < 150.0  # eleven minutes before impact
    assert [(at, one.kind, one.reason) for at, one in found] == [(at, one.kind, one.reason) for at, one in without]
    assert "cancel" not in [one.kind for _, one in found]
    assert all(one.burst.state == "open" for _, one in found)


def test_the_notice_of_the_rocket_is_not_that_of_the_missile(missiles: dict[str, Run]) -> None:
    assert {one.notice_match for _, one in told(missiles["rocket"], Warning)} == {"none"}
    assert {one.notice for _, one in told(missiles["rocket"], Finding)} == {None}
    assert "high" in {one.confidence for _, one in told(missiles["rocket"], Warning)}


def test_a_notice_that_fits_is_shown_on_the_warning_and_keeps_confidence_low(missiles: dict[str, Run]) -> None:
    """The wrong match: it is believed, and silences nothing."""
    first = told(missiles["fits"], Warning)[0][1]
    assert (first.notice, first.notice_match, first.confidence) == (NOTICE, "full", "low")
