"""TEME to ITRF by GMST against skyfield's full chain (polar motion excluded in both)."""

import numpy as np
import pytest

from launchwatch.core.epochs import NS, format_utc, julian_date, parse_utc
from launchwatch.core.frames import itrf_from_teme

api = pytest.importorskip("skyfield.api")
framelib = pytest.importorskip("skyfield.framelib")
sgp4lib = pytest.importorskip("skyfield.sgp4lib")

TIMESCALE = api.load.timescale(builtin=True)


def skyfield_time(ns: int) -> object:
    jd, fr = julian_date(ns)
    delta_t = TIMESCALE.tt_jd(float(jd), float(fr)).delta_t / 86_400.0
    return TIMESCALE.tt_jd(
        float(jd), float(fr) + delta_t
    )  # its UT1 is then our UTC: the turn is compared, not the clock


@pytest.mark.parametrize(
    ("r", "v", "bar_m"),
    # 0.115 m at GEO is what the missing equation of the equinoxes and its small terms come to
    [([4.2164e7, 0.0, 0.0], [0.0, 3074.0, 0.0], 0.2), ([7.0e6, 0.0, 1.0e6], [0.0, 7500.0, 0.0], 0.05)],
)
@pytest.mark.parametrize("text", ["1995-01-25T06:24:00Z", "2017-11-28T18:18:00Z", "2026-08-22T00:00:00Z"])
def test_teme_to_itrf(r: list[float], v: list[float], bar_m: float, text: str) -> None:
    ns = parse_utc(text)
    time = skyfield_time(ns)
    turn = framelib.itrs.rotation_at(time) @ sgp4lib.TEME.rotation_at(time).T
    ours, _ = itrf_from_teme(r, v, ns)
    assert np.linalg.norm(ours - turn @ np.array(r)) < bar_m


def test_leap_seconds() -> None:
    for year in range(1973, 2027):
        for day in ("01-02", "07-02"):
            ns = parse_utc(f"{year}-{day}T00:00:00Z")
            month, date = (int(part) for part in day.split("-"))
            time = TIMESCALE.utc(year, month, date)
            # skyfield holds TAI as a float of days, good to some tens of microseconds
            assert (time.tai - 2_440_587.5) * 86_400.0 == pytest.approx(ns / NS, abs=1e-3)
            assert time.utc_iso() == format_utc(ns, 0)
