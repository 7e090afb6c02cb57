"""Cloud fields: how much there is, how it hangs together, and that it depends on place and time only."""

import numpy as np
import pytest

from launchwatch.core.epochs import NS
from launchwatch.sim.scenes.weather import CLIMATOLOGY, Scene, cloud_field

GENERATOR = np.random.default_rng(4)


def places(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spread evenly over the Earth and a month, ns TAI."""
    lat = np.degrees(np.arcsin(GENERATOR.uniform(-1.0, 1.0, n)))
    return lat, GENERATOR.uniform(-180.0, 180.0, n), GENERATOR.integers(0, 30 * 86_400, n) * NS


def test_the_field_is_standard_normal_everywhere() -> None:
    lat, lon, ns = places(60_000)
    z = cloud_field(1, "cloud", lat, lon, ns)
    for band in (lat < -45.0, np.abs(lat) < 20.0, lat > 70.0):
        n = np.count_nonzero(band)
        # neighbours in a cell hang together, but few fall into one of 13,000 cells and 120 times: five standard errors
        assert z[band].mean() == pytest.approx(0.0, abs=5.0 / np.sqrt(n))
        assert z[band].std() == pytest.approx(1.0, abs=5.0 / np.sqrt(2.0 * n))


@pytest.mark.parametrize("cover", [0.1, 0.5, 0.85])
def test_cover_is_as_given(cover: float) -> None:
    lat, lon, ns = places(40_000)
    tops = Scene(cloud_top_m=8e3, cover=cover, seed=3).cloud_tops_m(lat, lon, ns)
    assert set(np.unique(tops)) == {0.0, 8e3}
    # five standard errors of a binomial
    assert np.mean(tops > 0.0) == pytest.approx(cover, abs=5.0 * np.sqrt(cover * (1.0 - cover) / 40_000))


def test_cloud_hangs_together_over_tens_of_kilometres_and_an_hour() -> None:
    lat, lon, ns = places(20_000)
    lat *= 0.6
    base = cloud_field(1, "cloud", lat, lon, ns)

    def correlation(north_km: float, later_s: float) -> float:
        other = cloud_field(1, "cloud", lat + north_km / 111.2, lon, ns + round(later_s * NS))
        return float(np.mean(base * other))

    assert correlation(2.0, 0.0) > 0.97
    assert 0.6 < correlation(30.0, 0.0) < 0.95
    assert abs(correlation(1500.0, 0.0)) < 0.04  # five standard errors of 20,000 nearly free pairs
    assert correlation(0.0, 120.0) > 0.97
    assert abs(correlation(0.0, 86_400.0)) < 0.04


def test_the_field_depends_on_seed_place_and_time_only() -> None:
    lat, lon, ns = places(50)
    whole = cloud_field(1, "cloud", lat, lon, ns)
    one = cloud_field(1, "cloud", lat[17:18], lon[17:18], ns[17:18])
    assert one[0] == whole[17]
    assert not np.allclose(whole, cloud_field(2, "cloud", lat, lon, ns))


def test_the_field_is_continuous_and_closes_round_the_earth() -> None:
    lat, lon, ns = places(2000)
    here, near = (cloud_field(1, "cloud", lat + step, lon, ns) for step in (0.0, 1e-6))
    np.testing.assert_allclose(here, near, atol=1e-4)  # 0.1 m of a cell of 40 km
    east, west = (cloud_field(1, "cloud", lat, np.full(2000, edge), ns) for edge in (180.0 - 1e-9, -180.0))
    np.testing.assert_allclose(east, west, atol=1e-4)


def test_climatology_has_its_cover_by_latitude() -> None:
    scene = Scene(cloud_top_m=0.0, climatology=True, seed=5)
    n = 20_000
    for latitude, cover, high, _, top_km in CLIMATOLOGY[[2, 4, 8]]:
        lat = np.full(n, latitude)
        tops = scene.cloud_tops_m(lat, GENERATOR.uniform(-180.0, 180.0, n), GENERATOR.integers(0, 10**7, n) * NS)
        # one circle of latitude over 116 days: some 10,000 free cells
        assert np.mean(tops > 0.0) == pytest.approx(cover, abs=0.03)
        assert np.mean(tops[tops > 0.0] == top_km * 1e3) == pytest.approx(high, abs=0.05)
        assert tops.max() <= scene.highest_top_m


def test_a_closed_deck_and_a_clear_sky() -> None:
    lat, lon, ns = places(5)
    assert np.all(Scene(cloud_top_m=7e3).cloud_tops_m(lat, lon, ns) == 7e3)
    assert np.all(Scene(cloud_top_m=7e3, cover=0.0).cloud_tops_m(lat, lon, ns) == 0.0)
    with pytest.raises(ValueError, match=r"cover is 1\.5"):
        Scene(cloud_top_m=7e3, cover=1.5)
