"""The archive keeps every change within its band, whole rows around events, and whole files."""

import csv
import dataclasses

import numpy as np
import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.kernels import kernel
from stationkeeper.operations.archive import (
    DAY_S,
    Archive,
    archive_step,
    band_of,
    read_telemetry,
)
from stationkeeper.operations.registry import Reading

READINGS = (
    Reading("bus.voltage", "Voltage", "a", "V", "power", noise=0.1, quantum=0.01, low=20.0),
    Reading("pump.on", "Pump", "b", "-", "heat", kind="state", states=("off", "on")),
    Reading("wall.temperature", "Wall", "c", "degC", "heat", noise=0.01, deadband=0.5),
)
BANDS = (0.4, 0.5, 0.5)
NAMES = tuple(reading.name for reading in READINGS)


@kernel
def kept(times, rows, events, bands, kept, clock, places, ring, whole, changes):
    """Keep rows until the buffer is full; return how many."""
    for k in range(rows.shape[0]):
        if archive_step(
            times[k], rows[k], events[k], bands, kept, clock, places, ring, whole, changes
        ):
            return k + 1
    return rows.shape[0]


def fly(archive, times, rows, events=()):
    """Keep rows; events are their times."""
    told = np.isin(times, events)
    done = 0
    while done < len(times):
        done += kept(times[done:], rows[done:], told[done:], *archive.arrays)
        if done < len(times):
            archive.take()


def day_of(day, seed=0, step=10.0):
    """A day of readings: a wave with noise, a state that switches, a slow drift with lost rows."""
    times = np.arange(day * DAY_S + step, (day + 1) * DAY_S + step / 2, step)
    random = np.random.default_rng([seed, day])
    rows = np.column_stack(
        [
            28 + 2 * np.sin(times / 900) + 0.1 * random.standard_normal(len(times)),
            (times % 7_000 < 3_000).astype(float),
            20 + times / 40_000 + 0.01 * random.standard_normal(len(times)),
        ]
    )
    rows[random.random(len(times)) < 0.001, 2] = np.nan
    return times, rows


def archive_in(folder, **settings):
    archive = Archive(folder / "telemetry", READINGS, **settings)
    archive.begin()
    return archive


def test_bands_are_of_noise_step_or_as_told():
    assert tuple(band_of(reading) for reading in READINGS) == pytest.approx(BANDS)
    coarse = dataclasses.replace(READINGS[0], quantum=0.5)
    assert band_of(coarse) == 0.5


def test_rebuilt_rows_are_within_the_bound_and_lost_rows_are_lost(tmp_path):
    archive = archive_in(tmp_path)
    times, rows = day_of(0)
    fly(archive, times, rows)
    day = archive.close_day(0)
    assert 0 < day.changes < 0.25 * rows.size
    assert day.whole_rows == 0
    told = read_telemetry(archive.folder, NAMES, 10.0, step=10.0)
    assert np.array_equal(told.times, times)
    assert told.bound == pytest.approx(BANDS)
    assert told.units == ("V", "-", "degC")
    assert np.array_equal(np.isnan(told.values), np.isnan(rows.T))
    apart = np.nanmax(np.abs(told.values - rows.T), axis=1)
    assert (apart <= told.bound + 1e-5).all()
    assert apart[0] > 0.2  # else the test tells nothing
    assert apart[1] == 0.0
    assert not told.full.any()


def test_whole_rows_from_before_an_event_until_after_it(tmp_path):
    archive = archive_in(tmp_path)
    times, rows = day_of(0)
    fly(archive, times, rows, events=[30_000.0, 30_400.0, 60_000.0])
    assert archive.close_day(0).whole_rows == 91 + 40 + 91
    told = read_telemetry(archive.folder, NAMES)
    expected = ((times >= 29_700) & (times <= 31_000)) | ((times >= 59_700) & (times <= 60_600))
    assert np.array_equal(told.times[told.full], times[expected])
    assert np.allclose(told.values[:, told.full], rows[expected].T, rtol=1e-7, equal_nan=True)


def test_rows_of_one_second_are_kept_whole_too(tmp_path):
    archive = archive_in(tmp_path)
    times = np.concatenate([np.arange(10.0, 1_001.0, 10.0), np.arange(1_001.0, 2_000.0)])
    rows = np.column_stack([np.full(len(times), 28.0), times % 2, np.full(len(times), 20.0)])
    fly(archive, times, rows, events=[1_200.0])
    archive.close_day(0)
    told = read_telemetry(archive.folder, ["pump.on"])
    expected = (times >= 900) & (times <= 1_800)
    assert np.array_equal(told.times[told.full], times[expected])


def test_a_day_is_read_without_the_others_and_spans_cross_days(tmp_path):
    archive = archive_in(tmp_path)
    record = [day_of(day) for day in range(3)]
    for day, (times, rows) in enumerate(record):
        fly(archive, times, rows, events=[DAY_S + 100.0])
        archive.close_day(day)
    both = read_telemetry(archive.folder, NAMES, DAY_S - 500, DAY_S + 500, step=10.0)
    times = np.concatenate([times for times, _ in record])
    rows = np.concatenate([rows for _, rows in record])
    inside = (times >= DAY_S - 500) & (times <= DAY_S + 500)
    assert np.array_equal(both.times, times[inside])
    full = (both.times >= DAY_S - 200) & (both.times <= DAY_S + 700)
    assert np.array_equal(both.full, full)
    (archive.folder / "changes-00000.parquet").unlink()
    alone = read_telemetry(archive.folder, NAMES, DAY_S + 10, DAY_S + 500, step=10.0)
    assert np.array_equal(alone.values, both.values[:, both.times >= DAY_S + 10], equal_nan=True)


def test_a_full_buffer_is_taken_out_and_nothing_is_lost(tmp_path, monkeypatch):
    times, rows = day_of(0)
    whole = archive_in(tmp_path / "whole")
    fly(whole, times, rows)
    whole.close_day(0)
    monkeypatch.setattr("stationkeeper.operations.archive.CHANGES", 50)
    small = archive_in(tmp_path / "small")
    fly(small, times, rows)
    small.close_day(0)
    name = "changes-00000.parquet"
    assert (small.folder / name).read_bytes() == (whole.folder / name).read_bytes()


def test_whole_rows_beyond_the_room_of_a_day_are_counted(tmp_path):
    archive = archive_in(tmp_path, whole_rows=100)
    times, rows = day_of(0)
    fly(archive, times, rows, events=[10_000.0, 50_000.0])
    day = archive.close_day(0)
    assert (day.whole_rows, day.left_out) == (100, 82)
    times, rows = day_of(1)
    fly(archive, times, rows, events=[DAY_S + 10_000.0])
    assert archive.close_day(1).whole_rows == 91


def test_a_run_that_goes_on_writes_the_same_bytes(tmp_path):
    archives = {name: archive_in(tmp_path / name) for name in ("whole", "killed")}
    for name, archive in archives.items():
        for day in range(3):
            if name == "killed" and day == 1:
                saved = archive.saved()
                archive = Archive(archive.folder, READINGS)
                archive.restore(saved)
            times, rows = day_of(day)
            fly(archive, times, rows, events=[DAY_S - 60.0, 2 * DAY_S + 100.0])
            archive.close_day(day)
    paths = sorted(path.name for path in archives["whole"].folder.iterdir())
    assert paths == [
        *(f"changes-{day:05d}.parquet" for day in range(3)),
        "dictionary.csv",
        *(f"full-{day:05d}.parquet" for day in range(3)),
    ]
    for name in paths:
        one, other = (archive.folder / name for archive in archives.values())
        assert one.read_bytes() == other.read_bytes()


def test_a_file_is_whole_or_absent(tmp_path, monkeypatch):
    archive = archive_in(tmp_path)
    fly(archive, *day_of(0))
    archive.close_day(0)
    fly(archive, *day_of(1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="no space left"):
        archive.close_day(1)
    assert sorted(path.name for path in archive.folder.iterdir()) == [
        "changes-00000.parquet",
        "dictionary.csv",
    ]


def test_the_dictionary_is_written(tmp_path):
    archive = archive_in(tmp_path)
    with (archive.folder / "dictionary.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == list(NAMES)
    assert (rows[0]["low"], rows[0]["high"], rows[1]["states"]) == ("20.0", "", "off on")


def test_absent_telemetry_and_unknown_parameters_are_named(tmp_path):
    with pytest.raises(InputError, match=r"there is no dictionary\.csv"):
        read_telemetry(tmp_path, ["pump.on"])
    archive = archive_in(tmp_path)
    with pytest.raises(InputError, match=r"given the parameter 'pump\.one'.*pump\.on"):
        read_telemetry(archive.folder, ["pump.one"])
    with pytest.raises(InputError, match="expected more than 0"):
        read_telemetry(archive.folder, ["pump.on"], step=0.0)
    assert read_telemetry(archive.folder, ["pump.on"]).values.shape == (1, 0)
