"""How each station comes down, and what the other ways to end it would take."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stationkeeper.errors import InputError
from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, counted, number, whole
from stationkeeper.report.picture import Picture
from stationkeeper.report.source import Run
from stationkeeper.results.storage import storage_errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "comes-down", "How it comes down"
FILE = "descent.json"
ENTRY_KM = 120.0  # where the flight through the atmosphere begins, by custom
HOLD_KM = 220.0  # where a drift gives way to the last burns, as published for the ISS
_BEFORE = np.timedelta64(240, "D")  # shown before the first step; our choice
_AFTER = np.timedelta64(120, "D")  # shown after the last day; our choice
_EARLY = 0.3  # of the width: names of earlier steps stand right of their line; our choice
_KEPT = 26  # letters under a figure that are kept on one line: two dates; our choice
_BURN = "#a4262c"

Told = dict[str, Any]


def told(run: Run) -> dict[str, Told]:
    """Return what the run says of the end of each station; empty if it says nothing.

    Raises
    ------
    InputError
        If its file cannot be read as JSON.
    """
    path = run.folder / FILE
    if not path.is_file():
        return {}
    with storage_errors(path):
        text = path.read_bytes()
    try:
        stations = dict(json.loads(text)["stations"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); expected what `stationkeeper run` wrote: run again"
        ) from None
    return {key: stations[key] for key in run.stations if key in stations}


def pictures(run: Run) -> list[Picture]:
    """Draw the end of the station that comes down first by plan; none if the run tells of none."""
    stations = told(run)
    if not stations:
        return []
    key = _shown(stations)
    one = stations[key]
    burns = _with_burns(one)
    colour = look.station_colours(run.stations)[key]
    with look.drawing():
        heights = (3.9, 2.9) if burns else (3.9,)
        figure, panels = look.new_figure(sum(heights), len(heights), heights, share_x=False)
        _draw_descent(panels[0], run, key, one, colour)
        if burns:
            _draw_burns(panels[1], burns, colour)
        image = look.as_png(figure)
    below = (
        " Below: the orbit after each burn, from its lowest to its highest point." if burns else ""
    )
    return [
        Picture(
            KEY,
            TITLE,
            f"{run.title(key)}. Colour: as flown, median and 90 % of the replicas. Grey: a fall "
            f"without burns from {one['from']['date']} on, {counted(one['replicas'], 'replica')}."
            + below,
            alt=" ".join(sentences(run)),
            png=image,
        )
    ]


def _shown(stations: dict[str, Told]) -> str:
    """Return the station to draw: one that is brought down, one that falls, or the last."""
    for left in ("last burns", "entry"):
        for key, one in stations.items():
            if one["left"] == left:
                return key
    return list(stations)[-1]


def _with_burns(one: Told) -> list[Told]:
    return [way for way in one["ways"] if way.get("burns")]


def _days(dates: Sequence[str]) -> Any:
    return look.day_numbers(np.array(dates, "datetime64[D]"))


def _draw_descent(axes: "Axes", run: Run, key: str, one: Told, colour: str) -> None:
    """Draw the altitude as flown, the fall if nothing is done, and the steps."""
    fall, start = one["fall"], np.datetime64(one["from"]["date"], "D")
    falls = one["left"] == "entry"
    low, middle, high = run.quantiles("altitude_km", key)
    known = np.isfinite(middle)
    when = run.months + np.timedelta64(15, "D")
    dates = [np.datetime64(step["first"], "D") for step in one["steps"]] + [start]
    first = max(min(dates) - _BEFORE, run.months[known][0])
    last = max(np.datetime64(fall["date"][-1], "D"), start) + _AFTER
    near = known & (when >= first) & (when <= start)
    days = look.day_numbers(when)
    axes.fill_between(days[near], low[near], high[near], color=colour, alpha=0.22, linewidth=0)
    axes.plot(days[near], middle[near], color=colour)
    grounds = [one["from"]["altitude_p95_km"], *high[near]]
    after = _days(fall["date"])
    bands = [np.array(fall[f"altitude_{share}_km"]) for share in ("p05", "p50", "p95")]
    axes.fill_between(after, bands[0], bands[2], color=look.QUIET, alpha=0.18, linewidth=0)
    up = int(np.count_nonzero(bands[1] > ENTRY_KM)) + 1
    axes.plot(after[:up], bands[1][:up], color=look.QUIET, linestyle=(0, (5, 2)))
    look.time_axis(axes, *look.day_numbers(np.array([first, last])))
    top = float(max(grounds))
    axes.set_ylim(ENTRY_KM - 10, top + 25)
    axes.axhline(HOLD_KM, color=look.QUIET, linewidth=0.9, linestyle=(0, (1, 2)))
    edge = float(look.day_numbers(np.array([last]))[0])
    axes.annotate(
        f"{HOLD_KM:.0f} km ",
        (edge, HOLD_KM),
        ha="right",
        va="bottom",
        fontsize=8,
        color=look.QUIET,
    )
    _draw_steps(axes, one, top)
    axes.set_ylabel("altitude [km]")
    title = look.drawable(run.title(key))
    axes.set_title(title, color=colour)
    words = [("as flown", colour), ("fall" if falls else "if nothing is done", look.QUIET)]
    if any(step["step"] == "entry" for step in one["steps"]):
        words.append(("last burns", _BURN))
    look.words_beside(axes, words)


def _draw_steps(axes: "Axes", one: Told, top: float) -> None:
    """Mark the dated steps, each named below the one before."""
    named: dict[str, list[str]] = {}
    for step in one["steps"]:
        # The last burns and the entry are days apart: one mark for both.
        at = one["from"]["date"] if step["step"] == "entry" else step["first"]
        named.setdefault(at, []).append(f"{step['step']}\n{step['first']}")
    left, right = axes.get_xlim()
    height = top - 0.17 * (top - ENTRY_KM)
    for date, names in named.items():
        here = float(_days([date])[0])
        axes.axvline(here, color=look.INK, linewidth=0.7, alpha=0.45, zorder=0.6)
        early = here - left < _EARLY * (right - left)
        for name in names:
            axes.annotate(
                "\n".join(map(look.drawable, name.split("\n"))),
                (here, height),
                xytext=(4 if early else -4, 0),
                textcoords="offset points",
                ha="left" if early else "right",
                va="center",
                fontsize=8,
                zorder=0.8,  # over the marks, under the data
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
            )
            height -= 0.14 * (top - ENTRY_KM)
    if any(step["step"] == "entry" for step in one["steps"]):
        burns = one["ways"][0]
        axes.plot(
            _days([burns["burns_begin"], burns["ends"]]),
            [burns["burns_begin_altitude_km"], ENTRY_KM],
            color=_BURN,
            linewidth=1.8,
        )


def _draw_burns(axes: "Axes", ways: Sequence[Told], colour: str) -> None:
    """Draw the orbit before and after each burn as a bar from perigee to apogee."""
    from matplotlib.ticker import FixedLocator

    place, places, names = 0.0, [], []
    most = max(way["burns_begin_altitude_km"] for way in ways)
    for way in ways:
        begin = way["burns_begin_altitude_km"]
        orbits = [(begin, begin)]
        orbits += [(burn["perigee_km"], burn["apogee_km"]) for burn in way["burns"]]
        labels = [f"from {begin:.0f} km\n{way['burns_begin']}"]
        labels += [
            f"{burn['delta_v_m_s']:.0f} m/s\n{burn['duration_min']:.0f} min"
            for burn in way["burns"]
        ]
        for (low, high), label in zip(orbits, labels, strict=True):
            axes.plot(
                [place, place],
                [low, high],
                color=colour,
                linewidth=5,
                alpha=0.45,
                solid_capstyle="butt",
            )
            axes.plot([place], [low], marker="o", color=_BURN if low < ENTRY_KM else colour)
            axes.annotate(
                f"{low:.0f} km",
                (place, low),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
            places.append(place)
            names.append(label)
            place += 1.0
        place += 0.6
    axes.axhline(ENTRY_KM, color=look.QUIET, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.annotate(
        f"{ENTRY_KM:.0f} km: entry",
        (-0.55, ENTRY_KM),
        va="bottom",
        fontsize=8,
        color=look.QUIET,
    )
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.set_xticks(places, names)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, place - 0.6)
    axes.set_ylim(0, 1.1 * most)
    axes.set_ylabel("altitude over the equator [km]")
    axes.set_title("The orbit after each burn", color=look.INK)


def sentences(run: Run) -> list[str]:
    """Say for each station how it comes down: one sentence each."""
    return [_sentence(run.title(key), one) for key, one in told(run).items()]


def _sentence(title: str, one: Told) -> str:
    start, burns, alone = one["from"], one["ways"][0], one["ways"][-1]
    parts = []
    drift = next((step for step in one["steps"] if step["step"].startswith("drift")), None)
    if drift is not None:
        parts.append(f"drifts without reboosts from {drift['first']}")
    if one["left"] == "entry":
        parts.append(f"is left to fall from {one['since'] or start['date']} on")
    if burns["possible"]:
        verb = "comes down" if one["left"] == "last burns" else "could be brought down"
        aboard = f"{number(start['propellant_at_hand_kg'] / 1e3)}{FIRM_SPACE}t at hand"
        parts.append(
            f"{verb} from {number(burns['burns_begin_altitude_km'])}{FIRM_SPACE}km between "
            f"{burns['burns_begin']} and {burns['ends']} with "
            f"{counted(len(burns['burns']), 'burn')} of {burns['engine']}: "
            f"{number(burns['delta_v_m_s'])}{FIRM_SPACE}m/s, "
            f"{number(burns['propellant_kg'] / 1e3)}{FIRM_SPACE}t of propellant with {aboard}, "
            f"casualties to expect {_odds(burns['casualties'])}"
        )
    else:
        parts.append(f"cannot be brought down on purpose: {burns['why_not']}")
    left = "enters" if one["left"] == "entry" else "would enter"
    when = alone["ends"] or "more than ten years later"
    parts.append(
        f"left alone it {left} on {when}" if alone["ends"] else f"left alone it {left} {when}"
    )
    return (
        f"{title} {'; '.join(parts)}, casualties to expect {_odds(alone['casualties'])}; "
        f"allowed are {_odds(alone['limit'])}."
    )


def _odds(value: float) -> str:
    """Write a small expectation as one in so many.

    Examples
    --------
    >>> _odds(1e-4).replace("\u202f", " ").replace("\xa0", " ")
    '1 in 10 000'
    >>> _odds(0.0)
    'none'
    """
    if not value > 0:
        return "none"
    many = float(f"{max(1 / value, 1.0):.3g}")
    return f"1{FIRM_SPACE}in{FIRM_SPACE}{whole(many) if many >= 10 else number(many, 2)}"


def ways_markup(run: Run) -> Markup:
    """Return the table of the ways for each station, and what they assume."""
    stations = told(run)
    if not stations:
        return Markup("")
    rows = [_row(run.label(key), way, one) for key, one in stations.items() for way in one["ways"]]
    heads = (
        "station",
        "way",
        "from",
        "to",
        "delta-v [m/s]",
        "propellant [t]",
        "strip [km]",
        "casualties to expect",
    )
    limit = next(iter(stations.values()))["ways"][-1]["limit"]
    note = (
        f"Allowed: {_odds(limit)}. Propellant: needed, and what is aboard in the median replica, "
        "all tanks as one stock. Small dates: 90 % of the replicas."
    )
    assumed = dict.fromkeys(
        text
        for one in stations.values()
        for way in one["ways"]
        for text in way.get("assumptions", ())
    )
    return Markup("").join(
        [
            table(heads, rows, caption=note),
            tag(
                "details",
                tag("summary", "What these ways assume"),
                tag("ul", *[tag("li", f"{text[:1].upper()}{text[1:]}.") for text in assumed]),
            ),
        ]
    )


def _row(station: str, way: Told, one: Told) -> tuple[object, ...]:
    if not way["possible"]:
        return station, way["way"], "–", "–", "–", "–", "–", f"not possible: {way['why_not']}"
    begins = str(way.get("burns_begin", way["begins"]))
    early, late = way.get("burns_begin_early"), way.get("burns_begin_late")
    if "life_years" in way:
        ends: object = _stacked("stored", f"for {whole(way['life_years'])} years")
    elif "ends_early" in way:
        ends = _stacked(
            way["ends"] or "after ten years",
            f"{way['ends_early'] or 'later'} to {way['ends_late'] or 'later'}",
        )
    else:
        ends = way["ends"] or "after ten years"
    needed = number(way["propellant_kg"] / 1e3)
    aboard = number(one["from"]["propellant_at_hand_kg"] / 1e3)
    enough = f"of {aboard}" if way["propellant_enough"] else f"of {aboard}: not enough"
    return (
        station,
        way["way"],
        _stacked(begins, f"{early} to {late or 'later'}" if early else ""),
        ends,
        number(way["delta_v_m_s"]),
        _stacked(needed, enough) if way["propellant_kg"] else "0",
        whole(way["footprint_km"]) if "footprint_km" in way else "–",
        _casualties(way),
    )


def _casualties(way: Told) -> object:
    if "casualties" not in way:
        return _stacked("–", "those of a fall come later")
    said = _odds(way["casualties"])
    held = "within the limit" if way["within_limit"] else "above the limit"
    if "casualties_if_failed" not in way:
        return _stacked(said, held)
    return _stacked(
        said,
        f"{held}; {_odds(way['casualties_if_failed'])} if the burns fail; limit kept if they fail "
        f"less often than {_odds(way['failure_allowed'])}",
    )


def _stacked(text: str, small: str) -> Markup:
    line = tag("span", text, class_="whole")
    kept = "whole" if len(small) <= _KEPT else None
    return Markup("").join([line, tag("br"), tag("small", small, class_=kept)]) if small else line
