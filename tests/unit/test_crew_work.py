"""Crews checked and planned into a folder: defaults, files, bytes, and what stops it."""

import _thread
import csv
import errno
import json
import os
import signal
import threading
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from ortools.sat.python import cp_model

from stationkeeper.errors import InputError, Interrupted, StorageError
from stationkeeper.lifetime import crew_work
from stationkeeper.lifetime.crew_work import (
    check_crew,
    days_checked,
    days_planned,
    known_at,
    plan_crew,
    record_end,
    station_asked,
)
from stationkeeper.programme.check import check_source
from stationkeeper.programme.composition import all_crews
from stationkeeper.programme.read import read_programme
from stationkeeper.schedule.problem import Plan
from stationkeeper.schedule.search import search
from stationkeeper.schedule.solve import solve

VISITS = {"at": date(2027, 6, 1), "until": date(2028, 5, 31)}
SAME = ("plan.json", "plan.toml", "check.json", "days.csv")


@pytest.fixture(scope="module")
def haven():
    return read_programme("haven-1")


@pytest.fixture(scope="module")
def planned(haven, tmp_path_factory):
    return plan_crew(haven, out=tmp_path_factory.mktemp("runs"), seconds=20, **VISITS)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    return check_crew(read_programme("skylab"), out=tmp_path_factory.mktemp("runs"))


def document(folder, name):
    return json.loads((folder / name).read_text("utf-8"))


def days_of(folder):
    with open(folder / "days.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_only_station_with_crews_is_meant():
    assert station_asked(read_programme("iss")) == "iss"
    assert station_asked(read_programme("iss-to-ros"), "ros") == "ros"
    with pytest.raises(InputError, match="given none, expected one of iss, ros"):
        station_asked(read_programme("iss-to-ros"))
    with pytest.raises(InputError, match="given 'mars', expected one of iss, ros"):
        station_asked(read_programme("iss-to-ros"), "mars")


def test_a_programme_without_people_is_refused(haven):
    empty = haven.model_copy(update={"crew": {}, "traffic": {}, "rotation": {}})
    with pytest.raises(InputError, match="given no crew, crewed traffic or rotation"):
        station_asked(empty)
    with pytest.raises(InputError, match="given nobody who flies there"):
        days_checked(empty, "haven-1")


def test_a_check_covers_the_permanent_crew_to_the_end_of_the_record():
    iss = read_programme("iss")
    first, last = days_checked(iss, "iss")
    assert first == date(2000, 11, 2)  # not the visits of the years before
    assert date(2026, 9, 15) <= last <= date(2026, 10, 3)
    assert days_checked(iss, "iss", date(2018, 1, 1), date(2018, 2, 1)) == (
        date(2018, 1, 1),
        date(2018, 2, 1),
    )


def test_the_record_ends_before_the_first_planned_landing_or_regular_flight(haven):
    assert record_end(haven, "haven-1") is None
    mir = read_programme("mir")
    assert record_end(mir, "mir") == date(2000, 6, 16)  # all landings are flown
    iss = read_programme("iss")
    end = record_end(iss, "iss")
    crews = [crew for crew in iss.crew.values() if crew.station == "iss"]
    launched = max(crew.launched for crew in crews)
    assert launched <= end
    assert not any(launched < crew.landed <= end for crew in crews if crew.landed)
    assert days_planned(iss, "iss") == (end + timedelta(days=1), end + timedelta(days=731))


def test_a_plan_without_a_record_begins_with_the_span_and_ends_in_it(haven):
    assert days_planned(haven, "haven-1")[0] == haven.span.first
    assert days_planned(read_programme("iss-to-ros"), "ros")[0] == date(2030, 7, 1)  # separation
    assert days_planned(haven, "haven-1", haven.span.last - timedelta(days=9))[1] == haven.span.last


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2020, 1, 1), date(2028, 1, 1), "expected days from 2027-03-31"),
        (date(2028, 1, 1), date(2099, 1, 1), "expected days from 2027-03-31"),
        (date(2028, 1, 1), date(2027, 12, 31), "expected the last after the first"),
    ],
)
def test_days_outside_the_span_or_in_the_wrong_order_are_refused(haven, first, last, words):
    with pytest.raises(InputError, match=words):
        days_checked(haven, "haven-1", first, last)
    with pytest.raises(InputError, match=words):
        days_planned(haven, "haven-1", first, last)


def test_a_check_leaves_a_whole_folder(checked):
    assert sorted(path.name for path in checked.iterdir()) == [
        "check.json",
        "days.csv",
        "programme.toml",
        "run.json",
    ]
    assert checked.name.startswith("crew-skylab-skylab-")
    state = document(checked, "run.json")
    assert state["state"] == "complete"
    assert state["finished"] >= state["started"]
    assert set(state["durations_s"]) == {"stay limits", "check"}
    assert check_source(str(checked / "programme.toml")).has_errors is False


def test_the_table_of_days_holds_the_people_of_the_programme(checked):
    rows = days_of(checked)
    crews = list(all_crews(read_programme("skylab")).values())
    assert [row["date"] for row in rows] == [
        (date(1973, 5, 25) + timedelta(days=n)).isoformat() for n in range(len(rows))
    ]
    for row in rows:
        day = date.fromisoformat(row["date"])
        expected = sum(
            sum(crew.seats.values()) for crew in crews if crew.launched <= day < crew.landed
        )
        # Docked a day after launch at the latest; a landing is dated on the day of leaving.
        if all(crew.launched != day for crew in crews):
            assert int(row["people"]) == expected
        assert int(row["people"]) == int(row["USA"])
    found = document(checked, "check.json")
    assert sum(year["crewed_days"] for year in found["years"]) == sum(
        int(row["people"]) > 0 for row in rows
    )


def test_a_plan_is_written_flown_by_its_override_and_checked(haven, planned):
    assert {path.name for path in planned.iterdir()} == {*SAME, "programme.toml", "run.json"}
    plan, found = document(planned, "plan.json"), document(planned, "check.json")
    assert plan["status"] == "proven"
    assert (plan["first"], plan["last"]) == ("2027-06-01", "2028-05-31")
    assert (found["first"], found["last"]) == (plan["first"], plan["last"])
    assert plan["findings"] == found["counts"]
    flown = read_programme(str(planned / "plan.toml"), overrides=("plan",))
    keys = {flight["key"] for flight in plan["flights"]}
    assert keys
    assert keys <= set(flown.flight)
    assert keys <= set(flown.crew)
    aboard = sum(int(row["people"]) for row in days_of(planned))
    last = date(2028, 6, 1)
    assert aboard == sum(
        sum(f["seats"].values())
        * (min(date.fromisoformat(f["undocked"]), last) - date.fromisoformat(f["docked"])).days
        for f in plan["flights"]
    )


def test_the_choices_about_dose_are_told_with_the_plan(planned):
    told = " ".join(document(planned, "plan.json")["left_out"])
    assert "Career limits count earlier flights as zero" in told
    assert "Contested limits are shown beside" in told


def test_the_same_inputs_give_the_same_bytes(haven, planned, tmp_path):
    again = plan_crew(haven, out=tmp_path, seconds=20, workers=1, **VISITS)
    for name in SAME:
        assert (again / name).read_bytes() == (planned / name).read_bytes()


def test_a_plan_that_was_stopped_is_kept_and_marked(haven, tmp_path, monkeypatch):
    def stopped(rotation, **options):
        return replace(solve(rotation, **options), status="interrupted")

    monkeypatch.setattr(crew_work, "solve", stopped)
    folder = plan_crew(haven, out=tmp_path, **VISITS)
    assert document(folder, "run.json")["state"] == "interrupted"
    assert document(folder, "plan.json")["status"] == "interrupted"
    assert document(folder, "plan.json")["flights"]
    assert (folder / "plan.toml").exists()


def test_a_stop_between_two_searches_keeps_the_plan(haven, tmp_path):
    def stop(words):
        if "safety days lost" in words:
            raise KeyboardInterrupt

    folder = plan_crew(haven, out=tmp_path, progress=stop, **VISITS)
    plan = document(folder, "plan.json")
    assert plan["status"] == "interrupted"
    assert [stage["status"] for stage in plan["stages"]][:2] == ["proven", "interrupted"]
    assert document(folder, "run.json")["state"] == "interrupted"


def test_a_stop_while_the_plan_is_checked_keeps_the_plan(haven, tmp_path):
    def stop(words):
        if "checking" in words:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="holds what was finished"):
        plan_crew(haven, out=tmp_path, progress=stop, **VISITS)
    (folder,) = tmp_path.iterdir()
    assert document(folder, "plan.json")["status"] == "proven"
    assert document(folder, "run.json")["state"] == "interrupted"
    assert not (folder / "check.json").exists()


def test_a_plan_that_its_own_check_refuses_is_kept_and_says_so(haven, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise InputError("no such port")

    monkeypatch.setattr(crew_work, "read_programme", refuse)
    folder = plan_crew(haven, out=tmp_path, **VISITS)
    assert document(folder, "plan.json")["not_checked"] == "no such port"
    assert not (folder / "check.json").exists()


def test_a_stop_within_a_search_waits_for_its_answer():
    model = cp_model.CpModel()
    draw = np.random.default_rng(1).integers(1, 100, (5, 40))
    chosen = [model.new_bool_var(f"{n}") for n in range(40)]
    for row in draw.tolist():  # market split: out of reach in the time given
        model.add(sum(a * x for a, x in zip(row, chosen, strict=True)) == sum(row) // 2)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by some shells
    try:
        threading.Timer(0.5, _thread.interrupt_main).start()
        found = search(model, seed=1, workers=1, seconds=20.0)
    finally:
        signal.signal(signal.SIGINT, before)
    assert found.interrupted
    assert found.outcome == "unknown"


def test_a_stop_before_the_first_plan_says_so(haven, tmp_path, monkeypatch):
    def stopped(rotation, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(crew_work, "solve", stopped)
    with pytest.raises(Interrupted, match="run the command again"):
        plan_crew(haven, out=tmp_path, **VISITS)
    (folder,) = tmp_path.iterdir()
    assert document(folder, "run.json")["state"] == "interrupted"
    assert not (folder / "plan.json").exists()


def test_an_impossible_plan_names_the_conflict_and_leaves_no_programme(
    haven, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        crew_work,
        "solve",
        lambda rotation, **options: Plan("impossible", conflicts=("no ship from day 1 to day 3",)),
    )
    folder = plan_crew(haven, out=tmp_path, **VISITS)
    assert document(folder, "plan.json")["conflicts"] == ["no ship from 2027-06-02 to 2027-06-04"]
    assert document(folder, "run.json")["state"] == "complete"
    assert not (folder / "plan.toml").exists()


def test_a_plan_that_cannot_be_made_leaves_no_folder(haven, tmp_path, monkeypatch):
    def missing(rotation, **options):
        raise InputError("planning needs OR-tools: run `make full`")

    monkeypatch.setattr(crew_work, "solve", missing)
    with pytest.raises(InputError, match="make full"):
        plan_crew(haven, out=tmp_path, **VISITS)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_line(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="no space left to write") as caught:
        check_crew(read_programme("skylab"), out=tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(InputError, match="is a file; expected a folder"):
        check_crew(read_programme("skylab"), out=tmp_path / "runs")


def test_what_was_not_known_on_the_day_is_left_out():
    iss = read_programme("iss")
    day = date(2022, 12, 15)
    known = known_at(iss, day)
    assert known.shock.keys() < iss.shock.keys()
    assert all(min(s.date, s.known_on or s.date) <= day for s in known.shock.values())
    assert all(min(a.since, a.known_on or a.since) <= day for a in known.agreement.values())
    assert known_at(iss, date(2027, 1, 1)).shock == iss.shock


def test_a_plan_from_what_was_flown_does_not_know_the_sun_of_later_days(
    haven, tmp_path, monkeypatch
):
    asked = {}

    def watched(programme, *arguments):
        asked["until"] = programme.sun.observed_until
        raise InputError("far enough")

    monkeypatch.setattr(crew_work, "stay_limits", watched)
    with pytest.raises(InputError, match="far enough"):
        plan_crew(haven, out=tmp_path, from_flown=True, **VISITS)
    assert asked["until"] == VISITS["at"]
    with pytest.raises(InputError, match="far enough"):
        plan_crew(haven, out=tmp_path, **VISITS)
    assert asked["until"] is None
