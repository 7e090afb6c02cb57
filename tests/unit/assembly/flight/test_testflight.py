from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.assembly.flight.reported import BURNS, Report, TestflightError
from launchwatch.assembly.flight.testflight import PAYLOADS, check_report
from launchwatch.catalog.loader import load_catalog
from launchwatch.physics.arcs import HALF_ROUND_M, longest_range

CATALOG = load_catalog()
HALF_KM = HALF_ROUND_M / 1e3


def checked(*figures: float | None, **more: Any) -> dict[str, Any]:
    return check_report(CATALOG, Report(*figures, **more))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lofted() -> dict[str, Any]:
    return checked(4_475.0, 950.0)


def test_the_document_has_the_fields_of_the_interface(lofted: dict[str, Any]) -> None:
    assert lofted["schema"] == "launchwatch/testflight/1"
    for key in ("flight_time_s", "burnout_speed_m_s", "max_range_km"):
        assert lofted[key]["low"] <= lofted[key]["value"] <= lofted[key]["high"]
    assert (lofted["consistent"], lofted["doubtful"], lofted["corrections"]) == (None, [], {})
    assert all(isinstance(text, str) for text in lofted["assumptions"])


def test_the_grid_holds_every_burn_with_every_payload(lofted: dict[str, Any]) -> None:
    burns = [(one["vehicle"], one["burn_s"]) for one in lofted["family"]]
    assert [(one["vehicle"], one["burn_s"]) for one in lofted["grid"][:: len(PAYLOADS)]] == burns
    for i in range(0, len(lofted["grid"]), len(PAYLOADS)):
        light, flown, heavy = (one["range_km"] or HALF_KM for one in lofted["grid"][i : i + 3])
        assert light >= flown >= heavy


def test_the_same_report_gives_the_same_bytes(lofted: dict[str, Any]) -> None:
    assert msgspec.json.encode(checked(4_475.0, 950.0)) == msgspec.json.encode(lofted)


def test_slower_burns_last_longer_and_have_more_to_regain(lofted: dict[str, Any]) -> None:
    for propellant in ("solid", "liquid"):
        family = [one for one in lofted["family"] if one["vehicle"].endswith(propellant)]
        times = [one["flight_time_s"] for one in family]
        assert times == sorted(times)
        reach = [
            one["range_km"] or HALF_KM
            for one in lofted["grid"]
            if one["vehicle"].endswith(propellant) and one["payload_factor"] == 1.0
        ]
        assert reach == sorted(reach)


def test_a_time_narrows_the_burns(lofted: dict[str, Any]) -> None:
    timed = checked(4_475.0, 950.0, 3_180.0)
    for propellant, band in timed["burn_s"].items():
        stated = lofted["burn_s"][propellant]["used"]
        assert stated["low"] < band["used"]["low"] <= band["used"]["high"] <= stated["high"]
    assert timed["flight_time_s"] == lofted["flight_time_s"]


def test_a_time_beyond_the_usual_burns_widens_them() -> None:
    slow = checked(3_724.9, 998.0, 2_832.0)
    assert slow["consistent"] is True
    assert slow["burn_s"]["liquid"]["used"]["high"] > BURNS["icbm"].liquid_s


def test_a_time_that_no_figure_explains_names_the_least_correction() -> None:
    document = checked(6_248.5, 1_090.0, 4_052.0)
    assert (document["consistent"], document["doubtful"]) == (False, ["flight_time_s"])
    mended = document["corrections"]
    assert 0.0 < mended["flight_time_s"]["percent"] < -mended["apogee_km"]["percent"]
    assert mended["range_km"] is None
    # Each correction alone makes the report consistent; a little beyond it, for its own rounding.
    assert checked(6_248.5, 1_090.0, mended["flight_time_s"]["to"] + 0.5)["consistent"] is True
    assert checked(mended["apogee_km"]["to"] - 10.0, 1_090.0, 4_052.0)["consistent"] is True


def test_the_launch_point_brings_in_rotation() -> None:
    east, west = (checked(2_111.5, 787.0, launch_deg=(40.1, 125.2), azimuth_deg=azimuth) for azimuth in (90.0, 270.0))
    assert east["rotation"]["included"]
    assert east["max_range_km"]["high"] > west["max_range_km"]["high"]
    by_azimuth = {one["azimuth_deg"]: one["range_km"] for one in east["rotation"]["by_azimuth"]}
    assert max(by_azimuth, key=lambda azimuth: by_azimuth[azimuth]) == 90.0
    assert min(by_azimuth, key=lambda azimuth: by_azimuth[azimuth]) == 270.0


@pytest.mark.parametrize(
    ("figures", "booster_class", "possible"),
    [
        ((100.0, 10_000.0), None, "1,319 km"),  # the apogee of least energy for that range
        ((20.0, 3_000.0), None, "655 km"),
        ((9_000.0, 1_000.0), "srbm", "without payload it rises to"),
        ((200_000.0, 500.0), None, "without payload it rises to"),
        ((60.0, 200.0), "icbm", "--booster-class srbm"),
    ],
)
def test_what_no_vehicle_flies_is_refused(
    figures: tuple[float, float], booster_class: str | None, possible: str
) -> None:
    with pytest.raises(TestflightError, match="--apogee-km") as caught:
        checked(*figures, booster_class=booster_class)
    assert possible in str(caught.value)


@settings(max_examples=25, deadline=None)
@given(st.floats(60.0, 9_000.0), st.floats(50.0, 12_000.0))
def test_any_report_is_answered_or_refused_in_one_line(apogee_km: float, range_km: float) -> None:
    report = Report(apogee_km, range_km)
    try:
        document = check_report(CATALOG, report)
    except TestflightError as error:
        refused = str(error)
        document = None
    if document is None:
        assert "\n" not in refused
        return
    reach, impulsive = document["max_range_km"], longest_range(report.arc.speed_m_s) / 1e3
    assert reach["low"] <= min(impulsive, HALF_KM) + 0.1  # printed to 0.1 km
    assert reach["value"] is None or reach["low"] <= reach["value"]
    assert reach["high"] is None or reach["low"] <= reach["high"] <= HALF_KM
    assert document["flight_time_s"]["low"] < document["flight_time_s"]["high"]
    msgspec.json.encode(document)
