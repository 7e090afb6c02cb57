"""Land and sea by one-degree cells."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@cache
def land_mask() -> NDArray[np.bool_]:
    """Mask (180, 360) of the cells whose centre is land: rows from 90 S north, columns from 180 W east.

    Source: Natural Earth, 110 m countries (public domain).
    """
    text = (files("launchwatch.catalog") / "data" / "land_1deg.txt").read_text()
    rows = [bytes.fromhex(line) for line in text.splitlines() if not line.startswith("#")]
    mask = np.unpackbits(np.frombuffer(b"".join(rows), np.uint8)).reshape(180, 360).astype(bool)
    mask.setflags(write=False)
    return mask
