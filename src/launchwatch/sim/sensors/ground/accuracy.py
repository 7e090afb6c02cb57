"""What a radar knows of how well it knows its tracks: variances along and across the line of sight.

A radar that chooses among its tracks goes by its own filter. Here that filter is one of constant velocity along each of
three axes, enough to say which track has more to gain from a look; the estimates themselves are made in the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray

Planner: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray, float, float], NDArray[np.bool_]]
"""Predicted and noise variances (n, 3) m^2, probability of an echo (n,), time of a look and time there is, s, to which
tracks are looked at (n,)."""

SPEED_M_S = 4000.0
"""Standard deviation per axis of what is not known of a velocity when a track begins."""
WANDER_M2_S3 = 1.0
"""Density of the acceleration that the filter allows for."""


class Accuracy:
    """Tracks of a radar by body, and the choice among them.

    Parameters
    ----------
    planner : Planner
    noise_m2 : (n, 3) variances of a look at each row: range, right, up.
    probability : (n,) of an echo.
    look_s, budget_s : time of a look, and what tracks may take at each look in all.
    """

    def __init__(
        self, planner: Planner, noise_m2: FloatArray, probability: FloatArray, look_s: float, budget_s: float
    ) -> None:
        self._planner, self._noise, self._probability = planner, noise_m2, probability
        self._look_s, self._budget_s = look_s, budget_s
        self._known: dict[int, FloatArray] = {}  # (3, 3): position, covariance with velocity, velocity, by axis
        self._at_s: dict[int, float] = {}
        self._looked_s: dict[int, float] = {}
        self.longest_s = 0.0
        """Longest time since the last look at any track, as of the newest choice."""

    def begin(self, body: int, row: int, now_s: float) -> None:
        """A track begins with the look of a row."""
        self._known[body] = np.stack([self._noise[row], np.zeros(3), np.full(3, SPEED_M_S**2)])
        self._at_s[body] = self._looked_s[body] = now_s

    def chosen(self, bodies: Sequence[int], rows: Sequence[int], now_s: float) -> set[int]:
        """Bodies, of those that are tracked and in the field, that are looked at now."""
        self.longest_s = max((now_s - self._looked_s[body] for body in bodies), default=0.0)
        if not bodies:
            return set()
        ahead = np.array([self._predicted(body, now_s)[0] for body in bodies])
        noise, probability = self._noise[list(rows)], self._probability[list(rows)]
        looks = self._planner(ahead, noise, probability, self._look_s, self._budget_s)
        chosen = {body for body, look in zip(bodies, looks.tolist(), strict=True) if look}
        self._looked_s |= dict.fromkeys(chosen, now_s)
        return chosen

    def seen(self, body: int, row: int, now_s: float) -> None:
        """A look gave an echo."""
        position, both, velocity = self._predicted(body, now_s)
        gain = 1.0 / (position + self._noise[row])
        self._known[body] = np.stack(
            [position - position**2 * gain, both - position * both * gain, velocity - both**2 * gain]
        )
        self._at_s[body] = now_s

    def _predicted(self, body: int, now_s: float) -> FloatArray:
        position, both, velocity = self._known[body]
        dt = now_s - self._at_s[body]
        return np.stack(
            [
                position + 2.0 * dt * both + dt * dt * velocity + WANDER_M2_S3 * dt**3 / 3.0,
                both + dt * velocity + WANDER_M2_S3 * dt**2 / 2.0,
                velocity + WANDER_M2_S3 * dt,
            ]
        )
