"""What dominates the uncertainty of each figure of a run; nothing is flown again.

Every replica draws its own errors of the models and its own Sun. How much of the spread of an
outcome goes with each of them is read from the replicas of the finished run.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeeper.environment.tables import solar_indices
from stationkeeper.errors import InputError
from stationkeeper.lifetime.calendar import calendar_of
from stationkeeper.lifetime.measures import MEASURE, Measured, read_measures
from stationkeeper.lifetime.prepare import solar_knowledge, sun_of_days
from stationkeeper.lifetime.variance_shares import (
    FEWEST_GROUPS,
    FEWEST_IN_GROUP,
    group_count,
    groups_of,
    interval,
    share_errors,
    variance_shares,
)
from stationkeeper.programme.read import read_programme
from stationkeeper.results.folder import PROGRAMME, read_state

Array = NDArray[np.float64]

# Events whose value is an input of the replica; the beginning of a name stands for all of them.
INPUTS: Final = (
    "drag factor",
    "dose factor",
    "particle factor",
    "leak hypothesis",
    "air lost beside leaks",
)
SOLAR: Final = "solar activity (mean F10.7)"
FEWEST: Final = FEWEST_GROUPS * FEWEST_IN_GROUP  # replicas below which nothing is told
MOST: Final = 20_000  # our choice: the first so many replicas are enough
FEWEST_HAPPENED: Final = 5  # our choice: an outcome that rarer still has no shares
_PIECE: Final = 250  # replicas whose Sun is read at once
_HARMONICS: Final = 10  # of RBD-FAST, as SALib sets them


class SensitivityRow(NamedTuple):
    """How much of the variance of an outcome goes with one input.

    `outcome` is the name of a measure, of one `station` or of all if that is empty. `share` is the
    first-order index, `low` and `high` the ends of its interval of 90 %; `fourier` is the same
    index by another method, RBD-FAST of SALib, or None without it.
    """

    outcome: str
    input: str
    share: float
    low: float
    high: float
    station: str = ""
    fourier: float | None = None


def sensitivity(
    run_folder: Path,
    inputs: Sequence[str] | None = None,
    outcomes: Sequence[str] = tuple(MEASURE),
) -> list[SensitivityRow]:
    """Return how much of the variance of each outcome of a run goes with each input.

    Outcomes that are the same in all replicas have no rows, nor have inputs that are. Inputs that
    are one draw for all stations are one input. The solar future is no number; its share is that of
    the mean F10.7 over the days of the station, or over the whole span: what its course does beside
    its mean is in no share.

    Parameters
    ----------
    run_folder : Path
        Folder of a finished run.
    inputs : sequence of str, optional
        Names, or beginnings of names, of events of replicas that are inputs; `INPUTS` and the solar
        activity if not given.
    outcomes : sequence of str
        Names of measures; see `stationkeeper.lifetime.measures.MEASURES`. Those that the run does
        not hold are passed over.

    Returns
    -------
    list of SensitivityRow
        By outcome, the largest share first; empty with fewer than `FEWEST` replicas.

    Raises
    ------
    InputError
        If the folder is not that of a finished run, or an outcome is no measure.

    Notes
    -----
    See `stationkeeper.lifetime.variance_shares` for the method and its error.
    """
    unknown = [name for name in outcomes if name not in MEASURE]
    if unknown:
        raise InputError(f"outcomes: given {unknown[0]!r}, expected some of: {', '.join(MEASURE)}")
    measured = read_measures(run_folder, INPUTS if inputs is None else inputs)
    if measured.replicas.size < FEWEST:
        return []
    few = slice(0, MOST)
    drawn = {name: values[few] for name, values in merged_inputs(measured).items()}
    stations = measured.stations if len(measured.stations) > 1 else ()
    sun: dict[str, Array] = {}
    if inputs is None:
        sun = _solar_means(run_folder, measured, measured.replicas[few], stations)
    rows: list[SensitivityRow] = []
    for station in ("", *stations):
        wanted = {
            name: (measured.by_station[name, station] if station else measured.values[name])[few]
            for name in outcomes
            if name in measured.values and (not station or (name, station) in measured.by_station)
        }
        here = drawn | ({SOLAR: sun[station]} if station in sun else {})
        rows += shares_of(here, wanted, station)
    return rows


def merged_inputs(measured: Measured) -> dict[str, Array]:
    """Return the inputs of a run by name, those of all stations as one where they are one draw.

    Inputs that are the same in all replicas are left out.
    """
    by_name: dict[str, dict[str, Array]] = {}
    for (name, station), values in measured.inputs.items():
        if np.unique(values[~np.isnan(values)]).size > 1:
            by_name.setdefault(name, {})[station] = values
    found: dict[str, Array] = {}
    for name, stations in by_name.items():
        ranks = [np.argsort(np.argsort(values, kind="stable")) for values in stations.values()]
        if all(np.array_equal(ranks[0], rank) for rank in ranks):
            found[name] = next(iter(stations.values()))
        else:
            found |= {f"{name} of {key}": values for key, values in stations.items()}
    return found


def _solar_means(
    folder: Path, measured: Measured, replicas: NDArray[np.int64], stations: Sequence[str]
) -> dict[str, Array]:
    """Return the mean F10.7 of each replica over the span, and over the days of each station."""
    programme = read_programme(str(folder / PROGRAMME))
    calendar = calendar_of(programme.span.first, programme.span.last)
    seed = read_state(folder).get("seed")
    if not isinstance(seed, int):
        raise InputError(f"{folder / 'run.json'}: given no seed, expected that of the run")
    sun = solar_indices()
    until, drawn = solar_knowledge(programme, sun)
    if not drawn:
        return {}
    spans = {"": slice(0, calendar.days)}
    for key in (key for key in stations if key in measured.days):
        first, end = measured.days[key]
        spans[key] = calendar.clipped(first - calendar.first_day, end - calendar.first_day)
    means = {key: np.empty(replicas.size) for key in spans}
    for start in range(0, replicas.size, _PIECE):
        piece = slice(start, start + _PIECE)
        rows = sun_of_days(
            sun, until, drawn, calendar.first_day, calendar.days, seed, replicas[piece]
        )
        flux = sun.f107[rows]
        for key, span in spans.items():
            if span.stop > span.start:
                means[key][piece] = flux[:, span].mean(axis=1)
    return {
        key: values
        for key, values in means.items()
        if spans[key].stop > spans[key].start and np.ptp(values) > 1e-9 * np.abs(values).max()
    }


def shares_of(
    inputs: dict[str, Array], outcomes: dict[str, Array], station: str = ""
) -> list[SensitivityRow]:
    """Return the shares of inputs in the variance of outcomes.

    Parameters
    ----------
    inputs, outcomes : dict of text to ndarray, (R,)
        Values by name.
    station : str
        What the rows say.

    Returns
    -------
    list of SensitivityRow
        By outcome, the largest share first.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> inputs = {"a": generator.normal(size=2_000), "b": generator.normal(size=2_000)}
    >>> rows = shares_of(inputs, {"sum": 2 * inputs["a"] + inputs["b"]})
    >>> [(row.input, round(row.share, 1)) for row in rows]
    [('a', 0.8), ('b', 0.2)]
    """
    varying = {name: values for name, values in outcomes.items() if _varies(name, values)}
    if not varying:
        return []
    table = np.array(list(varying.values()))
    by_outcome: dict[str, list[SensitivityRow]] = {name: [] for name in varying}
    fourier = _fourier_method()
    for name, values in inputs.items():
        groups = groups_of(values, group_count(values.size))
        shares = variance_shares(groups, table)
        errors = share_errors(groups, table, np.random.default_rng(1))  # our choice: a fixed seed
        lows, highs = interval(shares, errors)
        for place, outcome in enumerate(varying):
            beside = fourier(values, table[place]) if fourier is not None else None
            by_outcome[outcome].append(
                SensitivityRow(
                    outcome,
                    name,
                    float(shares[place]),
                    float(lows[place]),
                    float(highs[place]),
                    station,
                    beside,
                )
            )
    return [
        row
        for rows in by_outcome.values()
        for row in sorted(rows, key=lambda row: (-row.share, row.input))
    ]


def _varies(name: str, values: Array) -> bool:
    """True if an outcome differs between replicas, and if it is a chance, often enough."""
    if np.ptp(values) <= 1e-9 * np.abs(values).max(initial=0.0):
        return False
    if name in MEASURE and MEASURE[name].chance:
        return bool(min(values.sum(), (1 - values).sum()) >= FEWEST_HAPPENED)
    return True


def _fourier_method() -> Callable[[Array, Array], float | None] | None:
    """Return the first-order index by RBD-FAST of SALib, or None where it is not installed."""
    try:
        from SALib.analyze import rbd_fast
    except ImportError:
        return None

    def index(values: Array, outcome: Array) -> float | None:
        if np.unique(values).size < values.size // 2 or np.isnan(values).any():
            return None  # draws in few values have no order to follow
        problem = {"num_vars": 1, "names": ["input"]}
        found: Any = rbd_fast.analyze(
            problem, values[:, None], outcome, M=_HARMONICS, num_resamples=2, seed=1
        )
        return float(found["S1"][0])

    return index
