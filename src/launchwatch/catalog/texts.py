"""Texts of public warnings, prepared in calm: what is said at each stage, with places for regions and times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Annotated

from msgspec import Meta

from launchwatch.catalog.records import Block, Problem, Text, nearest

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "headline": frozenset({"regions"}),
    "impact": frozenset({"regions", "earliest", "latest"}),
    "overflight": frozenset({"regions", "earliest", "latest"}),
    "description": frozenset({"regions", "launched", "expected"}),
    "instruction": frozenset(),
}
"""What each text may hold: the regions, from when until when (UTC, for those of that kind), when it was launched, and
what is expected, which is the text of `impact`, of `overflight`, or of both."""

STAGES = frozenset({"launch", "passed", "fell", "lost", "cancelled"})


class PublicText(Block, frozen=True, kw_only=True):
    """What the public is told at one stage of a flight; the id is that stage.

    Attributes
    ----------
    language : of the texts, as in RFC 5646.
    headline, description, instruction : what is said; `instruction` is what to do.
    impact, overflight : a sentence each on regions that it may fall in, and that it may pass over.
    """

    language: Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    headline: Text
    description: Text
    instruction: Text
    impact: str = ""
    overflight: str = ""

    def _problems(self) -> Iterator[Problem]:
        yield from super()._problems()
        if self.id not in STAGES:
            yield ("id",), f"{self.id!r} is no stage of a flight{nearest(self.id, STAGES)}"
        for field, known in PLACEHOLDERS.items():
            for text in _placeholder_problems(getattr(self, field), known):
                yield (field,), text
        if "{expected}" in self.description and not (self.impact and self.overflight):
            yield ("description",), "holds {expected}, which is made of impact and overflight; write both"


def _placeholder_problems(text: str, known: frozenset[str]) -> Iterator[str]:
    try:
        fields = [(name, spec, kind) for _, name, spec, kind in Formatter().parse(text) if name is not None]
    except ValueError:
        yield "holds a single brace; write placeholders like {regions}"
        return
    for name, spec, kind in fields:
        if name not in known or spec or kind:
            end = nearest(name, known) if known else "; this text has none"
            yield f"placeholder {{{name}}} is unknown{end}"


def filled(text: str, values: Mapping[str, str]) -> str:
    """A prepared text with its placeholders replaced; what stands in a value is not looked at again.

    Raises
    ------
    KeyError
        A placeholder without a value.
    """
    return re.sub(r"\{([a-z]+)\}", lambda match: values[match[1]], text)
