"""Bad records of words: exit 2, one clear message with its line, nothing written."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.programmes import changed, check_changed, errors, warnings

OTHER = {"title": "Other", "nation": "RUS"}
SAID = {"office": "An office", "track": "said", "text": "words"}
PACT = {
    "title": "Pact",
    "parties": ["operator", "other"],
    "since": date(2026, 1, 1),
    "notice_days": 365,
}
BOUND = {"partner": "operator", "station": "small"}
PAIR = {"partners": ["operator", "other"], "subject": "station"}
SWAP = {"kind": "exchange", "station": "small", "until": date(2028, 1, 1)}
OWED = {"title": "Cargo", "owed_by": ["operator"], "since": date(2027, 1, 1), "status": "running"}


def said(day: str, **keys: Any) -> dict[str, Any]:
    return {**SAID, "date": date.fromisoformat(day), **keys}


def notice(day: str, partner: str = "other") -> dict[str, Any]:
    given = date.fromisoformat(day)
    return {"treaty": "pact", "partner": partner, "date": given, "kind": "withdrawal"}


def bound(since: str, until: str, **keys: Any) -> dict[str, Any]:
    days = {"since": date.fromisoformat(since), "until": date.fromisoformat(until)}
    return {**BOUND, **days, **keys}


def change(day: str, what: str, **keys: Any) -> dict[str, Any]:
    return {**PAIR, "date": date.fromisoformat(day), "change": what, **keys}


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "a notice before its agreement": (
        {"treaty.pact": PACT, "notice.n": notice("2025-12-31")},
        "notice.n.date",
        "given 2025-12-31; expected a day from 2026-01-01 on, when 'pact' was signed",
    ),
    "a notice by somebody who is no party": (
        {"treaty.pact": {**PACT, "parties": ["operator"]}, "notice.n": notice("2026-12-31")},
        "notice.n.partner",
        "given 'other', which is not a party to 'pact'; expected one of its parties: operator",
    ),
    "a notice under a treaty that ended": (
        {"treaty.pact": {**PACT, "until": date(2026, 6, 1)}, "notice.n": notice("2026-12-31")},
        "notice.n.date",
        "expected a day up to 2026-06-01",
    ),
    "a notice under no treaty": (
        {"notice.n": notice("2026-12-31")},
        "notice.n.treaty",
        "given 'pact'; expected a treaty that is defined",
    ),
    "a statement that replaces a later one": (
        {"statement.a": said("2027-01-01", replaces=["b"]), "statement.b": said("2027-02-01")},
        "statement.a.replaces",
        "given 'b' of 2027-02-01, which is later than 'a' of 2027-01-01; expected an earlier",
    ),
    "a statement that denies a later one": (
        {"statement.a": said("2027-01-01", denies=["b"]), "statement.b": said("2027-02-01")},
        "statement.a.denies",
        "which is later than",
    ),
    "a statement that names itself": (
        {"statement.a": said("2027-01-01", reaffirms=["a"])},
        "statement.a.reaffirms",
        "given 'a', itself; expected another statement",
    ),
    "a statement that names none": (
        {"statement.a": said("2027-01-01", refers=["z"])},
        "statement.a.refers",
        "given 'z'; expected a statement that is defined",
    ),
    "days of a statement in the wrong order": (
        {
            "statement.a": said(
                "2027-01-01", not_before=date(2029, 1, 1), not_after=date(2028, 1, 1)
            )
        },
        "statement.a.not_after",
        "given not_after on 2028-01-01; expected a day not before 2029-01-01, not_before",
    ),
    "commitments that contradict each other": (
        {
            "commitment.a": bound("2026-01-01", "2028-12-31"),
            "commitment.b": bound("2027-01-01", "2030-12-31"),
        },
        "commitment.b.until",
        "given 2030-12-31, while 'a' binds operator for small until 2028-12-31",
    ),
    "a commitment that replaces a later one": (
        {
            "commitment.a": bound("2026-01-01", "2028-12-31", replaces=["b"]),
            "commitment.b": bound("2027-01-01", "2030-12-31"),
        },
        "commitment.a.replaces",
        "which is later than",
    ),
    "a commitment that replaces one of another partner": (
        {
            "commitment.a": bound("2026-01-01", "2028-12-31", partner="other"),
            "commitment.b": bound("2027-01-01", "2030-12-31", replaces=["a"]),
        },
        "commitment.b.replaces",
        "expected a commitment of operator for small",
    ),
    "cooperation resumed before it is suspended": (
        {"cooperation.a": change("2027-01-01", "resume")},
        "cooperation.a.change",
        "given 'resume' on 2027-01-01, when 'station' of operator and other is not told",
    ),
    "cooperation suspended twice": (
        {
            "cooperation.a": change("2027-01-01", "suspend"),
            "cooperation.b": change("2027-02-01", "suspend", partners=["other", "operator"]),
        },
        "cooperation.b.change",
        "is suspended; expected 'suspend' of what is not told or active",
    ),
    "two changes of cooperation in one day": (
        {
            "cooperation.a": change("2027-01-01", "suspend"),
            "cooperation.b": change("2027-01-01", "resume"),
        },
        "cooperation.b.date",
        "expected one change a day",
    ),
    "cooperation of a partner with itself": (
        {"cooperation.a": change("2027-01-01", "begin", partners=["other", "other"])},
        "cooperation.a.partners",
        "given 'other' twice; expected two different partners",
    ),
    "exchanges of seats that contradict each other": (
        {
            "agreement.a": {
                **SWAP,
                "since": date(2027, 1, 1),
                "seats_on": {"capsule": "RUS", "freighter": "USA"},
            },
            "agreement.b": {
                **SWAP,
                "since": date(2027, 6, 1),
                "seats_on": {"capsule": "JPN", "freighter": "USA"},
            },
        },
        "agreement.b.seats_on.capsule",
        "given 'JPN', while 'a' gives seats on capsule to 'RUS' on the same days",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_gives_one_message_with_its_key(tmp_path: Path, name: str) -> None:
    changes, key, words = BAD[name]
    checked = check_changed(tmp_path, {"partner.other": OTHER, **changes})
    found = errors(checked)
    assert len(found) == 1, found
    assert f" {key}: " in found[0]
    assert words in found[0]
    assert found[0].split("programme.toml:")[1][0].isdigit()  # a line


WARNED: dict[str, tuple[dict[str, Any], str]] = {
    "more delivered than owed": (
        {"obligation.a": {**OWED, "quantity": 2.0, "delivered": 3.0, "unit": "flights"}},
        "obligation.a.delivered: given 3 flights; expected at most 2 flights, what is owed",
    ),
    "rounds of exchanged seats that overlap": (
        {
            f"agreement.{key}": {
                **SWAP,
                "since": date(2027, month, 1),
                "seats_on": {"capsule": "RUS", "freighter": "USA"},
            }
            for key, month in (("a", 1), ("b", 6))
        },
        "agreement.b.since: given 2027-06-01, while 'a' exchanges the same seats until 2028-01-01",
    ),
    "a depositary that is no party": (
        {"treaty.pact": {**PACT, "parties": ["other"], "depositary": "operator"}},
        "treaty.pact.depositary: given 'operator', which is not a party",
    ),
}


@pytest.mark.parametrize("name", WARNED)
def test_what_is_odd_but_possible_is_a_warning(tmp_path: Path, name: str) -> None:
    changes, words = WARNED[name]
    checked = check_changed(tmp_path, {"partner.other": OTHER, **changes})
    assert errors(checked) == []
    assert any(words in line for line in warnings(checked)), warnings(checked)


def test_owed_each_year_and_delivered_in_all_are_not_held_against_each_other(
    tmp_path: Path,
) -> None:
    owed = {**OWED, "quantity": 2.0, "delivered": 30.0, "unit": "flights/year"}
    assert not any(
        "obligation" in line for line in warnings(check_changed(tmp_path, {"obligation.a": owed}))
    )


def test_what_is_met_exactly_and_commitments_one_after_the_other_are_right(tmp_path: Path) -> None:
    owed = {**OWED, "quantity": 2.0, "delivered": 2.0, "unit": "flights"}
    changes = {
        "obligation.a": owed,
        "commitment.a": bound("2026-01-01", "2026-12-31"),
        "commitment.b": bound("2027-01-01", "2030-12-31"),
    }
    checked = check_changed(tmp_path, {"partner.other": OTHER, **changes})
    assert errors(checked) == []
    assert not any("obligation" in line for line in warnings(checked))


def test_a_run_with_a_bad_record_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    changes, key, words = BAD["a notice before its agreement"]
    file = tmp_path / "programme.toml"
    file.write_text(changed({"partner.other": OTHER, **changes}), encoding="utf-8")
    command = [sys.executable, "-m", "stationkeeper.cli", "run", str(file)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "runs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert key in done.stderr
    assert words.split(";")[0] in done.stderr
    assert not (tmp_path / "runs").exists()
