"""What must hold for any shield, any particle and any count."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.hull.ballistic_limits import (
    single_wall_critical_diameter,
    whipple_critical_diameter,
)
from stationkeeper.hull.exposure import exposure_weights, gamma_quantile, gamma_update
from stationkeeper.hull.penetration import facet_list, penetration_rates, penetration_response


def number(low, high):
    return st.floats(low, high, allow_nan=False)


shields = st.fixed_dictionaries(
    {
        "projectile_density": st.floats(500.0, 8_000.0),
        "bumper_thickness": st.floats(1e-4, 5e-3),
        "bumper_density": st.floats(2_500.0, 8_000.0),
        "standoff": st.floats(0.01, 0.5),
        "wall_thickness": st.floats(5e-4, 1e-2),
        "wall_yield": st.floats(1e8, 6e8),
    }
)


@given(shields, st.floats(500.0, 7e4), st.floats(0.0, 1.5), st.booleans(), st.floats(1.01, 3.0))
def test_a_thicker_wall_never_stops_less(shield, speed, angle, thin, more) -> None:
    limit = whipple_critical_diameter(speed, angle, **shield, thin_bumper=thin)
    thicker = shield | {"wall_thickness": shield["wall_thickness"] * more}
    assert whipple_critical_diameter(speed, angle, **thicker, thin_bumper=thin) >= limit > 0


@given(shields, st.floats(500.0, 7e4), st.floats(0.0, 1.5))
def test_allowing_for_a_thin_bumper_never_helps_at_high_speed(shield, speed, angle) -> None:
    cosine = np.cos(min(angle, np.radians(65.0)))
    fast = max(speed, 7e3 * (1 + 1e-9) / cosine)  # at 7 km/s itself rounding picks the regime
    allowed = whipple_critical_diameter(fast, angle, **shield)
    full = whipple_critical_diameter(fast, angle, **shield, thin_bumper=False)
    assert allowed <= full * (1 + 1e-12)


@given(st.floats(1e3, 6e4), st.floats(0.0, 1.4), st.floats(1.01, 2.0), st.floats(500.0, 8_000.0))
def test_faster_particles_pierce_a_plate_at_smaller_sizes(speed, angle, more, density) -> None:
    plate = {
        "projectile_density": density,
        "wall_thickness": 2e-3,
        "wall_density": 2_700.0,
        "hardness": 95.0,
        "sound_speed": 5_100.0,
    }
    slow, fast = single_wall_critical_diameter([speed, speed * more], angle, **plate)
    assert fast < slow


@settings(max_examples=10)
@given(number(1.0, 1e3), number(1.1, 5.0), st.just(0.0) | number(0.01, 2.0), number(1.1, 3.0))
def test_rates_grow_with_area_and_exposure_and_fall_with_the_wall(
    area, more, seen, thicker
) -> None:
    facets = facet_list(
        area=[area, area * more, area],
        wall_thickness=[2e-3, 2e-3, 2e-3 * thicker],
        wall_density=2_700.0,
        wall_yield=2e8,
        wall_hardness=95.0,
        bumper_thickness=1e-3,
        standoff=0.1,
        debris_exposure=seen,
    )
    rates = penetration_rates(penetration_response(facets, 0.9), 400e3, 2010.0, 140.0)
    debris, meteoroid = rates.debris[:, 0, 0], rates.meteoroid[:, 0, 0]
    np.testing.assert_allclose([debris[1], meteoroid[1]], [debris[0] * more, meteoroid[0] * more])
    assert meteoroid[2] < meteoroid[0]
    assert debris[2] <= debris[0]
    assert (debris[0] > 0) == (seen > 0)


@given(
    st.lists(st.floats(0.0, 20.0), min_size=2, max_size=20),
    st.integers(0, 6),
    st.floats(0.01, 1.0),
)
def test_weights_add_up_and_follow_the_likelihood(expected, events, noticed) -> None:
    mean = np.array([*expected, 1.0])  # one sample always allows what was seen
    weights, log_evidence = exposure_weights(mean, events, noticed)
    np.testing.assert_allclose(weights.sum(), 1.0, rtol=1e-12)
    assert log_evidence <= 1e-12
    if events == 0:
        order = np.argsort(mean)
        assert np.all(np.diff(weights[order]) <= 1e-15)


@given(st.floats(0.1, 10.0), st.floats(0.0, 100.0), st.integers(0, 20), st.floats(0.1, 100.0))
def test_more_years_without_an_event_lower_the_upper_bound(shape, before, events, years) -> None:
    first = gamma_update(shape, before, events, years)
    later = gamma_update(shape, before, events, 2 * years)
    assert gamma_quantile(*later, 0.95) < gamma_quantile(*first, 0.95)
