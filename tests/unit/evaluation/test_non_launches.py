"""The account of non-launches: whose a track is, and what kind an event counts for."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from launchwatch.core.epochs import NS
from launchwatch.evaluation.non_launches import _object, account
from launchwatch.messages.detections import Detections
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.truth import ObservationTruth, TrueObject
from unit.processing.made import T0, infrared, track

FIRE, BALL = TrueObject("fire-1", "fire", None), TrueObject("fireball-2", "fireball", None)


@dataclass
class Chain:
    inputs: list[Envelope]
    outputs: list[Envelope]


def _envelope(name: str, payload: Any, lineage: tuple[str, ...] = ()) -> Envelope:
    return Envelope(
        id=name, topic=name.partition("/")[0], sequence=1, valid_ns=T0, observed_ns=T0, received_ns=T0, emitted_ns=T0,
        purpose="test", origin=("simulated",), lineage=lineage, payload=payload,
    )  # fmt: skip


def _case() -> tuple[Chain, ObservationTruth]:
    """Three looks: a fire in each, a fireball in one, clutter in one; a track and an event upon them."""
    rows = ([0, 1], [2, 3], [4])
    truth = ObservationTruth(
        sensor="ir-1", objects=(FIRE, BALL), sequence=np.arange(5), source=np.array([0, 1, 0, -1, 0])
    )
    looks = [_envelope(f"ir-1/{i}", infrared(s, T0 + i * NS)) for i, s in enumerate(rows)]
    declared = [
        _envelope(f"detections/{i}", Detections(look=e.payload, false_alarm_probability=np.zeros(len(s))), (e.id,))
        for i, (e, s) in enumerate(zip(looks, rows, strict=True))
    ]
    seen = _envelope("tracks/1", track("T0001"), tuple(e.id for e in declared))
    event = Event(
        event="us-1", aliases=(), version=1, status="new", tracks=("T0001",), preferred=track("T0001"), partners=()
    )
    return Chain(looks, [*declared, seen, _envelope("events/1", event, ("tracks/1",))]), truth


def test_a_track_is_of_what_most_of_its_looks_saw() -> None:
    chain, truth = _case()
    chains = {("us", "alone"): chain, ("us", "integrated"): chain}
    found = account({"fire": 1, "fireball": 1}, [truth], {"ir-1": 7}, chains, {"us": "us"})
    kinds = found["chains"]["us"]["alone"]["kinds"]
    assert kinds["fire"] == {"tracks": 1, "events": 1, "warnings": 0}
    assert kinds["fireball"]["tracks"] == kinds["clutter"]["tracks"] == 0
    assert found["detections"]["us"]["infrared"] == {
        "fire": {"detections": 3, "things": 1},
        "fireball": {"detections": 1, "things": 1},
        "clutter": {"detections": 1, "things": 1},
    }
    assert found["suppressed"] == {"us": 7}
    assert found["played"]["lightning"] == 0


def test_what_no_object_explains_is_clutter() -> None:
    assert _object(Counter({None: 3})) is None
    assert _object(Counter({None: 5, FIRE: 2})) is None
    assert _object(Counter({None: 4, FIRE: 2})) == FIRE
    assert _object(Counter({FIRE: 2, BALL: 3})) == BALL
    assert _object(Counter()) is None
