"""Hot spots of made scenes: found, placed, measured; and the places that shine again."""

from pathlib import Path

import numpy as np
import pytest
from abi_file import PLANCK as COEFFICIENTS
from abi_file import write_abi
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import inverse
from launchwatch.feeds.imagery.abi import ImageryError, Planck, read_band
from launchwatch.feeds.imagery.hotspots import Rule, hot_spots, noise_floor
from launchwatch.feeds.imagery.persistent import AGE_S, PersistentMap, load_map, save_map
from launchwatch.feeds.imagery.scenes import Scene, scenes
from launchwatch.physics.imaging.detector import pixel_shares

PLANCK = Planck(*COEFFICIENTS[7])
SHAPE = (60, 80)
NIGHT = ("2020-01-04T05:16:18.2Z", "2020-01-04T05:18:56.6Z")
DAY = ("2020-01-04T16:16:18.2Z", "2020-01-04T16:18:56.6Z")


def stamp(row: float, column: float) -> np.ndarray:
    """Shares of a source's flux by pixel."""
    sigma = Rule().psf_sigma_px
    return pixel_shares(np.arange(SHAPE[0]), row, sigma)[:, None] * pixel_shares(np.arange(SHAPE[1]), column, sigma)


def even(kelvin: float, seed: int = 1, coefficients: Planck = PLANCK) -> np.ndarray:
    """An even scene with a tenth of a kelvin of noise."""
    noise = 0.1 * np.random.Generator(np.random.Philox(key=seed)).standard_normal(SHAPE)
    return coefficients.radiance(kelvin + noise)


def test_a_source_of_known_intensity_is_found_placed_and_measured(tmp_path: Path) -> None:
    wanted_w_sr = 200e3
    empty = read_band(write_abi(tmp_path, even(285.0), times=NIGHT))
    lat, lon = empty.grid.to_earth(*empty.grid.angles(30.3, 40.2))
    range_m = 37_000e3
    # the sensor's equation, written out: W/sr over range^2 is irradiance; over a pixel's solid angle and the width of
    # 3.80-4.00 um in wavenumber it is radiance
    width_cm = 1e4 / 3.80 - 1e4 / 4.00
    flux = wanted_w_sr / range_m**2 / empty.grid.solid_angle_sr / width_cm * 1e3
    path = write_abi(tmp_path, even(285.0) + flux * stamp(30.3, 40.2), times=NIGHT)
    spots = hot_spots(Scene(read_band(path), {}), Rule())
    assert len(spots) == 1
    # noise of 0.1 K, counts and the fit of the place scatter a flux of 0.35 units by 0.0052 (40 seeds); 4.5 of that
    assert spots.intensity_w_sr[0] == pytest.approx(wanted_w_sr * (spots.range_m[0] / range_m) ** 2, rel=0.067)
    assert spots.irradiance_w_m2[0] * spots.range_m[0] ** 2 == pytest.approx(spots.intensity_w_sr[0], rel=1e-12)
    off_m, _, _ = inverse(float(lat), float(lon), spots.lat_deg[0], spots.lon_deg[0])
    assert off_m < 300.0  # a tenth of a pixel of 3 km
    assert spots.contrast_k[0] > 6.0
    assert spots.sigma_urad[0] == pytest.approx(28.0 / 3.0, rel=0.1)  # navigation rules at this strength
    assert spots.lat_bounds_deg[0, 0] == pytest.approx(spots.lat_deg[0], abs=1e-9)
    assert np.isnan(spots.band6_snr[0])


def test_contrast_below_the_least_is_left_out(tmp_path: Path) -> None:
    main = read_band(write_abi(tmp_path, even(300.0) + 0.15 * stamp(30.0, 40.0), times=NIGHT))
    assert len(hot_spots(Scene(main, {}), Rule())) == 0  # 0.08 units in the brightest pixel are 2 K at 300 K
    assert len(hot_spots(Scene(main, {}), Rule(least_contrast_k=1.0))) == 1


@pytest.mark.parametrize(("kelvin", "by_night", "by_day"), [(315.0, 0, 0), (335.0, 1, 0), (370.0, 1, 1)])
def test_a_large_source_counts_when_it_is_hotter_than_any_ground(
    tmp_path: Path, kelvin: float, by_night: int, by_day: int
) -> None:
    patch = np.zeros(SHAPE)
    patch[28:32, 38:42] = 1.0  # four pixels wide: no point
    for times, count in ((NIGHT, by_night), (DAY, by_day)):
        frame = even(290.0) + (PLANCK.radiance(kelvin) - PLANCK.radiance(290.0)) * patch
        spots = hot_spots(Scene(read_band(write_abi(tmp_path, frame, times=times)), {}), Rule())
        assert len(spots) == count
        assert not spots.point_like.any()


def test_a_warm_place_that_the_window_shows_too_is_left_out(tmp_path: Path) -> None:
    warm = 285.0 + 15.0 * stamp(30.0, 40.0) / stamp(30.0, 40.0).max()
    window = Planck(*COEFFICIENTS[14])
    main = write_abi(tmp_path, PLANCK.radiance(warm) + even(285.0) - PLANCK.radiance(285.0), times=NIGHT)
    alone = hot_spots(Scene(read_band(main), {}), Rule())
    same = write_abi(tmp_path, window.radiance(warm) + 0.1 * even(285.0, 2), band=14, times=NIGHT)
    cool = write_abi(tmp_path / "..", even(285.0, 2, window), band=14, times=NIGHT)
    assert len(alone) == 1
    assert len(hot_spots(next(scenes([main, same])), Rule())) == 0
    assert len(hot_spots(Scene(read_band(main), {14: read_band(cool)}), Rule())) == 1


def test_band_6_tells_at_night_what_burns(tmp_path: Path) -> None:
    spot = stamp(30.0, 40.0)
    dark = 0.003 * np.random.Generator(np.random.Philox(key=4)).standard_normal(SHAPE)
    for times, lit in ((NIGHT, False), (DAY, True)):
        main = write_abi(tmp_path, even(285.0) + 0.5 * spot, times=times)
        burning = write_abi(tmp_path, dark + 1.0 * spot, band=6, times=times)
        spots = hot_spots(next(scenes([main, burning])), Rule())
        assert len(spots) == 1
        assert np.isnan(spots.band6_snr[0]) if lit else spots.band6_snr[0] > 20.0
    lake = write_abi(tmp_path, dark, band=6, times=NIGHT)
    main = write_abi(tmp_path, even(285.0) + 0.5 * spot, times=NIGHT)
    assert abs(hot_spots(next(scenes([main, lake])), Rule()).band6_snr[0]) < 4.0  # a draw of unit variance


def test_spots_in_the_mirror_image_of_the_sun_are_counted_apart(tmp_path: Path) -> None:
    # at noon of an equinox the mirror image lies between the point below the Sun and that below the satellite
    times = ("2020-03-20T17:07:00.0Z", "2020-03-20T17:07:06.0Z")
    frame = even(300.0) + 0.9 * stamp(30.0, 40.0)
    near = read_band(write_abi(tmp_path, frame, times=times, x0_rad=-0.002, y0_rad=0.002))
    far = read_band(write_abi(tmp_path, frame, times=times, x0_rad=-0.002, y0_rad=0.11))
    seen = hot_spots(Scene(near, {}), Rule())
    assert (len(seen), seen.in_glint) == (0, 1)
    seen = hot_spots(Scene(far, {}), Rule())
    assert (len(seen), seen.in_glint) == (1, 0)


def test_noise_floor_is_a_tenth_of_a_kelvin_at_300(tmp_path: Path) -> None:
    main = read_band(write_abi(tmp_path, even(285.0)))
    assert float(PLANCK.temperature(PLANCK.radiance(300.0) + noise_floor(main))) == pytest.approx(300.1, abs=1e-4)


PLACES = st.lists(st.tuples(st.floats(-89.9, 89.9), st.floats(-180.0, 179.99)), min_size=1, max_size=5)
START = parse_utc("2020-01-04T03:00:00Z")


@given(PLACES, st.integers(0, 7200))
def test_a_place_seen_again_is_persistent_after_its_time(places: list[tuple[float, float]], later_s: int) -> None:
    lat, lon = np.array(places).T
    known = PersistentMap().seen(lat, lon, START)
    assert known.seen(lat, lon, START) == known
    again = known.holds(lat, lon, START + later_s * NS)
    assert again.tolist() == [later_s >= AGE_S] * len(places)
    # two cells beside is another place
    assert not known.holds(lat[:1] * 0.0 + 90.0 - lat[:1] / 90.0, lon[:1] + 177.0, START + 7200 * NS).any()


def test_neighbours_across_the_date_line_are_one_place() -> None:
    known = PersistentMap().seen(np.array([10.0]), np.array([179.99]), START)
    assert known.holds(np.array([10.0]), np.array([-179.99]), START + 3600 * NS).all()


@given(PLACES, st.lists(st.integers(0, 10**6), max_size=4))
def test_a_map_is_kept_as_it_is(tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, float]],
                                seconds: list[int]) -> None:  # fmt: skip
    lat, lon = np.array(places).T
    known = PersistentMap()
    for later in seconds:
        known = known.seen(lat, lon, START + later * NS)
    path = tmp_path_factory.getbasetemp() / "map.json"
    save_map(path, known)
    assert load_map(path) == known


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"schema":"x","cell_deg":0.05,"cells":[]}', b"[" * 5000])
def test_what_is_no_map(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "map.json"
    path.write_bytes(content)
    with pytest.raises(ImageryError, match="name a new file") as caught:
        load_map(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("first", '"soon"', "is not a time"), ("scenes", "0", "no cell"), ("lat_deg", "90.0", "no cell")],
)
def test_a_map_with_a_wrong_cell(tmp_path: Path, field: str, value: str, words: str) -> None:
    cell = {"lat_deg": "10.0", "lon_deg": "20.0", "scenes": "1", "first": '"2020-01-04T03:00:00Z"'}
    cell |= {"last": cell["first"], field: value}
    path = tmp_path / "map.json"
    inside = ",".join(f'"{key}":{text}' for key, text in cell.items())
    path.write_text('{"schema":"launchwatch/persistent/1","cell_deg":0.05,"cells":[{%s}]}' % inside)  # noqa: UP031
    with pytest.raises(ImageryError, match=words):
        load_map(path)
