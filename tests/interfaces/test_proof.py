"""The long proofs, a two-hundredth of each, and the harness that continues them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import proof as command
from benchmarks.harness import Figures, Proof, prove, read_journal, source_mark
from benchmarks.proofs import PROOFS, kills, replicas


@pytest.mark.parametrize("name", PROOFS)
def test_a_two_hundredth_of_each_proof_holds(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One station and two chunks: each run of the main job costs its report.
    monkeypatch.setattr(replicas, "PROGRAMME", "haven-1")
    monkeypatch.setattr(kills, "REPLICAS", 500)
    record = prove(PROOFS[name], scale=0.005, folder=tmp_path, source="test")
    assert record["figures"]
    if not PROOFS[name].timed:  # seconds are shown by the long proof and asserted nowhere here
        assert record["held"], record["figures"]


class Stopped(Exception):
    """Stands for a kill."""


def counting(stop_at: int | None, tried: list[int]) -> Proof:
    def step(index: int, scale: float, folder: Path) -> Figures:
        if index == stop_at:
            raise Stopped
        tried.append(index)
        return {"square": index**2}

    def total(done: Sequence[Figures]) -> Figures:
        return {"sum": sum(one["square"] for one in done)}

    return Proof("squares", "Squares add up.", 400, step, total, lambda done: len(done) == 4)


def test_a_stopped_proof_continues_after_its_last_finished_step(tmp_path: Path) -> None:
    tried: list[int] = []
    with pytest.raises(Stopped):
        prove(counting(2, tried), scale=0.01, folder=tmp_path, source="a")
    record = prove(counting(None, tried), scale=0.01, folder=tmp_path, source="a")
    assert tried == [0, 1, 2, 3]
    assert record["figures"] == {"sum": 14}
    assert record["held"]


def test_a_changed_source_begins_anew(tmp_path: Path) -> None:
    tried: list[int] = []
    prove(counting(None, tried), scale=0.005, folder=tmp_path, source="a")
    prove(counting(None, tried), scale=0.005, folder=tmp_path, source="b")
    assert tried == [0, 1, 0, 1]


@pytest.mark.parametrize("keep", range(0, 120, 7))
def test_a_journal_torn_anywhere_loses_only_the_torn_step(keep: int, tmp_path: Path) -> None:
    tried: list[int] = []
    truth = prove(counting(None, tried), scale=0.01, folder=tmp_path, source="a")
    journal = tmp_path / "journal.jsonl"
    journal.write_text(journal.read_text()[:keep])
    again = prove(counting(None, tried), scale=0.01, folder=tmp_path, source="a")
    assert again["figures"] == truth["figures"]
    assert len(read_journal(journal, {"source": "a", "scale": 0.01})) == 4


def test_the_source_mark_follows_every_byte(tmp_path: Path) -> None:
    for part in ("src/stationkeeper", "benchmarks", "locks"):
        (tmp_path / part).mkdir(parents=True)
    changed = tmp_path / "src" / "stationkeeper" / "table.csv"
    changed.write_text("1")
    before = source_mark(tmp_path)
    assert source_mark(tmp_path) == before
    changed.write_text("2")
    assert source_mark(tmp_path) != before


def test_figures_are_kept_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried: list[int] = []
    monkeypatch.setattr(command, "PROOFS", {"squares": counting(None, tried)})
    monkeypatch.setattr(command, "SCRATCH", tmp_path / "scratch")
    record = tmp_path / "proof.json"
    monkeypatch.setattr(command, "read_record", lambda: _read(record))
    monkeypatch.setattr(
        command, "write_record", lambda proofs: record.write_text(json.dumps({"proofs": proofs}))
    )
    assert command.main(["--scale", "0.01"]) == 0
    assert command.main(["--scale", "0.01"]) == 0
    assert tried == [0, 1, 2, 3]
    assert "up to date" in capsys.readouterr().out
    kept = _read(record)["squares"]
    assert {"date", "commit", "machine", "held", "figures", "scale"} <= kept.keys()
    command.main(["--scale", "0.005"])  # smaller: shown, not kept
    assert _read(record)["squares"]["scale"] == 0.01


def _read(path: Path) -> dict[str, Figures]:
    proofs: dict[str, Figures] = json.loads(path.read_text())["proofs"] if path.exists() else {}
    return proofs
