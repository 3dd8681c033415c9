"""Quiet-time dose of a crew: from altitude and solar activity to milligray and millisievert.

Two numbers are calibrated on the ISS in December 2019, and no others: the wall thickness that gives
the measured trapped part, and the yield of secondaries that gives the measured galactic part.
`docs/explanation/dose.md` says why, and what stays wrong. Flares and storms are not here.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.crew.depth_dose import (
    JOULE_PER_MEV,
    SECONDARY_QUALITY,
    dose_per_fluence,
    interaction_length,
    trapped_dose_rate,
)
from stationkeeper.environment.cosmic_rays import (
    CHARGES,
    LOWEST_ENERGY,
    MASS_NUMBERS,
    MODULATION_RANGE,
    SUNSPOT_LAG,
    SUNSPOT_WINDOW,
    cosmic_ray_flux,
    lagged_mean,
    modulation_from_sunspots,
    rigidity,
)
from stationkeeper.environment.geomagnetism import visible_sky
from stationkeeper.environment.trapped import (
    PHASE_LAG,
    PHASE_WINDOW,
    TrappedTable,
    orbit_cutoffs,
    orbit_mean_flux,
    trapped_phase,
)
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]

# Calibrated on the ISS, December 2019 (validation rows marked so); values in SI.
EFFECTIVE_THICKNESS: Final = 272.4  # [kg/m2] aluminium around the crew
SECONDARY_YIELD: Final = (
    1.356e-4  # [m2/kg] share of the primaries' energy given to a kg/m2 of water
)

# Axes of the table of dose rates: even, so that a lookup is one multiplication. Our choice.
ALTITUDE_STEP: Final = 5_000.0  # [m]
ALTITUDES: Final = np.arange(200_000.0, 850_001.0, ALTITUDE_STEP)  # [m]
MODULATION_STEP: Final = 10.0
MODULATIONS: Final = np.arange(MODULATION_RANGE[0], MODULATION_RANGE[1] + 1, MODULATION_STEP)
CUTOFFS: Final = np.concatenate([np.arange(0.0, 4.0, 0.1), np.arange(4.0, 20.1, 0.25)])  # [GV]

# Claimed accuracy, never better (as comparisons with ISSCREM and SPENVIS have it): 30 % either way
# for the ISS, a factor 1.5 for other orbits. Taken by us as the 90 % band of a lognormal.
NORMAL_90: Final = 1.645
ISS_SIGMA: Final = float(np.log(1.3) / NORMAL_90)
OTHER_SIGMA: Final = float(np.log(1.5) / NORMAL_90)
ISS_INCLINATION: Final = float(np.radians(51.6))


@dataclass(frozen=True)
class DoseRates:
    """Dose rates behind one wall on circular orbits of one inclination.

    Attributes
    ----------
    inclination : float
        [rad]
    altitude : ndarray, (altitude,)
        Orbit radius less the equatorial radius, evenly spaced. [m]
    modulation : ndarray, (modulation,)
        Solar modulation W of cosmic rays, evenly spaced from 0. [-]
    gcr_absorbed, gcr_equivalent : ndarray, (altitude, modulation)
        From galactic cosmic rays. [Gy/s], [Sv/s]
    trapped_absorbed, trapped_equivalent : ndarray, (altitude, 2)
        From trapped protons, by the models for solar minimum and maximum. [Gy/s], [Sv/s]
    """

    inclination: float
    altitude: Array
    modulation: Array
    gcr_absorbed: Array
    gcr_equivalent: Array
    trapped_absorbed: Array
    trapped_equivalent: Array


class RateSeries(NamedTuple):
    """Dose rates of one flight or many, by source; see `dose_rates`."""

    gcr_absorbed: Array
    gcr_equivalent: Array
    trapped_absorbed: Array
    trapped_equivalent: Array


@cache
def _primary_doses(thickness: float) -> tuple[Array, Array, Array]:
    """Galactic dose in open space by cutoff and modulation: primaries' absorbed and equivalent
    behind the wall, and the power that falls on it. [Gy/s], [Sv/s], [W/m2]; (cutoff, modulation).
    """
    edges = np.geomspace(LOWEST_ENERGY, 2e5, 401)
    middle = np.sqrt(edges[1:] * edges[:-1])
    result = np.zeros((3, CUTOFFS.size, MODULATIONS.size))
    for charge, mass_number in zip(CHARGES, MASS_NUMBERS, strict=True):
        spectrum = cosmic_ray_flux(
            middle[:, None], int(charge), MODULATIONS
        )  # (energy, modulation)
        particles = spectrum * np.diff(edges)[:, None]
        gray, sievert = dose_per_fluence(edges, thickness, charge, mass_number)
        survive = np.exp(-thickness / interaction_length(mass_number))
        power = mass_number * middle * JOULE_PER_MEV
        momentum = rigidity(edges, charge, mass_number)
        for row, weight in enumerate((gray * survive, sievert * survive, power)):
            above = np.cumsum((particles * weight[:, None])[::-1], axis=0)[::-1]
            above = np.concatenate([above, np.zeros((1, MODULATIONS.size))])
            position = np.interp(CUTOFFS, momentum, np.arange(edges.size, dtype=float))
            below = np.minimum(position.astype(int), edges.size - 2)
            share = (position - below)[:, None]
            result[row] += (1 - share) * above[below] + share * above[below + 1]
    return result[0], result[1], result[2]


def cosmic_dose_rate(
    thickness: float, secondary_yield: float = SECONDARY_YIELD
) -> tuple[Array, Array]:
    """Galactic dose rate in open space by cutoff rigidity and modulation, secondaries included.

    Primary nuclei above the cutoff are slowed down in the wall and thinned by nuclear collisions.
    What the collisions make (protons, neutrons, fragments, pions) is not transported: its dose is
    taken as proportional to the kinetic energy that the primaries above the cutoff carry. The ratio
    of total to primary dose, the secondary factor, therefore grows with the cutoff.

    Parameters
    ----------
    thickness : float
        Aluminium around the point. [kg/m2]
    secondary_yield : float
        Share of that energy given to water per areal density; calibrated on the ISS. [m2/kg]

    Returns
    -------
    (ndarray, ndarray), (cutoff, modulation)
        Absorbed [Gy/s] and equivalent [Sv/s] dose on the axes `CUTOFFS` and `MODULATIONS`.

    Examples
    --------
    >>> absorbed, _ = cosmic_dose_rate(EFFECTIVE_THICKNESS)
    >>> bool((np.diff(absorbed, axis=0) <= 0).all() and (np.diff(absorbed, axis=1) < 0).all())
    True
    """
    absorbed, equivalent, power = _primary_doses(thickness)
    secondary = secondary_yield * power
    return absorbed + secondary, equivalent + SECONDARY_QUALITY * secondary


def dose_rate_table(
    table: TrappedTable,
    inclination: float,
    thickness: float = EFFECTIVE_THICKNESS,
    secondary_yield: float = SECONDARY_YIELD,
) -> DoseRates:
    """Tabulate the dose rates of one inclination over altitude and solar activity.

    Trapped electrons are left out: they stop in less than 3 g/cm2 (they matter outside, in a suit).

    Parameters
    ----------
    table : TrappedTable
        From `stationkeeper.environment.trapped_tables.trapped_table`.
    inclination : float
        0 to pi. [rad]
    thickness : float
        Aluminium around the crew. [kg/m2]
    secondary_yield : float
        See `cosmic_dose_rate`. [m2/kg]

    Returns
    -------
    DoseRates
        A fraction of a second to make, 50 kB.

    Raises
    ------
    DomainError
        If the inclination or thickness is outside its range.

    Notes
    -----
    Range: circular orbits of 200 to 850 km. Accuracy: 30 % for the ISS, a factor 1.5 elsewhere.

    Examples
    --------
    >>> from stationkeeper.environment.trapped_tables import trapped_table
    >>> rates = dose_rate_table(trapped_table(), np.radians(51.6))
    >>> rates.gcr_absorbed.shape == (rates.altitude.size, rates.modulation.size)
    True
    """
    if not 0 <= inclination <= np.pi:
        raise DomainError(f"an inclination runs from 0 to pi rad, not {inclination}")
    trapped = [
        trapped_dose_rate(
            table.proton_energy, orbit_mean_flux(table, model, ALTITUDES, inclination), thickness
        )
        for model in ("ap8min", "ap8max")
    ]
    absorbed, equivalent = cosmic_dose_rate(thickness, secondary_yield)
    # L changes slowly with height: every 50 km, and a straight line between.
    coarse = ALTITUDES[:: round(50_000.0 / ALTITUDE_STEP)]
    weights = np.array([orbit_cutoffs(table, h, inclination, CUTOFFS) for h in coarse])
    weights = np.array([np.interp(ALTITUDES, coarse, column) for column in weights.T]).T
    weights = weights * visible_sky(ALTITUDES)[:, None]
    return DoseRates(
        inclination=float(inclination),
        altitude=ALTITUDES,
        modulation=MODULATIONS,
        gcr_absorbed=weights @ absorbed,
        gcr_equivalent=weights @ equivalent,
        trapped_absorbed=np.stack([gray for gray, _ in trapped], axis=-1),
        trapped_equivalent=np.stack([sievert for _, sievert in trapped], axis=-1),
    )


def solar_state(sunspots: ArrayLike, f107: ArrayLike) -> tuple[Array, Array]:
    """Modulation of cosmic rays and phase of the trapped models, from daily solar indices.

    Parameters
    ----------
    sunspots : array_like, (day,)
        Daily sunspot number, recorded and predicted, no gaps. [-]
    f107 : array_like, (day,)
        Daily or 81-day F10.7 of the same days. [sfu]

    Returns
    -------
    (ndarray, ndarray), (day,)
        W, 0 to 200, and the phase, 0 at minimum to 1 at maximum: by recorded day, to be looked up
        by the solar rows of an ensemble. [-]

    Examples
    --------
    >>> modulation, phase = solar_state(np.full(1000, 100.0), np.full(1000, 151.0))
    >>> float(modulation[-1].round(1)), float(phase[-1])
    (68.7, 1.0)
    """
    return (
        modulation_from_sunspots(lagged_mean(sunspots, SUNSPOT_WINDOW, SUNSPOT_LAG)),
        trapped_phase(lagged_mean(f107, PHASE_WINDOW, PHASE_LAG)),
    )


def dose_rates(
    rates: DoseRates, altitude: ArrayLike, modulation: ArrayLike, phase: ArrayLike
) -> RateSeries:
    """Read dose rates from the table, straight lines between its nodes.

    Parameters
    ----------
    rates : DoseRates
        From `dose_rate_table`.
    altitude : array_like, (...)
        Orbit radius less the equatorial radius. Below 200 km the lowest row holds; NaN (no station)
        passes through. [m]
    modulation : array_like, (...)
        W, 0 to 200. [-]
    phase : array_like, (...)
        0 at the trapped model for solar minimum, 1 at maximum. [-]

    Returns
    -------
    RateSeries, (...)
        By source and quantity. [Gy/s], [Sv/s]

    Raises
    ------
    DomainError
        If an altitude is above 850 km, or an index outside its range.

    Examples
    --------
    >>> from stationkeeper.environment.trapped_tables import trapped_table
    >>> rates = dose_rate_table(trapped_table(), np.radians(51.6))
    >>> series = dose_rates(rates, [417e3, np.nan], 16.0, 0.0)
    >>> [round(float(value) * 86_400e3, 2) for value in series.trapped_absorbed]  # mGy a day
    [0.21, nan]
    """
    height, strength, share = np.broadcast_arrays(
        np.asarray(altitude, dtype=float),
        np.asarray(modulation, dtype=float),
        np.asarray(phase, dtype=float),
    )
    _check(height, strength, share)
    missing = np.isnan(height) | np.isnan(strength) | np.isnan(share)
    x = (np.where(missing, ALTITUDES[0], height) - ALTITUDES[0]) / ALTITUDE_STEP
    x = np.clip(x, 0, ALTITUDES.size - 1 - 1e-9)
    y = np.clip(np.where(missing, 0, strength) / MODULATION_STEP, 0, MODULATIONS.size - 1 - 1e-9)
    i, j = x.astype(int), y.astype(int)
    u, v, p = x - i, y - j, np.where(missing, np.nan, share)

    def galactic(values: Array) -> Array:
        lower = (1 - v) * values[i, j] + v * values[i, j + 1]
        upper = (1 - v) * values[i + 1, j] + v * values[i + 1, j + 1]
        return np.asarray((1 - u) * lower + u * upper)

    def trapped(values: Array) -> Array:
        lower = (1 - p) * values[i, 0] + p * values[i, 1]
        upper = (1 - p) * values[i + 1, 0] + p * values[i + 1, 1]
        return np.asarray((1 - u) * lower + u * upper)

    nothing = np.where(missing, np.nan, 0.0)
    return RateSeries(
        galactic(rates.gcr_absorbed) + nothing,
        galactic(rates.gcr_equivalent) + nothing,
        trapped(rates.trapped_absorbed),
        trapped(rates.trapped_equivalent),
    )


def cumulative_doses(
    rates: DoseRates,
    altitude: NDArray[np.floating],
    modulation: ArrayLike,
    phase: ArrayLike,
    rows: NDArray[np.integer] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Dose gathered from the first day to the end of each day, for many replicas at once.

    Parameters
    ----------
    rates : DoseRates
        From `dose_rate_table`.
    altitude : ndarray, (replica, day)
        As in `dose_rates`; a day without a station (NaN) adds nothing. [m]
    modulation, phase : array_like, (row,)
        Solar indices by row, as `modulation_from_sunspots` and `trapped_phase` give them. [-]
    rows : ndarray of int, (replica, day) or (1, day), optional
        Which row each day of each replica takes; without it day k takes row k.

    Returns
    -------
    (ndarray, ndarray), (replica, day + 1)
        Absorbed dose [Gy] and dose equivalent [Sv], both sources together, single precision.

    Raises
    ------
    DomainError
        If an altitude is above 850 km, a row is missing or holds a bad index.

    Notes
    -----
    Equal to summing `dose_rates` (its NumPy twin in the tests); 1,000 replicas of 20 years take a
    fraction of a second on one core.

    Examples
    --------
    >>> from stationkeeper.environment.trapped_tables import trapped_table
    >>> rates = dose_rate_table(trapped_table(), np.radians(51.6))
    >>> absorbed, _ = cumulative_doses(rates, np.full((1, 180), 417e3), np.full(180, 16.0),
    ...                                np.zeros(180))
    >>> 0.05 < float(absorbed[0, -1]) < 0.08  # half a year on the ISS, in gray
    True
    """
    strength = np.ascontiguousarray(modulation, dtype=float)
    share = np.ascontiguousarray(phase, dtype=float)
    days = altitude.shape[-1]
    if rows is None:
        rows = np.arange(days, dtype=np.int32)[None, :]
    if rows.shape[-1] != days or rows.shape[0] not in (1, altitude.shape[0]):
        raise DomainError(
            f"rows of shape {rows.shape} do not fit altitudes of shape {altitude.shape}"
        )
    if rows.size and (rows.min() < 0 or rows.max() >= strength.size):
        raise DomainError(f"a day asks for a solar row outside 0..{strength.size - 1}")
    _check(np.asarray(altitude), strength, share)
    if np.isnan(strength).any() or np.isnan(share).any():
        raise DomainError("solar rows must hold a modulation and a phase each, without gaps")
    absorbed = np.empty((altitude.shape[0], days + 1), dtype=np.float32)
    equivalent = np.empty_like(absorbed)
    _accumulate(
        np.ascontiguousarray(altitude),
        np.ascontiguousarray(rows, dtype=np.int32),
        strength,
        share,
        rates.gcr_absorbed,
        rates.gcr_equivalent,
        rates.trapped_absorbed,
        rates.trapped_equivalent,
        absorbed,
        equivalent,
    )
    return absorbed, equivalent


def _check(height: NDArray[np.floating], strength: Array, share: Array) -> None:
    if np.any(height > ALTITUDES[-1]):
        raise DomainError(
            f"dose rates reach up to {ALTITUDES[-1] / 1e3:.0f} km, "
            f"not {np.nanmax(height) / 1e3:.1f}"
        )
    if np.any((strength < MODULATIONS[0]) | (strength > MODULATIONS[-1])):
        raise DomainError("the modulation W must lie between 0 and 200")
    if np.any((share < 0) | (share > 1)):
        raise DomainError("the phase of the trapped models must lie between 0 and 1")


@kernel
def _accumulate(
    altitude: NDArray[np.floating],
    rows: NDArray[np.int32],
    modulation: Array,
    phase: Array,
    gcr_absorbed: Array,
    gcr_equivalent: Array,
    trapped_absorbed: Array,
    trapped_equivalent: Array,
    absorbed: NDArray[np.float32],
    equivalent: NDArray[np.float32],
) -> None:
    replicas, days = altitude.shape
    last_height = trapped_absorbed.shape[0] - 2
    last_strength = gcr_absorbed.shape[1] - 2
    for replica in range(replicas):
        gray = 0.0
        sievert = 0.0
        source = replica if rows.shape[0] > 1 else 0
        absorbed[replica, 0] = 0.0
        equivalent[replica, 0] = 0.0
        for day in range(days):
            height = altitude[replica, day]
            if height == height:  # not NaN
                row = rows[source, day]
                x = max((height - 200_000.0) / 5_000.0, 0.0)
                y = modulation[row] / 10.0
                p = phase[row]
                i = min(int(x), last_height)
                j = min(int(y), last_strength)
                u = x - i
                v = y - j
                a00 = (1 - u) * (1 - v)
                a01 = (1 - u) * v
                a10 = u * (1 - v)
                a11 = u * v
                b00 = (1 - u) * (1 - p)
                b01 = (1 - u) * p
                b10 = u * (1 - p)
                b11 = u * p
                gray += 86_400.0 * (
                    a00 * gcr_absorbed[i, j]
                    + a01 * gcr_absorbed[i, j + 1]
                    + a10 * gcr_absorbed[i + 1, j]
                    + a11 * gcr_absorbed[i + 1, j + 1]
                    + b00 * trapped_absorbed[i, 0]
                    + b01 * trapped_absorbed[i, 1]
                    + b10 * trapped_absorbed[i + 1, 0]
                    + b11 * trapped_absorbed[i + 1, 1]
                )
                sievert += 86_400.0 * (
                    a00 * gcr_equivalent[i, j]
                    + a01 * gcr_equivalent[i, j + 1]
                    + a10 * gcr_equivalent[i + 1, j]
                    + a11 * gcr_equivalent[i + 1, j + 1]
                    + b00 * trapped_equivalent[i, 0]
                    + b01 * trapped_equivalent[i, 1]
                    + b10 * trapped_equivalent[i + 1, 0]
                    + b11 * trapped_equivalent[i + 1, 1]
                )
            absorbed[replica, day + 1] = gray
            equivalent[replica, day + 1] = sievert


def stay_dose(cumulative: NDArray[np.floating], start: ArrayLike, stop: ArrayLike) -> Array:
    """Dose of stays from a dose gathered day by day.

    Parameters
    ----------
    cumulative : ndarray, (replica, day + 1)
        From `cumulative_doses`: column k holds the dose up to the start of day k. [Gy or Sv]
    start, stop : array_like, (stay,)
        Days since the first column, fractions allowed; parts of a stay outside the columns count
        as nothing. [d]

    Returns
    -------
    ndarray, (replica, stay)
        Same unit as ``cumulative``.

    Raises
    ------
    DomainError
        If a stay ends before it starts.

    Examples
    --------
    >>> stay_dose(np.array([[0.0, 1.0, 3.0, 6.0]]), [0.5], [2.5]).tolist()
    [[4.0]]
    """
    begin, end = np.asarray(start, dtype=float), np.asarray(stop, dtype=float)
    if np.any(end < begin):
        raise DomainError("a stay must end after it starts")
    days = cumulative.shape[-1] - 1

    def at(day: Array) -> Array:
        inside = np.clip(day, 0, days)
        below = np.minimum(inside.astype(int), max(days - 1, 0))
        share = inside - below
        upper = np.minimum(below + 1, days)
        return np.asarray(
            (1 - share) * cumulative[:, below].astype(float)
            + share * cumulative[:, upper].astype(float)
        )

    return at(end) - at(begin)


def calibration_sigma(inclination: float) -> float:
    """Spread of the calibration as the standard deviation of a dose's logarithm.

    30 % either way (90 % band) within a degree of the ISS's inclination, a factor 1.5 elsewhere.

    Parameters
    ----------
    inclination : float
        [rad]

    Returns
    -------
    float
        [-]

    Examples
    --------
    >>> round(calibration_sigma(np.radians(51.6)), 3), round(calibration_sigma(np.radians(97)), 3)
    (0.159, 0.246)
    """
    near = abs(inclination - ISS_INCLINATION) <= np.radians(1.0)
    return ISS_SIGMA if near else OTHER_SIGMA


def calibration_factor(normal: ArrayLike, inclination: float) -> Array:
    """Factor on all doses of a replica, from one standard normal draw each; its median is one.

    Parameters
    ----------
    normal : array_like, (replica,)
        Standard normal draws. [-]
    inclination : float
        [rad]

    Returns
    -------
    ndarray, (replica,)
        [-]

    Examples
    --------
    >>> calibration_factor([0.0, 1.645], np.radians(51.6)).round(3).tolist()
    [1.0, 1.3]
    """
    return np.asarray(np.exp(calibration_sigma(inclination) * np.asarray(normal, dtype=float)))
