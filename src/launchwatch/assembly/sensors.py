"""The sensors that play: which they are, and where satellites stand."""

from __future__ import annotations

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import InfraredSensor, RadarSensor, Scenario
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.sim.truth.orbits import satellite_positions


def sensors_of(catalog: Catalog, scenario: Scenario, partner: str, date_ns: int) -> list[InfraredSensor | RadarSensor]:
    """The partner's sensors that play: in service on the date, chosen by the scenario."""
    choice = scenario.sensors
    return [
        sensor
        for name, sensor in catalog.sensors_in_service(date_ns, partner).items()
        if (choice.only is None or name in choice.only) and name not in choice.exclude
    ]


def sub_points(catalog: Catalog, sensor: InfraredSensor, epoch_ns: int) -> tuple[float, float]:
    """Latitude and longitude below a satellite at an epoch, degrees."""
    position, _ = satellite_positions(catalog.orbit_of(sensor, epoch_ns), np.array([epoch_ns]), sensor.satellite)
    lat, lon, _ = geodetic_from_itrf(position[0])
    return float(lat), float(lon)
