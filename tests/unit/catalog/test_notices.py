"""Notices of scenarios and the forms of the agreements."""

from __future__ import annotations

import pytest

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.notices import NoticeForm, PreLaunchNotice, form_problems, message_of
from launchwatch.catalog.records import CatalogError
from launchwatch.core.epochs import parse_utc

WINDOW = {"from": "2026-01-10T00:00:00Z", "until": "2026-01-12T00:00:00Z"}
AREA = {"lat_deg": 34.6, "lon_deg": -120.6, "radius_km": 30.0}
GIVEN = {
    "class": ["icbm"], "window": WINDOW, "planned_date": "2026-01-10", "launch_area": AREA,
    "direction": {"from_deg": 260.0, "until_deg": 280.0}, "impact_area": {**AREA, "lat_deg": 9.0},
}  # fmt: skip
REQUIRED = {
    "us-su-1988": {"planned_date", "launch_area", "impact_area"},
    "us-ru-2000": {"class", "window", "launch_area", "direction"},
    "cn-ru-2009": {"class", "window", "launch_area", "direction"},
    "hcoc": {"class", "window", "launch_area", "direction"},
}
ALLOWED = {**REQUIRED, "cn-ru-2009": REQUIRED["cn-ru-2009"] | {"impact_area"}}


def notice(agreement: str, keys: set[str], **changes: object) -> PreLaunchNotice:
    data = {"id": "us-1", "agreement": agreement, "sender": "us", **{key: GIVEN[key] for key in keys}, **changes}
    made: PreLaunchNotice = convert(data, PreLaunchNotice)
    return made


@pytest.mark.parametrize("agreement", REQUIRED)
def test_a_form_asks_for_its_fields_and_allows_no_other(catalog: Catalog, agreement: str) -> None:
    form: NoticeForm = catalog.notice_forms[agreement]
    assert list(form_problems(notice(agreement, REQUIRED[agreement]), form)) == []
    assert list(form_problems(notice(agreement, ALLOWED[agreement]), form)) == []
    for key in REQUIRED[agreement]:
        problems = list(form_problems(notice(agreement, REQUIRED[agreement] - {key}), form))
        assert [path for path, _ in problems] == [(key,)]
    for key in GIVEN.keys() - ALLOWED[agreement]:
        problems = list(form_problems(notice(agreement, REQUIRED[agreement] | {key}), form))
        assert (key,) in [path for path, _ in problems]


@pytest.mark.parametrize("agreement", REQUIRED)
def test_every_field_of_a_form_has_its_source(catalog: Catalog, agreement: str) -> None:
    assert all(len(one.source) > 10 for one in catalog.notice_forms[agreement].fields)


def test_a_planned_date_stays_good_for_four_days_and_means_all_classes(catalog: Catalog) -> None:
    made = message_of(notice("us-su-1988", REQUIRED["us-su-1988"]), catalog.notice_forms["us-su-1988"])
    assert made.window_from_ns == parse_utc("2026-01-10T00:00:00Z")
    assert made.window_until_ns == parse_utc("2026-01-14T00:00:00Z")
    assert made.classes == ("icbm", "slbm")
    assert made.azimuths_deg is None


def test_a_class_that_an_agreement_does_not_cover_is_refused(catalog: Catalog) -> None:
    found = notice("us-ru-2000", REQUIRED["us-ru-2000"], **{"class": ["icbm", "hgv"]})
    assert [path for path, _ in form_problems(found, catalog.notice_forms["us-ru-2000"])] == [("class", 1)]
    with pytest.raises(ValueError, match=r"class.1: 'hgv' is not covered"):
        message_of(found, catalog.notice_forms["us-ru-2000"])


def test_a_cancellation_needs_only_what_it_cancels(catalog: Catalog) -> None:
    gone = notice("hcoc", set(), supersedes="us-0", cancelled=True)
    assert message_of(gone, catalog.notice_forms["hcoc"]).cancelled
    with pytest.raises(FieldError, match="which notice it cancels"):
        notice("hcoc", set(), cancelled=True)


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("agreement", "hcoc-2", "is unknown; did you mean 'hcoc'"),
        ("direction", "null", "missing; hcoc asks for it"),
        ("impact_area", "{lat_deg: 78.0, lon_deg: 8.0, radius_km: 100}", "is no field of hcoc"),
        ("launch_area.lat_deg", "69.31", "round it to 0.1 degree"),
        ("delivered", "{us: null}", "is no partner of the scenario"),
        ("delivered.ru", "yesterday", "is not a time"),
        ("window.until", "1995-01-01T00:00:00Z", "is not after from"),
        ("launches", "0", "must be at least 1"),
        ("azimuth", "350", "unknown key"),
    ],
)
def test_notices_of_a_scenario_that_cannot_be_are_refused(catalog: Catalog, key: str, value: str, wrong: str) -> None:
    with pytest.raises(CatalogError, match=wrong):
        load_scenario("andoya-1995", catalog, (f"notices.no-1994-12-21.{key}={value}",))
