"""Days of the record on which a rule is easily broken: late ships, lost seats, ships under way."""

from datetime import date, timedelta

import numpy as np
import pytest

from stationkeeper.crew.planning import problem
from stationkeeper.crew.robustness import flown_otherwise, slipped
from stationkeeper.crew.roster import roster
from stationkeeper.crew.state import state_at
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews
from stationkeeper.programme.read import read_programme

RECORDS = [
    ("iss", "iss"),
    ("mir", "mir"),
    ("salyut-7", "salyut-7"),
    ("skylab", "skylab"),
    ("tiangong", "tiangong"),
]


@pytest.mark.parametrize(("name", "station"), RECORDS)
def test_nothing_otherwise_is_as_flown(name, station):
    programme = read_programme(name)
    crews = [crew for crew in all_crews(programme).values() if crew.station == station]
    first = max(programme.span.first, min(crew.launched for crew in crews))
    last = min(programme.span.last, max(crew.landed for crew in crews))
    flown = roster(programme, station, first, last)
    same = flown_otherwise(
        flown, docked=flown.docked, undocked=flown.undocked, since=flown.since, until=flown.until
    )
    held = np.searchsorted(flown.breaks, same.breaks[:-1], side="right") - 1
    np.testing.assert_array_equal(same.aboard, flown.aboard[:, held])


def test_before_the_first_crew_that_is_late_only_a_visit_misses_a_side():
    flown = roster(read_programme("iss"), "iss", date(2000, 11, 2), date(2001, 6, 1))
    first = next(slip for slip in slipped(flown, 60) if slip.flight == "soyuz-tm-31")
    # STS-97 would have come before them, with nobody for the Russian side.
    assert (first.emptied, first.days_lost) == (("russian",), 6)


def test_a_ship_sent_up_without_people_is_under_way_and_may_bring_others_home():
    iss = read_programme("iss")
    day = date(2023, 2, 24)
    under_way = state_at(iss, "iss", day).under_way
    assert [ship.key for ship in under_way] == ["soyuz-ms-23"]
    asked = problem(iss, "iss", day, day + timedelta(days=200), {}, from_flown=True)
    sent = next(one for one in asked.rotation.candidates if "ms-23" in one.key)
    assert {mix.adopts is None for mix in sent.mixes} == {True, False}


def test_people_of_a_lost_ship_may_go_home_on_places_of_an_emergency():
    settings = [
        'crew.soyuz-ms-22-usa.ship_down="Crew-5"',
        "crew.soyuz-ms-22-usa.landed=2023-03-12",
        "crew.soyuz-ms-22-usa.seat_on={}",
    ]
    assert not check_source("iss", settings=settings).has_errors
    more = [*settings, "crew.soyuz-ms-22-usa.seats={USA=3}"]
    found = check_source("iss", settings=more).problems
    assert any("7 people down on Crew-5" in str(problem) for problem in found)
