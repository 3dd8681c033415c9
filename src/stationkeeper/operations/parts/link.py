"""The link: transmitters, receivers and their spares, ground or relay, the recorder.

Rates follow from a margin over the threshold, not from a link budget; protocols are left out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.kernels import inner_kernel
from stationkeeper.operations.house import House
from stationkeeper.operations.parts.computers import computer_rooms
from stationkeeper.operations.registry import LoadRow, Part, Reading, Registry

Array = NDArray[np.float64]
Wires = NDArray[np.int64]

RECEIVER_WATTS, RECORDER_WATTS = 20.0, 30.0  # [W] ours
EMITTED: Final = 0.35  # [-] of what a transmitter takes while it sends; ours
STANDBY: Final = 0.25  # [-] of it that a transmitter takes while it does not; ours
POINTED: Final = 0.5  # [rad] antennas of high gain need an attitude within it
MARGIN_HIGH, MARGIN_LOW, MARGIN_RELAY = 3.0, 6.0, 5.0  # [dB] at the horizon, or to a relay; ours
LOW_RATE: Final = 8_000.0  # [bit/s] of the path that is always on; ours
FLOOR: Final = -10.0  # [dB] told where nothing is heard
SWITCH_OVER: Final = 600.0  # [s] of contacts without success before the spare is taken; ours
FRAME: Final = 8_920.0  # [bit] of a telemetry frame with its check symbols, CCSDS 131.0-B
RISE, WARM_UP = 12.0, 400.0  # [K] and [s] of a transmitter that sends; ours

(
    _GROUND, _RANGE, _RELAY, _ERROR, _LEADS, _SAFE,
    _UP, _DOWN, _PATH, _LOW, _RATE, _FRAMES, _BAD, _FILL, _LOST, _INPUT,
    _ANTENNA, _OMNI, _NOISE, _GROUND_SEEN, _RELAY_SEEN, _OVER, _SIZE, _PLAYBACK,
    _RECORDER, _DATA,
) = range(26)  # fmt: skip
_HEAD: Final = 26
_SWITCH, _ON, _ASKED, _OUT, _WARM, _ROOM, _OUTPUT = range(7)  # of a transmitter
_SENDER: Final = 7
_HEARS: Final = 4  # switch, on, level, health: of a receiver
_RECEIVERS: Final = _HEAD + 2 * _SENDER
_LOADS: Final = _RECEIVERS + 2 * _HEARS
(
    _HIGH_BITS, _RELAY_BITS, _HOUSEKEEPING, _ROOM_BYTES, _HORIZON, _WATTS_1, _WATTS_2, _RISE_OF,
    _FIRST_DATA,
) = range(9)  # fmt: skip
_SILENT, _DEAF = range(2)  # state: contacts without sending, without hearing [s]
_CAME, _WENT, _MISSED = range(3)


def declare(registry: Registry, house: House) -> None:
    """Declare two transmitters, two receivers, the recorder and what they tell."""
    data = house.plant.data
    rooms = computer_rooms(house, 2)
    registry.signal("link.up", "-")
    registry.signal("link.down", "-")
    registry.signal("link.path", "-")
    registry.signal("link.low-rate", "-")
    registry.signal("link.rate", "bit/s")
    registry.signal("link.frames", "-")
    registry.signal("link.frame-errors", "-")
    registry.signal("recorder.fill", "byte")
    registry.signal("recorder.lost", "byte")
    registry.signal("recorder.input", "bit/s")
    for name in ("antenna.high-gain", "antenna.low-gain", "link.ground", "link.relay"):
        registry.healthy(name)
    registry.healthy("link.interference", 0.0)
    registry.healthy("link.switch-over")
    registry.healthy("recorder.room")
    registry.healthy("recorder.playback")
    for number, room in enumerate(rooms, start=1):
        name, load = f"transmitter.{number}", f"transmitter-{number}"
        title = f"Transmitter {number}"
        registry.load(
            LoadRow(load, title, room.name, "link", data.transmitter_w, 9, on=number == 1)
        )
        registry.signal(f"{name}.output", "W")
        registry.signal(f"{name}.temperature", "K", 295.15)
        registry.healthy(f"{name}.output")
        registry.telemetry(
            Reading(
                f"{name}.output", f"{title}: power sent", f"{name}.output", "W", "link",
                room.name, load, noise=0.1, bias=0.4, quantum=0.1,
                high=1.3 * EMITTED * data.transmitter_w,
            )
        )  # fmt: skip
        registry.telemetry(
            Reading(
                f"{name}.temperature", f"{title}: temperature", f"{name}.temperature", "degC",
                "link", room.name, load, offset=273.15, noise=0.05, bias=0.5, quantum=0.1,
                low=5.0, high=55.0,
            )
        )  # fmt: skip
        name, load, title = f"receiver.{number}", f"receiver-{number}", f"Receiver {number}"
        registry.load(LoadRow(load, title, room.name, "link", RECEIVER_WATTS, 9, on=number == 1))
        registry.signal(f"{name}.level", "-", FLOOR)
        registry.healthy(f"{name}.sensitivity")
        registry.telemetry(
            Reading(
                f"{name}.level", f"{title}: level over its threshold", f"{name}.level", "dB",
                "link", room.name, load, noise=0.2, bias=0.5, quantum=0.1,
            )
        )  # fmt: skip
    registry.load(LoadRow("recorder", "Recorder", rooms[0].name, "data", RECORDER_WATTS, 8))
    registry.spares["transmitters"] = ("transmitter-1", "transmitter-2")
    registry.spares["receivers"] = ("receiver-1", "receiver-2")
    _readings(registry, house)


def _readings(registry: Registry, house: House) -> None:
    for name, title, states in (
        ("link.up", "Commands are heard", ("no", "yes")),
        ("link.down", "Telemetry is sent", ("no", "yes")),
        ("link.path", "Path of the link", ("none", "ground", "relay")),
        ("link.low-rate", "Link at its low rate", ("no", "yes")),
    ):
        registry.telemetry(
            Reading(name, title, name, "-", "link", kind="state", quantum=1.0, states=states)
        )
    for name, title, unit, scale in (
        ("link.frames", "Frames sent", "thousand", 1e-3),
        ("link.frame-errors", "Frames sent again", "thousand", 1e-3),
        ("recorder.lost", "Data lost", "GB", 1e-9),
    ):
        registry.telemetry(
            Reading(
                name, title, name, unit, "link", component="recorder" if "rec" in name else "",
                kind="count", scale=scale, quantum=0.001, deadband=0.1,
            )
        )  # fmt: skip
    registry.telemetry(
        Reading("link.rate", "Rate of the link", "link.rate", "Mbit/s", "link", scale=1e-6,
                quantum=0.001)
    )  # fmt: skip
    size = house.plant.data.recorder_gb * 1e9
    registry.telemetry(
        Reading(
            "recorder.fill", "Recorder filled", "recorder.fill", "%", "link",
            component="recorder", scale=100.0 / size, quantum=0.01, deadband=0.2, high=99.0,
        )
    )  # fmt: skip
    registry.telemetry(
        Reading(
            "recorder.input", "Data put on the recorder", "recorder.input", "Mbit/s", "link",
            component="recorder", scale=1e-6, noise=0.001, quantum=0.001,
        )
    )  # fmt: skip


def wire(registry: Registry, house: House) -> Part:
    """Gather what the kernel reads and writes: every load that makes data among it."""
    of = registry.of
    data = house.plant.data
    rooms = computer_rooms(house, 2)
    sources = [row for row in registry.loads if row.data > 0.0]
    wires = [
        of("env.ground"),
        of("env.ground-range"),
        of("env.relay"),
        of("attitude.error"),
        of("computer.leads"),
        of("safe-mode", "switches"),
        of("link.up"),
        of("link.down"),
        of("link.path"),
        of("link.low-rate"),
        of("link.rate"),
        of("link.frames"),
        of("link.frame-errors"),
        of("recorder.fill"),
        of("recorder.lost"),
        of("recorder.input"),
        of("antenna.high-gain", "health"),
        of("antenna.low-gain", "health"),
        of("link.interference", "health"),
        of("link.ground", "health"),
        of("link.relay", "health"),
        of("link.switch-over", "health"),
        of("recorder.room", "health"),
        of("recorder.playback", "health"),
        of("load.recorder.on"),
        len(sources),
    ]
    for number, room in enumerate(rooms, start=1):
        load = f"load.transmitter-{number}"
        wires += [
            of(load, "switches"),
            of(f"{load}.on"),
            of(f"{load}.asked"),
            of(f"transmitter.{number}.output"),
            of(f"transmitter.{number}.temperature"),
            of(f"room.{room.name}.temperature"),
            of(f"transmitter.{number}.output", "health"),
        ]
    for number in (1, 2):
        load = f"load.receiver-{number}"
        wires += [
            of(load, "switches"),
            of(f"{load}.on"),
            of(f"receiver.{number}.level"),
            of(f"receiver.{number}.sensitivity", "health"),
        ]
    wires += [of(f"load.{row.name}.on") for row in sources]
    horizon = float(np.sqrt((EARTH_RADIUS + house.altitude) ** 2 - EARTH_RADIUS**2))
    constants = [
        data.ground_mbps * 1e6,
        data.relay_mbps * 1e6,
        data.telemetry_kbps * 1e3,
        data.recorder_gb * 1e9,
        horizon,
        registry.vary("transmitter.1.power", data.transmitter_w),
        registry.vary("transmitter.2.power", data.transmitter_w),
        registry.vary("transmitter.rise", RISE),
        *(registry.vary(f"load.{row.name}.data", row.data) for row in sources),
    ]
    return Part(
        "link",
        np.array(wires, dtype=np.int64),
        np.array(constants),
        np.zeros(2),
        np.zeros(3),
        ("put on the recorder [byte]", "played back [byte]", "lost [byte]"),
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
    """See who is in sight, send and hear, fill and empty the recorder."""
    leads = signals[wires[_LEADS]] > 0.5
    pointed = signals[wires[_ERROR]] < POINTED
    quiet = health[wires[_NOISE]]
    high, omni = health[wires[_ANTENNA]], health[wires[_OMNI]]
    ground = signals[wires[_GROUND]] > 0.5 and health[wires[_GROUND_SEEN]] > 0.5
    relay = signals[wires[_RELAY]] > 0.5 and health[wires[_RELAY_SEEN]] > 0.5
    safe = switches[wires[_SAFE]] > 0.5

    # The fastest path that its antenna allows; the low rate where none is.
    path, rate, margin = 0.0, 0.0, FLOOR
    relayed = relay and pointed and constants[_RELAY_BITS] > 0.0
    if ground or relay:
        above = 0.0
        if ground:
            far = max(signals[wires[_RANGE]], 0.05 * constants[_HORIZON])
            above = 20.0 * np.log10(constants[_HORIZON] / far)
        if ground and pointed and high > 0.0:
            path, rate = 1.0, constants[_HIGH_BITS]
            margin = MARGIN_HIGH + above + 10.0 * np.log10(high) - quiet
        if relayed and high > 0.0 and (constants[_RELAY_BITS] > rate or margin <= 0.0):
            other = MARGIN_RELAY + 10.0 * np.log10(high) - quiet
            if other > 0.0 or path == 0.0:
                path, rate, margin = 2.0, constants[_RELAY_BITS], other
        if margin <= 0.0 and omni > 0.0:
            if ground:
                path, rate = 1.0, LOW_RATE
                margin = MARGIN_LOW + above + 10.0 * np.log10(omni) - quiet
            elif constants[_RELAY_BITS] > 0.0 and (safe or pointed):
                path, rate = 2.0, LOW_RATE
                margin = MARGIN_LOW + 10.0 * np.log10(omni) - quiet

    sent = _send(dt, path, leads, signals, health, wires, constants)
    heard = FLOOR
    for number in range(2):
        row = wires[_RECEIVERS + number * _HEARS : _RECEIVERS + (number + 1) * _HEARS]
        fit = health[row[3]]
        level = FLOOR
        if path > 0.0 and signals[row[1]] > 0.5 and fit > 0.0:
            level = max(margin + 10.0 * np.log10(fit), FLOOR)
        signals[row[2]] = level
        heard = max(heard, level)
    hears = heard > 0.0
    if sent > 0.0:
        margin += 10.0 * np.log10(sent / (EMITTED * constants[_WATTS_1]))
    down = leads and sent > 0.0 and margin > 0.0
    signals[wires[_UP]] = 1.0 if leads and hears else 0.0
    signals[wires[_DOWN]] = 1.0 if down else 0.0
    signals[wires[_PATH]] = path if down or (leads and hears) else 0.0
    signals[wires[_LOW]] = 1.0 if path > 0.0 and rate == LOW_RATE else 0.0
    rate = rate if down else 0.0
    signals[wires[_RATE]] = rate
    frames = rate * dt / FRAME
    signals[wires[_FRAMES]] += frames
    if down:
        # One in a thousand without a margin, fewer with it; ours.
        signals[wires[_BAD]] += frames * 10.0 ** (-3.0 - 0.5 * margin)

    # Contacts without success add up, over passes too.
    if path > 0.0 and leads and health[wires[_OVER]] > 0.5:
        state[_SILENT] = 0.0 if down else state[_SILENT] + dt
        state[_DEAF] = 0.0 if hears else state[_DEAF] + dt
        if state[_SILENT] >= SWITCH_OVER:
            state[_SILENT] = 0.0
            _swap(switches, wires[_HEAD + _SWITCH], wires[_HEAD + _SENDER + _SWITCH])
        if state[_DEAF] >= SWITCH_OVER:
            state[_DEAF] = 0.0
            _swap(switches, wires[_RECEIVERS], wires[_RECEIVERS + _HEARS])
    _record(dt, rate, signals, health, wires, constants, ledger)


@inner_kernel
def _send(
    dt: float,
    path: float,
    leads: bool,
    signals: Array,
    health: Array,
    wires: Wires,
    constants: Array,
) -> float:
    """Let the first transmitter that works send; return its power."""
    sent = 0.0
    for number in range(2):
        row = wires[_HEAD + number * _SENDER : _HEAD + (number + 1) * _SENDER]
        watts = constants[_WATTS_1 + number]
        on = signals[row[_ON]] > 0.5
        sending = on and path > 0.0 and leads and sent == 0.0
        output = EMITTED * watts * max(health[row[_OUTPUT]], 0.0) if sending else 0.0
        sent = max(sent, output)
        signals[row[_OUT]] = output
        signals[row[_ASKED]] = watts * (1.0 if sending else STANDBY)
        goal = signals[row[_ROOM]]
        if on:
            goal += constants[_RISE_OF] * (1.0 if sending else STANDBY)
        signals[row[_WARM]] += (goal - signals[row[_WARM]]) * (dt / WARM_UP)
    return sent


@inner_kernel
def _swap(switches: Array, first: int, second: int) -> None:
    """Change over to the spare; what is commanded off on both sides stays so."""
    if switches[first] > 0.5:
        switches[first], switches[second] = 0.0, 1.0
    elif switches[second] > 0.5:
        switches[first], switches[second] = 1.0, 0.0


@inner_kernel
def _record(
    dt: float,
    rate: float,
    signals: Array,
    health: Array,
    wires: Wires,
    constants: Array,
    ledger: Array,
) -> None:
    """Fill the recorder and play it back; what has no room is lost."""
    works = signals[wires[_RECORDER]] > 0.5
    bits = constants[_HOUSEKEEPING]
    for place in range(wires[_DATA]):
        bits += constants[_FIRST_DATA + place] * signals[wires[_LOADS + place]]
    signals[wires[_INPUT]] = bits
    came = bits * dt / 8.0
    fill = signals[wires[_FILL]]
    went = 0.0
    if works:
        fill += came
        went = min(rate * dt / 8.0 * health[wires[_PLAYBACK]], fill)
        fill -= went
        kept = min(fill, constants[_ROOM_BYTES] * health[wires[_SIZE]])
        lost = fill - kept
        fill = kept
    else:
        lost = came
    signals[wires[_FILL]] = fill
    signals[wires[_LOST]] += lost
    ledger[_CAME] += came
    ledger[_WENT] += went
    ledger[_MISSED] += lost


def balance(begin: float, end: float, part: Part) -> dict[str, float]:
    """Return what is unaccounted of the data, relative to all that came.

    Parameters
    ----------
    begin, end : float
        What was on the recorder. [byte]
    part : Part
        The link after the flight.
    """
    came, went, lost = part.ledger
    return {"data": float(came - went - lost - (end - begin)) / max(float(came), 1.0)}
