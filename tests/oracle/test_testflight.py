"""Reports of lofted flights, and what analysts and ministries made of them (sources: docs/validation.md)."""

from itertools import pairwise
from typing import Any

import pytest

from launchwatch.assembly.flight.reported import Report
from launchwatch.assembly.flight.testflight import check_report
from launchwatch.catalog.loader import load_catalog
from launchwatch.physics.arcs import arc_through, longest_range

CATALOG = load_catalog()


def checked(*figures: float | None) -> dict[str, Any]:
    return check_report(CATALOG, Report(*figures))  # type: ignore[arg-type]


# apogee km, range km, time s as published (KCNA, Japan MoD); two-body time s and impulsive range km computed by others
FLIGHTS = [
    (2_111.5, 787.0, 1_800.0, 1_676, 4_356),
    (2_802.0, 933.0, 2_340.0, 2_065, 5_865),
    (3_724.9, 998.0, 2_832.0, 2_587, 8_022),
    (4_475.0, 950.0, 3_180.0, 3_017, 9_983),
    (5_768.5, 989.0, 4_015.0, 3_782, 14_525),
    (6_040.9, 999.2, 4_135.0, 3_947, 16_024),
    (6_248.5, 1_090.0, 4_260.0, 4_075, 17_766),
    (6_518.2, 1_002.3, 4_415.0, 4_239, None),
    (6_648.4, 1_001.2, 4_491.0, 4_319, None),
    (7_687.5, 1_001.2, 5_156.0, 4_973, None),
    (2_000.0, 800.0, 1_800.0, None, None),
]


@pytest.mark.parametrize(("apogee_km", "range_km", "time_s", "two_body_s", "impulsive_km"), FLIGHTS)
def test_published_flights_are_consistent(
    apogee_km: float, range_km: float, time_s: float, two_body_s: float | None, impulsive_km: float | None
) -> None:
    document = checked(apogee_km, range_km, time_s)
    assert document["consistent"] is True
    assert document["doubtful"] == []
    if two_body_s is not None:  # printed to 1 s
        assert document["two_body_time_s"] == pytest.approx(two_body_s, abs=0.6)
        assert document["impulsive_range_km"] == (
            None if impulsive_km is None else pytest.approx(impulsive_km, abs=0.6)
        )


def test_the_time_claimed_on_24_march_2022_is_not() -> None:
    document = checked(6_248.5, 1_090.0, 4_052.0)
    assert document["consistent"] is False
    assert document["doubtful"] == ["flight_time_s"]
    # Japan's ministry gave 71 minutes: what the correction asks for at least, and no more than 4 % of it.
    assert 0.96 * 4_260.0 < document["corrections"]["flight_time_s"]["to"] < 4_260.0


@pytest.mark.parametrize(
    ("apogee_km", "range_km"), [(flight[0], flight[1]) for flight in FLIGHTS if flight[0] > 6_000.0]
)
def test_the_highest_flights_bound_no_range(apogee_km: float, range_km: float) -> None:
    reach = checked(apogee_km, range_km)["max_range_km"]
    assert reach["high"] is None
    assert reach["low"] >= 15_000.0  # what Japan's ministers said of them: more than 15,000 km


# apogee km, range km; published range on a standard trajectory: low, high (None: open), and who
ESTIMATES = [
    (2_111.5, 787.0, 4_500.0, 4_500.0, "D. Wright, J. Schilling"),
    (2_802.0, 933.0, 6_700.0, 6_700.0, "D. Wright"),
    (2_802.0, 933.0, None, 7_000.0, "CSIS, as much as"),
    (3_724.9, 998.0, 10_400.0, 10_400.0, "D. Wright"),
    (3_724.9, 998.0, 10_000.0, None, "CSIS; Janes"),
    (4_475.0, 950.0, 13_000.0, None, "D. Wright"),
    (4_475.0, 950.0, None, 13_000.0, "ROK Ministry of Defence"),
    (5_768.5, 989.0, 14_000.0, None, "Japan, impulsive"),
    (6_248.5, 1_090.0, 15_000.0, None, "Japan"),
]


@pytest.mark.parametrize(("apogee_km", "range_km", "low", "high", "who"), ESTIMATES)
def test_published_estimates_meet_the_band(
    apogee_km: float, range_km: float, low: float | None, high: float | None, who: str
) -> None:
    reach = checked(apogee_km, range_km)["max_range_km"]
    top = reach["high"] or float("inf")
    if low is not None and low == high:
        assert reach["low"] <= low <= top, who
    else:
        assert (low or 0.0) <= top, who
        assert (high or float("inf")) >= reach["low"], who


# s of burn: km, of another notional vehicle of 70 t with the same payload (145, 197, 257) and with 30 % more
STAGED = {145.0: (10_072.0, 8_112.0), 197.0: (12_222.0, 9_507.0), 257.0: (18_276.0, 12_184.0)}


def test_burn_and_payload_move_the_range_as_another_computation_has_it() -> None:
    document = checked(4_475.0, 950.0)
    assert document["max_range_km"]["low"] == pytest.approx(9_983.0, abs=1.0)
    assert 13_000.0 < document["max_range_km"]["high"] < 20_015.0
    liquid = [one for one in document["grid"] if one["vehicle"].endswith("liquid")]
    for factor, column in ((1.0, 0), (1.3, 1)):
        rows = [(one["burn_s"], one["range_km"]) for one in liquid if one["payload_factor"] == factor]
        for burn, others in STAGED.items():
            (b0, r0), (b1, r1) = next(pair for pair in pairwise(rows) if pair[1][0] >= burn)
            inverse = 1.0 / r0 + (burn - b0) / (b1 - b0) * ((1.0 / r1 if r1 else 0.0) - 1.0 / r0)
            # Two notional vehicles with other stages and steering: 15 % is a tenth of what the burn does to the range.
            assert 1.0 / inverse == pytest.approx(others[column], rel=0.15)


def test_the_impulsive_range_is_that_of_the_arc() -> None:
    assert longest_range(arc_through(4_475e3, 950e3).speed_m_s) / 1e3 == pytest.approx(9_983.0, abs=0.5)
