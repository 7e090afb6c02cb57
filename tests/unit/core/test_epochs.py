import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import (
    NS,
    EpochError,
    format_utc,
    gmst_rad,
    julian_date,
    parse_utc,
    parse_utc_array,
    tai_minus_utc_s,
)

FIRST, LAST = parse_utc("1700-01-01T00:00:00Z"), parse_utc("2261-12-31T23:59:59Z")


@given(st.integers(FIRST, LAST))
def test_nine_digits_round_trip_exactly(ns: int) -> None:
    assert parse_utc(format_utc(ns, 9)) == ns


@given(st.integers(FIRST, LAST - NS), st.integers(0, 9))
def test_fewer_digits_round_to_the_nearest_and_stay_there(ns: int, digits: int) -> None:
    text = format_utc(ns, digits)
    rounded = parse_utc(text)
    assert abs(rounded - ns) * 2 <= 10 ** (9 - digits)
    assert format_utc(rounded, digits) == text


@given(st.sampled_from(["1972-06-30", "1998-12-31", "2015-06-30", "2016-12-31"]), st.integers(-2 * NS, 3 * NS))
def test_time_runs_on_through_a_leap_second(day: str, shift_ns: int) -> None:
    ns = parse_utc(day + "T23:59:60Z") + shift_ns
    assert parse_utc(format_utc(ns, 9)) == ns
    assert (format_utc(ns, 9)[17:19] == "60") == (0 <= shift_ns < NS)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 10 * NS),
        ("2016-12-31T23:59:59Z", 1_483_228_835 * NS),
        ("2016-12-31T23:59:60.5Z", 1_483_228_836 * NS + NS // 2),
        ("2017-01-01T00:00:00+00:00", 1_483_228_837 * NS),
        ("2017-11-28T18:18Z", 1_511_893_080 * NS + 37 * NS),
    ],
)
def test_known_instants(text: str, ns: int) -> None:
    assert parse_utc(text) == ns


def test_offset_steps_when_the_leap_second_is_over() -> None:
    leap = parse_utc("2016-12-31T23:59:60Z")
    assert [tai_minus_utc_s(leap + d) for d in (-1, 0, NS - 1, NS)] == [36, 36, 36, 37]
    assert tai_minus_utc_s(parse_utc("1965-05-01T00:00:00Z")) == 10


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2017-11-28T18:18:00", "no zone"),
        ("2017-11-28T18:18:00+09:00", "convert it to UTC"),
        ("2017-02-29T00:00:00Z", "no such day"),
        ("2017-11-28T24:00:00Z", "no such time"),
        ("2017-11-28T23:59:60Z", "no leap second"),
        ("2017-11-28T23:59:59.1234567891Z", "not a time"),
        ("1600-01-01T00:00:00Z", "year"),
        ("yesterday", "not a time"),
    ],
)
def test_refusals_say_why(text: str, why: str) -> None:
    with pytest.raises(EpochError, match=why):
        parse_utc(text)


def test_julian_date_and_sidereal_time_at_j2000() -> None:
    ns = parse_utc("2000-01-01T12:00:00Z")
    jd, fr = julian_date([ns])
    assert jd[0] == 2_451_544.5
    assert fr[0] == 0.5
    # 280.46062 deg is the published GMST at J2000 in UT1 (Aoki et al., 1982: 67310.54841 s)
    assert np.degrees(gmst_rad(ns)) == pytest.approx(280.460618375, abs=1e-9)


def test_sidereal_day() -> None:
    ns = parse_utc("2017-11-28T18:18:00Z")
    turn = gmst_rad(np.array([ns, ns + 86_164_090_530_833]))
    # one mean sidereal day of J2000, 86,164.090530833 s of UT1; it has since lost 0.9 us, 6.6e-11 rad
    assert turn[1] - turn[0] == pytest.approx(0.0, abs=1e-10)


@given(st.lists(st.integers(FIRST, LAST - NS), max_size=20), st.integers(0, 9))
def test_many_times_at_once_are_read_like_one(epochs: list[int], digits: int) -> None:
    texts = [format_utc(ns, digits) for ns in epochs]
    found, usual = parse_utc_array(texts)
    for text, ns, read in zip(texts, found.tolist(), usual.tolist(), strict=True):
        assert read == (":60" not in text)
        assert not read or ns == parse_utc(text)


@given(st.text(alphabet="0123456789-:TZ. +é\x00", max_size=32) | st.text(max_size=32))
def test_what_is_read_among_many_is_a_time_by_itself(text: str) -> None:
    found, usual = parse_utc_array([text, "2017-11-28T18:18:40.25Z"])
    assert usual[1]
    if usual[0]:
        assert found[0] == parse_utc(text)


@pytest.mark.parametrize(
    "text",
    ["2017-02-29T00:00:00Z", "2016-12-31T23:59:60Z", "2017-11-28T24:00:00Z", "2017-11-28T18:18:40.Z",
     "2017-11-28T18:18:40+00:00", "2017-11-28 18:18:40Z", "2017-00-28T18:18:40Z", "1699-11-28T18:18:40Z"],
)  # fmt: skip
def test_what_is_unusual_is_left_to_the_reader_of_one(text: str) -> None:
    _, usual = parse_utc_array([text])
    assert not usual[0]
