"""Air through a hole, a slot or a crack: flow, pressure decay, reserve time, make-up gas.

Outside is vacuum. A hole that is wide against its depth is choked: its flow goes with the pressure
inside. A tight slot is viscous: its flow goes with the square of the pressure. Both empty a closed
volume by the same law with another exponent (`pressure_after`). A rate of leak does not give the
length of a crack: the opening of a crack that is not gaping is not identifiable from public data.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import DomainError

Array = NDArray[np.float64]

AIR_GAS_CONSTANT: Final = 287.05  # [J/(kg K)] dry air (US Standard Atmosphere 1976). Confidence A
AIR_HEAT_RATIO: Final = 1.4  # [-] diatomic gas. Confidence A
AIR_VISCOSITY: Final = 1.82e-5  # [Pa s] air at 295 K by Sutherland's law (USSA 1976). Confidence A
CABIN_TEMPERATURE: Final = 295.0  # [K] our choice: gives the 1,096 kg of 916 m3 at 101.325 kPa
SHARP_HOLE: Final = 0.85  # [-] discharge coefficient of a sharp-edged hole into vacuum; our choice
MMHG: Final = 133.322  # [Pa] millimetre of mercury, conventional
LENGTH_MARGIN: Final = 2.0  # [-] NUREG-0800, 3.6.3: critical length over the noticed one
_BISECTIONS: Final = 60  # halves an interval of 6 decades to the last bit


def _positive(**values: ArrayLike) -> None:
    """Refuse arguments at or below zero; NaN passes."""
    for name, value in values.items():
        if np.any(np.asarray(value) <= 0):
            told = name.replace("_", " ")
            raise DomainError(f"{told}: expected above zero, given {np.min(value)}")


def choked_flow(
    area: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike = CABIN_TEMPERATURE,
    discharge_coefficient: ArrayLike = SHARP_HOLE,
) -> Array:
    """Mass of air lost through a hole into vacuum, in a unit of time.

    One-dimensional flow at the speed of sound in the hole [1]_. Friction, and the fall of the
    coefficient for holes deeper than wide, are left to `discharge_coefficient`.

    Parameters
    ----------
    area : array_like, (...)
        Of the hole, zero or more. [m2]
    pressure : array_like, (...)
        Inside, zero or more. [Pa]
    temperature : array_like, (...)
        Inside, above zero. [K]
    discharge_coefficient : array_like, (...)
        Share of the ideal flow. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Flow. [kg/s]

    Raises
    ------
    DomainError
        If the temperature is not above zero.

    Notes
    -----
    Holds for outside pressure below 0.528 of the inside one, and for holes much wider than the mean
    free path (0.07 um in the cabin). Agrees with the table of holes of 0.2 to 100 mm in
    ``validation/authorities/hull_leaks.toml`` to its last printed digit.

    References
    ----------
    .. [1] M. Saad, "Compressible Fluid Flow", 2nd ed., 1993, choked mass flow.

    Examples
    --------
    >>> hole = np.pi / 4 * 1e-3**2
    >>> round(float(choked_flow(hole, 101_325.0)) * 86_400, 1)  # kg a day through 1 mm
    13.8
    """
    _positive(temperature=temperature)
    gamma = AIR_HEAT_RATIO
    factor = np.sqrt(gamma) * (2 / (gamma + 1)) ** ((gamma + 1) / (2 * (gamma - 1)))
    area, pressure, temperature, discharge_coefficient = np.broadcast_arrays(
        *(
            np.asarray(value, dtype=np.float64)
            for value in (area, pressure, temperature, discharge_coefficient)
        )
    )
    speed = np.sqrt(AIR_GAS_CONSTANT * temperature)
    return np.asarray(discharge_coefficient * area * pressure * factor / speed)


def equivalent_diameter(
    flow: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike = CABIN_TEMPERATURE,
    discharge_coefficient: ArrayLike = SHARP_HOLE,
) -> Array:
    """Diameter of the one round hole that would leak as much.

    Parameters
    ----------
    flow : array_like, (...)
        Air lost. [kg/s]
    pressure : array_like, (...)
        Inside, above zero. [Pa]
    temperature : array_like, (...)
        Inside, above zero. [K]
    discharge_coefficient : array_like, (...)
        Share of the ideal flow. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Diameter. [m]

    Raises
    ------
    DomainError
        If pressure or temperature are not above zero.

    Notes
    -----
    A measure of the flow, not of a crack: a crack of 22 mm that leaks as a hole of 0.3 mm is nearly
    shut.

    Examples
    --------
    >>> round(float(equivalent_diameter(1.0 / 86_400, 101_325.0)) * 1e3, 2)  # mm
    0.27
    """
    _positive(pressure=pressure)
    per_area = choked_flow(1.0, pressure, temperature, discharge_coefficient)
    return np.asarray(np.sqrt(4 / np.pi * np.asarray(flow, dtype=np.float64) / per_area))


def air_mass(
    volume: ArrayLike, pressure: ArrayLike, temperature: ArrayLike = CABIN_TEMPERATURE
) -> Array:
    """Mass of the air in a volume.

    Parameters
    ----------
    volume : array_like, (...)
        Free volume. [m3]
    pressure : array_like, (...)
        Inside. [Pa]
    temperature : array_like, (...)
        Inside, above zero. [K]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Mass. [kg]

    Raises
    ------
    DomainError
        If the temperature is not above zero.

    Examples
    --------
    >>> round(float(air_mass(916.0, 101_325.0)))
    1096
    """
    _positive(temperature=temperature)
    return np.asarray(
        np.asarray(pressure, dtype=np.float64)
        * np.asarray(volume, dtype=np.float64)
        / (AIR_GAS_CONSTANT * np.asarray(temperature, dtype=np.float64))
    )


def pressure_after(
    pressure: ArrayLike, time: ArrayLike, time_constant: ArrayLike, exponent: float = 1.0
) -> Array:
    """Pressure in a closed volume that leaks into vacuum, at constant temperature.

    The flow goes with pressure to the power `exponent`: 1 for a choked hole, 2 for a viscous slot.

    Parameters
    ----------
    pressure : array_like, (...)
        At the start. [Pa]
    time : array_like, (...)
        Since the start. [s]
    time_constant : array_like, (...)
        Mass of air over flow, both at the start; above zero. [s]
    exponent : float
        1 or more. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Pressure. [Pa]

    Raises
    ------
    DomainError
        If the time constant is not above zero, or the exponent below 1.

    Notes
    -----
    Walls keep the air at their temperature if the decay takes hours or more. With both laws fitted
    on 14 and 20 July 2021, the tunnel's later readings of 200, 167 and 160 mmHg compare as the rows
    of ``validate hull`` show: the viscous law follows them, the choked one falls too fast.

    Examples
    --------
    >>> round(float(pressure_after(730.0, 18.0, 110.0)))
    620
    >>> round(float(pressure_after(473.0, 11.0, 6 / (473 / 273 - 1), exponent=2)))
    202
    """
    _positive(time_constant=time_constant)
    if exponent < 1:
        raise DomainError(f"exponent: expected 1 (choked) or more, given {exponent}")
    start, time, time_constant = (
        np.asarray(value, dtype=np.float64) for value in (pressure, time, time_constant)
    )
    if exponent == 1:
        return np.asarray(start * np.exp(-time / time_constant))
    left = (1 + (exponent - 1) * time / time_constant) ** (-1 / (exponent - 1))
    return np.asarray(start * left)


def reserve_time(
    pressure: ArrayLike, limit: ArrayLike, time_constant: ArrayLike, exponent: float = 1.0
) -> Array:
    """Time until the pressure of a closed volume has fallen to a limit.

    Parameters
    ----------
    pressure : array_like, (...)
        At the start, above zero. [Pa]
    limit : array_like, (...)
        Pressure to reach, above zero; zero time if it is not below `pressure`. [Pa]
    time_constant : array_like, (...)
        Mass of air over flow, both at the start; above zero. [s]
    exponent : float
        Of the pressure in the flow, 1 (choked) or more. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Time. [s]

    Raises
    ------
    DomainError
        If a pressure or the time constant are not above zero, or the exponent below 1.

    Notes
    -----
    No make-up gas flows in. Agrees with the table in ``hull_leaks.toml`` within its last digit.

    Examples
    --------
    >>> mass = air_mass(916.0, 101_325.0)
    >>> flow = choked_flow(np.pi / 4 * 0.01**2, 101_325.0)
    >>> round(float(reserve_time(101_325.0, 70e3, mass / flow)) / 3_600, 1)  # hours, 10 mm
    7.1
    """
    _positive(pressure=pressure, limit=limit, time_constant=time_constant)
    if exponent < 1:
        raise DomainError(f"exponent: expected 1 (choked) or more, given {exponent}")
    ratio = np.maximum(
        np.asarray(pressure, dtype=np.float64) / np.asarray(limit, dtype=np.float64), 1.0
    )
    time_constant = np.asarray(time_constant, dtype=np.float64)
    if exponent == 1:
        return np.asarray(time_constant * np.log(ratio))
    return np.asarray(time_constant * (ratio ** (exponent - 1) - 1) / (exponent - 1))


def loss_rate_of_decay(
    before: ArrayLike, after: ArrayLike, time: ArrayLike, exponent: float = 1.0
) -> Array:
    """Share of its air that a closed volume loses in a unit of time, at the start of a decay.

    The inverse of `pressure_after`. Times the mass of air at the start it is the flow, so it is as
    uncertain as the volume; by itself it needs no volume.

    Parameters
    ----------
    before, after : array_like, (...)
        Pressures at start and end, above zero, in one unit. [Pa]
    time : array_like, (...)
        Between them, above zero. [s]
    exponent : float
        Of the pressure in the flow, 1 (choked) or more. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Share lost. [1/s]

    Raises
    ------
    DomainError
        If a pressure or the time is not above zero, or the exponent below 1.

    Examples
    --------
    730 to 620 mmHg in 18 h, as the shut tunnel in December 2020:

    >>> share = loss_rate_of_decay(730.0, 620.0, 18 * 3_600.0)
    >>> round(float(share) * 86_400, 3)
    0.218
    >>> round(float(share * air_mass(6.0, 730 * MMHG)) * 86_400, 2)  # kg a day if 6 m3
    1.5
    """
    _positive(time=time)
    return np.asarray(
        reserve_time(before, after, 1.0, exponent) / np.asarray(time, dtype=np.float64)
    )


def make_up_gas(flow: ArrayLike, open_share: ArrayLike = 1.0) -> Array:
    """Gas that must be brought in a year for a leak behind a hatch.

    Parameters
    ----------
    flow : array_like, (...)
        Air lost while the hatch is open. [kg/s]
    open_share : array_like, (...)
        Share of the time that the hatch is open, 0 to 1. [-]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Mass for a Julian year. [kg]

    Raises
    ------
    DomainError
        If the share is outside 0 to 1.

    Notes
    -----
    Left out: the air of the shut compartment itself, some 7 kg, lost at each closing.

    Examples
    --------
    >>> round(float(make_up_gas(1.68 / 86_400)))
    614
    """
    share = np.asarray(open_share, dtype=np.float64)
    if np.any((share < 0) | (share > 1)):
        raise DomainError(f"open share: expected 0 to 1, given {np.asarray(open_share)}")
    year = DAYS_PER_YEAR * SECONDS_PER_DAY
    return np.asarray(np.asarray(flow, dtype=np.float64) * share * year)


def slot_flow(
    length: ArrayLike,
    opening: ArrayLike,
    depth: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike = CABIN_TEMPERATURE,
) -> Array:
    """Mass of air lost through a tight slot into vacuum, in a unit of time.

    Laminar isothermal flow between parallel plates, integrated along the falling pressure [1]_,
    but never more than the choked flow of a clean hole of that area. Left out: roughness, bends,
    slip, inertia at the entry; so it is an upper bound for a real crack of that opening.

    Parameters
    ----------
    length : array_like, (...)
        Of the crack along the wall. [m]
    opening : array_like, (...)
        Gap between its faces. [m]
    depth : array_like, (...)
        Way of the gas through the wall, above zero. [m]
    pressure : array_like, (...)
        Inside. [Pa]
    temperature : array_like, (...)
        Inside, above zero. [K]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Flow, with the square of pressure and the cube of the opening while viscous. [kg/s]

    Raises
    ------
    DomainError
        If depth or temperature are not above zero.

    Notes
    -----
    Continuum: openings above some 2 um. A slot of 22 mm by 0.1 mm in 3 mm of wall would be choked
    at 39 kg a day; the 1 kg a day observed is that of a slot 18 um wide. Which of the two a crack
    is cannot be told from its rate; from the shape of a decay of pressure it can.

    References
    ----------
    .. [1] F. White, "Viscous Fluid Flow", 3rd ed., 2006: mean speed between plates h2/(12 mu)
       dp/dx; with density p/(R T), flow = w h3 p2 / (24 mu R T depth).

    Examples
    --------
    >>> round(float(slot_flow(0.022, 18e-6, 3e-3, 101_325.0)) * 86_400, 1)  # kg a day
    1.0
    """
    _positive(depth=depth, temperature=temperature)
    length, opening, depth, pressure, temperature = (
        np.asarray(value, dtype=np.float64)
        for value in (length, opening, depth, pressure, temperature)
    )
    viscous = (length * opening**3 * pressure**2) / (
        24 * AIR_VISCOSITY * AIR_GAS_CONSTANT * temperature * depth
    )
    return np.asarray(
        np.minimum(viscous, choked_flow(length * opening, pressure, temperature, SHARP_HOLE))
    )


def bulging_factor(half_length: ArrayLike, radius: ArrayLike, wall: ArrayLike) -> Array:
    """Factor by which the curvature of a thin cylinder raises the stress at a crack along it.

    Parameters
    ----------
    half_length : array_like, (...)
        Half the length of a crack through the wall, along the axis. [m]
    radius, wall : array_like, (...)
        Of the cylinder and its thickness, above zero. [m]

    Returns
    -------
    ndarray, broadcast shape of the inputs
        Factor, 1 for a flat wall. [-]

    Raises
    ------
    DomainError
        If radius or wall are not above zero.

    Notes
    -----
    Folias's factor in the fit of [1]_; the straight line beyond (2a)2/(2 R t) = 50 is theirs.

    References
    ----------
    .. [1] J. Kiefner, P. Vieth, "A modified criterion for evaluating the remaining strength of
       corroded pipe", PR 3-805, 1989: M2 = 1 + 0.6275 z - 0.003375 z2, z = L2/(D t).

    Examples
    --------
    >>> round(float(bulging_factor(0.075, 1.0, 3e-3)), 2)
    1.82
    """
    _positive(radius=radius, wall=wall)
    half_length, radius, wall = (
        np.asarray(value, dtype=np.float64) for value in (half_length, radius, wall)
    )
    z = 2 * half_length**2 / (radius * wall)
    inner = np.sqrt(1 + 0.6275 * np.minimum(z, 50) - 0.003375 * np.minimum(z, 50) ** 2)
    return np.asarray(np.where(z <= 50, inner, 0.032 * z + 3.3))


@dataclass(frozen=True)
class LeakBeforeBurst:
    """Whether a crack is noticed by its leak before it runs.

    Attributes
    ----------
    critical_half_length : ndarray
        Half the length at which the crack runs. [m]
    flow_at_critical : ndarray
        Leak of the crack just before. [kg/s]
    noticed_half_length : ndarray
        Half the length at which the leak is noticed; NaN if it never is. [m]
    margin : ndarray
        Critical over noticed length; NaN if the leak is never noticed. [-]
    leaks_first : ndarray of bool
        The margin reaches `LENGTH_MARGIN`.
    remark : str
        What public data cannot tell.
    """

    critical_half_length: Array
    flow_at_critical: Array
    noticed_half_length: Array
    margin: Array
    leaks_first: NDArray[np.bool_]
    remark: str


def leak_before_burst(
    radius: ArrayLike,
    wall: ArrayLike,
    pressure: ArrayLike,
    toughness: ArrayLike,
    flow_stress: ArrayLike,
    elastic_modulus: ArrayLike,
    noticed_flow: ArrayLike,
    open_part: ArrayLike = 1.0,
    temperature: ArrayLike = CABIN_TEMPERATURE,
) -> LeakBeforeBurst:
    """Compare the crack that runs with the crack whose leak is noticed.

    A crack through the wall along the axis of a thin cylinder runs when its stress intensity, hoop
    stress sqrt(pi a) times `bulging_factor`, reaches the toughness, or its bulged stress the flow
    stress of the metal, whichever comes first [1]_. It opens elastically: area 2 pi S a2 / E [2]_.
    Residual stress, stiffeners, welds weaker than the plate and a crack that grows below the
    surface without coming through are left out.

    Parameters
    ----------
    radius, wall : array_like, (...)
        Of the cylinder and its thickness, above zero. [m]
    pressure : array_like, (...)
        Inside, above zero. [Pa]
    toughness : array_like, (...)
        Stress intensity at which a crack through a wall so thin runs, above zero. [Pa m^0.5]
    flow_stress : array_like, (...)
        Between yield and ultimate stress, above zero. [Pa]
    elastic_modulus : array_like, (...)
        Young's modulus, above zero. [Pa]
    noticed_flow : array_like, (...)
        Smallest leak that people notice, above zero. [kg/s]
    open_part : array_like, (...)
        Share of the elastic opening that passes air, 0 to 1; sealant and rough faces. [-]
    temperature : array_like, (...)
        Inside, above zero. [K]

    Returns
    -------
    LeakBeforeBurst
        Arrays of the broadcast shape of the inputs.

    Raises
    ------
    DomainError
        If an argument is not above zero, or the open part not in 0 to 1.

    Notes
    -----
    Flow as of a slot as deep as the wall. The margin of 2 in length is the one asked of nuclear
    piping [3]_; no public margin for stations was found. A crack that has been sealed does not
    leak and still grows, so a repair can take this protection away.

    References
    ----------
    .. [1] J. Kiefner and others, "Failure stress levels of flaws in pressurized cylinders", ASTM
       STP 536, 1973.
    .. [2] H. Tada, P. Paris, G. Irwin, "The Stress Analysis of Cracks Handbook": opening area of a
       crack in an infinite plate.
    .. [3] US NRC, NUREG-0800, section 3.6.3, "Leak-before-break evaluation procedures".

    Examples
    --------
    >>> found = leak_before_burst(1.0, 3e-3, 101_325.0, 30e6, 240e6, 71e9, 0.1 / 86_400)
    >>> round(float(found.critical_half_length) * 2e3)  # mm
    151
    >>> bool(found.leaks_first)
    True
    """
    given = {
        "radius": radius,
        "wall": wall,
        "pressure": pressure,
        "toughness": toughness,
        "flow_stress": flow_stress,
        "elastic_modulus": elastic_modulus,
        "noticed_flow": noticed_flow,
        "temperature": temperature,
    }
    _positive(**given)
    share = np.asarray(open_part, dtype=np.float64)
    if np.any((share < 0) | (share > 1)):
        raise DomainError(f"open part: expected 0 to 1, given {np.asarray(open_part)}")
    r, t, p, k, s, e, noticed, temp, share = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in given.values()), share
    )
    hoop = p * r / t

    def runs(a: Array) -> NDArray[np.bool_]:
        bulging = bulging_factor(a, r, t)
        return np.asarray((hoop * bulging * np.sqrt(np.pi * a) >= k) | (hoop * bulging >= s))

    def flow(a: Array) -> Array:
        return slot_flow(2 * a, share * np.pi * hoop * a / e, t, p, temp)

    def first(reached: NDArray[np.bool_], low: Array, high: Array) -> tuple[Array, Array]:
        middle = np.sqrt(low * high)
        return np.where(reached, low, middle), np.where(reached, middle, high)

    # Half the circumference is as long as a crack can be spoken of as one in a cylinder.
    low, high = 1e-6 * r, np.pi * r
    for _ in range(_BISECTIONS):
        low, high = first(runs(np.sqrt(low * high)), low, high)
    critical = np.sqrt(low * high)
    at_critical = flow(critical)
    low, high = 1e-6 * r, critical
    for _ in range(_BISECTIONS):
        low, high = first(flow(np.sqrt(low * high)) >= noticed, low, high)
    seen = np.where(at_critical >= noticed, np.sqrt(low * high), np.nan)
    margin = critical / seen
    return LeakBeforeBurst(
        critical,
        at_critical,
        seen,
        margin,
        np.asarray(margin >= LENGTH_MARGIN),
        "wall thickness, weld toughness and opening of the cracks of the transfer tunnel: "
        "not identifiable from public data",
    )
