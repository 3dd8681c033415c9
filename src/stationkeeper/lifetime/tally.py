"""From lives to counts on fixed bins, and to rows of events: all that is kept of a replica."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.chunks import Piece
from stationkeeper.crew.dose import stay_dose
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.fly import Life, Lives
from stationkeeper.lifetime.people import Stay
from stationkeeper.lifetime.prepare import LOSS_HORIZON
from stationkeeper.lifetime.tally_upkeep import Kept, tally_upkeep, upkeep_events
from stationkeeper.orbit.conjunctions import AVOIDANCE_DELTA_V
from stationkeeper.orbit.flight import ENTRY_ALTITUDE
from stationkeeper.results.bins import Bins, counted
from stationkeeper.results.variables import (
    ALTITUDE_BINS,
    DAY_BINS,
    DOSE_BINS,
    DOSE_RATE_BINS,
    MASS_BINS,
    SPEED_BINS,
)
from stationkeeper.units import KILOMETRE, MILLI

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

EVENTS: Final = (
    ("drag factor", "1"),
    ("dose factor", "1"),
    ("begins at altitude", "km"),
    ("controlled descent ends at altitude", "km"),
    ("uncontrolled entry at altitude", "km"),
    ("altitude at the end", "km"),
    ("propellant burned in the year", "kg"),
    ("propellant burned in all", "kg"),
    ("propellant aboard at the end", "kg"),
    ("burns cut short for want of propellant", "1"),
)
LEVEL: Final = "without a partner, aboard:"
NET_USE: Final = "without a partner, used a day:"
ALTITUDE_DAYS: Final = "without a partner, days to 200 km"
_NUMBER: Final = {name: number for number, (name, _) in enumerate(EVENTS)}


def event_names(stays: tuple[Stay, ...], kept: Kept) -> list[tuple[str, str]]:
    """Return name and unit of every event number: the fixed ones, of upkeep, of stays."""
    doses = [(f"dose of stay {stay.name}", "mSv") for stay in stays]
    return [*EVENTS, *upkeep_events(kept), *parted_events(kept), *doses]


def parted_events(kept: Kept) -> list[tuple[str, str]]:
    """Return name and unit of what is told of the first day without a partner."""
    stores = sorted({name for one in kept.values() for name in one.stores})
    return [
        (ALTITUDE_DAYS, "d"),
        *((f"{LEVEL} {name}", "1") for name in stores),
        *((f"{NET_USE} {name}", "1") for name in stores),
    ]


class _Rows:
    """Rows of events, gathered column by column."""

    def __init__(self, first_day: int) -> None:
        self.first_day = first_day
        self.parts: list[tuple[NDArray[Any], ...]] = []

    def add(
        self, replicas: NDArray[np.int64], station: Any, event: Any, place: Any, value: Any
    ) -> None:
        """Add a row for each replica."""
        whole = np.broadcast_to(np.asarray(place) + self.first_day, replicas.shape)
        size = replicas.shape
        self.parts.append(
            (
                replicas.astype(np.int32),
                np.broadcast_to(np.asarray(station, np.int32), size),
                np.broadcast_to(np.asarray(event, np.int32), size),
                whole.astype(np.int32),
                np.broadcast_to(np.asarray(value, np.float64), size),
            )
        )

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the rows sorted by replica, station, event and day."""
        joined = [np.concatenate(column) for column in zip(*self.parts, strict=True)]
        replica, station, event, day, value = joined
        order = np.lexsort((day, event, station, replica))
        return {
            "replica": replica[order],
            "station": station[order],
            "event": event[order],
            "day": day[order],
            "value": value[order],
        }


def _parted(rows: _Rows, kept: Kept, lives: Lives, keys: tuple[str, ...]) -> None:
    names = [name for name, _ in parted_events(kept)]
    first = len(EVENTS) + len(upkeep_events(kept))
    for (_, station), parted in lives.parted.items():
        told = [(ALTITUDE_DAYS, parted.altitude_days)]
        for column, store in enumerate(kept[station].stores):
            told.append((f"{LEVEL} {store}", parted.level[:, column]))
            told.append((f"{NET_USE} {store}", parted.net_use[:, column]))
        for name, values in told:
            event = first + names.index(name)
            rows.add(lives.replicas, keys.index(station), event, parted.place, values)


def by_month(values: NDArray[Any], first_of_month: NDArray[np.int64]) -> Array:
    """Add up days by month.

    Parameters
    ----------
    values : ndarray, (R, days)
        Daily values.
    first_of_month : ndarray of int, (months,)
        Place of the first day of each month.

    Returns
    -------
    ndarray, (R, months)

    Examples
    --------
    >>> by_month(np.array([[1.0, 2.0, 4.0]]), np.array([0, 2])).tolist()
    [[3.0, 4.0]]
    """
    return np.asarray(np.add.reduceat(values, first_of_month, axis=1, dtype=np.float64))


def tally(assembled: Assembled, kept: Kept, lives: Lives) -> Piece:
    """Count what some replicas did; `kept` names what the engine of upkeep numbers.

    Returns
    -------
    Piece
        Sums are counts by (station, month, bin) and plain sums by (station, month); rows are
        events.
    """
    calendar = assembled.calendar
    stations, months, years = len(assembled.stations), len(calendar.months), len(calendar.years)
    rows = _Rows(calendar.first_day)
    sums: dict[str, NDArray[Any]] = {
        name: np.zeros((stations, months, bins.count), np.int32)
        for name, bins in (
            ("altitude", ALTITUDE_BINS),
            ("used", MASS_BINS),
            ("aboard", MASS_BINS),
            ("delta_v", SPEED_BINS),
            ("loss", DAY_BINS),
            ("absorbed_rate", DOSE_RATE_BINS),
            ("equivalent_rate", DOSE_RATE_BINS),
        )
    }
    sums["used_by_year"] = np.zeros((stations, years, MASS_BINS.count), np.int32)
    for name in ("altitude_sum", "used_sum"):
        sums[name] = np.zeros((stations, months))
    for name in ("days_alive", "replicas_alive", "reboosts", "avoidances", "capped", "tried"):
        sums[name] = np.zeros((stations, months), np.int64)

    for number, flown in enumerate(assembled.stations):
        _station(assembled, lives, number, flown, sums, rows)
    of_upkeep, told = tally_upkeep(assembled, kept, lives)
    for replicas, station, event, place, value in told:
        rows.add(replicas, station, len(EVENTS) + event, place, value)
    _parted(rows, kept, lives, assembled.keys)
    before = len(EVENTS) + len(upkeep_events(kept)) + len(parted_events(kept))
    _stays(assembled, lives, before, sums, rows)
    return Piece(sums | of_upkeep, rows.columns())


def _station(
    assembled: Assembled,
    lives: Lives,
    number: int,
    flown: Flown,
    sums: dict[str, NDArray[Any]],
    rows: _Rows,
) -> None:
    """Count one station into the sums, and add its rows."""
    calendar = assembled.calendar
    months, years = len(calendar.months), len(calendar.years)
    month_groups, year_groups = np.arange(months), np.arange(years)
    life = lives.stations[flown.key]
    in_orbit = ~np.isnan(life.altitude)
    alive = by_month(in_orbit, calendar.first_of_month)
    seen = alive > 0
    altitude_km = life.altitude.astype(np.float64) / KILOMETRE
    sums["altitude"][number] = counted(altitude_km, calendar.month_of_day, months, ALTITUDE_BINS)
    height = by_month(np.nan_to_num(altitude_km), calendar.first_of_month)
    sums["altitude_sum"][number] = height.sum(axis=0)
    sums["days_alive"][number] = alive.sum(axis=0)
    sums["replicas_alive"][number] = seen.sum(axis=0)
    reboosted = life.delta_v > AVOIDANCE_DELTA_V * life.avoidance * (1 + 1e-5)
    sums["reboosts"][number] = by_month(reboosted, calendar.first_of_month).sum(axis=0)
    sums["avoidances"][number] = by_month(life.avoidance, calendar.first_of_month).sum(axis=0)

    def count(name: str, values: Array, where: Flags, bins: Bins) -> None:
        sums[name][number] += counted(np.where(where, values, np.nan), month_groups, months, bins)

    used = by_month(life.used, calendar.first_of_month)
    sums["used_sum"][number] = used.sum(axis=0)
    count("used", used, seen, MASS_BINS)
    count("delta_v", by_month(life.delta_v, calendar.first_of_month), seen, SPEED_BINS)
    aboard = life.aboard[:, calendar.last_of_month].astype(np.float64)
    count("aboard", aboard, ~np.isnan(aboard), MASS_BINS)

    firsts = np.flatnonzero(np.diff(calendar.year_of_month, prepend=-1))
    yearly = by_month(used, firsts)
    flew = by_month(alive, firsts) > 0
    sums["used_by_year"][number] = counted(
        np.where(flew, yearly, np.nan), year_groups, years, MASS_BINS
    )
    for year in range(years):
        last = int(calendar.last_of_month[calendar.year_of_month == year][-1])
        which = flew[:, year]
        _add(rows, lives, which, number, "propellant burned in the year", last, yearly[:, year])

    for place, days in lives.loss[flown.key].items():
        month = int(calendar.month_of_day[place])
        known = ~np.isnan(days)
        sums["capped"][number, month] = np.isinf(days).sum()
        sums["tried"][number, month] = known.sum()
        sums["loss"][number, month] += counted(
            np.minimum(days, LOSS_HORIZON)[:, None], [0], 1, DAY_BINS
        )[0]

    factor = lives.dose_factor[flown.key][:, None]
    for name, cumulative in (
        ("absorbed_rate", lives.absorbed[flown.key]),
        ("equivalent_rate", lives.equivalent[flown.key]),
    ):
        edges = np.append(calendar.first_of_month, calendar.days)
        gained = np.diff(cumulative[:, edges].astype(np.float64), axis=1)
        rate = factor * gained / np.maximum(alive, 1) / MILLI
        count(name, rate, seen, DOSE_RATE_BINS)
    _outcomes(rows, lives, life, number, flown.key)


def _add(
    rows: _Rows,
    lives: Lives,
    which: Flags,
    station: int,
    event: str,
    place: Any,
    value: Any,
) -> None:
    size = lives.replicas.shape
    rows.add(
        lives.replicas[which],
        station,
        _NUMBER[event],
        np.broadcast_to(place, size)[which],
        np.broadcast_to(value, size)[which],
    )


def _outcomes(rows: _Rows, lives: Lives, life: Life, number: int, key: str) -> None:
    everyone = np.ones(lives.replicas.size, np.bool_)
    first = min(life.born, default=0)
    _add(rows, lives, everyone, number, "drag factor", first, life.drag_factor)
    _add(rows, lives, everyone, number, "dose factor", first, lives.dose_factor[key])
    for place, altitude in sorted(life.born.items()):
        known = ~np.isnan(altitude)
        _add(rows, lives, known, number, "begins at altitude", place, altitude / KILOMETRE)
    in_orbit = ~np.isnan(life.altitude)
    some: Flags = np.any(in_orbit, axis=1)
    last = life.altitude.shape[1] - 1 - np.argmax(in_orbit[:, ::-1], axis=1)
    final = life.altitude[np.arange(last.size), last].astype(np.float64) / KILOMETRE
    left = life.aboard[np.arange(last.size), last].astype(np.float64)
    down: Flags = np.greater_equal(life.descended, 0)
    fell: Flags = np.greater_equal(life.entered, 0)
    entry = ENTRY_ALTITUDE / KILOMETRE
    _add(rows, lives, down, number, "controlled descent ends at altitude", life.descended, final)
    _add(rows, lives, fell, number, "uncontrolled entry at altitude", life.entered, entry)
    stays_up: Flags = some & ~(down | fell)
    _add(rows, lives, stays_up, number, "altitude at the end", last, final)
    _add(rows, lives, some, number, "propellant burned in all", last, life.used_total)
    _add(rows, lives, some, number, "propellant aboard at the end", last, left)
    cut = life.cut_burns
    _add(rows, lives, cut > 0, number, "burns cut short for want of propellant", last, cut)


def _stays(
    assembled: Assembled,
    lives: Lives,
    first_number: int,
    sums: dict[str, NDArray[Any]],
    rows: _Rows,
) -> None:
    stays = assembled.stays
    keys = assembled.keys
    for name in ("stay_absorbed", "stay_equivalent"):
        sums[name] = np.zeros((len(stays), DOSE_BINS.count), np.int32)
    sums["stay_equivalent_sum"] = np.zeros(len(stays))
    for station, key in enumerate(keys):
        members = [number for number, stay in enumerate(stays) if stay.station == key]
        if not members:
            continue
        first = [stays[number].first for number in members]
        last = [stays[number].last for number in members]
        factor = lives.dose_factor[key][:, None] / MILLI
        absorbed = stay_dose(lives.absorbed[key], first, last) * factor
        equivalent = stay_dose(lives.equivalent[key], first, last) * factor
        groups = np.arange(len(members))
        sums["stay_absorbed"][members] = counted(absorbed, groups, len(members), DOSE_BINS)
        sums["stay_equivalent"][members] = counted(equivalent, groups, len(members), DOSE_BINS)
        sums["stay_equivalent_sum"][members] = equivalent.sum(axis=0)
        for column, number in enumerate(members):
            place = min(stays[number].last, assembled.calendar.days - 1)
            rows.add(lives.replicas, station, first_number + number, place, equivalent[:, column])
