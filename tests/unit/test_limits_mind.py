"""Limits and safe mode on board: the first safe thing, no diagnosis, and nobody at all."""

import json

import numpy as np

from stationkeeper.caretaker.authority import Commander
from stationkeeper.caretaker.limits_mind import LimitsMind, twin_of
from stationkeeper.caretaker.nobody import Nobody
from stationkeeper.caretaker.vehicle import Ask, Mind, Noticed
from tests.vehicles import alarm, asked, seen, small_station, telemetry

STATION = small_station()


def noticed_by(
    mind: LimitsMind, time: float, *names: str, safe: bool = False, **changes: float
) -> tuple[list[Ask], float]:
    row = telemetry(STATION, **changes)
    news = [alarm(STATION, row, name, time) for name in names]
    return mind.act(seen(time, row, news, safe=safe))


def test_nobody_asks_for_nothing() -> None:
    mind: Mind = Nobody()
    row = telemetry(STATION, loop__1__flow=0.0)
    news = [alarm(STATION, row, "loop.1.flow", 1.0)]
    assert mind.act(seen(1.0, row, news)) == ([], np.inf)
    mind.restore(mind.save())


def test_the_spare_pump_takes_over() -> None:
    mind = LimitsMind(STATION)
    asks, due = noticed_by(mind, 100.0, "loop.1.flow", loop__1__flow=5.0)
    assert asked(asks) == [("load.pump-1-2", 1.0)]
    assert asks[0].commander is Commander.CARETAKER
    assert due == 110.0
    asks, _ = noticed_by(mind, 110.0, loop__1__flow=5.0)
    assert asked(asks) == [("load.pump-1-1", 0.0)]
    assert noticed_by(mind, 230.0) == ([], np.inf)


def test_hatches_of_a_room_are_closed_when_both_sensors_say_that_it_loses_pressure() -> None:
    mind = LimitsMind(STATION)
    one = {"room__lab__pressure": 95.0}
    assert noticed_by(mind, 0.0, "room.lab.pressure", **one) == ([], np.inf)
    both = {**one, "room__lab__pressure__b": 95.1}
    asks, _ = noticed_by(mind, 10.0, "room.lab.pressure.b", **both)
    assert asked(asks) == [("hatch.core-lab", 0.0), ("vent.lab", 0.0)]


def test_payload_is_shed_before_safe_mode() -> None:
    mind = LimitsMind(STATION)
    low = {"bus__1__level": 20.0}
    asks, due = noticed_by(mind, 0.0, "bus.1.level", **low)
    assert asked(asks) == [("load.oven", 0.0), ("load.camera", 0.0)]
    off = {"load__oven__on": 0.0, "load__camera__on": 0.0}
    asks, _ = noticed_by(mind, due, **low, **off)
    assert asked(asks) == [("safe-mode", 1.0)]  # this station has no ties
    assert noticed_by(mind, due + 1e5, safe=True) == ([], np.inf)


def test_lost_attitude_ends_in_safe_mode() -> None:
    mind = LimitsMind(STATION)
    lost = {"attitude__error": 90.0}
    asks, due = noticed_by(mind, 0.0, "attitude.error", **lost)
    assert asks == []
    asks, due = noticed_by(mind, due, **lost)
    assert asked(asks) == [("thrust.1", 1.0)]
    asks, _ = noticed_by(mind, due, **lost)
    assert asked(asks) == [("safe-mode", 1.0)]


def test_an_unknown_hazard_asks_for_safe_mode_at_once_and_only_once() -> None:
    mind = LimitsMind(STATION)
    jump = [Noticed(0.0, "bus.1.level", "limit", 80.0)]  # a rate, of which no procedure tells
    assert asked(mind.act(seen(0.0, telemetry(STATION), jump))[0]) == [("safe-mode", 1.0)]
    assert mind.act(seen(0.0, telemetry(STATION), jump, safe=True))[0] == []


def test_what_is_no_hazard_and_what_only_the_forecaster_tells_is_left_alone() -> None:
    mind = LimitsMind(STATION)
    assert noticed_by(mind, 0.0, "smell", smell=5.0) == ([], np.inf)
    told = [Noticed(0.0, "bus.1.level", "watch", 80.0)]
    assert mind.act(seen(0.0, telemetry(STATION), told)) == ([], np.inf)


def test_without_a_computer_there_is_no_mind() -> None:
    mind = LimitsMind(STATION)
    changes = {"loop__1__flow": 5.0, "computer__leads": 0.0}
    assert noticed_by(mind, 0.0, "loop.1.flow", **changes) == ([], 60.0)


def test_what_was_told_while_no_computer_led_is_answered_when_one_does() -> None:
    mind, other = LimitsMind(STATION), LimitsMind(STATION)
    dead = {"computer__leads": 0.0}
    low = {"loop__1__flow": 5.0}
    noticed_by(mind, 0.0, "loop.1.flow", **dead, **low)
    noticed_by(mind, 10.0, "attitude.error", **dead, **low, attitude__error=90.0)
    ended = [Noticed(20.0, "attitude.error", "limit", 1.0, over=True)]
    assert mind.act(seen(20.0, telemetry(STATION, **dead, **low), ended)) == ([], 80.0)
    other.restore(json.loads(json.dumps(mind.save())))
    for which in (mind, other):
        asks, due = noticed_by(which, 80.0, **low)
        assert asked(asks) == [("load.pump-1-2", 1.0)]
        assert due == 90.0  # nothing of the attitude is open


def test_the_mind_is_taken_up_where_it_was_left() -> None:
    mind, other = LimitsMind(STATION), LimitsMind(STATION)
    noticed_by(mind, 100.0, "loop.1.flow", loop__1__flow=5.0)
    other.restore(json.loads(json.dumps(mind.save())))
    for which in (mind, other):
        asks, _ = noticed_by(which, 110.0, loop__1__flow=5.0)
        assert asked(asks) == [("load.pump-1-1", 0.0)]


def test_each_sensor_of_a_pair_knows_the_other() -> None:
    first, second = (STATION.parameter(f"room.lab.oxygen{one}") for one in ("", ".b"))
    assert twin_of(STATION, "room.lab.oxygen") == second
    assert twin_of(STATION, "room.lab.oxygen.b") == first
    assert twin_of(STATION, "smell") == -1
