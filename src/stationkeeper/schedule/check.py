"""Is a rotation problem well formed: every mistake in one message, before any solver is asked."""

from collections.abc import Iterator

from stationkeeper.errors import InputError
from stationkeeper.schedule.problem import Aboard, Candidate, Rotation


def check(rotation: Rotation) -> None:
    """Raise one error with all that is wrong in a problem.

    Parameters
    ----------
    rotation : Rotation
        The problem.

    Raises
    ------
    InputError
        If places point outside their tables, lengths differ, windows are empty or lie outside the
        horizon. Problems that are well formed but have no plan are the solver's to explain.

    Examples
    --------
    >>> check(Rotation(days=30, nations=(), sides=(), ports=(), ships=(), candidates=()))
    """
    wrong = list(_wrong(rotation))
    if wrong:
        raise InputError("no plan can be asked for: " + "; ".join(wrong))


def _wrong(rotation: Rotation) -> Iterator[str]:
    if rotation.days < 1:
        yield f"a horizon of {rotation.days} days was given, expected 1 or more"
    if rotation.most and len(rotation.most) != rotation.days:
        yield (
            f"most people aboard is given for {len(rotation.most)} days, "
            f"expected none or all {rotation.days}"
        )
    if any(limit < 0 for limit in rotation.most):
        yield "most people aboard has a day below 0, expected 0 or more"
    for side in rotation.sides:
        if side.minimum < 0 or not side.wanted >= 0:
            yield f"side {side.key}: a minimum and people wanted of 0 or more are expected"
    for ship in rotation.ships:
        if ship.turnaround < 1:
            yield f"{ship.key}: turnaround {ship.turnaround} d was given, expected 1 or more"
        if ship.handover is not None and not 0 <= ship.handover[0] <= ship.handover[1]:
            yield f"{ship.key}: handover {ship.handover} was given, expected 0 <= fewest <= most"
    keys = [c.key for c in rotation.candidates] + [a.key for a in rotation.aboard]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{key} is given twice, expected each flight once"
    for ship_aboard in rotation.aboard:
        yield from _wrong_aboard(rotation, ship_aboard)
    for candidate in rotation.candidates:
        yield from _wrong_candidate(rotation, candidate)
    yield from _wrong_order(rotation)
    for span in rotation.occupied:
        if not 0 <= span.port < len(rotation.ports):
            yield f"{span.by}: port place {span.port} does not exist"
        if span.last < span.first:
            yield f"{span.by}: holds a port from day {span.first} until day {span.last}"
    for owed in rotation.owed:
        if not _within(owed.flights, rotation.candidates) or not _within(
            owed.nations, rotation.nations
        ):
            yield f"{owed.name}: a flight or nation place does not exist"
    for task in rotation.tasks:
        if task.last < task.first or not task.crew_days >= 0:
            yield f"{task.name}: days first <= last and crew-days of 0 or more are expected"
    for name, balance in rotation.exchanges:
        if balance < 0:
            yield f"{name}: balance {balance} was given, expected 0 or more"


def _within(places: tuple[int, ...], table: tuple[object, ...]) -> bool:
    return all(0 <= place < len(table) for place in places)


def _wrong_aboard(rotation: Rotation, ship: Aboard) -> Iterator[str]:
    if not 0 <= ship.ship < len(rotation.ships):
        yield f"{ship.key}: class place {ship.ship} does not exist"
    if not 0 <= ship.port < len(rotation.ports):
        yield f"{ship.key}: port place {ship.port} does not exist"
    if len(ship.people) != len(rotation.nations) or len(ship.able) != len(rotation.sides):
        yield f"{ship.key}: people by nation and able by side must be as many as these"
    if ship.latest < max(ship.earliest, 0):
        yield (
            f"{ship.key}: it can leave from day {max(ship.earliest, 0)} but must by day "
            f"{ship.latest}; free it later or let it leave earlier"
        )


def _wrong_candidate(rotation: Rotation, candidate: Candidate) -> Iterator[str]:
    key = candidate.key
    if not 0 <= candidate.ship < len(rotation.ships):
        yield f"{key}: class place {candidate.ship} does not exist"
    if not 0 <= candidate.earliest <= candidate.latest:
        yield (
            f"{key}: a launch window of days {candidate.earliest} to {candidate.latest} was given, "
            "expected 0 <= earliest <= latest"
        )
    if candidate.earliest >= rotation.days:
        yield f"{key}: its window opens on day {candidate.earliest}, after the horizon"
    if candidate.transit < 0 or not 0 <= candidate.shortest <= candidate.longest:
        yield f"{key}: transit >= 0 and 0 <= shortest <= longest stay are expected"
    if not candidate.ports or not _within(candidate.ports, rotation.ports):
        yield f"{key}: it needs one port or more, each of the station"
    if not candidate.mixes:
        yield f"{key}: nobody can fly on it; give it a crew, a permit or make it optional"
    if len(candidate.closed) != len(candidate.closed_by):
        yield f"{key}: each closed span needs its reason"
    for mix in candidate.mixes:
        if (
            len(mix.people) != len(rotation.nations)
            or len(mix.able) != len(rotation.sides)
            or len(mix.swapped) not in (0, len(rotation.exchanges))
        ):
            yield f"{key}, {mix.name}: people, able or swapped do not fit nations, sides, exchanges"
        if any(seats < 0 for seats in (*mix.people, *mix.able, mix.bought)):
            yield f"{key}, {mix.name}: seats below 0"
        if mix.adopts is not None and (
            not 0 <= mix.adopts < len(rotation.aboard) or rotation.aboard[mix.adopts].fit
        ):
            yield f"{key}, {mix.name}: it adopts people whose ship can bring them home"


def _wrong_order(rotation: Rotation) -> Iterator[str]:
    last: dict[int, Candidate] = {}
    for candidate in rotation.candidates:
        before = last.get(candidate.ship)
        if before is not None and candidate.nominal < before.nominal:
            yield f"{candidate.key}: given after {before.key}, which is meant to launch later"
        last[candidate.ship] = candidate
