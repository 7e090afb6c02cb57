"""Commands without a run: what they print, and nothing else on standard output with --json."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from launchwatch.cli.main import app


def asked(*arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_scenarios_as_json() -> None:
    rows = asked("scenarios")
    assert {"hwasong-15-2017", "joint-warning", "orbital-launch"} <= {row["id"] for row in rows}
    assert all(set(row) == {"id", "title", "partners", "launches", "sources"} for row in rows)
    assert all(row["sources"] for row in rows)


def test_catalogue_lists_its_kinds_and_shows_a_block_with_its_source() -> None:
    kinds = {row["kind"]: row["blocks"] for row in asked("catalog", "list")}
    assert kinds["boosters"] > 0
    block = asked("catalog", "show", "boosters", "hwasong-15")
    assert block["id"] == "hwasong-15"
    assert block["source"]


def test_check_reports_every_error_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "boosters.yaml").write_text("- {id: one}\n- {id: two}\n")
    done = CliRunner().invoke(app, ["catalog", "check", "--catalog", str(tmp_path), "--json"])
    assert done.exit_code == 2
    assert len(json.loads(done.stdout)["errors"]) == 2


def test_fly_gives_the_figures_of_the_interface() -> None:
    figures = asked("fly", "--booster", "minuteman-3", "--from", "48,-101", "--to", "42,93")
    assert {"flight_time_s", "burnout_s", "burnout_speed_m_s", "burnout_altitude_km", "apogee_km", "range_km"} <= set(
        figures
    )
    # The aim is to hit the point itself: 0.01 degree is a kilometre, the bound of the solver.
    assert figures["impact"]["lat_deg"] == pytest.approx(42.0, abs=0.01)
    assert figures["impact"]["lon_deg"] == pytest.approx(93.0, abs=0.01)


FLY = ["fly", "--booster", "minuteman-3", "--from", "48,-101", "--to", "42,93"]


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        (".parquet", b"PAR1"),
        (".oem", b"CCSDS_OEM_VERS = 2.0\n"),
        (".e", b"stk.v.11.0\n"),
        (".czml", b"["),
        (".kml", b"<?xml"),
    ],
)
def test_fly_writes_the_format_of_the_ending(tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"flight{ending}"
    done = CliRunner().invoke(app, [*FLY, "--out", str(file), "--quiet"], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (0, "")
    data = file.read_bytes()
    assert data.startswith(begins)
    # Lift-off is at J2000 in UTC where nothing else is said; STK writes it its own way, Parquet in the metadata
    assert (b"1 Jan 2000 12:00:00.0" if ending == ".e" else b"2000-01-01T12:00:00.0") in data


def test_fly_takes_a_time_and_a_frame(tmp_path: Path) -> None:
    file = tmp_path / "flight.oem"
    options = ["--out", str(file), "--at", "2017-11-28T18:18:00Z", "--frame", "teme", "--quiet"]
    assert CliRunner().invoke(app, [*FLY, *options], catch_exceptions=False).exit_code == 0
    text = file.read_text()
    assert "START_TIME = 2017-11-28T18:18:00.000000\n" in text
    assert "REF_FRAME = TEME\n" in text
    assert "UT1 is taken as UTC" in text


def test_testflight_gives_the_figures_of_the_interface(tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    document = asked(
        "testflight", "--apogee-km", "6248.5", "--range-km", "1090", "--flight-time-s", "4052", "--out", str(plot)
    )
    assert document["schema"] == "launchwatch/testflight/1"
    assert document["consistent"] is False
    assert plot.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["fly", "--booster", "minuteman-4", "--from", "48,-101", "--to", "42,93"], "minuteman-3"),
        (["fly", "--booster", "minuteman-3", "--from", "48", "--to", "42,93"], "--from"),
        (["fly", "--booster", "minuteman-3", "--from", "98,0", "--to", "42,93"], "--from"),
        (["fly", "--booster", "minuteman-3", "--from", "48,-101"], "--to"),
        ([*FLY, "--out", "flight.txt"], "use one of .parquet, .oem, .e, .czml, .kml"),
        ([*FLY, "--out", "flight.oem", "--at", "2017-11-28T18:18:00"], "--at"),
        ([*FLY, "--out", "flight.oem", "--frame", "eci"], "itrf, gcrf, teme"),
        (["testflight", "--apogee-km", "4475", "--range-km", "30000"], "20,015 km"),
        (["testflight", "--apogee-km", "100", "--range-km", "10000"], "1,319 km"),
        (["testflight", "--apogee-km", "nan", "--range-km", "950"], "--apogee-km"),
        (["testflight", "--apogee-km", "4475", "--range-km", "950", "--azimuth", "76"], "--from"),
        (["testflight", "--apogee-km", "4475", "--range-km", "950", "--out", "plot.pdf"], ".png"),
        (["catalog", "show", "booster", "minuteman-3"], "boosters"),
        (["catalog", "show", "boosters", "minuteman"], "minuteman-3"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], named: str) -> None:
    code = "from launchwatch.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


def test_coverage_of_a_sensor_as_json_and_as_a_folder(tmp_path: Path) -> None:
    found = asked("coverage", "--sensor", "gb-fylingdales", "--booster-class", "slbm", "--out", str(tmp_path / "maps"))
    assert found["schema"] == "launchwatch/coverage/1"
    assert (found["partner"], found["sensor"], found["booster_class"]) == (None, "gb-fylingdales", "slbm")
    assert json.loads((tmp_path / "maps" / "coverage.json").read_text()) == found
    again = CliRunner().invoke(app, ["coverage", "--sensor", "gb-fylingdales", "--out", str(tmp_path / "maps")])
    assert again.exit_code != 0
