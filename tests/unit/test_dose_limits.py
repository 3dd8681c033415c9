"""Dose limits are dated, sourced and keep their quantity."""

from datetime import date

import pytest

from stationkeeper.crew.limits import PERIODS, limits, limits_for
from stationkeeper.units import days_since_2000


def test_every_line_says_what_whom_when_and_where_from() -> None:
    for limit in limits():
        assert limit.period in PERIODS
        assert limit.status in ("in force", "contested", "proposed")
        assert limit.confidence in ("A", "B", "C")
        assert limit.quantity
        assert limit.source
        assert 0 < limit.value <= limit.upper
        assert limit.valid_from <= limit.valid_until
        assert limit.unit in ("mSv", "mGy-Eq")
        assert (limit.unit == "mGy-Eq") == limit.quantity.startswith("gray-equivalent")
        assert limit.confidence == "A" or "memory" in limit.note


@pytest.mark.parametrize("agency", ["nasa", "roscosmos", "esa", "jaxa", "csa"])
def test_each_partner_has_a_career_limit_today(agency: str) -> None:
    today = limits_for(agency, days_since_2000(date(2026, 1, 1)))
    assert [limit.status for limit in today if limit.period == "career"] == ["in force"]


def test_contested_limits_come_after_those_in_force() -> None:
    found = [limit.status for limit in limits_for("roscosmos", 9_500)]
    assert found == sorted(found, key=["in force", "contested", "proposed"].index)
    assert "contested" in found


def test_a_date_before_the_draft_does_not_know_it() -> None:
    day = days_since_2000(date(2021, 5, 11))
    assert all(limit.status == "in force" for limit in limits_for("roscosmos", day))
    known = limits_for("roscosmos", 9_500, known_by=day)
    assert all(limit.known_on <= day for limit in known)


def test_the_last_day_of_a_limit_still_counts() -> None:
    last = days_since_2000(date(2021, 12, 31))
    assert "proposed" in [limit.status for limit in limits_for("nasa", last + 0.9)]
    assert "proposed" not in [limit.status for limit in limits_for("nasa", last + 1)]


def test_an_agency_without_published_limits_has_none() -> None:
    assert limits_for("cmsa", 9_500) == ()
