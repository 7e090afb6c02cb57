"""Elements against the sgp4 package's own reading of a two-line element set (Vallado et al., 2006)."""

import numpy as np
from sgp4.api import Satrec

from launchwatch.catalog.schema import Elements
from launchwatch.core.epochs import NS, julian_date, parse_utc
from launchwatch.core.frames import teme_from_itrf
from launchwatch.sim.truth.orbits import satellite_positions

# a deep-space orbit of half a day: 08195 of the verification set
LINE_1 = "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813"
LINE_2 = "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656"


def test_positions() -> None:
    orbit = Elements(
        id="molniya-2-14",
        name="Molniya 2-14",
        source="verification set of SGP4",
        confidence="high",
        status="published",
        epoch="2006-06-25T07:58:18.143616Z",
        inclination_deg=64.1586,
        raan_deg=279.0717,
        eccentricity=0.6877146,
        argument_of_perigee_deg=264.7651,
        mean_anomaly_deg=20.2257,
        mean_motion_rev_day=2.00491383,
        bstar=0.11873e-3,
        norad_id=8195,
    )
    epochs = parse_utc(orbit.epoch) + np.arange(0, 2880, 120) * 60 * NS
    ours, _ = teme_from_itrf(*satellite_positions(orbit, epochs), epochs)
    error, theirs, _ = Satrec.twoline2rv(LINE_1, LINE_2).sgp4_array(*julian_date(epochs))
    assert not error.any()
    # a Julian date in one float holds the epoch to 40 us: 0.4 m at 10 km/s
    np.testing.assert_allclose(ours, 1e3 * theirs, atol=1.0)
    # first line of the published result, km
    np.testing.assert_allclose(ours[0] / 1e3, [2_349.89483350, -14_785.93811562, 0.02119378], atol=1e-3)
