"""decisions.json: its shape, its bytes, and what is left out of it."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stationkeeper.lifetime.deciding import summary
from stationkeeper.lifetime.deciding.risk import flat_risks
from stationkeeper.lifetime.deciding.summary import (
    decisions_document,
    still_there,
    with_rows,
    write_decisions,
)
from tests.unit.test_deciding_decide import shipped

KEYS = [
    "as_of",
    "replicas",
    "policies",
    "gaps",
    "presence",
    "launches",
    "frontier",
    "risk",
    "forecast",
    "slips",
    "notes",
]


def document(replicas: int = 30, known: date | None = None) -> dict[str, Any]:
    programme, assembled = shipped(known)
    risks = flat_risks(assembled.keys, assembled.calendar.months, replicas, 0.002)
    return decisions_document(assembled, programme, risks, 1, np.arange(replicas))


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return document()


def test_the_document_has_its_parts_and_no_number_that_is_none(told: dict[str, Any]) -> None:
    assert list(told) == KEYS
    json.dumps(told, allow_nan=False)
    assert told["as_of"] == "2026-04-25"
    assert [one["key"] for one in told["policies"]] == list(shipped()[0].policy)


def test_shares_by_year_add_up_to_the_share(told: dict[str, Any]) -> None:
    for one in told["policies"]:
        if one["act"] != "guard":
            assert sum(share for _, share in one["by_year"]) == pytest.approx(
                one["share"], abs=1e-4
            )
            assert set(one["used"]) == {
                "crewed_flights",
                "cargo_flights",
                "module_launches",
                "seats",
            }
    launch = told["launches"][0]
    assert launch["module"] == "nem"
    assert launch["station"] == "ros"
    assert launch["told_by"] in shipped()[0].statement


def test_bands_rise_and_dates_beyond_the_span_are_null(told: dict[str, Any]) -> None:
    bands = [one["dates"] for one in told["launches"] + told["policies"]]
    bands += [one["band"] for one in told["forecast"]]
    for band in bands:
        days = [day for day in band.values() if day is not None]
        assert days == sorted(days)
        assert all(day <= "2040-12-31" for day in days)


def test_forecasts_name_what_is_announced(told: dict[str, Any]) -> None:
    rows = {(one["quantity"], one["station"]): one for one in told["forecast"]}
    assert {"leave", "notice", "end", "first launch", "first crew", "separation"} == {
        quantity for quantity, _ in rows
    }
    first = rows["first launch", "ros"]
    assert first["announced"] == "2028-12-10"
    assert first["told_by"] == "s072"
    chances = [chance for _, chance in first["chance_by"]]
    assert chances == sorted(chances)


def test_people_are_aboard_until_they_go_and_come_back_on_the_own_station(
    told: dict[str, Any],
) -> None:
    ours = {one["partner"]: one for one in told["presence"]}["roscosmos"]
    month = ours["months"].index
    assert ours["share"][month("2025-06")] == 1.0
    assert ours["by_station"]["iss"][month("2030-08")] == 0.0
    assert max(ours["by_station"]["ros"][month("2033-01") :]) > 0.2
    assert max(ours["by_station"]["ros"][: month("2030-07")]) == 0.0


def test_replicas_that_had_lost_a_station_by_the_day_of_knowledge_are_left_out() -> None:
    programme, assembled = shipped()
    risks = flat_risks(assembled.keys, assembled.calendar.months, 10, 0.002)
    risks.lost_month["iss"][:4] = 5
    there = still_there(assembled, programme, risks)
    assert there.tolist() == [False] * 4 + [True] * 6
    assert with_rows(risks, there).replicas == 6
    found = decisions_document(assembled, programme, risks, 1, np.arange(10))
    assert found["replicas"] == 6
    assert any("6 of 10" in note for note in found["notes"])


def test_the_same_run_gives_the_same_bytes_and_no_policies_give_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, assembled = shipped()
    risks = flat_risks(assembled.keys, assembled.calendar.months, 8, 0.002)
    monkeypatch.setattr(summary, "outcomes", lambda *given: None)
    monkeypatch.setattr(summary, "fly_staying", lambda *given, **more: None)
    monkeypatch.setattr(summary, "risks", lambda *given: risks)
    prepared: Any = SimpleNamespace(assembled=assembled)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_decisions(prepared, tmp_path / name, programme, 1, 8, print)
    first = (tmp_path / "a" / "decisions.json").read_bytes()
    assert first == (tmp_path / "b" / "decisions.json").read_bytes()
    (tmp_path / "c").mkdir()
    none = programme.model_copy(update={"policy": {}})
    write_decisions(prepared, tmp_path / "c", none, 1, 8, print)
    assert not list((tmp_path / "c").iterdir())


def test_a_past_day_makes_a_forecast_from_words() -> None:
    told = document(20, date(2021, 4, 23))
    rows = {(one["quantity"], one["station"]): one for one in told["forecast"]}
    assert rows["first launch", "ros"]["announced"] is not None
    assert [one["module"] for one in told["launches"]] == ["ros-first-module"]
    assert "roscosmos" in {one["partner"] for one in told["presence"]}


def test_a_forecast_stands_beside_the_words_of_its_own_partner() -> None:
    day = date(2022, 7, 26)
    programme, assembled = shipped(day)
    own = programme.statement["s040"]
    other = own.model_copy(update={"partner": "nasa", "not_before": date(2031, 1, 1)})
    programme = programme.model_copy(update={"statement": {"a": other, **programme.statement}})
    risks = flat_risks(assembled.keys, assembled.calendar.months, 5, 0.002)
    told = decisions_document(assembled, programme, risks, 1, np.arange(5))
    (leave,) = [one for one in told["forecast"] if one["quantity"] == "leave"]
    assert (leave["announced"], leave["told_by"]) == ("2025-01-01", "s040")
