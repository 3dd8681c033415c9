"""The programme in which nobody leaves: what is taken out, what goes on, and that lives agree."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.campaign.chunks import Piece
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.deciding.rows import WORDS, Outcomes, outcomes
from stationkeeper.lifetime.deciding.staying import (
    assembled_staying,
    fly_staying,
    known_on,
    planned_end,
    replicas_kept,
    stations_kept,
    staying,
)
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.lifetime.run import fly_piece
from stationkeeper.lifetime.tally import event_names
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.composition import all_crews, all_flights, station_intervals
from stationkeeper.programme.crewing import Shock
from stationkeeper.programme.deciding import Policy
from stationkeeper.programme.document import Programme
from stationkeeper.programme.functions import Withdrawal
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.programme.stations import ReboostRule
from stationkeeper.results.events import write_events
from stationkeeper.units import days_since_2000 as _day
from tests.withdrawal_document import document

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")
END = date(2015, 7, 1)  # of alpha, when the annexe leaves it


@pytest.fixture(scope="module")
def two() -> Programme:
    return read_programme(FIXTURE)


@pytest.fixture(scope="module")
def ros() -> Programme:
    return read_programme("iss-to-ros")


def with_policy(programme: Programme, **given: Any) -> Programme:
    policy = Policy(**{"rule": "risk-above-limit", "act": "end", "station": "alpha", **given})
    return programme.model_copy(update={"policy": {"kept": policy}})


# ---- when the plan ends


def test_the_plan_ends_with_the_first_that_goes(two: Programme, ros: Programme) -> None:
    assert planned_end(two, "alpha") == END
    assert planned_end(two, "beta") is None
    no_parting = two.model_copy(update={"event": {}})
    assert planned_end(no_parting, "alpha") == date(2015, 9, 1)
    assert planned_end(ros, "iss") == date(2030, 7, 1)
    parting = Withdrawal(date=date(2029, 1, 1), mode="crews")
    leaves = ros.model_copy(update={"withdraw": {"roscosmos": parting}})
    assert planned_end(leaves, "iss") == date(2029, 1, 1)
    assert planned_end(leaves, "ros") is None


def test_a_plan_without_an_end_ends_with_its_last_regular_people(two: Programme) -> None:
    station = two.station["alpha"].model_copy(update={"end": None})
    programme = two.model_copy(update={"event": {}, "station": {"alpha": station}})
    assert planned_end(programme, "alpha") == date(2015, 5, 1) + timedelta(days=40)
    visits = two.traffic["visits"].model_copy(update={"until": None})
    open_end = programme.model_copy(update={"traffic": {"visits": visits}})
    assert planned_end(open_end, "alpha") is None


def test_what_was_flown_is_no_plan(two: Programme, ros: Programme) -> None:
    assert known_on(two) == two.span.first
    assert date(2026, 4, 1) < known_on(ros) < date(2026, 11, 1)
    assert known_on(two.model_copy(update={"as_known": date(2015, 8, 1)})) == date(2015, 8, 1)
    later = two.model_copy(update={"as_known": date(2015, 8, 1)})
    assert planned_end(later, "alpha") == date(2015, 9, 1)
    assert "separation" in staying(later, ["alpha"]).event


def test_only_stations_that_a_policy_may_keep_are_flown_on(two: Programme) -> None:
    assert stations_kept(two) == ()
    assert stations_kept(with_policy(two)) == ("alpha",)
    assert stations_kept(with_policy(two, act="leave", until=date(2016, 1, 1))) == ("alpha",)
    assert stations_kept(with_policy(two, until=date(2015, 6, 1))) == ()
    assert stations_kept(with_policy(two, act="guard")) == ()
    assert stations_kept(with_policy(two, station="beta")) == ()


# ---- the document


def test_nobody_leaves(two: Programme) -> None:
    kept = staying(two, ["alpha"])
    assert kept.station["alpha"].end is None
    assert set(kept.event) == {"core-there", "annexe-docks"}
    intervals = station_intervals(kept)
    assert intervals["alpha"][-1].last == _day(two.span.last) + 1
    assert intervals["alpha"][-1].modules == ("core", "annexe")
    assert intervals["beta"] == ()
    assert two.event["separation"].kind == "separate"  # the document given is as it was


def test_ships_and_people_go_on_at_their_rate(two: Programme) -> None:
    flights = all_flights(staying(two, ["alpha"]))
    for series in ("cargo", "visits"):
        days = sorted(one.docked for key, one in flights.items() if key.startswith(series))
        every = two.traffic[series].every_days
        assert {(b - a).days for a, b in pairwise(days)} == {every}
        assert days[-1] > two.span.last - timedelta(days=every)
    assert max(crew.launched for crew in all_crews(staying(two, ["alpha"])).values()) > END


def test_a_station_that_begins_from_another_keeps_it(two: Programme) -> None:
    kept = staying(two, ["beta"])
    assert set(kept.event) == set(two.event)
    assert kept.station["alpha"].end == two.station["alpha"].end
    assert station_intervals(kept)["beta"] == station_intervals(two)["beta"]


def test_the_ship_for_the_last_burns_and_the_drift_are_taken_out(ros: Programme) -> None:
    kept = staying(ros, ["iss"])
    assert "usdv" in ros.flight
    assert "usdv" not in kept.flight
    assert all(rule.kind != "drift" for rule in kept.station["iss"].reboost.values())
    assert {event.station for event in kept.event.values()} == {"iss"}
    assert {crew.station for crew in kept.crew.values()} == {"iss"}
    for ship in {series.ship for series in ros.traffic.values() if series.station == "iss"}:
        series = [one for one in kept.traffic.values() if one.ship == ship]
        assert [one.until for one in series] == [None]


def test_withdrawals_to_come_are_taken_out_and_others_stay(ros: Programme) -> None:
    table = {
        "roscosmos": Withdrawal(date=date(2029, 1, 1), mode="crews"),
        "csa": Withdrawal(date=date(2024, 1, 1), mode="crews"),
    }
    kept = staying(ros.model_copy(update={"withdraw": table}), ["iss"])
    assert list(kept.withdraw) == ["csa"]


def test_a_band_that_would_end_goes_on_where_nothing_else_holds(two: Programme) -> None:
    station = two.station["alpha"]
    rules = {
        "early": ReboostRule(
            kind="band",
            since=date(2014, 1, 1),
            until=date(2014, 6, 1),
            lower_km=390.0,
            upper_km=392.0,
        ),
        "keep": station.reboost["keep"].model_copy(update={"until": date(2015, 6, 1)}),
    }
    changed = station.model_copy(update={"reboost": rules})
    programme = two.model_copy(update={"station": {**two.station, "alpha": changed}})
    kept = staying(programme, ["alpha"]).station["alpha"].reboost
    assert kept["keep"].until is None
    assert kept["early"].until == date(2014, 6, 1)


@pytest.mark.parametrize("day", [None, date(2021, 4, 23), date(2022, 7, 26)])
def test_the_document_can_be_flown_as_known_on_a_day(day: date | None) -> None:
    programme = read_programme("iss-to-ros", as_known=day)
    assembled = assembled_staying(programme, ["iss"])
    assert assembled.keys == ("iss",)
    assert assembled.people[0, :, -400:].sum(axis=0).mean() > 2
    assert assembled.stations[0].hardware.exists.all()
    assert np.isfinite(assembled.stations[0].targets.lower[-1])


def test_dated_shocks_strike_there_as_well(two: Programme) -> None:
    shock = Shock(
        kind="grounded",
        station="alpha",
        date=date(2016, 1, 1),
        until=date(2016, 12, 1),
        ships=("capsule",),
    )
    struck = two.model_copy(update={"shock": {"halt": shock}})
    plain, shaken = (assembled_staying(one, ["alpha"]).people for one in (two, struck))
    begin = _day(date(2016, 2, 1)) - _day(two.span.first)
    assert plain[..., begin : begin + 300].any()
    assert not shaken[..., begin : begin + 300].any()


# ---- lives


def test_one_in_five_is_flown_on_and_fifty_at_least() -> None:
    assert [replicas_kept(count) for count in (1, 49, 50, 250, 251, 1_000, 10_000)] == [
        *(1, 49, 50, 50, 50),
        *(200, 2_000),
    ]


def flown(programme: Programme, replicas: int, folder: Path) -> Outcomes:
    """Fly a document as a run does, and read its rows."""
    assembled = assemble(withdrawn(programme), reference_table)
    prepared = prepare(assembled, 3, lambda text: None)
    piece: Piece = fly_piece(prepared, np.arange(replicas))
    events = event_names(assembled.stays, prepared.upkeep)
    with open(folder / "chunk-00000.parquet", "wb") as file:
        write_events(piece.rows, assembled.keys, events)(file)
    calendar = assembled.calendar
    return outcomes(folder, ("alpha",), replicas, calendar.first_day, calendar.days)


def events_of(told: Outcomes, until: date | None = None) -> dict[str, list[tuple[int, int, str]]]:
    last = _day(until) if until else 10**6
    return {
        name: [
            (replica, day, marks.subjects[subject])
            for replica, day, subject in zip(
                marks.replica.tolist(), marks.day.tolist(), marks.subject.tolist(), strict=True
            )
            if day < last
        ]
        for name, marks in told.marks["alpha"].items()
    }


def test_lives_are_those_of_the_run_until_the_plans_differ(tmp_path: Path) -> None:
    pumps = {"title": "Pumps", "module": "annexe", "units": 1, "needed": 1}
    joint = document(tmp_path, {"equipment.pumps": {**pumps, "random_per_year": 1.0}})
    said: list[str] = []
    told = fly_staying(joint, ["alpha"], 60, 3, workers=1, progress=said.append)
    assert told is not None
    assert told.replicas == 50
    assert said == ["flying 50 replicas in which nobody leaves alpha"]
    assert set(told.marks["alpha"]) == set(WORDS)
    stay = events_of(told)
    apart = date(2015, 4, 2)  # from then on ships come that the plan no longer has
    before = {name: [one for one in rows if one[1] < _day(apart)] for name, rows in stay.items()}
    assert before == events_of(flown(joint, 50, tmp_path), until=apart)
    count, early = (sum(len(rows) for rows in one.values()) for one in (stay, before))
    assert early > 20
    assert count > early + 20
    again = fly_staying(joint, ["alpha"], 60, 3, workers=2)
    assert again is not None
    assert events_of(again) == stay


def test_nothing_is_flown_if_no_station_is_kept(two: Programme) -> None:
    assert fly_staying(two, [], 50, 1) is None
