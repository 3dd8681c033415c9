"""Whatever the plan, loads chosen anew leave nobody worse off, and no hold too full."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.schedule.manifest import Item, Load, left_at_end, outcome, remanifest

DAYS = 120
HOLDS = ("dry", "dry", "water", "gas")


def amount(most: float) -> st.SearchStrategy[float]:
    """Kilograms with two digits behind the point."""
    return st.integers(0, round(100 * most)).map(lambda number: number / 100)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Item], list[Load]]:
    kinds = draw(st.integers(1, 4))
    items = []
    for number in range(kinds):
        levels = [draw(amount(12.0)) for _ in range(3)]
        use = np.repeat(levels, DAYS // 3)
        stock = draw(amount(600.0))
        capacity = stock + draw(amount(900.0))
        reserve = draw(st.sampled_from([0.0, 20.0, 45.0]))
        items.append(Item(f"i{number}", HOLDS[number], stock, capacity, use, reserve))
    loads = []
    for number in range(draw(st.integers(1, 4))):
        carried = tuple(draw(amount(200.0)) for _ in range(kinds))
        parts = dict.fromkeys(HOLDS, 0.0)
        for one, mass in zip(items, carried, strict=True):
            parts[one.hold] += mass
        other = draw(amount(800.0))
        dry, water, gas = (parts[hold] + draw(amount(300.0)) for hold in ("dry", "water", "gas"))
        dry += other
        total = sum(carried) + other + draw(amount(300.0))
        place = draw(st.integers(0, DAYS - 1))
        loads.append(Load(f"f{number}", place, total, dry, water, gas, carried, other))
    return items, loads


@given(plans())
@settings(max_examples=30, deadline=None)
def test_never_worse_than_the_plan(plan: tuple[list[Item], list[Load]]) -> None:
    items, loads = plan
    anew = remanifest(items, loads)
    before, after = outcome(items, loads), outcome(items, anew)
    assert after.lasts >= before.lasts
    if after.lasts == before.lasts:
        assert after.days_short <= before.days_short + 1e-3
        if after.days_short >= before.days_short - 1e-3:
            assert after.below_reserve <= before.below_reserve + 1e-2
            if after.below_reserve >= before.below_reserve - 1e-2:
                assert np.all(left_at_end(items, anew) >= left_at_end(items, loads) - 0.1)
                assert after.other >= before.other - 0.1
    for load in anew:
        parts = {"dry": load.other, "water": 0.0, "gas": 0.0}
        for one, mass in zip(items, load.items, strict=True):
            parts[one.hold] += mass
        assert parts["dry"] <= load.dry + 1e-4
        assert parts["water"] <= load.water + 1e-4
        assert parts["gas"] <= load.gas + 1e-4
        assert sum(parts.values()) <= load.total + 1e-4


@given(plans())
@settings(max_examples=5, deadline=None)
def test_the_same_plan_gives_the_same_loads(plan: tuple[list[Item], list[Load]]) -> None:
    assert remanifest(*plan) == remanifest(*plan)
