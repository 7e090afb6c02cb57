"""The table of fireballs: signs of hemispheres, empty cells, and faults by line and column."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.feeds.fireballs import COLUMNS, Fireballs, read_fireballs
from launchwatch.feeds.tables import FeedError

HEAD = ",".join(COLUMNS)
LINE = "2025-02-06 17:52:54,1.7S,130.0E,36.2,17.4,3.4,-16.2,-5.5,2.0e10,0.073"
BARE = "1993-11-29 17:48:41,,,,,,,,2.6e10,0.092"


def _read(folder: Path, *lines: str) -> Fireballs:
    path = folder / "balls.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_fireballs(path)


def test_values_come_out_in_si_units(tmp_path):
    found = _read(tmp_path, HEAD, LINE, BARE)
    assert found.time_ns.tolist() == [parse_utc("2025-02-06T17:52:54Z"), parse_utc("1993-11-29T17:48:41Z")]
    assert (found.lat_deg[0], found.lon_deg[0], found.altitude_m[0]) == (-1.7, 130.0, 36.2e3)
    np.testing.assert_allclose(found.velocity_m_s[0], [3.4e3, -16.2e3, -5.5e3], rtol=1e-15)  # one rounding
    assert found.radiated_j.tolist() == [2.0e10, 2.6e10]
    assert np.isnan([found.lat_deg[1], found.lon_deg[1], found.altitude_m[1], *found.velocity_m_s[1]]).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1.7S", "1.7E", "balls.csv:2: Latitude (deg.) is '1.7E'; write degrees up to 90 and the letter N or S"),
        ("130.0E", "190E", "balls.csv:2: Longitude (deg.) is '190E'; write degrees up to 180 and the letter E or W"),
        ("1.7S", "", "balls.csv:2: Latitude (deg.) and Longitude (deg.) go together; give both or none"),
        ("-16.2", "", "balls.csv:2: Velocity (km/s) and vx, vy, vz go together; give all four or none"),
        ("2.0e10", "lots", "balls.csv:2: Total Radiated Energy (J) is 'lots'; write a number from 0 to 1e+20"),
        ("17:52:54", "17:52", "balls.csv:2: Peak Brightness Date/Time (UT) is '2025-02-06 17:52'; "),
    ],
)
def test_faults_are_named(tmp_path, old, new, message):
    with pytest.raises(FeedError) as caught:
        _read(tmp_path, HEAD, LINE.replace(old, new))
    assert str(caught.value).startswith(message)


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda t: f"{HEAD}\n{LINE}\n{t}".encode()))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any-fireballs"
    path.write_bytes(data)
    found = None
    with suppress(FeedError):
        found = read_fireballs(path)
    if found is not None:
        assert np.isfinite(found.radiated_j).all()


def test_the_real_table(data_folder):
    """673 rows, 547 with a place; speeds are those of bodies from the solar system: 9 to 73 km/s.

    The least speed is a little below that of escape (11.2 km/s), for the air had slowed them.
    """
    found = read_fireballs(data_folder / "cneos_fireballs" / "cneos_fireballs_2025-02.csv")
    speed = np.linalg.norm(found.velocity_m_s, axis=1)
    assert (len(found.time_ns), int(np.isfinite(found.lat_deg).sum())) == (673, 547)
    assert np.nanmin(speed) > 9e3
    assert np.nanmax(speed) < 73e3
    chelyabinsk = np.flatnonzero(found.time_ns == parse_utc("2013-02-15T03:20:33Z"))
    assert found.radiated_j[chelyabinsk].tolist() == [3.75e14]  # Brown et al. (2013) give the same
