"""Slips of launches that the law was not fitted to."""

from datetime import date

import numpy as np
import pytest

from stationkeeper.lifetime.slips import draw_slips, slip_model, slip_pairs
from stationkeeper.validation import slips
from stationkeeper.validation.slips import (
    continuous_ranked_probability,
    element_score,
    element_scores,
    flown_since,
    weighted_quantiles,
)

COUNTED = [row for row in slips.rows() if row.kind != "context"]


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: row.name)
def test_row(row):
    assert row.within, f"{row.ours} beside {row.truth} +- {row.tolerance} {row.unit}"


def test_rows_say_which_are_evidence():
    evidence = [row for row in COUNTED if row.counts]
    assert len(evidence) == 6
    assert all("median slip" not in row.name for row in evidence)


def test_score_is_that_of_many_draws():
    model = slip_model()
    drawn = draw_slips(model, [900.0], 2, np.arange(100_000), station="x")[:, 0]
    half = len(drawn) // 2
    spread = np.abs(drawn[:half] - drawn[half:]).mean()
    for came in (-60.0, 100.0, 3_000.0):
        by_draws = np.abs(drawn - came).mean() - 0.5 * spread
        assert continuous_ranked_probability(model, 900.0, came) == pytest.approx(
            by_draws, abs=12.0
        )


def test_what_an_element_did_does_not_enter_its_forecast():
    pairs = slip_pairs()
    shares = np.array([0.5])
    moved = tuple(
        pair if pair.group != "nauka" else type(pair)(**{**vars(pair), "slip": pair.slip + 1_000.0})
        for pair in pairs
    )
    forecast = element_score(pairs, "nauka", shares)
    again = element_score(moved, "nauka", shares)
    assert np.all(again.rank > forecast.rank)
    # The median forecast is the same: its loss grows by half of what was added, where it was late.
    late = forecast.rank > 0.5
    assert (again.pinball - forecast.pinball)[0][late] == pytest.approx(500.0)


def test_a_forecast_of_the_wrong_scale_falls_out_of_the_rows():
    """The rows can fail: halved slips leave the 90 % intervals of the law too high."""
    scores = element_scores()
    low = [float(np.mean(abs(s.rank * 0.2 - 0.5) <= 0.45)) for s in scores]
    assert np.mean(low) < 0.75


def test_every_flown_element_is_scored_once():
    groups = [score.group for score in element_scores()]
    assert len(groups) == len(set(groups)) == 17
    assert sum(len(score.slip) for score in element_scores()) == 60


def test_open_launches_of_a_past_day_are_counted_by_hand():
    expected, flown, open_then = flown_since(date(2022, 7, 26))
    # Angara-A5 from Vostochny, the first crew of Starliner, HTV-X1 flew after that day.
    assert flown == 3
    assert open_then == 10
    assert 0 < expected < open_then


def test_weighted_quantiles_count_weights():
    values, weights = np.array([5.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.0])
    assert weighted_quantiles(values, weights, np.array([0.25, 0.5, 0.75, 0.95])).tolist() == [
        1.0,
        1.0,
        3.0,
        5.0,
    ]
