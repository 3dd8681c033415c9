"""The two explanations weighed by the record of a leaking module, and kept."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from stationkeeper.hull.explanations import (
    NAMES,
    THRESHOLDS,
    WIDTHS,
    explanation_evidence,
    explanations,
    parameter_log_likelihood,
)
from stationkeeper.hull.hypotheses import Comparison, LeakRecord, compare
from stationkeeper.lifetime.leak_cache import kept

Array = NDArray[np.float64]

THRESHOLD_CASES: Final = {
    "threshold unknown": slice(None),
    "no threshold": slice(0, 1),
    "threshold as published": slice(1, 2),
}


def record_weights(
    record: LeakRecord, progress: Callable[[str], None]
) -> tuple[dict[str, Comparison], Array]:
    """Weigh welds and vibration, for each thing that may be taken for the threshold.

    Parameters
    ----------
    record : LeakRecord
        First leak and number of leaks of one module.
    progress : callable
        Told if it takes time.

    Returns
    -------
    dict of str to Comparison
        By `THRESHOLD_CASES`.
    ndarray, (explanation, threshold and pace)
        Logarithm of the probability of the record in each cell. [-]
    """

    def build() -> dict[str, Array]:
        progress("weighing two explanations of the cracks, once only")
        shape = (len(THRESHOLD_CASES), len(WIDTHS), 2)
        evidence, error = np.empty(shape), np.empty(shape)
        cells = []
        for j, explanation in enumerate(explanations()):
            for i, width in enumerate(WIDTHS):
                likelihood = parameter_log_likelihood(explanation, record, width)
                for c, case in enumerate(THRESHOLD_CASES.values()):
                    found = explanation_evidence(likelihood[case])
                    evidence[c, i, j], error[c, i, j] = found.log_evidence, found.log_error
                if width == 1.0:
                    count = likelihood.shape[2] * likelihood.shape[3]
                    cell = logsumexp(likelihood, axis=(2, 3)) - np.log(count)
                    cells.append(cell.ravel())
        return {"evidence": evidence, "error": error, "cells": np.array(cells)}

    key = (astuple(record), THRESHOLDS, WIDTHS)
    found = kept("leak-record", key, ("evidence", "error", "cells"), build)
    comparisons = {
        name: compare(found["evidence"][c], found["error"][c], WIDTHS.index(1.0), NAMES)
        for c, name in enumerate(THRESHOLD_CASES)
    }
    return comparisons, found["cells"]
