"""The speed rows of crews say what was answered, and judge it by limits, gaps and a peer."""

import importlib
from dataclasses import replace

import pytest

from stationkeeper.schedule.problem import Stage
from stationkeeper.validation import speed_crew
from stationkeeper.validation.rotation_cases import iss_like
from stationkeeper.validation.speed_crew import CASES, HIGHS_LIMIT, Answer, milp_row, planner_rows
from stationkeeper.validation.topics import TIMED, VALIDATED

STAGES = (
    Stage("safety days lost", "d", 3, 3, "proven"),
    Stage("crew time short", "crew-days", 100, 100, "proven"),
)
GOOD = Answer(1.0, 0.5, 4.0, 6.0, 200.0, "proven", STAGES)
OPEN = replace(
    GOOD,
    status="within limit",
    stages=(STAGES[0], Stage("crew time short", "crew-days", 100, 95, "within limit")),
)


def test_a_proven_answer_in_time_meets_every_goal():
    rows = planner_rows(CASES["iss-six"], GOOD)
    assert [row.ours_s for row in rows] == [4.0, 0.01, 0.5]
    assert all(row.met for row in rows)
    assert "proven in every stage" in rows[0].agreement
    assert rows[0].peak_mb == 200


def test_late_answers_and_late_first_plans_fall_short():
    rows = planner_rows(CASES["iss-two"], replace(GOOD, wall_s=10.5, first_s=2.5))
    assert len(rows) == 2
    assert not any(row.met for row in rows)


def test_the_largest_gap_is_judged_and_its_stage_named():
    time, gap, _ = planner_rows(CASES["ros-ten"], OPEN)
    assert time.met
    assert "not proven: crew time short (gap 5.0%)" in time.agreement
    assert gap.ours_s == pytest.approx(5.0)
    assert gap.agreement == "crew time short: 100, bound 95"
    assert not gap.met


def test_an_unproven_answer_is_never_within_a_limit_without_a_row_for_its_gap():
    for case in CASES.values():
        rows = planner_rows(case, GOOD)
        assert case.stage_s >= case.limit_s or any("gap" in row.work for row in rows)


def test_a_plan_that_breaks_rules_or_is_missing_meets_nothing():
    broken = planner_rows(CASES["iss-six"], replace(GOOD, broken=("two ships at one port",)))
    refused = planner_rows(
        CASES["iss-six"],
        replace(GOOD, stages=(), reason="planning needs OR-tools: run `make full`"),
    )
    for rows, words in ((broken, "two ships at one port"), (refused, "make full")):
        assert not any(row.met for row in rows)
        assert all(words in row.agreement for row in rows)


def test_the_peer_is_beside_ours_with_equal_values():
    row = milp_row(CASES["iss-two"], GOOD, replace(GOOD, wall_s=40.0))
    assert row.ratio == pytest.approx(10.0)
    assert row.met
    assert "equal in the 2 stages" in row.agreement


def test_a_peer_that_is_stopped_counts_with_its_limit_and_its_gap():
    row = milp_row(CASES["iss-two"], GOOD, replace(OPEN, wall_s=107.0))
    assert row.peer_s == HIGHS_LIMIT
    assert "equal in the 1 stages" in row.agreement
    assert "crew time short with a gap of 5.0%" in row.agreement


def test_answers_that_differ_where_both_are_proven_meet_nothing():
    other = (STAGES[0], Stage("crew time short", "crew-days", 99, 99, "proven"))
    row = milp_row(CASES["iss-two"], GOOD, replace(GOOD, stages=other))
    assert row.peer_s is None
    assert "crew time short: 100 and 99" in row.agreement


def test_an_unproven_answer_is_not_faster_than_a_proven_one():
    row = milp_row(CASES["iss-two"], OPEN, replace(GOOD, wall_s=100.0))
    assert not row.met
    assert "the planner stopped after 4.0 s, not proven: crew time short" in row.agreement
    assert "HiGHS took 100.0 s, proven in every stage" in row.agreement


def test_a_stage_after_one_that_is_open_is_another_question():
    first = Stage("safety days lost", "d", 4, 3, "within limit")
    other = replace(GOOD, status="within limit", stages=(first, STAGES[1]))
    assert "no stage proven by both" in milp_row(CASES["iss-two"], GOOD, other).agreement


def test_a_question_is_really_answered_and_recounted():
    given = speed_crew.answer(iss_like(1), "planner", 10.0)
    assert given.broken == ()
    assert given.reason == ""
    assert 0 < given.first_s <= given.wall_s
    assert given.peak_mb > 50
    assert len(given.stages) == 6


def test_every_topic_has_its_module():
    for kind, topics in (("", VALIDATED), ("speed_", TIMED)):
        for topic in topics:
            assert importlib.import_module(f"stationkeeper.validation.{kind}{topic}").rows
