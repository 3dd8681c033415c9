"""Whatever the crack: worse loads never help, growth scales time, chances are chances."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.hull.crack_growth import grow_cracks
from stationkeeper.hull.failure_probability import detection_probability, failure_probability
from stationkeeper.hull.growth_laws import nasgro_rate, newman_opening
from stationkeeper.hull.loads import YEAR, design_spectrum, vibration_spectrum, weld_spectrum
from stationkeeper.hull.materials import AMG6_SURROGATE, FORMAN_FITS, NASGRO_FITS

FITS = (AMG6_SURROGATE, FORMAN_FITS["2219-T851 plate"], *NASGRO_FITS.values())
SPECTRA = (design_spectrum(), weld_spectrum(), vibration_spectrum())


def number(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


CRACK = {
    "size": number(0.1e-3, 20e-3),
    "wall": number(1e-3, 6e-3),
    "stress": number(0.3, 2.0),
    "fit": st.sampled_from(FITS),
    "spectrum": st.sampled_from(SPECTRA),
}


@settings(max_examples=150, deadline=None)
@given(**CRACK, more=number(1.0, 1.5))
def test_a_larger_flaw_or_a_larger_stress_never_leaks_later(
    size, wall, stress, fit, spectrum, more
):
    cracks = grow_cracks(
        [size, size * more, size],
        wall,
        0.4,
        spectrum,
        fit,
        stress_factor=[stress, stress, stress * more],
    )
    for times in (cracks.time_to_leak, cracks.time_to_instability):
        assert times[1] <= times[0] * (1 + 1e-4)
        assert times[2] <= times[0] * (1 + 1e-4)
    assert np.all(cracks.time_to_leak <= cracks.time_to_instability)


@settings(max_examples=100, deadline=None)
@given(**CRACK, pace=number(0.05, 20.0))
def test_time_goes_as_the_inverse_of_the_growth_factor(size, wall, stress, fit, spectrum, pace):
    cracks = grow_cracks(
        [size, size], wall, 0.4, spectrum, fit, growth_factor=[1.0, pace], stress_factor=stress
    )
    for times in (cracks.time_to_leak, cracks.time_to_instability):
        np.testing.assert_allclose(times[1] * pace, times[0], rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(**CRACK)
def test_sizes_rise_from_the_flaw_and_pass_the_wall_at_the_leak(size, wall, stress, fit, spectrum):
    times = np.arange(0, 61) * YEAR
    cracks = grow_cracks([size], wall, 0.4, spectrum, fit, stress_factor=stress, times=times)
    told = cracks.size[0]
    torn = cracks.time_to_instability[0] <= times
    assert np.all(np.isinf(told[torn]))
    kept = told[~torn]
    assert np.all(np.isfinite(kept))
    assert np.all(np.diff(kept) >= -1e-9 * kept[1:])
    if kept.size:
        assert np.isclose(kept[0], size, rtol=1e-6)
        leaking = cracks.time_to_leak[0] <= times[~torn]
        assert np.all(kept[leaking] >= min(wall, size) * (1 - 1e-6) * (1 - 1e-6))
        assert np.all(kept[~leaking] <= wall * (1 + 1e-6))


@settings(max_examples=100, deadline=None)
@given(
    span=number(0.0, 100e6),
    ratio=number(-2.0, 0.95),
    fit=st.sampled_from(tuple(NASGRO_FITS.values())),
)
def test_growth_in_a_cycle_is_never_negative_and_rises_with_the_range(span, ratio, fit):
    low, high = nasgro_rate([span, span * 1.05], ratio, fit)
    assert 0 <= low <= high
    assert float(newman_opening(ratio)) < 1


@settings(max_examples=100, deadline=None)
@given(
    lives=st.lists(number(0.1, 100.0), min_size=1, max_size=20),
    median=number(1e-4, 1e-1),
    spread=number(0.1, 2.0),
    looks=st.lists(number(1.0, 60.0), max_size=3),
)
def test_inspection_never_adds_failures(lives, median, spread, looks):
    size = np.geomspace(1e-4, 1e-1, len(lives))[:, None] * np.ones(len(looks))
    found = detection_probability(size, median, spread)
    assert np.all((found >= 0) & (found <= 1))
    chance = failure_probability(lives, 50.0, sorted(looks), found)
    assert 0 <= chance.inspected <= chance.uninspected <= 1
