"""Data that wait for the ground equal closed forms, packets of another program, and every route."""

import pytest

from stationkeeper.validation import services_data, simpy_downlink
from stationkeeper.validation.services_data import packet_rows, rows


@pytest.fixture(scope="module")
def told():
    coarse = packet_rows(1e8)  # twenty times the packet of `validate`, and its tolerance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services_data, "packet_rows", lambda: coarse)
        return {row.name.removeprefix("data: "): row for row in rows()}


def test_all_rows_that_count_agree(told) -> None:
    assert not [row for row in told.values() if row.counts and not row.within]
    assert {row.kind for row in told.values()} == {
        "worked-example",
        "standard",
        "other-program",
        "context",
    }
    assert all(row.topic == "services" and row.source for row in told.values())


def test_the_prototype_is_shown_and_never_counted(told) -> None:
    shown = [row for name, row in told.items() if "constant rate" in name]
    assert len(shown) == 14
    assert not any(row.counts for row in shown)


def test_packets_meet_a_full_buffer(told) -> None:
    lost = told["a full buffer, producer 4 of priority 5: lost"]
    assert lost.truth > 100
    assert told["room for all, producer 4 of priority 5: lost"].truth == 0


def test_a_row_says_so_without_the_other_program(monkeypatch) -> None:
    monkeypatch.setattr(services_data, "find_spec", lambda name: None)
    (row,) = packet_rows()
    assert row.ours is None
    assert not row.within
    assert "make test" in row.note
    monkeypatch.setattr(simpy_downlink, "find_spec", lambda name: None)
    with pytest.raises(simpy_downlink.InputError, match="SimPy"):
        simpy_downlink.fly_packets(1.0, [], [1.0], [1], 1.0, 1.0)
