"""Files as a source: looks, the figures of their sensors, and what became of each line."""

import random
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.catalog.loader import Catalog, load_catalog
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.feeds.observation_files import source
from launchwatch.feeds.observation_files.figures import DEFAULTS
from launchwatch.feeds.observation_files.source import ObservationFiles, Tracking
from launchwatch.formats.observations import ObservationError, Site
from launchwatch.messages import codec
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook

T0 = parse_utc("2026-08-20T10:00:00Z")
HOLD_S = 30.0


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def utc(t_s: float) -> str:
    return format_utc(T0 + round(t_s * NS), 9)


def infrared(sensor: str, sequence: int, t_s: float, **more: Any) -> dict[str, Any]:
    return {
        "type": "infrared", "sensor": sensor, "sequence": sequence, "time": utc(t_s), "purpose": "test",
        "origin": "recorded", "sensor_position_m": [42164e3, 0.0, 0.0], "line_of_sight": [-0.6, 0.8, 0.0],
        "sigma_urad": 30.0, "irradiance_w_m2": 1.2e-9, "band_um": [2.6, 2.9], "snr": 14.2,
    } | more  # fmt: skip


def radar(sensor: str, sequence: int, t_s: float, **more: Any) -> dict[str, Any]:
    return {
        "type": "radar", "sensor": sensor, "sequence": sequence, "time": utc(t_s), "purpose": "test",
        "origin": "simulated", "site": {"lat_deg": 54.4, "lon_deg": -0.7, "alt_m": 260.0}, "range_m": 2.1e6,
        "azimuth_deg": 12.3, "elevation_deg": 4.2, "sigma_range_m": 50.0, "sigma_azimuth_deg": 0.1,
        "sigma_elevation_deg": 0.1, "snr_db": 18.0,
    } | more  # fmt: skip


def look(sensor: str, sequence: int, t_s: float, until_s: float | None = None, **field: Any) -> dict[str, Any]:
    if until_s is not None:
        field["until"] = utc(until_s)
    return {
        "type": "look", "sensor": sensor, "sequence": sequence, "time": utc(t_s), "purpose": "test",
        "origin": "live", "field": field, "false_alarm_density": 0.1, "detections": 0,
    }  # fmt: skip


def file_of(folder: Path, rows: list[dict[str, Any]], name: str = "o.ndjson") -> Path:
    path = folder / name
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


class Reading:
    """Files read to their end."""

    def __init__(self, catalog: Catalog, *paths: Path, tracking: Tracking | None = None) -> None:
        self.rejects: list[tuple[str, int, str]] = []
        self.source = ObservationFiles(
            paths, catalog, HOLD_S, tracking or Tracking(), lambda p, n, why: self.rejects.append((p.name, n, why))
        )
        self.envelopes = list(self.source)
        self.tally = self.source.tally

    def looks(self) -> list[tuple[str, float, list[int]]]:
        return [
            (e.payload.sensor, (e.received_ns - T0) / NS, e.payload.sequence.tolist()) for e in self.envelopes
        ]


def test_what_has_one_time_is_one_look(catalog: Catalog, tmp_path: Path) -> None:
    rows = [infrared("a", 2, 0.0), infrared("a", 1, 0.0), radar("r", 1, 0.0), infrared("a", 3, 1.0)]
    found = Reading(catalog, file_of(tmp_path, rows))
    assert found.looks() == [("a", 0.0, [1, 2]), ("r", 0.0, [1]), ("a", 1.0, [3])]
    assert found.tally.unannounced == found.tally.looks == 3
    assert found.tally.taken == {"infrared": 3, "radar": 1}
    assert [e.origin for e in found.envelopes] == [("recorded",), ("simulated",), ("recorded",)]
    one = found.envelopes[0].payload
    assert isinstance(one, InfraredLook)
    assert one.line_of_sight.flags.c_contiguous  # kernels compile for that
    assert (one.look_from_ns, one.look_until_ns) == (T0, T0)


def test_a_look_gathers_what_lies_in_its_span(catalog: Catalog, tmp_path: Path) -> None:
    rows = [
        look("a", 1, 0.0, 9.0, period_s=10.0, bias_urad=3.0, looks=1), infrared("a", 2, 1.0), infrared("a", 3, 8.0),
        look("a", 4, 10.0, 19.0), infrared("a", 5, 20.5), look("a", 6, 30.0, 31.0),
    ]  # fmt: skip
    found = Reading(catalog, file_of(tmp_path, rows))
    assert found.looks() == [("a", 9.0, [2, 3]), ("a", 19.0, []), ("a", 20.5, [5]), ("a", 31.0, [])]
    assert [e.payload.looks for e in found.envelopes] == [1, 1, 1, 1]
    assert {e.payload.period_s for e in found.envelopes} == {10.0}
    assert {e.payload.bias_urad for e in found.envelopes} == {3.0}
    assert found.tally.sensors["a"].basis["bias_urad"] == "look"
    assert found.tally.sensors["a"].basis["threshold_snr"] == "default"


def test_touching_looks_share_nothing(catalog: Catalog, tmp_path: Path) -> None:
    """A detection at the time where one look ends and the next begins is of the one that it arrived with."""
    rows = [
        look("a", 1, 0.0, 10.0) | {"received": utc(12.0)}, infrared("a", 2, 10.0, received=utc(12.0)),
        look("a", 3, 10.0, 20.0) | {"received": utc(22.0)}, infrared("a", 4, 10.0, received=utc(22.0)),
    ]  # fmt: skip
    assert Reading(catalog, file_of(tmp_path, rows)).looks() == [("a", 12.0, [2]), ("a", 22.0, [4])]


def test_a_silent_look_of_what_nothing_is_known_of_is_counted(catalog: Catalog, tmp_path: Path) -> None:
    rows = [look("a", 1, 0.0), look("us-beale", 1, 0.0), look("b", 1, 0.0, position_m=[42164e3, 0.0, 0.0])]
    found = Reading(catalog, file_of(tmp_path, rows))
    assert [type(e.payload) for e in found.envelopes] == [InfraredLook, RadarLook]
    assert found.tally.of_nobody == 1
    beale = found.envelopes[1].payload
    assert beale.range_limits_m == (catalog.sensors_radar["us-beale"].range_min_km * 1e3,
                                    catalog.sensors_radar["us-beale"].range_max_km * 1e3)  # fmt: skip
    assert found.tally.sensors["us-beale"].basis["sectors"] == "catalogue"


def test_periods_are_estimated_where_looks_are_regular(catalog: Catalog, tmp_path: Path) -> None:
    rows = [infrared("even", k, 2.0 * k + 0.01 * (k % 3)) for k in range(30)]
    rows += [infrared("odd", k, t) for k, t in enumerate((0.0, 1.0, 4.2, 5.9, 9.0, 15.3, 16.0, 21.7, 30.0, 33.3))]
    found = Reading(catalog, file_of(tmp_path, sorted(rows, key=lambda r: r["time"])))
    even = found.tally.sensors["even"]
    assert even.basis["period_s"] == "estimated"
    assert even.values["period_s"] == pytest.approx(2.0, abs=0.02)  # jitter of 0.01 s
    odd = found.tally.sensors["odd"]
    assert (odd.basis["period_s"], odd.values["period_s"]) == ("default", DEFAULTS["infrared"]["period_s"])


def test_a_turn_of_a_scanner_is_one_look(catalog: Catalog, tmp_path: Path) -> None:
    """Detections of one turn have times of their own; only the first counts as a look that others may have missed."""
    rows = [infrared("s", 3 * k + j, 10.0 * k + shift) for k in range(4) for j, shift in enumerate((0.0, 2.3, 6.1))]
    found = Reading(catalog, file_of(tmp_path, rows))
    assert [e.payload.looks for e in found.envelopes] == [1, 0, 0] * 4


def some_rows(rng: random.Random) -> list[dict[str, Any]]:
    rows = []
    for sensor, period in (("a", 1.0), ("b", 10.0), ("c", 3.0)):
        number = 0
        for k in range(int(240 / period)):
            t = k * period
            if sensor == "b":
                rows.append(look(sensor, number, t, t + 9.9, period_s=10.0))
                number += 1
            for _ in range(rng.choice((0, 1, 3))):
                at = t + (rng.uniform(0.0, 9.9) if sensor == "b" else 0.0)
                rows.append((radar if sensor == "c" else infrared)(sensor, number, at))
                number += 1
    return sorted(rows, key=lambda row: row["time"])


def bytes_of(envelopes: list[Envelope]) -> list[bytes]:
    return [codec.pack(envelope) for envelope in envelopes]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_any_order_within_the_hold_time_is_the_same(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder, catalog, rng = tmp_path_factory.getbasetemp(), load_once(), random.Random(seed)  # noqa: S311
    rows = some_rows(rng)
    if rng.random() < 0.5:  # with stamps, late by up to a minute
        rows = [row | {"received": format_utc(parse_utc(row["time"]) + round(delay * NS), 9)} for row in rows
                for delay in [rng.uniform(0.0, 60.0)]]  # fmt: skip
    rows.sort(key=lambda row: row.get("received", row["time"]))
    late_ns = 0.999 * HOLD_S * NS
    shuffled = sorted(rows, key=lambda r: parse_utc(r.get("received", r["time"])) + rng.uniform(0.0, late_ns))
    shuffled += shuffled[-3:]  # and repeats
    one = Reading(catalog, file_of(folder, rows))
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(source, "FEWEST_LINES", rng.choice((1, 40, 10_000)))
        patch.setattr("launchwatch.formats.observation_rows._BLOCK", rng.choice((500, 5_000, 1 << 22)))
        other = Reading(catalog, file_of(folder, shuffled, "shuffled.ndjson"))
    assert bytes_of(one.envelopes) == bytes_of(other.envelopes)
    assert other.tally.duplicates == 3
    assert one.rejects == other.rejects == []


_catalogs: list[Catalog] = []


def load_once() -> Catalog:
    if not _catalogs:
        _catalogs.append(load_catalog())
    return _catalogs[0]


def test_lines_in_several_files_are_as_in_one(catalog: Catalog, tmp_path: Path) -> None:
    rows = some_rows(random.Random(3))  # noqa: S311
    one = Reading(catalog, file_of(tmp_path, rows))
    paths = [file_of(tmp_path, [r for r in rows if r["sensor"] == s], f"{s}.ndjson") for s in "cab"]
    assert bytes_of(Reading(catalog, *paths).envelopes) == bytes_of(one.envelopes)
    twice = Reading(catalog, *paths, paths[0])
    assert bytes_of(twice.envelopes) == bytes_of(one.envelopes)
    assert twice.tally.duplicates == sum(r["sensor"] == "c" for r in rows)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"time": "2926-08-20T10:01:00Z"}, "year"),
        ({"time": "2029-08-20T10:01:00Z"}, "far from all other lines"),
        ({"time": "2021-08-20T10:01:00Z"}, "after the hold time"),
        ({"snr": "loud"}, "snr"),
        ({"line_of_sight": [1.0, 1.0, 1.0]}, "unit vector"),
        ({"type": "sonar"}, "type"),
    ],
)
def test_a_wrong_line_costs_that_line(catalog: Catalog, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    rows = [infrared("a", k, float(k)) for k in range(200)]
    clean = Reading(catalog, file_of(tmp_path, rows[:100] + rows[101:]))
    rows[100] |= change
    found = Reading(catalog, file_of(tmp_path, rows))
    assert [(name, number) for name, number, _ in found.rejects] == [("o.ndjson", 101)]
    assert why in found.rejects[0][2]
    assert bytes_of(found.envelopes) == bytes_of(clean.envelopes)
    assert found.tally.rejects + found.tally.late == 1


def test_a_sensor_has_one_kind_and_a_radar_one_site(catalog: Catalog, tmp_path: Path) -> None:
    rows = [radar("r", k, float(k // 3)) for k in range(30)]
    rows[13]["site"] = {"lat_deg": 50.0, "lon_deg": 10.0, "alt_m": 0.0}
    rows[20] = infrared("r", 20, 20 / 3 // 1)
    found = Reading(catalog, file_of(tmp_path, rows))
    assert [(number, why.split(";")[0]) for _, number, why in found.rejects] == [
        (14, "site is not where r stands by its other lines"), (21, "r is a sensor of kind radar"),
    ]  # fmt: skip
    assert sum(len(e.payload.sequence) for e in found.envelopes) == 28
    assert {e.payload.site_deg_m for e in found.envelopes} == {(54.4, -0.7, 260.0)}


def test_one_run_has_one_purpose(catalog: Catalog, tmp_path: Path) -> None:
    path = file_of(tmp_path, [infrared("a", 1, 0.0)])
    other = file_of(tmp_path, [infrared("a", 2, 0.0, purpose="exercise")], "other.ndjson")
    with pytest.raises(ObservationError, match=r"other.ndjson:1: purpose exercise, .*o.ndjson:1 has test"):
        Reading(catalog, path, other)
    with pytest.raises(ObservationError, match="named like no observation file"):
        Reading(catalog, tmp_path / "o.csv")


def test_unknown_keys_are_named(catalog: Catalog, tmp_path: Path) -> None:
    found = Reading(catalog, file_of(tmp_path, [infrared("a", 1, 0.0, colour="red"), infrared("a", 2, 1.0, note=3)]))
    assert found.tally.unknown_keys == {"colour", "note"}
    assert len(found.envelopes) == 2


def test_a_tracking_data_message(catalog: Catalog, tmp_path: Path) -> None:
    from unit.formats.test_tdm import DATA, HEAD, META

    path = tmp_path / "m.tdm"
    path.write_text(HEAD + META + DATA)
    tracking = Tracking({"RADAR-A": Site(54.4, -0.7, 260.0)}, "exercise")
    found = Reading(catalog, path, tracking=tracking)
    assert found.source.purpose == "exercise"
    assert [len(e.payload.sequence) for e in found.envelopes] == [1, 1]
    assert found.envelopes[0].payload.range_m[0] == 1000.5e3
    with pytest.raises(ObservationError, match="--site 'RADAR-A="):
        Reading(catalog, path)
    path.write_text((HEAD + META + DATA).replace("RADAR-A", "us-beale"))
    known = Reading(catalog, path).envelopes[0].payload
    assert known.site_deg_m[0] == catalog.sensors_radar["us-beale"].lat_deg


def test_directions_of_six_decimals_become_unit_vectors(catalog: Catalog, tmp_path: Path) -> None:
    rough = [0.577350, 0.577350, 0.577351]
    (one,) = Reading(catalog, file_of(tmp_path, [infrared("a", 1, 0.0, line_of_sight=rough)])).envelopes
    assert np.linalg.norm(one.payload.line_of_sight[0]) == pytest.approx(1.0, abs=1e-15)  # one rounding
