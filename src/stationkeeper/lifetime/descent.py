"""How each station of a run comes down, beside the other ways it could: ``descent.json``."""

import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import STANDARD_GRAVITY
from stationkeeper.lifetime.assemble import Assembled, Flown
from stationkeeper.lifetime.hardware import visits
from stationkeeper.lifetime.prepare import LOSS_HORIZON, Prepared, solar_rows
from stationkeeper.lifetime.ways_down import (
    STORAGE_ALTITUDE,
    Engine,
    State,
    controlled_way,
    date_text,
    fall_way,
    quantile_days,
    rounded,
    storage_way,
)
from stationkeeper.orbit.deorbit import HOLD_ALTITUDE, first_below
from stationkeeper.orbit.flight import ENTRY_ALTITUDE, fly
from stationkeeper.programme.composition import all_flights, station_intervals
from stationkeeper.results.folder import RunFolder
from stationkeeper.results.storage import storage_errors, write_document
from stationkeeper.units import KILOMETRE, days_since_2000

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

FILE: Final = "descent.json"
SAMPLE: Final = 100  # replicas followed in a fall, the first of the run; our choice
PLOT_SPACING: Final = 10  # [d] between the days of a fall that are written; our choice
BURNS, ENTRY = "last burns", "entry"
_ENDS: Final = {  # events of the replicas, and how the station was left
    "controlled descent ends at altitude": BURNS,
    "uncontrolled entry at altitude": ENTRY,
    "altitude at the end": "in orbit",
}
_TANK: Final = "propellant aboard at the end"
_FACTOR: Final = "drag factor"


@dataclass(frozen=True)
class Sample:
    """The first replicas of one station at its end, (replicas,) each.

    `how` is what most of them did; the arrays hold those that did it: their number, the day since
    2000-01-01, the altitude [m], propellant aboard [kg] and drag factor.
    """

    how: str
    replica: NDArray[np.int64]
    day: NDArray[np.int64]
    altitude: Array
    propellant: Array
    drag_factor: Array


def write_descent(prepared: Prepared, folder: RunFolder, results: "xr.Dataset") -> None:
    """Write how each station comes down into the run folder; the same run gives the same bytes.

    Parameters
    ----------
    prepared : Prepared
        What the replicas were flown with.
    folder : RunFolder
        Run whose events are written.
    results : xarray.Dataset
        Its table.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    write_document(folder.path / FILE, descents(prepared, folder, results))


def descents(prepared: Prepared, folder: RunFolder, results: "xr.Dataset") -> dict[str, Any]:
    """Return how each station of a run comes down, and what the other ways would take.

    Every way begins where the first replicas of the run (at most `SAMPLE`) are on the median day
    on which the run leaves the station: the day of the last burns, the last day of the span, or,
    if it falls, the middle of the first whole month of its fall. Masses, areas and the Sun are
    the run's.

    Parameters
    ----------
    prepared : Prepared
        What the replicas were flown with.
    folder : RunFolder
        Run whose events are written.
    results : xarray.Dataset
        Its table.

    Returns
    -------
    dict
        ``stations`` by key, each with the state from which the ways begin, dated steps, the fall if
        nothing is done, and the ways; names carry their units.
    """
    samples = _samples(prepared.assembled, folder)
    found = {}
    for flown in prepared.assembled.stations:
        sample = samples.get(flown.key)
        if sample is not None:
            found[flown.key] = _station(prepared, flown, sample, results)
    return {"format": 1, "stations": found}


def _samples(assembled: Assembled, folder: RunFolder) -> dict[str, Sample]:
    """Read the ends of the first replicas."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder.events(0)
    with storage_errors(path):
        data = path.read_bytes()
    table = pq.read_table(
        io.BytesIO(data), columns=["replica", "station", "event", "date", "value"]
    )
    wanted = pa.array([*_ENDS, _TANK, _FACTOR])
    table = table.filter(pc.less(table["replica"], SAMPLE))
    table = table.filter(pc.is_in(table["event"].cast(pa.string()), value_set=wanted))
    rows: dict[str, dict[str, dict[int, tuple[int, float]]]] = {}
    for row in table.to_pylist():
        by_event = rows.setdefault(row["station"], {}).setdefault(row["event"], {})
        by_event[row["replica"]] = (days_since_2000(row["date"]), row["value"])
    samples = {}
    for key in assembled.keys:
        events = rows.get(key, {})
        ends = {event: events[event] for event in _ENDS if event in events}
        if not ends:
            continue
        most = max(ends, key=lambda event: len(ends[event]))
        numbers = sorted(ends[most])
        samples[key] = Sample(
            how=_ENDS[most],
            replica=np.array(numbers),
            day=np.array([ends[most][number][0] for number in numbers]),
            altitude=np.array([ends[most][number][1] for number in numbers]) * KILOMETRE,
            propellant=np.array([events[_TANK][number][1] for number in numbers]),
            drag_factor=np.array([events[_FACTOR][number][1] for number in numbers]),
        )
    return samples


def _station(
    prepared: Prepared, flown: Flown, sample: Sample, results: "xr.Dataset"
) -> dict[str, Any]:
    calendar, parts = prepared.assembled.calendar, flown.hardware
    place = int(np.median(sample.day)) - calendar.first_day
    altitude, propellant = sample.altitude, sample.propellant
    if sample.how == ENTRY:
        place, altitude, propellant = _before_the_fall(prepared, flown, sample, results)
    place = min(max(place, 0), calendar.days - 1)
    # A station that ends with an event has no hardware on that day: the day before counts.
    place = int(np.flatnonzero(parts.exists[: place + 1])[-1])
    dry, area = float(parts.mass[place]), float(parts.area[place])
    heights = _fall(prepared, flown, sample, place, altitude, dry + propellant)
    when = np.arange(heights.shape[1], dtype=np.float64)
    mass = dry + float(np.median(propellant))
    state = State(
        day=float(calendar.first_day + place),
        altitude=float(np.median(altitude)),
        mass=mass,
        propellant=float(np.median(propellant)),
        drag_area_per_mass=float(np.median(sample.drag_factor)) * area / mass,
        inclination=float(np.radians(flown.station.orbit.inclination_deg)),
        hold_days=_reached(when, heights, HOLD_ALTITUDE),
        entry_days=_reached(when, heights, ENTRY_ALTITUDE),
    )
    engine = _engine(prepared.assembled, flown, place)
    end = flown.station.end
    begin = float(calendar.first_day + _drift_begins(flown, place))
    storage = STORAGE_ALTITUDE
    if end is not None and end.storage_km is not None:
        storage = end.storage_km * KILOMETRE
    leaves = None
    if end is not None and end.crew_leaves is not None:
        leaves = float(days_since_2000(end.crew_leaves))
    ways = [controlled_way(state, engine, drift=False, begin=begin, crew_leaves=leaves)]
    if state.altitude > HOLD_ALTITUDE + KILOMETRE:
        ways.append(controlled_way(state, engine, drift=True, begin=begin))
    ways += [storage_way(state, engine, prepared.sun, storage), fall_way(state)]
    return {
        "title": flown.station.title,
        "kind": "none" if end is None else end.kind,
        "since": None if end is None or end.kind == "open" else end.since.isoformat(),
        "left": sample.how,
        "replicas": int(sample.replica.size),
        "from": {
            "date": date_text(state.day),
            "altitude_km": rounded(state.altitude / KILOMETRE),
            "altitude_p05_km": rounded(float(np.quantile(altitude, 0.05)) / KILOMETRE),
            "altitude_p95_km": rounded(float(np.quantile(altitude, 0.95)) / KILOMETRE),
            "mass_kg": rounded(state.mass),
            "propellant_at_hand_kg": rounded(state.propellant),
            "drag_area_per_mass_m2_kg": rounded(state.drag_area_per_mass),
        },
        "steps": _steps(prepared.assembled, flown, state, begin, ways[0], sample.how),
        "fall": _written_fall(state, heights),
        "ways": ways,
    }


def _before_the_fall(
    prepared: Prepared, flown: Flown, sample: Sample, results: "xr.Dataset"
) -> tuple[int, Array, Array]:
    """Return place, altitudes and propellant in the first whole month of the fall.

    The table holds months, and in the month in which a fall begins the station may still be raised.
    """
    calendar = prepared.assembled.calendar
    data = results.sel(station=flown.key)
    height = data["altitude_km"].sel(quantile=0.5).values * KILOMETRE
    tank = data["propellant_aboard_kg"].sel(quantile=0.5).values
    high = np.flatnonzero(height > HOLD_ALTITUDE)
    month = int(high[-1]) if high.size else int(np.flatnonzero(np.isfinite(height))[0])
    if flown.descent < calendar.days:  # otherwise it was not meant to fall: the last month up there
        month = min(int(calendar.month_of_day[flown.descent]) + 1, month)
    place = int(calendar.first_of_month[month] + calendar.last_of_month[month]) // 2
    size = sample.replica.size
    aboard = float(tank[month]) if np.isfinite(tank[month]) else 0.0
    return place, np.full(size, float(height[month])), np.full(size, aboard)


def _fall(
    prepared: Prepared, flown: Flown, sample: Sample, place: int, altitude: Array, mass: Array
) -> Array:
    """Altitude on each day after a day if nothing burns, (replicas, days); zero once entered."""
    sun, parts = prepared.sun, flown.hardware
    rows = solar_rows(prepared, sample.replica)[:, place + 1 : place + 1 + LOSS_HORIZON]
    flight = fly(
        prepared.density[flown.key],
        sun.f107,
        sun.f107_81d,
        sun.ap,
        rows,
        float(prepared.assembled.calendar.first_day + place + 1),
        altitude,
        mass=1.0,  # with the area below, the quotient of each replica
        drag_area=float(parts.area[place]),
        lower_altitude=np.nan,
        upper_altitude=np.nan,
        burn_allowed=False,
        drag_factor=sample.drag_factor / mass,
    )
    flown_heights = np.nan_to_num(flight.altitude.astype(np.float64), nan=0.0)
    return np.asarray(np.concatenate([altitude[:, None], flown_heights], axis=1))


def _reached(when: Array, heights: Array, level: float) -> Array:
    days = first_below(when, heights, level)
    # The altitude falls to nothing on the day of entry: its place between two days says nothing.
    return np.asarray(np.where(np.isnan(days), np.inf, np.ceil(days)))


def _engine(assembled: Assembled, flown: Flown, place: int) -> Engine | None:
    """Return the ship that the programme names, or the strongest engine that is there."""
    programme, end = assembled.programme, flown.station.end
    if end is not None and end.ship is not None:
        named = programme.ship[end.ship]
        if named.thrust_n and named.isp_s:
            return Engine(named.title, named.thrust_n, named.isp_s * STANDARD_GRAVITY)
    there = []
    for key, here in zip(programme.module, flown.hardware.modules[:, place], strict=True):
        module = programme.module[key]
        if here and module.propulsion is not None and module.propulsion.thrust_n:
            speed = module.propulsion.isp_s * STANDARD_GRAVITY
            there.append(Engine(module.title, module.propulsion.thrust_n, speed))
    ships = visits(
        programme, all_flights(programme), station_intervals(programme), assembled.calendar
    )
    for visit in ships[flown.key]:
        ship = visit.ship
        docked = visit.first <= place < visit.last and visit.burns and ship.may_reboost
        if docked and ship.thrust_n and ship.isp_s:
            there.append(Engine(ship.title, ship.thrust_n, ship.isp_s * STANDARD_GRAVITY))
    return max(there, key=lambda engine: (engine.thrust, engine.name), default=None)


def _drift_begins(flown: Flown, place: int) -> int:
    """Return the place of the day after the last on which an altitude was kept."""
    wanted = flown.targets
    kept = ~np.isnan(wanted.lower) | ~np.isnan(wanted.calendar)
    before = np.flatnonzero(kept[:place])
    return min(int(before[-1]) + 1, place) if before.size else place


def _steps(
    assembled: Assembled,
    flown: Flown,
    state: State,
    begin: float,
    way: dict[str, Any],
    how: str,
) -> list[dict[str, str | None]]:
    """Return the dated steps of the way that the programme takes, as far as the span sees them."""
    end = flown.station.end
    if end is None or end.kind != "controlled":
        return []
    steps: list[tuple[float, float, str]] = []
    if begin < state.day:
        steps.append((begin, state.day, "drift without reboosts"))
    for flight in assembled.programme.flight.values():
        if flight.station == flown.key and flight.ship == end.ship:
            docked = float(days_since_2000(flight.docked))
            if docked <= state.day and (flight.undocked is None or flight.undocked >= end.since):
                title = flight.title or assembled.programme.ship[flight.ship].title
                steps.append((docked, docked, f"{title} docks"))
    if end.crew_leaves is not None:
        leaves = float(days_since_2000(end.crew_leaves))
        steps.append((leaves, leaves, "crew leaves"))
    elif how == BURNS and way["possible"]:
        leaves = float(days_since_2000(date.fromisoformat(way["crew_leaves"])))
        steps.append((leaves, leaves, "crew leaves"))
    if how == BURNS:
        steps.append((state.day, state.day, "burns begin"))
    dated: list[dict[str, str | None]] = [
        {"step": name, "first": date_text(first), "last": date_text(last)}
        for first, last, name in sorted(steps)
    ]
    if way["possible"] and how == BURNS:
        dated.append({"step": "entry", "first": way["ends"], "last": way["ends"]})
    return dated


def _written_fall(state: State, heights: Array) -> dict[str, Any]:
    """Thin out a fall for a picture, until all replicas are down."""
    days = np.arange(0, heights.shape[1], PLOT_SPACING)
    down = np.flatnonzero((heights[:, days] <= 0).all(axis=0))
    days = days[: int(down[0]) if down.size else days.size]
    floor = np.maximum(heights[:, days], ENTRY_ALTITUDE)
    bands = np.quantile(floor, (0.05, 0.5, 0.95), axis=0) / KILOMETRE
    hold, entry = quantile_days(state.hold_days), quantile_days(state.entry_days)
    shares = ("p05", "p50", "p95")
    return {
        "to_220_km": {
            share: date_text(state.day + value) for share, value in zip(shares, hold, strict=True)
        },
        "to_entry": {
            share: date_text(state.day + value) for share, value in zip(shares, entry, strict=True)
        },
        "date": [date_text(state.day + float(day)) for day in days],
        **{
            f"altitude_{share}_km": [round(float(value), 2) for value in band]
            for share, band in zip(shares, bands, strict=True)
        },
    }
