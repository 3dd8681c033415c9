"""Propellant that came aboard was burned, handed over, taken away, or is still there."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from stationkeeper.lifetime.assemble import assemble
from stationkeeper.lifetime.fly import fly_lives
from stationkeeper.lifetime.prepare import prepare
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.reference import reference_table

FIXTURE = str(Path(__file__).parents[1] / "fixtures" / "two-stations.toml")

CASES = {
    "as it is": (),
    "hardly any propellant": ("station.alpha.propellant_aboard_kg=5",),
    "thick air": ("station.alpha.drag.factor=6", "station.beta.drag.factor=6"),
    "small tanks": (
        "module.annexe.propulsion.capacity_kg=100",
        "module.annexe.propulsion.aboard_kg=50",
    ),
    "falls out of orbit": (
        "station.alpha.orbit.altitude_km=230",
        "station.alpha.reboost.keep.lower_km=210",
        "station.alpha.reboost.keep.upper_km=215",
        "station.alpha.propellant_aboard_kg=50",
    ),
}


@cache
def flown(case):
    programme = read_programme(FIXTURE, settings=CASES[case])
    prepared = prepare(assemble(programme, reference_table), 1, lambda text: None)
    return prepared, fly_lives(prepared, np.arange(12))


@pytest.mark.parametrize("case", CASES)
def test_the_account_of_each_station_closes(case):
    _, lives = flown(case)
    for key, life in lives.stations.items():
        came = life.initial + life.delivered + life.received
        went = life.used_total + life.handed_over + life.taken_away + life.tank + life.gone
        assert np.allclose(came, went, rtol=1e-9, atol=1e-9), key
        assert (life.tank >= 0).all()


@pytest.mark.parametrize("case", CASES)
def test_what_one_station_hands_over_another_receives(case):
    _, lives = flown(case)
    handed = sum(life.handed_over for life in lives.stations.values())
    received = sum(life.received for life in lives.stations.values())
    assert np.allclose(handed, received, rtol=1e-12)
    if case == "as it is":
        assert (received > 100).all()


@pytest.mark.parametrize("case", CASES)
def test_deliveries_were_taken_over_or_refused(case):
    prepared, lives = flown(case)
    for one in prepared.assembled.stations:
        life = lives.stations[one.key]
        brought = one.hardware.delivered[one.hardware.exists].sum()
        last = np.flatnonzero(one.hardware.exists)[-1]
        there = ~np.isnan(life.altitude[:, last])  # what arrives after the end is not counted
        accounted = life.delivered + life.refused
        assert np.allclose(accounted[there], brought, rtol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_daily_use_adds_up_to_the_total(case):
    _, lives = flown(case)
    for life in lives.stations.values():
        assert np.allclose(life.used.sum(axis=1, dtype=np.float64), life.used_total, rtol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_the_stock_changes_by_what_is_used_and_delivered(case):
    prepared, lives = flown(case)
    boundaries = list(prepared.assembled.boundaries[:-1])
    for one in prepared.assembled.stations:
        life = lives.stations[one.key]
        change = np.diff(life.aboard.astype(np.float64), axis=1)
        rise = change + life.used[:, 1:]
        quiet = np.ones(change.shape[1], bool)
        quiet[[place - 1 for place in boundaries if place > 0]] = False
        quiet[one.hardware.delivered[1:] > 0] = False
        assert np.nanmax(np.abs(rise[:, quiet]), initial=0) < 0.002  # kilograms, single precision


@pytest.mark.parametrize("case", CASES)
def test_the_rocket_equation_links_speed_and_propellant(case):
    prepared, lives = flown(case)
    for one in prepared.assembled.stations:
        life, parts = lives.stations[one.key], one.hardware
        burns = life.delta_v > 0
        if not burns.any():
            continue
        after = (parts.mass + life.aboard)[burns]
        exhaust = np.broadcast_to(parts.exhaust_velocity, burns.shape)[burns]
        spent = after * np.expm1(life.delta_v[burns] / exhaust)
        assert np.allclose(spent, life.used[burns], rtol=1e-3, atol=0.01)
