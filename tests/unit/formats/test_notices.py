"""Files of notices: what was written is read back, and what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.notices import Area, Direction, PreLaunchNotice
from launchwatch.catalog.records import Span
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.formats.notices import NoticeError, parse_notices, read_notices, write_text, write_yaml

FORMS = load_catalog().notice_forms
TEXT = """# two forms
NOTICE: no-1994-12-21
AGREEMENT: hcoc
SENDER: no
CLASS: sounding-rocket
WINDOW: 1995-01-15T05:00:00Z 1995-02-10T12:00:00Z
LAUNCH-AREA: 69.3 16.0 50
DIRECTION: 330 20
LAUNCHES: 1

NOTICE: us-1
AGREEMENT: us-su-1988
SENDER: us
PLANNED-DATE: 1995-02-28
LAUNCH-AREA: 34.6 -120.6 50
IMPACT-AREA: 9.0 167.5 200
"""


def text_of(content: str) -> list[PreLaunchNotice]:
    return parse_notices(content.encode(), "file.txt", FORMS, text=True)


def test_keyed_text_says_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text(TEXT)
    first, second = read_notices(tmp_path / "file.txt", FORMS)
    assert (first.id, first.agreement, first.sender) == ("no-1994-12-21", "hcoc", "no")
    assert first.classes == ("sounding-rocket",)
    assert first.launch_area == Area(lat_deg=69.3, lon_deg=16.0, radius_km=50.0)
    assert first.direction == Direction(from_deg=330.0, until_deg=20.0)
    assert (first.launches, second.planned_date) == (1, "1995-02-28")
    assert second.impact_area == Area(lat_deg=9.0, lon_deg=167.5, radius_km=200.0)
    (tmp_path / "file.yaml").write_text(write_yaml([first, second]))
    assert read_notices(tmp_path / "file.yaml", FORMS) == [first, second]


def test_one_azimuth_is_a_sector_of_no_width() -> None:
    assert text_of(TEXT.replace("330 20", "347"))[0].direction == Direction(from_deg=347.0, until_deg=347.0)


@pytest.mark.parametrize(
    ("good", "bad", "wrong"),
    [
        ("LAUNCHES: 1", "LAUNCHES: x", r"file.txt:9: \[0\].launches: is 'x'; write a whole number"),
        ("DIRECTION: 330 20\n", "", r"file.txt:2: \[0\].direction: missing; hcoc asks for it"),
        ("330 20", "330 20 4", "file.txt:8: DIRECTION: has 3 values; write 2: from_deg, until_deg"),
        ("DIRECTION: 330", "DIRECTION: 361", r"file.txt:8: \[0\].direction.from_deg: is 361; it must be at most 360"),
        ("CLASS", "CLAS", "file.txt:5: CLAS: unknown key; did you mean 'CLASS'"),
        ("us-1\n", "no-1994-12-21\n", r"file.txt:11: \[1\].id: 'no-1994-12-21' is there twice, first at line 2"),
        ("us-su-1988", "us-su-1989", r"file.txt:12: \[1\].agreement: form 'us-su-1989' is unknown; did you mean"),
        ("02-28", "02-30", r"file.txt:14: \[1\].planned_date: .* there is no such day"),
        ("SENDER: us", "SENDER: us\nDIRECTION: 3", r"file.txt:14: \[1\].direction: is no field of us-su-1988"),
        ("SENDER: us", "SENDER: us\nSENDER: us", "file.txt:14: SENDER: is there twice, first at line 13; keep one"),
        ("SENDER: us", "SENDER us", "file.txt:13: is no `KEY: value`"),
        ("69.3 16.0", "69.3 nan", r"file.txt:7: \[0\].launch_area.lon_deg: is 'nan'"),
        ("69.3 16.0", "69.3 .nan", r"file.txt:7: \[0\].launch_area.lon_deg: is nan; write a finite number"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(good: str, bad: str, wrong: str) -> None:
    with pytest.raises(NoticeError, match=wrong):
        text_of(TEXT.replace(good, bad, 1))


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"id: x\n", "is no list of notices"),
        (b"- {id: a-1, agreement: hcoc}\n", r"f.yaml:1: \[0\].sender: missing"),
        (b"- !!python/object:os.system {}\n", "is refused"),
        (b"- &a {id: x}\n- *a\n", "anchors and aliases are refused"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_yaml_that_is_no_list_of_notices_is_refused(content: bytes, wrong: str) -> None:
    with pytest.raises(NoticeError, match=wrong):
        parse_notices(content, "f.yaml", FORMS)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="cannot be read"):
        read_notices(tmp_path / "none.txt", FORMS)


TENTH = st.integers(-900, 900).map(lambda n: n / 10)
AREAS = st.builds(
    Area, lat_deg=TENTH, lon_deg=st.integers(-1800, 1800).map(lambda n: n / 10), radius_km=st.floats(0.1, 1e4)
)
EPOCHS = st.integers(parse_utc("1988-05-31T00:00:00Z") // NS, parse_utc("2100-01-01T00:00:00Z") // NS)
WINDOWS = st.tuples(EPOCHS, st.integers(1, 10**7)).map(
    lambda pair: Span(from_=format_utc(pair[0] * NS), until=format_utc((pair[0] + pair[1]) * NS))
)
IDS = st.from_regex(r"[a-z]{2}-[0-9]{1,4}", fullmatch=True)
NOTICES = st.builds(
    PreLaunchNotice,
    id=IDS,
    agreement=st.just("cn-ru-2009"),
    sender=st.sampled_from(("cn", "ru")),
    classes=st.lists(st.sampled_from(("irbm", "icbm", "slv")), min_size=1, unique=True).map(tuple),
    window=WINDOWS,
    launch_area=AREAS,
    direction=st.builds(Direction, from_deg=st.floats(0.0, 360.0), until_deg=st.floats(0.0, 360.0)),
    impact_area=st.none() | AREAS,
    launches=st.none() | st.integers(1, 1000),
    supersedes=st.just("xx-99999") | st.none(),
)


@given(st.lists(NOTICES, unique_by=lambda one: one.id, max_size=4))
def test_what_was_written_is_read_back(notices: list[PreLaunchNotice]) -> None:
    assert text_of(write_text(notices)) == notices
    assert parse_notices(write_yaml(notices).encode(), "f.yaml", FORMS) == notices
