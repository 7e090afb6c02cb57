"""Lightning: packed integers come out as numbers, doubtful groups are left out, foreign files are refused."""

from contextlib import suppress

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.feeds.lightning import read_lightning
from launchwatch.feeds.tables import FeedError

UNITS = "seconds since 2018-10-17 10:26:20.000"


def _packed(path, **changed):
    """A file as the ground system packs it: unsigned 16 bits stored as signed ones, with scale and offset."""
    parts = {
        "group_time_offset": (np.array([0, 100], np.uint16).view(np.int16), {"scale_factor": 0.1, "add_offset": -5.0}),
        "group_lat": (np.array([10.0, -20.0], np.float32), {}),
        "group_lon": (np.array([-75.0, -60.0], np.float32), {}),
        "group_energy": (np.array([40_000, 2], np.uint16).view(np.int16), {"scale_factor": 1.5e-15, "add_offset": 0.0}),
        "group_quality_flag": (np.array([0, 0], np.int16), {}),
        "group_parent_flash_id": (np.array([65_000, 7], np.uint16).view(np.int16), {}),
        "nominal_satellite_subpoint_lon": (np.float32(-75.2), {}),
        "nominal_satellite_height": (np.float32(35_786.0), {}),
    } | changed
    with h5py.File(path, "w") as file:
        for name, part in parts.items():
            if part is None:
                continue
            data, attributes = part
            stored = file.create_dataset(name, data=data)
            stored.attrs.update(attributes)
            if np.asarray(data).dtype.kind == "i":
                stored.attrs["_Unsigned"] = "true"
            if name == "group_time_offset":
                stored.attrs.setdefault("units", UNITS)
    return path


def test_packed_numbers_are_unpacked(tmp_path):
    found = read_lightning(_packed(tmp_path / "a.nc"))
    start = parse_utc("2018-10-17T10:26:20Z")
    assert (found.time_ns - start).tolist() == [-5_000_000_000, 5_000_000_000]
    np.testing.assert_allclose(found.energy_j, [6e-11, 3e-15], rtol=1e-12)  # products of doubles
    assert found.flash.tolist() == [1, 0]
    assert found.satellite_height_m == pytest.approx(35_786e3, abs=4.0)  # single precision, km


def test_doubtful_groups_are_left_out_and_counted(tmp_path):
    found = read_lightning(_packed(tmp_path / "a.nc", group_quality_flag=(np.array([0, 1], np.int16), {})))
    assert (len(found.time_ns), found.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"group_energy": None}, "a.nc: group_energy is not there; give a GLM L2 LCFA file"),
        ({"group_lat": (np.array([10.0, 95.0]), {})}, "a.nc: group_lat[1] is 95; it lies between -90 and 90"),
        ({"group_lon": (np.array([10.0]), {})}, "a.nc: group_lon has 1 values, group_time_offset 2"),
        ({"group_lat": (np.zeros((2, 2)), {})}, "a.nc: group_lat has 2 dimensions"),
        (
            {"group_time_offset": (np.array([0, 1], np.int16), {"units": "days since 2018-10-17 10:26:20.000"})},
            "a.nc: group_time_offset: its units are 'days since",
        ),
    ],
)
def test_faults_are_named(tmp_path, changed, message):
    with pytest.raises(FeedError) as caught:
        read_lightning(_packed(tmp_path / "a.nc", **changed))
    assert str(caught.value).startswith(message)


@given(cut=st.integers(0, 20_000), at=st.integers(8, 20_000), byte=st.integers(0, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_are_read_or_refused(tmp_path_factory, cut, at, byte):
    path = tmp_path_factory.getbasetemp() / "damaged.nc"
    data = bytearray(_packed(path).read_bytes())
    data[min(at, len(data) - 1)] = byte
    path.write_bytes(bytes(data[: max(len(data) - cut, 0)]))
    found = None
    with suppress(FeedError):
        found = read_lightning(path)
    if found is not None:
        assert np.isfinite(found.energy_j).all()


def test_real_files(data_folder):
    """4,013 groups, three of them doubtful, as h5dump shows; the mapper that saw nothing gives nothing."""
    folder = data_folder / "glm_l2_lcfa"
    found = read_lightning(folder / "OR_GLM-L2-LCFA_G16_s20182901026200_e20182901026400_c20182901026423.nc")
    assert (len(found.time_ns), found.rejected, int(found.flash.max()) + 1) == (4010, 3, 208)
    silent = read_lightning(folder / "OR_GLM-L2-LCFA_G17_s20200160612000_e20200160612110_c20200160612335.nc")
    assert len(silent.time_ns) == 0
