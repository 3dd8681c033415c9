"""A plan is written as an override: the programme passes its check and flies with these crews."""

from datetime import date

import numpy as np
import pytest

import stationkeeper
from stationkeeper.crew.flying import flight_keys, planned_programme, to_the_end
from stationkeeper.crew.planning import problem
from stationkeeper.lifetime.run import run
from stationkeeper.programme.check import check_source
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.write import as_toml
from stationkeeper.schedule.score import score
from stationkeeper.schedule.solve import solve
from tests.programmes import errors, two_sides


def people_by_day(found, plan):
    """Return the people aboard on each day of the horizon, from the numbers of the plan."""
    plan = to_the_end(found, plan)
    people = np.zeros(found.rotation.days, dtype=int)
    for flight in plan.flights:
        mix = found.rotation.candidates[flight.candidate].mixes[flight.mix]
        people[flight.dock : flight.leave] += mix.total
    for ship, leaves in zip(found.rotation.aboard, plan.people_leave, strict=True):
        people[:leaves] += sum(ship.people)
    return people


def plan_and_fly(source, station, at, until, folder):
    """Plan, write, check and fly; return the problem, the plan, the check and the results."""
    programme = read_programme(source)
    found = problem(programme, station, at, until, {})
    plan = solve(found.rotation, seed=1, seconds_per_stage=8.0)
    assert plan.flights
    assert score(found.rotation, plan).broken == ()
    path = folder / "planned.toml"
    path.write_text(planned_programme(programme, found, plan), encoding="utf-8")
    checked = check_source(str(path), overrides=["plan"])
    assert errors(checked) == []
    flown = checked.programme
    results = stationkeeper.open(run(flown, out=folder, replicas=2))
    return found, plan, flown, results


def test_a_small_station_flies_its_plan(tmp_path):
    source = tmp_path / "two.toml"
    source.write_text(as_toml(two_sides()), encoding="utf-8")
    at, until = date(2027, 2, 1), date(2028, 2, 1)
    found, plan, flown, results = plan_and_fly(str(source), "small", at, until, tmp_path)
    assert flown.span.last == found.last
    assert {key for key in flown.crew if key.startswith("plan-")} == {
        key
        for key, flight in zip(flight_keys(found, plan), plan.flights, strict=True)
        if found.rotation.candidates[flight.candidate].mixes[flight.mix].total
    }
    # The run counts the planned people, month by month.
    months = results["people"].sel(station="small").sum("nation")
    ours = people_by_day(found, plan)
    assert float(months.sel(month="2027-07")[0]) == pytest.approx(ours[150:181].mean(), abs=0.2)


def test_the_iss_flies_a_planned_year(tmp_path):
    found, plan, flown, results = plan_and_fly(
        "iss", "iss", date(2026, 10, 2), date(2027, 10, 2), tmp_path
    )
    assert flown.crew["soyuz-ms-29"].ship_down == "soyuz-ms-29"
    assert len(plan.flights) >= 2
    last = results["people"].sel(station="iss").sum("nation").sel(month="2027-08")[0]
    assert float(last) == pytest.approx(people_by_day(found, plan)[303:334].mean(), abs=0.3)
