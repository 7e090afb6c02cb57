"""Cells of radars over the horizon: they back a track under thrust, open none and break none."""

import msgspec
import numpy as np
import pytest

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_catalog, load_scenario
from launchwatch.core.epochs import parse_utc
from launchwatch.messages import codec
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item
from launchwatch.messages.observations import RadarLook, Sector
from launchwatch.messages.tracks import Track
from launchwatch.processing.tracks.cells import of_cells
from launchwatch.processing.tracks.stage import TracksStage

DAY = parse_utc("2026-08-20T11:00:00Z")
T0 = 1_700_000_000 * 10**9
SCENARIO = """
id: north
title: One launch over the Norwegian Sea
sources: ['A case of joint-warning']
partners: [ru]
launches:
  - id: one
    booster: trident-d5
    time: 2026-08-20T11:00:00Z
    from: {lat_deg: 68.0, lon_deg: 0.0}
    trajectory: {to: {lat_deg: 56.0, lon_deg: 38.0}, depressed: true}
"""


def cells(n: int, elevation_deg: float = np.nan) -> Detections:
    """A look with n plots, cells unless an elevation is given."""
    look = RadarLook(
        sensor="sky-wave", look_from_ns=T0, look_until_ns=T0, looks=1, period_s=30.0, site_deg_m=(54.0, 43.9, 100.0),
        sectors=(Sector(180.0, 0.0),), elevation_limits_deg=(0.0, 0.0), range_limits_m=(900e3, 3000e3),
        bias_range_m=1e4, bias_angle_deg=0.5, threshold_snr_db=13.0, false_alarms_per_look=1e-3, sequence=np.arange(n),
        time_ns=np.full(n, T0), range_m=np.full(n, 2e6), azimuth_deg=np.full(n, 300.0),
        elevation_deg=np.full(n, elevation_deg), sigma_range_m=np.full(n, 1e4), sigma_azimuth_deg=np.full(n, 1.0),
        sigma_elevation_deg=np.full(n, elevation_deg), snr_db=np.full(n, 15.0),
    )  # fmt: skip
    return Detections(look=look, false_alarm_probability=np.full(n, 1e-9))


def test_cells_are_plots_without_elevation() -> None:
    assert of_cells(cells(2))
    assert not of_cells(cells(0))
    assert not of_cells(cells(2, 3.0))


def test_cells_survive_json_as_null() -> None:
    text = codec.to_json(cells(1).look)
    assert b'"elevation_deg":[null]' in text
    assert np.isnan(codec.from_json(text, RadarLook).elevation_deg[0])


def test_cells_open_no_track_and_are_counted() -> None:
    stage = TracksStage()
    state = stage.start()
    for k in range(6):
        item = Item(f"cells-{k}", T0 + k * 30 * 10**9, cells(3))
        state, outputs = stage.step(state, [item], T0 + k * 30 * 10**9)
        assert outputs == []
    assert state.tracks == []
    assert state.tracklets == []
    assert state.unplaced_cells == 18


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_a_cell_backs_the_track_that_passes_through_it(
    catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("cells") / "north.yaml"
    file.write_text(SCENARIO)
    catalog = msgspec.structs.replace(
        catalog,
        sensors_radar=catalog.sensors_radar
        | {"ru-konteyner": msgspec.structs.replace(catalog.sensors_radar["ru-konteyner"], false_alarms_per_look=0.0)},
    )
    sensors = [name for name in catalog.sensors_in_service(DAY, "ru") if name.startswith("ru-eks")]
    settings = [f"sensors.only=[ru-konteyner, {', '.join(sensors)}]"]
    run = play(catalog, load_scenario(file, catalog, settings), 1, None, Stopwatch())
    (case,) = run.cases
    reported = next(truth for truth in case.observed if truth.sensor == "ru-konteyner")
    assert len(reported.sequence) > 0
    tracks = [e for e in case.chains["ru", "alone"].outputs if isinstance(e.payload, Track)]
    backed = [e for e in tracks if "ru-konteyner" in e.payload.sensors]
    assert backed
    assert all(e.payload.phenomenologies == ("infrared",) for e in backed)  # it confirms nothing
    assert len({e.payload.track for e in tracks}) == 1
