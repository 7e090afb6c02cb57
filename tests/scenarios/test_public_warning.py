"""Public warning of a flight over the north of Japan: which regions, when, and as which messages."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import xmlschema
from typer.testing import CliRunner

from launchwatch.assembly.again import export_run
from launchwatch.assembly.run import RunError
from launchwatch.assembly.rundir import run_to
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.cli.main import app
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.formats.cap_reader import CapMessage, read_cap
from launchwatch.messages.truth import FlightTruth
from launchwatch.runtime.journal import SqliteJournal
from scenarios.small import ONE_CASE

SCHEMA = Path(__file__).parents[1] / "oracle" / "cap" / "CAP-v1.2.xsd"
LIFT_OFF = parse_utc("2026-08-20T20:58:00Z")
OVER_JAPAN = """
id: over-japan
title: A missile over the north of Japan
sources: ['A case of northeast-asia']
partners: [jp, us]
weather: {cloud_top_km: 7.0}
launches:
  - id: hwasong-12
    booster: hwasong-12
    time: 2026-08-20T20:58:00Z
    from: sunan
    trajectory: {azimuth_deg: 73.0, range_km: 2700.0, apogee_km: 550.0}
"""


@pytest.fixture(scope="module")
def folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("over-japan")
    file = base / "over-japan.yaml"
    file.write_text(OVER_JAPAN)
    run_to(base / "run", catalog, load_scenario(file, catalog), 1, False, Stopwatch())
    return base / "run"


@pytest.fixture(scope="module")
def files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    out = tmp_path_factory.mktemp("alerts") / "alert.xml"
    done = CliRunner().invoke(app, ["export", str(folder), "--format", "cap", "--out", str(out)])
    assert done.exit_code == 0
    return [Path(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def messages(files: list[Path]) -> list[CapMessage]:
    return [read_cap(file.read_bytes(), file.name) for file in files]


def passage_s(folder: Path, places: np.ndarray) -> tuple[float, float]:
    """When the true flight is nearest to the first and to the last of some places, s after lift-off."""
    with SqliteJournal.open(folder / "journal.sqlite") as journal:
        flight = next(e.payload for e in journal.read("hwasong-12/truth") if isinstance(e.payload, FlightTruth))
    lat, lon, _ = geodetic_from_itrf(flight.position_m)
    below = itrf_from_geodetic(lat, lon, 0.0)
    away = np.linalg.norm(below[:, None] - itrf_from_geodetic(places[:, 0], places[:, 1], 0.0), axis=2)
    near = away < 100e3  # places that it passes over, not those at the other end of the region
    times = flight.t_s[np.argmin(away, axis=0)][near.any(axis=0)]
    return float(times.min()), float(times.max())


def test_hokkaido_and_aomori_are_warned_and_tokyo_is_not(messages: list[CapMessage]) -> None:
    for message in messages:
        overflown = next(a for a in message.infos[0].areas if a.description.startswith("Flight over"))
        assert {value for _, value in overflown.geocodes} >= {"jp-12", "jp-03"}
        told = f"{message.infos[0].headline} {message.infos[0].description}"
        assert "Hokkaido" in told
        assert "Tokyo" not in told
        assert "jp-40" not in {value for a in message.infos[0].areas for _, value in a.geocodes}


def test_the_times_hold_the_true_passage_and_were_told_before_it(
    folder: Path, messages: list[CapMessage], catalog: Catalog, measured: Callable[[str], None]
) -> None:
    first, last = passage_s(folder, np.array([*catalog.alert_regions["jp-12"].places]))
    for message in messages:
        info = message.infos[0]
        assert info.onset_ns is not None
        assert info.expires_ns is not None
        assert LIFT_OFF + round(first * NS) > info.onset_ns
        assert LIFT_OFF + round(last * NS) < info.expires_ns
    text = messages[0].infos[0].description
    begin, end = (parse_utc(f"2026-08-20T{word}:00Z") for word in text.split() if word[:3] in ("21:",))
    assert begin <= LIFT_OFF + round(first * NS) <= LIFT_OFF + round(last * NS) <= end
    assert end - begin <= 6 * 60 * NS
    ahead = first - (messages[0].sent_ns - LIFT_OFF) / NS
    measured(f"told {ahead:.0f} s before it is over the first place, which is {first:.0f} s after lift-off")
    assert ahead > 120.0


def test_each_version_is_a_message_that_validates_and_refers_to_those_before(
    files: list[Path], messages: list[CapMessage]
) -> None:
    schema = xmlschema.XMLSchema(SCHEMA)
    for file in files:
        schema.validate(file)
    assert [m.kind for m in messages] == ["Alert", *["Update"] * (len(messages) - 1)]
    assert len(messages) > 2
    told = [(m.sender, m.identifier, m.sent) for m in messages]
    for number, message in enumerate(messages):
        assert [tuple(r) for r in message.references] == told[:number]


def test_all_are_marked_as_an_exercise_in_every_text(files: list[Path]) -> None:
    for file in files:
        tree = ElementTree.parse(file)  # noqa: S314 # our own text
        texts = {one.tag.rpartition("}")[2]: one.text or "" for one in tree.iter()}
        assert texts["status"] == "Exercise"
        for tag in ("note", "event", "headline", "description", "instruction"):
            assert texts[tag].startswith("EXERCISE EXERCISE EXERCISE. Simulated data. ")


def test_what_was_not_seen_to_pass_is_not_told_to_have_passed(messages: list[CapMessage]) -> None:
    stages = [dict(m.infos[0].parameters)["stage"] for m in messages]
    bases = [dict(m.infos[0].parameters)["basis"] for m in messages]
    assert all(basis == "observed" for stage, basis in zip(stages, bases, strict=True) if stage in ("passed", "fell"))
    assert stages[-1] == "lost"
    assert "It is no longer tracked; where it is is not known." in messages[-1].infos[0].description


def test_the_region_that_it_falls_in_is_named(run_folder: Path, tmp_path: Path) -> None:
    first, *_ = export_run(run_folder, "cap", tmp_path / "alert.xml")
    info = read_cap(first.read_bytes(), first.name).infos[0]
    (impact,) = (area for area in info.areas if area.description.startswith("Impact"))
    assert "ru-59" in {value for _, value in impact.geocodes}  # Primorye
    assert info.severity == "Extreme"


def test_a_partner_that_warned_of_nothing_has_no_alert(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "one-case.yaml"
    file.write_text(ONE_CASE.replace("[ru, cn]", "[gb, ru]"))
    run_to(tmp_path / "run", catalog, load_scenario(file, catalog), 3, False, Stopwatch())
    with pytest.raises(RunError, match="gb warned of nothing in its own region; there is no alert"):
        export_run(tmp_path / "run", "cap", tmp_path / "alert.xml")
    assert not list(tmp_path.glob("*.xml"))


def test_another_catalogue_is_refused(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "places.yaml").write_text("[]")
    with pytest.raises(RunError, match="was made with another catalogue; give that one with --catalog"):
        export_run(folder, "cap", tmp_path / "alert.xml", own)
