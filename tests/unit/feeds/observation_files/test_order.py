"""Lines into order: what is late or astray is told whatever the blocks, and costs nothing but itself."""

from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.core.arrays import IntArray
from launchwatch.core.epochs import NS
from launchwatch.feeds.observation_files.order import AHEAD, FOREVER, Batch, batches
from launchwatch.formats.observation_rows import ROW, UNSTAMPED, Rows

HOLD = 30 * NS
T0 = 1_700_000_000 * NS


def rows_of(times_s: list[float]) -> Rows:
    rows = np.zeros(len(times_s), ROW)
    rows["time_ns"] = [T0 + round(t * NS) for t in times_s]
    rows["received_ns"] = UNSTAMPED
    rows["line"] = np.arange(len(times_s))
    return rows


def cut(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def told(found: list[Batch], what: str) -> list[int]:
    return sorted(int(n) for batch in found for n in getattr(batch, what)["line"])


TIMES = st.lists(st.floats(0.0, 400.0), min_size=1, max_size=300)


@given(TIMES, st.integers(1, 100))
def test_late_is_what_comes_more_than_the_hold_time_after_what_was_before_it(times: list[float], size: int) -> None:
    found = list(batches([cut(rows_of(times), size)], HOLD))
    newest, late, astray = -1e9, [], set(told(found, "astray"))
    for k, t in enumerate(times):
        if k in astray:
            continue
        if T0 + round(t * NS) < (T0 + round(newest * NS)) - HOLD and newest > -1e9:
            late.append(k)
        newest = max(newest, t)
    assert told(found, "late") == late
    assert sorted(told(found, "rows") + late + list(astray)) == list(range(len(times)))


@given(TIMES, st.integers(1, 100))
def test_nothing_comes_before_what_is_called_complete(times: list[float], size: int) -> None:
    complete = -(2**63)
    for batch in batches([cut(rows_of(times), size)], HOLD):
        assert len(batch.rows) == 0 or int(batch.rows["time_ns"].min()) >= complete
        assert batch.complete_ns >= complete
        complete = batch.complete_ns
    assert complete == FOREVER


@given(st.integers(100, 300), st.integers(0, 299), st.sampled_from([1e4, 1e6, 3e9]), st.integers(1, 400))
def test_one_line_far_ahead_is_astray_alone(count: int, at: int, ahead_s: float, size: int) -> None:
    at = min(at, count - AHEAD)
    times = [float(k) for k in range(count)]
    times[at] += ahead_s
    found = list(batches([cut(rows_of(times), size)], HOLD))
    assert told(found, "astray") == [at]
    assert told(found, "late") == []


def test_a_first_line_long_before_all_others_is_astray_and_a_gap_is_not() -> None:
    found = list(batches([cut(rows_of([-3e8, *range(100)]), 7)], HOLD))
    assert told(found, "astray") == [0]
    found = list(batches([cut(rows_of([*range(100), *range(90_000, 90_100)]), 7)], HOLD))
    assert (told(found, "astray"), told(found, "late")) == ([], [])


def test_sparse_lines_are_never_astray() -> None:
    found = list(batches([cut(rows_of([600.0 * k for k in range(500)]), 64)], HOLD))
    assert (told(found, "astray"), told(found, "late")) == ([], [])


@settings(max_examples=30)
@given(st.permutations(range(6)), st.integers(1, 50))
def test_files_run_beside_one_another(order: list[int], size: int) -> None:
    """However much longer one is, lines of the others are not late, and none is complete before its time."""
    files = [rows_of([float(t) for t in range(k, 60 * (k + 1), k + 1)]) for k in range(6)]
    complete = -(2**63)
    count = 0
    for batch in batches([cut(files[k], size) for k in order], HOLD):
        assert len(batch.late) == len(batch.astray) == 0
        assert len(batch.rows) == 0 or int(batch.rows["time_ns"].min()) >= complete
        complete = batch.complete_ns
        count += len(batch.rows)
    assert count == sum(map(len, files))


def test_received_orders_where_it_is_there() -> None:
    rows = rows_of([0.0, 100.0, 5.0])
    rows["received_ns"] = rows["time_ns"][[1, 1, 1]]
    found = list(batches([cut(rows, 2)], HOLD))
    assert told(found, "rows") == [0, 1, 2]


def test_no_lines_at_all() -> None:
    none: IntArray = np.empty(0, ROW)
    found = list(batches([iter([]), iter([none])], HOLD))
    assert sum(len(batch.rows) for batch in found) == 0
    assert found[-1].complete_ns == FOREVER
