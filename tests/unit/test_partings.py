"""Who goes when a partner leaves: nations, ships, seats, and ships at modules that go."""

import json
from datetime import date
from pathlib import Path

import pytest

from stationkeeper.programme.composition import all_crews, all_flights
from stationkeeper.programme.partings import ends_ship, nations_left, people_of
from tests.withdrawal_document import document

LEAVE = {"kind": "leave", "station": "alpha", "partner": "south", "date": date(2014, 11, 1)}
EUROPEANS = {
    "partner.north.nation": "FRA",
    "partner.south.nation": "DEU",
    "traffic.visits.seats": {"ITA": 1},
    "traffic.glides.seats": {"BRA": 1},
}


def test_all_of_europe_is_one(tmp_path: Path) -> None:
    told = document(tmp_path, EUROPEANS)
    day = date(2014, 11, 1)
    assert people_of(told, "north") == people_of(told, "south")
    assert "ITA" in people_of(told, "north")
    assert nations_left(told, "alpha", "south", day) == frozenset()


def test_the_last_partner_of_a_nation_takes_its_people_along(tmp_path: Path) -> None:
    first = {"kind": "leave", "station": "alpha", "partner": "south", "date": date(2014, 6, 1)}
    last = {"kind": "leave", "station": "alpha", "partner": "north", "date": date(2015, 1, 1)}
    told = document(tmp_path, {**EUROPEANS, "event.first": first, "event.last": last})
    assert "ITA" not in nations_left(told, "alpha", "south", date(2014, 6, 1))
    assert "ITA" in nations_left(told, "alpha", "north", date(2015, 1, 1))
    italians = [c for c in all_crews(told).values() if "ITA" in c.seats]
    assert any(date(2014, 6, 1) < crew.launched for crew in italians)
    assert all(crew.launched < date(2015, 1, 1) for crew in italians)


@pytest.mark.parametrize(
    ("crews_only", "ship", "ends"),
    [(False, "freighter", True), (True, "freighter", False), (True, "glider", True)],
)
def test_ships_end_with_their_partner_or_with_those_who_fly_them(
    crews_only: bool, ship: str, ends: bool, tmp_path: Path
) -> None:
    told = document(tmp_path, {"event.out": {**LEAVE, "crews_only": crews_only}})
    assert ends_ship(told, told.event["out"], ship) is ends
    assert not ends_ship(told, told.event["out"], "capsule")


def test_two_who_lose_their_seats_share_what_is_free(tmp_path: Path) -> None:
    changes = {
        "traffic.visits.stay_days": 140,
        "traffic.visits.seats": {"USA": 2},
        "traffic.glides.seats": {"BRA": 1, "USA": 2},
        "event.out": LEAVE,
    }
    crews = all_crews(document(tmp_path, changes))
    assert crews["glides-002.moved"].seats == {"USA": 1}
    assert crews["glides-002.left"].seats == {"BRA": 1, "USA": 1}
    assert crews["glides-002.left"].landed == date(2014, 11, 1)
    assert "glides-002" not in crews


def test_a_free_seat_is_given_once(tmp_path: Path) -> None:
    more = {
        "station": "alpha", "ship_up": "glides-002", "ship_down": "glides-002",
        "launched": date(2014, 9, 28), "landed": date(2014, 12, 27), "seats": {"USA": 1},
    }  # fmt: skip
    changes = {
        "traffic.visits.stay_days": 140,
        "traffic.visits.seats": {"USA": 2},
        "crew.more": more,
        "event.out": LEAVE,
    }
    crews = all_crews(document(tmp_path, changes))
    assert len([key for key in crews if key.endswith(".moved")]) == 1


def test_a_ship_goes_with_the_module_at_which_it_is_docked(tmp_path: Path) -> None:
    off = {
        "kind": "remove", "station": "alpha", "modules": ["annexe", "workshop"],
        "date": date(2014, 11, 1),
    }  # fmt: skip
    changes = {
        "event.off": off,
        "traffic.cargo.until": date(2014, 10, 20),
        "event.separation": {**off, "modules": ["core"], "date": date(2016, 12, 1)},
    }
    told = document(tmp_path, changes)
    whole = document(tmp_path, {"traffic.cargo.until": date(2014, 10, 20)})
    assert all_flights(whole)["cargo-002"].undocked == date(2015, 1, 26)
    assert all_flights(told)["cargo-002"].undocked == date(2014, 11, 1)
    # A module that goes to another station keeps its ships.
    kept = document(tmp_path, {"event.separation.date": date(2014, 11, 1),
                               "traffic.cargo.until": date(2014, 10, 20),
                               "event.workshop-docks.date": date(2014, 6, 5)})  # fmt: skip
    assert all_flights(kept)["cargo-002"].undocked == date(2015, 1, 26)


def test_check_lists_what_is_not_a_partners_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from stationkeeper.cli import app

    document(tmp_path)
    path = str(tmp_path / "joint.toml")
    app(["check", path, "--autarky", "south", "--json"], standalone_mode=False)
    found = json.loads(capsys.readouterr().out)
    assert found["partner"] == "south"
    assert {"station", "kind", "key", "title", "partners", "needed_for"} == set(found["rows"][0])
    app(["check", path, "--autarky", "south"], standalone_mode=False)
    text = capsys.readouterr().out
    assert text.startswith("Alpha: what is not South's own")
    for row in found["rows"]:
        assert row["title"] in text
