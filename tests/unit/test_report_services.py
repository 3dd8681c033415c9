"""Words, tables and figures of services, on a document made by hand."""

import json
import math
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stationkeeper.errors import InputError
from stationkeeper.report import (
    look,
    services_customers,
    services_delivery,
    services_maps,
    services_profiles,
    services_sections,
)
from stationkeeper.report.services_look import Curve, coastlines, draw_curves, label_curves
from stationkeeper.report.services_source import (
    better,
    orbit_colours,
    orbit_dashes,
    orbit_label,
    read_services,
)
from stationkeeper.report.services_text import services_text
from stationkeeper.report.services_words import (
    contracts_markup,
    delivered_rows,
    delivery_lines,
    measures_markup,
    notes_of,
)
from stationkeeper.report.words import DISCLAIMER
from tests.report_documents import plain as plain_markup
from tests.report_documents import run_with
from tests.services_document import LATITUDES, services_json, write_services

LARGEST = 200_000  # bytes of a figure


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def service(document: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in document["services"] if one["key"] == key)
    return found


# ---- words ----------------------------------------------------------------------------------


def test_the_terminal_shows_each_service_beside_what_is_there_without_a_station() -> None:
    text = plain(services_text(services_json()))
    assert "A made-up programme: 30 days from 2031-01-01" in text
    assert re.search(r"^ros@plan-polar +ROS station, 370 km, 96\.8°$", text, re.M)
    assert re.search(r"^looks at a place +22\.1\* +1\.42 +1\.40 +2\.30 +\[1/d\]$", text, re.M)
    assert re.search(r"^longest gap +– +61\.0 +62\.0 +30\.5\* +\[h\]$", text, re.M)
    assert re.search(r"^data delivered +210 +240 +310\* +\[GB/d\]$", text, re.M)
    assert "not delivered: data delivered 35 000 GB (14 000–93 000 GB)" in " ".join(text.split())
    assert "inclination 51.6° before, 96.8° after" in " ".join(text.split())
    assert re.search(r"^a +at least 5 000 GB/month +– +6 300\+ +7 200\+ +9 300\+ ", text, re.M)
    assert text.endswith(DISCLAIMER)
    prose = [line for line in text.splitlines() if line.startswith("- ")]
    assert prose
    assert max(map(len, prose)) <= 100


def test_a_document_that_was_not_flown_has_neither_losses_nor_months() -> None:
    document = services_json(flown=False)
    text = services_text(document)
    assert "Customers" not in text
    assert "not delivered" not in text
    flown = services_json()
    flown["delivery"] = None
    for one in flown["contracts"]:
        one["months"], one["met_share"] = [], None
    assert re.search(r"^ +asked +without +iss +ros +ros@plan-polar$", services_text(flown), re.M)
    assert ">met<" not in contracts_markup(flown)
    assert ">met<" in contracts_markup(services_json())


def test_values_that_print_alike_are_not_told_apart() -> None:
    values = [{"orbit": key, "value": value} for key, value in (("a", 263.8), ("b", 264.2))]
    assert better({"more_is_better": True, "values": values}) == set()
    values.append({"orbit": "c", "value": 266.0})
    assert better({"more_is_better": True, "values": values}) == {"c"}
    assert better({"more_is_better": False, "values": values}) == {"a", "b"}
    alone = [{"orbit": "a", "value": 1.0}, {"orbit": "b", "value": None}]
    assert better({"more_is_better": True, "values": alone}) == set()


def test_a_note_on_all_orbits_is_said_once() -> None:
    document = services_json()
    data = service(document, "data")
    for cell in data["measures"][0]["values"]:
        cell["note"] = "over 5 degrees"
    assert notes_of(document, data) == ["data delivered: over 5 degrees"]
    data["measures"][0]["values"][0]["note"] = "by relay"
    assert notes_of(document, data)[0].startswith("data delivered: ISS 51.6°: by relay; ROS 51.6°")


def test_a_range_stands_beside_its_value_and_the_better_side_is_bold() -> None:
    document = services_json()
    data = service(document, "data")
    data["measures"][0]["values"][2].update(low=300.0, high=330.0)
    made = measures_markup(document, data)
    assert "310 (300–330)" in plain_markup(made)
    assert made.count("<strong>") == 1
    assert "All values: the globe." in made


def test_a_gap_without_a_day_is_said_in_words() -> None:
    document = services_json()
    document["delivery"]["gaps"][0]["days"] = {"q05": 0.0, "q50": 0.0, "q95": 0.0}
    assert "no day without a station" in delivery_lines(document)[0]
    document["delivery"]["gaps"][0]["days"] = {"q05": None, "q50": None, "q95": None}
    assert "not known without a station" in delivery_lines(document)[0]


def test_orbits_that_share_an_inclination_are_told_apart_by_altitude() -> None:
    document = services_json()
    document["orbits"].append({**document["orbits"][1], "key": "ros@low", "altitude_km": 350.0})
    assert orbit_label(document, "ros") == "ROS 51.6°, 400 km"
    assert orbit_label(document, "ros@low") == "ROS 51.6°, 350 km"
    assert orbit_label(document, "iss") == "ISS 51.6°"


def test_every_orbit_has_a_colour_and_a_dash_of_its_own() -> None:
    document = services_json()
    assert len(set(orbit_colours(document).values())) == 4
    assert len(set(map(str, orbit_dashes(document).values()))) == 4
    document["stations"] = ["mir", "ros", "iss"]  # a run has stations that serve nobody
    assert orbit_colours(document)["iss"] == look.STATION_COLOURS[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no services.json"),
        ("{", "cannot be read as JSON"),
        ("[]", "format None given, format 1 expected"),
        ('{"format": 2, "services": []}', "format 2 given, format 1 expected"),
    ],
)
def test_a_folder_without_services_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "services.json").write_text(text)
    with pytest.raises(InputError, match=re.escape(said)):
        read_services(tmp_path)


# ---- figures --------------------------------------------------------------------------------


def test_coasts_lie_where_the_world_has_them() -> None:
    points = np.concatenate(coastlines())
    capes = {
        "Agulhas": (20.0, -34.8),
        "Horn": (-67.3, -55.9),
        "Dezhnev": (-169.7, 66.1),
        "Comorin": (77.5, 8.1),
        "South East Cape": (146.8, -43.6),
    }
    for longitude, latitude in capes.values():
        away = np.hypot(points[:, 0] - longitude, points[:, 1] - latitude).min()
        assert away < 1.5
    assert not any((np.abs(np.diff(line[:, 0])) > 15).any() for line in coastlines())


def test_classes_hold_all_values_and_rise() -> None:
    random = np.random.default_rng(1)
    for values in (
        random.lognormal(0, 2, 5000),
        random.uniform(10, 11, 100),
        np.full(5, 3.0),
        np.array([0.0, 4.0]),
        np.array([0.0]),
        np.concatenate([np.full(900, 300.0), random.uniform(0.4, 5, 3000)]),
    ):
        edges = services_maps.classes(values)
        assert 2 <= edges.size <= 10
        assert (np.diff(edges) > 0).all()
        assert edges[0] <= np.quantile(values, 0.01)
        assert edges[-1] >= values.max()


def test_a_map_says_between_which_latitudes_each_orbit_serves() -> None:
    document = services_json()
    drawn = services_maps.picture(document, service(document, "weather"))
    assert drawn is not None
    assert drawn.png is not None
    assert len(drawn.png) < LARGEST
    assert Image.open(BytesIO(drawn.png)).size[0] == 1440
    assert "ROS station, 370 km, 96.8°: 0." in plain(drawn.alt)
    assert "between latitudes -67.5° and 67.5°" in drawn.alt
    assert "Hatched: nothing." in drawn.caption
    assert "Dots" not in drawn.caption


def test_a_map_of_nothing_is_drawn_and_said() -> None:
    document = services_json()
    data = service(document, "data")
    data["maps"] = data["maps"][:1]
    data["maps"][0]["values"] = [[None] * 120 for _ in LATITUDES]
    drawn = services_maps.picture(document, data)
    assert drawn is not None
    assert drawn.alt.endswith("nothing anywhere.")
    assert "Dots: ground stations of the service." in drawn.caption
    data["maps"] = []
    assert services_maps.picture(document, data) is None


def test_a_map_turns_rows_and_columns_the_right_way_up() -> None:
    document = services_json()
    told = {
        "measure": "visits_per_day",
        "latitude_deg": [45.0, -45.0],
        "longitude_deg": [90.0, 270.0],
        "values": [[1.0, 2.0], [0.0, None]],
    }
    latitude, longitude, values = services_maps._field(service(document, "weather"), told)
    assert latitude.tolist() == [-45.0, 45.0]
    assert longitude.tolist() == [-90.0, 90.0]
    np.testing.assert_array_equal(values, [[math.nan, math.nan], [2.0, 1.0]])


def test_profiles_have_a_curve_for_each_version_of_the_plan() -> None:
    document = services_json()
    curves = services_profiles._profiles(document, service(document, "weather"), "visits_per_day")
    assert [one.label for one in curves] == [
        "without a station",
        "ISS 51.6°",
        "ROS 51.6°",
        "ROS 96.8°",
    ]


def test_a_measure_that_varies_nowhere_is_said_and_not_drawn() -> None:
    document = services_json()
    weather = service(document, "weather")
    level = {
        **weather["profiles"][0],
        "measure": "availability",
        "title": "link there",
        "unit": "1",
    }
    weather["profiles"].append({**level, "values": [0.999] * LATITUDES.size})
    drawn = services_profiles.latitude_picture(document, [weather], "key")
    assert drawn is not None
    assert "The same everywhere and for all: link there 0.999." in drawn.caption
    assert "looks at a place, ROS 51.6°: at most" in drawn.alt
    weather["profiles"] = weather["profiles"][-1:]
    assert services_profiles.latitude_picture(document, [weather], "key") is None


def test_labels_of_curves_stand_clear_of_curves_and_of_one_another() -> None:
    x = np.linspace(-90, 90, 61)
    curves = [
        Curve("the first one", x, np.where(np.abs(x) < 60, 2 + np.cos(np.radians(x)), 0.0), "k"),
        Curve("the second", x, 4 - np.abs(x) / 40, "r"),
        Curve("third", x, np.full(x.size, 6.0), "b"),
        Curve("with the third", x, np.full(x.size, 6.01), "g"),
        Curve("nothing", x, np.full(x.size, np.nan), "y"),
    ]
    with look.drawing():
        figure, (axes,) = look.new_figure(3.0)
        axes.set_xlim(-90, 90)
        axes.set_ylim(0, 8)
        draw_curves(axes, curves)
        figure.draw_without_rendering()
        label_curves(axes, curves)
        figure.draw_without_rendering()
        boxes = {text.get_text(): text.get_window_extent() for text in axes.texts}
        lines = [np.column_stack([one.x, one.y]) for one in curves[:4]]
        on_screen = [axes.transData.transform(line) for line in lines]
    assert list(boxes) == [one.label for one in curves[:4]]
    for box in boxes.values():
        for line in on_screen:
            inside = (line[:, 0] > box.x0) & (line[:, 0] < box.x1)
            assert not ((line[inside, 1] > box.y0) & (line[inside, 1] < box.y1)).any()
        others = [other for other in boxes.values() if other is not box]
        assert not any(box.overlaps(other) for other in others)


def test_a_label_keeps_away_from_a_steep_line() -> None:
    x = np.linspace(-90, 90, 181)
    steep = np.where(np.abs(x) < 30, 7.0, 0.0)  # walls at 30 degrees, from bottom to top
    low = np.where(np.abs(x) < 45, 3.0, np.nan)
    curves = [Curve("low, with many words to it", x, low, "k"), Curve("steep", x, steep, "r")]
    with look.drawing():
        figure, (axes,) = look.new_figure(3.0)
        axes.set_xlim(-90, 90)
        axes.set_ylim(0, 8)
        figure.draw_without_rendering()
        label_curves(axes, curves)
        figure.draw_without_rendering()
        box = axes.texts[0].get_window_extent()
        walls = axes.transData.transform([(-30.0, 3.0), (30.0, 3.0)])[:, 0]
    assert not any(box.x0 < wall < box.x1 for wall in walls)


def test_waits_are_those_of_the_table_where_it_tells_them() -> None:
    document = services_json()
    data = service(document, "data")
    data["measures"].append(
        {
            "measure": "latency_p50_h",
            "title": "latency",
            "unit": "h",
            "more_is_better": False,
            "adds_up": False,
            "values": [{"orbit": "ros", "value": 0.8}],
        }
    )
    data["distributions"][0]["share"] = [0.4 for _ in data["distributions"][0]["x"]]
    drawn = services_profiles.latency_picture(document, [data], "key")
    assert drawn is not None
    said = plain(drawn.alt)
    assert "ISS 51.6°: 50 % never, 90 % never" in said
    assert "ROS 51.6°: 50 % within 0.800 h, 90 % within 3.16 h" in said
    assert "ROS 96.8°: 50 % within 0.435 h, 90 % within 1.58 h" in said


# ---- delivery and customers -----------------------------------------------------------------


def delivered(document: dict[str, Any], key: str = "data") -> list[Any]:
    from stationkeeper.report.services_source import delivery_rows

    return [one for one in delivery_rows(document) if one["service"] == key]


def test_the_gap_between_two_stations_is_found_and_its_year_shown() -> None:
    rows = delivered(services_json())
    gap = services_delivery.gap_months(rows)
    months = services_delivery.months_of(rows)
    # Half of a month: the old falls below it 53 months on, the new one rises to it after 69.
    assert str(months[gap][0]) == "2030-07"
    assert str(months[gap][-1]) == "2031-09"
    assert services_delivery.year_shown(rows) == 2031


def test_before_the_first_and_after_the_last_delivery_is_no_gap() -> None:
    for station in ("iss", "ros"):  # one ends within the months, the other begins in them
        rows = [one for one in delivered(services_json()) if one["station"] == station]
        assert not services_delivery.gap_months(rows).any()
    rows[0]["mean"] = [0.0] * 120
    assert not services_delivery.gap_months(rows).any()


def test_measures_that_follow_the_same_course_are_drawn_once() -> None:
    document = services_json()
    rows = delivered(document)
    twice = [{**one, "measure": "other", "mean": [2 * m for m in one["mean"]]} for one in rows]
    for one in twice:
        one["whole"] = [2 * value for value in one["whole"]]
    assert services_delivery._panels([*rows, *twice]) == [("data", "delivered_gb_per_day")]
    twice[1]["mean"] = twice[1]["mean"][::-1]
    assert len(services_delivery._panels([*rows, *twice])) == 2
    document["delivery"]["rows"] += twice
    assert len(delivered_rows(document)) == 6  # the table holds all


def test_the_delivery_is_drawn_with_its_gap_in_words() -> None:
    document = services_json()
    drawn = services_delivery.picture(document, document["services"], "key")
    assert drawn is not None
    assert drawn.png is not None
    assert len(drawn.png) < LARGEST
    assert "a gap from 2030-07 to 2031-09" in drawn.alt
    assert "ISS from 2026-01 to 2030-10" in drawn.alt
    assert services_delivery.picture(document, [], "key") is None
    document["delivery"] = None
    assert services_delivery.picture(document, document["services"], "key") is None


def test_customers_are_told_in_which_months_they_are_missed() -> None:
    document = services_json()
    drawn = services_customers.picture(document)
    assert drawn is not None
    assert drawn.png is not None
    assert len(drawn.png) < LARGEST
    assert "Office for rivers, data delivered, at least 5 000 GB/month: met in" in plain(drawn.alt)
    assert "missed in most replicas in 21 months, 2030-04 to 2031-12" in plain(drawn.alt)
    document["contracts"] = []
    assert services_customers.picture(document) is None


# ---- the report of a run --------------------------------------------------------------------


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("services") / "run"
    run_with(folder)
    return folder


def test_a_run_with_services_has_their_sections(flown: Path) -> None:
    document = services_json()
    weather, data = document["services"]
    weather.update(maps=[], profiles=[])
    data["maps"] = data["maps"][:1]
    write_services(flown, document)
    run = run_with(flown)
    drawn = services_sections.pictures(run)
    keys = [one.key for one in drawn]
    assert keys == [
        "services",
        "services-data-map",
        "services-latitude",
        "services-latency",
        "services-delivery",
        "services-customers",
    ]
    assert len({one.title for one in drawn}) == len(drawn)
    said = plain_markup(services_sections.after("services", run))
    assert "Weather images" in said
    assert "On a station: Recorder on ROS." in said
    assert "without a station" in services_sections.answer(run)[0]
    before = "".join(services_sections.before("services-delivery", run))
    assert "35 000 GB" in plain_markup(before)
    assert "7 000 GB" in plain_markup(services_sections.after("services-delivery", run))
    assert "Sea ice service" in services_sections.after("services-customers", run)
    assert services_sections.after("altitude", run) == ""


def test_a_run_without_services_has_no_section_of_them(flown: Path) -> None:
    (flown / "services.json").unlink(missing_ok=True)
    run = run_with(flown)
    assert services_sections.pictures(run) == []
    assert services_sections.answer(run) == []
    assert services_sections.before("services-delivery", run) == []
    assert services_sections.after("services", run) == ""


def test_a_run_of_services_alone_draws_what_there_is(flown: Path) -> None:
    document = services_json(flown=False)
    document["services"] = document["services"][1:]
    service(document, "data").update(maps=[], profiles=[], distributions=[])
    (flown / "services.json").write_text(json.dumps(document))
    assert [one.key for one in services_sections.pictures(run_with(flown))] == ["services"]
