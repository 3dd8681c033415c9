"""Forecasts as known on two past days, scored by what followed.

The programme is flown as known on 23 April 2021 and on 26 July 2022, and held against what is known
to have followed by October 2026. A figure counts as within if the truth lies in the 90 % band of
the replicas. A score counts as within if it is no worse than the better of two plain baselines:
everything happens as announced, and nothing changes. Both stand in the note. Which figures and
horizons are scored was chosen before the scores were seen. What a forecast of 2021 owes to later
years all the same is listed in docs/explanation/as-known.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeeper.constants import DAYS_PER_YEAR
from stationkeeper.validation.hindcast_flight import Forecast, forecast
from stationkeeper.validation.hindcast_truth import (
    ACTS,
    QUANTITY,
    SHARES,
    authorities,
    days,
    flown_altitude,
    flown_presence,
    known_until,
    launch_chance,
    slip_members,
)
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Row
from stationkeeper.validation.scores import (
    brier_score,
    censored_crps,
    ensemble_crps,
    interval_coverage,
    position,
)

Array = NDArray[np.float64]

TOPIC: Final = "hindcast"
# Events that are no evidence: the limit of risk that ends the station was 1 % a year when they were
# first scored, below what the models give for years in which the partners flew on; it is 2 % since,
# and all of these hang on it.
CALIBRATED: Final = ("leave", "notice", "end", "presence")
LOW: Final = 0.05  # ends of a band of 90 %
HIGH: Final = 0.95
COVERED: Final = (0.9, 0.15)  # share of truths within their bands, and what we allow; our choice
PROPELLANT_YEARS: Final = (date(2023, 1, 1), date(2025, 12, 31))
CREWS: Final = "crew tables of the programme: public crew records, counts only"
ALTITUDES: Final = "orbit_iss_altitude_by_year.csv: published element sets"


@dataclass(frozen=True)
class Quantity:
    """One figure: members of the forecast, the truth, and what the baselines say."""

    group: str
    name: str
    unit: str
    members: Array
    truth: float
    announced: float | None
    unchanged: float | None
    source: str
    note: str = ""


@dataclass(frozen=True)
class Event:
    """One yes or no: chance of the forecast (None if it says nothing), outcome, baselines."""

    group: str
    name: str
    chance: float | None
    happened: bool
    announced: bool
    unchanged: bool
    source: str
    note: str = ""


def rows(progress: Callable[[str], None] | None = None) -> list[Row]:
    """Compute all rows of the topic.

    Parameters
    ----------
    progress : callable, optional
        Told the name of each part before it begins.

    Returns
    -------
    list of Row
    """
    out: list[Row] = []
    for told in days():
        out += scored(forecast(told["known_on"], progress=progress), told)
    return out


def scored(flown: Forecast, told: dict[str, Any]) -> list[Row]:
    """Score one forecast.

    Parameters
    ----------
    flown : Forecast
        What the replicas say.
    told : dict
        What was announced on its day, as in ``hindcast.toml``.

    Returns
    -------
    list of Row
    """
    figures = [*_altitudes(flown, told), *_propellant(flown), *_presence(flown, told)]
    figures += [*_leaks(flown), *_slips(flown)]
    events = [*_acts(flown, told), *_launches(flown), *_high_leaks(flown), *_gaps(flown, told)]
    day = flown.known_on
    out = [_position_row(day, one) for one in figures]
    out += _crps_rows(day, figures)
    out += _date_rows(flown, told)
    out += [_event_row(day, one) for one in events]
    out += _brier_rows(day, events)
    out.append(_coverage_row(flown, figures))
    return out


# ---- Figures ------------------------------------------------------------------------------------


def _altitudes(flown: Forecast, told: dict[str, Any]) -> Iterator[Quantity]:
    held = float(np.nanmean(flown.altitude[:, flown.before])) / 1e3
    for year in told["altitude_years"]:
        truth, samples = flown_altitude()[year]
        yield Quantity(
            "altitude",
            f"mean altitude of {year}",
            "km",
            flown.yearly_altitude(year) / 1e3,
            truth / 1e3,
            None,
            held,
            ALTITUDES,
            f"mean of {samples} samples" + ("; few" if samples < 20 else ""),
        )


def _propellant(flown: Forecast) -> Iterator[Quantity]:
    facts = published("orbit_facts.toml")["reboost_propellant"]
    yield Quantity(
        "propellant",
        "propellant used, mean of 2023-2025",
        "t/a",
        flown.used_a_year(flown.window(*PROPELLANT_YEARS)) / 1e3,
        (facts["low_t_per_year"] + facts["high_t_per_year"]) / 2,
        None,
        float(flown.used_a_year(flown.before).mean()) / 1e3,
        facts["source"],
        f"truth {facts['low_t_per_year']} to {facts['high_t_per_year']} t/a, of reboosts only; ours"
        " holds avoidance too",
    )


def _presence(flown: Forecast, told: dict[str, Any]) -> Iterator[Quantity]:
    first, last = _scored_days(flown)
    inside, record = flown.window(first, last), flown_presence()
    announced = flown.everybody - _after_leaving(flown, told, "RUS")
    yield Quantity(
        "people",
        "mean number of people aboard",
        "1",
        flown.people[:, inside].mean(axis=1),
        float(record.between(first, last).mean()),
        float(announced[inside].mean()),
        float(flown.people[:, flown.before].mean()),
        CREWS,
    )
    for nation, words in ((None, "people"), ("RUS", "Russians"), ("USA", "Americans")):
        there = record.between(first, last, nation) > 0
        planned = flown.everybody if nation is None else flown.planned[nation]
        if nation == "RUS":
            planned = planned - _after_leaving(flown, told, "RUS")
        yield Quantity(
            "presence",
            f"share of days with {words} aboard",
            "1",
            flown.aboard(nation)[:, inside].mean(axis=1),
            float(there.mean()),
            float((planned[inside] > 0).mean()),
            1.0,
            CREWS,
            "without decisions to leave; those stand in rows of their own",
        )


def _leaks(flown: Forecast) -> Iterator[Quantity]:
    now = float(np.median(flown.leak_in(flown.known_on.replace(day=1))))
    for one in authorities()["followed"]["leak"]:
        month: date = one["month"]
        yield Quantity(
            "leak",
            f"air lost in {month:%B %Y}",
            "kg/d",
            flown.leak_in(month),
            one["kg_per_day"],
            None,
            now,
            one["source"],
            "truth: a rate told of the tunnel of Zvezda; ours: the whole station, mean of the"
            " month; unchanged: median of the replicas in the month of knowledge",
        )


def _slips(flown: Forecast) -> Iterator[Quantity]:
    for one in authorities()["followed"]["launch"]:
        if one["known_on"] == flown.known_on:
            yield Quantity(
                "slip",
                f"slip of {one['element']}, announced for {one['announced']}",
                "d",
                slip_members(one),
                float((one["flown"] - one["announced"]).days),
                0.0,
                None,
                one["source"],
                "law of slips as known on the day, fitted without this element",
            )


# ---- Events -------------------------------------------------------------------------------------


def _acts(flown: Forecast, told: dict[str, Any]) -> Iterator[Event]:
    followed = authorities()["followed"]
    for act in ACTS:
        for by in told[f"{act}_by"]:
            yield Event(
                act,
                f"{QUANTITY[act]} by {by}",
                flown.chance_by(QUANTITY[act], by),
                followed[act]["happened"],
                told.get(act, date.max) <= by,
                False,
                followed[act]["source"],
            )


def _launches(flown: Forecast) -> Iterator[Event]:
    for one in authorities()["followed"]["launch"]:
        if one["known_on"] == flown.known_on:
            yield Event(
                "announced launches",
                f"{one['element']} launched by {one['by']}",
                launch_chance(one),
                one["flown"] <= one["by"],
                one["announced"] <= one["by"],
                False,
                one["source"],
                "law of slips as known on the day, fitted without this element",
            )


def _high_leaks(flown: Forecast) -> Iterator[Event]:
    now = float(np.median(flown.leak_in(flown.known_on.replace(day=1))))
    for one in authorities()["followed"]["leak_above"]:
        level, by = one["kg_per_day"], one["by"]
        yield Event(
            "leak",
            f"air lost above {level:g} kg/d in a month by {by}",
            float((flown.highest_leak(by) > level).mean()),
            one["happened"],
            now > level,
            now > level,
            one["source"],
            "nothing was announced: both baselines keep the rate of the day",
        )


def _gaps(flown: Forecast, told: dict[str, Any]) -> Iterator[Event]:
    first, last = _scored_days(flown)
    inside, record = flown.window(first, last), flown_presence()
    for nation, words in ((None, "people"), ("RUS", "Russians"), ("USA", "Americans")):
        whole = flown.aboard(nation)[:, inside].all(axis=1).mean()
        acts = ("end", "leave") if nation == "RUS" else ("end",)
        decided = [flown.chance_by(act, last) for act in acts]
        gone = None if None in decided else max(chance for chance in decided if chance is not None)
        yield Event(
            "presence",
            f"{words} aboard on every day to {last}",
            None if gone is None else float(whole * (1 - gone)),
            bool((record.between(first, last, nation) > 0).all()),
            all(told.get(act, date.max) > last for act in acts),
            True,
            CREWS,
            f"{whole:.3f} that nobody leaves for want of a function, and nobody decides on "
            + (" or ".join(acts))
            + ": taken as independent",
        )


# ---- Rows ---------------------------------------------------------------------------------------


def _named(day: date, name: str) -> str:
    return f"as known {day}: {name}"


def _position_row(day: date, one: Quantity) -> Row:
    low, middle, high = np.quantile(one.members, (LOW, 0.5, HIGH))
    return Row(
        TOPIC,
        _named(day, f"{one.name}, place of the truth"),
        float(position(one.members, one.truth)),
        0.5,
        "1",
        0.5 - LOW,
        "measured",
        one.source,
        note=_joined(
            f"forecast {middle:.3g} ({low:.3g} to {high:.3g}) {one.unit}, truth {one.truth:.3g};"
            " within: the truth lies in the 90 % band",
            one.note,
        ),
    )


def _crps_rows(day: date, figures: list[Quantity]) -> Iterator[Row]:
    for group in dict.fromkeys(one.group for one in figures):
        own = [one for one in figures if one.group == group]
        ours = float(np.mean([ensemble_crps(one.members, one.truth) for one in own]))
        yield _no_worse(
            _named(day, f"{group}, CRPS of {len(own)}" if len(own) > 1 else f"{group}, CRPS"),
            ours,
            _mean_error(own, "announced"),
            _mean_error(own, "unchanged"),
            own[0].unit,
            own[0].source,
        )


def _mean_error(own: list[Quantity], baseline: str) -> float | None:
    errors = [abs(told - one.truth) for one in own if (told := getattr(one, baseline)) is not None]
    return float(np.mean(errors)) if len(errors) == len(own) else None


def _date_rows(flown: Forecast, told: dict[str, Any]) -> Iterator[Row]:
    """Dates that have not come: is "not yet" within the band, and how early was the forecast."""
    until, followed = known_until(), authorities()["followed"]
    for act in ACTS:
        chance = flown.chance_by(QUANTITY[act], until)
        yield Row(
            TOPIC,
            _named(flown.known_on, f"{QUANTITY[act]}, not by {until}"),
            chance,
            HIGH / 2,
            "1",
            HIGH / 2,
            "measured",
            followed[act]["source"],
            calibration=act in CALIBRATED,
            note=f"chance that it has come; it has not. Within: the 90 % band reaches beyond the"
            f" day. Announced for {told.get(act, 'no day')}",
        )
        yield Row(
            TOPIC,
            _named(flown.known_on, f"{QUANTITY[act]}, CRPS of the date up to {until}"),
            _censored_score(flown, act),
            0.0,
            "a",
            max((until - told.get(act, until)).days, 0) / DAYS_PER_YEAR,
            "context",
            followed[act]["source"],
            note="threshold-weighted: what lies beyond the day does not count. Tolerance: score of"
            " 'as announced'; 'unchanged' scores 0 where nothing has happened",
        )


def _censored_score(flown: Forecast, act: str) -> float | None:
    """Score of a date that has not come, from the chances that it has by each day. [a]"""
    first, until = flown.known_on.toordinal(), known_until().toordinal()
    days = np.arange(first, until + 1)
    told = [flown.chance_by(QUANTITY[act], date.fromordinal(day)) for day in days.tolist()]
    chances = [chance for chance in told if chance is not None]
    if len(chances) < len(told):
        return None
    members = np.append(days, np.inf)[np.searchsorted(chances, SHARES)]
    return float(censored_crps(members, np.inf, until)) / DAYS_PER_YEAR


def _event_row(day: date, one: Event) -> Row:
    came = "came" if one.happened else "did not come"
    return Row(
        TOPIC,
        _named(day, one.name),
        one.chance,
        float(one.happened),
        "1",
        0.5,
        "context",
        one.source,
        note=_joined(
            f"{came}; as announced {float(one.announced):g}, unchanged {float(one.unchanged):g}",
            one.note,
        ),
    )


def _brier_rows(day: date, events: list[Event]) -> Iterator[Row]:
    """Score of each group, and of all with each group counting once."""
    groups = list(dict.fromkeys(one.group for one in events))
    counted = [name for name in groups if name not in CALIBRATED]
    scores = {name: _brier([one for one in events if one.group == name]) for name in groups}
    for name, (ours, announced, unchanged) in scores.items():
        yield Row(
            TOPIC,
            _named(day, f"{name.replace('_', ' ')}, Brier score"),
            ours,
            0.0,
            "1",
            max(announced, unchanged),
            "context",
            "the events above",
            note=f"as announced {announced:.3f}, unchanged {unchanged:.3f}; "
            + ("calibration" if name in CALIBRATED else "counted in the row of all groups"),
        )
    number = sum(one.group in counted for one in events)
    own = [scores[name][0] for name in counted]
    yield _no_worse(
        _named(day, f"Brier score of {number} events in {len(counted)} groups"),
        None if None in own else float(np.mean([score for score in own if score is not None])),
        float(np.mean([scores[name][1] for name in counted])),
        float(np.mean([scores[name][2] for name in counted])),
        "1",
        "the events above",
        f"each group counts once; not counted: {', '.join(CALIBRATED)}, which hang on a"
        " limit of risk that was raised after they had been scored",
    )


def _brier(events: list[Event]) -> tuple[float | None, float, float]:
    came = [one.happened for one in events]

    def score(chances: ArrayLike) -> float:
        return brier_score(chances, came)

    told = [one.chance for one in events]
    ours = None if None in told else score([chance for chance in told if chance is not None])
    return ours, score([one.announced for one in events]), score([one.unchanged for one in events])


def _coverage_row(flown: Forecast, figures: list[Quantity]) -> Row:
    """Share of truths within their bands; a date that has not come is, if its band goes on."""
    low = [float(np.quantile(one.members, LOW)) for one in figures]
    high = [float(np.quantile(one.members, HIGH)) for one in figures]
    truth = [one.truth for one in figures]
    for act in ACTS:
        if act in CALIBRATED:
            continue
        chance = flown.chance_by(QUANTITY[act], known_until())
        if chance is not None:
            low, high, truth = [*low, 0.0], [*high, HIGH], [*truth, chance]
    count = len(truth)
    return Row(
        TOPIC,
        _named(flown.known_on, f"share of {count} truths within their 90 % bands"),
        interval_coverage(low, high, truth),
        COVERED[0],
        "1",
        COVERED[1],
        "measured",
        "the figures above",
        note="figures of one kind are not independent; what we allow was chosen before",
    )


def _no_worse(
    name: str,
    ours: float | None,
    announced: float | None,
    unchanged: float | None,
    unit: str,
    source: str,
    note: str = "",
) -> Row:
    """Return a row that is within if a score is no worse than the better baseline."""
    told = {"as announced": announced, "unchanged": unchanged}
    better = min(score for score in told.values() if score is not None)
    unbeaten = better == 0  # a sure guess that came true: only another one can be no worse
    words = ", ".join(
        f"{words} {'nothing said' if score is None else f'{score:.3g}'}"
        for words, score in told.items()
    )
    return Row(
        TOPIC,
        name,
        ours,
        better / 2,
        unit,
        better / 2,
        "context" if unbeaten else "measured",
        source,
        note=_joined(
            f"less is better; {words}; within: no worse than the better of them",
            "not counted: a sure guess that came true cannot be beaten" if unbeaten else "",
            note,
        ),
    )


def _scored_days(flown: Forecast) -> tuple[date, date]:
    """Return the day after that of knowledge, and the last day of which it is known what was."""
    return date.fromordinal(flown.known_on.toordinal() + 1), known_until()


def _after_leaving(flown: Forecast, told: dict[str, Any], nation: str) -> Array:
    """People of a nation that would be gone if it left as announced."""
    gone = flown.dates >= np.datetime64(told["leave"])
    return np.where(gone, flown.planned[nation], 0.0)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
