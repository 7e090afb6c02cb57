"""What a launch puts into the sky: the payload, spent stages, a stage that flies back, deployed objects, fragments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from launchwatch.catalog.vehicles import Booster, Flyback, Stage
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.physics.atmosphere import G0
from launchwatch.sim.truth import _dynamics_kernels as dynamics
from launchwatch.sim.truth.flight import Trajectory, fly_phases
from launchwatch.sim.truth.phases import DEBRIS_KG_M2, stage_table, tumbling_beta

Kind: TypeAlias = Literal["payload", "spent-stage", "returning-stage", "deployed", "fragment"]

SEPARATION_M_S = 2.0
"""Springs push the last stage back from the payload so fast (assumption)."""
FRAGMENT_SPREAD_M_S, FRAGMENT_SPREAD_LOG = 60.0, 0.8
"""One sigma per axis of the velocities that a break-up gives, and of the logarithm of ballistic coefficients
(assumptions; explosions of stages in orbit throw most pieces at some tens to 200 m/s)."""
TAIL_FIRST = 4.0
"""Drag of a stage that falls engines first over that of a slender body: a blunt end has a coefficient above 1."""

_SOFT_M_S = 3.0  # a touchdown slower than this is a landing
_HALVINGS = 24


@dataclass(frozen=True, eq=False)
class Body:
    """Something that flies, from the moment that it does so by itself: identifier, name for people, what it is."""

    id: str
    name: str
    kind: Kind
    trajectory: Trajectory


def bodies(booster: Booster, path: Trajectory) -> tuple[Body, ...]:
    """The payload first, from lift-off on, then spent and returning stages and deployed objects.

    Parameters
    ----------
    booster : Booster
    path : Trajectory
        Of the payload, from `fly`. Stages that a failure left unlit fall with it.
    """
    found = [Body(booster.id, booster.name, "payload", path)]
    found += [_spent(booster, path, i) for i in range(int(path.stage.max()))]
    if path.plan.failure is not None:
        found.pop()  # the stage that failed is the first body itself
    else:
        found += [_deployed(booster, path, i) for i in range(len(booster.deployments))]
    return tuple(found)


def fragments(path: Trajectory, at_s: float, drawn: FloatArray) -> tuple[Body, ...]:
    """Pieces of a break-up.

    Parameters
    ----------
    path : Trajectory
        Of what breaks up.
    at_s : float
        When, s after lift-off.
    drawn : FloatArray, shape (pieces, 4)
        Standard normal numbers: three for the velocity of each, one for its ballistic coefficient.
    """
    position, velocity = path.at(at_s)
    found = []
    for i, (*push, heavy) in enumerate(drawn.tolist()):
        pushed = velocity + FRAGMENT_SPREAD_M_S * np.array(push)
        beta = DEBRIS_KG_M2 * math.exp(FRAGMENT_SPREAD_LOG * heavy)
        one = f"fragment-{i + 1}"
        found.append(
            Body(one, f"fragment {i + 1}", "fragment", _fall(path, one, at_s, position, pushed, beta))
        )
    return tuple(found)


def _fall(
    path: Trajectory, name: str, at_s: float, position: FloatArray, velocity: FloatArray, beta: float
) -> Trajectory:
    """Free flight of a body let go."""
    row = np.zeros(dynamics.COLUMNS)
    row[0], row[7] = math.inf, beta
    return fly_phases(path.plan, row[None], np.concatenate([position, velocity, [at_s]]), (0.0,) * 9, name)


def _spent(booster: Booster, path: Trajectory, index: int) -> Body:
    """A stage after its last burn."""
    stage = booster.stages[index]
    rows = path.phases[path.stage == index + 1]
    end = float(rows[-1, 0])
    position, velocity = path.at(end)
    last = index + 1 == int(path.stage.max())
    one, name = f"stage-{index + 1}", f"{booster.name}, stage {index + 1} ({stage.name})"
    if stage.flyback is not None and not last:
        return Body(one, name, "returning-stage", _fly_back(booster, path, stage, stage.flyback, index, end))
    above = booster.payload_kg + sum(s.propellant_kg + s.inert_kg for s in booster.stages[index + 1 :])
    mass = float(rows[-1, 3] - rows[-1, 4] * (end - rows[-1, 2])) - above
    if last:
        velocity = velocity - SEPARATION_M_S * velocity / np.linalg.norm(velocity)
    beta = tumbling_beta(mass, stage.diameter_m)
    return Body(one, name, "spent-stage", _fall(path, one, end, position, velocity, beta))


def _deployed(booster: Booster, path: Trajectory, index: int) -> Body:
    deployment = booster.deployments[index]
    at = path.burnout_s + deployment.after_s
    position, velocity = path.at(at)
    along = velocity / np.linalg.norm(velocity)
    right = np.cross(along, position)
    right /= np.linalg.norm(right)
    velocity = velocity + deployment.along_m_s * along + deployment.up_m_s * np.cross(right, along)
    velocity = velocity + deployment.right_m_s * right
    beta = deployment.ballistic_coefficient_kg_m2
    one = f"deployed-{index + 1}"
    return Body(one, deployment.name, "deployed", _fall(path, one, at, position, velocity, beta))


def _fly_back(
    booster: Booster, path: Trajectory, stage: Stage, back: Flyback, index: int, separation_s: float
) -> Trajectory:
    """Coasts and burns of a stage that returns; the landing burn begins at the last moment that is soon enough."""
    plan = path.plan
    full = stage_table(booster)[index]
    flow, area = full[1] / full[3], TAIL_FIRST * full[5]
    start = np.concatenate([*path.at(separation_s), [separation_s]])
    azimuth = math.radians(plan.azimuth_deg)
    east, north, up = enu_axes(plan.lat_deg, plan.lon_deg)
    ahead = math.sin(azimuth) * east + math.cos(azimuth) * north
    steer = (*up.tolist(), *ahead.tolist(), 0.0, 1.0, 0.0)
    stage_number = float(index + 1)
    t, mass = separation_s, stage.inert_kg
    dry = stage.inert_kg - back.propellant_kg
    rows = []
    for burn in back.burns:
        begin = separation_s + burn.start_s
        rows.append((begin, dynamics.PROGRAMME, t, mass, 0.0, 0.0, 0.0, area, 0.0, 0.0))
        if burn.burn_s is None:
            break
        used, dry_s = flow * burn.throttle, (mass - dry) / (flow * burn.throttle)
        t = begin + min(burn.burn_s, dry_s)
        steering = dynamics.HELD if burn.direction == "back" else dynamics.RETROGRADE
        push = used * full[2] * G0
        rows.append((t, steering, begin, mass, used, push, full[4] * burn.throttle, area, math.pi, stage_number))
        mass -= used * (t - begin)
    coast = (math.inf, dynamics.PROGRAMME, t, mass, 0.0, 0.0, 0.0, area, 0.0, 0.0)
    last = back.burns[-1]
    if last.burn_s is not None:
        return fly_phases(plan, np.array([*rows, coast]), start, steer, stage.name)
    used = flow * last.throttle
    push, most_s = used * full[2] * G0, (mass - dry) / used
    rows.pop()

    def landed(begin: float) -> Trajectory:
        table = np.array(
            [
                *rows,
                (begin, dynamics.PROGRAMME, t, mass, 0.0, 0.0, 0.0, area, 0.0, 0.0),
                (begin + most_s, dynamics.RETROGRADE, begin, mass, used, push, full[4] * last.throttle, area, 0.0,
                 stage_number),
                (math.inf, dynamics.PROGRAMME, begin + most_s, dry, 0.0, 0.0, 0.0, area, 0.0, 0.0),
            ]
        )  # fmt: skip
        return fly_phases(plan, table, start, steer, stage.name)

    # Lit too late it strikes the ground; lit too early it runs dry before, and strikes too. The landing lies between.
    falling = fly_phases(plan, np.array([*rows, coast]), start, steer, stage.name)
    late, early = falling.end_s, separation_s + last.start_s
    path_down = landed(early)
    for _ in range(_HALVINGS):
        begin = 0.5 * (early + late)
        tried = landed(begin)
        touchdown = float(np.linalg.norm(tried.velocity_m_s[-1]))
        ran_dry = tried.end_s > begin + most_s
        if touchdown < _SOFT_M_S:
            path_down = tried
        early, late = (begin, late) if touchdown < _SOFT_M_S or ran_dry else (early, begin)
    return path_down
