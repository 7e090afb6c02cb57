from pathlib import Path

import pytest

from launchwatch.catalog.loader import check_folder, load_catalog, load_scenario
from launchwatch.catalog.records import CatalogError

SCENARIO = """
id: drawn
title: Drawn
sources: [own]
partners: [cn]
purpose: test
window: {{from: 2026-08-05T00:00:00Z, until: 2026-08-05T01:00:00Z}}
non_launches: {{{}}}
"""


def test_the_two_skies_differ_in_every_law_and_not_in_how_many_there_are() -> None:
    skies = load_catalog().skies
    one, other = skies["calibration"], skies["counting"]
    assert one.fires is not None
    assert other.fires is not None
    assert one.fires.power_mw.law != other.fires.power_mw.law
    assert one.fires.fields.form != other.fires.fields.form
    assert one.fires.per_day == other.fires.per_day
    assert one.glints is not None
    assert other.glints is not None
    assert one.glints.lasts_s.law != other.glints.lasts_s.law
    assert one.glints.per_day == other.glints.per_day


def test_a_law_without_its_figures_is_refused_by_field(tmp_path: Path) -> None:
    (tmp_path / "skies.yaml").write_text(
        "- {id: mine, name: Mine, source: own, confidence: none, status: synthetic,\n"
        "   glints: {per_day: 3.0, intensity_w_sr: {law: power-law, least: 1.0, most: 0.5},\n"
        "     lasts_s: {law: log-normal, median: 3.0, sigma: 0.1}, off_km: 10.0, height_km: 9.0, moves: 0.5}}\n"
    )
    (found,) = check_folder(tmp_path)
    assert "mine.glints.intensity_w_sr" in found
    assert "goes with power-law" in found


def test_a_scenario_names_a_sky_of_the_catalogue(tmp_path: Path) -> None:
    file = tmp_path / "drawn.yaml"
    file.write_text(SCENARIO.format("drawn: counting"))
    found = load_scenario(file, load_catalog())
    assert found.non_launches is not None
    assert found.non_launches.drawn == "counting"
    file.write_text(SCENARIO.format("drawn: countin"))
    with pytest.raises(CatalogError, match=r"non_launches\.drawn: sky 'countin' is unknown; did you mean 'counting'"):
        load_scenario(file, load_catalog())
    file.write_text(SCENARIO.format(""))
    with pytest.raises(CatalogError, match="names no file"):
        load_scenario(file, load_catalog())
