"""Queries: a partner is asked about an event, and answers with what its own sensors made of it."""

from __future__ import annotations

import msgspec

from launchwatch.messages.assessments import Assessment


class Query(msgspec.Struct, frozen=True, tag="query", kw_only=True):
    """One partner is asked about one event.

    Attributes
    ----------
    query : identifier, `<asker>/queries/<number>`.
    asker, addressee : nodes.
    event : the asker's.
    assessment : what the asker holds of it: when and where it rose, where it should be.
    """

    query: str
    asker: str
    addressee: str
    event: str
    assessment: Assessment


class Answer(msgspec.Struct, frozen=True, tag="answer", kw_only=True):
    """What a partner says to a query, from its own sensors alone.

    Attributes
    ----------
    query, event : as in the query.
    partner : who answers.
    report : its own assessment of that launch; null: no launch seen.
    looked : its sensors that looked at the place at the time; none: that it saw nothing says nothing.
    answered_ns : when, ns TAI.
    """

    query: str
    event: str
    partner: str
    report: Assessment | None
    looked: tuple[str, ...]
    answered_ns: int
