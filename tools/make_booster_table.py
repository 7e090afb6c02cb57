"""Writes docs/reference/boosters.md, the boosters of the catalogue with their sources and how far they fly."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.schema import Booster, Stage
from launchwatch.core.geodesy import geodetic_from_itrf, inverse
from launchwatch.physics.atmosphere import G0
from launchwatch.sim.truth.flight import COARSE_BOUNDS, fly_ends

FILE = Path(__file__).parents[1] / "docs" / "reference" / "boosters.md"
LATITUDE_DEG = {"cn": 40.0, "fr": 44.0, "in": 21.0, "ir": 34.0, "kp": 39.5, "ru": 55.0, "us": 41.0}
"""From where a country's missiles fly for their range; the others, and those of no country, from 45 degrees."""
FARTHEST_KM = 15_000.0
"""A range above this is said to be that: near the speed of an orbit it no longer means anything."""
CLASSES = {
    "srbm": "Short range, up to 1,000 km",
    "mrbm": "Medium range, up to 3,000 km",
    "irbm": "Intermediate range, up to 5,500 km",
    "icbm": "Intercontinental",
    "slbm": "From submarines",
    "hgv": "Boosters of glide bodies",
    "slv": "Space launchers",
    "sounding-rocket": "Sounding rockets",
}
HEAD = """\
# Boosters

Written by `make boosters` from the catalogue. `launchwatch catalog show boosters ID` prints a block in full, with its
notes.

- *Mass* is at lift-off, with the payload. *Propellant*, *thrust* in vacuum and *burn* are those of the stages from the
  ground up.
- *Our range* is the farthest point that a full burn reaches over the final pitch, launched northward, where the Earth's
  rotation plays little part; nothing is tuned in it. Above 15,000 km it is not told: the speed is nearly that of an
  orbit. Launchers and sounding rockets have none.
- *Published range*: the least and the greatest that sources give. For glide bodies it includes the glide, ours does
  not.
- *Status*: `published`, where size and performance are published and what is not stands under *assumed*; `assumption`,
  where masses and thrust are chosen so that the published flights or ranges come out; `synthetic`, made up. Steering,
  ballistic coefficient, drag, plume and radar cross-section are assumptions for all boosters and not repeated here.
- Sources marked *read* were read for this catalogue; *carried over from memory* asks for a check before a figure is
  quoted.
"""
HEADS = ["id", "name", "country", "mass, t", "payload, kg", "diameter, m", "propellant, t", "thrust, kN", "burn, s",
         "our range, km", "published range, km"]  # fmt: skip
NO_RANGE = {"slv", "sounding-rocket"}
ALWAYS_ASSUMED = {
    "reentry_ballistic_coefficient_kg_m2", "vertical_s", "pitch_tau_s", "cd_scale", "plume_efficiency",
    "plume_efficiency_low", "plume_efficiency_high", "rcs_booster_m2", "rcs_payload_m2",
}  # fmt: skip


class Reach(NamedTuple):
    """Farthest point of a full burn: range km, apogee km and time s; and whether some pitch reaches an orbit."""

    range_km: float
    apogee_km: float
    time_s: float
    orbits: bool


def reach(booster: Booster) -> Reach:
    """How far a booster flies at a full burn, over the final pitch, from its country's latitude northward.

    Raises
    ------
    FlightError
        A booster that does not lift off.
    """
    latitude = LATITUDE_DEG.get(booster.country or "", 45.0)
    lanes = np.ones((119, 7))
    lanes[:, 0], lanes[:, 1] = 0.0, np.arange(-30.0, 89.0)
    ends = fly_ends(booster, latitude, 0.0, 0.0, lanes, COARSE_BOUNDS)
    lat, lon, _ = geodetic_from_itrf(ends.position_m)
    ranges = np.array([inverse(latitude, 0.0, float(a), float(o))[0] / 1e3 for a, o in zip(lat, lon, strict=True)])
    burnt_out_s = sum(stage.ignition_delay_s + stage.burn_s for stage in booster.stages)
    ranges[~ends.landed | (ends.t_s <= burnt_out_s)] = 0.0  # in orbit, or down before the burn ends
    best = int(np.argmax(ranges))
    return Reach(
        float(ranges[best]), float(ends.apogee_m[best]) / 1e3, float(ends.t_s[best]), not bool(ends.landed.all())
    )


def lift_off_mass_kg(booster: Booster) -> float:
    """Mass of all stages and the payload."""
    return booster.payload_kg + sum(stage.propellant_kg + stage.inert_kg for stage in booster.stages)


def thrust_vac_n(stage: Stage) -> float:
    """Thrust in vacuum."""
    return stage.isp_vac_s * G0 * stage.propellant_kg / stage.burn_s


def page(catalog: Catalog) -> str:
    """The whole page."""
    parts = [HEAD]
    for name, title in CLASSES.items():
        boosters = [b for b in catalog.boosters.values() if b.booster_class == name]
        boosters.sort(key=lambda b: (b.country is None, b.country or "", b.id))
        columns = len(HEADS) if name not in NO_RANGE else len(HEADS) - 2
        rows = [HEADS, ["---"] * len(HEADS), *(_figures(b) for b in boosters)]
        parts.append(f"## {title} (`{name}`)\n\n" + "".join(f"| {' | '.join(row[:columns])} |\n" for row in rows))
        parts.append("\n".join(_words(b) for b in boosters) + "\n")
    return "\n".join(parts)


def _figures(booster: Booster) -> list[str]:
    stages = booster.stages
    return [
        f"`{booster.id}`",
        booster.name,
        booster.country or "",
        f"{lift_off_mass_kg(booster) / 1e3:.1f}",
        f"{booster.payload_kg:,.0f}",
        f"{max(stage.diameter_m for stage in stages):.2f}",
        " / ".join(f"{stage.propellant_kg / 1e3:.1f}" for stage in stages),
        " / ".join(f"{thrust_vac_n(stage) / 1e3:,.0f}" for stage in stages),
        " / ".join(f"{stage.burn_s:g}" for stage in stages),
        _our_range(booster),
        _published_range(booster),
    ]


def _our_range(booster: Booster) -> str:
    if booster.booster_class in NO_RANGE:
        return ""
    found = reach(booster)
    if found.orbits or found.range_km > FARTHEST_KM:
        return f"over {FARTHEST_KM:,.0f}"
    step = 50.0 if found.range_km >= 1_000.0 else 10.0
    return f"{step * round(found.range_km / step):,.0f}"


def _published_range(booster: Booster) -> str:
    if booster.published_range_km is None:
        return ""
    low, high = booster.published_range_km
    if high is None:
        return f"over {low:,.0f}"
    return f"{low:,.0f}" if high == low else f"{low:,.0f} to {high:,.0f}"


def _words(booster: Booster) -> str:
    assumed = [name for name in booster.assumed if name not in ALWAYS_ASSUMED]
    text = f"`{booster.id}`: {booster.status}, confidence {booster.confidence}"
    if assumed:
        text += ", assumed " + " and ".join(f"`{name}`" for name in assumed)
    return f"- {text}. {booster.source}."


def main() -> None:
    """Write the page."""
    FILE.write_text(page(load_catalog()), encoding="utf-8")
    print(FILE)


if __name__ == "__main__":
    main()
