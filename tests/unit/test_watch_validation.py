"""Rows of the watch: stored counts without the telemetry, counts anew with it."""

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.validation import watch as validation
from stationkeeper.validation.published import published

LABELS = "chan_id,spacecraft,anomaly_sequences,class,num_values\n"


def folder_with(path, channels):
    lines = [LABELS]
    for name, spans in channels.items():
        random = np.random.default_rng(len(lines))
        train, test = random.standard_normal((1500, 2)), random.standard_normal((900, 2))
        train[:, 1], test[:, 1] = 0.0, 0.0
        for first, last in spans:
            test[first:last, 0] += 30.0
        np.savez(path / f"{name}.npz", train=train, test=test)
        lines.append(f'{name},X,"{[list(span) for span in spans]}",[point],900\n')
    (path / "labels.csv").write_text("".join(lines))
    return path


def test_without_the_telemetry_the_counts_are_those_stored(monkeypatch):
    monkeypatch.delenv(validation.FOLDER, raising=False)
    stored = published("watch.toml")["measured"]["counts"]
    assert len(stored) == 27
    assert sum(found + missed for found, _, missed in stored.values()) == 36
    rows = {row.name: row for row in validation.rows()}
    odd = rows["F0.5 by event, 13 channels of odd rank, against the floor"]
    assert odd.counts
    assert odd.ours == pytest.approx(1.25 * 8 / (1.25 * 8 + 0.25 * 11 + 3))
    assert not odd.within
    assert "stored on" in odd.note
    assert all(row.calibration for name, row in rows.items() if "odd" not in name)


def test_with_a_folder_the_counts_are_computed(tmp_path, monkeypatch):
    folder = folder_with(tmp_path, {"A-1": [(300, 340)], "A-2": [(200, 260), (600, 640)]})
    told = []
    counts, digest = validation.counted(folder, told.append)
    assert counts == {"A-1": [1, 0, 0], "A-2": [2, 0, 0]}
    assert told == ["watch: A-1", "watch: A-2"]
    monkeypatch.setenv(validation.FOLDER, str(folder))
    rows = validation.rows()
    assert rows[0].ours == 1.0
    assert "not the same" in rows[0].note
    assert digest != published("watch.toml")["measured"]["sha256"]


def test_a_folder_without_labels_or_channels_is_named(tmp_path):
    with pytest.raises(InputError, match=r"expected a folder with labels\.csv"):
        validation.counted(tmp_path)
    (tmp_path / "labels.csv").write_text(LABELS + 'Z-1,X,"[[1, 2]]",[point],5\n')
    with pytest.raises(InputError, match=r"Z-1\.npz: there is no such file"):
        validation.counted(tmp_path)


def test_the_interval_is_wider_where_channels_differ():
    alike = validation.bootstrap_interval(np.array([[2, 1, 1]] * 10))
    apart = validation.bootstrap_interval(np.array([[4, 0, 0], [0, 2, 2]] * 5))
    assert alike[0] == alike[1]
    assert apart[1] - apart[0] > 0.2
    assert apart == validation.bootstrap_interval(np.array([[4, 0, 0], [0, 2, 2]] * 5))
