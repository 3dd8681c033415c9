"""How long a person may stay, by launch day and nation, under the dated dose limits.

Read from the dose model and the limits of each nation's agency, never a constant. Quiet time only:
flares and storms are not in the model. See `docs/explanation/dose.md`.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.crew.dose import (
    NORMAL_90,
    calibration_sigma,
    dose_rate_table,
    dose_rates,
    solar_state,
)
from stationkeeper.crew.limits import PERIOD_DAYS, Limit, limits
from stationkeeper.environment.solar_activity import (
    CYCLE_MINIMA,
    SolarIndices,
    cycles_needed,
    draw_futures,
    predicted_rows,
)
from stationkeeper.environment.tables import solar_indices
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.prepare import wall_thickness
from stationkeeper.programme.document import Programme
from stationkeeper.programme.nations import EUROPE
from stationkeeper.programme.reference import reference_table
from stationkeeper.units import DAY, MILLI, date_from_days, days_since_2000

Array = NDArray[np.float64]
Days = NDArray[np.int64]

LONGEST_STAY: Final = 20_000  # [d] as far as a programme can ask; stands for "no dose limit"
COMPARED: Final = "mSv"  # the unit of the model's dose equivalent; no other limit is set beside it
NO_LIMIT: Final = -1

READING: Final = (
    "Limits in millisievert are held against the dose equivalent at a point that the model gives:"
    " effective dose is set beside it as it is, and is never turned into it (on STS-91 it was 0.9"
    " of it). Limits in gray-equivalent are not compared. Career limits count earlier flights as"
    " zero. The limits are those of the launch day. Where a limit depends on the person, the lowest"
    " holds. The middle value of the model is taken, without its band. Quiet time: flares and"
    " storms are not in it."
)


@dataclass(frozen=True)
class StayLimits:
    """Longest stays on one station by nation and launch day.

    Attributes
    ----------
    station : str
        Key of the station.
    first_day : int
        First launch day. [d since 2000]
    nations : tuple of str
        In alphabetical order.
    longest : ndarray of int, (nation, days)
        Whole days from launch to landing, at most `LONGEST_STAY`, which also stands for no limit.
        Contested limits count if `contested` says so. [d]
    binding : ndarray of int, (nation, days)
        Place in `limits` of the limit that ends the stay, or -1. [-]
    longest_contested, binding_contested : ndarray of int, (nation, days)
        The same with contested limits counted, to be shown beside. [d], [-]
    limits : tuple of Limit
        All that were held against the dose, in force and contested.
    not_compared : tuple of Limit
        Limits of these agencies in another quantity, or only proposed.
    contested : bool
        Contested limits count in `longest`.
    rate : ndarray, (days + LONGEST_STAY,)
        Dose equivalent inside on each day from `first_day` on. [Sv/s]
    predicted_from : int
        First day whose Sun is not recorded. [d since 2000]
    known_by : int or None
        Day of knowledge: limits whose source appeared later are left out. [d since 2000]
    factor : float
        Half-width of the 90 % band of the model, as a factor on the rate. [-]
    """

    station: str
    first_day: int
    nations: tuple[str, ...]
    longest: Days
    binding: Days
    longest_contested: Days
    binding_contested: Days
    limits: tuple[Limit, ...]
    not_compared: tuple[Limit, ...]
    contested: bool
    rate: Array
    predicted_from: int
    known_by: int | None
    factor: float

    def by_nation(self) -> dict[str, Days]:
        """Return the longest stays by launch day of the nations with a limit on some day."""
        return {
            nation: longest
            for nation, longest, binding in zip(
                self.nations, self.longest, self.binding, strict=True
            )
            if (binding != NO_LIMIT).any()
        }

    def as_document(self) -> dict[str, dict[str, Any]]:
        """Return, by nation, the range of the longest stays and the limit behind the shortest.

        ``days`` and ``days_at_most`` are the shortest and longest over the launch days, null where
        no limit holds on any or on some of them; ``contested_days`` is the shortest with contested
        limits counted.
        """
        found = {}
        for row, nation in enumerate(self.nations):
            contested = _range(
                self.longest_contested[row], self.binding_contested[row], self.limits
            )
            found[nation] = {
                **_range(self.longest[row], self.binding[row], self.limits),
                "contested_days": contested["days"],
                "contested_limit": contested["limit"],
            }
        return found

    def words(self) -> str:
        """Say in a few sentences what was read, from what, and what is left out."""
        days = self.longest.shape[1]
        daily = self.rate[:days] * DAY / MILLI
        until = date_from_days(self.predicted_from - 1)
        choice = "count" if self.contested else "are shown beside and do not count"
        known = (
            ""
            if self.known_by is None
            else (
                f" Limits whose source appeared after {date_from_days(self.known_by)} are left out."
            )
        )
        return (
            f"Stays on {self.station}: dose equivalent {daily.min():.2f} to {daily.max():.2f} mSv/d"
            f" on the launch days, within a factor {self.factor:.2g}; Sun recorded to {until}."
            f" Contested limits {choice}. {READING}{known}"
        )


def stay_limits(
    programme: Programme,
    station: str,
    first: date,
    days: int,
    progress: Callable[[str], None] | None = None,
    *,
    contested: bool = False,
) -> StayLimits:
    """Longest stay that the dated dose limits allow, by nation and launch day.

    The dose rate is that of a run: the station's inclination, wall and wanted altitudes, recorded
    Sun to its end and the published prediction after it. With an earlier day of knowledge the days
    after it take the mean over the solar cycles recorded by then, and only limits known then hold.
    Beyond the span of the programme the first or last altitude goes on, also after a planned end.

    Left out: flares and storms, earlier flights, spacewalks, the person's place inside.

    Parameters
    ----------
    programme : Programme
        A checked programme.
    station : str
        Key of a station with modules in the span.
    first : date
        First launch day.
    days : int
        Launch days, at least one. [d]
    progress : callable, optional
        Told in words what is done.
    contested : bool
        Limits on which sources disagree whether they are in force count too. Our choice is that
        they do not, unless asked for.

    Returns
    -------
    StayLimits
        All nations of partners, crews, regular traffic, rotations and agreements.

    Raises
    ------
    InputError
        If the station has no module in the span, or the days begin before the solar record.

    Notes
    -----
    About 1 s the first time, 0.3 s after; no table of the atmosphere is needed.
    A plain loop over days is the oracle in the tests.

    The 10 to 11 months published for a polar station (vpk.name/news/607714) are not found: they ask
    for 0.9 mSv/d under the contested 300 mSv a year, or 1.5 under the 500 in force, and the model
    has 0.4 to 0.6 there in quiet time. Flares, which reach that orbit freely, are not in it.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> found = stay_limits(read_programme("iss"), "iss", date(2020, 1, 1), 30)
    >>> row = found.nations.index("RUS")
    >>> 700 < int(found.longest[row].min()) < 5_000  # days of quiet time
    True
    """
    if days < 1:
        raise InputError(f"days: given {days}, expected at least 1")
    say = progress or (lambda text: None)
    say(f"dose along the orbit of {station}")
    begin = days_since_2000(first)
    rate, predicted_from, inclination = _daily_rate(programme, station, begin, days + LONGEST_STAY)
    known_by = None if programme.as_known is None else days_since_2000(programme.as_known)
    agencies = agencies_by_nation(programme)
    nations = tuple(sorted(nations_of(programme)))
    held: list[Limit] = []
    apart: list[Limit] = []
    longest, binding = (np.full((2, len(nations), days), value) for value in (LONGEST_STAY, -1))
    dose = np.concatenate([[0.0], np.cumsum(rate * DAY)])
    launch = begin + np.arange(days)
    for limit in _limits_between(set(agencies.values()), begin, begin + days - 1, known_by):
        if limit.unit != COMPARED or limit.status == "proposed":
            apart.append(limit)
            continue
        place = len(held)
        held.append(limit)
        stay = longest_stays(dose, limit.value, PERIOD_DAYS[limit.period], days)
        holds = (launch >= limit.valid_from) & (launch <= limit.valid_until)
        for row, nation in enumerate(nations):
            if agencies.get(nation) != limit.agency:
                continue
            for layer in (0, 1) if limit.status == "in force" else (1,):
                shorter = holds & (stay < longest[layer, row])
                longest[layer, row, shorter] = stay[shorter]
                binding[layer, row, shorter] = place
    chosen = 1 if contested else 0
    return StayLimits(
        station=station,
        first_day=begin,
        nations=nations,
        longest=longest[chosen],
        binding=binding[chosen],
        longest_contested=longest[1],
        binding_contested=binding[1],
        limits=tuple(held),
        not_compared=tuple(apart),
        contested=contested,
        rate=rate,
        predicted_from=predicted_from,
        known_by=known_by,
        factor=float(np.exp(NORMAL_90 * calibration_sigma(inclination))),
    )


def longest_stays(dose: ArrayLike, limit: float, period: float, days: int) -> NDArray[np.int64]:
    """Longest stay from each of the first days in which no window of a period exceeds a limit.

    Parameters
    ----------
    dose : array_like, (n + 1,)
        Dose gathered up to the start of each day, rising. [any]
    limit : float
        Most dose in any window of the stay, in the unit of `dose`.
    period : float
        Length of the windows; infinite for a career. [d]
    days : int
        Launch days, at most n. [d]

    Returns
    -------
    ndarray of int, (days,)
        Whole days, at most `LONGEST_STAY`, which is also given where `dose` ends before the limit
        is reached. [d]

    Examples
    --------
    >>> longest_stays(np.arange(11.0), 3.0, np.inf, 2).tolist()  # one a day, three in all
    [3, 3]
    >>> longest_stays([0, 1, 2, 5, 6], 2.0, 2, 2).tolist()  # three on the third day
    [2, 1]
    """
    gathered = np.asarray(dose, dtype=np.float64)
    start = np.arange(gathered.size)
    # The last day at whose start a window from each day is still within the limit.
    end = np.searchsorted(gathered, gathered + limit, side="right") - 1
    exceeded = (end < gathered.size - 1) & (end - start < period)
    never = gathered.size + LONGEST_STAY
    # A stay ends with the first window inside it that would exceed the limit.
    ends = np.minimum.accumulate(np.where(exceeded, end, never)[::-1])[::-1]
    return np.minimum(ends[:days] - start[:days], LONGEST_STAY)


def agencies_by_nation(programme: Programme) -> dict[str, str]:
    """Return the agency whose dose limits apply to the people of each nation.

    Of several partners of one nation the first that names an agency; people of European nations
    without a partner of their own are those of the first European partner that names one.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> agencies = agencies_by_nation(read_programme("iss"))
    >>> agencies["RUS"], agencies["ITA"], agencies.get("BRA")
    ('roscosmos', 'esa', None)
    """
    found: dict[str, str] = {}
    european: str | None = None
    for partner in programme.partner.values():
        if partner.dose_limits is None:
            continue
        found.setdefault(partner.nation, partner.dose_limits)
        if partner.nation in EUROPE and european is None:
            european = partner.dose_limits
    if european is not None:
        for nation in sorted(EUROPE):
            found.setdefault(nation, european)
    return found


def nations_of(programme: Programme) -> set[str]:
    """Return the nations of partners, crews, regular traffic, rotations and agreements."""
    found = {partner.nation for partner in programme.partner.values()}
    for crew in programme.crew.values():
        found |= set(crew.seats)
    for series in programme.traffic.values():
        found |= set(series.seats)
    for rotation in programme.rotation.values():
        found.update(*rotation.mixes)
    for agreement in programme.agreement.values():
        found |= set(agreement.seats_on.values()) | set(agreement.nations)
    return found


def _limits_between(
    agencies: AbstractSet[str], first: int, last: int, known_by: int | None
) -> list[Limit]:
    """Return the limits of some agencies that hold on a day of a span, in force first."""
    order = ("in force", "contested", "proposed")
    found = [
        limit
        for limit in limits()
        if limit.agency in agencies
        and limit.valid_from <= last
        and limit.valid_until >= first
        and (known_by is None or limit.known_on <= known_by)
    ]
    return sorted(found, key=lambda limit: (order.index(limit.status), limit.agency))


def _daily_rate(
    programme: Programme, station: str, begin: int, count: int
) -> tuple[Array, int, float]:
    """Dose equivalent inside by day [Sv/s], the first day not recorded, the inclination [rad]."""
    assembled = assemble(programme, reference_table)
    flown = next((one for one in assembled.stations if one.key == station), None)
    if flown is None:
        raise InputError(
            f"station.{station}: given a station without modules from {programme.span.first} to"
            f" {programme.span.last}, expected one of {', '.join(assembled.keys)}"
        )
    calendar = assembled.calendar
    places = np.clip(begin + np.arange(count) - calendar.first_day, 0, calendar.days - 1)
    altitude = flown.mean_altitude[places]
    inclination = float(np.radians(flown.station.orbit.inclination_deg))
    sun = solar_indices()
    until = sun.observed_until
    if programme.sun.observed_until is not None:
        until = min(until, days_since_2000(programme.sun.observed_until))
    try:
        rows = _solar_rows(sun, until, begin, count)
    except DomainError as error:
        raise InputError(
            f"stays on {station} from {date_from_days(begin)}: the Sun is recorded from"
            f" {date_from_days(float(sun.day[0]))} on and known until {date_from_days(until)}:"
            f" {error}"
        ) from None
    table = dose_rate_table(trapped_table(), inclination, wall_thickness(flown))
    modulation, phase = solar_state(sun.sunspot, sun.f107)
    rate = np.zeros(count)
    for row in rows:
        series = dose_rates(table, altitude, modulation[row], phase[row])
        rate += (series.gcr_equivalent + series.trapped_equivalent) / len(rows)
    return rate, until + 1, inclination


def _solar_rows(sun: SolarIndices, until: int, begin: int, count: int) -> NDArray[np.int32]:
    """Return the recorded day behind each day: one row, or one for each cycle known by a day."""
    if until >= sun.observed_until:
        return predicted_rows(int(sun.day[0]), sun.day.size, begin, count)[None, :]
    cycles = sum(int(sun.day[0]) <= day <= until for day in CYCLE_MINIMA) - 1
    chances = (np.arange(max(cycles, 1)) + 0.5) / max(cycles, 1)
    draws = np.repeat(chances[:, None], cycles_needed(max(begin - until - 1, 0) + count), axis=1)
    return draw_futures(CYCLE_MINIMA, int(sun.day[0]), until, begin, count, draws)


def _range(longest: Days, binding: Days, limits: tuple[Limit, ...]) -> dict[str, Any]:
    """Return the shortest and longest of some stays, and the limits behind them."""
    known = binding != NO_LIMIT
    if not known.any():
        return {"days": None, "days_at_most": None, "limit": None, "status": None, "source": None}
    at = int(np.argmin(np.where(known, longest, LONGEST_STAY + 1)))
    limit = limits[int(binding[at])]
    return {
        "days": int(longest[at]),
        "days_at_most": int(longest.max()) if known.all() else None,
        "limit": f"{limit.value / MILLI:g} mSv, {limit.quantity}, {limit.period}, {limit.agency}",
        "status": limit.status,
        "source": f"{limit.source} ({limit.confidence})",
    }
