"""What is delivered by month: rates times the days on which payloads are there and work."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.deciding.decisions import Decisions
from stationkeeper.lifetime.serving.contracts import contract_rows
from stationkeeper.lifetime.serving.delivered import (
    Working,
    carriers,
    delivery_rows,
    gap_rows,
    station_rate,
    working,
)
from stationkeeper.lifetime.serving.scene import (
    WITHOUT,
    MeasureRow,
    Scene,
    Served,
    scene_of,
)
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.results.storage import write_tables
from stationkeeper.units import days_since_2000

EDGES = np.array([0.0, 31.0, 60.0, 91.0])  # January to March of 2000


@cache
def programme() -> Programme:
    """Return the shipped programme, its contracts from any day on."""
    told = read_programme("iss-to-ros")
    always = {key: one.model_copy(update={"since": None}) for key, one in told.contract.items()}
    return told.model_copy(update={"contract": always})


@cache
def scene() -> Scene:
    return scene_of(programme(), days=0.5, step=600.0)


def there(**spans: Any) -> Working:
    """Return payloads with first day and day after the last in each replica."""
    begin = {key.replace("_", "-"): np.array(span[0], float) for key, span in spans.items()}
    end = {key.replace("_", "-"): np.array(span[1], float) for key, span in spans.items()}
    return Working(EDGES, begin, end, {key: np.ones(3) for key in begin})


def weather(station: float = 5.0, without: float = 4.0) -> dict[str, Served]:
    rows = [
        MeasureRow("visits_per_day", "iss", station),
        MeasureRow("visits_per_day", "ros", station),
        MeasureRow("visits_per_day", WITHOUT, without),
        MeasureRow("longest_gap_h", "ros", 3.0),
    ]
    return {"meteorology": Served(measures=rows)}


def test_days_are_those_within_each_month() -> None:
    found = there(ros_imager=([10.0, 70.0], [40.0, 1e9])).days(["ros-imager"])
    assert found.tolist() == [[21.0, 9.0, 0.0], [0.0, 0.0, 21.0]]


def test_functions_that_are_down_take_their_part() -> None:
    one = Working(
        EDGES, {"a": np.array([0.0])}, {"a": np.array([91.0])}, {"a": np.array([1.0, 0.5, 0.0])}
    )
    assert one.days(["a"]).tolist() == [[31.0, 14.5, 0.0]]


def test_of_several_payloads_the_one_that_is_there_counts() -> None:
    both = there(ros_imager=([0.0], [31.0]), ecostress=([20.0], [60.0]))
    assert both.days(["ros-imager", "ecostress"]).tolist() == [[31.0, 29.0, 0.0]]


def test_a_station_adds_what_is_there_with_it_less_what_is_there_without() -> None:
    one = weather()["meteorology"]
    assert station_rate(one, "visits_per_day", "ros") == 1.0
    assert station_rate(replace(one, alone=True), "visits_per_day", "ros") == 5.0
    assert station_rate(one, "profiles_per_day", "ros") is None


def test_carriers_have_the_part_that_a_measure_counts() -> None:
    assert carriers(programme(), "meteorology", "visits_per_day", "ros") == ["ros-imager"]
    assert carriers(programme(), "meteorology", "profiles_per_day", "ros") == ["ros-occultation"]
    assert carriers(programme(), "meteorology", "profiles_per_day", "iss") == []


def test_deliveries_are_rates_times_days() -> None:
    found = delivery_rows(
        scene(), weather(), there(ros_imager=([0.0, 31.0], [91.0, 91.0]), ecostress=([1e9], [1e9]))
    )
    (row,) = [one for one in found if one["station"] == "ros"]
    assert row["measure"] == "visits_per_day"
    assert row["months"] == ["2000-01", "2000-02", "2000-03"]
    assert row["mean"] == [15.5, 29.0, 31.0]
    assert row["whole"] == [31.0, 29.0, 31.0]
    assert row["low"][0] == pytest.approx(31 * 0.05)


def test_what_is_lost_between_stations_is_what_the_old_one_would_have_given() -> None:
    free = programme().payload["ecostress"].model_copy(update={"partner": None})
    whole = programme().model_copy(update={"payload": {**programme().payload, "ecostress": free}})
    spans = there(
        ecostress=([0.0, 0.0, 0.0], [31.0] * 3), ros_imager=([41.0, 20.0, 81.0], [91.0] * 3)
    )
    turns = [("roscosmos", "iss", "ros")]
    assert gap_rows(scene(), weather(), spans, turns) == []  # it serves another partner
    (row,) = gap_rows(replace(scene(), programme=whole), weather(), spans, turns)
    assert row["days"] == {"q05": 0.0, "q50": 10.0, "q95": 50.0}
    assert row["lost"] == {"q05": 0.0, "q50": 10.0, "q95": 50.0}
    assert row["inclination_change"]["new_deg"] == pytest.approx(51.63, abs=0.05)


def planned(**lost: float) -> Working:
    edges = np.array([days_since_2000(day) for day in _months()], float)
    days = {key: np.full(2, lost.get(key, np.inf)) for key in programme().station}
    return working(programme(), edges, {}, days, None)


def _months() -> list[Any]:
    first, last = programme().span.first, programme().span.last
    return [
        first.replace(year=y, month=m) for y in range(first.year, last.year + 1) for m in (1, 7)
    ]


def test_without_policies_payloads_are_there_as_planned_until_the_station_is_lost() -> None:
    spans = planned()
    begin = days_since_2000(programme().event["ros-separates"].date)
    assert spans.begin["ros-downlink"].tolist() == [begin, begin]
    cut = planned(ros=begin + 100.0)
    assert cut.end["ros-downlink"].tolist() == [begin + 100.0] * 2
    assert spans.begin["aces"][0] == days_since_2000(programme().payload["aces"].since)  # type: ignore[arg-type]


def test_policies_move_the_begin_and_the_end() -> None:
    class Stage:
        size = 2

        class launches:
            modules = ("nem",)
            home = ("ros",)

    made = Decisions(
        begun={"ros": np.array([11_100.0, np.inf])},
        ended={"iss": np.array([9050.0, 9060.0]), "ros": np.array([1e6, 1e6])},
        lost={"iss": np.array([np.inf, 9055.0]), "ros": np.full(2, np.inf)},
        docked=np.array([[11_120.0, np.inf]]),
        left={},
    )
    days = {key: np.full(2, np.inf) for key in programme().station}
    spans = working(programme(), EDGES, {}, days, (Stage, made))  # type: ignore[arg-type]
    assert spans.begin["ros-downlink"].tolist() == [11_120.0, np.inf]
    assert spans.begin["ros-camera"][0] == 11_100.0
    assert spans.end["iss-ku-band"].tolist() == [9050.0, 9055.0]
    assert (spans.end["ros-downlink"] >= spans.begin["ros-downlink"]).all()


def test_the_best_function_of_each_kind_counts_and_kinds_multiply() -> None:
    ours = [
        (key, one.kind)
        for key, one in programme().function.items()
        if one.station == "ros" and one.kind in ("power", "data")
    ]
    assert {kind for _, kind in ours} == {"power", "data"}
    down = {key: np.full(3, 0.2 if kind == "power" else 0.5) for key, kind in ours}
    days = {key: np.full(1, np.inf) for key in programme().station}
    spans = working(programme(), EDGES, down, days, None)
    assert spans.works["ros-downlink"] == pytest.approx(np.full(3, 0.8 * 0.5))


def at_site(*_: Any) -> dict[str, float | None]:
    return {"visits_per_day": 6.0, "clear_visits_per_day": 2.0}


def test_contracts_count_what_the_station_alone_gives() -> None:
    served = {"meteorology": weather()["meteorology"]}
    rows = contract_rows(scene(), served, lambda _: at_site)
    (ice,) = [row for row in rows if row["key"] == "ice-service"]
    assert ice["value"]["ros"] == 0.0
    assert ice["value"][WITHOUT] == pytest.approx(6.0 * 365.25 / 12, rel=1e-5)
    kept = {orbit for orbit, kept in ice["met"].items() if kept}
    assert kept == {WITHOUT}  # no station adds anything
    assert ice["months"] == []
    assert {row["service"] for row in rows} == {"meteorology"}


def test_a_month_is_kept_if_enough_is_delivered_in_it() -> None:
    def better(_scene: Any, _service: str, orbit: str, *_: float) -> dict[str, float | None]:
        return {"visits_per_day": 1.0 if orbit == WITHOUT else 4.0, "clear_visits_per_day": 1.0}

    spans = there(ros_imager=([0.0, 41.0], [91.0, 91.0]), ecostress=([1e9, 1e9], [1e9, 1e9]))
    rows = contract_rows(scene(), weather(), lambda _: better, spans)
    (ice,) = [row for row in rows if row["key"] == "ice-service"]
    # 60 in the month at 3 a day: all of January in one replica, 19 of 29 days of February.
    assert [month["met"] for month in ice["months"]] == [0.5, 0.5, 1.0]
    assert [month["delivered"] for month in ice["months"]] == [46.5, 72.0, 93.0]
    assert ice["met_share"] == pytest.approx(2 / 3)
    assert ice["met"]["ros"] is True
    assert ice["met"][WITHOUT] is False


def test_a_row_of_plain_values_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    told = {"a": [1, 2.5, None], "b": [{"c": "x [ 1,  2 ]"}, {"c": []}], "d": {"e": {}}, "f": []}
    write_tables(tmp_path / "a.json", told)
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == told
    assert ' "a": [1,2.5,null],' in text.splitlines()
    assert '  {"c":"x [ 1,  2 ]"},' in text.splitlines()
    with pytest.raises(ValueError, match="JSON"):
        write_tables(tmp_path / "b.json", {"a": [float("nan")]})


def test_a_site_is_asked_at_its_place_and_a_region_at_nine() -> None:
    asked: dict[str, set[tuple[float, float]]] = {}

    def heard(_scene: Any, service: str, _orbit: str, *place: float) -> dict[str, float | None]:
        asked.setdefault(service, set()).add((place[0], place[1]))
        return {"visits_per_day": 1.0, "clear_visits_per_day": 1.0}

    contracts = {
        key: one
        for key, one in programme().contract.items()
        if key in ("ice-service", "farm-service")
    }
    whole = programme().model_copy(update={"contract": contracts})
    contract_rows(replace(scene(), programme=whole), weather(), lambda _: heard)
    north, south = 78.0, 68.0
    degrees = sorted(
        (round(np.degrees(x), 3), round(np.degrees(y), 3)) for x, y in asked["meteorology"]
    )
    region = [one for one in degrees if one[0] > 60]
    assert len(region) == 9
    assert {x for x, _ in region} == {
        round(south + (north - south) * part, 3) for part in (1 / 6, 0.5, 5 / 6)
    }
    assert len(degrees) == 10


def test_of_functions_of_one_kind_the_one_that_works_most_counts() -> None:
    power = next(
        (key, one)
        for key, one in programme().function.items()
        if one.station == "ros" and one.kind == "power"
    )
    two = programme().model_copy(update={"function": {**programme().function, "spare": power[1]}})
    days = {key: np.full(1, np.inf) for key in programme().station}
    down = {power[0]: np.full(3, 0.8), "spare": np.full(3, 0.1)}
    assert working(two, EDGES, down, days, None).works["ros-downlink"].tolist() == [0.9] * 3


def test_the_first_payload_of_the_new_station_ends_a_gap() -> None:
    service = programme().service["meteorology"]
    more = service.model_copy(update={"payloads": (*service.payloads, "second")})
    imager = programme().payload["ros-imager"]
    free = programme().payload["ecostress"].model_copy(update={"partner": None})
    payload = {**programme().payload, "second": imager, "ecostress": free}
    whole = programme().model_copy(
        update={"payload": payload, "service": {**programme().service, "meteorology": more}}
    )
    spans = there(
        ecostress=([0.0] * 3, [31.0] * 3),
        ros_imager=([81.0] * 3, [91.0] * 3),
        second=([41.0] * 3, [91.0] * 3),
    )
    found = gap_rows(
        replace(scene(), programme=whole), weather(), spans, [("roscosmos", "iss", "ros")]
    )
    assert found[0]["days"]["q50"] == 10.0


def test_a_quality_is_kept_in_months_in_which_the_station_is_there_most_days() -> None:
    asked = (
        programme()
        .contract["ice-service"]
        .model_copy(update={"measure": "longest_gap_h", "at_least": None, "at_most": 5.0})
    )
    whole = programme().model_copy(update={"contract": {"quality": asked}})

    def gaps(_scene: Any, _service: str, orbit: str, *_: float) -> dict[str, float | None]:
        return {"longest_gap_h": 9.0 if orbit == WITHOUT else 3.0}

    spans = there(
        ros_imager=([0.0, 10.0], [91.0, 91.0]),
        ros_occultation=([1e9] * 2, [1e9] * 2),
        ecostress=([1e9] * 2, [1e9] * 2),
    )
    (row,) = contract_rows(
        replace(scene(), programme=whole),
        {"meteorology": weather()["meteorology"]},
        lambda _: gaps,
        spans,
    )
    assert [month["met"] for month in row["months"]] == [0.5, 1.0, 1.0]


def test_a_station_that_nobody_flies_yet_has_payloads_that_are_not_there() -> None:
    days = {"iss": np.full(2, np.inf)}  # as known on a day on which the other has no module
    bare = programme().model_copy(
        update={
            "event": {
                key: e
                for key, e in programme().event.items()
                if "ros" not in (e.station, e.to_station)
            }
        }
    )
    spans = working(bare, EDGES, {}, days, None)
    assert not spans.days(["ros-downlink"]).any()
    assert spans.days(["ros-downlink"]).shape == (2, 3)
