"""Notices on their way to a lane."""

from __future__ import annotations

from launchwatch.assembly.components import as_faults_leave, notices
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.messages.control import Notice, NoticeArea

CATALOG = load_catalog()
START = parse_utc("1995-01-25T06:23:00Z")


def test_a_notice_that_is_never_delivered_is_not_heard() -> None:
    assert notices(CATALOG, load_scenario("andoya-1995", CATALOG), "ru", START) == []


def test_a_notice_from_before_the_play_is_on_file_when_it_begins_and_a_later_one_when_it_comes() -> None:
    for time, heard in (("1994-12-22T12:00:00Z", START), ("1995-01-25T06:30:00Z", START + 420 * NS)):
        scenario = load_scenario("andoya-1995", CATALOG, (f"notices.no-1994-12-21.delivered.ru={time}",))
        (envelope,) = as_faults_leave(notices(CATALOG, scenario, "ru", START), scenario.faults)
        assert (envelope.id, envelope.topic) == ("no/notice/no-1994-12-21", "notice")
        assert (envelope.purpose, envelope.origin) == ("exercise", ("simulated",))
        assert (envelope.received_ns, envelope.emitted_ns) == (heard, parse_utc(time))
        told = envelope.payload
        assert isinstance(told, Notice)
        assert (told.agreement, told.sender, told.classes) == ("hcoc", "no", ("sounding-rocket",))
        assert told.launch_area == NoticeArea(lat_deg=69.3, lon_deg=16.0, radius_km=50.0)
        assert (told.azimuths_deg, told.impact_area, told.launches) == ((330.0, 20.0), None, None)
