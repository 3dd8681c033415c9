"""The answer in words: a short paragraph of figures with bands."""

from pathlib import Path

import numpy as np

from stationkeeper.report import services_sections, upkeep_risks, upkeep_withdrawal, words_sections
from stationkeeper.report.facts import StationFacts, dose_facts, station_facts, stay_days
from stationkeeper.report.limits import nearest, nearness_text
from stationkeeper.report.numbers import (
    FIRM_SPACE,
    band_text,
    counted,
    listed,
    month_text,
    number,
    whole,
    year_ranges,
)
from stationkeeper.report.people import person_days
from stationkeeper.report.source import Run, read_run

DISCLAIMER = "Public data; not for flight decisions."
_NATIONS_SAID = 4  # nations named in the paragraph; the others are summed; our choice


def headline(folder: Path) -> str:
    """Return the answer in words for a terminal: one sentence or two to a line.

    Raises
    ------
    InputError
        If the folder is not that of a finished run.
    """
    run = read_run(folder)
    return "\n".join([run.programme.title, *answer(run), DISCLAIMER])


def answer(run: Run) -> list[str]:
    """Return the answer as paragraphs: each station, the people, the dose, what is assumed."""
    said = [_station(run, facts) for facts in station_facts(run)]
    if not said:
        said = ["No station flies in the span."]
    said += [text for text in (_people(run), _kept(run), _dose(run)) if text]
    said += [text for text in words_sections.answer(run) if text]
    said += services_sections.answer(run)
    said += [text for text in (assumed(run),) if text]
    return said


def _station(run: Run, facts: StationFacts) -> str:
    """Say how long a station flies, how high, on how much propellant."""
    name = run.title(facts.key)
    parts = [f"{name}: in orbit {_life(run, facts)}."]
    if facts.altitude_km.known:
        parts.append(f"In the middle month it is at {band_text(facts.altitude_km, 'km')}.")
    if facts.propellant_t.known:
        when = "in the middle year" if facts.whole_years else "in the part of a year flown"
        least = min(facts.propellant_years, key=lambda pair: pair[1])
        most = max(facts.propellant_years, key=lambda pair: pair[1])
        text = f"It uses {band_text(facts.propellant_t, 't')} of propellant {when}"
        if most[1] > least[1]:
            text += (
                f", from {number(least[1], 2)}{FIRM_SPACE}t in {least[0]} to "
                f"{number(most[1], 2)}{FIRM_SPACE}t in {most[0]}"
            )
        if np.isfinite(facts.reboosts):
            text += f"; {number(facts.reboosts, 2)} reboosts a year on average"
        parts.append(text + ".")
    if facts.days_to_200_km.known:
        parts.append(
            "Without propulsion it would be at 200 km after "
            f"{band_text(facts.days_to_200_km, 'd')} if lost in the middle month."
        )
    return " ".join(parts)


def _life(run: Run, facts: StationFacts) -> str:
    """Say from when to when a station flies, and how it comes down."""
    began = "" if facts.first == run.months[0] else f"from {month_text(facts.first)} "
    share = f"{number(100 * facts.share_flying)} %"
    early, middle, late = (end_text(when) for when in facts.ends)
    if facts.still_flies:
        said = f"{began}to the end of the span, {run.last}, in {share} of the replicas"
        return said if np.isnat(facts.ends[0]) else f"{said}; 5 % are down by {early}"
    band = f"90 % of the replicas: {early} to {late}" if early != late else _same_day(run, facts)
    how = f", then {' or '.join(facts.how)}" if facts.how else ""
    return f"{began}to {middle} ({band}){how}"


def _same_day(run: Run, facts: StationFacts) -> str:
    """Say in how many replicas a station comes down on the day on which most do."""
    found = run.ends.get(facts.key)
    share = 1.0 if found is None else float(np.mean(found.days == facts.ends[1]))
    return "in all replicas" if share == 1 else f"in {number(100 * share)} % of the replicas"


def end_text(when: np.datetime64) -> str:
    """Write the day of an end, or that it lies beyond the span."""
    return "after the span" if np.isnat(when) else str(when)


def _people(run: Run) -> str:
    """Say how many days people of which nation live aboard."""
    days = person_days(run)
    if not days:
        return "Nobody is aboard."
    named = list(days.items())[:_NATIONS_SAID]
    rest = sum(days.values()) - sum(value for _, value in named)
    parts = [f"{nation} {whole(value)}" for nation, value in named]
    if rest > 0.5:
        parts.append(f"other nations {whole(rest)}")
    return f"People live aboard for {whole(sum(days.values()))} person-days: {listed(parts)}."


def _kept(run: Run) -> str:
    """Say how often people leave early and a station is lost, over the span."""
    return " ".join([*upkeep_risks.over_the_span(run), *upkeep_withdrawal.sentences(run)])


def _dose(run: Run) -> str:
    """Say what the stays take, and how that stands beside the limits."""
    facts = dose_facts(run)
    if facts is None:
        return ""
    largest = facts.largest
    said = [
        f"In quiet time the middle one of {counted(facts.count, 'stay')} takes "
        f"{band_text(facts.middle, 'mSv')} a person; the largest, {largest.ship_up} with "
        f"{whole(stay_days(run, largest))} days, {band_text(largest.dose, 'mSv')}."
    ]
    held = nearest(run, "in force")
    if held is not None:
        said.append(f"The nearest that a stay comes to a limit in force is {nearness_text(held)}.")
    contested = nearest(run, "contested")
    if contested is not None:
        said.append(f"Of a contested limit: {nearness_text(contested)}.")
    return " ".join(said)


def assumed(run: Run) -> str:
    """Say what the answer rests on that is not record."""
    parts = []
    for key in run.stations:
        years = run.policy_years(key)
        if years:
            parts.append(
                f"the altitude of {run.title(key)} follows a policy in {year_ranges(years)}"
            )
    if run.estimates:
        parts.append(f"{counted(len(run.estimates), 'figure')} of the programme estimated by us")
    parts.append(
        "future solar activity is drawn from past cycles for each replica"
        if run.programme.sun.future == "drawn"
        else "future solar activity is the published prediction"
    )
    text = "; ".join(parts)
    return f"Assumed: {text}. Bands hold 90 % of the replicas."
