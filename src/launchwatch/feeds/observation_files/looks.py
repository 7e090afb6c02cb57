"""Lines in order of arrival into looks: what a sensor saw at one time, or in the span that it announced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import IntArray
from launchwatch.feeds.observation_files.order import FOREVER, arrival_ns
from launchwatch.formats.observation_rows import LOOK, UNSTAMPED, Rows

NONE = -1


@dataclass(frozen=True)
class Looks:
    """Looks that are whole, in order of arrival; those of one time by name of the sensor.

    Attributes
    ----------
    rows : lines of them, those of one look together and by their numbers.
    begin, end : (k,) detections of each look, `rows[begin:end]`.
    announced : (k,) the line that announced the look, among `rows`; -1 where none did.
    arrival_ns : (k,) when the last of it arrived, ns TAI.
    """

    rows: Rows
    begin: IntArray
    end: IntArray
    announced: IntArray
    arrival_ns: IntArray


def without_repeats(rows: Rows, rank: IntArray) -> tuple[Rows, int]:
    """Lines in order of arrival, then sensor, then number, each once; and how many were repeats.

    Parameters
    ----------
    rank : place of each sensor among all in the order of their names.
    """
    arrival = arrival_ns(rows)
    order = np.lexsort((rows["line"], rows["file"], rows["sequence"], rank[rows["sensor"]], arrival))
    rows, arrival = rows[order], arrival[order]
    same = (arrival[1:] == arrival[:-1]) & (rows["sequence"][1:] == rows["sequence"][:-1])
    same &= rows["sensor"][1:] == rows["sensor"][:-1]
    if not same.any():
        return rows, 0
    keep = np.concatenate([[True], ~same])
    return rows[keep], int(same.sum())


def whole_looks(rows: Rows, rank: IntArray, complete_ns: int, hold_ns: int) -> tuple[Looks, Rows]:
    """Looks of which no line is missing, and the lines of the others.

    A detection belongs to the look of its sensor that began last before it, ends after it, and arrives alike: within
    the hold time of its span. What no look announces is one with what has its time and its arrival.

    Parameters
    ----------
    rows : all lines that arrived before `complete_ns`, from `without_repeats`.
    """
    arrival = arrival_ns(rows)
    announcing = rows["kind"] == LOOK
    spans = rows["until_ns"] - rows["time_ns"]
    longest = int(spans[announcing].max(initial=0))
    order = np.argsort(rows["sensor"], kind="stable")
    cuts = np.flatnonzero(np.diff(rows["sensor"][order])) + 1
    member = np.full(len(rows), NONE)
    for own in np.split(order, cuts):
        looks, seen = own[announcing[own]], own[~announcing[own]]
        if len(looks) and len(seen):
            member[seen] = _announced(rows, arrival, looks, seen, hold_ns)
    # One number for each look: that of its announcement, or of the first line with the same sensor, arrival and time.
    key = np.where(announcing, np.arange(len(rows)), member)
    alone = np.flatnonzero(key == NONE)
    if len(alone):
        together = alone[np.lexsort((rows["time_ns"][alone], rank[rows["sensor"][alone]], arrival[alone]))]
        new = np.ones(len(together), np.bool_)
        new[1:] = (np.diff(arrival[together]) != 0) | (np.diff(rows["time_ns"][together]) != 0)
        new[1:] |= np.diff(rows["sensor"][together]) != 0
        key[together] = together[np.flatnonzero(new)][np.cumsum(new) - 1]
    ends = arrival.copy()
    unstamped = announcing & (rows["received_ns"] == UNSTAMPED)
    ends[unstamped] = rows["until_ns"][unstamped]
    last = np.full(len(rows), np.iinfo(np.int64).min)
    np.maximum.at(last, key, ends)
    limit = complete_ns if complete_ns == FOREVER else complete_ns - hold_ns - longest
    ready = last[key] < limit
    chosen = np.flatnonzero(ready)
    chosen = chosen[
        np.lexsort(
            (
                rows["sequence"][chosen],
                ~announcing[chosen],
                rows["time_ns"][key[chosen]],
                rank[rows["sensor"][chosen]],
                last[key[chosen]],
            )
        )
    ]
    keys = key[chosen]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    ends_at = np.append(starts[1:], len(chosen))[: len(starts)]
    headed = announcing[chosen[starts]] if len(starts) else np.empty(0, np.bool_)
    return Looks(
        rows=rows[chosen],
        begin=starts + headed,
        end=ends_at,
        announced=np.where(headed, starts, NONE),
        arrival_ns=last[keys[starts]],
    ), rows[~ready]


def _announced(rows: Rows, arrival: IntArray, looks: IntArray, seen: IntArray, hold_ns: int) -> IntArray:
    """The look (n,) among `looks` that each of `seen` belongs to, both by one sensor; -1 for none."""
    looks = looks[np.argsort(rows["time_ns"][looks], kind="stable")]
    begins = rows["time_ns"][looks]
    time, came = rows["time_ns"][seen], arrival[seen]
    last = np.searchsorted(begins, time, side="right") - 1
    found = np.full(len(seen), NONE)
    # A time between two looks that touch belongs to the one that arrived with it.
    for exact in (True, False):
        for back in (0, 1):
            place = np.maximum(last - back, 0)
            look = looks[place]
            fits = (last - back >= 0) & (time <= rows["until_ns"][look]) & (found == NONE)
            if exact:
                fits &= came == arrival[look]
            else:
                span = rows["until_ns"][look] - rows["time_ns"][look]
                fits &= (came >= arrival[look] - hold_ns) & (came <= arrival[look] + span + hold_ns)
            found[fits] = look[fits]
    return found
