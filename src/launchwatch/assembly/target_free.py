"""A target-free day: what one partner's chain alone makes of a sky without launches."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from launchwatch.assembly.calibration import CountedEvent, Day, key_of
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.non_launches import gather
from launchwatch.assembly.observe import observe
from launchwatch.assembly.run import Driven
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import NonLaunches, Scenario, SensorChoice, Weather, Window
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.evaluation.non_launches import event_kinds
from launchwatch.evaluation.summary import ChainRecord
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.warnings import Warning

FIRST_DAY = "2026-08-01T00:00:00Z"
DATES = 31
"""Days go round so many dates, when the elements of the catalogue are fresh; the seed tells one round from the next."""
DAY_S = 86_400


def target_free(
    partner: str,
    sky: str,
    day: int,
    hours: float = 24.0,
    only: tuple[str, ...] | None = None,
    fires: str | None = None,
) -> Scenario:
    """The scenario of a target-free day: one partner, a sky that is drawn, no cloud.

    Parameters
    ----------
    day : from 1; it chooses the date and, with the sky, the seed.
    only : sensors that play; None: all in service.
    fires : a file of real ones in place of those that the sky would draw, below the folder of real data.
    """
    start_ns = parse_utc(FIRST_DAY) + (day - 1) % DATES * DAY_S * NS
    stop_ns = start_ns + round(hours * 3600.0 * NS)
    return Scenario(
        id="target-free",
        title="A day without a launch, drawn",
        sources=(f"skies.yaml, {sky}",),
        partners=(partner,),
        window=Window(from_=format_utc(start_ns, 0), until=format_utc(stop_ns, 0)),
        non_launches=NonLaunches(drawn=sky, fires=fires),
        purpose="test",
        weather=Weather(cloud_top_km=0.0),
        sensors=SensorChoice(only=only),
        seed=seed_of(sky, day),
    )


def seed_of(sky: str, day: int) -> int:
    """Seed of a day under a sky: no two days of any two skies share one."""
    return int.from_bytes(blake2b(f"{sky}/{day}".encode(), digest_size=4).digest(), "little") >> 1


def play_day(catalog: Catalog, scenario: Scenario, day: int) -> Day:
    """Play a target-free day through the chain of the scenario's partner alone, and list the events that it makes."""
    assert scenario.window is not None
    assert scenario.non_launches is not None
    partner, case = scenario.partners[0], scenario.id
    scenery = gather(catalog, scenario, scenario.seed)
    observed = observe(catalog, scenario, scenario.seed, [], scenery)
    own = observed.own[partner]
    lane = make_lane(catalog, scenario, case, partner, "alone", None, scenery.known, calibrated=False)
    driven = Driven(lane, own, observed.stop_ns)
    driven.drive(observed.stop_ns)
    kinds = event_kinds(ChainRecord(driven.inputs, driven.outputs), observed.truth)
    warned = {e.payload.event for e in driven.outputs if isinstance(e.payload, Warning)}
    best: dict[str, CountedEvent] = {}
    for envelope in driven.outputs:
        one = envelope.payload
        if not isinstance(one, Assessment):
            continue
        assert one.ranking is not None
        first_ns = best[one.event].first_ns if one.event in best else envelope.emitted_ns
        if one.event not in best or one.ranking > best[one.event].ranking:
            best[one.event] = CountedEvent(
                ranking=one.ranking,
                kind=kinds.get(one.event, "clutter"),
                first_ns=first_ns,
                infrared="infrared" in one.phenomenologies,
                warned=one.event in warned,
                detections=one.detections,
                sensors=len(one.sensors),
            )
    return Day(
        key=key_of(catalog, scenario, case, partner, "alone"),
        sky=f"{scenario.non_launches.drawn}{'-files' if scenario.non_launches.files else ''}",
        day=day,
        seed=scenario.seed,
        start_ns=observed.start_ns,
        live_s=(observed.stop_ns - observed.start_ns) / NS,
        played=msgspec.to_builtins(scenery.played),
        events=tuple(best.values()),
    )
