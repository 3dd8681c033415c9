"""The crews of the International Space Station, day by day, beside what is said of them.

The days of launch and landing come from public crew records; most dockings before 2020 follow from
them by rule, two days after launch. The numbers below that nobody publishes are our own count of
this record: they show change, not truth.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeeper.crew.exchanged import with_exchange, without_exchange
from stationkeeper.crew.robustness import grounded
from stationkeeper.crew.roster import Roster, roster
from stationkeeper.crew.rule import Check, check
from stationkeeper.programme.composition import all_crews
from stationkeeper.programme.document import Programme
from stationkeeper.programme.read import read_programme
from stationkeeper.units import date_from_days, days_since_2000
from stationkeeper.validation.speed_crew_check import plain_seats, plain_survival

FIRST, LAST = date(2000, 11, 2), date(2026, 10, 1)
RUSSIAN, USOS = 0, 1


@pytest.fixture(scope="module")
def iss() -> Programme:
    return read_programme("iss")


@pytest.fixture(scope="module")
def flown(iss: Programme) -> Check:
    return check(roster(iss, "iss", FIRST, LAST))


def place(day: date) -> int:
    return (day - FIRST).days


def between(values: NDArray[np.bool_], first: date, last: date) -> NDArray[np.bool_]:
    return values[..., place(first) : place(last) + 1]


def spans(days: NDArray[np.bool_]) -> Iterator[tuple[date, date]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], days.astype(int), [0]])))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        start = days_since_2000(FIRST)
        yield date_from_days(start + int(a)), date_from_days(start + int(b) - 1)


def from_launch_to_landing(iss: Programme) -> NDArray[np.int64]:
    people = np.zeros((LAST - FIRST).days + 1, dtype=np.int64)
    for crew in all_crews(iss).values():
        assert crew.landed is not None
        people[max(0, place(crew.launched)) : max(0, place(crew.landed))] += sum(
            crew.seats.values()
        )
    return people


def test_the_26_years_agree_with_a_plain_loop_over_days(flown: Check) -> None:
    people = flown.roster
    seat = plain_seats(people)
    np.testing.assert_array_equal(people.seat, np.array(seat))
    np.testing.assert_array_equal(flown.survives, np.array(plain_survival(people, seat)))


def test_never_a_day_without_a_russian_and_never_a_day_without_an_american(flown: Check) -> None:
    """Said of the record in our knowledge of stations, section 1.6; here from docking on."""
    nations = flown.roster.nations
    assert flown.crewed.all()
    assert flown.people[nations.index("RUS")].min() >= 1
    assert flown.people[nations.index("USA")].min() >= 1
    assert flown.present.all()
    assert not [one for one in flown.findings if one.kind in ("presence", "minimum", "maximum")]


def test_thirteen_at_most(flown: Check, iss: Programme) -> None:
    total = flown.people.sum(axis=0)
    assert total.max() == from_launch_to_landing(iss).max() == 13
    assert (total <= from_launch_to_landing(iss)).all()
    assert np.count_nonzero(total < from_launch_to_landing(iss)) == 226


def test_two_aboard_after_the_loss_of_2003_and_in_december_2009(
    flown: Check, iss: Programme
) -> None:
    """5 May 2003 - 3 July 2006 outside handovers, and 2-19 December 2009, launch to landing."""
    two = list(spans(from_launch_to_landing(iss) == 2))
    assert [(two[0][0], two[-2][1]), two[-1]] == [
        (date(2003, 5, 4), date(2006, 7, 3)),
        (date(2009, 12, 1), date(2009, 12, 19)),
    ]
    docked = list(spans(flown.people.sum(axis=0) == 2))
    assert len(docked) == len(two) == 9
    assert docked[0][0] == date(2003, 5, 4)
    # The next crew docks two days after its launch.
    assert docked[-2][1] == date(2006, 7, 5)
    assert docked[-1] == (date(2009, 12, 1), date(2009, 12, 21))
    assert flown.spacewalk.sum() == flown.roster.days - 1_123


def test_three_aboard_after_the_early_return_of_2026(flown: Check, iss: Programme) -> None:
    """16 January - 12 February 2026; all on one Soyuz, so that its loss empties the station."""
    assert (date(2026, 1, 15), date(2026, 2, 12)) in list(spans(from_launch_to_landing(iss) == 3))
    span = (date(2026, 1, 15), date(2026, 2, 13))
    assert span in list(spans(flown.people.sum(axis=0) == 3))
    assert between(flown.alone, *span).all()
    assert (date(2026, 1, 15), date(2026, 2, 13)) in list(spans(flown.alone[0]))


@pytest.mark.parametrize(
    ("first", "last", "alone", "russian", "usos", "both"),
    [
        # One Soyuz, handovers and shuttle visits.
        (FIRST, date(2009, 5, 28), 2_780, 204, 305, 179),
        # Two Soyuz, of which one is away between rotations.
        (date(2009, 5, 29), date(2020, 11, 16), 1_061, 3_061, 3_129, 3_061),
        # A Soyuz and a Dragon, each with its own.
        (date(2020, 11, 17), date(2022, 9, 20), 2, 44, 521, 44),
        # The same with exchanged seats.
        (date(2022, 10, 6), LAST, 30, 1_427, 1_389, 1_389),
    ],
)
def test_days_that_survive_the_loss_of_any_one_ship(
    flown: Check, first: date, last: date, alone: int, russian: int, usos: int, both: int
) -> None:
    assert between(flown.alone[0], first, last).sum() == alone
    survives = between(flown.survives[0], first, last)
    assert survives[RUSSIAN].sum() == russian
    assert survives[USOS].sum() == usos
    assert survives.all(axis=0).sum() == both


def test_the_readings_differ_on_forty_days_of_visits_only(flown: Check) -> None:
    """A landing ship of 2007-2008 with the other visitor: whose liner was moved is not told."""
    differ = flown.survives[0] != flown.survives[1]
    assert not differ[RUSSIAN].any()
    assert [day.year for day, _ in spans(differ[USOS])] == [2007, 2007, 2008, 2008]
    assert differ[USOS].sum() == 40
    assert (flown.alone[0] == flown.alone[1]).all()


def test_the_leak_of_december_2022_leaves_people_without_a_seat(flown: Check) -> None:
    """All three until the liner of one was moved to Crew-5; two until MS-23 came on 25 February."""
    without = flown.without_seat[0]
    leak = between(without, date(2022, 12, 15), date(2023, 2, 24))
    assert leak.tolist() == [3] * 34 + [2] * 38
    assert place(date(2023, 1, 18)) == place(date(2022, 12, 15)) + 34
    # With the liner the last of one side sat on the ship that held its other people.
    lost = between(flown.survives[0], date(2022, 12, 15), date(2023, 2, 24))
    assert lost[RUSSIAN].all()
    assert lost[USOS].tolist() == [True] * 34 + [False] * 38


def test_other_people_without_a_seat_are_those_of_the_starliner_of_2024(flown: Check) -> None:
    spells = {
        (one.ship, date_from_days(flown.roster.first + one.first).year)
        for one in flown.findings
        if one.kind == "seat"
    }
    assert spells == {("soyuz-ms-22", 2022), ("cft", 2024)}
    assert not [one for one in flown.findings if one.kind in ("overfull", "pilot", "port")]


def test_with_the_exchanged_seats_put_back_few_days_are_safe(iss: Programme, flown: Check) -> None:
    changed, seats = without_exchange(iss, "iss")
    assert seats == 16
    as_well = check(roster(changed, "iss", FIRST, LAST))
    before = date(2022, 9, 20)
    np.testing.assert_array_equal(
        between(as_well.survives, FIRST, before), between(flown.survives, FIRST, before)
    )
    exchanged = (date(2022, 10, 6), LAST)
    assert between(as_well.survives[0], *exchanged).sum(axis=1).tolist() == [110, 223]  # of 1,457
    # The three left in January 2026 would all have been of one side.
    gap = [(date(2026, 1, 15), date(2026, 2, 13))]
    assert list(spans(~as_well.present[USOS])) == gap
    assert as_well.present[RUSSIAN].all()


def test_an_exchange_from_the_first_crew_dragon_on_would_have_kept_both_sides(
    iss: Programme,
) -> None:
    changed, seats = with_exchange(iss, "iss", date(2020, 11, 1), date(2022, 9, 1))
    assert seats == 5
    as_well = check(roster(changed, "iss", FIRST, LAST))
    both = between(as_well.survives[0].all(axis=0), date(2020, 11, 17), date(2022, 9, 20))
    assert both.sum() == 671  # of 673: on two days all are on one ship


def test_a_soyuz_grounded_on_the_day_of_ms_10_empties_the_station_at_the_end_of_its_life(
    iss: Programme,
) -> None:
    """MS-09 was launched on 6 June 2018 and certified for 210 days: 2 January 2019."""
    people: Roster = roster(iss, "iss", FIRST, LAST)
    found = grounded(people, "soyuz-ms", 180)
    start = place(date(2018, 10, 11))
    assert found.first_empty[:, start].tolist() == [place(date(2019, 1, 2))] * 2
    exchanged = place(date(2023, 1, 1))
    assert found.first_empty[:, exchanged].tolist() == [-1, -1]
    assert (grounded(people, "shuttle", 180).first_empty == -1).all()
