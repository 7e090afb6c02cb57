"""Alert regions: whom a public warning is for, and the table that footprints are computed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import numpy as np
from msgspec import Meta

from launchwatch.catalog.records import Block, Country, Latitude, Longitude, Problem, Text, site_problems
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.geodesy import itrf_from_geodetic


class AlertRegion(Block, frozen=True, kw_only=True):
    """A first-level administrative region, told by the latitude and longitude of some of its places.

    ``code`` is that of GeoNames within the country.
    """

    country: Country
    code: Text
    places: Annotated[tuple[tuple[Latitude, Longitude], ...], Meta(min_length=1)]

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for i, (lat, lon) in enumerate(self.places):
            yield from site_problems(("places", i), lat, lon)


class PlaceTable(NamedTuple):
    """Places of alert regions as arrays.

    Attributes
    ----------
    ids, names : of the regions.
    region : (n,) index of the region of each place.
    position_m : (n, 3) of each place, ITRF, on the ellipsoid.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    region: IntArray
    position_m: FloatArray


def place_table(regions: Iterable[AlertRegion]) -> PlaceTable:
    """The places of regions as a table, in their order."""
    known = tuple(regions)
    index = [i for i, region in enumerate(known) for _ in region.places]
    points = np.array([place for region in known for place in region.places], dtype=np.float64).reshape(-1, 2)
    return PlaceTable(
        tuple(region.id for region in known),
        tuple(region.name for region in known),
        np.array(index, dtype=np.int64),
        itrf_from_geodetic(points[:, 0], points[:, 1], 0.0),
    )
