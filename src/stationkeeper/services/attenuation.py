"""All that the air does to a link, put together (Recommendation ITU-R P.618-13, 2.5)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.services.attenuation_cloud import cloud_attenuation
from stationkeeper.services.attenuation_scintillation import (
    ANTENNA_EFFICIENCY,
    scintillation_attenuation,
)
from stationkeeper.services.climate import Climate, by_share
from stationkeeper.services.gas import gas_attenuation
from stationkeeper.services.rain import rain_attenuation

Array = NDArray[np.float64]

SHARES: Final[Array] = np.geomspace(1e-5, 0.5, 32)
"""Shares of a year at which attenuations are tabulated: all that P.618-13 holds for. [-]"""

_HELD: Final = 0.01  # [-] below, rain already holds what gas and clouds add (P.618-13, 2.5)


def combined(gas: ArrayLike, cloud: ArrayLike, rain: ArrayLike, scintillation: ArrayLike) -> Array:
    """Put attenuations together (equation 64 of P.618-13).

    Parameters
    ----------
    gas, cloud, rain, scintillation : array_like, (...)
        Attenuations exceeded for the same share of the year. [dB]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        [dB]

    Examples
    --------
    >>> float(combined(1.0, 1.0, 3.0, 3.0))
    6.0
    """
    wet = np.asarray(rain, float) + np.asarray(cloud, float)
    return np.asarray(np.asarray(gas, float) + np.hypot(wet, np.asarray(scintillation, float)))


def attenuation(
    climate: Climate,
    frequency: float,
    elevation: ArrayLike,
    *,
    diameter: float,
    exceeded: ArrayLike = SHARES,
    tilt: float = np.pi / 4,
    efficiency: float = ANTENNA_EFFICIENCY,
) -> Array:
    """Attenuation on paths to space that is exceeded for shares of an average year [1]_.

    Gas, clouds, rain and scintillation. Left out: the melting layer, wet antennas, sand, multipath
    below 5 degrees, the warmer sky of a rainy path (noise), and the ionosphere (0.05 to 1 GHz).

    Parameters
    ----------
    climate : Climate
        Of (place,) places.
    frequency : float
        1 to 55 GHz; 0.05 to 200 GHz is taken. [Hz]
    elevation : array_like, (angle,)
        5 to 90 degrees; lower ones with the laws of `gas`, `rain` and scintillation held. [rad]
    diameter : float
        Of the antenna on the ground. [m]
    exceeded : array_like, (share,)
        Shares of the year, 1e-5 to 0.5. [-]
    tilt : float
        Of the polarisation to the horizontal; pi/4 for circular. [rad]
    efficiency : float
        Of the antenna. [-]

    Returns
    -------
    ndarray, (place, angle, share)
        Attenuation. [dB]

    Notes
    -----
    On tropical paths with more than some 100 dB of rain the law for rain turns over below 0.01 % of
    the year: the table is as the Recommendation gives it, and `link_budget.exceedance` holds it.
    Below 1 % of the year gas and clouds are held at what they are at 1 %, as P.618-13 says
    (P.618-14 holds them at 5 %). Parts and total agree with the validation figures of the ITU to
    1e-8; with itur 0.4.0 on its own full maps to some percent, for the maps here are coarse
    (figures on the page on links).

    References
    ----------
    .. [1] ITU-R P.618-13 (2017-12), 2.5, with P.676-12, P.838-3, P.839-4, P.840-8.
    """
    share = np.atleast_1d(np.asarray(exceeded, float))
    angle = np.atleast_1d(np.asarray(elevation, float))
    slow = np.maximum(share, _HELD)
    # Gas and clouds only vary at the few shares above 1 %: worked out once for each.
    levels, back = np.unique(slow, return_inverse=True)
    content = by_share(climate.level, climate.vapour_content, levels).T[:, None, :]
    density = by_share(climate.density_level, climate.vapour_density, levels).T[:, None, :]
    liquid = by_share(climate.level, climate.liquid, levels).T[:, None, :]
    tall = climate.height[:, None, None]
    gas = gas_attenuation(
        frequency,
        angle[None, :, None],
        dry_pressure=climate.pressure[:, None, None],
        temperature=climate.temperature[:, None, None],
        density=density,
        content=content,
        height=tall,
    )
    cloud = cloud_attenuation(frequency, angle[None, :, None], liquid)
    rain = rain_attenuation(
        share,
        frequency,
        angle[None, :, None],
        latitude=climate.latitude[:, None, None],
        height=tall,
        rain_height=climate.rain_height[:, None, None],
        rain_rate=climate.rain_rate[:, None, None],
        tilt=tilt,
    )
    fade = scintillation_attenuation(
        share,
        frequency,
        angle[None, :, None],
        wet_refractivity=climate.wet_refractivity[:, None, None],
        diameter=diameter,
        efficiency=efficiency,
    )
    return combined(gas[..., back], cloud[..., back], rain, fade)
