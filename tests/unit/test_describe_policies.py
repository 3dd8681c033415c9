"""`show` tells what decides and what strikes by chance."""

from stationkeeper.programme.describe import as_text, describe
from stationkeeper.programme.describe_policies import policy_lines
from stationkeeper.programme.read import read_programme


def test_policies_and_random_shocks_are_told_with_what_they_ask_for():
    lines = as_text(describe(read_programme("iss-to-ros"))).splitlines()
    assert "  roscosmos-leaves: roscosmos, leave iss for ros by own-station-crewed" in lines
    assert any("by risk-above-limit (yearly_risk_at_most 0.02" in line for line in lines)
    assert "  progress-lost: flight-lost, progress-ms, 3.2 % of flights" in lines


def test_days_and_durations_are_told():
    policy = {
        "key": "p",
        "act": "end",
        "rule": "mine",
        "station": "alpha",
        "partner": None,
        "own_station": None,
        "since": "2030-01-01",
        "until": None,
        "parameters": {},
    }
    shock = {
        "key": "s",
        "kind": "grounded",
        "on": ["rocket"],
        "chance_per_flight": None,
        "per_year": 0.25,
        "lasts_days": [30.0, 90.0],
    }
    assert policy_lines([policy], [shock]) == [
        "",
        "policies, 1, as they are asked:",
        "  p: end alpha by mine, since 2030-01-01",
        "",
        "by chance, 1:",
        "  s: grounded, rocket, 0.25 a year for 30 to 90 d",
    ]


def test_nothing_is_told_of_what_is_not_there():
    assert policy_lines([], []) == []
