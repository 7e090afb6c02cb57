"""Fly one booster to a published apogee and range, and plot its height."""

import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

from launchwatch.assembly.flight.launch import heights_km
from launchwatch.catalog.loader import load_catalog
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import fly

booster = load_catalog().boosters["hwasong-15"]
plan = aim_apogee_range(booster, (39.3, 125.9), azimuth_deg=76.0, apogee_km=4475.0, range_km=950.0)
path = fly(booster, plan)

t = np.linspace(0.0, path.end_s, 400)
figure, axes = plt.subplots()
axes.plot(t / 60.0, heights_km(path, t))
axes.axvline(path.burnout_s / 60.0, linestyle=":", label="burnout")
axes.set(xlabel="minutes after lift-off", ylabel="height (km)", title=booster.name)
axes.legend()
file = Path(tempfile.mkdtemp()) / "height.png"
figure.savefig(file)
print(f"burnout {path.burnout_s:.0f} s, apogee {path.apogee_km:.0f} km, impact {path.impact_s / 60.0:.1f} min: {file}")
