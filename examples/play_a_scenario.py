"""Play a scenario and print what sharing gains each partner, at each level of sharing."""

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import load_catalog, load_scenario

catalog = load_catalog()
for level in ("warnings", "observations"):
    scenario = load_scenario("hwasong-15-2017", catalog, [f"sharing.level={level}"])
    run = play(catalog, scenario, seed=1, journal=None, watch=Stopwatch())
    for launch in run.summary["launches"]:
        for partner, found in launch["partners"].items():
            alone, integrated = found["alone"]["warning_s"], found["integrated"]["warning_s"]
            print(
                f"{level:12s} {partner}: first detection gains {found['gain_s']['first_detection']} s, "
                f"warned alone after {alone} s, integrated after {integrated} s"
            )
