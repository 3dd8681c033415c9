"""Computers that command the station and the controllers of its modules.

One computer leads; another takes over a minute after it falls silent. An upset stops a computer
until its watchdog restarts it. Programs, buses and the vote among computers are left out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House, Room
from stationkeeper.operations.noise import even
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

WATCHDOG: Final = 300.0  # [s] from an upset to running again; ours
BOOT: Final = 45.0  # [s] from power, or the end of a fault, to running; ours
TAKEOVER: Final = 60.0  # [s] of silence before another computer leads; ours
STUCK: Final = 1e12  # [s] down without a watchdog: until power is taken away
CONTROLLER_WATTS: Final = 25.0  # [W] ours
CONTROLLER_SHARE: Final = 0.1  # [-] upsets of a controller for one of a computer; ours
ERRORS_PER_DAY: Final = 30.0  # [1/d] memory errors of a computer that are put right; ours
RISE: Final = 9.0  # [K] of the boards over the room; ours
WARM_UP: Final = 600.0  # [s] ours
COLDEST, HOTTEST = 253.15, 333.15  # [K] of the room, in which boards run; ours
USAGE: Final = (0.35, 0.20, 0.10)  # [-] always, more while leading, more while in contact; ours
DRAWN_EVERY: Final = 10  # [s] draws at these moments only: shorter steps change no draw

# Wires: a head, then a row for each unit, computers first.
_COMPUTERS, _UNITS, _LEADS, _LEADER, _CONTACT, _TAKEOVER = range(6)
_HEAD: Final = 6
(
    _ON, _ASKED, _ROOM, _ALIVE, _BOARD, _USAGE, _ERRORS, _UPTIME, _RESTARTS,
    _STOPPED, _COMMON, _WATCHDOG, _RATE, _RATE_ALL, _ERROR_RATE, _LOAD_ADDED, _UPSETS, _STREAM,
) = range(18)  # fmt: skip
_ROW: Final = 18
# State: who leads, how long nobody did; then how long each unit stays down.
_LEADING, _SILENT, _DOWN = 0, 1, 2
# Constants: a row for each unit.
_WATTS, _RATE_OF, _ERRORS_OF, _RISE_OF = range(4)
_NUMBERS: Final = 4


def computer_rooms(house: House, count: int) -> list[Room]:
    """Return where things stand that come twice or more: with what points the station."""
    by_name = {room.name: room for room in house.rooms}
    loads = sorted(
        (one for one in house.plant.load.values() if one.kind == "attitude"),
        key=lambda one: -one.priority,
    )
    names = list(dict.fromkeys(one.module for one in loads if one.module in by_name))
    found = [by_name[name] for name in names] or [house.rooms[0]]
    return [found[place % len(found)] for place in range(count)]


def declare(registry: Registry, house: House) -> None:
    """Declare computers, and a controller for each module if the document has them."""
    data = house.plant.data
    registry.signal("computer.leads", "-", 1.0)
    registry.signal("computer.leader", "-", 1.0)
    registry.healthy("computers.common", 0.0)
    registry.healthy("computers.upset-rate")
    registry.healthy("computers.takeover")
    registry.healthy("controllers.common", 0.0)
    registry.telemetry(
        Reading(
            "computer.leads", "A computer leads", "computer.leads", "-", "computers",
            kind="state", quantum=1.0, states=("no", "yes"), low=0.5,
        )
    )  # fmt: skip
    names = tuple(f"computer {number}" for number in range(1, data.computers + 1))
    registry.telemetry(
        Reading(
            "computer.leader", "Computer that leads", "computer.leader", "-", "computers",
            kind="state", quantum=1.0, states=("none", *names),
        )
    )  # fmt: skip
    rooms = computer_rooms(house, data.computers)
    for number, room in enumerate(rooms, start=1):
        load = f"computer-{number}"
        registry.load(LoadRow(load, f"Computer {number}", room.name, "data", data.computer_w, 9))
        _unit(registry, f"computer.{number}", f"Computer {number}", room.name, load)
        _more(registry, f"computer.{number}", f"Computer {number}", room.name, load)
    registry.spares["computers"] = tuple(f"computer-{number + 1}" for number in range(len(rooms)))
    for room in house.rooms:
        load, title = f"controller-{room.name}", f"{room.title}: controller"
        if data.controllers:
            registry.load(LoadRow(load, title, room.name, "data", CONTROLLER_WATTS, 9))
            _unit(registry, f"controller.{room.name}", title, room.name, load)
        else:
            registry.signal(f"controller.{room.name}.alive", "-", 1.0)


def _unit(registry: Registry, name: str, title: str, module: str, load: str) -> None:
    """What computers and controllers have alike."""
    registry.signal(f"{name}.alive", "-", 1.0)
    registry.signal(f"{name}.temperature", "K", 295.15 + RISE)
    registry.signal(f"{name}.usage", "-", USAGE[0])
    registry.signal(f"{name}.errors", "-")
    registry.signal(f"{name}.uptime", "s")
    registry.signal(f"{name}.restarts", "-")
    registry.healthy(f"{name}.stopped", 0.0)
    registry.healthy(f"{name}.watchdog")
    registry.healthy(f"{name}.upset-rate")
    registry.healthy(f"{name}.error-rate")
    registry.healthy(f"{name}.usage", 0.0)
    registry.telemetry(
        Reading(
            f"{name}.alive", f"{title}: runs", f"{name}.alive", "-", "computers", module, load,
            kind="state", quantum=1.0, states=("no", "yes"), low=0.5,
        )
    )  # fmt: skip


def _more(registry: Registry, name: str, title: str, module: str, load: str) -> None:
    """What computers tell beside."""
    registry.telemetry(
        Reading(
            f"{name}.usage", f"{title}: use of the processor", f"{name}.usage", "%", "computers",
            module, load, scale=100.0, noise=0.5, quantum=0.1, high=95.0,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.uptime", f"{title}: time since its start", f"{name}.uptime", "h",
            "computers", module, load, kind="count", scale=1 / 3_600, quantum=1.0,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.restarts", f"{title}: restarts", f"{name}.restarts", "-", "computers",
            module, load, kind="count", quantum=1.0,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.errors", f"{title}: memory errors put right", f"{name}.errors", "-",
            "computers", module, load, kind="count", quantum=1.0, largest_change=3.5,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            f"{name}.temperature", f"{title}: temperature", f"{name}.temperature", "degC",
            "computers", module, load, offset=273.15, noise=0.05, bias=0.5, quantum=0.1,
            low=5.0, high=50.0,
        )
    )  # fmt: skip


def wire(registry: Registry, house: House) -> Part:
    """Gather what the kernel reads and writes.

    Controllers that the document does not have are alive as long as a computer leads; the kernel
    finds them by an `_ON` of -1.
    """
    data = house.plant.data
    of = registry.of
    upsets = data.upsets_per_day / SECONDS_PER_DAY
    errors = ERRORS_PER_DAY / SECONDS_PER_DAY
    units = [
        (f"computer.{number}", f"computer-{number}", room.name, True)
        for number, room in enumerate(computer_rooms(house, data.computers), start=1)
    ]
    units += [
        (f"controller.{room.name}", f"controller-{room.name}", room.name, False)
        for room in house.rooms
    ]
    rows, numbers = [], []
    for name, load, room, computer in units:
        if not computer and not data.controllers:
            row = [-1] * _ROW
            row[_ALIVE] = of(f"{name}.alive")
            rows.append(row)
            numbers.append([0.0] * _NUMBERS)
            continue
        rows.append(
            [
                of(f"load.{load}.on"),
                of(f"load.{load}.asked"),
                of(f"room.{room}.temperature"),
                of(f"{name}.alive"),
                of(f"{name}.temperature"),
                of(f"{name}.usage"),
                of(f"{name}.errors"),
                of(f"{name}.uptime"),
                of(f"{name}.restarts"),
                of(f"{name}.stopped", "health"),
                of("computers.common" if computer else "controllers.common", "health"),
                of(f"{name}.watchdog", "health"),
                of(f"{name}.upset-rate", "health"),
                of("computers.upset-rate", "health"),
                of(f"{name}.error-rate", "health"),
                of(f"{name}.usage", "health"),
                of("env.upsets"),
                registry.stream(name),
            ]
        )
        share = 1.0 if computer else CONTROLLER_SHARE
        numbers.append(
            [
                registry.vary(f"{name}.power", data.computer_w if computer else CONTROLLER_WATTS),
                registry.vary(f"{name}.upsets", share * upsets),
                registry.vary(f"{name}.errors", share * errors),
                registry.vary(f"{name}.rise", RISE),
            ]
        )
    head = [
        data.computers,
        len(units),
        of("computer.leads"),
        of("computer.leader"),
        of("link.down"),
        of("computers.takeover", "health"),
    ]
    state = np.zeros(_DOWN + len(units))
    state[_LEADING] = 1.0
    return Part(
        "computers",
        np.array([*head, *(number for row in rows for number in row)], dtype=np.int64),
        np.array([number for row in numbers for number in row]),
        state,
        np.zeros(3),
        ("upsets of computers [-]", "upsets of controllers [-]", "changes of the leader [-]"),
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
    """Run all units for one step, then see who leads."""
    computers, units = wires[_COMPUTERS], wires[_UNITS]
    leading = int(state[_LEADING])
    contact = signals[wires[_CONTACT]]
    drawn = int(time) % DRAWN_EVERY == 0
    for unit in range(units):
        row = _HEAD + unit * _ROW
        numbers = unit * _NUMBERS
        if wires[row + _ON] < 0:
            continue
        computer = unit < computers
        room = signals[wires[row + _ROOM]]
        powered = signals[wires[row + _ON]] > 0.5
        down = state[_DOWN + unit]
        was = down <= 0.0
        if not powered:
            down = BOOT
        elif (
            health[wires[row + _STOPPED]] > 0.5
            or health[wires[row + _COMMON]] > 0.5
            or room < COLDEST
            or room > HOTTEST
        ):
            down = max(down, BOOT)
        elif down > 0.0:
            if down > WATCHDOG and health[wires[row + _WATCHDOG]] > 0.5:
                down = WATCHDOG
            down -= dt
            if down <= 0.0:
                signals[wires[row + _RESTARTS]] += 1.0
        if drawn and was and down <= 0.0:
            draw = even(wires[row + _STREAM], int(time))
            rates = signals[wires[row + _UPSETS]] * DRAWN_EVERY
            chance = (
                constants[numbers + _RATE_OF]
                * rates
                * health[wires[row + _RATE]]
                * health[wires[row + _RATE_ALL]]
            )
            if draw < chance:
                down = WATCHDOG if health[wires[row + _WATCHDOG]] > 0.5 else STUCK
                ledger[0 if computer else 1] += 1.0
            many = constants[numbers + _ERRORS_OF] * rates * health[wires[row + _ERROR_RATE]]
            signals[wires[row + _ERRORS]] += np.floor(many + draw)
        state[_DOWN + unit] = down
        alive = down <= 0.0
        usage = 0.0
        if alive:
            usage = USAGE[0] + health[wires[row + _LOAD_ADDED]]
            if computer and unit + 1 == leading:
                usage += USAGE[1] + USAGE[2] * contact
            signals[wires[row + _UPTIME]] += dt
        else:
            signals[wires[row + _UPTIME]] = 0.0
        signals[wires[row + _ALIVE]] = 1.0 if alive else 0.0
        signals[wires[row + _USAGE]] = min(usage, 1.0)
        signals[wires[row + _ASKED]] = constants[numbers + _WATTS] * (0.85 + 0.3 * min(usage, 1.0))
        goal = room + (constants[numbers + _RISE_OF] if powered else 0.0)
        signals[wires[row + _BOARD]] += (goal - signals[wires[row + _BOARD]]) * (dt / WARM_UP)

    fit = leading > 0 and _fit(leading - 1, signals, wires)
    if fit:
        state[_SILENT] = 0.0
    else:
        state[_SILENT] += dt
        if state[_SILENT] >= TAKEOVER and health[wires[_TAKEOVER]] > 0.5:
            for ahead in range(computers):
                other = (leading + ahead) % computers
                if _fit(other, signals, wires):
                    state[_LEADING] = other + 1.0
                    state[_SILENT] = 0.0
                    ledger[2] += 1.0
                    fit = True
                    break
    leads = 1.0 if fit else 0.0
    signals[wires[_LEADS]] = leads
    signals[wires[_LEADER]] = state[_LEADING] if fit else 0.0
    for unit in range(computers, units):
        row = _HEAD + unit * _ROW
        if wires[row + _ON] < 0:
            signals[wires[row + _ALIVE]] = leads


@inner_kernel
def _fit(unit: int, signals: Array, wires: Wires) -> bool:
    """Tell whether a computer can lead: it runs and has time to spare."""
    row = _HEAD + unit * _ROW
    return bool(signals[wires[row + _ALIVE]] > 0.5 and signals[wires[row + _USAGE]] < 1.0)
