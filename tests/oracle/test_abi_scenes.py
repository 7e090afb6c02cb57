"""Real scenes of GOES-16 and GOES-17 against NOAA's own fire product of the same moment."""

import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from launchwatch.assembly.detect import detect
from launchwatch.feeds.imagery.abi import Band, read_band
from launchwatch.feeds.imagery.hotspots import Rule, hot_spots
from launchwatch.feeds.imagery.scenes import Scene

FIRES = (10, 15), (30, 35)  # values of Mask that mark fires, and fires seen before at the place
MOST_OTHERS = 3


@pytest.fixture(scope="module")
def folders(data_folder: Path) -> tuple[Path, Path]:
    """Of the scene with fires and of the quiet one."""
    fires, quiet = (next((data_folder / "abi").glob(f"{letter}_*")) for letter in "CB")
    return fires, quiet


@pytest.fixture(scope="module")
def main(folders: tuple[Path, Path]) -> Band:
    return read_band(next(folders[0].glob("*C07_*")))


@pytest.fixture(scope="module")
def fires(folders: tuple[Path, Path]) -> np.ndarray:
    with h5py.File(next(folders[0].glob("*FDCC*"))) as file:
        mask = file["Mask"][()]
    return np.argwhere(np.logical_or.reduce([(mask >= low) & (mask <= high) for low, high in FIRES]))


def found_and_others(spots: np.ndarray, fires: np.ndarray) -> tuple[int, int]:
    """How many fires have a spot within one pixel of theirs, and how many spots are at no fire."""
    off = np.abs(spots[:, None, :] - fires[None, :, :]).max(axis=2) if len(spots) else np.zeros((0, len(fires)))
    return int((off <= 1.0).any(axis=0).sum()), int((off > 1.0).all(axis=1).sum())


def test_all_marked_fires_and_few_others(
    main: Band, fires: np.ndarray, folders: tuple[Path, Path], measured: Callable[[str], None]
) -> None:
    assert len(fires) == 4
    hot_spots(Scene(main, {}), Rule())  # compiles
    begin = time.perf_counter()
    spots = hot_spots(Scene(main, {}), Rule())
    seconds = time.perf_counter() - begin
    found, others = found_and_others(np.column_stack([spots.row, spots.column]), fires)
    measured(f"{found} of 4 fires, {others} others in {main.radiance.size / 1e6:.2f} Mpixel, {seconds:.3f} s")
    assert found == 4
    assert others <= MOST_OTHERS


@pytest.mark.parametrize("window_px", [7, 9, 11, 13, 15])
def test_the_result_does_not_hang_on_the_window(main: Band, fires: np.ndarray, window_px: int) -> None:
    spots = hot_spots(Scene(main, {}), Rule(window_px=window_px))
    found, others = found_and_others(np.column_stack([spots.row, spots.column]), fires)
    assert found == 4
    assert others <= MOST_OTHERS


@pytest.mark.parametrize("probability", [1e-9, 1e-10, 1e-11])
def test_a_stricter_threshold_finds_them_too(main: Band, fires: np.ndarray, probability: float) -> None:
    # A day of full disks every ten minutes is 4e9 pixels: the usual 1e-9 stands for some four false alarms of Gaussian
    # noise in it. A looser one lets clutter in, which is not Gaussian (docs/validation.md counts it).
    spots = hot_spots(Scene(main, {}), Rule(false_alarm_probability=probability))
    found, others = found_and_others(np.column_stack([spots.row, spots.column]), fires)
    assert found == 4
    assert others <= MOST_OTHERS


def test_no_whole_scene_threshold_finds_any_of_the_fires(main: Band, fires: np.ndarray) -> None:
    assert main.planck is not None
    kelvin = np.where(main.valid, main.planck.temperature(main.radiance), 0.0)
    near = np.zeros(kelvin.shape, dtype=bool)
    for row, column in fires:
        near[row - 1 : row + 2, column - 1 : column + 2] = True
    # A threshold finds a fire when it lies below the warmest pixel within one of it. Scan all of them.
    warmest = [float(kelvin[r - 1 : r + 2, c - 1 : c + 2].max()) for r, c in fires]
    assert 287.0 < min(warmest) < max(warmest) < 300.0
    for threshold in warmest:
        assert np.sum((kelvin >= threshold) & ~near) > MOST_OTHERS
    assert np.sum(kelvin > 300.0) == 4


def test_the_quiet_scene_has_none(folders: tuple[Path, Path]) -> None:
    files = sorted(folders[1].glob("*.nc"))
    alone = detect([file for file in files if "C07" in file.name])
    assert [scene["hot_spots"] for scene in alone["scenes"]] == [0]
    helped = detect(files)
    assert [(scene["hot_spots"], scene["helper_bands"]) for scene in helped["scenes"]] == [(0, [13, 14])]


def test_band_6_sees_the_fires_too(folders: tuple[Path, Path], fires: np.ndarray) -> None:
    document = detect([*folders[0].glob("*C06_*"), *folders[0].glob("*C07_*")])
    spots = document["hot_spots"]
    # an own band, an own detector: what burns stands out there as well, and only that
    assert sum(spot["band6_snr"] > 10.0 for spot in spots) >= len(fires)


def test_places_agree_with_the_extent_that_the_file_states(main: Band, folders: tuple[Path, Path]) -> None:
    for path in (next(folders[0].glob("*C07_*")), next(folders[1].glob("*C07_*"))):
        band = read_band(path)
        rows, columns = np.mgrid[0 : band.grid.rows : 5, 0 : band.grid.columns : 5]
        lat, _ = band.grid.to_earth(*band.grid.angles(rows, columns))
        with h5py.File(path) as file:
            stated = file["geospatial_lat_lon_extent"].attrs
            north, south = (float(stated[f"geospatial_{way}bound_latitude"][0]) for way in ("north", "south"))
            middle = float(stated["geospatial_lat_center"][0]), float(stated["geospatial_lon_center"][0])
        # the stated bounds are of pixel edges; every fifth pixel of up to 10 km in latitude
        assert np.nanmax(lat) == pytest.approx(north, abs=0.2)
        assert np.nanmin(lat) == pytest.approx(south, abs=0.2)
        centre = band.grid.to_earth(*band.grid.angles(band.grid.rows / 2 - 0.5, band.grid.columns / 2 - 0.5))
        # stated to float32; a tenth of a pixel is 0.002 degrees
        assert (float(centre[0]), float(centre[1])) == pytest.approx(middle, abs=0.002)
