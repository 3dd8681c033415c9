"""Between the old station of a partner and its new one: no station, people or service."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.deciding.bands import between
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.stage import Stage
from stationkeeper.lifetime.deciding.view import NEVER
from stationkeeper.programme.document import Programme
from stationkeeper.programme.functions import Provider

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gap:
    """From an old to a new station of one partner, in each replica.

    Attributes
    ----------
    partner, old, new : text
        Keys.
    old_ends : ndarray, (R,)
        First day without the old station: left, ended or lost. [d]
    people_end : ndarray, (R,)
        First day on which its people are no longer there for good. [d]
    new_begins, new_crewed : ndarray, (R,)
        First day of the new station by itself, and its first crew. [d]
    services : dict of text to ndarray, (R,)
        By kind of function that both have, the first day on which the new one can provide it. [d]
    """

    partner: str
    old: str
    new: str
    old_ends: Array
    people_end: Array
    new_begins: Array
    new_crewed: Array
    services: dict[str, Array]

    @property
    def without_station(self) -> Array:
        """Days without a station; infinite if the new one does not begin in the span. [d]"""
        return between(self.old_ends, self.new_begins)

    @property
    def without_people(self) -> Array:
        """Days without people; infinite if no crew comes in the span. [d]"""
        return between(self.people_end, self.new_crewed)

    def without(self, kind: str) -> Array:
        """Return the days without a kind of service. [d]"""
        return between(self.old_ends, self.services[kind])


def gaps_of(stage: Stage, made: Decisions) -> list[Gap]:
    """Return the gap of each partner whose policies name an own station.

    Parameters
    ----------
    stage : Stage
        What decisions stand on.
    made : Decisions
        What was decided.

    Returns
    -------
    list of Gap
        In the order of the policies.
    """
    wanted = dict.fromkeys(
        (policy.partner, policy.station, policy.own_station)
        for policy in stage.programme.policy.values()
        if policy.partner and policy.own_station
    )
    return [gap_of(stage, made, *names) for names in wanted if names[0] and names[2]]


def gap_of(stage: Stage, made: Decisions, partner: str, old: str, new: str) -> Gap:
    """Return the gap of one partner; see `Gap`."""
    left = made.left.get((partner, old), np.full(stage.size, NEVER))
    return Gap(
        partner,
        old,
        new,
        np.minimum(left, made.gone(old)),
        np.minimum(left, made.people_gone(old)),
        made.begun[new],
        made.crewed[new],
        services_of(stage, made, old, new),
    )


def services_of(stage: Stage, made: Decisions, old: str, new: str) -> dict[str, Array]:
    """Return when the new station can first provide each kind of function that both have.

    A kind is there with the first of its functions, a function with the first of its ways: all of
    its modules, all functions that it needs, and a ship if one must be docked, from the first crew
    on. Equipment that fails is left out. [d]
    """
    programme = stage.programme
    ours = {key: one for key, one in programme.function.items() if one.station == new}
    kinds = {one.kind for one in programme.function.values() if one.station == old}
    days: dict[str, Array] = {}
    for _ in range(len(ours) + 1):  # as often as functions can wait for one another
        before = dict(days)
        for key, function in ours.items():
            ways = [
                _way(stage, made, new, provider, days) for provider in function.provider.values()
            ]
            days[key] = np.minimum.reduce(ways)
        if all(key in before and np.array_equal(before[key], days[key]) for key in days):
            break
    found: dict[str, Array] = {}
    for key, function in ours.items():
        if function.kind in kinds and function.kind != "other":
            known = found.get(function.kind)
            found[function.kind] = days[key] if known is None else np.minimum(known, days[key])
    return dict(sorted(found.items()))


def _way(
    stage: Stage, made: Decisions, new: str, provider: Provider, days: dict[str, Array]
) -> Array:
    day = made.begun[new]
    for module in provider.modules:
        day = np.maximum(day, module_at(stage, made, new, module))
    for function in provider.needs:
        day = np.maximum(day, days.get(function, np.full(stage.size, NEVER)))
    if provider.ships:
        day = np.maximum(day, _first_ship(stage.programme, made, new, provider))
    return day


def _first_ship(programme: Programme, made: Decisions, new: str, provider: Provider) -> Array:
    """Cargo ships come when the station is there, ships with seats with its first crew. [d]"""
    cargo = any(programme.ship[ship].seats == 0 for ship in provider.ships)
    return made.begun[new] if cargo else made.crewed[new]


def module_at(stage: Stage, made: Decisions, new: str, module: str) -> Array:
    """Return from which day a module is part of the new station, infinite if it never is. [d]"""
    modules = stage.launches.modules
    if module in modules:
        place = modules.index(module)
        lost = made.lost_with_host[place]
        return np.where(lost, NEVER, np.maximum(made.docked[place], made.begun[new]))
    where = stage.there.get(module)
    if where == new:
        return made.begun[new]
    moved = any(
        event.kind == "separate" and event.to_station == new and module in event.modules
        for event in stage.programme.event.values()
    )
    return made.separated[new] if moved else np.full(stage.size, NEVER)
