"""The courses that a run as known on a day forecast, and those that followed."""

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from stationkeeper.programme.document import Programme
from stationkeeper.programme.wear import Leak
from stationkeeper.report import look
from stationkeeper.report.numbers import FIRM_SPACE, counted, number
from stationkeeper.report.outcome import KEY, TITLE, record_end, record_of
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Dates, Numbers, Run, flown_samples
from stationkeeper.report.words_source import Told, share_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def picture(run: Run) -> Picture:
    """Draw the altitude and the people aboard that were forecast, and those that followed."""
    record = record_of(run)
    if record is None:
        return absent(
            KEY,
            TITLE,
            "No shipped programme has the name of this one, so what followed is not known.",
        )
    since = np.datetime64(run.programme.as_known, "D")
    until = np.datetime64(min(record_end(record), run.last), "D")
    samples = _samples_after(record, since, until)
    heights = [key for key in run.stations if key in samples and run.has("altitude_km")]
    people = [key for key in run.stations if _counted(run, record, key, since, until) is not None]
    leaks = [key for key in run.stations if _observed(run, record, key, since, until)]
    panels = [("altitude", key) for key in heights] + [("people", key) for key in people]
    panels += [("air lost", key) for key in leaks]
    if not panels:
        return absent(KEY, TITLE, "The record holds nothing after the day of knowledge to draw.")
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, axes_of = look.new_figure(0.5 + 1.9 * len(panels), len(panels))
        for axes, (kind, key) in zip(axes_of, panels, strict=True):
            if kind == "altitude":
                _altitude(axes, run, key, samples[key], colours[key])
            elif kind == "air lost":
                _leak(axes, run, key, _observed(run, record, key, since, until))
            else:
                _people(axes, run, record, key, (since, until), colours[key])
            axes.set_title(f"{run.title(key)}: {kind}", fontsize=9)
        edges = look.day_numbers(np.array([since, until]))
        look.time_axis(axes_of[-1], float(edges[0]), float(edges[1]))
        axes_of[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        f"Forecast as known on {since}: median and band of 90 % of the replicas (altitude), mean "
        f"of the replicas (people), the leaking module with its hatch open, no repair after "
        f"that day (air lost; triangles: upper bounds). Black: what followed, to {until}, from the "
        "record of the package, which the run did not see.",
        alt=" ".join(sentences(run)),
        png=image,
    )


def _samples_after(
    record: Programme, since: np.datetime64, until: np.datetime64
) -> dict[str, tuple[Dates, Numbers]]:
    found = {}
    for key, (when, height) in flown_samples(record).items():
        inside = (when > since) & (when <= until)
        if inside.any():
            found[key] = when[inside], height[inside]
    return found


def _band_at(run: Run, key: str, when: Dates) -> tuple[Numbers, Numbers, Numbers]:
    """Return the forecast band of altitude on some days; not a number outside the span."""
    low, middle, high = run.quantiles("altitude_km", key)
    place = np.searchsorted(run.months, when, side="right") - 1
    ok = (place >= 0) & (place < middle.size)
    place = np.clip(place, 0, middle.size - 1)
    picked = (np.where(ok, values[place], np.nan) for values in (low, middle, high))
    first, second, third = picked
    return first, second, third


def _altitude(
    axes: "Axes", run: Run, key: str, samples: tuple[Dates, Numbers], colour: str
) -> None:
    low, middle, high = run.quantiles("altitude_km", key)
    months = look.day_numbers(run.months) + 15.0
    axes.fill_between(months, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(months, middle, color=colour)
    axes.plot(look.day_numbers(samples[0]), samples[1], ".", color=look.INK, markersize=3)
    near = np.concatenate([samples[1], *_band_at(run, key, samples[0])])
    axes.set_ylim(np.nanmin(near) - 2, np.nanmax(near) + 2)
    axes.set_ylabel("altitude [km]")


def _counted(
    run: Run, record: Programme, key: str, since: np.datetime64, until: np.datetime64
) -> Numbers | None:
    """Return the people aboard by month of the record after a day; None if nobody came."""
    last = until.astype(date)  # a stay is called flown once it is over; until then it is planned
    stays = [one for one in record.crew.values() if one.station == key and one.launched <= last]
    if not stays or not run.has("people"):
        return None
    middles = run.months + 14
    counts = np.zeros(middles.size)
    for one in stays:
        up = np.datetime64(one.launched, "D")
        down = np.datetime64(one.landed, "D") if one.landed else until + 1
        counts[(middles >= up) & (middles < down)] += sum(one.seats.values())
    outside = (middles <= since) | (middles > until)
    counts[outside] = np.nan
    return counts if bool((counts > 0).any()) else None


def _people(
    axes: "Axes",
    run: Run,
    record: Programme,
    key: str,
    span: tuple[np.datetime64, np.datetime64],
    colour: str,
) -> None:
    months = look.day_numbers(run.months) + 15.0
    counts = _counted(run, record, key, *span)
    assert counts is not None  # only stations with people are drawn
    forecast = _forecast_people(run, key)
    axes.plot(months, forecast, color=colour, drawstyle="steps-mid")
    axes.plot(months, counts, color=look.INK, drawstyle="steps-mid", linewidth=1.0)
    axes.set_ylim(0, 1.15 * max(np.nanmax(counts), np.nanmax(forecast), 1.0))
    axes.set_ylabel("people aboard")


def _forecast_people(run: Run, key: str) -> Numbers:
    found = run.results["people"].sel(station=key).transpose("nation", "month").fillna(0.0)
    return np.asarray(found.values.sum(axis=0), float)


def _forecast(run: Run, key: str) -> Told:
    """Return the forecast of the module that is seen to leak; empty if there is none."""
    found: Told = ((run.upkeep.get(key) or {}).get("leaks") or {}).get("forecast") or {}
    return found


def _observed(
    run: Run, record: Programme, key: str, since: np.datetime64, until: np.datetime64
) -> list[Leak]:
    """Return what was observed after a day of the module whose leak was forecast."""
    forecast = _forecast(run, key)
    return [
        one
        for one in record.leak.values()
        if one.station == key
        and one.module is not None
        and one.module == forecast.get("module")
        and one.kind in ("rate", "below")
        and one.kg_per_day
        and since < np.datetime64(one.date) <= until
    ]


def _leak_band(run: Run, key: str) -> tuple[Numbers, Numbers]:
    """Return days, and low, middle and high of the forecast as rows. [kg/d]"""
    forecast = _forecast(run, key)
    when = look.day_numbers(np.array([f"{one}-28" for one in forecast["month"]], "datetime64[D]"))
    return when, np.maximum(np.asarray(forecast["kg_per_day"], float), 1e-4)


def _leak(axes: "Axes", run: Run, key: str, observed: list[Leak]) -> None:
    when, (low, middle, high) = _leak_band(run, key)
    axes.fill_between(when, low, high, color=look.QUIET, alpha=0.2, linewidth=0)
    axes.plot(when, middle, color=look.QUIET)
    for one in observed:
        place = look.day_numbers(np.array([one.date], "datetime64[D]"))
        axes.plot(
            place, [one.kg_per_day or 0.0], "o" if one.kind == "rate" else "v", color=look.INK, ms=4
        )
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(which="minor", visible=False)
    axes.set_ylim(0.02, 20.0)  # as far as rates were ever told, and some way beyond; our choice
    axes.set_ylabel("[kg/d]")


def _leak_said(run: Run, key: str, observed: list[Leak]) -> str:
    """Say how many of the rates lay in the band."""
    when, (low, _, high) = _leak_band(run, key)
    rates = [one for one in observed if one.kind == "rate" and one.kg_per_day]
    inside = 0
    for one in rates:
        place = float(look.day_numbers(np.array([one.date], "datetime64[D]"))[0])
        bottom, top = (float(np.interp(place, when, edge)) for edge in (low, high))
        inside += bottom <= float(one.kg_per_day or 0.0) <= top
    return (
        f"{run.title(key)}: {inside} of {counted(len(rates), 'observed leak rate')} "
        "lie in the band of 90 %."
    )


def sentences(run: Run) -> list[str]:
    """Say how often the altitude lay in the band, and how far people aboard were off."""
    record = record_of(run)
    if record is None:
        return []
    since = np.datetime64(run.programme.as_known, "D")
    until = np.datetime64(min(record_end(record), run.last), "D")
    said = []
    for key, (when, height) in _samples_after(record, since, until).items():
        if key in run.stations and run.has("altitude_km"):
            low, middle, high = _band_at(run, key, when)
            known = np.isfinite(middle)
            if known.any():
                inside = ((height >= low) & (height <= high))[known].mean()
                error = float(np.abs(height - middle)[known].mean())
                said.append(
                    f"{run.title(key)}: {share_text(float(inside))} of {int(known.sum())} flown "
                    f"samples of altitude after {since} lie in the band of 90 %; the median is off "
                    f"by {number(error, 2)}{FIRM_SPACE}km on average."
                )
    for key in run.stations:
        counts = _counted(run, record, key, since, until)
        if counts is not None:
            error = float(np.nanmean(np.abs(counts - _forecast_people(run, key))))
            if math.isfinite(error):
                said.append(
                    f"{run.title(key)}: people aboard are off by {number(error, 2)} on average."
                )
    for key in run.stations:
        observed = _observed(run, record, key, since, until)
        if any(one.kind == "rate" for one in observed):
            said.append(_leak_said(run, key, observed))
    return said
