"""The scaling rows hold what was measured, and count only when the bytes agree."""

import pytest

from stationkeeper.validation import speed_cluster
from stationkeeper.validation.speed_cluster import Scaled, measure, rows


@pytest.fixture
def told(monkeypatch):
    """Put figures in the place of the measurement."""

    def figures(one, two):
        monkeypatch.setattr(
            speed_cluster, "measure", lambda programme, workers, replicas: (one, two)[workers - 1]
        )

    return figures


def test_two_workers_beside_one(told):
    told(Scaled(2.0, 12.0, 11.0, True, "a"), Scaled(3.0, 6.0, 10.0, True, "a"))
    cluster, threads = rows()
    assert (cluster.ratio, cluster.met) == (2.0, True)
    assert "same bytes as threads; workers ready after 3.0 s" in cluster.agreement
    assert (threads.ratio, threads.met) == (1.1, False)


@pytest.mark.parametrize(
    "two", [Scaled(3.0, 6.0, 10.0, False, "a"), Scaled(3.0, 6.0, 10.0, True, "b")]
)
def test_other_bytes_are_no_speed(told, two):
    told(Scaled(2.0, 12.0, 11.0, True, "a"), two)
    cluster, _ = rows()
    assert not cluster.met
    assert "OTHER BYTES" in cluster.agreement


def test_without_dask_the_reason_is_in_the_row(monkeypatch):
    monkeypatch.setattr(speed_cluster, "find_spec", lambda name: None)
    (row,) = rows()
    assert not row.met
    assert row.agreement == "no Dask"


def test_the_pieces_of_a_cluster_have_the_bytes_of_threads():
    found = measure("haven-1", 1, 130)
    assert found.same
    assert found.started_s > 0
    assert found.processes_s > 0
