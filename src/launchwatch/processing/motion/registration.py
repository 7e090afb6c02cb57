"""Registration: the slowly drifting error of a sensor, estimated from references whose place is known.

References are stars, known satellites and standing sources on the ground. The error is a random walk from the stated
bias on; a Kalman filter keeps it with its covariance, which takes the place of the stated bias where launches are
fitted (Lin, Bar-Shalom and Kirubarajan, 2005; Clemons, 2010).
"""

from __future__ import annotations

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, plot_residuals, sight_residuals, tangents_of


class Registration(msgspec.Struct, frozen=True):
    """What is known of a sensor's error.

    Attributes
    ----------
    time_s : of the estimate, after the caller's epoch.
    mean, covariance : (d,) and (d, d); two angles across the line of sight, rad, or azimuth, elevation rad and range m.
    drift : (d,) variance that the error gains in a second.
    axes : (2, 3) ITRF, along which the angles of a line of sight count: those of the first reference; null before, and
        for radars.
    """

    time_s: float
    mean: FloatArray
    covariance: FloatArray
    drift: FloatArray
    axes: FloatArray | None = None


def stated(time_s: float, sigma: FloatArray, drift: FloatArray) -> Registration:
    """Before any reference: zero within the stated standard deviations (d,)."""
    return Registration(time_s, np.zeros(len(sigma)), np.diag(sigma**2), drift)


def at(registration: Registration, time_s: float) -> Registration:
    """The estimate at another time, to which the error has drifted."""
    gained = np.diag(registration.drift) * abs(time_s - registration.time_s)
    return msgspec.structs.replace(registration, time_s=time_s, covariance=registration.covariance + gained)


def seen(registration: Registration, data: LinesOfSight | Plots, place: FloatArray) -> Registration:
    """The estimate after measurements of one sensor of references at known places.

    Parameters
    ----------
    data : (n,) measurements in order of time.
    place : (n, 3) ITRF m; a star is a place far out along its direction.
    """
    nothing = np.zeros((len(place), 3, 0))
    if isinstance(data, LinesOfSight):
        axes = data.tangents[0] if registration.axes is None else registration.axes
        registration = msgspec.structs.replace(registration, axes=axes)
        sigma = data.sigma[:, None].repeat(2, axis=1)
        across = sight_residuals(data, place, nothing)[0].reshape(-1, 2) * sigma
        off_by = np.einsum("ki,nci,nc->nk", axes, data.tangents, across)
    else:
        sigma = data.sigma
        off_by = plot_residuals(data, place, nothing)[0].reshape(-1, 3) * sigma
    for time_s, off, noise in zip(data.time_s.tolist(), off_by, sigma, strict=True):
        registration = at(registration, time_s)
        gain = registration.covariance @ np.linalg.inv(registration.covariance + np.diag(noise**2))
        mean = registration.mean + gain @ (off - registration.mean)
        covariance = registration.covariance - gain @ registration.covariance
        covariance = 0.5 * (covariance + covariance.T)
        registration = msgspec.structs.replace(registration, mean=mean, covariance=covariance)
    return registration


def registered(data: LinesOfSight, registration: Registration) -> LinesOfSight:
    """Lines of sight of one sensor without the estimated error; what may be left of it is their bias from here on."""
    axes = data.tangents[0] if registration.axes is None else registration.axes
    direction = data.direction - registration.mean @ axes
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    left = float(np.sqrt(np.linalg.eigvalsh(registration.covariance)[-1]))
    return msgspec.structs.replace(
        data, direction=direction, tangents=tangents_of(direction), bias_sigma=np.array([left])
    )
