"""STK ephemeris text, read by a small parser that follows the rules of the format and nothing of ours."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from launchwatch.core.epochs import parse_utc
from launchwatch.formats.ephemeris import in_frame
from launchwatch.formats.stk import stk_ephemeris
from unit.formats.arcs import END_S, KINK_S, START, arcs, state

KEYWORDS = {
    "NumberOfEphemerisPoints", "ScenarioEpoch", "InterpolationMethod", "InterpolationSamplesM1", "CentralBody",
    "CoordinateSystem",
}  # fmt: skip


@dataclass
class Parsed:
    keywords: dict[str, str]
    boundaries: list[float]
    segments: list[np.ndarray]
    """(n, 7) seconds, m, m/s of each stretch between two boundaries."""


def parsed(data: bytes) -> Parsed:
    lines = [text for text in data.decode("ascii").splitlines() if text.strip() and not text.startswith("#")]
    assert re.fullmatch(r"stk\.v\.\d+\.\d+", lines[0])
    assert lines[1] == "BEGIN Ephemeris"
    assert lines[-1] == "END Ephemeris"
    begin = lines.index("EphemerisTimePosVel")
    keywords, boundaries = {}, []
    head = iter(lines[2:begin])
    for text in head:
        if text == "BEGIN SegmentBoundaryTimes":
            for inner in head:
                if inner == "END SegmentBoundaryTimes":
                    break
                boundaries.append(float(inner))
        else:
            key, value = text.split(maxsplit=1)
            assert key in KEYWORDS
            keywords[key] = value
    rows = np.array([[float(part) for part in text.split()] for text in lines[begin + 1 : -1]])
    assert rows.shape == (int(keywords["NumberOfEphemerisPoints"]), 7)
    segments, current = [], []
    for i, row in enumerate(rows):
        current.append(row)
        # a boundary ends a segment at its first point; the second of the same time begins the next
        if row[0] in boundaries and i + 1 < len(rows) and rows[i + 1, 0] == row[0]:
            segments.append(np.array(current))
            current = []
    return Parsed(keywords, boundaries, [*segments, np.array(current)])


def test_the_head_says_what_a_reader_has_to_know() -> None:
    found = parsed(stk_ephemeris(arcs(), comments=("EXERCISE - simulated data",)))
    assert found.keywords == {
        "NumberOfEphemerisPoints": "8",
        "ScenarioEpoch": "28 Nov 2017 18:17:00.000000000",
        "InterpolationMethod": "Hermite",
        "InterpolationSamplesM1": "1",
        "CentralBody": "Earth",
        "CoordinateSystem": "Fixed",
    }
    assert found.boundaries == [KINK_S]
    assert b"# EXERCISE - simulated data\n" in stk_ephemeris(arcs(), comments=("EXERCISE - simulated data",))


def test_segments_hold_the_flight_on_either_side_of_a_kink() -> None:
    first, second = parsed(stk_ephemeris(arcs())).segments
    assert first[-1, 0] == second[0, 0] == KINK_S
    assert second[-1, 0] == END_S
    for rows in (first, second):
        position, velocity = state(rows[:, 0])
        # half of the last digit that is written, and a little for float64
        np.testing.assert_allclose(rows[:, 1:4], position, atol=0.51e-4)
        np.testing.assert_allclose(rows[:, 4:], velocity, atol=0.51e-7)


@pytest.mark.parametrize(("frame", "system"), [("gcrf", "ICRF"), ("teme", "TEMEOfDate")])
def test_other_frames(frame: str, system: str) -> None:
    one = arcs(breaks_s=())
    found = parsed(stk_ephemeris(one, frame))
    assert found.keywords["CoordinateSystem"] == system
    assert found.boundaries == []
    r, v = in_frame(one.position_m, one.velocity_m_s, one.epochs_ns, frame)
    np.testing.assert_allclose(found.segments[0][:, 1:4], r, atol=0.51e-4)
    np.testing.assert_allclose(found.segments[0][:, 4:], v, atol=0.51e-7)


def test_names_stay_in_one_line_of_ascii() -> None:
    text = stk_ephemeris(arcs(name="Ра\nкета"), comments=("a\nEND Ephemeris",))
    assert b"# rocket-1: ?? ????" in text
    assert b"# a END Ephemeris\n" in text
    assert parsed(text).boundaries == [KINK_S]


def test_an_epoch_of_one_digit() -> None:
    assert parsed(stk_ephemeris(arcs(time_ns=parse_utc("2026-06-05T04:03:02.1Z")))).keywords["ScenarioEpoch"] == (
        "5 Jun 2026 04:03:02.100000000"
    )
    assert arcs().time_ns == START
