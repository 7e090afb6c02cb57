"""The frame level: what is rendered, what is found in it, and that the detection level is its twin."""

import msgspec
import numpy as np
import pytest
import validation_space as space
from scipy import stats

from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.radiometry import direction_sigma
from launchwatch.sim.sensors.space.frames import FocalPlane, detections, find, render, spots
from launchwatch.sim.sensors.space.pixels import spread_rad


def expected_sigma_px(plane: FocalPlane, snr: float) -> float:
    return float(direction_sigma(0.0, snr, spread_rad(plane.payload))) / (plane.payload.pixel_urad * 1e-6)


def hold(plane: FocalPlane, snrs: tuple[float, ...], frames: int) -> None:
    for snr in snrs:
        hits, count, errors = space.found_in_frames(plane, snr, frames, 5)
        twin = space.twin_probability(plane, snr)
        # four standard errors of the count; 0.012 for what the twin leaves out: that the frame measures its noise from
        # some 200 pixels, and pixels beyond the four
        assert hits / count == pytest.approx(twin, abs=4.0 * np.sqrt(twin * (1.0 - twin) / count) + 0.012), snr
        if snr >= 8.0:
            # four standard errors of a root mean square, and 8 %: a fit at low SNR is worse than its bound
            assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(
                expected_sigma_px(plane, snr), rel=4.0 / np.sqrt(2.0 * len(errors)) + 0.08
            ), snr


def test_the_twin_holds_to_the_frame() -> None:
    hold(space.focal_plane(), (4.0, 6.0, 10.0), 6)


@pytest.mark.slow
@pytest.mark.parametrize("psf_pixels", [0.4, 0.5, 0.7, 1.0])
def test_the_twin_holds_to_the_frame_over_point_spreads(psf_pixels: float) -> None:
    hold(space.focal_plane(psf_pixels), (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0), 60)


def false_alarms_hold(plane: FocalPlane, frames: int) -> None:
    passed, expected, _ = space.false_alarms(plane, frames)
    # exact Poisson limits at 1e-4 either way; pixels that touch pass together, so that up to half as many are free
    low, high = 2.0 * stats.poisson.ppf([1e-4, 1.0 - 1e-4], expected / 2.0)
    assert low <= passed <= high


def test_false_alarms_of_empty_frames_are_those_of_the_threshold() -> None:
    false_alarms_hold(space.focal_plane(threshold=3.5), 4)


@pytest.mark.slow
def test_false_alarms_of_empty_frames_over_many() -> None:
    false_alarms_hold(space.focal_plane(threshold=4.0), 200)


def test_a_spot_keeps_its_flux_and_its_place() -> None:
    image = spots(40, np.array([12.3, 27.0]), np.array([20.4, 9.5]), np.array([3.0, 5.0]), 0.5)
    assert image.sum() == pytest.approx(8.0, rel=1e-9)  # both are far from the edge
    index = np.arange(40)
    first = image[:20]
    # the mean of pixels this wide is off by up to 2 exp(-2 (pi 0.5)^2) / (2 pi), 0.0023 pixels
    assert (first.sum(axis=1) @ index[:20]) / first.sum() == pytest.approx(12.3, abs=0.003)
    assert (first.sum(axis=0) @ index) / first.sum() == pytest.approx(20.4, abs=0.003)


def test_flux_is_irradiance_and_saturates() -> None:
    plane = space.focal_plane()
    dark = np.zeros((256, 256))
    flux = 200e-12
    found = find(plane, render(plane, dark, dark, np.array([100.2]), np.array([60.4]), np.array([flux]), 1, "eye", 0))
    assert len(found) == 1
    assert found.flux[0] == pytest.approx(flux, rel=0.05)  # SNR 200: 0.5 % each, and ten standard errors
    full = FocalPlane(msgspec.structs.replace(plane.payload, saturation_irradiance_w_m2=20e-12), 256)
    clipped = render(full, dark, dark, np.array([100.2]), np.array([60.4]), np.array([flux]), 1, "eye", 0)
    assert clipped.value.max() < 30e-12


def test_structure_of_the_background_raises_the_noise() -> None:
    """Frames over sunlit cloud have the noise that the detection level adds: one pixel's, in quadrature."""
    payload = msgspec.structs.replace(space.focal_plane().payload, background_suppression=0.05)
    plane = FocalPlane(payload, 256)
    nothing, cloud = np.empty(0), np.full((256, 256), 0.265)
    frame = render(plane, cloud, np.full((256, 256), 0.1), nothing, nothing, nothing, 1, "eye", 0)
    left = 0.265 * (60e-6) ** 2 * 0.05 * 0.1
    # four standard errors of a standard deviation from 65,536 pixels
    assert frame.value.std() == pytest.approx(np.hypot(plane.noise_w_m2, left), rel=4.0 / np.sqrt(2.0 * 65_536))


def test_a_fixed_pattern_is_taken_off() -> None:
    plane, dark, nothing = space.focal_plane(), np.zeros((256, 256)), np.empty(0)
    frames = [render(plane, dark, dark, nothing, nothing, nothing, 1, "eye", k).value for k in range(2)]
    assert abs(np.corrcoef(frames[0].ravel(), frames[1].ravel())[0, 1]) < 4.0 / 256.0


def test_spots_become_lines_of_sight() -> None:
    plane = space.focal_plane()
    here, place = itrf_from_geodetic(0.0, 100.0, 35_786e3), itrf_from_geodetic(30.0, 105.0, 0.0)
    middle = (place - here) / np.linalg.norm(place - here)
    dark = np.zeros((256, 256))
    frame = render(plane, dark, dark, np.array([127.5, 40.0]), np.array([127.5, 200.0]), np.full(2, 3e-10), 1, "eye", 0)
    lines = detections(plane, find(plane, frame), middle, here, np.zeros(3), 0, 1, "eye")
    off = np.degrees(np.arccos(lines.line_of_sight @ middle))
    # the jitter of 20 urad is a third of a pixel, 0.0034 degrees each
    far = np.degrees(60e-6 * np.hypot(87.5, 72.5))
    assert sorted(off) == pytest.approx([0.0, far], abs=0.0034 * 1.5)
    # columns grow along the motion, eastward here
    east = np.cross([0.0, 0.0, 1.0], here)
    assert (lines.line_of_sight[np.argmax(off)] - middle) @ east > 0.0
    assert np.all(lines.sigma_urad >= 20.0)
