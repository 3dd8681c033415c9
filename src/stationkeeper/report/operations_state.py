"""State of a station over a flight: small panels of lows and highs, with the alarm limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.operations_source import (
    Document,
    Numbers,
    hours_of,
    room_titles,
    safe_spans,
    signals_of,
    steps_of,
    time_unit,
    unit_text,
)
from stationkeeper.report.operations_timeline import SAFE
from stationkeeper.report.picture import Picture
from stationkeeper.report.services_look import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY: Final = "operations-state"
TITLE: Final = "State of the station"
_EACH: Final = 1.95  # height of a row of panels [in]
_NAMED: Final = 3  # modules of a panel that are drawn by name; our choice
_APART: Final = 0.12  # of the span of a panel that a module must differ by to be named; ours
LIMIT: Final = "#b3262e"
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#8a6d00", "#555555")
_LETTERS: Final = 66  # that fit above a panel
_CROWD: Final = "#b9c0ca"


@dataclass(frozen=True, eq=False)
class Line:
    """Lows and highs of one signal, ready to be drawn."""

    label: str
    low: Numbers
    high: Numbers


@dataclass(frozen=True, eq=False)
class Panel:
    """One small panel."""

    title: str
    unit: str
    lines: Sequence[Line]
    limits: tuple[float | None, float | None] = (None, None)
    rooms: bool = False
    logarithmic: bool = False
    states: tuple[str, ...] = ()


def picture(document: Document, dictionary: Sequence[Document]) -> Picture:
    """Draw the panels.

    Parameters
    ----------
    document : mapping
        Content of ``operations.json``.
    dictionary : sequence of mapping
        Rows of the telemetry dictionary, for the alarm limits.
    """
    from matplotlib.figure import Figure

    every = panels(document, dictionary)
    times, end, unit = hours_of(document)
    size, _ = time_unit(document)
    rows = -(-len(every) // 2)
    with look.drawing():
        figure = Figure(figsize=(look.WIDTH, _EACH * rows + 0.5))
        figure.set_layout_engine("none")
        # Margins by hand: to work them out takes longer than to draw all panels.
        tall = figure.get_figheight()
        bounds = {
            "left": 0.085,
            "right": 0.985,
            "top": 1 - 0.45 / tall,
            "bottom": 0.5 / tall,
            "wspace": 0.2,
            "hspace": 0.55,
        }
        places = figure.subplots(rows, 2, squeeze=False, sharex=True, gridspec_kw=bounds).ravel()
        for spare in places[len(every) :]:
            spare.remove()
        for axes, panel in zip(places, every, strict=False):
            for begin, over in safe_spans(document):
                axes.axvspan(begin / size, over / size, color=SAFE, alpha=0.6, lw=0, zorder=0)
            for fault in document["faults"]:
                axes.axvline(fault["onset_s"] / size, color="#8b929e", lw=0.8, ls=":", zorder=1)
            _draw(axes, panel, times, end)
            axes.set_xlim(0.0, end)
        for axes in places[max(0, len(every) - 2) : len(every)]:
            axes.set_xlabel(f"{unit} since the begin")
            axes.tick_params(labelbottom=True)
        image = look.as_png(figure, colours=look.FEW)
    width = document["days"] * 86_400.0 / max(len(times), 1)
    caption = (
        f"The true state, not the sensors: lowest and highest within each {number(width / 60)} "
        "minutes. Red dashes: alarm limits of the telemetry dictionary. Dotted: onsets of faults. "
        "Of modules, grey is the range and the middle of all; those furthest from it have a line. "
        "Rates of turn are against the stars: a station that keeps facing the Earth turns about y "
        "by some -0.065°/s."
    )
    if safe_spans(document):
        caption += " Yellow: safe mode."
    return Picture(KEY, TITLE, caption, alt=" ".join(map(_said, every)), png=image)


def _said(panel: Panel) -> str:
    low = min(float(line.low.min()) for line in panel.lines)
    high = max(float(line.high.max()) for line in panel.lines)
    unit = unit_text(panel.unit)
    return f"{panel.title}: {number(low)} to {number(high)} {unit}".rstrip() + "."


def limits_of(dictionary: Sequence[Document], name: str) -> tuple[float | None, float | None]:
    """Return the alarm limits of the first parameter of a name, ``*`` standing for any module.

    Examples
    --------
    >>> rows = [{"name": "room.a.pressure", "low": "96.0", "high": ""}]
    >>> limits_of(rows, "room.*.pressure"), limits_of(rows, "x")
    ((96.0, None), (None, None))
    """
    head, _, tail = name.partition("*")
    for row in dictionary:
        fits = row["name"].startswith(head) and row["name"].endswith(tail) if tail else False
        if row["name"] == name or fits:
            low, high = (float(row[key]) if row[key] != "" else None for key in ("low", "high"))
            return low, high
    return None, None


def panels(document: Document, dictionary: Sequence[Document]) -> list[Panel]:
    """Return what is drawn: the panels for which the flight has signals."""
    signals = signals_of(document)
    rooms = room_titles(document)

    def line(name: str, label: str, factor: float = 1.0, *, size: bool = False) -> list[Line]:
        one = signals.get(name)
        if one is None or not len(one["low"]):
            return []
        low, high = (factor * np.asarray(one[key], float) for key in ("low", "high"))
        if size:  # of what has a sign, how large it is
            low, high = _sizes(low, high)
        return [Line(label, low, high)]

    def of_rooms(kind: str, factor: float = 1.0) -> list[Line]:
        return [
            one for key, title in rooms.items() for one in line(f"room.{key}.{kind}", title, factor)
        ]

    buses = [name for name in signals if name.startswith("bus.") and name.endswith(".level")]
    levels = [one for name in buses for one in line(name, f"bus {name.split('.')[1]}", 100.0)]
    tanks = [
        Line(label, one.low - first, one.high - first)
        for label in ("propellant", "nitrogen", "oxygen", "water")
        for one in line(f"tank.{label}", label)
        for first in (signals[f"tank.{label}"]["high"][0],)
    ]
    power = [
        *line("power.generated", "generated", 1e-3),
        *line("power.demand", "demand", 1e-3),
    ]
    recorder = [*line("recorder.fill", "recorder holds"), *line("recorder.lost", "lost")]
    rates = [one for axis in "xyz" for one in line(f"attitude.rate-{axis}", axis)]
    modes = ("drift", "wheels", "thrusters", "safe")
    error = line("attitude.error", "", size=True)
    every = [
        Panel("Power", "kW", power),
        Panel("State of charge", "%", levels, limits_of(dictionary, "bus.1.level")),
        Panel("Temperature of modules", "degC", of_rooms("temperature"),
              limits_of(dictionary, "room.*.temperature"), rooms=True),
        Panel("Temperature of walls", "degC", of_rooms("wall"),
              limits_of(dictionary, "room.*.wall"), rooms=True),
        Panel("Pressure of modules", "kPa", of_rooms("pressure"),
              limits_of(dictionary, "room.*.pressure"), rooms=True),
        Panel("Oxygen in modules", "kPa", of_rooms("oxygen"),
              limits_of(dictionary, "room.*.oxygen"), rooms=True),
        Panel("Carbon dioxide in modules", "kPa", of_rooms("carbon-dioxide"),
              limits_of(dictionary, "room.*.carbon-dioxide"), rooms=True),
        Panel("Air lost to space", "kg/d", line("station.leak", "")),
        Panel("Smoke in modules", "mg/m3", _moved(of_rooms("smoke", 1e6)),
              limits_of(dictionary, "room.*.smoke"), rooms=True),
        Panel("Carbon monoxide in modules", "mg/m3", _moved(of_rooms("trace", 1e6)),
              limits_of(dictionary, "room.*.trace"), rooms=True),
        Panel("Error of the attitude", "deg", error,
              limits_of(dictionary, "attitude.error"), logarithmic=True),
        Panel("Rate of turn", "deg/s", rates),
        Panel("Attitude control", "-", line("attitude.mode", ""), states=modes),
        Panel("Path of the link", "-", line("link.path", ""),
              states=("none", "ground", "relay")),
        Panel("Recorder", "GB", recorder),
        Panel("Tanks, change since the begin", "kg", tanks),
        Panel("People aboard", "-", _changed(line("people.aboard", ""))),
    ]  # fmt: skip
    return [one for one in every if one.lines]


def _sizes(low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Return the least and greatest size of what lies between two values.

    Examples
    --------
    >>> _sizes(np.array([-2.0]), np.array([1.0]))
    (array([0.]), array([2.]))
    """
    least = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(abs(low), abs(high)))
    return least, np.maximum(abs(low), abs(high))


def _moved(lines: list[Line]) -> list[Line]:
    """Return lines, or none where all stay at nothing."""
    return lines if any(float(line.high.max()) > 1e-6 for line in lines) else []


def _changed(lines: list[Line]) -> list[Line]:
    """Return lines, or none where all stay as they are."""
    return lines if any(float(line.high.max()) > float(line.low.min()) for line in lines) else []


def _draw(axes: "Axes", panel: Panel, times: Numbers, end: float) -> None:
    title = panel.title
    unit = unit_text(panel.unit)
    if panel.logarithmic:
        axes.set_yscale("log")
        plain_ticks(axes.yaxis)
    shown = list(panel.lines)
    words: list[tuple[str, str]] = []
    floor = 1e-4 if panel.logarithmic else None  # [deg] far below what any sensor tells
    if panel.rooms:
        low = np.min([line.low for line in shown], axis=0)
        high = np.max([line.high for line in shown], axis=0)
        _band(axes, times, end, low, high, _CROWD, 0.75, floor)
        middle = np.median([(line.low + line.high) / 2 for line in shown], axis=0)
        _band(axes, times, end, middle, middle, look.QUIET, 0.0, floor, edge=True)
        words.append(("all", look.QUIET))
        shown = _apart(panel)
    colours = dict(zip([line.label for line in shown], COLOURS * len(shown), strict=False))
    for line in shown:
        strength = 0.25 if np.ptp(line.high - line.low) or len(shown) > 1 else 0.5
        _band(
            axes, times, end, line.low, line.high, colours[line.label], strength, floor, edge=True
        )
    if panel.states:
        axes.set_yticks(range(len(panel.states)), list(panel.states))
        axes.set_ylim(-0.4, len(panel.states) - 0.6)
    else:
        _limits(axes, panel)
    words += [(line.label, colours[line.label]) for line in shown if line.label]
    while len(words) > 2 and sum(len(text) + 5 for text, _ in words) > _LETTERS:
        words.pop()  # drawn, but without a word for it
    heading = f"{title} [{unit}]" if unit else title
    axes.set_title(heading, fontsize=9, pad=19 if words else 5)
    if words:
        look.words_beside(axes, words, sign="■", from_right=False)


def _band(
    axes: "Axes",
    times: Numbers,
    end: float,
    low: Numbers,
    high: Numbers,
    colour: str,
    strength: float,
    floor: float | None,
    *,
    edge: bool = False,
) -> None:
    where, under = steps_of(times, end, low.tolist())
    _, over = steps_of(times, end, high.tolist())
    if floor is not None:
        under, over = np.maximum(under, floor), np.maximum(over, floor)
    axes.fill_between(where, under, over, step="post", color=colour, alpha=strength, lw=0, zorder=2)
    if edge:
        for line in (under, over):
            axes.plot(where, line, drawstyle="steps-post", color=colour, lw=0.8, zorder=3)


def _apart(panel: Panel) -> list[Line]:
    """Return the lines that go furthest from the middle of all, if far."""
    middle = np.median([(line.low + line.high) / 2 for line in panel.lines], axis=0)
    span = max(line.high.max() for line in panel.lines) - min(
        line.low.min() for line in panel.lines
    )
    far = [float(np.max(np.maximum(line.high - middle, middle - line.low))) for line in panel.lines]
    order = np.argsort(far, kind="stable")[::-1][:_NAMED]
    return [panel.lines[i] for i in order if far[i] > _APART * span and span > 0]


def _limits(axes: "Axes", panel: Panel) -> None:
    """Draw the limits, and make room so that they are seen."""
    if panel.logarithmic:
        # A flat line needs room too; the limit is seen in any case.
        bottom, top = axes.get_ylim()
        axes.set_ylim(min(bottom, 1e-3), max(top, 10.0))
    for limit in panel.limits:
        if limit is not None:
            axes.axhline(limit, color=LIMIT, lw=1.0, ls=(0, (5, 3)), zorder=4)
    low, high = axes.get_ylim()
    least = {"kPa": 0.02, "degC": 0.5, "GB": 0.1, "kg/d": 0.1, "kg": 0.1}.get(panel.unit, 0.0)
    if not panel.logarithmic and high - low < least:
        middle = (low + high) / 2
        axes.set_ylim(middle - least / 2, middle + least / 2)
    if panel.unit == "GB":  # nothing is below an empty recorder
        axes.set_ylim(bottom=0.0)
    if not panel.logarithmic:
        axes.ticklabel_format(axis="y", useOffset=False)
