"""Torques on a station, and a body that turns freely."""

import numba
import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS, MU_EARTH
from stationkeeper.errors import DomainError
from stationkeeper.orbit import attitude
from stationkeeper.orbit.attitude import (
    aerodynamic_torque,
    free_tumble,
    gravity_gradient_torque,
    momentum_propellant,
    pitch_libration_rate,
    tilted_inertia,
)
from stationkeeper.validation.operations_attitude import equilibrium_left

RADIUS = EARTH_RADIUS + 420e3
BODY = [2.2e6, 6.5e6, 7.0e6]


@numba.njit  # not kept on disk: it would stay as it is when what it calls changes
def kernels(q, v, half, body, gradient):
    """Call the inner kernels: in the body, turned back, turned on, torque of gravity, rates."""
    result = np.empty((5, 4))
    result[0, :3] = attitude.in_body(q[0], q[1], q[2], q[3], v[0], v[1], v[2])
    result[1, :3] = attitude.turned_back(v[0], v[1], v[2], half[0], half[1], half[2])
    result[2] = attitude.turned_on(q[0], q[1], q[2], q[3], half[0], half[1], half[2])
    result[3, :3] = attitude.gravity_torque(
        body[0], body[1], body[2], body[3], gradient, v[0], v[1], v[2]
    )
    result[4, :3] = attitude.rates(body[0], body[1], body[2], body[3], v[0], v[1], v[2])
    return result


def matrix(q):
    """Return what turns axes of flight to axes of the body, of a quaternion from body to flight."""
    w, x, y, z = q
    back = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    return back.T


def of_turn(half):
    """Return the quaternion of a turn given by its axis times the tangent of half the angle."""
    q = np.array([1.0, *half])
    return q / np.linalg.norm(q)


def drawn(seed):
    draw = np.random.default_rng(seed)
    q = draw.normal(size=4)
    return q / np.linalg.norm(q), draw.normal(size=3), 0.1 * draw.normal(size=3)


@pytest.mark.parametrize("seed", range(5))
def test_turns_are_those_of_matrices(seed) -> None:
    q, v, half = drawn(seed)
    whole = tilted_inertia(BODY, 0.3)
    body = np.array([whole[0, 0], whole[1, 1], whole[2, 2], whole[0, 2]])
    found = kernels(q, v, half, body, 3e-6)
    assert found[0, :3] == pytest.approx(matrix(q) @ v, abs=1e-14)
    assert found[1, :3] == pytest.approx(matrix(of_turn(half)) @ v, abs=1e-14)
    assert matrix(found[2]) == pytest.approx(matrix(of_turn(half)) @ matrix(q), abs=1e-14)
    assert found[3, :3] == pytest.approx(3e-6 * np.cross(v, whole @ v), rel=1e-12)
    assert found[4, :3] == pytest.approx(np.linalg.solve(whole, v), rel=1e-12)


def test_torque_of_gravity_is_that_of_two_masses() -> None:
    # A dumb-bell of two masses: weight at each end, less that of the motion of the whole.
    half, mass, lean = 20.0, 1_000.0, np.radians(30.0)
    ends = half * np.array([[np.sin(lean), 0.0, np.cos(lean)], [-np.sin(lean), 0, -np.cos(lean)]])
    earth = np.array([0.0, 0.0, RADIUS])
    torque = np.zeros(3)
    for end in ends:
        away = earth - end
        torque += np.cross(end, mass * MU_EARTH * away / np.linalg.norm(away) ** 3)
    inertia = sum(mass * (end @ end * np.eye(3) - np.outer(end, end)) for end in ends)
    ours = gravity_gradient_torque(inertia, [0.0, 0.0, 1.0], RADIUS)
    assert ours == pytest.approx(torque, rel=1e-4, abs=1e-9)


def test_published_equilibrium_has_no_torque() -> None:
    assert equilibrium_left() < 1e-12


def test_torque_of_gravity_rights_a_rod_and_takes_leading_axes() -> None:
    down = np.array([[0.0, 0.0, 1.0], [np.sin(0.1), 0.0, np.cos(0.1)]])
    torque = gravity_gradient_torque(np.diag([5.0, 5.0, 0.1]), down, RADIUS)
    assert torque.shape == (2, 3)
    assert torque[0] == pytest.approx(0.0, abs=1e-15)
    # The nose has dipped, and is brought up.
    assert torque[1, 1] > 0


def test_free_swing_has_the_libration_rate() -> None:
    inertia, motion = np.array([6.0, 5.0, 2.0]), np.sqrt(MU_EARTH / RADIUS**3)
    angle, rate, step, crossings, time = 0.01, 0.0, 4.0, [], 0.0
    for _ in range(4_000):
        down = [-np.sin(angle), 0.0, np.cos(angle)]
        rate += step * gravity_gradient_torque(np.diag(inertia), down, RADIUS)[1] / inertia[1]
        before, angle, time = angle, angle + step * rate, time + step
        if before < 0 <= angle:
            crossings.append(time)
    period = np.diff(crossings).mean()
    assert 2 * np.pi / period == pytest.approx(pitch_libration_rate(inertia, motion), rel=1e-3)
    assert np.isnan(pitch_libration_rate(inertia[::-1], motion))


def test_drag_below_the_centre_pulls_the_nose_down() -> None:
    torque = aerodynamic_torque(2e-12, 7_660.0, 260.0, [0.0, 1.0, 2.0], [1.0, 0.0, 0.0])
    force = 0.5 * 2e-12 * 7_660.0**2 * 260.0 * 2.2
    assert torque == pytest.approx([0.0, -2.0 * force, force], rel=1e-12)


def test_body_without_torque_keeps_momentum_and_energy() -> None:
    inertia = tilted_inertia(BODY, 0.1)
    course = free_tumble(inertia, np.radians([0.6, 0.5, 0.6]), 1.0, 3_600)
    momentum = np.linalg.norm(course @ inertia, axis=1)
    energy = np.einsum("ti,ij,tj->t", course, inertia, course)
    assert np.ptp(momentum) / momentum[0] < 1e-12
    assert np.ptp(energy) / energy[0] < 1e-5
    assert np.ptp(course[:, 2]) > 0.5 * abs(course[0, 2])  # it does tumble


def test_symmetric_body_precesses_at_the_rate_of_euler() -> None:
    course = free_tumble(np.diag([6.0, 6.0, 2.0]), [0.001, 0.0, 0.01], 1.0, 3_000)
    angle = np.unwrap(np.arctan2(course[:, 1], course[:, 0]))
    assert (angle[-1] - angle[0]) / 3_000 == pytest.approx((2.0 - 6.0) / 6.0 * 0.01, rel=1e-4)


def test_propellant_is_impulse_over_exhaust() -> None:
    assert momentum_propellant([-800.0, 800.0], 8.0, 285.0) == pytest.approx(
        [100 / (285 * 9.80665)] * 2
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: tilted_inertia([1.0, 1.0, 3.0], 0.0), "others' sum"),
        (lambda: gravity_gradient_torque(np.eye(3), [0, 0, 1], 0.0), "radius"),
        (lambda: aerodynamic_torque(-1.0, 1.0, 1.0, [0, 0, 1], [1, 0, 0]), "density"),
        (lambda: momentum_propellant(1.0, 0.0, 285.0), "lever"),
        (lambda: free_tumble(np.ones((3, 3)), [0, 0, 0], 1.0, 1), "principal"),
    ],
)
def test_what_no_body_has_is_refused(call, told) -> None:
    with pytest.raises(DomainError, match=told):
        call()
