"""The table of dose rates, the ensemble's lookup beside its NumPy twin, stays and bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeeper.crew.depth_dose import SECONDARY_QUALITY
from stationkeeper.crew.dose import (
    ALTITUDES,
    CUTOFFS,
    MODULATIONS,
    DoseRates,
    calibration_factor,
    cosmic_dose_rate,
    cumulative_doses,
    dose_rate_table,
    dose_rates,
    solar_state,
    stay_dose,
)
from stationkeeper.environment.trapped_tables import trapped_table

PER_DAY = 86_400e3  # mGy/d in Gy/s


@pytest.fixture(scope="module")
def iss() -> DoseRates:
    return dose_rate_table(trapped_table(), np.radians(51.6))


@pytest.fixture(scope="module")
def polar() -> DoseRates:
    return dose_rate_table(trapped_table(), np.radians(97.0))


def test_lookup_at_a_node_is_the_table(iss: DoseRates) -> None:
    series = dose_rates(iss, ALTITUDES[40], MODULATIONS[5], 1.0)
    assert float(series.gcr_absorbed) == pytest.approx(iss.gcr_absorbed[40, 5], rel=1e-9)
    assert float(series.trapped_absorbed) == pytest.approx(iss.trapped_absorbed[40, 1], rel=1e-9)


def test_straight_lines_between_altitudes_are_good_to_half_a_percent(iss: DoseRates) -> None:
    import stationkeeper.crew.dose as module

    middle = 352_500.0
    flux = module.orbit_mean_flux(trapped_table(), "ap8min", middle, iss.inclination)
    exact, _ = module.trapped_dose_rate(
        trapped_table().proton_energy, flux, module.EFFECTIVE_THICKNESS
    )
    read = float(dose_rates(iss, middle, 20.0, 0.0).trapped_absorbed)
    assert read == pytest.approx(float(exact), rel=0.005)


def test_dose_rises_with_altitude_and_falls_with_solar_activity(iss: DoseRates) -> None:
    assert np.all(np.diff(iss.trapped_absorbed[10:], axis=0) > 0)
    assert np.all(np.diff(iss.gcr_absorbed, axis=0) > 0)
    assert np.all(np.diff(iss.gcr_absorbed, axis=1) < 0)
    assert np.all(iss.trapped_absorbed[20:, 1] < iss.trapped_absorbed[20:, 0])


def test_dose_equivalent_is_never_below_absorbed_dose(iss: DoseRates, polar: DoseRates) -> None:
    for rates in (iss, polar):
        assert np.all(rates.gcr_equivalent >= rates.gcr_absorbed)
        assert np.all(rates.trapped_equivalent >= rates.trapped_absorbed)


def test_a_polar_orbit_halves_the_trapped_and_raises_the_galactic_part(
    iss: DoseRates, polar: DoseRates
) -> None:
    there, here = dose_rates(polar, 400e3, 20.0, 0.0), dose_rates(iss, 400e3, 20.0, 0.0)
    assert 0.5 < there.trapped_absorbed / here.trapped_absorbed < 0.75
    assert 1.2 < there.gcr_absorbed / here.gcr_absorbed < 2.2


def test_secondary_factor_grows_with_the_cutoff() -> None:
    total, _ = cosmic_dose_rate(272.4)
    primary, _ = cosmic_dose_rate(272.4, 0.0)
    factor = (total / primary)[:, 1]
    assert np.all(np.diff(factor) > -0.003)  # below 0.5 GV the wall stops what the field lets in
    assert np.all(np.diff(factor[CUTOFFS >= 0.7]) > 0)
    assert 2 < factor[0] < 3
    assert 10 < factor[CUTOFFS.searchsorted(12.0)] < 16


def test_secondaries_count_with_their_own_quality() -> None:
    more, less = cosmic_dose_rate(100.0, 2e-4), cosmic_dose_rate(100.0, 1e-4)
    np.testing.assert_allclose(more[1] - less[1], SECONDARY_QUALITY * (more[0] - less[0]))


def random_ensemble(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    altitude = random.uniform(150e3, 450e3, (7, 400)).astype(np.float32)
    altitude[2, 100:] = np.nan
    rows = random.integers(0, 50, (7, 400), dtype=np.int32)
    return altitude, rows, random.uniform(0, 200, 50), random.uniform(0, 1, 50)


def test_kernel_equals_its_numpy_twin(iss: DoseRates) -> None:
    altitude, rows, modulation, phase = random_ensemble(5)
    absorbed, equivalent = cumulative_doses(iss, altitude, modulation, phase, rows)
    series = dose_rates(iss, altitude, modulation[rows], phase[rows])
    for kernel, parts in (
        (absorbed, series.gcr_absorbed + series.trapped_absorbed),
        (equivalent, series.gcr_equivalent + series.trapped_equivalent),
    ):
        twin = np.cumsum(np.nan_to_num(parts), axis=1) * 86_400
        np.testing.assert_allclose(kernel[:, 1:], twin, rtol=2e-6)
        assert np.all(kernel[:, 0] == 0)


def test_a_replica_is_the_same_alone(iss: DoseRates) -> None:
    altitude, rows, modulation, phase = random_ensemble(6)
    whole = cumulative_doses(iss, altitude, modulation, phase, rows)[0]
    alone = cumulative_doses(iss, altitude[3:4], modulation, phase, rows[3:4])[0]
    np.testing.assert_array_equal(whole[3], alone[0])


def test_rows_may_be_shared_or_left_out(iss: DoseRates) -> None:
    altitude, _, modulation, phase = random_ensemble(7)
    altitude = altitude[:, :50]
    shared = np.arange(50, dtype=np.int32)[None, :]
    left_out = cumulative_doses(iss, altitude, modulation, phase)[0]
    np.testing.assert_array_equal(
        cumulative_doses(iss, altitude, modulation, phase, shared)[0], left_out
    )


@pytest.mark.parametrize(
    ("altitude", "modulation", "phase", "told"),
    [
        (900e3, 20.0, 0.0, "850 km"),
        (400e3, 201.0, 0.0, "between 0 and 200"),
        (400e3, 20.0, 1.1, "between 0 and 1"),
    ],
)
def test_points_outside_the_table_are_refused(
    iss: DoseRates, altitude: float, modulation: float, phase: float, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        dose_rates(iss, altitude, modulation, phase)
    with pytest.raises(ValueError, match=told):
        cumulative_doses(iss, np.full((1, 3), altitude), np.full(3, modulation), np.full(3, phase))


def test_rows_that_do_not_fit_are_refused(iss: DoseRates) -> None:
    altitude, solar = np.full((2, 3), 400e3), np.full(3, 0.5)
    with pytest.raises(ValueError, match="do not fit"):
        cumulative_doses(iss, altitude, solar, solar, np.zeros((2, 4), np.int32))
    with pytest.raises(ValueError, match=r"0\.\.2"):
        cumulative_doses(iss, altitude, solar, solar, np.full((1, 3), 3, np.int32))
    with pytest.raises(ValueError, match="without gaps"):
        cumulative_doses(iss, altitude, np.array([1.0, np.nan, 1.0]), solar)


def test_no_station_no_rate(iss: DoseRates) -> None:
    assert all(np.isnan(dose_rates(iss, np.nan, 20.0, 0.0)))


@pytest.mark.parametrize("angle", [-0.1, 3.2, np.nan])
def test_an_impossible_inclination_is_refused(angle: float) -> None:
    with pytest.raises(ValueError, match="from 0 to pi"):
        dose_rate_table(trapped_table(), angle)


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=20),
    st.floats(-5, 30),
    st.floats(0, 10),
    st.floats(0, 10),
)
def test_stays_add_up(doses: list[float], start: float, first: float, second: float) -> None:
    gathered = np.concatenate([[0.0], np.cumsum(doses)])[None, :]
    middle, end = start + first, start + first + second
    parts = stay_dose(gathered, [start, middle], [middle, end])
    assert parts.sum() == pytest.approx(stay_dose(gathered, [start], [end])[0, 0], abs=1e-9)
    assert np.all(parts >= -1e-12)


def test_stays_outside_the_record_count_as_nothing() -> None:
    gathered = np.array([[0.0, 1.0, 3.0]])
    assert stay_dose(gathered, [-9.0, 5.0], [0.0, 9.0]).tolist() == [[0.0, 0.0]]
    with pytest.raises(ValueError, match="end after it starts"):
        stay_dose(gathered, [1.0], [0.5])


def test_band_holds_nine_draws_in_ten() -> None:
    normal = np.random.default_rng(2).standard_normal(100_000)
    for inclination, factor in ((51.6, 1.3), (97.0, 1.5)):
        drawn = calibration_factor(normal, np.radians(inclination))
        inside = (drawn > 1 / factor) & (drawn < factor)
        assert inside.mean() == pytest.approx(0.9, abs=0.005)
        assert np.median(drawn) == pytest.approx(1.0, abs=0.01)


def test_solar_state_of_the_record_follows_the_cycle() -> None:
    from stationkeeper.environment.tables import solar_indices

    indices = solar_indices()
    modulation, phase = solar_state(indices.sunspot, indices.f107_81d)
    at_2009, at_2001 = indices.row_of(3_500), indices.row_of(700)
    assert modulation[at_2009] < 20 < 90 < modulation[at_2001]
    assert phase[at_2009] == 0.0
    assert phase[at_2001] == 1.0
    assert np.isfinite(modulation).all()
    assert np.isfinite(phase).all()
