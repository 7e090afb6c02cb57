"""LaunchWatch's bank of tracks on raid files: `python -m benchmarks.tracking.ours FILE...` prints a JSON line for each.

The wall time covers all from the file's rows to sorted histories: cutting rows into frames, gating, assignment,
filtering, starting, dropping, history. Compilation happens in a first run, whose time is given apart.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
from msgspec.structs import replace

from launchwatch.evaluation.gospa import gospa, match, nees
from launchwatch.processing.tracks.bank import history, step
from launchwatch.processing.tracks.bank_state import Frame, History, Rules, Step, empty_bank
from launchwatch.processing.tracks.raid_count import count

CUTOFF_M = 5000.0
SCORED_FROM_S, PUBLISHED_AT_S = 10.0, 8.0
VELOCITY_SCALE_S = 10.0  # for NEES, estimates and truth are paired by position and by so many seconds of velocity
AXES = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # azimuth is atan2(y, x)


def frames(raid: dict[str, Any], target: int | None = None) -> list[Frame]:
    """The rows of a raid file as frames in time, radars first within one time; of one target alone when it is named."""
    t, sensor, z = raid["meas_t"], raid["meas_sensor"], raid["meas_z"]
    radar = raid["sensor_type"] == "elazr"
    order = np.lexsort((sensor, ~radar[sensor], t))
    clutter = [
        float(raid["clutter_rate"] / np.prod(np.ptp(z[sensor == k][:, : 3 if radar[k] else 2], axis=0)))
        for k in range(len(radar))
    ]
    new = (np.diff(t[order]) != 0.0) | (np.diff(sensor[order]) != 0)
    out = []
    for frame in np.split(order, np.flatnonzero(new) + 1):
        k = sensor[frame[0]]
        rows = frame if target is None else frame[raid["meas_truth"][frame] == target]
        columns = [1, 0, 2] if radar[k] else [1, 0]
        out.append(
            Frame(
                time_s=float(t[frame[0]]),
                sensor=int(k),
                position_m=raid["sensor_pos"][k],
                axes=AXES,
                measured=np.ascontiguousarray(z[rows][:, columns]),
                sigma=np.tile(raid["sensor_sigma"][k][columns], (len(rows), 1)),
                detected=float(raid["pd"]),
                clutter=clutter[k],
            )
        )
    return out


def rules(raid: dict[str, Any]) -> Rules:
    """The peers' settings: same velocity prior, same white acceleration, two-body motion in an inertial frame."""
    return Rules(
        velocity_m_s=raid["prior_vel"],
        velocity_sigma_m_s=raid["prior_vel_sigma"],
        noise_m2_s3=1.0,
        omega_rad_s=0.0,
        j2=False,
    )


def track(raid: dict[str, Any]) -> tuple[list[Step], History]:
    """The whole tracker on a raid."""
    steps = run(frames(raid), rules(raid))
    return steps, history(steps)


def run(looks: list[Frame], settings: Rules) -> list[Step]:
    """The bank after each frame."""
    bank, steps = empty_bank(), []
    for frame in looks:
        bank, now = step(bank, frame, settings)
        steps.append(now)
    return steps


def last_of_each_second(steps: list[Step]) -> dict[float, Step]:
    """The step after all frames of each time."""
    return {s.time_s: s for s in steps}


def score(raid: dict[str, Any], steps: list[Step]) -> dict[str, float]:
    """Accuracy of confirmed tracks once a second from t = 10 s on."""
    final = last_of_each_second(steps)
    totals, missed, false, errors2 = [], [], [], []
    scale = np.repeat([1.0, VELOCITY_SCALE_S], 3)
    for t, truth in zip(raid["t"], raid["truth"], strict=True):
        if t >= SCORED_FROM_S:
            now = final[float(t)]
            mean, covariance = now.mean[now.confirmed], now.covariance[now.confirmed]
            result = gospa(mean[:, :3], truth[:, :3], CUTOFF_M)
            totals.append(result.distance)
            missed.append(result.missed)
            false.append(result.false)
            i, j = match(mean * scale, truth * scale, CUTOFF_M)
            errors2.append(nees(mean[i] - truth[j], covariance[i]).mean())
    ids = np.unique(np.concatenate([s.serial[s.confirmed] for s in steps]))
    return {
        "published_at_8_s": int(final[PUBLISHED_AT_S].confirmed.sum()),
        "gospa_m": float(np.mean(totals)),
        "missed": float(np.mean(missed)),
        "false": float(np.mean(false)),
        "nees6": float(np.mean(errors2)),
        "distinct_ids": len(ids),
    }


def perfect_gospa(raid: dict[str, Any]) -> float:
    """GOSPA of the same filter when each target is tracked alone, without clutter: the floor of any association."""
    settings = replace(rules(raid), gate_sigma=100.0, confirm_looks=len(raid["t"]), coast_looks=len(raid["t"]))
    estimates: dict[float, list[np.ndarray]] = {float(t): [] for t in raid["t"]}
    for target in range(int(raid["N"])):
        steps = run(frames(raid, target), settings)
        for t, now in last_of_each_second(steps).items():
            estimates[t].append(now.mean[now.confirmed][:1, :3])
    totals = [
        gospa(np.concatenate(estimates[float(t)]), truth[:, :3], CUTOFF_M).distance
        for t, truth in zip(raid["t"], raid["truth"], strict=True)
        if t >= SCORED_FROM_S
    ]
    return float(np.mean(totals))


def counts(raid: dict[str, Any]) -> dict[str, Any]:
    """The count of objects after each look of the radar: how often truth is inside, and the bounds at three times."""
    bank, settings, told = empty_bank(), rules(raid), {}
    for frame in frames(raid):
        bank, _ = step(bank, frame, settings)
        if frame.measured.shape[1] == 3:
            now = count(bank, frame.detected)
            told[frame.time_s] = (now.lowest, now.likeliest, now.highest)
    targets = int(raid["N"])
    return {
        "looks": len(told),
        "inside": sum(low <= targets <= high for low, _, high in told.values()),
        "likeliest_right_from_10_s": sum(told[t][1] == targets for t in told if t >= SCORED_FROM_S),
        **{f"at_{t:.0f}_s": list(told[t]) for t in (1.0, PUBLISHED_AT_S, max(told))},
    }


def measure(path: str, runs: int, perfect: bool) -> dict[str, Any]:
    """Speed and accuracy of the bank on one raid file, with the floor of any association where it is asked for."""
    with np.load(path) as file:
        raid = {name: file[name] for name in file.files}
    walls = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        steps, _ = track(raid)
        walls.append(time.perf_counter() - start)
    wall = float(np.median(walls[1:]))
    count = len(raid["meas_t"])
    return {
        "targets": int(raid["N"]),
        "measurements": count,
        "wall_s": wall,
        "wall_s_all": walls[1:],
        "first_run_s": walls[0],
        "measurements_per_s": count / wall,
        "times_real_time": len(raid["t"]) / wall,
        **score(raid, steps),
        "perfect_gospa_m": perfect_gospa(raid) if perfect else None,
        "count": counts(raid),
    }


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-perfect", action="store_true")
    arguments = parser.parse_args()
    for path in arguments.files:
        print(json.dumps(measure(path, arguments.runs, not arguments.no_perfect)), flush=True)


if __name__ == "__main__":
    main()
