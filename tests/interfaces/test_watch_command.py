"""``stationkeeper watch``: spans in the fixed shape, and files that are not telemetry."""

import json
import sys

import numpy as np
import pytest

from stationkeeper.cli import main


def call(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["stationkeeper", "watch", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code


@pytest.fixture
def telemetry(tmp_path):
    random = np.random.default_rng(3)
    train, test = random.standard_normal((1500, 3)), random.standard_normal((900, 3))
    train[:, 1:], test[:, 1:] = 0.0, 0.0
    test[400:440, 0] += 20.0
    file = tmp_path / "wheel.npz"
    np.savez(file, train=train.astype(np.float32), test=test.astype(np.float32))
    return file


def test_spans_have_the_fixed_shape(telemetry, monkeypatch, capsys):
    assert call(monkeypatch, telemetry, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["spans"]
    (span,) = document["spans"]
    assert list(span) == ["start", "end", "score"]
    assert type(span["start"]) is int
    assert 400 <= span["start"] < 410
    assert 440 <= span["end"] <= 900
    assert span["score"] > 1


def test_spans_for_people(telemetry, monkeypatch, capsys):
    assert call(monkeypatch, telemetry) == 0
    words = capsys.readouterr().out
    assert "rows 40" in words
    assert "1 spans in 900 rows" in words


def test_a_file_of_compressed_arrays_is_read(telemetry, tmp_path, monkeypatch, capsys):
    packed = tmp_path / "packed.npz"
    with np.load(telemetry) as stored:
        np.savez_compressed(packed, **stored)
    assert call(monkeypatch, packed, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["spans"]) == 1


def bad_files(folder):
    yield "absent.npz", "there is no such file"
    (folder / "text.npz").write_text("not telemetry")
    yield "text.npz", "cannot be read"
    (folder / "empty.npz").write_bytes(b"")
    yield "empty.npz", "cannot be read"
    (folder / "folder.npz").mkdir()
    yield "folder.npz", "cannot be read"
    np.save(folder / "single.npy", np.zeros((5, 2)))
    yield "single.npy", "given a single array"
    np.savez(folder / "other.npz", train=np.zeros((5, 2)), later=np.zeros((5, 2)))
    yield "other.npz", "given the arrays train, later"
    np.savez(folder / "objects.npz", train=np.array([{}]), test=np.zeros((5, 2)))
    yield "objects.npz", "cannot be read"
    np.savez(folder / "words.npz", train=np.array(["a", "b"]), test=np.zeros(2))
    yield "words.npz", "expected an array of numbers"
    np.savez(folder / "uneven.npz", train=np.zeros((5, 2)), test=np.zeros((5, 3)))
    yield "uneven.npz", "given 3 features, expected the 2"
    np.savez(folder / "nothing.npz", train=np.zeros((0, 2)), test=np.zeros((5, 2)))
    yield "nothing.npz", "given no row"
    whole = folder / "whole.npz"
    np.savez(whole, train=np.zeros((500, 2)), test=np.zeros((500, 2)))
    (folder / "cut.npz").write_bytes(whole.read_bytes()[:900])
    yield "cut.npz", "cannot be read"


def test_files_that_are_no_telemetry_are_named(tmp_path, monkeypatch, capsys):
    for name, words in bad_files(tmp_path):
        assert call(monkeypatch, tmp_path / name, "--json") == 2, name
        caught = capsys.readouterr()
        assert caught.out == "", name
        assert name in caught.err
        assert words in caught.err, name
        assert "Traceback" not in caught.err
