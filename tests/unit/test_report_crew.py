"""Words, figures and page of a crew check and of a plan, from documents made by hand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.errors import InputError, StorageError
from stationkeeper.report import crew_check, crew_plan
from stationkeeper.report.crew_page import crew_text, write_crew_report
from stationkeeper.report.crew_plan_words import STATUS, flight_rows, plan_text
from stationkeeper.report.crew_words import (
    KINDS,
    documents,
    merged_spans,
    outcome,
    risk_spans,
    slip_lines,
    span_rows,
    year_rows,
    years_changed,
)
from stationkeeper.report.words import DISCLAIMER
from tests.crew_documents import (
    READINGS,
    SIDES,
    check_json,
    finding,
    flight_entry,
    plan_json,
    worth_json,
    write_folder,
    year_entry,
)
from tests.interfaces.test_report_page import HOSTILE, Page

PNG = b"\x89PNG"
LARGEST = 200_000  # bytes of a figure


def plain(text: str) -> str:
    """Return a text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def impossible() -> dict[str, Any]:
    return plan_json(
        status="impossible",
        flights=[],
        aboard=[],
        stages=[],
        conflicts=["soyuz-ms is grounded to the end", "the life of soyuz-ms-22 ends 2023-04-09"],
    )


# ---- words ----------------------------------------------------------------------------------


def test_shares_are_of_the_days_with_people() -> None:
    year = year_entry(2000, days=366, crewed=60, alone=30, kept=((15, 15), (0, 0)))
    row = [plain(cell) for cell in year_rows([year], SIDES)[0]]
    assert row == ["2000", "60", "25 %", "0 %", "50 %", "100 %"]


def test_the_second_reading_is_told_where_it_differs() -> None:
    row = [plain(cell) for cell in year_rows([check_json()["years"][1]], SIDES)[0]]
    assert row[2:4] == ["100 %", "55 % (B 49 %)"]


def test_only_years_that_the_exchange_changed_are_put_back() -> None:
    assert [year["year"] for year in years_changed(check_json())] == [2022, 2023]
    assert years_changed(check_json(without_exchange=None)) == []


def test_a_check_in_words_tells_years_readings_groundings_and_slips() -> None:
    text = plain(crew_text({"check": check_json()}))
    assert "International Space Station, 2020-01-01 to 2023-12-31" in text
    assert re.search(r"^2021 +365 +100 % +55 % \(B 49 %\) +0 % +100 %$", text, re.M)
    assert re.search(r"^2022 +365 +3 % +3 % +0 % +100 %$", text, re.M)
    assert "The same had no seats been exchanged (7 seats put back):" in text
    assert "In 2022–2023 7 seats were exchanged: Russian side >99 % as flown, 1 % had they" in text
    assert READINGS[0] in text
    assert re.search(r"^soyuz-ms +240 +50 %, else up to 90 days without +100 %$", text, re.M)
    assert "1 of 2 launches would leave a side empty" in text
    assert "crew-3: USOS side, 12 days" in text
    assert text.endswith(DISCLAIMER)
    assert max(map(len, text.split("\n\n")[1].splitlines())) <= 100


def test_a_check_without_people_says_so() -> None:
    empty = check_json(
        years=[year_entry(2020, crewed=0, kept=((0, 0), (0, 0)))],
        without_exchange=None,
        findings=[],
        counts={},
        groundings=[],
        slips=[],
    )
    text = crew_text({"check": empty})
    assert "Nobody is aboard in this span." in text
    assert "No day fails." in text


def test_a_station_that_is_visited_one_ship_at_a_time_has_no_picture(tmp_path: Path) -> None:
    year = year_entry(2028, crewed=14, alone=14, kept=((0, 0), (0, 0)))
    check = check_json(years=[year], without_exchange=None)
    assert "On all of them everybody depends on one and the same ship." in crew_text(
        {"check": check}
    )
    page = Page(write_crew_report(write_folder(tmp_path, check=check)).read_text("utf-8"))
    assert page.seen["img"] == 0
    assert risk_spans(check_json(years=[year], findings=[finding("loss-alone")]), "usos") == []


def test_slips_that_do_no_harm_are_told_in_one_line() -> None:
    harmless = {"flight": "a", "days": 30, "emptied": [], "days_lost": 0}
    assert slip_lines(check_json(slips=[harmless, harmless])) == [
        "One launch 30 days late: no side would be empty (2 launches tried)."
    ]


def test_spans_of_the_same_days_and_ship_are_one_line() -> None:
    both = [finding(side=side, reading=reading) for side in SIDES for reading in READINGS]
    check = check_json(findings=[*both, finding("seat", days=3, side="", given="RUS 3 without")])
    (loss, seat) = span_rows(check)
    assert loss[2:] == ["10", KINDS["loss-with-others"], "crew-2", *loss[5:]]
    assert loss[5:] == ["Russian side and USOS side", "", ""]
    assert seat[5:] == ["", "A", "RUS 3 without; expected at least 1"]


def test_the_longest_twenty_spans_are_shown() -> None:
    spans = [finding(days=n, first=f"2021-01-{n:02d}") for n in range(1, 31)]
    text = crew_text({"check": check_json(findings=spans)})
    assert [row[2] for row in span_rows(check_json(findings=spans))] == [
        str(n) for n in range(30, 10, -1)
    ]
    assert "20 of 30 first; all are in check.json" in text


def test_a_day_without_a_spacewalk_is_no_failing_day() -> None:
    assert merged_spans(check_json(findings=[finding("spacewalk", side="")])) == []


def test_risk_is_told_apart_from_a_side_that_is_empty_already() -> None:
    check = check_json(findings=[finding(), finding("presence"), finding("seat", side="")])
    assert risk_spans(check, "usos") == [
        ("2021-04-30", "2021-05-09", False),
        ("2021-04-30", "2021-05-09", True),
    ]
    assert risk_spans(check, "russian") == []


def test_a_plan_in_words_tells_status_stages_and_flights() -> None:
    text = plain(plan_text(plan_json()))
    assert STATUS["within limit"] in text
    assert re.search(r"^safety days lost +72 d +72 d +none +proven$", text, re.M)
    assert re.search(r"^crew time short +320\.5 crew-days +300 crew-days +6\.4 % ", text, re.M)
    assert re.search(r"^soyuz-2 .* 2023-09-27 +214 .* people of soyuz-ms-22$", text, re.M)
    assert "1 seat exchanged; 1 seat bought" in text
    assert "Work that nobody does: window." in text


def test_people_who_leave_with_another_ship_are_noted() -> None:
    (first, second, *_) = flight_rows(plan_json())
    assert first[-1] == "its people leave 2023-09-27"
    assert second[-1] == ""


def test_a_plan_that_does_not_exist_names_what_cannot_hold_together() -> None:
    text = crew_text({"plan": impossible()})
    assert STATUS["impossible"] in text
    assert "  soyuz-ms is grounded to the end" in text.splitlines()


def test_the_worth_of_an_exchange_in_words_gives_both_ways_and_what_was_counted() -> None:
    text = plain(crew_text({"worth": worth_json()}))
    first = next(line for line in text.splitlines() if line.startswith("as flown, 2022-07-14"))
    assert "50 of 1 542 days, 3 % (B 4 %)" in first
    assert first.endswith("1 300 of 1 542 days, 84 % (B 85 %)")
    assert re.search(r"side is emptied +1\.1 \(0\.40–2\.0\) % +24 \(12–40\) %$", text, re.M)
    assert re.search(r"plan +proven +impossible$", text, re.M)
    assert re.search(r"seats +USA 40, RUS 30 +–$", text, re.M)
    assert "5 losses or early returns in 25 000 docked days" in text
    assert "21 (9.0–39) in 100 000 days, Jeffreys interval of 90 %" in text
    assert "2022-12-15 Soyuz MS-22 (soyuz-ms): coolant leak; confidence A" in text
    assert "No plan without the exchange: nobody may fly" in text


# ---- how it ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("proven", "good"),
        ("within limit", "good"),
        ("interrupted", "interrupted"),
        ("impossible", "short"),
        ("none found", "short"),
    ],
)
def test_a_plan_ends_as_its_status_says(status: str, expected: str) -> None:
    broken = check_json(findings=[finding("presence")])
    assert outcome({"plan": plan_json(status=status), "check": broken}) == expected


def test_a_comparison_is_good_even_if_one_way_cannot_be_planned() -> None:
    worth = worth_json()
    assert outcome({"worth": worth}) == "good"
    worth["parts"][1]["without"] = dict(worth["parts"][1]["with"], status="interrupted")
    assert outcome({"worth": worth}) == "interrupted"


def test_a_check_falls_short_only_if_a_side_has_too_few_people() -> None:
    assert outcome({"check": check_json()}) == "good"
    short = check_json(findings=[finding("presence", days=2), finding("presence", days=3)])
    assert outcome({"check": short}) == "short"
    assert "Russian side: 0 days with too few; USOS side: 5 days with too few." in crew_text(
        {"check": short}
    )
    assert outcome({"check": check_json(findings=[finding("minimum", side="")])}) == "short"


@pytest.mark.parametrize("text", ["", "{", "\ufeff\x00"])
def test_a_document_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "check.json").write_text(text, encoding="utf-16")
    with pytest.raises(InputError, match=r"check\.json"):
        documents(tmp_path)


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="crew check or plan"):
        write_crew_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


# ---- figures --------------------------------------------------------------------------------


def test_the_layers_of_a_year_fill_it() -> None:
    for year in check_json()["years"]:
        for side in SIDES:
            shares = [share for _, share in crew_check.layers(year, side)]
            assert min(shares) >= 0
            assert sum(shares) == pytest.approx(100)


def test_the_layers_tell_an_empty_side_from_an_empty_station() -> None:
    year = year_entry(2021, alone=73, kept=((292, 292), (0, 0)))
    assert dict(crew_check.layers(year, "russian"))[crew_check.ALONE] == pytest.approx(20)
    layers = dict(crew_check.layers(year, "usos"))
    assert layers[crew_check.EMPTIED] == pytest.approx(80)
    assert layers[crew_check.ALONE] == pytest.approx(20)


@pytest.mark.parametrize("years", [1, 4, 40])
def test_the_figure_of_safe_days_is_small_and_the_same_again(years: int) -> None:
    check = check_json(years=[year_entry(1986 + n) for n in range(years)], without_exchange=None)
    image = crew_check.safe_days_png(check)
    assert image[:4] == PNG
    assert len(image) < LARGEST
    assert image == crew_check.safe_days_png(check)


def test_the_figure_shows_the_exchange_beside_what_was_flown() -> None:
    alone = crew_check.safe_days_png(check_json(without_exchange=None))
    assert crew_check.safe_days_png(check_json()) != alone
    assert "2022 " in crew_check.alt(check_json())
    assert "exchanged" not in crew_check.caption(check_json(without_exchange=None))


def test_ships_are_drawn_by_whose_seats_they_hold() -> None:
    check = check_json()
    assert crew_check.ship_lanes(check) == {
        "soyuz-ms-16": 0,
        "soyuz-ms-18": 0,
        "crew-2": 1,
        "crew-5": 0,
    }
    mixed = [dict(check["ships"][2], able={"russian": 2, "usos": 2})]
    images = {
        crew_check.safe_days_png(check_json(ships=ships))
        for ships in ([], check["ships"][2:3], mixed)
    }
    assert len(images) == 3
    assert "each bar is a ship" in crew_check.caption(check)
    assert "each bar is a ship" not in crew_check.caption(check_json(ships=[]))


def test_one_side_is_enough_for_a_figure() -> None:
    ships = [dict(one, able={"russian": one["people"]}) for one in check_json()["ships"]]
    check = check_json(sides=["russian"], ships=ships)
    assert crew_check.safe_days_png(check)[:4] == PNG


def test_a_port_stands_once_and_cargo_ports_come_last() -> None:
    lanes = crew_plan.lanes(plan_json())
    assert list(lanes) == ["soyuz-ms", "crew-dragon", "other ships"]
    assert lanes["soyuz-ms"] == ["rassvet/nadir", "poisk/zenith"]
    assert lanes["other ships"] == ["pirs/nadir"]


def test_handovers_are_between_ships_of_one_class() -> None:
    found = crew_plan.handovers(crew_plan.bars(plan_json()))
    assert [(a.key, b.key) for a, b in found] == [
        ("soyuz-ms-22", "soyuz-2"),
        ("crew-5", "dragon-1"),
    ]


def many_flights(count: int) -> list[dict[str, Any]]:
    return [
        flight_entry(
            f"plan-soyuz-ms-{n:03d}",
            docked=f"{2023 + n // 2}-{3 + 6 * (n % 2):02d}-01",
            undocked=f"{2023 + (n + 1) // 2}-{9 - 6 * (n % 2):02d}-08",
            port=("rassvet/nadir", "prichal/nadir")[n % 2],
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(("last", "flights"), [("2024-12-14", 4), ("2032-12-31", 19)])
def test_the_figure_of_a_plan_is_small_and_the_same_again(last: str, flights: int) -> None:
    plan = plan_json(last=last, flights=many_flights(flights))
    image = crew_plan.plan_png(plan, check_json())
    assert image[:4] == PNG
    assert len(image) < LARGEST
    assert image == crew_plan.plan_png(plan, check_json())


@pytest.mark.parametrize(
    "change",
    [
        {"closed": []},
        {"occupied": []},
        {"flights": []},
        {"aboard": [dict(plan_json()["aboard"][0], seats={"RUS": 3}), plan_json()["aboard"][1]]},
    ],
    ids=["closed", "occupied", "flights", "seats"],
)
def test_the_figure_of_a_plan_shows_each_part(change: dict[str, Any]) -> None:
    check = check_json()
    assert crew_plan.plan_png(plan_json(**change), check) != crew_plan.plan_png(plan_json(), check)


def test_the_figure_of_a_plan_shows_days_at_risk() -> None:
    there = check_json(findings=[finding(first="2023-01-01", last="2023-02-01")])
    empty = check_json(findings=[finding("presence", first="2023-01-01", last="2023-02-01")])
    images = {crew_plan.plan_png(plan_json(), check) for check in (there, empty, check_json())}
    assert len(images) == 3


def test_people_who_leave_with_another_ship_are_drawn_in_it() -> None:
    bars = {bar.key: bar for bar in crew_plan.bars(plan_json())}
    assert bars["soyuz-2"].seats == ()
    assert bars["soyuz-2"].adopted == ("RUS", "RUS", "USA")
    assert bars["dragon-1"].adopted == ()
    assert "Hollow squares" in crew_plan.caption(plan_json(), None)


def test_flown_and_planned_ships_look_different() -> None:
    ship = plan_json()["aboard"][1]
    planned = flight_entry(
        "crew-5",
        ship=ship["ship"],
        port=ship["port"],
        docked=ship["docked"],
        undocked=ship["leaves"],
        seats=ship["seats"],
    )
    flown = plan_json(aboard=[ship], flights=[])
    other = plan_json(aboard=[], flights=[planned])
    assert crew_plan.plan_png(flown, None) != crew_plan.plan_png(other, None)


# ---- the page -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crew") / "crew-iss"
    write_folder(path, plan=plan_json(), check=check_json())
    write_crew_report(path)
    return path


def test_the_page_is_one_file_that_asks_for_nothing_else(folder: Path) -> None:
    text = (folder / "report.html").read_text("utf-8")
    page = Page(text)
    assert page.seen["script"] == page.seen["link"] == page.seen["iframe"] == 0
    assert not re.search(r"""(?:src|href)=(?!"data:)|@import|url\(""", text)
    assert page.values("section", "id") == ["plan", "check", "rests-on"]
    assert page.text.rstrip().endswith(DISCLAIMER)
    assert len(page.values("img", "alt")) == 2
    assert all(len(words) > 40 for words in page.values("img", "alt"))
    assert sorted(file.name for file in (folder / "figures").iterdir()) == [
        "plan.png",
        "safe-days.png",
    ]


def test_the_page_tells_what_the_plan_rests_on(folder: Path) -> None:
    page = Page((folder / "report.html").read_text("utf-8"))
    for words in (
        "a decree of 1999",
        "swap-2022",
        "Soyuz is grounded from 2022-12-15",
        "visits of tourists",
        "leak under inquiry",
        "seed 3",
    ):
        assert words in page.text


def test_the_page_of_a_check_alone_has_no_plan(tmp_path: Path) -> None:
    path = write_crew_report(write_folder(tmp_path, check=check_json()))
    page = Page(path.read_text("utf-8"))
    assert page.values("section", "id") == ["check"]
    assert [file.name for file in (tmp_path / "figures").iterdir()] == ["safe-days.png"]


def test_the_page_of_a_worth_alone_has_its_table(tmp_path: Path) -> None:
    path = write_crew_report(write_folder(tmp_path, worth=worth_json()))
    page = Page(path.read_text("utf-8"))
    assert page.values("section", "id") == ["worth"]
    assert "2022-07-14 to 2028-12-31" in page.text
    assert "coolant leak" in page.text


@pytest.mark.parametrize("status", ["impossible", "interrupted"])
def test_the_page_of_a_plan_in_trouble_says_so_first(tmp_path: Path, status: str) -> None:
    plan = impossible() if status == "impossible" else plan_json(status=status)
    text = write_crew_report(write_folder(tmp_path, plan=plan)).read_text("utf-8")
    page = Page(text)
    assert page.text.index(STATUS[status]) < page.text.index("What this rests on")
    for conflict in plan["conflicts"]:
        assert conflict in page.text
    assert page.seen["img"] == (0 if status == "impossible" else 1)


def test_hostile_names_are_shown_as_they_are_and_do_nothing(tmp_path: Path) -> None:
    plan = plan_json(
        title=HOSTILE,
        flights=[flight_entry(HOSTILE, port=HOSTILE, ship=HOSTILE)],
        conflicts=[HOSTILE],
        agreements=[{"name": HOSTILE}],
    )
    check = check_json(title=HOSTILE, findings=[finding(ship=HOSTILE, kind=HOSTILE)])
    page = Page(
        write_crew_report(write_folder(tmp_path, plan=plan, check=check)).read_text("utf-8")
    )
    assert page.seen["script"] == 0
    assert HOSTILE in page.text


def test_a_place_that_cannot_be_written_gives_one_line(tmp_path: Path) -> None:
    write_folder(tmp_path, check=check_json())
    (tmp_path / "figures").write_text("a file stands where the figures should go")
    with pytest.raises(StorageError):
        write_crew_report(tmp_path)


def test_documents_are_read_as_they_were_written(folder: Path) -> None:
    assert documents(folder) == json.loads(json.dumps({"plan": plan_json(), "check": check_json()}))
