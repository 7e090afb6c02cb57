"""A run in standard formats: its true flights as OEM and KML."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from launchwatch.assembly.again import export_run
from launchwatch.assembly.run import RunError
from launchwatch.cli.main import app
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.formats.oem_reader import read_oem

KML = "{http://www.opengis.net/kml/2.2}"
LIFT_OFF = parse_utc("2026-08-20T20:00:00Z")


def test_oem_of_a_run_holds_its_true_flight(run_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "flights.oem"
    done = CliRunner().invoke(app, ["export", str(run_folder), "--format", "oem", "--out", str(file)])
    assert done.exit_code == 0
    assert done.stdout == f"{file}\n"
    message = read_oem(file.read_bytes(), file.name)
    assert message.comments[0] == "EXERCISE - simulated data: One launch watched by two partners"
    assert message.creation_ns == LIFT_OFF
    assert {segment.object_id for segment in message.segments} == {"philippine-sea-to-primorye"}
    assert len(message.segments) == 4  # three burns and free flight
    start, end = message.segments[0].position_m[0], message.segments[-1].position_m[-1]
    # launch and target of the scenario: on the ground, and hit to 0.01 degree
    assert geodetic_from_itrf(start)[:2] == (pytest.approx(15.0, abs=1e-6), pytest.approx(140.0, abs=1e-6))
    assert geodetic_from_itrf(end)[:2] == (pytest.approx(43.0, abs=0.01), pytest.approx(132.0, abs=0.01))


def test_kml_of_a_run(run_folder: Path, tmp_path: Path) -> None:
    (file,) = export_run(run_folder, "kml", tmp_path / "flights.kml")
    tree = ElementTree.parse(file)  # noqa: S314 # our own text
    assert tree.find(f"{KML}Document/{KML}name").text.startswith("EXERCISE - simulated data: ")
    when = [parse_utc(one.text) for one in tree.iter(f"{KML}when")]
    assert when[0] == LIFT_OFF
    assert when[-1] > LIFT_OFF + 600 * NS


def test_another_format_is_refused(run_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="use cap, czml, kml, oem or parquet"):
        export_run(run_folder, "kmz", tmp_path / "flights.kmz")
    assert list(tmp_path.iterdir()) == []
