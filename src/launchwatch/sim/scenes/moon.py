"""The Moon, which a radar without a check of late echoes took for missiles in 1960."""

from __future__ import annotations

import numpy as np

from launchwatch.catalog.radar import CrossSection
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.physics.sun import moon_position
from launchwatch.sim.scenes.cross_sections import own_echo
from launchwatch.sim.scenes.objects import SeenObject

_STEP_S = 10.0  # over which its velocity is taken


def moon(section: CrossSection, start_ns: int, stop_ns: int) -> SeenObject:
    """The Moon between two epochs, ns TAI, as radars see it; dark in the infrared.

    Parameters
    ----------
    section : CrossSection
        ``Catalog.cross_sections["moon"]``.
    start_ns, stop_ns : int
    """

    def motion(t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        before, after = (moon_position(start_ns + np.rint((t_s + d) * NS).astype(np.int64)) for d in (0.0, _STEP_S))
        return before, (after - before) / _STEP_S

    return SeenObject(
        id="moon",
        kind="moon",
        launch=None,
        epoch_ns=start_ns,
        begin_s=0.0,
        end_s=(stop_ns - start_ns) / NS,
        motion=motion,
        emission=None,
        echo=own_echo(section, motion),
    )
