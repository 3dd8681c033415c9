"""The programme in which nobody leaves: what a station would go through if it were kept."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.chunks import Piece, added, available_cores, threads
from stationkeeper.lifetime.assemble import Assembled, assemble
from stationkeeper.lifetime.deciding.rows import Outcomes, Part, gathered, named
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.prepare import Prepared, prepare
from stationkeeper.lifetime.shaken import shaken
from stationkeeper.lifetime.tally_upkeep import tally_upkeep, upkeep_events
from stationkeeper.lifetime.withdrawals import stations_left, withdrawn
from stationkeeper.programme.document import Programme
from stationkeeper.programme.recorded import flown_launches
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.stations import ReboostRule, Station
from stationkeeper.programme.traffic import Event, Flight, Traffic

FEWEST: Final = 50  # replicas flown on; our choice
SHARE: Final = 5  # one in so many replicas is flown on; our choice
WIND_DOWN_DAYS: Final = 3 * 365  # [d] our choice: series that stop so close before the end go on
_PIECE: Final = 25  # replicas that a thread flies at once; the bytes do not depend on it
_PARTING: Final = ("leave", "separate", "transfer")


def known_on(programme: Programme) -> date:
    """Return the day up to which things are flown: the day of knowledge, or the last launch flown.

    The first day of the span if nothing was flown.
    """
    if programme.as_known is not None:
        return programme.as_known
    flown = [day for day in flown_launches(programme) if day <= programme.span.last]
    return max([programme.span.first, *flown])


def planned_end(programme: Programme, station: str) -> date | None:
    """Return the first day on which the document lets a station end, or somebody leave it.

    Parameters
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.

    Returns
    -------
    date or None
        The earliest after the flown past of: the begin of its descent, the last people going home,
        a partner leaving, modules parting to another station. Without any of these, the day on
        which the last of its regular crews leaves. None if nothing ends in the span.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> planned_end(read_programme("iss-to-ros"), "iss")
    datetime.date(2030, 7, 1)
    """
    since = known_on(programme)
    days = [
        event.date
        for event in programme.event.values()
        if event.station == station and event.kind in _PARTING and event.date > since
    ]
    days += [
        parting.date
        for partner, parting in programme.withdraw.items()
        if parting.date > since and station in stations_left(programme, partner)
    ]
    end = programme.station[station].end
    if end is not None and end.kind != "open":
        days += [day for day in (end.since, end.crew_leaves) if day is not None and day > since]
    if not days:
        days = _last_people(programme, station)
    return min((day for day in days if day <= programme.span.last), default=None)


def _last_people(programme: Programme, station: str) -> list[date]:
    """Return the day on which the last regular crew leaves; none if they come to the end."""
    crewed = [one for one in programme.traffic.values() if one.station == station and one.seats]
    if not crewed or any(one.until is None for one in crewed):
        return []
    return [max(one.until + timedelta(days=one.stay_days) for one in crewed if one.until)]


def stations_kept(programme: Programme) -> tuple[str, ...]:
    """Return the stations that a policy may keep beyond the end that the document plans."""
    found = []
    for policy in programme.policy.values():
        if policy.act not in ("end", "leave") or policy.station in found:
            continue
        end = planned_end(programme, policy.station)
        if end is not None and (policy.until is None or policy.until > end):
            found.append(policy.station)
    return tuple(key for key in programme.station if key in found)


def staying(programme: Programme, stations: Iterable[str]) -> Programme:
    """Return the document in which some stations go on to the end of the span.

    Nobody ends or leaves them: their `end`, the ship that makes the last burns, partners leaving,
    modules parting to other stations and withdrawals after the flown past are taken out. Rules that
    let them drift to their end are too: the rule before goes on. Of the flights of each class of
    ship that stop within three years of the planned end, the series with most flights goes on to
    the end of the span, and later series of that class, which belong to the end, are taken out.
    Other stations are not flown, except those from which a station kept begins.

    What is left out: nothing is renewed, no module beyond those of the document comes, and a ship
    class that would no longer be built still flies.

    Parameters
    ----------
    programme : Programme
        A checked document, before its withdrawals are applied.
    stations : iterable of str
        Keys of the stations kept.

    Returns
    -------
    Programme

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> kept = staying(read_programme("iss-to-ros"), ["iss"])
    >>> kept.station["iss"].end, "usdv" in kept.flight, "base-joins" in kept.event
    (None, False, False)
    """
    kept = tuple(stations)
    since = known_on(programme)
    ends = {key: planned_end(programme, key) for key in kept}
    flown = _with_parents(programme, kept)
    goes_on = {key: _without_end(programme.station[key], ends[key]) for key in kept}
    flights = {
        key: flight
        for key, flight in programme.flight.items()
        if flight.station in flown and not _brings_down(programme, flight, kept, since)
    }
    tables = {
        "station": {**programme.station, **goes_on},
        "event": {
            key: event
            for key, event in programme.event.items()
            if _stays(event, flown, kept, since)
        },
        "flight": flights,
        "shock": {
            key: shock
            for key, shock in programme.shock.items()
            if shock.station in flown
            and (shock.flight not in programme.flight or shock.flight in flights)
        },
        "traffic": _traffic(programme, flown, ends),
        "crew": {key: crew for key, crew in programme.crew.items() if crew.station in flown},
        "withdraw": {
            key: parting for key, parting in programme.withdraw.items() if parting.date <= since
        },
    }
    return programme.model_copy(update=tables)


def _with_parents(programme: Programme, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Return the stations kept, and those from which they begin."""
    found = list(kept)
    for station in found:  # grows while it is walked
        for event in programme.event.values():
            if event.to_station == station and event.station not in found:
                found.append(event.station)
    return tuple(found)


def _stays(event: Event, flown: tuple[str, ...], kept: tuple[str, ...], since: date) -> bool:
    if event.station not in flown:
        return False
    return not (event.station in kept and event.kind in _PARTING and event.date > since)


def _brings_down(programme: Programme, flight: Flight, kept: tuple[str, ...], since: date) -> bool:
    end = programme.station[flight.station].end
    planned = flight.station in kept and flight.status == "planned" and flight.docked > since
    return planned and end is not None and flight.ship == end.ship


def _without_end(station: Station, end: date | None) -> Station:
    rules = station.reboost
    if end is not None:
        rules = {
            key: rule
            for key, rule in rules.items()
            if rule.kind != "drift" or (rule.until is not None and rule.until < end)
        }
        held = [rule for rule in rules.values() if rule.until is None or rule.until >= end]
        bands = {key: rule for key, rule in rules.items() if rule.kind == "band"}
        if not held and bands:
            last = max(bands, key=lambda key: (bands[key].since, bands[key].until or date.max))
            rules = {**rules, last: _open(bands[last])}
    return station.model_copy(update={"end": None, "reboost": rules})


def _open(rule: ReboostRule) -> ReboostRule:
    return rule.model_copy(update={"until": None})


def _traffic(
    programme: Programme, flown: tuple[str, ...], ends: dict[str, date | None]
) -> dict[str, Traffic]:
    """Let the regular series of each class of ship go on at the stations kept."""
    found = {key: series for key, series in programme.traffic.items() if series.station in flown}
    for station, end in ends.items():
        if end is None:
            continue
        begin = end - timedelta(days=WIND_DOWN_DAYS)
        here = {key: series for key, series in found.items() if series.station == station}
        for ship in sorted({series.ship for series in here.values()}):
            series = {key: one for key, one in here.items() if one.ship == ship}
            if any(one.until is None for one in series.values()):
                continue
            last = max(one.until for one in series.values() if one.until is not None)
            if last < begin:
                continue
            regular = max(series, key=lambda key: (_flights(series[key]), key))
            for key, one in series.items():
                if key != regular and one.since > series[regular].since:
                    del found[key]
            found[regular] = series[regular].model_copy(update={"until": None})
    return found


def _flights(series: Traffic) -> float:
    assert series.until is not None
    return (series.until - series.since).days / series.every_days


def replicas_kept(replicas: int) -> int:
    """Return how many replicas are flown on: one in five, at least 50 if there are as many.

    Examples
    --------
    >>> replicas_kept(20), replicas_kept(250), replicas_kept(1_000)
    (20, 50, 200)
    """
    return min(replicas, max(FEWEST, replicas // SHARE))


def assembled_staying(programme: Programme, stations: Iterable[str]) -> Assembled:
    """Return the document in which nobody leaves some stations as arrays.

    Dated shocks are applied, and withdrawals of the flown past, as in a run.
    """
    return assemble(withdrawn(shaken(staying(programme, stations))), reference_table)


def fly_staying(
    programme: Programme,
    stations: Iterable[str],
    replicas: int,
    seed: int,
    *,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Outcomes | None:
    """Fly the document in which nobody leaves some stations.

    Replica 17 has the same draws as replica 17 of the run, so that both are the same until their
    plans differ. Doses and falls without propulsion are not worked out.

    Parameters
    ----------
    programme : Programme
        A checked document, before its shocks and withdrawals are applied.
    stations : iterable of str
        Keys of the stations kept.
    replicas : int
        Replicas of the run; `replicas_kept` of them are flown. [-]
    seed : int
        Seed of the run. [-]
    workers : int, optional
        Threads; all cores if not given. [-]
    progress : callable, optional
        Told in words what is done.

    Returns
    -------
    Outcomes or None
        None if no station is given.
    """
    kept = tuple(stations)
    if not kept:
        return None
    say = progress or (lambda text: None)
    count = replicas_kept(replicas)
    say(f"flying {count} replicas in which nobody leaves {', '.join(kept)}")
    prepared = prepare(assembled_staying(programme, kept), seed, lambda text: None)
    pieces = [np.arange(first, min(first + _PIECE, count)) for first in range(0, count, _PIECE)]
    with threads(partial(_fly_piece, prepared), workers or available_cores()) as pool:
        waiting = [pool.begin(piece) for piece in pieces]
        whole = added([wait() for wait in waiting])
    return _outcomes(prepared, whole, kept, count)


def _fly_piece(prepared: Prepared, replicas: NDArray[np.int64]) -> Piece:
    """Fly some replicas and keep the rows of events that `outcomes` reads, and nothing else."""
    lives = fly_lives(prepared, replicas, doses_and_falls=False)
    _, parts = tally_upkeep(prepared.assembled, prepared.upkeep, lives)
    told = named([name for name, _ in upkeep_events(prepared.upkeep)])
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)][:4]
    replica, station, event, place = (column.astype(np.int64) for column in whole)
    mine = np.isin(event, np.array(list(told), np.int64))
    columns = {"replica": replica, "station": station, "event": event, "place": place}
    return Piece({}, {name: column[mine] for name, column in columns.items()})


def _outcomes(
    prepared: Prepared, whole: Piece, stations: tuple[str, ...], replicas: int
) -> Outcomes:
    keys, calendar = prepared.assembled.keys, prepared.assembled.calendar
    told = named([name for name, _ in upkeep_events(prepared.upkeep)])
    rows = whole.rows
    code = rows["station"] * (max(told, default=0) + 1) + rows["event"]
    parts: list[Part] = []
    for one in np.unique(code).tolist():
        where, what = divmod(one, max(told, default=0) + 1)
        mine = code == one
        if keys[where] in stations:
            day = rows["place"][mine] + calendar.first_day
            parts.append((keys[where], *told[what], rows["replica"][mine], day))
    return gathered(parts, stations, replicas, calendar.first_day, calendar.days)
