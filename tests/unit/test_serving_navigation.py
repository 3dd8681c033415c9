"""Navigation and occultations of a programme: with and without a station, at a place, in words."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving import navigation, occultations
from stationkeeper.lifetime.serving.scene import WITHOUT, MeasureRow, Scene, Served, scene_of
from stationkeeper.orbit.frames import place, vertical
from stationkeeper.orbit.passes import find_passes
from stationkeeper.orbit.visibility import gap_statistics
from stationkeeper.programme.document import Programme
from stationkeeper.programme.services import MEASURES
from stationkeeper.services.dilution import even_places
from stationkeeper.services.doppler_fix import usable
from tests.programmes import check_changed

Array = NDArray[np.float64]

TOLD: dict[str, Any] = {"source": "a test", "confidence": "C"}
GPS: dict[str, Any] = {
    "title": "GPS",
    "kind": "walker",
    "altitude_km": 20_180,
    "inclination_deg": 55,
    "satellites": 24,
    "planes": 6,
    "phasing": 2,
}
LOW: dict[str, Any] = {
    "title": "Low ones",
    "kind": "walker",
    "altitude_km": 1_000,
    "inclination_deg": 83,
    "satellites": 2,
    "planes": 2,
}
BEACON: dict[str, Any] = {
    "frequency_ghz": 0.4,
    "noise_m": 0.75,
    "ephemeris_along_m": 20,
    "clock_ns": 15,
}
MOSCOW = (float(np.radians(55.75)), float(np.radians(37.6)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("navigation")


def changed(folder: Path, changes: dict[str, Any]) -> Programme:
    checked = check_changed(folder, changes)
    assert checked.programme is not None, checked.problems
    return checked.programme


@cache
def whole(folder: Path) -> Scene:
    """A station with a beacon and a receiver; two constellations of which one carries both too."""
    return scene_of(
        changed(
            folder,
            {
                "constellation.gps": GPS | TOLD,
                "constellation.low": LOW | TOLD,
                "payload.signal": {
                    "title": "Signal",
                    "station": "small",
                    "mask_deg": 10,
                    "beacon": BEACON | {"ranging": True},
                    **TOLD,
                },
                "payload.low-signal": {
                    "title": "Signal",
                    "constellation": "low",
                    "mask_deg": 10,
                    "beacon": BEACON,
                    **TOLD,
                },
                "payload.ears": {
                    "title": "Ears",
                    "station": "small",
                    "occultation": {"constellations": ["gps"], "profile_yield": 0.5},
                    **TOLD,
                },
                "payload.low-ears": {
                    "title": "Ears",
                    "constellation": "low",
                    "occultation": {"constellations": ["gps"], "profile_yield": 0.5},
                    **TOLD,
                },
                "service.alone": _service("navigation", ["signal"], []),
                "service.sky": _service("navigation", [], ["gps"]),
                "service.all": _service("navigation", ["signal"], ["gps", "low-signal"]),
                "service.weather": _service("meteorology", ["ears"], ["low-ears"]),
                "service.dry": _service("meteorology", ["ears"], []),
            },
        ),
        days=2.0,
    )


def _service(kind: str, payloads: list[str], without: list[str]) -> dict[str, Any]:
    return {"title": "It", "kind": kind, "payloads": payloads, "without": without, **TOLD}


def told(served: Served) -> dict[tuple[str, str], MeasureRow]:
    return {(row.measure, row.orbit): row for row in served.measures}


def test_only_constellations_give_a_dilution_and_no_fixes(folder: Path) -> None:
    found = navigation.served(whole(folder), "sky")
    assert {row.orbit for row in found.measures} == {WITHOUT}
    rows = told(found)
    value = rows["position_dilution", WITHOUT].value
    assert value is not None
    assert 1.4 < value < 2.6
    assert ("fixes_per_day", WITHOUT) not in rows
    assert any("GPS alone: mean PDOP" in words for words in found.words)


def test_only_a_station_gives_fixes_and_waits(folder: Path) -> None:
    found = navigation.served(whole(folder), "alone")
    rows = told(found)
    assert {orbit for _, orbit in rows} == {"small"}
    assert ("position_dilution", "small") not in rows
    fixes, passes = (rows[name, "small"].value for name in ("fixes_per_day", "passes_per_day"))
    assert fixes is not None
    assert passes is not None
    assert 0.3 * passes < fixes < passes
    error = rows["fix_error_m", "small"]
    assert error.value is not None
    assert error.low is not None
    assert error.high is not None
    assert 15 < error.low < error.value < error.high < 100  # 20 m along the track, 10 m of height
    profile = found.profiles[0]
    assert profile.measure == "fixes_per_day"
    assert profile.values[0] == 0.0  # at the pole, from 51.6 degrees
    assert max(x for x in profile.values if x is not None) > 2


def test_a_station_is_added_to_what_is_there_without_it(folder: Path) -> None:
    rows = told(navigation.served(whole(folder), "all"))
    alone = told(navigation.served(whole(folder), "alone"))
    for measure in ("passes_per_day", "contact_minutes_per_day", "fixes_per_day"):
        with_it, without = rows[measure, "small"].value, rows[measure, WITHOUT].value
        own = alone[measure, "small"].value
        assert with_it is not None
        assert without is not None
        assert own is not None
        assert with_it == pytest.approx(without + own, rel=1e-9)
        assert without > 0
    with_it, without = (rows["mean_wait_h", orbit].value for orbit in ("small", WITHOUT))
    assert with_it is not None
    assert with_it > 0
    dilution, sky = (rows["position_dilution", orbit].value for orbit in ("small", WITHOUT))
    assert dilution is not None
    assert sky is not None
    assert 0.98 * sky < dilution < sky  # one low satellite adds little


def test_measures_are_known_ones_of_their_kind_once_and_finite(folder: Path) -> None:
    found = [navigation.served(whole(folder), key) for key in ("alone", "sky", "all")]
    assert all(len(told(one)) == len(one.measures) for one in found)
    for row in (row for one in found for row in one.measures):
        assert "navigation" in MEASURES[row.measure].kinds
        assert row.value is not None
        assert np.isfinite(row.value)


def test_at_a_place_passes_are_those_of_the_search(folder: Path) -> None:
    scene = whole(folder)
    found = navigation.at_site(scene, "alone", "small", *MOSCOW)
    where = place([MOSCOW[0]], [MOSCOW[1]]), vertical([MOSCOW[0]], [MOSCOW[1]])
    passes = find_passes(scene.tracks[0].ephemeris, *where, np.radians(10))
    assert found["passes_per_day"] == pytest.approx(len(passes) / 2)
    seconds = float((passes.set - passes.rise).sum())
    assert found["contact_minutes_per_day"] == pytest.approx(seconds / 120)
    assert found["in_view_share"] == pytest.approx(seconds / scene.duration)
    assert navigation.at_site(scene, "alone", WITHOUT, *MOSCOW) == {}


def test_the_wait_is_that_of_the_gaps_between_passes_that_give_fixes(folder: Path) -> None:
    scene = whole(folder)
    found = navigation.at_site(scene, "alone", "small", *MOSCOW)
    where = place([MOSCOW[0]], [MOSCOW[1]]), vertical([MOSCOW[0]], [MOSCOW[1]])
    passes = find_passes(scene.tracks[0].ephemeris, *where, np.radians(10))
    beacon = scene.programme.payload["signal"].beacon
    assert beacon is not None
    good = usable(passes.top_elevation, passes.set - passes.rise, beacon.count_s)
    waits = gap_statistics(passes.rise[good], passes.set[good], scene.duration)
    assert found["mean_wait_h"] == pytest.approx(waits.mean_wait / 3600)
    assert found["longest_gap_h"] == pytest.approx(waits.longest / 3600)


def test_where_no_pass_is_there_is_no_wait(folder: Path) -> None:
    found = navigation.at_site(whole(folder), "alone", "small", float(np.radians(85)), 0.0)
    assert found["fixes_per_day"] == 0.0
    assert "mean_wait_h" not in found
    assert "fix_error_m" not in found


def test_words_say_where_fixes_end_and_which_orbit_gives_more(folder: Path) -> None:
    words = " ".join(navigation.served(whole(folder), "all").words)
    assert "As one more satellite: SMALL 51.6° in view" in words
    assert "One pass gives a position: SMALL 51.6° to" in words
    alone = " ".join(navigation.served(whole(folder), "alone").words)
    assert ", none beyond some 6" in alone  # 51.6 degrees and what is seen from there


def test_profiles_add_up_over_receivers_and_over_the_globe(folder: Path) -> None:
    found = occultations.occultation_rows(whole(folder), "weather")
    rows = told(found)
    alone = told(occultations.occultation_rows(whole(folder), "dry"))
    own, with_it, without = (
        rows_of["profiles_per_day", orbit].value
        for rows_of, orbit in ((alone, "small"), (rows, "small"), (rows, WITHOUT))
    )
    assert own is not None
    assert with_it is not None
    assert without is not None
    assert with_it == pytest.approx(own + without)
    assert 200 < own < 350  # half of some 500 to 600 by geometry
    low, high = (getattr(rows["profiles_per_day", "small"], side) for side in ("low", "high"))
    assert low < with_it < high
    profile = next(one for one in found.profiles if one.orbit == "small")
    edges = np.radians(np.arange(-90, 91, 5))
    cap = 1 - np.cos(500e3 / 6_371e3)
    values = np.array(profile.values, float)
    assert (values * np.diff(np.sin(edges)) / cap).sum() == pytest.approx(own)
    assert values[0] == 0.0  # from 51.6 degrees none near the pole


def test_places_all_over_the_globe_share_the_profiles(folder: Path) -> None:
    scene = whole(folder)
    total = told(occultations.occultation_rows(scene, "dry"))["profiles_per_day", "small"].value
    latitude, longitude = np.radians([0.0, 30.0, 50.0]), np.radians([10.0, 100.0, -60.0])
    near = [
        occultations.at_site(scene, "dry", "small", float(a), float(b))["profiles_per_day"]
        for a, b in zip(latitude, longitude, strict=True)
    ]
    assert total is not None
    assert 0.0 < sum(near) < 0.05 * total
    assert occultations.at_site(scene, "dry", WITHOUT, 0.0, 0.0) == {}


def test_profiles_near_places_all_over_the_globe_are_all_of_them(folder: Path) -> None:
    scene = whole(folder)
    total = told(occultations.occultation_rows(scene, "dry"))["profiles_per_day", "small"].value
    near = [
        occultations.at_site(scene, "dry", "small", float(a), float(b))["profiles_per_day"]
        for a, b in zip(*even_places(600), strict=True)
    ]
    caps = 2 / (1 - np.cos(500e3 / 6_371e3))
    assert np.mean(near) * caps == pytest.approx(total, rel=0.03)


def test_a_short_scene_with_long_steps_is_worked_out_too(folder: Path) -> None:
    scene = scene_of(whole(folder).programme, days=0.25, step=120.0)
    assert navigation.served(scene, "all").measures
    assert occultations.occultation_rows(scene, "weather").measures


def test_a_constellation_that_is_none_is_named(folder: Path) -> None:
    scene = whole(folder)
    service = scene.programme.service["sky"].model_copy(update={"without": ("gpss",)})
    services = {**scene.programme.service, "sky": service}
    programme = scene.programme.model_copy(update={"service": services})
    with pytest.raises(InputError, match=r"gpss.*expected one of"):
        navigation.served(Scene(programme, scene.first_day, 86_400.0, 60.0, scene.tracks), "sky")
