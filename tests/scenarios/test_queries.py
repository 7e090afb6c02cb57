"""Partners who are asked: a launch that both see, a phantom that one post was told of, and what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from launchwatch.assembly.run import Run, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.messages import codec
from launchwatch.messages.attacks import AttackAssessment
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.queries import Answer, Query
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning

REAL = """
id: both-see-it
title: A launch that two partners see
sources: [a case of joint-warning]
partners: [ru, us]
sharing: {level: warnings}
sensors: {only: [ru-eks-3, ru-eks-5, ru-eks-6, us-sbirs-geo-2, us-sbirs-geo-5, us-sbirs-geo-6]}
launches:
  - id: plains-to-moscow
    booster: minuteman-3
    time: 2026-08-20T08:00:00Z
    from: {lat_deg: 48.0, lon_deg: -111.0}
    trajectory: {to: {lat_deg: 56.0, lon_deg: 38.0}}
"""
PHANTOM = """
id: phantom
title: A tape that one post takes for real, and a partner who sees the place
sources: [as history/1979-tape]
partners: [us, ru]
window: {from: 2026-08-20T08:00:00Z, until: 2026-08-20T08:35:00Z}
sensors: {only: [us-sbirs-geo-1, ru-eks-3, ru-eks-5, ru-eks-6]}
guards_off: [purpose-door]
tapes:
  - {scenario: training-raid, at: 2026-08-20T08:05:00Z, partner: us, purpose: test, sender: us-training}
"""


def played_of(catalog: Catalog, folder: Path, text: str, *overrides: str) -> Run:
    file = folder / "queries.yaml"
    file.write_text(text)
    return play(catalog, load_scenario(file, catalog, overrides), 1, None, Stopwatch())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("queries")


@pytest.fixture(scope="module")
def real(catalog: Catalog, folder: Path) -> Run:
    return played_of(catalog, folder, REAL)


@pytest.fixture(scope="module")
def phantom(catalog: Catalog, folder: Path) -> Run:
    return played_of(catalog, folder, PHANTOM)


def made(run: Run, kind: Any, partner: str, chain: str = "integrated") -> list[Any]:
    return [e.payload for e in run.cases[0].chains[partner, chain].outputs if isinstance(e.payload, kind)]


def answers(run: Run, partner: str) -> list[tuple[int, Answer]]:
    inputs = run.cases[0].chains[partner, "integrated"].inputs
    return [(e.received_ns, e.payload) for e in inputs if isinstance(e.payload, Answer)]


def log(run: Run, partner: str) -> list[str]:
    return [entry.reason for entry in made(run, Procedure, partner)]


def test_a_launch_that_both_see_is_confirmed_by_the_partner(real: Run) -> None:
    (query,) = made(real, Query, "ru")
    assert (query.asker, query.addressee) == ("ru", "us")
    ((at_ns, answer),) = answers(real, "ru")
    assert answer.query == query.query
    assert answer.report is not None
    assert answer.report.event.startswith("us-")
    # by its own sensors alone, and after the way there and back
    assert all(name.startswith("us-") for name in answer.report.sensors)
    asked = next(e for e in real.cases[0].chains["ru", "integrated"].outputs if isinstance(e.payload, Query))
    assert at_ns - asked.emitted_ns == 4 * 10**9
    assert "us is asked" in log(real, "ru")
    assert any(reason.startswith("us answers: sees the launch too, as us-") for reason in log(real, "ru"))
    assert not any(
        doubt.code == "partner-saw-nothing" for one in made(real, AttackAssessment, "ru") for doubt in one.doubts
    )


def test_a_phantom_is_seen_by_nobody_else_and_that_is_a_doubt(phantom: Run) -> None:
    warned = [one for one in made(phantom, Warning, "us") if one.kind == "new"]
    assert warned
    told = answers(phantom, "us")
    assert {answer.event for _, answer in told} == {query.event for query in made(phantom, Query, "us")}
    assert told
    for _, answer in told:
        assert answer.partner == "ru"
        assert answer.report is None
    looked = {answer.event for _, answer in told if answer.looked}
    assert looked
    assert {name for _, answer in told for name in answer.looked} <= {"ru-eks-3", "ru-eks-5", "ru-eks-6"}
    assert any("ru answers: no launch seen; looked there then: ru-eks" in reason for reason in log(phantom, "us"))
    first_ns = min(at_ns for at_ns, answer in told if answer.looked)
    for envelope in phantom.cases[0].chains["us", "integrated"].outputs:
        if isinstance(envelope.payload, AttackAssessment):
            doubts = [d for d in envelope.payload.doubts if d.code == "partner-saw-nothing"]
            if envelope.emitted_ns < first_ns:
                assert doubts == []
            for doubt in doubts:
                assert set(doubt.events) <= looked
    told_of = made(phantom, AttackAssessment, "us")
    said = [one for one in told_of if one.doubts and one.doubts[0].code == "partner-saw-nothing"]
    assert said
    assert "a partner looked and saw nothing" in said[-1].statement


def test_an_answer_cancels_nothing_and_holds_nothing_back(catalog: Catalog, folder: Path, phantom: Run) -> None:
    quiet = {
        name: msgspec.structs.replace(policy, ask=msgspec.structs.replace(policy.ask, automatic=False))
        for name, policy in catalog.policies.items()
    }
    silent = played_of(msgspec.structs.replace(catalog, policies=quiet), folder, PHANTOM)
    assert made(silent, Query, "us") == []
    assert answers(silent, "us") == []
    for kind in (Warning, Release):
        assert [codec.pack(one) for one in made(silent, kind, "us")] == [
            codec.pack(one) for one in made(phantom, kind, "us")
        ]


def test_alone_nobody_is_asked_and_a_silent_partner_gives_no_answer(catalog: Catalog, folder: Path, real: Run) -> None:
    assert made(real, Query, "ru", "alone") == []
    fault = "faults=[{component: us, kind: silent, from: 2026-08-20T08:00:00Z, until: 2026-08-20T09:00:00Z}]"
    run = played_of(catalog, folder, REAL, fault)
    assert made(run, Query, "ru")
    assert answers(run, "ru") == []
    assert "us is asked" in log(run, "ru")
