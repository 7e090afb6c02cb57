"""Hot spots of a scene: point sources in band 7 by local contrast, placed on the Earth.

A spot must stand out of its ring and of what its fit leaves, each at the same false-alarm probability of Gaussian
noise. Real scenes are not Gaussian: the second test is what gaps between clouds, lakes and coasts do not pass. And it
must be warmer than its surroundings by some kelvin. What is hotter than any ground need not be a point: large fires are
not. Contrast and temperatures are those of tests for fires (Giglio et al., 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.feeds.imagery.abi import BANDS_UM, Band
from launchwatch.feeds.imagery.navigation import at_height, toward
from launchwatch.feeds.imagery.scenes import Scene
from launchwatch.physics.imaging import Detector, find_spots, measure_at
from launchwatch.physics.sun import glint_angle_deg, sun_direction

NOISE_K = 0.1
"""Noise-equivalent difference of temperature of band 7 at 300 K: the instrument's requirement (Schmit et al., 2017)."""
NAVIGATION_URAD = 28.0 / 3.0
"""Standard deviation per axis of a pixel's direction: a third of the series' requirement of 28 urad at 3 sigma."""

_NOISE_AT_K = 300.0
_NEAR_INFRARED, _WINDOWS = 6, (14, 13)
_CM = 1e4  # cm^-1 of 1 um
_MILLI = 1e-3


@dataclass(frozen=True)
class Rule:
    """What counts as a hot spot.

    Attributes
    ----------
    psf_sigma_px : of the point spread function before the pixel integrates it; with it, 1.26 px full width at half
        maximum. Resampling blurs a detector's 0.9 px; an assumption.
    window_px, guard_px : ring of reference pixels, 22 km wide at nadir, without 10 km.
    false_alarm_probability : per pixel of Gaussian noise: four false alarms in a day of full disks every ten minutes.
    least_contrast_k : brightness temperature of the brightest pixel less that of its surroundings; with an atmospheric
        window at hand, of its difference to that too (Giglio et al., 2003: 6 K).
    hot_k : brightness temperature by night and by day from which a source need not be a point, nor be tested further
        (Giglio et al., 2003).
    glint_deg : spots nearer to the Sun's mirror image are left out (Giglio et al., 2003: 12).
    height_span_km : least and greatest height of a source, for the bounds on its place.
    """

    psf_sigma_px: float = 0.45
    window_px: int = 11
    guard_px: int = 5
    false_alarm_probability: float = 1e-9
    least_contrast_k: float = 6.0
    hot_k: tuple[float, float] = (320.0, 360.0)
    glint_deg: float = 12.0
    height_span_km: tuple[float, float] = (0.0, 50.0)

    def detector(self, noise_floor: float) -> Detector:
        """The detector of a band with a given noise."""
        return Detector(self.psf_sigma_px, self.window_px, self.guard_px, self.false_alarm_probability, noise_floor)


@dataclass(frozen=True)
class HotSpots:
    """Hot spots of one scene; arrays have shape (n,) where nothing else is said.

    Attributes
    ----------
    row, column : sub-pixel place in the frame.
    time_ns : epoch, ns TAI.
    lat_deg, lon_deg : of a source on the ellipsoid.
    lat_bounds_deg, lon_bounds_deg : (n, 2) of a source at the least and at the greatest height of the rule.
    line_of_sight : (n, 3) unit vectors from the satellite, ITRF.
    range_m : from the satellite to the ellipsoid.
    sigma_urad : standard deviation of the line of sight per axis.
    irradiance_w_m2 : at the satellite in 3.80-4.00 um, above the surroundings.
    intensity_w_sr : of a source at that range, without loss in the air.
    snr, contrast_sigma : as of the focal plane's `Spots`.
    brightness_temperature_k, contrast_k : of the brightest pixel, and above its surroundings.
    point_like : whether a point explains it; else it is a large source, hotter than any ground.
    band6_snr : signal over noise at 2.2 um; not a number by day or without that band. What is above some 7 burns.
    in_glint : how many more there were in the Sun's mirror image.
    """

    row: FloatArray
    column: FloatArray
    time_ns: IntArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    lat_bounds_deg: FloatArray
    lon_bounds_deg: FloatArray
    line_of_sight: FloatArray
    range_m: FloatArray
    sigma_urad: FloatArray
    irradiance_w_m2: FloatArray
    intensity_w_sr: FloatArray
    snr: FloatArray
    contrast_sigma: FloatArray
    brightness_temperature_k: FloatArray
    contrast_k: FloatArray
    point_like: NDArray[np.bool_]
    band6_snr: FloatArray
    in_glint: int

    def __len__(self) -> int:
        return len(self.row)


def noise_floor(band: Band) -> float:
    """Noise of a pixel of a thermal band, in its radiance."""
    assert band.planck is not None
    warm = band.planck.radiance(np.array([_NOISE_AT_K, _NOISE_AT_K + NOISE_K]))
    return float(warm[1] - warm[0])


def irradiance_of(band: Band, flux: FloatArray) -> FloatArray:
    """Irradiance at the satellite, W/m^2 in the nominal band, of a flux of radiance over pixels."""
    low, high = BANDS_UM[band.number]
    return np.asarray(flux * _MILLI * (_CM / low - _CM / high) * band.grid.solid_angle_sr)


def hot_spots(scene: Scene, rule: Rule) -> HotSpots:
    """Find the hot spots of a scene."""
    band = scene.main
    assert band.planck is not None
    spots = find_spots(band.radiance, rule.detector(noise_floor(band)), band.valid)
    lat, lon = band.grid.to_earth(*band.grid.angles(spots.row, spots.column))
    time_ns = band.row_times(spots.row)
    up, sun = enu_axes(lat, lon)[..., 2, :], sun_direction(time_ns)
    lit = np.sum(up * sun, axis=-1) > 0.0
    kelvin = band.planck.temperature(spots.peak)
    contrast = kelvin - band.planck.temperature(spots.background)
    warm = spots.point_like & (contrast >= rule.least_contrast_k)
    window = next((scene.helpers[number] for number in _WINDOWS if number in scene.helpers), None)
    if window is not None:
        there = _contrast_at(window, rule, spots.peak_row, spots.peak_column)
        warm &= ~(contrast - there < rule.least_contrast_k)  # a pixel that the window lacks decides nothing
    hot = kelvin >= np.where(lit, rule.hot_k[1], rule.hot_k[0])
    keep = (warm | hot) & np.isfinite(lat)  # what shines beyond the limb has no place on the Earth
    spots, lat, lon, time_ns = spots.take(keep), lat[keep], lon[keep], time_ns[keep]
    up, sun, lit, kelvin, contrast = up[keep], sun[keep], lit[keep], kelvin[keep], contrast[keep]
    direction, distance = toward(lat, lon, band.satellite_m)
    dark = glint_angle_deg(up, sun, -direction) >= rule.glint_deg
    near_infrared = np.full(len(spots), np.nan)
    if _NEAR_INFRARED in scene.helpers and not lit.all():
        helper = scene.helpers[_NEAR_INFRARED]
        detector = rule.detector(helper.step / np.sqrt(12.0))  # an even dark scene has no noise but that of counts
        snr, _, _ = measure_at(helper.radiance, detector, spots.peak_row, spots.peak_column, helper.valid)
        near_infrared = np.where(lit, np.nan, snr)
    ends = [at_height(lat, lon, band.satellite_m, 1e3 * height) for height in rule.height_span_km]
    pixel_urad = 1e6 * np.sqrt(band.grid.solid_angle_sr)
    centroid_urad = pixel_urad * np.hypot(spots.sigma_row, spots.sigma_column) / np.sqrt(2.0)
    irradiance = irradiance_of(band, spots.flux)
    arrays = {
        "row": spots.row,
        "column": spots.column,
        "time_ns": time_ns,
        "lat_deg": lat,
        "lon_deg": lon,
        "lat_bounds_deg": np.stack([lat for lat, _ in ends], axis=-1),
        "lon_bounds_deg": np.stack([lon for _, lon in ends], axis=-1),
        "line_of_sight": direction,
        "range_m": distance,
        "sigma_urad": np.hypot(centroid_urad, NAVIGATION_URAD),
        "irradiance_w_m2": irradiance,
        "intensity_w_sr": irradiance * distance**2,
        "snr": spots.snr,
        "contrast_sigma": spots.contrast_sigma,
        "brightness_temperature_k": kelvin,
        "contrast_k": contrast,
        "point_like": spots.point_like,
        "band6_snr": near_infrared,
    }
    return HotSpots(**{name: values[dark] for name, values in arrays.items()}, in_glint=int((~dark).sum()))


def _contrast_at(band: Band, rule: Rule, row: IntArray, column: IntArray) -> FloatArray:
    """Brightness temperature of pixels above their surroundings, K; not a number where a pixel is not valid."""
    assert band.planck is not None
    _, background, _ = measure_at(band.radiance, rule.detector(0.0), row, column, band.valid)
    here = np.where(band.valid[row, column], band.radiance[row, column], np.nan)
    return np.asarray(band.planck.temperature(here) - band.planck.temperature(background), dtype=np.float64)
