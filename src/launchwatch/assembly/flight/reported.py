"""What was published about a missile test: its figures, how they were rounded, and what burns its class has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, get_args

from launchwatch.catalog.records import nearest
from launchwatch.catalog.schema import BoosterClass
from launchwatch.physics.arcs import HALF_ROUND_M, Arc, arc_through, longest_range


class Burns(NamedTuple):
    """Burn times of a class, s: usual of solid and of liquid propellant, and whence they come."""

    solid_s: float
    liquid_s: float
    source: str


_PRACTICE = "rounded burns of the catalogue's generic boosters, open engineering practice"
BURNS: dict[str, Burns] = {
    "srbm": Burns(35.0, 65.0, _PRACTICE),
    "mrbm": Burns(95.0, 100.0, _PRACTICE),
    "irbm": Burns(120.0, 150.0, _PRACTICE),
    "icbm": Burns(180.0, 250.0, "solid 170 to 180 s, liquid 240 to 250 s: APS 2003, NAS 2012"),
    "slbm": Burns(160.0, 250.0, _PRACTICE),
    "slv": Burns(230.0, 480.0, _PRACTICE),
    "sounding-rocket": Burns(35.0, 50.0, _PRACTICE),
}
FASTEST, SLOWEST = 2.0 / 3.0, 1.44
"""Fastest burn over the usual solid, slowest over the usual liquid one: 120 s, and 6 min (Postol, 2001), for ICBMs."""
CLASS_LIMITS_KM = (("srbm", 1_000.0), ("mrbm", 3_000.0), ("irbm", 5_500.0), ("icbm", math.inf))
"""Usual limits of the classes by range."""

_COARSEST = 0.025  # no figure is taken as rounded more coarsely than this part of itself


class TestflightError(ValueError):
    """A report that no ballistic flight can have; one line says what would be possible."""

    __test__ = False


@dataclass(frozen=True)
class Report:
    """What was published about a test.

    Attributes
    ----------
    apogee_km, range_km : over the ground, and along it.
    flight_time_s : lift-off to impact, where it is known.
    booster_class : of the catalogue; inferred where it is None.
    launch_deg, azimuth_deg : launch point (lat, lon) and azimuth of the impact from it, both or neither.
    """

    apogee_km: float
    range_km: float
    flight_time_s: float | None = None
    booster_class: str | None = None
    launch_deg: tuple[float, float] | None = None
    azimuth_deg: float | None = None

    def __post_init__(self) -> None:
        half = HALF_ROUND_M / 1e3
        for name, value, what in (
            ("apogee-km", self.apogee_km, "a height above 0 km"),
            ("range-km", self.range_km, f"a distance above 0 and below {half:,.0f} km, half the Earth's circumference"),
            ("flight-time-s", self.flight_time_s, "a time above 0 s"),
        ):
            if value is not None and not 0.0 < value < math.inf:
                raise TestflightError(f"--{name} {value:g}: give {what}")
        if self.range_km >= half:
            raise TestflightError(
                f"--range-km {self.range_km:g}: no point of the Earth lies farther than {half:,.0f} km, half its "
                "circumference"
            )
        if self.booster_class is not None and self.booster_class not in BURNS:
            if self.booster_class in get_args(BoosterClass):
                raise TestflightError(
                    f"--booster-class {self.booster_class}: apogee and range do not fix a glide; "
                    f"give one of {', '.join(BURNS)}"
                )
            raise TestflightError(f"--booster-class {self.booster_class}: unknown{nearest(self.booster_class, BURNS)}")
        if (self.launch_deg is None) != (self.azimuth_deg is None):
            raise TestflightError("give both --from LAT,LON and --azimuth DEG, or neither: rotation needs the two")
        if self.azimuth_deg is not None and not 0.0 <= self.azimuth_deg <= 360.0:
            raise TestflightError(f"--azimuth {self.azimuth_deg:g}: give degrees from north, 0 to 360")

    @property
    def arc(self) -> Arc:
        """Free flight through apogee and range."""
        return arc_through(self.apogee_km * 1e3, self.range_km * 1e3)


def rounding(value: float, minutes: bool = False) -> float:
    """Half of the last digit that a figure was published to.

    Trailing zeros count as rounded away, up to 2.5 % of the figure; a time that is a whole number of minutes
    counts as rounded to the minute.

    Parameters
    ----------
    value : float
        As published, above 0.
    minutes : bool
        It is a time in s.

    Returns
    -------
    float
        Same unit as ``value``.
    """
    if minutes and value % 60.0 == 0.0:
        return 30.0
    digits = repr(float(value)).removesuffix(".0")
    if "." in digits and "e" not in digits:
        return float(0.5 * 10.0 ** -(len(digits) - digits.index(".") - 1))
    return min(0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0"))), _COARSEST * value)


def usual_class(arc: Arc) -> str:
    """The class of a report that names none, by the longest range at the speed of its arc."""
    reach = longest_range(arc.speed_m_s) / 1e3
    return next(name for name, limit in CLASS_LIMITS_KM if reach < limit or limit == math.inf)
