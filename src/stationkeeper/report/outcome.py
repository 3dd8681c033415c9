"""What a run as known on a day forecast, and what followed as far as the package knows.

What followed is read from the shipped programme of the same name with all that is known today,
never from the run folder: the run itself saw nothing of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.programme.check import check_source
from stationkeeper.programme.document import Programme
from stationkeeper.programme.files import names_in
from stationkeeper.programme.record_states import announced
from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Dates, Numbers, Run, flown_samples
from stationkeeper.report.upkeep_source import stacked
from stationkeeper.report.words_source import (
    DateBand,
    Told,
    date_band,
    date_text,
    day,
    lines_of,
    month,
    share_text,
    station_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "outcome", "Forecast and what followed"

_ACTS: Final = {  # of the statements that bear on a quantity of the forecast
    "leave": ("leave", "stay"),
    "notice": (),
    "first launch": ("first-launch",),
    "first crew": ("first-crew",),
    "end": ("end", "stay"),
    "separation": (),
}


@dataclass(frozen=True)
class Followed:
    """What followed on a forecast: the day, or that it had not come by the end of the record."""

    when: float | None
    by: float
    told: str = ""

    def text(self) -> str:
        """Write it.

        Examples
        --------
        >>> Followed(None, 31.0).text(), Followed(31.0, 59.0).text()
        ('not by 1970-02-01', '1970-02-01')
        """
        return date_text(self.when) if self.when is not None else f"not by {date_text(self.by)}"

    def inside(self, band: DateBand) -> bool | None:
        """Return whether it is consistent with the band of 90 %; None if that cannot be told yet.

        Examples
        --------
        >>> band = date_band({"q05": "1970-01-11", "q50": "1970-01-21", "q95": "1970-01-31"})
        >>> Followed(15.0, 40.0).inside(band), Followed(5.0, 40.0).inside(band)
        (True, False)
        >>> Followed(None, 20.0).inside(band), Followed(None, 40.0).inside(band)
        (None, False)
        """
        low, high = band.values[0], band.values[-1]
        if self.when is None:
            return False if high is not None and self.by > high else None
        return (low is not None and low <= self.when) and (high is None or self.when <= high)


@cache
def whole_record(name: str) -> Programme | None:
    """Return the shipped programme of a name with all that is known; None if there is none."""
    return check_source(name).programme if name in names_in("shipped", ".toml") else None


def record_end(programme: Programme) -> date:
    """Return the last day of which the record tells: the last flown launch or statement."""
    days = [crew.launched for crew in programme.crew.values() if crew.status == "flown"]
    days += [flight.launched for flight in programme.flight.values() if flight.status == "flown"]
    days += [one.date for one in programme.statement.values()]
    return max(days, default=programme.span.first)


def _record(run: Run) -> Programme | None:
    """Return what is known today, if the run knew less."""
    return whole_record(run.programme.name) if run.programme.as_known is not None else None


def shown(run: Run) -> bool:
    """True for a run as known on a day."""
    return run.programme.as_known is not None


def followed(run: Run, record: Programme, told: Told) -> Followed | None:
    """Return what followed on a forecast; None if the record cannot tell."""
    quantity, station = str(told.get("quantity")), told.get("station")
    by = record_end(record)
    days: list[date] = []
    if quantity == "notice":
        days = [one.date for one in record.notice.values() if one.kind == "withdrawal"]
    elif quantity == "leave":
        days = [one.date for one in _events(record, station, ("leave",))]
    elif quantity == "separation":
        days = [one.date for one in _events(record, station, ("separate",))]
    elif quantity == "first launch":
        days = [
            module.launched
            for key in _modules(run, record, station)
            if (module := record.module.get(key)) is not None and module.launched is not None
        ]
    elif quantity == "first crew":
        days = [one.launched for one in record.crew.values() if one.station == station]
    elif quantity == "end":
        part = record.station.get(str(station))
        days = [part.end.since] if part is not None and part.end is not None else []
    else:
        return None
    past = [one for one in days if one <= by]
    when = day(min(past).isoformat()) if past else None
    return Followed(when, day(by.isoformat()) or 0.0, _words(record, quantity, station, by))


def _events(record: Programme, station: object, kinds: Sequence[str]) -> list[Any]:
    return [
        one for one in record.event.values() if one.kind in kinds and station in (None, one.station)
    ]


def _modules(run: Run, record: Programme, station: object) -> list[str]:
    """Return modules that dock to a station: those whose launch was forecast, and of the record."""
    planned = [one["module"] for one in run.decided.get("launches", []) if _at(one, station)]
    docked = [key for one in _events(record, station, ("dock",)) for key in one.modules]
    return list(dict.fromkeys([*planned, *docked]))


def _at(one: Told, station: object) -> bool:
    return bool(one.get("station") == station)


def _words(record: Programme, quantity: str, station: object, by: date) -> str:
    """Return what the words say by the end of the record about the same matter."""
    said = []
    for (act, _, place), one in sorted(announced(record, by).items(), key=str):
        if act in _ACTS.get(quantity, ()) and place == station:
            window = " to ".join(str(edge) for edge in (one.not_before, one.not_after) if edge)
            said.append(f"{one.statement}: {act} {window}".strip())
    return "; ".join(said)


def tables(run: Run) -> Markup:
    """Return each forecast beside what was announced and what followed."""
    record = _record(run)
    if record is None:
        return Markup("")
    rows = []
    for told in run.decided.get("forecast", []):
        found = followed(run, record, told)
        if found is not None:
            rows.append(_row(run, told, found))
    if not rows:
        return Markup("")
    heads = (
        "what",
        "station",
        "announced",
        "forecast",
        "chance",
        "what followed",
        "in the band of 90 %",
    )
    note = (
        f"As known on {run.programme.as_known}. Announced: as the words stood on that day. "
        "Forecast: middle of the replicas, small: 5 and 95 %. Chance: share of the replicas by a "
        "day. What followed: from the record of the package, small: the words at its end. A band "
        "that is not over yet is left open. Misses stay."
    )
    return table(heads, rows, caption=note)


def _row(run: Run, told: Told, found: Followed) -> tuple[object, ...]:
    band = date_band(told.get("band"))
    low, middle, high = (month(band.values[i]) for i in (0, 2, 4))
    inside = found.inside(band)
    by = [f"{share_text(share)} by {when}" for when, share in told.get("chance_by") or ()]
    words = [
        tag("small", str(text)) for text in (told.get("told_by"), told.get("condition")) if text
    ]
    return (
        str(told.get("quantity")),
        station_title(run, told.get("station")),
        lines_of([str(told.get("announced") or "–"), *words]),
        stacked(middle, "" if low == high else f"{low} to {high}"),
        lines_of(by),
        lines_of([found.text(), *([tag("small", found.told)] if found.told else [])]),
        "open" if inside is None else "yes" if inside else "no",
    )


def picture(run: Run) -> Picture:
    """Draw the altitude and the people aboard that were forecast, and those that followed."""
    record = _record(run)
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
    panels = [("altitude", key) for key in heights] + [("people", key) for key in people]
    if not panels:
        return absent(KEY, TITLE, "The record holds nothing after the day of knowledge to draw.")
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, axes_of = look.new_figure(0.5 + 1.9 * len(panels), len(panels))
        for axes, (kind, key) in zip(axes_of, panels, strict=True):
            if kind == "altitude":
                _altitude(axes, run, key, samples[key], colours[key])
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
        f"of the replicas (people). Black: what followed, to {until}, from the record of the "
        "package, which the run did not see.",
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
    stays = [one for one in record.crew.values() if one.station == key and one.status == "flown"]
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


def sentences(run: Run) -> list[str]:
    """Say how often the altitude lay in the band, and how far people aboard were off."""
    record = _record(run)
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
    return said
