"""What comes down through the air, from sensors to assessments: a glide body, and a re-entry seen as a light."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.small import ONE_CASE

GLIDER = """
id: glider
title: A glide body watched by two partners
sources: ['Made for this test']
partners: [jp, us]
launches:
  - id: glider
    booster: df-17
    time: 2026-08-20T20:00:00Z
    from: {lat_deg: 40.0, lon_deg: 122.0}
    trajectory: {azimuth_deg: 90.0, apogee_km: 120.0, range_km: 1900.0}
"""


@pytest.fixture
def glider(tmp_path: Path, played: Any) -> Any:
    file = tmp_path / "glider.yaml"
    file.write_text(GLIDER)
    return played(file)


def test_the_skin_of_a_glide_body_is_its_track_and_no_launch(glider: Any) -> None:
    summary = glider.summary
    assert summary["false_events"] == 0
    (launch,) = summary["launches"]
    final = next(e for e in launch["errors"] if e["at"] == "final")
    assert final["inside_95"]["impact_point"]
    # a footprint, and no confident point: the glide begins 1,000 km before the end
    assert final["semi_major_km"]["impact_point"] > 50.0


def test_lights_alone_bring_a_re_entry_down_to_its_point(tmp_path: Path, played: Any) -> None:
    """Two partners whose satellites see the glow; no radar sees the body fall."""
    file = tmp_path / "one-case.yaml"
    file.write_text(ONE_CASE)
    dark, glows = played(file), played(file, "signature.entry=true")
    errors = [
        next(e for e in run.summary["launches"][0]["errors"] if e["at"] == "final") for run in (dark, glows)
    ]
    assert glows.summary["false_events"] == 0
    assert errors[1]["inside_95"]["impact_point"]
    assert errors[1]["semi_major_km"]["impact_point"] < 10.0
    # without its light it is known from the burn alone
    assert errors[1]["impact_point_km"] < 0.1 * errors[0]["impact_point_km"]
