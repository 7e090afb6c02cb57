"""Element sets: read strictly, refused with file and line."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import format_utc
from launchwatch.formats.tle import ElementsError, parse_elements, read_elements


def summed(line: str) -> str:
    """The line with its checksum."""
    return line + str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10)


FIRST = summed("1 25544U 98067A   26200.50000000  .00012345  00000-0  22222-3 0  999")
SECOND = summed("2 25544  51.6400 100.0000 0005000  90.0000 270.0000 15.50000000 1234")


def test_fields_of_a_set() -> None:
    sets = parse_elements(f"0 ISS\r\n{FIRST}\r\n{SECOND}\r\n".encode())
    assert sets.name == ("ISS",)
    assert format_utc(int(sets.epoch_ns[0]), 0) == "2026-07-19T12:00:00Z"  # day 200 of 2026
    found = [
        sets.norad_id, sets.inclination_deg, sets.raan_deg, sets.eccentricity, sets.argument_of_perigee_deg,
        sets.mean_anomaly_deg, sets.mean_motion_rev_day, sets.mean_motion_rate_rev_day2, sets.bstar,
    ]  # fmt: skip
    expected = [25544, 51.64, 100.0, 5e-4, 90.0, 270.0, 15.5, 1.2345e-4, 2.2222e-4]
    np.testing.assert_allclose([column[0] for column in found], expected, rtol=1e-12)  # decimals read as doubles


def test_names_are_optional_and_packed_files_read_as_plain_ones() -> None:
    plain = f"{FIRST}\n{SECOND}\nNAME WITHOUT NUMBER\n{FIRST}\n{SECOND}\n".encode()
    assert parse_elements(plain).name == ("", "NAME WITHOUT NUMBER")
    assert parse_elements(gzip.compress(plain)).name == ("", "NAME WITHOUT NUMBER")


@given(
    number=st.integers(1, 339_999),
    angles=st.tuples(*[st.integers(0, 3_600_000)] * 3),
    inclination=st.integers(0, 1_800_000),
    eccentricity=st.integers(0, 9_999_999),
    motion=st.integers(1, 1_799_999_999),
    drag=st.tuples(st.sampled_from(" -"), st.integers(0, 99_999), st.integers(0, 9)),
)
def test_what_was_written_is_read(
    number: int,
    angles: tuple[int, int, int],
    inclination: int,
    eccentricity: int,
    motion: int,
    drag: tuple[str, int, int],
) -> None:
    high, low = divmod(number, 10_000)
    name = f"{number:05d}" if number < 100_000 else "ABCDEFGHJKLMNPQRSTUVWXYZ"[high - 10] + f"{low:04d}"
    node, argument, anomaly = (a / 1e4 for a in angles)
    first = summed(f"1 {name}U 98067A   26200.50000000  .00012345  00000-0 {drag[0]}{drag[1]:05d}-{drag[2]} 0  999")
    second = summed(
        f"2 {name} {inclination / 1e4:8.4f} {node:8.4f} {eccentricity:07d} {argument:8.4f} {anomaly:8.4f} "
        f"{motion / 1e8:11.8f} 1234"
    )
    sets = parse_elements(f"{first}\n{second}\n".encode())
    assert sets.norad_id[0] == number
    sign = -1.0 if drag[0] == "-" else 1.0
    read = [sets.inclination_deg, sets.raan_deg, sets.eccentricity, sets.mean_motion_rev_day, sets.bstar]
    wrote = [inclination / 1e4, node, eccentricity / 1e7, motion / 1e8, sign * drag[1] * 1e-5 * 10.0 ** -drag[2]]
    np.testing.assert_allclose([column[0] for column in read], wrote, rtol=1e-14, atol=0.0)  # a rounding each


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{FIRST[:-1]}0\n{SECOND}\n", f"e.tle:1: checksum is 0, the line sums to {FIRST[-1]}; fetch the file again"),
        (f"{FIRST}\n{SECOND[:-1]}\n", "e.tle:2: line 2 of a set has 69 columns, this one 68; fetch the file again"),
        (f"{SECOND}\n", "e.tle:1: line 2 without its line 1; put both, or remove it"),
        (f"NAME\nNAME\n{FIRST}\n", "e.tle:2: 'NAME' follows a name; line 1 of its elements must follow"),
        (f"{FIRST}\n", "e.tle:1: the file ends within a set; give all its lines, or remove it"),
        ("", "e.tle: holds no element sets; give a file of two-line elements"),
        ("\x00\x01", "e.tle:1: a sign that is not printable ASCII; is this a file of elements?"),
        (
            f"{FIRST}\n{summed(SECOND[:-1].replace('25544', '25545'))}\n",
            "e.tle:2: line 2 is of object 25545, line 1 of 25544; put lines of one object",
        ),
        (
            f"{FIRST}\n{summed(SECOND[:-1].replace(' 51.6400', '181.0000'))}\n",
            "e.tle:2: inclination is 181 degrees; it must not exceed 180",
        ),
        (
            f"{summed(FIRST[:-1].replace('26200', '26366'))}\n{SECOND}\n",
            "e.tle:2: 2026 has no day 366; days count from 1",
        ),
        (
            f"{FIRST}\n{summed(SECOND[:-1].replace('0005000', '00050 0'))}\n",
            "e.tle:2: columns 27 on: '00050 0 ' is no eccentricity; give line 2 of a set there",
        ),
    ],
)
def test_errors_name_the_line_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(ElementsError) as error:
        parse_elements(text.encode(), "e.tle")
    assert str(error.value) == message


@given(st.data())
def test_damaged_bytes_are_refused_or_read_but_never_more(data: st.DataObject) -> None:
    good = f"0 ISS\n{FIRST}\n{SECOND}\n".encode()
    good = gzip.compress(good, mtime=0) if data.draw(st.booleans()) else good
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    try:
        assert len(parse_elements(bad)) == 1
    except ElementsError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_catalogues_of_two_days(data_folder: Path) -> None:
    for name, count in (("active_2026-07-08", 15_932), ("active_2026-08-22", 16_069)):
        assert len(read_elements(data_folder / "tle_catalogue" / f"{name}.tle.gz")) == count
    assert read_elements(data_folder / "tle_other" / "extra_alpha5.tle").norad_id.tolist() == [100_080]
    decaying = read_elements(data_folder / "tle_reentries" / "decaying_objects.3le")
    assert (len(decaying), len(np.unique(decaying.norad_id))) == (2981, 104)  # as its provenance says
