"""The validation of dose is complete, honest about its calibration, and its oracles run."""

import numpy as np
import pytest

from stationkeeper.crew.dose import EFFECTIVE_THICKNESS, SECONDARY_YIELD
from stationkeeper.validation import dose, dose_fluences, shieldose
from stationkeeper.validation.direct_aep8 import flight_points


def test_shipped_numbers_are_what_the_calibration_gives() -> None:
    thickness, secondary_yield = dose.calibrate()
    assert thickness == pytest.approx(EFFECTIVE_THICKNESS, rel=1e-3)
    assert secondary_yield == pytest.approx(SECONDARY_YIELD, rel=1e-3)


def test_only_the_rows_of_december_2019_are_calibration() -> None:
    rows = dose.measured_rows()
    assert {row.name for row in rows if row.calibration} == {
        "ISS 2019-12 GCR",
        "ISS 2019-12 SAA",
        "ISS 2019-12 total",
    }
    assert all(row.within for row in rows if row.calibration)


def test_a_row_that_misses_says_why() -> None:
    for row in dose.measured_rows() + dose.compared_rows():
        assert row.within or row.note, row.name


def test_issue_asked_rows_are_there() -> None:
    names = " ".join(row.name for row in dose.measured_rows() + dose.compared_rows())
    for asked in ("2014-09 GCR", "2014-09 SAA", "Mir at solar min", "Mir at solar max", "STS-79"):
        assert asked in names
    for asked in ("STS-91", "Zvezda", "polar station", "Bion-M2"):
        assert asked in names


def test_dose_behind_aluminium_meets_shieldose_run_here() -> None:
    assert shieldose.library() is not None, "the test lock holds spacepy"
    rows = dose.depth_rows()
    assert len(rows) == 8
    assert all(row.within for row in rows)
    facts = dose._authorities()["shieldose"]
    stored = facts["earlier_ap8min"] + facts["earlier_ap8max"]
    np.testing.assert_allclose([row.truth for row in rows], stored, atol=0.0015)


def test_without_spacepy_the_rows_withhold_our_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shieldose, "library", lambda: None)
    rows = dose.depth_rows()
    assert all(row.ours is None and not row.within and "not installed" in row.note for row in rows)


def test_stored_fluences_cover_every_orbit_and_column() -> None:
    wanted = {
        (orbit, model, energy)
        for orbit in dose_fluences.ORBITS
        for model, energies in dose_fluences.COLUMNS.items()
        for energy in energies
    }
    assert set(dose_fluences.stored_fluences()) == wanted


@pytest.mark.parametrize("orbit", list(dose_fluences.ORBITS))
def test_our_fluences_are_within_two_percent_of_the_stored_ones(orbit: str) -> None:
    stored = dose_fluences.stored_fluences()
    for (model, energy), ours in dose_fluences.our_fluences(orbit).items():
        assert ours == pytest.approx(stored[orbit, model, energy].long_mean, rel=0.02)


def test_stored_fluences_are_what_aep8_gives_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dose_fluences, "ORBITS", {"ISS 350/51.6": (350.0, 51.6)})
    rows = dose_fluences.fluence_rows()
    assert len(rows) == 8
    assert all(row.within for row in rows)


def test_a_changed_aep8_withholds_our_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dose_fluences, "ORBITS", {"ISS 350/51.6": (350.0, 51.6)})
    real = dose_fluences.direct_fluences("ISS 350/51.6", dose_fluences.FIRST_POINTS)
    changed = {key: 1.01 * value for key, value in real.items()}
    monkeypatch.setattr(dose_fluences, "direct_fluences", lambda orbit, points: changed)
    rows = dose_fluences.fluence_rows()
    assert all(row.ours is None and "no longer repeats" in row.note for row in rows)


def test_flight_turns_westward_and_stays_on_its_sphere() -> None:
    latitude, longitude, height = flight_points(400e3, np.radians(51.6), 2_000, 181.0)
    assert np.degrees(np.abs(latitude)).max() == pytest.approx(51.8, abs=0.05)
    assert 0 <= longitude.min() < longitude.max() < 2 * np.pi
    assert height.min() >= 399_999
    assert height.max() < 400e3 + 21_500


def test_bench_rows_have_their_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    from stationkeeper.validation import speed_dose

    monkeypatch.setattr(speed_dose, "POINTS", 300)
    monkeypatch.setattr(speed_dose, "REPLICAS", 10)
    orbit, ensemble = speed_dose.rows()
    assert orbit.goal == 100.0
    assert orbit.peer_s is not None
    assert ensemble.peer == "limit"
