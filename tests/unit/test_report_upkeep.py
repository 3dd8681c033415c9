"""Upkeep in the report, on invented results: chances, leaks, functions, chains, the matrix."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import beta

from stationkeeper.errors import InputError
from stationkeeper.lifetime import tally_upkeep, upkeep_summary
from stationkeeper.report import (
    source,
    upkeep_chains,
    upkeep_equipment,
    upkeep_events,
    upkeep_functions,
    upkeep_leaks,
    upkeep_matrix,
    upkeep_risks,
    upkeep_sections,
    upkeep_withdrawal,
)
from stationkeeper.report.evidence import Evidence
from stationkeeper.report.page import page
from stationkeeper.report.source import Run, read_run
from stationkeeper.report.upkeep_source import Chance, chance_text, replica_years
from stationkeeper.report.words import answer
from tests.report_folder import build_folder

REPLICAS = 100
CAUSES = ("collision with a tracked object", "function air", "module iss-core")
HYPOTHESES = ("welds", "vibration")


def upkeep_data(data: xr.Dataset) -> xr.Dataset:
    """Return the results with upkeep: in the first years of the first station, much happens."""
    stations, years, months = (data.sizes[name] for name in ("station", "year", "month"))
    modules = data.sizes["module"]
    by_year = np.zeros((stations, years))
    there = by_year.copy()
    there[0, :4] = (1.0, 1.0, 0.9, 0.8)
    there[1, 5:] = 1.0
    evacuation = np.zeros((stations, len(CAUSES), years))
    evacuation[0, 1, 0], evacuation[0, 2, 1] = 0.05, 0.02
    lost = np.zeros_like(evacuation)
    lost[0, 2, 1], lost[0, 2, 2] = 0.10, 10 / 90
    crew = np.zeros_like(evacuation)
    penetrations = np.zeros((stations, modules, years))
    penetrations[0, 0, :3] = (0.04, 0.2, 0.3)
    beyond = np.zeros((stations, len(HYPOTHESES), years))
    beyond[0, 0, 0], beyond[0, 1, 0] = 0.2, 0.6
    leak = np.full((stations, months, 5), np.nan)
    leak[0, :48] = (0.1, 0.2, 0.3, 0.4, 0.5)
    down = np.zeros((2, months))
    down[1] = 0.5
    ages = np.full((stations, 2, months), np.nan)
    ages[0] = np.arange(months) / 12.0
    broke = np.zeros((stations, 2, years))
    broke[0, 0] = 0.7
    station_year = ("station", "year")
    by_cause = ("station", "cause", "year")
    return data.assign(
        leak_kg_d=(("station", "month", "quantile"), leak),
        function_down=(("function", "month"), down),
        function_station=("function", np.array(["iss", "iss"], object)),
        failures=(("station", "group", "year"), broke),
        group_age_years=(("station", "group", "month"), ages),
        station_years=(station_year, there),
        penetrations=(("station", "module", "year"), penetrations),
        penetration_chance=(station_year, penetrations.sum(axis=1)),
        leaks_begun=(
            ("station", "module", "hypothesis", "year"),
            np.ones((stations, modules, len(HYPOTHESES), years)),
        ),
        leak_beyond_chance=(("station", "module", "year"), np.zeros((stations, modules, years))),
        leak_beyond_station_chance=(("station", "hypothesis", "year"), beyond),
        hypothesis_share=(("station", "hypothesis"), np.full((stations, 2), (0.75, 0.25))),
        evacuation_chance=(by_cause, evacuation),
        station_lost_chance=(by_cause, lost),
        crew_lost_chance=(by_cause, crew),
    ).assign_coords(
        cause=list(CAUSES),
        hypothesis=list(HYPOTHESES),
        group=["gyros", "pumps"],
        function=["air", "power"],
    )


def rows_of_replicas() -> pd.DataFrame:
    """Return events: ten replicas lose air after their store, ten are struck, one is neither."""
    rows: list[tuple[int, str, str, str]] = []
    for replica in range(REPLICAS):
        rows.append((replica, "iss", "begins at altitude", "2021-01-01"))
        if replica < 10:
            rows += [
                (replica, "iss", "store runs short: gas", "2021-06-01"),
                (replica, "iss", "function lost: air", "2021-06-01"),
                (replica, "iss", "people leave early: function air", "2021-06-01"),
            ]
        elif replica < 20:
            rows += [
                (replica, "iss", "hull penetrated: module iss-core", "2022-03-01"),
                (replica, "iss", "station lost: module iss-core", "2022-03-01"),
                # After the end, and long before it: part of no chain.
                (replica, "iss", "collision", "2023-03-01"),
                (replica, "iss", "leak beyond the limit: iss-core", "2021-02-01"),
            ]
        elif replica == 20:
            rows += [
                (replica, "iss", "hull penetrated: module iss-core", "2021-05-01"),
                (replica, "iss", "people without a seat home: ship soyuz", "2022-05-01"),
            ]
    table = pd.DataFrame(rows, columns=["replica", "station", "event", "date"])
    table["date"] = pd.to_datetime(table["date"]).dt.date
    table["value"], table["unit"] = 1.0, "1"
    return table.astype({"station": "category", "event": "category"})


def node(key: str, partner: str | None = None) -> dict[str, Any]:
    kind, _, name = key.partition("/")
    return {"key": key, "kind": kind, "title": name, "partner": partner}


def upkeep_document() -> dict[str, Any]:
    """Return what a run says beside its table."""
    nodes = [
        node("function/air"),
        node("function/power"),
        node("provider/air/fans", "north"),
        node("provider/power/arrays", "west"),
        node("store/gas"),
    ]
    edges = [
        {"source": "provider/air/fans", "target": "function/air", "kind": "provides"},
        {"source": "provider/power/arrays", "target": "function/power", "kind": "provides"},
        {"source": "function/power", "target": "provider/air/fans", "kind": "needs"},
        {"source": "store/gas", "target": "function/air", "kind": "bridges"},
    ]
    weights = {name: [0.6, 0.4] for name in ("1:1", "1:3", "3:1")}
    leaks = {
        "hypotheses": {
            "names": list(HYPOTHESES),
            "prior": weights,
            "posterior_by_record": weights,
            "posterior_with_held": weights,
            "bayes_factor": 2.32,
            "log_error": 0.17,
            "text": "the data do not tell them apart",
        },
        "fits": [
            {
                "station": "iss",
                "observations": [
                    {
                        "date": "2021-09-15",
                        "kind": kind,
                        "scope": "station",
                        "value": 0.27,
                        "log_sigma": 0.2,
                    }
                    for kind in ("rate", "below", "decay")
                ],
                "repairs": ["2021-11-01"],
                "until": "2022-01-01",
                "parameters": {"births_per_year": [0.5, 1.0, 2.0]},
                "effective": 451.0,
            }
        ],
        "forecast": {
            "module": "iss-core",
            "month": ["2021-10", "2021-12", "2022-06"],
            "kg_per_day": [[0.1, 0.1, 0.0], [0.2, 0.2, 0.4], [0.3, 0.5, 0.9]],
            "until": "2022-01-01",
        },
        "modules": [
            {
                "module": "iss-core",
                "what": "first leak",
                "chance_over_run": 0.3,
                "low_over_run": 0.0,
                "high_over_run": 0.9,
                "identifiable": False,
                "text": "not identifiable from public data: too wide",
            }
        ],
        "notes": ["No hull is described, so no leak is modelled: iss-core."],
    }
    particles = {
        "targets": [
            {
                "name": "module iss-core",
                "kind": "module",
                "per_year": 0.02,
                "hole_mm": [6.0, 14.0, 30.0],
            }
        ],
        "factor": {"after_mean": 0.5},
    }
    graph = {"nodes": nodes, "edges": edges}
    return {"stations": {"iss": {"leaks": leaks, "particles": particles, "graph": graph}}}


def withdrawal_document() -> dict[str, Any]:
    def row(title: str, needed_by: str, **rest: Any) -> dict[str, Any]:
        told = {
            "title": title,
            "needed_by": needed_by,
            "lost": True,
            "days": [0.0, 0.0, 0.0],
            "limited_by": "nothing bridges it",
            "back_in_days": None,
            "share_felt": 1.0,
            "in_place_first": [],
        }
        return {**told, **rest}

    functions = [
        row("Ports", "work"),
        row("Air", "crew", days=[90.0, 108.0, 120.0], limited_by="gas"),
        row("Orbit", "work", days=[500.0, 662.0, 852.0], limited_by="the fall to 200 km"),
        row("Power", "crew", lost=False, in_place_first=["iss-core: command by west, or north"]),
    ]
    return {
        "rows": [
            {
                "partner": "north",
                "station": "iss",
                "date": "2025-01-01",
                "mode": "shut",
                "functions": functions,
            }
        ]
    }


def build(folder: Path) -> Path:
    build_folder(folder, stays=3)
    with xr.open_dataset(folder / "ensemble.nc", engine="h5netcdf") as opened:
        data = upkeep_data(opened.load())
    data.attrs["replicas"] = REPLICAS
    (folder / "ensemble.nc").unlink()
    data.to_netcdf(folder / "ensemble.nc", engine="h5netcdf")
    rows_of_replicas().to_parquet(folder / "replicas" / "chunk-00000.parquet")
    (folder / "upkeep.json").write_text(json.dumps(upkeep_document()))
    (folder / "withdrawals.json").write_text(json.dumps(withdrawal_document()))
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(build(tmp_path_factory.mktemp("upkeep")))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_band_of_a_chance_is_the_exact_one() -> None:
    low, high = Chance(7, 250).band
    assert low == pytest.approx(beta.ppf(0.05, 7, 244), rel=1e-9)
    assert high == pytest.approx(beta.ppf(0.95, 8, 243), rel=1e-9)


def test_a_chance_of_which_nothing_was_seen_is_never_zero() -> None:
    said = plain(chance_text(Chance(0, 380)))
    assert said.startswith("< 1/380 (none in 380 replica-years; 95 % bound 0.79 %")
    assert Chance(0, 380).band[1] == pytest.approx(1 - 0.05 ** (1 / 380))


def test_counts_come_back_from_shares(run: Run) -> None:
    assert replica_years(run, "iss")[:5].tolist() == [100, 100, 90, 80, 0]
    lost = upkeep_risks.yearly(run, "iss", "station")
    assert [(one.count, one.of) for one in lost[:4]] == [(0, 100), (10, 100), (10, 90), (0, 80)]
    assert upkeep_risks.pooled(run, "iss", "station") == Chance(20, 370)
    assert upkeep_risks.pooled(run, "ros", "station").count == 0


def test_the_chance_of_a_leak_is_over_both_hypotheses(run: Run) -> None:
    first = upkeep_risks.yearly(run, "iss", "leak")[0]
    assert first == Chance(30, 100)  # 0.75 * 0.2 + 0.25 * 0.6


def test_causes_are_ranked_by_what_they_lead_to(run: Run) -> None:
    found = upkeep_risks.caused(run, "iss")
    assert list(found) == ["module iss-core", "function air"]
    assert found["module iss-core"]["station"].count == 20
    assert found["module iss-core"]["penetration"].count == 4 + 20 + 27
    assert found["function air"]["evacuation"].count == 5


def test_the_shares_of_the_hypotheses_add_up(run: Run) -> None:
    text = plain(upkeep_risks.tables(run))
    assert "50 %</td></tr>" in text  # 0.75 * 0.2 beside 0.25 * 0.6: half and half


def test_the_answer_tells_the_chances_over_the_span_and_the_withdrawal(run: Run) -> None:
    said = plain(" ".join(answer(run)))
    assert "people leave early in 10 % (5.5–16 %) of the replicas that have it" in said
    assert "it is lost in 10 % (5.5–16 %)" in said
    assert "people are lost in < 1/100 (none in 100 replicas; 95 % bound 3.0 %)" in said
    assert "North leaves International Space Station on 2025-01-01" in said
    assert "Air, felt after 108 d (90–120 d)" in said
    assert "at 200 km after 662 d (500–852 d)" in said


def test_leaks_say_what_the_data_do_not_tell(run: Run) -> None:
    assert "the data do not tell them apart" in " ".join(upkeep_leaks.sentences(run))
    text = upkeep_leaks.tables(run)
    assert "<td>not identifiable from public data</td><td>–</td>" in text


def test_an_unknown_reader_sees_names_and_not_keys(run: Run) -> None:
    assert (
        upkeep_withdrawal.named(run, "iss-core: command by west, or north")
        == "International Space Station: core: command by West, or North"
    )


def test_functions_stand_right_of_what_they_need(run: Run) -> None:
    graph = upkeep_document()["stations"]["iss"]["graph"]
    found = {box.key: box for box in upkeep_functions.boxes(graph, {"air": "crew"})}
    assert (found["power"].column, found["air"].column) == (0, 1)
    assert found["air"].stores == ("gas",)
    colours = upkeep_functions.partner_colours(run, list(found["air"].ways + found["power"].ways))
    assert len(set(colours.values())) == 2


def test_a_chain_holds_what_came_before_its_end(run: Run) -> None:
    found = upkeep_chains.chains(run, "iss")
    assert found is not None
    assert found.events == (
        "function lost: air",
        "hull penetrated: module iss-core",
        "store runs short: gas",
    )
    assert found.lost.sum() == 20
    sets = found.sets()
    members = {
        tuple(np.array(found.events)[member]): share
        for member, share in zip(sets.member, sets.share, strict=True)
    }
    assert members == {
        ("function lost: air", "store runs short: gas"): 0.5,
        ("hull penetrated: module iss-core",): 0.5,
    }
    hull = found.events.index("hull penetrated: module iss-core")
    assert found.weights(sets).fussell_vesely[hull] == pytest.approx(0.5)
    # One more was struck in the days compared, and lived.
    alone = [list(member).index(True) for member in sets.member if member.sum() == 1]
    assert alone == [hull]
    assert sets.sufficient[sets.member.sum(axis=1) == 1] == pytest.approx(10 / 11)
    assert upkeep_chains.chains(run, "ros") is None


def test_the_closed_form_is_rate_times_what_follows(run: Run) -> None:
    after = upkeep_chains.after_a_penetration(run, "station_lost_chance", {"iss-core"})
    assert after == Chance(20, 51)
    text = plain(upkeep_chains.tables(run))
    assert "20 and 0 of 51" in text
    assert f"{100 * 0.01 * 20 / 51:.2f} %" in text


def test_risks_lie_in_the_bins_of_the_user(run: Run) -> None:
    found = upkeep_matrix.risks(run, "iss")
    said = {(one.cause, one.what): one for one in found}
    assert said["ship soyuz", "seat"].chance == Chance(1, 370)
    placed = upkeep_matrix.matrix(run, "iss", found)
    at = found.index(said["module iss-core", "station"])  # 5.4 % a year
    assert (placed.likelihood[at], placed.consequence[at]) == (4, 4)
    assert placed.share.sum(axis=(1, 2)) == pytest.approx(1.0)


def test_ages_end_with_the_station(run: Run) -> None:
    ages = upkeep_equipment.ages(run, "iss")
    assert ages[0, 0] == pytest.approx(11 / 12)
    assert np.isnan(ages[0, 4:]).all()


def test_every_section_is_drawn_and_said(run: Run) -> None:
    drawn = upkeep_sections.pictures(run)
    assert [(one.key, one.png is not None) for one in drawn] == [
        ("risks", True),
        ("matrix", True),
        ("chains", False),
        ("leaks", True),
        ("equipment", True),
        ("functions", True),
        ("functions-down", True),
        ("withdrawal", False),
        ("sensitivity", False),
    ]
    text = page(run, drawn, Evidence(rows=()))
    for one in drawn:
        assert f'id="{one.key}"' in text
        assert one.alt or one.png is None


def test_a_run_from_before_upkeep_has_no_such_section(tmp_path: Path) -> None:
    old = read_run(build_folder(tmp_path / "old", stays=3))
    assert upkeep_sections.pictures(old) == []
    assert "over the span" not in " ".join(answer(old))


def test_a_run_without_its_documents_still_says_what_it_counted(run: Run, tmp_path: Path) -> None:
    bare = replace(run, folder=tmp_path)
    drawn = {one.key: one for one in upkeep_sections.pictures(bare)}
    assert drawn["risks"].png is not None
    assert drawn["functions"].png is None
    assert "withdrawal" not in drawn
    assert upkeep_chains.chains(bare, "iss") is None
    assert page(bare, list(drawn.values()), Evidence(rows=()))


def test_a_broken_document_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "upkeep.json").write_text("{")
    with pytest.raises(InputError, match=r"upkeep\.json: cannot be read .* fly the run again"):
        _ = replace(run, folder=tmp_path).upkeep


def test_files_and_events_are_called_as_the_run_calls_them() -> None:
    assert (upkeep_summary.UPKEEP, upkeep_summary.WITHDRAWALS) == (
        source.UPKEEP,
        source.WITHDRAWALS,
    )
    words = {text for text, _ in tally_upkeep.WORDS.values()}
    wanted = {*upkeep_events.PRECEDING, upkeep_events.LEFT, upkeep_events.LOST}
    assert {*wanted, upkeep_events.CREW_LOST} <= words
    from stationkeeper.lifetime import loss_table

    assert upkeep_withdrawal._FALL == loss_table.FALL
