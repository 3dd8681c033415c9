"""Air that leaks is air that is asked of the stores, and what they gave and lacked adds up."""

import numpy as np
import pytest

from stationkeeper.hull.leak_flow import make_up_gas
from tests.upkeep_plans import lived, no_leaks, quiet_plan

DAYS = 360
ROUNDING = 1e-9


def leaking(plan, replicas):
    """Return leaks born before and after the first day, some mended on a dated day."""
    draws = no_leaks(plan, replicas, most=3, baseline=0.2)
    draw = np.random.default_rng(2)
    draws.birth[:, 0] = np.sort(draw.uniform(-50, DAYS, (replicas, 3)), axis=1)
    draws.rate[:, 0] = draw.uniform(0.01, 0.04, (replicas, 3))
    draws.growth[:] = 0.001
    return draws


@pytest.mark.parametrize("start", [500.0, 20.0])
def test_air_lost_is_air_asked_of_the_stores(start) -> None:
    plan = quiet_plan(DAYS, store_start=np.array([start]), store_capacity=np.array([500.0]))
    upkept = lived(plan, leaking(plan, 20), replicas=20)
    lost = upkept.course.leak.sum(axis=1)
    state = upkept.state
    np.testing.assert_allclose(state.used[:, 0] + state.unmet[:, 0], lost, rtol=ROUNDING)
    np.testing.assert_allclose(start - state.used[:, 0], state.store[:, 0], atol=1e-9)
    assert np.all(lost > 0.2 * DAYS)
    assert np.any(state.unmet > 0) == (start < 100)


def test_a_steady_leak_asks_for_the_make_up_gas_of_its_rate() -> None:
    plan = quiet_plan(DAYS, store_start=np.array([500.0]), store_capacity=np.array([500.0]))
    upkept = lived(plan, no_leaks(plan, baseline=0.3))
    year = float(make_up_gas(0.3 / 86_400.0))
    assert upkept.state.used[0, 0] == pytest.approx(year * DAYS / 365.25, rel=1e-9)


def test_air_is_lost_only_through_an_open_hatch() -> None:
    lost = []
    for share in (1.0, 0.5, 0.0):
        plan = quiet_plan(
            DAYS, hatch=np.full((1, DAYS), share), store_start=np.array([500.0]), hands=0
        )
        lost.append(float(lived(plan, leaking(plan, 1)).course.leak.sum()) - 0.2 * DAYS)
    assert lost[1] == pytest.approx(0.5 * lost[0], rel=1e-9)
    assert lost[2] == pytest.approx(0.0, abs=1e-9)
