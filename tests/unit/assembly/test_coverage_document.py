"""The document of coverage: what it holds, what it refuses, and what it keeps to itself."""

import math
import re
from functools import cache
from typing import Any

import msgspec
import pytest

from coverage_sky import CATALOG
from launchwatch.assembly.coverage.cover import KINDS, Request, coverage
from launchwatch.catalog.records import CatalogError
from launchwatch.core.epochs import EpochError

DAY = "2026-08-19T00:00:00Z"
FRACTIONS = ("infrared", "radar", "over_the_horizon", "dual", "any", "track")


@cache
def document(**asked: Any) -> dict[str, Any]:
    return coverage(CATALOG, Request(**({"at": DAY} | asked)))


def test_every_cell_once_and_every_figure_in_its_bounds() -> None:
    found = document(partner="ru")
    assert len({(one["lat_deg"], one["lon_deg"]) for one in found["cells"]}) == len(found["cells"]) == 2_592
    for cell in found["cells"]:
        fractions = {name: cell[f"{name}_fraction"] for name in FRACTIONS}
        assert all(0.0 <= value <= 1.0 for value in fractions.values())
        parts = [fractions["infrared"], fractions["radar"], fractions["over_the_horizon"]]
        # 1e-3: fractions are rounded to 1e-4
        assert max(parts) - 1e-3 <= fractions["any"] <= sum(parts) + 1e-3
        assert fractions["dual"] <= min(parts[:2]) + 1e-3
        assert fractions["track"] <= fractions["any"]
        for kind in ("infrared", "radar", "over_the_horizon"):
            count = cell[f"{kind}_count"]
            assert count["least"] <= count["mean"] + 0.01
            assert count["mean"] <= count["most"] + 0.01
            seen = fractions[kind] > 0.0
            assert (cell["first_look_s"][kind] is not None) == (cell["visible_from_km"][kind] is not None) == seen
            assert (count["most"] > 0) == seen


def test_the_summary_is_the_mean_of_the_cells() -> None:
    found = document(partner="ru")
    weights = [math.cos(math.radians(one["lat_deg"])) for one in found["cells"]]
    for name in FRACTIONS:
        mean = sum(
            w * one[f"{name}_fraction"] for w, one in zip(weights, found["cells"], strict=True)
        ) / sum(weights)
        assert found["earth"][f"{name}_fraction"] == pytest.approx(mean, abs=1e-4)  # the digits given


def test_a_launch_area_has_the_figures_of_its_cell() -> None:
    found = document(partner="ru")
    by_id = {one["id"]: one for one in found["regions"]}
    assert {"great-plains-north", "plesetsk", "kourou"} <= set(by_id)
    assert not {"moscow", "north-atlantic"} & set(by_id)
    plesetsk = by_id["plesetsk"]
    cell = next(one for one in found["cells"] if (one["lat_deg"], one["lon_deg"]) == (62.5, 42.5))
    assert {key: plesetsk[key] for key in cell} == cell


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_switched_off_never_helps(kind: str) -> None:
    whole, without = document(partner="ru"), document(partner="ru", without=(kind,))
    assert without["without"] == [kind]
    assert kind not in {one["kind"] for one in without["sensors"]}
    assert {one["kind"] for one in whole["sensors"]} == set(KINDS)
    for before, after in zip(whole["cells"], without["cells"], strict=True):
        assert after[f"{kind.replace('-', '_')}_fraction"] == 0.0
        assert all(after[f"{name}_fraction"] <= before[f"{name}_fraction"] for name in FRACTIONS)
        if before["track_s"] is not None and after["any_fraction"] == before["any_fraction"] == 1.0:
            assert after["track_s"] >= before["track_s"]


def test_radars_alone_do_not_depend_on_the_day() -> None:
    one = document(partner="gb")
    other = document(partner="gb", at="2026-08-25T13:00:00Z")
    assert one["cells"] == other["cells"]
    assert one["sampling"]["infrared_fraction_sigma"] == {"mean": 0.0, "most": 0.0}


def test_elements_out_of_date_are_left_out_with_the_reason() -> None:
    found = document(partner="ru", at="2026-09-16T00:00:00Z", hours=72.0)
    assert {one["id"] for one in found["left_out"]} == {"ru-eks-3", "ru-eks-5", "ru-eks-6"}
    assert all("within 30 days" in one["why"] for one in found["left_out"])
    assert not {one["id"] for one in found["sensors"]} & {one["id"] for one in found["left_out"]}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "give one of --partner"),
        ({"partner": "ru", "sensor": "ru-armavir"}, "give one of --partner"),
        ({"partner": "xx"}, "--partner xx: unknown"),
        ({"sensor": "ru-armavr"}, "did you mean 'ru-armavir'"),
        ({"partner": "ru", "hours": 6.0}, "never as the times of passes"),
        ({"partner": "ru", "hours": float("nan")}, "--hours nan"),
        ({"partner": "ru", "booster_class": "icbn"}, "did you mean 'icbm'"),
        ({"partner": "ru", "without": ("ru-armavir",)}, "single sensors are not switched off"),
        ({"partner": "ru", "cloud_top_km": 25.0}, "0 to 20 km"),
        ({"partner": "ru", "cloud_top_km": float("nan")}, "0 to 20 km"),
        ({"partner": "gb", "without": ("radar",)}, "no sensor is in service on 2026-08-19 without radar"),
        ({"sensor": "ru-eks-5", "at": "2026-09-16T00:00:00Z", "hours": 72.0}, "give elements within 30 days"),
        ({"sensor": "us-dsp-21"}, "no sensor is in service"),
        ({"partner": "ru", "at": "yesterday"}, "yesterday"),
    ],
)
def test_refusals(asked: dict[str, Any], words: str) -> None:
    with pytest.raises((CatalogError, EpochError), match=re.escape(words)) as error:
        coverage(CATALOG, Request(**({"at": DAY} | asked)))
    assert "\n" not in str(error.value)


def test_no_time_of_a_pass_and_no_azimuth_can_be_read() -> None:
    found = document(partner="ru")
    keys = {key for cell in found["cells"] for key in cell}
    assert not any("azimuth" in key or "time" in key or "pass" in key for key in keys)
    # the window begins with the day, so that shifting it by minutes shows nothing
    shifted = document(partner="ru", at="2026-08-19T11:40:00Z")
    assert shifted["cells"] == found["cells"]
    assert found["at"] == shifted["at"] == DAY
    assert all(round(one["lat_deg"], 1) == one["lat_deg"] for one in found["sensors"] if "lat_deg" in one)


def test_the_document_is_plain_json_and_the_same_each_time() -> None:
    once = msgspec.json.encode(document(sensor="ru-eks-5"))
    assert once == msgspec.json.encode(coverage(CATALOG, Request(sensor="ru-eks-5", at=DAY)))
