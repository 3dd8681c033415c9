"""From ratios to events: where one begins, what is too weak to tell, what belongs together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stationkeeper.kernels import kernel

Array = NDArray[np.float64]
Span = tuple[int, int, float]


@kernel
def _spans(ratios: Array, hold: float, gap: int) -> Array:
    found = np.empty((ratios.shape[0], 3))
    count = 0
    first = -1
    last = -1
    peak = 0.0
    for row in range(ratios.shape[0]):
        if not ratios[row] > hold:
            continue
        if first < 0 or row - last > gap:
            if peak > 1.0:
                found[count, 0], found[count, 1], found[count, 2] = first, last + 1, peak
                count += 1
            first = row
            peak = 0.0
        last = row
        peak = max(peak, ratios[row])
    if peak > 1.0:
        found[count, 0], found[count, 1], found[count, 2] = first, last + 1, peak
        count += 1
    return found[:count]


def merged_spans(ratios: Array, hold: float, gap: int) -> list[Span]:
    """Spans in which a ratio stays above a level and once exceeds one.

    A span begins where the ratio exceeds `hold`, and is kept only if it exceeds one before it ends:
    what is weaker is pruned. Excursions at most `gap` rows apart are one span. No later row
    moves a begin.

    Parameters
    ----------
    ratios : ndarray, (time,)
        One at the threshold; NaN counts as quiet. [-]
    hold : float
        Level that a span holds, from 0 to 1. [-]
    gap : int
        Largest number of rows from one excursion to the next of the same span.

    Returns
    -------
    list of (start, end, score)
        Rows, end exclusive, and the largest ratio.

    Examples
    --------
    >>> merged_spans(np.array([0.0, 0.8, 1.5, 0.0, 0.9, 0.0]), 0.7, 2)
    [(1, 5, 1.5)]
    >>> merged_spans(np.array([0.0, 0.9, 0.0]), 0.7, 2)
    []
    """
    rows = _spans(np.ascontiguousarray(ratios, dtype=np.float64), float(hold), int(gap))
    return [(int(first), int(last), float(peak)) for first, last, peak in rows]


def count_events(
    spans: Sequence[tuple[int, int, float]], labels: Sequence[tuple[int, int]]
) -> tuple[int, int, int]:
    """Count events found, spans that are false, and events missed.

    An event is found if any span overlaps it; a span that overlaps none is false. How much they
    overlap does not count.

    Parameters
    ----------
    spans : sequence of (start, end, score)
        Found, end exclusive.
    labels : sequence of (start, end)
        True events, end exclusive.

    Returns
    -------
    found, false, missed : int

    Examples
    --------
    >>> count_events([(0, 5, 1.0), (20, 30, 1.0)], [(4, 9), (40, 50)])
    (1, 1, 1)
    """
    found = sum(any(a < end and start < b for a, b, _ in spans) for start, end in labels)
    false = sum(not any(a < end and start < b for start, end in labels) for a, b, _ in spans)
    return found, false, len(labels) - found


def precision_recall_f(found: float, false: float, missed: float) -> tuple[float, float, float]:
    """Precision, recall and F0.5 of counts of events.

    Parameters
    ----------
    found, false, missed : float
        Counts.

    Returns
    -------
    precision, recall, f_half : float
        Shares; zero where there is nothing to divide by. F0.5 weighs precision twice as much as
        recall [1]_.

    References
    ----------
    .. [1] C. van Rijsbergen, "Information Retrieval", 2nd ed., 1979, chapter 7.

    Examples
    --------
    >>> [round(share, 3) for share in precision_recall_f(25, 1, 11)]
    [0.962, 0.694, 0.893]
    """
    precision = found / (found + false) if found + false > 0 else 0.0
    recall = found / (found + missed) if found + missed > 0 else 0.0
    below = 0.25 * precision + recall
    return precision, recall, 1.25 * precision * recall / below if below > 0 else 0.0
