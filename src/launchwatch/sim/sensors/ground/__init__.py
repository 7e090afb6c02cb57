"""The ground-based component: phased arrays (`fence`) and sky-wave radars over the horizon (`over_the_horizon`).

A phased array searches a fence of elevations; what it detects there it looks at again within seconds, and what is
confirmed it tracks with beams of its own until it leaves the field, and looks for it where it should come back. All
this takes time, of which there is only so much (`time_budget`). What it is cued to it searches in the time that is left
(`cued`). Only tracked bodies are delivered. One look at many bodies, without a loop over them, is `plots.place` and
`plots.echoes`.

Refraction is corrected by the radar; what is left of it is in the bias. So is the delay in the ionosphere. Only what
the sky departs from the mean that the radar corrects for is added.
"""

from launchwatch.sim.sensors.ground.cued import Arrived
from launchwatch.sim.sensors.ground.fence import observe_radar
from launchwatch.sim.sensors.ground.over_the_horizon import observe_over_horizon

__all__ = ["Arrived", "observe_over_horizon", "observe_radar"]
