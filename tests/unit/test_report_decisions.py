"""Decisions, frontier, handover, slips and outcome in the report, on a document made by hand."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from stationkeeper.report import (
    decision_dates,
    decision_frontier,
    decision_gaps,
    outcome,
    outcome_figure,
    slip_figure,
    words_sections,
)
from stationkeeper.report.evidence import Evidence
from stationkeeper.report.page import page
from stationkeeper.report.source import Run, read_run
from stationkeeper.report.words import answer
from stationkeeper.report.words_source import date_band, day
from tests.report_documents import made_document, plain, run_with

KEYS = ["decisions", "frontier", "risk-by-month", "handover", "slips", "launches"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("decisions") / "run"


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return run_with(folder, decisions=made_document("decisions"))


def test_a_quantile_that_is_not_reached_lies_after_the_span() -> None:
    band = date_band({"q05": "2030-02-01", "q50": "2033-01-01", "q95": None})
    assert band.text() == "2033-01 (2030-02 to after the span)"
    assert date_band({}).text() == "after the span"
    assert not date_band(None).known


def test_guards_do_not_act(run: Run) -> None:
    assert [one["key"] for one in decision_dates.acting(run)] == ["go", "stop"]
    text = plain(decision_dates.tables(run))
    assert "home-first (other acts wait)" in text  # but has its row
    assert "for home-first in 10 %: 30 d" in text


def test_policies_say_when_they_act_and_what_they_risk(run: Run) -> None:
    go, stop = (plain(text) for text in decision_dates.sentences(run))
    assert go == (
        "go (leave), North, International Space Station: acts in 60 % of the replicas, 2033-01 "
        "(2030-02 to after the span). Chance accumulated until then: station lost 3.1 %."
    )
    assert stop.endswith("acts in 0 % of the replicas.")
    text = plain(decision_dates.tables(run))
    assert "station lost 3.1 % 1.0–6.0" in text
    assert "crewed flights 12 8.0–16" in text
    assert "yearly_risk_at_most = 0.02" in text
    assert "Physical tables follow the plan." in text


def test_the_short_answer_names_the_leave_and_the_gap(run: Run) -> None:
    said = [plain(text) for text in answer(run)]
    assert any(
        text == "By the policies: North leaves International Space Station in 60 % of the "
        "replicas, 2033-01 (2030-02 to after the span); stop ends International Space Station in "
        "no replica within the span."
        for text in said
    )
    assert any(
        "without a station for 100 d (0–2 000 d), without people aboard for –" in text
        for text in said
    )
    assert said[-1].startswith("Assumed:")


def test_points_without_a_place_are_left_out_of_the_frontier(run: Run) -> None:
    drawn = decision_frontier.picture(run)
    assert drawn.png is not None
    assert "3 limits from 0.10 % to 10 %; on the front: 0.10 %, 1.0 %" in drawn.alt
    text = plain(decision_frontier.tables(run))
    assert "10 after the span after the span after the span 9.0 % 1 200 0–1 500" in text
    assert decision_frontier.tables(run).count('class="front"') == 2


def test_bands_of_a_gap_reach_from_low_to_high_and_say_where_they_leave_the_span(run: Run) -> None:
    axes = Figure().add_subplot()
    (one,) = run.decided["frontier"]
    decision_frontier._panel(axes, one)
    (bars,) = [found for found in axes.collections if isinstance(found, LineCollection)]
    ends = [tuple(part[:, 0]) for part in bars.get_segments()]
    arrows = next(line for line in axes.lines if line.get_marker() == ">")
    assert ends[0] == (1000.0, 3300.0)
    assert ends[2] == (0.0, 1500.0)
    assert ends[1][1] > 3300.0  # no quantile of 95 % within the span
    assert list(arrows.get_xdata()) == [ends[1][1]]
    assert "Left out: 1 limit whose" in decision_frontier.picture(run).caption
    assert "0–beyond the span" in plain(decision_frontier.tables(run))


def test_a_band_that_is_open_is_drawn_to_the_end_of_the_axis() -> None:
    axes = Figure().add_subplot()
    band = date_band({"q05": "2026-01-01", "q25": "2027-01-01", "q50": None, "q75": None})
    decision_dates.band_line(axes, band, 0.0, "#000000", day("2040-12-31") or 0.0)
    thin = axes.lines[0]
    assert list(thin.get_xdata()) == [day("2026-01-01"), day("2040-12-31")]


def test_risk_names_its_first_and_last_month(run: Run) -> None:
    drawn = decision_frontier.risk_picture(run)
    assert "1.0 % a year in 2030-11, 1.2 % in 2031-01" in drawn.alt
    assert "Dashed, after 2030-12" in drawn.caption
    assert "Russian Orbital Station" not in drawn.alt  # it has no numbers


def test_a_handover_says_its_gaps(run: Run) -> None:
    text = plain(decision_gaps.tables(run))
    assert "power: 90 d (0–800 d)" in text
    assert "toilets" not in text
    assert "2030-12 2028-12 to 2030-12" in text
    assert "people aboard in the fewest replicas in 2030-12, 40 %" in decision_gaps.picture(run).alt


def test_slips_tell_flown_from_not_yet_flown(run: Run) -> None:
    drawn = slip_figure.picture(run)
    assert "2 announced launches that flew; triangles: 1" in drawn.caption
    assert "of 2 elements" in drawn.caption
    assert "at a lead of 365 days the middle slip is 140 days (0 to 1 000)" in plain(drawn.alt)
    assert "Left out: 1 whose announced day has not come." in drawn.caption
    text = plain(slip_figure.launch_tables(run))
    assert "2028-12-31 w05 2.7 2031-06 2029-01 to after the span 2029: 10 %, 2031: 40 %" in text


def test_every_section_is_drawn_and_said(run: Run) -> None:
    drawn = words_sections.pictures(run)
    assert [one.key for one in drawn] == KEYS
    for one in drawn:
        assert one.png is not None
        assert one.alt
        assert one.caption
    text = page(run, drawn, Evidence(rows=()))
    assert all(f'id="{key}"' in text for key in KEYS)


@pytest.fixture(scope="module")
def other(folder: Path) -> Path:
    return folder.parent / "other"


def without_numbers(value: Any) -> Any:
    """Return a document in which every number and date is absent, but not the words."""
    if isinstance(value, dict):
        return {key: without_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_numbers(inner) for inner in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return None
    return None if isinstance(value, str) and day(value) is not None else value


def test_a_document_of_nulls_is_drawn_or_said_to_be_empty(other: Path) -> None:
    whole = made_document("decisions")
    nothing = deepcopy(whole)
    for name in ("policies", "gaps", "launches", "frontier", "risk", "forecast"):
        nothing[name] = without_numbers(whole[name])
    for policy in nothing["policies"]:
        policy["by_year"] = []
    for launch in nothing["launches"]:
        launch["by_year"] = []
    for risk in nothing["risk"]:
        risk["months"] = ["2030-11"] * len(risk["yearly"])
    nothing["slips"] = {"pairs": [], "model": {}, "quantiles": []}
    found = run_with(other, decisions=nothing)
    drawn = {one.key: one for one in words_sections.pictures(found)}
    assert drawn["frontier"].png is None
    assert drawn["risk-by-month"].png is None
    assert drawn["slips"].png is None
    assert drawn["decisions"].png is not None
    assert page(found, list(drawn.values()), Evidence(rows=()))


def test_an_empty_document_says_what_is_missing(other: Path) -> None:
    found = run_with(other, decisions={"as_of": "2026-04-30", "replicas": 10, "policies": []})
    drawn = words_sections.pictures(found)
    assert [one.key for one in drawn] == KEYS
    assert all(one.png is None and one.caption.endswith(".") for one in drawn)
    assert words_sections.answer(found) == [""]


def as_known(run: Run, name: str = "iss-to-ros") -> Run:
    """Return the run as if it had been flown as known on 2021-04-23 under a shipped name."""
    known = run.programme.model_copy(update={"as_known": date(2021, 4, 23), "name": name})
    return replace(run, programme=known)


def test_a_forecast_stands_beside_what_followed(run: Run) -> None:
    before = as_known(run)
    record = outcome.whole_record("iss-to-ros")
    assert record is not None
    notice, leave = run.decided["forecast"]
    missed = outcome.followed(before, record, notice)
    assert missed is not None
    assert missed.when is None  # nobody has given one
    assert missed.inside(date_band(notice["band"])) is None  # and the band is not over
    left = outcome.followed(before, record, leave)
    assert left is not None
    assert left.when is None
    assert left.inside(date_band(leave["band"])) is False  # a miss stays a miss
    assert outcome.followed(before, record, {"quantity": "weather"}) is None
    text = plain(outcome.tables(before))
    assert "leave International Space Station 2025-01-01 w03 if approved 2025-01" in text
    assert f"not by {outcome.record_end(record)}" in text


def test_altitude_and_people_that_followed_are_drawn(run: Run) -> None:
    drawn = words_sections.pictures(as_known(run))[-1]
    assert drawn.key == "outcome"
    assert drawn.png is not None
    assert "flown samples of altitude after 2021-04-23" in drawn.alt
    assert "people aboard are off by" in drawn.alt


def test_the_share_in_the_band_is_counted(run: Run) -> None:
    before = as_known(run)
    wide = before.results.copy()
    wide["altitude_km"] = wide["altitude_km"] + np.array([-90.0, -50.0, 0.0, 50.0, 90.0])
    inside = outcome_figure.sentences(replace(before, results=wide))[0]
    assert plain(inside).startswith("International Space Station: 100 % of")


def test_leak_rates_that_followed_are_held_against_the_forecast(other: Path) -> None:
    run_with(other, decisions=made_document("decisions"))
    months = [f"{year}-{month:02d}" for year in range(2021, 2027) for month in range(1, 13)]
    bands = [[low] * len(months) for low in (1.05, 1.2, 1.5)]  # of rates 1.089, 1.678 and 1.12
    forecast = {"module": "zvezda", "month": months, "kg_per_day": bands, "until": "2021-04-23"}
    told = {"stations": {"iss": {"leaks": {"forecast": forecast}}}}
    (other / "upkeep.json").write_text(json.dumps(told), "utf-8")
    before = as_known(read_run(other))
    assert "International Space Station: 2 of 3 observed leak rates" in plain(
        " ".join(outcome_figure.sentences(before))
    )
    drawn = outcome_figure.picture(before)
    (other / "upkeep.json").unlink()
    assert drawn.png is not None
    assert "triangles: upper bounds" in drawn.caption


def test_without_a_shipped_programme_the_outcome_is_not_known(run: Run) -> None:
    drawn = words_sections.pictures(as_known(run, "made-up"))[-1]
    assert (drawn.key, drawn.png) == ("outcome", None)
    assert words_sections.before("outcome", as_known(run, "made-up")) == []
    assert "outcome" not in [one.key for one in words_sections.pictures(run)]
