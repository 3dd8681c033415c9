"""Orbits in files: what is read is what was written, whoever wrote it."""

import itertools
import json
from pathlib import Path

import erfa
import numpy as np
import pytest

from stationkeeper.constants import SECONDS_PER_DAY
from stationkeeper.lifetime.serving.ephemerides import BIAS, export_orbit, fixed_states, read_orbit
from stationkeeper.lifetime.serving.scene import ut1_offset
from stationkeeper.orbit.ephemeris import Ephemeris, mean_ephemeris, tle_ephemeris
from stationkeeper.orbit.frames import fixed_from_celestial, fixed_from_teme
from stationkeeper.orbit.ground_track import sub_points
from stationkeeper.programme.oem import OrbitMessage, read_oem
from stationkeeper.programme.time_systems import ahead_of_utc
from stationkeeper.programme.tle import check_digit, read_elements
from stationkeeper.results.geojson import track_lines
from stationkeeper.results.instants import instant
from tests.orbit_files import TLE, epoch, oem, segment, signed, states, xml_oem

MADE = "2029-12-31T00:00:00"


def message(folder: Path, text: str) -> OrbitMessage:
    path = folder / "a.oem"
    path.write_text(text, encoding="utf-8")
    return read_oem(path)


def month(inclination_deg: float = 97.0, days: float = 3.0) -> Ephemeris:
    return mean_ephemeris(
        10_958.25, days * SECONDS_PER_DAY, 60.0, altitude=400e3,
        inclination=float(np.radians(inclination_deg)), node=0.5,
    )  # fmt: skip


def test_kvn_and_xml_say_the_same(tmp_path: Path) -> None:
    one, other = message(tmp_path, oem()), message(tmp_path, xml_oem())
    assert (one.frame, one.object_id, one.segments) == ("EME2000", "2030-001A", 1)
    assert one.day[0] == 10_958.0
    assert np.array_equal(one.day, other.day)
    assert np.array_equal(one.position_km, other.position_km)
    assert np.allclose(np.hstack([one.position_km, one.velocity_km_s]), states(range(31)))


def test_segments_that_follow_one_another_are_one_orbit(tmp_path: Path) -> None:
    whole = message(tmp_path, oem())
    parts = message(
        tmp_path, oem(segment(range(11)), segment(range(10, 21)), segment(range(21, 31)))
    )
    assert parts.segments == 3
    assert np.array_equal(parts.day, whole.day)
    assert np.array_equal(parts.position_km, whole.position_km)


def test_useable_times_cut_segments_that_overlap(tmp_path: Path) -> None:
    first = segment(range(16), USEABLE_STOP_TIME=epoch(12))
    second = segment(range(8, 31), USEABLE_START_TIME=epoch(12))
    parts = message(tmp_path, oem(first, second))
    assert np.array_equal(parts.day, message(tmp_path, oem()).day)


def test_covariances_accelerations_and_days_of_the_year_are_passed_over(tmp_path: Path) -> None:
    rows = [
        line + " 0.0 0.0 0.0" if line.startswith("2030-") else line for line in oem().split("\n")
    ]
    text = "\n".join(rows).replace("2030-01-01T", "2030-001T")
    text += "COVARIANCE_START\nEPOCH = 2030-001T00:00:00\nCX_X = 1.0\nCOVARIANCE_STOP\n"
    told = message(tmp_path, text)
    assert told.day.size == 31
    assert told.day[0] == 10_958.0


@pytest.mark.parametrize(("system", "ahead"), [("TAI", 37.0), ("TT", 69.184), ("GPS", 18.0)])
def test_time_systems_are_turned_into_utc(tmp_path: Path, system: str, ahead: float) -> None:
    told = message(tmp_path, oem(segment(range(31), TIME_SYSTEM=system)))
    assert (told.day - message(tmp_path, oem()).day) * SECONDS_PER_DAY == pytest.approx(
        -ahead, abs=1e-6
    )


def test_leap_seconds_are_those_of_the_astronomers() -> None:
    for year in range(1973, 2026):
        for month_ in (1, 7):
            day = (np.datetime64(f"{year}-{month_:02d}-01") - np.datetime64("2000-01-01")).astype(
                int
            )
            assert ahead_of_utc("TAI", float(day)) == erfa.dat(year, month_, 1, 0.0)


def test_frames_meet_in_earth_fixed_axes(tmp_path: Path) -> None:
    flown = month(days=0.05)
    inside = message(tmp_path, oem())
    given = (inside.day, 1e3 * inside.position_km, 1e3 * inside.velocity_km_s)
    turned = ut1_offset(inside.start_day, 1_800.0)
    assert turned < -0.1
    for frame, expected in (
        ("ITRF2014", (1e3 * inside.position_km, 1e3 * inside.velocity_km_s)),
        ("TEME", fixed_from_teme(*given, ut1_offset=turned)),
        ("GCRF", fixed_from_celestial(*given, ut1_offset=turned)),
    ):
        told = message(tmp_path, oem(segment(range(31), REF_FRAME=frame)))
        for ours, theirs in zip(fixed_states(told), expected, strict=True):
            assert np.array_equal(ours, theirs)
    path = tmp_path / "orbit.oem"
    export_orbit(flown, path, name="Example")
    told = read_oem(path)
    assert told.frame == "EME2000"
    back, _ = fixed_states(told)
    assert np.abs(back - flown.position).max() < 2e-3


def test_the_bias_is_that_of_the_astronomers() -> None:
    theirs = erfa.bp06(2_451_545.0, 0.0)[0]
    assert np.abs(BIAS - theirs).max() < 1e-11  # 0.1 mm in a low orbit


def test_an_exported_orbit_is_read_again_within_two_millimetres(tmp_path: Path) -> None:
    flown, path = month(), tmp_path / "orbit.oem"
    export_orbit(flown, path, name="Station", identifier="2030-001A", created=MADE)
    again = read_orbit(path)
    assert (again.start_day, again.step, again.position.shape) == (
        flown.start_day, flown.step, flown.position.shape,
    )  # fmt: skip
    assert np.linalg.norm(again.position - flown.position, axis=1).max() < 2e-3
    assert np.linalg.norm(again.velocity - flown.velocity, axis=1).max() < 1e-5
    text = path.read_bytes()
    export_orbit(flown, path, name="Station", identifier="2030-001A", created=MADE)
    assert path.read_bytes() == text
    assert len(text) < 4_400 * 105
    assert [p.name for p in tmp_path.iterdir()] == ["orbit.oem"]


def test_a_later_start_inside_a_file_is_flown_on_the_same_path(tmp_path: Path) -> None:
    flown, path = month(days=0.5), tmp_path / "orbit.oem"
    export_orbit(flown, path, name="Station", created=MADE)
    later = read_orbit(path, flown.start_day + 600.0 / SECONDS_PER_DAY, days=0.1)
    assert later.duration == 8_640.0
    assert np.abs(later.position - flown.position[10:155]).max() < 5e-3


def test_elements_are_flown_from_the_midnight_after_their_epoch(tmp_path: Path) -> None:
    path = tmp_path / "iss.tle"
    path.write_text("# a comment\n0 ISS\n" + "\r\n".join(TLE) + "\n", encoding="utf-8")
    (one,) = read_elements(path)
    assert (one.name, one.catalogue, one.line) == ("ISS", "25544", 3)
    flown = read_orbit(path, days=1.0)
    turned = ut1_offset(3_186.0, SECONDS_PER_DAY)
    expected = tle_ephemeris(*TLE, 3_186.0, SECONDS_PER_DAY, 60.0, ut1_offset=turned)
    assert flown.start_day == 3_186.0
    assert np.array_equal(flown.position, expected.position)


def test_of_several_sets_the_last_before_the_first_day_is_flown(tmp_path: Path) -> None:
    newer = signed(TLE[0].replace("08264.5", "08266.5")), signed(TLE[1].replace("325.0", "125.0"))
    path = tmp_path / "iss.tle"
    path.write_text("\n".join([*newer, *TLE]) + "\n", encoding="utf-8")
    for day, lines in ((3_187.0, TLE), (3_190.0, newer)):
        turned = ut1_offset(day, 3_600.0)
        expected = tle_ephemeris(*lines, day, 3_600.0, 60.0, ut1_offset=turned)
        flown = read_orbit(path, day, days=1 / 24)
        assert np.array_equal(flown.position, expected.position)


def test_letters_and_signs_count_in_the_check_digit_as_printed() -> None:
    assert [check_digit(line) for line in TLE] == [7, 7]


def test_czml_holds_every_minute_and_fixed_axes(tmp_path: Path) -> None:
    flown, path = month(days=0.1), tmp_path / "a.czml"
    export_orbit(flown, path, name="Русская станция")
    document, satellite = json.loads(path.read_text(encoding="utf-8"))
    assert (document["id"], document["version"]) == ("document", "1.0")
    assert document["clock"]["interval"] == satellite["availability"]
    assert satellite["availability"] == "2030-01-01T06:00:00.000Z/2030-01-01T08:24:00.000Z"
    place = satellite["position"]
    assert (place["referenceFrame"], place["interpolationAlgorithm"]) == ("FIXED", "LAGRANGE")
    samples = np.array(place["cartesian"]).reshape(-1, 4)
    assert np.array_equal(samples[:, 0], flown.seconds)
    assert np.abs(samples[:, 1:] - flown.position).max() <= 0.005 + 1e-9


@pytest.mark.parametrize("inclination_deg", [51.6, 90.0, 97.0, 128.4])
def test_ground_tracks_are_cut_where_they_meet_the_date_line(
    tmp_path: Path, inclination_deg: float
) -> None:
    flown, path = month(inclination_deg, days=0.5), tmp_path / "a.geojson"
    export_orbit(flown, path, name="Station")
    (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
    lines = feature["geometry"]["coordinates"]
    assert [len(line) for line in feature["properties"]["coordTimes"]] == [len(x) for x in lines]
    for line in lines:
        longitude, latitude = np.array(line).T
        assert len(line) >= 2
        assert np.abs(longitude).max() <= 180
        assert np.abs(latitude).max() <= 90
        assert np.abs(np.diff(longitude)).max() < 45  # no line across the map
    for one, two in itertools.pairwise(lines):
        assert one[-1][1] == two[0][1]
        assert abs(one[-1][0]) == 180 or abs(one[-1][1]) == 90
    _, longitude, _ = sub_points(flown)
    crossed = np.abs(np.diff(np.degrees(longitude))) > 180
    poles = sum(abs(line[-1][1]) == 90 for line in lines[:-1])
    if inclination_deg != 90.0:  # there a longitude jumps at the poles too
        assert len(lines) == 1 + crossed.sum() + poles
    points = {tuple(point) for line in lines for point in line}
    latitude, longitude, _ = (np.degrees(x) for x in sub_points(flown))
    assert all(
        (round(lon, 5), round(lat, 5)) in points
        for lon, lat in zip(longitude, latitude, strict=True)
    )


def test_a_track_over_a_pole_ends_there_and_goes_on_opposite() -> None:
    def over(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turn = np.radians(80.0 + seconds)  # over the pole at 10 s
        return np.arcsin(np.sin(turn)), np.where(np.cos(turn) >= 0, 0.3, 0.3 - np.pi)

    first, second = track_lines(np.array([0.0, 8.0, 16.0]), over)
    assert first[-1][2] == second[0][2] == 90.0
    assert first[-1][0] == pytest.approx(10.0, abs=2e-3)
    assert first[-1][1] - second[0][1] == pytest.approx(180.0)


def test_the_date_line_is_met_on_the_track_not_on_a_straight_line() -> None:
    def bent(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.radians(seconds**2 / 10), np.radians(175.0 + seconds)

    first, _ = track_lines(np.array([0.0, 10.0]), bent)
    assert first[-1][2] == pytest.approx(2.5, abs=1e-5)  # the straight line has 5


def test_instants_are_rounded_not_cut() -> None:
    assert instant(0.0, 59.9999996) == "2000-01-01T00:01:00.000000"
    assert instant(10_957.99999999, 0.0, digits=0) == "2030-01-01T00:00:00"
