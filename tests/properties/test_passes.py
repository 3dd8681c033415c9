"""No pass is missed: random orbits and sites, beside looks each second."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.orbit.ephemeris import state_at
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.passes import find_passes
from stationkeeper.validation._passes_cases import circle

SITES = np.radians(
    [[90.0, 0.0], [-90.0, 0.0], [0.0, 180.0], [47.0, -179.99], [-12.0, 77.0], [66.0, 12.0]]
).T


@given(
    altitude=st.floats(300e3, 2_000e3),
    inclination=st.floats(0.0, np.pi),
    mask_deg=st.floats(-1.0, 60.0),
    step=st.sampled_from([10.0, 60.0, 120.0]),
)
@settings(max_examples=40, deadline=None)
def test_passes_are_those_of_looks_each_second(
    altitude: float, inclination: float, mask_deg: float, step: float
) -> None:
    flown = circle(altitude, inclination, 43_200.0, step)
    mask = np.radians(mask_deg)
    position, up = place(*SITES), vertical(*SITES)
    passes = find_passes(flown, position, up, mask)
    seconds = np.arange(0.0, flown.duration + 0.5)
    there = state_at(flown, seconds)[0]
    for k in range(position.shape[0]):
        away = there - position[k]
        seen = away @ up[k] > np.sin(mask) * np.linalg.norm(away, axis=-1)
        changes = np.diff(np.concatenate([[False], seen, [False]]).astype(int))
        rises, sets = np.flatnonzero(changes > 0), np.flatnonzero(changes < 0)
        mine = passes.site == k
        # Ours that hold a look, first and last look: what looks see must be all of them.
        first, last = np.ceil(passes.rise[mine]), np.floor(passes.set[mine])
        held = first <= last
        np.testing.assert_allclose(first[held], rises, atol=1e-6)
        np.testing.assert_allclose(last[held] + 1, sets, atol=1e-6)
        # And what they do not see lies between two of them.
        assert np.all(passes.set[mine][~held] - passes.rise[mine][~held] < 1.0)


@given(
    eccentricity=st.floats(0.0, 0.7),
    turns=st.floats(0.9, 6.0),
    inclination=st.floats(0.0, np.pi),
    mask_deg=st.floats(-5.0, 60.0),
)
@settings(max_examples=25, deadline=None)
def test_passes_of_high_and_long_orbits_are_whole(
    eccentricity: float, turns: float, inclination: float, mask_deg: float
) -> None:
    flown = _ellipse(eccentricity, turns, inclination)
    mask = np.radians(mask_deg)
    position, up = place(*SITES), vertical(*SITES)
    passes = find_passes(flown, position, up, mask)
    seconds = np.arange(0.0, flown.duration + 0.5, 2.0)
    there = state_at(flown, seconds)[0]
    for k in range(position.shape[0]):
        away = there - position[k]
        seen = away @ up[k] > np.sin(mask) * np.linalg.norm(away, axis=-1)
        mine = passes.site == k
        ours = np.any(
            (seconds[:, None] > passes.rise[mine]) & (seconds[:, None] < passes.set[mine]), axis=1
        )
        differ = seconds[ours != seen]
        edges = np.concatenate([passes.rise[mine], passes.set[mine], [-1e9]])
        assert np.all(np.min(np.abs(differ[:, None] - edges), axis=1, initial=1e9) < 1e-6)


def _ellipse(eccentricity: float, turns: float, inclination: float):  # type: ignore[no-untyped-def]
    """Kepler's orbit of so many turns a day about an Earth that turns; perigee over 7,000 km."""
    from stationkeeper.constants import EARTH_ROTATION_RATE, MU_EARTH
    from stationkeeper.orbit.ephemeris import Ephemeris

    motion = 2 * np.pi * turns / 86_400.0
    a = (MU_EARTH / motion**2) ** (1 / 3)
    e = min(eccentricity, 1 - 7e6 / a)
    seconds = np.arange(0.0, 86_400.0 + 1, 60.0)
    mean = motion * seconds
    anomaly = mean.copy()
    for _ in range(50):
        anomaly = anomaly - (anomaly - e * np.sin(anomaly) - mean) / (1 - e * np.cos(anomaly))
    rate = motion / (1 - e * np.cos(anomaly))
    b = a * np.sqrt(1 - e**2)
    x, y = a * (np.cos(anomaly) - e), b * np.sin(anomaly)
    vx, vy = -a * np.sin(anomaly) * rate, b * np.cos(anomaly) * rate
    c, s = np.cos(inclination), np.sin(inclination)
    turn = EARTH_ROTATION_RATE * seconds
    ct, sn = np.cos(turn), np.sin(turn)
    # Perigee at the southernmost point, so that the long part is in the north.
    px, py, pz = y, -x * c, -x * s
    wx, wy, wz = vy, -vx * c, -vx * s
    position = np.stack([ct * px + sn * py, ct * py - sn * px, pz], axis=-1)
    velocity = np.stack([ct * wx + sn * wy, ct * wy - sn * wx, wz], axis=-1)
    velocity[:, 0] += EARTH_ROTATION_RATE * position[:, 1]
    velocity[:, 1] -= EARTH_ROTATION_RATE * position[:, 0]
    return Ephemeris(9_000.0, 60.0, position, velocity)
