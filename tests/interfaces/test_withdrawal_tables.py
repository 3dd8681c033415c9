"""The shipped table of withdrawals: whole, the same for every partner, and what the page says."""

import json
from typing import Any

import pytest

from docs.withdrawals import DAY, MODES, NOBODY, PAGE, TABLE, cases, page
from stationkeeper.programme.read import read_programme

DOCUMENT: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))


def test_the_page_says_what_the_table_holds() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(DOCUMENT), "run: python -m docs.withdrawals --page"


def test_every_partner_leaves_in_every_manner() -> None:
    told = {(one["programme"], one["partner"], one["mode"]) for one in DOCUMENT["cases"]}
    assert told == {(case.programme, case.partner, case.mode) for case in cases()}
    for partner in read_programme("iss").station["iss"].partners:
        assert {("iss", partner, mode) for mode in MODES} <= told


def test_every_function_of_the_station_is_told_of() -> None:
    functions = [k for k, f in read_programme("iss").function.items() if f.station == "iss"]
    for one in DOCUMENT["cases"]:
        assert bool(one["rows"]) == (one["partner"] != NOBODY)
        for row in one["rows"]:
            assert row["date"] == f"{DAY}"
            assert sorted(f["function"] for f in row["functions"]) == sorted(functions)


@pytest.mark.parametrize("partner", read_programme("iss").station["iss"].partners)
def test_people_who_stay_away_end_no_function_on_the_day(partner: str) -> None:
    (row,) = (
        row
        for one in DOCUMENT["cases"]
        if (one["programme"], one["partner"], one["mode"]) == ("iss", partner, "crews")
        for row in one["rows"]
    )
    assert [f["function"] for f in row["functions"] if f["lost"]] == []
