"""What a case of history brings into a play besides launches: apparitions, foreign data, faults of a line, acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from launchwatch.catalog.records import (
    Country,
    Fraction,
    Id,
    Latitude,
    Longitude,
    NonNegative,
    Positive,
    Problem,
    Record,
    Span,
    Text,
    site_problems,
    time_problems,
)
from launchwatch.messages.control import Role, Verb
from launchwatch.messages.procedures import ProcedureState


class Glint(Span, frozen=True, kw_only=True):
    """Sunlight off the top of a cloud towards the satellites of the play, brightest in the middle of its span."""

    lat_deg: Latitude
    lon_deg: Longitude
    height_km: NonNegative = 10.0
    intensity_w_sr: Positive
    band_um: tuple[Positive, Positive] = (2.65, 2.95)

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        yield from site_problems((), self.lat_deg, self.lon_deg)


class Tape(Record, frozen=True, kw_only=True):
    """The warnings of another scenario, played into a partner's post as if a link had brought them.

    Attributes
    ----------
    scenario : whose warnings for the partner are on it, as the partner's own chain makes them.
    at : when its first launch rises here, UTC.
    partner : whose post it reaches.
    purpose : the mark that every message of it carries; without the guard `purpose-door` nobody looks at the mark.
    sender : who it seems to come from.
    """

    scenario: Text
    at: str
    partner: Country
    purpose: Literal["operations", "exercise", "test"]
    sender: Id

    def _problems(self) -> Iterator[Problem]:
        yield from time_problems(("at",), self.at)


class LineFault(Span, frozen=True, kw_only=True):
    """A circuit that writes twos over zeros in messages that test a line, in a span of time.

    Attributes
    ----------
    partner : whose post is at the end of the line.
    sender : who is at its other end.
    period_s : time between two tests of the line.
    share : part of the messages that it spoils.
    """

    partner: Country
    sender: Id
    period_s: Positive
    share: Fraction


class DocumentedAct(Record, frozen=True, kw_only=True):
    """What a person did, as documented; what the system makes of it is for the play to say.

    ``subject``: the event that the person means; null: the latest that this partner's post conferred about.
    """

    at: str
    partner: Country
    person: Id
    role: Role
    verb: Verb
    subject: Id | None = None

    def _problems(self) -> Iterator[Problem]:
        yield from time_problems(("at",), self.at)


class Wrong(Record, frozen=True, kw_only=True):
    """How one sees that it went wrong as it did then; every condition that is given holds.

    Attributes
    ----------
    state : the procedure of the first partner reaches this state or a higher one.
    regions : the public is warned in all of these regions.
    told : the public is told one of these of a flight that did not do it.
    correction_s : the public is left with a wrong alert for longer than this.
    """

    state: ProcedureState | None = None
    regions: tuple[Id, ...] = ()
    told: tuple[Literal["passed", "fell"], ...] = ()
    correction_s: Positive | None = None

    def _problems(self) -> Iterator[Problem]:
        if self.state is None and not self.regions and not self.told and self.correction_s is None:
            yield (), "names nothing; give state, regions, told or correction_s"


class History(Record, frozen=True, kw_only=True):
    """What a case was, and which guards decide it.

    Attributes
    ----------
    was : what it was.
    guards : those without which it goes wrong; none of a true attack.
    wrong : how one sees that it went wrong.
    timeline : what is documented, each with its time as the sources give it.
    """

    was: Literal["sensor-fault", "data-fault", "launch-misread", "people", "unannounced-test", "true-attack"]
    guards: tuple[Id, ...] = ()
    wrong: Wrong | None = None
    timeline: Annotated[tuple[Text, ...], Meta(min_length=1)]

    def _problems(self) -> Iterator[Problem]:
        if bool(self.guards) != (self.wrong is not None):
            yield ("wrong",), "goes with guards"
        if self.wrong is not None:
            yield from ((("wrong", *path), text) for path, text in self.wrong.problems())
