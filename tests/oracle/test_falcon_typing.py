"""31 measured ascents of Falcon 9 through the chain, as two geostationary sensors would have seen them."""

from pathlib import Path

import msgspec
import pytest
from falcon_ascents import flights
from falcon_observations import Typed, azimuth_deg, laid, records, typed, write

from launchwatch.core.geodesy import geodetic_from_itrf, inverse
from launchwatch.formats.observations import read_observations

CUTOFF_S = 3.0
"""The author of the data read events off the webcast to the second; a look a second finds them to half of one."""
SURE = 0.9
GUARDED = {"Iridium NEXT 6"}
"""Its laid path breaks where the webcast was read anew, 10 s after ignition; what no ascent explains is doubted."""


@pytest.fixture(scope="module")
def told(data_folder: Path) -> list[Typed]:
    return [typed(flight, 1) for flight in flights(data_folder / "falcon_telemetry")]


def test_first_cutoff_is_found(told: list[Typed], measured) -> None:
    errors = [one.cutoff_error_s for one in told if one.cutoff_error_s is not None]
    measured(f"first cutoff of {len(errors)} flights, worst {max(map(abs, errors)):.1f} s")
    assert len(errors) == 31
    assert max(map(abs, errors)) <= CUTOFF_S


def test_launchers_are_typed_as_such(told: list[Typed], measured) -> None:
    both = [one for one in told if one.second_stage]
    least = min(both, key=lambda one: one.slv)
    measured(f"slv of {len(both)} flights with both stages: least {least.slv:.3f} ({least.name})")
    assert len(both) == 25
    assert all(one.slv > SURE for one in both if one.name not in GUARDED)
    # One burnout to a third of the speed of an orbit may be a missile's as well: a launcher is not ruled out, no more.
    assert all(one.slv > 0.25 for one in told)


def test_no_impact_on_land_outlives_the_coast(told: list[Typed]) -> None:
    assert [one.name for one in told if one.on_land] == []


def test_a_laid_flight_leaves_its_pad_along_its_azimuth(data_folder: Path) -> None:
    flight = next(f for f in flights(data_folder / "falcon_telemetry") if f.name == "SpaceX CRS-10")
    lat, lon, height = geodetic_from_itrf(laid(flight))
    # m: the path is laid along directions from the Earth's centre, the pad lies on the ellipsoid
    assert inverse(28.6, -80.6, float(lat[0]), float(lon[0]))[0] < 50.0
    distance, azimuth, _ = inverse(float(lat[0]), float(lon[0]), float(lat[200]), float(lon[200]))
    # geocentric great circle against the geodesic: some hundredths of a degree
    assert azimuth == pytest.approx(azimuth_deg("SpaceX CRS-10"), abs=0.2)
    assert distance > 100e3
    assert height[100] == pytest.approx(flight.altitude_m[100], abs=1.0)


def test_the_file_holds_what_was_seen(data_folder: Path, tmp_path: Path) -> None:
    flight = next(flights(data_folder / "falcon_telemetry"))
    path = write(flight, 1, tmp_path / "seen.ndjson")
    found = read_observations(path)
    assert not found.rejects
    assert msgspec.json.encode(found.records) == msgspec.json.encode(records(flight, 1))
