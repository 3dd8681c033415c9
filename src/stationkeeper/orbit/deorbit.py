"""How a station ends: brought down on purpose, left to fall, or raised and stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH, SECONDS_PER_DAY
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel
from stationkeeper.orbit.casualty import CASUALTY_LIMIT, Debris, casualty_area, casualty_expectation
from stationkeeper.orbit.entry import Footprint, decayed_state, entry_state, footprint
from stationkeeper.orbit.mechanics import propellant_for, transfer_speed

HOLD_ALTITUDE: Final = 220e3  # [m] NASA RFI of August 2022: thrusters alone can still steer there
PERIGEE_STEPS: Final = (145e3, 50e3)  # [m] same: 145 x 200 km first, then a perigee of 50 km
CREW_LEAD_DAYS: Final = 183.0  # [d] crew leaves about six months before entry (press, 2024)
BURN_SPACING_DAYS: Final = 0.125  # [d] two orbits, as between the last two burns of Mir (2001)
FAILURE_PROBABILITY: Final = 0.01  # [-] that the last burns fail, chosen by us
OCEAN_PERSONS: Final = 1e-11  # [1/m2] ships of the South Pacific, 10 persons a million km2, ours
_BURN_STEPS: Final = 400


@dataclass(frozen=True)
class Burn:
    """One burn against the motion, centred on the apogee.

    Attributes
    ----------
    day
        When its middle is flown, days since 2000-01-01. [d]
    duration
        Length. [s]
    delta_v, impulsive_delta_v, gravity_loss
        Speed spent; speed an instant burn would need for the same perigee; the difference. [m/s]
    propellant, mass_after
        Propellant spent and mass at its end. [kg]
    perigee_altitude, apogee_altitude
        Of the orbit after it, over the equatorial radius. [m]
    """

    day: float
    duration: float
    delta_v: float
    impulsive_delta_v: float
    gravity_loss: float
    propellant: float
    mass_after: float
    perigee_altitude: float
    apogee_altitude: float


@dataclass(frozen=True)
class ControlledDeorbit:
    """A station brought down on purpose, as a sequence with its price and its risk.

    Attributes
    ----------
    drift_days
        From the first day given to the height where the burns begin. [d]
    crew_leaves_day, hold_day, entry_day
        Days since 2000-01-01; a crew day before the first day given means it is already late. [d]
    burns
        In order.
    delta_v, gravity_loss, propellant
        Sums over the burns. [m/s, m/s, kg]
    strip
        Where pieces land.
    expectation_if_failed, expectation, limit
        Casualties if the station falls anywhere; casualties of the plan; what is allowed. [-]
    failure_allowed
        Largest probability of failure with which the plan keeps the limit. [-]
    assumptions
        The uncertain inputs, in words.
    """

    drift_days: float
    crew_leaves_day: float
    hold_day: float
    entry_day: float
    burns: tuple[Burn, ...]
    delta_v: float
    gravity_loss: float
    propellant: float
    strip: Footprint
    expectation_if_failed: float
    expectation: float
    limit: float
    failure_allowed: float
    assumptions: tuple[str, ...]

    @property
    def within_limit(self) -> bool:
        """True if the plan's casualty expectation keeps the limit."""
        return self.expectation <= self.limit


@dataclass(frozen=True)
class UncontrolledEntry:
    """A station left to fall: casualties to expect, their limit, and the strip of pieces."""

    entry_day: float
    expectation: float
    limit: float
    strip: Footprint
    assumptions: tuple[str, ...]

    @property
    def within_limit(self) -> bool:
        """True if the casualty expectation keeps the limit."""
        return self.expectation <= self.limit


@dataclass(frozen=True)
class StorageOrbit:
    """A station raised and left: its height, the price of the raise, and its life there.

    Attributes
    ----------
    altitude
        Over the equatorial radius. [m]
    delta_v, propellant
        Of the raise. [m/s, kg]
    life_days
        Until it is back at the lowest altitude of the decay given. [d]
    """

    altitude: float
    delta_v: float
    propellant: float
    life_days: float


def first_below(day: ArrayLike, altitude: ArrayLike, level: ArrayLike) -> NDArray[np.float64]:
    """Day on which a decaying orbit first comes down to a level.

    Linear between samples.

    Parameters
    ----------
    day : array_like, (time,)
        Rising days. [d]
    altitude : array_like, (..., time)
        Mean altitude on those days. [m]
    level : array_like, broadcast with (...)
        Altitude sought. [m]

    Returns
    -------
    ndarray, (...)
        Day; the first day if it is already below, NaN if it never comes down so far. [d]

    Examples
    --------
    >>> float(first_below([0.0, 10.0, 20.0], [420e3, 410e3, 390e3], 400e3))
    15.0
    """
    days = np.asarray(day, dtype=np.float64)
    heights = np.asarray(altitude, dtype=np.float64)
    sought = np.broadcast_to(np.asarray(level, dtype=np.float64), heights.shape[:-1])
    below = heights <= sought[..., None]
    after = below.argmax(axis=-1)
    before = np.maximum(after - 1, 0)
    high = np.take_along_axis(heights, before[..., None], -1)[..., 0]
    low = np.take_along_axis(heights, after[..., None], -1)[..., 0]
    fall = np.where(after > 0, high - low, 1.0)
    part = np.where(after > 0, (high - sought) / fall, 0.0)
    found = days[before] + part * (days[after] - days[before])
    return np.asarray(np.where(below.any(axis=-1), found, np.nan))


def decay_days(
    altitude: ArrayLike, density: ArrayLike, drag_area_per_mass: float
) -> NDArray[np.float64]:
    """Days that drag takes from each altitude down to the lowest one given.

    A circular orbit in a density that depends on altitude alone: for the long life of a storage
    orbit under a mean atmosphere. The solar cycle, and the station's own breaking up, are left out.

    Parameters
    ----------
    altitude : array_like, (altitude,)
        Rising altitudes over the equatorial radius. [m]
    density : array_like, (altitude,)
        Mean density there, positive. [kg/m3]
    drag_area_per_mass : float
        Drag coefficient times area over mass. [m2/kg]

    Returns
    -------
    ndarray, (altitude,)
        Days, zero at the lowest altitude. [d]

    Raises
    ------
    DomainError
        If altitudes do not rise or a density is not positive.

    Examples
    --------
    >>> heights = np.linspace(200e3, 700e3, 501)
    >>> days = decay_days(heights, 3e-12 * np.exp(-(heights - 420e3) / 65e3), 0.0067)
    >>> bool(days[-1] > 20 * days[220])
    True
    """
    heights = np.asarray(altitude, dtype=np.float64)
    air = np.asarray(density, dtype=np.float64)
    if heights.size < 2 or np.any(np.diff(heights) <= 0) or np.any(~(air > 0)):
        raise DomainError("decay days need rising altitudes and densities above zero")
    radius = EARTH_RADIUS + heights
    slowness = 1 / (drag_area_per_mass * air * np.sqrt(MU_EARTH * radius))
    # 1/density is close to exponential in altitude: integrate each cell as an exponential.
    ratio = np.log(slowness[1:] / slowness[:-1])
    flat = np.abs(ratio) < 1e-9
    mean = np.where(
        flat, slowness[:-1], (slowness[1:] - slowness[:-1]) / np.where(flat, 1.0, ratio)
    )
    return np.asarray(np.concatenate([[0.0], np.cumsum(mean * np.diff(heights))]) / SECONDS_PER_DAY)


@kernel
def _fly_burn(
    perigee: float, apogee: float, duration: float, acceleration: float, exhaust: float, steps: int
) -> tuple[float, float]:
    """Perigee and apogee radius after a burn against the motion centred on the apogee."""
    axis = 0.5 * (perigee + apogee)
    state = np.array([-apogee, 0.0, 0.0, -np.sqrt(MU_EARTH * (2 / apogee - 1 / axis))])
    slopes = np.empty((4, 4))
    for leg in range(2):
        # First back along the coasting orbit by half the burn, then forward under thrust.
        step = -0.5 * duration / steps if leg == 0 else duration / steps
        for k in range(steps):
            for stage in range(4):
                if stage == 0:
                    now, part = state, 0.0
                elif stage == 3:
                    now, part = state + step * slopes[2], 1.0
                else:
                    now, part = state + 0.5 * step * slopes[stage - 1], 0.5
                radius = np.sqrt(now[0] ** 2 + now[1] ** 2)
                speed = np.sqrt(now[2] ** 2 + now[3] ** 2)
                push = 0.0
                if leg == 1:
                    burnt = acceleration * (k + part) * step / exhaust
                    push = acceleration / (1.0 - burnt)
                slopes[stage, 0] = now[2]
                slopes[stage, 1] = now[3]
                slopes[stage, 2] = -MU_EARTH * now[0] / radius**3 - push * now[2] / speed
                slopes[stage, 3] = -MU_EARTH * now[1] / radius**3 - push * now[3] / speed
            state = state + step / 6 * (slopes[0] + 2 * slopes[1] + 2 * slopes[2] + slopes[3])
    radius = np.sqrt(state[0] ** 2 + state[1] ** 2)
    energy = 0.5 * (state[2] ** 2 + state[3] ** 2) - MU_EARTH / radius
    momentum = state[0] * state[3] - state[1] * state[2]
    axis = -0.5 * MU_EARTH / energy
    eccentricity = np.sqrt(max(1 - momentum**2 / (MU_EARTH * axis), 0.0))
    return axis * (1 - eccentricity), axis * (1 + eccentricity)


def _apogee_speed(perigee: float, apogee: float) -> float:
    return float(np.sqrt(MU_EARTH * 2 * perigee / (apogee * (perigee + apogee))))


def braking_burn(
    perigee_altitude: float,
    apogee_altitude: float,
    delta_v: float,
    mass: float,
    thrust: float,
    exhaust_velocity: float,
    day: float = 0.0,
) -> Burn:
    """Fly one burn of a given speed change against the motion, centred on the apogee.

    Plane two-body motion with constant thrust opposite to the velocity; drag and Earth's
    oblateness during the burn are left out.

    Parameters
    ----------
    perigee_altitude, apogee_altitude : float
        Orbit before the burn, over the equatorial radius. [m]
    delta_v : float
        Speed spent, zero or more. [m/s]
    mass : float
        Mass before the burn. [kg]
    thrust : float
        Thrust at hand. [N]
    exhaust_velocity : float
        Effective exhaust velocity. [m/s]
    day : float
        Day of the burn, handed through. [d]

    Returns
    -------
    Burn

    Raises
    ------
    DomainError
        If an input is not positive, or the burn lasts longer than one orbit.

    Notes
    -----
    For long burns the perigee follows (1 + sin x / x) / 2 of the instant burn's change, with x half
    the angle flown under thrust, to 1 % (tests/unit/test_deorbit.py). The two burns that
    lowered Mir in March 2001 are a row of ``stationkeeper validate orbit``.

    Examples
    --------
    >>> burn = braking_burn(220e3, 220e3, 20.0, 420e3, 10e3, 2_900.0)
    >>> round(burn.duration), round(burn.perigee_altitude / 1e3)
    (837, 154)
    """
    if not (min(mass, thrust, exhaust_velocity) > 0 and delta_v >= 0):
        raise DomainError(
            "a burn needs mass, thrust and exhaust velocity above zero and a speed of zero or more"
        )
    low, high = EARTH_RADIUS + perigee_altitude, EARTH_RADIUS + apogee_altitude
    if not 0 < low <= high:
        raise DomainError("a burn needs a perigee at or below the apogee, above Earth's centre")
    propellant = float(propellant_for(delta_v, mass, exhaust_velocity))
    duration = propellant * exhaust_velocity / thrust
    orbit = 2 * np.pi * np.sqrt(((low + high) / 2) ** 3 / MU_EARTH)
    if duration > orbit:
        raise DomainError(
            f"a burn of {delta_v:.1f} m/s lasts {duration:.0f} s, longer than the orbit's "
            f"{orbit:.0f} s: use more thrust or split it into more burns"
        )
    perigee, apogee = _fly_burn(low, high, duration, thrust / mass, exhaust_velocity, _BURN_STEPS)
    instant = _apogee_speed(low, high) - _apogee_speed(perigee, high)
    return Burn(
        day,
        duration,
        delta_v,
        instant,
        delta_v - instant,
        propellant,
        mass - propellant,
        perigee - EARTH_RADIUS,
        apogee - EARTH_RADIUS,
    )


def lower_perigee(
    perigee_altitude: float,
    apogee_altitude: float,
    target_altitude: float,
    mass: float,
    thrust: float,
    exhaust_velocity: float,
    day: float = 0.0,
) -> Burn:
    """Find the burn at the apogee that brings the perigee down to a target.

    See `braking_burn` for the motion and what is left out.

    Parameters
    ----------
    perigee_altitude, apogee_altitude : float
        Orbit before the burn, over the equatorial radius. [m]
    target_altitude : float
        Perigee sought, below the present one. [m]
    mass, thrust, exhaust_velocity, day : float
        As in `braking_burn`. [kg, N, m/s, d]

    Returns
    -------
    Burn

    Raises
    ------
    DomainError
        If the target is not below the perigee, or the thrust cannot do it within half an orbit.

    Examples
    --------
    >>> burn = lower_perigee(220e3, 220e3, 50e3, 420e3, 10e3, 2_900.0)
    >>> round(burn.perigee_altitude / 1e3), round(burn.impulsive_delta_v), round(burn.delta_v)
    (50, 51, 61)
    """
    if not target_altitude < perigee_altitude:
        raise DomainError(
            f"the perigee sought, {target_altitude / 1e3:.0f} km, is not below the present "
            f"{perigee_altitude / 1e3:.0f} km"
        )
    low, high = EARTH_RADIUS + perigee_altitude, EARTH_RADIUS + apogee_altitude
    half_orbit = np.pi * np.sqrt(((low + high) / 2) ** 3 / MU_EARTH)
    flow = thrust / exhaust_velocity
    longest = min(half_orbit, 0.9 * mass / flow)  # never more than nine tenths of the mass
    most = -exhaust_velocity * float(np.log1p(-flow * longest / mass))
    least = 0.0

    def reached(speed: float) -> Burn:
        return braking_burn(
            perigee_altitude, apogee_altitude, speed, mass, thrust, exhaust_velocity, day
        )

    if reached(most).perigee_altitude > target_altitude:
        raise DomainError(
            f"{thrust:.0f} N on {mass:.0f} kg cannot lower the perigee from "
            f"{perigee_altitude / 1e3:.0f} to {target_altitude / 1e3:.0f} km in one burn of half "
            "an orbit: use more thrust or more steps"
        )
    for _ in range(60):
        middle = 0.5 * (least + most)
        if reached(middle).perigee_altitude > target_altitude:
            least = middle
        else:
            most = middle
        if most - least < 1e-7:
            break
    return reached(0.5 * (least + most))


def controlled_deorbit(
    day: ArrayLike,
    altitude: ArrayLike,
    *,
    mass: float,
    thrust: float,
    exhaust_velocity: float,
    drag_area_per_mass: float,
    inclination: float,
    persons: float,
    hold_altitude: float = HOLD_ALTITUDE,
    perigee_steps: Sequence[float] = PERIGEE_STEPS,
    crew_lead_days: float = CREW_LEAD_DAYS,
    burn_spacing_days: float = BURN_SPACING_DAYS,
    failure_probability: float = FAILURE_PROBABILITY,
    debris: Debris | None = None,
) -> ControlledDeorbit:
    """Plan a controlled deorbit: drift down, crew leaves, last burns, entry over an ocean.

    Drag between the burns is left out (a perigee of 150 km loses some kilometres in two orbits),
    so are the small burns that place the ground track, and the propellant for attitude control.

    Parameters
    ----------
    day : array_like, (time,)
        Days of the decay, from the day when reboosts end. [d]
    altitude : array_like, (time,)
        Mean altitude on those days from the decay model. [m]
    mass : float
        Mass of station and deorbit ship at the first burn. [kg]
    thrust, exhaust_velocity : float
        Of the engines at hand. [N, m/s]
    drag_area_per_mass : float
        Drag coefficient times area over mass, for the flight from 120 km. [m2/kg]
    inclination : float
        Inclination. [rad]
    persons : float
        World population, see `casualty.world_population`. [-]
    hold_altitude : float
        Height of the circular orbit where the burns begin. [m]
    perigee_steps : sequence of float
        Perigee after each burn, falling; the last below 120 km. [m]
    crew_lead_days : float
        The crew leaves so long before entry. [d]
    burn_spacing_days : float
        Between burns. [d]
    failure_probability : float
        That the last burns fail and the station falls anywhere. [-]
    debris : Debris, optional
        What reaches the ground.

    Returns
    -------
    ControlledDeorbit

    Raises
    ------
    DomainError
        If the decay never reaches the hold altitude, or a burn is beyond the thrust at hand.

    Examples
    --------
    >>> days = np.arange(1000.0)
    >>> plan = controlled_deorbit(
    ...     days, 420e3 - 250.0 * days, mass=450e3, thrust=10e3, exhaust_velocity=2_940.0,
    ...     drag_area_per_mass=0.0067, inclination=np.radians(51.6), persons=8.5e9,
    ... )
    >>> round(plan.drift_days), len(plan.burns), round(plan.delta_v), plan.within_limit
    (800, 2, 53, False)
    """
    days = np.asarray(day, dtype=np.float64)
    hold_day = float(first_below(days, altitude, hold_altitude))
    if not np.isfinite(hold_day):
        raise DomainError(
            f"the decay given ends above {hold_altitude / 1e3:.0f} km: give more days"
        )
    burns: list[Burn] = []
    perigee = apogee = hold_altitude
    remaining = mass
    for number, target in enumerate(perigee_steps):
        burn = lower_perigee(
            perigee,
            apogee,
            target,
            remaining,
            thrust,
            exhaust_velocity,
            hold_day + number * burn_spacing_days,
        )
        burns.append(burn)
        perigee, apogee, remaining = burn.perigee_altitude, burn.apogee_altitude, burn.mass_after
    speed, angle = entry_state(EARTH_RADIUS + perigee, EARTH_RADIUS + apogee)
    strip = footprint(speed, angle, 1 / drag_area_per_mass)
    entry_day = burns[-1].day + 0.03  # [d] some 45 minutes from the last burn to the ground
    what = debris or Debris()
    if_failed = float(casualty_expectation(remaining, inclination, persons, what))
    at_sea = float(casualty_area(remaining, what)) * OCEAN_PERSONS
    expectation = failure_probability * if_failed + (1 - failure_probability) * at_sea
    allowed = (CASUALTY_LIMIT - at_sea) / (if_failed - at_sea) if if_failed > at_sea else 1.0
    return ControlledDeorbit(
        hold_day - float(days[0]),
        entry_day - crew_lead_days,
        hold_day,
        entry_day,
        tuple(burns),
        sum(burn.delta_v for burn in burns),
        sum(burn.gravity_loss for burn in burns),
        sum(burn.propellant for burn in burns),
        strip,
        if_failed,
        expectation,
        CASUALTY_LIMIT,
        float(np.clip(allowed, 0.0, 1.0)),
        (
            *_debris_words(what),
            f"the last burns fail with a probability of {failure_probability:g} (chosen by us)",
            f"{OCEAN_PERSONS * 1e12:g} persons per million km2 on the ocean strip (chosen by us)",
            f"the crew leaves {crew_lead_days:g} days before entry",
            "drag between the burns and ground-track burns left out",
        ),
    )


def uncontrolled_entry(
    entry_day: float,
    *,
    mass: float,
    drag_area_per_mass: float,
    inclination: float,
    persons: float,
    debris: Debris | None = None,
) -> UncontrolledEntry:
    """Describe a station left to fall by itself.

    Parameters
    ----------
    entry_day : float
        Day on which the decay model brings it to 120 km, handed through. [d]
    mass : float
        Mass at entry. [kg]
    drag_area_per_mass : float
        Drag coefficient times area over mass. [m2/kg]
    inclination : float
        Inclination. [rad]
    persons : float
        World population. [-]
    debris : Debris, optional
        What reaches the ground.

    Returns
    -------
    UncontrolledEntry

    Examples
    --------
    >>> end = uncontrolled_entry(11_500.0, mass=420e3, drag_area_per_mass=0.0067,
    ...                          inclination=np.radians(51.6), persons=8.5e9)
    >>> round(end.expectation, 3), end.within_limit
    (0.082, False)
    """
    what = debris or Debris()
    strip = footprint(*decayed_state(1 / drag_area_per_mass), 1 / drag_area_per_mass)
    expectation = float(casualty_expectation(mass, inclination, persons, what))
    return UncontrolledEntry(entry_day, expectation, CASUALTY_LIMIT, strip, _debris_words(what))


def storage_orbit(
    altitude_from: float,
    altitude_to: float,
    *,
    mass: float,
    exhaust_velocity: float,
    decay_altitude: ArrayLike,
    decay_time_days: ArrayLike,
) -> StorageOrbit:
    """Describe a station raised to a higher circular orbit and left there.

    Many small burns, so no gravity loss; drag during the raise is left out. Collisions with debris,
    which are more frequent higher up, are not part of the life given.

    Parameters
    ----------
    altitude_from, altitude_to : float
        Circular orbits over the equatorial radius. [m]
    mass : float
        Mass before the raise, propellant included. [kg]
    exhaust_velocity : float
        Effective exhaust velocity. [m/s]
    decay_altitude : array_like, (altitude,)
        Rising altitudes of the decay. [m]
    decay_time_days : array_like, (altitude,)
        Days from each of them to the end, as from `decay_days`. [d]

    Returns
    -------
    StorageOrbit

    Raises
    ------
    DomainError
        If the orbit sought lies outside the altitudes of the decay.

    Examples
    --------
    >>> heights = np.linspace(200e3, 700e3, 501)
    >>> days = decay_days(heights, 3e-12 * np.exp(-(heights - 420e3) / 65e3), 0.0067)
    >>> stored = storage_orbit(420e3, 660e3, mass=450e3, exhaust_velocity=2_940.0,
    ...                        decay_altitude=heights, decay_time_days=days)
    >>> round(stored.delta_v), round(stored.propellant, -2)
    (132, 19700.0)
    """
    heights = np.asarray(decay_altitude, dtype=np.float64)
    if not heights[0] <= altitude_to <= heights[-1]:
        raise DomainError(
            f"the storage orbit at {altitude_to / 1e3:.0f} km lies outside the decay given, "
            f"{heights[0] / 1e3:.0f} to {heights[-1] / 1e3:.0f} km"
        )
    speed = float(transfer_speed(EARTH_RADIUS + altitude_from, EARTH_RADIUS + altitude_to))
    life = float(np.interp(altitude_to, heights, np.asarray(decay_time_days, dtype=np.float64)))
    return StorageOrbit(
        altitude_to, speed, float(propellant_for(speed, mass, exhaust_velocity)), life
    )


def _debris_words(debris: Debris) -> tuple[str, ...]:
    return (
        f"{debris.surviving_fraction:.0%} of the mass reaches the ground (published range 10-40 %)",
        f"pieces of {debris.piece_mass:.1f} kg and {debris.piece_mass_per_area:g} kg/m2 as UARS",
    )
