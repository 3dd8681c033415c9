"""People on the ground: what they cannot see, how long they think, and what they end with."""

import json
from typing import Any

import numpy as np
import pytest

from stationkeeper.caretaker.authority import Commander, Verdict
from stationkeeper.caretaker.procedures import read_book
from stationkeeper.caretaker.vehicle import Answer, Ask, Noticed
from stationkeeper.errors import InputError
from stationkeeper.operations.ground import (
    GIVEN_UP_AFTER,
    LOOK_AGAIN,
    RESTORE_AFTER,
    TRIES,
    GroundMind,
)
from tests.vehicles import alarm, asked, seen, small_station, telemetry

STATION = small_station()
LOW = {"loop__1__flow": 5.0}


def mind(reaction: float = 600.0) -> GroundMind:
    return GroundMind(STATION, reaction)


def look(
    who: GroundMind,
    time: float,
    names: tuple[str, ...] = (),
    *,
    link: bool = True,
    safe: bool = False,
    answers: tuple[Answer, ...] = (),
    **changes: float,
) -> tuple[list[tuple[str, float]], float]:
    row = telemetry(STATION, **changes)
    news = [alarm(STATION, row, name, time) for name in names]
    asks, due = who.act(seen(time, row, news, answers, link=link, safe=safe))
    assert all(ask.commander is Commander.GROUND for ask in asks)
    assert not asks or link
    return asked(asks), due


def test_they_begin_their_reaction_after_they_have_seen_it() -> None:
    who = mind(600.0)
    assert look(who, 100.0, ("loop.1.flow",), **LOW) == ([], 700.0)
    assert look(who, 699.0, **LOW)[0] == []
    assert look(who, 700.0, **LOW)[0] == [("load.pump-1-2", 1.0)]


def test_what_happened_without_a_link_is_seen_when_it_comes_back() -> None:
    who = mind(600.0)
    assert look(who, 100.0, ("loop.1.flow",), link=False, **LOW) == ([], 160.0)
    assert look(who, 3_000.0, link=False, **LOW) == ([], 3_060.0)
    assert look(who, 4_000.0, **LOW) == ([], 4_600.0)
    assert look(who, 4_600.0, link=False, **LOW)[0] == []  # no command without a link
    assert look(who, 5_000.0, **LOW)[0] == [("load.pump-1-2", 1.0)]


def test_without_a_link_nothing_of_the_station_reaches_them() -> None:
    one, other = mind(), mind()
    for who in (one, other):
        look(who, 0.0, ("loop.1.flow",), **LOW)
    strange: dict[str, Any] = {"bus__1__level": 1.0, "load__oven__on": 0.0, "attitude__error": 9e9}
    for time in (600.0, 700.0, 10_000.0):
        assert look(one, time, link=False, safe=False) == look(
            other, time, link=False, safe=True, **strange
        )
        assert one.save() == other.save()
    assert look(one, 20_000.0, **LOW) == look(other, 20_000.0, **LOW)


def test_each_step_is_judged_by_its_effect_before_the_next() -> None:
    who = mind(600.0)
    look(who, 0.0, ("loop.1.flow",), **LOW)
    _, due = look(who, 600.0, **LOW)
    assert due == 600.0 + 10.0 + 300.0  # the wait of the step, and theirs
    asks, due = look(who, due, **LOW)
    assert asks == [("load.pump-1-1", 0.0)]
    assert look(who, due)[0] == []
    assert who.desk.runs == []


TURN = read_book(
    '[[procedure]]\nkey = "a"\nsymptom = ["smell"]\nwhen = ["high"]\nstep = ['
    '{ command = "thrust.1", value = 1, wait_s = 0, follow = true },'
    '{ command = "hatch.core-lab", value = 1, wait_s = 0, follow = true },'
    '{ command = "load.oven", value = 0, wait_s = 90 }]'
)
BAD = {"smell": 5.0}


def answer(time: float, name: str, verdict: Verdict) -> Answer:
    return Answer(time, Ask(name, 1.0, "", Commander.GROUND), verdict, "")


def test_a_hazardous_command_is_sent_twice_and_the_next_only_then() -> None:
    who = GroundMind(STATION, 60.0, book=TURN)
    look(who, 0.0, ("smell",), **BAD)
    assert look(who, 60.0, **BAD)[0] == [("thrust.1", 1.0)]
    assert look(who, 120.0, **BAD)[0] == []  # the hatch waits for the answer
    held = answer(120.0, "thrust.1", Verdict.HELD)
    assert look(who, 121.0, answers=(held,), **BAD) == ([], 130.0)
    assert look(who, 130.0, **BAD)[0] == [("thrust.1", 1.0)]
    # Another's answer, or one to something else, is none to this.
    others = (
        Answer(131.0, Ask("thrust.1"), Verdict.ALLOWED, ""),
        answer(131.0, "load.oven", Verdict.ALLOWED),
    )
    assert look(who, 131.0, answers=others, **BAD)[0] == []
    done = answer(132.0, "thrust.1", Verdict.ALLOWED)
    assert look(who, 132.0, answers=(done,), **BAD)[0] == [("hatch.core-lab", 1.0)]
    no = answer(133.0, "hatch.core-lab", Verdict.REFUSED)
    assert look(who, 133.0, answers=(no,), **BAD)[0] == []
    assert who.outbox == []
    assert look(who, 1_000.0, **BAD)[0] == [("load.oven", 0.0)]


def test_an_answer_without_a_link_is_not_heard() -> None:
    who = GroundMind(STATION, 60.0, book=TURN)
    look(who, 0.0, ("smell",), **BAD)
    assert look(who, 60.0, **BAD)[0] == [("thrust.1", 1.0)]
    held = answer(61.0, "thrust.1", Verdict.HELD)
    assert look(who, 70.0, answers=(held,), link=False)[0] == []
    assert look(who, 100.0, link=False)[0] == []
    assert look(who, 700.0, **BAD)[0] == [("thrust.1", 1.0)]


def test_safe_mode_is_ended_when_all_is_well_and_not_before() -> None:
    who = mind(600.0)
    bad = {"attitude__error": 90.0}
    assert look(who, 0.0, safe=True, **bad) == ([], 600.0)
    assert look(who, 600.0, safe=True, **bad)[0] == []
    assert look(who, 1_200.0, safe=True)[0] == [("leave-safe-mode", 1.0)]
    held = answer(1_200.0, "leave-safe-mode", Verdict.HELD)
    assert look(who, 1_201.0, safe=True, answers=(held,))[0] == []
    assert look(who, 1_210.0, safe=True)[0] == [("leave-safe-mode", 1.0)]
    done = answer(1_210.0, "leave-safe-mode", Verdict.ALLOWED)
    assert look(who, 1_211.0, answers=(done,))[0] == []
    assert look(who, 1_300.0)[0] == []
    # One of two sensors out of limits is a failed sensor, both are the air.
    one = {"room__lab__pressure": 80.0}
    both = {**one, "room__lab__pressure__b": 80.0}
    other = mind(600.0)
    look(other, 0.0, safe=True, **both)
    assert look(other, 600.0, safe=True, **both)[0] == []
    assert look(other, 1_200.0, safe=True, **one)[0] == [("leave-safe-mode", 1.0)]


def test_a_module_that_was_given_up_does_not_keep_the_station_in_safe_mode() -> None:
    who = mind(600.0)
    both = {"room__lab__pressure": 80.0, "room__lab__pressure__b": 80.0}
    look(who, 0.0, safe=True, **both)
    assert look(who, 600.0, safe=True, **both)[0] == []
    again = mind(600.0)
    again.restore(json.loads(json.dumps(who.save())))
    for one in (who, again):
        assert look(one, 600.0 + GIVEN_UP_AFTER - 1.0, safe=True, **both)[0] == []
        later = 600.0 + GIVEN_UP_AFTER + LOOK_AGAIN
        assert look(one, later, safe=True, **both)[0] == [("leave-safe-mode", 1.0)]
    station = mind(600.0)  # what is not of a module is not given up
    bad = {"attitude__error": 90.0}
    look(station, 0.0, safe=True, **bad)
    look(station, 600.0, safe=True, **bad)
    assert look(station, 600.0 + 3 * GIVEN_UP_AFTER, safe=True, **bad)[0] == []


def test_a_procedure_that_is_open_keeps_the_station_safe() -> None:
    who = mind(600.0)
    look(who, 0.0, ("loop.1.flow",), safe=True, **LOW)
    assert ("leave-safe-mode", 1.0) not in look(who, 600.0, safe=True, **LOW)[0]


def test_what_was_shed_is_restored_a_few_times() -> None:
    who = mind(600.0)
    off = {"load__oven__on": 0.0}
    look(who, 0.0)
    assert look(who, 1_000.0, **off) == ([], 1_600.0)
    time, restored = 1_600.0, 0
    for _ in range(10):
        asks, _ = look(who, time, **off)
        assert asks in ([], [("load.oven", 1.0)])
        restored += len(asks)
        time += 600.0
    assert restored == TRIES
    # What was off when the station was first seen stays off.
    fresh = mind(600.0)
    look(fresh, 0.0, **off)
    assert look(fresh, 10_000.0, **off)[0] == []


def test_what_helped_by_being_off_stays_off_for_half_a_day() -> None:
    who = mind(600.0)
    low = {"bus__1__level": 20.0}
    look(who, 0.0)
    look(who, 0.0, ("bus.1.level",), **low)
    asks, due = look(who, 600.0, **low)
    assert asks == [("load.oven", 0.0), ("load.camera", 0.0)]
    off = {"load__oven__on": 0.0, "load__camera__on": 0.0}
    assert look(who, due, **off)[0] == []
    time = due
    while not (asks := look(who, time, **off)[0]):
        time += 600.0
    assert asks == [("load.oven", 1.0), ("load.camera", 1.0)]
    helped = who.desk.kept["load.oven"]
    assert helped >= 600.0 + 11_000.0  # the wait of the step
    assert RESTORE_AFTER <= time - helped < RESTORE_AFTER + 1_200.0


def test_a_procedure_without_success_ends_as_it_says() -> None:
    who = GroundMind(
        STATION,
        60.0,
        book=read_book(
            '[[procedure]]\nkey = "a"\nsymptom = ["smell"]\nwhen = ["high"]\nlast = "safe-mode"\n'
            'step = [{ command = "load.oven", value = 0, wait_s = 10 }]'
        ),
    )
    bad = {"smell": 5.0}
    look(who, 0.0, ("smell",), **bad)
    _, due = look(who, 60.0, **bad)
    assert look(who, due, **bad)[0] == [("safe-mode", 1.0)]


def test_what_ended_by_itself_is_left_alone() -> None:
    who = mind(600.0)
    look(who, 0.0, ("loop.1.flow",), **LOW)
    over = [Noticed(50.0, "loop.1.flow", "limit", 100.0, over=True)]
    who.act(seen(50.0, telemetry(STATION), over))
    assert look(who, 600.0, **LOW)[0] == []


def test_they_are_taken_up_where_they_were_left() -> None:
    who, other = (GroundMind(STATION, 60.0, book=TURN) for _ in range(2))
    look(who, 0.0, ("smell",), **BAD)
    look(who, 60.0, **BAD)
    look(who, 61.0, answers=(answer(61.0, "thrust.1", Verdict.HELD),), **BAD)
    look(who, 62.0, ("smell",), link=False, **BAD)
    look(who, 62.0, answers=(answer(62.0, "load.oven", Verdict.HELD),), link=False, **BAD)
    other.restore(json.loads(json.dumps(who.save(), allow_nan=False)))
    assert other.save() == who.save()
    asks = []
    for time in np.arange(65.0, 5_000.0, 60.0):
        here = look(who, time, **BAD)
        assert look(other, time, **BAD) == here
        asks += here[0]
    assert ("thrust.1", 1.0) in asks


def test_a_reaction_or_a_link_that_is_none_is_named() -> None:
    with pytest.raises(InputError, match="reaction: given 1 s"):
        GroundMind(STATION, 1.0)
    with pytest.raises(InputError, match="link: given 'wire'"):
        GroundMind(STATION, 300.0, "wire")  # type: ignore[arg-type]
