"""`launchwatch detect`: streams of scenes to observation lines."""

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from abi_file import NAME, write_abi

from launchwatch.assembly.detect import detect
from launchwatch.core.epochs import parse_utc
from launchwatch.formats.observations import Infrared, Look, ObservationError, read_observations

STARTS = ("0316182", "0321182", "0331182")


def stream(folder: Path) -> list[Path]:
    """Three scenes: a source that stays, one that shines once, and a third place empty throughout."""
    paths = []
    for k, start in enumerate(STARTS):
        frame = 0.55 + 0.004 * np.random.Generator(np.random.Philox(key=k)).standard_normal((60, 80))
        frame[20, 30] += 0.5
        if k == 1:
            frame[40, 60] += 0.8
        utc = f"2020-01-04T{start[:2]}:{start[2:4]}:{start[4:6]}.2Z"
        end = f"2020-01-04T{start[:2]}:{start[2:4]}:{int(start[4:6]) + 5}.2Z"
        paths.append(
            write_abi(folder, frame, times=(utc, end), name=NAME.replace("s20200040316182", f"s2020004{start}"))
        )
    return paths


def test_a_stream_as_observation_lines(tmp_path: Path) -> None:
    out = tmp_path / "spots.ndjson"
    document = detect(stream(tmp_path)[::-1], out, "exercise")
    found = read_observations(out)
    assert (found.purpose, found.rejects) == ("exercise", ())
    looks = [record for record in found.records if isinstance(record, Look)]
    spots = [record for record in found.records if isinstance(record, Infrared)]
    assert [look.detections for look in looks] == [1, 2, 1]
    assert [scene["hot_spots"] for scene in document["scenes"]] == [1, 2, 1]
    assert looks[0].time_ns == parse_utc("2020-01-04T03:16:18.2Z")
    assert len({(record.sensor, record.sequence) for record in found.records}) == len(found.records)
    assert {record.sensor for record in found.records} == {"g16-abi-m1"}
    assert {record.origin for record in found.records} == {"recorded"}
    for spot in spots:
        assert {"lat_deg", "lon_deg", "brightness_temperature_k", "contrast_sigma"} <= spot.extra.keys()
        assert spot.band_um == (3.8, 4.0)
    assert all(record.sequence < 2**53 for record in found.records)  # whole in JSON for everybody


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    paths = stream(tmp_path)
    for name in ("one.ndjson", "two.ndjson", "one.parquet"):
        detect(paths, tmp_path / name)
    assert (tmp_path / "one.ndjson").read_bytes() == (tmp_path / "two.ndjson").read_bytes()
    assert read_observations(tmp_path / "one.parquet") == read_observations(tmp_path / "one.ndjson")


def test_a_place_that_shines_again_ten_minutes_later_is_persistent(tmp_path: Path) -> None:
    paths, known = stream(tmp_path), tmp_path / "map.json"
    document = detect(paths, persistent=known)
    assert [scene["persistent"] for scene in document["scenes"]] == [0, 0, 1]
    assert [spot["persistent"] for spot in document["hot_spots"]] == [False, False, False, True]
    # with the map of this run the earlier scenes are known to hold one too
    again = detect(paths[:1], persistent=known)
    assert [scene["persistent"] for scene in again["scenes"]] == [1]


def test_what_cannot_be_used(tmp_path: Path) -> None:
    paths = stream(tmp_path)[:1]
    with pytest.raises(ObservationError, match="--purpose fun"):
        detect(paths, purpose="fun")
    with pytest.raises(ObservationError, match="--out"):
        detect(paths, tmp_path / "spots.csv")


def launchwatch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    code = "from launchwatch.cli.main import main; main()"
    words = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_command(tmp_path: Path) -> None:
    paths = stream(tmp_path)
    ran = launchwatch("detect", *paths, "--out", tmp_path / "spots.ndjson", "--json", "--purpose", "exercise")
    assert ran.returncode == 0, ran.stderr
    document = msgspec.json.decode(ran.stdout)
    assert document["schema"] == "launchwatch/detect/1"
    assert len(document["hot_spots"]) == 4
    text = launchwatch("detect", *paths)
    assert "2 hot spots in 4,800 pixels" in text.stdout
    assert launchwatch("detect", paths[0], "--quiet").stdout == ""
    broken = tmp_path / paths[0].name.replace("M1", "M2")
    broken.write_bytes(paths[0].read_bytes()[:3000])
    refused = launchwatch("detect", broken)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"launchwatch: {broken}: is damaged or truncated")
    assert refused.stderr.count("\n") == 1
    missing = launchwatch("detect", tmp_path / NAME.format(scene="F", band=7, platform="G16"))
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
