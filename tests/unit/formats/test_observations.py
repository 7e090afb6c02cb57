"""Observation files: what goes in comes out, and a bad line is refused alone."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.formats.observations import (
    Infrared,
    Look,
    ObservationError,
    Radar,
    Record,
    Site,
    read_observations,
    record_of,
    row_of,
    write_observations,
)

INFRARED: dict[str, Any] = {
    "type": "infrared", "sensor": "any-id", "sequence": 17, "time": "2017-11-28T18:18:40.250000Z", "purpose": "test",
    "origin": "recorded", "sensor_position_m": [42164e3, 0.0, 0.0], "line_of_sight": [-0.6, 0.8, 0.0],
    "sigma_urad": 30.0, "irradiance_w_m2": 1.2e-9, "band_um": [2.6, 2.9], "snr": 14.2,
}  # fmt: skip
RADAR: dict[str, Any] = {
    "type": "radar", "sensor": "r", "sequence": 3, "time": "2017-11-28T18:20:00Z", "purpose": "test",
    "origin": "simulated", "site": {"lat_deg": 54.4, "lon_deg": -0.7, "alt_m": 260.0}, "range_m": 2.1e6,
    "azimuth_deg": 12.3, "elevation_deg": 4.2, "sigma_range_m": 50.0, "sigma_azimuth_deg": 0.1,
    "sigma_elevation_deg": 0.1, "snr_db": 18.0,
}  # fmt: skip
LOOK: dict[str, Any] = {
    "type": "look", "sensor": "any-id", "sequence": 18, "time": "2017-11-28T18:18:50Z", "purpose": "test",
    "origin": "live", "field": {"rows": 3}, "false_alarm_density": 1e-6, "detections": 0,
}  # fmt: skip
ROWS = (INFRARED, RADAR, LOOK)


def line(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def text_file(folder: Path, *lines: bytes) -> Path:
    path = folder / "o.ndjson"
    path.write_bytes(b"".join(lines))
    return path


def test_the_lines_of_the_design_are_read(tmp_path: Path) -> None:
    found = read_observations(text_file(tmp_path, *(line(row) for row in ROWS)))
    assert [type(record) for record in found.records] == [Infrared, Radar, Look]
    assert (found.purpose, found.rejects, found.unknown) == ("test", (), ())
    assert found.records[0].time_ns == parse_utc("2017-11-28T18:18:40.25Z")


FINITE = st.floats(-1e7, 1e7)
LINE = {
    "sensor": st.text(min_size=1, max_size=8),
    "sequence": st.integers(0, 2**53),
    "time_ns": st.integers(0, 4 * 10**18),
    "purpose": st.just("exercise"),
    "origin": st.sampled_from(["live", "recorded", "simulated"]),
    "received_ns": st.none() | st.integers(0, 4 * 10**18),
}


NUMBERS, ANY = st.floats(-90, 90), st.floats(-90, 90) | st.text(max_size=5)


@st.composite
def infrared(draw: st.DrawFn, values: st.SearchStrategy[Any] = ANY) -> Infrared:
    angle = draw(st.floats(0.0, 6.3))
    spread = draw(st.sampled_from([(30.0, None), (None, ((4.0, 1.0), (1.0, 9.0)))]))
    return Infrared(
        **{key: draw(value) for key, value in LINE.items()},
        sensor_position_m=(7e6, draw(FINITE), draw(FINITE)),
        line_of_sight=(float(np.cos(angle)), float(np.sin(angle)), 0.0),
        irradiance_w_m2=draw(st.floats(0.0, 1.0)),
        band_um=(2.65, 2.95),
        snr=draw(st.floats(0.0, 1e6)),
        sigma_urad=spread[0],
        covariance=spread[1],
        extra=draw(st.dictionaries(st.sampled_from(["lat_deg", "note"]), values)),
    )


@st.composite
def radar(draw: st.DrawFn) -> Radar:
    elevation, rate = draw(st.none() | st.floats(-5.0, 90.0)), draw(st.none() | FINITE)
    return Radar(
        **{key: draw(value) for key, value in LINE.items()},
        site=Site(draw(st.floats(-90, 90)), draw(st.floats(-180, 180)), draw(st.floats(-400, 5000))),
        range_m=draw(st.floats(1.0, 1e8)),
        azimuth_deg=draw(st.floats(0.0, 360.0)),
        elevation_deg=elevation,
        snr_db=draw(st.floats(-300.0, 300.0)),
        range_rate_m_s=rate,
        sigma_range_m=50.0,
        sigma_azimuth_deg=0.1,
        sigma_elevation_deg=None if elevation is None else 0.2,
        sigma_range_rate_m_s=None if rate is None else 5.0,
        rcs_dbsm=draw(st.none() | FINITE),
    )


@st.composite
def look(draw: st.DrawFn) -> Look:
    return Look(
        **{key: draw(value) for key, value in LINE.items()},
        field={"x_rad": [0.1, 0.2]},
        false_alarm_density=draw(st.floats(0.0, 1.0)),
        detections=draw(st.integers(0, 1000)),
    )


RECORDS = st.lists(infrared() | radar() | look(), min_size=1, max_size=6)


@settings(max_examples=60)
@given(RECORDS)
def test_ndjson_there_and_back(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    path = tmp_path_factory.getbasetemp() / "there.ndjson"
    write_observations(records, path)
    found = read_observations(path)
    assert found.rejects == ()
    assert found.records == tuple(records)


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
@settings(max_examples=40)
@given(records=st.lists(infrared(NUMBERS) | radar() | look(), min_size=1, max_size=6))
def test_tables_there_and_back(tmp_path_factory: pytest.TempPathFactory, ending: str, records: list[Record]) -> None:
    path = tmp_path_factory.getbasetemp() / f"there{ending}"
    write_observations(records, path)
    found = read_observations(path)
    assert found.rejects == ()
    assert found.records == tuple(records)


@pytest.mark.parametrize(
    ("row", "change", "words"),
    [
        (INFRARED, {"type": "sonar"}, "type is 'sonar'"),
        (INFRARED, {"sensor": ""}, "sensor is empty"),
        (INFRARED, {"time": "2017-11-28 18:18"}, "no zone"),
        (INFRARED, {"time": None}, "time is 'None'"),
        (INFRARED, {"time": 17}, "time is '17'"),
        (INFRARED, {"received": "soon"}, "received"),
        (INFRARED, {"purpose": "fun"}, "purpose"),
        (INFRARED, {"origin": "rumour"}, "origin"),
        (INFRARED, {"sequence": "17"}, "sequence"),
        (INFRARED, {"line_of_sight": [1.0, 1.0, 0.0]}, "unit vector"),
        (INFRARED, {"line_of_sight": [1.0, 0.0]}, "line_of_sight"),
        (INFRARED, {"sensor_position_m": [42164.0, 0.0, 0.0]}, "ITRF in metres"),
        (INFRARED, {"band_um": [2.9, 2.6]}, "band_um"),
        (INFRARED, {"sigma_urad": 0.0}, "sigma_urad is 0.0"),
        (INFRARED, {"sigma_urad": None}, "sigma_urad is None"),
        (INFRARED, {"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "positive definite"),
        (INFRARED, {"covariance": [[1.0]]}, "2 by 2"),
        (INFRARED, {"irradiance_w_m2": -1.0}, "not negative"),
        (RADAR, {"range_m": 0.0}, "range_m"),
        (RADAR, {"elevation_deg": 99.0}, "elevation_deg"),
        (RADAR, {"range_rate_m_s": 4.0}, "sigma_range_rate_m_s is None"),
        (RADAR, {"site": {"lat_deg": 99.0, "lon_deg": 0.0, "alt_m": 0.0}}, "site"),
        (LOOK, {"detections": -1}, "not negative"),
        (LOOK, {"field": {"until": "2017-11-28T18:18:40Z"}}, "within 1200 s after time"),
        (LOOK, {"field": {"until": "later"}}, "until"),
        (LOOK, {"field": {"period_s": 0.0}}, "period_s"),
        (LOOK, {"field": {"looks": "many"}}, "looks"),
        (LOOK, {"field": {"bias_urad": -1.0}}, "bias_urad"),
        (LOOK, {"field": {"position_m": [1.0, 2.0, 3.0]}}, "ITRF in metres"),
        (LOOK, {"field": {"site": {"lat_deg": 99.0, "lon_deg": 0.0, "alt_m": 0.0}}}, "site"),
        (INFRARED, {"time": "1917-11-28T18:18:40Z"}, "1950 to 2099"),
        (INFRARED, {"sequence": 2**64}, "64 bits"),
        (INFRARED, {"snr": 1e12}, "snr"),
        (INFRARED, {"sigma_urad": 1e9}, "sigma_urad"),
        (INFRARED, {"covariance": [[1e20, 0.0], [0.0, 1.0]]}, "no sensor has"),
        (RADAR, {"range_m": 1e12}, "range_m"),
        (RADAR, {"snr_db": 4e3}, "snr_db"),
        (RADAR, {"site": {"lat_deg": 9.0, "lon_deg": 0.0, "alt_m": 1e7}}, "alt_m"),
    ],
)
def test_a_wrong_line_is_refused_alone(
    tmp_path: Path, row: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    path = text_file(tmp_path, line(LOOK), b"\n", line(row | change), line(INFRARED))
    found = read_observations(path)
    assert len(found.records) == 2
    assert len(found.rejects) == 1
    assert found.rejects[0].startswith(f"{path}:3: ")
    assert words in found.rejects[0]


@pytest.mark.parametrize("key", ["time", "sensor", "purpose", "line_of_sight", "snr"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    found = read_observations(text_file(tmp_path, line({k: v for k, v in INFRARED.items() if k != key})))
    assert key in found.rejects[0]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    wrong = line(INFRARED).replace(b"14.2", b"1e999")
    rejects = read_observations(text_file(tmp_path, wrong, b"{oops\n", b"[]\n", b"\xff\n")).rejects
    assert ["no JSON object" in reject for reject in rejects] == [True] * 4
    with pytest.raises(ValueError, match="snr is not finite"):
        record_of(INFRARED | {"snr": float("nan")})


def test_unknown_keys_are_kept_and_named_once(tmp_path: Path) -> None:
    found = read_observations(text_file(tmp_path, line(INFRARED | {"colour": "red"}), line(INFRARED | {"colour": 2})))
    assert found.unknown == ("colour",)
    assert [record.extra for record in found.records] == [{"colour": "red"}, {"colour": 2}]
    assert msgspec.json.decode(msgspec.json.encode(row_of(found.records[0]))) == INFRARED | {"colour": "red"}


def test_one_file_has_one_purpose(tmp_path: Path) -> None:
    path = text_file(tmp_path, line(INFRARED), line(LOOK | {"purpose": "exercise"}))
    with pytest.raises(ObservationError, match=r"o.ndjson:2: purpose exercise, .*o.ndjson:1 has test"):
        read_observations(path)
    with pytest.raises(ObservationError, match="several purposes"):
        write_observations([record_of(INFRARED), record_of(LOOK | {"purpose": "exercise"})], tmp_path / "x.ndjson")


def test_a_table_has_no_column_for_values_of_several_kinds(tmp_path: Path) -> None:
    records = [record_of(INFRARED | {"note": value}) for value in ("one", 2)]
    with pytest.raises(ObservationError, match="several kinds"):
        write_observations(records, tmp_path / "o.parquet")


def test_files_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match=r"\.ndjson or \.parquet"):
        read_observations(tmp_path / "o.csv")
    with pytest.raises(ObservationError, match=r"\.ndjson or \.parquet"):
        write_observations([], tmp_path / "o.csv")
    path = tmp_path / "o.parquet"
    path.write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(ObservationError, match="no Parquet file"):
        read_observations(path)
    with pytest.raises(OSError, match="No such file"):
        read_observations(tmp_path / "none.parquet")


@given(st.binary(max_size=200) | st.sampled_from([b"[" * 3000, b'{"a":' * 3000]))
def test_any_bytes_are_a_record_or_a_reason(content: bytes) -> None:
    try:
        record_of(content)
    except ValueError as error:
        reason = str(error)
    else:
        reason = "read"
    assert reason


@settings(max_examples=300)
@given(st.sampled_from(ROWS), st.data())
def test_any_value_of_a_key_is_a_record_or_a_reason(row: dict[str, Any], data: st.DataObject) -> None:
    values = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
    nested = values | st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=2)
    key = data.draw(st.sampled_from(sorted(row)))
    try:
        record = record_of(row | {key: data.draw(nested)})
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either way is right
    else:
        assert isinstance(record, Infrared | Radar | Look)
