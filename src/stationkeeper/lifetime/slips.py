"""Slips of planned launches: what past announcements tell, as known on a day, and draws from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.campaign.draws import Purpose, component_number, uniforms
from stationkeeper.errors import InputError
from stationkeeper.lifetime.slip_fit import (
    EARLIEST_CAP,
    EARLIEST_SHARE,
    REFERENCE_LEAD,
    fit_laws,
    hazard_passed,
    mixed_chance,
    mixed_quantiles,
    slip_at_hazard,
)
from stationkeeper.programme.document import Programme
from stationkeeper.programme.hardware import Module
from stationkeeper.programme.record import Statement
from stationkeeper.programme.reference import reference_table

Array = NDArray[np.float64]

TABLE_DAY: Final = date(2026, 11, 22)  # the table tells what had flown by this day
SETS: Final = 200  # parameter sets that stand for what the pairs cannot tell; our choice
FEWEST_ELEMENTS: Final = 4  # flown elements that a fit needs; our choice
YEAR_OF_WORDS: Final = 365  # [d] words with a last day only mean the year that it ends; ours
LEADS_TOLD: Final = (30, 90, 180, 365, 730, 1_095, 1_460, 1_825, 2_555)  # [d] in the summary; ours
SHARES_TOLD: Final = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True)
class SlipPair:
    """One announcement, and what had come of it by the day of knowledge; days as numbers."""

    element: str
    group: str  # pairs of one group are one launch
    announced_on: date
    announced: date  # last day that the words allow
    lead: float  # [d]
    slip: float  # [d] so far if censored, negative if the announced day had not come
    censored: bool
    weight: float  # one divided by the pairs of the group


@dataclass(frozen=True, eq=False)
class SlipModel:
    """The law fitted to what was known on a day.

    `law` holds shape, logarithm of the scale at the reference lead and power of the lead; `laws`
    the same for each set of weights of the elements.
    """

    as_of: date
    pairs: tuple[SlipPair, ...]
    law: Array  # (3,)
    laws: Array  # (law, 3)


@dataclass(frozen=True)
class PlannedLaunch:
    """A module that had not flown by the day of knowledge."""

    module: str
    title: str
    partner: str
    station: str  # the one that it docks to
    announced: date
    told_by: str | None  # key of a statement
    announced_on: date
    lead: float  # [d]
    passed: float  # [d] slip so far on the day of knowledge, negative before the announced day
    slips: bool  # false if the document lets it fly as announced


def slip_pairs(as_of: date | None = None) -> tuple[SlipPair, ...]:
    """Announcements known on a day, with what had flown by then.

    Parameters
    ----------
    as_of : date, optional
        Day of knowledge; absent, or later than the table, means the day of the table.

    Returns
    -------
    tuple of SlipPair
        In the order of the table. A launch after the day is censored on it; an announcement known
        later is left out.

    Examples
    --------
    >>> pairs = slip_pairs()
    >>> len(pairs), sum(not pair.censored for pair in pairs)
    (89, 60)
    """
    day = min(as_of or TABLE_DAY, TABLE_DAY)
    known = [row for row in reference_table("slips") if date.fromisoformat(row["known_on"]) <= day]
    count: dict[str, int] = {}
    for row in known:
        count[row["group"]] = count.get(row["group"], 0) + 1
    pairs = []
    for row in known:
        actual = date.fromisoformat(row["actual_date"]) if row["actual_date"] else None
        flown = actual is not None and actual <= day
        announced = date.fromisoformat(row["announced_latest"])
        announced_on = date.fromisoformat(row["announced_on"])
        end = actual if actual is not None and flown else day
        pairs.append(
            SlipPair(
                element=row["element"],
                group=row["group"],
                announced_on=announced_on,
                announced=announced,
                lead=float((announced - announced_on).days),
                slip=float((end - announced).days),
                censored=not flown,
                weight=1.0 / count[row["group"]],
            )
        )
    return tuple(pairs)


def fit_slips(pairs: Sequence[SlipPair], as_of: date) -> SlipModel:
    """Fit the law to pairs, each element counting once, and again for drawn weights of elements.

    Parameters
    ----------
    pairs : sequence of SlipPair
        What was known.
    as_of : date
        Day of knowledge.

    Returns
    -------
    SlipModel
        With `SETS` further laws: weights of elements drawn from an exponential distribution, the
        Bayesian bootstrap [1]_; the same for every run.

    Raises
    ------
    InputError
        If fewer than `FEWEST_ELEMENTS` elements had flown.

    References
    ----------
    .. [1] "The Bayesian bootstrap", Annals of Statistics 9 (1981) 130-134.

    Examples
    --------
    >>> model = fit_slips(slip_pairs(), TABLE_DAY)
    >>> model.law.shape, model.laws.shape
    ((3,), (200, 3))
    """
    flown_groups = {pair.group for pair in pairs if not pair.censored}
    if len(flown_groups) < FEWEST_ELEMENTS:
        raise InputError(
            f"slips: given {as_of} as day of knowledge, when {len(flown_groups)} of the announced "
            f"launches of the table had flown; expected {FEWEST_ELEMENTS} or more; fix: a later "
            'day, or slips.kind = "none"'
        )
    groups = list(dict.fromkeys(pair.group for pair in pairs))
    place = np.array([groups.index(pair.group) for pair in pairs])
    weight = np.array([pair.weight for pair in pairs])
    numbers = [component_number(f"slips of {group}") for group in groups]
    draws = [uniforms(0, np.arange(SETS), Purpose.SLIPS, number)[:, 0] for number in numbers]
    drawn = -np.log1p(-np.stack(draws, axis=1))[:, place] * weight
    laws = fit_laws(
        np.array([pair.lead for pair in pairs]),
        np.array([pair.slip for pair in pairs]),
        np.array([not pair.censored for pair in pairs]),
        np.concatenate([weight[None, :], drawn]),
    )
    return SlipModel(as_of, tuple(pairs), laws[0], laws[1:])


@lru_cache(maxsize=32)
def _model(day: date) -> SlipModel:
    return fit_slips(slip_pairs(day), day)


def slip_model(as_of: date | None = None) -> SlipModel:
    """The law as it could have been fitted on a day.

    Parameters
    ----------
    as_of : date, optional
        Day of knowledge; absent, or later than the table, means the day of the table.

    Returns
    -------
    SlipModel
        Kept for the next call.

    Raises
    ------
    InputError
        If too few launches had flown by then.

    Notes
    -----
    Leads from 14 to 3,469 days, 27 elements, 17 of them flown. How well it forecasts elements that
    it was not fitted to: `stationkeeper.validation.slips` and docs/explanation/slips.md.

    Examples
    --------
    >>> slip_model() is slip_model(TABLE_DAY)
    True
    """
    return _model(min(as_of or TABLE_DAY, TABLE_DAY))


def slip_quantiles(
    model: SlipModel, lead: ArrayLike, probability: ArrayLike, passed: ArrayLike = -np.inf
) -> Array:
    """Quantiles of the slip, what the fit does not know included.

    Parameters
    ----------
    model : SlipModel
        The fitted law.
    lead : array_like
        Days from the announcement to the announced date, not negative. [d]
    probability : array_like
        Share that flies by the slip, 0 < probability < 1; broadcasts with the lead. [-]
    passed : array_like
        Slip that has passed already without a flight. [d]

    Returns
    -------
    ndarray, broadcast shape
        Days after the announced date. [d]

    Raises
    ------
    DomainError
        If a lead or a probability is out of range.

    Examples
    --------
    >>> low, high = slip_quantiles(slip_model(), 1_000.0, [0.25, 0.75])
    >>> bool(0 < low < high)
    True
    """
    return mixed_quantiles(model.laws, lead, probability, passed)


def slip_chance(
    model: SlipModel, lead: ArrayLike, slip: ArrayLike, passed: ArrayLike = -np.inf
) -> Array:
    """Chance that a launch has flown by a slip, what the fit does not know included.

    Parameters
    ----------
    model : SlipModel
        The fitted law.
    lead : array_like
        Days from the announcement to the announced date, not negative. [d]
    slip : array_like
        Days after the announced date; broadcasts with the lead. [d]
    passed : array_like
        Slip that has passed already without a flight. [d]

    Returns
    -------
    ndarray, broadcast shape
        From 0 to 1. [-]

    Raises
    ------
    DomainError
        If a lead is negative.

    Examples
    --------
    >>> as_announced, two_years_late = slip_chance(slip_model(), 1_000.0, [0.0, 730.0])
    >>> bool(as_announced < 0.1 < two_years_late)
    True
    """
    return mixed_chance(model.laws, lead, slip, passed)


def draw_slips(
    model: SlipModel,
    lead: ArrayLike,
    seed: int,
    replicas: NDArray[np.integer],
    *,
    station: str,
    passed: ArrayLike | None = None,
) -> Array:
    """Slips of the launches of one station, a row for each replica.

    All launches of a station share one rank in a replica: a station that is late is late with all
    its modules, by our choice. The set of parameters is drawn once in a replica and is the same for
    all stations. That a launch has not flown yet moves its own slip, not the choice of the set.

    Parameters
    ----------
    model : SlipModel
        The fitted law.
    lead : array_like, (launch,)
        Days from the announcement to the announced date, not negative. [d]
    seed : int
        Seed of the run. [-]
    replicas : array of int, (replica,)
        Numbers of the replicas. [-]
    station : str
        Key of the station: names the draws.
    passed : array_like, (launch,), optional
        Slip that has passed already without a flight; negative before the announced day. [d]

    Returns
    -------
    ndarray, (replica, launch)
        Days after the announced date. [d]

    Raises
    ------
    DomainError
        If a lead is negative.

    Examples
    --------
    >>> slips = draw_slips(slip_model(), [400.0, 900.0], 1, np.arange(500), station="own")
    >>> slips.shape, bool(np.median(slips[:, 0]) < np.median(slips[:, 1]))
    ((500, 2), True)
    """
    days = np.atleast_1d(np.asarray(lead, dtype=np.float64))
    waited = np.full(days.shape, -np.inf) if passed is None else np.asarray(passed, np.float64)
    numbers = np.asarray(replicas)
    which = uniforms(seed, numbers, Purpose.SLIPS, component_number("parameters of slips"))[:, 0]
    rank = uniforms(seed, numbers, Purpose.SLIPS, component_number(f"slips at {station}"))
    laws = model.laws[(which * len(model.laws)).astype(np.int64), None, :]
    return slip_at_hazard(laws, days, hazard_passed(laws, days, waited) - np.log1p(-rank))


def planned_launches(programme: Programme, as_of: date) -> list[PlannedLaunch]:
    """Modules that had not flown by a day, with when and for when they were announced.

    A module is planned if its launch lies after the day, or on or before it while the day is our
    estimate: a flown day is not. A module that no event docks is not part of the plan.
    Announced on: the day on which the module or its docking became known, whichever is later; for
    the first planned launch also the last statement about a first launch that names the partner or
    the station, holds on the day and names a time with the date in it. Without any such day it
    counts as announced on the day of knowledge.

    Parameters
    ----------
    programme : Programme
        The document.
    as_of : date
        Day of knowledge.

    Returns
    -------
    list of PlannedLaunch
        By announced date.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> first = planned_launches(read_programme("iss-to-ros"), date(2026, 11, 22))[0]
    >>> first.module, first.station, first.announced.isoformat()
    ('nem', 'iss', '2028-12-10')
    """
    found: list[PlannedLaunch] = []
    told: set[str] = set()
    planned = [
        (launched, key)
        for key, module in programme.module.items()
        if (launched := _announced(programme, key, module)) is not None
        and (launched > as_of or "launched" in module.estimates)
    ]
    for launched, key in sorted(planned):
        module = programme.module[key]
        docks = [
            event
            for event in programme.event.values()
            if event.kind == "dock" and key in event.modules
        ]
        dock = min(docks, key=lambda event: event.date)
        days = [day for day in (module.known_on, dock.known_on) if day is not None]
        statement = None
        if module.partner not in told:  # a statement of a first launch is about the first
            statement = _told_by(programme, key, module, launched, as_of)
            told.add(module.partner)
        if statement is not None:
            days.append(_made(programme.statement[statement]))
        announced_on = min(max(days, default=as_of), launched)
        found.append(
            PlannedLaunch(
                module=key,
                title=module.title,
                partner=module.partner,
                station=dock.station,
                announced=launched,
                told_by=statement,
                announced_on=announced_on,
                lead=float((launched - announced_on).days),
                passed=float((max(as_of, announced_on) - launched).days),
                slips=programme.slips.kind == "fitted"
                and (not programme.slips.modules or key in programme.slips.modules),
            )
        )
    return found


def _announced(programme: Programme, key: str, module: Module) -> date | None:
    """Launch day of a module that some event docks; its docking day if it has none."""
    docked = [
        event.date
        for event in programme.event.values()
        if event.kind == "dock" and key in event.modules
    ]
    return (module.launched or min(docked)) if docked else None


def _made(statement: Statement) -> date:
    return statement.known_on or statement.date


def _told_by(
    programme: Programme, key: str, module: Module, launched: date, as_of: date
) -> str | None:
    """Last statement on a first launch that tells of this one and was known on the day."""
    stations: set[str] = set()
    for event in programme.event.values():
        if key in event.modules:
            stations.add(event.station)
            stations.update({event.to_station} if event.to_station else ())
    known = {k: s for k, s in programme.statement.items() if _made(s) <= as_of}
    replaced = {old for statement in known.values() for old in statement.replaces}
    fitting = [
        (_made(statement), name)
        for name, statement in known.items()
        if statement.act == "first-launch"
        and name not in replaced
        and statement.partner in (None, module.partner)
        and (not statement.stations or stations & set(statement.stations))
        and _allows(statement, launched)
    ]
    return max(fitting)[1] if fitting else None


def _allows(statement: Statement, launched: date) -> bool:
    """Whether the words name a time that holds the day; with a last day only, the year before."""
    first, last = statement.not_before, statement.not_after
    if last is None:
        return first is not None and first <= launched
    return (first or last - timedelta(days=YEAR_OF_WORDS)) <= launched <= last


def slip_summary(model: SlipModel) -> dict[str, Any]:
    """Pairs, parameters and quantiles, as ``decisions.json`` holds them under ``slips``.

    Parameters
    ----------
    model : SlipModel
        The fitted law.

    Returns
    -------
    dict
        Plain data; a band of a parameter is 5 and 95 % of the sets.

    Examples
    --------
    >>> sorted(slip_summary(slip_model()))
    ['model', 'pairs', 'quantiles']
    """
    flown = [pair for pair in model.pairs if not pair.censored]
    names = ("shape", "scale_days_at_a_year", "power_of_lead")

    def told(law: Array) -> list[float]:
        return [round(float(value), 4) for value in (law[0], np.exp(law[1]), law[2])]

    low, high = (np.quantile(model.laws, share, axis=0) for share in (0.05, 0.95))
    parameters: dict[str, Any] = {
        "as_of": model.as_of.isoformat(),
        **dict(zip(names, told(model.law), strict=True)),
        **dict(zip((f"{name}_q05" for name in names), told(low), strict=True)),
        **dict(zip((f"{name}_q95" for name in names), told(high), strict=True)),
        "reference_lead_days": REFERENCE_LEAD,
        "earliest_share_of_lead": EARLIEST_SHARE,
        "earliest_counts_to_lead_days": EARLIEST_CAP,
        "elements": len({pair.group for pair in model.pairs}),
        "elements_flown": len({pair.group for pair in flown}),
        "pairs_flown": len(flown),
        "pairs_censored": len(model.pairs) - len(flown),
    }
    leads = np.array(LEADS_TOLD, dtype=np.float64)
    quantiles = slip_quantiles(model, leads[:, None], np.array(list(SHARES_TOLD.values())))
    return {
        "pairs": [
            {
                "element": pair.element,
                "announced_on": pair.announced_on.isoformat(),
                "lead_days": int(pair.lead),
                "slip_days": int(pair.slip),
                "censored": pair.censored,
                "weight": round(pair.weight, 6),
            }
            for pair in model.pairs
        ],
        "model": {"name": "Weibull, scale by a power of the lead", "parameters": parameters},
        "quantiles": [
            {"lead_days": lead, **dict(zip(SHARES_TOLD, np.round(row, 1).tolist(), strict=True))}
            for lead, row in zip(LEADS_TOLD, quantiles, strict=True)
        ],
    }
