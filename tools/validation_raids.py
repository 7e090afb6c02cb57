"""Rows of the validation page on raids, as last run by `make bench`: speed, accuracy, many seeds, the hard raid."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RAID_HEADS = [
    "raid, tracker",
    "measurements/s",
    "GOSPA, m",
    "bar, m",
    "perfect association, m",
    "NEES(6)",
    "against ours",
]
SEED_HEADS = ["targets", "peer", "seeds", "ours, mean, m", "peer, mean, m", "its sd, m", "worst seed, in its sd"]
HARD_HEADS = [
    "seeds",
    "GOSPA over perfect association, mean",
    "worst",
    "missed + false, worst",
    "NEES(6), median",
    "worst",
    "ids, most",
    "published at 8 s, least",
    "times real time, least",
    "count within bounds",
]


def tables(build: Path) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Tables of the benchmark as last run: title, heads, rows."""
    file = build / "tracking.json"
    if not file.is_file():
        return
    told = json.loads(file.read_text())
    rows = [row for raid in told["raids"] for row in _raid(raid)]
    yield "Tracking, as last run by `make bench`: raids of ballistic targets, one thread", RAID_HEADS, rows
    if told.get("seeds"):
        rows = [
            [
                str(s["targets"]),
                f"Stone Soup {s['associator']}",
                str(s["seeds"]),
                *(f"{s[key]:,.0f}" for key in ("mean_m", "peer_mean_m", "peer_sd_m")),
                f"{s['worst_in_sd']:+.2f}",
            ]
            for s in told["seeds"]
        ]
        yield "More seeds of each raid: GOSPA beside the peer's on the same seeds, as stored", SEED_HEADS, rows
    if told.get("hard"):
        title = "Hard raid: 100 targets in a box of 10 km, nine of ten detected, 20 false a frame"
        yield title, HARD_HEADS, [_hard(told["hard"])]


def _raid(raid: dict[str, Any]) -> Iterator[list[str]]:
    mine, perfect = raid["launchwatch"], raid["launchwatch"]["perfect_gospa_m"]
    yield [
        f"{raid['raid']}, LaunchWatch",
        f"{mine['measurements_per_s']:,.0f}",
        f"{mine['gospa_m']:,.0f}",
        "-" if raid["bar_gospa_m"] is None else f"{raid['bar_gospa_m']:,.0f}",
        "-" if perfect is None else f"{perfect:,.0f}",
        f"{mine['nees6']:.1f}",
        "",
    ]
    for name, peer in raid["stone_soup"].items():
        yield [
            f"{raid['raid']}, Stone Soup {name}",
            f"{peer['meas_per_s']:,.0f}",
            f"{peer['gospa_mean_t10on']:,.0f}",
            "",
            "",
            f"{peer['nees6_t10on']:.1f}",
            f"{peer['speed_ratio']:,.0f} times slower",
        ]


def _hard(rows: list[dict[str, Any]]) -> list[str]:
    ratio, error = [r["ratio"] for r in rows], [r["nees6"] for r in rows]
    inside, looks = (sum(r["count"][key] for r in rows) for key in ("inside", "looks"))
    return [
        str(len(rows)),
        f"{statistics.mean(ratio):.2f}",
        f"{max(ratio):.2f}",
        f"{max(r['missed'] + r['false'] for r in rows):.2f}",
        f"{statistics.median(error):.1f}",
        f"{max(error):.1f}",
        str(max(r["distinct_ids"] for r in rows)),
        str(min(r["published_at_8_s"] for r in rows)),
        f"{min(r['times_real_time'] for r in rows):.0f}",
        f"{inside} of {looks} looks",
    ]
