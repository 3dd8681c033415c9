"""Power and heat of stations beside published figures."""

import tomllib
from collections.abc import Callable
from datetime import date
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.household.arrays import (
    SOLAR_IRRADIANCE,
    STEFAN_BOLTZMANN,
    YEAR,
    Strings,
    array_course,
    eclipse_share,
    is_sunlit,
    same_strings,
    sun_in_orbit_axes,
)
from stationkeeper.household.batteries import Batteries, same_batteries
from stationkeeper.household.heat import (
    HeatCourse,
    Nodes,
    heat_course,
    no_heaters,
    no_links,
    no_loops,
)
from stationkeeper.household.outside_heat import Faces, outside_heat
from stationkeeper.household.power import Buses, PowerCourse, power_course, same_buses
from stationkeeper.household.shedding import same_loads
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

Array = NDArray[np.float64]

TOPIC: Final = "household"
_ALTITUDE: Final = 415e3  # [m] of the ISS
_STEP: Final = 10.0  # [s]


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our figures of power and heat beside published ones."""
    if progress is not None:
        progress("household: arrays, batteries and heat of ISS, Mir and Salyut 7")
    return [*_cube(), _firesat(), *_iss(), *_arrays(), *_salyut()]


def _row(
    name: str, ours: float, truth: float, unit: str, tolerance: float, kind: Kind, key: str,
    *, calibration: bool = False, note: str = "",
) -> Row:  # fmt: skip
    facts = published("household_power_heat.toml")[key]
    source = f"{facts['source']} (confidence {facts['confidence']})"
    return Row(TOPIC, name, ours, truth, unit, tolerance, kind, source, calibration, note)


def _cube() -> list[Row]:
    """A worked example: shadow and heat of a black cube that keeps to the Earth."""
    facts = published("household_power_heat.toml")["cube"]
    body = 6_370e3  # [m] as in the example
    radius = body + 300e3
    six = np.concatenate([np.eye(3), -np.eye(3)])
    faces = Faces(np.full(6, 0.25), np.ones(6), np.ones(6), six)
    angle = np.radians(np.arange(0.0, 360.0, 0.5))

    def total(irradiance: float, albedo: float, infrared: float) -> Array:
        heat = outside_heat(
            faces, 0.0, angle, orbit_radius=radius, body_radius=body, irradiance=irradiance,
            albedo=albedo, infrared=infrared,
        )  # fmt: skip
        return np.asarray(heat.sum(axis=0))

    infrared = float(total(0.0, 0.0, 0.6 * STEFAN_BOLTZMANN * 288.0**4)[0])
    sun = total(1370.0, 0.0, 0.0)
    albedo = float((total(1370.0, 0.3, 0.0) - sun)[0])
    share = float(eclipse_share(0.0, radius, body))
    period = 2 * np.pi * np.sqrt(radius**3 / MU_EARTH)
    kind: Kind = "worked-example"
    return [
        _row("cube at 300 km: shadow begins after noon", 180 - 180 * share,
             facts["shadow_begins_deg"], "deg", 0.5, kind, "cube"),
        _row("cube at 300 km: time in shadow", share * period, facts["shadow_s"], "s", 50, kind,
             "cube"),
        _row("cube at 300 km: most sunlight", float(sun.max()), facts["sun_most_w"], "W", 0.5,
             kind, "cube"),
        _row("cube at 300 km: infrared of the Earth", infrared, facts["infrared_w"], "W", 0.5, kind,
             "cube"),
        _row("cube at 300 km: light of the Earth at noon", albedo, facts["albedo_w"], "W", 0.5,
             kind, "cube"),
    ]  # fmt: skip


def _found(low: float, high: float, rises: Callable[[float], float], halvings: int = 40) -> float:
    """Where a rising function is zero, by halving."""
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rises(middle) < 0 else (low, middle)
    return 0.5 * (low + high)


def _firesat() -> Row:
    """A worked example: the array that carries a load through an orbit."""
    facts = published("household_power_heat.toml")["firesat"]
    step = 6.0
    lit, dark = (round(60 * facts[key] / step) for key in ("sunlight_min", "shadow_min"))
    cell = same_batteries(
        1, capacity=1e6, empty_voltage=28.0, full_voltage=28.0, resistance=0.0,
        charge_efficiency=1.0, self_discharge_time=1e15, fade_per_cycle=0.0, fade_rate=0.0,
    )  # fmt: skip
    through = facts["path_in_shadow"] / facts["path_in_sunlight"]
    bus = same_buses(
        1, efficiency=facts["path_in_sunlight"], charger_efficiency=through,
        discharger_efficiency=1.0,
    )  # fmt: skip
    load = np.full((1, lit + dark), float(facts["load_w"]))

    def gained(power: float) -> float:
        given = np.zeros((1, lit + dark))
        given[0, :lit] = power
        flown = power_course(
            bus, cell, same_loads([0]), given, load, string_bus=[0], battery_bus=[0], charge=5e5,
            step=step,
        )  # fmt: skip
        return float(flown.charge[0] - 5e5)

    return _row(
        "FireSat: array in sunlight", _found(100.0, 1000.0, gained), facts["array_w"], "W", 0.5,
        "worked-example", "firesat", note="tolerance: steps of 6 s",
    )  # fmt: skip


def typical(station: str) -> dict[str, Any]:
    """Return the typical parameters of a station."""
    place = resources.files("stationkeeper.household") / "data" / "typical_power_heat.toml"
    table: dict[str, Any] = tomllib.loads(place.read_text(encoding="utf-8"))[station]
    return table


def _iss_strings(area: float) -> Strings:
    part = typical("iss")
    return same_strings(
        1, area=area, efficiency=part["cell_efficiency"], passed=part["array_passed"],
        temperature_coefficient=part["array_temperature_coefficient_per_k"],
        absorptance=part["array_absorptance"], emittance=part["array_emittance_both_faces"],
        ageing_rate=part["array_ageing_percent_per_year"] / 100,
    )  # fmt: skip


def _wings() -> Strings:
    part = typical("iss")
    return _iss_strings(part["array_wings"] * part["cells_per_wing"] * part["cell_area_m2"])


def _iss_bus() -> tuple[Buses, Batteries]:
    """One bus that stands for the eight channels."""
    part = typical("iss")
    cells = same_batteries(
        part["batteries"], capacity=3600.0 * part["battery_capacity_ah"],
        empty_voltage=part["battery_empty_v"], full_voltage=part["battery_full_v"],
        end_voltage=part["battery_end_v"], resistance=part["battery_resistance_ohm"],
        charge_efficiency=part["battery_charge_efficiency"], fade_per_cycle=0.0, fade_rate=0.0,
    )  # fmt: skip
    bus = same_buses(
        1, efficiency=part["converter_efficiency"], charger_efficiency=part["charger_efficiency"],
        discharger_efficiency=part["discharger_efficiency"],
    )  # fmt: skip
    return bus, cells


def _orbits(count: int, beta: float) -> tuple[Array, Array]:
    """Sun direction and sunlight over whole orbits, from orbit noon."""
    radius = EARTH_RADIUS + _ALTITUDE
    period = 2 * np.pi * np.sqrt(radius**3 / MU_EARTH)
    seconds = np.arange(0.0, count * period, _STEP)
    sun = sun_in_orbit_axes(beta, 2 * np.pi * seconds / period)
    return sun, np.where(is_sunlit(sun, radius, EARTH_RADIUS), SOLAR_IRRADIANCE, 0.0)


def flown_iss(load: float, beta: float = 0.0, orbits: int = 3) -> tuple[PowerCourse, Array]:
    """Fly a constant load [W] on the power of the ISS; return the course and what arrays gave."""
    sun, light = _orbits(orbits, beta)
    given, _ = array_course(_wings(), sun, light)
    bus, cells = _iss_bus()
    count = cells.capacity.size
    flown = power_course(
        bus, cells, same_loads([0]), given, np.full((1, light.size), load), string_bus=[0],
        battery_bus=np.zeros(count, np.int64), charge=0.95 * cells.capacity,
    )  # fmt: skip
    return flown, given[0]


def sustained(beta: float) -> float:
    """Largest constant load [W] that never lacks, with batteries that settle."""

    def lacks(load: float) -> float:
        flown, _ = flown_iss(load, beta, orbits=12)
        if flown.supplied.min() < 1 - 1e-9:
            return 1.0
        orbit = flown.level.shape[1] // 12
        fullest = [flown.level[0, k * orbit : (k + 1) * orbit].max() for k in (2, 11)]
        return float(fullest[0] - fullest[1]) - 0.01  # a step of charging is a quarter of that

    return _found(1e4, 3e5, lacks, 16)


def _depth(load: float) -> float:
    """Part of the charge that a settled orbit at beta 0 takes from full batteries."""
    flown, _ = flown_iss(load)
    return float(flown.level.max() - flown.level[0, flown.level.shape[1] // 3 :].min())


def _iss() -> list[Row]:
    facts = published("household_power_heat.toml")["iss"]
    depth = published("household_power_heat.toml")["iss_depth"]
    _, given = flown_iss(84e3)
    lit = float(given[given > 0].mean())
    least, most = facts["mean_kw"]
    used = 100 * _depth(1e3 * least)
    limit = depth["most_percent"] / 100
    held = _found(5e4, 2e5, lambda load: _depth(load) - limit, 16)
    radius = EARTH_RADIUS + _ALTITUDE
    shadow = float(eclipse_share(0.0, radius, EARTH_RADIUS))
    period = 2 * np.pi * np.sqrt(radius**3 / MU_EARTH) / 60
    betas = [
        _row(f"ISS: load sustained at beta {beta} deg", sustained(np.radians(beta)) / 1e3,
             (least + most) / 2, "kW", (most - least) / 2, "measured", "iss",
             note="range as published; ours has no shadows, no channel limits, no limit of depth")
        for beta in (0, 60)
    ]  # fmt: skip
    return [
        _row("ISS: arrays in sunlight", lit / 1e3, facts["in_sunlight_kw"], "kW",
             facts["in_sunlight_tolerance_kw"], "measured", "iss",
             note="ours is the best point of new cells without shadows; wings are held at 160 V"),
        *betas,
        _row(
            "ISS: load that takes 35 % at beta 0", held / 1e3, (least + most) / 2, "kW",
            (most - least) / 2, "measured", "iss_depth",
            note="beside the published range of the mean; row added after the first comparison",
        ),
        _row("ISS: time in shadow at beta 0", shadow * period, facts["shadow_min"], "min", 1.0,
             "measured", "iss", note="tolerance: printed with an orbit rounded to 90 min"),
        _row("ISS: depth of discharge at 84 kW", used, depth["most_percent"], "%", 5.0, "measured",
             "iss_depth", note="the least published mean load against the most by design"),
    ]  # fmt: skip


def _arrays() -> list[Row]:
    facts = published("household_power_heat.toml")
    ageing, joint, mir = facts["p6"], facts["mir_cooperative"], facts["mir_1994"]
    sun, light = np.array([[0.0, 0.0, 1.0]] * 360), np.full(360, SOLAR_IRRADIANCE)

    def settled(strings: Strings, age: float = 0.0) -> float:
        return float(array_course(strings, sun, light, age=age)[0][0, -1])

    low, high = ageing["ageing_percent_per_year"]
    wing = _wings()
    rate = 100 * (1 - (settled(wing, 2.2 * YEAR) / settled(wing)) ** (1 / 2.2))
    soviet = _iss_strings(mir["area_m2"])._replace(efficiency=np.array([0.12]))
    return [
        _row("ISS P6: ageing of the arrays", rate, (low + high) / 2, "%/yr", (high - low) / 2,
             "measured", "p6", calibration=True, note="the default is the middle of the range"),
        _row("Mir cooperative array in sunlight", settled(_iss_strings(joint["area_m2"])) / 1e3,
             joint["power_kw"], "kW", joint["tolerance_kw"], "measured", "mir_cooperative"),
        _row("Mir 1994: arrays new and all in sunlight", settled(soviet) / 1e3, mir["power_kw"],
             "kW", 0.05, "context", "mir_1994",
             note="as if all the area were cells of 12 %; shares of cells and age are not told"),
    ]  # fmt: skip


# Salyut 7, all chosen by us: 19.8 t of 900 J/kg/K, 500 kg of water, and 10 m2 of a black body that
# stands for leaks through the insulation: about 1.5 kW then keep 20 C.
_SHELL = Nodes(
    np.array([19_800 * 900.0, 500 * 4_186.0]),
    np.array([10.0, 0.0]),
    np.array([0.0, 273.15]),
    np.array([0.0, 500 * 3.34e5]),
)


def _dead_station(sink: float, days: float, start: float, heat: float, ice: float) -> HeatCourse:
    """Shell and water of Salyut 7 in steps of 10 s, kept by the hour."""
    links = no_links()._replace(
        first=np.array([0]), second=np.array([1]), conductance=np.array([100.0])
    )
    taken = np.array([STEFAN_BOLTZMANN * 10.0 * sink**4, 0.0])
    return heat_course(
        _SHELL, links, no_loops(), no_heaters(), start, steps=int(days * 24) * 360, outside=taken,
        internal=np.array([heat, 0.0]), ice=np.array([0.0, ice]), every=360,
    )  # fmt: skip


def _salyut() -> list[Row]:
    facts = published("household_power_heat.toml")["salyut_7"]

    def between(first: str, last: str) -> int:
        one, other = facts[first], facts[last]
        assert isinstance(one, date)
        assert isinstance(other, date)
        return (other - one).days

    empty = between("lost_on", "entered_on")
    target = 273.15 + facts["temperature_c"]
    sink = _found(
        230.0, 290.0,
        lambda k: float(_dead_station(k, empty, 293.0, 0.0, 0.0).temperature[0, -1]) - target,
        halvings=16,
    )  # fmt: skip
    cold = _dead_station(sink, empty, 293.0, 0.0, 0.0)
    froze = float(np.argmax(cold.temperature[1] < 273.14)) / 24 if cold.ice[1] == 1 else np.nan
    warm = _dead_station(sink, 40, target, 1_500.0, 1.0)
    thawed = float(np.argmax(warm.temperature[1] > 273.16)) / 24
    to_thaw = between("heaters_on", "thawed_by")
    return [
        _row("Salyut 7: temperature when entered", float(cold.temperature[0, -1]) - 273.15,
             facts["temperature_c"], "degC", 0.5, "measured", "salyut_7", calibration=True,
             note="the sink is found from it"),
        _row("Salyut 7: days until its water was ice", froze, empty / 2, "d", empty / 2, "measured",
             "salyut_7", note="known: frozen when entered; heat leak and masses are chosen by us"),
        _row("Salyut 7: days of heating until thawed", thawed, to_thaw, "d", 1.0, "context",
             "salyut_7", note="heating power is not told; 1.5 kW chosen by us"),
    ]  # fmt: skip
