"""Compiled search of a frame; plain twins are in the tests."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.jit import njit

Frame = NDArray[Any]
Mask = NDArray[np.bool_]

_ROUNDING = 1e-13  # of a row's sum of squares: less spread than that is rounding, and no measure of noise


@njit(cache=True, error_model="numpy")
def ring_at(
    frame: Frame, valid: Mask, pivot: float, row: int, column: int, half_window: int, half_guard: int
) -> tuple[int, float, float]:
    """Number, mean above `pivot` and sum of squared deviations of the valid pixels of one ring, term by term."""
    rows, columns = frame.shape
    n, total, squares = 0, 0.0, 0.0
    for r in range(max(row - half_window, 0), min(row + half_window + 1, rows)):
        inside = abs(r - row) <= half_guard
        for c in range(max(column - half_window, 0), min(column + half_window + 1, columns)):
            if valid[r, c] and not (inside and abs(c - column) <= half_guard) and math.isfinite(frame[r, c]):
                z = frame[r, c] - pivot
                n += 1
                total += z
                squares += z * z
    mean = total / max(n, 1)
    return n, mean, max(squares - total * mean, 0.0)


@njit(cache=True, error_model="numpy")
def filter_at(
    frame: Frame, valid: Mask, level: float, row: int, column: int, taps: FloatArray
) -> tuple[float, float, float]:
    """Sum of taps times the valid pixels above `level` around one, sum of the taps' squares, and of the taps there."""
    rows, columns = frame.shape
    reach = taps.shape[0] // 2
    filtered, power, weight = 0.0, 0.0, 0.0
    for r in range(max(row - reach, 0), min(row + reach + 1, rows)):
        for c in range(max(column - reach, 0), min(column + reach + 1, columns)):
            if valid[r, c] and math.isfinite(frame[r, c]):
                k = taps[r - row + reach] * taps[c - column + reach]
                filtered += k * (frame[r, c] - level)
                power += k * k
                weight += k
    return filtered, power, weight


@njit(cache=True, error_model="numpy")
def _load(frame: Any, valid: Any, pivot: float, row: Any, bad: Any) -> int:
    """Copy a row less the pivot, with zeros for what is not valid; gives the number of those."""
    count = 0
    for c in range(frame.shape[0]):
        z = np.float32(frame[c] - pivot)
        use = valid[c] & (abs(z) < np.inf)
        row[c] = z if use else np.float32(0.0)
        bad[c] = 0 if use else 1
        count += bad[c]
    return count


@njit(cache=True, error_model="numpy")
def _exchange(total: FloatArray, squares: FloatArray, entering: Any, leaving: Any) -> None:
    """Take a row into the sums over columns and let another go."""
    for c in range(total.shape[0]):
        a, b = float(entering[c]), float(leaving[c])
        total[c] += a - b
        squares[c] += a * a - b * b


@njit(cache=True, error_model="numpy")
def _exchange_counts(total: Any, entering: Any, leaving: Any) -> None:
    for c in range(total.shape[0]):
        total[c] += np.int32(entering[c]) - np.int32(leaving[c])


@njit(cache=True, error_model="numpy")
def _running(a: Any, b: Any, c: Any, d: Any, run_a: Any, run_b: Any, run_c: Any, run_d: Any, pad: int) -> None:
    """Sums of all places before each, of four rows at once; `pad` places on both sides repeat the ends."""
    n = a.shape[0]
    sum_a, sum_b, sum_c, sum_d = run_a[0], run_b[0], run_c[0], run_d[0]  # zero, of the right type
    for i in range(n):
        sum_a += a[i]
        sum_b += b[i]
        sum_c += c[i]
        sum_d += d[i]
        run_a[pad + 1 + i] = sum_a
        run_b[pad + 1 + i] = sum_b
        run_c[pad + 1 + i] = sum_c
        run_d[pad + 1 + i] = sum_d
    for i in range(pad + 1 + n, run_a.shape[0]):
        run_a[i] = sum_a
        run_b[i] = sum_b
        run_c[i] = sum_c
        run_d[i] = sum_d


@njit(cache=True, error_model="numpy")
def _ring(run_window: Any, run_guard: Any, half_window: int, half_guard: int, pad: int, out: Any) -> None:
    """Sum over the ring around each place of a row, from running sums of window and guard."""
    first = run_window[pad - half_window :]
    last = run_window[pad + half_window + 1 :]
    guard_first = run_guard[pad - half_guard :]
    guard_last = run_guard[pad + half_guard + 1 :]
    for c in range(out.shape[0]):
        out[c] = (last[c] - first[c]) - (guard_last[c] - guard_first[c])


@njit(cache=True, error_model="numpy")
def _filter(rows_z: Any, row: int, rows: int, taps: Any, upright: Any, out: Any) -> None:
    """Matched filter of one row, first down the columns, then along the row; nothing lies beyond the frame."""
    depth, reach = rows_z.shape[0] - 1, taps.shape[0] // 2
    middle = upright[reach : reach + out.shape[0]]
    middle[:] = 0.0
    for j in range(max(-reach, -row), min(reach, rows - 1 - row) + 1):
        tap = taps[j + reach]
        line = rows_z[(row + j) % depth]
        for c in range(out.shape[0]):
            middle[c] += tap * line[c]
    out[:] = 0.0
    for j in range(2 * reach + 1):
        tap = taps[j]
        part = upright[j:]
        for c in range(out.shape[0]):
            out[c] += tap * part[c]


@njit(cache=True, error_model="numpy")
def _judge(
    total: Any, squares: Any, filtered: Any, n: int, weight: float, ratio: float, least: float, tiny: float, out: Any
) -> int:
    """Whether each place of a row passes, all rings having n pixels; gives how many do."""
    per = 1.0 / n
    count = 0
    for c in range(out.shape[0]):
        mean = total[c] * per
        above = filtered[c] - weight * mean
        spread = max(squares[c] - total[c] * mean, least)
        hit = (above > 0.0) & (spread > tiny) & (above * above > ratio * spread)
        out[c] = hit
        count += 1 if hit else 0
    return count


@njit(cache=True, error_model="numpy")
def search(
    frame: Frame,
    valid: Mask,
    pivot: float,
    taps: FloatArray,
    half_window: int,
    half_guard: int,
    thresholds: FloatArray,
    floor: float,
) -> tuple[IntArray, IntArray]:
    """Pixels whose signal-to-noise ratio passes the threshold, in the order of rows and columns.

    One pass over the rows. Sums over the columns of window and guard take in a row and let one go; differences of their
    running sums along the row are the sums over squares. So the cost of a pixel does not grow with the window.

    Parameters
    ----------
    frame, valid : (rows, columns) values, and which of them count; what is not finite does not.
    pivot : a value in the middle of the frame's, so that squares keep their digits.
    taps : (2 reach + 1,) of the filter along each axis; reach is not above `half_guard`.
    half_window, half_guard : pixels from the middle to the edge of the window and of what it leaves out.
    thresholds : (references + 1,) on the signal-to-noise ratio by number of valid reference pixels.
    floor : least standard deviation of a pixel.
    """
    rows, columns = frame.shape
    reach = taps.shape[0] // 2
    taps32 = taps.astype(np.float32)
    depth = 2 * half_window + 2
    power, weight = float(np.sum(taps * taps) ** 2), float(np.sum(taps) ** 2)
    full_guard = (2 * half_guard + 1) ** 2
    pad = half_window
    size = columns + 2 * pad + 1

    rows_z = np.zeros((depth + 1, columns), dtype=np.float32)  # the last row stays empty: what lies beyond the frame
    rows_bad = np.zeros((depth + 1, columns), dtype=np.uint8)
    bad_of = np.zeros(depth + 1, dtype=np.int64)
    window_z, window_q, guard_z, guard_q = np.zeros(columns), np.zeros(columns), np.zeros(columns), np.zeros(columns)
    run_wz, run_wq, run_gz, run_gq = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    window_bad, guard_bad = np.zeros(columns, dtype=np.int32), np.zeros(columns, dtype=np.int32)
    run_wb, run_gb = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
    ring_z, ring_q = np.zeros(columns), np.zeros(columns)
    upright, filtered = np.zeros(columns + 2 * reach, dtype=np.float32), np.zeros(columns, dtype=np.float32)
    passed = np.zeros(columns, dtype=np.uint8)

    found_row, found_column = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    found = 0
    bad = 0
    for coming in range(rows + half_window):
        new = coming % depth if coming < rows else depth
        if coming < rows:
            bad_of[new] = _load(frame[coming], valid[coming], pivot, rows_z[new], rows_bad[new])
        old = (coming - 2 * half_window - 1) % depth if coming > 2 * half_window else depth
        _exchange(window_z, window_q, rows_z[new], rows_z[old])
        row = coming - half_window
        inner_new = (row + half_guard) % depth if 0 <= row + half_guard < rows else depth
        inner_old = (row - half_guard - 1) % depth if row > half_guard else depth
        _exchange(guard_z, guard_q, rows_z[inner_new], rows_z[inner_old])
        if bad_of[new] + bad_of[old] > 0:
            bad += bad_of[new] - bad_of[old]
            _exchange_counts(window_bad, rows_bad[new], rows_bad[old])
        if bad_of[inner_new] + bad_of[inner_old] > 0:
            _exchange_counts(guard_bad, rows_bad[inner_new], rows_bad[inner_old])
        if row < 0:
            continue

        _running(window_z, window_q, guard_z, guard_q, run_wz, run_wq, run_gz, run_gq, pad)
        _ring(run_wz, run_gz, half_window, half_guard, pad, ring_z)
        _ring(run_wq, run_gq, half_window, half_guard, pad, ring_q)
        tiny = _ROUNDING * run_wq[size - 1]
        _filter(rows_z, row, rows, taps32, upright, filtered)

        # Away from the sides, with all pixels valid, every ring of the row has as many; the others go one by one.
        tall = min(row + half_window, rows - 1) - max(row - half_window, 0) + 1
        low = min(row + half_guard, rows - 1) - max(row - half_guard, 0) + 1
        first = last = columns
        hits = 0
        if low == 2 * half_guard + 1 and columns > 2 * half_window:
            first, last = half_window, columns - half_window
            n = tall * (2 * half_window + 1) - full_guard
            ratio = thresholds[n] ** 2 * (power + weight * weight / n) / (n - 1)
            least = floor * floor * (n - 1)
            hits = _judge(
                ring_z[first:last], ring_q[first:last], filtered[first:last], n, weight, ratio, least, tiny,
                passed[first:last],
            )  # fmt: skip
        if bad > 0:
            _running(window_bad, guard_bad, window_bad, guard_bad, run_wb, run_gb, run_wb, run_gb, pad)
        for k in range(columns if bad > 0 else first + columns - last):
            c = k if bad > 0 or k < first else k - first + last
            bad_here = run_wb[pad + c + half_window + 1] - run_wb[pad + c - half_window] if bad > 0 else 0
            if first <= c < last and bad_here == 0:
                continue
            hits -= passed[c] if first <= c < last else 0
            passed[c] = 0
            if rows_bad[row % depth, c]:
                continue
            wide = min(c + half_window, columns - 1) - max(c - half_window, 0) + 1
            in_guard = low * (min(c + half_guard, columns - 1) - max(c - half_guard, 0) + 1)
            n = tall * wide - in_guard - bad_here
            if bad_here > 0:
                bad_guard = run_gb[pad + c + half_guard + 1] - run_gb[pad + c - half_guard]
                n += bad_guard
                in_guard -= bad_guard
            if thresholds[n] == np.inf:
                continue
            mean = ring_z[c] / n
            spread = max(ring_q[c] - ring_z[c] * mean, floor * floor * (n - 1))
            above, here_power, here_weight = filtered[c] - weight * mean, power, weight
            if in_guard < full_guard:
                above, here_power, here_weight = filter_at(frame, valid, pivot + mean, row, c, taps)
            ratio = thresholds[n] ** 2 * (here_power + here_weight * here_weight / n) / (n - 1)
            passed[c] = (above > 0.0) & (spread > tiny) & (above * above > ratio * spread)
            hits += passed[c]

        if hits == 0:
            continue
        for c in range(columns):
            if passed[c]:
                if found == found_row.shape[0]:
                    found_row = np.concatenate((found_row, np.empty_like(found_row)))
                    found_column = np.concatenate((found_column, np.empty_like(found_column)))
                found_row[found], found_column[found] = row, c
                found += 1
    return found_row[:found].copy(), found_column[:found].copy()


@njit(cache=True, error_model="numpy")
def group(rows: IntArray, columns: IntArray, width: int) -> IntArray:
    """Number of the group, from 0 in the order of first pixels, of pixels in the order of rows and columns.

    Pixels of one group touch by a side or a corner. `width` is that of the frame.
    """
    n = rows.shape[0]
    parent = np.arange(n)
    above = np.full(width + 2, -1)
    line = -2
    start = 0  # first pixel of the row above
    begin = 0  # first pixel of this row
    for k in range(n):
        if rows[k] != line:
            for i in range(start, begin):
                above[columns[i] + 1] = -1
            start = begin if rows[k] == line + 1 else k
            begin = k
            for i in range(start, begin):
                above[columns[i] + 1] = i
            line = rows[k]
        c = columns[k] + 1
        for near in (above[c - 1], above[c], above[c + 1], k - 1 if k > begin and columns[k - 1] == c - 2 else -1):
            if near >= 0:
                a, b = near, k
                while parent[a] != a:
                    a = parent[a]
                while parent[b] != b:
                    b = parent[b]
                parent[max(a, b)] = min(a, b)
    number = np.empty(n, dtype=np.int64)
    groups = 0
    for k in range(n):
        root = k
        while parent[root] != root:
            root = parent[root]
        parent[k] = root
        if root == k:
            number[k] = groups
            groups += 1
        else:
            number[k] = number[root]
    return number


@njit(cache=True, error_model="numpy")
def ratios(
    frame: Frame,
    valid: Mask,
    pivot: float,
    rows: IntArray,
    columns: IntArray,
    taps: FloatArray,
    half_window: int,
    half_guard: int,
    floor: float,
) -> FloatArray:
    """(n, 4) of pixels: signal-to-noise ratio, mean and standard deviation of the ring, number of its pixels."""
    out = np.empty((rows.shape[0], 4))
    for k in range(rows.shape[0]):
        n, mean, squares = ring_at(frame, valid, pivot, rows[k], columns[k], half_window, half_guard)
        above, power, weight = filter_at(frame, valid, pivot + mean, rows[k], columns[k], taps)
        sigma = max(math.sqrt(squares / (n - 1)), floor)
        out[k, 0] = above / (sigma * math.sqrt(power + weight * weight / n))
        out[k, 1] = mean + pivot
        out[k, 2] = sigma
        out[k, 3] = n
    return out
