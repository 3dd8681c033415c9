"""Rotations, agreements, shocks, work, seats home: faults found, and what is known on a day."""

import contextlib
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from stationkeeper.errors import InputError
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews, all_flights, life_of_flight
from stationkeeper.programme.crewing import Rotation
from stationkeeper.programme.describe import as_text, describe
from stationkeeper.programme.document import Programme
from stationkeeper.programme.known import as_known
from stationkeeper.programme.nations import CURRENT, FORMER, NATIONS
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.table_rows import cell_text, rows_from_csv
from tests.programmes import changed, check_changed, errors, warnings

ROTATION = {"ship": "capsule", "station": "small", "since": date(2027, 6, 1), "every_days": 182.5,
            "ports": ["core/zenith"], "mixes": [{"USA": 3}, {"USA": 2, "JPN": 1}]}  # fmt: skip
SWAP = {"kind": "exchange", "station": "small", "since": date(2027, 6, 1),
        "seats_on": {"capsule": "JPN", "freighter": "FRA"}}  # fmt: skip
FLIGHT = {"ship": "capsule", "station": "small", "title": "Ten",
          "launched": date(2028, 6, 1), "docked": date(2028, 6, 2), "undocked": date(2028, 6, 20),
          "port": "lab/nadir"}  # fmt: skip
CREW = {"station": "small", "ship_up": "Ten", "launched": date(2028, 6, 1), "ship_down": "Ten",
        "landed": date(2028, 6, 20), "seats": {"USA": 2}}  # fmt: skip
SHOCK = {"kind": "unfit", "station": "small", "date": date(2028, 6, 10), "flight": "x"}
WORK = {"title": "Repairs", "station": "small", "since": date(2028, 6, 1),
        "until": date(2028, 6, 20), "crew_days": 12}  # fmt: skip
SOUND = {
    "rotation.visits": ROTATION,
    "agreement.swap": SWAP,
    "flight.x": FLIGHT,
    "crew.x": CREW,
    "shock.leak": SHOCK,
    "work.repairs": WORK,
    "station.small.crew_rules.run_by": {"main": ["USA", "JPN"]},
    "ship.capsule.flown_by": ["USA"],
}

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("a rotation with a class that is not there", {"rotation.visits.ship": "capsle"},
     "rotation.visits.ship: given 'capsle'; expected a ship that is defined: capsule, freighter;"
     " did you mean 'capsule'?"),
    ("a rotation to no station", {"rotation.visits.station": "smal"},
     "rotation.visits.station: given 'smal'; expected a station that is defined"),
    ("a rotation at a port that is not there", {"rotation.visits.ports": ["core/zenit"]},
     "rotation.visits.ports: given 'core/zenit'; expected a port that is defined"),
    ("a rotation at a port that does not fit", {"module.lab.ports.nadir.mechanism": "cbm",
                                                "flight.x.port": "core/aft", "traffic.cargo.since":
                                                date(2029, 1, 1),
                                                "rotation.visits.ports": ["lab/nadir"]},
     "rotation.visits.ports: given 'lab/nadir' with mechanism 'cbm'; expected a port that capsule"),
    ("a rotation without ports", {"rotation.visits.ports": []},
     "rotation.visits.ports: given no port; expected at least one port"),
    ("a mix over capacity", {"rotation.visits.mixes": [{"USA": 3}, {"USA": 3, "JPN": 2}]},
     "rotation.visits.mixes: given 5 people, USA 3, JPN 2; expected at most 4, the seats of"),
    ("an empty mix", {"rotation.visits.mixes": [{}]},
     "rotation.visits.mixes: given a mix without people; expected seats by nation"),
    ("no mix", {"rotation.visits.mixes": []}, "rotation.visits.mixes: given no mix; expected"),
    ("a mix that nobody flies", {"rotation.visits.mixes": [{"JPN": 2}]},
     "rotation.visits.mixes: given JPN 2, without anybody to fly capsule; expected at least one "
     "person of USA"),
    ("a handover the wrong way round", {"rotation.visits.handover_days": [9, 5]},
     "rotation.visits.handover_days: given [9, 5]; expected [fewest, most]"),
    ("stays the wrong way round", {"rotation.visits.stay_days": [60, 30]},
     "rotation.visits.stay_days: given [60, 30]; expected [fewest, most]"),
    ("a rotation that ends before it begins", {"rotation.visits.until": date(2027, 1, 1)},
     "rotation.visits.until: given until on 2027-01-01; expected a day not before 2027-06-01"),
    ("an agreement that ends before it begins", {"agreement.swap.until": date(2027, 1, 1)},
     "agreement.swap.until: given until on 2027-01-01"),
    ("work that ends before it begins", {"work.repairs.until": date(2028, 1, 1)},
     "work.repairs.until: given until on 2028-01-01"),
    ("a shock that ends before it begins", {"shock.leak.until": date(2028, 6, 9)},
     "shock.leak.until: given until on 2028-06-09; expected a day not before 2028-06-10, date"),
    ("foreign people where they are refused",
     {"station.small.access.foreign_crew": "refused", "traffic.visits.seats": {"USA": 2}},
     "rotation.visits.mixes: given people of JPN for small, where foreign crew is refused; "
     "expected people of USA"),
    ("an exchange with one ship", {"agreement.swap.seats_on": {"capsule": "JPN"}},
     "agreement.swap.seats_on: given 1 class of ship; expected at least two in an exchange"),
    ("an exchange with a ship that is not there",
     {"agreement.swap.seats_on": {"capsul": "JPN", "freighter": "FRA"}},
     "agreement.swap.seats_on.capsul: given 'capsul'; expected a ship that is defined"),
    ("a purchase without a ship",
     {"agreement.swap.kind": "purchase", "agreement.swap.seats_on": {}},
     "agreement.swap.seats_on: given nothing; expected the class of ship"),
    ("a quota without nations", {"agreement.swap.kind": "quota"},
     "agreement.swap.nations: given no nation; expected the nations"),
    ("a quota of nothing", {"agreement.swap.kind": "quota", "agreement.swap.nations": ["JPN"]},
     "agreement.swap.seats_per_year: given nothing; expected more than 0"),
    ("a ship grounded without its name", {"shock.leak.kind": "grounded"},
     "shock.leak.ships: given nothing; expected this key in a shock 'grounded'"),
    ("a site closed without its name", {"shock.leak.kind": "pad-closed"},
     "shock.leak.site: given nothing; expected this key in a shock 'pad-closed'"),
    ("a limit without a number", {"shock.leak.kind": "people-limit"},
     "shock.leak.people: given nothing; expected this key in a shock 'people-limit'"),
    ("a shock to no flight", {"shock.leak.flight": "visit-001"},
     "shock.leak.flight: given 'visit-001'; expected the key of a flight"),
    ("a shock at no site", {"shock.leak.site": "cpe"},
     "shock.leak.site: given 'cpe'; expected a site that is defined: cape; did you mean 'cape'?"),
    ("a ship unfit while it is not there", {"shock.leak.date": date(2028, 7, 1)},
     "shock.leak.date: given 2028-07-01; expected a day on which x is docked, 2028-06-02 to"),
    ("a segment run that is not there", {"station.small.crew_rules.run_by": {"man": ["USA"]}},
     "station.small.crew_rules.run_by.man: given 'man'; expected a segment of a module: main; did "
     "you mean 'main'?"),
    ("people able to run what is not there", {"crew.x.able": {"mian": 1}},
     "crew.x.able.mian: given 'mian'; expected a segment of a module: main"),
    ("more people able than there are", {"crew.x.able": {"main": 3}},
     "crew.x.able.main: given 3 people able to run main; expected at most 2"),
    ("a seat home before the launch", {"crew.x.seat_on": {"2028-05-01": "x"}},
     "crew.x.seat_on.2028-05-01: given 2028-05-01; expected a day of their stay, 2028-06-01 to "
     "before 2028-06-20"),
    ("a seat home after the landing", {"crew.x.seat_on": {"2028-06-20": "x"}},
     "crew.x.seat_on.2028-06-20: given 2028-06-20; expected a day of their stay"),
    ("a seat home on no flight", {"crew.x.seat_on": {"2028-06-10": "Elven"}},
     "crew.x.seat_on.2028-06-10: given 'Elven'; expected the key or title of a flight"),
    ("a seat home on a ship that has not come", {"crew.x.seat_on": {"2028-06-01": "Ten"}},
     "crew.x.seat_on.2028-06-01: given 2028-06-01; expected a day on which Ten is docked, "
     "2028-06-02 to 2028-06-20"),
    ("a nation that nobody defined", {"traffic.visits.seats": {"RUX": 1, "USA": 2}},
     "traffic.visits.seats.RUX: given 'RUX'; expected a nation as three letters of ISO 3166-1, "
     "for example USA; did you mean 'RUS'"),
    ("a code of sport", {"rotation.visits.mixes": [{"USA": 2, "GER": 1}, {"USA": 3, "GER": 1}]},
     "rotation.visits.mixes: given 'GER' (2 times in all); expected a nation as three letters of "
     "ISO 3166-1, for example USA; did you mean 'DEU'?"),
    ("work at no station", {"work.repairs.station": "smal"},
     "work.repairs.station: given 'smal'; expected a station that is defined"),
]  # fmt: skip


def test_what_is_sound_passes(tmp_path: Path) -> None:
    checked = check_changed(tmp_path, SOUND)
    assert [str(problem) for problem in checked.problems] == []


@pytest.mark.parametrize(
    ("changes", "expected"), [(c, e) for _, c, e in FAULTS], ids=[name for name, _, _ in FAULTS]
)
def test_a_fault_is_found_and_told_once(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    found = errors(check_changed(tmp_path, {**SOUND, **changes}))
    assert len(found) == 1, found
    assert expected in found[0]
    assert "programme.toml:" in found[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"rotation.visits.every_days": 80},
            "rotation.visits.window_days: given 45 days, earlier or later, with launches every 80;"
            " expected at most 40",
        ),
        (
            {"agreement.swap.seats_on": {"capsule": "USA", "freighter": "JPN"}},
            "agreement.swap.seats_on.capsule: given 'USA', whose own ship capsule is",
        ),
        (
            {"work.repairs.crew_days": 81},
            "work.repairs.crew_days: given 81; expected at most 80: 20 days",
        ),
        (
            {
                "station.small.access.foreign_crew": "by-permission",
                "traffic.visits.seats": {"USA": 2},
            },
            "rotation.visits.mixes: given people of JPN for small, where foreign crew is let in by "
            "permission only; expected people of USA, or an event of kind 'permit'",
        ),
    ],
)
def test_a_warning_is_given(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    checked = check_changed(tmp_path, {**SOUND, **changes})
    assert errors(checked) == []
    assert len(warnings(checked)) == 1
    assert expected in warnings(checked)[0]


def test_a_crew_that_never_lands_is_refused_in_words(tmp_path: Path) -> None:
    """Ten has a life of 210 days from 1 June 2028; the record goes on until the next February."""
    up = {key: value for key, value in FLIGHT.items() if key != "undocked"} | {"status": "flown"}
    lost = {key: value for key, value in CREW.items() if key not in ("landed", "ship_down")}
    later = {**FLIGHT, "title": "Eleven", "launched": date(2029, 2, 1), "docked": date(2029, 2, 2),
             "undocked": date(2029, 2, 9), "status": "flown"}  # fmt: skip
    changes = {"flight.x": up, "crew.x": {**lost, "status": "flown"}, "flight.y": later}
    found = errors(check_changed(tmp_path, changes))
    assert len(found) == 1
    assert (
        "crew.x.landed: given no landing day, and no ship down that leaves; the life of its ship "
        "ended on 2028-12-28; expected a landing day, or a ship that takes them home: the record "
        "goes on to 2029-02-01" in found[0]
    )
    landed = {**changes, "crew.x.landed": date(2028, 9, 1)}
    granted = {**changes, "flight.x.life_days": 250}
    taken = {**changes, "crew.x.ship_down": "Eleven"}
    for mended in (landed, granted, taken):
        assert errors(check_changed(tmp_path, mended)) == []


def test_a_life_granted_to_a_flight_goes_before_that_of_its_class(tmp_path: Path) -> None:
    long = {**FLIGHT, "undocked": date(2029, 1, 15)}
    beyond = check_changed(tmp_path, {"flight.x": long})
    assert any("given 228 days in orbit; expected at most 210" in line for line in warnings(beyond))
    granted = check_changed(tmp_path, {"flight.x": {**long, "life_days": 230}})
    assert not any("days in orbit" in line for line in warnings(granted))
    short = check_changed(tmp_path, {"flight.x": {**long, "life_days": 220}})
    assert any("at most 220, granted to it" in line for line in warnings(short))
    programme = granted.programme
    assert programme is not None
    assert life_of_flight(programme.flight["x"], programme.ship["capsule"]) == 230
    open_ended = {key: value for key, value in FLIGHT.items() if key != "undocked"}
    read = check_changed(tmp_path, {"flight.x": {**open_ended, "life_days": 250}}).programme
    assert read is not None
    assert all_flights(read)["x"].undocked == date(2028, 6, 1) + timedelta(days=250)


def test_a_broken_reference_takes_only_its_part_out(tmp_path: Path) -> None:
    """Nothing that rests on a part with a broken reference is told beside it."""
    changes = {**SOUND, "rotation.visits.ship": "nothing", "shock.leak.ships": ["nobody"],
               "rotation.visits.mixes": [{}]}  # fmt: skip
    found = errors(check_changed(tmp_path, changes))
    assert sorted(line.split(": ")[1] for line in found) == [
        "rotation.visits.ship",
        "shock.leak.ships",
    ]


def test_cells_of_people_able_and_of_seats_home_read_back() -> None:
    crew = {"able": {"russian": 2, "usos": 0}, "seats": {"RUS": 2}}
    seat_on = {"2023-01-18": "crew-5", "2023-02-25": "Soyuz MS-23"}
    row = f'a,x,"{cell_text(crew["seats"])}","{cell_text(crew["able"])}",{cell_text(seat_on)}'
    text = f"key,ship_up,seats,able,seat_on\n{row}\n"
    document, _, problems = rows_from_csv(text, "crews.csv")
    assert problems == []
    assert document == {"crew": {"a": {"ship_up": "x", **crew, "seat_on": seat_on}}}


def test_what_is_known_later_is_left_out() -> None:
    document: dict[str, Any] = {
        "flight": {"f": {"status": "flown", "launched": date(2026, 1, 1), "life_days": 230}},
        "crew": {
            "c": {
                "status": "flown",
                "launched": date(2022, 9, 21),
                "seat_on": {"2023-01-18": "a", "2023-02-25": "b"},
            }
        },
        "agreement": {
            "read": {"since": date(2022, 9, 1), "known_on": date(2022, 7, 15)},
            "bare": {"since": date(2023, 6, 1)},
            "planned": {"since": date(2027, 6, 1)},
        },
        "shock": {"past": {"date": date(2022, 12, 15)}, "later": {"date": date(2024, 8, 24)}},
        "work": {"w": {"since": date(2030, 1, 1), "known_on": date(2024, 1, 1)}},
    }
    kept, left_out = as_known(document, date(2023, 2, 1))
    assert sorted(kept["agreement"]) == ["planned", "read"]
    assert sorted(kept["shock"]) == ["past"]
    assert kept["work"] == {}
    assert kept["crew"]["c"]["seat_on"] == {"2023-01-18": "a"}
    assert {item.key for item in left_out} >= {"agreement.bare", "shock.later", "work.w"}
    assert document["crew"]["c"]["seat_on"] == {"2023-01-18": "a", "2023-02-25": "b"}


def test_the_rotation_before_one_known_later_goes_on() -> None:
    series = {"ship": "s", "station": "t"}
    document: dict[str, Any] = {
        "rotation": {
            "first": {**series, "since": date(2020, 1, 1), "until": date(2024, 12, 31)},
            "second": {
                **series,
                "since": date(2025, 1, 1),
                "until": date(2029, 12, 31),
                "known_on": date(2024, 6, 1),
            },
            "other": {"ship": "o", "station": "t", "since": date(2020, 1, 1),
                      "until": date(2024, 12, 31)},
        }
    }  # fmt: skip
    kept, left_out = as_known(document, date(2023, 1, 1))
    assert sorted(kept["rotation"]) == ["first", "other"]
    assert kept["rotation"]["first"]["until"] == date(2029, 12, 31)
    assert kept["rotation"]["other"]["until"] == date(2024, 12, 31)
    assert [item.key for item in left_out] == ["rotation.second"]
    del document["rotation"]["second"]["until"]
    kept, _ = as_known(document, date(2023, 1, 1))
    assert "until" not in kept["rotation"]["first"]


@pytest.mark.parametrize(
    ("known", "aboard"),
    [
        (date(2003, 2, 1), {"RUS": 1, "USA": 2}),
        (date(2018, 10, 11), {"RUS": 1, "USA": 1, "DEU": 1}),
        (date(2022, 12, 15), {"RUS": 3, "USA": 3, "JPN": 1}),
        (date(2023, 9, 1), {"RUS": 4, "USA": 4, "ARE": 1, "DNK": 1, "JPN": 1}),
        (date(2024, 9, 10), {"RUS": 3, "USA": 6}),
    ],
)
def test_who_was_aboard_on_the_day_of_knowledge_still_is(
    known: date, aboard: dict[str, int]
) -> None:
    """Also those whose ship had left without them."""
    programme = check_source("iss", as_known=known).programme
    assert programme is not None
    people: dict[str, int] = {}
    for crew in all_crews(programme).values():
        assert crew.landed is not None
        if crew.status == "flown" and crew.launched <= known < crew.landed:
            for nation, count in crew.seats.items():
                people[nation] = people.get(nation, 0) + count
    assert people == aboard


def test_those_whose_ship_has_left_go_home_on_one_of_its_class() -> None:
    """Two came on Soyuz MS-24, which left in April 2024 with others; Soyuz MS-25 was there."""
    programme = check_source("iss", as_known=date(2024, 9, 10)).programme
    assert programme is not None
    crew = all_crews(programme)["soyuz-ms-24-home-soyuz-ms-25"]
    assert crew.landed == all_flights(programme)["soyuz-ms-25"].undocked
    assert crew.landed is not None
    assert crew.landed > date(2024, 9, 17)


def test_codes_of_nations_are_all_there() -> None:
    assert len(CURRENT) == 249
    assert not CURRENT & FORMER
    assert {"USA", "RUS", "SUN", "DDR", "CSK", "YUG"} <= NATIONS


@cache
def shipped(name: str) -> Programme:
    return read_programme(name)


def nominal_days(rotation: Rotation) -> list[date]:
    assert rotation.until is not None
    count = int((rotation.until - rotation.since).days / rotation.every_days) + 1
    return [rotation.since + timedelta(days=round(k * rotation.every_days)) for k in range(count)]


@pytest.mark.parametrize(
    ("key", "flown", "furthest"),
    [
        ("soyuz-tma-two-a-year", 14, 21),
        ("soyuz-tma-four-a-year", 28, 48),
        ("soyuz-ms-four-a-year", 14, 35),
        ("soyuz-ms", 11, 30),
        ("crew-dragon", 11, 45),
    ],
)
def test_a_rotation_of_the_iss_meets_the_flights_that_were_flown(
    key: str, flown: int, furthest: int
) -> None:
    """One nominal launch for each flight that brought a crew to stay, in order, near its day."""
    programme = shipped("iss")
    rotation = programme.rotation[key]
    nominal = nominal_days(rotation)
    assert rotation.until is not None
    launched = sorted(
        flight.launched
        for name, flight in programme.flight.items()
        if flight.ship == rotation.ship
        and abs(rotation.since - flight.launched).days <= 40 * 365
        and nominal[0] - timedelta(days=46) <= flight.launched <= rotation.until
        and name not in ("soyuz-ms-20", "demo-2", "ax-1", "ax-2", "ax-3", "ax-4")
    )
    launched = launched[-len(nominal) :]
    assert len(launched) == len(nominal) == flown
    assert max(abs((a - b).days) for a, b in zip(nominal, launched, strict=True)) <= furthest


@pytest.mark.parametrize(
    ("name", "station", "day"),
    [
        ("iss", "iss", date(2003, 2, 1)),
        ("iss", "iss", date(2018, 10, 11)),
        ("iss", "iss", date(2022, 10, 1)),
        ("iss", "iss", date(2022, 12, 15)),
        ("iss", "iss", date(2025, 11, 27)),
        ("iss", "iss", date(2026, 1, 15)),
        ("iss", "iss", date(2026, 10, 1)),
        ("iss", "iss", date(2028, 10, 1)),
        ("iss-to-ros", "iss", date(2026, 10, 1)),
        ("iss-to-ros", "ros", date(2030, 9, 1)),
        ("tiangong", "tiangong", date(2025, 11, 5)),
        ("haven-1", "haven-1", date(2027, 6, 1)),
    ],
)
def test_a_plan_from_any_of_these_days_finds_launches(name: str, station: str, day: date) -> None:
    """On each side that has its own ship, within nine months."""
    programme = shipped(name)
    found = set()
    for rotation in programme.rotation.values():
        last = min(rotation.until or date.max, day + timedelta(days=270))
        first = max(rotation.since, day)
        count = (first - rotation.since).days / rotation.every_days
        following = rotation.since + timedelta(days=round(-(-count // 1) * rotation.every_days))
        if rotation.station == station and following <= last:
            found.add(rotation.ship)
    dragon = {"crew-dragon"} if station == "iss" and day.year >= 2022 else set()
    if station == "iss":
        assert {ship.partition("-")[0] for ship in found} >= {"soyuz"}
    assert found
    assert dragon <= found


def test_people_of_soyuz_ms_22_and_of_the_starliner_test_have_their_own_seats() -> None:
    crew = shipped("iss").crew
    together = [crew["soyuz-ms-22"], crew["soyuz-ms-22-usa"]]
    assert [dict(group.seats) for group in together] == [{"RUS": 2}, {"USA": 1}]
    assert {group.landed for group in together} == {date(2023, 9, 27)}
    assert list(together[1].seat_on.values()) == ["crew-5", "soyuz-ms-23"]
    assert crew["cft"].seat_on == {"2024-09-06": "crew-8", "2024-09-29": "crew-9"}


def test_flights_that_brought_nobody_have_no_crew() -> None:
    """Soyuz MS-10 was lost on the way; MS-23 and Shenzhou-22 came without people."""
    iss, tiangong = shipped("iss"), shipped("tiangong")
    assert iss.flight["soyuz-ms-10"].status == "lost"
    assert "soyuz-ms-10" not in all_flights(iss)
    ups = {crew.ship_up for crew in (*iss.crew.values(), *tiangong.crew.values())}
    assert not ups & {"Soyuz MS-10", "Soyuz MS-23", "Shenzhou-22"}


def test_every_part_of_the_shipped_plans_says_where_it_is_from() -> None:
    for name in ("iss", "iss-to-ros", "tiangong", "haven-1"):
        programme = shipped(name)
        parts: list[Any] = []
        for table in (programme.rotation, programme.agreement, programme.shock, programme.work):
            parts += table.values()
        assert parts
        assert all(part.source and part.confidence for part in parts)
        assert all("caus" not in shock.note.lower() for shock in programme.shock.values())


def test_what_a_plan_may_use_is_listed(tmp_path: Path) -> None:
    programme = check_changed(tmp_path, SOUND).programme
    assert programme is not None
    described = describe(programme)
    counts = {name: len(described[name]) for name in ("rotations", "agreements", "shocks", "work")}
    assert counts == {"rotations": 1, "agreements": 1, "shocks": 1, "work": 1}
    text = as_text(described)
    assert "visits: capsule every 182.5 d, from 2027-06-01, USA 3 or USA 2 JPN 1" in text
    assert "swap: exchange, from 2027-06-01, JPN on capsule, FRA on freighter" in text
    assert "leak: unfit, from 2028-06-10, x" in text
    assert "work, 1: 12 days of one person from 2028-06-01 to 2028-06-20" in text


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([-1, 0, 10**9, True, "", "a/b", "x", [], {}, [{}], [[1, 2]], [1, 0], [5],
                     ["core", "core"], ["core/zenith"] * 3, {"USA": 10**9}, {"ZZZ": 1},
                     {"capsule": "QQQ"}, {"2028-06-10": "x"}, {"9999-01-01": ""}, date(2199, 1, 1),
                     "payloads", "exchange", "unfit", float("nan")]),
    st.integers(),
    st.dates(),
    st.text(max_size=20),
)  # fmt: skip
PLACES = sorted(
    f"{part}.{name}"
    for part, entry in SOUND.items()
    if isinstance(entry, dict)
    for name in {**entry, "until": 0, "handover_days": 0, "seat_on": 0, "able": 0, "people": 0,
                 "site": 0, "ships": 0, "nations": 0, "seats_per_year": 0, "life_days": 0}
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_any_value_is_read_or_refused_in_words(changes: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.toml"
        path.write_text(changed({**SOUND, **dict(changes)}))
        checked = check_source(str(path))
        assert all(problem.expected and problem.file for problem in checked.problems)
        if checked.programme is None:
            assert checked.has_errors
            with contextlib.suppress(InputError):
                read_programme(str(path))
                raise AssertionError("check refuses what read accepts")
        else:
            assert isinstance(checked.programme, Programme)
            as_text(describe(checked.programme))


def test_a_key_called_like_an_inner_table_is_no_trouble(tmp_path: Path) -> None:
    found = errors(check_changed(tmp_path, {"flight.payloads": {**FLIGHT, "ship": "nothing"}}))
    assert len(found) == 1
    assert "flight.payloads.ship: given 'nothing'" in found[0]
