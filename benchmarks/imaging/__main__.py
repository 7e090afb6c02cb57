"""Point sources in a frame: ``python -m benchmarks.imaging [--pixels N] [--out FILE]``.

LaunchWatch and scipy.ndimage, neither of which makes threads, take turns in one process on the same frame: noise with
one source to each 100,000 pixels. The time is that of the whole call; the best of several counts, since what else the
machine does only ever adds. Both must find the same sources away from the sides.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.imaging.peer import search

from launchwatch.physics.imaging import Detector, find_spots
from launchwatch.physics.imaging.detector import pixel_shares

ROOT = Path(__file__).resolve().parents[2]
BAR_MPIXEL_S = 50.0
WINDOWS = (11, 31, 101)
REPEATS = 7
SPACING = 316  # px between sources
SNR = 30.0


def made_frame(side: int) -> np.ndarray[Any, Any]:
    """A square frame of noise of unit deviation, with sources on a lattice, each at its own place in its pixel."""
    rng = np.random.Generator(np.random.Philox(key=1))
    frame = rng.standard_normal((side, side), dtype=np.float32)
    near = np.arange(-4, 5)
    for row in range(SPACING // 2, side - 200, SPACING):
        for column in range(SPACING // 2, side - 200, SPACING):
            down, along = rng.uniform(-0.5, 0.5, 2)
            stamp = pixel_shares(near, down, 0.5)[:, None] * pixel_shares(near, along, 0.5)
            frame[row - 4 : row + 5, column - 4 : column + 5] += (SNR / 0.5 * stamp).astype(np.float32)
    return frame


def seconds(work: Callable[[], object]) -> float:
    """Of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure(frame: np.ndarray[Any, Any], window: int) -> dict[str, Any]:
    """Rates of both with one window."""
    detector = Detector(psf_sigma_px=0.5, window_px=window, guard_px=5, false_alarm_probability=1e-9)
    spots = find_spots(frame, detector)  # compiles
    half = window // 2
    side = frame.shape[0]
    inside = [
        (int(r), int(c))
        for r, c in zip(spots.peak_row, spots.peak_column, strict=True)
        if half <= r < side - half and half <= c < side - half
    ]
    peer = [(int(r), int(c)) for r, c in search(frame, detector)]
    ours_s, peer_s = [], []
    for _ in range(REPEATS):
        ours_s.append(seconds(lambda: find_spots(frame, detector)))
        peer_s.append(seconds(lambda: search(frame, detector)))
    ours, theirs = (frame.size / min(times) / 1e6 for times in (ours_s, peer_s))
    return {
        "window_px": window,
        "sources": len(inside),
        "same_sources": sorted(inside) == sorted(peer),
        "launchwatch_mpixel_s": ours,
        "scipy_mpixel_s": theirs,
        "ratio": ours / theirs,
    }


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imaging", description="Beside scipy.ndimage")
    parser.add_argument("--pixels", type=float, default=4e6, help="size of the frame")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "imaging.json")
    options = parser.parse_args()
    frame = made_frame(round(options.pixels**0.5))
    rows = [measure(frame, window) for window in WINDOWS]
    print("window px   sources   same   LaunchWatch Mpixel/s   scipy.ndimage Mpixel/s   ratio")
    for row in rows:
        print(
            f"{row['window_px']:9d}   {row['sources']:7d}   {'yes' if row['same_sources'] else 'no':>4s}"
            f"   {row['launchwatch_mpixel_s']:20.0f}   {row['scipy_mpixel_s']:22.1f}   {row['ratio']:5.1f}"
        )
    print(f"bar: {BAR_MPIXEL_S:.0f} Mpixel/s on one core")
    document = {
        "schema": "launchwatch/benchmark-imaging/1",
        "pixels": frame.size,
        "versions": {name: version(name) for name in ("numpy", "scipy", "numba")},
        "windows": rows,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=1) + "\n")
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
