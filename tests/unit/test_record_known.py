"""Words known only later are left out, and so is what names them."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.programme.check import check_source
from stationkeeper.programme.document import Programme
from tests.programmes import check_changed, errors

DAY = date(2027, 6, 1)


def known(folder: Path, changes: dict[str, Any], day: date | None = DAY) -> Programme:
    checked = check_changed(folder, changes, as_known=day)
    assert checked.programme is not None, errors(checked)
    return checked.programme


def words(day: str, **keys: Any) -> dict[str, Any]:
    return {
        "office": "An office",
        "date": date.fromisoformat(day),
        "track": "said",
        "partner": "operator",
        "text": "words",
        **keys,
    }


def test_words_count_from_their_own_day_even_after_the_record_of_flights(tmp_path: Path) -> None:
    statement = {
        "a": words("2027-06-01"),
        "b": words("2027-06-02"),
        "c": words("2027-01-01", known_on=date(2027, 7, 1)),
    }
    assert list(known(tmp_path, {"statement": statement}).statement) == ["a"]
    assert list(known(tmp_path, {"statement": statement}, None).statement) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("table", "own", "entry"),
    [
        ("treaty", "since", {"title": "Pact", "parties": ["operator"], "notice_days": 365}),
        (
            "commitment",
            "since",
            {"partner": "operator", "station": "small", "until": date(2030, 1, 1)},
        ),
        ("obligation", "since", {"title": "Cargo", "owed_by": ["operator"], "status": "running"}),
        (
            "cooperation",
            "date",
            {"partners": ["operator", "other"], "subject": "a", "change": "begin"},
        ),
    ],
)
def test_every_kind_of_words_is_dated_by_its_own_day(
    tmp_path: Path, table: str, own: str, entry: dict[str, Any]
) -> None:
    changes = {
        "partner.other": {"title": "Other", "nation": "JPN"},
        table: {
            "now": {**entry, own: date(2027, 6, 1)},
            "later": {**entry, own: date(2027, 6, 2)},
            "told": {**entry, own: date(2027, 1, 2), "known_on": date(2027, 6, 2)},
        },
    }
    if table == "commitment":
        changes["commitment"]["later"]["replaces"] = ["now", "told"]
    assert list(getattr(known(tmp_path, changes), table)) == ["now"]


def test_what_names_words_left_out_loses_the_name(tmp_path: Path) -> None:
    pact = {"title": "Pact", "parties": ["operator"], "notice_days": 365}
    changes: dict[str, Any] = {
        "statement": {
            "a": words("2027-01-01"),
            "b": words("2027-02-01", known_on=date(2027, 8, 1)),
            "c": words("2027-03-01", replaces=["a", "b"], refers=["b"]),
        },
        "treaty.pact": {**pact, "since": date(2026, 1, 1)},
        "notice.n": {
            "treaty": "pact",
            "partner": "operator",
            "date": date(2027, 4, 1),
            "kind": "extension",
            "statement": "b",
        },
        "agreement.later": {
            "kind": "quota",
            "station": "small",
            "since": date(2027, 1, 1),
            "known_on": date(2027, 8, 1),
            "nations": ["JPN"],
            "seats_per_year": 1.0,
        },
        "shock.halt": {
            "kind": "cooperation-halted",
            "date": date(2027, 5, 1),
            "station": "small",
            "agreements": ["later"],
            "known_on": date(2027, 5, 1),
        },
        "treaty.told-later": {**pact, "since": date(2026, 1, 1), "known_on": date(2028, 1, 1)},
        "notice.under-it": {
            "treaty": "told-later",
            "partner": "operator",
            "date": date(2027, 4, 1),
            "kind": "extension",
        },
    }
    told = known(tmp_path, changes)
    assert (told.statement["c"].replaces, told.statement["c"].refers) == (("a",), ())
    assert told.notice["n"].statement is None
    assert list(told.notice) == ["n"]
    assert "halt" not in told.shock


def test_what_came_of_an_obligation_is_not_known_before_its_last_day(tmp_path: Path) -> None:
    owed = {"title": "Owed", "owed_by": ["operator"], "since": date(2027, 1, 1), "quantity": 5.0}
    met = {**owed, "delivered": 5.0, "status": "delivered"}
    changes = {
        "obligation": {
            "later": {**met, "until": date(2027, 12, 31)},
            "by-then": {**met, "until": date(2027, 6, 1)},
            "cancelled": {**owed, "until": date(2027, 12, 31), "status": "cancelled"},
        }
    }
    told = known(tmp_path, changes).obligation
    assert {key: (one.status, one.delivered) for key, one in told.items()} == {
        "later": ("running", None),
        "by-then": ("delivered", 5.0),
        "cancelled": ("cancelled", None),
    }


def test_policies_and_random_shocks_are_kept_unless_they_say_otherwise(tmp_path: Path) -> None:
    policy = {"rule": "way-home", "act": "guard", "station": "small"}
    random = {"kind": "flight-lost", "ships": ["freighter"], "chance_per_flight": 0.01}
    changes = {
        "policy": {"p": policy, "q": {**policy, "known_on": date(2028, 1, 1)}},
        "random": {"r": random, "s": {**random, "known_on": date(2028, 1, 1)}},
    }
    told = known(tmp_path, changes)
    assert (list(told.policy), list(told.random)) == (["p"], ["r"])


@cache
def shipped(day: str) -> Programme:
    checked = check_source("iss-to-ros", as_known=date.fromisoformat(day))
    assert checked.programme is not None, errors(checked)
    return checked.programme


def test_the_shipped_record_ends_on_the_day() -> None:
    for day, last in (("2021-04-23", "s024"), ("2022-07-26", "s042")):
        told = shipped(day)
        assert max(told.statement) == last
        named = {
            name
            for one in told.statement.values()
            for name in (*one.reaffirms, *one.replaces, *one.denies, *one.refers)
        }
        assert named <= set(told.statement)
        assert all(one.date <= date.fromisoformat(day) for one in told.statement.values())


def test_the_end_of_the_station_is_told_as_it_was_known() -> None:
    assert shipped("2021-04-23").station["iss"].end is None
    end = shipped("2022-07-26").station["iss"].end
    assert end is not None
    assert (end.ship, end.since.year) == ("progress-ms", 2030)
    assert "usdv" not in shipped("2022-07-26").flight


def test_stays_of_eight_months_and_exchanged_seats_are_not_known_before_their_day() -> None:
    for name in ("soyuz", "crew-dragon"):
        before, after = (shipped(day).traffic[name] for day in ("2021-04-23", "2022-07-26"))
        assert before.stay_days < 200
        assert after.stay_days < 200
        exchanged = "USA" if name == "soyuz" else "RUS"
        assert exchanged not in before.seats
        assert exchanged in after.seats
    assert not [key for key in shipped("2021-04-23").agreement if key.startswith("exchange")]
    rounds = [key for key in shipped("2022-07-26").agreement if key.startswith("exchange")]
    assert rounds == ["exchange-2022"]
