"""Water of a station: tanks, processor and what comes first when there is too little."""

import numpy as np
import pytest

from stationkeeper.errors import DomainError
from stationkeeper.household.water import (
    BRINE,
    CONDENSATE,
    DRAWN,
    ELECTROLYSED,
    POTABLE,
    RETURNED,
    SPILLED,
    UNMET_DRAW,
    UNMET_ELECTROLYSIS,
    WASTE,
    crew_water,
    water_course,
)

ROOMS = np.array([500.0, 100.0, 50.0])
DAY = 8_640


def course(tanks, steps=DAY, rooms=ROOMS, **flows):
    """Return tanks and ledger at a step of 10 s."""
    told = {"drawn": 0.0, "returned": 0.0, "condensate": 0.0, "electrolysed": 0.0}
    told |= {"processing": 0.0, "recovery": 0.9} | flows
    return water_course(np.array(tanks), rooms, *told.values(), 10.0, steps)


def test_the_course_is_that_of_a_plain_twin() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        rates = rng.uniform(0, 5e-3, 5)
        recovery = rng.uniform(0.05, 0.95)
        tanks, rooms = rng.uniform(0, 40, 3), rng.uniform(40, 60, 3)
        told, ledger = water_course(tanks, rooms, *rates, recovery, 10.0, 3_000)
        potable, waste, brine, spilled = *tanks, 0.0
        for _ in range(3_000):
            wanted = rates[0] * 10
            got = min(wanted, potable)
            split = min(rates[3] * 10, potable - got)
            potable -= got + split
            waste += rates[1] * 10 * got / wanted + rates[2] * 10
            done = min(rates[4] * 10, waste, (rooms[0] - potable) / recovery)
            done = min(done, max(rooms[2] - brine, 0) / (1 - recovery))
            waste -= done
            potable += done * recovery
            brine += done * (1 - recovery)
            spilled += max(waste - rooms[1], 0)
            waste = min(waste, rooms[1])
        np.testing.assert_allclose(told, [potable, waste, brine], rtol=1e-9, atol=1e-9)
        assert ledger[SPILLED] == pytest.approx(spilled, rel=1e-9, abs=1e-9)


def test_water_is_kept_over_180_days() -> None:
    drawn, returned = (float(flow) for flow in crew_water(3.0))
    tanks, ledger = course(
        [400.0, 20.0, 0.0],
        180 * DAY,
        drawn=drawn,
        returned=returned,
        condensate=3 * 2.28 / 86_400,
        electrolysed=3e-5,
        processing=5e-4,
        recovery=0.85,
    )
    change = ledger[RETURNED] + ledger[CONDENSATE] - ledger[DRAWN]
    change -= ledger[ELECTROLYSED] + ledger[SPILLED]
    assert tanks.sum() - 420.0 == pytest.approx(change, abs=1e-9 * ledger.sum())
    assert tanks[BRINE] == pytest.approx(50.0, rel=1e-9)  # full: the processor has stopped
    assert ledger[SPILLED] > 0


def test_people_come_before_electrolysis() -> None:
    _, ledger = course([1.0, 0.0, 0.0], drawn=1e-5, returned=1e-5, electrolysed=1e-3)
    assert ledger[UNMET_DRAW] == pytest.approx(10 * 8_640 * 1e-5 - ledger[DRAWN], abs=1e-9)
    assert ledger[UNMET_ELECTROLYSIS] > 80.0
    assert ledger[DRAWN] + ledger[ELECTROLYSED] == pytest.approx(1.0, rel=1e-9)


def test_people_give_back_only_what_they_got() -> None:
    _, ledger = course([0.0, 0.0, 0.0], drawn=1e-4, returned=1e-4)
    assert ledger[RETURNED] == 0.0


def test_the_processor_waits_for_room() -> None:
    tanks, _ = course([500.0, 50.0, 0.0], processing=1e-2)
    np.testing.assert_array_equal(tanks, [500.0, 50.0, 0.0])


def test_full_recovery_makes_no_brine() -> None:
    tanks, _ = course([0.0, 50.0, 0.0], processing=1e-2, recovery=1.0)
    assert tanks[POTABLE] == pytest.approx(50.0)
    assert tanks[WASTE] == pytest.approx(0.0)
    assert tanks[BRINE] == 0.0


def test_people_below_zero_are_refused() -> None:
    with pytest.raises(DomainError):
        crew_water(-1.0)
