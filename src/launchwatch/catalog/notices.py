"""Pre-launch notices as people write them, and the forms of the agreements under which they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from launchwatch.catalog.records import (
    Angle,
    Block,
    Country,
    Id,
    Latitude,
    Longitude,
    Positive,
    Problem,
    Record,
    Span,
    Text,
    site_problems,
    time_problems,
)
from launchwatch.catalog.vehicles import BoosterClass
from launchwatch.core.epochs import EpochError, parse_utc
from launchwatch.messages.control import Notice, NoticeArea

NoticeKey = Literal["class", "window", "planned_date", "launch_area", "direction", "impact_area"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY_NS = 86_400_000_000_000
HALF_EARTH_KM = 10_000.0


class NoticeField(Record, frozen=True, kw_only=True):
    """One field of a form: its key, whether a notice must have it, and where the agreement says so."""

    key: NoticeKey
    required: bool
    source: Text


class NoticeForm(Block, frozen=True, kw_only=True):
    """What a notice under one agreement says.

    Attributes
    ----------
    classes : classes of boosters whose launches the agreement covers; a notice without `class` means them all.
    fields : the fields of the form; no other is allowed.
    validity_days : for how long a planned date stays good, from its beginning; null where the form has a window.
    """

    classes: Annotated[tuple[BoosterClass, ...], Meta(min_length=1)]
    fields: Annotated[tuple[NoticeField, ...], Meta(min_length=1)]
    validity_days: Positive | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        keys = [one.key for one in self.fields]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                yield ("fields", i, "key"), f"{key!r} is there twice; keep one"
        if ("planned_date" in keys) != (self.validity_days is not None):
            yield ("validity_days",), "goes with the field planned_date, and such a field with it"
        if ("planned_date" in keys) == ("window" in keys):
            yield ("fields",), "has to name one of window and planned_date"


class Area(Record, frozen=True, kw_only=True):
    """A circle on the ground, its centre at 0.1 degree or coarser."""

    lat_deg: Latitude
    lon_deg: Longitude
    radius_km: Annotated[float, Meta(gt=0.0, le=HALF_EARTH_KM)]

    def _problems(self) -> Iterator[Problem]:
        yield from site_problems((), self.lat_deg, self.lon_deg)


class Direction(Record, frozen=True, kw_only=True):
    """A sector of azimuths from ``from_deg`` clockwise to ``until_deg``; one azimuth where both are the same."""

    from_deg: Angle
    until_deg: Angle


class PreLaunchNotice(Record, frozen=True, kw_only=True):
    """A notice as it is sent.

    Attributes
    ----------
    agreement : the form that it is in.
    classes : generic classes announced.
    window, planned_date : when; a form has one of the two, the date in UTC as ``1995-01-25``.
    direction : in which it is launched.
    impact_area : where payloads are to come down.
    launches : how many; null means one.
    supersedes : the earlier notice of the same sender that this one corrects or cancels.
    cancelled : that what it supersedes does not take place; such a notice needs no other field.
    """

    id: Id
    agreement: Id
    sender: Country
    classes: tuple[BoosterClass, ...] = field(name="class", default=())
    window: Span | None = None
    planned_date: str | None = None
    launch_area: Area | None = None
    direction: Direction | None = None
    impact_area: Area | None = None
    launches: Annotated[int, Meta(ge=1, le=1000)] | None = None
    supersedes: Id | None = None
    cancelled: bool = False

    @property
    def given(self) -> tuple[NoticeKey, ...]:
        """Which fields of a form it has."""
        values: dict[NoticeKey, object] = {
            "class": self.classes or None,
            "window": self.window,
            "planned_date": self.planned_date,
            "launch_area": self.launch_area,
            "direction": self.direction,
            "impact_area": self.impact_area,
        }
        return tuple(key for key, value in values.items() if value is not None)

    def _problems(self) -> Iterator[Problem]:
        for name, part in (("window", self.window), ("launch_area", self.launch_area),
                           ("direction", self.direction), ("impact_area", self.impact_area)):  # fmt: skip
            if part is not None:
                yield from (((name, *path), text) for path, text in part.problems())
        for i, name in enumerate(self.classes):
            if name in self.classes[:i]:
                yield ("class", i), f"{name!r} is there twice; keep one"
        if self.planned_date is not None:
            if not _DATE.fullmatch(self.planned_date):
                yield ("planned_date",), f"{self.planned_date!r} is not a date; write it like 1995-01-25"
            else:
                yield from time_problems(("planned_date",), f"{self.planned_date}T00:00:00Z")
        if self.cancelled and self.supersedes is None:
            yield ("supersedes",), "missing; a cancellation says which notice it cancels"
        if self.supersedes == self.id:
            yield ("supersedes",), "is the notice itself; name the earlier one"


class DeliveredNotice(PreLaunchNotice, frozen=True, kw_only=True):
    """A notice of a scenario. ``delivered``: by partner, when it reaches its warning post, UTC; null is never."""

    delivered: dict[Country, str | None] = field(default_factory=dict)

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        for partner, time in self.delivered.items():
            if time is not None:
                yield from time_problems(("delivered", partner), time)

    def delivered_ns(self, partner: str) -> int | None:
        """When it reaches the warning post of a partner, ns TAI; None is never."""
        time = self.delivered.get(partner)
        return None if time is None else parse_utc(time)


def form_problems(notice: PreLaunchNotice, form: NoticeForm) -> Iterator[Problem]:
    """What a notice has that its form does not have, and what it lacks."""
    known = {one.key: one for one in form.fields}
    for key in notice.given:
        if key not in known:
            yield (key,), f"is no field of {form.id}; its fields are {', '.join(known)}"
    for one in form.fields:
        if one.required and not notice.cancelled and one.key not in notice.given:
            yield (one.key,), f"missing; {form.id} asks for it"
    for i, name in enumerate(notice.classes):
        if name not in form.classes:
            yield ("class", i), f"{name!r} is not covered by {form.id}; it covers {', '.join(form.classes)}"
    if notice.planned_date is not None and form.validity_days is not None:
        try:
            _window_ns(notice, form)
        except (EpochError, OverflowError) as error:
            yield ("planned_date",), str(error)


def message_of(notice: PreLaunchNotice, form: NoticeForm) -> Notice:
    """The record of a notice that its form allows.

    Raises
    ------
    ValueError
        A field that the form does not have, or one that it asks for and the notice lacks.
    """
    for path, text in form_problems(notice, form):
        raise ValueError(f"notice {notice.id}: {'.'.join(map(str, path))}: {text}")
    window_ns = _window_ns(notice, form)
    sector = None if notice.direction is None else (notice.direction.from_deg, notice.direction.until_deg)
    return Notice(
        notice=notice.id,
        agreement=notice.agreement,
        sender=notice.sender,
        classes=notice.classes or form.classes,
        window_from_ns=None if window_ns is None else window_ns[0],
        window_until_ns=None if window_ns is None else window_ns[1],
        launch_area=_area(notice.launch_area),
        azimuths_deg=sector,
        impact_area=_area(notice.impact_area),
        launches=notice.launches,
        supersedes=notice.supersedes,
        cancelled=notice.cancelled,
    )


def _window_ns(notice: PreLaunchNotice, form: NoticeForm) -> tuple[int, int] | None:
    if notice.window is not None:
        return notice.window.from_ns, notice.window.until_ns
    if notice.planned_date is None or form.validity_days is None:
        return None
    begin_ns = parse_utc(f"{notice.planned_date}T00:00:00Z")
    return begin_ns, begin_ns + round(form.validity_days * _DAY_NS)


def _area(area: Area | None) -> NoticeArea | None:
    if area is None:
        return None
    return NoticeArea(lat_deg=area.lat_deg, lon_deg=area.lon_deg, radius_km=area.radius_km)
