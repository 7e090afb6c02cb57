from pathlib import Path

import msgspec
import numpy as np
import pytest

from launchwatch.messages.control import Cue
from launchwatch.messages.envelope import Envelope
from launchwatch.runtime.journal import SqliteJournal
from launchwatch.runtime.lane import Lane
from launchwatch.runtime.replay import compare, replay_lane
from unit.runtime.small_chain import Counting, Summing, heartbeat, make_lane


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    """A run of 60 ticks with inputs out of order, one of them refused and one from the future."""
    with SqliteJournal.create(tmp_path / "journal.sqlite") as journal:
        lane = make_lane(journal)
        for number in range(40):
            lane.receive(
                heartbeat(number, 7 * (number ^ 1), 0.1 * number, purpose="test" if number == 9 else "exercise")
            )
            lane.tick(5 * number)
        for now in range(200, 400, 10):
            lane.tick(now)
    return SqliteJournal.open(tmp_path / "journal.sqlite")


def test_replay_reproduces_every_output_to_the_bit(journal: SqliteJournal) -> None:
    with journal:
        assert sum(1 for _ in journal.read("ru/alone", role="output")) > 60
        assert replay_lane(journal, "ru/alone", make_lane) == []


def test_replay_names_the_first_field_that_differs(journal: SqliteJournal) -> None:
    class Louder(Summing):
        def _said(self, state):  # type: ignore[no-untyped-def]
            said = super()._said(state)
            return msgspec.structs.replace(said, addressee="none") if len(state.heard) == 2 else said

    with journal:
        first, *_ = replay_lane(
            journal, "ru/alone", lambda: Lane("ru/alone", "ru", "exercise", [Louder(), Counting()], None)
        )
    assert str(first) == "sums/2: payload.addressee: recorded 'all', replayed 'none'"


def test_replay_tells_outputs_that_are_missing_or_new(journal: SqliteJournal) -> None:
    with journal:
        missing = replay_lane(journal, "ru/alone", lambda: Lane("ru/alone", "ru", "exercise", [], None))
    assert str(missing[0]) == "sums/1: envelope: recorded sums, replayed nothing"


def cue(**changes: object) -> Envelope:
    payload = Cue(
        sensor="radar", event="e", epoch_ns=3, state=np.arange(6.0), covariance=np.eye(6), from_ns=3, until_ns=4,
        acceleration_m_s2=0.0, weight=1.0,
    )  # fmt: skip
    return msgspec.structs.replace(heartbeat(1, 10), payload=msgspec.structs.replace(payload, **changes))


def test_differences_are_named_down_to_the_element() -> None:
    covariance = np.eye(6)
    covariance[2, 3] = 1e-300
    cases = (
        (cue(covariance=covariance), "payload.covariance[2][3]", "0.0", "1e-300"),
        (cue(state=np.zeros(3)), "payload.state", "array([0., 1., 2., 3., 4., 5.])", "array([0., 0., 0.])"),
        (heartbeat(1, 10), "payload", "Cue", "Heartbeat"),
    )
    for replayed, field, recorded_text, replayed_text in cases:
        difference = compare(cue(), replayed)
        assert difference is not None
        assert difference.field == field
        assert recorded_text in difference.recorded
        assert replayed_text in difference.replayed
    nan = np.full(6, np.nan)
    assert compare(cue(state=nan), cue(state=nan.copy())) is None
    assert compare(None, cue()) is not None
