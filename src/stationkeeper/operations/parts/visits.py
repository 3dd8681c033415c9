"""Ships at the station: when they are there, whom they bring, what their engines do.

The ship's flight to the station and away from it, and the rates that contact leaves, are left out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.constants import SECONDS_PER_DAY, STANDARD_GRAVITY
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

CARGO_WATTS, CREWED_WATTS = 300.0, 500.0  # [W] that a docked ship takes; ours
SETTLING: Final = 600.0  # [s] engines are free after contact and before it leaves; ours
PROPELLANT: Final = 300.0  # [kg] in a ship whose document tells none; ours
ISP: Final = 290.0  # [s] of such a ship; ours
STATES: Final = ("not docked", "inhibited", "free", "burning")

_VISITS, _PEOPLE = range(2)
_HEAD: Final = 2
(
    _DOCKED, _PROPULSION, _THRUST, _TANK, _ABOARD, _HOOKED, _ASKED,
    _THRUST_ON, _INHIBIT, _HOOKS, _RELEASE, _SUPPLY,
) = range(12)  # fmt: skip
_ROW: Final = 12
_DOCKS, _LEAVES, _BRINGS, _FLOW, _WATTS = range(5)
_NUMBERS: Final = 5


def declare(registry: Registry, house: House) -> None:
    """Declare the ships of the document, and the people aboard."""
    there = house.people + sum(visit.people for _, visit in house.visits if visit.docks_day == 0.0)
    registry.signal("people.aboard", "-", float(there))
    for sensor in ("", ".b"):
        registry.telemetry(
            Reading(
                f"people.aboard{sensor}", f"People aboard{_second(sensor)}", "people.aboard", "-",
                "visits", kind="state", quantum=1.0,
                states=tuple(str(number) for number in range(_most(house) + 1)),
            )
        )  # fmt: skip
    for key, visit in house.visits:
        ship = house.programme.ship[visit.ship]
        name, load = f"visit.{key}", f"ship-{key}"
        docked = visit.docks_day == 0.0
        registry.load(
            LoadRow(
                load, f"{ship.title} ({key}): supply", visit.module, "core",
                CREWED_WATTS if ship.seats else CARGO_WATTS, 8, on=docked,
            )
        )  # fmt: skip
        if not docked:
            for quantity in ("asked", "power"):
                registry.first_signals[registry.of(f"load.{load}.{quantity}")] = 0.0
        registry.signal(f"{name}.docked", "-", 1.0 if docked else 0.0)
        registry.signal(f"{name}.propulsion", "-", 0.0 if docked else -1.0)
        registry.signal(f"{name}.thrust", "N")
        registry.signal(f"{name}.propellant", "kg", ship.propellant_to_station_kg or PROPELLANT)
        registry.signal(f"{name}.people", "-", float(visit.people) if docked else 0.0)
        registry.signal(f"{name}.hooks", "-", 1.0 if docked else 0.0)
        registry.healthy(f"{name}.thrust-on", 0.0)
        registry.healthy(f"{name}.inhibit")
        registry.healthy(f"{name}.hooks")
        registry.switch(
            f"release.{key}", f"Let {ship.title} ({key}) go", 0.0, act=Act.RELEASE,
            act_off=Act.RELEASE, target=key, subsystem="visits", module=visit.module,
            component=load, feedback=f"{name}.docked",
        )  # fmt: skip
        _readings(registry, name, f"{ship.title} ({key})", visit.module, load)


def _readings(registry: Registry, name: str, title: str, module: str, load: str) -> None:
    registry.telemetry(
        Reading(
            f"{name}.docked", f"{title}: docked", f"{name}.docked", "-", "visits", module, load,
            kind="state", quantum=1.0, states=("no", "yes"),
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.hooks", f"{title}: hooks closed", f"{name}.hooks", "-", "visits", module,
            load, kind="state", quantum=1.0, states=("no", "yes"),
        )
    )  # fmt: skip
    # Sensors tell the state by its place among the names, from 0; in the signal it is from -1.
    for sensor in ("", ".b"):
        registry.telemetry(
            Reading(
                f"{name}.propulsion{sensor}", f"{title}: propulsion{_second(sensor)}",
                f"{name}.propulsion", "-", "visits", module, load, kind="state", quantum=1.0,
                offset=-1.0, states=STATES, high=2.5,
            )
        )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.propellant", f"{title}: propellant", f"{name}.propellant", "kg", "visits",
            module, load, noise=0.5, bias=3.0, quantum=0.5,
        )
    )  # fmt: skip


def _second(sensor: str) -> str:
    return ", second sensor" if sensor else ""


def _most(house: House) -> int:
    return max(1, house.people + sum(visit.people for _, visit in house.visits))


def wire(registry: Registry, house: House) -> Part:
    """Gather what the kernel reads and writes."""
    of = registry.of
    rows, numbers = [], []
    for key, visit in house.visits:
        ship = house.programme.ship[visit.ship]
        name = f"visit.{key}"
        rows.append(
            [
                of(f"{name}.docked"),
                of(f"{name}.propulsion"),
                of(f"{name}.thrust"),
                of(f"{name}.propellant"),
                of(f"{name}.people"),
                of(f"{name}.hooks"),
                of(f"load.ship-{key}.asked"),
                of(f"{name}.thrust-on", "health"),
                of(f"{name}.inhibit", "health"),
                of(f"{name}.hooks", "health"),
                of(f"release.{key}", "switches"),
                of(f"load.ship-{key}", "switches"),
            ]
        )
        leaves = np.inf if visit.leaves_day is None else visit.leaves_day * SECONDS_PER_DAY
        isp = registry.vary(f"{name}.isp", ship.isp_s or ISP)
        numbers.append(
            [
                visit.docks_day * SECONDS_PER_DAY,
                leaves,
                float(visit.people),
                1.0 / (isp * STANDARD_GRAVITY),
                registry.vary(f"{name}.power", CREWED_WATTS if ship.seats else CARGO_WATTS),
            ]
        )
    return Part(
        "visits",
        np.array(
            [len(rows), of("people.aboard"), *(number for row in rows for number in row)],
            dtype=np.int64,
        ),
        np.array([float(house.people), *(number for row in numbers for number in row)]),
        np.zeros(len(rows)),
        np.zeros(len(rows)),
        tuple(f"propellant burnt by {key} [kg]" for key, _ in house.visits),
    )


@inner_kernel
def step(
    time: float,
    dt: float,
    signals: Array,
    health: Array,
    switches: Array,
    wires: Wires,
    constants: Array,
    state: Array,
    ledger: Array,
) -> None:
    """Dock, burn, leave; a ship that has left does not come back."""
    people = constants[0]
    for visit in range(wires[_VISITS]):
        row = wires[_HEAD + visit * _ROW : _HEAD + (visit + 1) * _ROW]
        numbers = constants[1 + visit * _NUMBERS : 1 + (visit + 1) * _NUMBERS]
        gone = state[visit]
        wanted = switches[row[_RELEASE]] > 0.5 or time >= numbers[_LEAVES]
        if wanted and gone < 0.5:
            hooked = signals[row[_DOCKED]] > 0.5
            if not hooked or health[row[_HOOKS]] > 0.5:
                gone = 1.0
                state[visit] = gone
        docked = gone < 0.5 and time >= numbers[_DOCKS]
        if docked != (signals[row[_DOCKED]] > 0.5):  # its supply is plugged in or pulled out
            switches[row[_SUPPLY]] = 1.0 if docked else 0.0
        signals[row[_DOCKED]] = 1.0 if docked else 0.0
        signals[row[_HOOKED]] = 1.0 if docked else 0.0
        if not docked:
            signals[row[_PROPULSION]] = -1.0
            signals[row[_THRUST]] = 0.0
            signals[row[_ABOARD]] = 0.0
            signals[row[_ASKED]] = 0.0
            continue
        people += numbers[_BRINGS]
        signals[row[_ABOARD]] = numbers[_BRINGS]
        signals[row[_ASKED]] = numbers[_WATTS]
        thrust = max(health[row[_THRUST_ON]], 0.0)
        if thrust > 0.0:
            needed = thrust * numbers[_FLOW] * dt
            tank = signals[row[_TANK]]
            burnt = min(needed, tank)
            signals[row[_TANK]] = tank - burnt
            ledger[visit] += burnt
            thrust *= burnt / needed
        signals[row[_THRUST]] = thrust
        since, left = time - numbers[_DOCKS], numbers[_LEAVES] - time
        settling = (numbers[_DOCKS] > 0.0 and since < SETTLING) or left <= SETTLING
        if thrust > 0.0:
            signals[row[_PROPULSION]] = 2.0
        elif settling or health[row[_INHIBIT]] < 0.5:
            signals[row[_PROPULSION]] = 1.0
        else:
            signals[row[_PROPULSION]] = 0.0
    signals[wires[_PEOPLE]] = people
