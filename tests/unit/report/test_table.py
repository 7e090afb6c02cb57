"""The key table."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from launchwatch.report.table import launch_rows, partner_medians, terminal_table


def printed(view, width):
    out = StringIO()
    Console(file=out, width=width, legacy_windows=False).print(terminal_table(view))
    return out.getvalue()


def rows_of(view, launch, partner):
    one = next(rows for rows in launch_rows(view) if rows.launch == launch)
    return next(rows for rows in one.partners if rows.partner == partner)


@pytest.mark.parametrize("width", [100, 120, 200])
def test_the_table_fits(joint, width):
    text = printed(joint, width)
    assert max(map(len, text.splitlines())) <= min(width, 124)
    assert "…" not in text, "nothing is cut off"
    assert "EXERCISE - simulated data" in text
    assert "time left" in text


def test_the_table_ends_with_decision_time_left(joint):
    rows = rows_of(joint, "pacific-siberia", "ru")
    entry = joint.summary["launches"][5]["partners"]["ru"]
    left = [entry[chain]["decision_time_left_s"] for chain in ("alone", "integrated")]
    assert [row.kind for row in rows.rows] == ["alone", "integrated", "gain"]
    assert [row.cells[-1] for row in rows.rows] == ["04:08", "14:00", "+09:52"]
    assert left == pytest.approx([248, 840], abs=0.5)  # what the cells say, rounded to the second


def test_gains_losses_and_nulls_are_written_alike(joint):
    assert rows_of(joint, "southern", "ru").rows[2].cells == ("–", "–", "–", "", "", "–", "–")
    assert rows_of(joint, "southern", "ru").rows[0].cells[:3] == ("never", "never", "never")
    only = rows_of(joint, "pacific-depressed", "ru").rows[2].cells
    assert only == ("only integrated", "only integrated", "–", "", "", "only integrated", "only integrated")
    turned = swap_chains(joint)
    assert rows_of(turned, "pacific-depressed", "ru").rows[2].cells[0] == "only alone"
    assert rows_of(turned, "pacific-siberia", "ru").rows[2].cells[-1] == "-09:52"


def swap_chains(view):
    """The view with every partner's chains exchanged: all gains become losses."""

    def swapped(entry):
        gain = {key: None if value is None else -value for key, value in entry["gain_s"].items()}
        return {**entry, "alone": entry["integrated"], "integrated": entry["alone"], "gain_s": gain}

    launches = [
        {**one, "partners": {key: swapped(value) for key, value in one["partners"].items()}}
        for one in view.summary["launches"]
    ]
    return replace(view, summary={**view.summary, "launches": launches})


def test_what_does_not_fall_back_has_no_decision_time(lofted):
    launch = lofted.summary["launches"][0]
    line = {"time_to_impact_at_warning_s": None, "decision_time_left_s": None}
    partners = {
        key: {**value, "alone": value["alone"] | line, "integrated": value["integrated"] | line}
        for key, value in launch["partners"].items()
    }
    flown = {**launch, "impact": None, "impact_s": None, "range_km": None, "partners": partners}
    view = replace(lofted, summary={**lofted.summary, "launches": [flown]})
    rows = launch_rows(view)[0]
    assert rows.flight.endswith("39.3N 125.9E to orbit, does not fall back, apogee 4,475 km")
    assert rows.partners[0].rows[0].cells[-2:] == ("–", "–")


def test_counts_stand_beside_medians(joint):
    ru, cn = partner_medians(joint)
    assert (ru.launches, ru.threatened, cn.threatened) == (8, 4, 3)
    assert ru.warned_integrated - ru.warned_alone == ru.only_integrated - ru.only_alone == 1
    by_name = {median.quantity: median for median in ru.medians}
    assert by_name["warning"].launches == 6
    assert by_name["confirmed"].value == "–"
    assert by_name["confirmed"].launches == 0
    assert list(by_name)[-1] == "decision time left"
