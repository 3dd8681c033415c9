"""Beside each stated reason, what the document and the models hold of the same matter.

The two stand side by side. Whether one leads to the other is not said here, and is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import xarray as xr

from stationkeeper.constants import DAYS_PER_YEAR, SECONDS_PER_DAY
from stationkeeper.crew.dose import DoseRates, dose_rate_table, dose_rates
from stationkeeper.environment.cosmic_rays import modulation_from_sunspots
from stationkeeper.environment.trapped_tables import trapped_table
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.record import ReasonTopic, Statement
from stationkeeper.units import KILOMETRE

NORMAL_90: Final = 1.645  # half-width of the 90 % band of a normal, in deviations
ALTITUDE: Final = 400 * KILOMETRE  # [m] at which orbits are compared; our choice
INCLINATIONS_DEG: Final = (51.6, 96.8)  # flown, and sun-synchronous near 350 km as said in 2021
QUIET_SPOTS, ACTIVE_SPOTS = 10.0, 150.0  # sunspot numbers of a minimum and a maximum; our choice
DOCUMENT, RUN, MODEL = "document", "this run", "dose model"

Figure = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What is found on one reason: words, or None if no model bears on it, and figures."""

    text: str | None
    figures: tuple[Figure, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"finding": self.text, "figures": list(self.figures)}


@dataclass(frozen=True)
class Evidence:
    """What findings are read from."""

    programme: Programme
    upkeep: Mapping[str, Any] | None
    results: xr.Dataset | None


def finding(evidence: Evidence, statement: Statement, topic: ReasonTopic) -> Finding:
    """Return what the document, the run and the models hold of one topic on the day of a statement.

    Parameters
    ----------
    evidence : Evidence
        The document as it was flown, and what the run left.
    statement : Statement
        Whose partner, stations and day are meant.
    topic : str
        Topic of the reason.

    Returns
    -------
    Finding
        Nothing is asserted of what led to what.
    """
    look = _LOOKS.get(topic)
    return Finding(None) if look is None else look(evidence, statement)


def wilson_band(share: float, replicas: int) -> tuple[float, float]:
    """Return the 90 % band of a chance from its share in a number of replicas (Wilson's score).

    Parameters
    ----------
    share : float
        Share of the replicas, 0 to 1. [-]
    replicas : int
        At least one. [-]

    Returns
    -------
    (float, float)
        Of sampling alone; what the models leave open is not in it. [-]

    References
    ----------
    .. [1] E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> [round(edge, 3) for edge in wilson_band(0.1, 250)]
    [0.073, 0.136]
    """
    z2 = NORMAL_90**2 / replicas
    middle = (share + z2 / 2) / (1 + z2)
    half = NORMAL_90 * np.sqrt(share * (1 - share) / replicas + z2 / (4 * replicas)) / (1 + z2)
    low = 0.0 if share <= 0 else float(middle - half)  # exact at both ends, without rounding
    return low, 1.0 if share >= 1 else float(middle + half)


def _figure(name: str, value: float, unit: str, origin: str) -> Figure:
    return {"name": name, "value": round(float(value), 6), "unit": unit, "from": origin}


def _ages(evidence: Evidence, statement: Statement) -> Finding:
    """Ages of the partner's modules on the day against the lives for which they were designed."""
    programme, day = evidence.programme, statement.date
    told = history(programme)
    ages: list[tuple[float, str]] = []
    designed = beyond = 0
    for station in statement.stations:
        for key in told.modules_on(station, day):
            module = programme.module[key]
            if module.launched is None or statement.partner not in (None, module.partner):
                continue
            age = (day - module.launched).days / DAYS_PER_YEAR
            life = module.design_life_years
            named = module.title if life is None else f"{module.title}, designed for {life:g} years"
            ages.append((age, named))
            designed += life is not None
            beyond += life is not None and age > life
    if not ages:
        return Finding(f"no module of theirs was there on {day}")
    ages.sort(reverse=True)
    text = (
        f"on {day} {len(ages)} modules that they operate were there, the oldest "
        f"{ages[0][0]:.1f} years after its launch; beyond the design life of the document: "
        f"{beyond} of {designed}"
    )
    return Finding(
        text, tuple(_figure(f"age of {name}", age, "year", DOCUMENT) for age, name in ages[:5])
    )


def _leaks(evidence: Evidence, statement: Statement) -> Finding:
    """Ages, the leak record up to the day, and what the run gives for the year."""
    programme, day = evidence.programme, statement.date
    aged = _ages(evidence, statement)
    texts = [aged.text or ""]
    figures = list(aged.figures)
    seen = [
        (leak.date, leak.module, leak.kg_per_day)
        for leak in programme.leak.values()
        if leak.kind == "rate"
        and leak.station in statement.stations
        and (leak.known_on or leak.date) <= day
        and leak.kg_per_day is not None
        and (leak.module is None or statement.partner in (None, _operator(programme, leak.module)))
    ]
    if seen:
        last, module, rate = max(seen, key=lambda item: item[0])
        where = programme.module[module].title if module is not None else "the whole station"
        texts.append(f"the last rate of air lost told by then is that of {last}, {where}")
        figures.append(_figure(f"air lost, {where}, {last}", float(rate or 0), "kg/d", DOCUMENT))
    else:
        texts.append("no rate of air lost is told by then")
    for station in statement.stations:
        told: Any = (evidence.upkeep or {}).get("stations", {}).get(station, {})
        text = told.get("leaks", {}).get("hypotheses", {}).get("text")
        if text:
            texts.append(f"on how cracks are driven: {text}")
    chances = _chances(evidence, statement, ("evacuation_chance", "penetration_chance"))
    return Finding(
        "; ".join([*texts, *([chances.text] if chances.text else [])]),
        (*figures, *chances.figures),
    )


def _operator(programme: Programme, module: str) -> str | None:
    part = programme.module.get(module)
    return part.partner if part is not None else None


def _failures(evidence: Evidence, statement: Statement) -> Finding:
    """Failures of equipment in the partner's modules in the year, mean of the replicas."""
    programme, results, year = evidence.programme, evidence.results, statement.date.year
    if results is None or "failures" not in results or not _covers(results, year):
        return Finding(f"the run does not cover {year}")
    figures = []
    for station in _flown(results, statement.stations):
        groups = [
            str(group)
            for group in results["group"].values
            if (part := programme.equipment.get(str(group))) is not None
            and statement.partner in (None, _operator(programme, part.module))
        ]
        if not groups:
            continue
        units = results["failures"].sel(station=station, group=groups, year=year)
        total = float(np.nansum(units.values))
        name = f"failures of listed units in {year}, mean of replicas, {station}"
        figures.append(_figure(name, total, "1/year", RUN))
    if not figures:
        return Finding("the document lists no unit of theirs on a station of these that was flown")
    text = f"failures of the units that the document lists in their modules, in {year} as flown"
    return Finding(text, tuple(figures))


_CHANCES: Final = {
    "evacuation_chance": "chance that people leave early",
    "crew_lost_chance": "chance that people are lost",
    "station_lost_chance": "chance that the station is lost",
    "penetration_chance": "chance of a penetration of any hull",
}


def _safety(evidence: Evidence, statement: Statement) -> Finding:
    found = _chances(evidence, statement, tuple(_CHANCES))
    if found.figures:
        return found
    return Finding(found.text or f"the run does not cover {statement.date.year}")


def _chances(evidence: Evidence, statement: Statement, names: Sequence[str]) -> Finding:
    """Yearly chances of the run for the year of the statement, with the band of sampling."""
    results, year = evidence.results, statement.date.year
    if results is None or not _covers(results, year):
        return Finding(f"the run does not cover {year}")
    replicas = int(results.attrs.get("replicas", 0))
    figures = []
    for station in _flown(results, statement.stations):
        for name in names:
            if name not in results or replicas < 1:
                continue
            values = np.asarray(results[name].sel(station=station, year=year).values, dtype=float)
            share = float(np.clip(np.nansum(values), 0.0, 1.0))
            low, high = wilson_band(share, replicas)
            origin = f"{RUN}, {replicas} replicas, 90 % band of sampling {low:.2g} to {high:.2g}"
            figure = _figure(f"{_CHANCES[name]} in {year}, {station}", share, "1", origin)
            figures.append({**figure, "low": round(low, 6), "high": round(high, 6)})
    return Finding(f"yearly chances of the run for {year}" if figures else None, tuple(figures))


def _covers(results: xr.Dataset, year: int) -> bool:
    return "year" in results.coords and year in results["year"].values


def _flown(results: xr.Dataset, stations: Sequence[str]) -> list[str]:
    there = {str(key) for key in results["station"].values}
    return [station for station in stations if station in there]


@cache
def _rates(inclination_deg: float) -> DoseRates:
    return dose_rate_table(trapped_table(), float(np.radians(inclination_deg)))


def _radiation(evidence: Evidence, statement: Statement) -> Finding:
    """Quiet-time dose rates of the two inclinations at one height, from minimum to maximum."""
    modulation = modulation_from_sunspots([QUIET_SPOTS, ACTIVE_SPOTS])
    figures = []
    means = []
    for inclination in INCLINATIONS_DEG:
        series = dose_rates(_rates(inclination), ALTITUDE, modulation, [0.0, 1.0])
        rate = (series.gcr_equivalent + series.trapped_equivalent) * SECONDS_PER_DAY * 1e3
        low, high = float(rate.min()), float(rate.max())
        means.append(float(rate.mean()))
        origin = f"{MODEL}, solar maximum to minimum {low:.2g} to {high:.2g}, quiet time"
        name = f"dose equivalent rate at {inclination:g} deg, {ALTITUDE / KILOMETRE:g} km"
        figure = _figure(name, float(rate.mean()), "mSv/d", origin)
        figures.append({**figure, "low": round(low, 6), "high": round(high, 6)})
    text = (
        f"at one height and behind the same wall the model gives {means[1] / means[0]:.2f} times "
        f"the dose at {INCLINATIONS_DEG[1]:g} degrees of that at {INCLINATIONS_DEG[0]:g} degrees "
        "in quiet time; solar particle events, to which the steeper orbit is more open, are not in"
    )
    return Finding(text, tuple(figures))


_LOOKS: Final[Mapping[ReasonTopic, Callable[[Evidence, Statement], Finding]]] = {
    "age": _ages,
    "condition": _leaks,
    "malfunctions": _failures,
    "safety": _safety,
    "radiation": _radiation,
}
"""By topic; no model here bears on the others."""
