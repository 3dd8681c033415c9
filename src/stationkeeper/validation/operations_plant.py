"""A simulated station beside what it declares: its telemetry, its size, its Sun and shadow."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, SECONDS_PER_DAY
from stationkeeper.kernels import kernel
from stationkeeper.operations.build import Built, build
from stationkeeper.operations.fault_kinds import fault_kinds
from stationkeeper.operations.house import House, house_of
from stationkeeper.operations.sensors import sense
from stationkeeper.operations.surroundings import SIGNALS, surroundings_of
from stationkeeper.operations.surroundings import rows as surroundings_rows
from stationkeeper.orbit.sunlight import beta, sunlit
from stationkeeper.programme.read import read_programme
from stationkeeper.validation.operations_history import SEED, TOPIC
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

STATIONS: Final = (("iss-to-ros", "ros"), ("iss", "iss"))
ROWS: Final = 5_000  # of telemetry that statistics are taken of; ours
STEP: Final = 10.0  # [s]
DAYS: Final = 30  # of Sun and shadow


@dataclass(frozen=True)
class Statistics:
    """Noise of all sensors of a station that stands still, beside their dictionary."""

    noise: float
    """Furthest deviation from what is declared, of what is declared. [-]"""
    biased: float
    """Share of sensors that err by more than the bias declared and chance. [-]"""
    alike: float
    """Largest correlation of a sensor with the next, and of a row with the next. [-]"""
    furthest: float
    """Furthest reading from the mean, less half a step, in deviations of the noise. [-]"""
    sensors: int


@kernel
def _sensed(
    signals: Array, health: Array, wires: Numbers, constants: Array, state: Array, rows: Array
) -> None:  # pragma: no cover - compiled
    for number in range(rows.shape[0]):
        sense((number + 1) * 10.0, signals, health, False, wires, constants, state, rows[number])


@cache
def built(programme: str, station: str) -> Built:
    """Lay out a station with nominal constants."""
    house = house_of(read_programme(programme), station, uncrewed=True)
    return build(house, seed=SEED, own=(), spread=0.0)


def telemetry(plant: Built, rows: int = ROWS) -> Array:
    """Sense a station that does not change.

    Parameters
    ----------
    plant : Built
        The station.
    rows : int
        How many.

    Returns
    -------
    ndarray, (row, parameter)
        [units of the dictionary]
    """
    registry, sensors = plant.registry, plant.sensors
    told = np.zeros((rows, len(registry.readings)))
    _sensed(
        np.array(registry.first_signals), np.array(registry.first_health), sensors.wires,
        sensors.constants, sensors.state.copy(), told,
    )  # fmt: skip
    return told


def statistics(plant: Built, told: Array) -> Statistics:
    """Judge telemetry of a station that does not change by its dictionary.

    A converter with steps adds the variance of an even error of one step, which holds for sensors
    with noise of at least half a step; others are left out.

    Parameters
    ----------
    plant : Built
        The station.
    told : ndarray, (row, parameter)
        As of `telemetry`.

    Returns
    -------
    Statistics
    """
    readings = plant.registry.readings
    noisy = [
        place
        for place, one in enumerate(readings)
        if one.kind == "analog" and one.noise > 0 and one.noise >= 0.5 * one.quantum
    ]
    chosen = [readings[place] for place in noisy]
    values = told[:, noisy]
    noise = np.array([one.noise for one in chosen])
    half_steps = 0.5 * np.array([one.quantum for one in chosen])
    declared = np.sqrt(noise**2 + half_steps**2 / 3.0)
    spread = values.std(axis=0)
    first = plant.registry.first_signals
    true = np.array(
        [one.scale * (first[plant.registry.of(one.signal)] - one.offset) for one in chosen]
    )
    chance = 5.0 * declared / np.sqrt(len(values))
    allowed = np.array([one.bias for one in chosen]) + chance
    whitened = (values - values.mean(axis=0)) / spread
    neighbours = np.mean(whitened[:, 1:] * whitened[:, :-1], axis=0)
    following = np.mean(whitened[1:] * whitened[:-1], axis=0)
    return Statistics(
        float(np.max(np.abs(spread / declared - 1.0))),
        float(np.mean(np.abs(values.mean(axis=0) - true) > allowed)),
        float(max(np.abs(neighbours).max(), np.abs(following).max())),
        float(np.max((np.abs(values - values.mean(axis=0)) - half_steps) / noise)),
        len(noisy),
    )


def shadow_share(altitude: float, sun_angle: Array) -> Array:
    """Return the share of a circular orbit in the shadow of a sphere, with a Sun far away.

    Parameters
    ----------
    altitude : float
        [m]
    sun_angle : ndarray
        Angle of the Sun to the plane of the orbit. [rad]

    Returns
    -------
    ndarray
        [-]

    Examples
    --------
    >>> round(float(shadow_share(400e3, np.array(0.0))), 3)
    0.39
    """
    radius = EARTH_RADIUS + altitude
    edge = np.sqrt(radius**2 - EARTH_RADIUS**2) / (radius * np.cos(sun_angle))
    return np.asarray(np.arccos(np.minimum(edge, 1.0)) / np.pi)


def almanac_beta(house: House) -> float:
    """Return the angle of the Sun to the orbit at the begin by the Almanac's formula. [deg]"""
    noons = house.first_day - 0.5
    anomaly = np.radians(357.528 + 0.9856003 * noons)
    along = np.radians(
        280.460 + 0.9856474 * noons + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    )
    tilt = np.radians(23.439 - 4e-7 * noons)
    sun = np.array([np.cos(along), np.cos(tilt) * np.sin(along), np.sin(tilt) * np.sin(along)])
    across, node = house.inclination, house.node
    normal = np.array(
        [np.sin(across) * np.sin(node), -np.sin(across) * np.cos(node), np.cos(across)]
    )
    return float(np.degrees(np.arcsin(sun @ normal)))


def rows(progress: Progress | None = None) -> list[Row]:
    """Return telemetry, size, Sun and shadow of the shipped stations beside what they should be."""
    if progress is not None:
        progress("operations: telemetry, Sun and shadow")
    return [*_statistics(), *_sizes(), *_sun()]


def _statistics() -> list[Row]:
    found = []
    for programme, station in STATIONS:
        plant = built(programme, station)
        got = statistics(plant, telemetry(plant))
        note = f"{got.sensors} sensors, {ROWS:,} rows of a station that stands still"
        for what, ours, truth, unit, tolerance in (
            ("noise furthest from that declared", got.noise, 0.0, "-", 0.05),
            ("sensors that err by more than declared", 100 * got.biased, 0.0, "%", 0.0),
            ("largest correlation of sensors and rows", got.alike, 0.0, "-", 0.08),
            ("furthest reading, in deviations", got.furthest, 3.25, "-", 0.25),
        ):
            found.append(
                Row(
                    TOPIC, f"telemetry of {plant.house.title}: {what}", ours, truth, unit,
                    tolerance, "standard", "dictionary of the station; sampling theory", note=note,
                )
            )  # fmt: skip
    return found


def _sizes() -> list[Row]:
    asked = "issue 7 of this project"
    found = [
        Row(
            TOPIC, f"parameters of {built(*one).house.title}",
            float(len(built(*one).registry.readings)), 550.0, "-", 250.0, "context", asked,
        )
        for one in STATIONS
    ]  # fmt: skip
    return [
        *found,
        Row(
            TOPIC, "kinds of faults", float(len(fault_kinds())), 40.0, "-", 1e3, "context", asked,
            note="at least 40",
        ),
    ]  # fmt: skip


def _sun() -> list[Row]:
    found = []
    for programme, station in STATIONS:
        house = built(programme, station).house
        around = surroundings_of(house, DAYS * SECONDS_PER_DAY, "stations")
        flown = surroundings_rows(around, STEP, int(DAYS * SECONDS_PER_DAY / STEP), STEP)
        column = {name: place for place, (name, _) in enumerate(SIGNALS)}
        every = int(around.ephemeris.step / STEP)
        angle = flown[every - 1 :: every, column["env.beta"]]
        theirs = beta(around.ephemeris)[1 : len(angle) + 1]
        dark = 1.0 - float(flown[:, column["env.sunlit"]].mean())
        shares = sunlit(around.ephemeris)[: len(angle) + 1]
        sphere = float(shadow_share(house.altitude, angle).mean())
        facts: tuple[tuple[str, float, float, str, float, str, Kind], ...] = (
            (
                "angle of the Sun to the orbit, largest difference",
                float(np.degrees(np.abs(angle - theirs).max())), 0.0, "deg", 0.01,
                "orbit.sunlight.beta", "other-model",
            ),
            (
                "angle of the Sun to the orbit at the begin",
                float(np.degrees(flown[0, column["env.beta"]])), almanac_beta(house), "deg", 0.1,
                "low-precision Sun of the Astronomical Almanac, from memory (confidence C)",
                "standard",
            ),
            (
                "share of the time in shadow", 100 * dark, 100 * float(1.0 - shares.mean()), "%",
                0.2, "orbit.sunlight.sunlit, with penumbra", "other-model",
            ),
            (
                "share of the time in shadow, beside a sphere", 100 * dark, 100 * sphere, "%", 0.5,
                "closed form about a sphere as wide as the equator: polar orbits have less shadow",
                "context",
            ),
        )  # fmt: skip
        for what, ours, truth, unit, tolerance, source, kind in facts:
            name, note = f"{house.title}: {what}", f"{DAYS} days"
            found.append(Row(TOPIC, name, ours, truth, unit, tolerance, kind, source, note=note))
    return found
