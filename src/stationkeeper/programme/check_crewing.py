"""Rotations, agreements, shocks, work and the people they are about: whether each makes sense."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from stationkeeper.programme.check_crews import ship_class
from stationkeeper.programme.check_references import Fault
from stationkeeper.programme.check_shocks import docked_days, random_faults, shock_faults
from stationkeeper.programme.composition import (
    DEFAULT_LIFE_DAYS,
    life_days,
    life_of_flight,
    named_flight,
)
from stationkeeper.programme.crewing import Rotation
from stationkeeper.programme.document import Programme
from stationkeeper.programme.nations import NATIONS, nearest_nation
from stationkeeper.programme.problems import KeyPath, choices, nearest
from stationkeeper.programme.traffic import Crew, Flight


def crewing_faults(programme: Programme, flights: Mapping[str, Flight]) -> Iterator[Fault]:
    """Yield faults of rotations, agreements, shocks and work, of who runs what and who sits where.

    Parameters
    ----------
    programme : Programme
        Its references hold.
    flights : mapping of str to Flight
        All flights of the span, those of regular series included.
    """
    every = {**programme.flight, **flights}
    yield from _nations(programme)
    yield from _orders(programme)
    yield from _rotations(programme)
    yield from _agreements(programme)
    yield from shock_faults(programme, every)
    yield from random_faults(programme)
    yield from _work(programme)
    yield from _segments(programme)
    yield from _able(programme)
    yield from _seats_home(programme, every)
    yield from _never_landing(programme, every)


def _nations(programme: Programme) -> Iterator[Fault]:
    places: dict[str, list[KeyPath]] = {}
    for path, code in _named_nations(programme):
        places.setdefault(code, []).append(path)
    for code, paths in places.items():
        if code not in NATIONS:
            more = f" ({len(paths)} times in all)" if len(paths) > 1 else ""
            expected = "a nation as three letters of ISO 3166-1, for example USA"
            yield Fault(paths[0], f"{code!r}{more}", expected, nearest_nation(code))


def _named_nations(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    """Yield every code of a nation with its key path."""
    for key, partner in programme.partner.items():
        yield ("partner", key, "nation"), partner.nation
    for key, site in programme.site.items():
        if site.nation is not None:
            yield ("site", key, "nation"), site.nation
    for key, ship in programme.ship.items():
        for nation in ship.flown_by:
            yield ("ship", key, "flown_by"), nation
    for key, station in programme.station.items():
        for segment, nations in station.crew_rules.run_by.items():
            for nation in nations:
                yield ("station", key, "crew_rules", "run_by", segment), nation
    for key, crew in programme.crew.items():
        for nation in crew.seats:
            yield ("crew", key, "seats", nation), nation
    for key, series in programme.traffic.items():
        for nation in series.seats:
            yield ("traffic", key, "seats", nation), nation
    for key, rotation in programme.rotation.items():
        for mix in rotation.mixes:
            for nation in mix:
                yield ("rotation", key, "mixes"), nation
    for key, agreement in programme.agreement.items():
        for nation in agreement.nations:
            yield ("agreement", key, "nations"), nation
        for ship_key, nation in agreement.seats_on.items():
            yield ("agreement", key, "seats_on", ship_key), nation


def _orders(programme: Programme) -> Iterator[Fault]:
    """Last days before first ones."""
    spans: list[tuple[KeyPath, str, date, date | None]] = []
    for key, rotation in programme.rotation.items():
        spans.append((("rotation", key), "since", rotation.since, rotation.until))
    for key, agreement in programme.agreement.items():
        spans.append((("agreement", key), "since", agreement.since, agreement.until))
    for key, shock in programme.shock.items():
        spans.append((("shock", key), "date", shock.date, shock.until))
    for key, work in programme.work.items():
        spans.append((("work", key), "since", work.since, work.until))
    for path, name, begin, end in spans:
        if end is not None and end < begin:
            yield Fault((*path, "until"), f"until on {end}", f"a day not before {begin}, {name}")


def _rotations(programme: Programme) -> Iterator[Fault]:
    for key, rotation in programme.rotation.items():
        at: KeyPath = ("rotation", key)
        if not rotation.ports:
            yield Fault((*at, "ports"), "no port", "at least one port")
        for name in ("handover_days", "stay_days"):
            pair = getattr(rotation, name)
            if pair is not None and pair[0] > pair[1]:
                given = f"[{pair[0]:g}, {pair[1]:g}]"
                yield Fault((*at, name), given, "[fewest, most], the fewest first")
        if 2 * rotation.window_days > rotation.every_days:
            yield Fault(
                (*at, "window_days"),
                f"{rotation.window_days} days, earlier or later, with launches every "
                f"{rotation.every_days:g}",
                f"at most {rotation.every_days / 2:g}, half of that",
                "windows that overlap leave the order of the launches open",
                warning=True,
            )
        ship = programme.ship[rotation.ship]
        for port in rotation.ports:
            holder, _, name = port.partition("/")
            mechanism = programme.module[holder].ports[name].mechanism
            if mechanism not in ship.mechanisms:
                yield Fault(
                    (*at, "ports"),
                    f"{port!r} with mechanism {mechanism!r}",
                    f"a port that {rotation.ship} fits: "
                    f"{', '.join(ship.mechanisms) or 'it fits none'}",
                    also=(("ship", rotation.ship), ("module", holder)),
                )
        yield from _mixes(programme, at, rotation)


def _mixes(programme: Programme, at: KeyPath, rotation: Rotation) -> Iterator[Fault]:
    path = (*at, "mixes")
    ship = programme.ship[rotation.ship]
    if not rotation.mixes:
        yield Fault(path, "no mix", "at least one, for example [{ USA = 3 }]")
    for mix in rotation.mixes:
        people = sum(mix.values())
        text = ", ".join(f"{nation} {count}" for nation, count in mix.items())
        if not mix:
            yield Fault(path, "a mix without people", "seats by nation, for example { USA = 3 }")
        elif people > ship.seats:
            yield Fault(
                path,
                f"{people} people, {text}",
                f"at most {ship.seats}, the seats of {rotation.ship}",
                "take fewer people, or another ship",
                also=(("ship", rotation.ship),),
            )
        elif ship.flown_by and not set(mix) & set(ship.flown_by):
            yield Fault(
                path,
                f"{text}, without anybody to fly {rotation.ship}",
                f"at least one person of {', '.join(ship.flown_by)}",
                also=(("ship", rotation.ship),),
            )
    yield from _refused(programme, path, rotation)


def _refused(programme: Programme, path: KeyPath, rotation: Rotation) -> Iterator[Fault]:
    """Foreign people in the mixes of a station that does not let them in."""
    station = programme.station[rotation.station]
    rule = station.access.foreign_crew
    if rule == "open":
        return
    own = {programme.partner[partner].nation for partner in station.partners}
    permitted = {
        programme.partner[event.partner].nation
        for event in programme.event.values()
        if event.kind == "permit"
        and event.station == rotation.station
        and event.partner is not None
        and event.date <= (rotation.until or date.max)
    }
    foreign = {nation for mix in rotation.mixes for nation in mix} - own - permitted
    if foreign:
        yield Fault(
            path,
            f"people of {', '.join(sorted(foreign))} for {rotation.station}, where foreign crew is "
            + ("refused" if rule == "refused" else "let in by permission only"),
            f"people of {', '.join(sorted(own))}"
            + ("" if rule == "refused" else ", or an event of kind 'permit'"),
            "" if rule == "refused" else "a mix without permission is not flown",
            warning=rule != "refused",
            also=(("station", rotation.station),),
        )


def _agreements(programme: Programme) -> Iterator[Fault]:
    for key, agreement in programme.agreement.items():
        at: KeyPath = ("agreement", key)
        ships = len(agreement.seats_on)
        if agreement.kind == "exchange" and ships < 2:
            yield Fault(
                (*at, "seats_on"),
                f"{ships or 'no'} class{'' if ships == 1 else 'es'} of ship",
                "at least two in an exchange, each with the nation that gets seats on it",
                'for example { soyuz-ms = "USA", crew-dragon = "RUS" }',
            )
        elif agreement.kind == "purchase" and not ships:
            expected = "the class of ship, with the nation that gets seats on it"
            yield Fault((*at, "seats_on"), "nothing", expected)
        elif agreement.kind == "quota" and not agreement.nations:
            yield Fault((*at, "nations"), "no nation", "the nations to which a quota is owed")
        elif agreement.kind == "quota" and not agreement.seats_per_year:
            yield Fault((*at, "seats_per_year"), "nothing", "more than 0 in a quota")
        for ship, nation in agreement.seats_on.items():
            operator = programme.partner[programme.ship[ship].partner].nation
            if nation == operator:
                yield Fault(
                    (*at, "seats_on", ship),
                    f"{nation!r}, whose own ship {ship} is",
                    "the nation that gets seats on it",
                    warning=True,
                )


def _work(programme: Programme) -> Iterator[Fault]:
    for key, work in programme.work.items():
        days = (work.until - work.since).days + 1
        most = days * programme.station[work.station].crew_rules.maximum
        if work.crew_days > most >= 0 and days > 0:
            yield Fault(
                ("work", key, "crew_days"),
                f"{work.crew_days:g}",
                f"at most {most}: {days} days with all that {work.station} may hold",
                warning=True,
            )


def _segments(programme: Programme) -> Iterator[Fault]:
    segments = {module.segment for module in programme.module.values()}
    named: list[tuple[KeyPath, str]] = []
    for key, station in programme.station.items():
        path: KeyPath = ("station", key, "crew_rules", "run_by")
        named += [((*path, segment), segment) for segment in station.crew_rules.run_by]
    for key, crew in programme.crew.items():
        named += [(("crew", key, "able", segment), segment) for segment in crew.able]
    for path, segment in named:
        if segment not in segments:
            expected = f"a segment of a module: {choices(segments)}"
            yield Fault(path, repr(segment), expected, nearest(segment, segments), follows=True)


def _able(programme: Programme) -> Iterator[Fault]:
    for key, crew in programme.crew.items():
        people = sum(crew.seats.values())
        for segment, able in crew.able.items():
            if able > people:
                given = f"{able} people able to run {segment}"
                expected = f"at most {people}, the people of the group"
                yield Fault(("crew", key, "able", segment), given, expected)


def _seats_home(programme: Programme, every: Mapping[str, Flight]) -> Iterator[Fault]:
    for key, crew in programme.crew.items():
        for written, name in crew.seat_on.items():
            path = ("crew", key, "seat_on", written)
            day = date.fromisoformat(written)
            if day < crew.launched or (crew.landed is not None and day >= crew.landed):
                end = f"to before {crew.landed}" if crew.landed else "on"
                yield Fault(path, f"{day}", f"a day of their stay, {crew.launched} {end}")
                continue
            flight = every.get(named_flight(name, every) or "")
            if flight is None:
                titles = [f.title for f in every.values() if f.title]
                expected = "the key or title of a flight"
                yield Fault(path, repr(name), expected, nearest(name, [*every, *titles]))
            elif flight.station != crew.station:
                given = f"{name!r}, which visits {flight.station}"
                yield Fault(path, given, f"a flight to {crew.station}, where the crew lives")
            elif flight.status == "lost":
                yield Fault(path, f"{name!r}, which was lost on the way", "a flight that arrives")
            elif programme.as_known is None and not (
                flight.docked <= day < (flight.undocked or date.max)
            ):
                yield Fault(path, f"{day}", docked_days(name, flight))


def _never_landing(programme: Programme, every: Mapping[str, Flight]) -> Iterator[Fault]:
    """Crews of which no record says when they came home, though their ship could not wait."""
    flown = [flight.launched for flight in programme.flight.values() if flight.status != "planned"]
    flown += [crew.launched for crew in programme.crew.values() if crew.status != "planned"]
    if not flown or programme.as_known is not None:
        return  # a day of knowledge leaves landings open by itself
    for key, crew in programme.crew.items():
        if crew.landed is not None:
            continue
        rides = [named_flight(name, every) for name in (crew.ship_up, crew.ship_down) if name]
        ships = [every[ride] for ride in rides if ride is not None]
        if any(_leaves(programme, ride) is not None for ride in rides if ride is not None):
            continue
        over = max(
            [_over(programme, flight) for flight in ships]
            or [_over_of_class(programme, crew, every)]
        )
        if over <= max(flown):
            yield Fault(
                ("crew", key, "landed"),
                f"no landing day, and no ship down that leaves; the life of its ship ended on "
                f"{over}",
                f"a landing day, or a ship that takes them home: the record goes on to "
                f"{max(flown)}",
                "add landed, or ship_down and the day on which that ship undocks",
                follows=True,
            )


def _leaves(programme: Programme, flight: str) -> date | None:
    """Return the day of undocking as written; that of a regular series follows from its stay."""
    if flight in programme.flight:
        return programme.flight[flight].undocked
    return date.max


def _over(programme: Programme, flight: Flight) -> date:
    life = life_of_flight(flight, programme.ship[flight.ship]) or DEFAULT_LIFE_DAYS
    return _later(flight.launched, life)


def _over_of_class(programme: Programme, crew: Crew, every: Mapping[str, Flight]) -> date:
    ship = ship_class(crew.ship_up, programme, every)
    life = life_days(programme.ship[ship], crew.launched) if ship is not None else None
    return _later(crew.launched, life or DEFAULT_LIFE_DAYS)


def _later(day: date, days: float) -> date:
    return day + timedelta(days=round(days))
