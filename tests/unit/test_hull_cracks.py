"""Growth of cracks: laws, stress intensity, quadrature against plain integration, inspections."""

import tomllib
from dataclasses import replace
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from stationkeeper.errors import DomainError
from stationkeeper.hull.crack_growth import class_strength, grow_cracks
from stationkeeper.hull.failure_probability import (
    chance_band,
    detection_probability,
    detection_spread,
    exceedance,
    expected_failures,
    failure_probability,
    tabulated_detection,
)
from stationkeeper.hull.growth_laws import (
    INTRINSIC_SIZE,
    forman_rate,
    growth_curve,
    nasgro_rate,
    nasgro_threshold,
    newman_opening,
    paris_rate,
    walker_rate,
)
from stationkeeper.hull.loads import (
    NORMAL_90,
    VIBRATION_CYCLES_A_YEAR,
    WELD_LARGEST_STRESS,
    WELD_STRESS_RANGE,
    YEAR,
    design_spectrum,
    draw_factor,
    load_spectrum,
    vibration_spectrum,
    weld_spectrum,
)
from stationkeeper.hull.materials import (
    AMG6_SURROGATE,
    FORMAN_FITS,
    INCH,
    KSI_ROOT_INCH,
    MPA_ROOT_METRE,
    NASGRO_FITS,
    WALKER_FITS,
    FormanFit,
    NasgroFit,
    ParisFit,
    WalkerFit,
    growth_constant_in_si,
)
from stationkeeper.hull.stress_intensity import (
    SURFACE_FACTOR,
    THROUGH_FACTOR,
    critical_size,
    stress_intensity,
    surface_crack_factor,
    through_crack_factor,
)
from stationkeeper.validation.hull_cracks import rows
from stationkeeper.validation.hull_rotor import failures_a_cycle, ring_stress, zones

SHEET = NASGRO_FITS["2024-T3 sheet L-T"]
PARIS = ParisFit(
    "test", "test", "C", growth_constant_in_si(1e-11, 3.0, 1.0, 1e6), 3.0, toughness=40e6
)


def law_rate(fit, span, ratio, size):
    """Return the growth in a cycle by the law itself."""
    if isinstance(fit, ParisFit):
        return paris_rate(span, fit)
    if isinstance(fit, WalkerFit):
        return walker_rate(span, ratio, fit)
    if isinstance(fit, FormanFit):
        return forman_rate(span, ratio, fit)
    return nasgro_rate(span, ratio, fit, size)


def plain_time(first, last, factor, spectrum, fit, stress=1.0):
    """Integrate size over growth in plain Python, split where a class begins to count."""

    def slowness(log_size):
        size = np.exp(log_size)
        span = stress_intensity(stress * spectrum.stress_range, size, factor)
        rates = [
            law_rate(fit, one, ratio, size)
            for one, ratio in zip(span, spectrum.stress_ratio, strict=True)
        ]
        return size / float(np.dot(spectrum.frequency, rates))

    curve = growth_curve(fit, spectrum.stress_ratio)
    starts = (
        curve.threshold / (stress * factor * np.sqrt(np.pi) * spectrum.stress_range)
    ) ** 2 - curve.intrinsic_size
    cuts = [first, *sorted(s for s in starts if first < s < last), last]
    total = 0.0
    for low, high in pairwise(cuts):
        # the root takes the edge off a class that begins to count
        width = np.log(high / low)
        total += quad(
            lambda u, low=low, width=width: 2 * u * width * slowness(np.log(low) + width * u * u),
            1e-9,
            1.0,
            limit=200,
            epsrel=1e-10,
        )[0]
    return total


# --- units and constants ---------------------------------------------------------------------


def test_ksi_root_inch_is_the_exact_product_of_its_definitions():
    pound_force, inch = 0.45359237 * 9.80665, 0.0254
    assert pytest.approx(1000 * pound_force / inch**2 * inch**0.5, rel=1e-14) == KSI_ROOT_INCH
    assert round(KSI_ROOT_INCH / 1e6, 4) == 1.0988


@pytest.mark.parametrize(("constant", "exponent"), [(8e-9, 3.2), (7e-8, 2.4)])
def test_a_rate_in_inches_is_the_same_rate_in_metres(constant, exponent):
    span = 12.5  # ksi sqrt(in)
    inches = constant * span**exponent
    metres = growth_constant_in_si(constant, exponent, INCH, KSI_ROOT_INCH)
    assert metres * (span * KSI_ROOT_INCH) ** exponent == pytest.approx(inches * 0.0254, rel=1e-13)


def test_a_forman_constant_carries_one_power_less():
    fit = FORMAN_FITS["2219-T851 plate"]
    expected = 4.84e-8 * 12.0**2.16 / (0.6 * 57.5 - 12.0)
    assert float(forman_rate(12e6, 0.4, fit)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("fit", [*NASGRO_FITS.values(), *WALKER_FITS.values(), AMG6_SURROGATE])
def test_every_fit_carries_source_and_confidence(fit):
    assert fit.source
    assert fit.note
    assert fit.confidence in "ABC"


def test_the_surrogate_grows_in_the_range_of_published_alloys():
    published = [float(nasgro_rate(10e6, 0.0, fit)) for fit in NASGRO_FITS.values()]
    published += [float(walker_rate(10e6, 0.0, fit)) for fit in WALKER_FITS.values()]
    ours = float(walker_rate(10e6, 0.0, AMG6_SURROGATE))
    assert min(published) < ours < max(published)
    assert AMG6_SURROGATE.confidence == "C"


# --- laws -------------------------------------------------------------------------------------


def test_opening_by_hand():
    # alpha 2, level 0.3: A0 = 0.345 sqrt(cos(0.15 pi)), A1 = 0.273 * 0.3
    first = 0.345 * np.sqrt(np.cos(0.15 * np.pi))
    assert float(newman_opening(0.0)) == pytest.approx(first, rel=1e-14)
    assert float(newman_opening(-1.0)) == pytest.approx(first - 0.0819, rel=1e-12)
    assert float(newman_opening(0.7)) == pytest.approx(0.71250, abs=5e-6)
    ratio = np.linspace(0, 0.99, 50)
    assert np.all(newman_opening(ratio) >= ratio)


def test_threshold_of_a_long_crack_at_ratio_zero_is_the_constant():
    assert float(nasgro_threshold(0.0, SHEET)) == pytest.approx(SHEET.threshold, rel=1e-14)
    short = float(nasgro_threshold(0.0, SHEET, INTRINSIC_SIZE))
    assert short == pytest.approx(SHEET.threshold / np.sqrt(2), rel=1e-14)
    at = nasgro_threshold([-0.5, 0.0, 0.3, 0.7], SHEET)
    assert np.all(np.diff(at) < 0)
    assert float(at[0]) / 1e6 == pytest.approx(1.863126, rel=2e-4)  # damocles 0.2.0


@pytest.mark.parametrize("ratio", [-3.0, 1.0, 1.5])
def test_a_stress_ratio_outside_the_law_is_refused(ratio):
    with pytest.raises(DomainError, match="stress ratio"):
        nasgro_rate(5e6, ratio, SHEET)


def test_walker_and_forman_refuse_compression():
    with pytest.raises(DomainError, match="0 to below 1"):
        walker_rate(5e6, -0.1, AMG6_SURROGATE)
    with pytest.raises(DomainError, match="0 to below 1"):
        forman_rate(5e6, -0.1, FORMAN_FITS["7075-T7351"])


def test_rates_at_the_ends_of_the_laws():
    limit = 0.5 * SHEET.toughness
    assert float(nasgro_rate(limit, 0.5, SHEET)) == np.inf
    assert float(nasgro_rate(0.99 * limit, 0.5, SHEET)) < np.inf
    assert float(nasgro_rate(nasgro_threshold(0.5, SHEET), 0.5, SHEET)) == 0
    fit = FORMAN_FITS["7075-T7351"]
    assert float(forman_rate(fit.toughness, 0.0, fit)) == np.inf
    assert float(walker_rate(0.8e6, 0.5, AMG6_SURROGATE)) == 0
    assert float(walker_rate(0.81e6, 0.5, AMG6_SURROGATE)) > 0
    assert np.isnan(nasgro_rate(np.nan, 0.0, SHEET))
    assert np.isnan(walker_rate(np.nan, 0.0, AMG6_SURROGATE))


def test_walker_without_effect_of_the_ratio_is_paris():
    fit = replace(AMG6_SURROGATE, walker_exponent=1.0, threshold=0.0)
    paris = ParisFit("x", "x", "C", fit.constant, fit.exponent)
    assert float(walker_rate(7e6, 0.6, fit)) == float(paris_rate(7e6, paris))


def test_laws_take_arrays_of_materials():
    many = replace(SHEET, constant=np.array([1.0, 2.0]) * SHEET.constant)
    rate = nasgro_rate(np.full((3, 1), 8e6), 0.1, many)
    assert rate.shape == (3, 2)
    np.testing.assert_allclose(rate[:, 1], 2 * rate[:, 0], rtol=1e-14)


@pytest.mark.parametrize(
    "fit",
    [PARIS, AMG6_SURROGATE, FORMAN_FITS["2219-T851 plate"], SHEET],
    ids=["paris", "walker", "forman", "nasgro"],
)
def test_the_common_form_is_the_law(fit):
    ratio = np.array([0.0, 0.3, 0.75])
    curve = growth_curve(fit, ratio)
    size = 0.7e-3
    for part in (0.02, 0.1, 0.5, 0.95):
        span = part * np.minimum(curve.limit, 60e6)
        threshold = curve.threshold * np.sqrt(size / (size + curve.intrinsic_size))
        over = np.maximum(1 - threshold / span, 0)
        form = (
            curve.constant
            * span**curve.exponent
            * (1 - span / curve.limit) ** (-curve.limit_exponent)
        )
        form = np.where(over > 0, form * over**curve.threshold_exponent, 0)
        np.testing.assert_allclose(form, law_rate(fit, span, ratio, size), rtol=1e-12)


# --- stress intensity -------------------------------------------------------------------------


def test_critical_size_gives_the_toughness_back():
    size = critical_size(35e6, 120e6, SURFACE_FACTOR)
    assert float(stress_intensity(120e6, size, SURFACE_FACTOR)) == pytest.approx(35e6, rel=1e-14)


def test_surface_crack_by_the_published_equations():
    # damocles 0.2.0: F at these points, over the root of Q
    for depth, half, place, boundary, shape in (
        (1.6e-3, 1.6e-3, np.pi / 2, 1.125766, 2.464),
        (1.6e-3, 1.6e-3, 0.0, 1.490515, 2.464),
        (1e-3, 3e-3, np.pi / 2, 1.350305, 1.238941),
        (1.5e-3, 1e-3, np.pi / 2, 0.697008, 1.749878),
        (1.5e-3, 1e-3, 0.0, 1.051065, 1.749878),
    ):
        ours = float(surface_crack_factor(depth, half, 2e-3, 0.1, place))
        assert ours == pytest.approx(boundary / np.sqrt(shape), rel=1e-6)
    both = surface_crack_factor(1e-3, [0.999999e-3, 1.000001e-3], 2e-3, 0.1, 0.4)
    # the two published branches do not quite meet at depth = half length
    assert float(both[0]) == pytest.approx(float(both[1]), rel=1e-3)


def test_the_constant_factor_lies_between_depth_and_face_of_a_shallow_semicircle():
    deep, face = surface_crack_factor(1e-4, 1e-4, 1.0, 1.0, [np.pi / 2, 0.0])
    assert deep < SURFACE_FACTOR < face


def test_cracks_outside_the_equations_are_refused():
    with pytest.raises(DomainError, match="surface crack"):
        surface_crack_factor(1e-3, 6e-3, 2e-3, 0.1, 0.0)
    with pytest.raises(DomainError, match="longer than its plate"):
        through_crack_factor(0.2, 0.2)
    assert float(through_crack_factor(1e-6, 1.0)) == pytest.approx(THROUGH_FACTOR, abs=1e-9)


# --- growth -----------------------------------------------------------------------------------


def test_life_by_the_closed_form_of_paris():
    spectrum = load_spectrum(("one",), [YEAR], [80e6], [0.0])  # one cycle a second
    start = np.array([0.4e-3, 1e-3, 3e-3])
    cracks = grow_cracks(start, 1e3, 1e3, spectrum, PARIS)
    end = critical_size(40e6, 80e6, SURFACE_FACTOR)
    pull = PARIS.constant * (SURFACE_FACTOR * 80e6 * np.sqrt(np.pi)) ** 3
    expected = (start**-0.5 - end**-0.5) / (0.5 * pull)
    np.testing.assert_allclose(cracks.time_to_instability, expected, rtol=5e-6)


def test_after_the_wall_half_the_length_goes_on_from_the_depth():
    spectrum = load_spectrum(("one",), [YEAR], [80e6], [0.0])
    cracks = grow_cracks([1e-3], 2e-3, 1e3, spectrum, PARIS)
    pull = PARIS.constant * (80e6 * np.sqrt(np.pi)) ** 3
    end = critical_size(40e6, 80e6, THROUGH_FACTOR)
    leak = (1e-3**-0.5 - 2e-3**-0.5) / (0.5 * pull * SURFACE_FACTOR**3)
    after = (2e-3**-0.5 - end**-0.5) / (0.5 * pull)
    assert cracks.time_to_leak[0] == pytest.approx(leak, rel=5e-6)
    assert cracks.time_to_instability[0] == pytest.approx(leak + after, rel=5e-6)
    assert cracks.leaks_before_burst[0]


@pytest.mark.parametrize("spectrum", [design_spectrum(), weld_spectrum(), vibration_spectrum()])
@pytest.mark.parametrize(
    "fit",
    [AMG6_SURROGATE, SHEET, NASGRO_FITS["7050-T7451 plate L-T"], FORMAN_FITS["2219-T851 plate"]],
    ids=["walker", "nasgro", "nasgro-50", "forman"],
)
def test_lives_under_spectra_by_plain_integration(spectrum, fit):
    start, wall, wide, stress, pace = 0.5e-3, 2.5e-3, 0.4, 1.3, 1.7
    cracks = grow_cracks(
        [start], wall, wide, spectrum, fit, growth_factor=pace, stress_factor=stress
    )
    curve = growth_curve(fit, spectrum.stress_ratio)
    tears = np.min((curve.limit / (stress * spectrum.stress_range)) ** 2 / np.pi)
    leak = plain_time(start, wall, SURFACE_FACTOR, spectrum, fit, stress) / pace
    after = plain_time(wall, min(tears, wide), THROUGH_FACTOR, spectrum, fit, stress) / pace
    # next to the toughness a rare class takes over within a thin layer: the larger share of it
    assert cracks.time_to_leak[0] == pytest.approx(leak, rel=5e-4)
    assert cracks.time_to_instability[0] == pytest.approx(leak + after, rel=5e-4)


@pytest.mark.parametrize("fit", [AMG6_SURROGATE, SHEET], ids=["walker", "nasgro"])
def test_sizes_at_times_by_plain_integration(fit):
    spectrum, start, wall = weld_spectrum(), 1.2e-3, 2.5e-3
    lives = grow_cracks([start], wall, 0.4, spectrum, fit)
    leak, torn = float(lives.time_to_leak[0]), float(lives.time_to_instability[0])
    shares = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    times = np.concatenate([shares * leak, leak + shares[1:-1] * (torn - leak), [1.01 * torn]])
    size = grow_cracks([start], wall, 0.4, spectrum, fit, times=times).size[0]
    assert size[0] == pytest.approx(start, rel=1e-9)
    assert size[4] == pytest.approx(wall, rel=1e-6)
    assert size[-1] == np.inf
    for when, told in zip(times[[1, 2, 3, 5, 6, 7]], size[[1, 2, 3, 5, 6, 7]], strict=True):
        through = when > leak
        first, factor = (wall, THROUGH_FACTOR) if through else (start, SURFACE_FACTOR)
        since = when - leak if through else when
        exact = brentq(
            lambda a, first=first, factor=factor, since=since: (
                plain_time(first, a, factor, spectrum, fit) - since
            ),
            first * (1 + 1e-9),
            first * 40 if through else wall * (1 + 1e-6),
            rtol=1e-9,
        )
        assert told == pytest.approx(exact, rel=1e-3)


def test_a_crack_below_every_threshold_rests():
    spectrum = load_spectrum(("one",), [5_840], [15e6], [0.75])
    cracks = grow_cracks([0.5e-3], 2e-3, 0.4, spectrum, AMG6_SURROGATE, times=[0.0, 60 * YEAR])
    assert cracks.time_to_leak[0] == np.inf
    assert cracks.time_to_instability[0] == np.inf
    assert not cracks.leaks_before_burst[0]
    np.testing.assert_allclose(cracks.size[0], 0.5e-3, rtol=1e-12)


def test_a_crack_that_is_through_leaks_at_once_and_one_that_tears_first_leaks_as_it_tears():
    spectrum = load_spectrum(("one",), [5_840], [120e6], [0.0])
    brittle = replace(AMG6_SURROGATE, toughness=8e6)
    through, torn, torn_at_once = (
        grow_cracks([size], 3e-3, 0.4, spectrum, fit, times=[0.0])
        for size, fit in ((4e-3, AMG6_SURROGATE), (1e-3, brittle), (2.9e-3, brittle))
    )
    assert through.time_to_leak[0] == 0
    assert through.leaks_before_burst[0]
    assert through.size[0, 0] == pytest.approx(4e-3)
    assert torn.time_to_leak[0] == torn.time_to_instability[0] > 0
    assert not torn.leaks_before_burst[0]
    assert torn_at_once.time_to_instability[0] == 0
    assert torn_at_once.size[0, 0] == np.inf


def test_a_crack_as_long_as_its_panel_is_lost():
    spectrum = weld_spectrum()
    narrow = grow_cracks([1e-3], 2e-3, 5e-3, spectrum, AMG6_SURROGATE)
    wide = grow_cracks([1e-3], 2e-3, 50e-3, spectrum, AMG6_SURROGATE)
    assert narrow.time_to_leak[0] == wide.time_to_leak[0]
    assert narrow.time_to_instability[0] < wide.time_to_instability[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (([0.5], 2e-3, 0.4), "longer than its panel"),
        (([0.0], 2e-3, 0.4), "initial size"),
        (([1e-3], 0.0, 0.4), "wall"),
        (([np.nan], 2e-3, 0.4), "initial size"),
    ],
)
def test_impossible_cracks_are_refused(arguments, told):
    with pytest.raises(DomainError, match=told):
        grow_cracks(*arguments, weld_spectrum(), AMG6_SURROGATE)


def test_growth_without_end_and_falling_times_are_refused():
    endless = replace(AMG6_SURROGATE, toughness=np.inf)
    with pytest.raises(DomainError, match="without end"):
        grow_cracks([1e-3], np.inf, np.inf, weld_spectrum(), endless)
    with pytest.raises(DomainError, match="rising"):
        grow_cracks([1e-3], 2e-3, 0.4, weld_spectrum(), AMG6_SURROGATE, times=[2.0, 1.0])


# --- loads ------------------------------------------------------------------------------------


def test_design_loads_give_never_and_the_first_hypothesis_a_leak_in_decades():
    start = [1.5e-3]
    design = grow_cracks(start, 2.5e-3, 0.4, design_spectrum(), AMG6_SURROGATE)
    weld = grow_cracks(start, 2.5e-3, 0.4, weld_spectrum(), AMG6_SURROGATE)
    assert design.time_to_leak[0] > 10_000 * YEAR
    assert 10 * YEAR < weld.time_to_leak[0] < 60 * YEAR


def test_the_middle_vibration_starts_only_cracks_near_two_millimetres():
    spectrum = vibration_spectrum()
    started = critical_size(AMG6_SURROGATE.threshold, 15e6, SURFACE_FACTOR)
    assert 1.5e-3 < float(started) < 2e-3
    below, above = grow_cracks([1.7e-3, 1.9e-3], 2.5e-3, 0.4, spectrum, AMG6_SURROGATE).time_to_leak
    assert below > 1_000 * YEAR
    assert above < 10 * YEAR


def test_the_weld_never_exceeds_its_largest_stress():
    spectrum = weld_spectrum(stress_range=90e6)
    largest = spectrum.stress_range / (1 - spectrum.stress_ratio)
    assert float(largest[0]) == pytest.approx(WELD_LARGEST_STRESS)


def test_bands_are_met_at_their_ends():
    deviates = [-NORMAL_90, 0.0, NORMAL_90]
    for band in (WELD_STRESS_RANGE, VIBRATION_CYCLES_A_YEAR):
        values = draw_factor(deviates, band) * band.middle
        np.testing.assert_allclose(values, [band.low, band.middle, band.high], rtol=1e-12)


@pytest.mark.parametrize(
    ("cycles", "span", "ratio", "told"),
    [
        ([1.0, 2.0], [1e6], [0.0], "one frequency"),
        ([-1.0], [1e6], [0.0], "from 0"),
        ([1.0], [0.0], [0.0], "above 0"),
        ([1.0], [1e6], [1.0], "below 1"),
    ],
)
def test_impossible_loads_are_refused(cycles, span, ratio, told):
    with pytest.raises(DomainError, match=told):
        load_spectrum(("one",), cycles, span, ratio)


def test_strength_is_the_growth_at_the_intensity_of_the_stress():
    spectrum = design_spectrum()
    fit = replace(AMG6_SURROGATE, threshold=0.0)
    strength = class_strength(spectrum, growth_curve(fit, spectrum.stress_ratio))
    rate = walker_rate(spectrum.stress_range, spectrum.stress_ratio, fit)
    np.testing.assert_allclose(strength, spectrum.frequency * rate, rtol=1e-12)


# --- chance of failure ------------------------------------------------------------------------


def test_detection_passes_through_its_two_points():
    spread = detection_spread(2e-3, 5e-3)
    chance = detection_probability([0.0, 2e-3, 5e-3], 2e-3, spread)
    np.testing.assert_allclose(chance, [0.0, 0.5, 0.9], atol=1e-12)
    with pytest.raises(DomainError, match="median"):
        detection_probability(1e-3, 0.0, 0.5)
    with pytest.raises(DomainError, match="nine times"):
        detection_spread(2e-3, 2e-3)


def test_inspection_by_hand():
    # two looks at 10 and 20; cracks that fail at 5, 15, 25, never
    detection = np.array([[0.9, 0.9], [0.5, 0.9], [0.2, 0.6], [0.3, 0.3]])
    chance = failure_probability([5.0, 15.0, 25.0, np.inf], 30.0, [10.0, 20.0], detection)
    assert chance.uninspected == 0.75
    assert chance.inspected == pytest.approx((1 + 0.5 + 0.8 * 0.4) / 4)
    assert chance.standard_error == pytest.approx(np.std([1, 0.5, 0.32, 0]) / 2)


def test_inspections_that_cannot_be_are_refused():
    with pytest.raises(DomainError, match="shape"):
        failure_probability([1.0], 2.0, [1.0])
    with pytest.raises(DomainError, match="0 to 1"):
        failure_probability([1.0], 2.0, [0.5], [[1.1]])
    with pytest.raises(DomainError, match="0 to 1"):
        expected_failures([2.0, 1.0], [1.0, -0.1])
    with pytest.raises(DomainError, match="falling"):
        expected_failures([1.0, 2.0], [1.0, 1.0])
    with pytest.raises(DomainError, match="band of a chance"):
        chance_band(3, 2)


def test_band_of_a_chance_by_its_closed_ends():
    low, high = chance_band(0, 50, 0.9)
    assert low == 0
    assert high == pytest.approx(1 - 0.05 ** (1 / 50))
    assert chance_band(50, 50, 0.9) == (pytest.approx(0.05 ** (1 / 50)), 1.0)


def test_tables_are_continued_on_logarithmic_axes():
    np.testing.assert_allclose(
        exceedance([0.1, 1e4], [1.0, 10.0, 100.0], [1.0, 0.1, 0.001]), [10.0, 1e-7], rtol=1e-12
    )
    np.testing.assert_allclose(
        tabulated_detection([1.0, 10.0, 200.0], [2.0, 50.0], [0.1, 0.9])[[0, 2]], [0.0, 1.0]
    )


# --- the case of the advisory circular --------------------------------------------------------


@pytest.fixture(scope="module")
def rotor():
    path = resources.files("stationkeeper.validation") / "authorities" / "hull_cracks.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["rotor"]


def test_zones_fill_the_ring(rotor):
    volume, stress, surface = zones(rotor, 18)
    whole = np.pi * (0.425**2 - 0.3**2) * 0.1
    # the two flat skins over the ring, less the corners that the skins of bore and rim hold
    assert volume.sum() == pytest.approx(whole, rel=1e-12)
    assert volume[0] * 1e6 == pytest.approx(94.9, rel=0.01)  # table A1-1 of the circular
    assert volume[1] * 1e6 == pytest.approx(134.37, rel=0.01)
    assert surface.sum() == 20
    assert stress.max() == stress[0] == ring_stress(np.array(0.3), rotor)


def test_an_inspection_finds_nothing_that_has_failed_before_it(rotor):
    by_circular = failures_a_cycle(rotor, 18)
    late = failures_a_cycle({**rotor, "inspection_cycles": 19_999.0}, 18)
    assert by_circular.too_late < by_circular.inspected < late.inspected
    # half a cell of the table of areas is credited
    assert late.inspected == pytest.approx(late.uninspected, rel=5e-3)


def test_the_rows_that_miss_are_those_with_a_reason():
    found = rows()
    assert {row.topic for row in found} == {"hull"}
    assert len({row.name for row in found}) == len(found)
    misses = {row.name for row in found if row.counts and not row.within}
    assert misses == {
        "da/dN nasgro 2024-T3, 68 tests of 1979, R 0.2, 20 MPa sqrt(m)",
        "da/dN nasgro 7050-T7451 plate L-T, R 0.1, 1e-06 m",
        "da/dN nasgro 7050-T7451 plate L-T, R 0.5, 1e-06 m",
        "AC 33.14-1 ring: without inspection, 200 rings",
    }
    assert all(row.note for row in found if row.counts and not row.within)


def test_nasgro_fits_are_those_of_the_table():
    sheet = NASGRO_FITS["7075-T6 sheet L-T"]
    assert isinstance(sheet, NasgroFit)
    assert sheet.toughness == pytest.approx(25 * KSI_ROOT_INCH)
    assert NASGRO_FITS["7050-T7451 plate L-T"].toughness == 35.16 * MPA_ROOT_METRE
