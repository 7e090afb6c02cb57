"""Hand-made flights, cells and sensors for the tests of coverage."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from launchwatch.assembly.coverage.flights import ClassFlight, Profile
from launchwatch.assembly.coverage.watch import Cells
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Payload, RadarSensor, Reference, Sector
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import itrf_from_geodetic

CATALOG = load_catalog()
BLOCK = {"name": "of tests", "source": "tests", "confidence": "none", "status": "synthetic"}


def hovering(height_m: FloatArray, thrust_n: float = 1e6, step_s: float = 1.0, burns: bool = True) -> ClassFlight:
    """A flight that stays above its launch point, at given heights."""
    rest = np.zeros(len(height_m))
    profile = Profile(step_s, height_m, rest, rest + thrust_n * burns, rest + 2_700.0 * burns)
    path = SimpleNamespace(burnout_s=len(height_m) * step_s)
    light = SimpleNamespace(intensity_w_sr=lambda t_s, band_um: np.full(len(t_s), 1e5 * burns))
    return ClassFlight(CATALOG.boosters["generic-icbm-solid"], cast(Any, path), cast(Any, light), profile, profile)


def cells(lat_deg: Any, lon_deg: Any, azimuths: int = 1, cloud_top_m: float = 0.0) -> Cells:
    return Cells(
        np.atleast_1d(np.asarray(lat_deg, dtype=np.float64)),
        np.atleast_1d(np.asarray(lon_deg, dtype=np.float64)),
        np.arange(azimuths) * 360.0 / azimuths,
        cloud_top_m,
    )


def payload(**changes: Any) -> Payload:
    figures: dict[str, Any] = {
        "scan": "scanning",
        "period_s": 10.0,
        "band_um": (2.65, 2.95),
        "noise_equivalent_irradiance_w_m2": 0.6e-12,
        "sigma_urad": 30.0,
        "bias_urad": 20.0,
        "threshold_snr": 6.0,
        "false_alarms_per_look": 0.0,
        "report_delay_s": 5.0,
    }
    return Payload(id="payload", **BLOCK, **(figures | changes))


def radar(**changes: Any) -> RadarSensor:
    figures: dict[str, Any] = {
        "id": "radar",
        "owner": "us",
        "in_service": None,
        "host_country": "us",
        "lat_deg": 0.0,
        "lon_deg": 0.0,
        "alt_m": 0.0,
        "system": "array",
        "band": "uhf",
        "frequency_mhz": 435.0,
        "technique": "phased-array",
        "mode": "mode",
        "sectors": (Sector(from_deg=0.0, to_deg=360.0),),
        "elevation_min_deg": 3.0,
        "elevation_max_deg": 90.0,
        "range_min_km": 0.0,
        "range_max_km": 6000.0,
        "reference": Reference(rcs_m2=1.0, range_km=3000.0, snr_db=13.0),
        "beamwidth_deg": 2.2,
        "sigma_range_m": 50.0,
        "bias_range_m": 0.0,
        "bias_angle_mrad": 0.0,
        "revisit_s": 5.0,
        "report_delay_s": 1.0,
        "threshold_snr_db": 13.0,
        "false_alarms_per_look": 0.0,
    }
    return RadarSensor(**BLOCK, **(figures | changes))


def stationary(*longitudes_deg: float) -> FloatArray:
    """Positions (k, 3) in the geostationary orbit, ITRF m."""
    return itrf_from_geodetic(0.0, np.array(longitudes_deg), 35_786_034.0)
