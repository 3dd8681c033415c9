"""The document of words and deeds that a run leaves."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from stationkeeper.lifetime import words_findings
from stationkeeper.lifetime.words import WORDS, words_document, write_words
from stationkeeper.lifetime.words_findings import Evidence, finding, wilson_band
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.results.folder import RunFolder

KEYS = {
    "as_of", "statements", "clocks", "commitments", "arrangements", "obligations", "cooperation",
    "deeds", "access",
}  # fmt: skip


@cache
def shipped(day: str | None = None) -> Programme:
    return read_programme("iss-to-ros", as_known=date.fromisoformat(day) if day else None)


@pytest.fixture(autouse=True)
def no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dose tables take seconds to make; two rates stand for them here."""

    def rates(*_: Any, **__: Any) -> Any:
        class Series:
            gcr_equivalent = np.array([2e-9, 1e-9])
            trapped_equivalent = np.array([3e-9, 1e-9])

        return Series()

    monkeypatch.setattr(words_findings, "_rates", lambda inclination: inclination)
    monkeypatch.setattr(words_findings, "dose_rates", rates)


def results(replicas: int = 100) -> xr.Dataset:
    """Return a run of 2021 and 2022 with round figures."""
    stations, causes, years = ["iss", "ros"], ["a", "b"], [2021, 2022]
    chance = np.zeros((2, 2, 2))
    chance[0, :, 0] = 0.03, 0.07
    groups = [
        key
        for key, group in shipped().equipment.items()
        if shipped().module[group.module].partner in ("roscosmos", "nasa")
    ]
    failures = np.zeros((2, len(groups), 2))
    failures[0, :, 0] = [
        1.0 if shipped().module[shipped().equipment[key].module].partner == "roscosmos" else 100.0
        for key in groups
    ]
    return xr.Dataset(
        {
            "evacuation_chance": (("station", "cause", "year"), chance),
            "crew_lost_chance": (("station", "cause", "year"), 0 * chance),
            "station_lost_chance": (("station", "cause", "year"), np.nan * chance),
            "penetration_chance": (("station", "year"), chance[:, 0]),
            "failures": (("station", "group", "year"), failures),
        },
        coords={"station": stations, "cause": causes, "year": years, "group": groups},
        attrs={"replicas": replicas},
    )


def found(key: str, topic: Any, table: xr.Dataset | None = None) -> words_findings.Finding:
    return finding(Evidence(shipped(), None, table), shipped().statement[key], topic)


def test_the_document_has_its_parts_and_is_plain_data() -> None:
    told = words_document(shipped(), None, results())
    assert set(told) == KEYS
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    flown = [one.launched for one in shipped().flight.values() if one.status != "planned"]
    flown += [one.launched for one in shipped().crew.values() if one.status != "planned"]
    assert told["as_of"] == max(flown).isoformat()
    assert len(told["statements"]) == len(shipped().statement)
    days = [one["date"] for one in told["statements"]]
    assert days == sorted(days)


def test_as_known_only_what_was_said_by_then_is_in_it() -> None:
    told = words_document(shipped("2022-07-26"), None, None)
    assert told["as_of"] == "2022-07-26"
    assert max(one["known_on"] for one in told["statements"]) <= "2022-07-26"
    (clock,) = [one for one in told["clocks"] if one["partner"] == "roscosmos"]
    assert (clock["given"], clock["no_notice_as_of"], clock["told_by"]) == (
        None,
        "2022-07-26",
        "s042",
    )
    assert {one["until"] for one in told["commitments"] if one["partner"] == "roscosmos"} == {
        "2020-12-31",
        "2024-12-31",
    }


def test_what_was_replaced_holds_no_more() -> None:
    holds = {
        one["key"]: one["holds"] for one in words_document(shipped(), None, None)["statements"]
    }
    assert not holds["s040"]
    assert not holds["s021"]
    assert holds["s057"]
    assert holds["s072"]
    before = words_document(shipped("2022-07-26"), None, None)["statements"]
    assert {one["key"]: one["holds"] for one in before}["s040"]


def test_deeds_after_the_day_are_planned() -> None:
    told = words_document(shipped(), None, None)
    for deed in told["deeds"]:
        assert deed.get("planned", False) == (deed["date"] > told["as_of"])
    whats = [deed["what"] for deed in told["deeds"]]
    assert "docking: Nauka" in whats
    assert any(what.startswith("separation to Russian Orbital Station") for what in whats)


def test_a_withdrawal_is_a_planned_deed() -> None:
    programme = read_programme(
        "iss-to-ros",
        settings=["withdraw.roscosmos.date=2028-01-01", "withdraw.roscosmos.mode='shut'"],
    )
    (deed,) = [
        d for d in words_document(programme, None, None)["deeds"] if "withdrawal" in d["what"]
    ]
    assert deed == {
        "date": "2028-01-01",
        "what": "withdrawal: Roscosmos",
        "station": None,
        "partner": "roscosmos",
        "planned": True,
    }


def test_ages_are_those_of_the_partners_modules_on_the_day() -> None:
    told = found("s021", "age")
    assert told.text is not None
    assert told.text.startswith("on 2021-04-18 5 modules that they operate were there")
    oldest = told.figures[0]
    assert oldest["name"].startswith("age of Zarya")
    assert oldest["value"] == pytest.approx((date(2021, 4, 18) - date(1998, 11, 20)).days / 365.25)
    assert not any("Destiny" in figure["name"] for figure in told.figures)
    ages = [figure["value"] for figure in told.figures]
    assert ages == sorted(ages, reverse=True)


def test_modules_beyond_their_design_life_are_counted() -> None:
    day, told = date(2021, 4, 18), found("s021", "age")
    lives = [
        (module.launched, module.design_life_years)
        for key, module in shipped().module.items()
        if module.partner == "roscosmos" and module.launched is not None
        and module.launched < day and module.design_life_years is not None
        and any(key in one.modules and one.station == "iss" for one in shipped().event.values())
    ]  # fmt: skip
    over = sum((day - launched).days / 365.25 > life for launched, life in lives)
    assert 0 < over < len(lives)
    assert (told.text or "").endswith(f"design life of the document: {over} of {len(lives)}")


def test_no_failures_are_told_of_a_partner_without_listed_units() -> None:
    bare = results().sel(group=[])
    told = found("s021", "malfunctions", bare)
    assert told.figures == ()
    assert "lists no unit of theirs" in (told.text or "")


def test_the_leak_beside_a_word_on_condition_is_the_last_told_by_then() -> None:
    told = found("s044", "condition")
    (leak,) = [figure for figure in told.figures if figure["unit"] == "kg/d"]
    days = [
        leak.date
        for leak in shipped().leak.values()
        if leak.kind == "rate"
        and leak.station == "iss"
        and (leak.known_on or leak.date) <= date(2022, 7, 29)
    ]
    assert max(days).isoformat() in leak["name"]
    early = finding(
        Evidence(shipped(), None, None),
        shipped().statement["s044"].model_copy(update={"date": date(1999, 1, 1)}),
        "condition",
    )
    assert "no rate of air lost is told by then" in (early.text or "")


def test_chances_are_those_of_the_year_with_the_band_of_sampling() -> None:
    told = found("s021", "safety", results())
    chance = told.figures[0]
    assert chance["value"] == pytest.approx(0.1)
    assert (chance["low"], chance["high"]) == pytest.approx(wilson_band(0.1, 100), abs=1e-6)
    assert "100 replicas" in chance["from"]
    assert [figure["value"] for figure in told.figures[1:]] == [0, 0, 0.03]
    assert found("s021", "safety", None).text == "the run does not cover 2021"
    later = results().assign_coords(year=[2031, 2032])
    assert found("s021", "safety", later).figures == ()


def test_failures_are_those_of_the_partners_equipment() -> None:
    (figure,) = found("s021", "malfunctions", results()).figures
    own = [
        key
        for key, group in shipped().equipment.items()
        if shipped().module[group.module].partner == "roscosmos"
    ]
    assert figure["value"] == len(own)


def test_doses_stand_for_both_orbits() -> None:
    told = found("s024", "radiation")
    assert [figure["value"] for figure in told.figures] == pytest.approx([0.3024, 0.3024])
    assert told.figures[0]["low"] < told.figures[0]["high"]


@pytest.mark.parametrize(
    ("key", "topic"), [("s025", "sanctions"), ("s009", "cost"), ("s074", "cooperation")]
)
def test_no_model_bears_on_other_reasons(key: str, topic: str) -> None:
    assert found(key, topic, results()) == words_findings.Finding(None, ())


def test_bands_of_a_chance_hold_it_and_narrow_with_the_replicas() -> None:
    for share in (0.0, 0.02, 0.5, 1.0):
        wide, narrow = wilson_band(share, 50), wilson_band(share, 5_000)
        assert 0 <= wide[0] <= narrow[0] <= share <= narrow[1] <= wide[1] <= 1


def test_it_is_written_only_where_there_are_words(tmp_path: Path) -> None:
    write_words(shipped("2014-05-20"), RunFolder(tmp_path), None, None)
    first = (tmp_path / WORDS).read_bytes()
    write_words(shipped("2014-05-20"), RunFolder(tmp_path), None, None)
    assert (tmp_path / WORDS).read_bytes() == first
    assert set(json.loads(first)) == KEYS
    (tmp_path / WORDS).unlink()
    write_words(read_programme("mir"), RunFolder(tmp_path), None, None)
    assert not (tmp_path / WORDS).exists()
