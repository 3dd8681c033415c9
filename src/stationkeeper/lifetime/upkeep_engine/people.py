"""People aboard, their seats home, and their leaving."""

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Crew
from stationkeeper.lifetime.upkeep_engine.noting import CREW_LOST, EVACUATION, note
from stationkeeper.lifetime.upkeep_plan import Log


@inner_kernel
def seats_now(crew: Crew, place: int) -> int:  # pragma: no cover - compiled
    """Seats home that are sound."""
    seats = int(crew.seats[place])
    for target in range(crew.hit_until.size):
        if crew.hit_until[target] > place:
            seats -= crew.target_seats[target]
    return max(seats, 0)


@inner_kernel
def people_now(crew: Crew, r: int, place: int) -> int:  # pragma: no cover - compiled
    """People aboard."""
    return int(crew.people[place]) if crew.away[r] < 0 else 0


@inner_kernel
def leave(
    crew: Crew, log: Log, r: int, place: int, code: int, cause: int, people: int
) -> None:  # pragma: no cover - compiled
    """Nobody is aboard from the next day on; needs are those of nobody."""
    note(log, r, place, code, cause, float(people))
    crew.away[r] = place + max(crew.return_days, 1)
    crew.stirred[r] = True


@inner_kernel
def evacuate(
    crew: Crew, log: Log, r: int, place: int, cause: int
) -> None:  # pragma: no cover - compiled
    """All leave, or those without a seat do not."""
    people = people_now(crew, r, place)
    if people > 0:
        safe = people <= seats_now(crew, place)
        leave(crew, log, r, place, EVACUATION if safe else CREW_LOST, cause, people)
