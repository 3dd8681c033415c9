"""Longest stays under dose limits, held against a plain loop over days."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeeper.crew.limits import PERIOD_DAYS, limits_for
from stationkeeper.errors import InputError
from stationkeeper.lifetime.stay_limits import (
    LONGEST_STAY,
    NO_LIMIT,
    StayLimits,
    agencies_by_nation,
    longest_stays,
    nations_of,
    stay_limits,
)
from stationkeeper.programme.nations import EUROPE
from stationkeeper.programme.read import read_programme
from stationkeeper.report.look import nation_group
from stationkeeper.units import DAY, MILLI, days_since_2000


def longest_by_loop(rate, limit, period, launch):
    """Add day after day; stop before any window of the stay holds more than the limit."""
    stay = 0
    while stay < LONGEST_STAY and launch + stay < len(rate):
        aboard = rate[launch : launch + stay + 1]
        window = aboard if np.isinf(period) else aboard[-int(period) :]
        if sum(window) > limit:
            return stay
        stay += 1
    return LONGEST_STAY


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=60),
    st.integers(0, 40),
    st.sampled_from([1.0, 3.0, 7.0, 30.0, np.inf]),
)
def test_the_longest_stay_is_that_of_a_plain_loop(rate, limit, period):
    dose = np.concatenate([[0], np.cumsum(rate)])
    ours = longest_stays(dose, limit, period, len(rate))
    assert ours.tolist() == [
        longest_by_loop(rate, limit, period, launch) for launch in range(len(rate))
    ]


def test_a_window_later_in_the_stay_can_end_it():
    rate = [1.0] * 10 + [5.0] * 3 + [1.0] * 10  # a week of these holds no more than nine until then
    dose = np.concatenate([[0], np.cumsum(rate)])
    assert longest_stays(dose, 12.0, 7.0, 1).tolist() == [11]


@pytest.fixture(scope="module")
def iss() -> StayLimits:
    return stay_limits(read_programme("iss"), "iss", date(2025, 1, 1), 40)


def test_stays_on_the_iss_are_years_and_follow_the_loop(iss):
    daily = iss.rate * DAY
    assert 0.4 < daily[0] / MILLI < 0.8  # quiet time, published 0.5 to 0.7 mSv/d
    agencies = agencies_by_nation(read_programme("iss"))
    for nation in ("RUS", "USA", "JPN", "DEU"):
        row = iss.nations.index(nation)
        for place in (0, 39):
            expected = LONGEST_STAY
            for limit in limits_for(agencies[nation], iss.first_day + place):
                if limit.unit == "mSv" and limit.status == "in force":
                    period = PERIOD_DAYS[limit.period]
                    stay = longest_by_loop(daily[: place + 3_000], limit.value, period, place)
                    expected = min(expected, stay)
            assert iss.longest[row, place] == expected
            assert 365 < iss.longest[row, place] < 3_000


def test_the_limit_that_binds_is_told_with_its_source(iss):
    told = iss.as_document()
    assert told["RUS"]["limit"] == "1000 mSv, effective dose, career, roscosmos"
    assert told["RUS"]["status"] == "in force"
    assert "NAP 26155" in told["RUS"]["source"]
    assert told["USA"]["days"] < told["RUS"]["days"]
    assert told["RUS"]["days"] <= told["RUS"]["days_at_most"]


def test_limits_in_another_quantity_are_listed_and_not_compared(iss):
    assert {limit.unit for limit in iss.limits} == {"mSv"}
    assert {limit.unit for limit in iss.not_compared} == {"mGy-Eq"}


def test_contested_limits_count_only_if_asked_for(monkeypatch):
    strict = limits_for("roscosmos", days_since_2000(date(2025, 1, 1)))
    low = [
        limit.__class__(**{**vars(limit), "value": 0.1}) if limit.status == "contested" else limit
        for limit in strict
    ]
    monkeypatch.setattr("stationkeeper.lifetime.stay_limits.limits", lambda: tuple(low))
    programme = read_programme("iss")
    plain = stay_limits(programme, "iss", date(2025, 1, 1), 3)
    asked = stay_limits(programme, "iss", date(2025, 1, 1), 3, contested=True)
    row = plain.nations.index("RUS")
    assert (plain.longest[row] > 1_000).all()
    assert (plain.longest_contested[row] < 365).all()
    assert (asked.longest[row] == plain.longest_contested[row]).all()
    assert plain.limits[plain.binding_contested[row, 0]].status == "contested"
    assert "do not count" in plain.words()
    assert "Contested limits count" in asked.words()


def test_a_limit_holds_for_launches_from_its_first_day():
    found = stay_limits(read_programme("iss"), "iss", date(2003, 12, 30), 4)
    russians = found.nations.index("RUS")
    assert found.longest[russians, :2].tolist() == [LONGEST_STAY] * 2
    assert found.binding[russians, :2].tolist() == [NO_LIMIT] * 2
    assert (found.longest[russians, 2:] < LONGEST_STAY).all()
    assert found.as_document()["RUS"]["days_at_most"] is None


def test_a_nation_without_partner_or_limit_has_no_dose_limit(iss):
    row = iss.nations.index("BLR")
    assert (iss.longest[row] == LONGEST_STAY).all()
    assert iss.as_document()["BLR"]["days"] is None


def test_europeans_are_those_of_the_report():
    assert all(nation_group(nation) == "Europe" for nation in EUROPE)
    every = nations_of(read_programme("iss"))
    assert {n for n in every if nation_group(n) == "Europe"} <= EUROPE


def test_a_higher_station_is_left_sooner_and_one_over_the_poles_too():
    def shortest(settings, overrides=()):
        programme = read_programme("iss-to-ros", overrides=overrides, settings=settings)
        found = stay_limits(programme, "ros", date(2033, 1, 1), 2)
        return int(found.by_nation()["RUS"].min())

    def band(rule, lower, upper):
        key = f"station.ros.reboost.{rule}"
        return (f"{key}.lower_km={lower}", f"{key}.upper_km={upper}")

    plain = shortest(())
    assert shortest(band("band", 445, 455)) < plain
    # The polar plan flies lower, which outweighs its inclination in quiet time: at the same height
    # it is the other way round.
    polar = ("plan-2022-polar",)
    assert shortest(band("stage-2", 408, 412), polar) < plain < shortest((), polar)


def test_knowing_less_of_the_sun_and_of_the_limits_changes_the_stays():
    programme = read_programme("iss", as_known=date(2022, 3, 1))
    known = stay_limits(programme, "iss", date(2022, 4, 1), 2)
    assert known.predicted_from == days_since_2000(date(2022, 3, 2))
    assert known.by_nation()["USA"].max() < LONGEST_STAY
    early = stay_limits(
        read_programme("iss", as_known=date(2018, 1, 1)), "iss", date(2018, 2, 1), 2
    )
    assert early.limits == ()
    assert "appeared after 2018-01-01" in early.words()
    now = stay_limits(read_programme("iss"), "iss", date(2022, 4, 1), 2)
    assert np.abs(known.rate / now.rate - 1).max() > 0.02


def test_a_station_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"station\.mars.*expected one of iss"):
        stay_limits(read_programme("iss"), "mars", date(2025, 1, 1), 2)
    with pytest.raises(InputError, match="given 0, expected at least 1"):
        stay_limits(read_programme("iss"), "iss", date(2025, 1, 1), 0)


def test_days_before_the_solar_record_are_refused():
    with pytest.raises(InputError, match="the Sun is recorded from 1957"):
        stay_limits(read_programme("iss"), "iss", date(1957, 1, 1), 2)
