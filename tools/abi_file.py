"""Writes small files in the format of GOES-R ABI L1b, for tests and fuzzing: real structure, made-up pixels."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

NAME = "OR_ABI-L1b-Rad{scene}-M6C{band:02d}_{platform}_s20200040316182_e20200040318566_c20200040319022.nc"
FILL = 16_383
PLANCK = {7: (202263.0, 3698.19, 0.43361, 0.99939), 14: (8510.22, 1286.67, 0.22516, 0.99920)}
"""Coefficients of bands 7 and 14 as G16 states them: fk1, fk2, bc1, bc2."""
SCALES = {6: (0.03008847, -0.9609507), 7: (0.00156435, -0.0376), 14: (0.04572892, -1.6443)}
"""Radiance of one count, and of none."""


def write_abi(
    folder: Path,
    radiance: NDArray[np.float64],
    *,
    band: int = 7,
    scene: str = "M1",
    platform: str = "G16",
    x0_rad: float = -0.02,
    y0_rad: float = 0.09,
    times: tuple[str, str] = ("2020-01-04T03:16:18.2Z", "2020-01-04T03:18:56.6Z"),
    name: str = NAME,
) -> Path:
    """Write one band; what is not finite becomes fill."""
    path = folder / name.format(scene=scene, band=band, platform=platform)
    scale, offset = SCALES[band]
    counts = np.clip(np.round((np.nan_to_num(radiance) - offset) / scale), 0, FILL - 1)
    counts = np.where(np.isfinite(radiance), counts, FILL).astype(np.uint16)
    chunks = tuple(min(side, 64) for side in counts.shape)
    with h5py.File(path, "w") as file:
        file.attrs.update(
            title=np.bytes_("ABI L1b Radiances"),
            platform_ID=np.bytes_(platform),
            dataset_name=np.bytes_(path.name),
            time_coverage_start=np.bytes_(times[0]),
            time_coverage_end=np.bytes_(times[1]),
        )
        packed = file.create_dataset("Rad", data=counts.view(np.int16), chunks=chunks, compression="gzip")
        packed.attrs.update(
            _FillValue=np.array([FILL], np.int16),
            _Unsigned=np.bytes_("true"),
            scale_factor=np.array([scale], np.float32),
            add_offset=np.array([offset], np.float32),
        )
        flags = np.where(np.isfinite(radiance), 0, -1).astype(np.int8)
        file.create_dataset("DQF", data=flags, chunks=chunks, compression="gzip")
        for axis, size, first, step in (("y", counts.shape[0], y0_rad, -56e-6), ("x", counts.shape[1], x0_rad, 56e-6)):
            angles = file.create_dataset(axis, data=np.arange(size, dtype=np.int16))
            angles.attrs.update(scale_factor=np.array([step], np.float32), add_offset=np.array([first], np.float32))
        projection = file.create_dataset("goes_imager_projection", data=np.int32(0))
        projection.attrs.update(
            perspective_point_height=np.array([35786023.0]),
            semi_major_axis=np.array([6378137.0]),
            semi_minor_axis=np.array([6356752.31414]),
            longitude_of_projection_origin=np.array([-75.0]),
            sweep_angle_axis=np.bytes_("x"),
        )
        file["nominal_satellite_subpoint_lat"] = np.float32(0.0)
        file["nominal_satellite_subpoint_lon"] = np.float32(-75.2)
        file["nominal_satellite_height"] = np.float32(35786.023)
        file["band_id"] = np.array([band], np.int8)
        for key, value in zip(("fk1", "fk2", "bc1", "bc2"), PLANCK.get(band, (-999.0,) * 4), strict=True):
            file[f"planck_{key}"] = np.float32(value)
    return path
