"""Rows of the validation page on the space-based component: detection after launch, frames, sunlit cloud, noise."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from validation_physics import Row, percent

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import InfraredSensor, Payload
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.background import solar_irradiance, sunlit_radiance
from launchwatch.physics.radiometry import direction_sigma
from launchwatch.sim.scenes.launched import payload_of
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.signatures import Signatures
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.sensors.space.frames import FocalPlane, find, render
from launchwatch.sim.sensors.space.pixels import answers, shared_noise, spread_rad
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import fly

LAUNCH_NS = parse_utc("2017-11-28T18:18:00Z")
PLACE = (39.3, 125.9)
CLOUD_TOPS_KM = (0.0, 7.0, 12.0)
SUNLIT = [((2.65, 2.95), 2.0, 7.0), ((2.65, 2.95), 7.0, 103.0), ((2.65, 2.95), 10.0, 265.0),
          ((2.65, 2.95), 12.0, 355.0), ((2.65, 2.80), 7.0, 3.0), ((2.65, 2.80), 10.0, 49.0)]  # fmt: skip
TRACK_LOOKS = 3
LAUNCH_TITLE = "Infrared: detection after launch, BENCH-1, epochs of looks after lift-off (median, least to most)"
LAUNCH_HEADS = ["payload", "cloud tops, km", "cloud break, s", "first look, s", "third look, s", "bar"]
FRAME_TITLE = "Infrared: detection level against frames"
FRAME_HEADS = ["SNR", "found in frames", "twin", "difference", "its standard error", "error in frames, px", "twin, px"]
NOISE_TITLE = "Infrared: first look of BENCH-1 against noise-equivalent irradiance, s after lift-off (medians)"
NOISE_HEADS = ["noise over the catalogue's", "starer, clear", "scanner, clear", "starer, 7 km", "scanner, 7 km"]
LAUNCH_NOTE = """\
From 39.3 N, 125.9 E, seen from over 120 E at night, before downlink. A track is declared from three looks. The scanner
looks every 10 s with a phase of its own, so its first look comes up to 10 s after the cloud break.
"""
FRAME_NOTE = """\
Spots at random places on the pixels, noise of the payload, threshold 4.5; probability that a spot is found, and the
root mean square error of its place per axis. The standard error is that of the counted frames.
"""
NOISE_NOTE = """\
No noise figure of a real payload is public; this is what the assumption moves. Under cloud it moves nothing: at the
cloud break the plume is far above the threshold. In a clear sky it decides how low in the air the plume is seen.
"""


def bench_1(catalog: Catalog) -> SeenObject:
    """BENCH-1 as sensors see it."""
    booster = catalog.boosters["bench-1"]
    path = fly(booster, aim_apogee_range(booster, PLACE, 15.0, 1_300.0, 10_000.0))
    return payload_of("one", LAUNCH_NS, booster, path, Signatures(catalog.plumes), catalog.cross_sections)


def look_times(payload: Payload, one: SeenObject, top_km: float, seed: int) -> list[float]:
    """Epochs of true detections, s after lift-off, at a satellite over 120 E."""
    sensor = InfraredSensor(
        id="over-120-e", name="over 120 E", source="validation", confidence="low", status="assumption",
        owner="us", in_service=None, payload=payload.id, orbit="over-120-e",
    )  # fmt: skip
    here = np.array([4.2164172e7 * np.cos(np.radians(120.0)), 4.2164172e7 * np.sin(np.radians(120.0)), 0.0])

    def positions(epochs: Any) -> tuple[Any, Any]:
        return np.tile(here, (len(epochs), 1)), np.zeros((len(epochs), 3))

    scene = Scene(cloud_top_m=top_km * 1e3)
    run = observe_infrared(sensor, payload, positions, [one], scene, seed, LAUNCH_NS - 30 * NS, LAUNCH_NS + 200 * NS)
    times = np.concatenate([d.observation.time_ns for d in run.deliveries])  # type: ignore[union-attr]
    return sorted(((times[run.truth.source == 0] - LAUNCH_NS) / NS).tolist())


def spread(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def after_launch(catalog: Catalog, seeds: int = 40) -> list[list[str]]:
    """First and third look by payload and cloud top."""
    one = bench_1(catalog)
    t = np.arange(0.0, 80.0, 0.05)
    height = geodetic_from_itrf(one.motion(t)[0])[2]
    rows = []
    for name in ("sbirs-staring", "dsp-scanning"):
        payload = catalog.payloads[name]
        for top in CLOUD_TOPS_KM:
            times = [look_times(payload, one, top, seed) for seed in range(1, seeds + 1)]
            bar = "first 30-50, third 51-61" if (payload.scan, top) == ("scanning", 7.0) else ""
            rows.append(
                [
                    f"{payload.name}, every {payload.period_s:g} s",
                    f"{top:g}",
                    f"{t[np.argmax(height >= top * 1e3)]:.1f}",
                    spread([looks[0] for looks in times]),
                    spread([looks[TRACK_LOOKS - 1] for looks in times]),
                    bar,
                ]
            )
    return rows


def noise_sweep(catalog: Catalog, seeds: int = 20) -> list[list[str]]:
    """First looks with the payload's noise a quarter to four times the assumption."""
    one = bench_1(catalog)
    rows = []
    for factor in (0.25, 0.5, 1.0, 2.0, 4.0):
        medians = []
        for top in (0.0, 7.0):
            for name in ("sbirs-staring", "dsp-scanning"):
                block = catalog.payloads[name]
                noise = factor * block.noise_equivalent_irradiance_w_m2
                payload = msgspec.structs.replace(block, noise_equivalent_irradiance_w_m2=noise)
                first = [look_times(payload, one, top, seed)[0] for seed in range(1, seeds + 1)]
                medians.append(f"{statistics.median(first):.1f}")
        rows.append([f"{factor:g}", *medians])
    return rows


def sunlit() -> list[Row]:
    """Sunlit cloud against the figures of the literature notes, and with the Sun as a black body."""
    rows: list[Row] = []
    for band, top, published in SUNLIT:
        light = 26.0 * (band[1] - band[0])
        ours = float(sunlit_radiance(band, 0.3, top * 1e3, 0.0, 0.0, light)) * 1e3
        whole = float(sunlit_radiance(band, 0.3, top * 1e3, 0.0, 0.0)) * 1e3
        case = f"cloud at {top:g} km, {band[0]:.2f}-{band[1]:.2f} um, kW/sr for each km^2"
        source = f"albedo 0.3, 26 W/m^2/um; with a black body of 5772 K {whole:.3g}"
        rows.append((case, f"{published:g}", f"{ours:.3g}", percent(ours, published), source))
    mean = solar_irradiance((2.65, 2.95)) / 0.3
    rows.append(("sunlight in 2.65-2.95 um", "26 W/m^2/um", f"{mean:.1f} W/m^2/um", percent(mean, 26.0), "from memory"))
    return rows


def focal_plane(psf_pixels: float = 0.5, threshold: float = 4.5, size_px: int = 256) -> FocalPlane:
    """A payload of round figures for comparing the two fidelities."""
    payload = Payload(
        id="round", name="round figures", source="validation", confidence="none", status="synthetic", scan="staring",
        period_s=1.0, band_um=(2.65, 2.95), noise_equivalent_irradiance_w_m2=1e-12, sigma_urad=20.0, bias_urad=0.0,
        threshold_snr=threshold, false_alarms_per_look=0.0, report_delay_s=0.0, pixel_urad=60.0, psf_pixels=psf_pixels,
    )  # fmt: skip
    return FocalPlane(payload, size_px)


def found_in_frames(plane: FocalPlane, snr: float, frames: int, seed: int) -> tuple[int, int, list[float]]:
    """Spots found, spots put in, and errors of place per axis, px, over frames with a spot every 16 pixels."""
    generator = np.random.default_rng(seed)
    grid = np.arange(16.0, plane.size_px - 12.0, 16.0)
    rows, columns = (axis.ravel() for axis in np.meshgrid(grid, grid))
    dark = np.zeros((plane.size_px, plane.size_px))
    flux = np.full(len(rows), snr * plane.payload.noise_equivalent_irradiance_w_m2)
    hits, errors = 0, []
    for k in range(frames):
        off = generator.uniform(-0.5, 0.5, (2, len(rows)))
        frame = render(plane, dark, dark, rows + off[0], columns + off[1], flux, seed, f"validation {snr:g}", k)
        spots = find(plane, frame)
        if not len(spots):
            continue
        apart = np.hypot(spots.row[None] - frame.row[:, None], spots.column[None] - frame.column[:, None])
        nearest = apart.argmin(axis=1)
        near = apart.min(axis=1) < 1.5
        hits += int(near.sum())
        errors += [*(spots.row[nearest] - frame.row)[near], *(spots.column[nearest] - frame.column)[near]]
    return hits, frames * len(rows), errors


def twin_probability(plane: FocalPlane, snr: float, count: int = 400_000) -> float:
    """Probability of the detection level, by its own draws."""
    generator = np.random.default_rng(11)
    psf = plane.payload.psf_pixels
    on_pixels = answers(psf, *(generator.random((2, count)) - 0.5))
    filtered = snr * on_pixels + shared_noise(psf, generator.standard_normal((count, 4)))
    return float(np.mean(filtered.max(axis=1) >= plane.payload.threshold_snr))


def frames_and_twin(frames: int = 20) -> list[list[str]]:
    """Probability and error of place in frames and in the twin, by SNR; false alarms of empty frames last."""
    plane = focal_plane()
    rows = []
    for snr in (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 20.0):
        hits, count, errors = found_in_frames(plane, snr, frames, 1)
        part, twin = hits / count, twin_probability(plane, snr)
        sigma = float(direction_sigma(0.0, snr, spread_rad(plane.payload))) / (plane.payload.pixel_urad * 1e-6)
        error = f"{np.sqrt(np.mean(np.square(errors))):.3f}"
        rows.append(
            [
                f"{snr:g}", f"{part:.4f}", f"{twin:.4f}", f"{twin - part:+.4f}",
                f"{np.sqrt(twin * (1.0 - twin) / count):.4f}", error, f"{sigma:.3f}",
            ]
        )
    passed, expected, pixels = false_alarms(plane, 3 * frames)
    rate, bar = passed / pixels, expected / pixels
    rows.append(
        [
            "none", f"{rate:.2e} a pixel", f"{bar:.2e} a pixel", f"{bar - rate:+.1e}",
            f"{np.sqrt(expected) / pixels:.1e}", "", "",
        ]
    )
    return rows


def false_alarms(plane: FocalPlane, frames: int) -> tuple[int, float, int]:
    """Pixels of empty frames that pass, how many the threshold says, and how many there are."""
    dark, nothing = np.zeros((plane.size_px, plane.size_px)), np.empty(0)
    passed = 0
    for k in range(frames):
        frame = render(plane, dark, dark, nothing, nothing, nothing, 2, "validation empty", k)
        passed += int(find(plane, frame).pixels.sum())
    pixels = frames * plane.size_px**2
    return passed, plane.detector.false_alarm_probability * pixels, pixels
