"""Who knew what and when: the table and the figure of the report."""

from dataclasses import replace

import pytest

from launchwatch.report.html import render_html
from launchwatch.report.knowledge import COLUMNS, knowledge_figure, knowledge_rows, raid_words


def picture(t_gospa_km, completeness):
    parts = {"completeness": completeness, "spuriousness": None}
    return {"gospa_km": t_gospa_km / 2.0, "t_gospa_km": t_gospa_km, "switches": 0.5, "siap": parts}


def stated(nees, count, inside, fitted):
    points = {"median_km": 1.0, "inside_95": inside, "nees_2": 2.0, "of": 1}
    return {
        "nees_6": {"mean": nees, "median": nees, "inside_95": inside, "of": count},
        "nis_per_degree": fitted,
        "launch_point": points,
        "impact_point": points | {"of": 0},
    }


def known(first, near):
    return {
        "first_detection_s": first,
        "class_right_s": 90.0,
        "impact_within_200_km_s": near,
        "impact_within_20_km_s": None,
    }


@pytest.fixture
def judged(lofted):
    """The view of a run with two launches to be judged."""
    partners = list(lofted.summary["partners"])

    def of_all(alone, integrated):
        return {partner: {"alone": alone, "integrated": integrated} for partner in partners}

    evaluation = {
        "pictures": [
            {"case": "a", "partners": of_all(picture(3.0, 0.5), picture(1.0, None))},
            {"case": "b", "partners": of_all(picture(4.0, 0.7), picture(1.0, None))},
        ],
        "knowledge": [
            {"id": "a", "partners": of_all(known(None, None), known(30.0, 200.0))},
            {"id": "b", "partners": of_all(known(50.0, None), known(40.0, 300.0))},
        ],
    }
    evaluation["consistency"] = [
        {"case": "a", "partners": of_all(stated(5.0, 30, 1.0, 0.9), stated(6.0, 10, 1.0, None))},
        {"case": "b", "partners": of_all(stated(9.0, 10, 0.0, 1.1), stated(6.0, 10, 1.0, None))},
    ]
    raid = {
        "id": "jp-1/raid", "case": "a", "events": ["jp-1", "jp-2"], "first_launch": "2017-11-28T18:17:00.000Z",
        "last_launch": "2017-11-28T18:18:00.000Z", "count": {"lowest": 1, "probable": 2, "highest": 3},
    }  # fmt: skip
    return replace(lofted, summary={**lofted.summary, "evaluation": evaluation, "raids": [raid]})


def test_rows_are_medians_over_the_launches_that_got_there(judged):
    rows = knowledge_rows(judged)
    assert len(rows) == 2 * len(judged.summary["partners"])
    alone, integrated = rows[:2]
    assert alone[2:6] == ("00:50 (n=1)", "01:30 (n=2)", "–", "–")
    assert alone[6:] == ("1.75, 3.54", "60 %", "–", "1", "6.0", "75 % (n=40)", "1 of 2, –", "1.00")
    assert integrated[2:6] == ("00:35 (n=2)", "01:30 (n=2)", "04:10 (n=2)", "–")
    assert integrated[6:] == ("0.50, 1.00", "–", "–", "1", "6.0", "100 % (n=20)", "2 of 2, –", "–")
    assert all(len(row) == 2 + len(COLUMNS) for row in rows)


def test_the_report_has_one_table_and_one_figure_of_it_and_the_raid(judged):
    html = render_html(judged)
    assert html.count('<section id="knowledge">') == 1
    assert "Who knew what, and when" in html
    assert raid_words(judged)[0] in html
    assert "2 launches (at least 1, at most 3)" in html
    assert render_html(judged) == html
    numbers = [int(part.split("<")[0].rstrip(".")) for part in html.split("<b>Table ")[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    figures = [int(part.split("<")[0].rstrip(".")) for part in html.split("<b>Figure ")[1:]]
    assert figures == list(range(1, len(figures) + 1))


def test_the_figure_marks_each_launch_and_says_where_nothing_was_known(judged):
    nothing = dict.fromkeys(known(None, None))
    for one in judged.summary["evaluation"]["knowledge"]:
        for lines in one["partners"].values():
            lines["alone"] = nothing
    svg = knowledge_figure(judged, "k", "EXERCISE")
    assert svg.count("nothing") >= len(judged.summary["partners"])
    assert "EXERCISE" in svg
