"""Upkeep as a report reads it: chances with bands, names of causes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeeper.hull.failure_probability import chance_band
from stationkeeper.programme.document import Programme
from stationkeeper.report.markup import Markup, tag
from stationkeeper.report.numbers import FIRM_SPACE, number, whole
from stationkeeper.report.source import Run

Numbers = NDArray[np.float64]

COVERAGE = 0.9  # of every band of a chance


@dataclass(frozen=True)
class Chance:
    """How often something was seen, of how many replicas or replica-years."""

    count: int
    of: int

    @property
    def known(self) -> bool:
        """True if there was anything to look at."""
        return self.of > 0

    @property
    def share(self) -> float:
        """Share in which it was seen."""
        return self.count / self.of if self.of else float("nan")

    @property
    def band(self) -> tuple[float, float]:
        """Exact band of 90 %; with none seen, its upper end is the 95 % bound."""
        if not self.of:
            return float("nan"), float("nan")
        return chance_band(self.count, self.of, COVERAGE)


def percent(value: float) -> str:
    """Write a share in percent with two figures.

    Examples
    --------
    >>> percent(0.01234).replace("\xa0", " ")
    '1.2 %'
    """
    return f"{number(100 * value, 2)}{FIRM_SPACE}%"


def below(chance: Chance) -> str:
    """Write what is known of a chance of which nothing was seen.

    Examples
    --------
    >>> below(Chance(0, 2310)).replace("\u202f", " ").replace("\xa0", " ")
    '< 1/2 310'
    """
    return f"<{FIRM_SPACE}1/{whole(chance.of)}"


def chance_text(chance: Chance, of: str = "replica-years") -> str:
    """Write a chance with its band; if nothing was seen, of how many and the bound that leaves.

    Examples
    --------
    >>> chance_text(Chance(10, 250), "replicas").replace("\xa0", " ")
    '4.0 % (2.2–6.7 %)'
    >>> chance_text(Chance(0, 250), "replicas").replace("\xa0", " ")
    '< 1/250 (none in 250 replicas; 95 % bound 1.2 %)'
    """
    if not chance.known:
        return "–"
    low, high = chance.band
    if chance.count == 0:
        return (
            f"{below(chance)} (none in {whole(chance.of)} {of}; 95{FIRM_SPACE}% bound "
            f"{percent(high)})"
        )
    return f"{percent(chance.share)} ({number(100 * low, 2)}–{percent(high)})"


def chance_cell(chance: Chance) -> Markup | str:
    """Return a chance for a table: its band, or its bound, in small under it."""
    if not chance.known:
        return "–"
    low, high = chance.band
    if chance.count == 0:
        return stacked(below(chance), f"up to {percent(high)}")
    return stacked(percent(chance.share), f"{number(100 * low, 2)}–{number(100 * high, 2)}")


def stacked(text: str, small: str) -> Markup:
    """Return a text with another in small under it."""
    line = tag("span", text, class_="whole")
    return Markup("").join([line, tag("br"), tag("small", small, class_="whole")])


def replicas_of(run: Run) -> int:
    """Return the number of replicas flown."""
    return int(run.results.attrs.get("replicas", run.record.get("replicas", 0)))


def replica_years(run: Run, station: str) -> NDArray[np.int64]:
    """Return in how many replicas a station was there, by year."""
    shares = np.nan_to_num(run.series("station_years", station))
    return np.rint(shares * replicas_of(run)).astype(np.int64)


def counts(run: Run, station: str, values: Numbers) -> NDArray[np.int64]:
    """Return counts from chances that end in years."""
    return np.rint(np.nan_to_num(values) * replica_years(run, station)).astype(np.int64)


def has_upkeep(run: Run) -> bool:
    """True if the run counted what wears, leaks and fails."""
    return run.has("station_years", "evacuation_chance", "station_lost_chance")


def upkept_stations(run: Run) -> tuple[str, ...]:
    """Return the stations that are there in some replica and some year."""
    if not has_upkeep(run):
        return ()
    return tuple(key for key in run.stations if replica_years(run, key).any())


def module_name(programme: Programme, module: str) -> str:
    """Return the name of a module as people say it."""
    part = programme.module.get(module)
    return part.title if part else module


def cause_name(programme: Programme, cause: str) -> str:
    """Return what a cause is called on the page."""
    kind, _, key = cause.partition(" ")
    if kind == "function":
        function = programme.function.get(key)
        return f"{function.title if function else key}: not provided"
    if kind == "module":
        return f"penetration of {module_name(programme, key)}"
    if kind in ("ship", "radiator"):
        ship = programme.ship.get(key)
        title = ship.title if ship else key
        part = "the radiator of " if kind == "radiator" else ""
        return f"penetration of {part}a docked {title}"
    return cause


def partner_name(programme: Programme, partner: str) -> str:
    """Return the name of a partner."""
    part = programme.partner.get(partner)
    return part.title if part else partner
