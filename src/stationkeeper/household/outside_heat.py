"""Heat from outside: sunlight, light that the Earth throws back, and the Earth's own infrared."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.errors import DomainError
from stationkeeper.household.arrays import (
    SOLAR_IRRADIANCE,
    STEFAN_BOLTZMANN,
    is_sunlit,
    sun_in_orbit_axes,
)
from stationkeeper.kernels import inner_kernel, kernel

Array = NDArray[np.float64]

ALBEDO: Final = 0.30  # [-] mean of the Earth; low orbits see 0.18 to 0.55 for minutes (Gilmore)
EARTH_INFRARED: Final = 237.0  # [W/m2] mean of the Earth; low orbits see 206 to 286 (Gilmore)


class Faces(NamedTuple):
    """Flat outer faces, an entry each.

    Attributes
    ----------
    area : ndarray, (face,)
        [m2]
    absorptance : ndarray, (face,)
        Of sunlight. [-]
    emittance : ndarray, (face,)
        Of infrared. [-]
    normal : ndarray, (face, 3)
        Where it looks, in the axes of the Sun vector. [-]
    """

    area: Array
    absorptance: Array
    emittance: Array
    normal: Array


@inner_kernel
def earth_view(cosine: float, ratio: float) -> float:
    """View factor of the Earth from a small face; `ratio` is orbit radius by Earth radius."""
    horizon = np.sqrt(ratio * ratio - 1.0)
    cosine = min(max(cosine, -1.0), 1.0)
    sine = np.sqrt(1.0 - cosine * cosine)
    # The Earth's edge is asin(1/ratio) off its middle: tan of it is 1/horizon.
    if sine <= cosine * horizon:  # wholly before the face
        return float(cosine / (ratio * ratio))
    if sine <= -cosine * horizon:  # wholly behind it
        return 0.0
    y = min(max(-horizon * cosine / sine, -1.0), 1.0)
    side = sine * np.sqrt(1.0 - y * y)
    return float(
        (cosine * np.arccos(y) - horizon * side) / (np.pi * ratio * ratio)
        + np.arctan(side / horizon) / np.pi
    )


@kernel
def _views(cosine: Array, ratio: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = earth_view(cosine[i], ratio[i])


def earth_view_factor(tilt: ArrayLike, ratio: ArrayLike) -> Array:
    """Share of what a small flat face sends out that would reach the Earth.

    Parameters
    ----------
    tilt : array_like, (...)
        Angle between the normal of the face and the direction to the Earth, 0 to pi. [rad]
    ratio : array_like, (...)
        Orbit radius by Earth radius, greater than 1. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        0 to 1. [-]

    Raises
    ------
    DomainError
        If the face is not outside the Earth.

    Notes
    -----
    The closed form for a face and a sphere [1]_. Agrees with the sum over directions to 1e-4
    (tests/unit/test_household_heat.py).

    References
    ----------
    .. [1] J. R. Howell, "A Catalog of Radiation Heat Transfer Configuration Factors", B-43.

    Examples
    --------
    >>> import numpy as np
    >>> earth_view_factor(np.radians([0, 90, 180]), 6670 / 6370).round(3)
    array([0.912, 0.314, 0.   ])
    """
    angle, far = np.broadcast_arrays(np.asarray(tilt, np.float64), np.asarray(ratio, np.float64))
    if np.any(far <= 1):
        raise DomainError("the view of the Earth needs an orbit outside it: ratio > 1")
    out = np.empty(angle.size)
    _views(np.cos(angle).ravel(), np.ascontiguousarray(far.ravel()), out)
    return out.reshape(angle.shape)


@inner_kernel
def outside_step(
    faces: Faces,
    sun: Array,
    nadir: Array,
    sunlight: float,
    albedo: float,
    infrared: float,
    ratio: float,
    heat: Array,
) -> None:
    """Set the heat that every face takes in [W].

    `sunlight` is that at the station, 0 in shadow; the Earth below is lit as the cosine of the
    Sun's distance from the zenith.
    """
    over = -(sun[0] * nadir[0] + sun[1] * nadir[1] + sun[2] * nadir[2])
    thrown = albedo * max(over, 0.0) * sunlight
    for i in range(heat.size):
        normal = faces.normal[i]
        to_sun = normal[0] * sun[0] + normal[1] * sun[1] + normal[2] * sun[2]
        to_earth = normal[0] * nadir[0] + normal[1] * nadir[1] + normal[2] * nadir[2]
        view = earth_view(to_earth, ratio)
        light = sunlight * max(to_sun, 0.0) + thrown * view
        heat[i] = faces.area[i] * (
            faces.absorptance[i] * light + faces.emittance[i] * infrared * view
        )


@inner_kernel
def mean_earth_view(ratio: float) -> float:
    """View factor of the Earth, mean over all directions that a small face can look in.

    It is the Earth's share of the sky; `ratio` is orbit radius by Earth radius.
    """
    return float(0.5 * (1.0 - np.sqrt(1.0 - 1.0 / (ratio * ratio))))


@inner_kernel
def lit_share_of_cylinder(cosine: float) -> float:
    """Shadow of a cylinder twice as long as wide by its surface, ends counted.

    `cosine` is that of the angle between its axis and the Sun. The mean over all directions is 1/4,
    as of any convex body (Cauchy).
    """
    sine = np.sqrt(max(1.0 - cosine * cosine, 0.0))
    # Of width d: shadow 2 d2 sine + pi/4 d2 |cosine|, surface 5/2 pi d2.
    return float(2.0 / (2.5 * np.pi) * sine + 0.1 * abs(cosine))


@inner_kernel
def outside_level(
    lit: float,
    up: float,
    view: float,
    sunlight: float,
    albedo: float,
    infrared: float,
    by_emittance: float,
) -> float:
    """What a surface takes in by its emittance [W/m2]: the black body it would be level with.

    `lit` is the share of it that the Sun shines on square, `up` the Sun's height over the horizon
    below as a sine, `by_emittance` absorptance by emittance.
    """
    light = sunlight * (lit + albedo * max(up, 0.0) * view)
    return float(by_emittance * light + infrared * view)


@kernel
def _course(
    faces: Faces,
    sun: Array,
    nadir: Array,
    sunlight: Array,
    albedo: float,
    infrared: float,
    ratio: float,
    heat: Array,
) -> None:
    for k in range(sunlight.size):
        outside_step(faces, sun[k], nadir, sunlight[k], albedo, infrared, ratio, heat[k])


def outside_heat(
    faces: Faces,
    beta: float,
    orbit_angle: ArrayLike,
    *,
    orbit_radius: float,
    body_radius: float,
    irradiance: float = SOLAR_IRRADIANCE,
    albedo: float = ALBEDO,
    infrared: float = EARTH_INFRARED,
) -> Array:
    """Heat that faces take in along a circular orbit, in the attitude that keeps to the Earth.

    Left out: shadows and light between parts of the station, weather below, the Earth's light
    once the place below is in the dark (the simple cosine model [1]_).

    Parameters
    ----------
    faces : Faces
        Normals along flight, orbit momentum and away from the Earth.
    beta : float
        Angle of the Sun above the orbit plane. [rad]
    orbit_angle : array_like, (time,)
        Angle flown since orbit noon. [rad]
    orbit_radius : float
        Greater than `body_radius`. [m]
    body_radius : float
        Of the Earth. [m]
    irradiance : float
        Sunlight outside the shadow. [W/m2]
    albedo : float
        0 to 1. [-]
    infrared : float
        That leaves the Earth. [W/m2]

    Returns
    -------
    ndarray, (face, time)
        [W]

    Raises
    ------
    DomainError
        If the orbit is not outside the Earth, or a share is not in 0 to 1.

    References
    ----------
    .. [1] D. G. Gilmore, "Spacecraft Thermal Control Handbook", vol. 1, 2nd ed., 2002, chapter 2.

    Examples
    --------
    >>> import numpy as np
    >>> up = Faces(np.ones(1), np.ones(1), np.ones(1), np.array([[0.0, 0.0, 1.0]]))
    >>> outside_heat(up, 0.0, [0, np.pi], orbit_radius=6.8e6, body_radius=6.378e6)
    array([[1361.,    0.]])
    """
    if orbit_radius <= body_radius:
        raise DomainError("heat from outside needs an orbit outside the Earth")
    shares = (faces.absorptance, faces.emittance, np.array([albedo]))
    if any(np.any((one < 0) | (one > 1)) for one in shares):
        raise DomainError("faces: absorptance, emittance and albedo lie in 0 to 1")
    sun = sun_in_orbit_axes(beta, np.atleast_1d(np.asarray(orbit_angle, np.float64)))
    light = np.where(is_sunlit(sun, orbit_radius, body_radius), irradiance, 0.0)
    heat = np.empty((light.size, faces.area.size))
    nadir = np.array([0.0, 0.0, -1.0])
    _course(
        faces, np.ascontiguousarray(sun), nadir, light, float(albedo), float(infrared),
        orbit_radius / body_radius, heat,
    )  # fmt: skip
    return np.ascontiguousarray(heat.T)


def sink_temperature(faces: Faces, heat: ArrayLike) -> Array:
    """Temperature at which a face would send out just what it takes in.

    Parameters
    ----------
    faces : Faces
        What looks outside.
    heat : array_like, (face, ...)
        Taken in, as from `outside_heat`. [W]

    Returns
    -------
    ndarray, (face, ...)
        [K]

    Examples
    --------
    >>> up = Faces(np.ones(1), np.ones(1), np.ones(1), np.array([[0.0, 0.0, 1.0]]))
    >>> sink_temperature(up, [1361.0]).round(1)
    array([393.6])
    """
    taken = np.asarray(heat, np.float64)
    per_area = (faces.area * faces.emittance).reshape((-1,) + (1,) * (taken.ndim - 1))
    return np.asarray((taken / (STEFAN_BOLTZMANN * per_area)) ** 0.25)
