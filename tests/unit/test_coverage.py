"""Coverage: day and night, hours, days, latitudes, area, and what is refused."""

import numpy as np
import pytest

from stationkeeper.constants import EARTH_FLATTENING, EARTH_RADIUS
from stationkeeper.errors import DomainError
from stationkeeper.orbit.coverage import (
    area_mean,
    area_share,
    by_latitude,
    cover,
    cover_places,
    daily_area_share,
    geocentric_latitude,
    geodetic_latitude,
    latitude_limit,
    scan_half_angle,
    swath_half_angle,
    sweep_cells,
    sweep_places,
)
from stationkeeper.orbit.ephemeris import Ephemeris, geostationary, mean_ephemeris
from stationkeeper.orbit.scan_lines import joined, scan_lines
from stationkeeper.orbit.sunlight import sun_fixed
from stationkeeper.validation import services_coverage
from stationkeeper.validation.services_coverage import stepped_looks

JUNE = 9_668.0  # 2026-06-21
HALF = float(swath_half_angle(2_000e3, 420e3))


def orbit(inclination_deg: float = 51.64, days: float = 3.0, step: float = 60.0) -> Ephemeris:
    return mean_ephemeris(
        JUNE, days * 86_400, step, altitude=420e3, inclination=np.radians(inclination_deg), node=0.4
    )


def test_looks_by_day_and_local_hour_follow_the_sun() -> None:
    latitude, longitude = np.radians([[0.0, 45.0, -45.0, 75.0, -80.0], [10.0, -120, 175, 0, 60]])
    polar = orbit(97.0)
    seen = cover_places([polar], HALF, latitude, longitude)
    lit = cover_places([polar], HALF, latitude, longitude, sun_elevation=0.0)
    high = cover_places([polar], HALF, latitude, longitude, sun_elevation=np.radians(20.0))
    for i, seconds in enumerate(stepped_looks(orbit(97.0, step=1.0), HALF, latitude, longitude)):
        sun = sun_fixed(JUNE + seconds / 86_400)
        normal = np.array(
            [
                np.cos(latitude[i]) * np.cos(longitude[i]),
                np.cos(latitude[i]) * np.sin(longitude[i]),
                np.sin(latitude[i]),
            ]
        )
        elevation = np.arcsin(sun @ normal)
        assert seen.day_visits[i] == lit.visits[i] == np.sum(elevation >= 0)
        assert high.visits[i] == np.sum(elevation >= np.radians(20.0))
        hours = (longitude[i] - np.arctan2(sun[:, 1], sun[:, 0])) / (2 * np.pi) * 24 + 12
        expected = np.bincount(np.floor(hours % 24).astype(int), minlength=24)
        assert np.array_equal(seen.visits_by_hour[i], expected)
        assert seen.days_seen[i] == np.unique(np.floor(seconds / 86_400)).size
    assert seen.day_visits[3] == seen.visits[3]  # the midnight sun
    assert seen.day_visits[4] == 0  # the polar night
    assert np.isnan(lit.longest_gap[4])


def test_a_limit_of_the_sun_holds_for_its_own_satellite_only() -> None:
    one, two = orbit(51.64), orbit(97.0)
    place = ([0.7], [1.0])
    night = cover_places([one, two], HALF, *place, sun_elevation=[np.nan, 0.0])
    alone = (
        cover_places([one], HALF, *place).visits
        + cover_places([two], HALF, *place, sun_elevation=0.0).visits
    )
    assert night.visits == alone
    assert night.visits < cover_places([one, two], HALF, *place).visits


def test_half_widths_are_those_of_each_satellite() -> None:
    one, two = orbit(51.64), orbit(97.0)
    both = cover([one, two], [0.02, 0.2], cell=np.radians(5.0)).visits
    apart = [cover([x], h, cell=np.radians(5.0)).visits for x, h in ((one, 0.02), (two, 0.2))]
    assert np.array_equal(both, apart[0] + apart[1])


def test_joined_scan_lines_equal_those_of_one_call() -> None:
    one, two = orbit(51.64, 1.0), orbit(97.0, 1.0)
    lines = joined([scan_lines([one], 0.1), scan_lines([two], 0.2, sun_elevation=0.1)])
    apart = sweep_cells(lines, np.radians(5.0))
    whole = cover([one, two], [0.1, 0.2], cell=np.radians(5.0), sun_elevation=[np.nan, 0.1])
    assert np.array_equal(apart.visits, whole.visits)
    assert np.array_equal(apart.response_time, whole.response_time, equal_nan=True)
    with pytest.raises(DomainError, match="share"):
        joined([scan_lines([one], 0.1), scan_lines([orbit(51.64, 2.0)], 0.1)])


def test_nothing_beyond_the_limit_of_latitude_and_something_just_within() -> None:
    seen = cover([orbit(days=10.0)], HALF)
    limit = float(latitude_limit(np.radians(51.64), HALF))
    rows_seen = np.abs(seen.latitude[(seen.visits > 0).any(axis=1)])
    assert limit - np.radians(1.2) < rows_seen.max() < limit
    assert latitude_limit(np.radians(97.0), HALF) == pytest.approx(np.pi / 2)
    assert latitude_limit(np.radians(128.36), HALF) == pytest.approx(limit)


def test_area_of_cells_is_that_of_the_ellipsoid() -> None:
    nothing = sweep_cells(86_400.0, np.radians(1.0))
    assert nothing.area.sum() * nothing.longitude.size == pytest.approx(1.0, rel=1e-12)
    # By the integral of the radii of curvature over one row.
    squared = EARTH_FLATTENING * (2 - EARTH_FLATTENING)
    phi = np.linspace(np.radians(60), np.radians(61), 2_001)
    strip = (1 - squared) * np.cos(phi) / (1 - squared * np.sin(phi) ** 2) ** 2
    row = 2 * np.pi * EARTH_RADIUS**2 * np.trapezoid(strip, phi)
    assert nothing.area[150] * 360 * 5.1006562172e14 == pytest.approx(row, rel=1e-7)
    assert area_share(nothing) == 0
    assert np.isnan(area_mean(nothing, nothing.mean_gap))


def test_means_by_latitude_and_days() -> None:
    seen = cover([orbit(97.0, 1.5)], HALF, cell=np.radians(5.0))
    assert seen.whole_days == 1
    assert seen.days_seen.max() == 1
    first_day = cover([orbit(97.0, 1.0)], HALF, cell=np.radians(5.0))
    assert daily_area_share(seen) == area_share(first_day)
    table = by_latitude(first_day)
    assert np.allclose(table["visits_per_day"], first_day.visits.mean(axis=1))
    none = table["seen"] == 0
    assert np.array_equal(np.isnan(table["worst_gap"]), none)
    assert np.all(table["worst_gap"][~none] >= table["longest_gap"][~none])
    assert np.all(table["longest_gap"][~none] <= 86_400)


def test_latitudes_of_map_and_centre_are_each_others_reverse() -> None:
    phi = np.linspace(-np.pi / 2, np.pi / 2, 181)
    assert geodetic_latitude(geocentric_latitude(phi)) == pytest.approx(phi, abs=1e-15)
    assert np.degrees(np.max(phi - geocentric_latitude(phi))) == pytest.approx(0.192, abs=1e-3)


def test_scan_angle_agrees_with_the_triangle() -> None:
    half = scan_half_angle(np.radians([0.0, 30.0, 69.0]), 420e3)
    height, radius = 420e3, 6_371e3
    across = np.arctan2(radius * np.sin(half), radius + height - radius * np.cos(half))
    assert across == pytest.approx(np.radians([0.0, 30.0, 69.0]))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda: cover([], 0.1), "no satellite"),
        (lambda: cover([orbit()], 0.0), "above 0"),
        (lambda: cover([orbit()], 2.0), "below 90"),
        (lambda: cover([orbit(days=0.1)], 0.1, cell=0.013), "whole number"),
        (lambda: cover([orbit(days=0.1, step=300.0)], 0.1), "in a step"),
        (lambda: cover([orbit(days=0.1), orbit(days=0.2)], 0.1), "share"),
        (lambda: cover_places([orbit(days=0.1)], 0.1, [1.6], [0.0]), "-90 to 90"),
        (lambda: swath_half_angle(5_000e3, 420e3), "from horizon to horizon"),
        (lambda: scan_half_angle(1.4, 420e3), "misses"),
    ],
)
def test_what_is_refused(fault: object, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        fault()  # type: ignore[operator]


def test_a_satellite_that_stands_still_has_no_swath() -> None:
    still = np.repeat(geostationary(np.zeros(1)), 10, axis=0)
    with pytest.raises(DomainError, match="stands still"):
        scan_lines([Ephemeris(JUNE, 60.0, still, np.zeros_like(still))], 0.1)


def test_no_places_give_no_looks() -> None:
    assert sweep_places(scan_lines([orbit(days=0.1)], 0.1), [], []).visits.size == 0


def test_rows_of_validation_agree_and_tell_of_a_peer_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services_coverage, "missing_tatc", lambda: "tatc is not installed")
    *own, peer = services_coverage.rows()
    assert [row.name for row in own if row.counts and not row.within] == []
    assert len(own) >= 9
    assert peer.ours is None
    assert peer.note == "tatc is not installed"
