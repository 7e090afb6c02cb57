"""Launches of packaged scenarios, each scenario played whole with guards and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from launchwatch.assembly.chain import MOON
from launchwatch.assembly.museum import without
from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.schema import Scenario
from launchwatch.control.warnings.stage import PROBABILITY
from launchwatch.study.pairs import OFF, ON, POSSIBLE, without_bars

SCENARIOS = (
    "hwasong-15-2017", "northeast-asia", "joint-warning", "allied-warning", "orbital-launch", "mediterranean-2013",
    "andoya-1995", "history/2020-al-asad",
)  # fmt: skip
"""Scenarios of real launches, and of launches over real deployments, through the whole chains of all partners."""
CHAINS = ("alone", "integrated")


def arms_of(catalog: Catalog, scenario: Scenario) -> dict[str, tuple[Catalog, Scenario]]:
    """A scenario with all guards, without the technical filters, and besides these without `impact-probability`."""
    bare_catalog = without_bars(catalog, scenario.partners)
    bare: Scenario = msgspec.structs.replace(without(scenario, (MOON,)), notices=())
    return {
        ON: (catalog, scenario),
        OFF: (bare_catalog, bare),
        POSSIBLE: (bare_catalog, without(bare, (PROBABILITY,))),
    }


def lines_of(catalog: Catalog, name: str) -> list[dict[str, Any]]:
    """Play a scenario in all arms: a line for each launch, partner and chain that warned in any of them.

    Returns
    -------
    Of each `scenario`, `launch`, `class`, `partner`, `chain`, whether the partner is `threatened` by the true impact,
    and by arm `warning_s` and `confirmed_s`, s after lift-off, None for never.
    """
    scenario = load_scenario(name, catalog)
    played = {
        arm: play(those, one, one.seed, None, Stopwatch()).summary["launches"]
        for arm, (those, one) in arms_of(catalog, scenario).items()
    }
    found = []
    for i, launch in enumerate(played[ON]):
        for partner in scenario.partners:
            for chain in CHAINS:
                seen = {arm: launches[i]["partners"][partner][chain] for arm, launches in played.items()}
                if all(one["warning_s"] is None for one in seen.values()):
                    continue
                found.append(
                    {
                        "scenario": name,
                        "launch": launch["id"],
                        "class": launch["class"],
                        "partner": partner,
                        "chain": chain,
                        "threatened": launch["partners"][partner]["threatened"],
                        "times": {
                            arm: {key: one[key] for key in ("warning_s", "confirmed_s")} for arm, one in seen.items()
                        },
                    }
                )
    return found


def lost(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of threatened partners that were warned without the technical filters, and never with all guards."""
    return [
        line
        for line in lines
        if line["threatened"] and line["times"][OFF]["warning_s"] is not None and line["times"][ON]["warning_s"] is None
    ]


def slower(lines: Sequence[dict[str, Any]], key: str = "warning_s") -> list[float]:
    """How much later guards let each line of a threatened partner be told, s, where both runs tell it."""
    return [
        round(line["times"][ON][key] - line["times"][OFF][key], 3)
        for line in lines
        if line["threatened"] and None not in (line["times"][ON][key], line["times"][OFF][key])
    ]
