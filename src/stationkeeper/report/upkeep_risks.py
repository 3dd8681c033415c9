"""Yearly chances: penetration, a leak beyond the limit, evacuation, loss of station and crew."""

from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeeper.report import look, upkeep_events
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, number, whole
from stationkeeper.report.picture import Picture
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import (
    Chance,
    cause_name,
    chance_cell,
    chance_text,
    counts,
    module_name,
    percent,
    replica_years,
    replicas_of,
    upkept_stations,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stationkeeper.report.upkeep_source import Numbers

KEY, TITLE = "risks", "Chances by year"
MOST_CAUSES: Final = 12  # rows of the table of causes; our choice
WHATS: Final = {
    "penetration": "hull penetrated",
    "leak": "leak beyond the limit",
    "evacuation": "people leave early",
    "station": "station lost",
    "crew": "people lost",
}
_CAUSED: Final = {
    "evacuation": "evacuation_chance",
    "station": "station_lost_chance",
    "crew": "crew_lost_chance",
}


def yearly(run: Run, station: str, what: str) -> list[Chance]:
    """Return the chances of one outcome at one station, by year of the results."""
    of = replica_years(run, station)
    if what == "penetration":
        found = counts(run, station, run.series("penetration_chance", station))
    elif what == "leak":
        found = counts(run, station, _beyond(run, station))
    else:
        # A replica counts for the first cause of a year only, so causes add up.
        found = by_cause(run, station, _CAUSED[what]).sum(axis=0)
    return [Chance(int(min(count, n)), int(n)) for count, n in zip(found, of, strict=True)]


def _beyond(run: Run, station: str) -> "Numbers":
    """Chance of a leak beyond the limit by year, over the hypotheses as they were drawn."""
    within = np.nan_to_num(
        run.results["leak_beyond_station_chance"]
        .sel(station=station)
        .transpose("hypothesis", "year")
        .values
    )
    share = np.nan_to_num(run.results["hypothesis_share"].sel(station=station).values)
    return np.asarray(share @ within, float)


def by_cause(run: Run, station: str, name: str) -> "Numbers":
    """Return counts of one outcome at one station, (cause, year)."""
    values = run.results[name].sel(station=station).transpose(..., "year").values
    return np.asarray(counts(run, station, np.asarray(values, float)), float)


def pooled(run: Run, station: str, what: str) -> Chance:
    """Return the chance of one outcome in a year, all years together."""
    years = yearly(run, station, what)
    return Chance(sum(one.count for one in years), sum(one.of for one in years))


def caused(run: Run, station: str) -> dict[str, dict[str, Chance]]:
    """Return the yearly chances of each outcome by cause, those with most effect first.

    Leaks beyond the limit and penetrations stand beside the causes that name their module.
    """
    of = int(replica_years(run, station).sum())
    causes = [str(name) for name in run.results["cause"].values]
    found: dict[str, dict[str, Chance]] = {}
    for what, name in _CAUSED.items():
        for cause, count in zip(causes, by_cause(run, station, name).sum(axis=1), strict=True):
            if count:
                found.setdefault(cause, {})[what] = Chance(int(count), of)
    modules = [str(name) for name in run.results["module"].values]
    for what, name in (("penetration", "penetrations"), ("leak", "leak_beyond_chance")):
        for module, count in zip(modules, by_cause(run, station, name).sum(axis=1), strict=True):
            if count:
                # Penetrations are counted all, not once a year: few enough that it is the same.
                row = found.setdefault(f"module {module}", {})
                row[what] = Chance(int(min(count, of)), of)
    return dict(sorted(found.items(), key=lambda item: _weight(item[1]), reverse=True))


def _weight(row: dict[str, Chance]) -> tuple[int, ...]:
    def count(*whats: str) -> int:
        return sum(row[what].count for what in whats if what in row)

    return count("evacuation", "station", "crew"), count("leak"), count("penetration")


def picture(run: Run) -> Picture:
    """Draw a panel for each outcome, by year, with the stations side by side."""
    stations = upkept_stations(run)
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, panels = look.new_figure(0.5 + 1.45 * len(WHATS), len(WHATS))
        for axes, (what, words) in zip(panels, WHATS.items(), strict=True):
            for place, key in enumerate(stations):
                _points(axes, run, yearly(run, key, what), colours[key], place, len(stations))
            axes.set_title(f"{words} [% a year]", color=look.INK)
            axes.set_ylim(bottom=0.0)
        look.words_beside(panels[0], [(run.label(key), colours[key]) for key in stations])
        _years(panels[-1], run)
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Share of the replicas that have the station in that year and in which it happens. Bar: "
        "band of 90 % that so many replicas leave (exact, binomial). A ring: seen in none of them; "
        "its bar ends at the 95 % bound. A replica without a station is not counted any more. "
        f"The limit of a leak is the user's: {_limits(run)}.",
        alt="Chances a year, all years together. "
        + " ".join(
            f"{run.title(key)}: "
            + "; ".join(
                f"{words} {chance_text(pooled(run, key, what))}" for what, words in WHATS.items()
            )
            + "."
            for key in stations
        ),
        png=image,
    )


def _points(
    axes: "Axes", run: Run, chances: list[Chance], colour: str, place: int, stations: int
) -> None:
    """Draw a point and a bar for each year, beside those of the other stations."""
    shift = 0.18 * (place - (stations - 1) / 2)
    for year, chance in zip(run.years, chances, strict=True):
        if not chance.known:
            continue
        when = year + shift
        low, high = chance.band
        axes.plot([when, when], [100 * low, 100 * high], color=colour, linewidth=1.2, alpha=0.55)
        fill = colour if chance.count else "white"
        axes.plot(
            [when],
            [100 * chance.share],
            marker="o",
            markersize=4.5,
            color=colour,
            markerfacecolor=fill,
            clip_on=False,
        )


def _years(axes: "Axes", run: Run) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
    axes.set_xlim(run.years.min() - 0.6, run.years.max() + 0.6)
    axes.set_xlabel("year")


def limits_of_leaks(run: Run) -> dict[str, float]:
    """Return the limit of the user on air lost, by station. [kg/d]"""
    found = {}
    for key in upkept_stations(run):
        upkeep = run.programme.station[key].upkeep if key in run.programme.station else None
        if upkeep is not None:
            found[key] = upkeep.leak_limit_kg_day
    return found


def _limits(run: Run) -> str:
    limits = limits_of_leaks(run)
    if len(set(limits.values())) == 1:
        return f"{number(next(iter(limits.values())), 2)}{FIRM_SPACE}kg/d from one module"
    return (
        ", ".join(
            f"{run.label(key)} {number(limit, 2)}{FIRM_SPACE}kg/d" for key, limit in limits.items()
        )
        or "none given"
    )


def sentences(run: Run) -> list[str]:
    """Say for each station what the chances are over the years that it is flown."""
    return [f"{run.title(key)}, a year: {_in_words(run, key)}" for key in upkept_stations(run)]


def _in_words(run: Run, station: str) -> str:
    said = [f"{words} {chance_text(pooled(run, station, what))}" for what, words in WHATS.items()]
    return "; ".join(said) + "."


def _begun(run: Run, rows: upkeep_events.Happened) -> int:
    """Return in how many replicas a station begins to fly."""
    found = np.unique(rows.replica[rows.kind == upkeep_events.BEGINS]).size
    return int(found) or replicas_of(run)


def _of_replicas(run: Run, station: str, kind: str) -> Chance | None:
    """Return in how many of the replicas that have a station something happens at least once."""
    rows = run.happened
    if rows is None:
        return None
    here = rows.of(station)
    count = np.unique(here.replica[here.kind == kind]).size
    of = _begun(run, here)
    return Chance(int(min(count, of)), of)


def over_the_span(run: Run) -> list[str]:
    """Say for each station how often people leave early and it is lost, over the whole span."""
    found = []
    for key in upkept_stations(run):
        left, lost, crew = (
            _of_replicas(run, key, kind)
            for kind in (upkeep_events.LEFT, upkeep_events.LOST, upkeep_events.CREW_LOST)
        )
        if left is None or lost is None or crew is None:
            continue
        found.append(
            f"{run.title(key)}, over the span: people leave early in {_text(left)} of the "
            f"replicas that have it, it is lost in {_text(lost)}, people are lost in {_text(crew)}."
        )
    return found


def _text(chance: Chance) -> str:
    return chance_text(chance, "replicas")


def tables(run: Run) -> Markup:
    """Return for each station its causes and its hypotheses of cracks."""
    parts: list[Markup] = []
    for key in upkept_stations(run):
        parts += [tag("h3", f"{run.title(key)}: by module and cause"), _causes(run, key)]
        parts += [_hypotheses(run, key)]
    parts.append(_rarer(run))
    return Markup("").join(parts)


def _causes(run: Run, station: str) -> Markup:
    found = caused(run, station)
    of = int(replica_years(run, station).sum())
    rows: list[tuple[object, ...]] = [
        ("any", *[chance_cell(pooled(run, station, what)) for what in WHATS])
    ]
    for cause, row in list(found.items())[:MOST_CAUSES]:
        rows.append(
            (
                _row_name(run, cause),
                *[chance_cell(_cell(row, what, cause, of)) for what in WHATS],
            )
        )
    left = len(found) - MOST_CAUSES
    note = (
        "Chance a year. Small: band of 90 %. "
        f"“< 1/{whole(of)}”: none in {whole(of)} replica-years; small: the 95 % bound. "
        "In the row of a module: its own penetrations and leaks, and what follows from a "
        "penetration of it. An evacuation or a loss counts under its first cause in a year."
    )
    if left > 0:
        note += f" {counted(left, 'further cause')} of smaller effect left out."
    heads = ("module or cause", *WHATS.values())
    classes = ["front", *[""] * (len(rows) - 1)]
    return table(heads, rows, caption=note, row_classes=classes)


def _row_name(run: Run, cause: str) -> str:
    kind, _, module = cause.partition(" ")
    named = kind == "module"
    return module_name(run.programme, module) if named else cause_name(run.programme, cause)


def _cell(row: dict[str, Chance], what: str, cause: str, of: int) -> Chance:
    """Return a chance seen or not seen; not known where the cause cannot have it."""
    if what in row:
        return row[what]
    has = what in _CAUSED or cause.startswith("module ")
    return Chance(0, of if has else 0)


def _hypotheses(run: Run, station: str) -> Markup:
    """Return what each hypothesis of cracks does, and its share of it."""
    names = [str(name) for name in run.results["hypothesis"].values]
    share = np.nan_to_num(run.results["hypothesis_share"].sel(station=station).values)
    if not share.any():
        return Markup("")
    begun = run.results["leaks_begun"].sel(station=station)
    begun = np.nan_to_num(begun.transpose("module", "hypothesis", "year").values).sum(axis=0)
    within = run.results["leak_beyond_station_chance"].sel(station=station)
    within = np.nan_to_num(within.transpose("hypothesis", "year").values)
    years = replica_years(run, station)
    of = years.sum()
    leaks = begun @ years / of  # a year of all replicas
    beyond = within @ years / of  # within each hypothesis
    mixed = share * beyond
    rows = [
        (
            name,
            percent(share[i]),
            number(leaks[i] / share[i], 2) if share[i] else "–",
            percent(beyond[i]) if share[i] else "–",
            percent(mixed[i] / mixed.sum()) if mixed.sum() else "–",
        )
        for i, name in enumerate(names)
    ]
    heads = (
        "cracks driven by",
        "share of the replicas",
        "leaks that begin, a year",
        "leak beyond the limit, a year",
        "share of the leaks beyond the limit",
    )
    note = "Each replica draws one of two explanations of the cracks, by their weights."
    return table(heads, rows, caption=note)


def _rarer(run: Run) -> Markup:
    years = sum(int(replica_years(run, key).sum()) for key in upkept_stations(run))
    return tag(
        "p",
        f"The run has {whole(years)} replica-years, so that it resolves chances down to about "
        f"{percent(10 / max(years, 1))} a year (ten seen). For rarer ones fly more replicas "
        "(--replicas); the band narrows with the square root of their number.",
        class_="quiet",
    )
