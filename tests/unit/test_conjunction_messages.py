"""Conjunction data messages: both notations, the chance they give, and what is wrong with one."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.imports import import_file
from stationkeeper.orbit.close_approach import approach_chance
from stationkeeper.programme.cdm import ConjunctionMessage, read_messages
from stationkeeper.programme.imports import import_approaches
from stationkeeper.validation.hull_approach import facts
from tests.foreign_files import message, xml_message
from tests.programmes import SMALL, check_text


def read(folder: Path, text: str) -> list[ConjunctionMessage]:
    path = folder / "message.cdm"
    path.write_text(text, encoding="utf-8")
    return read_messages(path)[1]


def imported(folder: Path, text: str, **options: Any) -> dict[str, Any]:
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    path = folder / "message.cdm"
    path.write_text(text, encoding="utf-8")
    new = import_approaches(str(folder / "small.toml"), path, approach_chance, **options)
    checked = check_text(folder, new)
    assert checked.programme is not None, checked.as_text()
    return dict(tomllib.loads(new)["conjunction"])


def test_the_standard_s_example_is_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, message())
    assert (one.day, one.made_on) == (date(2010, 3, 13), date(2010, 3, 12))
    assert (one.miss_m, one.frame, one.probability) == (715, "EME2000", None)
    assert [body.designator for body in one.objects] == ["12345", "30337"]
    assert one.objects[1].name == "FENGYUN 1C DEB"
    errors = one.objects[1].covariance
    assert errors[1, 0] == errors[0, 1] == -4.806e4
    assert errors[2, 2] == 71.05
    assert np.isnan(errors[3:]).all()


def test_the_rates_of_a_covariance_are_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, message(second={"CNDOT_NDOT": "1.5E-3 [m**2/s**2]", "CRDOT_T": "2"}))
    assert one.objects[1].covariance[5, 5] == 1.5e-3
    assert one.objects[1].covariance[1, 3] == 2


def test_xml_says_the_same(tmp_path: Path) -> None:
    (kvn,), (xml,) = read(tmp_path, message()), read(tmp_path, xml_message())
    assert (kvn.day, kvn.miss_m, kvn.frame) == (xml.day, xml.miss_m, xml.frame)
    assert imported(tmp_path, message()).keys() == imported(tmp_path, xml_message()).keys()
    for a, b in zip(kvn.objects, xml.objects, strict=True):
        assert np.array_equal(a.covariance, b.covariance, equal_nan=True)
        assert np.array_equal(a.position_km, b.position_km)
        assert np.array_equal(a.velocity_km_s, b.velocity_km_s)


def test_an_approach_goes_into_the_programme(tmp_path: Path) -> None:
    entry = imported(tmp_path, message({"COLLISION_PROBABILITY": "4.835E-05"}))["2010-03-13-30337"]
    assert entry["station"] == "small"
    assert entry["date"] == date(2010, 3, 13)
    assert entry["known_on"] == date(2010, 3, 12)
    assert entry["miss_km"] == 0.715
    assert entry["object"] == "30337 FENGYUN 1C DEB"
    assert entry["source"] == "CDM 201113719185 of JSPOC"
    assert "4.835e-05" in entry["note"]
    assert entry["chance"] == pytest.approx(7.881e-5, rel=1e-3)


def test_the_chance_grows_as_the_square_of_the_bodies(tmp_path: Path) -> None:
    chances = [
        imported(tmp_path, message(), radius_m=radius)["2010-03-13-30337"]["chance"]
        for radius in (0.2, 0.4)
    ]
    assert chances[1] == pytest.approx(4 * chances[0], rel=1e-2)


@pytest.mark.parametrize("case", facts()["states"]["case"], ids=lambda case: str(case["name"]))
def test_published_cases_come_out_of_messages(tmp_path: Path, case: dict[str, Any]) -> None:
    bodies = []
    for place, speed, errors in zip(
        case["position_km"], case["velocity_km_s"], case["covariance_m2"], strict=True
    ):
        names = ("CR_R", "CT_R", "CT_T", "CN_R", "CN_T", "CN_N")
        bodies.append(
            dict(zip("XYZ", map(repr, place), strict=True))
            | dict(zip(("X_DOT", "Y_DOT", "Z_DOT"), map(repr, speed), strict=True))
            | dict(zip(names, map(repr, errors), strict=True))
        )
    apart = 1e3 * np.linalg.norm(np.subtract(*case["position_km"]))
    text = message({"MISS_DISTANCE": f"{apart:.6f}"}, *bodies)
    (entry,) = imported(tmp_path, text, radius_m=case["radius_m"]).values()
    assert entry["chance"] == pytest.approx(case["chance"], rel=1e-3)


def test_a_turning_frame_gives_the_same_chance(tmp_path: Path) -> None:
    """The same states said in axes that turn with Earth, which lie as the others at the time."""
    fixed = imported(tmp_path, message())["2010-03-13-30337"]["chance"]
    (one,) = read(tmp_path, message())
    changes = []
    for body in one.objects:
        turned = body.velocity_km_s - np.cross([0, 0, 7.292115e-5], body.position_km)
        changes.append(
            {"REF_FRAME": "ITRF"}
            | {k: f"{v:.9f}" for k, v in zip(("X_DOT", "Y_DOT", "Z_DOT"), turned, strict=True)}
        )
    turning = imported(tmp_path, message({}, *changes))["2010-03-13-30337"]["chance"]
    assert turning == pytest.approx(fixed, rel=1e-3)


def test_the_last_message_about_an_approach_stands(tmp_path: Path) -> None:
    late = message({"CREATION_DATE": "2010-03-13T08:00:00", "MESSAGE_ID": "late"})
    early = message({"MESSAGE_ID": "early"})
    for text in (late + early, early + late):
        entries = imported(tmp_path, text)
        assert list(entries) == ["2010-03-13-30337"]
        assert entries["2010-03-13-30337"]["source"] == "CDM late of JSPOC"


def test_slow_passes_are_marked(tmp_path: Path) -> None:
    slow = {"X_DOT": "4.418769571", "Y_DOT": "4.833547743", "Z_DOT": "-3.525774282"}
    (entry,) = imported(tmp_path, message(second=slow)).values()
    assert "They pass at 1 m/s" in entry["note"]


def test_days_of_the_year_are_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, message({"TCA": "2012-366T23:59:60.5Z"}))
    assert one.day == date(2012, 12, 31)


@pytest.mark.parametrize("key", ["CR_R", "CT_R", "CT_T", "CN_R", "CN_T", "CN_N"])
def test_a_message_without_covariance_is_refused_in_a_line(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, message(without=(key,)))
    said = str(error.value)
    assert f"message.cdm:8: OBJECT1: given a covariance without {key}; expected" in said
    every = ("CR_R", "CT_R", "CT_T", "CN_R", "CN_T", "CN_N")
    with pytest.raises(InputError, match="given no covariance; expected CR_R"):
        read(tmp_path, message(without=every))
    with pytest.raises(InputError, match="given no covariance; expected CR_R"):
        read(tmp_path, xml_message(message(without=every)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (message({"CCSDS_CDM_VERS": "3.0"}), "2: CCSDS_CDM_VERS: given '3.0'; expected version 1"),
        (xml_message(version="2.0"), "given '2.0'; expected version 1.0"),
        ("CCSDS_OEM_VERS = 2.0\n", "1: given 'CCSDS_OEM_VERS = 2.0'; expected a conjunction data"),
        ("<oem id='CCSDS_OEM_VERS' version='2.0'><a>1</a></oem>", "expected a conjunction data"),
        ("hello\n", "1: given 'hello'; expected KEY = VALUE"),
        (message({"MISS_DISTANCE": "0.715 [km]"}), "given the unit 'km'; expected m"),
        (message({"MISS_DISTANCE": "0.715"}), "expected 715.748 m, the distance between"),
        (message({"MISS_DISTANCE": "-715"}), "given '-715'; expected a distance of at least 0"),
        (message({"MISS_DISTANCE": "NaN"}), "given 'NaN'; expected a number"),
        (message({"TCA": "13 March 2010"}), "TCA: given '13 March 2010'; expected a time as"),
        (message({"TCA": "2010-02-30T00:00:00"}), "expected a time as"),
        (message({"TCA": "2011-366T00:00:00"}), "expected a time as"),
        (message({"COLLISION_PROBABILITY": "1.5"}), "a probability from 0 to 1"),
        (message(without=("TCA",)), "TCA: given nothing; expected this key"),
        (message(first={"X": "2570097.065 [m]"}), "X: given the unit 'm'; expected km"),
        (message(first={"X": "2570097.065"}), "km; expected 6400 to 1e+06 km"),
        (message(first={"X_DOT": "4418.769571"}), "a speed of 0.001 to 20 km/s"),
        (message(second={"CR_R": "1337 [km**2]"}), "CR_R: given the unit 'km**2'; expected m**2"),
        (message(second={"CR_R": "-1337"}), "variances that are not negative"),
        (message(second={"CT_R": "-4.8E+06"}), "variances that are not negative"),
        (message(second={"CN_N": "inf"}), "CN_N: given 'inf'; expected a number"),
        (message(second={"REF_FRAME": "TEME"}), "given 'TEME'; expected EME2000, GCRF, ITRF"),
        (message(second={"REF_FRAME": "GCRF"}), "expected EME2000, as for OBJECT1"),
        (message(second={"OBJECT": "OBJECT3"}), "expected OBJECT1, then OBJECT2"),
        (message().split("OBJECT2")[0].rsplit("\n", 1)[0] + "\n", "is the file cut off?"),
        (message()[: message().index("Y_DOT")] + "Y_D", "is it cut off?"),
        (message() + "X = 1\n", "a second time"),
        (message({"MESSAGE_ID": "a\x1b[31m\tb", "TCA": "\x07"}), r"given '\x07'"),
        (xml_message()[:-8], "expected XML; is it cut off?"),
        (xml_message().replace("</segment>", "</seg>", 1), "mismatched tag"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><cdm>&b;</cdm>', "a document type declaration"),
        ("<a>" * 50, "elements nested"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        imported(tmp_path, text)
    assert said in str(error.value)
    assert str(error.value).isprintable()
    assert "message.cdm" in str(error.value)


def test_control_characters_of_a_message_do_not_reach_the_programme(tmp_path: Path) -> None:
    text = message({"MESSAGE_ID": "a\x1b[31mb"}, second={"OBJECT_NAME": "c\x1b]0;d"})
    (entry,) = imported(tmp_path, text).values()
    assert all(value.isprintable() for value in entry.values() if isinstance(value, str))


@pytest.mark.parametrize("radius", [0.0, -1.0, 1e6, float("nan")])
def test_a_radius_out_of_bounds_is_refused(tmp_path: Path, radius: float) -> None:
    with pytest.raises(InputError, match="--radius: given"):
        imported(tmp_path, message(), radius_m=radius)


def test_a_table_that_is_not_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'approaches'"):
        import_file("small", "aproaches", tmp_path / "x")
