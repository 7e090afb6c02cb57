"""Fly one booster to a published apogee and range, plot its height, and write it for orbit tools and globes."""

import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from launchwatch.assembly.flight.output import write_flight
from launchwatch.assembly.flight.table import flight_table
from launchwatch.catalog.loader import load_catalog
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.bodies import bodies
from launchwatch.sim.truth.flight import fly

booster = load_catalog().boosters["hwasong-15"]
plan = aim_apogee_range(booster, (39.3, 125.9), azimuth_deg=76.0, apogee_km=4475.0, range_km=950.0)
path = fly(booster, plan)

table = flight_table(path, step_s=5.0)  # a dict of arrays; pandas.DataFrame(table) takes it as it is
figure, axes = plt.subplots()
axes.plot(table["t_s"] / 60.0, table["height_km"])
axes.axvline(path.burnout_s / 60.0, linestyle=":", label="burnout")
axes.set(xlabel="minutes after lift-off", ylabel="height (km)", title=booster.name)
axes.legend()
folder = Path(tempfile.mkdtemp())
figure.savefig(folder / "height.png")
for ending in (".oem", ".kml"):
    write_flight(bodies(booster, path), folder / f"flight{ending}", at="2017-11-28T18:18:00Z")
print(f"burnout {path.burnout_s:.0f} s, apogee {path.apogee_km:.0f} km, impact {path.impact_s / 60.0:.1f} min")
print(folder)
