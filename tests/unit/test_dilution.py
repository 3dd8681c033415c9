"""Dilution of precision: closed forms, plain loops, order, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stationkeeper.errors import DomainError
from stationkeeper.services.dilution import dilution, even_places

Array = NDArray[np.float64]
ORIGIN, UP = np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]])


def test_a_regular_tetrahedron_has_the_closed_forms() -> None:
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3.0)
    found = dilution(2e7 * corners[:, None], ORIGIN, UP, -np.pi / 2)
    assert found.position[0, 0] == pytest.approx(1.5, rel=1e-12)  # sqrt(3 * 3 / 4)
    assert found.time[0, 0] == pytest.approx(0.5, rel=1e-12)  # sqrt(1 / 4)
    assert found.geometry[0, 0] == pytest.approx(np.sqrt(2.5), rel=1e-12)
    assert found.horizontal[0, 0] == pytest.approx(np.sqrt(1.5), rel=1e-12)
    assert found.vertical[0, 0] == pytest.approx(np.sqrt(0.75), rel=1e-12)


@pytest.mark.parametrize("elevation", np.radians([0.0, 5.0, 20.0]))
def test_three_low_and_one_overhead_have_the_closed_form(elevation: float) -> None:
    turn = np.radians([0, 120, 240])
    low = np.stack(
        [np.cos(elevation) * np.cos(turn), np.cos(elevation) * np.sin(turn), 0 * turn], axis=-1
    ) + np.array([0.0, 0.0, np.sin(elevation)])
    sky = 2e7 * np.concatenate([low, UP])[:, None]
    found = dilution(sky, ORIGIN, UP, -0.1)
    s, c = np.sin(elevation), np.cos(elevation)
    assert found.horizontal[0, 0] == pytest.approx(np.sqrt(4 / 3) / c, rel=1e-12)
    assert found.vertical[0, 0] == pytest.approx(np.sqrt(4 / 3) / (1 - s), rel=1e-12)
    assert found.time[0, 0] == pytest.approx(np.sqrt(1 / 3 + s * s) / (1 - s), rel=1e-12)


def test_places_over_time_agree_with_a_plain_loop() -> None:
    draw = np.random.default_rng(3)
    sky = draw.normal(0, 1, (30, 4, 3))
    sky = 2.6e7 * sky / np.linalg.norm(sky, axis=-1, keepdims=True)
    up = draw.normal(0, 1, (5, 3))
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    found = dilution(sky, 6.378e6 * up, up, np.radians(10))
    for k in range(5):
        for t in range(4):
            rows = []
            for satellite in sky[:, t]:
                sight = satellite - 6.378e6 * up[k]
                sight /= np.linalg.norm(sight)
                if sight @ up[k] >= np.sin(np.radians(10)):
                    rows.append([*sight, 1.0])
            assert found.seen[k, t] == len(rows)
            if len(rows) >= 4:
                inverse = np.linalg.inv(np.transpose(rows) @ rows)
                place = np.trace(inverse[:3, :3])
                high = up[k] @ inverse[:3, :3] @ up[k]
                assert found.position[k, t] == pytest.approx(np.sqrt(place), rel=1e-9)
                assert found.vertical[k, t] == pytest.approx(np.sqrt(high), rel=1e-9)
                assert found.time[k, t] == pytest.approx(np.sqrt(inverse[3, 3]), rel=1e-9)
            else:
                assert np.isnan(found.geometry[k, t])


def test_three_satellites_or_a_cone_give_no_position() -> None:
    turn = np.radians([0, 90, 180, 270])
    cone = np.stack([np.cos(turn), np.sin(turn), 0 * turn + 0.5], axis=-1)
    assert np.isnan(dilution(2e7 * cone[:, None], ORIGIN, UP, 0.0).position).all()
    assert np.isnan(dilution(2e7 * cone[:3, None], ORIGIN, UP, 0.0).position).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(5, 12))
def test_one_more_satellite_never_makes_it_worse(seed: int, number: int) -> None:
    draw = np.random.default_rng(seed)
    sky = draw.normal(0, 1, (number, 1, 3))
    sky[..., 2] = np.abs(sky[..., 2]) + 0.1
    fewer, more = (dilution(1e7 * part, ORIGIN, UP, 0.0) for part in (sky[:-1], sky))
    assert more.position[0, 0] <= fewer.position[0, 0] * (1 + 1e-9)
    assert more.time[0, 0] <= fewer.time[0, 0] * (1 + 1e-9)
    assert more.geometry[0, 0] ** 2 == pytest.approx(
        more.horizontal[0, 0] ** 2 + more.vertical[0, 0] ** 2 + more.time[0, 0] ** 2
    )


def test_even_places_stand_for_equal_areas() -> None:
    latitude, longitude = even_places(1_000)
    for edge in np.radians([15, 45, 75]):
        assert np.mean(np.abs(latitude) < edge) == pytest.approx(np.sin(edge), abs=2e-3)
    assert np.histogram(longitude, 4, (-np.pi, np.pi))[0] == pytest.approx([250] * 4, abs=2)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DomainError, match="satellite, time, 3"):
        dilution(np.zeros((4, 3)), ORIGIN, UP, 0.0)
    with pytest.raises(DomainError, match="at least one place"):
        even_places(0)
