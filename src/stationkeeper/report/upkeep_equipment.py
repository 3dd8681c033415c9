"""Equipment: how old each group is, how often its units fail, and who mends them."""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.report import look
from stationkeeper.report.numbers import number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_source import replica_years, upkept_stations

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

    from stationkeeper.report.source import Numbers

KEY, TITLE = "equipment", "Equipment: ages and failures"
_ROW = 0.2  # height of a row [in]
_MOST_YEARS = 22  # columns that have room for a number; our choice
_MAP: Final = "Blues"
_MENDED: Final = {
    ("crew",): "people",
    ("robot",): "robots",
    ("crew", "robot"): "people or robots",
    (): "nobody",
}


def mended_by(run: Run, group: str) -> str:
    """Return who mends a group of equipment."""
    equipment = run.programme.equipment.get(group)
    return _MENDED[tuple(sorted(equipment.repaired_by))] if equipment else "not told"


def ages(run: Run, station: str) -> "Numbers":
    """Return the age of each group at the end of each year, or when it was last there. [year]"""
    by_month = run.results["group_age_years"].sel(station=station).transpose("group", "month")
    values = np.asarray(by_month.values, float)
    years = run.months.astype("datetime64[Y]").astype(int) + 1970
    found = np.full((values.shape[0], run.years.size), np.nan)
    for place, year in enumerate(run.years):
        inside = values[:, years == year]
        for month in range(inside.shape[1]):
            known = np.isfinite(inside[:, month])
            found[known, place] = inside[known, month]
    found[:, replica_years(run, station) == 0] = np.nan  # the plan may go on where no station does
    return found


def picture(run: Run) -> Picture:
    """Draw a map of groups by years for each station."""
    if not run.has("group_age_years", "failures"):
        return absent(KEY, TITLE, "The results hold no ages of equipment.")
    shown = {}
    for key in upkept_stations(run):
        table = ages(run, key)
        rows = np.flatnonzero(np.isfinite(table).any(axis=1))
        if rows.size:
            shown[key] = (table, rows)
    if not shown:
        return absent(KEY, TITLE, "No group of equipment is in the programme.")
    oldest = max(float(np.nanmax(table)) for table, _ in shown.values())
    colours = look.station_colours(run.stations)
    with look.drawing():
        heights = [_ROW * (rows.size + 1) for _, rows in shown.values()]
        figure, panels = look.new_figure(sum(heights) + 0.6 * len(shown) + 0.8, len(shown), heights)
        for axes, (key, (table, rows)) in zip(panels, shown.items(), strict=True):
            image = _panel(axes, run, key, table, rows, oldest, colours[key])
        bar = figure.colorbar(
            image, ax=panels, orientation="horizontal", aspect=60, shrink=0.6, pad=0.02
        )
        bar.set_label("age as first installed, at the end of the year [year]")
        panels[-1].set_xlabel("year")
        png = look.as_png(figure, colours=look.FEW)
    many = run.years.size > _MOST_YEARS
    failures = "Dots: failures a year, by area" if many else "Numbers: failures in the year"
    return Picture(
        KEY,
        TITLE,
        "Colour: mean age of the units of a group as first installed; a repair makes a unit new, "
        f"which the colour does not follow. {failures}, mean of the replicas. After the name: who "
        "can mend or replace a unit.",
        alt="Groups of equipment by station, with failures a year (mean of all years): "
        + " ".join(
            f"{run.title(key)}: {_said(run, key, rows)}." for key, (_, rows) in shown.items()
        ),
        png=png,
    )


def _names(run: Run) -> list[str]:
    return [str(group) for group in run.results["group"].values]


def _title(run: Run, group: str) -> str:
    equipment = run.programme.equipment.get(group)
    return equipment.title if equipment else group


def failures(run: Run, station: str) -> "Numbers":
    """Return failures of each group by year, mean of the replicas."""
    by_year = run.results["failures"].sel(station=station).transpose("group", "year")
    return np.asarray(by_year.values, float)


def _said(run: Run, station: str, rows: NDArray[np.intp]) -> str:
    names, broke = _names(run), failures(run, station)
    return "; ".join(
        f"{_title(run, names[int(row)])} {number(float(np.nanmean(broke[int(row)])), 2)}"
        for row in rows
        if np.isfinite(broke[int(row)]).any()
    )


def _panel(
    axes: "Axes",
    run: Run,
    key: str,
    table: "Numbers",
    rows: NDArray[np.intp],
    oldest: float,
    colour: str,
) -> "AxesImage":
    """Draw the groups of one station."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex
    from matplotlib.ticker import MaxNLocator

    names, broke = _names(run), failures(run, key)
    order = sorted(
        (int(row) for row in rows),
        key=lambda row: (mended_by(run, names[row]), _title(run, names[row])),
    )
    first, last = float(run.years[0]), float(run.years[-1])
    image = axes.imshow(
        table[order],
        aspect="auto",
        cmap=_MAP,
        vmin=0.0,
        vmax=oldest,
        extent=(first - 0.5, last + 0.5, len(order) - 0.5, -0.5),
        interpolation="nearest",
    )
    shades = colormaps[_MAP]
    for place, row in enumerate(order):
        for year, age, count in zip(run.years, table[row], broke[row], strict=True):
            if not (np.isfinite(age) and np.isfinite(count) and count > 0):
                continue
            ink = look.text_colour(to_hex(shades(age / oldest)))
            if run.years.size > _MOST_YEARS:
                axes.plot(
                    [year], [place], marker="o", color=ink, markersize=min(7.0, 5 * count**0.5)
                )
            else:
                text = f"{count:.2f}" if count < 9.95 else f"{count:.0f}"
                axes.text(
                    year,
                    place,
                    text,
                    ha="center",
                    va="center",
                    fontsize=6.3,
                    color=ink,
                    in_layout=False,
                )
    axes.set_yticks(
        range(len(order)),
        [look.drawable(f"{_title(run, names[r])} ({mended_by(run, names[r])})") for r in order],
        fontsize=7.5,
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(run.title(key), color=colour)
    return image
