"""What the record of words says on a day."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.describe import as_text, describe
from stationkeeper.programme.describe_record import record_lines
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.programme.record_states import (
    announced,
    clocks,
    committed_until,
    cooperation_spans,
    foreign_crew_allowed,
    overtaken,
)
from tests.programmes import check_changed, errors

# Offices and bodies that may speak; a name of a person would not be among them.
OFFICES = (
    "Cosmonaut training centre", "Council of chief designers", "Deputy Prime Minister",
    "ESA Council", "First Deputy Prime Minister", "Government of", "Head of state", "Heads of the",
    "Institute of Biomedical Problems", "Intergovernmental Agreement", "NASA", "RSC Energia",
    "Roscosmos", "Russian Academy of Sciences", "State commission", "United States", "White House",
    "press",
)  # fmt: skip
LEAVE = ("leave", "second", "small")


@cache
def shipped() -> Programme:
    return read_programme("iss-to-ros")


def words(day: str, **keys: Any) -> dict[str, Any]:
    return {
        "office": "Second operator",
        "date": date.fromisoformat(day),
        "track": "said",
        "act": "leave",
        "partner": "second",
        "stations": ["small"],
        "text": "we will leave",
        **keys,
    }


def told(folder: Path, **changes: Any) -> Programme:
    partners = {"partner.second": {"title": "Second operator", "nation": "RUS"}}
    checked = check_changed(folder, {**partners, **changes})
    assert checked.programme is not None, errors(checked)
    return checked.programme


def test_the_latest_statement_stands(tmp_path: Path) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1)),
            "b": words("2027-03-01", not_before=date(2028, 6, 1), known_on=date(2027, 3, 9)),
        },
    )
    assert announced(programme, date(2026, 12, 31)) == {}
    assert announced(programme, date(2027, 3, 8))[LEAVE].statement == "a"
    latest = announced(programme, date(2027, 3, 9))[LEAVE]
    assert (latest.statement, latest.first_day) == ("b", date(2028, 6, 1))


def test_a_remark_without_a_day_does_not_take_the_day_away_but_adds_its_condition(
    tmp_path: Path,
) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1), condition="if decided"),
            "b": words("2027-02-01", condition="if sanctions stay"),
        },
    )
    stands = announced(programme, date(2027, 2, 1))[LEAVE]
    assert (stands.statement, stands.condition) == ("a", "if sanctions stay")
    assert announced(programme, date(2027, 1, 31))[LEAVE].condition == "if decided"


def test_to_replace_the_latest_word_does_not_bring_back_an_older_one(tmp_path: Path) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1)),
            "b": words("2027-02-01", not_before=date(2028, 2, 1)),
            "c": words("2027-03-01", act="stay", not_after=date(2030, 1, 1), replaces=["b"]),
            "d": words("2027-04-01", not_before=date(2031, 1, 1)),
        },
    )
    assert LEAVE not in announced(programme, date(2027, 3, 1))
    assert overtaken(programme, date(2027, 4, 1)) == {"a": "c", "b": "c"}
    assert announced(programme, date(2027, 4, 1))[LEAVE].statement == "d"


def test_what_is_said_on_the_day_of_a_replacement_stands_beside_it(tmp_path: Path) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1)),
            "b": words("2027-03-01", act="stay", not_after=date(2030, 1, 1), replaces=["a"]),
            "c": words("2027-03-01", not_before=date(2031, 1, 1)),
        },
    )
    assert overtaken(programme, date(2027, 3, 1)) == {"a": "b"}
    assert announced(programme, date(2027, 3, 1))[LEAVE].statement == "c"


def test_that_no_notice_came_is_told_of_the_stations_of_the_treaty() -> None:
    programme, day = shipped(), date(2022, 7, 31)
    ((key, treaty),) = programme.treaty.items()
    for stations, as_of in (
        (("iss",), date(2022, 7, 26)),
        ((), date(2022, 7, 26)),
        (("ros",), None),
    ):
        changed = {key: treaty.model_copy(update={"stations": stations})}
        found = clocks(programme.model_copy(update={"treaty": changed}), day)
        (clock,) = [one for one in found if one.partner == "roscosmos"]
        assert clock.no_notice_as_of == as_of


def test_a_denial_takes_only_what_it_names(tmp_path: Path) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1)),
            "b": words("2027-02-01", not_before=date(2028, 2, 1)),
            "c": words("2027-03-01", act="other", denies=["b"]),
        },
    )
    assert announced(programme, date(2027, 3, 1))[LEAVE].statement == "a"


@pytest.mark.parametrize("track", ["context", "protest"])
def test_context_and_protests_announce_and_overtake_nothing(tmp_path: Path, track: str) -> None:
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1)),
            "b": words("2027-02-01", track=track, not_before=date(2028, 2, 1), replaces=["a"]),
        },
    )
    assert announced(programme, date(2027, 3, 1))[LEAVE].statement == "a"


def test_only_a_notice_of_withdrawal_starts_the_clock(tmp_path: Path) -> None:
    notice = {"treaty": "pact", "partner": "second"}
    programme = told(
        tmp_path,
        statement={
            "a": words("2027-01-01", not_before=date(2028, 1, 1), track="decided"),
            "b": words("2027-01-02", act="no-notice", track="context"),
        },
        treaty={
            "pact": {
                "title": "Pact",
                "parties": ["operator", "second"],
                "since": date(2020, 1, 1),
                "notice_days": 365,
            }
        },
        notice={
            "stay": {**notice, "date": date(2027, 2, 1), "kind": "extension"},
            "go": {**notice, "date": date(2027, 5, 1), "kind": "withdrawal"},
        },
    )
    assert clocks(programme, date(2019, 12, 31)) == ()
    other, before = clocks(programme, date(2027, 4, 30))
    assert (before.given, before.no_notice_as_of, before.told_by) == (None, date(2027, 1, 2), "b")
    assert (other.partner, other.given, other.no_notice_as_of) == ("operator", None, None)
    _, after = clocks(programme, date(2027, 5, 1))
    assert (after.given, after.effective) == (date(2027, 5, 1), date(2028, 4, 30))
    assert (after.no_notice_as_of, after.told_by) == (None, "go")


def test_what_stood_announced_of_leaving_on_the_days_of_the_record() -> None:
    expected = {
        "2014-05-20": ("s007", "2021-01-01"),
        "2021-04-23": ("s021", "2025-01-01"),
        "2022-07-26": ("s040", "2025-01-01"),
        "2022-08-01": ("s044", "2024-07-01"),
    }
    for day, (statement, first) in expected.items():
        stands = announced(shipped(), date.fromisoformat(day))["leave", "roscosmos", "iss"]
        assert (stands.statement, str(stands.not_before)) == (statement, first)
    now = announced(shipped(), date(2026, 10, 1))
    assert ("leave", "roscosmos", "iss") not in now
    assert now["stay", "roscosmos", "iss"].not_after == date(2028, 12, 31)
    assert now["first-launch", "roscosmos", "ros"].statement == "s072"
    assert now["orbit", "roscosmos", "ros"].statement == "s074"


def test_the_condition_said_in_june_2021_is_beside_the_date_said_in_april() -> None:
    stands = announced(shipped(), date(2021, 6, 30))["leave", "roscosmos", "iss"]
    assert stands.statement == "s021"
    assert "sanctions" in stands.condition


def test_no_clock_runs_in_the_record() -> None:
    for day in ("2021-04-23", "2022-07-31", "2026-10-01"):
        found = clocks(shipped(), date.fromisoformat(day))
        assert [one.partner for one in found] == ["nasa", "roscosmos", "esa", "jaxa", "csa"]
        assert all(one.given is None for one in found)
    assert found[1].no_notice_as_of == date(2022, 7, 26)


def test_partners_are_bound_to_the_years_of_the_record() -> None:
    years = {
        "nasa": (2020, 2024, 2024, 2030),
        "roscosmos": (None, 2024, 2024, 2028),
        "jaxa": (None, None, 2024, 2030),
        "esa": (None, None, 2024, 2030),
        "csa": (None, None, 2024, 2030),
    }
    days = (date(2013, 1, 1), date(2015, 6, 1), date(2021, 4, 23), date(2023, 5, 1))
    for partner, expected in years.items():
        ends = [committed_until(shipped(), partner, "iss", day) for day in days]
        assert tuple(end.year if end else None for end in ends) == expected


def test_cooperation_goes_on_in_one_subject_while_it_rests_in_another() -> None:
    spans = [s for s in cooperation_spans(shipped()) if s.partners == ("nasa", "roscosmos")]
    day = date(2014, 6, 1)
    states = {
        s.subject: s.state
        for s in spans
        if (s.first or date.min) <= day and day <= (s.last or date.max)
    }
    assert states == {"station": "active", "contacts beside the station": "suspended"}


def test_cooperation_is_suspended_and_resumed(tmp_path: Path) -> None:
    pair = {"partners": ["second", "operator"], "subject": "station"}
    programme = told(
        tmp_path,
        cooperation={
            "c": {**pair, "date": date(2027, 5, 1), "change": "end"},
            "a": {**pair, "date": date(2027, 2, 1), "change": "suspend"},
            "b": {
                "partners": ["operator", "second"],
                "subject": "station",
                "date": date(2027, 3, 1),
                "change": "resume",
            },
        },
    )
    spans = cooperation_spans(programme)
    assert [(s.state, s.by) for s in spans] == [
        ("active", None),
        ("suspended", "a"),
        ("active", "b"),
        ("ended", "c"),
    ]
    assert spans[1].last == date(2027, 2, 28)
    assert (spans[0].first, spans[3].last) == (None, None)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [("refused", (False, False)), ("by-permission", (False, True)), ("open", (True, True))],
)
def test_foreign_crew_comes_aboard_as_the_access_says(
    tmp_path: Path, rule: str, allowed: tuple[bool, bool]
) -> None:
    programme = told(
        tmp_path,
        **{
            "station.small.access.foreign_crew": rule,
            "station.small.partners": ["operator"],
            "traffic.visits.seats": {"USA": 2},
            "event.permit": {
                "kind": "permit",
                "date": date(2027, 6, 1),
                "station": "small",
                "partner": "second",
            },
        },
    )
    days = (date(2027, 5, 31), date(2027, 6, 1))
    assert tuple(foreign_crew_allowed(programme, "small", "RUS", day) for day in days) == allowed
    assert foreign_crew_allowed(programme, "small", "USA", days[0])


def test_show_tells_where_the_record_stands() -> None:
    told = as_text(describe(read_programme("iss-to-ros", as_known=date(2022, 7, 26))))
    for line in (
        "roscosmos iss, leave: not before 2025-01-01 (s040, 2022-07-26)",
        "esa iss, stay: as worded: 2024 (s018, 2016-12-02)",
        "iga: no notice of roscosmos as of 2022-07-26",
        "roscosmos is bound to iss until 2024-12-31",
        "nasa and roscosmos, contacts beside the station: suspended since 2014-04-02",
    ):
        assert f"\n  {line}\n" in told
    assert "\nwords as of" not in as_text(describe(read_programme("mir")))


def test_show_tells_a_notice_with_the_day_of_its_effect() -> None:
    record = {
        "as_of": "2028-01-01",
        "statements": 0,
        "announced": [],
        "clocks": [
            {
                "treaty": "pact",
                "partner": "second",
                "given": "2027-05-01",
                "effective": "2028-04-30",
                "no_notice_as_of": None,
            }
        ],
        "committed": [],
        "cooperation": [],
    }
    assert record_lines(record)[-1] == (
        "  pact: notice of second given 2027-05-01, takes effect 2028-04-30"
    )


def test_every_office_is_an_office_or_body_of_the_list() -> None:
    strange = [
        (key, one.office)
        for key, one in shipped().statement.items()
        if not one.office.startswith(OFFICES)
    ]
    assert strange == []
