"""The outgoing channel listened to: receipts come back for all that leaves, and each fault of the channel is caught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from launchwatch.messages.health import Health
from launchwatch.messages.receipts import Receipt
from launchwatch.messages.releases import Release, authority_of, public_of

PARTNER, CHAIN = "ru", ("ru", "integrated")
WINDOW = "from: 2026-08-20T20:00:00Z, until: 2026-08-20T21:00:00Z"


def told(run: Any) -> list[Health]:
    return [
        e.payload
        for e in run.cases[0].chains[CHAIN].outputs
        if isinstance(e.payload, Health) and e.payload.component == "outgoing"
    ]


def left(run: Any) -> list[Release]:
    outputs = run.cases[0].chains[CHAIN].outputs
    return [e.payload for e in outputs if isinstance(e.payload, Release) and e.payload.addressee != PARTNER]


def test_authority_public_and_partners_acknowledge_what_they_are_told(one_case: Path, played: Any) -> None:
    run = played(one_case)
    receipts = {
        e.payload.release: (e.payload, e.received_ns)
        for e in run.cases[0].chains[CHAIN].inputs
        if isinstance(e.payload, Receipt)
    }
    stop_ns = max(e.received_ns for e in run.cases[0].chains[CHAIN].inputs)
    acknowledged = set()
    for release in left(run):
        if release.released_ns + 60 * 10**9 < stop_ns:
            receipt, at_ns = receipts[release.release]
            assert (receipt.addressee, receipt.accepted) == (release.addressee, True)
            assert release.released_ns < receipt.received_ns < at_ns
            acknowledged.add(release.addressee)
    assert {authority_of(PARTNER), public_of(PARTNER)} <= acknowledged
    assert told(run) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [("altered", "was altered on its way"), ("silent", "was released and not heard")],
)
def test_what_the_channel_alters_or_swallows_is_caught(kind: str, words: str, one_case: Path, played: Any) -> None:
    run = played(one_case, f"faults=[{{component: {PARTNER}, kind: {kind}, {WINDOW}}}]")
    last_ns = max(e.received_ns for e in run.cases[0].chains[CHAIN].inputs)
    due = [r for r in left(run) if r.released_ns + 31 * 10**9 < last_ns]
    reasons = [one.reason for one in told(run)]
    assert due
    for release in due:
        assert f"{release.release} to {release.addressee} {words}" in reasons
    assert all(one.status == "degraded" for one in told(run))


def test_what_nobody_released_is_caught_within_seconds_and_the_next_release_shows_the_channel_ready(
    one_case: Path, played: Any
) -> None:
    run = played(one_case, f"faults=[{{component: {PARTNER}, kind: foreign, {WINDOW}}}]")
    foreign, *after = told(run)
    assert foreign.status == "degraded"
    assert foreign.reason == "ru/foreign/0 to ru-authority was sent and never released"
    assert [one.status for one in after] == ["ready"]
    entries = [one for one in run.summary["health"] if (one["partner"], one["chain"]) == CHAIN]
    assert entries[0]["component"] == "outgoing"
    assert entries[0]["at"][11:19] <= "20:00:02"


def test_the_other_partner_hears_nothing_of_it(one_case: Path, played: Any) -> None:
    run = played(one_case, f"faults=[{{component: {PARTNER}, kind: foreign, {WINDOW}}}]")
    others = [one for one in run.summary["health"] if one["partner"] != PARTNER]
    assert others == []
