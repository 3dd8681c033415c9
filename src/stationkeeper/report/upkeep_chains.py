"""What came before an evacuation or a loss: minimal sets of events and how much each matters."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.hull.cut_sets import CutSets, Importance, importance, minimal_cut_sets
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import counted, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_events import CREW_LOST, LEFT, LOST, Happened
from stationkeeper.report.upkeep_risks import by_cause
from stationkeeper.report.upkeep_source import (
    Chance,
    cause_name,
    module_name,
    percent,
    stacked,
    upkept_stations,
)

KEY, TITLE = "chains", "What comes before a loss"
WINDOW: Final = 365  # days before the end of a chain in which events count; our choice
MOST_ROWS: Final = 12  # of each table; our choice
# Events that can be part of a chain. A function that only work needs ends nothing; a hatch is shut
# after a leak; a function that is not provided but bridged is not yet lost.
_EVENTS: Final = (
    "collision",
    "docked ship struck through",
    "function lost",
    "hull penetrated",
    "leak beyond the limit",
    "people without a seat home",
    "store runs short",
)
_ENDS: Final = (LEFT, LOST, CREW_LOST)


@dataclass(frozen=True)
class Chains:
    """Which events came before the end of each replica."""

    events: tuple[str, ...]
    table: NDArray[np.bool_]
    """(replica, event)."""
    lost: NDArray[np.bool_]
    """(replica,): people left early, or station or people were lost."""

    def sets(self) -> CutSets:
        """Return the minimal sets."""
        return minimal_cut_sets(self.table, self.lost)

    def weights(self, sets: CutSets) -> Importance:
        """Return how much each event matters."""
        return importance(self.table, self.lost, sets)


def chains(run: Run, station: str) -> Chains | None:
    """Gather what happened in the days before the first evacuation or loss of each replica.

    A replica without one is looked at in as many days before a day on which another one ended, the
    ends taken in turn, so that it is compared with replicas of the same age of the station.

    Parameters
    ----------
    run : Run
        A finished run.
    station : str
        Key of the station.

    Returns
    -------
    Chains or None
        None if nobody left and nothing was lost, or the rows of the replicas are not there.
    """
    rows = run.happened
    if rows is None:
        return None
    here = rows.of(station)
    replicas, place = np.unique(here.replica, return_inverse=True)
    never = np.iinfo(np.int64).max
    end = np.full(replicas.size, never)
    ends = np.isin(here.kind, _ENDS)
    np.minimum.at(end, place[ends], here.day[ends])
    lost = end < never
    if not lost.any():
        return None
    fell = np.sort(end[lost])
    end[~lost] = fell[np.arange((~lost).sum()) % fell.size]
    inside = np.array([_counts(run, kind, name) for kind, name in _pairs(here)], bool)
    inside &= (here.day <= end[place]) & (here.day > end[place] - WINDOW)
    labels = np.array([f"{kind}: {name}" for kind, name in _pairs(here)], np.str_)
    events, column = np.unique(labels[inside], return_inverse=True)
    found = np.zeros((replicas.size, events.size), bool)
    found[place[inside], column] = True
    return Chains(tuple(str(name) for name in events), found, lost)


def _pairs(rows: Happened) -> list[tuple[str, str]]:
    return list(zip(rows.kind.tolist(), rows.subject.tolist(), strict=True))


def _counts(run: Run, kind: str, subject: str) -> bool:
    """Return True if an event can be part of a chain."""
    if kind == "function lost":
        function = run.programme.function.get(subject)
        return function is None or function.needed_by != "work"
    return kind in _EVENTS


def picture(run: Run) -> Picture:
    """Return the place of the tables; there is no figure."""
    found = {key: chains(run, key) for key in upkept_stations(run)}
    if not any(found.values()):
        return absent(
            KEY, TITLE, "In no replica did people leave early, nor was a station or anyone lost."
        )
    return absent(
        KEY,
        TITLE,
        f"Events in the {WINDOW} days before people first left early, or the station or people "
        "were lost, whichever came first (the number of days is our choice). A set is minimal if "
        "no other such replica got by with a part of it. The other replicas are looked at over as "
        "many days before the same dates, in turn. That an event came before does not make it the "
        "cause.",
    )


def tables(run: Run) -> Markup:
    """Return sets, importance and what is too rare to count, by station."""
    parts: list[Markup] = []
    for key in upkept_stations(run):
        found = chains(run, key)
        if found is not None:
            parts += [tag("h3", run.title(key)), *_station(run, found)]
        rare = _rare(run, key)
        if rare:
            parts.append(rare)
    return Markup("").join(parts)


def _station(run: Run, found: Chains) -> list[Markup]:
    sets = found.sets()
    weighed = found.weights(sets)
    size = int(found.lost.sum())
    rows = [
        (
            " + ".join(_event(run, found.events[int(e)]) for e in np.flatnonzero(member)),
            percent(float(share)),
            percent(float(sufficient)),
        )
        for member, share, sufficient in list(
            zip(sets.member, sets.share, sets.sufficient, strict=True)
        )[:MOST_ROWS]
    ]
    note = (
        f"{counted(size, 'replica')} of {whole(found.lost.size)} in which people left early or "
        "something was lost. A replica may count for several sets."
    )
    if sets.unexplained > 0:
        note += f" In {percent(sets.unexplained)} of them no event of the list happened."
    left = sets.share.size - len(rows)
    if left > 0:
        note += f" {counted(left, 'further set')} left out."
    heads = ("minimal set of events", "share of these replicas", "ended so, of all with the set")
    parts = [table(heads, rows, caption=note)] if rows else [tag("p", note)]
    order = np.argsort(-weighed.fussell_vesely, kind="stable")[:MOST_ROWS]
    ranked = [
        (
            _event(run, found.events[int(e)]),
            percent(float(weighed.fussell_vesely[e])),
            number(float(weighed.birnbaum[e]), 2) if np.isfinite(weighed.birnbaum[e]) else "–",
            percent(float(weighed.conditional[e])),
        )
        for e in order
        if weighed.fussell_vesely[e] > 0
    ]
    if ranked:
        heads4 = (
            "event",
            "Fussell-Vesely: share with a set that holds it",
            "Birnbaum: chance with it less that without",
            "share in which it happened",
        )
        parts.append(
            table(heads4, ranked, caption="Importance of single events in these replicas.")
        )
    return parts


def _event(run: Run, event: str) -> str:
    """Return an event with names for the keys of the programme."""
    kind, _, subject = event.partition(": ")
    if kind == "hull penetrated":
        return cause_name(run.programme, subject)
    if kind in ("docked ship struck through", "people without a seat home"):
        return f"{kind} ({cause_name(run.programme, subject)})"
    if kind == "function lost":
        function = run.programme.function.get(subject)
        return f"{kind}: {function.title if function else subject}"
    if kind == "store runs short":
        store = run.programme.store.get(subject)
        return f"{kind}: {store.title if store else subject}"
    if kind == "leak beyond the limit":
        return f"{kind}: {module_name(run.programme, subject)}"
    return event.rstrip(": ")


def after_a_penetration(run: Run, name: str, modules: Collection[str]) -> Chance:
    """Return of how many flown penetrations of some modules, at any station, one outcome followed.

    Parameters
    ----------
    run : Run
        A finished run.
    name : str
        Variable of the results: chance of the outcome by cause.
    modules : collection of str
        Keys of the modules.

    Returns
    -------
    Chance
        Of so many penetrations.
    """
    named = {f"module {module}" for module in modules}
    of_cause = [str(cause) in named for cause in run.results["cause"].values]
    of_module = [str(module) in modules for module in run.results["module"].values]
    count = of = 0
    for key in upkept_stations(run):
        count += int(by_cause(run, key, name)[np.array(of_cause, bool)].sum())
        of += int(by_cause(run, key, "penetrations")[np.array(of_module, bool)].sum())
    return Chance(min(count, of), of)


def alike(run: Run) -> dict[str, tuple[str, ...]]:
    """Return for each module those whose middle hole is in the same factor of two.

    Modules of which no hole is expected are left out.
    """
    holes = {
        one["name"].removeprefix("module "): round(float(np.log2(one["hole_mm"][1])))
        for told in run.upkeep.values()
        for one in told["particles"]["targets"]
        if one["kind"] == "module" and one["hole_mm"] is not None and one["hole_mm"][1] > 0
    }
    return {
        module: tuple(other for other, size in holes.items() if size == mine)
        for module, mine in holes.items()
    }


def _rare(run: Run, station: str) -> Markup:
    """Return yearly chances after penetrations from their expected rate, not from counts."""
    told = run.upkeep.get(station, {}).get("particles")
    if not told:
        return Markup("")
    mean = told["factor"]["after_mean"]
    rates = {
        one["name"].removeprefix("module "): one["per_year"] * mean
        for one in told["targets"]
        if one["kind"] == "module"
    }
    group = alike(run)
    rows = []
    for module, rate in sorted(rates.items(), key=lambda pair: -pair[1]):
        if module not in group:
            continue
        lost, crew = (
            after_a_penetration(run, f"{one}_lost_chance", group[module])
            for one in ("station", "crew")
        )
        flown = f"{lost.count} and {crew.count} of {lost.of}"
        name = module_name(run.programme, module)
        rows.append((name, percent(rate), flown, _times(rate, lost), _times(rate, crew)))
    if not rows:
        return Markup("")
    note = (
        f"{run.title(station)}, a year, while the module is there: expected penetrations, times "
        "the share of flown penetrations after which the station or people were lost, of all "
        "modules whose middle hole is in the same factor of two (the grouping is our choice). "
        "Small: band of 90 % of that share alone. This reaches below what the replicas can count."
    )
    heads = (
        "module",
        "penetrations",
        "station and people lost after, flown",
        "station lost",
        "people lost",
    )
    return table(heads, rows, caption=note)


def _times(rate: float, share: Chance) -> Markup | str:
    if not share.known:
        return "–"
    low, high = share.band
    if share.count == 0:
        return f"< {percent(rate * high)}"
    band = f"{number(100 * rate * low, 2)}–{number(100 * rate * high, 2)}"
    return stacked(percent(rate * share.share), band)
