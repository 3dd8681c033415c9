"""How well the law of slips forecasts launches that it was not fitted to.

Each element is left out in turn, with all its announcements; the law fitted to the others forecasts
its flown pairs. Elements count once, however many announcements they have. Only flown pairs are
scored this way, so that launches which never came are missing from it: the second part asks of two
past days how many of the launches then open flew by the day of the table.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.lifetime.slip_fit import earliest, slip_at_hazard
from stationkeeper.lifetime.slips import (
    TABLE_DAY,
    SlipModel,
    SlipPair,
    fit_slips,
    slip_chance,
    slip_model,
    slip_pairs,
    slip_quantiles,
)
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

POINTS: Final = 400  # of an integral on each side of what was flown; 800 move no score by 0.3 d
LAST_HAZARD: Final = 12.0  # [-] where an integral ends: six launches in a million come later


@dataclass(frozen=True, eq=False)
class ElementScore:
    """Forecasts of the flown pairs of one element by the law that has not seen it."""

    group: str
    lead: Array  # (pair,) [d]
    slip: Array  # (pair,) [d]
    rank: Array  # (pair,) chance that the forecast gave to flying as early as it did
    ranked_probability: Array  # (pair,) [d]
    pinball: Array  # (share, pair) [d]
    pooled_pinball: Array  # (share, pair) [d] of the quantiles of all others, whatever the lead
    pooled_median: float  # [d]


def continuous_ranked_probability(model: SlipModel, lead: float, slip: float) -> float:
    """Continuous ranked probability score of the forecast of one launch.

    Parameters
    ----------
    model : SlipModel
        The law.
    lead : float
        Days from the announcement to the announced date. [d]
    slip : float
        What came. [d]

    Returns
    -------
    float
        Integral of the squared distance of the forecast distribution from the step at what came;
        for a forecast of one date it is the plain error [1]_. [d]

    References
    ----------
    .. [1] "Strictly proper scoring rules, prediction, and estimation", Journal of the American
       Statistical Association 102 (2007) 359-378, section 4.2.

    Examples
    --------
    >>> near = continuous_ranked_probability(slip_model(), 400.0, 300.0)
    >>> near < continuous_ranked_probability(slip_model(), 400.0, 2_000.0)
    True
    """
    first = -float(earliest(lead))
    last = max(float(slip_at_hazard(model.laws, lead, LAST_HAZARD).max()), slip)
    before, after = np.linspace(min(first, slip), slip, POINTS), np.linspace(slip, last, POINTS)
    early = np.trapezoid(slip_chance(model, lead, before) ** 2, before)
    late = np.trapezoid((1 - slip_chance(model, lead, after)) ** 2, after)
    return float(early + late)


def pinball_loss(forecast: Array, share: Array, slip: Array) -> Array:
    """Loss of a quantile: each day of error counts by the share on its side.

    Parameters
    ----------
    forecast : ndarray, (...)
        Quantile. [d]
    share : ndarray, (...)
        Which one, from 0 to 1. [-]
    slip : ndarray, (...)
        What came. [d]

    Returns
    -------
    ndarray, (...)
        [d]

    Examples
    --------
    >>> pinball_loss(np.array([10.0, 10.0]), np.array([0.9, 0.1]), np.array([20.0, 20.0])).tolist()
    [9.0, 1.0]
    """
    error = slip - forecast
    return np.asarray(np.maximum(share * error, (share - 1) * error))


def weighted_quantiles(values: Array, weights: Array, shares: Array) -> Array:
    """Smallest values that reach the shares of the weight.

    Parameters
    ----------
    values, weights : ndarray, (pair,)
        [d] and [-]
    shares : ndarray, (share,)
        From 0 to 1. [-]

    Returns
    -------
    ndarray, (share,)
        [d]

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0]), np.array([1.0, 3.0]), np.array([0.5, 0.9]))
    array([1., 3.])
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    places = np.minimum(np.searchsorted(reached, shares - 1e-12), len(values) - 1)
    return np.asarray(values[order][places])


def element_score(pairs: tuple[SlipPair, ...], group: str, shares: Array) -> ElementScore:
    """Score one element by the law fitted to all others.

    Parameters
    ----------
    pairs : tuple of SlipPair
        All pairs.
    group : str
        The element left out.
    shares : ndarray, (share,)
        Quantiles to score. [-]

    Returns
    -------
    ElementScore
        Of its flown pairs.
    """
    others = tuple(pair for pair in pairs if pair.group != group)
    own = [pair for pair in pairs if pair.group == group and not pair.censored]
    model = fit_slips(others, TABLE_DAY)
    lead, slip = np.array([pair.lead for pair in own]), np.array([pair.slip for pair in own])
    flown = [pair for pair in others if not pair.censored]
    pooled = weighted_quantiles(
        np.array([pair.slip for pair in flown]), np.array([pair.weight for pair in flown]), shares
    )
    middle = weighted_quantiles(
        np.array([pair.slip for pair in flown]),
        np.array([pair.weight for pair in flown]),
        np.array([0.5]),
    )
    column = shares[:, None]
    return ElementScore(
        group=group,
        lead=lead,
        slip=slip,
        rank=slip_chance(model, lead, slip),
        ranked_probability=np.array(
            [
                continuous_ranked_probability(model, days, came)
                for days, came in zip(lead.tolist(), slip.tolist(), strict=True)
            ]
        ),
        pinball=pinball_loss(slip_quantiles(model, lead, column), column, slip),
        pooled_pinball=pinball_loss(pooled[:, None], column, slip),
        pooled_median=float(middle[0]),
    )


@cache
def element_scores() -> tuple[ElementScore, ...]:
    """Scores of all elements that have flown, each left out in turn.

    Returns
    -------
    tuple of ElementScore
        In the order of the table.
    """
    pairs = slip_pairs()
    shares = np.array(published("slips.toml")["score"]["shares"])
    groups = dict.fromkeys(pair.group for pair in pairs if not pair.censored)
    return tuple(element_score(pairs, group, shares) for group in groups)


def flown_since(day: date) -> tuple[float, int, int]:
    """Launches open on a day: how many the law of that day expects by the day of the table.

    Parameters
    ----------
    day : date
        Day of knowledge.

    Returns
    -------
    expected : float
        Sum of the chances, each from the last announcement by the day. [-]
    flown : int
        Launches that did fly. [-]
    open_then : int
        Launches announced and not flown on the day. [-]
    """
    model = slip_model(day)
    last = {pair.group: pair for pair in model.pairs if pair.censored}  # later rows are later words
    flown = {pair.group for pair in slip_pairs() if not pair.censored} & last.keys()
    lead = np.array([pair.lead for pair in last.values()])
    passed = np.array([pair.slip for pair in last.values()])
    now = np.array([float((TABLE_DAY - pair.announced).days) for pair in last.values()])
    return float(slip_chance(model, lead, now, passed).sum()), len(flown), len(last)


def _row(told: dict[str, Any], name: str, ours: float, truth: float, **more: Any) -> Row:
    kind: Kind = more.pop("kind", "measured")
    return Row(
        topic="slips",
        name=name,
        ours=float(ours),
        truth=float(truth),
        unit=more.pop("unit", "d"),
        tolerance=float(more.pop("tolerance", 0.0)),
        kind=kind,
        source=f"{told['source']} ({told['confidence']})",
        **more,
    )


def _median_rows() -> list[Row]:
    """Medians of the table by lead, and those of the law for the same announcements."""
    told = published("slips.toml")["medians"]
    flown = [pair for pair in slip_pairs() if not pair.censored]
    found, above = [], 0
    for below, truth in zip(told["below_lead_days"], told["slip_days"], strict=True):
        chosen = [pair for pair in flown if above <= pair.lead < below]
        name = f"lead {above} d or more" if above else f"lead under {below} d"
        name += f" and under {below} d" if above and below < 10_000 else ""
        found += [
            _row(
                told,
                f"median slip of {len(chosen)} flown pairs, {name}",
                float(np.median([pair.slip for pair in chosen])),
                truth,
                tolerance=told["tolerance_days"],
                calibration=True,
                note=told["note"],
            ),
            _row(
                told,
                f"median slip of the law, {name}",
                float(np.median(slip_quantiles(slip_model(), [pair.lead for pair in chosen], 0.5))),
                truth,
                kind="context",
                calibration=True,
                note="Elements count once and launches that have not come count in the law.",
            ),
        ]
        above = below
    return found


def _range_row(told: dict[str, Any], name: str, ours: float, low: float, high: float) -> Row:
    return _row(
        told,
        name,
        ours,
        0.5 * (low + high),
        tolerance=0.5 * (high - low),
        unit="-",
        note="Each element counts once.",
    )


def _score_rows() -> list[Row]:
    """Coverage and losses over all elements."""
    told = published("slips.toml")["score"]
    scores = element_scores()

    def mean(values: list[float]) -> float:
        return float(np.mean(values))

    def covered(share: float) -> float:
        return mean([float(np.mean(abs(s.rank - 0.5) <= share / 2)) for s in scores])

    ours = mean([float(s.ranked_probability.mean()) for s in scores])
    announced = mean([float(abs(s.slip).mean()) for s in scores])
    pooled = mean([float(abs(s.slip - s.pooled_median).mean()) for s in scores])
    rows = [
        _range_row(
            told, "share of left-out slips within 50 % intervals", covered(0.5),
            *told["half_interval"],
        ),
        _range_row(
            told, "share of left-out slips within 90 % intervals", covered(0.9),
            *told["nine_tenths_interval"],
        ),
        _range_row(told, "score over that of 'all as announced'", ours / announced, 0, 1),
        _range_row(told, "score over that of 'all slip the median'", ours / pooled, 0, 1),
        _row(
            told, "mean score of left-out slips", ours, announced, kind="context",
            note=f"Truth: mean error of 'all as announced'; 'all slip the median': {pooled:.0f} d.",
        ),
    ]  # fmt: skip
    for place, share in enumerate(told["shares"]):
        rows.append(
            _row(
                told,
                f"pinball loss of the {share:.0%} quantile",
                mean([float(s.pinball[place].mean()) for s in scores]),
                mean([float(s.pooled_pinball[place].mean()) for s in scores]),
                kind="context",
                note="Truth: loss of the quantile of all other elements, whatever the lead.",
            )
        )
    return rows


def _element_rows() -> list[Row]:
    """One row an element: our score beside the error of what was announced."""
    told = published("slips.toml")["score"]
    return [
        _row(
            told,
            f"score of {score.group}, left out",
            float(score.ranked_probability.mean()),
            float(abs(score.slip).mean()),
            kind="context",
            note=f"Truth: mean error of what was announced. "
            f"{int(np.sum(abs(score.rank - 0.5) <= 0.45))} of {len(score.slip)} within 90 %.",
        )
        for score in element_scores()
    ]


def _as_known_rows() -> list[Row]:
    """How many of the launches open on a past day flew."""
    told = published("slips.toml")["as_known"]
    found = []
    for day in told["days"]:
        expected, flown, open_then = flown_since(day)
        found.append(
            _row(
                told,
                f"launches flown by {TABLE_DAY} of those open on {day}, as known then",
                expected,
                flown,
                unit="-",
                tolerance=told["tolerance"],
                note=f"{open_then} were open; each from its last announcement.",
            )
        )
    return found


def rows(progress: Progress | None = None) -> list[Row]:
    """Return all rows of the topic ``slips``."""
    if progress:
        progress("slips of launches: each element left out in turn")
    return [*_median_rows(), *_score_rows(), *_as_known_rows(), *_element_rows()]
