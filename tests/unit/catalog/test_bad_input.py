"""Every bad input is one line that names file, line and field, and the nearest valid name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.catalogue import KINDS, scenario_of
from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.loader import Catalog, CatalogError, check_folder, load_catalog, load_scenario

from .conftest import PAYLOAD, SCENARIO, SENSOR

Write = Callable[..., Path]


def one_error(path: Path) -> str:
    errors = check_folder(path)
    assert len(errors) == 1, errors
    assert "\n" not in errors[0]
    assert errors[0].startswith(f"{path}/")
    return errors[0].removeprefix(f"{path}/")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "  sigma_urad: 20.0",
            "  sigma_urad: -20.0",
            "payloads.yaml:10: my-payload.sigma_urad: is -20.0; it must be greater than 0",
        ),
        (
            "  sigma_urad: 20.0",
            "  sigma_urad: .nan",
            "payloads.yaml:10: my-payload.sigma_urad: is nan; write a finite number",
        ),
        (
            "  sigma_urad: 20.0",
            "  sigma_mrad: 0.02",
            "payloads.yaml:10: my-payload.sigma_mrad: unknown key: its unit differs; write 'sigma_urad'",
        ),
        (
            "  sigma_urad: 20.0",
            "  sigma_urad: 20 urad",
            "payloads.yaml:10: my-payload.sigma_urad: is '20 urad'; write a number without a unit",
        ),
        (
            "  period_s: 1.0",
            "  periode_s: 1.0",
            "payloads.yaml:7: my-payload.periode_s: unknown key; did you mean 'period_s'?",
        ),
        ("  source: own measurement\n", "", "payloads.yaml:1: my-payload.source: missing; say who published"),
        ("own measurement", "''", "payloads.yaml:3: my-payload.source: is ''; write some text"),
        (
            "scan: staring",
            "scan: starring",
            "payloads.yaml:6: my-payload.scan: 'starring' is unknown; did you mean 'staring'?",
        ),
        ("[2.65, 2.95]", "[2.65, .inf]", "payloads.yaml:8: my-payload.band_um[1]: is inf; write a finite number"),
        ("[2.65, 2.95]", "[2.95, 2.65]", "payloads.yaml:8: my-payload.band_um: is [2.95, 2.65]; write the shorter"),
        (
            "id: my-payload",
            "id: My Payload",
            "payloads.yaml:1: My Payload.id: is 'My Payload'; write an id in lower case",
        ),
        ("confidence: low", "confidence: 0.5", "payloads.yaml:4: my-payload.confidence: "),
    ],
)
def test_a_wrong_field_of_a_block(folder: Write, old: str, new: str, error: str) -> None:
    assert one_error(folder(payloads=PAYLOAD.replace(old, new, 1))).startswith(error)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "payload: my-payload",
            "payload: my-paylod",
            "sensors_infrared.yaml:8: my-sensor.payload: payload 'my-paylod' is unknown; did you mean 'my-payload'?",
        ),
        (
            "slot-us-10e",
            "slot-us-11e",
            "sensors_infrared.yaml:9: my-sensor.orbit: orbit 'slot-us-11e' is unknown; did you mean",
        ),
        ("owner: fr", "owner: FRA", "sensors_infrared.yaml:6: my-sensor.owner: is 'FRA'; write an ISO country code"),
        (
            "2020-01-01, null",
            "2020-02-30, null",
            "sensors_infrared.yaml:7: my-sensor.in_service[0]: '2020-02-30' is not a date",
        ),
        (
            "2020-01-01, null",
            "2020-01-01, 2019-01-01",
            "sensors_infrared.yaml:7: my-sensor.in_service: ends before it begins",
        ),
        ("  orbit: slot-us-10e\n", "", "sensors_infrared.yaml:1: my-sensor.orbit: give either"),
    ],
)
def test_a_wrong_reference(folder: Write, old: str, new: str, error: str) -> None:
    path = folder(payloads=PAYLOAD, sensors_infrared=SENSOR.replace(old, new, 1))
    assert one_error(path).startswith(error)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "18:18:00Z",
            "18:18:00",
            "scenarios/mine.yaml:8: launches[0].time: '2017-11-28T18:18:00' has no zone; end it with Z",
        ),
        (
            "18:18:00Z",
            "18:18:00+09:00",
            "scenarios/mine.yaml:8: launches[0].time: '2017-11-28T18:18:00+09:00' is in zone +09:00",
        ),
        (
            "hwasong-15",
            "hwasong15",
            "scenarios/mine.yaml:7: launches[0].booster: booster 'hwasong15' is unknown; did you mean 'hwasong-15'?",
        ),
        (
            "pyongsong",
            "pjongsong",
            "scenarios/mine.yaml:9: launches[0].from: place 'pjongsong' is unknown; did you mean 'pyongsong'?",
        ),
        (
            "from: pyongsong",
            "from: {lat_deg: 39.28, lon_deg: 125.9}",
            "scenarios/mine.yaml:9: launches[0].from.lat_deg: is 39.28; round it to 0.1",
        ),
        ("[jp]", "[jpn]", "scenarios/mine.yaml:4: partners[0]: is 'jpn'; write an ISO country code"),
        ("[jp]", "[jq]", "scenarios/mine.yaml:4: partners[0]: partner 'jq' is unknown"),
        ("sources: [own]\n", "", "scenarios/mine.yaml:1: sources: missing; say where the launches come from"),
        (
            "range_km",
            "range_m",
            "scenarios/mine.yaml:10: launches[0].trajectory.range_m: unknown key: its unit differs; write 'range_km'",
        ),
        (
            "title: Mine",
            "title: Mine\nsensors: {only: [us-sbirs-geo-7]}",
            "scenarios/mine.yaml:3: sensors.only[0]: sensor 'us-sbirs-geo-7' is unknown; did you mean 'us-sbirs-geo-",
        ),
        (
            "title: Mine",
            "title: Mine\nsensors: {only: [us-sbirs-geo-6]}",
            "scenarios/mine.yaml:3: sensors.only[0]: 'us-sbirs-geo-6' is not in service on 2017-11-28",
        ),
        (
            "title: Mine",
            "title: Mine\nweather: {cloud_top_m: 7000}",
            "scenarios/mine.yaml:3: weather.cloud_top_m: unknown key: its unit differs; write 'cloud_top_km'",
        ),
        ("id: mine", "id: yours", "scenarios/mine.yaml:1: id: is 'yours'; make it 'mine'"),
    ],
)
def test_a_wrong_scenario(folder: Write, catalog: Catalog, old: str, new: str, error: str) -> None:
    path = folder(scenarios__mine=SCENARIO.replace(old, new, 1))
    assert one_error(path).startswith(error)
    if not old.startswith("id:"):  # alone, a file may be called anything
        with pytest.raises(CatalogError) as refused:
            load_scenario(path / "scenarios" / "mine.yaml", catalog)
        assert str(refused.value).startswith(f"{path}/{error}")


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("payload", PAYLOAD, "payload.yaml:1: is no file of the catalogue; did you mean 'payloads'?"),
        ("payloads", "", "payloads.yaml:1: is no list of blocks"),
        ("payloads", "id: x", "payloads.yaml:1: is no list of blocks"),
        ("payloads", "- 3", "payloads.yaml:1: block 1: is 3; write a mapping"),
        ("payloads", PAYLOAD + PAYLOAD, "payloads.yaml:15: my-payload.id: is there twice, first at line 1"),
        (
            "payloads",
            PAYLOAD + "  sigma_urad: 3\n",
            "payloads.yaml:15: [0].sigma_urad: is there twice, first at line 10",
        ),
        ("payloads__any-name", "- 3", "payloads/any-name.yaml:1: block 1: is 3; write a mapping"),
        (
            "payloads__any-name",
            PAYLOAD.replace("sigma_urad: 20.0", "sigma_urad: -20.0"),
            "payloads/any-name.yaml:10: my-payload.sigma_urad: is -20.0; it must be greater than 0",
        ),
        ("scenarios__mine", "- 3", "scenarios/mine.yaml:1: is no scenario"),
    ],
)
def test_a_wrong_file(folder: Write, name: str, text: str, error: str) -> None:
    assert one_error(folder(**{name: text})).startswith(error)


@pytest.mark.parametrize("first", ["payloads", "payloads__a"])
def test_a_block_that_is_in_two_files_of_a_kind(folder: Write, first: str) -> None:
    path = folder(**{first: "# mine\n" + PAYLOAD, "payloads__b": PAYLOAD})
    name = first.replace("__", "/")
    # the file beside the folder sorts behind the files in it
    where, twice = (f"{name}.yaml:2", "payloads/b.yaml:1") if "/" in name else ("payloads/b.yaml:1", f"{name}.yaml:2")
    assert one_error(path) == f"{twice}: my-payload.id: is there twice, first at {path}/{where}; keep one"


def test_every_error_is_listed_and_the_first_is_raised(folder: Write) -> None:
    two = PAYLOAD.replace("sigma_urad: 20.0", "sigma_urad: -1") + PAYLOAD.replace("my-payload", "second").replace(
        "own measurement", "''"
    )
    path = folder(payloads=two)
    assert len(check_folder(path)) == 2
    with pytest.raises(CatalogError, match=r"payloads\.yaml:10: .* \(1 more: see `launchwatch catalog check`\)$"):
        load_catalog(path)


def test_a_good_folder_has_no_errors(folder: Write) -> None:
    path = folder(payloads=PAYLOAD, sensors_infrared=SENSOR, scenarios__mine=SCENARIO)
    assert check_folder(path) == []
    catalog = load_catalog(path)
    assert catalog.sensors_infrared["my-sensor"].payload == "my-payload"
    assert load_scenario("mine", catalog).launches[0].from_.place == "pyongsong"


def test_a_kind_may_be_a_folder_of_files(folder: Write) -> None:
    second = PAYLOAD.replace("my-payload", "second")
    path = folder(
        payloads=PAYLOAD, payloads__more=second, payloads__third=PAYLOAD.replace("my-payload", "dsp-scanning")
    )
    assert check_folder(path) == []
    catalog = load_catalog(path)
    assert {"my-payload", "second"} <= set(catalog.payloads)
    assert catalog.payloads["dsp-scanning"].sigma_urad == 20.0  # a user's block goes before the packaged one


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        (["sharing.levle=tracks"], "--set sharing.levle=tracks: sharing.levle: unknown key; did you mean 'level'?"),
        (["sharng.level=tracks"], "--set sharng.level=tracks: sharng: unknown key; did you mean 'sharing'?"),
        (
            ["sharing.level=track"],
            "--set sharing.level=track: sharing.level: 'track' is unknown; did you mean 'tracks'?",
        ),
        (
            ["weather.cloud_top_m=7"],
            "--set weather.cloud_top_m=7: weather.cloud_top_m: unknown key: its unit differs; write 'cloud_top_km'",
        ),
        (["weather.cloud_top_km=.nan"], "--set weather.cloud_top_km=.nan: weather.cloud_top_km: is nan"),
        (
            ["weather.cloud_top_km=7 km"],
            "--set weather.cloud_top_km=7 km: weather.cloud_top_km: is '7 km'; write a number",
        ),
        (["sharing.delay_s=-1"], "--set sharing.delay_s=-1: sharing.delay_s: is -1; it must be at least 0"),
        (
            ["seed=1", "sensors.only=[us-sbirs-geo1]"],
            "--set sensors.only=[us-sbirs-geo1]: sensors.only[0]: sensor 'us-sbirs-geo1' is unknown; did you",
        ),
        (
            ["launches.hwasong-15.time=2017-11-28T18:18:00"],
            "--set launches.hwasong-15.time=2017-11-28T18:18:00: launches[0].time: ",
        ),
        (
            ["launches.hwasong-51.booster=bench-1"],
            "--set launches.hwasong-51.booster=bench-1: hwasong-51: unknown; did you mean 'hwasong-15'?",
        ),
        (["title.x.y=1"], "--set title.x.y=1: x: unknown key; what stands before it is a plain value"),
        (["seed.x=1"], "--set seed.x=1: seed: is a mapping of keys; write a whole number"),
        (["seed"], "--set seed: is no setting; write KEY=VALUE"),
        (["=3"], "--set =3: is no setting"),
        (["sensors.only=[a"], "--set sensors.only:1: is not YAML"),
    ],
)
def test_a_wrong_override(catalog: Catalog, overrides: list[str], error: str) -> None:
    with pytest.raises(CatalogError) as refused:
        load_scenario("hwasong-15-2017", catalog, overrides)
    assert str(refused.value).startswith(error)
    assert "\n" not in str(refused.value)


def test_unknown_names(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="scenario 'hwasong-15-2018' is unknown; did you mean 'hwasong-15-2017'"):
        load_scenario("hwasong-15-2018", catalog)
    with pytest.raises(CatalogError, match=r"none\.yaml: cannot be read: No such file"):
        load_scenario(tmp_path / "none.yaml", catalog)
    with pytest.raises(CatalogError, match="is no folder"):
        check_folder(tmp_path / "none")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PACKAGED = load_catalog()


def spoil(draw: st.DrawFn, data: Any) -> Any:
    """Something else at a random place of plain data, or a key that is gone or too many."""
    if isinstance(data, dict) and data and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(data)) | st.text(max_size=8))
        value = spoil(draw, data.get(key))
        return {k: v for k, v in {**data, key: value}.items() if v is not None or draw(st.booleans())}
    if isinstance(data, list) and data and draw(st.integers(0, 3)):
        i = draw(st.integers(0, len(data) - 1))
        return [*data[:i], spoil(draw, data[i]), *data[i + 1 :]]
    return draw(ANYTHING)


@given(st.data())
def test_any_data_is_a_record_or_one_wrong_field(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    block = data.draw(st.sampled_from(list(PACKAGED.blocks(kind).values())))
    spoiled = data.draw(st.composite(spoil)(msgspec.to_builtins(block)))
    try:
        assert convert(spoiled, KINDS[kind])
    except FieldError as error:
        assert error.text  # noqa: PT017 - both outcomes are right


@given(st.data())
def test_any_data_is_a_scenario_or_one_wrong_field(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(list(PACKAGED.scenarios.values())))
    try:
        assert scenario_of(data.draw(st.composite(spoil)(raw)), PACKAGED)
    except FieldError as error:
        assert error.text  # noqa: PT017 - both outcomes are right
