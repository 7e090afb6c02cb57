import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.formats.ephemeris import in_frame
from launchwatch.formats.oem import Covariance, Oem, OemError, Segment, oem_of, write_oem
from launchwatch.formats.oem_reader import read_oem
from unit.formats.arcs import KINK_S, START, arcs

US = 1_000  # ns
# half of the last digit that is written: 1e-7 km and 1e-10 km/s, and as much again for float64 at 1e5 km
POSITION_M, VELOCITY_M_S = 0.51e-4, 0.51e-7

TEXT = write_oem(oem_of(arcs(), "LAUNCHWATCH", comments=("EXERCISE - simulated data",))).decode()
LINES = TEXT.splitlines()


def line(begins: str) -> int:
    """Number of the first line that begins so."""
    return next(number for number, text in enumerate(LINES, start=1) if text.startswith(begins))


def test_the_text_is_the_one_of_the_standard() -> None:
    assert LINES[:5] == [
        "CCSDS_OEM_VERS = 2.0",
        "COMMENT EXERCISE - simulated data",
        "CREATION_DATE = 2017-11-28T18:17:00.000000",
        "ORIGINATOR = LAUNCHWATCH",
        "",
    ]
    start = LINES.index("META_START")
    assert LINES[start : start + 13] == [
        "META_START",
        "OBJECT_NAME = ROCKET <1> & PAYLOAD",
        "OBJECT_ID = rocket-1",
        "CENTER_NAME = EARTH",
        "REF_FRAME = ITRF2000",
        "TIME_SYSTEM = UTC",
        "START_TIME = 2017-11-28T18:17:00.000000",
        "USEABLE_START_TIME = 2017-11-28T18:17:00.000000",
        "USEABLE_STOP_TIME = 2017-11-28T18:17:40.000000",
        "STOP_TIME = 2017-11-28T18:17:40.000000",
        "INTERPOLATION = HERMITE",
        "INTERPOLATION_DEGREE = 3",
        "META_STOP",
    ]
    assert LINES.count("META_START") == 2
    assert all(text.isascii() and len(text) <= 254 for text in LINES)


def test_an_ephemeris_comes_back() -> None:
    one = arcs()
    message = read_oem(TEXT.encode())
    assert message.comments == ("EXERCISE - simulated data",)
    assert message.creation_ns == START
    assert [len(segment.epochs_ns) for segment in message.segments] == [4, 4]
    for rows, segment in zip(one.stretches(), message.segments, strict=True):
        assert segment.interpolation == ("HERMITE", 3)
        assert segment.useable_ns == segment.span_ns == (segment.epochs_ns[0], segment.epochs_ns[-1])
        # 333.333333 s lies on a microsecond; nothing was moved
        np.testing.assert_array_equal(segment.epochs_ns, one.epochs_ns[rows])
        np.testing.assert_allclose(segment.position_m, one.position_m[rows], atol=POSITION_M)
        np.testing.assert_allclose(segment.velocity_m_s, one.velocity_m_s[rows], atol=VELOCITY_M_S)


def test_states_are_moved_to_the_microsecond_that_is_written() -> None:
    t = arcs().t_s.copy()
    t[4] += 3.7e-7
    segment = oem_of(arcs(t_s=t, velocity_m_s=np.full((7, 3), 7000.0)), "X").segments[1]
    assert segment.epochs_ns[1] == START + 100_250_000 * US
    # -0.37 us at 7 km/s along each axis is -2.59 mm; float64 holds 1e-9 m there
    np.testing.assert_allclose(segment.position_m[1] - arcs().position_m[4], -7000.0 * 3.7e-7, atol=1e-8)


@pytest.mark.parametrize(("frame", "name"), [("gcrf", "GCRF"), ("teme", "TEME")])
def test_other_frames_and_their_covariance(frame: Any, name: str) -> None:
    root = np.random.default_rng(3).normal(size=(7, 6, 6))
    one = arcs(covariance=root @ np.swapaxes(root, -1, -2))
    message = oem_of(one, "X", frame)
    segment = message.segments[0]
    assert segment.frame == name
    r, v = in_frame(one.position_m, one.velocity_m_s, one.epochs_ns, frame)
    np.testing.assert_allclose(segment.position_m, r[:4], atol=1e-9)
    # A small displacement d of the state is turned like the state: its covariance d d^T must become that of the
    # displaced state. float64 holds 7000 km to 1e-9 m, and displacements are of 1 m: 1e-8 of the product.
    shift = root[0, :, 0] * 100.0
    moved = np.concatenate(
        in_frame(one.position_m[:1] + shift[:3], one.velocity_m_s[:1] + shift[3:], one.epochs_ns[:1], frame), axis=-1
    )[0] - np.concatenate([r[0], v[0]])
    pencil = oem_of(arcs(covariance=np.tile(np.outer(shift, shift), (7, 1, 1))), "X", frame)
    np.testing.assert_allclose(pencil.segments[0].covariances[0].matrix, np.outer(moved, moved), rtol=1e-5, atol=1e-4)
    back = read_oem(write_oem(message))
    for found, given_ in zip(back.segments[0].covariances, segment.covariances, strict=True):
        assert found.frame is None
        np.testing.assert_allclose(found.matrix, given_.matrix, rtol=1e-12)  # 13 digits are written


epochs = st.integers(parse_utc("1972-07-01T00:00:00Z") // US, parse_utc("2100-01-01T00:00:00Z") // US)
texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30).map(str.upper)
numbers = st.floats(-1e8, 1e8)


@st.composite
def segments(draw: st.DrawFn, name: str, number: str, start: int) -> Segment:
    steps = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=5))
    times = start + np.cumsum([0, *steps])
    count = len(times)

    def vectors() -> Any:
        return np.array(draw(st.lists(st.tuples(numbers, numbers, numbers), min_size=count, max_size=count)))

    span = (int(times[0]) * US, int(times[-1]) * US)
    covariances: tuple[Covariance, ...] = ()
    if draw(st.booleans()):
        root = np.array(draw(st.lists(st.floats(-1e3, 1e3), min_size=36, max_size=36))).reshape(6, 6)
        covariances = (Covariance(span[0], draw(st.sampled_from([None, "RSW"])), root @ root.T),)
    return Segment(
        object_name=name, object_id=number, center="EARTH", frame=draw(st.sampled_from(["ITRF2000", "GCRF", "TEME"])),
        epochs_ns=times * US, position_m=vectors(), velocity_m_s=vectors(), span_ns=span,
        useable_ns=draw(st.sampled_from([None, span])),
        interpolation=draw(st.sampled_from([None, ("LAGRANGE", 7), ("LINEAR", 1)])), covariances=covariances,
        comments=tuple(draw(st.lists(texts, max_size=2))),
        acceleration_m_s2=vectors() if draw(st.booleans()) else None,
        frame_epoch_ns=draw(st.sampled_from([None, START])),
    )  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Oem:
    name, number, start = draw(texts), draw(texts), draw(epochs)
    found = [draw(segments(name, number, start))]
    if draw(st.booleans()):
        found.append(draw(segments(name, number, found[0].span_ns[1] // US)))
    newer = draw(st.booleans())
    return Oem(
        creation_ns=draw(epochs) * US, originator=draw(texts), segments=tuple(found),
        version="3.0" if newer else "2.0", comments=tuple(draw(st.lists(texts, max_size=2))),
        classification=draw(texts) if newer else None, message_id=draw(texts) if newer else None,
    )  # fmt: skip


@given(messages())
def test_what_is_written_is_read(message: Oem) -> None:
    back = read_oem(write_oem(message))
    for field in ("creation_ns", "originator", "version", "comments", "classification", "message_id"):
        assert getattr(back, field) == getattr(message, field)
    for found, one in zip(back.segments, message.segments, strict=True):
        exact = ("object_name", "object_id", "center", "frame", "span_ns", "useable_ns", "interpolation", "comments")
        for field in (*exact, "frame_epoch_ns"):
            assert getattr(found, field) == getattr(one, field)
        np.testing.assert_array_equal(found.epochs_ns, one.epochs_ns)
        np.testing.assert_allclose(found.position_m, one.position_m, atol=POSITION_M)
        np.testing.assert_allclose(found.velocity_m_s, one.velocity_m_s, atol=VELOCITY_M_S)
        assert (found.acceleration_m_s2 is None) == (one.acceleration_m_s2 is None)
        assert len(found.covariances) == len(one.covariances)
        for c, d in zip(found.covariances, one.covariances, strict=True):
            assert (c.epoch_ns, c.frame) == (d.epoch_ns, d.frame)
            # 13 digits are written; below 1e-290 float64 has fewer
            np.testing.assert_allclose(c.matrix, d.matrix, rtol=1e-12, atol=1e-290)
    assert write_oem(back) == write_oem(message)


@given(st.binary(max_size=300))
def test_bytes_are_refused_with_a_line(data: bytes) -> None:
    with pytest.raises(OemError, match=r"^OEM: line \d+: "):
        read_oem(data)


def read_or_refused(data: bytes) -> None:
    """Read; anything but a message or the one error with its line fails the test."""
    refused = ""
    try:
        read_oem(data)
    except OemError as error:
        refused = str(error)
    assert not refused or re.match(r"OEM: line \d+: ", refused)


@given(st.integers(0, len(LINES) - 1), st.one_of(st.none(), st.text(max_size=60), st.sampled_from(LINES)))
def test_a_changed_line_is_read_or_refused_with_a_line(row: int, instead: str | None) -> None:
    changed = [*LINES[:row], *([] if instead is None else [instead]), *LINES[row + 1 :]]
    read_or_refused("\n".join(changed).encode())


@given(st.integers(0, len(TEXT) - 1), st.binary(min_size=1, max_size=3))
def test_changed_signs_are_read_or_refused_with_a_line(at: int, instead: bytes) -> None:
    data = TEXT.encode()
    read_or_refused(data[:at] + instead + data[at + len(instead) :])


STATE = line("2017-")


@pytest.mark.parametrize(
    ("old", "new", "at", "named"),
    [
        ("CCSDS_OEM_VERS = 2.0", "CCSDS_OEM_VERS = 4.0", 1, "2.0 and 3.0 are"),
        ("CCSDS_OEM_VERS = 2.0", "CCSDS_OPM_VERS = 2.0", 1, "begins with CCSDS_OEM_VERS"),
        ("ORIGINATOR = LAUNCHWATCH\n", "", line("ORIGINATOR") - 1, "ORIGINATOR is missing"),
        ("ORIGINATOR = LAUNCHWATCH", "ORIGINATOR = X\nMESSAGE_ID = 7", line("ORIGINATOR") + 1, "came with version 3.0"),
        ("ORIGINATOR =", "ORIGINATOR", line("ORIGINATOR"), "is not KEYWORD = value"),
        ("CENTER_NAME", "CENTRE_NAME", line("CENTER_NAME"), "keyword CENTRE_NAME is unknown"),
        ("TIME_SYSTEM = UTC", "OBJECT_ID = 1", line("TIME_SYSTEM"), "twice or too late"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = TDB", line("TIME_SYSTEM"), "convert the message to UTC"),
        ("START_TIME = 2017-11-28", "START_TIME = 2018-11-28", line("START_TIME"), "lies after STOP_TIME"),
        ("_STOP_TIME = 2017-11", "_STOP_TIME = 2017-13", line("USEABLE_STOP_TIME"), "no such day"),
        ("DEGREE = 3", "DEGREE = 0", line("INTERPOLATION_DEGREE"), "whole number from 1 to 99"),
        ("= HERMITE", "= CUBIC", line("INTERPOLATION"), "LINEAR, HERMITE, LAGRANGE"),
        (LINES[STATE], LINES[STATE].replace("18:17:07", "18:17:00").replace(".5", ".0"), STATE + 1, "is not later"),
        (LINES[STATE], LINES[STATE].replace("18:17:07", "18:27:07"), STATE + 1, "outside START_TIME"),
        (LINES[STATE], LINES[STATE].rpartition(" ")[0], STATE + 1, "5 numbers after the epoch"),
        (LINES[STATE], LINES[STATE] + "e999", STATE + 1, "is no number"),
        (LINES[STATE], LINES[STATE] + "\t", STATE + 1, "not printable ASCII"),
        (LINES[STATE], LINES[STATE] + " " * 300, STATE + 1, "a line has at most 254"),
        (LINES[STATE], "COMMENT late", STATE + 1, "1 numbers after the epoch"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(old: str, new: str, at: int, named: str) -> None:
    changed = TEXT.replace(old, new, 1)
    assert changed != TEXT
    with pytest.raises(OemError, match=rf"^ship\.oem: line {at}: .*{named}"):
        read_oem(changed.encode(), "ship.oem")


def test_day_of_year_and_a_z_are_read() -> None:
    plain = read_oem(TEXT.encode())
    other = read_oem(TEXT.replace("2017-11-28T", "2017-332T").replace("CREATION_DATE = ", "CREATION_DATE =").encode())
    assert other.segments[1].epochs_ns.tolist() == plain.segments[1].epochs_ns.tolist()
    assert other.creation_ns == plain.creation_ns
    with pytest.raises(OemError, match="no such day"):
        read_oem(TEXT.replace("2017-11-28T", "2017-366T").encode())


def test_a_message_holds_one_object() -> None:
    first, second = oem_of(arcs(), "X").segments
    with pytest.raises(OemError, match="holds one object"):
        write_oem(Oem(START, "X", (first, replace(second, object_id="other"))))
    with pytest.raises(OemError, match="other follows rocket-1"):
        read_oem(TEXT[::-1].replace("1-tekcor = DI_TCEJBO", "rehto = DI_TCEJBO", 1)[::-1].encode())
    with pytest.raises(OemError, match="has none"):
        write_oem(Oem(START, "X", ()))


def test_segments_that_overlap_are_refused() -> None:
    first, second = oem_of(arcs(), "X").segments
    late = START + int(KINK_S) * NS - NS
    early = replace(second, span_ns=(late, second.span_ns[1]), useable_ns=(late, second.span_ns[1]))
    with pytest.raises(OemError, match="overlaps that of the segment before"):
        read_oem(write_oem(Oem(START, "X", (first, early))))
