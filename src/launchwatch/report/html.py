"""The report as one HTML file that opens from disk and asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from markupsafe import Markup

from launchwatch.report import captions, knowledge, quiet, watch
from launchwatch.report.estimates import estimates_figure
from launchwatch.report.findings import finding_words
from launchwatch.report.globe import globe_data
from launchwatch.report.health import health_words
from launchwatch.report.looks import looks_figure
from launchwatch.report.maps import map_figure
from launchwatch.report.pages import asset, templates
from launchwatch.report.quiet import KindRow, account_of
from launchwatch.report.run import Case, RunView, cases_of, partners_of, scenario_of, watermark
from launchwatch.report.sightings import Sightings, sightings_of
from launchwatch.report.table import COLUMNS, conditions, counts, flight_words, launch_rows, partner_medians
from launchwatch.report.timeline import timeline
from launchwatch.report.words import NONE, NOTES, kilometres, point

_MOMENTS = {"first_warning": "first warning", "burnout_plus_60_s": "burnout + 60 s", "final": "final"}


@dataclass(frozen=True)
class Figure:
    """A figure of the report: its number, drawing and words."""

    number: int
    svg: Markup
    caption: str


@dataclass(frozen=True)
class Section:
    """A case as the template shows it."""

    name: str
    anchor: str
    flights: tuple[str, ...]
    figures: tuple[Figure, ...]
    errors: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class KnowledgeSection:
    """What each chain knew and when, and what its picture was worth."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figure: Figure
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PartnerAccount:
    """What one partner's sensors and chains made of everything that is no launch."""

    partner: str
    rows: tuple[KindRow, ...]
    remarks: str


@dataclass(frozen=True)
class QuietSection:
    """The section on everything that is no launch."""

    verdict: str
    columns: tuple[str, ...]
    partners: tuple[PartnerAccount, ...]
    notes: tuple[str, ...]


def render_html(view: RunView) -> str:
    """The report of a run.

    Parameters
    ----------
    view : RunView
        The run. Every string in it is escaped; nothing in it can become markup or script.

    Returns
    -------
    str
        An HTML document, the same for the same view.
    """
    mark = watermark(view)
    cases = cases_of(view)
    sensors = [sightings_of(case, view.sensors) for case in cases]
    sections: list[Section] = []
    number = 0
    for index, (case, seen) in enumerate(zip(cases, sensors, strict=True), start=1):
        figures = _figures(view, case, seen, f"c{index}", mark, number)
        number += len(figures)
        sections.append(
            Section(
                name=case.name,
                anchor=f"case-{index}",
                flights=tuple(f"{launch['id']}: {flight_words(launch)}" for launch in case.launches),
                figures=figures,
                errors=_error_rows(case),
            )
        )
    known = _knowledge(view, mark, number + 1) if cases and view.summary.get("evaluation") else None
    number += known is not None
    tables = 2 + len(sections) + (known is not None) if cases else 0
    account = account_of(view)
    quiet_section = None if account is None else _quiet(view, account)
    script = asset("report.js")
    scenario = scenario_of(view)
    museum = view.summary.get("museum")
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            mark=mark,
            scenario=scenario,
            summary=view.summary,
            partners=partners_of(view),
            conditions=conditions(view),
            cloud_top_km=scenario.get("weather", {}).get("cloud_top_km"),
            columns=COLUMNS,
            launches=launch_rows(view),
            medians=partner_medians(view),
            counts=counts(view),
            notes=NOTES,
            sections=sections,
            known=known,
            known_caption=captions.KNOWLEDGE_TABLE,
            quiet=quiet_section,
            health=health_words(view),
            watch_logs=watch.watch_logs(view),
            watch_columns=watch.COLUMNS,
            refusals=watch.refusals(view),
            blind=watch.blind_zones(view),
            tests=watch.test_rows(view),
            test_columns=watch.TEST_COLUMNS,
            exhibit=watch.exhibit_rows(museum) if museum else (),
            exhibit_columns=watch.EXHIBIT_COLUMNS,
            was=watch.WAS[museum["was"]] if museum else "",
            findings=finding_words(view),
            quiet_tables_before=tables,
            tables_before=tables + (0 if quiet_section is None else len(quiet_section.partners)),
            globe_number=number + 1,
            globe_caption=captions.globe_caption(partners_of(view)[0]),
            sensors=[_sensor_row(one) for one in view.sensors],
            figures=view.figures,
            css=Markup(asset("report.css")),  # noqa: S704  our own file
            script=Markup(script),  # noqa: S704  our own file
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            data=_json(globe_data(view, cases, sensors)) if cases else "",
        )
    )


def _knowledge(view: RunView, mark: str, number: int) -> KnowledgeSection:
    return KnowledgeSection(
        columns=knowledge.COLUMNS,
        rows=knowledge.knowledge_rows(view),
        figure=Figure(number, Markup(knowledge.knowledge_figure(view, "k", mark)), captions.KNOWLEDGE_FIGURE),  # noqa: S704  as below
        notes=knowledge.raid_words(view),
    )


def _quiet(view: RunView, account: Mapping[str, Any]) -> QuietSection:
    return QuietSection(
        verdict=quiet.verdict(account),
        columns=quiet.COLUMNS,
        partners=tuple(
            PartnerAccount(partner, quiet.kind_rows(account, partner), quiet.remarks(account, partner))
            for partner in partners_of(view)
        ),
        notes=quiet.NOTES,
    )


def _figures(
    view: RunView, case: Case, sensors: Sequence[Sightings], key: str, mark: str, before: int
) -> tuple[Figure, ...]:
    drawn = [(map_figure(view, case, sensors, f"{key}m", mark), captions.map_caption(case, sensors))]
    for index, launch in enumerate(case.launches):
        drawn.append((timeline(case, index, f"{key}t{index}", mark), captions.timeline_caption(case, launch)))
    drawn.append((looks_figure(case, sensors, f"{key}l", mark), captions.looks_caption(case, sensors)))
    timed = all("emitted" in event for events in case.events.values() for event in events)
    for index, launch in enumerate(case.launches):
        drawn.append((estimates_figure(case, index, f"{key}e{index}", mark), captions.estimates_caption(launch, timed)))
    return tuple(
        Figure(before + index, Markup(svg), caption)  # noqa: S704  matplotlib escapes the strings that it draws
        for index, (svg, caption) in enumerate(drawn, start=1)
    )


def _error_rows(case: Case) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            launch["id"],
            _MOMENTS.get(error["at"], error["at"]),
            error["event_id"] or NONE,
            _with_inside(error["launch_point_km"], error["inside_95"]["launch_point"]),
            _number(error["launch_time_s"]),
            _with_inside(error["impact_point_km"], error["inside_95"]["impact_point"]),
            _number(error["impact_time_s"]),
            _number(error["azimuth_deg"]),
        )
        for launch in case.launches
        for error in launch["errors"]
    )


def _with_inside(value_km: float | None, inside: bool | None) -> str:
    if value_km is None:
        return NONE
    words = {True: "inside", False: "outside", None: "no ellipse"}[inside]
    return f"{kilometres(value_km)} ({words})"


def _number(value: float | None) -> str:
    return NONE if value is None else f"{round(value, 1) + 0.0:.1f}"  # no minus sign before a zero


def _sensor_row(sensor: Mapping[str, Any]) -> tuple[str, ...]:
    where = point(sensor["lat_deg"], sensor["lon_deg"])
    if sensor["kind"] == "radar":
        sectors = ", ".join(f"{one['from_deg']:g}\N{EN DASH}{one['to_deg']:g}°" for one in sensor.get("sectors", ()))
        reach = f"{sectors}; to {kilometres(sensor.get('range_max_km'))} km"
    else:
        where, reach = f"above {where}", NONE
    texts = (sensor["name"], sensor["owner"], sensor["kind"], where, reach, sensor["source"])
    return (*texts, sensor["confidence"], sensor["status"])


def _json(data: Any) -> Markup:
    """JSON that no browser can take for the end of the script element that holds it."""
    text = msgspec.json.encode(data).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
