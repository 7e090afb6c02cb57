"""Control records that stand beside the eight nouns: cue, tasking, notice, heartbeat, act, inject, tick, start.

The look is part of every observation (`messages.observations`); the truth has a file of its own (`messages.truth`),
because processing and control may not read it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray

Role = Literal["viewer", "watch-officer", "commander", "exercise-control", "administrator"]
Verb = Literal["confirm", "hold", "release", "cancel"]


class Cue(msgspec.Struct, frozen=True, tag="cue", kw_only=True):
    """Request to `sensor` to look where a track will be.

    Attributes
    ----------
    sensor : that is asked; its own or a partner's.
    event : what is to be looked for.
    epoch_ns : of the state, ns TAI.
    state : (6,) position m and velocity m/s, ITRF; it goes on from there in free flight.
    covariance : (6, 6) likewise.
    from_ns, until_ns : when it should stand in the sensor's field.
    acceleration_m_s2 : standard deviation per axis of a constant acceleration beside that of free flight, which is not
        known: thrust. 0 of what flies freely.
    weight : what a look at it is worth beside others; above 1 where a region is threatened.
    """

    sensor: str
    event: str
    epoch_ns: int
    state: FloatArray
    covariance: FloatArray
    from_ns: int
    until_ns: int
    acceleration_m_s2: float
    weight: float


class NotLooked(msgspec.Struct, frozen=True):
    """What was not looked at, and why."""

    task: str
    reason: Literal["time budget", "out of field", "nothing to learn"]


class Tasking(msgspec.Struct, frozen=True, tag="tasking", kw_only=True):
    """What a sensor is asked to look at in a period, and what it is not.

    Attributes
    ----------
    sensor : that is tasked.
    from_ns, until_ns : the period, ns TAI.
    looked : events that it is cued to.
    not_looked : those that it is not, each with the reason. Together they are all that was to be looked at.
    spent_s, budget_s : time that this takes, and that there is for it.
    value, bound : worth of the plan, nats, and what no plan in the same time exceeds.
    """

    sensor: str
    from_ns: int
    until_ns: int
    looked: tuple[str, ...]
    not_looked: tuple[NotLooked, ...]
    spent_s: float
    budget_s: float
    value: float
    bound: float


class NoticeArea(msgspec.Struct, frozen=True, kw_only=True):
    """A circle on the ground that a notice announces, WGS-84."""

    lat_deg: float
    lon_deg: float
    radius_km: float


class Notice(msgspec.Struct, frozen=True, tag="notice", kw_only=True):
    """Pre-launch notice, as announced; null where its form has no such field.

    Attributes
    ----------
    notice : identifier, the sender's.
    agreement : the form that it is in: `us-su-1988`, `us-ru-2000`, `cn-ru-2009`, `hcoc`, or one of a user's own.
    sender : ISO code of the country that sent it.
    classes : generic classes announced; where the form has no such field, all that its agreement covers.
    window_from_ns, window_until_ns : between which it is to be launched, ns TAI.
    launch_area, impact_area : from where, and where payloads are to come down.
    azimuths_deg : sector of directions, from the first clockwise to the second.
    launches : how many; null means one.
    supersedes : the earlier notice of the same sender that this one corrects or cancels.
    cancelled : that what it supersedes does not take place.
    """

    notice: str
    agreement: str
    sender: str
    classes: tuple[str, ...]
    window_from_ns: int | None
    window_until_ns: int | None
    launch_area: NoticeArea | None
    azimuths_deg: tuple[float, float] | None
    impact_area: NoticeArea | None
    launches: int | None = None
    supersedes: str | None = None
    cancelled: bool = False


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat", kw_only=True):
    """Proof of life of a component or link. It has no field that could be read as a launch."""

    component: str
    sequence: int
    status: Literal["ready", "degraded", "stopping"]
    latency_s: float
    interval_s: float


class Act(msgspec.Struct, frozen=True, tag="act", kw_only=True):
    """Act of a person: confirm, hold, release or cancel of event `subject`, or of the latest where that is empty."""

    person: str
    role: Role
    verb: Verb
    subject: str


class Inject(msgspec.Struct, frozen=True, tag="inject", kw_only=True):
    """Scripted input of an exercise, addressed to one node."""

    inject: str
    addressee: str
    text: str


class Tick(msgspec.Struct, frozen=True, tag="tick", kw_only=True):
    """One step of `now` of a lane, ns TAI."""

    now_ns: int


class Start(msgspec.Struct, frozen=True, tag="start", kw_only=True):
    """First record of a run: everything that it takes to play it again.

    Attributes
    ----------
    scenario : the scenario as it was played, with every override, as JSON.
    seed : seed of all draws.
    versions : name and version of the package and of the libraries that compute.
    catalog_hash : digest of the catalogue's files.
    elements_hash : digest of the files of elements that known objects are predicted from, or null.
    """

    scenario: str
    seed: int
    versions: dict[str, str]
    catalog_hash: str
    elements_hash: str | None = None
