"""How a station grows: the modules over time, and their mass together."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeeper.report import look
from stationkeeper.report.numbers import counted, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "assembly", "Assembly and mass"
_MOST_LANES = 120  # modules drawn; more would not be read; our choice


def spells(present: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last-exclusive index of each unbroken run of true values.

    Examples
    --------
    >>> spells(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    steps = np.diff(np.concatenate([[0], present.astype(int), [0]]))
    return list(
        zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True)
    )


def picture(run: Run) -> Picture:
    """Draw the mass of each station above a lane for each module."""
    with_modules = run.has("module_present") and bool(run.results["module_present"].any())
    if not run.has("mass_kg") and not with_modules:
        return absent(KEY, TITLE, "The results hold neither mass nor modules.")
    lanes = _lanes(run) if with_modules else []
    shown = lanes[:_MOST_LANES]
    left_out = len(lanes) - len(shown)
    tall = [2.2] + ([0.17 * max(4, len(shown)) + 0.2] if shown else [])
    with look.drawing():
        figure, panels = look.new_figure(sum(tall) + 0.6, len(tall), tall)
        for axes in panels:
            first, last = look.day_numbers(np.array([run.first, run.last], "datetime64[D]"))
            look.time_axis(axes, float(first), float(last))
        if shown:
            _modules(panels[1], run, shown)
        panels[-1].set_xlabel("date (UTC)")
        if run.has("mass_kg"):
            _mass(panels[0], run)
        look.words_beside(panels[0], run.words("mass_kg"))
        image = look.as_png(figure)
    return Picture(
        KEY,
        TITLE,
        "Above: mass of all that is connected by month, with docked ships, without the propellant "
        "aboard. Below: a bar while a module is connected, in the colour of the station it belongs "
        "to then; its own mass at the right. Both end when half of the replicas no longer fly."
        + (f" {counted(left_out, 'later module')} not drawn." if left_out else ""),
        alt="Mass and modules by month. " + " ".join(_said(run)),
        png=image,
    )


def _mass(axes: "Axes", run: Run) -> None:
    """Draw mass by month."""
    colours = look.station_colours(run.stations)
    when = look.day_numbers(run.months)
    for key in run.stations:
        tonnes = run.series("mass_kg", key) / 1e3
        known = np.isfinite(tonnes) & (tonnes > 0) & run.mostly_present(key)
        if not known.any():
            continue
        drawn = np.where(known, tonnes, np.nan)
        axes.step(when, drawn, where="post", color=colours[key], linewidth=1.6)
        axes.fill_between(when, 0, drawn, step="post", color=colours[key], alpha=0.12, linewidth=0)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("mass [t]")


def _lanes(run: Run) -> list[str]:
    """Return the modules that are ever connected, the first to come first."""
    present = run.results["module_present"].fillna(False).astype(bool)
    ever = present.any("station").transpose("module", "month").values
    keys = [str(key) for key in present["module"].values]
    return [
        key
        for _, _, key in sorted(
            (int(np.argmax(row)), i, key)
            for i, (key, row) in enumerate(zip(keys, ever, strict=True))
            if row.any()
        )
    ]


def _modules(axes: "Axes", run: Run, keys: list[str]) -> None:
    """Draw a lane for each module."""
    colours = look.station_colours(run.stations)
    months = run.months.astype("datetime64[M]")
    edges = look.day_numbers(np.append(months, months[-1] + 1).astype("datetime64[D]"))
    present = run.results["module_present"].fillna(False).astype(bool)
    for lane, key in enumerate(keys):
        for station in run.stations:
            row = np.asarray(present.sel(module=key, station=station).values, bool)
            row &= run.mostly_present(station)
            for first, last in spells(row):
                axes.barh(
                    lane,
                    edges[last] - edges[first],
                    0.72,
                    left=edges[first],
                    color=colours[station],
                )
        module = run.programme.module.get(key)
        if module is not None:
            axes.annotate(
                f"{number(module.mass_kg / 1e3)} t",
                (1.0, lane),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                color=look.QUIET,
                annotation_clip=False,
            )
    axes.set_ylim(len(keys) - 0.4, -0.6)
    names = [run.programme.module[k].title if k in run.programme.module else k for k in keys]
    axes.set_yticks(range(len(keys)), [look.drawable(_short(name)) for name in names], fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33] + "…"


def _said(run: Run) -> list[str]:
    said = []
    for key in run.stations if run.has("mass_kg") else ():
        tonnes = run.series("mass_kg", key) / 1e3
        if np.isfinite(tonnes).any():
            said.append(f"{run.title(key)}: up to {number(float(np.nanmax(tonnes)))} t.")
    return said
