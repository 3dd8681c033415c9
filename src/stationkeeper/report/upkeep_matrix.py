"""The five by five matrix of chance and consequence, with the bins of the user."""

import itertools
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from stationkeeper.hull.risk_matrix import SIDE, RiskMatrix, risk_matrix
from stationkeeper.programme.wear import RiskBins
from stationkeeper.report import look
from stationkeeper.report.markup import Markup, table
from stationkeeper.report.numbers import number, whole
from stationkeeper.report.picture import Picture, absent
from stationkeeper.report.source import Run
from stationkeeper.report.upkeep_risks import WHATS, caused
from stationkeeper.report.upkeep_source import (
    Chance,
    cause_name,
    chance_cell,
    percent,
    replica_years,
    upkept_stations,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY, TITLE = "matrix", "Chance and consequence"
# As the bins of the programme count them.
CONSEQUENCES: Final = {"seat": 1.0, "evacuation": 2.0, "station": 3.0, "crew": 4.0}
_NAMES: Final = {
    0.0: "no effect",
    1.0: "a seat home lost",
    2.0: "people leave early",
    3.0: "station lost",
    4.0: "people lost",
}
_SAMPLES: Final = 41  # of each chance; our choice
_WORDS: Final = {**WHATS, "seat": "a seat home lost"}


@dataclass(frozen=True)
class Risk:
    """A cause with one of its consequences."""

    cause: str
    what: str
    chance: Chance

    @property
    def consequence(self) -> float:
        """Its consequence, on the scale of the bins."""
        return CONSEQUENCES[self.what]


def risks(run: Run, station: str) -> list[Risk]:
    """Return what was seen at a station, by cause and consequence; the gravest first."""
    found = [
        Risk(cause, what, chance)
        for cause, row in caused(run, station).items()
        for what, chance in row.items()
        if what in CONSEQUENCES
    ]
    found += _seats(run, station)
    return sorted(found, key=lambda one: (-one.consequence, -one.chance.count, one.cause))


def _seats(run: Run, station: str) -> list[Risk]:
    """Return how often a seat home was lost, by what was struck."""
    rows = run.happened
    if rows is None:
        return []
    here = rows.of(station)
    year = here.day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    of = int(replica_years(run, station).sum())
    found = []
    struck = here.kind == "people without a seat home"
    for name in np.unique(here.subject[struck]).tolist():
        which = struck & (here.subject == name)
        pairs = np.unique(np.stack([here.replica[which], year[which]]), axis=1)
        found.append(Risk(name, "seat", Chance(min(int(pairs.shape[1]), of), of)))
    return found


def sampled(chances: list[Chance]) -> NDArray[np.float64]:
    """Return values of each chance, (risk, sample), as a flat prior leaves them after the counts.

    Examples
    --------
    >>> values = sampled([Chance(5, 1000)])
    >>> bool(values.min() < 0.005 < values.max())
    True
    """
    shares = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    return np.array(
        [betaincinv(one.count + 1.0, one.of - one.count + 1.0, shares) for one in chances]
    )


def bins_of(run: Run, station: str) -> RiskBins:
    """Return the bins of the user for a station, or those of the house."""
    part = run.programme.station.get(station)
    return part.upkeep.bins if part is not None and part.upkeep is not None else RiskBins()


def matrix(run: Run, station: str, found: list[Risk]) -> RiskMatrix:
    """Place risks in the user's bins."""
    bins = bins_of(run, station)
    return risk_matrix(
        sampled([one.chance for one in found]),
        [one.consequence for one in found],
        bins.chance,
        bins.consequence,
    )


def _all(run: Run) -> dict[str, list[Risk]]:
    found = {key: risks(run, key) for key in upkept_stations(run)}
    return {key: some for key, some in found.items() if some}


def picture(run: Run) -> Picture:
    """Draw the matrix of each station."""
    found = _all(run)
    if not found:
        return absent(KEY, TITLE, "No replica lost a seat home, a stay, a station or anyone.")
    colours = look.station_colours(run.stations)
    with look.drawing():
        figure, panels = look.new_figure(3.1 * len(found) + 0.2, len(found), share_x=False)
        for axes, (key, some) in zip(panels, found.items(), strict=True):
            _panel(axes, run, key, some)
            axes.set_title(run.title(key), color=colours[key])
        image = look.as_png(figure, colours=look.FEW)
    return Picture(
        KEY,
        TITLE,
        "Numbers are the risks of the table below: a cause with one of its consequences, in the "
        "class in which most of its chance lies. The classes are those of the programme (station, "
        "upkeep, bins); the shade counts the risks of a class, weighed by how sure the counts of "
        "the replicas are. The matrix sorts and does not judge; what no replica saw is not in it.",
        alt=" ".join(f"{run.title(key)}: {len(some)} risks." for key, some in found.items()),
        png=image,
    )


def _panel(axes: "Axes", run: Run, station: str, found: list[Risk]) -> None:
    placed = matrix(run, station, found)
    bins = bins_of(run, station)
    axes.imshow(
        placed.expected,
        origin="lower",
        aspect="auto",
        cmap="Greys",
        vmin=0.0,
        vmax=max(3.0 * float(placed.expected.max()), 1.0),
        extent=(-0.5, SIDE - 0.5, -0.5, SIDE - 0.5),
    )
    inside: dict[tuple[int, int], list[str]] = {}
    for i in range(len(found)):
        cell = int(placed.consequence[i]) - 1, int(placed.likelihood[i]) - 1
        inside.setdefault(cell, []).append(str(i + 1))
    for (x, y), names in inside.items():
        text = textwrap.fill(", ".join(names), 26)
        axes.text(x, y, text, ha="center", va="center", fontsize=7.5, color=look.INK)
    axes.set_xticks(range(SIDE), _consequences(bins), fontsize=7.5)
    axes.set_yticks(range(SIDE), _chances(bins), fontsize=7.5)
    for edge in np.arange(SIDE + 1) - 0.5:
        axes.axhline(edge, color=look.GRID, linewidth=0.8)
        axes.axvline(edge, color=look.GRID, linewidth=0.8)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_ylabel("chance a year")


def _chances(bins: RiskBins) -> list[str]:
    """Return what the classes of chance are called."""
    edges = [f"{number(100 * edge, 1)} %" for edge in bins.chance]
    return [
        f"< {edges[0]}",
        *[f"{low} to {high}" for low, high in itertools.pairwise(edges)],
        f"≥ {edges[-1]}",
    ]


def _consequences(bins: RiskBins) -> list[str]:
    """Return what falls into each class of consequence."""
    place = np.searchsorted(bins.consequence, list(_NAMES), side="right")
    return [
        "\n".join(name for name, one in zip(_NAMES.values(), place, strict=True) if one == column)
        or "–"
        for column in range(SIDE)
    ]


def tables(run: Run) -> Markup:
    """Return the risks by number."""
    parts = []
    for key, found in _all(run).items():
        placed = matrix(run, key, found)
        rows = [
            (
                str(i + 1),
                cause_name(run.programme, one.cause),
                _WORDS[one.what],
                chance_cell(one.chance),
                f"{placed.likelihood[i]} × {placed.consequence[i]}",
                percent(float(placed.share[i].max())),
            )
            for i, one in enumerate(found)
        ]
        note = (
            f"{run.title(key)}: chance a year of "
            f"{whole(int(replica_years(run, key).sum()))} replica-years. Class: chance × "
            "consequence, 1 to 5. Sure: how much of the chance lies in its commonest class."
        )
        heads = ("no.", "cause", "consequence", "chance a year", "class", "sure")
        parts.append(table(heads, rows, caption=note))
    return Markup("").join(parts)
