"""Mean altitude from element sets, spans between reboosts, and the drag factor."""

import numpy as np
import pytest

from stationkeeper.constants import TLE_EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.calibration import (
    altitude_lost,
    fit_drag_factor,
    mean_axis_from_elements,
    solve_drag_factor,
    split_spans,
)


@pytest.mark.parametrize("inclination_deg", [28.5, 51.64, 96.8])
@pytest.mark.parametrize("turns_a_day", [15.2, 15.5, 16.3])
def test_mean_axis_returns_the_mean_motion_that_kozai_prints(turns_a_day, inclination_deg):
    # Kozai's printed mean motion from Brouwer's axis, solved the other way round.
    tilt, e = np.radians(inclination_deg), 7e-4
    printed = turns_a_day * 2 * np.pi / 86_400
    axis = float(mean_axis_from_elements(printed, e, tilt))
    mu, j2, radius = 3.986008e14, 1.082616e-3, TLE_EARTH_RADIUS
    brouwer = np.sqrt(mu / axis**3)
    first = 0.75 * j2 * (radius / axis) ** 2 * (3 * np.cos(tilt) ** 2 - 1) / (1 - e**2) ** 1.5
    again = brouwer * (1 + first)
    assert axis == pytest.approx(float(mean_axis_from_elements(again, e, tilt)), abs=15.0)
    assert again == pytest.approx(printed, rel=3e-6)


@pytest.mark.parametrize(
    ("turns_a_day", "eccentricity", "altitude_km"),
    [
        (15.58396255, 0.0007612, 392.81),  # 17 April 2012
        (15.51155274, 0.0009122, 413.86),  # 4 November 2024
        (15.50030601, 0.0001968, 417.14),  # 15 January 2025
        (15.49168088, 0.0004827, 419.67),  # 18 September 2026
    ],
)
def test_mean_axis_agrees_with_flown_samples(turns_a_day, eccentricity, altitude_km):
    # Tabled samples of the ISS: mean semi-major axis less 6378.135 km, printed to 0.01 km.
    turn = 2 * np.pi / 86_400
    axis = mean_axis_from_elements(turns_a_day * turn, eccentricity, np.radians(51.64))
    assert (float(axis) - TLE_EARTH_RADIUS) / 1e3 == pytest.approx(altitude_km, abs=0.0051)


def test_impossible_elements_are_refused():
    with pytest.raises(DomainError, match="element set"):
        mean_axis_from_elements(-1.0, 0.0, 0.9)
    with pytest.raises(DomainError, match="element set"):
        mean_axis_from_elements(1e-3, 1.0, 0.9)


def test_spans_end_at_rises_and_drop_the_day_after():
    days = np.arange(0.0, 30.0, 0.25)
    flown = 420e3 - 100.0 * days + 2e3 * (days >= 10) + 240.0 * (days >= 20)
    spans = split_spans(days, flown)
    assert [(days[s][0], days[s][-1]) for s in spans] == [(0.0, 9.75), (11.25, 29.75)]
    assert len(split_spans(days, flown, rise=200.0)) == 3
    assert split_spans(days[:5], flown[:5]) == []
    with pytest.raises(DomainError, match="rising"):
        split_spans(days[::-1], flown)


def test_fit_returns_the_factor_that_made_the_data_within_its_band():
    days = np.arange(0.0, 46.0, 0.3)
    rng = np.random.default_rng(11)

    def decay(factor, when, start):
        return start - factor * (when - when[0]) * (90.0 + 1.5 * when.mean())

    flown = np.concatenate([decay(1.3, days[:60], 420e3), decay(1.3, days[60:], 422e3)])
    noisy = flown + rng.normal(0, 60.0, days.size)
    spans = [slice(0, 60), slice(60, days.size)]
    fit = fit_drag_factor(days, noisy, spans, decay)
    assert fit.low < 1.3 < fit.high
    assert fit.factor == pytest.approx(1.3, abs=0.04)
    assert fit.pieces == 10
    clean = fit_drag_factor(days, flown, spans, decay)
    assert clean.factor == pytest.approx(1.3, rel=0.01)
    assert clean.high - clean.low < fit.high - fit.low


def test_band_is_not_a_number_when_pieces_are_too_few():
    days = np.arange(0.0, 6.0, 0.5)
    fit = fit_drag_factor(
        days, 400e3 - 100 * days, [slice(0, 12)], lambda f, d, h: h - f * 80 * (d - d[0])
    )
    assert fit.factor == pytest.approx(1.25)
    assert np.isnan(fit.low)
    assert np.isnan(fit.high)


def test_hopeless_fits_are_refused():
    days = np.arange(0.0, 6.0, 0.5)
    with pytest.raises(DomainError, match="at least one span"):
        fit_drag_factor(days, days, [], lambda f, d, h: d)
    with pytest.raises(DomainError, match="no drag factor"):
        fit_drag_factor(
            days, 400e3 - 1e4 * days, [slice(0, 12)], lambda f, d, h: h - f * 80 * (d - d[0])
        )
    with pytest.raises(DomainError, match=r"400\.0 km"):
        solve_drag_factor(lambda factor: 100e3 * factor / factor, 400e3)


def test_altitude_lost_ignores_a_constant_and_counts_the_slope():
    days = np.linspace(3.0, 7.0, 9)
    assert altitude_lost(days, 5e5 - 50.0 * days) == pytest.approx(200.0)
