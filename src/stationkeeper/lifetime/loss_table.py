"""Which functions end when a partner withdraws, after how many days, and what would bridge it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.lifetime.withdrawals import (
    command_returns_on,
    is_applied,
    stations_left,
    withdrawn,
)
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.function_graph import (
    ProviderDays,
    functions_of,
    functions_there,
    provider_days,
)
from stationkeeper.programme.functions import Function, Provider
from stationkeeper.units import days_since_2000

Array = NDArray[np.float64]

QUANTILES: Final = (0.05, 0.5, 0.95)
NOTHING: Final = "nothing bridges it"
_YEAR: Final = 365  # [d] a ship that has not come for so long no longer counts; our choice
FALL: Final = "the fall to 200 km"


@dataclass(frozen=True)
class LossRow:
    """What a withdrawal makes of one function of a station."""

    function: str
    """Key of the function."""
    title: str
    """Name as people say it."""
    needed_by: str
    """What its loss ends: station, crew or work."""
    providers_before: tuple[str, ...]
    """Ways in which it was provided without the withdrawal, on that day."""
    providers_after: tuple[str, ...]
    """Ways that remain on the first day without the partner."""
    lost: bool
    """It was provided, and no way remains on that day."""
    days: tuple[float, float, float]
    """Days from then until it is felt: until what bridges it is used up, for the orbit until
    200 km. Quantiles 5, 50 and 95 % over the replicas; infinite if nothing ends it. [d]"""
    limited_by: str
    """The store that is empty first in most replicas; empty if the function is not lost."""
    back_in_days: float
    """Days until it is provided again on paper, infinite if never in the span; 0 if it is not
    lost. [d]"""
    share_felt: float
    """Share of the replicas in which what bridges it does not last until then. [-]"""
    in_place_first: tuple[str, ...]
    """What would have to be there before the day for it not to be felt."""

    def as_document(self) -> dict[str, Any]:
        """Return the row as plain data, infinite days as None."""
        found = asdict(self)
        found["days"] = [day if np.isfinite(day) else None for day in self.days]
        if not np.isfinite(self.back_in_days):
            found["back_in_days"] = None
        return found


def loss_table(
    programme: Programme,
    station: str,
    day: int,
    levels: Mapping[str, Array],
    net_use: Mapping[str, Array],
    altitude_days: Array,
    original: Programme | None = None,
) -> list[LossRow]:
    """Say what becomes of each function of a station on the day of a withdrawal.

    Which ways of providing a function remain is read from the document: command, modules, docked
    ships and the functions they need; equipment is taken to work and tanks to hold propellant.
    How long it takes until a loss is felt comes from the run: from the stores and their use then,
    and from the fall of the orbit.

    Parameters
    ----------
    programme : Programme
        The document, with or without its withdrawals applied. With them, what was provided before
        is that of the day before.
    station : str
        Key of the station.
    day : int
        First day without the partner, days since 2000-01-01. [d]
    levels : mapping of str to ndarray, (replica,)
        What each store holds at the begin of that day. Its own unit; NaN without a station.
    net_use : mapping of str to ndarray, (replica,)
        What each store loses a day from then on, the partner gone: use less what still spares or
        fills it. Its own unit a day; not above 0 if it does not run down.
    altitude_days : ndarray, (replica,)
        Days from then until 200 km without a burn; infinite if longer than was looked at. [d]
    original : Programme, optional
        The document before its withdrawals were applied: what was provided before a withdrawal on
        the first day of the span is told of it alone.

    Returns
    -------
    list of LossRow
        One for each function of the station, those that others need first.

    Raises
    ------
    InputError
        If the day is outside the span, there is no such station, or a bridging store is missing.

    Notes
    -----
    Replicas whose figures are NaN, since they have no station then, are left out of the quantiles;
    with none left the days are NaN.
    """
    place = day - days_since_2000(programme.span.first)
    if station not in programme.station or not 0 <= place < _length(programme):
        raise InputError(
            f"days to loss: given station {station!r} and day {day}; expected a station of the "
            f"programme and a day from {programme.span.first} to {programme.span.last}"
        )
    flown = withdrawn(programme)
    paper = provider_days(flown, station, flights=all_flights(flown))
    up, ways = functions_there(flown, station, paper)
    # Those after the span are never applied, the others all at once.
    if any(is_applied(programme, partner) for partner in programme.withdraw):
        before, then = ways, max(place - 1, 0)
        if place == 0 and original is not None:
            before = functions_there(original, station)[1]
    else:
        before, then = functions_there(programme, station)[1], place
    rows = []
    for key in up:
        function = functions_of(flown, station)[key]
        had = tuple(n for f, n in before if f == key and before[f, n][then])
        has = tuple(n for f, n in ways if f == key and ways[f, n][place])
        lost = bool(had) and not up[key][place]  # nobody misses what nobody asks for
        days, limited_by = _bridged(function, levels, net_use, altitude_days)
        back = 0.0
        if lost:
            later = np.flatnonzero(up[key][place:])
            back = float(later[0]) if later.size else np.inf
        else:
            days, limited_by = np.full(days.shape, np.inf), ""
        known = days[~np.isnan(days)]
        rows.append(
            LossRow(
                function=key,
                title=function.title,
                needed_by=function.needed_by,
                providers_before=had,
                providers_after=has,
                lost=lost,
                days=_quantiles(known),
                limited_by=limited_by,
                back_in_days=back,
                share_felt=float(np.mean(known < back)) if lost and known.size else 0.0,
                in_place_first=_in_place_first(flown, key, function, place, paper, up, levels)
                if lost
                else (),
            )
        )
    return rows


def _length(programme: Programme) -> int:
    return (programme.span.last - programme.span.first).days + 1


def _bridged(
    function: Function,
    levels: Mapping[str, Array],
    net_use: Mapping[str, Array],
    altitude_days: Array,
) -> tuple[Array, str]:
    """Return the days for which a function is bridged in each replica, and by what."""
    if function.kind == "orbit":
        return np.asarray(altitude_days, dtype=np.float64), FALL
    if not function.bridge:
        return np.where(np.isnan(altitude_days), np.nan, 0.0), NOTHING
    for store in function.bridge:
        if store not in levels or store not in net_use:
            raise InputError(f"days to loss: expected the level and net use of store {store!r}")
    lasting = np.stack([_days_left(levels[s], net_use[s]) for s in function.bridge])
    first = np.nanargmin(np.where(np.isnan(lasting), np.inf, lasting), axis=0)
    most = int(np.bincount(first, minlength=len(function.bridge)).argmax())
    return np.min(lasting, axis=0), function.bridge[most]


def _days_left(level: Array, use: Array) -> Array:
    """Return the days until a store is empty; infinite where it does not run down."""
    level, use = np.broadcast_arrays(
        np.asarray(level, dtype=np.float64), np.asarray(use, dtype=np.float64)
    )
    days = np.full(level.shape, np.inf)
    np.divide(np.maximum(level, 0.0), use, out=days, where=use > 0)
    days[np.isnan(level) | np.isnan(use)] = np.nan
    return days


def _quantiles(days: Array) -> tuple[float, float, float]:
    if not days.size:
        return (np.nan, np.nan, np.nan)
    # No quantile between two replicas: between a number and infinity there is none.
    low, middle, high = np.quantile(days, QUANTILES, method="inverted_cdf")
    return float(low), float(middle), float(high)


def _in_place_first(
    programme: Programme,
    key: str,
    function: Function,
    place: int,
    paper: Mapping[tuple[str, str], ProviderDays],
    up: Mapping[str, NDArray[np.bool_]],
    levels: Mapping[str, Array],
) -> tuple[str, ...]:
    """Return what would have kept a function, as far as the document and the stores tell."""
    found: dict[str, None] = {}
    for name, way in function.provider.items():
        there = paper[key, name]
        needs = [need for need in way.needs if need in up and not up[need][place]]
        if not there.command[place]:
            told = _command(programme, function, name, way, there, place)
        elif not there.ships[place]:
            if not there.ships[max(place - _YEAR, 0) :].any():
                continue  # a class of ship that has not come for long
            told = f"{name}: a docked {' or '.join(way.ships)}"
            told += _from(programme, there.ships, place)
        elif not there.modules[place]:
            told = f"{name}: its modules at the station" + _from(programme, there.modules, place)
            if not there.modules[place:].any():
                continue  # they are gone for good, or never come
        else:
            told = f"{name}: {', '.join(needs)}"
        if told:
            found[told] = None
    for store in function.bridge:
        kept = programme.store[store]
        level = levels[store][~np.isnan(levels[store])]
        if level.size and (middle := float(np.median(level))) < kept.capacity:
            text = f"more of {store}: {middle:,.4g} of {kept.capacity:,.4g} {kept.unit} aboard"
            found[text] = None
    return tuple(found)


def _command(
    programme: Programme,
    function: Function,
    name: str,
    way: Provider,
    there: ProviderDays,
    place: int,
) -> str:
    """Return who would have to command a way that nobody commands on a day."""
    day = programme.span.first + timedelta(days=place)
    if way.since is not None and way.since > day:
        return f"{name}: there from {way.since}, commanded by {way.commanded_by}"
    parting = programme.withdraw.get(way.commanded_by)
    if parting is None or parting.date > day or not there.modules[place]:
        return ""  # it has ended by itself, or has nothing to command
    if way.until is not None and way.until < parting.date - timedelta(days=1):
        return ""  # it had ended before
    if (ready := command_returns_on(parting)) is not None:
        return f"{name}: command by {parting.to} before {ready}"
    partners = programme.station[function.station].partners
    others = [
        other
        for other in partners
        if other not in programme.withdraw or programme.withdraw[other].date > day
    ]
    return f"{name}: command by {' or '.join(others)}" if others else ""


def _from(programme: Programme, days: NDArray[np.bool_], place: int) -> str:
    """Return from when on something is there that is not there on a day."""
    later = np.flatnonzero(days[place:])
    if not later.size:
        return ", which no longer comes"
    return f", there from {programme.span.first + timedelta(days=place + int(later[0]))}"


def loss_days_of(programme: Programme) -> dict[tuple[str, str], int]:
    """Return the day of each withdrawal at each station concerned, within the span.

    Returns
    -------
    dict of (str, str) to int
        By partner and station: days since 2000-01-01. [d]
    """
    first, last = programme.span.first, programme.span.last
    return {
        (partner, station): days_since_2000(parting.date)
        for partner, parting in programme.withdraw.items()
        for station in stations_left(programme, partner)
        if first <= parting.date <= last
    }
