"""Which people may fly on one launch: seats, agreements, leave to come aboard, stay limits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

import numpy as np

from stationkeeper.crew.sides import SideRule
from stationkeeper.programme.crewing import Agreement, Shock
from stationkeeper.programme.document import Programme
from stationkeeper.schedule.problem import Mix
from stationkeeper.units import days_since_2000

NO_LIMIT = 10**6  # [d] longer than any horizon
EXCHANGED_AT_MOST = 1  # seats of one flight that a derived mix exchanges, as flown; our choice

DayLimit = Callable[[int], float] | Sequence[int] | np.ndarray[tuple[int], np.dtype[np.integer]]
"""Longest stay by days from the begin of the horizon to the launch: a function or an array. [d]"""


@dataclass(frozen=True)
class Terms:
    """What decides on the mixes of one station over one horizon.

    Attributes
    ----------
    programme : Programme
        The document.
    station : str
        Key of the station.
    at : date
        First day of the horizon.
    nations : tuple of str
        Order of nations in a mix.
    sides : tuple of SideRule
        Order of sides in a mix.
    exchanges : tuple of str
        Keys of the exchange agreements of the horizon, in the order of ``Mix.swapped``.
    exchange : bool
        Seats may be exchanged at all.
    stay_limit_days : mapping of str to DayLimit
        Longest stay by nation.
    shocks : mapping of str to Shock
        Those that count; agreements rest while cooperation is halted.
    """

    programme: Programme
    station: str
    at: date
    nations: tuple[str, ...]
    sides: tuple[SideRule, ...]
    exchanges: tuple[str, ...]
    exchange: bool
    stay_limit_days: Mapping[str, DayLimit]
    shocks: Mapping[str, Shock] = field(default_factory=dict)


def words(people: Mapping[str, int]) -> str:
    """Write people by nation.

    Examples
    --------
    >>> words({"RUS": 2, "USA": 1}), words({})
    ('RUS 2, USA 1', 'empty')
    """
    return ", ".join(f"{nation} {count}" for nation, count in people.items() if count) or "empty"


def in_force(agreement: Agreement, day: date) -> bool:
    """Return whether an agreement holds for a launch on a day."""
    return agreement.since <= day <= (agreement.until or date.max)


def rests(shocks: Mapping[str, Shock], agreement: str, day: date) -> bool:
    """Return whether a shock keeps an agreement from holding for a launch on a day."""
    return any(
        shock.kind == "cooperation-halted"
        and agreement in shock.agreements
        and shock.date <= day <= (shock.until or date.max)
        for shock in shocks.values()
    )


def mixes_for(
    terms: Terms, ship: str, launch: date, listed: Sequence[Mapping[str, int]]
) -> tuple[tuple[Mix, ...], tuple[str, ...]]:
    """Return the mixes that may fly on one launch, and why the others may not.

    Parameters
    ----------
    terms : Terms
        Agreements, nations, limits.
    ship : str
        Class of ship.
    launch : date
        Nominal day of launch: agreements and limits are those of this day.
    listed : sequence of mapping
        Seats by nation that are meant.

    Returns
    -------
    mixes : tuple of Mix
        Without doubles.
    reasons : tuple of str
        One for each listed mix that may not fly.
    """
    found: dict[tuple[str, tuple[int, ...], int], Mix] = {}
    reasons = []
    for people in listed:
        reason = _refused(terms, ship, launch, people)
        if reason is not None:
            reasons.append(f"{words(people)}: {reason}")
            continue
        ways = list(_paid(terms, ship, launch, people))
        if not ways:
            reasons.append(f"{words(people)}: no agreement on these seats holds")
        for swapped, bought in ways:
            name = words(people) + (f", {bought} bought" if bought else "")
            found.setdefault(
                (words(people), swapped, bought),
                Mix(
                    name,
                    tuple(people.get(nation, 0) for nation in terms.nations),
                    tuple(side.able(people) for side in terms.sides),
                    longest_stay(terms, launch, people),
                    swapped,
                    bought,
                ),
            )
    return tuple(found.values()), tuple(reasons)


def put_back(
    terms: Terms, ship: str, launch: date, listed: Sequence[Mapping[str, int]]
) -> list[dict[str, int]]:
    """Return mixes with the exchanged seats given back to the nation of the ship.

    Used where seats may not be exchanged and none of the listed mixes can do without.
    """
    foreign = {
        agreement.seats_on[ship]
        for agreement in _agreements(terms, ("exchange",))
        if ship in agreement.seats_on
    }
    home = terms.programme.partner[terms.programme.ship[ship].partner].nation
    found = []
    for people in listed:
        kept = {nation: count for nation, count in people.items() if nation not in foreign}
        back = sum(people.values()) - sum(kept.values())
        if back:
            kept = {home: kept.get(home, 0) + back} | {n: c for n, c in kept.items() if n != home}
        if kept not in found:
            found.append(kept)
    return found


def exchanged_variants(terms: Terms, ship: str, seats: Mapping[str, int]) -> list[dict[str, int]]:
    """Return the seats of a regular series, with and without an exchanged seat.

    With an exchange agreement on this class of ship, the nation that gets a seat there has it in
    one variant and the nation of the ship in the other.
    """
    home = terms.programme.partner[terms.programme.ship[ship].partner].nation
    found = [dict(seats)]
    for agreement in _agreements(terms, ("exchange",)):
        nation = agreement.seats_on.get(ship)
        if nation is None or nation == home:
            continue
        for given in range(EXCHANGED_AT_MOST + 1):
            variant = dict(seats)
            moved = variant.get(nation, 0) - given
            variant[nation] = given
            variant[home] = variant.get(home, 0) + moved
            variant = {name: count for name, count in variant.items() if count > 0}
            if variant not in found and sum(variant.values()) == sum(seats.values()):
                found.append(variant)
    return found


def adopting(
    terms: Terms,
    ship: str,
    group: int,
    key: str,
    people: Mapping[str, int],
    listed: Sequence[Mix],
) -> Iterator[Mix]:
    """Yield mixes that leave seats free for people aboard who have lost theirs.

    Parameters
    ----------
    terms : Terms
        Nations and sides.
    ship : str
        Class of ship.
    group : int
        Place of the group in ``Rotation.aboard``.
    key : str
        Name of the flight that cannot bring them home.
    people : mapping of str to int
        Who they are.
    listed : sequence of Mix
        Mixes of the flight; those with fewer people than its seats less the group fly as they are.

    Notes
    -----
    Each of their nations must be among those of the listed mixes: others have no suits and no
    training for this class of ship.

    Yields
    ------
    Mix
        Empty up first, then with as many people as there are seats left, of those listed.
    """
    hardware = terms.programme.ship[ship]
    seats = hardware.seats - sum(people.values())
    if seats < 0 or (hardware.flown_by and not set(people) & set(hardware.flown_by)):
        return
    known = {n for mix in listed for n, c in zip(terms.nations, mix.people, strict=True) if c}
    if not set(people) <= known:
        return
    none = tuple(0 for _ in terms.nations)
    zero = tuple(0 for _ in terms.sides)
    swapped = tuple(0 for _ in terms.exchanges)
    home = f"brings home {words(people)} of {key}"
    yield Mix(f"empty up, {home}", none, zero, NO_LIMIT, swapped, 0, group)
    told = set()
    for mix in listed:
        # Seats of the ship's own nation first: an exchanged or bought seat is not split.
        if not seats or any(mix.swapped) or mix.bought or mix.adopts is not None:
            continue
        fewer = _shrunk(mix.people, seats)
        if fewer in told:
            continue
        told.add(fewer)
        up = dict(zip(terms.nations, fewer, strict=True))
        if hardware.flown_by and not any(up.get(nation) for nation in hardware.flown_by):
            continue
        able = tuple(side.able(up) for side in terms.sides)
        yield Mix(f"{words(up)}, {home}", fewer, able, mix.longest, swapped, 0, group)


def _shrunk(people: tuple[int, ...], seats: int) -> tuple[int, ...]:
    """Take people away, from the largest nation first, until they fit."""
    fewer = list(people)
    while sum(fewer) > seats:
        fewer[int(np.argmax(fewer))] -= 1
    return tuple(fewer)


def longest_stay(terms: Terms, launch: date, people: Mapping[str, int]) -> int:
    """Return the longest time from launch to leaving, by dose and by the rules of the station."""
    ahead = days_since_2000(launch) - days_since_2000(terms.at)
    limits = [stay_limit(terms, nation, ahead) for nation, count in people.items() if count]
    rule = terms.programme.station[terms.station].crew_rules.stay_limit_days
    if rule is not None and any(people.values()):
        limits.append(int(rule))
    return min(limits, default=NO_LIMIT)


def stay_limit(terms: Terms, nation: str, ahead: int) -> int:
    """Return the longest stay by dose of a nation's people, launched so many days ahead. [d]"""
    limit = terms.stay_limit_days.get(nation)
    if limit is None:
        return NO_LIMIT
    if callable(limit):
        return min(NO_LIMIT, int(limit(max(ahead, 0))))
    if not len(limit):
        return NO_LIMIT
    return min(NO_LIMIT, int(limit[min(max(ahead, 0), len(limit) - 1)]))


def _refused(terms: Terms, ship: str, launch: date, people: Mapping[str, int]) -> str | None:
    """Return why nobody asks for an agreement: seats, a pilot, leave to come aboard."""
    hardware = terms.programme.ship[ship]
    if sum(people.values()) > hardware.seats:
        return f"{sum(people.values())} people, while {ship} has {hardware.seats} seats"
    if hardware.flown_by and not any(people.get(nation) for nation in hardware.flown_by):
        return f"nobody of {', '.join(hardware.flown_by)}, who fly {ship}"
    if (longest := longest_stay(terms, launch, people)) < 1:
        return f"a stay limit of {longest} days"
    site = terms.programme.station[terms.station]
    events = [e for e in terms.programme.event.values() if e.station == terms.station]
    partners = {
        partner
        for partner in site.partners
        if not any(e.kind == "leave" and e.partner == partner and e.date <= launch for e in events)
    }
    own = {terms.programme.partner[partner].nation for partner in partners}
    left = {terms.programme.partner[p].nation for p in site.partners} - own
    if gone := sorted(left & set(people)):
        return f"{', '.join(gone)} has left {terms.station}"
    if site.access.foreign_crew == "open":
        return None
    permitted = {
        terms.programme.partner[event.partner].nation
        for event in events
        if event.kind == "permit" and event.partner is not None and event.date <= launch
    }
    foreign = sorted(nation for nation in people if nation not in own | permitted)
    if not foreign:
        return None
    if site.access.foreign_crew == "refused":
        return f"{', '.join(foreign)} aboard {terms.station}, where foreign crew is refused"
    return f"{', '.join(foreign)} aboard {terms.station} without a permission by {launch}"


def _paid(
    terms: Terms, ship: str, launch: date, people: Mapping[str, int]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield the ways in which the seats of a mix are exchanged or bought.

    Only seats that some agreement of the station names need one: a seat of a nation on a class of
    ship that none speaks of is the affair of the ship's own partner.
    """
    named = sorted(
        {
            agreement.seats_on[ship]
            for agreement in _agreements(terms, ("exchange", "purchase"))
            if ship in agreement.seats_on and people.get(agreement.seats_on[ship])
        }
    )
    choices: list[list[str]] = []
    for nation in named:
        keys = [
            key
            for key, agreement in terms.programme.agreement.items()
            if agreement.station == terms.station
            and agreement.seats_on.get(ship) == nation
            and in_force(agreement, launch)
            and not rests(terms.shocks, key, launch)
            and (agreement.kind == "purchase" or key in terms.exchanges)
        ]
        choices.append(keys)
    for way in product(*choices):
        swapped = [0] * len(terms.exchanges)
        bought = 0
        for nation, key in zip(named, way, strict=True):
            agreement = terms.programme.agreement[key]
            if agreement.kind == "purchase":
                bought += people[nation]
            else:
                giver = nation == min(agreement.seats_on.values())
                swapped[terms.exchanges.index(key)] += people[nation] * (1 if giver else -1)
        yield tuple(swapped), bought


def _agreements(terms: Terms, kinds: tuple[str, ...]) -> Iterator[Agreement]:
    for agreement in terms.programme.agreement.values():
        if agreement.station == terms.station and agreement.kind in kinds:
            yield agreement
