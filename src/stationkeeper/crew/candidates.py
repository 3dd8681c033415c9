"""Launches that a plan may use: nominal days, windows, what was flown already, what is closed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stationkeeper.crew.mixes import Terms, exchanged_variants
from stationkeeper.errors import InputError
from stationkeeper.programme.composition import DEFAULT_LIFE_DAYS, all_flights, life_days
from stationkeeper.programme.crewing import Rotation, Shock
from stationkeeper.programme.document import Programme
from stationkeeper.programme.traffic import Flight, Traffic

LASTING_DAYS = 60  # [d] a stay from which on a flight belongs to a permanent crew; our choice
HANDOVER_DAYS = (5, 12)  # [d] of a series that tells none, as flown 2021-2025; our choice
WINDOW_DAYS = 45  # [d] of a series that tells none, at most a third of its interval; our choice
# Share of the time left to its nominal day by which a launch is brought forward at most. After what
# happened in October 2018, December 2022 and January 2026 the next launches came forward by 17 of
# 69, 20 of 91 and 2 of 38 days; our choice.
FORWARD_SHARE = 0.25
SHORTEST_VISIT = 0.5  # share of the stay of a series that a visit lasts at least; our choice


@dataclass(frozen=True)
class Series:
    """One regular row of launches, from a rotation or from crewed traffic.

    Attributes
    ----------
    key : str
        ``rotation.soyuz`` or ``traffic.soyuz``.
    rotation : Rotation
        As written, or as made from the traffic.
    launcher, site : str or None
        If not those of the ship.
    """

    key: str
    rotation: Rotation
    launcher: str | None = None
    site: str | None = None

    @property
    def group(self) -> tuple[str, bool]:
        """Class of ship, and whether its crews hand over to one another."""
        return self.rotation.ship, self.rotation.handover_days is not None


@dataclass(frozen=True)
class Launch:
    """One launch that may be chosen; days are counted from the begin of the horizon.

    Attributes
    ----------
    key : str
        Name in plans and messages.
    series : Series
        To which it belongs.
    nominal : date
        As the calendar means it.
    earliest, latest : int
        Window. [d]
    required : bool
        It must fly.
    shortest, longest : int
        Days docked. [d]
    closed : tuple of (int, int)
        Spans without launch within the window, both ends included. [d]
    closed_by : tuple of str
        Why.
    """

    key: str
    series: Series
    nominal: date
    earliest: int
    latest: int
    required: bool
    shortest: int
    longest: int
    closed: tuple[tuple[int, int], ...] = ()
    closed_by: tuple[str, ...] = ()


def series_of(
    programme: Programme, station: str, terms: Terms, at: date, until: date
) -> list[Series]:
    """Return the rotations of a station; without any, what its crewed traffic says.

    Raises
    ------
    InputError
        If there is neither.
    """
    found = [
        Series(f"rotation.{key}", rotation, site=programme.ship[rotation.ship].site)
        for key, rotation in programme.rotation.items()
        if rotation.station == station and rotation.mixes and rotation.ports
    ]
    if not found:
        found = [
            Series(
                f"traffic.{key}",
                _as_rotation(programme, traffic, terms),
                traffic.launcher,
                traffic.site or programme.ship[traffic.ship].site,
            )
            for key, traffic in programme.traffic.items()
            if traffic.station == station and traffic.seats and traffic.ports
        ]
    current = [series for series in found if _nominal_days(series, at, until)]
    if not current:
        given = "none" if not found else f"none of {', '.join(series.key for series in found)}"
        raise InputError(
            f"nothing to plan for {station} from {at} to {until}: given {given} with a launch on"
            " these days; expected a [rotation.*], or a crewed [traffic.*], of this station"
        )
    # A row that ended just before may still owe its last flight, if its class goes on.
    groups = {series.group for series in current}
    recent = [
        series
        for series in found
        if series not in current
        and series.group in groups
        and _nominal_days(series, at - timedelta(days=_reach(series)), at)
    ]
    return recent + current


def _reach(series: Series) -> int:
    """Return how long ago a launch may have been due and still be flown late. [d]"""
    return max(series.rotation.window_days, round(series.rotation.every_days))


def _as_rotation(programme: Programme, traffic: Traffic, terms: Terms) -> Rotation:
    permanent = programme.station[traffic.station].crew_rules.permanent
    stay = round(traffic.stay_days)
    return Rotation(
        ship=traffic.ship,
        station=traffic.station,
        since=traffic.since,
        until=traffic.until,
        every_days=traffic.every_days,
        window_days=min(WINDOW_DAYS, int(traffic.every_days / 3)),
        turnaround_days=min(30, int(traffic.every_days / 2)),
        transit_days=0,  # launch and docking of a series fall on one day
        handover_days=HANDOVER_DAYS if permanent else None,
        stay_days=None
        if permanent
        else (float(max(1, round(stay * SHORTEST_VISIT))), float(max(1, stay))),
        ports=traffic.ports,
        mixes=tuple(exchanged_variants(terms, traffic.ship, traffic.seats)),
    )


def _nominal_days(series: Series, first: date, last: date) -> list[tuple[int, date]]:
    """Return number and nominal day of the launches of a series between two days."""
    rotation = series.rotation
    stop = min(last, rotation.until or date.max)
    found: list[tuple[int, date]] = []
    number = 0
    while True:
        day = rotation.since + timedelta(days=round(number * rotation.every_days))
        number += 1
        if day > stop:
            return found
        if day >= first:
            found.append((number, day))


def launches(
    programme: Programme,
    station: str,
    every: Sequence[Series],
    at: date,
    until: date,
    shocks: Mapping[str, Shock],
) -> tuple[list[Launch], list[str]]:
    """Return the launches of a horizon in the order of their class, and notes on the others.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.
    every : sequence of Series
        From :func:`series_of`.
    at, until : date
        First day of the horizon, and the day after its last.
    shocks : mapping of str to Shock
        Those that count.

    Returns
    -------
    launches : list of Launch
        Sorted by class of ship and nominal day.
    notes : list of str
        Launches left out, late or put off, in words.
    """
    notes: list[str] = []
    found: list[Launch] = []
    by_group: dict[tuple[str, bool], list[tuple[date, Series, int]]] = {}
    for series in every:
        before = at - timedelta(days=round(2 * series.rotation.every_days))
        for number, day in _nominal_days(series, before, until - timedelta(days=1)):
            by_group.setdefault(series.group, []).append((day, series, number))
    lost = list(_lost_flights(programme, station, shocks))
    for group, row in by_group.items():
        row.sort(key=lambda item: (item[0], item[1].key))
        past = [
            flight.launched
            for flight in _flights(programme, station, group)
            if flight.launched <= at
        ]
        done = _matched(row, [*past, *(day for ship, day in lost if ship == group[0])])
        for place, (day, series, number) in enumerate(row):
            key = f"{series.key.partition('.')[2]}-{number:03d}"
            if place in done:
                if day >= at:
                    notes.append(f"{key}: nominal {day}, flown or lost already")
                continue
            launch = _launch(programme, station, key, day, series, at, until)
            if launch is None:
                continue
            if day < at:
                notes.append(f"{key}: nominal {day}, not flown by {at}; may launch from then on")
            earliest = launch.earliest
            if past:
                ready = max(past) + timedelta(days=series.rotation.turnaround_days)
                earliest = max(earliest, (ready - at).days)
            launch = replace(launch, earliest=earliest, latest=max(earliest, launch.latest))
            closed = _with_closures(programme, launch, shocks, at, until, notes)
            if closed is not None:
                found.append(closed)
    found.sort(key=lambda launch: (launch.series.group, launch.nominal, launch.key))
    return found, notes


def _launch(
    programme: Programme,
    station: str,
    key: str,
    day: date,
    series: Series,
    at: date,
    until: date,
) -> Launch | None:
    rotation = series.rotation
    days = (until - at).days
    window = rotation.window_days
    nominal = (day - at).days
    if nominal < 0:
        if nominal < -_reach(series):
            return None
        latest = max(nominal + window, window)
    else:
        latest = nominal + window
    stop = min(
        [
            days - 1,
            *(
                [(rotation.until - at).days + max(0, -nominal)]
                if rotation.until is not None
                else []
            ),
            *(
                (event.date - at).days - 1
                for event in programme.event.values()
                if event.kind == "leave"
                and not event.crews_only
                and event.station == station
                and event.partner == programme.ship[rotation.ship].partner
            ),
        ]
    )
    forward = min(window, int(max(0, nominal) * FORWARD_SHARE))
    earliest, latest = max(0, nominal - forward), min(latest, stop)
    if latest < earliest:
        return None
    life = life_days(programme.ship[rotation.ship], max(day, at)) or DEFAULT_LIFE_DAYS
    longest = max(1, round(life) - rotation.transit_days)
    shortest = 1
    if rotation.stay_days is not None:
        shortest = min(longest, max(1, round(rotation.stay_days[0])))
        longest = max(shortest, min(longest, int(rotation.stay_days[1])))
    return Launch(key, series, day, earliest, latest, not rotation.optional, shortest, longest)


def _with_closures(
    programme: Programme,
    launch: Launch,
    shocks: Mapping[str, Shock],
    at: date,
    until: date,
    notes: list[str],
) -> Launch | None:
    """Put the closed spans on a launch; put it off if its whole window is closed."""
    spans = []
    for key, shock in shocks.items():
        if not _closes(programme, launch, shock):
            continue
        until_day = min(((shock.until or date.max) - at).days, 10**6)
        spans.append(((shock.date - at).days, until_day, key, shock.kind))
    spans.sort()
    earliest, latest, required = launch.earliest, launch.latest, launch.required
    open_day = earliest
    for first, last, *_ in spans:
        if first <= open_day <= last:
            open_day = last + 1
    if open_day > latest:
        # As flown after losses and damage: the next launch comes when it may, and a flight fewer
        # is no failure of the plan.
        put_off = min(open_day + launch.series.rotation.window_days, (until - at).days - 1)
        closing = (key for first, last, key, _ in spans if last >= earliest and first <= open_day)
        reasons = ", ".join(sorted(set(closing)))
        if put_off < open_day:
            notes.append(f"{launch.key}: nominal {launch.nominal}, left out: {reasons}")
            return None
        notes.append(f"{launch.key}: nominal {launch.nominal}, put off and optional: {reasons}")
        latest, required = put_off, False
    inside = [
        (max(first, earliest), min(last, latest), f"{key} ({kind})")
        for first, last, key, kind in spans
        if first <= latest and last >= earliest
    ]
    return replace(
        launch,
        latest=latest,
        required=required,
        closed=tuple((first, last) for first, last, _ in inside),
        closed_by=tuple(why for *_, why in inside),
    )


def _closes(programme: Programme, launch: Launch, shock: Shock) -> bool:
    ship = launch.series.rotation.ship
    if shock.kind == "grounded":
        launcher = launch.series.launcher or programme.ship[ship].launcher
        return ship in shock.ships or launcher in shock.launchers
    if shock.kind == "pad-closed":
        site = launch.series.site or programme.ship[ship].site
        return site == shock.site and (not shock.ships or ship in shock.ships)
    return False


def _flights(programme: Programme, station: str, group: tuple[str, bool]) -> Iterator[Flight]:
    """Yield the flights of a class that took the place of a nominal launch."""
    ship, lasting = group
    lost = [flight for flight in programme.flight.values() if flight.status == "lost"]
    for flight in [*all_flights(programme).values(), *lost]:
        if flight.station != station or flight.ship != ship:
            continue
        stay = ((flight.undocked or date.max) - flight.docked).days
        if not lasting or flight.status == "lost" or stay >= LASTING_DAYS:
            yield flight


def _lost_flights(
    programme: Programme, station: str, shocks: Mapping[str, Shock]
) -> Iterator[tuple[str, date]]:
    """Yield class and launch day of the flights that a shock takes; lost ones are flown."""
    for shock in shocks.values():
        flight = programme.flight.get(shock.flight or "")
        if shock.kind != "flight-lost" or flight is None or flight.status == "lost":
            continue
        if flight.station == station:
            yield flight.ship, flight.launched


def _matched(row: Sequence[tuple[date, Series, int]], flown: Sequence[date]) -> set[int]:
    """Return the places of nominal launches that a flight took: the nearest, within half a turn."""
    taken: set[int] = set()
    for launched in sorted(flown):
        near = [
            (abs((day - launched).days), place)
            for place, (day, series, _) in enumerate(row)
            if place not in taken and abs((day - launched).days) <= series.rotation.every_days / 2
        ]
        if near:
            taken.add(min(near)[1])
    return taken
