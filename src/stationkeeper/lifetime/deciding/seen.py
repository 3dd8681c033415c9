"""The view of one policy on the world of a month."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.deciding.risk import LEAKING, STATES
from stationkeeper.lifetime.deciding.rules import day_of
from stationkeeper.lifetime.deciding.view import NEVER, View, frozen
from stationkeeper.lifetime.deciding.world import Docked, World
from stationkeeper.lifetime.random_shocks import Struck, halted, sanctioned
from stationkeeper.programme.deciding import Parameter, Policy
from stationkeeper.units import days_since_2000

Flags = NDArray[np.bool_]

_LEAKING: Final = STATES.index(LEAKING)

# What our own rules look at, of what costs time to work out; a rule of a package sees everything.
WANTED: Final[dict[str, frozenset[str]]] = {
    "risk-above-limit": frozenset({"certified"}),
    "own-station-crewed": frozenset({"own_station_ready"}),
    "as-announced": frozenset(),
    "way-home": frozenset({"people"}),
    "all-ready": frozenset(),
    "at-end-of-life": frozenset(),
    "modules-there": frozenset(),
    "deorbit-controlled": frozenset({"ending"}),
    "hand-over": frozenset({"ending"}),
}


def seen_by(
    world: World, rule: str, policy: Policy, parameters: dict[str, Parameter], **asked: Any
) -> View:
    """Return what a rule sees when it is asked for a policy.

    Parameters
    ----------
    world : World
        The month, in all replicas.
    rule : str
        Name of the rule: that of the policy, or of a guard that looks at its act.
    policy : Policy
        Whose act it is.
    parameters : dict
        Of the policy.
    **asked
        What is asked of one module or separation, by name of the field of `View`.

    Returns
    -------
    View
    """
    stage, made, month = world.stage, world.made, world.month
    station, partner, own = policy.station, policy.partner, policy.own_station
    wanted = WANTED.get(rule)

    def wants(name: str) -> bool:
        return wanted is None or name in wanted

    words = stage.words.get((partner, station)) if partner is not None else None
    yearly = stage.risks.yearly.get(station, {})
    state = stage.risks.state.get(station)
    people: list[dict[str, Any]] = [{}, {}, {}, {}]
    if wants("people"):
        leaves = partner if policy.act == "leave" else None
        counts = world.people(station, leaves, policy.act == "end")
        people = [{station: frozen(count)} for count in counts]
    certified = world.some
    if wants("certified"):
        certified = world.certified(station, day_of(parameters, "certified_until", -NEVER))
    own_ready = world.none
    if own is not None and wants("own_station_ready"):
        own_ready = world.own_ready(own)
    notice = world.none
    if words is not None and partner is not None and wants("notice_given"):
        notice = frozen(made.notice[partner, station] <= world.begin)
    event = world.separations.get(own) if own is not None else None
    fields: dict[str, Any] = {
        "month": month,
        "day": world.begin,
        "next_day": world.next,
        "act": policy.act,
        "station": station,
        "partner": partner,
        "own_station": own,
        "replicas": stage.size,
        "yearly_risk": Column(yearly, month),
        "leak_beyond_limit": world.none
        if state is None or not wants("leak_beyond_limit")
        else frozen(np.asarray(state[:, month] == _LEAKING)),
        "station_there": world.there(station),
        "docked": Docked(world),
        "certified": frozen(certified),
        "own_station_there": world.none
        if own is None or not wants("own_station_there")
        else frozen(np.asarray(made.begun[own] <= world.begin)),
        "own_station_ready": frozen(own_ready),
        "people": people[0],
        "seats_home": people[1],
        "people_after": people[2],
        "seats_after": people[3],
        "notice_days": words.notice_days if words is not None else 0.0,
        "committed_until": words.committed_until if words is not None else -NEVER,
        "announced": words.announced if words is not None else {},
        "notice_given": notice,
        "ending": frozen(world.begin - made.decided[station]) if wants("ending") else world.never,
        "end_ship_docked": world.some if stage.end_ships[station] <= world.begin else world.none,
        "separation_ready": world.none,
        "separation_not_before": NEVER if event is None else float(days_since_2000(event.date)),
        "cooperation_halted": _struck(
            world, halted, partner if wants("cooperation_halted") else None
        ),
        "sanctioned": _struck(world, sanctioned, partner if wants("sanctioned") else None),
        "module": None,
        "module_ready": world.none,
        "module_life_ends": world.never,
        "launches_in_year": world.whole,
    }
    for name, value in asked.items():
        fields[name] = frozen(value) if isinstance(value, np.ndarray) else value
    view = object.__new__(View)  # as its constructor does, in a third of the time
    view.__dict__.update(fields)
    return view


def _struck(
    world: World, asked: Callable[[Mapping[str, Struck], str, float], Flags], partner: str | None
) -> Flags:
    if partner is None or not world.stage.shocks:
        return world.none
    found = asked(world.stage.shocks, partner, world.begin)
    return frozen(np.broadcast_to(found, world.none.shape))


class Column(Mapping[str, NDArray[np.float32]]):
    """One month of tables by name, (R,) each, cut out when asked for."""

    def __init__(self, tables: Mapping[str, NDArray[np.float32]], month: int) -> None:
        self._tables, self._month = tables, month

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return frozen(self._tables[name][:, self._month])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
