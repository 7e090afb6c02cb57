"""The table of phases that a booster and a plan make; `_dynamics_kernels` says what its columns mean."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.catalog.vehicles import Booster, Stage
from launchwatch.core.arrays import FloatArray
from launchwatch.physics.atmosphere import G0
from launchwatch.sim.truth import _dynamics_kernels as dynamics
from launchwatch.sim.truth.plan import Failure, FlightError, FlightPlan

DEBRIS_KG_M2 = 300.0
"""Ballistic coefficient of the debris of a broken stack: sheet and tanks fall at 100 to 1,000 kg/m^2 (assumption)."""
TUMBLING_DRAG, FINENESS = 0.8, 4.0
"""A spent stage or stack that tumbles: drag coefficient on its side view, and length over diameter (assumptions)."""

_STEERING = {
    "programme": dynamics.PROGRAMME,
    "gravity-turn": dynamics.ALONG_AIR,
    "prograde": dynamics.PROGRADE,
}


def stage_table(booster: Booster) -> FloatArray:
    """Stages as the kernels take them.

    Returns
    -------
    FloatArray, shape (n, 8)
        Mass at ignition kg, propellant kg, specific impulse s, burn s, exit area m^2, reference area times the factor
        on the drag curve m^2, coast before ignition s, steering.

    Raises
    ------
    FlightError
        A first stage that does not lift the rocket, waits before ignition, or burns shorter than the vertical rise and
        the tip-over.
    """
    first = booster.stages[0]
    above = booster.payload_kg
    rows = []
    for stage in reversed(booster.stages):
        above += stage.propellant_kg + stage.inert_kg
        area = 0.25 * math.pi * stage.diameter_m**2 * booster.cd_scale
        rows.append(
            (
                above,
                stage.propellant_kg,
                stage.isp_vac_s,
                stage.burn_s,
                stage.exit_area_m2,
                area,
                stage.ignition_delay_s,
                _STEERING[stage.steering],
            )
        )
    if first.ignition_delay_s > 0.0:
        raise FlightError(
            f"booster {booster.id}: ignition_delay_s of the first stage is not 0; time starts at lift-off"
        )
    if booster.vertical_s >= first.burn_s:
        raise FlightError(f"booster {booster.id}: vertical_s {booster.vertical_s:g} is no shorter than the first burn")
    if first.steering == "gravity-turn" and booster.vertical_s + booster.pitch_tau_s >= first.burn_s:
        raise FlightError(
            f"booster {booster.id}: vertical_s and pitch_tau_s are together no shorter than the first burn"
        )
    thrust = G0 * first.isp_vac_s * _first_flow(first) - first.exit_area_m2 * 101_325.0
    if thrust <= G0 * above:
        raise FlightError(
            f"booster {booster.id}: thrust {thrust / 1e3:.0f} kN does not lift its weight {G0 * above / 1e3:.0f} kN"
        )
    return np.array(rows[::-1])


def segment_table(booster: Booster) -> FloatArray:
    """Stretches of constant flow, stage by stage.

    Returns
    -------
    FloatArray, shape (s, 4)
        Stage from 0, end as a part of the burn, flow over the mean flow, part of the propellant used before.
    """
    rows = []
    for i, stage in enumerate(booster.stages):
        starts = np.array([0.0, *(start for start, _ in stage.throttle)]) / stage.burn_s
        factors = np.array([1.0, *(factor for _, factor in stage.throttle)])
        ends = np.append(starts[1:], 1.0)
        relative = factors / float(factors @ (ends - starts))
        used = np.concatenate([[0.0], np.cumsum(relative * (ends - starts))[:-1]])
        rows.append(np.column_stack([np.full(len(ends), float(i)), ends, relative, used]))
    return np.concatenate(rows)


def free_row(booster: Booster) -> FloatArray:
    """Row (10,) of the payload's flight after the last burn."""
    row = np.zeros(dynamics.COLUMNS)
    row[0], row[7] = math.inf, booster.reentry_ballistic_coefficient_kg_m2
    if booster.glide is not None:
        row[2] = booster.glide.lift_to_drag
        row[6] = booster.glide.most_lift if booster.glide.manner == "equilibrium" else 0.0
    return row


def least_cutoff(booster: Booster) -> float:
    """The cutoff at which the first burn would end with the vertical rise or the tip-over; plans lie above it."""
    turn = booster.pitch_tau_s if booster.stages[0].steering == "gravity-turn" else 0.0
    return 1.0 - len(booster.stages) + (booster.vertical_s + turn) / booster.stages[0].burn_s


def phase_table(booster: Booster, plan: FlightPlan) -> FloatArray:
    """The phases (p, 10) of a flight, the last one free.

    Raises
    ------
    FlightError
        A booster or plan that cannot fly.
    """
    least = least_cutoff(booster)
    if not least < plan.cutoff <= 1.0:
        raise FlightError(f"cutoff is {plan.cutoff:g}; for {booster.id} it lies above {least:g} and goes to 1")
    if min(plan.thrust, plan.isp, plan.beta) <= 0.0 or plan.drag < 0.0:
        raise FlightError("thrust, isp and beta are factors above 0, and drag one of at least 0")
    stages, segments = stage_table(booster), segment_table(booster)
    rows = np.empty((4 * len(segments) + len(stages) + 1, dynamics.COLUMNS))
    pitch = math.radians(plan.final_pitch_deg + plan.pitch_offset_deg)
    count = dynamics.phase_table(
        stages, segments, booster.vertical_s, booster.pitch_tau_s, pitch, plan.thrust, plan.isp, plan.drag, plan.cutoff,
        free_row(booster), plan.beta, rows,
    )  # fmt: skip
    rows = rows[:count]
    if plan.restarts:
        rows = _with_restarts(rows, booster, stages[-1], plan)
    if plan.failure is not None:
        return _failed(rows, booster, plan.failure)
    return _with_turns(rows, booster, plan)


def tumbling_beta(mass_kg: float, diameter_m: float) -> float:
    """Ballistic coefficient of a cylinder that tumbles, kg/m^2."""
    # averaged over all attitudes a convex body shows a quarter of its surface (Cauchy, 1832)
    side = 0.25 * math.pi * diameter_m**2 * (FINENESS + 0.5)
    return mass_kg / (TUMBLING_DRAG * side)


def _first_flow(stage: Stage) -> float:
    """Mass flow at ignition, kg/s."""
    starts = [0.0, *(start for start, _ in stage.throttle), stage.burn_s]
    factors = [1.0, *(factor for _, factor in stage.throttle)]
    full = sum(f * (b - a) for f, a, b in zip(factors, starts, starts[1:], strict=False))
    return stage.propellant_kg / full


def _with_restarts(rows: FloatArray, booster: Booster, last: FloatArray, plan: FlightPlan) -> FloatArray:
    """Coasts and later burns of the last stage before the row of free flight."""
    if plan.cutoff <= 0.0:
        raise FlightError("restarts need a cutoff above 0: the last stage burns first")
    if booster.stages[-1].throttle:
        raise FlightError(f"booster {booster.id}: a stage with a throttle is not lit again; leave out restarts")
    t, part = float(rows[-2, 0]), plan.cutoff
    burn = last[3] / plan.thrust
    flow = last[1] / burn
    area = last[5] * plan.drag
    more = []
    for restart in plan.restarts:
        if not (restart.coast_s > 0.0 and part < restart.cutoff <= 1.0):
            raise FlightError(
                f"restart after {restart.coast_s:g} s to {restart.cutoff:g} of the burn: coasts are above 0, and the "
                f"burn goes from {part:g} on to at most 1"
            )
        mass = last[0] - last[1] * part
        t += restart.coast_s
        more.append((t, dynamics.PROGRADE, t, mass, 0.0, 0.0, 0.0, area, 0.0, 0.0))
        ignition, t = t, t + (restart.cutoff - part) * burn
        push = flow * last[2] * plan.isp * G0
        more.append((t, dynamics.PROGRADE, ignition, mass, flow, push, last[4], area, 0.0, float(len(booster.stages))))
        part = restart.cutoff
    return np.concatenate([rows[:-1], np.array(more), rows[-1:]])


def _failed(rows: FloatArray, booster: Booster, failure: Failure) -> FloatArray:
    """The flight up to its failure, and the fall of what is left."""
    powered = rows[:-1]
    if not 0.0 < failure.time_s < powered[-1, 0]:
        raise FlightError(
            f"failure at {failure.time_s:g} s: it lies within the powered flight, 0 to {powered[-1, 0]:.1f} s"
        )
    at = int(np.searchsorted(powered[:, 0], failure.time_s, side="right"))
    if failure.kind == "failed-staging":
        burning = powered[powered[:, 9] == powered[at, 9]] if powered[at, 9] > 0.0 else powered[at - 1 : at]
        at = int(np.flatnonzero(powered[:, 0] == burning[-1, 0])[0])
        end = float(burning[-1, 0])
    else:
        end = failure.time_s
    kept = powered[: at + 1].copy()
    kept[-1, 0] = end
    mass = float(kept[-1, 3] - kept[-1, 4] * (end - kept[-1, 2]))
    free = np.zeros(dynamics.COLUMNS)
    free[0] = math.inf
    stage = booster.stages[max(int(kept[:, 9].max()), 1) - 1]
    free[7] = DEBRIS_KG_M2 if failure.kind == "break-up" else tumbling_beta(mass, stage.diameter_m)
    return np.concatenate([kept, free[None]])


def _with_turns(rows: FloatArray, booster: Booster, plan: FlightPlan) -> FloatArray:
    """The free flight of a glide body cut into its bank turns and its dive."""
    if not plan.turns and plan.dive_s is None:
        return rows
    if booster.glide is None:
        raise FlightError(f"booster {booster.id} carries no glide body; leave out turns and dive_s")
    free = rows[-1]
    cut: list[FloatArray] = []
    t = float(rows[-2, 0])

    def until(end_s: float, bank_deg: float) -> None:
        row = free.copy()
        row[0], row[8] = end_s, math.radians(bank_deg)
        cut.append(row)

    for turn in plan.turns:
        if not t <= turn.start_s < turn.end_s or (plan.dive_s is not None and turn.end_s > plan.dive_s):
            raise FlightError(
                f"turn from {turn.start_s:g} to {turn.end_s:g} s: turns follow each other after burnout at "
                f"{float(rows[-2, 0]):.1f} s and end before the dive"
            )
        if turn.start_s > t:
            until(turn.start_s, 0.0)
        until(turn.end_s, turn.bank_deg)
        t = turn.end_s
    if plan.dive_s is not None:
        if plan.dive_s > t:
            until(plan.dive_s, 0.0)
        free = free.copy()
        free[2], free[6] = 0.0, 0.0
    return np.concatenate([rows[:-1], np.array(cut).reshape(-1, dynamics.COLUMNS), free[None]])
