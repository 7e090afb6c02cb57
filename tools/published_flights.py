"""Published flights, each flown through its apogee and range: the time that it takes is ours to get right.

The table is used by the validation page, by its plot and by the tests. Apogees and ranges are those of
nagix/nk-missile-tests (after the CNS/NTI North Korea Missile Test Database) or of the parties named. What is amiss in
it, and how it is handled:

- times of day are no use here: the database writes 12:40 UTC for 00:40 of 4 July 2017 (a slip of 12 hours), and the
  days of Korea for those of UTC (14 for 13 May 2017);
- ranges in "miles" of US tests are nautical miles; none of them is in the table;
- where parties differ on the time, all that was published makes the span, and the row shows it.
"""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import NamedTuple

from launchwatch.catalog.catalogue import Catalog
from launchwatch.physics.gravity import MU
from launchwatch.report.style import BLUE, GREY, INK, PALE, VERMILION, drawing, new_figure
from launchwatch.sim.truth.aim import aim_apogee_range
from launchwatch.sim.truth.flight import fly

TITLE = "Flight: aimed at a published apogee and range, the time that it takes"
BAR = 0.015
"""Greatest error of a time, as a part of it, where the span of what was published is narrower."""
LOFTED_RATIO = 0.4
"""From this ratio of apogee to range on a flight counts as lofted; on minimum energy it is at most a quarter."""
_RADIUS_M = 6_371_000.0  # of the sphere


class Flight(NamedTuple):
    """One published flight.

    Attributes
    ----------
    booster : id of the catalogue; a stand-in where the missile is not known.
    day : of the launch, UTC.
    launch : (lat_deg, lon_deg).
    azimuth_deg, apogee_km, range_km : as published.
    published_s : the time that counts, or None.
    span_s : lowest and highest of what was published, with its rounding.
    source : who published the time, or the flight where there is none.
    doubt : why the time is not to be had from any flight through this apogee and range; empty where it is not doubted.
    """

    booster: str
    day: str
    launch: tuple[float, float]
    azimuth_deg: float
    apogee_km: float
    range_km: float
    published_s: float | None
    span_s: tuple[float, float] | None
    source: str
    doubt: str = ""

    @property
    def lofted(self) -> bool:
        """Whether it flew higher than any flight of least energy would."""
        return self.apogee_km >= LOFTED_RATIO * self.range_km


class Flown(NamedTuple):
    """A published flight and the time that ours takes, s."""

    flight: Flight
    time_s: float

    @property
    def error(self) -> float:
        """Ours over published, less 1."""
        assert self.flight.published_s is not None
        return self.time_s / self.flight.published_s - 1.0

    @property
    def fits(self) -> bool:
        """Whether our time lies within `BAR` of the published one, or within its span."""
        assert self.flight.published_s is not None
        assert self.flight.span_s is not None
        low, high = self.flight.span_s
        return (
            min(low, self.flight.published_s * (1.0 - BAR))
            <= self.time_s
            <= max(high, self.flight.published_s * (1.0 + BAR))
        )


# "about 30 min" of Japan was said of 2,111 km and of 2,000 km, whose arcs differ by a minute: it is rounded to five
FLIGHTS = [
    Flight("hwasong-10", "2016-06-21", (39.2, 127.5), 73.0, 1_400.0, 400.0, None, None, "nk-missile-tests"),
    Flight("pukguksong-2", "2017-02-11", (40.0, 125.2), 90.0, 550.0, 500.0, None, None, "nk-missile-tests"),
    Flight("scud-er", "2017-03-05", (39.7, 124.7), 80.0, 260.0, 1_000.0, None, None, "nk-missile-tests"),
    Flight("hwasong-12", "2017-04-04", (40.0, 128.2), 90.0, 189.0, 60.0, None, None,
           "nk-missile-tests; a failure, flown here as an early cutoff"),
    Flight("hwasong-12", "2017-05-13", (40.1, 125.2), 71.0, 2_111.5, 787.0, 1_800.0, (1_650.0, 1_950.0),
           "Japan MoD, about 30 min; apogee and range of KCNA"),
    Flight("pukguksong-2", "2017-05-21", (39.6, 125.8), 90.0, 560.0, 500.0, None, None, "nk-missile-tests"),
    Flight("hwasong-14", "2017-07-04", (39.9, 125.3), 86.0, 2_802.0, 933.0, 2_340.0, (2_310.0, 2_370.0),
           "KCNA, 39 min (US PACOM: 37 min; Japan MoD: about 40 min)"),
    Flight("hwasong-14", "2017-07-28", (40.6, 126.4), 70.0, 3_724.9, 998.0, 2_832.0, (2_831.5, 2_832.5),
           "KCNA, 47 min 12 s; ROK JCS, 47 min"),
    Flight("hwasong-12", "2017-08-28", (39.2, 125.7), 73.0, 550.0, 2_700.0, 840.0, (780.0, 900.0),
           "Japan, 05:58 to 06:12", "34 s more than the two-body arc, where a burn of 140 s costs 120 s"),
    Flight("hwasong-12", "2017-09-14", (39.2, 125.7), 72.0, 770.0, 3_700.0, 1_140.0, (1_110.0, 1_170.0),
           "Japan MoD, 19 min"),
    Flight("hwasong-15", "2017-11-28", (39.3, 125.9), 76.0, 4_475.0, 950.0, 3_180.0, (3_150.0, 3_210.0),
           "KCNA and Japan MoD, 53 min"),
    Flight("pukguksong-3", "2019-10-01", (39.3, 127.6), 90.0, 910.0, 450.0, None, None, "nk-missile-tests"),
    Flight("hwasong-12", "2022-01-29", (40.6, 126.4), 75.0, 2_000.0, 800.0, 1_800.0, (1_650.0, 1_950.0),
           "Japan MoD, about 30 min"),
    Flight("hwasong-17", "2022-02-26", (39.2, 125.7), 70.0, 620.0, 300.0, None, None,
           "nk-missile-tests; missile not known, parts of Hwasong-17 by US and ROK"),
    Flight("hwasong-17", "2022-03-04", (39.2, 125.7), 70.0, 560.0, 270.0, None, None,
           "nk-missile-tests; missile not known, parts of Hwasong-17 by US and ROK"),
    Flight("hwasong-17", "2022-03-24", (39.2, 125.7), 72.0, 6_248.5, 1_090.0, 4_052.0, (4_051.5, 4_052.5),
           "KCNA, 4,052 s", "22 s less than the two-body arc: no flight through this apogee is so short"),
    Flight("hwasong-17", "2022-03-24", (39.2, 125.7), 72.0, 6_248.5, 1_090.0, 4_260.0, (4_230.0, 4_290.0),
           "Japan MoD, 71 min"),
    Flight("hwasong-17", "2022-05-24", (39.2, 125.7), 72.0, 360.0, 540.0, None, None,
           "nk-missile-tests; missile not known, a failure, flown here as an early cutoff"),
    Flight("hwasong-12", "2022-10-03", (40.6, 126.4), 80.0, 970.0, 4_500.0, 1_320.0, (1_170.0, 1_350.0),
           "Japan MoD, 20 to 22 min; missile not known, a new one of this class"),
    Flight("hwasong-11a", "2022-11-01", (39.2, 127.5), 90.0, 150.0, 150.0, None, None,
           "nk-missile-tests; missile not known"),
    Flight("hwasong-17", "2022-11-02", (39.2, 125.7), 90.0, 1_920.0, 760.0, None, None,
           "nk-missile-tests; failed in the second stage, flown here as an early cutoff"),
    Flight("hwasong-17", "2022-11-18", (39.2, 125.7), 70.0, 6_040.9, 999.2, 4_135.0, (4_134.5, 4_135.5),
           "KCNA, 4,135 s"),
    Flight("hwasong-7", "2022-12-18", (39.7, 124.7), 70.0, 500.0, 550.0, None, None,
           "nk-missile-tests; two launches, missile not known"),
    Flight("hwasong-15", "2023-02-18", (39.2, 125.7), 72.0, 5_768.5, 989.0, 4_015.0, (4_014.5, 4_015.5),
           "KCNA, 4,015 s"),
    Flight("hwasong-17", "2023-03-15", (39.2, 125.7), 65.0, 6_045.0, 1_000.2, 4_151.0, (4_150.5, 4_151.5),
           "KCNA, 4,151 s; Japan MoD, about 70 min"),
    Flight("hwasong-18", "2023-04-12", (39.1, 126.0), 63.0, 3_000.0, 1_000.0, None, None, "nk-missile-tests"),
    Flight("hwasong-18", "2023-07-12", (39.1, 126.0), 62.0, 6_648.4, 1_001.2, 4_491.0, (4_490.5, 4_491.5),
           "KCNA, 4,491 s; Japan MoD, 74 min"),
    Flight("hwasong-18", "2023-12-17", (39.1, 126.0), 61.0, 6_518.2, 1_002.3, 4_415.0, (4_414.5, 4_415.5),
           "KCNA, 4,415 s; Japan MoD, 73 min"),
    Flight("hwasong-19", "2024-10-30", (39.1, 126.0), 62.0, 7_687.5, 1_001.2, 5_156.0, (5_155.5, 5_156.5),
           "KCNA, 5,156 s; Japan MoD, about 86 min"),
    Flight("pershing-2", "1986-06-24", (28.5, -80.6), 110.0, 320.0, 1_770.0, 660.0, (630.0, 690.0),
           "US Army (Orlando Sentinel), 200 miles high, 1,100 miles far, about 11 min"),
    # the impact point is known to a hundred kilometres, and the time to "24 minutes"
    Flight("black-brant-12", "1995-01-25", (69.3, 16.0), 345.0, 1_453.0, 1_050.0, 1_440.0, (1_355.0, 1_525.0),
           "Cato PA-399, BBC, about 24 min"),
]  # fmt: skip


def fly_published(catalog: Catalog, flight: Flight) -> Flown:
    """Aim at the apogee and range of a published flight, and fly there.

    Raises
    ------
    AimError
        The booster cannot reach them.
    """
    booster = catalog.boosters[flight.booster]
    plan = aim_apogee_range(booster, flight.launch, flight.azimuth_deg, flight.apogee_km, flight.range_km)
    time_s = fly(booster, plan).impact_s
    assert time_s is not None  # the plan was aimed at the ground
    return Flown(flight, time_s)


def two_body_s(apogee_km: float, range_km: float) -> float:
    """Time of the two-body arc from ground to ground through an apogee, s: on a still sphere without air.

    The arc is an ellipse with its far end at the apogee; its perigee follows from the angle at the Earth's centre
    (Bate, Mueller and White, 1971, chapter 6).
    """
    far, half = _RADIUS_M + apogee_km * 1e3, range_km * 1e3 / (2.0 * _RADIUS_M)
    # r = p / (1 + e cos(nu)) at the ground, nu = pi - half, and p = far (1 - e)
    eccentricity = (far - _RADIUS_M) / (far - _RADIUS_M * math.cos(half))
    axis = far / (1.0 + eccentricity)
    anomaly = 2.0 * math.atan(math.sqrt((1.0 - eccentricity) / (1.0 + eccentricity)) / math.tan(0.5 * half))
    mean = anomaly - eccentricity * math.sin(anomaly)
    return 2.0 * math.sqrt(axis**3 / MU) * (math.pi - mean)


def table_row(flown: Flown) -> tuple[str, str, str, str, str]:
    """Case, published, ours, difference, source."""
    flight = flown.flight
    case = f"{flight.booster}, {flight.day}: {flight.apogee_km:,.0f} km high, {flight.range_km:,.0f} km far"
    ours = f"{flown.time_s:,.0f} s"
    if flight.published_s is None or flight.span_s is None:
        return case, "reached", f"reached, {ours}", "", flight.source
    low, high = flight.span_s
    published = f"{flight.published_s:,.0f} s"
    if high - low > 1.0:
        published += f" ({low:,.0f} to {high:,.0f})"
    source = f"{flight.source}. Doubted: {flight.doubt}" if flight.doubt else flight.source
    return case, published, ours, f"{100.0 * flown.error:+.2f} %", source


def undoubted(flown: list[Flown]) -> list[Flown]:
    """Those whose time is published and not doubted."""
    return [one for one in flown if one.flight.published_s is not None and not one.flight.doubt]


def median_error(flown: list[Flown]) -> float:
    """Median of the errors without sign, of those whose time is published and not doubted."""
    return statistics.median(abs(one.error) for one in undoubted(flown))


def note(flown: list[Flown]) -> str:
    """What stands below the table: what the times prove, their median error, and the plot."""
    lofted = [one for one in flown if one.flight.lofted]
    return f"""
Median error where a time is published and not doubted: {100.0 * median_error(lofted):.2f} % of the
{len(undoubted(lofted))} lofted flights, {100.0 * median_error(flown):.2f} % of all {len(undoubted(flown))}.
An error counts as small within {100.0 * BAR:g} %, or within the span of what was published (in brackets) where that is
coarser. The burn times of `hwasong-14`, `hwasong-15`, `hwasong-17`, `hwasong-18` and `hwasong-19` are themselves fitted
to such times, as their notes say: these rows show that one vehicle flies several of its flights, not that its burns are
known. Two times are doubted and shown all the same: the arc from ground to ground through an apogee has a time of its
own, and a vehicle that gains its speed on the way up takes longer.

![Error of the flight time by flight, with the span of what was published](_static/lofted-flights.png)
"""


def plot(flown: list[Flown], path: Path) -> None:
    """Draw the error of each timed flight over the span of what was published."""
    timed = [one for one in flown if one.flight.published_s is not None]
    with drawing():
        figure = new_figure(0.27 * len(timed) + 1.35)
        axes = figure.add_axes((0.44, 0.155, 0.545, 0.785))
        axes.axvspan(-100.0 * BAR, 100.0 * BAR, color=PALE, alpha=0.45, linewidth=0)
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        for row, one in enumerate(timed):
            flight = one.flight
            assert flight.published_s is not None
            assert flight.span_s is not None
            low, high = (100.0 * (edge / flight.published_s - 1.0) for edge in flight.span_s)
            axes.plot([low, high], [row, row], color=GREY, linewidth=3.5, alpha=0.6, solid_capstyle="butt")
            colour = VERMILION if flight.doubt else BLUE
            face = "white" if flight.doubt else colour
            axes.plot(100.0 * one.error, row, "o", markersize=6, markeredgecolor=colour, markerfacecolor=face)
        axes.set_yticks(range(len(timed)))
        axes.set_yticklabels(
            [f"{one.flight.booster}, {one.flight.day}, {_party(one.flight)}" for one in timed], fontsize=9
        )
        axes.set_ylim(len(timed) - 0.4, -0.6)
        axes.set_xlabel("our flight time over the published one, %", color=INK)
        axes.set_title("Flights through their published apogee and range")
        axes.grid(visible=False, axis="y")
        axes.plot([], [], "o", color=BLUE, markersize=6, label="error")
        axes.plot([], [], "o", markeredgecolor=VERMILION, markerfacecolor="white", markersize=6, label="time doubted")
        axes.plot([], [], color=GREY, linewidth=3.5, alpha=0.6, label="span of what was published, with its rounding")
        axes.fill_between([], [], color=PALE, alpha=0.45, linewidth=0, label=f"within {100.0 * BAR:g} %")
        figure.legend(loc="lower center", ncols=4, bbox_to_anchor=(0.5, 0.0), fontsize=8.5, columnspacing=1.2)
        figure.savefig(path, dpi=160, metadata={"Software": None})


def _party(flight: Flight) -> str:
    """Who published the time, in short."""
    return flight.source.split(";")[0].split(",")[0].split(" (")[0]
