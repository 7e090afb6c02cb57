"""The figures of study `guards` as Markdown, and the curves of its plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.study.guards_account import LARGEST_LOSS, LONGEST_DELAY_S, second_kind
from launchwatch.study.pairs import OFF, ON, POSSIBLE, UNBARRED, Pair, delays

Curves = list[tuple[str, FloatArray]]


def curves(pairs: Sequence[Pair]) -> tuple[Curves, Curves]:
    """Delays of warnings, and of confirmations: of each curve its name and (n,) s."""

    def of(before: str, after: str, key: str) -> FloatArray:
        return np.array(list(delays(pairs, before, after, key).values()))

    return (
        [
            ("all guards", of(OFF, ON, "warning_s")),
            ("all but the strict bar", of(OFF, UNBARRED, "warning_s")),
            ("waiting for an impact point", of(POSSIBLE, OFF, "warning_s")),
        ],
        [
            ("all guards", of(OFF, ON, "confirmed_s")),
            ("all but the strict bar", of(OFF, UNBARRED, "confirmed_s")),
            ("second kind of sensor, after the warning", np.array(second_kind(pairs))),
        ],
    )


def markdown(document: Mapping[str, Any]) -> str:
    """The tables of a study, with a sentence before each."""
    found, total = document["calibration"], document["table"][-1]
    sensors = len(found["sensors"])
    parts = [
        f"{document['launches']:,} launches that fall in the warning region of `{document['partner']}`, watched by its "
        f"chain alone ({sensors} sensors), calibrated by {found['events']} events of non-launches in "
        f"{found['days']:.3g} days. A guard had something to act on before the warning: `moon-in-beam` in "
        f"{document['acted']['moon-in-beam']} launches, the low bar in {document['acted']['low-bar']}; a notice that "
        f"the launch matches was on file for {document['acted']['notices']}.\n",
        losses(document["table"]),
        f"All guards: {_judged(document['within']['all_guards'])}. "
        f"All but the strict bar: {_judged(document['within']['without_strict_bar'])}.\n",
        waits(document["table"]),
        "What a bar on the ranking would save and cost; what it costs is the part of the launches that would be warned "
        "of and never rank so high:\n",
        barred(document["bars"]),
        f"Of the {total['warned'][ON]} launches warned of with all guards, {total['confirmed'][ON]} were confirmed "
        "before impact by a second kind of sensor.\n",
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


def waits(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of what is waited for, and of delays of confirmations."""
    keys = (
        ("confirmed_delay_s", "confirmed: delay by guards"),
        ("second_kind_s", "confirmed: after the warning"),
        ("impact_probability_s", "warning: waiting for an impact point"),
        ("typing_s", "warning: waiting for a type"),
    )
    lines = [
        "| of all launches, s | launches | 5 % | 25 % | median | 75 % | 95 % | max |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key, name in keys:
        found = rows[-1][key]
        if found is not None:
            values = " | ".join(f"{found[q]:g}" for q in ("q05", "q25", "median", "q75", "p95", "max"))
            lines.append(f"| {name} | {found['of']} | {values} |")
    return "\n".join(lines) + "\n"


def barred(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of what a bar saves and costs."""
    lines = [
        "| least ranking | false warnings a day | lost, all classes | 95 % | lost, missiles | 95 % |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in rows:
        bar = "none" if one["ranking"] is None else f"{one['ranking']:g}"
        shares = " | ".join(
            f"{100.0 * lost['lost'] / max(lost['of'], 1):.2f} % | {_interval(lost)}" for lost in one["lost"].values()
        )
        lines.append(f"| {bar} | {one['false_warnings_a_day']:.2f} | {shares} |")
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


def _both(times: Mapping[str, Mapping[str, float | None]], key: str) -> str:
    return f"{_time(times[ON][key])}, {_time(times[OFF][key])}"


def _time(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f}"
