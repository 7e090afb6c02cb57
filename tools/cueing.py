"""How long radars take to confirm what satellites saw first, with cues and without: ``python tools/cueing.py``.

Plays scenarios once without and once with cues, for some seeds, and prints a table in Markdown. Nothing is chosen:
every launch, partner and chain counts, and those that no radar ever confirmed are counted beside the median.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from launchwatch.assembly.run import Run, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.evaluation.summary import CaseRecord, ChainRecord
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.control import Cue
from launchwatch.messages.observations import InfraredLook
from launchwatch.messages.releases import Release
from launchwatch.messages.truth import FlightTruth

S = 1_000_000_000
SCENARIOS = ("joint-warning", "northeast-asia")
SEEDS = (1, 2, 3)
Key = tuple[int, str, str, str]


@dataclass(frozen=True)
class Times:
    """Of one launch in one chain, seconds after lift-off: first infrared detection, radar confirmation; null if never.

    Confirmation is the first assessment of the launch that rests on infrared and radar both.
    """

    infrared_s: float | None
    confirmed_s: float | None

    @property
    def wait_s(self) -> float | None:
        """From the one to the other."""
        if self.infrared_s is None or self.confirmed_s is None:
            return None
        return self.confirmed_s - self.infrared_s


def first_infrared(case: CaseRecord, flight: FlightTruth, record: ChainRecord) -> float | None:
    """Arrival of the first true infrared detection of a launch at a node, own or released to it, s after lift-off."""
    rows = {}
    for truth in case.observed if record.observed is None else record.observed:
        mine = {i for i, one in enumerate(truth.objects) if one.launch == flight.launch}
        rows[truth.sensor] = {
            number for number, i in zip(truth.sequence.tolist(), truth.source.tolist(), strict=True) if i in mine
        }
    for envelope in sorted(record.inputs, key=lambda e: e.received_ns):
        look = envelope.payload.item if isinstance(envelope.payload, Release) else envelope.payload
        if isinstance(look, InfraredLook) and rows[look.sensor].intersection(look.sequence.tolist()):
            return (envelope.received_ns - flight.time_ns) / S
    return None


def first_dual(case: CaseRecord, flight: FlightTruth, record: ChainRecord) -> float | None:
    """First assessment of a launch that rests on both kinds of evidence, s after lift-off."""
    for envelope in record.outputs:
        said = envelope.payload
        if (
            isinstance(said, Assessment)
            and {"infrared", "radar"} <= set(said.phenomenologies)
            and case.launch_of(said) is flight
        ):
            return (envelope.emitted_ns - flight.time_ns) / S
    return None


def times_of(run: Run) -> Iterator[tuple[Key, Times]]:
    """Times by (seed, launch, partner, chain)."""
    for case in run.cases:
        for flight in case.flights:
            for (partner, chain), record in case.chains.items():
                times = Times(first_infrared(case, flight, record), first_dual(case, flight, record))
                yield (run.seed, flight.launch, partner, chain), times


def cues_in(run: Run) -> int:
    """Cues that arrived at radars."""
    return len(
        {
            (case.case, envelope.id)
            for case in run.cases
            for record in case.chains.values()
            for envelope in record.inputs
            if isinstance(envelope.payload, Cue)
        }
    )


def played(catalog: Catalog, name: str, cues: bool, seeds: Iterable[int]) -> tuple[dict[Key, Times], int]:
    """Times of all launches over some seeds, and the number of cues."""
    found: dict[Key, Times] = {}
    count = 0
    for seed in seeds:
        scenario = load_scenario(name, catalog, (f"tasking.cues={str(cues).lower()}",))
        run = play(catalog, scenario, seed, None, Stopwatch())
        found |= dict(times_of(run))
        count += cues_in(run)
    return found, count


def line_of(name: str, chain: str, without: dict[Key, Times], with_cues: dict[Key, Times]) -> str:
    """One row of the table."""
    keys = [key for key, times in without.items() if key[3] == chain and times.infrared_s is not None]
    plain = {key: without[key].wait_s for key in keys}
    cued = {key: with_cues[key].wait_s for key in keys}
    both = [(plain[k], cued[k]) for k in keys if plain[k] is not None and cued[k] is not None]
    changes = [b - a for a, b in both if a is not None and b is not None]

    def median(values: Iterable[float | None]) -> str:
        known = [v for v in values if v is not None]
        return f"{statistics.median(known):.1f}" if known else "-"

    counts = [sum(v is not None for v in side.values()) for side in (plain, cued)]
    sooner, later = sum(c < -0.5 for c in changes), sum(c > 0.5 for c in changes)
    cells = (
        name, chain, len(keys), f"{counts[0]} / {counts[1]}", median(plain.values()), median(cued.values()),
        median(changes), f"{sooner} / {len(changes) - sooner - later} / {later}",
    )  # fmt: skip
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def main() -> None:
    """Play, and print the table."""
    parser = argparse.ArgumentParser(description="time from first infrared detection to radar confirmation")
    parser.add_argument("scenarios", nargs="*", default=SCENARIOS)
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--each", action="store_true", help="every launch as well")
    options = parser.parse_args()
    catalog = load_catalog()
    rows, each, sent = [], [], []
    for name in options.scenarios:
        without, _ = played(catalog, name, False, options.seeds)
        with_cues, count = played(catalog, name, True, options.seeds)
        sent.append(f"{name}: {count} cues in {len(options.seeds)} runs")
        rows += [line_of(name, chain, without, with_cues) for chain in ("alone", "integrated")]
        each += [(key, without[key], with_cues[key]) for key in without]
    head = (
        "scenario", "chain", "seen in infrared", "confirmed without / with", "median wait without, s",
        "median wait with, s", "median change, s", "sooner / same / later",
    )  # fmt: skip
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    print("\n".join(rows))
    print("\n" + "; ".join(sent))
    if options.each:
        for key, a, b in each:
            print(*key, a.infrared_s, a.confirmed_s, b.confirmed_s)


if __name__ == "__main__":
    main()
