"""The topic orbit as a whole: shape of its rows, what is blind, and what its page says."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.validation import _orbit_falls, _orbit_iss
from stationkeeper.validation._orbit_arcs import day_of, facts, free_decay, table
from stationkeeper.validation.orbit import rows
from stationkeeper.validation.rows import Row

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "orbit.md"


@pytest.fixture(scope="module")
def computed() -> list[Row]:
    told: list[str] = []
    out = rows(told.append)
    assert len(told) >= 10
    return out


def test_rows_are_named_once_sourced_and_have_a_tolerance(computed):
    assert all(row.topic == "orbit" and row.source and row.tolerance >= 0 for row in computed)
    assert all(math.isfinite(row.truth) for row in computed)
    assert max(Counter(row.name for row in computed).values()) == 1


def test_every_counted_miss_is_named_on_the_page_and_nothing_else(computed):
    text = PAGE.read_text(encoding="utf-8")
    _, _, reasons = text.partition("## The rows that miss, and why")
    missed = {row.name for row in computed if row.counts and not row.within}
    named = set(reasons.split("`")[1::2])
    assert named == missed


def test_page_prints_the_figures_reached(computed):
    text = PAGE.read_text(encoding="utf-8")
    ours = {row.name: row.ours for row in computed}
    factor = _orbit_iss.calibrated().factor
    for printed in (
        f"{factor.factor:.2f} (90 % band {factor.low:.2f} to {factor.high:.2f})",
        f"median error | {ours['ISS altitude lost, blind spans: median error']:.0f} %",
        f"{ours['ISS altitude lost, blind spans: worst error']:.0f} % | | shown",
        f"{ours['ISS decay, January to April 2023']:.0f} m/d",
        f"{ours['ISS reboost propellant, mean of 2023-2025']:.1f} t/a",
        f"{ours['Mir altitude 2001-03-22']:.0f} km",
        f"{ours['Skylab re-entry band over the span']:.0f} % of the span",
    ):
        assert printed in text


def test_fit_uses_nothing_after_the_calibration_weeks():
    model = _orbit_iss.calibrated()
    last = facts()["iss"]["fit_to_day"]
    assert all(day[-1] < last for day, _ in model.fitted)
    assert all(day[0] >= last for day, _ in model.blind)
    assert len(model.blind) >= 8
    for day, altitude in model.fitted + model.blind:
        assert np.diff(altitude).max() <= 250.0
        assert np.all(np.diff(day) > 0)


def test_tracking_arrays_are_preferred_by_the_calibration_spans_alone():
    tracking = _orbit_iss.calibrated()
    constant = _orbit_iss.fit(tracking=False)
    with_arrays = np.abs(_orbit_iss.span_errors(tracking, tracking.fitted))
    without = np.abs(_orbit_iss.span_errors(constant, constant.fitted, tracking=False))
    assert with_arrays.max() < 0.01
    assert without.max() > 0.05


def test_blind_rows_answer_to_the_drag(monkeypatch):
    # A drag half as large must be seen by the blind rows.
    model = _orbit_iss.calibrated()
    honest = _orbit_iss.span_errors(model, model.blind)
    plain = _orbit_iss.drag_area_per_mass
    monkeypatch.setattr(
        _orbit_iss, "drag_area_per_mass", lambda day, tracking=True: plain(day, tracking) / 2
    )
    halved = _orbit_iss.span_errors(model, model.blind)
    np.testing.assert_allclose(1 + halved, (1 + honest) / 2, rtol=0.03)


def test_band_of_entry_dates_is_repeatable_and_holds_the_nominal_fall():
    given = facts()["skylab"]
    low, half, high = _orbit_falls.entry_band(given, 1979)
    assert (low, half, high) == _orbit_falls.entry_band(given, 1979)
    assert low < half < high
    nominal = _orbit_falls.nominal_fall(given)
    assert low < nominal.entry_day[0] - day_of(given["first_day"]) < high


def test_free_decay_enters_once_and_stays_down():
    given = facts()["tiangong_1"]
    arc, factor = _orbit_falls.fitted_fall("Tiangong-1", given)
    assert 0.5 < factor < 1.5
    height = arc.altitude[0]
    flown = height[np.isfinite(height)]
    assert np.all(np.diff(flown) < 0)
    assert np.isnan(height[flown.size :]).all()
    assert np.isfinite(arc.entry_day[0])


def test_free_decay_without_drag_keeps_its_altitude():
    model = _orbit_iss.calibrated()
    arc = free_decay(model.density, 9_030.0, 50, 416e3, 0.0)
    np.testing.assert_allclose(arc.altitude[0], 416e3)
    assert np.isinf(arc.entry_day[0])


@pytest.mark.parametrize(
    "name",
    [
        "orbit_decay_histories.csv",
        "orbit_decay_objects.csv",
        "orbit_avoidance.csv",
        "orbit_reboosts.csv",
        "orbit_iss_altitude_by_year.csv",
    ],
)
def test_published_tables_carry_a_confidence(name):
    listed = table(name)
    assert listed
    marks = [key for key in listed[0] if key.startswith("confidence")]
    assert marks
    assert all(row[key] for row in listed for key in marks)


def test_facts_carry_a_source():
    assert all(group["source"] for group in facts().values())
