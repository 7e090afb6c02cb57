"""Run one lane over its journal again: compared to the bit, then by hand to read what it said last."""

import tempfile
from pathlib import Path

from launchwatch.assembly.chain import lane_name, make_lane
from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.control import Tick
from launchwatch.runtime.journal import SqliteJournal
from launchwatch.runtime.replay import replay_lane

CASE, PARTNER, CHAIN = "hwasong-15", "jp", "integrated"

catalog = load_catalog()
scenario = load_scenario("hwasong-15-2017", catalog)
file = Path(tempfile.mkdtemp()) / "journal.sqlite"
with SqliteJournal.create(file) as journal:
    play(catalog, scenario, seed=1, journal=journal, watch=Stopwatch())
    journal.commit()

name = lane_name(CASE, PARTNER, CHAIN)
with SqliteJournal.open(file) as journal:
    differences = replay_lane(journal, name, lambda: make_lane(catalog, scenario, CASE, PARTNER, CHAIN, None))
    print(f"{name}: {len(differences)} differences")

    # The same by hand: inputs and ticks in the order of the journal.
    lane = make_lane(catalog, scenario, CASE, PARTNER, CHAIN, None)
    outputs = []
    for envelope in journal.read(name, role="input"):
        if isinstance(envelope.payload, Tick):
            outputs += lane.tick(envelope.payload.now_ns)
        else:
            lane.admit(envelope)

last = [e.payload for e in outputs if isinstance(e.payload, Assessment)][-1]
assert last.impact is not None
print(
    f"{last.event} version {last.version}: impact {last.impact.lat_deg:.3f} {last.impact.lon_deg:.3f}, "
    f"95 % semi-major axis {last.impact.ellipse_95.semi_major_km:.2f} km"
)
