"""A run leaves a folder that anyone can read, with the same bytes whatever the workers."""

import errno
import json
import os
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import stationkeeper
from stationkeeper.campaign import versions
from stationkeeper.errors import InputError, Interrupted, StorageError
from stationkeeper.lifetime import run as run_module
from stationkeeper.lifetime.run import identity, run
from stationkeeper.programme.composition import all_flights
from stationkeeper.programme.read import read_programme
from stationkeeper.results.variables import VARIABLES

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")
REPLICAS = 300  # two chunks, the second one short


@cache
def programme():
    return read_programme(FIXTURE)


def tables(folder):
    files = [
        folder / "descent.json",
        folder / "ensemble.nc",
        *sorted((folder / "replicas").glob("*")),
    ]
    return {file.name: file.read_bytes() for file in files}


@cache
def finished(workers=2):
    out = Path(mkdtemp(prefix="stationkeeper-test-"))
    return run(programme(), out=out, replicas=REPLICAS, workers=workers)


def test_the_tables_have_the_same_bytes_on_one_worker_and_two():
    one, two = tables(finished(1)), tables(finished(2))
    assert list(one) == [
        "descent.json",
        "ensemble.nc",
        "chunk-00000.parquet",
        "chunk-00001.parquet",
    ]
    assert one == two


def test_the_folder_holds_what_is_promised_and_nothing_else():
    names = sorted(path.name for path in finished().iterdir())
    documents = ["descent.json", "stores.json", "upkeep.json"]  # no words, nothing to decide
    files = [*documents, "ensemble.nc", "programme.toml", "replicas", "run.json"]
    assert names == sorted(files)
    state = json.loads((finished() / "run.json").read_text())
    assert state["state"] == "complete"
    assert (state["seed"], state["replicas"], state["chunks"]) == (1, REPLICAS, 2)
    assert set(state["durations_s"]) == {"prepare", "fly", "merge"}


def test_the_programme_kept_reads_back_as_the_one_flown():
    kept = read_programme(str(finished() / "programme.toml"))
    assert kept == programme()
    assert tomllib.loads((finished() / "programme.toml").read_text())["name"] == "two-stations"


def test_every_variable_is_there_with_its_unit():
    data = stationkeeper.open(finished())
    assert set(data.data_vars) == set(VARIABLES)
    for name, variable in VARIABLES.items():
        assert data[name].dims == variable.dimensions, name
        assert data[name].attrs["long_name"] == variable.meaning
        if data[name].dtype.kind == "f":
            assert data[name].attrs["units"] == variable.unit
    assert data.attrs["comment"] == "Public data; not for flight decisions."


def test_mass_leaves_out_the_propellant_aboard_and_says_so():
    data = stationkeeper.open(finished())
    day = date(2014, 6, 30)
    flown = programme()
    modules = [
        key
        for key in flown.module
        if data["module_present"].sel(station="alpha", month="2014-06-01", module=key)
    ]
    visits = [
        flight
        for flight in all_flights(flown).values()
        if flight.station == "alpha"
        and flight.docked <= day
        and (flight.undocked is None or day < flight.undocked)
    ]
    assert any(flown.ship[flight.ship].propellant_to_station_kg for flight in visits)
    ships = sum(
        (flight.mass_kg or flown.ship[flight.ship].mass_kg)
        - (
            flight.propellant_to_station_kg
            if flight.propellant_to_station_kg is not None
            else flown.ship[flight.ship].propellant_to_station_kg
        )
        for flight in visits
    )
    mass = data["mass_kg"].sel(station="alpha", month="2014-06-01")
    assert float(mass) == sum(flown.module[key].mass_kg for key in modules) + ships
    assert "without the propellant" in mass.attrs["long_name"]


def test_nothing_of_ours_is_needed_to_read_it():
    with xr.open_dataset(finished() / "ensemble.nc", engine="h5netcdf") as data:
        assert data["altitude_km"].sel(station="alpha", quantile=0.5).max() > 390
    rows = pd.read_parquet(finished() / "replicas")
    assert list(rows) == ["replica", "station", "event", "date", "value", "unit"]
    assert rows["replica"].nunique() == REPLICAS


def test_bands_are_ordered_and_absent_where_there_is_no_station():
    data = stationkeeper.open(finished()).load()
    for name, variable in VARIABLES.items():
        if variable.bins is not None:
            steps = np.diff(data[name].values, axis=-1)
            assert (steps[~np.isnan(steps)] >= 0).all(), name
    before = data.sel(station="beta", month=slice("2014-01", "2015-06"))
    for name in ("altitude_km", "altitude_mean_km", "mass_kg", "dose_rate_msv_d", "alive"):
        assert np.isnan(before[name]).all(), name
    assert (data["alive"].sel(station="beta", month="2016-01") == 1).all()


def test_the_yearly_band_and_the_rows_of_replicas_agree():
    data = stationkeeper.open(finished()).load()
    rows = pd.read_parquet(finished() / "replicas")
    burned = rows[(rows["event"] == "propellant burned in the year") & (rows["station"] == "alpha")]
    burned = burned[pd.to_datetime(burned["date"]).dt.year == 2014]["value"]
    band = data["propellant_used_by_year_kg"].sel(station="alpha", year=2014).values
    plain = np.quantile(burned, data["quantile"].values, method="inverted_cdf")
    assert np.allclose(band, plain, rtol=0.011, atol=0.05)
    monthly = data["propellant_used_mean_kg"].sel(station="alpha", month="2014").sum()
    assert float(monthly) == pytest.approx(burned.mean(), rel=1e-6)


def test_progress_counts_the_replicas_and_speaks_of_compiling(tmp_path):
    said = []
    run(programme(), out=tmp_path, replicas=130, progress=said.append)
    assert "flying: 0 of 130 replicas" in said
    assert said[-2] == "flying: 130 of 130 replicas"
    assert any("compiles" in text for text in said)


def test_a_corrupt_chunk_is_flown_again_and_the_rest_is_not(tmp_path, monkeypatch):
    folder = stopped_after(1, tmp_path, monkeypatch)
    file = folder / "replicas" / "chunk-00000.parquet"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(bytes(content))
    said = []
    assert run(programme(), out=tmp_path, replicas=REPLICAS, progress=said.append) == folder
    assert "flying: 0 of 300 replicas" in said
    assert tables(folder) == tables(finished())


def stopped_after(chunks, out, monkeypatch):
    """Interrupt a run once so many chunks are stored; return its folder."""
    store = run_module._store
    left = [chunks]

    def stops(*arguments):
        store(*arguments)
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "_store", stops)
        with pytest.raises(Interrupted, match="the same command goes on from there"):
            run(programme(), out=out, replicas=REPLICAS)
    (folder,) = out.iterdir()
    return folder


def test_an_interrupt_keeps_what_is_done_and_the_same_call_goes_on(tmp_path, monkeypatch):
    folder = stopped_after(1, tmp_path, monkeypatch)
    assert json.loads((folder / "run.json").read_text())["state"] == "running"
    assert len(pd.read_parquet(folder / "replicas" / "chunk-00000.parquet")) > 250
    said = []
    assert run(programme(), out=tmp_path, replicas=REPLICAS, progress=said.append) == folder
    assert f"going on after 250 of 300 replicas in {folder}" in said
    assert tables(folder) == tables(finished())


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_state_that_was_edited_does_not_change_what_is_flown(tmp_path, monkeypatch, replicas):
    folder = stopped_after(1, tmp_path, monkeypatch)
    state = json.loads((folder / "run.json").read_text())
    started = state["started"] = "2026-01-01T00:00:00+00:00"
    state["replicas"] = replicas
    (folder / "run.json").write_text(json.dumps(state))
    assert run(programme(), out=tmp_path, replicas=REPLICAS) == folder
    assert tables(folder) == tables(finished())
    state = json.loads((folder / "run.json").read_text())
    assert (state["replicas"], state["started"]) == (REPLICAS, started)


@pytest.mark.parametrize("writes", [4, 6, 8])
def test_a_full_disk_is_one_line_and_leaves_finished_chunks_readable(tmp_path, monkeypatch, writes):
    """The disk fills while the second chunk, its counts, or the table is written."""
    sync = os.fsync
    left = [2 * writes + 3]

    def fills(descriptor):
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fills)
        with pytest.raises(StorageError, match="no space left to write") as caught:
            run(programme(), out=tmp_path, replicas=REPLICAS)
    assert "\n" not in str(caught.value)
    (folder,) = tmp_path.iterdir()
    assert not list(folder.rglob("*.partial"))
    for file in (folder / "replicas").iterdir():
        assert len(pd.read_parquet(file)) > 50
    run(programme(), out=tmp_path, replicas=REPLICAS)
    assert tables(folder) == tables(finished())


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_flown(tmp_path, monkeypatch):
    def refuses(self, *arguments, **keywords):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.mkdir", refuses)
    with pytest.raises(StorageError, match="may not be written"):
        run(programme(), out=tmp_path / "new")


def test_a_run_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "runs"
    file.write_text("")
    with pytest.raises(InputError, match="is a file"):
        run(programme(), out=file)


@pytest.mark.parametrize("wrong", [{"replicas": 0}, {"seed": -1}, {"workers": 0}])
def test_numbers_out_of_range_are_refused_and_nothing_is_written(tmp_path, wrong):
    with pytest.raises(InputError, match="expected"):
        run(programme(), out=tmp_path / "runs", **wrong)
    assert not (tmp_path / "runs").exists()


def test_a_span_before_the_solar_record_is_refused(tmp_path):
    early = programme().model_copy(deep=True)
    span = early.span.model_copy(update={"first": early.span.first.replace(year=1950)})
    with pytest.raises(InputError, match="the Sun recorded from 1957"):
        run(early.model_copy(update={"span": span}), out=tmp_path)


def test_what_decides_the_bytes_is_in_the_identity():
    base = identity(programme(), 250, 1)
    other = read_programme(FIXTURE, settings=["station.alpha.avoidance_per_year=5"])
    assert identity(programme(), 250, 1) == base
    assert len({base, identity(programme(), 251, 1), identity(programme(), 250, 2)}) == 3
    assert identity(other, 250, 1) != base


def test_another_version_of_a_library_does_not_go_on_with_a_run(monkeypatch):
    base = identity(programme(), 250, 1)
    monkeypatch.setattr(versions, "version", lambda name: "0.0")
    assert identity(programme(), 250, 1) != base
