"""Control records that stand beside the eight nouns: cue, notice, heartbeat, act, inject, tick, start.

The look is part of every observation (`messages.observations`); the truth has a file of its own (`messages.truth`),
because processing and control may not read it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray


class Cue(msgspec.Struct, frozen=True, tag="cue", kw_only=True):
    """Request to `sensor` to look where a track will be: (6,) state ITRF at `epoch_ns` with its (6, 6) covariance."""

    sensor: str
    event: str
    epoch_ns: int
    state: FloatArray
    covariance: FloatArray


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
    """Act of a person: confirm, hold, release or cancel of one event or warning."""

    person: str
    role: Literal["viewer", "watch-officer", "commander", "exercise-control", "administrator"]
    verb: Literal["confirm", "hold", "release", "cancel"]
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
