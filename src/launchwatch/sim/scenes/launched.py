"""What a launch puts into the sky, as sensors see it: the payload, spent and returning stages, deployed objects."""

from __future__ import annotations

from collections.abc import Mapping

from launchwatch.catalog.radar import CrossSection
from launchwatch.catalog.vehicles import Booster
from launchwatch.sim.scenes.cross_sections import BodyEcho, StagedEcho
from launchwatch.sim.scenes.objects import Echo, SeenObject
from launchwatch.sim.scenes.signatures import Plume
from launchwatch.sim.truth.bodies import Body, bodies
from launchwatch.sim.truth.flight import Trajectory


def launched(
    launch: str, time_ns: int, booster: Booster, path: Trajectory, sections: Mapping[str, CrossSection]
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
    sections : mapping of CrossSection
        By id (`Catalog.cross_sections`).
    """
    return [_object(launch, time_ns, booster, body, sections) for body in bodies(booster, path)]


def payload_of(
    launch: str, time_ns: int, booster: Booster, path: Trajectory, sections: Mapping[str, CrossSection]
) -> SeenObject:
    """What carries the payload, and then the payload alone: the first of `launched`."""
    return _object(launch, time_ns, booster, Body(booster.id, booster.name, "payload", path), sections)


def _object(
    launch: str, time_ns: int, booster: Booster, body: Body, sections: Mapping[str, CrossSection]
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
        emission=Plume(booster, path) if path.burns_s else None,
        echo=_echo(booster, body, sections),
    )


def _echo(booster: Booster, body: Body, sections: Mapping[str, CrossSection]) -> Echo:
    """The echo of a body: levels are those of the booster, but for fragments."""
    motion = body.trajectory.at
    if body.kind == "fragment":
        piece = sections["fragment"]
        return BodyEcho(piece, piece.level_m2 or 0.0, motion)
    if body.kind == "spent-stage":
        return BodyEcho(sections["spent-stage"], booster.rcs_booster_m2, motion)
    whole = BodyEcho(sections["booster"], booster.rcs_booster_m2, motion)
    if body.kind == "returning-stage":
        return whole
    kind = "satellite-large" if booster.booster_class == "slv" else "glide-body" if booster.glide else "reentry-cone"
    let_go = BodyEcho(sections[kind], booster.rcs_payload_m2, motion)
    return let_go if body.kind == "deployed" else StagedEcho(body.trajectory.burnout_s, whole, let_go)
