"""Shocks without a date: when they strike in each replica, and what launches make of them.

Days are counted from 2000-01-01T00:00 UTC. Loss of cargo flights, by flight, is drawn for the days
of a station (`stationkeeper.lifetime.lost_cargo`); drawn here is all that strikes so many times a
year.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.deciding import Random
from stationkeeper.programme.document import Programme
from stationkeeper.programme.recorded import recorded_until
from stationkeeper.programme.traffic import Flight
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DRAWS = 2  # a strike takes one for the wait before it, one for how long it lasts
_AT_ONCE = 8  # strikes dealt at a time, until all replicas are past the last day


@dataclass(frozen=True)
class Struck:
    """When a random shock strikes in some replicas.

    `starts` (R, n) in order, NaN beyond the last, and `lasts` (R, n) [d], NaN alike. For a late
    module `lasts` is the delay that each strike adds.
    """

    shock: Random
    starts: Array
    lasts: Array


def draw_shocks(
    programme: Programme,
    first_day: float,
    days: float,
    seed: int,
    replicas: NDArray[np.integer],
) -> dict[str, Struck]:
    """Draw when the random shocks of a programme strike.

    Strikes of one shock come as a Poisson process, at `per_year`; how long each lasts is evenly
    drawn from `lasts_days`. A shock that began before the first day is left out, and so are shocks
    that strike by flight (`chance_per_flight`).

    Parameters
    ----------
    programme : Programme
        A checked programme.
    first_day : float
        First day on which one may strike. [d]
    days : float
        Length of the span, >= 0. [d]
    seed : int
        Seed of the run. [-]
    replicas : ndarray of int, (R,)
        Numbers of the replicas. [-]

    Returns
    -------
    dict of str to Struck
        By key of the shock, in the order of the keys.

    Notes
    -----
    A replica is dealt the same whatever the others are, and what a longer span adds comes after
    what a shorter one has. Counts and durations agree with the Poisson and even distributions to
    three standard errors in tests/unit/test_random_shocks.py.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> draw_shocks(read_programme("iss"), 0.0, 365.0, 1, np.arange(3))
    {}
    """
    return {
        key: _struck(key, random, first_day, days, seed, np.asarray(replicas))
        for key, random in sorted(programme.random.items())
        if random.per_year is not None
    }


def _struck(
    key: str,
    random: Random,
    first_day: float,
    days: float,
    seed: int,
    replicas: NDArray[np.integer],
) -> Struck:
    rate = (random.per_year or 0.0) / DAYS_PER_YEAR
    nothing = np.full((replicas.size, 0), np.nan)
    if rate == 0.0 or replicas.size == 0:
        return Struck(random, nothing, nothing)
    component = component_number(f"random.{key}")
    shortest, longest = random.lasts_days or (0.0, 0.0)
    waits, lasts = nothing, nothing
    at = np.zeros(replicas.size)
    while at.min() < days:
        draws = uniforms(
            seed,
            replicas,
            Purpose.SHOCKS,
            component,
            first_event=_DRAWS * waits.shape[1],
            count=_DRAWS * _AT_ONCE,
        )
        waits = np.hstack([waits, -np.log1p(-draws[:, 0::2]) / rate])
        lasts = np.hstack([lasts, shortest + (longest - shortest) * draws[:, 1::2]])
        at = waits.sum(axis=1)
    after = np.cumsum(waits, axis=1)
    within = after < days
    width = int(within.sum(axis=1).max()) if within.size else 0
    return Struck(
        random,
        np.where(within, first_day + after, np.nan)[:, :width],
        np.where(within, lasts, np.nan)[:, :width],
    )


def launch_delay(
    programme: Programme,
    shocks: Mapping[str, Struck],
    launcher: str | None,
    site: str | None,
    wanted_day: ArrayLike,
    *,
    ship: str | None = None,
    station: str | None = None,
) -> Array:
    """Return the first day, not before the wanted one, on which a launch can go.

    It waits while its launcher or its class of ship is grounded or its site is closed, by dated
    shocks of the document and by random ones. A pad that is closed for some ships or launchers
    alone keeps the others waiting for nothing. Queues of launches after a grounding are left out.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    shocks : mapping of str to Struck
        From `draw_shocks`.
    launcher, site : str or None
        Of the launch; None is not concerned by shocks of any.
    wanted_day : array_like, () or (R,)
        Day on which it is wanted; NaN stays NaN. [d]
    ship : str, optional
        Class of ship launched, if any.
    station : str, optional
        Station to which it goes; if given, dated shocks that concern others do not keep it.

    Returns
    -------
    ndarray, (R,) or the shape of `wanted_day` if no random shock concerns the launch
        Infinite if what keeps it has no end. [d]
    """
    found = np.array(wanted_day, np.float64)
    dated = [one for one in programme.shock.values() if station in (None, one.station)]
    spans = list(_closed(dated, launcher, site, ship))
    for struck in shocks.values():
        if concerns(struck.shock, launcher, site, ship):
            found = np.array(np.broadcast_to(found, struck.starts.shape[:1]), np.float64)
            spans += [
                (first, first + last)
                for first, last in zip(struck.starts.T, struck.lasts.T, strict=True)
            ]
    waiting = True
    while waiting:  # the end of one may lie within another
        before = found
        for first, end in spans:
            found = np.where((first <= found) & (found < end), end, found)
        waiting = not np.array_equal(before, found, equal_nan=True)
    return found


def _closed(
    shocks: Iterable[Shock], launcher: str | None, site: str | None, ship: str | None
) -> Iterator[tuple[Array, Array]]:
    """First days, and first days after, of the dated shocks that keep a launch."""
    for shock in shocks:
        if concerns(shock, launcher, site, ship):
            end = np.inf if shock.until is None else days_since_2000(shock.until) + 1.0
            yield np.asarray(float(days_since_2000(shock.date))), np.asarray(end)


def concerns(
    shock: Shock | Random, launcher: str | None, site: str | None, ship: str | None
) -> bool:
    """Whether a shock keeps a launch from going."""
    if shock.kind == "grounded":
        return launcher in shock.launchers or ship in shock.ships
    if shock.kind != "pad-closed" or site is None or site != shock.site:
        return False
    chosen = shock.launchers or shock.ships
    return not chosen or launcher in shock.launchers or ship in shock.ships


def module_late(shocks: Mapping[str, Struck], module: str, wanted_day: ArrayLike) -> Array:
    """Return by how much the launch of a module is late, by random shocks.

    Every strike before its launch adds its delay, those during an earlier delay too. Dated delays
    are in the document already (`stationkeeper.lifetime.shaken`).

    Parameters
    ----------
    shocks : mapping of str to Struck
        From `draw_shocks`.
    module : str
        Key of the module.
    wanted_day : array_like, () or (R,)
        Day of launch without them. [d]

    Returns
    -------
    ndarray, (R,) or the shape of `wanted_day` if no shock concerns the module
        Delay, >= 0. [d]
    """
    wanted = np.asarray(wanted_day, np.float64)
    starts, lasts = [], []
    for struck in shocks.values():
        if struck.shock.kind == "module-late" and module in struck.shock.modules:
            starts.append(struck.starts)
            lasts.append(struck.lasts)
    if not starts:
        return np.zeros(wanted.shape)
    first, delay = np.hstack(starts), np.hstack(lasts)
    order = np.argsort(first, axis=1, kind="stable")  # NaN come last
    first = np.take_along_axis(first, order, axis=1)
    delay = np.take_along_axis(delay, order, axis=1)
    late = np.zeros(first.shape[0])
    for strike in range(first.shape[1]):
        late += np.where(first[:, strike] <= wanted + late, delay[:, strike], 0.0)
    return late


def halted(shocks: Mapping[str, Struck], partner: str, day: ArrayLike) -> Flags:
    """Return whether cooperation with a partner is halted on a day, by random shocks.

    Parameters
    ----------
    shocks : mapping of str to Struck
        From `draw_shocks`.
    partner : str
        Key of the partner.
    day : array_like, () or (R,)
        Day asked for. [d]

    Returns
    -------
    ndarray of bool, (R,) or the shape of `day` if no shock concerns the partner
    """
    return _during(shocks, "cooperation-halted", partner, day)


def sanctioned(shocks: Mapping[str, Struck], partner: str, day: ArrayLike) -> Flags:
    """Return whether parts for a partner do not come on a day, by random shocks; as `halted`."""
    return _during(shocks, "sanction", partner, day)


def _during(shocks: Mapping[str, Struck], kind: str, partner: str, day: ArrayLike) -> Flags:
    asked = np.asarray(day, np.float64)
    found = np.zeros(asked.shape, np.bool_)
    for struck in shocks.values():
        if struck.shock.kind == kind and partner in struck.shock.partners:
            after = asked[..., None] - struck.starts
            found = found | ((after >= 0.0) & (after < struck.lasts)).any(axis=1)
    return found


def last_recorded_day(programme: Programme) -> date:
    """Return the day after which flights are plans: that of knowledge, or the last flown launch.

    The day before the span for a programme in which nothing has flown.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> last_recorded_day(read_programme("iss-to-ros")).year
    2026
    """
    return recorded_until(programme, programme.span.first - timedelta(days=1))


def chances_of_loss(programme: Programme, flights: Mapping[str, Flight]) -> dict[str, float]:
    """Return the chance of each planned cargo flight to be lost on the way, if it has one.

    Parameters
    ----------
    programme : Programme
        A checked programme; its `random` shocks of kind ``flight-lost`` count.
    flights : mapping of str to Flight
        Flights, traffic expanded.

    Returns
    -------
    dict of str to float
        By flight; those of several shocks are taken as independent. Ships with seats are left out,
        and what docks by the last day of the record. [-]
    """
    safe: dict[str, float] = {}
    for shock in programme.random.values():
        if shock.kind == "flight-lost" and shock.chance_per_flight is not None:
            for ship in shock.ships:
                if programme.ship[ship].seats == 0:
                    safe[ship] = safe.get(ship, 1.0) * (1.0 - shock.chance_per_flight)
    if not safe:
        return {}
    recorded = last_recorded_day(programme)
    return {
        key: 1.0 - safe[flight.ship]
        for key, flight in flights.items()
        if flight.ship in safe and flight.status == "planned" and flight.docked > recorded
    }
