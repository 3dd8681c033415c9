"""What goes into a simulated station comes out of it: balances of the flights of history."""

from typing import Final

import numpy as np

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.operations.parts import air, attitude, heat, link, power
from stationkeeper.validation.operations_history import TOPIC, Replay, nominal
from stationkeeper.validation.rows import Progress, Row

CLOSES: Final = 1e-9
"""Of what passed. [-]"""
FLIGHTS: Final = ("salyut-7-1985", "tunnel-leak-2024", "nauka-2021")
"""A station that dies and freezes, one that leaks with people aboard, one that turns over."""
GROUPS: Final = {
    "mass of gases and water": ("air",),
    "energy and charge of buses and batteries": ("power",),
    "heat and coolant": ("heat",),
    "momentum and propellant": ("attitude",),
    "data of the recorder": ("link",),
}


def left_over(replay: Replay) -> dict[str, dict[str, float]]:
    """Return what is left of every balance of a flight, by part and account.

    Parameters
    ----------
    replay : Replay
        The flight.

    Returns
    -------
    dict of str to dict
        Relative to what passed through the account. [-]
    """
    first = {part.name: part for part in replay.first}
    last = {part.name: part for part in replay.last}
    return {
        "air": air.balance(first["air"].state, last["air"]),
        "power": power.balance(first["power"], last["power"]),
        "heat": heat.balance(first["heat"].state, last["heat"]),
        "attitude": attitude.balance(first["attitude"].state, last["attitude"]),
        "link": link.balance(*replay.recorder, last["link"]),
    }


def worst_of(accounts: dict[str, float]) -> str:
    """Return the account that is furthest from closed; one that is no number is further than all.

    Examples
    --------
    >>> worst_of({"oxygen": 1e-12, "water": float("nan"), "nitrogen": -2e-12})
    'water'
    """
    return max(
        accounts, key=lambda one: abs(accounts[one]) if np.isfinite(accounts[one]) else np.inf
    )


def rows(progress: Progress | None = None) -> list[Row]:
    """Return the worst balance of each kind, over whole flights with their faults."""
    if progress is not None:
        progress("operations: balances of flights")
    found = []
    for name in FLIGHTS:
        replay = nominal(name)
        left = left_over(replay)
        days = replay.time[-1] / SECONDS_PER_DAY
        over = f"{days:.0f} day{'s' if days > 1 else ''}"
        for title, parts in GROUPS.items():
            accounts = {
                f"{part}: {account}": value
                for part in parts
                for account, value in left[part].items()
            }
            worst = worst_of(accounts)
            value = accounts[worst]
            found.append(
                Row(
                    TOPIC, f"{replay.file.title}: {title} left over in {over}",
                    value if np.isfinite(value) else None, 0.0, "-", CLOSES, "standard",
                    "conservation laws; relative to what passed",
                    note=f"worst of {len(accounts)}: {worst}",
                )
            )  # fmt: skip
    return found
