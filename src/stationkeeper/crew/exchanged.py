"""Crews as they would have been with exchanged seats put back, or exchanged sooner."""

from collections.abc import Mapping
from datetime import date

from stationkeeper.errors import InputError
from stationkeeper.programme.check_crews import LASTING_STAY_DAYS
from stationkeeper.programme.composition import named_flight
from stationkeeper.programme.crewing import Agreement
from stationkeeper.programme.document import Programme
from stationkeeper.programme.traffic import Crew


def without_exchange(programme: Programme, station: str) -> tuple[Programme, int]:
    """Put back the seats that were exchanged under the agreements of a station.

    On a class of ship named by an agreement of kind ``exchange``, people of the nation that got
    seats become people of the nation that operates the class, for launches within the agreement.
    Their ships, days and seat liners stay as they were. A regular series is changed whole if it
    begins within the agreement.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.

    Returns
    -------
    programme : Programme
        The same programme with the seats put back.
    seats : int
        How many seats of single crews were put back; those of regular series are not counted.

    Raises
    ------
    InputError
        If the station is unknown.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> _, seats = without_exchange(read_programme("iss"), "iss")
    >>> seats > 0
    True
    """
    agreements = exchanges(programme, station)
    crews, series, count = dict(programme.crew), dict(programme.traffic), 0
    for agreement in agreements:
        for ship_class, nation in agreement.seats_on.items():
            owner = operator_nation(programme, ship_class)
            for key, crew in crews.items():
                if (
                    crew.station == station
                    and nation in crew.seats
                    and owner != nation
                    and _class_up(programme, crew) == ship_class
                    and _inside(agreement, crew.launched)
                ):
                    count += crew.seats[nation]
                    seats = given_to(crew.seats, nation, owner, crew.seats[nation])
                    crews[key] = crew.model_copy(update={"seats": seats})
            for key, one in series.items():
                if (
                    one.station == station
                    and one.ship == ship_class
                    and nation in one.seats
                    and owner != nation
                    and _inside(agreement, one.since)
                ):
                    seats = given_to(one.seats, nation, owner, one.seats[nation])
                    series[key] = one.model_copy(update={"seats": seats})
    return programme.model_copy(update={"crew": crews, "traffic": series}), count


def with_exchange(
    programme: Programme, station: str, since: date, until: date
) -> tuple[Programme, int]:
    """Exchange one seat on each lasting flight, as the agreements name it, for launches in between.

    On a flight of a class named by an agreement of kind ``exchange``, without anybody of the nation
    that gets seats going up or down, one seat of the nation that operates the class becomes one of
    that nation: of the group with most of them among those that stay 60 days or more. Its ships and
    days stay as they were.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    since, until : date
        First and last launch day.

    Returns
    -------
    programme : Programme
        The same programme with seats exchanged.
    seats : int
        How many.

    Raises
    ------
    InputError
        If the station is unknown or has no agreement of kind ``exchange``.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> iss = read_programme("iss")
    >>> sooner, seats = with_exchange(iss, "iss", date(2020, 11, 1), date(2021, 3, 31))
    >>> seats, sooner.crew["crew-1"].seats
    (1, {'USA': 2, 'JPN': 1, 'RUS': 1})
    """
    agreements = exchanges(programme, station)
    if not agreements:
        raise InputError(
            f"station {station}: given no agreement of kind 'exchange'; expected one that says who"
            " gets seats on which class of ship (agreement.*.seats_on)"
        )
    crews, count = dict(programme.crew), 0
    for agreement in agreements[:1]:
        for ship_class, nation in agreement.seats_on.items():
            owner = operator_nation(programme, ship_class)
            for name, flight in programme.flight.items():
                if flight.ship != ship_class or not since <= flight.launched <= until:
                    continue
                riders = {
                    key: crew
                    for key, crew in crews.items()
                    if crew.station == station
                    and name
                    in (
                        named_flight(crew.ship_up, programme.flight),
                        named_flight(crew.ship_down, programme.flight),
                    )
                }
                if any(nation in crew.seats for crew in riders.values()):
                    continue
                lasting = {
                    key: crew.seats[owner]
                    for key, crew in riders.items()
                    if owner in crew.seats
                    and named_flight(crew.ship_up, programme.flight) == name
                    and _days(crew) >= LASTING_STAY_DAYS
                }
                if lasting:
                    key = max(lasting, key=lambda group: lasting[group])
                    seats = given_to(crews[key].seats, owner, nation, 1)
                    crews[key] = crews[key].model_copy(update={"seats": seats})
                    count += 1
    return programme.model_copy(update={"crew": crews}), count


def exchanges(programme: Programme, station: str) -> list[Agreement]:
    """Return the agreements of a station that exchange seats, by first day.

    Raises
    ------
    InputError
        If the station is unknown.
    """
    if station not in programme.station:
        known = ", ".join(programme.station)
        raise InputError(f"given station {station!r}; expected one of: {known}")
    found = [
        one
        for one in programme.agreement.values()
        if one.kind == "exchange" and one.station == station
    ]
    return sorted(found, key=lambda one: one.since)


def operator_nation(programme: Programme, ship_class: str) -> str:
    """Return the nation of the partner that operates a class of ship."""
    return programme.partner[programme.ship[ship_class].partner].nation


def given_to(seats: Mapping[str, int], giver: str, taker: str, count: int) -> dict[str, int]:
    """Return seats by nation after one nation has given some to another.

    Examples
    --------
    >>> given_to({"RUS": 2, "USA": 1}, "USA", "RUS", 1)
    {'RUS': 3}
    """
    found = dict(seats)
    found[giver] -= count
    found[taker] = found.get(taker, 0) + count
    return {nation: people for nation, people in found.items() if people > 0}


def _class_up(programme: Programme, crew: Crew) -> str | None:
    name = named_flight(crew.ship_up, programme.flight)
    if name is not None:
        return programme.flight[name].ship
    return crew.ship_up if crew.ship_up in programme.ship else None


def _inside(agreement: Agreement, day: date) -> bool:
    return agreement.since <= day <= (agreement.until or date.max)


def _days(crew: Crew) -> int:
    return (crew.landed - crew.launched).days if crew.landed is not None else LASTING_STAY_DAYS
