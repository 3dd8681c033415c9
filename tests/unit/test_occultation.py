"""Radio occultations: closed forms of plane orbits, finer steps, plain loops, and refusals."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.services.occultation import Occultations, occultations

Array = NDArray[np.float64]

MU, TURN = 3.986004418e14, 7.292115e-5


def circular(
    radius: float, inclination: float, node: float, start: float, time: Array
) -> tuple[Array, Array]:
    """State on a circle in Earth-fixed axes."""
    rate = np.sqrt(MU / radius**3)
    u, w = start + rate * time, node - TURN * time
    level = np.stack([np.cos(u), np.sin(u) * np.cos(inclination)], axis=-1)
    moved = rate * np.stack([-np.sin(u), np.cos(u) * np.cos(inclination)], axis=-1)
    c, s = np.cos(w), np.sin(w)
    x, y = c * level[:, 0] - s * level[:, 1], s * level[:, 0] + c * level[:, 1]
    dx = c * moved[:, 0] - s * moved[:, 1] + TURN * y
    dy = s * moved[:, 0] + c * moved[:, 1] - TURN * x
    r = np.stack([x, y, np.sin(u) * np.sin(inclination)], axis=-1)
    v = np.stack([dx, dy, rate * np.cos(u) * np.sin(inclination)], axis=-1)
    return radius * r, radius * v


def seen(
    step: float, days: float = 0.5, half_width: float = 55.0, top: float = 30e3
) -> Occultations:
    time = step * np.arange(int(days * 86_400 / step) + 1)
    r, v = circular(6.798e6, np.radians(97), 0.3, 0.0, time)
    sky = [
        circular(26.56e6, np.radians(55), np.radians(60 * p), np.radians(72 * k + 15 * p), time)
        for p in range(6)
        for k in range(5)
    ]
    return occultations(
        r,
        v,
        np.stack([a for a, _ in sky]),
        np.stack([b for _, b in sky]),
        step,
        half_width=np.radians(half_width),
        top=top,
    )


def test_in_one_plane_each_synodic_turn_has_one_setting_and_one_rising() -> None:
    time = 60.0 * np.arange(2_881)  # two days
    r, v = circular(6.8e6, 0.0, 0.0, 0.0, time)
    far, speed = circular(26.56e6, 0.0, 0.0, 1.0, time)
    found = occultations(r, v, far[None], speed[None], 60.0, half_width=0.5)
    rate = np.sqrt(MU / 6.8e6**3) - np.sqrt(MU / 26.56e6**3)
    turns = time[-1] * rate / (2 * np.pi)
    assert found.rising.sum() == pytest.approx(turns, abs=1)
    assert (~found.rising).sum() == pytest.approx(turns, abs=1)
    # The angle between both at which the line passes 30 km over the equator.
    edge = EARTH_RADIUS + 30e3
    angle = np.arccos(edge / 6.8e6) + np.arccos(edge / 26.56e6)
    apart = (found.seconds * rate - 1.0) % (2 * np.pi)
    assert apart[~found.rising] == pytest.approx(angle, abs=1e-5)
    assert apart[found.rising] == pytest.approx(2 * np.pi - angle, abs=1e-5)
    assert np.abs(found.azimuth[found.rising]).max() < 1e-6
    assert np.abs(np.abs(found.azimuth[~found.rising]) - np.pi).max() < 1e-6
    assert np.abs(found.latitude).max() < 1e-9


def test_over_the_pole_the_nearest_point_is_over_the_ellipsoid() -> None:
    time = 10.0 * np.arange(600)
    r, v = circular(6.8e6, np.pi / 2, 0.0, 0.0, time)
    far = np.broadcast_to([0.0, 0.0, 2.6e7], (1, time.size, 3))
    still = np.zeros_like(far)
    found = occultations(r, v, far, still, 10.0, half_width=np.pi / 2, top=0.0)
    # Tangents from the axis touch an ellipse at a latitude that closed form gives.
    polar = EARTH_RADIUS * (1 - EARTH_FLATTENING)
    reduced = np.arcsin(polar / 2.6e7)
    geodetic = np.arctan(np.tan(reduced) / (1 - EARTH_FLATTENING))
    assert found.latitude == pytest.approx(np.full(found.latitude.size, geodetic), abs=1e-6)
    assert found.latitude.size == 2


def test_a_step_of_a_minute_loses_few_events_against_five_seconds() -> None:
    coarse, fine = seen(60.0), seen(5.0)
    assert fine.seconds.size > 300
    assert abs(coarse.seconds.size - fine.seconds.size) <= 0.005 * fine.seconds.size + 1
    fine_list = set(zip(fine.satellite, np.round(fine.seconds, 0), strict=True))
    near = sum(
        any((k, t + d) in fine_list for d in (-1.0, 0.0, 1.0))
        for k, t in zip(coarse.satellite, np.round(coarse.seconds, 0), strict=True)
    )
    assert near == coarse.seconds.size


def test_settings_are_behind_and_risings_ahead() -> None:
    found = seen(60.0)
    aside = np.radians(55)
    assert (np.abs(found.azimuth[found.rising]) <= aside).all()
    assert (np.abs(found.azimuth[~found.rising]) >= np.pi - aside).all()
    assert abs(found.rising.mean() - 0.5) < 0.05


def test_a_wider_view_sees_more_and_all_that_a_narrow_one_saw() -> None:
    narrow, wide = seen(60.0, half_width=20.0), seen(60.0, half_width=80.0)
    assert 0 < narrow.seconds.size < wide.seconds.size
    assert set(narrow.seconds) <= set(wide.seconds)


def test_no_transmitters_give_no_occultations() -> None:
    r, v = circular(6.8e6, 1.0, 0.0, 0.0, 60.0 * np.arange(10))
    none = np.zeros((0, 10, 3))
    assert occultations(r, v, none, none, 60.0, half_width=1.0).seconds.size == 0


def test_times_that_do_not_fit_are_refused() -> None:
    r, v = circular(6.8e6, 1.0, 0.0, 0.0, 60.0 * np.arange(10))
    with pytest.raises(DomainError, match="at the same times"):
        occultations(r, v, np.zeros((1, 9, 3)), np.zeros((1, 9, 3)), 60.0, half_width=1.0)
    with pytest.raises(DomainError, match="step greater than zero"):
        occultations(r, v, r[None], v[None], 0.0, half_width=1.0)
