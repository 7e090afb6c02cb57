"""Boosters: stages, what they carry, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from launchwatch.catalog.records import (
    Block,
    Country,
    Fraction,
    Id,
    NonNegative,
    Positive,
    Problem,
    Record,
    Text,
)

BoosterClass = Literal["srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv", "sounding-rocket"]
Steering = Literal["programme", "gravity-turn", "prograde"]


class ReturnBurn(Record, frozen=True, kw_only=True):
    """One burn of a stage that flies back.

    Attributes
    ----------
    start_s : after separation.
    burn_s : null for the landing burn: it begins when it must and ends on the ground; ``start_s`` is then its earliest.
    throttle : part of the stage's thrust.
    direction : level and back along the track, or against the velocity.
    """

    start_s: NonNegative
    burn_s: Positive | None
    throttle: Annotated[float, Meta(gt=0.0, le=1.0)]
    direction: Literal["back", "retrograde"]


class Flyback(Record, frozen=True, kw_only=True):
    """How a spent stage flies back and lands; ``propellant_kg`` is a part of its inert mass in the ascent."""

    propellant_kg: Positive
    burns: Annotated[tuple[ReturnBurn, ...], Meta(min_length=1)]

    def _problems(self) -> Iterator[Problem]:
        for i, burn in enumerate(self.burns):
            if burn.burn_s is None and i < len(self.burns) - 1:
                yield ("burns", i, "burn_s"), "is null; only the last burn, which lands, may be"
            if i and burn.start_s < self.burns[i - 1].start_s + (self.burns[i - 1].burn_s or 0.0):
                yield ("burns", i, "start_s"), "is before the end of the burn above it"


class Stage(Record, frozen=True, kw_only=True):
    """One stage: thrust in vacuum ``isp_vac_s * g0`` times the mass flow, whose mean is ``propellant_kg / burn_s``.

    Attributes
    ----------
    ignition_delay_s : coast between the previous burnout and this ignition.
    steering : by the booster's pitch programme; along the velocity through the air, after a tip-over (first stage); or
        along the inertial velocity.
    throttle : (from_s after ignition, flow over that at full throttle), steps in ascending order; full until the first.
    plume : its plume; null for that of the propellant (`plume_of`).
    """

    name: Text
    propellant_kg: Positive
    inert_kg: NonNegative
    isp_vac_s: Annotated[float, Meta(gt=0.0, le=500.0)]
    burn_s: Positive
    exit_area_m2: NonNegative
    diameter_m: Positive
    propellant: Literal["solid", "liquid"]
    ignition_delay_s: NonNegative = 0.0
    steering: Steering = "programme"
    throttle: tuple[tuple[Positive, Positive], ...] = ()
    flyback: Flyback | None = None
    plume: Id | None = None

    @property
    def plume_of(self) -> str:
        """Identifier of its plume: the one that is named, or the usual one of its propellant."""
        return self.plume or {"solid": "solid-composite", "liquid": "liquid-storable"}[self.propellant]

    def _problems(self) -> Iterator[Problem]:
        starts = [0.0, *(start for start, _ in self.throttle)]
        for i, start in enumerate(starts[1:]):
            if not starts[i] < start < self.burn_s:
                yield (
                    ("throttle", i),
                    f"begins at {start:g} s; steps ascend and lie within the burn of {self.burn_s:g} s",
                )
        if self.flyback is not None:
            yield from ((("flyback", *path), text) for path, text in self.flyback.problems())
            if self.flyback.propellant_kg >= self.inert_kg:
                yield ("flyback", "propellant_kg"), "is not below inert_kg, of which it is a part"


class Glide(Record, frozen=True, kw_only=True):
    """Lift of a body that glides; its drag is ``reentry_ballistic_coefficient_kg_m2`` at the best lift over drag.

    The polar is parabolic: drag over that of the best glide is (1 + c^2) / 2 at c times its lift.

    Attributes
    ----------
    lift_to_drag : at its best.
    manner : ``equilibrium``: lift is held so that the path falls evenly; ``skip``: constant lift.
    most_lift : lift at most over that of the best glide, for the pull-up.
    nose_radius_m : for heating.
    skin_area_m2, skin_emissivity, skin_heating : hot skin that faces a sensor, and the part of the nose's heating that
        the skin takes on the whole; assumptions, with a factor of 2 either way on each.
    """

    lift_to_drag: Annotated[float, Meta(gt=0.0, le=10.0)]
    manner: Literal["equilibrium", "skip"] = "equilibrium"
    most_lift: Annotated[float, Meta(gt=1.0, le=5.0)] = 1.8
    nose_radius_m: Positive = 0.03
    skin_area_m2: Positive = 4.0
    skin_emissivity: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.8
    skin_heating: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.05


class Deployment(Record, frozen=True, kw_only=True):
    """An object let go after the last burnout, with a velocity along the path, up and to the right of it."""

    name: Text
    after_s: NonNegative
    along_m_s: float = 0.0
    up_m_s: float = 0.0
    right_m_s: float = 0.0
    ballistic_coefficient_kg_m2: Positive


class Booster(Block, frozen=True, kw_only=True):
    """A rocket: stages from the ground up, and what it carries.

    The mass at ignition of a stage is propellant and inert mass of it and all above it, and the payload.

    Attributes
    ----------
    published_range_km : lowest and highest maximum range that sources give; null as the highest: "more than".
    vertical_s : time of vertical rise before the pitch programme or the tip-over of a gravity turn.
    pitch_tau_s : time constant of the pitch programme, or duration of the tip-over.
    thrust_termination : the last stage may stop early.
    glide : lift of the payload, where it glides; null for one that falls.
    deployments : objects let go after the last burnout, beside the payload.
    cd_scale : factor on the drag curve of BENCH-1.
    plume_efficiency, plume_efficiency_low, plume_efficiency_high : fraction of the jet power that is radiated in
        2.65-2.95 um, with its bounds; null for that of the plumes of the stages.
    """

    booster_class: BoosterClass = field(name="class")
    country: Country | None
    payload_kg: NonNegative
    published_range_km: tuple[Positive, Positive | None] | None = None
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=5)]
    reentry_ballistic_coefficient_kg_m2: Positive
    vertical_s: NonNegative
    pitch_tau_s: Positive
    thrust_termination: bool
    glide: Glide | None = None
    deployments: tuple[Deployment, ...] = ()
    cd_scale: Positive = 1.0
    plume_efficiency: Fraction | None = None
    plume_efficiency_low: Fraction | None = None
    plume_efficiency_high: Fraction | None = None
    rcs_booster_m2: Positive
    rcs_payload_m2: Positive

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for i, stage in enumerate(self.stages):
            yield from ((("stages", i, *path), text) for path, text in stage.problems())
            if i and stage.steering == "gravity-turn" and self.stages[0].steering != "gravity-turn":
                yield ("stages", i, "steering"), "is a gravity turn that no first stage has begun"
        low, nominal, high = self.plume_efficiency_low, self.plume_efficiency, self.plume_efficiency_high
        if low is not None and nominal is not None and high is not None:
            if not low <= nominal <= high:
                yield ("plume_efficiency",), f"is {nominal:g}; it must lie between its bounds {low:g} and {high:g}"
        elif (low, nominal, high) != (None, None, None):
            yield ("plume_efficiency",), "goes with plume_efficiency_low and plume_efficiency_high; give all three"
        if self.published_range_km is not None:
            least, most = self.published_range_km
            if most is not None and most < least:
                yield ("published_range_km",), f"is [{least:g}, {most:g}]; write the shorter range first"
