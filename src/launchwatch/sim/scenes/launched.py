"""What a launch puts into the sky, as sensors see it: the payload, spent and returning stages, deployed objects."""

from __future__ import annotations

from launchwatch.catalog.vehicles import Booster
from launchwatch.sim.scenes.cross_sections import SteppedEcho
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.signatures import Plume
from launchwatch.sim.truth.bodies import Body, bodies
from launchwatch.sim.truth.flight import Trajectory


def launched(launch: str, time_ns: int, booster: Booster, path: Trajectory) -> list[SeenObject]:
    """All objects of one launch, the payload first.

    Parameters
    ----------
    launch : str
        Identifier of the launch.
    time_ns : int
        Lift-off, ns TAI.
    booster : Booster
    path : Trajectory
        Of the payload.
    """
    return [_object(launch, time_ns, booster, body) for body in bodies(booster, path)]


def payload_of(launch: str, time_ns: int, booster: Booster, path: Trajectory) -> SeenObject:
    """What carries the payload, and then the payload alone: the first of `launched`."""
    return _object(launch, time_ns, booster, Body(booster.id, booster.name, "payload", path))


def _object(launch: str, time_ns: int, booster: Booster, body: Body) -> SeenObject:
    path = body.trajectory
    payload = body.kind == "payload"
    after = booster.rcs_payload_m2 if payload or body.kind == "deployed" else booster.rcs_booster_m2
    return SeenObject(
        id=launch if payload else f"{launch}/{body.id}",
        kind=body.kind,
        launch=launch,
        epoch_ns=time_ns,
        begin_s=path.start_s,
        end_s=path.end_s,
        motion=path.at,
        emission=Plume(booster, path) if path.burns_s else None,
        echo=SteppedEcho(path.burnout_s, booster.rcs_booster_m2, after),
    )
