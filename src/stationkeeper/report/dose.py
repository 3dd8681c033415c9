"""Quiet-time dose: what each stay takes, beside the dated limits, and the rate inside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.crew.limits import Limit
from stationkeeper.report import look
from stationkeeper.report.facts import stay_days
from stationkeeper.report.limits import COMPARED, agency_name
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import band_text, counted, day_text, number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.units import MILLI

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "dose", "Dose of each stay"
RATE_KEY, RATE_TITLE = "dose-rate", "Dose rate inside"
LEFT_OUT = "Quiet time: flares and storms are left out."


def picture(run: Run, limits: Sequence[Limit] = ()) -> Picture:
    """Draw the dose of each stay with its band, and the limits as lines."""
    from matplotlib.ticker import LogLocator, NullLocator

    stays = [stay for stay in run.stays if stay.dose.known and stay.dose.high > 0]
    if not stays:
        return absent(KEY, TITLE, f"No stay with a dose is in the results. {LEFT_OUT}")
    colours = look.station_colours(run.stations)
    first = min(np.datetime64(run.first, "D"), *(stay.launched for stay in stays))
    span = look.day_numbers(np.array([first, np.datetime64(run.last, "D")]))
    with look.drawing():
        figure, (axes,) = look.new_figure(4.6)
        look.time_axis(axes, float(span[0]), float(span[1]))
        axes.set_yscale("log")
        for key in run.stations:
            here = [stay for stay in stays if stay.station == key]
            for flown in (True, False):
                some = [stay for stay in here if stay.flown == flown]
                if some:
                    at = look.day_numbers(np.array([stay.launched for stay in some]))
                    dots = np.array([stay.dose.middle for stay in some])
                    below = dots - [stay.dose.low for stay in some]
                    above = np.array([stay.dose.high for stay in some]) - dots
                    axes.errorbar(
                        at,
                        dots,
                        [np.maximum(below, 0), np.maximum(above, 0)],
                        fmt="o",
                        markersize=4,
                        color=colours[key],
                        markerfacecolor=colours[key] if flown else "white",
                        elinewidth=0.9,
                    )
        values = [stay.dose for stay in stays]
        lowest = min(max(band.low, 1e-3) for band in values)
        drawn = [one for one in limits if one.unit == COMPARED and one.status != "proposed"]
        highest = max([band.high for band in values] + [one.upper / MILLI for one in drawn])
        axes.set_ylim(lowest / 1.5, highest * 1.6)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(lambda value, _: number(value, 1))
        axes.set_ylabel("dose equivalent of the stay [mSv]")
        axes.set_xlabel("launch of the stay (UTC)")
        figure.draw_without_rendering()
        _limit_lines(axes, drawn, float(span[0]), float(span[1]))
        look.words_beside(axes, run.words("people"))
        image = look.as_png(figure)
    most = max(stays, key=lambda stay: stay.dose.middle)
    middle = float(np.median([stay.dose.middle for stay in stays]))
    return Picture(
        KEY,
        TITLE,
        f"{LEFT_OUT} Dot: median of the replicas for one person; bar: 90 % of them; hollow: "
        "planned. Logarithmic scale. Dashed: dated limits, dotted where sources do not agree "
        "that they are in force; a career limit is for all flights of a person together. A limit "
        "is for the quantity that its agency names, and that is not always dose equivalent: see "
        "the table of limits. A stay adds up the rate of its days, which the next figure holds "
        "against measurements.",
        alt=f"Dose equivalent of {counted(len(stays), 'stay')}: middle stay {number(middle)} mSv, "
        f"most {number(most.dose.middle)} mSv ({most.ship_up}).",
        png=image,
    )


def _limit_lines(axes: "Axes", limits: Sequence[Limit], first: float, last: float) -> None:
    """Draw each limit from its first day to its last, named at the right."""
    labels: dict[float, list[str]] = {}
    for limit in limits:
        start, end = max(_day(limit.valid_from), first), min(_day(limit.valid_until), last)
        if start >= end:
            continue
        style = (0, (1, 2)) if limit.status == "contested" else (0, (6, 3))
        text = f"{agency_name(limit)} {limit.period}"
        text += " (contested)" if limit.status == "contested" else ""
        for value in sorted({limit.value / MILLI, limit.upper / MILLI}):
            axes.plot([start, end], [value] * 2, color=look.QUIET, linestyle=style, linewidth=1.0)
            labels.setdefault(value, []).append(text)
    look.label_ends(
        axes,
        [
            (last, value, f"{number(value)}  {_joined(texts)}", look.QUIET)
            for value, texts in labels.items()
        ],
        size=7.5,
    )


def _joined(texts: Sequence[str]) -> str:
    """Join the names of limits of one value, saying a period that they share once."""
    pairs = [text.split(" ", 1) for text in dict.fromkeys(texts)]
    periods = dict.fromkeys(period for _, period in pairs)
    return "; ".join(
        ", ".join(name for name, one in pairs if one == period) + f" {period}" for period in periods
    )


def _day(when: int) -> float:
    """Turn days since 2000 into the day numbers of the time axes."""
    return float(when) + 10_957.0  # 1970-01-01 to 2000-01-01


def stays_markup(run: Run) -> Markup:
    """Return the table of all stays."""
    stays = run.stays
    if not stays:
        return Markup("")
    rows = [
        (
            stay.ship_up,
            run.label(stay.station),
            ", ".join(f"{nation} {count}" for nation, count in stay.seats.items()),
            day_text(stay.launched),
            day_text(stay.landed),
            whole(stay_days(run, stay)),
            band_text(stay.absorbed, "mGy"),
            band_text(stay.dose, "mSv"),
            "flown" if stay.flown else "planned",
        )
        for stay in stays
    ]
    heads = (
        "ship",
        "station",
        "seats",
        "launched",
        "landed",
        "days in the span",
        "absorbed",
        "dose equivalent",
        "status",
    )
    return tag(
        "details",
        tag("summary", f"All {counted(len(rows), 'stay')}, for one person each, quiet time"),
        table(heads, rows),
    )


def rate_picture(run: Run) -> Picture:
    """Draw the dose rate inside each station by month."""
    names = [
        (name, label)
        for name, label in (
            ("dose_rate_msv_d", "dose equivalent [mSv/d]"),
            ("dose_rate_mgy_d", "absorbed [mGy/d]"),
        )
        if run.has(name)
    ]
    if not names:
        return absent(RATE_KEY, RATE_TITLE, f"The results hold no dose rate. {LEFT_OUT}")
    colours = look.station_colours(run.stations)
    when = look.day_numbers(run.months + np.timedelta64(15, "D"))
    span = look.day_numbers(np.array([run.first, run.last], "datetime64[D]"))
    said = []
    with look.drawing():
        figure, panels = look.new_figure(0.5 + 2.1 * len(names), len(names))
        for axes, (name, label) in zip(panels, names, strict=True):
            look.time_axis(axes, float(span[0]), float(span[1]))
            look.words_beside(axes, run.words(name))
            for key in run.stations:
                low, middle, high = run.quantiles(name, key)
                known = np.flatnonzero(np.isfinite(middle))
                if not known.size:
                    continue
                axes.fill_between(when, low, high, color=colours[key], alpha=0.2, linewidth=0)
                axes.plot(
                    when,
                    middle,
                    color=colours[key],
                    linewidth=1.4,
                    marker="o" if known.size == 1 else None,
                )
                said.append(
                    f"{run.title(key)}: {label}, median {number(float(np.nanmin(middle)))} to "
                    f"{number(float(np.nanmax(middle)))}."
                )
            axes.set_ylim(bottom=0)
            axes.set_ylabel(label)
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure)
    return Picture(
        RATE_KEY,
        RATE_TITLE,
        f"{LEFT_OUT} Line: median of the replicas by month; band: 90 % of them. It rises with "
        "altitude and falls while the Sun is active.",
        alt="Dose rate inside, by month. " + " ".join(said),
        png=image,
    )
