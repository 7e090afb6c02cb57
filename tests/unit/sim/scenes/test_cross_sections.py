"""Cross sections by band and aspect, of the catalogue and of what a launch puts into the sky."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.assembly.flight.launch import flown
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.core.arrays import FloatArray
from launchwatch.physics.radar import ratio
from launchwatch.sim.scenes.cross_sections import BodyEcho, own_echo, pattern_db
from launchwatch.sim.scenes.launched import launched
from launchwatch.sim.scenes.signatures import Signatures

BANDS = {"hf": 15e6, "vhf": 160e6, "uhf": 430e6, "l": 1.3e9, "s": 3e9, "x": 9.5e9}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_the_pattern_meets_its_figures_and_lies_between_them(catalog: Catalog) -> None:
    cone = catalog.cross_sections["reentry-cone"]
    for name, frequency in BANDS.items():
        side = getattr(cone, name)
        found = pattern_db(cone, frequency, np.array([0.0, 90.0, 180.0]))
        np.testing.assert_allclose(found, [side.nose_db, side.side_db, side.tail_db])
    assert pattern_db(cone, 1e5, np.array([0.0]))[0] == cone.hf.nose_db  # beyond the bands as at their edge


@given(frequency=st.floats(1e7, 2e10), aspect=st.floats(0.0, 180.0), kind=st.sampled_from(["reentry-cone", "booster"]))
def test_the_pattern_stays_within_its_figures(frequency: float, aspect: float, kind: str, catalog: Catalog) -> None:
    one = catalog.cross_sections[kind]
    sides = [getattr(one, name) for name in BANDS]
    every = [value for side in sides for value in (side.nose_db, side.side_db, side.tail_db)]
    assert min(every) <= pattern_db(one, frequency, np.array([aspect]))[0] <= max(every)


def test_cones_lie_in_the_ranges_generally_quoted(catalog: Catalog) -> None:
    """Nose-on 0.1 to 1 m2 at UHF and 0.001 to 0.1 m2 at X band."""
    cone = catalog.cross_sections["reentry-cone"]
    for booster in catalog.boosters.values():
        if booster.booster_class in ("icbm", "slbm") and booster.status == "published":
            at = [booster.rcs_payload_m2 * float(ratio(pattern_db(cone, f, np.zeros(1))[0])) for f in (430e6, 9.5e9)]
            assert 0.1 <= at[0] <= 1.0, booster.id
            assert 0.001 <= at[1] <= 0.1, booster.id


def test_a_body_shows_its_nose_ahead_and_its_tail_behind(catalog: Catalog) -> None:
    section = catalog.cross_sections["booster"]
    echo = BodyEcho(
        section, 2.0, lambda t: (np.tile([7e6, 0.0, 0.0], (len(t), 1)), np.tile([0.0, 5e3, 0.0], (len(t), 1)))
    )
    sees = {"nose": [7e6, 1e6, 0.0], "side": [6.4e6, 0.0, 0.0], "tail": [7e6, -1e6, 0.0]}
    for name, observer in sees.items():
        expected = 2.0 * ratio(getattr(section.x, f"{name}_db"))
        assert echo.rcs_m2(np.zeros(1), np.array(observer), 9.5e9)[0] == pytest.approx(expected)


def test_a_level_of_its_own_is_needed_where_no_booster_gives_one(catalog: Catalog) -> None:
    def still(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.tile([7e6, 0.0, 0.0], (len(t), 1)), np.zeros((len(t), 3))

    small = own_echo(catalog.cross_sections["satellite-small"], still)
    assert small.rcs_m2(np.zeros(1), np.array([6.4e6, 0.0, 0.0]), 430e6)[0] == pytest.approx(0.05)
    with pytest.raises(ValueError, match="cross section booster: level_m2 is null"):
        own_echo(catalog.cross_sections["booster"], still)


def test_every_object_of_a_launch_has_an_echo_of_its_kind(catalog: Catalog) -> None:
    launch = load_scenario("joint-warning", catalog).launches[0]
    booster = catalog.boosters[launch.booster]
    path, light = flown(launch, booster), Signatures(catalog.plumes)
    found = {
        one.kind: one
        for one in launched(launch.id, launch.time_ns, booster, path, light, catalog.cross_sections)
    }
    payload, stage = found["payload"].echo, found["spent-stage"].echo
    assert payload is not None
    assert stage is not None
    t = np.array([10.0, 600.0])
    assert payload.swerling(t).tolist() == [1.0, 3.0]  # the whole booster, then the cone
    assert set(stage.swerling(t).tolist()) == {1.0}
    observer = found["payload"].motion(t)[0][1] * 0.9
    rcs = payload.rcs_m2(t, observer, 430e6)
    assert rcs[0] > rcs[1]
    # a tumbling stage shows the same to all sides
    np.testing.assert_allclose(stage.rcs_m2(np.array([300.0]), observer, 430e6), booster.rcs_booster_m2)
