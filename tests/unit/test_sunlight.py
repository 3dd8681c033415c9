"""Shadow and sunlight, beside rays traced one by one."""

import erfa
import numpy as np
import pytest

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.environment.sun import beta_angle
from stationkeeper.errors import InputError
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris
from stationkeeper.orbit.frames import JULIAN_2000
from stationkeeper.orbit.mean_motion import secular_rates
from stationkeeper.orbit.sunlight import (
    SUN_RADIUS,
    beta,
    eclipses,
    sun_distance,
    sun_fixed,
    sunlit,
)

DAY = 9_500.0
INCLINATION = float(np.radians(51.6))


def _orbit(duration: float, step: float, **more: float) -> Ephemeris:
    chosen = {"altitude": 420e3, "inclination": INCLINATION, "node": 0.3, **more}
    return mean_ephemeris(DAY, duration, step, **chosen)  # type: ignore[arg-type]


def _share_by_rays(orbit: Ephemeris) -> np.ndarray:
    """Twin: rays from the satellite to points evenly spread over the Sun, cut by the ellipsoid."""
    sun = sun_fixed(orbit.days) * sun_distance(orbit.days)[:, None] - orbit.position
    away = np.linalg.norm(sun, axis=1)[:, None]
    middle = sun / away
    right = np.cross(middle, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right, axis=1)[:, None]
    up = np.cross(right, middle)
    k = np.arange(1_000)
    ring, turn = np.sqrt((k + 0.5) / k.size), k * 2.399963229728653  # a sunflower's seeds
    offset = np.stack([ring * np.cos(turn), ring * np.sin(turn)]) * SUN_RADIUS
    scale = np.array([1.0, 1.0, 1 / (1 - EARTH_FLATTENING)])
    here = (orbit.position * scale)[:, None]
    ray = (
        sun[:, None] + offset[0, :, None] * right[:, None] + offset[1, :, None] * up[:, None]
    ) * scale
    along = np.sum(ray * here, axis=2)
    square = np.sum(ray * ray, axis=2)
    inside = np.sum(here * here, axis=2) - EARTH_RADIUS**2
    hit = (along < 0) & (along**2 > square * inside)
    return 1 - hit.mean(axis=1)


def test_share_of_the_sun_is_that_of_rays() -> None:
    orbit = _orbit(5_580.0, 1.0)
    edges = np.flatnonzero((sunlit(orbit) > 0) & (sunlit(orbit) < 1))
    assert edges.size > 10
    near = np.unique(np.clip(edges[:, None] + np.arange(-3, 4), 0, orbit.position.shape[0] - 1))
    part = Ephemeris(DAY, 1.0, orbit.position[near], orbit.velocity[near])
    # Days of the twin are those of the rows taken out.
    shares = sunlit(orbit)[near]
    traced = np.array(
        [
            _share_by_rays(Ephemeris(orbit.days[k], 1.0, orbit.position[[k]], orbit.velocity[[k]]))
            for k in near
        ]
    )[:, 0]
    assert part.position.shape[0] == near.size
    assert np.abs(shares - traced).max() < 0.004  # a thousand rays tell 0.002


def test_far_from_the_edge_all_or_nothing() -> None:
    share = sunlit(_orbit(86_400.0, 60.0))
    assert set(np.unique(share[(share < 1e-9) | (share > 1 - 1e-9)])) == {0.0, 1.0}
    assert np.mean((share > 0) & (share < 1)) < 0.02


@pytest.mark.parametrize(("edge", "bound"), [("umbra", 0.0), ("centre", 0.5), ("penumbra", 1.0)])
def test_eclipses_are_where_the_share_passes_its_bound(edge: str, bound: float) -> None:
    fine = sunlit(_orbit(86_400.0, 1.0))
    dark = fine <= bound if bound == 0 else fine < bound
    change = np.flatnonzero(dark[1:] != dark[:-1])
    enter, leave = eclipses(_orbit(86_400.0, 60.0), edge=edge)  # type: ignore[arg-type]
    crossings = np.sort(np.concatenate([enter, leave]))
    crossings = crossings[(crossings > 0) & (crossings < 86_400.0)]
    assert crossings.size == change.size
    assert np.all((crossings >= change - 0.01) & (crossings <= change + 1.01))


def test_wider_edges_are_longer() -> None:
    orbit = _orbit(86_400.0, 60.0)
    lengths = [
        float((leave - enter).sum())
        for enter, leave in (eclipses(orbit, edge=edge) for edge in ("umbra", "centre", "penumbra"))
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2]


def test_no_short_eclipse_is_lost_between_steps() -> None:
    """Days about one on which the orbit leaves the shadow: every two minutes and every 20 s."""
    rate, _, _ = secular_rates(EARTH_RADIUS + 420e3, INCLINATION)
    few, many = (
        mean_ephemeris(
            DAY + 178,
            9 * 86_400.0,
            step,
            altitude=420e3,
            inclination=INCLINATION,
            node=0.3 + float(rate) * 178 * 86_400,
        )
        for step in (120.0, 20.0)
    )
    enter, leave = eclipses(few)
    enter_fine, leave_fine = eclipses(many)
    assert enter.size == enter_fine.size
    assert (enter[1:] - leave[:-1]).max() > 5 * 86_400
    assert np.abs(enter - enter_fine).max() < 0.2
    assert np.abs(leave - leave_fine).max() < 0.2
    assert (leave - enter).min() < 240.0


def test_what_is_cut_by_the_span_ends_with_it() -> None:
    whole = _orbit(86_400.0, 60.0)
    enter, leave = eclipses(whole)
    k = int(np.argmax(enter > 0))
    middle = round((enter[k] + leave[k]) / 2 / 60)
    last = Ephemeris(DAY, 60.0, whole.position[: middle + 1], whole.velocity[: middle + 1])
    assert eclipses(last)[1][-1] == last.duration
    first = Ephemeris(DAY + middle / 1_440, 60.0, whole.position[middle:], whole.velocity[middle:])
    begins, ends = eclipses(first)
    assert begins[0] == 0.0
    assert ends[0] == pytest.approx(leave[k] - middle * 60, abs=0.01)


def test_a_start_at_dusk_is_in_the_shadow_of_its_edge_alone() -> None:
    fine = _orbit(5_580.0, 1.0)
    share = sunlit(fine)
    dusk = np.flatnonzero((share[:-1] < 0.5) & (share[:-1] > 0) & (np.diff(share) < 0))[0]
    early = np.flatnonzero((share[:-1] > 0.5) & (share[:-1] < 1) & (np.diff(share) < 0))[0]
    for row, dark in ((dusk, ("centre", "penumbra")), (early, ("penumbra",))):
        position, velocity = fine.position[row:], fine.velocity[row:]
        begun = Ephemeris(float(fine.days[row]), 1.0, position, velocity)
        for edge in ("umbra", "centre", "penumbra"):
            enter, leave = eclipses(begun, edge=edge)  # type: ignore[arg-type]
            assert (enter[0] == 0.0) == (edge in dark), (row, edge)
            assert leave[0] > 1_000.0


def test_orbit_along_the_shadow_line_has_no_eclipse() -> None:
    orbit = _orbit(86_400.0, 60.0, inclination=np.radians(97.0), altitude=800e3, node=6.4)
    turned = np.degrees(np.abs(beta(orbit))).min()
    assert turned > 70
    assert eclipses(orbit)[0].size == 0
    assert np.all(sunlit(orbit) == 1.0)


def test_a_sphere_casts_a_wider_shadow_over_the_poles() -> None:
    orbit = _orbit(86_400.0, 60.0, inclination=np.radians(90.0))
    round_earth, flat_earth = (eclipses(orbit, flattening=f) for f in (0.0, EARTH_FLATTENING))
    assert (round_earth[1] - round_earth[0]).sum() > (flat_earth[1] - flat_earth[0]).sum()


def test_unknown_edge_is_named() -> None:
    with pytest.raises(InputError, match="'shade'"):
        eclipses(_orbit(600.0, 60.0), edge="shade")  # type: ignore[arg-type]


def test_beta_is_that_of_the_mean_plane() -> None:
    orbit = _orbit(600.0, 60.0)
    assert beta(orbit) == pytest.approx(float(beta_angle(DAY, INCLINATION, 0.3)), abs=2e-3)


def test_distance_of_the_sun_is_that_of_erfa() -> None:
    day = np.linspace(0, 10_000, 500)
    heliocentric, _ = erfa.epv00(JULIAN_2000, day)
    truth = np.linalg.norm(heliocentric["p"], axis=1) * 1.495978707e11
    assert sun_distance(day) == pytest.approx(truth, rel=1e-4)
