"""Tracking Data Messages: plots of several segments, and every fault in one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.formats.observations import ObservationError, Radar, Site, record_of
from launchwatch.formats.tdm import SPEED_OF_LIGHT_KM_S, Reading, Station, read_tdm

STATIONS = {"RADAR-A": Station(Site(54.4, -0.7, 260.0), 50.0, 0.1, 5.0, 15.0)}
HEAD = "CCSDS_TDM_VERS = 2.0\nCOMMENT invented\nCREATION_DATE = 2026-08-20T00:00:00\nORIGINATOR = TEST\n"
META = """META_START
COMMENT a pass
TIME_SYSTEM = UTC
PARTICIPANT_1 = RADAR-A
PARTICIPANT_2 = 2026-001A
MODE = SEQUENTIAL
PATH = 1,2,1
RANGE_UNITS = km
ANGLE_TYPE = AZEL
META_STOP
"""
DATA = """DATA_START
RANGE = 2026-08-20T10:00:05.5 1010.25
RANGE = 2026-08-20T10:00:00 1000.5
ANGLE_1 = 2026-08-20T10:00:00 120.0
ANGLE_2 = 2026-08-20T10:00:00 30.5
DOPPLER_INSTANTANEOUS = 2026-08-20T10:00:00 -3.25
ANGLE_1 = 2026-08-20T10:00:05.5 121.0
ANGLE_2 = 2026-08-20T10:00:05.5 31.0
RCS = 2026-08-20T10:00:00 2.5
DATA_STOP
"""
SECOND = (META + DATA).replace("08-20T10", "08-20T11").replace("RANGE_UNITS = km", "RANGE_UNITS = s")
SECOND = SECOND.replace("1000.5", "0.006").replace("1010.25", "0.007")


def read(tmp_path: Path, text: str, **more: object) -> list[Reading]:
    path = tmp_path / "m.tdm"
    path.write_text(text)
    return list(read_tdm(path, STATIONS, "test", **more))


def plots(readings: list[Reading]) -> list[Radar]:
    found = [record_of(reading.row) for reading in readings if reading.row is not None]
    assert all(isinstance(record, Radar) for record in found)
    return found


def test_what_has_one_epoch_is_one_plot_in_the_order_of_time(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + META + DATA)
    first, second = plots(found)
    assert [r.reason for r in found] == ["", ""]
    assert (first.sensor, first.range_m, first.azimuth_deg, first.elevation_deg) == ("RADAR-A", 1000.5e3, 120.0, 30.5)
    assert (first.range_rate_m_s, first.sigma_range_rate_m_s) == (-3250.0, 5.0)
    assert (second.range_m, second.range_rate_m_s) == (1010.25e3, None)
    assert second.time_ns - first.time_ns == 5_500_000_000
    assert (first.site, first.sigma_range_m, first.sigma_azimuth_deg, first.snr_db) == (
        STATIONS["RADAR-A"].site, 50.0, 0.1, 15.0,
    )  # fmt: skip
    assert first.sequence != second.sequence


def test_segments_ranges_in_seconds_and_the_way_there_and_back(tmp_path: Path) -> None:
    found = plots(read(tmp_path, HEAD + META + DATA + SECOND))
    assert len(found) == 4
    # a time there and back is always of the whole way
    assert found[2].range_m == pytest.approx(0.003 * SPEED_OF_LIGHT_KM_S * 1e3, rel=1e-12)
    halved = plots(read(tmp_path, HEAD + META + DATA, round_trip=True))
    assert (halved[0].range_m, halved[0].range_rate_m_s) == (1000.5e3 / 2, -3250.0 / 2)
    one_way = HEAD + META.replace("1,2,1", "2,1") + DATA
    assert plots(read(tmp_path, one_way, round_trip=True))[0].range_m == 1000.5e3


def test_the_same_message_twice_has_the_same_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + META + DATA) == read(tmp_path, HEAD + META + DATA)
    day = DATA.replace("2026-08-20T", "2026-232T")
    assert [p.time_ns for p in plots(read(tmp_path, HEAD + META + day))] == [
        p.time_ns for p in plots(read(tmp_path, HEAD + META + DATA))
    ]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("ANGLE_1 = 2026-08-20T10:00:00 120.0\n", "", 16, "no ANGLE_1 at"),
        ("00:00 1000.5", "00:00 much", 16, "RANGE is 'much'"),
        ("RANGE = 2026-08-20T10:00:00 1000.5", "RANGE 1000.5", 16, "no line of data"),
        ("RCS = 2026", "RANGE = 2026", 22, "given twice"),
        ("RANGE = 2026-08-20T10:00:05.5 1010.25", "RANGE = 2026-08-32T10:00:05.5 1010.25", 15, "no such day"),
    ],
)
def test_a_fault_in_the_data_costs_its_plot(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    text = HEAD + META + DATA
    assert before in text
    found = read(tmp_path, text.replace(before, after))
    faults = [r for r in found if r.row is None]
    assert any(words in fault.reason for fault in faults)
    assert min(abs(fault.line - line) for fault in faults) <= 2
    assert len(plots(found)) >= 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("CCSDS_TDM_VERS = 2.0", "CCSDS_OEM_VERS = 2.0", "begins with CCSDS_TDM_VERS"),
        ("VERS = 2.0", "VERS = 9.0", "version '9.0'"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = TDB", "TIME_SYSTEM TDB"),
        ("TIME_SYSTEM = UTC\n", "", "no TIME_SYSTEM"),
        ("ANGLE_TYPE = AZEL", "ANGLE_TYPE = RADEC", "ANGLE_TYPE RADEC"),
        ("RANGE_UNITS = km", "RANGE_UNITS = RU", "RANGE_UNITS RU"),
        ("SEQUENTIAL", "SINGLE_DIFF", "MODE SINGLE_DIFF"),
        ("PATH = 1,2,1", "PATH = 1,2,3", "PATH 1,2,3"),
        ("= RADAR-A", "= RADAR-B", "--site 'RADAR-B=LAT,LON,ALT_M'"),
        ("META_STOP\n", "oops\nMETA_STOP\n", "no line of metadata"),
        ("DATA_START\n", "", "does not belong here"),
    ],
)
def test_a_message_that_cannot_be_used_is_refused(tmp_path: Path, before: str, after: str, words: str) -> None:
    text = HEAD + META + DATA
    assert before in text
    with pytest.raises(ObservationError, match=r"m\.tdm") as error:
        read(tmp_path, text.replace(before, after, 1))
    assert words in str(error.value)


def test_a_message_that_ends_too_soon_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + META + DATA.replace("DATA_STOP\n", ""))
    assert "ends within a segment" in found[-1].reason
    assert len(plots(found)) == 2
    with pytest.raises(ObservationError, match="begins with"):
        read(tmp_path, "")


@given(st.binary(max_size=300), st.integers(0, 700))
def test_any_bytes_within_a_message_are_readings_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, some: bytes, at: int
) -> None:
    text = (HEAD + META + DATA + SECOND).encode()
    path = tmp_path_factory.getbasetemp() / "any.tdm"
    path.write_bytes(text[:at] + some + text[at + len(some) :])
    try:
        found = list(read_tdm(path, STATIONS, "test"))
    except ObservationError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way is right
    else:
        assert all(reading.row is not None or reading.reason for reading in found)
