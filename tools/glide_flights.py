"""Glide and entry against their closed forms: rows and plot of the validation page."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.atmosphere import EDGES, G0, TABLE, density
from launchwatch.physics.entry import (
    MEAN_RADIUS_M,
    dynamic_pressure,
    glide_range,
    glide_range_from_height,
    stagnation_heating,
)
from launchwatch.physics.gravity import MU
from launchwatch.sim.truth import _dop853 as dop853
from launchwatch.sim.truth import _kernels as kernels
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import FlightPlan

TITLE = "Glide: an equilibrium glide of L/D 2.6 against Saenger's range"
SPEEDS_M_S, LIFT_TO_DRAG, BETA_KG_M2, END_M_S = (5_000.0, 6_000.0, 7_000.0), 2.6, 13_000.0, 1_000.0
PRINTED_KM = {5_000.0: 4_231.0, 6_000.0: 7_106.0, 7_000.0: 12_693.0}
HEATING_W_M2, PRESSURE_PA, LOAD_G = 5e6, 60e3, 3.0
"""Limits drawn: of a nose of 3 cm, of the frame, of the lift; notional, to show where a corridor lies."""
_SPHERE = (MU, 0.0, 0.0, MEAN_RADIUS_M, MEAN_RADIUS_M)


def glide(speed_m_s: float) -> tuple[float, FloatArray]:
    """Height m of the equilibrium at a speed, and nodes (n, 14) of the glide from there over a still sphere."""
    heights = np.linspace(20e3, 95e3, 75_001)
    lift = dynamic_pressure(density(heights), speed_m_s) / BETA_KG_M2 * LIFT_TO_DRAG
    needed = MU / (MEAN_RADIUS_M + heights) ** 2 - speed_m_s**2 / (MEAN_RADIUS_M + heights)
    height = float(heights[np.argmin(np.abs(np.log(lift / needed)))])
    path = math.asin(-2.0 * G0 * 7_000.0 / (speed_m_s**2 * LIFT_TO_DRAG))
    velocity = [speed_m_s * math.sin(path), speed_m_s * math.cos(path), 0.0]
    row = np.zeros(10)
    row[0], row[2], row[6], row[7] = math.inf, LIFT_TO_DRAG, 1.8, BETA_KG_M2
    result, nodes = np.empty(10), np.empty((2_000, 14))
    count = kernels.fly(
        row[None], np.array([MEAN_RADIUS_M + height, 0.0, 0.0, *velocity, 0.0]), (0.0,) * 9,
        np.array([1e-4, 1e-7, 60.0, 1e9, 1e5]), _SPHERE, TABLE, EDGES, dop853.A, dop853.C, dop853.E, dop853.D,
        result, nodes,
    )  # fmt: skip
    return height, nodes[:count]


def rows() -> list[tuple[str, str, str, str, str]]:
    """Range to the ground against the closed form, and to a speed against it with what it leaves out."""
    found = []
    for speed in SPEEDS_M_S:
        height, nodes = glide(speed)
        ground = MEAN_RADIUS_M * np.unwrap(np.arctan2(nodes[:, 2], nodes[:, 1]))
        v = np.linalg.norm(nodes[:, 4:7], axis=1)
        heights = np.linalg.norm(nodes[:, 1:4], axis=1) - MEAN_RADIUS_M
        plain, ours = glide_range(LIFT_TO_DRAG, speed), float(ground[-1])
        found.append(
            (f"{speed / 1e3:g} km/s, to the ground", f"{PRINTED_KM[speed]:,.0f} km", f"{ours / 1e3:,.0f} km",
             f"{100.0 * (ours / plain - 1.0):+.1f} %", "Saenger and Bredt 1944; Eggers et al. 1958")
        )  # fmt: skip
        end = int(np.argmax(v < END_M_S))
        explained = glide_range_from_height(LIFT_TO_DRAG, speed, height, float(v[end]), float(heights[end]))
        found.append(
            (f"{speed / 1e3:g} km/s, to {END_M_S:,.0f} m/s, with height", f"{explained / 1e3:,.0f} km",
             f"{ground[end] / 1e3:,.0f} km", f"{100.0 * (ground[end] / explained - 1.0):+.1f} %",
             "the same at the height of the path, and its energy")
        )  # fmt: skip
    return found


def flown() -> dict[str, Trajectory]:
    """Two flights of the generic glide body: pulled up from a low and from a high ballistic hop."""
    booster = load_catalog().blocks("boosters")["generic-hgv-solid"]
    pitches = {"low hop": -6.0, "high hop": 6.0}
    return {name: fly(booster, FlightPlan(38.8, 111.6, 270.0, pitch)) for name, pitch in pitches.items()}


def plot(file: Path) -> None:
    """Height against speed with the limits of a corridor, and height against range."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for (name, path), color in zip(flown().items(), ("#20639b", "#e07b00"), strict=True):
        t = np.arange(path.burnout_s, path.end_s, 1.0)
        position, velocity = path.at(t)
        height, speed = geodetic_from_itrf(position)[2], np.linalg.norm(velocity, axis=1)
        start = position[0] / np.linalg.norm(position[0])
        along = 6_371.0 * np.arccos(np.clip(position @ start / np.linalg.norm(position, axis=1), -1.0, 1.0))
        left.plot(speed / 1e3, height / 1e3, color=color, label=f"{name}, apogee {path.apogee_km:.0f} km")
        right.plot(along, height / 1e3, color=color)
    heights = np.linspace(15e3, 100e3, 400)
    rho = density(heights)
    hot = np.cbrt(HEATING_W_M2 / stagnation_heating(rho, 1.0, 0.03))
    pressed = np.sqrt(PRESSURE_PA / dynamic_pressure(rho, 1.0))
    loaded = np.sqrt(LOAD_G * G0 * BETA_KG_M2 / (dynamic_pressure(rho, 1.0) * LIFT_TO_DRAG))
    carried = BETA_KG_M2 / (0.5 * rho * LIFT_TO_DRAG)
    r = MEAN_RADIUS_M + heights
    level = np.sqrt(MU / r**2 / (1.0 / carried + 1.0 / r))
    for limit, style, label in (
        (hot, "-", f"heating {HEATING_W_M2 / 1e6:g} MW/m², nose 3 cm"),
        (pressed, "--", f"dynamic pressure {PRESSURE_PA / 1e3:g} kPa"),
        (loaded, ":", f"lift {LOAD_G:g} g"),
    ):
        left.plot(limit / 1e3, heights / 1e3, color="#c0392b", linestyle=style, linewidth=1.2, label=label)
    left.plot(level / 1e3, heights / 1e3, color="#777777", linestyle="-.", linewidth=1.2, label="equilibrium glide")
    left.set_xlim(0.0, 7.0)
    left.set_ylim(0.0, 110.0)
    left.set_xlabel("speed, km/s")
    left.set_ylabel("height, km")
    right.set_xlabel("distance from burnout, km")
    left.legend(fontsize=7.5, loc="upper left")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    left.set_title("corridor: above and left of the red lines", fontsize=10)
    right.set_title("the same flights over ground", fontsize=10)
    figure.savefig(file, dpi=130, metadata={"Software": None})
