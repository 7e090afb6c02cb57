"""Blocks of rows say of every line what the reader of single lines says."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.formats import observation_rows
from launchwatch.formats.observation_rows import INFRARED, LOOK, RADAR, UNSTAMPED, Block, Names, read_blocks
from launchwatch.formats.observations import (
    Infrared,
    Look,
    Radar,
    Record,
    field_of,
    read_observations,
    row_of,
    write_observations,
)
from unit.formats.test_observations import INFRARED as INFRARED_LINE
from unit.formats.test_observations import LOOK as LOOK_LINE
from unit.formats.test_observations import RADAR as RADAR_LINE
from unit.formats.test_observations import ROWS, infrared, line, look, radar, text_file


def blocks(path: Path) -> tuple[list[Block], Names]:
    names = Names()
    return list(read_blocks(path, names)), names


def same(record: Record, row: np.void, names: Names, fields: dict[int, Any]) -> None:
    """A row holds what the record does."""
    assert row["sensor"] == names[record.sensor]
    assert (row["sequence"], row["time_ns"]) == (record.sequence, record.time_ns)
    assert row["received_ns"] == (UNSTAMPED if record.received_ns is None else record.received_ns)
    value = row["value"]
    if isinstance(record, Infrared):
        assert row["kind"] == INFRARED
        assert tuple(value[:3]) == record.sensor_position_m
        assert tuple(value[3:6]) == record.line_of_sight
        if record.sigma_urad is not None:
            assert value[6] == record.sigma_urad
        assert (value[7], *value[8:10], value[10]) == (record.irradiance_w_m2, *record.band_um, record.snr)
    elif isinstance(record, Radar):
        assert row["kind"] == RADAR
        assert tuple(value[:5]) == (*msgspec.structs.astuple(record.site), record.range_m, record.azimuth_deg)
        assert np.isnan(value[5]) if record.elevation_deg is None else value[5] == record.elevation_deg
        assert np.isnan(value[8]) if record.elevation_deg is None else value[8] == record.sigma_elevation_deg
        assert (value[6], value[7], value[9]) == (record.sigma_range_m, record.sigma_azimuth_deg, record.snr_db)
    else:
        assert row["kind"] == LOOK
        assert tuple(value[:2]) == (record.false_alarm_density, record.detections)
        assert fields[int(row["line"])] == field_of(record)


RECORDS = st.lists(infrared() | radar() | look(), min_size=1, max_size=8)


@pytest.mark.parametrize("ending", [".ndjson", ".parquet", ".arrow"])
@settings(max_examples=30)
@given(records=st.lists(infrared(st.floats(-90, 90)) | radar() | look(), min_size=1, max_size=8))
def test_rows_hold_what_records_hold(
    tmp_path_factory: pytest.TempPathFactory, ending: str, records: list[Record]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"rows{ending}"
    write_observations(records, path)
    found, names = blocks(path)
    assert [block.rejects for block in found] == [[]] * len(found)
    rows = np.concatenate([block.rows for block in found])
    fields = {k: v for block in found for k, v in block.fields.items()}
    assert rows["line"].tolist() == list(range(1, len(records) + 1))
    for record, row in zip(records, rows, strict=True):
        same(record, row, names, fields)
    extra = {key for record in records for key in record.extra}
    assert set().union(*(block.unknown for block in found)) == extra


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, max(len(content) - 1, 0)))
    return content[:at] + draw(st.binary(max_size=3)) + content[at + draw(st.integers(0, 3)) :]


@st.composite
def lines(draw: st.DrawFn) -> list[bytes]:
    found = []
    for row in draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=8)):
        content = msgspec.json.encode(row)
        if draw(st.booleans()):
            content = damaged(draw, content)
        elif draw(st.booleans()):
            key = draw(st.sampled_from(sorted(row)))
            value = st.none() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5)
            content = msgspec.json.encode(row | {key: draw(value)})
        found.append(content.replace(b"\n", b" "))
    return found


@settings(max_examples=300)
@given(lines())
def test_damage_is_told_as_by_the_reader_of_lines(tmp_path_factory: pytest.TempPathFactory, some: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.ndjson"
    path.write_bytes(b"\n".join(some) + b"\n")
    one_by_one = [read_one(tmp_path_factory, content) for content in some]
    found, names = blocks(path)
    rejects = {number: reason for block in found for number, reason in block.rejects}
    rows = {int(row["line"]): row for block in found for row in block.rows}
    fields = {k: v for block in found for k, v in block.fields.items()}
    for number, (record, reason) in enumerate(one_by_one, start=1):
        assert rejects.get(number) == reason
        assert (number in rows) == (record is not None)
        if record is not None and not getattr(record, "covariance", None):
            same(record, rows[number], names, fields)


def read_one(factory: pytest.TempPathFactory, content: bytes) -> tuple[Record | None, str | None]:
    path = factory.getbasetemp() / "one.ndjson"
    path.write_bytes(content + b"\n")
    found = read_observations(path)
    if found.rejects:
        return None, found.rejects[0].removeprefix(f"{path}:1: ")
    return (found.records[0], None) if found.records else (None, None)


def test_covariances_become_standard_deviations(tmp_path: Path) -> None:
    plain = {k: v for k, v in INFRARED_LINE.items() if k != "sigma_urad"} | {"covariance": [[4.0, 1.0], [1.0, 12.0]]}
    radar = {k: v for k, v in RADAR_LINE.items() if not k.startswith("sigma_")}
    radar |= {"covariance": np.diag([900.0, 0.01, 0.04]).tolist()}
    (block,), _ = blocks(text_file(tmp_path, line(plain), line(radar)))
    assert block.rejects == []
    assert block.rows["value"][0, 6] == pytest.approx(np.sqrt(8.0))  # the mean of both axes
    assert block.rows["value"][1, 6:9] == pytest.approx([30.0, 0.1, 0.2])


def test_a_look_says_when_it_ends(tmp_path: Path) -> None:
    said = LOOK_LINE | {"field": {"until": "2017-11-28T18:19:00Z", "period_s": 10.0, "rows": 3}}
    (block,), _ = blocks(text_file(tmp_path, line(said)))
    assert int(block.rows["until_ns"][0] - block.rows["time_ns"][0]) == 10_000_000_000
    assert block.fields[1].period_s == 10.0


def test_blocks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines keep their numbers wherever a block ends, blank lines and lines without an end counted."""
    content = [line(INFRARED_LINE | {"sequence": k}) for k in range(40)]
    content[7:7] = [b"\n", b"  \n", b"{broken\n", line(LOOK_LINE | {"colour": 1})]
    path = text_file(tmp_path, *content)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    whole, _ = blocks(path)
    for size in (200, 333, 1000):
        monkeypatch.setattr(observation_rows, "_BLOCK", size)
        parts, _ = blocks(path)
        assert len(parts) > 5
        for column in ("line", "sequence"):
            there = [np.concatenate([b.rows[column] for b in some]).tolist() for some in (parts, whole)]
            assert there[0] == there[1]
        assert [r for b in parts for r in b.rejects] == whole[0].rejects
        assert sum(b.lines for b in parts) == sum(b.lines for b in whole) == 42
        assert set().union(*(b.unknown for b in parts)) == {"colour"}
    assert whole[0].rejects[0][0] == 10


def test_a_line_without_an_end_is_one_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation_rows, "_BLOCK", 1000)
    monkeypatch.setattr(observation_rows, "_LONGEST_LINE", 5000)
    path = text_file(tmp_path, line(INFRARED_LINE), b"x" * 20_000 + b"\n", line(LOOK_LINE), b"y" * 20_000)
    found, _ = blocks(path)
    assert [number for b in found for number, _ in b.rejects] == [2, 4]
    assert [int(n) for b in found for n in b.rows["line"]] == [1, 3]
    assert sum(b.lines for b in found) == 4


def test_purposes_are_told_with_their_first_lines(tmp_path: Path) -> None:
    (block,), _ = blocks(text_file(tmp_path, line(LOOK_LINE), line(LOOK_LINE | {"purpose": "exercise"})))
    assert block.purposes == {"test": 1, "exercise": 2}
    assert isinstance(read_observations(text_file(tmp_path, line(LOOK_LINE))).records[0], Look)
    assert row_of(read_observations(text_file(tmp_path, line(LOOK_LINE))).records[0])["type"] == "look"
