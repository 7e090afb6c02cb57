"""What a launch puts into the sky, as sensors see it: the payload, spent and returning stages, deployed objects."""

from __future__ import annotations

from launchwatch.catalog.vehicles import Booster
from launchwatch.sim.scenes.cross_sections import SteppedEcho
from launchwatch.sim.scenes.objects import Emission, SeenObject
from launchwatch.sim.scenes.signatures import (
    GLOW_AREA,
    PAYLOAD_FRONT_M,
    PAYLOAD_MOST_K,
    PAYLOAD_NOSE_M,
    SKIN_AREA,
    STAGE_MOST_K,
    BurningStages,
    GlideSkin,
    InTurn,
    ReentryGlow,
    Signatures,
    between,
    in_air_s,
)
from launchwatch.sim.truth.bodies import Body, bodies
from launchwatch.sim.truth.flight import Trajectory


def launched(
    launch: str, time_ns: int, booster: Booster, path: Trajectory, signatures: Signatures
) -> list[SeenObject]:
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
    signatures : Signatures
        What their light is made from.
    """
    return [_object(launch, time_ns, booster, body, signatures) for body in bodies(booster, path)]


def payload_of(
    launch: str, time_ns: int, booster: Booster, path: Trajectory, signatures: Signatures
) -> SeenObject:
    """What carries the payload, and then the payload alone: the first of `launched`."""
    return _object(launch, time_ns, booster, Body(booster.id, booster.name, "payload", path), signatures)


def _object(launch: str, time_ns: int, booster: Booster, body: Body, signatures: Signatures) -> SeenObject:
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
        emission=_light(launch, booster, body, signatures),
        echo=SteppedEcho(path.burnout_s, booster.rcs_booster_m2, after),
    )


def _light(launch: str, booster: Booster, body: Body, signatures: Signatures) -> Emission | None:
    """Burning, and then the glow of a glide or a re-entry."""
    path, draws = body.trajectory, signatures.draws(launch)
    lights: list[Emission] = [BurningStages(booster, path, signatures, draws)] if path.burns_s else []
    if body.kind == "payload" and booster.glide is not None:
        lights.append(GlideSkin(path.at, in_air_s(path), booster.glide, between(SKIN_AREA, draws[5])))
    elif signatures.entry and body.kind == "payload":
        area = between(GLOW_AREA, draws[6])
        lights.append(ReentryGlow(path.at, in_air_s(path), PAYLOAD_NOSE_M, PAYLOAD_FRONT_M, PAYLOAD_MOST_K, area))
    elif signatures.entry and body.kind == "spent-stage":
        stage = booster.stages[int(body.id.removeprefix("stage-")) - 1]
        area, front = between(GLOW_AREA, draws[6]), stage.diameter_m
        lights.append(ReentryGlow(path.at, in_air_s(path), 0.5 * front, front, STAGE_MOST_K, area))
    if not lights:
        return None
    return lights[0] if len(lights) == 1 else InTurn(lights)
