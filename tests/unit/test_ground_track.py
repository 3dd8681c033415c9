"""Points under an orbit and cycles of its track."""

import numpy as np
import pytest
from scipy.optimize import brentq

from stationkeeper.constants import EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris, state_at
from stationkeeper.orbit.ground_track import repeat_cycles, revolutions_a_day, sub_points

INCLINATION = float(np.radians(51.6))


def test_track_reaches_the_inclination_and_no_further() -> None:
    orbit = mean_ephemeris(9_500.0, 86_400.0, 30.0, altitude=420e3, inclination=INCLINATION)
    latitude, longitude, height = sub_points(orbit)
    # Geodetic latitude is up to 0.19 degrees more than geocentric.
    assert np.degrees(np.abs(latitude).max()) == pytest.approx(51.6 + 0.18, abs=0.03)
    assert np.all(np.abs(longitude) <= np.pi)
    assert 405e3 < height.min() < height.max() < 445e3


def test_cycle_of_a_flown_orbit_closes_as_said() -> None:
    """Twin: the longitudes of an ephemeris' own equator crossings."""
    axis, inclination = 7_714_430.0, float(np.radians(66.04))
    orbit = mean_ephemeris(
        9_500.0, 10 * 86_400.0, 60.0, altitude=axis - EARTH_RADIUS, inclination=inclination
    )
    z = orbit.position[:, 2]
    k = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))
    part = z[k] / (z[k] - z[k + 1])
    crossing = orbit.position[k] + part[:, None] * (orbit.position[k + 1] - orbit.position[k])
    longitude = np.arctan2(crossing[:, 1], crossing[:, 0])
    cycles = repeat_cycles(axis - EARTH_RADIUS, inclination, 10)
    assert cycles.revolutions[-1] == 127
    assert cycles.days[-1] == 10
    moved = (longitude[127] - longitude[0] + np.pi) % (2 * np.pi) - np.pi
    # Straight lines over a minute cost 100 m or so.
    assert moved * EARTH_RADIUS == pytest.approx(cycles.closure[-1], abs=1_500.0)
    nearest = np.sort(np.abs((longitude[1:127] - longitude[0] + np.pi) % (2 * np.pi) - np.pi))[0]
    assert nearest * EARTH_RADIUS == pytest.approx(cycles.spacing[-1], rel=0.01)


def test_closure_turns_sign_with_the_altitude() -> None:
    low, high = (repeat_cycles(699.6e3 + d, np.radians(98.2), 16) for d in (-500.0, 500.0))
    assert low.closure[-1] > 0 > high.closure[-1]
    assert low.days[-1] == high.days[-1] == 16


def test_a_lower_orbit_drifts_east_as_the_notes_say() -> None:
    pace, faster = (revolutions_a_day(altitude, INCLINATION) for altitude in (420e3, 419.9e3))
    assert (faster / pace - 1) * 2 * np.pi * EARTH_RADIUS == pytest.approx(860.0, abs=5.0)


def test_orbits_flown_drift_as_their_cycles_say() -> None:
    heights = (420e3, 419.9e3)
    cycles = [repeat_cycles(height, INCLINATION, 1) for height in heights]
    assert [one.revolutions.tolist() for one in cycles] == [[15], [15]]
    crossings = [
        _last_node(mean_ephemeris(9_500.0, 86_400.0, 60.0, altitude=h, inclination=INCLINATION))
        for h in heights
    ]
    assert (crossings[1] - crossings[0]) * EARTH_RADIUS == pytest.approx(
        cycles[1].closure[0] - cycles[0].closure[0], abs=5.0
    )


def _last_node(orbit: Ephemeris) -> float:
    """Return the longitude of the last crossing of the equator to the north. [rad]"""
    z = orbit.position[:, 2]
    low = np.flatnonzero((z[:-1] < 0) & (z[1:] >= 0))[-1] * orbit.step
    when = brentq(lambda t: state_at(orbit, t)[0][2], low, low + orbit.step)
    x, y, _ = state_at(orbit, when)[0]
    return float(np.arctan2(y, x))


def test_each_cycle_is_nearer_than_shorter_ones() -> None:
    cycles = repeat_cycles(420e3, INCLINATION, 60)
    assert np.all(np.diff(np.abs(cycles.closure)) < 0)
    assert np.all(np.diff(cycles.days) > 0)
    assert cycles.drift == pytest.approx(cycles.closure / cycles.days)


def test_no_days_no_cycles() -> None:
    with pytest.raises(DomainError, match="one day at least"):
        repeat_cycles(420e3, INCLINATION, 0)
