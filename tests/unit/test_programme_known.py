"""What was known on a day: later facts left out, later outcomes open, plans fitted."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews, all_flights, skipped_flights
from stationkeeper.programme.document import Programme
from stationkeeper.programme.fitting import port_stays
from tests.programmes import check_changed, errors, warnings

DAY = date(2028, 1, 1)


def flight(launched: str, undocked: str, port: str = "core/zenith", **keys: Any) -> dict[str, Any]:
    return {
        "ship": "capsule", "station": "small", "port": port, "status": "flown",
        "launched": date.fromisoformat(launched), "docked": date.fromisoformat(launched),
        "undocked": date.fromisoformat(undocked), **keys,
    }  # fmt: skip


# A record to May 2028; visits are a plan that follows it.
RECORD: dict[str, Any] = {
    "flight.one": flight("2027-03-01", "2027-05-01"),
    "flight.two": flight("2027-11-01", "2028-02-01"),
    "flight.three": flight("2028-05-01", "2028-06-01"),
    "crew.two": {
        "station": "small", "ship_up": "two", "ship_down": "two", "launched": date(2027, 11, 1),
        "landed": date(2028, 2, 1), "seats": {"USA": 2}, "status": "flown",
    },
    "traffic.visits.since": date(2028, 9, 1),
    "traffic.visits.follows_record": True,
}  # fmt: skip


def known(folder: Path, changes: dict[str, Any], day: date | None = DAY) -> Programme:
    checked = check_changed(folder, {**RECORD, **changes}, as_known=day)
    assert checked.programme is not None, errors(checked)
    return checked.programme


def test_without_a_day_nothing_is_left_out(tmp_path: Path) -> None:
    told = known(tmp_path, {}, None)
    assert sorted(told.flight) == ["one", "three", "two"]
    assert told.sun.observed_until is None
    assert told.left_out == ()


def test_a_day_of_knowledge_outside_all_dates_is_told_once(tmp_path: Path) -> None:
    checked = check_changed(tmp_path, {}, as_known=date(1900, 1, 1))
    assert errors(checked) == [
        "--as-known: given 1900-01-01; expected a date from 1957-10-04 to 2200-01-01"
    ]


def test_flights_launched_later_are_left_out_and_said_so(tmp_path: Path) -> None:
    checked = check_changed(tmp_path, RECORD, as_known=DAY)
    assert checked.programme is not None
    assert sorted(checked.programme.flight) == ["one", "two"]
    assert "flight.three: known from 2028-05-01" in checked.left_out
    assert checked.programme.as_known == DAY
    assert any(line.startswith("flight: 2 known only later") for line in checked.programme.left_out)


def test_outcomes_after_the_day_are_open_again(tmp_path: Path) -> None:
    told = known(tmp_path, {})
    assert told.flight["one"].undocked == date(2027, 5, 1)
    assert told.flight["two"].undocked is None
    assert told.crew["two"].landed is None
    assert told.crew["two"].ship_down == ""
    # 210 days of certified life
    assert all_flights(told)["two"].undocked == date(2028, 5, 29)
    assert all_crews(told)["two"].landed == date(2028, 5, 29)


def test_a_flown_flight_announced_before_is_a_plan(tmp_path: Path) -> None:
    told = known(tmp_path, {"flight.three.known_on": date(2027, 12, 1)})
    assert told.flight["three"].status == "planned"


def test_traffic_that_follows_the_record_goes_on_after_the_last_known_flight(
    tmp_path: Path,
) -> None:
    told = known(tmp_path, {"traffic.visits.every_days": 100})
    assert told.traffic["visits"].since == date(2028, 2, 9)  # 100 days after 2027-11-01
    told = known(tmp_path, {"traffic.visits.every_days": 30})
    assert told.traffic["visits"].since == date(2028, 1, 2)
    assert known(tmp_path, {}, date(2028, 12, 1)).traffic["visits"].since == date(2028, 9, 1)


def test_a_flight_there_on_the_day_leaves_after_the_days_of_its_series(tmp_path: Path) -> None:
    told = known(tmp_path, {"traffic.visits.stay_days": 80})
    assert told.flight["two"].undocked == date(2028, 1, 20)
    told = known(tmp_path, {"traffic.visits.stay_days": 20})
    assert told.flight["two"].undocked is None


def test_a_series_has_the_keys_that_were_the_plan_on_the_day(tmp_path: Path) -> None:
    changes = {
        "traffic.visits.every_days": 240,
        "traffic.visits.earlier": {
            "later": {"superseded_on": date(2029, 1, 1), "every_days": 200},
            "first": {"superseded_on": date(2027, 6, 1), "every_days": 90},
            "then": {"superseded_on": date(2028, 1, 2), "every_days": 180, "seats": {"USA": 1}},
        },
    }
    told = known(tmp_path, changes).traffic["visits"]
    assert (told.every_days, told.seats, told.earlier) == (180, {"USA": 1}, {})
    assert known(tmp_path, changes, date(2028, 1, 2)).traffic["visits"].every_days == 200
    assert known(tmp_path, changes, None).traffic["visits"].every_days == 240


def test_the_end_of_a_station_is_the_one_that_was_told(tmp_path: Path) -> None:
    def end(since: str, told: str) -> dict[str, Any]:
        return {
            "kind": "uncontrolled",
            "since": date.fromisoformat(since),
            "known_on": date.fromisoformat(told),
        }

    changes = {
        "station.small.end": end("2028-12-01", "2028-06-01"),
        "station.small.earlier_ends": {
            "first": end("2028-10-01", "2027-03-01"),
            "second": end("2028-11-01", "2027-09-01"),
        },
    }
    for day, since in ((DAY, "2028-11-01"), (date(2027, 6, 1), "2028-10-01"), (None, "2028-12-01")):
        told = known(tmp_path, changes, day).station["small"].end
        assert told is not None
        assert str(told.since) == since
    assert known(tmp_path, changes, date(2027, 2, 15)).station["small"].end is None


def test_traffic_that_stands_for_the_record_ends_on_the_day(tmp_path: Path) -> None:
    told = known(tmp_path, {"traffic.cargo.until": date(2028, 4, 1)})
    assert told.traffic["cargo"].until == DAY
    told = known(
        tmp_path,
        {"traffic.cargo.since": date(2028, 2, 1), "traffic.cargo.until": date(2028, 4, 1)},
    )
    assert "cargo" not in told.traffic


def test_a_plan_counts_as_known_unless_it_says_since_when(tmp_path: Path) -> None:
    plan = flight("2029-06-20", "2029-06-29", port="core/forward", status="planned")
    off = {"kind": "undock", "station": "small", "modules": ["lab"], "date": date(2029, 1, 1)}
    told = known(tmp_path, {"flight.plan": plan, "event.off": off})
    assert "plan" in told.flight
    assert "off" in told.event
    later = {"known_on": date(2028, 3, 1)}
    told = known(tmp_path, {"flight.plan": {**plan, **later}, "event.off": {**off, **later}})
    assert "plan" not in told.flight
    assert "off" not in told.event


def test_an_event_of_the_record_is_left_out_before_its_day(tmp_path: Path) -> None:
    off = {"kind": "undock", "station": "small", "modules": ["lab"], "date": date(2028, 4, 1)}
    assert "off" not in known(tmp_path, {"event.off": off}).event


def test_the_flown_altitude_ends_on_the_day_and_the_next_rule_begins(tmp_path: Path) -> None:
    rules = {
        "flown": {"kind": "as-flown", "since": date(2027, 1, 1), "until": date(2028, 6, 1),
                  "table": "iss-altitude"},
        "held": {"kind": "band", "since": date(2028, 6, 2), "lower_km": 390, "upper_km": 400},
    }  # fmt: skip
    reboost = known(tmp_path, {"station.small.reboost": rules}).station["small"].reboost
    assert reboost["flown"].until == DAY
    assert reboost["held"].since == date(2028, 1, 2)


def test_the_solar_record_ends_on_the_day(tmp_path: Path) -> None:
    assert known(tmp_path, {}).sun.observed_until == DAY
    earlier = known(tmp_path, {"sun.observed_until": date(2027, 6, 1)})
    assert earlier.sun.observed_until == date(2027, 6, 1)


def test_inner_facts_known_later_are_left_out(tmp_path: Path) -> None:
    later = {"known_on": date(2028, 6, 1)}
    told = known(
        tmp_path,
        {
            "ship.capsule.certified_life.longer": {"days": 300, **later},
            "module.lab.ground": {"built": {"state": "build", "since": date(2026, 1, 1), **later}},
            "station.small.end": {"kind": "controlled", "since": date(2029, 6, 1), **later},
        },
    )
    assert list(told.ship["capsule"].certified_life) == ["always"]
    assert told.module["lab"].ground == {}
    assert told.station["small"].end is None


def test_an_override_that_was_not_said_yet_is_left_out(tmp_path: Path) -> None:
    changes = {**RECORD, "overrides.low.known_on": date(2028, 6, 1)}
    checked = check_changed(tmp_path, changes, overrides=["low"], as_known=DAY)
    assert checked.programme is not None
    assert checked.programme.station["small"].orbit.altitude_km == 400
    assert "overrides.low: known from 2028-06-01" in checked.left_out
    checked = check_changed(tmp_path, changes, overrides=["low"], as_known=date(2028, 6, 1))
    assert checked.programme is not None
    assert checked.programme.station["small"].orbit.altitude_km == 360


def test_the_day_of_an_override_may_be_text_but_must_be_a_day(tmp_path: Path) -> None:
    override = {"overrides.later": {"known_on": "2028-03-01", "title": "Later"}}
    told = check_changed(tmp_path, override, overrides=["later"], as_known=DAY).programme
    assert told is not None
    assert told.title != "Later"
    wrong = {"overrides.later": {"known_on": "spring", "title": "Later"}}
    found = errors(check_changed(tmp_path, wrong, overrides=["later"]))
    assert len(found) == 1
    assert "overrides.later.known_on: given 'spring'; expected a date" in found[0]


def test_a_plan_whose_port_is_taken_moves_or_is_left_out(tmp_path: Path) -> None:
    told = known(tmp_path, {})
    flights = all_flights(told)
    # The capsule that has not left yet keeps core/zenith until its life ends.
    assert flights["two"].port == "core/zenith"
    assert flights["visits-001"].port != "core/zenith"
    stays = [stay for flight in flights.values() for stay in port_stays(flight)]
    for port, first, last in stays:
        others = [(f, e) for p, f, e in stays if p == port and (f, e) != (first, last)]
        assert all(e <= first or last <= f for f, e in others), port


def test_a_plan_without_a_place_is_left_out_with_its_crew(tmp_path: Path) -> None:
    changes: dict[str, Any] = {
        "module.core.ports.aft.mechanism": "ssvp",
        "module.core.ports.forward.mechanism": "idss",
        "module.lab.ports.nadir.mechanism": "ssvp",
        "ship.freighter.mechanisms": ["ssvp"],
    }
    told = known(tmp_path, changes)
    skipped = skipped_flights(told)
    assert skipped == {"visits-001": "no free port that it fits"}
    assert "visits-001" not in all_flights(told)
    assert "visits-001" not in all_crews(told)
    assert "visits-002" in all_crews(told)
    checked = check_changed(tmp_path, {**RECORD, **changes}, as_known=DAY)
    assert any("traffic.visits: given no free port" in line for line in warnings(checked))


@pytest.mark.parametrize("name", ["iss", "iss-to-ros"])
@pytest.mark.parametrize("day", ["2021-06-01", "2022-07-26", "2024-01-01", "2025-12-31"])
def test_a_shipped_programme_can_be_flown_as_known_on_any_day(name: str, day: str) -> None:
    checked = check_source(name, as_known=date.fromisoformat(day))
    assert checked.programme is not None, errors(checked)
    later = date.fromisoformat(day)
    for flight in checked.programme.flight.values():
        assert flight.status == "planned" or flight.launched <= later
    for crew in all_crews(checked.programme).values():
        assert crew.landed is not None
