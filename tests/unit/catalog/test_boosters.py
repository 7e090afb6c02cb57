"""Boosters of the catalogue: enough of each kind, each with its source, none against physics."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.loader import Catalog, load_catalog, show_record
from launchwatch.catalog.schema import Booster, BoosterClass, Stage

BOOSTERS = load_catalog().boosters
STANDARD_GRAVITY = 9.80665
# Sutton and Biblarz, Rocket Propulsion Elements: solids of 220 s (old double base) to 310 s (aluminised, long nozzle);
# liquids of 245 s (acid and kerosene, low pressure) to 460 s (hydrogen)
ISP_VAC_S = {"solid": (215.0, 310.0), "liquid": (240.0, 460.0)}
# at sea level 190 s is the least that any flying motor gives; above 300 s only hydrogen gets
ISP_SEA_LEVEL_S = (190.0, 300.0)
# inert part of a stage's mass: 0.04 is a balloon tank with dense propellant, fins and steel cases of sounding rockets
# weigh up to 0.4, and so does a core whose propellant was spent with its boosters
INERT_FRACTION = (0.035, 0.40)
# solids burn by the thickness of their web, 25 mm to a metre at some 8 mm/s; liquids as long as their tanks last
BURN_S = {"solid": (3.0, 135.0), "liquid": (15.0, 1_000.0)}
LEAST_LIFT_OFF_G = 1.15
# structures and payloads of missiles bear some 20 g; sounding rockets leave the rail with up to 18 g
MOST_G = 24.0


def lift_off_kg(booster: Booster) -> float:
    return booster.payload_kg + sum(stage.propellant_kg + stage.inert_kg for stage in booster.stages)


def thrust_n(stage: Stage) -> float:
    return stage.isp_vac_s * STANDARD_GRAVITY * stage.propellant_kg / stage.burn_s


def test_every_class_has_real_boosters_and_there_are_enough() -> None:
    real = [booster for booster in BOOSTERS.values() if booster.country]
    assert len(real) >= 60
    for name in BoosterClass.__args__:  # type: ignore[attr-defined]
        assert sum(booster.booster_class == name for booster in real) >= 3, name
    assert {booster.country for booster in real} >= {"kp", "kr", "us", "ru", "cn", "in", "ir", "fr", "jp"}


@pytest.mark.parametrize("name", sorted(BOOSTERS))
def test_stages_are_physically_possible(name: str) -> None:
    booster = BOOSTERS[name]
    mass = lift_off_kg(booster)
    first = booster.stages[0]
    push = thrust_n(first) - 101_325.0 * first.exit_area_m2
    assert push / (mass * STANDARD_GRAVITY) > LEAST_LIFT_OFF_G
    flow = first.propellant_kg / first.burn_s
    assert ISP_SEA_LEVEL_S[0] < push / (flow * STANDARD_GRAVITY) < ISP_SEA_LEVEL_S[1]
    for stage in booster.stages:
        low, high = ISP_VAC_S[stage.propellant]
        assert low <= stage.isp_vac_s <= high
        assert INERT_FRACTION[0] < stage.inert_kg / (stage.inert_kg + stage.propellant_kg) < INERT_FRACTION[1]
        low, high = BURN_S[stage.propellant]
        assert low <= stage.burn_s <= high
        assert thrust_n(stage) / ((mass - stage.propellant_kg) * STANDARD_GRAVITY) < MOST_G
        # a nozzle, or a cluster of them, stays within the body
        assert stage.exit_area_m2 <= 0.25 * math.pi * stage.diameter_m**2
        mass -= stage.propellant_kg + stage.inert_kg
    assert booster.vertical_s < first.burn_s


@pytest.mark.parametrize("name", sorted(BOOSTERS))
def test_what_is_assumed_is_said(name: str) -> None:
    booster = BOOSTERS[name]
    if booster.status == "synthetic":
        assert (booster.country, booster.confidence) == (None, "none")
        return
    assert booster.country
    assert booster.confidence != "none"
    if booster.status == "published":
        # nobody publishes these
        assert {"reentry_ballistic_coefficient_kg_m2", "pitch_tau_s", "plume_efficiency", "rcs_booster_m2"} <= set(
            booster.assumed
        )
    else:
        assert booster.confidence == "low"
        assert booster.notes


def test_serial_equivalents_say_so() -> None:
    parallel = [b for b in BOOSTERS.values() if b.stages[0].name == "boosters and core"]
    assert len(parallel) >= 4
    for booster in parallel:
        assert booster.stages[1].name == "core"
        assert "together" in str(booster.notes)


def test_known_launch_masses() -> None:
    # treaties, user's guides and parades: START I and INF memoranda, CCTV 2025, DRDO, KCST, TASS; t
    known = {
        "scud-b": 5.86, "pershing-2": 7.4, "pioner": 37.1, "minuteman-3": 35.2, "topol-m": 47.2, "ur-100n": 105.6,
        "r-36m2": 211.1, "bulava": 36.8, "sineva": 40.3, "peacekeeper": 88.4, "df-5": 183.0, "agni-3": 48.0,
        "agni-5": 50.0, "unha-3": 91.0, "soyuz-2-1b": 311.7, "long-march-3b": 425.8, "pslv-ca": 230.0,
        "h-iia-202": 285.0, "ariane-5-eca": 780.0, "electron": 12.55, "nuri": 200.0, "df-21": 14.7, "m45": 35.0,
    }  # fmt: skip
    for name, mass_t in known.items():
        # the published mass of a launcher includes its fairing, up to 3 %, or is of another payload
        assert lift_off_kg(BOOSTERS[name]) / 1e3 == pytest.approx(mass_t, rel=0.04), name


@given(low=st.floats(1.0, 2e4), high=st.none() | st.floats(1.0, 2e4))
def test_a_published_range_is_in_order(low: float, high: float | None) -> None:
    raw = {**show_record("boosters", "scud-b"), "published_range_km": [low, high]}
    if high is not None and high < low:
        with pytest.raises(FieldError, match="write the shorter range first") as refused:
            convert(raw, Booster)
        assert refused.value.path == ("published_range_km",)
    else:
        assert convert(raw, Booster).published_range_km == (low, high)


def test_blocks_stand_once(catalog: Catalog) -> None:
    names = [booster.name for booster in catalog.boosters.values()]
    assert len(set(names)) == len(names)
