"""Cameras, altimeters and tracking: beside other ways to the same figure; what users are told."""

from typing import Any

import numpy as np
import pytest

from stationkeeper.constants import EARTH_MEAN_RADIUS, EARTH_RADIUS
from stationkeeper.environment.atmosphere import effective_density, orbit_density
from stationkeeper.environment.tables import density_table
from stationkeeper.errors import DomainError, InputError
from stationkeeper.lifetime.serving.geodesy import at_site, served
from stationkeeper.lifetime.serving.scene import Scene, scene_of, standing
from stationkeeper.orbit.coverage import by_latitude, cover
from stationkeeper.orbit.ephemeris import mean_ephemeris
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.ground_track import repeat_cycles
from stationkeeper.orbit.passes import find_passes
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.services import MEASURES
from stationkeeper.services.altimetry import days_on_track, sink_rate, track_shift
from stationkeeper.services.mapping import (
    base_to_height,
    ground_sample,
    incidence,
    seen_share,
    slant_range,
    strip_width,
    swept_rate,
)
from stationkeeper.services.tracking import tracked_rate


def on_ground(height: float, look: float) -> float:
    """Return where a ray from the satellite meets the sphere, as an angle at its centre. [rad]"""
    centre = np.array([0.0, EARTH_MEAN_RADIUS + height])
    ray = np.array([np.sin(look), -np.cos(look)])
    half = centre @ ray
    length = -half - np.sqrt(half**2 - centre @ centre + EARTH_MEAN_RADIUS**2)
    return float(np.arctan2(*(centre + length * ray)))


@pytest.mark.parametrize("look_deg", [0.0, 10.0, 35.0, 60.0])
def test_samples_and_strips_are_those_of_rays_on_a_sphere(look_deg: float) -> None:
    height, focal, pixel = 420e3, 0.5, 5e-6
    look, tiny = np.radians(look_deg), pixel / focal / 2
    edges = [on_ground(height, look + tiny), on_ground(height, look - tiny)]
    across, along = ground_sample(height, focal, pixel, look)
    assert float(across) == pytest.approx(EARTH_MEAN_RADIUS * (edges[0] - edges[1]), rel=1e-6)
    assert float(along) == pytest.approx(float(slant_range(height, look)) * 1e-5)
    width = EARTH_MEAN_RADIUS * (on_ground(height, look + 0.05) - on_ground(height, look - 0.05))
    assert float(strip_width(height, 0.05, look)) == pytest.approx(width, rel=1e-9)


def test_stereo_moves_heights_as_base_to_height_says() -> None:
    height, tilt, rise = 400e3, np.radians(22.0), 10.0
    ahead = incidence(height, tilt)
    # A point that is `rise` higher is seen further out by the tangent, in both looks.
    moved = 2 * rise * np.tan(ahead)
    assert float(base_to_height(height, tilt, tilt)) == pytest.approx(moved / rise)
    assert float(base_to_height(height, tilt, tilt)) > 2 * np.tan(tilt)


def test_a_look_past_the_horizon_is_refused() -> None:
    with pytest.raises(DomainError, match=r"given a look 71\.0 degrees from the vertical"):
        incidence(400e3, np.radians(71.0))
    with pytest.raises(DomainError, match="focal length and a pixel"):
        ground_sample(400e3, 0.0, 5e-6)


def test_a_narrow_strip_is_counted_as_wide_cells_count_a_wide_one() -> None:
    days, half = 30.0, float(np.radians(1.5))
    orbit = mean_ephemeris(
        9_862.0, days * 86_400.0, 60.0, altitude=420e3, inclination=np.radians(51.6), node=1.0
    )
    covered = by_latitude(cover([orbit], half, cell=np.radians(3.0)))
    radius = np.linalg.norm(orbit.position, axis=1)
    under = orbit.position / radius[:, None]
    along = orbit.velocity - np.sum(orbit.velocity * under, axis=1)[:, None] * under
    speed = np.linalg.norm(along, axis=1) * EARTH_MEAN_RADIUS / radius
    edges = np.radians(np.arange(-90.0, 90.1, 3.0))
    width = 2 * half * EARTH_MEAN_RADIUS
    rate = swept_rate(np.arcsin(under[:, 2]), speed, width, 60.0, edges)
    inside = np.abs(np.degrees(covered["latitude"])) < 45
    assert rate[inside] == pytest.approx(covered["visits_per_day"][inside], rel=0.06)
    weight = np.diff(np.sin(edges)) / 2
    assert float(rate @ weight) == pytest.approx(
        speed.mean() * width * 86_400.0 / (4 * np.pi * EARTH_MEAN_RADIUS**2), rel=1e-3
    )


def test_strips_that_cross_are_not_counted_twice() -> None:
    generator = np.random.default_rng(7)
    hits = generator.uniform(size=(40_000, 2)) < 0.3  # going north or south, each 0.3 a day
    assert float(seen_share(0.6)) == pytest.approx(hits.any(axis=1).mean(), abs=0.01)


@pytest.mark.parametrize("altitude", [360e3, 400e3, 410e3, 440e3])
@pytest.mark.parametrize("flux", [70.0, 200.0])
def test_sinking_is_that_of_the_atmosphere(altitude: float, flux: float) -> None:
    orbit = orbit_density(density_table(), np.radians(51.6), 9_000.0, 365, 410e3)
    day = np.arange(9_000.0, 9_365.0, 5.0)
    density = float(effective_density(orbit, day, altitude, flux, flux, 10.0).mean())
    expected = density * 0.0065 * np.sqrt(3.986004418e14 * (EARTH_RADIUS + altitude))
    ours = sink_rate(altitude)[0 if flux == 70.0 else 1]
    assert float(ours) == pytest.approx(expected, rel=0.03)


def test_a_track_moves_as_repeat_cycles_of_two_heights_say() -> None:
    inclination = float(np.radians(51.6))
    low, high = (repeat_cycles(h, inclination, 1).closure[0] for h in (399.99e3, 400e3))
    a_day_for_ten_metres = abs(float(low - high))
    # Sinking 10 m a day, the mean height of the day is 5 m lower: half of that in the first day.
    shift = float(track_shift(400e3, 10.0 / 86_400.0, 1.0))
    assert shift == pytest.approx(0.5 * a_day_for_ten_metres, rel=0.06)
    edge = days_on_track(400e3, 10.0 / 86_400.0, 1e3) / 2
    assert float(track_shift(400e3, 10.0 / 86_400.0, edge)) == pytest.approx(2e3)


def test_tracking_counts_the_passes_that_are_found() -> None:
    orbit = mean_ephemeris(
        9_862.0, 5 * 86_400.0, 60.0, altitude=400e3, inclination=np.radians(97.0), node=1.0
    )
    latitude, longitude = np.radians([43.0, 78.9]), np.radians([6.9, 11.9])
    where, up = place(latitude, longitude), vertical(latitude, longitude)
    found = find_passes(orbit, where, up, np.radians(20.0))
    passes, contact = tracked_rate(orbit, where, up, np.radians(20.0))
    assert (passes * 5).round(9).tolist() == np.bincount(found.site, minlength=2).tolist()
    assert float(contact.sum()) == pytest.approx(float((found.set - found.rise).sum()) / 5)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return scene_of(read_programme("iss-to-ros"), days=10.0)


def test_every_measure_is_told_with_and_without_the_station(scene: Scene) -> None:
    told = served(scene, "geodesy")
    values = {(row.measure, row.orbit): row.value for row in told.measures}
    assert all("geodesy" in MEASURES[measure].kinds for measure, _ in values)
    assert len(values) == len(told.measures)
    orbits = {orbit for _, orbit in values}
    assert {"without", "iss", "ros"} <= orbits
    for measure in ("visits_per_day", "area_share", "laser_passes_per_day"):
        assert values[measure, "without"] == 0.0
    assert values["ground_sample_m", "without"] is None
    assert values["laser_passes_per_day", "ros"] > 10
    stations = [one for one in scene.programme.ground.values() if "laser-ranging" in one.networks]
    where, up, mask = standing(stations)
    (flown,) = (track.ephemeris for track in scene.tracks if track.key == "ros")
    passes, _ = tracked_rate(flown, where, up, np.maximum(mask, np.radians(20.0)))
    assert values["laser_passes_per_day", "ros"] == pytest.approx(0.5 * passes.sum())
    assert values["beacon_passes_per_day", "ros"] > values["laser_passes_per_day", "ros"]
    assert 60 < values["track_spacing_km", "ros"] * 10 / 30 < 120
    assert 0 < values["area_share", "ros"] < 0.1
    assert values["mean_gap_h", "ros"] > 24 / values["visits_per_day", "ros"] * 0.5
    for profile in told.profiles:
        assert len(profile.latitude_deg) == len(profile.values) == 60
    assert {drawn.orbit for drawn in told.maps} == {profile.orbit for profile in told.profiles}


def test_words_say_where_each_orbit_looks_and_that_a_station_is_no_altimeter(scene: Scene) -> None:
    told = served(scene, "geodesy").words
    words = " ".join(told)
    assert len(told) <= 6
    assert all(any(letter.isdigit() for letter in one) for one in told)
    assert scene.programme.station["ros"].title not in words
    assert "not fit for altimetry along repeated tracks" in words
    assert "ROS 96.8°: not fit for the gravity field" in words  # the lowest
    assert "ROS 51.6° 3 to 31 km, 3.6 to 11.2 days" in words
    assert "never beyond 54.1" in words
    assert "The most looks: ROS 51.6° at 0, 30 and 45 degrees; ROS 96.8° at 60 and 75" in words


def test_a_place_beyond_reach_is_never_looked_at(scene: Scene) -> None:
    north = at_site(scene, "geodesy", "ros", float(np.radians(80.0)), 0.0)
    south = at_site(scene, "geodesy", "ros", float(np.radians(45.0)), 0.0)
    assert north["visits_per_day"] == north["area_share"] == 0.0
    assert "mean_gap_h" not in north
    assert "track_spacing_km" not in north
    assert south["visits_per_day"] > 0.3
    assert south["longest_gap_h"] >= south["mean_gap_h"]
    assert south["laser_passes_per_day"] > 0.5
    assert all(np.isfinite(value) for value in south.values())


def changed(scene: Scene, payload: str, **parts: Any) -> Scene:
    programme = scene.programme
    one = programme.payload[payload].model_copy(update=parts)
    new = programme.model_copy(update={"payload": {**programme.payload, payload: one}})
    return Scene(new, scene.first_day, scene.duration, scene.step, scene.tracks, scene.place)


def test_a_camera_that_looks_past_the_earth_is_named(scene: Scene) -> None:
    camera = scene.programme.payload["ros-camera"].camera
    assert camera is not None
    bad = changed(scene, "ros-camera", camera=camera.model_copy(update={"tilt_deg": 70.0}))
    with pytest.raises(
        InputError, match=r"payload.ros-camera.camera: given a tilt of 70 .*expected"
    ):
        served(bad, "geodesy")


def test_a_payload_without_a_part_is_named(scene: Scene) -> None:
    bad = changed(scene, "ros-camera", camera=None)
    with pytest.raises(
        InputError, match=r"service.geodesy: given the payload 'ros-camera' without"
    ):
        served(bad, "geodesy")


def test_a_camera_without_tilt_is_counted_by_area(scene: Scene) -> None:
    camera = scene.programme.payload["ros-camera"].camera
    assert camera is not None
    still = changed(scene, "ros-camera", camera=camera.model_copy(update={"tilt_deg": 0.0}))
    told = served(still, "geodesy")
    values = {(row.measure, row.orbit): row.value for row in told.measures}
    # 38 km wide: about 7.2 km/s over the ground, over the area of the Earth.
    assert values["visits_per_day", "ros"] == pytest.approx(7.2e3 * 39e3 * 86_400 / 5.1e14, rel=0.1)
    assert values["longest_gap_h", "ros"] is None
    assert values["mean_gap_h", "ros"] > 24 * 10
