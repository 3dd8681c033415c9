"""Many channels, one event: what belongs together is told by the time between two notices."""

from stationkeeper.caretaker.merging import GAP, merged_events
from stationkeeper.caretaker.vehicle import Noticed


def told(*times: float, over: bool = False) -> list[Noticed]:
    return [Noticed(time, f"p{time:.0f}", "limit", 1.0, over=over) for time in times]


def test_the_gap_counts_from_the_last_notice_and_not_from_the_first() -> None:
    events = merged_events(told(0.0, 500.0, 1_000.0, 1_000.0 + GAP, 1_601.0 + GAP))
    assert [(one.begin, one.end) for one in events] == [(0.0, 1_600.0), (2_201.0, 2_201.0)]


def test_an_end_begins_no_event_and_lengthens_none() -> None:
    rows = [*told(0.0), *told(500.0, over=True), *told(700.0), *told(5_000.0, over=True)]
    assert [(one.begin, one.end) for one in merged_events(rows)] == [(0.0, 0.0), (700.0, 700.0)]


def test_a_parameter_and_a_rule_are_told_once_in_order() -> None:
    rows = [
        Noticed(0.0, "b", "watch", 1.0),
        Noticed(1.0, "a", "limit", 1.0),
        Noticed(2.0, "b", "limit", 1.0),
    ]
    (event,) = merged_events(rows)
    assert (event.first, event.parameters, event.rules) == ("b", ("b", "a"), ("watch", "limit"))
