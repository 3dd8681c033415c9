"""Procedures as data: what is read, what a step means on a station, how it is judged."""

import numpy as np
import pytest

from stationkeeper.caretaker.procedures import (
    AGAIN_AFTER,
    Desk,
    Step,
    captured,
    commands_of,
    kind_of,
    read_book,
)
from stationkeeper.caretaker.vehicle import Noticed
from stationkeeper.errors import InputError
from tests.vehicles import alarm, asked, small_station, telemetry

STATION = small_station()
BOOK = """
[[procedure]]
key = "flow"
symptom = ["loop.{loop}.flow"]
when = ["low"]
last = "safe-mode"
step = [
    { command = "load.pump-{loop}-2", value = 1, wait_s = 10, follow = true, onboard = true },
    { command = "load.pump-{loop}-1", value = 0, wait_s = 60, back = 1, onboard = true },
    { command = "no-such-thing", value = 1, wait_s = 60 },
    { command = "spendable", value = 0, wait_s = 60, effect = "bus.1.level", below = 95 },
]
"""


def desk(text: str = BOOK, *, onboard: bool = False) -> Desk:
    return Desk(STATION, read_book(text), onboard)


def turn(which: Desk, time: float, age: float = 0.0, **changes: float) -> tuple[list, list]:
    row = telemetry(STATION, **changes)
    asks, given_up = which.advance(time, time, row, np.full(len(row), time - age))
    return asked(asks), [one.key for one in given_up]


def opened(which: Desk, time: float = 0.0, due: float = 0.0) -> None:
    row = telemetry(STATION, loop__1__flow=10.0)
    which.begin(alarm(STATION, row, "loop.1.flow", time), time, due)


def test_what_is_shipped_can_be_read_and_every_step_ends() -> None:
    book = read_book()
    assert len(book.procedures) >= 30
    for procedure in book.procedures:
        assert procedure.steps
        assert not procedure.steps[-1].follow
        for step in procedure.steps:
            assert 0 <= step.wait <= 86_400
            known = set().union(*(captured_names(pattern) for pattern in procedure.symptom))
            for text in (step.command, step.effect):
                assert captured_names(text) <= known
    assert book.is_hazard("attitude.error.b")
    assert not book.is_hazard("load.oven.power")


def captured_names(pattern: str) -> set[str]:
    return {part.split("}")[0] for part in pattern.split("{")[1:]}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("load.pump-{loop}-{unit}.on", "load.pump-1-2.on", {"loop": "1", "unit": "2"}),
        ("room.{room}.pressure", "room.target-1.pressure", {"room": "target-1"}),
        ("attitude.rate-*", "attitude.rate-x.b", {}),
        ("attitude.rate-*", "attitude.error", None),
        ("room.{room}.pressure", "room.a.b.pressure", None),
        ("room.{room}.pressure", "roomXaXpressure", None),
    ],
)
def test_patterns_take_names_apart(pattern: str, name: str, expected: object) -> None:
    assert captured(pattern, name) == expected


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("key = ", "expected TOML"),
        ('[[procedure]]\nsymptom = ["a"]\nwhen = ["low"]', "without key"),
        ('[[procedure]]\nkey = "a"\nsymptom = ["a"]\nwhen = ["lo"]', r"given \['lo'\]"),
        ('[[procedure]]\nkey = "a"\nsymptom = ["a"]\nwhen = ["low"]\nlast = "b"', "last: given b"),
        (
            '[[procedure]]\nkey = "a"\nsymptom = ["a"]\nwhen = ["low"]\nfirst = 1',
            "first: not known",
        ),
        (BOOK.replace("wait_s = 10", "wait = 10"), "step 1: wait: not known"),
        (BOOK.replace("wait_s = 10, ", ""), "step 1: wait_s: not given"),
        (BOOK.replace("wait_s = 10", 'wait_s = "10"'), "expected a number"),
        (BOOK + BOOK, "each key once"),
    ],
)
def test_what_is_no_procedure_is_named(text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        read_book(text)


def test_choices_come_from_the_dictionary() -> None:
    def of(command: str, value: float = 0.0) -> list[str]:
        return commands_of(STATION, Step(command, value, 1.0), {"room": "lab", "load": "pump-1-2"})

    assert of("hatches:{room}") == ["hatch.core-lab", "vent.lab"]
    assert of("spare:{load}", 1.0) == ["load.pump-1-1"]
    assert of("spare:oven", 1.0) == []
    assert of("spendable") == ["load.oven", "load.camera"]
    assert of("spendable:{room}") == ["load.oven"]
    assert of("load.pump-*") == ["load.pump-1-1", "load.pump-1-2"]
    assert of("attitude.mode", 2.0) == []
    assert of("") == []


@pytest.mark.parametrize(
    ("value", "rule", "kind"),
    [
        (10.0, "limit", "low"),
        (2e9, "limit", "rate"),
        (10.0, "watch", "watch"),
        (1.0, "stale", "stale"),
    ],
)
def test_the_side_of_a_limit_is_told_from_its_value(value: float, rule: str, kind: str) -> None:
    row = STATION.parameters[STATION.parameter("loop.1.flow")]
    assert kind_of(Noticed(0.0, row.name, rule, value), row) == kind  # type: ignore[arg-type]
    assert kind_of(Noticed(0.0, row.name, "limit", np.nan), row) == "rate"


def test_steps_follow_one_another_until_one_helps() -> None:
    one = desk()
    opened(one, due=100.0)
    low = {"loop__1__flow": 10.0}
    assert turn(one, 99.0, **low) == ([], [])
    assert turn(one, 100.0, **low) == ([("load.pump-1-2", 1.0)], [])
    assert one.next_due() == 110.0
    assert turn(one, 110.0, **low) == ([("load.pump-1-1", 0.0)], [])
    # No effect: put back; what the station does not have is passed over.
    assert turn(one, 170.0, **low) == (
        [("load.pump-1-1", 1.0), ("load.oven", 0.0), ("load.camera", 0.0)],
        [],
    )
    assert turn(one, 230.0, **low, bus__1__level=96.0) == ([], ["flow"])
    assert one.next_due() == np.inf


def test_a_step_that_is_followed_is_not_judged() -> None:
    one = desk()
    opened(one)
    turn(one, 0.0, loop__1__flow=10.0)
    assert turn(one, 10.0) == ([("load.pump-1-1", 0.0)], [])


def test_a_step_that_helped_is_kept_and_ends_the_procedure() -> None:
    one = desk()
    opened(one)
    turn(one, 0.0, loop__1__flow=10.0)
    turn(one, 10.0, loop__1__flow=10.0)
    assert turn(one, 70.0) == ([], [])
    assert one.runs == []
    assert one.kept == {"load.pump-1-1": 70.0}


def test_old_data_are_no_effect() -> None:
    one = desk()
    opened(one)
    turn(one, 0.0, loop__1__flow=10.0)
    turn(one, 10.0, loop__1__flow=10.0)
    asks, _ = turn(one, 70.0, age=31.0)
    assert ("load.pump-1-1", 1.0) in asks


def test_what_is_gone_before_the_first_step_needs_none() -> None:
    one = desk()
    opened(one, due=100.0)
    assert turn(one, 100.0) == ([], [])
    assert one.runs == []
    other = desk()
    opened(other, due=100.0)
    other.over("loop.1.flow")
    assert other.runs == []


def test_one_procedure_at_a_time_about_one_thing_and_not_again_at_once() -> None:
    one = desk()
    opened(one)
    opened(one, 5.0, 5.0)
    assert len(one.runs) == 1
    turn(one, 6.0)
    opened(one, 6.0 + AGAIN_AFTER - 1.0)
    assert one.runs == []
    opened(one, 6.0 + AGAIN_AFTER)
    assert len(one.runs) == 1


def test_on_board_only_steps_marked_for_it_are_taken() -> None:
    one = desk(onboard=True)
    opened(one)
    low = {"loop__1__flow": 10.0}
    turn(one, 0.0, **low)
    turn(one, 10.0, **low)
    assert turn(one, 70.0, **low) == ([("load.pump-1-1", 1.0)], ["flow"])
    none = desk(BOOK.replace(", onboard = true", ""), onboard=True)
    row = telemetry(STATION, loop__1__flow=10.0)
    assert none.begin(alarm(STATION, row, "loop.1.flow", 0.0), 0.0, 0.0) is None


def test_what_is_off_is_not_shed_again() -> None:
    one = desk(
        BOOK.replace('"load.pump-{loop}-2"', '"spendable"').replace("value = 1", "value = 0")
    )
    opened(one)
    asks, _ = turn(one, 0.0, loop__1__flow=10.0, load__oven__on=0.0)
    assert asks == [("load.camera", 0.0)]


def test_a_desk_is_taken_up_where_it_was_left() -> None:
    one, other = desk(), desk()
    opened(one)
    turn(one, 0.0, loop__1__flow=10.0)
    other.restore(one.save())
    assert other.save() == one.save()
    assert turn(other, 10.0, loop__1__flow=10.0) == turn(one, 10.0, loop__1__flow=10.0)
