"""What infrared sensors and radars share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from launchwatch.catalog.records import Block, Country, Problem

InService: TypeAlias = tuple[date, date | None]
"""First day and last day of service; ``null`` as the last: still in service."""


class Sensor(Block, frozen=True, kw_only=True):
    """What infrared sensors and radars share: the partner whose own it is, and its days of service.

    ``in_service`` is null where no service is established: planned, unconfirmed, or given up.
    """

    owner: Country
    in_service: InService | None

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if self.in_service is not None and self.in_service[1] is not None and self.in_service[1] < self.in_service[0]:
            yield ("in_service",), "ends before it begins"

    def serves_on(self, day: date) -> bool:
        """Whether the sensor is in service on a day (UTC)."""
        return self.in_service is not None and covers(self.in_service[0], self.in_service[1], day)


def covers(first: date, last: date | None, day: date) -> bool:
    """Whether a day lies in a span of days, both ends counted; null: no end."""
    return first <= day and (last is None or day <= last)
