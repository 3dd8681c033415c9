"""Words, tables, figures and pages of flights, on documents made by hand."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stationkeeper.errors import InputError
from stationkeeper.operations.archive import FOLDER, Archive, archive_step
from stationkeeper.operations.registry import Reading
from stationkeeper.report import (
    operations_events,
    operations_pairs,
    operations_state,
    operations_timeline,
)
from stationkeeper.report.operations_page import (
    operations_text,
    pairs_text,
    write_operations_report,
    write_pairs_report,
)
from stationkeeper.report.operations_pairs import differences_markup
from stationkeeper.report.operations_source import (
    fault_end,
    moment_text,
    nearest_notice,
    open_at_end,
    read_document,
    safe_spans,
)
from stationkeeper.report.operations_words import (
    MOST_ROWS,
    act_rows,
    acts_markup,
    answer_lines,
    assumed_lines,
    dictionary_markup,
    faults_markup,
    head_lines,
    modules_markup,
    notices_markup,
)
from stationkeeper.report.words import DISCLAIMER
from tests.report_documents import plain

DAY = 86_400.0
POINTS = 48

READINGS = (
    Reading("room.a.pressure", "Node A: pressure", "p", "kPa", "air", module="a", noise=0.01,
            low=96.0, high=105.0),
    Reading("room.a.pressure.b", "Node A: pressure, second sensor", "p", "kPa", "air", module="a",
            noise=0.01, low=96.0, high=105.0),
    Reading("loop.1.flow", "Loop 1: flow", "f", "%", "heat", noise=0.1, low=75.0),
    Reading("pump.on", "Pump <1>", "o", "-", "heat", kind="state", states=("off", "on"), low=0.5),
)  # fmt: skip


def spaced(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def happening(time: float, kind: str, name: str, text: str = "", **more: Any) -> dict[str, Any]:
    row = {"who": "", "subsystem": "", "value": None}
    return {"time_s": time, "kind": kind, "name": name, "text": text, **row, **more}


def fault(kind: str, subsystem: str, onset: float, **more: Any) -> dict[str, Any]:
    row = {
        "name": f"{kind}@{onset:.0f}", "kind": kind, "title": kind.replace("-", " ").capitalize(),
        "subsystem": subsystem, "component": "", "severity": "degrading", "onset_s": onset,
        "size": None, "unit": "-", "ramp_s": 0.0, "end_s": None, "group": "", "noticed_s": None,
        "noticed_parameter": None, "noticed_by": None, "ended_s": None,
    }  # fmt: skip
    return {**row, **more}


def signal(name: str, unit: str, low: Any, high: Any = None) -> dict[str, Any]:
    bottom = np.broadcast_to(np.asarray(low, float), POINTS)
    top = bottom if high is None else np.broadcast_to(np.asarray(high, float), POINTS)
    return {"name": name, "unit": unit, "low": bottom.tolist(), "high": top.tolist()}


def flight() -> dict[str, Any]:
    """Return a flight of two days: a pump stops and is exchanged, a hole is not noticed."""
    wave = np.sin(np.arange(POINTS))
    timeline = [
        happening(36_000.0, "fault-begins", "pump-stopped@36000", "Pump stopped"),
        happening(36_020.0, "noticed", "loop.1.flow", "Loop 1: flow, 0.3 %", who="limit",
                  subsystem="heat", value=0.3),
        happening(36_020.0, "done", "load.pump-1-2", "Flow is low", who="limits", value=1.0),
        happening(36_030.0, "over", "loop.1.flow", "Loop 1: flow, 91 %", who="limit",
                  subsystem="heat", value=91.0),
        happening(36_100.0, "refused", "hatch.x", "pressure differs", who="limits", value=1.0),
        happening(40_000.0, "noticed", "pump.on", "Pump <1>, 1", who="watch", subsystem="heat"),
        happening(50_000.0, "safe-mode", "safe-mode", "begins"),
        happening(57_200.0, "safe-mode", "safe-mode", "ends"),
        happening(60_000.0, "manager", "a", "the manager of Node A is alone", who="manager"),
        happening(60_000.0, "manager", "b", "the manager of Lab is alone", who="manager"),
        happening(60_000.0, "done", "thrust.1", "a: nothing heard", who="manager", value=0.0),
        happening(60_000.0, "done", "thrust.1", "b: nothing heard", who="manager", value=0.0),
    ]  # fmt: skip
    service = {"imager": 0.75, "furnace": 1.0}
    return {
        "format": 1, "programme": "made-up", "station": "x", "title": "Station <X>",
        "first_day": "2034-01-01", "days": 2.0, "uncrewed": True, "people": 0,
        "modules": [{"key": "a", "title": "Node A (a node)"}, {"key": "b", "title": "Lab"}],
        "commander": {"name": "limits", "title": "limits", "link": "full-relay",
                      "reaction_min": 5.0},
        "seed": 1, "mission": 0, "asked_faults": "pump-stopped@36000,air-leak:b@90000",
        "faults": [
            fault("pump-stopped", "heat", 36_000.0, component="pump-1-1"),
            fault("air-leak", "air", 90_000.0, component="b", size=3e-7, unit="m2"),
        ],
        "timeline": timeline,
        "outcome": {
            "survived": True, "lost_at_s": None, "lost_by": "", "safe_at_end": True,
            "unsafe_s": 5_400.0, "time_to_safe_s": 9_000.0, "services": 0.875, "service": service,
            "contact": 0.914, "data_lost_gb": 0.0, "propellant_kg": 7.2319, "oxygen_kg": 0.0,
            "nitrogen_kg": 2.93, "water_kg": -1.5, "safe_mode_s": 7_200.0, "commands": 3,
            "refused": 1, "noticed": 2,
        },
        "services": [
            {"load": key, "title": key.capitalize(), "share": share}
            for key, share in service.items()
        ],
        "parameters": len(READINGS), "subsystems": {"air": 2, "heat": 2}, "commands": 11,
        "left_out": ["load.arm"], "failed": "",
        "series": {
            "time_s": np.linspace(0.0, 2 * DAY, POINTS, endpoint=False).tolist(),
            "signals": [
                signal("power.generated", "W", 0.0, 60e3 + 1e3 * wave),
                signal("power.demand", "W", 12e3),
                signal("bus.1.level", "-", 0.8, 1.0),
                signal("room.a.temperature", "degC", 21 + wave),
                signal("room.b.temperature", "degC", 21.0),
                signal("room.a.pressure", "kPa", 101.0),
                signal("room.b.pressure", "kPa", np.linspace(101.0, 95.0, POINTS)),
                signal("room.a.smoke", "kg/m3", 0.0),
                signal("attitude.error", "deg", -0.5, 0.25),
                signal("attitude.mode", "-", 1.0),
                signal("tank.nitrogen", "kg", np.linspace(90.0, 87.0, POINTS)),
                signal("people.aboard", "-", 0.0),
                signal("visit.cargo.docked", "-", np.arange(POINTS) >= POINTS // 2),
            ],
        },
    }  # fmt: skip


# Four parameters are sooner kept in plain Python than the step is compiled.
plain_step = getattr(archive_step, "py_func", archive_step)


def write_flight(folder: Path, document: dict[str, Any]) -> Path:
    """Write a run folder: the document and the telemetry of its days."""
    folder.mkdir(parents=True)
    (folder / "operations.json").write_text(json.dumps(document), "utf-8")
    archive = Archive(folder / FOLDER, READINGS)
    archive.begin()
    for day in range(round(document["days"])):
        times = day * DAY + np.arange(10.0, DAY + 5.0, 10.0)
        flow = np.where((times >= 36_010) & (times < 36_030), 0.3, 91.0)
        steady = np.full(len(times), 101.0)
        rows = np.column_stack([steady, steady, flow, np.ones(len(times))])
        for time, row in zip(times, rows, strict=True):
            plain_step(time, row, time == 36_020.0, *archive.arrays)
        archive.close_day(day)
    return folder


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_flight(tmp_path_factory.mktemp("flight") / "run", flight())
    write_operations_report(folder)
    return folder


# ---- what is read out of the document -------------------------------------------------------


def test_safe_mode_that_never_ends_lasts_until_the_end() -> None:
    document = flight()
    assert safe_spans(document) == [(50_000.0, 57_200.0)]
    document["timeline"].append(happening(100_000.0, "safe-mode", "safe-mode", "begins"))
    assert safe_spans(document)[-1] == (100_000.0, 2 * DAY)


def test_a_fault_is_noticed_where_it_is_while_it_lasts() -> None:
    document = flight()
    pump, leak = document["faults"]
    row = nearest_notice(document, pump)
    assert row is not None
    assert row["name"] == "loop.1.flow"
    assert nearest_notice(document, leak) is None  # notices of heat tell nothing of the air
    pump["ended_s"] = 36_010.0
    assert fault_end(document, pump) == 36_010.0
    assert nearest_notice(document, pump) is None


def test_a_fault_is_gone_when_it_ends_is_cleared_or_the_flight_is_over() -> None:
    ends = [(None, None), (None, 500.0), (400.0, None), (400.0, 500.0), (None, 9e9)]
    found = [
        fault_end(flight(), fault("x", "heat", 100.0, ended_s=cleared, end_s=end))
        for cleared, end in ends
    ]
    assert found == [2 * DAY, 500.0, 400.0, 400.0, 2 * DAY]


def test_a_sensor_at_fault_is_noticed_by_its_own_readings_only() -> None:
    document = flight()
    stuck = fault("sensor-stuck", "sensors", 36_000.0, component="pump.on")
    row = nearest_notice(document, stuck)
    assert row is not None
    assert row["time_s"] == 40_000.0
    assert nearest_notice(document, {**stuck, "component": "room.a.pressure"}) is None


def test_faults_of_propulsion_are_told_by_the_attitude() -> None:
    document = flight()
    document["timeline"].append(
        happening(95_000.0, "noticed", "tank.propellant", who="limit", subsystem="attitude")
    )
    row = nearest_notice(document, fault("propellant-leak", "propulsion", 90_000.0))
    assert row is not None
    assert row["name"] == "tank.propellant"


def test_what_is_over_does_not_stand_at_the_end() -> None:
    assert [row["name"] for row in open_at_end(flight())] == ["pump.on"]


def test_a_moment_is_told_to_the_second_and_never_with_sixty() -> None:
    assert spaced(moment_text(59.7)) == "0 d 00:01:00"
    assert spaced(moment_text(2 * DAY - 0.2)) == "2 d 00:00:00"


# ---- words ----------------------------------------------------------------------------------


def test_the_answer_says_what_came_of_it() -> None:
    said = [spaced(line) for line in answer_lines(flight())]
    assert said == [
        "Station <X> survived.",
        "It was not safe for 90 min; safe and so to the end 2.5 h after the first fault. Safe "
        "mode: 2.0 h.",
        "2 faults befell it, none of them ended; something was noticed where 1 of them is, 20 s "
        "after the onset; nothing was noticed where 1 of them is. In all, 2 notices: 1 by limits "
        "and 1 by the watch.",
        "3 commands done, 1 refused by the gate (2 by limits; 2 by manager).",
        "Services: payloads ran, on a station that pointed, for 87.5 % of the time. Link for "
        "commands: 91.4 % of the time. Data lost: 0 GB.",
        "Used: propellant 7.23 kg, nitrogen 2.93 kg, oxygen 0 kg and water -1.50 kg.",
    ]


def test_the_answer_says_when_and_how_a_station_was_lost() -> None:
    document = flight()
    document["outcome"] |= {
        "survived": False, "lost_at_s": 100_000.0, "lost_by": "pressure", "safe_at_end": False,
        "time_to_safe_s": None,
    }  # fmt: skip
    document["failed"] = "ValueError: no"
    said = [spaced(line) for line in answer_lines(document)]
    assert said[0] == (
        "Station <X> was lost at 1 d 03:46:40: pressure below 30 kPa in half of the volume."
    )
    assert "not at the end" in said[1]
    assert said[-1] == ("The commander failed (ValueError: no); from then on nobody was asked.")


def test_a_quiet_flight_has_a_short_answer() -> None:
    document = flight() | {"faults": [], "timeline": [], "asked_faults": "none"}
    document["outcome"] |= {
        "unsafe_s": 0.0, "time_to_safe_s": 0.0, "safe_mode_s": 0.0, "commands": 0, "refused": 0,
        "noticed": 0,
    }  # fmt: skip
    said = answer_lines(document)
    assert said[1:4] == [
        "It was safe throughout.",
        "No fault befell it; nothing was noticed.",
        "Nothing was commanded.",
    ]
    assert plain(faults_markup(document)) == "None."
    assert plain(acts_markup(document)) == plain(notices_markup(document)) == "Nothing."


def test_the_head_names_the_commander_and_the_link() -> None:
    document = flight()
    document["commander"] |= {"name": "ground", "link": "stations", "reaction_min": 480.0}
    said = [spaced(line) for line in head_lines(document)]
    assert said[0] == "2 days from 2034-01-01, nobody aboard"
    assert said[1] == (
        "commanded by the ground, which answers 8.0 h after it sees something; link: ground "
        "stations only"
    )


def test_the_terminal_tells_a_flight_in_few_lines() -> None:
    said = spaced(operations_text(flight())).splitlines()
    assert said[0] == "Station <X>: 2 days from 2034-01-01, nobody aboard"
    assert any(re.search(r"Pump stopped: pump-1-1 +0 d 10:00:00 +20 s +loop", x) for x in said)
    assert any(re.search(r"Air leak: b +1 d 01:00:00 +not$", x) for x in said)
    assert "In safe mode: 0 d 13:53:20 to 0 d 15:53:20." in said
    assert said[-1] == DISCLAIMER
    assert len(said) <= 22
    assert max(map(len, said)) <= 120


# ---- tables ---------------------------------------------------------------------------------


def test_what_many_managers_say_at_once_is_one_row() -> None:
    told = [(row["kind"], text) for row, text in act_rows(flight())]
    assert ("manager", "the managers of Node A and Lab are alone") in told
    assert ("done", "nothing heard (a, b)") in told
    assert len(told) == 6


def test_a_refusal_stands_out_with_its_reason() -> None:
    shown = acts_markup(flight())
    row = next(one for one in shown.split("<tr") if "hatch.x" in one)
    assert 'class="misses"' in row
    assert "pressure differs" in row


def test_long_tables_say_that_they_were_cut() -> None:
    document = flight()
    document["timeline"] += [
        happening(70_000.0 + i, "done", "load.x", "why", who="limits", value=1.0)
        for i in range(MOST_ROWS)
    ]
    shown = plain(acts_markup(document))
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 6}" in shown


def test_notices_are_counted_by_parameter_with_how_long_they_stood() -> None:
    shown = plain(notices_markup(flight()))
    assert "loop.1.flow Loop 1: flow, 0.3 % 1 10 s" in shown
    assert f"1 {(2 * DAY - 40_000) / 3600:.1f} h yes" in shown


def test_every_module_has_its_state_at_the_end() -> None:
    document = flight()
    document["timeline"].append(
        happening(80_000.0, "noticed", "room.b.pressure", who="limit", subsystem="air")
    )
    shown = plain(modules_markup(document))
    assert "Node A 101.0 – – " in shown
    assert " alone – " in shown
    assert "Lab 95.0 – – 21.0 – alone room.b.pressure" in shown


def test_the_dictionary_is_counted_by_subsystem() -> None:
    rows = [
        {"name": "a", "subsystem": "air", "kind": "analog", "low": "1.0", "high": ""},
        {"name": "a.b", "subsystem": "air", "kind": "analog", "low": "", "high": ""},
        {"name": "p", "subsystem": "heat", "kind": "state", "low": "", "high": ""},
    ]
    shown = plain(dictionary_markup(flight(), rows))
    assert "heat 1 0 1 0 0 0 air 2 2 0 0 1 1 all 3 2 1 0 1 1" in shown


def test_what_is_assumed_names_the_criteria_and_what_is_not_flown() -> None:
    said = spaced(" ".join(assumed_lines(flight())))
    assert "90 kPa" in said
    assert "0.1°/s" in said
    assert "load.arm" in said
    assert "10 nominal days" in said
    assert "two relay satellites" in said  # the link that the watch learned with


# ---- figures --------------------------------------------------------------------------------


def test_panels_are_in_the_units_of_their_titles() -> None:
    rows = [{"name": "room.a.pressure", "low": "96.0", "high": "105.0"}]
    found = {one.title: one for one in operations_state.panels(flight(), rows)}
    assert found["Power"].lines[0].high.max() == pytest.approx(61.0, abs=0.1)
    assert found["State of charge"].lines[0].low.min() == 80.0
    assert found["Pressure of modules"].limits == (96.0, 105.0)
    assert found["Tanks, change since the begin"].lines[0].low.min() == pytest.approx(-3.0)
    error = found["Error of the attitude"].lines[0]
    assert (error.low[0], error.high[0]) == (0.0, 0.5)  # how large, whatever its sign
    # What stays at nothing, and what the flight has no signal of, has no panel.
    assert not {"Smoke in modules", "People aboard", "Oxygen in modules"} & set(found)


def test_panels_show_rates_of_turn_smoke_and_leaks_in_their_units_with_their_own_limits() -> None:
    document = flight()
    document["series"]["signals"] += [
        signal("room.b.smoke", "kg/m3", 2e-6),
        signal("room.b.trace", "kg/m3", 3e-6),
        signal("room.b.wall", "degC", 15.0),
    ]
    rows = [
        {"name": "room.b.wall", "low": "5.0", "high": ""},
        {"name": "room.b.temperature", "low": "10.0", "high": "40.0"},
        {"name": "room.b.smoke", "low": "", "high": "1.0"},
    ]
    found = {one.title: one for one in operations_state.panels(document, rows)}
    assert max(line.high.max() for line in found["Smoke in modules"].lines) == pytest.approx(2.0)
    assert found["Smoke in modules"].limits == (None, 1.0)
    carbon = found["Carbon monoxide in modules"]
    assert carbon.lines[0].high.max() == pytest.approx(3.0)
    assert found["Temperature of modules"].limits == (10.0, 40.0)
    assert found["Temperature of walls"].limits == (5.0, None)


def test_telemetry_around_a_notice_is_drawn_in_minutes_from_it(flown: Path) -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    row = next(row for row in flight()["timeline"] if row["name"] == "loop.1.flow")
    entry = {"title": "Flow", "unit": "%", "kind": "analog", "low": "75", "high": "", "states": ""}
    operations_events._draw(axes, flight(), row, flown / FOLDER, entry)
    assert axes.get_xlim() == (-15.0, 25.0)
    minutes, values = axes.lines[0].get_data()
    low = np.asarray(minutes)[np.asarray(values) < 1.0]
    assert [low.min(), low.max()] == pytest.approx([-1 / 6, 0.0])  # told in its second row


def test_each_fault_has_a_panel_before_others_and_a_parameter_one_only() -> None:
    document = flight()
    document["timeline"] = [
        happening(100.0 + i, "noticed", f"early.{i}", who="watch", subsystem="link")
        for i in range(40)
    ] + document["timeline"]
    document["timeline"] += [
        happening(91_000.0 + i, "noticed", "room.a.pressure" + ".b" * (i % 2), who="watch",
                  subsystem="air")
        for i in range(5)
    ]  # fmt: skip
    document["timeline"] += [
        happening(90_001.0 + i, "noticed", f"later.{i}", who="watch", subsystem="link")
        for i in range(20)
    ]
    document["timeline"].sort(key=lambda row: row["time_s"])
    names = [row["name"] for row in operations_events.chosen(document)]
    assert {"loop.1.flow", "room.a.pressure"} <= set(names)
    assert len(names) == 12
    assert len({name.removesuffix(".b") for name in names}) == 12
    times = [row["time_s"] for row in operations_events.chosen(document)]
    assert times == sorted(times)


def test_the_timeline_holds_any_number_of_faults() -> None:
    document = flight()
    few = operations_timeline.picture(document)
    document["faults"] = [fault("pump-stopped", "heat", 1_000.0 * i) for i in range(30)]
    document["faults"].append(fault("biology-off", "payload", 100.0))  # no telemetry of its own
    many = operations_timeline.picture(document)
    tall = [Image.open(BytesIO(one.png or b"")).height for one in (few, many)]
    assert tall[0] < tall[1] < 3 * tall[0]
    assert "31 faults" in many.alt


def test_ships_are_there_while_they_are_docked() -> None:
    assert operations_timeline._visits(flight()) == [("ship: cargo", [(24.0, 48.0)])]
    document = flight()
    document["series"]["signals"][-1] = signal("visit.cargo.docked", "-", 0.0)
    assert operations_timeline._visits(document) == []


def test_the_page_stands_alone_and_tells_every_part(flown: Path) -> None:
    page = (flown / "report.html").read_text("utf-8")
    for key in ("answer", "timeline", "faults", "commands", "noticed", "telemetry", "state",
                "modules", "services", "dictionary", "assumed"):  # fmt: skip
        assert f'<section id="{key}">' in page
    assert "Station &lt;X&gt;" in page
    assert "<X>" not in page
    assert "Pump &lt;1&gt;" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<script" not in page
    assert page.count("<img ") == 4 == len(list((flown / "figures").glob("*.png")))
    assert DISCLAIMER in page


def test_the_same_flight_gives_the_same_page(flown: Path) -> None:
    before = (flown / "report.html").read_bytes()
    write_operations_report(flown)
    assert (flown / "report.html").read_bytes() == before


def test_a_flight_in_which_nothing_was_noticed_has_no_telemetry_section(tmp_path: Path) -> None:
    document = flight() | {"timeline": [], "faults": [], "services": [], "days": 1.0}
    page = write_operations_report(write_flight(tmp_path / "run", document)).read_text("utf-8")
    assert 'id="telemetry"' not in page
    assert "The station has no payloads." in page


# ---- bad input ------------------------------------------------------------------------------


def test_a_folder_that_is_not_of_a_flight_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no operations\.json"):
        write_operations_report(tmp_path)
    (tmp_path / "operations.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        read_document(tmp_path, "operations.json", "timeline")
    (tmp_path / "operations.json").write_text(json.dumps(flight() | {"format": 2}))
    with pytest.raises(InputError, match="format 2 given, format 1 expected"):
        write_operations_report(tmp_path)
    (tmp_path / "operations.json").write_text(json.dumps(flight()))
    with pytest.raises(InputError, match=r"dictionary\.csv"):
        write_operations_report(tmp_path)


# ---- pairs ----------------------------------------------------------------------------------


def estimate(value: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high}


def commander(title: str, lives: int, services: float, **more: Any) -> dict[str, Any]:
    names = ("contact", "unsafe_s", "safe_mode_s", "propellant_kg", "oxygen_kg", "nitrogen_kg",
             "water_kg", "data_lost_gb", "commands", "refused", "noticed")  # fmt: skip
    row = {
        "title": title, "name": title, "link": "stations", "reaction_min": None, "baseline": True,
        "flights": 10, "lost_by": {}, "failed": 0, "service": {},
        "survived": {"count": lives, "share": lives / 10, "low": 0.3, "high": 0.95},
        "time_to_safe_s": {
            "flights": 10, "median": estimate(3_600.0, 0.0, None),
            "mean": estimate(7_200.0, 3_600.0, 9_000.0),
            "never": {"count": 10 - lives, "share": 1 - lives / 10, "low": 0.0, "high": 0.6},
        },
        "services": estimate(services, services - 0.1, services + 0.05),
        **{name: estimate(1.0, 1.0, 1.0) for name in names},
    }  # fmt: skip
    return {**row, **more}


def study() -> dict[str, Any]:
    own = commander("mine:Mind", 9, 0.8, baseline=False)
    figures = ("survived", "time_to_safe_s", "services", "contact", "propellant_kg")
    return {
        "format": 1, "programme": "made-up", "station": "x", "title": "Station <X>",
        "first_day": "2034-01-01", "days": 10.0, "uncrewed": True, "people": 0, "seed": 1,
        "missions": 10, "asked_faults": "random",
        "faults": {"flown": 12, "per_mission": 1.2, "missions_without": 3, "hazard_factor": 25.0},
        "flights": 30, "draws": 4_000, "strongest": "limits",
        "commanders": [commander("nobody", 5, 0.4), commander("limits", 8, 0.7), own],
        "pairs": [
            {"commander": "mine:Mind", "reference": "limits", "only_commander_survived": 2,
             "only_reference_survived": 1, **{key: estimate(0.1, 0.0, 0.2) for key in figures}},
        ],
        "kinds": [
            {"kind": "fire", "title": "Fire <in> a room", "subsystem": "air", "missions": 3,
             "faults": 4, "survived": {"nobody": 1, "limits": 2, "mine:Mind": 3}},
        ],
        "left_out": ["Intervals are of sampling alone."],
    }  # fmt: skip


def test_the_terminal_shows_commanders_side_by_side() -> None:
    said = spaced(pairs_text(study()))
    assert re.search(r"nobody +5 of 10 +60 min \(0 s to never\) +5 of 10 +40.0 % \(30.0 % to", said)
    assert "The strongest baseline is limits: it survived 8 of 10 missions" in said
    assert "All hazards are multiplied by 25.0" in said
    assert "3 missions without any" in said
    document = study()
    document["faults"]["hazard_factor"] = 1.0
    assert "multiplied" not in pairs_text(document)


def test_a_median_beyond_all_flights_is_told_as_never() -> None:
    document = study()
    document["commanders"][0]["time_to_safe_s"]["median"] = estimate(None, 60.0, None)
    assert re.search(r"nobody +5 of 10 +never +5 of 10", spaced(pairs_text(document)))
    document["commanders"][0]["time_to_safe_s"]["flights"] = 0  # no fault in any mission
    assert re.search(r"nobody +5 of 10 +– ", spaced(pairs_text(document)))


def test_differences_carry_signs_and_intervals() -> None:
    shown = plain(differences_markup(study()))
    assert "mine:Mind limits 2 1" in shown
    assert "+10 (0 to +20) points" in shown
    assert "+2.78e-05 (0 to +5.56e-05) h" in shown


def test_panels_of_pairs_are_in_the_units_of_their_titles() -> None:
    from matplotlib.figure import Figure

    middles = {}
    for title, key, factor in operations_pairs._PANELS:
        axes = Figure().subplots()
        operations_pairs._panel(axes, study()["commanders"][:1], key, factor)
        middles[title] = float(np.asarray(axes.lines[0].get_xdata())[0])
    assert middles["survived [%]"] == 50.0
    assert middles["time to safe, mean [h]"] == pytest.approx(2.0)
    assert middles["not safe, mean [h]"] == pytest.approx(1 / 3600)
    assert middles["services [% of the time]"] == pytest.approx(40.0)
    assert middles["propellant used [kg]"] == 1.0


def test_the_page_of_pairs_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "pairs.json").write_text(json.dumps(study()))
    page = write_pairs_report(tmp_path).read_text("utf-8")
    assert "Fire &lt;in&gt; a room" in page
    assert "Intervals are of sampling alone." in page
    assert page.count("<img ") == 1
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "Orange: mine:Mind" in page
    assert DISCLAIMER in page


def test_a_folder_without_pairs_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no pairs\.json"):
        write_pairs_report(tmp_path)
