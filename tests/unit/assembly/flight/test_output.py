import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from launchwatch import __version__
from launchwatch.assembly.flight.launch import TRUTH_BOUND_M, aim, truth_of
from launchwatch.assembly.flight.output import ephemeris_of, ephemeris_of_truth, write_flight
from launchwatch.assembly.flight.table import flight_table
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.core.epochs import parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.formats.ephemeris import BOUND_M, EphemerisError
from launchwatch.formats.oem_reader import read_oem
from launchwatch.sim.truth.aim import aim_impact
from launchwatch.sim.truth.bodies import Body
from launchwatch.sim.truth.flight import Trajectory, fly

CATALOG = load_catalog()
AT = "2017-11-28T18:18:00Z"


@pytest.fixture(scope="module")
def path() -> Trajectory:
    booster = CATALOG.boosters["minuteman-3"]
    return fly(booster, aim_impact(booster, (48.0, -101.0), (42.0, 93.0)))


@pytest.fixture(scope="module")
def bodies(path: Trajectory) -> list[Body]:
    return [Body("payload", "Payload", "payload", path), Body("stage-1", "Spent stage", "spent-stage", path)]


def vectors(table: dict[str, np.ndarray], pattern: str) -> np.ndarray:
    return np.stack([table[pattern.format(axis)] for axis in "xyz"], axis=-1)


def test_velocity_and_acceleration_are_derivatives(path: Trajectory) -> None:
    table = flight_table(path, 0.05)
    t, r, v, a = table["t_s"], vectors(table, "{}_m"), vectors(table, "v{}_m_s"), vectors(table, "a{}_m_s2")
    middle = slice(1, -1)
    step = (t[2:] - t[:-2])[:, None]
    # away from kinks and from re-entry, where 0.05 s is long
    smooth = (np.abs(t[middle, None] - np.array(path.kinks_s)).min(axis=1) > 0.11) & (t[middle] < path.end_s - 60.0)
    smooth &= np.abs(np.diff(t, 2)) < 1e-9
    assert smooth.mean() > 0.9
    # A central difference errs by step^2 / 6 of the third derivative, up to 10 m/s^3 in boost: 0.004 m/s. The second:
    # the interpolation's acceleration is good to some parts in a thousand between nodes, of at most 100 m/s^2
    assert np.linalg.norm((r[2:] - r[:-2]) / step - v[middle], axis=-1)[smooth].max() < 4e-3
    assert np.linalg.norm((v[2:] - v[:-2]) / step - a[middle], axis=-1)[smooth].max() < 0.2


def test_acceleration_is_what_the_forces_give_at_the_nodes(path: Trajectory) -> None:
    nodes = path.t_s[:-1]
    assert_allclose(path.acceleration_at(nodes), path.acceleration_m_s2[:, 0], rtol=1e-9, atol=1e-9)


def test_columns_name_what_they_hold(path: Trajectory) -> None:
    table = flight_table(path)
    lat, lon, height = geodetic_from_itrf(vectors(table, "{}_m"))
    assert_allclose(table["lat_deg"], lat)
    assert_allclose(table["lon_deg"], lon)
    assert_allclose(table["height_km"], height / 1e3)
    v = vectors(table, "v{}_m_s")
    assert_allclose(table["speed_m_s"], np.linalg.norm(v, axis=-1))
    # the climb is the change of height: over 2 s it errs by 1 s^2 / 6 of the third derivative, 10 m/s^3 in boost
    climb = table["speed_m_s"] * np.sin(np.radians(table["flight_path_angle_deg"]))
    t = table["t_s"]
    even = np.isclose(np.diff(t)[1:], 1.0) & np.isclose(np.diff(t)[:-1], 1.0) & (t[1:-1] < path.end_s - 60.0)
    assert np.abs((height[2:] - height[:-2]) / 2.0 - climb[1:-1])[even & (table["stage"][1:-1] == 0)].max() < 0.1
    # it flies north over the pole, and comes down from there
    assert table["azimuth_deg"][60] == pytest.approx(path.plan.azimuth_deg, abs=1.0)
    assert np.isnan(table["flight_path_angle_deg"][0])
    assert np.isnan(table["azimuth_deg"][0])
    assert not np.isnan(table["azimuth_deg"][1:]).any()
    assert {len(values) for values in table.values()} == {len(t)}


def test_ignitions_burnouts_apogee_and_end_are_rows(path: Trajectory) -> None:
    table = flight_table(path, 10.0)
    t = table["t_s"].tolist()
    for event in (*path.kinks_s, path.apogee_s, path.end_s):
        assert event in t
    assert table["height_km"].max() == pytest.approx(path.apogee_km, abs=1e-3)
    assert table["stage"][t.index(61.0)] == 2  # after the first burnout
    assert table["thrust_n"][t.index(path.burnout_s)] == 0.0
    assert np.isnan(table["mass_kg"][-1])
    with pytest.raises(ValueError, match="step_s is 0"):
        flight_table(path, 0.0)


def test_parquet_says_what_it_is(path: Trajectory, bodies: list[Body], tmp_path: Path) -> None:
    (file,) = write_flight(bodies, tmp_path / "f.parquet", AT)
    table = pq.read_table(file)
    expected = flight_table(path)
    assert table.column_names == ["object", *expected]
    names = table["object"].to_pylist()
    assert names == ["payload"] * len(expected["t_s"]) + ["stage-1"] * len(expected["t_s"])
    first = table.slice(0, len(expected["t_s"]))
    for name, values in expected.items():
        missing = np.isnan(values)
        assert first[name].null_count == missing.sum()
        assert_allclose(first[name].to_numpy()[~missing], values[~missing], rtol=0)
    about = json.loads(table.schema.metadata[b"launchwatch"])
    assert about["schema"] == "launchwatch/flight/1"
    assert about["version"] == __version__
    assert about["epoch"] == "2017-11-28T18:18:00.000000Z"
    assert about["origin"] == "simulated"
    assert about["objects"][0]["id"] == "payload"
    assert about["objects"][0]["plan"]["azimuth_deg"] == path.plan.azimuth_deg


def test_an_ephemeris_gives_the_flight_between_its_samples(path: Trajectory, bodies: list[Body]) -> None:
    one = ephemeris_of(bodies[0], parse_utc(AT))
    assert one.breaks_s == path.kinks_s
    names = [marker.name for marker in one.markers]
    assert names == ["launch", "burnout of stage 1", "burnout of stage 2", "burnout", "apogee", "impact"]
    t = np.linspace(0.0, path.end_s, 20_011)
    assert np.linalg.norm(one.at(t)[0] - path.at(t)[0], axis=-1).max() < BOUND_M
    # between samples 5 s apart and more the velocity is the worse, by 8 / step of what the position misses
    assert np.linalg.norm(one.at(t)[1] - path.at(t)[1], axis=-1).max() < 0.02


def test_truth_of_a_run_gives_the_flight_between_its_samples() -> None:
    for name, kinks in (("hwasong-15-2017", 2), ("andoya-1995", 7), ("orbital-launch", 3)):
        launch = load_scenario(name, CATALOG).launches[0]
        booster = CATALOG.boosters[launch.booster]
        path = fly(booster, aim(launch, booster))
        one = ephemeris_of_truth(truth_of(launch, booster, path))
        # an ignition after a coast is found by the first sample with thrust
        assert one.breaks_s == path.kinks_s
        assert len(one.breaks_s) == kinks
        t = np.linspace(0.0, path.end_s, 20_011)
        assert np.linalg.norm(one.at(t)[0] - path.at(t)[0], axis=-1).max() < TRUTH_BOUND_M


@pytest.mark.parametrize("ending", [".oem", ".e"])
def test_formats_of_one_object_get_a_file_for_each(bodies: list[Body], tmp_path: Path, ending: str) -> None:
    files = write_flight(bodies, tmp_path / f"f{ending}", AT)
    assert [file.name for file in files] == [f"f-payload{ending}", f"f-stage-1{ending}"]
    assert sorted(tmp_path.iterdir()) == files
    if ending == ".oem":
        assert [read_oem(file.read_bytes()).segments[0].object_id for file in files] == ["payload", "stage-1"]


@pytest.mark.parametrize("ending", [".oem", ".kml"])
def test_each_object_has_its_own_id(bodies: list[Body], tmp_path: Path, ending: str) -> None:
    with pytest.raises(EphemerisError, match="two objects are called payload"):
        write_flight([bodies[0], bodies[0]], tmp_path / f"f{ending}", AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".czml", ".kml"])
def test_formats_of_many_objects_hold_them_all(bodies: list[Body], tmp_path: Path, ending: str) -> None:
    (file,) = write_flight(bodies, tmp_path / f"f{ending}", AT)
    text = file.read_text(encoding="utf-8")
    assert "Simulated data: Payload" in text
    assert "Spent stage" in text


@pytest.mark.parametrize("ending", [".parquet", ".oem", ".e", ".czml", ".kml"])
def test_same_flight_same_bytes(bodies: list[Body], tmp_path: Path, ending: str) -> None:
    first, second = (write_flight(bodies[:1], tmp_path / f"{n}{ending}", AT)[0].read_bytes() for n in "ab")
    assert first == second


@pytest.mark.parametrize(
    ("name", "at", "frame", "named"),
    [
        ("f.kmz", AT, "itrf", "ending '.kmz' names no format; use one of .parquet, .oem, .e, .czml, .kml"),
        ("f", AT, "itrf", "ending '' names no format"),
        ("f.oem", "2017-11-28", "itrf", "--at '2017-11-28' is not a time"),
        ("f.oem", AT, "j2000", "--frame j2000: is unknown; use one of itrf, gcrf, teme"),
        ("f.kml", AT, "gcrf", "--frame gcrf: .kml is fixed to the Earth; give .oem or .e"),
    ],
)
def test_what_cannot_be_written_is_refused(
    bodies: list[Body], tmp_path: Path, name: str, at: str, frame: str, named: str
) -> None:
    with pytest.raises(EphemerisError) as refused:
        write_flight(bodies[:1], tmp_path / name, at, frame)
    assert named in str(refused.value)
    assert list(tmp_path.iterdir()) == []
