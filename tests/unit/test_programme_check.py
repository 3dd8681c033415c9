"""Check: each fault is found, in words, and a sound programme has none."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.write import as_toml
from tests.programmes import changed, check_changed, check_text, errors, small, warnings

DOCK = {"kind": "dock", "station": "small"}
FLIGHT = {"ship": "capsule", "station": "small"}
X = {**FLIGHT, "title": "Ten", "launched": date(2028, 6, 1), "docked": date(2028, 6, 2),
     "undocked": date(2028, 6, 20), "port": "lab/nadir"}  # fmt: skip
CREW = {"station": "small", "launched": date(2028, 6, 1), "landed": date(2028, 6, 20),
        "seats": {"USA": 3}}  # fmt: skip
BEYOND = {
    "module.far": {**small()["module"]["lab"], "title": "Far", "launched": date(2027, 9, 5)},
    "event.far-docks": {**DOCK, "modules": ["far"], "port": "lab/nadir", "date": date(2027, 9, 7)},
    "event.lab-leaves": {"kind": "remove", "station": "small", "modules": ["lab"],
                         "date": date(2028, 1, 1)},
}  # fmt: skip

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    (
        "two docks on one port",
        {"traffic.cargo.ports": ["core/zenith"]},
        "traffic.visits.ports: given 'core/zenith' from 2027-03-01, taken by flight.cargo-001",
    ),
    (
        "a flight on the port of a module",
        {"flight.x": {**FLIGHT, "launched": date(2028, 1, 1), "docked": date(2028, 1, 2),
                      "undocked": date(2028, 2, 2), "port": "core/forward"}},
        "flight.x.port: given 'core/forward' from 2028-01-02, taken by event.lab-docks for good",
    ),
    (
        "a crew larger than its ship",
        {"traffic.visits.seats": {"USA": 5}},
        "traffic.visits.seats: given 5 people up on visits-001; expected at most 4",
    ),
    (
        "a crew without a ship",
        {"crew.lost": {"station": "small", "ship_up": "capsle", "launched": date(2028, 6, 1),
                       "landed": date(2028, 6, 9), "seats": {"USA": 1}}},
        "crew.lost.ship_up: given 'capsle', which is no flight: the crew has no seat",
    ),
    (
        "a module removed before it is docked",
        {"event.gone": {"kind": "remove", "station": "small", "modules": ["lab"],
                        "date": date(2027, 6, 1)}},
        "event.gone.modules: given lab, which is removed before it is docked",
    ),
    (
        "a module docked before its launch",
        {"module.lab.launched": date(2028, 1, 1)},
        "event.lab-docks.modules: given 2027-09-03; expected a day from 2028-01-01 on",
    ),
    (
        "a module docked twice",
        {"event.again": {**DOCK, "modules": ["lab"], "date": date(2028, 1, 1)}},
        "event.again.modules: given lab, which is part of small",
    ),
    (
        "a date after the span",
        {"event.late": {**DOCK, "modules": ["core"], "date": date(2060, 1, 1)}},
        "event.late.date: given 2060-01-01; expected a day within the span",
    ),
    (
        "traffic after the span",
        {"traffic.visits.since": date(2035, 1, 1)},
        "traffic.visits.since: given 2035-01-01; expected a day within the span",
    ),
    (
        "a span that ends before it begins",
        {"span.last": date(2020, 1, 1)},
        "span.last: given 2020-01-01; expected a day after 2027-01-01",
    ),
    (
        "a ship on a port that it does not fit",
        {"ship.capsule.mechanisms": ["apas"]},
        "traffic.visits.ports: given 'core/zenith' with mechanism 'idss'; expected a port that "
        "capsule fits: apas",
    ),
    (
        "a port of a module that is not there yet",
        {"traffic.visits.ports": ["lab/nadir"]},
        "traffic.visits.ports: given 'lab/nadir', whose module is not part of small on 2027-03-01",
    ),
    (
        "an unknown port",
        {"traffic.visits.ports": ["core/zenit"]},
        "did you mean 'core/zenith'",
    ),
    (
        "an unknown ship",
        {"traffic.visits.ship": "capsul"},
        "traffic.visits.ship: given 'capsul'; expected a ship that is defined: capsule, freighter",
    ),
    (
        "a launch too heavy for the launcher",
        {"module.lab.mass_kg": 16_000, "module.lab.pressurised_volume_m3": 90},
        "module.lab.launcher: given 16,000 kg on 'lifter' from cape to 51.6 deg; expected at most "
        "15,000 kg",
    ),
    (
        "an inclination that the site does not reach",
        {"station.small.orbit.inclination_deg": 96.8},
        "module.core.site: given 'cape' for an inclination of 96.8 deg",
    ),
    (
        "a launcher that is not in service yet",
        {"launcher.lifter.payloads.cape-51.since": date(2028, 1, 1)},
        "module.lab.launcher: given 'lifter' on 2027-09-01; expected a day on which it is in "
        "service from cape: from 2028-01-01",
    ),
    (
        "a launcher that does not leave from the site",
        {"site.north": {"title": "North", "latitude_deg": 40, "inclinations_deg": [[40, 60]]},
         "module.lab.site": "north"},
        "module.lab.site: given 'north', from which lifter does not leave; expected one of: cape",
    ),
    (
        "people of a nation that is refused",
        {"station.small.access.foreign_crew": "refused"},
        "traffic.visits.seats: given people of JPN aboard small, where foreign crew is refused",
    ),
    (
        "people of a nation without permission",
        {"station.small.access.foreign_crew": "by-permission"},
        "where foreign crew is let in by permission only",
    ),
    (
        "a band upside down",
        {"station.small.reboost.keep.upper_km": 390},
        "station.small.reboost.keep.upper_km: given 390 km; expected more than 395 km",
    ),
    (
        "a rule without its figure",
        {"station.small.reboost.keep.kind": "calendar"},
        "station.small.reboost.keep.every_days: given nothing; expected this key in a rule "
        "'calendar'",
    ),
    (
        "a table that is not there",
        {"station.small.reboost.keep.kind": "as-flown",
         "station.small.reboost.keep.table": "iss-altitud"},
        "did you mean 'iss-altitude'",
    ),
    (
        "more propellant than the tank holds",
        {"module.core.propulsion.aboard_kg": 1_000},
        "module.core.propulsion.aboard_kg: given 1000 kg; expected at most 900 kg",
    ),
    (
        "a separation without a place to go",
        {"event.split": {"kind": "separate", "station": "small", "modules": ["lab"],
                         "date": date(2028, 1, 1)}},
        "event.split.to_station: given nothing; expected the station that receives the modules",
    ),
    (
        "two crews on one flight, by its key and by its title",
        {"flight.x": X, "crew.a": {**CREW, "ship_up": "x"}, "crew.b": {**CREW, "ship_up": "Ten"}},
        "crew.b.seats: given 6 people up on x; expected at most 4",
    ),
    (
        "a crew on a flight to another station",
        {"flight.x": X, "station.two": small()["station"]["small"],
         "crew.a": {**CREW, "ship_up": "x", "station": "two"}},
        "crew.a.ship_up: given x, which visits small; expected a flight to two",
    ),
    (
        "a crew on a flight that was lost",
        {"flight.x": {**X, "status": "lost"}, "crew.a": {**CREW, "ship_up": "x"}},
        "crew.a.ship_up: given x, which was lost on the way",
    ),
    (
        "a flight called as one of a series",
        {"flight.visits-001": X},
        "flight.visits-001: given 'visits-001', a name that the series 'visits' gives its own",
    ),
    (
        "a relocation without a port",
        {"event.x": {"kind": "relocate", "station": "small", "modules": ["lab"],
                     "date": date(2028, 1, 1)}},
        "event.x.port: given nothing; expected the port to which the module moves",
    ),
    (
        "a storage orbit without a height",
        {"station.small.end": {"kind": "storage", "since": date(2029, 6, 1)}},
        "station.small.end.storage_km: given nothing",
    ),
    (
        "a station that begins after the span",
        {"station.small.first_day": date(2040, 1, 1)},
        "station.small.first_day: given 2040-01-01; expected a day not after 2029-12-31",
    ),
    (
        "too many flights",
        {"traffic.cargo": {"ship": "freighter", "station": "small", "since": date(1958, 1, 1),
                           "every_days": 1, "stay_days": 19_000, "ports": ["core/aft"]}},
        "traffic: given traffic.cargo: given more than 20000 flights",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_found(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    checked = check_changed(tmp_path, changes)
    assert checked.programme is None
    assert checked.has_errors
    assert any(expected in line for line in errors(checked)), "\n".join(errors(checked))


WARNINGS: list[tuple[str, dict[str, Any], str]] = [
    (
        "a stay beyond the certified life",
        {"ship.capsule.certified_life.always.days": 30},
        "traffic.visits.stay_days: given 45 days in orbit; expected at most 30",
    ),
    (
        "a launcher that is not crew-rated",
        {"launcher.lifter.crew_rated": False},
        "traffic.visits.launcher: given 'lifter' for a ship with seats; not crew-rated",
    ),
    (
        "a site that is not crew-rated",
        {"site.cape.crew_rated": False},
        "traffic.visits.site: given 'cape' for a ship with seats; not crew-rated",
    ),
    (
        "more people than the rules allow",
        {"station.small.crew_rules.maximum": 2},
        "station.small.crew_rules.maximum: given 3 people on",
    ),
    (
        "fewer people than the rules ask for",
        {"station.small.crew_rules.minimum": 4},
        "station.small.crew_rules.minimum: given 3 people on",
    ),
    (
        "a stay beyond the limit of the station",
        {"station.small.crew_rules.stay_limit_days": 30},
        "traffic.visits.stay_days: given a stay of 45 days; expected at most 30 days",
    ),
    (
        "a volume in the wrong unit",
        {"module.core.pressurised_volume_m3": 60_000},
        "module.core.pressurised_volume_m3: given 60000 m3 for 14000 kg",
    ),
    (
        "an estimate of a key that is not there",
        {"module.core.estimates": ["mas_kg"]},
        "module.core.estimates: given 'mas_kg'; expected a key of this part that is given a value; "
        "did you mean 'mass_kg'",
    ),
    (
        "a payload figure for another inclination",
        {"launcher.lifter.payloads.cape-51.inclination_deg": 28.5},
        "module.core.launcher: given 'lifter' from cape to 51.6 deg; expected a payload figure",
    ),
    (
        "a crew that stays when its ship goes home",
        {"flight.x": X, "crew.a": {**CREW, "ship_up": "x", "ship_down": "x",
                                   "landed": date(2028, 9, 1)}},
        "crew.a.landed: given 2028-09-01, while x undocks on 2028-06-20",
    ),
    (
        "a crew without a way home",
        {"flight.x": X, "crew.a": {**CREW, "ship_up": "x", "ship_down": "capsle"}},
        "crew.a.ship_down: given 'capsle', which is no flight",
    ),
    (
        "a station in pieces",
        BEYOND,
        "event.lab-leaves.modules: given small is left in 2 pieces that no port joins: core | far",
    ),
    (
        "a ship named for burns that has no engines",
        {"station.small.reboost.keep.burned_by": ["capsule"]},
        "station.small.reboost.keep.burned_by: given 'capsule', which cannot",
    ),
    (
        "last burns by a ship without engines",
        {"station.small.end": {"kind": "controlled", "since": date(2029, 6, 1), "ship": "capsule"}},
        "station.small.end.ship: given 'capsule', without thrust_n or isp_s",
    ),
    (
        "a crew that stays for the descent",
        {"station.small.end": {"kind": "uncontrolled", "since": date(2029, 6, 1),
                               "crew_leaves": date(2029, 8, 1)}},
        "station.small.end.crew_leaves: given 2029-08-01; expected a day not after 2029-06-01",
    ),
    (
        "a segment that is not there",
        {"station.small.crew_rules.minimum_by_segment": {"mian": 1}},
        "did you mean 'main'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"), [w[1:] for w in WARNINGS], ids=[w[0] for w in WARNINGS]
)
def test_a_warning_is_given_and_the_programme_is_kept(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    checked = check_changed(tmp_path, changes)
    assert checked.programme is not None, errors(checked)
    assert any(expected in line for line in warnings(checked)), "\n".join(warnings(checked))


def test_crews_on_one_class_of_ship_are_counted_ride_by_ride(tmp_path: Path) -> None:
    first = {**CREW, "ship_up": "capsule", "ship_down": "capsule"}
    later = {**first, "launched": date(2029, 6, 1), "landed": date(2029, 6, 20)}
    assert not errors(check_changed(tmp_path, {"crew.a": first, "crew.b": later}))
    together = errors(check_changed(tmp_path, {"crew.a": first, "crew.b": first}))
    assert any("given 6 people up on capsule; expected at most 4" in line for line in together)


def test_a_station_whose_far_module_moves_on_the_same_day_is_whole(tmp_path: Path) -> None:
    moved = {"kind": "relocate", "station": "small", "modules": ["far"], "port": "core/forward",
             "date": date(2028, 1, 1)}  # fmt: skip
    checked = check_changed(tmp_path, {**BEYOND, "event.far-moves": moved})
    assert checked.programme is not None, errors(checked)
    assert not [line for line in warnings(checked) if "pieces" in line]


def test_a_move_between_orbit_planes_is_refused_with_its_cost(tmp_path: Path) -> None:
    station = {**small()["station"]["small"], "title": "Polar station"}
    station["orbit"] = {"altitude_km": 400, "inclination_deg": 96.8}
    checked = check_changed(
        tmp_path,
        {
            "station.polar": station,
            "event.split": {
                "kind": "separate", "station": "small", "modules": ["lab"],
                "to_station": "polar", "date": date(2028, 1, 1),
            },
        },
    )  # fmt: skip
    (line,) = errors(checked)
    assert (
        "event.split.to_station: given a move from 51.6 to 96.8 deg, which costs 5.9 km/s" in line
    )


def test_permission_lets_a_nation_in_from_its_day_on(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "station.small.access.foreign_crew": "by-permission",
        "partner.guest": {"title": "Guest", "nation": "JPN"},
        "event.let-in": {
            "kind": "permit", "station": "small", "partner": "guest", "date": date(2027, 3, 1),
        },
    }  # fmt: skip
    assert errors(check_changed(tmp_path, changes)) == []
    changes["event.let-in"]["date"] = date(2027, 3, 2)
    assert len(errors(check_changed(tmp_path, changes))) == 1


def test_estimates_are_listed_with_line_and_value(tmp_path: Path) -> None:
    checked = check_changed(tmp_path, {})
    lines = [str(estimate) for estimate in checked.estimates]
    assert len(lines) == 11
    assert any(line.endswith("module.core.mass_kg = 14000.0") for line in lines)
    assert all(estimate.line for estimate in checked.estimates)


def test_years_of_iss_are_record_where_tables_exist() -> None:
    checked = check_source("iss")
    basis = {(station, year): tuple(rest) for station, year, *rest in checked.basis}
    assert basis["iss", 2024] == ("record", "record", "record")
    assert basis["iss", 2029] == ("policy", "policy", "policy")
    assert basis["iss", 2005][0] == "policy"
    assert ("iss", 2024, "record") in checked.years
    assert ("iss", 2029, "policy") in checked.years


def test_the_text_lists_problems_years_and_estimates(tmp_path: Path) -> None:
    sound = check_changed(tmp_path, {}).as_text()
    assert "small can be flown: 0 errors, 0 warnings" in sound
    assert "Our own estimates, 11:" in sound
    assert "small 2027-2029: altitude policy, crews policy, ships policy" in sound
    faulty = check_changed(tmp_path, {"ship.capsule.seats": -1}).as_text()
    assert "cannot be flown: 1 error, 0 warnings" in faulty
    assert "estimates" not in faulty


def test_one_fault_is_told_once_without_what_follows_from_it(tmp_path: Path) -> None:
    for changes in (
        {"module.core.mass_kg": -1},
        {"module.core.launcher": "lftr"},
        {"module.core.segment": 3},
        {"event.core-launched.date": "soon"},
        {"ship.capsule.partner": "nobody"},
        {"station.small.orbit.inclination_deg": 400},
        {"launcher.lifter.payloads.cape-51.site": "nowhere"},
    ):
        assert len(errors(check_changed(tmp_path, changes))) == 1, changes


def test_a_span_of_the_command_line_cuts_a_piece_out(tmp_path: Path) -> None:
    text = changed({"traffic.cargo.until": date(2027, 12, 31)})
    assert not check_text(tmp_path, text, settings=["span.first=2028-06-01"]).has_errors
    inside = changed({"traffic.cargo.until": date(2027, 12, 31), "span.first": date(2028, 6, 1)})
    assert any("traffic.cargo.since" in line for line in errors(check_text(tmp_path, inside)))


def test_facts_of_shared_tables_may_lie_outside_the_span(tmp_path: Path) -> None:
    document = small()
    document["flight"] = {
        "early": {
            **FLIGHT, "launched": date(2020, 1, 1), "docked": date(2020, 1, 2),
            "undocked": date(2020, 2, 2), "port": "core/aft", "status": "flown",
        }
    }  # fmt: skip
    (tmp_path / "base.toml").write_text(as_toml(document))
    assert errors(check_text(tmp_path, 'include = ["base.toml"]\n')) == []
    (line,) = errors(check_source(str(tmp_path / "base.toml")))
    assert "flight.early.docked: given 2020-01-02 to 2020-02-02; expected a day within" in line
