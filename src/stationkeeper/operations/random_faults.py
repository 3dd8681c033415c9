"""Faults that befall a station by chance: from the hazards of its equipment, and from own rates.

Each unit of the programme's equipment lives through the hazard of its class from its age on the
first day flown; when it fails, the kinds of faults that its group is known for share the failure.
What equipment does not hold (sensors, upsets that stay, hatches, visitors) has rates of its own.
Every draw is named by what it is for, so that the same faults come whoever commands.

A study may ask for more faults than chance brings: all hazards are then multiplied by one factor,
so that kinds and components keep their shares (`hazard_factor`).

Left out: a unit that fails twice in one flight, wear that depends on how it is used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.errors import InputError
from stationkeeper.hull.equipment import cumulative_hazard, failure_age
from stationkeeper.hull.exposure import gamma_update
from stationkeeper.operations.fault_kinds import (
    FaultKind,
    fault_kind,
    fault_kinds,
    kinds_there,
    sizes_of,
)
from stationkeeper.operations.faults import Fault
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import Registry
from stationkeeper.programme.composition import station_intervals
from stationkeeper.programme.document import Programme
from stationkeeper.programme.wear import Equipment
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]

YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY
PRIOR_FAILURES: Final = 0.5  # [-] that a rate of a document is worth; as in the years of a station
COMMON_DELAY: Final = 3_600.0  # [s] within which faults of one cause follow; ours
DRAWS: Final = 12  # of one fault
(_WHEN, _KIND, _PLACE, _SIZE, _RAMP, _COMES, _PERIOD, _DUTY, _LASTS, _COMMON, _DELAY, _SIGN) = (
    range(DRAWS)
)
MOST_OF_ONE: Final = 10_000  # faults of one kind in a flight; more are not drawn
MOST_ASKED: Final = 1_000.0  # [-] faults of a flight in the mean that a study may ask for; ours
MOST_FACTOR: Final = 1e12  # [-] on all hazards, beyond which nothing more can fail; ours


@dataclass(frozen=True)
class _Chances:
    """What a draw needs to know of a station."""

    registry: Registry
    seed: int
    mission: int
    duration: float
    components: dict[str, tuple[str, ...]]
    """Those that each kind can befall. [-]"""
    modules: dict[str, str]
    """Module of each load. [-]"""
    factor: float = 1.0
    """All hazards are so many times greater. [-]"""

    def draws(self, name: str, number: int = 0) -> Array:
        """Return the draws of one fault of a named cause."""
        draws: Array = uniforms(
            self.seed,
            np.array([self.mission]),
            Purpose.FAULTS,
            component_number(name),
            first_event=number * DRAWS,
            count=DRAWS,
        )[0]
        return draws


def random_faults(
    house: House,
    registry: Registry,
    seed: int,
    mission: int,
    duration: float,
    *,
    factor: float = 1.0,
) -> tuple[Fault, ...]:
    """Draw the faults of one mission.

    Parameters
    ----------
    house : House
        The station flown; the age of its equipment is that on its first day.
    registry : Registry
        Its names, after all its parts have declared theirs.
    seed : int
        Of the run.
    mission : int
        Number of the mission, 0 or more. [-]
    duration : float
        Of the flight. [s]
    factor : float
        All hazards are so many times greater, for studies of what is rare. [-]

    Returns
    -------
    tuple of Fault
        By onset. Two flights of one seed and mission have the same, whoever commands; a longer
        one begins with those of a shorter.
    """
    chances = _Chances(
        registry,
        seed,
        mission,
        duration,
        kinds_there(registry),
        {row.name: row.module for row in registry.loads},
        factor,
    )
    found = [*_of_equipment(house, chances), *_of_rates(chances)]
    found.sort(key=lambda fault: (fault.onset, fault.kind, fault.component))
    return tuple(found)


def drawn_fault(
    key: str, registry: Registry, seed: int, mission: int, *, onset: float
) -> Fault | None:
    """Draw a fault of a given kind at a given time: component, size and course by chance.

    Parameters
    ----------
    key : str
        Kind of the catalogue.
    registry : Registry
        Names of a station, after all its parts have declared theirs.
    seed, mission : int
        Of the run and the flight. [-]
    onset : float
        Since the begin. [s]

    Returns
    -------
    Fault or None
        None if the station has nothing that the kind can befall.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    kind = fault_kind(key)
    chances = _Chances(registry, seed, mission, np.inf, kinds_there(registry), {})
    there = chances.components[key]
    if not there:
        return None
    draws = chances.draws(f"asked for: {key}")
    return _fault(kind, there[int(draws[_PLACE] * len(there))], onset, draws, chances)


def hazard_factor(house: House, registry: Registry, duration: float, mean: float) -> float:
    """Return the factor on all hazards with which a flight has so many faults on average.

    Parameters
    ----------
    house : House
        The station flown.
    registry : Registry
        Its names, after all its parts have declared theirs.
    duration : float
        Of the flight. [s]
    mean : float
        Faults of a flight, those that follow by a common cause left out; above 0, at most
        `MOST_ASKED`. [-]

    Returns
    -------
    float
        [-]

    Raises
    ------
    InputError
        If the mean is no such number, or nothing of the station can fail so often.

    Notes
    -----
    A unit of equipment fails once in a flight at most, so that its share falls a little where the
    factor is large. Found by halving, to 1e-12 of itself.
    """
    if not 0.0 < mean <= MOST_ASKED:
        raise InputError(
            f"faults of a mission: given {mean:g}; expected above 0, at most {MOST_ASKED:g}"
        )
    there = kinds_there(registry)
    groups = [
        group for key, group in _groups(house) if any(there[one.key] for one in _sharing(key))
    ]
    units = np.array([group.units for group in groups], dtype=float)
    lived = np.array([_lived(group, _age(house, group), duration) for group in groups])
    rates = sum(fault_kinds()[key].per_year * len(found) for key, found in there.items())

    def reached(factor: float) -> float:
        failed = float(np.sum(units * -np.expm1(-factor * lived)))
        return failed + factor * rates * duration / YEAR

    low, high = 0.0, 1.0
    while reached(high) < mean:
        low, high = high, 2.0 * high
        if high > MOST_FACTOR:
            raise InputError(
                f"faults of a mission: given {mean:g}; expected fewer: the equipment of"
                f" {house.title} has {reached(high):.3g} at the most"
            )
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle) < mean else (low, middle)
    return high


def expected_faults(
    house: House, registry: Registry, duration: float, *, factor: float = 1.0
) -> dict[str, float]:
    """Return how many faults of each kind a flight has on average, common causes left out. [-]

    With all hazards `factor` times greater. What `random_faults` draws, in the mean over many
    missions (tests/unit/test_faults.py).
    """
    kinds = fault_kinds()
    expected = dict.fromkeys(kinds, 0.0)
    there = kinds_there(registry)
    for key, group in _groups(house):
        sharing = [one for one in _sharing(key) if there[one.key]]
        total = sum(one.share for one in sharing)
        age = _age(house, group)
        lived = factor * _lived(group, age, duration)
        for one in sharing:
            expected[one.key] += group.units * float(1.0 - np.exp(-lived)) * one.share / total
    for key, components in there.items():
        expected[key] += factor * kinds[key].per_year * len(components) * duration / YEAR
    return expected


def unit_rate(group: Equipment) -> float:
    """Return random failures of one unit a year, after what the fleet teaches. [1/year]

    The rate of the document is worth half a failure, the mean of the posterior is used, as over
    the years of a station.

    Examples
    --------
    >>> group = Equipment(title="pump", module="s1", units=2, needed=1, random_per_year=0.1)
    >>> unit_rate(group)
    0.1
    """
    if group.fleet_unit_years is None or group.random_per_year == 0.0:
        return group.random_per_year
    shape, exposure = gamma_update(
        PRIOR_FAILURES,
        PRIOR_FAILURES / group.random_per_year,
        float(group.fleet_failures or 0),
        group.fleet_unit_years,
    )
    return float(shape / exposure)


def _of_equipment(house: House, chances: _Chances) -> Iterator[Fault]:
    for key, group in _groups(house):
        sharing = [one for one in _sharing(key) if chances.components[one.key]]
        if not sharing:
            continue
        age = _age(house, group)
        lived = _lived(group, age, chances.duration)
        for unit in range(group.units):
            name = f"{key}/{unit}"
            draws = chances.draws(name)
            budget = float(-np.log1p(-draws[_WHEN])) / chances.factor
            if budget >= lived:
                continue
            fails = failure_age(budget, unit_rate(group) / YEAR, *_wear(group), age)
            onset = min(float(fails) - age, np.nextafter(chances.duration, 0.0))
            kind = _chosen(sharing, float(draws[_KIND]))
            there = chances.components[kind.key]
            near = _nearest(kind, key, group.module, there, chances)
            component = near[int(draws[_PLACE] * len(near))]
            yield from _with_others(kind, component, onset, draws, name, chances)


def _nearest(
    kind: FaultKind, key: str, module: str, there: Sequence[str], chances: _Chances
) -> Sequence[str]:
    """Return the components that fit a group best: by name and module, by either, else all."""
    pieces = tuple(piece for piece in kind.equipment if key.startswith(piece))
    alike = [one for one in there if one.startswith(pieces)]
    inside = [one for one in there if chances.modules.get(one) == module]
    return [one for one in alike if one in inside] or alike or inside or there


def _of_rates(chances: _Chances) -> Iterator[Fault]:
    """Yield faults of own rates: a kind befalls all its components together, then one is drawn."""
    for key, kind in fault_kinds().items():
        there = chances.components[key]
        if kind.per_year == 0.0 or not there:
            continue
        rate, onset = chances.factor * kind.per_year * len(there) / YEAR, 0.0
        for number in range(MOST_OF_ONE):
            draws = chances.draws(key, number)
            onset += float(-np.log1p(-draws[_WHEN])) / rate
            if onset >= chances.duration:
                break
            component = there[int(draws[_PLACE] * len(there))]
            yield from _with_others(kind, component, onset, draws, f"{key}/{number}", chances)


def _with_others(
    kind: FaultKind, component: str, onset: float, draws: Array, name: str, chances: _Chances
) -> Iterator[Fault]:
    """Yield a fault, and those of the same cause."""
    first = _fault(kind, component, onset, draws, chances)
    if draws[_COMMON] >= kind.common_share:
        yield first
        return
    yield replace(first, group=name)
    for other, place in _others(kind, component, chances):
        more = chances.draws(f"{name}>{other.key}:{place}")
        begins = first.onset + float(np.floor(COMMON_DELAY * more[_DELAY]))
        if begins < chances.duration:
            yield replace(_fault(other, place, begins, more, chances), group=name)


def _others(kind: FaultKind, component: str, chances: _Chances) -> Iterator[tuple[FaultKind, str]]:
    """Yield what comes with a fault: the same on like components, other kinds on this one."""
    for key in kind.common_cause:
        there = chances.components[key]
        if key == kind.key:
            yield from ((kind, place) for place in there if place != component)
        elif component in there:
            yield fault_kinds()[key], component
        elif there:
            yield fault_kinds()[key], there[0]


def _fault(kind: FaultKind, component: str, onset: float, draws: Array, chances: _Chances) -> Fault:
    """Return a fault with its course drawn; whole seconds, so that steps meet its edges."""
    onset = float(np.floor(onset))
    least, _, greatest = sizes_of(kind, component, chances.registry)
    comes_and_goes = draws[_COMES] < kind.intermittent
    sign = -1.0 if kind.both_signs and draws[_SIGN] < 0.5 else 1.0
    lasts = _between(kind.lasts_s, draws[_LASTS])
    return Fault(
        kind.key,
        component,
        onset,
        sign * _size((least, greatest), float(draws[_SIZE]), kind.spread),
        float(np.floor(_between(kind.ramp_s, draws[_RAMP]))),
        onset + max(float(np.floor(lasts)), 1.0) if lasts > 0 else np.inf,
        max(float(np.floor(_between(kind.period_s, draws[_PERIOD]))), 1.0)
        if comes_and_goes
        else 0.0,
        _between(kind.duty, draws[_DUTY]) if comes_and_goes else 1.0,
    )


def _size(ends: tuple[float, float], draw: float, spread: str) -> float:
    least, greatest = ends
    if spread == "log":
        return float(least * (greatest / least) ** draw)
    return _between(ends, draw)


def _between(ends: tuple[float, float], draw: float) -> float:
    return float(ends[0] + (ends[1] - ends[0]) * draw)


def _chosen(kinds: Sequence[FaultKind], draw: float) -> FaultKind:
    """Return one of the kinds by their weights."""
    edges = np.cumsum([kind.share for kind in kinds])
    place = int(np.searchsorted(edges, draw * edges[-1], side="right"))
    return kinds[min(place, len(kinds) - 1)]


def _sharing(key: str) -> list[FaultKind]:
    """Return the kinds that a group of equipment is known for: by the first piece that fits."""
    return [
        kind
        for kind in fault_kinds().values()
        if kind.share > 0 and any(key.startswith(piece) for piece in kind.equipment)
    ]


def _groups(house: House) -> list[tuple[str, Equipment]]:
    """Return the equipment of the modules that are there on the first day."""
    there: set[str] = set()
    for interval in station_intervals(house.programme)[house.station]:
        if interval.first <= house.first_day < interval.last:
            there = set(interval.modules)
    return [
        (key, group)
        for key, group in sorted(house.programme.equipment.items())
        if group.module in there
    ]


def _age(house: House, group: Equipment) -> float:
    """Return the age of a group on the first day. [s]"""
    since = group.installed or _joined(house.programme, group.module)
    return max(house.first_day - days_since_2000(since), 0.0) * SECONDS_PER_DAY


def _joined(programme: Programme, module: str) -> date:
    launched = programme.module[module].launched
    days = [event.date for event in programme.event.values() if module in event.modules]
    return launched or min(days, default=programme.span.first)


def _wear(group: Equipment) -> tuple[float, float]:
    scale = np.inf if group.wear_scale_years is None else group.wear_scale_years * YEAR
    return group.wear_shape, scale


def _lived(group: Equipment, age: float, duration: float) -> float:
    """Return the hazard lived through in the flight. [-]"""
    life = unit_rate(group) / YEAR, *_wear(group)
    return float(cumulative_hazard(age + duration, *life) - cumulative_hazard(age, *life))
