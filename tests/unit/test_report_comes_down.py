"""The section on how stations come down: picture, sentences, table."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from stationkeeper.errors import InputError
from stationkeeper.lifetime.descent import FILE as WRITTEN
from stationkeeper.report import comes_down, look
from stationkeeper.report.page import pictures, write_report
from stationkeeper.report.source import Run, read_run
from tests.report_folder import build_folder

BURNS = {
    "way": "burns",
    "possible": True,
    "why_not": "",
    "engine": "Tug <1>",
    "thrust_n": 10_000.0,
    "begins": "2028-07-01",
    "burns_begin": "2030-12-28",
    "burns_begin_altitude_km": 400.0,
    "ends": "2031-01-01",
    "delta_v_m_s": 105.0,
    "gravity_loss_m_s": 3.0,
    "propellant_kg": 14_500.0,
    "propellant_enough": True,
    "crew_leaves": "2030-07-02",
    "footprint_km": 1_543.0,
    "casualties": 7.8e-4,
    "casualties_if_failed": 0.078,
    "failure_allowed": 0.00127,
    "limit": 1e-4,
    "within_limit": False,
    "burns": [
        {"duration_min": 30.0, "delta_v_m_s": 75.0, "perigee_km": 145.0, "apogee_km": 398.0},
        {"duration_min": 20.0, "delta_v_m_s": 30.0, "perigee_km": 50.0, "apogee_km": 396.0},
    ],
    "assumptions": ["pieces as of a satellite"],
}
STORED = {
    "way": "storage orbit",
    "possible": True,
    "begins": "2030-12-28",
    "altitude_km": 660.0,
    "delta_v_m_s": 139.0,
    "propellant_kg": 18_900.0,
    "propellant_enough": False,
    "life_years": 101.5,
    "assumptions": ["the mean Sun"],
}
FALL = {
    "way": "uncontrolled entry",
    "possible": True,
    "begins": "2030-12-28",
    "ends": "2034-01-10",
    "ends_early": "2032-10-28",
    "ends_late": None,
    "delta_v_m_s": 0.0,
    "propellant_kg": 0.0,
    "propellant_enough": True,
    "footprint_km": 2_600.0,
    "casualties": 0.0834,
    "limit": 1e-4,
    "within_limit": False,
    "assumptions": ["pieces as of a satellite"],
}
ISS = {
    "title": "International Space Station",
    "kind": "controlled",
    "since": "2030-12-28",
    "left": "last burns",
    "replicas": 100,
    "from": {
        "date": "2030-12-28",
        "altitude_km": 400.0,
        "altitude_p05_km": 390.0,
        "altitude_p95_km": 410.0,
        "propellant_at_hand_kg": 18_800.0,
    },
    "steps": [
        {"step": "drift without reboosts", "first": "2028-07-01", "last": "2030-12-28"},
        {"step": "crew leaves", "first": "2030-07-12", "last": "2030-07-12"},
        {"step": "burns begin", "first": "2030-12-28", "last": "2030-12-28"},
        {"step": "entry", "first": "2031-01-01", "last": "2031-01-01"},
    ],
    "fall": {
        "date": ["2030-12-28", "2032-06-01", "2034-01-10"],
        "altitude_p05_km": [390.0, 300.0, 120.0],
        "altitude_p50_km": [400.0, 370.0, 120.0],
        "altitude_p95_km": [410.0, 400.0, 300.0],
    },
    "ways": [BURNS, STORED, FALL],
}
CANNOT = {"way": "burns", "possible": False, "why_not": "no engine is at hand"}
ROS = {
    **ISS,
    "kind": "open",
    "left": "in orbit",
    "steps": [],
    "from": {**ISS["from"], "date": "2040-12-31"},
    "fall": {**ISS["fall"], "date": ["2040-12-31", "2042-06-01", "2044-01-10"]},
    "ways": [CANNOT, {**FALL, "begins": "2040-12-31"}],
}


def a_run(folder: Path, **stations: Any) -> Run:
    made = build_folder(folder / "run", stays=3)
    (made / comes_down.FILE).write_text(json.dumps({"format": 1, "stations": stations}))
    return read_run(made)


def test_the_file_read_is_the_file_that_a_run_writes() -> None:
    assert comes_down.FILE == WRITTEN


def test_a_folder_without_the_file_has_no_section(tmp_path: Path) -> None:
    run = read_run(build_folder(tmp_path / "run", stays=3))
    assert comes_down.pictures(run) == []
    assert comes_down.ways_markup(run) == ""
    assert comes_down.KEY not in [one.key for one in pictures(run)]


@pytest.mark.parametrize("text", ["{", "[]", '{"stations": 3}'])
def test_a_broken_file_says_which_and_what_to_do(tmp_path: Path, text: str) -> None:
    run = a_run(tmp_path, iss=ISS)
    (run.folder / comes_down.FILE).write_text(text)
    with pytest.raises(InputError, match=r"descent\.json.*run again"):
        comes_down.told(run)


def test_the_picture_has_marks_of_the_last_burns(tmp_path: Path) -> None:
    run = a_run(tmp_path, iss=ISS, ros=ROS)
    (picture,) = comes_down.pictures(run)
    assert picture.png
    shades = np.asarray(matplotlib.image.imread(BytesIO(picture.png)))[..., :3]
    assert shades.shape[1] == look.WIDTH * look.DOTS
    red = (np.abs(shades * 255 - [0xA4, 0x26, 0x2C]).max(axis=2) < 4).sum()
    assert red > 300
    without = a_run(tmp_path / "other", ros=ROS)
    (picture,) = comes_down.pictures(without)
    shades = np.asarray(matplotlib.image.imread(BytesIO(picture.png or b"")))[..., :3]
    assert not (np.abs(shades * 255 - [0xA4, 0x26, 0x2C]).max(axis=2) < 4).any()


def test_a_station_that_fell_or_was_only_beginning_is_drawn(tmp_path: Path) -> None:
    fallen = {**ISS, "left": "entry", "steps": [], "ways": [CANNOT, FALL]}
    begun = {**ROS, "from": {**ROS["from"], "date": "2021-01-01"}}
    for number, one in enumerate((fallen, begun)):
        run = a_run(tmp_path / str(number), iss=one)
        assert comes_down.pictures(run)[0].png


def test_the_station_brought_down_is_drawn_before_one_that_stays(tmp_path: Path) -> None:
    run = a_run(tmp_path, ros=ISS, iss=ROS)
    assert comes_down.pictures(run)[0].caption.startswith("Russian")


def test_the_sentences_hold_the_figures(tmp_path: Path) -> None:
    iss, ros = comes_down.sentences(a_run(tmp_path, iss=ISS, ros=ROS))
    plain = iss.replace("\u202f", " ").replace("\xa0", " ")
    for text in (
        "drifts without reboosts from 2028-07-01",
        "from 400 km between 2030-12-28 and 2031-01-01 with 2 burns of Tug <1>: 105 m/s, 14.5 t",
        "18.8 t at hand",
        "1 in 1 280",
        "would enter on 2034-01-10, casualties to expect 1 in 12;",
        "allowed are 1 in 10 000",
    ):
        assert text in plain, text
    assert "cannot be brought down on purpose: no engine is at hand" in ros


def test_the_table_says_what_is_not_enough_not_possible_or_too_much(tmp_path: Path) -> None:
    html = comes_down.ways_markup(a_run(tmp_path, iss=ISS, ros=ROS))
    for text in ("not enough", "not possible: no engine is at hand", "above the limit", "to later"):
        assert text in html
    assert html.count("<tr>") == 1 + 5
    assert html.count("Pieces as of a satellite") == 1


def test_an_entry_beyond_the_ten_years_is_said_to_be(tmp_path: Path) -> None:
    late = {**FALL, "ends": None, "ends_early": None}
    run = a_run(tmp_path, iss={**ISS, "ways": [BURNS, STORED, late]})
    assert "would enter more than ten years later" in comes_down.sentences(run)[0]
    assert "after ten years" in comes_down.ways_markup(run)


def test_the_page_holds_the_section_and_the_figure_is_written(tmp_path: Path) -> None:
    run = a_run(tmp_path, iss=ISS)
    page = write_report(run.folder).read_text()
    assert page.index('id="days-to-200-km"') < page.index(f'id="{comes_down.KEY}"')
    assert "What these ways assume" in page
    assert "Tug &lt;1&gt;" in page
    assert "Tug <1>" not in page
    section = page[page.index(f'id="{comes_down.KEY}"') :]
    assert section.index("<p>International Space Station drifts") < section.index("<figure>")
    assert (run.folder / "figures" / f"{comes_down.KEY}.png").stat().st_size > 10_000


def test_stations_unknown_to_the_results_are_left_out(tmp_path: Path) -> None:
    run = a_run(tmp_path, iss=ISS, other=ROS)
    assert list(comes_down.told(run)) == ["iss"]
    assert comes_down.told(replace(run, folder=tmp_path)) == {}
