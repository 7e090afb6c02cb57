"""Radars, their modes and cross sections: what a user's block may not say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from launchwatch.catalog.loader import Catalog, CatalogError, load_catalog
from launchwatch.catalog.schema import ArrayMode, HorizonMode

Write = Callable[..., Path]
HEAD = "  name: Mine\n  source: own measurement\n  confidence: low\n  status: assumption\n"
RADAR = (
    "- id: my-radar\n"
    + HEAD
    + """\
  owner: fr
  in_service: null
  host_country: fr
  lat_deg: 45.0
  lon_deg: 5.0
  alt_m: 100
  system: Mine
  band: UHF
  frequency_mhz: 435
  technique: phased-array
  mode: pave-paws
  sectors: [{from_deg: 0, to_deg: 120}]
  elevation_min_deg: 3
  elevation_max_deg: 85
  range_min_km: 200
  range_max_km: 5000
  reference: {rcs_m2: 1.0, range_km: 3000, snr_db: 13.0}
  beamwidth_deg: 2.2
  sigma_range_m: 60.0
  bias_range_m: 100.0
  bias_angle_mrad: 0.5
  revisit_s: 5.0
  report_delay_s: 1.0
  threshold_snr_db: 13.0
  false_alarms_per_look: 0.001
"""
)
MODE = (
    "- id: my-mode\n  kind: phased-array\n"
    + HEAD
    + """\
  dwell_s: 0.05
  pulse_repetition_s: 0.04
  range_gate: true
  boresight_elevation_deg: 20
  scan_loss_exponent: 3.0
  beams_at_once: 1
  fences: [{height_deg: 3.0, period_s: 5.0}, {height_deg: null, period_s: 60.0}]
  confirm: {hits: 2, looks: 3}
  drop_misses: 5
  search_share: 0.4
"""
)


def refusal(folder: Path) -> str:
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return str(caught.value)


def test_a_users_radar_and_mode_load(folder: Write) -> None:
    mine = load_catalog(folder(sensors_radar=RADAR.replace("pave-paws", "my-mode"), radar_modes=MODE))
    mode = mine.radar_modes[mine.sensors_radar["my-radar"].mode]
    assert isinstance(mode, ArrayMode)
    assert [one.height_deg for one in mode.fences] == [3.0, None]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("mode: pave-paws", "mode: pave-pows", "radar mode 'pave-pows' is unknown; did you mean 'pave-paws'"),
        ("mode: pave-paws", "mode: sky-wave", "is of kind over-the-horizon; name one of kind phased-array"),
        (
            "range_max_km: 5000",
            "range_max_km: 6000",
            "is beyond 5696, from where 'pave-paws' takes echoes for near ones",
        ),
        ("revisit_s: 5.0", "revisit_s: 0.25", "is 0.25, too short for the looks with which 'pave-paws' confirms"),
        ("revisit_s: 5.0", "revisit_s: 4.0", "is 4, no whole part of 10 of 'pave-paws'"),
    ],
)
def test_a_radar_and_its_mode_must_fit(before: str, after: str, said: str, folder: Write) -> None:
    line = refusal(folder(sensors_radar=RADAR.replace(before, after)))
    assert said in line
    assert re.search(r"sensors_radar.yaml:\d+: my-radar\.", line)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("hits: 2", "hits: 4", "is 4, more than the 3 looks"),
        ("{height_deg: 3.0, period_s: 5.0}, {height_deg: null, period_s: 60.0}",
         "{height_deg: 3.0, period_s: 5.0}, {height_deg: 2.0, period_s: 60.0}", "is not above that of the fence"),
        ("{height_deg: 3.0, period_s: 5.0}", "{height_deg: null, period_s: 5.0}", "is not above that of the fence"),
        ("search_share: 0.4", "search_share: 1.0", "search_share"),
        ("kind: phased-array", "kind: phased", "phased-array"),
        ("dwell_s: 0.05", "dwel_s: 0.05", "dwell_s"),
    ],
)  # fmt: skip
def test_a_wrong_mode_is_refused(before: str, after: str, said: str, folder: Write) -> None:
    line = refusal(folder(radar_modes=MODE.replace(before, after)))
    assert said in line
    assert "radar_modes.yaml:" in line


def test_modes_and_cross_sections_say_what_they_rest_on(catalog: Catalog) -> None:
    for mode in catalog.radar_modes.values():
        assert mode.status in ("assumption", "synthetic") or {"confirm"} <= set(mode.assumed), mode.id
        assert isinstance(mode, ArrayMode | HorizonMode)
    used = {radar.mode for radar in catalog.sensors_radar.values()}
    assert used == set(catalog.radar_modes) - {"generic"}
    for section in catalog.cross_sections.values():
        assert section.status == "assumption" or section.id == "moon"
        assert section.low_db < 0.0 < section.high_db


def test_levels_of_cross_sections_must_lie_between_their_bounds(folder: Write) -> None:
    sides = "{nose_db: 0.0, side_db: 0.0, tail_db: 0.0}"
    bands = "".join(f"  {name}: {sides}\n" for name in ("hf", "vhf", "uhf", "l", "s", "x"))
    text = "- id: my-thing\n" + HEAD + "  swerling: 1\n  low_db: 1.0\n  high_db: 2.0\n" + bands
    assert "must lie between them" in refusal(folder(cross_sections=text))
    assert "swerling" in refusal(folder(cross_sections=text.replace("swerling: 1", "swerling: 5")))
