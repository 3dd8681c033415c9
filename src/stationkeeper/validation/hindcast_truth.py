"""What followed a past day, and what two plain baselines would have said on it.

"As announced": everything happens on the day that was announced last. "Unchanged": nothing happens,
and what is measured stays as it was in the last year known.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.slips import SlipModel, fit_slips, slip_chance, slip_pairs
from stationkeeper.lifetime.slips import slip_quantiles as quantiles_of_slip
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.validation._orbit_arcs import DATUM, table
from stationkeeper.validation.hindcast_flight import LAST, PROGRAMME, STATION
from stationkeeper.validation.published import published

Array = NDArray[np.float64]

ACTS: Final = ("leave", "notice", "end", "first_launch")
QUANTITY: Final = {act: act.replace("_", " ") for act in ACTS}  # as `decisions.json` calls them
SHARES: Final = (np.arange(199) + 0.5) / 199  # members that stand for a distribution


@dataclass(frozen=True)
class Presence:
    """People aboard as flown, by day; `people` by nation."""

    dates: NDArray[np.datetime64]
    people: dict[str, Array]

    def between(self, first: date, last: date, nation: str | None = None) -> Array:
        """People of a nation, or of all, on each day between two, ends included."""
        inside = (self.dates >= np.datetime64(first)) & (self.dates <= np.datetime64(last))
        if nation is not None:
            return self.people[nation][inside]
        return np.asarray(np.stack(list(self.people.values())).sum(axis=0))[inside]


@cache
def authorities() -> dict[str, Any]:
    """Return what was announced and what followed, as published."""
    return published("hindcast.toml")


def days() -> tuple[dict[str, Any], ...]:
    """Return the days of knowledge, with what was announced on each."""
    return authorities()["first"], authorities()["second"]


def known_until() -> date:
    """Return the last day up to which it is known what followed."""
    until: date = authorities()["known_until"]
    return until


@cache
def flown_altitude() -> dict[int, tuple[float, int]]:
    """Return mean altitude by year above our radius [m], and of how many samples it is the mean."""
    return {
        int(row["year"]): (float(row["mean_alt_km"]) * 1e3 + DATUM, int(row["n_samples"]))
        for row in table("orbit_iss_altitude_by_year.csv")
        if row["year"].isdigit()
    }


@cache
def flown_presence() -> Presence:
    """Return who was aboard, from the crew tables as known today."""
    programme = read_programme(PROGRAMME, settings=[f"span.last={LAST}"])
    assembled = assemble(withdrawn(programme), reference_table)
    place = assembled.keys.index(STATION)
    return Presence(
        assembled.calendar.dates,
        dict(zip(assembled.nations, assembled.people[place], strict=True)),
    )


@cache
def slips_without(group: str, day: date) -> SlipModel:
    """Return the law of slips as known on a day, fitted to all elements but one."""
    return fit_slips([pair for pair in slip_pairs(day) if pair.group != group], day)


def slip_members(launch: dict[str, Any]) -> Array:
    """Return slips of an announced launch as 199 equally likely values. [d]"""
    model = slips_without(launch["group"], launch["known_on"])
    lead = float((launch["announced"] - launch["announced_on"]).days)
    passed = float((launch["known_on"] - launch["announced"]).days)
    return np.asarray(quantiles_of_slip(model, lead, SHARES, passed))


def launch_chance(launch: dict[str, Any]) -> float:
    """Return the chance that an announced launch flies by its ``by``."""
    model = slips_without(launch["group"], launch["known_on"])
    lead = float((launch["announced"] - launch["announced_on"]).days)
    passed = float((launch["known_on"] - launch["announced"]).days)
    slip = float((launch["by"] - launch["announced"]).days)
    return float(slip_chance(model, lead, slip, passed))
