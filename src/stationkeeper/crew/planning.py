"""From a programme to a rotation problem: the state of a day, and all that a plan may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stationkeeper.crew.candidates import LASTING_DAYS, Launch, Series, launches, series_of
from stationkeeper.crew.demands import (
    bought_at_most,
    most_aboard,
    people_limit,
    seats_owed,
    sides_wanted,
    tasks_of,
)
from stationkeeper.crew.mixes import (
    NO_LIMIT,
    DayLimit,
    Terms,
    adopting,
    mixes_for,
    put_back,
    stay_limit,
    words,
)
from stationkeeper.crew.ports import calendar, settle, stays_of
from stationkeeper.crew.sides import able_by_side, side_rules, sides_of
from stationkeeper.crew.state import DockedShip, State, state_at
from stationkeeper.errors import InputError
from stationkeeper.programme.composition import people_leave_on
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.schedule.problem import (
    Aboard,
    Candidate,
    Mix,
    Rotation,
    ShipClass,
)

MOST_YEARS = 20  # of a horizon; our choice
ADOPTERS = 3  # launches of each class that may bring home people who lost their seats; our choice


@dataclass(frozen=True)
class Problem:
    """A rotation problem, and what its numbers mean in the programme.

    Attributes
    ----------
    station, title : str
        Key and name of the station.
    first : date
        Day 0 of the rotation.
    rotation : Rotation
        The numbers.
    ships : tuple of str
        Class of ship of each place in ``rotation.ships``.
    state : State
        Of day 0, from which it was made; ``rotation.aboard`` follows ``state.docked``.
    under_way : mapping of int to str
        Candidates that were launched before day 0: their flights, by place.
    ways : tuple of (str or None, str or None)
        Launcher and site of each candidate, None for those of its ship.
    replaced : tuple of str
        Flights after day 0 that the programme holds and the plan replaces.
    moved : mapping of str to str
        Cargo flights that dock at another port than the programme says, with that port.
    agreements, shocks : tuple of str
        Keys of those that count.
    left_out : tuple of str
        What the problem does not hold, in words.
    stay_days : mapping of str to int
        Longest stay by dose of each nation, launched on day 0. [d]
    """

    station: str
    title: str
    first: date
    rotation: Rotation
    ships: tuple[str, ...]
    state: State
    under_way: Mapping[int, str]
    ways: tuple[tuple[str | None, str | None], ...]
    replaced: tuple[str, ...]
    moved: Mapping[str, str]
    agreements: tuple[str, ...]
    shocks: tuple[str, ...]
    left_out: tuple[str, ...]
    stay_days: Mapping[str, int]

    @property
    def last(self) -> date:
        """Last day of the horizon."""
        return self.day(self.rotation.days - 1)

    def day(self, number: int) -> date:
        """Return the date of a day of the horizon."""
        return self.first + timedelta(days=int(number))


def problem(
    programme: Programme,
    station: str,
    at: date,
    until: date,
    stay_limit_days: Mapping[str, DayLimit],
    *,
    exchange: bool = True,
    robust: bool = True,
    hard: bool = False,
    from_flown: bool = False,
) -> Problem:
    """Return the rotation problem of a station from one day to another.

    Candidates come from ``rotation.*``; a station without any takes its crewed ``traffic.*``.
    Crewed flights that the programme holds after ``at`` are not taken over. Cargo ships and
    modules keep their ports. Relocations of crewed ships are left out.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of the station.
    at, until : date
        First day planned, and the day after the last. The last ships leave later than that.
    stay_limit_days : mapping of str to function or array
        By nation the longest stay by dose, for a launch so many days after ``at``. [d]
    exchange : bool
        Seats may be exchanged; otherwise no mix that needs an exchange flies.
    robust : bool
        The loss of any one ship counts.
    hard : bool
        Presence, and robustness if it counts, are forbidden to fail instead of priced.
    from_flown : bool
        Only shocks known on ``at`` count: dated, or with ``known_on``, by then.

    Returns
    -------
    Problem
        Numbers, and what they mean.

    Raises
    ------
    InputError
        If the horizon makes no sense, there is nothing to plan, or nobody may fly on a launch that
        must fly.

    Notes
    -----
    ``Side.wanted`` is told by :func:`stationkeeper.crew.demands.sides_wanted`.

    ``Candidate.nominal`` is the day nearest to the calendar on which a handover has its ports.

    ``Rotation.most`` lets a people-limit be exceeded by one crew, for handovers; mixes of launches
    under the limit hold no more people than it.
    """
    at, until = _horizon(programme, station, at, until)
    site = programme.station[station]
    days = (until - at).days
    notes: list[str] = []
    shocks = {
        key: shock
        for key, shock in programme.shock.items()
        if shock.station == station
        and shock.date < until
        and (shock.until or date.max) >= at
        and (not from_flown or min(shock.date, shock.known_on or date.max) <= at)
    }
    agreements = {
        key: agreement
        for key, agreement in programme.agreement.items()
        if agreement.station == station
        and agreement.since < until
        and (agreement.until or date.max) >= at
        and (exchange or agreement.kind != "exchange")
    }
    exchanges = tuple(key for key, entry in agreements.items() if entry.kind == "exchange")
    terms = Terms(
        programme,
        station,
        at,
        (),
        side_rules(site.crew_rules),
        exchanges,
        exchange,
        stay_limit_days,
        shocks,
    )
    every = series_of(programme, station, terms, at, until - timedelta(days=1))
    state = state_at(programme, station, at)
    nations = _nations(programme, every, state)
    terms = Terms(
        programme, station, at, nations, terms.sides, exchanges, exchange, stay_limit_days, shocks
    )
    found, told = launches(programme, station, every, at, until, shocks)
    notes += told
    groups = _groups(every, state)
    ports = tuple(
        dict.fromkeys(
            port
            for port in [
                *(port for series in every for port in series.rotation.ports),
                *(ship.port for ship in (*state.docked, *state.under_way)),
            ]
        )
    )
    ships = _ships(every, groups)
    aboard = _aboard(terms, state, groups, ships, ports, shocks, notes)
    candidates, ways, under_way = _candidates(
        terms, state, found, groups, ports, aboard, shocks, notes
    )
    aboard = tuple(_until_relieved(n, ship, candidates) for n, ship in enumerate(aboard))
    tasks = tuple(tasks_of(programme, station, at, until))
    replaced, stays = stays_of(
        programme,
        station,
        state,
        {ship for ship, _ in groups},
        ports,
        at,
        until,
        people_leave_on(programme, station, history(programme)),
    )
    nominal = calendar(stays, aboard, candidates, ships, site.crew_rules.maximum)
    candidates = tuple(
        replace(candidate, nominal=day) for candidate, day in zip(candidates, nominal, strict=True)
    )
    settled = settle(stays, aboard, candidates, ships)
    moved = {
        stay.by: ports[stay.port]
        for stay, before in zip(settled, stays, strict=True)
        if stay.port != before.port
    }
    rotation = Rotation(
        days=days,
        nations=nations,
        sides=sides_wanted(terms, every, candidates, groups, tasks, days),
        ports=ports,
        ships=ships,
        candidates=candidates,
        aboard=aboard,
        occupied=tuple(stay.as_occupied for stay in settled),
        owed=tuple(seats_owed(programme, agreements, candidates, nations, at, until)),
        tasks=tasks,
        permanent=site.crew_rules.permanent,
        most=most_aboard(site.crew_rules.maximum, shocks, candidates, at, days),
        exchanges=tuple((key, agreements[key].imbalance) for key in exchanges),
        bought_at_most=bought_at_most(
            [entry.seats_at_most for entry in agreements.values() if entry.kind == "purchase"]
        ),
        robust=robust,
        hard_presence=hard,
        hard_robust=hard and robust,
    )
    if moved:
        notes.append(
            "cargo ships at other ports than recorded, so that crews need not relocate: "
            + ", ".join(f"{key} at {port}" for key, port in moved.items())
        )
    if replaced:
        notes.append(f"{len(replaced)} crewed flights of the programme after {at} are planned anew")
    notes += [f"{key}: no ship of its own on {at}" for key in state.unseated]
    return Problem(
        station=station,
        title=site.title,
        first=at,
        rotation=rotation,
        ships=tuple(ship for ship, _ in groups),
        state=state,
        under_way=under_way,
        ways=ways,
        replaced=replaced,
        moved=moved,
        agreements=tuple(agreements),
        shocks=tuple(shocks),
        left_out=tuple(notes),
        stay_days={
            nation: limit
            for nation in nations
            if (limit := stay_limit(terms, nation, 0)) < NO_LIMIT
        },
    )


def _horizon(programme: Programme, station: str, at: date, until: date) -> tuple[date, date]:
    if station not in programme.station:
        raise InputError(
            f"station {station!r} was given; expected one of: {', '.join(programme.station)}"
        )
    span = programme.span
    if not span.first <= at <= span.last:
        raise InputError(
            f"a plan from {at} was asked for; expected a day of the span of the programme, "
            f"{span.first} to {span.last}"
        )
    if until <= at:
        raise InputError(
            f"a plan from {at} until {until} was asked for; expected an end after the begin"
        )
    if (until - at).days > MOST_YEARS * 366:
        raise InputError(
            f"a plan of {(until - at).days / 365.25:.0f} years was asked for; expected at most "
            f"{MOST_YEARS}: give an earlier end"
        )
    told = history(programme)
    begin, gone = told.exists_from(station), told.ends_on(station)
    if begin is None or begin > at or (gone is not None and gone <= at):
        raise InputError(
            f"a plan for {station} from {at} was asked for, when it is not there; it is there "
            f"from {begin or 'no day'}" + (f" to {gone}" if gone else "")
        )
    stop = min(
        until, span.last + timedelta(days=1), people_leave_on(programme, station, told) or until
    )
    if stop <= at:
        raise InputError(
            f"a plan for {station} from {at} was asked for; expected a day before its people "
            f"leave on {stop}"
        )
    return at, stop


def _nations(programme: Programme, every: Sequence[Series], state: State) -> tuple[str, ...]:
    """Return the nations of all who are aboard or may come."""
    named: set[str] = set()
    for series in every:
        for mix in series.rotation.mixes:
            named |= set(mix)
        ship = programme.ship[series.rotation.ship]
        named.add(programme.partner[ship.partner].nation)
    for docked in (*state.docked, *state.under_way):
        named |= set(docked.people)
    return tuple(sorted(named))


def _lasting(ship: DockedShip) -> bool:
    stay = (ship.flight.undocked or date.max) - ship.flight.docked
    return stay.days >= LASTING_DAYS


def _group_of(ship: DockedShip, planned: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
    """Return class and kind of a ship; one of a kind that no series has stays for its visit."""
    group = (ship.flight.ship, _lasting(ship))
    return group if group in planned else (ship.flight.ship, False)


def _groups(every: Sequence[Series], state: State) -> tuple[tuple[str, bool], ...]:
    planned = list(dict.fromkeys(series.group for series in every))
    here = [_group_of(ship, planned) for ship in (*state.docked, *state.under_way)]
    return tuple(dict.fromkeys([*planned, *here]))


def _ships(every: Sequence[Series], groups: Sequence[tuple[str, bool]]) -> tuple[ShipClass, ...]:
    found = []
    for ship, hands_over in groups:
        rotations = [s.rotation for s in every if s.group == (ship, hands_over)]
        both = (ship, not hands_over) in groups
        handovers = [r.handover_days for r in rotations if r.handover_days is not None]
        found.append(
            ShipClass(
                f"{ship} visits" if both and not hands_over else ship,
                max([r.turnaround_days for r in rotations], default=1) or 1,
                (min(h[0] for h in handovers), max(h[1] for h in handovers)) if handovers else None,
            )
        )
    return tuple(found)


def _people(people: Mapping[str, int], nations: Sequence[str]) -> tuple[int, ...]:
    return tuple(people.get(nation, 0) for nation in nations)


def _able(terms: Terms, ship: DockedShip) -> tuple[int, ...]:
    """Return how many of the people of a ship can run each side, as told for them or by nation."""
    found = [0] * len(terms.sides)
    for crew in ship.groups.values():
        told = dict(
            zip(
                sides_of(terms.programme, terms.station)[0],
                able_by_side(terms.programme, terms.station, crew),
                strict=True,
            )
        )
        for place, side in enumerate(terms.sides):
            found[place] += told.get(side.key, side.able(crew.seats))
    return tuple(found)


def _aboard(
    terms: Terms,
    state: State,
    groups: Sequence[tuple[str, bool]],
    ships: Sequence[ShipClass],
    ports: Sequence[str],
    shocks: Mapping[str, Shock],
    notes: list[str],
) -> tuple[Aboard, ...]:
    at = terms.at
    planned = [group for group in groups if group[1]]
    returns = {
        shock.flight: (shock.date - at).days
        for shock in shocks.values()
        if shock.kind == "early-return" and shock.flight is not None and shock.date >= at
    }
    found = []
    for place, ship in enumerate(state.docked):
        group = _group_of(ship, planned)
        latest = (ship.life_ends - at).days
        earliest = 1
        if ship.over_life:
            notes.append(f"{ship.key}: beyond its certified life; leaves as recorded")
        recorded = ((ship.flight.undocked or date.max) - at).days
        if not group[1] or not (ship.people or _lasting(ship)):
            earliest = latest = max(1, min(latest, recorded))
        handover = ships[groups.index(group)].handover
        later = [
            (other.flight.docked - at).days
            for other in state.docked[place + 1 :]
            if _group_of(other, planned) == group
        ]
        if later and handover is not None:
            latest = min(latest, max(1, later[0] + handover[1]))
            earliest = max(1, later[0] + handover[0])
        people_latest = NO_LIMIT
        for key, crew in ship.groups.items():
            limit = _stay_limit(terms, crew.seats)
            if limit >= NO_LIMIT:
                continue
            left = (crew.launched - at).days + limit
            if left < 1:
                notes.append(f"{key}: aboard longer than the {limit} days allowed; not enforced")
            else:
                people_latest = min(people_latest, left)
        if ship.key in returns:
            earliest = latest = max(1, returns[ship.key])
        latest = max(1, latest)
        if ship.fit:
            earliest = min(earliest, latest, people_latest)
        found.append(
            Aboard(
                ship.key,
                groups.index(group),
                ports.index(ship.port),
                min(earliest, latest),
                latest,
                _people(ship.people, terms.nations),
                _able(terms, ship),
                ship.fit or not ship.people,
                people_latest,
            )
        )
    return tuple(found)


def _sent_for(
    terms: Terms, ship: DockedShip, lost: Sequence[tuple[int, DockedShip]], mix: Mix
) -> tuple[Mix, ...]:
    """Return the ways in which a ship under way brings home people who have lost theirs."""
    free = terms.programme.ship[ship.flight.ship].seats - sum(ship.people.values())
    return tuple(
        replace(mix, name=f"{mix.name}, brings home {words(one.people)} of {one.key}", adopts=place)
        for place, one in lost
        if sum(one.people.values()) <= free
    )


def _until_relieved(place: int, ship: Aboard, candidates: Sequence[Candidate]) -> Aboard:
    """Keep a ship that is not fit until others may take its people: it is better than none."""
    if ship.fit:
        return ship
    relief = [
        candidate.earliest + candidate.transit
        for candidate in candidates
        if any(mix.adopts == place for mix in candidate.mixes)
    ]
    return replace(ship, earliest=min(ship.latest, min(relief, default=ship.latest)))


def _stay_limit(terms: Terms, seats: Mapping[str, int]) -> int:
    limits = [stay_limit(terms, nation, 0) for nation in seats]
    rule = terms.programme.station[terms.station].crew_rules.stay_limit_days
    return min([*limits, *([int(rule)] if rule is not None else [])], default=NO_LIMIT)


def _candidates(
    terms: Terms,
    state: State,
    found: Sequence[Launch],
    groups: Sequence[tuple[str, bool]],
    ports: Sequence[str],
    aboard: Sequence[Aboard],
    shocks: Mapping[str, Shock],
    notes: list[str],
) -> tuple[tuple[Candidate, ...], tuple[tuple[str | None, str | None], ...], dict[int, str]]:
    at = terms.at
    rows: list[tuple[Candidate, tuple[str | None, str | None], str | None]] = []
    planned = [group for group in groups if group[1]]
    lost = [
        (place, ship)
        for place, ship in enumerate(state.docked)
        if not aboard[place].fit and ship.people
    ]
    for ship in state.under_way:
        mix = Mix(
            "launched already",
            _people(ship.people, terms.nations),
            _able(terms, ship),
            _stay_limit(terms, ship.people),
            tuple(0 for _ in terms.exchanges),
        )
        transit = (ship.flight.docked - at).days
        longest = max(1, (ship.life_ends - at).days - transit)
        candidate = Candidate(
            ship.key,
            groups.index(_group_of(ship, planned)),
            0,
            0,
            0,
            transit,
            1,
            longest,
            (ports.index(ship.port),),
            (mix, *_sent_for(terms, ship, lost, mix)),
        )
        rows.append((candidate, (None, None), ship.key))
    adopters: dict[tuple[str, bool], int] = {}
    for launch in found:
        rotation = launch.series.rotation
        day = max(launch.nominal, at)
        mixes, reasons = mixes_for(terms, rotation.ship, day, rotation.mixes)
        if not mixes:
            mixes, _ = mixes_for(
                terms, rotation.ship, day, put_back(terms, rotation.ship, day, rotation.mixes)
            )
            if mixes:
                notes.append(f"{launch.key}: exchanged seats put back, none may be exchanged then")
        limit = people_limit(shocks, day)
        fitting = tuple(
            m
            for m in mixes
            if m.longest >= launch.shortest + rotation.transit_days and m.total <= limit
        )
        if not fitting:
            why = "; ".join(reasons)
            if mixes:
                stay = max(m.longest for m in mixes)
                why = f"stays of {stay} days at most, {limit} people at most"
            if not launch.required:
                notes.append(f"{launch.key}: left out, nobody may fly on it ({why})")
                continue
            raise InputError(
                f"{launch.series.key}: nobody may fly on the launch of {launch.nominal} ({why}); "
                "expected a mix that seats, agreements, permissions and stay limits allow, or "
                "optional = true"
            )
        count = adopters[launch.series.group] = adopters.get(launch.series.group, 0) + 1
        if count <= ADOPTERS:
            for place, ship in lost:
                fitting += tuple(
                    adopting(terms, rotation.ship, place, ship.key, ship.people, fitting)
                )
        candidate = Candidate(
            launch.key,
            groups.index(launch.series.group),
            launch.earliest,
            launch.latest,
            max((launch.nominal - at).days, launch.earliest),
            rotation.transit_days,
            launch.shortest,
            launch.longest,
            tuple(ports.index(port) for port in rotation.ports),
            fitting,
            launch.required,
            launch.closed,
            launch.closed_by,
        )
        own = terms.programme.ship[rotation.ship]
        site = launch.series.site if launch.series.site != own.site else None
        rows.append((candidate, (launch.series.launcher, site), None))
    rows.sort(key=lambda row: (row[0].ship, row[0].nominal))
    return (
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        {place: row[2] for place, row in enumerate(rows) if row[2] is not None},
    )
