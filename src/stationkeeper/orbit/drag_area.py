"""Drag area of a station whose solar arrays follow the Sun."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError


def tracking_drag_area(
    body_area: ArrayLike, array_area: ArrayLike, beta: ArrayLike
) -> NDArray[np.float64]:
    """Orbit-mean area that a station with Sun-tracking arrays turns to the wind.

    Flat arrays that face the Sun all the way round show the wind |s.v| of their area, with s
    towards the Sun and v along the motion; the mean over a circular orbit is (2/pi) cos(beta). Left
    out: shadowing of arrays by each other and by the body, feathering in eclipse or for dockings,
    and the change of the body's own attitude. The rest is one calibration factor.

    Parameters
    ----------
    body_area : array_like, (...)
        Area of everything that keeps its attitude, zero or more. [m2]
    array_area : array_like, (...)
        Area of the arrays, one side, zero or more. [m2]
    beta : array_like, (...)
        Angle of the Sun above the orbit plane, see `environment.sun.beta_angle`. [rad]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Area; to be multiplied by the drag coefficient. [m2]

    Raises
    ------
    DomainError
        If an area is negative.

    Notes
    -----
    On the calibration spans of the ISS (September and October 2024) a constant area leaves errors
    of -8 and +4 % of the altitude lost, this one 0 and 0 % (tests/validation/test_orbit.py).

    Examples
    --------
    >>> round(float(tracking_drag_area(650.0, 2_500.0, 0.0)))
    2242
    >>> round(float(tracking_drag_area(650.0, 2_500.0, np.radians(75))))
    1062
    """
    body, arrays, angle = np.broadcast_arrays(
        np.asarray(body_area, dtype=np.float64),
        np.asarray(array_area, dtype=np.float64),
        np.asarray(beta, dtype=np.float64),
    )
    if np.any(body < 0) or np.any(arrays < 0):
        raise DomainError("drag area needs areas of zero or more")
    return np.asarray(body + arrays * 2 / np.pi * np.abs(np.cos(angle)))
