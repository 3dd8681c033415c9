"""Functions: what works, what could work again, and what nothing bridges any more."""

from typing import Final

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Crew, Wiring
from stationkeeper.lifetime.upkeep_engine.noting import (
    DOWN,
    FUNCTION_LOST,
    STATION_LOST,
    UP,
    note,
)
from stationkeeper.lifetime.upkeep_engine.people import evacuate
from stationkeeper.lifetime.upkeep_plan import ABSENT, Flags, Log, Need, Whole

_CREW: Final = int(Need.CREW)
_STATION: Final = int(Need.STATION)


@inner_kernel
def provide(
    wiring: Wiring,
    opened: Flags,
    working: Whole,
    up: Flags,
    fuel: bool,
    log: Log,
    r: int,
    place: int,
) -> None:  # pragma: no cover - compiled
    """Say what works now, those that others need first. `opened` is by day and provider."""
    for function in wiring.order:
        works = False
        for provider in range(wiring.first_provider[function], wiring.first_provider[function + 1]):
            if not opened[provider] or (wiring.burns[provider] and not fuel):
                continue
            works = True
            for k in range(wiring.groups.shape[1]):
                group = wiring.groups[provider, k]
                works = works and (group == ABSENT or working[group] >= wiring.needed[group])
            for k in range(wiring.needs.shape[1]):
                other = wiring.needs[provider, k]
                works = works and (other == ABSENT or up[other])
            if works:
                break
        if works != up[function]:
            up[function] = works
            note(log, r, place, UP if works else DOWN, function, 0.0)


@inner_kernel
def can_return(
    wiring: Wiring, opened: Flags, gone: Flags, rescue: int, possible: Flags
) -> bool:  # pragma: no cover - compiled
    """Say whether all that people need and that is lost could be provided again.

    Equipment and propellant do not count: who comes back mends and brings. Seats home come along.
    """
    for function in wiring.order:
        possible[function] = False
        for provider in range(wiring.first_provider[function], wiring.first_provider[function + 1]):
            there = opened[provider]
            for other in wiring.needs[provider]:
                there = there and (other == ABSENT or possible[other])
            possible[function] = possible[function] or there
    for function in wiring.order:
        needed = wiring.need[function] == _CREW or wiring.need[function] == _STATION
        if needed and gone[function] and not possible[function] and function != rescue:
            return False
    return True


@inner_kernel
def losses(
    wiring: Wiring,
    up: Flags,
    gone: Flags,
    short: Flags,
    crew: Crew,
    log: Log,
    r: int,
    place: int,
) -> bool:  # pragma: no cover - compiled
    """Find functions that nothing bridges any more; return whether that ends the station."""
    for function in range(wiring.need.size):
        bridges, empty = 0, False
        for k in range(wiring.bridge.shape[1]):
            store = wiring.bridge[function, k]
            if store != ABSENT:
                bridges += 1
                empty = empty or short[store]
        now = empty or (bridges == 0 and not up[function])
        begins = now and not gone[function]
        gone[function] = now
        if not begins:
            continue
        note(log, r, place, FUNCTION_LOST, function, 0.0)
        if wiring.need[function] == _CREW or wiring.need[function] == _STATION:
            evacuate(crew, log, r, place, function)
        if wiring.need[function] == _STATION:
            note(log, r, place, STATION_LOST, function, 0.0)
            return True
    return False
