"""Some replicas of a whole programme: every station through its days, propellant handed over."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, normals, uniforms
from stationkeeper.crew.dose import calibration_factor, cumulative_doses
from stationkeeper.lifetime.assemble import Flown
from stationkeeper.lifetime.leaks import LeakDraws, draw_leaks
from stationkeeper.lifetime.lost_cargo import Missing, lost_ships, made_up, missing
from stationkeeper.lifetime.particles import draw_factor
from stationkeeper.lifetime.prepare import LOSS_HORIZON, Prepared, Rows, solar_rows
from stationkeeper.lifetime.upkeep import DAY_OFFSET
from stationkeeper.lifetime.upkeep_fly import Upkept, begin, live
from stationkeeper.orbit.conjunctions import AVOIDANCE_DELTA_V, draw_avoidances
from stationkeeper.orbit.deorbit import HOLD_ALTITUDE
from stationkeeper.orbit.flight import days_to_altitude, fly
from stationkeeper.units import KILOMETRE

Array = NDArray[np.float64]
Single = NDArray[np.float32]

LOW_ORBIT: Final = 200 * KILOMETRE  # [m] where a station without propulsion counts as lost
TRIED: Final = 1_000  # replicas in which propulsion is lost for a trial; a band needs no more
LEAST_PROPELLANT: Final = 1.0  # [kg] our choice: less feeds no engine
_ANY_ALTITUDE: Final = 300 * KILOMETRE  # [m] stands in for a station that is gone; masked after


@dataclass
class Life:
    """One station in some replicas: daily arrays (R, days), and its account of propellant (R,).

    `altitude` [m] is NaN where the station is not in orbit. `initial` + `delivered` + `received` =
    `used_total` + `handed_over` + `taken_away` + `tank` + `gone` [kg]: ships leave with what the
    tanks left behind cannot hold (`taken_away`), `gone` left with the station at its end, and
    `refused` never came aboard.
    """

    altitude: Single
    delta_v: Single
    used: Single
    aboard: Single
    avoidance: NDArray[np.bool_]
    drag_factor: Array
    alive: NDArray[np.bool_]
    height: Array
    initial: Array
    delivered: Array
    received: Array
    refused: Array
    used_total: Array
    handed_over: Array
    taken_away: Array
    gone: Array
    tank: Array
    cut_burns: NDArray[np.int64]
    entered: NDArray[np.int64]
    descended: NDArray[np.int64]
    born: dict[int, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Parted:
    """What a station has on the first day without a partner, by replica.

    `level` (R, store) at its begin, `net_use` (R, store) on it, below zero where the store is
    filled up, `altitude_days` (R,) from its end to 200 km without a burn; NaN without a station.
    """

    place: int
    level: Array
    net_use: Array
    altitude_days: Array


@dataclass(frozen=True)
class Lives:
    """Some replicas of the whole programme.

    `absorbed` [Gy] and `equivalent` [Sv], by station, (R, days + 1), count from the first day.
    `loss` holds, by station and place of a day, days until 200 km without propulsion. `upkept` is
    what failed, leaked and was mended, by station; `leaks` and `particle_factor` what was dealt for
    it. `parted` holds what stations had on the first day without a partner.
    """

    replicas: NDArray[np.int64]
    stations: dict[str, Life]
    upkept: dict[str, Upkept]
    leaks: dict[str, LeakDraws]
    particle_factor: dict[str, Array]
    parted: dict[tuple[str, str], Parted]
    dose_factor: dict[str, Array]
    absorbed: dict[str, Single]
    equivalent: dict[str, Single]
    loss: dict[str, dict[int, Array]]


def _empty(flown: Flown, replicas: int, days: int, drag_factor: Array) -> Life:
    def nothing() -> Array:
        return np.zeros(replicas)

    return Life(
        altitude=np.full((replicas, days), np.nan, np.float32),
        delta_v=np.zeros((replicas, days), np.float32),
        used=np.zeros((replicas, days), np.float32),
        aboard=np.full((replicas, days), np.nan, np.float32),
        avoidance=np.zeros((replicas, days), np.bool_),
        drag_factor=drag_factor,
        alive=np.zeros(replicas, np.bool_),
        height=np.full(replicas, np.nan),
        initial=np.full(replicas, flown.propellant),
        delivered=nothing(),
        received=nothing(),
        refused=nothing(),
        used_total=nothing(),
        handed_over=nothing(),
        taken_away=nothing(),
        gone=nothing(),
        tank=np.full(replicas, flown.propellant),
        cut_burns=np.zeros(replicas, np.int64),
        entered=np.full(replicas, -1),
        descended=np.full(replicas, -1),
    )


def fly_lives(
    prepared: Prepared, replicas: NDArray[np.int64], *, doses_and_falls: bool = True
) -> Lives:
    """Fly some replicas of the programme.

    Stations are flown together from boundary to boundary (a station begins or ends, tanks leave)
    so that a station separated from another begins at the altitude that the other has in that
    replica, with the propellant in the tanks that it takes along: the share of the stock that its
    tanks are of all tanks of the modules.

    Orbit and upkeep are flown in turn, month by month: burns need the functions of their day, and
    functions see whether there is propellant at the begin of the month.

    Parameters
    ----------
    prepared : Prepared
        What all replicas share.
    replicas : ndarray of int, (R,)
        Numbers of the replicas.
    doses_and_falls : bool
        Work out doses, and falls without propulsion, as well; a third of the time.

    Returns
    -------
    Lives
    """
    assembled = prepared.assembled
    days = assembled.calendar.days
    rows = solar_rows(prepared, replicas)
    lives: dict[str, Life] = {}
    for flown in assembled.stations:
        drag = flown.station.drag
        spread = normals(prepared.seed, replicas, Purpose.DRAG_FACTOR, component_number(flown.key))[
            :, 0
        ]
        factor = drag.factor * np.exp(drag.one_sigma * spread)
        lives[flown.key] = _empty(flown, len(replicas), days, factor)
        _draw_avoidances(prepared, flown, lives[flown.key], replicas)
    leaks, factors, upkept = _deal(prepared, lives, replicas)
    months = set(assembled.calendar.first_of_month.tolist())
    parted: dict[tuple[str, str], Parted] = {}
    stops = {place + day for _, _, place in prepared.partings for day in (0, 1)}
    edges = months | set(assembled.boundaries) | {min(stop, days) for stop in stops}
    for start, stop in pairwise(sorted(edges)):
        if start in assembled.boundaries:
            _hand_over(prepared, lives, upkept, start)
        for flown in assembled.stations:
            if not flown.hardware.exists[start]:
                continue
            life = lives[flown.key]
            if start in assembled.boundaries:
                _begin(lives, flown, start)
            fuel = life.tank > LEAST_PROPELLANT
            state = upkept[flown.key].state
            # A station that begins on this day has what the document says is aboard.
            begun = state.started[:, None]
            level = np.where(begun, state.store, upkept[flown.key].plan.store_start)
            upkept[flown.key] = live(upkept[flown.key], start, stop, fuel, life.alive)
            _fly_leg(prepared, flown, life, upkept[flown.key], rows, start, stop)
            for partner, station, place in prepared.partings:
                if station == flown.key and place == start:
                    parted[partner, station] = _parted(
                        prepared, flown, life, upkept[station], replicas, rows, place, level
                    )
    whole = Lives(replicas, lives, upkept, leaks, factors, parted, {}, {}, {}, {})
    return _with_dose_and_loss(prepared, whole, rows) if doses_and_falls else whole


def _parted(
    prepared: Prepared,
    flown: Flown,
    life: Life,
    upkept: Upkept,
    replicas: NDArray[np.int64],
    rows: Rows,
    place: int,
    level: Array,
) -> Parted:
    plan, state = upkept.plan, upkept.state
    fillers = plan.store_filled_by
    filled = np.where(fillers >= 0, state.up[:, np.maximum(fillers, 0)], np.False_)
    there = ~np.isnan(life.altitude[:, place])
    return Parted(
        place=place,
        level=np.where(there[:, None], level, np.nan),
        net_use=np.where(there[:, None], np.where(filled, -1.0, state.need), np.nan),
        altitude_days=np.where(
            there, _days_to_low_orbit(prepared, flown, life, replicas, rows, place), np.nan
        ),
    )


def _deal(
    prepared: Prepared, lives: dict[str, Life], replicas: NDArray[np.int64]
) -> tuple[dict[str, LeakDraws], dict[str, Array], dict[str, Upkept]]:
    """Deal to each station what wears, leaks and is struck in these replicas."""
    months = len(prepared.assembled.calendar.months)
    leaks, factors, upkept = {}, {}, {}
    for key, kept in prepared.upkeep.items():
        leaks[key] = draw_leaks(prepared.leaks[key], prepared.seed, replicas)
        factors[key] = draw_factor(prepared.targets[key], prepared.seed, replicas)
        lost = lost_ships(kept.risk, prepared.seed, replicas)
        upkept[key] = begin(
            kept.plan,
            prepared.seed,
            replicas,
            factors[key],
            leaks[key],
            lives[key].avoidance.copy(),
            months,
            lost,
            made_up(kept.risk, lost, kept.plan.ship_brought),
        )
    return leaks, factors, upkept


def _draw_avoidances(
    prepared: Prepared, flown: Flown, life: Life, replicas: NDArray[np.int64]
) -> None:
    """Find the days on which an object comes too near: drawn, and listed in the document."""
    rate = flown.station.avoidance_per_year
    calendar = prepared.assembled.calendar
    if rate > 0.0:
        chances = uniforms(
            prepared.seed,
            replicas,
            Purpose.AVOIDANCE,
            component_number(flown.key),
            first_event=calendar.first_day + DAY_OFFSET,
            count=calendar.days,
        )
        life.avoidance[:] = draw_avoidances(rate, chances)
    for approach in prepared.assembled.programme.conjunction.values():
        place = calendar.place(approach.date)
        near = approach.chance >= flown.station.upkeep.collision_chance
        if approach.station == flown.key and near and 0 <= place < calendar.days:
            life.avoidance[:, place] = True
    life.avoidance &= flown.hardware.exists
    life.avoidance[:, flown.descent :] = False


def _absent(
    prepared: Prepared, flown: Flown, upkept: Upkept, start: int, stop: int
) -> Missing | None:
    """Return what a station is without on some days because ships were lost on the way."""
    return missing(
        prepared.upkeep[flown.key].risk,
        upkept.given.ship_lost,
        flown.station.drag_coefficient,
        start,
        stop,
    )


def _hand_over(
    prepared: Prepared, lives: dict[str, Life], upkept: dict[str, Upkept], place: int
) -> None:
    before = {key: life.tank.copy() for key, life in lives.items()}
    for handover in prepared.assembled.handovers:
        if handover.place != place:
            continue
        amount = np.where(
            lives[handover.source].alive, handover.share * before[handover.source], 0.0
        )
        lives[handover.source].tank -= amount
        lives[handover.source].handed_over += amount
        if handover.target is not None:
            lives[handover.target].tank += amount
            lives[handover.target].received += amount
    for flown in prepared.assembled.stations:
        if place == 0 or not flown.hardware.exists[place - 1]:
            continue
        life, capacity = lives[flown.key], flown.hardware.capacity
        if flown.hardware.exists[place]:
            if capacity[place] < capacity[place - 1]:
                room = capacity[place]
                absent = _absent(prepared, flown, upkept[flown.key], place, place + 1)
                if absent is not None:
                    room = np.maximum(room - absent.capacity[:, 0], 0.0)
                excess = np.maximum(life.tank - room, 0.0)
                life.taken_away += excess
                life.tank -= excess
        else:  # the station ends: what it had goes with it
            life.gone += life.tank
            life.tank[:] = 0.0
            life.alive[:] = False


def _begin(lives: dict[str, Life], flown: Flown, start: int) -> None:
    """Put a station into its first orbit, its own or that of the one it leaves."""
    life = lives[flown.key]
    if start in flown.parents and start > 0:
        altitude = lives[flown.parents[start]].altitude[:, start - 1].astype(np.float64)
    elif start in flown.parents or start in flown.orbits:
        orbit = flown.orbits.get(start, flown.station.orbit)
        altitude = np.full(life.tank.size, orbit.altitude_km * KILOMETRE)
        lower, upper = flown.targets.lower[start], flown.targets.upper[start]
        rule = flown.targets.rule[start]
        kept = rule is not None and flown.station.reboost[rule].kind == "as-flown"
        if kept and np.isfinite(lower):  # nothing is kept once its end has begun
            altitude[:] = 0.5 * (lower + upper)
    else:
        return
    life.alive[:] = ~np.isnan(altitude)
    life.height[:] = altitude
    life.born[start] = altitude


def _fly_leg(
    prepared: Prepared,
    flown: Flown,
    life: Life,
    upkept: Upkept,
    rows: Rows,
    start: int,
    stop: int,
) -> None:
    parts, wanted, sun = flown.hardware, flown.targets, prepared.sun
    course = upkept.course
    leg = slice(start, stop)
    alive = life.alive & ~np.isnan(life.height)
    life.avoidance[:, leg] &= course.moves[:, leg]
    mass, area = parts.mass[leg], parts.area[leg]
    delivered, capacity = parts.delivered[leg], parts.capacity[leg]
    absent = _absent(prepared, flown, upkept, start, stop)
    if absent is not None:
        mass, area = mass - absent.mass, area - absent.area
        delivered = np.maximum(delivered - absent.delivered, 0.0)  # but for rounding
        capacity = np.maximum(capacity - absent.capacity, 0.0)
    flight = fly(
        prepared.density[flown.key],
        sun.f107,
        sun.f107_81d,
        sun.ap,
        rows[:, leg],
        float(prepared.assembled.calendar.first_day + start),
        np.where(alive, life.height, _ANY_ALTITUDE),
        mass=mass,
        drag_area=area,
        lower_altitude=wanted.lower[leg],
        upper_altitude=wanted.upper[leg],
        calendar_target=wanted.calendar[leg],
        burn_allowed=parts.burn_allowed[leg] & course.burns[:, leg],
        exhaust_velocity=np.where(parts.burn_allowed, parts.exhaust_velocity, 1.0)[leg],
        propellant_initial=life.tank,
        propellant_delivered=delivered,
        tank_capacity=capacity,
        drag_factor=life.drag_factor,
        avoidance=life.avoidance[:, leg],
        avoidance_speed=AVOIDANCE_DELTA_V,
    )
    here = np.where(alive[:, None], flight.altitude, np.nan).astype(np.float32)
    decayed = alive & (flight.decayed_day >= 0)
    life.entered[decayed] = start + flight.decayed_day[decayed]
    _descend(flown, life, here, start, upkept.state.lost)
    in_orbit = ~np.isnan(here)
    life.altitude[:, leg] = here
    life.delta_v[:, leg] = np.where(in_orbit, flight.delta_v, 0)
    life.used[:, leg] = np.where(in_orbit, flight.propellant_used, 0)
    life.aboard[:, leg] = np.where(in_orbit, flight.propellant_aboard, np.nan)
    life.avoidance[:, leg] &= in_orbit & (flight.delta_v > 0)
    life.delivered += np.where(alive, flight.propellant_in - life.tank, 0.0)
    life.refused += np.where(alive, flight.propellant_refused, 0.0)
    life.used_total += np.where(alive, flight.propellant_used_total, 0.0)
    life.cut_burns += np.where(alive, flight.cut_burns, 0)
    life.tank = np.where(alive, flight.propellant_left, life.tank)
    life.alive = alive & in_orbit[:, -1]
    life.height = np.where(life.alive, flight.altitude_left, np.nan)


def _descend(
    flown: Flown, life: Life, altitude: Single, start: int, lost: NDArray[np.bool_]
) -> None:
    """End a controlled descent on the day of the first of the last burns; the lost have none."""
    end = flown.station.end
    days = altitude.shape[1]
    if end is None or end.kind != "controlled" or flown.descent >= start + days:
        return
    level = HOLD_ALTITUDE if end.drift_to_km is None else end.drift_to_km * KILOMETRE
    first = max(flown.descent - start, 0)
    below = (altitude[:, first:] <= level) & ~lost[:, None]
    for replica in np.flatnonzero(below.any(axis=1)).tolist():
        place = first + int(np.argmax(below[replica]))
        life.descended[replica] = start + place
        life.entered[replica] = -1
        altitude[replica, place:] = np.nan


def _with_dose_and_loss(prepared: Prepared, whole: Lives, rows: Rows) -> Lives:
    calendar, replicas = prepared.assembled.calendar, whole.replicas
    for flown in prepared.assembled.stations:
        key, life = flown.key, whole.stations[flown.key]
        inclination = prepared.dose[key].inclination
        # One draw for all stations of a replica: what is not known of the model is shared.
        spread = normals(prepared.seed, replicas, Purpose.DOSE, 0)[:, 0]
        whole.dose_factor[key] = calibration_factor(spread, inclination)
        whole.absorbed[key], whole.equivalent[key] = cumulative_doses(
            prepared.dose[key],
            life.altitude,
            prepared.modulation,
            prepared.phase,
            np.ascontiguousarray(rows[:, : calendar.days]),
        )
        whole.loss[key] = {}
        for place in loss_days(prepared, flown):
            whole.loss[key][place] = _days_to_low_orbit(
                prepared, flown, life, replicas, rows, place
            )
    return whole


def loss_days(prepared: Prepared, flown: Flown) -> list[int]:
    """Return the places of days on which propulsion is lost for a trial: every first of January.

    A station that sees no January is tried on its first day; one that comes down is not tried.
    """
    calendar = prepared.assembled.calendar
    exists = flown.hardware.exists.copy()
    exists[max(flown.descent, int(np.argmax(exists)) + 1) :] = False
    januaries = calendar.first_of_month[calendar.months.astype(np.int64) % 12 == 0]
    dates = calendar.dates[januaries]
    whole = dates == dates.astype("datetime64[M]")  # a span may begin within a January
    places = [int(place) for place in januaries[whole] if exists[place]]
    return places or [int(np.argmax(exists))]


def _days_to_low_orbit(
    prepared: Prepared,
    flown: Flown,
    life: Life,
    replicas: NDArray[np.int64],
    rows: Rows,
    place: int,
) -> Array:
    """Days from the end of a day until 200 km, without a burn.

    NaN where there is no station, and in replicas that are not tried.
    """
    sun, parts = prepared.sun, flown.hardware
    tried = np.flatnonzero(replicas < TRIED)
    found = np.full(replicas.size, np.nan)
    if not tried.size:
        return found
    altitude = life.altitude[tried, place].astype(np.float64)
    mass = parts.mass[place] + np.nan_to_num(life.aboard[tried, place].astype(np.float64))
    found[tried] = days_to_altitude(
        prepared.density[flown.key],
        sun.f107,
        sun.f107_81d,
        sun.ap,
        rows[tried, place + 1 : place + 1 + LOSS_HORIZON],
        float(prepared.assembled.calendar.first_day + place + 1),
        altitude,
        life.drag_factor[tried] * parts.area[place] / mass,
        LOW_ORBIT,
    )
    return found
