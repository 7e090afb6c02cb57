"""What there is in orbit before anything is launched: thousands of objects, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.messages.truth import ObjectKind, TrueObject
from launchwatch.physics.satellites import ElementSets

MEDIAN_RCS_M2, RCS_LOG_SIGMA = 1.0, 1.0
"""Cross sections of catalogued objects: no public list gives them, so they are drawn about 1 m^2 (assumption)."""


@dataclass(frozen=True, eq=False)
class Satellites:
    """Objects in orbit, one a row.

    Attributes
    ----------
    sets : true elements, one set of each object.
    kind : what each is, `satellite` or `decaying`.
    rcs_m2 : (n,) mean cross section.
    """

    sets: ElementSets
    kind: tuple[ObjectKind, ...]
    rcs_m2: FloatArray

    def true_object(self, row: int) -> TrueObject:
        """An object for the truth of a sensor's detections, named by its catalogue number."""
        return TrueObject(str(self.sets.norad_id[row]), self.kind[row], None)


def satellites_of(sets: ElementSets, kind: tuple[ObjectKind, ...], seed: int) -> Satellites:
    """Objects with the cross sections that are drawn for them, by their catalogue numbers and the seed alone."""
    drawn = [look_uniforms(seed, "catalogue", f"cross section {i}", 0, 1, 1)[0, 0] for i in sets.norad_id.tolist()]
    return Satellites(sets, kind, MEDIAN_RCS_M2 * np.exp(RCS_LOG_SIGMA * normals(np.array(drawn))))
