"""Made tracks of known boosters: what their times, speed, path and launch area say together."""

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.epochs import NS
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.messages.tracks import Track
from launchwatch.processing.assessments.templates import speed_at, templates
from launchwatch.processing.assessments.typing import (
    Typing,
    apogee_m,
    ground_speed,
    heights_for_speed,
    speed_for_range,
    speed_over_ground,
    typing_of,
)
from launchwatch.processing.motion import ballistic
from unit.processing.made import T0, launch_fit, state_above, track

KNOWN = templates(list(load_catalog().boosters.values()))
EARTH_M = 6371e3
AFTER_S = 30


def burnt_out(name: str, height_km: float, steep_deg: float, northward: bool = True) -> Track:
    """A track of a booster at its last burnout, with its times and its speed, at a height and an angle."""
    row = KNOWN.names.index(name)
    ends = KNOWN.burnout_s[row, : KNOWN.stages[row]]
    at_surface = float(speed_at(KNOWN, KNOWN.burnout_s)[0][row, KNOWN.stages[row] - 1])
    mu = 3.986004418e14
    speed = np.sqrt(at_surface**2 - 2.0 * mu / EARTH_M + 2.0 * mu / (EARTH_M + 1e3 * height_km))
    level, up = speed * np.cos(np.radians(steep_deg)), speed * np.sin(np.radians(steep_deg))
    north, east = (level, 0.0) if northward else (0.0, level)
    rose = T0 - round(float(ends[-1]) * NS)
    return track(
        state=state_above(45.0, 60.0, 1e3 * height_km, east, north, up),
        launch=launch_fit(45.0, 60.0, rose),
        burnout_ns=T0,
        free_from_ns=T0,
        staging_ns=tuple(rose + round(float(t) * NS) for t in ends[:-1] if t > 20.0),
        first_detection_ns=rose + 30 * NS,
        detections=100,
    )


def of(found: Track, at_sea: float = 0.0, left_out: str = "") -> Typing:
    return typing_of(found, at_sea, KNOWN.without(left_out), T0 + AFTER_S * NS)


@pytest.mark.parametrize(
    ("name", "height_km", "steep_deg", "kind"),
    [
        ("scud-b", 25.0, 42.0, "srbm"),
        ("shahab-3", 65.0, 38.0, "mrbm"),
        ("hwasong-12", 120.0, 33.0, "irbm"),
        ("hwasong-15", 230.0, 20.0, "icbm"),
        ("df-17", 48.0, 9.0, "hgv"),
        ("falcon-9", 235.0, 0.0, "slv"),
        ("maxus", 63.0, 84.0, "sounding-rocket"),
    ],
)
def test_a_booster_on_its_usual_path(name: str, height_km: float, steep_deg: float, kind: str) -> None:
    said = of(burnt_out(name, height_km, steep_deg))
    # the least are small missiles: one short burn is the first stage of many a larger one
    assert said.classes[kind] > 0.6
    assert max(said.boosters, key=lambda booster: said.boosters[booster]) == name or said.boosters[name] > 0.1


def test_a_path_tells_a_glide_body_from_a_warhead_on_the_same_times() -> None:
    """DF-17 and DF-21 burn out within 2 s of one another."""
    low, high = of(burnt_out("df-17", 48.0, 9.0)), of(burnt_out("df-17", 110.0, 42.0))
    assert low.classes["hgv"] > 0.9
    assert high.classes["mrbm"] > 0.8


def test_the_launch_area_tells_submarines() -> None:
    found = burnt_out("trident-d5", 250.0, 22.0)
    assert of(found, at_sea=1.0).classes["slbm"] > 0.95
    inland = of(found)
    assert inland.classes["slbm"] < inland.classes["icbm"]


def test_a_launcher_on_missile_stages_is_told_by_its_path() -> None:
    """The solid launcher has the burns of a missile: out of the catalogue it still is none, so low and so fast."""
    low = of(burnt_out("generic-icbm-solid", 150.0, 3.0), left_out="generic-slv-solid")
    high = of(burnt_out("generic-icbm-solid", 211.0, 20.0), left_out="generic-slv-solid")
    assert low.classes["slv"] > 0.5
    assert high.classes["icbm"] > 0.9


def test_what_no_booster_explains_is_other() -> None:
    """A burn of eight minutes to the speed of a small missile: no class does that."""
    slow = track(
        state=burnt_out("scud-b", 25.0, 42.0).state, launch=launch_fit(45.0, 60.0, T0 - 480 * NS),
        burnout_ns=T0, free_from_ns=T0, first_detection_ns=T0 - 440 * NS, detections=400,
    )  # fmt: skip
    said = of(slow)
    assert said.classes["other"] > 0.5
    assert not said.boosters


def test_an_unlisted_booster_is_no_confident_miss() -> None:
    """Shahab-3 among liquid missiles much like it: its class, or doubt."""
    said = of(burnt_out("shahab-3", 65.0, 38.0), left_out="shahab-3")
    best = max(said.classes, key=lambda name: said.classes[name])
    assert best in ("mrbm", "other") or said.classes[best] < 0.9


def test_more_time_under_thrust_tells_more() -> None:
    """A burn that goes on for longer than any missile's is a launcher's, before its path says so."""
    def boosting(seconds: int, speed: float) -> Track:
        return track(
            phase="boost", state=state_above(45.0, 60.0, 200e3, 0.0, speed, 0.0), burnout_ns=None, free_from_ns=None,
            launch=launch_fit(45.0, 60.0, T0 - seconds * NS), first_detection_ns=T0 - (seconds - 40) * NS,
            staging_ns=(T0 - (seconds - 160) * NS,), detections=200,
        )  # fmt: skip

    early, late = of(boosting(200, 2700.0)), of(boosting(480, 5500.0))
    assert 0.0 < early.classes["slv"] < late.classes["slv"]
    assert late.classes["slv"] > 0.95


@pytest.mark.parametrize(("seen_s", "sensors", "least"), [(6, ("a",), 0.6), (40, ("a",), 0.0), (6, ("a", "b"), 0.0)])
def test_the_flare_of_a_fire_is_no_burn(seen_s: int, sensors: tuple[str, ...], least: float) -> None:
    """One satellite alone saw it for six seconds and no more; two would have to have seen the same flare move."""
    found = msgspec.structs.replace(
        burnt_out("df-21", 110.0, 42.0), first_detection_ns=T0 - seen_s * NS, last_detection_ns=T0, sensors=sensors
    )
    assert least <= of(found).classes["not-a-missile"] < least + 0.2


def test_speed_over_ground_is_kept_in_free_flight() -> None:
    """The integral of Jacobi: over the turning Earth it stays, while the speed itself changes by hundreds of m/s."""
    state = state_above(20.0, 60.0, 150e3, 4000.0, 1000.0, 3000.0)
    later = ballistic.state_after(state, 600.0)
    # The latitude of the surface moves by some degrees, and J2 is left out: some m/s.
    assert speed_over_ground(later) == pytest.approx(speed_over_ground(state), abs=10.0)
    assert abs(np.linalg.norm(later[3:]) - np.linalg.norm(state[3:])) > 500.0


def test_heights_against_least_energy() -> None:
    """Half of the range below 45 degrees on a small arc: a quarter of it; straight up: energy alone (Wheelon 1959)."""
    speed = speed_for_range(300e3)
    least, most = heights_for_speed(speed)
    assert least == pytest.approx(75e3, rel=0.03)  # a flat Earth's quarter of the range, curved by a few per cent
    assert most == pytest.approx(speed**2 / (2.0 * 9.82), rel=0.03)


def test_apogee_of_a_conic() -> None:
    """Straight up at the pole, where nothing turns: energy gives the height."""
    speed, start = 3000.0, 100e3
    state = np.array([0.0, 0.0, EARTH_M + start, 0.0, 0.0, speed])
    mu = 3.986004418e14
    highest = 1.0 / (1.0 / (EARTH_M + start) - speed**2 / (2.0 * mu)) - EARTH_M
    assert apogee_m(state) == pytest.approx(highest, rel=1e-9)
    assert ground_speed(state) == pytest.approx(np.sqrt(speed**2 + 2.0 * mu * (1 / EARTH_M - 1 / (EARTH_M + start))))
    assert apogee_m(np.array([0.0, 0.0, 7e6, 12e3, 0.0, 0.0])) == np.inf
    assert OMEGA_EARTH > 0.0
