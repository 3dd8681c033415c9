"""Figures of replicas: from rows made by hand, and from a run that was flown."""

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from stationkeeper.errors import InputError
from stationkeeper.lifetime.measures import (
    BEGINS,
    BURNED,
    CHANCES,
    GONE_ON,
    IN_ORBIT_TO,
    MEASURE,
    PEOPLE_LEAVE,
    PEOPLE_RETURN,
    read_measures,
)
from stationkeeper.lifetime.sensitivity import INPUTS
from stationkeeper.lifetime.tally import EVENTS
from stationkeeper.lifetime.tally_upkeep import INPUTS as UPKEEP_INPUTS
from stationkeeper.lifetime.tally_upkeep import WORDS

FIRST = np.datetime64("2030-01-01")


def made(rows, *, days=1000, names=(), stays=(), stations=("a", "b"), folder=None):
    """Write a run folder: rows are (replica, station, event, day of the run, value)."""
    folder = folder or Path(mkdtemp(prefix="stationkeeper-test-"))
    last = (FIRST + days - 1).astype(object)
    (folder / "programme.toml").write_text(
        f"[span]\nfirst = {FIRST.astype(object)}\nlast = {last}\n", "utf-8"
    )
    text = {"stay_name": 0, "stay_station": 1, "stay_seats": 4}
    data = {name: ("stay", np.array([s[i] for s in stays], object)) for name, i in text.items()}
    for name, i in {"stay_launched": 2, "stay_landed": 3}.items():
        when = [np.datetime64("NaT") if s[i] is None else FIRST + s[i] for s in stays]
        data[name] = ("stay", np.array(when, "datetime64[ns]"))
    xr.Dataset(data, coords={"station": list(stations)}).to_netcdf(
        folder / "ensemble.nc", engine="h5netcdf"
    )
    (folder / "replicas").mkdir(exist_ok=True)
    table = pd.DataFrame(rows, columns=["replica", "station", "event", "day", "value"])
    table["date"] = [(FIRST + int(day)).astype(object) for day in table.pop("day")]
    table["station"] = pd.Categorical(table["station"], categories=list(stations))
    known = sorted({*table["event"], *names})
    table["event"] = pd.Categorical(table["event"], categories=known)
    for number, (_, part) in enumerate(table.groupby(table["replica"] // 2)):
        part.to_parquet(folder / "replicas" / f"chunk-{number:05d}.parquet")
    return folder


def lives(*lives_of):
    """Rows of stations that begin and end: (replica, station, begin, how, day)."""
    rows = []
    for replica, station, begin, how, day in lives_of:
        rows.append((replica, station, "drag factor", begin, 1.0))
        rows.append((replica, station, how, day, 0.0))
    return rows


UP, DOWN = "altitude at the end", "controlled descent ends at altitude"


def test_years_flown_count_the_last_day_in_orbit_and_not_that_of_the_entry():
    folder = made(lives((0, "a", 0, UP, 999), (1, "a", 0, DOWN, 365)), stations=("a",))
    years = read_measures(folder).values["years_flown"] * 365.25
    assert years == pytest.approx([1000, 365])


def test_days_without_a_station_are_those_that_no_station_covers():
    folder = made(
        lives(
            (0, "a", 0, DOWN, 300),
            (0, "b", 500, UP, 999),
            (1, "a", 0, DOWN, 600),
            (1, "b", 500, DOWN, 900),
            (2, "a", 10, UP, 999),
        )
    )
    assert read_measures(folder).values["days_without_station"].tolist() == [200, 100, 10]


def test_people_are_aboard_as_planned_until_their_station_is_gone():
    stays = [("one", "a", 10, 19, "RUS 2, USA 1"), ("two", "b", 15, 24, "USA 1")]
    folder = made(
        lives((0, "a", 0, UP, 999), (0, "b", 0, UP, 999), (1, "a", 0, UP, 999))
        + lives((1, "b", 0, DOWN, 20)),
        stays=stays,
    )
    found = read_measures(folder)
    assert found.values["days_with_people"].tolist() == [15, 10]
    assert found.by_station["days_with_people", "b"].tolist() == [10, 5]


def test_a_stay_that_is_open_lasts_to_the_end_of_the_span():
    folder = made(
        lives((0, "a", 0, UP, 999)), stays=[("one", "a", 990, None, "USA 1")], stations=("a",)
    )
    assert read_measures(folder).values["days_with_people"].tolist() == [10]


def test_after_an_evacuation_nobody_is_aboard_until_people_return():
    rows = lives(*[(r, "a", 0, UP, 999) for r in range(3)])
    rows += [
        (1, "a", "people leave early: power", 30, 3.0),
        (1, "a", "people are back", 50, 3.0),
        (1, "a", "people leave early: air", 90, 3.0),
        (2, "a", "people leave early: air", 60, 3.0),
    ]
    folder = made(rows, stays=[("one", "a", 0, 99, "USA 3")], stations=("a",))
    found = read_measures(folder)
    assert found.values["days_with_people"].tolist() == [100, 70, 60]
    assert found.values["evacuated"].tolist() == [0, 1, 1]


def test_after_people_were_lost_nobody_is_aboard_until_people_return():
    rows = lives(*[(r, "a", 0, UP, 999) for r in range(2)])
    rows += [
        (1, "a", "people lost: air", 30, 3.0),
        (1, "a", "people are back", 50, 3.0),
    ]
    folder = made(rows, stays=[("one", "a", 0, 99, "USA 3")], stations=("a",))
    found = read_measures(folder)
    assert found.values["days_with_people"].tolist() == [100, 80]
    assert found.values["crew_lost"].tolist() == [0, 1]


def test_what_never_happened_is_zero_and_what_was_not_flown_is_left_out():
    rows = lives((0, "a", 0, UP, 999), (1, "a", 0, UP, 999))
    flown = read_measures(made(rows, names=["station lost: power"], stations=("a",)))
    assert flown.values["station_lost"].tolist() == [0, 0]
    assert "station_lost" not in read_measures(made(rows, stations=("a",))).values


def test_a_station_that_is_lost_flies_no_longer():
    rows = lives((0, "a", 0, UP, 999), (1, "a", 0, UP, 999))
    rows.append((1, "a", "station lost: collision", 100, 0.0))
    found = read_measures(made(rows, stations=("a",)))
    assert (found.values["years_flown"] * 365.25).tolist() == pytest.approx([1000, 100])
    assert found.values["days_without_station"].tolist() == [0, 900]


def test_doses_are_added_up_by_person_and_the_largest_is_of_one():
    rows = lives((0, "a", 0, UP, 999), (0, "b", 0, UP, 999))
    rows += [
        (0, "a", "dose of stay one", 20, 100.0),
        (0, "b", "dose of stay two", 20, 250.0),
        (0, "a", "propellant burned in all", 999, 1_500.0),
        (0, "b", "propellant burned in all", 999, 500.0),
    ]
    stays = [("one", "a", 10, 19, "RUS 2, USA 1"), ("two", "b", 15, 24, "USA 2")]
    found = read_measures(made(rows, stays=stays))
    assert found.values["dose_of_stays_person_sv"].tolist() == pytest.approx([0.8])
    assert found.values["largest_stay_dose_msv"].tolist() == [250.0]
    assert found.values["propellant_burned_t"].tolist() == [2.0]
    assert found.by_station["propellant_burned_t", "b"].tolist() == [0.5]


def test_inputs_are_read_by_station_from_all_chunks():
    rows = lives(*[(r, "a", 0, UP, 999) for r in range(5)])
    rows = [(r, s, e, d, 1.0 + r if e == "drag factor" else v) for r, s, e, d, v in rows]
    found = read_measures(made(rows, stations=("a",)), ["drag"])
    assert found.inputs["drag factor", "a"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert found.replicas.tolist() == [0, 1, 2, 3, 4]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a finished run"):
        read_measures(tmp_path)


def test_rows_that_cannot_be_read_are_refused():
    folder = made(lives((0, "a", 0, UP, 999)), stations=("a",))
    (folder / "replicas" / "chunk-00000.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as events"):
        read_measures(folder)


def test_every_measure_has_a_name_with_its_unit():
    for name, measure in MEASURE.items():
        unit = measure.unit.replace(" ", "_").lower()
        assert measure.chance or unit in ("d", "years") or name.endswith(unit)


def test_the_events_that_are_read_are_those_that_a_run_writes():
    """A word changed there would leave a measure out here, and nobody would see it."""
    written = [name for name, _ in EVENTS]
    assert {BEGINS, IN_ORBIT_TO, BURNED, *GONE_ON[:2]} <= set(written)
    told = {words for words, _ in WORDS.values()}
    wanted = {PEOPLE_LEAVE, PEOPLE_RETURN, GONE_ON[2]}
    assert wanted | {word for words in CHANCES.values() for word in words} <= told
    written += [name for name, _ in UPKEEP_INPUTS]
    assert all(any(name.startswith(one) for name in written) for one in INPUTS)
