"""Transmission of clear air against the figures that were computed for it, and its invariants."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.physics.transmission import DEPTH_RATIOS, HEIGHTS_KM, TRANSMISSION, air_mass, transmission

WIDE, NARROW = (2.65, 2.95), (2.65, 2.80)


@pytest.mark.parametrize(
    ("height_km", "narrow", "wide"),
    [
        (0, 0.000, 0.036), (5, 0.010, 0.244), (7, 0.090, 0.371), (10, 0.364, 0.596), (12, 0.504, 0.692),
        (15, 0.654, 0.789), (20, 0.820, 0.892), (30, 0.956, 0.974),
    ],
)  # fmt: skip
def test_vertical_transmission(height_km: float, narrow: float, wide: float) -> None:
    # the figures have three decimals
    assert transmission(NARROW, height_km * 1e3, 0.0) == pytest.approx(narrow, abs=6e-4)
    assert transmission(WIDE, height_km * 1e3, 0.0) == pytest.approx(wide, abs=6e-4)


def test_slant_transmission() -> None:
    # air mass at 60 degrees is 1.994, not 2, where the table says secant: less than 1e-3 apart
    assert transmission(NARROW, 7e3, 60.0) == pytest.approx(0.033, abs=1e-3)
    assert transmission(WIDE, 7e3, 60.0) == pytest.approx(0.297, abs=1e-3)


@given(
    band=st.sampled_from(sorted(TRANSMISSION)),
    height_m=st.floats(0.0, 400e3),
    zenith_deg=st.floats(0.0, 100.0),
    step_m=st.floats(1.0, 5e3),
    step_deg=st.floats(0.01, 5.0),
)
def test_transmission_grows_with_height_and_falls_with_slant(
    band: tuple[float, float], height_m: float, zenith_deg: float, step_m: float, step_deg: float
) -> None:
    here = float(transmission(band, height_m, zenith_deg))
    assert 0.0 <= here <= 1.0
    # 1e-12 of rounding; beyond the horizon height decides how deep the path dips, so higher is clearer there too
    assert float(transmission(band, height_m + step_m, zenith_deg)) >= here - 1e-12
    # Kasten and Young's air mass is least a little off the zenith
    assert float(transmission(band, height_m, zenith_deg + step_deg)) <= here + 1e-7


def test_transmission_is_continuous_at_the_horizon() -> None:
    height_m = np.array([7e3, 12e3, 30e3, 60e3])
    above, below = transmission(WIDE, height_m, 89.99), transmission(WIDE, height_m, 90.01)
    # air mass falls by 0.3 % in 0.02 degrees there, depth by less
    np.testing.assert_allclose(above, below, rtol=0.01)


def test_nothing_passes_through_the_ground() -> None:
    assert transmission(WIDE, 10e3, 120.0) == 0.0


def test_an_unknown_band_is_refused() -> None:
    with pytest.raises(ValueError, match=r"band_um \[4.2, 4.4\].*2.65-2.80, 2.65-2.95, .*4.40-4.55 um"):
        transmission((4.2, 4.4), 10e3, 0.0)


def test_air_mass() -> None:
    assert air_mass(0.0) == pytest.approx(1.0, abs=1e-3)
    assert air_mass(60.0) == pytest.approx(2.0, rel=5e-3)  # curvature of the Earth
    assert air_mass(90.0) == pytest.approx(37.92, rel=1e-3)  # Kasten and Young (1989), table


def test_the_tables_are_those_of_the_runs(data_folder: Path) -> None:
    with (data_folder / "atmos_lowtran7_tables" / "transmission_vs_plume_height.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        zenith, height = float(row["zenith_deg"]), float(row["h_km"])
        for band in TRANSMISSION:
            ours = TRANSMISSION[band][list(HEIGHTS_KM).index(height), 0 if zenith == 0.0 else 1]
            assert ours == float(row[f"{band[0]:.2f}-{band[1]:.2f}"])


def spectra(folder: Path) -> dict[tuple[str, float, float], FloatArray]:
    """Rows (n, 2) of wavelength um and transmission, by model, height km and zenith angle."""
    found: dict[tuple[str, float, float], list[tuple[float, float]]] = {}
    with (folder / "atmos_lowtran7_tables" / "transmission_to_space_2500_5000nm.csv").open() as file:
        for row in csv.DictReader(file):
            at = row["model"], float(row["h1_km"]), float(row["zenith_deg"])
            found.setdefault(at, []).append((float(row["wavelength_nm"]) * 1e-3, float(row["transmission"])))
    return {at: np.array(rows) for at, rows in found.items()}


def depth(spectrum: FloatArray, band: tuple[float, float]) -> float:
    """Of the band mean over even steps of wavenumber, weighted by a black body of 1800 K."""
    um, through = spectrum[(spectrum[:, 0] >= band[0]) & (spectrum[:, 0] <= band[1])].T
    weight = um**-3 / np.expm1(14_388.0 / (um * 1800.0))
    return float(-np.log(weight @ through / weight.sum()))


@pytest.mark.parametrize("band", [WIDE, (4.17, 4.50), (3.40, 4.10)])
def test_other_atmospheres_scale_depth_as_their_spectra_do(data_folder: Path, band: tuple[float, float]) -> None:
    runs = spectra(data_folder)
    for model in DEPTH_RATIOS:
        name = model.replace("-", "_").replace("midlatitude", "midlat")
        for height in (5.0, 10.0, 20.0):
            for zenith in (0.0, 60.0):
                theirs = depth(runs[name, height, zenith], band) / depth(runs["us_standard_1976", height, zenith], band)
                ours = np.log(transmission(band, height * 1e3, zenith, model)) / np.log(
                    transmission(band, height * 1e3, zenith)
                )
                # two decimals in the table, and up to 0.02 from one slant to the other
                assert ours == pytest.approx(theirs, abs=0.03)


def test_an_atmosphere_without_the_band_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tabulated for us-standard only, not for tropical"):
        transmission((2.1, 2.3), 10e3, 0.0, "tropical")
