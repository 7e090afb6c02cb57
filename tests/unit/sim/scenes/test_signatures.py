"""What flies and shines: plumes by stage and height, re-entry glow, glide skin, and draws between bounds."""

from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.entry import radiative_equilibrium, stagnation_heating
from launchwatch.sim.scenes.launched import launched, payload_of
from launchwatch.sim.scenes.objects import Emission, SeenObject
from launchwatch.sim.scenes.signatures import BurningStages, GlideSkin, InTurn, ReentryGlow, Signatures, between
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import Trajectory, fly

WIDE = (2.65, 2.95)


@cache
def catalog() -> Catalog:
    return load_catalog()


@cache
def flown(name: str) -> Trajectory:
    booster = catalog().boosters[name]
    return fly(booster, aim_apogee_range(booster, (48.0, 110.0), 15.0, 1300.0, 8000.0))


def seen(name: str = "bench-1", **options: Any) -> SeenObject:
    signatures = Signatures(catalog().plumes, **options)
    return payload_of("one", 0, catalog().boosters[name], flown(name), signatures, catalog().cross_sections)


def light(one: SeenObject) -> Emission:
    assert one.emission is not None
    return one.emission


def test_a_stage_shines_by_its_jet_power_and_its_height() -> None:
    path, booster = flown("bench-1"), catalog().boosters["bench-1"]
    t = np.array([40.0])
    thrust, exhaust = path.thrust_at(t)
    plume = catalog().plumes[booster.stages[0].plume_of]
    height_km = float(geodetic_from_itrf(path.at(t)[0])[2][0]) / 1e3
    assert height_km < plume.afterburning_km[0]
    jet_w = 0.5 * thrust * exhaust
    expected = plume.efficiency[1] * jet_w / (4.0 * np.pi)  # to all sides alike
    np.testing.assert_allclose(light(seen()).intensity_w_sr(t, WIDE), expected, rtol=1e-12)


def test_a_booster_may_have_an_efficiency_of_its_own() -> None:
    path, signatures = flown("bench-1"), Signatures(catalog().plumes)
    own = msgspec.structs.replace(
        catalog().boosters["bench-1"], plume_efficiency_low=1e-4, plume_efficiency=2e-4, plume_efficiency_high=4e-4
    )
    t, draws = np.array([40.0]), signatures.draws("one")
    ratio = BurningStages(own, path, signatures, draws).intensity_w_sr(t, WIDE) / light(seen()).intensity_w_sr(t, WIDE)
    assert ratio[0] == pytest.approx(2e-4 / catalog().plumes["solid-composite"].efficiency[1])


def test_nothing_burns_between_stages() -> None:
    spans = light(seen()).spans_s
    path = flown("bench-1")
    assert len(spans) == len(path.burns_s)
    for (_, end), (begin, _) in pairwise(spans):
        assert begin >= end


def test_draws_lie_between_their_bounds_and_fill_them() -> None:
    bounds = (3e-4, 1e-3, 3e-3)
    draws = [Signatures(catalog().plumes, seed=5).draws(f"launch-{k}") for k in range(400)]
    values = np.array([between(bounds, float(d[0])) for d in draws])
    assert bounds[0] <= values.min() < 1.1 * bounds[0]
    assert 0.9 * bounds[2] < values.max() <= bounds[2]
    # evenly by the logarithm: the median of 400 lies within four standard errors, 0.5 / sqrt(400) each, of the middle
    middle = np.log(np.median(values) / bounds[0]) / np.log(bounds[2] / bounds[0])
    assert middle == pytest.approx(0.5, abs=4.0 * 0.5 / 20.0)
    assert between(bounds, float("nan")) == bounds[1]


def test_a_launch_is_as_bright_for_all_and_another_is_not() -> None:
    t = np.array([40.0])
    booster, drawn = catalog().boosters["bench-1"], Signatures(catalog().plumes, seed=3)
    first, again, other = (
        float(
            light(payload_of(name, 0, booster, flown("bench-1"), drawn, catalog().cross_sections)).intensity_w_sr(
                t, WIDE
            )[0]
        )
        for name in ("one", "one", "two")
    )
    assert first == again != other


def test_other_bands_follow_the_temperature() -> None:
    t = np.array([40.0])
    wide, carbon = (float(light(seen()).intensity_w_sr(t, band)[0]) for band in (WIDE, (4.17, 4.50)))
    um, wide_um = np.array([4.335]), np.array([2.8])
    planck = lambda x: x**-5 / np.expm1(14_388.0 / (x * 2100.0))  # noqa: E731
    # the middle of each band stands for it to 2 %
    assert carbon / wide == pytest.approx(float(planck(um)[0] / planck(wide_um)[0]) * 0.33 / 0.30, rel=0.02)


def test_a_payload_glows_on_its_way_down_if_asked() -> None:
    dark, glows = seen(), seen(entry=True)
    assert light(dark).spans_s == flown("bench-1").burns_s
    begin, end = light(glows).spans_s[-1]
    height = geodetic_from_itrf(glows.motion(np.array([begin, end]))[0])[2]
    assert height[0] == pytest.approx(100e3, abs=7e3)  # a step of the search
    t = np.linspace(begin, end, 400)
    glow = light(glows).intensity_w_sr(t, WIDE)
    brightest = geodetic_from_itrf(glows.motion(t)[0])[2][glow.argmax()]
    # its ablating front is at its most from about 60 km down: heating goes as the root of the air
    assert 1e3 < glow.max() < 1e5
    assert 5e3 < brightest < 70e3
    assert glow[0] < 0.2 * glow.max()


def steady(height_m: float, speed_m_s: float) -> Any:
    def motion(t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        position = np.tile(itrf_from_geodetic(0.0, 0.0, height_m), (len(t_s), 1))
        return position, np.tile([0.0, speed_m_s, 0.0], (len(t_s), 1))

    return motion


def test_glow_grows_with_speed_and_air_up_to_what_its_material_stands() -> None:
    def glow(height_m: float, speed_m_s: float) -> float:
        one = ReentryGlow(steady(height_m, speed_m_s), ((0.0, 1.0),), 0.5, 1.0, 2600.0, 1.0)
        return float(one.intensity_w_sr(np.zeros(1), WIDE)[0])

    assert glow(90e3, 7500.0) < glow(80e3, 7500.0) < glow(70e3, 7500.0)
    assert glow(80e3, 4000.0) < glow(80e3, 7500.0)
    assert glow(30e3, 7500.0) == glow(20e3, 7500.0)  # as hot as it stays


def test_glide_skin_is_as_hot_as_its_heating() -> None:
    glide = next(b.glide for b in catalog().boosters.values() if b.glide is not None)
    skin = GlideSkin(steady(40e3, 5000.0), ((0.0, 1.0),), glide, 1.0)
    # US-1976 at 40 km: 3.996e-3 kg/m^3
    heating = glide.skin_heating * stagnation_heating(3.996e-3, 5000.0, glide.nose_radius_m)
    kelvin = float(radiative_equilibrium(heating, glide.skin_emissivity))
    assert kelvin == pytest.approx((float(heating) / (glide.skin_emissivity * 5.670e-8)) ** 0.25, rel=1e-3)
    # HTV-2's skin was said to reach 3,500 F, 2,200 K (DARPA, 2012), at 20 times the speed of sound
    assert 1400.0 < kelvin < 2200.0
    um = 2.8
    planck = 1.191e8 * um**-5 / np.expm1(14_388.0 / (um * kelvin)) * 0.3
    expected = glide.skin_emissivity * glide.skin_area_m2 * planck
    # 1 %: the middle of the band stands for it, and the air of the table
    assert float(skin.intensity_w_sr(np.zeros(1), WIDE)[0]) == pytest.approx(float(expected), rel=0.01)


def test_lights_in_turn() -> None:
    early = ReentryGlow(steady(60e3, 7000.0), ((0.0, 10.0),), 0.5, 1.0, 2600.0, 1.0)
    late = ReentryGlow(steady(60e3, 7000.0), ((20.0, 30.0),), 0.5, 1.0, 2600.0, 1.0)
    both = InTurn([late, early])
    assert both.spans_s == ((0.0, 10.0), (20.0, 30.0))
    t = np.array([5.0, 15.0, 25.0])
    one = early.intensity_w_sr(t[:1], WIDE)[0]
    np.testing.assert_allclose(both.intensity_w_sr(t, WIDE), [one, 0.0, one])
    assert InTurn([early, early]).spans_s == ((0.0, 10.0),)


def test_spent_stages_glow_where_they_fall() -> None:
    objects = launched(
        "one", 0, catalog().boosters["bench-1"], flown("bench-1"), Signatures(catalog().plumes, entry=True),
        catalog().cross_sections,
    )  # fmt: skip
    spent = [one for one in objects if one.kind == "spent-stage"]
    assert spent
    assert all(one.emission is not None for one in spent)
    dark = launched(
        "one", 0, catalog().boosters["bench-1"], flown("bench-1"), Signatures(catalog().plumes),
        catalog().cross_sections,
    )  # fmt: skip
    assert all(one.emission is None for one in dark if one.kind == "spent-stage")
