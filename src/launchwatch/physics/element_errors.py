"""How wrong a prediction from an element set is, by its age.

Measured on consecutive sets of the same objects in June to August 2026: 104 low objects on their way down, three
stations and a telescope at 400 to 500 km, and satellites in geostationary and Molniya orbits (`docs/explanation/
known-objects.md` has the table). Half of the catalogue manoeuvres now and then; what a manoeuvre does is in the tails.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.physics.satellites import ElementSets

DEGREES_OF_FREEDOM = 3.0
"""Of Student's distribution with the tails of the measured errors: the 95 % point is at three times the 68 % one."""

ALONG_M, ALONG_M_DAY, DRAG_SHARE = 200.0, 500.0, 0.15
LOW_M, LOW_DRAG_SHARE = 180e3, 0.55  # perigee below which drag outruns what SGP4 makes of it
CROSS_M, CROSS_M_DAY, CROSS_SHARE = 30.0, 190.0, 1e-3
RADIAL_M, RADIAL_M_DAY, RADIAL_SHARE = 50.0, 100.0, 0.02


def drag_share(sets: ElementSets) -> FloatArray:
    """Part (n,) of the way that drag has moved an object along its orbit by which a prediction is off (68 %)."""
    return np.where(sets.perigee_m < LOW_M, LOW_DRAG_SHARE, DRAG_SHARE)


def drag_m_day2(sets: ElementSets) -> FloatArray:
    """Way (n,) that drag moves an object along its orbit in a day of age, m; it goes with the age squared."""
    return np.asarray(np.abs(sets.mean_motion_rate_rev_day2) * 2.0 * np.pi * sets.semi_major_m)


def prediction_sigmas(sets: ElementSets, age_days: ArrayLike) -> FloatArray:
    """Errors that two thirds of all predictions keep within.

    Parameters
    ----------
    sets : ElementSets, n of them
    age_days : array_like, shape (n,) or ()
        Of the sets; predictions before the epoch err as those after it.

    Returns
    -------
    FloatArray, shape (n, 3)
        Radial, along the orbit, across its plane, m.
    """
    age = np.broadcast_to(np.abs(age_days), (len(sets),))
    along = np.sqrt(
        ALONG_M**2 + (ALONG_M_DAY * age) ** 2 + (drag_share(sets) * drag_m_day2(sets) * age**2) ** 2
    )
    cross = CROSS_M + CROSS_M_DAY * age + CROSS_SHARE * along
    return np.column_stack([RADIAL_M + RADIAL_M_DAY * age + RADIAL_SHARE * along, along, cross])
