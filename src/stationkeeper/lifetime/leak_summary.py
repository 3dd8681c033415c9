"""What a run says of leaks: explanations, what was seen, forecast, chances by module."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.hull.explanations import NAMES, STRATA, survival_log_likelihood
from stationkeeper.hull.hypotheses import (
    ALIKE,
    NOT_IDENTIFIABLE,
    PRIOR_ODDS,
    posterior_weights,
    verdict,
)
from stationkeeper.hull.leak_process import Kind
from stationkeeper.lifetime.calendar import Calendar
from stationkeeper.lifetime.cracks import CHOICES, Cracks
from stationkeeper.lifetime.leaks import LeakFit, LeakModel, draw_leaks
from stationkeeper.units import DAY, date_from_days

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

POINTS: Final = 200  # of the open parameters, for each explanation; our choice
HISTORIES: Final = 1_000  # our choice
LEVELS: Final = (0.05, 0.5, 0.95)
# Our choice: a band that leaves a factor of so much open tells a user nothing, unless all of it is
# below what matters over the whole run.
WIDEST: Final = 30.0
MATTERS: Final = 0.01
RULE: Final = (
    f"{NOT_IDENTIFIABLE}: mean or 95 % quantile of the chance over the run is above {MATTERS:g}"
    f" and more than {WIDEST:g} times the 5 % quantile (rule chosen by us)"
)
_PRIOR_NAMES: Final = ("1:1", "1:3", "3:1")
_KIND_NAMES: Final = {Kind.RATE: "rate", Kind.DECAY: "decay", Kind.BELOW: "below"}


def leak_summary(model: LeakModel) -> dict[str, Any]:
    """Gather what a report says of the leaks of one station, as plain data.

    Parameters
    ----------
    model : LeakModel
        The station.

    Returns
    -------
    dict
        ``hypotheses``: explanations weighed under three priors; ``fits``: observations, repairs,
        parameters and how well they were sampled; ``forecast``: quantiles by month of the module
        that is seen to leak, or None; ``modules``: chance by year that a leak begins.
    """
    return {
        "station": model.station,
        "hypotheses": _hypotheses(model),
        "fits": [_fit(fit) for fit in model.fits],
        "forecast": _forecast(model),
        "modules": _modules(model),
        "most_leaks": model.most_leaks,
        "notes": _notes(model),
    }


def _hypotheses(model: LeakModel) -> dict[str, Any]:
    """Explanations before and after the record; after what held elsewhere, too."""
    cracks = model.cracks
    weights = posterior_weights(cracks.log_record)
    with_held = posterior_weights(cracks.log_record + cracks.log_held)
    factor_held = float(np.exp(cracks.log_held[0] - cracks.log_held[1]))
    main = model.comparisons.get("threshold unknown")
    return {
        "names": list(NAMES),
        "drawn_with": [float(x) for x in cracks.weight],
        "prior": {name: list(odds) for name, odds in zip(_PRIOR_NAMES, PRIOR_ODDS, strict=True)},
        "posterior_by_record": _by_prior(weights),
        "posterior_with_held": _by_prior(with_held),
        "bayes_factor": None if main is None else main.factor,
        "log_error": None if main is None else main.log_error,
        "text": ALIKE if main is None else main.text,
        "by_threshold": {
            name: {
                "bayes_factor": found.factor,
                "lowest": found.lowest,
                "highest": found.highest,
                "log_error": found.log_error,
                "text": found.text,
            }
            for name, found in model.comparisons.items()
        },
        "held_modules": {one.module: one.age / DAY / DAYS_PER_YEAR for one in model.held},
        "held_factor": factor_held if model.held else None,
        "held_text": verdict(factor_held, *NAMES) if model.held else "",
    }


def _by_prior(weights: Array) -> dict[str, list[float]]:
    return {name: [float(x) for x in row] for name, row in zip(_PRIOR_NAMES, weights, strict=True)}


def _fit(fit: LeakFit) -> dict[str, Any]:
    told = fit.seen.observations
    parameters = {
        "baseline_kg_day": fit.births.baseline * SECONDS_PER_DAY,
        "births_per_year": fit.births.birth_rate * DAYS_PER_YEAR,
        "first_rate_kg_day": fit.births.first_rate * SECONDS_PER_DAY,
        "growth_per_year": fit.births.growth * DAYS_PER_YEAR,
        "found_share": fit.births.found_share,
    }
    return {
        "station": fit.seen.station,
        "places": list(fit.seen.places),
        "observations": [
            {
                "key": name,
                "date": date_from_days(float(told.day[i])).isoformat(),
                "kind": _KIND_NAMES[Kind(int(told.kind[i]))],
                "scope": "station" if told.of_station[i] else "module",
                "value": float(told.value[i]) * SECONDS_PER_DAY,
                "unit": "1/d" if told.kind[i] == Kind.DECAY else "kg/d",
                "log_sigma": float(told.log_sigma[i]),
            }
            for i, name in enumerate(fit.seen.names)
        ],
        "repairs": [date_from_days(float(day)).isoformat() for day in fit.seen.repair_day],
        "until": date_from_days(fit.seen.until).isoformat(),
        "levels": list(LEVELS),
        "parameters": {
            name: [float(x) for x in np.quantile(values, LEVELS)]
            for name, values in parameters.items()
        },
        "particles": len(fit.births.growth),
        "effective": fit.effective,
        "acceptance": fit.acceptance,
        "starts_apart": fit.apart,
    }


def _forecast(model: LeakModel) -> dict[str, Any] | None:
    """Quantiles by month of what the leaking module loses, with dated repairs and no others."""
    places = [
        (f, model.modules.index(fit.seen.places[0]))
        for f, fit in enumerate(model.fits)
        if len(fit.seen.places) == 1 and fit.seen.places[0] in model.modules
    ]
    if not places:
        return None
    f, place = places[0]
    onset = int(model.fits[f].seen.observations.day[0])
    calendar = Calendar(onset, model.last_day + 1 - onset)
    alone = replace(
        model,
        modules=(model.modules[place],),
        first_day=onset,
        cracks=_only(model.cracks, place),
    )
    draws = draw_leaks(alone, 0, np.arange(HISTORIES))
    birth, rate = draws.birth[:, 0], draws.rate[:, 0]
    births = np.maximum(birth, 0.0)
    quantiles = []
    for day in calendar.last_of_month:
        with np.errstate(invalid="ignore"):
            born = birth <= day
        age = np.where(born, day - births, 0.0)
        left = np.prod(draws.dated_left[:, draws.dated_day <= day], axis=1)
        total = np.sum(np.where(born, rate * np.exp(draws.growth * age) * left, 0.0), axis=1)
        quantiles.append(np.quantile(total, LEVELS))
    return {
        "module": model.modules[place],
        "month": [str(month) for month in calendar.months.astype("datetime64[M]")],
        "levels": list(LEVELS),
        "kg_per_day": np.round(np.array(quantiles).T, 6).tolist(),
        "until": date_from_days(model.fits[f].seen.until).isoformat(),
        "note": "through an open hatch; after the last word nobody mends",
    }


def _only(cracks: Cracks, place: int) -> Cracks:
    """Return the cracks of one module."""
    return replace(
        cracks,
        welds=cracks.welds[place : place + 1],
        skin=cracks.skin[place : place + 1],
        held=cracks.held[place : place + 1],
        age=cracks.age[place : place + 1],
        choice=cracks.choice[place : place + 1],
        effective=cracks.effective[place : place + 1],
    )


def _modules(model: LeakModel) -> list[dict[str, Any]]:
    """Chance of each module that a leak begins, by year of the run."""
    days = model.last_day + 1 - model.first_day
    edges = np.append(np.arange(0, days, DAYS_PER_YEAR), days)
    leaking = {fit.seen.places[0]: fit for fit in model.fits if len(fit.seen.places) == 1}
    found: list[dict[str, Any]] = []
    for m, module in enumerate(model.modules):
        if module in leaking:
            told = _of_fit(leaking[module], model, edges)
        elif model.cracks.welds[m] > 0:
            told = _of_cracks(model.cracks, m, edges)
        else:
            continue
        first = [date_from_days(model.first_day + float(edge)).isoformat() for edge in edges[:-1]]
        found.append({"module": module, "year_from": first, **told})
    return found


def _of_fit(fit: LeakFit, model: LeakModel, edges: Array) -> dict[str, Any]:
    """Chance by year that one more leak of the leaking module begins."""
    births, until = fit.births, fit.seen.until
    chance = []
    for low, high in zip(edges[:-1] + model.first_day, edges[1:] + model.first_day, strict=True):
        seen = np.any((births.birth > low) & (births.birth <= min(high, until)), axis=1)
        ahead = np.exp(-births.birth_rate * max(high - max(low, until), 0.0))
        chance.append(np.where(seen, 1.0, 1 - ahead))
    weight = np.full(len(births.growth), 1 / len(births.growth))
    shares = np.tile(model.cracks.weight[:, None], (1, len(edges) - 1))
    return _told(np.array(chance).T, weight, shares, "one more leak, by the leak process")


def _of_cracks(cracks: Cracks, m: int, edges: Array) -> dict[str, Any]:
    """Chance by year that a module leaks for the first time."""
    chance, weight, by = [], [], []
    for h in range(2):
        places = (np.arange(POINTS) + 0.5) / POINTS
        cell = np.searchsorted(np.cumsum(cracks.cell[h]), places * (1 - 1e-12))
        draw = cracks.choice[m, h, cell, (np.arange(POINTS) * 37) % CHOICES].astype(np.int64)
        log_time = cracks.log_time[cracks.skin[m], h, cell // STRATA, draw]
        pace = cracks.pace[h, cell % STRATA]
        age = (cracks.age[m] + edges) * DAY
        survival = np.exp(
            survival_log_likelihood(
                log_time[:, None, :], cracks.welds[m], np.maximum(age, 0.0) * pace[:, None]
            )
        )
        known = np.exp(survival_log_likelihood(log_time, cracks.welds[m], cracks.held[m] * pace))
        before = np.minimum(survival, known[:, None]) / np.maximum(known, 1e-300)[:, None]
        chance.append(-np.diff(before, axis=1))
        weight.append(np.full(POINTS, cracks.weight[h] / POINTS))
        by.append(cracks.weight[h] * chance[-1].mean(axis=0))
    shares = np.array(by)
    total = shares.sum(axis=0)
    shares = np.divide(shares, total, out=np.full_like(shares, np.nan), where=total > 0)
    text = "first leak, by the two explanations of cracks"
    return _told(np.concatenate(chance), np.concatenate(weight), shares, text)


def _told(chance: Array, weight: Array, shares: Array, text: str) -> dict[str, Any]:
    """Return mean, band and shares by year, and whether the band tells anything."""
    low, high = (_quantile(chance, weight, level) for level in (LEVELS[0], LEVELS[-1]))
    over_run = 1 - np.prod(1 - chance, axis=1)[:, None]
    if text.startswith("first"):
        over_run = chance.sum(axis=1, keepdims=True)
    ends = [float(_quantile(over_run, weight, level)[0]) for level in (LEVELS[0], LEVELS[-1])]
    mean = float((weight @ over_run)[0])
    told = max(mean, ends[1]) <= MATTERS or max(mean, ends[1]) <= WIDEST * ends[0]
    return {
        "what": text,
        "chance_per_year": (weight @ chance).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "share": {
            name: [None if np.isnan(x) else float(x) for x in row]
            for name, row in zip(NAMES, shares, strict=True)
        },
        "chance_over_run": mean,
        "low_over_run": ends[0],
        "high_over_run": ends[1],
        "identifiable": told,
        "text": "" if told else RULE,
    }


def _quantile(values: Array, weight: Array, level: float) -> Array:
    """Weighted quantile along the first axis."""
    order = np.argsort(values, axis=0, kind="stable")
    cumulated = np.cumsum(weight[order], axis=0)
    place = np.sum(cumulated < level * cumulated[-1] * (1 - 1e-12), axis=0)
    place = np.minimum(place, len(values) - 1)
    found = np.take_along_axis(order, place[None], axis=0)
    return np.asarray(np.take_along_axis(values, found, axis=0)[0])


def _notes(model: LeakModel) -> list[str]:
    """What a reader must know."""
    notes = []
    if not model.fits:
        notes.append(
            "No leak was observed by then: growth, births and repairs are those believed before"
            " any observation, and both explanations weigh the same."
        )
    elif all(fit.seen.station != model.station for fit in model.fits):
        notes.append(
            "No leak of this station is observed: growth, births and repairs are those of"
            f" {model.fits[0].seen.station}."
        )
    if len(model.fits) and len(model.fits[0].seen.places) > 1:
        notes.append("Which module leaks is not known: one is drawn in each replica.")
    left_out = [m for m, welds in zip(model.modules, model.cracks.welds, strict=True) if welds == 0]
    seen = {place for fit in model.fits for place in fit.seen.places}
    left_out = [module for module in left_out if module not in seen]
    if left_out:
        notes.append("No hull is described, so no leak is modelled: " + ", ".join(left_out) + ".")
    notes.append(
        "No growth constants of AMg6, 2219 and 6061 at low stress are public: others stand in."
    )
    notes.append("How much the loads of the leaking place act elsewhere is not public.")
    return notes
