"""The figures of study `guards` as Markdown, and the curves of its plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from launchwatch.report.guards import Curve
from launchwatch.study.guards_account import LARGEST_LOSS, LONGEST_DELAY_S, QUANTILES, second_kind
from launchwatch.study.pairs import OFF, ON, POSSIBLE, UNBARRED, UNTYPED, Pair, delays


def curves(pairs: Sequence[Pair]) -> tuple[list[Curve], list[Curve]]:
    """Delays of warnings, and of confirmations, each of those launches in which the quicker run says it."""

    def of(name: str, before: str, after: str, key: str) -> Curve:
        said = sum(getattr(one.times[before], key) is not None for one in pairs)
        return Curve(name, np.array(list(delays(pairs, before, after, key).values())), said)

    warned = sum(one.times[ON].warning_s is not None for one in pairs)
    return (
        [
            of("all guards", OFF, ON, "warning_s"),
            of("all but the strict bar", OFF, UNBARRED, "warning_s"),
            of("wait for an impact point", POSSIBLE, OFF, "warning_s"),
        ],
        [
            of("all guards", OFF, ON, "confirmed_s"),
            of("all but the strict bar", OFF, UNBARRED, "confirmed_s"),
            Curve("second kind, after the warning", np.array(second_kind(pairs)), warned),
        ],
    )


def markdown(document: Mapping[str, Any]) -> str:
    """The tables of a study, with a sentence before each."""
    found, total = document["calibration"], document["table"][-1]
    sensors = len(found["sensors"])
    acted, bars_hz = document["acted"], document["bars_hz"]
    parts = [
        f"{document['launches']:,} launches that fall in the warning region of `{document['partner']}`, watched by its "
        f"chain alone ({sensors} sensors), calibrated by {found['events']} events of non-launches in "
        f"{found['days']:.3g} days. Before the warning, `moon-in-beam` had plots to put aside in "
        f"{acted['moon-in-beam']} of them, and the low bar ({bars_hz['low'] or 0.0:.3g} Hz) events to hold in "
        f"{acted['low-bar']}; a notice that the launch matches was on file for {acted['notices']}. "
        f"The strict bar is {bars_hz['strict']:.3g} Hz.\n",
        losses(document["table"]),
        f"All guards, with the strict bar: {_judged(document['within']['all_guards'])}. "
        f"All but the strict bar: {_judged(document['within']['without_strict_bar'])}.\n",
        "What all guards cost by how long motors burn:\n",
        burns(document["by_burn"]),
        "Confirmed by a second kind of sensor, before impact:\n",
        confirmations(document["table"]),
        f"Shown apart, for they are what a warning says and no filter: {total['warned'][OFF]} launches are warned of "
        f"with them; without `impact-probability` {total['warned'][POSSIBLE]} would be, whatever they threaten, as "
        f"soon as they are seen; of whatever type {total['warned'][UNTYPED]}.\n",
        waits(total),
        "What another bar on the ranking would save and cost; lost are launches that would be warned of and never "
        "rank so high:\n",
        barred(document["bars"]),
        "Packaged scenarios, s after lift-off:\n",
        scenarios(document["scenarios"]["lines"]),
    ]
    return "\n".join(parts)


def losses(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of losses and delays of warnings."""
    lines = [
        "| class | launches | warned, guards off | warned, guards on | lost | 95 % | delay s: median, p95, max "
        "| lost without the strict bar | 95 % | delay s: median, p95, max |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in rows:
        lines.append(
            f"| {one['class']} | {one['launches']} | {one['warned'][OFF]} | {one['warned'][ON]} "
            f"| {one['lost']['lost']} | {_interval(one['lost'])} | {_three(one['delay_s'])} "
            f"| {one['lost_without_strict_bar']['lost']} | {_interval(one['lost_without_strict_bar'])} "
            f"| {_three(one['delay_without_strict_bar_s'])} |"
        )
    return "\n".join(lines) + "\n"


def burns(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of losses by the length of the burn."""
    lines = [
        "| burn s | warned, guards off | lost | 95 % | delay s: median, p95, max |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one in rows:
        low, high = one["burn_s"]
        span = f"from {low:g}" if high is None else f"{low:g} to {high:g}"
        lost = one["lost"]
        lines.append(f"| {span} | {lost['of']} | {lost['lost']} | {_interval(lost)} | {_three(one['delay_s'])} |")
    return "\n".join(lines) + "\n"


def confirmations(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of confirmed warnings: how many, what guards add, and how long a second kind of sensor takes."""
    lines = [
        "| class | warned | confirmed | delay by guards s: median, p95, max "
        "| second kind after the warning s: 5 % | 25 % | median | 75 % | 95 % | max |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in rows:
        lines.append(
            f"| {one['class']} | {one['warned'][ON]} | {one['confirmed'][ON]} | {_three(one['confirmed_delay_s'])} "
            f"| {_six(one['second_kind_s'])} |"
        )
    return "\n".join(lines) + "\n"


def waits(row: Mapping[str, Any]) -> str:
    """The table of what is waited for in all launches: an impact point, a type."""
    lines = [
        "| wait of the first warning, s | launches | 5 % | 25 % | median | 75 % | 95 % | max |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key, name in (
        ("impact_probability_s", "for an impact point in the region"),
        ("typing_s", "for a missile's type"),
    ):
        of = 0 if row[key] is None else row[key]["of"]
        lines.append(f"| {name} | {of} | {_six(row[key])} |")
    return "\n".join(lines) + "\n"


def barred(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of what a bar saves and costs."""
    lines = [
        "| least ranking | stated rate a day | false warnings a day | lost, all | 95 % | lost, missiles | 95 % |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in rows:
        bar = "none" if one["ranking"] is None else f"{one['ranking']:g}"
        stated = "-" if one["stated_a_day"] is None else f"{one['stated_a_day']:.2f}"
        shares = " | ".join(
            f"{100.0 * lost['lost'] / max(lost['of'], 1):.2f} % | {_interval(lost)}" for lost in one["lost"].values()
        )
        lines.append(f"| {bar} | {stated} | {one['false_warnings_a_day']:.2f} | {shares} |")
    return "\n".join(lines) + "\n"


def scenarios(lines: Sequence[Mapping[str, Any]]) -> str:
    """The table of packaged scenarios."""
    text = [
        "| scenario | launch | partner | chain | threatened | warning: on, off | confirmed: on, off "
        "| warning without `impact-probability` |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in lines:
        times = one["times"]
        text.append(
            f"| {one['scenario']} | {one['launch']} | {one['partner']} | {one['chain']} "
            f"| {'yes' if one['threatened'] else 'no'} | {_both(times, 'warning_s')} | {_both(times, 'confirmed_s')} "
            f"| {_time(times[POSSIBLE]['warning_s'])} |"
        )
    return "\n".join(text) + "\n"


def _judged(within: bool) -> str:
    claim = f"a loss below {100.0 * LARGEST_LOSS:g} % with its interval, and a delay of at most {LONGEST_DELAY_S:g} s"
    return f"{claim} at p95" if within else f"not {claim} at p95"


def _interval(share: Mapping[str, Any]) -> str:
    return "-" if not share["of"] else f"{100.0 * share['low']:.2f} to {100.0 * share['high']:.2f} %"


def _three(found: Mapping[str, float] | None) -> str:
    return "-" if found is None else f"{found['median']:g}, {found['p95']:g}, {found['max']:g}"


def _six(found: Mapping[str, float] | None) -> str:
    return " | ".join("-" if found is None else f"{found[q]:g}" for q in QUANTILES)


def _both(times: Mapping[str, Mapping[str, float | None]], key: str) -> str:
    return f"{_time(times[ON][key])}, {_time(times[OFF][key])}"


def _time(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f}"
