"""The reader of ABI files: what it gives, and that anything else is one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from abi_file import NAME, write_abi
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.feeds.imagery.abi import ImageryError, Planck, name_of, read_band
from launchwatch.feeds.imagery.scenes import scenes

PLANCK = Planck(202263.0, 3698.19, 0.43361, 0.99939)


def frame(rows: int = 48, columns: int = 64) -> np.ndarray:
    values = 0.6 + 0.01 * np.random.Generator(np.random.Philox(key=3)).standard_normal((rows, columns))
    values[:3, :5] = np.nan
    return values


def test_what_was_written_is_read(tmp_path: Path) -> None:
    values = frame()
    band = read_band(write_abi(tmp_path, values))
    assert (band.platform, band.scene, band.number) == ("G16", "M1", 7)
    assert np.array_equal(band.valid, np.isfinite(values))
    # packed in counts of 0.00156: half of one, and float32 rounding
    assert np.abs(band.radiance - values)[band.valid].max() < 0.51 * band.step
    assert band.grid.rows == 48
    assert (band.grid.x0_rad, band.grid.step_x_rad) == pytest.approx((-0.02, 56e-6), rel=1e-6)  # float32 in the file
    assert band.start_ns == parse_utc("2020-01-04T03:16:18.2Z")
    assert np.linalg.norm(band.satellite_m) == pytest.approx(42_164_160.0, abs=10.0)
    times = band.row_times(np.array([0.0, 47.0]))
    assert band.start_ns < times[0] < times[1] < band.end_ns


def test_high_counts_are_unsigned(tmp_path: Path) -> None:
    path = write_abi(tmp_path, frame())
    with h5py.File(path, "r+") as file:
        counts = file["Rad"][()]
        counts[10, 10] = np.int16(-1)  # 65535 as unsigned
        file["Rad"][...] = counts
    assert read_band(path).radiance[10, 10] == pytest.approx(65_535 * 0.00156435 - 0.0376, rel=1e-6)  # float32


@given(st.floats(180.0, 420.0))
def test_planck_there_and_back(temperature_k: float) -> None:
    assert float(PLANCK.temperature(PLANCK.radiance(temperature_k))) == pytest.approx(temperature_k, rel=1e-12)


def test_planck_agrees_with_the_law_of_planck() -> None:
    # radiation constants by wavenumber (CODATA 2018); the file's coefficients carry six digits
    wavenumber = PLANCK.fk2 / 1.438776877
    assert 1e4 / wavenumber == pytest.approx(3.89, abs=0.005)
    for kelvin in (220.0, 300.0, 420.0):
        effective = PLANCK.bc1 + PLANCK.bc2 * kelvin
        exact = 1.191042972e-5 * wavenumber**3 / np.expm1(1.438776877 * wavenumber / effective)
        assert float(PLANCK.radiance(kelvin)) == pytest.approx(exact, rel=1e-5)


def test_no_temperature_without_light() -> None:
    assert np.isnan(PLANCK.temperature(np.array([0.0, -0.01, np.nan]))).all()


def change(path: Path, work: Callable[[Any], object]) -> None:
    with h5py.File(path, "r+") as file:
        work(file)


def replace(name: str, value: object) -> Callable[[Any], None]:
    def work(file: Any) -> None:
        del file[name]
        file[name] = value

    return work


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda f: f.attrs.update(title=np.bytes_("ABI L2 Fire - Hot Spot Characterization")), "L2 Fire"),
        (replace("band_id", np.array([6], np.int8)), "holds band 6, not 7"),
        (replace("band_id", np.array([np.nan])), "band_id is"),
        (lambda f: f.attrs.update(platform_ID=np.bytes_("G17")), "not G16"),
        (lambda f: f.__delitem__("DQF"), "damaged or truncated"),
        (replace("DQF", np.zeros((48, 63), np.int8)), "DQF has shape"),
        (replace("Rad", np.zeros((48, 64), np.float32)), "Rad is float32"),
        (replace("Rad", np.zeros(48, np.int16)), "shape"),
        (replace("x", np.arange(63, dtype=np.int16)), "x has shape"),
        (lambda f: f["y"].attrs.update(scale_factor=np.array([0.0], np.float32)), "no fixed grid"),
        (lambda f: f["goes_imager_projection"].attrs.update(sweep_angle_axis=np.bytes_("y")), "sweep_angle_axis"),
        (
            lambda f: f["goes_imager_projection"].attrs.update(perspective_point_height=np.array([1e9])),
            "projection from",
        ),
        (lambda f: f["Rad"].attrs.update(scale_factor=np.array([np.nan], np.float32)), "attribute scale_factor"),
        (lambda f: f["Rad"].attrs.update(scale_factor=np.array([-1.0], np.float32)), "scale_factor of Rad"),
        (replace("planck_fk1", np.float32(-999.0)), "Planck coefficients"),
        (replace("nominal_satellite_height", np.float32(400.0)), "none of the GOES-R series"),
        (lambda f: f.attrs.update(time_coverage_start=np.bytes_("yesterday")), "time_coverage"),
        (lambda f: f.attrs.update(time_coverage_end=np.bytes_("2020-01-04T01:00:00.0Z")), "the scene takes"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_it(tmp_path: Path, work: Callable[[Any], object], words: str) -> None:
    path = write_abi(tmp_path, frame())
    change(path, work)
    with pytest.raises(ImageryError, match=words) as caught:
        read_band(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_foreign_and_truncated_files(tmp_path: Path) -> None:
    path = write_abi(tmp_path, frame())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageryError, match="damaged or truncated"):
        read_band(path)
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(ImageryError, match="no netCDF-4 file"):
        read_band(path)
    with pytest.raises(OSError, match="No such file"):
        read_band(tmp_path / NAME.format(scene="F", band=7, platform="G16"))
    with pytest.raises(ImageryError, match="is not named like"):
        name_of(Path("scene.nc"))


def test_scenes_come_in_the_order_of_time_with_their_helpers(tmp_path: Path) -> None:
    late = NAME.replace("s20200040316182", "s20200040321182")
    paths = [
        write_abi(tmp_path, frame(), name=late),
        write_abi(tmp_path, frame(), band=14),
        write_abi(tmp_path, frame()),
        write_abi(tmp_path, frame(), band=6, name=late),
    ]
    found = list(scenes(paths))
    assert [sorted(scene.helpers) for scene in found] == [[14], [6]]
    assert [scene.main.file for scene in found] == [paths[2].name, paths[0].name]


def test_files_that_do_not_belong_together(tmp_path: Path) -> None:
    main, helper = write_abi(tmp_path, frame()), write_abi(tmp_path, frame(), band=14)
    with pytest.raises(ImageryError, match="there is no band 7"):
        list(scenes([helper]))
    with pytest.raises(ImageryError, match="same scene"):
        list(scenes([main, main]))
    write_abi(tmp_path, frame(), band=14, x0_rad=-0.03)
    with pytest.raises(ImageryError, match="grid"):
        list(scenes([main, helper]))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_abi(tmp_path_factory.mktemp("good"), frame())


@settings(max_examples=300)
@given(data=st.data())
def test_damage_is_told_or_harmless(good: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(0, 4), label="bits")):
        bit = data.draw(st.integers(0, 8 * len(content) - 1), label="bit")
        content[bit // 8] ^= 1 << bit % 8
    if data.draw(st.booleans(), label="cut"):
        del content[data.draw(st.integers(0, len(content)), label="length") :]
    path = tmp_path_factory.getbasetemp() / good.name
    path.write_bytes(bytes(content))
    try:
        band = read_band(path)
    except ImageryError as error:
        told = str(error)
    else:
        told = ""
        assert band.radiance.shape == band.valid.shape == (band.grid.rows, band.grid.columns)
    assert "\n" not in told


@given(st.binary(max_size=600))
def test_foreign_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / NAME.format(scene="C", band=7, platform="G16")
    for head in (b"", b"\x89HDF\r\n\x1a\n"):
        path.write_bytes(head + content)
        with pytest.raises(ImageryError):
            read_band(path)
