"""Looks of sensors as lines of an observation file: one that announces the look, and one for each detection."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from launchwatch.core.epochs import format_utc
from launchwatch.formats.observations import Field, Infrared, Look, Origin, Purpose, Radar, Record, Sector, Site
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook

EARTH_M = 6.371e6


def observation_lines(envelopes: Iterable[Envelope]) -> list[Record]:
    """Lines of looks in the order given; each sensor numbers its own lines from 1.

    What `launchwatch process` makes of them is what the chain makes of the envelopes.

    Parameters
    ----------
    envelopes : with looks as their payload; others are passed over.
    """
    numbers: Counter[str] = Counter()
    found: list[Record] = []
    for envelope in envelopes:
        if isinstance(envelope.payload, InfraredLook | RadarLook):
            made = _lines(envelope, envelope.payload, numbers[envelope.payload.sensor] + 1)
            numbers[envelope.payload.sensor] += len(made)
            found += made
    return found


def _lines(envelope: Envelope, look: InfraredLook | RadarLook, first: int) -> list[Record]:
    origin: Origin = "simulated" if "simulated" in envelope.origin else envelope.origin[0]
    purpose: Purpose = envelope.purpose
    head = Look(
        sensor=look.sensor,
        sequence=first,
        time_ns=look.look_from_ns,
        received_ns=envelope.received_ns,
        purpose=purpose,
        origin=origin,
        field=msgspec.to_builtins(_field(look)),
        false_alarm_density=_density(look),
        detections=len(look.sequence),
    )
    rows = range(len(look.sequence))
    common: list[dict[str, Any]] = [
        {
            "sensor": look.sensor,
            "sequence": first + 1 + k,
            "time_ns": int(look.time_ns[k]),
            "received_ns": envelope.received_ns,
            "purpose": purpose,
            "origin": origin,
        }
        for k in rows
    ]
    if isinstance(look, InfraredLook):
        return [
            head,
            *(
                Infrared(
                    **common[k],
                    sensor_position_m=tuple(look.sensor_position_m[k].tolist()),
                    line_of_sight=tuple(look.line_of_sight[k].tolist()),
                    sigma_urad=float(look.sigma_urad[k]),
                    irradiance_w_m2=float(look.irradiance_w_m2[k]),
                    band_um=look.band_um,
                    snr=float(look.snr[k]),
                )
                for k in rows
            ),
        ]
    high = np.isfinite(look.elevation_deg).tolist()
    return [
        head,
        *(
            Radar(
                **common[k],
                site=Site(*look.site_deg_m),
                range_m=float(look.range_m[k]),
                azimuth_deg=float(look.azimuth_deg[k]),
                elevation_deg=float(look.elevation_deg[k]) if high[k] else None,
                sigma_range_m=float(look.sigma_range_m[k]),
                sigma_azimuth_deg=float(look.sigma_azimuth_deg[k]),
                sigma_elevation_deg=float(look.sigma_elevation_deg[k]) if high[k] else None,
                snr_db=float(look.snr_db[k]),
            )
            for k in rows
        ),
    ]


def _field(look: InfraredLook | RadarLook) -> Field:
    until = format_utc(look.look_until_ns, 9)
    if isinstance(look, InfraredLook):
        return Field(
            until=until,
            looks=look.looks,
            period_s=look.period_s,
            false_alarms_per_look=look.false_alarms_per_look,
            position_m=tuple(look.position_m.tolist()),
            band_um=look.band_um,
            bias_urad=look.bias_urad,
            threshold_snr=look.threshold_snr,
        )
    return Field(
        until=until,
        looks=look.looks,
        period_s=look.period_s,
        false_alarms_per_look=look.false_alarms_per_look,
        site=Site(*look.site_deg_m),
        sectors=tuple(Sector(s.from_deg, s.to_deg) for s in look.sectors),
        elevation_limits_deg=look.elevation_limits_deg,
        range_limits_m=look.range_limits_m,
        bias_range_m=look.bias_range_m,
        bias_angle_deg=look.bias_angle_deg,
        threshold_snr_db=look.threshold_snr_db,
    )


def _density(look: InfraredLook | RadarLook) -> float:
    """False alarms of a look in one steradian of the Earth's disc (infrared) or in the field (radar)."""
    if isinstance(look, RadarLook):
        return look.false_alarms_per_look
    sine = EARTH_M / float(np.linalg.norm(look.position_m))
    disc_sr = 2.0 * math.pi * (1.0 - math.sqrt(max(0.0, 1.0 - sine**2)))
    return look.false_alarms_per_look / disc_sr
