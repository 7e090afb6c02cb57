"""A catalogue folder of a user, written block by block, and the packaged catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from launchwatch.catalog.loader import Catalog, load_catalog

PAYLOAD = """\
- id: my-payload
  name: Mine
  source: own measurement
  confidence: low
  status: assumption
  scan: staring
  period_s: 1.0
  band_um: [2.65, 2.95]
  noise_equivalent_irradiance_w_m2: 1.0e-12
  sigma_urad: 20.0
  bias_urad: 10.0
  threshold_snr: 5.0
  false_alarms_per_look: 0.01
  report_delay_s: 2.0
"""
SENSOR = """\
- id: my-sensor
  name: Mine
  source: own measurement
  confidence: low
  status: assumption
  owner: fr
  in_service: [2020-01-01, null]
  payload: my-payload
  orbit: slot-us-10e
"""
SCENARIO = """\
id: mine
title: Mine
sources: [own]
partners: [jp]
launches:
  - id: one
    booster: hwasong-15
    time: 2017-11-28T18:18:00Z
    from: pyongsong
    trajectory: {azimuth_deg: 76, range_km: 950, apogee_km: 4475}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes files into a user's folder; the cache is in a folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(**files: str) -> Path:
        path = tmp_path / "own"
        for name, text in files.items():
            file = path / f"{name.replace('__', '/')}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return path

    return write
