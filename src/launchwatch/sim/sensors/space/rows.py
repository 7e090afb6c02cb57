"""Detections of a payload as columns, however they came about, and the records that are delivered of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.messages.observations import InfraredLook
from launchwatch.physics.radiometry import direction_sigma
from launchwatch.sim.sensors import Delivery
from launchwatch.sim.sensors.looks import Looks, deliveries
from launchwatch.sim.sensors.space.geometry import OrbitPositions
from launchwatch.sim.sensors.space.pixels import spread_rad
from launchwatch.sim.sensors.space.pointing import stated_bias_urad

CLUTTER_SOURCE = -1
"""Source of a detection that is of no object."""


@dataclass(frozen=True)
class Rows:
    """Detections.

    Look (n,), time (n,) ns, sensor position (n, 3), direction (n, 3), snr (n,), irradiance (n,) W/m^2, and source (n,),
    an index into the objects or `CLUTTER_SOURCE`.
    """

    look: IntArray
    time_ns: IntArray
    position: FloatArray
    direction: FloatArray
    snr: FloatArray
    irradiance: FloatArray
    source: IntArray


_COLUMNS = ("look", "time_ns", "position", "direction", "snr", "irradiance", "source")


def in_order(parts: Sequence[Rows]) -> Rows:
    """All detections by look, then time, then brightness."""
    table = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
    order = np.lexsort((-table["snr"], table["time_ns"], table["look"]))
    return Rows(**{name: column[order] for name, column in table.items()})


def saturated(payload: Payload, irradiance: FloatArray) -> FloatArray:
    """Irradiance as read, W/m^2: no more than where the payload saturates."""
    most = payload.saturation_irradiance_w_m2
    return irradiance if most is None else np.minimum(irradiance, most)


def records(
    sensor: str, payload: Payload, orbit_positions: OrbitPositions, looks: Looks, rows: Rows
) -> list[Delivery]:
    """What is delivered of detections in order, with the looks that saw nothing."""
    counts = np.bincount(rows.look, minlength=len(looks.index))
    first, last, sent_ns = deliveries(looks, counts, payload.period_s)
    here = orbit_positions(looks.end_ns[last])[0]
    delay_ns = round(payload.report_delay_s * NS)
    sequence = np.arange(len(rows.look))
    sigma_urad = direction_sigma(payload.sigma_urad, rows.snr, spread_rad(payload) * 1e6)
    bias_urad = stated_bias_urad(payload)
    begins, ends = np.searchsorted(rows.look, first), np.searchsorted(rows.look, last, side="right")
    spans = zip(
        looks.begin_ns[first].tolist(), looks.end_ns[last].tolist(), (last - first + 1).tolist(),
        begins.tolist(), ends.tolist(), (sent_ns + delay_ns).tolist(), here, strict=True,
    )  # fmt: skip
    return [
        Delivery(
            received_ns,
            InfraredLook(
                sensor=sensor,
                look_from_ns=from_ns,
                look_until_ns=until_ns,
                looks=count,
                period_s=payload.period_s,
                position_m=position,
                band_um=payload.band_um,
                bias_urad=bias_urad,
                threshold_snr=payload.threshold_snr,
                false_alarms_per_look=payload.false_alarms_per_look,
                sequence=sequence[a:b],
                time_ns=rows.time_ns[a:b],
                sensor_position_m=rows.position[a:b],
                line_of_sight=rows.direction[a:b],
                sigma_urad=sigma_urad[a:b],
                irradiance_w_m2=rows.irradiance[a:b],
                snr=rows.snr[a:b],
            ),
        )
        for from_ns, until_ns, count, a, b, received_ns, position in spans
    ]
