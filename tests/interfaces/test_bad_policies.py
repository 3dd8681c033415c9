"""Bad policies: exit 2, one clear message with its line, nothing written."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stationkeeper.lifetime.deciding import rules
from stationkeeper.programme import check_policies
from tests.programmes import changed, check_changed, errors

END = {"rule": "risk-above-limit", "act": "end", "station": "small"}
KEEP = {**END, "parameters": {"yearly_risk_at_most": 0.01}}
LEAVE = {"rule": "as-announced", "act": "leave", "station": "small", "partner": "operator"}


def kept(**parameters: Any) -> dict[str, Any]:
    return {**END, "parameters": {"yearly_risk_at_most": 0.01, **parameters}}


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "a rule that nobody has": (
        {**KEEP, "rule": "risk-above-limt"},
        "policy.p.rule",
        "did you mean 'risk-above-limit'?",
    ),
    "a rule of a package that is not there": (
        {"rule": "our-own", "act": "end", "station": "small"},
        "policy.p.rule",
        "'stationkeeper.policies'",
    ),
    "an act that the rule is not for": (
        {**KEEP, "act": "launch"},
        "policy.p.act",
        "given launch; expected end, leave with the rule 'risk-above-limit'",
    ),
    "no limit": (END, "policy.p.parameters.yearly_risk_at_most", "given none; expected a number"),
    "a limit in percent": (
        kept(yearly_risk_at_most=5.0),
        "policy.p.parameters.yearly_risk_at_most",
        "given 5.0; expected a number from 0 to 1",
    ),
    "a parameter that the rule does not know": (
        kept(measure="people-lost"),
        "policy.p.parameters.measure",
        "did you mean 'measures'",
    ),
    "a measure that nobody counts": (
        kept(measures="people-lost, weather"),
        "policy.p.parameters.measures",
        "given 'people-lost, weather'; expected names out of",
    ),
    "a date that is none": (
        kept(certified_until="next year"),
        "policy.p.parameters.certified_until",
        "given 'next year'; expected a date",
    ),
    "true for a number": (
        {**LEAVE, "parameters": {"notice_days": True}},
        "policy.p.parameters.notice_days",
        "given True; expected a number, 0 or more",
    ),
    "nobody who leaves": (
        {key: value for key, value in LEAVE.items() if key != "partner"},
        "policy.p.partner",
        "expected whose part it is",
    ),
    "no own station": (
        {**LEAVE, "rule": "own-station-crewed"},
        "policy.p.own_station",
        "expected the partner's own station",
    ),
    "its own station is the one concerned": (
        {**LEAVE, "rule": "own-station-crewed", "own_station": "small"},
        "policy.p.own_station",
        "expected another station",
    ),
    "a station that is not there": (
        {**KEEP, "station": "smal"},
        "policy.p.station",
        "did you mean 'small'",
    ),
    "a last day before the first": (
        {**KEEP, "since": "2028-01-01", "until": "2027-01-01"},
        "policy.p.until",
        "given 2027-01-01; expected a day from 2028-01-01 on",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_policy_gives_one_message_with_its_key(tmp_path: Path, name: str) -> None:
    policy, key, words = BAD[name]
    found = errors(check_changed(tmp_path, {"policy.p": policy}))
    assert len(found) == 1, found
    assert f" {key}: " in found[0]
    assert words in found[0]
    assert found[0].split("programme.toml:")[1][0].isdigit()  # a line


@pytest.mark.parametrize("policy", [KEEP, LEAVE])
def test_a_good_policy_is_taken(tmp_path: Path, policy: dict[str, Any]) -> None:
    assert errors(check_changed(tmp_path, {"policy.p": policy})) == []


def test_what_the_check_knows_of_rules_is_what_there_is() -> None:
    assert set(check_policies.RULES) == set(rules.RULES)
    for name, rule in rules.RULES.items():
        told = rule.__doc__ or ""
        for parameter in check_policies.RULES[name].parameters:
            engine = parameter in ("notice_days", "certified_until")
            assert engine or f"``{parameter}``" in told, (name, parameter)


def test_a_run_with_a_bad_policy_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    policy, key, words = BAD["a rule that nobody has"]
    file = tmp_path / "programme.toml"
    file.write_text(changed({"policy.p": policy}), encoding="utf-8")
    command = [sys.executable, "-m", "stationkeeper.cli", "run", str(file)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "runs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert key in done.stderr
    assert words in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_rule_that_raises_ends_a_run_before_anything_is_flown(tmp_path: Path) -> None:
    (tmp_path / "our_rules.py").write_text(
        "def broken(view, parameters):\n    raise ZeroDivisionError('a rate of nothing')\n"
    )
    metadata = tmp_path / "our_rules-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: our-rules\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[stationkeeper.policies]\nbroken = our_rules:broken\n"
    )
    document = tmp_path / "programme.toml"
    document.write_text(changed({"policy.p": {"rule": "broken", "act": "end", "station": "small"}}))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "stationkeeper.cli", "run", str(document)),
            *("--replicas", "2", "--out", str(tmp_path / "runs")),
        ],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    told = done.stderr.strip().splitlines()[-1]
    assert "policy.p" in told
    assert "ZeroDivisionError: 'a rate of nothing'" in told
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()
