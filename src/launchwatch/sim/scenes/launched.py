"""What a launch puts into the sky, as sensors see it: payload, spent and returning stages, deployed objects, pieces."""

from __future__ import annotations

from collections.abc import Mapping

from launchwatch.catalog.radar import CrossSection
from launchwatch.catalog.vehicles import Booster
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.sim.scenes.cross_sections import BodyEcho, StagedEcho, own_echo
from launchwatch.sim.scenes.objects import Echo, Emission, SeenObject
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
from launchwatch.sim.truth.bodies import Body, bodies, fragments
from launchwatch.sim.truth.flight import Trajectory

FRAGMENTS = 12
"""Pieces of a break-up that are large enough for radar, beside the largest (assumption)."""


def launched(
    launch: str,
    time_ns: int,
    booster: Booster,
    path: Trajectory,
    signatures: Signatures,
    sections: Mapping[str, CrossSection],
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
    sections : mapping of CrossSection
        By id (`Catalog.cross_sections`).
    """
    found = [*bodies(booster, path), *pieces(launch, path)]
    return [_object(launch, time_ns, booster, body, signatures, sections) for body in found]


def pieces(launch: str, path: Trajectory) -> tuple[Body, ...]:
    """Fragments of a launch that breaks up, beside the largest, which is its payload's trajectory itself."""
    failure = path.plan.failure
    if failure is None or failure.kind != "break-up":
        return ()
    return fragments(path, failure.time_s, normals(look_uniforms(0, "break-up", launch, 0, FRAGMENTS, 4)))


def payload_of(
    launch: str,
    time_ns: int,
    booster: Booster,
    path: Trajectory,
    signatures: Signatures,
    sections: Mapping[str, CrossSection],
) -> SeenObject:
    """What carries the payload, and then the payload alone: the first of `launched`."""
    return _object(launch, time_ns, booster, Body(booster.id, booster.name, "payload", path), signatures, sections)


def _object(
    launch: str,
    time_ns: int,
    booster: Booster,
    body: Body,
    signatures: Signatures,
    sections: Mapping[str, CrossSection],
) -> SeenObject:
    path = body.trajectory
    return SeenObject(
        id=launch if body.kind == "payload" else f"{launch}/{body.id}",
        kind=body.kind,
        launch=launch,
        epoch_ns=time_ns,
        begin_s=path.start_s,
        end_s=path.end_s,
        motion=path.at,
        emission=_light(launch, booster, body, signatures),
        echo=_echo(booster, body, sections),
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


def _echo(booster: Booster, body: Body, sections: Mapping[str, CrossSection]) -> Echo:
    """The echo of a body: levels are those of the booster, but for fragments."""
    motion = body.trajectory.at
    if body.kind == "fragment":
        return own_echo(sections["fragment"], motion)
    if body.kind == "spent-stage":
        return BodyEcho(sections["spent-stage"], booster.rcs_booster_m2, motion)
    whole = BodyEcho(sections["booster"], booster.rcs_booster_m2, motion)
    if body.kind == "returning-stage":
        return whole
    kind = "satellite-large" if booster.booster_class == "slv" else "glide-body" if booster.glide else "reentry-cone"
    let_go = BodyEcho(sections[kind], booster.rcs_payload_m2, motion)
    return let_go if body.kind == "deployed" else StagedEcho(body.trajectory.burnout_s, whole, let_go)
