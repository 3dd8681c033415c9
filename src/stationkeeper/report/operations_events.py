"""Telemetry around what was noticed: small panels of single parameters at full rate."""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeeper.operations.archive import FOLDER, read_dictionary, read_telemetry
from stationkeeper.report import look
from stationkeeper.report.numbers import counted
from stationkeeper.report.operations_source import (
    RULES,
    Document,
    moment_text,
    nearest_notice,
    unit_text,
)
from stationkeeper.report.operations_state import LIMIT
from stationkeeper.report.operations_timeline import RULE_COLOURS, VERDICT_COLOURS
from stationkeeper.report.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY: Final = "operations-events"
TITLE: Final = "Telemetry around what was noticed"
_MOST: Final = 12  # panels; our choice
_BEFORE: Final = 900.0  # [s] shown before; ours
_AFTER: Final = 1_500.0  # [s] shown after; ours
_WIDTH: Final = 42  # letters of a line of a title
_EACH: Final = 1.8  # height of a row of panels [in]


def chosen(document: Document) -> list[Document]:
    """Return the notices that have a panel, in order of time.

    First that nearest to each fault; then, in turn for each fault, those between its onset and the
    next. A parameter once.
    """
    notices = [row for row in document["timeline"] if row["kind"] == "noticed"]
    near = [nearest_notice(document, fault) for fault in document["faults"]]
    onsets = sorted({fault["onset_s"] for fault in document["faults"]})
    since = np.searchsorted(onsets, [row["time_s"] for row in notices], side="right")
    groups = [
        [row for row, one in zip(notices, since, strict=True) if one == place]
        for place in (*range(1, len(onsets) + 1), 0)
    ]
    order = [*near, *(row for turn in zip_longest(*groups) for row in turn)]
    found: dict[str, Document] = {}
    for row in order:
        if row is not None and len(found) < _MOST:
            # A second sensor of the same thing tells little more.
            found.setdefault(row["name"].removesuffix(".b"), row)
    return sorted(found.values(), key=lambda row: (row["time_s"], row["name"]))


def picture(document: Document, folder: Path) -> Picture | None:
    """Draw the telemetry of a run folder; nothing where nothing was noticed."""
    rows = chosen(document)
    if not rows:
        return None
    from matplotlib.figure import Figure

    archive = folder / FOLDER
    dictionary = {row["name"]: row for row in read_dictionary(archive)}
    high = -(-len(rows) // 3)
    with look.drawing():
        figure = Figure(figsize=(look.WIDTH, _EACH * high + 0.6))
        figure.set_layout_engine("none")
        tall = figure.get_figheight()
        bounds = {
            "left": 0.06,
            "right": 0.985,
            "top": 1 - 0.4 / tall,
            "bottom": 0.5 / tall,
            "wspace": 0.22,
            "hspace": 0.5,
        }
        places = figure.subplots(high, 3, squeeze=False, gridspec_kw=bounds).ravel()
        for spare in places[len(rows) :]:
            spare.remove()
        for number, (axes, row) in enumerate(zip(places, rows, strict=False)):
            _draw(axes, document, row, archive, dictionary[row["name"]])
            if number + 3 >= len(rows):
                axes.set_xlabel("minutes from the notice", fontsize=8)
        image = look.as_png(figure, colours=look.FEW)
    told = {row["name"] for row in document["timeline"] if row["kind"] == "noticed"}
    caption = (
        "As the sensors told it, from a quarter of an hour before to 25 minutes after; dots are "
        "rows kept at full rate, lines the changes between. Upright: when it was noticed, in the "
        "colour of what noticed it. Red dashes: alarm limits, where they are near. Dotted: onset "
        "of a fault. Green, below: commands done."
    )
    if len(told) > len(rows):
        caption += (
            f" {counted(len(rows), 'parameter')} of {len(told)} noticed: the first where each "
            "fault is, then some after each onset; all others are in the folder telemetry."
        )
    alt = "; ".join(f"{dictionary[r['name']]['title']} at {moment_text(r['time_s'])}" for r in rows)
    return Picture(KEY, TITLE, caption, alt=alt, png=image)


def _draw(
    axes: "Axes", document: Document, row: Document, archive: Path, entry: Mapping[str, str]
) -> None:
    at = row["time_s"]
    first, last = max(0.0, at - _BEFORE), at + _AFTER
    told = read_telemetry(archive, [row["name"]], first, last)
    times, values, full = told.times, told.values[0], told.full
    end = min(last, document["days"] * 86_400.0)
    if times.size and times[-1] < end:  # a value stands until the next change
        times, values = np.append(times, end), np.append(values, values[-1])
        full = np.append(full, False)
    minutes = (times - at) / 60.0
    colour = RULE_COLOURS[row["who"]]
    axes.plot(minutes, values, drawstyle="steps-post", color=look.INK, lw=0.8, zorder=3)
    axes.plot(minutes[full], values[full], ".", color=look.INK, ms=1.8, zorder=3)
    axes.axvline(0.0, color=colour, lw=1.4, zorder=2)
    for fault in document["faults"]:
        if first <= fault["onset_s"] <= last:
            axes.axvline((fault["onset_s"] - at) / 60.0, color="#6b7280", lw=1.0, ls=":", zorder=2)
    done = [
        (one["time_s"] - at) / 60.0
        for one in document["timeline"]
        if one["kind"] == "done" and first <= one["time_s"] <= last
    ]
    axes.plot(
        done, np.full(len(done), 0.03), "^", ms=4, color=VERDICT_COLOURS["done"],
        transform=axes.get_xaxis_transform(), clip_on=False, zorder=4,
    )  # fmt: skip
    _bounds(axes, values, entry)
    axes.set_xlim((first - at) / 60.0, _AFTER / 60.0)
    unit = unit_text(entry["unit"])
    title = entry["title"] + (f" [{unit}]" if unit else "")
    lines = wrap(title, _WIDTH)
    axes.set_title("\n".join(map(look.drawable, lines)), fontsize=7.5)
    axes.annotate(
        f"{moment_text(at)}, {RULES[row['who']]}", (1.0, 0.97), xycoords="axes fraction",
        ha="right", va="top", fontsize=7, color=colour, zorder=5,
    )  # fmt: skip
    axes.tick_params(labelsize=7.5)
    if entry["kind"] == "state" and entry["states"]:
        _states(axes, entry)


def _bounds(axes: "Axes", values: Any, entry: Mapping[str, str]) -> None:
    """Draw the alarm limits where the readings come near, and leave room above for the words."""
    good = values[np.isfinite(values)]
    low, high = (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
    span = max(high - low, 1e-9 + 1e-3 * max(abs(low), abs(high)))
    for key in ("low", "high"):
        if entry[key] == "":
            continue
        limit = float(entry[key])
        if low - 1.5 * span <= limit <= high + 1.5 * span:
            axes.axhline(limit, color=LIMIT, lw=0.9, ls=(0, (5, 3)), zorder=2)
            low, high = min(low, limit), max(high, limit)
    span = max(high - low, span)
    axes.set_ylim(low - 0.12 * span, high + 0.3 * span)
    axes.ticklabel_format(axis="y", useOffset=False)


def _states(axes: "Axes", entry: Mapping[str, str]) -> None:
    """Let the axis of a state say whole numbers only: that is what readings are."""
    low, high = axes.get_ylim()
    axes.set_yticks([one for one in range(len(entry["states"].split())) if low <= one <= high])
