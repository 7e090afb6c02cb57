"""Array types that the whole package shares."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""Array of float64; shape, unit and frame are stated where it is used."""

IntArray: TypeAlias = NDArray[np.int64]
"""Array of int64: epochs in nanoseconds, indices, counts."""
