"""Air and water aboard beside published figures: people, leaks, fans, beds, air that runs out."""

from typing import Any, Final

import numpy as np

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.household.air_course import ISS_BEDS, air_course, cabin, held, nothing_moved
from stationkeeper.household.cabin_air import (
    CARBON_DIOXIDE,
    MMHG,
    MOLAR_MASS,
    NITROGEN,
    OXYGEN,
    WATER,
    air_of,
    crew_load,
    hole_conductance,
    partial_pressures,
)
from stationkeeper.household.ventilation import FAN_FLOW
from stationkeeper.household.water import (
    URINE,
    WATER_DRUNK,
    WATER_IN_FOOD,
    WATER_OF_FAECES,
    WATER_OF_METABOLISM,
)
from stationkeeper.validation.published import published
from stationkeeper.validation.rows import Kind, Progress, Row

TOPIC: Final = "household"
WARM: Final = 295.0  # [K] our choice, as of the leaks
STEP: Final = 10.0  # [s]
DAY_STEPS: Final = 8_640


def rows(progress: Progress | None = None) -> list[Row]:
    """Return our figures of air and water beside the published ones."""
    if progress is not None:
        progress("household: air and water (the first run compiles)")
    told = published("household_air.toml")
    return [
        *_people(told),
        _sealed_room(told["sealed_room"]),
        *_hole(told["ms_09"]),
        _fan(told["fan"]),
        _supply(told["supply"]),
        _beds(told["beds"]),
        _beds_2006(told["cdra_2006"]),
        _coasting(told["coasting_2005"]),
    ]


def _source(case: dict[str, Any]) -> str:
    """Return where a case is published and how sure the reading is."""
    return f"{case['source']} ({case['confidence']})"


def _row(
    name: str,
    ours: float,
    truth: float,
    unit: str,
    tolerance: float,
    kind: Kind,
    case: dict[str, Any],
    *,
    calibration: bool = False,
    note: str = "",
) -> Row:
    return Row(TOPIC, name, ours, truth, unit, tolerance, kind, _source(case), calibration, note)


def _people(told: dict[str, Any]) -> list[Row]:
    """Return what people take and give beside another edition, and two sums within the first."""
    load = crew_load(1.0) * SECONDS_PER_DAY
    first, later = told["rp_1324"], told["baseline_2004"]
    quotient = -load[CARBON_DIOXIDE] / load[OXYGEN] * MOLAR_MASS[OXYGEN]
    quotient /= MOLAR_MASS[CARBON_DIOXIDE]
    taken = WATER_DRUNK + WATER_IN_FOOD + WATER_OF_METABOLISM
    left = -load[WATER] / SECONDS_PER_DAY - URINE - WATER_OF_FAECES
    name = "one person, {}, 1994 against 2004"
    printed = "half the last digits of both"
    return [
        _row(
            name.format("oxygen"),
            -float(load[OXYGEN]),
            later["oxygen_kg_per_day"],
            "kg/d",
            0.0055,
            "standard",
            later,
            note=printed,
        ),
        _row(
            name.format("carbon dioxide"),
            float(load[CARBON_DIOXIDE]),
            later["carbon_dioxide_kg_per_day"],
            "kg/d",
            0.0055,
            "standard",
            later,
            note=printed,
        ),
        _row(
            name.format("water vapour"),
            float(load[WATER]),
            later["vapour_kg_per_day"],
            "kg/d",
            0.0055,
            "standard",
            later,
            note=printed,
        ),
        _row(
            "one person, moles of carbon dioxide for each of oxygen",
            float(quotient),
            first["respiratory_quotient"],
            "-",
            first["half_last_digit"],
            "standard",
            first,
        ),
        _row(
            "one person, water taken less water given off",
            float((taken + left) * SECONDS_PER_DAY),
            0.0,
            "kg/d",
            0.03,
            "standard",
            first,
            note="half the last digit of each of seven figures, added up",
        ),
    ]


def _sealed_room(case: dict[str, Any]) -> Row:
    """Return the time in which people breathe a room down to a share of oxygen."""
    volume, pressure = case["volume_m3"], 101_325.0
    air = air_of(
        [volume],
        WARM,
        pressure=pressure,
        oxygen_pressure=case["from_share"] * pressure,
        carbon_dioxide_pressure=0.0,
        vapour_pressure=0.0,
    )
    flow = case["people"] * case["oxygen_m3_per_s_each"]
    source = np.zeros((1, 6))
    source[0, OXYGEN] = -flow * air[0, OXYGEN] / (case["from_share"] * volume)
    # The example keeps the volume of the room filled: carbon dioxide comes, mole for mole.
    source[0, CARBON_DIOXIDE] = -source[0, OXYGEN] / MOLAR_MASS[OXYGEN] * MOLAR_MASS[CARBON_DIOXIDE]
    course = air_course(
        cabin([volume], WARM, source=source), held(air), nothing_moved(), STEP, 10_000, 1
    )
    parts = partial_pressures(course, [volume], [WARM])[:, 0]
    share = parts[:, OXYGEN] / parts.sum(axis=1)
    lasts = STEP * (1 + int(np.argmax(share <= case["to_share"])))
    return _row(
        "ten people in 29 m3, 21 to 12 % of oxygen",
        lasts,
        case["lasts_s"],
        "s",
        case["half_last_digit_s"],
        "worked-example",
        case,
    )


def _hole(case: dict[str, Any]) -> list[Row]:
    """Return the fall of pressure of the station behind the hole of 2018."""
    volume = case["station_volume_m3"]
    found = []
    for hole in case["hole_mm"]:
        area = np.pi / 4 * (hole * 1e-3) ** 2
        conductance = float(hole_conductance(area, WARM))
        begin = case["pressure_mmhg"]
        plant = cabin([volume], WARM, conductance=[conductance])
        air = air_course(
            plant,
            held(air_of([volume], WARM, pressure=begin * MMHG)),
            nothing_moved(),
            STEP,
            360,
            360,
        )
        fall = begin - float(partial_pressures(air, [volume], [WARM]).sum()) / MMHG
        found.append(
            _row(
                f"hole of 2018, {hole:g} mm, station of 916 m3",
                fall,
                case["fall_mmhg_per_h"],
                "mmHg/h",
                case["half_last_digit_mmhg_per_h"],
                "measured",
                case,
                note=f"{case['hole_source']}. A clean sharp edge into vacuum, so an upper bound of "
                "the flow; what lay over and behind it is not told.",
            )
        )
    return found


def _fan(case: dict[str, Any]) -> Row:
    """Return the flow of a fan between modules beside the range of its kind."""
    return _row(
        "fan between modules",
        FAN_FLOW * 1_000,
        case["flow_l_per_s"],
        "l/s",
        case["half_range_l_per_s"],
        "standard",
        case,
        calibration=True,
    )


def _supply(case: dict[str, Any]) -> Row:
    """Return what six people breathe beside what was said to be enough for six."""
    ours = -float(crew_load(case["people"])[OXYGEN]) * SECONDS_PER_DAY
    return _row(
        "oxygen of six people beside a supply for six",
        ours,
        case["oxygen_kg_per_day"],
        "kg/d",
        0.05 * case["oxygen_kg_per_day"],
        "context",
        case,
        note="the supply also covers leaks and experiments",
    )


def _steady(people: float, volume: float) -> float:
    """Return the pressure of carbon dioxide that one bed set keeps, mean of a day. [mmHg]"""
    plant = cabin([volume], WARM, source=[crew_load(people)], bed_module=[0], bed=[ISS_BEDS])
    plant.source[0, OXYGEN] = plant.source[0, WATER] = plant.source[0, NITROGEN] = 0.0
    air = air_course(
        plant,
        held(air_of([volume], WARM), bed_sets=1),
        nothing_moved(),
        STEP,
        21 * DAY_STEPS,
        60,
    )
    day = DAY_STEPS // 60
    return (
        float(partial_pressures(air[-day:], [volume], [WARM])[:, 0, CARBON_DIOXIDE].mean()) / MMHG
    )


def _beds(case: dict[str, Any]) -> Row:
    """Return how many people a bed set keeps at a pressure of carbon dioxide."""
    low, high = 0.0, 20.0
    for _ in range(8):
        people = 0.5 * (low + high)
        if _steady(people, 400.0) < case["at_mmhg"]:
            low = people
        else:
            high = people
    return _row(
        "people that one bed set keeps at 4 mmHg",
        0.5 * (low + high),
        case["people"],
        "-",
        case["half_range"],
        "standard",
        case,
        calibration=True,
        note="capacity and half pressure of the beds were chosen for it",
    )


def _beds_2006(case: dict[str, Any]) -> Row:
    """Return what a sound bed set would have kept when one was ailing."""
    return _row(
        "one bed set and three people, August 2006",
        _steady(case["people"], case["volume_m3"]),
        case["carbon_dioxide_mmhg"],
        "mmHg",
        0.5,
        "context",
        case,
        note="that set was told to be short of what was expected; ours is sound",
    )


def _coasting(case: dict[str, Any]) -> Row:
    """Return how long the cabin lasts without removal."""
    volume = case["volume_m3"]
    begin = air_of([volume], WARM, carbon_dioxide_pressure=case["from_mmhg"] * MMHG)
    air = air_course(
        cabin([volume], WARM, source=[crew_load(case["people"])]),
        held(begin),
        nothing_moved(),
        STEP,
        10 * DAY_STEPS,
        6,
    )
    pressure = partial_pressures(air, [volume], [WARM])[:, 0, CARBON_DIOXIDE] / MMHG
    days = (1 + int(np.argmax(pressure >= case["to_mmhg"]))) * 6 * STEP / SECONDS_PER_DAY
    return _row(
        "two people in 425 m3, 2 to 7.6 mmHg without removal",
        days,
        case["days"],
        "d",
        1.0,
        "context",
        case,
        note="the words name neither the first nor the last pressure",
    )
