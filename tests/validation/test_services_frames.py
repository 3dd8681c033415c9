"""Axes, orbits and eclipses beside other programs: what is within stays within."""

import importlib.util

import numpy as np
import pytest

from stationkeeper.validation import services_frames, speed_frames
from stationkeeper.validation.services_frames import (
    decay_beside_integrated,
    mean_beside_integrated,
    mean_beside_sgp4,
    missing_sun,
    worst_beside_erfa,
)

# The printed axis and period do not fit one another; the row says so and stays.
MISSED = {"TOPEX/Poseidon: from node to node"}


@pytest.mark.parametrize(
    "part",
    [
        services_frames._sgp4_cases,
        services_frames._beside_skyfield,
        services_frames._repeating,
        services_frames._eclipses,
    ],
    ids=["SGP4", "Skyfield", "tracks", "eclipses"],
)
def test_rows_are_within(part) -> None:  # type: ignore[no-untyped-def]
    rows = part()
    assert rows
    assert {row.topic for row in rows} == {"services"}
    assert {row.name for row in rows if not row.within} <= MISSED


def test_verification_cases_are_all_read() -> None:
    cases = services_frames.sgp4_cases()
    assert len(cases) > 25
    assert sum(len(table) for _, _, table in cases) > 590


def test_celestial_axes_beside_erfa() -> None:
    assert worst_beside_erfa(500) < 1e-3


@pytest.mark.parametrize("eccentricity", [0.001, 0.05])
def test_mean_elements_beside_sgp4(eccentricity: float) -> None:
    day, month = mean_beside_sgp4(eccentricity, float(np.radians(51.6)))
    assert day < 30
    assert month < 300


def test_mean_elements_beside_an_integrated_orbit() -> None:
    first, fit, rest = mean_beside_integrated(float(np.radians(51.6)))
    assert 1_000 < first < 3_000
    assert fit == pytest.approx(10.9, abs=0.5)
    assert rest < 500


def test_decay_beside_an_integrated_orbit() -> None:
    off, moved = decay_beside_integrated()
    assert off < 1_000
    assert moved == pytest.approx(6.87e6, rel=0.01)


def test_absent_peers_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert missing_sun() == "skyfield is not installed"
    rows = services_frames._beside_skyfield() + services_frames._eclipses()
    assert all(row.ours is None and "not installed" in row.note for row in rows)
    assert not any(row.within for row in rows)


def test_speed_rows_name_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_frames, "EPOCHS", 2_000)
    monkeypatch.setattr(speed_frames, "MONTH", 86_400.0)
    monkeypatch.setattr(speed_frames, "worst_beside_erfa", lambda: 1e-4)
    rows = speed_frames.rows()
    assert [row.peer_s for row in rows] == [0.25, 0.1]
    assert "within 0.10 mm" in rows[0].agreement
    assert "32 of 32" in rows[1].agreement
