"""Each port holds one ship at a time, or what else is planned there."""

from stationkeeper.schedule.literals import key_of, negated
from stationkeeper.schedule.ships import Fleet, Ship, day_word


def ports(fleet: Fleet) -> None:
    """Post the rules of ports for all pairs of ships, and for all spans held by others."""
    ships = fleet.ships
    for n, a in enumerate(ships):
        for b in ships[n + 1 :]:
            _shared(fleet, a, b)
    _occupied(fleet)


def _shared(fleet: Fleet, a: Ship, b: Ship) -> None:
    rotation, sheet = fleet.rotation, fleet.sheet
    shared = [port for port in a.port if port in b.port]
    first, last = max(a.first, b.first), min(a.last, b.last, rotation.days)
    if not shared or first >= last:
        return
    together = sheet.new()
    posted = set()
    for day in range(first, last):
        parts = (
            negated(a.docked_by(day)),
            a.left.by(day),
            negated(b.docked_by(day)),
            b.left.by(day),
        )
        signature = tuple(key_of(part) for part in parts)
        if signature not in posted:
            posted.add(signature)
            sheet.clause(*parts, together)
    for port in shared:
        words = f"{rotation.ports[port]} holds one ship at a time"
        sheet.clause(~together, negated(a.port[port]), negated(b.port[port]), name=words)


def _occupied(fleet: Fleet) -> None:
    rotation = fleet.rotation
    for span in rotation.occupied:
        first, last = max(span.first, 0), min(span.last, rotation.days)
        if first >= last:
            continue
        words = (
            f"{rotation.ports[span.port]} is held by {span.by} on {day_word(span.first)} to "
            f"{day_word(span.last - 1)}"
        )
        for ship in fleet.ships:
            at = ship.port.get(span.port, False)
            if at is not False:
                fleet.sheet.clause(
                    negated(at),
                    ship.left.by(first),
                    negated(ship.docked_by(last - 1)),
                    name=words,
                )
