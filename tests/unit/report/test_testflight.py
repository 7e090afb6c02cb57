from pathlib import Path
from typing import Any

import pytest

from launchwatch.report.testflight import lines_of, write_figure


def document(**more: Any) -> dict[str, Any]:
    """A small document as `launchwatch testflight --json` gives it."""
    vehicles = [("generic-icbm-solid", 120.0, 11_000.0), ("generic-icbm-solid", 180.0, 13_000.0)]
    vehicles += [("generic-icbm-liquid", 180.0, 12_000.0), ("generic-icbm-liquid", 250.0, None)]
    band = {"stated": {"low": 120.0, "high": 180.0}, "implied": None, "used": {"low": 120.0, "high": 180.0}}
    return {
        "reported": {"apogee_km": 4_475.0, "range_km": 950.0, "flight_time_s": 3_180.0},
        "rounding": {"apogee_km": 0.5, "range_km": 5.0, "flight_time_s": 30.0},
        "booster_class": "icbm",
        "class_inferred": True,
        "two_body_time_s": 3_017.0,
        "flight_time_s": {"value": 3_120.0, "low": 3_077.0, "high": 3_297.0},
        "consistent": True,
        "doubtful": [],
        "corrections": {},
        "burn_s": {"solid": band, "liquid": band},
        "burnout_speed_m_s": {"value": 6_600.0, "low": 6_300.0, "high": 6_700.0},
        "impulsive_range_km": 9_983.3,
        "max_range_km": {"value": 12_500.0, "low": 9_983.3, "high": 17_000.0},
        "rotation": {"included": False, "vehicle": "one", "west_percent": -20.0, "east_percent": None},
        "family": [{"vehicle": v, "burn_s": b, "flight_time_s": 3_000.0 + b} for v, b, _ in vehicles],
        "grid": [
            {"vehicle": v, "burn_s": b, "payload_factor": factor, "range_km": reach}
            for v, b, reach in vehicles
            for factor in (0.7, 1.0, 1.3)
        ],
        "assumptions": ["one", "two"],
    } | more


def test_the_lines_say_the_verdict_and_the_band() -> None:
    text = "\n".join(lines_of(document()))
    assert "consistent: 3,180 s" in text
    assert "9,983 to 17,000 km" in text
    assert "not bounded to the east" in text
    assert text.endswith("- one\n- two")


def test_an_unbounded_range_is_more_than_its_floor() -> None:
    lines = lines_of(document(max_range_km={"value": None, "low": 16_000.0, "high": None}))
    assert any("more than 16,000 km, not bounded by these data" in line for line in lines)


def test_doubt_names_the_figure_and_its_corrections() -> None:
    corrections = {"flight_time_s": {"to": 3_300.0, "percent": 2.0}, "apogee_km": None}
    text = "\n".join(lines_of(document(consistent=False, doubtful=["flight_time_s"], corrections=corrections)))
    assert "NOT consistent: 3,180 s; doubt the flight time" in text
    assert "no apogee alone would mend it" in text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_figure_has_the_same_bytes_each_time(tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{i}{suffix}" for i in (1, 2)]
    for file in files:
        write_figure(document(), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_figure_says_what_was_reported(tmp_path: Path) -> None:
    file = tmp_path / "one.svg"
    write_figure(document(), file)
    text = file.read_text(encoding="utf-8")
    for words in ("apogee 4,475 km, range 950 km, 3,180 s", "longest range (km)", "flight time (s)", "9,983 km"):
        assert words in text
