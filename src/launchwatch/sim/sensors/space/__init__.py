"""The space-based component: infrared payloads that see what shines from orbit.

Two fidelities give the same record. `twin` draws each look at each object from its law: an SNR from intensity,
transmission, range and noise, and a direction; `crowd` does so for many sources that stand still, without drawing every
look. `frames` renders what the focal plane sees and finds spots in it; a test holds the two together.
"""

from launchwatch.sim.sensors.space.crowd import SteadySources
from launchwatch.sim.sensors.space.geometry import OrbitPositions
from launchwatch.sim.sensors.space.twin import observe_infrared

__all__ = ["OrbitPositions", "SteadySources", "observe_infrared"]
