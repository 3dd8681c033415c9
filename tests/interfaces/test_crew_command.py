"""The command `crew`: what it asks for, prints, writes, and how it ends."""

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stationkeeper import cli
from stationkeeper.crew.exchanged import without_exchange
from stationkeeper.crew.roster import roster
from stationkeeper.crew.rule import check
from stationkeeper.lifetime import crew_work, crew_worth
from stationkeeper.programme.read import read_programme
from stationkeeper.report.crew_words import percent
from stationkeeper.report.words import DISCLAIMER
from tests.crew_documents import check_json, finding, plan_json, worth_json, write_folder
from tests.interfaces.pages import ROOT

Ended = tuple[int, str, str]
Call = Callable[..., Ended]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Call:
    """Give the command line words; return exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["stationkeeper", "crew", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 1, said.out, said.err)

    return run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Let a job leave given documents behind; return what it will have been asked."""

    def put(module: Any, name: str, **found: Any) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def job(programme: Any, station: str | None = None, **options: Any) -> Path:
            seen.update(options, programme=programme.name, station=station)
            return write_folder(tmp_path / "crew-folder", **found)

        monkeypatch.setattr(module, name, job)
        return seen

    return put


# ---- what is asked --------------------------------------------------------------------------


def test_a_plan_is_asked_for_as_the_options_say(call: Call, asked: Any) -> None:
    seen = asked(crew_work, "plan_crew", plan=plan_json(), check=check_json())
    options = [
        "--from",
        "flown",
        "--at",
        "2022-12-15",
        "--until",
        "2024-12-14",
        "--without-exchange",
    ]
    search = [
        "--seconds",
        "5",
        "--seed",
        "7",
        "--workers",
        "1",
        "--out",
        "there",
        "--station",
        "iss",
    ]
    code, _, _ = call("iss", *options, *search)
    assert code == 0
    del seen["progress"]
    assert seen == {
        "programme": "iss",
        "station": "iss",
        "at": date(2022, 12, 15),
        "until": date(2024, 12, 14),
        "from_flown": True,
        "exchange": False,
        "seconds": 5.0,
        "seed": 7,
        "workers": 1,
        "out": Path("there"),
    }


def test_a_check_is_asked_for_as_the_options_say(call: Call, asked: Any) -> None:
    seen = asked(crew_work, "check_crew", check=check_json())
    code, _, _ = call("tiangong", "--check", "--at", "2022-01-01")
    assert code == 0
    assert (seen["programme"], seen["first"], seen["last"]) == ("tiangong", date(2022, 1, 1), None)


def test_a_worth_is_asked_for_as_the_options_say(call: Call, asked: Any) -> None:
    seen = asked(crew_worth, "worth_crew", worth=worth_json())
    code, out, _ = call("iss", "--worth", "--until", "2028-12-31", "--seed", "4")
    assert code == 0
    assert (seen["at"], seen["until"], seen["seed"]) == (None, date(2028, 12, 31), 4)
    assert "what the exchange of seats is worth" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("iss", "--from", "planned"), "'planned', expected flown"),
        (("iss", "--from", "flown"), "--at DATE"),
        (("iss", "--check", "--worth"), "one of --check, --worth and a plan"),
        (("iss", "--check", "--without-exchange"), "one of --check, --worth and a plan"),
        (("iss", "--check", "--from", "flown", "--at", "2022-12-15"), "one of --check"),
        (("iss", "--check", "--at", "15.12.2022"), "expected a date as YYYY-MM-DD"),
        (("iss", "--check", "--until", "later"), "--until: given 'later'"),
        (("iss", "--check", "--station", "freedom"), "'freedom', expected one of iss"),
        (("iss", "--check", "--at", "2020-01-02", "--until", "2020-01-01"), "2020-01-01"),
        (("iss", "--check", "--at", "1990-01-01"), "the span of iss"),
        (("skylab", "--worth"), "agreement of kind 'exchange'"),
        (("iss", "--seconds", "0"), "--seconds"),
        (("nowhere", "--check"), "nowhere"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, tuple) else "",
)
def test_wrong_input_gives_one_message(call: Call, words: tuple[str, ...], told: str) -> None:
    code, out, err = call(*words)
    assert code == 2
    assert out == ""
    assert told in err
    assert "Traceback" not in err
    assert not Path("runs").exists()


# ---- how it ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("proven", 0),
        ("within limit", 0),
        ("impossible", 1),
        ("none found", 1),
        ("interrupted", 130),
    ],
)
def test_a_plan_ends_with_the_code_of_its_status(
    call: Call, asked: Any, status: str, expected: int
) -> None:
    conflicts = ["no ship may launch", "the life of soyuz-ms-22 ends"]
    found = {"plan": plan_json(status=status, conflicts=conflicts)}
    asked(crew_work, "plan_crew", **found)
    code, out, _ = call("iss")
    assert code == expected
    assert conflicts[0] in out
    assert DISCLAIMER in out
    assert Path("crew-folder/report.html").exists()


def test_a_check_falls_short_only_if_a_side_has_too_few(call: Call, asked: Any) -> None:
    asked(crew_work, "check_crew", check=check_json())
    assert call("iss", "--check")[0] == 0
    asked(crew_work, "check_crew", check=check_json(findings=[finding("presence")]))
    assert call("iss", "--check")[0] == 1


@pytest.mark.parametrize("status", ["proven", "impossible", "interrupted"])
def test_json_is_one_document_whatever_the_end(call: Call, asked: Any, status: str) -> None:
    asked(crew_work, "plan_crew", plan=plan_json(status=status), check=check_json())
    _, out, _ = call("iss", "--json")
    document = json.loads(out)
    assert set(document) == {"folder", "report", "plan", "check"}
    assert document["plan"] == plan_json(status=status)
    assert Path(document["report"]).read_text("utf-8").startswith("<!DOCTYPE html>")


def test_names_in_a_programme_cannot_steer_a_terminal(call: Call, asked: Any) -> None:
    asked(crew_work, "check_crew", check=check_json(title="\x1b[2Jstation"))
    _, out, _ = call("iss", "--check")
    assert "\x1b" not in out
    assert "\\x1b[2Jstation" in out


# ---- what the pages say ----------------------------------------------------------------------


def test_the_table_of_the_page_is_what_the_check_gives() -> None:
    iss = read_programme("iss")
    put_back, _ = without_exchange(iss, "iss")
    text = (ROOT / "docs" / "howto" / "plan-crews.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+) to (\S+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", text, re.M)
    assert len(rows) == 5
    for first, last, ways, *told in rows:
        flown = put_back if "had no seats been exchanged" in ways else iss
        found = check(roster(flown, "iss", date.fromisoformat(first), date.fromisoformat(last)))
        crewed = int(found.crewed.sum())
        days = [*found.survives[0].sum(axis=1).tolist(), int(found.alone[0].sum())]
        assert found.roster.sides == ("russian", "usos")
        assert told == [percent(part, crewed).replace("\u00a0", " ") for part in days]


# ---- the real thing -------------------------------------------------------------------------


def test_the_record_of_a_station_is_checked(call: Call) -> None:
    code, out, _ = call("iss", "--check", "--at", "2021-10-01", "--until", "2022-12-31", "--json")
    assert code == 0
    document = json.loads(out)
    assert set(document) == {"folder", "report", "check"}
    years = {year["year"]: year for year in document["check"]["years"]}
    assert [year["crewed_days"] for year in years.values()] == [92, 365]
    # From November 2021 to September 2022 all Russians came on one Soyuz.
    assert years[2022]["survives"]["russian"][0] < 0.5 * 365
    assert {path.name for path in Path(document["folder"]).iterdir()} == {
        "check.json",
        "days.csv",
        "figures",
        "programme.toml",
        "report.html",
        "run.json",
    }


def test_a_plan_that_cannot_be_names_the_constraints_with_their_dates(call: Call) -> None:
    settings = ("turnaround_days=400", "window_days=5", "optional=false")
    words = [word for one in settings for word in ("--set", f"rotation.visits.{one}")]
    code, out, _ = call("haven-1", *words)
    assert code == 1
    assert "launches of crew-dragon are 400 d or more apart" in out
    assert re.search(r"launches on 20\d\d-\d\d-\d\d to 20\d\d-\d\d-\d\d", out)
    assert "{" not in out


def test_the_worth_of_an_exchange_is_asked_from_the_first_agreement_on(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def worth(*asked: Any, **options: Any) -> dict[str, Any]:
        seen.update(options, asked=asked[1:4], nations=set(asked[4]))
        return worth_json()

    monkeypatch.setattr(crew_worth, "exchange_worth", worth)
    code, out, _ = call("iss", "--worth", "--until", "2028-12-31", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["worth"] == worth_json()
    assert seen["asked"] == ("iss", date(2026, 10, 3), date(2028, 12, 31))
    agreed = read_programme("iss").agreement.values()
    assert seen["since"] == min(one.since for one in agreed if one.kind == "exchange")
    assert {"RUS", "USA"} <= seen["nations"]
    assert json.loads((Path(document["folder"]) / "run.json").read_text())["state"] == "complete"


def test_documents_have_the_shape_that_the_reports_were_tested_with(call: Call) -> None:
    _, out, _ = call("iss", "--check", "--at", "2022-06-01", "--until", "2023-01-31", "--json")
    real, made = json.loads(out)["check"], check_json()
    assert set(made) <= set(real)
    for part in ("years", "ships", "groundings", "slips", "findings"):
        assert set(made[part][0]) <= set(real[part][0])
    assert set(real["without_exchange"]) == set(made["without_exchange"])
