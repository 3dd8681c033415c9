"""Years of station-keeping for many replicas at once: drag, burns and propellant in day steps."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.environment.atmosphere import OrbitDensity
from stationkeeper.environment.density_kernels import day_slice, level_values
from stationkeeper.errors import DomainError
from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Single = NDArray[np.float32]

ENTRY_ALTITUDE: Final = 120e3  # [m] our choice: below it an orbit lasts less than a turn
STEP_DROP: Final = 1_000.0  # [m] our choice: a day is cut into steps that lose no more than this


@dataclass(frozen=True)
class Flight:
    """What a flight leaves behind, (replica, day) unless said otherwise.

    Altitudes are mean semi-major axis less equatorial radius at the end of each day [m], NaN from
    the day of entry on. `delta_v` [m/s] and `propellant_used` [kg] are those of the day,
    `propellant_aboard` [kg] is at its end. Totals (replica,) are float64: `propellant_in` holds
    what was aboard at first and what was taken over, `propellant_refused` what did not fit in the
    tanks or came after entry; `propellant_in` = `propellant_used_total` + `propellant_left`.
    `decayed_day` (replica,) counts days from the first to that of entry, -1 if there was none.
    `cut_burns` (replica,) counts burns that ended for want of propellant. `altitude_left`
    (replica,) is the last altitude in full precision, to fly on from; NaN after entry.
    """

    altitude: Single
    delta_v: Single
    propellant_used: Single
    propellant_aboard: Single
    decayed_day: NDArray[np.int32]
    cut_burns: NDArray[np.int32]
    propellant_in: Array
    propellant_refused: Array
    propellant_used_total: Array
    propellant_left: Array
    altitude_left: Array


@kernel
def _decay(
    altitude: float,
    drag_area_per_mass: float,
    duration: float,
    floor: float,
    today: Single,
    levels: Array,
    flux_response: Array,
    flux_nodes: Array,
    ap_nodes: Array,
    f107: float,
    f107_81d: float,
    ap: float,
    flux_weights: Array,
    ap_weights: Array,
    values: Array,
) -> tuple[float, float]:
    """Let an orbit sink for a time, or until it passes the floor: altitude, and time left.

    `values` holds ln of the effective density at the levels on this day under this Sun, or NaN
    where nobody has asked yet: replicas that share a Sun share the work.
    """
    spacing = levels[1] - levels[0]
    count = levels.shape[0]
    left = duration
    while left > 0.0 and altitude > floor:
        rate = 0.0
        step = left
        middle = altitude
        for stage in range(2):  # the midpoint rule
            place = (middle - levels[0]) / spacing
            low = min(max(int(place), 0), count - 2)
            if np.isnan(values[low]) or np.isnan(values[low + 1]):
                level_values(
                    today,
                    flux_response,
                    flux_nodes,
                    ap_nodes,
                    f107,
                    f107_81d,
                    ap,
                    flux_weights,
                    ap_weights,
                    values,
                    low,
                    low + 2,
                )
            logarithm = values[low] + (place - low) * (values[low + 1] - values[low])
            a = EARTH_RADIUS + middle
            rate = np.sqrt(MU_EARTH * a) * np.exp(logarithm) * drag_area_per_mass
            if stage == 0:
                if rate * left > STEP_DROP:
                    step = STEP_DROP / rate
                middle = altitude - 0.5 * step * rate
        altitude -= step * rate
        left -= step
    return altitude, max(left, 0.0)


@kernel
def _slot(
    row: int, slots: NDArray[np.int32], known: NDArray[np.int32], count: int, values: Array
) -> int:
    """Place in `values` of a recorded day, taking a new one if nobody has asked for it yet."""
    if slots[row] < 0:
        slots[row] = count
        known[count] = row
        values[count, :] = np.nan
    return int(slots[row])


@kernel
def _fly(
    first_position: float,
    per_day: float,
    log_density: Single,
    levels: Array,
    flux_response: Array,
    flux_nodes: Array,
    ap_nodes: Array,
    f107: Array,
    f107_81d: Array,
    ap: Array,
    rows: NDArray[np.int32],
    drag_factor: Array,
    mass: Array,
    drag_area: Array,
    lower_altitude: Array,
    upper_altitude: Array,
    calendar_target: Array,
    burn_allowed: NDArray[np.bool_],
    exhaust_velocity: Array,
    delivered: Array,
    capacity: Array,
    avoidance: NDArray[np.bool_],
    avoidance_speed: float,
    height: Array,
    tank: Array,
    altitude: Single,
    delta_v: Single,
    used: Single,
    aboard: Single,
    decayed_day: NDArray[np.int32],
    cut_burns: NDArray[np.int32],
    taken: Array,
    refused: Array,
    used_total: Array,
) -> None:
    days, replicas = rows.shape
    today = np.empty(log_density.shape[1:], dtype=np.float32)
    values = np.empty((replicas, levels.shape[0]))
    slots, known, count = np.full(f107.shape[0], -1, np.int32), np.empty(replicas, np.int32), 0
    flux_weights, ap_weights = np.empty(4), np.empty(4)
    for day in range(days):
        for k in range(count):
            slots[known[k]] = -1
        count = 0
        day_slice(log_density, first_position + (day + 0.5) * per_day, today)
        for r in range(replicas):
            arriving = delivered[r if delivered.shape[0] > 1 else 0, day]
            if decayed_day[r] >= 0:
                refused[r] += arriving
                altitude[day, r] = np.nan
                aboard[day, r] = tank[r]
                continue
            room = max(capacity[r if capacity.shape[0] > 1 else 0, day] - tank[r], 0.0)
            accepted = min(arriving, room)
            refused[r] += arriving - accepted
            taken[r] += accepted
            tank[r] += accepted
            dry = mass[r if mass.shape[0] > 1 else 0, day]
            area = drag_area[r if drag_area.shape[0] > 1 else 0, day]
            row = rows[day, r]
            slot = _slot(row, slots, known, count, values)
            count = max(count, slot + 1)
            h, _ = _decay(
                height[r],
                drag_factor[r] * area / (dry + tank[r]),
                86_400.0,
                ENTRY_ALTITUDE,
                today,
                levels,
                flux_response,
                flux_nodes,
                ap_nodes,
                f107[max(row - 1, 0)],
                f107_81d[row],
                ap[row],
                flux_weights,
                ap_weights,
                values[slot],
            )
            if h <= ENTRY_ALTITUDE:
                decayed_day[r] = day
                height[r] = np.nan
                altitude[day, r] = np.nan
                aboard[day, r] = tank[r]
                continue
            if burn_allowed[r if burn_allowed.shape[0] > 1 else 0, day]:
                exhaust = exhaust_velocity[r if exhaust_velocity.shape[0] > 1 else 0, day]
                speed = np.sqrt(MU_EARTH / (EARTH_RADIUS + h))
                wanted = 0.0
                if avoidance.shape[0] > 0 and avoidance[r if avoidance.shape[0] > 1 else 0, day]:
                    wanted = avoidance_speed
                reached = MU_EARTH / (speed - wanted) ** 2 - EARTH_RADIUS
                target = calendar_target[r if calendar_target.shape[0] > 1 else 0, day]
                lower = lower_altitude[r if lower_altitude.shape[0] > 1 else 0, day]
                if np.isnan(target) and reached < lower:
                    target = upper_altitude[r if upper_altitude.shape[0] > 1 else 0, day]
                if target > reached:
                    wanted = speed - np.sqrt(MU_EARTH / (EARTH_RADIUS + target))
                if wanted > 0.0:
                    total = dry + tank[r]
                    spent = -total * np.expm1(-wanted / exhaust)
                    if spent > tank[r]:
                        cut_burns[r] += 1
                        spent = tank[r]
                        wanted = -exhaust * np.log1p(-spent / total)
                    tank[r] -= spent
                    used_total[r] += spent
                    h = MU_EARTH / (speed - wanted) ** 2 - EARTH_RADIUS
                    delta_v[day, r] = wanted
                    used[day, r] = spent
            height[r] = h
            altitude[day, r] = h
            aboard[day, r] = tank[r]


@kernel
def _sink(
    first_position: float,
    per_day: float,
    log_density: Single,
    levels: Array,
    flux_response: Array,
    flux_nodes: Array,
    ap_nodes: Array,
    f107: Array,
    f107_81d: Array,
    ap: Array,
    rows: NDArray[np.int32],
    height: Array,
    drag_area_per_mass: Array,
    floor: float,
    out: Array,
) -> None:
    days, replicas = rows.shape
    today = np.empty(log_density.shape[1:], dtype=np.float32)
    values = np.empty((replicas, levels.shape[0]))
    slots, known, count = np.full(f107.shape[0], -1, np.int32), np.empty(replicas, np.int32), 0
    flux_weights, ap_weights = np.empty(4), np.empty(4)
    remaining = replicas
    for day in range(days):
        if remaining == 0:
            break
        for k in range(count):
            slots[known[k]] = -1
        count = 0
        day_slice(log_density, first_position + (day + 0.5) * per_day, today)
        for r in range(replicas):
            if out[r] < np.inf:
                continue
            if height[r] <= floor:
                out[r] = day
                remaining -= 1
                continue
            row = rows[day, r]
            slot = _slot(row, slots, known, count, values)
            count = max(count, slot + 1)
            height[r], left = _decay(
                height[r],
                drag_area_per_mass[r if drag_area_per_mass.shape[0] > 1 else 0],
                86_400.0,
                floor,
                today,
                levels,
                flux_response,
                flux_nodes,
                ap_nodes,
                f107[max(row - 1, 0)],
                f107_81d[row],
                ap[row],
                flux_weights,
                ap_weights,
                values[slot],
            )
            if height[r] <= floor:
                out[r] = day + 1 - left / 86_400.0
                remaining -= 1


def _by_day(name: str, value: ArrayLike, replicas: int, days: int) -> Array:
    """Spread a number, a row of days, or replicas x days to two dimensions, without copying."""
    return _spread(name, np.asarray(value, dtype=np.float64), "number", replicas, days)


def _flags(name: str, value: ArrayLike, replicas: int, days: int) -> NDArray[np.bool_]:
    return _spread(name, np.asarray(value).astype(bool), "flag", replicas, days)


def _spread(name: str, array: NDArray[Any], one: str, replicas: int, days: int) -> NDArray[Any]:
    given = array.shape
    if array.ndim == 0:
        array = np.full((1, days), array)
    elif array.ndim == 1:
        array = array[None, :]
    if array.ndim != 2 or array.shape[1] != days or array.shape[0] not in (1, replicas):
        raise DomainError(
            f"{name} has shape {given}; expected one {one}, ({days},) or ({replicas}, {days})"
        )
    return np.ascontiguousarray(array)


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise DomainError(message)


def _future(
    rows: NDArray[np.int32], f107: ArrayLike, f107_81d: ArrayLike, ap: ArrayLike
) -> tuple[NDArray[np.int32], Array, Array, Array]:
    future = np.ascontiguousarray(np.atleast_2d(np.asarray(rows, dtype=np.int32)))
    recorded = [np.ascontiguousarray(x, dtype=np.float64) for x in (f107, f107_81d, ap)]
    length = len(recorded[0])
    _need(
        all(x.shape == (length,) for x in recorded),
        "f107, f107_81d and ap must be arrays of the same length",
    )
    _need(
        future.size == 0 or (int(future.min()) >= 0 and int(future.max()) < length),
        f"rows must point into the {length} recorded days",
    )
    return future, recorded[0], recorded[1], recorded[2]


def _covered(density: OrbitDensity, first_day: float, days: int) -> None:
    last = density.first_day + density.knot_spacing * (len(density.log_density) - 1)
    _need(
        density.first_day <= first_day and first_day + days <= last,
        f"days {first_day:g} to {first_day + days:g} since 2000 are not within those of the orbit"
        f" density, {density.first_day:g} to {last:g}",
    )


def fly(
    density: OrbitDensity,
    f107: ArrayLike,
    f107_81d: ArrayLike,
    ap: ArrayLike,
    rows: NDArray[np.int32],
    first_day: float,
    initial_altitude: ArrayLike,
    *,
    mass: ArrayLike,
    drag_area: ArrayLike,
    lower_altitude: ArrayLike,
    upper_altitude: ArrayLike,
    calendar_target: ArrayLike = np.nan,
    burn_allowed: ArrayLike = True,
    exhaust_velocity: ArrayLike = 2_950.0,
    propellant_initial: ArrayLike = 0.0,
    propellant_delivered: ArrayLike = 0.0,
    tank_capacity: ArrayLike = np.inf,
    drag_factor: ArrayLike = 1.0,
    avoidance: ArrayLike | None = None,
    avoidance_speed: float = 0.5,
) -> Flight:
    """Fly replicas of one station day by day under drag, burns and deliveries of propellant.

    Each day runs in this order. Propellant delivered is taken over as far as the tanks hold it. The
    orbit sinks for a day by the orbit-mean density of the middle of that day, at the mass of the
    morning. In the evening, if burns are allowed: an avoidance manoeuvre if one is due (a prograde
    push of `avoidance_speed`), then a raise: to `calendar_target` where that day has one, else to
    `upper_altitude` if the orbit is below `lower_altitude`. Targets below the orbit are waited for:
    nothing is lowered but by drag. Both together count as one burn. A burn that wants more
    propellant than there is ends when the tanks are empty. Burns take no time and have no upper
    limit; the orbit stays circular (`transfer_speed`).

    Mass in the drag and in the rocket equation is `mass` plus the propellant aboard at that moment,
    so `mass` must not include it.

    Every quantity marked (D) may be one number, an array (days,) or an array (replicas, days).

    Parameters
    ----------
    density : OrbitDensity
        From `stationkeeper.environment.atmosphere.orbit_density`.
    f107, f107_81d, ap : array_like, (recorded days,)
        Recorded daily indices. The flux of the row before is used, as MSIS asks. [1e-22 W/m2/Hz, -]
    rows : ndarray of int32, (R, D)
        For each replica and day, the recorded day whose Sun shines.
    first_day : float
        Days since 2000-01-01T00:00 UTC at the start of the first day; the whole flight must lie
        within the days of `density`. [d]
    initial_altitude : array_like, (R,) or one number
        Mean semi-major axis less equatorial radius, above 120 km and within the density. [m]
    mass : array_like, (D)
        Mass without reboost propellant, greater than zero. [kg]
    drag_area : array_like, (D)
        Drag coefficient times area, not negative. [m2]
    lower_altitude, upper_altitude : array_like, (D)
        Altitude below which to raise, and altitude to raise to; NaN for no band. [m]
    calendar_target : array_like, (D)
        Altitude to reach on that day, NaN on days without. A day that has one ignores the band. [m]
    burn_allowed : array_like of bool, (D)
        False without propulsion, crew consent or ground.
    exhaust_velocity : array_like, (D)
        Effective exhaust velocity, greater than zero; our default is a storable engine of 301 s.
        [m/s]
    propellant_initial : array_like, (R,) or one number
        Propellant aboard at first, not negative, counted even above the capacity. [kg]
    propellant_delivered : array_like, (D)
        Propellant arriving in the morning, not negative. [kg]
    tank_capacity : array_like, (D)
        Propellant the tanks hold, not negative. [kg]
    drag_factor : array_like, (R,) or one number
        Calibration factor on the drag area, not negative. [-]
    avoidance : array_like of bool, (D), optional
        Days with an avoidance manoeuvre.
    avoidance_speed : float
        Its push, not negative. [m/s]

    Returns
    -------
    Flight
        Sixteen bytes for each replica and day.

    Raises
    ------
    DomainError
        If a shape or a value is outside what is said above. NaN is refused save in the targets.

    Notes
    -----
    Agrees with a plain NumPy twin to 1 m and 1e-6 of propellant (tests/unit/test_flight.py).
    Propellant balances to 1e-9. About 0.2 microseconds for each replica and day on one 2026 core.

    Examples
    --------
    >>> from stationkeeper.environment.atmosphere import orbit_density
    >>> from stationkeeper.environment.solar_activity import predicted_rows
    >>> from stationkeeper.environment.tables import density_table, solar_indices
    >>> sun = solar_indices()
    >>> orbit = orbit_density(density_table(), np.radians(51.6), 9_000, 365, 418e3)
    >>> rows = predicted_rows(int(sun.day[0]), len(sun.day), 9_000, 365)[None, :]
    >>> flight = fly(orbit, sun.f107, sun.f107_81d, sun.ap, rows, 9_000, 418e3, mass=430e3,
    ...     drag_area=2_800.0, lower_altitude=415e3, upper_altitude=418e3,
    ...     propellant_initial=9_000.0)
    >>> bool(415e3 <= flight.altitude.min()), int(flight.decayed_day[0])
    (True, -1)
    """
    future, flux, mean_flux, index = _future(rows, f107, f107_81d, ap)
    replicas, days = future.shape
    _covered(density, first_day, days)
    spread = {
        "mass": mass,
        "drag_area": drag_area,
        "lower_altitude": lower_altitude,
        "upper_altitude": upper_altitude,
        "calendar_target": calendar_target,
        "exhaust_velocity": exhaust_velocity,
        "propellant_delivered": propellant_delivered,
        "tank_capacity": tank_capacity,
    }
    by_day = {name: _by_day(name, value, replicas, days) for name, value in spread.items()}
    allowed = _flags("burn_allowed", burn_allowed, replicas, days)
    pushes = (
        np.zeros((0, days), dtype=bool)
        if avoidance is None
        else _flags("avoidance", avoidance, replicas, days)
    )
    start = {
        "initial_altitude": initial_altitude,
        "propellant_initial": propellant_initial,
        "drag_factor": drag_factor,
    }
    for name, value in start.items():
        _need(np.shape(value) in ((), (replicas,)), f"{name} must be one number or ({replicas},)")
    height, tank, factor = (
        np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), (replicas,)))
        for value in start.values()
    )
    _need(
        bool(np.all((height > ENTRY_ALTITUDE) & (height <= density.altitude[-1]))),
        f"initial altitudes must lie above {ENTRY_ALTITUDE:.0f} m and not above"
        f" {density.altitude[-1]:.0f} m",
    )
    for name in ("mass", "exhaust_velocity"):
        _need(bool(np.all(by_day[name] > 0)), f"{name} must be greater than zero")
    for name in ("drag_area", "propellant_delivered", "tank_capacity"):
        _need(bool(np.all(by_day[name] >= 0)), f"{name} must not be negative")
    for name in ("mass", "drag_area", "propellant_delivered"):
        _need(bool(np.all(np.isfinite(by_day[name]))), f"{name} must be finite")
    for name in ("lower_altitude", "upper_altitude", "calendar_target"):
        _need(
            not np.any(by_day[name] > density.altitude[-1]),
            f"{name} must not exceed {density.altitude[-1]:.0f} m, the top of the density",
        )
    _need(bool(np.all((tank >= 0) & (factor >= 0))), "propellant and drag factor cannot be < 0")
    _need(avoidance_speed >= 0, "avoidance_speed must not be negative")
    shape = (days, replicas)  # a day lies together in memory while it is flown
    altitude, aboard = np.empty(shape, np.float32), np.empty(shape, np.float32)
    delta_v, used = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    decayed = np.full(replicas, -1, np.int32)
    cut = np.zeros(replicas, np.int32)
    taken, refused, used_total = tank.copy(), np.zeros(replicas), np.zeros(replicas)
    _fly(
        (first_day - density.first_day) / density.knot_spacing,
        1 / density.knot_spacing,
        density.log_density,
        density.altitude,
        density.flux_response,
        density.f107_81d,
        density.ap,
        flux,
        mean_flux,
        index,
        np.ascontiguousarray(future.T),
        factor,
        by_day["mass"],
        by_day["drag_area"],
        by_day["lower_altitude"],
        by_day["upper_altitude"],
        by_day["calendar_target"],
        allowed,
        by_day["exhaust_velocity"],
        by_day["propellant_delivered"],
        by_day["tank_capacity"],
        pushes,
        float(avoidance_speed),
        height,
        tank,
        altitude,
        delta_v,
        used,
        aboard,
        decayed,
        cut,
        taken,
        refused,
        used_total,
    )
    return Flight(
        altitude=np.ascontiguousarray(altitude.T),
        delta_v=np.ascontiguousarray(delta_v.T),
        propellant_used=np.ascontiguousarray(used.T),
        propellant_aboard=np.ascontiguousarray(aboard.T),
        decayed_day=decayed,
        cut_burns=cut,
        propellant_in=taken,
        propellant_refused=refused,
        propellant_used_total=used_total,
        propellant_left=tank,
        altitude_left=height,
    )


def days_to_altitude(
    density: OrbitDensity,
    f107: ArrayLike,
    f107_81d: ArrayLike,
    ap: ArrayLike,
    rows: NDArray[np.int32],
    first_day: float,
    altitude: ArrayLike,
    drag_area_per_mass: ArrayLike,
    target: float = 200e3,
) -> Array:
    """Days that an orbit without propulsion takes to sink to an altitude.

    Parameters
    ----------
    density : OrbitDensity
        From `stationkeeper.environment.atmosphere.orbit_density`.
    f107, f107_81d, ap : array_like, (recorded days,)
        As in `fly`.
    rows : ndarray of int32, (R, D)
        As in `fly`, beginning on the day when propulsion is lost.
    first_day : float
        That day, days since 2000-01-01T00:00 UTC; all D days must lie within `density`. [d]
    altitude : array_like, (R,) or one number
        Altitude on that day, within the density; NaN gives NaN. [m]
    drag_area_per_mass : array_like, (R,) or one number
        Drag coefficient x area / mass, not negative, calibration included. [m2/kg]
    target : float
        Altitude to wait for, not below 120 km. [m]

    Returns
    -------
    ndarray, (R,)
        Days; infinite where D days are not enough, 0 where the orbit is already as low. [d]

    Raises
    ------
    DomainError
        If a value is outside what is said above.

    Examples
    --------
    >>> from stationkeeper.environment.atmosphere import orbit_density
    >>> from stationkeeper.environment.solar_activity import predicted_rows
    >>> from stationkeeper.environment.tables import density_table, solar_indices
    >>> sun = solar_indices()
    >>> orbit = orbit_density(density_table(), np.radians(51.6), 8_700, 2_000, 380e3)
    >>> rows = predicted_rows(int(sun.day[0]), len(sun.day), 8_700, 2_000)[None, :]
    >>> days = days_to_altitude(
    ...     orbit, sun.f107, sun.f107_81d, sun.ap, rows, 8_700, 418e3, 2_800 / 430e3
    ... )
    >>> bool(200 < days[0] < 800)
    True
    """
    future, flux, mean_flux, index = _future(rows, f107, f107_81d, ap)
    replicas = len(future)
    _covered(density, first_day, future.shape[1])
    for name, value in (("altitude", altitude), ("drag_area_per_mass", drag_area_per_mass)):
        _need(np.shape(value) in ((), (replicas,)), f"{name} must be one number or ({replicas},)")
    height = np.array(np.broadcast_to(np.asarray(altitude, dtype=np.float64), (replicas,)))
    quotient = np.array(
        np.broadcast_to(np.asarray(drag_area_per_mass, dtype=np.float64), (replicas,))
    )
    _need(not np.any(height > density.altitude[-1]), "altitude lies above the top of the density")
    _need(bool(np.all(quotient >= 0)), "drag_area_per_mass must not be negative")
    _need(target >= ENTRY_ALTITUDE, f"target must not lie below {ENTRY_ALTITUDE:.0f} m")
    out = np.where(np.isnan(height), np.nan, np.inf)
    _sink(
        (first_day - density.first_day) / density.knot_spacing,
        1 / density.knot_spacing,
        density.log_density,
        density.altitude,
        density.flux_response,
        density.f107_81d,
        density.ap,
        flux,
        mean_flux,
        index,
        np.ascontiguousarray(future.T),
        height,
        quotient,
        float(target),
        out,
    )
    return out
