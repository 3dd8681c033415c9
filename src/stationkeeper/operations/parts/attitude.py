"""Attitude and propulsion: the body that turns, its wheels, its thrusters, what knows where it is.

A rigid body about the axes of flight. Wheels are taken together as gyros on gimbals, which store
momentum in any direction; their motors, gimbals and steering are left out, and so are flexible
modes, slosh, the wings' own turning, and the push of thrusters along the orbit (they act in pairs).
Held by wheels the error is that of steady torque; else the body is flown in short steps.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.caretaker.authority import Act
from stationkeeper.constants import EARTH_RADIUS, MU_EARTH, STANDARD_GRAVITY
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House
from stationkeeper.operations.parts.attitude_telemetry import (
    KNOWERS,
    STRINGS,
    attitude_telemetry,
    knower_loads,
    propulsion_telemetry,
    wheel_room,
    wheel_telemetry,
)
from stationkeeper.operations.registry import LoadRow, Part, Registry
from stationkeeper.orbit.attitude import (
    gravity_torque,
    in_body,
    middle_rates,
    rates,
    tilted_inertia,
    turned_back,
    turned_on,
)

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

DRIFT, WHEELS, THRUSTERS, SAFE = 0.0, 1.0, 2.0, 3.0
"""Modes of attitude control."""
DRAG_COEFFICIENT: Final = 2.2  # [-] usual in free molecular flow
SIDE_SHARE: Final = 0.3  # [-] of the offset of pressure that lies sideways; ours
BANDWIDTH: Final = 0.02  # [rad/s] of the hold on wheels, critically damped; ours
SLEW_RATE: Final = np.radians(0.2)  # [rad/s] of turns by thrusters; ours
SLEW_GAIN: Final = 0.02  # [1/s] rate asked for an error; ours
STOPPING: Final = 1.0  # [-] half of the thrusters' torque stops a turn in time; ours
RATE_GAIN: Final = 0.2  # [1/s] of thrusters on a wrong rate; ours
RATE_BAND: Final = np.radians(0.005)  # [rad/s] of wrong rate that is let be; ours
ERROR_BAND: Final = np.radians(0.5)  # [rad] that thrusters let be; ours
TUMBLING: Final = np.radians(0.3)  # [rad/s] above it rates are damped before all else; ours
STEADY: Final = np.radians(0.05)  # [rad/s] below it they are damped; ours
LOST: Final = np.radians(10.0)  # [rad] the hold is lost; ours
NEAR: Final = np.radians(1.0)  # [rad] wheels take over below, and steps are long; ours
RECOVERY: Final = 60.0  # [s] from lost to thrusters, by what is on board; ours
BLIND: Final = 1_800.0  # [s] held on memory without gyros or star trackers; ours
TRACKER_RATE: Final = np.radians(1.5)  # [rad/s] star trackers lose stars above; ours
FULL: Final = 0.8  # [-] of the capacity, at which momentum is taken out; ours
EMPTY: Final = 0.1  # [-] at which that ends; ours
SPARE: Final = 0.5  # [-] of the momentum left that a turning body may take to be caught; ours
UNLOAD_SHARE: Final = 0.3  # [-] of the thrusters' torque that empties wheels in their hold; ours
DESATURATION_SHARE: Final = 0.5  # [-] of the wheels' torque, so that they keep the hold; ours
WATTS: Final = 0.07  # [W/(N m s)] of a wheel that holds its speed; ours, 330 W for 4,760 N m s
SPIN_UP: Final = 4 * 3_600.0  # [s] ours
RUN_DOWN: Final = 8 * 3_600.0  # [s] ours
STRONG: Final = 3.0  # [-] of nominal friction that the motor still overcomes; ours
WARMTH: Final = 12.0  # [K] of a wheel over its room; ours
WARMING: Final = 7_200.0  # [s] ours
TRIP: Final = 353.0  # [K] at which a wheel stops itself until its power is cycled; ours
TANK_PRESSURE: Final = 2.0e6  # [Pa] full; ours
LEAST_PRESSURE: Final = 1.0e6  # [Pa] below it thrust falls in proportion; ours
ULLAGE: Final = 0.4  # [-] of the tanks that is gas when full; ours
CALM_STEP: Final = 2.5  # [s] of a body that is held but not closely; else 1 s; ours
HALF: Final = 0.5  # [-] states are numbers; from here on they count as on

# Numbers of names, in the order of `_names`, then one row for each wheel, then pushes.
(
    ERROR, ROLL, PITCH, YAW, RATE_X, RATE_Y, RATE_Z, MODE, MOMENTUM, MOMENTUM_X, MOMENTUM_Y,
    MOMENTUM_Z, FIRING, KNOWN, PROPELLANT, PRESSURE, FLOW, OPEN_1, OPEN_2, READY_1, READY_2,
    GOOD_1, GOOD_2, STARS_1, STARS_2, LEADS, SUN_X, SUN_Y, SUN_Z, ALTITUDE, SPEED, DENSITY, ROOM,
    POWER_1, POWER_2, COMMAND, SAFE_MODE, ENABLED_1, ENABLED_2, STUCK_1, STUCK_2, WEAK_1, WEAK_2,
    LEAK_1, LEAK_2, GAS, GYRO_1, GYRO_2, TRACKER_1, TRACKER_2, WHEEL_COUNT, PUSH_COUNT,
) = range(52)  # fmt: skip
HEAD: Final = 52
(
    W_ASKED, W_ON, W_MOMENTUM, W_SPEED, W_WARM, W_SHAKE, W_GIVEN, W_WORKS, W_FRICTION,
) = range(9)  # fmt: skip
WHEEL_ROW: Final = 9
# Pushes: number of a signal or of a health, and which of both (0 signal, 1 health).
PUSH_ROW: Final = 2

(
    C_X, C_Y, C_Z, C_XZ, C_AREA, C_SIDE, C_BELOW, C_WHEEL, C_TORQUE, C_THRUST, C_ARM, C_COUNT,
    C_EXHAUST, C_FULL, C_WATTS, C_WARMTH,
) = range(16)  # fmt: skip
C_HEAD: Final = 16  # then the lever of each push [m]

(
    Q_W, Q_X, Q_Y, Q_Z, S_X, S_Y, S_Z, H_X, H_Y, H_Z, S_MODE, S_LOST, S_BLIND, S_EMPTYING,
    S_DAMPING, S_TANK,
) = range(16)  # fmt: skip
S_HEAD: Final = 16  # then speed share, temperature, tripped of each wheel
WHEEL_STATE: Final = 3

ACCOUNTS: Final = (
    *(f"{what}-{axis} [N m s]" for what in ("gravity", "air", "thrusters", "pushes", "turning")
      for axis in "xyz"),
    "propellant of string 1 [kg]", "propellant of string 2 [kg]", "propellant leaked [kg]",
)  # fmt: skip


def declare(registry: Registry, house: House) -> None:
    """Declare the body, its wheels, thrusters, tanks, gyros and star trackers."""
    plant = house.plant.attitude
    signal, healthy = registry.signal, registry.healthy
    for name in ("error", "roll", "pitch", "yaw"):
        signal(f"attitude.{name}", "rad")
    for axis in "xyz":
        signal(f"attitude.rate-{axis}", "rad/s", -_orbit_rate(house) if axis == "y" else 0.0)
    signal("attitude.mode", "-", _first_mode(house))
    signal("attitude.momentum", "N m s")
    for axis in "xyz":
        signal(f"attitude.momentum-{axis}", "N m s")
    signal("attitude.firing", "-")
    signal("attitude.known", "-", 1.0)
    signal("tank.propellant", "kg", plant.propellant_kg)
    signal("propellant.pressure", "Pa", TANK_PRESSURE)
    signal("propellant.flow", "kg/s")
    healthy("propellant.gas")
    for string in range(1, STRINGS + 1):
        signal(f"thruster.{string}.open", "-")
        healthy(f"thruster.{string}.stuck", 0.0)
        healthy(f"thruster.{string}.weak")
        healthy(f"thruster.{string}.leak", 0.0)
        registry.switch(
            f"thrust.{string}", f"Thrusters, string {string}", 1.0 if string == 1 else 0.0,
            act=Act.THRUST, act_off=Act.INHIBIT_THRUST, target=f"string-{string}",
            subsystem="attitude", component=f"string-{string}", feedback=f"thruster.{string}.ready",
        )  # fmt: skip
        signal(f"thruster.{string}.ready", "-", 1.0 if string == 1 else 0.0)
    registry.spares["thrusters"] = tuple(f"string-{one}" for one in range(1, STRINGS + 1))
    for number in range(1, KNOWERS + 1):
        for kind in ("gyro", "star-tracker"):
            signal(f"{kind}.{number}.good", "-", 1.0)
            healthy(f"{kind}.{number}.works")
    room = wheel_room(house)
    for number in range(1, plant.wheels + 1):
        name = f"wheel.{number}"
        signal(f"{name}.momentum", "N m s")
        signal(f"{name}.on", "-", 1.0)
        signal(f"{name}.speed", "-", 1.0)
        signal(f"{name}.temperature", "K", 293.15 + WARMTH)
        signal(f"{name}.vibration", "-", 1.0)
        healthy(f"{name}.works")
        healthy(f"{name}.friction")
        registry.load(
            LoadRow(
                f"wheel-{number}", f"Wheel {number}", room, "attitude",
                WATTS * plant.wheel_nms, 8,
            )
        )  # fmt: skip
    registry.spares["wheels"] = tuple(f"wheel-{one}" for one in range(1, plant.wheels + 1))
    registry.switch(
        "attitude.mode", "Attitude control: drift, hold, Sun", WHEELS,
        act=Act.SET, act_off=Act.SET, target="attitude.mode", values=(DRIFT, WHEELS, SAFE),
        subsystem="attitude", feedback="attitude.mode",
    )  # fmt: skip
    for one in house.rooms:
        healthy(f"thruster-rogue.{one.name}", 0.0)
    attitude_telemetry(registry)
    propulsion_telemetry(registry, house)
    wheel_telemetry(registry, house)


def _orbit_rate(house: House) -> float:
    return float(np.sqrt(MU_EARTH / (EARTH_RADIUS + house.altitude) ** 3))


def _first_mode(house: House) -> float:
    plant = house.plant.attitude
    return WHEELS if plant.wheels else THRUSTERS if plant.thrusters else DRIFT


def levers(house: House) -> dict[str, float]:
    """Return how far fore of the centre each module pushes up or down. [m]

    Ours: no document tells it. Modules stand in the order in which they came, the last aft, on a
    rod with the mass and the largest moment of inertia of the station, none nearer than a quarter
    of its length.
    """
    length = float(np.sqrt(12.0 * max(house.plant.attitude.inertia_kg_m2) / house.mass))
    count = len(house.rooms)
    found = {}
    for place, room in enumerate(house.rooms):
        share = 0.5 - place / (count - 1) if count > 1 else 0.5
        found[room.name] = length * (max(share, 0.25) if share >= 0 else min(share, -0.25))
    return found


def _names(house: House, registry: Registry) -> list[int]:
    """Return the numbers of what the kernel reads and writes once, in the order of the head."""
    of = registry.of
    trackers = knower_loads(house)
    signals = (
        "attitude.error", "attitude.roll", "attitude.pitch", "attitude.yaw", "attitude.rate-x",
        "attitude.rate-y", "attitude.rate-z", "attitude.mode", "attitude.momentum",
        "attitude.momentum-x", "attitude.momentum-y", "attitude.momentum-z", "attitude.firing",
        "attitude.known", "tank.propellant", "propellant.pressure", "propellant.flow",
        "thruster.1.open", "thruster.2.open", "thruster.1.ready", "thruster.2.ready",
        "gyro.1.good", "gyro.2.good", "star-tracker.1.good", "star-tracker.2.good",
        "computer.leads", "env.sun-along", "env.sun-across", "env.sun-down", "env.altitude",
        "env.speed", "env.density", f"room.{wheel_room(house)}.temperature",
    )  # fmt: skip
    health = (
        "thruster.1.stuck", "thruster.2.stuck", "thruster.1.weak", "thruster.2.weak",
        "thruster.1.leak", "thruster.2.leak", "propellant.gas", "gyro.1.works", "gyro.2.works",
        "star-tracker.1.works", "star-tracker.2.works",
    )  # fmt: skip
    return [
        *(of(name) for name in signals),
        *(of(f"load.{name}.on") if name else -1 for name in trackers),
        *(of(name, "switches") for name in ("attitude.mode", "safe-mode", "thrust.1", "thrust.2")),
        *(of(name, "health") for name in health),
    ]


def wire(registry: Registry, house: House) -> Part:
    """Gather what the kernel reads and writes."""
    plant, vary = house.plant.attitude, registry.vary
    arms = levers(house)
    rows = []
    for number in range(1, plant.wheels + 1):
        load, wheel = f"load.wheel-{number}", f"wheel.{number}"
        names = (
            f"{load}.asked", f"{load}.on", f"{wheel}.momentum", f"{wheel}.speed",
            f"{wheel}.temperature", f"{wheel}.vibration", f"{wheel}.on",
        )  # fmt: skip
        rows += [registry.of(name) for name in names]
        rows += [registry.of(f"{wheel}.{what}", "health") for what in ("works", "friction")]
    pushes = [(registry.of(f"visit.{key}.thrust"), 0) for key, _ in house.visits]
    pushes += [(registry.of(f"thruster-rogue.{one.name}", "health"), 1) for one in house.rooms]
    arm = [arms[visit.module] for _, visit in house.visits]
    arm += [arms[one.name] for one in house.rooms]
    head = [*_names(house, registry), plant.wheels, len(pushes)]
    tilt = vary("attitude.body.tilt", plant.tilt_deg)
    body = tilted_inertia(plant.inertia_kg_m2, np.radians(tilt))
    offset = vary("attitude.body.offset", plant.centre_offset_m)
    constants = [
        float(body[0, 0]),
        float(body[1, 1]),
        float(body[2, 2]),
        float(body[0, 2]),
        vary("attitude.body.drag-area", plant.drag_area_m2) * DRAG_COEFFICIENT,
        SIDE_SHARE * offset,
        offset,
        plant.wheel_nms,
        plant.wheel_nm,
        vary("attitude.thrusters.thrust", plant.thruster_n),
        plant.thruster_arm_m,
        # Of a string, about each axis and to each side: half of a quarter of all, at least one.
        float(max(1, plant.thrusters // 8) if plant.thrusters else 0),
        vary("attitude.thrusters.impulse", plant.isp_s) * STANDARD_GRAVITY,
        plant.propellant_kg,
        vary("attitude.wheels.watts", WATTS) * plant.wheel_nms,
        vary("attitude.wheels.warmth", WARMTH),
        *arm,
    ]
    state = np.zeros(S_HEAD + WHEEL_STATE * plant.wheels)
    state[Q_W], state[S_Y], state[S_TANK] = 1.0, -_orbit_rate(house), plant.propellant_kg
    state[S_MODE] = _first_mode(house)
    for number in range(plant.wheels):
        state[S_HEAD + WHEEL_STATE * number] = 1.0
        state[S_HEAD + WHEEL_STATE * number + 1] = 293.15 + WARMTH
    numbers = np.array([*head, *rows, *(number for push in pushes for number in push)])
    return Part(
        "attitude", numbers.astype(np.int64), np.array(constants, dtype=np.float64), state,
        np.zeros(len(ACCOUNTS)), ACCOUNTS,
    )  # fmt: skip


def balance(part_begin_state: Array, part: Part) -> dict[str, float]:
    """Return what does not add up, relative to what moved: momentum by axis, and propellant."""
    body = part.constants[C_X : C_XZ + 1]
    before, after = _momentum(part_begin_state, body), _momentum(part.state, body)
    left = {}
    for place, axis in enumerate("xyz"):
        moved = part.ledger[place:15:3]
        scale = np.abs(moved).sum() + np.abs(before).max() + np.abs(after).max()
        left[f"momentum-{axis}"] = float((after - before)[place] - moved.sum()) / float(scale)
    used = part.ledger[15:18]
    scale = max(float(part_begin_state[S_TANK]), 1e-9)
    gone = float(part_begin_state[S_TANK] - part.state[S_TANK])
    left["propellant"] = (gone - float(used.sum())) / scale
    return left


def _momentum(state: Array, body: Array) -> Array:
    along, across, down, mixed = body
    x, y, z = state[S_X : S_Z + 1]
    own = np.array([along * x + mixed * z, across * y, mixed * x + down * z])
    return np.asarray(own + state[H_X : H_Z + 1])


@inner_kernel
def _wheels(
    dt: float, signals: Array, health: Array, wires: Wires, constants: Array, state: Array
) -> tuple[float, float]:
    """Advance speeds and temperatures; return momentum and torque that wheels can give."""
    capacity = torque = 0.0
    room = signals[wires[ROOM]]
    for number in range(wires[WHEEL_COUNT]):
        row = wires[HEAD + WHEEL_ROW * number : HEAD + WHEEL_ROW * (number + 1)]
        own = S_HEAD + WHEEL_STATE * number
        friction = max(health[row[W_FRICTION]], 0.0)
        given = signals[row[W_ON]]
        if given < HALF:
            state[own + 2] = 0.0
        elif state[own + 1] > TRIP:
            state[own + 2] = 1.0
        runs = given >= HALF and state[own + 2] < HALF and health[row[W_WORKS]] > HALF
        speed = state[own]
        if runs:
            most = 1.0 if friction <= STRONG else STRONG / friction
            if speed < most:
                speed += min(most - speed, dt / SPIN_UP)
            else:
                speed += (most - speed) * min(1.0, dt * friction / RUN_DOWN)
        elif speed > 0.0:
            speed *= max(0.0, 1.0 - dt * friction / RUN_DOWN)
        state[own] = speed
        warm = room + constants[C_WARMTH] * friction * speed * speed
        state[own + 1] += (warm - state[own + 1]) * min(1.0, dt / WARMING)
        useful = runs and speed > HALF
        if useful:
            torque += constants[C_TORQUE] * speed
        capacity += constants[C_WHEEL] * speed
        signals[row[W_ASKED]] = constants[C_WATTS] * (
            min(friction, STRONG) * (1.0 if speed > 0.98 else 1.5) if state[own + 2] < HALF else 0.1
        )
        signals[row[W_GIVEN]] = 1.0 if useful else 0.0
        signals[row[W_SPEED]] = speed
        signals[row[W_WARM]] = state[own + 1]
        signals[row[W_SHAKE]] = friction * speed
    return capacity, torque


@inner_kernel
def _knows(
    dt: float, signals: Array, health: Array, wires: Wires, state: Array, rate: float
) -> tuple[bool, bool]:
    """Tell whether rates, and the attitude, are known well enough to work with."""
    gyros = stars = False
    for number in range(KNOWERS):
        load = wires[POWER_1 + number]
        power = load < 0 or signals[load] > HALF
        gyro = power and health[wires[GYRO_1 + number]] > HALF
        star = power and health[wires[TRACKER_1 + number]] > HALF and rate < TRACKER_RATE
        signals[wires[GOOD_1 + number]] = 1.0 if gyro else 0.0
        signals[wires[STARS_1 + number]] = 1.0 if star else 0.0
        gyros = gyros or gyro
        stars = stars or star
    state[S_BLIND] = 0.0 if gyros and stars else state[S_BLIND] + dt
    return gyros or state[S_BLIND] < BLIND, bool(state[S_BLIND] < BLIND)


@inner_kernel
def _mode(
    dt: float, command: float, safe: bool, can: bool, known: bool, thrust: bool, torque: float,
    error: float, rate: float, caught: float, stored: float, capacity: float, state: Array,
) -> float:  # fmt: skip
    """Choose the mode: what is commanded, what is there to do it with, what was lost.

    `caught` is the momentum that a body at that rate gives to wheels that stop it.
    """
    mode = state[S_MODE]
    if not can or command == DRIFT or (not thrust and torque <= 0.0):
        state[S_LOST] = state[S_DAMPING] = 0.0
        return DRIFT
    if not known:
        # Gyros alone still stop a tumble.
        state[S_LOST] = 0.0
        state[S_DAMPING] = 1.0
        return THRUSTERS if thrust and rate > STEADY else DRIFT
    if command == SAFE or (safe and mode != WHEELS):
        state[S_LOST] = 0.0
        if mode != SAFE:
            state[S_DAMPING] = 1.0 if rate > TUMBLING else 0.0
        return SAFE
    if mode == WHEELS and error < LOST and torque > 0.0:
        state[S_LOST] = 0.0
        # Full wheels that give way hand over to thrusters if they may.
        return THRUSTERS if thrust and error > NEAR and stored > 0.999 * capacity else WHEELS
    close = NEAR if mode == THRUSTERS else 0.5 * LOST
    room = (FULL if thrust else 1.0) * capacity - stored
    if torque > 0.0 and error < close and rate < STEADY and caught < SPARE * room:
        state[S_LOST] = state[S_DAMPING] = 0.0
        return WHEELS
    if not thrust:
        state[S_LOST] = 0.0
        return DRIFT
    if mode == THRUSTERS:
        return THRUSTERS
    state[S_LOST] += dt
    if mode == SAFE or state[S_LOST] > RECOVERY:
        state[S_DAMPING] = 1.0
        return THRUSTERS
    return DRIFT


@inner_kernel
def _limited(x: float, most: float) -> float:
    return max(-most, min(most, x))


@inner_kernel
def _pushed(
    signals: Array, health: Array, switches: Array, wires: Wires, constants: Array, force: float
) -> tuple[float, float]:
    """Return torque about pitch of ships and modules, and stuck valves about pitch and yaw."""
    pitch = yaw = 0.0
    first = HEAD + WHEEL_ROW * wires[WHEEL_COUNT]
    for number in range(wires[PUSH_COUNT]):
        place = wires[first + PUSH_ROW * number]
        health_is = wires[first + PUSH_ROW * number + 1] == 1
        push = health[place] if health_is else signals[place]
        if push != 0.0:
            # Pulling down fore of the centre turns the nose down, aft of it up.
            pitch -= push * constants[C_HEAD + number]
    if switches[wires[ENABLED_1]] > HALF:
        pitch += health[wires[STUCK_1]] * force * constants[C_ARM]
    if switches[wires[ENABLED_2]] > HALF:
        yaw += health[wires[STUCK_2]] * force * constants[C_ARM]
    return pitch, yaw


@inner_kernel
def _book(ledger: Array, place: int, x: float, y: float, z: float) -> None:
    ledger[place] += x
    ledger[place + 1] += y
    ledger[place + 2] += z


@inner_kernel
def _error(
    mode: float, w: float, x: float, y: float, z: float, sun_x: float, sun_y: float, sun_z: float
) -> tuple[float, float, float, float]:
    """Return how far the body is turned from what is asked, about its axes, and the whole angle."""
    if mode == SAFE:
        # The upper side looks at the Sun.
        a, b, c = in_body(w, x, y, z, sun_x, sun_y, sun_z)
        sine = np.sqrt(a * a + b * b)
        angle = np.arctan2(sine, -c)
        if sine < 1e-9:
            return angle, 0.0, 0.0, angle
        return -b * angle / sine, a * angle / sine, 0.0, angle
    sine = np.sqrt(x * x + y * y + z * z)
    if sine < 1e-9:
        return 2.0 * x, 2.0 * y, 2.0 * z, 2.0 * sine
    angle = 2.0 * np.arctan2(sine, abs(w))
    over = angle / sine if w >= 0.0 else -angle / sine
    return over * x, over * y, over * z, angle


@inner_kernel
def _tell(
    signals: Array, health: Array, switches: Array, wires: Wires, state: Array, error: float,
    opened: float, flow: float, pressure: float, capacity: float, wheel: float,
) -> None:  # fmt: skip
    """Write the signals of this part; an error below 0 says that the body is held closely."""
    w, x, y, z = state[Q_W], state[Q_X], state[Q_Y], state[Q_Z]
    if error < 0.0:
        roll, pitch, yaw = 2.0 * x, 2.0 * y, 2.0 * z
        error = np.sqrt(roll * roll + pitch * pitch + yaw * yaw)
    else:
        roll = np.arctan2(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y))
        pitch = np.arcsin(_limited(2.0 * (w * y - z * x), 1.0))
        yaw = np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    stored = np.sqrt(state[H_X] ** 2 + state[H_Y] ** 2 + state[H_Z] ** 2)
    signals[wires[ERROR]] = error
    signals[wires[ROLL]], signals[wires[PITCH]], signals[wires[YAW]] = roll, pitch, yaw
    signals[wires[RATE_X]] = state[S_X]
    signals[wires[RATE_Y]] = state[S_Y]
    signals[wires[RATE_Z]] = state[S_Z]
    signals[wires[MODE]] = state[S_MODE]
    signals[wires[MOMENTUM]] = stored
    signals[wires[MOMENTUM_X]] = state[H_X]
    signals[wires[MOMENTUM_Y]] = state[H_Y]
    signals[wires[MOMENTUM_Z]] = state[H_Z]
    signals[wires[FIRING]] = opened
    signals[wires[KNOWN]] = 1.0 if state[S_BLIND] == 0.0 else 0.0
    signals[wires[PROPELLANT]] = state[S_TANK]
    signals[wires[PRESSURE]] = pressure
    signals[wires[FLOW]] = flow
    for number in range(2):
        ready = 1.0 if switches[wires[ENABLED_1 + number]] > HALF else 0.0
        valve = opened + health[wires[STUCK_1 + number]]
        signals[wires[OPEN_1 + number]] = ready * min(valve, 1.0) if state[S_TANK] > 0.0 else 0.0
        signals[wires[READY_1 + number]] = ready
    share = wheel * min(stored / max(capacity, 1e-9), 1.0)
    for number in range(wires[WHEEL_COUNT]):
        speed = state[S_HEAD + WHEEL_STATE * number]
        signals[wires[HEAD + WHEEL_ROW * number + W_MOMENTUM]] = share * speed


@inner_kernel
def step(
    time: float, dt: float, signals: Array, health: Array, switches: Array, wires: Wires,
    constants: Array, state: Array, ledger: Array,
) -> None:  # fmt: skip
    """Advance body, wheels and tanks by one step."""
    radius = EARTH_RADIUS + signals[wires[ALTITUDE]]
    orbit_rate = np.sqrt(MU_EARTH / (radius * radius * radius))
    gradient = 3.0 * orbit_rate * orbit_rate
    speed = signals[wires[SPEED]]
    drag = 0.5 * signals[wires[DENSITY]] * speed * speed * constants[C_AREA]
    cx, cy, cz, cxz = constants[C_X], constants[C_Y], constants[C_Z], constants[C_XZ]
    side, below = constants[C_SIDE], constants[C_BELOW]
    qw, qx, qy, qz = state[Q_W], state[Q_X], state[Q_Y], state[Q_Z]
    wx, wy, wz = state[S_X], state[S_Y], state[S_Z]
    hx, hy, hz = state[H_X], state[H_Y], state[H_Z]

    capacity, torque = _wheels(dt, signals, health, wires, constants, state)
    can, known = _knows(dt, signals, health, wires, state, np.sqrt(wx * wx + wy * wy + wz * wz))

    # Thrusters: what each string gives now.
    tank = state[S_TANK]
    full = max(constants[C_FULL], 1e-9)
    pressure = (
        TANK_PRESSURE * max(health[wires[GAS]], 0.0) * ULLAGE
        / (ULLAGE + (1.0 - ULLAGE) * (1.0 - tank / full))
    )  # fmt: skip
    feed = min(1.0, pressure / LEAST_PRESSURE) if tank > 0.0 else 0.0
    force = constants[C_THRUST] * feed
    count = constants[C_COUNT]
    share_1 = switches[wires[ENABLED_1]] * max(health[wires[WEAK_1]], 0.0) * count
    share_2 = switches[wires[ENABLED_2]] * max(health[wires[WEAK_2]], 0.0) * count
    authority = (share_1 + share_2) * force * constants[C_ARM]
    thrust = authority > 0.0
    push_y, push_z = _pushed(signals, health, switches, wires, constants, force)
    stuck = push_z
    for number in range(2):
        stuck += health[wires[STUCK_1 + number]]

    # What is seen of the attitude, and the mode that follows.
    sun_x, sun_y, sun_z = signals[wires[SUN_X]], signals[wires[SUN_Y]], signals[wires[SUN_Z]]
    ex, ey, ez, error = _error(state[S_MODE], qw, qx, qy, qz, sun_x, sun_y, sun_z)
    rx, ry, rz = in_body(qw, qx, qy, qz, 0.0, -orbit_rate, 0.0)
    rate = np.sqrt((wx - rx) ** 2 + (wy - ry) ** 2 + (wz - rz) ** 2)
    stored = np.sqrt(hx * hx + hy * hy + hz * hz)
    can = can and signals[wires[LEADS]] > HALF
    safe = switches[wires[SAFE_MODE]] > HALF
    mode = _mode(
        dt, switches[wires[COMMAND]], safe, can, known, thrust, torque, error, rate,
        max(cx, cy, cz) * rate, stored, capacity, state,
    )  # fmt: skip
    if mode != state[S_MODE]:
        state[S_MODE] = mode
        ex, ey, ez, error = _error(mode, qw, qx, qy, qz, sun_x, sun_y, sun_z)
    empties = thrust and mode != DRIFT and mode != THRUSTERS
    if empties and stored > FULL * capacity:
        state[S_EMPTYING] = 1.0
    elif not empties or stored < EMPTY * capacity:
        state[S_EMPTYING] = 0.0

    burnt = opened = 0.0
    quick = (
        mode == WHEELS and dt == 10.0 and error < NEAR and rate < 0.1 * STEADY
        and state[S_EMPTYING] < HALF and push_y == 0.0 and stuck == 0.0 and stored < capacity
    )  # fmt: skip
    if quick:
        # Held: the error follows the torque, the wheels take all of it.
        dx, dy, dz = in_body(qw, qx, qy, qz, 0.0, 0.0, 1.0)
        gx, gy, gz = gravity_torque(cx, cy, cz, cxz, gradient, dx, dy, dz)
        fx, fy, fz = in_body(qw, qx, qy, qz, drag, 0.0, 0.0)
        ax, ay, az = below * fy - side * fz, -below * fx, side * fx
        tx, ty, tz = gx + ax, gy + ay, gz + az
        stiff = BANDWIDTH * BANDWIDTH
        part = 1.0 - np.exp(-BANDWIDTH * dt)
        ex += part * (tx / (cx * stiff) - ex)
        ey += part * (ty / (cy * stiff) - ey)
        ez += part * (tz / (cz * stiff) - ez)
        lx = cx * wx + cxz * wz + hx
        ly = cy * wy + hy
        lz = cxz * wx + cz * wz + hz
        half = 0.5 * dt
        mx, my, mz = turned_back(lx, ly, lz, half * wx, half * wy, half * wz)
        qw, qx, qy, qz = turned_on(1.0, 0.0, 0.0, 0.0, 0.5 * ex, 0.5 * ey, 0.5 * ez)
        wx, wy, wz = in_body(qw, qx, qy, qz, 0.0, -orbit_rate, 0.0)
        kx, ky, kz = mx + dt * tx, my + dt * ty, mz + dt * tz
        hx = kx - (cx * wx + cxz * wz)
        hy = ky - cy * wy
        hz = kz - (cxz * wx + cz * wz)
        _book(ledger, 0, dt * gx, dt * gy, dt * gz)
        _book(ledger, 3, dt * ax, dt * ay, dt * az)
        _book(ledger, 12, mx - lx, my - ly, mz - lz)
    else:
        if mode == SAFE:
            rate = np.sqrt(wx * wx + wy * wy + wz * wz)
        calm = error < NEAR and rate < STEADY and push_y == 0.0 and stuck == 0.0
        subs = max(1, int(dt / (CALM_STEP if calm else 1.0) + 0.5))
        sub = dt / subs
        for _ in range(subs):
            dx, dy, dz = in_body(qw, qx, qy, qz, 0.0, 0.0, 1.0)
            gx, gy, gz = gravity_torque(cx, cy, cz, cxz, gradient, dx, dy, dz)
            fx, fy, fz = in_body(qw, qx, qy, qz, drag, 0.0, 0.0)
            ax, ay, az = below * fy - side * fz, -below * fx, side * fx
            rx, ry, rz = in_body(qw, qx, qy, qz, 0.0, -orbit_rate, 0.0)
            if mode == SAFE:
                vx, vy, vz = wx, wy, wz
            else:
                vx, vy, vz = wx - rx, wy - ry, wz - rz
            ex, ey, ez, error = _error(mode, qw, qx, qy, qz, sun_x, sun_y, sun_z)
            rate = np.sqrt(vx * vx + vy * vy + vz * vz)
            on_wheels = torque > 0.0 and (mode == WHEELS or (mode == SAFE and error < LOST))
            ux = uy = uz = sx = sy = sz = 0.0
            if thrust and (mode == THRUSTERS or (mode == SAFE and not on_wheels)):
                if rate > TUMBLING:
                    state[S_DAMPING] = 1.0
                elif rate < STEADY:
                    state[S_DAMPING] = 0.0
                follow = 0.0 if state[S_DAMPING] > HALF else SLEW_GAIN
                far = max(error - ERROR_BAND, 0.0) / max(error, 1e-12) * follow
                # No faster than can be stopped on the way.
                most = min(SLEW_RATE, np.sqrt(STOPPING * authority / max(cx, cy, cz) * error))
                far *= min(1.0, most / max(error * far, 1e-12))
                ux, uy, uz = -far * ex - vx, -far * ey - vy, -far * ez - vz
                if np.sqrt(ux * ux + uy * uy + uz * uz) < RATE_BAND:
                    ux = uy = uz = 0.0
                ux = _limited(RATE_GAIN * cx * ux, authority)
                uy = _limited(RATE_GAIN * cy * uy, authority)
                uz = _limited(RATE_GAIN * cz * uz, authority)
                stored = np.sqrt(hx * hx + hy * hy + hz * hz)
                if torque > 0.0 and rate < STEADY and stored > EMPTY * capacity:
                    # Wheels give back what they hold, against the thrusters.
                    out = min(UNLOAD_SHARE * authority, DESATURATION_SHARE * torque) / stored
                    sx, sy, sz = -out * hx, -out * hy, -out * hz
                    ux = _limited(ux + sx, authority)
                    uy = _limited(uy + sy, authority)
                    uz = _limited(uz + sz, authority)
            elif on_wheels and state[S_EMPTYING] > HALF:
                stored = max(np.sqrt(hx * hx + hy * hy + hz * hz), 1e-9)
                if stored < EMPTY * capacity:
                    state[S_EMPTYING] = 0.0
                else:
                    out = min(authority, DESATURATION_SHARE * torque) / stored
                    ux, uy, uz = -out * hx, -out * hy, -out * hz
            # Propellant, which may be too little.
            total = abs(ux) + abs(uy) + abs(uz)
            need = sub * total / (constants[C_ARM] * constants[C_EXHAUST])
            if need > tank:
                less = tank / need
                ux, uy, uz, need, total = less * ux, less * uy, less * uz, tank, less * total
            tank -= need
            both = max(share_1 + share_2, 1e-12)
            ledger[15] += need * share_1 / both
            ledger[16] += need * share_2 / both
            burnt += need
            if authority > 0.0:
                opened += max(abs(ux), abs(uy), abs(uz)) / authority * sub / dt

            # Momentum: of body and wheels together, then what the wheels take of it.
            px, py, pz = gx + ax + ux, gy + ay + uy + push_y, gz + az + uz + push_z
            lx = cx * wx + cxz * wz + hx
            ly = cy * wy + hy
            lz = cxz * wx + cz * wz + hz
            if on_wheels:
                # The turning of the momentum and the torques met, and the error brought down.
                damp, stiff = 2.0 * BANDWIDTH, BANDWIDTH * BANDWIDTH
                bx, by, bz = stiff * ex + damp * vx, stiff * ey + damp * vy, stiff * ez + damp * vz
                sx = ux - (wy * lz - wz * ly) + cx * bx + cxz * bz
                sy = uy - (wz * lx - wx * lz) + cy * by
                sz = uz - (wx * ly - wy * lx) + cxz * bx + cz * bz
                size = np.sqrt(sx * sx + sy * sy + sz * sz)
                if size > torque:
                    sx, sy, sz = sx * torque / size, sy * torque / size, sz * torque / size
            nx, ny, nz = hx + sub * sx, hy + sub * sy, hz + sub * sz
            size = np.sqrt(nx * nx + ny * ny + nz * nz)
            if size > capacity:
                less = capacity / size
                nx, ny, nz = less * nx, less * ny, less * nz
            ox, oy, oz = middle_rates(
                cx, cy, cz, cxz, lx, ly, lz, 0.5 * (hx + nx), 0.5 * (hy + ny), 0.5 * (hz + nz),
                wx, wy, wz, px, py, pz, sub,
            )  # fmt: skip
            half = 0.5 * sub
            mx, my, mz = turned_back(lx, ly, lz, half * ox, half * oy, half * oz)
            kx, ky, kz = mx + sub * px, my + sub * py, mz + sub * pz
            hx, hy, hz = nx, ny, nz
            wx, wy, wz = rates(cx, cy, cz, cxz, kx - hx, ky - hy, kz - hz)
            qw, qx, qy, qz = turned_on(
                qw, qx, qy, qz, half * (ox - rx), half * (oy - ry), half * (oz - rz)
            )
            _book(ledger, 0, sub * gx, sub * gy, sub * gz)
            _book(ledger, 3, sub * ax, sub * ay, sub * az)
            _book(ledger, 6, sub * ux, sub * uy, sub * uz)
            _book(ledger, 9, 0.0, sub * push_y, sub * push_z)
            _book(ledger, 12, mx - lx, my - ly, mz - lz)
        _, _, _, error = _error(mode, qw, qx, qy, qz, sun_x, sun_y, sun_z)

    # Stuck valves and leaks take propellant of their own.
    for number in range(2):
        gone = health[wires[LEAK_1 + number]] * dt
        if switches[wires[ENABLED_1 + number]] > HALF:
            gone += health[wires[STUCK_1 + number]] * force / constants[C_EXHAUST] * dt
        gone = min(max(gone, 0.0), tank)
        tank -= gone
        burnt += gone
        ledger[17] += gone

    state[Q_W], state[Q_X], state[Q_Y], state[Q_Z] = qw, qx, qy, qz
    state[S_X], state[S_Y], state[S_Z] = wx, wy, wz
    state[H_X], state[H_Y], state[H_Z] = hx, hy, hz
    state[S_TANK] = tank
    _tell(
        signals, health, switches, wires, state, error if not quick else -1.0, opened,
        burnt / dt, pressure, capacity, constants[C_WHEEL],
    )  # fmt: skip
