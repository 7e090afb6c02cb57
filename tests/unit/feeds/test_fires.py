"""Hot spots: what stands in the file is what comes out, and what is wrong is named by line and column."""

import gzip
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.feeds.fires import HotSpots, read_fires
from launchwatch.feeds.tables import FeedError

HEAD = "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight"
LINE = "-41.12043,147.76398,303.04,1.12,1.05,2023-03-10,0007,T,55,6.1NRT,290.77,5.87,D"


def _read(folder: Path, *lines: str) -> HotSpots:
    path = folder / "hot.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_fires(path)


def test_values_come_out_in_si_units(tmp_path):
    found = _read(tmp_path, HEAD, LINE)
    assert found.time_ns.tolist() == [parse_utc("2023-03-10T00:07:00Z")]
    assert (found.lat_deg[0], found.lon_deg[0]) == (-41.12043, 147.76398)
    assert found.power_w[0] == pytest.approx(5.87e6, rel=1e-15)  # one rounding of the product


def test_gzip_and_plain_say_the_same(tmp_path):
    plain = _read(tmp_path, HEAD, LINE, LINE.replace("5.87", "6.5"))
    packed = tmp_path / "hot.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "hot.csv").read_bytes()))
    for name in ("time_ns", "lat_deg", "lon_deg", "power_w", "confidence"):
        np.testing.assert_array_equal(getattr(read_fires(packed), name), getattr(plain, name))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-41.12043", "-91", "hot.csv:3: latitude is '-91'; write a number from -90 to 90"),
        ("147.76398", "nan", "hot.csv:3: longitude is 'nan'; write a number from -180 to 180"),
        ("5.87", "-1", "hot.csv:3: frp is '-1'; write a number from 0 to 100000"),
        (",55,", ",high,", "hot.csv:3: confidence is 'high'; write a number from 0 to 100"),
        ("0007", "2407", "hot.csv:3: acq_time is '2407'; write hours and minutes as HHMM"),
        ("2023-03-10", "2023-02-30", "hot.csv:3: acq_date is '2023-02-30'; "),
        (",D", "", "hot.csv:3: 12 values; the first line names 13 columns"),
    ],
)
def test_faults_are_named(tmp_path, old, new, message):
    with pytest.raises(FeedError) as caught:
        _read(tmp_path, HEAD, LINE, LINE.replace(old, new))
    assert str(caught.value).startswith(message)


def test_a_table_without_power_is_no_table_of_fires(tmp_path):
    with pytest.raises(FeedError, match=r"hot.csv:1: the column 'frp' is not there once"):
        _read(tmp_path, HEAD.replace("frp", "power"), LINE)


def test_a_cut_gzip_is_refused(tmp_path):
    path = tmp_path / "hot.csv.gz"
    path.write_bytes(gzip.compress(f"{HEAD}\n{LINE}\n".encode())[:-9])
    with pytest.raises(FeedError, match=r"hot.csv.gz: gzip: "):
        read_fires(path)


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda t: f"{HEAD}\n{LINE}\n{t}".encode()))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any-fires"
    path.write_bytes(data)
    found = None
    with suppress(FeedError):
        found = read_fires(path)
    if found is not None:
        assert np.isfinite(found.power_w).all()


def test_the_real_day(data_folder):
    """13,423 rows, as `wc -l` counts them without the head; the largest power of the record lies below 10 GW."""
    found = read_fires(data_folder / "firms_modis" / "MODIS_C6_1_Global_24h_2025-11-23.csv.gz")
    assert len(found.time_ns) == 13_423
    assert 0.0 <= found.power_w.min() < found.power_w.max() < 1e10
