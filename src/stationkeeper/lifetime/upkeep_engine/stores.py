"""Stores: what comes, what a day takes, and what runs short."""

from typing import Final

from stationkeeper.kernels import inner_kernel
from stationkeeper.lifetime.upkeep_engine.bundles import Stock, Supplies
from stationkeeper.lifetime.upkeep_engine.noting import SHORT, note
from stationkeeper.lifetime.upkeep_plan import ABSENT, Array, Flags, Log, Whole

_ROUNDING: Final = 1e-9  # share of a day's need that rounding may hide


@inner_kernel
def arrive(
    stock: Stock, capacity: Array, brought: Array, refused: Array, place: int
) -> None:  # pragma: no cover - compiled
    """Take what there is room for of what ships bring on a day, or one ship does."""
    for store in range(capacity.size):
        amount = brought[store, place]
        if amount > 0.0:
            taken = min(amount, max(capacity[store] - stock.level[store], 0.0))
            stock.level[store] += taken
            stock.came[store] += taken
            refused[store] += amount - taken


@inner_kernel
def restock(
    shelf: Array, operator: Whole, per_cargo: Array, cargo: Whole, place: int
) -> None:  # pragma: no cover - compiled
    """Put the spares on the shelf that ships bring on a day, or one ship does."""
    for group in range(shelf.size):
        ships = cargo[operator[group], place]
        if ships > 0:
            shelf[group] += per_cargo[group] * ships


@inner_kernel
def reckon(
    supplies: Supplies, up: Flags, people: int, leak_day: float, need: Array
) -> None:  # pragma: no cover - compiled
    """Work out what a day takes of each store."""
    for store in range(need.size):
        less = 0.0
        for k in range(supplies.spared_by.shape[1]):
            function = supplies.spared_by[store, k]
            if function != ABSENT and up[function]:
                less += supplies.spared[store, k]
        use = supplies.use[store] + people * supplies.use_person[store]
        need[store] = use * max(1.0 - less, 0.0)
        if supplies.takes_leaks[store]:
            need[store] += leak_day


@inner_kernel
def consume(
    stock: Stock, supplies: Supplies, up: Flags, log: Log, r: int, place: int
) -> bool:  # pragma: no cover - compiled
    """Use up what the day needs; return whether a store began or ceased to be short."""
    changed = False
    for store in range(supplies.capacity.size):
        need, level = stock.need[store], stock.level[store]
        filler = supplies.filled_by[store]
        if filler != ABSENT and up[filler]:
            filled = supplies.capacity[store] - level + need
            stock.came[store] += filled
            level += filled
        met = min(need, level)
        stock.level[store] = level - met
        stock.used[store] += met
        stock.unmet[store] += need - met
        short = need - met > _ROUNDING * need
        if short != stock.short[store]:
            stock.short[store] = short
            changed = True
            if short:
                note(log, r, place, SHORT, store, 0.0)
    return changed


@inner_kernel
def consume_quietly(
    stock: Stock, supplies: Supplies, up: Flags, days: int
) -> int:  # pragma: no cover - compiled
    """Use up what some like days need, or fewer of them if a store may run short; return how many.

    None, if one may run short on the first of them.
    """
    for store in range(supplies.capacity.size):
        need, level = stock.need[store], stock.level[store]
        filler = supplies.filled_by[store]
        if stock.short[store] or (filler != ABSENT and up[filler]):
            continue
        if level < (days + 1) * need:  # a day to spare, for rounding
            days = max(int(level / need) - 1, 0)
            if days == 0:
                return 0
    for store in range(supplies.capacity.size):
        need, level = stock.need[store], stock.level[store]
        if stock.short[store]:
            met = min(need, level)
            if met > 0.0 and days > 0:  # what rounding left
                stock.level[store] = level - met
                stock.used[store] += met
            stock.unmet[store] += days * need - met
            continue
        filler = supplies.filled_by[store]
        if filler != ABSENT and up[filler]:
            stock.came[store] += supplies.capacity[store] - level + days * need
            stock.level[store] = supplies.capacity[store]
        else:
            stock.level[store] = level - days * need
        stock.used[store] += days * need
    return days
