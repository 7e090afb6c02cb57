"""The least squares of one boost fit: residuals with their slopes, and the descent to the most probable profile."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    COAST,
    FIRST_KNOT,
    IGNITION,
    LIFTOFF,
    PER_STAGE,
    boost_jacobian,
    boost_states,
)
from launchwatch.processing.motion.ascents import STEP_S
from launchwatch.processing.motion.measurements import (
    LinesOfSight,
    Plots,
    bias_sigmas,
    bias_slopes,
    plot_residuals,
    sight_residuals,
)
from launchwatch.processing.motion.vehicles import LOG_BURNT, LOG_CUT_SIGMA, Timeline

ANNEAL = (300.0, 50.0, 8.0)  # noise factors through which a fit without a start comes down to the data
LATER_LIFTOFF_S = 20.0  # of every other start of a search: fast climbers are seen early
NO_ASCENT_CHI2 = 1e12
FARTHEST_LIFTOFF_S = 3600.0  # from the first sight
SETTLED = 0.1  # decrease of the cost that ends a descent
SHORTEST_BURN_S = 1.0


class Problem:
    """Residuals, slopes and descent of one fit."""

    def __init__(
        self,
        lat_deg: float,
        lon_deg: float,
        sights: LinesOfSight | None,
        radar: Plots | None,
        mean: FloatArray,
        information: FloatArray,
        steps: FloatArray,
        knots: FloatArray,
        timeline: Timeline,
        steering: int,
        omega: float,
    ) -> None:
        self.launch = itrf_from_geodetic(lat_deg, lon_deg, 0.0)
        self.axes = enu_axes(lat_deg, lon_deg)
        self.data = [data for data in (sights, radar) if data is not None]
        self.mean, self.steps, self.knots, self.omega = mean, steps, knots, omega
        self.stages, self.steering = 1 + len(timeline.staging), steering
        self.spent = self.stages - (timeline.burnout is None)
        self.motion = len(mean)
        self.alone = radar is None and sights is not None and len(sights.bias_sigma) == 1
        bias = np.concatenate([bias_sigmas(data) for data in self.data])
        blocks = [bias_slopes(data) for data in self.data]
        self.by_bias = np.zeros((sum(len(block) for block in blocks), len(bias)))
        row, column = 0, 0
        for block in blocks:
            rows, columns = block.shape
            self.by_bias[row : row + rows, column : column + columns] = block
            row, column = row + rows, column + columns
        self.size = self.motion + len(bias)
        self.information = np.zeros((self.size, self.size))
        self.information[: self.motion, : self.motion] = information
        self.information[range(self.motion, self.size), range(self.motion, self.size)] = bias**-2.0
        times = np.concatenate([data.time_s for data in self.data])
        order = np.argsort(times, kind="stable")
        place = np.empty(len(times), np.int64)
        place[order] = np.arange(len(times))
        self.times = times[order]
        self.rows = np.split(place, np.cumsum([len(data.time_s) for data in self.data[:-1]]).astype(np.int64))
        self.full_mean = np.concatenate([mean, np.zeros(len(bias))])

    def states(self, parameters: FloatArray, times_s: FloatArray) -> FloatArray:
        """States (n, 6) of motion parameters."""
        return boost_states(
            parameters,
            self.stages,
            self.steering,
            self.knots,
            self.launch,
            self.axes,
            self.omega,
            times_s,
            STEP_S,
            TABLE,
            EDGES,
        )

    def residuals(self, full: FloatArray, noise: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """Whitened residuals and slopes by all parameters, with the measurement noise times `noise`."""
        states, by = boost_jacobian(
            full[: self.motion],
            self.steps,
            self.stages,
            self.steering,
            self.knots,
            self.launch,
            self.axes,
            self.omega,
            self.times,
            STEP_S,
            TABLE,
            EDGES,
        )
        residual, slopes = self._whitened(full, states, np.ascontiguousarray(by[:, :3]))
        return residual / noise, np.hstack([slopes, self.by_bias]) / noise

    def differences(self, full: FloatArray, noise: float) -> FloatArray:
        """Whitened residuals alone, at a fraction of the price."""
        states = self.states(full[: self.motion], self.times)
        return self._whitened(full, states, np.zeros((len(states), 3, 0)))[0] / noise

    def _whitened(self, full: FloatArray, states: FloatArray, gradient: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Residuals of all measurements at states (n, 6), and slopes (rows, p) by the motion of gradients (n, 3, p)."""
        residual, slopes = [], []
        for data, rows in zip(self.data, self.rows, strict=True):
            position = np.ascontiguousarray(states[rows, :3])
            if isinstance(data, LinesOfSight):
                r, j = sight_residuals(data, position, gradient[rows])
            else:
                r, j = plot_residuals(data, position, gradient[rows])
            residual.append(r)
            slopes.append(j)
        return np.concatenate(residual) - self.by_bias @ full[self.motion :], np.concatenate(slopes)

    def cost(self, full: FloatArray, residual: FloatArray) -> float:
        """Squares of residuals and of the distance from what was known before."""
        away, (burnt, _) = full - self.full_mean, self._burnt(full)
        return float(residual @ residual + away @ self.information @ away + burnt @ burnt)

    def _burnt(self, full: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the stages that are out burnt of the mass, over what vehicles do (k,), and slopes (k, p)."""
        first = FIRST_KNOT + len(self.knots)
        off, by = np.zeros(self.spent), np.zeros((self.spent, self.size))
        for i in range(self.spent):
            at = first + PER_STAGE * i
            again = at + PER_STAGE
            lit, out = LIFTOFF if i == 0 else at + IGNITION, self.motion - 1
            end = full[out]
            if i + 1 < self.stages:
                out = again + IGNITION
                end = full[out] - full[again + COAST]
                by[i, again + COAST] = -1.0
            seconds = max(end - full[lit], SHORTEST_BURN_S)
            off[i] = full[at] - full[at + 1] + np.log(seconds) - LOG_BURNT[0]
            by[i, [out, lit]] = 1.0, -1.0
            by[i] /= seconds
            by[i, at : at + 2] = 1.0, -1.0  # log acceleration, log exhaust speed
            sigma = LOG_CUT_SIGMA if 0 < i == self.stages - 1 and off[i] < 0.0 else LOG_BURNT[1]
            off[i], by[i] = off[i] / sigma, by[i] / sigma
        return off, by

    def cost_at(self, full: FloatArray, noise: float) -> float:
        """Cost of parameters; infinite for those that no ascent has, or that leave the range of numbers."""
        if not sound(full, float(self.times[0])):
            return np.inf
        with np.errstate(over="ignore", invalid="ignore"):
            cost = self.cost(full, self.differences(full, noise))
        return cost if np.isfinite(cost) else np.inf

    def descend(self, guess: FloatArray, iterations: int, noise: float = 1.0) -> tuple[FloatArray, float]:
        """Levenberg-Marquardt from `guess` (motion or all parameters), with the measurement noise times `noise`."""
        full = guess if len(guess) == self.size else np.concatenate([guess, np.zeros(self.size - self.motion)])
        residual, slopes = self.residuals(full, noise)
        cost, damping = self.cost(full, residual), 1.0
        # Damped in units of the prior, the scale on which the profile bends; a damping by the data's own curvature
        # would forbid the very moves along the valley that the data leave open.
        scale = np.diag(np.diag(self.information))
        for _ in range(iterations):
            burnt, by = self._burnt(full)
            normal = slopes.T @ slopes + self.information + by.T @ by
            down = slopes.T @ residual - self.information @ (full - self.full_mean) - by.T @ burnt
            while True:
                move = np.linalg.solve(normal + damping * scale, down)
                trial = full + move
                new_cost = self.cost_at(trial, noise)
                if new_cost < cost or damping > 1e12:
                    break
                damping = max(damping * 8.0, 1e-3)
            gain = cost - new_cost
            if not gain > 0.0:
                break
            full, cost = trial, new_cost
            if gain < SETTLED and float(move @ down) < 10.0 * SETTLED:
                break
            residual, slopes = self.residuals(full, noise)
            damping *= 0.2
        return full, cost

    def search(self) -> list[FloatArray]:
        """Starts of fits without an earlier one: the best of several azimuths, from blunt data to sharp.

        A satellite alone sees much the same of what flies towards it and of what flies away: then the best of either.
        """
        starts = []
        for i in range(6):
            guess = self.mean.copy()
            guess[AZIMUTH] = i * np.pi / 3
            guess[LIFTOFF] += LATER_LIFTOFF_S * (i % 2)
            starts.append(self.descend(guess, 6, ANNEAL[0]))
        for noise in (*ANNEAL[1:], 1.0):
            starts = sorted((self.descend(s[0], 8, noise) for s in starts), key=lambda s: s[1])[
                : 3 if noise > 10.0 else 2
            ]
        best = starts[0][0]
        if not self.alone:
            return [best]
        turned = []
        for more in (0.75 * np.pi, np.pi, 1.25 * np.pi):
            guess = self.mean.copy()
            guess[:AZIMUTH] = best[:AZIMUTH]
            guess[AZIMUTH] = best[AZIMUTH] + more
            turned.append(self.anneal(guess))
        return [best, min(turned, key=lambda s: s[1])[0]]

    def anneal(self, guess: FloatArray) -> tuple[FloatArray, float]:
        """Start of a fit from one of the other steering or the other way, and its cost; it keeps the way if alone."""
        for noise in (*(ANNEAL[2:] if self.alone else ANNEAL), 1.0):
            guess, cost = self.descend(guess, 8, noise)
        return guess, cost

    def finish(self, guess: FloatArray) -> tuple[FloatArray, float, FloatArray, float, int]:
        """Descend to the end; motion parameters, evidence, covariance, chi-squared and number of residuals."""
        full, cost = self.descend(guess, 20)
        residual, slopes = self.residuals(full)
        _, by = self._burnt(full)
        normal, chi2 = slopes.T @ slopes + self.information + by.T @ by, float(residual @ residual)
        inverse = inverse_of(normal) if np.isfinite(normal).all() and np.isfinite(chi2) else None
        if inverse is None:
            # no ascent was found: what was known before, and a misfit that says so
            full, chi2, cost, normal = self.full_mean, NO_ASCENT_CHI2, NO_ASCENT_CHI2, self.information
            inverse = np.asarray(np.linalg.inv(self.information))
        evidence = cost + np.linalg.slogdet(normal)[1] - np.linalg.slogdet(self.information)[1]
        return full[: self.motion], float(evidence), inverse[: self.motion, : self.motion], chi2, len(residual)


def inverse_of(normal: FloatArray) -> FloatArray | None:
    """The covariance of a normal matrix; None where its digits are lost, for the fit ran away."""
    scale = np.sqrt(np.diag(normal))
    try:
        root = np.linalg.inv(np.linalg.cholesky(normal / np.outer(scale, scale))) / scale
    except np.linalg.LinAlgError:
        return None
    return np.asarray(root.T @ root)


def sound(parameters: FloatArray, first_s: float) -> bool:
    """Whether parameters are numbers, with a lift-off within an hour of the first sight: others would fly for ever."""
    return bool(np.isfinite(parameters).all()) and abs(parameters[LIFTOFF] - first_s) < FARTHEST_LIFTOFF_S
