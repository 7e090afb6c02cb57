"""What a run says of its own chains."""

from typing import Any


def test_a_run_says_how_sure_it_was(played: Any) -> None:
    """Every chain of a scenario has its line, and what is said of launch points is what `errors` says of the last."""
    run = played("hwasong-15-2017")
    (stated,) = run.summary["evaluation"]["consistency"]
    (launch,) = run.summary["launches"]
    final = next(e for e in launch["errors"] if e["at"] == "final")
    first = next(iter(launch["partners"]))
    for chains in stated["partners"].values():
        for line in chains.values():
            assert line["nees_6"]["of"] > 0
            assert line["launch_point"]["of"] <= 1
            # noise of many looks: near one; a chain of radars alone fits no ascent
            assert line["nis_per_degree"] is None or 0.5 < line["nis_per_degree"] < 2.0
    line = stated["partners"][first]["integrated"]
    assert line["launch_point"]["median_km"] == final["launch_point_km"]
    assert line["launch_point"]["inside_95"] == float(final["inside_95"]["launch_point"])
