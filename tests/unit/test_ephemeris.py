"""States from mean elements, element sets and tables."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_RADIUS, EARTH_ROTATION_RATE, MU_EARTH
from stationkeeper.errors import DomainError, InputError
from stationkeeper.orbit.ephemeris import (
    Ephemeris,
    geostationary,
    mean_ephemeris,
    state_at,
    tabulated_ephemeris,
    tle_ephemeris,
    walker,
)
from stationkeeper.orbit.frames import teme_from_fixed
from stationkeeper.orbit.mean_motion import elements_over, secular_rates
from stationkeeper.orbit.mechanics import mean_semi_major_axis, node_drift_rate

DAY = 9_500.0
INCLINATION = float(np.radians(51.6))
LINE1 = "1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991"
LINE2 = "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482"


def _orbit(duration: float = 86_400.0, step: float = 60.0, **more: object) -> Ephemeris:
    return mean_ephemeris(  # type: ignore[arg-type]
        DAY, duration, step, **{"altitude": 420e3, "inclination": INCLINATION, **more}
    )


def _inertial(orbit: Ephemeris) -> tuple[np.ndarray, np.ndarray]:
    return teme_from_fixed(orbit.days, orbit.position, orbit.velocity)


def test_semi_major_axis_is_the_one_asked_for() -> None:
    axis = mean_semi_major_axis(*_inertial(_orbit()))
    assert axis == pytest.approx(EARTH_RADIUS + 420e3, abs=30.0)


def test_velocity_is_the_rate_of_the_position() -> None:
    orbit = _orbit(6_000.0, 0.5)
    rate = (orbit.position[2:] - orbit.position[:-2]) / 1.0
    assert np.abs(rate - orbit.velocity[1:-1]).max() < 0.03


def test_node_turns_at_the_rate_of_j2() -> None:
    node, _, _ = secular_rates(6_798_137.0, INCLINATION)
    first = node_drift_rate(6_798_137.0, 0.0, INCLINATION)
    assert float(node) == pytest.approx(float(first), rel=3e-3)
    assert float(node) != float(first)


def test_zero_eccentricity_is_the_frozen_orbit() -> None:
    """Radii at the northernmost and southernmost points differ by what J3 makes, and stay so."""
    orbit = _orbit(20 * 86_400.0)
    position, _ = _inertial(orbit)
    radius = np.linalg.norm(position, axis=1)
    north = position[:, 2] > 0.999 * position[:, 2].max()
    south = position[:, 2] < 0.999 * position[:, 2].min()
    early = np.arange(radius.size) < radius.size // 2
    for half in (early, ~early):
        apart = radius[south & half].mean() - radius[north & half].mean()
        # J3 / (2 J2) sin i / p of the axis, twice: the perigee is over the north.
        assert apart == pytest.approx(2 * 5_848.0, rel=0.01)


def test_eccentricity_gives_perigee_where_it_is_asked_for() -> None:
    orbit = _orbit(5_400.0, 1.0, eccentricity=0.05, argument_of_perigee=1.0, node=0.4)
    position, _ = _inertial(orbit)
    radius = np.linalg.norm(position, axis=1)
    assert radius.min() == pytest.approx((EARTH_RADIUS + 420e3) * 0.95, rel=2e-3)
    lowest = position[np.argmin(radius)] / radius.min()
    ahead = np.arctan2(
        lowest[2] / np.sin(INCLINATION), lowest[0] * np.cos(0.4) + lowest[1] * np.sin(0.4)
    )
    assert ahead == pytest.approx(1.0, abs=0.03)


def _phase(knots: tuple[list[float], list[float]] | None, seconds: list[float]) -> np.ndarray:
    elements = elements_over(
        DAY,
        np.array(seconds),
        altitude=420e3,
        inclination=INCLINATION,
        node=0.0,
        argument_of_latitude=0.0,
        knots=knots,
    )
    return elements.argument_of_latitude


def test_flat_knots_are_no_knots() -> None:
    seconds = [0.0, 1e5, 1e6]
    flat = _phase(([DAY - 1, DAY + 3, DAY + 20], [420e3] * 3), seconds)
    assert flat == pytest.approx(_phase(None, seconds), abs=1e-9)


def test_phase_of_a_decay_is_the_integral_of_the_motion() -> None:
    """Twin: ten thousand flat steps summed."""
    knots = ([DAY, DAY + 10, DAY + 10, DAY + 20], [420e3, 417e3, 421e3, 419e3])
    edges = np.linspace(0, 20 * 86_400.0, 10_001)
    middles = (edges[1:] + edges[:-1]) / 2
    early = middles < 10 * 86_400.0
    altitude = np.where(
        early,
        420e3 - 3e3 * middles / (10 * 86_400),
        421e3 - 2e3 * (middles / (10 * 86_400) - 1),
    )
    _, perigee, anomaly = secular_rates(EARTH_RADIUS + altitude, INCLINATION)
    gone = np.sum((perigee + anomaly) * np.diff(edges))
    assert _phase(knots, [20 * 86_400.0])[0] == pytest.approx(gone, abs=1e-6)


def test_a_reboost_lifts_the_radius_and_not_the_place_along_the_track() -> None:
    knots = ([DAY, DAY + 0.5, DAY + 0.5, DAY + 1], [420e3, 420e3, 423e3, 423e3])
    orbit = _orbit(86_400.0, 1.0, knots=knots)
    position, _ = _inertial(orbit)
    radius = np.linalg.norm(position, axis=1)
    jump = radius[43_200] - radius[43_199]
    assert jump == pytest.approx(3_000.0, abs=20.0)
    ahead = np.sum(position[43_200] * position[43_199]) / radius[43_200] / radius[43_199]
    assert np.arccos(ahead) == pytest.approx(np.sqrt(MU_EARTH / 6.798e6**3), rel=5e-3)


def test_altitude_stays_before_the_first_knot_and_after_the_last() -> None:
    knots = ([DAY + 0.4, DAY + 0.6], [420e3, 410e3])
    elements = elements_over(
        DAY,
        np.array([0.0, 0.4, 0.5, 0.6, 1.0]) * 86_400,
        altitude=0.0,
        inclination=INCLINATION,
        node=0.0,
        argument_of_latitude=0.25,
        knots=knots,
    )
    height = elements.semi_major_axis - EARTH_RADIUS
    assert height == pytest.approx([420e3, 420e3, 415e3, 410e3, 410e3], abs=1e-3)
    assert elements.argument_of_latitude[0] == pytest.approx(0.25, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"eccentricity": 0.3},
        {"eccentricity": -0.1},
        {"altitude": -100e3},
        {"knots": ([DAY, DAY - 1], [420e3, 420e3])},
        {"knots": ([DAY, DAY + 1], [420e3])},
    ],
)
def test_elements_out_of_range_are_named(wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        _orbit(**wrong)


def test_no_length_no_ephemeris() -> None:
    with pytest.raises(DomainError, match="duration > 0"):
        _orbit(0.0)


def test_last_step_reaches_the_end() -> None:
    assert _orbit(100.0, 60.0).duration == 120.0
    assert _orbit(120.0, 60.0).duration == 120.0


@pytest.mark.parametrize(("step", "error"), [(30.0, 0.1), (60.0, 0.6), (120.0, 9.0)])
def test_states_between_steps(step: float, error: float) -> None:
    truth = _orbit(12_000.0, 7.5)
    position, velocity = state_at(_orbit(12_000.0, step), truth.seconds)
    assert np.linalg.norm(position - truth.position, axis=1).max() < error
    assert np.linalg.norm(velocity - truth.velocity, axis=1).max() < 0.2


def test_moments_outside_are_refused() -> None:
    with pytest.raises(DomainError, match="the ephemeris holds"):
        state_at(_orbit(600.0), [601.0])


def test_table_every_four_minutes_gives_the_orbit_back() -> None:
    """Without the theory's own unevenness of 0.02 m/s: a table of an integrated kind, two-body."""
    rate = np.sqrt(MU_EARTH / 6.8e6**3)

    def circle(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        c, s = np.cos(rate * seconds), np.sin(rate * seconds)
        z = np.zeros_like(c)
        return 6.8e6 * np.stack([c, s, z], -1), 6.8e6 * rate * np.stack([-s, c, z], -1)

    rows = 240.0 * np.arange(41)
    day = DAY + rows / 86_400
    found = tabulated_ephemeris(day, *circle(rows), DAY, 9_600.0, 60.0)
    position, velocity = circle(found.seconds)
    assert found.duration == 9_600.0
    assert np.linalg.norm(found.position - position, axis=1).max() < 0.1
    assert np.linalg.norm(found.velocity - velocity, axis=1).max() < 0.01


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([0.0, 240.0, 480.0, 1_500.0, 1_740.0, 6_000.0], "gap of 1020 s after row 3"),
        ([0.0, 240.0, 240.0, 480.0], "row 3 of an ephemeris table is not later than row 2"),
        ([0.0, 240.0, 480.0], "3 rows"),
        ([0.0, 240.0, 480.0, 720.0], "runs from 0.000 s to 720.000 s"),
        ([60.0, 240.0, 480.0, 720.0, 1_000.0], "runs from 60.000 s"),
    ],
)
def test_broken_tables_are_named(rows: list[float], says: str) -> None:
    moments = np.array(rows)
    with pytest.raises(InputError, match=says):
        tabulated_ephemeris(
            DAY + moments / 86_400,
            np.ones((moments.size, 3)),
            np.ones((moments.size, 3)),
            DAY,
            900.0,
            60.0,
        )


def test_element_set_flies_near_its_mean_elements() -> None:
    """Of the lines' mean motion: 15.5 turns a day at 51.6 degrees."""
    orbit = tle_ephemeris(LINE1, LINE2, 7_282.0, 86_400.0, 60.0)
    position, velocity = _inertial(orbit)
    axis = mean_semi_major_axis(position, velocity).mean()
    assert axis == pytest.approx(6_795_000.0, abs=2_000.0)
    normal = np.cross(position, velocity)
    tilt = np.arccos(normal[:, 2] / np.linalg.norm(normal, axis=1))
    assert np.degrees(tilt).mean() == pytest.approx(51.64, abs=0.02)


@pytest.mark.parametrize(
    ("one", "two", "says"),
    [
        (LINE1[:-1] + "7", LINE2, "line 1 of a TLE ends in check digit 7, but its figures make 1"),
        (LINE1, LINE2[:-1] + "9", "line 2 of a TLE ends in check digit 9"),
        (LINE1[:-5], LINE2, "line 1 of a TLE is not one"),
        (LINE2, LINE1, "line 1 of a TLE is not one"),
        (LINE1, "2 25545" + LINE2[7:-1] + "3", "two satellites, 25544 and 25545"),
    ],
)
def test_broken_element_sets_are_named(one: str, two: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        tle_ephemeris(one, two, 7_282.0, 600.0, 60.0)


def test_element_set_far_past_its_end_is_refused() -> None:
    line1 = "1 28872U 05037B   05333.02012661  .25992681  00000-0  24476-3 0  1534"
    line2 = "2 28872  96.4736 157.9986 0303955 244.0492 110.6523 16.46015938 10708"
    with pytest.raises(InputError, match="SGP4 refuses satellite 28872"):
        tle_ephemeris(line1, line2, 2_159.0, 30 * 86_400.0, 600.0)


def test_constellation_is_spread_evenly() -> None:
    positions, velocities = walker(
        DAY, 60.0, 60.0,
        altitude=20_180e3, inclination=np.radians(55.0), satellites=24, planes=6, phasing=2,
    )  # fmt: skip
    assert positions.shape == velocities.shape == (24, 2, 3)
    start = positions[:, 0] / np.linalg.norm(positions[:, 0], axis=1)[:, None]
    normals = np.cross(positions[:, 0], velocities[:, 0] + _swing(positions[:, 0]))
    nodes = np.unwrap(np.arctan2(normals[::4, 0], -normals[::4, 1]))
    assert np.degrees(np.diff(nodes)) == pytest.approx([60.0] * 5, abs=0.1)
    turns = np.degrees(np.arccos(np.sum(start[:3] * start[1:4], axis=1)))
    assert turns == pytest.approx([90.0] * 3, abs=0.3)
    assert np.abs(start.sum(axis=0)).max() < 0.01


def _swing(position: np.ndarray) -> np.ndarray:
    return EARTH_ROTATION_RATE * np.stack(
        [-position[:, 1], position[:, 0], np.zeros(len(position))], -1
    )


def test_phasing_leads_the_next_plane() -> None:
    def first_of_second_plane(phasing: int) -> np.ndarray:
        return walker(
            DAY, 60.0, 60.0,
            altitude=1_000e3, inclination=0.01, satellites=8, planes=2, phasing=phasing,
        )[0][4, 0]  # fmt: skip

    still, ahead = first_of_second_plane(0), first_of_second_plane(1)
    turned = np.arctan2(ahead[1], ahead[0]) - np.arctan2(still[1], still[0])
    assert np.degrees(turned) % 360 == pytest.approx(45.0, abs=0.5)


def test_planes_that_are_not_filled_are_refused() -> None:
    with pytest.raises(DomainError, match="7 satellites do not fill 2 planes"):
        walker(DAY, 60.0, 60.0, altitude=1e6, inclination=1.0, satellites=7, planes=2, phasing=0)


def test_geostationary_satellites_keep_the_pace_of_the_earth() -> None:
    radius = np.linalg.norm(geostationary([0.3, -2.0]), axis=1)
    assert np.sqrt(MU_EARTH / radius**3) == pytest.approx([EARTH_ROTATION_RATE] * 2, rel=1e-7)


def test_ut1_turns_the_earth_under_orbits_of_all_kinds() -> None:
    """A second of UT1 turns the Earth east by 15 arc seconds: what flies moves west over it."""
    turned = -0.5 * EARTH_ROTATION_RATE
    walkers = [
        walker(
            DAY, 600.0, 60.0, altitude=20_180e3, inclination=0.96, satellites=4, planes=2,
            phasing=1, ut1_offset=offset,
        )[0]
        for offset in (0.0, 0.5)
    ]  # fmt: skip
    pairs = [
        [_orbit(600.0, ut1_offset=offset).position for offset in (0.0, 0.5)],
        [
            tle_ephemeris(LINE1, LINE2, 7_282.7, 600.0, 60.0, ut1_offset=offset).position
            for offset in (0.0, 0.5)
        ],
        walkers,
    ]
    for without, given in pairs:
        east = np.arctan2(
            without[..., 0] * given[..., 1] - without[..., 1] * given[..., 0],
            without[..., 0] * given[..., 0] + without[..., 1] * given[..., 1],
        )
        assert east == pytest.approx(turned, rel=1e-4)
        assert given[..., 2] == pytest.approx(without[..., 2], abs=1e-6)
