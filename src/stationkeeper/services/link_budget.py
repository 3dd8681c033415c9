"""A radio link from orbit to the ground: how strong it is, how long it holds, what it carries."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.services.modulation import Modulations
from stationkeeper.services.time_transfer import SPEED_OF_LIGHT

Array = NDArray[np.float64]

BOLTZMANN: Final = 1.380649e-23  # [J/K] exact, SI 2019
_BOLTZMANN_DB: Final = 10.0 * np.log10(BOLTZMANN)  # -228.6 dB


def slant_range(elevation: ArrayLike, altitude: ArrayLike) -> Array:
    """Distance of a satellite that is seen at an elevation, over a round Earth [1]_.

    Parameters
    ----------
    elevation : array_like, (...)
        -pi/2 to pi/2. [rad]
    altitude : array_like, (...)
        Over the equatorial radius, greater than zero. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [m]

    Notes
    -----
    Within 1 % of the distances over the ellipsoid from 420 km and 5 degrees up
    (tests/unit/test_services_link_budget.py): 0.1 dB.

    References
    ----------
    .. [1] J. R. Wertz, W. J. Larson, "Space Mission Analysis and Design", 3rd ed., 1999, 5.2.

    Examples
    --------
    >>> np.round(slant_range(np.radians([90.0, 5.0]), 420e3) / 1e3).tolist()
    [420.0, 1861.0]
    """
    down = EARTH_RADIUS * np.sin(np.asarray(elevation, float))
    high = np.asarray(altitude, float)
    return np.asarray(np.sqrt(down**2 + 2.0 * EARTH_RADIUS * high + high**2) - down)


def free_space_loss(frequency: ArrayLike, distance: ArrayLike) -> Array:
    """Loss between two antennas that radiate evenly (ITU-R P.525-4) [1]_.

    Parameters
    ----------
    frequency : array_like, (...)
        [Hz]
    distance : array_like, (...)
        [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [dB]

    References
    ----------
    .. [1] ITU-R P.525-4 (2019-08), "Calculation of free-space attenuation", equation 4.

    Examples
    --------
    >>> round(float(free_space_loss(1e9, 1e3)), 2)  # 92.45 dB for 1 GHz and 1 km
    92.45
    """
    waves = np.asarray(distance, float) * np.asarray(frequency, float) / SPEED_OF_LIGHT
    return np.asarray(20.0 * np.log10(4.0 * np.pi * waves))


def carrier_to_noise_density(
    eirp: ArrayLike, gain_over_temperature: ArrayLike, losses: ArrayLike
) -> Array:
    """Carrier over noise density of a link.

    Parameters
    ----------
    eirp : array_like, (...)
        Power times gain of the sender. [dBW]
    gain_over_temperature : array_like, (...)
        Of the receiver. [dB/K]
    losses : array_like, (...)
        All of them. [dB]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [dBHz]

    Examples
    --------
    >>> round(float(carrier_to_noise_density(10.0, 20.0, 170.0)), 1)
    88.6
    """
    gained = np.asarray(eirp, float) + np.asarray(gain_over_temperature, float)
    return np.asarray(gained - np.asarray(losses, float) - _BOLTZMANN_DB)


def energy_per_bit(carrier: ArrayLike, rate: ArrayLike) -> Array:
    """Energy of a bit over noise density.

    Parameters
    ----------
    carrier : array_like, (...)
        Carrier over noise density. [dBHz]
    rate : array_like, (...)
        [bit/s]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [dB]

    Examples
    --------
    >>> float(energy_per_bit(80.0, 1e6))
    20.0
    """
    return np.asarray(np.asarray(carrier, float) - 10.0 * np.log10(np.asarray(rate, float)))


@dataclass(frozen=True)
class LinkBudget:
    """What a link does by elevation, under the sky of places."""

    elevation: Array
    """(angle,) [rad]"""
    signal: Array
    """(angle,) energy of a symbol over noise density without any air. [dB]"""
    clear_margin: Array
    """(place, angle) over the modulation that asks least, in the median of the year. [dB]"""
    availability: Array
    """(place, angle) share of the year in which some modulation holds. [-]"""
    rate: Array
    """(place, angle) mean over the year of the best that holds. [bit/s]"""


def link_budget(
    elevation: ArrayLike,
    altitude: float,
    *,
    frequency: float,
    eirp: float,
    gain_over_temperature: float,
    symbol_rate: float,
    losses: float,
    margin: float,
    modulations: Modulations,
    shares: Array,
    attenuation: Array,
) -> LinkBudget:
    """Work out a link with adaptive modulation at elevations, under the sky of places.

    At each moment the modulation is used that carries most of those that hold. The noise of a warm
    wet sky, interference and the time to change the modulation are left out.

    Parameters
    ----------
    elevation : array_like, (angle,)
        [rad]
    altitude : float
        Of the satellite over the equatorial radius. [m]
    frequency : float
        [Hz]
    eirp : float
        Power times gain of the sender. [dBW]
    gain_over_temperature : float
        Of the receiver, under a clear sky. [dB/K]
    symbol_rate : float
        [1/s]
    losses : float
        But for free space and air. [dB]
    margin : float
        Kept in hand. [dB]
    modulations : Modulations
        From which the best that holds is taken.
    shares : ndarray, (share,)
        Shares of the year, rising. [-]
    attenuation : ndarray, (place, angle, share)
        Exceeded for the shares, from `services.attenuation.attenuation`. [dB]

    Returns
    -------
    LinkBudget

    Raises
    ------
    DomainError
        If shapes do not fit.

    Notes
    -----
    Availability is one less the share of the year with more attenuation than the link can spare.
    It is never told as more than one less the smallest share; a link that the air of half the year
    takes counts as never there.

    Examples
    --------
    >>> from stationkeeper.services.modulation import modulations
    >>> here = link_budget(
    ...     np.radians([5.0, 90.0]), 420e3, frequency=8.2e9, eirp=18.0,
    ...     gain_over_temperature=31.0, symbol_rate=125e6, losses=2.0, margin=1.0,
    ...     modulations=modulations("dvb-s2"), shares=np.array([0.01, 0.5]),
    ...     attenuation=np.full((1, 2, 2), 1.0))
    >>> np.round(here.signal, 1).tolist(), np.round(here.rate[0] / 1e6).tolist()
    ([17.5, 30.4], [551.0, 551.0])
    """
    angle = np.atleast_1d(np.asarray(elevation, float))
    if attenuation.shape[1:] != (angle.size, shares.size):
        raise DomainError(
            f"attenuations are (place, angle, share): given {attenuation.shape}, expected"
            f" (place, {angle.size}, {shares.size})"
        )
    lost = free_space_loss(frequency, slant_range(angle, altitude)) + losses + margin
    carrier = carrier_to_noise_density(eirp, gain_over_temperature, lost)
    signal = np.asarray(carrier - 10.0 * np.log10(symbol_rate))
    spare = signal[:, None] - modulations.threshold  # (angle, modulation), rising in what they ask
    held = 1.0 - exceedance(shares, attenuation, spare)
    steps = np.diff(modulations.efficiency, prepend=0.0) * symbol_rate
    return LinkBudget(
        elevation=angle,
        signal=signal,
        clear_margin=signal - modulations.threshold[0] - attenuation[:, :, -1],
        availability=held[:, :, 0],
        rate=np.asarray(held @ steps),
    )


def exceedance(shares: Array, attenuation: Array, spare: Array) -> Array:
    """Share of the year in which more is lost than can be spared.

    The share at which the attenuation is as much, found in the table, with straight lines in the
    logarithm of the share. Where the table says that a rarer share loses less, it loses as much as
    the more frequent one.

    Parameters
    ----------
    shares : ndarray, (share,)
        Rising. [-]
    attenuation : ndarray, (place, angle, share)
        Exceeded for them. [dB]
    spare : ndarray, (angle, modulation)
        What may be lost. [dB]

    Returns
    -------
    ndarray, (place, angle, modulation)
        1 where even the attenuation of the largest share is too much; the smallest share where
        none is. [-]

    Examples
    --------
    >>> table = np.array([[[9.0, 3.0, 1.0]]])
    >>> exceedance(np.array([0.001, 0.01, 0.1]), table, np.array([[0.5, 2.0, 12.0]])).round(4)
    array([[[1.    , 0.0316, 0.001 ]]])
    """
    # The law for rain turns over at the rarest shares of tropical paths: rarer is never less.
    falling = np.maximum.accumulate(attenuation[..., ::-1], axis=-1)[..., ::-1]
    digits = np.log(shares)
    wanted = np.broadcast_to(spare[None], (falling.shape[0], *spare.shape))
    # How many shares lose more than can be spared: attenuations fall along the shares.
    more = np.zeros(wanted.shape, np.int64)
    for share in range(shares.size):
        more += falling[:, :, share, None] > wanted
    last = np.clip(more, 1, shares.size - 1)
    above = np.take_along_axis(falling, last - 1, axis=-1)
    below = np.take_along_axis(falling, last, axis=-1)
    drop = above - below
    part = np.divide(above - wanted, drop, out=np.zeros_like(drop), where=drop > 0)
    part = np.clip(part, 0.0, 1.0)  # beyond the table the ends below stand in
    found = np.exp(digits[last - 1] + part * (digits[last] - digits[last - 1]))
    found = np.where(more == 0, shares[0], found)
    return np.asarray(np.where(more == shares.size, 1.0, found))
