"""Assessments and policies made by hand."""

from typing import Any

import msgspec
import numpy as np

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Policy
from launchwatch.core.epochs import NS
from launchwatch.core.gaussians import ellipse_95
from launchwatch.messages.assessments import Assessment, Ellipse, GroundPoint, RegionThreat

T0 = 1_700_000_000 * NS


def policy(name: str = "default", **changes: Any) -> Policy:
    """A policy of the catalogue with some fields changed."""
    return msgspec.structs.replace(load_catalog().policies[name], **changes)


def ground_point(lat_deg: float, lon_deg: float, time_ns: int, sigma_m: float = 5e3) -> GroundPoint:
    """A ground point with a round ellipse."""
    covariance = sigma_m**2 * np.eye(2)
    major, minor, azimuth = ellipse_95(covariance)
    return GroundPoint(
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        time_ns=time_ns,
        sigma_s=5.0,
        covariance_m2=covariance,
        ellipse_95=Ellipse(semi_major_km=major / 1e3, semi_minor_km=minor / 1e3, azimuth_deg=azimuth),
    )


def assessment(threat: float = 0.9, **changes: Any) -> Assessment:
    """An assessment of a missile that threatens region `jp` with probability `threat`."""
    typing = {"icbm": 0.9, "slv": 0.02, "sounding-rocket": 0.02, "other": 0.03, "not-a-missile": 0.03}
    base = Assessment(
        event="jp-20231114-001",
        version=1,
        status="update",
        basis="observed",
        first_detection_ns=T0,
        typing=typing,
        boosters={},
        launch_point=ground_point(40.0, 126.0, T0 - 30 * NS),
        azimuth_deg=None,
        burnout_ns=T0 + 100 * NS,
        staging_ns=(),
        apogee_km=None,
        range_km=None,
        impact=ground_point(36.0, 140.0, T0 + 600 * NS),
        threats=(RegionThreat(region="jp", impact_probability=threat, overflight_probability=0.0),),
        far_hz=None,
        far_basis="not calibrated",
        confidence="medium",
        phenomenologies=("infrared",),
        kind_sensors=("us-sbirs-geo-1",),
        sensors=("us-sbirs-geo-1",),
        detections=10,
        aliases=(),
        partners=(),
    )
    return msgspec.structs.replace(base, **changes)


DUAL: dict[str, Any] = {
    "phenomenologies": ("infrared", "radar"),
    "kind_sensors": ("us-sbirs-geo-1", "jp-fps5-sado"),
    "sensors": ("us-sbirs-geo-1", "us-sbirs-geo-2", "jp-fps5-sado"),
}
