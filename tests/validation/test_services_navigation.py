"""Rows of navigation and occultations: evidence holds, and each can fail."""

import numpy as np
import pytest

from stationkeeper.lifetime.serving.occultations import HIGH_YIELD, LOW_YIELD
from stationkeeper.validation import navigation_peers, speed_navigation
from stationkeeper.validation.rows import Row
from stationkeeper.validation.services_navigation import (
    dilution_rows,
    facts,
    fix_rows,
    occultation_rows,
    single_pass_errors,
)


@pytest.fixture(scope="module")
def counts() -> list[Row]:
    return occultation_rows()


def test_rows_that_count_are_within(counts: list[Row]) -> None:
    rows = [*fix_rows(), *dilution_rows(), *counts]
    assert sum(row.counts for row in rows) >= 4
    assert [row.name for row in rows if row.counts and not row.within] == []
    assert {row.topic for row in rows} == {"services"}


def test_peers_find_the_same() -> None:
    rows = navigation_peers.peer_rows()
    assert [row.name for row in rows if not row.within] == []
    assert len(rows) == 4


def test_without_the_peer_a_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> list[object]:
        raise ImportError

    monkeypatch.setattr(navigation_peers, "their_satellites", absent)
    monkeypatch.setattr(speed_navigation, "their_satellites", absent)
    (row,) = navigation_peers.peer_rows()
    assert row.ours is None
    assert not row.within
    assert "not installed" in row.note
    day, beside = speed_navigation.rows()
    assert day.peer == "limit"
    assert day.ours_s > 0
    assert beside.peer_s is None
    assert "not installed" in beside.agreement


def test_a_fix_of_transit_would_miss_with_twice_the_orbit_error() -> None:
    told = facts()["transit"]
    given = (told["orbit"], told["count_s"], told["noise_m"], told["height_m"])
    found = single_pass_errors(*given, 2 * told["broadcast_m"])
    assert float(np.nanmedian(found.total)) / np.sqrt(2) > told["single_m"][1]


def test_yields_told_in_results_are_those_of_the_missions(counts: list[Row]) -> None:
    cosmic = facts()["cosmic"]
    planned, flown, later = counts
    assert planned.calibration
    assert planned.ours is not None
    assert later.ours is not None
    once = planned.ours / cosmic["profile_yield"]
    assert flown.truth / once == pytest.approx(LOW_YIELD, abs=0.01)
    assert later.truth / (later.ours / cosmic["profile_yield"]) == pytest.approx(
        HIGH_YIELD, abs=0.01
    )
