"""Ships of a rotation as chains of booleans, one for each launch and one for each leaving.

The form was chosen by measurement: with interval variables a gap of 40 % stays after a minute,
while chains of 'launched by day t' and 'left by day t' are proven in seconds. A ship is docked on
day t if it has docked and not left, which is a difference of two booleans and needs no variable of
its own.
"""

from dataclasses import dataclass, field
from typing import Any

from stationkeeper.schedule.literals import Chain, Literal, Sheet, negated, number
from stationkeeper.schedule.part import Freedom
from stationkeeper.schedule.problem import Candidate, Mix, Rotation

_BEYOND = 180  # days by which windows open when conflicts are searched; our choice


def day_word(day: int) -> str:
    """A day in a message, ``day{n}``, which the caller replaces by a date."""
    return f"day{{{day}}}"


@dataclass
class Ship:
    """A ship in the model: a candidate, or one aboard on day 0."""

    key: str
    ship_class: int
    flies: Literal
    docked_by: Any  # callable day -> literal
    left: Chain
    port: dict[int, Literal]
    mixes: tuple[Mix, ...]  # with the people they adopt
    mix: list[Literal]
    first: int  # days on which it may be docked, first <= t < last, inside the horizon
    last: int
    moves: bool = True  # its people are on it, not on a place of their own
    docks: Any = 0  # first day docked and first day gone, as integers, none beyond the horizon;
    leaves: Any = 0  # for a flight that is not flown both are the end of the horizon

    def docked(self, day: int) -> Any:
        """1 if it is docked on a day, as a sum of literals."""
        return number(self.docked_by(day)) - number(self.left.by(day))


@dataclass
class Fleet:
    """All ships of a problem; flights and their launches are in the order of its candidates."""

    rotation: Rotation
    sheet: Sheet
    freedom: Freedom | None = None
    since: int = 0  # what was before this day does not count
    launch: list[Chain] = field(default_factory=list)
    flights: list[Ship] = field(default_factory=list)
    aboard: list[Ship] = field(default_factory=list)

    @property
    def ships(self) -> list[Ship]:
        """Those aboard, then the candidates."""
        return [*self.aboard, *self.flights]


def fleet(
    rotation: Rotation, sheet: Sheet, freedom: Freedom | None = None, since: int = 0
) -> Fleet:
    """Post the chains of all ships, with windows, lives and stays.

    If the sheet is named, windows open further, so that a window itself can be found to be in
    conflict.
    """
    made = Fleet(rotation, sheet, freedom, since)
    for place in range(len(rotation.candidates)):
        _candidate(made, place)
    for g in range(len(rotation.aboard)):
        _aboard(made, g)
    for ship in made.ships:
        _clock(made, ship)
    return made


def _candidate(fleet: Fleet, place: int) -> None:
    rotation, sheet = fleet.rotation, fleet.sheet
    candidate = rotation.candidates[place]
    key = candidate.key
    first, last = candidate.earliest, candidate.latest
    must = candidate.required and not sheet.named
    flies: Literal = True if must else sheet.new()
    if sheet.named:
        first, last = max(0, first - _BEYOND), last + _BEYOND

        def open_on(day: int) -> bool:
            return True
    else:
        allowed = None if fleet.freedom is None else fleet.freedom.launches[place]

        def open_on(day: int) -> bool:
            return (allowed is None or day in allowed) and not any(
                a <= day <= b for a, b in candidate.closed
            )

    launch = Chain(sheet, first, last, flies, open_on)
    if sheet.named:
        _named_window(sheet, candidate, launch, flies)
    mix = _one_of(sheet, len(candidate.mixes), flies)
    port = dict(zip(candidate.ports, _one_of(sheet, len(candidate.ports), flies), strict=True))
    transit = candidate.transit
    longest_mix = max(m.longest for m in candidate.mixes)
    final = min(last + transit + candidate.longest, last + longest_mix)
    earliest_leave = first + transit + candidate.shortest
    # Leaving on any day after the horizon is the same: the earliest such day will do.
    final = min(final, max(rotation.days, last + transit + candidate.shortest))
    if sheet.named:
        final = max(rotation.days, last + transit + candidate.shortest)
    else:
        final = min(final, _latest_by_handover(rotation, place))
    leaving = None if fleet.freedom is None else fleet.freedom.leaves[place]
    left = _leaving(sheet, earliest_leave, max(final, earliest_leave), flies, leaving)

    def docked_by(day: int) -> Literal:
        return launch.by(day - transit)

    life = f"certified life of {key} ends {candidate.longest} d after docking"
    whole = f"{key} stays docked for {candidate.shortest} d or more"
    for day in range(earliest_leave, left.last + 1):
        sheet.clause(negated(left.by(day)), docked_by(day - candidate.shortest), name=whole)
        sheet.clause(negated(docked_by(day - candidate.longest)), left.by(day), name=life)
    for longest in sorted({m.longest for m in candidate.mixes}):
        longer = [b for b, m in zip(mix, candidate.mixes, strict=True) if m.longest > longest]
        limit = f"people of {key} may be away for {longest} d"
        for day in range(first + longest, left.last + 1):
            sheet.clause(negated(launch.by(day - longest)), left.by(day), *longer, name=limit)
    fleet.launch.append(launch)
    fleet.flights.append(
        Ship(
            key=key,
            ship_class=candidate.ship,
            flies=flies,
            docked_by=docked_by,
            left=left,
            port=port,
            mixes=tuple(_with_adopted(rotation, m) for m in candidate.mixes),
            mix=mix,
            first=max(0, first + transit),
            last=min(rotation.days, left.last),
        )
    )


def _named_window(sheet: Sheet, candidate: Candidate, launch: Chain, flies: Literal) -> None:
    key = candidate.key
    window = f"{key} launches on {day_word(candidate.earliest)} to {day_word(candidate.latest)}"
    sheet.clause(negated(launch.by(candidate.earliest - 1)), name=window)
    sheet.clause(negated(flies), launch.by(candidate.latest), name=window)
    if candidate.required:
        sheet.clause(flies, name=f"{key} must fly")
    for (a, b), why in zip(candidate.closed, candidate.closed_by, strict=True):
        closed = f"{key} cannot launch on {day_word(a)} to {day_word(b)}: {why}"
        sheet.clause(negated(launch.by(b)), launch.by(a - 1), name=closed)


def _latest_by_handover(rotation: Rotation, place: int) -> int:
    """Latest day of leaving that the next flight which must be flown leaves open."""
    candidate = rotation.candidates[place]
    handover = rotation.ships[candidate.ship].handover
    if handover is None:
        return 10**9
    for later in rotation.candidates[place + 1 :]:
        if later.ship == candidate.ship and later.required:
            return later.latest + later.transit + handover[1]
    return 10**9


def _with_adopted(rotation: Rotation, mix: Mix) -> Mix:
    if mix.adopts is None:
        return mix
    group = rotation.aboard[mix.adopts]
    return Mix(
        mix.name,
        tuple(a + b for a, b in zip(mix.people, group.people, strict=True)),
        tuple(a + b for a, b in zip(mix.able, group.able, strict=True)),
        mix.longest,
    )


def _one_of(sheet: Sheet, count: int, flies: Literal) -> list[Literal]:
    """Choices of which exactly one is taken if the flight flies."""
    if count == 1:
        return [flies]
    choices = [sheet.new() for _ in range(count)]
    if flies is True:
        sheet.model.add_exactly_one(choices)
    else:
        sheet.model.add_exactly_one([*choices, ~flies])
    return choices


def _leaving(
    sheet: Sheet, first: int, last: int, flies: Literal, days: frozenset[int] | None
) -> Chain:
    if days is None:
        return Chain(sheet, first, last, flies)
    kept = {min(day, last) for day in days}
    return Chain(sheet, first, last, flies, lambda day: day in kept)


def _aboard(fleet: Fleet, g: int) -> None:
    rotation, sheet = fleet.rotation, fleet.sheet
    ship = rotation.aboard[g]
    first, last = max(0, ship.earliest), ship.latest
    people_last = min(last, ship.latest_people) if ship.fit else last
    if sheet.named:
        final = max(rotation.days, first)
    else:
        final = min(people_last, max(rotation.days, first))
    leaving = None if fleet.freedom is None else fleet.freedom.aboard[g]
    left = _leaving(sheet, first, max(final, first), True, leaving)
    if sheet.named or final < first:
        life = f"certified life of {ship.key} ends on {day_word(last)}"
        sheet.clause(left.by(last), name=life)
        if people_last < last:
            stay = f"people of {ship.key} must leave by {day_word(ship.latest_people)}"
            sheet.clause(left.by(people_last), name=stay)
    fleet.aboard.append(
        Ship(
            key=ship.key,
            ship_class=ship.ship,
            flies=True,
            docked_by=lambda day: day >= 0,
            left=left,
            port={ship.port: True},
            mixes=(Mix(ship.key, ship.people, ship.able, 10**6),),
            mix=[True],
            first=0,
            last=min(rotation.days, left.last),
            moves=ship.fit,
        )
    )


def _clock(fleet: Fleet, ship: Ship) -> None:
    """Docking and leaving as integers: sums of the chains, for sums over the whole horizon.

    A linear relaxation over single days proves little; one over these does.
    """
    days, model = fleet.rotation.days, fleet.sheet.model
    lengths: list[Any] = []
    for by, first in ((ship.docked_by, ship.first), (ship.left.by, ship.left.first)):
        first = min(max(first, fleet.since), days)
        known = [by(day) for day in range(first, days)]
        free = [(day, x) for day, x in enumerate(known, first) if not isinstance(x, bool)]
        least = first + sum(x is False for x in known)
        if not free:
            lengths.append(least)
            continue
        length = model.new_int_var(free[0][0], free[-1][0] + 1, "")
        for day, literal in free:
            model.add(length <= day).only_enforce_if(literal)
            model.add(length > day).only_enforce_if(~literal)
        lengths.append(length)
    ship.docks, ship.leaves = lengths
