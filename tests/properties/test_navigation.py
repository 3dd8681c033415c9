"""Navigation: what holds for any pass."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stationkeeper.services.doppler_fix import fix_errors
from stationkeeper.services.occultation import occultations
from stationkeeper.services.time_transfer import common_view_error, time_error

Array = NDArray[np.float64]

errors = st.floats(0.0, 100.0)
SITE, UP = np.array([6.371e6, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])


def a_pass(aside: float, height: float, turn: float, epochs: int = 18) -> tuple[Array, Array]:
    """A pass over a place on the equator, `aside` from it, flying at any angle to north."""
    radius = 6.371e6 + height
    angle = np.sqrt(3.986e14 / radius**3) * 20.0 * (np.arange(epochs) - 0.5 * (epochs - 1))
    flat = np.array([0.0, np.cos(turn), np.sin(turn)])
    side = np.array([0.0, -np.sin(turn), np.cos(turn)])
    tilt = np.cos(aside) * UP + np.sin(aside) * side
    r = radius * (np.cos(angle)[:, None] * tilt + np.sin(angle)[:, None] * flat)
    v = 7.3e3 * (-np.sin(angle)[:, None] * tilt + np.cos(angle)[:, None] * flat)
    return r[None], v[None]


passes = st.tuples(
    st.floats(0.03, 0.2), st.floats(300e3, 1_500e3), st.floats(0.0, 2 * np.pi, exclude_max=True)
)


@settings(max_examples=40, deadline=None)
@given(seen=passes, given_errors=st.tuples(errors, errors, errors, errors))
def test_what_is_considered_never_makes_a_fix_better(
    seen: tuple[float, float, float], given_errors: tuple[float, float, float, float]
) -> None:
    r, v = a_pass(*seen)
    used = np.ones((1, r.shape[1]), bool)
    height, along, across, radial = given_errors
    plain = fix_errors(r, v, used, SITE, UP, count=20.0, noise=1.0)
    found = fix_errors(
        r, v, used, SITE, UP, count=20.0, noise=1.0,
        height=height, along=along, across=across, radial=radial,
    )  # fmt: skip
    assert found.total[0] >= plain.total[0] * (1 - 1e-9)
    assert np.linalg.eigvalsh(found.covariance[0] - plain.covariance[0]).min() > -1e-6
    assert found.total[0] ** 2 == pytest.approx(found.along[0] ** 2 + found.across[0] ** 2)
    level = found.covariance[0, :2, :2]
    assert found.total[0] ** 2 == pytest.approx(np.trace(level))


@settings(max_examples=40, deadline=None)
@given(seen=passes)
def test_shared_noise_of_neighbours_tells_more_than_noise_of_their_own(
    seen: tuple[float, float, float],
) -> None:
    r, v = a_pass(*seen)
    used = np.ones((1, r.shape[1]), bool)
    own, shared = (
        fix_errors(r, v, used, SITE, UP, count=20.0, noise=1.0, independent=independent).total[0]
        for independent in (True, False)
    )
    assert shared < own  # errors of differences that cancel in sums


@settings(max_examples=40, deadline=None)
@given(seen=passes, clock=st.floats(0, 1e-6), given_errors=st.tuples(errors, errors, errors))
def test_no_pass_beats_the_clock_aboard(
    seen: tuple[float, float, float], clock: float, given_errors: tuple[float, float, float]
) -> None:
    r, v = a_pass(*seen)
    used = np.ones((1, r.shape[1]), bool)
    along, across, radial = given_errors
    one = time_error(r, v, used, SITE, UP, clock=clock, along=along, across=across, radial=radial)
    assert one[0] >= clock
    same = common_view_error(
        r, v, used, (SITE, SITE), (UP, UP), along=along, across=across, radial=radial, noise=0.0
    )
    air = time_error(r, v, used, SITE, UP, clock=0.0, noise=0.0)
    assert same[0] == pytest.approx(np.sqrt(2.0) * air[0])  # only the air of both is left


@settings(max_examples=20, deadline=None)
@given(turn=st.floats(0.0, 2 * np.pi), node=st.floats(0.0, 2 * np.pi))
def test_turning_the_world_about_its_axis_turns_occultations_with_it(
    turn: float, node: float
) -> None:
    time = 60.0 * np.arange(300)
    states = []
    for radius, tilt, start in ((6.8e6, 1.2, 0.0), (26.5e6, 0.9, 1.0), (26.5e6, 0.9, 3.0)):
        angle = start + np.sqrt(3.986e14 / radius**3) * time
        x, y, z = np.cos(angle), np.sin(angle) * np.cos(tilt), np.sin(angle) * np.sin(tilt)
        c, s = np.cos(node), np.sin(node)
        r = radius * np.stack([c * x - s * y, s * x + c * y, z], axis=-1)
        states.append((r, np.gradient(r, 60.0, axis=0)))
    (r, v), *sky = states
    c, s = np.cos(turn), np.sin(turn)
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    far, speed = np.stack([a for a, _ in sky]), np.stack([b for _, b in sky])
    plain = occultations(r, v, far, speed, 60.0, half_width=1.5)
    moved = occultations(
        r @ turned.T, v @ turned.T, far @ turned.T, speed @ turned.T, 60.0, half_width=1.5
    )
    assert moved.seconds == pytest.approx(plain.seconds, abs=1e-2)
    assert moved.latitude == pytest.approx(plain.latitude, abs=1e-4)
    shift = (moved.longitude - plain.longitude - turn + np.pi) % (2 * np.pi) - np.pi
    assert shift == pytest.approx(np.zeros(shift.size), abs=1e-4)
