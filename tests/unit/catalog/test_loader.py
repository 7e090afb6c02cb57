from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launchwatch.catalog import cache, loader
from launchwatch.catalog.loader import (
    Catalog,
    CatalogError,
    catalog_hash,
    list_records,
    load_catalog,
    load_scenario,
    show_record,
)
from launchwatch.core.epochs import parse_utc

from .conftest import PAYLOAD, SCENARIO

Write = Callable[..., Path]


def test_overrides_reach_every_depth(catalog: Catalog) -> None:
    settings = [
        "sharing.level=tracks", "sharing.delay_s=1e6", "weather.cloud_top_km=12", "seed=7", "partners=[us, jp]",
        "sensors.only=[us-sbirs-geo-1, us-dsp-21]", "launches.hwasong-15.trajectory.range_km=960",
        "launches.0.from=sohae",
    ]  # fmt: skip
    scenario = load_scenario("hwasong-15-2017", catalog, settings)
    assert (scenario.sharing.level, scenario.sharing.delay_s, scenario.weather.cloud_top_km) == ("tracks", 1e6, 12.0)
    assert (scenario.seed, scenario.partners) == (7, ("us", "jp"))
    assert scenario.sensors.only == ("us-sbirs-geo-1", "us-dsp-21")
    assert scenario.launches[0].trajectory.range_km == 960.0
    assert scenario.launches[0].from_.place == "sohae"
    assert load_scenario("hwasong-15-2017", catalog).seed == 1  # the catalogue is as it was


def test_a_scenario_file_loads_like_one_of_the_catalogue(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "any-name.yaml"
    path.write_text(SCENARIO)
    assert load_scenario(path, catalog, ["seed=3"]).seed == 3
    assert load_scenario(str(path), catalog).id == "mine"


def test_a_users_block_replaces_the_packaged_one(folder: Write, catalog: Catalog) -> None:
    path = folder(payloads=PAYLOAD.replace("my-payload", "dsp-scanning"))
    mine = load_catalog(path)
    assert mine.payloads["dsp-scanning"].sigma_urad == 20.0
    assert catalog.payloads["dsp-scanning"].sigma_urad != 20.0
    assert mine.hash == catalog_hash(path) != catalog.hash == catalog_hash()


def test_the_hash_does_not_depend_on_where_the_folder_stands(tmp_path: Path) -> None:
    found = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "payloads.yaml").write_text(PAYLOAD)
        found.add(catalog_hash(tmp_path / name))
    assert len(found) == 1


def test_the_compiled_catalogue_equals_the_one_read(folder: Write) -> None:
    path = folder(payloads=PAYLOAD)
    assert load_catalog(path) == load_catalog(path)
    assert len(list(cache.cache_folder().glob("catalog-*.msgpack"))) == 1


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None])
def test_a_damaged_cache_is_read_past(folder: Write, damage: bytes | None) -> None:
    path = folder(payloads=PAYLOAD)
    first = load_catalog(path)
    (compiled,) = cache.cache_folder().glob("catalog-*.msgpack")
    content = compiled.read_bytes()
    compiled.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damage is None else damage)
    assert load_catalog(path) == first
    assert compiled.read_bytes() == content


def test_a_cache_that_cannot_be_written_is_no_hindrance(
    folder: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "my-payload" in load_catalog(folder(payloads=PAYLOAD)).payloads


def test_the_cache_keeps_a_few_catalogues(folder: Write) -> None:
    for i in range(12):
        cache.store(f"{i:032x}", i)
    assert len(list(cache.cache_folder().glob("catalog-*.msgpack"))) == 8
    assert cache.load(f"{11:032x}", int) == 11
    assert cache.load(f"{0:032x}", int) is None


def test_lists_and_shows(catalog: Catalog) -> None:
    radars = {row["id"]: row for row in list_records("sensors_radar", catalog)}
    assert radars["gb-fylingdales"]["owner"] == "gb"
    assert {row["kind"] for row in list_records("orbits", catalog)} == {
        "geostationary", "molniya", "elements", "walker",
    }  # fmt: skip
    assert {row["class"] for row in list_records("boosters", catalog)} >= {"icbm", "slv"}
    rows = {row["id"]: row for row in list_records("scenarios", catalog)}
    assert set(rows["joint-warning"]) == {"id", "title", "partners", "launches", "sources"}
    assert rows["joint-warning"]["launches"] == 8
    assert show_record("sensors_radar", "ru-armavir", catalog)["sectors"][0] == {"from_deg": 55.0, "to_deg": 175.0}
    assert show_record("scenarios", "andoya-1995")["partners"] == ["ru"]
    with pytest.raises(CatalogError, match="'ru-armawir' is unknown; did you mean 'ru-armavir'"):
        show_record("sensors_radar", "ru-armawir", catalog)
    with pytest.raises(CatalogError, match="kind 'sensor_radar' is unknown; did you mean 'sensors_radar'"):
        list_records("sensor_radar", catalog)


def test_elements_are_refused_far_from_their_epoch(folder: Write) -> None:
    sensor = """\
- {id: mine, name: Mine, source: own, confidence: low, status: assumption, owner: us, payload: dsp-scanning,
   in_service: [2000-01-01, null], orbits: [{orbit: us-dsp-20-2026, from: 2026-01-01}]}
"""
    catalog = load_catalog(folder(sensors_infrared=sensor))
    mine = catalog.sensors_infrared["mine"]
    assert catalog.orbit_of(mine, parse_utc("2026-09-17T00:00:00Z")).id == "us-dsp-20-2026"
    with pytest.raises(CatalogError, match="days from 2026-09-20"):
        catalog.orbit_of(mine, parse_utc("2026-09-20T00:00:00Z"))
    with pytest.raises(CatalogError, match="no orbit is listed for 2025-01-01"):
        catalog.orbit_of(mine, parse_utc("2025-01-01T00:00:00Z"))


def test_load_time(measured: Callable[[str], None]) -> None:
    load_catalog()
    start = time.perf_counter()
    load_catalog()
    warm = time.perf_counter() - start
    start = time.perf_counter()
    _, errors = loader._compile(loader._sources(None))
    cold = time.perf_counter() - start
    assert errors == []
    measured(f"catalogue in {1e3 * warm:.0f} ms from the cache, {1e3 * cold:.0f} ms from YAML")
