"""What a run says of decisions: ``decisions.json`` in its folder."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.assemble import Assembled
from stationkeeper.lifetime.deciding.bands import (
    by_year,
    chance_by,
    date_band,
    mean_band,
    number_band,
)
from stationkeeper.lifetime.deciding.decide import decide
from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.deciding.frontier import frontiers_of
from stationkeeper.lifetime.deciding.gaps import Gap, gaps_of
from stationkeeper.lifetime.deciding.plugins import rules_of
from stationkeeper.lifetime.deciding.presence import presence_of
from stationkeeper.lifetime.deciding.risk import (
    MEASURES,
    Risks,
    flat_risks,
    risk_rows,
    risks,
    taken,
)
from stationkeeper.lifetime.deciding.rows import outcomes
from stationkeeper.lifetime.deciding.rules import RULES
from stationkeeper.lifetime.deciding.stage import Stage, stage_of
from stationkeeper.lifetime.deciding.staying import fly_staying, known_on, stations_kept
from stationkeeper.lifetime.deciding.usage import used
from stationkeeper.lifetime.prepare import Prepared
from stationkeeper.lifetime.shaken import shaken
from stationkeeper.lifetime.slips import slip_model, slip_summary
from stationkeeper.programme.document import Programme
from stationkeeper.programme.record_states import announced
from stationkeeper.results.storage import write_document
from stationkeeper.units import date_from_days

Array = NDArray[np.float64]

DECISIONS: Final = "decisions.json"

REHEARSED: Final = 2  # replicas in which rules are tried
SMALL_RISK: Final = 0.002  # [1/year] our choice, in a rehearsal

NOTES: Final = (
    "A second stage on the replicas of the run: it reads what happened in each and decides month by"
    " month. What it decides does not change what was flown.",
    "Decisions are taken on the first day of a month. A date beyond the span is null.",
    "After the plan of the document ends, flights, seats and people of a station that is kept go on"
    " as in the year before.",
    "An own station that begins later than planned is lost as much later as it begins.",
    "If the old station comes down before the modules meant to separate from it are all there,"
    " those docked leave it before; if none is, those launched afterwards make the own station.",
)


def write_decisions(
    prepared: Prepared,
    folder: Path,
    programme: Programme,
    seed: int,
    replicas: int,
    progress: Callable[[str], None],
) -> tuple[Stage, Decisions] | None:
    """Write ``decisions.json`` into a run folder, if the programme has policies.

    The same run gives the same bytes.

    Parameters
    ----------
    prepared : Prepared
        The run as flown.
    folder : Path
        The run folder, with its rows of replicas.
    programme : Programme
        The document, with its policies.
    seed : int
        Seed of the run. [-]
    replicas : int
        Lives flown. [-]
    progress : callable
        Told in words what is done.

    Returns
    -------
    tuple of Stage and Decisions, or None
        What was decided, for what follows from it; None without policies.

    Raises
    ------
    InputError
        If a rule cannot be loaded, raises, or answers anything but yes or no.
    StorageError
        If rows cannot be read or the document cannot be written.
    """
    if not programme.policy:
        return None
    progress("decisions")
    assembled = prepared.assembled
    calendar = assembled.calendar
    main = outcomes(folder, assembled.keys, replicas, calendar.first_day, calendar.days)
    kept = stations_kept(programme)
    stay = fly_staying(programme, kept, replicas, seed, progress=progress) if kept else None
    told = risks(main, stay, assembled, replicas)
    whole = np.arange(replicas)
    stage, made, notes = decided(assembled, shaken(programme), told, seed, whole)
    write_document(folder / DECISIONS, _document(assembled, stage, made, notes))
    return stage, made


def rehearse(assembled: Assembled, programme: Programme, seed: int) -> None:
    """Ask the rules of packages once through, before anything is flown.

    Two replicas at a small risk decide; a rule that cannot is told now and not after the flight.
    Nothing is done if all rules are ours.

    Parameters
    ----------
    assembled : Assembled
        The programme as arrays.
    programme : Programme
        The document, with its policies.
    seed : int
        Seed of the run. [-]

    Raises
    ------
    InputError
        If a rule cannot be loaded, raises, or answers anything but yes or no.
    """
    if all(policy.rule in RULES for policy in programme.policy.values()):
        return
    rules_of(programme)
    months = assembled.calendar.months
    told = flat_risks(assembled.keys, months, REHEARSED, SMALL_RISK)
    decide(stage_of(assembled, programme, told, seed, np.arange(REHEARSED)))


def decisions_document(
    assembled: Assembled,
    programme: Programme,
    told: Risks,
    seed: int,
    replicas: NDArray[np.int64],
) -> dict[str, Any]:
    """Decide in all replicas and return what came of it as plain data.

    Parameters
    ----------
    assembled : Assembled
        The programme as flown.
    programme : Programme
        The document, with its policies.
    told : Risks
        Chances as seen in each replica.
    seed : int
        Seed of the run. [-]
    replicas : ndarray of int, (R,)
        Numbers of the replicas.

    Returns
    -------
    dict
        ``as_of``, ``replicas``, ``policies``, ``gaps``, ``presence``, ``launches``, ``frontier``,
        ``risk``, ``forecast``, ``slips`` and ``notes``.
    """
    return _document(assembled, *decided(assembled, programme, told, seed, replicas))


def decided(
    assembled: Assembled,
    programme: Programme,
    told: Risks,
    seed: int,
    replicas: NDArray[np.int64],
) -> tuple[Stage, Decisions, list[str]]:
    """Decide in all replicas that still have their stations on the day of knowledge.

    Parameters
    ----------
    assembled, programme, told, seed, replicas
        As for `decisions_document`.

    Returns
    -------
    stage : Stage
        What decisions stood on.
    made : Decisions
        What was decided.
    notes : list of str
        What a reader must know.
    """
    there = still_there(assembled, programme, told)
    told, replicas = with_rows(told, there), replicas[there]
    notes = list(NOTES)
    if not there.all():
        notes.append(
            f"Decided in {int(there.sum())} of {there.size} replicas: in the others a station that"
            " was in orbit on the day of knowledge had been lost before."
        )
    stage = stage_of(assembled, programme, told, seed, replicas)
    return stage, decide(stage), notes


def _document(
    assembled: Assembled, stage: Stage, made: Decisions, notes: list[str]
) -> dict[str, Any]:
    programme = stage.programme
    gaps = gaps_of(stage, made)
    return {
        "as_of": stage.as_of.isoformat(),
        "replicas": stage.size,
        "policies": [
            _policy(stage, assembled, made, key) for key, policy in programme.policy.items()
        ],
        "gaps": [_gap(gap) for gap in gaps],
        "presence": presence_of(stage, assembled, made),
        "launches": list(_launches(stage, made)),
        "frontier": frontiers_of(stage),
        "risk": risk_rows(stage.risks),
        "forecast": list(_forecast(stage, made)),
        "slips": slip_summary(slip_model(stage.as_of)),
        "notes": notes,
    }


def still_there(assembled: Assembled, programme: Programme, told: Risks) -> NDArray[np.bool_]:
    """Return the replicas that have lost no station by the day of knowledge, as nobody had.

    All of them if none is left, which only happens with very few.
    """
    as_of = np.datetime64(known_on(programme), "M")
    month = int(np.searchsorted(told.months, as_of))
    kept = np.ones(told.replicas, np.bool_)
    for lost in told.lost_month.values():
        kept &= lost >= month
    return kept if kept.any() else ~kept


def with_rows(told: Risks, rows: NDArray[np.bool_]) -> Risks:
    """Return the risks of some replicas."""
    if rows.all():
        return told
    return replace(
        told,
        yearly={
            station: {measure: values[rows] for measure, values in measures.items()}
            for station, measures in told.yearly.items()
        },
        state={station: values[rows] for station, values in told.state.items()},
        lost_month={station: values[rows] for station, values in told.lost_month.items()},
        donor={station: values[rows] for station, values in told.donor.items()},
    )


def _taken(stage: Stage, made: Decisions, key: str, measure: str) -> Array:
    """Return the chance taken at the station of a policy until it acts or nothing is there. [-]"""
    policy = stage.programme.policy[key]
    if policy.station not in stage.risks.monthly:
        return np.zeros(stage.size)
    ends = np.minimum(made.acted[key], made.gone(policy.station))
    until = np.searchsorted(stage.edges[:-1], ends, side="left")
    begin: NDArray[np.int64] | int = stage.first
    if policy.station in stage.crews:
        begun = np.searchsorted(stage.edges[:-1], made.begun[policy.station], side="left")
        begin = np.maximum(begun, stage.first)
    return taken(stage.risks, policy.station, measure, begin, until)


def _years(stage: Stage) -> tuple[int, int]:
    return stage.as_of.year, stage.programme.span.last.year


def _policy(stage: Stage, assembled: Assembled, made: Decisions, key: str) -> dict[str, Any]:
    policy = stage.programme.policy[key]
    found: dict[str, Any] = {
        "key": key,
        "act": policy.act,
        "rule": policy.rule,
        "station": policy.station,
        "partner": policy.partner,
        "own_station": policy.own_station,
        "source": policy.source,
        "parameters": dict(policy.parameters),
    }
    if policy.act == "guard":
        days = np.full(stage.size, np.inf)
        for (_, guard), days_held in made.held.items():
            if guard == key:
                days = np.where(np.isfinite(days_held), 0.0, days)
        found |= {"share": float(np.isfinite(days).mean()), "dates": date_band(np.full(1, np.inf))}
        return found | {"by_year": [], "risk": {}, "used": {}, "held_back": []}
    acted = made.acted[key]
    first, last = _years(stage)
    held = {guard: days for (held, guard), days in made.held.items() if held == key}
    return found | {
        "share": float(np.isfinite(acted).mean()),
        "dates": date_band(acted),
        "by_year": by_year(acted, first, last),
        "risk": {
            measure: mean_band(_taken(stage, made, key, measure))
            for measure in MEASURES
            if policy.station in stage.risks.monthly
        },
        "used": {
            name: mean_band(counts)
            for name, counts in used(stage, assembled, made, key, policy).items()
        },
        "held_back": [
            {
                "by": guard,
                "share": float(np.isfinite(days).mean()),
                "days": number_band(days[np.isfinite(days)], ("q50", "q95")),
            }
            for guard, days in held.items()
        ],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "partner": gap.partner,
        "old": gap.old,
        "new": gap.new,
        "old_ends": date_band(gap.old_ends),
        "new_begins": date_band(gap.new_begins),
        "new_crewed": date_band(gap.new_crewed),
        "without_station_days": number_band(gap.without_station),
        "without_people_days": number_band(gap.without_people),
        "services": [
            {"kind": kind, "days": number_band(gap.without(kind))} for kind in gap.services
        ],
    }


def _launches(stage: Stage, made: Decisions) -> Iterator[dict[str, Any]]:
    first, last = _years(stage)
    for place, one in enumerate(stage.launches.plan):
        days = made.launched[place]
        yield {
            "module": one.module,
            "title": one.title,
            "station": stage.launches.home[place],
            "announced": one.announced.isoformat(),
            "told_by": one.told_by,
            "lead_days": one.lead,
            "dates": date_band(days),
            "by_year": by_year(days, first, last),
        }


def _forecast(stage: Stage, made: Decisions) -> Iterator[dict[str, Any]]:
    """Yield the dates that are forecast beside what is announced of each."""
    said = announced(stage.programme, stage.as_of)
    first, last = _years(stage)

    def row(
        quantity: str,
        station: str,
        act: str,
        days: Array,
        planned: float = np.inf,
        partner: str | None = None,
    ) -> dict[str, Any]:
        words = next(
            (
                one
                for (what, who, where), one in said.items()
                if what == act
                and where == station
                and partner in (None, who)
                and one.first_day is not None
            ),
            None,
        )
        day = (words.not_before or words.not_after) if words is not None else None
        if day is None and np.isfinite(planned):
            day = date_from_days(planned)
        return {
            "quantity": quantity,
            "unit": "date",
            "station": station,
            "announced": day.isoformat() if day is not None else None,
            "told_by": words.statement if words is not None else None,
            "condition": words.condition if words is not None else "",
            "band": date_band(days),
            "chance_by": chance_by(days, first, last),
        }

    for (partner, station), left in made.left.items():
        if any(
            policy.act == "leave" and policy.partner == partner and policy.station == station
            for policy in stage.programme.policy.values()
        ):
            yield row("leave", station, "leave", left, partner=partner)
            yield row("notice", station, "notice", made.notice[partner, station], partner=partner)
    for station, ended in made.ended.items():
        if any(p.act == "end" and p.station == station for p in stage.programme.policy.values()):
            yield row("end", station, "end", ended, stage.planned_gone(station))
    for station, crew in stage.crews.items():
        places = [n for n, home in enumerate(stage.launches.home) if home == station]
        if places:
            first_place = min(places, key=lambda place: stage.launches.plan[place].announced)
            plan = stage.launches.plan[first_place]
            days = made.launched[places].min(axis=0)
            # The plan that is flown, which an override may have changed, not the latest words.
            yield row("first launch", station, "first-launch", days) | {
                "announced": plan.announced.isoformat(),
                "told_by": plan.told_by,
            }
        yield row("first crew", station, "first-crew", made.crewed[station], crew.planned)
        yield row("separation", station, "separation", made.separated[station])
