"""Frame level: renders what a focal plane sees around a place, and finds spots in it.

Values of a frame are irradiance per pixel, W/m^2. Each frame has the background's radiance through each pixel with its
structure, point sources through the point spread and the jitter of the line of sight, the noise of each pixel, a fixed
pattern that stays from frame to frame, and saturation. The payload takes the mean of earlier frames from a new one,
which leaves of what stands still only what moved with the jitter, and looks for spots in the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.physics.imaging import Detector, Spots, find_spots
from launchwatch.physics.imaging.detector import pixel_shares
from launchwatch.sim.sensors.space.geometry import across_line
from launchwatch.sim.sensors.space.pointing import bias_rad, drift_rad, stated_bias_urad
from launchwatch.sim.sensors.space.rows import saturated


@dataclass(frozen=True)
class FocalPlane:
    """A square part of a payload's focal plane and what its pixels are like.

    Attributes
    ----------
    payload : Payload
    size_px : pixels along each side; row and column 0, 0 is the first.
    fixed_pattern : standard deviation of what each pixel adds for good, in units of the noise of one frame.
    window_px : of the reference pixels around a tested one.
    """

    payload: Payload
    size_px: int
    fixed_pattern: float = 3.0
    window_px: int = 15

    @property
    def noise_w_m2(self) -> float:
        """Noise of a pixel in one frame, W/m^2, that gives a spot on its middle the payload's equivalent irradiance.

        The matched filter less the mean of the reference pixels, which has noise of its own.
        """
        detector = self.detector
        taps = detector.taps()
        power = float(taps @ taps) ** 2
        with_mean = power + float(taps.sum()) ** 4 / detector.references
        return self.payload.noise_equivalent_irradiance_w_m2 * power / math.sqrt(with_mean)

    @property
    def detector(self) -> Detector:
        """What looks for spots on it, at the payload's threshold (Student's law, as the noise is measured too)."""
        from scipy.special import stdtr

        psf = self.payload.psf_pixels
        guard = 2 * max(1, math.ceil(3.0 * psf - 0.5)) + 1
        chance = float(stdtr(self.window_px**2 - guard**2 - 1, -self.payload.threshold_snr))
        return Detector(psf, self.window_px, guard, chance)


@dataclass(frozen=True)
class Frame:
    """One frame and what is in it.

    Attributes
    ----------
    value : (size, size) irradiance per pixel, W/m^2, less the mean of earlier frames.
    row, column : (n,) where the sources really fell, px.
    """

    value: FloatArray
    row: FloatArray
    column: FloatArray


def render(
    plane: FocalPlane,
    background_w_m2_sr: FloatArray,
    structure: FloatArray,
    row: FloatArray,
    column: FloatArray,
    irradiance_w_m2: FloatArray,
    seed: int,
    sensor: str,
    look: int,
) -> Frame:
    """The difference of a new frame and the mean of many earlier ones without the sources.

    Parameters
    ----------
    plane : FocalPlane
    background_w_m2_sr : FloatArray, shape (size, size)
        Radiance behind each pixel.
    structure : FloatArray, shape (size, size)
        Standard deviation of the radiance over its mean from one pixel to the next.
    row, column : FloatArray, shape (n,)
        Where sources would fall without jitter, px.
    irradiance_w_m2 : FloatArray, shape (n,)
        Of the sources at the aperture.
    seed, sensor, look :
        Name the draws of this frame.

    Returns
    -------
    Frame
    """
    payload, size = plane.payload, plane.size_px
    cells = size * size
    u = look_uniforms(seed, sensor, "frame", look, 1, cells + 2)[0]
    fixed = look_uniforms(seed, sensor, "focal plane", 0, 1, 2 * cells)[0]
    z, pattern, cloud = normals(u[:cells]), normals(fixed[:cells]), normals(fixed[cells:])
    jitter = normals(u[cells:]) * payload.sigma_urad / payload.pixel_urad
    pixel_sr = (payload.pixel_urad * 1e-6) ** 2
    # what stands still, seen through the same pixels before; comparison leaves a part of its structure
    still = background_w_m2_sr * pixel_sr
    left = still * (1.0 + payload.background_suppression * structure * cloud.reshape(size, size))
    value = left + plane.noise_w_m2 * (z + plane.fixed_pattern * pattern).reshape(size, size)
    at_row, at_column = row + jitter[0], column + jitter[1]
    value += spots(size, at_row, at_column, irradiance_w_m2, payload.psf_pixels)
    before = still + plane.noise_w_m2 * plane.fixed_pattern * pattern.reshape(size, size)
    return Frame(saturated(payload, value) - before, at_row, at_column)


def spots(size: int, row: FloatArray, column: FloatArray, flux: FloatArray, psf_pixels: float) -> FloatArray:
    """Point sources on (size, size) pixels: the share of each in each pixel."""
    index = np.arange(size)
    down = pixel_shares(index[:, None], row, psf_pixels)
    along = pixel_shares(index[:, None], column, psf_pixels)
    return np.asarray((down * flux) @ along.T)


def find(plane: FocalPlane, frame: Frame) -> Spots:
    """Spots of a frame; flux is irradiance at the aperture, W/m^2."""
    return find_spots(frame.value, plane.detector)


@dataclass(frozen=True)
class FrameDetections:
    """Spots as a payload reports them: like the rows of the detection level, arrays of length n."""

    line_of_sight: FloatArray
    sigma_urad: FloatArray
    bias_urad: float
    irradiance_w_m2: FloatArray
    snr: FloatArray


def detections(
    plane: FocalPlane,
    found: Spots,
    middle: FloatArray,
    here: FloatArray,
    velocity: FloatArray,
    ns: int,
    seed: int,
    sensor: str,
) -> FrameDetections:
    """Lines of sight of spots.

    Parameters
    ----------
    plane, found : FocalPlane, Spots
    middle : FloatArray, shape (3,)
        Unit vector along which the middle of the frame looks, ITRF. Columns grow along the satellite's motion.
    here, velocity : FloatArray, shape (3,)
        Of the satellite, ITRF.
    ns : int
        Epoch of the frame, ns TAI.
    seed, sensor :
        Name the draws of bias and drift.
    """
    payload = plane.payload
    pixel, centre = payload.pixel_urad * 1e-6, 0.5 * (plane.size_px - 1)
    first, second = (axis[0] for axis in across_line(middle[None], here[None], velocity[None]))
    off = np.stack([found.column - centre, found.row - centre], axis=1) * pixel
    off = off + bias_rad(payload, seed, sensor) + drift_rad(payload, seed, sensor, np.array([ns]))
    line = middle + off[:, :1] * first + off[:, 1:] * second
    centroid = np.sqrt(0.5 * (found.sigma_row**2 + found.sigma_column**2)) * payload.pixel_urad
    return FrameDetections(
        line_of_sight=line / np.linalg.norm(line, axis=1)[:, None],
        sigma_urad=np.hypot(payload.sigma_urad, centroid),
        bias_urad=stated_bias_urad(payload),
        irradiance_w_m2=found.flux,
        snr=found.snr,
    )
