"""Images of the weather in a programme: a station alone, satellites alone, and both together."""

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.serving import meteorology
from stationkeeper.lifetime.serving.meteorology_words import _turn
from stationkeeper.lifetime.serving.scene import WITHOUT, Scene, Served, scene_of
from stationkeeper.orbit.coverage import cover_places, swath_half_angle
from stationkeeper.programme.services import MEASURES
from tests.programmes import check_changed

TOLD: dict[str, Any] = {"source": "a test", "confidence": "C"}
IMAGES = {
    "visits_per_day",
    "clear_visits_per_day",
    "mean_gap_h",
    "longest_gap_h",
    "mean_wait_h",
    "day_share",
    "area_share",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("meteorology")


def carried(where: str, key: str, **part: Any) -> dict[str, Any]:
    return {"title": "Imager", where: key, "imager": part, **TOLD}


def service(payloads: list[str], without: list[str]) -> dict[str, Any]:
    return {
        "title": "Weather",
        "kind": "meteorology",
        "payloads": payloads,
        "without": without,
        **TOLD,
    }


def scene(folder: Path, changes: dict[str, Any], place: tuple[float, float] | None = None) -> Scene:
    checked = check_changed(folder, changes)
    assert checked.programme is not None, checked.problems
    return scene_of(checked.programme, days=2.0, place=place)


DOCUMENT: dict[str, Any] = {
    "constellation.polar": {
        "title": "Polar",
        "kind": "walker",
        "altitude_km": 830,
        "inclination_deg": 98.7,
        "satellites": 2,
        "planes": 2,
        **TOLD,
    },
    "constellation.still": {
        "title": "Still",
        "kind": "geostationary",
        "longitudes_deg": [0, 90],
        **TOLD,
    },
    "payload.eye": carried("station", "small", swath_km=2_000, cloud_fraction=0.6),
    "payload.day-eye": carried(
        "station", "small", swath_km=1_000, needs_sun=True, sun_elevation_deg=10
    ),
    "payload.polar-eye": carried("constellation", "polar", swath_km=2_900, cloud_fraction=0.7),
    "payload.still-eye": carried(
        "constellation", "still", swath_km=12_000, cloud_fraction=0.5, every_minutes=15
    ),
    "service.alone": service(["eye"], []),
    "service.sky": service([], ["polar-eye", "still-eye"]),
    "service.all": service(["eye"], ["polar-eye", "still-eye"]),
    "service.low": service(["eye"], ["polar-eye"]),
    "service.sun": service(["day-eye"], []),
}


@cache
def whole(folder: Path) -> Scene:
    return scene(folder, DOCUMENT)


def values(found: Served) -> dict[tuple[str, str], float | None]:
    return {(row.measure, row.orbit): row.value for row in found.measures}


def test_a_station_alone_is_told_without_the_word_without(folder: Path) -> None:
    found = meteorology.served(whole(folder), "alone")
    assert set(values(found)) == {(name, "small") for name in IMAGES}
    assert set(IMAGES) <= set(MEASURES)
    told = values(found)
    looks, clear = told["visits_per_day", "small"], told["clear_visits_per_day", "small"]
    assert looks is not None
    assert clear == pytest.approx(0.4 * looks)
    assert any("nothing beyond 60." in words for words in found.words)
    assert all(row.note == "" and row.where for row in found.measures)


def test_satellites_alone_are_told_under_without(folder: Path) -> None:
    found = meteorology.served(whole(folder), "sky")
    assert {orbit for _, orbit in values(found)} == {WITHOUT}
    assert [one.orbit for one in found.maps] == [WITHOUT]
    assert found.words == []


def test_looks_of_both_add_up_and_clouds_are_those_of_each(folder: Path) -> None:
    told, alone, sky = (
        values(meteorology.served(whole(folder), key)) for key in ("all", "alone", "sky")
    )
    for name in ("visits_per_day", "clear_visits_per_day"):
        both = told[name, "small"]
        one, other = alone[name, "small"], sky[name, WITHOUT]
        assert one is not None
        assert other is not None
        assert both == pytest.approx(one + other, rel=1e-3)
        assert told[name, WITHOUT] == other
    for name in ("mean_wait_h", "longest_gap_h", "mean_gap_h"):
        less, more = told[name, "small"], told[name, WITHOUT]
        assert less is not None
        assert more is not None
        assert less < more
    words = " ".join(meteorology.served(whole(folder), "all").words)
    assert "Satellites that stand over the equator give most of these looks" in words


def test_profiles_and_maps_are_of_each_alone(folder: Path) -> None:
    found = meteorology.served(whole(folder), "low")
    profile = {one.orbit: one for one in found.profiles}
    assert set(profile) == {WITHOUT, "small"}
    north = [
        value
        for degrees, value in zip(
            profile["small"].latitude_deg, profile["small"].values, strict=True
        )
        if degrees > 62
    ]
    assert set(north) == {0.0}
    for one in found.maps:
        assert len(one.values) == len(one.latitude_deg) == 36
        assert {len(row) for row in one.values} == {len(one.longitude_deg)} == {72}
        mean = np.mean(np.array(one.values, float), axis=1)
        assert mean == pytest.approx(np.array(profile[one.orbit].values, float), abs=1e-5)


def test_a_place_is_looked_at_as_by_its_own_sweep(folder: Path) -> None:
    one = whole(folder)
    track = one.tracks[0]
    latitude, longitude = np.radians([45.0, -120.0])
    half = swath_half_angle(2_000e3, 420e3)
    seen = cover_places([track.ephemeris], half, [latitude], [longitude])
    told = meteorology.at_site(one, "alone", track.key, float(latitude), float(longitude))
    assert set(told) == IMAGES
    assert told["visits_per_day"] == seen.visits_per_day[0] > 0
    assert told["longest_gap_h"] == seen.longest_gap[0] / 3_600
    assert told["area_share"] == seen.days_seen[0] / 2
    asked = scene(folder, DOCUMENT, (float(latitude), float(longitude)))
    rows = meteorology.served(asked, "alone").measures
    assert {row.measure: row.value for row in rows} == pytest.approx(told)
    assert {row.where for row in rows} == {""}


def test_a_place_that_is_never_seen_has_no_gaps(folder: Path) -> None:
    told = meteorology.at_site(whole(folder), "alone", "small", float(np.radians(80.0)), 0.0)
    assert told == {"visits_per_day": 0.0, "clear_visits_per_day": 0.0, "area_share": 0.0}
    assert meteorology.at_site(whole(folder), "alone", WITHOUT, 0.5, 0.0) == {}
    pole = scene(folder, DOCUMENT, (float(np.radians(85.0)), 0.0))
    rows = {row.measure: row.value for row in meteorology.served(pole, "alone").measures}
    assert rows["longest_gap_h"] is None
    assert any(row.note == "alone: never" for row in meteorology.served(pole, "low").measures)


def test_an_imager_that_needs_the_sun_looks_by_day_only(folder: Path) -> None:
    told = values(meteorology.served(whole(folder), "sun"))
    assert told["day_share", "small"] == 1.0


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        (
            "alone",
            {"payload.eye": carried("station", "small", swath_km=6_000)},
            r"payload\.eye\.imager\.swath_km: swath: given 6000 km, expected .* horizon",
        ),
        (
            "sky",
            {"payload.still-eye": carried("constellation", "still", swath_km=12_000)},
            r"payload\.still-eye\.imager\.every_minutes",
        ),
        (
            "sky",
            {
                "payload.still-eye": carried(
                    "constellation", "still", swath_km=19_000, every_minutes=10
                )
            },
            r"payload\.still-eye\.imager\.swath_km: disc: given 19000 km",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    folder: Path, key: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        meteorology.served(scene(folder, DOCUMENT | changes), key)


def test_a_service_whose_payloads_do_not_look_is_refused(folder: Path) -> None:
    """The check of documents says so first; asked all the same, the service does too."""
    one = whole(folder)
    blind = one.programme.model_copy(
        update={
            "service": one.programme.service
            | {"none": one.programme.service["alone"].model_copy(update={"payloads": ()})}
        }
    )
    with pytest.raises(InputError, match=r"service\.none: given .* fix: add"):
        meteorology.served(dataclasses.replace(one, programme=blind), "none")


def test_a_lead_turns_between_two_rows_where_both_see_as_often() -> None:
    degrees = np.array([2.5, 7.5, 12.5])
    lead = np.array([3.0, 1.0, -3.0])
    assert _turn(degrees, lead, 2) == pytest.approx(8.75)
    assert (_turn(degrees, lead, 0), _turn(degrees, lead, 3)) == (0.0, 90.0)
