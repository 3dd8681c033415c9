"""The topic hindcast: how forecasts are scored, and that none knows what came later."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime import prepare as preparing
from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.slips import slip_pairs
from stationkeeper.lifetime.withdrawals import withdrawn
from stationkeeper.programme.composition import all_flights, skipped_flights
from stationkeeper.programme.fitting import port_stays
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table
from stationkeeper.report.evidence import stored_evidence
from stationkeeper.units import days_since_2000
from stationkeeper.validation.hindcast import CALIBRATED, scored
from stationkeeper.validation.hindcast_flight import LAST, Forecast, as_known
from stationkeeper.validation.hindcast_truth import (
    ACTS,
    authorities,
    days,
    flown_presence,
    known_until,
    slips_without,
)

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "as-known.md"
DAYS = [told["known_on"] for told in days()]


# ---- How forecasts are scored -------------------------------------------------------------------


def decisions(chance: dict[str, float]) -> dict[str, Any]:
    return {
        "forecast": [
            {"quantity": name, "chance_by": [["2021-01-01", 0.0], ["2026-10-31", value]]}
            for name, value in chance.items()
        ]
    }


def made_up(**changes: Any) -> Forecast:
    """Return a forecast in which all is as it was, with a little spread."""
    draws = np.random.default_rng(1)
    dates = np.arange("2021-01-01", "2027-01-01", dtype="datetime64[D]")
    months = len(np.unique(dates.astype("datetime64[M]")))
    ones = np.ones(len(dates))
    base = Forecast(
        known_on=DAYS[1],
        dates=dates,
        altitude=np.repeat(418e3 + 1e3 * draws.normal(size=(40, 1)), len(dates), axis=1),
        used=np.repeat(10 + draws.normal(size=(40, 1)), len(dates), axis=1),
        people=np.full((40, len(dates)), 7),
        planned={"RUS": 3 * ones, "USA": 4 * ones},
        leak=np.repeat(draws.uniform(0.2, 2.5, (40, 1)), months, axis=1),
        decisions=decisions({"leave": 0.2, "notice": 0.3, "end": 0.1, "first launch": 0.1}),
    )
    return replace(base, **changes)


def rows_of(flown: Forecast) -> dict[str, Any]:
    return {row.name.split(": ", 1)[1]: row for row in scored(flown, days()[1])}


def test_rows_are_named_once_sourced_and_finite():
    found = scored(made_up(), days()[1])
    assert len({row.name for row in found}) == len(found)
    assert all(row.topic == "hindcast" and row.source and row.note for row in found)
    assert all(np.isfinite([row.ours, row.truth, row.tolerance]).all() for row in found)


def test_a_truth_outside_the_band_is_a_miss():
    name = "mean altitude of 2024, place of the truth"
    assert rows_of(made_up())[name].within
    assert not rows_of(made_up(altitude=made_up().altitude + 20e3))[name].within


def test_a_forecast_that_is_always_sure_of_what_was_announced_scores_as_that_baseline():
    flown = made_up(
        decisions=decisions({"leave": 1.0, "notice": 1.0, "end": 1.0, "first launch": 1.0})
    )
    late = {"chance_by": [["2022-07-27", 1.0]]}
    told = [{"quantity": one["quantity"], **late} for one in flown.decisions["forecast"]]
    found = rows_of(replace(flown, decisions={"forecast": told}))
    for act in ("leave", "notice", "end", "first launch"):
        row = found[f"{act}, Brier score"]
        assert row.ours == 1
        announced = "0.000" if act == "end" else "1.000"  # announced for 2030
        assert f"as announced {announced}, unchanged 0.000" in row.note
        assert not found[f"{act}, not by {known_until()}"].within


def test_chances_between_the_days_told_rise_in_a_straight_line():
    flown = made_up(decisions={"forecast": [
        {"quantity": "leave", "chance_by": [["2023-01-01", 0.0], ["2023-01-11", 0.5]]}
    ]})  # fmt: skip
    assert flown.chance_by("leave", date(2022, 1, 1)) == 0
    assert flown.chance_by("leave", date(2023, 1, 3)) == pytest.approx(0.1)
    assert flown.chance_by("leave", date(2026, 1, 3)) == 0.5
    assert flown.chance_by("notice", date(2026, 1, 3)) is None


def test_a_day_on_which_all_replicas_act_is_a_step():
    band = {"q05": "2024-06-01", "q50": "2024-06-01", "q95": "2024-06-01"}
    told = [{"quantity": "end", "band": band, "chance_by": [["2024-01-01", 0], ["2025-01-01", 1]]}]
    flown = made_up(decisions={"forecast": told})
    assert flown.chance_by("end", date(2024, 5, 31)) == pytest.approx(0.05)
    assert flown.chance_by("end", date(2024, 6, 1)) == pytest.approx(0.95)


def test_without_decisions_nothing_is_within_that_needs_them():
    found = rows_of(made_up(decisions={}))
    for act in ("leave", "notice", "end", "first launch"):
        assert found[f"{act}, not by {known_until()}"].ours is None
        assert found[f"{act}, Brier score"].ours is None
    (pooled,) = [row for name, row in found.items() if name.startswith("Brier score of")]
    assert pooled.ours is None
    assert not pooled.within


def test_a_chance_that_is_told_early_costs_more_than_one_told_late():
    def score(first: str) -> float:
        told = [{"quantity": "leave", "chance_by": [[first, 0.0], ["2026-10-31", 0.9]]}]
        found = rows_of(made_up(decisions={"forecast": told}))
        return found[f"leave, CRPS of the date up to {known_until()}"].ours

    assert score("2022-08-01") > score("2025-08-01") > 0


def test_a_score_is_within_if_it_is_no_worse_than_the_better_baseline():
    nearly = np.full((40, 2191), 7)  # that of before, kept
    assert rows_of(made_up(people=nearly))["people, CRPS"].within
    assert not rows_of(made_up(people=np.where(made_up().before, nearly, 12)))[
        "people, CRPS"
    ].within


def test_a_date_that_has_not_come_costs_the_years_for_which_it_was_held_to_have_come():
    flown = made_up(decisions={"forecast": [
        {"quantity": "leave", "chance_by": [["2024-10-30", 0.0], ["2024-10-31", 1.0]]}
    ]})  # fmt: skip
    name = f"leave, CRPS of the date up to {known_until()}"
    assert rows_of(flown)[name].ours == pytest.approx(2.0, abs=0.01)
    half = made_up(decisions={"forecast": [
        {"quantity": "leave", "chance_by": [["2024-10-30", 0.0], ["2024-10-31", 0.5]]}
    ]})  # fmt: skip
    assert rows_of(half)[name].ours == pytest.approx(0.5, abs=0.01)


def test_as_announced_those_who_leave_are_gone():
    told = {**days()[1], "leave": date(2024, 7, 26)}
    (group,) = [one for one in scored(made_up(), told) if one.name.endswith("presence, CRPS of 3")]
    assert "as announced 0.177" in group.note  # of one share in three: gone for 828 days of 1,558


def test_days_scored_begin_after_the_day_of_knowledge():
    assert _scored()[0].toordinal() == DAYS[1].toordinal() + 1


def _scored() -> tuple[date, date]:
    return date.fromordinal(DAYS[1].toordinal() + 1), known_until()


def test_each_group_of_events_counts_once():
    found = rows_of(made_up())
    own = [
        row.ours
        for name, row in found.items()
        if name.endswith(", Brier score") and name.partition(",")[0] not in CALIBRATED
    ]
    (pooled,) = [row for name, row in found.items() if name.startswith("Brier score of")]
    assert pooled.ours == pytest.approx(np.mean(own))


def test_every_counted_miss_is_named_on_the_page_and_nothing_else():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    _, _, reasons = text.partition("## The rows that miss, and why")
    stored = [row for row in stored_evidence().rows if row.topic == "hindcast"]
    assert stored, "write them anew: make validation"
    missed = {row.name.split(": ", 1)[1] for row in stored if row.counts and not row.within}
    named = {name for name in reasons.split("`")[1::2] if name != "iss-kept"}
    assert named == missed


# ---- What followed ------------------------------------------------------------------------------


def test_people_of_both_sides_were_aboard_on_every_day():
    record = flown_presence()
    for nation in ("RUS", "USA"):
        assert (record.between(date(2021, 4, 24), known_until(), nation) > 0).all()


def test_what_was_announced_is_what_the_record_of_words_holds():
    told = read_programme("iss-to-ros").statement
    assert told["s021"].not_before == told["s040"].not_before == days()[0]["leave"]
    assert told["s022"].not_after == days()[0]["first_launch"]
    assert told["s041"].not_after == days()[1]["first_launch"]
    assert told["s027"].not_after.year + 1 == days()[1]["end"].year
    assert all(one["leave"].year - one["notice"].year == 1 for one in days())
    assert all(one[f"{act}_by"][-1] == known_until() for one in days() for act in ACTS)


# ---- Nothing of later ---------------------------------------------------------------------------


def facts(value: Any, key: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a document: every table with its path."""
    if isinstance(value, dict):
        yield key, value
        for name, inner in value.items():
            yield from facts(inner, f"{key}.{name}" if key else str(name))


# Descriptions that wait for an event or a flight which the day does not know: what a module or a
# ship is, what an own station would be, what a module would provide, what end was told before.
DESCRIPTIONS = ("ship.", "module.", "station.ros", "function.", "station.iss.earlier_ends.")


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_fact_is_known_later(day: date):
    programme = as_known(day, LAST)
    document = programme.as_document()
    later = [
        key
        for key, table in facts(document)
        for name in ("known_on", "made_on")
        if isinstance(value := table.get(name), date) and value > day
    ]
    assert [key for key in later if not key.startswith(DESCRIPTIONS)] == []
    for table, own in (("statement", "date"), ("notice", "date"), ("leak", "date")):
        assert all(entry[own] <= day for entry in document.get(table, {}).values())
    assert document["statement"]
    assert document["leak"]
    today = read_programme("iss-to-ros")
    for key, flight in programme.flight.items():
        assert flight.status == "planned" or flight.launched <= day
        ended = today.flight[key].undocked
        assert ended is None or ended <= day or flight.undocked != ended, key
    for key, crew in programme.crew.items():
        assert crew.status == "planned" or crew.launched <= day
        ended = today.crew[key].landed
        assert ended is None or ended <= day or crew.landed != ended, key
    assert document["sun"]["observed_until"] <= day
    assert document["station"]["iss"]["reboost"]["as-flown"]["until"] <= day


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_is_described_from_later_knowledge_does_not_fly(day: date):
    programme = as_known(day, LAST)
    assembled = assemble(withdrawn(programme), reference_table)
    assert assembled.keys == ("iss",)
    end = day.isoformat()
    parts = {key: module.known_on for key, module in programme.module.items()}
    docked = {
        key
        for event in programme.event.values()
        if event.kind == "dock" and str(event.date) <= str(assembled.calendar.dates[-1])
        for key in event.modules
    }
    assert not [key for key in docked if str(parts[key] or "") > end]
    ships = {flight.ship for flight in all_flights(programme).values()}
    assert not [key for key in ships if str(programme.ship[key].known_on or "") > end]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_both_sides_fly_on_as_planned(day: date):
    programme = as_known(day, LAST)
    assembled = assemble(withdrawn(programme), reference_table)
    for nation in ("RUS", "USA"):
        people = assembled.people[0, assembled.nations.index(nation)]
        assert (people[: assembled.calendar.days] > 0).all()
    brings = {key for key, series in programme.traffic.items() if series.seats}
    assert not {key.rpartition("-")[0] for key in skipped_flights(programme)} & brings


def test_a_launcher_that_was_in_service_goes_on():
    payloads = as_known(DAYS[0], LAST).launcher["antares"].payloads
    assert all(payload.until is None for payload in payloads.values())
    ended = read_programme("iss-to-ros", as_known=date(2025, 1, 1)).launcher["antares"].payloads
    assert all(payload.until == date(2023, 8, 1) for payload in ended.values())


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_cargo_waits_for_a_port_while_people_keep_their_day(day: date):
    programme = as_known(day, LAST)
    flights = all_flights(programme)
    for key, series in programme.traffic.items():
        own = [flight for name, flight in flights.items() if name.rpartition("-")[0] == key]
        days = np.diff(sorted(flight.docked.toordinal() for flight in own))
        if series.seats and len(days):
            assert set(days) <= {series.every_days}
    stays = sorted(
        (stay for flight in flights.values() for stay in port_stays(flight)),
        key=lambda stay: (stay[0], stay[1]),
    )
    for (port, _, end), (other, begin, _) in pairwise(stays):
        assert port != other or end <= begin


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_slip_is_known_later(day: date):
    for launch in authorities()["followed"]["launch"]:
        model = slips_without(launch["group"], day)
        assert all(pair.announced_on <= day for pair in model.pairs)
        assert launch["group"] not in {pair.group for pair in model.pairs}
        assert {pair.group for pair in slip_pairs(day)} >= {launch["group"]}


def test_neither_the_sun_nor_heights_nor_leaks_after_the_day_move_a_replica(monkeypatch):
    day = DAYS[0]
    sun = preparing.solar_indices()
    later = sun.day > days_since_2000(day)
    other = replace(
        sun,
        **{
            name: np.where(later, getattr(sun, name)[::-1], getattr(sun, name))
            for name in ("f107", "f107_81d", "ap", "sunspot")
        },
    )

    def heights(name: str) -> Any:
        return [
            {**row, "altitude_km": "350"} if row.get("date", "") > day.isoformat() else row
            for row in reference_table(name)
        ]

    programme = withdrawn(as_known(day, LAST))

    def flown(read_table: Any, indices: Any) -> Any:
        monkeypatch.setattr(preparing, "solar_indices", lambda: indices)
        prepared = preparing.prepare(assemble(programme, read_table), 1, lambda words: None)
        assert prepared.observed_until <= days_since_2000(day)
        for fit in prepared.leaks["iss"].fits:
            assert fit.seen.until <= (days_since_2000(day) + 1) * 86_400.0
            assert (fit.seen.observations.day <= (days_since_2000(day) + 1) * 86_400.0).all()
        return fly_lives(prepared, np.arange(4))

    ours, theirs = flown(reference_table, sun), flown(heights, other)
    life, again = ours.stations["iss"], theirs.stations["iss"]
    np.testing.assert_array_equal(life.altitude, again.altitude)
    np.testing.assert_array_equal(life.used, again.used)
    course, after = ours.upkept["iss"].course, theirs.upkept["iss"].course
    np.testing.assert_array_equal(course.people, after.people)
    np.testing.assert_array_equal(course.leak, after.leak)
