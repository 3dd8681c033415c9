"""Composition: stations by interval, flights and crews put in order, a partner leaving."""

from datetime import date
from pathlib import Path
from typing import Any

from stationkeeper.programme.composition import (
    all_crews,
    all_flights,
    life_days,
    station_intervals,
)
from stationkeeper.programme.describe import as_text, describe
from stationkeeper.programme.document import Programme
from stationkeeper.programme.history import history
from stationkeeper.programme.read import read_programme
from stationkeeper.units import days_since_2000
from tests.programmes import check_changed, errors, small


def programme(folder: Path, changes: dict[str, Any]) -> Programme:
    checked = check_changed(folder, changes)
    assert checked.programme is not None, errors(checked)
    return checked.programme


def day(text: str) -> int:
    return days_since_2000(date.fromisoformat(text))


def event(kind: str, when: str, *modules: str, **keys: Any) -> dict[str, Any]:
    return {
        "kind": kind, "date": date.fromisoformat(when), "station": "small",
        "modules": list(modules), **keys,
    }  # fmt: skip


def test_intervals_follow_one_another_through_the_span(tmp_path: Path) -> None:
    first, second = station_intervals(programme(tmp_path, {}))["small"]
    assert (first.first, first.last) == (day("2027-01-01"), day("2027-09-03"))
    assert (second.first, second.last) == (day("2027-09-03"), day("2030-01-01"))
    assert first.modules == ("core",)
    assert second.modules == ("core", "lab")
    assert first.orbit_from is None


def test_a_separated_station_begins_with_the_orbit_of_the_first(tmp_path: Path) -> None:
    second = {**small()["station"]["small"], "title": "Second"}
    second.pop("propellant_aboard_kg")
    told = programme(
        tmp_path,
        {
            "station.second": second,
            "event.split": event("separate", "2028-05-01", "lab", to_station="second"),
        },
    )
    intervals = station_intervals(told)
    assert [i.modules for i in intervals["small"]] == [("core",), ("core", "lab"), ("core",)]
    (alone,) = intervals["second"]
    assert (alone.first, alone.last) == (day("2028-05-01"), day("2030-01-01"))
    assert alone.modules == ("lab",)
    assert alone.orbit_from == "small"


def test_the_port_between_separated_modules_is_free_again(tmp_path: Path) -> None:
    second = {**small()["station"]["small"], "title": "Second"}
    told = programme(
        tmp_path,
        {
            "station.second": second,
            "event.split": event("separate", "2028-05-01", "lab", to_station="second"),
            "flight.x": {
                "ship": "capsule", "station": "small", "launched": date(2028, 5, 1),
                "docked": date(2028, 5, 1), "undocked": date(2028, 6, 1), "port": "core/forward",
            },
        },
    )  # fmt: skip
    (taken,) = history(told).occupied
    assert (taken.port, taken.first, taken.last) == (
        "core/forward",
        date(2027, 9, 3),
        date(2028, 5, 1),
    )


def test_isolated_modules_stay_and_are_marked(tmp_path: Path) -> None:
    told = programme(
        tmp_path,
        {
            "event.shut": event("isolate", "2028-01-01", "lab"),
            "event.open": event("reopen", "2028-07-01", "lab"),
        },
    )
    intervals = station_intervals(told)["small"]
    assert [i.isolated for i in intervals] == [(), (), ("lab",), ()]
    assert all(i.modules == ("core", "lab") for i in intervals[1:])


def test_a_station_ends_with_its_last_module(tmp_path: Path) -> None:
    told = programme(
        tmp_path,
        {
            "event.gone": event("remove", "2028-07-01", "lab", "core"),
            "traffic.visits.until": date(2028, 3, 1),
            "traffic.cargo.until": date(2028, 1, 31),
        },
    )
    intervals = station_intervals(told)["small"]
    assert intervals[-1].last == day("2028-07-01")


def test_a_module_undocked_may_dock_again(tmp_path: Path) -> None:
    told = programme(
        tmp_path,
        {
            "event.off": event("undock", "2028-01-01", "lab"),
            "event.back": event("dock", "2028-02-01", "lab", port="core/forward"),
        },
    )
    assert [len(i.modules) for i in station_intervals(told)["small"]] == [1, 2, 1, 2]


def test_regular_flights_keep_their_numbers_and_days(tmp_path: Path) -> None:
    flights = all_flights(programme(tmp_path, {}))
    assert flights["visits-001"].docked == date(2027, 3, 1)
    assert flights["visits-002"].docked == date(2027, 8, 30)  # 182.5 days, rounded to even
    assert flights["visits-002"].undocked == date(2027, 10, 14)
    later = all_flights(programme(tmp_path, {"span.first": date(2028, 1, 1)}))
    assert "visits-001" not in later
    assert later["visits-003"] == flights["visits-003"]


def test_regular_flights_bring_their_crews(tmp_path: Path) -> None:
    crews = all_crews(programme(tmp_path, {}))
    assert crews["visits-002"].seats == {"USA": 2, "JPN": 1}
    assert crews["visits-002"].landed == date(2027, 10, 14)
    assert not any(key.startswith("cargo") for key in crews)


def test_an_open_flight_leaves_when_its_port_is_needed_or_its_life_ends(tmp_path: Path) -> None:
    open_flight = {
        "ship": "freighter", "station": "small", "launched": date(2027, 5, 3),
        "docked": date(2027, 5, 4), "port": "core/aft",
    }  # fmt: skip
    flights = all_flights(programme(tmp_path, {"flight.x": open_flight}))
    assert flights["x"].undocked == flights["cargo-002"].docked
    changes: dict[str, Any] = {
        "flight.x": open_flight,
        "ship.freighter.certified_life": {"always": {"days": 100}},
    }
    flights = all_flights(programme(tmp_path, changes))
    assert flights["x"].undocked == date(2027, 8, 11)  # a hundred days from the launch
    changes["ship.freighter.certified_life"] = {"always": {"days": 0.5}}
    flights = all_flights(programme(tmp_path, changes))
    assert flights["x"].undocked == date(2027, 5, 5)


def test_the_latest_certified_life_that_holds_is_taken(tmp_path: Path) -> None:
    lives = {"first": {"days": 180}, "later": {"days": 240, "since": date(2028, 1, 1)}}
    ship = programme(tmp_path, {"ship.capsule.certified_life": lives}).ship["capsule"]
    assert life_days(ship, date(2027, 12, 31)) == 180
    assert life_days(ship, date(2028, 1, 1)) == 240


GUEST = {
    "partner.guest": {"title": "Guest", "nation": "JPN"},
    "station.small.partners": ["operator", "guest"],
}


def test_when_a_partner_leaves_its_people_leave_and_come_no_more(tmp_path: Path) -> None:
    leave = {"kind": "leave", "station": "small", "partner": "guest", "date": date(2027, 9, 15)}
    crews = all_crews(programme(tmp_path, {**GUEST, "event.out": leave}))
    assert crews["visits-001"].seats == {"USA": 2, "JPN": 1}
    assert crews["visits-002"].seats == {"USA": 2}
    assert crews["visits-002"].landed == date(2027, 10, 14)
    assert crews["visits-002.left"].seats == {"JPN": 1}
    assert crews["visits-002.left"].landed == date(2027, 9, 15)
    assert crews["visits-003"].seats == {"USA": 2}


def test_when_the_owner_of_the_ships_leaves_nobody_comes_on_them(tmp_path: Path) -> None:
    leave = {"kind": "leave", "station": "small", "partner": "operator", "date": date(2027, 9, 15)}
    told = programme(tmp_path, {**GUEST, "event.out": leave})
    flights, crews = all_flights(told), all_crews(told)
    assert sorted(crews) == ["visits-001", "visits-002"]
    assert crews["visits-002"].landed == date(2027, 9, 15)
    assert flights["visits-002"].undocked == date(2027, 9, 15)
    assert not any(flight.docked >= date(2027, 9, 15) for flight in flights.values())


def test_a_nation_stays_while_another_of_its_partners_does(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        **GUEST,
        "partner.second": {"title": "Second guest", "nation": "JPN"},
        "station.small.partners": ["operator", "guest", "second"],
        "event.out": {
            "kind": "leave", "station": "small", "partner": "guest", "date": date(2027, 9, 15),
        },
    }  # fmt: skip
    assert all_crews(programme(tmp_path, changes))["visits-003"].seats == {"USA": 2, "JPN": 1}


def test_the_last_people_leave_when_the_end_of_the_station_says_so(tmp_path: Path) -> None:
    end = {"kind": "controlled", "since": date(2028, 12, 1), "crew_leaves": date(2028, 9, 20)}
    told = programme(tmp_path, {"station.small.end": end})
    flights, crews = all_flights(told), all_crews(told)
    assert max(crew.landed or date.max for crew in crews.values()) == date(2028, 9, 20)
    assert max(f.docked for f in flights.values() if f.ship == "freighter") <= date(2028, 12, 1)


def test_a_station_born_of_the_iss_takes_its_orbit() -> None:
    intervals = station_intervals(read_programme("iss-to-ros"))
    assert intervals["ros"][0].orbit_from == "iss"
    before = next(i for i in intervals["iss"] if i.last == intervals["ros"][0].first)
    assert set(intervals["ros"][0].modules) < set(before.modules)


def test_a_description_is_plain_data_and_text(tmp_path: Path) -> None:
    description = describe(programme(tmp_path, {}))
    (station,) = description["stations"]
    assert station["seats_by_nation"] == {"USA": 12, "JPN": 6}
    assert [state["mass_kg"] for state in station["states"]] == [14_000, 23_000]
    assert "2027-09-03     23,000 kg    110 m3  +lab" in as_text(description)
