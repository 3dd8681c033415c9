"""Air that leaks: what was observed, the fitted history and forecast, and the run's own band."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table, tag
from stationkeeper.report.numbers import FIRM_SPACE, Band, band_text, counted, listed, number
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_risks import limits_of_leaks
from stationkeeper.report.upkeep_source import module_name, percent, upkept_stations

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "leaks", "Air that leaks"
_LEAST = 0.01  # bottom of the axis [kg/d]; our choice
_TOP = 10.0  # and its top, unless more is flown [kg/d]; our choice
_FIT: Final = "#6b7280"
_PARAMETERS: Final = (
    ("baseline_kg_day", "air lost beside leaks", "kg/d"),
    ("births_per_year", "leaks that begin, a year", ""),
    ("first_rate_kg_day", "rate of a leak when it begins", "kg/d"),
    ("growth_per_year", "growth of the logarithm of a rate, a year", ""),
    ("found_share", "share of the places that are found", ""),
)

Told = dict[str, Any]


def leaks_of(run: Run) -> dict[str, Told]:
    """Return what the run says of the leaks of each station; empty if nothing."""
    return {
        key: run.upkeep[key]["leaks"]
        for key in upkept_stations(run)
        if run.upkeep.get(key, {}).get("leaks")
    }


def picture(run: Run) -> Picture:
    """Draw a panel for each station: observed rates, fit and forecast, and what the run flew."""
    stations = [key for key in upkept_stations(run) if _flown(run, key) or leaks_of(run).get(key)]
    if not stations:
        return absent(KEY, TITLE, "The results hold no leaks.")
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, panels = look.new_figure(0.5 + 2.7 * len(stations), len(stations), share_x=False)
        for axes, key in zip(panels, stations, strict=True):
            _panel(axes, run, key, colours[key])
        panels[-1].set_xlabel("date (UTC)")
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Air lost a day, on a scale of equal factors. In the colour of the station: what the "
        "replicas lost through open hatches, all leaks of the station and what it loses beside "
        "them; line: median, light: 90 % of the replicas, dark: 50 %. Grey: the fit of the module "
        "that is seen to leak, hatch open, with the repairs of the record and no others; dashed "
        "after the last word on it. Points: observed rates, filled for the whole station, open for "
        "the module; triangles: upper bounds. Ticks below: repairs. The axis begins at "
        f"{number(_LEAST, 1)}{FIRM_SPACE}kg/d.",
        alt=" ".join(_said(run, key) for key in stations),
        png=image,
    )


def _flown(run: Run, key: str) -> bool:
    return run.has("leak_kg_d") and bool(
        np.isfinite(run.results["leak_kg_d"].sel(station=key).values).any()
    )


def _days(texts: list[str]) -> NDArray[np.float64]:
    return look.day_numbers(np.array(texts, "datetime64[D]"))


def _panel(axes: "Axes", run: Run, key: str, colour: str) -> None:
    """Draw one station."""
    told = leaks_of(run).get(key, {})
    forecast = told.get("forecast")
    there = look.day_numbers(run.months[run.present(key)])
    first, last = float(there[0]), float(there[-1])
    if forecast:
        first = min(first, float(_days([forecast["month"][0]])[0]))
    axes.set_yscale("log")
    look.time_axis(axes, first, last + 31)
    words = []
    if forecast:
        _fit_band(axes, forecast)
        words.append((f"fit of {module_name(run.programme, forecast['module'])}", _FIT))
        words.append(("observed", look.INK))
    most = _TOP
    if _flown(run, key):
        when = look.day_numbers(run.months + np.timedelta64(15, "D"))
        low, middle, high = run.quantiles("leak_kg_d", key)
        inner = run.results["leak_kg_d"].sel(station=key).transpose("quantile", "month")
        quarter, upper = (
            np.asarray(inner.sel(quantile=q, method="nearest").values, float) for q in (0.25, 0.75)
        )
        axes.fill_between(when, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.fill_between(when, quarter, upper, color=colour, alpha=0.30, linewidth=0)
        axes.plot(when, middle, color=colour, linewidth=1.5)
        words.append((f"{run.label(key)}, the run", colour))
        most = max(most, 1.3 * float(np.nanmax(high)))
    limit = limits_of_leaks(run).get(key)
    if limit is not None:
        axes.axhline(limit, color=look.INK, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.annotate(
            f"limit of the user, {number(limit, 2)} kg/d from one module",
            (0.005, limit),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2),
            textcoords="offset points",
            va="bottom",
            fontsize=8,
            color=look.QUIET,
        )
        most = max(most, 2.5 * limit)
    if forecast:
        _observations(axes, told["fits"])
    axes.set_ylim(_LEAST, most)  # a forecast in which nobody mends may leave it
    axes.set_ylabel("[kg/d]")
    axes.set_title(run.title(key), color=look.INK)
    _plain_ticks(axes)
    look.words_beside(axes, words)


def _fit_band(axes: "Axes", forecast: Told) -> None:
    """Draw the fitted history and the forecast of the module that is seen to leak."""
    when = _days([f"{month}-28" for month in forecast["month"]])
    low, middle, high = (np.maximum(np.asarray(row, float), 1e-4) for row in forecast["kg_per_day"])
    until = float(_days([forecast["until"]])[0])
    axes.fill_between(when, low, high, color=_FIT, alpha=0.20, linewidth=0)
    seen = when <= until
    ahead = ~seen
    if seen.any():
        ahead[np.flatnonzero(seen)[-1]] = True
    axes.plot(when[seen], middle[seen], color=_FIT, linewidth=1.4)
    axes.plot(when[ahead], middle[ahead], color=_FIT, linewidth=1.4, linestyle=(0, (4, 2)))


def _observations(axes: "Axes", fits: list[Told]) -> None:
    """Draw observed rates and bounds with their bands, and the days of repairs."""
    for fit in fits:
        for one in fit["observations"]:
            if one["kind"] == "decay":
                continue  # a share of the air of a shut module: in the fit, not on this scale
            when = _days([one["date"]])
            value, spread = one["value"], float(np.exp(1.645 * one["log_sigma"]))
            bound = one["kind"] == "below"
            whole = one["scope"] == "station"
            if not bound:
                axes.plot([when[0]] * 2, [value / spread, value * spread], color=look.INK, lw=0.9)
            axes.plot(
                when,
                [value],
                marker="v" if bound else "o",
                markersize=5.5,
                color=look.INK,
                markerfacecolor=look.INK if whole else "white",
                linestyle="none",
                zorder=5,
            )
        if fit["repairs"]:
            axes.plot(
                _days(fit["repairs"]),
                np.full(len(fit["repairs"]), 0.02),
                marker="|",
                markersize=9,
                linestyle="none",
                color=_FIT,
                transform=axes.get_xaxis_transform(),
            )


def _plain_ticks(axes: "Axes") -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _said(run: Run, key: str) -> str:
    if not _flown(run, key):
        return f"{run.title(key)}: none flown."
    low, middle, high = run.quantiles("leak_kg_d", key)
    last = np.flatnonzero(np.isfinite(middle))[-1]
    band = Band(float(low[last]), float(middle[last]), float(high[last]))
    month = str(run.months[last].astype("datetime64[M]"))
    return f"{run.title(key)}: {band_text(band, 'kg/d', 2)} in {month}."


def sentences(run: Run) -> list[str]:
    """Say what the record tells of the two explanations of cracks."""
    found: dict[str, None] = {}
    for told in leaks_of(run).values():
        weighed = told["hypotheses"]
        if weighed.get("bayes_factor") is None:
            continue
        names = weighed["names"]
        text = weighed["text"]
        found[
            f"Bayes factor of {names[0]} against {names[1]} as what drives cracks: "
            f"{number(weighed['bayes_factor'], 2)} (standard error of its logarithm "
            f"{number(weighed['log_error'], 1)}): {text}."
        ] = None
    return list(found)


def tables(run: Run) -> Markup:
    """Return weights under three priors, the fit, and the modules' first leaks."""
    parts: list[Markup] = []
    told = leaks_of(run)
    seen: list[Told] = []
    for one in told.values():
        if one["hypotheses"] not in seen:  # the same where one record teaches of all stations
            seen.append(one["hypotheses"])
            parts.append(_weights(one["hypotheses"]))
    for key, one in told.items():
        own = [fit for fit in one["fits"] if fit["station"] == key]
        parts += [_parameters(fit) for fit in own]
    for key, one in told.items():
        parts.append(_modules(run, key, one))
    notes = dict.fromkeys(
        _named(run, note) for one in told.values() for note in one.get("notes", ())
    )
    if notes:
        parts.append(
            tag(
                "details",
                tag("summary", "What the leaks leave out"),
                tag("ul", *[tag("li", note) for note in notes]),
            )
        )
    return Markup("").join(parts)


def _named(run: Run, note: str) -> str:
    """Return a note with titles where it lists modules by key."""
    head, mark, tail = note.partition(": ")
    keys = tail.rstrip(".").split(", ")
    if mark and all(key in run.programme.module for key in keys):
        return f"{head}: {', '.join(module_name(run.programme, key) for key in keys)}."
    titles = {key: station.title for key, station in run.programme.station.items()}
    last = note.rstrip(".").rpartition(" ")
    return f"{last[0]} {titles[last[2]]}." if last[2] in titles else note


def _weights(weighed: Told) -> Markup:
    """Return the weights of the explanations under three priors."""
    names = weighed["names"]
    rows = []
    for prior, odds in weighed["prior"].items():
        record = weighed["posterior_by_record"][prior]
        held = weighed["posterior_with_held"][prior]
        rows.append((prior, *[_triple(odds[i], record[i], held[i]) for i in range(len(names))]))
    heads = (
        f"prior odds, {' : '.join(names)}",
        *[f"{name}: before, after, after both" for name in names],
    )
    note = (
        "Weight of each explanation: before; after the record of leaks; after that and after what "
        "held elsewhere. The first row is what replicas are drawn with."
    )
    parts = [table(heads, rows, caption=note)]
    by_threshold = [
        (
            name,
            number(one["bayes_factor"], 2),
            f"{number(one['lowest'], 2)} to {number(one['highest'], 2)}",
            one["text"],
        )
        for name, one in weighed.get("by_threshold", {}).items()
    ]
    if by_threshold:
        heads = (
            "threshold of crack growth",
            "Bayes factor",
            "with other widths of the priors",
            "in words",
        )
        parts.append(
            table(heads, by_threshold, caption="How the factor depends on what is assumed.")
        )
    return Markup("").join(parts)


def _triple(*shares: float) -> str:
    return ", ".join(percent(share) for share in shares)


def _parameters(fit: Told) -> Markup:
    """Return what the fit of the module that is seen to leak says."""
    rows = [
        (words, band_text(Band(*fit["parameters"][name]), unit, 2).replace(f"{FIRM_SPACE})", ")"))
        for name, words, unit in _PARAMETERS
        if name in fit["parameters"]
    ]
    kinds = [one["kind"] for one in fit["observations"]]
    said = {
        "rate": counted(kinds.count("rate"), "rate"),
        "decay": counted(kinds.count("decay"), "decay of a shut module", "decays of a shut module"),
        "below": counted(kinds.count("below"), "upper bound"),
    }
    note = (
        f"Fitted to {listed(text for kind, text in said.items() if kind in kinds)}, with "
        f"{counted(len(fit['repairs']), 'repair')}, up to {fit['until']}; effective sample "
        f"{number(fit['effective'])}. Band of 90 %. Decays are in the fit and not in the figure."
    )
    return table(("parameter", "value"), rows, caption=note)


def _modules(run: Run, station: str, told: Told) -> Markup:
    """Return by module the chance that a leak begins in the run."""
    rows: list[tuple[str, ...]] = []
    unknown: dict[tuple[str, str], list[str]] = {}
    for one in told.get("modules", ()):
        name = module_name(run.programme, one["module"])
        if one["identifiable"]:
            band = f"{percent(one['low_over_run'])} to {percent(min(one['high_over_run'], 1.0))}"
            rows.append((name, one["what"], percent(min(one["chance_over_run"], 1.0)), band))
        else:
            said = one["text"].partition(":")[0]
            unknown.setdefault((one["what"], said), []).append(name)
    rows += [(", ".join(names), what, said, "–") for (what, said), names in unknown.items()]
    if not rows:
        return Markup("")
    rule = next((one["text"] for one in told["modules"] if not one["identifiable"]), "")
    note = f"{run.title(station)}: chance over the run that a leak begins, by module."
    if rule:
        note += f" {rule[:1].upper()}{rule[1:]}."
    return table(("module", "what", "chance over the run", "5 % and 95 %"), rows, caption=note)
