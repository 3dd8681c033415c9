"""Trapped protons and electrons along an orbit, averaged over many days, without field tracing."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.environment.geomagnetism import cutoff_rigidity
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

MODELS: Final = ("ap8min", "ap8max", "ae8min", "ae8max")

FLUX_FLOOR: Final = (
    1e-3  # [1/(m2 s)] added inside the logarithm; a millionth of any flux that counts
)
NODES: Final = 360  # points from the southernmost to the northernmost; doubling moves no mean 0.1 %

# F10.7 of the models' epochs (1964 and 1970), smoothed and lagged as `trapped_phase` does it.
F107_AT_MINIMUM: Final = 81.0  # [sfu]
F107_AT_MAXIMUM: Final = 151.0  # [sfu]
PHASE_WINDOW: Final = 800  # [d] our choice: smooth, and centred on the lag
PHASE_LAG: Final = (
    400  # [d] low protons follow the density of the air about 400 days late (ISSCREM)
)


@dataclass(frozen=True)
class TrappedTable:
    """Flux averaged over longitude, and L on the globe. Arrays are read-only.

    Attributes
    ----------
    height : ndarray, (height,)
        Height above the WGS-84 ellipsoid. [m]
    latitude : ndarray, (latitude,)
        Geodetic latitude, south to north, every 0.5 degrees. [rad]
    proton_energy, electron_energy : ndarray, (energy,)
        Lower ends of the integral spectra. [MeV]
    integral_flux : dict of ndarray, (height, latitude, energy)
        Omnidirectional flux above each energy, mean over longitude, by model name. [1/(m2 s)]
    l_height : ndarray, (l_height,)
        Heights of the L grid. [m]
    l_latitude : ndarray, (l_latitude,)
        Geodetic latitudes of the L grid. [rad]
    l_shell : ndarray, (l_height, l_latitude, longitude)
        McIlwain's L in the field of AP8MIN's epoch; 100 where no closed line exists. [-]
    """

    height: Array
    latitude: Array
    proton_energy: Array
    electron_energy: Array
    integral_flux: dict[str, Array]
    l_height: Array
    l_latitude: Array
    l_shell: Array

    def energy(self, model: str) -> Array:
        """Return the energy axis of a model. [MeV]"""
        return self.proton_energy if model.startswith("ap8") else self.electron_energy


def geodetic(radius: ArrayLike, latitude: ArrayLike) -> tuple[Array, Array]:
    """Height above the ellipsoid and geodetic latitude of a point given from Earth's centre.

    Parameters
    ----------
    radius : array_like, (...)
        Distance from the centre. [m]
    latitude : array_like, (...)
        Geocentric. [rad]

    Returns
    -------
    (ndarray, ndarray), broadcast shape
        Height [m] and geodetic latitude [rad].

    Notes
    -----
    Five turns of the usual fixed point: within 1 mm up to 2,000 km.

    Examples
    --------
    >>> height, latitude = geodetic(6_778_137.0, np.radians(90.0))
    >>> round(float(height))  # 21.4 km more over the pole than over the equator
    421385
    """
    distance, angle = np.broadcast_arrays(
        np.asarray(radius, dtype=float), np.asarray(latitude, dtype=float)
    )
    eccentricity2 = EARTH_FLATTENING * (2 - EARTH_FLATTENING)
    axis, up = distance * np.cos(angle), distance * np.sin(angle)
    turned = np.arctan2(up, axis * (1 - eccentricity2))
    for _ in range(5):
        sine = np.sin(turned)
        normal = EARTH_RADIUS / np.sqrt(1 - eccentricity2 * sine**2)
        turned = np.arctan2(up + eccentricity2 * normal * sine, axis)
    sine, cosine = np.sin(turned), np.cos(turned)
    height = axis * cosine + up * sine - EARTH_RADIUS * np.sqrt(1 - eccentricity2 * sine**2)
    return height, turned


def orbit_track(altitude: ArrayLike, inclination: float, nodes: int = NODES) -> tuple[Array, Array]:
    """Heights and geodetic latitudes at equal times along half a circular orbit, south to north.

    Constant distance from Earth's centre: the 1 to 2 km that J2 adds twice a turn is left out.

    Parameters
    ----------
    altitude : array_like, (...)
        Orbit radius less the equatorial radius. [m]
    inclination : float
        0 to pi. [rad]
    nodes : int
        Points along the half orbit; the other half meets the same latitudes.

    Returns
    -------
    (ndarray, ndarray), (..., nodes)
        Height above the ellipsoid [m], geodetic latitude [rad].

    Examples
    --------
    >>> height, latitude = orbit_track(420_000.0, np.radians(51.6))
    >>> bool(height.min() >= 420_000.0), round(float(np.degrees(latitude.max())), 1)
    (True, 51.8)
    """
    argument = np.pi * ((np.arange(nodes) + 0.5) / nodes - 0.5)
    latitude = np.arcsin(np.sin(inclination) * np.sin(argument))
    return geodetic(EARTH_RADIUS + np.asarray(altitude, dtype=float)[..., None], latitude)


def orbit_mean_flux(
    table: TrappedTable, model: str, altitude: ArrayLike, inclination: float
) -> Array:
    """Flux above each energy, averaged over many turns of a circular orbit.

    In the long run every longitude is met equally often at every latitude, so the mean is one sum
    over the orbit of a table already averaged over longitude. East-west differences, storms and the
    drift of the South Atlantic Anomaly since the models' epoch (it moves passes, not the daily
    mean) are left out.

    Parameters
    ----------
    table : TrappedTable
        From `stationkeeper.environment.trapped_tables.trapped_table`.
    model : str
        ``"ap8min"``, ``"ap8max"``, ``"ae8min"`` or ``"ae8max"``.
    altitude : array_like, (...)
        Orbit radius less the equatorial radius; 200 to 900 km. [m]
    inclination : float
        0 to pi. [rad]

    Returns
    -------
    ndarray, (..., energy)
        Omnidirectional. [1/(m2 s)]

    Raises
    ------
    DomainError
        If the model is unknown, or part of the orbit is outside the table's heights.

    Notes
    -----
    Within 1 % of direct AP8, and 2 % of direct AE8, averaged over 16,000 points spread evenly over
    the orbit; within 2 % of sixty days of flight (validation rows). Ten days still differ by up to
    5 %, for they do not meet all longitudes evenly. AP8 itself is good to a factor of about two.

    References
    ----------
    .. [1] D. M. Sawyer, J. I. Vette, "AP-8 trapped proton environment for solar maximum and solar
       minimum", NSSDC/WDC-A-R&S 76-06, 1976.
    .. [2] J. I. Vette, "The AE-8 trapped electron model environment", NSSDC/WDC-A-R&S 91-24, 1991.

    Examples
    --------
    >>> from stationkeeper.environment.trapped_tables import trapped_table
    >>> table = trapped_table()
    >>> flux = orbit_mean_flux(table, "ap8min", 420e3, np.radians(51.6))
    >>> above_100 = flux[table.proton_energy.searchsorted(100.0)]
    >>> bool(4.5e5 < above_100 * 86_400 / 1e4 < 5.4e5)  # per cm2 a day
    True
    """
    if model not in MODELS:
        raise DomainError(f"no trapped-particle model {model!r}; there are {', '.join(MODELS)}")
    height, latitude = orbit_track(altitude, inclination)
    low, high = table.height[0], table.height[-1]
    if np.any(height < low) or np.any(height > high):
        raise DomainError(
            f"trapped particles are tabled from {low / 1e3:.0f} to {high / 1e3:.0f} km of height; "
            f"the orbit runs from {height.min() / 1e3:.1f} to {height.max() / 1e3:.1f} km"
        )
    i, u = _place(table.height, height)
    j, v = _place(table.latitude, latitude)
    flux = table.integral_flux[model] + FLUX_FLOOR
    u, v = u[..., None], v[..., None]
    lower = (1 - v) * flux[i, j] + v * flux[i, j + 1]
    upper = (1 - v) * flux[i + 1, j] + v * flux[i + 1, j + 1]
    mean = (lower * (upper / lower) ** u).mean(axis=-2)  # exponential in height
    return np.asarray(np.maximum(mean - FLUX_FLOOR, 0.0))


def orbit_cutoffs(
    table: TrappedTable, altitude: float, inclination: float, cutoff: ArrayLike
) -> Array:
    """Share of the time that an orbit spends at each cutoff rigidity.

    Parameters
    ----------
    table : TrappedTable
        Holds L on the globe.
    altitude : float
        Orbit radius less the equatorial radius; 200 to 900 km. [m]
    inclination : float
        0 to pi. [rad]
    cutoff : array_like, (cutoff,)
        Rising nodes from zero. [GV]

    Returns
    -------
    ndarray, (cutoff,)
        Weights that sum to one, shared between neighbouring nodes, so that the sum of weight times
        a function at the nodes is that function's orbit mean. [-]

    Examples
    --------
    >>> from stationkeeper.environment.trapped_tables import trapped_table
    >>> nodes = np.linspace(0.0, 20.0, 81)
    >>> weights = orbit_cutoffs(trapped_table(), 420e3, np.radians(51.6), nodes)
    >>> bool(abs(weights.sum() - 1) < 1e-12)
    True
    """
    nodes = np.asarray(cutoff, dtype=float)
    height, latitude = orbit_track(altitude, inclination, NODES // 2)
    i, u = _place(table.l_height, height)
    j, v = _place(table.l_latitude, latitude)
    layers = np.log(table.l_shell)
    u, v = u[:, None], v[:, None]
    shells = np.exp(
        (1 - v) * ((1 - u) * layers[i, j] + u * layers[i + 1, j])
        + v * ((1 - u) * layers[i, j + 1] + u * layers[i + 1, j + 1])
    )
    place, share = _place(nodes, np.clip(cutoff_rigidity(shells).ravel(), nodes[0], nodes[-1]))
    weights = np.bincount(place, weights=1 - share, minlength=nodes.size)
    weights += np.bincount(place + 1, weights=share, minlength=nodes.size)
    return np.asarray(weights / place.size)


def _place(axis: Array, value: Array) -> tuple[NDArray[np.intp], Array]:
    """Index of the node below and the share of the way to the next, ends included."""
    index = np.clip(np.searchsorted(axis, value, side="right") - 1, 0, axis.size - 2)
    return index, (value - axis[index]) / (axis[index + 1] - axis[index])


def trapped_phase(lagged_f107: ArrayLike) -> Array:
    """Where between the models for solar minimum (0) and maximum (1) a time lies.

    Linear in F10.7 between the values of the two models' own epochs, and held at the ends. The
    models differ by 1.2 (above 300 MeV) to 1.8 (above 30 MeV) on the ISS's orbit at 400 km where
    its dosimeters saw 2.5: that gap stays.

    Parameters
    ----------
    lagged_f107 : array_like, (...)
        F10.7 as `lagged_mean(f107, PHASE_WINDOW, PHASE_LAG)` gives it. [sfu]

    Returns
    -------
    ndarray, (...)
        0 to 1; NaN passes through. [-]

    Examples
    --------
    >>> trapped_phase([70.0, 116.0, 200.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    share = (np.asarray(lagged_f107, dtype=float) - F107_AT_MINIMUM) / (
        F107_AT_MAXIMUM - F107_AT_MINIMUM
    )
    return np.clip(share, 0.0, 1.0)
