"""Draw the figures of ``docs/tutorial/words-and-deeds.md``: ``python -m docs.words_and_deeds``.

Flies `iss-to-ros` as known on two past days and as known today, each in a run folder under
``runs/words-and-deeds``, writes the figures, and the tables between the marks of the page.
``--replicas N`` and ``--out FOLDER`` are for trying.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from docs.generate import table

PAGE = Path(__file__).resolve().parent / "tutorial" / "words-and-deeds.md"
FIGURES = PAGE.parent / "figures"
RUNS = Path(__file__).resolve().parents[1] / "runs" / "words-and-deeds"

PROGRAMME: Final = "iss-to-ros"
DAYS: Final = (date(2021, 4, 23), date(2022, 7, 26))
FOLLOWED_TO: Final = date(2026, 10, 31)
REPLICAS: Final = 250
SEED: Final = 1
COLOURS: Final = ("#0072b2", "#d55e00")  # told apart with any colour vision
DRAWN: Final = ("first launch", "notice", "leave", "end")
WORDS: Final = {
    "first launch": "first module of the own station launched",
    "notice": "Russian side gives notice",
    "leave": "Russian side leaves the ISS",
    "end": "the ISS ends",
}


def fly(day: date | None, replicas: int, out: Path) -> Path:
    """Fly the programme as known on a day, or today, unless that has been done."""
    from stationkeeper.lifetime.run import run
    from stationkeeper.programme.read import read_programme

    programme = read_programme(PROGRAMME, as_known=day)
    return run(programme, out=out / str(day or "today"), replicas=replicas, seed=SEED)


def decided(folder: Path) -> dict[str, Any]:
    """Return what a run says of decisions."""
    told: dict[str, Any] = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
    return told


def told_of(document: Mapping[str, Any], quantity: str) -> dict[str, Any] | None:
    """Return the forecast of a quantity."""
    return next((one for one in document["forecast"] if one["quantity"] == quantity), None)


# ---- Figures ------------------------------------------------------------------------------------


def forecast_figure(documents: Mapping[date, Mapping[str, Any]]) -> bytes:
    """Chance that each act has come, by day of knowledge, beside what was announced."""
    from stationkeeper.report import look

    with look.drawing():
        figure, panels = look.new_figure(7.0, rows=len(DRAWN))
        for axes, quantity in zip(panels, DRAWN, strict=True):
            for colour, (day, document) in zip(COLOURS, documents.items(), strict=True):
                told = told_of(document, quantity)
                if told is None:
                    continue
                days = [day, *(date.fromisoformat(when) for when, _ in told["chance_by"])]
                chances = [0.0, *(chance for _, chance in told["chance_by"])]
                axes.plot(
                    _numbers(days), chances, color=colour, label=f"as known {day}", clip_on=False
                )
                if told["announced"]:
                    (place,) = _numbers([date.fromisoformat(told["announced"])])
                    size = 12 if day == DAYS[0] else 6  # both are seen where both mean one day
                    axes.plot([place], [0.06], "v", color=colour, markersize=size, clip_on=False)
            (until,) = _numbers([FOLLOWED_TO])
            axes.axvline(until, color="0.4", linestyle=":")
            axes.plot([until], [0.0], "o", color="0.2", markersize=7, clip_on=False, zorder=5)
            axes.set_ylim(0, 1)
            axes.set_ylabel("chance by then")
            axes.set_title(WORDS[quantity], loc="left", fontsize="medium")
        panels[0].legend(loc="upper left")
        look.time_axis(panels[-1], *_numbers([DAYS[0], date(2041, 1, 1)]))
        return look.as_png(figure, colours=64)


def _numbers(days: list[date]) -> list[float]:
    from stationkeeper.report import look

    found = look.day_numbers(np.array(days, dtype="datetime64[D]"))
    return [float(day) for day in found]


def report_figure(folder: Path, module: str) -> bytes | None:
    """Draw a picture of the report."""
    from importlib import import_module

    from stationkeeper.report.source import read_run

    png: bytes | None = (
        import_module(f"stationkeeper.report.{module}").picture(read_run(folder)).png
    )
    return png


# ---- Tables -------------------------------------------------------------------------------------


def forecast_table(documents: Mapping[date, Mapping[str, Any]]) -> str:
    """Return what was announced and forecast on each day, and what followed."""
    rows = []
    for quantity in DRAWN:
        for day, document in documents.items():
            told = told_of(document, quantity)
            if told is not None:
                band = told["band"]
                dates = [_year(band[name]) for name in ("q05", "q50", "q95")]
                rows.append(
                    (
                        WORDS[quantity],
                        str(day),
                        told["announced"] or "-",
                        f"{dates[1]} ({dates[0]} to {dates[2]})",
                        _percent(_chance(told, FOLLOWED_TO)),
                        "no",
                    )
                )
    return table(
        (
            "what",
            "as known",
            "announced",
            "forecast: middle (90 %)",
            f"chance by {FOLLOWED_TO}",
            "came by then",
        ),
        rows,
    )


def _year(day: str | None) -> str:
    return day[:7] if day else "after 2040"


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %" if chance in (0, 1) or chance >= 0.005 else "< 1 %"


def _chance(told: Mapping[str, Any], by: date) -> float:
    from stationkeeper.validation.hindcast_flight import chance_of

    return chance_of(told, DAYS[0], by)


def frontier_table(document: Mapping[str, Any]) -> str:
    """Return some points of the frontier: limit, day, risk taken, gap."""
    rows = []
    for one in document["frontier"]:
        for point in one["points"][::3]:
            days = point["dates"]
            gap = point["gap_days"]
            rows.append(
                (
                    one["measure"],
                    f"{100 * point['limit']:.2g} %",
                    f"{_year(days['q50'])} ({_year(days['q05'])} to {_year(days['q95'])})",
                    f"{100 * point['risk']:.1f} %",
                    "-" if gap["q50"] is None else f"{gap['q50']:,.0f}",
                    "yes" if point["on_front"] else "",
                )
            )
    return table(
        ("of", "limit, a year", "day implied (90 %)", "chance taken", "gap, days", "on the front"),
        rows,
    )


def score_table() -> str:
    """Return scores, shares and dates of ``validate hindcast`` that count."""
    from stationkeeper.validation.hindcast import rows

    found = [
        (
            row.name.removeprefix("as known "),
            "-" if row.ours is None else f"{row.ours:.3g}",
            f"{row.truth - row.tolerance:.3g} to {row.truth + row.tolerance:.3g}",
            "yes" if row.within else "no",
        )
        for row in rows()
        if row.counts and "place of the truth" not in row.name
    ]
    return table(("figure", "ours", "within", "held"), found)


def put(name: str, text: str) -> None:
    """Write a table between its marks on the page."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if not place.search(page):
        raise SystemExit(f"{PAGE}: no marks of {name!r}")
    PAGE.write_text(place.sub(lambda _: f"{begin}\n{text}\n\n{end}", page), encoding="utf-8")


def main() -> None:
    """Fly, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--replicas", type=int, default=REPLICAS)
    parser.add_argument("--out", type=Path, default=RUNS)
    asked = parser.parse_args()
    folders: dict[date | None, Path] = {}
    for day in (*DAYS, None):
        print(f"flying as known {day or 'today'}", file=sys.stderr, flush=True)
        folders[day] = fly(day, asked.replicas, asked.out)
    documents = {day: decided(folders[day]) for day in DAYS}
    today = decided(folders[None])
    FIGURES.mkdir(exist_ok=True)
    drawn = {
        "forecast-and-outcome": forecast_figure(documents),
        "said-decided-notified": report_figure(folders[None], "words_timeline"),
        "frontier": report_figure(folders[None], "decision_frontier"),
    }
    for name, png in drawn.items():
        if png is not None:
            (FIGURES / f"{name}.png").write_bytes(png)
    put("forecasts", forecast_table(documents))
    put("frontier", frontier_table(today))
    put("scores", score_table())


if __name__ == "__main__":
    main()
