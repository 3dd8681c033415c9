"""Loads chosen anew, beside the best of all loads on a grid."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.schedule.manifest import Item, Load, left_at_end, outcome, remanifest


def item(key: str, stock: float, use: float, days: int, **other: object) -> Item:
    made = Item(key, "dry", stock, 10_000.0, np.full(days, use), 45.0)
    return replace(made, **other)  # type: ignore[arg-type]


def ship(key: str, place: int, items: tuple[float, ...], other: float, **holds: float) -> Load:
    most = {"total": 2_000.0, "dry": 1_500.0, "water": 400.0, "gas": 50.0, **holds}
    return Load(key, place, items=items, other=other, **most)


def rank(items: list[Item], plan: list[Load], loads: list[Load]) -> tuple[float, ...]:
    found = outcome(items, loads)
    missing = np.maximum(left_at_end(items, plan) - left_at_end(items, loads), 0.0)
    days = [float(lack / item.use.mean()) for lack, item in zip(missing, items, strict=True)]
    return (
        -found.lasts,
        round(found.days_short, 3),
        round(found.below_reserve, 3),
        round(sum(days), 3),
        -round(found.other, 2),
    )


def best_on_grid(items: list[Item], loads: list[Load], step: float) -> tuple[float, ...]:
    """Try every load in steps; other cargo is never more than planned up to each flight."""
    choices = []
    for load in loads:
        amounts = np.arange(0.0, load.dry + step / 2, step)
        choices.append(
            [
                (carried, other)
                for carried in itertools.product(amounts, repeat=len(items))
                for other in amounts
                if sum(carried) + other <= min(load.dry, load.total)
            ]
        )
    best: tuple[float, ...] = (np.inf,)
    for tried in itertools.product(*choices):
        planned = np.cumsum([load.other for load in loads])
        if np.any(np.cumsum([other for _, other in tried]) > planned + 1e-9):
            continue
        anew = [
            replace(load, items=carried, other=other)
            for load, (carried, other) in zip(loads, tried, strict=True)
        ]
        best = min(best, rank(items, loads, anew))
    return best


CASES = {
    "enough for all": (
        [item("food", 300.0, 10.0, 60, reserve_days=10.0)],
        [ship("a", 20, (200.0,), 100.0, dry=400.0), ship("b", 40, (200.0,), 200.0, dry=400.0)],
    ),
    "too little for the reserve": (
        [item("food", 250.0, 10.0, 60, reserve_days=20.0)],
        [ship("a", 20, (100.0,), 300.0, dry=300.0), ship("b", 40, (100.0,), 300.0, dry=300.0)],
    ),
    "too little at all": (
        [item("food", 250.0, 20.0, 60)],
        [ship("a", 10, (0.0,), 300.0, dry=300.0), ship("b", 40, (300.0,), 0.0, dry=300.0)],
    ),
    "dry before any ship": (
        [item("food", 100.0, 10.0, 60, reserve_days=5.0)],
        [ship("a", 20, (100.0,), 300.0, dry=400.0), ship("b", 40, (100.0,), 300.0, dry=300.0)],
    ),
    "two items on one ship": (
        [item("food", 200.0, 10.0, 60, reserve_days=0.0), item("parts", 100.0, 5.0, 60)],
        [ship("a", 15, (100.0, 100.0), 400.0, dry=600.0)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_loads_are_the_best_of_all_loads_tried(name: str) -> None:
    items, loads = CASES[name]
    ours = rank(items, loads, remanifest(items, loads))
    assert ours <= best_on_grid(items, loads, 50.0)


def test_what_was_planned_stays_if_it_is_enough() -> None:
    items = [item("food", 900.0, 10.0, 60, reserve_days=20.0)]
    loads = [ship("a", 20, (200.0,), 100.0), ship("b", 40, (200.0,), 200.0)]
    assert remanifest(items, loads) == loads


def test_other_cargo_left_behind_goes_later() -> None:
    items = [item("food", 250.0, 10.0, 60, reserve_days=0.0)]
    loads = [
        ship("a", 20, (0.0,), 300.0, dry=300.0),
        ship("b", 40, (100.0,), 200.0, dry=600.0),
    ]
    first, second = remanifest(items, loads)
    assert first.items[0] >= 150.0 - 1e-3  # 250 kg last to day 25, the next ship comes on day 40
    assert second.other > 200.0
    assert first.other + second.other == pytest.approx(500.0)


def test_each_hold_is_kept() -> None:
    items = [
        item("food", 50.0, 10.0, 90),
        item("water", 50.0, 10.0, 90, hold="water"),
        item("oxygen", 5.0, 1.0, 90, hold="gas"),
    ]
    loads = [ship(f"s{n}", 3 + 20 * n, (100.0, 50.0, 5.0), 500.0) for n in range(3)]
    for load in remanifest(items, loads):
        food, water, oxygen = load.items
        assert food + load.other <= load.dry + 1e-6
        assert water <= load.water + 1e-6
        assert oxygen <= load.gas + 1e-6
        assert sum(load.items) + load.other <= load.total + 1e-6


def test_nothing_is_loaded_that_finds_no_room() -> None:
    items = [item("food", 100.0, 1.0, 60, capacity=120.0, reserve_days=90.0)]
    (load,) = remanifest(items, [ship("a", 10, (50.0,), 100.0)])
    assert load.items[0] <= 30.0 + 1e-6


def test_nothing_is_borrowed_from_the_days_after_the_last() -> None:
    items = [
        item("food", 600.0, 10.0, 60, reserve_days=0.0),
        item("water", 250.0, 10.0, 60, reserve_days=30.0),
    ]
    plan = [ship("a", 20, (300.0, 300.0), 300.0, dry=900.0)]
    (load,) = remanifest(items, plan)
    assert load.items[1] == pytest.approx(650.0)  # 600 kg are used, 300 kg kept, 250 were aboard
    assert load.items[0] == pytest.approx(250.0)  # all that is left, though none is needed by then
    assert load.other == 0.0


def test_flights_after_the_last_day_stay_as_they_are() -> None:
    items = [item("food", 100.0, 10.0, 30)]
    later = ship("late", 30, (1.0,), 2.0)
    assert remanifest(items, [later]) == [later]
    assert remanifest(items, [later, ship("a", 5, (1.0,), 2.0)])[0] == later


def test_a_hold_without_a_name_is_refused() -> None:
    with pytest.raises(InputError, match=r"food: given hold 'attic', expected dry, water or gas"):
        remanifest([item("food", 1.0, 1.0, 9, hold="attic")], [ship("a", 1, (0.0,), 0.0)])
    with pytest.raises(InputError, match="the same for all"):
        remanifest([item("a", 1.0, 1.0, 9), item("b", 1.0, 1.0, 8)], [])


def test_other_cargo_goes_as_soon_as_it_was_planned() -> None:
    """Food takes 60 kg of room from the other cargo, and may come on either ship."""
    food = item("food", 40.0, 2.0, 85, reserve_days=0.0)
    holds = {"total": 100.0, "dry": 100.0}
    plan = [ship("one", 5, (30.0,), 50.0, **holds), ship("two", 15, (30.0,), 50.0, **holds)]
    anew = remanifest([food], plan)
    assert outcome([food], anew).days_short == 0.0
    assert [load.other for load in anew] == pytest.approx([50.0, 20.0])
